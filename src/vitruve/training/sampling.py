"""What is seen when: the order of samples and their augmentation depend on seed, epoch and index alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import Dataset, Sampler

from vitruve.tasks.split import Split


def derived_seed(*parts: int | str) -> int:
    """A 63-bit seed from numbers and words; unlike hash(), the same in every process."""
    digest = hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


class Augmented(Dataset):
    """A Split whose item (epoch, index) is augmented by a generator seeded from them."""

    def __init__(self, split: Split, seed: int) -> None:
        self.split, self.seed = split, seed

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, key: tuple[int, int]) -> Any:
        epoch, index = key
        generator = torch.Generator().manual_seed(derived_seed(self.seed, "sample", epoch, index))
        return self.split.get(index, generator)


class EpochBatches(Sampler):
    """Batches of (epoch, index), shuffled anew each epoch; those `done` in an earlier run are skipped.

    With several processes each takes every world-th sample of the shared order, cut to equal lengths.
    """

    def __init__(self, size: int, batch_size: int, seed: int, rank: int = 0, world: int = 1) -> None:
        self.size, self.seed, self.rank, self.world = size, seed, rank, world
        self.batch_size = min(batch_size, max(size // world, 1))
        self.epoch = 0
        self.done = (0, 0)
        """(epoch, batches of it that were trained on before)."""

    def __len__(self) -> int:
        return self.size // self.world // self.batch_size

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        generator = torch.Generator().manual_seed(derived_seed(self.seed, "order", self.epoch))
        order = torch.randperm(self.size, generator=generator)[self.rank :: self.world].tolist()
        start = self.done[1] if self.epoch == self.done[0] else 0
        for b in range(start, len(self)):
            yield [(self.epoch, i) for i in order[b * self.batch_size : (b + 1) * self.batch_size]]
