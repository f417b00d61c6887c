"""Camera calibrations: read and write rigs as a dict of named cameras, in metres with y up."""

from __future__ import annotations

import ast
import json
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import roma
import torch
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.io.files import atomic, read_text
from vitruve.io.native import array_names, load_arrays

Up = Literal["y", "z", "-y"]

_WORLDS: dict[str, tuple[tuple[float, ...], ...]] = {
    "y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "-y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
}


def to_y_up(up: Up) -> Tensor:
    """The rotation (3, 3) that takes a world whose `up` axis points up to ours: (x, y, z) -> (x, z, -y) from z up."""
    if up not in _WORLDS:
        raise OptionError(f"up={up!r}: expected 'y', 'z' or '-y'")
    return torch.tensor(_WORLDS[up], dtype=torch.float64)


_FLIP = torch.tensor([1.0, -1.0, -1.0], dtype=torch.float64)
"""Between y down, z forward and y up, z backward."""


@dataclass(frozen=True)
class _Rig:
    """What a reader found: cameras in the file's own world, its up axis, and metres per unit."""

    cameras: dict[str, Camera]
    up: Up
    unit: float


def _matrix(path: Path, camera: str, key: str, value: Any, *shapes: tuple[int, ...]) -> Tensor:
    """Numbers of one of the expected shapes (-1 is any length); FormatError says which camera and key is wrong."""
    try:
        x = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise FormatError(path, f"camera {camera!r}: {key} is not an array of numbers") from None
    x = x.squeeze() if x.size > 1 else x.reshape(-1)
    if not any(len(s) == x.ndim and all(a in (-1, b) for a, b in zip(s, x.shape)) for s in shapes):
        raise FormatError(path, f"camera {camera!r}: {key} has shape {x.shape}, expected {' or '.join(map(str, shapes))}")
    if not np.isfinite(x).all():
        raise FormatError(path, f"camera {camera!r}: {key} is not finite")
    return torch.from_numpy(np.ascontiguousarray(x))


def _need(path: Path, camera: str, entry: Mapping[str, Any], *keys: str) -> list[Any]:
    lost = [k for k in keys if k not in entry]
    if lost:
        raise FormatError(path, f"camera {camera!r} lacks {', '.join(lost)}; it has {', '.join(map(str, entry))}")
    return [entry[k] for k in keys]


def _at(
    path: Path,
    camera: str,
    intrinsics: Tensor,
    rotation: Tensor,
    position: Tensor,
    distortion: Tensor | None,
    size: tuple[int, int] | None,
    lens: Literal["opencv", "h36m"] = "opencv",
) -> Camera:
    """A camera from x_cam = rotation (X - position)."""
    if torch.linalg.matrix_norm(rotation @ rotation.T - torch.eye(3, dtype=torch.float64)) > 1e-2:
        raise FormatError(path, f"camera {camera!r}: the rotation matrix is not orthonormal")
    if distortion is not None and not distortion.any():
        distortion = None
    if distortion is not None:
        if len(distortion) > 8:
            raise FormatError(path, f"camera {camera!r}: {len(distortion)} distortion coefficients; the model has up to 8")
        full = next(n for n in (4, 5, 8) if len(distortion) <= n)
        distortion = torch.nn.functional.pad(distortion, (0, full - len(distortion)))
    return Camera(intrinsics, rotation, -rotation @ position, distortion, size, camera, lens)


def _k(fx: float, fy: float, cx: float, cy: float, skew: float = 0.0) -> Tensor:
    return torch.tensor([[fx, skew, cx], [0, fy, cy], [0, 0, 1]], dtype=torch.float64)


def _voxelpose(path: Path, data: dict) -> _Rig:
    """Shelf and Campus of VoxelPose: R (X - T), T in mm, z up."""
    out = {}
    for name, c in data.items():
        fx, fy, cx, cy, r, t = _need(path, name, c, "fx", "fy", "cx", "cy", "R", "T")
        k = _matrix(path, name, "k", c.get("k", [0, 0, 0]), (3,))
        p = _matrix(path, name, "p", c.get("p", [0, 0]), (2,))
        lens = torch.cat([k[:2], p, k[2:]])
        out[name] = _at(path, name, _k(fx, fy, cx, cy), _matrix(path, name, "R", r, (3, 3)), _matrix(path, name, "T", t, (3,)), lens, None)
    return _Rig(out, "z", 1e-3)


def _h36m(path: Path, data: dict) -> _Rig:
    """Human3.6M of mmpose: R takes camera to world, T is the position in metres, z up, Human3.6M's own lens."""
    out = {}
    for key, c in data.items():
        name = "_".join(map(str, ast.literal_eval(key))) if key.startswith("(") else key
        f, centre, r, t, k, p = _need(path, name, c, "f", "c", "R", "T", "k", "p")
        f, centre, k, p = (_matrix(path, name, n, v, (s,)) for n, v, s in (("f", f, 2), ("c", centre, 2), ("k", k, 3), ("p", p, 2)))
        size = (int(c["w"]), int(c["h"])) if "w" in c else None
        lens = torch.cat([k[:2], p, k[2:]])
        k3 = _k(*f.tolist(), *centre.tolist())
        rotation, position = _matrix(path, name, "R", r, (3, 3)).T, _matrix(path, name, "T", t, (3,))
        out[name] = _at(path, name, k3, rotation, position, lens, size, lens="h36m")
    return _Rig(out, "z", 1.0)


def _mpi_inf_3dhp(path: Path, data: dict) -> _Rig:
    """MPI-INF-3DHP of mmpose: R X + T in metres, y up, without a lens; cameras of test sequences have no place, and stand at the origin."""
    out = {}
    for name, c in data.items():
        _need(path, name, c, "f", "c", "w", "h")
        f, centre = (_matrix(path, name, n, c[n], (2,)) for n in "fc")
        r, t = _matrix(path, name, "R", c.get("R", torch.diag(_FLIP)), (3, 3)), _matrix(path, name, "T", c.get("T", [0, 0, 0]), (3,))
        width, height = _matrix(path, name, "w and h", [c["w"], c["h"]], (2,)).int().tolist()
        # the converter cuts the last digit off the training pictures' height, which is their width
        size = (width, width if height == width // 10 else height)
        out[name] = _at(path, name, _k(*f.tolist(), *centre.tolist()), r, -r.T @ t, None, size)
    return _Rig(out, "y", 1.0)


def _panoptic(path: Path, data: dict) -> _Rig:
    """CMU Panoptic: R X + t in cm, y down."""
    out = {}
    for c in data["cameras"]:
        name = str(c.get("name", "?"))
        k, r, t = _need(path, name, c, "K", "R", "t")
        rotation, translation = _matrix(path, name, "R", r, (3, 3)), _matrix(path, name, "t", t, (3,))
        lens = _matrix(path, name, "distCoef", c.get("distCoef", [0.0] * 5), (-1,))
        size = (int(c["resolution"][0]), int(c["resolution"][1])) if "resolution" in c else None
        out[name] = _at(path, name, _matrix(path, name, "K", k, (3, 3)), rotation, -rotation.T @ translation, lens, size)
    return _Rig(out, "-y", 0.01)


# what one thing is called in the files of different tools
_NAMES = {
    "intrinsics": ("intrinsics", "K", "matrix", "camera_matrix", "cameraMatrix", "mtx"),
    "distortion": ("distortion", "distortions", "dist", "distCoef", "distortion_coefficients", "dist_coeffs", "distCoeffs"),
    "rotation": ("rotation", "R", "rvec", "rotation_vector"),
    "translation": ("translation", "t", "T", "tvec", "translation_vector"),
    "image_size": ("image_size", "size", "resolution", "imageSize"),
}


def _plain(path: Path, data: Mapping[str, Any]) -> _Rig:
    """Our own JSON, and tables of OpenCV values under any of their usual names: x_cam = rotation X + translation."""
    up, unit = data.get("up", "y"), float(data.get("unit", 1.0))
    entries = data.get("cameras", data)
    if isinstance(entries, list):
        entries = {str(c.get("name", i)): c for i, c in enumerate(entries)}
    if any(k in entries for k in _NAMES["intrinsics"]):
        entries = {str(data.get("name", path.stem)): entries}
    out = {}
    for name, c in entries.items():
        if not isinstance(c, Mapping) or not any(k in c for k in _NAMES["intrinsics"]):
            continue
        found = {what: next((c[k] for k in keys if k in c), None) for what, keys in _NAMES.items()}
        k = _matrix(path, name, "intrinsics", found["intrinsics"], (3, 3))
        rotation, translation = torch.eye(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
        if found["rotation"] is not None:
            rotation = _matrix(path, name, "rotation", found["rotation"], (3, 3), (3,))
            rotation = roma.rotvec_to_rotmat(rotation) if rotation.ndim == 1 else rotation
        if found["translation"] is not None:
            translation = _matrix(path, name, "translation", found["translation"], (3,))
        lens = None if found["distortion"] is None else _matrix(path, name, "distortion", found["distortion"], (-1,))
        size = found["image_size"]
        if size is None and "image_width" in c:
            size = (c["image_width"], c["image_height"])
        if size is not None:
            width, height = _matrix(path, name, "image size", size, (2,)).int().tolist()
            size = (width, height)
        out[str(name)] = _at(path, str(name), k, rotation, -rotation.T @ translation, lens, size, c.get("lens", "opencv"))
    return _Rig(out, up, unit)


def _json(path: Path) -> _Rig:
    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as e:
        raise FormatError(path, f"not JSON: {e.msg}", line=e.lineno) from None
    if not isinstance(data, dict) or not data:
        raise FormatError(path, "expected a JSON object of cameras")
    cameras = data.get("cameras")
    if isinstance(cameras, list) and cameras and "K" in cameras[0]:
        return _panoptic(path, data)
    first = next(iter(data.values()))
    if isinstance(first, dict) and "fx" in first:
        return _voxelpose(path, data)
    if isinstance(first, dict) and {"f", "c", "k", "p"} <= set(first):
        return _h36m(path, data)
    if isinstance(first, dict) and {"f", "c", "w", "h"} <= set(first):
        return _mpi_inf_3dhp(path, data)
    return _plain(path, data)


def _toml(path: Path) -> _Rig:
    """Pose2Sim's and Anipose's TOML: rotation vectors, metres, z up."""
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as e:
        raise FormatError(path, f"not TOML: {e}") from None
    return replace(_plain(path, data), up="z")


def _qualisys(path: Path) -> _Rig:
    """Qualisys Track Manager: mm, z up, intrinsics in 1/64 pixels, camera axes x right, y up, z backward."""
    try:
        root = ElementTree.fromstring(read_text(path))
    except ElementTree.ParseError as e:
        raise FormatError(path, f"not XML: {e.msg}", line=e.position[0]) from None
    out: dict[str, Camera] = {}
    for node in root.iter("camera"):
        name = node.get("serial", str(len(out)))
        transform, intrinsic = node.find("transform"), node.find("intrinsic")
        if transform is None or intrinsic is None:
            continue

        def number(element: ElementTree.Element, key: str, name: str = name) -> float:
            try:
                return float(element.attrib[key])
            except (KeyError, ValueError):
                raise FormatError(path, f"camera {name!r}: <{element.tag}> needs a number {key!r}, found {element.get(key)!r}") from None

        axes = torch.tensor([[number(transform, f"r{i}{j}") for j in (1, 2, 3)] for i in (1, 2, 3)], dtype=torch.float64)
        position = torch.tensor([number(transform, a) for a in "xyz"], dtype=torch.float64)
        k = _k(*(number(intrinsic, n) / 64 for n in ("focalLengthU", "focalLengthV", "centerPointU", "centerPointV", "skew")))
        lens = torch.tensor(
            [number(intrinsic, n) for n in ("radialDistortion1", "radialDistortion2", "tangentalDistortion1", "tangentalDistortion2", "radialDistortion3")],
            dtype=torch.float64,
        )
        size = None
        view = node.find("fov_video")
        if view is not None:
            size = (int(number(view, "right") - number(view, "left")) + 1, int(number(view, "bottom") - number(view, "top")) + 1)
        out[name] = _at(path, name, k, _FLIP[:, None] * axes, position, lens, size)
    return _Rig(out, "z", 1e-3)


def _skeletool(path: Path) -> _Rig:
    """MPI-INF-3DHP's camera.calibration: 4 x 4 matrices in rows, R X + t in mm, y up, no lens."""
    entries: list[dict[str, list[str]]] = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        key, *values = line.split() or [""]
        if key == "name":
            entries.append({})
        if entries and key:
            entries[-1][key] = values
        elif number > 1 and key:
            raise FormatError(path, f"expected a camera's name, found {line.strip()[:60]!r}", line=number)
    out = {}
    for i, entry in enumerate(entries):
        name = " ".join(entry["name"]) or str(i)
        intrinsic, extrinsic, size = _need(path, name, entry, "intrinsic", "extrinsic", "size")
        k, rt = (_matrix(path, name, key, value, (16,)).view(4, 4) for key, value in (("intrinsic", intrinsic), ("extrinsic", extrinsic)))
        width, height = _matrix(path, name, "size", size, (2,)).int().tolist()
        out[name] = _at(path, name, k[:3, :3], rt[:3, :3], -rt[:3, :3].T @ rt[:3, 3], None, (width, height))
    return _Rig(out, "y", 1e-3)


def _opencv(path: Path) -> _Rig:
    """One camera in a file of cv2.FileStorage (YAML or XML)."""
    import cv2

    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_READ)
    root = storage.root()
    entry: dict[str, Any] = {}
    for key in root.keys():
        node = root.getNode(key)
        if node.isMap():
            entry[key] = node.mat()
        elif node.isSeq():
            entry[key] = [node.at(i).real() for i in range(node.size())]
        else:
            entry[key] = node.string() if node.isString() else node.real()
    storage.release()
    return _plain(path, entry)


def _xml(path: Path) -> _Rig:
    return _opencv(path) if "<opencv_storage" in read_text(path)[:500] else _qualisys(path)


_READERS: dict[str, Callable[[Path], _Rig]] = {
    ".calibration": _skeletool,
    ".json": _json,
    ".toml": _toml,
    ".txt": _qualisys,
    ".xml": _xml,
    ".yaml": _opencv,
    ".yml": _opencv,
}


def read_cameras(path: str | Path, up: Up | None = None, unit: float | None = None, y_up: bool = True) -> dict[str, Camera]:
    """Cameras by name, in metres and with y up, in file order (float64).

    Reads VoxelPose's Shelf and Campus, CMU Panoptic, Human3.6M and MPI-INF-3DHP of mmpose, the latter's own camera.calibration,
    Qualisys (.qca.txt), Pose2Sim and Anipose (.toml), OpenCV's YAML and XML, and JSON objects of OpenCV values such as :func:`write_cameras` writes.

    Args:
        path: the calibration.
        up: the axis that points up in the file ("y", "z" or "-y"), where it is not as the format has it.
        unit: metres per unit of length, where it is not as the format has it.
        y_up: turn the world so that y points up; False keeps the file's axes.

    Raises FormatError naming the camera and the key.
    """
    path = Path(path)
    if path.suffix.lower() not in _READERS:
        raise FormatError(path, f"cannot read cameras from {path.suffix or 'a file without suffix'}; expected one of {' '.join(_READERS)}")
    read_text(path)
    rig = _READERS[path.suffix.lower()](path)
    if not rig.cameras:
        raise FormatError(path, "no camera found")
    turn = to_y_up(up or rig.up) if y_up else torch.eye(3, dtype=torch.float64)
    return {name: camera.change_world(turn, unit or rig.unit) for name, camera in rig.cameras.items()}


def read_views(paths: Sequence[str | Path], calibration: str | Path, fps: float | None = None) -> list[Poses]:
    """2D keypoints of calibrated views, one file (or OpenPose folder) for each camera, with their cameras.

    Files named like the cameras (`left.json` for the camera "left") belong to those, in whatever order; else the order is the
    calibration's. A view without anybody is a missing person, as long as somebody is in another; lists of detections that begin with
    other frames are brought in step by their numbers.

    Raises OptionError where there are not as many views as cameras, or a file holds something else.
    """
    from vitruve.io import load_clip
    from vitruve.io.keypoints import NobodyError

    rig = read_cameras(calibration)
    if len(rig) != len(paths):
        raise OptionError(f"{len(paths)} views but {len(rig)} cameras in {calibration}")
    names = [Path(p).stem for p in paths]
    cameras = [rig[n] for n in names] if set(names) == set(rig) else list(rig.values())
    options: dict[str, Any] = {} if fps is None else {"fps": fps}
    found: list[Poses | None] = []
    for path in paths:
        try:
            value = load_clip(path, **options)
        except NobodyError:
            value = None
        if value is not None and getattr(value, "dims", 3) != 2:
            raise OptionError(f"{path}: views are 2D keypoints; this is in space already")
        found.append(value)
    seen = _in_step([v for v in found if v is not None])
    if not seen:
        raise OptionError(f"nobody is in any of the {len(paths)} views")
    nobody = Poses(torch.full_like(seen[0].positions[:1], torch.nan), seen[0].skeleton, seen[0].fps)
    there = iter(seen)
    views = [nobody if v is None else next(there) for v in found]
    return [replace(v, camera=c, image_size=v.image_size or c.image_size, name=n) for v, c, n in zip(views, cameras, names)]


def _in_step(views: list[Poses]) -> list[Poses]:
    """Lists of detections from the first frame that any of them has to the last; as they are where numbers are lacking, or step or lie apart."""
    numbers = [divmod(v.metadata["first_frame"], v.metadata["frame_step"]) for v in views if "frame_step" in v.metadata]
    steps = {(v.metadata["frame_step"], rest) for v, (_, rest) in zip(views, numbers)} if len(numbers) == len(views) else set()
    firsts = [first for first, _ in numbers]
    ends = [first + len(v) for first, v in zip(firsts, views)]
    if len(steps) != 1 or max(firsts) >= min(ends):
        return views
    start, end = min(firsts), max(ends)

    def filled(v: Poses, first: int) -> Poses:
        there, shape = slice(first - start, first - start + len(v)), (v.num_people, end - start, len(v.skeleton))
        x, confidence = v.positions.new_full((*shape, v.dims), torch.nan), v.confidence.new_zeros(shape)
        x[:, there], confidence[:, there] = v.positions, v.confidence
        return replace(v, positions=x, confidence=confidence)

    return [filled(v, f) for v, f in zip(views, firsts)]


def write_cameras(cameras: Mapping[str, Camera], path: str | Path) -> Path:
    """Write cameras as JSON: OpenCV's values (x_cam = rotation X + translation), metres, y up."""
    path = Path(path)
    if path.suffix.lower() != ".json":
        raise FormatError(path, f"cameras are written as .json, not {path.suffix or 'without suffix'}")
    entries = {}
    for name, c in cameras.items():
        if c.intrinsics.ndim != 2:
            raise OptionError(f"camera {name!r} is a batch of shape {tuple(c.intrinsics.shape[:-2])}; write one camera per name")
        entries[name] = {
            "intrinsics": c.intrinsics.tolist(),
            "distortion": None if c.distortion is None else c.distortion.tolist(),
            "rotation": c.rotation.tolist(),
            "translation": c.translation.tolist(),
            "image_size": None if c.image_size is None else list(c.image_size),
            "lens": c.lens,
        }
    with atomic(path) as temporary:
        temporary.write_text(json.dumps({"up": "y", "unit": 1.0, "cameras": entries}, indent=1))
    return path


def is_scene(path: str | Path) -> bool:
    """Whether a file holds detections of several calibrated views, as :func:`read_shelf` reads them."""
    path = Path(path)
    if path.suffix != ".npz" or not path.is_file():
        return False
    try:
        return {"RT", "det_view", "paf_view"} <= set(array_names(path))
    except FormatError:
        return False


def read_shelf(path: str | Path, min_joints: int = 4) -> tuple[list[Poses], dict[str, Camera], Poses]:
    """Shelf with OpenPose candidates: (2D Poses of each view, cameras, ground truth), y up, metres, 25 frames/s.

    The candidates are grouped into people in each view and frame by their part affinities; row p of a view's Poses is
    the p-th person of that frame, most certain first, without identity over time. The ground truth has the four actors in
    the fourteen joints of `shelf14`; an actor that is not annotated in a frame is NaN.

    Raises FormatError where an array is missing.
    """
    from vitruve.core.multiview import Candidates, LimbHypotheses, group_parts

    path = Path(path)
    f = load_arrays(path)
    lost = [k for k in ("K", "RT", "image_size", "gt_xyz", "gt_valid", "det_xy", "paf_score", "paf_joint_pairs") if k not in f]
    if lost:
        raise FormatError(path, f"lacks {', '.join(lost)}; it has {', '.join(f)}")
    turn = to_y_up("z")
    cameras = {}
    for v, (k, rt, size) in enumerate(zip(f["K"], f["RT"], f["image_size"])):
        k, rt = torch.from_numpy(k).double(), torch.from_numpy(rt).double()
        name = str(v)
        cameras[name] = Camera(k, rt[:, :3], rt[:, 3], None, tuple(size.tolist()), name).change_world(turn)

    frames = len(f["gt_xyz"])
    skeleton = standard("openpose25")
    views = []
    for v, camera in enumerate(cameras.values()):
        det, paf = f["det_view"] == v, f["paf_view"] == v
        candidates = Candidates(*(f[f"det_{n}"][det] for n in ("frame", "joint", "candidate", "xy", "score")))
        hypotheses = LimbHypotheses(*(f[f"paf_{n}"][paf] for n in ("frame", "limb", "cand_a", "cand_b", "score")))
        xy, score = group_parts(candidates, hypotheses, f["paf_joint_pairs"], (frames, len(skeleton)), min_joints)
        views.append(Poses(torch.from_numpy(xy), skeleton, 25.0, torch.from_numpy(score), camera=camera, image_size=camera.image_size, name=camera.name))

    # the fifteenth joint is the mid-hip, which the publishers' evaluation computes from the hips
    truth = torch.from_numpy(np.where(f["gt_valid"][..., None], f["gt_xyz"], np.nan))[:, :, :14].transpose(0, 1) @ turn.float().T
    return views, cameras, Poses(truth.contiguous(), standard("shelf14"), 25.0, name="shelf")
