"""What adversarial training shares: least-squares losses, and a pool of earlier fakes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn


def judge_loss(real: Float[Tensor, "*B"], fake: Float[Tensor, "*C"]) -> Float[Tensor, ""]:
    """A discriminator's least-squares loss from its scores: real ones towards 1, fakes towards 0, averaged.

    Source: Mao et al., Least squares generative adversarial networks, ICCV 2017.
    """
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def fool_loss(fake: Float[Tensor, "*B"], real: Float[Tensor, "*C"] | None = None) -> Float[Tensor, ""]:
    """A generator's least-squares loss: half the squared distance of the fakes' scores from 1.

    With `real`, scores of real samples towards 0 are added, which moves no generator but belongs to some releases' figures.
    """
    loss = (fake - 1).square().mean() / 2
    return loss if real is None else loss + real.square().mean() / 2


@contextmanager
def frozen(*modules: nn.Module) -> Iterator[None]:
    """What is computed within passes gradients through these modules, but gives their parameters none."""
    free = [p for m in modules for p in m.parameters() if p.requires_grad]
    try:
        for p in free:
            p.requires_grad_(False)
        yield
    finally:
        for p in free:
            p.requires_grad_(True)


class Pool:
    """Fakes of earlier steps, so that a discriminator does not forget them: every other fake is exchanged for an older one.

    Source: Shrivastava et al., Learning from simulated and unsupervised images, CVPR 2017; which slot a fake takes is drawn
    without replacement within a batch.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.items: Tensor | None = None

    def exchange(self, fakes: Float[Tensor, " B *S"]) -> Float[Tensor, " B *S"]:
        """Put fakes in; get back as many, old and new. Draws from PyTorch's generator."""
        fakes = fakes.detach()
        items = fakes[:0] if self.items is None else self.items.to(fakes)
        room = self.size - len(items)
        out = fakes.clone()
        rest = torch.arange(len(fakes))[max(room, 0) :]
        rest = rest[torch.rand(len(rest)) > 0.5][: self.size]
        slots = torch.randperm(len(items))[: len(rest)]
        rest = rest[: len(slots)]
        out[rest] = items[slots]
        items = torch.cat([items, fakes[: max(room, 0)]])
        items[slots] = fakes[rest]
        self.items = items
        return out
