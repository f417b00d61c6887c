"""Attention in windows: with dropout it is that of the weights it keeps, and so are its gradients."""

import pytest
import torch

from vitruve.nn.window_attention import window_attention


def dropped_attention(qkv, bias, dropout, seed):
    torch.manual_seed(seed)
    return window_attention(qkv, bias, 0.3, dropout)


@pytest.mark.parametrize("with_bias", [True, False])
def test_attention_with_dropout_is_that_of_the_weights_it_keeps(with_bias, monkeypatch):
    # two windows at a time, so that the last slice is shorter
    monkeypatch.setattr("vitruve.nn.window_attention._CACHED", 2 * 2 * 9 * 9)
    g = torch.Generator().manual_seed(0)
    qkv = torch.randn(3, 5, 2, 9, 9, generator=g, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(2, 9, 9, generator=g, dtype=torch.float64, requires_grad=True) if with_bias else None
    # with the unit matrix as values, the output is the weights
    shown = torch.stack([*qkv.detach()[:2], torch.eye(9, dtype=torch.float64).expand(5, 2, 9, 9)])
    kept = dropped_attention(shown, bias, 0.4, 1).mT != 0
    assert 0.5 < kept.double().mean() < 0.7

    q, k, v = qkv.mT
    scores = 0.3 * q @ k.mT if bias is None else 0.3 * q @ k.mT + bias
    expected = ((scores.softmax(-1) * kept / 0.6) @ v).mT
    found = dropped_attention(qkv, bias, 0.4, 1)
    assert torch.allclose(found, expected)
    inputs = (qkv,) if bias is None else (qkv, bias)
    grad = torch.randn(expected.shape, generator=g, dtype=torch.float64)
    for a, b in zip(torch.autograd.grad(found, inputs, grad), torch.autograd.grad(expected, inputs, grad)):
        assert torch.allclose(a, b)


@pytest.mark.parametrize("dropout", [0.1, 0.5, 0.75])
def test_attention_weights_are_dropped_as_often_as_asked(dropout):
    shown = torch.zeros(3, 64, 1, 32, 32)
    shown[2] = torch.eye(32)
    weights = 32 * dropped_attention(shown, None, dropout, 2)
    assert abs(float((weights == 0).float().mean()) - dropout) < 0.008
    assert float(weights.mean()) == pytest.approx(1, abs=0.02)
    # neither rows nor columns nor windows share what is dropped
    assert all(abs(float(torch.corrcoef((weights != 0).float().movedim(d, 0).flatten(1)[:2])[0, 1])) < 0.1 for d in (0, 2, 3))
