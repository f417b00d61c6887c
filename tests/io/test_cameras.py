"""Camera files: every format reads to metres and y up, what we write reads back, what is wrong is named."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import roma
import torch

from vitruve import Camera, Poses, VitruveError, sample, save, skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io.cameras import read_cameras, read_views, to_y_up, write_cameras


def test_own_files_round_trip(tmp_path):
    k = torch.tensor([[1000.0, 1.5, 320], [0, 990, 240], [0, 0, 1]]).double()
    r = roma.rotvec_to_rotmat(torch.tensor([0.1, 0.2, 0.3]).double())
    rig = {
        "a": Camera(k, r, torch.tensor([1.0, 2, 3]).double(), torch.tensor([0.1, -0.2, 0.001, 0.002, 0.05]).double(), (640, 480), "a", "h36m"),
        "b": Camera(k),
    }
    back = read_cameras(write_cameras(rig, tmp_path / "rig.json"))
    assert list(back) == ["a", "b"]
    for name, c in rig.items():
        for field in ("intrinsics", "rotation", "translation"):
            assert torch.allclose(getattr(back[name], field), getattr(c, field).double(), atol=1e-12)
        assert back[name].image_size == c.image_size and back[name].lens == c.lens
    assert torch.equal(back["a"].distortion, rig["a"].distortion) and back["b"].distortion is None


def test_up_and_unit():
    assert torch.allclose(to_y_up("z") @ torch.tensor([1.0, 2, 3]).double(), torch.tensor([1.0, 3, -2]).double())
    for up in ("y", "z", "-y"):
        assert to_y_up(up).det() == pytest.approx(1)
        axis = {"y": [0.0, 1, 0], "z": [0.0, 0, 1], "-y": [0.0, -1, 0]}[up]
        assert torch.equal(to_y_up(up) @ torch.tensor(axis).double(), torch.tensor([0.0, 1, 0]).double())


def test_opencv_yaml_and_toml_and_plain_json_agree(tmp_path):
    k, dist = np.array([[800.0, 0, 300], [0, 810, 200], [0, 0, 1]]), np.array([0.1, -0.05, 0.001, 0.002])
    rvec, t = np.array([0.2, -0.4, 0.1]), np.array([0.5, 1.0, 4.0])
    store = cv2.FileStorage(str(tmp_path / "cam.yaml"), cv2.FILE_STORAGE_WRITE)
    for name, value in (("camera_matrix", k), ("distortion_coefficients", dist), ("rvec", rvec), ("tvec", t)):
        store.write(name, value)
    store.write("image_width", 600)
    store.write("image_height", 400)
    store.release()
    (tmp_path / "cam.toml").write_text(
        f"[cam]\nname = 'cam'\nsize = [600.0, 400.0]\nmatrix = {k.tolist()}\ndistortions = {dist.tolist()}\n"
        f"rotation = {rvec.tolist()}\ntranslation = {t.tolist()}\n"
        "[metadata]\nadjusted = false\n"
    )
    (tmp_path / "cam.json").write_text(
        json.dumps({"cam": {"K": k.tolist(), "distCoef": dist.tolist(), "R": cv2.Rodrigues(rvec)[0].tolist(), "t": t.tolist(), "size": [600, 400]}})
    )
    x = torch.randn(5, 3, dtype=torch.float64)
    expected = torch.from_numpy(cv2.projectPoints(x.numpy(), rvec, t, k, dist)[0][:, 0])
    for suffix in ("yaml", "toml", "json"):
        rig = read_cameras(tmp_path / f"cam.{suffix}", y_up=False)
        assert list(rig) == ["cam"] and rig["cam"].image_size == (600, 400)
        assert torch.allclose(rig["cam"].project(x), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        ('{"a": 3}', "no camera found"),
        ('{"a": {"K": [[1, 2], [3, 4]]}}', r"camera 'a': intrinsics has shape \(2, 2\), expected \(3, 3\)"),
        ('{"a": {"K": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "R": [[2, 0, 0], [0, 1, 0], [0, 0, 1]]}}', "not orthonormal"),
        ('{"a": {"K": [[1, 0, 0], [0, 1, "x"], [0, 0, 1]]}}', "intrinsics is not an array of numbers"),
        ('{"0": {"fx": 1, "fy": 1, "cx": 0, "R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}', "camera '0' lacks cy, T"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(VitruveError, match=message):
        read_cameras(tmp_path / "bad.json")
    with pytest.raises(VitruveError, match="expected one of"):
        read_cameras(tmp_path / "bad.avi")


def stand_around(rig, height=(0.3, 4.0)):
    """Cameras of a room: above the floor, looking at a common place."""
    eyes = torch.stack([c.position for c in rig.values()])
    looks = torch.stack([c.rotation[2] for c in rig.values()])
    assert ((eyes[:, 1] > height[0]) & (eyes[:, 1] < height[1])).all()
    # nearest point to all optical axes
    away = torch.eye(3).double() - looks[:, :, None] * looks[:, None]
    middle = torch.linalg.solve(away.sum(0), (away @ eyes[..., None])[..., 0].sum(0))
    assert ((middle - eyes) * looks).sum(-1).min() > 0.5
    # the picture's up is the world's
    assert (torch.stack([c.rotation[1, 1] for c in rig.values()]) < -0.5).all()
    return middle


@pytest.mark.realdata
def test_shelf_campus_and_panoptic_rooms(data):
    samples = data / "photo_pose_samples"
    assert stand_around(read_cameras(samples / "shelf/calibration_shelf.json"))[1] < 2.0
    assert len(read_cameras(samples / "campus/calibration_campus.json")) == 3
    rig = read_cameras(samples / "panoptic_body3d/160906_band1/calibration_160906_band1.json")
    hd = {n: c for n, c in rig.items() if n.startswith("00_")}
    assert len(hd) == 31 and abs(stand_around(hd)[1] - 1.0) < 1.0


@pytest.mark.realdata
def test_human36m_rooms(data):
    rig = read_cameras(data / "photo_pose_samples/h36m/cameras.json")
    assert len(rig) == 44
    for subject in ("S1", "S5", "S11"):
        stand_around({n: c for n, c in rig.items() if n.startswith(f"{subject}_")})


@pytest.mark.realdata
def test_qualisys_room(data):
    rig = read_cameras(data / "pose2sim_multiview/Demo_SinglePerson/Calib.qca.txt")
    assert list(rig) == ["cam01", "cam02", "cam03", "cam04"]
    middle = stand_around(rig)
    assert 0.3 < middle[1] < 1.7 and all(c.image_size == (1088, 1920) for c in rig.values())
    for c in rig.values():
        assert c.project(middle[None].double()).sub(torch.tensor([544.0, 960.0])).abs().max() < 600


def _views(folder):
    """Three cameras, and a file of each that holds the same person's keypoints; (rig, calibration, files by camera)."""
    rig = {n: Camera(torch.eye(3).double() * (1 + i), image_size=(640, 480)) for i, n in enumerate("abc")}
    seen = Poses(torch.rand(1, 4, 17, 2), skeleton("coco17"), 20.0)
    return rig, write_cameras(rig, folder / "rig.json"), {n: save(seen, folder / f"{n}.json") for n in rig}


def test_views_named_like_cameras_belong_to_them(tmp_path):
    rig, calibration, files = _views(tmp_path)
    for v in read_views([files[n] for n in "cab"], calibration):
        assert torch.equal(v.camera.intrinsics, rig[v.name].intrinsics) and v.fps == 20 and v.image_size == (640, 480)
    # other names: in order
    other = [files["b"].rename(tmp_path / "x.json"), files["c"], files["a"]]
    assert [v.camera.intrinsics[0, 0].item() for v in read_views(other, calibration, fps=5.0)] == [1, 2, 3]


def test_a_view_may_see_nobody_and_nothing_else(tmp_path):
    _, calibration, files = _views(tmp_path)
    paths = list(files.values())
    paths[1].write_text(json.dumps({"images": [{"id": 0}], "annotations": []}))
    views = read_views(paths, calibration)
    assert views[1].num_frames == 4 and not views[1].valid.any() and views[0].valid.all() and views[1].image_size == (640, 480)
    with pytest.raises(OptionError, match="2 views but 3 cameras"):
        read_views(paths[:2], calibration)
    with pytest.raises(OptionError, match="nobody is in any of the 3 views"):
        read_views([paths[1]] * 3, calibration)
    with pytest.raises(OptionError, match="w.bvh: views are 2D"):
        read_views([save(sample("walk")[:2], tmp_path / "w.bvh"), *paths[1:]], calibration)
    paths[2].write_text("{")
    with pytest.raises(FormatError, match="not JSON"):
        read_views(paths, calibration)


def test_lists_of_detections_are_brought_in_step(tmp_path):
    """Somebody enters the views at other times: a file without the frames before begins with him."""
    _, calibration, files = _views(tmp_path)
    for name, first in (("a", 10), ("b", 14), ("c", 12)):
        people = [
            {"image_id": f"{n:04d}.jpg", "keypoints": [v for j in range(17) for v in (n + 20.0 * j, 10.0 * j, 0.9)], "score": 1.0}
            for n in range(first, first + 7, 2)
        ]
        files[name].write_text(json.dumps(people))
    for v, late in zip(read_views(list(files.values()), calibration), (0, 2, 1)):
        x = v.positions[0, :, 0, 0]
        assert len(v) == 6 and x[late : late + 4].tolist() == [10 + 2 * (late + i) for i in range(4)]
        assert torch.equal(v.valid[0, :, 0], x.isfinite()) and int(x.isfinite().sum()) == 4
    # two frames that lie four apart look like a slower numbering: nothing is guessed
    people = [{"image_id": f"{n:04d}.jpg", "keypoints": [v for j in range(17) for v in (n + 20.0 * j, 10.0 * j, 0.9)], "score": 1.0} for n in (14, 18)]
    files["c"].write_text(json.dumps(people))
    assert [len(v) for v in read_views(list(files.values()), calibration)] == [4, 4, 2]
