"""CSV: joint positions as a table with a header, one line for each frame (and person)."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core import standards
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io.bvh import MAX_JOINTS
from vitruve.io.files import atomic, read_text
from vitruve.io.trc import markers


def read(path: str | Path, *, skeleton: Skeleton | str | None = None, fps: float | None = None, units: float = 1.0) -> Poses:
    """Read a table of columns "time", optionally "person", and "<joint>_x", "<joint>_y", optionally "_z" and "_confidence".

    Args:
        path: the file. Blank cells are missing.
        skeleton: of the joints, in any order; by default the standard with just these joints, else points without a tree.
        fps: frames per second, instead of what the times say; needed where there are none.
        units: metres (3D) or pixels (2D) in one unit of the file.

    Raises:
        FormatError: naming the line, what was found and what was expected.
    """
    path = Path(path)
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise OptionError(f"fps={fps!r}: expected a positive number")
    if not (math.isfinite(units) and units > 0):
        raise OptionError(f"units={units!r}: expected a positive number")
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [c.strip() for c in next(reader)]
        for cells in reader:
            if cells:
                rows.append((reader.line_num, cells))
    except csv.Error as e:
        raise FormatError(path, f"not CSV: {e}", line=reader.line_num) from None
    if len(set(header)) < len(header):
        twice = next(c for i, c in enumerate(header) if c in header[:i])
        raise FormatError(path, f"column {twice[:40]!r} appears twice", line=1)
    if any(c.endswith("_acc_x") for c in header):
        raise FormatError(path, "accelerations of worn sensors, not joint positions: for `vitruve predict unimts`", line=1)
    joints = [c[:-2] for c in header if c.endswith("_x")]
    dims = "xyz" if any(c.endswith("_z") for c in header) else "xy"
    if not 0 < len(joints) <= MAX_JOINTS:
        found = f"found {len(joints)}" if joints else f"found {', '.join(c[:40] for c in header[:4])}{', ...' if len(header) > 4 else ''}"
        raise FormatError(path, f"expected columns '<joint>_x' of 1 to {MAX_JOINTS} joints, {found}", line=1)
    wanted = {f"{j}_{d}" for j in joints for d in dims}
    confident = f"{joints[0]}_confidence" in header
    if confident:
        wanted |= {f"{j}_confidence" for j in joints}
    lacking, unknown = wanted - set(header), set(header) - wanted - {"time", "person"}
    if lacking:
        raise FormatError(path, f"no column {min(lacking)[:40]!r}", line=1)
    if unknown:
        raise FormatError(path, f"expected time, person and <joint>_x, _y, _z, _confidence; found column {min(unknown)[:40]!r}", line=1)
    if not rows:
        raise FormatError(path, "no frames", line=1)

    table = np.full((len(rows), len(header)), np.nan)
    for k, (line, cells) in enumerate(rows):
        if len(cells) != len(header):
            raise FormatError(path, f"expected {len(header)} cells, found {len(cells)}", line=line)
        try:
            table[k] = [float(c) if c.strip() else math.nan for c in cells]
        except ValueError as e:
            raise FormatError(path, f"expected numbers: {e}", line=line) from None
        if np.isinf(table[k]).any():
            raise FormatError(path, "expected finite numbers", line=line)
    column = {name: i for i, name in enumerate(header)}

    people = table[:, column["person"]] if "person" in column else np.zeros(len(rows))
    if not np.isfinite(people).all() or (people != np.rint(people)).any() or np.abs(people).max() > 2**53:
        raise FormatError(path, "person: expected whole numbers", line=rows[0][0])
    ids = np.unique(people)
    if "time" in column:
        time = table[:, column["time"]]
        if not np.isfinite(time).all():
            raise FormatError(path, "time: expected a number", line=rows[int(np.flatnonzero(~np.isfinite(time))[0])][0])
        times = np.unique(time)
        frame = np.searchsorted(times, time)
    elif len(ids) == 1:
        times, frame = np.arange(len(rows), dtype=np.float64), np.arange(len(rows))
        if fps is None:
            raise FormatError(path, "no column 'time', so fps= is needed", line=1)
    else:
        raise FormatError(path, "no column 'time', which tells the frames of several people apart", line=1)
    if fps is None:
        step = (times[-1] - times[0]) / max(len(times) - 1, 1)
        fps = 1 / step if step > 0 and math.isfinite(1 / step) else 30.0
        fps = float(round(fps)) if round(fps) and abs(fps - round(fps)) < 5e-4 * fps else fps
    if len(ids) * len(times) > 2 * len(rows) + 1000:
        raise FormatError(path, f"{len(rows)} lines for {len(ids)} people at {len(times)} times; expected a line for each person and time")

    person = np.searchsorted(ids, people)
    x = np.full((len(ids), len(times), len(joints), len(dims)), np.nan)
    x[person, frame] = table[:, [column[f"{j}_{d}"] for j in joints for d in dims]].reshape(len(rows), len(joints), len(dims)) * units
    target = _skeleton(path, joints, skeleton)
    order = [joints.index(j) for j in target.joints]
    poses = Poses(torch.from_numpy(x[:, :, order].astype(np.float32)), target, fps, ids=torch.from_numpy(ids.astype(np.int64)), name=path.stem)
    if not confident:
        return poses
    confidence = np.zeros(x.shape[:3], np.float32)
    confidence[person, frame] = np.nan_to_num(table[:, [column[f"{j}_confidence"] for j in target.joints]])
    return replace(poses, confidence=torch.from_numpy(confidence))


def _skeleton(path: Path, joints: list[str], wanted: Skeleton | str | None) -> Skeleton:
    if isinstance(wanted, str):
        wanted = standards.skeleton(wanted)
    if wanted is not None:
        if set(wanted.joints) != set(joints):
            odd = min(set(wanted.joints) ^ set(joints))
            raise FormatError(path, f"the joints are not those of skeleton {wanted.name!r}: {odd[:40]!r} is only in one of them", line=1)
        return wanted
    for name in standards.STANDARDS:
        if name != "anny":  # needs the body model; its joints are written in full by no other standard
            standard = standards.skeleton(name)
            if standard.joints == tuple(joints):
                return standard
    return markers(joints)


def write(value: Any, path: str | Path) -> None:
    """Write Poses, or the joints of a Motion, so that float32 numbers come back exactly; missing points are blank.

    Metres in 3D, pixels in 2D. Confidences are written where they say more than that a point is there.
    """
    if not isinstance(value, Poses) and isinstance(getattr(value, "motion", None), Motion):
        value = value.motion
    if isinstance(value, Motion):
        value = value.poses()
    if not isinstance(value, Poses):
        raise OptionError(f"CSV holds positions: expected Poses or a Motion, found {type(value).__name__}")
    poses = value
    dims = "xyz"[: poses.dims]
    several = poses.num_people != 1 or int(poses.ids[0]) != 0
    known = poses.valid
    confident = bool((poses.confidence != known.to(poses.confidence.dtype)).any())
    header = ["time"] + ["person"] * several
    header += [f"{j}_{d}" for j in poses.skeleton.joints for d in [*dims, *(["confidence"] if confident else [])]]
    numbers = poses.positions.detach().cpu().double()
    if confident:
        numbers = torch.cat([numbers, poses.confidence.detach().cpu().double()[..., None]], -1)
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for t in range(len(poses)):
            for p in range(poses.num_people):
                cells = ["" if math.isnan(v) else f"{v:.9g}" for v in numbers[p, t].flatten().tolist()]
                writer.writerow([f"{t / poses.fps:.9g}", *([int(poses.ids[p])] if several else []), *cells])
