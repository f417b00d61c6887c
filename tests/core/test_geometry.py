"""Alignment, epipolar geometry, triangulation and bundle adjustment against closed forms and known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vitruve import Camera, VitruveError
from vitruve.core.geometry import (
    bundle_adjust,
    cross_matrix,
    dlt,
    epipolar_distance,
    fundamental_matrix,
    procrustes,
    reprojection_error,
    triangulate,
)


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ring(views: int, lens: bool = False) -> list[Camera]:
    """Cameras on a circle of 4 m, looking at its middle at 1 m."""
    out = []
    for i in range(views):
        a = 2 * math.pi * i / views + 0.2
        c = Camera.look_at(torch.tensor([4 * math.cos(a), 1.5 + 0.2 * i, 4 * math.sin(a)]), torch.tensor([0.0, 1.0, 0.0]), (1920, 1080), 1100.0).to(
            torch.float64
        )
        r = roma.special_procrustes(c.rotation)
        distortion = torch.tensor([-0.2, 0.05, 1e-3, -1e-3]).double() if lens else None
        out.append(Camera(c.intrinsics, r, -r @ c.position, distortion, c.image_size))
    return out


def crowd(n: int = 200) -> torch.Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=rng(1)) * 0.5 + torch.tensor([0.0, 1.0, 0.0]).double()


def seen_by(cameras, x):
    return torch.stack([c.project(x) for c in cameras])


# --- procrustes


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), d=st.sampled_from([2, 3]), scale=st.floats(1e-3, 1e3), double=st.booleans())
def test_procrustes_recovers_a_similarity(seed, d, scale, double):
    dtype = torch.float64 if double else torch.float32
    x = torch.randn(2, 9, d, generator=rng(seed), dtype=dtype)
    r = roma.special_procrustes(torch.randn(2, d, d, generator=rng(seed + 1), dtype=dtype))
    t = torch.randn(2, d, generator=rng(seed + 2), dtype=dtype) * scale
    found = procrustes(x, scale * x @ r.mT + t[:, None])
    tolerance = 1e-9 if double else 2e-3
    assert torch.allclose(found.scale / scale, torch.ones(2, dtype=dtype), atol=tolerance)
    assert torch.allclose(found.rotation, r, atol=tolerance)
    assert torch.allclose(found.inverse().apply(found.apply(x)), x, atol=tolerance)


def test_procrustes_is_scipy_and_never_a_reflection():
    x, y = (torch.randn(20, 3, generator=rng(s), dtype=torch.float64) for s in (3, 4))
    for target in (y, x * torch.tensor([-1.0, 1, 1])):
        w = torch.rand(20, generator=rng(5), dtype=torch.float64)
        mx, my = (w @ x) / w.sum(), (w @ target) / w.sum()
        expected, _ = Rotation.align_vectors((target - my).numpy(), (x - mx).numpy(), w.numpy())
        found = procrustes(x, target, w, scale=False)
        assert np.allclose(found.rotation.numpy(), expected.as_matrix(), atol=1e-6)
        assert found.rotation.det() == pytest.approx(1) and found.scale == 1


def test_procrustes_ignores_missing_points_and_survives_degenerate_ones():
    x = torch.randn(4, 9, 3, generator=rng(6))
    y = 2 * x + 1
    y[0, 3], x[0, 5] = torch.nan, torch.nan
    s = procrustes(x, y)
    assert torch.allclose(s.scale, torch.full((4,), 2.0), atol=1e-4)
    same = torch.zeros(1, 5, 3, requires_grad=True)
    out = procrustes(same, torch.ones(1, 5, 3))
    assert out.scale == 1 and torch.allclose(out.apply(same), torch.ones(1, 5, 3))
    out.apply(same).sum().backward()
    assert same.grad.isfinite().all()
    with pytest.raises((VitruveError, TypeError)):
        procrustes(torch.zeros(3, 3), torch.zeros(4, 3))


def test_procrustes_gradient():
    x, y = (torch.randn(2, 6, 3, generator=rng(s), dtype=torch.float64) for s in (7, 8))
    assert torch.autograd.gradcheck(lambda a: procrustes(a, y).apply(a), x.requires_grad_())


# --- two views


def test_fundamental_matrix_and_epipolar_distance():
    a, b = ring(3)[:2]
    x = crowd()
    pa, pb = a.project(x), b.project(x)
    f = fundamental_matrix(a, b)
    assert epipolar_distance(pa, pb, f).max() < 1e-8
    # moving a point by 5 px across its line moves it by 5 px from that line
    line = (f @ torch.cat([pa, torch.ones_like(pa[:, :1])], -1)[..., None])[..., 0]
    off = pb + 5 * line[:, :2] / line[:, :2].norm(dim=-1, keepdim=True)
    d = epipolar_distance(pa, off, f)
    assert torch.allclose(d, epipolar_distance(off, pa, f.T)) and (d > 2.5).all() and d.median() == pytest.approx(5, abs=1.5)
    v = torch.randn(4, 3)
    assert torch.allclose((cross_matrix(v) @ v.flip(0)[..., None])[..., 0], torch.linalg.cross(v, v.flip(0)), atol=1e-6)


# --- triangulation


@pytest.mark.parametrize("method", ["dlt", "irls", "robust"])
@pytest.mark.parametrize("lens", [False, True])
@pytest.mark.parametrize("views", [2, 5])
def test_exact_observations_give_exact_points(method, lens, views):
    cameras, x = ring(5, lens)[:views], crowd()
    out = triangulate(seen_by(cameras, x).reshape(views, 20, 10, 2), cameras, method=method)
    assert torch.allclose(out.points, x.reshape(20, 10, 3), atol=1e-5)
    assert out.inliers.all() and (out.error < 1e-3).all() and torch.allclose(out.confidence, torch.ones(20, 10).double())


def test_dlt_of_two_views_is_the_textbook_svd():
    cameras, x = ring(4)[:3], crowd(6)
    px = seen_by(cameras, x) + torch.randn(3, 6, 2, generator=rng(0)) * 3
    w = torch.rand(3, 6, generator=rng(1)).double() + 0.1
    p = torch.stack([c.matrix() for c in cameras])
    for i in range(6):
        rows = np.concatenate([w[v, i].item() * (px[v, i, :, None] * p[v, 2] - p[v, :2]).numpy() for v in range(3)])
        h = np.linalg.svd(rows)[2][-1]
        assert np.allclose(dlt(p, px, w)[i].numpy(), h[:3] / h[3], atol=1e-7)


def test_missing_views():
    cameras, x = ring(4), crowd(5)
    px = seen_by(cameras, x)
    w = torch.ones(4, 5).double()
    px[:, 1] = torch.nan
    px[1:, 2] = torch.nan
    w[2:, 3] = 0
    w[0, 4] = torch.nan
    for method in ("dlt", "irls", "robust"):
        out = triangulate(px, cameras, w, method)
        assert out.points.isfinite().all(-1).tolist() == [True, False, False, True, True]
        assert torch.allclose(out.points[[0, 3, 4]], x[[0, 3, 4]], atol=1e-6)
        assert out.confidence.tolist() == pytest.approx([1, 0, 0, 1, 1])
        assert out.inliers.sum(0).tolist() == [4, 0, 0, 2, 3]


def test_a_wrong_view_is_left_out_and_said():
    cameras, x = ring(5), crowd()
    px = seen_by(cameras, x) + torch.randn(5, 200, 2, generator=rng(2))
    px[3] += 200
    out = triangulate(px, cameras)
    assert (out.points - x).norm(dim=-1).max() < 0.02
    assert out.inliers.sum(1)[3] == 0 and torch.allclose(out.confidence, torch.full((200,), 0.8).double(), atol=0.21)
    assert (triangulate(px, cameras, method="dlt", refine=False).points - x).norm(dim=-1).median() > 0.05


def test_views_that_do_not_agree_give_nothing():
    cameras, x = ring(2), crowd(3)
    px = seen_by(cameras, x)
    px[0, 0] += 300
    out = triangulate(px, cameras)
    assert out.points.isfinite().all(-1).tolist() == [False, True, True] and out.confidence[0] == 0


def test_robust_beats_dlt_with_outliers_and_loses_nothing_without():
    """Five cameras, 2 px noise; then a tenth of the observations off by 50 px."""
    cameras, x = ring(5), crowd(500)
    clean = seen_by(cameras, x) + 2 * torch.randn(5, 500, 2, generator=rng(3), dtype=torch.float64)
    bad = torch.rand(5, 500, generator=rng(4)) < 0.1
    dirty = torch.where(bad[..., None], clean + 50 * torch.randn(5, 500, 2, generator=rng(5), dtype=torch.float64), clean)

    def error(px, method, refine=True):
        return float((triangulate(px, cameras, method=method, refine=refine).points - x).norm(dim=-1).nanmean())

    assert error(clean, "robust") < 1.05 * error(clean, "dlt", refine=False)
    assert error(dirty, "robust") < 0.3 * error(dirty, "dlt", refine=False)


def test_gradient_of_triangulation():
    cameras, x = ring(3), crowd(2)
    px = (seen_by(cameras, x) + torch.randn(3, 2, 2, generator=rng(6))).requires_grad_()
    for method in ("dlt", "robust"):
        assert torch.autograd.gradcheck(lambda p, method=method: triangulate(p, cameras, method=method, refine=False).points, px, rtol=1e-3, atol=1e-6)
    triangulate(px, cameras).points.sum().backward()
    assert px.grad.isfinite().all() and px.grad.abs().sum() > 0


def test_reprojection_error_is_pixels():
    cameras, x = ring(3, lens=True), crowd(4)
    px = seen_by(cameras, x)
    px[1] += torch.tensor([3.0, 4.0])
    px[2, 0] = torch.nan
    e = reprojection_error(x, px, cameras)
    assert torch.allclose(e[:2], torch.tensor([[0.0], [5.0]]).double().expand(2, 4), atol=1e-6) and e[2, 0].isnan()


def test_one_point_and_bad_input():
    cameras, x = ring(3), crowd(4)
    px = seen_by(cameras, x)
    one = triangulate(px[:, 0], cameras)
    assert one.points.shape == (3,) and one.inliers.shape == (3,) and torch.allclose(one.points, x[0], atol=1e-6)
    with pytest.raises(VitruveError, match="2 views of pixels, 3 cameras"):
        triangulate(px[:2], cameras)
    with pytest.raises(VitruveError, match="at least two views"):
        triangulate(px[:1], cameras[:1])
    with pytest.raises((VitruveError, TypeError)):
        triangulate(px, cameras, method="magic")


# --- bundle adjustment


@pytest.mark.parametrize("lens", [False, True])
def test_bundle_adjustment_undoes_a_bad_calibration(lens):
    cameras, x = ring(4, lens), crowd(60)
    px = seen_by(cameras, x) + 0.5 * torch.randn(4, 60, 2, generator=rng(7), dtype=torch.float64)
    bad = [cameras[0]]
    for i, c in enumerate(cameras[1:]):
        turn = roma.rotvec_to_rotmat(torch.randn(3, generator=rng(i), dtype=torch.float64) * math.radians(1.0))
        bad.append(
            Camera(
                c.intrinsics,
                turn @ c.rotation,
                turn @ c.translation + 0.02 * torch.randn(3, generator=rng(i + 9), dtype=torch.float64),
                c.distortion,
                c.image_size,
            )
        )
    before = triangulate(px, bad, method="dlt").points
    out = bundle_adjust(px, bad)
    assert out.start_error > 5 and out.error < 0.6

    def shape_error(points):
        """After the similarity that images cannot tell."""
        return float((procrustes(points, x).apply(points) - x).norm(dim=-1).mean())

    assert shape_error(out.points) < 0.2 * shape_error(before) and shape_error(out.points) < 2e-3
    assert torch.equal(out.cameras.rotation[0], cameras[0].rotation)
    kept = (out.cameras.position[1] - out.cameras.position[0]).norm() / (bad[1].position - bad[0].position).norm()
    assert kept == pytest.approx(1, abs=1e-6)


def test_bundle_adjustment_finds_focal_lengths_and_leaves_missing_points():
    cameras, x = ring(4), crowd(60)
    px = seen_by(cameras, x)
    px[1:, 7] = torch.nan
    wrong = [
        cameras[0],
        *(Camera(c.intrinsics * torch.tensor([[1.03, 1, 1], [1, 1.03, 1], [1, 1, 1]]).double(), c.rotation, c.translation) for c in cameras[1:]),
    ]
    out = bundle_adjust(px, wrong, focal=True)
    assert out.error < 1e-3 and torch.allclose(out.cameras.focal, torch.full((4, 2), 1100.0).double(), rtol=1e-4)
    assert out.points[7].isnan().all() and out.points.isfinite().all(-1).sum() == 59
    with pytest.raises(VitruveError, match="fixed"):
        bundle_adjust(px, wrong, fixed=(0, 1, 2, 3))
