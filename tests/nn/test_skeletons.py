"""Trees, samplers and augmentations: they do what their names say, and undo where they can."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve import VitruveError, skeleton
from vitruve.core import rotations as rot
from vitruve.core.skeleton import Skeleton
from vitruve.nn import skeletons as sk

NTU, UCLA = skeleton("ntu25"), skeleton("kinect20")


def clip(frames: int = 20, joints: int = 25, people: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.randn(frames, people, joints, 3, generator=torch.Generator().manual_seed(seed))


def dice(seed: int = 0) -> sk.Dice:
    return sk.Dice(torch.Generator().manual_seed(seed))


# -- trees and graphs ----------------------------------------------------------------------------


def test_tree_hung_up_by_another_joint():
    parents = sk.bone_parents(NTU, "spine_mid")
    assert parents[1] == 1 and parents[0] == 1 and parents[20] == 1 and parents[2] == 20
    assert [j for j, p in enumerate(parents) if j == p] == [1]
    # links are the skeleton's own, whatever they hang from
    links = {frozenset((j, p)) for j, p in enumerate(parents) if j != p}
    assert links == {frozenset((j, p)) for j, p in enumerate(NTU.parents) if p >= 0}


def test_kinect_trees():
    ntu, ucla = sk.kinect_parents(NTU), sk.kinect_parents(UCLA)
    assert ntu[20] == 20 and ntu[21] == 22 and ntu[22] == 7 and ntu[23] == 24 and ntu[1] == 20
    assert ucla[2] == 2 and ucla[0] == 1 and ucla[1] == 2 and ucla[12] == 0


def test_tree_of_a_forest_is_refused():
    with pytest.raises(VitruveError, match="'c' is not connected to 'b'"):
        sk.bone_parents(Skeleton("two", ("a", "b", "c"), (-1, 0, -1), (None, None, None)), "b")


def test_graph_columns_sum_to_one_where_there_is_a_link():
    own, inward, outward = sk.spatial_graph(sk.kinect_parents(UCLA))
    assert torch.equal(own, torch.eye(20))
    assert inward.sum(0).sort().values[0] == 0 and (inward.sum(0) > 0).sum() == 19
    for graph in (inward, outward):
        sums = graph.sum(0)
        assert torch.allclose(sums[sums > 0], torch.ones(()))
    assert inward[2, 1] == 1 and outward[1, 2] == 0.25


# -- streams -------------------------------------------------------------------------------------


def test_bones_and_back():
    x, parents = clip(), sk.kinect_parents(NTU)
    bone = sk.bones(x, parents)
    assert (bone[..., 20, :] == 0).all()
    assert torch.allclose(sk.from_bones(bone, parents, x[..., 20, :]), x, atol=1e-5)


def test_streams():
    x, parents = clip(), sk.kinect_parents(NTU)
    motion = sk.stream(x, "bone_motion", parents)
    assert (motion[-1] == 0).all()
    assert torch.equal(motion[3], sk.bones(x, parents)[4] - sk.bones(x, parents)[3])
    assert sk.stream(x, "joint", parents) is x
    with pytest.raises(VitruveError, match="stream 'velocity'.*joint_motion"):
        sk.stream(x, "velocity", parents)


# -- frames --------------------------------------------------------------------------------------


def test_crop_length():
    assert [sk.crop_length(v, 0.5, 64) for v in (40, 100, 200)] == [40, 64, 100]


@pytest.mark.parametrize("length", [64, 91, 127, 128, 150, 300])
@pytest.mark.parametrize("chance", [None, 0, 1])
def test_uniform_frames_are_spread_and_in_order(length, chance):
    u = None if chance is None else torch.rand(65, generator=torch.Generator().manual_seed(chance))
    frames = sk.uniform_frames(length, 64, u)
    assert len(frames) == 64 and (frames.diff() > 0).all() and 0 <= frames[0] and frames[-1] < length
    # no stretch of the clip is left out: what is skipped between two frames is less than two bins
    if length >= 128:
        assert frames.diff().max() <= 2 * math.ceil(length / 64)


def test_uniform_frames_of_a_short_clip_are_all_of_it():
    assert torch.equal(sk.uniform_frames(10, 64), torch.arange(10))


def test_uniform_frames_reach_every_frame_of_a_bin():
    seen = {int(sk.uniform_frames(300, 100, torch.full((101,), u))[5]) for u in (0.0, 0.4, 0.99)}
    assert seen == {15, 16, 17}


def test_even_and_repeated_frames():
    even = sk.even_frames(31, 64)
    assert even[0] == 0 and even[-1] == 30 and (even.diff() >= 0).all()
    drawn = sk.repeated_frames(31, dice().uniforms(2000))
    assert (drawn.diff() >= 0).all() and set(drawn.tolist()) == set(range(31))


def test_resize_keeps_a_ramp_and_its_positions_agree():
    ramp = torch.arange(50.0)[:, None, None].expand(50, 2, 3)
    out = sk.resize(ramp, 64)
    assert torch.equal(out[:, 0, 0], sk.resize(torch.arange(50.0), 64))
    inside = out[4:-4, 0, 0].diff()
    assert torch.allclose(inside, torch.full_like(inside, 50 / 64), atol=1e-4)
    assert sk.resize(ramp, 50) is ramp
    assert sk.frame_positions(torch.tensor([0.0, 25.0]), 50).tolist() == [-1.0, 0.0]


# -- augmentations -------------------------------------------------------------------------------


def test_dice():
    d = dice()
    assert {d.integer(4, 6) for _ in range(200)} == {4, 5, 6}
    assert all(int(d.subset(7, 25).sum()) == 7 for _ in range(20))
    share = sum(d.happens(0.3) for _ in range(4000)) / 4000
    assert 0.26 < share < 0.34
    assert [dice(3).uniform(-1, 1) for _ in range(2)] == [dice(3).uniform(-1, 1)] * 2
    assert dice(3).uniform() != dice(4).uniform()


@pytest.mark.parametrize("axis", range(3))
def test_axis_rotation_is_right_handed(axis):
    x = clip(4)
    about = rot.about("xyz"[axis], torch.tensor(0.4))
    assert torch.allclose(x @ sk.axis_rotation(axis, 0.4).T, rot.rotate(about, x), atol=1e-6)


def test_turn_matrix_is_two_axis_rotations():
    assert torch.allclose(sk.turn_matrix(0.4, -0.9), sk.axis_rotation(0, 0.4) @ sk.axis_rotation(1, -0.9), atol=1e-6)


def test_shear_matrix():
    m = sk.shear_matrix(torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]))
    assert torch.allclose(m, torch.tensor([[1, 0.1, 0.2], [0.3, 1, 0.4], [0.5, 0.6, 1]]))


def test_scale_to_box():
    x = clip(joints=20)
    box = sk.scale_to_box(x * torch.tensor([1.0, 5.0, 0.1]) + 3)
    flat = box.flatten(0, -2)
    assert torch.allclose(flat.amin(0), -torch.ones(3), atol=1e-6) and torch.allclose(flat.amax(0), torch.ones(3), atol=1e-6)
    assert torch.allclose(sk.scale_to_box(3 * x - 1), sk.scale_to_box(x), atol=1e-5)
    assert sk.scale_to_box(torch.zeros(5, 1, 20, 3)).isfinite().all()


def test_matched_bones_have_the_reference_s_lengths_and_their_own_directions():
    parents = sk.bone_parents(NTU, "spine_mid")
    x, reference = clip(seed=1), clip(seed=2)
    out = sk.match_bone_lengths(x, reference, parents)
    length = sk.bones(out, parents).norm(dim=-1)
    assert torch.allclose(length, sk.bones(reference, parents).norm(dim=-1), atol=1e-3)
    cosine = torch.cosine_similarity(sk.bones(out, parents), sk.bones(x, parents), dim=-1)
    assert cosine[..., [j for j, p in enumerate(parents) if j != p]].min() > 0.999
    assert torch.allclose(out[..., 1, :], reference[..., 1, :], atol=1e-6)


def test_reverse_time_twice_is_nothing():
    x, position = clip(), torch.linspace(-0.9, 0.5, 20)
    back, at = sk.reverse_time(x, position)
    assert torch.equal(back[0], x[-1]) and (at.diff() > 0).all() and at[0] == -0.5
    again, same = sk.reverse_time(back, at)
    assert torch.equal(again, x) and torch.equal(same, position)
