"""Who, which frames, where the origin is and which way the body faces."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve import Poses, VitruveError, skeleton
from vitruve.core.facing import heading
from vitruve.nn import clips
from vitruve.nn.skeletons import axis_rotation

KINECT = skeleton("kinect20")


def body(people: int = 2, frames: int = 30, seed: int = 0) -> Poses:
    g = torch.Generator().manual_seed(seed)
    rest = torch.randn(people, 1, 20, 3, generator=g) * 0.4
    sway = 0.02 * (1 + torch.arange(people))[:, None, None, None] * torch.randn(people, frames, 20, 3, generator=g)
    return Poses(rest + sway + 3, KINECT)


def test_who_moves_most_comes_first_and_who_is_absent_is_missing():
    poses = body(3)
    two = clips.arranged(poses, 2, 3)
    assert torch.equal(two[:, 0], poses.positions[2]) and torch.equal(two[:, 1], poses.positions[1])
    alone = clips.arranged(poses.person(0), 2, 3)
    assert torch.equal(alone[:, 0], poses.positions[0]) and alone[:, 1].isnan().all()
    assert (clips.filled(alone)[:, 1] == 0).all()


def test_people_who_are_never_seen_come_last():
    x = body(2).positions.clone()
    x[1] = torch.nan
    found = clips.arranged(Poses(x, KINECT), 2, 3)
    assert torch.equal(found[:, 0], x[0]) and found[:, 1].isnan().all()


def test_frames_without_anybody_are_left_out():
    x = body(1).positions.clone()
    x[:, 5:9] = torch.nan
    assert torch.equal(clips.arranged(Poses(x, KINECT), 1, 3)[:, 0], x[0, [*range(5), *range(9, 30)]])
    with pytest.raises(VitruveError, match="no frame has a known joint"):
        clips.arranged(Poses(torch.full_like(x, torch.nan), KINECT), 1, 3)
    with pytest.raises(VitruveError, match="2D joints, expected 3D"):
        clips.arranged(Poses(x[..., :2].nan_to_num(0.0), KINECT), 1, 3)


def test_confidence_is_the_last_coordinate():
    poses = body(1)
    confidence = torch.rand(1, 30, 20)
    x = clips.arranged(Poses(poses.positions, KINECT, confidence=confidence), 1, 3, confidence=True)
    assert torch.equal(x[:, 0, :, 3], confidence[0]) and torch.equal(x[..., :3], clips.arranged(poses, 1, 3))


def test_the_origin_is_the_first_known_pelvis():
    x = clips.arranged(body(1), 1, 3)
    assert torch.equal(clips.centred(x, KINECT)[0, 0, 0], torch.zeros(3))
    x[0, 0, 0] = torch.nan
    assert torch.equal(clips.centred(x, KINECT).nan_to_num(9.0), (x - x[1, 0, 0]).nan_to_num(9.0))
    x[:, :, 0] = torch.nan
    assert clips.centred(x, KINECT)[0].flatten(0, 1).nanmean(0).abs().max() < 1e-5


@pytest.mark.parametrize("degrees", [-150.0, -20.0, 75.0])
def test_the_front_is_the_same_from_wherever_it_was_seen(degrees):
    x = clips.centred(clips.arranged(body(1), 1, 3), KINECT)
    seen = x @ axis_rotation(1, math.radians(degrees)).T
    front = clips.turned_to_front(x, KINECT)
    assert torch.allclose(clips.turned_to_front(seen, KINECT), front, atol=1e-5)
    assert abs(float(heading(KINECT, front[0, 0]))) < 1e-5
    unknown = torch.full_like(x, torch.nan)
    assert clips.turned_to_front(unknown, KINECT).isnan().all()


def test_known_joints_fill_the_box():
    x = clips.arranged(body(2), 2, 3)
    x[3, 1, 4] = torch.nan
    x[7, 0] = torch.nan
    low, high = clips.filled(clips.boxed(x)).flatten(0, 2).aminmax(dim=0)
    assert torch.allclose(low, -torch.ones(3), atol=1e-5) and torch.allclose(high, torch.ones(3), atol=1e-5)
    assert clips.boxed(x)[3, 1, 4].isnan().all() and torch.equal(clips.boxed(x).isnan(), x.isnan())
