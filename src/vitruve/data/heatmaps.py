"""What a 2D detector answers, made from keypoints: 64 x 64 heatmaps of the person's crop, with joints that could be in two places."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.naming import other_side
from vitruve.core.skeleton import Skeleton
from vitruve.data.lifting import LiftingSet, RandomViews, whole_batches
from vitruve.errors import SkeletonError
from vitruve.tasks.lifting import LiftingBatch
from vitruve.tasks.split import Split

DETECTED = (
    "right_foot", "right_knee", "right_hip", "left_hip", "left_knee", "left_foot", "root", "spine",
    "thorax", "head", "right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist",
)  # fmt: skip
"""The joints of heatmaps by Human3.6M's names, in the order of MPII, whose detectors answer so."""

_LIMBS = [DETECTED.index(f"{side}_{joint}") for side in ("right", "left") for joint in ("knee", "foot", "elbow", "wrist")]
_SWAP = [DETECTED.index(other_side(j) or j) for j in DETECTED]


def detected_joints(skeleton: Skeleton) -> list[int]:
    """Where the detector's joints stand in h36m16 or h36m17.

    Raises SkeletonError where the skeleton lacks one.
    """
    lacking = [j for j in DETECTED if j not in skeleton.joints]
    if lacking:
        raise SkeletonError(f"heatmaps need joints that {skeleton.name!r} lacks: {', '.join(lacking)}")
    return [skeleton.index(j) for j in DETECTED]


def crop_cells(keypoints: Float[Tensor, "B J 2"], size: int = 64, margin: float = 1.2) -> Float[Tensor, "B J 2"]:
    """Positions in cells of the person's square crop, whose side is `margin` times the longer side of the joints' box."""
    low, high = keypoints.amin(1, keepdim=True), keypoints.amax(1, keepdim=True)
    side = margin * (high - low).amax(-1, keepdim=True).clamp_min(1e-6)
    return ((keypoints - (low + high) / 2) / side + 0.5) * size


def gaussians(cells: Float[Tensor, "*B 2"], sigma: Float[Tensor, "*B"], peak: Float[Tensor, "*B"], size: int = 64) -> Float[Tensor, "*B size size"]:
    """Gaussian bumps in maps of rows (y) and columns (x)."""
    at = torch.arange(size, dtype=cells.dtype, device=cells.device)
    lines = torch.exp(-(at - cells[..., None]).square() / (2 * sigma[..., None, None].square()))
    return (peak[..., None] * lines[..., 1, :])[..., :, None] * lines[..., 0, None, :]


def heatmaps_from_keypoints(
    keypoints: Float[Tensor, "B J 2"], confidence: Float[Tensor, "B J"] | None, skeleton: Skeleton, size: int = 64
) -> Float[Tensor, "B 16 size size"]:
    """Heatmaps of found keypoints: a sure one is a bump of 2 cells and height 1, an unsure one is wider.

    A detector trained by squared error answers with the mean of the bumps it holds possible: uncertainty s (in cells of 64) around
    a position makes a bump of sigma^2 = 2^2 + s^2 and height (2 / sigma)^2. Confidence 1 stands for s = 0, confidence 0 for
    s = 5.7 (sigma 6), and s grows linearly between; confidence None stands for 1.
    """
    of = detected_joints(skeleton)
    cells = crop_cells(keypoints, size)[:, of]
    doubt = torch.zeros_like(cells[..., 0]) if confidence is None else 1 - confidence[:, of].clamp(0, 1)
    sigma = (4 + 32 * doubt.square()).sqrt()
    return gaussians(cells, sigma * size / 64, 4 / sigma.square(), size)


@dataclass(frozen=True)
class Detector:
    """A detector that is unsure of some limbs: in `share` of the frames, of one to four knees, ankles, elbows or wrists.

    Half of these have a second bump where the same joint of the other side is, of weight U(0.3, 0.7) against the true one's
    rest, so that the maximum is wrong half of the time; the others are bumps of sigma 6 cells (of 64) around a position that is off
    by as much. All else are bumps of sigma 2 around the truth.
    """

    share: float = 0.35
    size: int = 64

    def __call__(self, cells: Float[Tensor, "B 16 2"], generator: torch.Generator | None = None) -> Float[Tensor, "B 16 H W"]:
        """Heatmaps of joints at known cells."""
        n, joints = cells.shape[:2]

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, generator=generator)

        hard = uniform(n, 1) < self.share
        count = torch.randint(1, 5, (n, 1), generator=generator)
        chosen = torch.zeros(n, joints, dtype=torch.bool)
        chosen[:, _LIMBS] = hard & (uniform(n, len(_LIMBS)).argsort(-1).argsort(-1) < count)
        two = uniform(n, joints) < 0.5
        swapped, blurred = chosen & two, chosen & ~two
        weight = torch.where(swapped, 0.3 + 0.4 * uniform(n, joints), 0.0)
        sigma, unit = torch.where(blurred, 6.0, 2.0), self.size / 64
        off = unit * 32**0.5 * torch.randn(n, joints, 2, generator=generator)
        maps = gaussians(torch.where(blurred[..., None], cells + off, cells), unit * sigma, (1 - weight) * 4 / sigma.square(), self.size)
        maps[swapped] += gaussians(cells[:, _SWAP][swapped], unit * sigma[swapped], weight[swapped], self.size)
        return maps


@dataclass(frozen=True, eq=False)
class HeatmapSet:
    """Views with the heatmaps of a detector."""

    views: LiftingSet
    detector: Detector = Detector()

    def __len__(self) -> int:
        return len(self.views)

    def batch(self, rows: Tensor, generator: torch.Generator | None) -> LiftingBatch:
        """Some views, heatmaps drawn by the generator."""
        keypoints, target = self.views.keypoints[rows], self.views.target[rows]
        cells = crop_cells(keypoints, self.detector.size)[:, detected_joints(self.views.skeleton)]
        return LiftingBatch(keypoints[:, None], target[:, None], heatmaps=self.detector(cells, generator)[:, None])

    def batches(self, size: int = 256, seed: int = 0) -> list[LiftingBatch]:
        """All views in order, with one draw of heatmaps."""
        generator = torch.Generator().manual_seed(seed)
        return [self.batch(rows, generator) for rows in torch.arange(len(self)).split(size)]

    def split(self) -> Split:
        """For training: heatmaps drawn anew every time."""
        return whole_batches(len(self), self.batch)


@dataclass(frozen=True, eq=False)
class RandomHeatmaps:
    """Bodies and cameras drawn at random, with the heatmaps of a detector around the keypoints it found."""

    views: RandomViews
    detector: Detector = Detector()

    def split(self) -> Split:
        """One sample per frame, whose view and heatmaps are new each time."""
        s = self.views.joints.skeleton
        of, directions = detected_joints(s), self.views.directions()

        def batch(rows: Tensor, generator: torch.Generator | None) -> LiftingBatch:
            seen = self.views.see(directions[rows], generator)
            cells = crop_cells(seen.keypoints[:, 0], self.detector.size)[:, of]
            return replace(seen, heatmaps=self.detector(cells, generator)[:, None])

        return whole_batches(len(directions), batch)
