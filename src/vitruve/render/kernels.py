"""Warp kernels of the rasteriser; imported on first use only."""

# no `from __future__ import annotations` here, and no type checks: warp reads the annotations of kernels itself
from functools import lru_cache
from typing import no_type_check

import torch
import warp as wp

from vitruve.core.warp import start

# fused multiply-adds would make the two faces of an edge disagree about which side a pixel is on
wp.set_module_options({"enable_backward": False, "fuse_fp": False})

_EMPTY = wp.constant(wp.int64(2**63 - 1))


@wp.func
@no_type_check
def corner_weights(p0: wp.vec3, p1: wp.vec3, p2: wp.vec3, x: float, y: float):
    """Weights of the corners at pixel (x, y), up to a common factor: a pixel is inside when no two differ in sign."""
    a0 = p0[0] - x * p0[2]
    b0 = p0[1] - y * p0[2]
    a1 = p1[0] - x * p1[2]
    b1 = p1[1] - y * p1[2]
    a2 = p2[0] - x * p2[2]
    b2 = p2[1] - y * p2[2]
    return wp.vec3(a1 * b2 - b1 * a2, a2 * b0 - b2 * a0, a0 * b1 - b0 * a1)


@wp.func
@no_type_check
def grow(box: wp.vec4, p: wp.vec3, q: wp.vec3, near: float):
    """Extend (left, top, right, bottom) by what edge pq shows beyond the near plane."""
    if p[2] > near:
        u = p[0] / p[2]
        v = p[1] / p[2]
        box = wp.vec4(wp.min(box[0], u), wp.min(box[1], v), wp.max(box[2], u), wp.max(box[3], v))
    if (p[2] > near) != (q[2] > near):
        r = p + (q - p) * ((near - p[2]) / (q[2] - p[2]))
        u = r[0] / near
        v = r[1] / near
        box = wp.vec4(wp.min(box[0], u), wp.min(box[1], v), wp.max(box[2], u), wp.max(box[3], v))
    return box


@wp.kernel
@no_type_check
def splat(
    points: wp.array2d(dtype=wp.vec3),
    faces: wp.array(dtype=wp.vec3i),
    width: int,
    near: float,
    cull_back: bool,
    flip: int,
    buffer: wp.array2d(dtype=wp.int64),
):
    """One face into the z-buffer, whose entries are (depth bits, face index) so that the minimum decides."""
    b, f = wp.tid()
    t = faces[f]
    p0 = points[b, t[0]]
    p1 = points[b, t[1]]
    p2 = points[b, t[2]]
    total = p0 + p1 + p2
    # infinity minus infinity is not zero either
    if not wp.isfinite(total):
        return
    nearest = wp.min(p0[2], wp.min(p1[2], p2[2]))
    if nearest > near:
        u0 = p0[0] / p0[2]
        v0 = p0[1] / p0[2]
        u1 = p1[0] / p1[2]
        v1 = p1[1] / p1[2]
        u2 = p2[0] / p2[2]
        v2 = p2[1] / p2[2]
        # clearly seen from behind; what is nearly edge-on is left to the exact test of each pixel
        if cull_back and (u1 - u0) * (v2 - v0) - (v1 - v0) * (u2 - u0) > 0.01:
            return
        box = wp.vec4(wp.min(u0, wp.min(u1, u2)), wp.min(v0, wp.min(v1, v2)), wp.max(u0, wp.max(u1, u2)), wp.max(v0, wp.max(v1, v2)))
    else:
        box = wp.vec4(1.0e9, 1.0e9, -1.0e9, -1.0e9)
        box = grow(box, p0, p1, near)
        box = grow(box, p1, p2, near)
        box = grow(box, p2, p0, near)
    left = wp.max(box[0], 0.0)
    top = wp.max(box[1], 0.0)
    right = wp.min(box[2], float(width - 1))
    bottom = wp.min(box[3], float(buffer.shape[1] / width - 1))
    if right < left or bottom < top:
        return
    x0 = int(left)
    if float(x0) < left:
        x0 += 1
    y0 = int(top)
    if float(y0) < top:
        y0 += 1
    for y in range(y0, int(bottom) + 1):
        for x in range(x0, int(right) + 1):
            w = corner_weights(p0, p1, p2, float(x), float(y))
            high = wp.max(w[0], wp.max(w[1], w[2]))
            if high <= 0.0 or (not cull_back and wp.min(w[0], wp.min(w[1], w[2])) >= 0.0):
                s = w[0] + w[1] + w[2]
                if s != 0.0:
                    depth = (w[0] * p0[2] + w[1] * p1[2] + w[2] * p2[2]) / s
                    if depth > near:
                        bits = wp.cast(depth, wp.int32) ^ flip
                        wp.atomic_min(buffer, b, y * width + x, (wp.int64(bits) << wp.int64(32)) | wp.int64(f))


@wp.kernel
@no_type_check
def resolve(
    points: wp.array2d(dtype=wp.vec3),
    faces: wp.array(dtype=wp.vec3i),
    width: int,
    run: int,
    buffer: wp.array2d(dtype=wp.int64),
    face: wp.array2d(dtype=wp.int32),
    barycentric: wp.array2d(dtype=wp.vec3),
    depth: wp.array2d(dtype=float),
):
    """The winners of `run` pixels as fragments; leaves the buffer empty for the next image."""
    b, i = wp.tid()
    for k in range(i * run, (i + 1) * run):
        key = buffer[b, k]
        if key == _EMPTY:
            face[b, k] = -1
            barycentric[b, k] = wp.vec3(0.0, 0.0, 0.0)
            depth[b, k] = 0.0
        else:
            buffer[b, k] = _EMPTY
            f = int(key & wp.int64(0x7FFFFFFF))
            t = faces[f]
            p0 = points[b, t[0]]
            p1 = points[b, t[1]]
            p2 = points[b, t[2]]
            w = corner_weights(p0, p1, p2, float(k % width), float(k / width))
            w = w / (w[0] + w[1] + w[2])
            face[b, k] = f
            barycentric[b, k] = w
            depth[b, k] = w[0] * p0[2] + w[1] * p1[2] + w[2] * p2[2]


@wp.func
@no_type_check
def turn(a: wp.vec2, b: wp.vec2):
    return a[0] * b[1] - a[1] * b[0]


@wp.func
@no_type_check
def pixel(p: wp.vec3):
    return wp.vec2(p[0] / p[2], p[1] / p[2])


@wp.kernel
@no_type_check
def splat_outline(
    points: wp.array2d(dtype=wp.vec3),
    edges: wp.array(dtype=wp.vec4i),
    face: wp.array2d(dtype=wp.int32),
    width: int,
    near: float,
    radius: float,
    buffer: wp.array2d(dtype=wp.int64),
):
    """One edge, if it outlines the mask, into a buffer of (squared pixel distance bits, edge index).

    An edge (ends i, j; the third corners k, l of its faces, l = -1 where there is one face) is a contour when
    both faces lie on the same side of it in the image; it outlines what is covered when the pixel just
    across it is not.
    """
    b, e = wp.tid()
    t = edges[e]
    last = wp.where(t[3] < 0, t[2], t[3])
    p0 = points[b, t[0]]
    p1 = points[b, t[1]]
    p2 = points[b, t[2]]
    p3 = points[b, last]
    total = p0 + p1 + p2 + p3
    if not wp.isfinite(total) or wp.min(wp.min(p0[2], p1[2]), wp.min(p2[2], p3[2])) <= near:
        return
    start = pixel(p0)
    along = pixel(p1) - start
    side = turn(along, pixel(p2) - start)
    other = turn(along, pixel(p3) - start)
    length = wp.length(along)
    if side * other < 0.0 or length == 0.0 or side + other == 0.0:
        return
    outward = wp.vec2(along[1], -along[0]) * (wp.sign(side + other) / length)
    height = int(buffer.shape[1] / width)
    left = wp.max(start[0] + wp.min(along[0], 0.0) - radius, 0.0)
    top = wp.max(start[1] + wp.min(along[1], 0.0) - radius, 0.0)
    right = wp.min(start[0] + wp.max(along[0], 0.0) + radius, float(width - 1))
    bottom = wp.min(start[1] + wp.max(along[1], 0.0) + radius, float(height - 1))
    if right < left or bottom < top:
        return
    for y in range(int(top), int(bottom) + 1):
        for x in range(int(left), int(right) + 1):
            here = wp.vec2(float(x), float(y))
            closest = start + along * wp.clamp(wp.dot(here - start, along) / (length * length), 0.0, 1.0)
            d = wp.length_sq(here - closest)
            if d <= radius * radius:
                # the pixel nearest to a point 0.75 px outside has its centre outside of a straight outline
                u = int(wp.round(wp.clamp(closest[0] + 0.75 * outward[0], -1.0, float(width))))
                v = int(wp.round(wp.clamp(closest[1] + 0.75 * outward[1], -1.0, float(height))))
                open = u < 0 or v < 0 or u >= width or v >= height
                if not open:
                    open = face[b, v * width + u] < 0
                if open:
                    wp.atomic_min(buffer, b, y * width + x, (wp.int64(wp.cast(d, wp.int32)) << wp.int64(32)) | wp.int64(e))


@lru_cache
def load(device: str) -> wp.Device:
    """The warp device of a torch device, with the kernels compiled for it (kept in warp's cache on disk)."""
    start()
    found = wp.device_from_torch(device)
    wp.load_module(device=found)
    return found


def draw(
    points: torch.Tensor,
    faces: torch.Tensor,
    width: int,
    near: float,
    cull_back: bool,
    farthest: bool,
    face: torch.Tensor,
    barycentric: torch.Tensor,
    depth: torch.Tensor,
) -> None:
    """Rasterise (B, V, 3) `points` into the flat images `face`, `barycentric` and `depth` (B, H W [, 3]).

    On the CPU one image after the other, through one buffer that stays in the cache; on a GPU all at once.
    """
    device = load(str(points.device))
    serial = points.device.type == "cpu"
    step, run = (1, width) if serial else (len(points), 1)
    buffer = torch.full((step, face.shape[1]), 2**63 - 1, dtype=torch.int64, device=points.device)
    z, corners = wp.from_torch(buffer), wp.from_torch(faces, dtype=wp.vec3i)
    flip = 0x7FFFFFFF if farthest else 0
    for i in range(0, len(points), step):
        s = slice(i, i + step)
        p = wp.from_torch(points[s], dtype=wp.vec3)
        out = [wp.from_torch(face[s]), wp.from_torch(barycentric[s], dtype=wp.vec3), wp.from_torch(depth[s])]
        wp.launch(splat, dim=(step, len(faces)), inputs=[p, corners, width, near, cull_back, flip, z], device=device)
        wp.launch(resolve, dim=(step, face.shape[1] // run), inputs=[p, corners, width, run, z, *out], device=device)


def outline(points: torch.Tensor, edges: torch.Tensor, face: torch.Tensor, width: int, near: float, radius: float) -> torch.Tensor:
    """Index of the outline edge nearest to each pixel of the flat images `face` (B, H W); -1 beyond `radius` pixels."""
    buffer = torch.full(face.shape, 2**63 - 1, dtype=torch.int64, device=face.device)
    inputs = [wp.from_torch(points, dtype=wp.vec3), wp.from_torch(edges, dtype=wp.vec4i), wp.from_torch(face), width, near, radius]
    wp.launch(splat_outline, dim=(len(points), len(edges)), inputs=[*inputs, wp.from_torch(buffer)], device=load(str(points.device)))
    return torch.where(buffer == 2**63 - 1, -1, buffer & 0x7FFFFFFF)
