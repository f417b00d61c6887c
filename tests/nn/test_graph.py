"""Hop distances, groups, and the layers beyond what the goldens show."""

from __future__ import annotations

import pytest
import torch

from vitruve import skeleton
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.graph import H36M16_GROUPS, GraphNonLocal, GroupedNonLocal, SemGCN, SemGraphConv, adjacency, hop_distances, hop_masks, shuffle_hops


def test_hops_of_the_h36m_tree():
    s = skeleton("h36m16")
    d = hop_distances(s)
    at = s.index
    assert d.max() == 8
    assert d[at("left_wrist"), at("left_foot")] == 8
    assert d[at("left_wrist"), at("right_wrist")] == 6
    assert torch.equal(d, d.T) and d.diagonal().eq(0).all()
    assert adjacency(s).sum() == 46


def test_hops_agree_with_the_chains_of_any_tree():
    s = skeleton("smpl24")
    d = hop_distances(s)
    for a in range(len(s)):
        for b in range(len(s)):
            up, vp = s.chain(a), s.chain(b)
            shared = sum(x == y for x, y in zip(up, vp))
            assert d[a, b] == len(up) + len(vp) - 2 * shared


def test_a_set_of_keypoints_is_joined_by_its_limbs_and_islands_stay_apart():
    coco = skeleton("coco17")
    assert hop_distances(coco)[coco.index("left_hip"), coco.index("right_hip")] == 1
    islands = Skeleton("two", ("a", "b", "c"), (-1, 0, -1))
    assert hop_distances(islands).tolist() == [[0, 1, -1], [1, 0, -1], [-1, -1, 0]]
    assert hop_masks(hop_distances(islands), 5, exact=False)[5].tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_groups_partition_the_joints_or_nest():
    d = hop_distances(skeleton("h36m17"))
    exact, most = hop_masks(d, 4), hop_masks(d, 4, exact=False)
    assert exact.sum(0).max() == 1
    assert torch.equal(exact.cumsum(0) > 0, most)
    assert torch.equal(exact[0], torch.eye(17, dtype=torch.bool))
    with pytest.raises(OptionError, match="hops=-1"):
        hop_masks(d, -1)


def test_shuffled_hops_keep_group_sizes_and_lose_members():
    d = hop_distances(skeleton("h36m16"))
    r = shuffle_hops(d, 0)
    assert torch.equal(r.sort(-1).values, d.sort(-1).values)
    assert r.diagonal().eq(0).all() and not torch.equal(r, d)
    assert torch.equal(r, shuffle_hops(d, 0)) and not torch.equal(r, shuffle_hops(d, 1))


def test_semantic_convolution_reads_neighbours_only_and_needs_self_loops():
    s = skeleton("h36m16")
    conv = SemGraphConv(2, 4, adjacency(s))
    with torch.no_grad():
        conv.e.normal_()
    x = torch.randn(16, 2)
    j = torch.autograd.functional.jacobian(conv, x).abs().sum((1, 3))
    assert torch.equal(j > 0, adjacency(s))
    assert torch.allclose(conv.weights().sum(-1), torch.ones(1, 16))
    with pytest.raises(ShapeError, match="own neighbour"):
        SemGraphConv(2, 4, adjacency(s) & ~torch.eye(16, dtype=torch.bool))


def test_a_new_non_local_block_changes_nothing():
    x = torch.randn(3, 16, 8)
    for block in (GraphNonLocal(8, sub_sample=2), GraphNonLocal(8, normalise=False), GroupedNonLocal(8, H36M16_GROUPS)):
        assert torch.equal(block(x), x)
    with pytest.raises(OptionError, match="every joint once"):
        GroupedNonLocal(8, [[0, 1], [1, 2]])


def test_semgcn_takes_other_convolutions():
    net = SemGCN(adjacency(skeleton("h36m17")), 8, 2, gconv=torch.nn.Linear)
    assert isinstance(net.gconv_layers[0].gconv1.gconv, torch.nn.Linear)
    assert net(torch.randn(2, 17, 2)).shape == (2, 17, 3)
