"""`vitruve angles`: markers and rigs to tables of angles, and what it says about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve.cli import main
from vitruve.core.poses import Poses
from vitruve.io import mot, trc

pytest.importorskip("opensim")

from vitruve.analysis.opensim import forward_kinematics, marker_set, put_markers  # noqa: E402
from vitruve.data.opensim_trials import LAI_UHLRICH, unpacked  # noqa: E402
from vitruve.io.mot import Table  # noqa: E402


@pytest.mark.realdata
def test_a_static_trial_scales_and_what_no_marker_tells_is_said(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = put_markers(unpacked("opensim", data) / LAI_UHLRICH, marker_set("synthpose"), tmp_path / "model.osim")
    bent = Table(("time", "pelvis_ty", "knee_angle_r", "hip_flexion_r"), np.array([[0.0, 0.93, 40, 30], [0.02, 0.93, 42, 32]]), True)
    for name, table in (("trial", bent), ("standing", Table(("time", "pelvis_ty"), bent.data[:, :2], True))):
        x = forward_kinematics(model, table)
        trc.write(Poses(1.15 * x.positions, x.skeleton, x.fps), tmp_path / f"{name}.trc")
    trial = ["angles", str(tmp_path / "trial.trc"), "--model", str(model)]
    assert main([*trial, "--static", str(tmp_path / "standing.trc"), "--scaled", str(tmp_path / "scaled.osim")]) == 0
    said = capsys.readouterr().out
    assert "no marker tells mtp_angle_r, mtp_angle_l" in said and "turned" not in said
    columns = mot.read(tmp_path / "trial-angles.mot").as_dict()
    assert columns["knee_angle_r"] == pytest.approx([40, 42], abs=1) and (tmp_path / "scaled.osim").is_file()
    assert torch.as_tensor(columns["mtp_angle_r"]).abs().max() == 0
    # without the standing trial the model is too small for the markers
    assert main([*trial, "-o", str(tmp_path / "small.csv")]) == 0
    far = [float(text.split(" mm")[0].removeprefix("markers ")) for text in (said, capsys.readouterr().out)]
    assert far[0] < 2 < far[1]


@pytest.mark.realdata
def test_held_coordinates_do_not_move(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = put_markers(unpacked("opensim", data) / LAI_UHLRICH, marker_set("synthpose"), tmp_path / "model.osim")
    turning = Table(("time", "pelvis_ty", "subtalar_angle_r", "hip_flexion_r"), np.array([[0.0, 0.93, 5, 30], [0.02, 0.93, 12, 32]]), True)
    trc.write(forward_kinematics(model, turning), tmp_path / "trial.trc")
    trial = ["angles", str(tmp_path / "trial.trc"), "--model", str(model), "-o", str(tmp_path / "a.mot"), "--hold"]
    assert main([*trial, "subtalar_angle_r=3", "hip_rotation_r"]) == 0
    columns = mot.read(tmp_path / "a.mot").as_dict()
    assert columns["subtalar_angle_r"] == pytest.approx([3, 3]) and columns["hip_rotation_r"] == pytest.approx([0, 0])
    assert columns["hip_flexion_r"] == pytest.approx([30, 32], abs=1)
    capsys.readouterr()
    for wrong, said in (("subtalar_angle_r=much", "expected NAME or NAME=VALUE"), ("subtalar", "no coordinate 'subtalar'; the model has: pelvis_tilt")):
        assert main([*trial, wrong]) == 1
        assert said in capsys.readouterr().err


def test_options_of_opensim_take_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in (["--static", "standing.trc"], ["--hold", "mtp_angle_r"]):
        assert main(["angles", "sample:walk", *option, "-o", str(tmp_path / "a.mot")]) == 1
        assert "give a --model" in capsys.readouterr().err
