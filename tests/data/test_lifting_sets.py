"""Human3.6M, MPI-INF-3DHP and EgoHumans in the layouts of their authors, written here, and files that are not as they should be."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import roma
import torch
from scipy.io import savemat

from vitruve.core.camera import Camera
from vitruve.data import DATASETS, load
from vitruve.data.lifting import measure_views
from vitruve.data.lifting_sets import egohumans, egohumans_scene, human36m, measure_people, mpi_inf_3dhp
from vitruve.errors import FormatError, MissingExtraError, OptionError
from vitruve.io import clip_names, load_clip
from vitruve.io import load as load_file
from vitruve.io.cameras import read_cameras
from vitruve.io.egohumans import exocentric_cameras, read_exocentric
from vitruve.tasks.lifting import screen_normalise

G = np.random.default_rng(0)
# a turn that is neither a coordinate's nor its own inverse
TURN = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


# -- MPI-INF-3DHP --------------------------------------------------------------------------------


def _seen(x, f=1500.0, c=1024.0):
    return x[..., :2] / x[..., 2:] * f + c


def _train(folder, cameras=3, frames=4):
    """S1/Seq1 with annot.mat and camera.calibration: people of 28 joints in one world (y up, mm), seen by cameras R X + t."""
    folder.mkdir(parents=True)
    world = G.uniform([-500, 0, -500], [500, 1800, 500], (frames, 28, 3))
    cells = {k: np.empty((cameras, 1), object) for k in ("annot2", "annot3", "univ_annot3")}
    lines = ["Skeletool Camera Calibration File V1.0"]
    for i in range(cameras):
        r, t = (np.diag([1.0, -1, -1]), TURN, TURN.T)[i], np.array([100.0 * i, 900, 4000])
        x = world @ r.T + t
        cells["annot2"][i, 0], cells["annot3"][i, 0], cells["univ_annot3"][i, 0] = (a.reshape(frames, -1) for a in (_seen(x), x, 0.9 * x))
        k, rt = np.eye(4), np.eye(4)
        k[:2, :3] = [[1500, 0, 1024], [0, 1500, 1024]]
        rt[:3] = np.hstack([r, t[:, None]])
        rows = [" ".join(f"{v:.7g}" for v in m.ravel()) for m in (k, rt)]
        lines += [f"name          {i}", "  sensor      10 10", "  size        2048 2048", "  animated    0"]
        lines += [f"  intrinsic   {rows[0]} ", f"  extrinsic   {rows[1]} ", "  radial      0"]
    savemat(folder / "annot.mat", {**cells, "cameras": np.arange(cameras)[None]})
    (folder / "camera.calibration").write_text("\n".join(lines) + "\n")
    return world


def test_training_annotation_is_in_the_calibrated_world(tmp_path):
    world = _train(tmp_path / "S1" / "Seq1")
    file = tmp_path / "S1" / "Seq1" / "annot.mat"
    assert clip_names(file)[:4] == ("0 camera", "0 universal", "0 2d", "1 camera")
    for view in "012":
        p, seen = load_clip(file, f"{view} camera"), load_clip(file, f"{view} 2d", fps=50)
        assert p.skeleton.name == "3dhp28" and p.positions.shape == (1, 4, 28, 3) and seen.fps == 50 and seen.image_size == (2048, 2048)
        torch.testing.assert_close(p.positions[0], torch.from_numpy(world / 1000).float(), rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(p.camera.project(p.positions[0]), seen.positions[0], rtol=1e-5, atol=1e-2)
    with pytest.raises(OptionError, match="0 universal"):
        load_clip(file, "7 camera")
    # without a calibration the camera is fitted, and stands at the origin with y up
    (file.parent / "camera.calibration").unlink()
    p = load_clip(file, "1 camera")
    assert torch.allclose(p.camera.project(p.positions[0]), load_clip(file, "1 2d").positions[0], atol=0.05)
    assert p.camera.position.abs().max() == 0 and abs(float(p.camera.intrinsics[0, 0]) - 1500) < 0.1 and p.camera.rotation.diagonal().tolist() == [1, -1, -1]


def test_training_set_takes_the_universal_skeleton_and_eight_cameras(tmp_path):
    _train(tmp_path / "mpi_inf_3dhp" / "S1" / "Seq1", cameras=3)
    views, own = (mpi_inf_3dhp(tmp_path, "train", universal=u) for u in (True, False))
    assert len(views) == 12 and views.skeleton.name == "h36m16" and views.target[:, 0].abs().max() == 0
    torch.testing.assert_close(views.target, 0.9 * own.target)
    # of the test part there is nothing
    with pytest.raises(FormatError, match="annot_data.mat"):
        mpi_inf_3dhp(tmp_path, "test")
    with pytest.raises(OptionError, match="train, test"):
        mpi_inf_3dhp(tmp_path, "val")
    assert len(load("mpi_inf_3dhp_train", tmp_path)) == 3


def _packed(folder):
    x = G.uniform([-500, -900, 3500], [500, 900, 4500], (5, 17, 3))
    view = {"data_2d": _seen(x), "data_3d": x}
    np.savez(folder / "data_train_3dhp.npz", data=np.array({"S1 Seq1": [{"0": view, "13": view}]}, object))
    np.savez(folder / "data_test_3dhp.npz", data=np.array({"TS6": {**view, "valid": np.array([1.0, 1, 0, 1, 1])}}, object))
    return x


def test_packed_as_p_stmo_does(tmp_path):
    x = _packed(tmp_path)
    assert clip_names(tmp_path / "data_train_3dhp.npz") == ("S1 Seq1 0 camera", "S1 Seq1 0 2d", "S1 Seq1 13 camera", "S1 Seq1 13 2d")
    p, seen = (load_clip(tmp_path / "data_test_3dhp.npz", f"TS6 {k}") for k in ("camera", "2d"))
    assert p.skeleton.name == "3dhp17" and seen.image_size == (1920, 1080) and p.valid.all(-1)[0].tolist() == [True, True, False, True, True]
    np.testing.assert_allclose(p.positions[0, 4].numpy(), x[4] / 1000 * [1, -1, -1], rtol=1e-5)
    test, train = mpi_inf_3dhp(tmp_path, skeleton="h36m17"), mpi_inf_3dhp(tmp_path, "train", "h36m17")
    # camera 13 is not trained on; the root is 3DHP's fifteenth joint
    assert (len(test), len(train)) == (4, 5) and measure_views(test)["frames"] == 4
    torch.testing.assert_close(test.keypoints[0, 0], screen_normalise(torch.from_numpy(_seen(x)[0, 14]).float(), (1920, 1080)), rtol=1e-5, atol=1e-5)
    left_wrist = test.skeleton.index("left_wrist")
    np.testing.assert_allclose(train.target[2, left_wrist].numpy(), (x[2, 7] - x[2, 14]) / 1000, atol=1e-5)


def _test_sequence(file):
    h5py = pytest.importorskip("h5py")
    file.parent.mkdir(parents=True)
    x = G.uniform([-500, -900, 3500], [500, 900, 4500], (6, 1, 17, 3))
    with h5py.File(file, "w", userblock_size=512) as f:
        f["annot2"], f["annot3"], f["univ_annot3"] = _seen(x, c=700.0), x, 0.9 * x
        f["valid_frame"], f["activity_annotation"] = np.array([[1.0], [0], [1], [1], [1], [1]]), np.full((6, 1), 3.0)
    return x[:, 0]


def test_test_annotation(tmp_path):
    file = tmp_path / "mpi_inf_3dhp_test_set" / "TS5" / "annot_data.mat"
    x = _test_sequence(file)
    assert clip_names(file) == ("TS5 camera", "TS5 universal", "TS5 2d")
    p, universal = load_clip(file), load_clip(file, "TS5 universal")
    assert p.positions[0, 1].isnan().all() and p.image_size == (1920, 1080) and p.metadata["activity"] == [3.0] * 6
    np.testing.assert_allclose(p.positions[0, 2].numpy(), x[2] / 1000 * [1, -1, -1], rtol=1e-5)
    torch.testing.assert_close(universal.positions[0, 3], 0.9 * p.positions[0, 3])
    assert len(mpi_inf_3dhp(tmp_path)) == 5
    file.write_bytes(file.read_bytes()[:900])
    with pytest.raises(FormatError, match="annot_data.mat"):
        load_file(file)


def test_test_annotation_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    file = tmp_path / "annot_data.mat"
    file.write_bytes(b"MATLAB 7.3 MAT-file".ljust(512) + b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(MissingExtraError, match=r"vitruve\[hdf5\]"):
        load_file(file)


def test_annotation_that_is_not(tmp_path):
    _train(tmp_path / "s")
    whole = (tmp_path / "s" / "annot.mat").read_bytes()
    file = tmp_path / "annot.mat"
    for content in (b"", whole[:200], whole[: len(whole) // 2], b"\0" * 4000):
        file.write_bytes(content)
        with pytest.raises(FormatError, match="annot.mat"):
            load_file(file)
    odd = np.empty((1, 1), object)
    odd[0, 0] = np.zeros((4, 50))
    for wrong, said in (({"x": np.zeros(3)}, "cells annot2"), ({"annot2": odd, "annot3": odd}, "28 or 17 joints")):
        savemat(file, wrong)
        with pytest.raises(FormatError, match=said):
            load_file(file)
    packed = tmp_path / "data_train_3dhp.npz"
    x = np.zeros((5, 17, 3))
    wrong = [
        {"S1 Seq1": [{"0": {"data_2d": x[..., :2]}}]},
        {"TS1": {"data_2d": x[:4, :, :2], "data_3d": x}},
        {"TS1": {"data_2d": x, "data_3d": x}},
        [1],
        {"TS1": 3},
    ]
    for data in [*wrong, {"TS1": Evil()}, Evil()]:
        np.savez(packed, data=np.array(data, object))
        with pytest.raises(FormatError, match="data_train_3dhp.npz"):
            load_file(packed)
    calibration = tmp_path / "s" / "camera.calibration"
    good = calibration.read_text()
    for change in (("1500 0", "x 0"), ("  size        2048 2048\n", ""), ("extrinsic   ", "extrinsic   3 ")):
        calibration.write_text(good.replace(*change))
        with pytest.raises(FormatError, match="camera.calibration: camera '0'"):
            read_cameras(calibration)


@pytest.mark.realdata
def test_mmpose_cameras_of_3dhp(data):
    """All eight cameras of a training sequence look at one place in front of them, from 0.7 to 2.6 m above the floor, and people stand on it."""
    folder = data / "photo_pose_samples" / "mpi_inf_3dhp"
    rig = read_cameras(folder / "cameras_train.json")
    first = [c for n, c in rig.items() if n.startswith("S1_Seq1_")]
    across = sum(torch.eye(3).double() - torch.outer(c.rotation[2], c.rotation[2]) for c in first)
    middle = torch.linalg.solve(across, sum((torch.eye(3).double() - torch.outer(c.rotation[2], c.rotation[2])) @ c.position for c in first))
    assert len(first) == 8 and all(c.to_camera(middle[None])[0, 2] > 2 and 0.7 < c.position[1] < 2.6 for c in first)
    assert {c.image_size for c in rig.values()} == {(2048, 2048)}
    with np.load(folder / "test_3dhp_train.npz") as f:
        for name, joints, part in zip(f["imgname"].tolist(), f["S"], f["part"]):
            camera = rig[name.rpartition("_")[0]]
            world = camera.to_world(torch.from_numpy(joints[:, :3]))
            assert -0.05 < float(world[:, 1].min()) < 0.2
            assert (camera.project(world) - torch.from_numpy(part[:, :2])).abs().max() < 2
    with np.load(folder / "test_3dhp_test.npz") as f:
        rig = read_cameras(folder / "cameras_test.json")
        for name, joints, part in zip(f["imgname"].tolist(), f["S"], f["part"]):
            x = torch.from_numpy(joints[:, :3]) * torch.tensor([1.0, -1, -1])
            assert (rig[name.partition("_")[0]].project(x) - torch.from_numpy(part[:, :2])).abs().max() < 3


# -- Human3.6M -----------------------------------------------------------------------------------


def _h36m(folder):
    folder.mkdir()
    x = (G.uniform([-0.5, -0.5, 0], [0.5, 0.5, 1.8], (6, 32, 3))).astype(np.float32)
    np.savez_compressed(folder / "data_3d_h36m.npz", positions_3d=np.array({s: {"Walking": x, "Photo 1": x[:4]} for s in ("S1", "S9", "S11")}, object))
    found = [G.uniform(0, 1000, (8, 17, 2)).astype(np.float32) for _ in range(4)]
    flat = {s: {"Walking": found, "Photo 1": found} for s in ("S9", "S11")}
    metadata = {"layout_name": "h36m", "num_joints": 17, "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]]}
    np.savez_compressed(folder / "data_2d_h36m_cpn_ft_h36m_dbb.npz", positions_2d=np.array(flat, object), metadata=np.array(metadata, object))
    return x, found


def test_human36m_of_videopose3d(tmp_path):
    x, found = _h36m(tmp_path / "human36m")
    views = load("human36m", tmp_path)
    assert len(views) == 2 * (6 + 4) * 4 and views.skeleton.name == "h36m16"
    own = load_file(tmp_path / "human36m" / "data_3d_h36m.npz", subject="S9", action="Walking", camera=2)
    seen = own.camera.project(own.positions[0])
    target = own.camera.to_camera(own.positions[0])
    start = 2 * 6
    torch.testing.assert_close(views.keypoints[start, 0], screen_normalise(seen[0, 0], own.camera.image_size))
    wrist = views.skeleton.index("left_wrist"), own.skeleton.index("left_wrist")
    torch.testing.assert_close(views.target[start + 5, wrist[0]], target[5, wrist[1]] - target[5, 0], rtol=1e-4, atol=1e-5)
    detected = human36m(tmp_path / "human36m", keypoints="cpn_ft_h36m_dbb", skeleton="h36m17", stride=2)
    assert len(detected) == 2 * (3 + 2) * 4
    torch.testing.assert_close(detected.keypoints[4], screen_normalise(torch.from_numpy(found[1][2]), (1000, 1000)))
    assert len(human36m(tmp_path / "human36m", "train")) == 40
    with pytest.raises(FormatError, match="data_2d_h36m_gone.npz: no such file"):
        human36m(tmp_path / "human36m", keypoints="gone")
    with pytest.raises(FormatError, match="data_2d_h36m_cpn.*S1, Walking"):
        human36m(tmp_path / "human36m", "train", "cpn_ft_h36m_dbb")
    for data in ({"S9": {"Walking": x[:, :17]}}, {"S9": [x]}, {"S9": {"Walking": Evil()}}):
        np.savez(tmp_path / "human36m" / "data_3d_h36m.npz", positions_3d=np.array(data, object))
        with pytest.raises(FormatError, match="data_3d_h36m.npz"):
            human36m(tmp_path / "human36m")


# -- EgoHumans -----------------------------------------------------------------------------------

LENS = (0.03, -0.01, 0.004, -0.001)


def _fisheye(x, k):
    """COLMAP's OPENCV_FISHEYE, written out."""
    a = x[..., :2] / x[..., 2:]
    r = np.linalg.norm(a, axis=-1, keepdims=True)
    theta = np.arctan(r)
    bent = theta * (1 + sum(c * theta ** (2 * i) for i, c in enumerate(LENS, 1)))
    return bent / r * a * k[:2] + k[2:]


def _sequence(folder):
    """Two people over frames 3, 4 and 6, before two GoPros and one pair of glasses; the world of aria01 is 2.5 to one of COLMAP's."""
    workplace = folder / "colmap" / "workplace"
    workplace.mkdir(parents=True)
    scale, shift = 0.4, np.array([0.3, -0.2, 0.7])
    world = np.eye(4)
    world[:3] = np.hstack([scale * TURN, shift[:, None]])
    (workplace / "colmap_from_aria_transforms.pkl").write_bytes(pickle.dumps({"aria01": world, "aria02": np.eye(4)}))
    intrinsics = {1: (1700.0, 1710.0, 1920.0, 1080.0), 4: (1650.0, 1650.0, 1900.0, 1070.0)}
    rows = [f"{i} OPENCV_FISHEYE 3840 2160 {' '.join(map(str, k + LENS))}" for i, k in intrinsics.items()]
    rows.insert(1, f"2 OPENCV_FISHEYE 1408 1408 610 610 704 704 {' '.join(map(str, LENS))}")
    (workplace / "cameras.txt").write_text("# Camera list\n# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n# Number of cameras: 3\n" + "\n".join(rows) + "\n")
    # x right, y down, z forward, towards a scene below and ahead, z up, in metres of the glasses' world; then as COLMAP has it
    poses = {}
    for name, eye, i in (("cam01", [0.0, -4.0, 0.5], 1), ("cam02", [4.0, 0.5, 0.3], 4)):
        c = Camera.look_at(torch.tensor(eye), torch.tensor([0.0, 0.0, -0.6]), (3840, 2160), up=(0.0, 0.0, 1.0))
        poses[name] = c.rotation.double().numpy(), np.array(eye), i
    lines = ["# Image list", "#", "#", "# Number of images"]

    def add(number, r, eye, camera, picture):
        rotation = r @ TURN.T
        t = -rotation @ (scale * TURN @ eye + shift)
        x, y, z, w = roma.rotmat_to_unitquat(torch.from_numpy(rotation)).tolist()
        lines.extend([f"{number} {w} {x} {y} {z} {' '.join(map(str, t))} {camera} {picture}", "1.0 2.0 -1" if number % 2 else ""])

    for n, (name, (r, eye, i)) in enumerate(poses.items()):
        add(2 * n + 1, r.T, eye + 1, i, f"{name}/00900.jpg")
        add(2 * n + 2, r, eye, i, f"{name}/00001.jpg")
    add(9, np.eye(3), np.zeros(3), 2, "aria01/rgb/00001.jpg")
    (workplace / "images.txt").write_text("\n".join(lines) + "\n")

    x = G.uniform([-0.4, -0.4, -1.5], [0.4, 0.4, 0.2], (2, 7, 17, 3))
    for kind in ("poses3d", "poses2d/cam01/rgb", "poses2d/cam02/rgb", "poses2d/aria01/rgb"):
        (folder / "processed_data" / kind).mkdir(parents=True)
    for t in (3, 4, 6):
        people = {f"aria0{p + 1}": np.hstack([x[p, t], np.ones((17, 1))]) for p in (0, 1) if (p, t) != (1, 4)}
        people["aria01"][5] = 0
        np.save(folder / "processed_data/poses3d" / f"{t:05d}.npy", people, allow_pickle=True)
        for name, (r, eye, i) in poses.items():
            flat = {p: _fisheye((x[p, t] - eye) @ r.T, np.array(intrinsics[i])) for p in (0, 1)}
            keypoints = [{"human_name": f"aria0{p + 1}", "bbox": np.zeros(5), "keypoints": np.hstack([u, np.full((17, 1), 0.8)])} for p, u in flat.items()]
            keypoints[1]["keypoints"][9, 2] = 0
            np.save(folder / "processed_data/poses2d" / name / "rgb" / f"{t:05d}.npy", np.array(keypoints, object), allow_pickle=True)
    return x


def test_egohumans_people(tmp_path):
    folder = tmp_path / "egohumans" / "01_tagging" / "001_tagging"
    x = _sequence(folder)
    p = load_clip(folder / "processed_data" / "poses3d")
    assert p.positions.shape == (2, 4, 17, 3) and p.ids.tolist() == [1, 2] and p.skeleton.name == "coco17" and p.name == "001_tagging"
    # frame 5 has no file, the second person is not in frame 4, one joint was not triangulated
    assert p.valid[:, :, 0].tolist() == [[True, True, False, True], [True, False, False, True]] and not p.valid[0, :, 5].any()
    np.testing.assert_allclose(p.positions[1, 3].numpy(), x[1, 6][:, [0, 2, 1]] * [1, 1, -1], rtol=1e-5)
    one = load_file(folder / "processed_data" / "poses3d" / "00004.npy", fps=30)
    assert one.positions.shape == (1, 1, 17, 3) and one.fps == 30
    sequences = load("egohumans", tmp_path)
    assert list(sequences) == ["01_tagging/001_tagging"] and measure_people(sequences)["frames"] == 4
    with pytest.raises(FormatError, match="processed_data/fit_poses3d"):
        egohumans(tmp_path, "fit_poses3d")


def test_egohumans_cameras_see_the_people_where_their_keypoints_are(tmp_path):
    x = _sequence(tmp_path)
    cameras, views = exocentric_cameras(tmp_path), read_exocentric(tmp_path)
    assert list(cameras) == list(views) == ["cam01", "cam02"] and cameras["cam01"].image_size == (3840, 2160)
    # (x, y, z) of a world with z up is (x, z, -y) here
    np.testing.assert_allclose(cameras["cam02"].position.numpy(), [4.0, 0.3, -0.5], atol=1e-6)
    world = torch.from_numpy(x[..., [0, 2, 1]] * [1, 1, -1])
    for name, view in views.items():
        assert view.positions.shape == (2, 4, 17, 2) and not view.valid[:, 2].any() and not view.valid[1, :, 9].any()
        assert view.confidence[0, 0, 0] == pytest.approx(0.8)
        expected = cameras[name].project(world[:, 3].flatten(0, 1)).view(2, 17, 2)
        known = view.valid[:, 0]
        torch.testing.assert_close(view.positions[:, 0][known].double(), expected[known], rtol=0, atol=0.02)
    scene = egohumans_scene(tmp_path)
    assert len(scene) == 4 and scene.points.shape[1] == 2 and scene.truth.ids.tolist() == [1, 2]
    torch.testing.assert_close(scene.truth.positions[0, 3, 0].double(), world[0, 6, 0], rtol=1e-5, atol=1e-6)
    # a camera that the authors placed by hand
    np.save(tmp_path / "colmap" / "workplace" / "cam02.npy", np.eye(4))
    assert (exocentric_cameras(tmp_path)["cam02"].position - cameras["cam02"].position).norm() > 1


def test_egohumans_files_that_are_not_as_they_should_be(tmp_path):
    _sequence(tmp_path)
    frame = tmp_path / "processed_data" / "poses3d" / "00004.npy"
    whole = frame.read_bytes()
    for content in (b"", whole[:50], whole[: len(whole) // 2]):
        frame.write_bytes(content)
        with pytest.raises(FormatError, match="00004.npy"):
            load_file(frame.parent)
    for wrong in (
        {"aria01": np.zeros((16, 4))},
        {"aria01": np.zeros((17, 3))},
        {"aria01": "x"},
        {"bob": np.zeros((17, 4))},
        {3: 4},
        [1],
        Evil(),
        {"aria01": Evil()},
    ):
        np.save(frame, np.array(wrong, object), allow_pickle=True)
        with pytest.raises(FormatError, match="00004.npy"):
            load_file(frame.parent)
    keypoints = tmp_path / "processed_data" / "poses2d" / "cam01" / "rgb" / "00003.npy"
    for wrong in ([{"human_name": "aria01"}], [{"human_name": "aria01", "keypoints": np.zeros((17, 2))}], [Evil()], {}):
        np.save(keypoints, np.array(wrong, object), allow_pickle=True)
        with pytest.raises(FormatError, match="00003.npy"):
            read_exocentric(tmp_path)
    workplace = tmp_path / "colmap" / "workplace"
    for name, old, new in (
        ("cameras.txt", "1700.0", "x"),
        ("cameras.txt", "FISHEYE 3840", "PINHOLE 3840"),
        ("images.txt", "0.", "nan"),
        ("images.txt", "/", " "),
    ):
        file = workplace / name
        good = file.read_text()
        file.write_text(good.replace(old, new))
        with pytest.raises(FormatError, match=name):
            exocentric_cameras(tmp_path)
        file.write_text(good)
    transforms = workplace / "colmap_from_aria_transforms.pkl"
    for wrong in (Evil(), {"aria02": np.eye(4)}, {"aria01": np.eye(3)}, {"aria01": np.zeros((4, 4))}, [1]):
        transforms.write_bytes(pickle.dumps(wrong))
        with pytest.raises(FormatError, match="colmap_from_aria_transforms.pkl"):
            exocentric_cameras(tmp_path)
    transforms.unlink()
    with pytest.raises(FormatError, match="No such file"):
        exocentric_cameras(tmp_path)


def test_the_sets_say_how_to_get_them(tmp_path):
    for name in ("human36m", "mpi_inf_3dhp_train", "mpi_inf_3dhp_test", "egohumans"):
        with pytest.raises(OptionError, match="How to get it"):
            load(name, Path(tmp_path))
        assert not DATASETS[name].commercial_ok
