"""Angles that were built in come out again, on rigs of every rest pose; real walking looks like walking."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
from tests.analysis.synthetic import RESTS, body, puppet, rest_rotations, standing, turned

import vitruve as vt
from vitruve.analysis import cycles, find_events, joint_angles
from vitruve.analysis.angles import DEFINITIONS, Angles, bend_angles
from vitruve.core.calibration import calibrated_reference, rest_is_anatomical
from vitruve.core.contacts import detect_contacts
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, SkeletonError

CENTRAL = [d.name for d in DEFINITIONS if not d.sided]
SIDED = [d.name for d in DEFINITIONS if d.sided]
# shoulder_flexion and _abduction follow from elevation and plane
FREE = [n for n in SIDED if n not in ("shoulder_flexion", "shoulder_abduction")]


def random_pose(seed: int, frames: int = 20) -> dict[str, np.ndarray]:
    """Every angle of the body at once, within the ranges of joints."""
    rng = np.random.default_rng(seed)
    wide = {"hip_flexion": (-30, 120), "knee_flexion": (0, 150), "elbow_flexion": (0, 150), "shoulder_elevation": (10, 165), "shoulder_plane": (-60, 130)}
    names = [*CENTRAL, *(f"{s}_{n}" for s in ("left", "right") for n in FREE)]
    out = {n: rng.uniform(*wide.get(n.split("_", 1)[1], (-35, 35)), frames) for n in names}
    out["pelvis_rotation"] -= out["pelvis_rotation"].mean()
    return out


@pytest.mark.parametrize("rest", RESTS)
def test_neutral_pose_is_zero(rest):
    angles = joint_angles(body({}, rest))
    known = angles.values[angles.values.isfinite()]
    assert known.abs().max() < 1e-4
    # only the plane of elevation of a hanging arm has no meaning
    assert [n for n in angles.names if not angles.column(n).isfinite().all()] == ["left_shoulder_plane", "right_shoulder_plane"]


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize("name", [f"{s}_{n}" for s in ("left", "right") for n in ("hip_flexion", "knee_flexion", "ankle_dorsiflexion", "elbow_flexion")])
def test_single_known_flexion(rest, name):
    true = np.linspace(-10, 110, 13)
    angles = joint_angles(body({name: true}, rest, 13, dtype=torch.float32))
    np.testing.assert_allclose(angles.column(name), true, atol=0.1)
    others = [n for n in angles.names if n != name and not n.endswith("shoulder_plane")]
    assert max(angles.column(n).abs().max() for n in others) < 0.1


@pytest.mark.parametrize("rest", RESTS)
def test_all_angles_at_once(rest):
    true = random_pose(0)
    angles = joint_angles(body(true, rest, 20))
    assert set(angles.names) == {*CENTRAL, *(f"{s}_{n}" for s in ("left", "right") for n in SIDED)}
    for name, values in true.items():
        got = angles.column(name).numpy()
        # the clip's mean direction is that of the mean forward vector, near but not at the mean of the angles
        allowed = 2.0 if name == "pelvis_rotation" else 0.1
        np.testing.assert_allclose((got - values + 180) % 360 - 180, 0, atol=allowed, err_msg=name)
    for side in ("left", "right"):
        elevation, plane = true[f"{side}_shoulder_elevation"], np.deg2rad(true[f"{side}_shoulder_plane"])
        np.testing.assert_allclose(angles.column(f"{side}_shoulder_flexion"), elevation * np.sin(plane), atol=0.1)
        np.testing.assert_allclose(angles.column(f"{side}_shoulder_abduction"), elevation * np.cos(plane), atol=0.1)


def test_signs_against_positions():
    """What positive means, read off joint positions rather than off the formulas of the rotations."""

    def moved(name: str, joint: str) -> np.ndarray:
        m = body({name: 30.0})
        base = body({})
        j = m.skeleton.index(joint)
        return (m.fk().positions - base.fk().positions)[0, j].numpy()

    assert moved("left_hip_flexion", "left_knee")[2] > 0.1
    assert moved("left_hip_adduction", "left_knee")[0] < -0.1 and moved("right_hip_adduction", "right_knee")[0] > 0.1
    assert moved("left_hip_rotation", "left_foot")[0] < -0.05 and moved("right_hip_rotation", "right_foot")[0] > 0.05
    assert moved("right_knee_flexion", "right_ankle")[2] < -0.1
    assert moved("left_knee_adduction", "left_ankle")[0] < -0.1
    assert moved("left_ankle_dorsiflexion", "left_foot")[1] > 0.02
    assert moved("pelvis_tilt", "neck")[2] > 0.1 and moved("pelvis_obliquity", "left_hip")[1] > 0.01
    assert moved("trunk_flexion", "head")[2] > 0.1 and moved("trunk_bending", "head")[0] > 0.1 and moved("trunk_rotation", "left_shoulder")[2] < -0.05
    raised = {"left_shoulder_elevation": 90.0}
    assert body(raised).fk().positions[0, 18, 0] > 0.4
    assert body(raised | {"left_shoulder_plane": 90.0}).fk().positions[0, 18, 2] > 0.2
    bent = body({"left_elbow_flexion": 90.0})
    assert bent.fk().positions[0, 20, 2] > 0.2
    inward = body({"left_elbow_flexion": 90.0, "left_shoulder_rotation": 40.0})
    assert inward.fk().positions[0, 20, 0] < bent.fk().positions[0, 20, 0] - 0.1
    assert moved("left_wrist_flexion", "left_hand")[0] < -0.02 and moved("right_wrist_flexion", "right_hand")[0] > 0.02
    assert moved("right_wrist_deviation", "right_hand")[2] < -0.02


@pytest.mark.parametrize("rest", ["t-pose", "legs spread"])
def test_mirror_swaps_sides(rest):
    motion = body(random_pose(1), rest, 20)
    angles, mirrored = joint_angles(motion), joint_angles(motion.mirror())
    for name in angles.names:
        side, _, rest_of = name.partition("_")
        if side in ("left", "right"):
            other, sign = f"{'right' if side == 'left' else 'left'}_{rest_of}", 1
        else:
            other, sign = name, 1 if name in ("pelvis_tilt", "trunk_flexion", "neck_flexion") else -1
        torch.testing.assert_close(mirrored.column(other), sign * angles.column(name), atol=1e-6, rtol=0, equal_nan=True)


def test_invariant_to_place_and_heading():
    motion = body(random_pose(2), frames=20)
    torch.testing.assert_close(joint_angles(turned(motion, 130)).values, joint_angles(motion).values, atol=1e-6, rtol=0)


def test_pronation_wherever_the_rig_turns():
    """The same hand, turned by the elbow joint or by the wrist joint of the rig."""
    by_elbow = body({"left_forearm_pronation": 50.0, "left_elbow_flexion": 70.0})
    turn = by_elbow.rotations.clone()
    # move the turn about the forearm from the elbow to the wrist
    from vitruve.core import rotations as rot

    axis = turn.new_tensor([1.0, 0, 0])
    twist = rot.twist(turn[:, 18], axis)
    turn[:, 18] = rot.multiply(turn[:, 18], rot.inverse(twist))
    turn[:, 20] = rot.multiply(twist, turn[:, 20])
    by_wrist = Motion(turn, by_elbow.translation, by_elbow.offsets, by_elbow.skeleton)
    for motion in (by_elbow, by_wrist):
        angles = joint_angles(motion)
        assert angles.column("left_forearm_pronation").item() == pytest.approx(50, abs=1e-3)
        assert angles.column("left_wrist_deviation").item() == pytest.approx(0, abs=1e-3)


def test_unwraps_and_marks_gimbal_lock():
    spin = joint_angles(body({"pelvis_rotation": np.linspace(0, 720, 200)}, frames=200)).column("pelvis_rotation")
    assert spin.max() - spin.min() == pytest.approx(720, abs=0.1) and spin.diff().min() > 0
    lying = joint_angles(body({"pelvis_obliquity": np.array([80.0, 84.0, 86.0, 90.0]), "pelvis_tilt": 10.0}, frames=4))
    assert lying.column("pelvis_tilt").isnan().tolist() == [False, False, True, True]
    np.testing.assert_allclose(lying.column("pelvis_obliquity"), [80, 84, 86, 90], atol=1e-3)
    assert lying.range_of_motion()["pelvis_tilt"].mean == pytest.approx(10, abs=1e-3)


def walk_like(frames: int = 60) -> dict[str, np.ndarray]:
    swing = np.sin(np.linspace(0, 6 * np.pi, frames))
    out = {"trunk_rotation": 8 * swing}
    for side, s in (("left", 1), ("right", -1)):
        out |= {
            f"{side}_hip_flexion": 10 + 25 * s * swing,
            f"{side}_knee_flexion": 35 - 30 * s * np.roll(swing, 5),
            f"{side}_shoulder_elevation": np.abs(20 * swing) + 6,
            f"{side}_shoulder_plane": np.where(s * swing > 0, -80.0, 80.0),
            f"{side}_elbow_flexion": 25 - 15 * s * swing,
        }
    return out


def test_rig_whose_rest_is_no_pose():
    """Joint axes in any order: the reference is found from the motion, and exactly so where they are coordinate axes."""
    true = walk_like()
    motion = body(true, "scrambled", 60)
    assert not rest_is_anatomical(motion.skeleton, motion.rest_positions())
    expected = torch.from_numpy(rest_rotations("scrambled").inv().as_quat())
    found = calibrated_reference(motion)
    marks = ("pelvis", "spine3", "head", "left_hip", "right_knee", "left_ankle", "right_shoulder", "left_elbow", "left_wrist")
    used = [motion.skeleton.index(m) for m in marks]
    assert (found[used] * expected[used]).sum(-1).abs().min() > 1 - 1e-6
    angles = joint_angles(motion)
    for name, values in true.items():
        np.testing.assert_allclose(angles.column(name), values, atol=0.1, err_msg=name)


@pytest.mark.parametrize("rest", RESTS)
def test_calibration_leaves_bodies_alone(rest):
    motion = body({}, rest)
    assert rest_is_anatomical(motion.skeleton, motion.rest_positions())


def test_bend_angles_agree_where_the_hinge_is_pure():
    true = np.linspace(5, 120, 12)
    motion = body({"left_knee_flexion": true, "right_elbow_flexion": true}, "a-pose", 12)
    bend = bend_angles(motion)
    assert bend.names == ("left_knee_bend", "left_elbow_bend", "right_knee_bend", "right_elbow_bend")
    np.testing.assert_allclose(bend.column("left_knee_bend"), true, atol=1e-4)
    np.testing.assert_allclose(bend.column("right_elbow_bend"), true, atol=1e-4)


def test_rigs_with_fewer_joints():
    motion = body({"left_knee_flexion": 40.0})
    legs = ["pelvis", "left_hip", "left_knee", "left_ankle", "right_hip", "right_knee", "right_ankle", "neck"]
    keep = [motion.skeleton.index(n) for n in legs]
    small = motion.skeleton.select(legs, "legs")
    x = motion.fk().positions[:, keep] * 0 + motion.rest_positions()[sorted(keep)]
    offsets = torch.stack([x[0, j] - (x[0, p] if p >= 0 else 0) for j, p in enumerate(small.parents)])
    cut = Motion(motion.rotations[:, sorted(keep)], motion.translation, offsets, small)
    angles = joint_angles(cut)
    assert angles.column("left_knee_flexion").item() == pytest.approx(40, abs=1e-3)
    # an ankle that ends the chain and never turns says nothing of the foot
    assert not [n for n in angles.names if "ankle" in n or "shoulder" in n or "trunk" in n]


def test_needs_a_body():
    s = Skeleton("stick", ("a", "b"), (-1, 0), (None, None))
    motion = Motion(torch.tensor([[[0.0, 0, 0, 1]] * 2]), torch.zeros(1, 3), torch.ones(2, 3), s)
    with pytest.raises(SkeletonError, match="hips or shoulders"):
        joint_angles(motion)
    with pytest.raises(SkeletonError, match="no knee or elbow"):
        bend_angles(motion)


def test_table_of_angles(tmp_path):
    true = np.linspace(0, 60, 7)
    angles = joint_angles(body({"left_knee_flexion": true}, frames=7, fps=50.0))
    with pytest.raises(OptionError, match="left_knee_flexion"):
        angles.column("left_knee")
    knee = angles.range_of_motion()["left_knee_flexion"]
    assert knee == pytest.approx((0, 60, 60, 30), abs=1e-3)
    angles.to_csv(tmp_path / "angles.csv")
    rows = list(csv.DictReader((tmp_path / "angles.csv").open()))
    assert [float(r["time"]) for r in rows] == pytest.approx(np.arange(7) / 50)
    assert [float(r["left_knee_flexion_deg"]) for r in rows] == pytest.approx(true, abs=1e-3)
    assert {r["left_shoulder_plane_deg"] for r in rows} == {""}
    angles.range_of_motion().to_csv(tmp_path / "rom.csv")
    ranges = {r["angle"]: r for r in csv.DictReader((tmp_path / "rom.csv").open())}
    assert float(ranges["left_knee_flexion"]["range_deg"]) == pytest.approx(60, abs=1e-3)
    assert ranges["left_shoulder_plane"]["max_deg"] == ""
    angles = Angles(angles.names[:9], angles.values[:, :9], angles.fps)
    vt.save(angles.to_table(), tmp_path / "angles.mot")
    table = vt.load(tmp_path / "angles.mot")
    assert table.in_degrees and table.columns == ("time", *angles.names)
    np.testing.assert_allclose(table.data[:, 1:], angles.values, atol=1e-6)
    with pytest.raises(FormatError):
        angles.to_csv(tmp_path / "nowhere" / "angles.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["angles.csv", "angles.mot", "rom.csv"]


def test_frozen_puppet_has_constant_angles():
    """Bones that stretch but do not turn: angles stay at the neutral pose's, apart from the arms held out."""
    angles = joint_angles(puppet(standing(4), 30.0))
    assert angles.column("left_knee_flexion").abs().max() < 1e-4
    np.testing.assert_allclose(angles.column("left_shoulder_abduction"), 90, atol=1e-4)


def test_angles_are_one_column_per_name():
    assert Angles(("a", "b"), torch.zeros(3, 2), 30.0).range_of_motion()["b"].range == 0


CMU = ("cmu_mocap/cmu_asfamc_01_02_03.npz", "02_01")
CMU_BENCHMARK = ("cmu_mocap/cmu_8actions_test.npz", "test/walking_extra/walking_13")
BANDAI = ("bandai_namco_motion/motions.npz", "dataset-2_walk_normal_002")


@pytest.mark.realdata
@pytest.mark.parametrize("file,clip", [CMU, CMU_BENCHMARK, BANDAI])
def test_real_walking_lies_in_the_envelope(data, file, clip):
    """Mean curves over the gait cycle against textbook ranges (Perry & Burnfield, Gait Analysis).

    The stance peak of the knee is 15-25 degrees there; these skeletons never straighten the knee in stance
    and show 27-37, in the angle between the bones as in the Cardan angle, so that is what is allowed.
    """
    motion = vt.load(data / file, clip=clip)
    angles = joint_angles(motion)
    events = find_events(motion, detect_contacts(motion))
    for side in ("left", "right"):
        strikes = [e.frame for e in events.of("foot_strike", side)]
        knee, hip, ankle = (cycles(angles.column(f"{side}_{n}"), strikes).mean(0) for n in ("knee_flexion", "hip_flexion", "ankle_dorsiflexion"))
        assert 5 < knee[:30].max() < 40
        assert 50 < knee[60:90].max() < 75 and 60 <= knee.argmax() <= 80
        assert 45 < knee.max() - knee.min() < 75
        # the hip is flexed at strike and most extended late in stance
        assert 30 < hip.max() - hip.min() < 55 and 35 <= hip.argmin() <= 60
        assert 15 < ankle.max() - ankle.min() < 45 and 50 <= ankle.argmin() <= 75
        # the hinge is the lateral axis: nothing of the bend is called adduction
        assert angles.column(f"{side}_knee_adduction").abs().max() < 2
        bend = bend_angles(motion).column(f"{side}_knee_bend")
        assert (bend - angles.column(f"{side}_knee_flexion").abs()).abs().max() < 0.1
    assert abs(angles.range_of_motion()["pelvis_obliquity"].mean) < 5


@pytest.mark.realdata
def test_same_walk_on_two_skeletons(data):
    """CMU 02_01 on its own skeleton and as it was retargeted to a character whose rest pose is no body's."""
    own = joint_angles(vt.load(data / CMU[0], clip=CMU[1]))
    other = joint_angles(vt.load(data / "cmu_mocap/cmu_ccrig_s01_s06.npz", clip="02_01"))
    frames = min(len(own.values), len(other.values))
    for side in ("left", "right"):
        for name, limit in (("knee_flexion", 0.95), ("hip_flexion", 0.95), ("ankle_dorsiflexion", 0.9)):
            a, b = (x.column(f"{side}_{name}")[:frames] for x in (own, other))
            assert torch.corrcoef(torch.stack([a, b]))[0, 1] > limit
