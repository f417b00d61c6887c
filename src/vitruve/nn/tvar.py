"""Time-varying autoregressive models of motion: each series' next value from its last one or two, with coefficients that change over time."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError, ShapeError

BANDWIDTHS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""What cross-validation chooses among, in lengths of the series."""
RIDGE = 1e-6
"""Of the mean squared regressor: series that hardly change are nearly collinear with their own past."""
LIMIT = 10.0
"""Largest coefficient: a series that moves less than it is rounded says nothing of its dynamics."""
_TINY = 1e-30
"""Keeps the equations of a series of zeros solvable."""


def triweight(u: Tensor) -> Tensor:
    """The kernel 35/32 (1 - u^2)^3 on [-1, 1]."""
    return 35 / 32 * (1 - u.square()).clamp_min(0) ** 3


def fit(series: Float[Tensor, "*S T"], order: int = 2, bandwidth: float | None = None, ridge: float = RIDGE, limit: float = LIMIT) -> Float[Tensor, "*S N P"]:
    """Coefficients phi_p(t) of x[t] = sum_p phi_p(t) x[t - p] + noise, without intercept; N = T - order.

    Local linear kernel regression: at each time the coefficients and their slopes, by least squares weighted by a triweight kernel.
    Row n belongs to x[n + order]; column p to the value p + 1 frames before.

    Args:
        series: any number of them side by side; all zero gives zero.
        order: 1 or 2.
        bandwidth: reach of the kernel, in lengths of the series; None chooses one of BANDWIDTHS for each series, by leave-one-out
            cross-validation.
        ridge: added to the normal equations, relative to the mean squared regressor.
        limit: coefficients are clamped to it in size.

    Raises:
        OptionError: another order, or a bandwidth that is not positive.
        ShapeError: fewer than 2 order + 2 frames.

    Source: TASAR (ICLR 2025), section 4.3; the R package tvReg (tvAR, est="ll"), whose kernel and criterion these are. Ridge, limit and the
    grid of bandwidths are our choice.
    """
    if order not in (1, 2):
        raise OptionError(f"order={order}: expected 1 or 2")
    if bandwidth is not None and not bandwidth > 0:
        raise OptionError(f"bandwidth={bandwidth}: expected more than 0")
    frames = series.shape[-1]
    if frames < 2 * order + 2:
        raise ShapeError(f"a model of order {order} takes {2 * order + 2} frames or more, found {frames}")
    x = series.double()
    past = torch.stack([x[..., order - p - 1 : frames - p - 1] for p in range(order)], -1)
    target = x[..., order:]
    if bandwidth is not None:
        return _solve(past, target, bandwidth, ridge, limit, alone=False).to(series)
    errors = [(target - (past * _solve(past, target, b, ridge, limit, alone=True)).sum(-1)).square().mean(-1) for b in BANDWIDTHS]
    best = torch.stack(errors).argmin(0)
    out = torch.zeros_like(past)
    for i, b in enumerate(BANDWIDTHS):
        if (best == i).any():
            out[best == i] = _solve(past[best == i], target[best == i], b, ridge, limit, alone=False)
    return out.to(series)


def _solve(past: Tensor, target: Tensor, bandwidth: float, ridge: float, limit: float, alone: bool) -> Float[Tensor, "*S N P"]:
    """Coefficients at every time; `alone` leaves the time itself out."""
    n, order = past.shape[-2:]
    at = torch.arange(n, dtype=past.dtype, device=past.device) / n
    tau = at[None, :] - at[:, None]
    # as many neighbours as there are unknowns, however narrow the kernel and short the series
    weight = triweight(tau / max(bandwidth, (2 * order + 1) / n))
    if alone:
        weight = weight - torch.diag(weight.diagonal())
    # moments of the kernel around each time: sums over times s of w(t, s) tau(t, s)^k z_s z_s'
    outer = (past[..., :, None] * past[..., None, :]).flatten(-2)
    gram = [(weight * tau**k @ outer).unflatten(-1, (order, order)) for k in range(3)]
    lag = [weight * tau**k @ (past * target[..., None]) for k in range(2)]
    left = torch.cat([torch.cat([gram[0], gram[1]], -1), torch.cat([gram[1], gram[2]], -1)], -2)
    eye = torch.eye(2 * order, dtype=past.dtype, device=past.device)
    size = gram[0].diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
    solved = torch.linalg.solve(left + (ridge * size + _TINY) * eye, torch.cat(lag, -1))
    return solved[..., :order].clamp(-limit, limit)


def influence(
    first: Float[Tensor, "*S M 1"], second: Float[Tensor, "*S N 2"], frames: int | None = None
) -> tuple[Float[Tensor, "*S T"], Float[Tensor, "*S T"]]:
    """What a change of x[t] does to x[t + 1] and to x[t + 2], by models of order 1 and 2 of a series; 0 beyond its end.

    The model of order 2 says nothing of x[1]; there stands that of order 1. Coefficients that are not numbers count as 0.

    Args:
        first: from `fit` with order 1, one row less than the series.
        second: from `fit` with order 2, two rows less.
        frames: to which shorter series are repeated; none by default.

    Source: TASAR (ARCal.py).
    """
    if len(first.shape) != len(second.shape) or first.shape[-2] != second.shape[-2] + 1:
        raise ShapeError(f"expected (*S, T - 1, 1) and (*S, T - 2, 2), found {tuple(first.shape)} and {tuple(second.shape)}")
    one, two = second.unbind(-1)
    zero = torch.zeros_like(one[..., :1])
    next_ = torch.cat([first[..., :1, 0], one, zero], -1)
    after = next_ * torch.cat([one, zero, zero], -1) + torch.cat([two, zero, zero], -1)
    # the last frame but one has no model of its own
    next_, after = next_.nan_to_num(0.0), after.nan_to_num(0.0)
    if frames is not None:
        at = torch.arange(frames, device=next_.device) % next_.shape[-1]
        next_, after = next_[..., at], after[..., at]
    return next_, after


def motion_influence(joints: Float[Tensor, "B C T J P"], bandwidth: float | None = None) -> tuple[Float[Tensor, "B C T J P"], Float[Tensor, "B C T J P"]]:
    """`influence` of every coordinate of every joint of clips; see `fit` for the bandwidth."""
    series = joints.movedim(2, -1)
    both = influence(fit(series, 1, bandwidth), fit(series, 2, bandwidth))
    return both[0].movedim(-1, 2), both[1].movedim(-1, 2)


def motion_gradient(gradient: Float[Tensor, "B C T J P"], next_: Float[Tensor, "B C T J P"], after: Float[Tensor, "B C T J P"]) -> Float[Tensor, "B C T J P"]:
    """What reaches frame t through the motion that follows from it: the gradients at t + 1 and t + 2 by the influence of t on them.

    Source: TASAR (Attackers/TASAR.py).
    """
    later = torch.cat([gradient, torch.zeros_like(gradient[:, :, :2])], 2)
    return next_ * later[:, :, 1:-1] + after * later[:, :, 2:]
