"""OpenSim: motions with known angles found again, scaling, the files it takes, shipped trials, and our own solver beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, SkeletonError
from vitruve.io import mot, trc
from vitruve.io.mot import Table

opensim = pytest.importorskip("opensim")

from vitruve.analysis.opensim import (  # noqa: E402
    MARKER_SETS,
    coordinates,
    forward_kinematics,
    heading,
    inverse_kinematics,
    load_model,
    marker_set,
    marker_set_for,
    model_markers,
    put_markers,
    scale_model,
    solve_angles,
    turn,
)
from vitruve.analysis.osim_rig import read_rig  # noqa: E402
from vitruve.data.opensim_trials import LAI_UHLRICH, unpacked  # noqa: E402

pytestmark = pytest.mark.realdata
GAIT = "opensim-models/Pipelines/Gait2354_Simbody/"


@pytest.fixture(scope="module")
def folder(data: Path) -> Path:
    return unpacked("opensim", data)


@pytest.fixture(scope="module")
def dense(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_markers(folder / LAI_UHLRICH, marker_set("synthpose"), tmp_path_factory.mktemp("model") / "dense.osim")


def swing(model: Path, frames: int = 8) -> Table:
    """Legs, trunk and arms that swing within the model's ranges."""
    t = np.arange(frames) / 50
    columns = {"time": t} | {n: np.zeros(frames) for n in coordinates(model)}
    wave = np.sin(2 * np.pi * t / t[-1])
    for name, mean, size in (
        ("hip_flexion_r", 20, 25), ("hip_flexion_l", 10, -25), ("hip_adduction_r", 0, 8), ("hip_rotation_l", 0, 12), ("knee_angle_r", 45, 30),
        ("knee_angle_l", 30, 20), ("ankle_angle_r", 0, 15), ("subtalar_angle_l", 0, 10), ("lumbar_extension", -10, 10), ("lumbar_rotation", 0, 12),
        ("arm_flex_r", 10, 30), ("elbow_flex_l", 50, 20), ("pelvis_rotation", 0, 15), ("pelvis_tilt", -5, 5), ("pro_sup_r", 40, 20),
        ("pro_sup_l", 40, 10), ("elbow_flex_r", 40, 10),
    ):  # fmt: skip
        columns[name] = mean + size * wave
    columns["pelvis_ty"] = 0.93 + 0.03 * wave
    return Table(tuple(columns), np.column_stack(list(columns.values())), in_degrees=True)


def furthest(found: Table, true: Table, leave_out: tuple[str, ...] = ("time", "beta", "mtp")) -> float:
    a, b = found.as_dict(), true.as_dict()
    return max(float(np.abs(a[n] - b[n]).max()) for n in b if n in a and not any(part in n for part in leave_out))


def test_known_angles_are_found_again(dense: Path) -> None:
    true = swing(dense)
    seen = forward_kinematics(dense, true)
    found = inverse_kinematics(dense, seen, accuracy=1e-8)
    assert furthest(found.table, true) < 0.1
    assert found.marker_max.max() < 1e-5
    # OpenSim stops early at its usual accuracy, and forearms turn furthest for least
    usual = inverse_kinematics(dense, seen)
    assert furthest(usual.table, true, ("time", "beta", "mtp", "pro_sup")) < 2.0


def test_angles_survive_marker_noise(dense: Path) -> None:
    true = swing(dense)
    clean = forward_kinematics(dense, true)
    noise = 0.002 * torch.randn(clean.positions.shape, generator=torch.Generator().manual_seed(0), dtype=clean.positions.dtype)
    weights = {n: m.weight for n, m in marker_set("synthpose").markers.items()}
    found = inverse_kinematics(dense, Poses(clean.positions + noise, clean.skeleton, clean.fps), weights)
    a, b = found.table.as_dict(), true.as_dict()
    legs = [n for n in b if n.startswith(("hip", "knee_angle", "ankle", "lumbar", "pelvis_")) and "beta" not in n]
    assert np.mean([np.sqrt(((a[n] - b[n]) ** 2).mean()) for n in legs]) < 2.0


def test_hidden_markers_do_not_disturb(dense: Path) -> None:
    true = swing(dense)
    x = forward_kinematics(dense, true)
    gaps = x.positions.clone()
    gaps[0, 2:5, -1] = torch.nan
    gaps[0, 3, 4] = torch.nan
    found = inverse_kinematics(dense, Poses(gaps, x.skeleton, x.fps), accuracy=1e-8)
    assert furthest(found.table, true) < 0.2 and found.marker_rms.isfinite().all()


def test_scaling_finds_a_larger_person(dense: Path, tmp_path: Path) -> None:
    model = forward_kinematics(dense, Table(("time", "pelvis_ty"), np.array([[0.0, 0.93], [0.02, 0.93]]), True))
    exact = scale_model(dense, Poses(1.1 * model.positions, model.skeleton, 50.0), tmp_path / "a.osim", marker_set("synthpose").measurements, place=False)
    assert all(f == pytest.approx((1.1, 1.1, 1.1), abs=1e-4) for name, f in exact.factors.items())
    assert exact.spread < 1e-4
    # OpenSim scaled the model by what the factors say
    scaled = forward_kinematics(tmp_path / "a.osim", Table(("time", "pelvis_ty"), np.array([[0.0, 0.93]]), True))

    def width(poses: Poses) -> float:
        return float((poses.joint("r_ASIS")[0, 0] - poses.joint("l_calc")[0, 0]).norm())

    assert width(scaled) == pytest.approx(1.1 * width(model), rel=1e-4)
    with pytest.raises(OptionError, match="no person"):
        odd = model.positions.clone()
        odd[:, :, [model.skeleton.joints.index(n) for n in ("r_calc", "l_calc")]] -= torch.tensor([0.4, 0.0, 0.0], dtype=odd.dtype)
        scale_model(dense, Poses(odd, model.skeleton, 50.0), tmp_path / "b.osim", marker_set("synthpose").measurements, place=False)


def test_our_files_are_read_by_opensim(dense: Path, tmp_path: Path) -> None:
    true = swing(dense)
    mot.write(true, tmp_path / "a.mot")
    table = opensim.TimeSeriesTable(str(tmp_path / "a.mot"))
    assert table.getNumRows() == len(true) and list(table.getColumnLabels())[0] == true.columns[1]
    x = forward_kinematics(dense, true)
    gaps = x.positions.clone()
    gaps[0, 1, -2:] = torch.nan
    gaps[0, 2, 0] = torch.nan
    trc.write(Poses(gaps, x.skeleton, x.fps), tmp_path / "a.trc")
    markers = opensim.TimeSeriesTableVec3(str(tmp_path / "a.trc"))
    assert markers.getNumRows() == len(true) and markers.getNumColumns() == len(x.skeleton)
    again = trc.read(tmp_path / "a.trc")
    assert torch.equal(again.valid, torch.isfinite(gaps).all(-1))


def test_shipped_trial_is_reproduced(folder: Path) -> None:
    """OpenSim's own walking trial: within 0.1 degree, subtalar and toe joints held where the shipped file has them."""
    shipped = mot.read(folder / GAIT / "subject01_walk1_ik.mot")
    columns = shipped.as_dict()
    held = {n: float(np.median(columns[n])) for n in ("subtalar_angle_r", "subtalar_angle_l", "mtp_angle_r", "mtp_angle_l")}
    found = inverse_kinematics(
        folder / "opensim-models/Models/Gait2354_Simbody/subject01_simbody.osim",
        trc.read(folder / GAIT / "subject01_walk1.trc"),
        setup=folder / GAIT / "subject01_Setup_IK.xml",
        hold=held,
        start=0.4,
        end=0.7,
    )
    a = found.table.as_dict()
    rows = len(found.table)
    errors = {n: float(np.sqrt(((a[n] - columns[n][:rows]) ** 2).mean())) for n in columns if n != "time"}
    assert rows == 19 and max(errors.values()) < 0.1, errors


def test_generic_model_takes_keypoints_that_face_anywhere(folder: Path, dense: Path) -> None:
    true = swing(dense)
    away = turn(forward_kinematics(dense, true), 2.0)
    found = solve_angles(away, folder / LAI_UHLRICH, scale=False)
    assert found.turned == pytest.approx(-np.degrees(2.0), abs=20)
    assert furthest(found.table, true, ("time", "beta", "mtp", "pelvis", "pro_sup")) < 2.0
    assert heading(dense, turn(away, -2.0)) == pytest.approx(heading(dense, away) + 2.0, abs=1e-6)


def test_our_solver_agrees_with_opensim(dense: Path) -> None:
    true = swing(dense)
    seen = forward_kinematics(dense, true)
    rig = read_rig(dense)
    assert furthest(rig.solve(seen), true) < 0.1
    q = torch.zeros(3, len(rig.coordinates), dtype=torch.float64) + 0.2
    points, jacobian = rig.jacobian(q)
    i = rig.coordinates.index("knee_angle_r")
    step = torch.zeros_like(q)
    step[:, i] = 1e-5
    assert torch.allclose((rig.forward(q + step) - rig.forward(q - step)) / 2e-5, jacobian[..., i], atol=1e-3)
    assert torch.allclose(points, rig.forward(q))


def test_what_cannot_be_done_is_said(folder: Path, dense: Path, tmp_path: Path) -> None:
    nobody = Poses(torch.rand(1, 3, 2, 3), trc.markers(["here", "there"]), 50.0)
    with pytest.raises(OptionError, match="no recorded marker"):
        inverse_kinematics(dense, nobody)
    with pytest.raises(OptionError, match="no marker set"):
        marker_set_for(nobody)
    with pytest.raises(FormatError, match="no such file"):
        load_model(tmp_path / "absent.osim")
    (tmp_path / "bad.osim").write_text("<html/>")
    with pytest.raises(FormatError, match="OpenSim reads"):
        load_model(tmp_path / "bad.osim")
    with pytest.raises(OptionError, match="no coordinate"):
        inverse_kinematics(dense, forward_kinematics(dense, swing(dense)), hold={"wing": 1.0})
    with pytest.raises(SkeletonError, match="none of the bodies"):
        put_markers(folder / "opensim-models/Models/DoublePendulum/double_pendulum.osim", marker_set("coco17"), tmp_path / "x.osim")
    with pytest.raises(OptionError, match="marker set"):
        marker_set("sparse")
    with pytest.raises(OptionError, match="no trials"):
        unpacked("opensim", tmp_path)


def test_marker_sets_are_symmetric(dense: Path) -> None:
    assert len(MARKER_SETS["synthpose"].markers) == 33 and len(MARKER_SETS["coco17"].markers) == 12
    assert set(model_markers(dense)) == set(MARKER_SETS["synthpose"].markers)
    for marks in MARKER_SETS.values():
        assert all(name in marks.markers for m in marks.measurements for pair in m.pairs for name in pair)
        assert all(a != b for m in marks.measurements for a, b in m.pairs)
        right = [m for m in marks.markers.values() if m.body.endswith("_r")]
        left = {(m.body, m.location) for m in marks.markers.values()}
        assert all((m.body[:-1] + "l", (m.location[0], m.location[1], -m.location[2])) in left for m in right)
