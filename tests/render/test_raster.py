"""The rasteriser against closed forms, ray casting, and itself."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.errors import OptionError, ShapeError
from vitruve.render import raster

trimesh = pytest.importorskip("trimesh")

SIZE = (160, 120)
CUDA = torch.cuda.is_available()


def sphere(radius: float = 0.5, centre: tuple[float, float, float] = (0.0, 0.0, 0.0), level: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    s = trimesh.creation.icosphere(level, radius)
    return torch.tensor(s.vertices, dtype=torch.float32) + torch.tensor(centre), torch.tensor(s.faces)


def front(distance: float = 3.0, focal: float = 150.0) -> Camera:
    return Camera.look_at(torch.tensor([0.0, 0.0, distance]), torch.zeros(3), SIZE, focal=focal)


def test_triangle_covers_exactly_its_pixel_centres() -> None:
    # pixel coordinates: corners at (10, 10), (30, 10), (10, 40) at z = 2 with focal length 100 and centre (0, 0)
    camera = Camera.pinhole(100.0, (50, 50), centre=(0.0, 0.0))
    corners = torch.tensor([[10.0, 10.0], [30.0, 10.0], [10.0, 40.0]])
    vertices = torch.cat([corners * 2 / 100, torch.full((3, 1), 2.0)], -1)
    f = raster.rasterise(vertices, torch.tensor([[0, 1, 2]]), camera)
    y, x = torch.meshgrid(torch.arange(50), torch.arange(50), indexing="ij")
    strictly = (x > 10) & (y > 10) & ((x - 10) / 20 + (y - 10) / 30 < 1 - 1e-5)
    touching = (x >= 10) & (y >= 10) & ((x - 10) / 20 + (y - 10) / 30 <= 1 + 1e-5)
    assert (f.mask | ~strictly).all() and (touching | ~f.mask).all()
    assert torch.allclose(f.depth[f.mask], torch.tensor(2.0))
    assert (f.depth[~f.mask] == 0).all() and (f.barycentric[~f.mask] == 0).all()
    # at z constant the weights are those of the plane
    assert torch.allclose(f.barycentric[20, 15], torch.tensor([1 - 5 / 20 - 10 / 30, 5 / 20, 10 / 30]), atol=1e-5)


def test_slanted_triangle_is_perspective_correct() -> None:
    camera = front()
    vertices = torch.tensor([[-1.0, -1.0, 1.0], [1.0, -1.0, -1.0], [0.0, 1.2, -2.0]])
    f = raster.rasterise(vertices, torch.tensor([[0, 1, 2]]), camera)
    assert f.mask.sum() > 1000
    seen = raster.interpolate(vertices, torch.tensor([[0, 1, 2]]), f)
    pixels = torch.stack(torch.meshgrid(torch.arange(SIZE[0]), torch.arange(SIZE[1]), indexing="xy"), -1).float()
    assert torch.allclose(camera.project(seen[f.mask]), pixels[f.mask], atol=1e-3)
    assert torch.allclose(camera.unproject(pixels[f.mask], f.depth[f.mask]), seen[f.mask], atol=1e-4)


def test_sphere_depth_normals_and_area() -> None:
    camera, (vertices, faces) = front(), sphere()
    f = raster.rasterise(vertices, faces, camera)
    # |t d - c|^2 = r^2 along each ray
    pixels = torch.stack(torch.meshgrid(torch.arange(SIZE[0]), torch.arange(SIZE[1]), indexing="xy"), -1).float()
    origin, d = camera.rays(pixels.reshape(-1, 2))
    b = -(d @ origin)
    disc = b * b - (origin @ origin - 0.25)
    hit = (disc > 0).view(f.face.shape)
    point = (origin + (b - disc.clamp_min(0).sqrt())[:, None] * d).view(*f.face.shape, 3)
    inner = (disc > 0.02).view(f.face.shape) & f.mask
    depth = camera.to_camera(point.reshape(-1, 3))[:, 2].view(f.face.shape)
    assert (f.depth - depth)[inner].abs().max() < 1e-3
    normals = raster.normal_map(vertices, faces, f)
    assert torch.rad2deg(torch.acos((normals * point / 0.5).sum(-1)[inner].clamp(max=1))).max() < 0.5
    flat = raster.normal_map(vertices, faces, f, smooth=False)
    assert torch.rad2deg(torch.acos((flat * point / 0.5).sum(-1)[inner].clamp(max=1))).max() < 2.5
    assert torch.allclose(f.barycentric[f.mask].sum(-1), torch.ones(()), atol=1e-6)
    # a sphere at distance D shows the disc of radius focal r / sqrt(D^2 - r^2)
    area = math.pi * (150 * 0.5) ** 2 / (9 - 0.25)
    assert abs(f.mask.sum().item() / area - 1) < 0.01
    assert (f.mask != hit).sum() < 0.02 * area


def test_normals_in_camera_axes() -> None:
    camera, (vertices, faces) = front(), sphere()
    f = raster.rasterise(vertices, faces, camera)
    n = raster.normal_map(vertices, faces, f, camera)
    assert torch.allclose(n[60, 80], torch.tensor([0.0, 0.0, -1.0]), atol=0.02)
    assert (n[..., 2][f.mask] < 0.05).all()


def test_occlusion_between_bodies() -> None:
    a, b = sphere(0.4, (0.0, 0.0, 0.0), 3), sphere(0.2, (0.1, 0.0, 1.0), 3)
    vertices, faces, body = raster.join([a, b])
    f = raster.rasterise(vertices, faces, front())
    bodies = raster.label_map(body, f)
    alone = [raster.rasterise(*mesh, front()) for mesh in (a, b)]
    assert (bodies[alone[1].mask] == 1).all()
    assert (bodies[alone[0].mask & ~alone[1].mask] == 0).all()
    assert (bodies[~f.mask] == -1).all()
    last = raster.rasterise(vertices, faces, front(), farthest=True)
    both = alone[0].mask & alone[1].mask
    assert (raster.label_map(body, last)[both] == 0).all() and (last.depth[both] > f.depth[both] + 0.5).all()


def test_intersecting_faces_cut_each_other() -> None:
    # two large triangles that cross along x = 0: the nearer wins on each side
    v = torch.tensor([[-2.0, -2.0, -1.0], [2.0, -2.0, 1.0], [0.0, 3.0, 0.0], [-2.0, -2.0, 1.0], [2.0, -2.0, -1.0], [0.0, 3.0, 0.0]])
    f = raster.rasterise(v, torch.tensor([[0, 1, 2], [3, 4, 5]]), front())
    assert (f.face[60:70, 85:95] == 0).all() and (f.face[60:70, 65:75] == 1).all()


def test_back_faces() -> None:
    vertices, faces = sphere(level=3)
    camera = front()
    whole, culled = raster.rasterise(vertices, faces, camera), raster.rasterise(vertices, faces, camera, cull_back=True)
    assert torch.equal(whole.face, culled.face)
    inside_out = raster.rasterise(vertices, faces.flip(1), camera, cull_back=True)
    far = raster.rasterise(vertices, faces, camera, farthest=True)
    assert (inside_out.depth[30:90, 50:110] > whole.depth[30:90, 50:110]).sum() > 1000
    assert torch.allclose(inside_out.depth, far.depth, atol=1e-5)


def test_near_plane_cuts_within_a_face() -> None:
    # a floor that runs from before the camera to behind it
    camera = Camera.look_at(torch.tensor([0.0, 1.0, 0.0]), torch.tensor([0.0, 1.0, -5.0]), SIZE, focal=100.0)
    floor = torch.tensor([[-50.0, 0.0, 50.0], [50.0, 0.0, 50.0], [50.0, 0.0, -50.0], [-50.0, 0.0, -50.0]])
    f = raster.rasterise(floor, torch.tensor([[0, 1, 2], [0, 2, 3]]), camera)
    rows = torch.arange(SIZE[1]) - 59.5
    below = rows > 100 / 50
    assert f.mask[below].all() and not f.mask[~below].any()
    assert torch.allclose(f.depth[below], (100 / rows[below])[:, None].expand(-1, SIZE[0]), rtol=1e-4)
    cut = raster.rasterise(floor, torch.tensor([[0, 1, 2], [0, 2, 3]]), camera, near=3.0)
    assert torch.equal(cut.mask, f.mask & (f.depth > 3.0))


def test_behind_the_camera_and_non_finite_draw_nothing() -> None:
    vertices, faces = sphere(0.5, (0.0, 0.0, 10.0), 2)
    assert not raster.rasterise(vertices, faces, front()).mask.any()
    vertices, faces = sphere(level=2)
    broken = vertices.clone()
    broken[faces[7, 0]] = torch.nan
    broken[faces[11, 1]] = torch.inf
    f = raster.rasterise(broken, faces, front())
    gone = (~broken.isfinite().all(-1))[faces].any(-1).nonzero()[:, 0]
    assert f.mask.any() and not torch.isin(f.face, gone.int()).any() and f.depth.isfinite().all()


def test_batch_is_single_and_threads_do_not_matter() -> None:
    vertices, faces = sphere(level=3)
    many = vertices + torch.randn(5, 1, 3, generator=torch.Generator().manual_seed(0)) * 0.2
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        batch = raster.rasterise(many, faces, front())
    finally:
        torch.set_num_threads(threads)
    for i in range(5):
        one = raster.rasterise(many[i], faces, front())
        assert torch.equal(batch[i].face, one.face) and torch.equal(batch[i].depth, one.depth)
        assert torch.equal(batch[i].barycentric, one.barycentric)
    cameras = Camera.stack([front(d) for d in (2.0, 3.0, 4.0)])
    views = raster.rasterise(vertices, faces, cameras)
    assert views.face.shape == (3, SIZE[1], SIZE[0])
    # one camera at a time the projection is summed in another order: pixels on an outline may differ
    assert (views[1].mask != raster.rasterise(vertices, faces, front(3.0)).mask).sum() <= 4
    assert views.mask.sum((1, 2)).diff().lt(0).all()


def test_agrees_with_ray_casting_on_a_body() -> None:
    anny = pytest.importorskip("anny")
    body = anny.Anny()
    vertices = body()["vertices"][0].float().detach()
    vertices, faces = vertices - vertices.mean(0), body.faces
    camera = Camera.look_at(torch.tensor([1.5, -2.0, 0.4]), torch.zeros(3), (256, 256), focal=320.0, up=(0.0, 0.0, 1.0))
    f = raster.rasterise(vertices, faces, camera)
    g = torch.Generator().manual_seed(1)
    # pixels whose neighbours see the same surface: off the outlines
    d = f.depth
    smooth = f.mask.clone()
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            smooth &= (d.roll((dy, dx), (0, 1)) - d).abs() < 0.02
    at = smooth.nonzero()
    at = at[torch.randperm(len(at), generator=g)[:300]]
    origin, rays = camera.rays(at.flip(1).float())
    # every ray against every face in float64 (Moeller and Trumbore 1997)
    a, b, c = (vertices.double()[faces[:, i]] for i in range(3))
    o, d = origin.double(), rays.double()
    e1, e2, s = b - a, c - a, o - a
    q = torch.linalg.cross(s, e1)
    h = torch.linalg.cross(d[:, None].expand(-1, len(e2), -1), e2.expand(len(d), -1, -1))
    det = (e1 * h).sum(-1)
    u, v, t = (s * h).sum(-1) / det, (d @ q.T) / det, (e2 * q).sum(-1) / det
    t = torch.where((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0), t, torch.inf)
    t, face = t.min(1)
    truth = t * (d @ camera.rotation.double()[2])
    seen = f.depth[at[:, 0], at[:, 1]]
    assert truth.isfinite().all()
    assert ((seen - truth).abs() / truth).max() < 1e-4
    assert (f.face[at[:, 0], at[:, 1]] == face).float().mean() > 0.97


def test_distortion_moves_vertices_as_the_camera_does() -> None:
    from dataclasses import replace

    vertices, faces = sphere(0.1, (0.8, 0.4, 0.0), 3)
    bent = replace(front(), distortion=torch.tensor([-0.25, 0.08, 0.002, -0.001, 0.0]))
    f = raster.rasterise(vertices, faces, bent)
    seen = raster.interpolate(vertices, faces, f)[f.mask]
    pixels = f.mask.nonzero().flip(1).float()
    assert len(pixels) > 50
    assert torch.allclose(bent.project(seen), pixels, atol=0.02)
    # far aside, where k1 < 0 folds the image back onto itself, nothing must appear
    strong = replace(front(), distortion=torch.tensor([-0.3, 0.0, 0.0, 0.0]))
    vertices, faces = sphere(0.1, (4.6, 0.0, 0.0), 3)
    x = strong.project(vertices)[:, 0]
    assert (x < SIZE[0]).any()
    assert not raster.rasterise(vertices, faces, strong).mask.any()


def test_maps_from_fragments() -> None:
    vertices, faces = sphere(level=4)
    camera = front()
    f = raster.rasterise(vertices, faces, camera)
    uv = torch.stack([vertices[:, 0] + 0.5, vertices[:, 1] + 0.5], -1)
    labels = (vertices[:, 0] > 0).long()
    seen = raster.interpolate(vertices, faces, f)
    by_face = raster.face_labels(labels, faces)
    left_right = raster.label_map(by_face, f, background=7)
    clear = f.mask & (seen[..., 0].abs() > 0.05)
    assert torch.equal(left_right[clear], (seen[..., 0] > 0).long()[clear]) and (left_right[~f.mask] == 7).all()
    iuv = raster.iuv_map(f, uv, faces, by_face + 1)
    assert set(iuv[..., 0].unique().tolist()) == {0.0, 1.0, 2.0}
    assert torch.allclose(iuv[..., 1:][f.mask], seen[..., :2][f.mask] + 0.5, atol=1e-6)
    # a texture that holds its own coordinates, v upwards
    h = w = 32
    rows, columns = torch.meshgrid((torch.arange(h) + 0.5) / h, (torch.arange(w) + 0.5) / w, indexing="ij")
    texture = torch.stack([columns, 1 - rows], -1)
    inner = f.mask & ((iuv[..., 1:] - 0.5).abs().amax(-1) < 0.45)
    assert torch.allclose(raster.sample_texture(texture, iuv[..., 1:])[inner], iuv[..., 1:][inner], atol=1e-5)
    edges = raster.edge_map(f, raster.normal_map(vertices, faces, f))
    outline = f.mask != f.mask.roll(-1, 1)
    assert edges[:, :-1][outline[:, :-1]].all() and not edges[50:70, 70:90].any()


def test_atlas_gives_position_maps() -> None:
    uv = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    square = torch.tensor([[0.0, 0.0, 5.0], [2.0, 0.0, 5.0], [2.0, 4.0, 5.0], [0.0, 4.0, 5.0]])
    f = raster.rasterise_uv(uv, faces, (8, 4))
    position = raster.interpolate(square, faces, f)
    assert f.mask.all()
    assert torch.allclose(position[0, 0], torch.tensor([2 / 16, 4 - 4 / 8, 5.0]), atol=1e-5)
    assert torch.allclose(position[3, 7], torch.tensor([2 - 2 / 16, 4 / 8, 5.0]), atol=1e-5)


def test_flow_follows_the_surface() -> None:
    camera, (vertices, faces) = front(), sphere(level=4)
    step = torch.tensor([0.1, 0.05, 0.2])
    f = raster.rasterise(vertices, faces, camera)
    flow, visible = raster.flow_map(vertices, vertices + step, faces, camera, f)
    seen = raster.interpolate(vertices, faces, f)[f.mask]
    assert torch.allclose(flow[f.mask], camera.project(seen + step) - camera.project(seen), atol=1e-3)
    assert (flow[~f.mask] == 0).all() and not visible[~f.mask].any()
    assert visible[50:70, 70:90].all()
    still, kept = raster.flow_map(vertices, vertices, faces, camera, f)
    assert (still == 0).all() and torch.equal(kept, f.mask)
    # behind a second body that moves in front, the first is no longer seen
    joined, both, body = raster.join([(vertices, faces), sphere(0.12, (5.0, 0.0, 1.5), 3)])
    later = joined.clone()
    later[len(vertices) :] -= torch.tensor([5.0, 0.0, 0.0])
    g = raster.rasterise(joined, both, camera)
    _, visible = raster.flow_map(joined, later, both, camera, g)
    hidden = raster.label_map(body, raster.rasterise(later, both, camera)) == 1
    assert (visible & hidden & g.mask).sum() == 0 and (visible & ~hidden).sum() > 500


def test_bad_input_is_named() -> None:
    vertices, faces = sphere(level=1)
    with pytest.raises(OptionError, match="image_size"):
        raster.rasterise(vertices, faces, Camera(torch.eye(3)))
    with pytest.raises(ShapeError, match="from 0 to 41, found 99"):
        raster.rasterise(vertices, torch.cat([faces, torch.tensor([[0, 1, 99]])]), front())
    with pytest.raises(ShapeError, match="from 0, found -1"):
        raster.rasterise(vertices, torch.cat([faces, torch.tensor([[0, 1, -1]])]), front())
    with pytest.raises(OptionError, match="near"):
        raster.rasterise(vertices, faces, front(), near=0.0)
    none = raster.rasterise(vertices, faces[:0], front())
    assert not none.mask.any() and none.depth.shape == (SIZE[1], SIZE[0])


def test_faces_that_change_are_seen_anew() -> None:
    vertices, faces = sphere(level=2)
    before = raster.rasterise(vertices, faces, front()).mask.sum()
    faces[: len(faces) // 2] = 0
    assert raster.rasterise(vertices, faces, front()).mask.sum() < before


@pytest.mark.skipif(not CUDA, reason="no CUDA device")
def test_gpu_gives_the_same_fragments() -> None:
    vertices, faces = sphere(level=4)
    many = vertices + torch.randn(3, 1, 3, generator=torch.Generator().manual_seed(0)) * 0.2
    cpu = raster.rasterise(many, faces, front())
    gpu = raster.rasterise(many.cuda(), faces.cuda(), front())
    assert (cpu.face == gpu.face.cpu()).float().mean() > 0.998
    same = cpu.mask & gpu.mask.cpu()
    assert torch.allclose(cpu.depth[same], gpu.depth.cpu()[same], rtol=1e-4)
