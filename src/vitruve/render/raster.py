"""Hard rasteriser on warp (one source for CPU and GPU), and the maps made from its fragments."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from vitruve.core.camera import Camera
from vitruve.errors import OptionError, ShapeError

NEAR = 0.01
"""Default near plane, metres."""
_FACES: WeakTensorKeyDictionary = WeakTensorKeyDictionary()


@dataclass(frozen=True, eq=False)
class Fragments:
    """What each pixel sees: `face` index (-1 = nothing), `barycentric` weights of its corners, `depth` z in metres.

    Background has weights and depth 0. Weights are perspective-correct: any attribute is linear in them.
    """

    face: Int[Tensor, "*B H W"]
    barycentric: Float[Tensor, "*B H W 3"]
    depth: Float[Tensor, "*B H W"]

    @property
    def mask(self) -> Bool[Tensor, "*B H W"]:
        """Pixels that see a face."""
        return self.face >= 0

    @cached_property
    def visible(self) -> Int[Tensor, " N"]:
        """Flat indices of the pixels that see a face."""
        return self.face.reshape(-1).ge(0).nonzero()[:, 0]

    def __getitem__(self, index: int | slice) -> Fragments:
        """One image (or some) of a batch."""
        return Fragments(self.face[index], self.barycentric[index], self.depth[index])


@lru_cache(maxsize=4)
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="rasterise")


def image_points(camera: Camera, vertices: Float[Tensor, "*V N 3"], near: float = NEAR) -> Float[Tensor, "*B N 3"]:
    """Vertices as (u z, v z, z), pixels and metres: linear in space, so that faces that pass behind the camera stay exact.

    A lens is not linear: with distortion, vertices nearer than `near`, or so far aside that the lens
    polynomial folds back, become NaN, and so do not draw their faces. Differentiable.
    """
    k = camera.intrinsics
    if camera.distortion is None:
        return vertices @ (k @ camera.rotation).mT + (k @ camera.translation[..., None]).mT
    x = camera.to_camera(vertices)
    z = x[..., 2:]
    xy = x[..., :2] / z.clamp_min(near)
    bent = camera.distort(xy)
    folds = camera.distort(xy * 1.001).square().sum(-1, keepdim=True) < bent.square().sum(-1, keepdim=True)
    return torch.where((z > near) & ~folds, torch.cat([bent * z, z], -1), torch.nan) @ k.mT


def rasterise(
    vertices: Float[Tensor, "*V N 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera,
    image_size: tuple[int, int] | None = None,
    *,
    cull_back: bool = False,
    farthest: bool = False,
    near: float = NEAR,
) -> Fragments:
    """The nearest face at the centre of every pixel.

    Args:
        vertices: world, metres; any batch shape, which broadcasts with the camera's.
        faces: counter-clockwise seen from outside; shared by the batch. For several bodies see `join`.
        camera: one, or a batch. Integer pixel coordinates are pixel centres.
        image_size: (width, height); the camera's own by default.
        cull_back: leave out faces seen from behind (halves the time for closed bodies).
        farthest: the last face along each ray in place of the first.
        near: what lies nearer than this is cut off, exactly within a face (with lens distortion: by whole faces).

    Faces are flat between their vertices in the image, also under distortion. At equal depth the lower
    face index wins: results do not depend on thread, device or batch. A batch on the CPU is spread over
    `torch.get_num_threads()` threads. Non-finite vertices leave out their faces. Not differentiable: see
    `soft.differentiable`.

    Raises:
        OptionError: no image size, or `near` not above zero.
        ShapeError: a face names a vertex that is not there.
    """
    width, height = _size(camera, image_size)
    if not near > 0:
        raise OptionError(f"near: expected a distance above 0 m, found {near}")
    with torch.no_grad():
        points = image_points(camera.to(vertices), vertices, near)
        return _rasterise_points(points, faces, width, height, near, cull_back, farthest)


def rasterise_uv(uv: Float[Tensor, "N 2"], faces: Int[Tensor, "F 3"], size: tuple[int, int]) -> Fragments:
    """The face under each texel of a (width, height) atlas; v = 1 is the top row, as in OBJ files.

    `interpolate(vertices, mesh_faces, fragments)` then gives position maps: surface attributes by texel.
    """
    width, height = size
    ones = torch.ones_like(uv[:, :1])
    points = torch.cat([uv[:, :1] * width - 0.5, (1 - uv[:, 1:]) * height - 0.5, ones], -1)
    return _rasterise_points(points, faces, width, height, NEAR, False, False)


def _size(camera: Camera, image_size: tuple[int, int] | None) -> tuple[int, int]:
    size = image_size or camera.image_size
    if size is None:
        raise OptionError("image_size: the camera has none; expected (width, height)")
    if min(size) < 1:
        raise OptionError(f"image_size: expected a positive width and height, found {size}")
    return size


def _rasterise_points(points: Tensor, faces: Tensor, width: int, height: int, near: float, cull_back: bool, farthest: bool) -> Fragments:
    batch, n = points.shape[:-2], points.shape[-2]
    points = points.to(torch.float32).reshape(-1, n, 3).contiguous()
    faces, top = _checked(faces, points.device)
    if top >= n:
        raise ShapeError(f"faces: expected vertex indices from 0 to {n - 1}, found {top}")
    images = len(points)
    face = torch.empty(images, height * width, dtype=torch.int32, device=points.device)
    barycentric = points.new_empty(images, height * width, 3)
    depth = points.new_empty(images, height * width)
    if images and len(faces):
        from vitruve.render.kernels import draw, load

        load(str(points.device))
        workers = min(torch.get_num_threads(), images) if points.device.type == "cpu" else 1
        edges = [images * i // workers for i in range(workers + 1)]
        parts = [slice(a, b) for a, b in zip(edges, edges[1:])]
        work = [(points[s], faces, width, near, cull_back, farthest, face[s], barycentric[s], depth[s]) for s in parts]
        if workers == 1:
            draw(*work[0])
        else:
            list(_pool(workers).map(lambda part: draw(*part), work))
    else:
        face.fill_(-1)
        barycentric.zero_()
        depth.zero_()
    return Fragments(face.view(*batch, height, width), barycentric.view(*batch, height, width, 3), depth.view(*batch, height, width))


def _checked(faces: Tensor, device: torch.device) -> tuple[Tensor, int]:
    """Faces as int32 on a device, and their highest vertex; worked out once for as long as the tensor lives unchanged."""
    version = None if faces.is_inference() else faces._version
    known = _FACES.get(faces)
    if known is None or known[0] != version or known[1].device != device:
        low, top = (int(x) for x in torch.aminmax(faces)) if len(faces) else (0, -1)
        if low < 0:
            raise ShapeError(f"faces: expected vertex indices from 0, found {low}")
        # a copy, lest the faces change under their key
        known = _FACES[faces] = version, faces.to(device, torch.int32, copy=True).contiguous(), top
    return known[1:]


def join(meshes: Sequence[tuple[Tensor, Tensor]]) -> tuple[Float[Tensor, "*B N 3"], Int[Tensor, "F 3"], Int[Tensor, " F"]]:
    """Several (vertices, faces) as one scene: vertices, faces, and which mesh each face came from."""
    if not meshes:
        raise OptionError("no meshes to join")
    batch = torch.broadcast_shapes(*(v.shape[:-2] for v, _ in meshes))
    vertices = torch.cat([v.expand(*batch, *v.shape[-2:]) for v, _ in meshes], -2)
    starts = [0]
    for v, _ in meshes:
        starts.append(starts[-1] + v.shape[-2])
    faces = torch.cat([f + s for (_, f), s in zip(meshes, starts)])
    body = torch.cat([torch.full((len(f),), i, device=f.device) for i, (_, f) in enumerate(meshes)])
    return vertices, faces, body


def interpolate(values: Float[Tensor, "*V N C"], faces: Int[Tensor, "F 3"], fragments: Fragments, background: float = 0.0) -> Float[Tensor, "*B H W C"]:
    """Values of the mesh's vertices at every pixel; `faces` may be other corners of the same faces (those of UVs).

    Differentiable in the values, and in the weights where the fragments are (`soft.differentiable`).
    With the vertices themselves as values this is the position map.
    """
    shape = fragments.face.shape
    at = fragments.visible
    corners = faces[fragments.face.reshape(-1)[at].long()].long()
    weights = fragments.barycentric.reshape(-1, 3)[at].to(values)
    if values.ndim == 2:
        seen = values[corners]
    else:
        flat = values.expand(*shape[:-2], *values.shape[-2:]).reshape(-1, *values.shape[-2:])
        seen = flat[(at // (shape[-2] * shape[-1]))[:, None], corners]
    out = values.new_full((fragments.face.numel(), values.shape[-1]), background)
    return out.index_copy(0, at, (weights[..., None] * seen).sum(-2)).view(*shape, -1)


def face_labels(labels: Int[Tensor, " N"], faces: Int[Tensor, "F 3"]) -> Int[Tensor, " F"]:
    """A label for each face from those of its vertices: the one that two corners share, else the middle one."""
    return labels[faces.long()].median(-1).values


def label_map(labels: Int[Tensor, " F"], fragments: Fragments, background: int = -1) -> Int[Tensor, "*B H W"]:
    """The label of the face at each pixel: body parts, or bodies of a joined scene. Never blended."""
    seen = labels[fragments.face.clamp_min(0).long()]
    return torch.where(fragments.mask, seen, background)


def vertex_normals(vertices: Float[Tensor, "*B N 3"], faces: Int[Tensor, "F 3"]) -> Float[Tensor, "*B N 3"]:
    """Unit normals, faces weighted by their area; zero where a vertex has no face."""
    n = _face_normals(vertices, faces)
    # vertices first: adding along the first axis is ten times faster
    total = vertices.new_zeros(vertices.shape[-2], *n.shape[1:])
    for i in range(3):
        total = total.index_add(0, faces[:, i], n)
    return torch.nn.functional.normalize(total, dim=-1).movedim(0, -2)


def _face_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """(F, *B, 3), as long as twice the area."""
    x = vertices.movedim(-2, 0)
    a, b, c = (x.index_select(0, faces[:, i]) for i in range(3))
    return torch.linalg.cross(b - a, c - a)


def normal_map(
    vertices: Float[Tensor, "*V N 3"], faces: Int[Tensor, "F 3"], fragments: Fragments, camera: Camera | None = None, smooth: bool = True
) -> Float[Tensor, "*B H W 3"]:
    """Unit normals at every pixel, in the world, or with a `camera` in its axes (x right, y down, z forward).

    `smooth` interpolates vertex normals; else each face has its own. Background is zero.
    """
    if smooth:
        n = interpolate(vertex_normals(vertices, faces), faces, fragments)
    else:
        corners = torch.arange(3 * len(faces), device=faces.device).view(-1, 3)
        flat = torch.nn.functional.normalize(_face_normals(vertices, faces), dim=-1).movedim(0, -2)
        n = interpolate(flat.repeat_interleave(3, -2), corners, fragments)
    if camera is not None:
        n = (n.flatten(-3, -2) @ camera.to(n).rotation.mT).view(n.shape)
    return torch.nn.functional.normalize(n, dim=-1)


def iuv_map(fragments: Fragments, uv: Float[Tensor, "N 2"], uv_faces: Int[Tensor, "F 3"], charts: Int[Tensor, " F"]) -> Float[Tensor, "*B H W 3"]:
    """DensePose's image: chart number (faces' `charts`, from 1; 0 is background), u and v in it."""
    i = label_map(charts, fragments, 0)
    return torch.cat([i[..., None].to(uv), interpolate(uv, uv_faces, fragments)], -1)


def sample_texture(texture: Float[Tensor, "H W C"], uv: Float[Tensor, "*B 2"]) -> Float[Tensor, "*B C"]:
    """Bilinear colours of a texture at uv; v = 1 is the top row, as in OBJ files. Differentiable in both."""
    grid = torch.stack([uv[..., 0] * 2 - 1, 1 - uv[..., 1] * 2], -1).reshape(1, 1, -1, 2)
    image = texture.movedim(-1, 0)[None]
    out = torch.nn.functional.grid_sample(image, grid.to(image), mode="bilinear", padding_mode="border", align_corners=False)
    return out[0, :, 0].mT.reshape(*uv.shape[:-1], texture.shape[-1])


def edge_map(fragments: Fragments, normals: Float[Tensor, "*B H W 3"] | None = None, depth_jump: float = 0.03, angle: float = 1.05) -> Bool[Tensor, "*B H W"]:
    """Drawn lines: pixels whose right or lower neighbour is across the silhouette, a jump in depth (metres), or a fold.

    A fold is an `angle` (radians) between `normals`, where they are given.
    """
    mask, depth = fragments.mask, fragments.depth
    out = torch.zeros_like(mask)
    for dim in (-1, -2):
        n = mask.shape[dim] - 1
        here, there = (lambda x, d=dim, n=n: x.narrow(d, 0, n)), (lambda x, d=dim, n=n: x.narrow(d, 1, n))
        cut = (here(mask) != there(mask)) | ((here(depth) - there(depth)).abs() > depth_jump)
        if normals is not None:
            a, b = (normals.narrow(dim - 1, k, n) for k in (0, 1))
            cut = cut | (here(mask) & there(mask) & ((a * b).sum(-1) < torch.cos(torch.tensor(angle))))
        here(out).logical_or_(cut)
    return out


def flow_map(
    vertices: Float[Tensor, "*V N 3"],
    following: Float[Tensor, "*V N 3"],
    faces: Int[Tensor, "F 3"],
    camera: Camera,
    fragments: Fragments,
    next_camera: Camera | None = None,
    tolerance: float = 0.01,
) -> tuple[Float[Tensor, "*B H W 2"], Bool[Tensor, "*B H W"]]:
    """Optical flow, pixels: where the surface seen at each pixel goes when `vertices` become `following`.

    Returns:
        flow (zero on background), and whether the point is still seen: in the image and no more than
        `tolerance` metres behind what the next frame sees there.
    """
    height, width = fragments.face.shape[-2:]
    then_camera = (next_camera or camera).to(following)
    here = interpolate(vertices, faces, fragments).flatten(-3, -2)
    there = interpolate(following, faces, fragments).flatten(-3, -2)
    shape = fragments.face.shape
    target = then_camera.project(there).view(*shape, 2)
    flow = target - camera.to(vertices).project(here).view(*shape, 2)
    flow = torch.where(fragments.mask[..., None], flow, 0.0)

    then = rasterise(following, faces, then_camera, (width, height))
    x, y = target.nan_to_num(-1.0, -1.0, -1.0).round().clamp(-1, max(width, height)).long().unbind(-1)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    at = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)).flatten(-2)
    seen = then.depth.flatten(-2).gather(-1, at).view(shape)
    depth = then_camera.to_camera(there)[..., 2].reshape(shape)
    # a neighbour's depth may stand in for the point's own on slanted surfaces: background there means an outline pixel
    visible = fragments.mask & inside & ((seen == 0) | (depth <= seen + tolerance))
    return flow, visible
