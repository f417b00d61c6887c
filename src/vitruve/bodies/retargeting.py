"""Retargeting: a motion on another rig, by world rotations relative to the T-pose that the two rigs share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.bodies.model import BodyModel, BodyMotion
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, forward_kinematics, local_rotations
from vitruve.core.reference import reference_of, reference_rotations
from vitruve.core.skeleton import Skeleton
from vitruve.core.solver import PointTargets, Sites, solve
from vitruve.errors import OptionError, SkeletonError

_FEET = ("left_ankle", "right_ankle", "left_foot", "right_foot")
# places along the body's axis that rigs agree on
_AXIS = {"pelvis": 0.0, "neck": 1.0, "head": 2.0}
_STIFFNESS = 1e-3


@overload
def retarget(motion: Motion | BodyMotion, target: BodyModel, *, shape: Tensor | None = None, refine: bool = True) -> BodyMotion: ...
@overload
def retarget(motion: Motion | BodyMotion, target: Motion, *, shape: None = None, refine: bool = True) -> Motion: ...
@overload
def retarget(motion: Motion | BodyMotion, target: Skeleton, *, offsets: Tensor, shape: None = None, refine: bool = True) -> Motion: ...
def retarget(
    motion: Motion | BodyMotion,
    target: BodyModel | Motion | Skeleton,
    *,
    offsets: Float[Tensor, "J 3"] | None = None,
    shape: Float[Tensor, " S"] | None = None,
    refine: bool = True,
) -> Motion | BodyMotion:
    """Let another rig perform a motion.

    Every joint with a landmark the rigs share turns in the world as it does in the source, both seen from the
    T-pose (:func:`vitruve.core.reference.reference_rotations`): twist is kept, rest poses may differ. Along the
    trunk and neck, whose joints are counted differently, rotations are interpolated by place. Other joints
    keep their T-pose relation to their parent. The path is scaled by the length of the legs.

    Args:
        motion: what to perform.
        target: a body, a rig with a motion of its own (whose bones are used), or a skeleton with `offsets`.
        offsets: rest offsets of a skeleton (J, 3), metres.
        shape: shape of a body; its default shape otherwise.
        refine: let the feet follow the source's feet (scaled) by inverse kinematics, so that proportions of
            thigh and shin do not make them slide.

    Raises:
        SkeletonError: where hips, shoulders or the spine of a rig are unknown.
    """
    source = motion.motion if isinstance(motion, BodyMotion) else motion
    if isinstance(target, BodyModel):
        shape = target.default_shape() if shape is None else shape
        rig = Rig.of(target.skeleton, target.offsets(shape).detach().to(source.rotations))
    elif isinstance(target, Motion):
        rig = Rig.performing(target.to(source.rotations))
    elif offsets is not None:
        rig = Rig.of(target, offsets.to(source.rotations))
    else:
        raise OptionError(f"retargeting to skeleton {target.name!r} needs offsets=, the rest positions of its joints relative to their parents")
    out = transfer(source, rig)
    if refine:
        out = _follow_feet(out, rig, source)
    if isinstance(target, BodyModel):
        return BodyMotion(target, replace(out, shape=shape), metadata={"retarget": out.metadata["retarget"]})
    return out


@dataclass(frozen=True, eq=False)
class Rig:
    """Bones at rest, and the world rotations (J, 4) that put them into the T-pose."""

    skeleton: Skeleton
    offsets: Tensor
    rest: Tensor
    reference: Tensor

    @classmethod
    def of(cls, skeleton: Skeleton, offsets: Float[Tensor, "J 3"]) -> Rig:
        unit = rot.identity(len(skeleton), dtype=offsets.dtype, device=offsets.device)
        rest = forward_kinematics(skeleton, unit, offsets[skeleton.roots[0]], offsets).positions
        return cls(skeleton, offsets, rest, reference_rotations(skeleton, rest))

    @classmethod
    def performing(cls, motion: Motion) -> Rig:
        """The rig of a motion, which may rest in any pose."""
        return cls(motion.skeleton, motion.rest_offsets, motion.rest_positions(), reference_of(motion))

    @property
    def leg_length(self) -> float:
        """Thigh plus shin, mean of both sides, metres."""
        if not self.skeleton.has(*(f"{s}_{p}" for s in ("left", "right") for p in ("hip", "knee", "ankle"))):
            raise SkeletonError(f"skeleton {self.skeleton.name!r}: leg length needs hips, knees and ankles")
        at = {p: torch.stack([self.rest[self.skeleton.index(f"{s}_{p}")] for s in ("left", "right")]) for p in ("hip", "knee", "ankle")}
        return float(((at["hip"] - at["knee"]).norm(dim=-1) + (at["knee"] - at["ankle"]).norm(dim=-1)).mean())

    def above_toes(self, part: str) -> float:
        """Height of hips or ankles over the lowest joint of the feet in the T-pose, metres."""
        local = local_rotations(self.skeleton, self.reference)
        x = forward_kinematics(self.skeleton, local, torch.zeros_like(self.rest[0]), self.offsets).positions
        feet = [self.skeleton.index(m) for m in _FEET if self.skeleton.has(m)]
        return float(x[[self.skeleton.index(f"{side}_{part}") for side in ("left", "right")], 1].mean() - x[feet, 1].min())


def transfer(source: Motion, target: Rig, scale: float | None = None, origin: Rig | None = None) -> Motion:
    """Rotations of `source` on another rig; `origin` is the rig of the source, where it is known already.

    With a `scale` the middle of the hips is on the source's path times that. By default the scale is the ratio of leg
    lengths, and the toes keep their height over the floor. metadata["retarget"] holds the scale and the joints
    that had no counterpart.
    """
    origin = origin or Rig.performing(source)
    skeleton, offsets = target.skeleton, target.offsets
    pose = source.fk()
    turned = rot.multiply(pose.rotations, rot.inverse(origin.reference))
    axis = _along_axis(origin, turned, target)

    root = skeleton.roots[0]
    pelvis = skeleton.index("pelvis") if skeleton.has("pelvis") else root
    above = set(skeleton.chain(pelvis))
    marks = {m: j for j, m in enumerate(source.skeleton.landmarks) if m}
    found: list[Tensor] = [torch.empty(0)] * len(skeleton)
    alone = []
    for j in (root, *(j for joints, _ in skeleton.levels for j in joints)):
        mark = skeleton.landmarks[j]
        if j in axis:
            found[j] = axis[j]
        elif j in above:
            found[j] = axis[pelvis]
        elif mark in marks:
            found[j] = turned[:, marks[mark]]
        else:
            found[j] = found[skeleton.parents[j]]
            alone.append(skeleton.joints[j])
    local = rot.normalize(local_rotations(skeleton, rot.multiply(torch.stack(found, 1), target.reference)))
    zero = torch.zeros_like(source.translation)
    size = target.leg_length / origin.leg_length if scale is None else scale
    path = size * _middle(source.skeleton, pose.positions) - _middle(skeleton, forward_kinematics(skeleton, local, zero, offsets).positions)
    if scale is None:
        path[:, 1] += target.above_toes("hip") - size * origin.above_toes("hip")
    report = {"from": source.skeleton.name, "scale": size, "unmatched": tuple(alone)}
    return Motion(local, path, offsets, skeleton, source.fps, contacts=source.contacts, name=source.name, metadata=source.metadata | {"retarget": report})


def _follow_feet(motion: Motion, rig: Rig, source: Motion) -> Motion:
    """Bring the ankles to where the source's are, in the target's size, the feet keeping their direction.

    Each ankle is moved sideways by what the hips differ in width, and up by what the feet differ in height.
    """
    skeleton, scale = motion.skeleton, motion.metadata["retarget"]["scale"]
    clearance = rig.above_toes("ankle") - scale * Rig.performing(source).above_toes("ankle")
    here, there = motion.fk().positions, source.fk().positions * scale
    middle = _middle(skeleton, here) - _middle(source.skeleton, there)
    targets, joints = [], []
    for side in ("left", "right"):
        hip, ankle, toe = (f"{side}_{m}" for m in ("hip", "ankle", "foot"))
        wider = here[:, skeleton.index(hip)] - there[:, source.skeleton.index(hip)] - middle
        place = there[:, source.skeleton.index(ankle)] + wider
        place[:, 1] += clearance - wider[:, 1]
        targets.append(place)
        joints.append(skeleton.index(ankle))
        if skeleton.has(toe):
            targets.append(place + here[:, skeleton.index(toe)] - here[:, skeleton.index(ankle)])
            joints.append(skeleton.index(toe))
    legs = {a for j in joints for a in skeleton.chain(j)}
    rotations, translation = solve(
        skeleton,
        motion.offsets,
        motion.rotations,
        motion.translation,
        Sites(tuple(joints)),
        PointTargets(torch.stack(targets, 1).double(), torch.ones(len(joints), dtype=torch.float64)),
        stiffness=_STIFFNESS,
        locked=[j for j in legs if not (skeleton.landmarks[j] or "").endswith(("hip", "knee", "ankle"))],
        iterations=6,
    )
    return replace(motion, rotations=rotations, translation=translation)


def _middle(skeleton: Skeleton, positions: Tensor) -> Tensor:
    """The middle of the hips, which every rig has at the same place of the body."""
    return (positions[:, skeleton.index("left_hip")] + positions[:, skeleton.index("right_hip")]) / 2


def axis_joints(skeleton: Skeleton, rest: Tensor) -> tuple[list[int], list[float]]:
    """Joints from pelvis to head, and where along that way the bone of each has its middle (pelvis 0, neck 1, head 2)."""
    top = next((m for m in ("head", "upper_neck", "neck", "spine3", "spine2", "spine1") if skeleton.has(m)), None)
    if top is None or not skeleton.has("pelvis"):
        raise SkeletonError(f"skeleton {skeleton.name!r}: retargeting needs a pelvis and a spine, neck or head")
    pelvis = skeleton.index("pelvis")
    line = list(skeleton.chain(skeleton.index(top)))
    # where the pelvis is a side branch of the hips (some rigs), the way to the head starts at what carries both
    common = [j for j in line if j in skeleton.chain(pelvis)]
    line = line[line.index(common[-1]) :]
    steps = torch.cat([rest.new_zeros(1), (rest[line[1:]] - rest[line[:-1]]).norm(dim=-1)]).cumsum(0)
    known = [(float(steps[i]), _AXIS[m]) for i, j in enumerate(line) if (m := "pelvis" if i == 0 else skeleton.landmarks[j]) in _AXIS]
    if len(known) == 1:
        known.append((float(steps[-1]) or 1.0, 1.0))
    place = [_interpolate(float(s), known) for s in steps]
    middle = [(a + b) / 2 for a, b in zip(place, place[1:])] + [max(place[-1], 2.0) if top == "head" else place[-1]]
    return line, middle


def _interpolate(s: float, known: list[tuple[float, float]]) -> float:
    for (a, u), (b, v) in zip(known, known[1:]):
        if s <= b or (b, v) == known[-1]:
            return u + (v - u) * (s - a) / max(b - a, 1e-9)
    return known[-1][1]


def _along_axis(source: Rig, turned: Tensor, target: Rig) -> dict[int, Tensor]:
    """World rotations (from the T-pose) of the target's trunk and neck joints, interpolated along the way up."""
    here, place = axis_joints(source.skeleton, source.rest)
    there, wanted = axis_joints(target.skeleton, target.rest)
    same = [source.skeleton.landmarks[j] for j in here] == [target.skeleton.landmarks[j] for j in there]
    out = {}
    for i, (j, s) in enumerate(zip(there, wanted)):
        if same or i == 0:
            out[j] = turned[:, here[i]]
            continue
        above = next((k for k, p in enumerate(place) if p >= s), len(place) - 1)
        below = max(above - 1, 0)
        span = place[above] - place[below]
        w = 1.0 if span <= 0 else min(max((s - place[below]) / span, 0.0), 1.0)
        a, b = turned[:, here[below]], turned[:, here[above]]
        out[j] = rot.slerp(a, b, w)
    pelvis = target.skeleton.index("pelvis")
    if pelvis not in out:
        out[pelvis] = turned[:, source.skeleton.index("pelvis")]
    return out
