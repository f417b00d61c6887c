"""Attacks stay within their budget, leave absent people alone, and fool what they climb."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn import attacks, skeletons
from vitruve.nn.attacks import Budget, Case, Perception
from vitruve.nn.bayes import Posterior
from vitruve.nn.victims import body

PARENTS = body(skeleton("kinect20")).bones
BUDGET = Budget(0.05, 0.02, 12)
SEEN = Perception(PARENTS, (0, 1, 2))


class Net(nn.Module):
    """Clips that lean one way or the other along a random direction, for each class its own."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.map = nn.Linear(3 * 12 * 20 * 2, 3)
        with torch.no_grad():
            self.map.weight.copy_(torch.randn(self.map.weight.shape, generator=torch.Generator().manual_seed(seed)) / 10)
            self.map.bias.zero_()

    def forward(self, x):
        return self.map(x.flatten(1)).tanh() * 3


NET = Net().eval()


def _clips():
    x = 0.02 * torch.randn(6, 3, 12, 20, 2, generator=torch.Generator().manual_seed(1))
    x[3:, ..., 1] = 0
    return x, NET(x).argmax(1)


def _generator():
    return torch.Generator().manual_seed(0)


def _all():
    posterior = Posterior(Net())
    return {
        "ifgsm": lambda x, y, b: attacks.ifgsm(NET, x, y, b),
        "mifgsm": lambda x, y, b: attacks.mifgsm(NET, x, y, b),
        "smart": lambda x, y, b: attacks.smart(NET, x, y, Budget(b.epsilon, 0.3, 40), SEEN),
        "ciasa": lambda x, y, b: attacks.ciasa(NET, x, y, Budget(b.epsilon, 0.3, 4), SEEN),
        "mig": lambda x, y, b: attacks.mig(NET, x, y, b, samples=4),
        "augment": lambda x, y, b: attacks.augment(NET, x, y, b, _generator()),
        "ensemble": lambda x, y, b: attacks.ensemble([NET, Net(2)], x, y, b),
        "svre": lambda x, y, b: attacks.svre([NET, Net(2)], x, y, b, _generator(), inner=3),
        "ba": lambda x, y, b: attacks.bayesian(NET, posterior, x, y, b, _generator()),
    }


@pytest.mark.parametrize("name", _all())
def test_within_budget_and_nobody_made_up(name):
    x, y = _clips()
    kept = x.clone()
    changed = _all()[name](x, y, BUDGET)
    assert torch.equal(x, kept) and not changed.requires_grad
    assert 0 < (changed - x).abs().max() <= BUDGET.epsilon + 1e-6
    assert not changed[3:, ..., 1].any()
    assert torch.equal(changed, _all()[name](x, y, BUDGET))
    if name not in ("smart", "ciasa"):
        assert (NET(changed).argmax(1) != y).float().mean() > 0.8
    else:
        # less far, but the way is right
        assert F.cross_entropy(NET(changed), y) > F.cross_entropy(NET(x), y)


@pytest.mark.parametrize("name", ["ifgsm", "mifgsm", "mig", "ensemble"])
def test_clips_do_not_touch_each_other(name):
    x, y = _clips()
    whole = _all()[name](x, y, BUDGET)
    assert torch.allclose(whole[2:3], _all()[name](x[2:3], y[2:3], BUDGET), atol=1e-5)


def test_targets_are_reached():
    x, y = _clips()
    target = (y + 1) % 3
    changed = attacks.ifgsm(NET, x, target, Budget(0.05, 0.02, 12, targeted=True))
    assert (NET(changed).argmax(1) == target).float().mean() > 0.8


def test_without_a_gradient_nothing_moves():
    x, y = _clips()
    flat = nn.Sequential(nn.Flatten(), nn.Linear(1440, 3))
    nn.init.zeros_(flat[1].weight)
    for changed in (attacks.ifgsm(flat, x, y, BUDGET), attacks.mifgsm(flat, x, y, BUDGET), attacks.smart(flat, x, y, BUDGET, SEEN)):
        assert torch.equal(changed, x)


def test_as_released_the_loop_ends_when_all_are_fooled_and_the_absent_move():
    x, y = _clips()
    calls = []

    def counted(z):
        calls.append(1)
        return NET(z)

    changed = attacks.ifgsm(counted, x, y, Budget(0.05, 0.02, 50, official_quirks=True))
    assert len(calls) < 50 and changed[3:, ..., 1].any()


def test_those_who_are_there_move_as_far_whoever_else_is():
    x, y = _clips()
    case = Case(x, y, BUDGET)
    moved = case.unit(torch.randn_like(x) * case.there).abs()
    assert torch.allclose(moved[3:, ..., 0].mean(), torch.tensor(1.0), atol=0.05)


def test_momentum_remembers():
    x, y = _clips()
    few = Budget(1.0, 0.002, 3)
    assert not torch.allclose(attacks.mifgsm(NET, x, y, few), attacks.ifgsm(NET, x, y, few), atol=1e-6)
    assert torch.allclose(attacks.mifgsm(NET, x, y, few, decay=0.0), attacks.ifgsm(NET, x, y, few), atol=1e-7)


def test_perception_sees_stretched_bones_and_jerks_but_no_shift():
    x, _ = _clips()
    shift = SEEN.loss(x, x + 0.01)
    joints = Perception(PARENTS, (0, 1, 2), dynamics=False).loss(x, x + 0.01)
    assert shift == pytest.approx(0.3 * 0.6 * float(joints), rel=1e-3)
    assert SEEN.loss(x, x) == 0
    jerk = x.clone()
    jerk[:, :, 5] += 0.01
    assert SEEN.loss(x, jerk) > 10 * SEEN.loss(x, x + 0.01)
    assert Perception(PARENTS, norm="linf", dynamics=False).loss(x, x + 0.01) > 0


def test_smart_moves_only_what_is_not_fooled():
    x, y = _clips()
    wrong = torch.where(torch.arange(6) < 2, (y + 1) % 3, y)
    changed = attacks.smart(NET, x, wrong, BUDGET, SEEN)
    assert torch.equal(changed[:2], x[:2]) and not torch.equal(changed[2:], x[2:])
    signs = attacks.smart(NET, x, y, Budget(0.05, 0.02, 1), SEEN, rule="adam") - x
    assert signs.abs().max() == pytest.approx(0.001, rel=0.01)


def test_realism_counts_unless_as_released():
    x, y = _clips()
    b = Budget(0.05, 0.3, 2)
    assert not torch.equal(attacks.ciasa(NET, x, y, b, SEEN), attacks.smart(NET, x, y, b, SEEN))
    released = Budget(0.05, 0.3, 3, official_quirks=True)
    assert torch.equal(attacks.ciasa(NET, x, y, released, SEEN), attacks.smart(NET, x, y, released, SEEN))


@pytest.mark.parametrize("quirks", [False, True])
def test_what_is_lost_are_joints_and_in_the_release_frames(quirks):
    x = torch.ones(4, 3, 60, 25, 1)
    made = [attacks.augmented(x, skeletons.Dice(torch.Generator().manual_seed(seed)), quirks) for seed in range(12)]
    lost = torch.stack([(y == 0).all(1)[..., 0] for y in made])
    assert lost.any()
    if quirks:
        assert not lost[:, :, 25:].any()
    # the same in all joints of a frame, or in all frames of a joint
    along = 3 if quirks else 2
    assert torch.equal(lost.any(along), lost.all(along))


def test_augmented_clips_are_of_the_same_shape():
    x = torch.randn(3, 3, 30, 20, 2)
    kinds = set()
    for seed in range(12):
        y = attacks.augmented(x, skeletons.Dice(torch.Generator().manual_seed(seed)))
        assert y.shape == x.shape and y.isfinite().all()
        kinds.add(bool((y == 0).any()))
    assert kinds == {True, False}


def test_inner_steps_of_svre_differ_from_the_ensemble():
    x, y = _clips()
    models = [NET, Net(2)]
    few = Budget(1.0, 0.002, 2)
    assert not torch.equal(attacks.svre(models, x, y, few, _generator()), attacks.ensemble(models, x, y, few))
    released = Budget(1.0, 0.002, 2, official_quirks=True)
    assert torch.equal(attacks.svre(models, x, y, released, _generator()), attacks.ensemble(models, x, y, released))


def test_the_flat_gradient_is_that_of_the_penalised_loss():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 1)).double()
    x = torch.randn(7, 4, dtype=torch.float64)
    kept = [p.detach().clone() for p in net.parameters()]
    attacks.flat_gradient(net, lambda: net(x).square().mean(), radius=1e-4, penalty=0.3)
    found = [p.grad.clone() for p in net.parameters()]
    assert all(torch.allclose(p, k, atol=1e-12) for p, k in zip(net.parameters(), kept))
    loss = net(x).square().mean()
    g = torch.autograd.grad(loss, list(net.parameters()), create_graph=True)
    size = torch.sqrt(sum(v.square().sum() for v in g))
    expected = torch.autograd.grad(loss + 0.3 * size, list(net.parameters()))
    assert all(torch.allclose(a, b, atol=1e-3) for a, b in zip(found, expected))


def test_fine_tuning_gives_a_posterior_with_spread():
    x, y = _clips()
    net = Net(3)
    posterior = attacks.finetune_posterior(net, lambda: [(x, y)] * 3, epochs=4, lr=0.1)
    assert posterior.count == 12 and not net.training
    assert (posterior.square["map.weight"] - posterior.mean["map.weight"].square()).max() > 1e-10


def test_bad_input_is_refused():
    x, y = _clips()
    with pytest.raises(ShapeError, match="expected clips"):
        attacks.ifgsm(NET, x, y[:2], BUDGET)
    with pytest.raises(OptionError, match="epsilon"):
        Budget(0.0)
    with pytest.raises(OptionError, match="norm"):
        Perception(PARENTS, norm="l7")
    with pytest.raises(OptionError, match="rule"):
        attacks.smart(NET, x, y, BUDGET, SEEN, rule="sgd")
