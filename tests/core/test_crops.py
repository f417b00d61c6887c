"""Crops: boxes fill them, points and pictures go the same way, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vitruve import VitruveError
from vitruve.core import crops


def test_boxes():
    xywh = torch.tensor([[10.0, 20, 30, 40]])
    xyxy = crops.xywh_to_xyxy(xywh)
    assert xyxy.tolist() == [[10, 20, 40, 60]] and torch.equal(crops.xyxy_to_xywh(xyxy), xywh)
    center, size = crops.center_size(xyxy, 1.25)
    assert center.tolist() == [[25, 40]] and size.tolist() == [[37.5, 50]]
    assert torch.allclose(crops.from_center_size(center, size, 1.25), xyxy)
    assert crops.mirror_boxes(xyxy, 100).tolist() == [[59, 20, 89, 60]]
    assert torch.equal(crops.mirror_boxes(crops.mirror_boxes(xyxy, 100), 100), xyxy)
    assert crops.to_aspect(torch.tensor([[10.0, 40], [60, 40]]), 0.75).tolist() == [[30, 40], [60, 80]]


def test_box_of_points_ignores_missing():
    x = torch.tensor([[[1.0, 5], [3, 9], [torch.nan, 0]], [[torch.nan, torch.nan]] * 3])
    out = crops.box_of_points(x, margin=0.5)
    assert out[0].tolist() == [0, 3, 4, 11] and out[1].isnan().all()


@pytest.mark.parametrize("udp", [False, True])
@pytest.mark.parametrize("angle", [0.0, 0.5])
def test_the_box_fills_the_crop(udp, angle):
    center, size, output = torch.tensor([60.0, 50]), torch.tensor([30.0, 40]), (48, 64)
    m = crops.crop_matrix(center, size, output, angle, udp=udp)
    c, s = math.cos(angle), math.sin(angle)
    corners = torch.tensor([[-15.0, -20], [15, 20]]) @ torch.tensor([[c, -s], [s, c]]).T @ torch.tensor([[c, s], [-s, c]]).T
    back = torch.tensor([[c, -s], [s, c]])
    placed = center + (corners @ back.T)
    end = torch.tensor([47.0, 63.0]) if udp else torch.tensor([48.0, 64.0])
    assert torch.allclose(crops.apply_affine(m, placed), torch.stack([torch.zeros(2), end]), atol=1e-4)
    points = torch.rand(7, 2) * 100
    assert torch.allclose(crops.apply_affine(crops.invert_affine(m), crops.apply_affine(m, points)), points, atol=1e-3)


def test_positive_angles_turn_the_picture_anticlockwise():
    m = crops.crop_matrix(torch.zeros(2), torch.full((2,), 10.0), (10, 10), math.pi / 2)
    # what was to the right is now above
    assert torch.allclose(crops.apply_affine(m, torch.tensor([[3.0, 0]])), torch.tensor([[5.0, 2.0]]), atol=1e-5)


@pytest.mark.parametrize("udp", [False, True])
def test_picture_and_points_go_together(udp):
    image = np.zeros((120, 160, 3), np.uint8)
    image[58:63, 88:93] = 255
    crop = crops.TopdownAffine((96, 128), udp=udp)(image, torch.tensor([60.0, 30, 120, 110]), rotation=0.4)
    assert crop.image.shape == (128, 96, 3)
    v, u = np.nonzero(crop.image[..., 0] > 127)
    spot = torch.tensor([[90.0, 60.0]])
    assert torch.allclose(torch.tensor([[u.mean(), v.mean()]], dtype=torch.float32), crop.to_crop(spot), atol=0.5)
    assert torch.allclose(crop.to_image(crop.to_crop(spot)), spot, atol=1e-3)
    # their way back knows no rotation
    assert (crop.to_image(crop.to_crop(spot), official_quirks=True) - spot).norm() > 1


def test_bad_boxes_and_images():
    transform = crops.TopdownAffine((96, 128))
    with pytest.raises(VitruveError, match="x1 < x2"):
        transform(np.zeros((10, 10, 3), np.uint8), torch.tensor([5.0, 5, 5, 9]))
    with pytest.raises(VitruveError, match="uint8"):
        transform(np.zeros((10, 10, 3)), torch.tensor([1.0, 1, 5, 9]))
