"""Reading the joint names of real rigs."""
# ruff: noqa: E501

from __future__ import annotations

import io
import json
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from vitruve.core.naming import other_side
from vitruve.core.skeleton import Skeleton
from vitruve.errors import SkeletonError

SIDES = ("left", "right")


def _rig(text: str, name: str = "rig") -> Skeleton:
    """A skeleton from "joint<parent" rows."""
    rows = [r.partition("<") for r in text.split(";")]
    joints = [r[0].strip() for r in rows]
    return Skeleton(name, tuple(joints), tuple(joints.index(r[2].strip()) if r[2] else -1 for r in rows))


def _sided(template: str) -> str:
    return ";".join(template.replace("SIDE", s).replace("Side", s.capitalize()).replace("_s", f"_{s[0]}") for s in SIDES)


MIXAMO = (
    "mixamorig:Hips;mixamorig:Spine<mixamorig:Hips;mixamorig:Spine1<mixamorig:Spine;mixamorig:Spine2<mixamorig:Spine1;mixamorig:Neck<mixamorig:Spine2;mixamorig:Head<mixamorig:Neck;mixamorig:HeadTop_End<mixamorig:Head;"
    + _sided(
        "mixamorig:SideShoulder<mixamorig:Spine2;mixamorig:SideArm<mixamorig:SideShoulder;mixamorig:SideForeArm<mixamorig:SideArm;mixamorig:SideHand<mixamorig:SideForeArm;"
        "mixamorig:SideHandThumb1<mixamorig:SideHand;mixamorig:SideHandIndex1<mixamorig:SideHand;mixamorig:SideUpLeg<mixamorig:Hips;mixamorig:SideLeg<mixamorig:SideUpLeg;"
        "mixamorig:SideFoot<mixamorig:SideLeg;mixamorig:SideToeBase<mixamorig:SideFoot;mixamorig:SideToe_End<mixamorig:SideToeBase"
    )
)
UNREAL = "root;pelvis<root;spine_01<pelvis;spine_02<spine_01;spine_03<spine_02;neck_01<spine_03;head<neck_01;" + _sided(
    "clavicle_s<spine_03;upperarm_s<clavicle_s;upperarm_twist_01_s<upperarm_s;lowerarm_s<upperarm_s;lowerarm_twist_01_s<lowerarm_s;hand_s<lowerarm_s;"
    "index_01_s<hand_s;thumb_03_s<hand_s;thigh_s<pelvis;thigh_twist_01_s<thigh_s;calf_s<thigh_s;foot_s<calf_s;ball_s<foot_s"
)
KINECT = "SpineBase;SpineMid<SpineBase;SpineShoulder<SpineMid;Neck<SpineShoulder;Head<Neck;" + _sided(
    "ShoulderSide<SpineShoulder;ElbowSide<ShoulderSide;WristSide<ElbowSide;HandSide<WristSide;HandTipSide<HandSide;HipSide<SpineBase;KneeSide<HipSide;AnkleSide<KneeSide;FootSide<AnkleSide"
)
BIPED = "Bip01;Bip01 Pelvis<Bip01;Bip01 Spine<Bip01 Pelvis;Bip01 Spine1<Bip01 Spine;Bip01 Neck<Bip01 Spine1;Bip01 Head<Bip01 Neck;" + ";".join(
    f"Bip01 {s} Clavicle<Bip01 Neck;Bip01 {s} UpperArm<Bip01 {s} Clavicle;Bip01 {s} Forearm<Bip01 {s} UpperArm;Bip01 {s} Hand<Bip01 {s} Forearm;"
    f"Bip01 {s} Thigh<Bip01 Spine;Bip01 {s} Calf<Bip01 {s} Thigh;Bip01 {s} Foot<Bip01 {s} Calf;Bip01 {s} Toe0<Bip01 {s} Foot"
    for s in "LR"
)
RIGIFY = "DEF-spine;DEF-spine.001<DEF-spine;DEF-spine.002<DEF-spine.001;DEF-neck<DEF-spine.002;DEF-head<DEF-neck;" + ";".join(
    f"DEF-shoulder.{s}<DEF-spine.002;DEF-upper_arm.{s}<DEF-shoulder.{s};DEF-forearm.{s}<DEF-upper_arm.{s};DEF-hand.{s}<DEF-forearm.{s};"
    f"DEF-thigh.{s}<DEF-spine;DEF-shin.{s}<DEF-thigh.{s};DEF-foot.{s}<DEF-shin.{s};DEF-toe.{s}<DEF-foot.{s}"
    for s in "LR"
)
OPENSIM = "pelvis;torso<pelvis;" + ";".join(
    f"femur_{s}<pelvis;tibia_{s}<femur_{s};talus_{s}<tibia_{s};calcn_{s}<talus_{s};toes_{s}<calcn_{s};humerus_{s}<torso;radius_{s}<humerus_{s};hand_{s}<radius_{s}"
    for s in "rl"
)
VRM = "J_Bip_C_Hips;J_Bip_C_Spine<J_Bip_C_Hips;J_Bip_C_Chest<J_Bip_C_Spine;J_Bip_C_Neck<J_Bip_C_Chest;J_Bip_C_Head<J_Bip_C_Neck;" + ";".join(
    f"J_Bip_{s}_Shoulder<J_Bip_C_Chest;J_Bip_{s}_UpperArm<J_Bip_{s}_Shoulder;J_Bip_{s}_LowerArm<J_Bip_{s}_UpperArm;J_Bip_{s}_Hand<J_Bip_{s}_LowerArm;"
    f"J_Bip_{s}_UpperLeg<J_Bip_C_Hips;J_Bip_{s}_LowerLeg<J_Bip_{s}_UpperLeg;J_Bip_{s}_Foot<J_Bip_{s}_LowerLeg;J_Bip_{s}_ToeBase<J_Bip_{s}_Foot"
    for s in "LR"
)

CASES = {
    "mixamo": (MIXAMO, "mixamorig:Hips mixamorig:{S}UpLeg mixamorig:{S}Leg mixamorig:{S}Foot mixamorig:{S}Arm mixamorig:{S}ForeArm mixamorig:{S}Hand mixamorig:Neck mixamorig:Head"),
    "unreal": (UNREAL, "pelvis thigh_{s} calf_{s} foot_{s} upperarm_{s} lowerarm_{s} hand_{s} neck_01 head"),
    "kinect": (KINECT, "SpineBase Hip{S} Knee{S} Ankle{S} Shoulder{S} Elbow{S} Wrist{S} SpineShoulder Head"),
    "biped": (BIPED, "Bip01|Pelvis Bip01|{L}|Thigh Bip01|{L}|Calf Bip01|{L}|Foot Bip01|{L}|UpperArm Bip01|{L}|Forearm Bip01|{L}|Hand Bip01|Neck Bip01|Head"),
    "rigify": (RIGIFY, "DEF-spine DEF-thigh.{L} DEF-shin.{L} DEF-foot.{L} DEF-upper_arm.{L} DEF-forearm.{L} DEF-hand.{L} DEF-neck DEF-head"),
    "vrm": (VRM, "J_Bip_C_Hips J_Bip_{L}_UpperLeg J_Bip_{L}_LowerLeg J_Bip_{L}_Foot J_Bip_{L}_UpperArm J_Bip_{L}_LowerArm J_Bip_{L}_Hand J_Bip_C_Neck J_Bip_C_Head"),
}  # fmt: skip
MARKS = "pelvis {side}_hip {side}_knee {side}_ankle {side}_shoulder {side}_elbow {side}_wrist neck head".split()


def _check(s: Skeleton, expected: str) -> None:
    for side in SIDES:
        names = expected.format(S=side.capitalize(), s=side[0], L=side[0].upper(), side=side).split()
        for mark, name in zip(MARKS, names):
            mark = mark.format(side=side)
            found = s.joints[s.landmarks.index(mark)] if mark in s.landmarks else None
            assert found == (None if name == "-" else name.replace("|", " ")), f"{s.name}: {mark}"


@pytest.mark.parametrize("case", CASES)
def test_names_of_common_rigs(case):
    text, expected = CASES[case]
    s = _rig(text, case)
    _check(s, expected)
    middle = [j for j, k in enumerate(s.swap) if j == k]
    assert all(other_side(s.joints[j]) is None for j in middle)
    assert len(s.pairs) == (len(s) - len(middle)) // 2


def test_opensim_bodies():
    s = _rig(OPENSIM)
    assert {m: s.joints[s.landmarks.index(m)] for m in ("left_hip", "right_knee", "left_ankle", "right_foot", "left_heel", "right_shoulder", "left_elbow")} == {
        "left_hip": "femur_l", "right_knee": "tibia_r", "left_ankle": "talus_l", "right_foot": "toes_r", "left_heel": "calcn_l", "right_shoulder": "humerus_r", "left_elbow": "radius_l",
    }  # fmt: skip


def test_fingers_helpers_and_ends():
    s = _rig(MIXAMO)
    assert s.index("left_thumb1") == s.joints.index("mixamorig:LeftHandThumb1") and s.index("head_top") == s.joints.index("mixamorig:HeadTop_End")
    assert [s.joints[s.index(f"spine{k}")] for k in (1, 2, 3)] == ["mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Spine2"]
    u = _rig(UNREAL)
    assert u.landmarks[u.index("upperarm_twist_01_l")] is None and u.landmarks[u.index("root")] is None
    assert u.swap[u.index("upperarm_twist_01_l")] == u.index("upperarm_twist_01_r")


def test_pelvis_is_not_the_floor():
    """Legs that hang from a root on the floor do not make it the pelvis."""
    s = _rig("Root;Hips<Root;Abdomen<Hips;Neck<Abdomen;Head<Neck;UpperLeg.L<Root;LowerLeg.L<UpperLeg.L;UpperLeg.R<Root;LowerLeg.R<UpperLeg.R")
    assert s.joints[s.index("pelvis")] == "Hips"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("left_knee", "right_knee"), ("RightUpLeg", "LeftUpLeg"), ("lThigh", "rThigh"), ("Toes_R", "Toes_L"), ("neck", None), ("thigh_l", "thigh_r"),
        ("Foot.L", "Foot.R"), ("ltibia", "rtibia"), ("lthumb", "rthumb"), ("rfingers", "lfingers"), ("CC_Base_L_Calf", "CC_Base_R_Calf"), ("Bip01 R Foot", "Bip01 L Foot"),
        ("leg", None), ("root", None), ("lowerback", None), ("face_0", "face_16"), ("face_8", None), ("LHipJoint", "RHipJoint"), ("radius", None),
    ],
)  # fmt: skip
def test_other_side(name, other):
    assert other_side(name) == other


def test_unpaired_names_are_an_error():
    s = Skeleton("odd", ("a", "left_arm", "right_arm", "Left_arm"), (-1, 0, 0, 0), ("pelvis", None, None, None))
    with pytest.raises(SkeletonError, match="pair up"):
        _ = s.swap


def _npz(file: Path) -> Skeleton:
    with np.load(file) as d:
        return Skeleton(file.stem, tuple(d["joint_names"].tolist()), tuple(d["parents"].tolist()))


REAL = {
    "cmu_mocap/cmu_8actions_train.npz": "Hips {S}UpLeg {S}Leg {S}Foot {S}Arm {S}ForeArm {S}Hand Neck Head",
    "cmu_mocap/cmu_asfamc_01_02_03.npz": "root {s}femur {s}tibia {s}foot {s}humerus {s}radius {s}wrist lowerneck head",
    "cmu_mocap/cmu_ccrig_s01_s06.npz": "CC_Base_Pelvis CC_Base_{L}_Thigh CC_Base_{L}_Calf CC_Base_{L}_Foot CC_Base_{L}_Upperarm CC_Base_{L}_Forearm CC_Base_{L}_Hand CC_Base_NeckTwist01 CC_Base_Head",
    "cmu_mocap/cmu_dance_martial.npz": "hip {s}Thigh {s}Shin {s}Foot {s}Shldr {s}ForeArm {s}Hand neck head",
    "bandai_namco_motion/motions.npz": "Hips UpperLeg_{L} LowerLeg_{L} Foot_{L} UpperArm_{L} LowerArm_{L} Hand_{L} Neck Head",
    "cc0_character_animation/kaykit_medium.npz": "hips upperleg.{s} lowerleg.{s} foot.{s} upperarm.{s} lowerarm.{s} wrist.{s} - head",
    "cc0_character_animation/quaternius_cyberpunk.npz": "Body UpperLeg.{L} LowerLeg.{L} - UpperArm.{L} LowerArm.{L} Hand.{L} Neck Head",
    "utd_mhad/utd_mhad.npz": "hip_center {side}_hip {side}_knee {side}_ankle {side}_shoulder {side}_elbow {side}_wrist shoulder_center head",
    "nw_ucla/nw_ucla.npz": "hip_center hip_{side} knee_{side} ankle_{side} shoulder_{side} elbow_{side} wrist_{side} shoulder_center head",
    "msr_action3d/msr_action3d.npz": "hip_center hip_{side} knee_{side} ankle_{side} shoulder_{side} elbow_{side} wrist_{side} neck head",
    "sbu_interaction/sbu.npz": "- {side}_hip {side}_knee {side}_foot {side}_shoulder {side}_elbow {side}_hand neck head",
    "jhmdb_joints/jhmdb.npz": "- {side}_hip {side}_knee {side}_ankle {side}_shoulder {side}_elbow {side}_wrist neck face",
}  # fmt: skip


@pytest.mark.realdata
@pytest.mark.parametrize("file", REAL)
def test_names_of_data_sets(data, file):
    s = _npz(data / file)
    _check(s, REAL[file])
    assert all(s.swap[s.index(f"left_{m}")] == s.index(f"right_{m}") for m in ("hip", "knee", "shoulder", "elbow"))


@pytest.mark.realdata
def test_names_of_the_amp_humanoid(data):
    with np.load(data / "humanoid_clips/amp_humanoid.npz") as d:
        s = Skeleton("amp", tuple(d["node_names"].tolist()), tuple(d["parent_indices"].tolist()))
    _check(s, "pelvis {side}_thigh {side}_shin {side}_foot {side}_upper_arm {side}_lower_arm {side}_hand - head")


@pytest.mark.realdata
def test_names_of_the_robot(data):
    raw = (data / "rigs/RobotExpressive.glb").read_bytes()
    scene = json.loads(raw[20 : 20 + struct.unpack("<I", raw[12:16])[0]])
    joints = scene["skins"][0]["joints"]
    parent = {c: i for i, node in enumerate(scene["nodes"]) for c in node.get("children", [])}
    s = Skeleton("robot", tuple(scene["nodes"][j]["name"] for j in joints), tuple(joints.index(parent[j]) if parent.get(j) in joints else -1 for j in joints))
    _check(s, "Body UpperLeg.{L} LowerLeg.{L} Foot.{L} UpperArm.{L} LowerArm.{L} Palm2.{L} Neck Head")


@pytest.mark.realdata
def test_places_of_landmarks_on_real_rigs(data):
    """On every CC0 humanoid the joints found lie where a body has them: up the trunk, down the leg, left at +x."""
    checked = 0
    with np.load(data / "rigs_cc0/rigs.npz") as d:
        for name in d["names"].tolist():
            if not name.startswith(("modular_", "kaykit_", "m2m_human", "cyberpunk_pack_Character", "platformer_game_pack_Character", "single_knight")):
                continue
            s = Skeleton(name, tuple(d[f"{name}.joint_names"].tolist()), tuple(d[f"{name}.parents"].tolist()))
            at = {m: d[f"{name}.joint_pos"][j] for j, m in enumerate(s.landmarks) if m}
            hip = (at["left_hip"] + at["right_hip"]) / 2
            height = at["head"][1] - d[f"{name}.joint_pos"][:, 1].min()
            assert abs(at["pelvis"][1] - hip[1]) < 0.15 * height, name
            line = [at[m][1] for m in ("left_ankle", "left_knee", "pelvis", "spine1", "spine2", "spine3", "neck", "head") if m in at]
            assert line == sorted(line), name
            assert at["left_hip"][0] > at["right_hip"][0] and at["left_wrist"][0] > at["left_elbow"][0] > at["left_shoulder"][0] > at["right_shoulder"][0], name
            checked += 1
    assert checked > 15


def _bvh_rig(text: str, name: str) -> Skeleton:
    joints: list[str] = []
    parents: list[int] = []
    stack, last = [-1], -1
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["MOTION"]:
            break
        if words[:1] in (["ROOT"], ["JOINT"], ["End"]):
            joints.append(f"{joints[last]}_end" if words[0] == "End" else words[1])
            parents.append(stack[-1])
            last = len(joints) - 1
        elif words == ["{"]:
            stack.append(last)
        elif words == ["}"]:
            last = stack.pop()
            last = stack[-1]
    return Skeleton(name, tuple(joints), tuple(parents))


@pytest.mark.realdata
def test_names_of_original_bvh(data):
    expected = {
        "bvh_ccrig/002_01.bvh": REAL["cmu_mocap/cmu_ccrig_s01_s06.npz"],
        "bvh_cgspeed/01_01.bvh": REAL["cmu_mocap/cmu_8actions_train.npz"],
        "bvh_daz/indian_13.bvh": REAL["cmu_mocap/cmu_dance_martial.npz"],
    }
    with tarfile.open(data / "cmu_mocap/original_files.tar.xz") as archive:
        for member in archive:
            if member.name in expected:
                file = archive.extractfile(member)
                assert file is not None
                s = _bvh_rig(io.TextIOWrapper(file).read(), member.name)
                _check(s, expected.pop(member.name))
                middle = [s.joints[j] for j, k in enumerate(s.swap) if j == k]
                assert all(other_side(n) is None for n in middle), middle
                assert s.has("left_foot", "right_foot", "left_collar", "right_collar", "spine1", "spine3")
    assert not expected
