"""ST-GCN: its graphs, its parts against their definitions, any skeleton."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from vitruve import skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.graph import hop_distances
from vitruve.nn.stgcn import STGCN, GraphConvolution, partitioned_graph, tree_distances

LINE = (-1, 0, 1, 2)


def test_tree_distances_are_those_of_the_skeleton_and_take_both_kinds_of_root():
    s = skeleton("humanml3d22")
    assert torch.equal(tree_distances(s.parents), hop_distances(s))
    assert torch.equal(tree_distances((0, 0, 1)), tree_distances((-1, 0, 1)))
    assert tree_distances(LINE)[0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("strategy, partitions", [("uniform", 1), ("distance", 3), ("spatial", 5)])
def test_partitions_share_out_a_normalised_neighbourhood(strategy, partitions):
    graph = partitioned_graph(hop_distances(skeleton("ntu25")), 20, strategy, hops=2)
    assert graph.shape == (partitions, 25, 25)
    assert torch.allclose(graph.sum((0, 1)), torch.ones(25))
    # no pair of joints is in two partitions
    assert ((graph > 0).sum(0) <= 1).all()


def test_spatial_partitions_know_which_neighbour_is_nearer_and_the_release_only_next_to_the_centre():
    true, released = (partitioned_graph(tree_distances(LINE), 0, official_quirks=q) for q in (False, True))
    # what joint 2 takes of joint 3, which is farther, and of joint 1, which is nearer
    assert true[1, 3, 2] > 0 and true[2, 1, 2] > 0 and true[1, 1, 2] == 0
    assert released[1, 3, 2] > 0 and released[1, 2, 3] > 0 and released[2, 2, 3] == 0
    assert torch.allclose(true.sum(0), released.sum(0))


def test_dilation_skips_hops():
    graph = partitioned_graph(tree_distances(LINE), 0, "distance", hops=2, dilation=2)
    assert graph[1, 0, 2] > 0 and (graph[:, 0, 1] == 0).all()


def test_unconnected_joints_take_nothing_of_each_other():
    d = torch.tensor([[0, 1, -1], [1, 0, -1], [-1, -1, 0]])
    graph = partitioned_graph(d, 0)
    assert (graph[:, 2, :2] == 0).all() and graph[0, 2, 2] == 1


@pytest.mark.parametrize("options", [{"strategy": "nearest"}, {"centre": 4}, {"hops": -1}, {"dilation": 0}])
def test_impossible_graphs_are_refused(options):
    with pytest.raises(OptionError):
        partitioned_graph(tree_distances(LINE), **{"centre": 0, **options})


@pytest.mark.parametrize("c_in, c_out", [(3, 16), (16, 16), (16, 4)])
def test_both_orders_of_a_graph_convolution_are_its_definition(c_in, c_out):
    torch.manual_seed(0)
    layer, graph, x = GraphConvolution(c_in, c_out, 3), torch.rand(3, 4, 4, requires_grad=True), torch.randn(2, c_in, 5, 4, requires_grad=True)
    w, b = layer.conv.weight.view(3, c_out, c_in), layer.conv.bias.view(3, c_out)
    expected = sum(torch.einsum("nctv,vw->nctw", torch.einsum("dc,nctv->ndtv", w[k], x) + b[k, :, None, None], graph[k]) for k in range(3))
    found, along = layer(x, graph), torch.randn_like(expected)
    assert torch.allclose(found, expected, atol=1e-5)
    given = (x, graph, *layer.parameters())
    for a, e in zip(torch.autograd.grad(found, given, along), torch.autograd.grad(expected, given, along)):
        assert torch.allclose(a, e, atol=1e-4)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.allclose(layer(x, graph).float(), expected, atol=0.1)


def model(**options) -> STGCN:
    torch.manual_seed(0)
    return STGCN(partitioned_graph(hop_distances(skeleton("kinect20")), 0), blocks=((8, 1), (8, 1), (16, 2)), **options).eval()


def test_people_are_averaged_and_time_is_halved():
    m = model(num_classes=5)
    x = torch.randn(2, 3, 9, 20, 2)
    assert m.features(x).shape == (4, 16, 5, 20)
    one, two = m(x[..., :1]), m(x[..., 1:])
    assert torch.allclose(m(x), (one + two) / 2, atol=1e-6)
    with pytest.raises(ShapeError, match="20 joints"):
        m(torch.randn(2, 3, 9, 19, 2))


def test_importance_of_edges_matters_and_can_be_left_out():
    m, x = model(), torch.randn(1, 3, 9, 20, 1)
    before = m(x)
    with torch.no_grad():
        m.edge_importance[1].zero_()
    assert not torch.allclose(before, m(x))
    assert not any("edge_importance" in k for k in model(edge_importance=False).state_dict())


def test_input_normalisation_is_for_each_joint_and_channel():
    m = model().train()
    x = torch.randn(64, 3, 9, 20, 1) * torch.rand(3, 1, 20, 1) * 10 + torch.rand(3, 1, 20, 1)
    y = m.normalise(x)
    assert torch.allclose(y.mean((0, 2)), torch.zeros(3, 20), atol=1e-4)
    assert torch.allclose(y.std((0, 2)), torch.ones(3, 20), atol=1e-2)


def test_gradients_reach_everything():
    m = model(num_classes=3).train()
    F.cross_entropy(m(torch.randn(4, 3, 9, 20, 1)), torch.tensor([0, 1, 2, 0])).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in m.parameters())
