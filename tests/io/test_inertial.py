"""Inertial recordings as files: what is written is read, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.cli import main
from vitruve.core.inertial import Inertial
from vitruve.errors import FormatError
from vitruve.io.inertial import is_inertial, read, write


def recording(gyro: bool = True) -> Inertial:
    x = torch.randn(2, 6, 2, 3, generator=torch.Generator().manual_seed(0))
    return Inertial(x[0], x[1] if gyro else None, ("right_wrist", "pelvis"), 50.0)


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_round_trip(tmp_path: Path, suffix: str, gyro: bool):
    path, value = tmp_path / f"walk{suffix}", recording(gyro)
    write(value, path)
    again = read(path)
    assert is_inertial(path) and again.places == value.places and abs(again.fps - 50) < 1e-6 and again.name == "walk"
    assert torch.allclose(again.acceleration, value.acceleration)
    assert (again.angular_velocity is None) == (not gyro)
    if gyro:
        assert torch.allclose(again.angular_velocity, value.angular_velocity)


def test_motion_files_are_not_inertial(tmp_path: Path):
    for name in ("walk.csv", "walk.npz"):
        path = tmp_path / name
        vt.save(vt.sample("walk").poses() if name.endswith("csv") else vt.sample("walk"), path)
        assert not is_inertial(path)
    assert not is_inertial(tmp_path / "absent.csv")


def test_a_sensor_without_a_gyroscope_is_unknown_there(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text(
        "time,a_acc_x,a_acc_y,a_acc_z,b_acc_x,b_acc_y,b_acc_z,b_gyro_x,b_gyro_y,b_gyro_z\n" + "".join(f"{i / 10},1,2,3,4,5,6,7,8,9\n" for i in range(3))
    )
    r = read(path)
    assert r.places == ("a", "b") and abs(r.fps - 10) < 1e-6
    assert r.angular_velocity[:, 0].isnan().all() and r.angular_velocity[0, 1].tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    "text, message",
    [
        ("time,a_x\n0,1\n", "columns like"),
        ("time,a_acc_x,a_acc_y\n0,1,2\n1,1,2\n", "a_acc_z"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n", "no samples"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,fast\n", r":2: expected numbers"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,3\n1,2\n", r":3: expected 4 cells"),
        ("a_acc_x,a_acc_y,a_acc_z\n1,2,3\n1,2,3\n", "give fps"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,3\n1,1,2,3\n1,1,2,3\n", r":4: expected a 'time' that grows"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,3\n1,1,,3\n", "not a number at sample 1"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,3\n", "a single sample"),
        ("time,a_acc_x,a_acc_y,a_acc_z\n0,1,2,3\n1,1,2,3\n2,1,2,3\n9,1,2,3\n", r":5: a gap of 7 s, expected samples every 1 s"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read(path)


def test_fps_may_be_given_and_arrays_must_be_there(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_text("a_acc_x,a_acc_y,a_acc_z\n1,2,3\n")
    assert read(path, fps=25).fps == 25
    np.savez(tmp_path / "x.npz", acceleration=np.zeros((4, 1, 3)))
    with pytest.raises(FormatError, match="places"):
        read(tmp_path / "x.npz")
    with pytest.raises(FormatError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(FormatError, match=r"\.csv or \.npz"):
        write(recording(), tmp_path / "x.bvh")


def test_a_part_of_a_file_is_told(tmp_path: Path):
    path = tmp_path / "x.npz"
    write(recording(), path)
    path.write_bytes(path.read_bytes()[:300])
    assert not is_inertial(path)
    with pytest.raises(FormatError, match=r"x\.npz: the arrays cannot be read"):
        read(path)


def test_a_table_of_accelerations_is_no_motion(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.csv"
    write(recording(), path)
    with pytest.raises(FormatError, match="accelerations of worn sensors, not joint positions"):
        vt.load(path)
    assert main(["info", str(path)]) == 0
    said = capsys.readouterr().out
    assert "accelerations and angular velocities of worn sensors" in said and "right_wrist, pelvis" in said and "samples  6" in said
