"""Retrieval scores on rankings that can be counted by hand."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.metrics.gait import cross_view_rank1, embedding_distances, identification, part_distances, retrieval


def test_distances_are_means_over_parts():
    g = torch.Generator().manual_seed(0)
    x, y = torch.randn(4, 8, 3, generator=g), torch.randn(5, 8, 3, generator=g)
    by_hand = torch.stack([torch.cdist(x[..., p], y[..., p]) for p in range(3)])
    assert torch.allclose(part_distances(x, y), by_hand, atol=1e-5)
    assert torch.allclose(embedding_distances(x, y), by_hand.mean(0), atol=1e-5)
    cosine = embedding_distances(x, y, "cos")
    assert torch.allclose(cosine, embedding_distances(3 * x, y, "cos"), atol=1e-6) and cosine.min() >= 0 and cosine.max() <= 2
    with pytest.raises(VitruveError, match="euc or cos"):
        embedding_distances(x, y, "l1")


def test_ranking_by_hand():
    # the first probe finds its two matches at ranks 1 and 3, the second its only one at rank 4, the third has none
    distances = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1]])
    r = retrieval(distances, torch.tensor([0, 2, 9]), torch.tensor([0, 1, 0, 2]))
    assert r.cmc.tolist() == [0.5, 0.5, 0.5, 1.0]
    assert r.average_precision.tolist() == pytest.approx([(1 + 2 / 3) / 2, 1 / 4])
    assert r.inverse_negative_penalty.tolist() == pytest.approx([2 / 3, 1 / 4])
    assert (r.rank(1), r.rank(50)) == (0.5, 1.0)
    # a probe without a match is a miss here
    assert identification(distances, torch.tensor([0, 2, 9]), torch.tensor([0, 1, 0, 2])).tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 2 / 3])


def test_own_view_is_left_out_where_views_are_given():
    distances = torch.tensor([[0.1, 0.2, 0.3]])
    probe, gallery, views = torch.tensor([0]), torch.tensor([0, 1, 0]), torch.tensor([7, 7, 8])
    assert retrieval(distances, probe, gallery).rank(1) == 1
    r = retrieval(distances, probe, gallery, torch.tensor([7]), views)
    # the other person in the same view stays, and is nearer
    assert r.cmc.tolist() == [0.0, 1.0, 1.0] and r.average_precision.tolist() == [0.5]


def test_nobody_to_find():
    with pytest.raises(VitruveError, match="no probe"):
        retrieval(torch.zeros(1, 2), torch.tensor([0]), torch.tensor([1, 2]))


def test_cross_view_table():
    distances = torch.tensor([[0.1, 0.9, 0.5, 0.4], [0.9, 0.1, 0.2, 0.6]])
    table = cross_view_rank1(distances, torch.tensor([0, 1]), torch.tensor([0, 1, 0, 1]), torch.tensor([3, 3]), torch.tensor([3, 3, 5, 5]))
    assert table[0].tolist() == [1.0, 0.0] and table[1].isnan().all()
