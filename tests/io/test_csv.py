"""CSV tables and folders of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.io.test_bvh import tree
from tests.io.test_fuzz import AMC, ASF, BVH, CSV, OPENPOSE

import vitruve as vt
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.io import csv


def write(folder: Path, text: str) -> Path:
    (folder / "a.csv").write_text(text, encoding="utf-8", newline="")
    return folder / "a.csv"


def test_small_file(tmp_path: Path) -> None:
    poses = vt.load(write(tmp_path, CSV))
    assert poses.positions.shape == (2, 2, 1, 3) and poses.ids.tolist() == [1, 2] and poses.fps == 25
    assert poses.valid[..., 0].tolist() == [[True, False], [True, True]]
    assert poses.confidence[..., 0].tolist() == [[0.5, 0.0], [1.0, pytest.approx(0.7)]]


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("confident", [False, True])
def test_round_trip_is_exact(tmp_path: Path, people: int, dims: int, confident: bool) -> None:
    torch.manual_seed(people)
    x = torch.randn(people, 12, 17, dims) * 100
    x[0, 3:5, 2] = torch.nan
    poses = Poses(x, vt.skeleton("coco17"), fps=29.97)
    if confident:
        poses = replace(poses, confidence=torch.rand(people, 12, 17))
    vt.save(poses, tmp_path / "a.csv")
    again = vt.load(tmp_path / "a.csv")
    assert again.skeleton == poses.skeleton and again.fps == pytest.approx(29.97, rel=1e-6)
    assert torch.equal(again.positions.nan_to_num(), poses.positions.nan_to_num()) and torch.equal(again.valid, poses.valid)
    assert torch.equal(again.confidence, poses.confidence) and torch.equal(again.ids, poses.ids)


def test_motion_and_names_with_commas(tmp_path: Path) -> None:
    motion = tree(9)
    csv.write(motion, tmp_path / "a.csv")
    again = csv.read(tmp_path / "a.csv", skeleton="humanml3d22")
    assert torch.equal(again.positions, motion.poses().positions) and again.skeleton == motion.skeleton and again.fps == 50
    odd = Poses(torch.zeros(1, 2, 2, 3), vt.Skeleton("odd", ('a,"b"', "c\nd"), (-1, -1)))
    csv.write(odd, tmp_path / "b.csv")
    assert csv.read(tmp_path / "b.csv").skeleton.joints == odd.skeleton.joints


def test_options(tmp_path: Path) -> None:
    path = write(tmp_path, "a_x,a_y,a_z\n100,200,300\n110,210,310\n")
    poses = csv.read(path, fps=10, units=0.01)
    torch.testing.assert_close(poses.positions[0, :, 0], torch.tensor([[1.0, 2.0, 3.0], [1.1, 2.1, 3.1]]))
    with pytest.raises(FormatError, match="fps= is needed"):
        csv.read(path)
    with pytest.raises(FormatError, match="not those of skeleton 'coco17'"):
        csv.read(path, fps=10, skeleton="coco17")
    for options in ({"fps": 0.0}, {"units": -1.0}):
        with pytest.raises(OptionError):
            csv.read(path, **options)
    with pytest.raises(OptionError, match="Poses"):
        csv.write(3, tmp_path / "b.csv")


DAMAGE = [
    (CSV.replace("hip_x", "hip_y"), "column 'hip_y' appears twice", 1),
    (CSV.replace("hip_x", "hip"), "expected columns '<joint>_x'", 1),
    (CSV.replace("hip_z", "hop_z"), "no column 'hip_z'", 1),
    (CSV.replace("person", "actor"), "found column 'actor'", 1),
    (CSV.replace("0,2,1.1", "0,2,x"), "could not convert string to float: 'x'", 3),
    (CSV.replace("0,2,1.1", "0,2,inf"), "finite", 3),
    (CSV.replace("0,2,1.1", "0,2"), "expected 6 cells, found 5", 3),
    (CSV.replace("0,2,1.1", ",2,1.1"), "time: expected a number", 3),
    (CSV.replace("0,2,1.1", "0,2.5,1.1"), "person: expected whole numbers", None),
    (CSV.split("\n")[0] + "\n", "no frames", 1),
    (CSV.replace("0,2", '0,"2'), "not CSV", None),
    ("", "empty", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), DAMAGE, ids=[m for _, m, _ in DAMAGE])
def test_damage_names_the_line(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    with pytest.raises(FormatError, match="a.csv") as caught:
        csv.read(write(tmp_path, text))
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_a_small_file_cannot_ask_for_much_memory(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i},0,0\n" for i in range(20000))
    with pytest.raises(FormatError, match="a line for each person and time"):
        csv.read(write(tmp_path, "time,person,a_x,a_y\n" + rows))


# folders


def test_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "walk.bvh").write_text(BVH)
    (tmp_path / "sub" / "a.amc").write_text(AMC)
    (tmp_path / "sub" / "a.asf").write_text(ASF)
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / ".hidden.bvh").write_text("broken")
    found = vt.load(tmp_path)
    assert list(found) == ["sub/a.amc", "walk.bvh"] and len(found["sub/a.amc"]) == 2
    assert capsys.readouterr().out == ""  # the bar goes to stderr
    assert list(vt.load(tmp_path, format="bvh", units="m")) == ["walk.bvh"]

    (tmp_path / "broken.bvh").write_text("HIERARCHY\n")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(VitruveError, match="2 of 4 files") as caught:
        vt.load(tmp_path)
    assert "broken.bvh:1" in str(caught.value) and "empty.csv" in str(caught.value)
    with pytest.warns(UserWarning, match="2 of 4 files"):
        assert list(vt.load(tmp_path, skip_errors=True)) == ["sub/a.amc", "walk.bvh"]


def test_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no file that can be read"):
        vt.load(tmp_path)


def test_folder_of_openpose_frames(tmp_path: Path) -> None:
    pytest.importorskip("vitruve.io.keypoints")
    for i in range(3):
        (tmp_path / f"video_{i:012d}_keypoints.json").write_text(OPENPOSE)
    poses = vt.load(tmp_path)
    assert isinstance(poses, Poses) and len(poses) == 3
