"""The task of inertial recognition: scores against scikit-learn's definitions, batches."""

from __future__ import annotations

import pytest
import torch

from vitruve.errors import OptionError
from vitruve.tasks.imu import ImuBatch, imu_scores


def test_scores_by_hand():
    # three classes; the fourth sample is wrong, its label second
    scores = torch.tensor([[3.0, 1, 0], [0, 2, 1], [0, 1, 2], [2, 1, 0]])
    s = imu_scores(scores, torch.tensor([0, 1, 2, 1]))
    assert s.accuracy == 0.75 and s.recall_at == (0.75, 1.0, 1.0, 1.0, 1.0) and s.recordings == 4
    assert s.mrr == pytest.approx((3 + 1 / 2) / 4)
    # class 0: precision 1/2, recall 1; class 1: 1, 1/2; class 2: 1, 1
    assert s.macro_precision == pytest.approx((0.5 + 1 + 1) / 3) and s.macro_recall == pytest.approx((1 + 0.5 + 1) / 3)
    assert s.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_classes_that_never_occur_do_not_count_and_those_never_said_count_nothing():
    s = imu_scores(torch.tensor([[1.0, 0, 0, 0], [1, 0, 0, 0]]), torch.tensor([0, 1]))
    assert s.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_scoring_nothing_is_refused():
    with pytest.raises(OptionError, match="no recordings"):
        imu_scores(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long))


def test_batches_are_cut_and_moved_whole():
    b = ImuBatch.collate([(torch.full((3, 4, 22), float(i)), torch.tensor([i, i]), i) for i in range(3)])
    part = b.select(slice(1, 3)).to("cpu")
    assert len(part) == 2 and part.label.tolist() == [1, 2] and part.tokens[0].tolist() == [1, 1] and float(part.signals[1, 0, 0, 0]) == 2
    assert ImuBatch.collate([(torch.zeros(3, 4, 22), None, 0)]).tokens is None
