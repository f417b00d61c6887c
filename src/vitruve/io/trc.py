"""TRC: trajectories of markers, as OpenSim reads them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io.bvh import MAX_JOINTS, unique
from vitruve.io.files import atomic, read_text
from vitruve.io.units import METRES, metres, spelled

_FIELDS = "DataRate CameraRate NumFrames NumMarkers Units OrigDataRate OrigDataStartFrame OrigNumFrames"


def read(path: str | Path, *, units: str | float | None = None) -> Poses:
    """Read markers, in metres, as Poses of one person (1, T, markers, 3); blank cells are missing.

    The axes stay as they are: OpenSim's y is up. `units` overrides the header's. `metadata["start_time"]` is
    the time of the first frame, seconds. A marker name that comes again gets a number (`metadata["renamed"]`).

    Raises FormatError naming the line where numbers, names and counts do not agree with each other or with the header.
    """
    path = Path(path)
    scale = None if units is None else metres(units)
    lines = read_text(path).split("\n")

    def fail(message: str, index: int) -> FormatError:
        return FormatError(path, message, line=min(index, len(lines) - 1) + 1)

    if not lines[0].startswith("PathFileType"):
        raise fail(f"expected PathFileType, found {lines[0][:40]!r}", 0)
    if len(lines) < 6:
        raise fail("the file ends inside the header", len(lines) - 1)
    header = dict(zip(lines[1].split(), lines[2].split()))
    for name in _FIELDS.split()[:5]:
        if name not in header:
            raise fail(f"expected {name} in the header", 2)
    rate = _positive(header["DataRate"])
    if rate is None:
        raise fail(f"DataRate: expected a positive number, found {header['DataRate'][:40]!r}", 2)
    counts = {}
    for name in ("NumFrames", "NumMarkers"):
        if not re.fullmatch(r"[0-9]{1,9}", header[name]):
            raise fail(f"{name}: expected a count, found {header[name][:40]!r}", 2)
        counts[name] = int(header[name])
    if scale is None:
        known = spelled(header["Units"])
        if known is None:
            raise fail(f"Units: expected one of {', '.join(METRES)}, found {header['Units'][:40]!r}", 2)
        scale = METRES[known]
    cells = [c.strip() for c in lines[3].split("\t")]
    labels = [c for c in cells[2:] if c] if len(cells) > 2 else lines[3].split()[2:]
    if not 0 < len(labels) <= MAX_JOINTS:
        raise fail(f"expected 1 to {MAX_JOINTS} marker names, found {len(labels)}", 3)
    # Cortex lists its virtual markers as well, without counting them
    measured = counts["NumMarkers"]
    if len(labels) != measured and not (0 < measured < len(labels) and all(c.startswith("V_") for c in labels[measured:])):
        raise fail(f"NumMarkers is {counts['NumMarkers']}, found {len(labels)} marker names", 3)

    width = 2 + 3 * len(labels)
    rows = [(i, line) for i, line in enumerate(lines[5:], start=5) if line.strip()]
    if len(rows) != counts["NumFrames"]:
        raise fail(f"NumFrames is {counts['NumFrames']}, found {len(rows)} lines of data", rows[-1][0] if rows else 5)
    if not rows:
        raise fail("no frames", 5)
    table = _table(path, rows, width)
    time = table[:, 1]
    if not np.isfinite(time).all():
        raise fail("Time: expected a number", rows[int(np.flatnonzero(~np.isfinite(time))[0])][0])

    while len(labels) > measured and np.isnan(table[:, -3:]).all():
        labels, table = labels[:-1], table[:, :-3]
    names, renamed = unique(labels)
    metadata: dict[str, Any] = {"units": header["Units"] if units is None else units, "start_time": float(time[0])}
    if renamed:
        metadata["renamed"] = renamed
    x = torch.from_numpy((table[:, 2:] * scale).astype(np.float32)).reshape(1, len(table), len(names), 3)
    return Poses(x, markers(names), rate, name=path.stem, metadata=metadata)


def markers(names: Sequence[str]) -> Skeleton:
    """A skeleton of points without a tree, under the landmarks that their names say."""
    return Skeleton("markers", tuple(names), (-1,) * len(names))


def as_poses(value: Any, format_name: str) -> Poses:
    """The joint positions of one person as Poses; OptionError says what a format cannot hold."""
    if not isinstance(value, Poses) and isinstance(getattr(value, "motion", None), Motion):
        value = value.motion
    if isinstance(value, Motion):
        value = value.poses()
    if not isinstance(value, Poses):
        raise OptionError(f"{format_name} holds positions: expected Poses or a Motion, found {type(value).__name__}")
    if value.num_people != 1:
        raise OptionError(f"{format_name} holds one person, found {value.num_people}: choose one (--person, or poses.person)")
    if value.dims != 3:
        raise OptionError(f"{format_name} holds 3D positions, found {value.dims}D")
    if not len(value):
        raise OptionError(f"poses without frames cannot be written as {format_name}")
    return value


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _table(path: Path, rows: list[tuple[int, str]], width: int) -> np.ndarray:
    """The numbers (rows, width); blank is NaN."""
    try:
        # without gaps the lines are plain columns of numbers
        table = np.loadtxt([line for _, line in rows], dtype=np.float64, comments=None, ndmin=2)
        if table.shape[1] == width and not np.isinf(table).any() and not any("\t\t" in line.rstrip() for _, line in rows):
            return table
    except ValueError:
        pass  # gaps, or faults that are found below
    table = np.full((len(rows), width), np.nan)
    for k, (i, line) in enumerate(rows):
        cells = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) != width:
            raise FormatError(path, f"expected {width} columns (frame, time and 3 for each marker), found {len(cells)}", line=i + 1)
        for c, cell in enumerate(cells):
            if cell.strip():
                try:
                    table[k, c] = float(cell)
                except ValueError:
                    raise FormatError(path, f"column {c + 1}: expected a number, found {cell.strip()[:40]!r}", line=i + 1) from None
    if np.isinf(table).any():
        k, c = np.argwhere(np.isinf(table))[0]
        raise FormatError(path, f"column {c + 1}: expected a finite number", line=rows[k][0] + 1)
    return table


def write(value: Any, path: str | Path, *, units: str = "m", precision: int = 6) -> None:
    """Write Poses of one person (or the joints of a Motion); `units` "m", "cm" or "mm", `precision` digits after the point.

    Missing points are blank (NaN in lines that would end in a blank, for OpenSim). Raises OptionError where the format cannot hold the value.
    """
    path = Path(path)
    poses = as_poses(value, "TRC")
    if spelled(str(units)) not in ("m", "cm", "mm"):
        raise OptionError(f"units={units!r}: expected 'm', 'cm' or 'mm'")
    x = poses.positions[0].detach().cpu().double().numpy() / metres(units)
    count, names = len(x), [re.sub(r"\s+", "_", n) for n in poses.skeleton.joints]
    start = float(poses.metadata.get("start_time", 0.0))
    rate = f"{poses.fps:.10g}"
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        _FIELDS.replace(" ", "\t"),
        f"{rate}\t{rate}\t{count}\t{len(names)}\t{spelled(units)}\t{rate}\t1\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i}" for i in range(1, len(names) + 1) for axis in "XYZ"),
        "",
    ]
    cell = f"%.{precision}f"
    plain = "%d\t%.9g" + f"\t{cell}" * x[0].size
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(head) + "\n")
        for i, row in enumerate(x.reshape(count, -1)):
            if np.isfinite(row).all():
                file.write(plain % (i + 1, start + i / poses.fps, *row) + "\n")
            else:
                # OpenSim reads blanks within a line, but cuts off those that end it
                blank = "NaN" if math.isnan(row[-1]) else ""
                file.write("\t".join([str(i + 1), f"{start + i / poses.fps:.9g}", *(blank if math.isnan(v) else cell % v for v in row)]) + "\n")
