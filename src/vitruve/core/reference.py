"""The reference pose: how a rig's rest pose must turn to stand in the T-pose, facing +z.

Rigs rest in T-poses, A-poses, with spread legs or lying along z. Rotations of two rigs can be compared,
and angles be given clinical meaning, only relative to one shared pose.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.facing import across
from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError

# limb bones: (landmark at its start, landmarks that may stand at its end, in order of preference)
_BONES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("hip", ("knee",)),
    ("knee", ("ankle",)),
    ("ankle", ("foot", "big_toe")),
    ("shoulder", ("elbow",)),
    ("elbow", ("wrist",)),
    ("wrist", ("middle1", "hand", "index1", "hand_tip")),
)


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
    top = next((m for m in ("neck", "upper_neck", "head", "spine3", "spine2") if skeleton.has(m)), None)
    if top is None:
        raise SkeletonError(f"skeleton {skeleton.name!r}: the reference pose needs a neck, head or spine joint")
    base = rest[skeleton.index("pelvis")] if skeleton.has("pelvis") else rest[[skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(0)
    up = rot.normalize(rest[skeleton.index(top)] - base)
    up = rot.normalize(up - (up * left).sum() * left)
    forward = torch.linalg.cross(left, up)
    import roma

    return roma.rotmat_to_unitquat(torch.stack([left, up, forward]))


def reference_rotations(skeleton: Skeleton, rest: Float[Tensor, "J 3"]) -> Float[Tensor, "J 4"]:
    """World rotation of each joint, from rest, in the T-pose: arms along +-x, legs down, feet forward.

    `rest` are the rest positions (Motion.rest_positions). Limbs swing by the least rotation that aligns
    their bones; trunk, neck, collars and head keep the curve they rest in; a foot keeps its slope and
    loses its toe-out. Raises SkeletonError where hips, shoulders or the spine are unknown.
    """
    trunk = _trunk_frame(skeleton, rest)
    out = rot.identity(len(skeleton), dtype=rest.dtype, device=rest.device)
    for root in skeleton.roots:
        out[root] = trunk
    for joints, parents in skeleton.levels:
        for j, parent in zip(joints, parents):
            out[j] = out[parent]
            end = bone_end(skeleton, j)
            if end is None:
                continue
            d = rot.rotate(out[parent], rest[end] - rest[j])
            if d.norm() < 1e-6:
                continue
            mark = skeleton.landmarks[j] or ""
            sign = 1.0 if mark.startswith("left") else -1.0
            if mark.endswith(("shoulder", "elbow", "wrist")):
                target = d.new_tensor([sign, 0, 0])
            elif mark.endswith("ankle"):
                target = d * d.new_tensor([0, 1, 1])
            else:
                target = d.new_tensor([0, -1, 0])
            out[j] = rot.multiply(rot.between(d, target), out[parent])
    return out
