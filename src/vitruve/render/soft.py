"""What a picture says about the vertices: fragments and silhouettes with gradients."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from vitruve.core.camera import Camera
from vitruve.errors import OptionError
from vitruve.render.raster import NEAR, Fragments, image_points, rasterise

_EDGES: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


def differentiable(fragments: Fragments, vertices: Float[Tensor, "*V N 3"], faces: Int[Tensor, "F 3"], camera: Camera) -> Fragments:
    """The same faces at the same pixels, with weights and depths that follow the vertices and the camera.

    Every map made from the result (interpolated attributes, normals, depth, texture) has gradients with
    respect to both; which face a pixel sees is held fixed. For the outline see `soft_silhouette`.
    """
    shape = fragments.face.shape
    height, width = shape[-2:]
    at = fragments.visible
    points = image_points(camera.to(vertices), vertices)
    points = points.expand(*shape[:-2], *points.shape[-2:]).reshape(-1, *points.shape[-2:])
    corners = faces[fragments.face.reshape(-1)[at].long()].long()
    p = points[(at // (height * width))[:, None], corners]
    x, y = (at % width).to(p), (at // width % height).to(p)
    a, b, z = p[..., 0] - x[:, None] * p[..., 2], p[..., 1] - y[:, None] * p[..., 2], p[..., 2]
    w = a.roll(-1, -1) * b.roll(-2, -1) - b.roll(-1, -1) * a.roll(-2, -1)
    w = w / w.sum(-1, keepdim=True)
    zero = p.new_zeros(fragments.face.numel(), 3)
    return Fragments(
        fragments.face,
        zero.index_copy(0, at, w).view(*shape, 3),
        zero[:, 0].index_copy(0, at, (w * z).sum(-1)).view(shape),
    )


def soft_silhouette(
    vertices: Float[Tensor, "*V N 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera,
    image_size: tuple[int, int] | None = None,
    sigma: float = 1.0,
    radius: float | None = None,
    near: float = NEAR,
) -> Float[Tensor, "*B H W"]:
    """Coverage in [0, 1] with gradients: sigmoid(d / sigma), d the signed pixel distance to the outline (inside > 0).

    Args:
        vertices, faces, camera, image_size, near: as for `rasterise`; orientation of faces does not matter.
        sigma: softness, pixels: a larger one sees a target from further away.
        radius: how far from the outline gradients reach, pixels; 8 sigma by default. Beyond it the value is 0 or 1.

    The distance of SoftRas (Liu et al. 2019) taken to the outline of the whole body instead of to each face,
    so that a fine mesh is not fattened by the product over its faces and the area stays that of the hard
    mask. Outlines inside the body (an arm before the trunk) do not count, nor do edges nearer than `near`.
    """
    if not sigma > 0:
        raise OptionError(f"sigma: expected a width above 0 px, found {sigma}")
    from vitruve.render.kernels import outline

    hard = rasterise(vertices, faces, camera, image_size, near=near)
    shape = hard.face.shape
    height, width = shape[-2:]
    edges = _edges(faces).to(vertices.device)
    points = image_points(camera.to(vertices), vertices, near)
    points = points.expand(*shape[:-2], *points.shape[-2:]).reshape(-1, *points.shape[-2:])
    face = hard.face.reshape(len(points), -1)
    nearest = outline(points.detach().float().contiguous(), edges, face, width, near, radius or 8 * sigma).reshape(-1)

    at = (nearest >= 0).nonzero()[:, 0]
    ends = points[(at // (height * width))[:, None], edges[nearest[at], :2].long()]
    start, stop = (ends[..., :2] / ends[..., 2:]).unbind(1)
    here = torch.stack([at % width, at // width % height], -1).to(ends)
    along = stop - start
    t = ((here - start) * along).sum(-1, keepdim=True) / along.square().sum(-1, keepdim=True).clamp_min(1e-20)
    d = (here - start - t.clamp(0, 1) * along).square().sum(-1).clamp_min(1e-12).sqrt()
    inside = hard.mask.reshape(-1)
    return inside.to(vertices.dtype).index_copy(0, at, torch.sigmoid(torch.where(inside[at], d, -d) / sigma)).view(shape)


def _edges(faces: Tensor) -> Tensor:
    """(E, 4) int32: ends of every edge and the third corners of its one or two faces (-1: no second). Kept per tensor."""
    if faces not in _EDGES:
        f = faces.long()
        a, b, third = f.T.reshape(-1), f.roll(-1, 1).T.reshape(-1), f.roll(-2, 1).T.reshape(-1)
        low, high = torch.minimum(a, b), torch.maximum(a, b)
        key, order = (low * (int(high.max()) + 1) + high).sort(stable=True)
        first = torch.ones_like(key, dtype=torch.bool)
        first[1:] = key[1:] != key[:-1]
        place = torch.arange(len(key), device=key.device)
        rank = place - torch.where(first, place, 0).cummax(0).values
        # faces around an edge pair up in order: one entry for every two of them
        lead = (rank % 2 == 0).nonzero()[:, 0]
        follow = (lead + 1).clamp_max(len(key) - 1)
        paired = (rank[follow] % 2 == 1) & (lead + 1 < len(key))
        other = torch.where(paired, third[order[follow]], -1)
        _EDGES[faces] = torch.stack([low[order[lead]], high[order[lead]], third[order[lead]], other], -1).to(torch.int32)
    return _EDGES[faces]
