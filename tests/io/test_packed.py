"""Collections of clips."""

from __future__ import annotations

import tarfile

import numpy as np
import pytest
import torch

from vitruve.core.facing import heading
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError
from vitruve.io import clip_names, load, load_clip
from vitruve.io.packed import clips, read, sniff
from vitruve.pipeline import Options, stages
from vitruve.pipeline.describe import describe_file


def _collection(path, lengths=(3, 5), **more):
    rng = np.random.default_rng(0)
    total = sum(lengths)
    q = rng.normal(size=(total, 2, 4))
    arrays = {
        "quat_i16": np.rint(q / np.linalg.norm(q, axis=-1, keepdims=True) * 10000).astype(np.int16),
        "root_pos": rng.normal(size=(total, 3)).astype(np.float32),
        "start": np.cumsum([0, *lengths[:-1]]).astype(np.int32),
        "length": np.array(lengths, np.int32),
        "name": np.array(["a", "b"]),
        "label": np.array([1, 0], np.int8),
        "class_names": np.array(["stand", "walk"]),
        "joint_names": np.array(["root", "spine"]),
        "parents": np.array([-1, 0], np.int8),
        "offset": np.array([[0, 0, 0], [0, 0.5, 0]], np.float32),
        "fps": np.float32(30),
    }
    arrays |= more
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path, arrays


def test_clips_by_index_and_name(tmp_path):
    file, a = _collection(tmp_path / "c.npz")
    assert clips(file) == ["a", "b"] and sniff(file)
    m = load(file, clip="b")
    assert isinstance(m, Motion) and len(m) == 5 and m.name == "b" and m.metadata == {"label": 0, "class_name": "stand"}
    q = a["quat_i16"][3:].astype(np.float64)
    q /= np.linalg.norm(q, axis=-1, keepdims=True)
    np.testing.assert_allclose(m.rotations.numpy(), q[..., [1, 2, 3, 0]], atol=1e-6)
    np.testing.assert_array_equal(m.translation.numpy(), a["root_pos"][3:])
    assert len(load(file)) == 3 and len(load_clip(file, "1")) == 5
    with pytest.raises(OptionError, match="no clip 'c'"):
        load(file, clip="c")
    with pytest.raises(OptionError, match="0 to 1"):
        load(file, clip=2)


def test_repeated_names_stay_apart(tmp_path):
    file, _ = _collection(tmp_path / "c.npz", name=np.array(["a", "a"]))
    assert clips(file) == ["a", "a#2"] and len(read(file, clip="a#2")) == 5


def test_a_loop_over_clips_reads_each_array_once(tmp_path, monkeypatch):
    file, a = _collection(tmp_path / "c.npz")
    opened = []
    monkeypatch.setattr(np, "load", lambda *args, load=np.load, **kwargs: opened.append(args) or load(*args, **kwargs))
    for name in clips(file):
        read(file, clip=name)
    assert len(opened) <= len(a)
    before = len(opened)
    read(file).translation.zero_()
    np.testing.assert_array_equal(read(file).translation.numpy(), a["root_pos"][:3])
    assert len(opened) == before
    # another file in its place is another collection
    _collection(file, lengths=(4, 4))
    assert len(read(file)) == 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": np.zeros((2, 2), np.int32)}, "start and length"),
        ({"start": np.array([-1, 0])}, "start and length"),
        ({"root_pos": None}, "root_pos"),
        ({"root_pos": np.zeros((2, 3), np.float32)}, "translation"),
        ({"parents": np.array([0, 0])}, "ancestor"),
        ({"quat_i16": None}, "not a collection"),
    ],
)
def test_errors(tmp_path, more, message):
    file, _ = _collection(tmp_path / "c.npz", **more)
    with pytest.raises(FormatError, match=message):
        read(file)


# file: (number of clips, kind, a clip)
REAL = {
    "cmu_mocap/cmu_8actions_train.npz": (66, Motion, "train/walking/walking_2"),
    "cmu_mocap/cmu_asfamc_01_02_03.npz": (28, Motion, "02_01"),
    "cmu_mocap/cmu_ccrig_s01_s06.npz": (49, Motion, "06_01"),
    "cmu_mocap/cmu_dance_martial.npz": (34, Motion, 0),
    "bandai_namco_motion/motions.npz": (1586, Motion, "dataset-1_bow_normal_001"),
    "cc0_character_animation/kaykit_knight.npz": (47, Motion, "Walking_A"),
    "cc0_character_animation/animal_horse.npz": (11, Motion, 0),
    "humanoid_clips/amp_humanoid.npz": (6, Motion, "walk"),
    "nw_ucla/nw_ucla.npz": (1484, Poses, "a04_s01_e00_v01"),
    "msr_action3d/msr_action3d.npz": (567, Poses, 0),
    "utd_mhad/utd_mhad.npz": (646, Poses, 0),
    "sbu_interaction/sbu.npz": (228, Poses, 0),
    "jhmdb_joints/jhmdb.npz": (609, Poses, 0),
    "cmu_extra/mjpc_tracking_keypoints.npz": (8, Poses, "137_40"),
    "mpi_inf_3dhp_test_pose/TS5.npz": (3, Poses, "camera"),
}
HUMAN_SIZED = [f for f in REAL if not f.startswith(("cc0", "jhmdb", "cmu_extra", "mpi"))]


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_real_collections(data, file):
    count, kind, clip = REAL[file]
    names = clips(data / file)
    assert len(names) == count == len(set(names)) and sniff(data / file)
    value = load(data / file, clip=clip)
    assert isinstance(value, kind) and value.num_frames > 1 and value.name == (clip if isinstance(clip, str) else names[clip])


@pytest.mark.realdata
@pytest.mark.parametrize("file", HUMAN_SIZED)
def test_people_stand_upright_in_metres(data, file):
    """In y-up metres the head is 1 to 1.9 m above the feet, thighs are as long as thighs."""
    value = load(data / file, clip=REAL[file][2])
    p = value.poses() if isinstance(value, Motion) else value
    head, left, right = (p.joint(j)[..., 1] for j in ("head", "left_ankle", "right_ankle"))
    height = (head - torch.minimum(left, right)).nanmedian()
    assert 1.0 < height < 1.9
    thigh = (p.joint("left_hip") - p.joint("left_knee")).norm(dim=-1).nanmedian()
    assert 0.25 < thigh < 0.6


@pytest.mark.realdata
@pytest.mark.parametrize("file", ["nw_ucla/nw_ucla.npz", "msr_action3d/msr_action3d.npz", "utd_mhad/utd_mhad.npz"])
def test_people_before_a_kinect_face_z(data, file):
    """Most of the people recorded face the sensor: +z after the half turn."""
    turned = []
    for clip in range(0, len(clips(data / file)), 60):
        p = load(data / file, clip=clip)
        yaw = heading(p.skeleton, p.positions[0]).nanmedian()
        turned.append(abs(float(yaw)) < 1.2)
    assert np.mean(turned) > 0.7


@pytest.mark.realdata
def test_the_amp_walk_goes_forward(data):
    m = load(data / "humanoid_clips/amp_humanoid.npz", clip="walk")
    x = m.fk().positions
    travel = x[-1, 0] - x[0, 0]
    assert travel[2] > 5 * travel[0].abs() and abs(heading(m.skeleton, x).median()) < 0.3
    rest = m.rest_positions()
    assert rest[m.skeleton.index("head"), 1] > rest[m.skeleton.index("left_knee"), 1] and rest[m.skeleton.index("left_wrist"), 0] != 0


@pytest.mark.realdata
def test_missing_frames_of_msr(data):
    with np.load(data / "msr_action3d/msr_action3d.npz") as d:
        bad = next(i for i, (s, n) in enumerate(zip(d["start"], d["length"])) if 0 < (~d["frame_valid"][s : s + n]).sum() < n)
        valid = d["frame_valid"][d["start"][bad] :][: d["length"][bad]]
    p = load(data / "msr_action3d/msr_action3d.npz", clip=bad)
    assert p.valid[0].all(-1).tolist() == valid.tolist() and p.confidence[0][~torch.from_numpy(valid)].eq(0).all()


@pytest.mark.realdata
def test_two_people_of_sbu_face_each_other(data):
    names = clips(data / "sbu_interaction/sbu.npz")
    p = load(data / "sbu_interaction/sbu.npz", clip=next(n for n in names if "shaking" in n))
    assert p.num_people == 2 and p.metadata["class_name"] == "shaking hands"
    a, b = heading(p.skeleton, p.positions[0]), heading(p.skeleton, p.positions[1])
    assert ((a - b).cos() < -0.3).float().mean() > 0.9


@pytest.mark.realdata
def test_the_camera_of_3dhp_sees_its_joints(data):
    file = data / "mpi_inf_3dhp_test_pose/TS5.npz"
    p, seen = load(file, clip="camera"), load(file, clip="2d")
    assert torch.equal(p.valid, seen.valid) and p.valid.any(-1).sum() == 276
    pixels = p.camera.project(p.positions[0].reshape(-1, 3)).reshape(seen.positions.shape)
    assert (pixels - seen.positions).norm(dim=-1).nanmedian() < 1
    assert load(file, clip="universal").camera is None


@pytest.mark.realdata
def test_bandai_equals_its_original_bvh(data, tmp_path):
    """Collapsing the two roots keeps every joint where the original file has it."""
    bvh = pytest.importorskip("vitruve.io.bvh")
    name = "dataset-1_walk_normal_001"
    with tarfile.open(data / "bandai_namco_motion/bvh_samples.tar.xz") as archive:
        member = next(m for m in archive if m.name.endswith(f"{name}.bvh"))
        (tmp_path / "walk.bvh").write_bytes(archive.extractfile(member).read())
    ours = load(data / "bandai_namco_motion/motions.npz", clip=name)
    theirs = bvh.read(tmp_path / "walk.bvh", units="cm")
    n = min(len(ours), len(theirs))
    x, y = ours.fk().positions[:n], theirs.fk().positions[:n]
    for joint in ("Hips", "Hand_L", "Toes_R", "Head"):
        assert (x[:, ours.skeleton.index(joint)] - y[:, theirs.skeleton.index(joint)]).norm(dim=-1).max() < 0.01


def _standing(path, axis):
    """A clip of a body whose trunk lies along one axis of the world in all frames."""
    return _collection(
        path,
        quat_i16=np.tile(np.array([10000, 0, 0, 0], np.int16), (8, 2, 1)),
        joint_names=np.array(["Hips", "Head"]),
        offset=np.array([[0, 0, 0], np.eye(3)[axis]], np.float32),
    )[0]


def test_a_body_that_never_stands_is_told(tmp_path):
    assert "posture" not in read(_standing(tmp_path / "y.npz", 1)).metadata
    lying = _standing(tmp_path / "z.npz", 2)
    m = read(lying)
    assert m.metadata["posture"] == "lies along z in every frame" and m.metadata["class_name"] == "walk"
    assert clip_names(lying) == ("a", "b") and clip_names(tmp_path / "absent.bvh") == ()
    facts = describe_file(lying)
    assert facts["clip"].startswith("a, the first of 2") and facts["posture"] == m.metadata["posture"]
    notes = stages.read(lying, Options())[1]
    assert any("lies along z" in n for n in notes) and any("2 clips" in n and "--clip" in n for n in notes)
