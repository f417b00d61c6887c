"""Calibration: the reference pose of a rig whose rest pose is no pose of a body, found from its motion.

Some exporters (joint orients baked into the rotations) leave rest offsets that only say how long bones are:
every bone along one axis, say. Where the rest pose is that of a body, :mod:`vitruve.core.reference` decides.
"""

from __future__ import annotations

from dataclasses import replace

import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.facing import across
from vitruve.core.motion import GlobalPose, Motion
from vitruve.core.reference import bone_end, reference_rotations
from vitruve.core.skeleton import Skeleton

_MAX_SWING = torch.pi * 100 / 180
"""A rest pose is a body's if no limb is further from the T-pose: arms may hang, legs may not point up."""
_SNAP = torch.pi * 25 / 180
"""Axes of such rigs are mostly signed coordinate axes; an estimate this near to them is taken to be them."""
_MAX_FRAMES = 2000


def rest_is_anatomical(skeleton: Skeleton, rest: Float[Tensor, "J 3"]) -> bool:
    """Whether the rest pose (Motion.rest_positions) could be taken by a body standing: hips and shoulders parallel, no limb reversed."""
    pairs = [rest[skeleton.index(f"left_{p}")] - rest[skeleton.index(f"right_{p}")] for p in ("hip", "shoulder") if skeleton.has(f"left_{p}", f"right_{p}")]
    if len(pairs) == 2 and torch.cosine_similarity(pairs[0], pairs[1], dim=0) < 0.8:
        return False
    reference = reference_rotations(skeleton, rest)
    trunk = reference[skeleton.roots[0]]
    limbs = [j for j in range(len(skeleton)) if bone_end(skeleton, j) is not None]
    return not limbs or bool(rot.angle(trunk, reference[limbs]).max() < _MAX_SWING)


def calibrated_reference(motion: Motion, dtype: torch.dtype | None = None) -> Float[Tensor, "J 4"]:
    """World rotation of each joint, from rest, in the T-pose: `reference_rotations` where the rest pose is a body's, else from the motion.

    From the motion (functional calibration): the trunk's axes are the mean ones of hips, shoulders and spine; a limb's
    long axis is its bone and its lateral axis the mean axis knee or elbow bend about; a foot is flat where its ankle is
    lowest. The zero of forearm, head and toe-out is then their mean over the clip, to the nearest coordinate axis.
    Computed in `dtype`, by default the motion's.
    """
    dtype = dtype or motion.rotations.dtype
    offsets = motion.rest_offsets
    rest = replace(motion[:1], offsets=offsets).to(dtype).rest_positions()
    if rest_is_anatomical(motion.skeleton, rest):
        return reference_rotations(motion.skeleton, rest)
    step = max(-(-motion.num_frames // _MAX_FRAMES), 1)
    return _functional_reference(motion[::step].to(dtype), offsets.to(dtype))


def _frame(left: Tensor, up: Tensor) -> tuple[Tensor, Tensor]:
    """(rotations that take x to `left` as far as it is square to unit `up`, y to `up`; how far it is)."""
    left = left - (left * up).sum(-1, keepdim=True) * up
    x = rot.normalize(left)
    return torch.stack([x, up, torch.linalg.cross(x, up)], -1), left.norm(dim=-1)


def _mean(frames: Tensor, world: Tensor, weight: Tensor) -> Tensor:
    """Quaternion of the weighted mean of frames^-1 world, snapped to coordinate axes if near."""
    local = frames.transpose(-1, -2) @ roma.unitquat_to_rotmat(world)
    mean = roma.rotmat_to_unitquat(rot.nearest_rotation((weight[:, None, None] * local).sum(0)))
    near = _cube(mean)
    return near if rot.angle(mean, near) < _SNAP else mean


def _cube(q: Tensor) -> Tensor:
    """The nearest of the 24 rotations that map coordinate axes to coordinate axes."""
    from scipy.spatial.transform import Rotation

    group = torch.from_numpy(Rotation.create_group("O").as_quat()).to(q)
    return group[(group @ q).abs().argmax()]


def _functional_reference(motion: Motion, offsets: Tensor) -> Tensor:
    skeleton = motion.skeleton
    pose: GlobalPose = motion.fk()
    x = pose.positions
    base = x[:, skeleton.index("pelvis")] if skeleton.has("pelvis") else x[:, [skeleton.index("left_hip"), skeleton.index("right_hip")]].mean(1)
    top = next(m for m in ("neck", "upper_neck", "head", "spine3", "spine2") if skeleton.has(m))
    left = across(skeleton, x)
    trunk, even = _frame(left, rot.normalize(x[:, skeleton.index(top)] - base))

    out = rot.identity(len(skeleton), dtype=x.dtype, device=x.device)
    frames: list[tuple[Tensor, Tensor]] = [(trunk, even)] * len(skeleton)
    for joints, parents in (((skeleton.roots), (-1,)), *skeleton.levels):
        for j, parent in zip(joints, parents):
            mark = skeleton.landmarks[j] or ""
            end = bone_end(skeleton, j)
            frames[j] = (trunk, even) if parent < 0 or not mark.startswith(("left_", "right_")) else frames[parent]
            if end is not None:
                frames[j] = _foot(x[:, j], x[:, end]) if mark.endswith("ankle") else _limb(skeleton, x, j, end, left)
            out[j] = _mean(frames[j][0], pose.rotations[:, j], frames[j][1])
            if end is not None and not mark.endswith("ankle"):
                # the bone is known exactly
                bone = rot.rotate(out[j], offsets[end])
                target = bone.new_tensor([0, -1, 0] if mark.endswith(("hip", "knee")) else [1.0 if mark.startswith("left") else -1.0, 0, 0])
                if skeleton.parents[end] == j:
                    out[j] = rot.multiply(rot.between(bone, target), out[j])
    return out


def _limb(skeleton: Skeleton, x: Tensor, j: int, end: int, left: Tensor) -> tuple[Tensor, Tensor]:
    """Frames of a long bone in the T-pose's axes, and their weight: how well they show the hinge."""
    side, _, part = (skeleton.landmarks[j] or "").partition("_")
    leg = part in ("hip", "knee")
    upper, hinge, lower = ("hip", "knee", "ankle") if leg else ("shoulder", "elbow", "wrist")
    a, b, c = (x[:, skeleton.index(f"{side}_{m}")] if skeleton.has(f"{side}_{m}") else None for m in (upper, hinge, lower))
    axis = 0.1 * left
    if a is not None and b is not None and c is not None:
        bend = torch.linalg.cross(rot.normalize(b - a), rot.normalize(c - b))
        axis = axis + (bend if leg else -bend)
    frame, weight = _frame(axis, rot.normalize(x[:, j] - x[:, end]))
    if not leg:
        # hanging -> T-pose
        quarter = frame.new_tensor([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
        frame = frame @ (quarter if side == "left" else quarter.T)
    return frame, weight


def _foot(ankle: Tensor, toe: Tensor) -> tuple[Tensor, Tensor]:
    """Frames of a foot that stands flat, and their weight: 1 where the ankle is lowest, else 0."""
    up = torch.zeros_like(ankle)
    up[:, 1] = 1
    height = ankle[:, 1]
    flat = height <= height.quantile(0.05) + 0.01
    return _frame(torch.linalg.cross(up, toe - ankle), up)[0], flat.to(ankle.dtype)
