"""Charged particles and balls on springs, simulated: the systems of NRI and EqMotion, in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError
from vitruve.tasks.forecasting import ForecastBatch

KINDS = ("charged", "springs")

STEP = 0.001
"""Time of one integration step."""

_BOX, _SPEED, _SPRING, _LARGEST_FORCE = 5.0, 0.5, 0.1, 0.1 / STEP
_BLOCK = 256
"""Simulations stepped together: few enough for the cache, enough to hide the cost of a call."""


@dataclass(frozen=True, eq=False)
class Particles:
    """Where N particles of S simulations start, and what joins them: products of charges, or stiffness of springs (0 or 1)."""

    kind: str
    positions: Float[Tensor, "S N 3"]
    velocities: Float[Tensor, "S N 3"]
    couplings: Float[Tensor, "S N N"]
    charges: Float[Tensor, "S N"] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OptionError(f"particles {self.kind!r}: expected one of {', '.join(KINDS)}")


@dataclass(frozen=True, eq=False)
class Simulation:
    """Sampled trajectories, float64. `couplings` and `charges` as in :class:`Particles`."""

    positions: Float[Tensor, "S T N 3"]
    velocities: Float[Tensor, "S T N 3"]
    couplings: Float[Tensor, "S N N"]
    charges: Float[Tensor, "S N"] | None

    def batch(self, past: int = 20, future: int = 20) -> ForecastBatch:
        """The first past + future samples as a forecasting batch, float32."""
        if self.positions.shape[1] < past + future:
            raise OptionError(f"the simulation has {self.positions.shape[1]} samples; {past} + {future} were asked for")
        x = self.positions[:, : past + future].transpose(1, 2).float()
        return ForecastBatch(x[:, :, :past].contiguous(), x[:, :, past:].contiguous())


def start(kind: str, simulations: int, seed: int, balls: int = 5, samples: int = 49) -> Particles:
    """Random starts: the same draws as the authors' generator under `numpy.random.seed(seed)`, simulation by simulation.

    Charges are -1 or 1, springs present or absent, each with probability 1/2. Positions are normal about the origin
    (deviation 1 for five charges, 0.5 for springs), speeds are 0.5.

    Args:
        samples: how many samples of each trajectory the authors would draw (zero) noise for; it moves later draws on.
    """
    rng = np.random.RandomState(seed)
    charged = kind == "charged"
    spread = (balls / 5) ** (1 / 3) if charged else 0.5
    rows = []
    for _ in range(simulations):
        if charged:
            charge = rng.choice([-1.0, 0.0, 1.0], size=(balls, 1), p=[0.5, 0.0, 0.5])
            joined = charge @ charge.T
        else:
            drawn = np.tril(rng.choice([0.0, 0.5, 1.0], size=(balls, balls), p=[0.5, 0.0, 0.5]))
            joined = np.tril(drawn, -1) + np.tril(drawn, -1).T
            charge = np.zeros((balls, 1))
        position = rng.randn(3, balls) * spread
        velocity = rng.randn(3, balls)
        velocity *= _SPEED / np.linalg.norm(velocity, axis=0)
        rng.randn(2 * samples * 3 * balls)
        rows.append((position.T, velocity.T, joined, charge[:, 0]))
    places, speeds, couplings, charges = (torch.from_numpy(np.stack(column)) for column in zip(*rows))
    # a wall that only starts meet: what lies outside the box is mirrored into it
    over, under = places > _BOX, places < -_BOX
    speeds = torch.where(over, -speeds.abs(), torch.where(under, speeds.abs(), speeds))
    places = torch.where(over, 2 * _BOX - places, torch.where(under, -2 * _BOX - places, places))
    return Particles(kind, places, speeds, couplings, charges if charged else None)


def integrate(particles: Particles, samples: int = 49, every: int = 200) -> Simulation:
    """Step by step of 0.001: velocities by the forces, then positions; sampled after `every`, 2 `every`, ... steps.

    Charges: q_i q_j (x_i - x_j) / r^3. Springs: -0.1 k_ij (x_i - x_j). Each component of the force on a particle is
    cut at 100, as the authors do; no walls.
    """
    parts = [_integrate(particles, slice(s, s + _BLOCK), samples, every) for s in range(0, len(particles.positions), _BLOCK)]
    x, v = (torch.from_numpy(np.concatenate(p)) for p in zip(*parts))
    return Simulation(x, v, particles.couplings, particles.charges)


def simulate(kind: str, simulations: int, seed: int, balls: int = 5, steps: int = 10000, every: int = 200, samples: int | None = None) -> Simulation:
    """`start` then `integrate`; the first `samples` (default all) of the steps / every - 1 that the authors keep."""
    kept = steps // every - 1
    return integrate(start(kind, simulations, seed, balls, kept), kept if samples is None else min(samples, kept), every)


def _integrate(particles: Particles, block: slice, samples: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    """(S, T, N, 3) positions and velocities; inside, simulations are the last axis, so that every operation runs over whole rows."""
    x = particles.positions[block].permute(2, 1, 0).double().numpy().copy()
    v = particles.velocities[block].permute(2, 1, 0).double().numpy().copy()
    balls = x.shape[1]
    i, j = np.triu_indices(balls, 1)
    joined = particles.couplings[block].numpy()[:, i, j].T.copy()
    # the sum over pairs of what each does to its first particle, and in reverse to its second
    sums = np.zeros((balls, len(i)))
    sums[i, range(len(i))], sums[j, range(len(j))] = 1.0, -1.0
    charged = particles.kind == "charged"
    strength = joined if charged else -_SPRING * joined
    xs = np.empty((samples, *x.shape))
    vs = np.empty_like(xs)
    for step in range(samples * every + 1):
        if step:
            x += STEP * v
            if step % every == 0:
                xs[step // every - 1], vs[step // every - 1] = x, v
        apart = sums.T @ x
        if charged:
            square = np.einsum("dps,dps->ps", apart, apart)
            apart *= strength / (square * np.sqrt(square))
        else:
            apart *= strength
        force = sums @ apart
        v += STEP * np.clip(force, -_LARGEST_FORCE, _LARGEST_FORCE, out=force)
    return xs.transpose(3, 0, 2, 1), vs.transpose(3, 0, 2, 1)


def towards(particles: Particles, axis: int = 0) -> Particles:
    """The same starts with every particle moving forward along an axis: scenes with a preferred direction."""
    v = particles.velocities.clone()
    v[..., axis].abs_()
    return replace(particles, velocities=v)


def edge_accuracy(interactions: Float[Tensor, "S N N 2"], couplings: Float[Tensor, "S N N"]) -> float:
    """Share of ordered pairs i != j whose likelier category is the coupling (0 or 1); categories have no order, so 0.1 is as good as 0.9."""
    wrong = (interactions.argmax(-1) - couplings.abs()).abs()
    n = couplings.shape[-1]
    return 1 - float(wrong[:, ~torch.eye(n, dtype=torch.bool, device=wrong.device)].mean())
