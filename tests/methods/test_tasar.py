"""TASAR: its stages, its posterior, and what an attack does with them."""

from dataclasses import replace

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.methods.robustness.tasar import TASAR, Config, head_answers
from vitruve.nn.tvar import motion_influence
from vitruve.tasks.method import Recipe, Schedule
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.tasks.split import Split
from vitruve.training import TrainingOptions, train

TINY = TASAR.tiny_config()


def _batch(n=24, seed=0):
    """Clips of four classes: one joint each swings."""
    g = torch.Generator().manual_seed(seed)
    label = torch.arange(n) % 4
    x = torch.randn(1, 3, 1, 20, 1, generator=torch.Generator().manual_seed(9)).repeat(n, 1, 12, 1, 1)
    t = torch.linspace(0, 6, 12)
    for i in range(n):
        x[i, 1, :, 4 * int(label[i]), 0] += 0.5 * torch.sin(t + torch.rand((), generator=g))
    return RecognitionBatch(x + 0.15 * torch.randn(x.shape, generator=g), torch.linspace(-1, 1, 12).repeat(n, 1), label)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    torch.manual_seed(0)
    data = _batch()
    split = Split(24, lambda i, _: (data.joints[i], data.index[i], int(data.label[i])), RecognitionBatch.collate)
    stages = [replace(s, epochs=e, batch_size=8) for s, e in zip(TASAR.RECIPE.stages, (60, 2, 4))]
    # a few steps are to do
    stages[0] = replace(stages[0], optimizer="adam", lr=5e-3, batch_size=24, schedule=Schedule())
    method = TASAR(TINY)
    before = {k: v.clone() for k, v in method.state_dict().items()}
    options = TrainingOptions(progress=False, accelerator="cpu")
    return before, train(method, split, tmp_path_factory.mktemp("tasar"), options, Recipe(tuple(stages)))


def test_stages_move_what_they_shall(trained):
    before, method = trained
    assert (method.surrogate(_batch().joints).argmax(1) == _batch().label).float().mean() > 0.9
    assert not torch.equal(before["heads"], method.heads)
    # 3 batches, 4 epochs: fewer than the updates there may be, so that each step is taken in
    assert int(method.count) == 12
    assert ((method.square - method.mean.square()) > 0).float().mean() > 0.5
    assert (method.mean - method.heads).abs().max() < 0.1


def test_the_surrogate_rests_while_heads_are_trained():
    method = TASAR(TINY)
    method.start_stage(TASAR.RECIPE.stages[1])
    method.train()
    assert not any(m.training for m in method.surrogate.modules())
    batch = _batch()
    sum(method.losses(batch).values()).backward()
    assert method.heads.grad.abs().max() > 0 and all(p.grad is None for p in method.surrogate.parameters())
    method.start_stage(TASAR.RECIPE.stages[0])
    method.train()
    assert all(m.training for m in method.surrogate.modules()) and set(method.losses(batch)) == {"cross_entropy"}


def test_flatness_has_the_gradient_of_the_difference():
    torch.manual_seed(0)
    method = TASAR(replace(TINY, radius=0.2, flatness=0.4)).double()
    batch = _batch()
    read, label = method.surrogate.eval().answers(batch.joints.double()).detach().relu(), batch.label

    def gradient(weights):
        return torch.autograd.grad(method.head_losses(read, label, weights).sum(), weights)[0]

    g = gradient(method.heads)
    # a head whose ReLU is shut has no gradient
    ahead = (method.heads + 0.2 * (g / g.norm(dim=-1, keepdim=True)).nan_to_num()).detach().requires_grad_()
    (found,) = torch.autograd.grad(method.flatness(read, label), method.heads)
    assert torch.allclose(found, 0.4 / 0.2 * (gradient(ahead) - g), atol=1e-10)


def test_heads_are_two_linear_maps_and_a_skip():
    k = 4
    first, second = torch.nn.Linear(k, k), torch.nn.Linear(k, k)
    row = torch.cat([first.weight.flatten(), first.bias, second.weight.flatten(), second.bias]).detach()
    logits = torch.rand(1, 5, k)
    assert torch.allclose(head_answers(logits, row[None])[0], logits[0] + second(first(logits[0])).relu(), atol=1e-6)
    two = torch.rand(2, 5, k)
    apart, released = head_answers(two, row.repeat(2, 1)), head_answers(two, row.repeat(2, 1), official_quirks=True)
    assert torch.equal(apart[0], released[0]) and torch.allclose(released[1] - two[1], apart[0] - two[0], atol=1e-6)


def test_attacks_fool_the_surrogate_within_the_budget(trained):
    _, method = trained
    batch = _batch(16, seed=3)
    attacker = TASAR(replace(TINY, epsilon=0.3, rate=0.1, steps=8))
    attacker.load_state_dict(method.state_dict())
    attacker.eval()
    changed = attacker.perturb(batch.joints, batch.label)
    assert (changed - batch.joints).abs().max() <= 0.3 + 1e-5
    assert (attacker.surrogate(changed).argmax(1) != batch.label).float().mean() > 0.7
    scores = attacker.evaluate([batch], {"surrogate": attacker.surrogate})
    assert scores.success["surrogate"] > 0.7 and 0 < scores.deviation.linf <= 0.3 + 1e-5


@pytest.mark.parametrize("change", [{"dual": False}, {"samples": 6}, {"scale": 40.0}, {"motion": False}])
def test_what_only_trained_weights_show(trained, change):
    _, method = trained
    batch = _batch(4)
    method.config = TINY
    base = method.perturb(batch.joints, batch.label)
    method.config = replace(TINY, **change)
    other = method.perturb(batch.joints, batch.label)
    method.config = TINY
    assert not torch.equal(base, other)


def test_weights_are_drawn_anew_by_the_generator(trained):
    _, method = trained
    batch = _batch(4)
    a, b, c = (method.perturb(batch.joints, batch.label, torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_labels_are_the_prediction_where_none_are_given(trained):
    _, method = trained
    x = _batch(6).joints
    label = method.logits(x).argmax(1)
    assert torch.equal(method.perturb(x), method.perturb(x, label))


def test_a_targeted_attack_goes_to_the_names_it_is_given(trained):
    _, method = trained
    batch = _batch(16, seed=3)
    attacker = TASAR(replace(TINY, epsilon=0.3, rate=0.1, steps=8, targeted=True))
    attacker.load_state_dict(method.state_dict())
    attacker.eval()
    wanted = (batch.label + 1) % 4
    named = attacker.logits(attacker.perturb(batch.joints, wanted)).argmax(1)
    assert (named == wanted).float().mean() > 0.7
    with pytest.raises(OptionError, match="what the clips shall be named"):
        attacker.perturb(batch.joints)


def test_the_model_of_motion_can_be_given(trained):
    _, method = trained
    batch = _batch(3)
    fitted = motion_influence(batch.joints)
    assert torch.equal(method.perturb(batch.joints, batch.label), method.perturb(batch.joints, batch.label, influence=fitted))
    nothing = tuple(torch.zeros_like(v) for v in fitted)
    assert not torch.equal(method.perturb(batch.joints, batch.label), method.perturb(batch.joints, batch.label, influence=nothing))


def test_absent_people_stay_absent():
    method = TASAR(replace(TINY, people=2)).eval()
    x = torch.randn(2, 3, 12, 20, 2)
    x[..., 1] = 0
    changed = method.perturb(x)
    assert not changed[..., 1].any() and (changed != x)[..., 0].any()
    released = TASAR(replace(TINY, people=2, official_quirks=True)).eval()
    assert released.perturb(x, (released.logits(x).argmax(1)))[..., 1].any()


def _official(method):
    names = {"heads": "head", "mean": "mean", "square": "sqmean"}
    k = method.config.num_classes
    out = {f"base.{n.removeprefix('streams.joint.')}": v for n, v in method.surrogate.state_dict().items()}
    for ours, theirs in names.items():
        for m, row in enumerate(getattr(method, ours).detach()[:, 0]):
            for part, v in zip(("0.weight", "0.bias", "1.weight", "1.bias"), row.split([k * k, k, k * k, k])):
                out[f"{theirs}{m}.{part}"] = v.view(k, k) if part.endswith("weight") else v
    return out


def test_official_files_come_back(trained, tmp_path):
    _, method = trained
    state = _official(method)
    sizes = {f: getattr(TINY, f) for f in ("skeleton", "people", "frames", "width", "blocks", "dropout", "samples", "steps")}
    read = TASAR.from_official(state, **sizes, official_quirks=False)
    x = _batch(4).joints
    assert torch.allclose(read.perturb(x), method.perturb(x), atol=1e-6)
    (tmp_path / "Dual_Bayesian").mkdir()
    torch.save({k.removeprefix("base."): v for k, v in state.items() if k.startswith("base.")}, tmp_path / "minValLossModel.pth")
    for m in range(2):
        parts = {g: {k.partition(".")[2]: v for k, v in state.items() if k.startswith(f"{g}{m}.")} for g in ("head", "mean", "sqmean")}
        torch.save(parts["head"], tmp_path / f"{m}_minValLossAppendedModel.pth")
        kept = {f"{g}_state_dict": {f"model.{k}": v for k, v in parts[g].items()} for g in ("mean", "sqmean")}
        torch.save(kept, tmp_path / "Dual_Bayesian" / f"multi_swag_ep_{m}.pt")
    again = TASAR.from_official(tmp_path, **sizes, official_quirks=False)
    assert all(torch.equal(a, b) for a, b in zip(read.state_dict().values(), again.state_dict().values()))
    with pytest.raises(FormatError, match="head1.1.bias"):
        TASAR.from_official({k: v for k, v in state.items() if k != "head1.1.bias"}, **sizes)
    with pytest.raises(FormatError, match="wings"):
        TASAR.from_official({**state, "wings": torch.zeros(1)}, **sizes)


def test_heads_without_a_posterior_attack_as_they_are(trained):
    _, method = trained
    state = {k: v for k, v in _official(method).items() if "mean" not in k.partition(".")[0]}
    sizes = {f: getattr(TINY, f) for f in ("skeleton", "people", "frames", "width", "blocks", "dropout", "samples", "steps")}
    read = TASAR.from_official(state, **sizes)
    assert int(read.count) == 0 and torch.equal(read.drawn(torch.randn(2, 2, 1, 40)), read.heads)


def test_a_clip_is_changed_and_written(trained, tmp_path):
    _, method = trained
    generator = torch.Generator().manual_seed(0)
    poses = Poses(torch.randn(1, 40, 20, 3, generator=generator).cumsum(1) / 50, skeleton("kinect20"), 30.0)
    out = method.answer(poses, tmp_path / "clip.npz")
    from vitruve.io import load

    (path,) = out["written"]
    written = load(path)
    assert written.positions.shape == (1, 12, 20, 3) and written.fps == pytest.approx(9.0)


def test_configs_of_data_and_bad_options():
    facts = {"skeleton": "kinect20", "num_classes": 10, "people": 1}
    assert TASAR.fit_config(facts) == Config(skeleton="kinect20", num_classes=10, people=1)
    for change in ({"surrogate": "vit"}, {"heads": 0}, {"epsilon": -1.0}, {"width": 12}):
        with pytest.raises(OptionError):
            Config(**change)
    with pytest.raises(VitruveError, match="skeleton"):
        Config(skeleton="octopus")
