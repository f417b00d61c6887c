"""Inverse kinematics of our own on an OpenSim model: its coordinates, axes and markers, all frames at once.

Reading the model needs the `opensim` package, solving does not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.analysis.opensim.model import _items, _opensim, _slides, load_model
from vitruve.core import rotations as rot
from vitruve.core.geometry import procrustes
from vitruve.core.ik import interpolate_missing
from vitruve.core.poses import Poses
from vitruve.errors import OptionError, SkeletonError
from vitruve.io.mot import Table


class _Curve(NamedTuple):
    """One of a joint's three rotations and three translations: a function of a coordinate by samples; a constant has none (-1)."""

    coordinate: int
    low: float
    step: float
    values: Tensor

    def __call__(self, q: Float[Tensor, "T N"]) -> tuple[Tensor, Tensor]:
        """(value, derivative) in every frame."""
        if self.coordinate < 0:
            return self.values[0].expand(len(q)), torch.zeros_like(q[:, 0])
        at = ((q[:, self.coordinate] - self.low) / self.step).clamp(0, len(self.values) - 1.000001)
        i = at.long()
        slope = self.values[i + 1] - self.values[i]
        return self.values[i] + (at - i) * slope, slope / self.step


class _Joint(NamedTuple):
    """A body's joint: its frames in the parent and in the body itself, and six motions about and along their axes."""

    parent: int
    outer: tuple[Tensor, Tensor]
    inner: tuple[Tensor, Tensor]
    axes: Tensor
    curves: tuple[_Curve, ...]


class _Pose(NamedTuple):
    rotations: list[Tensor]
    places: list[Tensor]
    axes: list[Tensor]
    """World axes (T, 3) of every motion that a coordinate drives, in the order of the rig's `motions`."""
    origins: list[Tensor]
    rates: list[Tensor]
    """Derivatives of those motions by their coordinates."""


@dataclass(frozen=True, eq=False)
class OsimRig:
    """The bodies of a model that carry markers and those between, with the coordinates that move them."""

    coordinates: tuple[str, ...]
    slides: Tensor
    """True for coordinates that are lengths."""
    default: Float[Tensor, " N"]
    low: Float[Tensor, " N"]
    high: Float[Tensor, " N"]
    joints: tuple[_Joint, ...]
    markers: tuple[str, ...]
    bodies: Tensor
    """The body of each marker."""
    places: Float[Tensor, "M 3"]
    """Of each marker in its body."""

    def _pose(self, q: Float[Tensor, "T N"]) -> _Pose:
        pose = _Pose([], [], [], [], [])
        eye, zero = torch.eye(3, dtype=q.dtype).expand(len(q), 3, 3), q.new_zeros(len(q), 3)
        for j in self.joints:
            r, p = (pose.rotations[j.parent], pose.places[j.parent]) if j.parent >= 0 else (eye, zero)
            p = p + r @ j.outer[1]
            r = r @ j.outer[0]
            found = [c(q) for c in j.curves]
            along = [r @ a for a in j.axes[3:]]
            p = p + sum(v[:, None] * a for (v, _), a in zip(found[3:], along))
            about = []
            for axis, (value, _) in zip(j.axes[:3], found[:3]):
                about.append(r @ axis)
                r = r @ roma.rotvec_to_rotmat(value[:, None] * axis)
            for curve, axis, (_, rate) in zip(j.curves, about + along, found):
                if curve.coordinate >= 0:
                    pose.axes.append(axis)
                    pose.origins.append(p)
                    pose.rates.append(rate)
            pose.rotations.append(r @ j.inner[0])
            pose.places.append(p + r @ j.inner[1])
        return pose

    def _points(self, pose: _Pose) -> Float[Tensor, "T M 3"]:
        r, p = torch.stack(pose.rotations, 1)[:, self.bodies], torch.stack(pose.places, 1)[:, self.bodies]
        return (r @ self.places[..., None])[..., 0] + p

    def forward(self, q: Float[Tensor, "T N"]) -> Float[Tensor, "T M 3"]:
        """Markers of given coordinates (radians, metres)."""
        return self._points(self._pose(q.double()))

    def _motions(self) -> tuple[Tensor, Tensor, Tensor]:
        """(coordinate, whether it turns, whether it moves each marker) of every motion that a coordinate drives."""
        below = torch.zeros(len(self.joints), len(self.joints), dtype=torch.bool)
        for b, j in enumerate(self.joints):
            below[b, b] = True
            if j.parent >= 0:
                below[:, b] |= below[:, j.parent]
        listed = [(c.coordinate, k < 3, b) for b, j in enumerate(self.joints) for k, c in enumerate(j.curves) if c.coordinate >= 0]
        coordinate, turns, body = zip(*listed)
        return torch.tensor(coordinate), torch.tensor(turns), below[list(body)][:, self.bodies]

    def jacobian(self, q: Float[Tensor, "T N"]) -> tuple[Float[Tensor, "T M 3"], Float[Tensor, "T M 3 N"]]:
        """(markers, their derivatives by the coordinates)."""
        pose = self._pose(q)
        points = self._points(pose)
        coordinate, turns, moved = self._motions()
        axes, origins, rates = (torch.stack(v, 1) for v in (pose.axes, pose.origins, pose.rates))
        lever = points[:, None] - origins[:, :, None]
        speed = torch.where(turns[:, None, None], torch.linalg.cross(axes[:, :, None].expand_as(lever), lever), axes[:, :, None])
        speed = speed * (rates[..., None] * moved)[..., None]
        out = q.new_zeros(len(q), len(self.coordinates), *points.shape[1:]).index_add(1, coordinate, speed)
        return points, out.permute(0, 2, 3, 1)

    def solve(self, markers: Poses, weights: Mapping[str, float] | None = None, iterations: int = 40, tolerance: float = 1e-6) -> Table:
        """Coordinates, degrees (metres for translations), of recorded markers (1, T, M, 3), metres, OpenSim's axes, by Levenberg-Marquardt.

        Coordinates stay within the model's ranges. A frame is done when no coordinate moves by `tolerance` any more.

        Raises OptionError where no marker is shared, SkeletonError where the root body has fewer than three.
        """
        x, w = self._targets(markers, weights)
        q = self._start(x)
        damping = torch.full((len(q),), 1e-4, dtype=torch.float64)
        points, j = self.jacobian(q)
        cost = (w * (points - x).square().sum(-1)).sum(-1)
        for _ in range(iterations):
            residual = points - x
            rows = j.flatten(1, 2)
            weighted = rows * w.repeat_interleave(3, 1)[..., None]
            h = weighted.mT @ rows
            g = (weighted.mT @ residual.flatten(1)[..., None])[..., 0]
            # a coordinate at its limit that is pushed beyond stays there
            held = ((q <= self.low) & (g > 0)) | ((q >= self.high) & (g < 0))
            h = torch.where(held[:, :, None] | held[:, None], 0.0, h)
            diagonal = h.diagonal(dim1=1, dim2=2)
            diagonal += damping[:, None] * diagonal + 1e-9 + held
            step = -torch.linalg.solve(h, torch.where(held, 0.0, g))
            trial = (q + step).clamp(self.low, self.high)
            new_points, new_j = self.jacobian(trial)
            new_cost = (w * (new_points - x).square().sum(-1)).sum(-1)
            better = new_cost <= cost
            change = torch.where(better, (trial - q).abs().amax(-1), torch.inf)
            q, cost = torch.where(better[:, None], trial, q), torch.where(better, new_cost, cost)
            points, j = torch.where(better[:, None, None], new_points, points), torch.where(better[:, None, None, None], new_j, j)
            damping = torch.where(better, damping / 10, damping * 10).clamp(1e-9, 1e6)
            if ((change < tolerance) | (damping >= 1e6)).all():
                break
        start = float(markers.metadata.get("start_time", 0.0))
        values = torch.where(self.slides, q, q.rad2deg()).numpy()
        time = start + np.arange(len(q)) / markers.fps
        return Table(("time", *self.coordinates), np.column_stack([time, values]), in_degrees=True, name=markers.name or "Coordinates")

    def _targets(self, markers: Poses, weights: Mapping[str, float] | None) -> tuple[Float[Tensor, "T M 3"], Float[Tensor, "T M"]]:
        joints = markers.skeleton.joints
        columns = [joints.index(n) if n in joints else -1 for n in self.markers]
        x = markers.positions[0, :, columns].double()
        own = torch.tensor([0.0 if c < 0 else 1.0 if weights is None else weights.get(n, 0.0) for n, c in zip(self.markers, columns)], dtype=torch.float64)
        if not own.any():
            raise OptionError(f"no marker is on the rig and recorded; the rig has: {', '.join(self.markers)}")
        w = own * x.isfinite().all(-1)
        return x.nan_to_num(0.0), w / own.max()

    def _start(self, x: Float[Tensor, "T M 3"]) -> Float[Tensor, "T N"]:
        """The default pose with the root body where its own markers are."""
        q = self.default.expand(len(x), -1).clone()
        own = (self.bodies == 0).nonzero()[:, 0]
        root = self.joints[0]
        seen = torch.where((x[:, own] == 0).all(-1, keepdim=True), torch.nan, x[:, own])
        known = seen.isfinite().all(-1).any(0)
        if int(known.sum()) < 3 or any(c.coordinate < 0 for c in root.curves):
            raise SkeletonError(f"the root body needs six degrees of freedom and three recorded markers to start from; it has {int(known.sum())} markers")
        found = procrustes(self.places[own].expand(len(x), -1, -1), interpolate_missing(seen), scale=False)
        letters = "".join("xyz"[int(a.abs().argmax())] for a in root.axes[:3])
        signs = root.axes[:3].sum(-1)
        angles = torch.from_numpy(np.unwrap(rot.to_euler(letters, roma.rotmat_to_unitquat(found.rotation)).numpy(), axis=0)) * signs
        places = found.translation @ torch.linalg.inv(root.axes[3:])
        q[:, [c.coordinate for c in root.curves]] = torch.cat([angles, places], -1)
        return q


def read_rig(path: str | Path) -> OsimRig:
    """The rig of a model with markers. Raises SkeletonError for joints that are neither custom, pin nor weld joints."""
    osim, model = _opensim(), load_model(path)
    state = model.initSystem()
    marks = [(m.getName(), m.getParentFrame(), m.get_location().to_numpy().copy()) for m in _items(model.getMarkerSet())]
    carrying = [f.findBaseFrame().getName() for _, f, _ in marks]
    by_child = {j.getChildFrame().findBaseFrame().getName(): j for j in _items(model.getJointSet())}
    bodies: list[str] = []

    def need(body: str) -> None:
        if body not in bodies and body != "ground":
            need(by_child[body].getParentFrame().findBaseFrame().getName())
            bodies.append(body)

    for body in by_child:
        if body in carrying:
            need(body)
    everything = {c.getName(): c for c in _items(model.getCoordinateSet())}
    used = [joint.get_coordinates(i).getName() for joint in map(by_child.__getitem__, bodies) for i in range(joint.numCoordinates())]
    free = [n for n in used if not everything[n].getDefaultLocked() and not everything[n].isDependent(state)]
    joints = []
    for body in bodies:
        joint = by_child[body]
        parent = joint.getParentFrame().findBaseFrame().getName()
        child_r, child_p = _transform(joint.getChildFrame())
        axes, curves = _motions(osim, joint, free, everything)
        joints.append(
            _Joint(bodies.index(parent) if parent != "ground" else -1, _transform(joint.getParentFrame()), (child_r.mT, -(child_r.mT @ child_p)), axes, curves)
        )
    kept = [(n, b, _transform(f), torch.from_numpy(p)) for (n, f, p), b in zip(marks, carrying) if b in bodies]

    def values(get: Any) -> Tensor:
        return torch.tensor([get(everything[n]) for n in free], dtype=torch.float64)

    clamped = values(lambda c: float(c.getDefaultClamped())) > 0
    return OsimRig(
        tuple(free),
        values(lambda c: float(_slides(c))) > 0,
        values(lambda c: c.getDefaultValue()),
        torch.where(clamped, values(lambda c: c.getRangeMin()), -torch.inf),
        torch.where(clamped, values(lambda c: c.getRangeMax()), torch.inf),
        tuple(joints),
        tuple(n for n, *_ in kept),
        torch.tensor([bodies.index(b) for _, b, *_ in kept]),
        torch.stack([r @ place + p for *_, (r, p), place in kept]),
    )


def _transform(frame: Any) -> tuple[Tensor, Tensor]:
    """(rotation, place) of a frame in its body."""
    x = frame.findTransformInBaseFrame()
    r = x.R()
    return torch.tensor([[r.get(i, j) for j in range(3)] for i in range(3)], dtype=torch.float64), torch.from_numpy(x.p().to_numpy().copy())


def _motions(osim: Any, joint: Any, free: list[str], everything: Mapping[str, Any]) -> tuple[Tensor, tuple[_Curve, ...]]:
    """(axes (6, 3), curves) of a joint's rotations and translations."""
    still = _Curve(-1, 0.0, 1.0, torch.zeros(1, dtype=torch.float64))
    custom = osim.CustomJoint.safeDownCast(joint)
    if custom is None:
        kind = joint.getConcreteClassName()
        curves = [still] * 6
        if kind == "PinJoint":
            name = joint.get_coordinates(0).getName()
            curves[2] = _curve(lambda q: q, name, free, everything)
        elif kind != "WeldJoint":
            raise SkeletonError(f"joint {joint.getName()!r} is a {kind}; a rig is made of custom, pin and weld joints")
        return torch.eye(3, dtype=torch.float64).repeat(2, 1), tuple(curves)
    transform = custom.getSpatialTransform()
    axes, curves = [], []
    for k in range(6):
        axis = transform.getTransformAxis(k)
        names = axis.getCoordinateNames()
        function = axis.getFunction()
        axes.append(torch.from_numpy(axis.getAxis().to_numpy().copy()))
        curves.append(_curve(lambda q, f=function: f.calcValue(osim.Vector(1, q)), names.getValue(0) if names.size() else None, free, everything))
    return torch.stack(axes), tuple(curves)


def _curve(function: Any, name: str | None, free: list[str], everything: Mapping[str, Any]) -> _Curve:
    """Samples half a degree apart over a turn and a half either way; the ends of a line suffice for a translation."""
    if name not in free:
        value = function(0.0 if name is None else everything[name].getDefaultValue())
        return _Curve(-1, 0.0, 1.0, torch.tensor([value], dtype=torch.float64))
    reach, step = (1000.0, 2000.0) if _slides(everything[name]) else (3 * math.pi, math.radians(0.5))
    at = np.arange(-reach, reach + step / 2, step)
    return _Curve(free.index(name), -reach, step, torch.tensor([function(float(q)) for q in at], dtype=torch.float64))
