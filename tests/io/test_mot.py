"""MOT and STO: OpenSim's and SIMM's tables; what the header says of degrees, counts and columns; round trip; damage."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.io.test_bvh import unpack
from tests.io.test_fuzz import MOT

import vitruve as vt
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.io import mot


def write(folder: Path, text: str) -> Path:
    (folder / "a.mot").write_text(text, encoding="utf-8", newline="")
    return folder / "a.mot"


def test_small_file(tmp_path: Path) -> None:
    table = vt.load(write(tmp_path, MOT))
    assert table.columns == ("time", "pelvis_tilt", "pelvis_tx") and table.name == "Coordinates" and table.in_degrees is True and len(table) == 2
    assert table.as_dict()["pelvis_tilt"].tolist() == [-5.5, -5.6]
    assert table.header["Units are S.I. units"] == "" and table.header["version"] == "1"


def test_degrees_are_what_the_header_says(tmp_path: Path) -> None:
    table = mot.read(write(tmp_path, MOT))
    np.testing.assert_allclose(table.radians()["pelvis_tilt"], np.deg2rad([-5.5, -5.6]))
    assert table.radians()["pelvis_tx"].tolist() == [0.1, 0.2] and table.radians()["time"].tolist() == [0.0, 0.01]
    radians = mot.read(write(tmp_path, MOT.replace("=yes", "=no")))
    assert radians.in_degrees is False and radians.radians()["pelvis_tilt"].tolist() == [-5.5, -5.6]
    silent = mot.read(write(tmp_path, MOT.replace("inDegrees=yes\n", "")))
    assert silent.in_degrees is None
    with pytest.raises(OptionError, match="degrees"):
        silent.radians()


def test_simm_header(tmp_path: Path) -> None:
    table = mot.read(write(tmp_path, "name a walk.mot\r\ndatacolumns 2\r\ndatarows 1\r\nrange 0 1\r\nendheader\r\ntime x\r\n 0.5   1e-3\r\n"))
    assert table.name == "a walk.mot" and table.columns == ("time", "x") and table.data.tolist() == [[0.5, 0.001]]


def test_round_trip(tmp_path: Path) -> None:
    table = mot.read(write(tmp_path, MOT))
    for degrees in (True, False, None):
        for name in ("b.mot", "b.sto"):
            vt.save(replace(table, in_degrees=degrees), tmp_path / name)
            again = vt.load(tmp_path / name)
            assert again.columns == table.columns and again.in_degrees is degrees and again.name == table.name
            np.testing.assert_allclose(again.data, table.data, atol=1e-8)
            assert "Units are S.I. units" in again.header


def test_a_wrong_row_count_is_said(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="says 9 rows, found 2"):
        assert len(mot.read(write(tmp_path, MOT.replace("nRows=2", "nRows=9")))) == 2


DAMAGE = [
    (MOT.replace("endheader\n", ""), "expected a line 'endheader'", None),
    (MOT.replace("nColumns=3", "nColumns=4"), "says 4 columns, found 3", 10),
    (MOT.replace("nColumns=3", "nColumns=x"), "nColumns: expected a count", 4),
    (MOT.replace("nRows=2", "nRows=-1"), "nRows: expected a count", 3),
    (MOT.replace("=yes", "=maybe"), "expected yes or no", 5),
    (MOT.replace("pelvis_tx", "pelvis_tilt"), "appears twice", 10),
    (MOT.replace("0.01\t-5.6\t0.2", "0.01\t-5.6"), "expected 3 numbers, found 2", 12),
    (MOT.replace("-5.6", "-5,6"), "expected a number, found '-5,6'", 12),
    (MOT[: MOT.index("time")], "no columns", 9),
    ("", "empty", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), DAMAGE, ids=[m for _, m, _ in DAMAGE])
def test_damage_names_the_line(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    with pytest.raises(FormatError, match="a.mot") as caught:
        mot.read(write(tmp_path, text))
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_values_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ShapeError):
        mot.Table(("time", "x"), np.zeros((3, 3)))
    with pytest.raises(OptionError, match="Table"):
        mot.write(3, tmp_path / "a.mot")
    with pytest.raises(OptionError, match="column"):
        mot.write(mot.Table(("time", "a\tb"), np.zeros((1, 2))), tmp_path / "a.mot")
    assert not list(tmp_path.iterdir())


@pytest.mark.realdata
def test_every_real_file(data: Path, tmp_path: Path) -> None:
    archives = [data / "biomech_trials/trials.tar.xz", data / "opensim/opensim_models_and_trials.tar.xz"]
    files = [f for a in archives for suffix in (".mot", ".sto") for f in unpack(a, tmp_path, suffix)]
    assert len(files) >= 25
    said = set()
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # five of them were cut without a new count
            table = mot.read(path)
        said.add(table.in_degrees)
        assert table.columns[0] == "time" and np.isfinite(table.data).all() and (np.diff(table.data[:, 0]) > 0).all()
        if table.in_degrees is not None and "knee_angle_r" in table.columns:
            assert np.abs(table.radians()["knee_angle_r"]).max() < 3
    assert said == {True, False, None}


@pytest.mark.realdata
def test_the_same_trial_in_degrees_and_radians(data: Path, tmp_path: Path) -> None:
    files = {f.name: f for f in unpack(data / "biomech_trials/trials.tar.xz", tmp_path, ".mot")}
    ours, opensim = (mot.read(files[f"JA1Gait35_ik{end}.mot"]) for end in ("", "_by_opensim"))
    assert ours.in_degrees is False and opensim.in_degrees is True
    for name in ("pelvis_tilt", "hip_flexion_r", "knee_angle_l", "pelvis_tx"):
        assert np.abs(ours.radians()[name] - opensim.radians()[name]).mean() < 0.05
