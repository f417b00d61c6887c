"""Scores of many answers to one question: hypotheses (..., H, J, 3) against the truth (..., J, 3).

Positions in any unit, errors in the same one, one value for each hypothesis until :func:`over_hypotheses` says which counts. Every
figure depends on H: state it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError
from vitruve.metrics.pose import aligned, at_root

ALIGNMENTS = ("none", "size", "scale", "procrustes")


def aligned_hypotheses(
    hypotheses: Float[Tensor, "*B H J 3"], target: Float[Tensor, "*B J 3"], alignment: str = "procrustes", root: int = 0
) -> Float[Tensor, "*B H J 3"]:
    """Every hypothesis after the alignment that a protocol allows.

    "none"; "size" (both relative to `root`, the hypothesis as large as the truth by its Frobenius norm: P1-SC); "scale" (the best
    scale); "procrustes" (the best similarity).
    """
    truth = target[..., None, :, :].expand(hypotheses.shape)
    if alignment == "size":
        h, g = at_root(hypotheses, root), at_root(truth, root)
        return h * (g.norm(dim=(-2, -1), keepdim=True) / h.norm(dim=(-2, -1), keepdim=True))
    if alignment not in ALIGNMENTS:
        raise OptionError(f"alignment={alignment!r}: expected one of {', '.join(ALIGNMENTS)}")
    return aligned(hypotheses, truth, alignment)  # type: ignore[arg-type]


def hypothesis_distances(
    hypotheses: Float[Tensor, "*B H J 3"], target: Float[Tensor, "*B J 3"], alignment: str = "none", root: int = 0
) -> Float[Tensor, "*B H J"]:
    """How far every joint of every hypothesis is from the truth."""
    truth = at_root(target, root) if alignment == "size" else target
    return (aligned_hypotheses(hypotheses, target, alignment, root) - truth[..., None, :, :]).norm(dim=-1)


def over_hypotheses(values: Float[Tensor, "*B H"]) -> dict[str, Float[Tensor, "*B"]]:
    """Best (least), median (the lower of two), mean and worst of each row."""
    return {"best": values.amin(-1), "median": values.median(-1).values, "mean": values.mean(-1), "worst": values.amax(-1)}


def pck_of(distances: Float[Tensor, "*B H J"], threshold: float = 0.15) -> Float[Tensor, "*B H"]:
    """Share (0 to 1) of joints closer than `threshold` (150 mm in metres); choose the joints that count first."""
    return (distances < threshold).to(distances.dtype).mean(-1)


def correct_poses(distances: Float[Tensor, "*B H J"], limit: float = 0.3, step: float = 0.001) -> Float[Tensor, "*B H N"]:
    """1 where every joint is closer than t, t from `step` to `limit` (1 to 300 mm): the correct poses score before it is averaged.

    Distances are taken after Procrustes; Wandt et al. 2021 leave the spine out.
    """
    t = torch.arange(1, round(limit / step) + 1, dtype=distances.dtype, device=distances.device) * step
    return (distances.amax(-1, keepdim=True) < t).to(distances.dtype)


def best_cps_auc(correct: Float[Tensor, "*B H N"]) -> Float[Tensor, "*B"]:
    """Area (trapezoid, in steps) under the curve of the best hypothesis of each row: up to N - 1."""
    return torch.trapezoid(correct.amax(-2), dim=-1)


def symmetry_error(poses: Float[Tensor, "*B J 3"], skeleton: Skeleton) -> Float[Tensor, "*B"]:
    """Mean absolute difference in length of left and right bones, over the pairs of limbs.

    Pairs are the bones that end in a left joint, but for the hips, whose bones the field leaves out.
    """
    pairs = [pair for pair in skeleton.pairs if not (skeleton.landmarks[pair[0]] or "").endswith("_hip")]
    if not pairs:
        raise SkeletonError(f"symmetry error: skeleton {skeleton.name!r} has no left and right bones")
    ends = torch.tensor(pairs, device=poses.device)
    starts = torch.tensor(skeleton.parents, device=poses.device)[ends]
    lengths = (poses[..., ends, :] - poses[..., starts, :]).norm(dim=-1)
    return (lengths[..., 0] - lengths[..., 1]).abs().mean(-1)


def truth_quantiles(hypotheses: Float[Tensor, "*B H J 3"], target: Float[Tensor, "*B J 3"]) -> Float[Tensor, "*B J"]:
    """For each joint the share of hypotheses that lie further from the median position than the truth does.

    Uniform between 0 and 1 where the hypotheses are calibrated; small where they are too sure.
    Source: Pierzchlewicz et al. 2022, as DiffPose's code counts it (median per axis).
    """
    middle = hypotheses.quantile(0.5, dim=-3, keepdim=True)
    spread = (hypotheses - middle).norm(dim=-1)
    truth = (target - middle[..., 0, :, :]).norm(dim=-1)
    return (truth[..., None, :] < spread).to(target.dtype).mean(-2)


def expected_calibration_error(quantiles: Float[Tensor, "*B J"], counted: Bool[Tensor, " J"] | Sequence[int] | None = None, steps: int = 20) -> float:
    """Mean distance between how often the truth lies within a quantile and that quantile, the median over joints (0: calibrated, 0.5: worst).

    Args:
        quantiles: from :func:`truth_quantiles`.
        counted: the joints that count; a root that never moves should not.
        steps: quantiles at which the two are compared.
    """
    q = quantiles.flatten(0, -2)
    q = q if counted is None else q[:, counted]
    # the truth lies within the central share s where no more than 1 - s of the hypotheses are further out
    share = torch.linspace(0, 1, steps + 1, dtype=q.dtype, device=q.device)[1:-1]
    within = (1 - q[..., None] <= share).to(q.dtype).mean(0)
    return float((within - share).abs().mean(-1).median())
