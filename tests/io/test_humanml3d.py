"""HumanML3D's and KIT-ML's arrays."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.core.humanml3d import encode
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io import load, save


def test_joints_round_trip(tmp_path):
    p = Poses(torch.randn(1, 9, 22, 3), skeleton("humanml3d22"), 20)
    q = load(save(p, tmp_path / "000001.npy"))
    assert torch.equal(q.positions, p.positions) and q.fps == 20 and q.skeleton.name == "humanml3d22" and q.name == "000001"


def test_features_of_a_walk_give_the_walk_back(tmp_path):
    walk = vt.sample("walk")
    p = load(save(walk, tmp_path / "f.npy", features=True))
    assert np.load(tmp_path / "f.npy").shape == (p.num_frames, 263)
    original = walk.poses().resample(20).map_to(skeleton("humanml3d22"))
    a, b = p.canonicalise(), original[: p.num_frames].canonicalise()
    assert (a.positions - b.positions).norm(dim=-1).mean() < 1e-3


def test_kit_is_in_metres(tmp_path):
    x = np.random.default_rng(0).normal(size=(6, 21, 3)).astype(np.float32) * 500
    np.save(tmp_path / "k.npy", x)
    p = load(tmp_path / "k.npy")
    assert p.skeleton.name == "kit21" and p.fps == 12.5
    np.testing.assert_allclose(p.positions[0].numpy(), x / 1000, rtol=1e-6)
    np.save(tmp_path / "f.npy", encode(torch.from_numpy(x)).numpy())
    assert load(tmp_path / "f.npy").positions.shape == (1, 5, 21, 3)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((5, 100)), r"\(5, 100\)"),
        (np.zeros((5, 17, 3)), r"\(5, 17, 3\)"),
        (np.full((5, 22, 3), np.nan), "finite"),
        (np.array(["a"]), "numbers"),
        (np.array(3.0), "numbers"),
    ],
)
def test_errors(tmp_path, x, message):
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(FormatError, match=message):
        load(tmp_path / "x.npy")


def test_pickles_and_noise_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.array({"a": 1}, dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="read"):
        load(tmp_path / "x.npy")
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY\x01\x00noise")
    with pytest.raises(FormatError, match="read"):
        load(tmp_path / "x.npy")


def test_missing_joints_are_named(tmp_path):
    x = torch.rand(1, 3, 22, 3)
    x[0, 1, 4] = torch.nan
    with pytest.raises(FormatError, match="left_knee.*1 of 3"):
        save(Poses(x, skeleton("humanml3d22"), 20), tmp_path / "x.npy")
    with pytest.raises(OptionError, match="person 2"):
        save(Poses(torch.rand(1, 3, 22, 3), skeleton("humanml3d22"), 20), tmp_path / "x.npy", person=2)
    with pytest.raises(FormatError, match="3D"):
        save(Poses(torch.rand(1, 3, 22, 2), skeleton("humanml3d22"), 20), tmp_path / "x.npy")


@pytest.mark.realdata
def test_the_released_sample(data):
    joints = load(data / "humanml3d_kitml_text/humanml3d_new_joints_012314.npy")
    features = load(data / "humanml3d_kitml_text/humanml3d_new_joint_vecs_012314.npy")
    assert joints.positions.shape == (1, 170, 22, 3)
    assert (joints.positions - features.positions).abs().max() < 5e-7
