"""CMU-lift and the random views: geometry, noise, who is in which part, and batches for training."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from vitruve import skeleton
from vitruve.core.motion import Motion
from vitruve.core.rotations import identity
from vitruve.core.skeleton import Skeleton
from vitruve.data.lifting import (
    CMU_SUBJECTS,
    DetectorNoise,
    LiftingSet,
    RandomViews,
    WorldJoints,
    cmu_joints,
    cmu_lift,
    h36m_cameras,
    h36m_joints,
    measure_joints,
    measure_views,
    mpi_inf_3dhp,
    random_bodies,
)
from vitruve.errors import FormatError, OptionError
from vitruve.tasks.lifting import screen_normalise

S = skeleton("h36m16")

RIG = """hips < ; spine <hips 0 .2 0; chest <spine 0 .2 0; neck <chest 0 .15 0; head <neck 0 .1 0;
LeftUpLeg <hips .1 -.05 0; LeftLeg <LeftUpLeg 0 -.4 0; LeftFoot <LeftLeg 0 -.4 0;
RightUpLeg <hips -.1 -.05 0; RightLeg <RightUpLeg 0 -.4 0; RightFoot <RightLeg 0 -.4 0;
LeftArm <chest .18 .1 0; LeftForeArm <LeftArm .28 0 0; LeftHand <LeftForeArm .25 0 0;
RightArm <chest -.18 .1 0; RightForeArm <RightArm -.28 0 0; RightHand <RightForeArm -.25 0 0"""


def rig() -> Motion:
    """A T-pose of two frames, the second turned a quarter to the left."""
    joints, parents, offsets = [], [], []
    for row in RIG.split(";"):
        name, rest = row.split("<")
        words = rest.split()
        joints.append(name.strip())
        parents.append(joints.index(words[0]) if words else -1)
        offsets.append([float(w) for w in words[1:]] or [0.0, 0.0, 0.0])
    rotations = identity(2, len(joints)).clone()
    rotations[1, 0] = torch.tensor([0.0, 0.5**0.5, 0.0, 0.5**0.5])
    return Motion(rotations, torch.tensor([[0.0, 0.85, 0.0]]).expand(2, 3), torch.tensor(offsets), Skeleton("rig", tuple(joints), tuple(parents)))


def standing(frames: int = 6) -> WorldJoints:
    x = h36m_joints(rig())[:, [skeleton("h36m17").index(j) for j in S.joints]]
    x = x[torch.arange(frames) % 2]
    return WorldJoints(x, torch.zeros(frames, dtype=torch.int64), ("01",), S)


def test_trunk_and_head_are_made_alike_for_every_rig():
    x = h36m_joints(rig())
    at = skeleton("h36m17").index
    hips, shoulders = torch.tensor([0.0, 0.8, 0.0]), torch.tensor([0.0, 1.35, 0.0])
    assert torch.allclose(x[0, at("root")], hips)
    assert torch.allclose(x[0, at("thorax")], shoulders + 0.08 * (shoulders - hips))
    assert torch.allclose(x[0, at("spine")], (x[0, at("root")] + x[0, at("thorax")]) / 2)
    assert torch.allclose(x[0, at("head")], torch.tensor([0.0, 0.85 + 0.65 + 0.11, 0.0]), atol=1e-6)
    assert torch.allclose(x[1, at("left_wrist")], torch.tensor([0.0, 1.35, -0.71]), atol=1e-6)


def test_cameras_are_human36ms():
    cameras = h36m_cameras()
    assert len(cameras) == 28 and {n.split("_")[1] for n in cameras} == {"54138969", "55011271", "58860488", "60457274"}
    for c in cameras.values():
        assert c.lens == "h36m" and c.image_size in ((1000, 1002), (1000, 1000))
        # four to six metres from the middle of the room, at head height, looking at it
        assert 4 < c.position[[0, 2]].norm() < 6 and 1.3 < c.position[1] < 1.8
        assert ((c.project(torch.tensor([[0.0, 1.0, 0.0]])) - 500).abs() < 200).all()


def test_noise_has_the_size_and_shares_it_says():
    generator = torch.Generator().manual_seed(0)
    still = torch.zeros(4000, 16, 2)
    error = DetectorNoise(5.0)(still, generator) * 500
    assert error.std() == pytest.approx(5.0, rel=0.02)
    heavy = DetectorNoise(5.0, tails=0.2)(still, generator) * 500
    assert heavy.std() == pytest.approx((0.8 * 25 + 0.2 * 625) ** 0.5, rel=0.02)
    people = torch.rand(4000, 16, 2, generator=generator)
    dropped = DetectorNoise(dropped=0.1)(people, generator)
    moved = (dropped != people).any(-1)
    assert moved.float().mean() == pytest.approx(0.1, abs=0.01)
    assert (dropped >= people.amin(1, keepdim=True)).all() and (dropped <= people.amax(1, keepdim=True)).all()
    assert DetectorNoise()(people) is people


def test_bodies_keep_the_pose_and_are_symmetric_people():
    x = standing(400).positions
    parents = [max(p, 0) for p in S.parents]
    directions = F.normalize(x - x[:, parents], dim=-1)
    body = random_bodies(directions, S, torch.Generator().manual_seed(0))
    bones = body - body[:, parents]
    assert torch.allclose(F.normalize(bones, dim=-1), directions, atol=1e-5)
    length = bones.norm(dim=-1)
    assert torch.allclose(length, length[:, list(S.swap)], atol=1e-5)
    stature = body[:, S.index("head"), 1] - body[:, S.index("left_foot"), 1]
    assert 1.45 < stature.mean() < 1.7 and 0.05 < stature.std() < 0.2


def test_random_views_project_what_they_ask_for():
    views = RandomViews(standing(300), DetectorNoise())
    split = views.split()
    batch = split.collate([split.get(i, torch.Generator().manual_seed(i)) for i in range(300)])
    x, y = batch.keypoints[:, 0], batch.target[:, 0]
    assert y[:, 0].abs().max() == 0
    head, foot = S.index("head"), S.index("left_foot")
    # upright in the camera, seen a little from above: heads are up (y down) and nearer than feet
    assert (y[:, head, 1] < y[:, foot, 1]).all()
    assert (y[:, head, 2] - y[:, foot, 2]).mean() < -0.1
    # some camera sees it so: x - x_root is a projection of y from one focal length and place
    a = torch.zeros(len(x), 32, 4, dtype=torch.float64)
    u, v, p = x[..., 0].double(), x[..., 1].double(), y.double()
    a[:, 0::2, 0], a[:, 1::2, 1] = 1, 1
    a[:, 0::2, 2], a[:, 1::2, 2] = p[..., 0], p[..., 1]
    # u (z + d) = f (x + tx): linear in f tx / d, f ty / d, f / d, 1 / d
    a[:, 0::2, 3], a[:, 1::2, 3] = -u * p[..., 2], -v * p[..., 2]
    b = torch.stack([u, v], -1).flatten(1)[..., None]
    solution = torch.linalg.lstsq(a, b).solution
    assert (a @ solution - b).abs().max() < 1e-5
    assert (1 / solution[:, 3, 0]).min() > 1.9 and (1 / solution[:, 3, 0]).max() < 10.5


def test_batches_are_the_same_for_the_same_seeds_and_new_for_others():
    data = LiftingSet(torch.randn(20, 16, 2), torch.randn(20, 16, 3), S)
    split = data.split(DetectorNoise(5.0), flip=True)

    def batch(seed):
        return split.collate([split.get(i, torch.Generator().manual_seed(seed + i)) for i in (3, 1, 7)])

    assert torch.equal(batch(0).keypoints, batch(0).keypoints) and not torch.equal(batch(0).keypoints, batch(1).keypoints)
    plain = next(split.batches(20))
    assert torch.equal(plain.keypoints[:, 0], data.keypoints) and torch.equal(plain.target[:, 0], data.target)
    assert len(data.take(3)) == 7 and sum(len(b) for b in data.batches(6)) == 20


def test_flips_are_mirror_images():
    data = LiftingSet(torch.randn(200, 16, 2), torch.randn(200, 16, 3), S)
    split = data.split(flip=True)
    batch = split.collate([split.get(i, torch.Generator().manual_seed(0)) for i in range(200)])
    swap = list(S.swap)
    turned = (batch.target[:, 0] != data.target).flatten(1).any(1)
    assert 60 < int(turned.sum()) < 140
    assert torch.equal(batch.keypoints[turned, 0], data.keypoints[turned][:, swap] * torch.tensor([-1, 1]))
    assert torch.equal(batch.target[turned, 0], data.target[turned][:, swap] * torch.tensor([-1, 1, 1]))
    assert torch.equal(batch.keypoints[~turned, 0], data.keypoints[~turned])


def test_parts_share_nobody():
    people = [set(s) for s in CMU_SUBJECTS.values()]
    assert not (people[0] & people[1] or people[0] & people[2] or people[1] & people[2])


def test_bad_options(tmp_path):
    with pytest.raises(FormatError, match="cmu_8actions_train.npz"):
        cmu_joints(tmp_path)
    with pytest.raises(OptionError, match="h36m16 or h36m17"):
        cmu_joints(tmp_path, "coco17")
    with pytest.raises(OptionError, match="train, val, test"):
        cmu_lift(tmp_path, "dev")


# -- real data -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cmu(data, tmp_path_factory):
    """The folder, with a cache of its own unless there is one."""
    import os

    patch = pytest.MonkeyPatch()
    if not os.environ.get("VITRUVE_CACHE"):
        patch.setenv("VITRUVE_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield data / "cmu_mocap"
    patch.undo()


@pytest.mark.realdata
def test_cmu_joints(cmu):
    joints = cmu_joints(cmu)
    measures = measure_joints(joints)
    assert (measures["clips"], measures["frames"]) == (201, 75920)
    assert set(joints.subjects) == {s for part in CMU_SUBJECTS.values() for s in part}
    assert measures["lowest"] == pytest.approx(0, abs=1e-5) and 1.4 < measures["stature"] < 1.9
    # three clips of the test subject lie from first to last, which is their file's fault
    assert sorted(set(range(201)) - set(joints.clip.tolist())) == [121, 122, 123]
    # bones are rigid within a clip, but for the trunk, which is made of means
    x = joints.positions[joints.clip == 100]
    length = (x - x[:, [max(p, 0) for p in S.parents]]).norm(dim=-1)
    rigid = [S.index(f"{side}_{j}") for side in ("left", "right") for j in ("hip", "knee", "foot", "elbow", "wrist")]
    assert length[:, rigid].std(0).max() < 1e-3
    assert cmu_joints(cmu, "h36m17").positions.shape == (75920, 17, 3)


@pytest.mark.realdata
def test_cmu_lift_is_what_the_cameras_see(cmu):
    views = cmu_lift(cmu, "test", stride=8)
    assert len(views) > 4000
    assert views.target[:, 0].abs().max() == 0
    measures = measure_views(views)
    assert measures["largest_coordinate"] <= 1.01 and 0.8 < measures["reach"] < 1.6
    # the first rows are camera 54138969 of S9 seeing the first of its clips
    joints = cmu_joints(cmu).of(CMU_SUBJECTS["test"])
    camera = h36m_cameras()["S9_54138969"]
    x = joints.positions[::8][joints.clip[::8] % 2 == 0][:50]
    found = screen_normalise(camera.project(x), camera.image_size)
    assert torch.allclose(views.keypoints[:50], found, atol=1e-5)
    seen = camera.to_camera(x)
    assert torch.allclose(views.target[:50], seen - seen[:, :1], atol=1e-5)


@pytest.mark.realdata
def test_the_walk_that_is_there_twice_is_in_one_part(cmu):
    joints = cmu_joints(cmu)
    parents = [max(p, 0) for p in S.parents]

    def pose(subjects):
        x = joints.of(subjects).positions
        return F.normalize(x - x[:, parents], dim=-1).flatten(1)

    tested, trained = joints.of(["02"]), pose(CMU_SUBJECTS["train"])[::2]
    q = F.normalize(tested.positions - tested.positions[:, parents], dim=-1).flatten(1)[::10]
    # a repeated recording is closer than 0.04 in every pose, strangers are not
    assert (torch.cdist(q, trained).amin(1) / 4).quantile(0.02) > 0.04


@pytest.mark.realdata
def test_mpi_inf_3dhp(data):
    folder = data / "mpi_inf_3dhp_test_pose"
    views, own = mpi_inf_3dhp(folder), mpi_inf_3dhp(folder, universal=False)
    assert len(views) == len(own) == 276
    # the person's own joints project onto the annotation, up to one place and focal length: up is up in both
    assert torch.equal(own.keypoints, views.keypoints)
    head, root = S.index("head"), 0
    up_image, up_world = own.keypoints[:, head, 1] - own.keypoints[:, root, 1], own.target[:, head, 1]
    assert torch.corrcoef(torch.stack([up_image, up_world]))[0, 1] > 0.95
    ratio = views.target.norm(dim=-1)[:, 1:] / own.target.norm(dim=-1)[:, 1:]
    assert ratio.std() < 0.05 * ratio.mean()
