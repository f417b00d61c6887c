"""Bones: there and back, shared lengths and parts, for any tree."""

from __future__ import annotations

import pytest
import torch

from vitruve import skeleton
from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError
from vitruve.nn.bones import KCS_PARTS, bone_vectors, from_bones, kcs, kcs_masks, shared_lengths, trunk_bones, unit_bones

TREES = ("h36m16", "h36m17", "smpl24", "ntu25", "3dhp17")


@pytest.mark.parametrize("name", TREES)
def test_joints_come_back_from_their_bones(name: str) -> None:
    tree = skeleton(name)
    x = torch.randn(2, 3, len(tree), 3, generator=torch.Generator().manual_seed(0))
    unit, length = unit_bones(x, tree)
    assert torch.allclose(unit * length, bone_vectors(x, tree), atol=1e-6)
    assert torch.allclose(from_bones(unit * length, tree, x[..., tree.roots[0], :]), x, atol=1e-5)
    assert from_bones(unit * length, tree)[..., tree.roots[0], :].abs().max() == 0


def test_a_bone_leads_from_the_parent_to_the_joint() -> None:
    line = Skeleton("line", ("a", "b", "c"), (-1, 0, 1))
    assert bone_vectors(torch.tensor([[0.0, 0, 0], [1, 0, 0], [1, 2, 0]]), line).tolist() == [[1, 0, 0], [0, 2, 0]]


def test_kcs_has_squared_lengths_and_angles() -> None:
    bone = torch.tensor([[2.0, 0, 0], [0, 3, 0], [1, 1, 0]])
    assert kcs(bone).tolist() == [[4, 0, 2], [0, 9, 3], [2, 3, 2]]
    assert kcs(bone, torch.tensor([True, False, True])).tolist() == [[4, 0, 2], [0, 0, 0], [2, 0, 2]]


@pytest.mark.parametrize("name", TREES)
def test_mirrored_bones_share_a_length(name: str) -> None:
    tree = skeleton(name)
    joints = [j for j, p in enumerate(tree.parents) if p >= 0]
    number = dict(zip(joints, shared_lengths(tree)))
    for a in joints:
        for b in joints:
            assert (number[a] == number[b]) == (a == b or tree.swap[a] == b)


def test_parts_of_human36m() -> None:
    masks = {p: m.nonzero()[:, 0].tolist() for p, m in zip(KCS_PARTS, kcs_masks(skeleton("h36m16")))}
    assert masks == {
        "left_arm": [7, 9, 10, 11],
        "right_arm": [7, 12, 13, 14],
        "right_leg": [0, 1, 2, 3, 6],
        "left_leg": [0, 3, 4, 5, 6],
        "trunk": [0, 3, 6, 7, 8, 9, 12],
    }
    assert trunk_bones(skeleton("h36m16")).nonzero()[:, 0].tolist() == [6, 7]
    # with a neck between thorax and head the parts keep their meaning
    assert kcs_masks(skeleton("h36m17")).sum(1).tolist() == [4, 4, 5, 5, 8]


def test_what_has_no_limbs_is_refused() -> None:
    line = Skeleton("line", ("a", "b"), (-1, 0))
    with pytest.raises(SkeletonError, match="left_arm"):
        kcs_masks(line)
    with pytest.raises(SkeletonError, match="no arms"):
        trunk_bones(line)
    with pytest.raises(SkeletonError, match="2 roots"):
        bone_vectors(torch.zeros(2, 3), Skeleton("two", ("a", "b"), (-1, -1)))
