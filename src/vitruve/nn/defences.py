"""Defences: losses that recognisers of skeletons are trained with so that small changes of clips matter less."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from vitruve.nn import skeletons

Model = Callable[[Tensor], Tensor]


def _there(joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B 1 1 1 P"]:
    """1 for people who are there, 0 for those who are all zero."""
    return (joints != 0).flatten(1, 3).any(1)[:, None, None, None].to(joints)


def trades(
    model: Model,
    joints: Float[Tensor, "B 3 T J P"],
    label: Int[Tensor, " B"],
    epsilon: float = 0.01,
    steps: int = 20,
    rate: float = 1e-4,
    beta: float = 6.0,
) -> dict[str, Tensor]:
    """TRADES: cross-entropy, and how far the answer moves under the change of at most epsilon that moves it most.

    Args:
        model: in the mode it is trained in.
        joints, label: a batch.
        epsilon: largest change of a coordinate.
        steps, rate: of the search for that change, by signs of gradients.
        beta: weight of the move, a Kullback-Leibler divergence.

    Source: Zhang et al., Theoretically Principled Trade-off between Robustness and Accuracy, ICML 2019; steps and rate as the benchmark of
    TASAR has them, whose restriction of coordinates to [0, 1] is left out.
    """
    there = _there(joints)

    def move(x: Tensor) -> Tensor:
        return F.kl_div(model(x).log_softmax(1), answer, reduction="batchmean")

    logits = model(joints)
    answer = logits.softmax(1).detach()
    x = joints + (2 * torch.rand_like(joints) - 1) * epsilon * there
    for _ in range(steps):
        x = x.detach().requires_grad_()
        (g,) = torch.autograd.grad(move(x), x)
        x = joints + (x + rate * g.sign() - joints).clamp(-epsilon, epsilon) * there
    robust = F.kl_div(model(x.detach()).log_softmax(1), logits.softmax(1), reduction="batchmean")
    return {"cross_entropy": F.cross_entropy(logits, label), "robust": beta * robust}


class BEAT:
    """Energy-based adversarial training: the recogniser is also a density of clips, and of changed clips around each clip.

    Clips are drawn from the density by Langevin steps up the sum of exponentiated logits, from a pool of earlier ones or, seldom, from noise;
    changed clips by steps up their label's probability that keep close to the clip's motion and bones.

    Args:
        parents: each joint's, the centre's its own.
        steps, rate, noise: of the Langevin dynamics.
        radius: of the uniform change that changed clips start from.
        weights: of the density, of changed clips, and of cross-entropy.
        closeness: weight of motion and bones.
        pool: how many clips are kept.
        anew: share of starts from noise.
        official_quirks: as the release: no logit is negative, which leaves clips without gradients when all would be.

    Source: Wang et al., Defending Black-box Skeleton-based Human Activity Classifiers, AAAI 2023, and EBMATrainer.py of TASAR's benchmark, whose
    pool is never filled. That file's Bayesian form trains heads behind a frozen recogniser with the same loss: give those as the model.
    """

    def __init__(
        self,
        parents: Sequence[int],
        steps: int = 10,
        rate: float = 0.05,
        noise: float = 5e-3,
        radius: float = 0.05,
        weights: tuple[float, float, float] = (0.3, 0.1, 1.0),
        closeness: float = 1e-3,
        pool: int = 100,
        anew: float = 0.05,
        official_quirks: bool = False,
    ) -> None:
        self.parents, self.steps, self.rate, self.noise, self.radius = tuple(parents), steps, rate, noise, radius
        self.weights, self.closeness, self.size, self.anew = weights, closeness, pool, anew
        self.official_quirks = official_quirks
        self.pool: Tensor | None = None

    def read(self, model: Model, x: Tensor) -> Float[Tensor, "B K"]:
        """Logits."""
        return model(x).relu() if self.official_quirks else model(x)

    def climb(self, x: Tensor, height: Callable[[Tensor], Tensor], there: Tensor) -> Tensor:
        """Langevin steps up a sum over clips."""
        for _ in range(self.steps):
            x = x.detach().requires_grad_()
            (g,) = torch.autograd.grad(height(x), x)
            x = x + (self.rate * g + (2 * self.rate) ** 0.5 * self.noise * torch.randn_like(x)) * there
        return x.detach()

    def sample(self, model: Model, like: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B 3 T J P"]:
        """Clips from the density."""
        x = 2 * torch.rand_like(like) - 1
        if self.pool is not None and len(self.pool) >= len(like):
            chosen = torch.randperm(len(self.pool))[: len(like)]
            fresh = (torch.rand(len(like)) < self.anew).view(-1, 1, 1, 1, 1).to(like.device)
            x = torch.where(fresh, x, self.pool[chosen].to(like))
        x = self.climb(x, lambda y: self.read(model, y).logsumexp(1).sum(), torch.ones_like(like[:, :1, :1, :1]))
        self.pool = x if self.pool is None else torch.cat([x, self.pool])[: self.size]
        return x

    def distance(self, a: Float[Tensor, "B 3 T J P"], b: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, ""]:
        """Mean squared differences of the first three derivatives over time, and of bone lengths."""

        def lengths(x: Tensor) -> Tensor:
            return (skeletons.bones(x.permute(0, 4, 2, 3, 1), self.parents).square().sum(-1) + 1e-10).sqrt()

        moved = [F.mse_loss(a.diff(n=n, dim=2), b.diff(n=n, dim=2)) for n in (1, 2, 3)]
        return torch.stack([*moved, F.mse_loss(lengths(a), lengths(b))]).sum()

    def losses(self, model: Model, joints: Float[Tensor, "B 3 T J P"], label: Int[Tensor, " B"]) -> dict[str, Tensor]:
        """Weighted terms of a batch."""
        there = _there(joints)
        drawn = self.sample(model, joints)
        start = joints + (2 * torch.rand_like(joints) - 1) * self.radius * there

        def likely(x: Tensor) -> Tensor:
            return -F.cross_entropy(self.read(model, x), label) - self.closeness * self.distance(joints, x)

        changed = self.climb(start, likely, there)
        logits = self.read(model, joints)
        energy = self.read(model, drawn).mean() - logits.mean()
        terms = (energy, F.cross_entropy(self.read(model, changed), label), F.cross_entropy(logits, label))
        return {k: w * v for k, w, v in zip(("energy", "changed", "cross_entropy"), self.weights, terms)}
