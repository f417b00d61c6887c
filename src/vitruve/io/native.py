"""vitruve's own .npz: every field of a motion, poses or a body's motion, exactly, without pickles."""

from __future__ import annotations

import importlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, VitruveError
from vitruve.io.files import atomic

VERSION = 1
_CAMERA_FIELDS = ("intrinsics", "rotation", "translation", "distortion")


def array_names(path: str | Path) -> list[str]:
    """The names of the arrays in an .npz, without reading them; FormatError where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [n.removesuffix(".npy") for n in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as e:
        raise FormatError(path, f"not an .npz file: {e}") from None


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz; FormatError if it is broken or holds pickles."""
    try:
        with np.load(path, allow_pickle=False) as f:
            return {k: f[k] for k in f.files}
    except Exception as e:  # zipfile, zlib, struct and numpy each raise their own kinds on a broken file
        raise FormatError(path, f"the arrays cannot be read: {e}") from None


def sniff(path: Path) -> bool:
    """Whether an .npz is vitruve's own."""
    return "vitruve" in array_names(path)


def _put_skeleton(s: Skeleton) -> dict[str, Any]:
    return {
        "skeleton/name": s.name,
        "skeleton/joints": np.array(s.joints),
        "skeleton/parents": np.array(s.parents, np.int32),
        "skeleton/landmarks": np.array([m or "" for m in s.landmarks]),
        "skeleton/limbs": np.array(s.limbs, np.int32).reshape(-1, 2),
        "skeleton/sigmas": np.array(s.sigmas, np.float64),
    }


def _get_skeleton(a: dict[str, np.ndarray]) -> Skeleton:
    return Skeleton(
        str(a["skeleton/name"]),
        tuple(a["skeleton/joints"].tolist()),
        tuple(a["skeleton/parents"].tolist()),
        tuple(m or None for m in a["skeleton/landmarks"].tolist()),
        tuple((int(i), int(j)) for i, j in a["skeleton/limbs"]),
        tuple(a["skeleton/sigmas"].tolist()),
    )


def put_metadata(metadata: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Metadata under `prefix`: arrays as arrays, everything else that JSON knows as JSON; what neither holds is named in the error."""
    plain: dict[str, Any] = {}
    out: dict[str, Any] = {}
    for key, value in metadata.items():
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, Tensor):
            value = value.detach().cpu().numpy()
        if isinstance(value, np.ndarray):
            if value.dtype.hasobject:
                raise VitruveError(f"metadata {key!r} is an array of objects and cannot be saved")
            out[f"{prefix}metadata/{key}"] = value
        else:
            plain[key] = value
    try:
        out[f"{prefix}metadata"] = json.dumps(plain)
    except (TypeError, ValueError) as e:
        raise VitruveError(f"metadata cannot be saved: {e}; use numbers, texts, lists and arrays") from None
    return out


def get_metadata(a: dict[str, np.ndarray], prefix: str) -> dict[str, Any]:
    """What :func:`put_metadata` put."""
    out = json.loads(str(a[f"{prefix}metadata"]))
    start = f"{prefix}metadata/"
    return out | {k.removeprefix(start): v for k, v in a.items() if k.startswith(start)}


def put_motion(m: Motion) -> dict[str, Any]:
    """The arrays of a motion."""
    out: dict[str, Any] = {
        **{k: getattr(m, k) for k in ("rotations", "translation", "offsets", "shape", "contacts") if getattr(m, k) is not None},
        **_put_skeleton(m.skeleton),
        **put_metadata(m.metadata, ""),
        "fps": m.fps,
        "name": m.name,
    }
    return out


def get_motion(a: dict[str, np.ndarray]) -> Motion:
    """What :func:`put_motion` put."""
    return Motion(
        tensor(a["rotations"]),
        tensor(a["translation"]),
        tensor(a["offsets"]),
        _get_skeleton(a),
        float(a["fps"]),
        tensor(a["shape"]) if "shape" in a else None,
        tensor(a["contacts"]) if "contacts" in a else None,
        str(a["name"]),
        get_metadata(a, ""),
    )


def _put_poses(p: Poses) -> dict[str, Any]:
    out: dict[str, Any] = {k: getattr(p, k) for k in ("positions", "confidence", "ids")}
    out |= {**_put_skeleton(p.skeleton), **put_metadata(p.metadata, ""), "fps": p.fps, "name": p.name}
    if p.image_size is not None:
        out["image_size"] = np.array(p.image_size)
    if p.camera is not None:
        out |= {f"camera/{k}": getattr(p.camera, k) for k in _CAMERA_FIELDS if getattr(p.camera, k) is not None}
        out["camera/name"] = p.camera.name
        if p.camera.image_size is not None:
            out["camera/image_size"] = np.array(p.camera.image_size)
    return out


def _size(a: dict[str, np.ndarray], key: str) -> tuple[int, int] | None:
    return (int(a[key][0]), int(a[key][1])) if key in a else None


def _get_poses(a: dict[str, np.ndarray]) -> Poses:
    camera = None
    if "camera/intrinsics" in a:
        fields = {k: tensor(a[f"camera/{k}"]) for k in _CAMERA_FIELDS if f"camera/{k}" in a}
        camera = Camera(**fields, image_size=_size(a, "camera/image_size"), name=str(a["camera/name"]))  # type: ignore[arg-type]
    return Poses(
        tensor(a["positions"]),
        _get_skeleton(a),
        float(a["fps"]),
        tensor(a["confidence"]),
        tensor(a["ids"]),
        camera,
        _size(a, "image_size"),
        str(a["name"]),
        get_metadata(a, ""),
    )


def tensor(x: np.ndarray) -> Tensor:
    """A contiguous array as a tensor."""
    return torch.from_numpy(np.ascontiguousarray(x))


_GET: dict[str, Callable[[dict[str, np.ndarray]], Any]] = {"motion": get_motion, "poses": _get_poses}
# kinds that another package knows how to keep: the class of their values, and a module with `put(value)` and `get(arrays)`
_ELSEWHERE = {"body": ("BodyMotion", "vitruve.bodies.native")}


def read(path: str | Path) -> Any:
    """Read what :func:`write` wrote: a Motion, Poses or a BodyMotion (whose model is built by its name).

    Raises FormatError for a broken file, another version, or arrays that do not fit each other.
    """
    path = Path(path)
    arrays = load_arrays(path)
    version = arrays.get("vitruve")
    if version is None or version.size != 1 or version.dtype.kind not in "iu" or int(version.item()) != VERSION:
        raise FormatError(path, f"version {None if version is None else version.tolist()}; this release reads version {VERSION}")
    kind = str(arrays.get("kind", ""))
    if kind not in (*_GET, *_ELSEWHERE):
        raise FormatError(path, f"holds {kind!r}; expected one of {', '.join((*_GET, *_ELSEWHERE))}")
    get = _GET[kind] if kind in _GET else importlib.import_module(_ELSEWHERE[kind][1]).get
    try:
        return get(arrays)
    except KeyError as e:
        raise FormatError(path, f"a {kind} without {e}") from None
    except (TypeError, ValueError, IndexError, RuntimeError) as e:
        raise FormatError(path, f"not a whole {kind}: {e}") from None


def write(value: Any, path: str | Path) -> None:
    """Write a Motion, Poses or BodyMotion; every number is kept as it is.

    Metadata may hold numbers, texts, lists, dicts of them, and arrays. Raises FormatError for another type, VitruveError
    for metadata that cannot be kept.
    """
    path = Path(path)
    if isinstance(value, Motion):
        kind, arrays = "motion", put_motion(value)
    elif isinstance(value, Poses):
        kind, arrays = "poses", _put_poses(value)
    else:
        name = type(value).__name__
        kind, module = next(((kind, module) for kind, (of, module) in _ELSEWHERE.items() if of == name), ("", ""))
        if not kind:
            raise FormatError(path, f"cannot hold a {name}; expected a motion, poses or a body's motion")
        arrays = importlib.import_module(module).put(value)
    plain: dict[str, Any] = {k: v.detach().cpu().numpy() if isinstance(v, Tensor) else np.asarray(v) for k, v in arrays.items()}
    with atomic(path) as temporary:
        np.savez_compressed(temporary, vitruve=np.int32(VERSION), kind=np.array(kind), **plain)
