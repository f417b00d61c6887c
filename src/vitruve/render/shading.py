"""Light and ground: fragments to pleasant pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.render.raster import NEAR, Fragments, interpolate, rasterise, vertex_normals

CLAY = (0.76, 0.73, 0.70)
"""Albedo of a body without colours, RGB."""


@dataclass(frozen=True)
class Look:
    """Light and colours of a picture; colours are sRGB from 0 to 1."""

    sky: tuple[float, float, float] = (0.955, 0.962, 0.972)
    ground: tuple[float, float, float] = (0.872, 0.885, 0.902)
    line: tuple[float, float, float] = (0.745, 0.765, 0.795)
    ambient: float = 0.42
    key: float = 0.72
    """Strength of the main light, which stands up and to the left of the camera."""
    fill: float = 0.16
    """Strength of the light from behind and the right that draws the outline."""
    shadow: float = 0.38
    """How dark the shadow on the ground is; 0 for none."""
    fog: float = 9.0
    """Distance around the target over which the ground fades into the sky, metres."""


def lambert(
    normals: Float[Tensor, "*B 3"], colours: Float[Tensor, "*#B 3"], light: Float[Tensor, "3"], ambient: float = 0.4, key: float = 0.7
) -> Float[Tensor, "*B 3"]:
    """Matt colours under one light from direction `light` (unit, towards it) and an even ambient one; in linear colour."""
    return colours * (ambient + key * (normals @ light).clamp_min(0))[..., None]


def colour_map(
    vertices: Float[Tensor, "*V N 3"],
    faces: Int[Tensor, "F 3"],
    fragments: Fragments,
    camera: Camera,
    colours: Float[Tensor, "*C N 3"] | None = None,
    look: Look | None = None,
) -> Float[Tensor, "*B H W 3"]:
    """Shaded colours (sRGB, 0 to 1; background 0) of vertex colours under key, fill and sky light."""
    look = look or Look()
    camera = camera.to(vertices)
    albedo = torch.tensor(CLAY).to(vertices).expand(vertices.shape[-2], 3) if colours is None else colours.to(vertices)
    batch = torch.broadcast_shapes(vertices.shape[:-2], albedo.shape[:-2])
    normals = vertex_normals(vertices, faces)
    both = torch.cat([albedo.expand(*batch, *albedo.shape[-2:]) ** 2.2, normals.expand(*batch, *normals.shape[-2:])], -1)
    seen = interpolate(both, faces, fragments)
    at = fragments.visible
    # an attribute of every visible pixel: the background costs nothing
    base, n = seen.reshape(-1, 6)[at].split(3, -1)
    n = torch.nn.functional.normalize(n, dim=-1)
    image = at // (fragments.face.shape[-1] * fragments.face.shape[-2])
    rotation = camera.rotation.expand(*fragments.face.shape[:-2], 3, 3).reshape(-1, 3, 3)[image]
    facing = (rotation @ n[..., None])[..., 0]
    # a surface seen from behind is lit as its other side
    facing = facing * torch.where(facing[..., 2:] > 0.2, -1.0, 1.0)
    key = torch.nn.functional.normalize(facing.new_tensor([-0.45, -0.75, -0.75]), dim=0)
    fill = torch.nn.functional.normalize(facing.new_tensor([0.8, -0.2, 0.35]), dim=0)
    # half the sky lights what looks sideways, the ground sends some back
    sky = 0.72 + 0.28 * n[..., 1]
    wrap = ((facing @ key + 0.15) / 1.15).clamp_min(0)
    light = look.ambient * sky + look.key * wrap + look.fill * (facing @ fill).clamp_min(0)
    shine = 0.06 * (facing @ torch.nn.functional.normalize(key + key.new_tensor([0, 0, -1]), dim=0)).clamp_min(0) ** 24
    lit = (base * light[..., None] + shine[..., None]).clamp(1e-6, 1) ** (1 / 2.2)
    return torch.zeros_like(seen[..., :3]).view(-1, 3).index_copy(0, at, lit).view(*fragments.face.shape, 3)


def ground_map(
    camera: Camera, size: tuple[int, int], height: float, centre: tuple[float, float] = (0.0, 0.0), look: Look | None = None
) -> tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"]]:
    """A ground with lines every metre (fine ones every 25 cm), fading into the sky around `centre` (x, z), from one camera.

    Returns the picture (sRGB, 0 to 1) and how much of each pixel is ground.
    """
    look = look or Look()
    w, h = size
    x, y = torch.arange(w, dtype=torch.float32), torch.arange(h, dtype=torch.float32)
    pixels = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).view(-1, 2)
    xy = camera.normalise(pixels)
    rays = torch.cat([xy, torch.ones_like(xy[:, :1])], -1) @ camera.rotation
    t = (height - camera.position[1]) / rays[:, 1]
    hit = (t > NEAR) & (t < 1e3)
    t = torch.where(hit, t, 0.0)
    place = (camera.position[[0, 2]] + t[:, None] * rays[:, [0, 2]]).view(h, w, 2)
    # how much ground a pixel spans in x and z, from its neighbours
    span = torch.zeros_like(place)
    for dim in (0, 1):
        d = place.diff(dim=dim).abs()
        span += torch.cat([d, d.narrow(dim, d.shape[dim] - 1, 1)], dim)
    span = span.clamp(1e-6, 10)
    lines = torch.zeros(h, w)
    for step, strength, half in ((0.25, 0.28, 0.004), (1.0, 0.9, 0.008)):
        off = (place / step - (place / step).round()).abs() * step
        cover = ((half - off) / span + 0.5).clamp(0, 1)
        # lines thinner than a pixel fade instead of flickering
        cover = cover * (2 * half / span).clamp(max=1) ** 0.5 * (1 - (span / step * 2 - 0.5).clamp(0, 1))
        lines = torch.maximum(lines, strength * cover.amax(-1))
    far = (place - torch.tensor(centre)).square().sum(-1)
    alpha = hit.view(h, w) * torch.exp(-far / look.fog**2)
    sky, ground, line = (torch.tensor(c) for c in (look.sky, look.ground, look.line))
    colour = ground + lines[..., None] * (line - ground)
    return sky + alpha[..., None] * (colour - sky), alpha


def picture(
    vertices: Float[Tensor, "N 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera,
    image_size: tuple[int, int] | None = None,
    *,
    colours: Float[Tensor, "N 3"] | None = None,
    ground: float | None = 0.0,
    background: tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"]] | None = None,
    look: Look | None = None,
    supersample: int = 2,
) -> UInt8[np.ndarray, "H W 3"]:
    """One shaded, antialiased picture of a mesh over the ground, RGB.

    Args:
        colours: of the vertices, sRGB from 0 to 1; clay by default.
        ground: its height y, metres; None for none.
        background: a `ground_map` made before, for many pictures from one camera.
    """
    import cv2

    look = look or Look()
    size = image_size or camera.image_size or (960, 540)
    if background is None:
        if ground is None:
            background = torch.tensor(look.sky).expand(size[1], size[0], 3), torch.zeros(size[1], size[0])
        else:
            middle = vertices[vertices.isfinite().all(-1)].mean(0).tolist()
            background = ground_map(camera, size, ground, (middle[0], middle[2]), look)
    out = background[0].numpy().copy()
    if ground is not None and look.shadow > 0:
        sun = torch.tensor([0.25, 1.0, 0.15])
        fallen = vertices - ((vertices[:, 1:2] - ground) / sun[1]) * sun
        dark = rasterise(fallen, faces, camera, size).mask.float().numpy()
        pixel = float(camera.focal[0]) / float((vertices.nanmean(0) - camera.position).norm())
        dark = cv2.GaussianBlur(dark, (0, 0), max(0.6, 0.025 * pixel))
        out *= 1 - look.shadow * dark[..., None] * background[1].numpy()[..., None]

    box = _box(vertices, camera, size)
    if box is not None:
        x, y, w, h = box
        near = camera.crop(x, y, w, h, (w * supersample, h * supersample))
        fragments = rasterise(vertices, faces, near)
        colour = colour_map(vertices, faces, fragments, near, colours, look).numpy()
        small = cv2.resize(np.concatenate([colour, fragments.mask.numpy()[..., None].astype(np.float32)], -1), (w, h), interpolation=cv2.INTER_AREA)
        part = out[y : y + h, x : x + w]
        part[:] = small[..., :3] + part * (1 - small[..., 3:])
    return (out * 255 + 0.5).astype(np.uint8)


def _box(vertices: Tensor, camera: Camera, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """(x, y, width, height) of the pixels that may see a mesh; the whole image where it comes too near, None where it is out of view."""
    seen = vertices[vertices.isfinite().all(-1)]
    if not len(seen):
        return None
    if bool((camera.to_camera(seen)[:, 2] < 2 * NEAR).any()):
        return 0, 0, *size
    points = camera.project(seen)
    low = (points.amin(0).floor() - 1).clamp_min(0)
    high = torch.minimum(points.amax(0).ceil() + 2, torch.tensor(size, dtype=points.dtype))
    (x, y), (w, h) = low.long().tolist(), (high - low).long().tolist()
    return (x, y, w, h) if w > 0 and h > 0 else None
