"""Volumes over space: from heatmaps of calibrated views to voxels, a 3D encoder-decoder, and from voxels to points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.camera import Camera
from vitruve.core.crops import apply_affine

_P = ParamSpec("_P")

# -- from views to voxels and back ---------------------------------------------------------------


def _full_precision(function: Callable[_P, Tensor]) -> Callable[_P, Tensor]:
    """Without autocast: half precision of a coordinate would be centimetres."""

    @wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> Tensor:
        kind = next((a.device.type for a in args if isinstance(a, Tensor)), "cpu")
        with torch.autocast(kind, enabled=False):
            return function(*args, **kwargs)

    return run


def axis_ticks(size: Sequence[float], bins: Sequence[int]) -> list[Tensor]:
    """Where voxel centres lie on each axis of a box around the origin; the outermost lie on its faces."""
    return [torch.linspace(-s / 2, s / 2, n) for s, n in zip(size, bins)]


def voxel_grid(size: Sequence[float], bins: Sequence[int], centre: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B N 3"]:
    """Voxel centres of a box, the last axis running fastest."""
    ticks = torch.meshgrid(*(t.to(centre) for t in axis_ticks(size, bins)), indexing="ij")
    return torch.stack(ticks, -1).flatten(0, 2) + centre[..., None, :]


@_full_precision
def project(points: Float[Tensor, "B N 3"], cameras: Camera, behind: bool = False) -> Float[Tensor, "B V N 2"]:
    """Pixels of points in every view of a rig (batch shape (B, V)), with the lens.

    A point behind a camera is NaN; with `behind` it is where the line through it and the optical centre meets the picture.
    """
    x = cameras.to_camera(points[:, None])
    z = x[..., 2:]
    shown = (z > 1e-6) | behind
    # the division must not meet what is thrown away: its slope would be NaN
    xy = cameras.distort(x[..., :2] / torch.where(shown, z, 1.0))
    return torch.where(shown, xy @ cameras.intrinsics[..., :2, :2].mT + cameras.intrinsics[..., None, :2, 2], torch.nan)


@_full_precision
def through_crop(crop: Float[Tensor, "B 2 3"], pixels: Float[Tensor, "B *N 2"]) -> Float[Tensor, "B *N 2"]:
    """Pixels through each sample's affine map."""
    return apply_affine(crop, pixels.flatten(1, -2)).view_as(pixels)


@_full_precision
def unproject(
    heatmaps: Float[Tensor, "B V C h w"],
    cameras: Camera,
    crop: Float[Tensor, "B 2 3"],
    points: Float[Tensor, "B N 3"],
    view_size: tuple[int, int],
    behind: bool = False,
) -> Float[Tensor, "B C N"]:
    """The mean of the heatmaps at the points, over the views whose picture shows them; 0 where none does.

    Args:
        heatmaps: cover the whole network image, at a lower resolution.
        cameras: batch shape (B, V), with their image size.
        crop: original to network pixels, of all views alike.
        points: in the cameras' world and unit.
        view_size: (width, height) of the network image.
        behind: points behind a camera count where their line meets the picture.

    Source: VoxelPose (Tu et al. 2020), section 3.1; the affine map as SelfPose3d has it.
    """
    assert cameras.image_size is not None
    b, v, c, h, w = heatmaps.shape
    width, height = cameras.image_size
    xy = project(points, cameras, behind)
    inside = (xy[..., 0] >= 0) & (xy[..., 1] >= 0) & (xy[..., 0] < width) & (xy[..., 1] < height)
    xy = through_crop(crop, xy.nan_to_num(0.0).clamp(-1.0, max(width, height)))
    # pixels of the network image to those of the heatmap, to [-1, 1] between the middles of the outermost ones
    unit = xy / xy.new_tensor(view_size) * xy.new_tensor([w, h]) / xy.new_tensor([w - 1, h - 1]) * 2 - 1
    sampled = F.grid_sample(heatmaps.flatten(0, 1).to(unit), unit.clamp(-1.1, 1.1).flatten(0, 1)[:, None], align_corners=True)
    sampled = sampled.view(b, v, c, -1).nan_to_num(0.0)
    weight = inside[:, :, None].to(sampled)
    return ((sampled * weight).sum(1) / (weight.sum(1) + 1e-6)).clamp(0.0, 1.0)


@_full_precision
def render_heatmaps(
    points: Float[Tensor, "B V P J 2"], size: tuple[int, int], sigma: float, present: Bool[Tensor, "B P"] | None = None
) -> Float[Tensor, "B V J h w"]:
    """Gaussians around 2D points (heatmap pixels), summed over the people, at most 1; differentiable. NaN points draw nothing."""
    w, h = size
    known = points.isfinite().all(-1) if present is None else points.isfinite().all(-1) & present[:, None, :, None]
    at = torch.where(known[..., None], points, 0.0)

    def bell(x: Tensor, n: int) -> Tensor:
        return torch.exp(-((torch.arange(n, device=x.device, dtype=x.dtype) - x[..., None]) / sigma).square() / 2)

    return torch.einsum("bvpjy,bvpjx->bvjyx", bell(at[..., 1], h) * known[..., None], bell(at[..., 0], w)).clamp(0.0, 1.0)


def draw_heatmaps(
    points: Float[Tensor, "*B P J 2"], size: tuple[int, int], sigma: float, peak: Float[Tensor, "*B P J"], whole_pixels: bool = False
) -> Float[Tensor, "*B J h w"]:
    """Targets for a heatmap network: Gaussians cut off at three sigma, the largest of all people.

    `points` are in heatmap pixels, `peak` is the height of each, 0 for joints that are not seen. `whole_pixels`: peaks lie at
    whole pixels, coordinates cut off, as VoxelPose's data code has it.
    """
    reach = 3 * sigma

    def bell(x: Tensor, n: int) -> Tensor:
        at = torch.arange(n, device=x.device, dtype=x.dtype)
        if whole_pixels:
            low = (x.trunc() - reach).trunc()[..., None]
            off, near = at - low - (2 * reach + 1) // 2, (at >= low) & (at < (x.trunc() + reach + 1).trunc()[..., None])
        else:
            off = at - x[..., None]
            near = off.abs() <= reach
        return torch.where(near, torch.exp(-off.square() / (2 * sigma**2)), 0.0)

    w, h = size
    out = points.new_zeros(*points.shape[:-3], points.shape[-2], h, w)
    for person, height in zip(points.nan_to_num(0.0).unbind(-3), peak.unbind(-2)):
        if height.any():
            x, y = person.unbind(-1)
            out = torch.maximum(out, (bell(y, h) * height[..., None])[..., :, None] * bell(x, w)[..., None, :])
    return out.clamp(0.0, 1.0)


def gaussian_volume(points: Float[Tensor, "B P 3"], ticks: Sequence[Tensor], sigma: float, present: Bool[Tensor, "B P"]) -> Float[Tensor, "B X Y Z"]:
    """The largest of Gaussians around points, cut off at three sigma; `ticks` are the voxel centres on each axis."""
    near = [t.to(points) - points[..., i, None] for i, t in enumerate(ticks)]
    bells = [torch.where(d.abs() <= 3 * sigma, torch.exp(-d.square() / (2 * sigma**2)), 0.0) for d in near]
    volumes = torch.einsum("bpx,bpy,bpz->bpxyz", bells[0] * present[..., None], bells[1], bells[2])
    return volumes.amax(1) if volumes.shape[1] else volumes.new_zeros(len(points), *(len(t) for t in ticks))


def local_maxima(volume: Float[Tensor, "B X Y Z"], count: int) -> tuple[Float[Tensor, "B K"], Int[Tensor, "B K 3"]]:
    """(values, voxels) of the `count` highest voxels that no neighbour of 3 x 3 x 3 exceeds.

    Other voxels count as 0, so where fewer maxima are positive some of these are arbitrary, with value 0.
    """
    peaks = torch.where(F.max_pool3d(volume, 3, 1, 1) == volume, volume, 0.0)
    values, flat = peaks.flatten(1).topk(count)
    _, _, y, z = volume.shape
    return values, torch.stack([flat // (y * z), flat % (y * z) // z, flat % z], -1)


@_full_precision
def soft_argmax_3d(volume: Float[Tensor, "B C N"], points: Float[Tensor, "B N 3"], beta: float) -> Float[Tensor, "B C 3"]:
    """The expected point under softmax(beta * volume)."""
    return (beta * volume.to(points)).softmax(-1) @ points


# -- V2V -----------------------------------------------------------------------------------------


def _conv_bn(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv3d(inputs, outputs, kernel, padding=kernel // 2), nn.BatchNorm3d(outputs)]


class _Front(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.block = nn.Sequential(*_conv_bn(inputs, outputs, kernel), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class _Up(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.ConvTranspose3d(inputs, outputs, 2, 2), nn.BatchNorm3d(outputs), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x)


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.res_branch = nn.Sequential(*_conv_bn(inputs, outputs, 3), nn.ReLU(), *_conv_bn(outputs, outputs, 3))
        self.skip_con = nn.Sequential(*(_conv_bn(inputs, outputs, 1) if inputs != outputs else ()))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.res_branch(x) + self.skip_con(x))


class _Hourglass(nn.Module):
    """Twice down by two and up again, with residual blocks and sums across."""

    def __init__(self, a: int, b: int, c: int) -> None:
        super().__init__()
        self.encoder_res1, self.encoder_res2 = _Residual(a, b), _Residual(b, c)
        self.mid_res, self.decoder_res2, self.decoder_res1 = _Residual(c, c), _Residual(c, c), _Residual(b, b)
        self.decoder_upsample2, self.decoder_upsample1 = _Up(c, b), _Up(b, a)
        self.skip_res1, self.skip_res2 = _Residual(a, a), _Residual(b, b)

    def forward(self, x: Tensor) -> Tensor:
        half = self.encoder_res1(F.max_pool3d(x, 2))
        quarter = self.mid_res(self.encoder_res2(F.max_pool3d(half, 2)))
        half = self.decoder_upsample2(self.decoder_res2(quarter)) + self.skip_res2(half)
        return self.decoder_upsample1(self.decoder_res1(half)) + self.skip_res1(x)


class V2VNet(nn.Module):
    """Volumes (B, inputs, X, Y, Z) to volumes (B, outputs, X, Y, Z); each size a multiple of 4.

    `widths` are the channels after the first convolution (of `kernel` voxels), and at full, half and quarter resolution.
    Source: V2V-PoseNet (Moon et al. 2018) in the depth of VoxelPose (Tu et al. 2020), whose parameter names it keeps.
    """

    def __init__(self, inputs: int, outputs: int, widths: tuple[int, int, int, int] = (16, 32, 64, 128), kernel: int = 7) -> None:
        super().__init__()
        first, a, b, c = widths
        self.front_layers = nn.Sequential(_Front(inputs, first, kernel), _Residual(first, a))
        self.encoder_decoder = _Hourglass(a, b, c)
        self.output_layer = nn.Conv3d(a, outputs, 1)
        for m in self.modules():
            if isinstance(m, nn.Conv3d | nn.ConvTranspose3d):
                nn.init.normal_(m.weight, std=0.001)
                assert m.bias is not None
                nn.init.zeros_(m.bias)

    def forward(self, x: Float[Tensor, "B C X Y Z"]) -> Float[Tensor, "B D X Y Z"]:
        return self.output_layer(self.encoder_decoder(self.front_layers(x)))


def v2v_sizes(state: Mapping[str, Tensor], prefix: str = "") -> tuple[tuple[int, int, int, int], int]:
    """(widths, kernel) of a volume network by its shapes."""
    first = state[f"{prefix}front_layers.0.block.0.weight"]
    wider = (f"{prefix}{k}.weight" for k in ("output_layer", "encoder_decoder.encoder_res1.res_branch.3", "encoder_decoder.encoder_res2.res_branch.3"))
    a, b, c = (state[k].shape[1] for k in wider)
    return (len(first), a, b, c), first.shape[2]
