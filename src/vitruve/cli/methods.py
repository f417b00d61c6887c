"""`vitruve methods`: the catalogue of published systems."""

from __future__ import annotations

import json as json_module

import tyro

EXAMPLES = """\
vitruve methods
vitruve methods --json
vitruve methods skateformer
"""


def methods(slug: tyro.conf.Positional[str | None] = None, /, json: bool = False) -> None:
    """List the published systems in vitruve and the proof each one has, or tell about one of them.

    Args:
        slug: a method's short name.
        json: for programs.
    """
    from vitruve.methods import catalogue, describe

    if slug is not None:
        print(json_module.dumps(catalogue()[slug].facts()) if json else describe(slug))
        return
    rows = [entry.facts() for entry in catalogue().values()]
    if json:
        print(json_module.dumps(rows))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("method", "task", "title", "parity", "claim", "contract")
    mark = {True: "yes", False: "-"}
    for row in rows:
        table.add_row(row["slug"], row["task"], row["title"], *(mark[row[k]] for k in ("parity", "claim", "contract")))
    Console().print(table if rows else "no methods yet")
