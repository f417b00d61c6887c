"""Part of a data set, as a method is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Split:
    """Part of a data set as a method sees it: `get(i, generator)` is sample i, augmented by the generator if there is one."""

    size: int
    get: Callable[[int, torch.Generator | None], Any]
    collate: Callable[[Sequence[Any]], Any]

    def __len__(self) -> int:
        return self.size

    def batches(self, batch_size: int) -> Iterator[Any]:
        """Plain batches in order, without augmentation."""
        for start in range(0, self.size, batch_size):
            yield self.collate([self.get(i, None) for i in range(start, min(start + batch_size, self.size))])
