"""The joint sets of the field, as data. Orders and trees follow the publishers' own definitions.

>>> sorted(STANDARDS)[:3]
['3dhp17', '3dhp28', 'anny']
"""

# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Callable
from functools import cache

from vitruve.core.naming import FINGERS
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError


def _build(name: str, rows: str, sigmas: tuple[float, ...] = (), limbs: str = "") -> Skeleton:
    """A skeleton from rows "joint[=landmark][<parent]"; a joint whose name is a landmark need not repeat it.

    A landmark "-" says that the joint has none.
    """
    joints, marks, parent_names = [], [], []
    for row in rows.split():
        row, _, parent = row.partition("<")
        joint, _, mark = row.partition("=")
        joints.append(joint)
        marks.append(None if mark == "-" else mark or joint)
        parent_names.append(parent)
    parents = [joints.index(p) if p else -1 for p in parent_names]
    pairs = [limb.split("-") for limb in limbs.split()]
    return Skeleton(name, tuple(joints), tuple(parents), tuple(marks), tuple((joints.index(a), joints.index(b)) for a, b in pairs), sigmas)


_COCO = """nose left_eye<nose right_eye<nose left_ear<left_eye right_ear<right_eye left_shoulder right_shoulder
left_elbow<left_shoulder right_elbow<right_shoulder left_wrist<left_elbow right_wrist<right_elbow left_hip right_hip
left_knee<left_hip right_knee<right_hip left_ankle<left_knee right_ankle<right_knee"""
_COCO_LIMBS = """left_knee-left_ankle left_hip-left_knee right_knee-right_ankle right_hip-right_knee left_hip-right_hip left_shoulder-left_hip
right_shoulder-right_hip left_shoulder-right_shoulder left_shoulder-left_elbow right_shoulder-right_elbow left_elbow-left_wrist
right_elbow-right_wrist left_eye-right_eye nose-left_eye nose-right_eye left_eye-left_ear right_eye-right_ear left_ear-left_shoulder right_ear-right_shoulder"""
_COCO_SIGMAS = (0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089)
_FACE_SIGMAS = (
    0.042, 0.043, 0.044, 0.043, 0.04, 0.035, 0.031, 0.025, 0.02, 0.023, 0.029, 0.032, 0.037, 0.038, 0.043, 0.041, 0.045,
    0.013, 0.012, 0.011, 0.011, 0.012, 0.012, 0.011, 0.011, 0.013, 0.015, 0.009, 0.007, 0.007, 0.007, 0.012, 0.009, 0.008,
    0.016, 0.01, 0.017, 0.011, 0.009, 0.011, 0.009, 0.007, 0.013, 0.008, 0.011, 0.012, 0.01, 0.034, 0.008, 0.008, 0.009,
    0.008, 0.008, 0.007, 0.01, 0.008, 0.009, 0.009, 0.009, 0.007, 0.007, 0.008, 0.011, 0.008, 0.008, 0.008, 0.01, 0.008,
)  # fmt: skip
_HAND_SIGMAS = (
    0.029,
    0.022,
    0.035,
    0.037,
    0.047,
    0.026,
    0.025,
    0.024,
    0.035,
    0.018,
    0.024,
    0.022,
    0.026,
    0.017,
    0.021,
    0.021,
    0.032,
    0.02,
    0.019,
    0.022,
    0.031,
)


def _hand21(side: str, root: str) -> str:
    """OpenPose's hand: wrist, then thumb, index, middle, ring, pinky, each from base to tip."""
    rows = [f"{side}_hand_root=-<{root}" if root else f"{side}_wrist"]
    wrist = f"{side}_hand_root" if root else f"{side}_wrist"
    for finger in FINGERS:
        rows += [f"{side}_{finger}{k}<{wrist if k == 1 else f'{side}_{finger}{k - 1}'}" for k in range(1, 5)]
    return " ".join(rows)


def _smpl_hand(side: str, digits: int = 3) -> str:
    """The hand of SMPL+H, SMPL-X and MANO: index, middle, pinky, ring, thumb."""
    order = ("index", "middle", "pinky", "ring", "thumb")
    return " ".join(f"{side}_{f}{k}<{f'{side}_wrist' if k == 1 else f'{side}_{f}{k - 1}'}" for f in order for k in range(1, digits + 1))


_SMPL22 = """pelvis left_hip<pelvis right_hip<pelvis spine1<pelvis left_knee<left_hip right_knee<right_hip spine2<spine1 left_ankle<left_knee
right_ankle<right_knee spine3<spine2 left_foot<left_ankle right_foot<right_ankle neck<spine3 left_collar<spine3 right_collar<spine3 head<neck
left_shoulder<left_collar right_shoulder<right_collar left_elbow<left_shoulder right_elbow<right_shoulder left_wrist<left_elbow right_wrist<right_elbow"""


_HALPE = f"""{_COCO} head=head_top neck hip=pelvis left_big_toe<left_ankle right_big_toe<right_ankle left_small_toe<left_ankle right_small_toe<right_ankle
left_heel<left_ankle right_heel<right_ankle"""
_HALPE_SIGMAS = _COCO_SIGMAS + (0.026, 0.026, 0.066) + (0.079,) * 6
_HALPE_LIMBS = """left_knee-left_ankle left_hip-left_knee left_hip-hip right_knee-right_ankle right_hip-right_knee right_hip-hip head-neck neck-hip neck-left_shoulder
left_shoulder-left_elbow left_elbow-left_wrist neck-right_shoulder right_shoulder-right_elbow right_elbow-right_wrist left_eye-right_eye nose-left_eye
nose-right_eye left_eye-left_ear right_eye-right_ear left_ear-left_shoulder right_ear-right_shoulder left_ankle-left_big_toe left_ankle-left_small_toe
left_ankle-left_heel right_ankle-right_big_toe right_ankle-right_small_toe right_ankle-right_heel"""
_FACE = " ".join(f"face_{i}<nose" for i in range(68))
_HAND_LIMBS = " ".join(f"{s}_{f}{k - 1}-{s}_{f}{k}" if k > 1 else f"{s}_hand_root-{s}_{f}1" for s in ("left", "right") for f in FINGERS for k in range(1, 5))


def _halpe136() -> Skeleton:
    rows = " ".join([_HALPE, _FACE, _hand21("left", "left_wrist"), _hand21("right", "right_wrist")])
    return _build("halpe136", rows, _HALPE_SIGMAS + _FACE_SIGMAS + _HAND_SIGMAS * 2, f"{_HALPE_LIMBS} {_HAND_LIMBS}")


def _wholebody() -> Skeleton:
    feet = "left_big_toe<left_ankle left_small_toe<left_ankle left_heel<left_ankle right_big_toe<right_ankle right_small_toe<right_ankle right_heel<right_ankle"
    rows = " ".join([_COCO, feet, _FACE, _hand21("left", "left_wrist"), _hand21("right", "right_wrist")])
    sigmas = _COCO_SIGMAS + (0.068, 0.066, 0.066, 0.092, 0.094, 0.094) + _FACE_SIGMAS + _HAND_SIGMAS * 2
    feet_limbs = " ".join(f"{s}_ankle-{s}_{t}" for s in ("left", "right") for t in ("big_toe", "small_toe", "heel"))
    return _build("wholebody133", rows, sigmas, f"{_COCO_LIMBS} {feet_limbs} {_HAND_LIMBS}")


def _anny() -> Skeleton:
    """The bones of naver/anny's body (MakeHuman's default rig)."""

    def digit(name: str, base: str, side: str, marks: tuple[str, ...]) -> str:
        return " ".join(f"{name}-{k}.{side}={mark}<{base if k == 1 else f'{name}-{k - 1}'}.{side}" for k, mark in enumerate(marks, start=1))

    def leg(side: str, word: str) -> str:
        toes = [digit(f"toe{i}", "foot", side, (f"{word}_foot" if i == 2 else "-", "-", "-")[: 2 if i == 1 else 3]) for i in range(1, 6)]
        chain = "pelvis.{0}=-<root upperleg01.{0}={1}_hip<pelvis.{0} upperleg02.{0}=-<upperleg01.{0} lowerleg01.{0}={1}_knee<upperleg02.{0} "
        return f"{chain}lowerleg02.{{0}}=-<lowerleg01.{{0}} foot.{{0}}={{1}}_ankle<lowerleg02.{{0}}".format(side, word) + " " + " ".join(toes)

    def arm(side: str, word: str) -> str:
        chain = f"""clavicle.{side}={word}_collar<spine01 shoulder01.{side}=-<clavicle.{side} upperarm01.{side}={word}_shoulder<shoulder01.{side} upperarm02.{side}=-<upperarm01.{side}
        lowerarm01.{side}={word}_elbow<upperarm02.{side} lowerarm02.{side}=-<lowerarm01.{side} wrist.{side}={word}_wrist<lowerarm02.{side}"""
        for i, finger in enumerate(FINGERS, start=1):
            base = "wrist" if i == 1 else f"metacarpal{i - 1}"
            palm = "" if i == 1 else f"{base}.{side}=-<wrist.{side}"
            chain += f" {palm} {digit(f'finger{i}', base, side, tuple(f'{word}_{finger}{k}' for k in (1, 2, 3)))}"
        return chain

    spine = "spine05=-<root spine04=-<spine05 spine03=spine1<spine04 spine02=spine2<spine03 spine01=spine3<spine02"
    head = "neck01=neck<spine01 neck02=-<neck01 neck03=upper_neck<neck02 head<neck03 eye.L=left_eye<head eye.R=right_eye<head"
    return _build("anny", " ".join(["root=pelvis", leg("L", "left"), leg("R", "right"), spine, arm("L", "left"), arm("R", "right"), head]))


_LSP_LIMBS = """right_ankle-right_knee right_knee-right_hip right_hip-left_hip left_hip-left_knee left_knee-left_ankle right_wrist-right_elbow
right_elbow-right_shoulder left_shoulder-left_elbow left_elbow-left_wrist right_shoulder-right_hip left_shoulder-left_hip right_shoulder-{0} left_shoulder-{0}"""
_PANOPTIC = """neck nose<neck mid_hip=pelvis<neck left_shoulder<neck left_elbow<left_shoulder left_wrist<left_elbow left_hip<mid_hip left_knee<left_hip
left_ankle<left_knee right_shoulder<neck right_elbow<right_shoulder right_wrist<right_elbow right_hip<mid_hip right_knee<right_hip right_ankle<right_knee"""

_KINECT_ARMS_LEGS = """left_shoulder<{neck} left_elbow<left_shoulder left_wrist<left_elbow left_hand<left_wrist
right_shoulder<{neck} right_elbow<right_shoulder right_wrist<right_elbow right_hand<right_wrist
left_hip<{pelvis} left_knee<left_hip left_ankle<left_knee left_foot<left_ankle
right_hip<{pelvis} right_knee<right_hip right_ankle<right_knee right_foot<right_ankle"""

_KIT_ARM = "{0}_shoulder<neck {0}_elbow<{0}_shoulder {0}_wrist<{0}_elbow"
_KIT_LEG = "{0}_hip<pelvis {0}_knee<{0}_hip {0}_ankle<{0}_knee {0}_foot<{0}_ankle {0}_toe={0}_big_toe<{0}_foot"

STANDARDS: dict[str, Callable[[], Skeleton]] = {
    "coco17": lambda: _build("coco17", _COCO, _COCO_SIGMAS, _COCO_LIMBS),
    "wholebody133": _wholebody,
    "halpe26": lambda: _build("halpe26", _HALPE, _HALPE_SIGMAS, _HALPE_LIMBS),
    "halpe136": _halpe136,
    "openpose25": lambda: _build(
        "openpose25",
        """nose neck<nose right_shoulder<neck right_elbow<right_shoulder right_wrist<right_elbow left_shoulder<neck left_elbow<left_shoulder left_wrist<left_elbow
        mid_hip=pelvis<neck right_hip<mid_hip right_knee<right_hip right_ankle<right_knee left_hip<mid_hip left_knee<left_hip left_ankle<left_knee
        right_eye<nose left_eye<nose right_ear<right_eye left_ear<left_eye left_big_toe<left_ankle left_small_toe<left_big_toe left_heel<left_ankle
        right_big_toe<right_ankle right_small_toe<right_big_toe right_heel<right_ankle""",
    ),
    "openpose18": lambda: _build(
        "openpose18",
        """nose neck<nose right_shoulder<neck right_elbow<right_shoulder right_wrist<right_elbow left_shoulder<neck left_elbow<left_shoulder left_wrist<left_elbow
        right_hip<neck right_knee<right_hip right_ankle<right_knee left_hip<neck left_knee<left_hip left_ankle<left_knee
        right_eye<nose left_eye<nose right_ear<right_eye left_ear<left_eye""",
    ),
    "mpii16": lambda: _build(
        "mpii16",
        """right_ankle<right_knee right_knee<right_hip right_hip<pelvis left_hip<pelvis left_knee<left_hip left_ankle<left_knee pelvis thorax=neck<pelvis
        upper_neck<thorax head_top<upper_neck right_wrist<right_elbow right_elbow<right_shoulder right_shoulder<upper_neck left_shoulder<upper_neck
        left_elbow<left_shoulder left_wrist<left_elbow""",
        (0.089, 0.083, 0.107, 0.107, 0.083, 0.089, 0.026, 0.026, 0.026, 0.026, 0.062, 0.072, 0.179, 0.179, 0.072, 0.062),
    ),
    "lsp14": lambda: _build(
        "lsp14",
        """right_ankle<right_knee right_knee<right_hip right_hip left_hip<right_hip left_knee<left_hip left_ankle<left_knee right_wrist<right_elbow
        right_elbow<right_shoulder right_shoulder<neck left_shoulder<neck left_elbow<left_shoulder left_wrist<left_elbow neck=upper_neck head_top<neck""",
        limbs=f"{_LSP_LIMBS.format('neck')} neck-head_top",
    ),
    "crowdpose14": lambda: _build(
        "crowdpose14",
        """left_shoulder right_shoulder left_elbow<left_shoulder right_elbow<right_shoulder left_wrist<left_elbow right_wrist<right_elbow left_hip<left_shoulder
        right_hip<right_shoulder left_knee<left_hip right_knee<right_hip left_ankle<left_knee right_ankle<right_knee top_head=head_top neck=upper_neck""",
        (0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089, 0.079, 0.079),
        """left_ankle-left_knee left_knee-left_hip right_ankle-right_knee right_knee-right_hip left_hip-right_hip left_shoulder-left_hip right_shoulder-right_hip
        left_shoulder-right_shoulder left_shoulder-left_elbow right_shoulder-right_elbow left_elbow-left_wrist right_elbow-right_wrist top_head-neck
        right_shoulder-neck left_shoulder-neck""",
    ),
    "h36m17": lambda: _build(
        "h36m17",
        """root=pelvis right_hip<root right_knee<right_hip right_foot=right_ankle<right_knee left_hip<root left_knee<left_hip left_foot=left_ankle<left_knee
        spine=spine2<root thorax=neck<spine neck_base=nose<thorax head=head_top<neck_base left_shoulder<thorax left_elbow<left_shoulder left_wrist<left_elbow
        right_shoulder<thorax right_elbow<right_shoulder right_wrist<right_elbow""",
    ),
    "h36m16": lambda: _build(
        "h36m16",
        """root=pelvis right_hip<root right_knee<right_hip right_foot=right_ankle<right_knee left_hip<root left_knee<left_hip left_foot=left_ankle<left_knee
        spine=spine2<root thorax=neck<spine head=head_top<thorax left_shoulder<thorax left_elbow<left_shoulder left_wrist<left_elbow
        right_shoulder<thorax right_elbow<right_shoulder right_wrist<right_elbow""",
    ),
    "3dhp28": lambda: _build(
        "3dhp28",
        """spine3<spine2 spine4=-<spine3 spine2=-<spine spine=spine2<pelvis pelvis neck<spine4 head<neck head_top<head left_clavicle=left_collar<neck
        left_shoulder<left_clavicle left_elbow<left_shoulder left_wrist<left_elbow left_hand<left_wrist right_clavicle=right_collar<neck
        right_shoulder<right_clavicle right_elbow<right_shoulder right_wrist<right_elbow right_hand<right_wrist left_hip<pelvis left_knee<left_hip
        left_ankle<left_knee left_foot<left_ankle left_toe=left_big_toe<left_foot right_hip<pelvis right_knee<right_hip right_ankle<right_knee
        right_foot<right_ankle right_toe=right_big_toe<right_foot""",
    ),
    "3dhp17": lambda: _build(
        "3dhp17",
        """head_top<head neck<spine right_shoulder<neck right_elbow<right_shoulder right_wrist<right_elbow left_shoulder<neck left_elbow<left_shoulder left_wrist<left_elbow
        right_hip<pelvis right_knee<right_hip right_ankle<right_knee left_hip<pelvis left_knee<left_hip left_ankle<left_knee pelvis spine=spine2<pelvis head<neck""",
    ),
    "smpl24": lambda: _build("smpl24", f"{_SMPL22} left_hand<left_wrist right_hand<right_wrist"),
    "smplh52": lambda: _build("smplh52", f"{_SMPL22} {_smpl_hand('left')} {_smpl_hand('right')}"),
    "smplx55": lambda: _build(
        "smplx55",
        f"{_SMPL22} jaw<head left_eye_smplhf=left_eye<head right_eye_smplhf=right_eye<head {_smpl_hand('left')} {_smpl_hand('right')}",
    ),
    "mano16_left": lambda: _build("mano16_left", f"left_wrist {_smpl_hand('left')}"),
    "mano16_right": lambda: _build("mano16_right", f"right_wrist {_smpl_hand('right')}"),
    "hand21_left": lambda: _build("hand21_left", _hand21("left", "")),
    "hand21_right": lambda: _build("hand21_right", _hand21("right", "")),
    "humanml3d22": lambda: _build("humanml3d22", _SMPL22),
    "kit21": lambda: _build(
        "kit21",
        f"""pelvis spine1<pelvis spine3<spine1 neck<spine3 upper_neck<neck {_KIT_ARM.format("right")} {_KIT_ARM.format("left")}
        {_KIT_LEG.format("right")} {_KIT_LEG.format("left")}""",
    ),
    "ntu25": lambda: _build(
        "ntu25",
        f"""spine_base=pelvis spine_mid=spine2<spine_base neck=upper_neck<spine_shoulder head<neck {_KINECT_ARMS_LEGS.format(neck="spine_shoulder", pelvis="spine_base")}
        spine_shoulder=neck<spine_mid left_hand_tip<left_hand left_thumb=left_thumb4<left_hand right_hand_tip<right_hand right_thumb=right_thumb4<right_hand""",
    ),
    "kinect20": lambda: _build(
        "kinect20",
        f"hip_center=pelvis spine=spine2<hip_center shoulder_center=neck<spine head<shoulder_center {_KINECT_ARMS_LEGS.format(neck='shoulder_center', pelvis='hip_center')}",
    ),
    "msr20": lambda: _build(
        "msr20",
        """shoulder_left=left_shoulder<neck shoulder_right=right_shoulder<neck neck<spine spine=spine2<hip_center hip_left=left_hip<hip_center hip_right=right_hip<hip_center
        hip_center=pelvis elbow_left=left_elbow<shoulder_left elbow_right=right_elbow<shoulder_right wrist_left=left_wrist<elbow_left wrist_right=right_wrist<elbow_right
        hand_left=left_hand<wrist_left hand_right=right_hand<wrist_right knee_left=left_knee<hip_left knee_right=right_knee<hip_right ankle_left=left_ankle<knee_left
        ankle_right=right_ankle<knee_right foot_left=left_foot<ankle_left foot_right=right_foot<ankle_right head<neck""",
    ),
    "posetrack17": lambda: _build(
        "posetrack17",
        f"nose head_bottom=upper_neck<nose head_top<nose left_ear right_ear {_COCO.split(maxsplit=5)[5]}",
        _COCO_SIGMAS,
        """left_knee-left_ankle left_hip-left_knee right_knee-right_ankle right_hip-right_knee left_hip-right_hip left_shoulder-left_hip right_shoulder-right_hip
        left_shoulder-right_shoulder left_shoulder-left_elbow right_shoulder-right_elbow left_elbow-left_wrist right_elbow-right_wrist nose-head_bottom nose-head_top
        head_bottom-left_shoulder head_bottom-right_shoulder""",
    ),
    "posetrack15": lambda: _build(
        "posetrack15",
        """right_ankle<right_knee right_knee<right_hip right_hip left_hip<right_hip left_knee<left_hip left_ankle<left_knee right_wrist<right_elbow right_elbow<right_shoulder
        right_shoulder<head_bottom left_shoulder<head_bottom left_elbow<left_shoulder left_wrist<left_elbow head_bottom=upper_neck nose<head_bottom head_top<nose""",
        limbs=f"{_LSP_LIMBS.format('head_bottom')} head_bottom-nose nose-head_top",
    ),
    "jhmdb15": lambda: _build(
        "jhmdb15",
        """neck belly=spine1<neck head<neck right_shoulder<neck left_shoulder<neck right_hip<belly left_hip<belly right_elbow<right_shoulder left_elbow<left_shoulder
        right_knee<right_hip left_knee<left_hip right_wrist<right_elbow left_wrist<left_elbow right_ankle<right_knee left_ankle<left_knee""",
        (0.025, 0.107, 0.025, 0.079, 0.079, 0.107, 0.107, 0.072, 0.072, 0.087, 0.087, 0.062, 0.062, 0.089, 0.089),
    ),
    "panoptic15": lambda: _build("panoptic15", _PANOPTIC),
    "panoptic19": lambda: _build("panoptic19", f"{_PANOPTIC} left_eye<nose left_ear<left_eye right_eye<nose right_ear<right_eye"),
    "shelf14": lambda: _build(
        "shelf14",
        """right_ankle<right_knee right_knee<right_hip right_hip left_hip<right_hip left_knee<left_hip left_ankle<left_knee right_wrist<right_elbow right_elbow<right_shoulder
        right_shoulder<bottom_head left_shoulder<bottom_head left_elbow<left_shoulder left_wrist<left_elbow bottom_head=upper_neck top_head=head_top<bottom_head""",
        (0.089, 0.087, 0.107, 0.107, 0.087, 0.089, 0.062, 0.072, 0.079, 0.079, 0.072, 0.062, 0.026, 0.026),
        f"{_LSP_LIMBS.format('bottom_head')} bottom_head-top_head",
    ),
    "cmu31": lambda: _build(
        "cmu31",
        """root=pelvis lhipjoint=-<root lfemur=left_hip<lhipjoint ltibia=left_knee<lfemur lfoot=left_ankle<ltibia ltoes=left_foot<lfoot rhipjoint=-<root
        rfemur=right_hip<rhipjoint rtibia=right_knee<rfemur rfoot=right_ankle<rtibia rtoes=right_foot<rfoot lowerback=spine1<root upperback=spine2<lowerback
        thorax=spine3<upperback lowerneck=neck<thorax upperneck=upper_neck<lowerneck head<upperneck lclavicle=left_collar<thorax lhumerus=left_shoulder<lclavicle
        lradius=left_elbow<lhumerus lwrist=left_wrist<lradius lhand=left_hand<lwrist lfingers=-<lhand lthumb=left_thumb1<lhand rclavicle=right_collar<thorax
        rhumerus=right_shoulder<rclavicle rradius=right_elbow<rhumerus rwrist=right_wrist<rradius rhand=right_hand<rwrist rfingers=-<rhand rthumb=right_thumb1<rhand""",
    ),
    "anny": _anny,
}


@cache
def skeleton(name: str) -> Skeleton:
    """A standard joint set by name; OptionError lists the names there are.

    >>> skeleton("smpl24").joints[12]
    'neck'
    """
    if name not in STANDARDS:
        raise OptionError(f"unknown skeleton {name!r}; expected one of: {', '.join(sorted(STANDARDS))}")
    return STANDARDS[name]()
