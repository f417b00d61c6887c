"""Clips as recognition networks take them in: who and which frames, where the origin is, which way the body faces.

Layout (T, P, J, D); what is missing is NaN until :func:`filled`.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.facing import heading
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError
from vitruve.nn.skeletons import axis_rotation, scale_to_box


def arranged(poses: Poses, people: int, dims: int, confidence: bool = False) -> Float[Tensor, "T P J D"]:
    """Frames in which somebody is seen, of `people` people: those who move most come first, those who are absent are NaN.

    `confidence` adds that of each joint as the last coordinate.

    Raises OptionError for coordinates of another dimension, or where no frame has a known joint.
    """
    if poses.dims != dims:
        raise OptionError(f"clip {poses.name!r}: these are {poses.dims}D joints, expected {dims}D")
    x = poses.positions.transpose(0, 1).float()
    frames = x.isfinite().all(-1).flatten(1).any(1)
    if not frames.any():
        raise OptionError(f"clip {poses.name!r}: no frame has a known joint")
    order = torch.arange(x.shape[1])
    if len(order) > 1:
        motion = (x - x.nanmean(0)).square().nanmean((0, 2, 3)).nan_to_num(-1.0)
        order = motion.argsort(descending=True, stable=True)[:people]
    if confidence:
        x = torch.cat([x, poses.confidence.transpose(0, 1)[..., None].to(x)], -1)
    return F.pad(x[frames][:, order], (0, 0, 0, 0, 0, people - len(order)), value=torch.nan)


def centred(x: Float[Tensor, "T P J D"], skeleton: Skeleton) -> Float[Tensor, "T P J D"]:
    """From the pelvis of the first person who has one, where it is first known; from the mean of the first frame's joints where nobody has."""
    seen = torch.zeros(0, 2, dtype=torch.int64)
    if skeleton.has("pelvis"):
        place = skeleton.index("pelvis")
        seen = x[:, :, place].isfinite().all(-1).T.nonzero()
    origin = x[seen[0, 1], seen[0, 0], place] if len(seen) else x[0].flatten(0, 1).nanmean(0)
    return x - origin


def turned_to_front(x: Float[Tensor, "T P J 3"], skeleton: Skeleton) -> Float[Tensor, "T P J 3"]:
    """About the vertical, so that the first person faces +z where hips and shoulders are first known; as it is where they never are."""
    yaw = heading(skeleton, x[:, 0])
    yaw = yaw[yaw.isfinite()]
    return x @ axis_rotation(1, -float(yaw[0])).T if len(yaw) else x


def boxed(x: Float[Tensor, "T P J D"]) -> Float[Tensor, "T P J D"]:
    """Each axis moved and scaled so that the known joints of the clip reach from -1 to 1."""
    known = x.isfinite().all(-1, keepdim=True)
    stand_in = x[known[..., 0]][0]
    return torch.where(known, scale_to_box(torch.where(known, x, stand_in)), torch.nan)


def filled(x: Float[Tensor, "T P J D"]) -> Float[Tensor, "T P J D"]:
    """What is missing at the origin."""
    return torch.where(x.isfinite().all(-1, keepdim=True), x, 0.0)
