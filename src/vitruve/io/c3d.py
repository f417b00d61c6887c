"""C3D: marker trajectories of motion-capture laboratories, through ezc3d."""

from __future__ import annotations

import importlib
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core import rotations as rot
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, MissingExtraError, OptionError
from vitruve.io.bvh import MAX_JOINTS, unique
from vitruve.io.files import atomic
from vitruve.io.trc import as_poses, markers
from vitruve.io.units import METRES, metres, spelled

# shortest turns that bring an axis up
_UP = {"+X": ("z", 90), "-X": ("z", -90), "+Y": ("x", 0), "-Y": ("x", 180), "+Z": ("x", -90), "-Z": ("x", 90)}
# trajectories that are no points, listed by the software that computed them
_DERIVED = ("ANGLES", "MOMENTS", "FORCES", "POWERS", "SCALARS", "MODELED_MARKERS_ANGLES")


def _ezc3d() -> Any:
    try:
        return importlib.import_module("ezc3d")
    except ImportError:
        raise MissingExtraError("ezc3d", "c3d") from None


def read(path: str | Path, *, up: str | None = None, units: str | float | None = None) -> Poses:
    """Read markers, in metres and y up, as Poses of one person (1, T, markers, 3).

    Args:
        path: the file.
        up: its vertical axis, like "z" or "-y"; by default what POINT:Y_SCREEN says, else y or z, whichever fits a standing body.
        units: of lengths, instead of what POINT:UNITS says.

    Markers with a negative residual, or at exactly (0, 0, 0), are missing. Trajectories listed as angles, forces, moments or
    powers are left out. `metadata`: "units", "up", "first_frame", "renamed" (of names that come twice).

    Raises:
        FormatError: if the file is damaged or does not say what its units are.
        MissingExtraError: without ezc3d.
    """
    path = Path(path)
    if up is not None and _signed(up) not in _UP:
        raise OptionError(f"up={up!r}: expected x, y or z, with a sign where it points down")
    scale = None if units is None else metres(units)
    ezc3d = _ezc3d()
    _check_header(path)
    try:
        file = ezc3d.c3d(str(path))
        points = np.asarray(file["data"]["points"], dtype=np.float64)[:3]
        residuals = np.asarray(file["data"]["meta_points"]["residuals"], dtype=np.float64).reshape(points.shape[1:])
        parameters = {key: value.get("value") for key, value in file["parameters"]["POINT"].items() if isinstance(value, dict) and "value" in value}
        first = int(file["header"]["points"]["first_frame"])
    except Exception as e:  # whatever the library makes of a damaged file
        raise FormatError(path, f"ezc3d cannot read it: {str(e)[:200] or type(e).__name__}") from None

    count = points.shape[1]
    if not count or not points.shape[2]:
        raise FormatError(path, f"no points: {count} markers in {points.shape[2]} frames")
    rate = float(next(iter(np.ravel(parameters.get("RATE") or [0.0])), 0))
    if not (np.isfinite(rate) and rate > 0):
        raise FormatError(path, f"POINT:RATE: expected a positive number, found {rate}")
    said = next(iter(parameters.get("UNITS") or []), "")
    if scale is None:
        known = spelled(said)
        if known is None:
            raise FormatError(path, f"POINT:UNITS: expected one of {', '.join(METRES)}, found {said[:40]!r}; units= overrides it")
        scale = METRES[known]
    labels = [str(name).strip() for name in parameters.get("LABELS") or []][:count]
    labels += [f"marker_{i + 1}" for i in range(len(labels), count)]
    labels = [name or f"marker_{i + 1}" for i, name in enumerate(labels)]
    no_points = {str(name).strip() for key in _DERIVED for name in parameters.get(key) or []}
    keep = [i for i, name in enumerate(labels) if name not in no_points]
    if not 0 < len(keep) <= MAX_JOINTS:
        raise FormatError(path, f"expected 1 to {MAX_JOINTS} markers, found {len(keep)}")

    x = points[:, keep].transpose(2, 1, 0) * scale
    missing = (residuals[keep].T < 0) | (x == 0).all(-1) | ~np.isfinite(x).all(-1)
    x[missing] = np.nan
    axis = _signed(up) if up else _signed(str(next(iter(parameters.get("Y_SCREEN") or []), "")))
    if axis not in _UP:
        axis = _guess_up(x)
    letter, degrees = _UP[axis]
    positions = torch.from_numpy(x)
    if degrees:
        positions = rot.rotate(rot.about(letter, torch.tensor(np.deg2rad(degrees))), positions)  # type: ignore[arg-type]
    names, renamed = unique([labels[i] for i in keep])
    metadata: dict[str, Any] = {"units": said if units is None else units, "up": axis, "first_frame": first}
    if renamed:
        metadata["renamed"] = renamed
    return Poses(positions.float()[None], markers(names), rate, name=path.stem, metadata=metadata)


def _signed(axis: str) -> str:
    axis = axis.strip().upper()
    return axis if axis[:1] in "+-" else f"+{axis}"


def _check_header(path: Path) -> None:
    """Refuse what is not C3D, or shorter than its header says, before a library in C++ reads it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(512)
        if len(header) < 512 or header[1] != 0x50:
            raise FormatError(path, "not a C3D file: its header lacks the mark 0x50")
        file.seek(512 * (header[0] - 1))
        start = file.read(4)
    if len(start) < 4 or header[0] < 2 or start[3] not in (84, 85, 86):
        raise FormatError(path, "not a C3D file: no parameters where the header says")
    order = ">" if start[3] == 86 else "<"
    points, analog, first, last = struct.unpack(order + "4H", header[2:10])
    data, blocks = struct.unpack(order + "H", header[16:18])[0], start[2]
    if (data - 1) * 512 > size or 512 * (header[0] - 1 + blocks) > size:
        raise FormatError(path, f"truncated: the header puts the data at byte {(data - 1) * 512} of {size}")
    # integers of 2 bytes are the least that a number takes; real numbers are known where the scale can be read
    width = 4 if start[3] != 85 and struct.unpack(order + "f", header[12:16])[0] < 0 else 2
    needed = (data - 1) * 512 + (last - first + 1) * (4 * points + analog) * width
    if first <= last < 65535 and data > 1 and needed > size:
        raise FormatError(path, f"truncated: {last - first + 1} frames of {points} points need {needed} bytes, found {size}")


def _guess_up(x: np.ndarray) -> str:
    """Y or z: along the vertical a standing body is tall and its lowest marker stays near one height."""
    scores = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # frames without any marker
        for axis in (1, 2):
            low, high = np.nanmin(x[..., axis], 1), np.nanmax(x[..., axis], 1)
            floor = np.nanpercentile(low, 5)
            scores.append(np.nanmedian(high - low) / (0.2 + np.nanstd(low)) * (1.0 if -0.15 < floor < 0.5 else 0.3))
    return "+Y" if scores[0] > scores[1] else "+Z"


def write(value: Any, path: str | Path, *, units: str = "mm") -> None:
    """Write Poses of one person (or the joints of a Motion) as markers, y up; missing ones get the residual -1.

    Raises OptionError where the format cannot hold the value, MissingExtraError without ezc3d.
    """
    poses = as_poses(value, "C3D")
    if spelled(str(units)) not in ("m", "cm", "mm"):
        raise OptionError(f"units={units!r}: expected 'm', 'cm' or 'mm'")
    if len(poses) > 65535:
        raise OptionError(f"C3D holds up to 65535 frames, found {len(poses)}")
    if len(poses.skeleton) > 255:
        raise OptionError(f"C3D holds up to 255 markers, found {len(poses.skeleton)}")
    x = poses.positions[0].detach().cpu().double().numpy().transpose(2, 1, 0) / metres(units)
    missing = np.isnan(x).any(0)
    file = _ezc3d().c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [poses.fps]
    file["parameters"]["POINT"]["UNITS"]["value"] = [spelled(units)]
    file["parameters"]["POINT"]["LABELS"]["value"] = tuple(poses.skeleton.joints)
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file["data"]["points"] = np.concatenate([np.where(missing, np.nan, x), np.ones_like(x[:1])])
    file["data"]["meta_points"]["residuals"] = np.where(missing, -1.0, 0.0)[None]
    file["data"]["meta_points"]["camera_masks"] = np.zeros((7, *missing.shape), dtype=bool)
    with atomic(path) as temporary:
        file.write(str(temporary))
