"""`vitruve bench`: tables of many systems on one footing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

EXAMPLES = """\
vitruve bench robustness --quick --seeds 1                shows that it works, and little else
vitruve bench robustness --data nw_ucla msr_action3d
vitruve bench robustness --attacks ifgsm mifgsm tasar
vitruve bench lifting --quick --seeds 1                   half an hour of a core
"""


def bench(
    what: tyro.conf.Positional[Literal["robustness", "lifting"]],
    /,
    data: Annotated[tuple[str, ...], tyro.conf.arg(metavar="SET")] = (),
    quick: bool = False,
    attacks: tuple[str, ...] = (),
    seeds: int = 3,
    data_root: Path | None = None,
    output: Path = Path("results"),
    runs: Path = Path("runs/bench"),
) -> None:
    """Attacks on recognisers of skeletons (every attack on every victim, with and without defences), or lifters of 2D keypoints.

    Args:
        what: robustness or lifting.
        data: sets whose recognisers are attacked: nw_ucla, msr_action3d; the first by default.
        quick: tiny networks, few samples and steps.
        attacks: those of ifgsm, mifgsm, smart, ciasa, mig, augment, ensemble, svre, ba, tasar; all by default.
        seeds: how many each system is trained with.
        data_root: folder of the data sets; VITRUVE_DATA by default.
        output: folder for bench-WHAT.json, and .png of attacks.
        runs: keeps what is trained; a stopped benchmark goes on from it.
    """
    import time

    from rich.console import Console

    from vitruve.claims.base import in_columns
    from vitruve.errors import OptionError

    if seeds < 1:
        raise OptionError(f"--seeds {seeds}: expected 1 or more")
    console = Console()
    path = output / f"bench-{what}{'-quick' if quick else ''}.json"

    def say(text: str) -> None:
        console.print(text, style="dim")

    if what == "lifting":
        if data or attacks:
            raise OptionError("--data and --attacks are for robustness; bench lifting trains on cmu_lift")
        from vitruve.claims.lifting import bench as lifting

        table = lifting.run(quick, seeds, data_root, runs, say)
    else:
        from vitruve.claims.robustness import bench as robustness

        unknown = sorted(set(attacks) - set(robustness.ATTACKS))
        if unknown:
            raise OptionError(f"attack {', '.join(unknown)}: expected some of {', '.join(robustness.ATTACKS)}")
        start = time.monotonic()
        rows = robustness.run(data or ("nw_ucla",), quick, data_root, runs, seeds, attacks or robustness.ATTACKS, say)
        table = robustness.table(rows, quick, time.monotonic() - start)
        print(f"wrote {robustness.picture(rows, path.with_suffix('.png'))}")
    print(f"{in_columns(table.rows)}\n\n{table.text}\nwrote {table.write(path)}")
