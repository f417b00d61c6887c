"""Marker sets: where points sit on a model's bodies, how much each counts, and which distances scale which bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vitruve.core.poses import Poses
from vitruve.errors import OptionError

_AXES = "XYZ"


@dataclass(frozen=True)
class Marker:
    """A point of a model: a body's name, the place in its frame (metres), the weight in inverse kinematics."""

    body: str
    location: tuple[float, float, float]
    weight: float = 1.0


@dataclass(frozen=True)
class Measurement:
    """The mean distance of marker pairs, relative to the model's, scales bodies along some of their axes."""

    pairs: tuple[tuple[str, str], ...]
    bodies: tuple[str, ...]
    axes: str = _AXES


@dataclass(frozen=True)
class MarkerSet:
    """Markers for models with the bodies of Rajagopal 2016 and LaiUhlrich 2022 (others take those whose bodies they have)."""

    name: str
    markers: Mapping[str, Marker]
    measurements: tuple[Measurement, ...]


def _other(name: str) -> str:
    """The left name of a right marker or body: right_knee, r_knee, rshoulder, femur_r."""
    if name.startswith("right_"):
        return "left_" + name[6:]
    if name.endswith("_r"):
        return name[:-1] + "l"
    return "l" + name[1:] if name.startswith("r") else name


def _marker_rows(rows: str) -> dict[str, Marker]:
    """Rows "name body x y z weight" of the right side and the middle, and their mirror images."""
    out: dict[str, Marker] = {}
    for row in rows.strip().splitlines():
        name, body, x, y, z, weight = row.split()
        out[name] = Marker(body, (float(x), float(y), float(z)), float(weight))
        if float(z):
            out[_other(name)] = Marker(_other(body), (float(x), float(y), -float(z)), float(weight))
    return out


def _measurements(rows: str) -> tuple[Measurement, ...]:
    """Rows "axes; pair, pair; bodies", each for the right side and the left together, or apart where it starts with "each"."""
    out = []
    for row in rows.strip().splitlines():
        axes, pairs_text, bodies_text = (part.strip() for part in row.split(";"))
        right = tuple((a, b) for a, b in (p.split() for p in pairs_text.split(",")))
        # a width has no mirror image of its own
        left = tuple((_other(a), _other(b)) for a, b in right if _other(a) != _other(b))
        here = tuple(bodies_text.split())
        there = tuple(map(_other, here))
        if axes.startswith("each "):
            out += [Measurement(right, here, axes[5:]), Measurement(left, there, axes[5:])]
        else:
            out.append(Measurement(tuple(dict.fromkeys(right + left)), tuple(dict.fromkeys(here + there)), axes))
    return tuple(out)


# places and weights: OpenCapBench's and OpenCap's marker sets for LaiUhlrich2022 (MIT; Apache-2.0); pairs: their scaling setups
_COCO = """
right_hip pelvis -0.0203 -0.0785 0.0948 25
right_knee tibia_r -0.0081 -0.0035 -0.0015 30
right_ankle tibia_r -0.0140 -0.3800 0.0075 30
right_shoulder torso 0.0032 0.3715 0.1700 5
right_elbow humerus_r 0.0131 -0.2863 -0.0096 5
right_wrist hand_r 0.0 0.0 1e-9 5"""
_FEET = """
right_heel calcn_r 0.0182 0.0100 -0.0202 60
right_small_toe calcn_r 0.2003 0.0 0.0405 30
right_big_toe calcn_r 0.2276 0.0 -0.0152 30"""
_ANATOMICAL = """
sternum torso 0.0460 0.3850 0.0 10
rshoulder torso 0.0 0.4180 0.1420 5
r_lelbow humerus_r 0.0150 -0.2800 0.0400 5
r_melbow humerus_r 0.0022 -0.2860 -0.0500 5
r_lwrist radius_r 0.0005 -0.2250 0.0500 5
r_mwrist radius_r -0.0220 -0.2250 -0.0220 5
r_ASIS pelvis 0.0280 0.0100 0.1280 25
r_PSIS pelvis -0.1540 0.0250 0.0500 25
r_knee femur_r 0.0080 -0.3780 0.0550 10
r_mknee femur_r 0.0110 -0.3780 -0.0550 10
r_ankle tibia_r -0.0067 -0.3791 0.0502 10
r_mankle tibia_r -0.0055 -0.3800 -0.0386 10
r_5meta calcn_r 0.1400 0.0050 0.0650 7
r_toe calcn_r 0.1868 0.0084 0.0053 7
r_calc calcn_r -0.0322 0.0326 -0.0112 7
C7 torso -0.0800 0.4200 0.0 5
L2 torso -0.0353 0.0363 0.0 5
T11 torso -0.0772 0.1487 0.0 5
T6 torso -0.0982 0.2811 0.0 5"""
_COCO_PAIRS = """
each XYZ; right_knee right_ankle; tibia_r
each XYZ; right_hip right_knee; femur_r patella_r
XYZ; right_hip left_hip; pelvis
XY; right_shoulder right_hip; torso
Z; right_shoulder left_shoulder; torso
XYZ; right_shoulder right_elbow; humerus_r
XYZ; right_elbow right_wrist; ulna_r radius_r hand_r"""
_FEET_PAIRS = """
XYZ; right_heel right_small_toe, right_heel right_big_toe; talus_r calcn_r toes_r"""
_ANATOMICAL_PAIRS = """
XYZ; r_calc r_toe, r_calc r_5meta; talus_r calcn_r toes_r
each XYZ; r_knee r_ankle, r_mknee r_mankle; tibia_r
each XYZ; r_ASIS r_knee; femur_r patella_r
XY; r_ASIS r_PSIS; pelvis
Z; r_ASIS l_ASIS; pelvis
XY; rshoulder r_PSIS, C7 r_PSIS; torso
Z; rshoulder lshoulder; torso
XYZ; rshoulder r_lelbow, rshoulder r_melbow; humerus_r
XYZ; r_mwrist r_lelbow, r_lwrist r_melbow; ulna_r radius_r hand_r"""

MARKER_SETS: dict[str, MarkerSet] = {
    s.name: s
    for s in (
        MarkerSet("coco17", _marker_rows(_COCO), _measurements(_COCO_PAIRS)),
        MarkerSet("wholebody", _marker_rows(_COCO + _FEET), _measurements(_COCO_PAIRS + _FEET_PAIRS)),
        MarkerSet("synthpose", _marker_rows(_ANATOMICAL), _measurements(_ANATOMICAL_PAIRS)),
    )
}
"""The joints of COCO (without the face), the same with the feet of COCO-WholeBody, the anatomical markers of SynthPose."""


def marker_set(name: str) -> MarkerSet:
    """A marker set by name; OptionError lists those there are."""
    if name not in MARKER_SETS:
        raise OptionError(f"marker set {name!r}: expected one of {', '.join(MARKER_SETS)}")
    return MARKER_SETS[name]


def marker_set_for(poses: Poses) -> MarkerSet:
    """The densest set that has most of its markers among these points; OptionError where there is none."""
    seen = set(poses.skeleton.joints)
    for name in ("synthpose", "wholebody", "coco17"):
        marks = MARKER_SETS[name].markers
        if sum(m in seen for m in marks) >= 0.75 * len(marks):
            return MARKER_SETS[name]
    raise OptionError(f"no marker set for these points; they are: {', '.join(poses.skeleton.joints[:60])}")
