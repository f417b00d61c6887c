"""The reference pose: how a rig's rest pose must turn to stand in the T-pose, facing +z.

Rigs rest in T-poses, A-poses, with spread legs or lying along z. Rotations of two rigs can be compared,
and angles be given clinical meaning, only relative to one shared pose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.facing import across
from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError

if TYPE_CHECKING:
    from vitruve.core.motion import Motion

# limb bones: (landmark at its start, landmarks that may stand at its end, in order of preference)
_BONES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hip", ("knee",)),
    ("knee", ("ankle",)),
    ("ankle", ("foot", "big_toe")),
    ("shoulder", ("elbow",)),
    ("elbow", ("wrist",)),
    ("wrist", ("middle1", "hand", "index1", "hand_tip")),
)

_FINGER_DEPTH = {"index": 0.005, "middle": -0.02, "ring": -0.04, "pinky": -0.06}
_MIDLINE = {
    "pelvis": (0.0, 0.94, 0.0), "spine1": (0.0, 1.05, -0.02), "spine2": (0.0, 1.18, -0.02), "spine3": (0.0, 1.27, -0.02), "neck": (0.0, 1.46, -0.04),
    "upper_neck": (0.0, 1.52, -0.02), "head": (0.0, 1.60, 0.0), "head_top": (0.0, 1.76, 0.0), "nose": (0.0, 1.60, 0.12), "jaw": (0.0, 1.55, 0.05),
}  # fmt: skip
_LEFT = {
    "hip": (0.09, 0.86, 0.0), "knee": (0.09, 0.46, 0.0), "ankle": (0.09, 0.07, 0.0), "foot": (0.09, 0.02, 0.13), "heel": (0.09, 0.02, -0.05),
    "big_toe": (0.07, 0.02, 0.19), "small_toe": (0.13, 0.02, 0.15), "collar": (0.07, 1.40, -0.02), "shoulder": (0.18, 1.42, -0.02),
    "elbow": (0.46, 1.42, -0.02), "wrist": (0.72, 1.42, -0.02), "hand": (0.80, 1.42, -0.02), "hand_tip": (0.90, 1.42, -0.02),
    "thumb_tip": (0.80, 1.41, 0.08), "eye": (0.03, 1.64, 0.08), "eye_smplhf": (0.03, 1.64, 0.08), "ear": (0.07, 1.61, 0.0),
    **{f"thumb{k}": (0.73 + 0.025 * k, 1.41, 0.0 + 0.02 * k) for k in range(1, 5)},
    **{f"{finger}{k}": (0.79 + 0.025 * k, 1.42, z) for finger, z in _FINGER_DEPTH.items() for k in range(1, 5)},
}  # fmt: skip

T_POSE: dict[str, tuple[float, float, float]] = (
    _MIDLINE | {f"left_{m}": x for m, x in _LEFT.items()} | {f"right_{m}": (-x[0], x[1], x[2]) for m, x in _LEFT.items()}
)
"""Where landmarks stand in the T-pose of an adult of 1.76 m, metres: y up, facing +z, the left side at +x."""

_COS_FOLDED = 0.5
"""Rest directions within (collars: beyond) 60 degrees of this axis say that a rig rests folded up."""
_STEEP = 1.7
"""A foot that falls more steeply than this (tangent of 60 degrees) does not stand."""
_FOOT = (0.0, -0.4, 1.0)


def bone_end(skeleton: Skeleton, joint: int) -> int | None:
    """The joint at the far end of the limb bone that starts at `joint`; None for trunk, head and fingers."""
    mark = skeleton.landmarks[joint] or ""
    side, _, part = mark.partition("_")
    for start, ends in _BONES:
        if part == start and side in ("left", "right"):
            return next((skeleton.index(f"{side}_{e}") for e in ends if f"{side}_{e}" in skeleton.landmarks), None)
    return None


def _trunk_frame(skeleton: Skeleton, rest: Tensor) -> Tensor:
    """Rotation that takes the rest trunk to x left, y up, z forward."""
    left = across(skeleton, rest)
    top = next((m for m in ("neck", "upper_neck", "head", "spine3", "spine2", "spine1") if skeleton.has(m)), None)
    if top is None:
        raise SkeletonError(f"skeleton {skeleton.name!r}: the reference pose needs a neck, head or spine joint")
    base = rest[skeleton.index("pelvis")] if skeleton.has("pelvis") else rest[[skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(0)
    up = rot.normalize(rest[skeleton.index(top)] - base)
    up = rot.normalize(up - (up * left).sum() * left)
    forward = torch.linalg.cross(left, up)
    return roma.rotmat_to_unitquat(torch.stack([left, up, forward]))


def reference_rotations(skeleton: Skeleton, rest: Float[Tensor, "J 3"]) -> Float[Tensor, "J 4"]:
    """World rotation of each joint, from rest, in the T-pose: arms along +-x, legs down, feet forward.

    `rest` are the rest positions (Motion.rest_positions). Limbs swing by the least rotation that aligns
    their bones; trunk, neck, collars and head keep the curve they rest in; a foot keeps its slope and
    loses its toe-out. Bones that point up at rest are unfolded about the front axis: their front stays in
    front. Raises SkeletonError where hips, shoulders or the spine are unknown.
    """
    trunk = _trunk_frame(skeleton, rest)
    out = rot.identity(len(skeleton), dtype=rest.dtype, device=rest.device)
    for root in skeleton.roots:
        out[root] = trunk
    for joints, parents in skeleton.levels:
        for j, parent in zip(joints, parents):
            out[j] = out[parent]
            side, _, part = (skeleton.landmarks[j] or "").partition("_")
            end = bone_end(skeleton, j)
            if part == "collar" and skeleton.has(f"{side}_shoulder"):
                end = skeleton.index(f"{side}_shoulder")
            if end is None:
                continue
            d = rot.rotate(out[parent], rest[end] - rest[j])
            if d.norm() < 1e-6:
                continue
            out[j] = rot.multiply(_swing(d, part, 1.0 if side == "left" else -1.0), out[parent])
    return out


def _swing(d: Tensor, part: str, sign: float) -> Tensor:
    """The rotation of a limb bone along `d` to its direction in the T-pose."""
    x, y, z = rot.normalize(d).tolist()
    outward = d.new_tensor([sign, 0, 0])
    if part in ("shoulder", "elbow", "wrist"):
        return rot.between(d, outward)
    if part == "collar":
        return rot.between(d, outward) if sign * x < _COS_FOLDED else rot.between(d, d)
    if part == "ankle":
        level = d.new_tensor([0, y, z]) if z > 0 and -y < _STEEP * z else d.new_tensor(_FOOT)
        return rot.between(d, level)
    down = d.new_tensor([0, -1, 0])
    if y < _COS_FOLDED:
        return rot.between(d, down)
    # a bone that points up: half a turn about the front axis, then the least rotation
    half = d.new_tensor([0, 0, 1, 0])
    return rot.multiply(rot.between(rot.rotate(half, d), down), half)


def is_folded(skeleton: Skeleton, rest: Float[Tensor, "J 3"]) -> bool:
    """Whether a rig rests in no human pose (every bone along one axis, say): hips and shoulders not in line."""
    sides = [rot.normalize(rest[skeleton.index(f"left_{m}")] - rest[skeleton.index(f"right_{m}")]) for m in ("hip", "shoulder") if skeleton.has(f"left_{m}")]
    return len(sides) == 2 and float(sides[0] @ sides[1]) < _COS_FOLDED


def reference_of(motion: Motion) -> Float[Tensor, "J 4"]:
    """World rotation of each joint, from rest, in the T-pose, of the rig that performs a motion.

    That of :func:`reference_rotations`; where the rig rests folded its rest pose says nothing, and the motion decides
    (:func:`vitruve.core.calibration.calibrated_reference`).
    """
    rest = motion.rest_positions()
    if not is_folded(motion.skeleton, rest):
        return reference_rotations(motion.skeleton, rest)
    from vitruve.core.calibration import calibrated_reference

    return calibrated_reference(motion)
