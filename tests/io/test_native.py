"""vitruve's own files."""

# ruff: noqa: E501
from __future__ import annotations

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.core import rotations as rot
from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, VitruveError
from vitruve.io import load, native, save


def _motion(stretch=False, dtype=torch.float32) -> Motion:
    g = torch.Generator().manual_seed(0)
    q = rot.normalize(torch.randn(7, 24, 4, generator=g, dtype=dtype))
    offsets = torch.randn(7, 24, 3, generator=g, dtype=dtype) if stretch else torch.randn(24, 3, generator=g, dtype=dtype)
    return Motion(
        q, torch.randn(7, 3, generator=g, dtype=dtype), offsets, skeleton("smpl24"), 59.94, torch.randn(10, generator=g), torch.rand(7, 2, generator=g) > 0.5, "clip",
        {"contact_joints": ["left_foot", "right_foot"], "take": 3, "weights": np.arange(4.5), "who": {"name": "é", "age": None}},
    )  # fmt: skip


@pytest.mark.parametrize("stretch", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_motion_is_kept_exactly(tmp_path, stretch, dtype):
    m = _motion(stretch, dtype)
    n = load(save(m, tmp_path / "m.npz"))
    for key in ("rotations", "translation", "offsets", "shape", "contacts"):
        assert torch.equal(getattr(n, key), getattr(m, key)) and getattr(n, key).dtype == getattr(m, key).dtype
    assert (n.skeleton, n.fps, n.name) == (m.skeleton, m.fps, m.name)
    assert n.metadata.pop("weights").tolist() == m.metadata.pop("weights").tolist() and n.metadata == m.metadata


def test_poses_are_kept_exactly(tmp_path):
    g = torch.Generator().manual_seed(1)
    x = torch.randn(3, 4, 5, 2, generator=g)
    x[1, 2] = torch.nan
    s = Skeleton("mine", ("a", "left_b", "right_b", "ç", "e"), (-1, 0, 0, -1, 3), ("pelvis", None, None, "head", None), sigmas=(0.1, 0.2, 0.2, 0.3, 0.4))
    camera = Camera.pinhole((800, 810), (640, 480), distortion=torch.rand(5), rotation=torch.eye(3), translation=torch.rand(3), name="c")
    p = Poses(x, s, 24, torch.rand(3, 4, 5, generator=g), torch.tensor([4, 9, 2]), camera, (640, 480), "n", {"k": 1})
    q = load(save(p, tmp_path / "p.npz"))
    assert torch.equal(q.positions.nan_to_num(-1), p.positions.nan_to_num(-1)) and torch.equal(q.confidence, p.confidence) and torch.equal(q.ids, p.ids)
    assert (q.skeleton, q.fps, q.name, q.image_size, q.metadata) == (p.skeleton, p.fps, p.name, p.image_size, p.metadata)
    assert q.skeleton.sigmas == s.sigmas and q.skeleton.landmarks == s.landmarks
    for key in ("intrinsics", "rotation", "translation", "distortion"):
        assert torch.equal(getattr(q.camera, key), getattr(camera, key))
    assert (q.camera.image_size, q.camera.name) == ((640, 480), "c")


def test_a_body_in_motion(tmp_path):
    from vitruve.bodies import BodyMotion, body_model

    model = body_model("anny")
    joints = len(model.skeleton)
    m = Motion(rot.identity(2, joints), torch.zeros(2, 3), model.offsets().detach().float(), model.skeleton, 30.0, model.default_shape().detach().float())
    b = BodyMotion(model, m, torch.tensor([0.01, 0.02]), {"fitted": "from markers"})
    c = load(save(b, tmp_path / "b.npz"))
    assert type(c).__name__ == "BodyMotion" and c.model.name == model.name and c.metadata == b.metadata
    assert torch.equal(c.motion.rotations, m.rotations) and torch.equal(c.residual, b.residual)


def test_files_hold_no_pickles_and_are_told_by_their_key(tmp_path):
    file = save(_motion(), tmp_path / "m.npz")
    with np.load(file, allow_pickle=False) as f:
        assert int(f["vitruve"]) == 1 and f["skeleton/joints"].dtype.kind == "U" and all(f[k].dtype.kind != "O" for k in f.files)
    assert native.sniff(file)
    np.savez(tmp_path / "x.npz", a=1)
    assert not native.sniff(tmp_path / "x.npz")


def _without(file, key, **more):
    with np.load(file) as f:
        arrays = {k: f[k] for k in f.files if k != key}
    np.savez(file, **(arrays | more))


@pytest.mark.parametrize(
    ("key", "more", "message"),
    [
        ("vitruve", {"vitruve": np.int32(2)}, "version 2"),
        ("rotations", {}, "without 'rotations'"),
        ("kind", {"kind": np.array("dance")}, "'dance'"),
        ("rotations", {"rotations": np.zeros((7, 24, 4), np.float32)}, "unit quaternions"),
        ("offsets", {"offsets": np.zeros((23, 3), np.float32)}, "offsets"),
        ("skeleton/parents", {"skeleton/parents": np.zeros(24, np.int32)}, "ancestor"),
        ("fps", {"fps": np.array("fast")}, "not a whole motion"),
        ("metadata", {"metadata": np.array("{")}, "not a whole motion"),
    ],
)
def test_errors(tmp_path, key, more, message):
    file = save(_motion(), tmp_path / "m.npz")
    _without(file, key, **more)
    with pytest.raises(FormatError, match=message):
        native.read(file)


def test_damaged_archives(tmp_path):
    file = save(_motion(), tmp_path / "m.npz")
    data = bytearray(file.read_bytes())
    rng = np.random.default_rng(0)
    for _ in range(100):
        broken = data.copy()
        for at in rng.integers(0, len(data), 4):
            broken[at] = rng.integers(0, 256)
        file.write_bytes(broken)
        try:
            load(file)
        except VitruveError:
            pass
    file.write_bytes(b"not a zip")
    with pytest.raises(FormatError, match="npz"):
        load(file)


def test_what_cannot_be_kept(tmp_path):
    m = _motion()
    with pytest.raises(FormatError, match="Skeleton"):
        native.write(m.skeleton, tmp_path / "a.npz")
    m.metadata["f"] = print
    with pytest.raises(VitruveError, match="metadata"):
        save(m, tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_samples():
    walk = vt.sample("walk")
    assert walk.num_frames >= 120 and walk.fps == 30 and walk.skeleton.joints[0] == "Hips"
    assert walk.skeleton.has("pelvis", "neck", "head", "head_top", "spine1", "spine2", "spine3")
    assert walk.skeleton.has(*(f"{s}_{j}" for s in ("left", "right") for j in ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")))
    x = walk.fk().positions
    travel = walk.translation[-1] - walk.translation[0]
    assert travel[2] > 4 and abs(travel[0]) < 0.05 and abs(float(x[..., 1].min())) < 0.01
    # while one foot stands, it stays: the slower of the two ankles moves far less than the body
    speed = (
        x[1:, [walk.skeleton.index(f"{s}_ankle") for s in ("left", "right")]] - x[:-1, [walk.skeleton.index(f"{s}_ankle") for s in ("left", "right")]]
    ).norm(dim=-1)
    assert speed.amin(-1).median() * 30 < 0.35 < float(travel[2]) / walk.duration


def test_the_walk_as_a_camera_sees_it():
    seen, walk = vt.sample("walk2d"), vt.sample("walk")
    assert seen.dims == 2 and seen.skeleton.name == "coco17" and seen.image_size == (1280, 720)
    x = seen.positions[seen.valid]
    assert (x > 0).all() and (x < torch.tensor([1280.0, 720.0])).all()
    knee = walk.poses().joint("left_knee")[0]
    torch.testing.assert_close(seen.joint("left_knee")[0], seen.camera.project(knee), rtol=1e-5, atol=1e-3)
    with pytest.raises(VitruveError, match="walk"):
        vt.sample("run")
