"""Optical markers to joint centres: hips by regression, other joints between, beside or below the markers on the skin."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.ik import interpolate_missing
from vitruve.core.poses import Poses
from vitruve.core.rotations import normalize
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError

_SIDES = ("left", "right")
_LEG = (("hip", "pelvis"), ("knee", "hip"), ("ankle", "knee"), ("heel", "ankle"), ("foot", "ankle"), ("big_toe", "foot"))
_ARM = (("shoulder", "neck"), ("elbow", "shoulder"), ("wrist", "elbow"), ("hand", "wrist"))


def _tree() -> Skeleton:
    parents: dict[str, str | None] = {"pelvis": None}
    for side in _SIDES:
        parents |= {f"{side}_{j}": p if p == "pelvis" else f"{side}_{p}" for j, p in _LEG}
    parents |= {"spine1": "pelvis", "neck": "spine1", "head": "neck", "head_top": "head"}
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
    "elbow_medial": "melbow melb elbowmed elbowmedial medelbow mel hme",
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
    "thigh": r"thi\d*|th\d+|th[alm][pd]|thigh.*|gtr|troch.*",
    "shank": r"sha\d*|shn\d*|sh\d+|tb\d+|ti(ap|ad|lat)|(shank|shin|tib|calf|leg)[a-z\d]*|hf|tt",
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
_TRUNK = ("c7", "clavicles", "sternum", "t10", "t7")
_TELLING = ("asis", "psis", "knee_medial", "ankle_medial", "elbow_medial", "wrist_radial", "mt1", "mt5")
"""Markers that no set of keypoints has."""

# shares of the body height: breadths over the bones, of the phantom of Ross and Wilson (1974), 1.7018 m tall; knee and elbow (its
# femur and humerus) as later tables of the phantom have them, the ankle's we have not found again. Thigh and shank together: the
# figure of Drillis and Contini (1966), 0.245 and 0.246, as Winter's Biomechanics and Motor Control of Human Movement prints it
_BREADTH = {"knee": 0.0952 / 1.7018, "ankle": 0.0668 / 1.7018, "elbow": 0.0648 / 1.7018}
_LEG_LENGTH = 0.491
_STANDOFF = 0.0125
"""From bone to the centre of a marker (skin, base, radius), metres: half of what medial and lateral markers are farther apart
than those breadths. Our mean over knees, ankles and elbows in 11 trials with both; single joints gave 6 to 22 mm."""
_SHOULDER_DROP = 0.17
"""Shoulder below the acromion, in distances between the acromia: Rab et al. 2002, "A method for determination of upper extremity
kinematics", Gait & Posture 15, as users of the rule quote it. They go down along the thorax, we along the line to the pelvis."""
_LUMBAR = (-0.276, 0.149)
"""L5/S1, as spine1, forward of and above the middle of the ASIS, in distances between them (Reed et al. 1999, SAE 1999-01-0959:
the mean of women and men, in whose frame the pubis is below the ASIS)."""
_NECK = 0.55
"""Neck between C7 and the jugular notch (Dumas et al. 2007, J. Biomechanics 40:543, without its tilt of 8 degrees)."""
_ANKLE_FROM_HEEL = (0.042, 0.027)
"""Ankle forward of and above the heel marker, in body heights: our mean over 6 trials with medial and lateral ankle markers,
which gave 0.034 to 0.057 and 0.020 to 0.042."""
_SOFT_TISSUE, _GUESS = 0.005, 0.03
"""How far clusters on soft tissue and guessed joint centres are off, metres; neither averages out over time."""
_UNBENT = 0.2
"""Sine of the bend below which a limb's normal counts less than the sideways direction of the body."""


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


def _recognise(joints: Sequence[str]) -> dict[str, int]:
    """{canonical name: index}; a marker of a cluster is 'cluster left_thigh thigh2'. Of several subjects, the one with most markers."""
    split = [joint.lower().rpartition(":") for joint in joints]
    subject = Counter(prefix for prefix, _, _ in split).most_common(1)[0][0]
    # OpenCap lists computed markers, with this suffix, after the keypoints they come from
    suffix = "_study" if any(word.endswith("_study") for *_, word in split) else ""
    found: dict[str, int] = {}
    for i, (prefix, _, word) in enumerate(split):
        if prefix != subject or not word.endswith(suffix):
            continue
        name = _canonical(re.sub(r"[^a-z0-9]", "", word.removesuffix(suffix)))
        if name is not None:
            found.setdefault(f"cluster {name[0]} {word}" if name[1] else name[0], i)
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
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return all(n in self.points for n in names)

    def put(self, name: str, x: Tensor, *sources: str) -> None:
        """A new point, as certain as the least certain of its sources."""
        self.points[name], self.sources[name] = x, sources
        sure = torch.stack([self.confidence[s] for s in sources]).amin(0)
        self.confidence[name] = torch.where(x.isfinite().all(-1), sure, 0.0)

    def mean(self, *names: str) -> Tensor:
        return torch.stack([self.points[n] for n in names]).mean(0)

    def midpoint(self, name: str, *sources: str) -> None:
        """The mean of some points, where all are there and the new one is not."""
        if self.has(*sources) and not self.has(name):
            self.put(name, self.mean(*sources), *sources)

    def alias(self, name: str, source: str) -> None:
        self.midpoint(name, source)

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
    columns = _recognise(poses.skeleton.joints)
    x, c = poses.positions[0].double(), poses.confidence[0].double()
    if static is not None:
        extra = _recognise(static.skeleton.joints)
        new = [n for n in extra if n not in columns]
        x = torch.cat([x, x.new_full((len(x), len(new), 3), torch.nan)], 1)
        columns |= {n: len(poses.skeleton) + i for i, n in enumerate(new)}
        still = x.new_full((1, *x.shape[1:]), torch.nan)
        for name, i in extra.items():
            still[0, columns[name]] = static.positions[0, :, i].double().nanmedian(0).values
        x = torch.cat([x, still])
        c = torch.cat([torch.cat([c, c.new_zeros(len(c), len(new))], 1), still.isfinite().all(-1).to(c)])
    trial = _Trial({}, {})
    for name, i in columns.items():
        if x[:, i].isfinite().any():
            trial.points[name], trial.confidence[name] = x[:, i], c[:, i]
            if name.startswith("cluster "):
                trial.clusters.setdefault(name.split()[1], []).append(name)
    return trial


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
    r = rot.nearest_rotation(seen.mT @ shape)
    # three markers, not in line
    spread = torch.linalg.svdvals(shape)[:, 1] / count[:, 0].sqrt()
    bad = (w.sum((1, 2)) < 3) | (spread < 0.01)
    r = torch.where(bad[:, None, None], torch.nan, r)
    return r, b - (r @ a[..., None])[..., 0]


def joint_centres(poses: Poses, static: Poses | None = None) -> Poses:
    """Joint centres, on :data:`SKELETON`, from the markers of one person.

    - Hips: regression on the distances between the ASIS and to the PSIS or sacrum (Harrington et al. 2007, J. Biomechanics
      40:595). "spine1" is L5/S1 in the same frame.
    - Knees, ankles, elbows, wrists: midway between medial and lateral markers. With a lateral marker alone: half a breadth
      (in proportion to the leg's length) along the joint's axis. That is the normal of the bent leg or arm, for the ankle of
      shank and foot, and constant in the segment above where that carries enough markers. Knees and ankles without any: the
      point that moves least between the clusters of the two segments (SCoRE, Ehrig et al. 2006, J. Biomechanics 39:2798),
      with a guess where the motion does not say.
    - Shoulders: below the acromia. Neck: between C7 and the jugular notch, else between the acromia. Head: the mean of its
      markers. Markers that are joint centres already (HJC, KJC ...) are taken as they are.

    Args:
        poses: markers (1, T, M, 3), metres, y up, under the names of a common set.
        static: a standing trial with markers that were then taken off (medial ones); the same names otherwise.

    Returns:
        Poses (1, T, joints, 3). A marker that is hidden is placed by the others of its rigid segment, at half confidence;
        a joint that cannot be computed in a frame is NaN with confidence 0. Markers that form the mirror image of a person
        are taken for recorded in left-handed axes: z is reversed, with a warning. `metadata["from_markers"]` says which
        markers, or joints, each joint was computed from.

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
    if trial.has("left_hip", "right_hip"):
        for side in _SIDES:
            _leg(trial, side)
    lost = [f"{s}_{j}" for j in ("hip", "knee", "ankle") for s in _SIDES if not (trial.has(n := f"{s}_{j}") and trial.points[n].isfinite().any())]
    if lost:
        names = ", ".join(n.removeprefix("cluster ") for n in found) or "no marker whose name is known"
        raise SkeletonError(
            f"skeleton {poses.skeleton.name!r}: no {', no '.join(lost)} can be computed from these markers: {names} "
            "(hips need both ASIS, and both PSIS or the sacrum; knees and ankles a lateral marker, or clusters of three on thigh, shank and foot)"
        )
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
    sources = {j: [n.removeprefix("cluster ") for n in trial.sources.get(j, (j,))] for j in SKELETON.joints if j in trial.points}
    metadata = {**poses.metadata, "from_markers": sources}
    return replace(poses, positions=x.to(to)[None], confidence=c.to(to)[None], skeleton=SKELETON, metadata=metadata)


def _pelvis(trial: _Trial) -> None:
    trial.fill(trial.segment("pelvis", *(f"{s}_{m}" for m in ("asis", "psis", "hip") for s in _SIDES), "sacrum"))
    asis, hips = ("left_asis", "right_asis"), ("left_hip", "right_hip")
    back = ("left_psis", "right_psis") if trial.has("left_psis", "right_psis") else ("sacrum",)
    if trial.has(*asis, *back):
        _unmirror(trial, asis, back)
        front, forward, up, left, width, depth = _pelvic_frame(trial, asis, back)
        middle = front - (0.24 * depth + 0.0099) * forward - (0.30 * width + 0.0109) * up
        for name, side in zip(hips, (left, -left)):
            if not trial.has(name):
                trial.put(name, middle + (0.33 * width + 0.0073) * side, *asis, *back)
        trial.put("spine1", front + width * (_LUMBAR[0] * forward + _LUMBAR[1] * up), *asis, *back)
    trial.midpoint("pelvis", *hips)


def _pelvic_frame(trial: _Trial, asis: Sequence[str], back: Sequence[str]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Midway between the ASIS; unit vectors forward, up and left; the pelvis' width and depth."""
    across = trial.points[asis[0]] - trial.points[asis[1]]
    left, front = normalize(across), trial.mean(*asis)
    depth = front - trial.mean(*back)
    forward = normalize(_across(depth, left))
    return front, forward, torch.linalg.cross(forward, left), left, across.norm(dim=-1).nanmedian(), depth.norm(dim=-1).nanmedian()


def _unmirror(trial: _Trial, asis: Sequence[str], back: Sequence[str]) -> None:
    """Turn left-handed axes, in which the legs would be on the wrong side of the pelvis, by z -> -z."""
    legs = [n for n in trial.points if re.search(r"_(knee|ankle|heel|thigh|shank)", n)]
    if not legs:
        return
    front, _, up, *_ = _pelvic_frame(trial, asis, back)
    if ((trial.stack(legs).nanmean(1) - front) * up).sum(-1).nanmedian() > 0:
        warnings.warn("the markers are a mirror image of a person: taking their axes for left-handed, z is reversed", stacklevel=4)
        for name, x in trial.points.items():
            trial.points[name] = x * x.new_tensor([1.0, 1.0, -1.0])


def _leg(trial: _Trial, side: str) -> None:
    """Foot, ankle and knee of one side; the hips are known."""
    hip, knee, ankle, heel, foot = (f"{side}_{j}" for j in ("hip", "knee", "ankle", "heel", "foot"))
    thigh, shank, sole = (trial.segment(f"{side}_{part}", *(f"{side}_{m}" for m in marks)) for part, marks in _SEGMENTS.items())
    for markers in (thigh, shank, sole):
        trial.fill(markers)
    trial.alias(f"{side}_big_toe", f"{side}_toe_tip")
    trial.midpoint(foot, f"{side}_mt1", f"{side}_mt5")
    trial.alias(foot, f"{side}_toe")
    height = _height(trial, side)
    left = normalize(trial.points["left_hip"] - trial.points["right_hip"])
    toe = next((t for t in (foot, f"{side}_big_toe") if trial.has(t)), None)
    forward = trial.points[toe] - trial.points[heel] if toe is not None and trial.has(heel) else None

    trial.midpoint(ankle, f"{side}_ankle_lateral", f"{side}_ankle_medial")
    if trial.has(f"{side}_ankle_lateral") and not trial.has(ankle):
        axis = left
        if forward is not None and trial.has(f"{side}_knee_lateral"):
            axis = torch.linalg.cross(trial.points[f"{side}_knee_lateral"] - trial.points[f"{side}_ankle_lateral"], forward)
        axis = _steady(normalize(axis), trial.stack(shank))
        trial.put(ankle, _beside(trial, side, "ankle", axis, height), f"{side}_ankle_lateral")
    elif not trial.has(ankle) and forward is not None and min(len(shank), len(sole)) >= 3:
        up = normalize(_across(trial.stack(shank).nanmean(1) - trial.points[heel], normalize(forward)))
        a, b = _ANKLE_FROM_HEEL
        guess = trial.points[heel] + height * (a * normalize(forward) + b * up)
        trial.put(ankle, _score(trial.stack(shank), trial.stack(sole), guess), *shank, *sole)

    trial.midpoint(knee, f"{side}_knee_lateral", f"{side}_knee_medial")
    if not trial.has(ankle) or trial.has(knee):
        return
    if trial.has(f"{side}_knee_lateral"):
        x = _beside(trial, side, "knee", left, height)
        for _ in range(2):
            bend = _normal(x - trial.points[hip], trial.points[ankle] - x)
            x = _beside(trial, side, "knee", _steady(bend + _UNBENT * left, trial.stack(thigh)), height)
        trial.put(knee, x, f"{side}_knee_lateral")
    elif min(len(thigh), len(shank)) >= 3:
        # a straight knee is midway between hip and ankle
        reach = (trial.points[hip] - trial.points[ankle]).norm(dim=-1)
        guess = torch.where((reach > reach.nanquantile(0.9))[:, None], trial.mean(hip, ankle), torch.nan)
        trial.put(knee, _score(trial.stack(thigh), trial.stack(shank), guess), *thigh, *shank)


def _trunk(trial: _Trial) -> None:
    trial.fill([n for n in (*_TRUNK, "left_clavicle", "right_clavicle") if trial.has(n)])
    trial.fill([f"{s}_{m}" for s in _SIDES for m in ("front_head", "back_head", "temple") if trial.has(f"{s}_{m}")])
    acromia = ("left_acromion", "right_acromion")
    trial.midpoint("clavicles", "left_clavicle", "right_clavicle")
    if trial.has("c7", "clavicles"):
        trial.put("neck", torch.lerp(trial.points["c7"], trial.points["clavicles"], _NECK), "c7", "clavicles")
    trial.midpoint("neck", *acromia)
    trial.midpoint("head", *(f"{s}_{end}_head" for s in _SIDES for end in ("front", "back")))
    trial.midpoint("head", "left_temple", "right_temple")
    if trial.has(*acromia):
        up = normalize(trial.mean(*acromia) - trial.points["pelvis"])
        apart = (trial.points[acromia[0]] - trial.points[acromia[1]]).norm(dim=-1).nanmedian()
        for side in _SIDES:
            if not trial.has(f"{side}_shoulder"):
                trial.put(f"{side}_shoulder", trial.points[f"{side}_acromion"] - _SHOULDER_DROP * apart * up, *acromia, "pelvis")


def _arm(trial: _Trial, side: str) -> None:
    shoulder, elbow, wrist, lateral = (f"{side}_{j}" for j in ("shoulder", "elbow", "wrist", "elbow_lateral"))
    trial.midpoint(wrist, f"{side}_wrist_radial", f"{side}_wrist_ulnar")
    trial.alias(f"{side}_hand", f"{side}_finger")
    trial.midpoint(elbow, lateral, f"{side}_elbow_medial")
    if trial.has(lateral, shoulder, wrist) and not trial.has(elbow):
        left = normalize(trial.points["left_shoulder"] - trial.points["right_shoulder"])
        markers, height = trial.stack([shoulder, *trial.segment(f"{side}_upper_arm", lateral)]), _height(trial, side)
        x = _beside(trial, side, "elbow", left, height)
        for _ in range(2):
            # an elbow bends forward, a knee back
            bend = _normal(trial.points[wrist] - x, x - trial.points[shoulder])
            x = _beside(trial, side, "elbow", _steady(bend + _UNBENT * left, markers), height)
        trial.put(elbow, x, lateral)


def _height(trial: _Trial, side: str) -> Tensor:
    """Body height, metres, from how far the ankle (or heel) gets from the hip."""
    end = next((trial.points[n] for n in (f"{side}_ankle_lateral", f"{side}_heel") if trial.has(n)), None)
    return torch.tensor(1.7018) if end is None else (end - trial.points[f"{side}_hip"]).norm(dim=-1).nanquantile(0.95) / _LEG_LENGTH


def _beside(trial: _Trial, side: str, joint: str, left: Tensor, height: Tensor) -> Tensor:
    """The centre half a breadth inward of a joint's lateral marker, along its axis (to the left)."""
    step = 0.5 * _BREADTH[joint] * height + _STANDOFF
    return trial.points[f"{side}_{joint}_lateral"] + (-step if side == "left" else step) * left


def _across(v: Tensor, axis: Tensor) -> Tensor:
    """The part of v at right angles to a unit axis."""
    return v - (v * axis).sum(-1, keepdim=True) * axis


def _normal(upper: Tensor, lower: Tensor) -> Tensor:
    """Normal of a bent limb, as long as the sine of the bend."""
    return torch.linalg.cross(normalize(upper), normalize(lower))


def _steady(axis: Float[Tensor, "T 3"], markers: Float[Tensor, "T M 3"]) -> Float[Tensor, "T 3"]:
    """Unit axis: the mean one in the segment's frame where its markers show that, else each frame's own."""
    _, r, _ = _rigid(markers)
    mean = normalize((r.mT @ axis[..., None])[..., 0].nanmean(0))
    return torch.where(r[:, :, 0].isfinite() & mean.isfinite(), r @ mean, normalize(axis))


def _score(upper: Float[Tensor, "T M 3"], lower: Float[Tensor, "T N 3"], guess: Float[Tensor, "T 3"]) -> Float[Tensor, "T 3"]:
    """The point that is nearest to fixed in both of two segments, and to a guess of it (NaN where there is none) in the lower."""
    (_, r, t), (_, s, u) = _rigid(upper), _rigid(lower)
    prior = (s.mT @ (guess - u)[..., None])[..., 0].nanmean(0)
    ok = (t + u).isfinite().all(-1)
    weight = 1 / (_SOFT_TISSUE * ok.sum().sqrt())
    a = torch.cat([weight * torch.cat([r, -s], -1)[ok].reshape(-1, 6), torch.cat([torch.zeros(3, 3), torch.eye(3)], -1).to(r) / _GUESS])
    b = torch.cat([weight * (u - t)[ok].reshape(-1), prior / _GUESS])
    fixed = torch.linalg.lstsq(a, b[:, None]).solution[:, 0]
    return torch.stack([r @ fixed[:3] + t, s @ fixed[3:] + u]).mean(0)
