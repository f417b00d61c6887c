"""EgoHumans: people in 3D and in each camera, a pickled .npy a frame, and its exocentric cameras as COLMAP leaves them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError
from vitruve.io.cameras import to_y_up
from vitruve.io.files import read_text
from vitruve.io.restricted import loads, object_file

FPS = 20.0
"""Assumed: the files do not say."""
_GLASSES = (1408, 1408)
"""Size of the egocentric pictures, by which the authors tell those cameras from the exocentric ones."""


def sniff(path: Path) -> bool:
    """Whether an .npy holds pickled objects, as none of the other formats does."""
    try:
        with path.open("rb") as f:
            return b"'|O'" in f.read(200)
    except OSError:
        return False


def read(path: str | Path, *, fps: float = FPS) -> Poses:
    """People of a folder of frames (processed_data/poses3d, refine_poses3d or fit_poses3d), or of one frame: Poses (P, T, 17, 3).

    COCO's joints, metres, y up; joints that are flagged as not triangulated are missing. `ids` are the numbers of the glasses
    (1 for aria01), the same in every frame; frame numbers that are skipped become missing frames. The world is that of the first
    person's glasses, whose z points up (in the floors that the authors marked by hand, to 3.5 degrees) and is turned to y up here;
    the floor is about 1.5 m below zero. Pickles are read without running code.

    Raises FormatError naming the frame's file.
    """
    path = Path(path)
    frames = {}
    for time, file in _frames(path).items():
        people = object_file(file)
        if not isinstance(people, dict):
            raise FormatError(file, f"a pickle is read as EgoHumans' dict by person (aria01, ...); found {type(people).__name__}")
        frames[time] = {_number(file, name): _joints(file, name, x, 4) for name, x in people.items()}
    x, ids = _track(path, frames, 4)
    x = torch.where(x[..., 3:] > 0, x[..., :3], torch.nan) @ to_y_up("z").float().T
    name = path.resolve().parent.parent.name if path.is_dir() else path.stem
    return Poses(x, standard("coco17"), fps, ids=ids, name=name, metadata={"first_frame": min(frames)})


def read_exocentric(folder: str | Path, kind: str = "poses2d", fps: float = FPS) -> dict[str, Poses]:
    """2D poses before each exocentric camera of a sequence by name (processed_data/poses2d/cam01/rgb, ...): Poses (P, T, 17, 2) in step.

    COCO's joints with confidence, people as in :func:`read`. Pixels and `camera` are of the undistorted pictures, see
    :func:`exocentric_cameras`; cameras that lack either keypoints or a calibration are left out.

    Args:
        folder: the sequence's, with colmap and processed_data.
        kind: "poses2d" or "segposes2d".

    Raises FormatError naming the file.
    """
    import cv2

    folder = Path(folder)
    found: dict[str, dict[int, dict[int, np.ndarray]]] = {}
    lenses = _lenses(folder)
    for name in lenses:
        place = folder / "processed_data" / kind / name / "rgb"
        if place.is_dir():
            found[name] = {time: _keypoints(file) for time, file in _frames(place).items()}
    times = [t for frames in found.values() for t in frames]
    if not times:
        raise FormatError(folder / "processed_data" / kind, f"expected folders of keypoints: {', '.join(f'{c}/rgb' for c in lenses)}")
    out = {}
    for name, frames in found.items():
        camera, lens = lenses[name]
        if not any(frames.values()):
            continue
        x, ids = _track(folder, frames, 3, range(min(times), max(times) + 1))
        k = camera.intrinsics.numpy()
        flat = cv2.fisheye.undistortPoints(x[..., :2].reshape(-1, 1, 2).double().numpy(), k, lens, P=k)
        confidence = x[..., 2].nan_to_num(0.0).clamp(0, 1)
        xy = torch.from_numpy(flat).float().view(*x.shape[:3], 2).masked_fill(confidence[..., None] == 0, torch.nan)
        out[name] = Poses(xy, standard("coco17"), fps, confidence, ids, camera.to(torch.float32), camera.image_size, name, {"first_frame": min(times)})
    return out


def exocentric_cameras(folder: str | Path) -> dict[str, Camera]:
    """The exocentric cameras of a sequence by name, in metres and with y up, in the world of :func:`read` (float64).

    They are those of the authors' undistorted pictures: fisheye lenses (four coefficients) with the lens taken away and the same
    intrinsics. A camera stands where its first registered picture does, or where the authors' own `cam01.npy` puts it.

    Raises FormatError naming the file and the camera.
    """
    return {name: camera for name, (camera, _) in _lenses(Path(folder)).items()}


def _lenses(folder: Path) -> dict[str, tuple[Camera, np.ndarray]]:
    """(camera, fisheye coefficients) by name, from COLMAP's text files in colmap/workplace."""
    place = folder / "colmap" / "workplace"
    transforms = place / "colmap_from_aria_transforms.pkl"
    try:
        by_person = loads(transforms.read_bytes(), transforms)
    except OSError as e:
        raise FormatError(transforms, e.strerror or str(e)) from None
    if not isinstance(by_person, dict) or "aria01" not in by_person:
        raise FormatError(transforms, "expected a dict of matrices by person, with aria01")
    # from the world of the first glasses, in metres, to COLMAP's, which is of no known scale
    world = _matrix(transforms, "aria01", by_person["aria01"], 4)
    scale = float(np.cbrt(np.linalg.det(world[:3, :3])))
    if not scale > 0:
        raise FormatError(transforms, f"aria01: a transform that scales by {scale:g}")
    intrinsics = {}
    for number, words in _lines(place / "cameras.txt"):
        if not words:
            continue
        if len(words) < 4:
            raise FormatError(place / "cameras.txt", f"expected a camera's number, model, width, height, ..., found {' '.join(words)[:60]!r}", line=number)
        values = _floats(place / "cameras.txt", number, [words[0], *words[2:]])
        if tuple(values[1:3]) != _GLASSES:
            if words[1] != "OPENCV_FISHEYE" or len(values) != 11:
                raise FormatError(place / "cameras.txt", f"expected OPENCV_FISHEYE with 8 parameters, found {words[1]} with {len(values) - 3}", line=number)
            intrinsics[int(values[0])] = values[1:]
    pictures: dict[str, tuple[str, int, np.ndarray]] = {}
    for number, words in list(_lines(place / "images.txt"))[::2]:
        if len(words) != 10:
            raise FormatError(place / "images.txt", f"expected 10 fields of a picture, found {len(words)}", line=number)
        values = _floats(place / "images.txt", number, words[:9])
        name, _, picture = words[9].partition("/")
        if not re.fullmatch(r"\w{1,40}", name):
            raise FormatError(place / "images.txt", f"expected a picture like cam01/00001.jpg, found {words[9][:60]!r}", line=number)
        if int(values[8]) in intrinsics and (name not in pictures or picture < pictures[name][0]):
            w, x, y, z = values[1:5]
            rotation = roma.unitquat_to_rotmat(roma.quat_normalize(torch.tensor([x, y, z, w], dtype=torch.float64))).numpy()
            pictures[name] = picture, int(values[8]), np.hstack([rotation, np.array(values[5:8])[:, None]])
    out = {}
    for name, (_, camera, pose) in sorted(pictures.items()):
        own = place / f"{name}.npy"
        if own.is_file():
            pose = _matrix(own, name, object_file(own), 3)
        width, height, fx, fy, cx, cy, *lens = intrinsics[camera]
        at = pose @ world / scale
        k = torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=torch.float64)
        placed = Camera(k, torch.from_numpy(at[:, :3].copy()), torch.from_numpy(at[:, 3].copy()), image_size=(int(width), int(height)), name=name)
        out[name] = placed.change_world(to_y_up("z")), np.array(lens)
    if not out:
        raise FormatError(place / "images.txt", "no exocentric camera found")
    return out


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """(number, words) of the lines that are no comments; those of COLMAP's points may be empty."""
    return [(n, line.split()) for n, line in enumerate(read_text(path).splitlines(), 1) if not line.startswith("#")]


def _floats(path: Path, line: int, words: list[str]) -> list[float]:
    try:
        values = [float(w) for w in words]
    except ValueError:
        raise FormatError(path, f"expected numbers, found {' '.join(words)[:80]!r}", line=line) from None
    if not np.isfinite(values).all():
        raise FormatError(path, "a number that is not finite", line=line)
    return values


def _matrix(path: Path, name: str, x: Any, rows: int) -> np.ndarray:
    """The upper `rows` of a matrix (4, 4) or (3, 4)."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiu" or x.ndim != 2 or len(x) < rows or x.shape[1] != 4 or not np.isfinite(x).all():
        raise FormatError(path, f"{name}: expected a matrix ({rows}, 4), found {getattr(x, 'shape', type(x).__name__)}")
    return x[:rows].astype(np.float64)


def _frames(path: Path) -> dict[int, Path]:
    """Files by time stamp; FormatError where there is none."""
    if path.is_file():
        return {0: path}
    files = {int(p.stem): p for p in sorted(path.glob("*.npy")) if re.fullmatch(r"\d{5}", p.stem)}
    if not files:
        raise FormatError(path, "expected frames 00001.npy, 00002.npy, ...")
    return files


def _number(file: Path, name: Any) -> int:
    found = re.fullmatch(r"aria(\d{1,6})", name) if isinstance(name, str) else None
    if found is None:
        raise FormatError(file, f"a pickle is read as EgoHumans' people, named aria01, aria02, ...; found {str(name)[:40]!r}")
    return int(found[1])


def _keypoints(file: Path) -> dict[int, np.ndarray]:
    people = object_file(file)
    if not isinstance(people, np.ndarray) or people.ndim != 1 or not all(isinstance(p, dict) and {"human_name", "keypoints"} <= set(p) for p in people):
        raise FormatError(file, "expected a list of people with human_name and keypoints")
    return {_number(file, p["human_name"]): _joints(file, p["human_name"], p["keypoints"], 3) for p in people}


def _joints(file: Path, name: str, x: Any, columns: int) -> np.ndarray:
    """(17, columns); poses of more keypoints begin with COCO's."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiu" or x.ndim != 2 or len(x) < 17 or x.shape[1] != columns:
        raise FormatError(file, f"{name}: expected numbers (17, {columns}), found {getattr(x, 'shape', type(x).__name__)}")
    return x[:17].astype(np.float32)


def _track(path: Path, frames: dict[int, dict[int, np.ndarray]], columns: int, span: range | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """(joints (P, T, 17, columns), numbers (P,)) over time stamps; NaN where somebody is not."""
    ids = sorted({i for people in frames.values() for i in people})
    if not ids:
        raise FormatError(path, f"nobody in {len(frames)} frames")
    span = span or range(min(frames), max(frames) + 1)
    out = np.full((len(ids), len(span), 17, columns), np.nan, np.float32)
    for time, people in frames.items():
        for i, x in people.items():
            out[ids.index(i), time - span.start] = x
    return torch.from_numpy(out), torch.tensor(ids)
