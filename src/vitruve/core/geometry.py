"""Alignment of point sets, epipolar geometry, triangulation and bundle adjustment: batched, differentiable, NaN is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import roma
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.camera import Camera, homogeneous
from vitruve.errors import OptionError, ShapeError

Method = Literal["dlt", "irls", "robust"]


# --- alignment ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Similarity:
    """x -> scale * rotation @ x + translation, in D = 2 or 3 dimensions."""

    scale: Float[Tensor, "*B"]
    rotation: Float[Tensor, "*B D D"]
    translation: Float[Tensor, "*B D"]

    def apply(self, points: Float[Tensor, "*B N D"]) -> Float[Tensor, "*B N D"]:
        return self.scale[..., None, None] * points @ self.rotation.mT + self.translation[..., None, :]

    def inverse(self) -> Similarity:
        back = self.rotation.mT
        return Similarity(1 / self.scale, back, -(back @ self.translation[..., None])[..., 0] / self.scale[..., None])


def procrustes(
    source: Float[Tensor, "*B N D"],
    target: Float[Tensor, "*B N D"],
    weights: Float[Tensor, "*B N"] | None = None,
    scale: bool = True,
) -> Similarity:
    """The similarity (rigid motion if not `scale`) that takes `source` closest to `target` in weighted least squares.

    Never a reflection. A point that is NaN on either side counts nothing. Where the answer is not unique
    (fewer than D points, a point source) one of the solutions is returned, with a bounded gradient.

    Source: Umeyama 1991, "Least-squares estimation of transformation parameters between two point patterns".
    """
    if source.shape != target.shape:
        raise ShapeError(f"procrustes: source {tuple(source.shape)} and target {tuple(target.shape)} differ in shape")
    known = source.isfinite().all(-1) & target.isfinite().all(-1)
    w = known.to(source.dtype) if weights is None else torch.where(known, weights, 0.0)
    w = (w / w.sum(-1, keepdim=True).clamp_min(torch.finfo(w.dtype).tiny))[..., None]
    x, y = (torch.where(known[..., None], v, 0.0) for v in (source, target))
    mean_x, mean_y = (w * x).sum(-2), (w * y).sum(-2)
    x, y = x - mean_x[..., None, :], y - mean_y[..., None, :]
    covariance = y.mT @ (w * x)
    # the solver's tolerances are absolute: give it numbers of size one
    size = covariance.detach().abs().amax((-2, -1), keepdim=True)
    rotation = rot.nearest_rotation(covariance / torch.where(size > 0, size, 1.0))
    s = torch.ones_like(mean_x[..., 0])
    if scale:
        variance = (w * x.square()).sum((-2, -1))
        s = torch.where(variance > 0, (rotation * covariance).sum((-2, -1)) / torch.where(variance > 0, variance, 1.0), 1.0)
    return Similarity(s, rotation, mean_y - s[..., None] * (rotation @ mean_x[..., None])[..., 0])


# --- two views -----------------------------------------------------------------------------------


def cross_matrix(v: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3 3"]:
    """[v]x, with [v]x @ u = v x u."""
    x, y, z = v.unbind(-1)
    o = torch.zeros_like(x)
    return torch.stack([o, -z, y, z, o, -x, -y, x, o], -1).unflatten(-1, (3, 3))


def fundamental_matrix(a: Camera, b: Camera) -> Float[Tensor, "*B 3 3"]:
    """F with x_b^T F x_a = 0 for undistorted homogeneous pixels of the same point in cameras a and b."""
    rotation = b.rotation @ a.rotation.mT
    translation = b.translation - (rotation @ a.translation[..., None])[..., 0]
    essential = cross_matrix(translation) @ rotation
    return torch.linalg.inv(b.intrinsics).mT @ essential @ torch.linalg.inv(a.intrinsics)


def epipolar_distance(a: Float[Tensor, "*#B 2"], b: Float[Tensor, "*#B 2"], fundamental: Float[Tensor, "*#C 3 3"]) -> Tensor:
    """Mean of the distances (pixels) of b from the epipolar line of a, and of a from that of b.

    `a` and `b` are undistorted pixels; `fundamental` broadcasts against their batch shape.
    """
    ha, hb = homogeneous(a), homogeneous(b)
    line_b = (fundamental @ ha[..., None])[..., 0]
    line_a = (fundamental.mT @ hb[..., None])[..., 0]
    off = (hb * line_b).sum(-1).abs()
    return 0.5 * off * (1 / line_b[..., :2].norm(dim=-1) + 1 / line_a[..., :2].norm(dim=-1))


# --- triangulation -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Triangulation:
    """3D points with what the views say about them."""

    points: Float[Tensor, "*B 3"]
    """World, metres; NaN where fewer than two views see the point."""
    confidence: Float[Tensor, "*B"]
    """Mean weight of the views that saw the point, outliers counted as 0."""
    error: Float[Tensor, "*B"]
    """Mean reprojection error over the views used, pixels."""
    inliers: Bool[Tensor, " V *B"]


def dlt(projections: Float[Tensor, "V 3 4"], points: Float[Tensor, "V *B 2"], weights: Float[Tensor, " V *B"] | None = None) -> Float[Tensor, "*B 3"]:
    """Triangulation by the direct linear transform: the null vector of x P_3 - P_1, y P_3 - P_2.

    `projections` and `points` share any image units (distortion removed). A view's two rows are multiplied
    by its weight, which therefore acts squared in the sum; NaN points count nothing, and a point
    that fewer than two views see is NaN. Computed in float64.

    Source: Hartley & Zisserman, Multiple View Geometry, 12.2.
    """
    p, x = projections.double(), points.double()
    w = x.isfinite().all(-1).double()
    if weights is not None:
        w = w * weights.double()
    p = p.reshape(len(p), *[1] * (x.ndim - 2), 3, 4)
    rows = w[..., None, None] * (x.nan_to_num(0.0)[..., None] * p[..., 2:, :] - p[..., :2, :])
    gram = torch.einsum("v...ri,v...rj->...ij", rows, rows)
    seen = (w > 0).sum(0) >= 2
    # unseen points would have a degenerate spectrum, whose gradient is not finite
    gram = torch.where(seen[..., None, None], gram, torch.diag(gram.new_tensor([4.0, 3.0, 2.0, 1.0])))
    h = torch.linalg.eigh(gram).eigenvectors[..., 0]
    return torch.where(seen[..., None], h[..., :3] / h[..., 3:], torch.nan).to(points.dtype)


def _stacked(cameras: Camera | Sequence[Camera]) -> Camera:
    rig = cameras if isinstance(cameras, Camera) else Camera.stack(list(cameras))
    if rig.intrinsics.ndim != 3:
        raise ShapeError(f"expected a batch of cameras (V, 3, 3), found {tuple(rig.intrinsics.shape)}")
    return rig


def _observe(rig: Camera, points: Float[Tensor, "N 3"]) -> tuple[Tensor, Tensor]:
    """(camera coordinates (V, N, 3), normalised image coordinates (V, N, 2), NaN behind the camera)."""
    x = rig.to_camera(points.expand(len(rig.intrinsics), *points.shape))
    z = x[..., 2:]
    return x, torch.where(z > 1e-6, x[..., :2] / z.clamp_min(1e-6), torch.nan)


def reprojection_error(points: Float[Tensor, "*B 3"], pixels: Float[Tensor, "V *B 2"], cameras: Camera | Sequence[Camera]) -> Float[Tensor, " V *B"]:
    """Distance, in pixels, between observations and projected points; NaN where either is missing or behind the camera."""
    rig = _stacked(cameras)
    flat = points.reshape(-1, 3)
    seen = rig.project(flat.expand(len(rig.intrinsics), *flat.shape))
    return (seen.reshape(pixels.shape) - pixels).norm(dim=-1)


def _refine(rig: Camera, points: Tensor, xy: Tensor, weights: Tensor, huber: float, rounds: int) -> Tensor:
    """Gauss-Newton on sum w huber(|pi(X) - x|), pixels; points (N, 3), xy (V, N, 2) normalised coordinates, 0 where weights are."""
    focal, r = rig.focal[:, None], rig.rotation[:, None]
    damping = 1e-9 * torch.eye(3, dtype=points.dtype, device=points.device)
    for _ in range(rounds):
        x, seen = _observe(rig, points)
        use = (weights > 0) & seen.isfinite().all(-1)
        seen = torch.where(use[..., None], seen, 0.0)
        residual = torch.where(use[..., None], (seen - xy) * focal, 0.0)
        z = x[..., 2:].clamp_min(1e-6)
        # d(x/z, y/z)/dX = (R_12 - (x/z, y/z) R_3) / z
        jacobian = (r[..., :2, :] - seen[..., None] * r[..., 2:, :]) / z[..., None] * focal[..., None]
        error = residual.square().sum(-1).clamp_min(1e-18).sqrt()
        w = torch.where(use, weights * (huber / error).clamp_max(1.0), 0.0)
        jw = jacobian * w[..., None, None]
        normal = torch.einsum("vnri,vnrj->nij", jw, jacobian)
        gradient = torch.einsum("vnri,vnr->ni", jw, residual)
        size = normal.diagonal(dim1=-2, dim2=-1).sum(-1)[..., None, None].clamp_min(1e-30)
        points = points - torch.linalg.solve(normal + damping * size, gradient[..., None])[..., 0]
    return points


def _irls(projections: Tensor, xy: Tensor, weights: Tensor, rounds: int) -> Tensor:
    """DLT whose rows are divided by the depth of the last round: algebraic residuals become image distances."""
    w = weights
    points = dlt(projections, xy, w)
    for _ in range(rounds):
        depth = (projections[:, None, 2, :3] * points).sum(-1) + projections[:, None, 2, 3]
        w = torch.where(depth > 1e-6, weights / depth.clamp_min(1e-6), 0.0)
        points = dlt(projections, xy, w)
    return points


@torch.no_grad()
def _consensus(rig: Camera, projections: Tensor, xy: Tensor, weights: Tensor, threshold: Tensor) -> Tensor:
    """The views (V, N) that agree with the best two-view hypothesis of each point; threshold (V, 1) pixels."""
    views, count = weights.shape
    pairs = list(combinations(range(views), 2))
    if len(pairs) > 50:
        generator = torch.Generator().manual_seed(0)
        pairs = [pairs[i] for i in torch.randperm(len(pairs), generator=generator)[:50].tolist()]
    best = weights.new_full((count,), -1.0)
    inliers = torch.zeros_like(weights, dtype=torch.bool)
    for pair in pairs:
        two = list(pair)
        guess = dlt(projections[two], xy[two], (weights[two] > 0).double())
        error = ((_observe(rig, guess)[1] - xy) * rig.focal[:, None]).norm(dim=-1)
        agree = (error < threshold) & (weights > 0)
        # MSAC: an inlier counts the more the closer it is
        score = torch.where(agree, weights * (1 - (error / threshold).square()), 0.0).sum(0)
        better = (score > best) & agree[two].all(0)
        best = torch.where(better, score, best)
        inliers = torch.where(better, agree, inliers)
    return inliers


def triangulate(
    pixels: Float[Tensor, "V *B 2"],
    cameras: Camera | Sequence[Camera],
    weights: Float[Tensor, " V *B"] | None = None,
    method: Method = "robust",
    refine: bool = True,
    threshold: float | None = None,
) -> Triangulation:
    """3D points from V calibrated views (distortion is removed first).

    Args:
        pixels: observations; NaN where a view does not see the point.
        cameras: V cameras, in a list or a batch.
        weights: confidences >= 0; 0 or NaN means not seen. All 1 by default.
        method: "dlt" (weighted, in well-conditioned coordinates); "irls" (the same with rows divided by
            depth, so that image distances are minimised); "robust" (every pair of views proposes a point, the
            views within `threshold` of the best proposal are kept).
        refine: Gauss-Newton on the reprojection error with a Huber loss (inliers only, if robust).
        threshold: largest error of an inlier, pixels; 15 at an image width of 1920 by default
            (of the principal point's 2 cx where the camera has no image size).

    Raises ShapeError where the numbers of views differ, OptionError for an unknown method.
    """
    rig = _stacked(cameras)
    views = len(rig.intrinsics)
    if len(pixels) != views:
        raise ShapeError(f"triangulate: {len(pixels)} views of pixels, {views} cameras")
    if views < 2:
        raise ShapeError("triangulate: expected at least two views, found one")
    if method not in ("dlt", "irls", "robust"):
        raise OptionError(f"method={method!r}: expected 'dlt', 'irls' or 'robust'")
    batch, dtype = pixels.shape[1:-1], pixels.dtype
    rig = rig.to(device=pixels.device, dtype=torch.float64)
    flat = pixels.reshape(views, -1, 2).double()
    known = flat.isfinite().all(-1)
    w = known.double()
    if weights is not None:
        w = torch.where(known, weights.reshape(views, -1).double().nan_to_num(0.0), 0.0)
    # what one view alone sees costs nothing
    some = (w > 0).sum(0) >= 2
    w = w[:, some]
    xy = rig.normalise(torch.where((w > 0)[..., None], flat[:, some], rig.centre[:, None]))

    # a world of size one around the cameras conditions the linear systems
    position = rig.position
    middle = position.mean(0)
    size = (position - middle).norm(dim=-1).mean().clamp_min(1e-9)
    unit = replace(rig, translation=(rig.translation + (rig.rotation @ middle)) / size)
    projections = torch.cat([unit.rotation, unit.translation[..., None]], -1)
    # rows in pixels, so that views of different focal lengths weigh by their resolution
    relative = rig.focal.mean(-1, keepdim=True)
    relative = relative / relative.mean()

    seen = w > 0
    if threshold is None:
        widths = 2 * rig.centre[:, :1] if rig.image_size is None else torch.full_like(rig.centre[:, :1], rig.image_size[0])
        limit = 15 * widths / 1920
    else:
        limit = torch.full_like(rig.centre[:, :1], threshold)
    use = _consensus(unit, projections, xy, w, limit) if method == "robust" else seen

    def solve(use: Tensor, refine: bool) -> tuple[Tensor, Tensor]:
        """(points in the unit world, 0 where fewer than two views are used; reprojection errors)."""
        used = torch.where(use, w, 0.0)
        x = dlt(projections, xy, used * relative) if method == "dlt" else _irls(projections, xy, used * relative, rounds=2)
        x = torch.where((use.sum(0) >= 2)[:, None], x, 0.0)
        if refine:
            x = _refine(unit, x, xy, used, huber=3.0, rounds=5)
        return x, ((_observe(unit, x)[1] - xy) * rig.focal[:, None]).norm(dim=-1)

    for _ in range(2 if method == "robust" else 0):
        use = seen & (solve(use, False)[1] < limit)
    x, error = solve(use, refine)
    points = x * size + middle
    # a point behind one of its cameras has no error there: no view can have seen it
    enough = (use.sum(0) >= 2) & (error.isfinite() | ~use).all(0)
    confidence = torch.where(enough, torch.where(use, w, 0.0).sum(0) / seen.sum(0).clamp_min(1), 0.0)
    mean_error = torch.where(enough, torch.where(use, error, 0.0).sum(0) / use.sum(0).clamp_min(1), torch.nan)

    def spread(values: Tensor, fill: float | bool) -> Tensor:
        """Values of the points some views see (..., N) put back among all."""
        return values.new_full((*values.shape[:-1], len(some)), fill).masked_scatter(some, values).reshape((*values.shape[:-1], *batch))

    return Triangulation(
        spread(torch.where(enough, points.mT, torch.nan), torch.nan).movedim(0, -1).to(dtype),
        spread(confidence, 0.0).to(dtype),
        spread(mean_error, torch.nan).to(dtype),
        spread(use & enough, False),
    )


# --- bundle adjustment ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Bundle:
    """Cameras and points that fit the observations together."""

    cameras: Camera
    points: Float[Tensor, "*B 3"]
    error: float
    """Root mean square reprojection error over all observations, pixels."""
    start_error: float
    rounds: int


def bundle_adjust(
    pixels: Float[Tensor, "V *B 2"],
    cameras: Camera | Sequence[Camera],
    weights: Float[Tensor, " V *B"] | None = None,
    points: Float[Tensor, "*B 3"] | None = None,
    fixed: Sequence[int] = (0,),
    focal: bool = False,
    huber: float = 3.0,
    rounds: int = 50,
) -> Bundle:
    """Refine cameras and points together: Levenberg-Marquardt on the Huber reprojection error, points eliminated (Schur).

    Args:
        pixels: observations of static points, or of joints over time; NaN where not seen.
        cameras: V cameras near the truth, stacked or in a list.
        weights: confidences >= 0.
        points: where to start; triangulated with the cameras by default.
        fixed: cameras that do not move. With one, the distance from it to the first other camera is kept,
            because images do not tell the scale of the world.
        focal: also refine one focal factor per free camera.
        huber: where the loss turns from quadratic to linear, pixels.
        rounds: at most this many steps; stops earlier when the loss changes by less than 1e-9 of itself.
    """
    rig = _stacked(cameras).to(torch.float64)
    views = len(rig.intrinsics)
    free = [v for v in range(views) if v not in fixed]
    if not fixed or not free:
        raise OptionError(f"fixed={tuple(fixed)}: expected at least one of {views} cameras to be fixed and one to be free")
    flat = pixels.reshape(views, -1, 2).double()
    w = torch.ones_like(flat[..., 0]) if weights is None else weights.reshape(views, -1).double().nan_to_num(0.0)
    x = triangulate(flat, rig, w).points if points is None else points.reshape(-1, 3).double()
    w = torch.where(flat.isfinite().all(-1) & x.isfinite().all(-1), w, 0.0)
    good = (w > 0).sum(0) >= 2
    if not good.any():
        raise OptionError("bundle_adjust: no point is seen by two views")
    w, flat, x, start = w[:, good], torch.where((w > 0)[..., None], flat, 0.0)[:, good], x[good], x
    size = 7 if focal else 6

    def moved(rig: Camera, step: Tensor) -> Camera:
        """Cameras after a step (V, 6 or 7): rotation vector, translation, log focal factor."""
        turn = roma.rotvec_to_rotmat(step[:, :3])
        k = rig.intrinsics
        if focal:
            factor = torch.ones_like(k)
            factor[:, :2, :2] = step[:, 6].exp()[:, None, None]
            k = k * factor
        return replace(rig, intrinsics=k, rotation=turn @ rig.rotation, translation=(turn @ rig.translation[..., None])[..., 0] + step[:, 3:6])

    def residuals(rig: Camera, x: Tensor) -> Tensor:
        seen = rig.project(x.expand(views, *x.shape), behind="clamp")
        return torch.where((w > 0)[..., None], seen - flat, 0.0)

    def loss(r: Tensor) -> Tensor:
        return (w * torch.nn.functional.huber_loss(r.norm(dim=-1), w.new_zeros(w.shape), delta=huber, reduction="none")).sum()

    def derivatives(rig: Camera, x: Tensor) -> tuple[Tensor, Tensor]:
        """Jacobians of the residuals by camera step (V, N, 2, S) and point (V, N, 2, 3)."""
        eye = Camera(rig.intrinsics, distortion=rig.distortion, lens=rig.lens)
        seen = rig.to_camera(x.expand(views, *x.shape))

        def project(p: Tensor) -> Tensor:
            return torch.where((w > 0)[..., None], eye.project(p, behind="clamp"), 0.0)

        # by the point in the camera's frame, one forward-mode pass per axis: the lens may be any
        axes = torch.eye(3, dtype=x.dtype)
        j = torch.stack([torch.func.jvp(project, (seen,), (axis.expand_as(seen),))[1] for axis in axes], -1)
        columns = [j @ -cross_matrix(seen), j]
        if focal:
            columns.append(torch.where((w > 0)[..., None], project(seen) - rig.centre[:, None], 0.0)[..., None])
        return torch.cat(columns, -1), j @ rig.rotation[:, None]

    def rms(r: Tensor) -> float:
        return float((r.square().sum(-1)[w > 0]).mean().sqrt())

    r = residuals(rig, x)
    first, value, damping, done = rms(r), loss(r), 1e-3, 0
    identity = torch.eye(3, dtype=x.dtype)
    while done < rounds:
        done += 1
        jc, jp = derivatives(rig, x)
        scale = w * (huber / r.norm(dim=-1).clamp_min(1e-12)).clamp_max(1.0)
        jcw, jpw = jc[free] * scale[free, :, None, None], jp * scale[..., None, None]
        a = torch.einsum("vnri,vnrj->vij", jcw, jc[free])
        b = torch.einsum("vnri,vnrj->vnij", jcw, jp[free])
        c = torch.einsum("vnri,vnrj->nij", jpw, jp)
        ga = torch.einsum("vnri,vnr->vi", jcw, r[free])
        gc = torch.einsum("vnri,vnr->ni", jpw, r)
        improved = False
        while not improved and damping < 1e12:
            a_damped = a + damping * torch.diag_embed(a.diagonal(dim1=-2, dim2=-1))
            c_damped = c + damping * torch.diag_embed(c.diagonal(dim1=-2, dim2=-1)) + 1e-12 * identity
            inverse = torch.linalg.inv(c_damped)
            b_inverse = torch.einsum("vnij,njk->vnik", b, inverse)
            schur = torch.block_diag(*a_damped) - torch.einsum("vnik,unjk->viuj", b_inverse, b).reshape(len(free) * size, -1)
            rhs = (ga - torch.einsum("vnik,nk->vi", b_inverse, gc)).reshape(-1)
            step = -torch.linalg.solve(schur, rhs).reshape(len(free), size)
            move = -torch.einsum("nij,nj->ni", inverse, gc + torch.einsum("vnij,vi->nj", b, step))
            whole = step.new_zeros(views, size)
            whole[free] = step
            new_rig, new_x = moved(rig, whole), x + move
            new_r = residuals(new_rig, new_x)
            new_value = loss(new_r)
            improved = bool(new_value < value)
            damping = max(damping / 10, 1e-12) if improved else damping * 10
        if not improved:
            break
        change = (value - new_value) / value.clamp_min(1e-300)
        rig, x, r, value = new_rig, new_x, new_r, new_value
        if change < 1e-9:
            break

    if len(fixed) == 1:
        origin = rig.position[fixed[0]]
        before = (_stacked(cameras).to(torch.float64).position[free[0]] - origin).norm()
        factor = before / (rig.position[free[0]] - origin).norm().clamp_min(1e-12)
        x = origin + factor * (x - origin)
        position = origin + factor * (rig.position - origin)
        rig = replace(rig, translation=-(rig.rotation @ position[..., None])[..., 0])
    out = torch.full_like(start, torch.nan)
    out[good] = x
    return Bundle(rig.to(pixels.dtype), out.reshape(*pixels.shape[1:-1], 3).to(pixels.dtype), rms(r), first, done)
