"""Long-tailed training sets: few classes have most clips. How many each has, which clips are kept, and which classes are many, medium and few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vitruve.errors import OptionError
from vitruve.tasks.recognition import ActionClip

PROFILES = ("exponential", "step")
GROUPS = ("many", "medium", "few")


def long_tail_counts(classes: int, largest: int, imbalance: float, profile: str = "exponential") -> tuple[int, ...]:
    """Clips of each class, from `largest` down to `largest / imbalance`, rounded down.

    Args:
        classes: how many there are.
        largest: clips of the first.
        imbalance: how many times more than the last; at least 1.
        profile: "exponential", or "step": the second half of the classes has as few as the last.

    Source: BRL (data/imblance_gentxt.py).
    """
    if classes < 1 or largest < 1 or imbalance < 1:
        raise OptionError(f"classes={classes}, largest={largest}, imbalance={imbalance}: expected each to be at least 1")
    if profile not in PROFILES:
        raise OptionError(f"profile {profile!r}: expected {' or '.join(PROFILES)}")
    share = 1 / imbalance
    if profile == "step":
        return (largest,) * (classes // 2) + (int(largest * share),) * (classes - classes // 2)
    return tuple(int(largest * share ** (c / max(classes - 1.0, 1.0))) for c in range(classes))


def class_counts(clips: Iterable[ActionClip], classes: int | None = None) -> tuple[int, ...]:
    """Clips of each class; of `classes` of them, or as many as there are labels."""
    found = np.bincount([c.label for c in clips], minlength=classes or 0)
    return tuple(found.tolist())


def long_tail(
    clips: Sequence[ActionClip], largest: int, imbalance: float, seed: int = 0, profile: str = "exponential", order: Sequence[int] | None = None
) -> list[ActionClip]:
    """A random part of the clips, so many of each class as :func:`long_tail_counts` says, or all there are; class by class.

    The lists that BRL's authors released are another draw of as many clips each: :func:`named` takes those.

    Args:
        clips: the training clips; test clips are never thinned.
        largest, imbalance, profile: see :func:`long_tail_counts`.
        seed: of the choice.
        order: classes from the most frequent to the rarest; in the order of their labels by default.

    Raises OptionError for an order that does not name every class once.
    """
    classes = max(c.label for c in clips) + 1
    order = range(classes) if order is None else order
    if sorted(order) != list(range(classes)):
        raise OptionError(f"order {tuple(order)}: expected each of the classes 0 to {classes - 1} once")
    same: dict[int, list[ActionClip]] = {k: [] for k in range(classes)}
    for clip in clips:
        same[clip.label].append(clip)
    dice = np.random.RandomState(seed)
    kept = []
    for k, count in zip(order, long_tail_counts(classes, largest, imbalance, profile)):
        place = np.arange(len(same[k]))
        dice.shuffle(place)
        kept += [same[k][i] for i in place[:count]]
    return kept


def named(clips: Iterable[ActionClip], names: Iterable[str]) -> list[ActionClip]:
    """The clips of these names, in their order, as the lists of a released long-tailed set have them.

    Raises OptionError naming those that are not there.
    """
    known = {c.name: c for c in clips}
    names = list(names)
    if absent := [n for n in names if n not in known]:
        raise OptionError(f"{len(absent)} of {len(names)} clips are not there: {', '.join(absent[:4])}{', ...' if len(absent) > 4 else ''}")
    return [known[n] for n in names]


def shots(counts: Sequence[int], many: int = 100, few: int = 20) -> dict[str, tuple[int, ...]]:
    """Classes with more than `many` training clips, those with fewer than `few`, and those between.

    Raises OptionError where `few` is above `many`.
    """
    if few > many:
        raise OptionError(f"few={few} clips is more than many={many}")
    group = ["many" if n > many else "few" if n < few else "medium" for n in counts]
    return {name: tuple(k for k, g in enumerate(group) if g == name) for name in GROUPS}


def shot_accuracy(per_class: Sequence[float], counts: Sequence[int], many: int = 100, few: int = 20) -> dict[str, float]:
    """Mean accuracy of the classes of each group of :func:`shots`; NaN for a group without classes."""
    return {name: float(np.mean([per_class[k] for k in ks])) if ks else float("nan") for name, ks in shots(counts, many, few).items()}
