"""What benchmarks beside others' code stand on: agreement before timing, checkouts kept apart, ratios the right way round."""

import sys

import pytest
import torch
from benchmarks import lifting, multiview, recognition
from benchmarks.peers import Row, agree, checkout, importing, stub, table, together


def test_what_differs_is_not_compared():
    x = torch.tensor([1.0, 100.0])
    agree("close", x + 1e-3, x)
    with pytest.raises(ValueError, match="far: differs from the peer's by 1.0e-02"):
        agree("far", x + 1.0, x)
    with pytest.raises(ValueError, match=r"\(2,\) beside the peer's \(1,\)"):
        agree("shape", x, x[:1])
    with pytest.raises(ValueError, match="nan"):
        agree("not a number", x * torch.nan, x)


def test_checkouts_with_modules_of_one_name_are_kept_apart(tmp_path):
    for owner in ("one", "two"):
        (tmp_path / f"{owner}+code").mkdir()
        (tmp_path / f"{owner}+code" / "model_of_authors.py").write_text(f"import absent_thing, other.part\nprint('hello')\nNAME = '{owner}', other.part.x\n")
    path, modules = list(sys.path), set(sys.modules)
    for owner in ("one", "two"):
        folder = checkout(tmp_path, f"{owner}/code")
        assert folder is not None
        with importing(folder, absent=("absent_thing",), other=stub(part=stub(x=3)), other__part=stub(x=3)):
            import model_of_authors

            assert model_of_authors.NAME == (owner, 3)
            assert torch.zeros(1).cuda().device.type == ("cuda" if torch.cuda.is_available() else "cpu")
        assert sys.path == path and set(sys.modules) == modules
    assert checkout(tmp_path, "three/code") is None and checkout(None, "one/code") is None


def test_ratios_say_how_many_times_faster_ours_is():
    lines = table([Row("quick", 10.0, 25.0), Row("alone", 10.0), Row("step", 100.0, 50.0, samples=4)]).splitlines()
    assert lines[2:5] == [
        "| quick | 10.0 ms | 25.0 ms | 2.50 |",
        "| alone | 10.0 ms | not given | - |",
        "| step | 40.00 samples/s | 80.00 samples/s | 0.50 |",
    ]
    assert lines[-1].endswith("median of 2 ratios 1.50, least 0.50")


def test_tasks_take_turns():
    seen = []
    times = together(2, ours=lambda: seen.append("a"), peer=lambda: seen.append("b"))
    assert seen == ["a", "b"] * 3 and set(times) == {"ours", "peer"}


def test_every_case_has_a_repository():
    for module in (recognition, lifting):
        assert set(module.CASES) == set(module.REPOSITORIES)


def test_agreement_of_people_in_space():
    ours = torch.randn(2, 3, 25, 3, generator=torch.Generator().manual_seed(0)) + torch.tensor([0.0, 5.0])[:, None, None, None]
    theirs = ours.flip(0) + torch.tensor([0.003, 0.0, 0.004])
    theirs[0, 0, :5] = torch.nan
    millimetres, count = multiview.agreement(ours, theirs)
    assert abs(millimetres - 5.0) < 0.01 and count == 2 * 3 * 25 - 5
