"""The joint sets against their publishers' tables, and the maps between them."""
# ruff: noqa: E501

from __future__ import annotations

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import STANDARDS, skeleton
from vitruve.errors import OptionError

NAMES = list(STANDARDS)

# orders as the publishers write them: mmpose's dataset configs, OpenPose's and Kinect's documents, smplx
COCO = "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
ORDERS = {
    "coco17": COCO,
    "halpe26": f"{COCO} head neck hip left_big_toe right_big_toe left_small_toe right_small_toe left_heel right_heel",
    "openpose25": """nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip right_knee right_ankle left_hip left_knee
        left_ankle right_eye left_eye right_ear left_ear left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel""",
    "openpose18": """nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip right_knee right_ankle left_hip left_knee
        left_ankle right_eye left_eye right_ear left_ear""",
    "mpii16": """right_ankle right_knee right_hip left_hip left_knee left_ankle pelvis thorax upper_neck head_top right_wrist right_elbow right_shoulder left_shoulder
        left_elbow left_wrist""",
    "lsp14": """right_ankle right_knee right_hip left_hip left_knee left_ankle right_wrist right_elbow right_shoulder left_shoulder left_elbow left_wrist neck head_top""",
    "crowdpose14": """left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle top_head neck""",
    "h36m17": """root right_hip right_knee right_foot left_hip left_knee left_foot spine thorax neck_base head left_shoulder left_elbow left_wrist right_shoulder
        right_elbow right_wrist""",
    "3dhp28": """spine3 spine4 spine2 spine pelvis neck head head_top left_clavicle left_shoulder left_elbow left_wrist left_hand right_clavicle right_shoulder
        right_elbow right_wrist right_hand left_hip left_knee left_ankle left_foot left_toe right_hip right_knee right_ankle right_foot right_toe""",
    "3dhp17": """head_top neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip right_knee right_ankle left_hip left_knee left_ankle
        pelvis spine head""",
    "smpl24": """pelvis left_hip right_hip spine1 left_knee right_knee spine2 left_ankle right_ankle spine3 left_foot right_foot neck left_collar right_collar head
        left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist left_hand right_hand""",
    "ntu25": """spine_base spine_mid neck head left_shoulder left_elbow left_wrist left_hand right_shoulder right_elbow right_wrist right_hand left_hip left_knee
        left_ankle left_foot right_hip right_knee right_ankle right_foot spine_shoulder left_hand_tip left_thumb right_hand_tip right_thumb""",
    "kinect20": """hip_center spine shoulder_center head left_shoulder left_elbow left_wrist left_hand right_shoulder right_elbow right_wrist right_hand left_hip
        left_knee left_ankle left_foot right_hip right_knee right_ankle right_foot""",
    "posetrack17": f"nose head_bottom head_top {COCO[COCO.index('left_ear') :]}",
    "jhmdb15": """neck belly head right_shoulder left_shoulder right_hip left_hip right_elbow left_elbow right_knee left_knee right_wrist left_wrist right_ankle
        left_ankle""",
    "panoptic15": """neck nose mid_hip left_shoulder left_elbow left_wrist left_hip left_knee left_ankle right_shoulder right_elbow right_wrist right_hip right_knee
        right_ankle""",
}

# trees as the publishers write them (parent of each joint)
PARENTS = {
    "smpl24": (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21),
    "humanml3d22": (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19),
    "h36m17": (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15),
    "h36m16": (-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 8, 10, 11, 8, 13, 14),
    "ntu25": (-1, 0, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 7, 7, 11, 11),
    "mpii16": (1, 2, 6, 6, 3, 4, -1, 6, 7, 8, 11, 12, 8, 8, 13, 14),
    "3dhp28": (2, 0, 3, 4, -1, 1, 5, 6, 5, 8, 9, 10, 11, 5, 13, 14, 15, 16, 4, 18, 19, 20, 21, 4, 23, 24, 25, 26),
}
# SMPL-X: the fingers hang from the wrists
PARENTS["smplx55"] = (
    *PARENTS["smpl24"][:22], 15, 15, 15, 20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38,
    21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
)  # fmt: skip

LIMBS = {
    "coco17": "15-13 13-11 16-14 14-12 11-12 5-11 6-12 5-6 5-7 6-8 7-9 8-10 1-2 0-1 0-2 1-3 2-4 3-5 4-6",
    "halpe26": "15-13 13-11 11-19 16-14 14-12 12-19 17-18 18-19 18-5 5-7 7-9 18-6 6-8 8-10 1-2 0-1 0-2 1-3 2-4 3-5 4-6 15-20 15-22 15-24 16-21 16-23 16-25",
    "openpose25": "1-0 1-8 1-2 2-3 3-4 1-5 5-6 6-7 8-9 9-10 10-11 8-12 12-13 13-14 0-15 15-17 0-16 16-18 14-19 19-20 14-21 11-22 22-23 11-24",
    "mpii16": "0-1 1-2 2-6 6-3 3-4 4-5 6-7 7-8 8-9 8-12 12-11 11-10 8-13 13-14 14-15",
    "crowdpose14": "10-8 8-6 11-9 9-7 6-7 0-6 1-7 0-1 0-2 1-3 2-4 3-5 12-13 1-13 0-13",
    "3dhp17": "1-2 2-3 3-4 1-5 5-6 6-7 14-8 8-9 9-10 14-11 11-12 12-13 0-16 16-1 1-15 15-14",
}
PAIRS = {
    "coco17": "1-2 3-4 5-6 7-8 9-10 11-12 13-14 15-16",
    "openpose25": "2-5 3-6 4-7 9-12 10-13 11-14 15-16 17-18 19-22 20-23 21-24",
    "mpii16": "0-5 1-4 2-3 10-15 11-14 12-13",
    "h36m17": "1-4 2-5 3-6 11-14 12-15 13-16",
    "ntu25": "4-8 5-9 6-10 7-11 12-16 13-17 14-18 15-19 21-23 22-24",
    "3dhp17": "2-5 3-6 4-7 8-11 9-12 10-13",
    "wholebody133": """1-2 3-4 5-6 7-8 9-10 11-12 13-14 15-16 17-20 18-21 19-22 23-39 24-38 25-37 26-36 27-35 28-34 29-33 30-32 40-49 41-48 42-47 43-46 44-45 54-58
        55-57 59-68 60-67 61-66 62-65 63-70 64-69 71-77 72-76 73-75 78-82 79-81 83-87 84-86 88-90 """ + " ".join(f"{i}-{i + 21}" for i in range(91, 112)),
}  # fmt: skip


def _pairs(text: str) -> set[tuple[int, ...]]:
    return {tuple(sorted(map(int, p.split("-")))) for p in text.split()}


@pytest.mark.parametrize("name", ORDERS)
def test_order(name):
    assert skeleton(name).joints == tuple(ORDERS[name].split())


@pytest.mark.parametrize("name", PARENTS)
def test_tree(name):
    assert skeleton(name).parents == PARENTS[name]


@pytest.mark.parametrize("name", LIMBS)
def test_limbs(name):
    assert {tuple(sorted(p)) for p in skeleton(name).limbs} == _pairs(LIMBS[name])


@pytest.mark.parametrize("name", PAIRS)
def test_pairs(name):
    assert {tuple(sorted(p)) for p in skeleton(name).pairs} == _pairs(PAIRS[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_standard(name):
    s = skeleton(name)
    assert s.name == name and len(set(s.joints)) == len(s)
    swap = torch.tensor(s.swap)
    assert torch.equal(swap[swap], torch.arange(len(s)))
    for i, j in s.pairs:
        assert i != j and (s.landmarks[i] is None or s.landmarks[i].startswith("left") or s.landmarks[i].startswith("face"))
    paired = {k for p in s.pairs for k in p}
    assert len(paired) == 2 * len(s.pairs)
    one_sided = name.startswith(("hand21", "mano16"))
    assert one_sided or all(("left" in n) == ("right" in s.joints[s.swap[j]]) for j, n in enumerate(s.joints) if "left" in n or "right" in n)
    marks = [m for m in s.landmarks if m]
    assert len(set(marks)) == len(marks)
    if s.sigmas:
        assert len(s.sigmas) == len(s) and min(s.sigmas) > 0
        # WholeBody's sigmas of face and feet were measured and differ between the sides
        measured = ("face", "left_big", "left_small", "left_heel") if name == "wholebody133" else ("face",)
        assert all(s.sigmas[i] == s.sigmas[j] for i, j in s.pairs if not s.joints[i].startswith(measured))


@pytest.mark.parametrize("name", NAMES)
def test_limbs_connect_the_body(name):
    """Drawn limbs make one piece; sets whose publisher leaves pieces apart are listed."""
    s = skeleton(name)
    parts = list(range(len(s)))
    for i, j in s.limbs:
        a, b = parts[i], parts[j]
        parts = [a if p == b else p for p in parts]
    pieces = {p for k, p in enumerate(parts) if not s.joints[k].startswith("face")}
    # the publishers leave the hands, a face or the ears apart in these
    apart = {"wholebody133": 3, "halpe136": 3, "posetrack17": 3}
    assert len(pieces) == apart.get(name, 1)


def test_unknown_name():
    with pytest.raises(OptionError, match="coco17"):
        skeleton("coco18")


def _table(source: str, target: str) -> list[dict[int, float]]:
    m = skeleton(source).map_to(skeleton(target))
    out: list[dict[int, float]] = [{} for _ in skeleton(target).joints]
    for i, j, w in m.entries:
        out[i][j] = out[i].get(j, 0) + w
    return out


def _one(i: int) -> dict[int, float]:
    return {i: 1.0}


def _mean(*i: int) -> dict[int, float]:
    return {k: 1 / len(i) for k in i}


@pytest.mark.parametrize("middle", ["wholebody133", "halpe26", "halpe136"])
def test_coco_through_larger_sets_is_identity(middle):
    x = torch.rand(1, 3, 17, 2)
    there = Poses(x, skeleton("coco17")).map_to(skeleton(middle))
    assert torch.equal(there.map_to(skeleton("coco17")).positions, x)


def test_coco_to_openpose():
    neck, hip = _mean(5, 6), _mean(11, 12)
    expected = [_one(0), neck, *map(_one, (6, 8, 10, 5, 7, 9)), hip, *map(_one, (12, 14, 16, 11, 13, 15, 2, 1, 4, 3))]
    assert _table("coco17", "openpose25")[:19] == expected
    assert skeleton("coco17").map_to(skeleton("openpose25")).missing == (19, 20, 21, 22, 23, 24)
    assert _table("coco17", "openpose18") == [_one(0), neck, *map(_one, (6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3))]
    assert _table("wholebody133", "openpose25")[19:] == [_one(i) for i in range(17, 23)]


def test_to_h36m():
    hip, neck = _mean(11, 12), _mean(5, 6)
    coco = [hip, *map(_one, (12, 14, 16, 11, 13, 15)), _mean(11, 12, 5, 6), neck, _one(0), _mean(1, 2), *map(_one, (5, 7, 9, 6, 8, 10))]
    for found, expected in zip(_table("coco17", "h36m17"), coco):
        assert found == pytest.approx(expected)
    halpe = [*map(_one, (19, 12, 14, 16, 11, 13, 15)), _mean(18, 19), *map(_one, (18, 0, 17, 5, 7, 9, 6, 8, 10))]
    for found, expected in zip(_table("halpe26", "h36m17"), halpe):
        assert found == pytest.approx(expected)


def test_index_tables():
    """Tables of the publishers that only pick joints."""
    assert _table("smpl24", "coco17")[5:] == [_one(i) for i in (16, 17, 18, 19, 20, 21, 1, 2, 4, 5, 7, 8)]
    assert _table("3dhp28", "3dhp17") == [_one(i) for i in (7, 5, 14, 15, 16, 9, 10, 11, 23, 24, 25, 18, 19, 20, 4, 3, 6)]
    assert _table("h36m17", "h36m16") == [_one(i) for i in (*range(9), *range(10, 17))]
    assert _table("smplx55", "humanml3d22") == [_one(i) for i in range(22)]
    assert _table("posetrack17", "posetrack15") == [_one(i) for i in (16, 14, 12, 11, 13, 15, 10, 8, 6, 5, 7, 9, 1, 0, 2)]
    halpe = {**{i: i for i in range(17)}, 17: 20, 20: 21, 18: 22, 21: 23, 19: 24, 22: 25, **{j - 3: j for j in range(26, 136)}}
    assert _table("halpe136", "wholebody133") == [_one(halpe[i]) for i in range(133)]
    crowd = _table("crowdpose14", "wholebody133")
    assert [crowd[i + 5] for i in range(12)] == [_one(i) for i in range(12)]
    jhmdb = _table("jhmdb15", "coco17")
    assert {t: jhmdb[t] for t in range(5, 17)} == {
        t: _one(s) for s, t in ((3, 6), (4, 5), (5, 12), (6, 11), (7, 8), (8, 7), (9, 14), (10, 13), (11, 10), (12, 9), (13, 16), (14, 15))
    }


def test_derived_spine_divides_the_trunk_evenly():
    """Joints between pelvis and neck are thirds and the middle of the trunk, whichever rule derives them."""
    x = torch.zeros(1, 1, 17, 3)
    x[0, 0, [5, 6], 1] = 3.0
    smpl = Poses(x, skeleton("coco17")).map_to(skeleton("smpl24"))
    assert [float(smpl.joint(j)[0, 0, 1]) for j in ("pelvis", "spine1", "spine2", "spine3", "neck")] == pytest.approx([0, 1, 1.5, 2, 3])


def test_missing_joints_and_confidence():
    x = torch.rand(1, 2, 17, 2)
    x[0, 1, 5] = torch.nan
    c = torch.rand(1, 2, 17)
    out = Poses(x, skeleton("coco17"), confidence=c).map_to(skeleton("openpose25"))
    neck = skeleton("openpose25").index("neck")
    assert out.positions[0, 1, neck].isnan().all() and out.confidence[0, 1, neck] == 0
    assert out.confidence[0, 0, neck] == torch.minimum(c[0, 0, 5], c[0, 0, 6])
    torch.testing.assert_close(out.positions[0, 0, neck], (x[0, 0, 5] + x[0, 0, 6]) / 2)


def test_mirrored_symmetric_body_is_itself():
    """A body that is symmetric in x is its own mirror image in every set."""
    for name in NAMES:
        s = skeleton(name)
        x = torch.rand(1, 1, len(s), 3)
        swap = list(s.swap)
        x = (x + x[:, :, swap] * torch.tensor([-1, 1, 1])) / 2
        torch.testing.assert_close(Poses(x, s).mirror().positions, x)
