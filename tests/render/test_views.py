"""Views side by side: people land on their detections, in every tile, and what is missing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.core.test_geometry import ring
from tests.core.test_multiview import two_people, views_of

from vitruve.errors import OptionError, ShapeError
from vitruve.render.draw import LEFT, RIGHT, sides
from vitruve.render.video import video_info
from vitruve.render.views import SEEN, draw_views, write_pictures


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """(row, column) of pixels of about a colour."""
    return np.argwhere(np.abs(picture.astype(int) - colour).max(-1) < 30)


def test_people_lie_on_their_detections() -> None:
    truth, cameras = two_people(3), ring(3)
    views = views_of(truth, cameras)
    pictures = list(draw_views(truth, views))
    assert len(pictures) == 3 and pictures[0].shape == (540, 960, 3) and pictures[0].dtype == np.uint8
    # a ring that nobody is drawn under is the same but for the person
    nobody = replace(truth, positions=torch.where(torch.arange(3)[:, None, None] == 0, truth.positions, torch.nan))
    bare = list(draw_views(nobody, views))[1]
    sided = [j for j, side in enumerate(sides(truth.skeleton)) if side]
    for v, (row, column) in enumerate(((0, 0), (0, 480), (270, 0))):
        tile, plain = (p[row : row + 269, column : column + 479] for p in (pictures[1], bare))
        rings = near(plain, SEEN)
        limbs = np.concatenate([near(tile, LEFT), near(tile, RIGHT)])
        assert len(rings) > 100 and len(limbs) > 100 and not len(near(plain, LEFT)), v
        px = (views[v].positions[:, 1] / 4).flip(-1).numpy()
        for marks, joints in ((rings, px.reshape(-1, 2)), (limbs, px[:, sided].reshape(-1, 2))):
            inside = joints[(joints > 3).all(-1) & (joints < (266, 476)).all(-1)]
            off = np.linalg.norm(inside[:, None] - marks, axis=-1).min(1)
            # a nearer limb may hide another
            assert len(inside) > 20 and np.median(off) < 3.5 and (off < 12).mean() > 0.9
    # from above people are drawn, and no detections
    above = pictures[1][270:539, 480:959]
    assert len(near(above, LEFT)) > 20


def test_film_and_what_is_wrong(tmp_path) -> None:
    truth, cameras = two_people(4), ring(3)
    views = views_of(truth, cameras)
    (film,) = write_pictures(truth, views, tmp_path / "a.mp4")
    assert video_info(film).size == (960, 540) and video_info(film).frames == 4
    with pytest.raises(OptionError, match="3D"):
        draw_views(views[0], views)
    with pytest.raises(OptionError, match="no camera"):
        draw_views(truth, [replace(v, camera=None) for v in views])
    with pytest.raises(ShapeError, match="frames"):
        draw_views(truth, [v[:2] for v in views])
    with pytest.raises(OptionError, match="no joint"):
        draw_views(replace(truth, positions=truth.positions * torch.nan), views)
