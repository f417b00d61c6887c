"""Momentum contrast: what the queue holds, how the encoder of keys follows, and contrast across branches."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from vitruve.nn.moco import Branch, KeyQueue, info_nce


def branch(size: int = 8, **options) -> Branch:
    torch.manual_seed(0)
    return Branch(nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4)), 4, size, **options)


def numbered(*values: int) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32)[:, None].expand(-1, 4)


def test_the_queue_holds_what_was_pushed_last():
    q = KeyQueue(4, 7)
    assert torch.allclose(q.keys.norm(dim=0), torch.ones(7), atol=1e-6)
    for start in range(0, 12, 3):
        q.push(numbered(start, start + 1, start + 2))
    # a batch may go over the end
    assert q.recent(5)[:, 0].tolist() == [7, 8, 9, 10, 11] and q.recent(99)[:, 0].tolist() == [5, 6, 7, 8, 9, 10, 11]
    assert q.pointer.tolist() == [12 % 7]
    assert set(q.state_dict()) == {"keys", "pointer"}


def test_the_encoder_of_keys_follows():
    b = branch(momentum=0.75)
    with torch.no_grad():
        b.encoder[0].weight += 1
    before, goal = b.slow[0].weight.clone(), b.encoder[0].weight
    b.advance()
    assert torch.allclose(b.slow[0].weight, 0.75 * before + 0.25 * goal)
    assert not any(p.requires_grad for p in b.slow.parameters())


def test_only_queries_have_a_gradient():
    b = branch()
    x = torch.randn(6, 5)
    q, k = b.query(x), b.key(x)
    assert torch.allclose(q.norm(dim=1), torch.ones(6)) and torch.allclose(k.norm(dim=1), torch.ones(6))
    loss = info_nce(b.logits(q, k))
    # keys may be pushed before the gradient is taken
    b.queue.push(k)
    loss.backward()
    assert b.encoder[0].weight.grad.abs().max() > 0 and all(p.grad is None for p in b.slow.parameters())


def test_info_nce_by_hand():
    b = branch(size=3, temperature=0.5)
    q, k = F.normalize(torch.randn(2, 4), dim=1), F.normalize(torch.randn(2, 4), dim=1)
    terms = []
    for n in range(2):
        right = math.exp(float(q[n] @ k[n]) / 0.5)
        wrong = sum(math.exp(float(q[n] @ b.queue.keys[:, i]) / 0.5) for i in range(3))
        terms.append(-math.log(right / (right + wrong)))
    assert float(info_nce(b.logits(q, k))) == pytest.approx(sum(terms) / 2, rel=1e-5)


def test_branches_contrast_each_other():
    """A query of one representation finds the key of the same clip in another, among the keys in the other's queue."""
    a, b = branch(size=64), branch(size=64)
    torch.manual_seed(1)
    mix = torch.randn(5, 5)
    optimizer = torch.optim.Adam([*a.encoder.parameters(), *b.encoder.parameters()], lr=0.02)
    losses = []
    for _ in range(60):
        x = torch.randn(32, 5)
        q, r = a.query(x), b.query(x @ mix)
        a.advance(), b.advance()
        k, m = a.key(x), b.key(x @ mix)
        loss = info_nce(b.logits(q, m)) + info_nce(a.logits(r, k))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        a.queue.push(k), b.queue.push(m)
        losses.append(float(loss.detach()))
    assert sum(losses[-5:]) < 0.7 * sum(losses[2:7])
