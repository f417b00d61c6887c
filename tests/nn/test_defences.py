"""Defences make answers move less under small changes, and draw clips their model finds likely."""

import pytest
import torch
from torch import nn

from vitruve.core.standards import skeleton
from vitruve.nn.attacks import Budget, ifgsm
from vitruve.nn.defences import BEAT, trades
from vitruve.nn.victims import body

PARENTS = body(skeleton("kinect20")).bones


def _clips():
    g = torch.Generator().manual_seed(0)
    x = 0.05 * torch.randn(32, 3, 6, 20, 2, generator=g)
    y = torch.arange(32) % 2
    # one sure sign, far larger than an attack may move, and many weak ones
    x[:, 0, 0, 0, 0] = (2 * y - 1) * 0.3
    x[:, :, 1:] += (2 * y - 1).view(-1, 1, 1, 1, 1) * 0.01
    x[::4, ..., 1] = 0
    return x, y


def _net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(720, 16), nn.ReLU(), nn.Linear(16, 2))


def _trained(loss):
    net, (x, y) = _net(), _clips()
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        torch.stack(list(loss(net, x, y).values())).sum().backward()
        optimizer.step()
    return net.eval()


def _broken(net):
    x, y = _clips()
    assert (net(x).argmax(1) == y).float().mean() > 0.9
    return float((net(ifgsm(net, x, y, Budget(0.03, 0.01, 10))).argmax(1) != y).float().mean())


def test_trades_is_harder_to_fool():
    plain = _trained(lambda n, x, y: {"ce": nn.functional.cross_entropy(n(x), y)})
    defended = _trained(lambda n, x, y: trades(n, x, y, 0.03, steps=3, rate=0.02))
    assert _broken(defended) < _broken(plain) - 0.2


def test_trades_terms():
    x, y = _clips()
    terms = trades(_net(), x, y, 0.03, steps=2, rate=0.02)
    assert set(terms) == {"cross_entropy", "robust"} and terms["robust"] > 0
    assert trades(_net(), x, y, 1e-9, steps=1)["robust"].item() == pytest.approx(0, abs=1e-5)


def test_langevin_climbs_and_keeps_a_pool():
    net, (x, _) = _net(), _clips()
    beat = BEAT(PARENTS, steps=20, pool=40)
    torch.manual_seed(0)
    start = 2 * torch.rand_like(x) - 1
    torch.manual_seed(0)
    drawn = beat.sample(net, x)
    height = lambda z: float(net(z).logsumexp(1).mean().detach())  # noqa: E731
    assert height(drawn) > height(start)
    beat.sample(net, x)
    assert len(beat.pool) == 40


def test_absent_people_stay_absent():
    net, (x, y) = _net(), _clips()
    beat = BEAT(PARENTS, steps=2)
    there = (x != 0).flatten(1, 3).any(1)[:, None, None, None].float()
    assert not (beat.climb(x, lambda z: net(z).sum(), there) * (1 - there)).any()
    terms = beat.losses(net, x, y)
    assert set(terms) == {"energy", "changed", "cross_entropy"} and all(v.isfinite() for v in terms.values())


def test_released_logits_are_rectified():
    x, _ = _clips()
    assert BEAT(PARENTS, official_quirks=True).read(_net(), x).min() == 0 > BEAT(PARENTS).read(_net(), x).min()


def test_distance_is_of_motion_and_bones():
    x, _ = _clips()
    beat = BEAT(PARENTS)
    assert beat.distance(x, x) == 0
    assert beat.distance(x, x + 0.1) < 1e-9 < beat.distance(x, 1.1 * x)
