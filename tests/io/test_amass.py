"""SMPL parameters as AMASS and others store them."""

# ruff: noqa: E501
from __future__ import annotations

import numpy as np
import pytest
import roma
import torch

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, SkeletonError
from vitruve.io import load, save
from vitruve.io.amass import MEAN_OFFSETS, mean_offsets, read, sniff

SIZES = {"humanml3d22": 66, "smpl24": 72, "smplh52": 156, "smplx55": 165}


def _archive(path, name="smplh52", frames=6, **more):
    rng = np.random.default_rng(0)
    arrays = {
        "poses": rng.normal(size=(frames, SIZES[name])) * 0.4,
        "trans": rng.normal(size=(frames, 3)),
        "betas": rng.normal(size=16),
        "gender": np.array("female"),
        "mocap_framerate": np.array(120.0),
    }
    arrays |= more
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path, arrays


@pytest.mark.parametrize("name", SIZES)
def test_fk_is_smpls(tmp_path, name):
    """Joints of our motion are SMPL's: the chain of its rotations about the rest joints, plus trans, z up to y up."""
    file, a = _archive(tmp_path / "a.npz", name)
    m = load(file)
    assert (m.skeleton.name, m.fps, m.metadata["gender"]) == (name, 120.0, "female") and "mean body" in m.metadata["offsets"]
    np.testing.assert_allclose(m.shape.numpy(), a["betas"], rtol=1e-6)
    parents, offsets = m.skeleton.parents, np.array(MEAN_OFFSETS[name])
    matrices = roma.rotvec_to_rotmat(torch.from_numpy(a["poses"][2]).reshape(-1, 3)).numpy()
    world: list[np.ndarray] = []
    places: list[np.ndarray] = []
    for j, p in enumerate(parents):
        world.append(matrices[j] if p < 0 else world[p] @ matrices[j])
        places.append(offsets[0] + a["trans"][2] if p < 0 else places[p] + world[p] @ offsets[j])
    expected = np.array(places)[:, [0, 2, 1]] * [1, 1, -1]
    np.testing.assert_allclose(m.fk().positions[2].numpy(), expected, atol=2e-6)


@pytest.mark.parametrize("name", SIZES)
def test_round_trip(tmp_path, name):
    file, a = _archive(tmp_path / "a.npz", name)
    m = load(file)
    again = load(save(m, tmp_path / "b.npz", format="amass"), format="amass")
    assert rot.angle(m.rotations, again.rotations).max() < 1e-3 and torch.allclose(m.rotations, again.rotations, atol=2e-7)
    torch.testing.assert_close(again.translation, m.translation, rtol=0, atol=3e-7)
    assert again.fps == m.fps and torch.equal(again.shape, m.shape) and again.metadata == m.metadata
    with np.load(tmp_path / "b.npz", allow_pickle=False) as f:
        assert set(f.files) == {"poses", "trans", "betas", "gender", "mocap_framerate"}
        np.testing.assert_allclose(f["trans"], a["trans"], atol=1e-6)
        np.testing.assert_allclose(f["poses"], a["poses"], atol=1e-6)


def test_separate_parts_are_the_whole(tmp_path):
    file, a = _archive(tmp_path / "a.npz", "smplx55")
    p = a["poses"]
    _archive(
        tmp_path / "b.npz", poses=None, root_orient=p[:, :3], pose_body=p[:, 3:66], pose_jaw=p[:, 66:69], pose_eye=p[:, 69:75], pose_hand=p[:, 75:],
        trans=a["trans"], betas=a["betas"], mocap_framerate=None, mocap_frame_rate=np.array(120),
    )  # fmt: skip
    whole, parts = load(file), load(tmp_path / "b.npz")
    assert parts.skeleton.name == "smplx55" and torch.equal(whole.rotations, parts.rotations) and parts.fps == 120
    np.savez(
        tmp_path / "c.npz", global_orient=p[:, :3], body_pose=p[:, 3:66], jaw_pose=p[:, 66:69], leye_pose=p[:, 69:72], reye_pose=p[:, 72:75],
        left_hand_pose=p[:, 75:120], right_hand_pose=p[:, 120:], transl=a["trans"], betas=np.tile(a["betas"][:10], (6, 1)),
    )  # fmt: skip
    smplx = read(tmp_path / "c.npz", up="z", fps=120)
    assert torch.equal(whole.rotations, smplx.rotations) and smplx.shape.shape == (10,)


def test_up(tmp_path):
    """A body lying in z-up data stands in ours; y-up data stays as it is; a camera's frame turns half around."""
    file, _ = _archive(tmp_path / "a.npz", "smpl24", poses=np.tile(np.r_[np.pi / 2, 0, 0, np.zeros(69)], (6, 1)), trans=np.zeros((6, 3)))
    m = load(file)
    head, pelvis = (m.poses().joint(j)[0, 0] for j in ("head", "pelvis"))
    assert (head - pelvis)[1] > 0.5
    assert torch.allclose(read(file, up="y").rotations[0, 0], torch.tensor([0.5**0.5, 0, 0, 0.5**0.5]), atol=1e-6)
    assert torch.allclose(rot.rotate(read(file, up="-y").rotations[0, 0], torch.tensor([0.0, 0.0, 1.0])), torch.tensor([0.0, 1.0, 0.0]), atol=1e-6)
    with pytest.raises(OptionError, match="up='x'"):
        read(file, up="x")


def test_the_mean_body_is_a_body():
    for name in MEAN_OFFSETS:
        o = mean_offsets(skeleton(name))
        m = Motion(rot.identity(1, len(o)), o[:1].clone(), o, skeleton(name))
        p = m.poses()
        height = p.joint("head")[0, 0, 1] - p.joint("left_ankle")[0, 0, 1]
        assert 1.2 < height < 1.6 and p.joint("left_wrist")[0, 0, 0] > 0.6 and p.joint("right_wrist")[0, 0, 0] < -0.6
        assert p.joint("left_foot")[0, 0, 2] > p.joint("left_ankle")[0, 0, 2] + 0.08
    # fingers, as every limb, are nearly mirrored
    o, s = mean_offsets(skeleton("smplh52")), skeleton("smplh52")
    assert (o[list(s.swap)] * torch.tensor([-1, 1, 1]) - o)[1:].abs().max() < 0.03
    with pytest.raises(OptionError, match="coco17"):
        mean_offsets(skeleton("coco17"))


def test_sniff(tmp_path):
    assert sniff(_archive(tmp_path / "a.npz")[0])
    np.savez(tmp_path / "b.npz", x=np.zeros(3))
    assert not sniff(tmp_path / "b.npz")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"poses": np.zeros((3, 70))}, "70 numbers"),
        ({"poses": np.full((6, 156), np.nan)}, "not a finite"),
        ({"poses": np.array(["a"])}, "expected numbers"),
        ({"trans": np.zeros((5, 3))}, "expected 6 frames, found 5"),
        ({"trans": np.zeros((6, 2))}, "3 numbers"),
        ({"mocap_framerate": np.array(0.0)}, "frame rate"),
        ({"poses": None, "root_orient": np.zeros((6, 3)), "pose_body": np.zeros((6, 60))}, "63 or 69"),
        ({"poses": None, "root_orient": np.zeros((6, 3)), "pose_body": np.zeros((6, 63)), "left_hand_pose": np.zeros((6, 6)), "right_hand_pose": np.zeros((6, 6))}, "principal"),
    ],
)  # fmt: skip
def test_errors(tmp_path, more, message):
    file, _ = _archive(tmp_path / "a.npz", **more)
    with pytest.raises(FormatError, match=message):
        read(file)


def test_writing_needs_smpl(tmp_path):
    m = Motion(rot.identity(2, 31), torch.zeros(2, 3), torch.zeros(31, 3), skeleton("cmu31"))
    with pytest.raises(SkeletonError, match="cmu31"):
        save(m, tmp_path / "a.npz", format="amass")


def test_a_body_gives_the_bones(tmp_path):
    """Any model with SMPL's joints: its rest joints at the file's shape become offsets and rest pelvis."""
    file, a = _archive(tmp_path / "a.npz", "smpl24", betas=np.array([2.0, 1.0, 0.5]))

    class Body:
        name = "stretchy"
        skeleton = skeleton("smpl24")

        def default_shape(self):
            return torch.zeros(2)

        def rest_joints(self, shape):
            m = Motion(rot.identity(1, 24), mean_offsets(self.skeleton)[:1], mean_offsets(self.skeleton), self.skeleton)
            return m.fk().positions[0] * (1 + shape[0]) + torch.tensor([0, 1.0, 0]) * shape[1]

    m = read.__wrapped__(file, body=Body()) if hasattr(read, "__wrapped__") else read(file, body=Body())
    expected = 3 * mean_offsets(skeleton("smpl24"))
    expected[0, 1] += 1
    torch.testing.assert_close(m.offsets, expected)
    np.testing.assert_allclose(m.translation[0].numpy(), ((a["trans"][0] + expected[0].numpy())[[0, 2, 1]] * [1, 1, -1]), atol=1e-5)


@pytest.mark.realdata
def test_real_poses_stand(data):
    """Four poses of mosh (no path): heads above feet in the model's own frame."""
    m = read(data / "photo_pose_samples/mosh/test_mosh.npz", up="y")
    assert m.skeleton.name == "smpl24" and len(m) == 4 and m.shape.shape == (10,)
    assert m.fk().positions.isfinite().all()
