"""Least-squares losses, frozen modules, and the pool of earlier fakes."""

from __future__ import annotations

import torch
from torch import nn

from vitruve.nn.adversarial import Pool, fool_loss, frozen, judge_loss


def test_losses_are_least_where_each_side_wins() -> None:
    ones, zeros = torch.ones(4, 1), torch.zeros(4, 1)
    assert judge_loss(ones, zeros) == 0 and judge_loss(zeros, ones) == 1
    assert fool_loss(ones) == 0 and fool_loss(zeros) == 0.5
    assert fool_loss(ones, real=ones) == 0.5


def test_frozen_modules_pass_gradients_and_get_none() -> None:
    a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    b.bias.requires_grad_(False)
    with frozen(b):
        loss = b(a(torch.ones(1, 2))).sum()
    loss.backward()
    assert a.weight.grad is not None and b.weight.grad is None
    assert b.weight.requires_grad and not b.bias.requires_grad, "what was frozen before stays so"


def test_pool_fills_first_and_then_exchanges() -> None:
    torch.manual_seed(0)
    pool = Pool(6)
    first = torch.arange(4.0)[:, None]
    assert torch.equal(pool.exchange(first), first), "nothing older to give"
    second = torch.arange(10.0, 14.0)[:, None]
    out = pool.exchange(second)
    assert torch.equal(out[:2], second[:2]) and len(pool.items) == 6
    seen = 0
    for step in range(2, 20):
        fakes = 10.0 * step + torch.arange(4.0)[:, None]
        before, out = pool.items.clone(), pool.exchange(fakes)
        old = ~torch.isin(out, fakes)
        seen += int(old.sum())
        assert torch.isin(out[old], before).all(), "what comes back was in the pool"
        assert torch.isin(fakes[old[:, 0]], pool.items).all(), "and what was given took its place"
        assert len(pool.items) == 6
    assert 20 < seen < 52, "about half of 72 are exchanged"


def test_pool_takes_batches_larger_than_itself() -> None:
    torch.manual_seed(0)
    pool = Pool(3)
    for step in range(3):
        assert pool.exchange(torch.full((8, 2), float(step))).shape == (8, 2)
    assert pool.items.shape == (3, 2)
