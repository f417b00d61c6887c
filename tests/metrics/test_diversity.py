"""How differently members err."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve import VitruveError
from vitruve.metrics.diversity import pairwise_disagreement, q_statistic


def named(*rows: list[int]) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(rows), 3).float()


def test_disagreement_is_the_mean_over_pairs():
    scores = named([0, 1, 2, 0], [0, 1, 0, 0], [1, 1, 2, 0])
    # pairs differ in 1, 1 and 2 of 4
    assert pairwise_disagreement(scores) == pytest.approx((1 + 1 + 2) / 12)
    assert pairwise_disagreement(scores[[0, 0]]) == 0


def test_q():
    label = torch.zeros(8, dtype=torch.int64)
    first = [0, 0, 0, 0, 1, 1, 1, 1]
    assert q_statistic(named(first, first), label) == 1
    assert q_statistic(named(first, [0, 0, 1, 1, 0, 0, 1, 1]), label) == 0
    assert q_statistic(named(first, [1, 1, 1, 1, 0, 0, 0, 0]), label) == -1
    # both right 3, neither 2, one only 1 and 2
    assert q_statistic(named(first, [0, 0, 0, 1, 0, 0, 1, 1]), label) == pytest.approx((6 - 2) / (6 + 2))
    assert math.isnan(q_statistic(named([0] * 8, [0] * 8), label))


def test_one_member_is_not_an_ensemble():
    with pytest.raises(VitruveError, match="two or more"):
        pairwise_disagreement(named([0, 1]))
