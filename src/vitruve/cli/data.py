"""`vitruve data`: the open data sets, whether they are here, whether they are whole, and how to get them."""

from __future__ import annotations

import json as json_module
from pathlib import Path

import tyro

EXAMPLES = """\
vitruve data
vitruve data nw_ucla
vitruve data nw_ucla --check
"""


def data(name: tyro.conf.Positional[str | None] = None, /, check: bool = False, json: bool = False, data_root: Path | None = None) -> None:
    """List the data sets, tell about one of them, or check the copies that are here.

    Args:
        name: of a set; all by default.
        check: read it and compare counts, ranges and file hashes with a complete copy.
        json: for programs.
        data_root: folder of the data sets; VITRUVE_DATA by default.
    """
    from vitruve.data import DATASETS, find, find_root, info
    from vitruve.data import check as check_set
    from vitruve.errors import FormatError, OptionError

    chosen = [info(name)] if name is not None else list(DATASETS.values())
    root = find_root(data_root)
    present = {d.name: (root / d.folder).is_dir() for d in chosen}
    if check:
        if name is not None:
            find(name, data_root)
        if not any(present.values()):
            raise OptionError(f"{root}: none of the data sets is there (set VITRUVE_DATA, or give --data-root)")
        checked = [check_set(d.name, data_root) for d in chosen if present[d.name]]
        if json:
            print(json_module.dumps([{"name": c.name, "ok": c.ok, "measures": dict(c.measures), "problems": list(c.problems)} for c in checked]))
        else:
            for c in checked:
                print(f"{c.name}: {'as it should be' if c.ok else 'NOT as it should be'}; " + ", ".join(f"{k} {v:g}" for k, v in c.measures.items()))
        bad = [f"{c.name}: {p}" for c in checked for p in c.problems]
        if bad:
            raise FormatError(root, "; ".join(bad))
        return
    if json:
        keys = ("name", "title", "task", "terms", "commercial_ok", "how_to_get")
        print(json_module.dumps([{**{k: getattr(d, k) for k in keys}, "folder": str(root / d.folder), "present": present[d.name]} for d in chosen]))
    elif name is not None:
        d = chosen[0]
        here = str(root / d.folder) if present[name] else f"not here; expected at {root / d.folder}\n  get it: {d.how_to_get}"
        print(f"{d.title}\n    task: {d.task}\n   terms: {d.terms}{'' if d.commercial_ok else ' (not for commercial use)'}\n      is: {here}")
    else:
        _list(chosen, present, root)


def _list(chosen: list, present: dict[str, bool], root: Path) -> None:
    """The table of sets, and what methods can be trained on."""
    from rich.console import Console
    from rich.table import Table

    from vitruve.methods import catalogue
    from vitruve.training.setup import names

    table = Table("set", "task", "here", "terms", title=f"data sets, looked for in {root}", title_justify="left")
    for d in chosen:
        table.add_row(d.name, d.task, "yes" if present[d.name] else "-", d.terms)
    console = Console()
    console.print(table)
    # also what is simulated, or given on request: gait, biomechanics
    for task in dict.fromkeys([*(d.task for d in chosen), *(m.task for m in catalogue().values())]):
        console.print(f"--data for {task}: {', '.join(names(task))}", highlight=False, soft_wrap=True)
