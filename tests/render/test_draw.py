"""Stick figures: where the ink is, in which colour, and how strong."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.render import draw

PAIR = Skeleton("pair", ("left_hip", "left_knee"), (-1, 0))
COCO = skeleton("coco17")


def line(confidence: float = 1.0) -> np.ndarray:
    points = np.array([[[20.0, 30.0], [80.0, 30.0]]])
    return draw.draw_poses(draw.canvas((100, 60)), points, PAIR, np.full((1, 2), confidence), thickness=5)


def test_a_limb_is_where_its_joints_are_and_nowhere_else() -> None:
    image = line()
    inked = (image != draw.CANVAS).any(-1)
    y, x = np.nonzero(inked)
    assert inked[30, 20:81].all()
    assert 10 <= x.min() < 20 < 80 < x.max() <= 90 and 22 <= y.min() and y.max() <= 38
    assert tuple(image[30, 50]) == draw.LEFT
    # an upright symmetric stroke, to the pixel
    assert np.array_equal(inked[30 - 4 : 30], inked[31 : 31 + 4][::-1])


def test_left_is_blue_right_orange_middle_grey() -> None:
    colours = {name: tuple(c) for name, c in zip(COCO.joints, draw.joint_colours(COCO))}
    assert colours["left_wrist"] == draw.LEFT and colours["right_ankle"] == draw.RIGHT and colours["nose"] == draw.CENTRE
    limbs = {frozenset(COCO.joints[j] for j in limb): tuple(c) for limb, c in zip(COCO.limbs, draw.limb_colours(COCO))}
    assert limbs[frozenset(("left_elbow", "left_wrist"))] == draw.LEFT
    assert limbs[frozenset(("left_shoulder", "right_shoulder"))] == draw.CENTRE
    rig = Skeleton("rig", ("spine", "lowerleg02.L", "lowerleg02.R", "LeftTwist", "r_twist"), (-1, 0, 0, 0, 0), (None,) * 5)
    assert draw.sides(rig) == (0, 1, -1, 1, -1)


def test_confidence_fades() -> None:
    shade = [int(line(c)[30, 50, 0]) for c in (1.0, 0.6, 0.3, 0.0)]
    assert shade[0] == draw.LEFT[0] and shade[3] == draw.CANVAS[0]
    assert shade[0] < shade[1] < shade[2] < shade[3]


def test_missing_and_far_joints_draw_nothing() -> None:
    empty = draw.canvas((100, 60))
    points = np.array([[[np.nan, np.nan], [80.0, 30.0]], [[1e9, 5.0], [-500.0, -500.0]]])
    image = draw.draw_poses(empty, points, PAIR)
    assert not (image != empty).any(-1)[:, :60].any() and (image != empty).any()
    assert (empty == draw.CANVAS).all()


def test_nearer_limbs_cover_farther_ones() -> None:
    cross = Skeleton("cross", ("left_hip", "left_knee", "right_hip", "right_knee"), (-1, 0, -1, 2))
    points = np.array([[[10.0, 30.0], [90.0, 30.0], [50.0, 5.0], [50.0, 55.0]]])
    for depth, colour in (([1, 1, 2, 2], draw.LEFT), ([2, 2, 1, 1], draw.RIGHT)):
        image = draw.draw_poses(draw.canvas((100, 60)), points, cross, depth=np.array([depth], float), thickness=5)
        assert tuple(image[30, 50]) == colour


def test_frames_of_three_dimensional_poses_go_through_the_camera() -> None:
    camera = Camera.look_at(torch.tensor([0.0, 1.0, 4.0]), torch.tensor([0.0, 1.0, 0.0]), (120, 90))
    positions = torch.tensor([[[0.5, 1.0, 0.0], [-0.5, 1.0, 0.0]]]).expand(2, 3, 2, 3).clone()
    positions[1] += torch.tensor([0.0, 0.5, 0.0])
    poses = Poses(positions, PAIR, ids=torch.tensor([3, 14]))
    frames = list(draw.draw_frames(poses, camera=camera))
    plain = list(draw.draw_frames(poses, camera=camera, show_ids=False))
    assert len(frames) == 3 and frames[0].shape == (90, 120, 3)
    u, v = camera.project(positions[0, 0])[0].round().int().tolist()
    assert tuple(plain[0][v, (u + 60) // 2]) == draw.LEFT
    assert (frames[0] != plain[0]).any()
    photo = np.full((90, 120, 3), 7, np.uint8)
    on_photo = next(draw.draw_frames(poses, [photo], camera=camera))
    assert tuple(on_photo[0, 0]) == (7, 7, 7) and (photo == 7).all()
    assert len(list(draw.draw_frames(poses, [photo, photo], camera=camera))) == 2


def test_errors() -> None:
    poses = Poses(torch.rand(1, 2, 17, 3), COCO)
    with pytest.raises(OptionError, match="need a camera"):
        next(draw.draw_frames(poses))
    with pytest.raises(OptionError, match="how large"):
        next(draw.draw_frames(Poses(torch.rand(1, 2, 17, 2), COCO)))
    with pytest.raises(ShapeError, match="2 joints.*coco17"):
        draw.draw_poses(draw.canvas((10, 10)), np.zeros((1, 2, 2)), COCO)
