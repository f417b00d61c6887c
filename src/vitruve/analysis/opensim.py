"""Markers or keypoints to joint angles with OpenSim: marker sets, scaling by marker pairs, inverse kinematics.

Needs the `opensim` package (extra "biomech"); it is imported when first used. Models are .osim files by path. OpenSim's axes:
x forward, y up, z to the right.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.geometry import procrustes
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, MissingExtraError, OptionError, SkeletonError
from vitruve.io import trc
from vitruve.io.mot import Table

MAX_SPREAD = 1.0
"""Scale factors of bodies that differ by more along one axis are those of no person (OpenCap's check)."""
_TURN = math.radians(30)
"""Recordings whose subject faces further away from +x are turned: pelvis angles and OpenSim's search start from there."""
_AXES = "XYZ"


@dataclass(frozen=True)
class Marker:
    """A point of a model: a body's name, the place in its frame (metres), the weight in inverse kinematics."""

    body: str
    location: tuple[float, float, float]
    weight: float = 1.0


@dataclass(frozen=True)
class Measurement:
    """The mean distance of marker pairs, relative to the model's, scales bodies along some of their axes."""

    pairs: tuple[tuple[str, str], ...]
    bodies: tuple[str, ...]
    axes: str = _AXES


@dataclass(frozen=True)
class MarkerSet:
    """Markers for models with the bodies of Rajagopal 2016 and LaiUhlrich 2022 (others take those whose bodies they have)."""

    name: str
    markers: Mapping[str, Marker]
    measurements: tuple[Measurement, ...]


def _other(name: str) -> str:
    """The left name of a right marker or body: right_knee, r_knee, rshoulder, femur_r."""
    if name.startswith("right_"):
        return "left_" + name[6:]
    if name.endswith("_r"):
        return name[:-1] + "l"
    return "l" + name[1:] if name.startswith("r") else name


def _marker_rows(rows: str) -> dict[str, Marker]:
    """Rows "name body x y z weight" of the right side and the middle, and their mirror images."""
    out: dict[str, Marker] = {}
    for row in rows.strip().splitlines():
        name, body, x, y, z, weight = row.split()
        out[name] = Marker(body, (float(x), float(y), float(z)), float(weight))
        if float(z):
            out[_other(name)] = Marker(_other(body), (float(x), float(y), -float(z)), float(weight))
    return out


def _measurements(rows: str) -> tuple[Measurement, ...]:
    """Rows "axes; pair, pair; bodies", each for the right side and the left together, or apart where it starts with "each"."""
    out = []
    for row in rows.strip().splitlines():
        axes, pairs_text, bodies_text = (part.strip() for part in row.split(";"))
        right = tuple((a, b) for a, b in (p.split() for p in pairs_text.split(",")))
        # a width has no mirror image of its own
        left = tuple((_other(a), _other(b)) for a, b in right if _other(a) != _other(b))
        here = tuple(bodies_text.split())
        there = tuple(map(_other, here))
        if axes.startswith("each "):
            out += [Measurement(right, here, axes[5:]), Measurement(left, there, axes[5:])]
        else:
            out.append(Measurement(tuple(dict.fromkeys(right + left)), tuple(dict.fromkeys(here + there)), axes))
    return tuple(out)


# places and weights: OpenCapBench's and OpenCap's marker sets for LaiUhlrich2022 (MIT; Apache-2.0); pairs: their scaling setups
_COCO = """
right_hip pelvis -0.0203 -0.0785 0.0948 25
right_knee tibia_r -0.0081 -0.0035 -0.0015 30
right_ankle tibia_r -0.0140 -0.3800 0.0075 30
right_shoulder torso 0.0032 0.3715 0.1700 5
right_elbow humerus_r 0.0131 -0.2863 -0.0096 5
right_wrist hand_r 0.0 0.0 1e-9 5"""
_FEET = """
right_heel calcn_r 0.0182 0.0100 -0.0202 60
right_small_toe calcn_r 0.2003 0.0 0.0405 30
right_big_toe calcn_r 0.2276 0.0 -0.0152 30"""
_ANATOMICAL = """
sternum torso 0.0460 0.3850 0.0 10
rshoulder torso 0.0 0.4180 0.1420 5
r_lelbow humerus_r 0.0150 -0.2800 0.0400 5
r_melbow humerus_r 0.0022 -0.2860 -0.0500 5
r_lwrist radius_r 0.0005 -0.2250 0.0500 5
r_mwrist radius_r -0.0220 -0.2250 -0.0220 5
r_ASIS pelvis 0.0280 0.0100 0.1280 25
r_PSIS pelvis -0.1540 0.0250 0.0500 25
r_knee femur_r 0.0080 -0.3780 0.0550 10
r_mknee femur_r 0.0110 -0.3780 -0.0550 10
r_ankle tibia_r -0.0067 -0.3791 0.0502 10
r_mankle tibia_r -0.0055 -0.3800 -0.0386 10
r_5meta calcn_r 0.1400 0.0050 0.0650 7
r_toe calcn_r 0.1868 0.0084 0.0053 7
r_calc calcn_r -0.0322 0.0326 -0.0112 7
C7 torso -0.0800 0.4200 0.0 5
L2 torso -0.0353 0.0363 0.0 5
T11 torso -0.0772 0.1487 0.0 5
T6 torso -0.0982 0.2811 0.0 5"""
_COCO_PAIRS = """
each XYZ; right_knee right_ankle; tibia_r
each XYZ; right_hip right_knee; femur_r patella_r
XYZ; right_hip left_hip; pelvis
XY; right_shoulder right_hip; torso
Z; right_shoulder left_shoulder; torso
XYZ; right_shoulder right_elbow; humerus_r
XYZ; right_elbow right_wrist; ulna_r radius_r hand_r"""
_FEET_PAIRS = """
XYZ; right_heel right_small_toe, right_heel right_big_toe; talus_r calcn_r toes_r"""
_ANATOMICAL_PAIRS = """
XYZ; r_calc r_toe, r_calc r_5meta; talus_r calcn_r toes_r
each XYZ; r_knee r_ankle, r_mknee r_mankle; tibia_r
each XYZ; r_ASIS r_knee; femur_r patella_r
XY; r_ASIS r_PSIS; pelvis
Z; r_ASIS l_ASIS; pelvis
XY; rshoulder r_PSIS, C7 r_PSIS; torso
Z; rshoulder lshoulder; torso
XYZ; rshoulder r_lelbow, rshoulder r_melbow; humerus_r
XYZ; r_mwrist r_lelbow, r_lwrist r_melbow; ulna_r radius_r hand_r"""

MARKER_SETS: dict[str, MarkerSet] = {
    s.name: s
    for s in (
        MarkerSet("coco17", _marker_rows(_COCO), _measurements(_COCO_PAIRS)),
        MarkerSet("wholebody", _marker_rows(_COCO + _FEET), _measurements(_COCO_PAIRS + _FEET_PAIRS)),
        MarkerSet("synthpose", _marker_rows(_ANATOMICAL), _measurements(_ANATOMICAL_PAIRS)),
    )
}
"""The joints of COCO (without the face), the same with the feet of COCO-WholeBody, the anatomical markers of SynthPose."""


def marker_set(name: str) -> MarkerSet:
    """A marker set by name; OptionError lists those there are."""
    if name not in MARKER_SETS:
        raise OptionError(f"marker set {name!r}: expected one of {', '.join(MARKER_SETS)}")
    return MARKER_SETS[name]


def marker_set_for(poses: Poses) -> MarkerSet:
    """The densest set that has most of its markers among these points; OptionError where there is none."""
    seen = set(poses.skeleton.joints)
    for name in ("synthpose", "wholebody", "coco17"):
        marks = MARKER_SETS[name].markers
        if sum(m in seen for m in marks) >= 0.75 * len(marks):
            return MARKER_SETS[name]
    raise OptionError(f"no marker set for these points; they are: {', '.join(poses.skeleton.joints[:60])}")


def _opensim() -> Any:
    try:
        import opensim
    except ImportError:
        raise MissingExtraError("opensim", "biomech") from None
    opensim.Logger.setLevelString("off")
    return opensim


def load_model(path: str | Path) -> Any:
    """An OpenSim model, its system built. Raises FormatError where it cannot be read."""
    osim, path = _opensim(), Path(path)
    if not path.is_file():
        raise FormatError(path, "no such file")
    try:
        model = osim.Model(str(path))
        model.initSystem()
    except RuntimeError as e:
        raise FormatError(path, f"not a model that OpenSim reads: {str(e).strip().splitlines()[0]}") from None
    return model


def _items(collection: Any) -> list[Any]:
    return [collection.get(i) for i in range(collection.getSize())]


def model_markers(path: str | Path) -> tuple[str, ...]:
    """Names of the markers on a model."""
    # kept while its parts are in use: they do not keep it
    model = load_model(path)
    return tuple(m.getName() for m in _items(model.getMarkerSet()))


@dataclass(frozen=True)
class Coordinate:
    """A degree of freedom: its range in degrees (metres for a translation), whether it is locked, and whether it follows another."""

    low: float
    high: float
    rotates: bool
    locked: bool
    dependent: bool


def coordinates(path: str | Path) -> dict[str, Coordinate]:
    """The degrees of freedom of a model, by name."""
    return _coordinates(load_model(path))


def _coordinates(model: Any) -> dict[str, Coordinate]:
    state = model.initSystem()
    out = {}
    for c in _items(model.getCoordinateSet()):
        unit = 1.0 if _slides(c) else 180 / math.pi
        out[c.getName()] = Coordinate(unit * c.getRangeMin(), unit * c.getRangeMax(), unit != 1.0, c.getDefaultLocked(), c.isDependent(state))
    return out


def _slides(coordinate: Any) -> bool:
    return coordinate.getMotionType() == 2


def put_markers(model: str | Path, markers: MarkerSet, path: str | Path) -> Path:
    """Write the model with these markers in place of its own; those whose body it lacks are left out.

    Raises SkeletonError where it has none of the bodies.
    """
    osim, made = _opensim(), load_model(model)
    bodies = {b.getName(): b for b in _items(made.getBodySet())}
    fresh = osim.MarkerSet()
    for name, marker in markers.markers.items():
        if marker.body in bodies:
            made_marker = osim.Marker()
            made_marker.setName(name)
            made_marker.set_location(osim.Vec3(*marker.location))
            # by path: a copy of a marker forgets the body it was given as an object
            made_marker.setParentFrameName(bodies[marker.body].getAbsolutePathString())
            fresh.cloneAndAppend(made_marker)
    if not fresh.getSize():
        raise SkeletonError(f"{model} has none of the bodies of marker set {markers.name!r}; it has: {', '.join(bodies)}")
    made.set_MarkerSet(fresh)
    made.finalizeConnections()
    made.printToXML(str(path))
    return Path(path)


# --- scaling -------------------------------------------------------------------------------------------


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
        if place:
            placer = osim.MarkerPlacer()
            placer.setApply(True)
            placer.setMarkerFileName(str(trial))
            placer.setTimeRange(times)
            placer.setMaxMarkerMovement(-1.0)
            placer.setPrintResultFiles(False)
            for name in sorted(measured):
                placer.getIKTaskSet().cloneAndAppend(_task(osim, name, (weights or {}).get(name, 1.0)))
            made.initSystem()
            if not placer.processModel(made, ""):
                raise OptionError(f"placing the markers on {Path(model).name} failed")
        made.finalizeConnections()
        made.printToXML(str(path))
    result = ScaledModel(Path(path), {name: (f[0], f[1], f[2]) for name, f in factors.items()})
    if result.spread > MAX_SPREAD:
        raise OptionError(
            f"scale factors differ by {result.spread:.2f}, which no person's do (at most {MAX_SPREAD}): are the points in metres and the cameras right?"
        )
    return result


def _ratio(model: Any, state: Any, static: Poses, pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over pairs of the recorded distance over the model's."""
    model.realizePosition(state)
    at = {name: model.getMarkerSet().get(name).getLocationInGround(state).to_numpy().copy() for pair in pairs for name in pair}
    x = static.positions[0].double()

    def recorded(name: str) -> Tensor:
        return x[:, static.skeleton.joints.index(name)]

    return float(np.mean([(recorded(a) - recorded(b)).norm(dim=-1).nanmean().item() / np.linalg.norm(at[a] - at[b]) for a, b in pairs]))


def _task(osim: Any, name: str, weight: float) -> Any:
    task = osim.IKMarkerTask()
    task.setName(name)
    task.setApply(True)
    task.setWeight(weight)
    return task


def _seen(poses: Poses) -> list[str]:
    """Names of the points that are known in some frame."""
    known = poses.valid[0].any(0).tolist()
    return [n for n, k in zip(poses.skeleton.joints, known) if k]


def _write_markers(poses: Poses, path: Path) -> Any:
    """Write the points that are ever seen as TRC, metres; gives OpenSim's array of first and last time."""
    keep = poses.valid[0].any(0).nonzero().flatten().tolist()
    if not keep:
        raise OptionError("no point is known in any frame")
    kept = replace(poses, positions=poses.positions[:, :, keep], confidence=poses.confidence[:, :, keep], skeleton=poses.skeleton.select(keep))
    trc.write(kept, path, precision=7)
    start = float(poses.metadata.get("start_time", 0.0))
    times = _opensim().ArrayDouble(start, 2)
    times.set(1, start + (len(poses) - 1) / poses.fps)
    return times


# --- inverse kinematics ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Kinematics:
    """What inverse kinematics found."""

    table: Table
    """`time` (s), then every coordinate of the model: degrees, metres for translations."""
    marker_rms: Float[Tensor, " T"]
    """Root mean square distance of the markers from the model's, metres."""
    marker_max: Float[Tensor, " T"]
    model: Path
    turned: float = 0.0
    """By how much the recording was turned about the vertical before, degrees, so that the subject faces +x."""

    def angle(self, name: str) -> Float[Tensor, " T"]:
        """One coordinate over time; OptionError lists the names there are."""
        if name not in self.table.columns:
            raise OptionError(f"no coordinate {name!r}; there are: {', '.join(self.table.columns[1:])}")
        return torch.from_numpy(self.table.data[:, self.table.columns.index(name)].copy())


def inverse_kinematics(
    model: str | Path,
    markers: Poses,
    weights: Mapping[str, float] | None = None,
    setup: str | Path | None = None,
    hold: Mapping[str, float] | None = None,
    accuracy: float = 1e-5,
    start: float | None = None,
    end: float | None = None,
) -> Kinematics:
    """Coordinates of the model whose markers come closest to the recorded ones, by OpenSim's inverse kinematics (tool and solver).

    Args:
        model: scaled to the person, with markers named as the recorded ones.
        markers: (1, T, M, 3) metres, OpenSim's axes; NaN where unknown.
        weights: of the markers; 1 by default, and markers left out of a given mapping are not tracked.
        setup: an IK setup file (.xml) whose tasks (of markers and coordinates), accuracy and constraint weight are taken instead.
        hold: coordinates that keep a value: degrees, metres for translations.
        start, end: seconds of the recording's own time; all of it by default.

    Raises:
        OptionError: no marker in common. FormatError: a setup or model that OpenSim does not read.
    """
    osim, loaded = _opensim(), load_model(model)
    for name, value in (hold or {}).items():
        c = _coordinate(loaded, name)
        c.setDefaultValue(value if _slides(c) else math.radians(value))
        c.setDefaultLocked(True)
    loaded.initSystem()
    on_model = {m.getName() for m in _items(loaded.getMarkerSet())}
    shared = on_model & set(_seen(markers))
    tool = osim.InverseKinematicsTool()
    tool.set_accuracy(accuracy)
    tool.set_constraint_weight(math.inf)
    tasks = osim.IKTaskSet()
    if setup is not None:
        given = _read_setup(osim, setup)
        names = shared | set(_coordinates(loaded))
        for task in _items(given.get_IKTaskSet()):
            if task.getApply() and task.getName() in names:
                tasks.cloneAndAppend(task)
        tool.set_accuracy(given.get_accuracy())
        tool.set_constraint_weight(given.get_constraint_weight())
    else:
        for name in sorted(shared if weights is None else shared & set(weights)):
            tasks.cloneAndAppend(_task(osim, name, 1.0 if weights is None else weights[name]))
    if not tasks.getSize():
        raise OptionError(f"no recorded marker is on {Path(model).name}; recorded: {', '.join(_seen(markers)[:60])}; model: {', '.join(sorted(on_model)[:60])}")
    tool.set_IKTaskSet(tasks)
    with tempfile.TemporaryDirectory() as folder:
        _write_markers(markers, Path(folder) / "markers.trc")
        tool.set_marker_file(str(Path(folder) / "markers.trc"))
        # the tool prints the model when it runs; its references with its solver do not
        tool.setModel(loaded)
        targets, wished = osim.MarkersReference(), osim.SimTKArrayCoordinateReference()
        tool.populateReferences(targets, wished)
    first = float(markers.metadata.get("start_time", 0.0))
    # as the file has them: the solver refuses a time a rounding error beyond its end
    times = np.array([float(f"{first + i / markers.fps:.9g}") for i in range(len(markers))])
    times = times[(times >= (-math.inf if start is None else start - 1e-6)) & (times <= (math.inf if end is None else end + 1e-6))]
    if not len(times):
        raise OptionError(f"no frame from {start} to {end} s: the recording is from {first:g} to {first + (len(markers) - 1) / markers.fps:g} s")
    try:
        data, rms, largest = _track(osim, loaded, targets, wished, tool, times)
    except RuntimeError as e:
        raise OptionError(f"OpenSim could not solve {Path(model).name}: {' '.join(str(e).split())[:300]}") from None
    columns = ("time", *(c.getName() for c in _items(loaded.getCoordinateSet())))
    table = Table(columns, np.column_stack([times, data]), in_degrees=True, name=markers.name or "Coordinates")
    return Kinematics(table, torch.from_numpy(rms), torch.from_numpy(largest), Path(model))


def _read_setup(osim: Any, path: str | Path) -> Any:
    if not Path(path).is_file():
        raise FormatError(path, "no such file")
    try:
        return osim.InverseKinematicsTool(str(path), False)
    except RuntimeError as e:
        raise FormatError(path, f"not an IK setup that OpenSim reads: {str(e).strip().splitlines()[0]}") from None


def _track(osim: Any, model: Any, targets: Any, wished: Any, tool: Any, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates (T, N), root mean square and largest marker error (T,), frame after frame."""
    state = model.initSystem()
    solver = osim.InverseKinematicsSolver(model, targets, wished, tool.get_constraint_weight())
    solver.setAccuracy(tool.get_accuracy())
    coordinates = _items(model.getCoordinateSet())
    units = np.array([1.0 if _slides(c) else 180 / math.pi for c in coordinates])
    state.setTime(float(times[0]))
    # before this the solver knows no markers, and asking it for them crashes
    solver.assemble(state)
    # by name: the overload for numbers is out of reach
    names = [solver.getMarkerNameForIndex(i) for i in range(solver.getNumMarkersInUse())]
    data, errors = np.empty((len(times), len(coordinates))), np.empty((len(times), len(names)))
    for t, time in enumerate(times):
        state.setTime(float(time))
        solver.track(state)
        data[t] = [c.getValue(state) for c in coordinates]
        errors[t] = [solver.computeCurrentMarkerError(name) for name in names]
    # what was hidden has no error
    return data * units, np.sqrt(np.nanmean(errors**2, 1)), np.nanmax(errors, 1)


def _coordinate(model: Any, name: str) -> Any:
    found = {c.getName(): c for c in _items(model.getCoordinateSet())}
    if name not in found:
        raise OptionError(f"no coordinate {name!r}; the model has: {', '.join(found)}")
    return found[name]


def forward_kinematics(model: str | Path, table: Table) -> Poses:
    """Where the model's markers are in each row of a table of coordinates: (1, T, markers, 3) metres.

    Coordinates that the table lacks keep their defaults; constraints (kneecaps) are satisfied. The time column gives the rate.
    """
    made = load_model(model)
    state = made.initSystem()
    columns = table.as_dict()
    time = columns["time"]
    set_ = made.getCoordinateSet()
    unit = np.pi / 180 if table.in_degrees else 1.0
    used = [(c, columns[c.getName()] * (1.0 if _slides(c) else unit)) for c in _items(set_) if c.getName() in columns and not c.isDependent(state)]
    marks = _items(made.getMarkerSet())
    if not marks:
        raise SkeletonError(f"{model} has no markers: put_markers gives it some")
    out = np.empty((len(table), len(marks), 3))
    for t in range(len(table)):
        for c, values in used:
            # a locked coordinate refuses values
            c.setLocked(state, False)
            c.setValue(state, float(values[t]), False)
        made.assemble(state)
        made.realizePosition(state)
        for k, mark in enumerate(marks):
            out[t, k] = mark.getLocationInGround(state).to_numpy()
    fps = (len(time) - 1) / (time[-1] - time[0]) if len(time) > 1 else 100.0
    x = torch.from_numpy(out)[None]
    return Poses(x, trc.markers([m.getName() for m in marks]), fps, name=table.name, metadata={"start_time": float(time[0])})


# --- both ------------------------------------------------------------------------------------------------


def heading(model: str | Path, markers: Poses) -> float:
    """By which angle about the vertical (radians) the markers of a frame have to turn to face as the model does at rest.

    From the frame with most markers, by the model's own; SkeletonError where fewer than three are shared.
    """
    made = load_model(model)
    state = made.initSystem()
    made.realizePosition(state)
    rest = {m.getName(): m.getLocationInGround(state).to_numpy().copy() for m in _items(made.getMarkerSet())}
    shared = [n for n in _seen(markers) if n in rest]
    if len(shared) < 3:
        raise SkeletonError(f"{Path(model).name} shares {len(shared)} markers with the recording; a heading takes 3")
    columns = [markers.skeleton.joints.index(n) for n in shared]
    frame = int(markers.valid[0][:, columns].sum(1).argmax())
    plane = [0, 2]
    x = markers.positions[0, frame, columns].double()[:, plane]
    y = torch.from_numpy(np.stack([rest[n] for n in shared]))[:, plane]
    r = procrustes(x, y, scale=False).rotation
    # in the plane of x and z, whose third axis points down
    return float(torch.atan2(r[0, 1], r[0, 0]))


def turn(markers: Poses, angle: float) -> Poses:
    """Points turned about the vertical by an angle (radians)."""
    c, s = math.cos(angle), math.sin(angle)
    r = markers.positions.new_tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return replace(markers, positions=markers.positions @ r.mT)


def solve_angles(
    markers: Poses,
    model: str | Path,
    marker_set: MarkerSet | None = None,
    static: Poses | None = None,
    scale: bool | None = None,
    setup: str | Path | None = None,
    mass: float | None = None,
    path: str | Path | None = None,
) -> Kinematics:
    """Markers or keypoints of one person in space to joint angles: markers on the model, scaling, inverse kinematics.

    Args:
        markers: (1, T, M, 3) metres, y up.
        model: a .osim file. Where half of its own markers or more were recorded, it is taken as it is, else the markers of a set are
            put on it.
        marker_set: the set to put on it; the densest that these points have, by default.
        static: a standing trial to scale by; the trial itself by default.
        scale: scale the model first; by default where a marker set was put on it.
        setup: an IK setup file with weights for the model's own markers.
        mass: kg.
        path: where to keep the scaled model.

    Raises:
        OptionError: several people, 2D, no marker set fits, or no measurement could be taken.
    """
    if markers.dims != 3 or markers.num_people != 1:
        raise OptionError(f"expected one person in 3D, found {markers.num_people} in {markers.dims}D")
    own = model_markers(model)
    carried = set(own) & set(_seen(markers))
    if marker_set is None and own and len(carried) < 0.5 * len(own) or not own:
        marker_set = marker_set_for(markers) if marker_set is None else marker_set
    scale = marker_set is not None if scale is None else scale
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model.osim"
        used = Path(model) if marker_set is None else put_markers(model, marker_set, place)
        weights = None if marker_set is None else {n: m.weight for n, m in marker_set.markers.items()}
        angle = heading(used, markers)
        angle = angle if abs(angle) > _TURN else 0.0
        if scale:
            measurements = marker_set.measurements if marker_set is not None else own_measurements(used)
            standing = static if static is not None else markers
            standing = turn(standing, heading(used, standing))
            used = scale_model(used, standing, place, measurements, weights, mass, place=static is not None).path
        found = inverse_kinematics(used, turn(markers, angle) if angle else markers, weights, setup)
        if path is not None:
            Path(path).write_bytes(Path(used).read_bytes())
    return replace(found, model=Path(path or model), turned=math.degrees(angle))


def own_measurements(model: str | Path) -> tuple[Measurement, ...]:
    """Measurements from a model's own markers: each body by all pairs of its markers and those of the body it hangs from."""
    made = load_model(model)
    on: dict[str, list[str]] = {}
    for m in _items(made.getMarkerSet()):
        on.setdefault(m.getParentFrame().findBaseFrame().getName(), []).append(m.getName())
    out = []
    for joint in _items(made.getJointSet()):
        parent, child = (f.findBaseFrame().getName() for f in (joint.getParentFrame(), joint.getChildFrame()))
        pairs = [(a, b) for a in on.get(parent, ()) for b in on.get(child, ())]
        if pairs:
            out.append(Measurement(tuple(pairs), (child,)))
    return tuple(out)
