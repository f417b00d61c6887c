"""Residual one-dimensional convolutions and gates."""

from __future__ import annotations

import pytest
import torch

from vitruve.nn.resnet1d import ChannelGate, ResidualBlock1d, ResNet1d


def test_stages_halve_the_axis():
    net = ResNet1d(6, (8, 16, 32), blocks=2).eval()
    assert net(torch.randn(2, 6, 64)).shape == (2, 32, 16)
    assert net(torch.randn(2, 6, 20)).shape == (2, 32, 5)


@pytest.mark.parametrize(("widths", "blocks", "kernel", "field"), [((4,), 1, 3, 7), ((4,), 2, 3, 11), ((4, 4), 1, 3, 13), ((4,), 1, 5, 13)])
def test_receptive_field(widths, blocks, kernel, field):
    """One stem convolution and two of each block; those after a stride of two reach twice as far."""
    torch.manual_seed(0)
    net = ResNet1d(2, widths, blocks, kernel).eval()
    # many, as a ReLU may be shut for one
    x = torch.randn(32, 2, 64, requires_grad=True)
    y = net(x)
    y[:, :, y.shape[-1] // 2].sum().backward()
    seen = (x.grad.abs().sum((0, 1)) > 0).nonzero().flatten()
    assert int(seen[-1] - seen[0]) + 1 == field


def test_a_block_without_branch_is_a_relu():
    block = ResidualBlock1d(4, 4).eval()
    torch.nn.init.zeros_(block.bn2.weight)
    x = torch.randn(2, 4, 10)
    assert torch.equal(block(x), x.relu())


def test_a_gate_of_zero_weights_halves():
    gate = ChannelGate(8, 4)
    for p in gate.parameters():
        torch.nn.init.zeros_(p)
    x = torch.randn(3, 8, 5)
    assert torch.equal(gate(x), 0.5 * x)


def test_a_gate_weighs_whole_channels_between_0_and_1():
    gate = ChannelGate(6, 2)
    x = torch.randn(3, 6, 5)
    factor = gate(x) / x
    assert torch.allclose(factor, gate.factors(x)[..., None].expand_as(x), atol=1e-5)
    assert ((factor > 0) & (factor < 1)).all() and factor.std() > 0


def test_gates_stand_behind_every_stage():
    net = ResNet1d(3, (4, 8), 1, gate=lambda width: ChannelGate(width, 2))
    assert [type(s[-1]) for s in net.stages] == [ChannelGate] * 2
    assert [len(s[-1].fc2.bias) for s in net.stages] == [4, 8]
