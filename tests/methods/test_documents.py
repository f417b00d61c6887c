"""Proof records and the pages made from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.record_proof import parity

from vitruve.claims import claim, record_claim, write_result
from vitruve.claims.base import ClaimResult, Table
from vitruve.cli import main as main_verb
from vitruve.errors import FormatError, OptionError
from vitruve.methods import catalogue, method
from vitruve.methods.documents import claims_page, main, method_page, proof_of, record, table, tables_page


def result(quick: bool = False, reproduced: bool = False) -> ClaimResult:
    return ClaimResult(
        slug="hopfir",
        metric="error (mm)",
        arms={"with": [40.0, 42.0], "without": [50.0, 54.0]},
        table=[["arm", "error"], ["with", "41.00"], ["without|bare", "52.00"]],
        conclusion="the arm with it errs less",
        reproduced=reproduced,
        data="made up",
        seeds=[0, 1],
        quick=quick,
        duration=120.0,
    )


def test_records_are_merged_and_checked(tmp_path: Path) -> None:
    record("hopfir", {"parity": {"passed": True, "summary": "all agree", "goldens": 3}}, tmp_path)
    record("hopfir", {"contract": {"passed": False, "summary": "one fails"}}, tmp_path)
    kept = proof_of("hopfir", tmp_path)
    assert list(kept) == ["parity", "contract"] and kept["parity"]["goldens"] == 3
    with pytest.raises(FormatError, match="rumour"):
        record("hopfir", {"rumour": {"passed": True, "summary": ""}}, tmp_path)
    with pytest.raises(FormatError, match="summary"):
        record("hopfir", {"claim": {"passed": True}}, tmp_path)


def test_claims_are_written_plotted_and_recorded(tmp_path: Path) -> None:
    from PIL import Image

    path = write_result(result(), tmp_path / "results")
    assert path.name == "hopfir.json" and json.loads(path.read_text())["summary"]["with"]["mean"] == 41.0
    with Image.open(path.with_suffix(".png")) as picture:
        assert len(set(picture.convert("RGB").getdata())) > 3
    record("hopfir", {"parity": {"passed": True, "summary": "all agree"}}, tmp_path)
    record_claim(path, tmp_path)
    kept = proof_of("hopfir", tmp_path)
    assert kept["parity"]["passed"] and not kept["claim"]["passed"] and kept["claim"]["summary"] == "the arm with it errs less"


def test_a_quick_run_does_not_replace_a_full_one(tmp_path: Path) -> None:
    quick = write_result(result(quick=True, reproduced=True), tmp_path / "results")
    assert quick.name == "hopfir-quick.json"
    record_claim(quick, tmp_path)
    record_claim(write_result(result(), tmp_path / "results"), tmp_path)
    with pytest.raises(OptionError, match="full run"):
        record_claim(quick, tmp_path)
    broken = tmp_path / "broken.json"
    broken.write_text("[1]")
    with pytest.raises(FormatError, match="broken.json"):
        record_claim(broken, tmp_path)


@pytest.mark.parametrize("slug", sorted(catalogue()))
def test_every_method_has_a_whole_page(slug: str, tmp_path: Path) -> None:
    page, card = method_page(slug, tmp_path), method(slug).card
    assert card.title in page and card.claim in page and f"vitruve train {slug}" in page
    assert all(f.value in page for f in card.figures)
    assert page.count("not recorded") == 3
    for field in method(slug).Config.__dataclass_fields__:
        assert f"`{field}`" in page


def test_pages_show_what_was_found(tmp_path: Path) -> None:
    record("hopfir", {"parity": {"passed": False, "summary": "2 of 3 agree"}}, tmp_path)
    record_claim(write_result(result(), tmp_path / "results"), tmp_path)
    page = method_page("hopfir", tmp_path)
    assert "| parity | **no** | 2 of 3 agree |" in page and "| without\\|bare | 52.00 |" in page and "seeds 0, 1, 2 minutes" in page
    claims = claims_page(tmp_path)
    assert "| [HopFIR](methods/hopfir.md) | lifting | **no** | - | **no** |" in claims and "the arm with it errs less" in claims
    assert "## EqMotion" not in claims


def test_where_the_authors_have_no_code_parity_is_neither_yes_nor_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = parity("ens1d")
    assert found["passed"] is None
    record("ens1d", {"parity": found}, tmp_path)
    assert f"| parity | no code | {found['summary']} |" in method_page("ens1d", tmp_path)
    assert "| [Ens1D](methods/ens1d.md) | recognition | no code | - | - |" in claims_page(tmp_path)
    facts = {slug: entry.facts() for slug, entry in catalogue().items()}
    without = {slug for slug, entry in facts.items() if entry["parity"] is None}
    assert without == {"ens1d", "skeletonmae"} == {slug for slug, entry in facts.items() if "parity_note" in entry}
    assert main_verb(["methods"]) == 0 and capsys.readouterr().out.count("no code") == 3


def test_main_writes_all_and_removes_what_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / "forgotten.md").write_text("old")
    main([str(tmp_path)])
    assert {p.stem for p in (tmp_path / "methods").iterdir()} == set(catalogue())
    assert capsys.readouterr().out.count("wrote") == len(catalogue()) + 2


def test_a_quick_table_stands_until_there_is_a_full_one(tmp_path: Path) -> None:
    for name, title in (("bench-lifting-quick", "quick lifting"), ("bench-robustness-quick", "quick robustness"), ("bench-lifting", "full lifting")):
        Table(title, "How.", [["a", "b"], ["1", "2"]], "some", [0], "quick" in name, 60.0).write(tmp_path / f"{name}.json")
    page = tables_page(tmp_path)
    assert "## full lifting" in page and "## quick robustness" in page and "## quick lifting" not in page
    assert "| 1 | 2 |" in page and "1 minutes" in page


def test_table() -> None:
    assert table([["a", "b"], ["1", "2"]]).splitlines() == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_claims_are_found_by_slug(monkeypatch: pytest.MonkeyPatch) -> None:
    assert claim("hopfir").__name__ == "vitruve.claims.lifting.hopfir" and callable(claim("skateformer").run)
    with pytest.raises(OptionError, match="unknown method"):
        claim("perpetual_motion")
    import vitruve.methods as methods

    entries: dict[str, Any] = {"unproved": methods.Entry("unproved", "lifting", "Unproved", "")}
    monkeypatch.setattr(methods, "catalogue", lambda: entries)
    with pytest.raises(OptionError, match="no experiment"):
        claim("unproved")
