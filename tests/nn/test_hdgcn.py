"""HD-GCN: levels, their graphs, neighbours in feature space, and attention over levels."""

import pytest
import torch

from vitruve.errors import OptionError
from vitruve.nn.hdgcn import HDGCN, EdgeConv, HierarchyConv, LevelAttention, hierarchy_graph, levels

LINKS = ((1, 0), (2, 1), (3, 1), (4, 3), (5, 3))


def test_levels_are_distances_and_every_joint_must_be_reached():
    assert levels(LINKS, 6, 1) == ((1,), (0, 2, 3), (4, 5))
    for joints, centre, words in ((7, 1, "6 of 7"), (6, 9, "expected a joint")):
        with pytest.raises(OptionError, match=words):
            levels(LINKS, joints, centre)


def test_graph_joins_neighbouring_levels_only():
    graph = hierarchy_graph(levels(LINKS, 6, 1), 6)
    assert graph.shape == (2, 3, 6, 6)
    assert graph[0, 0].diagonal().tolist() == [1, 1, 1, 1, 0, 0]
    assert torch.equal(hierarchy_graph(levels(LINKS, 6, 1), 7)[..., :6, :6], graph)
    # joint 1 gives a third of itself to each of the next level; they give all to it
    assert torch.allclose(graph[0, 1][:, 1], torch.tensor([1, 0, 1, 1, 0, 0]) / 3) and graph[0, 2][1].tolist() == [1, 0, 1, 1, 0, 0]
    assert graph[1, 1][4].tolist() == [0.5, 0, 0.5, 0.5, 0, 0] and graph[1, 0].diagonal().tolist() == [1, 0, 1, 1, 1, 1]


def test_edge_convolution_sees_the_nearest_nodes_only():
    torch.manual_seed(0)
    conv = EdgeConv(2, 3).eval()
    x = torch.tensor([[0.0, 0.1, 0.2, 9.0, 9.1, 9.2], [0.0] * 6])[None]
    moved = x.clone()
    moved[..., 3:] += 5
    assert torch.equal(conv(x)[..., :3], conv(moved)[..., :3]) and not torch.equal(conv(x)[..., 3:], conv(moved)[..., 3:])
    assert conv(x[..., :2]).shape == (1, 2, 2)


def test_attention_is_between_nothing_and_the_sum():
    of = levels(LINKS, 6, 1)
    attention = LevelAttention(16, of).eval()
    x = torch.rand(2, 16, 2, 4, 6)
    y = attention(x)
    assert (y > 0).all() and (y < x.sum(2)).all()
    # what joint 1, of the first pair alone, has in the second changes no weight
    other = x.clone()
    other[:, :, 1, :, 1] += 9
    assert torch.allclose(attention(other)[..., 0], y[..., 0])


def test_network_s_first_block_sums_and_widths_must_divide():
    model = HDGCN(5, levels(LINKS, 6, 1), 6, people=2, widths=(16, 32), strides=(1, 2))
    assert model.l1.gcn1.aha is None and model.l2.gcn1.aha is not None
    assert model(torch.randn(3, 3, 8, 6, 2)).shape == (3, 5)
    with pytest.raises(OptionError, match="multiple of 16"):
        HierarchyConv(3, 24, levels(LINKS, 6, 1), 6)
