"""Attention within many small windows of tokens, laid out with the tokens last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

_CACHED = 2**18
"""Attention weights that are worked on at once: as many as stay in a core's cache."""


def _slices(windows: int, weights: int) -> Iterator[slice]:
    """Cuts so many windows that their attention weights, `weights` each, stay in the cache."""
    step = max(_CACHED // weights, 1)
    return (slice(i, i + step) for i in range(0, windows, step))


def window_attention(qkv: Float[Tensor, "3 N H C W"], bias: Float[Tensor, "H W W"] | None, scale: float, dropout: float = 0.0) -> Float[Tensor, "N H C W"]:
    """Attention of the W tokens of each of N windows among themselves, for H heads of C channels.

    Args:
        qkv: queries, keys and values; see `prefers_tokens_last` for how they best lie in memory.
        bias: added to the scores of every window.
        scale: of queries times keys.
        dropout: of the weights.

    With dropout on the CPU it can be differentiated once, and under autocast it runs in float32.
    """
    if prefers_tokens_last(qkv, dropout):
        return _WithDropout.apply(qkv, bias, scale, dropout)  # type: ignore[no-untyped-call]
    q, k, v = qkv.mT
    return F.scaled_dot_product_attention(q, k, v, attn_mask=None if bias is None else bias.to(q.dtype)[None], dropout_p=dropout, scale=scale).mT


def prefers_tokens_last(x: Tensor, dropout: float) -> bool:
    """Whether the tokens should be the last axis in memory too, rather than the channels: where our own attention runs, since torch has no quick one."""
    return dropout > 0 and x.device.type == "cpu"


class _WithDropout(torch.autograd.Function):
    """Attention with dropout in many small windows, some at a time. Weights are made again for the gradients, not kept.

    Products with so few channels are three times faster where the tokens are the last axis.
    """

    @staticmethod
    @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
    def forward(ctx: Any, qkv: Tensor, bias: Tensor | None, scale: float, dropout: float) -> Tensor:
        _, n, heads, c, w = qkv.shape
        # four numbers of 16 bits from one draw; torch's own dropout draws each, which takes as long as all else
        count = n * heads * w * w
        chance = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None).view(torch.int16)[:count].view(n, heads, w, w)
        out = torch.empty_like(qkv[0])
        for part in _slices(n, heads * w * w):
            weights = _weights(qkv[:, part], bias, scale)
            weights.mul_(_kept(chance[part], dropout, weights))
            torch.bmm(qkv[2, part].flatten(0, 1), weights.mT, out=out[part].flatten(0, 1))
        out.div_(1 - dropout)
        ctx.save_for_backward(qkv, bias, chance, out)
        ctx.scale, ctx.dropout = scale, dropout
        return out

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor | None, None, None]:
        qkv, bias, chance, out = ctx.saved_tensors
        # what a weight's gradient loses to the others of its row
        mean = (grad * out).sum(-2).flatten(0, 1)[..., None]
        grad = (grad / (1 - ctx.dropout)).contiguous()
        to_qkv, to_bias = torch.empty_like(qkv), None if bias is None else torch.zeros_like(bias)
        rows = qkv.shape[2]
        for part in _slices(qkv.shape[1], rows * qkv.shape[-1] ** 2):
            q, k, v = qkv[:, part].flatten(1, 2)
            g = grad[part].flatten(0, 1)
            weights = _weights(qkv[:, part], bias, ctx.scale)
            kept = _kept(chance[part], ctx.dropout, weights)
            to_scores = torch.bmm(g.mT, v).mul_(kept)
            to_q, to_k, to_v = (x[part].flatten(0, 1) for x in to_qkv)
            torch.bmm(g, kept.mul_(weights), out=to_v)
            to_scores.sub_(mean[part.start * rows : part.stop * rows]).mul_(weights)
            torch.bmm(k, to_scores.mT, out=to_q)
            torch.bmm(q, to_scores, out=to_k)
            if to_bias is not None:
                to_bias += to_scores.view(-1, *to_bias.shape).sum(0)
        to_qkv[:2].mul_(ctx.scale)
        return to_qkv, to_bias, None, None


def _weights(qkv: Float[Tensor, "3 N H c W"], bias: Float[Tensor, "H W W"] | None, scale: float) -> Float[Tensor, "NH W W"]:
    q, k, _ = qkv.flatten(1, 2)
    scores = torch.bmm((q * scale).mT, k)
    if bias is not None:
        scores.view(-1, *bias.shape).add_(bias)
    return torch.softmax(scores, -1, out=scores)


def _kept(chance: Tensor, dropout: float, like: Tensor) -> Tensor:
    """1 for the weights that are kept, 0 for those that are dropped."""
    return torch.ge(chance.view_as(like), round(dropout * 2**16) - 2**15, out=torch.empty_like(like))
