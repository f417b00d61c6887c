"""How differently the members of an ensemble err."""

from __future__ import annotations

from itertools import combinations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.errors import ShapeError


def _pairs(count: int) -> list[tuple[int, int]]:
    if count < 2:
        raise ShapeError(f"diversity: {count} member; expected two or more")
    return list(combinations(range(count), 2))


def pairwise_disagreement(scores: Float[Tensor, "M N K"]) -> float:
    """Share of samples that two members name differently, the mean over all pairs of members."""
    named = scores.argmax(-1)
    return float(torch.stack([(named[a] != named[b]).float().mean() for a, b in _pairs(len(scores))]).mean())


def q_statistic(scores: Float[Tensor, "M N K"], label: Int[Tensor, " N"]) -> float:
    """Yule's Q of two members' being right, the mean over all pairs: 0 where they err independently, 1 where together.

    NaN where both products of a pair are 0. Source: Kuncheva and Whitaker, Measures of Diversity in Classifier Ensembles, 2003.
    """
    right = scores.argmax(-1) == label
    values = []
    for a, b in _pairs(len(scores)):
        both, neither = (right[a] & right[b]).sum(), (~right[a] & ~right[b]).sum()
        first, second = (right[a] & ~right[b]).sum(), (~right[a] & right[b]).sum()
        values.append((both * neither - first * second) / (both * neither + first * second))
    return float(torch.stack(values).mean())
