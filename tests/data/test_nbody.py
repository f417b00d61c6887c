"""The simulators against a plain loop, conservation laws and motions known in closed form."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vitruve.data import nbody
from vitruve.errors import OptionError
from vitruve.tasks.forecasting import ForecastBatch

F64 = torch.float64


def pair(kind: str, x: list, v: list, coupling: float) -> nbody.Particles:
    joined = torch.tensor([[[0.0, coupling], [coupling, 0.0]]], dtype=F64)
    return nbody.Particles(kind, torch.tensor([x], dtype=F64), torch.tensor([v], dtype=F64), joined)


def plain_loop(p: nbody.Particles, s: int, samples: int, every: int) -> np.ndarray:
    x, v, k = p.positions[s].numpy().copy(), p.velocities[s].numpy().copy(), p.couplings[s].numpy()
    out = []
    for step in range(samples * every + 1):
        if step:
            x = x + 0.001 * v
            if step % every == 0:
                out.append(x)
        force = np.zeros_like(x)
        for i in range(len(x)):
            for j in range(len(x)):
                if i != j:
                    r = x[i] - x[j]
                    force[i] += k[i, j] * r / np.linalg.norm(r) ** 3 if p.kind == "charged" else -0.1 * k[i, j] * r
        v = v + 0.001 * force.clip(-100, 100)
    return np.stack(out)


@pytest.mark.parametrize("kind", nbody.KINDS)
def test_simulations_equal_a_plain_loop(kind):
    p = nbody.start(kind, 3, seed=4)
    run = nbody.integrate(p, samples=6, every=20)
    assert run.positions.shape == (3, 6, 5, 3)
    for s in range(3):
        assert np.abs(run.positions[s].numpy() - plain_loop(p, s, 6, 20)).max() < 1e-9


def test_starts():
    p = nbody.start("charged", 400, seed=1)
    assert torch.allclose(p.velocities.norm(dim=-1), torch.tensor(0.5, dtype=F64))
    assert abs(p.positions.std() - 1) < 0.05 and abs(p.charges.mean()) < 0.1 and set(p.charges.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(p.couplings, p.charges[:, :, None] * p.charges[:, None])
    q = nbody.start("springs", 400, seed=1)
    assert q.charges is None and abs(q.positions.std() - 0.5) < 0.03
    assert set(q.couplings.unique().tolist()) == {0.0, 1.0} and torch.equal(q.couplings, q.couplings.mT)
    assert abs(q.couplings.sum((1, 2)).mean() - 10) < 0.5 and (q.couplings.diagonal(dim1=1, dim2=2) == 0).all()
    again = nbody.start("charged", 400, seed=1)
    assert torch.equal(p.positions, again.positions) and not torch.equal(p.positions, nbody.start("charged", 400, seed=2).positions)
    assert torch.equal(nbody.start("charged", 3, seed=1).positions, p.positions[:3])


def test_velocities_are_the_change_of_positions():
    run = nbody.simulate("charged", 2, seed=3, steps=60, every=1)
    assert torch.allclose(run.positions.diff(dim=1) / nbody.STEP, run.velocities[:, :-1] + (run.velocities.diff(dim=1)), atol=1e-8)


@pytest.mark.parametrize("kind", nbody.KINDS)
def test_momentum_is_kept(kind):
    run = nbody.simulate(kind, 40, seed=0, steps=1002, every=1)
    drift = (run.velocities.sum(2) - run.velocities.sum(2)[:, :1]).abs().amax((1, 2))
    kept = drift < 1e-10
    centre = run.positions.mean(2)
    assert centre[kept].diff(dim=1, n=2).abs().max() < 1e-10
    if kind == "springs":
        assert kept.all()
        return
    # where two charges meet, the cut of forces breaks the law, and nowhere else
    i, j = torch.triu_indices(5, 5, 1)
    nearest = (run.positions[:, :, i] - run.positions[:, :, j]).norm(dim=-1).amin((1, 2))
    assert kept[nearest > 0.15].all() and (nearest > 0.15).sum() > 15
    assert (nearest[~kept] < 0.15).all() and (~kept).sum() > 2


def test_springs_keep_their_energy():
    run = nbody.simulate("springs", 20, seed=5, samples=40)
    apart = (run.positions[:, :, :, None] - run.positions[:, :, None]).square().sum(-1)
    energy = 0.5 * run.velocities.square().sum((2, 3)) + 0.25 * 0.1 * (apart * run.couplings[:, None]).sum((2, 3))
    assert ((energy - energy[:, :1]).abs() / energy[:, :1]).max() < 2e-3


def test_two_balls_on_a_spring_swing():
    run = nbody.integrate(pair("springs", [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], [[0.0] * 3] * 2, 1.0), samples=40, every=200)
    t = 0.2 * torch.arange(1, 41, dtype=F64)
    expected = torch.cos(math.sqrt(0.2) * t)
    assert (run.positions[0, :, 0, 0] - expected).abs().max() < 1e-3
    assert torch.allclose(run.positions[0, :, 0], -run.positions[0, :, 1]) and (run.positions[..., 1:] == 0).all()


def test_opposite_charges_circle():
    # apart 2, each on a circle of radius 1: v^2 / 1 = 1 / 2^2
    run = nbody.integrate(pair("charged", [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], [[0.0, 0.5, 0.0], [0.0, -0.5, 0.0]], -1.0), samples=40, every=200)
    angle = 0.5 * 0.2 * torch.arange(1, 41, dtype=F64)
    expected = torch.stack([angle.cos(), angle.sin(), torch.zeros(40, dtype=F64)], -1)
    assert (run.positions[0, :, 0] - expected).abs().max() < 2e-3


def test_like_charges_fly_apart():
    run = nbody.integrate(pair("charged", [[0.5, 0.0, 0.0], [-0.5, 0.0, 0.0]], [[0.0] * 3] * 2, 1.0), samples=20, every=200)
    s = run.positions[0, :, 0, 0] - run.positions[0, :, 1, 0]
    # from rest at distance 1 under 2 / r^2: t = (sqrt(s (s - 1)) + arcosh(sqrt(s))) / 2
    time = (torch.sqrt(s * (s - 1)) + torch.acosh(torch.sqrt(s))) / 2
    assert (time - 0.2 * torch.arange(1, 21, dtype=F64)).abs().max() < 2e-3


def test_forces_are_cut():
    run = nbody.integrate(pair("charged", [[0.01, 0.0, 0.0], [-0.01, 0.0, 0.0]], [[0.0] * 3] * 2, 1.0), samples=1, every=1)
    # 1 / 0.02^2 = 2500 would push to 2.5; two cut steps give 0.2
    assert torch.allclose(run.velocities[0, 0, 0, 0], torch.tensor(0.1, dtype=F64))


def test_blocks_do_not_matter(monkeypatch):
    p = nbody.start("charged", 7, seed=2)
    whole = nbody.integrate(p, 3, 10).positions
    monkeypatch.setattr(nbody, "_BLOCK", 3)
    assert torch.allclose(nbody.integrate(p, 3, 10).positions, whole, rtol=0, atol=1e-12)


def test_batches_and_preferred_directions():
    run = nbody.simulate("springs", 2, seed=0, steps=1000, every=100)
    batch = run.batch(5, 4)
    assert isinstance(batch, ForecastBatch) and batch.past.shape == (2, 5, 5, 3) and batch.future.dtype == torch.float32
    assert torch.equal(torch.cat([batch.past, batch.future], 2), run.positions.transpose(1, 2).float())
    with pytest.raises(OptionError, match="9 samples; 5 [+] 5"):
        run.batch(5, 5)
    p = nbody.start("charged", 50, 0)
    forward = nbody.towards(p)
    assert (forward.velocities[..., 0] >= 0).all() and torch.equal(forward.velocities[..., 1:], p.velocities[..., 1:])
    assert (p.velocities[..., 0] < 0).any()
    with pytest.raises(OptionError, match="particles 'gravity'"):
        replace(p, kind="gravity")


def test_edge_accuracy():
    joined = torch.tensor([[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    right = torch.stack([1 - joined, joined], -1)
    right[:, range(3), range(3)] = torch.tensor([0.0, 1.0])  # what is said of an agent and itself does not count
    assert nbody.edge_accuracy(right, joined) == 1
    assert nbody.edge_accuracy(right.flip(-1), joined) == 0
    right[0, 0, 1] = torch.tensor([0.9, 0.1])
    assert abs(nbody.edge_accuracy(right, joined) - 5 / 6) < 1e-6
    assert abs(nbody.edge_accuracy(right, -joined) - 5 / 6) < 1e-6
