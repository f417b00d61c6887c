"""Keypoint files of other tools, and our own."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.io import keypoints, load, load_clip, save


def _put(path, value):
    path.write_text(json.dumps(value))
    return path


def _person(offset: float, joints: int = 17, score: float = 0.9, dims: int = 2) -> np.ndarray:
    """Keypoints (J, dims + 1) of a body about 150 pixels tall at `offset`."""
    rng = np.random.default_rng(joints)
    return np.concatenate([offset + 150 * rng.random((joints, dims)), np.full((joints, 1), score)], 1)


def _two_people(frames: int = 6) -> Poses:
    """Two people who walk past each other without ever being close in height."""
    x = np.stack([[_person(100 + 8 * t)[:, :2] for t in range(frames)], [_person(900 - 8 * t)[:, :2] for t in range(frames)]])
    return Poses(torch.tensor(x, dtype=torch.float32), skeleton("coco17"), 25, ids=torch.tensor([3, 8]), image_size=(1280, 720), name="two")


@pytest.mark.parametrize("dims", [2, 3])
def test_own_file_keeps_everything(tmp_path, dims):
    g = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 25, dims, generator=g) * 317.123456
    x[0, 2, 4] = torch.nan
    camera = Camera.pinhole(1234.5, (640, 480), distortion=torch.tensor([0.1, -0.2, 0.001, 0.002, 0.03]), name="left")
    p = Poses(x, skeleton("openpose25"), 29.97, torch.rand(2, 5, 25, generator=g), torch.tensor([7, 2]), camera, (640, 480), "clip")
    q = load(save(p, tmp_path / "p.json"))
    assert torch.equal(q.positions.nan_to_num(-1), p.positions.nan_to_num(-1)) and torch.equal(q.confidence, p.confidence) and torch.equal(q.ids, p.ids)
    assert (q.skeleton, q.fps, q.name, q.image_size) == (p.skeleton, p.fps, p.name, p.image_size)
    assert torch.equal(q.camera.intrinsics, camera.intrinsics) and torch.equal(q.camera.distortion, camera.distortion) and q.camera.name == "left"


def test_own_file_of_a_custom_skeleton(tmp_path):
    s = Skeleton("mine", ("a", "left_b", "right_b"), (-1, 0, 0), limbs=((1, 2),))
    p = Poses(torch.rand(1, 2, 3, 2), s)
    assert load(save(p, tmp_path / "p.json")).skeleton == s


@pytest.mark.parametrize("layout", ["coco", "openpose"])
def test_written_for_others_and_read_back(tmp_path, layout):
    p = _two_people()
    x = p.positions.clone()
    x[0, 1, 3] = torch.nan
    x[1, 4] = torch.nan
    p = Poses(x, p.skeleton, p.fps, ids=p.ids, image_size=p.image_size, name="two")
    file = tmp_path / ("p.json" if layout == "coco" else "frames")
    keypoints.write(p, file, layout=layout)
    q = keypoints.read(file, fps=25, image_size=(1280, 720))
    torch.testing.assert_close(q.positions, p.positions, equal_nan=True, rtol=0, atol=0)
    assert q.ids.tolist() == [3, 8] and q.skeleton.joints == p.skeleton.joints
    assert torch.equal(q.confidence, p.confidence)


def test_openpose_frames(tmp_path):
    """Frames by the number in the name, gaps kept, people followed, zeros missing, ids of -1 ignored."""
    for t in (10, 11, 13):
        a, b = _person(100 + 5 * t, 25), _person(700, 25)
        a[4] = 0
        people = [a, b] if t != 11 else [b, a]
        record = [{"person_id": [-1], "pose_keypoints_2d": p.ravel().tolist(), "hand_left_keypoints_2d": []} for p in people]
        _put(tmp_path / f"walk_{t:012d}_keypoints.json", {"version": 1.3, "people": record})
    p = load(tmp_path, fps=24)
    assert p.positions.shape == (2, 4, 25, 2) and p.skeleton.name == "openpose25" and p.fps == 24
    assert p.positions[0, :, 4].isnan().all() and p.confidence[0, :, 4].eq(0).all()
    assert p.positions[:, 2].isnan().all()
    torch.testing.assert_close(p.positions[0, 3, 0] - p.positions[0, 0, 0], torch.tensor([15.0, 15.0]))
    assert (p.positions[1, [0, 1, 3]] == p.positions[1, 0]).all()
    single = load(tmp_path / "walk_000000000010_keypoints.json")
    assert single.positions.shape == (2, 1, 25, 2)


def test_empty_frames_are_frames(tmp_path):
    for t in range(4):
        people = [{"pose_keypoints_2d": _person(100, 18).ravel().tolist()}] if t in (1, 2) else []
        _put(tmp_path / f"{t}_keypoints.json", {"people": people})
    p = load(tmp_path)
    assert p.num_frames == 4 and p.valid[0, :, 0].tolist() == [False, True, True, False] and p.skeleton.name == "openpose18"


def test_coco_results(tmp_path):
    """Results list image ids and scores only; detections of other images are gaps."""
    results = [{"image_id": t, "category_id": 1, "keypoints": _person(100 + t).ravel().tolist(), "score": 0.8} for t in (4, 5, 6, 8)]
    p = load(_put(tmp_path / "r.json", results))
    assert p.positions.shape == (1, 5, 17, 2) and p.positions[0, 3].isnan().all()
    assert p.confidence[0, 0, 0] == pytest.approx(0.9)


def test_alphapose(tmp_path):
    """File names as image ids, in any order; idx is the track."""
    results = [
        {"image_id": f"{t}.jpg", "keypoints": _person(100 + 300 * i, 136).ravel().tolist(), "score": 3.1, "idx": [i + 5] if t else i + 5}
        for t in (10, 9, 2)
        for i in (1, 0)
    ]
    p = load(_put(tmp_path / "alphapose-results.json", results))
    assert p.positions.shape == (2, 9, 136, 2) and p.ids.tolist() == [5, 6] and p.skeleton.name == "halpe136"
    assert p.valid[0, :, 0].nonzero().flatten().tolist() == [0, 7, 8]
    assert p.positions[0, 0, 0, 0] < p.positions[1, 0, 0, 0]


def test_mmpose_video_and_image(tmp_path):
    def instances(t):
        return [{"keypoints": _person(100 + t, 133)[:, :2].tolist(), "keypoint_scores": [0.5] * 133, "bbox": [[0, 0, 9, 9]], "bbox_score": 0.9}]

    names = {str(i): n for i, n in enumerate(skeleton("wholebody133").joints)}
    info = [{"frame_id": t, "instances": instances(t) if t != 3 else []} for t in range(1, 6)]
    p = load(_put(tmp_path / "v.json", {"meta_info": {"keypoint_id2name": names}, "instance_info": info}))
    assert p.positions.shape == (1, 5, 133, 2) and p.skeleton.name == "wholebody133" and p.positions[0, 2].isnan().all()
    torch.testing.assert_close(load(_put(tmp_path / "list.json", info)).positions, p.positions, equal_nan=True)
    assert load(_put(tmp_path / "i.json", instances(0))).positions.shape == (1, 1, 133, 2)


def test_mmpose_3d_stands_upright(tmp_path):
    """mmpose writes z up and y towards the camera; ours is y up, +z towards it."""
    x = np.zeros((17, 3))
    x[10] = [0.1, 0.2, 1.7]
    p = load(_put(tmp_path / "3d.json", [{"keypoints": x.tolist(), "keypoint_scores": [1.0] * 17}]))
    assert p.skeleton.name == "h36m17" and p.positions[0, 0, 10].tolist() == pytest.approx([-0.1, 1.7, 0.2])


def test_ucla_author_file(tmp_path):
    """Who faces the Kinect faces +z: x and z are negated."""
    x = np.random.default_rng(0).normal(size=(7, 20, 3)) + [0, 0, 3]
    p = load(_put(tmp_path / "a01_s01_e00_v01.json", {"file_name": "a01_s01_e00_v01", "skeletons": x.tolist(), "label": 1}))
    np.testing.assert_allclose(p.positions[0].numpy(), x * [-1, 1, -1], rtol=1e-6)
    assert p.skeleton.name == "kinect20" and p.metadata["label"] == 1


def test_names_in_the_file_decide(tmp_path):
    order = ["left_hip", "nose", "right_hip"]
    data = {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 64, "height": 48}],
        "annotations": [{"image_id": 1, "keypoints": [1, 2, 2, 3, 4, 1, 5, 6, 0]}],
        "categories": [{"keypoints": order, "skeleton": [[1, 3]]}],
    }
    p = load(_put(tmp_path / "c.json", data))
    assert p.skeleton.joints == tuple(order) and p.skeleton.limbs == ((0, 2),) and p.image_size == (64, 48)
    assert p.confidence[0, 0].tolist() == [1, 0.5, 0] and p.positions[0, 0, 2].isnan().all()
    data["categories"][0]["keypoints"] = list(skeleton("posetrack17").joints)
    data["annotations"][0]["keypoints"] = _person(0).ravel().tolist()
    assert load(_put(tmp_path / "c.json", data)).skeleton.name == "posetrack17"


def test_skeleton_option(tmp_path):
    file = _put(tmp_path / "r.json", [{"image_id": 0, "keypoints": _person(0).ravel().tolist()}])
    assert load(file, skeleton="posetrack17").skeleton.name == "posetrack17"
    with pytest.raises(OptionError, match="17 points"):
        load(file, skeleton="halpe26")


def test_people_are_followed_through_gaps_and_shuffles(tmp_path):
    """Three people in random order with missing detections keep their identity."""
    rng = np.random.default_rng(1)
    results = []
    for t in range(30):
        for i in rng.permutation(3):
            if rng.random() > 0.2 or t == 0:
                results.append({"image_id": t, "keypoints": (_person(100 + 250 * i + 3 * t) + [*rng.normal(0, 2, 2), 0]).ravel().tolist(), "who": int(i)})
    p = load(_put(tmp_path / "r.json", results))
    assert p.num_people == 3
    first = [int((p.positions[k, 0, 0, 0] - _person(100)[0, 0]).item() / 250 + 0.5) for k in range(3)]
    for k in range(3):
        x = p.positions[k, :, 0, 0]
        expected = _person(100 + 250 * first[k])[0, 0] + 3 * torch.arange(30)
        assert (x - expected).nan_to_num(0).abs().max() < 15


def test_far_apart_images_are_not_a_clip(tmp_path):
    results = [{"image_id": t, "keypoints": _person(100).ravel().tolist()} for t in (785, 40083, 196141)]
    p = load(_put(tmp_path / "r.json", results))
    assert p.positions.shape == (1, 3, 17, 2) and p.metadata["separate_images"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "nobody"),
        ({}, "unknown keypoint layout"),
        ({"people": []}, "nobody"),
        ({"people": 3}, "list of objects"),
        ({"people": [{}]}, "pose_keypoints_2d"),
        ({"people": [{"pose_keypoints_2d": [1, 2, 3, 4]}]}, "points"),
        ({"people": [{"pose_keypoints_2d": ["a", "b", "c"]}]}, "expected numbers"),
        ([{"image_id": 1, "bbox": [0, 0, 1, 1]}], "boxes only"),
        ([{"image_id": 1, "keypoints": [1, 2, 3]}, {"image_id": 2, "keypoints": [1, 2, 3, 4, 5, 6]}], "differ"),
        ({"annotations": [{"image_id": 1, "keypoints": [[1], [2, 3]]}]}, "expected numbers"),
        ({"skeletons": [[[0, 0, 0]] * 19]}, "20"),
        ({"format": "vitruve-poses", "version": 9}, "version"),
        ({"format": "vitruve-poses", "version": 1, "skeleton": {}}, "lacks"),
        ({"bodies": [{"joints19": [1.0] * 8}]}, "joints19"),
        ([{"frame_id": 1, "instances": [{"keypoints": [[1, 2]], "keypoint_scores": [1, 2]}]}], "scores"),
        ([[1, 2]], "unknown"),
        ([{"image_id": 1, "keypoints": [1e400, 2, 1]}], "nobody|Poses|unknown|point"),
    ],
)
def test_errors_say_what_was_found(tmp_path, value, message):
    file = tmp_path / "x.json"
    file.write_text(json.dumps(value))
    try:
        p = load(file)
    except VitruveError as e:
        import re

        assert re.search(message, str(e)) and str(file) in str(e)
    else:
        assert isinstance(p, Poses) and p.positions.isnan().all()


def test_broken_json_names_the_line(tmp_path):
    file = tmp_path / "x.json"
    file.write_text('{\n"people": [\n{]}')
    with pytest.raises(FormatError, match=r"x\.json:3"):
        load(file)
    file.write_text("[" * 100_000)
    with pytest.raises(FormatError):
        load(file)


def test_too_much_is_refused(tmp_path):
    crowd = [{"image_id": 0, "keypoints": [1, 2, 1]} for _ in range(600)]
    with pytest.raises(FormatError, match="600 people"):
        load(_put(tmp_path / "x.json", crowd))
    with pytest.raises(FormatError, match="expected at most"):
        load(_put(tmp_path / "x.json", [{"image_id": 0, "keypoints": [1.0] * 6000}]))


def test_writing_what_does_not_fit(tmp_path):
    p = Poses(torch.rand(1, 2, 17, 3), skeleton("coco17"))
    with pytest.raises(OptionError, match="2D"):
        save(p, tmp_path / "p.json", layout="coco")
    with pytest.raises(OptionError, match="layout"):
        save(p, tmp_path / "p.json", layout="xml")
    with pytest.raises(FormatError, match="Skeleton"):
        keypoints.write(skeleton("coco17"), tmp_path / "p.json")  # type: ignore[arg-type]


# (file of mmpose's test data, people, frames, joint set)
REAL = {
    "coco/test_coco.json": (5, 4, "coco17"),
    "coco/test_coco_wholebody.json": (5, 4, "wholebody133"),
    "halpe/test_halpe.json": (5, 4, "halpe136"),
    "posetrack18/annotations/val/012834_mpii_test.json": (11, 1, "posetrack17"),
    "jhmdb/test_jhmdb_sub1.json": (1, 3, "jhmdb15"),
    "ubody3d/ubody3d_train.json": (1, 1, "wholebody133"),
    "panoptic_body3d/160906_band1/hdPose3d_stage1_coco19": (3, 2, "panoptic19"),
}


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_real_files(data, file):
    people, frames, name = REAL[file]
    p = keypoints.read(data / "photo_pose_samples" / file)
    assert (p.num_people, p.num_frames, p.skeleton.name) == (people, frames, name)
    assert 0 <= p.confidence.min() and p.confidence.max() <= 1 and p.valid.any()


@pytest.mark.realdata
def test_wholebody_equals_coco_where_they_meet(data):
    a = keypoints.read(data / "photo_pose_samples/coco/test_coco.json")
    b = keypoints.read(data / "photo_pose_samples/coco/test_coco_wholebody.json")
    torch.testing.assert_close(b.map_to(skeleton("coco17")).positions, a.positions, equal_nan=True)
    assert torch.equal(b.confidence[:, :, :17], a.confidence)
    # hands hang on wrists: the hand root lies within a hand's width of the wrist
    wrist, root = b.joint("right_wrist"), b.joint("right_hand_root")
    distance = (wrist - root).norm(dim=-1)
    assert distance[distance.isfinite()].median() < 15


@pytest.mark.realdata
def test_panoptic_people_stand(data):
    p = keypoints.read(data / "photo_pose_samples/panoptic_body3d/160906_band2/hdPose3d_stage1_coco19")
    up = (p.joint("neck") - p.joint("mid_hip"))[..., 1]
    assert (up[up.isfinite()] > 0.3).all() and (up[up.isfinite()] < 0.7).all()


def test_panoptic_frames_are_one_recording(tmp_path):
    for t in (7, 8, 9):
        body = {"id": 3, "joints19": np.tile([100.0 * t, -50, 20, 1], 19).tolist()}
        _put(tmp_path / f"body3DScene_{t:08d}.json", {"bodies": [body]})
    for p in (load(tmp_path), load_clip(tmp_path)):
        assert (p.num_people, p.num_frames, p.skeleton.name) == (1, 3, "panoptic19")
        torch.testing.assert_close(p.positions[0, :, 0, 0], torch.tensor([7.0, 8.0, 9.0]))


@pytest.mark.parametrize("fps", [0, -5.0, float("inf"), float("nan")])
def test_a_frame_rate_is_a_positive_number(tmp_path, fps):
    file = _put(tmp_path / "r.json", [{"image_id": 1, "keypoints": _person(100).ravel().tolist()}])
    with pytest.raises(OptionError, match=r"r\.json: fps: expected a positive number"):
        load(file, fps=fps)
