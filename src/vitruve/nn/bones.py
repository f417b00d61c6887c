"""Poses as bones: vectors, directions and lengths, poses put together again, and kinematic chain space (KCS) matrices.

A bone leads from a joint's parent to the joint; bones stand in the order of the joints they lead to, without the root's:
B = J - 1 of them.
"""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError
from vitruve.nn import skeletons


@cache
def _tree(skeleton: Skeleton) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Parents with the root its own, and the joints that bones lead to."""
    if len(skeleton.roots) != 1:
        raise SkeletonError(f"skeleton {skeleton.name!r}: bones need one tree, found {len(skeleton.roots)} roots")
    parents = tuple(j if p < 0 else p for j, p in enumerate(skeleton.parents))
    return parents, tuple(j for j, p in enumerate(skeleton.parents) if p >= 0)


def bone_vectors(x: Float[Tensor, "*S J D"], skeleton: Skeleton) -> Float[Tensor, "*S B D"]:
    """Vectors from parent to joint."""
    parents, joints = _tree(skeleton)
    return skeletons.bones(x, parents)[..., list(joints), :]


def unit_bones(x: Float[Tensor, "*S J D"], skeleton: Skeleton) -> tuple[Float[Tensor, "*S B D"], Float[Tensor, "*S B 1"]]:
    """Directions and lengths of the bones; the direction of a bone without length is zero."""
    bone = bone_vectors(x, skeleton)
    return F.normalize(bone, dim=-1), bone.norm(dim=-1, keepdim=True)


def from_bones(bone: Float[Tensor, "*S B D"], skeleton: Skeleton, root: Float[Tensor, "*S D"] | None = None) -> Float[Tensor, "*S J D"]:
    """Joints from bones, summed along the tree, and the root's position (zero where there is none): the inverse of :func:`bone_vectors`."""
    parents, joints = _tree(skeleton)
    every = bone.new_zeros(*bone.shape[:-2], len(parents), bone.shape[-1]).index_copy(-2, torch.tensor(joints, device=bone.device), bone)
    return skeletons.from_bones(every, parents, torch.zeros_like(bone[..., 0, :]) if root is None else root)


def kcs(bone: Float[Tensor, "*S B D"], mask: Bool[Tensor, " B"] | None = None) -> Float[Tensor, "*S B B"]:
    """The KCS matrix: inner products of all pairs of bones, lengths squared on the diagonal; bones outside `mask` count as zero.

    Source: Wandt et al., A kinematic chain space for monocular motion capture, ECCV 2018 workshops.
    """
    if mask is not None:
        bone = bone * mask[:, None]
    return bone @ bone.mT


@cache
def shared_lengths(skeleton: Skeleton) -> tuple[int, ...]:
    """A number for each bone that its mirror image has too, counted in the order of the bones: 9 for Human3.6M's 15."""
    _, joints = _tree(skeleton)
    numbers: dict[int, int] = {}
    return tuple(numbers.setdefault(min(j, skeleton.swap[j]), len(numbers)) for j in joints)


@cache
def trunk_bones(skeleton: Skeleton) -> Bool[Tensor, " B"]:
    """Bones from the root up to the joint that both arms hang from."""
    arms = [skeleton.chain(j) for part in ("left_arm", "right_arm") for j in skeleton.parts.get(part, ())]
    if not arms:
        raise SkeletonError(f"skeleton {skeleton.name!r} has no arms: where its trunk ends is not known")
    common = {j for j in arms[0] if all(j in chain for chain in arms)}
    return torch.tensor([j in common for j in _tree(skeleton)[1]])


KCS_PARTS = ("left_arm", "right_arm", "right_leg", "left_leg", "trunk")
"""In the order of PoseAug's discriminator (its release calls the legs by the other side)."""


@cache
def kcs_masks(skeleton: Skeleton) -> Bool[Tensor, "5 B"]:
    """The bones of each of :data:`KCS_PARTS`: a limb with what it hangs from, and the trunk with the head and where limbs begin.

    A limb that hangs from the root goes with every bone that starts there (a leg with both hips and the spine), another one
    with the bone it hangs from (an arm with the bone below the thorax).

    Raises SkeletonError where the skeleton lacks a limb.

    Source: PoseAug (models_poseaug/PosDiscriminator.py).
    """
    _, joints = _tree(skeleton)
    missing = [part for part in KCS_PARTS[:4] if part not in skeleton.parts]
    if missing:
        raise SkeletonError(f"skeleton {skeleton.name!r} has no {', '.join(missing)}")
    masks, outer = [], set()
    for part in KCS_PARTS[:4]:
        limb = set(skeleton.parts[part])
        above = skeleton.parents[min(limb, key=lambda j: len(skeleton.chain(j)))]
        hangs_from = {j for j in joints if skeleton.parents[j] == above} if skeleton.parents[above] < 0 else {above}
        masks.append([j in limb | hangs_from for j in joints])
        outer |= {j for j in limb if skeleton.parents[j] in limb}
    return torch.tensor([*masks, [j not in outer for j in joints]])
