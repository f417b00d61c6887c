"""Several calibrated views: grouping keypoints into people, matching people across views and time, triangulating them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.geometry import Method, dlt, epipolar_distance, fundamental_matrix, triangulate
from vitruve.core.poses import Poses
from vitruve.errors import OptionError, ShapeError, SkeletonError

Track = Mapping[int, Mapping[int, int]]
"""One person's detections: frame -> view -> row."""


class Candidates(NamedTuple):
    """Keypoints found in one view, as parallel arrays."""

    frame: np.ndarray
    joint: np.ndarray
    number: np.ndarray
    """Of the candidate among those of its joint and frame."""
    xy: np.ndarray
    score: np.ndarray


class LimbHypotheses(NamedTuple):
    """Pairs of candidates that may be a limb's ends, as parallel arrays."""

    frame: np.ndarray
    limb: np.ndarray
    a: np.ndarray
    """Number of the candidate at the limb's first joint."""
    b: np.ndarray
    affinity: np.ndarray


def group_parts(
    candidates: Candidates, hypotheses: LimbHypotheses, limbs: np.ndarray, shape: tuple[int, int], min_joints: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Group the keypoint candidates of one view into people by part affinities: (positions (P, T, J, 2), scores (P, T, J)).

    `limbs` (L, 2) holds joints, `shape` is (frames, joints). Limbs are taken most certain first, each joining two groups that
    share no joint. Groups of fewer than `min_joints` are dropped. People of a frame are sorted by their summed scores; absent
    ones are NaN.

    Source: Cao et al. 2017, "Realtime multi-person 2D pose estimation using part affinity fields" (greedy relaxation).
    """
    frames, joints = shape
    people: list[list[dict[int, int]]] = [[] for _ in range(frames)]
    by_frame = np.argsort(candidates.frame, kind="stable")
    bounds = np.searchsorted(candidates.frame[by_frame], np.arange(frames + 1))
    certain_first = np.lexsort((-hypotheses.affinity.astype(np.float64), hypotheses.frame))
    limb_bounds = np.searchsorted(hypotheses.frame[certain_first], np.arange(frames + 1))
    for t in range(frames):
        at = {(int(candidates.joint[i]), int(candidates.number[i])): int(i) for i in by_frame[bounds[t] : bounds[t + 1]]}
        group = {key: n for n, key in enumerate(at)}
        members = {n: {key[0]: i} for n, (key, i) in enumerate(at.items())}
        used: set[tuple[int, int, int]] = set()
        for i in certain_first[limb_bounds[t] : limb_bounds[t + 1]]:
            row = int(hypotheses.limb[i])
            a, b = (int(limbs[row, 0]), int(hypotheses.a[i])), (int(limbs[row, 1]), int(hypotheses.b[i]))
            if a not in group or b not in group or (row, 0, a[1]) in used or (row, 1, b[1]) in used:
                continue
            ga, gb = group[a], group[b]
            if ga != gb:
                if members[ga].keys() & members[gb].keys():
                    continue
                members[ga] |= members.pop(gb)
                group = {k: ga if n == gb else n for k, n in group.items()}
            used |= {(row, 0, a[1]), (row, 1, b[1])}
        found = [m for m in members.values() if len(m) >= min_joints]
        people[t] = sorted(found, key=lambda m: -float(sum(candidates.score[i] for i in m.values())))
    most = max((len(p) for p in people), default=0)
    out = np.full((max(most, 1), frames, joints, 2), np.nan, np.float32)
    scores = np.zeros((max(most, 1), frames, joints), np.float32)
    for t, present in enumerate(people):
        for p, parts in enumerate(present):
            for j, i in parts.items():
                out[p, t, j], scores[p, t, j] = candidates.xy[i], candidates.score[i]
    return out, scores


def _views(poses: Sequence[Poses] | Mapping[str, Poses], cameras: Sequence[Camera] | Mapping[str, Camera] | None) -> tuple[list[Poses], Camera]:
    """(views, their cameras as a batch), both checked; named views pick their cameras by name."""
    if isinstance(poses, Mapping) and isinstance(cameras, Mapping):
        lost = [n for n in poses if n not in cameras]
        if lost:
            raise OptionError(f"no camera for view {lost[0]!r}; cameras: {', '.join(cameras)}")
        cameras = [cameras[n] for n in poses]
    views = list(poses.values()) if isinstance(poses, Mapping) else list(poses)
    if len(views) < 2:
        raise OptionError(f"expected at least two views, found {len(views)}")
    if cameras is None:
        if any(v.camera is None for v in views):
            raise OptionError("no cameras given, and some views have none of their own")
        cameras = [v.camera for v in views if v.camera is not None]
    rig = list(cameras.values()) if isinstance(cameras, Mapping) else list(cameras)
    if len(rig) != len(views):
        raise ShapeError(f"{len(views)} views, {len(rig)} cameras")
    first = views[0]
    for n, v in enumerate(views):
        which = f"view {n}{f' ({v.name})' if v.name else ''}"
        if v.dims != 2:
            raise OptionError(f"{which}: expected 2D keypoints; these are 3D")
        if v.skeleton != first.skeleton:
            raise SkeletonError(f"views of different skeletons: {first.skeleton.name!r} in view 0, {v.skeleton.name!r} in {which}")
        if v.num_frames != first.num_frames or abs(v.fps - first.fps) > 1e-6 * first.fps:
            raise ShapeError(f"views are not in step: {first.num_frames} frames at {first.fps:g}/s in view 0, {v.num_frames} at {v.fps:g}/s in {which}")
    return views, Camera.stack(rig).to(torch.float64)


def triangulate_poses(
    views: Sequence[Poses] | Mapping[str, Poses],
    cameras: Sequence[Camera] | Mapping[str, Camera] | None = None,
    method: Method = "robust",
    threshold: float | None = None,
    min_confidence: float = 0.0,
) -> Poses:
    """3D poses of people who have the same row in every view (one person, say): every joint of every frame at once.

    Args:
        views: synchronised 2D keypoints, one per camera, in order or by name.
        cameras: in the same order or by the same names; the views' own cameras by default.
        method, threshold: as in :func:`vitruve.core.geometry.triangulate`.
        min_confidence: keypoints below this are taken as not seen.

    Returns:
        World positions in metres; confidence is the mean of the views that agree, and a joint that fewer than two
        views agree on is NaN. `metadata["reprojection_error"]` (P, T, J) is in pixels.
    """
    poses, rig = _views(views, cameras)
    if len({p.num_people for p in poses}) > 1:
        raise ShapeError(f"views hold {sorted({p.num_people for p in poses})} people: match them first (track_people)")
    xy = torch.stack([p.positions for p in poses])
    w = torch.stack([p.confidence for p in poses])
    out = triangulate(xy, rig, torch.where(w >= min_confidence, w, 0.0), method, threshold=threshold)
    return replace(
        poses[0],
        positions=out.points,
        confidence=out.confidence,
        camera=None,
        image_size=None,
        metadata={**poses[0].metadata, "reprojection_error": out.error},
    )


@dataclass(frozen=True)
class Matching:
    """How people are matched. Distances are in pixels at an image width of 1920 and scale with it."""

    epipolar: float = 40.0
    """Largest mean epipolar distance of one person's joints in two views."""
    reprojection: float = 50.0
    """Largest mean distance of a view's joints from the person triangulated from the other views."""
    temporal: float = 80.0
    """Largest mean distance of a view's joints from where a known person was last seen."""
    min_joints: int = 5
    """Joints two sightings must share to be compared."""
    max_age: float = 0.4
    """Seconds after which a person who is not seen is forgotten."""
    min_views: int = 2
    """Views a new person needs."""
    apart: float = 0.4
    """Metres between the middles of two people; tracks that stay nearer and share no view are one person's."""
    gap: float = 1.5
    """Seconds that somebody may be out of sight and still be known again."""
    pace: float = 2.0
    """Metres per second at which people walk while out of sight."""


def _mean_distance(distance: Tensor, weight: Tensor, min_joints: int) -> Tensor:
    """Weighted mean over joints (last axis); infinite where fewer than `min_joints` count."""
    weight = torch.where(distance.isfinite(), weight, 0.0)
    mean = (distance.nan_to_num(0.0, 0.0, 0.0) * weight).sum(-1) / weight.sum(-1).clamp_min(1e-9)
    return torch.where((weight > 0).sum(-1) >= min_joints, mean, torch.inf)


def track_people(
    views: Sequence[Poses] | Mapping[str, Poses],
    cameras: Sequence[Camera] | Mapping[str, Camera] | None = None,
    matching: Matching | None = None,
    method: Method = "robust",
    min_length: float = 0.2,
) -> Poses:
    """3D tracks of several people from detections without identity.

    Each frame first continues the known people: every view's detections are assigned (Hungarian) by their distance from the
    person's last 3D pose, moved on at its last velocity. What is left starts new people: pairs of detections from two views,
    best mean epipolar distance first, to which each other view adds the detection that fits the triangulated pose. At the end
    tracks that run beside each other in different views are made one, and so are those that end where another soon begins.

    Args:
        views: synchronised 2D detections; row p of a frame is one detection, the rows of different frames are unrelated.
        cameras: in the same order or by the same names; the views' own cameras by default.
        matching: thresholds.
        method: how the final joints are triangulated.
        min_length: tracks shorter than this many seconds are dropped before they are joined.

    Returns:
        World positions (people, frames, joints, 3), metres; NaN where a person or joint is not seen. `metadata["views"]`
        (P, T, V) holds the row of the detection used in each view, -1 for none.
    """
    from scipy.optimize import linear_sum_assignment

    poses, rig = _views(views, cameras)
    m = matching or Matching()
    number = len(poses)
    most = max(p.num_people for p in poses)
    frames, joints, fps = poses[0].num_frames, len(poses[0].skeleton), poses[0].fps

    def padded(x: Tensor, value: float) -> Tensor:
        return torch.cat([x, x.new_full((most - len(x), *x.shape[1:]), value)]).transpose(0, 1)

    xy = torch.stack([padded(p.positions.double(), torch.nan) for p in poses], 1)  # T V P J 2
    weight = torch.stack([padded(p.confidence.double(), 0.0) for p in poses], 1)  # T V P J
    flat = xy.transpose(0, 1).reshape(number, -1, 2)
    ideal = rig.undistort(flat).reshape(number, frames, most, joints, 2).transpose(0, 1)
    width = float(2 * rig.centre[:, 0].mean()) if rig.image_size is None else rig.image_size[0]
    px = width / 1920
    projection = rig.matrix()

    pairs = list(combinations(range(number), 2))
    # every detection against every other one in each other view, in all frames at once: T x P x P per pair of views
    cost = torch.stack(
        [
            _mean_distance(
                epipolar_distance(ideal[:, a, :, None], ideal[:, b, None], fundamental_matrix(rig[a], rig[b])),
                (weight[:, a, :, None] * weight[:, b, None]).sqrt(),
                m.min_joints,
            )
            for a, b in pairs
        ],
        1,
    ).numpy()

    def pose_of(t: int, rows: Mapping[int, int]) -> Tensor:
        """Joints (J, 3) of a person whose detection in view v is rows[v]."""
        vs, ps = list(rows), list(rows.values())
        return dlt(projection[vs], ideal[t, vs, ps], weight[t, vs, ps])

    def distances(t: int, points: Tensor) -> Tensor:
        """Mean reprojection distance (N, V, P) of 3D people (N, J, 3) from every detection of frame t."""
        seen = rig.project(points.reshape(1, -1, 3).expand(number, -1, 3)).reshape(number, len(points), 1, joints, 2).transpose(0, 1)
        return _mean_distance((seen - xy[t]).norm(dim=-1), weight[t].expand(len(points), number, most, joints), m.min_joints)

    tracks: list[dict[int, dict[int, int]]] = []
    live: list[tuple[int, int, Tensor, Tensor]] = []  # track, last frame, its pose, velocity per frame
    for t in range(frames):
        taken = [set[int]() for _ in range(number)]
        live = [entry for entry in live if (t - entry[1]) / fps <= m.max_age]
        found: list[dict[int, int]] = [{} for _ in live]
        if live:
            guess = torch.stack([pose + (t - last) * velocity for _, last, pose, velocity in live])
            far = distances(t, guess).numpy()
            for v in range(number):
                c = np.minimum(far[:, v], 1e6)
                for i, p in zip(*linear_sum_assignment(c)):
                    if c[i, p] < m.temporal * px:
                        found[i][v] = int(p)
                        taken[v].add(int(p))
        for i, rows in enumerate(found):
            index, last, pose, velocity = live[i]
            tracks[index][t] = rows
            # one view alone does not say where somebody is
            if len(rows) < 2:
                continue
            now = pose_of(t, rows)
            known = now.isfinite().all(-1, keepdim=True)
            # a joint that one view alone sees moves with the person
            now = torch.where(known, now, guess[i])
            step = (now - pose).nanmean(0, keepdim=True) / (t - last)
            live[i] = (index, t, now, 0.5 * velocity + 0.5 * step.nan_to_num(0.0))

        candidates = sorted(
            (float(cost[t, k, p, q]), a, int(p), b, int(q)) for k, (a, b) in enumerate(pairs) for p, q in zip(*np.nonzero(cost[t, k] < m.epipolar * px))
        )
        for _, a, p, b, q in candidates:
            if p in taken[a] or q in taken[b]:
                continue
            rows = {a: p, b: q}
            d = distances(t, pose_of(t, rows)[None])[0]
            if max(float(d[a, p]), float(d[b, q])) > m.reprojection * px:
                continue
            for v in (v for v in range(number) if v not in rows):
                free = [r for r in range(most) if r not in taken[v]]
                if not free:
                    continue
                d = distances(t, pose_of(t, rows)[None])[0, v]
                best = min(free, key=lambda r: float(d[r]))
                if float(d[best]) < m.reprojection * px:
                    rows[v] = best
            if len(rows) < m.min_views:
                continue
            for v, r in rows.items():
                taken[v].add(r)
            live.append((len(tracks), t, pose_of(t, rows), xy.new_zeros(1, 3)))
            tracks.append({t: rows})

    def middle(track: Mapping[int, Mapping[int, int]]) -> Tensor:
        """Where somebody stands on the floor in each frame (T, 2); NaN where fewer than two views say."""
        out = xy.new_full((frames, 2), torch.nan)
        for t, rows in track.items():
            if len(rows) >= 2:
                out[t] = pose_of(t, rows).nanmean(0)[[0, 2]]
        return out

    least = max(round(min_length * fps), 1)
    people = _joined([track for track in tracks if sum(len(rows) >= 2 for rows in track.values()) >= least], middle, m, fps, least)
    if not people:
        raise OptionError("no person was matched across views; check that cameras and views belong together, or loosen `matching`")
    used = torch.full((len(people), frames, number), -1, dtype=torch.int64)
    for i, person in enumerate(people):
        for t, seen in person.items():
            for v, r in seen.items():
                used[i, t, v] = r
    frame, view = torch.arange(frames)[:, None], torch.arange(number)
    picked = xy[frame, view, used.clamp_min(0)]  # N T V J 2
    w = torch.where(used[..., None] >= 0, weight[frame, view, used.clamp_min(0)], 0.0)
    out = triangulate(picked.permute(2, 0, 1, 3, 4), rig, w.permute(2, 0, 1, 3), method)
    dtype = poses[0].positions.dtype
    return Poses(
        out.points.to(dtype),
        poses[0].skeleton,
        fps,
        out.confidence.to(dtype),
        name=poses[0].name,
        metadata={"views": used, "reprojection_error": out.error.to(dtype)},
    )


def _joined(tracks: Sequence[Track], middle: Callable[[Track], Float[Tensor, "T 2"]], matching: Matching, fps: float, brief: int) -> list[Track]:
    """Tracks of one person made one, the nearest first; every frame keeps the views of both, the longer track's where both have one.

    Tracks that share no more than `brief` frames follow each other, others run beside each other.
    """
    tracks = list(tracks)
    paths = [middle(track).numpy() for track in tracks]
    located = [np.isfinite(path[:, 0]) for path in paths]

    def distance(a: int, b: int) -> float:
        """Metres between two tracks that may be one person; infinite for others."""
        both = np.flatnonzero(located[a] & located[b])
        if len(both) > brief:
            far = float(np.median(np.linalg.norm(paths[a][both] - paths[b][both], axis=-1)))
            alone = sum(not tracks[a][t].keys() & tracks[b][t].keys() for t in both.tolist())
            return far if far < matching.apart and 2 * alone > len(both) else np.inf
        one, other = sorted(((np.flatnonzero(located[i]), i) for i in (a, b)), key=lambda entry: entry[0][0])
        # the last place of the earlier and the first of the later, as medians of a few frames
        end, start = np.median(paths[one[1]][one[0][-brief:]], 0), np.median(paths[other[1]][other[0][:brief]], 0)
        seconds, far = (other[0][0] - one[0][-1]) / fps, float(np.linalg.norm(end - start))
        return far if seconds <= matching.gap and far < matching.apart + matching.pace * max(seconds, 0) else np.inf

    here = [i for i, seen in enumerate(located) if seen.any()]
    costs = {(a, b): distance(a, b) for a, b in combinations(here, 2)}
    while costs and costs[nearest := min(costs, key=costs.__getitem__)] < np.inf:
        kept, gone = sorted(nearest, key=lambda i: -int(located[i].sum()))
        tracks[kept] = {t: {**tracks[gone].get(t, {}), **tracks[kept].get(t, {})} for t in sorted(tracks[kept].keys() | tracks[gone].keys())}
        paths[kept] = middle(tracks[kept]).numpy()
        located[kept] = np.isfinite(paths[kept][:, 0])
        here.remove(gone)
        costs = {pair: distance(*pair) if kept in pair else cost for pair, cost in costs.items() if gone not in pair}
    return [tracks[i] for i in here]


def shelf_head(poses: Poses) -> Float[Tensor, "P T 14 3"]:
    """Joints of Shelf and Campus from COCO's: limbs as they are, the head's ends from nose, ears and shoulders.

    The annotators' head ends have no counterpart in COCO. Bottom: between the shoulders' middle and the ears'
    middle (weight a quarter) and half-way to the nose (three quarters); top: beyond the ears' middle, and above the nose
    (y is up). Weights as in VoxelPose's evaluation of Shelf.
    """
    from vitruve.core.standards import skeleton

    coco = poses.map_to(skeleton("coco17")).positions
    limbs = coco[:, :, [16, 14, 12, 11, 13, 15, 10, 8, 6, 5, 7, 9]]
    shoulders, ears, nose = coco[:, :, [5, 6]].mean(2), coco[:, :, [3, 4]].mean(2), coco[:, :, 0]
    bottom = (shoulders + ears) / 2
    by_ears = torch.stack([bottom, bottom + 2 * (ears - bottom)], 2)
    to_nose = nose - shoulders
    by_nose = torch.stack([shoulders + 0.5 * to_nose, shoulders + to_nose * to_nose.new_tensor([0.75, 1.5, 0.75])], 2)
    # where nose or ears are not seen, the others decide alone
    by_nose, by_ears = torch.where(by_nose.isfinite(), by_nose, by_ears), torch.where(by_ears.isfinite(), by_ears, by_nose)
    return torch.cat([limbs, 0.75 * by_nose + 0.25 * by_ears], 2)
