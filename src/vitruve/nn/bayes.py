"""Weights as random variables: a sampler of their posterior, and Gaussians around weights that training has passed through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

_FLOOR = 1e-30
"""Of a variance."""
_START = 1e-5
"""Of a mean square of gradients."""


class SGAdaHMC(torch.optim.Optimizer):
    """Stochastic gradient Hamiltonian Monte Carlo whose mass adapts to the gradients: each step takes `inner` moves on one gradient.

    With v the running mean square of the gradient g (over about `tau` moves) and m the momentum, a move is

        m <- m - lr^2 g / sqrt(v) - lr C m / sqrt(v) + T (2 lr^3 C / v - lr^4) noise;  weights <- weights + m.

    Args:
        params: to sample.
        lr: step of a move.
        inner: moves of a step.
        temperature: T, of the noise.
        tau, friction: see above.
        keep: v and m last; without, they start anew with every move, as in the release. Friction is held to at most the whole momentum
            and v to at least where it starts, without which vanishing gradients blow moves up (our choice).

    Source: Springenberg et al., Bayesian Optimization with Robust Bayesian Neural Networks, NeurIPS 2016; TASAR (optimisers/optimisers.py).
    The release also computes a falling step but does not use it.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        inner: int = 30,
        temperature: float = 1e-5,
        tau: float = 2.0,
        friction: float = 1.0,
        keep: bool = True,
    ) -> None:
        super().__init__(params, {"lr": lr, "inner": inner, "temperature": temperature, "tau": tau, "friction": friction, "keep": keep})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None, noise: Float[Tensor, "..."] | None = None) -> None:  # type: ignore[override]
        """One step; `noise` (inner, shape of the only parameter) stands in for the random numbers."""
        for group in self.param_groups:
            e, c, t, tau = group["lr"], group["friction"], group["temperature"], group["tau"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                state = self.state[p]
                for move in range(group["inner"]):
                    if not group["keep"] or "v" not in state:
                        state["v"], state["momentum"] = torch.full_like(p, _START), torch.zeros_like(p)
                    v = state["v"] - state["v"] / tau + g.square() / tau
                    if group["keep"]:
                        v = v.clamp_min(_START)
                    root = v.sqrt()
                    z = torch.randn_like(p) if noise is None else noise[move]
                    slowed = state["momentum"] * (1 - (e * c / root).clamp(max=1.0))
                    state["v"], state["momentum"] = v, slowed - e**2 * g / root + t * (2 * e**3 * c / v - e**4) * z
                    p.add_(state["momentum"])


def head_answers(logits: Float[Tensor, "S B K"], weights: Float[Tensor, "*M S D"], official_quirks: bool = False) -> Float[Tensor, "*M S B K"]:
    """What heads of these weights make of rectified logits, stream by stream: l + ReLU(W2 (W1 l + b1) + b2).

    A row of weights is W1 (K, K), b1, W2 (K, K), b2, in this order.
    """
    k = logits.shape[-1]
    w1, b1, w2, b2 = weights.split([k * k, k, k * k, k], -1)
    read = logits[:1].expand_as(logits) if official_quirks else logits
    inner = read @ w1.unflatten(-1, (k, k)).mT + b1[..., None, :]
    return logits + F.relu(inner @ w2.unflatten(-1, (k, k)).mT + b2[..., None, :])


def gaussian(mean: Float[Tensor, "*M D"], square: Float[Tensor, "*M D"], scale: float, noise: Float[Tensor, "*N D"]) -> Float[Tensor, "*N D"]:
    """Weights drawn from Gaussians of these means and mean squares, their spread times `scale`; noise is standard normal."""
    return mean + scale * ((square - mean.square()).clamp_min(_FLOOR) + _FLOOR).sqrt() * noise


def moved_mean(mean: Tensor, value: Tensor, n: int) -> Tensor:
    """The mean of n + 1 values from that of n and the last."""
    return mean * (n / (n + 1)) + value / (n + 1)


class Posterior:
    """A Gaussian over all parameters of a network, of the weights that its training passes through (diagonal SWAG).

    Source: Maddox et al., A Simple Baseline for Bayesian Uncertainty in Deep Learning, NeurIPS 2019.
    """

    def __init__(self, net: nn.Module) -> None:
        self.net = net
        self.mean = {k: v.detach().clone() for k, v in net.named_parameters()}
        self.square = {k: v.square() for k, v in self.mean.items()}
        self.count = 0

    @torch.no_grad()
    def update(self) -> None:
        """Take in the weights as they are now."""
        for k, v in self.net.named_parameters():
            self.mean[k], self.square[k] = moved_mean(self.mean[k], v, self.count), moved_mean(self.square[k], v.square(), self.count)
        self.count += 1

    def draw(self, scale: float, generator: torch.Generator | None = None) -> Callable[[Tensor], Tensor]:
        """The network with other weights, drawn from the posterior."""
        weights = {}
        for k, m in self.mean.items():
            noise = torch.randn(m.shape, generator=generator).to(m)
            weights[k] = gaussian(m.flatten(), self.square[k].flatten(), scale, noise.flatten()).view_as(m)
        return lambda x: torch.func.functional_call(self.net, weights, (x,))
