"""Momentum contrast: encoders that follow others slowly, queues of their embeddings, and InfoNCE against them.

One branch contrasts the queries of its own encoder; several contrast each other's where one's queries go into another's `logits`.
"""

from __future__ import annotations

import copy

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class KeyQueue(nn.Module):
    """The last `size` unit vectors that were pushed, at first random ones. `keys` (dim, size), the oldest at `pointer`."""

    keys: Tensor
    pointer: Tensor

    def __init__(self, dim: int, size: int) -> None:
        super().__init__()
        self.register_buffer("keys", F.normalize(torch.randn(dim, size), dim=0))
        self.register_buffer("pointer", torch.zeros(1, dtype=torch.int64))

    @torch.no_grad()
    def push(self, keys: Float[Tensor, "B D"]) -> None:
        """Replace the oldest; batches may be of any size up to the queue's."""
        places = (self.pointer + torch.arange(len(keys), device=self.keys.device)) % self.keys.shape[1]
        self.keys[:, places] = keys.to(self.keys).T
        self.pointer.copy_((self.pointer + len(keys)) % self.keys.shape[1])

    def recent(self, count: int) -> Float[Tensor, "N D"]:
        """The `count` keys pushed last, or all where there are fewer; the newest last."""
        return self.keys.roll(-int(self.pointer), 1)[:, -count:].T


class Branch(nn.Module):
    """An encoder of queries, its momentum copy for keys, and the queue of these.

    A step is: `query` of one view, `advance`, `key` of another, the losses, `queue.push` of the keys.

    Args:
        encoder: gives (B, dim).
        dim: of an embedding.
        size: of the queue.
        momentum: of the encoder of keys.
        temperature: of the logits.
    """

    def __init__(self, encoder: nn.Module, dim: int, size: int, momentum: float = 0.999, temperature: float = 0.07) -> None:
        super().__init__()
        self.encoder = encoder
        self.slow = copy.deepcopy(encoder).requires_grad_(False)
        self.queue = KeyQueue(dim, size)
        self.momentum, self.temperature = momentum, temperature

    @torch.no_grad()
    def advance(self) -> None:
        """Move the encoder of keys towards that of queries. Normalisations keep their own statistics, as in MoCo."""
        for slow, fast in zip(self.slow.parameters(), self.encoder.parameters()):
            slow.copy_(slow * self.momentum + fast * (1.0 - self.momentum))

    def query(self, x: Tensor) -> Float[Tensor, "B D"]:
        """Unit embeddings, with gradient."""
        return F.normalize(self.encoder(x).float(), dim=-1)

    @torch.no_grad()
    def key(self, x: Tensor) -> Float[Tensor, "B D"]:
        """Unit embeddings of the momentum encoder, without."""
        return F.normalize(self.slow(x).float(), dim=-1)

    def similarities(self, q: Float[Tensor, "B D"]) -> Float[Tensor, "B K"]:
        """Cosines with the keys in the queue, of which this has a copy: they may be replaced before the gradient is taken."""
        return q @ self.queue.keys.clone()

    def logits(self, q: Float[Tensor, "B D"], k: Float[Tensor, "B D"]) -> Float[Tensor, "B N"]:
        """Of each query with its key, then with the keys in the queue, over the temperature."""
        return torch.cat([(q * k).sum(-1, keepdim=True), self.similarities(q)], 1) / self.temperature


def info_nce(logits: Float[Tensor, "B N"]) -> Float[Tensor, ""]:
    """Cross-entropy where the first of each row is the right one."""
    return F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64, device=logits.device))


def distillation(
    student: Float[Tensor, "B K"], teacher: Float[Tensor, "B K"], neighbours: int, student_temperature: float, teacher_temperature: float
) -> Float[Tensor, ""]:
    """How a stream's similarities to its own queue differ from another's to the same clips, on the other's nearest (CMD); KL divergence."""
    value, place = teacher.topk(neighbours, -1)
    target = F.softmax(value / teacher_temperature, 1)
    return F.kl_div(F.log_softmax(student.gather(1, place) / student_temperature, 1), target, reduction="batchmean")
