"""What it takes to train and score a method on a data set: a fitting config, training samples, and the task's evaluation."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from vitruve.errors import OptionError

if TYPE_CHECKING:
    from vitruve.tasks.method import Method
    from vitruve.training import Split


@dataclass(frozen=True, eq=False)
class Setup:
    """A data set made ready for one method."""

    name: str
    facts: Mapping[str, Any]
    """What a config has to know of the data: skeleton, num_classes, people; past, future, agents."""
    split: Callable[[Any], Split]
    """The training samples, as the method reads them."""
    test: Callable[[Any], Any]
    """The task's scores on held-out data."""
    validation: Callable[[Any], dict[str, float]] | None = None
    """Scores to follow while training, on data that are neither trained nor tested on; None where the set has no such part."""
    classes: tuple[str, ...] = ()

    def build(self, cls: type[Method], changes: Mapping[str, Any] | None = None) -> Method:
        """A method with fresh weights, of the config that fits, with `changes` to its fields."""
        from vitruve.tasks.method import config_from_json, config_to_json

        config = cls.fit_config(self.facts)
        made = cls(config_from_json(cls.Config, {**config_to_json(config), **changes}, f"{cls.card.slug} config") if changes else config)
        if self.classes:
            made.classes = self.classes  # type: ignore[assignment]
        return made


Maker = Callable[[str, "str | Path | None"], Setup]
"""(name of the set, data root) to the set made ready."""


@cache
def _sets() -> dict[str, dict[str, Maker]]:
    """Makers by task and name: SETS of the modules training/sets/<task>.py."""
    from vitruve.training import sets

    return {m.name: importlib.import_module(f"{sets.__name__}.{m.name}").SETS for m in iter_modules(sets.__path__)}


def names(task: str | None = None) -> tuple[str, ...]:
    """The sets that methods of a task (or any) can be trained on."""
    return tuple(name for of, makers in _sets().items() if task in (None, of) for name in makers)


def setup(task: str, name: str, root: str | Path | None = None) -> Setup:
    """A data set made ready for methods of a task.

    Args:
        task: the method's task.
        name: one of :func:`names`.
        root: of the data collection, see `vitruve.data.find_root`.

    Raises:
        OptionError: no such set, a set of another task, or data that are not there.
    """
    makers = _sets().get(task, {})
    if name not in makers:
        raise OptionError(f"{task} on {name!r}: expected one of {', '.join(makers) or 'no set (none is known for this task)'}")
    return makers[name](name, root)
