"""Which way a body faces: heading from hips and shoulders, and the transform to the canonical start."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.rotations import about, normalize
from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError


def across(skeleton: Skeleton, positions: Float[Tensor, "*B J 3"]) -> Float[Tensor, "*B 3"]:
    """Unit vector from the right side of the body to its left, from hips and shoulders."""
    pairs = [(f"left_{part}", f"right_{part}") for part in ("hip", "shoulder") if skeleton.has(f"left_{part}", f"right_{part}")]
    if not pairs:
        raise SkeletonError(f"skeleton {skeleton.name!r}: facing needs hips or shoulders with a left and a right")
    steps = [positions[..., skeleton.index(a), :] - positions[..., skeleton.index(b), :] for a, b in pairs]
    return normalize(torch.stack(steps).sum(0))


def heading(skeleton: Skeleton, positions: Float[Tensor, "*B J 3"]) -> Float[Tensor, "*B"]:
    """Yaw of the facing direction about +y, radians; 0 faces +z, positive turns to the body's left."""
    left = across(skeleton, positions)
    # forward = left x up, in the ground plane
    return torch.atan2(-left[..., 2], left[..., 0])


def facing(skeleton: Skeleton, positions: Float[Tensor, "*B J 3"]) -> Float[Tensor, "*B 3"]:
    """Unit facing direction in the ground plane."""
    yaw = heading(skeleton, positions)
    return torch.stack([yaw.sin(), torch.zeros_like(yaw), yaw.cos()], -1)


def canonical_transform(skeleton: Skeleton, positions: Float[Tensor, "T J 3"]) -> tuple[Float[Tensor, "4"], Float[Tensor, "3"]]:
    """(rotation, origin): rotate(q, x - origin) starts at x = z = 0 facing +z with the clip's lowest joint at y = 0."""
    known = positions.isfinite().all(-1).all(-1)
    if not known.any():
        raise SkeletonError("facing is unknown: no frame has every joint")
    start = positions[known][0]
    root = start[skeleton.index("pelvis")] if skeleton.has("pelvis") else start.mean(0)
    floor = positions[..., 1][positions[..., 1].isfinite()].min()
    return about("y", -heading(skeleton, start)), torch.stack([root[0], floor, root[2]])
