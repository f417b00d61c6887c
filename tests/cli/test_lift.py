"""`vitruve lift`: what it writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import vitruve as vt
from vitruve.cli import main


def test_one_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lift", "sample:walk2d", "-o", str(tmp_path / "out.npz")]) == 0
    assert f"wrote {tmp_path / 'out.npz'}" in capsys.readouterr().out
    lifted = vt.load(tmp_path / "out.npz")
    assert lifted.dims == 3 and lifted.num_people == 1 and lifted.num_frames == vt.sample("walk2d").num_frames
    assert [p.name for p in tmp_path.iterdir()] == ["out.npz"]


def test_several_answers_stand_beside_their_middle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = vt.save(vt.sample("walk2d")[:20], tmp_path / "walk.npz")
    assert main(["lift", str(seen), "--hypotheses", "5", "--seed", "1"]) == 0
    said = capsys.readouterr().out
    middle, several = vt.load(tmp_path / "walk-3d.npz"), vt.load(tmp_path / "walk-3d-hypotheses.npz")
    assert several.num_people == 5 and several.num_frames == 20
    assert torch.allclose(several.positions.mean(0), middle.positions[0], atol=1e-5)
    spread = (several.positions - several.positions.mean(0)).square().sum(-1).mean(0).sqrt().mean(0)
    line = next(line for line in said.splitlines() if "left_wrist" in line)
    assert int(line.split()[1]) == pytest.approx(1000 * float(spread[several.skeleton.index("left_wrist")]), abs=1)
    first = several.positions
    assert main(["lift", str(seen), "--hypotheses", "5", "--seed", "1"]) == 0
    assert torch.equal(vt.load(tmp_path / "walk-3d-hypotheses.npz").positions, first)


def test_what_cannot_be_lifted_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, said in (
        (["sample:walk2d", "--hypotheses", "0"], "expected 1 or more"),
        (["sample:walk2d", "--method", "hopfir", "--hypotheses", "3"], "gives one answer"),
        (["sample:walk2d", "--method", "ens1d"], "expected one of lifting"),
        (["sample:walk2d", "--method", "finepose"], "finepose needs --weights"),
        (["sample:walk"], "2D keypoints"),
    ):
        assert main(["lift", *options, "-o", str(tmp_path / "out.npz")]) == 1
        assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
