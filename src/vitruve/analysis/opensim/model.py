"""OpenSim models: reading them, their degrees of freedom, putting markers on them; recordings in OpenSim's form."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vitruve.analysis.opensim.markers import MarkerSet
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, MissingExtraError, OptionError, SkeletonError
from vitruve.io import trc


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
