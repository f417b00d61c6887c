"""The fully connected lifter: the root stays zero, stages are residual, dropout acts in training alone."""

from __future__ import annotations

import torch

from vitruve.nn.linear_lifter import LinearLifter, LinearNet, with_root


def test_root_is_zero_and_the_rest_is_not() -> None:
    torch.manual_seed(0)
    out = LinearLifter(16, 32, 1).eval()(torch.randn(4, 16, 2))
    assert out.shape == (4, 16, 3) and out[:, 0].abs().max() == 0 and out[:, 1:].abs().min() > 0
    assert with_root(torch.ones(1, 2, 3)).tolist() == [[[0, 0, 0], [1, 1, 1], [1, 1, 1]]]


def test_stages_add_to_what_they_read_only_with_a_skip() -> None:
    torch.manual_seed(0)
    x = torch.randn(5, 6)
    for skip in (True, False):
        net = LinearNet(6, 3, 8, 1, dropout=0.0, skip=skip).eval()
        with torch.no_grad():
            stage = net.linear_stages[0]
            stage.batch_norm2.weight.zero_()
            stage.batch_norm2.bias.zero_()
            first = torch.relu(net.batch_norm1(net.w1(x)))
            assert torch.allclose(net(x), net.w2(first if skip else torch.zeros_like(first)), atol=1e-6)


def test_leaky_activation_lets_negative_numbers_through() -> None:
    torch.manual_seed(0)
    x, net = torch.randn(5, 6), LinearNet(6, 3, 8, 0, dropout=0.0, negative_slope=0.5).eval()
    with torch.no_grad():
        inner = net.batch_norm1(net.w1(x))
        assert torch.allclose(net(x), net.w2(torch.where(inner > 0, inner, 0.5 * inner)), atol=1e-6)


def test_dropout_acts_in_training_alone() -> None:
    torch.manual_seed(0)
    net, x = LinearLifter(16, 32, 1, dropout=0.5), torch.randn(4, 16, 2)
    assert not torch.equal(net.train()(x), net(x))
    assert torch.equal(net.eval()(x), net(x))
