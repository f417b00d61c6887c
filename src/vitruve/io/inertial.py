"""Inertial recordings as CSV tables and .npz: accelerations and angular velocities of sensors, by where they are worn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import torch

from vitruve.core.inertial import Inertial
from vitruve.errors import FormatError
from vitruve.io.files import atomic
from vitruve.io.native import array_names, load_arrays

_AXES = "xyz"
_LONGEST_GAP = 5
"""Times the usual step: less is jitter or a lost sample or two, more would tear the recording apart."""


def is_inertial(path: str | Path) -> bool:
    """Whether a .csv or .npz holds an inertial recording (columns "<place>_acc_x"; an array "acceleration")."""
    path = Path(path)
    if path.suffix.lower() == ".npz" and path.is_file():
        try:
            return {"acceleration", "places"} <= set(array_names(path))
        except FormatError:
            return False
    if path.suffix.lower() == ".csv" and path.is_file():
        with open(path, newline="", errors="replace") as f:
            return any(c.strip().endswith("_acc_x") for c in next(csv.reader(f), []))
    return False


def read(path: str | Path, fps: float | None = None) -> Inertial:
    """An inertial recording in m/s^2 (gravity included) and rad/s.

    A table has columns "<place>_acc_x", "_y", "_z" for every sensor, "<place>_gyro_x", ... for those with a gyroscope, and "time" in
    seconds, evenly spaced (but for jitter). An .npz has acceleration (T, D, 3), places (D,), fps, and angular_velocity (T, D, 3) where it is known.

    Args:
        path: the file.
        fps: samples per second, instead of what the file says; needed where it says nothing.

    Raises:
        FormatError: naming what was found and what was expected.
    """
    path = Path(path)
    if not path.is_file():
        raise FormatError(path, "no such file")
    return _read_npz(path, fps) if path.suffix.lower() == ".npz" else _read_csv(path, fps)


def _read_npz(path: Path, fps: float | None) -> Inertial:
    f = load_arrays(path)
    lost = [k for k in ("acceleration", "places", *(() if fps else ("fps",))) if k not in f]
    if lost:
        raise FormatError(path, f"expected an array {', '.join(map(repr, lost))}; found {', '.join(f)}")
    acc = torch.from_numpy(f["acceleration"].astype(np.float32))
    gyro = torch.from_numpy(f["angular_velocity"].astype(np.float32)) if "angular_velocity" in f else None
    return _made(path, acc, gyro, tuple(map(str, f["places"])), fps or float(f["fps"]))


def _read_csv(path: Path, fps: float | None) -> Inertial:
    with open(path, newline="", errors="replace") as f:
        rows = csv.reader(f)
        header = [c.strip() for c in next(rows, [])]
        numbers = []
        for cells in rows:
            if not cells:
                continue
            try:
                numbers.append([float(c) if c.strip() else np.nan for c in cells])
            except ValueError:
                raise FormatError(path, f"expected numbers, found {', '.join(cells)[:60]!r}", line=rows.line_num) from None
            if len(cells) != len(header):
                raise FormatError(path, f"expected {len(header)} cells, found {len(cells)}", line=rows.line_num)
    places = tuple(c.removesuffix("_acc_x") for c in header if c.endswith("_acc_x"))
    if not places:
        raise FormatError(path, "expected columns like 'right_wrist_acc_x'", line=1)
    lost = [f"{p}_acc_{a}" for p in places for a in _AXES if f"{p}_acc_{a}" not in header]
    if lost:
        raise FormatError(path, f"expected a column {lost[0]!r}", line=1)
    if not numbers:
        raise FormatError(path, "no samples below the header")
    table = torch.tensor(numbers, dtype=torch.float32)
    nothing = torch.full((len(table),), torch.nan)

    def columns(kind: str) -> torch.Tensor:
        found = [table[:, header.index(c)] if (c := f"{p}_{kind}_{a}") in header else nothing for p in places for a in _AXES]
        return torch.stack(found, 1).unflatten(1, (len(places), 3))

    if fps is None:
        if "time" not in header:
            raise FormatError(path, "no column 'time' that says how many samples there are in a second: give fps")
        if len(numbers) < 2:
            raise FormatError(path, "a single sample does not say how many there are in a second: give fps")
        steps = np.diff(np.array(numbers)[:, header.index("time")])
        if not (steps > 0).all():
            raise FormatError(path, "expected a 'time' that grows", line=int((steps <= 0).argmax()) + 3)
        usual = np.median(steps)
        if steps.max() > _LONGEST_GAP * usual:
            raise FormatError(path, f"a gap of {steps.max():.3g} s, expected samples every {usual:.3g} s", line=int(steps.argmax()) + 3)
        fps = float(1 / usual)
    gyro = columns("gyro")
    return _made(path, columns("acc"), None if gyro.isnan().all() else gyro, places, fps)


def _made(path: Path, acc: torch.Tensor, gyro: torch.Tensor | None, places: tuple[str, ...], fps: float) -> Inertial:
    if not acc.isfinite().all():
        where = (~acc.isfinite()).nonzero()[0].tolist()
        raise FormatError(path, f"acceleration of {places[where[1]]} is not a number at sample {where[0]}")
    return Inertial(acc, gyro, places, fps, path.stem)


def write(value: Inertial, path: str | Path) -> None:
    """Write a recording as .csv or .npz, as `read` takes it."""
    path = Path(path)
    gyro = value.angular_velocity
    with atomic(path) as temporary:
        if path.suffix.lower() == ".npz":
            arrays = {"acceleration": value.acceleration.numpy(), "places": np.array(value.places), "fps": np.float64(value.fps)}
            if gyro is not None:
                arrays["angular_velocity"] = gyro.numpy()
            with open(temporary, "wb") as f:
                np.savez_compressed(f, **arrays)  # type: ignore[arg-type]
            return
        if path.suffix.lower() != ".csv":
            raise FormatError(path, "expected a name that ends in .csv or .npz")
        kinds = ("acc",) if gyro is None else ("acc", "gyro")
        header = ["time", *(f"{p}_{k}_{a}" for p in value.places for k in kinds for a in _AXES)]
        both = value.acceleration if gyro is None else value.signals
        with open(temporary, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(header)
            writer.writerows([i / value.fps, *row] for i, row in enumerate(both.flatten(1).tolist()))
