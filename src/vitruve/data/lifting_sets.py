"""Human3.6M, MPI-INF-3DHP and EgoHumans from the files that their authors, and the authors of lifters, give on request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.data.lifting import LiftingSet
from vitruve.errors import FormatError, OptionError
from vitruve.io import egohumans as ego
from vitruve.io.cameras import to_y_up
from vitruve.io.mpi_inf_3dhp import View
from vitruve.io.mpi_inf_3dhp import views as read_3dhp
from vitruve.io.restricted import object_array
from vitruve.io.videopose3d import H36M_JOINTS, h36m_camera
from vitruve.tasks.lifting import screen_normalise
from vitruve.tasks.multiview import Scene

H36M_SUBJECTS = {"train": ("S1", "S5", "S6", "S7", "S8"), "test": ("S9", "S11")}
CAMERAS_3DHP = ("0", "1", "2", "4", "5", "6", "7", "8")
"""Of the 14 cameras, those that mmpose and lifters train on."""
_FILES_3DHP = {"train": ("S*/Seq*/annot.mat", "data_train_3dhp*.npz"), "test": ("TS*/annot_data.mat", "data_test_3dhp*.npz")}


def human36m(folder: str | Path, part: str = "test", keypoints: str = "gt", skeleton: str = "h36m16", stride: int = 1) -> LiftingSet:
    """Human3.6M before its four cameras, from VideoPose3D's files: data_3d_h36m.npz, and data_2d_h36m_*.npz for detected keypoints.

    Args:
        part: "train" (S1, S5 to S8) or "test" (S9, S11).
        keypoints: "gt" projects the joints, lens distortion included; else the rest of the 2D file's name, "cpn_ft_h36m_dbb" say,
            whose sequences may be longer than the joints'.
        stride: keep every so manieth frame (of 50 a second).

    Raises FormatError where a file is missing or not of its layout, OptionError for an unknown part.
    """
    if part not in H36M_SUBJECTS:
        raise OptionError(f"human36m part={part!r}: expected one of {', '.join(H36M_SUBJECTS)}")
    place = Path(folder) / "data_3d_h36m.npz"
    world = _by_subject(place, "positions_3d")
    detections = Path(folder) / f"data_2d_h36m_{keypoints}.npz"
    detected = None if keypoints == "gt" else _by_subject(detections, "positions_2d")
    source, target, turn = standard("h36m17"), standard(skeleton), to_y_up("z").float()
    seen, truth = [], []
    for subject in H36M_SUBJECTS[part]:
        for action, x in world.get(subject, {}).items():
            x = _array(place, f"{subject}, {action}", x, (32, 3))[:, H36M_JOINTS] @ turn.T
            for c in range(4):
                camera = h36m_camera(subject, c)
                if detected is None:
                    pixels = camera.project(x)
                else:
                    views = detected.get(subject, {}).get(action, ())
                    if len(views) != 4:
                        raise FormatError(detections, f"{subject}, {action}: expected four cameras, found {len(views)}")
                    pixels = _array(detections, f"{subject}, {action}, camera {c}", views[c], (17, 2))
                    if len(pixels) < len(x):
                        raise FormatError(detections, f"{subject}, {action}, camera {c}: {len(pixels)} frames for {len(x)} of joints")
                    pixels = pixels[: len(x)]
                assert camera.image_size is not None
                seen.append(screen_normalise(_mapped(pixels[::stride], source, target), camera.image_size))
                truth.append(_mapped(camera.to_camera(x)[::stride], source, target))
    return _together(place, seen, truth, target)


def _by_subject(path: Path, key: str) -> dict[str, Any]:
    if not path.is_file():
        raise FormatError(path, "no such file")
    data = object_array(path, key)
    if not isinstance(data, dict) or not all(isinstance(v, dict) for v in data.values()):
        raise FormatError(path, f"{key}: expected a dict by subject and action")
    return data


def _array(path: Path, what: str, x: Any, shape: tuple[int, int]) -> Float[Tensor, "T J D"]:
    if not isinstance(x, np.ndarray) or x.ndim != 3 or x.dtype.kind not in "fiu" or x.shape[1] != shape[0] or x.shape[2] < shape[1]:
        raise FormatError(path, f"{what}: expected an array (frames, {shape[0]}, {shape[1]}), found {getattr(x, 'shape', type(x).__name__)}")
    return torch.from_numpy(x[..., : shape[1]].astype(np.float32))


def _mapped(x: Float[Tensor, "T J D"], source: Skeleton, target: Skeleton) -> Float[Tensor, "T K D"]:
    return Poses(x[None], source).map_to(target).positions[0]


def _together(path: Path, seen: Sequence[Tensor], truth: Sequence[Tensor], target: Skeleton) -> LiftingSet:
    """The views in which every joint is known."""
    if not seen:
        raise FormatError(path, "nothing of this part")
    keypoints, joints = torch.cat(list(seen)), torch.cat(list(truth))
    known = (keypoints.isfinite().all(-1) & joints.isfinite().all(-1)).all(-1)
    return LiftingSet(keypoints[known], (joints - joints[:, :1])[known], target)


def mpi_inf_3dhp(folder: str | Path, part: str = "test", skeleton: str = "h36m16", universal: bool = True, stride: int = 1) -> LiftingSet:
    """MPI-INF-3DHP's annotated keypoints and joints, from the authors' files (S1/Seq1/annot.mat, ..., TS1/annot_data.mat, ...) or P-STMO's.

    Frames of test sequences that are not valid are left out; training takes the cameras of :data:`CAMERAS_3DHP`.

    Args:
        part: "train" or "test".
        universal: the skeleton scaled to one height that the data set is scored on, else the person's own. P-STMO's
            data_{train,test}_3dhp.npz hold one of them without saying which, and it is taken.
        stride: keep every so manieth frame.

    Raises FormatError where no file is found or one is not of its layout, OptionError for an unknown part.
    """
    if part not in _FILES_3DHP:
        raise OptionError(f"mpi_inf_3dhp part={part!r}: expected one of {', '.join(_FILES_3DHP)}")
    target = standard(skeleton)
    seen, truth = [], []
    for view in _views_3dhp(Path(folder), part):
        joints = view.universal if universal and view.universal is not None else view.camera
        rows = view.valid.nonzero()[0][::stride]
        seen.append(screen_normalise(_mapped(torch.from_numpy(view.keypoints[rows]), view.skeleton, target), view.image_size))
        truth.append(_mapped(torch.from_numpy(joints[rows]), view.skeleton, target))
    return _together(Path(folder), seen, truth, target)


def _views_3dhp(folder: Path, part: str) -> Iterator[View]:
    found = next((files for pattern in _FILES_3DHP[part] if (files := sorted(folder.rglob(pattern)))), None)
    if found is None:
        raise FormatError(folder, f"expected {' or '.join(_FILES_3DHP[part])}")
    for file in found:
        for name, view in read_3dhp(file).items():
            if part == "test" or name.split()[-1] in CAMERAS_3DHP:
                yield view


def mpi_inf_3dhp_train(folder: str | Path) -> LiftingSet:
    """The training part of :func:`mpi_inf_3dhp`, every fifth frame."""
    return mpi_inf_3dhp(folder, "train", stride=5)


def egohumans(folder: str | Path, kind: str = "poses3d") -> dict[str, Poses]:
    """People of every sequence of EgoHumans by its folder (01_tagging/001_tagging), see :func:`vitruve.io.egohumans.read`.

    `kind` is "poses3d" (triangulated), "refine_poses3d" (smoothed) or "fit_poses3d" (with constant limbs).
    """
    folder = Path(folder)
    found = sorted(p for p in folder.rglob(f"processed_data/{kind}") if p.is_dir())
    if not found:
        raise FormatError(folder, f"expected sequences with processed_data/{kind}")
    return {p.parent.parent.relative_to(folder).as_posix(): ego.read(p) for p in found}


def egohumans_scene(folder: str | Path, kind: str = "poses3d", skeleton: str = "coco17") -> Scene:
    """One sequence of EgoHumans before its exocentric cameras: 2D poses in `skeleton`, and who was there in `coco17`."""
    views = list(ego.read_exocentric(folder).values())
    truth = ego.read(Path(folder) / "processed_data" / kind)
    times = torch.arange(views[0].num_frames) + views[0].metadata["first_frame"] - truth.metadata["first_frame"]
    inside = (times >= 0) & (times < truth.num_frames)
    x = torch.full((truth.num_people, len(times), 17, 3), torch.nan)
    x[:, inside] = truth.positions[:, times[inside]]
    return Scene.of(views, skeleton, replace(truth, positions=x, confidence=x.isfinite().all(-1).float()), Path(folder).name)


def measure_people(sequences: Mapping[str, Poses]) -> dict[str, float]:
    """Counts of :func:`egohumans`, and the median height that the joints of whole people span."""
    y = torch.cat([p.positions[..., 1][p.valid.all(-1)] for p in sequences.values()])
    return {"sequences": len(sequences), "frames": sum(p.num_frames for p in sequences.values()), "stature": float((y.amax(-1) - y.amin(-1)).median())}
