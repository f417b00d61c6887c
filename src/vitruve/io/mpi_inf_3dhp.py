"""MPI-INF-3DHP: annot.mat of its training sequences, annot_data.mat of its test ones, and both as P-STMO packs them (.npz)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, MissingExtraError, OptionError
from vitruve.io.cameras import read_cameras
from vitruve.io.restricted import object_array

Kind = Literal["camera", "universal", "2d"]

_SKELETONS = {28: "3dhp28", 17: "3dhp17"}
_OUTDOORS = ("TS5", "TS6")
"""Test sequences filmed at 1920 x 1080; all others are 2048 x 2048."""
_AXES = np.array([1.0, -1.0, -1.0], np.float32)
"""From a camera's frame to y up."""
_MAX_VALUES = 300_000_000


@dataclass(frozen=True, eq=False)
class View:
    """A sequence before one camera: `keypoints` pixels; `camera` metres in the camera's frame, `universal` the same scaled to one height."""

    keypoints: Float[np.ndarray, "T J 2"]
    camera: Float[np.ndarray, "T J 3"]
    universal: Float[np.ndarray, "T J 3"] | None
    valid: Bool[np.ndarray, " T"]
    image_size: tuple[int, int]
    activity: Float[np.ndarray, " T"] | None = None

    @property
    def skeleton(self) -> Skeleton:
        return standard(_SKELETONS[self.camera.shape[1]])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return ("camera", "2d") if self.universal is None else ("camera", "universal", "2d")

    def lens(self) -> Camera:
        """The pinhole that takes the joints to the keypoints, by least squares: focal lengths and centre, at the origin, y up."""
        x, uv = self.camera[self.valid].reshape(-1, 3).astype(np.float64), self.keypoints[self.valid].reshape(-1, 2)
        if not len(x):
            raise OptionError("no valid frame to fit a camera to")
        k = np.eye(3)
        for i in range(2):
            k[i, i], k[i, 2] = np.linalg.lstsq(x[:, [i, 2]], uv[:, i] * x[:, 2], rcond=None)[0]
        return Camera(torch.from_numpy(k).float(), torch.from_numpy(np.diag(_AXES)), image_size=self.image_size)


def sniff(path: Path) -> bool:
    """Whether an .npz is of P-STMO's packing: one array, `data`."""
    from vitruve.io.native import array_names

    return array_names(path) == ["data"]


def views(path: str | Path) -> dict[str, View]:
    """Every view in a file by name: "0" to "13" of annot.mat, "S1 Seq1 0" and "TS1" of packed files, the folder's name of annot_data.mat.

    The packed files do not say whether their joints are the person's own or of universal height; they stand as `camera`.

    Raises FormatError for anything else, MissingExtraError where annot_data.mat (HDF5) needs h5py.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return _packed(path)
    try:
        with path.open("rb") as f:
            head = f.read(520)
    except OSError as e:
        raise FormatError(path, e.strerror or str(e)) from None
    return _test(path) if head[512:] == b"\x89HDF\r\n\x1a\n" else _train(path)


def _numbers(path: Path, name: str, x: Any, dims: int) -> np.ndarray:
    """(T, J, dims) of 28 or 17 joints, from that or flat frames."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiu":
        raise FormatError(path, f"{name}: expected an array of numbers, found {getattr(x, 'dtype', type(x).__name__)}")
    if x.ndim == 4 and x.shape[1] == 1:
        x = x[:, 0]
    elif x.ndim == 2 and x.shape[1] in [dims * j for j in _SKELETONS]:
        x = x.reshape(len(x), -1, dims)
    if x.ndim != 3 or not len(x) or x.shape[1] not in _SKELETONS or x.shape[2] != dims:
        raise FormatError(path, f"{name}: expected (frames, 28 or 17 joints, {dims}), found {x.shape}")
    return x.astype(np.float32)


def _view(path: Path, name: str, arrays: Mapping[str, Any], keys: tuple[str, str, str], size: tuple[int, int], valid: Any = None, activity: Any = None) -> View:
    lost = [k for k in keys[:2] if k not in arrays]
    if lost:
        raise FormatError(path, f"view {name!r} lacks {', '.join(lost)}")
    k2, k3 = (_numbers(path, f"view {name!r}, {k}", arrays[k], d) for k, d in zip(keys, (2, 3)))
    universal = None if keys[2] not in arrays else _numbers(path, f"view {name!r}, {keys[2]}", arrays[keys[2]], 3) / 1000
    flags = np.ones(len(k2), bool) if valid is None else valid
    if not isinstance(flags, np.ndarray) or flags.dtype.kind not in "bfiu":
        raise FormatError(path, f"view {name!r}: flags of valid frames are not an array of numbers")
    flags = flags.reshape(-1) > 0
    if not len(k2) == len(k3) == len(flags) or k2.shape[1] != k3.shape[1] or universal is not None and universal.shape != k3.shape:
        raise FormatError(path, f"view {name!r}: {k2.shape} keypoints, {k3.shape} joints and {len(flags)} flags do not go together")
    finite = np.isfinite(k2).all((1, 2)) & np.isfinite(k3).all((1, 2))
    return View(k2, k3 / 1000, universal, flags & finite, size, None if activity is None else np.asarray(activity).reshape(-1))


def _train(path: Path) -> dict[str, View]:
    from scipy.io import loadmat

    try:
        data = loadmat(str(path), variable_names=("annot2", "annot3", "univ_annot3"))
    except Exception as e:  # scipy raises many kinds on a broken file
        raise FormatError(path, f"not a MATLAB file that can be read: {e}") from None
    cells = {k: v.reshape(-1) for k, v in data.items() if isinstance(v, np.ndarray) and v.dtype == object}
    if not {"annot2", "annot3"} <= set(cells) or len({len(v) for v in cells.values()}) != 1:
        found = {k: v.shape for k, v in cells.items()} or "none of them"
        raise FormatError(path, f"expected annot.mat of MPI-INF-3DHP (cells annot2, annot3, univ_annot3, one for each camera), found {found}")
    return {
        str(i): _view(path, str(i), {k: v[i] for k, v in cells.items()}, ("annot2", "annot3", "univ_annot3"), (2048, 2048))
        for i in range(len(cells["annot2"]))
        if np.size(cells["annot2"][i])  # cameras left out of a copy
    }


def _test(path: Path) -> dict[str, View]:
    try:
        import h5py
    except ImportError:
        raise MissingExtraError("h5py", "hdf5") from None
    keys = ("annot2", "annot3", "univ_annot3", "valid_frame", "activity_annotation")
    try:
        with h5py.File(path) as f:
            found = {k: f[k] for k in keys if isinstance(f.get(k), h5py.Dataset)}
            if sum(d.size for d in found.values()) > _MAX_VALUES:
                raise FormatError(path, f"more than {_MAX_VALUES} numbers")
            arrays = {k: d[()] for k, d in found.items()}
    except (OSError, RuntimeError, KeyError, TypeError) as e:
        raise FormatError(path, f"not an HDF5 file that can be read: {e}") from None
    if not {"annot2", "annot3", "valid_frame"} <= set(arrays):
        raise FormatError(path, f"expected annot_data.mat of MPI-INF-3DHP (annot2, annot3, valid_frame), found {', '.join(arrays) or 'none of them'}")
    name = path.resolve().parent.name
    return {name: _view(path, name, arrays, ("annot2", "annot3", "univ_annot3"), _size(name), arrays["valid_frame"], arrays.get("activity_annotation"))}


def _size(name: str) -> tuple[int, int]:
    return (1920, 1080) if name in _OUTDOORS else (2048, 2048)


def _packed(path: Path) -> dict[str, View]:
    data = object_array(path, "data")
    if not isinstance(data, dict) or not data:
        raise FormatError(path, f"data: expected a dict by sequence, found {type(data).__name__}")
    out = {}
    for sequence, entry in data.items():
        if isinstance(entry, list | tuple) and entry and isinstance(entry[0], dict):
            named = {f"{sequence} {camera}": e for camera, e in entry[0].items()}
        else:
            named = {str(sequence): entry}
        for name, e in named.items():
            if not isinstance(e, dict):
                raise FormatError(path, f"{name}: expected data_2d and data_3d, found {type(e).__name__}")
            out[name] = _view(path, name, e, ("data_2d", "data_3d", ""), _size(name), e.get("valid"))
    return out


def _rig(path: Path) -> dict[str, Camera]:
    calibration = path.parent / "camera.calibration"
    return read_cameras(calibration) if calibration.is_file() else {}


def clips(path: str | Path) -> list[str]:
    """What `clip=` chooses among: "0 camera", "0 universal", "0 2d", ... of the first view, the second, ..."""
    return [f"{name} {kind}" for name, view in views(path).items() for kind in view.kinds]


def read(path: str | Path, *, clip: int | str = 0, fps: float = 25.0) -> Poses:
    """One view's joints: Poses (1, T, 28 or 17, 3), metres, y up, or (1, T, J, 2), pixels; frames flagged as not valid are NaN.

    With camera.calibration beside annot.mat, joints are in the calibrated world (the floor is y = 0) with their camera. Else the
    camera stands at the origin and looks along -z, and its focal lengths and centre are fitted to the annotation. Pickled
    arrays are read without running code.

    Args:
        clip: by name or number, see :func:`clips`: the person's own joints ("camera"), those scaled to the universal height that
            the data set is scored on ("universal", in the camera's frame with y up; they do not project onto the picture), or the keypoints ("2d").
        fps: 25 for test sequences and most training ones; the longer ones (about 12,000 frames) were filmed at 50.

    Raises:
        FormatError: not such a file. OptionError: no such clip. MissingExtraError: annot_data.mat without h5py.
    """
    path = Path(path)
    found = views(path)
    names = {f"{name} {kind}": (name, kind) for name, view in found.items() for kind in view.kinds}
    if isinstance(clip, int) and 0 <= clip < len(names):
        clip = list(names)[clip]
    if clip not in names:
        raise OptionError(f"{path}: clip {clip!r}; expected 0 to {len(names) - 1} or one of {', '.join(list(names)[:40])}")
    name, kind = names[clip]
    view = found[name]
    metadata: dict[str, Any] = {} if view.activity is None else {"activity": view.activity.tolist()}
    if kind == "universal":
        assert view.universal is not None
        return Poses(_known(view, view.universal * _AXES), view.skeleton, fps, name=str(clip), metadata=metadata)
    camera = _rig(path).get(name)
    camera = view.lens() if camera is None else camera.to(torch.float32)
    x = torch.from_numpy(view.keypoints) if kind == "2d" else camera.to_world(torch.from_numpy(view.camera))
    return Poses(_known(view, x.numpy()), view.skeleton, fps, camera=camera, image_size=view.image_size, name=str(clip), metadata=metadata)


def _known(view: View, x: np.ndarray) -> Float[torch.Tensor, "1 T J D"]:
    return torch.from_numpy(np.where(view.valid[:, None, None], x, np.nan)[None])
