"""Events of a motion: foot strikes and offs, strides, steps, jumps, turns, stillness, each with its time and measure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core import timeline
from vitruve.core.contacts import Contacts
from vitruve.core.facing import heading
from vitruve.core.motion import Motion
from vitruve.core.naming import side_of
from vitruve.core.skeleton import Skeleton
from vitruve.errors import ShapeError, SkeletonError
from vitruve.io.files import atomic

EventType = Literal["foot_strike", "foot_off", "stride", "step", "jump", "turn", "still"]
Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

GRAVITY = 9.81
_FLICKER = 0.1
"""Contact or its absence shorter than this (s) is noise of the detector, not a phase of gait."""
_ROLL = 0.2
"""A foot rolls over heel and toes at most this long (s) before it stands and after it has."""
_WALKING = 0.3
"""Slower than this (m/s) the body goes nowhere in particular."""
_MAX_STRIDE = 2.5
"""Longer between two strikes of one foot (s), and the body stood still meanwhile."""
_ALTERNATE = (0.2, 0.8)
"""Where in a stride the other foot must strike: feet that land together hop."""
_MIN_STRIDE_LENGTH = 0.1
"""Below this (m) a stride has no direction: the body's own is taken."""
_MIN_JUMP = 0.05
"""A flight that rises less (m) is a running step or noise."""
_TURN, _TURN_PEAK, _TURN_EDGE, _TURN_GAP = np.deg2rad(45), np.deg2rad(15), np.deg2rad(5), 0.5
"""A turn covers 45 degrees, reaches 15 degrees/s and ends at 5 (El-Gohary et al., Sensors 2014); pauses under 0.5 s belong to it."""
_STILL_SPEED, _STILL_TIME = 0.1, 0.5


@dataclass(frozen=True)
class Event:
    """Something that happened from `start` to `end` (s); `frame` is the first frame.

    `value` and its unit: stride and step length (m), jump height (m), turn (rad, positive to the left).
    """

    type: EventType
    start: float
    end: float
    frame: int
    side: Side | None = None
    value: float | None = None
    unit: str | None = None
    details: dict[str, float] = field(default_factory=dict)
    """step: `width` (m); jump: `flight_time` (s), `height_by_pelvis` (m)."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        put = {"type": self.type, "start": self.start, "end": self.end, "frame": self.frame, "side": self.side, "value": self.value, "unit": self.unit}
        return put | self.details


@dataclass(frozen=True)
class Events:
    """All events of a clip, by start time."""

    events: tuple[Event, ...]
    fps: float

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def of(self, type: EventType, side: Side | None = None) -> tuple[Event, ...]:
        """The events of one type (and one side), by start time."""
        return tuple(e for e in self.events if e.type == type and side in (None, e.side))

    def counts(self) -> dict[str, int]:
        """How many there are of each type."""
        return dict(Counter(e.type for e in self.events))

    def to_list(self) -> list[dict[str, Any]]:
        """As dicts of plain values."""
        return [e.to_dict() for e in self.events]

    def to_json(self, path: str | Path) -> None:
        """Write the list of events as JSON."""
        with atomic(path) as temporary:
            temporary.write_text(json.dumps(self.to_list(), indent=1), encoding="utf-8")


def foot_contact(motion: Motion, contacts: Contacts) -> dict[Side, Bool[Tensor, " T"]]:
    """Whether any joint of each foot touches the ground; flickers under 0.1 s are removed.

    Raises ShapeError where contacts and motion differ in length, SkeletonError where a contact joint has no side.
    """
    if len(contacts.flags) != motion.num_frames:
        raise ShapeError(f"contacts: expected {motion.num_frames} frames, found {len(contacts.flags)}")
    columns: dict[Side, list[int]] = {"left": [], "right": []}
    for k, name in enumerate(contacts.joints):
        found = side_of(motion.skeleton.landmarks[motion.skeleton.index(name)] or "")
        if found is None:
            raise SkeletonError(f"contact joint {name!r} is of neither foot")
        columns["left" if found == "left" else "right"].append(k)
    shortest = _FLICKER * motion.fps
    return {side: _steady(contacts.flags[:, ks].any(-1), shortest) for side, ks in columns.items()}


def gait_contact(motion: Motion, positions: Float[Tensor, "T J 3"], feet: dict[Side, Bool[Tensor, " T"]]) -> dict[Side, Bool[Tensor, " T"]]:
    """Contact from heel strike to toe off where the body walks; elsewhere `feet` as they are.

    Joints that touch the ground are found by standing still, which they do only while the foot is flat. A walking
    foot lands where its heel is furthest ahead of the pelvis along the way, and leaves where its toes are furthest
    behind (Zeni et al., Gait & Posture 2008). Where both feet leave the ground, that does not hold and is not done.
    """
    fps, skeleton = motion.fps, motion.skeleton
    pelvis = positions[:, _pelvis(skeleton), ::2].double()
    if len(pelvis) < 3:
        return feet
    path = pelvis.numpy()
    if fps > 4:
        path = timeline.low_pass(path, fps, 2.0, 2)
    velocity = torch.from_numpy(np.gradient(path, axis=0) * fps)
    near, reach = max(round(_FLICKER * fps), 1), max(round(_ROLL * fps), 1)
    out: dict[Side, Tensor] = {}
    for side, other in (SIDES, SIDES[::-1]):
        heel = next((m for m in (f"{side}_heel", f"{side}_ankle") if skeleton.has(m)), None)
        toe = next((m for m in (f"{side}_foot", f"{side}_big_toe", f"{side}_ankle") if skeleton.has(m)), None)
        edges = [edge for stance in timeline.runs(feet[side].numpy()) for edge in stance]
        # an edge stays within the swing before it and the stance behind it, or the other way round
        limits = [0, *edges, len(pelvis) - 1]
        moved = list(edges)
        for i, at in enumerate(edges):
            mark, sign = (heel, 1) if i % 2 == 0 else (toe, -1)
            if mark is None or at in (0, len(pelvis)) or velocity[at].norm() < _WALKING or not feet[other][max(at - near, 0) : at + near].any():
                continue
            low, high = max(at - reach, limits[i] + 1), min(at + reach, limits[i + 2] - 1)
            ahead = sign * ((positions[low : high + 1, skeleton.index(mark), ::2].double() - pelvis[low : high + 1]) @ velocity[at])
            furthest = low + int(ahead.argmax()) if high > low else low
            if low < furthest < high:
                moved[i] = furthest
        out[side] = torch.zeros_like(feet[side])
        for start, end in zip(moved[::2], moved[1::2]):
            out[side][start:end] = True
    return out


def _pelvis(skeleton: Skeleton) -> int:
    return skeleton.index("pelvis") if skeleton.has("pelvis") else skeleton.roots[0]


def _steady(flags: Tensor, shortest: float) -> Tensor:
    """Fill, then remove, runs shorter than `shortest` frames that do not touch an end of the clip."""
    out = flags.cpu().numpy().copy()
    for value in (False, True):
        for start, end in timeline.runs(out == value):
            if 0 < start and end < len(out) and end - start < shortest:
                out[start:end] = not value
    return torch.from_numpy(out)


def find_events(motion: Motion, contacts: Contacts) -> Events:
    """Every event of a motion, by start time.

    Foot events need contacts of both feet; turns need hips or shoulders. Raises ShapeError where contacts and
    motion differ in length, SkeletonError where a contact joint is of neither foot or facing is unknown.
    """
    positions = motion.positions().detach().cpu()
    standing = foot_contact(motion, contacts)
    feet = gait_contact(motion, positions, standing)
    strikes = {side: _strikes(flags) for side, flags in feet.items()}
    found = [
        *_foot_events(feet, strikes, motion.fps),
        *_stride_events(motion, positions, feet, strikes),
        *_jumps(motion, positions, standing),
        *_turns(motion, positions),
        *_stillness(positions, motion.fps),
    ]
    return Events(tuple(sorted(found, key=lambda e: (e.start, e.end, e.type))), motion.fps)


def _strikes(flags: Tensor) -> list[tuple[int, int]]:
    """[strike, off) of each stance whose beginning is in the clip."""
    return [(start, end) for start, end in timeline.runs(flags.numpy()) if start > 0]


def _foot_events(feet: dict[Side, Tensor], strikes: dict[Side, list[tuple[int, int]]], fps: float) -> Iterator[Event]:
    for side, flags in feet.items():
        for start, _ in strikes[side]:
            yield Event("foot_strike", start / fps, start / fps, start, side)
        for _, end in timeline.runs(flags.numpy()):
            if end < len(flags):
                yield Event("foot_off", end / fps, end / fps, end, side)


def _stride_events(motion: Motion, positions: Tensor, feet: dict[Side, Tensor], strikes: dict[Side, list[tuple[int, int]]]) -> Iterator[Event]:
    """Strides (strike to strike of one foot, the other's between) and the steps that end them (from the other's strike).

    Lengths are measured between feet as they stand, along the stride; the width across it (Whittle, Gait Analysis).
    """
    fps, skeleton = motion.fps, motion.skeleton
    for side, other in (SIDES, SIDES[::-1]):
        if not skeleton.has(f"{side}_ankle", f"{other}_ankle"):
            continue
        stood, stood_other = (_standing(positions[:, skeleton.index(f"{s}_ankle")].double(), timeline.runs(feet[s].numpy())) for s in (side, other))
        for (start, _), (end, _) in zip(strikes[side], strikes[side][1:]):
            between = [s for s, _ in strikes[other] if _ALTERNATE[0] < (s - start) / (end - start) < _ALTERNATE[1]]
            if len(between) != 1 or (end - start) / fps > _MAX_STRIDE:
                continue
            path = stood[end] - stood[start]
            length = path.norm().item()
            yield Event("stride", start / fps, end / fps, start, side, length, "m")
            if length > _MIN_STRIDE_LENGTH:
                along = path / length
            else:
                yaw = heading(skeleton, positions[end].double())
                along = torch.stack([yaw.sin(), yaw.cos()])
            apart = stood[end] - stood_other[between[0]]
            step = (apart * along).sum().item()
            width = (apart[0] * along[1] - apart[1] * along[0]).item() * (1 if side == "left" else -1)
            yield Event("step", between[0] / fps, end / fps, between[0], side, step, "m", {"width": width})


def _standing(ankle: Tensor, stances: list[tuple[int, int]]) -> dict[int, Tensor]:
    """Where a foot stands (x, z), by the first frame of each stance: the median of its first half, before the heel rises."""
    return {start: ankle[start : start + max((end - start + 1) // 2, 1), ::2].median(0).values for start, end in stances}


def _jumps(motion: Motion, positions: Tensor, feet: dict[Side, Tensor]) -> Iterator[Event]:
    """Flights during which the pelvis falls freely; height by flight time, g t^2 / 8 (Bosco et al. 1983)."""
    pelvis = positions[:, _pelvis(motion.skeleton), 1].double().numpy()
    flying = ~(feet["left"] | feet["right"]).numpy()
    for start, end in timeline.runs(flying):
        if start == 0 or end == len(flying) or end - start < 3:
            continue
        time = np.arange(end - start) / motion.fps
        fall = -2 * np.polyfit(time, pelvis[start:end], 2)[0]
        flight = (end - start) / motion.fps
        height = GRAVITY * flight**2 / 8
        rise = pelvis[start:end].max() - pelvis[start - 1]
        # legs that fold or reach shift the centre of mass within the body: free fall of the pelvis is only near g
        if height >= _MIN_JUMP and rise >= _MIN_JUMP / 2 and 0.5 * GRAVITY < fall < 1.5 * GRAVITY:
            yield Event("jump", start / motion.fps, end / motion.fps, start, None, height, "m", {"flight_time": flight, "height_by_pelvis": float(rise)})


def _turns(motion: Motion, positions: Tensor) -> Iterator[Event]:
    """Runs of one sense of rotation of the body's heading."""
    fps = motion.fps
    yaw = np.unwrap(torch.cat([heading(motion.skeleton, part.double()) for part in positions.split(timeline.BLOCK)]).numpy())
    if len(yaw) < 3:
        return
    if fps > 3:
        yaw = timeline.low_pass(yaw[:, None], fps, 1.5, 2)[:, 0]
    rate = np.gradient(yaw) * fps
    for sense in (1, -1):
        runs = timeline.runs(sense * rate > _TURN_EDGE)
        merged: list[tuple[int, int]] = []
        for start, end in runs:
            if merged and start - merged[-1][1] < _TURN_GAP * fps and not (sense * rate[merged[-1][1] : start] < -_TURN_EDGE).any():
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        for start, end in merged:
            turned = yaw[end - 1] - yaw[start]
            if abs(turned) >= _TURN and (sense * rate[start:end]).max() > _TURN_PEAK:
                yield Event("turn", start / fps, (end - 1) / fps, start, "left" if sense > 0 else "right", float(turned), "rad")


def _stillness(positions: Float[Tensor, "T J 3"], fps: float) -> Iterator[Event]:
    """Half a second or more during which no joint is faster than 0.1 m/s."""
    if len(positions) < 3:
        return
    speed = np.zeros(len(positions))
    # filters run over the whole clip: a few joints at once
    for part in positions.split(8, 1):
        x = part.flatten(1).double().numpy()
        if fps > 12:
            x = timeline.low_pass(x, fps, 6.0, 2)
        speed = np.maximum(speed, np.linalg.norm(np.gradient(x, axis=0).reshape(len(x), -1, 3), axis=-1).max(-1) * fps)
    for start, end in timeline.runs(speed < _STILL_SPEED):
        if (end - start) / fps >= _STILL_TIME:
            yield Event("still", start / fps, end / fps, start)
