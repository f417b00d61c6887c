"""A bar for work that takes a while, where somebody looks on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def tracked(items: Sequence[T], text: str, shown: bool | None = None) -> Iterable[T]:
    """The items, with a bar on the error stream that goes away at the end; by default only on a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, text, console=console, transient=True) if (console.is_terminal if shown is None else shown) else items
