"""`vitruve bench`: tables of many systems on one footing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

EXAMPLES = """\
vitruve bench robustness --quick                          minutes: shows that it works, and little else
vitruve bench robustness --data nw_ucla msr_action3d
vitruve bench robustness --attacks ifgsm mifgsm tasar
"""


def bench(
    what: tyro.conf.Positional[Literal["robustness"]],
    /,
    data: Annotated[tuple[str, ...], tyro.conf.arg(metavar="SET")] = ("nw_ucla",),
    quick: bool = False,
    attacks: tuple[str, ...] = (),
    seed: int = 0,
    data_root: Path | None = None,
    output: Path = Path("results"),
    runs: Path = Path("runs/bench"),
) -> None:
    """Attacks on recognisers of skeletons: every attack on every victim, with and without defences.

    Args:
        what: robustness.
        data: sets: nw_ucla, msr_action3d.
        quick: tiny networks, few clips and steps.
        attacks: those of ifgsm, mifgsm, smart, ciasa, mig, augment, ensemble, svre, ba, tasar; all by default.
        seed: of weights and draws.
        data_root: folder of the data sets; VITRUVE_DATA by default.
        output: folder for bench-robustness.json and .png.
        runs: keeps what is trained; a stopped benchmark goes on from it.
    """
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from vitruve.claims.robustness import bench as robustness
    from vitruve.errors import OptionError

    unknown = sorted(set(attacks) - set(robustness.ATTACKS))
    if unknown:
        raise OptionError(f"attack {', '.join(unknown)}: expected some of {', '.join(robustness.ATTACKS)}")
    console = Console()
    scale = robustness.QUICK if quick else robustness.Scale()
    rows = robustness.run(data, quick, data_root, runs, seed, attacks or robustness.ATTACKS, lambda text: console.print(text, style="dim"))
    for name in data:
        of = [r for r in rows if r.data == name]
        victims = list(dict.fromkeys((r.victim, r.defence) for r in of))
        table = Table("attack", *(v if d == "none" else f"{v}+{d}" for v, d in victims), "l2", "linf", "bone", "accel", title=f"misnamed (%), {name}")
        first = {(r.victim, r.defence): r for r in of}
        table.add_row("(clean, of all)", *(f"{100 * (1 - first[v].accuracy):.0f}" for v in victims), "", "", "", "")
        for attack in dict.fromkeys(r.attack for r in of):
            line = {(r.victim, r.defence): r for r in of if r.attack == attack}
            d = next(iter(line.values())).deviation
            shown = (f"{d.l2:.4f}", f"{d.linf:.4f}", f"{d.bone:.4f}", f"{d.acceleration:.4f}")
            table.add_row(attack, *(f"{100 * line[v].success:.0f}{'*' if line[v].surrogate else ''}" for v in victims), *shown)
        console.print(table)
    path = robustness.write(rows, output / f"bench-robustness{'-quick' if quick else ''}.json", {"quick": quick, "seed": seed, "scale": asdict(scale)})
    console.print(f"* the attack has seen this network\nwrote {path} and {path.with_suffix('.png')}")
