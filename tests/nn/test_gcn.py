"""Graph networks over skeletons: definitions, invariances, sizes from weights."""

import pytest
import torch

from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn import skeletons
from vitruve.nn.agcn import AGCN, LearnedGCN, LearnedGraphConv
from vitruve.nn.ctrgcn import CTRGCN, ChannelTopology, ctrgcn_sizes
from vitruve.nn.gcn import MultiScaleTemporal

GRAPH = skeletons.spatial_graph(skeletons.kinect_parents(skeleton("kinect20")))
SMALL = {"widths": (16, 32), "strides": (1, 2)}


def _settled(model: torch.nn.Module) -> torch.nn.Module:
    """Every parameter away from the zeros and near-zeros a fresh network starts with."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=generator) / max(p[0].numel() if p.ndim > 1 else 1, 1) ** 0.5)
    return model.eval()


def test_channel_topology_is_its_definition():
    layer = _settled(ChannelTopology(3, 6))
    x, a, alpha = torch.randn(2, 3, 5, 20), torch.randn(20, 20), torch.tensor([0.7])
    # as the paper writes it: embed every frame, then average; refine; aggregate
    pairs = torch.tanh(layer.conv1(x).mean(-2)[..., :, None] - layer.conv2(x).mean(-2)[..., None, :])
    topology = layer.conv4(pairs) * alpha + a
    expected = torch.einsum("ncuv,nctv->nctu", topology, layer.conv3(x))
    assert torch.allclose(layer(x, a, alpha), expected, atol=1e-5)


@pytest.mark.parametrize("network", [CTRGCN, AGCN])
def test_features_do_not_know_the_order_of_people_but_joints(network):
    model = _settled(network(4, GRAPH, people=2, **SMALL))
    model.data_bn = torch.nn.Identity()
    x = torch.randn(3, 3, 8, 20, 2, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(model(x), model(x.flip(-1)), rtol=1e-4, atol=1e-4)
    # a thousand times more than rounding
    assert (model(x) - model(x.roll(1, 3))).abs().max() > 1e-4 * model(x).abs().max()


@pytest.mark.parametrize("network", [CTRGCN, AGCN])
def test_sizes_are_read_from_weights(network):
    model = network(4, GRAPH, people=2, channels=6, **SMALL)
    sizes = ctrgcn_sizes(model.state_dict())
    assert sizes == {"num_classes": 4, "joints": 20, "people": 2, "channels": 6, "widths": (16, 32), "adaptive": True}


def test_agcn_sees_the_clip():
    """The attention part of the adjacency: with it switched to uniform the answer changes."""
    model = _settled(AGCN(4, GRAPH, people=1, **SMALL))
    x = torch.randn(2, 3, 8, 20, 1)
    before = model(x)
    for block in model.blocks:
        for conv in block.gcn1.conv_a:
            torch.nn.init.zeros_(conv.weight), torch.nn.init.zeros_(conv.bias)
    assert (before - model(x)).abs().max() > 1e-3 * before.abs().max()


def test_learned_adjacencies_have_columns_of_length_one_and_start_as_the_identity():
    x = torch.randn(2, 3, 4, 5)
    layer = LearnedGraphConv(3, 8, torch.eye(5).repeat(3, 1, 1)).eval()
    with torch.no_grad():
        layer.bn.weight.fill_(1.0)
        expected = torch.relu(layer.bn(sum(conv(x) for conv in layer.conv_d)) + layer.down(x))
        assert torch.allclose(layer(x), expected, atol=1e-3)
        before = layer(x)
        layer.PA.mul_(7.0)
        assert torch.allclose(layer(x), before, atol=1e-3)
    fixed = LearnedGCN(4, 5, people=1, widths=(8,), strides=(1,), adaptive=False)
    assert not any(name.endswith("PA") for name, _ in fixed.named_parameters()) and fixed(x[..., None]).shape == (2, 4)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"expected \(B, 3, T, 20, 2\)"):
        CTRGCN(4, GRAPH, **SMALL)(torch.randn(1, 3, 8, 25, 2))
    with pytest.raises(OptionError, match="temporal branches"):
        MultiScaleTemporal(8, 10)
    with pytest.raises(OptionError, match="widths"):
        AGCN(4, GRAPH, widths=(8,), strides=(1, 1))
