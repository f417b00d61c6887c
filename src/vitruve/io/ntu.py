"""NTU RGB+D's .skeleton text: up to six bodies of 25 Kinect v2 joints."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError
from vitruve.io.files import atomic, read_text

_JOINTS = 25
_TURN = np.array([-1.0, 1.0, -1.0])
"""Half a turn about y. The Kinect looks along +z, so that who faces it faces -z in its frame."""


class _Lines:
    """Lines of numbers, read one after the other."""

    def __init__(self, path: Path) -> None:
        self.path, self.at = path, 0
        self.lines = read_text(path, limit=1_000_000_000).splitlines()

    def error(self, message: str) -> FormatError:
        return FormatError(self.path, message, line=min(self.at, len(self.lines)))

    def fields(self, what: str) -> list[str]:
        while self.at < len(self.lines):
            words = self.lines[self.at].split()
            self.at += 1
            if words:
                return words
        raise FormatError(self.path, f"the file ends where {what} was expected", line=len(self.lines))

    def count(self, what: str, limit: int) -> int:
        words = self.fields(what)
        if len(words) != 1 or not words[0].isdecimal() or len(words[0]) > 9 or int(words[0]) > limit:
            raise self.error(f"expected {what} (0 to {limit}), found {' '.join(words)[:60]!r}")
        return int(words[0])

    def numbers(self, what: str, least: int) -> list[float]:
        words = self.fields(what)
        try:
            out = [float(w) for w in words]
        except ValueError:
            raise self.error(f"expected {what}, found {' '.join(words)[:60]!r}") from None
        if len(out) < least:
            raise self.error(f"expected {what} ({least} numbers), found {len(out)}")
        return out


def read(path: str | Path, *, world: bool = True, fps: float = 30.0) -> Poses:
    """Read a raw .skeleton file: Poses (P, T, 25, 3), one person for each body id, in order of appearance.

    Every body keeps its own frames; it is missing in the others, and frames without bodies are missing altogether (the
    authors' preparation drops those frames instead and closes the gaps). Confidence is 1 for tracked joints, 0.5 for
    inferred ones, 0 for those not tracked. `metadata` has the fields of the file name (setup, camera, performer,
    replication, action) and the joints' places in the colour image, `colour_xy` (P, T, 25, 2).

    Args:
        world: turn from the Kinect's frame (y up, z away from it) by half a turn about y, so that a person facing the
            Kinect faces +z with the left side at +x; False keeps the file's numbers.
        fps: 30 for the Kinect.

    Raises:
        FormatError: naming the line.
    """
    path = Path(path)
    lines = _Lines(path)
    total = lines.count("the number of frames", 1_000_000)
    seen: dict[int, dict[int, np.ndarray]] = {}
    for t in range(total):
        for _ in range(lines.count("the number of bodies", 100)):
            head = lines.fields("a body's header")
            if not head[0].isdecimal() or len(head[0]) > 18:
                raise lines.error(f"expected a body's id, found {head[0][:40]!r}")
            joints = lines.count("the number of joints", 1000)
            if joints != _JOINTS:
                raise lines.error(f"expected {_JOINTS} joints, found {joints}")
            rows = [lines.numbers("a joint", 3) for _ in range(joints)]
            width = len(rows[0])
            if any(len(r) != width for r in rows):
                raise lines.error("the joints of this body differ in how many numbers they have")
            body = np.full((_JOINTS, 12), np.nan)
            body[:, : min(width, 12)] = np.array(rows)[:, :12]
            seen.setdefault(int(head[0]), {})[t] = body
    if not seen:
        raise FormatError(path, "nobody in this file: no frame has a body")
    table = np.full((len(seen), total, _JOINTS, 12), np.nan)
    for p, frames in enumerate(seen.values()):
        for t, body in frames.items():
            table[p, t] = body
    x, state = table[..., :3], table[..., 11]
    confidence = np.where(np.isnan(state), 1.0, state / 2).clip(0, 1)
    x[(confidence == 0) & (x == 0).all(-1)] = np.nan
    x[~(np.abs(x) < 1e6)] = np.nan
    metadata: dict[str, Any] = {"colour_xy": table[..., 5:7].astype(np.float32)}
    if name := re.search(r"S(\d{3})C(\d{3})P(\d{3})R(\d{3})A(\d{3})", path.stem):
        metadata |= dict(zip(("setup", "camera", "performer", "replication", "action"), map(int, name.groups())))
    return Poses(
        torch.from_numpy((x * _TURN if world else x).astype(np.float32)),
        skeleton("ntu25"),
        fps,
        torch.from_numpy(confidence.astype(np.float32)),
        torch.tensor(list(seen)),
        name=path.stem,
        metadata=metadata,
    )


def write(value: Any, path: str | Path, *, world: bool = True) -> None:
    """Write Poses of 25 joints (or the joints of a Motion) as .skeleton text, which :func:`read` gives back exactly.

    Joints of other sets are mapped by their anatomy. `world=False` writes the numbers as they are. A body with no
    known joint in a frame is left out there; single missing joints are zeros that are not tracked. Orientations are
    not known and written as 0.
    """
    path = Path(path)
    if isinstance(value, Motion):
        value = value.poses()
    if not isinstance(value, Poses) or value.dims != 3:
        raise FormatError(path, "a .skeleton file holds a motion or 3D poses")
    poses = value if value.skeleton.joints == skeleton("ntu25").joints else value.map_to(skeleton("ntu25"))
    x = poses.positions.cpu().double().numpy() * (_TURN if world else 1.0)
    state = np.rint(poses.confidence.cpu().numpy() * 2)
    colour = np.asarray(poses.metadata.get("colour_xy", np.zeros((*x.shape[:3], 2))))
    if colour.shape != (*x.shape[:3], 2):
        colour = np.zeros((*x.shape[:3], 2))
    out = [str(poses.num_frames)]
    for t in range(poses.num_frames):
        present = [p for p in range(poses.num_people) if np.isfinite(x[p, t]).all(-1).any()]
        out.append(str(len(present)))
        for p in present:
            out += [f"{int(poses.ids[p])} 0 1 1 0 0 0 0 0 2", str(_JOINTS)]
            for j in range(_JOINTS):
                xyz = x[p, t, j] if np.isfinite(x[p, t, j]).all() else np.zeros(3)
                uv = [v if math.isfinite(v) else 0.0 for v in colour[p, t, j]]
                out.append(" ".join(f"{v:.9g}" for v in (*xyz, 0, 0, *uv, 0, 0, 0, 0)) + f" {int(state[p, t, j])}")
    with atomic(path) as temporary:
        temporary.write_text("\n".join(out) + "\n", encoding="ascii")
