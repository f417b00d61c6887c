"""VideoPose3D's archives, and pickles that are refused."""

# ruff: noqa: E501
from __future__ import annotations

import json
import os
import pickle

import numpy as np
import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io import load, restricted, save
from vitruve.io.videopose3d import H36M_JOINTS, clips, h36m_camera, read


def _pickled(path, **objects):
    np.savez_compressed(path, **{k: np.array(v, dtype=object) for k, v in objects.items()})
    return path


def _world(frames=7, joints=32, seed=0):
    return np.random.default_rng(seed).normal(size=(frames, joints, 3)).astype(np.float32)


def test_positions_3d(tmp_path):
    x, y = _world(), _world(4, seed=1)
    file = _pickled(tmp_path / "data_3d_h36m.npz", positions_3d={"S1": {"Walking": x, "Photo 1": y}, "S9": {"Sitting": y}})
    assert clips(file) == {"S1": ["Walking", "Photo 1"], "S9": ["Sitting"]}
    p = load(file)
    assert p.positions.shape == (1, 7, 17, 3) and p.skeleton.name == "h36m17" and p.fps == 50 and p.camera is None
    np.testing.assert_allclose(p.positions[0].numpy(), x[:, H36M_JOINTS][..., [0, 2, 1]] * [1, 1, -1], rtol=1e-6)
    assert load(file, subject="S1", action="Photo 1").num_frames == 4
    with pytest.raises(OptionError, match="Walking, Photo 1"):
        load(file, subject="S1", action="Running")
    with pytest.raises(OptionError, match="S1, S9"):
        load(file, subject="S5")


def test_a_camera_goes_with_the_world(tmp_path):
    """The pixels of a known camera are the same whether the points or the camera were turned to y up."""
    x = _world() * 0.3
    file = _pickled(tmp_path / "d.npz", positions_3d={"S9": {"Walking": x}})
    p = load(file, camera="55011271")
    camera = p.camera
    assert camera.image_size == (1000, 1000) and camera.name == "55011271"
    turn = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    original = (camera.rotation @ turn, camera.translation)
    z_up = torch.from_numpy(x[0, H36M_JOINTS])
    torch.testing.assert_close(camera.to_camera(p.positions[0, 0]), z_up @ original[0].T + original[1], rtol=1e-5, atol=1e-5)
    with pytest.raises(OptionError, match="0 to 3"):
        load(file, camera=4)
    with pytest.raises(OptionError, match="no known cameras"):
        h36m_camera("me", 0)


def test_positions_2d(tmp_path):
    g = np.random.default_rng(0)
    views = [g.normal(size=(5, 17, 2)) * 100 for _ in range(4)]
    coco = {"num_joints": 17, "keypoints_symmetry": [[1, 3, 5, 7, 9, 11, 13, 15], [2, 4, 6, 8, 10, 12, 14, 16]], "layout_name": "coco"}
    h36m = {"num_joints": 17, "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]]}
    file = _pickled(tmp_path / "a.npz", positions_2d={"S1": {"Walking": views}}, metadata=h36m)
    p = load(file, camera=2)
    np.testing.assert_allclose(p.positions[0].numpy(), views[2], rtol=1e-5)
    assert p.skeleton.name == "h36m17" and p.image_size == (1000, 1000) and load(file).image_size == (1000, 1002)
    with pytest.raises(OptionError, match="camera 4"):
        load(file, camera=4)
    video = coco | {"video_metadata": {"clip.mp4": {"w": 640, "h": 480}}}
    file = _pickled(tmp_path / "b.npz", positions_2d={"clip.mp4": {"custom": [views[0]]}}, metadata=video)
    p = load(file)
    assert p.skeleton.name == "coco17" and p.image_size == (640, 480)


@pytest.mark.parametrize("dims", [2, 3])
def test_round_trip_and_the_authors_way_to_read(tmp_path, dims):
    p = Poses(torch.randn(1, 6, 17, dims), skeleton("coco17" if dims == 2 else "h36m17"), 50, image_size=(640, 480) if dims == 2 else None)
    file = save(p, tmp_path / "a.npz", format="videopose3d", subject="S7", action="Eating")
    q = load(file)
    torch.testing.assert_close(q.positions, p.positions, rtol=0, atol=0)
    assert q.skeleton.name == p.skeleton.name and q.image_size == p.image_size
    with np.load(file, allow_pickle=True) as f:
        x = f[f"positions_{dims}d"].item()["S7"]["Eating"]
        assert (x if dims == 3 else x[0]).shape == (6, 17, dims)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"positions_3d": {"S1": {"A": np.zeros((3, 20, 3))}}}, "20 joints"),
        ({"positions_3d": {"S1": {"A": np.zeros((3, 17))}}}, "frames, joints, 3"),
        ({"positions_3d": {"S1": {"A": "text"}}}, "frames, joints, 3"),
        ({"positions_3d": {"S1": []}}, "dict by action"),
        ({"positions_3d": [1, 2]}, "dict by subject"),
        ({"positions_2d": {"S1": {"A": 3}}}, "list of cameras"),
    ],
)
def test_errors(tmp_path, arrays, message):
    with pytest.raises(FormatError, match=message):
        read(_pickled(tmp_path / "a.npz", **arrays))


# --- the restricted reader


class _Runs:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_of_every_protocol(protocol):
    value = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": [np.float32(2.5), (1, "x", None, True, b"raw")],
        "c": np.array(["u", "v"]),
        "d": np.array([[1], {"k": 2}], dtype=object),
    }
    out = restricted.loads(pickle.dumps(value, protocol=protocol), "file")
    assert (out["a"] == value["a"]).all() and out["b"] == value["b"] and out["c"].tolist() == ["u", "v"] and out["d"].tolist() == [[1], {"k": 2}]


@pytest.mark.parametrize(
    "call",
    [
        (os.system, ("touch hacked",)),
        (eval, ("1 + 1",)),
        (getattr, ("", "join")),
        (np.load, ("x.npy",)),
        (type, ("X", (), {})),
        (np.ndarray, ((2,), "O")),
        (np.dtype, ([("a", "O")],)),
        (bytearray, (10**12,)),
        (memoryview, (b"x",)),
    ],
)
def test_everything_else_is_refused(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        value = restricted.loads(pickle.dumps([_Runs(*call)]), "file")
    except FormatError as e:
        assert "file" in str(e)
    else:
        # an empty array of numpy's own is harmless
        assert isinstance(value[0], np.ndarray) and value[0].dtype == object and value[0].tolist() == [None, None]
    file = tmp_path / "a.npz"
    np.savez(file, positions_3d=np.array({"S1": _Runs(os.system, ("touch hacked",))}, dtype=object))
    with pytest.raises(FormatError, match="asks for"):
        read(file)
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_broken_pickles(tmp_path, cut):
    data = pickle.dumps({"S1": {"A": _world()}})
    with pytest.raises(FormatError):
        restricted.loads(data[:-cut], "file")
    with pytest.raises(FormatError):
        restricted.loads(b"\x80\x04" + data[cut:], "file")


def test_random_damage_ends_in_our_errors(tmp_path):
    rng = np.random.default_rng(0)
    data = bytearray(pickle.dumps({"S1": {"A": _world(2), "B": [1.5, "text", None]}}))
    refused = 0
    for _ in range(300):
        broken = data.copy()
        for at in rng.integers(0, len(data), 3):
            broken[at] = rng.integers(0, 256)
        try:
            restricted.loads(bytes(broken), "file")
        except FormatError as error:
            assert str(error).startswith("file: ")
            refused += 1
    assert refused > 30


@pytest.mark.realdata
def test_real_camera_projects_real_poses(data):
    """Human3.6M poses in the world land on their annotated pixels, in each of the four frames of mmpose's sample."""
    d = json.loads((data / "photo_pose_samples/h36m/h36m_coco.json").read_text())
    names = {i["id"]: i["file_name"] for i in d["images"]}
    for a in d["annotations"]:
        subject, _, rest = names[a["image_id"]].partition("_")
        serial = rest.split(".")[1].split("_")[0]
        camera = h36m_camera(subject, serial)
        world = torch.tensor(np.array(a["keypoints_3d"]).reshape(17, 4)[:, [0, 2, 1]] * [1, 1, -1], dtype=torch.float32)
        pixels = torch.tensor(np.array(a["keypoints"]).reshape(17, 3)[:, :2], dtype=torch.float32)
        assert (camera.project(world) - pixels).norm(dim=-1).max() < 0.3
