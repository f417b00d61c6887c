"""Body parts and orders of joints."""

from __future__ import annotations

import pytest

from vitruve import Skeleton, skeleton
from vitruve.nn.parts import LIMBS, depth_first, five_parts, six_parts


@pytest.mark.parametrize("name", ["ntu25", "kinect20", "msr20", "coco17", "h36m17", "smpl24"])
def test_every_joint_is_in_one_part(name):
    for parts in (five_parts(skeleton(name)), six_parts(skeleton(name))):
        assert sorted(j for joints in parts.values() for j in joints) == list(range(len(skeleton(name))))
        assert set(LIMBS) <= set(parts)


def test_parts_of_the_published_joint_sets():
    kinect = five_parts(skeleton("ntu25"))
    assert set(kinect["torso"]) == {0, 1, 2, 3, 20} and set(kinect["left_arm"]) == {4, 5, 6, 7, 21, 22} and set(kinect["right_leg"]) == {16, 17, 18, 19}
    masked = six_parts(skeleton("ntu25"))
    assert set(masked["head"]) == {2, 3, 20} and set(masked["torso"]) == {0, 1, 4, 8, 12, 16} and set(masked["right_arm"]) == {9, 10, 11, 23, 24}
    coco = six_parts(skeleton("coco17"))
    assert set(coco["head"]) == set(range(5)) and set(coco["torso"]) == {5, 6, 11, 12} and [len(coco[p]) for p in LIMBS] == [2] * 4


def test_unknown_joints_belong_to_their_parents():
    odd = Skeleton("odd", ("pelvis", "left_knee", "antenna", "tail"), (-1, 0, 1, 0), ("pelvis", "left_knee", None, None))
    assert five_parts(odd) == {"torso": (0, 3), "left_leg": (1, 2)}
    assert six_parts(Skeleton("stick", ("a", "b"), (-1, 0), (None, None))) == {"torso": (0, 1)}


@pytest.mark.parametrize("name", ["kinect20", "coco17"])
def test_depth_first_visits_all_and_parents_before_children(name):
    s = skeleton(name)
    order = depth_first(s)
    assert sorted(order) == list(range(len(s)))
    place = {j: i for i, j in enumerate(order)}
    assert all(p < 0 or place[p] < place[j] for j, p in enumerate(s.parents))
    # a limb is one run
    arm = [place[s.index(n)] for n in ("left_shoulder", "left_elbow", "left_wrist")]
    assert arm == list(range(arm[0], arm[0] + 3))
