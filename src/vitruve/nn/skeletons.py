"""Skeleton sequences as networks read them: joint graphs, streams, frame samplers, augmentations. Frames first, coordinates last.

What chance decides is an argument of each function; :class:`Dice` makes it from a generator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError

STREAMS = ("joint", "bone", "joint_motion", "bone_motion")


# -- trees and graphs ----------------------------------------------------------------------------


def bone_parents(skeleton: Skeleton, centre: str) -> tuple[int, ...]:
    """Each joint's neighbour on the way to `centre`, which is its own: the tree hung up by another joint than its root.

    Raises SkeletonError where there is no such joint, or joints it is not connected to.
    """
    line = skeleton.chain(skeleton.index(centre))
    parents = list(skeleton.parents)
    for upper, lower in zip(line, line[1:]):
        parents[upper] = lower
    parents[line[-1]] = line[-1]
    if -1 in parents:
        raise SkeletonError(f"skeleton {skeleton.name!r}: {skeleton.joints[parents.index(-1)]!r} is not connected to {centre!r}")
    return tuple(parents)


def kinect_parents(skeleton: Skeleton) -> tuple[int, ...]:
    """The tree that graph networks share for Kinect skeletons: hung up between the shoulders; with 25 joints the tips of the hands hang from the thumbs.

    Source: CTR-GCN (graph/ntu_rgb_d.py, graph/ucla.py), after ST-GCN.
    """
    parents = list(bone_parents(skeleton, "spine_shoulder" if skeleton.has("spine_shoulder") else "shoulder_center"))
    for side in ("left", "right"):
        if f"{side}_hand_tip" in skeleton.joints:
            parents[skeleton.index(f"{side}_hand_tip")] = skeleton.index(f"{side}_thumb")
    return tuple(parents)


def spatial_graph(parents: Sequence[int]) -> Float[Tensor, "3 J J"]:
    """[identity, inward, outward] adjacencies of a tree whose centre is its own parent; see :func:`linked_graph`."""
    return linked_graph([(j, p) for j, p in enumerate(parents) if p != j], len(parents))


def linked_graph(links: Sequence[tuple[int, int]], joints: int) -> Float[Tensor, "3 J J"]:
    """[identity, inward, outward] adjacencies of links (child, parent); entry (j, i) is the link from i to j, columns sum to 1 or 0 (CTR-GCN)."""
    inward = torch.zeros(joints, joints)
    children, parents = torch.tensor(links).T
    inward[parents, children] = 1
    stack = torch.stack([torch.eye(joints), inward, inward.T])
    return stack / stack.sum(1, keepdim=True).clamp_min(1)


# -- streams -------------------------------------------------------------------------------------


def bones(x: Float[Tensor, "*S J D"], parents: Sequence[int]) -> Float[Tensor, "*S J D"]:
    """Vectors from each joint's parent; zero for the centre, which is its own."""
    return x - x[..., list(parents), :]


@cache
def _paths(parents: tuple[int, ...]) -> Float[Tensor, "J J"]:
    """Row j: the bones between the centre and joint j."""
    out = torch.zeros(len(parents), len(parents))
    for j in range(len(parents)):
        k = j
        while parents[k] != k:
            out[j, k] = 1
            k = parents[k]
    return out


def from_bones(bone: Float[Tensor, "*S J D"], parents: Sequence[int], centre: Float[Tensor, "*S D"]) -> Float[Tensor, "*S J D"]:
    """Joints from bones and the position of the centre: the inverse of :func:`bones`."""
    return _paths(tuple(parents)).to(bone) @ bone + centre[..., None, :]


def frame_differences(x: Float[Tensor, " T *S"]) -> Float[Tensor, " T *S"]:
    """What changes until the next frame; zero for the last."""
    return torch.cat([x.diff(dim=0), torch.zeros_like(x[:1])])


def stream(x: Float[Tensor, "T *S J D"], name: str, parents: Sequence[int]) -> Float[Tensor, "T *S J D"]:
    """ "joint", "bone", "joint_motion" or "bone_motion" of joint positions."""
    if name not in STREAMS:
        raise OptionError(f"stream {name!r}: expected one of {', '.join(STREAMS)}")
    if name.startswith("bone"):
        x = bones(x, parents)
    return frame_differences(x) if name.endswith("motion") else x


# -- which frames --------------------------------------------------------------------------------


def crop_length(valid: int, ratio: float, least: int) -> int:
    """Frames of a crop of `valid` frames: the ratio of them, at least `least` where there are so many."""
    return min(max(math.floor(valid * ratio), least), valid)


def uniform_frames(length: int, window: int, chance: Float[Tensor, " N"] | None = None) -> Int[Tensor, " M"]:
    """`window` frames spread over `length`, in order; all of them where there are fewer.

    Without chance, the first frame of each of `window` bins. With it (window + 1 uniform numbers), a random frame of
    each bin, or, where bins hold one frame or two, all frames but random ones that are skipped.

    Source: SkateFormer (feeders/tools.py).
    """
    if length < window:
        return torch.arange(length)
    edges = torch.arange(window + 1) * length // window
    if chance is None:
        return edges[:-1]
    if length < 2 * window:
        skip = torch.zeros(window + 1, dtype=torch.int64)
        skip[chance.argsort()[: length - window]] = 1
        return torch.arange(window) + skip.cumsum(0)[:-1]
    return edges[:-1] + (chance[:window] * edges.diff()).long()


def even_frames(length: int, window: int) -> Int[Tensor, " W"]:
    """`window` frames evenly spaced from the first to the last, rounded down; frames repeat where there are fewer."""
    return torch.from_numpy(np.linspace(0, length - 1, window).astype(np.int64))


def repeated_frames(length: int, chance: Float[Tensor, " W"]) -> Int[Tensor, " W"]:
    """Frames drawn with replacement, in order, one for each uniform number."""
    return torch.from_numpy((np.sort(chance.numpy()) * length).astype(np.int64))


def resize(x: Float[Tensor, " T *S"], window: int) -> Float[Tensor, " W *S"]:
    """Linear interpolation to `window` frames, each frame standing for its whole interval (align_corners=False)."""
    if len(x) == window:
        return x
    flat = x.reshape(1, len(x), -1).transpose(1, 2)
    return F.interpolate(flat, size=window, mode="linear", align_corners=False)[0].T.reshape(window, *x.shape[1:])


def frame_positions(frames: Float[Tensor, " W"], valid: int) -> Float[Tensor, " W"]:
    """Frame numbers as positions in [-1, 1) of a clip of `valid` frames."""
    return frames * (2 / valid) - 1


# -- augmentations -------------------------------------------------------------------------------


class Dice:
    """Random decisions from a generator."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator
        self._numbers: list[float] = []

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        if not self._numbers:
            # a call for each number would cost more than all else
            self._numbers = self.uniforms(32).tolist()
        return low + (high - low) * self._numbers.pop()

    def integer(self, low: int, high: int) -> int:
        """One of low, ..., high."""
        return low + int(self.uniform() * (high - low + 1))

    def happens(self, p: float) -> bool:
        return self.uniform() < p

    def uniforms(self, *shape: int) -> Float[Tensor, "..."]:
        return torch.rand(shape, generator=self.generator)

    def subset(self, size: int, total: int) -> Bool[Tensor, " N"]:
        """A mask of `size` of `total`."""
        return torch.randperm(total, generator=self.generator) < size


def axis_rotation(axis: int, radians: float) -> Float[Tensor, "3 3"]:
    """Right-handed rotation about x, y or z (0, 1, 2)."""
    c, s = math.cos(radians), math.sin(radians)
    return torch.tensor(([[1, 0, 0], [0, c, -s], [0, s, c]], [[c, 0, s], [0, 1, 0], [-s, 0, c]], [[c, -s, 0], [s, c, 0], [0, 0, 1]])[axis])


def turn_matrix(x: float, y: float) -> Float[Tensor, "3 3"]:
    """`axis_rotation(0, x) @ axis_rotation(1, y)`, radians, made at once."""
    cx, sx, cy, sy = math.cos(x), math.sin(x), math.cos(y), math.sin(y)
    return torch.tensor([[cy, 0, sy], [sx * sy, cx, -sx * cy], [-cx * sy, sx, cx * cy]])


def shear_matrix(off_diagonal: Float[Tensor, "3 2"]) -> Float[Tensor, "3 3"]:
    """Ones on the diagonal; row i of the argument fills the rest of row i."""
    out = torch.eye(3)
    out[~torch.eye(3, dtype=torch.bool)] = off_diagonal.flatten()
    return out


def scale_to_box(x: Float[Tensor, "*S D"]) -> Float[Tensor, "*S D"]:
    """Each axis moved and scaled so that the clip reaches from -1 to 1."""
    low, high = x.flatten(0, -2).aminmax(dim=0)
    return (x - low) / ((high - low) / 2).clamp_min(1e-9) - 1


def match_bone_lengths(x: Float[Tensor, "*S J D"], reference: Float[Tensor, "*S J D"], parents: Sequence[int], eps: float = 1e-5) -> Float[Tensor, "*S J D"]:
    """Bone directions of `x` with the bone lengths, and the path of the centre, of `reference` (skeleton AdaIN).

    Source: SkateFormer (feeders/tools.py).
    """
    bone = bones(x, parents)
    lengths = bones(reference, parents).norm(dim=-1, keepdim=True)
    centre = next(j for j, p in enumerate(parents) if j == p)
    return from_bones(bone * (lengths + eps) / (bone.norm(dim=-1, keepdim=True) + eps), parents, reference[..., centre, :])


def reverse_time(x: Float[Tensor, " T *S"], position: Float[Tensor, " T"]) -> tuple[Float[Tensor, " T *S"], Float[Tensor, " T"]]:
    """The clip backwards, and its frame positions mirrored about the middle of the clip."""
    return x.flip(0), -position.flip(0)
