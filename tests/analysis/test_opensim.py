"""OpenSim: motions with known angles found again, scaling, the files it takes, shipped trials, and our own solver beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve import sample
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
    own_measurements,
    put_markers,
    scale_model,
    solve_angles,
    turn,
)
from vitruve.analysis.opensim.kinematics import _unseen  # noqa: E402
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


def furthest(found: Table, true: Table, leave_out: tuple[str, ...] = ("time", "beta")) -> float:
    a, b = found.as_dict(), true.as_dict()
    return max(float(np.abs(a[n] - b[n]).max()) for n in b if n in a and not any(part in n for part in leave_out))


def test_known_angles_are_found_again(dense: Path) -> None:
    true = swing(dense)
    seen = forward_kinematics(dense, true)
    found = inverse_kinematics(dense, seen, accuracy=1e-8)
    assert furthest(found.table, true) < 0.1
    assert found.marker_max.max() < 1e-5
    # no marker is on the toes
    assert found.unseen == ("mtp_angle_r", "mtp_angle_l") and not found.angle("mtp_angle_r").any()
    # OpenSim stops early at its usual accuracy, and forearms turn furthest for least: ours is finer
    assert furthest(inverse_kinematics(dense, seen).table, true) < 0.5
    assert furthest(inverse_kinematics(dense, seen, accuracy=1e-5).table, true) > 0.5


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
    assert furthest(found.table, true, ("time", "beta", "pelvis")) < 0.5
    assert heading(dense, turn(away, -2.0)) == pytest.approx(heading(dense, away) + 2.0, abs=1e-6)


def test_a_coordinate_at_the_end_of_its_range_is_seen(dense: Path) -> None:
    model = load_model(dense)
    ankle = model.getCoordinateSet().get("ankle_angle_r")
    ankle.setDefaultValue(ankle.getRangeMax())
    assert _unseen(model, set(model_markers(dense))) == ("mtp_angle_r", "mtp_angle_l")
    assert "ankle_angle_r" in _unseen(model, {"r_ASIS", "l_ASIS", "C7"})


def test_heading_is_the_pelvis_own(dense: Path) -> None:
    """A runner's arms and legs, and a trunk turned against them, do not turn it."""
    pose = {"pelvis_ty": 0.93, "hip_flexion_r": 60, "hip_flexion_l": -20, "arm_flex_r": -40, "arm_flex_l": 60, "elbow_flex_r": 90, "lumbar_rotation": 20}
    table = Table(("time", *pose), np.array([[0.0, *pose.values()]]), True)
    runner = forward_kinematics(dense, table)
    assert abs(heading(dense, runner)) < 0.01
    assert heading(dense, turn(runner, 1.0)) == pytest.approx(-1.0, abs=0.01)


def test_laboratory_trials_are_reproduced_with_the_weights_they_were_solved_with(data: Path, folder: Path) -> None:
    """OpenCap's laboratory: a scaled model, its markers, the published setup; the solution that was shipped beside them."""
    place = unpacked("biomech_trials", data) / "nimblephysics/osim/LaiArnoldSubject6"
    model = place / "LaiArnoldModified2017_poly_withArms_weldHand_scaled.osim"
    shipped, markers = mot.read(place / "walking1.mot"), trc.read(place / "walking1.trc")
    found = inverse_kinematics(model, markers, setup=folder / "opencap-core/opensimPipeline/IK/Setup_IK_Mocap.xml", end=0.1)
    rows = len(found.table)
    part = Table(shipped.columns, shipped.data[:rows], True)
    # no marker is on the toes: theirs is whatever the shipped search left there
    free = ("time", "beta", "mtp")
    assert rows == 11 and furthest(found.table, part, free) < 2.0
    # other weights, other angles: this is how much they matter
    assert furthest(inverse_kinematics(model, markers, end=0.1).table, part, free) > 4


def test_a_standing_trial_scales_a_model_with_markers_of_its_own(dense: Path, tmp_path: Path) -> None:
    true = swing(dense, 4)
    seen, still = forward_kinematics(dense, true), forward_kinematics(dense, Table(("time", "pelvis_ty"), np.array([[0.0, 0.93], [0.02, 0.93]]), True))

    def grown(poses: Poses) -> Poses:
        return Poses(1.15 * poses.positions, poses.skeleton, poses.fps)

    # feet and forearms too, whose parents carry no markers, and toes and hands, which carry none themselves
    factors = scale_model(dense, grown(still), tmp_path / "all.osim", own_measurements(dense), place=False).factors
    assert all(f == pytest.approx((1.15, 1.15, 1.15), abs=1e-4) for f in factors.values()), factors
    as_it_is = solve_angles(grown(seen), dense)
    scaled = solve_angles(grown(seen), dense, static=grown(still), path=tmp_path / "scaled.osim")
    assert scaled.marker_rms.max() < 2e-3 < as_it_is.marker_rms.min()
    assert furthest(scaled.table, true, ("time", "beta", "pelvis_t", "pro_sup")) < furthest(as_it_is.table, true, ("time", "beta", "pelvis_t", "pro_sup"))
    assert abs(scaled.angle("knee_angle_r").numpy() - true.as_dict()["knee_angle_r"]).max() < 1


def test_a_rig_is_taken_by_what_its_joints_are(folder: Path) -> None:
    """A recording without markers: the joints of a rig, which has names of its own, stand for COCO's."""
    walk = sample("walk").resample(20).poses()[:6]
    assert not set(walk.skeleton.joints) & set(MARKER_SETS["wholebody"].markers)
    found = solve_angles(walk, folder / LAI_UHLRICH)
    assert found.marker_rms.mean() < 0.06
    # knees bend one way, within what walking takes
    assert -1 < found.angle("knee_angle_r").min() and 10 < found.angle("knee_angle_r").max() < 90


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
