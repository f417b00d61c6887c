"""The camera against OpenCV, and there and back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import roma
import torch

from vitruve import Camera, VitruveError

LENSES = {
    "none": None,
    "four": [-0.28, 0.09, 0.001, -0.002],
    "five": [-0.21, 0.25, -0.001, 0.0015, -0.003],
    "rational": [0.3, -0.1, 0.001, 0.002, 0.02, 0.4, -0.05, 0.01],
}


def some_camera(lens=None, skew=0.0, dtype=torch.float64) -> Camera:
    k = torch.tensor([[1100.0, skew, 650.0], [0, 1080.0, 340.0], [0, 0, 1]], dtype=dtype)
    r = roma.rotvec_to_rotmat(torch.tensor([0.3, -0.5, 0.2], dtype=dtype))
    return Camera(k, r, torch.tensor([0.1, -0.3, 3.0], dtype=dtype), None if lens is None else torch.tensor(lens, dtype=dtype), (1280, 720))


def some_points(n: int = 50) -> torch.Tensor:
    return torch.randn(n, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 0.6


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_project_is_opencv(lens):
    c, x = some_camera(lens), some_points()
    rvec, _ = cv2.Rodrigues(c.rotation.numpy())
    expected, _ = cv2.projectPoints(x.numpy(), rvec, c.translation.numpy(), c.intrinsics.numpy(), None if lens is None else np.array(lens))
    assert np.allclose(c.project(x).numpy(), expected[:, 0], atol=1e-8)


@pytest.mark.parametrize("lens", [v for v in LENSES.values() if v], ids=[k for k, v in LENSES.items() if v])
def test_undistort_is_opencv_in_five_rounds_and_exact_in_more(lens):
    c, x = some_camera(lens), some_points()
    px = c.project(x)
    expected = cv2.undistortPoints(px.numpy()[:, None], c.intrinsics.numpy(), np.array(lens), P=c.intrinsics.numpy())[:, 0]
    assert np.allclose(c.undistort(px, iterations=5).numpy(), expected, atol=1e-3)
    ideal = Camera(c.intrinsics, c.rotation, c.translation).project(x)
    assert torch.allclose(c.undistort(px, iterations=60), ideal, atol=1e-4)


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
@pytest.mark.parametrize("skew", [0.0, 12.5])
def test_unproject_inverts_project(lens, skew):
    c, x = some_camera(lens, skew), some_points()
    px, depth = c.project(x), c.to_camera(x)[:, 2]
    assert torch.allclose(c.unproject(px, depth), x, atol=1e-5)
    origin, direction = c.rays(px)
    along = torch.nn.functional.normalize(x - origin, dim=-1)
    assert torch.allclose(direction, along, atol=1e-5)
    assert torch.allclose(c.to_camera(c.position[None]), torch.zeros(1, 3, dtype=torch.float64), atol=1e-12)


def test_skew_shears_rows():
    plain, skewed = some_camera(), some_camera(skew=12.5)
    x = some_points()
    y = plain.to_camera(x)[:, 1] / plain.to_camera(x)[:, 2]
    assert torch.allclose(skewed.project(x) - plain.project(x), torch.stack([12.5 * y, torch.zeros_like(y)], -1), atol=1e-9)


def test_matrix_projects_undistorted():
    c, x = some_camera(), some_points()
    h = torch.cat([x, torch.ones_like(x[:, :1])], -1) @ c.matrix().T
    assert torch.allclose(h[:, :2] / h[:, 2:], c.project(x), atol=1e-9)


def test_behind_the_camera():
    c = Camera.pinhole(1000.0, (640, 480))
    x = torch.tensor([[0.0, 0, 2], [0, 0, -2], [0, 0, 0]])
    assert c.project(x).isfinite().all(-1).tolist() == [True, False, False]
    assert c.project(x, behind="clamp").isfinite().all()
    with pytest.raises(VitruveError, match="expected 'nan' or 'clamp'"):
        c.project(x, behind="ignore")


def test_look_at():
    eye, target = torch.tensor([3.0, 1.5, -2.0]), torch.tensor([0.0, 1.0, 0.0])
    c = Camera.look_at(eye, target, (640, 480))
    assert torch.allclose(c.position, eye, atol=1e-6)
    assert torch.allclose(c.project(target[None])[0], torch.tensor([319.5, 239.5]), atol=1e-3)
    above, left = c.project(torch.stack([target + torch.tensor([0, 0.5, 0]), target + c.rotation[0] * -0.5]))
    assert above[1] < 239.5 and above[0] == pytest.approx(319.5, abs=1e-3) and left[0] < 319.5
    assert torch.allclose(c.rotation @ c.rotation.T, torch.eye(3), atol=1e-6) and c.rotation.det() == pytest.approx(1, abs=1e-5)
    with pytest.raises(VitruveError, match="parallel"):
        Camera.look_at(eye, eye - torch.tensor([0, 1.0, 0]), (640, 480))


def test_crop_sees_what_a_resized_cut_out_shows():
    c, x = some_camera(LENSES["five"]), some_points()
    cut = c.crop(100, 50, 400, 300, (200, 150))
    # pixel i of the crop covers pixels 100 + 2 i and 101 + 2 i
    expected = (c.project(x) - torch.tensor([100.5, 50.5])) / 2
    assert torch.allclose(cut.project(x), expected, atol=1e-8)
    assert cut.image_size == (200, 150)


def test_change_world_keeps_pixels():
    c, x = some_camera(LENSES["five"]), some_points()
    turn = roma.rotvec_to_rotmat(torch.tensor([0.4, 1.0, -0.3], dtype=torch.float64))
    assert torch.allclose(c.change_world(turn, 1000.0).project(1000 * x @ turn.T), c.project(x), atol=1e-6)


def test_screen_coordinates():
    c, x = some_camera(), some_points()
    expected = c.project(x) * (2 / 1280) - torch.tensor([1, 720 / 1280])
    assert torch.allclose(c.screen().project(x), expected, atol=1e-9)
    with pytest.raises(VitruveError, match="image_size"):
        Camera(c.intrinsics).screen()


def test_batches_and_gradients():
    cameras = [some_camera(LENSES["four"]), some_camera()]
    rig, x = Camera.stack(cameras), some_points(7)
    out = rig.project(x.expand(2, 7, 3))
    for i, c in enumerate(cameras):
        assert torch.allclose(out[i], c.project(x)) and torch.allclose(rig[i].project(x), c.project(x))
    assert torch.autograd.gradcheck(lambda p: cameras[0].project(p), some_points(4).requires_grad_())
    assert torch.autograd.gradcheck(lambda p: cameras[0].normalise(p), cameras[0].project(some_points(4)).requires_grad_())
    with pytest.raises(VitruveError, match="lens models"):
        Camera.stack([cameras[0], Camera(cameras[0].intrinsics, distortion=torch.zeros(4).double(), lens="h36m")])


@pytest.mark.realdata
def test_human36m_lens_is_the_publishers(data):
    """2D annotations of Human3.6M are exact projections of its 3D in the camera's frame."""
    from vitruve.io.cameras import read_cameras

    f = np.load(data / "photo_pose_samples/h36m/test_h36m_body3d.npz")
    cameras = read_cameras(data / "photo_pose_samples/h36m/cameras.json")
    for name, x, px in zip(f["imgname"], f["S"], f["part"]):
        subject, serial = str(name).split("/")[0], str(name).split(".")[1].split("_")[0].split("/")[0]
        c = cameras[f"{subject}_{serial}"]
        eye = Camera(c.intrinsics, distortion=c.distortion, lens=c.lens)
        error = (eye.project(torch.from_numpy(x[:, :3])) - torch.from_numpy(px[:, :2])).norm(dim=-1).max()
        assert error < 1e-4
        assert (Camera(c.intrinsics, distortion=c.distortion).project(torch.from_numpy(x[:, :3])) - torch.from_numpy(px[:, :2])).norm(dim=-1).max() > 1e-2


def test_videopose3ds_nine_numbers_round_trip():
    values = torch.tensor([[2.3, 2.2, 0.02, 0.01, -0.2, 0.24, -0.002, -0.0009, -0.0016], [1.5, 1.5, 0, 0, 0, 0, 0, 0, 0]])
    camera = Camera.from_screen_vector(values)
    # in the picture whose screen coordinates are its pixels moved by (1, h/w)
    pixels = replace(camera, intrinsics=camera.intrinsics + torch.tensor([[0, 0, 1.0], [0, 0, 1.0], [0, 0, 0]]), image_size=(2, 2))
    assert torch.allclose(pixels.screen_vector(), values)
    with pytest.raises(VitruveError, match="opencv"):
        replace(pixels, lens="opencv").screen_vector()
    with pytest.raises(VitruveError, match="9 numbers"):
        Camera.from_screen_vector(values[:, :8])
