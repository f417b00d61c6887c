"""What people get wrong at the command line: one line that says so, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.cli import main
from vitruve.io import mot

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a motion, 2D keypoints, and two people, that is the working folder."""
    monkeypatch.chdir(tmp_path)
    walk = vt.sample("walk")[:40]
    vt.save(walk, "walk.bvh")
    vt.save(vt.sample("walk2d")[:40], "flat.json")
    vt.save(vt.Poses.stack([walk.poses(), walk.poses()]), "two.npz")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("info", "give at least one file"),
        ("convert walk.bvh {folder}", "is a folder; expected the name of a file"),
        ("convert many out.bvh", "many: a folder of 2 files; expected one file"),
        ("convert walk.bvh out.bvh --fps inf", "fps: expected a positive number, found inf"),
        ("convert walk.bvh out.bvh --fps 1e12", "fps: 1e+12 makes more than"),
        ("convert walk.bvh out.bvh --start nan", "--start nan"),
        ("convert walk.bvh out.bvh --start -1", "--start -1"),
        ("convert walk.bvh out.bvh --start 2 --end 1", "the end after the start"),
        ("convert walk.bvh out.bvh --start 99", "no frame between 99 s and its end"),
        ("convert walk.bvh out.bvh --person 0", "the motion of one person"),
        ("convert two.npz out.trc", "holds one person, found 2: choose one (--person"),
        ("convert two.npz out.trc --person -1", "expected 0 to 1"),
        ("convert two.npz out.npy", "holds one person, found 2"),
        ("fit walk.bvh out.txt", "cannot write .txt"),
        ("triangulate flat.json -o out.txt", "cannot write .txt"),
        ("render walk.bvh out.avi", "expected .mp4"),
        ("render walk.bvh out.mp4 --width 0", "--width 0"),
        ("lift flat.json -o out.npz --image-size 0 0", "found 0 x 0"),
        ("predict hopfir walk.bvh -o out.npz", "takes 2D keypoints"),
        ("predict ens1d walk.bvh --top 0", "--top 0: expected 1 or more"),
        ("predict ens1d walk.bvh --image-size 9 9", "--image-size is for 2D keypoints"),
        ("bench lifting --quick --seeds 0 --output out --runs out", "--seeds 0: expected 1 or more"),
        ("train eqmotion --data charged --folder out --epochs -1", "epochs=-1: expected 1 or more"),
        ("train eqmotion --data charged --folder out --lr nan", "lr=nan: expected a positive number"),
        ("data --check --data-root absent", "absent: none of the data sets is there"),
        ("run walk.bvh -o walk.bvh", "walk.bvh: File exists"),
        ("run hip.mot -o out", "holds a table (time, hip_flexion_r): joint angles of an OpenSim model or forces, without the skeleton to move; give the"),
        ("run film.mp4 -o out", "cannot read .mp4, a video: give the keypoints"),
        ("run model.osim -o out", "an OpenSim model, which does not move: give a trial (.trc, .c3d)"),
        ("run notes.txt -o out", "give SMPL parameters as .npz under AMASS's names, or joint positions as .csv"),
        ("run table.csv -o out", "expected columns '<joint>_x' of 1 to 10000 joints, found a, b"),
        ("run arrays.npz -o out", "none of the .npz formats fits: AMASS"),
        ("info part.npz", "part.npz: not an .npz file"),
        ("run part.npz -o out", "part.npz: not an .npz file"),
        ("triangulate part.npz -o out.npz", "give --cameras FILE"),
        ("triangulate broken.npz -o out.npz", "broken.npz: the arrays cannot be read"),
        ("run flat.json --fps 0 -o out", "flat.json: fps: expected a positive number, found 0"),
        ("predict ens1d two.npz --person 2", "person 2: there are 2"),
        ("predict ens1d walk.bvh --person 0", "the motion of one person"),
        ("lift shares.npz -o out.npz --image-size 320 240", "is for pixels; these 2D keypoints are in image sizes"),
        ("run shares.npz -o out --image-size 320 240", "is for pixels"),
        ("bench lifting --data nw_ucla --output out --runs out", "--data and --attacks are for robustness"),
        ("bench lifting --attacks ifgsm --output out --runs out", "--data and --attacks are for robustness"),
        ("train eqmotion --data charged --folder out --device gpu --devices 99", "--device gpu --devices 99: torch finds"),
        ("view walk.bvh --port 65536", "port 65536: expected 0 to 65535"),
        ("run folder.bvh -o out", "no file that can be read; found nothing; expected one of .amc"),
    ],
)
def test_one_line_and_nothing_written(command: str, said: str, here: Path, capsys: Capture) -> None:
    (here / "many").mkdir()
    for name in "ab":
        vt.save(vt.sample("walk")[:2], here / "many" / f"{name}.bvh")
    (here / "folder.bvh").mkdir()
    mot.write(mot.Table(("time", "hip_flexion_r"), np.array([[0.0, 1.0], [0.5, 2.0]]), in_degrees=True), "hip.mot")
    (here / "table.csv").write_text("a,b\n1,2\n")
    np.savez("arrays.npz", a=np.zeros(3))
    vt.save(replace(vt.sample("walk2d")[:40], metadata={"units": "image sizes"}), "shares.npz")
    for name in ("film.mp4", "model.osim", "notes.txt"):
        (here / name).touch()
    (here / "part.npz").write_bytes((here / "two.npz").read_bytes()[:2000])
    np.savez("broken.npz", RT=np.zeros((9, 9)), det_view=np.zeros(3), paf_view=np.zeros(3))
    whole = bytearray((here / "broken.npz").read_bytes())
    whole[200:220] = bytes(255 - b for b in whole[200:220])
    (here / "broken.npz").write_bytes(whole)
    before = sorted(here.rglob("*"))
    assert main(command.format(folder="folder.bvh").split()) == 1
    error = capsys.readouterr().err
    assert said in error and error.startswith("vitruve: ") and error.count("\n") == 1
    assert sorted(here.rglob("*")) == before


def test_the_operating_system_has_its_say(here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "out.bvh")

    monkeypatch.setattr("vitruve.io.bvh.write", full)
    assert main(["convert", "walk.bvh", "out.bvh"]) == 1
    assert capsys.readouterr().err == "vitruve: out.bvh: No space left on device\n"


def test_info_tells_of_all_that_can_be_read(here: Path, capsys: Capture) -> None:
    mot.write(mot.Table(("time", "hip_flexion_r"), np.array([[0.0, 1.0], [0.5, 2.0]]), in_degrees=True), "hip.mot")
    assert main(["info", "absent.bvh", "hip.mot", "walk.bvh"]) == 1
    said = capsys.readouterr()
    assert "time, hip_flexion_r" in said.out and "degrees" in said.out and "motion (joint rotations)" in said.out
    assert said.err == "failed absent.bvh: no such file\nvitruve: 1 of 3 files cannot be read\n"


def test_each_of_several_bad_inputs_is_told_once(here: Path, capsys: Capture) -> None:
    (here / "film.mp4").touch()
    assert main(["run", "absent.bvh", "film.mp4", "-o", "out"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and lines[0] == "failed absent: absent.bvh: no such file" and lines[2] == "vitruve: 2 of 2 inputs failed"
    assert lines[1].startswith("failed film: film.mp4: cannot read .mp4, a video") and not (here / "out").exists()


def test_samples_are_files_to_every_verb(here: Path) -> None:
    assert main(["convert", "sample:walk", "out.json"]) == 0
    torch.testing.assert_close(vt.load("out.json").positions, vt.sample("walk").poses().positions)
    assert main(["convert", "sample:walk", "out.skeleton"]) == 0
    assert len(vt.load("out.skeleton").skeleton) == 25


def test_one_of_two_people(here: Path, capsys: Capture) -> None:
    assert main(["predict", "ens1d", "two.npz", "--person", "1"]) == main(["predict", "ens1d", "walk.bvh"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:5] == said[5:] and len(said) == 10
    assert main(["convert", "two.npz", "out.trc", "--person", "1"]) == 0
    torch.testing.assert_close(vt.load("out.trc").positions[0], vt.load("two.npz").positions[1], atol=1e-5, rtol=0)
