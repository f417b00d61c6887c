"""The command line: verbs, exit codes, help without heavy imports."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import vitruve as vt
from vitruve.cli import VERBS, main


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    return vt.save(vt.sample("walk")[:40], tmp_path / "walk.bvh")


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"vitruve {verb}" in out.split("examples:")[1]


def test_help_lists_every_verb_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for args in ([], ["-h"], ["--help"]):
        assert main(args) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1] == outputs[2]
    listed = outputs[0].split("subcommands")[1]
    for verb in VERBS:
        summary = getattr(importlib.import_module(f"vitruve.cli.{verb}"), verb).__doc__.split()
        assert " ".join([verb, *summary[:2]]) in " ".join(listed.split())


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, vitruve.cli as c; c.main(['--help']); print('torch' in sys.modules, 'numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "False False"


def test_convert_slices_resamples_and_maps(walk: Path, tmp_path: Path) -> None:
    assert main(["convert", str(walk), str(tmp_path / "a.csv"), "--skeleton", "h36m17", "--fps", "15", "--end", "1.0"]) == 0
    poses = vt.load(tmp_path / "a.csv")
    assert (poses.num_frames, len(poses.skeleton), round(poses.fps)) == (15, 17, 15)


def test_info_as_json(walk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(walk), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["frames"] == 40 and facts["kind"].startswith("motion")


def test_fit_writes_a_body(walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", str(walk), str(tmp_path / "b.glb"), "--body", "procedural"]) == 0
    assert "residual" in capsys.readouterr().out and (tmp_path / "b.glb").stat().st_size > 10_000


def test_run_says_where_it_wrote(walk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(walk), "-o", str(tmp_path / "out"), "--body", "procedural", "--no-video", "--no-report"]) == 0
    assert str(tmp_path / "out" / "walk" / "summary.json") in capsys.readouterr().out


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "absent.bvh")]) == 1
    assert "absent.bvh: no such file" in capsys.readouterr().err
    assert main(["dance"]) == 2
    assert main(["convert", "only-one"]) == 2
    assert main(["--version"]) == 0
    assert main(["methods", "unheard-of"]) == 1


def test_methods_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all({"slug", "task", "implemented", "parity", "claim", "contract"} <= set(row) for row in rows)
    assert main(["methods", "eqmotion"]) == 0
    assert "CVPR 2023" in capsys.readouterr().out
