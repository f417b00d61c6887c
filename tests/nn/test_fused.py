"""Convolutions computed with normalisation, side by side or by transforms give what they give one by one."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vitruve.core.standards import skeleton
from vitruve.nn import fused, skeletons
from vitruve.nn.agcn import AGCN
from vitruve.nn.ctrgcn import CTRGCN
from vitruve.nn.gait import ResNet9
from vitruve.nn.gcn import MultiScaleTemporal
from vitruve.nn.stgcnpp import TemporalScales

GRAPH = skeletons.spatial_graph(skeletons.kinect_parents(skeleton("kinect20")))


def settled(module: nn.Module, seed: int = 0) -> nn.Module:
    """Weights and statistics away from the ones and zeros that hide a forgotten factor."""
    g = torch.Generator().manual_seed(seed)
    for m in module.modules():
        if isinstance(m, nn.modules.batchnorm._BatchNorm):
            m.running_mean.normal_(0, 0.3, generator=g)
            m.running_var.uniform_(0.5, 1.5, generator=g)
            nn.init.uniform_(m.weight, 0.5, 1.5, generator=g)
            nn.init.normal_(m.bias, 0, 0.3, generator=g)
    for p in module.parameters():
        if not p.any():
            nn.init.normal_(p, std=0.3, generator=g)
    return module


def one_by_one(module: nn.Module) -> nn.Module:
    """A copy whose every layer is listened to, and therefore called by itself."""
    plain = copy.deepcopy(module)
    for m in plain.modules():
        m.register_forward_hook(lambda m, given, out: None)
    return plain


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    return bool((a - b).abs().max() <= 1e-5 * b.abs().max())


@pytest.mark.parametrize("frames", [1, 7, 8, 15, 16, 17, 40])
@pytest.mark.parametrize("kernel", [3, 9])
def test_long_convolutions_are_convolutions(frames, kernel):
    g = torch.Generator().manual_seed(0)
    x, w, b = (torch.randn(*s, generator=g, dtype=torch.float64, requires_grad=True) for s in ((2, 3, frames, 5), (4, 3, kernel, 1), (4,)))
    ours, plain = fused.long_conv(x, w, b), F.conv2d(x, w, b, padding=(kernel // 2, 0))
    assert torch.allclose(ours, plain, atol=1e-12)
    along = torch.randn(plain.shape, generator=g, dtype=torch.float64)
    for a, e in zip(torch.autograd.grad(ours, (x, w, b), along), torch.autograd.grad(plain, (x, w, b), along)):
        assert torch.allclose(a, e, atol=1e-11)


def test_long_convolutions_are_used_where_they_pay_and_in_single_precision_as_exact():
    g = torch.Generator().manual_seed(0)
    conv, norm = nn.Conv2d(128, 128, (9, 1), padding=(4, 0)), nn.BatchNorm2d(128)
    x = torch.randn(2, 128, 50, 3, generator=g)
    with torch.inference_mode():
        made = fused.convolved(conv, x, conv.weight, conv.bias)
        assert close(made, conv(x)) and not torch.equal(made, conv(x))
    # tables made without gradients serve with them
    fused.conv_norm(conv, norm, x.requires_grad_()).sum().backward()
    strided = nn.Conv2d(128, 128, (9, 1), (2, 1), (4, 0))
    assert torch.equal(fused.convolved(strided, x, strided.weight, strided.bias), strided(x))


@pytest.mark.parametrize("high,wide", [(1, 1), (3, 4), (8, 5), (16, 11)])
def test_square_convolutions_are_convolutions(high, wide):
    g = torch.Generator().manual_seed(0)
    x, w, b = (torch.randn(*s, generator=g, dtype=torch.float64, requires_grad=True) for s in ((2, 3, high, wide), (4, 3, 3, 3), (4,)))
    ours, plain = fused.square_conv(x, w, b), F.conv2d(x, w, b, padding=1)
    assert torch.allclose(ours, plain, atol=1e-12)
    along = torch.randn(plain.shape, generator=g, dtype=torch.float64)
    for a, e in zip(torch.autograd.grad(ours, (x, w, b), along), torch.autograd.grad(plain, (x, w, b), along)):
        assert torch.allclose(a, e, atol=1e-11)


def test_square_convolutions_have_second_gradients():
    x, w = (torch.randn(*s, dtype=torch.float64, requires_grad=True) for s in ((1, 2, 5, 3), (2, 2, 3, 3)))
    assert torch.autograd.gradgradcheck(lambda x, w: fused.square_conv(x, w, None), (x, w))


def test_square_convolutions_are_used_where_they_pay_and_in_single_precision_nearly_as_exact():
    g = torch.Generator().manual_seed(0)
    conv = nn.Conv2d(128, 128, 3, padding=1)
    x = torch.randn(8, 128, 16, 11, generator=g)
    with torch.inference_mode():
        made = fused.convolved(conv, x, conv.weight, conv.bias)
        assert close(made, conv(x)) and not torch.equal(made, conv(x))
    for other in (nn.Conv2d(128, 128, 3, 2, 1), nn.Conv2d(128, 128, 3)):
        assert torch.equal(fused.convolved(other, x, other.weight, other.bias), other(x))


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("bias", [True, False])
def test_maps_of_many_entries_are_convolutions(stride, bias):
    g = torch.Generator().manual_seed(0)
    conv = nn.Conv2d(5, 7, 1, stride, bias=bias).double()
    # a part of the channels, as branches that share a map get
    x = torch.randn(16, 8, 6, 9, generator=g, dtype=torch.float64, requires_grad=True)
    ours, plain = fused.convolved(conv, x[:, 1:6], conv.weight, conv.bias), conv(x[:, 1:6])
    assert torch.allclose(ours, plain, atol=1e-12)
    along = torch.randn(plain.shape, generator=g, dtype=torch.float64)
    given = (x, *conv.parameters())
    for a, e in zip(torch.autograd.grad(ours, given, along), torch.autograd.grad(plain, given, along)):
        assert torch.allclose(a, e, atol=1e-11)


@pytest.mark.parametrize("frames,stride", [(1, 1), (2, 2), (7, 1), (7, 2), (8, 2), (9, 3)])
def test_temporal_maximum_is_pooling(frames, stride):
    x = torch.randn(2, 3, frames, 4)
    pool = nn.MaxPool2d((3, 1), (stride, 1), (1, 0))
    assert torch.equal(fused.temporal_maximum(x, pool), pool(x))


def test_ties_of_a_maximum_give_gradients_as_pooling_does():
    x, y = (torch.zeros(1, 1, 6, 1, requires_grad=True) for _ in range(2))
    pool = nn.MaxPool2d((3, 1), 1, (1, 0))
    fused.temporal_maximum(x, pool).sum().backward()
    pool(y).sum().backward()
    assert torch.equal(x.grad, y.grad)


NETWORKS = {
    "CTR-GCN": (lambda: CTRGCN(4, GRAPH, widths=(16, 32), strides=(1, 2)), (2, 3, 8, 20, 2)),
    "AGCN": (lambda: AGCN(4, GRAPH, widths=(16, 32), strides=(1, 2)), (2, 3, 8, 20, 2)),
    "CTR-GCN's branches": (lambda: MultiScaleTemporal(8, 16, stride=2), (2, 8, 9, 5)),
    "ST-GCN++'s branches": (lambda: TemporalScales(8, 20, stride=2), (2, 8, 9, 5)),
    "ResNet-9": (lambda: ResNet9((4, 4, 8, 8)), (2, 1, 16, 12)),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("training", [False, True])
def test_networks_give_what_their_layers_give_one_by_one(name, training):
    build, shape = NETWORKS[name]
    torch.manual_seed(0)
    network = settled(build()).train(training)
    plain = one_by_one(network)
    x = torch.randn(shape)
    y, expected = network(x), plain(x)
    assert close(y, expected)
    for (key, a), b in zip(network.named_buffers(), plain.buffers()):
        assert torch.allclose(a, b, atol=1e-6), key
    along = torch.randn(y.shape)
    (y * along).sum().backward()
    (expected * along).sum().backward()
    for (key, a), b in zip(network.named_parameters(), plain.parameters()):
        # in training, what normalisation subtracts again has no gradient but rounding
        assert (a.grad - b.grad).abs().max() <= 1e-4 * b.grad.abs().max() + 1e-4, key
