"""2D keypoints: OKS and what is built on it (NMS, COCO's AP, CrowdPose's AP), PCK, PCKh, AUC, NME, EPE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vitruve.errors import ShapeError

_EPS = float(np.spacing(1))


# --- object keypoint similarity -------------------------------------------------------------------


def oks(
    a: Float[Tensor, "*#B K 2"],
    b: Float[Tensor, "*#B K 2"],
    area: Float[Tensor, "*#B"],
    sigmas: Float[Tensor, " K"],
    counts: Bool[Tensor, "*#B K"] | None = None,
) -> Tensor:
    """Object keypoint similarity of two poses (broadcasting): mean over the joints that count of exp(-d^2 / (2 area (2 sigma)^2)).

    `area` is that of the true person, pixels squared. 0 where no joint counts.

    Source: COCO keypoint evaluation.
    """
    d2 = (a - b).square().sum(-1)
    similarity = torch.exp(-d2 / (2 * (2 * sigmas).square()) / (area[..., None] + _EPS))
    if counts is None:
        return similarity.mean(-1)
    counts = counts.expand(similarity.shape)
    return torch.where(counts, similarity, 0.0).sum(-1) / counts.sum(-1).clamp_min(1)


def pose_overlap(
    pose: Float[Tensor, "K 3"],
    others: Float[Tensor, "N K 3"],
    area: Float[Tensor, ""],
    areas: Float[Tensor, " N"],
    sigmas: Float[Tensor, " K"],
    min_score: float | None = None,
) -> Float[Tensor, " N"]:
    """OKS between detections (x, y, score), with the mean of both areas; joints whose score is over `min_score` in both count."""
    counts = None if min_score is None else (pose[:, 2] > min_score) & (others[..., 2] > min_score)
    return oks(pose[:, :2], others[..., :2], (area + areas) / 2, sigmas, counts)


def oks_nms(
    poses: Float[Tensor, "N K 3"],
    scores: Float[Tensor, " N"],
    areas: Float[Tensor, " N"],
    sigmas: Float[Tensor, " K"],
    threshold: float = 0.9,
    min_score: float | None = None,
) -> Int[Tensor, " M"]:
    """Indices of the poses kept, best first: one whose OKS with a better kept one is over `threshold` is dropped."""
    order = scores.argsort(descending=True, stable=True)
    keep: list[Tensor] = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[pose_overlap(poses[best], poses[rest], areas[best], areas[rest], sigmas, min_score) <= threshold]
    return torch.stack(keep) if keep else order


def soft_oks_nms(
    poses: Float[Tensor, "N K 3"],
    scores: Float[Tensor, " N"],
    areas: Float[Tensor, " N"],
    sigmas: Float[Tensor, " K"],
    threshold: float = 0.9,
    max_poses: int = 20,
    min_score: float | None = None,
) -> Int[Tensor, " M"]:
    """Indices of at most `max_poses` poses, best first, scores falling by exp(-OKS^2 / threshold) beside every better one."""
    order = scores.argsort(descending=True, stable=True)
    scores = scores[order]
    keep: list[Tensor] = []
    while len(order) and len(keep) < max_poses:
        best, order = order[0], order[1:]
        keep.append(best)
        overlap = pose_overlap(poses[best], poses[order], areas[best], areas[order], sigmas, min_score)
        scores = scores[1:] * torch.exp(-overlap.square() / threshold)
        resort = scores.argsort(descending=True, stable=True)
        order, scores = order[resort], scores[resort]
    return torch.stack(keep) if keep else order


def box_iou(a: Float[Tensor, "*#B 4"], b: Float[Tensor, "*#B 4"], inclusive: bool = False) -> Tensor:
    """Intersection over union of boxes (x1, y1, x2, y2), broadcasting; `inclusive`: the last pixel belongs to the box."""
    extra = 1.0 if inclusive else 0.0
    size = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2]) + extra).clamp_min(0)
    inter = size.prod(-1)
    both = (a[..., 2:] - a[..., :2] + extra).prod(-1) + (b[..., 2:] - b[..., :2] + extra).prod(-1)
    return inter / (both - inter).clamp_min(torch.finfo(a.dtype).tiny)


def box_nms(boxes: Float[Tensor, "N 4"], scores: Float[Tensor, " N"], threshold: float = 0.5, inclusive: bool = False) -> Int[Tensor, " M"]:
    """Indices of the boxes kept, best first; `inclusive` as mmpose and the R-CNN line measure boxes."""
    order = scores.argsort(descending=True, stable=True)
    keep: list[Tensor] = []
    while len(order):
        best, order = order[0], order[1:]
        keep.append(best)
        order = order[box_iou(boxes[best], boxes[order], inclusive) <= threshold]
    return torch.stack(keep) if keep else order


# --- average precision ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class KeypointTruth:
    """Annotated people of many images. `keypoints` (N, K, 3): x, y, visibility (0 = not labelled)."""

    image: Int[Tensor, " N"]
    keypoints: Float[Tensor, "N K 3"]
    area: Float[Tensor, " N"]
    """Of the person's segment, pixels squared."""
    boxes: Float[Tensor, "N 4"]
    """x, y, width, height."""
    crowd: Bool[Tensor, " N"] | None = None
    """Regions to ignore; people without labelled joints are ignored as well."""


@dataclass(frozen=True, eq=False)
class KeypointDetections:
    """Detected people of many images. `keypoints` (M, K, 2), `score` (M,) of the person."""

    image: Int[Tensor, " M"]
    keypoints: Float[Tensor, "M K 2"]
    score: Float[Tensor, " M"]


@dataclass(frozen=True)
class KeypointAP:
    """COCO's ten numbers, 0 to 1; -1 where nothing could be counted."""

    ap: float
    ap50: float
    ap75: float
    ap_medium: float
    ap_large: float
    ar: float
    ar50: float
    ar75: float
    ar_medium: float
    ar_large: float


_THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0.0, 1.0, 101)
_AREAS = {"all": (0.0, 1e10), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}


def image_oks(
    detections: Float[Tensor, "D K 2"],
    keypoints: Float[Tensor, "G K 3"],
    area: Float[Tensor, " G"],
    boxes: Float[Tensor, "G 4"],
    sigmas: Float[Tensor, " K"],
) -> Float[Tensor, "D G"]:
    """OKS of every detection with every annotated person of one image, as COCO's evaluation has it.

    A person without labelled joints is compared by the joints' distances from the box enlarged by its size on each side.
    """
    labelled = keypoints[..., 2] > 0
    by_joints = oks(detections[:, None], keypoints[None, ..., :2], area[None], sigmas, labelled[None])
    low, high = boxes[:, :2] - boxes[:, 2:], boxes[:, :2] + 2 * boxes[:, 2:]
    x = detections[:, None]
    outside = (low[None, :, None] - x).clamp_min(0) + (x - high[None, :, None]).clamp_min(0)
    by_box = oks(outside, torch.zeros_like(outside), area[None], sigmas)
    return torch.where(labelled.any(-1)[None], by_joints, by_box)


def _match(similarity: np.ndarray, ignored: np.ndarray, crowd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Greedy matching of detections (rows, best first) to people (ignored ones last): (matched person or -1, ignored), each (T, D)."""
    d, g = similarity.shape
    matched = np.full((len(_THRESHOLDS), d), -1)
    drop = np.zeros((len(_THRESHOLDS), d), bool)
    for i, t in enumerate(_THRESHOLDS):
        taken = np.zeros(g, bool)
        for j in range(d):
            best, at = min(t, 1 - 1e-10), -1
            for k in range(g):
                if taken[k] and not crowd[k]:
                    continue
                # a match with a counted person is not given up for an ignored one
                if at >= 0 and not ignored[at] and ignored[k]:
                    break
                if similarity[j, k] >= best:
                    best, at = similarity[j, k], k
            if at >= 0:
                matched[i, j], drop[i, j], taken[at] = at, ignored[at], True
    return matched, drop


def coco_ap(detections: KeypointDetections, truth: KeypointTruth, sigmas: Sequence[float], max_detections: int = 20) -> KeypointAP:
    """Average precision and recall of COCO keypoints (equal to pycocotools).

    Per image the `max_detections` best detections take, best first, the free person of highest OKS over a threshold;
    precision is made monotone, sampled at 101 recalls and averaged over the thresholds .50:.05:.95. "Medium" is an area of
    32^2 to 96^2 pixels, "large" above.
    """
    if detections.keypoints.shape[1] != len(sigmas) or truth.keypoints.shape[1] != len(sigmas):
        raise ShapeError(f"coco_ap: {detections.keypoints.shape[1]} detected joints, {truth.keypoints.shape[1]} annotated ones, {len(sigmas)} sigmas")
    k = torch.tensor(list(sigmas), dtype=torch.float64)
    keypoints, area, boxes = truth.keypoints.double(), truth.area.double(), truth.boxes.double()
    crowd = torch.zeros_like(truth.area, dtype=torch.bool) if truth.crowd is None else truth.crowd
    unlabelled = ~(keypoints[..., 2] > 0).any(-1)
    found = detections.keypoints.double()
    span = (found.amax(1) - found.amin(1)).prod(-1).numpy()

    rows: dict[str, list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {name: [] for name in _AREAS}
    people = dict.fromkeys(_AREAS, 0)
    for image in torch.cat([truth.image, detections.image]).unique().tolist():
        g = (truth.image == image).nonzero()[:, 0]
        d = (detections.image == image).nonzero()[:, 0]
        d = d[torch.from_numpy(np.argsort(-detections.score[d].numpy(), kind="mergesort"))][:max_detections]
        similarity = image_oks(found[d], keypoints[g], area[g], boxes[g], k).numpy()
        for name, (low, high) in _AREAS.items():
            size = area[g].numpy()
            ignored = (crowd[g] | unlabelled[g]).numpy() | (size < low) | (size > high)
            order = np.argsort(ignored, kind="mergesort")
            matched, drop = _match(similarity[:, order], ignored[order], crowd[g].numpy()[order])
            drop = drop | ((matched < 0) & ((span[d] < low) | (span[d] > high))[None])
            rows[name].append((detections.score[d].numpy(), matched, drop))
            people[name] += int((~ignored).sum())

    precision, recall = {}, {}
    for name in _AREAS:
        p, r = np.full((len(_THRESHOLDS), len(_RECALLS)), -1.0), np.full(len(_THRESHOLDS), -1.0)
        if people[name]:
            order = np.argsort(-np.concatenate([s for s, _, _ in rows[name]]), kind="mergesort")
            matched = np.concatenate([m for _, m, _ in rows[name]], 1)[:, order]
            drop = np.concatenate([x for _, _, x in rows[name]], 1)[:, order]
            true = np.cumsum((matched >= 0) & ~drop, 1).astype(float)
            false = np.cumsum((matched < 0) & ~drop, 1).astype(float)
            for i, (tp, fp) in enumerate(zip(true, false)):
                reached = tp / people[name]
                envelope = np.maximum.accumulate((tp / (fp + tp + _EPS))[::-1])[::-1]
                at = np.searchsorted(reached, _RECALLS, side="left")
                p[i] = np.where(at < len(envelope), envelope[np.minimum(at, len(envelope) - 1)], 0.0) if len(envelope) else 0.0
                r[i] = reached[-1] if len(reached) else 0.0
        precision[name], recall[name] = p, r

    def mean(x: np.ndarray) -> float:
        return float(x[x > -1].mean()) if (x > -1).any() else -1.0

    p, r = precision["all"], recall["all"]
    return KeypointAP(
        mean(p), mean(p[0]), mean(p[5]), mean(precision["medium"]), mean(precision["large"]),
        mean(r), mean(r[:1]), mean(r[5:6]), mean(recall["medium"]), mean(recall["large"]),
    )  # fmt: skip


@dataclass(frozen=True)
class CrowdPoseAP:
    """AP of CrowdPose: all images, and those of crowd index up to 0.1, up to 0.8, and above."""

    all: KeypointAP
    easy: float
    medium: float
    hard: float


def crowdpose_ap(detections: KeypointDetections, truth: KeypointTruth, sigmas: Sequence[float], crowd_index: dict[int, float]) -> CrowdPoseAP:
    """CrowdPose's AP: COCO's with 0.53 of the box as the area of a person, and by the crowd index of the image (0 to 1)."""
    people = replace(truth, area=0.53 * truth.boxes[:, 2] * truth.boxes[:, 3])

    def among(low: float, high: float) -> float:
        chosen = torch.tensor([i for i, c in crowd_index.items() if low < c <= high])
        g, d = torch.isin(people.image, chosen), torch.isin(detections.image, chosen)
        some = KeypointTruth(people.image[g], people.keypoints[g], people.area[g], people.boxes[g], None if people.crowd is None else people.crowd[g])
        return coco_ap(KeypointDetections(detections.image[d], detections.keypoints[d], detections.score[d]), some, sigmas).ap

    return CrowdPoseAP(coco_ap(detections, people, sigmas), among(-1.0, 0.1), among(0.1, 0.8), among(0.8, 1.0))


# --- the PCK family -------------------------------------------------------------------------------


@dataclass(frozen=True)
class PCK:
    """Percentage of correct keypoints, as shares 0 to 1."""

    joints: Float[Tensor, " K"]
    """Per joint; NaN where it is never visible."""
    mean: float
    """Mean over the joints that are visible somewhere."""
    count: int
    """How many joints those are."""


def _normalised(prediction: Tensor, target: Tensor, visible: Tensor, norm: Tensor) -> tuple[Tensor, Tensor]:
    """(distances over the norm per axis (N, K), which count: visible, and of a norm that is not 0)."""
    use = visible & (norm > 0).all(-1)[:, None]
    d = ((prediction - target) / torch.where(norm > 0, norm, 1.0)[:, None]).norm(dim=-1)
    return d, use


def pck(
    prediction: Float[Tensor, "N K 2"],
    target: Float[Tensor, "N K 2"],
    visible: Bool[Tensor, "N K"],
    threshold: float,
    norm: Float[Tensor, "N 2"],
) -> PCK:
    """PCK@threshold: a joint is correct if closer than `threshold`, both axes divided by `norm` (box sides, head size, torso)."""
    d, use = _normalised(prediction, target, visible, norm)
    seen = use.sum(0)
    joints = ((d < threshold) & use).sum(0) / seen
    return PCK(joints, float(joints[seen > 0].mean()) if (seen > 0).any() else 0.0, int((seen > 0).sum()))


def pckh(
    prediction: Float[Tensor, "N 16 2"],
    target: Float[Tensor, "N 16 2"],
    visible: Bool[Tensor, "N 16"],
    head_boxes: Float[Tensor, "N 4"],
    threshold: float = 0.5,
) -> dict[str, float]:
    """PCKh of MPII (joints of `mpii16`), shares 0 to 1 by joint group and their "mean".

    Lengths in units of 0.6 times the diagonal of the head's box (x1, y1, x2, y2). Pelvis and thorax do not count; the
    mean is over all visible joints, as in the publishers' table.
    """
    head = 0.6 * (head_boxes[:, 2:] - head_boxes[:, :2]).norm(dim=-1)
    d, use = _normalised(prediction, target, visible, head[:, None].expand(-1, 2))
    right = (d <= threshold) & use
    groups = {"head": [9], "shoulder": [12, 13], "elbow": [11, 14], "wrist": [10, 15], "hip": [2, 3], "knee": [1, 4], "ankle": [0, 5]}
    rates = right.sum(0) / use.sum(0)
    out = {name: float(rates[joints].mean()) for name, joints in groups.items()}
    counted = [j for j in range(16) if j not in (6, 7)]
    out["mean"] = float(right[:, counted].sum() / use[:, counted].sum())
    return out


def pck_auc(prediction: Float[Tensor, "N K 2"], target: Float[Tensor, "N K 2"], visible: Bool[Tensor, "N K"], norm: float, steps: int = 20) -> float:
    """Mean PCK over the thresholds 0, 1/steps ... (steps - 1)/steps of `norm` pixels."""
    norms = prediction.new_full((len(prediction), 2), norm)
    return sum(pck(prediction, target, visible, i / steps, norms).mean for i in range(steps)) / steps


def nme(prediction: Float[Tensor, "N K 2"], target: Float[Tensor, "N K 2"], visible: Bool[Tensor, "N K"], norm: Float[Tensor, "N 2"]) -> float:
    """Normalised mean error: mean distance over visible joints, both axes divided by `norm` (box diagonal, inter-ocular distance)."""
    d, use = _normalised(prediction, target, visible, norm)
    return float(d[use].mean())


def epe(prediction: Float[Tensor, "N K 2"], target: Float[Tensor, "N K 2"], visible: Bool[Tensor, "N K"]) -> float:
    """End-point error: mean distance over visible joints, pixels."""
    return float((prediction - target).norm(dim=-1)[visible].mean())
