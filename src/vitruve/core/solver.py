"""Least-squares poses: damped Gauss-Newton over all frames at once.

Each frame is a small dense problem in the rotations of the active joints (world-frame increments) and the
root's translation. A point p below joint j moves by w x (p - x_j), so the normal matrix follows from the lever
arms alone. Frames are coupled only by the optional smoothness term, which conjugate gradients handle with the
frames' own factors as preconditioner: time is linear in the number of frames, and the working memory is
that of one chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import roma
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import GlobalPose, forward_kinematics
from vitruve.core.skeleton import Skeleton

_CHUNK = 256
_OVERLAP = 24
_CG_STEPS = 12
_LIMIT_WEIGHT = 1.0
_LEVER = 0.1
"""Square of the lever (metres) that makes a rotation's acceleration comparable to a point's."""


@dataclass(frozen=True, eq=False)
class Sites:
    """K points of a rig: joint positions, each with an optional constant offset in its parent's frame.

    `joints` are the joints' indices; `local` (K, 3) metres turns with the bone that leads to the joint
    (with the joint itself at the root).
    """

    joints: tuple[int, ...]
    local: Float[Tensor, "K 3"] | None = None

    def frames(self, skeleton: Skeleton) -> list[int]:
        """The joint whose frame each offset turns with."""
        return [skeleton.parents[j] if skeleton.parents[j] >= 0 else j for j in self.joints]

    def positions(self, skeleton: Skeleton, pose: GlobalPose) -> Float[Tensor, "T K 3"]:
        """World positions of the points."""
        x = pose.positions[:, list(self.joints)]
        return x if self.local is None else x + rot.rotate(pose.rotations[:, self.frames(skeleton)], self.local)

    def moved_by(self, skeleton: Skeleton) -> Bool[Tensor, "K J"]:
        """Whether turning joint j moves point k."""
        moved = torch.zeros(len(self.joints), len(skeleton), dtype=torch.bool)
        for k, (j, frame) in enumerate(zip(self.joints, self.frames(skeleton))):
            moved[k, list(skeleton.chain(j)[:-1]) + ([frame] if self.local is not None else [])] = True
        return moved


@runtime_checkable
class Observation(Protocol):
    """What the points should look like, as residuals whose squares are summed."""

    def residuals(self, points: Float[Tensor, "F K 3"], frames: Tensor) -> tuple[Float[Tensor, "F K R"], Tensor]:
        """Weighted residuals and their derivatives by the point: (F, K, R, 3), or (F, K) for a multiple of the identity."""
        ...


@dataclass(frozen=True, eq=False)
class PointTargets:
    """Points in the world: `positions` (T, K, 3) metres, NaN where unknown; `weights` (K,) or (T, K)."""

    positions: Float[Tensor, "T K 3"]
    weights: Float[Tensor, "*T K"]

    def residuals(self, points: Float[Tensor, "F K 3"], frames: Tensor) -> tuple[Tensor, Tensor]:
        target = self.positions[frames]
        known = target.isfinite().all(-1)
        w = self.weights if self.weights.ndim == 1 else self.weights[frames]
        scale = torch.where(known, w, 0.0).sqrt()
        return scale[..., None] * (points - target.nan_to_num()), scale


def jacobian(skeleton: Skeleton, pose: GlobalPose, sites: Sites) -> Float[Tensor, "T K 3 N"]:
    """Derivatives of points by world-frame rotation increments of every joint, then by the root's translation.

    N = 3 J + 3, ordered by axis, then joint; metres per radian: w x (p - x_j) for a point p that joint j moves.
    """
    m = _levers(pose.positions, sites.positions(skeleton, pose), sites.moved_by(skeleton).to(pose.positions))
    eye = torch.eye(3, dtype=m.dtype, device=m.device)
    # row i of d(w x m)/dw is m x e_i
    turn = _cross(m[:, :, None], eye[:, :, None]).flatten(-2)
    return torch.cat([turn, eye.expand(*turn.shape[:2], 3, 3)], -1)


def _levers(pivots: Tensor, points: Tensor, moved: Tensor) -> Tensor:
    """Lever arms (F, K, 3, A) from each pivot to each point it moves, zero for the others."""
    return (points[..., None] - pivots.mT[:, None]) * moved[:, None]


def _cross(u: Tensor, v: Tensor) -> Tensor:
    """Cross product along the last axis but one; broadcasts."""
    (a, b, c), (x, y, z) = u.unbind(-2), v.unbind(-2)
    return torch.stack([b * z - c * y, c * x - a * z, a * y - b * x], -2)


def _normal_equations(m: Tensor, e: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """J'J (F, N, N) and J'e (F, N) from lever arms (F, K, 3, A), residuals (F, K, R) and their derivatives.

    Unknowns are ordered by axis, then joint: the blocks of the matrix are then whole slices.
    """
    f, k, _, a = m.shape
    n = 3 * a
    if rows.ndim > 2:
        # residual r moves by row . (w x m) = w . (m x row)
        turn = _cross(m[:, :, None], rows[..., None]).reshape(f, -1, n)
        j = torch.cat([turn, rows.reshape(f, -1, 3)], -1)
        return j.mT @ j, (e.reshape(f, 1, -1) @ j)[:, 0]
    w = rows.square()
    m = m * rows[..., None, None]
    flat = m.reshape(f, k, n)
    s = flat.mT @ flat
    h = m.new_zeros(f, n + 3, n + 3)
    part = [slice(i * a, (i + 1) * a) for i in range(3)]
    # sum of [u]x' [v]x = (u . v) I - v u'
    x, y, z = (s[:, p, p] for p in part)
    for p, diagonal in zip(part, (y + z, x + z, x + y)):
        h[:, p, p] = diagonal
        for q in part:
            if q != p:
                h[:, p, q] = -s[:, q, p]
    tx, ty, tz = ((m * rows[..., None, None]).sum(1)).unbind(1)
    for axis, column, t in ((0, 1, -tz), (0, 2, ty), (1, 0, tz), (1, 2, -tx), (2, 0, -ty), (2, 1, tx)):
        h[:, part[axis], n + column] = t
        h[:, n + column, part[axis]] = t
    h[:, range(n, n + 3), range(n, n + 3)] = w.sum(1)[:, None]
    g = torch.cat([_cross(m, e[..., None]).sum(1).reshape(f, n), (rows[..., None] * e).sum(1)], -1)
    return h, g


class _State(NamedTuple):
    rotations: Tensor
    translation: Tensor
    pose: GlobalPose
    points: Tensor
    residual: Tensor
    rows: Tensor
    away: Tensor
    """Rotation vectors from the reference to the active joints' local rotations (F, A, 3)."""
    beyond: Tensor
    """By how much each component of the local rotation vectors is beyond its limits (F, A, 3)."""
    cost: Tensor
    """(F,) without the smoothness term."""


@dataclass(frozen=True, eq=False)
class _Problem:
    skeleton: Skeleton
    offsets: Tensor
    sites: Sites
    observation: Observation
    active: list[int]
    parents: list[int]
    moved: Tensor
    stiffness: Tensor
    reference: Tensor
    limits: tuple[Tensor, Tensor] | None
    smoothness: float

    def evaluate(self, rotations: Tensor, translation: Tensor, frames: Tensor) -> _State:
        offsets = self.offsets[frames] if self.offsets.ndim == 3 else self.offsets
        pose = forward_kinematics(self.skeleton, rotations, translation, offsets)
        points = self.sites.positions(self.skeleton, pose)
        residual, rows = self.observation.residuals(points, frames)
        local = rotations[:, self.active]
        away = rot.to_rotvec(rot.multiply(local, rot.inverse(self.reference[frames].double())))
        cost = residual.square().sum((1, 2)) + (self.stiffness[:, None] * away.square()).sum((1, 2))
        beyond = torch.zeros_like(away)
        if self.limits is not None:
            turn = rot.to_rotvec(local)
            beyond = turn - turn.clamp(*self.limits)
            cost = cost + _LIMIT_WEIGHT * beyond.square().sum((1, 2))
        return _State(rotations, translation, pose, points, residual, rows, away, beyond, cost)

    def parent_rotations(self, state: _State) -> Tensor:
        """World rotations (F, A, 4) of the frames in which local increments turn."""
        g = state.pose.rotations[:, [max(p, 0) for p in self.parents]]
        roots = torch.tensor([p < 0 for p in self.parents], dtype=torch.bool, device=g.device)
        return torch.where(roots[:, None], rot.identity(1, dtype=g.dtype, device=g.device), g)

    def acceleration(self, state: _State) -> tuple[Tensor, Tensor]:
        """Second differences of rotations (F-2, A, 3) and translation (F-2, 3), weighted."""
        r = state.rotations[:, self.active]
        v = rot.to_rotvec(rot.multiply(r[1:], rot.inverse(r[:-1])))
        return (self.smoothness * _LEVER) ** 0.5 * v.diff(dim=0), self.smoothness**0.5 * state.translation.diff(n=2, dim=0)

    def total(self, state: _State, free: Tensor) -> Tensor:
        a, b = self.acceleration(state)
        return (state.cost * free).sum() + a.square().sum() + b.square().sum()

    def equations(self, state: _State, parents: Tensor) -> tuple[Tensor, Tensor]:
        """Normal matrix (F, N, N) and gradient (F, N) of everything but smoothness."""
        m = _levers(state.pose.positions[:, self.active], state.points, self.moved)
        h, g = _normal_equations(m, state.residual, state.rows)
        n = 3 * len(self.active)
        g[:, :n] += _pack(rot.rotate(parents, self.stiffness[:, None] * state.away + _LIMIT_WEIGHT * state.beyond))
        h.diagonal(dim1=1, dim2=2)[:, :n] += self.stiffness.repeat(3)
        if self.limits is not None:
            p = roma.unitquat_to_rotmat(parents)
            blocks = (p * (_LIMIT_WEIGHT * (state.beyond != 0).to(p))[..., None, :]) @ p.mT
            view = h[:, :n, :n].unflatten(2, (3, -1)).unflatten(1, (3, -1))
            view.diagonal(dim1=2, dim2=4).add_(blocks.permute(0, 2, 3, 1))
        return h, g

    def moved_state(self, state: _State, step: Tensor, parents: Tensor, frames: Tensor) -> _State:
        n = 3 * len(self.active)
        turn = rot.rotate(rot.inverse(parents), _unpack(step[:, :n]))
        r = state.rotations.clone()
        r[:, self.active] = rot.normalize(rot.multiply(rot.from_rotvec(turn), r[:, self.active]))
        return self.evaluate(r, state.translation + step[:, n:], frames)


def _pack(x: Tensor) -> Tensor:
    """Vectors of joints (F, A, 3) to unknowns (F, 3 A)."""
    return x.mT.flatten(1)


def _unpack(x: Tensor) -> Tensor:
    """Unknowns (F, 3 A) to vectors of joints (F, A, 3)."""
    return x.unflatten(1, (3, -1)).mT


def _second_difference(x: Tensor) -> Tensor:
    """D'D x for the second difference D along the first axis."""
    return _spread(x.diff(n=2, dim=0))


def _spread(a: Tensor) -> Tensor:
    """D'a: from F - 2 second differences to F frames."""
    out = a.new_zeros(len(a) + 2, *a.shape[1:])
    out[:-2] += a
    out[1:-1] -= 2 * a
    out[2:] += a
    return out


def _smooth_step(problem: _Problem, state: _State, h: Tensor, g: Tensor, parents: Tensor, free: Tensor) -> Tensor:
    """The Gauss-Newton step with frames coupled by smoothness, by preconditioned conjugate gradients."""
    n = 3 * len(problem.active)
    weight = g.new_full((n + 3,), problem.smoothness)
    weight[:n] *= _LEVER

    def to_local(x: Tensor) -> Tensor:
        return torch.cat([_pack(rot.rotate(rot.inverse(parents), _unpack(x[:, :n]))), x[:, n:]], 1)

    def to_world(x: Tensor) -> Tensor:
        return torch.cat([_pack(rot.rotate(parents, _unpack(x[:, :n]))), x[:, n:]], 1)

    def apply(x: Tensor) -> Tensor:
        y = (h @ x[..., None])[..., 0] + to_world(weight * _second_difference(to_local(x)))
        return y * free[:, None]

    a, b = problem.acceleration(state)
    pull = torch.cat([_pack(_spread((_LEVER * problem.smoothness) ** 0.5 * a)), _spread(problem.smoothness**0.5 * b)], 1)
    residual = -(g + to_world(pull)) * free[:, None]
    own = _second_difference_diagonal(len(g)).to(g)
    factor = torch.linalg.cholesky(h + torch.diag_embed(own[:, None] * weight))
    x = torch.zeros_like(g)
    z = torch.cholesky_solve(residual[..., None], factor)[..., 0]
    p, rz = z, (residual * z).sum()
    stop = 1e-8 * rz
    for _ in range(_CG_STEPS):
        if rz <= stop:
            break
        q = apply(p)
        alpha = rz / (p * q).sum()
        x = x + alpha * p
        residual = residual - alpha * q
        z = torch.cholesky_solve(residual[..., None], factor)[..., 0]
        rz, old = (residual * z).sum(), rz
        p = z + rz / old * p
    return x


def _second_difference_diagonal(n: int) -> Tensor:
    """The diagonal of D'D: 1, 5, 6, ..., 6, 5, 1."""
    one = torch.ones(n - 2)
    pad = torch.nn.functional.pad
    return pad(one, (0, 2)) + 4 * pad(one, (1, 1)) + pad(one, (2, 0))


_TOLERANCE = 1e-4
_MIN_COST = 1e-10


def _damped(h: Tensor, damping: Tensor) -> Tensor:
    """Levenberg-Marquardt; 1e-9 keeps what nothing observes (a frame with no target, a joint without stiffness) solvable."""
    diagonal = h.diagonal(dim1=1, dim2=2)
    diagonal += damping[:, None] * diagonal + 1e-9
    return h


def _solve_frames(problem: _Problem, rotations: Tensor, translation: Tensor, frames: Tensor, iterations: int) -> tuple[Tensor, Tensor]:
    """Frames that do not depend on each other; each stops when it has converged."""
    state = problem.evaluate(rotations, translation, frames)
    rotations, translation = rotations.clone(), translation.clone()
    row = torch.arange(len(frames), device=frames.device)
    damping = torch.full_like(state.cost, 1e-5)
    for _ in range(iterations):
        parents = problem.parent_rotations(state)
        h, g = problem.equations(state, parents)
        step = -torch.cholesky_solve(g[..., None], torch.linalg.cholesky(_damped(h, damping)))[..., 0]
        trial = problem.moved_state(state, step, parents, frames[row])
        better = trial.cost <= state.cost
        going = ~better | (state.cost - trial.cost > _TOLERANCE * state.cost + _MIN_COST)
        damping = torch.where(better, (damping / 5).clamp_min(1e-9), (damping * 20).clamp_max(1e3))
        state = trial if better.all() else _choose(better, trial, state)
        rotations[row], translation[row] = state.rotations, state.translation
        if not going.any():
            break
        if not going.all():
            row, damping, state = row[going], damping[going], _take(going, state)
    return rotations, translation


def _solve_coupled(problem: _Problem, rotations: Tensor, translation: Tensor, frames: Tensor, free: Tensor, iterations: int) -> tuple[Tensor, Tensor]:
    """Frames tied by smoothness: one step for all of them, taken or not as a whole."""
    state = problem.evaluate(rotations, translation, frames)
    damping = torch.full_like(state.cost, 1e-5)
    before = problem.total(state, free)
    for _ in range(iterations):
        parents = problem.parent_rotations(state)
        h, g = problem.equations(state, parents)
        trial = problem.moved_state(state, _smooth_step(problem, state, _damped(h, damping), g, parents, free), parents, frames)
        after = problem.total(trial, free)
        if after <= before:
            done = before - after <= _TOLERANCE * before + _MIN_COST
            state, before, damping = trial, after, (damping / 5).clamp_min(1e-9)
            if done:
                break
        else:
            damping = (damping * 20).clamp_max(1e3)
    return state.rotations, state.translation


def _map(f: Callable[..., Tensor], *states: Any) -> _State:
    """Apply a function to every tensor of states."""
    fields: list[Any] = [GlobalPose(*(f(*x) for x in zip(*v))) if isinstance(v[0], GlobalPose) else f(*v) for v in zip(*states)]
    return _State(*fields)


def _choose(better: Tensor, new: _State, old: _State) -> _State:
    return _map(lambda a, b: torch.where(better.reshape(-1, *[1] * (a.ndim - 1)), a, b), new, old)


def _take(rows: Tensor, state: _State) -> _State:
    return _map(lambda a: a[rows], state)


def solve(
    skeleton: Skeleton,
    offsets: Float[Tensor, "*F J 3"],
    rotations: Float[Tensor, "T J 4"],
    translation: Float[Tensor, "T 3"],
    sites: Sites,
    observation: Observation,
    *,
    stiffness: float | Float[Tensor, " J"] = 1e-4,
    locked: Sequence[int] = (),
    reference: Float[Tensor, "T J 4"] | None = None,
    limits: tuple[Float[Tensor, "J 3"], Float[Tensor, "J 3"]] | None = None,
    smoothness: float = 0.0,
    iterations: int = 10,
) -> tuple[Float[Tensor, "T J 4"], Float[Tensor, "T 3"]]:
    """Refine rotations and root translation until the sites look as observed; float64 inside.

    Args:
        rotations, translation: where to start.
        stiffness: weight (m^2/rad^2, per joint or one for all) of the squared angle to `reference`. It also
            settles what the targets leave open, such as twist.
        locked: joints that keep their local rotation.
        reference: local rotations to stay close to; the start by default.
        limits: (lower, upper) of each joint's local rotation vector, radians, as a soft bound.
        smoothness: weight of squared second differences over time (frames), of positions and of rotations.
        iterations: at most so many Gauss-Newton steps.
    """
    line = sorted({a for j in sites.joints for a in skeleton.chain(j)})
    sub = skeleton.select(line)
    place = {j: i for i, j in enumerate(line)}
    sites = Sites(tuple(place[j] for j in sites.joints), None if sites.local is None else sites.local.double())
    moved = sites.moved_by(sub)
    held = {place[j] for j in locked if j in place}
    active = [j for j in range(len(sub)) if moved[:, j].any() and j not in held]
    source = [line[j] for j in active]
    k = torch.as_tensor(stiffness, dtype=torch.float64, device=rotations.device).expand(len(skeleton))
    problem = _Problem(
        sub,
        offsets.double()[..., line, :],
        sites,
        observation,
        active,
        [sub.parents[j] for j in active],
        moved[:, active].to(k),
        k[source],
        (rotations if reference is None else reference)[:, source],
        None if limits is None else (limits[0].double()[source], limits[1].double()[source]),
        smoothness,
    )
    r, t = rotations.clone(), translation.clone()
    n = len(r)
    for start in range(0, n, _CHUNK):
        end = min(start + _CHUNK, n)
        first, last = (max(start - 2, 0), min(end + _OVERLAP, n)) if smoothness > 0 else (start, end)
        frames = torch.arange(first, last, device=r.device)
        if smoothness > 0 and last - first > 2:
            found, moved_to = _solve_coupled(problem, r[first:last, line].double(), t[first:last].double(), frames, (frames >= start).to(k), iterations)
        else:
            found, moved_to = _solve_frames(problem, r[first:last, line].double(), t[first:last].double(), frames, iterations)
        # frames of the overlap are solved again with their own successors; this gives them a better start
        r[start:last, line] = found[start - first :].to(r)
        t[start:last] = moved_to[start - first :].to(t)
    return r, t
