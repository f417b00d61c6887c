"""`python -m tests.record_proof [SLUG...]`: run parity and contract, and write down what came out beside the methods."""

from __future__ import annotations

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

CONTRACT = Path(__file__).parent / "contract"


class _Outcomes:
    """Counts what became of the tests of each method."""

    def __init__(self) -> None:
        self.slug: dict[str, str] = {}
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.failed: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        self.slug = {item.nodeid: item.callspec.params["slug"] for item in items if hasattr(item, "callspec") and "slug" in item.callspec.params}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        slug = self.slug.get(report.nodeid)
        if slug is None or not (report.when == "call" or report.outcome != "passed"):
            return
        self.counts[slug][report.outcome] += 1
        if report.failed:
            self.failed[slug].append(report.nodeid.rpartition("::")[2])


def contract(slugs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Run the contract tests of some methods."""
    outcomes = _Outcomes()
    pytest.main([str(CONTRACT), "-q", "-p", "no:cacheprovider", "-k", " or ".join(slugs)], plugins=[outcomes])
    made = {}
    for slug in slugs:
        count, failed = outcomes.counts[slug], sorted(set(outcomes.failed[slug]))
        passed = count["passed"] > 0 and not failed
        summary = f"{count['passed']} of {sum(count.values())} tests pass" + (f"; failing: {', '.join(failed)}" if failed else "")
        made[slug] = {"passed": passed, "tests": sum(count.values()), "failed": failed, "summary": summary}
    return made


def parity(slug: str) -> dict[str, Any]:
    """Run the goldens of a method; the largest error is relative to the largest entry of its output."""
    from tests.parity.runner import GOLDENS, Row, check
    from vitruve.methods import method

    paths = sorted(GOLDENS.glob(f"{slug}.*.json"))
    if not paths and not method(slug).card.code_is_public:
        return {"passed": None, "goldens": 0, "summary": "no public code of the authors to compare with"}
    rows: list[tuple[str, Row]] = []
    for path in paths:
        try:
            rows += [(path.stem, row) for row in check(path)]
        except Exception as e:  # an adapter's failure is a result to record
            print(f"{path.stem}: {type(e).__name__}: {e}")
            rows.append((path.stem, Row("(all)", math.nan, math.nan, f"FAIL {type(e).__name__}")))
    bad = [f"{name}/{row.name}" for name, row in rows if not row.ok]
    # of gradients that vanish, say, rounding is as large as they are
    errors = [row.relative if row.absolute > 1e-7 else 0.0 for _, row in rows if math.isfinite(row.relative)]
    largest = max(errors, default=None)
    summary = f"{len(rows) - len(bad)} of {len(rows)} outputs of {len(paths)} golden files of the authors' code agree"
    summary += f", largest relative error {largest:.1e}" if largest is not None else ""
    loose = [f"{name}/{row.name}" for name, row in rows if row.ok and not row.strict]
    summary += f"; only with the allowances of tests/parity/runner.py: {', '.join(loose)}" if loose else ""
    summary += f"; failing: {', '.join(bad)}" if bad else ""
    passed = bool(rows) and not bad
    return {"passed": passed, "goldens": len(paths), "outputs": len(rows), "failed": bad, "largest_error": largest, "summary": summary}


def main(arguments: Sequence[str] | None = None) -> int:
    """Record both for the methods named, or all; 1 where something fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.record_proof", description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    named = parser.parse_args(arguments).slugs
    from vitruve.methods import catalogue

    slugs = named or sorted(catalogue())
    unknown = set(slugs) - set(catalogue())
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    # before anything else of the package is imported: the shape checks are switched on by the tests' own conftest
    kept = contract(slugs)
    from vitruve.methods.documents import record

    failed = 0
    for slug in slugs:
        entries = {"parity": parity(slug), "contract": kept[slug]}
        print(f"{record(slug, entries)}")
        for kind, entry in entries.items():
            print(f"  {kind}: {entry['summary']}")
            failed += entry["passed"] is False
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
