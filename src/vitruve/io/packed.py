"""Collections of many clips in one .npz: sequences laid end to end, each given by its start and length."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.io.native import array_names

Values = Motion | Poses

_KINECT = np.array([-1.0, 1.0, -1.0])
"""From the Kinect's frame (y up, z away from it) to who faces it facing +z."""
_CAMERA = np.array([1.0, -1.0, -1.0])
"""From an image camera's frame (y down, z away from it) to the same."""


class Collection:
    """A collection of clips: `names` of them in order, `read` for one of them, and the file's arrays, each read once, when it is asked for.

    Raises FormatError where the layout is unknown.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys = array_names(path)
        """Of the arrays."""
        self._arrays: dict[str, np.ndarray] = {}
        layout = _layout(self.keys)
        if layout is None:
            raise FormatError(path, f"not a collection of clips; found {', '.join(self.keys[:12])}")
        self._layout = layout
        try:
            self.names = _unique(layout.names(self))
        except FormatError:
            raise
        except (IndexError, TypeError, ValueError) as e:
            raise FormatError(path, f"clip names cannot be made: {e}") from None

    def __contains__(self, key: str) -> bool:
        return key in self.keys

    def __getitem__(self, key: str) -> np.ndarray:
        if key not in self._arrays:
            if key not in self.keys:
                raise FormatError(self.path, f"no array {key!r}; found {', '.join(self.keys[:20])}")
            try:
                with np.load(self.path, allow_pickle=False) as f:
                    self._arrays[key] = f[key]
            except Exception as e:  # zipfile, zlib and numpy each raise their own kinds on a broken file
                raise FormatError(self.path, f"array {key!r} cannot be read: {e}") from None
        return self._arrays[key]

    def read(self, clip: int) -> Values:
        """One clip, see `read`; without a look at how its body lies."""
        try:
            return self._layout.read(self, clip, self.names[clip])
        except FormatError:
            raise
        except (IndexError, TypeError, ValueError, RuntimeError) as e:
            raise FormatError(self.path, f"clip {self.names[clip]!r}: the arrays do not fit each other: {e}") from None

    def rows(self, clip: int) -> slice:
        start, length = self._bounds()
        return slice(int(start[clip]), int(start[clip]) + int(length[clip]))

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        key = "skel_" if "skel_start" in self else ""
        start, length = self[f"{key}start"], self[f"{key}length"]
        counts = all(x.ndim == 1 and x.size and x.dtype.kind in "iu" and x.min() >= 0 for x in (start, length))
        if not counts or start.shape != length.shape:
            raise FormatError(self.path, f"start and length: expected two lists of counts, found {start.shape} and {length.shape}")
        return start, length

    @property
    def num_clips(self) -> int:
        return len(self._bounds()[0])


class _Layout(NamedTuple):
    """One kind of file: how to know it, its clips' names, and how to read one."""

    fits: Callable[[Sequence[str]], bool]
    """By the names of its arrays."""
    names: Callable[[Collection], list[str]]
    read: Callable[[Collection, int, str], Values]


def _text(x: np.ndarray) -> list[str]:
    return [str(v) for v in x.tolist()]


def _skeleton(f: Collection, name: str, standard_name: str | None = None) -> Skeleton:
    if standard_name is not None:
        return standard(standard_name)
    return Skeleton(name, tuple(_text(f["joint_names"])), tuple(f["parents"].tolist()))


def _labels(f: Collection, clip: int) -> dict[str, Any]:
    """What the file says of one clip: every array with an entry per clip, and the name of its class."""
    out: dict[str, Any] = {}
    for key in f.keys:
        if key in ("start", "length", "skel_start", "skel_length", "name") or key.startswith(("quat", "joints", "root_pos", "hips_pos", "acc", "gyro")):
            continue
        x = f[key]
        if x.ndim >= 1 and len(x) == f.num_clips and key not in ("joint_names", "parents", "class_names", "offset", "skeleton_offsets"):
            out[key] = x[clip].tolist()
    if "label" in out and "class_names" in f and 0 <= out["label"] < len(f["class_names"]):
        out["class_name"] = str(f["class_names"][out["label"]])
    return out


def _named(f: Collection) -> list[str]:
    return _text(f["name"])


def _coded(**fields: str) -> Callable[[Collection], list[str]]:
    """Names like a01_s02_e03 from numeric arrays."""
    return lambda f: ["_".join(f"{letter}{int(v):02d}" for letter, v in zip(fields, values)) for values in zip(*(f[k].tolist() for k in fields.values()))]


def _fps(f: Collection, clip: int, default: float = 30.0) -> float:
    if "fps" not in f:
        return default
    fps = np.asarray(f["fps"], np.float64)
    return float(fps if fps.ndim == 0 else fps[clip])


def _unit(q: np.ndarray) -> Tensor:
    """Unit quaternions xyzw from stored w x y z."""
    return rot.normalize(rot.quaternion_order(torch.from_numpy(q.astype(np.float32)), "wxyz", "xyzw"))


def _read_quaternions(f: Collection, clip: int, name: str) -> Motion:
    rows = f.rows(clip)
    offsets = f["skeleton_offsets"][int(f["skeleton"][clip])] if "skeleton_offsets" in f else f["offset"]
    metadata = _labels(f, clip)
    if "licence" in f:
        metadata["licence"] = str(f["licence"])
    skeleton = _skeleton(f, f.path.stem)
    root = torch.from_numpy(f["root_pos"][rows].astype(np.float32))
    return Motion(_unit(f["quat_i16"][rows]), root, torch.from_numpy(offsets.astype(np.float32)), skeleton, _fps(f, clip), name=name, metadata=metadata)


def _read_bandai(f: Collection, clip: int, name: str) -> Motion:
    """Centimetres, and two roots in line: the second, the hips, becomes the root."""
    rows = f.rows(clip)
    count = rows.stop - rows.start
    delta = f["quat_delta_i16"][:, rows].T.reshape(count, -1, 4)
    q = _unit(np.cumsum(delta, axis=0, dtype=np.int16) / 4000)
    outer, hips = (torch.from_numpy(f[k][rows].astype(np.float32)) / 100 for k in ("root_pos", "hips_pos"))
    root = outer + rot.rotate(q[:, 0], hips)
    local = q[:, 1:].clone()
    local[:, 0] = rot.multiply(q[:, 0], q[:, 1])
    offsets = torch.from_numpy(f["skeleton_offsets"][int(f["skeleton"][clip])].astype(np.float32))[1:] / 100
    joints, parents = _text(f["joint_names"])[1:], [int(p) - 1 for p in f["parents"][1:]]
    return Motion(local, root, offsets, Skeleton("bandai21", tuple(joints), tuple(parents)), _fps(f, clip), name=name, metadata=_labels(f, clip))


def _read_ucla(f: Collection, clip: int, name: str) -> Poses:
    rows = f.rows(clip)
    delta = f["joints_delta_i16"][:, rows].T.reshape(rows.stop - rows.start, 20, 3)
    x = np.cumsum(delta, axis=0, dtype=np.int16) / 4000 * _KINECT
    return _poses(x, standard("kinect20"), 30.0, name, _labels(f, clip))


def _read_msr(f: Collection, clip: int, name: str) -> Poses:
    rows = f.rows(clip)
    x = f["joints"][rows] * _KINECT
    confidence = f["confidence"][rows].astype(np.float32).clip(0, 1)
    x[~f["frame_valid"][rows]] = np.nan
    return _poses(x, standard("msr20"), 15.0, name, _labels(f, clip), confidence)


def _read_utd(f: Collection, clip: int, name: str) -> Poses:
    x = f["joints_i16"][f.rows(clip)] * float(f["joint_scale"]) * _KINECT
    return _poses(x, _skeleton(f, "utd20"), float(f["skel_fps"]), name, _labels(f, clip))


def _read_sbu(f: Collection, clip: int, name: str) -> Poses:
    """Two people; image fractions and depth become millimetres by the data set's own formula."""
    j = f["joints_i16"][f.rows(clip)] * float(f["joint_scale"])
    x = np.stack([1280 - 2560 * j[..., 0], 960 - 1920 * j[..., 1], j[..., 2] * 10000 / 7.8125], -1) / 1000 * _KINECT
    return _poses(x, _skeleton(f, "sbu15"), _fps(f, clip), name, _labels(f, clip))


def _read_jhmdb(f: Collection, clip: int, name: str) -> Poses:
    metadata = {**_labels(f, clip), "units": "image sizes, from the middle, y down"}
    return _poses(f["joints"][f.rows(clip)], standard("jhmdb15"), 30.0, name, metadata)


def _poses(x: np.ndarray, skeleton: Skeleton, fps: float, name: str, metadata: dict[str, Any], confidence: np.ndarray | None = None) -> Poses:
    """Poses of (T, J, D) or, for several people, (T, P, J, D)."""
    x = x[:, None] if x.ndim == 3 else x
    # always a copy: the file's arrays are kept
    positions = torch.from_numpy(np.array(x.swapaxes(0, 1), np.float32, order="C"))
    scores: dict[str, Any] = {} if confidence is None else {"confidence": torch.from_numpy(confidence[None])}
    return Poses(positions, skeleton, fps, name=name, metadata=metadata, **scores)


def _rotations(keys: Sequence[str]) -> list[str]:
    return sorted(k.removesuffix("_rotation") for k in keys if k.endswith("_rotation"))


def _read_amp(f: Collection, clip: int, name: str) -> Motion:
    """z up with x forward, in the rig too: all axes are exchanged, so that the rig rests upright facing +z."""
    axes = [1, 2, 0]
    local = torch.from_numpy(f[f"{name}_rotation"].astype(np.float32))[..., [*axes, 3]]
    root, offsets = (torch.from_numpy(f[k].astype(np.float32))[..., axes] for k in (f"{name}_root_translation", "local_translation"))
    skeleton = Skeleton("amp_humanoid", tuple(_text(f["node_names"])), tuple(f["parent_indices"].tolist()))
    return Motion(rot.normalize(local), root, offsets, skeleton, float(f[f"{name}_fps"]), name=name)


def _read_mjpc(f: Collection, clip: int, name: str) -> Poses:
    joints = tuple(_text(f["body_names"]))
    x = f[f"pos_{name}"][..., [0, 2, 1]] * [1, 1, -1]
    return _poses(x, Skeleton("mjpc16", joints, (-1,) * len(joints)), _fps(f, clip), name, {})


def _read_3dhp(f: Collection, clip: int, name: str) -> Poses:
    """The camera's frame in millimetres; the world is the same frame with y up."""
    x = f["univ_joints3d_mm" if name == "universal" else "joints3d_mm"].astype(np.float64)
    valid = f["valid"].astype(bool)
    focal, centre = f["focal_fit"], f["center_fit"]
    k = torch.tensor([[focal[0], 0, centre[0]], [0, focal[1], centre[1]], [0, 0, 1]], dtype=torch.float32)
    camera = Camera(k, torch.diag(torch.tensor(_CAMERA, dtype=torch.float32)), image_size=(1920, 1080))
    metadata = {"activity": f["activity"].tolist()}
    points = f["joints2d"].astype(np.float64) if name == "2d" else x / 1000 * _CAMERA
    points[~valid] = np.nan
    out = _poses(points, standard("3dhp17"), 25.0, name, metadata)
    # the universal body is scaled: it does not project onto the image
    return out if name == "universal" else Poses(out.positions, out.skeleton, out.fps, camera=camera, image_size=(1920, 1080), name=name, metadata=metadata)


_LAYOUTS = (
    _Layout(lambda keys: "quat_i16" in keys, _named, _read_quaternions),
    _Layout(lambda keys: "quat_delta_i16" in keys, _named, _read_bandai),
    _Layout(lambda keys: "joints_delta_i16" in keys, _coded(a="action_id", s="subject", e="trial", v="view"), _read_ucla),
    _Layout(lambda keys: "frame_valid" in keys and "joints" in keys, _coded(a="label", s="subject", e="trial"), _read_msr),
    _Layout(lambda keys: "skel_start" in keys and "joints_i16" in keys, _coded(a="label", s="subject", t="trial"), _read_utd),
    _Layout(
        lambda keys: "set_name" in keys and "joints_i16" in keys,
        lambda f: [f"{s}_{f['class_names'][c]}_{t}" for s, c, t in zip(_text(f["set_name"]), f["label"].tolist(), f["take"].tolist())],
        _read_sbu,
    ),
    _Layout(
        lambda keys: {"joints", "split", "start"} <= set(keys),
        lambda f: [f"{f['class_names'][c]}_{i}" for i, c in enumerate(f["label"].tolist())],
        _read_jhmdb,
    ),
    _Layout(lambda keys: "node_names" in keys and bool(_rotations(keys)), lambda f: _rotations(f.keys), _read_amp),
    _Layout(lambda keys: "body_names" in keys and "names" in keys, lambda f: _text(f["names"]), _read_mjpc),
    _Layout(lambda keys: "joints3d_mm" in keys, lambda f: ["camera", "universal", "2d"], _read_3dhp),
)


def _layout(keys: Sequence[str]) -> _Layout | None:
    return next((layout for layout in _LAYOUTS if layout.fits(keys)), None)


def _unique(names: list[str]) -> list[str]:
    """Repeated names get #2, #3, ..."""
    count: dict[str, int] = {}
    out = []
    for n in names:
        count[n] = count.get(n, 0) + 1
        out.append(n if count[n] == 1 else f"{n}#{count[n]}")
    return out


def sniff(path: Path) -> bool:
    """Whether an .npz is a collection this module knows, by the names of its arrays."""
    return _layout(array_names(path)) is not None


def collection(path: str | Path) -> Collection:
    """The collection in a file; FormatError where it is none. The last one is kept, so that a loop over its clips reads each array once."""
    try:
        state = os.stat(path)
    except OSError as e:
        raise FormatError(path, f"not an .npz file: {e}") from None
    return _collection(Path(path), state.st_ino, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)
def _collection(path: Path, *state: int) -> Collection:
    return Collection(path)


def clips(path: str | Path) -> list[str]:
    """The names of the clips in a collection, in order; FormatError where the layout is unknown."""
    return list(collection(path).names)


def _lying(motion: Motion) -> str | None:
    """The axis that the trunk lies along, where it never rises 30 degrees above the ground; None for a body that ever stands or sits.

    People lie down now and then, but through a whole clip it is rather a fault of the file: some of CMU's packed clips have their bodies
    turned and their paths not, so that no turn of the world mends them.
    """
    places = [motion.skeleton.landmarks.index(name) if name in motion.skeleton.landmarks else None for name in ("head", "pelvis")]
    if None in places or not len(motion):
        return None
    x = motion[:: max(1, len(motion) // 30)].positions()
    trunk = x[:, places[0]] - x[:, places[1]]
    slope = trunk / trunk.norm(dim=-1, keepdim=True).clamp(min=1e-9)
    return None if float(slope[:, 1].max()) > 0.5 else "xyz"[int(slope.abs().mean(0).argmax())]


def read(path: str | Path, *, clip: int | str = 0) -> Motion | Poses:
    """Read one clip, by index or name: a Motion where the file stores rotations, else Poses.

    Units become metres, the Kinect's frames turn by half a turn about y (who faces it faces +z), z-up files stand
    upright. Labels, subjects and other facts of the clip are in `metadata`, and "posture" where the body lies in every
    frame. The clips of MPI-INF-3DHP's file are its three forms: "camera" (metres, with the camera), "universal"
    (height-normalised) and "2d" (pixels).

    Raises:
        OptionError: no such clip.
        FormatError: an unknown or broken collection.
    """
    file = collection(path)
    names = file.names
    if isinstance(clip, str):
        if clip not in names:
            near = [n for n in names if clip.lower() in n.lower()][:10] or names[:10]
            raise OptionError(f"{path}: no clip {clip!r} among {len(names)}; for example: {', '.join(near)}")
        clip = names.index(clip)
    if not 0 <= clip < len(names):
        raise OptionError(f"{path}: clip {clip}; expected 0 to {len(names) - 1}")
    value = file.read(clip)
    axis = _lying(value) if isinstance(value, Motion) else None
    return value if axis is None else replace(value, metadata={**value.metadata, "posture": f"lies along {axis} in every frame"})
