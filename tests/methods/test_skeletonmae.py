"""SkeletonMAE: what is masked and what is seen, its losses, its stages, and the way from clips to batches."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vitruve import Poses, VitruveError, skeleton
from vitruve.claims.recognition import skeletonmae as claim
from vitruve.methods.recognition.skeletonmae import STRL, Config, MultiScaleTime, SkeletonMAE
from vitruve.nn.gin import bone_links, scaled_cosine_error
from vitruve.nn.parts import six_parts
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.training import Split, TrainingOptions, train
from vitruve.training.setup import setup

SMALL = {
    "num_classes": 3,
    "skeleton": "kinect20",
    "dims": 3,
    "people": 1,
    "frames": 8,
    "width": 12,
    "layers": 2,
    "channels": (8, 8),
    "strides": (1, 2),
    "kernels": (3,),
}


def model(**changes) -> SkeletonMAE:
    torch.manual_seed(0)
    return SkeletonMAE(Config(**{**SMALL, **changes}))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clip(people: int = 1, frames: int = 30, seed: int = 0) -> Poses:
    g = generator(seed)
    rest, sway = torch.randn(people, 1, 20, 3, generator=g) * 0.4, torch.randn(people, frames, 20, 3, generator=g) * 0.05
    return Poses(rest + sway + 3, skeleton("kinect20"))


def test_whole_parts_are_masked():
    mae = model(masked=2).mae
    parts = {frozenset(joints) for name, joints in six_parts(skeleton("kinect20")).items() if name not in ("head", "torso")}
    seen = set()
    for row in mae.draw(200, generator()):
        masked = frozenset(row.nonzero().flatten().tolist())
        inside = [p for p in parts if p <= masked]
        assert len(inside) == 2 and frozenset().union(*inside) == masked
        seen.add(masked)
    assert len(seen) == 6
    only = model(maskable=("head", "torso"), masked=1).mae.draw(50, generator())
    assert set(only.sum(1).tolist()) == {2, 6}


def test_random_joints_are_as_many():
    parts, joints = model().mae.draw(400, generator()), model(masking="joints").mae.draw(400, generator())
    assert set(parts.sum(1).tolist()) == set(joints.sum(1).tolist()) == {6}
    assert joints.float().mean(0).min() > 0.15 and parts[:, :5].sum() == 0


def test_the_token_stands_in_the_place_of_masked_joints_only():
    mae = model().mae
    torch.nn.init.constant_(mae.mask_token, 7.0)
    seen = []
    mae.encoder.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    x, mask = torch.randn(5, 20, 3), mae.draw(5, generator())
    mae(x, mask)
    assert (seen[0][mask] == 7.0).all() and torch.equal(seen[0][~mask], x[~mask])


@pytest.mark.parametrize("remask", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_nothing_of_a_masked_joint_is_seen(remask, training):
    mae = model(remask=remask, confidence=True).mae.train(training)
    x, mask = torch.randn(6, 20, 4), model().mae.draw(6, generator())
    before, features = mae(x, mask)
    x[mask] = torch.randn_like(x[mask])
    after, again = mae(x, mask)
    assert torch.equal(before, after) and torch.equal(features, again)
    x[~mask] += 0.1
    assert not torch.equal(mae(x, mask)[0], before)


def test_the_second_token_hides_what_the_encoder_made_of_masked_joints():
    mae = model(remask=True).mae.eval()
    seen = []
    mae.decoder.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    torch.nn.init.constant_(mae.remask_token, 5.0)
    mask = mae.draw(4, generator())
    mae(torch.randn(4, 20, 3), mask)
    assert (seen[0][mask] == 5.0).all() and not (seen[0][~mask] == 5.0).any()
    # at the end of a masked arm nothing visible is near: a hand is the same in every pose, an elbow is not
    x, arm = torch.randn(4, 20, 3), torch.zeros(4, 20, dtype=torch.bool)
    arm[:, 5:8] = True
    found = mae(x, arm)[0]
    assert torch.allclose(found[:, 7], found[:1, 7].expand(4, -1)) and found[:, 5].std(0).min() > 0
    assert model().mae.eval()(x, arm)[0][:, 7].std(0).min() > 0


def test_losses_are_of_masked_and_known_joints():
    m = model(mse_weight=0.5, edge_weight=0.25)
    mae = m.mae.eval()
    x = torch.randn(4, 20, 3)
    x[0, 5:8] = 0.0
    mask = torch.zeros(4, 20, dtype=torch.bool)
    mask[:, 5:8] = True
    mask[3] = False
    losses = mae.losses(x, mask)
    found, z = mae(x, mask)
    assert torch.allclose(losses["cosine"], scaled_cosine_error(x[1:3, 5:8], found[1:3, 5:8], 2.0).mean())
    assert torch.allclose(losses["mse"], 0.5 * (x[1:3, 5:8] - found[1:3, 5:8]).square().mean())
    links = bone_links(skeleton("kinect20"))
    terms = []
    for n in (1, 2):
        for u in range(20):
            for v in range(20):
                if u != v and (mask[n, u] or mask[n, v]):
                    p = (z[n, u] @ z[n, v] / 12**0.5).sigmoid()
                    terms.append(-(p if links[u, v] else 1 - p).log())
    assert torch.allclose(losses["edges"], 0.25 * torch.stack(terms).mean(), rtol=1e-4)
    nothing = mae.losses(x, torch.zeros_like(mask))
    assert all(v == 0 for v in nothing.values())


def test_missing_people_are_not_reconstructed():
    m = model(people=2)
    batch = m.example_batch(2, generator())
    batch.joints[..., 1] = 0.0
    counts = []
    m.mae.draw = lambda n: counts.append(n) or torch.zeros(n, 20, dtype=torch.bool)
    m.losses(batch)
    assert counts == [2 * 8]


def test_stages_have_their_own_losses_and_pass_the_encoder_on():
    m = model(protocol="finetune")
    pretrain, finetune = m.RECIPE.stages
    batch = m.example_batch(2, generator())
    assert {"cosine", "edges", "cross_entropy"} == set(m.losses(batch))
    m.start_stage(pretrain)
    assert {"cosine", "edges"} == set(m.losses(batch))
    with torch.no_grad():
        for p in m.mae.encoder.parameters():
            p.add_(1.0)
    m.start_stage(finetune)
    first, second = m.classifier.blocks
    own, learned = first.encoder.state_dict(), m.mae.encoder.state_dict()
    assert all(torch.equal(own[k], learned[k]) for k in learned)
    # the second block reads features instead of coordinates
    own = second.encoder.state_dict()
    assert {k for k in learned if own[k].shape != learned[k].shape} == {"embed.weight"}
    assert all(torch.equal(own[k], learned[k]) for k in learned if k != "embed.weight")
    assert {"cross_entropy"} == set(m.losses(batch))
    with pytest.raises(VitruveError, match="no stage 'distil'"):
        m.start_stage(replace(pretrain, name="distil"))


def test_without_pretraining_blocks_keep_their_own_weights():
    m = model()
    before = {k: v.clone() for k, v in m.state_dict().items()}
    m.start_stage(m.RECIPE.stages[1])
    assert all(torch.equal(v, before[k]) for k, v in m.state_dict().items())


def test_an_encoder_can_come_from_another_joint_set():
    source, m = model(skeleton="ntu25", num_classes=7), model()
    source.mae.encoder.embed.bias.data += 1
    m.take_encoder(source)
    assert torch.equal(m.classifier.blocks[0].encoder.embed.bias, source.mae.encoder.embed.bias)
    with pytest.raises(VitruveError, match="width=16 does not fit width=12"):
        m.take_encoder(model(width=16))


def test_the_probe_leaves_the_encoder_as_it_is():
    m = model(protocol="linear").train()
    m.start_stage(m.RECIPE.stages[1])
    before = {k: v.clone() for k, v in m.mae.state_dict().items()}
    m.losses(m.example_batch(4, generator()))["cross_entropy"].backward()
    assert all(p.grad is None for p in m.mae.parameters()) and all(p.grad is not None for p in m.classifier.parameters())
    assert all(torch.equal(v, before[k]) for k, v in m.mae.state_dict().items()) and m.mae.encoder.training
    # a linear map of features averaged over frames: their order does not matter
    m.eval()
    batch = m.example_batch(2, generator())
    assert torch.allclose(m(batch), m(RecognitionBatch(batch.joints.flip(2), batch.index)), atol=1e-5)


def test_the_network_in_time_knows_the_order():
    m = model().eval()
    batch = m.example_batch(2, generator())
    assert not torch.allclose(m(batch), m(RecognitionBatch(batch.joints.flip(2), batch.index)), atol=1e-3)


def test_people_act_on_each_other_only_where_they_are_encoded_together():
    for interaction in (True, False):
        m = model(people=2, interaction=interaction).eval()
        block = m.classifier.blocks[0]
        x = torch.randn(1, 2, 8, 20, 3)
        before = block(x)
        x[:, 1] += 1
        assert torch.equal(block(x)[:, 0], before[:, 0]) != interaction


@pytest.mark.parametrize("stride", [1, 2])
def test_time_at_several_scales(stride):
    torch.manual_seed(0)
    time = MultiScaleTime(10, (3, 5, 9), stride).eval()
    x = torch.randn(2, 10, 24, 4)
    assert time(x).shape == (2, 10, 24 // stride, 4)
    x = torch.randn(64, 10, 24, 1, requires_grad=True)
    time(x)[:, :, 12 // stride].sum().backward()
    assert (x.grad.abs().sum((0, 1, 3)) > 0).nonzero().flatten().tolist() == list(range(8, 17))


@pytest.mark.parametrize("frames", [3, 8, 11, 60])
def test_prepare(frames):
    m, poses = model(turn=20.0), clip(frames=frames)
    x, index = m.prepare(poses)
    assert x.shape == (3, 8, 20, 1) and index.shape == (8,) and index[0] >= -1 and index[-1] < 1
    assert x.abs().max() <= 1 + 1e-5
    moved = replace(poses, positions=2 * poses.positions + 1)
    assert torch.allclose(x, m.prepare(moved)[0], atol=1e-4)
    one, other, same = (m.prepare(poses, generator(s))[0] for s in (1, 2, 1))
    assert torch.equal(one, same) and not torch.equal(one, other) and one.abs().max() <= 1.1 + 1e-5


def test_mirror_images_and_confidence():
    poses = clip(frames=8)
    x = model(scale=0.0, flip=1.0, crop=1.0, confidence=True).prepare(poses, generator())[0]
    plain = model(confidence=True).prepare(poses)[0]
    swap = list(skeleton("kinect20").swap)
    assert torch.allclose(x, plain[:, :, swap] * torch.tensor([-1.0, 1, 1, 1])[:, None, None, None], atol=1e-5)
    assert (plain[3] == 1).all()


def test_missing_joints_are_at_the_origin():
    poses = clip()
    gap = poses.positions.clone()
    gap[:, :, 9] = torch.nan
    x, _ = model().prepare(Poses(gap, poses.skeleton))
    assert x.isfinite().all() and (x[:, :, 9] == 0).all()


def test_predictions_over_several_samplings():
    poses = [clip(frames=40, seed=s) for s in (1, 2)]
    one, three = model(test_clips=1), model(test_clips=3)
    three.load_state_dict(one.state_dict())
    p, q = one.predict(poses).probabilities, three.predict(poses).probabilities
    assert torch.allclose(q.sum(-1), torch.ones(2)) and not torch.allclose(p, q, atol=1e-7)
    assert torch.equal(q, three.predict(poses).probabilities) and torch.equal(p, one.predict(poses).probabilities)


@pytest.mark.parametrize(
    "change",
    [
        {"masking": "frames"},
        {"maskable": ("tail",)},
        {"masked": 5},
        {"protocol": "knn"},
        {"strides": (1,)},
        {"kernels": (4,)},
        {"crop": 0.0},
        {"test_clips": 0},
    ],
)
def test_bad_options(change):
    with pytest.raises(VitruveError, match="SkeletonMAE"):
        Config(**{**SMALL, **change})


def test_both_stages_train_each_on_its_own_samples(tmp_path):
    pytest.importorskip("lightning")
    m = model(frames=4)
    seen = {"pretrain": set(), "finetune": set()}

    def samples(stage: str, size: int) -> Split:
        batch = m.example_batch(size, generator())

        def get(i, g):
            seen[stage].add(i)
            return batch.joints[i], batch.index[i], int(batch.label[i])

        return Split(size, get, RecognitionBatch.collate)

    options = TrainingOptions(progress=False, accelerator="cpu", epochs=2, batch_size=4)
    with pytest.raises(VitruveError, match="no samples for the stage finetune"):
        train(m, {"pretrain": samples("pretrain", 12)}, tmp_path / "a", options)
    before = {k: v.clone() for k, v in m.state_dict().items()}
    train(m, {"pretrain": samples("pretrain", 12), "finetune": samples("finetune", 4)}, tmp_path / "b", options)
    assert len(seen["pretrain"]) == 12 and len(seen["finetune"]) == 4
    assert all(p.requires_grad for p in m.parameters())
    after = m.state_dict()
    learned = SkeletonMAE.from_pretrained(tmp_path / "b" / "stage-0-pretrain").state_dict()
    assert all(torch.equal(learned[k], before[k]) for k in before if k.startswith("classifier"))
    assert all(torch.equal(learned[k], after[k]) for k in before if k.startswith("mae."))
    moved = {k for k in before if not torch.equal(before[k], after[k])}
    assert any(k.startswith("mae.encoder") for k in moved) and any(k.startswith("classifier.head") for k in moved)
    assert isinstance(m.classifier, STRL)


def test_visible_neighbours_by_hand():
    links = bone_links(skeleton("kinect20"))
    x, mask = torch.randn(2, 20, 3), torch.zeros(2, 20, dtype=torch.bool)
    mask[0, [6, 7]] = True
    mask[1, [4, 5, 6, 7]] = True
    found = claim.neighbour_means(x, mask, links)
    assert torch.allclose(found[0, 6], x[0, 5]) and torch.allclose(found[0, 7], x[0, 5]) and torch.equal(found[~mask], x[~mask])
    # the shoulder's visible neighbour is between the shoulders, joined to the spine, the head and the other shoulder
    assert torch.allclose(found[1, 4], x[1, 2])
    assert torch.allclose(found[1, 5], x[1, 2])


@pytest.mark.realdata
def test_two_dimensional_clips(data):
    m = setup("recognition", "jhmdb", data).build(SkeletonMAE, {k: SMALL[k] for k in ("frames", "width", "channels", "strides", "kernels")})
    assert m.config.dims == 2 and len(m.skeleton) == 15 and m.classes[0] == "catch"
