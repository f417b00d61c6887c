"""Keypoint files: COCO, COCO-WholeBody, OpenPose, mmpose, AlphaPose, Panoptic, NW-UCLA, and vitruve's own JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import STANDARDS
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.io.files import atomic, read_text

BY_COUNT = {16: "mpii16", 17: "coco17", 18: "openpose18", 25: "openpose25", 26: "halpe26", 133: "wholebody133", 136: "halpe136"}
"""The joint set that a number of 2D keypoints usually means; 17 in 3D are Human3.6M's."""

_MAX_PEOPLE = 500
_MAX_JOINTS = 1000
_MAX_VALUES = 300_000_000
_FORGET = 30
"""Frames after which a lost person is no longer looked for."""


class NobodyError(FormatError):
    """A whole file in which nobody was found. One of several views may well be so."""


@dataclass
class _Detection:
    """One person in one frame: points (K, 2 or 3), confidence (K,)."""

    frame: str
    points: np.ndarray
    confidence: np.ndarray
    track: int | None = None


@dataclass
class _Content:
    """What a file holds, before people are followed through the frames."""

    people: list[_Detection]
    frames: list[str] | None = None
    """Names of all frames, also of those without people; None where only people are listed."""
    names: Sequence[str] = ()
    links: Sequence[tuple[int, int]] = ()
    image_size: tuple[int, int] | None = None
    skeleton: str | None = None


def read(path: str | Path, *, skeleton: Skeleton | str | None = None, fps: float | None = None, image_size: tuple[int, int] | None = None) -> Poses:
    """Read keypoints of people over time: Poses (P, T, J, 2) in pixels, or 3D where the file has it.

    A folder holds one OpenPose (or CMU Panoptic) file per frame. Frames are ordered by the number in their name or by
    image id; frame numbers that are skipped become missing frames, while files whose numbers are far apart are taken as
    separate images, without any following of people. Track ids of the file become `ids`; where there are none, people
    are followed by the distance of their keypoints. Points with confidence 0 are missing. COCO's visibility flags give
    confidence 1 (visible) and 0.5 (labelled but hidden).

    Args:
        skeleton: joint set, by name or as a Skeleton; by default from the file's own names or the number of points.
        fps: frame rate, 30 by default (vitruve's own files hold theirs).
        image_size: (width, height) in pixels, where the file does not say.

    Raises:
        FormatError: the JSON is broken, of an unknown layout, or its people differ in their number of points.
        NobodyError: a FormatError too, of a file that is as it should be, but without people.
    """
    path = Path(path)
    if isinstance(skeleton, str):
        skeleton = standard(skeleton)
    if path.is_dir():
        return _assemble(path, _read_folder(path), skeleton, fps, image_size)
    data = _parse(path)
    if isinstance(data, dict) and data.get("format") == "vitruve-poses":
        return _read_own(path, data, skeleton, fps, image_size)
    if isinstance(data, dict) and "skeletons" in data:
        return _read_ucla(path, data, fps)
    return _assemble(path, _content(path, data, path.stem), skeleton, fps, image_size)


def _parse(path: Path) -> Any:
    text = read_text(path, limit=2_000_000_000)
    try:
        return json.loads(text)
    except json.JSONDecodeError as e:
        raise FormatError(path, f"not JSON: {e.msg}", line=e.lineno) from None
    except (ValueError, RecursionError) as e:
        raise FormatError(path, f"not JSON that can be read: {e}") from None


def _array(path: Path, value: Any, what: str) -> np.ndarray:
    """A float array of any shape; null counts as missing."""
    try:
        out = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise FormatError(path, f"{what}: expected numbers, found {_shown(value)}") from None
    return out


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 80 else f"{text[:77]}..."


def _items(path: Path, value: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise FormatError(path, f"{what}: expected a list of objects, found {_shown(value)}")
    return value


def _points(path: Path, value: Any, what: str, count: int | None = None, width: int | None = None) -> np.ndarray:
    """(K, C) points from a nested list, or from a flat one of triplets (pairs where `count` or the length says so)."""
    x = _array(path, value, what)
    if x.ndim == 2 and x.shape[1] in (2, 3, 4):
        pass
    elif x.ndim == 1 and x.size and width is None:
        fits = [w for w in (3, 2, 4) if x.size % w == 0 and count in (None, x.size // w)]
        if not fits:
            raise FormatError(path, f"{what}: {x.size} numbers do not make up triplets{f' of {count} points' if count else ''}")
        x = x.reshape(-1, fits[0])
    elif x.ndim == 1 and x.size and width and x.size % width == 0:
        x = x.reshape(-1, width)
    else:
        raise FormatError(path, f"{what}: expected points of 2 or 3 numbers, found an array of shape {x.shape}")
    if len(x) > _MAX_JOINTS:
        raise FormatError(path, f"{what}: {len(x)} points; expected at most {_MAX_JOINTS}")
    return x


def _integer(value: Any) -> int | None:
    """An integer within 64 bits from a number or a numeric text, else None."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        n = int(value)
    except (ValueError, OverflowError):
        return None
    return n if abs(n) < 2**62 else None


def _size(record: dict[str, Any]) -> tuple[int, int] | None:
    w, h = _integer(record.get("width")), _integer(record.get("height"))
    return (w, h) if w and h and w > 0 and h > 0 else None


def _content(path: Path, data: Any, frame: str) -> _Content:
    """Tell the layouts apart by their keys."""
    if isinstance(data, dict):
        if "annotations" in data:
            return _coco(path, data)
        if "instance_info" in data:
            return _mmpose(path, data["instance_info"], data.get("meta_info"), frame)
        if "people" in data or "bodies" in data:
            return _per_frame(path, data, frame)
    if isinstance(data, list) and not data:
        raise NobodyError(path, "an empty list: nobody was detected, so not even the joint set is known")
    if isinstance(data, list) and isinstance(data[0], dict):
        if "image_id" in data[0]:
            return _results(path, data)
        if "instances" in data[0] or "keypoints" in data[0]:
            return _mmpose(path, data, None, frame)
    raise FormatError(
        path,
        f"unknown keypoint layout: found {_outline(data)}; expected annotations (COCO), a list with image_id (COCO, AlphaPose results), "
        "people (OpenPose), instance_info (mmpose), bodies (Panoptic), skeletons (NW-UCLA) or vitruve's own",
    )


def _outline(data: Any) -> str:
    if isinstance(data, dict):
        return f"an object with keys {', '.join(map(str, list(data)[:8])) or '(none)'}"
    if isinstance(data, list):
        return f"a list of {type(data[0]).__name__}" if data else "an empty list"
    return f"a {type(data).__name__}"


def _coco(path: Path, data: dict[str, Any]) -> _Content:
    images = _items(path, data.get("images", []), "images")
    categories = _items(path, data.get("categories", []), "categories")
    named = next((c for c in categories if isinstance(c.get("keypoints"), list) and c["keypoints"]), {})
    names = [str(n) for n in named.get("keypoints", [])]
    annotations = [a for a in _items(path, data["annotations"], "annotations") if "keypoints" in a]
    people = []
    for i, a in enumerate(annotations):
        what = f"annotation {a.get('id', i)}: keypoints"
        points = _points(path, a["keypoints"], what)
        if "lefthand_kpts" in a and len(points) == 17:
            parts = ("foot_kpts", "face_kpts", "lefthand_kpts", "righthand_kpts")
            points = np.concatenate([points, *(_points(path, a.get(k), f"annotation {a.get('id', i)}: {k}", width=3) for k in parts)])
        people.append(_Detection(_frame_name(a.get("image_id")), *_split_confidence(points), _integer(a.get("track_id"))))
    _same_points(path, people)
    _read_flags(people)
    sizes = {_size(i) for i in images}
    content = _Content(people, [_frame_name(i.get("id")) for i in images] or None, names, _links(named.get("skeleton"), len(names)))
    content.image_size = sizes.pop() if len(sizes) == 1 else None
    files = [i.get("file_name") for i in images]
    if images and all(isinstance(f, str) for f in files) and _numbers([str(f) for f in files]) is not None:
        # frame numbers of file names follow the video; image ids may not
        rename = dict(zip(content.frames or [], map(str, files)))
        content.frames = list(map(str, files))
        for d in people:
            d.frame = rename.get(d.frame, d.frame)
    return content


def _same_points(path: Path, people: list[_Detection]) -> None:
    for d in people:
        if d.points.shape != people[0].points.shape:
            raise FormatError(path, f"people differ in their points: {people[0].points.shape} and {d.points.shape} (frame {d.frame!r})")


def _read_flags(people: list[_Detection]) -> None:
    """Turn COCO's flags 0, 1, 2 into confidence. WholeBody mixes them with scores, joint by joint."""
    if not people:
        return
    values = np.stack([d.confidence for d in people])
    flags = np.isin(values, (0, 1, 2)).all(0)
    if not flags.all():
        flags &= (values == 2).any(0)
    values[:, flags] /= max(values[:, flags].max(initial=1), 1)
    for d, v in zip(people, values):
        d.confidence = v


def _frame_name(value: Any) -> str:
    return str(value) if isinstance(value, int | float | str) else ""


def _links(value: Any, count: int) -> list[tuple[int, int]]:
    """COCO's limbs are pairs counted from 1; some files count from 0."""
    pairs = [[_integer(v) for v in p] for p in value if isinstance(p, list) and len(p) == 2] if isinstance(value, list) else []
    known = [(p[0], p[1]) for p in pairs if p[0] is not None and p[1] is not None]
    first = 0 if any(0 in p for p in known) else 1
    return [(a - first, b - first) for a, b in known if 0 <= a - first < count and 0 <= b - first < count]


def _split_confidence(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """2D points and the confidence behind them (1 where the file gives none)."""
    return points[:, :2], points[:, 2] if points.shape[1] > 2 else np.ones(len(points))


def _results(path: Path, data: list[Any]) -> _Content:
    people = []
    for i, r in enumerate(_items(path, data, "results")):
        if "keypoints" not in r:
            raise FormatError(path, f"result {i} has no keypoints: are these boxes only?")
        points = _points(path, r["keypoints"], f"result {i}: keypoints")
        track = next((_integer(r[k]) for k in ("track_id", "idx") if k in r), None)
        people.append(_Detection(_frame_name(r.get("image_id")), *_split_confidence(points), track))
    return _Content(people)


def _mmpose(path: Path, data: Any, meta: Any, frame: str) -> _Content:
    records = _items(path, data, "instance_info")
    if records and "keypoints" in records[0]:
        records = [{"frame_id": frame, "instances": records}]
    people, frames = [], []
    for i, record in enumerate(records):
        name = _frame_name(record.get("frame_id", i))
        frames.append(name)
        for k, person in enumerate(_items(path, record.get("instances", []), f"frame {name}: instances")):
            what = f"frame {name}, person {k}"
            points = _points(path, person.get("keypoints"), f"{what}: keypoints")
            if points.shape[1] == 3:
                # mmpose shows 3D lying on x and y with z up, seen from the camera: x to its left, y towards it
                points = points[:, [0, 2, 1]] * [-1, 1, 1]
            scores = person.get("keypoint_scores")
            confidence = np.ones(len(points)) if scores is None else _array(path, scores, f"{what}: keypoint_scores")
            if confidence.shape != (len(points),):
                raise FormatError(path, f"{what}: {len(points)} keypoints but scores of shape {confidence.shape}")
            people.append(_Detection(name, points, confidence, _integer(person.get("track_id"))))
    names: list[str] = []
    if isinstance(meta, dict) and isinstance(meta.get("keypoint_id2name"), dict):
        by_id = {_integer(k): str(v) for k, v in meta["keypoint_id2name"].items()}
        if set(by_id) == set(range(len(by_id))):
            names = [by_id[i] for i in range(len(by_id))]
    return _Content(people, frames, names)


def _per_frame(path: Path, data: dict[str, Any], frame: str) -> _Content:
    """One frame of OpenPose, or of CMU Panoptic (which is 3D, in centimetres with y down)."""
    people: list[_Detection] = []
    joint_set = None
    if "bodies" in data:
        for b in _items(path, data["bodies"], "bodies"):
            key = next((k for k in ("joints19", "joints15") if k in b), None)
            if key is None:
                raise FormatError(path, "a body without joints19 or joints15")
            x = _points(path, b[key], key, width=4)
            if len(x) != int(key[-2:]):
                raise FormatError(path, f"{key} has {len(x)} joints")
            joint_set = f"panoptic{len(x)}"
            people.append(_Detection(frame, x[:, :3] * [0.01, -0.01, -0.01], x[:, 3].clip(0) if x.shape[1] > 3 else np.ones(len(x)), _integer(b.get("id"))))
        return _Content(people, [frame], skeleton=joint_set)
    for person in _items(path, data["people"], "people"):
        track = _integer(person.get("person_id"))
        points = _points(path, person.get("pose_keypoints_2d", person.get("pose_keypoints")), "pose_keypoints_2d", width=3)
        people.append(_Detection(frame, *_split_confidence(points), None if track is None or track < 0 else track))
    return _Content(people, [frame])


def _read_folder(path: Path) -> _Content:
    files = sorted(path.glob("*.json"))
    if not files:
        raise FormatError(path, "no .json files in this folder")
    content = _Content([], [])
    for file in files:
        # OpenPose writes name_000000000012_keypoints.json: the last number is the frame
        name = file.stem.removesuffix("_keypoints")
        data = _parse(file)
        if not isinstance(data, dict) or not ("people" in data or "bodies" in data):
            raise FormatError(file, f"expected one frame of OpenPose or Panoptic, found {_outline(data)}")
        one = _per_frame(file, data, name)
        content.people += one.people
        content.skeleton = content.skeleton or one.skeleton
        assert content.frames is not None
        content.frames.append(name)
    return content


def _numbers(names: Sequence[str]) -> list[int] | None:
    """The last number in each name; None where some have none, or two names share one."""
    found = [re.findall(r"\d+", re.sub(r"\.\w+$", "", n)) for n in names]
    if not all(found):
        return None
    try:
        out = [int(f[-1]) for f in found]
    except ValueError:
        return None
    return out if len(set(out)) == len(set(names)) else None


def _place(names: Iterable[str]) -> tuple[dict[str, int], int, bool]:
    """(frame index of each name, number of frames, whether they are a sequence)."""
    unique = list(dict.fromkeys(names))
    numbers = _numbers(unique)
    if numbers is None:
        return {n: i for i, n in enumerate(unique)}, len(unique), len(unique) == 1
    first, last = min(numbers), max(numbers)
    step = gcd(*(n - first for n in numbers)) or 1
    count = (last - first) // step + 1
    if count > 20 * len(unique) + 100:
        order = {n: i for i, n in enumerate(sorted(numbers))}
        return {name: order[n] for name, n in zip(unique, numbers)}, len(unique), False
    return {name: (n - first) // step for name, n in zip(unique, numbers)}, count, True


def _assemble(path: Path, content: _Content, skeleton: Skeleton | None, fps: float | None, image_size: tuple[int, int] | None) -> Poses:
    people = content.people
    if not people:
        raise NobodyError(path, "nobody in this file: no keypoints were found")
    _same_points(path, people)
    shape = people[0].points.shape
    place, count, sequence = _place([*(content.frames or []), *(d.frame for d in people)])
    by_frame: dict[int, list[int]] = {}
    for i, d in enumerate(people):
        by_frame.setdefault(place[d.frame], []).append(i)
    crowded = max(by_frame.values(), key=len)
    if len(crowded) > _MAX_PEOPLE:
        raise FormatError(path, f"frame {people[crowded[0]].frame!r} holds {len(crowded)} people; expected at most {_MAX_PEOPLE}")
    x = np.stack([d.points for d in people])
    confidence = np.stack([d.confidence for d in people])
    missing = ~np.isfinite(x).all(-1) | ~(confidence > 0)
    x[missing] = np.nan
    confidence[missing] = 0
    tracks, ids = _identities(people, x, by_frame, sequence)
    if len(ids) * count * shape[0] > _MAX_VALUES:
        raise FormatError(path, f"{len(ids)} people x {count} frames x {shape[0]} points are too many to hold")
    positions = np.full((len(ids), count, *shape), np.nan, np.float32)
    scores = np.zeros((len(ids), count, shape[0]), np.float32)
    for frame, members in by_frame.items():
        for i in members:
            positions[tracks[i], frame] = x[i]
            scores[tracks[i], frame] = confidence[i]
    if skeleton is None:
        skeleton = _skeleton_of(path, content, *shape)
    elif len(skeleton) != shape[0]:
        raise OptionError(f"{path}: skeleton {skeleton.name!r} has {len(skeleton)} joints, the file {shape[0]} points")
    return Poses(
        torch.from_numpy(positions),
        skeleton,
        fps or 30.0,
        torch.from_numpy(scores),
        torch.tensor(ids),
        image_size=image_size or content.image_size,
        name=path.stem,
        metadata=_first_frame(place, count) if sequence and not content.frames else {} if sequence else {"separate_images": True},
    )


def _first_frame(place: Mapping[str, int], count: int) -> dict[str, int]:
    """Of a file that lists detections alone, which may begin late: the number of the first and the step of its numbering, where frames have numbers."""
    at = {i: name for name, i in place.items()}
    ends = _numbers(list(dict.fromkeys((at[0], at[count - 1]))))
    return {} if ends is None else {"first_frame": ends[0], "frame_step": max(1, (ends[-1] - ends[0]) // max(1, count - 1))}


def _skeleton_of(path: Path, content: _Content, count: int, dims: int) -> Skeleton:
    if content.skeleton is not None:
        return standard(content.skeleton)
    names = [re.sub(r"\W+", "_", n.lower()).strip("_") for n in content.names]
    if len(names) == count and len(set(names)) == count:
        for standard_name in STANDARDS:
            if standard_name != "anny" and (s := standard(standard_name)).joints == tuple(names):
                return s
    if count in BY_COUNT and len(names) != count:
        return standard("h36m17" if (count, dims) == (17, 3) else BY_COUNT[count])
    if len(names) != count or len(set(names)) != count:
        names = [f"point_{i}" for i in range(count)]
    return Skeleton(path.stem or "keypoints", tuple(names), (-1,) * count, limbs=tuple(content.links))


def _identities(people: list[_Detection], x: np.ndarray, by_frame: dict[int, list[int]], sequence: bool) -> tuple[list[int], list[int]]:
    """(row of each detection, id of each row)."""
    if not sequence:
        rows = [0] * len(people)
        for members in by_frame.values():
            for k, i in enumerate(members):
                rows[i] = k
        return rows, list(range(max(rows) + 1))
    given = [d.track for d in people]
    pairs = {(d.frame, d.track) for d in people}
    if None not in given and len(pairs) == len(people):
        ids = sorted({t for t in given if t is not None})
        row = {t: i for i, t in enumerate(ids)}
        return [row[t] for t in given if t is not None], ids
    rows = _follow(x, by_frame)
    return rows, list(range(max(rows) + 1))


def _follow(x: np.ndarray, by_frame: dict[int, list[int]]) -> list[int]:
    """Row of each detection (N, K, D): frame by frame, the assignment with the least distance of keypoints.

    The distance is the mean over shared keypoints relative to the size of the person; beyond half of it, or
    without shared keypoints, a detection starts a new track.
    """
    from scipy.optimize import linear_sum_assignment

    with np.errstate(invalid="ignore"):
        known = np.isfinite(x).all(-1)
        filled = np.where(known[..., None], x, 0.0)
        extent = np.where(known[..., None], x, -np.inf).max(1) - np.where(known[..., None], x, np.inf).min(1)
        size = np.where(known.any(1), np.linalg.norm(np.where(np.isfinite(extent), extent, 0.0), axis=-1), 0.0)
    size = np.maximum(size, 1e-6)
    rows = [-1] * x.shape[0]
    active: list[tuple[int, int, int]] = []  # (row, last detection, its frame)
    total = 0
    for frame in sorted(by_frame):
        new = by_frame[frame]
        active = [a for a in active if frame - a[2] <= _FORGET]
        if active:
            old = [a[1] for a in active]
            shared = known[old][:, None] & known[new][None]
            distance = np.linalg.norm(filled[old][:, None] - filled[new][None], axis=-1)
            mean = (distance * shared).sum(-1) / np.maximum(shared.sum(-1), 1)
            cost = np.where(shared.any(-1), mean / np.maximum(size[old][:, None], size[new][None]), np.inf)
            cost = np.where(cost < 0.5, cost, 1e6)
            for a, b in zip(*linear_sum_assignment(cost)):
                if cost[a, b] < 1e6:
                    rows[new[b]] = active[a][0]
        for i in new:
            if rows[i] < 0:
                rows[i], total = total, total + 1
        mine = {rows[i] for i in new}
        active = [a for a in active if a[0] not in mine] + [(rows[i], i, frame) for i in new]
    return rows


def _read_ucla(path: Path, data: dict[str, Any], fps: float | None) -> Poses:
    """NW-UCLA's file of one clip: skeletons (T, 20, 3) metres in the frame of the Kinect."""
    x = _array(path, data["skeletons"], "skeletons")
    if x.ndim != 3 or x.shape[1:] != (20, 3) or not len(x):
        raise FormatError(path, f"skeletons: expected (frames, 20, 3), found {x.shape}")
    metadata = {k: data[k] for k in ("file_name", "label") if isinstance(data.get(k), int | str)}
    # the Kinect looks along z: half a turn about y, and who faces it faces +z
    positions = torch.from_numpy((x * [-1, 1, -1]).astype(np.float32))[None]
    return Poses(positions, standard("kinect20"), fps or 30.0, name=path.stem, metadata=metadata)


def _read_own(path: Path, data: dict[str, Any], skeleton: Skeleton | None, fps: float | None, image_size: tuple[int, int] | None) -> Poses:
    if data.get("version") != 1:
        raise FormatError(path, f"vitruve poses of version {data.get('version')!r}; expected 1")
    rig = data.get("skeleton")
    try:
        if skeleton is None:
            if not isinstance(rig, dict):
                raise FormatError(path, f"skeleton: expected an object, found {_shown(rig)}")
            skeleton = Skeleton(
                str(rig["name"]),
                tuple(map(str, rig["joints"])),
                tuple(rig["parents"]),
                tuple(rig["landmarks"]),
                tuple((int(a), int(b)) for a, b in rig["limbs"]),
            )
        positions = _array(path, data["positions"], "positions").astype(np.float32)
        confidence = _array(path, data["confidence"], "confidence").astype(np.float32)
        ids = torch.tensor([int(i) for i in data["ids"]], dtype=torch.int64)
        size = data.get("image_size")
        camera = _camera(data["camera"]) if data.get("camera") else None
        return Poses(
            torch.from_numpy(positions),
            skeleton,
            fps or float(data["fps"]),
            torch.from_numpy(confidence),
            ids,
            camera,
            image_size or (None if size is None else (int(size[0]), int(size[1]))),
            str(data.get("name", path.stem)),
        )
    except FormatError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, RuntimeError) as e:
        reason = f"lacks {e}" if isinstance(e, KeyError) else str(e)
        raise FormatError(path, f"not a whole file of vitruve poses: {reason}") from None


_CAMERA_FIELDS = ("intrinsics", "rotation", "translation", "distortion")


def _camera(data: dict[str, Any]) -> Camera:
    fields = {k: torch.tensor(data[k], dtype=torch.float32) for k in _CAMERA_FIELDS if data.get(k) is not None}
    size = data.get("image_size")
    return Camera(**fields, image_size=None if size is None else (int(size[0]), int(size[1])), name=str(data.get("name", "")))  # type: ignore[arg-type]


def _numbers_or_null(x: torch.Tensor) -> Any:
    """Nested lists with null for NaN; float32 values keep all their digits."""
    array = x.detach().cpu().double().numpy()
    out = array.astype(object)
    out[~np.isfinite(array)] = None
    return out.tolist()


def write(value: Any, path: str | Path, *, layout: str = "vitruve") -> None:
    """Write poses, or the joints of a motion, as JSON.

    Args:
        layout: "vitruve" keeps everything, exactly; "coco" writes images, annotations with track ids and a category
            (2D only; keypoints as x, y, confidence); "openpose" makes a folder with a file per frame (2D only).

    Raises:
        OptionError: an unknown layout, or 3D poses in a 2D layout.
        FormatError: the value is no Poses.
    """
    path = Path(path)
    if isinstance(value, Motion):
        value = value.poses()
    if not isinstance(value, Poses):
        raise FormatError(path, f"a keypoint file holds poses, not a {type(value).__name__}")
    writers: dict[str, Callable[[Poses], Any]] = {"vitruve": _to_own, "coco": _to_coco}
    if layout not in (*writers, "openpose"):
        raise OptionError(f"layout {layout!r}: expected 'vitruve', 'coco' or 'openpose'")
    if layout != "vitruve" and value.dims != 2:
        raise OptionError(f"layout {layout!r} holds 2D points; these poses are {value.dims}D")
    if layout == "openpose":
        path.mkdir(parents=True, exist_ok=True)
        for t, frame in enumerate(_to_openpose(value)):
            _dump(frame, path / f"{value.name or 'frame'}_{t:012d}_keypoints.json")
        return
    _dump(writers[layout](value), path)


def _dump(data: Any, path: Path) -> None:
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(data, allow_nan=False), encoding="utf-8")


def _to_own(value: Poses) -> dict[str, Any]:
    s, camera = value.skeleton, value.camera
    return {
        "format": "vitruve-poses",
        "version": 1,
        "name": value.name,
        "fps": value.fps,
        "image_size": value.image_size,
        "skeleton": {"name": s.name, "joints": s.joints, "parents": s.parents, "landmarks": s.landmarks, "limbs": s.limbs},
        "ids": value.ids.tolist(),
        "camera": None
        if camera is None
        else {
            **{k: None if getattr(camera, k) is None else getattr(camera, k).double().tolist() for k in _CAMERA_FIELDS},
            "image_size": camera.image_size,
            "name": camera.name,
        },
        "positions": _numbers_or_null(value.positions),
        "confidence": _numbers_or_null(value.confidence),
    }


def _triplets(value: Poses) -> np.ndarray:
    """(P, T, J, 3): x, y, confidence, zeros where missing."""
    return torch.cat([value.positions.nan_to_num(0.0), value.confidence[..., None]], -1).double().cpu().numpy()


def _to_coco(value: Poses) -> dict[str, Any]:
    width, height = value.image_size or (0, 0)
    points, ids = _triplets(value), value.ids.tolist()
    annotations: list[dict[str, Any]] = []
    for t in range(value.num_frames):
        for p, person in enumerate(points[:, t]):
            seen = person[person[:, 2] > 0, :2]
            if len(seen):
                low, extent = seen.min(0), np.ptp(seen, axis=0)
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": t,
                        "category_id": 1,
                        "track_id": ids[p],
                        "keypoints": person.ravel().tolist(),
                        "num_keypoints": len(seen),
                        "bbox": [*low.tolist(), *extent.tolist()],
                        "area": float(extent.prod()),
                        "iscrowd": 0,
                    }
                )
    s = value.skeleton
    return {
        "images": [{"id": t, "file_name": f"{t:06d}.jpg", "width": width, "height": height} for t in range(value.num_frames)],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "person", "keypoints": s.joints, "skeleton": [[a + 1, b + 1] for a, b in s.limbs]}],
    }


def _to_openpose(value: Poses) -> Iterable[dict[str, Any]]:
    points, ids = _triplets(value), value.ids.tolist()
    for t in range(value.num_frames):
        people = [{"person_id": [ids[p]], "pose_keypoints_2d": x.ravel().tolist()} for p, x in enumerate(points[:, t]) if (x[:, 2] > 0).any()]
        yield {"version": 1.3, "people": people}
