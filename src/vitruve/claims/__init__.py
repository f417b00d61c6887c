"""The experiments on the papers' points, found by slug; and where their results are kept."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.errors import FormatError, OptionError

if TYPE_CHECKING:
    from vitruve.claims.base import ClaimResult


def claim(slug: str) -> Any:
    """The module claims/<task>/<slug>.py, whose `run` is the experiment.

    Raises OptionError for a method that is not in the catalogue or has no experiment.
    """
    from importlib.util import find_spec

    from vitruve.methods import catalogue

    if slug not in catalogue():
        raise OptionError(f"unknown method {slug!r}; expected one of: {', '.join(sorted(catalogue()))}")
    package = f"vitruve.claims.{catalogue()[slug].task}"
    if find_spec(package) is None or find_spec(f"{package}.{slug}") is None:
        raise OptionError(f"there is no experiment on the claim of {slug}")
    return importlib.import_module(f"{package}.{slug}")


def write_result(result: ClaimResult, folder: str | Path = "results/claims") -> Path:
    """Write <slug>.json, and <slug>.png to look at, to a folder; a quick run is <slug>-quick. Returns the JSON's path."""
    from vitruve.claims.plot import plot

    path = result.write(Path(folder) / f"{result.slug}{'-quick' if result.quick else ''}.json")
    plot(result, path.with_suffix(".png"))
    return path


def record_claim(path: str | Path, proof: str | Path | None = None) -> Path:
    """Copy a result file into the method's proof record, so that the catalogue and the documentation show it.

    Args:
        path: as :func:`write_result` wrote it.
        proof: folder of the records; the package's own by default.

    Raises:
        FormatError: not such a file.
        OptionError: a quick run, where a full one has been recorded.
    """
    from vitruve.methods.documents import PROOF, record

    path = Path(path)
    try:
        result = json.loads(path.read_text())
        slug, kept = result["slug"], {**result, "passed": bool(result["reproduced"]), "summary": result["conclusion"]}
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise FormatError(path, f"expected the result of an experiment, as `vitruve reproduce` writes it: {e}") from None
    folder = Path(proof or PROOF)
    before = json.loads((folder / f"{slug}.json").read_text()).get("claim") if (folder / f"{slug}.json").is_file() else None
    if before is not None and result["quick"] and not before["quick"]:
        raise OptionError(f"{slug}: a full run has been recorded; a quick one does not take its place")
    return record(slug, {"claim": kept}, folder)
