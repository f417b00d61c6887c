"""`vitruve reproduce`: the experiment that shows a paper's point, run anew."""

from __future__ import annotations

from pathlib import Path

import tyro

EXAMPLES = """\
vitruve reproduce skateformer --quick
vitruve reproduce eqmotion --seeds 5
vitruve reproduce hopfir --record            also into the catalogue, in a checkout
"""


def reproduce(
    method: tyro.conf.Positional[str],
    /,
    quick: bool = False,
    seeds: int = 3,
    data_root: Path | None = None,
    output: Path = Path("results/claims"),
    runs: Path = Path("runs/claims"),
    record: bool = False,
) -> None:
    """Run the experiment on a method's claim: every arm with every seed, mean and spread, and what comes out of it.

    Args:
        method: its short name.
        quick: a version of minutes that says less.
        seeds: how many.
        data_root: folder of the data sets; VITRUVE_DATA by default.
        output: folder for METHOD.json and METHOD.png.
        runs: folder for what is trained; a stopped experiment goes on from it.
        record: keep the result as the method's proof in the catalogue.
    """
    from vitruve.claims import claim, record_claim, write_result
    from vitruve.errors import OptionError

    if seeds < 1:
        raise OptionError(f"seeds={seeds}: expected 1 or more")
    result = claim(method).run(quick=quick, seeds=seeds, data_root=data_root, folder=runs, progress=True)
    path = write_result(result, output)
    print(f"{result.metric}, {result.data}\n\n{result.text()}\n")
    print("the paper's point is reproduced" if result.reproduced else "the paper's point is NOT reproduced")
    print(f"wrote {path} and {path.with_suffix('.png')}")
    if record:
        print(f"recorded in {record_claim(path)}")
