"""Optical markers to joint centres: hips by regression, other joints between, beside or below the markers on the skin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.ik import interpolate_missing
from vitruve.core.poses import Poses
from vitruve.core.rotations import normalize
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError

_SIDES = ("left", "right")
_LEG = (("hip", "pelvis"), ("knee", "hip"), ("ankle", "knee"), ("heel", "ankle"), ("foot", "ankle"), ("big_toe", "foot"))
_ARM = (("shoulder", "neck"), ("elbow", "shoulder"), ("wrist", "elbow"), ("hand", "wrist"))


def _tree() -> Skeleton:
    parents = {"pelvis": None}
    for side in _SIDES:
        parents |= {f"{side}_{j}": p if p == "pelvis" else f"{side}_{p}" for j, p in _LEG}
    parents |= {"neck": "pelvis", "head": "neck", "head_top": "head"}
    for side in _SIDES:
        parents |= {f"{side}_{j}": p if p == "neck" else f"{side}_{p}" for j, p in _ARM}
    names = tuple(parents)
    return Skeleton("joint_centres", names, tuple(-1 if p is None else names.index(p) for p in parents.values()), landmarks=names)


SKELETON = _tree()
"""The joints that :func:`joint_centres` gives, under their landmarks."""

# what laboratories call a marker of either side, in lower case without side and punctuation; where a name is in
# several sets it means the same place. Sets: Helen Hayes, Plug-in Gait and CGM2, CMU, IOR/ISB, OpenSim's and OpenCap's.
_SIDED = {
    "asis": "asis asi ias fwt",
    "psis": "psis psi ips bwt",
    "hip": "hjc hipjointcentre hipjointcenter hipjoint fep",
    "knee": "kjc kneejointcentre kneejointcenter kneejoint feo",
    "knee_lateral": "knee kne kneelat kneelateral latknee lknee lepi latepi fle lfe lfc femlat",
    "knee_medial": "mknee kneemed kneemedial medknee mepi medepi fme mfe mfc knm kne2 knee2 femmed",
    "ankle": "ajc anklejointcentre anklejointcenter anklejoint tio",
    "ankle_lateral": "ankle ank anklelat anklelateral latankle lankle lmal latmal fal",
    "ankle_medial": "mankle anklemed anklemedial medankle mmal medmal tam med ank2 ankle2",
    "heel": "heel hee calc cal calcaneus fcc",
    "toe_tip": "toetip tiptoe bigtoe hallux",
    "toe": "toe mt2 mtp2 toe2 fm2 smh",
    "mt1": "mt1 p1mt toemed 1meta mtp1 fm1 fmh",
    "mt5": "mt5 p5mt toelat 5meta mtp5 fm5 vmh",
    "clavicle": "clavicle sternum sc",
    "acromion": "acromion acromium acr ac shoulder sho sh sae shld",
    "shoulder": "sjc gjc shoulderjointcentre shoulderjointcenter",
    "elbow": "ejc elbowjointcentre elbowjointcenter",
    "elbow_lateral": "elbow elb elbowlat elbowlateral latelbow lelbow lel hle",
    "elbow_medial": "melbow elbowmed elbowmedial medelbow mel hme",
    "wrist": "wrist wri wr wjc",
    "wrist_radial": "wra wristrad wristradius wristlat wristlateral lwrist faradius rsp",
    "wrist_ulnar": "wrb wristuln wristulna wristmed wristmedial mwrist faulna usp",
    "finger": "fin finger hand hm3",
    "front_head": "fhd headfront",
    "back_head": "bhd headback",
    "temple": "temple",
}  # fmt: skip
_CENTRAL = {
    "sacrum": "sacrum vsacral sacral sacr sac vsac s1 s2 midpsis",
    "c7": "c7 cv7",
    "clavicles": "clav ij jn sjn man manubrium incjug midclavicle suprasternale",
    "sternum": "strn sternum stern px sxs xiphoid",
    "t10": "t10 tv10",
    "t7": "t7 t8 tv7 tv8",
    "head_top": "tophead headtop vertex",
}  # fmt: skip
# markers that only follow their segment
_CLUSTERS = {
    "thigh": r"thi|th\d+|th[alm][pd]|thigh.*|gtr|troch.*",
    "shank": r"sha|shn|sh\d+|tb\d+|ti(ap|ad|lat)|(shank|shin|tib|calf|leg)[a-z\d]*|hf|tt",
    "foot": r"foot?\d*|mfl|mfs|midfoot.*",
    "upper_arm": r"upa|ua\d+|arm|upperarm\d*|humerus|biceps?",
    "pelvis": r"iliaccrest|ilcr.*|icr|iliac.*",
}
# anatomical markers that are rigid with each other, besides their segment's cluster
_SEGMENTS = {
    "thigh": ("hip", "knee", "knee_lateral", "knee_medial"),
    "shank": ("knee_lateral", "knee_medial", "ankle", "ankle_lateral", "ankle_medial"),
    "foot": ("heel", "toe_tip", "toe", "mt1", "mt5"),
}
_PELVIS = ("asis", "psis", "hip")
_TRUNK = ("c7", "clavicles", "sternum", "t10", "t7")
_TELLING = ("asis", "psis", "knee_medial", "ankle_medial", "elbow_medial", "wrist_radial", "mt1", "mt5")
"""Markers that no set of keypoints has."""

# shares of the body height. Breadths over the bones: the phantom of Ross and Wilson (1974) of 1.7018 m;
# the shank: Drillis and Contini (1966), in Winter's Biomechanics and Motor Control of Human Movement
_KNEE, _ANKLE, _ELBOW = 0.0952 / 1.7018, 0.0668 / 1.7018, 0.0648 / 1.7018
_SHANK = 0.246
_STANDOFF = 0.013
"""From bone to the centre of a marker (skin, base, radius), metres: what the medial to lateral distances of knee, ankle
and elbow markers exceed those breadths by, halved, in static trials of five people of four laboratories."""
_SHOULDER_DROP = 0.17
"""Shoulder below the acromion, as a share of the distance between the acromia (Rab et al. 2002, Gait & Posture 15:158)."""
_NECK = 0.55
"""Neck between C7 and the jugular notch (Dumas et al. 2007, J. Biomechanics 40:543, without its tilt of 8 degrees)."""
_ANKLE_IN_FOOT = (0.3, 0.13)
"""Ankle from the heel marker, forward and up, in distances from heel to toe marker: our means over static trials of five people."""
_SOFT_TISSUE, _GUESS = 0.005, 0.03
"""How far clusters and guessed joint centres are off, metres; the former does not average out over time."""


def _table(words: dict[str, str]) -> dict[str, str]:
    return {alias: name for name, aliases in words.items() for alias in aliases.split()}


_SIDED_WORDS, _CENTRAL_WORDS = _table(_SIDED), _table(_CENTRAL)


def _canonical(word: str) -> tuple[str, bool] | None:
    """('left_asis', False) or, of a marker in a cluster, ('left_thigh', True); None for other names."""
    if word in _CENTRAL_WORDS:
        return _CENTRAL_WORDS[word], False
    rests = [(side, word[len(m) :]) for side in _SIDES for m in (side, side[0]) if word.startswith(m)]
    rests += [(side, word[: -len(m)]) for side in _SIDES for m in (side, side[0]) if word.endswith(m)]
    for side, rest in rests:
        if rest in _SIDED_WORDS:
            return f"{side}_{_SIDED_WORDS[rest]}", False
    for side, rest in rests:
        for segment, pattern in _CLUSTERS.items():
            if re.fullmatch(pattern, rest):
                return (segment if segment == "pelvis" else f"{side}_{segment}"), True
    return None


def _recognise(joints: Sequence[str]) -> dict[str, list[int]]:
    """{canonical name: [index]} of single markers and {'cluster left_thigh': indices} of clusters."""
    # OpenCap lists computed markers, with this suffix, after the keypoints they come from
    study = [j for j in joints if j.lower().endswith("_study")]
    found: dict[str, list[int]] = {}
    for i, joint in enumerate(joints):
        if study and joint not in study:
            continue
        name = _canonical(re.sub(r"[^a-z0-9]", "", re.split(r"[:|]", joint.lower())[-1].removesuffix("_study")))
        if name is not None and name[1]:
            found.setdefault(f"cluster {name[0]}", []).append(i)
        elif name is not None:
            found.setdefault(name[0], [i])
    return found


def is_marker_set(poses: Poses) -> bool:
    """Whether these are markers on the skin, by their names: points without a tree, two or more of which are never keypoints.

    >>> import torch, vitruve as vt
    >>> names = ("RASI", "LASI", "SACR", "RKNE", "LKNE", "RANK", "LANK")
    >>> is_marker_set(vt.Poses(torch.rand(1, 2, 7, 3), vt.Skeleton("markers", names, (-1,) * 7)))
    True
    """
    if poses.dims != 3 or len(poses.skeleton.roots) != len(poses.skeleton):
        return False
    telling = {f"{side}_{m}" for side in _SIDES for m in _TELLING} | set(_TRUNK) | {"sacrum"}
    return len(telling & set(_recognise(poses.skeleton.joints))) >= 2


@dataclass
class _Trial:
    """Points (T, 3) by canonical name with confidences (T,), and the markers of clusters; grows as centres are found."""

    points: dict[str, Tensor]
    confidence: dict[str, Tensor]
    clusters: dict[str, list[str]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return all(n in self.points for n in names)

    def put(self, name: str, x: Tensor, *sources: str) -> None:
        """A new point, as certain as the least certain of its sources."""
        self.points[name] = x
        sure = torch.stack([self.confidence[s] for s in sources]).amin(0)
        self.confidence[name] = torch.where(x.isfinite().all(-1), sure, 0.0)

    def mean(self, *names: str) -> Tensor:
        return torch.stack([self.points[n] for n in names]).mean(0)

    def stack(self, names: Iterable[str]) -> Tensor:
        return torch.stack([self.points[n] for n in names], 1)

    def segment(self, segment: str, *anatomical: str) -> list[str]:
        return [n for n in (*anatomical, *self.clusters.get(segment, ())) if n in self.points]

    def fill(self, names: list[str]) -> None:
        """Bring missing markers of a rigid segment where the others are (CAST, Cappozzo et al. 1995), at half confidence."""
        if len(names) < 4:
            return
        x = self.stack(names)
        known = x.isfinite().all(-1)
        if known.all():
            return
        template, r, t = _rigid(x)
        carried = template @ r.mT + t[:, None]
        # without a step where a gap begins or ends
        carried = carried + interpolate_missing(x - carried)
        for i, name in enumerate(names):
            new = ~known[:, i] & carried[:, i].isfinite().all(-1)
            self.points[name] = torch.where(new[:, None], carried[:, i], x[:, i])
            self.confidence[name] = torch.where(new, 0.5, self.confidence[name])


def _trial(poses: Poses, static: Poses | None) -> _Trial:
    """The markers of a trial; those of a static trial, if any, as one more frame at the end."""
    trial = _Trial({}, {})
    columns = {}
    for name, indices in _recognise(poses.skeleton.joints).items():
        columns |= {_member(poses, name, i): i for i in indices}
    extra = {}
    if static is not None:
        for name, indices in _recognise(static.skeleton.joints).items():
            extra |= {_member(static, name, i): i for i in indices}
    for key in [*columns, *(k for k in extra if k not in columns)]:
        x = poses.positions[0, :, columns[key]] if key in columns else poses.positions.new_full((len(poses), 3), torch.nan)
        c = poses.confidence[0, :, columns[key]] if key in columns else x.new_zeros(len(x))
        if static is not None:
            still = static.positions[0, :, extra[key]].nanmedian(0).values if key in extra else x.new_full((3,), torch.nan)
            x, c = torch.cat([x, still[None]]), torch.cat([c, still.isfinite().all()[None].to(c)])
        if x.isfinite().any():
            trial.points[key], trial.confidence[key] = x.double(), c.double()
            if key.startswith("cluster "):
                trial.clusters.setdefault(key.split()[1], []).append(key)
    return trial


def _member(poses: Poses, name: str, index: int) -> str:
    return f"{name} {poses.skeleton.joints[index].rsplit(':', 1)[-1]}" if name.startswith("cluster") else name


def _rigid(x: Float[Tensor, "T M 3"]) -> tuple[Float[Tensor, "M 3"], Float[Tensor, "T 3 3"], Float[Tensor, "T 3"]]:
    """(template, R, t): the mean shape of a segment's markers and its motion, x = R template + t; NaN where it is not determined."""
    known = x.isfinite().all(-1)
    template = x[known.sum(1).argmax()]
    for _ in range(3):
        r, t = _place(template, x)
        template = torch.where(known[..., None], (x - t[:, None]) @ r, torch.nan).nanmean(0)
    return template, *_place(template, x)


def _place(template: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Least-squares rotation and translation of each frame from the markers it shares with the template."""
    w = (x.isfinite().all(-1) & template.isfinite().all(-1)).to(x)[..., None]
    count = w.sum(1).clamp_min(1)
    a, b = (w * template.nan_to_num()).sum(1) / count, (w * x.nan_to_num()).sum(1) / count
    shape, seen = w * (template.nan_to_num() - a[:, None]), w * (x.nan_to_num() - b[:, None])
    r = roma.special_procrustes(seen.mT @ shape)
    # three markers, not in line
    spread = torch.linalg.svdvals(shape)[:, 1] / count[:, 0].sqrt()
    bad = (w.sum((1, 2)) < 3) | (spread < 0.01)
    r = torch.where(bad[:, None, None], torch.nan, r)
    return r, b - (r @ a[..., None])[..., 0]


def joint_centres(poses: Poses, static: Poses | None = None) -> Poses:
    """Joint centres, on :data:`SKELETON`, from the markers of one person.

    Hips: regression on the distances between ASIS and PSIS or sacrum (Harrington et al. 2007, J. Biomechanics 40:595).
    Knees, ankles, elbows, wrists: midway between medial and lateral markers. With a lateral marker alone: half a
    breadth, taken from the shank's length (see the constants), along the joint's axis, which for knee and elbow is the
    normal of the bent limb, held constant in thigh or upper arm where these carry enough markers. Without any: the point
    that moves least between the clusters of the two segments (SCoRE, Ehrig et al. 2006, J. Biomechanics 39:2798), with a
    guess where the motion does not say. Shoulders: below the acromia. Neck: between C7 and the jugular notch, else between
    the acromia. Markers that are joint centres already (HJC, KJC ...) are taken as they are.

    Args:
        poses: markers (1, T, M, 3), metres, y up, under the names of a common set.
        static: a standing trial with markers that were then taken off (medial ones); the same names otherwise.

    Returns:
        Poses (1, T, joints, 3). A marker that is hidden is placed by the others of its rigid segment, at half confidence;
        a joint that cannot be computed in a frame is NaN with confidence 0.

    Raises:
        OptionError: several people, or 2D.
        SkeletonError: a hip, knee or ankle cannot be computed in any frame; says which and which markers were found.
    """
    for given in (poses,) if static is None else (poses, static):
        if given.dims != 3 or given.num_people != 1:
            raise OptionError(f"expected the markers of one person in 3D, found {given.num_people} people in {given.dims}D")
    trial = _trial(poses, static)
    found = tuple(trial.points)
    _pelvis(trial)
    for side in _SIDES:
        _foot(trial, side)
        _ankle(trial, side)
        _knee(trial, side)
    lost = [f"{s}_{j}" for j in ("hip", "knee", "ankle") for s in _SIDES if not (trial.has(n := f"{s}_{j}") and trial.points[n].isfinite().any())]
    if lost:
        names = ", ".join(n.removeprefix("cluster ") for n in found) or "no marker whose name is known"
        raise SkeletonError(f"skeleton {poses.skeleton.name!r}: no {', no '.join(lost)} can be computed from these markers: {names}")
    _trunk(trial)
    for side in _SIDES:
        _arm(trial, side)
    count = len(poses)
    x = torch.full((count, len(SKELETON), 3), torch.nan, dtype=torch.float64)
    c = torch.zeros(count, len(SKELETON), dtype=torch.float64)
    for j, name in enumerate(SKELETON.joints):
        if name in trial.points:
            x[:, j], c[:, j] = trial.points[name][:count], trial.confidence[name][:count]
    to = poses.positions
    return replace(poses, positions=x.to(to)[None], confidence=c.to(to)[None], skeleton=SKELETON)


def _pelvis(trial: _Trial) -> None:
    hips = ("left_hip", "right_hip")
    trial.fill(trial.segment("pelvis", *(f"{s}_{m}" for m in _PELVIS for s in _SIDES), "sacrum"))
    back = ("left_psis", "right_psis") if trial.has("left_psis", "right_psis") else ("sacrum",)
    if trial.has("left_asis", "right_asis"):
        across = trial.points["left_asis"] - trial.points["right_asis"]
        left, front = normalize(across), trial.mean("left_asis", "right_asis")
        trial.put("left", left, "left_asis", "right_asis")
        if not trial.has(*hips) and trial.has(*back):
            depth = front - trial.mean(*back)
            forward = normalize(depth - (depth * left).sum(-1, keepdim=True) * left)
            up = torch.linalg.cross(forward, left)
            pw, pd = across.norm(dim=-1).nanmedian(), depth.norm(dim=-1).nanmedian()
            middle = front - (0.24 * pd + 0.0099) * forward - (0.30 * pw + 0.0109) * up
            for name, sign in zip(hips, (1, -1)):
                trial.put(name, middle + sign * (0.33 * pw + 0.0073) * left, "left_asis", "right_asis", *back)
    if trial.has(*hips):
        trial.put("pelvis", trial.mean(*hips), *hips)


def _foot(trial: _Trial, side: str) -> None:
    at = _Side(trial, side)
    at.fill("foot")
    at.alias("big_toe", "toe_tip")
    if at.has("mt1", "mt5"):
        at.middle("foot", "mt1", "mt5")
    else:
        at.alias("foot", "toe")
    if at.has("heel"):
        toe = next((m for m in ("toe", "foot", "toe_tip") if at.has(m)), None)
        if toe is not None:
            trial.put(f"{side}_forward", at["foot" if toe == "toe" else toe] - at["heel"], f"{side}_{toe}", f"{side}_heel")
