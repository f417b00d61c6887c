"""Gradients through the rasteriser, by finite differences, and a body found by its silhouette."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.errors import OptionError
from vitruve.render import raster, soft

trimesh = pytest.importorskip("trimesh")

SIZE = (96, 96)
CAMERA = Camera.look_at(torch.tensor([0.3, 0.2, 3.0]), torch.zeros(3), SIZE, focal=150.0)


def shape(level: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """An ellipsoid, so that no direction is special."""
    s = trimesh.creation.icosphere(level, 0.4)
    return torch.tensor(s.vertices, dtype=torch.float64) * torch.tensor([0.7, 1.2, 0.9]).double(), torch.tensor(s.faces)


def compare(f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, step: float) -> tuple[torch.Tensor, torch.Tensor]:
    """(autograd, central differences) of a scalar function of a few numbers."""
    x = x.clone().requires_grad_()
    (g,) = torch.autograd.grad(f(x), x)
    eye = torch.eye(len(x)).to(x) * step
    with torch.no_grad():
        fd = torch.stack([(f(x + e) - f(x - e)) / (2 * step) for e in eye])
    return g, fd


def test_depth_and_attributes_inside_follow_the_vertices() -> None:
    vertices, faces = shape()
    fixed = raster.rasterise(vertices, faces, CAMERA)
    weights = torch.rand(*fixed.face.shape, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    colours = torch.rand(len(vertices), 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    def depth(t: torch.Tensor) -> torch.Tensor:
        return (soft.differentiable(fixed, vertices * t[3] + t[:3], faces, CAMERA).depth * weights[..., 0]).sum()

    def colour(t: torch.Tensor) -> torch.Tensor:
        return (raster.interpolate(colours, faces, soft.differentiable(fixed, vertices * t[3] + t[:3], faces, CAMERA)) * weights).sum()

    def normal(t: torch.Tensor) -> torch.Tensor:
        v = vertices * (1 + t[:3])
        return (raster.normal_map(v, faces, soft.differentiable(fixed, v, faces, CAMERA)) * weights).sum()

    for f in (depth, colour, normal):
        g, fd = compare(f, torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64), 1e-6)
        assert torch.allclose(g, fd, rtol=1e-4, atol=1e-4 * fd.abs().max().item()), f.__name__


def test_differentiable_fragments_are_the_fragments() -> None:
    vertices, faces = shape()
    many = torch.stack([vertices, vertices * 0.8])
    hard = raster.rasterise(many, faces, CAMERA)
    exact = soft.differentiable(hard, many, faces, CAMERA)
    assert torch.allclose(exact.depth.float(), hard.depth, atol=1e-5)
    assert torch.allclose(exact.barycentric.float(), hard.barycentric, atol=2e-3)


def test_silhouette_is_the_mask_made_soft() -> None:
    vertices, faces = shape(4)
    hard = raster.rasterise(vertices, faces, CAMERA).mask
    s = soft.soft_silhouette(vertices, faces, CAMERA, sigma=0.7)
    assert torch.equal(s > 0.5, hard)
    assert abs(s.sum() / hard.sum() - 1) < 0.01
    assert s[0, 0] == 0 and s[48, 48] == 1
    sharp = soft.soft_silhouette(vertices, faces, CAMERA, sigma=1e-3)
    assert (sharp - hard.double()).abs().sum() < 0.01 * hard.sum()


def test_outlines_inside_the_body_do_not_count() -> None:
    small = trimesh.creation.icosphere(3, 0.08)
    front = torch.tensor(small.vertices) + 0.3 * CAMERA.position
    vertices, faces, _ = raster.join([shape(), (front, torch.tensor(small.faces))])
    both, alone = (soft.soft_silhouette(*m, CAMERA) for m in ((vertices, faces), shape()))
    assert torch.allclose(both, alone)


@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_silhouette_gradients_by_finite_differences(sigma: float) -> None:
    vertices, faces = shape()
    y, x = torch.meshgrid(torch.linspace(-1, 1, SIZE[1]), torch.linspace(-1, 1, SIZE[0]), indexing="ij")
    weights = torch.stack([torch.ones_like(x), x, y, x * y + x]).double()

    def f(t: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return (soft.soft_silhouette(vertices * t[3] + t[:3], faces, CAMERA, sigma=sigma) * w).sum()

    for w in weights:
        g, fd = compare(lambda t, w=w: f(t, w), torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64), 2e-3)
        assert (g - fd).norm() < 0.02 * fd.norm()
    # area grows with the square of the size
    g, _ = compare(lambda t: f(t, weights[0]), torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64), 2e-3)
    area = raster.rasterise(vertices, faces, CAMERA).mask.sum().item()
    assert abs(g[3].item() / (2 * area) - 1) < 0.1


def test_a_translation_is_found_by_its_silhouette() -> None:
    vertices, faces = shape()
    vertices = vertices.float()
    truth = torch.tensor([0.12, -0.1, 0.25])
    target = raster.rasterise(vertices + truth, faces, CAMERA).mask.float()
    t = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.Adam([t], lr=0.03)
    for i in range(120):
        for group in optimiser.param_groups:
            group["lr"] = 0.03 * 0.97**i
        loss = (soft.soft_silhouette(vertices + t, faces, CAMERA, sigma=max(0.7, 4 * 0.95**i)) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    # across the view to a few millimetres (a pixel is 2 cm here), in depth to 2 cm
    error = CAMERA.rotation @ (t.detach() - truth)
    assert error[:2].abs().max() < 0.005 and error[2].abs() < 0.02


def test_a_batch_is_its_images() -> None:
    vertices, faces = shape()
    many = torch.stack([vertices, vertices + 0.1]).requires_grad_()
    s = soft.soft_silhouette(many, faces, CAMERA)
    assert s.shape == (2, SIZE[1], SIZE[0])
    for i in range(2):
        assert torch.allclose(s[i], soft.soft_silhouette(many[i], faces, CAMERA))
    s[0].sum().backward()
    assert many.grad is not None and many.grad[0].abs().sum() > 0 and many.grad[1].abs().sum() == 0


def test_out_of_view_is_empty_and_bad_options_are_named() -> None:
    vertices, faces = shape()
    assert soft.soft_silhouette(vertices + 50, faces, CAMERA).sum() == 0
    with pytest.raises(OptionError, match="sigma"):
        soft.soft_silhouette(vertices, faces, CAMERA, sigma=0.0)


def test_edges_of_open_and_closed_meshes() -> None:
    square = torch.tensor([[0, 1, 2], [0, 2, 3]])
    edges = soft._edges(square)
    assert len(edges) == 5 and (edges[:, 3] >= 0).sum() == 1
    inner = edges[edges[:, 3] >= 0][0].tolist()
    assert inner[:2] == [0, 2] and sorted(inner[2:]) == [1, 3]
    _, faces = shape(2)
    closed = soft._edges(faces)
    assert len(closed) == 3 * len(faces) // 2 and (closed[:, 3] >= 0).all()
