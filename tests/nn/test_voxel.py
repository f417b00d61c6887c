"""Volumes: projection with the lens and its slope, heatmaps into space and back, maxima, and the size of V2V."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.core.crops import crop_matrix
from vitruve.nn.voxel import (
    V2VNet,
    axis_ticks,
    draw_heatmaps,
    gaussian_volume,
    local_maxima,
    project,
    render_heatmaps,
    soft_argmax_3d,
    through_crop,
    unproject,
    voxel_grid,
)


def rig(views: int = 3, lens: bool = False) -> Camera:
    """A batch (1, V) of cameras around the origin."""
    eyes = [torch.tensor([3.0 * math.cos(a), 1.5, 3.0 * math.sin(a)]) for a in torch.linspace(0.2, 5.0, views).tolist()]
    cameras = Camera.stack([Camera.look_at(e, torch.tensor([0.0, 1.0, 0.0]), (128, 96), focal=90.0) for e in eyes])
    if lens:
        cameras = Camera(
            cameras.intrinsics,
            cameras.rotation,
            cameras.translation,
            torch.tensor([-0.2, 0.1, 1e-3, -2e-3, 0.01]).expand(views, 5),
            cameras.image_size,
        )
    return Camera.stack([cameras])


WHOLE = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]])


def test_projection_is_the_cameras_own():
    points = torch.randn(1, 20, 3, generator=torch.Generator().manual_seed(0)) * 0.5 + torch.tensor([0.0, 1.0, 0.0])
    cameras = rig(lens=True)
    expected = cameras[0].project(points.expand(3, -1, -1))
    assert torch.allclose(project(points, cameras)[0], expected, atol=1e-3)


def test_what_lies_behind_a_camera():
    behind = torch.tensor([[[9.0, 1.5, 0.0]]])
    cameras = rig(views=1)
    assert project(behind, cameras).isnan().all() and project(behind, cameras, behind=True).isfinite().all()
    # straight behind, at the height of the axis: its line meets the middle of the picture
    eye = cameras[0].position[0]
    opposite = (eye + 2 * (eye - torch.tensor([0.0, 1.0, 0.0])))[None, None]
    heatmaps = torch.ones(1, 1, 1, 24, 32)
    assert unproject(heatmaps, cameras, WHOLE, opposite, (128, 96)).max() == 0
    assert unproject(heatmaps, cameras, WHOLE, opposite, (128, 96), behind=True).max() > 0.9


def test_slopes_survive_points_behind_a_camera():
    """A NaN that is masked afterwards would still poison every weight before it."""
    points = torch.tensor([[[0.0, 1.0, 0.0], [9.0, 1.5, 0.0], [-9.0, 1.0, 0.2]]], requires_grad=True)
    seen = project(points, rig()).unflatten(2, (3, 1))
    render_heatmaps(seen / 4, (32, 24), 2.0).sum().backward()
    assert points.grad is not None and points.grad.isfinite().all() and points.grad.abs().sum() > 0


@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_a_point_is_found_where_it_is_through_any_crop(turn):
    cameras, at = rig(lens=True), torch.tensor([[[0.31, 1.22, -0.17]]])
    crop = crop_matrix(torch.tensor([[64.0, 48.0]]), torch.tensor([[150.0, 112.5]]), (128, 96), turn)
    pixels = through_crop(crop, project(at, cameras))
    heatmaps = draw_heatmaps(pixels[:, :, None] / 4, (32, 24), 1.5, torch.ones(1, 3, 1, 1))
    grid = voxel_grid((2.0, 2.0, 2.0), (21, 21, 21), torch.tensor([[0.0, 1.0, 0.0]]))
    values = unproject(heatmaps, cameras, crop, grid, (128, 96))
    assert (grid[0, int(values[0, 0].argmax())] - at[0, 0]).norm() < 0.12
    assert (soft_argmax_3d(values, grid, 50.0)[0, 0] - at[0, 0]).norm() < 0.06


def test_drawn_and_rendered_heatmaps():
    points = torch.tensor([[[10.6, 7.7]], [[20.2, 7.2]]])
    soft = draw_heatmaps(points, (32, 24), 2.0, torch.tensor([[1.0], [0.5]]))[0]
    whole = draw_heatmaps(points, (32, 24), 2.0, torch.tensor([[1.0], [0.5]]), whole_pixels=True)[0]
    # cut off, not rounded
    assert whole[7, 10] == 1 and whole[7, 20] == 0.5 and soft[8, 11] == soft.max() < 1
    assert whole[7, 30] == 0 and draw_heatmaps(points, (32, 24), 2.0, torch.zeros(2, 1)).max() == 0
    rendered = render_heatmaps(points[None, None], (32, 24), 2.0)
    assert rendered[0, 0, 0, 8, 15] > draw_heatmaps(points, (32, 24), 2.0, torch.ones(2, 1))[0, 8, 15]
    alone = render_heatmaps(points[None, None], (32, 24), 2.0, torch.tensor([[True, False]]))
    assert alone[0, 0, 0, 7, 20] < 0.01 < rendered[0, 0, 0, 7, 20]


def test_volumes_have_their_maxima_at_the_points():
    ticks = axis_ticks((4.0, 4.0, 2.0), (17, 17, 9))
    points = torch.tensor([[[-1.0, 0.5, 0.25], [1.5, -1.0, -0.5], [0.0, 0.0, 0.0]]])
    volume = gaussian_volume(points, ticks, 0.3, torch.tensor([[True, True, False]]))
    values, at = local_maxima(volume, 2)
    found = torch.stack([torch.stack([t[i] for t, i in zip(ticks, row)]) for row in at[0]])
    assert torch.allclose(found.sort(0).values, points[0, :2].sort(0).values) and values.min() == 1
    # cut off at three sigma
    assert volume[0, 0, 0, 0] == 0


def test_v2v():
    net = V2VNet(1, 1)
    assert sum(p.numel() for p in net.parameters()) == 3_241_089
    small = V2VNet(3, 5, (4, 4, 8, 8), 3)
    assert small(torch.rand(2, 3, 8, 12, 4)).shape == (2, 5, 8, 12, 4)
