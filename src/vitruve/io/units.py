"""Units of length in motion files: their names, and guessing them from the size of the body."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError

# CMU's Acclaim files count in 1 / 0.45 inch, and most BVH files made from them kept that
METRES: Mapping[str, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "cmu": 0.0254 / 0.45}
_SPELLINGS = {
    **{name: name for name in METRES},
    **{s: "m" for s in ("meter", "meters", "metre", "metres")},
    **{s: "cm" for s in ("centimeter", "centimeters", "centimetre", "centimetres")},
    **{s: "mm" for s in ("millimeter", "millimeters", "millimetre", "millimetres")},
    **{s: "inch" for s in ("in", "inches")},
}

# plausible path lengths from ankle to head, metres; the rarer units must fit more closely.
# Neighbouring units differ by a factor of 2.2 or more, so that at most one of each group fits.
_PLAUSIBLE = {"m": (0.75, 2.3), "cm": (0.75, 2.3), "mm": (0.75, 2.3), "cmu": (1.0, 2.2), "inch": (1.2, 2.2)}
_TYPICAL = 1.65


def spelled(units: str) -> str | None:
    """The name of a unit as it may be spelled in a file ("Meters" is "m"); None if it is not known."""
    return _SPELLINGS.get(units.strip().lower())


def metres(units: str | float) -> float:
    """Metres in one unit, given by name or as a number; OptionError lists the names there are."""
    if isinstance(units, str):
        name = spelled(units)
        if name is None:
            raise OptionError(f"units={units!r}: expected one of {', '.join(METRES)}, or a number (metres in one unit)")
        return METRES[name]
    if not (math.isfinite(units) and units > 0):
        raise OptionError(f"units={units!r}: expected a positive number (metres in one unit)")
    return float(units)


def body_size(skeleton: Skeleton, offsets: np.ndarray) -> float:
    """Length along the bones from ankle to head, or, where these are unknown, of the longest way through the tree.

    Unlike the height of the rest pose it does not depend on how the rig rests. `offsets` (J, 3), any unit; so the result.
    """
    bones = np.sqrt((offsets.astype(np.float64) ** 2).sum(-1))
    ends = [next((m for m in marks if skeleton.has(m)), None) for marks in (("left_ankle", "right_ankle"), ("head", "upper_neck"))]
    if ends[0] and ends[1]:
        a, b = (set(skeleton.chain(skeleton.index(end))) for end in ends if end)
        return float(bones[sorted(a ^ b)].sum())
    # longest two branches below each joint, from the tips up
    longest = np.zeros((len(skeleton), 2))
    for joints, parents in reversed(skeleton.levels):
        for j, p in zip(joints, parents):
            longest[p] = sorted([*longest[p], longest[j].max() + bones[j]])[1:]
    return float(longest.sum(-1).max()) / 1.3  # from toes to fingertips is about 1.3 body heights


def guess_units(skeleton: Skeleton, offsets: np.ndarray) -> str:
    """The unit in which a body of these bone offsets (J, 3) has the size of a person."""
    size = body_size(skeleton, offsets)
    for name, (low, high) in _PLAUSIBLE.items():
        if low <= size * METRES[name] <= high:
            return name
    if not (math.isfinite(size) and size > 0):
        return "m"
    if skeleton.has("head") and (skeleton.has("left_ankle") or skeleton.has("right_ankle")):
        return min(METRES, key=lambda name: abs(math.log(size * METRES[name] / _TYPICAL)))
    # not a person: the largest unit in which it is no giant
    return next((name for name in ("m", "cm") if size * METRES[name] < 10), "mm")
