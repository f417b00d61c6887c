"""Fitting a body to a motion, to 3D joints, or to 2D keypoints seen by calibrated cameras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.bodies.model import BodyModel, BodyMotion, body_model
from vitruve.bodies.retargeting import Rig, axis_joints, transfer
from vitruve.core import ik
from vitruve.core import rotations as rot
from vitruve.core.camera import Camera
from vitruve.core.markers import is_marker_set, joint_centres
from vitruve.core.motion import Motion, forward_kinematics, local_rotations
from vitruve.core.poses import Poses
from vitruve.core.reference import reference_rotations
from vitruve.core.skeleton import Skeleton
from vitruve.core.solver import PointTargets, Sites, solve
from vitruve.core.timeline import by_blocks
from vitruve.core.view_fitting import ViewTargets
from vitruve.errors import OptionError, ShapeError, SkeletonError

# distances between landmarks that say how long a body's parts are: (landmarks, landmarks, standard deviation in metres);
# a place given by several landmarks is their mean. Definitions of joint centres differ more at hips, trunk and feet.
_SEGMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], float]] = {
    **{
        f"{side}_{name}": ((f"{side}_{a}",), (f"{side}_{b}",), sigma)
        for side in ("left", "right")
        for name, a, b, sigma in (
            ("thigh", "hip", "knee", 0.01),
            ("shin", "knee", "ankle", 0.01),
            ("foot", "ankle", "foot", 0.04),
            ("upper_arm", "shoulder", "elbow", 0.01),
            ("forearm", "elbow", "wrist", 0.01),
        )
    },
    "hips": (("left_hip",), ("right_hip",), 0.03),
    "shoulders": (("left_shoulder",), ("right_shoulder",), 0.02),
    "trunk": (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"), 0.02),
    "neck": (("neck",), ("head",), 0.04),
}
_MAX_OFFSET = 0.08
"""Longest distance (metres) between a source's and the body's definition of a landmark that calibration may explain."""
_SHRINK = 0.9
"""Share of the mean distance that calibration takes up: the rest is left to the pose."""
_CALIBRATION_FRAMES = 128
_TRUNK_WEIGHT = 0.5
"""Weight of neck and head."""
_SPINE_WEIGHT = 0.05
"""Weight of pelvis and spine: rigs define these joints most differently, some have several in one place."""
_STIFFNESS = 1e-3
_TRUNK_STIFFNESS = 1e-2
_HUBER = 0.01
"""Reprojection errors beyond this (of the focal length) count linearly."""


def fit(
    data: Motion | BodyMotion | Poses | Sequence[Poses],
    body: BodyModel | str = "anny",
    *,
    shape: Float[Tensor, " S"] | None = None,
    calibrate: bool = True,
    stiffness: float = _STIFFNESS,
    smoothness: float = 0.0,
    iterations: int = 10,
) -> BodyMotion:
    """The body and the motion of it that explain the data best.

    Shape: the lengths of limbs and trunk (medians over time) by least squares within the shape's bounds, with
    a prior on the average body. Pose: retargeted (:mod:`vitruve.bodies.retargeting`), then all shared landmarks
    by damped Gauss-Newton, with the squared angle to the retargeted pose as a prior. Joint definitions of a
    source and of a body differ by centimetres; as marker offsets in motion capture, one constant offset per
    landmark (in the frame of the bone before it, at most 8 cm) is estimated with the pose.

    Args:
        data: a motion; one person's joints in 3D; 2D keypoints with a camera; or such views of one person,
            in step, of several cameras.
        shape: the body's shape, if it is known.
        calibrate: estimate the offsets between joint definitions.
        stiffness: weight (m^2/rad^2) of the prior on pose; the trunk's is ten times that.
        smoothness: weight of acceleration, see :func:`vitruve.core.ik.inverse_kinematics`; for noisy positions.
        iterations: at most so many Gauss-Newton steps.

    Returns:
        A BodyMotion. `residual` is the mean distance over the compared landmarks with the calibrated offsets.
        `metadata["fit"]` reports the landmarks; `residual_mm` (median over frames) with the offsets and
        `residual_without_offsets_mm` of the same pose without them; each landmark's offset; the segment
        lengths, measured and the body's; and the frames in which nothing was seen (interpolated).

    Raises:
        OptionError: several people, 2D without a camera. SkeletonError: too few landmarks in common.
    """
    model = body_model(body) if isinstance(body, str) else body
    if shape is not None and shape.shape != model.default_shape().shape:
        raise ShapeError(f"shape of body {model.name!r}: expected {model.num_shape} numbers, found {tuple(shape.shape)}")
    options: dict[str, Any] = {"shape": shape, "stiffness": stiffness, "smoothness": smoothness, "iterations": iterations}
    if isinstance(data, BodyMotion):
        data = data.motion
    if isinstance(data, Motion):
        x = data.positions()
        return _fit_motion(data, x, torch.ones(x.shape[:2]), model, calibrate=calibrate, **options)
    if isinstance(data, Poses) and data.dims == 3:
        if is_marker_set(data):
            data = joint_centres(data)
        motion = ik.poses_to_motion(data, smoothness=smoothness)
        here = data if data.skeleton.joints == motion.skeleton.joints else data.map_to(motion.skeleton)
        return _fit_motion(motion, here.positions[0], here.confidence[0], model, calibrate=calibrate, **options)
    views = [data] if isinstance(data, Poses) else list(data)
    return _fit_views(views, model, **options)


@dataclass(frozen=True)
class _Landmarks:
    """Joints of the body that the source has too."""

    names: tuple[str, ...]
    body: tuple[int, ...]
    source: tuple[int, ...]
    weights: Tensor


def _shared(source: Skeleton, body: Skeleton, derived: Sequence[str] = ()) -> _Landmarks:
    # a spine or collar that is a mean of others says nothing new
    guessed = {m for m in derived if m.startswith(("spine", "upper_neck")) or m.endswith("collar")}
    names = [m for m in body.landmarks if m is not None and m in source.landmarks and m not in guessed]
    limbs = [m for m in names if m.startswith(("left", "right"))]
    if len(limbs) < 6:
        raise SkeletonError(f"skeletons {source.name!r} and {body.name!r} share too few landmarks to fit: {', '.join(names) or 'none'}")
    return _Landmarks(
        tuple(names),
        tuple(body.landmarks.index(m) for m in names),
        tuple(source.landmarks.index(m) for m in names),
        torch.tensor([1.0 if m in limbs else _SPINE_WEIGHT if m.startswith(("pelvis", "spine")) else _TRUNK_WEIGHT for m in names], dtype=torch.float64),
    )


def _places(skeleton: Skeleton, x: Tensor, marks: tuple[str, ...]) -> Tensor:
    return torch.stack([x[..., skeleton.index(m), :] for m in marks]).mean(0)


def segment_lengths(skeleton: Skeleton, positions: Float[Tensor, "T J 3"]) -> dict[str, float]:
    """Median length (metres) of each limb and trunk segment that the skeleton has; NaN frames count nothing."""
    out = {}
    for name, (a, b, _) in _SEGMENTS.items():
        if skeleton.has(*a, *b):
            length = (_places(skeleton, positions, a) - _places(skeleton, positions, b)).norm(dim=-1).nanmedian()
            if length.isfinite():
                out[name] = float(length)
    return out


def _common(model: BodyModel, lengths: Mapping[str, float]) -> list[str]:
    return [n for n in lengths if model.skeleton.has(*_SEGMENTS[n][0], *_SEGMENTS[n][1])]


def _lengths(model: BodyModel, shape: Tensor, names: Sequence[str]) -> Tensor:
    """Lengths (*B, N) of segments of the body at rest."""
    x = model.rest_joints(shape)
    pairs = [_SEGMENTS[n] for n in names]
    return torch.stack([(_places(model.skeleton, x, a) - _places(model.skeleton, x, b)).norm(dim=-1) for a, b, _ in pairs], -1)


def fit_shape(model: BodyModel, lengths: dict[str, float], iterations: int = 12) -> Float[Tensor, " S"]:
    """The shape whose segments have these lengths (metres), by bounded Gauss-Newton with a prior on the average.

    The prior's standard deviation is a quarter of each parameter's range; what no length tells stays average.
    """
    default, (low, high) = model.default_shape(), model.shape_bounds()
    names = _common(model, lengths)
    if not names or not model.num_shape:
        return default
    wanted = default.new_tensor([lengths[n] for n in names])
    weight = 1 / default.new_tensor([_SEGMENTS[n][2] for n in names])
    spread = (high - low) / 4

    def residual(s: Tensor) -> Tensor:
        return torch.cat([weight * (_lengths(model, s, names) - wanted), (s - default) / spread], -1)

    def cost(s: Tensor) -> float:
        return float(residual(s).square().sum())

    with torch.no_grad():
        s, damping = default.clone(), 1e-2
        best = cost(s)
        for _ in range(iterations):
            # shape blends are piecewise linear: differences over a finite step see past their corners
            step = torch.diag(torch.where(s + 0.02 * spread <= high, 0.02, -0.02) * spread)
            r = residual(s)
            j = ((residual(s + step) - r) / step.diagonal()[:, None]).mT
            free = torch.ones_like(s, dtype=torch.bool)
            gradient = j.mT @ r
            free &= ~((s <= low) & (gradient > 0)) & ~((s >= high) & (gradient < 0))
            h = j.mT @ j
            h = h + damping * torch.diag(h.diagonal())
            move = torch.zeros_like(s)
            move[free] = -torch.linalg.solve(h[free][:, free], gradient[free])
            trial = (s + move).clamp(low, high)
            found = cost(trial)
            if found < best:
                done = best - found < 1e-4 * best
                s, best, damping = trial, found, damping / 4
                if done:
                    break
            else:
                damping *= 10
    return s


def _stiffness(model: BodyModel, value: float) -> tuple[Tensor, list[int]]:
    """(stiffness of each joint, joints that keep their place in the T-pose): helper joints of limbs do not bend."""
    skeleton = model.skeleton
    axis = set(axis_joints(skeleton, model.rest_joints(model.default_shape()))[0])
    k = torch.full((len(skeleton),), value, dtype=torch.float64)
    for j, mark in enumerate(skeleton.landmarks):
        if j in axis or (mark or "").endswith("collar"):
            k[j] = value * _TRUNK_STIFFNESS / _STIFFNESS
    # the pelvis keeps its tilt: hips and spine joints of different rigs disagree by more than a tilt shows
    k[skeleton.roots[0]] = value * _TRUNK_STIFFNESS / _STIFFNESS
    return k, [j for j, mark in enumerate(skeleton.landmarks) if mark is None and j not in axis]


def _fit_motion(
    source: Motion,
    positions: Tensor,
    confidence: Tensor,
    model: BodyModel,
    *,
    shape: Tensor | None,
    calibrate: bool,
    stiffness: float,
    smoothness: float,
    iterations: int,
) -> BodyMotion:
    marks = _shared(source.skeleton, model.skeleton, source.metadata.get("from_positions", {}).get("derived", ()))
    lengths = segment_lengths(source.skeleton, positions)
    shape = fit_shape(model, lengths) if shape is None else shape.to(model.default_shape())
    offsets = model.offsets(shape).detach().to(source.rotations)
    origin, rig = Rig.performing(source), Rig.of(model.skeleton, offsets)
    x = positions[:, list(marks.source)].double()
    known = x.isfinite().all(-1)
    weights = torch.where(known, confidence[:, list(marks.source)].double(), 0.0) * marks.weights
    k, locked = _stiffness(model, stiffness)
    options: dict[str, Any] = {"stiffness": k, "locked": locked, "iterations": iterations}
    some = torch.linspace(0, len(source) - 1, min(_CALIBRATION_FRAMES, len(source))).round().long()
    example = transfer(source.at(some), rig, 1.0, origin)
    local = _calibrate(model.skeleton, offsets, example, marks, x[some], weights[some], options) if calibrate else None

    def solved(part: slice) -> tuple[Tensor, Tensor]:
        start = transfer(source[part], rig, 1.0, origin)
        sites, targets = Sites(marks.body, local), PointTargets(x[part], weights[part])
        return solve(model.skeleton, offsets, start.rotations, start.translation, sites, targets, smoothness=smoothness * (source.fps / 30) ** 4, **options)

    # smoothness ties all frames together
    rotations, translation = by_blocks(solved, len(source), len(source) if smoothness > 0 else None)
    motion = replace(example, rotations=rotations, translation=translation, shape=shape, contacts=source.contacts)
    return _report(model, motion, shape, marks, local, x, known, lengths)


def _calibrate(skeleton: Skeleton, offsets: Tensor, start: Motion, marks: _Landmarks, x: Tensor, weights: Tensor, options: dict[str, Any]) -> Tensor:
    """Offset (K, 3) of each landmark from the body's joint, in the frame of the bone before it."""
    rotations, translation = start.rotations, start.translation
    local = x.new_zeros(x.shape[1], 3)
    frames = Sites(marks.body).frames(skeleton)
    for _ in range(4):
        rotations, translation = solve(
            skeleton,
            offsets,
            rotations,
            translation,
            Sites(marks.body, local),
            PointTargets(x, weights),
            reference=start.rotations,
            **(options | {"iterations": 4}),
        )
        pose = forward_kinematics(skeleton, rotations.double(), translation.double(), offsets.double())
        away = rot.rotate(rot.inverse(pose.rotations[:, frames]), x.nan_to_num() - pose.positions[:, list(marks.body)])
        mean = (weights[..., None] * away).sum(0) / weights.sum(0)[:, None].clamp_min(1e-9)
        local = _SHRINK * mean
        local = local * (_MAX_OFFSET / local.norm(dim=-1, keepdim=True).clamp_min(_MAX_OFFSET))
    return local


def _report(
    model: BodyModel, motion: Motion, shape: Tensor, marks: _Landmarks, local: Tensor | None, x: Tensor, known: Tensor, lengths: dict[str, float]
) -> BodyMotion:
    filled = ik.interpolate_missing(x)
    seen = known.any(1)
    sites = [Sites(marks.body, None if local is None else local.to(motion.translation)), Sites(marks.body)]

    def distances(part: slice) -> tuple[Tensor, ...]:
        pose = motion[part].fk()
        return tuple((s.positions(model.skeleton, pose).double() - filled[part]).norm(dim=-1) for s in sites)

    def residual(away: Tensor) -> tuple[Tensor, Tensor]:
        # where nothing is seen, the distance to what was interpolated
        counted = torch.where(seen[:, None], known, True) & away.isfinite()
        per_joint = torch.where(counted, away, 0.0)
        return per_joint.sum(1) / counted.sum(1).clamp_min(1), per_joint.sum(0) / counted.sum(0).clamp_min(1)

    (with_offsets, per_joint), (without, _) = map(residual, by_blocks(distances, len(motion)))
    names = _common(model, lengths)
    fit = {
        "body": model.name,
        "landmarks": list(marks.names),
        "residual_mm": 1000 * float(with_offsets.median()),
        "residual_without_offsets_mm": 1000 * float(without.median()),
        "landmark_residual_mm": {m: 1000 * float(r) for m, r in zip(marks.names, per_joint)},
        "offsets_mm": {} if local is None else {m: (1000 * v).tolist() for m, v in zip(marks.names, local)},
        "segments_mm": {n: (1000 * lengths[n], 1000 * float(b)) for n, b in zip(names, _lengths(model, shape, names))},
        "unseen_frames": (~seen).nonzero().flatten().tolist(),
    }
    return BodyMotion(model, motion, residual=with_offsets.to(motion.translation), metadata={**motion.metadata, "fit": fit})


def _fit_views(views: Sequence[Poses], model: BodyModel, *, shape: Tensor | None, stiffness: float, smoothness: float, iterations: int) -> BodyMotion:
    if not views:
        raise OptionError("nothing to fit: the list of views is empty")
    for v in views:
        if v.dims != 2 or v.camera is None:
            raise OptionError("fitting to 2D keypoints needs the camera of each view (Poses.camera)")
        if v.num_people != 1:
            raise OptionError(f"expected one person, found {v.num_people}: choose one (--person, or poses.person)")
    if len(views) == 1:
        start, marks, local, metadata = _monocular_start(views[0], model, shape)
    else:
        from vitruve.core.multiview import triangulate_poses

        fitted = fit(triangulate_poses(views), model, shape=shape, stiffness=stiffness, smoothness=smoothness, iterations=iterations)
        start, metadata = fitted.motion, fitted.metadata
        marks = _shared(views[0].skeleton, model.skeleton)
        found = metadata["fit"]["offsets_mm"]
        local = torch.tensor([found.get(m, [0.0, 0.0, 0.0]) for m in marks.names], dtype=torch.float64) / 1000
    seen = _view_targets(views, marks, start)
    k, locked = _stiffness(model, stiffness)
    rotations, translation = solve(
        model.skeleton,
        start.offsets,
        start.rotations,
        start.translation,
        Sites(marks.body, local),
        seen,
        stiffness=k if len(views) > 1 else 10 * k,
        locked=locked,
        smoothness=smoothness * (start.fps / 30) ** 4,
        iterations=iterations,
    )
    motion = replace(start, rotations=rotations, translation=translation)
    points = Sites(marks.body, local).positions(model.skeleton, motion.to(torch.float64).fk())
    pixels = torch.stack([v.camera.to(torch.float64).project(points.flatten(0, 1)).view(*points.shape[:2], 2) for v in views if v.camera is not None])
    wanted = torch.stack([v.positions[0][:, list(marks.source)] for v in views])
    error = (pixels - wanted).norm(dim=-1)
    report = metadata.get("fit", {}) | {"body": model.name, "landmarks": list(marks.names), "reprojection_px": float(error.nanmedian())}
    residual = None if len(views) == 1 else fitted.residual
    return BodyMotion(model, motion, residual=residual, metadata=metadata | {"fit": report})


def _view_targets(views: Sequence[Poses], marks: _Landmarks, start: Motion) -> ViewTargets:
    cameras = [v.camera.to(torch.float64) for v in views if v.camera is not None]
    rig, source = Camera.stack(cameras), list(marks.source)
    xy = torch.stack([c.normalise(v.positions[0][:, source].double().flatten(0, 1)).unflatten(0, (-1, len(source))) for c, v in zip(cameras, views)])
    weights = torch.stack([v.confidence[0][:, source].double() for v in views]) * marks.weights
    depth = torch.stack([rig[i].to_camera(start.translation.double())[:, 2] for i in range(len(views))]).mean(0).clamp_min(0.5)
    return ViewTargets(xy, weights, rig, _HUBER, depth)


def _monocular_start(view: Poses, model: BodyModel, shape: Tensor | None) -> tuple[Motion, _Landmarks, None, dict[str, Any]]:
    """A standing body at the depth its size in the image says, turned as shoulders and hips say.

    Four headings are tried in every frame, and the sequence of them that reprojects best without jumping is taken.
    """
    assert view.camera is not None
    marks = _shared(view.skeleton, model.skeleton)
    shape = model.default_shape() if shape is None else shape.to(model.default_shape())
    offsets = model.offsets(shape).detach().to(torch.float64)
    skeleton = model.skeleton
    stand = _standing(skeleton, offsets)
    camera = view.camera.to(torch.float64)
    xy = ik.interpolate_missing(torch.nn.functional.pad(view.positions[0][:, list(marks.source)].double(), (0, 1)))[..., :2]
    rays = torch.nn.functional.pad(camera.normalise(xy.flatten(0, 1)).view_as(xy), (0, 1), value=1.0)
    n, root = len(xy), skeleton.roots[0]
    motions, costs = [], []
    for turn in range(4):
        r = stand.repeat(n, 1, 1)
        r[:, root] = rot.multiply(rot.about("y", torch.tensor(turn * torch.pi / 2, dtype=r.dtype)), r[:, root])
        pose = forward_kinematics(skeleton, r, torch.zeros(n, 3, dtype=r.dtype), offsets)
        local = pose.positions[:, list(marks.body)] @ camera.rotation.mT
        # least squares of ray x (local + d) = 0 over the root's place d in the camera's frame
        known = rays.isfinite().all(-1)
        p = torch.where(known[..., None], rays, 0.0)
        eye = torch.eye(3, dtype=p.dtype)
        normal = known[..., None, None] * p.square().sum(-1)[..., None, None] * eye - p[..., :, None] * p[..., None, :]
        d = torch.linalg.solve(normal.sum(1) + 1e-6 * eye, -(normal @ local[..., None])[..., 0].sum(1))
        d[:, 2] = d[:, 2].clamp_min(0.5)
        t = (d - camera.translation) @ camera.rotation
        motion = Motion(r, t, offsets, skeleton, view.fps, shape=shape)
        seen = _view_targets([view], marks, motion)
        k, locked = _stiffness(model, 1e-2)
        r, t = solve(skeleton, offsets, r, t, Sites(marks.body), seen, stiffness=k, locked=locked, iterations=8)
        motion = replace(motion, rotations=r, translation=t)
        e, _ = seen.residuals(motion.fk().positions[:, list(marks.body)], torch.arange(n))
        bend = (k[:, None] * rot.to_rotvec(rot.multiply(r, rot.inverse(stand))).square()).sum(-1)
        bend[:, root] = 0
        motions.append(motion)
        costs.append(e.square().sum((1, 2)) + bend.sum(1))
    best = _smoothest(torch.stack(costs, 1), 0.05)
    rows = torch.arange(n)
    dtype = view.positions.dtype
    chosen = Motion(
        torch.stack([m.rotations for m in motions])[best, rows].to(dtype),
        torch.stack([m.translation for m in motions])[best, rows].to(dtype),
        offsets.to(dtype),
        skeleton,
        view.fps,
        shape=shape,
        name=view.name,
    )
    return chosen, marks, None, {"fit": {"depth": "from the body's size: one view does not tell how far a person is, nor all of the pose"}}


def _smoothest(costs: Float[Tensor, "T S"], change: float) -> Tensor:
    """The sequence of states (T,) of least total cost when every change of state costs `change` (Viterbi)."""
    total, back = costs[0], []
    for cost in costs[1:]:
        step = total[:, None] + change * (1 - torch.eye(len(total), dtype=total.dtype))
        total, origin = step.min(0)
        total = total + cost
        back.append(origin)
    path = [int(total.argmin())]
    for origin in reversed(back):
        path.append(int(origin[path[-1]]))
    return torch.tensor(path[::-1])


def _standing(skeleton: Skeleton, offsets: Tensor) -> Tensor:
    """Local rotations (J, 4) of the body standing upright with its arms down."""
    zero = offsets.new_zeros(3)
    rest = forward_kinematics(skeleton, rot.identity(len(skeleton), dtype=offsets.dtype), zero, offsets).positions
    world = reference_rotations(skeleton, rest)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        arm = [j for j in range(len(skeleton)) if skeleton.index(f"{side}_shoulder") in skeleton.chain(j)]
        world[arm] = rot.multiply(rot.about("z", offsets.new_tensor(sign * 1.3)), world[arm])
    return local_rotations(skeleton, world)
