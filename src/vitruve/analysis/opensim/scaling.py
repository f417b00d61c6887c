"""A generic model scaled to a person: by the distances of marker pairs, its markers then moved to where they were recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from vitruve.analysis.opensim.kinematics import inverse_kinematics, set_pose
from vitruve.analysis.opensim.markers import _AXES, Measurement
from vitruve.analysis.opensim.model import _items, _opensim, _seen, _write_markers, load_model
from vitruve.core.poses import Poses
from vitruve.errors import OptionError

MAX_SPREAD = 1.0
"""Scale factors of bodies that differ by more along one axis are those of no person (OpenCap's check)."""


@dataclass(frozen=True)
class ScaledModel:
    """A model scaled to a person."""

    path: Path
    factors: Mapping[str, tuple[float, float, float]]
    """Of each body along its x, y and z."""

    @property
    def spread(self) -> float:
        """Largest less smallest factor along one axis, over the bodies: over `MAX_SPREAD` for no real person."""
        table = np.array(list(self.factors.values()))
        return float((table.max(0) - table.min(0)).max())


def scale_model(
    model: str | Path,
    static: Poses,
    path: str | Path,
    measurements: Sequence[Measurement],
    weights: Mapping[str, float] | None = None,
    mass: float | None = None,
    place: bool = True,
) -> ScaledModel:
    """Scale a generic model to a person standing (or moving) with markers on, and write it to `path`.

    Each measurement compares the mean distance of its marker pairs with the model's; pairs that are not on the model or in the
    recording are left out, and a measurement without any is not applied.

    Args:
        static: markers (1, T, M, 3), metres.
        weights: of the markers when they are placed; 1 by default.
        mass: kg; in proportion to the bodies' factors by default.
        place: then move the model's markers to where they were recorded, in the pose that fits the mean frame best.

    Raises:
        OptionError: no measurement could be taken, or the factors differ by more than `MAX_SPREAD`.
    """
    osim, made = _opensim(), load_model(model)
    state = made.initSystem()
    before = {b.getName(): b.getMass() for b in _items(made.getBodySet())}
    measured = {m.getName() for m in _items(made.getMarkerSet())} & set(_seen(static))
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "static.trc"
        times = _write_markers(static, trial)
        scaler = osim.ModelScaler()
        scaler.setApply(True)
        order = osim.ArrayStr()
        order.append("measurements")
        scaler.setScalingOrder(order)
        chosen = osim.MeasurementSet()
        factors = {name: [1.0, 1.0, 1.0] for name in before}
        taken = 0
        for number, measurement in enumerate(measurements):
            pairs = [p for p in measurement.pairs if measured.issuperset(p)]
            bodies = [b for b in measurement.bodies if b in before]
            if not pairs or not bodies:
                continue
            made_measurement = osim.Measurement()
            made_measurement.setName(f"measurement{number}")
            made_measurement.setApply(True)
            for a, b in pairs:
                made_measurement.getMarkerPairSet().cloneAndAppend(osim.MarkerPair(a, b))
            for body in bodies:
                scale = osim.BodyScale()
                scale.setName(body)
                axes = osim.ArrayStr()
                for axis in measurement.axes:
                    axes.append(axis)
                scale.setAxisNames(axes)
                made_measurement.getBodyScaleSet().cloneAndAppend(scale)
            chosen.cloneAndAppend(made_measurement)
            ratio = _ratio(made, state, static, pairs)
            for body in bodies:
                for axis in measurement.axes:
                    factors[body][_AXES.index(axis)] = ratio
            taken += 1
        if not taken:
            raise OptionError(f"scaling {Path(model).name}: no marker pair is on the model and in the recording, which share: {', '.join(sorted(measured))}")
        scaler.setMeasurementSet(chosen)
        scaler.setMarkerFileName(str(trial))
        scaler.setTimeRange(times)
        scaler.setPrintResultFiles(False)
        if mass is not None:
            scaler.setPreserveMassDist(False)
        if not scaler.processModel(made, "", -1.0 if mass is None else mass):
            raise OptionError(f"scaling {Path(model).name} failed")
        made.finalizeConnections()
        made.printToXML(str(path))
    result = ScaledModel(Path(path), {name: (f[0], f[1], f[2]) for name, f in factors.items()})
    if result.spread > MAX_SPREAD:
        raise OptionError(
            f"scale factors differ by {result.spread:.2f}, which no person's do (at most {MAX_SPREAD}): are the points in metres and the cameras right?"
        )
    if place:
        _place_markers(result.path, static, {name: (weights or {}).get(name, 1.0) for name in measured})
    return result


def _place_markers(model: Path, static: Poses, weights: Mapping[str, float]) -> None:
    """Move a model's markers to where they were recorded, in the pose that fits the mean frame best.

    OpenSim's own placer searches that pose loosely: exact markers of an exact model are left 4 mm and 2 degrees off.
    """
    mean = replace(static, positions=static.positions.nanmean(1, keepdim=True), confidence=static.confidence.amax(1, keepdim=True))
    pose = inverse_kinematics(model, mean, weights).table
    osim, made = _opensim(), load_model(model)
    state = made.initSystem()
    set_pose(made, state, pose, 0)
    for mark in (m for m in _items(made.getMarkerSet()) if m.getName() in weights):
        seen = mean.positions[0, 0, static.skeleton.joints.index(mark.getName())].tolist()
        mark.set_location(made.getGround().findStationLocationInAnotherFrame(state, osim.Vec3(*seen), mark.getParentFrame()))
    made.finalizeConnections()
    made.printToXML(str(model))


def _ratio(model: Any, state: Any, static: Poses, pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over pairs of the recorded distance over the model's."""
    model.realizePosition(state)
    at = {name: model.getMarkerSet().get(name).getLocationInGround(state).to_numpy().copy() for pair in pairs for name in pair}
    x = static.positions[0].double()

    def recorded(name: str) -> Tensor:
        return x[:, static.skeleton.joints.index(name)]

    return float(np.mean([(recorded(a) - recorded(b)).norm(dim=-1).nanmean().item() / np.linalg.norm(at[a] - at[b]) for a, b in pairs]))


def own_measurements(model: str | Path) -> tuple[Measurement, ...]:
    """Measurements from a model's own markers: each body by all pairs of its markers and those of the nearest body above that has some.

    Bodies between the two are scaled with it, those at the ends of limbs with the body they hang from. The first body below the
    ground (the pelvis) is measured by the pairs of its own markers.
    """
    made = load_model(model)
    on: dict[str, list[str]] = {}
    for m in _items(made.getMarkerSet()):
        on.setdefault(m.getParentFrame().findBaseFrame().getName(), []).append(m.getName())
    above = {j.getChildFrame().findBaseFrame().getName(): j.getParentFrame().findBaseFrame().getName() for j in _items(made.getJointSet())}
    pairs: dict[str, tuple[tuple[str, str], ...]] = {}
    scaled: dict[str, str] = {}
    for body in (b for b in above if b in on):
        scaled[body], up = body, above[body]
        while up in above and up not in on:
            scaled[up], up = body, above[up]
        pairs[body] = tuple(product(on[up], on[body])) if up in on else tuple(combinations(on[body], 2))
    for body in above:
        up = body
        while up in above and up not in scaled:
            up = above[up]
        if up in scaled:
            scaled[body] = scaled[up]
    return tuple(Measurement(p, tuple(b for b, by in scaled.items() if by == body)) for body, p in pairs.items() if p)
