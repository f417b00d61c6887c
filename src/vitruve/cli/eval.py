"""`vitruve eval`: a trained method's scores on held-out data."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from pathlib import Path

import tyro

EXAMPLES = """\
vitruve eval skateformer --data nw_ucla --weights runs/skateformer-nw_ucla-0
vitruve eval hopfir --data cmu_lift
vitruve eval eqmotion --data eth_ucy:zara1 --weights runs/eqmotion-eth_ucy-zara1-0 --json
"""


def eval(method: tyro.conf.Positional[str], /, data: str, weights: str | None = None, json: bool = False, data_root: Path | None = None) -> None:
    """Score a trained method on the test part of a data set, as its task judges.

    Args:
        method: its short name.
        data: a set of its task, see `vitruve data`.
        weights: folder of a trained method, or its name on a hub; those that come with vitruve by default.
        json: for programs, with tables such as the confusion matrix.
        data_root: folder of the data sets; VITRUVE_DATA by default.
    """
    from dataclasses import asdict

    from vitruve.cli.shared import load_method
    from vitruve.errors import OptionError
    from vitruve.methods import method as find
    from vitruve.tasks.recognition import ActionRecognizer
    from vitruve.training.setup import setup

    cls = find(method)
    ready = setup(cls.card.task, data, data_root)
    model = load_method(method, weights)
    if isinstance(model, ActionRecognizer) and ready.classes and tuple(model.classes) != ready.classes:
        raise OptionError(f"{weights or method} names {_some(model.classes)}, {data} asks for {_some(ready.classes)}: give --weights trained on {data}")
    # not every score can be had of every set: velocity errors need tracks
    scores = {k: None if v != v else v for k, v in asdict(ready.test(model)).items()}
    if json:
        print(json_module.dumps({"method": method, "data": data, **scores}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("score", "value", title=f"{method} on {data}")
    for name, value in scores.items():
        if isinstance(value, int | float):
            table.add_row(name, str(value) if isinstance(value, int) else f"{value:.4f}")
        elif isinstance(value, dict):
            for part, number in value.items():
                table.add_row(f"{name}: {part}", str(number) if isinstance(number, int) else f"{number:.4f}")
        elif name == "horizons" and value:
            for frame, error in value:
                table.add_row(f"frame +{frame}", f"{error:.4f}")
    Console().print(table)


def _some(classes: Sequence[str]) -> str:
    """A few of many class names."""
    return f"{len(classes)} classes ({', '.join(classes[:3])}, ...)"
