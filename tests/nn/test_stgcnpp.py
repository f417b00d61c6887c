"""PYSKL's networks on any graph, and the reading of their weights."""

import pytest
import torch

from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.ctrgcn import ChannelTopology
from vitruve.nn.gcn import MultiScaleTemporal
from vitruve.nn.msg3d import hop_graphs
from vitruve.nn.stgcnpp import KINDS, Backbone, PysklGCN, TemporalScales, backbone, described, graph_parents, layout_graph, read_pyskl, stream_parents

SMALL = {"widths": (12, 24), "strides": (1, 2)}


def network(kind: str, people: int = 1, **changes) -> PysklGCN:
    made = backbone(kind, **({} if kind == "msg3d" else SMALL), **({"widths": (12, 12, 24), "reach": (3, 2)} if kind == "msg3d" else {}), **changes)
    torch.manual_seed(0)
    return PysklGCN(made, 5, layout_graph(skeleton("kinect20"), made.graph, made.hops), people).eval()


def test_parameters_are_the_release_s():
    ntu = layout_graph(skeleton("ntu25"))
    count = {kind: sum(p.numel() for p in PysklGCN(backbone(kind), 60, ntu).parameters()) for kind in ("stgcnpp", "ctrgcn")}
    # beside the map to 60 classes; the release counts the fixed graph of the whole network too
    assert count["stgcnpp"] - 15420 == 1_387_724 and count["ctrgcn"] - 15420 == 1_431_252


@pytest.mark.parametrize("kind", KINDS)
def test_time_is_halved_and_everything_learns(kind):
    model = network(kind).train()
    x = torch.randn(2, 3, 16, 20, 1)
    assert model.maps(x).shape == (2, 1, 24, 8 if kind != "msg3d" else 4, 20)
    model(x).square().sum().backward()
    idle = [n for n, p in model.named_parameters() if p.grad is None]
    assert not idle


def test_finger_tips_hang_from_hands_in_graphs_and_from_thumbs_in_bones():
    ntu = skeleton("ntu25")
    tip, thumb, hand = (ntu.index(n) for n in ("left_hand_tip", "left_thumb", "left_hand"))
    assert graph_parents(ntu)[tip] == hand and stream_parents(ntu)[tip] == thumb
    assert graph_parents(skeleton("coco17"))[11] == 5 and stream_parents(skeleton("coco17"))[11] == 0
    spatial = layout_graph(ntu)
    assert torch.equal(spatial[0], torch.eye(25)) and spatial[1, hand, tip] == 1 and spatial[2, tip, hand] == pytest.approx(1 / 2, abs=0.2)
    assert layout_graph(ntu, "stgcn_spatial", 2).shape == (5, 25, 25)
    assert torch.allclose(layout_graph(ntu, "stgcn_spatial").sum((0, 1)), torch.ones(25))


def test_people_share_statistics_of_joints_but_not_of_persons():
    x = torch.randn(2, 3, 16, 20, 2)
    shared = network("stgcnpp")
    assert shared(x).shape == (2, 5) and torch.allclose(shared(x.flip(-1)), shared(x), atol=1e-6)
    own = network("stgcnpp", norm="person")
    with pytest.raises(ShapeError, match="expected"):
        own(x)


def test_the_other_orientation_of_ctr_gcn_gives_the_same():
    torch.manual_seed(0)
    own = ChannelTopology(6, 8)
    x, graph, alpha = torch.randn(2, 6, 4, 5), torch.randn(5, 5), torch.tensor(0.7)
    state = {f"net.0.gcn1.convs.0.{k}": v for k, v in own.state_dict().items()} | {"net.0.gcn1.A": graph}
    turned = read_pyskl(state)
    # PYSKL: relation of u and v, of which the former is summed over
    a, b = own.conv1(x).mean(2), own.conv2(x).mean(2)
    relation = own.conv4(torch.tanh(a[..., :, None] - b[..., None, :])) * alpha + graph
    expected = torch.einsum("ncuv,nctu->nctv", relation, own.conv3(x))
    ours = ChannelTopology(6, 8)
    ours.load_state_dict({k.removeprefix("l1.gcn1.convs.0."): v for k, v in turned.items() if "convs" in k})
    assert torch.allclose(ours(x, turned["l1.gcn1.PA"], alpha), expected, atol=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"adaptive": "importance", "graph_residual": False, "scales": ()},
        {"graph_first": True, "norm": "none", "scales": ((3, 1), (5, 2), ("max", 3), ("point", 1)), "scale_width": 0.25},
    ],
)
def test_weights_say_which_network_they_are_of(changes):
    made = network("stgcnpp", **changes)
    found, sizes = described(made.state_dict())
    assert found == Backbone(**{**SMALL, **changes, "scale_width": None})
    assert sizes == {"num_classes": 5, "joints": 20, "channels": 3, "people": 1}


def test_hops_are_told_apart():
    line = torch.diag(torch.ones(3), 1) + torch.diag(torch.ones(3), -1)
    graphs = hop_graphs(line, 4)
    assert torch.equal(graphs[0], torch.eye(4)) and graphs[3, 0, 3] > 0 and graphs[3, 0, 2] == 0
    assert torch.allclose(graphs.sum(1), torch.ones(4, 4))


def test_what_cannot_be_is_said():
    for bad, match in (
        ({"kind": "gcn"}, "kind='gcn'"),
        ({"graph": "round"}, "graph='round'"),
        ({"strides": (1,)}, "1 strides"),
        ({"kind": "msg3d"}, "binary_adj"),
        ({"kind": "ctrgcn"}, "one kernel size"),
    ):
        with pytest.raises(OptionError, match=match):
            Backbone(**bad)
    with pytest.raises(OptionError, match="do not divide"):
        PysklGCN(Backbone(widths=(4,), strides=(1,)), 5, layout_graph(skeleton("kinect20")))


def test_channels_that_do_not_divide_go_to_one_branch():
    x = torch.randn(1, 20, 8, 5)
    last = MultiScaleTemporal(20, 20, dilations=(1, 2, 3, 4), uneven=True)
    assert last(x).shape == x.shape and [b[0].out_channels for b in last.branches] == [3, 3, 3, 3, 3, 5]
    first = TemporalScales(20, 20, stride=2)
    assert first(x).shape == (1, 20, 4, 5) and first.branches[0][0].out_channels == 5
