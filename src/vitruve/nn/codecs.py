"""Keypoints to training targets and back: heatmaps (MSRA, DARK, UDP, Megvii), offset maps, coordinates and their classes (SimCC), soft-argmax; flips.

Every codec has `encode(keypoints, visible) -> Target` and `decode(*maps) -> (keypoints, scores)`; keypoints (N, K, 2) are
pixels of the network's input, sizes are (width, height).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import conv1d, pad

from vitruve.errors import OptionError, ShapeError

Size = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Target:
    """What a network learns: its maps (one, or x and y), and each keypoint's weight in the loss."""

    maps: tuple[Tensor, ...]
    weights: Float[Tensor, "N K"]


# --- peaks -------------------------------------------------------------------------------------------


def heatmap_maximum(heatmaps: Float[Tensor, "*B H W"]) -> tuple[Float[Tensor, "*B 2"], Float[Tensor, "*B"]]:
    """(position x, y of the largest value, that value); position -1 where no value is over 0."""
    width = heatmaps.shape[-1]
    values, at = heatmaps.flatten(-2).max(-1)
    position = torch.stack([at % width, at // width], -1).to(heatmaps.dtype)
    return torch.where(values[..., None] > 0, position, -1.0), values


def simcc_maximum(x: Float[Tensor, "*B W"], y: Float[Tensor, "*B H"]) -> tuple[Float[Tensor, "*B 2"], Float[Tensor, "*B"]]:
    """(position of the largest value along each axis, the lesser of the two values); -1 where it is not over 0."""
    (vx, ix), (vy, iy) = x.max(-1), y.max(-1)
    values = torch.minimum(vx, vy)
    return torch.where(values[..., None] > 0, torch.stack([ix, iy], -1).to(x.dtype), -1.0), values


@lru_cache
def _gaussian_kernel(size: int) -> Tensor:
    import cv2

    # the standard deviation that OpenCV derives from the size, with its tables for small kernels
    return torch.from_numpy(cv2.getGaussianKernel(size, 0)[:, 0])


def _smooth(maps: Tensor, kernel: int, axes: int, border: Literal["constant", "reflect"] = "constant") -> Tensor:
    """Gaussian blur along the last `axes` axes; outside are zeros ("constant") or the map's mirror image ("reflect")."""
    if kernel % 2 == 0:
        raise OptionError(f"blur kernel {kernel}: expected an odd number")
    k, reach = _gaussian_kernel(kernel).to(maps)[None, None], kernel // 2
    for axis in range(-1, -1 - axes, -1):
        line = maps.transpose(axis, -1)
        framed = pad(line.reshape(-1, 1, line.shape[-1]), (reach, reach), mode=border)
        maps = conv1d(framed, k).reshape(line.shape).transpose(axis, -1)
    return maps


def _blur(maps: Tensor, kernel: int, axes: int) -> Tensor:
    """Gaussian blur along the last `axes` axes, zeros outside, each map scaled back to its own maximum."""
    out = _smooth(maps, kernel, axes)
    dims = tuple(range(-axes, 0))
    largest = out.amax(dims, keepdim=True)
    return out * torch.where(largest > 0, maps.amax(dims, keepdim=True) / torch.where(largest > 0, largest, 1.0), 0.0)


def blur_heatmaps(heatmaps: Float[Tensor, "*B H W"], kernel: int = 11) -> Float[Tensor, "*B H W"]:
    """Gaussian blur that keeps each map's maximum (11 suits sigma 2, 17 suits sigma 3)."""
    return _blur(heatmaps, kernel, 2)


def _neighbours(maps: Tensor, at: Tensor, reach: int) -> Tensor:
    """The window (..., 2 reach + 1, 2 reach + 1) around integer positions (..., 2), the edge repeated outside; [dy, dx]."""
    height, width = maps.shape[-2:]
    offset = torch.arange(-reach, reach + 1, device=maps.device)
    x = (at[..., 0, None] + offset).clamp(0, width - 1)
    y = (at[..., 1, None] + offset).clamp(0, height - 1)
    return maps.flatten(-2).gather(-1, (y[..., :, None] * width + x[..., None, :]).flatten(-2)).unflatten(-1, (len(offset), -1))


def refine_quarter(positions: Float[Tensor, "*B 2"], heatmaps: Float[Tensor, "*B H W"]) -> Float[Tensor, "*B 2"]:
    """A quarter of a pixel towards the higher neighbour along each axis (not next to the border)."""
    height, width = heatmaps.shape[-2:]
    at = positions.long()
    w = _neighbours(heatmaps, at, 1)
    step = torch.stack([w[..., 1, 2] - w[..., 1, 0], w[..., 2, 1] - w[..., 0, 1]], -1).sign()
    x, y = at.unbind(-1)
    inside = torch.stack([(x > 1) & (x < width - 1) & (y > 0) & (y < height), (y > 1) & (y < height - 1) & (x > 0) & (x < width)], -1)
    return positions + torch.where(inside, 0.25 * step, 0.0)


def refine_dark(positions: Float[Tensor, "*B 2"], heatmaps: Float[Tensor, "*B H W"], kernel: int = 11) -> Float[Tensor, "*B 2"]:
    """One Newton step on the log of the blurred map, second differences over two pixels (Zhang et al. 2020, DARK)."""
    height, width = heatmaps.shape[-2:]
    at = positions.long()
    f = _neighbours(blur_heatmaps(heatmaps, kernel).clamp_min(1e-3).log(), at, 2)
    gx, gy = 0.5 * (f[..., 2, 3] - f[..., 2, 1]), 0.5 * (f[..., 3, 2] - f[..., 1, 2])
    dxx = 0.25 * (f[..., 2, 4] - 2 * f[..., 2, 2] + f[..., 2, 0])
    dyy = 0.25 * (f[..., 4, 2] - 2 * f[..., 2, 2] + f[..., 0, 2])
    dxy = 0.25 * (f[..., 3, 3] - f[..., 1, 3] - f[..., 3, 1] + f[..., 1, 1])
    det = dxx * dyy - dxy * dxy
    x, y = at.unbind(-1)
    ok = (x > 1) & (x < width - 2) & (y > 1) & (y < height - 2) & (det != 0)
    step = torch.stack([dyy * gx - dxy * gy, dxx * gy - dxy * gx], -1) / torch.where(ok, det, 1.0)[..., None]
    return positions - torch.where(ok[..., None], step, 0.0)


def refine_dark_udp(positions: Float[Tensor, "*B 2"], heatmaps: Float[Tensor, "*B H W"], kernel: int = 11) -> Float[Tensor, "*B 2"]:
    """DARK's Newton step as UDP has it: values within 1e-3 and 50, edges repeated, second differences over one pixel."""
    # the frame keeps what lies at -1, beside the map, apart from its corner
    logs = pad(blur_heatmaps(heatmaps, kernel).clamp(1e-3, 50).log().flatten(0, -3), (1, 1, 1, 1), mode="replicate")
    logs = logs.reshape(*heatmaps.shape[:-2], *logs.shape[-2:])
    at = positions.long() + 1
    width = logs.shape[-1]
    flat, i = logs.flatten(-2), at[..., 1] * width + at[..., 0]

    def f(dx: int, dy: int) -> Tensor:
        return flat.gather(-1, (i + dy * width + dx)[..., None].remainder(flat.shape[-1]))[..., 0]

    centre = f(0, 0)
    gx, gy = 0.5 * (f(1, 0) - f(-1, 0)), 0.5 * (f(0, 1) - f(0, -1))
    eps = torch.finfo(torch.float32).eps
    dxx, dyy = f(1, 0) - 2 * centre + f(-1, 0) + eps, f(0, 1) - 2 * centre + f(0, -1) + eps
    dxy = 0.5 * (f(1, 1) - f(1, 0) - f(0, 1) + 2 * centre - f(-1, 0) - f(0, -1) + f(-1, -1))
    det = dxx * dyy - dxy * dxy
    return positions - torch.stack([dyy * gx - dxy * gy, dxx * gy - dxy * gx], -1) / det[..., None]


def _log_blurred(logits: Float[Tensor, "*B W"], kernel: int) -> Float[Tensor, "*B W"]:
    return _blur(logits, kernel, 1).clamp(1e-3, 50).log()


def refine_simcc_dark(positions: Float[Tensor, "*B"], logits: Float[Tensor, "*B W"], kernel: int) -> Float[Tensor, "*B"]:
    """DARK's Newton step along one axis."""
    logs = pad(_log_blurred(logits, kernel).flatten(0, -2), (2, 2), mode="replicate").reshape(*logits.shape[:-1], -1)
    at = (positions + 2.5).long()

    def f(d: int) -> Tensor:
        return logs.gather(-1, (at + d)[..., None])[..., 0]

    return positions - 0.5 * (f(1) - f(-1)) / (1e-9 + 0.25 * (f(2) - 2 * f(0) + f(-2)))


def soft_argmax(heatmaps: Float[Tensor, "*B H W"], beta: float = 1.0) -> Float[Tensor, "*B 2"]:
    """Expected position (x, y) under the softmax of beta times the map, map pixels; differentiable."""
    height, width = heatmaps.shape[-2:]
    p = (beta * heatmaps).flatten(-2).softmax(-1).unflatten(-1, (height, width))
    x = (p.sum(-2) * torch.arange(width, dtype=p.dtype, device=p.device)).sum(-1)
    y = (p.sum(-1) * torch.arange(height, dtype=p.dtype, device=p.device)).sum(-1)
    return torch.stack([x, y], -1)


# --- codecs ------------------------------------------------------------------------------------------


def _off_map(low: Tensor, high: Tensor, size: Size) -> Tensor:
    """True where the window from `low` to `high` (both (..., 2)) misses the map."""
    return (low >= low.new_tensor(size)).any(-1) | (high < 0).any(-1)


@dataclass(frozen=True)
class HeatmapCodec:
    """Gaussian heatmaps (N, K, H, W).

    `kind`: "msra" (centre rounded to the grid, quarter-pixel decoding), "dark" (exact centre, DARK decoding) or "udp" (exact
    centre in a window, unit length of size less one, DARK-UDP decoding).
    """

    input_size: Size
    heatmap_size: Size
    sigma: float = 2.0
    kind: Literal["msra", "dark", "udp"] = "msra"
    blur_kernel: int = 11
    official_quirks: bool = False
    """True does two things as mmpose does: its UDP decoder scales by the whole input size where its encoder uses the size less one,
    and where 3 sigma is not whole, Gaussians beside the upper and left border are moved by a pixel."""

    def __post_init__(self) -> None:
        if self.kind not in ("msra", "dark", "udp"):
            raise OptionError(f"kind={self.kind!r}: expected 'msra', 'dark' or 'udp'")

    @property
    def stride(self) -> tuple[float, float]:
        """Input pixels per heatmap pixel, along x and y."""
        less = 1 if self.kind == "udp" else 0
        (w, h), (hw, hh) = self.input_size, self.heatmap_size
        return (w - less) / (hw - less), (h - less) / (hh - less)

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Heatmaps, zero where a keypoint is not visible; weight 0 where its window of 3 sigma misses the map."""
        centre = keypoints / keypoints.new_tensor(self.stride)
        # truncated after adding a half, towards zero as the field's code does it
        grid = (centre + 0.5).trunc()
        middle = centre if self.kind == "dark" else grid
        radius = 3 * self.sigma
        low, high = middle - radius, middle + radius + (0 if self.kind == "dark" else 1)
        low, high = (low, high) if self.kind == "dark" else (low.trunc(), high.trunc())
        shown = (visible >= 0.5) & ~_off_map(low, high, self.heatmap_size)
        peak = grid if self.kind == "msra" else centre
        if self.official_quirks and self.kind != "dark":
            # a window's corner is cut towards zero, which is to the right of negative corners
            peak = peak + (low + (2 * radius + 1) // 2 - grid)
        lines = []
        for axis, length in enumerate(self.heatmap_size):
            at = torch.arange(length, dtype=keypoints.dtype, device=keypoints.device)
            line = torch.exp(-(at - peak[..., axis, None]).square() / (2 * self.sigma**2))
            if self.kind != "dark":
                line = torch.where((at >= low[..., axis, None]) & (at < high[..., axis, None]), line, 0.0)
            lines.append(line)
        maps = torch.where(shown[..., None, None], lines[1][..., :, None] * lines[0][..., None, :], 0.0)
        return Target((maps,), torch.where((visible >= 0.5) & ~shown, 0.0, visible))

    def decode(self, heatmaps: Float[Tensor, "N K H W"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, the peaks' values); keypoints without a positive value lie beside the image."""
        if heatmaps.shape[-2:] != self.heatmap_size[::-1]:
            raise ShapeError(f"heatmaps of {tuple(heatmaps.shape[-2:])}; expected {self.heatmap_size[::-1]} (height, width)")
        position, scores = heatmap_maximum(heatmaps)
        if self.kind == "msra":
            position = refine_quarter(position, heatmaps)
        elif self.kind == "dark":
            position = refine_dark(position, heatmaps, self.blur_kernel)
        else:
            position = refine_dark_udp(position, heatmaps, self.blur_kernel)
        stride = self.stride
        if self.kind == "udp" and self.official_quirks:
            stride = (self.input_size[0] / (self.heatmap_size[0] - 1), self.input_size[1] / (self.heatmap_size[1] - 1))
        return position * position.new_tensor(stride), scores


@dataclass(frozen=True)
class OffsetCodec:
    """UDP's combined maps (N, 3 K, H, W): a disc around each keypoint, and from every pixel the offsets x, y to it in radii (Huang et al. 2020)."""

    input_size: Size
    heatmap_size: Size
    radius_factor: float = 0.0546875
    """The disc's radius as a share of the map's longer side."""
    blur_kernel: int = 11
    """The discs are smoothed by a kernel of twice this size and one before the peak is looked for."""
    official_quirks: bool = False
    """mmpose decodes by the whole input size where its encoder uses the size less one; True does so too."""

    @property
    def radius(self) -> float:
        """Of the disc, map pixels."""
        return self.radius_factor * max(self.heatmap_size)

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Maps, zero where a keypoint is not visible; the weights are the visibility."""
        size = keypoints.new_tensor(self.heatmap_size)
        centre = keypoints / ((keypoints.new_tensor(self.input_size) - 1) / (size - 1))
        x, y = (torch.arange(n, dtype=keypoints.dtype, device=keypoints.device) for n in self.heatmap_size)
        dx, dy = torch.broadcast_tensors((centre[..., 0, None, None] - x) / self.radius, (centre[..., 1, None, None] - y[:, None]) / self.radius)
        maps = torch.stack([(dx.square() + dy.square() <= 1).to(dx.dtype), dx, dy], 2)
        return Target((torch.where(visible[..., None, None, None] >= 0.5, maps, 0.0).flatten(1, 2),), visible)

    def decode(self, maps: Float[Tensor, "N C H W"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, the smoothed discs' peaks)."""
        heat, *offsets = maps.unflatten(1, (-1, 3)).unbind(2)
        position, scores = heatmap_maximum(_smooth(heat, 2 * self.blur_kernel + 1, 2, "reflect"))
        at = position.clamp_min(0).long()
        index = (at[..., 1] * self.heatmap_size[0] + at[..., 0])[..., None]
        position = position + self.radius * torch.stack([o.flatten(-2).gather(-1, index)[..., 0] for o in offsets], -1)
        whole = position.new_tensor(self.input_size) - (0 if self.official_quirks else 1)
        return position / (position.new_tensor(self.heatmap_size) - 1) * whole, scores


@dataclass(frozen=True)
class MegviiCodec:
    """Heatmaps (N, K, H, W) of 0 to 255: the keypoint's pixel, blurred (CPN, Chen et al. 2018; MSPN, Li et al. 2019)."""

    input_size: Size
    heatmap_size: Size
    kernel: int = 11

    @property
    def stride(self) -> tuple[float, float]:
        """Input pixels per heatmap pixel, along x and y."""
        return self.input_size[0] / self.heatmap_size[0], self.input_size[1] / self.heatmap_size[1]

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Heatmaps, zero where a keypoint is not visible; weight 0 where it lies outside the map."""
        width, height = self.heatmap_size
        at = (keypoints / keypoints.new_tensor(self.stride)).long()
        inside = (at >= 0).all(-1) & (at < torch.tensor(self.heatmap_size, device=at.device)).all(-1)
        shown = (visible >= 0.5) & inside
        index = (at[..., 1] * width + at[..., 0]).where(shown, 0)[..., None]
        maps = keypoints.new_zeros(*visible.shape, height * width).scatter(-1, index, 1.0).unflatten(-1, (height, width))
        maps = _smooth(maps, self.kernel, 2, "reflect")
        maps = 255 * maps / maps.flatten(-2).gather(-1, index)[..., None]
        return Target((torch.where(shown[..., None, None], maps, 0.0),), torch.where((visible >= 0.5) & ~inside, 0.0, visible))

    def decode(self, heatmaps: Float[Tensor, "N K H W"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, the blurred map's peak over 255, plus a half); half a pixel is added, save at the border."""
        maps = blur_heatmaps(heatmaps, self.kernel)
        position, values = heatmap_maximum(maps)
        size = position.new_tensor(self.heatmap_size)
        inner = ((position > 1) & (position < size - 1)).all(-1, keepdim=True)
        position = torch.where(inner, refine_quarter(position, maps) + 0.5, position)
        return position * position.new_tensor(self.stride), values / 255 + 0.5


@dataclass(frozen=True)
class RegressionCodec:
    """Coordinates (N, K, 2) as shares of the input size, with their deviations where the network predicts them (N, K, 4)."""

    input_size: Size

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Shares of the input size; weight 1 for a visible keypoint in the image, else 0."""
        size = keypoints.new_tensor(self.input_size)
        inside = ((keypoints >= 0) & (keypoints <= size - 1)).all(-1) & (visible > 0.5)
        return Target((keypoints / size,), inside.to(keypoints.dtype))

    def decode(self, coordinates: Float[Tensor, "N K C"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, one less the mean deviation; 1 where no deviations are given)."""
        position, deviation = coordinates[..., :2], coordinates[..., 2:]
        scores = 1 - deviation.mean(-1) if deviation.shape[-1] else torch.ones_like(position[..., 0])
        return position * position.new_tensor(self.input_size), scores


@dataclass(frozen=True)
class SimCCCodec:
    """Each coordinate as a class: labels (N, K, W ratio) and (N, K, H ratio), Gaussian or one-hot (Li et al. 2022)."""

    input_size: Size
    sigma: float | tuple[float, float] = 6.0
    split_ratio: float = 2.0
    normalise: bool = True
    """Labels sum to about one instead of peaking at one."""
    dark: bool = False
    smoothing: Literal["gaussian", "standard"] = "gaussian"
    """"standard" puts `label_smoothing` on the other classes together, the rest on the keypoint's."""
    label_smoothing: float = 0.0
    official_quirks: bool = False
    """Visibility is read from what DARK's refinement leaves of the lines, the logarithms of their blurred values."""

    def __post_init__(self) -> None:
        if self.smoothing not in ("gaussian", "standard"):
            raise OptionError(f"smoothing={self.smoothing!r}: expected 'gaussian' or 'standard'")

    @property
    def sigmas(self) -> tuple[float, float]:
        return self.sigma if isinstance(self.sigma, tuple) else (self.sigma, self.sigma)

    @property
    def bins(self) -> Size:
        return round(self.input_size[0] * self.split_ratio), round(self.input_size[1] * self.split_ratio)

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Labels along x and y, zero where a keypoint is not visible; weight 0 where its 3 sigma box (or its class) misses the image."""
        centre = (keypoints * self.split_ratio).round()
        sigma = keypoints.new_tensor(self.sigmas)
        one_hot = self.smoothing == "standard"
        low, high = (centre, centre) if one_hot else (centre - 3 * sigma, centre + 3 * sigma + 1)
        shown = (visible >= 0.5) & ~_off_map(low, high, self.bins)
        labels = []
        for axis, length in enumerate(self.bins):
            at = torch.arange(length, dtype=keypoints.dtype, device=keypoints.device)
            away = at - centre[..., axis, None]
            line = torch.exp(-away.square() / (2 * sigma[axis] ** 2))
            if one_hot:
                line = torch.where(away == 0, 1 - self.label_smoothing, self.label_smoothing / (length - 1)).to(at.dtype)
            elif self.normalise:
                line = line / (sigma[axis] * (2 * torch.pi) ** 0.5)
            labels.append(torch.where(shown[..., None], line, 0.0))
        return Target(tuple(labels), torch.where((visible >= 0.5) & ~shown, 0.0, visible))

    def decode(self, x: Float[Tensor, "N K W"], y: Float[Tensor, "N K H"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, the lesser peak value of both axes)."""
        position, scores = simcc_maximum(x, y)
        if self.dark:
            position = torch.stack([refine_simcc_dark(position[..., axis], line, self._kernel(axis)) for axis, line in enumerate((x, y))], -1)
        return position / self.split_ratio, scores

    def _kernel(self, axis: int) -> int:
        """DARK's blur along an axis: the odd number at or below what the deviation asks for."""
        kernel = int((self.sigmas[axis] * 20 - 7) // 3)
        return kernel - (kernel % 2 == 0)

    def visibility(self, x: Float[Tensor, "N K W"], y: Float[Tensor, "N K H"], beta: float = 150.0) -> Float[Tensor, "N K"]:
        """How sure the decoded position is: the lesser peak of the softmax of `beta` times the deviation times the labels."""
        if self.dark and self.official_quirks:
            x, y = (_log_blurred(line, self._kernel(axis)) for axis, line in enumerate((x, y)))
        sharp = [(beta * sigma * line).softmax(-1) for sigma, line in zip(self.sigmas, (x, y))]
        return simcc_maximum(*sharp)[1]


@dataclass(frozen=True)
class IntegralCodec:
    """Soft-argmax over heatmaps (N, K, H, W) (Sun et al. 2018); the target is the position in map pixels."""

    input_size: Size
    heatmap_size: Size
    beta: float = 1.0

    def encode(self, keypoints: Float[Tensor, "N K 2"], visible: Float[Tensor, "N K"]) -> Target:
        """Positions (N, K, 2) in map pixels; weight 0 outside the map."""
        position = keypoints * keypoints.new_tensor(self.heatmap_size) / keypoints.new_tensor(self.input_size)
        off = (position < 0).any(-1) | (position > position.new_tensor(self.heatmap_size) - 1).any(-1)
        return Target((position,), torch.where(off, 0.0, visible))

    def decode(self, heatmaps: Float[Tensor, "N K H W"]) -> tuple[Float[Tensor, "N K 2"], Float[Tensor, "N K"]]:
        """(keypoints in input pixels, largest probability)."""
        position = soft_argmax(heatmaps, self.beta)
        scores = (self.beta * heatmaps).flatten(-2).softmax(-1).amax(-1)
        return position * position.new_tensor(self.input_size) / position.new_tensor(self.heatmap_size), scores


# --- flip averaging -----------------------------------------------------------------------------------


def flip_heatmaps(heatmaps: Float[Tensor, "B K H W"], swap: Sequence[int] | Int[Tensor, " K"], shift: bool = False) -> Float[Tensor, "B K H W"]:
    """Heatmaps of the mirrored image, mirrored back; `shift` moves them by one pixel to meet those of a crop that is not unbiased."""
    out = heatmaps.flip(-1)[:, list(swap)]
    return torch.cat([out[..., :1], out[..., :-1]], -1) if shift else out


def flip_offset_maps(maps: Float[Tensor, "B C H W"], swap: Sequence[int] | Int[Tensor, " K"]) -> Float[Tensor, "B C H W"]:
    """UDP's combined maps (heat, x offset, y offset for each joint) of the mirrored image, mirrored back."""
    out = maps.unflatten(1, (-1, 3)).flip(-1)[:, list(swap)]
    return (out * out.new_tensor([1, -1, 1])[:, None, None]).flatten(1, 2)


def flip_vectors(
    x: Float[Tensor, "B K W"], y: Float[Tensor, "B K H"], swap: Sequence[int] | Int[Tensor, " K"]
) -> tuple[Float[Tensor, "B K W"], Float[Tensor, "B K H"]]:
    """SimCC outputs of the mirrored image, mirrored back."""
    return x.flip(-1)[:, list(swap)], y[:, list(swap)]
