"""Inverse kinematics by OpenSim's own solver, and where a model's markers are for known coordinates."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.analysis.opensim.model import _coordinates, _items, _opensim, _seen, _slides, _task, _write_markers, load_model
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, SkeletonError
from vitruve.io import trc
from vitruve.io.mot import Table

_NUDGE = 0.1
"""Radians or metres by which a coordinate is moved to see which markers it moves."""
_SUSPECT = 1.5
"""Times the median error of the frames before, from which on an answer is doubted (our choice)."""


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
    unseen: tuple[str, ...] = ()
    """Coordinates that move no tracked marker (toes without markers, say): they were kept at the model's default."""

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
    hold: Mapping[str, float | None] | None = None,
    accuracy: float = 1e-6,
    start: float | None = None,
    end: float | None = None,
) -> Kinematics:
    """Coordinates of the model whose markers come closest to the recorded ones, by OpenSim's inverse kinematics (tool and solver).

    Coordinates that no tracked marker tells stay at their defaults. Each frame starts from the one before; where the markers are
    suddenly far off (`_SUSPECT`), the search is started again from the model's default pose and the better answer kept: raised arms
    pass through the shoulder's singular pose, and the search can end in the wrong one of its solutions, at the end of a range.

    Args:
        model: scaled to the person, with markers named as the recorded ones.
        markers: (1, T, M, 3) metres, OpenSim's axes; NaN where unknown.
        weights: of the markers; 1 by default, and markers left out of a given mapping are not tracked.
        setup: an IK setup file (.xml) whose tasks (of markers and coordinates), accuracy and constraint weight are taken instead.
        hold: coordinates that keep a value: degrees, metres for translations; the model's default where it is None.
        accuracy: of OpenSim's search; its usual 1e-5 leaves forearms up to 4 degrees off where markers are exact, this 0.3.
        start, end: seconds of the recording's own time; all of it by default.

    Raises:
        OptionError: no marker in common, or a held coordinate that the model lacks. FormatError: a setup or model that OpenSim does not read.
    """
    osim, loaded = _opensim(), load_model(model)
    for name, value in (hold or {}).items():
        c = _coordinate(loaded, name)
        if value is not None:
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
    unseen = _unseen(loaded, {t.getName() for t in _items(tasks)})
    for name in unseen:
        _coordinate(loaded, name).setDefaultLocked(True)
    try:
        data, rms, largest = _track(osim, loaded, targets, wished, tool, times)
    except RuntimeError as e:
        raise OptionError(f"OpenSim could not solve {Path(model).name}: {' '.join(str(e).split())[:300]}") from None
    columns = ("time", *(c.getName() for c in _items(loaded.getCoordinateSet())))
    table = Table(columns, np.column_stack([times, data]), in_degrees=True, name=markers.name or "Coordinates")
    return Kinematics(table, torch.from_numpy(rms), torch.from_numpy(largest), Path(model), unseen=unseen)


def _read_setup(osim: Any, path: str | Path) -> Any:
    if not Path(path).is_file():
        raise FormatError(path, "no such file")
    try:
        return osim.InverseKinematicsTool(str(path), False)
    except RuntimeError as e:
        raise FormatError(path, f"not an IK setup that OpenSim reads: {str(e).strip().splitlines()[0]}") from None


def _unseen(model: Any, tracked: set[str]) -> tuple[str, ...]:
    """Free coordinates that neither move a tracked marker nor are tracked themselves."""
    state = model.initSystem()
    marks = [m for m in _items(model.getMarkerSet()) if m.getName() in tracked]

    def places() -> np.ndarray:
        model.realizePosition(state)
        return np.array([m.getLocationInGround(state).to_numpy() for m in marks])

    out = []
    for c in _items(model.getCoordinateSet()):
        if c.getName() in tracked or c.isDependent(state) or c.getLocked(state):
            continue
        here, value = places(), c.getValue(state)
        # towards the middle of its range: beyond the end it would not move
        c.setValue(state, value + math.copysign(_NUDGE, (c.getRangeMin() + c.getRangeMax()) / 2 - value))
        if np.abs(places() - here).max(initial=0.0) < 1e-6:
            out.append(c.getName())
        c.setValue(state, value)
    return tuple(out)


def _track(osim: Any, model: Any, targets: Any, wished: Any, tool: Any, times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates (T, N), root mean square and largest marker error (T,), frame after frame."""
    state = model.initSystem()
    solver = osim.InverseKinematicsSolver(model, targets, wished, tool.get_constraint_weight())
    solver.setAccuracy(tool.get_accuracy())
    coordinates = _items(model.getCoordinateSet())
    units = np.array([1.0 if _slides(c) else 180 / math.pi for c in coordinates])
    rooted = [c.getJoint().getParentFrame().findBaseFrame().getName() == "ground" for c in coordinates]
    free = [(i, c) for i, c in enumerate(coordinates) if not (c.isDependent(state) or c.getLocked(state))]
    default = [c.getDefaultValue() for c in coordinates]
    state.setTime(float(times[0]))
    # before this the solver knows no markers, and asking it for them crashes
    solver.assemble(state)
    # by name: the overload for numbers is out of reach
    names = [solver.getMarkerNameForIndex(i) for i in range(solver.getNumMarkersInUse())]
    given = {t.getName(): t.getWeight() for t in _items(tool.get_IKTaskSet())}
    weights = np.array([given[n] for n in names])
    data, errors, costs = np.empty((len(times), len(coordinates))), np.empty((len(times), len(names))), np.empty(len(times))

    def answer() -> tuple[list[float], np.ndarray, float]:
        off = np.array([solver.computeCurrentMarkerError(name) for name in names])
        # what was hidden has no error
        return [c.getValue(state) for c in coordinates], off, float(np.nansum(weights * off**2) / weights[np.isfinite(off)].sum())

    def start_from(values: Sequence[float]) -> None:
        for i, c in free:
            c.setValue(state, values[i], False)
        solver.assemble(state)

    for t, time in enumerate(times):
        state.setTime(float(time))
        solver.track(state)
        best = answer()
        if t and best[2] > _SUSPECT**2 * np.median(costs[:t]):
            start_from([x if root else d for x, d, root in zip(best[0], default, rooted)])
            if (again := answer())[2] < 0.9 * best[2]:
                best = again
            else:
                start_from(best[0])
        data[t], errors[t], costs[t] = best
    return data * units, np.sqrt(np.nanmean(errors**2, 1)), np.nanmax(errors, 1)


def _coordinate(model: Any, name: str) -> Any:
    found = {c.getName(): c for c in _items(model.getCoordinateSet())}
    if name not in found:
        raise OptionError(f"no coordinate {name!r}; the model has: {', '.join(found)}")
    return found[name]


def set_pose(model: Any, state: Any, table: Table, row: int) -> None:
    """Put a model into the pose of one row of a table; coordinates that it lacks keep their values, constraints are satisfied."""
    values = dict(zip(table.columns, table.data[row].tolist()))
    unit = math.pi / 180 if table.in_degrees else 1.0
    for c in _items(model.getCoordinateSet()):
        if c.getName() in values and not c.isDependent(state):
            # a locked coordinate refuses values
            c.setLocked(state, False)
            c.setValue(state, values[c.getName()] * (1.0 if _slides(c) else unit), False)
    model.assemble(state)
    model.realizePosition(state)


def forward_kinematics(model: str | Path, table: Table) -> Poses:
    """Where the model's markers are in each row of a table of coordinates: (1, T, markers, 3) metres.

    Coordinates that the table lacks keep their defaults; constraints (kneecaps) are satisfied. The time column gives the rate.
    """
    made = load_model(model)
    state = made.initSystem()
    columns = table.as_dict()
    time = columns["time"]
    marks = _items(made.getMarkerSet())
    if not marks:
        raise SkeletonError(f"{model} has no markers: put_markers gives it some")
    out = np.empty((len(table), len(marks), 3))
    for t in range(len(table)):
        set_pose(made, state, table, t)
        for k, mark in enumerate(marks):
            out[t, k] = mark.getLocationInGround(state).to_numpy()
    fps = (len(time) - 1) / (time[-1] - time[0]) if len(time) > 1 else 100.0
    x = torch.from_numpy(out)[None]
    return Poses(x, trc.markers([m.getName() for m in marks]), fps, name=table.name, metadata={"start_time": float(time[0])})
