"""The contract of gait recognition: packing, padding, scores by protocol, rankings of identities."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.tasks.gait import GaitBatch, GaitSequence, Matches, gait_scores


def sequence(identity: str, view: str = "0", frames: int = 3, condition: str = "nm") -> GaitSequence:
    return GaitSequence(torch.zeros(frames, 64, 44, dtype=torch.uint8), identity, condition, view)


def test_padding_never_reaches_the_network():
    batch = GaitBatch.collate([(torch.full((2, 4, 4), 3.0), 1), (torch.full((5, 4, 4), 7.0), 0)])
    frames, lengths = batch.packed()
    assert lengths == [2, 5] and frames[:, 0, 0].tolist() == [3] * 2 + [7] * 5 and batch.identity.tolist() == [1, 0]
    assert batch.select(slice(1, 2)).packed()[1] == [5]
    assert GaitBatch.collate([(torch.zeros(2, 4, 4), 0)] * 2).lengths is None
    with pytest.raises(VitruveError, match="lengths"):
        GaitBatch(torch.zeros(1, 2, 4, 4), torch.tensor([3])).packed()


def test_groups_lie_side_by_side():
    groups = [[(torch.zeros(2, 4, 4), i)] * 2 for i in (4, 2)]
    assert GaitBatch.collate_groups(groups).identity.tolist() == [4, 4, 2, 2]


def test_an_empty_sequence_is_refused():
    with pytest.raises(VitruveError, match="a/nm/0"):
        sequence("a", frames=0)


def test_matches_rank_identities_by_their_nearest_sequence():
    matches = Matches(torch.tensor([[3.0, 1.0, 2.0]]), ("a", "b", "a"))
    assert matches.best() == ["b"] and matches.nearest()[0].tolist() == [[2.0, 1.0]]
    (first, second) = matches.top(5)[0]
    assert first[0] == "b" and second[0] == "a" and first[1] + second[1] == pytest.approx(1) and first[1] > second[1]


def test_protocols():
    probes, gallery = [sequence("a"), sequence("x")], [sequence("a"), sequence("b", "90"), sequence("a", "90")]
    distances = torch.tensor([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]])
    assert gait_scores(distances, probes, gallery).rank1 == 1.0
    # whom the gallery lacks counts here
    assert gait_scores(distances, probes, gallery, "grew").rank1 == 0.5
    crossed = gait_scores(distances[:1], probes[:1], gallery, "cross_view")
    assert crossed.rank1 == 0.0 and crossed.map == pytest.approx(0.5)
    with pytest.raises(VitruveError, match="protocol"):
        gait_scores(distances, probes, gallery, "casia")
    with pytest.raises(VitruveError, match="0 probes"):
        gait_scores(distances[:0], [], gallery)
