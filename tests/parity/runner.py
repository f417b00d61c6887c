"""Runs goldens through the adapter of their slug and compares every output."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tests.parity import synth

GOLDENS = Path(__file__).parent / "goldens"
ADAPTERS = "tests.parity.adapters"
DEFAULTS = {"config": {}, "state": {}, "module": "", "calls": "", "notes": "", "rtol": 1e-4, "atol": 1e-5}


@dataclass(frozen=True)
class Row:
    """One output: its largest absolute error, that error over the largest expected entry, and the verdict."""

    name: str
    absolute: float
    relative: float
    status: str

    @property
    def ok(self) -> bool:
        return self.status.startswith("OK")

    @property
    def strict(self) -> bool:
        """Within the golden's rtol and atol, without the allowances of :func:`compare`."""
        return self.status == "OK"


def as_array(value: object) -> np.ndarray:
    """An adapter's output as numpy, from a tensor too."""
    detach = getattr(value, "detach", None)
    return np.asarray(detach().cpu().numpy() if detach else value)


def compare(name: str, expected: np.ndarray, found: np.ndarray, spec: dict) -> Row:
    """Elementwise within atol + rtol * |expected|; rtol times the largest entry where the notes say to compare so.

    A golden may record how far its own code, run in float64, is from it (`tolerance_measured`, relative to the largest entry):
    that much of the largest entry is rounding, which no faithful float32 computation can be held to. Where a golden says that signs of
    vanishing gradients "may flip", one entry in a thousand may differ. Where either is made use of, the verdict counts the entries.
    """
    nan = float("nan")
    if expected.shape != found.shape:
        return Row(name, nan, nan, f"FAIL shape {found.shape}, expected {expected.shape}")
    if expected.dtype.kind in "US":
        differ = int((expected != found).sum())
        return Row(name, nan, nan, f"FAIL {differ} of {expected.size}") if differ else Row(name, 0.0, 0.0, "OK")
    notes = spec.get("notes", "")
    rtol, atol = spec["rtol"], spec["atol"]
    if expected.dtype == np.uint8 and "grey level" in notes:
        atol = 2
    wide = np.complex128 if np.iscomplexobj(expected) else np.float64
    a, b = expected.astype(wide), found.astype(wide)
    finite = np.isfinite(a)
    # what is not finite must be the same: NaN for NaN, infinity for infinity
    if not (np.array_equal(a[~finite], b[~finite], equal_nan=True) and np.isfinite(b[finite]).all()):
        return Row(name, nan, nan, "FAIL not finite in the same places")
    error, size = np.abs(a - b)[finite], np.abs(a[finite])
    largest = size.max(initial=0.0)
    whole = re.search(r"\bcompare\b[^.]*\b(max|relatively|largest)\b", notes, re.IGNORECASE)
    rounding = (spec.get("tolerance_measured", {}).get("float64_max_rel") or 0.0) * largest
    limit = atol + rtol * (largest if whole else size)
    beyond, outside = int((error > limit).sum()), int((error > limit + rounding).sum())
    flips = 1e-3 * error.size if "may flip sign" in spec.get("calls", "") + notes else 0
    worst = float(error.max(initial=0.0))
    status = f"FAIL {outside} of {expected.size}" if outside > flips else f"OK but for {beyond} of {expected.size} (see compare)" if beyond else "OK"
    return Row(name, worst, worst / largest if largest else worst, status)


def completed(spec: dict, inputs: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> dict:
    """The spec with what goldens may leave out: the shapes of their arrays, words, tolerances."""
    groups = {"in": inputs, "out": outputs}
    listed = {f"{group}puts": {k: [list(v.shape), str(v.dtype)] for k, v in arrays.items()} for group, arrays in groups.items()}
    shapes = {f"{group}/{k}": list(v.shape) for group, arrays in groups.items() for k, v in arrays.items()}
    return {**DEFAULTS, "shapes": shapes, **listed, **spec}


def check(path: str | Path) -> Iterator[Row]:
    """Rows of every output of the golden at `path`; one row that names what is missing where it cannot run."""
    spec, inputs, outputs, keep = synth.load(path)
    spec = completed(spec, inputs, outputs)
    # our networks are of single precision, whatever the inputs were kept in
    if spec["state"]:
        inputs = {k: v.astype(np.float32) if v.dtype == np.float64 else v for k, v in inputs.items()}
    module = f"{ADAPTERS}.{spec['slug']}"
    nan = float("nan")
    if find_spec(module) is None:
        yield Row("(all)", nan, nan, f"FAIL no adapter for slug {spec['slug']!r}")
        return
    run = importlib.import_module(module).run
    extra = (synth.state_dict(spec, keep),) if "state" in inspect.signature(run).parameters else ()
    found = run(spec, inputs, keep, *extra)
    for name, expected in outputs.items():
        if name in found:
            yield compare(name, expected, as_array(found[name]), spec)
        else:
            yield Row(name, nan, nan, "MISSING")


def main(arguments: Sequence[str]) -> int:
    """Print a line per output; 1 if any golden fails or cannot run."""
    failed = 0
    paths = [Path(a) for a in arguments] or sorted(GOLDENS.glob("*.json"))
    for path in sorted({p.with_suffix(".json") if p.suffix in (".json", ".npz") else Path(f"{p}.json") for p in paths}):
        print(path.stem)
        try:
            rows = list(check(path))
        except Exception as e:  # an adapter's failure is a result to print, and the next golden still runs
            rows = [Row("(all)", float("nan"), float("nan"), f"FAIL {type(e).__name__}: {e}")]
        for row in rows:
            print(f"  {row.name:32} abs {row.absolute:9.2e}  rel {row.relative:9.2e}  {row.status}")
            failed += not row.ok
    print(f"{failed} failures" if failed else "all OK")
    return 1 if failed else 0
