"""HaLP: positives by their closed form, prototypes, stages, what a stop must not change, and the way from clips to views."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import normalize

from vitruve import Poses, VitruveError, skeleton
from vitruve.methods.recognition import halp
from vitruve.methods.recognition.halp import FINETUNE, Config, Draws, HaLP
from vitruve.nn.clusters import spherical_kmeans
from vitruve.tasks.method import Recipe
from vitruve.tasks.recognition import ActionClip, RecognitionBatch
from vitruve.training import Split, TrainingOptions, train
from vitruve.training.setup import setup

SMALL = {
    "num_classes": 3,
    "skeleton": "kinect20",
    "people": 1,
    "frames": 8,
    "shortest": 8,
    "hidden": 6,
    "layers": 1,
    "dim": 5,
    "queue": 12,
    "clustered": 12,
    "prototypes": 4,
    "positives": 6,
    "neighbours": 5,
    "warmup": 1.0,
}


def model(**changes) -> HaLP:
    torch.manual_seed(0)
    return HaLP(Config(**{**SMALL, **changes}))


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return normalize(torch.randn(shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clip(frames: int = 30, seed: int = 0) -> Poses:
    g = generator(seed)
    rest, sway = torch.randn(1, 1, 20, 3, generator=g) * 0.4, torch.randn(1, frames, 20, 3, generator=g) * 0.05
    return Poses(rest + sway + 3, skeleton("kinect20"))


# -- positives -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dim", [3, 16, 128])
def test_the_boundary_is_as_near_to_both_prototypes(dim):
    k, p = unit(400, dim).double(), unit(400, 2, dim, seed=1).double()
    order = torch.einsum("bd,bpd->bp", k, p).argsort(1, descending=True)
    nearest, target = p.gather(1, order[..., None].expand(-1, -1, dim)).unbind(1)
    angle, limit = halp.boundary(k, nearest, target)
    assert (limit > 0).all() and (limit <= 1).all()
    edge = halp.geodesic(k, target, angle, limit)
    assert torch.allclose(edge.norm(dim=1), torch.ones(400, dtype=torch.float64), atol=1e-5)
    assert ((edge * nearest).sum(1) - (edge * target).sum(1)).abs().max() < 1e-5
    for part in (0.0, 0.5, 0.95):
        inside = halp.geodesic(k, target, angle, part * limit)
        assert ((inside * nearest).sum(1) > (inside * target).sum(1)).all()
    outside = halp.geodesic(k, target, angle, limit + 0.01)
    assert ((outside * nearest).sum(1) < (outside * target).sum(1)).all()


def test_the_release_steps_away_from_some_targets():
    k, p = unit(400, 3), unit(400, 2, 3, seed=1)
    order = torch.einsum("bd,bpd->bp", k, p).argsort(1, descending=True)
    nearest, target = p.gather(1, order[..., None].expand(-1, -1, 3)).unbind(1)
    ours, theirs = (halp.boundary(k, nearest, target, quirks)[1] for quirks in (False, True))
    differing = theirs < 0
    assert 0.02 < differing.float().mean() < 0.5
    assert torch.allclose(ours[~differing], theirs[~differing], atol=1e-4)


def test_a_key_on_its_target_stays():
    k = unit(3, 8)
    found = halp.geodesic(k, k, torch.zeros(3), torch.full((3,), 0.5))
    assert torch.equal(found, k)


def test_candidates_leave_out_the_nearest():
    similarity = torch.tensor([[0.1, 0.9, 0.3, 0.5], [0.4, 0.2, 0.8, 0.6]])
    assert halp.candidates(similarity, 1, 20).tolist() == [[0, 2, 3], [1, 0, 3]]
    assert halp.candidates(similarity, 1, 2).tolist() == [[2, 3], [0, 3]]
    assert halp.candidates(similarity, 2, 1).tolist() == [[2], [0]]
    assert halp.candidates(similarity, 0, 1).tolist() == [[1], [2]]


def test_positives_lie_where_they_should():
    config = Config(prototypes=20, positives=40)
    k, prototypes = unit(64, 128), unit(20, 128, seed=1)
    torch.manual_seed(0)
    made = halp.hallucinate(k, prototypes, config)
    assert made.points.shape == (64, 40, 128) and torch.allclose(made.points.norm(dim=-1), torch.ones(64, 40), atol=1e-5)
    own = (k @ prototypes.T).argmax(1)
    new = (made.points @ prototypes.T).argmax(-1)
    assert torch.equal(made.kept, new == own[:, None]) and 0.8 < made.kept.float().mean() < 1.0
    # nearer to the boundary more are lost, to a third prototype
    edge = halp.hallucinate(k, prototypes, replace(config, reach=None))
    assert edge.kept.float().mean() < made.kept.float().mean()
    assert halp.hallucinate(k, prototypes, replace(config, reach=None, filter=False)).kept.all()
    # no candidate is the nearest prototype
    assert not (made.target == prototypes[own][:, None]).all(-1).any()
    random = halp.hallucinate(k, prototypes, replace(config, targets="random"))
    assert (random.target @ prototypes.T).max() < 0.9


def test_reach_is_how_far_short_of_the_boundary_they_stop():
    config = Config(prototypes=20, positives=5, filter=False)
    k, prototypes = unit(6, 128), unit(20, 128, seed=1)
    draws = Draws(torch.full((6, 5), 3), torch.full((6, 5), 0.999999))
    for reach, inside in ((0.0, 1.0), (0.8, 0.2), (1.0, 0.0)):
        made = halp.hallucinate(k, prototypes, replace(config, reach=reach), draws)
        nearest = prototypes[(k @ prototypes.T).argmax(1)][:, None].expand_as(made.target)
        angle, limit = halp.boundary(k[:, None].expand_as(made.target), nearest, made.target)
        walked = torch.acos((made.points * k[:, None]).sum(-1).clamp(-1, 1))
        assert torch.allclose(walked, inside * limit * angle, atol=2e-3)


def test_only_kept_positives_count_and_only_queries_learn():
    q, k, prototypes = unit(4, 8).requires_grad_(), unit(4, 8, seed=1).requires_grad_(), unit(6, 8, seed=2)
    made = halp.hallucinate(k.detach(), prototypes, Config(prototypes=6, positives=9))
    kept = [float(q[b].detach() @ made.points[b, n]) / 0.07 for b in range(4) for n in range(9) if made.kept[b, n]]
    assert float(halp.alignment(q, made).detach()) == pytest.approx(-sum(kept) / len(kept), rel=1e-4)
    assert float(halp.alignment(q, replace(made, kept=torch.zeros_like(made.kept))).detach()) == 0
    halp.halp_loss(q, k, prototypes, Config(prototypes=6)).backward()
    assert q.grad.abs().max() > 0 and k.grad is None


# -- prototypes and distillation -----------------------------------------------------------------


def test_kmeans_finds_clusters_on_the_sphere():
    centres = unit(5, 16)
    x = normalize(centres.repeat(40, 1) + 0.05 * torch.randn(200, 16, generator=generator()), dim=1)
    torch.manual_seed(0)
    found = spherical_kmeans(x, 5)
    assert torch.allclose(found.norm(dim=1), torch.ones(5), atol=1e-5)
    assert (found @ centres.T).amax(0).min() > 0.99
    # no worse than the true ones, by the angles it minimises

    def objective(c):
        return float(torch.acos((x @ c.T).amax(1).clamp(-1, 1)).square().mean())

    assert objective(found) <= objective(centres)


def test_kmeans_of_fewer_points_than_clusters():
    x = unit(3, 4).repeat(4, 1)
    found = spherical_kmeans(x, 6)
    assert found.shape == (6, 4) and found.isfinite().all() and (found @ x.T).amax(1).min() > 0.999


def test_distillation_is_least_where_similarities_agree():
    teacher = torch.randn(3, 10, generator=generator())
    same = halp.distillation(2 * teacher, teacher, 10, 0.1, 0.05)
    other = halp.distillation(2 * teacher.flip(1), teacher, 10, 0.1, 0.05)
    assert same.abs() < 1e-5 < other


# -- steps and stages ----------------------------------------------------------------------------


def test_a_step_moves_keys_queue_and_prototypes_only_while_training():
    m = model()
    batch = m.example_batch(6, generator())
    m.eval()
    before = {k: v.clone() for k, v in m.state_dict().items()}
    m.losses(batch)
    assert all(torch.equal(v, before[k]) for k, v in m.state_dict().items())
    m.train()
    keys = []
    for _ in range(2):
        step = m.contrast(batch.joints, batch.joints)
        keys.append(step.keys["joint"])
        assert "hallucinated" not in step.terms
    assert torch.allclose(m.branch("joint").queue.recent(12), torch.cat(keys)) and not m.prototypes("joint").any()
    # a queue of clips was seen
    step = m.contrast(batch.joints, batch.joints)
    assert "hallucinated" in step.terms and torch.allclose(m.prototypes("joint").norm(dim=1), torch.ones(4), atol=1e-5)


def test_prototypes_are_updated_every_few_steps():
    m = model(every=3, warmup=0.0).train()
    batch = m.example_batch(6, generator())
    seen = []
    for _ in range(7):
        m.contrast(batch.joints, batch.joints)
        seen.append(m.prototypes("joint").clone())
    changed = [not torch.equal(a, b) for a, b in zip(seen, seen[1:])]
    assert changed == [False, False, True, False, False, True]


def test_losses_by_stage():
    m = model(streams=("joint", "motion", "bone"), warmup=0.0).train()
    batch = m.example_batch(4, generator())
    pretrain, positives, linear = m.RECIPE.stages
    made = {"contrast", "distillation"}
    for stage, terms in ((pretrain, made), (positives, made | {"hallucinated"}), (linear, {"cross_entropy"}), (FINETUNE, {"cross_entropy"})):
        m.start_stage(stage)
        assert set(m.losses(batch)) == terms
    with pytest.raises(VitruveError, match="no stage 'distil'"):
        m.start_stage(replace(pretrain, name="distil"))
    # each stage warms up anew
    m.start_stage(positives)
    assert not m.clock.any()


def test_a_sample_of_two_views_is_contrasted_with_itself():
    m = model().eval()
    two = m.example_batch(4, generator()).joints, m.example_batch(4, generator(1)).joints
    m.start_stage(m.RECIPE.stages[0])
    loss = m.losses(RecognitionBatch(torch.cat(two, 2), torch.zeros(4, 16)))["contrast"]
    assert torch.equal(loss, m.contrast(*two).terms["contrast"])


def test_streams():
    x = torch.randn(2, 3, 5, 20, 2)
    parents = model()._parents
    joints, motion, bones = (halp.sequence(x, s, parents) for s in halp.STREAMS)
    assert torch.equal(joints[1, 3].view(20, 3, 2), x[1, :, 3].permute(1, 0, 2))
    assert torch.equal(motion[:, :-1], joints[:, 1:] - joints[:, :-1]) and not motion[:, -1].any()
    assert torch.equal(bones[0, 2].view(20, 3, 2)[7], x[0, :, 2, 7] - x[0, :, 2, parents[7]])


@pytest.mark.parametrize("name", ["pretrain", "halp", "linear", "finetune"])
def test_what_a_stage_trains(name, tmp_path):
    pytest.importorskip("lightning")
    m = model(warmup=0.0)
    before = {k: v.clone() for k, v in m.state_dict().items()}
    stage = next(s for s in (*m.RECIPE.stages, FINETUNE) if s.name == name)
    batch = m.example_batch(8, generator())
    split = Split(8, lambda i, g: (batch.joints[i], batch.index[i], int(batch.label[i])), RecognitionBatch.collate)
    train(m, split, tmp_path, TrainingOptions(progress=False, accelerator="cpu", epochs=2, batch_size=4), Recipe((stage,)))
    moved = {k for k, v in m.state_dict().items() if not torch.equal(v, before[k])}
    assert any(k.startswith("classifiers") for k in moved) == (name in ("linear", "finetune"))
    assert any(k.startswith("branches.joint.encoder.first") for k in moved) == (name != "linear")
    assert any(k.startswith("branches.joint.encoder.head") for k in moved) == (name in ("pretrain", "halp"))
    assert any(k.startswith("branches.joint.queue") for k in moved) == (name in ("pretrain", "halp"))
    assert ("prototypes_joint" in moved) == (name == "halp")
    if name == "linear":
        # not even the normalisations' statistics
        assert not any(k.startswith("branches") for k in moved)
    assert not any(p.requires_grad for p in m.branch("joint").slow.parameters())


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path):
    pytest.importorskip("lightning")
    poses = [clip(seed=s) for s in range(16)]

    class Stop(Exception):
        pass

    def run(folder, stop: int | None) -> dict[str, torch.Tensor]:
        m, count = model(warmup=0.5, every=2), [0]

        def get(i, g):
            count[0] += 1
            if count[0] == stop:
                raise Stop
            return *m.prepare(poses[i], g), i % 3

        options = TrainingOptions(progress=False, accelerator="cpu", epochs=2, batch_size=4, checkpoint_every=1)
        train(m, Split(16, get, RecognitionBatch.collate), folder, options, Recipe(m.RECIPE.stages[:2]))
        return m.state_dict()

    expected = run(tmp_path / "whole", None)
    # 32 samples a stage: within the first, and while positives are made
    for stop in (10, 32 + 23):
        with pytest.raises(Stop):
            run(tmp_path / f"stopped-{stop}", stop)
        found = run(tmp_path / f"stopped-{stop}", None)
        assert all(torch.equal(v, found[k]) for k, v in expected.items())


# -- features, transfer, files -------------------------------------------------------------------


def test_nearest_neighbours():
    m = model()
    clips = [ActionClip(clip(seed=s), s % 3, name=str(s)) for s in range(6)]
    # each is its own neighbour; among others a neighbour of another class counts as an error
    assert m.nearest_neighbours(clips, clips).top1 == 1.0
    others = [replace(c, label=(c.label + 1) % 3) for c in clips]
    assert m.nearest_neighbours(clips, others).top1 == 0.0
    assert m.embed(c.poses for c in clips).shape == (6, 12)
    with pytest.raises(VitruveError, match="expected 1 to 6"):
        m.nearest_neighbours(clips, clips, k=7)


def test_encoders_move_to_another_data_set():
    source, m = model(num_classes=7), model()
    with torch.no_grad():
        source.encoder("joint").first[0].weight_hh_l0 += 1
    m.take_encoders(source)
    assert torch.equal(m.encoder("joint").first[0].weight_hh_l0, source.encoder("joint").first[0].weight_hh_l0)
    assert len(m.classifiers["joint"].bias) == 3
    with pytest.raises(VitruveError, match="hidden=4 do not fit hidden=6"):
        m.take_encoders(model(hidden=4))
    with pytest.raises(VitruveError, match="skeleton='msr20' do not fit"):
        m.take_encoders(model(skeleton="msr20"))


def theirs(m: HaLP, stream: str = "joint", keys: bool = True) -> dict[str, torch.Tensor]:
    """Weights of a stream under the authors' names."""
    ending = "" if stream == "joint" else f"_{stream}"
    out = {}
    for ours, name in {"encoder": "encoder_q", **({"slow": "encoder_k"} if keys else {})}.items():
        for key, value in getattr(m.branch(stream), ours).state_dict().items():
            part, *rest = key.split(".")
            if part in ("first", "second"):
                rest = [f"encoder.gru.{rest[1].removesuffix('0')}{rest[0]}{'_reverse' if part == 'second' else ''}"]
            else:
                rest = [{"norm": "input_norm", "head": "fc"}[part], *rest]
            out[f"{name}{ending}.{'.'.join(rest)}"] = value
    return out


def test_official_checkpoints_of_pretraining():
    m = model(queue=300, clustered=256, streams=("joint", "motion", "bone"))
    known = {"frames": 8, "people": 1, "skeleton": "kinect20"}
    state = {}
    for s in halp.STREAMS:
        ending = "" if s == "joint" else f"_{s}"
        queue = m.branch(s).queue
        state |= theirs(m, s) | {f"queue{ending}": queue.keys, f"queue_ptr{ending}": queue.pointer, f"prototypes_{s[0]}": m.prototypes(s) + 1}
    found = HaLP.from_official({f"module.{k}": v for k, v in state.items()}, **known, num_classes=3)
    assert found.config.streams == halp.STREAMS and found.config.official_quirks and (found.config.dim, found.config.prototypes) == (5, 4)
    own = found.state_dict()
    for key, value in m.state_dict().items():
        if key.startswith("branches"):
            assert torch.equal(own[key], value)
    assert (own["prototypes_bone"] == 1).all()
    gone = {"slow.head.0.bias": ["encoder_k_bone.fc.0.bias"], "encoder.head.0": [k for k in state if k.startswith("encoder_q.fc")]}
    for named, keys in gone.items():
        with pytest.raises(VitruveError, match=f"missing branches.*{named}"):
            HaLP.from_official({k: v for k, v in state.items() if k not in keys}, **known, mlp=True)
    with pytest.raises(VitruveError, match="unexpected more"):
        HaLP.from_official({**state, "more": torch.zeros(1)}, **known)
    # one stream, of the baseline, which has no prototypes
    single = theirs(m) | {"queue": m.branch("joint").queue.keys, "queue_ptr": m.branch("joint").queue.pointer}
    assert HaLP.from_official(single, **known, streams=("bone",)).config.streams == ("bone",)
    with pytest.raises(VitruveError, match="streams"):
        HaLP.from_official(single, **known, streams=("bone", "joint"))


def test_official_checkpoints_of_linear_evaluation():
    m = model(mlp=False, num_classes=9)
    state = {k: v for k, v in theirs(m, keys=False).items() if ".fc." not in k}
    weight, bias = torch.randn(9, 12), torch.randn(9)
    found = HaLP.from_official({**state, "encoder_q.fc.weight": weight, "encoder_q.fc.bias": bias}, frames=8, people=1, skeleton="kinect20").eval()
    x = m.eval().example_batch(2, generator())
    assert torch.allclose(found(x), m.features(x)["joint"] @ weight.T + bias, atol=1e-5)


# -- clips ---------------------------------------------------------------------------------------


def test_clips_are_centred_in_every_frame_and_upright():
    x = model().arrange(clip())
    spine, left, right = (skeleton("kinect20").index(j) for j in ("spine", "left_shoulder", "right_shoulder"))
    assert x[:, 0, spine].abs().max() == 0
    line = x[0, 0, right] - x[0, 0, left]
    assert line[1:].abs().max() < 1e-5 and line[0] > 0
    flat = Poses(clip().positions[..., :2], skeleton("kinect20"))
    assert model(dims=2).prepare(flat)[0].shape == (2, 8, 20, 1)
    with pytest.raises(VitruveError, match="3D"):
        model(dims=2).prepare(clip())


def test_people_who_come_late_and_leave_early():
    x = torch.zeros(6, 2, 3, 3)
    x[:, 0] = torch.arange(1.0, 7.0)[:, None, None] * torch.tensor([[1.0, 0, 0], [0, 0, 0], [0, 1, 0]])
    x[2:5, 1] = torch.tensor([10.0, 20.0, 30.0])[:, None, None]
    out = halp.aligned(x, centre=1)
    assert out[:, 1, 0, 0].tolist() == [10, 20, 30, 10, 20, 30] and torch.equal(out[:, 0], x[:, 0])
    assert not halp.aligned(torch.zeros(4, 2, 3, 3), 0).any()


def test_views():
    m = model()
    m.start_stage(m.RECIPE.stages[0])
    x, index = m.prepare(clip(), generator(1))
    assert x.shape == (3, 16, 20, 1) and index.shape == (16,) and not torch.equal(x[:, :8], x[:, 8:])
    assert torch.equal(x, m.prepare(clip(), generator(1))[0]) and not torch.equal(x, m.prepare(clip(), generator(2))[0])
    assert m.prepare(clip())[0].shape == (3, 8, 20, 1)
    m.start_stage(m.RECIPE.stages[2])
    assert m.prepare(clip(), generator(1))[0].shape == (3, 8, 20, 1)


def test_spatial_augmentations():
    from vitruve.nn.skeletons import Dice

    x = torch.randn(4, 1, 25, 3, generator=generator())
    kinds = {"pose": 0, "zero": 0, "matrix": 0}
    for seed in range(60):
        y = halp.spatial(x, Dice(generator(seed)))
        same = (y == x).flatten(0, 1).all(-1).all(0)
        if same.sum() == 0:
            kinds["pose"] += 1
        else:
            assert same.sum() == 10
            kinds["zero" if not y[:, :, ~same].any() else "matrix"] += 1
    assert min(kinds.values()) >= 6 and kinds["pose"] > 20


@pytest.mark.parametrize(
    "change",
    [
        {"streams": ()},
        {"streams": ("joint", "joint")},
        {"streams": ("depth",)},
        {"prototypes": 13},
        {"clustered": 13},
        {"skip": 4},
        {"candidates": 0},
        {"reach": 1.5},
        {"targets": "noise"},
        {"dims": 4},
        {"crop": 0.0},
        {"streams": ("joint", "bone"), "neighbours": 13},
    ],
)
def test_bad_options(change):
    with pytest.raises(VitruveError, match="HaLP"):
        Config(**{**SMALL, **change})


def test_other_shapes_are_refused():
    m = model()
    with pytest.raises(VitruveError, match="halp reads joints"):
        m(RecognitionBatch(torch.zeros(2, 3, 9, 20, 1), torch.zeros(2, 9)))


@pytest.mark.realdata
def test_two_dimensional_clips(data):
    ready = setup("recognition", "jhmdb", data)
    m = ready.build(HaLP, {"frames": 8, "hidden": 8, "layers": 1})
    assert (m.config.dims, m.config.people, len(m.skeleton)) == (2, 1, 15)
    split = ready.split(m)
    m.start_stage(m.RECIPE.stages[0])
    batch = split.collate([split.get(i, generator(i)) for i in range(4)])
    assert batch.joints.isfinite().all() and m.losses(batch)["contrast"].isfinite()
