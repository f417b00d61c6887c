"""Videos there and back, cameras that keep people in view, and films of every kind of value."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve.bodies.model import BodyMotion, body_model
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.rotations import about, identity
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.render import shading, video

SIZE = (160, 96)


def walker(seconds: float = 1.0, fps: float = 30.0, speed: float = 1.0) -> BodyMotion:
    """The procedural body, sliding forwards with one arm turning."""
    model = body_model("procedural")
    frames = round(seconds * fps)
    r = identity(frames, len(model.skeleton)).clone()
    r[:, model.skeleton.index("left_elbow")] = about("y", torch.linspace(0, -1.2, frames))
    offsets = model.offsets()
    root = offsets[model.skeleton.roots[0]]
    path = torch.stack([torch.zeros(frames), torch.zeros(frames), torch.arange(frames) / fps * speed], -1)
    return BodyMotion(model, Motion(r, path + root, offsets, model.skeleton, fps))


def pictures(path: Path) -> np.ndarray:
    return np.stack(list(video.read_video(path)))


def test_frames_come_back(tmp_path: Path) -> None:
    y, x = np.mgrid[:50, :64]
    frames = [np.stack([x * 3, y * 4, np.full_like(x, 20 * i)], -1).astype(np.uint8) for i in range(8)]
    path = video.write_video(frames, tmp_path / "a.mp4", 24)
    back = pictures(path)
    assert back.shape == (8, 50, 64, 3)
    assert np.abs(back.astype(int) - np.stack(frames)).mean() < 4
    info = video.video_info(path)
    assert info.size == (64, 50) and info.fps == 24 and info.frames == 8 and abs(info.seconds - 8 / 24) < 0.01
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_odd_sizes_fractional_rates_and_tensors(tmp_path: Path) -> None:
    path = video.write_video((torch.full((33, 47, 3), 100, dtype=torch.uint8) for _ in range(3)), tmp_path / "a.mp4", 30000 / 1001)
    info = video.video_info(path)
    assert info.size == (48, 34) and abs(info.fps - 29.97) < 0.001
    assert np.abs(pictures(path).astype(int) - 100).max() < 6


def test_a_phones_rotation_is_applied(tmp_path: Path) -> None:
    image = np.zeros((32, 64, 3), np.uint8)
    image[:8, :8] = 255
    path = video.write_video([image] * 3, tmp_path / "a.mp4", 10)
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44
    # to be shown a quarter turn clockwise
    for place, value in ((0, 0), (4, 1 << 16), (12, -(1 << 16)), (16, 0)):
        data[matrix + place : matrix + place + 4] = value.to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    assert video.video_info(path).size == (32, 64)
    assert np.abs(pictures(path)[0].astype(int) - np.rot90(image, -1)).mean() < 4


def test_a_failed_film_leaves_nothing(tmp_path: Path) -> None:
    frames = [np.zeros((32, 32, 3), np.uint8), np.zeros((32, 30, 3), np.uint8)]
    with pytest.raises(ShapeError, match="frame 1: expected 32 x 32 as the first, found 30 x 32"):
        video.write_video(frames, tmp_path / "a.mp4", 10)
    with pytest.raises(ShapeError, match="frame 0.*float64"):
        video.write_video([np.zeros((32, 32, 3))], tmp_path / "a.mp4", 10)
    with pytest.raises(OptionError, match="no frames"):
        video.write_video([], tmp_path / "a.mp4", 10)
    with pytest.raises(OptionError, match="fps"):
        video.write_video(frames, tmp_path / "a.mp4", 0)
    assert not list(tmp_path.iterdir())


def test_what_is_no_video_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no such file"):
        video.read_video(tmp_path / "none.mp4")
    (tmp_path / "text.mp4").write_text("not a film")
    with pytest.raises(FormatError, match="text.mp4: not a video"):
        video.read_video(tmp_path / "text.mp4")
    path = video.write_video([np.zeros((32, 32, 3), np.uint8)] * 5, tmp_path / "cut.mp4", 10)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(FormatError, match="cut.mp4"):
        list(video.read_video(path))


def test_a_body_is_filmed_with_its_colours(tmp_path: Path) -> None:
    body = walker()
    made = video.preview(body, tmp_path / "body.mp4", size=SIZE)
    frames = pictures(made.path).astype(int)
    assert made.frames == 30 and made.fps == 30 and made.note == "" and frames.shape[1:] == (SIZE[1], SIZE[0], 3)
    # seen from ahead: the left, blue, side of the body is on the right of the picture
    blue, orange = frames[..., 2] - frames[..., 0] > 30, frames[..., 0] - frames[..., 2] > 30
    assert blue[0].sum() > 100 and orange[0].sum() > 100
    assert np.nonzero(blue[0])[1].mean() > np.nonzero(orange[0])[1].mean()
    assert (np.abs(frames[0] - frames[-1]).max(-1) > 40).sum() > 100


def test_long_motions_are_cut_and_thinned_and_it_is_said(tmp_path: Path) -> None:
    import av

    motion = walker(4.0, 120.0).motion
    made = video.preview(motion, tmp_path / "a.mp4", size=SIZE, max_seconds=1.0)
    assert made.frames == 30 and made.fps == 30 and made.seconds == 1.0
    assert made.note == "the first 1.0 of 4.0 s, every 4th frame"
    with av.open(str(made.path)) as container:
        assert container.metadata["comment"] == made.note
    whole = video.preview(motion[:60], tmp_path / "b.mp4", size=SIZE, max_seconds=None)
    assert whole.frames == 15 and "first" not in whole.note


def test_side_by_side_at_different_rates(tmp_path: Path) -> None:
    a, b = walker(1.0, 30.0), walker(0.5, 50.0).motion
    made = video.preview([a, b.poses(), b], tmp_path / "a.mp4", size=(300, 96))
    frames = pictures(made.path)
    assert frames.shape == (30, 96, 300, 3)
    # poses of a motion look as the motion does
    assert np.abs(frames[:, :, 100:200].astype(int) - frames[:, :, 200:]).mean() < 3
    # the shorter one waits, the longer one moves on
    assert np.abs(frames[22, :, 100:].astype(int) - frames[29, :, 100:]).mean() < 0.5 < np.abs(frames[22, :, :100].astype(int) - frames[29, :, :100]).mean()


def test_flat_poses_and_missing_joints(tmp_path: Path) -> None:
    points = torch.rand(2, 5, 17, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([640.0, 480.0])
    points[0, 2] = torch.nan
    flat = Poses(points, skeleton("coco17"), image_size=(640, 480))
    assert pictures(video.preview(flat, tmp_path / "a.mp4", size=SIZE).path).std() > 5
    solid = torch.randn(2, 5, 17, 3, generator=torch.Generator().manual_seed(0)) * 0.4
    solid[0, 2] = torch.nan
    solid[1, 2] = torch.nan
    frames = pictures(video.preview(Poses(solid, skeleton("coco17")), tmp_path / "b.mp4", size=SIZE).path).astype(int)
    coloured = (np.ptp(frames, -1) > 60).sum((1, 2))
    assert coloured[2] == 0 and (coloured[[0, 1, 3, 4]] > 50).all()


@pytest.mark.parametrize(("speed", "moves"), [(0.2, False), (4.0, True)])
def test_the_camera_sees_everything(speed: float, moves: bool) -> None:
    motion = walker(5.0, 30.0, speed).motion
    points = motion.poses().positions
    cameras = video.follow(points, motion.skeleton, 30.0, SIZE)
    assert (cameras[0] is not cameras[-1]) == moves
    heights = []
    for camera, x in zip(cameras, points[0]):
        p = camera.project(x)
        assert (p > 0).all() and (p < torch.tensor(SIZE)).all()
        heights.append(float(p[:, 1].max() - p[:, 1].min()))
    assert min(heights) > 0.35 * SIZE[1]
    # from ahead and to the body's left, which is +x
    eye = cameras[0].position - points[0, 0].mean(0)
    assert eye[0] > 0 and eye[2] > 0 and abs(math.degrees(math.atan2(eye[0], eye[2])) - 35) < 25


def test_nothing_to_show() -> None:
    empty = Poses(torch.full((1, 3, 17, 3), torch.nan), skeleton("coco17"))
    for value, words in ((empty, "no joint is known"), ([], "no frames"), (walker().motion[:0], "no frames")):
        with pytest.raises(OptionError, match=words):
            video.preview(value, "never.mp4")
    for option in ({"fps": 0}, {"max_seconds": -1.0}):
        with pytest.raises(OptionError, match="positive"):
            video.preview(walker().motion, "never.mp4", **option)


def test_a_picture_has_light_ground_and_shadow() -> None:
    body = walker()
    vertices = body.forward(slice(0, 1)).vertices[0]
    camera = video.follow(body.motion.poses().positions, body.motion.skeleton, 30.0, SIZE)[0]
    image = shading.picture(vertices, body.model.faces, camera).astype(int)
    bare = shading.picture(vertices, body.model.faces, camera, look=shading.Look(shadow=0.0)).astype(int)
    sky = np.round(np.array(shading.Look().sky) * 255)
    assert np.abs(image[0, 0] - sky).max() <= 2
    assert (image <= bare).all() and (bare - image > 20).any(-1).sum() > 20
    none = shading.picture(vertices, body.model.faces, camera, ground=None).astype(int)
    outside = (none == none[0, 0]).all(-1)
    assert 0.5 < outside.mean() < 0.99 and none[~outside].std() > 10


def test_lambert_is_the_cosine() -> None:
    n = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, math.sin(1.0), math.cos(1.0)], [0.0, 0.0, -1.0]])
    lit = shading.lambert(n, torch.ones(4, 3), torch.tensor([0.0, 0.0, 1.0]), ambient=0.1, key=0.8)
    assert torch.allclose(lit[:, 0], torch.tensor([0.9, 0.1, 0.1 + 0.8 * math.cos(1.0), 0.1]), atol=1e-6)


@pytest.mark.realdata
def test_a_captured_walk_is_filmed_through_save(data: Path, tmp_path: Path) -> None:
    import vitruve as vt

    files = sorted(data.rglob("*.bvh"))
    if not files:
        pytest.skip("no unpacked BVH in the collection")
    motion = vt.load(files[0])
    vt.save(motion, tmp_path / "walk.mp4", size=SIZE, max_seconds=0.5)
    assert pictures(tmp_path / "walk.mp4").std() > 3


def test_save_writes_films_and_frames(tmp_path: Path) -> None:
    import vitruve as vt

    vt.save(walker(0.2), tmp_path / "body.mp4", size=SIZE)
    vt.save([np.zeros((32, 32, 3), np.uint8)] * 4, tmp_path / "frames.mp4", fps=12)
    assert video.video_info(tmp_path / "body.mp4").frames == 6
    assert video.video_info(tmp_path / "frames.mp4").fps == 12
