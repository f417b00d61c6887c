"""Joint centres from markers on a figure whose joints are known, and from the trials of several laboratories."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.core.figures import walk

import vitruve as vt
from vitruve.core import rotations as rot
from vitruve.core.ik import poses_to_motion
from vitruve.core.markers import SKELETON, is_marker_set, joint_centres
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import STANDARDS
from vitruve.errors import OptionError, SkeletonError

SIDES = (("left", 1.0), ("right", -1.0))
LEGS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")]
LATERAL_ONLY = ("knee_medial", "ankle_medial", "elbow_medial")
ARMS = [f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")]


@pytest.fixture(scope="module")
def figure() -> Motion:
    """A walk with bent elbows, not along any axis of the world."""
    motion = walk(90)
    s, r = motion.skeleton, motion.rotations.clone()
    for side, sign in SIDES:
        r[:, s.index(f"{side}_elbow")] = rot.about("y", torch.linspace(-0.2, -1.2, len(r)) * sign)
    return replace(motion, rotations=r).transform(rot.about("y", torch.tensor(1.2)), torch.tensor([0.5, 0.0, -2.0]))


def places(motion: Motion) -> dict[str, torch.Tensor]:
    """Markers (T, 3) around the joints of a figure, at offsets (of the T-pose) from a joint in the frame of the bone above it."""
    pose, s = motion.fk(), motion.skeleton

    def at(joint: str, bone: str, x: float, y: float, z: float) -> torch.Tensor:
        return pose.positions[:, s.index(joint)] + rot.rotate(pose.rotations[:, s.index(bone)], torch.tensor([x, y, z]))

    out = {"c7": at("neck", "spine3", 0, 0.0165, -0.088), "clavicles": at("neck", "spine3", 0, -0.0135, 0.072)}
    # the pelvis that the regression has these hips for: 0.2506 m wide and 0.16 m deep; the figure's hips are 0.08 m below its pelvis
    up, front = 0.30 * 0.2506 + 0.0109 - 0.08, 0.24 * 0.16 + 0.0099
    for side, sign in SIDES:
        out[f"{side}_asis"] = at("pelvis", "pelvis", sign * 0.1253, up, front)
        out[f"{side}_psis"] = at("pelvis", "pelvis", sign * 0.05, up, front - 0.16)
        hip, knee, ankle, shoulder, elbow, wrist = (f"{side}_{j}" for j in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))
        # breadths of a person with these legs
        for key, way in (("lateral", sign), ("medial", -sign)):
            out[f"{knee}_{key}"] = at(knee, hip, way * 0.058, 0, 0)
            out[f"{ankle}_{key}"] = at(ankle, knee, way * 0.0446, 0, 0)
            out[f"{elbow}_{key}"] = at(elbow, shoulder, 0, way * sign * 0.0437, 0)
            out[f"{wrist}_{key}"] = at(wrist, elbow, 0, way * sign * 0.03, 0)
        for i, (y, z) in enumerate(((-0.15, 0.06), (-0.22, -0.03), (-0.3, 0.05))):
            out[f"{side}_thigh{i}"] = at(hip, hip, sign * 0.06, y, z)
            out[f"{side}_shank{i}"] = at(knee, knee, sign * 0.05, y + 0.05, z)
        out[f"{side}_heel"] = at(ankle, ankle, 0, -0.04, -0.071)
        out[f"{side}_mt1"] = at(ankle, ankle, -sign * 0.04, -0.045, 0.12)
        out[f"{side}_mt5"] = at(ankle, ankle, sign * 0.04, -0.055, 0.09)
        out[f"{side}_acromion"] = at(shoulder, "spine3", 0, 0.0612, 0)
    return out


PLACES = (
    "asis psis knee_lateral knee_medial ankle_lateral ankle_medial heel mt1 mt5 acromion elbow_lateral elbow_medial wrist_lateral wrist_medial thigh shank"
).split()
PLUG_IN = dict(zip(PLACES, "ASI PSI KNE KNM ANK MED HEE FMH VMH SHO ELB MELB WRA WRB THI TIB".split()))
OPENSIM = dict(
    zip(
        PLACES,
        ".ASIS .PSIS .Knee.Lat .Knee.Med .Ankle.Lat .Ankle.Med .Heel .Toe.Med .Toe.Lat .Acromium .Elbow .MElbow .Wrist.Lat .Wrist.Med .Thigh. .Shank.".split(),
    )
)
OPENCAP = {
    place: f"{name}_study"
    for place, name in zip(
        PLACES,
        ".ASIS .PSIS _knee _mknee _ankle _mankle _calc _toe _5meta _shoulder _lelbow _melbow _lwrist _mwrist _thigh%d _sh%d".split(),
    )
}


def markers(motion: Motion, names: dict[str, str] = PLUG_IN, without: tuple[str, ...] = (), prefix: str = "") -> Poses:
    """The markers of a figure under the names of a set; those whose place contains a word of `without` are left off."""
    points = {}
    for key, x in places(motion).items():
        if any(w in key for w in without):
            continue
        side, _, part = key.partition("_")
        number = part[-1] if part[-1:].isdigit() and not part.startswith("mt") else ""
        if key in ("c7", "clavicles"):
            name = {"c7": "C7", "clavicles": "CLAV"}[key] + ("_study" if names is OPENCAP else "")
        else:
            form = names[part.rstrip("012") if number else part]
            name = side[0].upper() + (form % int(number) if "%d" in form else form + number)
        points[prefix + name] = x
    return Poses(torch.stack(list(points.values()), 1)[None], Skeleton("markers", tuple(points), (-1,) * len(points)), motion.fps)


def errors(found: Poses, figure: Motion, joints: list[str]) -> torch.Tensor:
    """Distances (T, joints) in mm."""
    truth = figure.fk().positions
    return 1000 * torch.stack([(found.joint(j)[0] - truth[:, figure.skeleton.index(j)]).norm(dim=-1) for j in joints], 1)


@pytest.mark.parametrize("names, prefix", [(PLUG_IN, ""), (OPENSIM, ""), (OPENCAP, ""), (PLUG_IN, "Anna:")])
def test_medial_and_lateral_markers_give_the_joints(figure: Motion, names: dict[str, str], prefix: str) -> None:
    given = markers(figure, names, prefix=prefix)
    assert is_marker_set(given)
    found = joint_centres(given)
    assert found.skeleton is SKELETON and found.fps == given.fps
    assert errors(found, figure, LEGS).max() < 0.1
    assert errors(found, figure, ARMS + ["neck"]).max() < 3
    # L5/S1 is above and behind the hips, the ball of the foot before the heel
    assert (found.joint("spine1") - found.joint("pelvis"))[..., 1].min() > 0.08
    assert ((found.joint("left_foot") - found.joint("left_heel")).norm(dim=-1) > 0.15).all()
    assert not found.valid[0][:, SKELETON.index("head")].any() and found.confidence[0, :, SKELETON.index("head")].sum() == 0
    if names is PLUG_IN:
        assert found.metadata["from_markers"]["left_knee"] == ["left_knee_lateral", "left_knee_medial"]


def test_a_lateral_marker_alone_is_moved_along_the_joint_axis(figure: Motion) -> None:
    # moved the wrong way or not at all, a knee would be 58 to 116 mm off
    for extra in ((), ("thigh", "shank")):
        e = errors(joint_centres(markers(figure, without=(*LATERAL_ONLY, *extra))), figure, LEGS + ARMS)
        assert e[:, : len(LEGS)].max() < 3
        assert e[:, len(LEGS) :].max() < 8


def test_clusters_alone_give_knees_and_ankles(figure: Motion) -> None:
    found = joint_centres(markers(figure, OPENSIM, without=("knee", "ankle")))
    e = errors(found, figure, LEGS).mean(0)
    assert e.max() < 15
    assert "left_shank l.shank.0" in found.metadata["from_markers"]["left_knee"]


def test_a_static_trial_lends_its_markers(figure: Motion) -> None:
    static = markers(figure)[10:11]
    found = joint_centres(markers(figure, without=("knee", "ankle")), static)
    assert len(found) == len(figure)
    assert errors(found, figure, LEGS).max() < 0.5


def test_hidden_markers_are_carried_by_their_segment(figure: Motion) -> None:
    full = markers(figure)
    x = full.positions.clone()
    x[0, 20:60, full.skeleton.index("LKNE")] = torch.nan
    x[0, :15, full.skeleton.index("RPSI")] = torch.nan
    given = Poses(x, full.skeleton, full.fps)
    before = given.positions.clone()
    found = joint_centres(given)
    assert torch.allclose(given.positions, before, equal_nan=True)
    assert errors(found, figure, LEGS).max() < 0.5
    knee = found.confidence[0, :, SKELETON.index("left_knee")]
    assert (knee[20:60] == 0.5).all() and (knee[:20] == 1).all()


def test_what_cannot_be_known_is_missing(figure: Motion) -> None:
    full = markers(figure, without=("thigh", "shank", *LATERAL_ONLY))
    x = full.positions.clone()
    x[0, 20:60, full.skeleton.index("LKNE")] = torch.nan
    x[0, 70:, full.skeleton.index("LANK")] = torch.nan
    x[0, 70:, full.skeleton.index("LASI")] = torch.nan
    x[0, 70:, full.skeleton.index("LPSI")] = torch.nan
    found = joint_centres(Poses(x, full.skeleton, full.fps))
    valid = found.valid[0]
    assert not valid[20:60, SKELETON.index("left_knee")].any() and valid[:20, SKELETON.index("left_knee")].all()
    assert not valid[70:, SKELETON.index("pelvis")].any() and valid[:70, SKELETON.index("pelvis")].all()
    assert (found.confidence[0][~valid] == 0).all()


def test_left_handed_axes_are_turned(figure: Motion) -> None:
    given = markers(figure)
    mirrored = replace(given, positions=given.positions * torch.tensor([1.0, 1.0, -1.0]))
    before = mirrored.positions.clone()
    with pytest.warns(UserWarning, match="mirror image"):
        found = joint_centres(mirrored)
    assert errors(found, figure, LEGS).max() < 0.1
    assert torch.equal(mirrored.positions, before)


def test_of_two_subjects_the_best_marked_is_taken(figure: Motion) -> None:
    one, two = markers(figure, prefix="Anna:"), markers(figure, without=LATERAL_ONLY, prefix="Ben:")
    x = torch.cat([two.positions + torch.tensor([3.0, 0, 0]), one.positions], 2)
    names = two.skeleton.joints + one.skeleton.joints
    found = joint_centres(Poses(x, Skeleton("markers", names, (-1,) * len(names)), 60.0))
    assert errors(found, figure, LEGS).max() < 0.1


def test_too_few_markers_are_listed(figure: Motion) -> None:
    with pytest.raises(SkeletonError, match=r"no left_hip, no right_hip.*right_knee_lateral.*hips need both ASIS"):
        joint_centres(markers(figure, without=("asis",)))
    with pytest.raises(SkeletonError, match=r"no left_ankle, no right_ankle can be computed"):
        joint_centres(markers(figure, without=("ankle", "heel")))
    stranger = Poses(torch.rand(1, 3, 2, 3), Skeleton("markers", ("a", "b"), (-1, -1)))
    with pytest.raises(SkeletonError, match="no marker whose name is known"):
        joint_centres(stranger)
    with pytest.raises(OptionError, match="one person in 3D"):
        joint_centres(Poses.stack([markers(figure), markers(figure)]))


def test_keypoints_and_rigs_are_no_markers(figure: Motion) -> None:
    for name in STANDARDS:
        s = vt.skeleton(name)
        points = Skeleton("markers", s.joints, (-1,) * len(s), landmarks=s.landmarks)
        assert not is_marker_set(Poses(torch.rand(1, 2, len(s), 3), points)), name
    assert not is_marker_set(joint_centres(markers(figure)))
    pose2sim = (
        "Hip",
        "RHip",
        "RKnee",
        "RAnkle",
        "RBigToe",
        "RSmallToe",
        "RHeel",
        "LHip",
        "LKnee",
        "LAnkle",
        "LBigToe",
        "LSmallToe",
        "LHeel",
        "Neck",
        "Head",
        "RShoulder",
    )
    assert not is_marker_set(Poses(torch.rand(1, 2, 16, 3), Skeleton("markers", pose2sim, (-1,) * 16)))


def test_the_centres_make_a_motion(figure: Motion) -> None:
    motion = poses_to_motion(joint_centres(markers(figure)))
    assert motion.skeleton.landmarks[motion.skeleton.roots[0]] == "pelvis"
    assert motion.metadata["from_positions"]["residual_mm"] < 3


def _extract(archive: Path, name: str, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        member = next(m for m in tar if m.name.endswith(name))
        tar.extract(member, folder, filter="data")
    return folder / member.name


# hips, knees and ankles (left, right) of OpenSim's scaled model of this person in its own inverse kinematics, metres
_OPENSIM = {
    36: (
        ((0.5269, 0.9692, -0.036), (0.5288, 0.9717, 0.135)),
        ((0.7134, 0.5471, -0.0903), (0.5397, 0.5169, 0.1207)),
        ((0.4775, 0.1952, -0.0554), (0.4711, 0.098, 0.0991)),
    ),
    72: (
        ((0.5269, 0.968, -0.0907), (0.5264, 0.9729, 0.0803)),
        ((0.5467, 0.5139, -0.072), (0.7115, 0.5484, 0.1336)),
        ((0.4955, 0.0927, -0.0458), (0.4433, 0.2204, 0.0986)),
    ),
}


@pytest.mark.realdata
def test_a_gait_trial_beside_opensim(data: Path, tmp_path: Path) -> None:
    archive = data / "opensim/opensim_models_and_trials.tar.xz"
    trial, static = (vt.load(_extract(archive, f"Gait2354_Simbody/subject01_{name}.trc", tmp_path)) for name in ("walk1", "static"))
    joints = [f"{side}_{joint}" for joint in ("hip", "knee", "ankle") for side in ("left", "right")]
    for still, limits in ((None, (45, 40, 35)), (static, (45, 32, 32))):
        found = joint_centres(trial, still)
        for frame, truth in _OPENSIM.items():
            # the kinematics start 0.4 s into the trial
            here = torch.stack([found.joint(j)[0, frame + 24] for j in joints])
            away = 1000 * (here.view(3, 2, 3) - torch.tensor(truth)).norm(dim=-1).amax(1)
            assert (away < torch.tensor(limits)).all(), away
        for upper, lower in (("hip", "knee"), ("knee", "ankle")):
            length = (found.joint(f"left_{upper}") - found.joint(f"left_{lower}")).norm(dim=-1)
            assert 0.40 < length.mean() < 0.50 and length.std() < 0.012


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore:the markers are a mirror image")
def test_every_real_marker_file(data: Path, tmp_path: Path) -> None:
    archives = ("biomech_trials/trials.tar.xz", "opensim/opensim_models_and_trials.tar.xz", "cmu_extra/original_bvh_c3d.tar.xz")
    count = 0
    for archive in archives:
        with tarfile.open(data / archive) as tar:
            members = [m for m in tar if m.name.endswith((".trc", ".c3d"))]
            tar.extractall(tmp_path, members, filter="data")
        for member in members:
            poses = vt.load(tmp_path / member.name)
            assert is_marker_set(poses), member.name
            found = joint_centres(poses)
            count += 1
            thigh = (found.joint("left_hip") - found.joint("left_knee")).norm(dim=-1)
            shank = (found.joint("left_knee") - found.joint("left_ankle")).norm(dim=-1)
            for length in (thigh, shank):
                known = length[length.isfinite()]
                assert 0.38 < known.mean() < 0.5 and known.std() < 0.022, member.name
            # the left hip is to the left of where the feet point, but for moments of a sprint
            left = (found.joint("left_hip") - found.joint("right_hip"))[0]
            forward = (found.joint("left_foot") - found.joint("left_heel") + found.joint("right_foot") - found.joint("right_heel"))[0]
            turn = torch.linalg.cross(forward, left)[:, 1]
            assert (turn[turn.isfinite()] > 0).float().mean() > 0.85, member.name
    assert count >= 25
