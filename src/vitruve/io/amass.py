"""AMASS and other archives of SMPL parameters: axis-angle poses, root path, shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import roma
import torch
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError, SkeletonError
from vitruve.io.files import atomic
from vitruve.io.native import array_names, load_arrays

_BY_SIZE = {66: "humanml3d22", 72: "smpl24", 156: "smplh52", 165: "smplx55"}

# the mean bodies of SMPL and SMPL-X, metres, as ProtoMotions' humanoids have them (Apache-2.0,
# protomotions/data/assets/mjcf/smpl_humanoid.xml and smplx_humanoid.xml): offsets of each joint from its
# parent, the first row the pelvis itself. Jaw and eyes are not in that file and coincide with the head.
_SMPL = (
    (-0.0018, -0.2233, 0.0282), (0.0695, -0.0914, -0.0068), (-0.0677, -0.0905, -0.0043), (-0.0025, 0.109, -0.0267), (0.0343, -0.3752, -0.0045),
    (-0.0383, -0.3826, -0.0089), (0.0055, 0.1352, 0.0011), (-0.0136, -0.398, -0.0437), (0.0158, -0.3984, -0.0423), (0.0015, 0.0529, 0.0254),
    (0.0264, -0.0558, 0.1193), (-0.0254, -0.0481, 0.1233), (-0.0028, 0.2139, -0.0429), (0.0788, 0.1217, -0.0341), (-0.0818, 0.1188, -0.0386),
    (0.0052, 0.065, 0.0513), (0.091, 0.0305, -0.0089), (-0.096, 0.0326, -0.0091), (0.2596, -0.0128, -0.0275), (-0.2537, -0.0133, -0.0214),
    (0.2492, 0.009, -0.0012), (-0.2553, 0.0078, -0.0056), (0.084, -0.0082, -0.0149), (-0.0846, -0.0061, -0.0103),
)  # fmt: skip
_SMPLX_BODY = (
    (0.0031, -0.3514, 0.012), (0.0582, -0.0928, -0.026), (-0.0633, -0.1039, -0.0213), (-0.0028, 0.1099, -0.0276), (0.0547, -0.3788, -0.0094),
    (-0.0442, -0.3624, -0.0168), (0.0094, 0.1319, -0.0059), (-0.0435, -0.4031, -0.0319), (0.0154, -0.4107, -0.0202), (-0.0113, 0.0522, 0.0284),
    (0.0473, -0.058, 0.1182), (-0.0388, -0.0583, 0.119), (-0.0122, 0.1652, -0.0316), (0.0464, 0.0849, -0.0072), (-0.0477, 0.0843, -0.0134),
    (0.0248, 0.1605, 0.0207), (0.1192, 0.0577, -0.0155), (-0.1026, 0.0535, -0.0127), (0.2541, -0.0722, -0.0425), (-0.2711, -0.0365, -0.0265),
    (0.252, 0.0232, -0.0025), (-0.2493, -0.0045, -0.0153),
)  # fmt: skip
_HANDS = (
    (0.1019, -0.0087, 0.0194), (0.0319, 0.0022, 0.003), (0.0225, -0.0024, 0.0001), (0.1094, -0.0063, -0.004), (0.0306, 0.0008, -0.004),
    (0.0235, -0.002, -0.0041), (0.084, -0.0145, -0.0437), (0.0155, -0.0011, -0.012), (0.0155, -0.0017, -0.0112), (0.0974, -0.0093, -0.0273),
    (0.028, 0.0015, -0.0053), (0.0228, -0.0015, -0.0071), (0.0406, -0.018, 0.0256), (0.017, 0.001, 0.025), (0.0205, -0.0052, 0.0155),
    (-0.0999, -0.0118, 0.0196), (-0.0319, 0.0022, 0.003), (-0.0225, -0.0023, 0.0001), (-0.1074, -0.0094, -0.0037), (-0.0306, 0.0008, -0.004),
    (-0.0235, -0.002, -0.0041), (-0.082, -0.0176, -0.0435), (-0.0155, -0.0011, -0.012), (-0.0155, -0.0017, -0.0112), (-0.0954, -0.0124, -0.0271),
    (-0.028, 0.0015, -0.0053), (-0.0228, -0.0015, -0.0071), (-0.0386, -0.0211, 0.0259), (-0.017, 0.001, 0.025), (-0.0205, -0.0052, 0.0155),
)  # fmt: skip
MEAN_OFFSETS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "humanml3d22": _SMPL[:22],
    "smpl24": _SMPL,
    "smplh52": _SMPL[:22] + _HANDS,
    "smplx55": _SMPLX_BODY + ((0.0, 0.0, 0.0),) * 3 + _HANDS,
}


@runtime_checkable
class Body(Protocol):
    """What a body model tells about its bones at rest (`vitruve.bodies.BodyModel` does)."""

    name: str
    skeleton: Skeleton

    def default_shape(self) -> Tensor: ...

    def rest_joints(self, shape: Tensor | None = None) -> Tensor: ...


_ROOT = ("root_orient", "global_orient")
_BODY = ("pose_body", "body_pose")
_POSES = ("poses", "pose", "fullpose")
_TRANS = ("trans", "transl", "translation")
_RATE = ("mocap_framerate", "mocap_frame_rate", "mocap_frequency", "framerate", "fps")


def sniff(path: Path) -> bool:
    """Whether an .npz holds SMPL parameters, by the names of its arrays."""
    names = set(array_names(path))
    return bool(names & set(_POSES) or (names & set(_ROOT) and names & set(_BODY)))


def mean_offsets(skeleton: Skeleton) -> Tensor:
    """Offsets (J, 3) of the mean body of an SMPL skeleton; OptionError for another skeleton."""
    if skeleton.name not in MEAN_OFFSETS:
        raise OptionError(f"no mean body is known for skeleton {skeleton.name!r}; expected one of {', '.join(MEAN_OFFSETS)}")
    return torch.tensor(MEAN_OFFSETS[skeleton.name])


def _first(arrays: dict[str, np.ndarray], keys: Sequence[str]) -> np.ndarray | None:
    return next((arrays[k] for k in keys if k in arrays), None)


def _rows(path: Path, x: np.ndarray, what: str, frames: int | None = None) -> np.ndarray:
    """(T, N) float64, finite; one row is repeated where the clip is longer."""
    x = np.asarray(x)
    if x.dtype.kind not in "fiu" or x.ndim < 1 or not x.size:
        raise FormatError(path, f"{what}: expected numbers (frames, ...), found {x.shape} of {x.dtype}")
    x = x.reshape(1, -1) if x.ndim == 1 and frames in (None, 1) else x.reshape(len(x), -1)
    x = x.astype(np.float64)
    if frames is not None and len(x) != frames:
        if len(x) != 1:
            raise FormatError(path, f"{what}: expected {frames} frames, found {len(x)}")
        x = np.repeat(x, frames, 0)
    if not np.isfinite(x).all():
        raise FormatError(path, f"{what}: not a finite number at {np.argwhere(~np.isfinite(x))[0].tolist()}")
    return x


def _full_pose(path: Path, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, str]:
    """((T, 3 J) axis-angle in the order of the skeleton, the skeleton's name)."""
    whole = _first(arrays, _POSES)
    if whole is not None:
        pose = _rows(path, whole, "poses")
        if pose.shape[1] not in _BY_SIZE:
            raise FormatError(path, f"poses: {pose.shape[1]} numbers a frame; expected {', '.join(f'{n} ({s})' for n, s in _BY_SIZE.items())}")
        return pose, _BY_SIZE[pose.shape[1]]
    root, body = _first(arrays, _ROOT), _first(arrays, _BODY)
    if root is None or body is None:
        raise FormatError(path, f"no poses, nor a root with a body pose; found {', '.join(list(arrays)[:12])}")
    body = _rows(path, body, "body pose")
    frames = len(body)
    root = _rows(path, root, "root orientation", frames)
    if root.shape[1] != 3 or body.shape[1] not in (63, 69):
        raise FormatError(path, f"expected a root of 3 and a body pose of 63 or 69 numbers a frame, found {root.shape[1]} and {body.shape[1]}")
    if body.shape[1] == 69:
        return np.concatenate([root, body], 1), "smpl24"
    hands = _first(arrays, ("pose_hand", "hand_pose"))
    sides = [arrays.get(f"{side}_hand_pose") for side in ("left", "right")]
    if hands is None and sides[0] is not None and sides[1] is not None:
        hands = np.concatenate([_rows(path, s, "hand pose", frames) for s in sides if s is not None], 1)
    head = [_first(arrays, keys) for keys in (("pose_jaw", "jaw_pose"), ("pose_eye",), ("leye_pose",), ("reye_pose",))]
    if hands is None and all(h is None for h in head):
        return np.concatenate([root, body], 1), "humanml3d22"
    hands = np.zeros((frames, 90)) if hands is None else _rows(path, hands, "hand pose", frames)
    if hands.shape[1] != 90:
        raise FormatError(path, f"hand poses of {hands.shape[1]} numbers: expected 90 axis-angles (principal components need the model's own basis)")
    if all(h is None for h in head):
        return np.concatenate([root, body, hands], 1), "smplh52"
    jaw, eyes, left, right = (None if h is None else _rows(path, h, "jaw or eye pose", frames) for h in head)
    zero = np.zeros((frames, 3))
    jaw = zero if jaw is None else jaw
    eyes = np.concatenate([zero if left is None else left, zero if right is None else right], 1) if eyes is None else eyes
    if jaw.shape[1] != 3 or eyes.shape[1] != 6:
        raise FormatError(path, f"expected a jaw of 3 and eyes of 6 numbers a frame, found {jaw.shape[1]} and {eyes.shape[1]}")
    return np.concatenate([root, body, jaw, eyes, hands], 1), "smplx55"


def _turn(up: str) -> Tensor:
    """Rotation from the file's axes to y up."""
    if up == "z":
        return rot.about("x", torch.tensor(-torch.pi / 2, dtype=torch.float64))
    if up == "y":
        return rot.identity(dtype=torch.float64)
    if up == "-y":
        return rot.about("x", torch.tensor(torch.pi, dtype=torch.float64))
    raise OptionError(f"up={up!r}: expected 'z', 'y' or '-y'")


def read(path: str | Path, *, body: Body | None = None, up: str | None = None, fps: float | None = None) -> Motion:
    """Read SMPL parameters as a Motion on smpl24, humanml3d22 (SMPL without hands), smplh52 or smplx55.

    Takes AMASS' `poses` or separate parts (root_orient, pose_body, ... or global_orient, body_pose, ...). `shape` is the
    file's betas. SMPL's `trans` is not where the pelvis is: the root path is it plus the pelvis at rest. Jaw and eyes
    follow the file.

    Args:
        body: takes bones and rest pelvis from this model at the file's shape; without it they are those of the mean
            body and `metadata["offsets"]` says so.
        up: the file's vertical: 'z' (AMASS; default for `poses` and `root_orient`), 'y' (default for
            `global_orient`), '-y' (results in a camera's frame).
        fps: where the file has no frame rate (30 then).

    Raises:
        FormatError: no SMPL parameters, sizes that fit no model, or hands as principal components.
        SkeletonError: `body` lacks joints that the file moves.
    """
    path = Path(path)
    arrays = load_arrays(path)
    pose, name = _full_pose(path, arrays)
    skeleton = standard(name)
    frames = len(pose)
    trans = _first(arrays, _TRANS)
    root = np.zeros((frames, 3)) if trans is None else _rows(path, trans, "trans", frames)
    if root.shape[1] != 3:
        raise FormatError(path, f"trans: expected 3 numbers a frame, found {root.shape[1]}")
    betas = _first(arrays, ("betas", "shape", "beta"))
    shape = None if betas is None else torch.from_numpy(_rows(path, betas, "betas")[0].astype(np.float32))
    if body is None:
        offsets, source = mean_offsets(skeleton), "mean body: bones are not those of the file's shape"
    else:
        offsets, source = _offsets_of(body, skeleton, shape), f"{body.name} at the file's shape"
    rate = _first(arrays, _RATE)
    if fps is None:
        fps = 30.0 if rate is None else float(np.asarray(rate, np.float64).ravel()[0]) if rate.dtype.kind in "fiu" and rate.size else 0.0
    if not 0 < fps < 1e6:
        raise FormatError(path, f"frame rate: expected a positive number, found {rate if rate is None else rate.tolist()}")
    turn = _turn(up or ("y" if "global_orient" in arrays else "z"))
    local = roma.rotvec_to_unitquat(torch.from_numpy(pose.reshape(frames, -1, 3)))
    local[:, 0] = rot.multiply(turn, local[:, 0])
    place = rot.rotate(turn, torch.from_numpy(root) + offsets[0].double())
    metadata: dict[str, Any] = {"offsets": source}
    if "gender" in arrays and arrays["gender"].size == 1 and arrays["gender"].dtype.kind in "SU":
        gender = arrays["gender"].item()
        metadata["gender"] = gender.decode("ascii", "replace") if isinstance(gender, bytes) else gender
    return Motion(rot.normalize(local).float(), place.float(), offsets, skeleton, fps, shape, name=path.stem, metadata=metadata)


def _offsets_of(body: Body, skeleton: Skeleton, shape: Tensor | None) -> Tensor:
    lacking = [j for j in skeleton.joints if j not in body.skeleton.joints]
    if lacking:
        raise SkeletonError(f"body {body.name!r} has no joints {', '.join(lacking[:8])} of skeleton {skeleton.name!r}")
    if shape is not None:
        coefficients = body.default_shape().clone()
        n = min(len(coefficients), len(shape))
        coefficients[:n] = shape[:n].to(coefficients)
        shape = coefficients
    joints = body.rest_joints(shape).detach().float().cpu()[[body.skeleton.index(j) for j in skeleton.joints]]
    parents = torch.tensor(skeleton.parents)
    return torch.where((parents < 0)[:, None], joints, joints - joints[parents.clamp_min(0)])


def write(value: Any, path: str | Path, *, gender: str | None = None) -> None:
    """Write a Motion on an SMPL skeleton as AMASS does: `poses`, `trans`, `betas`, `gender`, `mocap_framerate`, z up.

    The rest pelvis is the root's own offset. Raises SkeletonError for another skeleton, and where bones stretch.
    """
    path = Path(path)
    if not isinstance(value, Motion):
        raise FormatError(path, f"expected a motion, found {type(value).__name__}")
    name = next((n for n in MEAN_OFFSETS if standard(n).joints == value.skeleton.joints), None)
    if name is None:
        raise SkeletonError(f"skeleton {value.skeleton.name!r} is not SMPL's: retarget to one of {', '.join(MEAN_OFFSETS)} first")
    if value.stretches:
        raise SkeletonError("SMPL's bones do not stretch over time")
    back = rot.inverse(_turn("z"))
    local = value.rotations.detach().cpu().double().clone()
    local[:, 0] = rot.multiply(back, local[:, 0])
    trans = rot.rotate(back, value.translation.detach().cpu().double()) - value.offsets[0].detach().cpu().double()
    betas = np.zeros(10) if value.shape is None else value.shape.detach().cpu().double().numpy().reshape(-1)
    with atomic(path) as temporary:
        np.savez_compressed(
            temporary,
            poses=roma.unitquat_to_rotvec(local).reshape(len(local), -1).numpy(),
            trans=trans.numpy(),
            betas=betas,
            gender=np.array(gender or value.metadata.get("gender", "neutral")),
            mocap_framerate=np.array(value.fps),
        )
