"""Joint angles by clinical and ISB convention, in degrees, from the motion of any rig.

Segments turn from one shared neutral pose (standing, arms hanging, palms to the thighs), where every angle is
zero. Pelvis, trunk, neck, hip, knee and ankle are Cardan angles about the lateral axis of the proximal segment,
a floating axis and the long axis of the distal one (Grood & Suntay 1983; Wu et al. 2002); the pelvis in the lab
is rotation, obliquity, tilt (Baker 2001). The shoulder is elevation and its plane (Wu et al. 2005), the
components of that swing (Woltring 1994) and the axial rotation left over, undefined
only straight overhead. Forearm and wrist are read from bone and hand, so it does not matter which joint of the rig
carries the pronation. :data:`DEFINITIONS` says what each number means.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.calibration import calibrated_reference
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.core.timeline import by_blocks
from vitruve.errors import OptionError, SkeletonError
from vitruve.io.files import atomic
from vitruve.io.mot import Table

_LOCK = 85.0
"""A Cardan sequence whose middle angle exceeds this (degrees) says nothing reliable of the other two."""
_UPRIGHT = 5.0
"""A plane of elevation needs an arm this far (degrees) from hanging and from overhead."""


class Definition(NamedTuple):
    """What an angle means: the axis it turns about and what positive values are. Sided angles carry left_ or right_."""

    name: str
    axis: str
    positive: str
    sided: bool = False


_LATERAL, _FLOATING, _LONG = "lateral axis of the proximal segment", "floating axis (forward when the others are zero)", "long axis of the distal segment"
DEFINITIONS: tuple[Definition, ...] = (
    Definition("pelvis_tilt", "lateral axis of the pelvis", "anterior: its top leans forward"),
    Definition("pelvis_obliquity", "forward axis of the pelvis, level", "left side up"),
    Definition("pelvis_rotation", "vertical", "turned to the left; zero is the mean direction of the clip"),
    Definition("trunk_flexion", "lateral axis of the pelvis", "thorax leans forward of the pelvis"),
    Definition("trunk_bending", _FLOATING, "to the left"),
    Definition("trunk_rotation", "long axis of the thorax", "to the left"),
    Definition("neck_flexion", "lateral axis of the thorax", "head leans forward of the thorax"),
    Definition("neck_bending", _FLOATING, "to the left"),
    Definition("neck_rotation", "long axis of the head", "to the left"),
    Definition("hip_flexion", _LATERAL, "flexion: thigh forward", True),
    Definition("hip_adduction", _FLOATING, "adduction: thigh towards the midline", True),
    Definition("hip_rotation", _LONG, "internal", True),
    Definition("knee_flexion", _LATERAL, "flexion: shank backward", True),
    Definition("knee_adduction", _FLOATING, "adduction (varus): shank towards the midline", True),
    Definition("knee_rotation", _LONG, "internal", True),
    Definition("ankle_dorsiflexion", _LATERAL, "dorsiflexion: toes up", True),
    Definition("ankle_inversion", _FLOATING, "inversion: sole towards the midline", True),
    Definition("ankle_rotation", _LONG, "internal: toes towards the midline", True),
    Definition("shoulder_elevation", "square to arm and thorax", "angle of the arm from hanging, 0 to 180", True),
    Definition("shoulder_plane", "long axis of the thorax", "0 raises to the side, 90 forward; NaN within 5 degrees of hanging or overhead", True),
    Definition("shoulder_flexion", "lateral axis of the thorax", "forward part of the elevation (elevation * sin plane)", True),
    Definition("shoulder_abduction", "forward axis of the thorax", "sideward part of the elevation (elevation * cos plane)", True),
    Definition("shoulder_rotation", "long axis of the upper arm", "internal, over what raising the arm straight gives (ISB: axial rotation + plane)", True),
    Definition("elbow_flexion", "lateral axis of the upper arm", "flexion", True),
    Definition("elbow_valgus", _FLOATING, "carrying angle: forearm away from the midline", True),
    Definition("forearm_pronation", "long axis of the forearm", "pronation; zero with the thumb forward, arm hanging", True),
    Definition("wrist_flexion", "forward axis of the hand", "flexion: towards the palm", True),
    Definition("wrist_deviation", "lateral axis of the forearm", "ulnar", True),
)


class Range(NamedTuple):
    """Of one angle over a clip, degrees: least, greatest, their difference, mean."""

    min: float
    max: float
    range: float
    mean: float


class RangeOfMotion(dict[str, Range]):
    """Angle name -> Range, degrees."""

    def rows(self) -> list[tuple[str, float, float, float, float]]:
        """(angle, min, max, range, mean) of each angle."""
        return [(name, *r) for name, r in self.items()]

    def to_csv(self, path: str | Path) -> None:
        """Write one row per angle, in degrees; angles that are nowhere defined have empty cells."""
        _write_csv(path, ["angle", *(f"{f}_deg" for f in Range._fields)], ([name, *map(_cell, row)] for name, *row in self.rows()))


@dataclass(frozen=True, eq=False)
class Angles:
    """Named angles over time: `values` (T, N) in DEGREES, the clinical unit (everything else in vitruve is radians).

    NaN where an angle has no meaning: the outer two of a Cardan sequence within 5 degrees of gimbal lock, the
    plane of elevation of a hanging arm.
    """

    names: tuple[str, ...]
    values: Float[Tensor, "T N"]
    fps: float

    def column(self, name: str) -> Float[Tensor, " T"]:
        """One angle over time; OptionError lists the names there are."""
        if name not in self.names:
            raise OptionError(f"no angle {name!r}; there are: {', '.join(self.names)}")
        return self.values[:, self.names.index(name)]

    def range_of_motion(self) -> RangeOfMotion:
        """Least, greatest, range and mean of every angle, over the frames where it is defined (NaN where there is none)."""
        out = RangeOfMotion()
        for name, column in zip(self.names, self.values.T):
            known = column[column.isfinite()]
            low, high, mean = (known.min().item(), known.max().item(), known.mean().item()) if len(known) else (np.nan,) * 3
            out[name] = Range(low, high, high - low, mean)
        return out

    def to_table(self) -> Table:
        """As a table of degrees with a column of time (s), for .mot and .sto files."""
        time = np.arange(len(self.values)) / self.fps
        return Table(("time", *self.names), np.column_stack([time, self.values.detach().cpu().double().numpy()]), in_degrees=True, name="Coordinates")

    def to_csv(self, path: str | Path) -> None:
        """Write `time` (s) and one column per angle (`*_deg`); undefined values are empty."""
        rows = ([f"{frame / self.fps:.6g}", *map(_cell, row.tolist())] for frame, row in enumerate(self.values.detach().cpu().numpy()))
        _write_csv(path, ["time", *(f"{n}_deg" for n in self.names)], rows)


def _cell(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else ""


def _write_csv(path: str | Path, header: list[str], rows: Iterable[list[str]]) -> None:
    with atomic(path) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def joint_angles(motion: Motion) -> Angles:
    """Clinical angles of every joint that the rig has; see DEFINITIONS for signs and axes.

    Raises SkeletonError where the rig lacks hips or shoulders, or a trunk. Joints without landmarks are left out.
    """
    skeleton = motion.skeleton
    segments = _segments(motion)
    columns = dict(_trunk_angles(skeleton, segments))
    for side in ("left", "right"):
        limb = _Side(skeleton, motion, segments, side)
        columns |= {f"{side}_{n}": v for n, v in (*limb.leg(), *limb.arm())}
    if not columns:
        raise SkeletonError(f"skeleton {skeleton.name!r} has no joint between two known segments; it has: {', '.join(skeleton.joints[:60])}")
    order = [f"{side}{d.name}" for side in ("", "left_", "right_") for d in DEFINITIONS if d.sided == bool(side)]
    names = tuple(n for n in order if n in columns)
    # where an arm goes is a direction, not a turn: its plane flips as it swings past the thigh, and both parts do overhead
    direction = ("shoulder_plane", "shoulder_flexion", "shoulder_abduction")
    values = np.stack([columns[n].cpu().numpy() if n.endswith(direction) else _unwrap(columns[n].cpu().numpy()) for n in names], -1)
    return Angles(names, torch.from_numpy(values).to(motion.rotations), motion.fps)


def bend_angles(motion: Motion) -> Angles:
    """Angles between bones at knees and elbows from positions alone, 0 when straight: a cross-check of *_flexion."""
    x = motion.to(torch.float64).positions()
    names, values = [], []
    for side in ("left", "right"):
        for joint, line in (("knee", ("hip", "knee", "ankle")), ("elbow", ("shoulder", "elbow", "wrist"))):
            marks = [f"{side}_{m}" for m in line]
            if motion.skeleton.has(*marks):
                a, b, c = (x[:, motion.skeleton.index(m)] for m in marks)
                u, v = b - a, c - b
                names.append(f"{side}_{joint}_bend")
                values.append(torch.atan2(torch.linalg.cross(u, v).norm(dim=-1), (u * v).sum(-1)).rad2deg())
    if not names:
        raise SkeletonError(f"skeleton {motion.skeleton.name!r} has no knee or elbow between two known joints")
    return Angles(tuple(names), torch.stack(values, -1).to(motion.rotations), motion.fps)


def _cardan(order: str, q: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Intrinsic angles in degrees; the outer two are NaN near gimbal lock."""
    first, middle, third = rot.to_euler(order, q).rad2deg().unbind(-1)
    locked = middle.abs() > _LOCK
    return first.masked_fill(locked, torch.nan), middle, third.masked_fill(locked, torch.nan)


def _segments(motion: Motion) -> dict[int, Tensor]:
    """World rotations (T, 4) from the T-pose, float64, of the joints that angles are read from."""
    skeleton = motion.skeleton
    limbs = [f"{side}_{m}" for side in ("left", "right") for m in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist", "hand")]
    joints = {_meeting(skeleton, "hip"), _meeting(skeleton, "shoulder"), _head(skeleton), *(skeleton.index(m) for m in limbs if skeleton.has(m))}
    kept = sorted(j for j in joints if j is not None)
    back = rot.inverse(calibrated_reference(motion, torch.float64))[kept]
    turned = by_blocks(lambda part: (rot.multiply(motion[part].to(torch.float64).fk().rotations[:, kept], back),), len(motion))[0]
    return dict(zip(kept, turned.unbind(1)))


def _head(skeleton: Skeleton) -> int | None:
    return next((skeleton.index(m) for m in ("head", "upper_neck", "neck") if skeleton.has(m)), None)


def _meeting(skeleton: Skeleton, part: str) -> int | None:
    """The joint that carries the left and the right one of a pair."""
    if not skeleton.has(f"left_{part}", f"right_{part}"):
        return None
    left, right = (skeleton.chain(skeleton.index(f"{side}_{part}"))[:-1] for side in ("left", "right"))
    shared = [j for j in left if j in right]
    return shared[-1] if shared else None


def _trunk_angles(skeleton: Skeleton, segments: dict[int, Tensor]) -> Iterator[tuple[str, Tensor]]:
    pelvis, thorax = _meeting(skeleton, "hip"), _meeting(skeleton, "shoulder")
    if pelvis is not None:
        turned = segments[pelvis]
        forward = rot.rotate(turned, turned.new_tensor([0, 0, 1])).mean(0)
        level = rot.about("y", -torch.atan2(forward[0], forward[2]))
        rotation, obliquity, tilt = _cardan("yzx", rot.multiply(level, turned))
        yield from (("pelvis_tilt", tilt), ("pelvis_obliquity", obliquity), ("pelvis_rotation", rotation))
    head = _head(skeleton)
    for name, below, above in (("trunk", pelvis, thorax), ("neck", thorax, head)):
        if below is not None and above is not None and below != above:
            flexion, bending, rotation = _cardan("xzy", rot.multiply(rot.inverse(segments[below]), segments[above]))
            yield from ((f"{name}_flexion", flexion), (f"{name}_bending", -bending), (f"{name}_rotation", rotation))


class _Side:
    """One side's limbs. A mirror keeps turns about x and reverses those about y and z: so do the signs here."""

    def __init__(self, skeleton: Skeleton, motion: Motion, segments: dict[int, Tensor], side: str) -> None:
        self.skeleton, self.motion, self.segments = skeleton, motion, segments
        self.side, self.sign = side, -1.0 if side == "left" else 1.0
        # from arms hanging to the T-pose that segments are relative to
        self.raised = rot.about("z", torch.tensor(-self.sign * torch.pi / 2, dtype=torch.float64, device=motion.rotations.device))

    def _segment(self, mark: str) -> Tensor | None:
        """World rotations of a limb segment from the neutral pose; None if the rig has no such joint, or one that never can turn."""
        name = f"{self.side}_{mark}"
        if not self.skeleton.has(name):
            return None
        j = self.skeleton.index(name)
        if not self.skeleton.children[j] and bool((self.motion.rotations[:, j, 3].abs() > 1 - 1e-7).all()):
            return None
        arm = mark in ("shoulder", "elbow", "wrist", "hand")
        return rot.multiply(self.segments[j], self.raised) if arm else self.segments[j]

    def _parent(self, pair: str) -> Tensor | None:
        j = _meeting(self.skeleton, pair)
        return None if j is None else self.segments[j]

    def _hand(self) -> Tensor | None:
        """The palm: a hand joint that carries fingers (some rigs give the wrist the forearm's turn only), else the wrist."""
        name = f"{self.side}_hand"
        carries = self.skeleton.has(name) and self.skeleton.children[self.skeleton.index(name)]
        return self._segment("hand" if carries else "wrist")

    def leg(self) -> Iterator[tuple[str, Tensor]]:
        line = [self._parent("hip"), self._segment("hip"), self._segment("knee"), self._segment("ankle")]
        names = (
            ("hip_flexion", -1, "hip_adduction", "hip_rotation"),
            ("knee_flexion", 1, "knee_adduction", "knee_rotation"),
            ("ankle_dorsiflexion", -1, "ankle_inversion", "ankle_rotation"),
        )
        for proximal, distal, (first, sign, second, third) in zip(line, line[1:], names):
            if proximal is not None and distal is not None:
                x, z, y = _cardan("xzy", rot.multiply(rot.inverse(proximal), distal))
                yield from ((first, sign * x), (second, self.sign * z), (third, self.sign * y))

    def arm(self) -> Iterator[tuple[str, Tensor]]:
        thorax, upper, fore, hand = self._parent("shoulder"), self._segment("shoulder"), self._segment("elbow"), self._hand()
        down = self.raised.new_tensor([0, -1, 0])
        if thorax is not None and upper is not None:
            turn = rot.multiply(rot.inverse(thorax), upper)
            arm = rot.rotate(turn, down)
            side, forward = -self.sign * arm[:, 0], arm[:, 2]
            out = torch.hypot(side, forward)
            elevation = torch.atan2(out, -arm[:, 1]).rad2deg()
            plane = torch.atan2(forward, side)
            axial = rot.multiply(rot.inverse(rot.between(down.expand_as(arm), arm)), turn)
            yield "shoulder_elevation", elevation
            undefined = (elevation < _UPRIGHT) | (elevation > 180 - _UPRIGHT)
            yield "shoulder_plane", plane.rad2deg().masked_fill(undefined, torch.nan)
            yield "shoulder_flexion", elevation * plane.sin()
            yield "shoulder_abduction", elevation * plane.cos()
            yield "shoulder_rotation", self.sign * (2 * torch.atan2(axial[:, 1], axial[:, 3])).rad2deg()
        if upper is None or fore is None:
            return
        x, z, y = _cardan("xzy", rot.multiply(rot.inverse(upper), fore))
        yield "elbow_flexion", -x
        yield "elbow_valgus", -self.sign * z
        if hand is None:
            yield "forearm_pronation", self.sign * y
            return
        # the forearm as its bone lies, not yet turned about itself
        bone = rot.from_euler("xz", torch.stack([x, z], -1).deg2rad())
        turn = rot.multiply(rot.inverse(rot.multiply(upper, bone)), hand)
        y, x, z = _cardan("yxz", turn)
        yield "forearm_pronation", self.sign * y
        yield "wrist_flexion", self.sign * z
        yield "wrist_deviation", x


def _unwrap(degrees: np.ndarray) -> np.ndarray:
    """Continuous over time, undefined frames left out, and the clip's median within half a turn of zero."""
    out = degrees.copy()
    known = np.isfinite(out)
    if known.any():
        out[known] = np.unwrap(out[known], period=360)
        out -= 360 * np.round(np.median(out[known]) / 360)
    return out
