"""VideoPose3D's data sets: positions_3d and positions_2d by subject, action and camera."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.io.files import atomic
from vitruve.io.restricted import object_array

H36M_JOINTS = (0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
"""The 17 of Human3.6M's 32 joints that move on their own."""

_BY_COUNT = {17: "h36m17", 16: "h36m16"}
_LAYOUTS = {"coco": "coco17", "h36m": "h36m17"}


def sniff(path: Path) -> bool:
    """Whether an .npz is of this layout, by the names of its arrays."""
    from vitruve.io.native import array_names

    return bool({"positions_3d", "positions_2d"} & set(array_names(path)))


@cache
def _h36m_cameras() -> dict[str, np.ndarray]:
    with resources.as_file(resources.files("vitruve.io") / "data" / "h36m_cameras.npz") as file, np.load(file, allow_pickle=False) as f:
        return {k: f[k] for k in f.files}


def h36m_camera(subject: str, camera: int | str) -> Camera:
    """One of Human3.6M's 44 calibrated cameras in vitruve's world (y up), by subject and index 0-3 or serial number.

    OptionError where there is no such camera. Source: the calibration in mmpose's test data (Apache-2.0).
    """
    data = _h36m_cameras()
    subjects, serials = data["subjects"].tolist(), data["cameras"].tolist()
    if subject not in subjects:
        raise OptionError(f"subject {subject!r} has no known cameras; expected one of {', '.join(subjects)}")
    i = serials.index(str(camera)) if str(camera) in serials else camera
    if not isinstance(i, int) or not 0 <= i < len(serials):
        raise OptionError(f"camera {camera!r}: expected 0 to {len(serials) - 1} or one of {', '.join(serials)}")
    s = subjects.index(subject)
    rotation, centre = data["rotation"][s, i], data["centre"][s, i]
    k1, k2, k3 = data["radial"][i]
    (fx, fy), (cx, cy), (w, h) = data["focal"][i], data["principal"][i], data["size"][i]
    return Camera(
        torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=torch.float32),
        torch.tensor(rotation @ _UP.T, dtype=torch.float32),
        torch.tensor(-rotation @ centre, dtype=torch.float32),
        torch.tensor([k1, k2, *data["tangential"][i], k3], dtype=torch.float32),
        (int(w), int(h)),
        serials[i],
    )


_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From z up to y up."""


def _pick(path: Path, data: Any, what: str, wanted: str | None) -> tuple[str, Any]:
    if not isinstance(data, dict) or not data or not all(isinstance(k, str) for k in data):
        raise FormatError(path, f"expected a dict by {what}, found {type(data).__name__}")
    if wanted is None:
        wanted = next(iter(data))
    if wanted not in data:
        raise OptionError(f"{path}: no {what} {wanted!r}; there are: {', '.join(list(data)[:40])}")
    return wanted, data[wanted]


def clips(path: str | Path) -> dict[str, list[str]]:
    """The actions of each subject in the file."""
    path = Path(path)
    data = object_array(path, "positions_3d" if _has(path, "positions_3d") else "positions_2d")
    if not isinstance(data, dict):
        raise FormatError(path, f"expected a dict by subject, found {type(data).__name__}")
    return {str(s): [str(a) for a in actions] if isinstance(actions, dict) else [] for s, actions in data.items()}


def _has(path: Path, key: str) -> bool:
    from vitruve.io.native import array_names

    return key in array_names(path)


def read(
    path: str | Path,
    *,
    subject: str | None = None,
    action: str | None = None,
    camera: int | str | None = None,
    skeleton: Skeleton | str | None = None,
    fps: float = 50.0,
) -> Poses:
    """Read one action of one subject: Poses (1, T, 17, 3) in metres, or (1, T, J, 2) in pixels of one camera.

    3D files hold the world (z up, turned to y up here): 32 joints are reduced to Human3.6M's 17. The pickled arrays are
    read without running code.

    Args:
        subject, action: the first of the file by default; an unknown one raises OptionError with the names there are.
        camera: 2D: which view, by index (0 by default). 3D of Human3.6M's subjects: the calibrated camera, by index or
            serial number, that goes with the poses (none by default).
        skeleton: the joint set, where the number of joints and the file's layout name do not say.
        fps: 50 for Human3.6M.

    Raises:
        FormatError: a broken file, or one that holds more than plain data.
    """
    path = Path(path)
    if isinstance(skeleton, str):
        skeleton = standard(skeleton)
    if _has(path, "positions_3d"):
        subject, actions = _pick(path, object_array(path, "positions_3d"), "subject", subject)
        action, x = _pick(path, actions, "action", action)
        x = _numbers(path, x, f"{subject}, {action}", 3)
        if skeleton is None and x.shape[1] == 32:
            x = x[:, H36M_JOINTS]
        view = None if camera is None else h36m_camera(subject, camera)
        return _poses(path, x @ _UP.T, skeleton, fps, f"{subject} {action}", camera=view)
    subject, actions = _pick(path, object_array(path, "positions_2d"), "subject", subject)
    action, views = _pick(path, actions, "action", action)
    if isinstance(views, np.ndarray) and views.ndim == 3:
        views = [views]
    if not isinstance(views, list | tuple | np.ndarray) or not len(views):
        raise FormatError(path, f"{subject}, {action}: expected a list of cameras, found {type(views).__name__}")
    view_index = _index(path, camera, len(views))
    x = _numbers(path, views[view_index], f"{subject}, {action}, camera {view_index}", 2)
    metadata = object_array(path, "metadata") if _has(path, "metadata") else {}
    metadata = metadata if isinstance(metadata, dict) else {}
    if skeleton is None:
        skeleton = _layout(metadata)
    size = None
    if isinstance(video := metadata.get("video_metadata"), dict) and isinstance(record := video.get(subject), dict):
        size = (int(record["w"]), int(record["h"])) if {"w", "h"} <= set(record) else None
    elif subject in _h36m_cameras()["subjects"]:
        w, h = _h36m_cameras()["size"][view_index % 4]
        size = (int(w), int(h))
    return _poses(path, x, skeleton, fps, f"{subject} {action}", image_size=size)


def _index(path: Path, camera: int | str | None, count: int) -> int:
    serials = _h36m_cameras()["cameras"].tolist()
    i = serials.index(str(camera)) if str(camera) in serials else camera or 0
    if not isinstance(i, int) or not 0 <= i < count:
        raise OptionError(f"{path}: camera {camera!r}; expected 0 to {count - 1}")
    return i


def _layout(metadata: dict[str, Any]) -> Skeleton | None:
    """COCO or Human3.6M, by the layout's name or by which joints are on the left."""
    if metadata.get("layout_name") in _LAYOUTS:
        return standard(_LAYOUTS[metadata["layout_name"]])
    symmetry = metadata.get("keypoints_symmetry")
    if isinstance(symmetry, list | tuple) and len(symmetry) == 2:
        for name in _LAYOUTS.values():
            if [a for a, _ in standard(name).pairs] == list(symmetry[0]):
                return standard(name)
    return None


def _numbers(path: Path, x: Any, what: str, dims: int) -> np.ndarray:
    if not isinstance(x, np.ndarray) or x.ndim != 3 or x.shape[2] < dims or x.dtype.kind not in "fiu" or not x.size:
        raise FormatError(path, f"{what}: expected an array (frames, joints, {dims}), found {getattr(x, 'shape', type(x).__name__)}")
    return x[..., :dims].astype(np.float32)


def _poses(path: Path, x: np.ndarray, skeleton: Skeleton | None, fps: float, name: str, **more: Any) -> Poses:
    count = x.shape[1]
    if skeleton is None:
        if count not in _BY_COUNT:
            raise FormatError(path, f"{count} joints: expected 32, 17 or 16 of Human3.6M, or say skeleton=")
        skeleton = standard(_BY_COUNT[count])
    if len(skeleton) != count:
        raise OptionError(f"{path}: skeleton {skeleton.name!r} has {len(skeleton)} joints, the file {count}")
    return Poses(torch.from_numpy(np.ascontiguousarray(x[None], np.float32)), skeleton, fps, name=name, **more)


def write(value: Any, path: str | Path, *, subject: str = "S1", action: str = "Motion", person: int = 0) -> None:
    """Write one person as the authors' files have it, pickled object arrays included (their loaders need those).

    3D: `positions_3d`, metres, z up. 2D: `positions_2d` of one camera, with the joint set's symmetry and the image size
    as `metadata`.
    """
    path = Path(path)
    if not isinstance(value, Poses):
        raise FormatError(path, f"expected poses, found {type(value).__name__}: call .poses() first")
    x = value.person(person).positions[0].cpu().numpy().astype(np.float32)
    if value.dims == 3:
        arrays: dict[str, Any] = {"positions_3d": {subject: {action: x @ _UP.astype(np.float32)}}}
    else:
        pairs = value.skeleton.pairs
        layout = next((k for k, v in _LAYOUTS.items() if v == value.skeleton.name), value.skeleton.name)
        metadata: dict[str, Any] = {
            "num_joints": len(value.skeleton),
            "layout_name": layout,
            "keypoints_symmetry": [[a for a, _ in pairs], [b for _, b in pairs]],
        }
        if value.image_size is not None:
            metadata["video_metadata"] = {subject: {"w": value.image_size[0], "h": value.image_size[1]}}
        arrays = {"positions_2d": {subject: {action: [x]}}, "metadata": metadata}
    arrays = {k: np.array(v, dtype=object) for k, v in arrays.items()}
    with atomic(path) as temporary:
        np.savez_compressed(temporary, **arrays)
