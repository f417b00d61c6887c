"""BVH: a skeleton and its motion as text, any channel order, any unit, written and read at the speed of arrays."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, forward_kinematics
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.io.files import atomic
from vitruve.io.units import guess_units, metres

T = TypeVar("T")

MAX_JOINTS = 10_000
_MAX_LINE = 1 << 20
_BLOCK = 1 << 22
"""Bytes read at once."""
_NUMBERS_PER_BLOCK = 1 << 18
_KERNEL_FROM = 1 << 22
"""Numbers read by one process from which on a compiled kernel reads them: it starts in half a second, and saves 50 ns a number."""
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_STILL = 1e-4  # metres that a bone may vary and still count as rigid
_CHANNELS = {f"{axis}{kind}": (axis, kind) for axis in "xyz" for kind in ("position", "rotation")}


def read(path: str | Path, *, units: str | float | None = None, up: str | None = None, fps: float | None = None) -> Motion:
    """Read a BVH file.

    Args:
        path: the file.
        units: "m", "cm", "mm", "inch", "cmu" (1 / 0.45 inch) or metres in one unit; BVH does not say, so by
            default the unit that gives the body the size of a person is taken.
        up: the file's vertical axis, "y" or "z"; by default z only where the body both rests and is posed along z.
        fps: frames per second, instead of the file's.

    Returns:
        Motion in metres, y up. End sites are joints "<parent>_end"; those of zero length, which only mark a
        leaf, are left out. Position channels of a joint replace its OFFSET, those of the root are added to it where
        the root would otherwise be at the floor (`metadata["root_offset"]`). Bones whose position channels
        vary by more than 0.1 mm stretch, but leading joints with one child that only place the body are
        folded into it, which leaves the world motion of the others as it is (`metadata["folded"]`). A joint
        name that comes again gets a number (`metadata["renamed"]`). `metadata["units"]` says which unit was taken.

    Raises:
        FormatError: naming the line, what was found and what was expected.
        OptionError: for impossible options.
    """
    path = Path(path)
    if up not in (None, "y", "z"):
        raise OptionError(f"up={up!r}: expected 'y', 'z' or None")
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise OptionError(f"fps={fps!r}: expected a positive number")
    if units is not None:
        metres(units)
    with _opened(path) as file:
        text = _Lines(path, file)
        rig = _known_hierarchy(text)
        count, frame_time = _motion_header(text, need_time=fps is None)
        rotations, placed, positions = _frames(text, rig, count)

    metadata: dict[str, Any] = {}
    names, renamed = unique(rig.names)
    if renamed:
        metadata["renamed"] = renamed
    skeleton = _skeleton(names, tuple(rig.parents))
    offsets = np.asarray(rig.offsets, dtype=np.float64)
    scale = None if units is None else metres(units)
    # the root's channels are its path; those of other joints are their bones, which may stretch
    root = positions[:, 0] if placed[:1] == [0] else offsets[:1].astype(np.float32)
    moved = {j: k for k, j in enumerate(placed) if j}
    bones = torch.from_numpy(positions[:, list(moved.values())]).flatten(1)
    mean, (low, high) = bones.mean(0, dtype=torch.float64), torch.aminmax(bones, dim=0)
    offsets[list(moved)] = mean.view(-1, 3).numpy()
    away = torch.maximum(high - mean, mean - low).view(-1, 3).amax(-1).tolist()
    if scale is None:
        units = guess_units(skeleton, offsets)
        scale = metres(units)
    metadata["units"] = units
    translation = torch.from_numpy(root * np.float32(scale)).expand(count, 3)
    rest = torch.from_numpy((offsets * scale).astype(np.float32))
    stretch = {j: torch.from_numpy(positions[:, k] * np.float32(scale)) for (j, k), far in zip(moved.items(), away) if far * scale > _STILL}
    start = rest[0] * torch.tensor([(axis, "position") in rig.channels[0] for axis in "xyz"])
    try:
        skeleton, rotations, translation, rest, stretch = _fold(skeleton, rotations, translation, rest, stretch, metadata)
        if stretch:
            rest = rest.repeat(count, 1, 1)
            for j, x in stretch.items():
                rest[:, j] = x
        rotations, translation, rest = _settled(skeleton, rotations, translation, rest, up, start, metadata)
        return Motion(rotations, translation, rest, skeleton, fps=fps or _rate(frame_time), name=path.stem, metadata=metadata)
    except FormatError:
        raise
    except VitruveError as e:
        raise FormatError(path, str(e)) from None


def _opened(path: Path) -> BinaryIO:
    """A file whose lines end in line feeds, with or without carriage returns before them."""
    file = path.open("rb")
    head = file.read(1 << 12)
    file.seek(0)
    if b"\n" in head or b"\r" not in head:
        return file
    with file:
        return BytesIO(file.read().replace(b"\r", b"\n"))


class _Lines:
    """Lines of a text file with their numbers; every trouble is a FormatError that names one."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self.file, self.number = path, file, 0
        if self._guard(file.read, 3) != codecs.BOM_UTF8:
            file.seek(0)

    def next(self) -> str | None:
        """The next line that is not blank; None at the end."""
        while True:
            line = self._guard(self.file.readline, _MAX_LINE)
            if not line:
                return None
            self.number += 1
            if len(line) >= _MAX_LINE:
                raise self.error(f"a line of more than {_MAX_LINE} characters; is this a BVH file?")
            if not line.isspace():
                return self.decoded(line, self.number)

    def take(self, count: int) -> tuple[bytes, np.ndarray]:
        """(lines as they are, where each ends): as many as a block of bytes holds, but no more than `count`."""
        block = self._guard(self.file.read, _BLOCK)
        if len(block) == _BLOCK:
            block += self._guard(self.file.readline, _BLOCK)
        ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
        if len(ends) > count:
            ends = ends[:count]
            self.file.seek(int(ends[-1]) - len(block), 1)
            block = block[: ends[-1]]
        elif block and not block.endswith(b"\n"):
            ends = np.append(ends, len(block))
        return block, ends

    def decoded(self, line: bytes, number: int) -> str:
        """A line as text."""
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise FormatError(self.path, "not UTF-8 text", line=number) from None

    def _guard(self, read: Callable[[int], T], count: int) -> T:
        try:
            return read(count)
        except OSError as e:
            raise FormatError(self.path, e.strerror or str(e)) from None

    def error(self, message: str) -> FormatError:
        return FormatError(self.path, message, line=self.number)

    def number_in(self, text: str, what: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise self.error(f"{what}: expected a number, found {_short(text)}") from None
        if not math.isfinite(value):
            raise self.error(f"{what}: expected a finite number, found {_short(text)}")
        return value


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")


@dataclass
class _Rig:
    """The HIERARCHY section: one entry per joint, parents first, end sites included."""

    names: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[tuple[float, float, float] | None] = field(default_factory=list)
    channels: list[list[tuple[str, str]]] = field(default_factory=list)
    tips: list[bool] = field(default_factory=list)


_LONGEST_KNOWN = 1 << 18
_RIGS: dict[bytes, tuple[_Rig, int]] = {}
"""The last rigs read, and how many lines each takes: a data set is many files of one."""


def _known_hierarchy(text: _Lines) -> _Rig:
    """The HIERARCHY section with the line MOTION; parsed once where many files share it, byte for byte."""
    start = text.file.tell()
    head = text.file.read(_LONGEST_KNOWN)
    head = head[: head.find(b"\n", head.find(b"\nMOTION") + 1) + 1]
    if head in _RIGS:
        rig, text.number = _RIGS[head]
        text.file.seek(start + len(head))
        return rig
    text.file.seek(start)
    rig = _hierarchy(text)
    if text.file.tell() == start + len(head):
        if len(_RIGS) == 16:
            del _RIGS[next(iter(_RIGS))]
        _RIGS[head] = rig, text.number
    return rig


def _hierarchy(text: _Lines) -> _Rig:
    first = text.next()
    if first is None:
        raise FormatError(text.path, "the file is empty")
    if first.strip().upper() != "HIERARCHY":
        raise text.error(f"expected HIERARCHY, found {_short(first.strip())}")
    rig = _Rig()
    open_joints: list[int] = []
    announced: tuple[str, str] | None = None
    while True:
        line = text.next()
        if line is None:
            raise text.error("the file ends before MOTION")
        words = line.replace("{", " { ").replace("}", " } ").split()
        while words:
            key = words[0].lower()
            if announced and key != "{":
                raise text.error(f"expected '{{' after {announced[0].upper()} {announced[1]}, found {_short(words[0])}")
            if key in ("root", "joint", "end"):
                end = words.index("{") if "{" in words else len(words)
                announced = (key, " ".join(words[1:end]))
                words = words[end:]
                _check_joint(text, rig, open_joints, *announced)
            elif key == "{":
                if announced is None:
                    raise text.error("'{' without a joint before it")
                parent = open_joints[-1] if open_joints else -1
                tip = announced[0] == "end"
                rig.names.append(f"{rig.names[parent]}_end" if tip else announced[1])
                rig.parents.append(parent)
                rig.offsets.append(None)
                rig.channels.append([])
                rig.tips.append(tip)
                open_joints.append(len(rig.names) - 1)
                announced = None
                words = words[1:]
            elif key == "}":
                if not open_joints:
                    raise text.error("'}' without a joint to close")
                done = open_joints.pop()
                if rig.offsets[done] is None:
                    raise text.error(f"joint {rig.names[done]!r} has no OFFSET")
                words = words[1:]
            elif key in ("offset", "channels"):
                if not open_joints:
                    raise text.error(f"{key.upper()} outside a joint")
                used = (_offset if key == "offset" else _channels)(text, rig, open_joints[-1], words)
                words = words[used:]
            elif key == "motion":
                if not rig.names:
                    raise text.error("expected a ROOT joint before MOTION")
                if open_joints:
                    raise text.error(f"expected '}}' to close joint {rig.names[open_joints[-1]]!r}, found MOTION")
                return _without_markers(rig)
            else:
                raise text.error(f"expected ROOT, JOINT, End Site, OFFSET, CHANNELS, a brace or MOTION, found {_short(words[0])}")


def _check_joint(text: _Lines, rig: _Rig, open_joints: list[int], key: str, name: str) -> None:
    if not name:
        raise text.error(f"expected a name after {key.upper()}")
    if key == "root" and rig.names:
        raise text.error(f"a second ROOT, {_short(name)}; a motion has one body")
    if key != "root" and not open_joints:
        raise text.error(f"{key.upper()} {_short(name)} outside the ROOT joint")
    if open_joints and rig.tips[open_joints[-1]]:
        raise text.error(f"{key.upper()} {_short(name)} inside an End Site")
    if len(rig.names) >= MAX_JOINTS:
        raise text.error(f"more than {MAX_JOINTS} joints")


def _offset(text: _Lines, rig: _Rig, joint: int, words: list[str]) -> int:
    if len(words) < 4:
        raise text.error(f"OFFSET: expected 3 numbers, found {len(words) - 1}")
    x, y, z = (text.number_in(w, "OFFSET") for w in words[1:4])
    rig.offsets[joint] = (x, y, z)
    return 4


def _channels(text: _Lines, rig: _Rig, joint: int, words: list[str]) -> int:
    if rig.tips[joint]:
        raise text.error("CHANNELS inside an End Site")
    if rig.channels[joint]:
        raise text.error(f"a second CHANNELS of joint {rig.names[joint]!r}")
    count = words[1] if len(words) > 1 else ""
    if not re.fullmatch(r"[0-6]", count):
        raise text.error(f"CHANNELS: expected a count of 0 to 6, found {_short(count)}")
    found = words[2 : 2 + int(count)]
    if len(found) < int(count):
        raise text.error(f"CHANNELS: expected {count} names, found {len(found)}")
    for word in found:
        if word.lower() not in _CHANNELS:
            raise text.error(f"CHANNELS: expected names like Xposition or Zrotation, found {_short(word)}")
        rig.channels[joint].append(_CHANNELS[word.lower()])
    if len(set(rig.channels[joint])) < int(count):
        raise text.error(f"CHANNELS: one channel twice in {' '.join(found)}")
    return 2 + int(count)


def _without_markers(rig: _Rig) -> _Rig:
    """The rig without end sites of zero length, which only say that a joint is a leaf."""
    keep = [j for j, tip in enumerate(rig.tips) if not (tip and rig.offsets[j] == (0, 0, 0))]
    new = {j: i for i, j in enumerate(keep)} | {-1: -1}
    return _Rig(
        [rig.names[j] for j in keep],
        [new[rig.parents[j]] for j in keep],
        [rig.offsets[j] for j in keep],
        [rig.channels[j] for j in keep],
        [rig.tips[j] for j in keep],
    )


def _motion_header(text: _Lines, need_time: bool) -> tuple[int, float]:
    """(number of frames, seconds per frame)"""
    line = (text.next() or "").strip()
    found = re.fullmatch(r"Frames\s*:\s*([0-9]+)", line, re.I)
    if not found:
        raise text.error(f"expected 'Frames: <count>', found {_short(line)}")
    digits = found[1].lstrip("0")
    if not digits:
        raise text.error("a motion without frames")
    count = int(digits) if len(digits) < 16 else 10**16
    line = (text.next() or "").strip()
    found = re.fullmatch(r"Frame\s+Time\s*:\s*(\S+)", line, re.I)
    if not found:
        raise text.error(f"expected 'Frame Time: <seconds>', found {_short(line)}")
    frame_time = text.number_in(found[1], "Frame Time")
    if need_time and not 1e-6 < frame_time < 1e6:
        raise text.error(f"Frame Time: expected a positive number of seconds, found {found[1]}; fps= overrides it")
    return count, frame_time


def _rate(frame_time: float) -> float:
    """Frames per second; files round the frame time, so that 0.0083333 means 120."""
    rate = 1 / frame_time
    whole = max(round(rate), 1)
    return float(whole) if abs(rate - whole) < 5e-4 * whole else rate


def _frames(text: _Lines, rig: _Rig, count: int) -> tuple[Float[Tensor, "T J 4"], list[int], np.ndarray]:
    """(rotations, joints with position channels, their positions (T, K, 3) in file units), block by block."""
    joints = len(rig.names)
    width = sum(map(len, rig.channels))
    if not width:
        raise text.error("no joint has channels")
    size = text.path.stat().st_size
    if count > size // (2 * width) + 1:
        raise text.error(f"{count} frames of {width} numbers do not fit a file of {size} bytes; is it truncated?")
    if 16 * count * joints > max(1 << 28, 64 * size):
        raise text.error(f"{joints} joints with only {width} channels: too large when unpacked")

    turning: dict[str, tuple[list[int], list[list[int]]]] = {}
    placed: list[int] = []
    places: list[int] = []
    columns: list[int] = []
    column = 0
    for j, channels in enumerate(rig.channels):
        turns = [(axis, column + i) for i, (axis, kind) in enumerate(channels) if kind == "rotation"]
        shifts = [(axis, column + i) for i, (axis, kind) in enumerate(channels) if kind == "position"]
        column += len(channels)
        if turns:
            group = turning.setdefault("".join(axis for axis, _ in turns), ([], []))
            group[0].append(j)
            group[1].append([c for _, c in turns])
        if shifts:
            places += [3 * len(placed) + "xyz".index(axis) for axis, _ in shifts]
            columns += [c for _, c in shifts]
            placed.append(j)

    # joints in a row are written as one slice, which is ten times faster
    groups = {order: (slice(js[0], js[-1] + 1) if js[-1] - js[0] < len(js) else js, torch.tensor(cs)) for order, (js, cs) in turning.items()}
    rotations = rot.identity(count, joints)
    positions = np.empty((count, len(placed), 3), np.float32)
    positions[:] = np.asarray([rig.offsets[j] for j in placed], np.float32).reshape(-1, 3)
    done = 0
    while done < count:
        lines, ends = text.take(count - done)
        if not lines:
            raise text.error(f"expected {count} frames, found {done}; is the file truncated?")
        block = _numbers(text, lines, ends, width)
        text.number += len(ends)
        end = done + len(block)
        for order, (where, chosen) in groups.items():
            angles = torch.from_numpy(block).index_select(1, chosen.flatten()) * (math.pi / 180)
            rotations[done:end, where] = rot.from_euler(order, angles.unflatten(1, chosen.shape))
        positions.reshape(count, -1)[done:end, places] = block[:, columns]
        done = end
    rest = text.next()
    if rest is not None:
        raise text.error(f"expected the end of the file after {count} frames, found {_short(rest.strip())}")
    return rotations, placed, positions


_read_before = 0


def _numbers(text: _Lines, lines: bytes, ends: np.ndarray, width: int) -> np.ndarray:
    """The numbers of some lines, (lines that are not blank, width) float32."""
    global _read_before
    _read_before += len(ends) * width
    if _read_before > _KERNEL_FROM:
        from vitruve.io.decimals import read_lines

        fast = read_lines(lines, ends, width)
        if fast is not None and np.isfinite(fast).all():
            return fast
    decoded = [text.decoded(lines[a:b], text.number + i) for i, (a, b) in enumerate(pairwise((0, *ends.tolist())), start=1)]
    try:
        block = np.loadtxt(decoded, dtype=np.float32, comments=None, ndmin=2) if any(map(str.strip, decoded)) else np.empty((0, width), np.float32)
    except ValueError as e:
        block, trouble = None, str(e)
    if block is not None and block.shape[1] == width and np.isfinite(block).all():
        return block
    for i, line in enumerate(decoded, start=1):
        row = line.split()
        if row and len(row) != width:
            raise FormatError(text.path, f"expected {width} numbers, found {len(row)}", line=text.number + i)
        for word in row:
            try:
                fine = abs(float(word)) <= _FLOAT32_MAX
            except ValueError:
                fine = False
            if not fine:
                raise FormatError(text.path, f"expected a finite number, found {_short(word)}", line=text.number + i)
    raise FormatError(text.path, trouble, line=text.number + 1)


def unique(names: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names that differ: one that comes again gets the next free number, hand, hand_2, hand_3; {new: old}."""
    taken, out, renamed = set(names), [], {}
    seen: dict[str, int] = {}
    for name in names:
        new = name
        if name in seen:
            while new in taken:
                seen[name] += 1
                new = f"{name}_{seen[name]}"
            renamed[new] = name
            taken.add(new)
        else:
            seen[name] = 1
        out.append(new)
    return tuple(out), renamed


@lru_cache(maxsize=16)
def _skeleton(names: tuple[str, ...], parents: tuple[int, ...]) -> Skeleton:
    """A data set is many files of one rig: its names are read once."""
    return Skeleton("bvh", names, parents)


def _fold(
    skeleton: Skeleton, rotations: Tensor, translation: Tensor, rest: Tensor, stretch: dict[int, Tensor], metadata: dict[str, Any]
) -> tuple[Skeleton, Tensor, Tensor, Tensor, dict[int, Tensor]]:
    """Drop leading joints with one child that only place the body; the child takes over their motion."""
    pelvis = skeleton.index("pelvis") if skeleton.has("pelvis") else 0
    above = set(skeleton.chain(pelvis)[:-1])
    root = 0
    while len(skeleton.children[root]) == 1 and (skeleton.children[root][0] in stretch or root in above):
        child = skeleton.children[root][0]
        translation = translation + rot.rotate(rotations[:, root], stretch.pop(child, rest[child].expand_as(translation)))
        rotations[:, child] = rot.normalize(rot.multiply(rotations[:, root], rotations[:, child]))
        rest[child] = rest[child] + rest[root]
        root = child
    if root:
        metadata["folded"] = list(skeleton.joints[:root])
        skeleton = _skeleton(skeleton.joints[root:], (-1, *(p - root for p in skeleton.parents[root + 1 :])))
        return skeleton, rotations[:, root:].contiguous(), translation, rest[root:], {j - root: x for j, x in stretch.items()}
    return skeleton, rotations, translation, rest, stretch


def _settled(
    skeleton: Skeleton, rotations: Tensor, translation: Tensor, rest: Tensor, up: str | None, start: Float[Tensor, "3"], metadata: dict[str, Any]
) -> tuple[Tensor, Tensor, Tensor]:
    """Add the root's OFFSET to its place where the channels count from there, then turn z up to y up.

    Most files give the place of the root itself. Some (Character Creator's) give it relative to OFFSET, the height of the hips
    at rest: told by which of the two puts the feet nearer to the floor.
    """
    top, ankles, feet = _ends(skeleton)
    mean = rest.mean(0) if rest.ndim == 3 else rest
    at_rest = mean.new_zeros(len(skeleton), 3)
    for j in (top, *ankles):
        at_rest[j] = mean[list(skeleton.chain(j))].sum(0)
    may_be_z = up == "z" or (up is None and _along_z(at_rest, top, ankles))
    if not may_be_z and not start[1]:
        return rotations, translation, rest
    some, part = _part(skeleton, (*feet, top) if may_be_z else feet)
    rows = slice(None, None, max(1, len(rotations) // 32))
    bones = rest[rows][:, some] if rest.ndim == 3 else rest[some]
    posed = forward_kinematics(part, rotations[rows][:, some], translation[rows], bones).positions
    z_up = up == "z" or (may_be_z and _along_z(posed, some.index(top), [some.index(a) for a in ankles]))
    vertical = 2 if z_up else 1
    floor = posed[:, [some.index(j) for j in feet], vertical].amin(-1).median()
    if (floor + start[vertical]).abs() < floor.abs():
        metadata["root_offset"] = "added"
        translation = translation + start
    if z_up:
        metadata["up"] = "z"
        turn = rot.about("x", translation.new_tensor(-math.pi / 2))
        # the rest pose turns as well: R becomes Q R Q^-1, which for a quarter turn only exchanges components
        x, y, z, w = rotations.unbind(-1)
        rotations = torch.stack([x, z, -y, w], -1)
        translation, rest = rot.rotate(turn, translation), rot.rotate(turn, rest)
    return rotations, translation, rest


@lru_cache(maxsize=16)
def _ends(skeleton: Skeleton) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The head (or what stands for it, the root where nothing does), the ankles, and what is lowest: the ankles, or any joint where there are none."""
    top = next((skeleton.index(m) for m in ("head", "upper_neck", "neck") if skeleton.has(m)), 0)
    ankles = tuple(skeleton.index(m) for m in ("left_ankle", "right_ankle") if skeleton.has(m))
    return top, ankles, ankles or tuple(range(len(skeleton)))


@lru_cache(maxsize=16)
def _part(skeleton: Skeleton, joints: tuple[int, ...]) -> tuple[list[int], Skeleton]:
    """Some joints and all before them, and their own tree."""
    some = sorted({i for j in joints for i in skeleton.chain(j)})
    return some, Skeleton("part", tuple(skeleton.joints[j] for j in some), tuple(some.index(p) if p >= 0 else -1 for p in (skeleton.parents[j] for j in some)))


def _along_z(positions: Float[Tensor, "*T J 3"], top: int, ankles: Sequence[int]) -> bool:
    """Whether a body stands along z, in the mean over frames; no where its ends are unknown."""
    if not top or not ankles:
        return False
    return bool(rot.normalize(positions[..., top, :] - positions[..., list(ankles), :].mean(-2))[..., 2].mean() > 0.7)


def write(value: Any, path: str | Path, *, order: str = "zxy", units: str | float = "cm", precision: int = 6) -> None:
    """Write a Motion (or a BodyMotion) as BVH.

    Args:
        value: the motion. Bones that stretch get position channels.
        path: the file.
        order: Euler order of the rotation channels, three different letters.
        units: of lengths in the file: "m", "cm", "mm", "inch", "cmu" or metres in one unit.
        precision: digits after the point.

    A leaf "<parent>_end" that never turns becomes an End Site; other leaves get one of zero length, as the format wants.
    The root's OFFSET is zero and its channels are its place in the world, which every program reads alike.

    Raises:
        OptionError: for impossible options, or a value without rotations.
    """
    motion = as_motion(value, "BVH")
    if sorted(order.lower()) != ["x", "y", "z"]:
        raise OptionError(f"order={order!r}: expected x, y and z in some order, like 'zxy'")
    if not 0 <= precision <= 12:
        raise OptionError(f"precision={precision!r}: expected 0 to 12")
    s = motion.skeleton
    if len(s.roots) != 1:
        raise OptionError(f"skeleton {s.name!r} has {len(s.roots)} roots; a BVH file has one")
    if not len(motion):
        raise OptionError("a motion without frames cannot be written as BVH")
    scale = metres(units)
    root = s.roots[0]
    lines = motion.rest_offsets.detach().cpu().double() / scale
    stretching = (motion.offsets != motion.offsets[:1]).any(-1).any(0).tolist() if motion.stretches else [False] * len(s)
    turns = (motion.rotations[..., :3] != 0).any(-1).any(0).tolist()

    def is_tip(j: int) -> bool:
        return (
            j != root
            and s.joints[j] == f"{s.joints[s.parents[j]]}_end"
            and not (s.children[j] or turns[j] or stretching[j])
            and any(round(x, precision) for x in lines[j].tolist())
        )

    out = ["HIERARCHY"]
    joints: list[int] = []
    rotation = " ".join(f"{c.upper()}rotation" for c in order.lower())
    position = "Xposition Yposition Zposition"
    pending: list[tuple[int, int | str]] = [(0, root)]
    while pending:
        depth, item = pending.pop()
        pad = "  " * depth
        if isinstance(item, str):
            out.append(pad + item)
            continue
        tip = is_tip(item)
        x, y, z = (0.0, 0.0, 0.0) if item == root else lines[item].tolist()
        out += [
            pad + ("End Site" if tip else f"{'ROOT' if item == root else 'JOINT'} {_plain(s.joints[item])}"),
            pad + "{",
            f"{pad}  OFFSET {x:.{precision}f} {y:.{precision}f} {z:.{precision}f}",
        ]
        pending.append((depth, "}"))
        if tip:
            continue
        six = item == root or stretching[item]
        joints.append(item)
        out.append(f"{pad}  CHANNELS {f'6 {position} {rotation}' if six else f'3 {rotation}'}")
        if s.children[item]:
            pending += [(depth + 1, child) for child in reversed(s.children[item])]
        else:
            out += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {0:.{precision}f} {0:.{precision}f} {0:.{precision}f}", f"{pad}  }}"]
    out += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / motion.fps:.10g}"]

    with atomic(path) as temporary, temporary.open("wb") as file:
        file.write("\n".join(out).encode())
        width = 3 * len(joints)
        for start in range(0, len(motion), rows := max(1, _NUMBERS_PER_BLOCK // width)):
            part = motion[start : start + rows]
            angles = rot.to_euler(order, part.rotations[:, joints].detach().cpu().double()) * (180 / math.pi)
            columns: list[Tensor] = []
            for k, j in enumerate(joints):
                if j == root:
                    columns.append(part.translation.detach().cpu().double() / scale)
                elif stretching[j]:
                    columns.append(part.offsets[:, j].detach().cpu().double() / scale)
                columns.append(angles[:, k])
            file.write(_text(torch.cat(columns, -1).numpy(), precision))
        file.write(b"\n")


def as_motion(value: Any, format_name: str) -> Motion:
    """The Motion of a Motion or BodyMotion; OptionError says what a format cannot hold."""
    if not isinstance(value, Motion) and isinstance(getattr(value, "motion", None), Motion):
        value = value.motion
    if not isinstance(value, Motion):
        raise OptionError(f"{format_name} holds joint rotations: expected a Motion, found {type(value).__name__} (fit() makes one from positions)")
    return value


def _plain(name: str) -> str:
    """A joint name that the format can hold: no braces, no line breaks."""
    return re.sub(r"[{}\s]+", " ", name).strip() or "joint"


def _text(x: np.ndarray, precision: int) -> bytes:
    """Numbers (N, C) as text, each row on a new line: digits are computed for all numbers at once."""
    whole = np.rint(np.abs(x) * 10.0**precision)
    if not whole.max(initial=0) < 2**63:
        raise OptionError(f"a number of {np.abs(x).max():g} is too large to be written with {precision} digits after the point")
    rest = whole.astype(np.int64)
    digits = max(len(str(int(rest.max(initial=0)))), precision + 1)
    # columns: separator, sign, digits before the point, point, digits after it
    chars = np.empty((*x.shape, 3 + digits), np.uint8)
    keep = np.ones(chars.shape, bool)
    chars[..., 0] = ord(" ")
    chars[:, 0, 0] = ord("\n")
    chars[..., 1] = ord("-")
    keep[..., 1] = (x < 0) & (rest > 0)
    point = 2 + digits - precision
    chars[..., point] = ord(".")
    keep[..., point] = precision > 0
    for place in range(digits):
        column = 2 + digits - place - (place >= precision)
        if place > precision:
            keep[..., column] = rest > 0
        rest, digit = np.divmod(rest, 10)
        chars[..., column] = digit + 48
    return chars[keep].tobytes()
