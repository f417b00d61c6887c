"""Views of a clip for contrastive learning: a crop in time, then a shear, lost joints, or turned joints. Frames first, coordinates last."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.nn import skeletons


def crop(x: Float[Tensor, " T *S"], frames: int, ratio: float, place: float, shortest: int = 64) -> Float[Tensor, " W *S"]:
    """A share of the frames, at least `shortest`, from `place` in [0, 1) of where it may begin, resized."""
    length = skeletons.crop_length(len(x), ratio, shortest)
    start = int(place * (len(x) - length + 1))
    return skeletons.resize(x[start : start + length], frames)


def middle(x: Float[Tensor, " T *S"], frames: int, ratio: float = 0.95) -> Float[Tensor, " W *S"]:
    """The middle of a clip, resized."""
    margin = int((1 - ratio) * len(x) / 2)
    return skeletons.resize(x[margin : len(x) - margin], frames)


def corrupt(x: Float[Tensor, "*S J D"], joints: Bool[Tensor, " J"], matrix: Float[Tensor, "D D"] | None = None) -> Float[Tensor, "*S J D"]:
    """Joints at the origin, or multiplied by a matrix from the right, in all frames."""
    return torch.where(joints[:, None], 0.0 if matrix is None else x @ matrix, x)


def spatial(x: Float[Tensor, "*S J D"], dice: skeletons.Dice, pose: float = 0.5, corrupted: float = 0.6) -> Float[Tensor, "*S J D"]:
    """One of the three: all sheared, or some joints at the origin, or those multiplied by a random matrix.

    Source: HaLP (feeder/augmentations.py): 15 of 25 joints.
    """
    d = x.shape[-1]
    matrix = 2 * dice.uniforms(d, d) - 1
    if dice.happens(pose):
        return x @ torch.where(torch.eye(d, dtype=torch.bool), 1.0, matrix).T
    joints = dice.subset(round(corrupted * x.shape[-2]), x.shape[-2])
    return corrupt(x, joints, None if dice.happens(0.5) else matrix)
