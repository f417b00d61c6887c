"""C3D: marker trajectories of motion-capture laboratories."""

from __future__ import annotations

import importlib
import math
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
_DERIVED = ("ANGLES", "MOMENTS", "FORCES", "POWERS", "SCALARS")
_BLOCK = 512


def read(path: str | Path, *, up: str | None = None, units: str | float | None = None) -> Poses:
    """Read markers, in metres and y up, as Poses of one person (1, T, markers, 3).

    Args:
        path: the file; integers or real numbers, of Intel, DEC or MIPS processors.
        up: its vertical axis, like "z" or "-y"; by default what POINT:Y_SCREEN says, else y or z, whichever fits a standing body.
        units: of lengths, instead of what POINT:UNITS says.

    Markers with a negative residual, or at exactly (0, 0, 0), are missing. Trajectories listed as angles, forces, moments or
    powers are left out. `metadata`: "units", "up", "first_frame", "renamed" (of names that come twice).

    The file is read here and not by ezc3d, which ends the process on many a damaged file; tests compare the two.

    Raises:
        FormatError: if the file is damaged or does not say what its units are.
    """
    path = Path(path)
    if up is not None and _signed(up) not in _UP:
        raise OptionError(f"up={up!r}: expected x, y or z, with a sign where it points down")
    scale = None if units is None else metres(units)
    file = _File(path)
    point = file.parameters.get("POINT", {})
    points, residuals = file.points()
    rate = float(next(iter(np.ravel(point.get("RATE", file.rate))), 0))
    if not (math.isfinite(rate) and rate > 0):
        raise FormatError(path, f"POINT:RATE: expected a positive number, found {rate}")
    said = _first(point, "UNITS")
    if scale is None:
        known = spelled(said)
        if known is None:
            raise FormatError(path, f"POINT:UNITS: expected one of {', '.join(METRES)}, found {said[:40]!r}; units= overrides it")
        scale = METRES[known]

    count = points.shape[1]
    # more than 255 names continue in LABELS2 and so on
    labels = [name for key in ["LABELS", *(f"LABELS{i}" for i in range(2, 100))] for name in _strings(point, key)][:count]
    labels = [name or f"marker_{i + 1}" for i, name in enumerate(labels + [""] * (count - len(labels)))]
    no_points = {name for key in _DERIVED for name in _strings(point, key)}
    keep = [i for i, name in enumerate(labels) if name not in no_points]
    if not 0 < len(keep) <= MAX_JOINTS:
        raise FormatError(path, f"expected 1 to {MAX_JOINTS} markers, found {len(keep)}")
    x = points[:, keep] * scale
    x[(residuals[:, keep] < 0) | (x == 0).all(-1) | ~np.isfinite(x).all(-1)] = np.nan

    axis = _signed(up if up else _first(point, "Y_SCREEN"))
    if axis not in _UP:
        axis = _guess_up(x)
    letter, degrees = _UP[axis]
    positions = torch.from_numpy(x)
    if degrees:
        positions = rot.rotate(rot.about(letter, torch.tensor(math.radians(degrees), dtype=torch.float64)), positions)  # type: ignore[arg-type]
    names, renamed = unique([labels[i] for i in keep])
    metadata: dict[str, Any] = {"units": said if units is None else units, "up": axis, "first_frame": file.first}
    if renamed:
        metadata["renamed"] = renamed
    return Poses(positions.float()[None], markers(names), rate, name=path.stem, metadata=metadata)


class _File:
    """The sections of a C3D file, each checked against the length of the file before it is read."""

    def __init__(self, path: Path) -> None:
        self.path, self.data = path, path.read_bytes()
        if len(self.data) < _BLOCK or self.data[1] != 0x50:
            raise FormatError(path, "not a C3D file: its header lacks the mark 0x50")
        start = _BLOCK * (self.data[0] - 1)
        if self.data[0] < 2 or start + 4 > len(self.data) or self.data[start + 3] not in (84, 85, 86):
            raise FormatError(path, "not a C3D file: no parameters where the header says")
        self.processor = self.data[start + 3]
        self.order = ">" if self.processor == 86 else "<"
        words = self.numbers(0, 10, "u2")
        self.count, self.analog, self.first, self.last, self.start = (int(words[i]) for i in (1, 2, 3, 4, 8))
        self.scale, self.rate = (float(self.numbers(at, 1, "f4")[0]) for at in (12, 20))
        self.parameters = self._parameters(start + 4)

    def numbers(self, at: int, count: int, kind: str) -> np.ndarray:
        """`count` numbers of a numpy kind from byte `at` on."""
        raw = np.frombuffer(self.data, f"{self.order}{kind}", count, at)
        if kind == "f4" and self.processor == 85:
            # DEC's real numbers: the halves exchanged, the exponent two higher
            return np.ascontiguousarray(raw.view("<u2").reshape(-1, 2)[:, ::-1]).view("<f4").reshape(-1) / 4
        return raw

    def _parameters(self, at: int) -> dict[str, dict[str, Any]]:
        """{group: {parameter: numbers, or strings}}"""
        groups: dict[int, str] = {}
        found: list[tuple[int, str, Any]] = []
        while at + 2 <= len(self.data) and self.data[at]:
            length, group = abs(_signed_byte(self.data[at])), _signed_byte(self.data[at + 1])
            name_end = at + 2 + length
            if name_end + 2 > len(self.data):
                raise FormatError(self.path, "truncated inside the parameters")
            name = _text(self.data[at + 2 : name_end]).upper()
            step = int(self.numbers(name_end, 1, "u2")[0])
            if group < 0:
                groups[-group] = name
            else:
                found.append((group, name, self._value(name_end + 2, name)))
            if step < 2:
                break
            at = name_end + step
        out: dict[str, dict[str, Any]] = {}
        for group, name, value in found:
            out.setdefault(groups.get(group, ""), {})[name] = value
        return out

    def _value(self, at: int, name: str) -> Any:
        head = self.data[at : at + 2]
        dims = self.data[at + 2 : at + 2 + head[1]] if len(head) == 2 else b""
        kind = {255: "S1", 1: "i1", 2: "i2", 4: "f4"}.get(head[0]) if len(head) == 2 else None
        if kind is None or len(dims) < head[1]:
            raise FormatError(self.path, f"parameter {name[:40]!r} is damaged")
        count, first = math.prod(dims), at + 2 + len(dims)
        if first + count * int(kind[1]) > len(self.data):
            raise FormatError(self.path, f"truncated inside parameter {name[:40]!r}")
        if kind != "S1":
            return self.numbers(first, count, kind)
        width = dims[0] if dims else 1
        raw = self.data[first : first + count]
        return [_text(raw[i : i + width]) for i in range(0, count, width)] if width else []

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions (T, N, 3) in file units, and residuals (T, N)."""
        frames = self.last - self.first + 1
        trial = self.parameters.get("TRIAL", {})
        fields = [f for f in map(trial.get, ("ACTUAL_START_FIELD", "ACTUAL_END_FIELD")) if isinstance(f, np.ndarray) and f.dtype.kind == "i" and f.size == 2]
        if len(fields) == 2:
            # counts that do not fit the header's 16 bits, in two words
            first, last = (int(f[0]) % 65536 + int(f[1]) % 65536 * 65536 for f in fields)
            if last - first >= 65535:
                frames = last - first + 1
        real = self.scale < 0
        per_frame = 4 * self.count + self.analog
        begin, width = _BLOCK * (self.start - 1), 4 if real else 2
        if not self.count or frames <= 0:
            raise FormatError(self.path, f"no points: {self.count} markers in {frames} frames")
        if self.start < 2 or begin + frames * per_frame * width > len(self.data):
            needed = begin + frames * per_frame * width
            raise FormatError(self.path, f"truncated: {frames} frames of {self.count} points need {needed} bytes, found {len(self.data)}")
        rows = self.numbers(begin, frames * per_frame, "f4" if real else "i2").reshape(frames, per_frame)
        table = rows[:, : 4 * self.count].astype(np.float64).reshape(frames, self.count, 4)
        return table[..., :3] * (1.0 if real else self.scale), table[..., 3]


def _signed_byte(value: int) -> int:
    return value - 256 if value > 127 else value


def _text(raw: bytes) -> str:
    return raw.decode("latin-1").strip(" \0")


def _strings(group: dict[str, Any], key: str) -> list[str]:
    value = group.get(key)
    return value if isinstance(value, list) else []


def _first(group: dict[str, Any], key: str) -> str:
    return next(iter(_strings(group, key)), "")


def _signed(axis: str) -> str:
    axis = axis.strip().upper()
    return axis if axis[:1] in "+-" else f"+{axis}"


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
    try:
        ezc3d: Any = importlib.import_module("ezc3d")
    except ImportError:
        raise MissingExtraError("ezc3d", "c3d") from None
    file = ezc3d.c3d()
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
