"""What the benchmarks beside others' code share: taking turns, the authors' checkouts, agreement before timing, and the table.

Checkouts of the authors' repositories lie in one folder, each named owner+name (`git clone URL MartinXM+GAP`); `--official FOLDER` says where.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import torch
from torch import Tensor

Task = Callable[[], object]


def together(repeats: int, **tasks: Task) -> dict[str, float]:
    """Median milliseconds of each task, the tasks taking turns: processor time of all threads, which other work on the machine hardly changes."""
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            times[name].append(time.process_time() - start)
    return {name: 1e3 * float(np.median(t)) for name, t in times.items()}


def agree(what: str, ours: Tensor, theirs: Tensor, tolerance: float = 1e-4) -> None:
    """Raises ValueError where the two differ by more than `tolerance` of the largest entry: what is not the same is not compared."""
    if ours.shape != theirs.shape:
        raise ValueError(f"{what}: {tuple(ours.shape)} beside the peer's {tuple(theirs.shape)}")
    error = float((ours - theirs).abs().max() / theirs.abs().max())
    if not error <= tolerance:
        raise ValueError(f"{what}: differs from the peer's by {error:.1e} of the largest entry, {tolerance:.0e} allowed")


def training_step(parameters: Iterator[torch.nn.Parameter], loss: Callable[[], Tensor], rate: float = 1e-6) -> Task:
    """Gradients of the loss and a step of SGD, so small that repeats stay alike."""
    optimizer = torch.optim.SGD([p for p in parameters if p.requires_grad], rate, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def without_gradient(forward: Callable[[], object]) -> Task:
    def run() -> None:
        with torch.no_grad():
            forward()

    return run


# -- authors' code -------------------------------------------------------------------------------


def checkout(folder: Path | None, repository: str) -> Path | None:
    """Where `owner/name` is checked out; None where it is not."""
    path = None if folder is None else folder / repository.replace("/", "+")
    return path if path is not None and path.is_dir() else None


def bare_package(path: Path) -> types.ModuleType:
    """A package whose modules are importable, without running its own `__init__`."""
    module = types.ModuleType(path.name)
    module.__path__ = [str(path)]
    return module


class _Accepting(types.ModuleType):
    """A module in which everything is."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__, self.__path__ = ModuleSpec(name, None), []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


def stub(**names: object) -> types.ModuleType:
    """A module that holds these names."""
    module = types.ModuleType("stub")
    module.__dict__.update(names)
    return module


@contextlib.contextmanager
def importing(*paths: Path, absent: tuple[str, ...] = (), **modules: types.ModuleType) -> Iterator[None]:
    """The authors' code on the path, as it needs things to be; everything as before afterwards.

    Args:
        paths: what to import from.
        absent: modules that are imported but not used in what is run; stand-ins that accept everything.
        modules: stand-ins by name, with __ for dots.

    Without a GPU, `.cuda()` does nothing. What they print at import and while they are built is dropped.
    """
    stand_ins: dict[str, Any] = {name: _Accepting(name) for name in absent} | {name.replace("__", "."): m for name, m in modules.items()}
    kept = dict(sys.modules)
    cuda = torch.Tensor.cuda, torch.nn.Module.cuda
    sys.modules.update(stand_ins)
    sys.path[:0] = [str(p) for p in paths]
    if not torch.cuda.is_available():
        torch.Tensor.cuda = torch.nn.Module.cuda = lambda self, *args, **kwargs: self  # type: ignore[method-assign,assignment,misc]
    # numpy took these names away
    np.int, np.NINF = int, -np.inf  # type: ignore[attr-defined]
    try:
        # they open files beside their code
        with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(paths[0] if paths else Path()):
            yield
    finally:
        del sys.path[: len(paths)], np.int, np.NINF  # type: ignore[attr-defined]
        torch.Tensor.cuda, torch.nn.Module.cuda = cuda  # type: ignore[method-assign]
        for name in [n for n in sys.modules if n not in kept and _is_of(sys.modules[n], paths, stand_ins.get(n))]:
            del sys.modules[name]
        sys.modules.update({name: kept[name] for name in stand_ins if name in kept})


def _is_of(module: Any, paths: tuple[Path, ...], stand_in: Any) -> bool:
    """Whether a module is a stand-in or lies below one of the paths: other repositories have modules of the same name."""
    if module is stand_in:
        return True
    found = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "")
    return any(Path(found).is_relative_to(p) for p in paths) if isinstance(found, str) and found else False


# -- results -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A line of the table: milliseconds of ours and of the peer, or why there are none of the peer."""

    name: str
    ours: float
    peer: float | None = None
    note: str = "not given"
    samples: int = 0
    """Of what was run; more than 0 for a table in samples a second instead of milliseconds."""

    @property
    def ratio(self) -> float | None:
        """How many times faster ours is."""
        return None if self.peer is None else self.peer / self.ours


def rows(name: str, times: Mapping[str, float], samples: int = 0, note: str = "not given") -> Row:
    return Row(name, times["ours"], times.get("peer"), note, samples)


def table(found: list[Row], peer: str = "authors") -> str:
    """Markdown, and the median of the ratios."""
    lines = [f"| | vitruve | {peer} | times faster |", "| --- | --- | --- | --- |"]
    for r in found:

        def shown(ms: float, samples: int = r.samples) -> str:
            if np.isnan(ms):
                return "-"
            return f"{1e3 * samples / ms:.2f} samples/s" if samples else f"{ms:.1f} ms"

        lines.append(f"| {r.name} | {shown(r.ours)} | {r.note if r.peer is None else shown(r.peer)} | {'-' if r.ratio is None else f'{r.ratio:.2f}'} |")
    ratios = [r.ratio for r in found if r.ratio is not None]
    if ratios:
        lines += ["", f"{torch.get_num_threads()} thread(s); median of {len(ratios)} ratios {np.median(ratios):.2f}, least {min(ratios):.2f}"]
    return "\n".join(lines)


def run_cases(about: str, cases: Mapping[str, Callable[[Path | None, int], list[Row]]], repositories: Mapping[str, str], repeats: int) -> None:
    """The command line of a benchmark beside authors' code: the cases named (all by default), one after the other, and their table."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(cases), metavar="NAME", help=", ".join(cases))
    parser.add_argument("--official", type=Path, help="a folder of checkouts of the authors' repositories, named owner+name")
    parser.add_argument("--repeats", type=int, default=repeats)
    options = parser.parse_args()
    unknown = set(options.names) - set(cases)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; there are: {', '.join(cases)}")
    folder = None if options.official is None else options.official.resolve()
    torch.set_num_threads(1)
    found: list[Row] = []
    for name in options.names:
        torch.manual_seed(0)
        try:
            found += cases[name](checkout(folder, repositories[name]), options.repeats)
        except ModuleNotFoundError as e:
            # authors' code needs packages that ours does not
            found.append(Row(name, float("nan"), None, f"needs {e.name}", 0))
    print(table(found))
