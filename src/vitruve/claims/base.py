"""What an experiment on a paper's point gives back, and how it is written down.

A claim is a module `claims/<task>/<slug>.py` with
`run(quick=False, seeds=3, data_root=None, folder="claims", progress=True) -> ClaimResult`:
`quick` is a version of minutes that says less, `folder` keeps what was trained, so that a stopped run goes on.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from vitruve.io.files import atomic
from vitruve.tasks.method import Method

if TYPE_CHECKING:
    from vitruve.tasks.method import Recipe
    from vitruve.tasks.split import Split
    from vitruve.training import TrainingOptions

M = TypeVar("M", bound=Method)


@dataclass(frozen=True)
class ClaimResult:
    """`arms` maps each arm to its metric, one value for each seed; `table` has a header row, then rows of text."""

    slug: str
    metric: str
    arms: Mapping[str, Sequence[float]]
    table: Sequence[Sequence[str]]
    conclusion: str
    """In words, what came out, whether or not it is what the paper says."""
    reproduced: bool
    data: str
    seeds: Sequence[int]
    quick: bool = False
    duration: float = 0.0
    """Seconds."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else a reader needs to judge it: sizes, epochs, what was tried."""
    curves: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    """(epoch, score on validation data) of trainings, drawn under the arms."""
    curves_of: str = ""
    """What that score is."""

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values, with the mean and spread of each arm, and what it was made with."""
        summary = {arm: dict(zip(("mean", "spread"), mean_spread(values))) for arm, values in self.arms.items()}
        return json.loads(json.dumps({**asdict(self), "summary": summary, "made_with": environment()}))

    def write(self, path: str | Path) -> Path:
        """Write it as JSON; folders are made."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            temporary.write_text(json.dumps(self.to_json(), indent=1) + "\n")
        return path

    def text(self) -> str:
        """The table in columns, and the conclusion."""
        return f"{in_columns(self.table)}\n\n{self.conclusion}"


@dataclass(frozen=True)
class Table:
    """Many systems on one footing; `rows` has a header row, then rows of text."""

    title: str
    text: str
    """How it was made, and what to know to read it."""
    rows: Sequence[Sequence[str]]
    data: str
    seeds: Sequence[int]
    quick: bool
    duration: float
    """Seconds."""
    details: Mapping[str, Any] = field(default_factory=dict)

    def write(self, path: str | Path) -> Path:
        """Write it as JSON, with what it was made with; folders are made."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic(path) as temporary:
            temporary.write_text(json.dumps({**asdict(self), "made_with": environment()}, indent=1) + "\n")
        return path


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """A table as text."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in rows)


def trained_arms(
    slug: str,
    arms: Mapping[str, Callable[[], M]],
    split: Callable[[M], Split],
    seeds: int,
    options: TrainingOptions,
    folder: str | Path,
    quick: bool,
    recipe: Recipe | None = None,
) -> Iterator[tuple[str, int, M]]:
    """(arm, seed, trained method) of every arm with every seed; kept in `folder`, so that a stopped experiment goes on.

    Args:
        slug: of the method the claim is about.
        arms: what makes each arm's method, called after seeding.
        split: the training samples of a method.
        seeds: how many.
        options: of training; their seed is replaced.
        folder: gets slug/quick-ARM-SEED or slug/full-ARM-SEED.
        quick: which of these.
        recipe: instead of the methods' own.
    """
    from vitruve.training import train

    for seed in range(seeds):
        for arm, make in arms.items():
            torch.manual_seed(seed)
            method = make()
            place = Path(folder) / slug / f"{'quick' if quick else 'full'}-{arm.replace(' ', '-')}-{seed}"
            yield arm, seed, train(method, split(method), place, replace(options, seed=seed), recipe)  # type: ignore[misc]


def mean_spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation (0 for a single value)."""
    return mean(values), stdev(values) if len(values) > 1 else 0.0


def shown(values: Sequence[float], digits: int = 2) -> str:
    """ "mean +- spread (n)" for tables; "value (1)" where there is one."""
    m, s = mean_spread(values)
    return f"{m:.{digits}f} +- {s:.{digits}f} ({len(values)})" if len(values) > 1 else f"{m:.{digits}f} (1)"


def environment() -> dict[str, Any]:
    """Version, commit, PyTorch, processor and accelerator."""
    from vitruve import __version__

    here = Path(__file__).parent
    commit = subprocess.run(["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip() if _in_git(here) else ""
    return {
        "vitruve": __version__,
        "commit": commit or None,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def _in_git(folder: Path) -> bool:
    """Whether the package lies in its own checkout (not in an environment inside somebody else's)."""
    return (folder.parents[2] / ".git").exists()
