"""Multi-view, multi-person 3D: PCP of Campus and Shelf, AP and recall of Panoptic."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import ShapeError

# joints of `shelf14`; -1 is the middle of the hips (2, 3)
PCP_PARTS = ((0, 1), (1, 2), (3, 4), (4, 5), (6, 7), (7, 8), (9, 10), (10, 11), (12, 13), (-1, 12))
PCP_GROUPS = {"head": (8,), "torso": (9,), "upper_arms": (5, 6), "lower_arms": (4, 7), "upper_legs": (1, 2), "lower_legs": (0, 3)}


@dataclass(frozen=True)
class PCP:
    """Percentage of correct parts."""

    actors: tuple[float, ...]
    """Per actor, percent; NaN for one who is never annotated."""
    average: float
    """Mean of the first three actors, as the field reports it."""
    groups: dict[str, float]
    """Per part of the body, over the first three actors' frames together, percent."""
    recall500: float
    """Share of annotated people with a prediction within 500 mm MPJPE, percent."""


def _distances(prediction: Tensor, truth: Tensor) -> Tensor:
    """Joint distances (P, N, F, J) of every prediction from every truth; NaN where either is missing."""
    return (prediction[:, None] - truth[None]).norm(dim=-1)


def pcp(prediction: Float[Tensor, "P F 14 3"], truth: Float[Tensor, "N F 14 3"], alpha: float = 0.5) -> PCP:
    """PCP of Campus and Shelf: joints of `shelf14`, metres; absent people and joints are NaN.

    For each annotated person the prediction of least MPJPE counts, whatever else it matched. A part is correct if the mean
    error of its ends is at most `alpha` of its true length. A missing joint makes its parts wrong, and counts as 0.5 m in
    the choice of the prediction; a frame without predictions has all parts wrong.

    Source: Belagiannis et al. 2014; rules as in VoxelPose's evaluation (Tu et al. 2020).
    """
    if prediction.shape[1] != truth.shape[1]:
        raise ShapeError(f"pcp: {prediction.shape[1]} predicted frames, {truth.shape[1]} annotated ones")
    annotated = truth.isfinite().all(-1).all(-1)
    if len(prediction):
        d = _distances(prediction, truth)
        present = d.isfinite().any(-1)
        error = torch.where(present, d.nan_to_num(0.5).mean(-1), torch.inf)
        least, which = error.min(0)
        best = prediction.gather(0, which[..., None, None].expand(*which.shape, 14, 3))
    else:
        least, best = torch.full(annotated.shape, torch.inf), torch.full_like(truth, torch.nan)

    def with_hips(x: Tensor) -> Tensor:
        return torch.cat([x, x[..., 2:4, :].mean(-2, keepdim=True)], -2)

    p, g = with_hips(best), with_hips(truth)
    a, b = (list(ends) for ends in zip(*PCP_PARTS))
    e = (p - g).norm(dim=-1)
    length = (g[..., a, :] - g[..., b, :]).norm(dim=-1)
    correct = ((e[..., a] + e[..., b]) / 2 <= alpha * length) & (least < torch.inf)[..., None]

    count = annotated.sum(-1)
    right = (correct & annotated[..., None]).sum((1, 2))
    actors = [100.0 * float(r) / (10 * int(c)) if c else float("nan") for r, c in zip(right, count)]
    first = annotated[:3]
    groups = {name: 100.0 * float(correct[:3][first][:, list(parts)].float().mean()) for name, parts in PCP_GROUPS.items()}
    recall = 100.0 * float((least[annotated] < 0.5).float().mean())
    return PCP(tuple(actors), sum(actors[:3]) / len(actors[:3]), groups, recall)


@dataclass(frozen=True)
class PanopticScores:
    """AP and recall at MPJPE thresholds (millimetres), percent; MPJPE of matched people, millimetres."""

    ap: dict[int, float]
    recall: dict[int, float]
    mean_ap: float
    mean_recall: float
    recall500: float
    mpjpe: float


def panoptic_ap(
    prediction: Float[Tensor, "P F J 3"],
    score: Float[Tensor, "P F"],
    truth: Float[Tensor, "N F J 3"],
    thresholds: tuple[int, ...] = (25, 50, 75, 100, 125, 150),
) -> PanopticScores:
    """AP_t of multi-person 3D pose on Panoptic; metres, absent people and joints NaN.

    Each prediction belongs to the person of least MPJPE over that person's annotated joints in its frame. By falling score, it
    is true if that MPJPE is below t and the person is not yet taken. AP is the area under the precision envelope. MPJPE is
    the mean over people matched within 500 mm, most certain first.

    Source: rules as in VoxelPose's evaluation (Tu et al. 2020).
    """
    total = int(truth.isfinite().all(-1).any(-1).sum())
    if total == 0:
        raise ShapeError("panoptic_ap: no annotated person")
    d = _distances(prediction, truth)
    joints = truth.isfinite().all(-1).expand(d.shape)
    # a predicted person who lacks a joint is as far off as the recall's limit there
    e = torch.where(joints, d.nan_to_num(0.5), 0.0).sum(-1) / joints.sum(-1)
    p, f = prediction.isfinite().all(-1).any(-1).nonzero(as_tuple=True)
    order = score[p, f].argsort(descending=True, stable=True)
    p, f = p[order], f[order]
    error, person = e[p, :, f].nan_to_num(torch.inf, torch.inf).min(-1) if len(p) else (score.new_zeros(0), p)

    def match(limit: float) -> Tensor:
        taken: set[tuple[int, int]] = set()
        hit = []
        for d, n, t in zip(error.tolist(), person.tolist(), f.tolist()):
            hit.append(d < limit and (n, t) not in taken)
            if hit[-1]:
                taken.add((n, t))
        return torch.tensor(hit, dtype=torch.bool)

    ap, recall = {}, {}
    for t in thresholds:
        hit = match(t / 1000)
        true = hit.double().cumsum(0)
        precision = true / torch.arange(1, len(true) + 1)
        envelope = precision.flip(0).cummax(0).values.flip(0) if len(true) else precision
        steps = torch.diff(true / total, prepend=true.new_zeros(1))
        ap[t] = 100 * float((steps * envelope).sum())
        recall[t] = 100 * float(hit.sum()) / total
    hit = match(0.5)
    return PanopticScores(
        ap,
        recall,
        sum(ap.values()) / len(ap),
        sum(recall.values()) / len(recall),
        100 * float(hit.sum()) / total,
        1000 * float(error[hit].mean()) if hit.any() else float("nan"),
    )
