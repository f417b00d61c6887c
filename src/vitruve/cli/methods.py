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
        text = describe(slug)
        print(json_module.dumps(catalogue()[slug].facts()) if json else text)
        return
    entries = list(catalogue().values())
    if json:
        print(json_module.dumps([entry.facts() for entry in entries]))
        return
    from rich.console import Console
    from rich.table import Column, Table

    table = Table("method", "task", Column("title", no_wrap=True, ratio=1), "parity", "claim", "contract", expand=True)
    table.caption = "-: nothing recorded; no code: the authors have published none to compare with"
    for entry in entries:
        found = (entry.proof.get(kind) for kind in ("parity", "claim", "contract"))
        table.add_row(entry.slug, entry.task, entry.title, *("-" if f is None else {True: "yes", False: "no", None: "no code"}[f["passed"]] for f in found))
    Console().print(table)
