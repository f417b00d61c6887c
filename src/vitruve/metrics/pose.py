"""Errors of 3D poses and meshes, and the protocols that average them.

Positions (..., J, 3) in any unit, results in the same one. A joint that the truth lacks (NaN) does not count; a joint
that only the prediction lacks makes the result NaN: nothing is better for having been left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.geometry import procrustes
from vitruve.core.rotations import angle
from vitruve.errors import OptionError, ShapeError

Root = int | Sequence[int] | None
Alignment = Literal["none", "scale", "procrustes"]


def _checked(prediction: Tensor, target: Tensor) -> Tensor:
    """True where the target is known; raises where shapes differ or nothing is known."""
    if prediction.shape != target.shape:
        raise ShapeError(f"prediction {tuple(prediction.shape)} and target {tuple(target.shape)} differ in shape")
    known = target.isfinite().all(-1)
    if not known.any():
        raise ShapeError("the target has no known joint")
    return known


def at_root(positions: Float[Tensor, "*B J 3"], root: Root) -> Float[Tensor, "*B J 3"]:
    """Positions relative to a joint, or to the mean of several (the hips); None leaves them."""
    if root is None:
        return positions
    joints = [root] if isinstance(root, int) else list(root)
    return positions - positions[..., joints, :].mean(-2, keepdim=True)


def aligned(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], alignment: Alignment) -> Float[Tensor, "*B J 3"]:
    """The prediction after the alignment a protocol allows, per pose: none, the best scale about the origin, or a similarity."""
    if alignment == "none":
        return prediction
    if alignment == "scale":
        known = target.isfinite().all(-1, keepdim=True)
        p, g = torch.where(known, prediction, 0.0), torch.where(known, target, 0.0)
        square = p.square().sum((-2, -1), keepdim=True)
        return prediction * ((p * g).sum((-2, -1), keepdim=True) / square.clamp_min(torch.finfo(p.dtype).tiny))
    if alignment == "procrustes":
        return procrustes(prediction, target).apply(prediction)
    raise OptionError(f"alignment={alignment!r}: expected 'none', 'scale' or 'procrustes'")


def joint_errors(
    prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], root: Root = None, alignment: Alignment = "none"
) -> Float[Tensor, "*B J"]:
    """Distance of every joint from the truth; NaN where the truth is missing."""
    _checked(prediction, target)
    p, g = at_root(prediction, root), at_root(target, root)
    return (aligned(p, g, alignment) - g).norm(dim=-1)


def _mean(error: Tensor, known: Tensor) -> Tensor:
    return error[known].mean()


def mpjpe(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], root: Root = None) -> Float[Tensor, ""]:
    """Mean per-joint position error (protocol 1 of Human3.6M when root-relative; the zero root counts as a joint there).

    `root` aligns first: a joint, or several whose mean counts (the pelvis of SPIN's losses is the middle of the hips).
    """
    return _mean(joint_errors(prediction, target, root), _checked(prediction, target))


def weighted_mpjpe(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], weights: Float[Tensor, "*B #J"]) -> Float[Tensor, ""]:
    """Mean of weight times joint error; not divided by the weights' sum (VideoPose3D)."""
    return _mean(joint_errors(prediction, target) * weights, _checked(prediction, target))


def p_mpjpe(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"]) -> Float[Tensor, ""]:
    """MPJPE after the best similarity transform of each pose (PA-MPJPE, protocol 2)."""
    return _mean(joint_errors(prediction, target, alignment="procrustes"), _checked(prediction, target))


def n_mpjpe(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"]) -> Float[Tensor, ""]:
    """MPJPE after the best scale of each pose about the origin (protocol 3)."""
    return _mean(joint_errors(prediction, target, alignment="scale"), _checked(prediction, target))


def mpjve(prediction: Float[Tensor, "*B T J 3"], target: Float[Tensor, "*B T J 3"]) -> Float[Tensor, ""]:
    """Mean per-joint velocity error: MPJPE of the first differences over frames (unit per frame)."""
    return mpjpe(prediction.diff(dim=-3), target.diff(dim=-3))


def acceleration_error(prediction: Float[Tensor, "*B T J 3"], target: Float[Tensor, "*B T J 3"], fps: float | None = None) -> Float[Tensor, ""]:
    """MPJPE of the second differences: unit per frame squared, or per second squared if `fps` is given."""
    return mpjpe(prediction.diff(n=2, dim=-3), target.diff(n=2, dim=-3)) * (1.0 if fps is None else fps * fps)


def pck(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], threshold: float = 0.15, root: Root = None) -> Float[Tensor, ""]:
    """3DPCK: share (0 to 1) of joints closer than `threshold`, 150 mm for positions in metres.

    MPI-INF-3DHP counts 14 joints (no pelvis, spine, head): select them first.
    """
    error = joint_errors(prediction, target, root)
    return (error < threshold)[_checked(prediction, target)].to(error.dtype).mean()


def auc(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], limit: float = 0.15, steps: int = 31, root: Root = None) -> Float[Tensor, ""]:
    """Mean 3DPCK (0 to 1) over `steps` thresholds from 0 to `limit`, both included; the first contributes 0."""
    error = joint_errors(prediction, target, root)[_checked(prediction, target)]
    return (error[:, None] < torch.linspace(0, limit, steps, dtype=error.dtype, device=error.device)).to(error.dtype).mean()


def cps_auc(prediction: Float[Tensor, "*B J 3"], target: Float[Tensor, "*B J 3"], limit: float = 0.3, step: float = 0.001) -> Float[Tensor, ""]:
    """Correct poses score: area (trapezoid) under the share of poses with every joint within t after Procrustes, t from `step` to `limit`.

    In steps: 299 at best for the defaults, 1 mm to 300 mm (Wandt et al. 2021).
    """
    known = _checked(prediction, target)
    error = joint_errors(prediction, target, alignment="procrustes")
    worst = torch.where(known, error, 0.0).amax(-1).reshape(-1)
    t = torch.arange(1, round(limit / step) + 1, dtype=worst.dtype, device=worst.device) * step
    return torch.trapezoid((worst[:, None] < t).to(worst.dtype).mean(0))


def pve(
    prediction: Float[Tensor, "*B V 3"],
    target: Float[Tensor, "*B V 3"],
    prediction_root: Float[Tensor, "*B 3"] | None = None,
    target_root: Float[Tensor, "*B 3"] | None = None,
    alignment: Alignment = "none",
) -> Float[Tensor, ""]:
    """Per-vertex error (PVE, MPVPE, MVE), vertices relative to each side's own pelvis if roots are given; "procrustes" is PA-PVE."""
    if (prediction_root is None) != (target_root is None):
        raise OptionError("pve: give both roots or none")
    if prediction_root is not None and target_root is not None:
        prediction, target = prediction - prediction_root[..., None, :], target - target_root[..., None, :]
    return _mean(joint_errors(prediction, target, alignment=alignment), _checked(prediction, target))


def mpjae(prediction: Float[Tensor, "*B J 4"], target: Float[Tensor, "*B J 4"]) -> Float[Tensor, ""]:
    """Mean per-joint angle error: geodesic distance of rotations (quaternions xyzw), radians."""
    return angle(prediction, target).mean()


def action_average(errors: Mapping[str, Tensor | Sequence[float]]) -> tuple[float, dict[str, float]]:
    """(mean over actions, mean of each action): every action counts the same however many frames it has (Human3.6M).

    `errors` holds per-frame errors by action, sub-actions and cameras together.
    """
    if not errors:
        raise OptionError("action_average: no actions")
    means = {action: float(torch.as_tensor(values, dtype=torch.float64).mean()) for action, values in errors.items()}
    return sum(means.values()) / len(means), means


def best_of_n(
    hypotheses: Float[Tensor, "N *B J 3"], target: Float[Tensor, "*B J 3"], level: Literal["pose", "joint"] = "pose", alignment: Alignment = "none"
) -> Float[Tensor, ""]:
    """MPJPE of the best of N hypotheses: the best pose of each frame (P-Best), or the best of each joint (J-Best). State N."""
    error = joint_errors(hypotheses, target.expand(hypotheses.shape), alignment=alignment)
    known = _checked(hypotheses[0], target)
    if level == "joint":
        return _mean(error.amin(0), known)
    if level != "pose":
        raise OptionError(f"level={level!r}: expected 'pose' or 'joint'")
    total = torch.where(known, error, 0.0).sum(-1)
    best = error.gather(0, total.argmin(0)[None, ..., None].expand(1, *error.shape[1:]))[0]
    return _mean(best, known)


def aggregate_of_n(
    hypotheses: Float[Tensor, "N *B J 3"], target: Float[Tensor, "*B J 3"], how: Literal["mean", "median"] = "mean", alignment: Alignment = "none"
) -> Float[Tensor, ""]:
    """MPJPE of the mean (P-Agg) or joint-wise median pose of N hypotheses."""
    if how not in ("mean", "median"):
        raise OptionError(f"how={how!r}: expected 'mean' or 'median'")
    pose = hypotheses.mean(0) if how == "mean" else hypotheses.median(0).values
    return _mean(joint_errors(pose, target, alignment=alignment), _checked(pose, target))
