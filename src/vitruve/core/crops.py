"""Boxes, and the affine crops that top-down methods look through: matrices, images and points there and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError, ShapeError


def center_size(boxes: Float[Tensor, "*B 4"], padding: float = 1.0) -> tuple[Float[Tensor, "*B 2"], Float[Tensor, "*B 2"]]:
    """(centre, padded size) of boxes (x1, y1, x2, y2), pixels."""
    return (boxes[..., :2] + boxes[..., 2:]) / 2, (boxes[..., 2:] - boxes[..., :2]) * padding


def xywh_to_xyxy(boxes: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 4"]:
    """(x, y, width, height) to corners."""
    return torch.cat([boxes[..., :2], boxes[..., :2] + boxes[..., 2:]], -1)


def xyxy_to_xywh(boxes: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 4"]:
    """Corners to (x, y, width, height)."""
    return torch.cat([boxes[..., :2], boxes[..., 2:] - boxes[..., :2]], -1)


def from_center_size(center: Float[Tensor, "*B 2"], size: Float[Tensor, "*B 2"], padding: float = 1.0) -> Float[Tensor, "*B 4"]:
    """Boxes (x1, y1, x2, y2) whose padded size is `size`."""
    half = size / padding / 2
    return torch.cat([center - half, center + half], -1)


def mirror_boxes(boxes: Float[Tensor, "*B 4"], width: int) -> Float[Tensor, "*B 4"]:
    """Boxes (x1, y1, x2, y2) in the horizontally mirrored image: x becomes width - 1 - x, as for points."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack([width - 1 - x2, y1, width - 1 - x1, y2], -1)


def box_of_points(points: Float[Tensor, "*B N 2"], margin: float = 0.0) -> Float[Tensor, "*B 4"]:
    """The box (x1, y1, x2, y2) around the known points (NaN is missing), larger by `margin` of its size all round."""
    known = points.isfinite().all(-1, keepdim=True)
    low = torch.where(known, points, torch.inf).amin(-2)
    high = torch.where(known, points, -torch.inf).amax(-2)
    box = torch.cat([low, high], -1) + margin * torch.cat([low - high, high - low], -1)
    return torch.where(known.any(-2), box, torch.nan)


def to_aspect(size: Float[Tensor, "*B 2"], ratio: float) -> Float[Tensor, "*B 2"]:
    """The smallest size of width/height `ratio` that holds `size`."""
    w, h = size.unbind(-1)
    return torch.stack([torch.maximum(w, h * ratio), torch.maximum(h, w / ratio)], -1)


def crop_matrix(
    center: Float[Tensor, "*B 2"],
    size: Float[Tensor, "*B 2"],
    output: tuple[int, int],
    rotation: float | Float[Tensor, "*B"] = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
    keep_aspect: bool = True,
    udp: bool = False,
) -> Float[Tensor, "*B 2 3"]:
    """Affine map from image to crop pixels: the box of this centre and size, turned by `rotation`, fills the output.

    Args:
        center, size: of the box, pixels.
        output: (width, height) of the crop.
        rotation: radians; a positive angle turns the picture anti-clockwise, with or without `udp`.
        shift: moves the box by these shares of its size.
        keep_aspect: one scale for both axes, the width's.
        udp: unbiased mapping: outermost pixel centres meet (sizes less one), each axis has its own scale.

    Source: the crops of Xiao et al. 2018; UDP of Huang et al. 2020.
    """
    angle = torch.as_tensor(rotation, dtype=center.dtype, device=center.device).expand(center.shape[:-1])
    c, s = angle.cos(), angle.sin()
    out = center.new_tensor([float(output[0]), float(output[1])])
    if udp:
        scale, middle = (out - 1) / size, (out - 1) / 2
    else:
        scale = out / size
        middle = out / 2
        if keep_aspect:
            scale = scale[..., :1].expand(scale.shape)
    turn = torch.stack([c, s, -s, c], -1).unflatten(-1, (2, 2))
    linear = scale[..., None] * turn
    origin = center + size * center.new_tensor(shift)
    return torch.cat([linear, (middle - (linear @ origin[..., None])[..., 0])[..., None]], -1)


def invert_affine(matrix: Float[Tensor, "*B 2 3"]) -> Float[Tensor, "*B 2 3"]:
    """The affine map back."""
    inverse = torch.linalg.inv(matrix[..., :2])
    return torch.cat([inverse, -inverse @ matrix[..., 2:]], -1)


def apply_affine(matrix: Float[Tensor, "*B 2 3"], points: Float[Tensor, "*B N 2"]) -> Float[Tensor, "*B N 2"]:
    """Points through an affine map."""
    return points @ matrix[..., :2].mT + matrix[..., None, :, 2]


@dataclass(frozen=True, eq=False)
class Crop:
    """A picture cut out for a top-down method, and the way back."""

    image: np.ndarray
    """(height, width, channels), uint8 as it came."""
    matrix: Float[Tensor, "2 3"]
    """Image to crop pixels."""
    center: Float[Tensor, "2"]
    size: Float[Tensor, "2"]
    """Of the box after padding and aspect, image pixels."""

    def to_crop(self, points: Float[Tensor, "N 2"]) -> Float[Tensor, "N 2"]:
        """Image pixels to crop pixels."""
        return apply_affine(self.matrix, points)

    def to_image(self, points: Float[Tensor, "N 2"], official_quirks: bool = False) -> Float[Tensor, "N 2"]:
        """Crop pixels to image pixels.

        mmpose's way back (`official_quirks`) ignores the rotation and the less-one of UDP; ours is the exact inverse.
        """
        if official_quirks:
            height, width = self.image.shape[:2]
            return points / points.new_tensor([width, height]) * self.size + self.center - self.size / 2
        return apply_affine(invert_affine(self.matrix), points)


@dataclass(frozen=True)
class TopdownAffine:
    """Cuts people out at a fixed size: padded box, fixed to the aspect by enlarging the short side, then warped."""

    input_size: tuple[int, int]
    """(width, height), pixels."""
    padding: float = 1.25
    udp: bool = False

    def __call__(self, image: np.ndarray, box: Float[Tensor, "4"], rotation: float = 0.0) -> Crop:
        """Crop of the box (x1, y1, x2, y2) out of an image (H, W, C) of uint8; outside the image is black."""
        import cv2

        if image.ndim != 3 or image.dtype != np.uint8:
            raise ShapeError(f"image: expected (height, width, channels) of uint8, found {image.shape} of {image.dtype}")
        if not (box[2:] > box[:2]).all():
            raise OptionError(f"box {box.tolist()}: expected x1 < x2 and y1 < y2")
        center, size = center_size(box, self.padding)
        width, height = self.input_size
        size = to_aspect(size, width / height)
        matrix = crop_matrix(center, size, self.input_size, rotation, udp=self.udp)
        warped = cv2.warpAffine(image, matrix.double().numpy(), (width, height), flags=cv2.INTER_LINEAR)
        return Crop(warped.reshape(height, width, image.shape[2]), matrix, center, size)
