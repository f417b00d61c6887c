"""Inverse kinematics: joint rotations from joint positions, in closed form and by least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import roma
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core import timeline
from vitruve.core.motion import Motion, forward_kinematics, local_rotations
from vitruve.core.poses import Poses
from vitruve.core.reference import T_POSE
from vitruve.core.skeleton import Skeleton
from vitruve.core.solver import PointTargets, Sites, solve
from vitruve.core.standards import skeleton as skeleton_by_name
from vitruve.core.timeline import by_blocks
from vitruve.errors import OptionError, ShapeError, SkeletonError


def _anchors(skeleton: Skeleton, joint: int, seen: Bool[Tensor, " J"]) -> list[int]:
    """The nearest joints below `joint` that are observed at all."""
    out = []
    for c in skeleton.children[joint]:
        out += [c] if seen[c] else _anchors(skeleton, c, seen)
    return out


def align_chains(
    skeleton: Skeleton,
    offsets: Float[Tensor, "J 3"],
    positions: Float[Tensor, "T J 3"],
    initial: Float[Tensor, "T J 4"] | None = None,
) -> tuple[Float[Tensor, "T J 4"], Float[Tensor, "T 3"]]:
    """Local rotations and root path that point every bone at its target, in closed form, from the root down.

    A joint with one bone swings by the least rotation; one with several (pelvis, chest, wrist) takes their
    least-squares rotation (Kabsch). What no target settles stays as in `initial` (the rest pose by default).
    Where bone lengths agree with the targets the joints meet them. Missing targets are NaN.
    """
    seen = positions.isfinite().all(-1).any(0)
    r, t = by_blocks(lambda part: _aligned(skeleton, offsets, positions[part], None if initial is None else initial[part], seen), len(positions))
    return r, t


def _aligned(skeleton: Skeleton, offsets: Tensor, positions: Tensor, initial: Tensor | None, seen: Tensor) -> tuple[Tensor, Tensor]:
    """What :func:`align_chains` does, of some frames; `seen` (J,) says which joints have targets in any frame of the motion."""
    n = len(positions)
    known = positions.isfinite().all(-1)
    root = skeleton.roots[0]
    rest = forward_kinematics(skeleton, rot.identity(len(skeleton), dtype=offsets.dtype), torch.zeros_like(offsets[root]), offsets).positions
    local = rot.identity(n, len(skeleton), dtype=positions.dtype) if initial is None else initial
    world: list[Tensor] = [torch.empty(0)] * len(skeleton)
    place: list[Tensor] = [torch.empty(0)] * len(skeleton)
    for j in (root, *(j for joints, _ in skeleton.levels for j in joints)):
        parent = skeleton.parents[j]
        start = local[:, j] if parent < 0 else rot.multiply(world[parent], local[:, j])
        ends = _anchors(skeleton, j, seen)
        arms = rest[ends] - rest[j]
        if parent >= 0:
            hung = place[parent] + rot.rotate(world[parent], offsets[j])
            pivot = torch.where(known[:, j, None], positions[:, j], hung)
        else:
            pivot = positions[:, j]
            if not seen[j] and ends:
                pivot = positions[:, ends].nanmean(1) - rot.rotate(start, arms.mean(0))
        aims = positions[:, ends] - pivot[:, None]
        usable = known[:, ends] & (arms.norm(dim=-1) > 1e-6) & pivot.isfinite().all(-1, keepdim=True)
        aims = torch.where(usable[..., None], aims, 0.0)
        if len(ends) == 1:
            swing = rot.between(rot.rotate(start, arms[0]), aims[:, 0])
            turned = torch.where(usable & (aims.norm(dim=-1) > 1e-9), rot.multiply(swing, start), start)
        elif ends:
            spread = torch.einsum("tki,kj->tij", aims, arms)
            # a trace of the start decides what the targets leave open
            spread = spread + 1e-6 * roma.unitquat_to_rotmat(start)
            turned = roma.rotmat_to_unitquat(rot.nearest_rotation(spread))
        else:
            turned = start
        if parent < 0:
            pivot = torch.where(known[:, j, None], pivot, (positions[:, ends] - rot.rotate(turned[:, None], arms)).nanmean(1)) if ends else pivot
            place[j] = pivot
        else:
            place[j] = hung
        world[j] = turned
    return local_rotations(skeleton, torch.stack(world, 1)), place[root]


def interpolate_missing(x: Float[Tensor, "T K 3"]) -> Float[Tensor, "T K 3"]:
    """Fill every NaN linearly in time, and beyond the first and last known frame with the nearest; never-seen points stay NaN."""
    known = x.isfinite().all(-1)
    out = x.clone()
    frames = torch.arange(len(x))
    for k in (~known).any(0).nonzero().flatten().tolist():
        at = known[:, k].nonzero().flatten()
        if not len(at):
            continue
        after = torch.searchsorted(at, frames).clamp(max=len(at) - 1)
        low, high = at[(after - 1).clamp_min(0)], at[after]
        low = torch.where(frames >= at[-1], at[-1], torch.where(frames <= at[0], at[0], low))
        w = ((frames - low).to(x) / (high - low).clamp_min(1)).clamp(0, 1)[:, None]
        out[:, k] = torch.where(known[:, k, None], x[:, k], torch.lerp(x[low, k], x[high, k], w))
    return out


def inverse_kinematics(
    target: Poses | Float[Tensor, "T K 3"],
    skeleton: Skeleton,
    offsets: Float[Tensor, "J 3"],
    *,
    joints: Sequence[int | str] | None = None,
    local: Float[Tensor, "K 3"] | None = None,
    initial: Motion | None = None,
    weights: Float[Tensor, "*T K"] | None = None,
    stiffness: float | Float[Tensor, " J"] = 1e-4,
    limits: tuple[Float[Tensor, "J 3"], Float[Tensor, "J 3"]] | None = None,
    smoothness: float = 0.0,
    iterations: int = 10,
    fps: float | None = None,
) -> Motion:
    """The motion of a rig whose joints are where they were seen, in the least-squares sense.

    Args:
        target: one person in 3D (mapped to `skeleton`; only landmarks the two share are used, weighted by
            confidence), or positions (T, K, 3) of `joints`, metres. NaN where unknown.
        offsets: rest position of each joint relative to its parent, metres (as in Motion).
        joints: joints (index, name or landmark) that a tensor of positions gives; every joint by default.
        local: constant offset (K, 3) of each target from its joint, in the frame of the bone that leads to it.
        initial: where to start, and what unobserved rotations (twist) stay close to; by default every bone is
            first pointed at its target in closed form (:func:`align_chains`).
        weights: of the squared distances, (K,) or (T, K); 1 by default.
        stiffness, limits, smoothness, iterations: see :func:`vitruve.core.solver.solve`; smoothness is per frame at 30 frames/s
            and scaled so that the result does not depend on the frame rate.
        fps: frame rate of a tensor of positions; that of `initial`, else 30, by default.

    Raises:
        OptionError: poses of several people, or in 2D. SkeletonError: nothing shared. ShapeError: shapes that do not fit.
    """
    metadata: dict[str, Any] = {}
    if isinstance(target, Poses):
        _one_person(target)
        mapped = target.skeleton.map_to(skeleton)
        exact = [j for j in range(len(skeleton)) if mapped.mask[j] and j not in mapped.derived]
        if not exact:
            raise SkeletonError(f"skeletons {target.skeleton.name!r} and {skeleton.name!r} share no joint")
        found = target.map_to(skeleton)
        positions, chosen = found.positions[0][:, exact], exact
        weights = found.confidence[0][:, exact] if weights is None else weights
        fps = target.fps
        metadata = dict(target.metadata)
    else:
        positions = target
        chosen = list(range(len(skeleton))) if joints is None else [j if isinstance(j, int) else skeleton.index(j) for j in joints]
    if positions.shape[1] != len(chosen):
        raise ShapeError(f"targets: {positions.shape[1]} points for {len(chosen)} joints")
    if offsets.shape != (len(skeleton), 3):
        raise ShapeError(f"offsets: expected ({len(skeleton)}, 3), found {tuple(offsets.shape)}")
    if initial is not None and len(initial) != len(positions):
        raise ShapeError(f"initial motion: expected {len(positions)} frames, found {len(initial)}")
    if not positions.isfinite().all(-1).any():
        raise ShapeError("targets: no position is known in any frame")
    x = positions.double()
    w = torch.ones(len(chosen), dtype=x.dtype) if weights is None else weights.double()
    rate = fps or (initial.fps if initial is not None else 30.0)
    if initial is None:
        full = x.new_full((len(x), len(skeleton), 3), torch.nan)
        full[:, chosen] = _denoised(interpolate_missing(x), rate) if smoothness > 0 else interpolate_missing(x)
        r, t = align_chains(skeleton, offsets.double(), full)
    else:
        r, t = initial.rotations.double(), initial.translation.double()
    r, t = solve(
        skeleton,
        offsets,
        r,
        t,
        Sites(tuple(chosen), local),
        PointTargets(x, w),
        stiffness=stiffness,
        limits=limits,
        smoothness=smoothness * (rate / 30) ** 4,
        iterations=iterations,
    )
    return Motion(r.to(offsets), t.to(offsets), offsets, skeleton, rate, metadata=metadata)


def _denoised(x: Tensor, fps: float) -> Tensor:
    """Positions to start from where the motion is to be smooth: without what is faster than 3 Hz."""
    if fps <= 6 or not len(x):
        return x
    return torch.from_numpy(timeline.low_pass(x.flatten(1).numpy(), fps, 3.0, order=2)).view_as(x)


def _one_person(poses: Poses) -> None:
    if poses.dims != 3:
        raise OptionError("these poses are 2D: lift or triangulate them first")
    if poses.num_people != 1:
        raise OptionError(f"expected one person, found {poses.num_people}: choose one (--person, or poses.person)")
    if not poses.valid.any():
        raise OptionError("no joint is known in any frame")


def poses_to_motion(poses: Poses, *, max_gap: float = 0.25, smoothness: float = 0.0, iterations: int = 4) -> Motion:
    """Rotations and constant bones for one person given as joint positions.

    The poses' own skeleton is kept where it is one tree rooted in the pelvis; otherwise the joints are mapped
    to SMPL's tree (SMPL+H's where there are fingers). Bone lengths are medians over time, the rest pose is the
    T-pose. Gaps up to `max_gap` seconds are filled by a monotone cubic, longer ones linearly.
    `metadata["from_positions"]` says which joints were derived or missing, which share of the known joints
    was interpolated, and how far the motion is from the positions (mm).

    Raises:
        OptionError: several people, or 2D. SkeletonError: no pelvis can be computed.
    """
    _one_person(poses)
    source = poses.skeleton
    derived: tuple[str, ...] = ()
    if len(source.roots) != 1 or source.landmarks[source.roots[0]] != "pelvis":
        fingers = any(part in source.parts for part in ("left_hand", "right_hand"))
        standard = skeleton_by_name("smplh52" if fingers else "humanml3d22")
        joint_map = source.map_to(standard)
        joint_map.require("pelvis")
        derived = tuple(standard.joints[i] for i in joint_map.derived)
        poses = poses.map_to(standard)
    seen = poses.valid[0].any(0)
    lost = tuple(name for name, known in zip(poses.skeleton.joints, seen.tolist()) if not known)
    root = poses.skeleton.roots[0]
    if not seen[root]:
        raise SkeletonError(f"skeleton {source.name!r}: the root {poses.skeleton.joints[root]!r} is never seen")
    if lost:
        kept = [j for j in range(len(seen)) if seen[j]]
        poses = replace(
            poses,
            positions=poses.positions[:, :, kept],
            confidence=poses.confidence[:, :, kept],
            skeleton=poses.skeleton.select(kept),
        )
    observed = poses.valid[0]
    filled = interpolate_missing(poses.fill_gaps(max_gap).positions[0].double())
    offsets = rest_offsets(poses.skeleton, filled, observed)
    # interpolated joints count a little: they keep a limb from swinging freely while it is unseen
    weights = torch.where(observed, poses.confidence[0].double().clamp_min(0.05), 0.01)
    sites = Sites(tuple(range(len(poses.skeleton))))
    dtype = poses.positions.dtype

    def solved(part: slice) -> tuple[Tensor, Tensor, Tensor]:
        r, t = align_chains(poses.skeleton, offsets, filled[part])
        targets = PointTargets(filled[part], weights[part])
        r, t = solve(poses.skeleton, offsets, r, t, sites, targets, smoothness=smoothness * (poses.fps / 30) ** 4, iterations=iterations)
        away = (forward_kinematics(poses.skeleton, r, t, offsets).positions - poses.positions[0, part].double()).norm(dim=-1)
        return r.to(dtype), t.to(dtype), away

    # smoothness ties all frames together
    r, t, away = by_blocks(solved, len(filled), len(filled) if smoothness > 0 else None)
    report = {
        "skeleton": source.name,
        "derived": derived,
        "missing": lost,
        "interpolated": 1 - float(observed.double().mean()),
        "residual_mm": 1000 * float(away[observed].mean()),
    }
    return Motion(r, t, offsets.to(dtype), poses.skeleton, poses.fps, name=poses.name, metadata={**poses.metadata, "from_positions": report})


def rest_offsets(skeleton: Skeleton, positions: Float[Tensor, "T J 3"], observed: Bool[Tensor, "T J"] | None = None) -> Float[Tensor, "J 3"]:
    """Offsets of a T-pose with the bone lengths of `positions` (medians over time).

    Where a joint carries several bones (pelvis, chest) their angles are those of the person, not the template's. Of a bone that
    is `observed` at both ends in some frame only such frames count: what fills the others, or holds the last place of somebody
    who has left, has no length of its own.
    """
    root = skeleton.roots[0]
    parents = [p if p >= 0 else root for p in skeleton.parents]
    whole = torch.ones(positions.shape[:2], dtype=torch.bool) if observed is None else observed & observed[:, parents]
    whole = whole | ~whole.any(0)
    lengths = torch.where(whole, (positions - positions[:, parents]).norm(dim=-1), torch.nan).nanmedian(0).values
    where = rest_template(skeleton).to(positions)
    direction = rot.normalize(where - where[parents])
    offsets = direction * lengths[:, None]
    known = positions.isfinite().all(-1).any(0)
    fans = [(j, list(children)) for j, children in enumerate(skeleton.children) if len(children) > 1]

    def bones(part: slice) -> tuple[Tensor, ...]:
        """The bones of each fan, in the frame of the joint that carries them."""
        x = positions[part]
        local, _ = _aligned(skeleton, offsets, x, None, known)
        world = forward_kinematics(skeleton, local, x[:, root], offsets).rotations
        return tuple(rot.rotate(rot.inverse(world[:, j])[:, None], x[:, children] - x[:, j, None]) for j, children in fans)

    for _ in range(3):
        for (_, children), seen in zip(fans, by_blocks(bones, len(positions))):
            seen = torch.where(whole[:, children, None], seen, torch.nan)
            offsets[children] = rot.normalize(seen.nanmedian(0).values) * lengths[children, None]
    return offsets


def rest_template(skeleton: Skeleton) -> Float[Tensor, "J 3"]:
    """Where each joint stands in the T-pose; joints that are no landmark go on from their parent's bone."""
    where: dict[int, Tensor] = {}
    for j in (skeleton.roots[0], *(j for joints, _ in skeleton.levels for j in joints)):
        mark = skeleton.landmarks[j]
        parent = skeleton.parents[j]
        if mark in T_POSE:
            where[j] = torch.tensor(T_POSE[mark])
        elif parent >= 0:
            grand = skeleton.parents[parent]
            step = where[parent] - where[grand] if grand >= 0 else torch.tensor([0.0, 0.1, 0.0])
            where[j] = where[parent] + step
        else:
            where[j] = torch.tensor(T_POSE["pelvis"])
    return torch.stack([where[j] for j in range(len(skeleton))])
