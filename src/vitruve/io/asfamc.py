"""Acclaim: a skeleton of bones (.asf) and their joint angles over time (.amc), as CMU's database has them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.io.bvh import MAX_JOINTS, as_motion
from vitruve.io.files import atomic, read_text
from vitruve.io.units import body_size, guess_units, metres

_LINK = "_link"  # a rigid bone that only carries the joint of the rest of its name to its place
_PERSON = (0.75, 2.3)  # metres from ankle to head


@dataclass
class _Bone:
    direction: tuple[float, ...] = (0.0, 0.0, 0.0)
    length: float = 0.0
    axis: tuple[float, ...] = (0.0, 0.0, 0.0)
    order: str = "xyz"
    dof: list[str] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class _Asf:
    """An .asf as it stands in the file: its units, bones and hierarchy."""

    path: Path
    length: float = 1.0
    degrees: bool = True
    root: _Bone = field(default_factory=lambda: _Bone(dof=["tx", "ty", "tz", "rx", "ry", "rz"]))
    position: tuple[float, ...] = (0.0, 0.0, 0.0)
    bones: dict[str, _Bone] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)


def read(path: str | Path, *, asf: str | Path | None = None, fps: float | None = None, units: str | float | None = None) -> Motion:
    """Read an .amc with its .asf, or an .asf alone as a motion of one frame at rest.

    Args:
        path: the .amc or .asf.
        asf: the skeleton of an .amc; by default the .asf of the same name beside it, else of the subject ("02" of
            "02_01"), else the only one in the folder.
        fps: frames per second; the format does not say, CMU's are mostly 120. By default what `write` leaves in a remark, else 120.
        units: of lengths, as for BVH; by default the .asf's own (inches divided by its `length`), or, where a
            body would not have the size of a person then, the unit in which it has.

    Returns:
        Motion in metres. The joint named after a bone stands at the bone's base, where it turns ("lfemur" is
        the hip); the free end of a last bone is a joint "<bone>_end". `metadata` keeps what the .asf says of each
        joint: "axis" (degrees, with the order), "dof" and "limits" (degrees).

    Raises:
        FormatError: naming the line, what was found and what was expected.
    """
    path = Path(path)
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise OptionError(f"fps={fps!r}: expected a positive number")
    if path.suffix.lower() == ".asf":
        rig, frames = _read_asf(path), None
    else:
        rig = _read_asf(Path(asf) if asf is not None else _beside(path))
        frames = _read_amc(path, rig)
    fps = fps or _rate(path)
    try:
        return _motion(path, rig, frames, fps, units)
    except FormatError:
        raise
    except VitruveError as e:
        raise FormatError(path, str(e)) from None


def _rate(path: Path) -> float:
    """Frames per second as `write` puts them in a remark (for an .asf alone: it has none)."""
    with path.open(encoding="utf-8", errors="replace") as file:
        found = re.search(r"^# fps ([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*$", file.read(4096), re.M)
    return (float(found[1]) if found else 0.0) or 120.0


def _beside(path: Path) -> Path:
    """The .asf that belongs to an .amc."""
    found = {p.stem.lower(): p for p in sorted(path.parent.iterdir()) if p.suffix.lower() == ".asf"}
    for stem in (path.stem.lower(), path.stem.lower().split("_")[0]):
        if stem in found:
            return found[stem]
    if len(found) == 1:
        return next(iter(found.values()))
    names = " or ".join(dict.fromkeys(f"{stem}.asf" for stem in (path.stem, path.stem.split("_")[0])))
    raise FormatError(path, f"its skeleton is not beside it: expected {names}, found {len(found)} others; asf= names it")


class _Reader:
    """Lines of a file without comments and blanks, and numbers that complain with their line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = [(i, words) for i, line in enumerate(read_text(path).splitlines(), start=1) if (words := line.split("#")[0].split())]

    def error(self, message: str, line: int | None) -> FormatError:
        return FormatError(self.path, message, line=line)

    def numbers(self, words: list[str], count: int, what: str, line: int) -> tuple[float, ...]:
        return _numbers(self.path, words, count, what, line)


def _numbers(path: Path, words: list[str], count: int, what: str, line: int) -> tuple[float, ...]:
    found = " ".join(words)[:60]
    if len(words) != count:
        raise FormatError(path, f"{what}: expected {count} numbers, found {len(words)}", line=line)
    try:
        values = tuple(map(float, words))
    except ValueError:
        raise FormatError(path, f"{what}: expected {count} numbers, found {found!r}", line=line) from None
    if not all(map(math.isfinite, values)):
        raise FormatError(path, f"{what}: expected finite numbers, found {found!r}", line=line)
    return values


def _read_asf(path: Path) -> _Asf:
    text = _Reader(path)
    rig = _Asf(path)
    section = ""
    bone: _Bone | None = None
    name = ""
    for number, words in text.lines:
        key = words[0].lower()
        if key.startswith(":"):
            section = key[1:]
        elif section == "units":
            if key == "length":
                (rig.length,) = text.numbers(words[1:], 1, "length", number)
                if rig.length <= 0:
                    raise text.error(f"length: expected a positive number, found {words[1]}", number)
            elif key == "angle":
                rig.degrees = _is_degrees(text, words, number)
        elif section == "root":
            if key == "order":
                rig.root.dof = [w.lower() for w in words[1:]]
                _check_dof(text, rig.root.dof, number)
            elif key == "axis":
                rig.root.order = _axis_order(text, words[1:], number)
            elif key == "position":
                rig.position = text.numbers(words[1:], 3, "position", number)
            elif key == "orientation":
                rig.root.axis = text.numbers(words[1:], 3, "orientation", number)
        elif section == "bonedata":
            if key == "begin":
                bone, name = _Bone(), ""
            elif bone is None:
                raise text.error(f"bonedata: expected 'begin', found {words[0]!r}", number)
            elif key == "end":
                if not name:
                    raise text.error("a bone without a name", number)
                if name in rig.bones or name == "root":
                    raise text.error(f"bone {name!r} appears twice", number)
                if len(rig.bones) >= MAX_JOINTS:
                    raise text.error(f"more than {MAX_JOINTS} bones", number)
                rig.bones[name], bone = bone, None
            elif key == "name":
                name = " ".join(words[1:])
            elif key == "direction":
                bone.direction = text.numbers(words[1:], 3, "direction", number)
            elif key == "length":
                (bone.length,) = text.numbers(words[1:], 1, "length", number)
            elif key == "axis":
                bone.axis = text.numbers(words[1:4], 3, "axis", number)
                bone.order = _axis_order(text, words[4:], number)
            elif key == "dof":
                bone.dof = [w.lower() for w in words[1:]]
                _check_dof(text, bone.dof, number)
                if any(d[0] != "r" for d in bone.dof):
                    raise text.error(f"bone {name!r} moves along {' '.join(bone.dof)}; only rotations rx ry rz can be read", number)
            elif key == "limits" or key.startswith("("):
                pair = re.sub(r"[(),]", " ", " ".join(words[1:] if key == "limits" else words)).split()
                if len(pair) == 2:
                    try:
                        bone.limits.append((float(pair[0]), float(pair[1])))
                    except ValueError:
                        raise text.error(f"limits: expected two numbers, found {' '.join(pair)[:60]!r}", number) from None
        elif section == "hierarchy" and key not in ("begin", "end"):
            parent, children = words[0], words[1:]
            if parent != "root" and parent not in rig.bones:
                raise text.error(f"hierarchy: no bone {parent!r}", number)
            for child in children:
                if child not in rig.bones:
                    raise text.error(f"hierarchy: no bone {child!r}", number)
                if child in rig.parents:
                    raise text.error(f"hierarchy: bone {child!r} has two parents", number)
                rig.parents[child] = parent
    if bone is not None:
        raise text.error("the file ends inside a bone", text.lines[-1][0] if text.lines else None)
    if not rig.bones:
        raise text.error("no bones: expected a :bonedata section", None)
    for bone_name in rig.bones:
        if bone_name not in rig.parents:
            raise text.error(f"bone {bone_name!r} is not in the hierarchy", None)
    return rig


def _is_degrees(text: _Reader, words: list[str], line: int) -> bool:
    found = words[1].lower() if len(words) > 1 else ""
    if found[:3] not in ("deg", "rad"):
        raise text.error(f"angle: expected deg or rad, found {found!r}", line)
    return found.startswith("deg")


def _axis_order(text: _Reader, words: list[str], line: int) -> str:
    order = "".join(words).lower()
    if sorted(order) != ["x", "y", "z"]:
        raise text.error(f"axis: expected an order like XYZ, found {' '.join(words)[:40]!r}", line)
    return order


def _check_dof(text: _Reader, dof: list[str], line: int) -> None:
    known = {f"{kind}{axis}" for kind in "rt" for axis in "xyz"} | {"l"}
    if len(set(dof)) != len(dof) or not set(dof) <= known:
        raise text.error(f"degrees of freedom: expected some of rx ry rz tx ty tz, each once, found {' '.join(dof)[:60]!r}", line)


def _read_amc(path: Path, rig: _Asf) -> dict[str, np.ndarray]:
    """Channel values (T, number of degrees of freedom) of the root and each bone that moves, angles in radians."""
    widths = {"root": len(rig.root.dof)} | {name: len(bone.dof) for name, bone in rig.bones.items() if bone.dof}
    values: dict[str, list[str]] = {name: [] for name in widths}
    places: dict[str, list[int]] = {name: [] for name in widths}
    degrees, frame, first, start, number = rig.degrees, 0, 0, 0, 0

    def error(message: str, line: int | None) -> FormatError:
        return FormatError(path, message, line=line)

    def close() -> None:
        for name, rows in values.items():
            if len(rows) != frame:
                raise error(f"frame {first + frame - 1} (from line {start}): expected one line of {name!r}, found {len(rows) - frame + 1}", number)

    for number, line in enumerate(read_text(path).splitlines(), start=1):
        key, *rest = line.split(maxsplit=1) or ("#",)
        if rest and key in values and frame:
            values[key].append(rest[0])
            places[key].append(number)
        elif key[0] == "#":
            continue
        elif key[0] == ":":
            if key.lower() in (":degrees", ":radians"):
                degrees = key.lower() == ":degrees"
        elif not rest and re.fullmatch(r"[0-9]{1,12}", key):
            close()
            if not frame:
                first = int(key)
            elif int(key) != first + frame:
                raise error(f"expected frame {first + frame}, found {key}", number)
            frame, start = frame + 1, number
        elif not frame:
            raise error(f"expected a frame number, found {line.strip()[:40]!r}", number)
        elif key in widths:
            raise error(f"{key}: expected {widths[key]} numbers, found none", number)
        else:
            raise error(f"{'a bone that does not move' if key in rig.bones else 'no such bone'} in {rig.path.name}: {key[:40]!r}", number)
    if not frame:
        raise error("a motion without frames", None)
    close()

    out = {}
    for name, rows in values.items():
        try:
            x = np.loadtxt(rows, dtype=np.float64, comments="#", ndmin=2)
        except ValueError:
            x = np.empty((0, 0))
        if x.shape != (frame, widths[name]) or not np.isfinite(x).all():
            for row, line_number in zip(rows, places[name]):
                _numbers(path, row.split("#")[0].split(), widths[name], name, line_number)
            raise error(f"{name}: expected {widths[name]} numbers in every frame", places[name][0])
        turns = np.array([d[0] == "r" for d in (rig.root.dof if name == "root" else rig.bones[name].dof)])
        out[name] = np.where(turns, x * (math.pi / 180), x) if degrees else x
    return out


def _turn(dof: list[str], values: np.ndarray) -> Tensor:
    """Rotations (T, 4) of angles applied in the order of `dof`, each about a fixed axis."""
    columns = [i for i, d in enumerate(dof) if d[0] == "r"]
    if not columns:
        return rot.identity(len(values), dtype=torch.float64)
    return rot.from_euler("".join(dof[i][1] for i in reversed(columns)), torch.from_numpy(values[:, columns[::-1]]))


def _axes(bone: _Bone, degrees: bool) -> Tensor:
    """The frame (4,) that a bone turns in: its axis angles, applied in their order about fixed axes."""
    angles = np.array([[bone.axis["xyz".index(letter)] for letter in bone.order]]) * (math.pi / 180 if degrees else 1)
    return _turn([f"r{letter}" for letter in bone.order], angles)[0]


def _motion(path: Path, rig: _Asf, frames: dict[str, np.ndarray] | None, fps: float, units: str | float | None) -> Motion:
    children: dict[str, list[str]] = {"root": [], **{name: [] for name in rig.bones}}
    for child in rig.bones:
        children[rig.parents[child]].append(child)
    count = 1 if frames is None else len(frames["root"])
    names, parents, offsets, turns = ["root"], [-1], [np.zeros(3)], []
    tip = {name: np.array(bone.direction) * bone.length for name, bone in rig.bones.items()}
    tip["root"] = np.zeros(3)

    rest_frame = _axes(rig.root, rig.degrees)
    root = frames["root"] if frames else np.zeros((1, len(rig.root.dof)))
    turns.append(rot.multiply(_turn(rig.root.dof, root), rest_frame))
    place = np.tile(np.array(rig.position), (count, 1))
    for i, d in enumerate(rig.root.dof):
        if d[0] == "t":
            place[:, "xyz".index(d[1])] += root[:, i]

    pending = [(name, 0, tip["root"]) for name in reversed(children["root"])]
    while pending:
        name, parent, base = pending.pop()
        bone = rig.bones[name]
        below = children[name]
        if name.endswith(_LINK) and not bone.dof and below == [name[: -len(_LINK)]]:
            pending.append((below[0], parent, base + tip[name]))
            continue
        names.append(name)
        parents.append(parent)
        offsets.append(base)
        here = len(names) - 1
        if frames and bone.dof:
            c = _axes(bone, rig.degrees)
            turns.append(rot.multiply(rot.multiply(c, _turn(bone.dof, frames[name])), rot.inverse(c)))
        else:
            turns.append(rot.identity(count, dtype=torch.float64))
        pending += [(child, here, tip[name]) for child in reversed(below)]
        if not below and tip[name].any():
            names.append(f"{name}_end")
            parents.append(here)
            offsets.append(tip[name])
            turns.append(rot.identity(count, dtype=torch.float64))
    if len(names) <= len(rig.bones) - sum(n.endswith(_LINK) for n in rig.bones):
        raise FormatError(rig.path, "the hierarchy has bones that do not hang from the root")

    skeleton = Skeleton("asf", tuple(names), tuple(parents))
    rest = np.array(offsets)
    scale = 0.0254 / rig.length if units is None else metres(units)
    if units is None:
        units = "cmu" if rig.length == 0.45 else scale
        if not _PERSON[0] <= body_size(skeleton, rest) * scale <= _PERSON[1]:
            units = guess_units(skeleton, rest)
            scale = metres(units)
    moving = {name: bone for name, bone in rig.bones.items() if bone.dof}
    metadata: dict[str, Any] = {
        "units": units,
        "axis": {name: (bone.order, *np.rad2deg(bone.axis).tolist()) if not rig.degrees else (bone.order, *bone.axis) for name, bone in rig.bones.items()},
        "dof": {name: tuple(bone.dof) for name, bone in moving.items()},
        "limits": {name: tuple(bone.limits) for name, bone in moving.items() if len(bone.limits) == len(bone.dof)},
    }
    return Motion(
        torch.stack(turns, 1).float(),
        torch.from_numpy((place * scale).astype(np.float32)),
        torch.from_numpy((rest * scale).astype(np.float32)),
        skeleton,
        fps=fps,
        name=path.stem,
        metadata=metadata,
    )


def write(value: Any, path: str | Path, *, units: str | float = "cmu", precision: int = 6) -> None:
    """Write a Motion (or a BodyMotion) as .amc with its .asf beside it; a path that ends in .asf gets the skeleton alone.

    `units` of lengths as in :func:`vitruve.io.bvh.write`; `precision` digits after the point. Each joint
    keeps the axis that `metadata["axis"]` gives it, else turns about the world's, and is free in all three. An Acclaim
    root has no name (it reads back as "root") and no rest place, and spaces in names become "_". Where the children of a
    joint do not start from one point, rigid bones "<child>_link" lead to them, which `read` takes away again.

    Raises OptionError for bones that stretch and for impossible options.
    """
    path = Path(path)
    motion = as_motion(value, "AMC")
    s = motion.skeleton
    if motion.stretches:
        raise OptionError("Acclaim files cannot hold bones that stretch")
    if len(s.roots) != 1:
        raise OptionError(f"skeleton {s.name!r} has {len(s.roots)} roots; an Acclaim file has one")
    scale = metres(units)
    root = s.roots[0]
    names = ["root" if j == root else re.sub(r"[\s#:]+", "_", name) for j, name in enumerate(s.joints)]
    if len({*names}) != len(names) or "root" in names[:root] + names[root + 1 :]:
        raise OptionError("joint names must differ without spaces, and none but the root may be called 'root'")
    offsets = motion.offsets.detach().cpu().double().numpy() / scale
    turns = (motion.rotations[..., :3] != 0).any(-1).any(0).tolist()
    axes = {j: motion.metadata.get("axis", {}).get(name, ("xyz", 0.0, 0.0, 0.0)) for j, name in enumerate(s.joints)}

    def is_tip(j: int) -> bool:
        p = s.parents[j]
        alone = p not in (-1, root) and len(s.children[p]) == 1 and not s.children[j]
        return alone and s.joints[j] == f"{s.joints[p]}_end" and not turns[j] and bool(offsets[j].any())

    order = [j for j in (root, *(j for level, _ in s.levels for j in level)) if not is_tip(j)]
    moving = [j for j in order if turns[j] and j != root]
    bones: list[str] = []
    hierarchy: dict[str, list[str]] = {}

    def bone(name: str, vector: np.ndarray, j: int | None) -> None:
        length = float(np.linalg.norm(vector))
        direction = vector / length if length else np.array([0.0, 1.0, 0.0])
        letters, *angles = axes[j] if j is not None else ("xyz", 0.0, 0.0, 0.0)
        bones.append(
            f"  begin\n     id {len(bones) + 1}\n     name {name}\n     direction {_join(direction, 9)}\n     length {length:.9g}\n"
            f"     axis {_join(angles, 9)} {letters.upper()}\n"
            + ("    dof rx ry rz\n" + _limits(motion, s.joints[j]) if j in moving and j is not None else "")
            + "  end"
        )

    for j in order:
        kids = s.children[j]
        together = j != root and len(kids) > 0 and bool((offsets[list(kids)] == offsets[kids[0]]).all())
        if j != root:
            bone(names[j], offsets[kids[0]] if together else np.zeros(3), j)
        below = []
        for child in kids:
            if is_tip(child):
                continue
            if together or not offsets[child].any():
                below.append(names[child])
            else:
                below.append(names[child] + _LINK)
                bone(names[child] + _LINK, offsets[child], None)
                hierarchy[names[child] + _LINK] = [names[child]]
        if below:
            hierarchy[names[j]] = below

    rows = "\n".join(f"    {parent} {' '.join(below)}" for parent, below in hierarchy.items())
    asf = (
        f"# written by vitruve\n:version 1.10\n:name {'_'.join((motion.name or s.name).split())}\n"
        f":units\n  mass 1.0\n  length {0.0254 / scale:.9g}\n  angle deg\n"
        ":root\n   order TX TY TZ RX RY RZ\n   axis XYZ\n   position 0 0 0\n   orientation 0 0 0\n"
        ":bonedata\n" + "\n".join(bones) + f"\n:hierarchy\n  begin\n{rows}\n  end\n"
    )  # fmt: skip
    if path.suffix.lower() == ".asf":
        with atomic(path) as temporary:
            temporary.write_text(asf, encoding="utf-8")
        return

    angles: dict[int, np.ndarray] = {}
    for j in (root, *moving):
        q = motion.rotations[:, j].detach().cpu().double()
        if j != root:
            letters, *turn = axes[j]
            c = _axes(_Bone(axis=tuple(turn), order=letters), degrees=True)
            q = rot.multiply(rot.multiply(rot.inverse(c), q), c)
        # rx ry rz about fixed axes are rz ry rx about turning ones
        angles[j] = rot.to_euler("zyx", q).flip(-1).rad2deg().numpy()
    place = motion.translation.detach().cpu().double().numpy() / scale
    # one template for a frame, filled with all its numbers at once
    template = f"%d\nroot {_join(['%'] * 6, precision)}\n" + "".join(f"{names[j]} {_join(['%'] * 3, precision)}\n" for j in moving)
    table = np.concatenate([place, *angles.values()], 1)
    with atomic(path.with_suffix(".asf")) as temporary_asf, atomic(path) as temporary:
        temporary_asf.write_text(asf, encoding="utf-8")
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(f"#!OML:ASF {path.stem}.asf\n# fps {motion.fps:.9f}\n:FULLY-SPECIFIED\n:DEGREES\n")
            for i, row in enumerate(table, start=1):
                file.write(template % (i, *row))


def _join(values: Any, precision: int) -> str:
    """Numbers separated by spaces; '%' stands for a number to be filled in later."""
    return " ".join(f"%.{precision}f" if v == "%" else f"{v:.{precision}g}" for v in values)


def _limits(motion: Motion, joint: str) -> str:
    known = motion.metadata.get("limits", {}).get(joint, ())
    by_axis = dict(zip(motion.metadata.get("dof", {}).get(joint, ()), known))
    pairs = [by_axis.get(d, (-180.0, 180.0)) for d in ("rx", "ry", "rz")]
    return "".join(f"    {'limits' if i == 0 else '      '} ({low:g} {high:g})\n" for i, (low, high) in enumerate(pairs))
