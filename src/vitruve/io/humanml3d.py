"""HumanML3D and KIT-ML .npy: frame features (263 or 251 numbers) or joints (22 or 21)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core import humanml3d
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io.files import atomic

_SETS = {22: ("humanml3d22", 20.0, 1.0), 21: ("kit21", 12.5, 0.001)}
"""Joint set, frame rate and unit in metres by the number of joints. KIT-ML's bodies are about one metre tall."""


def read(path: str | Path, *, fps: float | None = None) -> Poses:
    """Read features (T, 263 or 251), decoded from their local positions, or joints (T, 22 or 21, 3): Poses of one person.

    HumanML3D is in metres at 20 frames/s; KIT-ML's millimetres become metres, at 12.5. Features must be as the data set
    stores them, not normalised.

    Raises:
        FormatError: not such an array, or one with values that are not finite.
    """
    path = Path(path)
    try:
        x = np.load(path, allow_pickle=False)
    except Exception as e:  # numpy raises many kinds on a broken file
        raise FormatError(path, f"not an array that can be read: {e}") from None
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiu" or not len(x.shape) or not x.size:
        raise FormatError(path, "expected an array of numbers")
    if x.ndim == 2 and x.shape[1] in (263, 251):
        count, joints = (x.shape[1] + 1) // 12, None
    elif x.ndim == 3 and x.shape[2] == 3 and x.shape[1] in _SETS:
        count, joints = x.shape[1], torch.from_numpy(x.astype(np.float32))
    else:
        raise FormatError(path, f"an array of shape {x.shape}; expected (frames, 263), (frames, 251), (frames, 22, 3) or (frames, 21, 3)")
    if not np.isfinite(x).all():
        raise FormatError(path, f"not a finite number at {np.argwhere(~np.isfinite(x))[0].tolist()}")
    if joints is None:
        # in double precision: the root is a sum over all frames
        joints = humanml3d.decode_ric(torch.from_numpy(x.astype(np.float64))).float()
    name, rate, unit = _SETS[count]
    return Poses(joints[None] * unit, skeleton(name), fps or rate, name=path.stem)


def write(value: Any, path: str | Path, *, features: bool = False, person: int | None = None) -> None:
    """Write one person's 22 joints (T, 22, 3), or with `features` the 263 numbers a frame (T - 1, 263), at 20 frames/s.

    Other joint sets are mapped by their anatomy. The body keeps its own bones: to match HumanML3D's statistics, use
    `core.humanml3d.encode` with the offsets of its body.

    Raises:
        FormatError: the value holds no 3D joints, or some are missing.
    """
    path = Path(path)
    if isinstance(value, Motion):
        value = value.poses()
    if not isinstance(value, Poses) or value.dims != 3:
        raise FormatError(path, "expected a motion or 3D poses")
    if person is None and value.num_people != 1:
        raise OptionError(f"{path}: holds one person, found {value.num_people}: choose one (--person, or person=)")
    poses = value.person(person or 0).map_to(skeleton("humanml3d22"))
    if poses.fps != 20:
        poses = poses.resample(20)
    x = poses.positions[0].float().cpu()
    lost = (~x.isfinite()).any(-1).any(0)
    if lost.any():
        joint = poses.skeleton.joints[int(lost.nonzero()[0])]
        raise FormatError(path, f"joint {joint!r} is missing in {int((~x.isfinite()).any(-1).any(-1).sum())} of {len(x)} frames: fill gaps first")
    with atomic(path) as temporary:
        np.save(temporary, (humanml3d.encode(x.double()).float() if features else x).numpy(), allow_pickle=False)
