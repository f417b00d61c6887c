"""The anatomical vocabulary: landmarks, the rules that derive one from others, and reading joint names.

Left and right are the person's. Trunk landmarks, bottom to top: pelvis (mid-hip), spine1, spine2,
spine3, neck (its base, at shoulder level), upper_neck, head (its centre), head_top.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

FINGERS = ("thumb", "index", "middle", "ring", "pinky")

_MID_HIP = {"left_hip": 0.5, "right_hip": 0.5}
_MID_SHOULDER = {"left_shoulder": 0.5, "right_shoulder": 0.5}

# landmark -> rules in order of preference, each a weighted mean of other landmarks
DERIVED: dict[str, tuple[Mapping[str, float], ...]] = {
    "pelvis": (_MID_HIP,),
    "neck": (_MID_SHOULDER, {"upper_neck": 1.0}),
    "spine1": ({"pelvis": 2 / 3, "neck": 1 / 3},),
    "spine2": ({"spine1": 0.5, "spine3": 0.5}, {"pelvis": 0.5, "neck": 0.5}),
    "spine3": ({"pelvis": 1 / 3, "neck": 2 / 3},),
    "upper_neck": ({"neck": 2 / 3, "head": 1 / 3}, {"neck": 1.0}),
    "head": ({"left_ear": 0.5, "right_ear": 0.5}, {"upper_neck": 0.5, "head_top": 0.5}, {"left_eye": 0.5, "right_eye": 0.5}, {"nose": 1.0}),
    "head_top": ({"left_eye": 0.5, "right_eye": 0.5}, {"head": 1.0}),
    "nose": ({"left_eye": 0.5, "right_eye": 0.5}, {"head": 1.0}),
    "jaw": ({"head": 1.0},),
    **{
        f"{side}_{name}": rules
        for side in ("left", "right")
        for name, rules in {
            "collar": ({"neck": 0.75, f"{side}_shoulder": 0.25},),
            "foot": ({f"{side}_big_toe": 0.5, f"{side}_small_toe": 0.5},),
            "big_toe": ({f"{side}_foot": 1.0},),
            "small_toe": ({f"{side}_foot": 1.0},),
            "hand": ({f"{side}_index1": 0.5, f"{side}_ring1": 0.5}, {f"{side}_middle1": 1.0}, {f"{side}_index1": 1.0}),
            "hand_tip": ({f"{side}_middle4": 1.0},),
            "ear": ({"head": 1.0},),
        }.items()
    },
}  # fmt: skip


# the 68 facial landmarks of 300W under a mirror; what is not listed lies on the midline
_FACE_MIRROR = {
    f"face_{i}": f"face_{j}"
    for a, b in [
        *((i, 16 - i) for i in range(8)),
        *((i, 43 - i) for i in range(17, 22)),
        (31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),
        (48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67),
    ]
    for i, j in ((a, b), (b, a))
}  # fmt: skip


def other_side(name: str) -> str | None:
    """The name of the same joint on the other side; None where the name has no side.

    >>> other_side("left_knee"), other_side("RightUpLeg"), other_side("lThigh"), other_side("Toes_R"), other_side("neck")
    ('right_knee', 'LeftUpLeg', 'rThigh', 'Toes_L', None)
    """
    if name in _FACE_MIRROR:
        return _FACE_MIRROR[name]
    for a, b in (("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT")):
        if a in name:
            return name.replace(a, b)
        if b in name:
            return name.replace(b, a)
    found = re.search(r"(?:^|(?<=[^A-Za-z]))[lLrR](?=$|[^A-Za-z])|^[lr](?=[A-Z])|^[LR](?=[A-Z][a-z])", name)
    if found is None:
        found = re.search(rf"^[lr](?={'|'.join((*_SIDED_WORDS, *_FINGER_WORDS, 'fingers'))})", name)
    if found is None:
        return None
    i = found.start()
    return name[:i] + {"l": "r", "r": "l", "L": "R", "R": "L"}[name[i]] + name[i + 1 :]


def side_of(landmark: str) -> str | None:
    """'left', 'right' or None."""
    head = landmark.split("_", 1)[0]
    return head if head in ("left", "right") else None


def _limb(*words: str) -> Callable[[str, str], bool]:
    return lambda side, mark: mark.startswith(f"{side}_") and mark[len(side) + 1 :] in words


_ARM = _limb("collar", "shoulder", "elbow", "wrist", "hand", "hand_tip", "thumb_tip")
_LEG = _limb("hip", "knee", "ankle", "foot", "heel", "big_toe", "small_toe")


def _is_finger(side: str, mark: str) -> bool:
    return bool(re.fullmatch(rf"{side}_({'|'.join(FINGERS)})[1-4]", mark))


PARTS: dict[str, Callable[[str], bool]] = {
    "head": lambda m: m in ("head", "head_top", "upper_neck", "nose", "jaw", "left_eye", "right_eye", "left_ear", "right_ear"),
    "torso": lambda m: m in ("pelvis", "spine1", "spine2", "spine3", "neck"),
    "left_arm": lambda m: _ARM("left", m),
    "right_arm": lambda m: _ARM("right", m),
    "left_leg": lambda m: _LEG("left", m),
    "right_leg": lambda m: _LEG("right", m),
    "left_hand": lambda m: _is_finger("left", m),
    "right_hand": lambda m: _is_finger("right", m),
    "face": lambda m: m.startswith("face_"),
}

# words of joint names (lower case, side and digits removed) -> landmark without side; order decides below
_SIDED_WORDS = {
    "hip": "hip", "upleg": "hip", "upperleg": "hip", "legupper": "hip", "thigh": "hip", "femur": "hip",
    "leg": "knee", "lowleg": "knee", "lowerleg": "knee", "leglower": "knee", "shin": "knee", "calf": "knee", "tibia": "knee", "knee": "knee", "shank": "knee",
    "foot": "ankle", "ankle": "ankle", "talus": "ankle",
    "toebase": "foot", "toe": "foot", "toes": "foot", "ball": "foot",
    "heel": "heel", "calcn": "heel", "bigtoe": "big_toe", "smalltoe": "small_toe",
    "collar": "collar", "clavicle": "collar",
    "arm": "shoulder", "upperarm": "shoulder", "uparm": "shoulder", "armupper": "shoulder", "shldr": "shoulder", "humerus": "shoulder", "shoulder": "shoulder",
    "forearm": "elbow", "lowerarm": "elbow", "lowarm": "elbow", "armlower": "elbow", "radius": "elbow", "elbow": "elbow",
    "hand": "wrist", "wrist": "wrist", "palm": "wrist", "fist": "wrist",
    "handtip": "hand_tip", "fingertip": "hand_tip",
    "eye": "eye", "ear": "ear",
}  # fmt: skip
_FINGER_WORDS = {"thumb": "thumb", "index": "index", "middle": "middle", "mid": "middle", "ring": "ring", "pinky": "pinky", "little": "pinky"}
_CENTRE_WORDS = {
    "hips": "pelvis", "pelvis": "pelvis", "root": "pelvis", "hip": "pelvis", "hipcenter": "pelvis", "centerhip": "pelvis", "midhip": "pelvis",
    "basespine": "pelvis", "spinebase": "pelvis",
    "neck": "neck", "lowerneck": "neck", "shouldercenter": "neck", "spineshoulder": "neck", "neckbase": "neck",
    "upperneck": "upper_neck", "head": "head", "face": "head", "headtop": "head_top", "nose": "nose", "jaw": "jaw",
}  # fmt: skip
_SPINE = re.compile(r"(spine|abdomen|chest|waist|lowerback|upperback|thorax|torso|midspine|spinemid|belly|stomach)")
# bones that only spread skin deformation: never the joint itself
_HELPER = re.compile(r"twist|sharebone|roll|adjust|hipjoint|buttock|(?<!hand)end\b|nub|ik\b|pole|target|helper|teeth|tongue")


def _split(name: str) -> tuple[str | None, str, int | None]:
    """(side, word, number) of a joint name: 'mixamorig:LeftHandIndex2' -> ('left', 'handindex', 2)."""
    base = re.sub(r"^(mixamorig\d*|cc_base_|j_bip_(c_)?|bip0?0?1?[ _]|joint[_ ]|def[-_]|rl_)", "", name.rsplit(":", 1)[-1].rsplit("|", 1)[-1], flags=re.I)
    side = None
    low = base.lower()
    if re.search(r"left|right", low):
        side = "left" if "left" in low else "right"
        low = low.replace(side, "", 1)
    elif (mirrored := other_side(base)) is not None:
        i = next(i for i, (a, b) in enumerate(zip(base, mirrored)) if a != b)
        side = "left" if base[i] in "lL" else "right"
        low = (base[:i] + base[i + 1 :]).lower()
    number = re.search(r"(\d+)\D*$", low)
    return side, re.sub(r"[^a-z]", "", low), int(number.group(1)) if number else None


def guess_landmarks(joints: Sequence[str], parents: Sequence[int]) -> tuple[str | None, ...]:
    """The landmark of each joint of a rig, from its names and its tree; None where nothing fits.

    Names say what a joint is (LeftUpLeg, lThigh, lfemur, UpperLeg_L, thigh_l: left_hip); the tree settles
    the rest: the pelvis is where the legs meet, spine joints are numbered along the way to the neck.
    """
    n = len(joints)
    split = [_split(name) for name in joints]
    words: dict[tuple[str | None, str], int] = {}
    for j, (side, word, _) in enumerate(split):
        if not _HELPER.search(word):
            words.setdefault((side, word), j)

    out: list[str | None] = [None] * n
    taken: set[str] = set()

    def claim(j: int | None, mark: str) -> None:
        if j is not None and out[j] is None and mark not in taken:
            out[j] = mark
            taken.add(mark)

    for side in ("left", "right"):
        sided = {word: j for (s, word), j in words.items() if s == side}
        # a "shoulder" is the collar where an upper arm follows; a "foot" is the ball where an ankle precedes it
        upper = next((sided[w] for w in ("arm", "upperarm", "uparm", "armupper", "shldr", "humerus") if w in sided), None)
        if upper is not None:
            claim(upper, f"{side}_shoulder")
            claim(sided.get("shoulder"), f"{side}_collar")
        if "ankle" in sided:
            claim(sided["ankle"], f"{side}_ankle")
            claim(sided.get("foot"), f"{side}_foot")
        if "wrist" in sided:
            claim(sided["wrist"], f"{side}_wrist")
            claim(sided.get("hand"), f"{side}_hand")
        for word, mark in _SIDED_WORDS.items():
            claim(sided.get(word), f"{side}_{mark}")
    for j, (side, word, number) in enumerate(split):
        if side and not _HELPER.search(word):
            for key, finger in _FINGER_WORDS.items():
                if word in (key, f"hand{key}", f"{key}finger") and (number or 1) <= 4:
                    claim(j, f"{side}_{finger}{number or 1}")

    def ancestors(j: int) -> list[int]:
        line = [j]
        while parents[line[-1]] >= 0:
            line.append(parents[line[-1]])
        return line

    def meeting(mark: str) -> int | None:
        if f"left_{mark}" not in taken or f"right_{mark}" not in taken:
            return None
        left, right = (ancestors(out.index(f"{s}_{mark}"))[1:] for s in ("left", "right"))
        return next((j for j in left if j in right), None)

    # legs may hang from a root on the floor: then a joint that is called pelvis or hips is meant
    hips_meet = meeting("hip")
    named = next((words[None, w] for w in ("pelvis", "hips") if (None, w) in words), None)
    if hips_meet is not None:
        word = split[hips_meet][1]
        spine = bool(_SPINE.search(word))
        if named is not None and (spine or word in ("root", "bone")):
            claim(named, "pelvis")
        # the first of a numbered spine is the pelvis of such rigs; a lone torso or belly is not
        elif not spine or sum(w == word for _, w, _ in split) > 1:
            claim(hips_meet, "pelvis")
    for word in ("spineshoulder", "shouldercenter"):
        claim(words.get((None, word)), "neck")
    necks = [j for j, (side, word, _) in enumerate(split) if side is None and word in ("neck", "necktwist", "cneck")]
    for j, mark in zip(necks, [m for m in ("neck", "upper_neck") if m not in taken]):
        claim(j, mark)
    for (side, word), j in words.items():
        if side is None and word in _CENTRE_WORDS and not (word == "root" and "pelvis" in taken):
            claim(j, _CENTRE_WORDS[word])
    # the end site of a head is its top, that of a foot without toes its ball
    for base, tip in (("head", "head_top"), ("left_ankle", "left_foot"), ("right_ankle", "right_foot")):
        if base in taken:
            ends = [j for j in range(n) if parents[j] == out.index(base) and re.search(r"end|top|nub|site|tip|leaf", joints[j].lower())]
            claim(ends[0] if ends else None, tip)

    # trunk joints between pelvis and neck, numbered by how many there are
    top = out.index("neck") if "neck" in taken else meeting("shoulder")
    if top is not None:
        trunk = [j for j in reversed(ancestors(top)) if out[j] is None and split[j][0] is None and _SPINE.search(split[j][1])]
        marks = {0: (), 1: ("spine2",), 2: ("spine1", "spine3"), 3: ("spine1", "spine2", "spine3")}.get(len(trunk))
        if marks is None:
            trunk = [trunk[0], trunk[len(trunk) // 2], trunk[-1]]
            marks = ("spine1", "spine2", "spine3")
        for j, mark in zip(trunk, marks):
            claim(j, mark)
    return tuple(out)
