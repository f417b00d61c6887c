"""Gait: cadence, speed, lengths, phases and symmetry of walking, and curves over the gait cycle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.analysis.events import SIDES, Event, Events, EventType, Side, foot_contact, gait_contact
from vitruve.core import timeline
from vitruve.core.contacts import Contacts
from vitruve.core.motion import Motion
from vitruve.errors import OptionError


class Measure(NamedTuple):
    """Mean and standard deviation (0 for one) over `n` strides or steps."""

    mean: float
    sd: float
    n: int


Sides = dict[Side, Measure | None]

_UNITS = {
    "strides": "",
    "cadence": "steps/min",
    "speed": "m/s",
    "step_length": "m",
    "step_time": "s",
    "step_width": "m",
    "stride_length": "m",
    "stride_time": "s",
    "stance": "%",
    "swing": "%",
    "double_support": "%",
    "symmetry": "%",
}


@dataclass(frozen=True)
class Gait:
    """Gait parameters; `left` and `right` by the foot that makes the step. All None, with a `reason`, where there is no gait."""

    reason: str | None = None
    strides: int = 0
    """Strides measured, both sides together."""
    cadence: float | None = None
    """Steps per minute."""
    speed: float | None = None
    """Walking speed, m/s: stride length over stride time."""
    step_length: Sides | None = None
    """Metres, along the stride."""
    step_time: Sides | None = None
    """Seconds, from the other foot's strike."""
    step_width: Measure | None = None
    """Metres, across the stride; negative where feet cross."""
    stride_length: Sides | None = None
    """Metres, strike to strike of one foot."""
    stride_time: Sides | None = None
    """Seconds."""
    stance: Sides | None = None
    """Per cent of the stride that the foot is on the ground."""
    swing: Sides | None = None
    """Per cent of the stride that the foot is off the ground."""
    double_support: Measure | None = None
    """Per cent of the stride that both feet are on the ground."""
    symmetry: dict[str, float] | None = None
    """Robinson's index of step_length, step_time and stance: 100 (left - right) / mean; 0 is symmetric."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""

        def plain(x: Any) -> Any:
            if isinstance(x, Measure):
                return x._asdict()
            return {k: plain(v) for k, v in x.items()} if isinstance(x, dict) else x

        # asdict keeps named tuples
        return {k: plain(v) for k, v in asdict(self).items()}

    def to_rows(self) -> list[tuple[str, str]]:
        """(parameter, value with its unit) of what is known, for a table to read."""
        if self.reason is not None:
            return [("gait", f"none: {self.reason}")]
        rows = []
        for name, unit in _UNITS.items():
            value = getattr(self, name)
            parts = value.items() if isinstance(value, dict) else [("", value)]
            for part, x in parts:
                if x is not None:
                    text = f"{x.mean:.3g} ± {x.sd:.2g} {unit}" if isinstance(x, Measure) else f"{x:.3g} {unit}"
                    rows.append((f"{part} {name}".strip().replace("_", " "), text.strip()))
        return rows


def gait_parameters(motion: Motion, contacts: Contacts, events: Events) -> Gait:
    """Spatio-temporal gait parameters from the strides and steps of `find_events(motion, contacts)`.

    Strides with a jump in them are left out. At least two are needed; else every value is None and `reason` says why. Raises OptionError where the
    events are of another frame rate, ShapeError where the contacts are of another length.
    """
    if abs(events.fps - motion.fps) > 1e-6 * motion.fps:
        raise OptionError(f"events are of {events.fps:g} frames/s, the motion of {motion.fps:g}")
    feet = gait_contact(motion, motion.positions().detach().cpu(), foot_contact(motion, contacts))
    jumps = events.of("jump")

    def grounded(type: EventType, side: Side) -> tuple[Event, ...]:
        return tuple(e for e in events.of(type, side) if not any(j.start < e.end and e.start < j.end for j in jumps))

    strides = {side: grounded("stride", side) for side in SIDES}
    steps = {side: grounded("step", side) for side in SIDES}
    both = [e for side in SIDES for e in strides[side]]
    if len(both) < 2:
        return Gait(reason=f"gait needs 2 strides (strike to strike of one foot, the other's between), found {len(both)}", strides=len(both))

    share: dict[str, list[float]] = {"left": [], "right": []}
    double: list[float] = []
    for side in SIDES:
        for e in strides[side]:
            span = slice(e.frame, e.frame + round(e.duration * motion.fps))
            share[side].append(100 * feet[side][span].double().mean().item())
            double.append(100 * (feet["left"] & feet["right"])[span].double().mean().item())
    stance = {side: _measure(share[side]) for side in SIDES}
    step_length, step_time = _by_side(steps, "value"), _by_side(steps, "duration")
    stride_time = sum(e.duration for e in both)
    return Gait(
        strides=len(both),
        cadence=120 * len(both) / stride_time,
        speed=sum(e.value or 0.0 for e in both) / stride_time,
        step_length=step_length,
        step_time=step_time,
        step_width=_measure([e.details["width"] for side in SIDES for e in steps[side]]),
        stride_length=_by_side(strides, "value"),
        stride_time=_by_side(strides, "duration"),
        stance=stance,
        swing={side: m and Measure(100 - m.mean, m.sd, m.n) for side, m in stance.items()},
        double_support=_measure(double),
        symmetry=_symmetry({"step_length": step_length, "step_time": step_time, "stance": stance}),
    )


def _measure(values: Sequence[float]) -> Measure | None:
    if not values:
        return None
    x = torch.tensor(values, dtype=torch.float64)
    return Measure(x.mean().item(), x.std().item() if len(x) > 1 else 0.0, len(x))


def _by_side(events: dict[Side, tuple[Event, ...]], what: str) -> Sides:
    return {side: _measure([getattr(e, what) for e in found]) for side, found in events.items()}


def _symmetry(sides: dict[str, Sides]) -> dict[str, float]:
    """Symmetry index (Robinson et al. 1987) of what both sides have."""
    out = {}
    for name, found in sides.items():
        left, right = found["left"], found["right"]
        if left is not None and right is not None and left.mean + right.mean > 0:
            out[name] = 200 * (left.mean - right.mean) / (left.mean + right.mean)
    return out


def cycles(values: Float[Tensor, " T *S"], strikes: Sequence[int | float], n: int = 101) -> Float[Tensor, "C n *S"]:
    """Curves over the gait cycle: each span between consecutive strikes (frames), resampled to `n` points, 0 to 100 %.

    `cycles(angles.values, strikes).mean(0)` and `.std(0)` are the usual curve and band. Raises OptionError where
    strikes do not ascend within the clip, or n < 2.
    """
    if n < 2:
        raise OptionError(f"points of a cycle: expected at least 2, found {n}")
    if any(b <= a for a, b in zip(strikes, strikes[1:])) or any(not 0 <= s <= len(values) - 1 for s in strikes):
        raise OptionError(f"strikes: expected ascending frames from 0 to {len(values) - 1}, found {list(strikes)}")
    spans = [timeline.lerp(values, torch.linspace(a, b, n, dtype=torch.float64)) for a, b in zip(strikes, strikes[1:])]
    return torch.stack(spans) if spans else values.new_empty(0, n, *values.shape[1:])
