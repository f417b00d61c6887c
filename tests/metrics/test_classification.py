import pytest
import torch

from vitruve.errors import OptionError
from vitruve.metrics.classification import average_precision, mean_average_precision


def test_average_precision_by_hand():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    truth = torch.tensor([[True, False], [False, False], [True, False], [False, False]])
    found = average_precision(scores, truth)
    assert found[0] == pytest.approx((1 + 2 / 3) / 2)
    assert found[1].isnan()
    assert mean_average_precision(scores, truth) == pytest.approx(float(found[0]))


def test_equal_scores_come_in_together_whatever_their_order():
    scores = torch.tensor([[1.0], [0.5], [0.5], [0.0]])
    for positive in (1, 2):
        truth = torch.zeros(4, 1, dtype=torch.bool)
        truth[positive] = True
        assert average_precision(scores, truth)[0] == pytest.approx(1 / 3)


def test_nothing_to_rank():
    with pytest.raises(OptionError, match="no samples"):
        average_precision(torch.zeros(0, 2), torch.zeros(0, 2, dtype=torch.bool))
