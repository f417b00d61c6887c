"""Biomechanics: markers or keypoints in, joint angles per degree of freedom out, with checks of what a body can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError, ShapeError
from vitruve.io.mot import Table
from vitruve.metrics.angles import LAST_SCORED, AngleErrors, angle_errors
from vitruve.tasks.method import Method

if TYPE_CHECKING:
    from vitruve.analysis.opensim import Coordinate, Kinematics

_SIDED = (
    "{s}shoulder", "{s}_lelbow", "{s}_melbow", "{s}_lwrist", "{s}_mwrist", "{s}_ASIS", "{s}_PSIS", "{s}_knee", "{s}_mknee", "{s}_ankle", "{s}_mankle",
    "{s}_5meta", "{s}_toe", "{s}_big_toe",
)  # fmt: skip
MARKERS = ("sternum", *(m.format(s=s) for m in _SIDED for s in "rl"), "l_calc", "r_calc", "C7", "L2", "T11", "T6")
"""The 35 anatomical markers of SynthPose, in its order: l and m are lateral and medial, calc the heel, 5meta the fifth metatarsal."""


def _sparse_and_dense() -> Skeleton:
    coco = standard("coco17")
    # markers are no joints: without landmarks nothing takes them for some
    return Skeleton("synthpose52", coco.joints + MARKERS, coco.parents + (-1,) * len(MARKERS), coco.landmarks + (None,) * len(MARKERS), coco.limbs)


SYNTHPOSE52 = _sparse_and_dense()
"""COCO's joints, then the markers."""

SETS: dict[str, Skeleton] = {
    "coco17": standard("coco17"),
    "synthpose52": SYNTHPOSE52,
}


def mirrored(skeleton: Skeleton) -> tuple[int, ...]:
    """The permutation that exchanges left and right, for markers too (r_knee and l_knee)."""
    names = {n: i for i, n in enumerate(skeleton.joints)}

    def other(name: str) -> str:
        for a, b in (("left_", "right_"), ("right_", "left_"), ("r_", "l_"), ("l_", "r_"), ("rshoulder", "lshoulder"), ("lshoulder", "rshoulder")):
            if name.startswith(a):
                return b + name[len(a) :]
        return name

    return tuple(names.get(other(n), i) for n, i in names.items())


@dataclass(frozen=True, eq=False)
class MarkerBatch:
    """Pictures of one person each, with where the markers are."""

    images: Float[Tensor, "B 3 H W"]
    """RGB, 0 to 1."""
    keypoints: Float[Tensor, "B K 2"] | None = None
    """Pixels."""
    visible: Float[Tensor, "B K"] | None = None
    """1 for keypoints inside the picture."""

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: Any) -> MarkerBatch:
        return replace(self, **{f.name: v.to(device) for f in fields(self) if (v := getattr(self, f.name)) is not None})

    def select(self, rows: slice) -> MarkerBatch:
        return replace(self, **{f.name: v[rows] for f in fields(self) if (v := getattr(self, f.name)) is not None})


@dataclass(frozen=True)
class MarkerScores:
    """Errors of keypoints that are visible, over pictures."""

    error: float
    """Mean distance, pixels of the network's input."""
    pck: float
    """Share within a twentieth of the picture's height, percent."""
    per_marker: Mapping[str, float]
    """Mean distance of each, pixels."""


class MarkerDetector(Method):
    """A method that finds keypoints or markers in pictures. A subclass defines `detect(images) -> (keypoints (B, K, 2), scores (B, K))`.

    What is found in several calibrated views is triangulated (`markers`), and OpenSim turns it into joint angles (`angles`).
    """

    @property
    def skeleton(self) -> Skeleton:
        """The keypoints, in order."""
        return SETS[self.config.markers]

    def detect(self, images: Float[Tensor, "B 3 H W"]) -> tuple[Float[Tensor, "B K 2"], Float[Tensor, "B K"]]:
        """(keypoints in pixels, scores) of pictures in the network's size, RGB from 0 to 1."""
        raise TypeError(f"{type(self).__name__} does not define detect()")

    def respond(self, batch: MarkerBatch) -> Any:
        return self.detect(batch.images)

    def markers(self, views: Sequence[Poses], cameras: Sequence[Camera]) -> Poses:
        """3D markers (1, T, K, 3), metres, from the keypoints of several synchronous views."""
        raise TypeError(f"{type(self).__name__} does not define markers()")

    def angles(self, markers: Poses, model: str | Path, static: Poses | None = None) -> Kinematics:
        """Joint angles of a model (.osim) from markers of the method's own set: put on, scaled, solved by OpenSim.

        Args:
            markers: (1, T, K, 3), metres, y up.
            static: a still trial to scale by; the trial itself by default.
        """
        from vitruve.analysis.opensim import marker_set_for, solve_angles

        return solve_angles(markers, model, marker_set_for(markers), static)

    @torch.inference_mode()
    def predict(self, images: np.ndarray, fps: float = 30.0, batch_size: int = 32) -> Poses:
        """2D keypoints of pictures (T, H, W, 3) of uint8 that show one person each: (1, T, K, 2), pixels of the pictures."""
        from vitruve.core.crops import TopdownAffine

        if images.ndim != 4 or images.shape[-1] != 3:
            raise ShapeError(f"pictures: expected (frames, height, width, 3), found {images.shape}")
        self.eval()
        height, width = images.shape[1:3]
        crops = [TopdownAffine(self.config.input_size, 1.0)(picture, torch.tensor([0.0, 0.0, width, height])) for picture in images]
        device = next(self.parameters()).device
        points, scores = [], []
        for start in range(0, len(crops), batch_size):
            part = crops[start : start + batch_size]
            x = torch.from_numpy(np.stack([c.image for c in part])).to(device).permute(0, 3, 1, 2).float() / 255
            found, sure = self.detect(x)
            points += [c.to_image(p.cpu()) for c, p in zip(part, found)]
            scores.append(sure.cpu())
        return Poses(torch.stack(points)[None], self.skeleton, fps, torch.cat(scores)[None].clamp(0, 1), image_size=(width, height))

    def open(self, file: str, clip: str | None = None) -> Any:
        """Pictures (T, H, W, 3) and their rate from a video or a picture."""
        from vitruve.errors import FormatError

        path = Path(file)
        if not path.is_file():
            raise FormatError(path, "no such file")
        if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
            import cv2

            picture = cv2.imread(str(path))
            if picture is None:
                raise FormatError(path, "not a picture")
            return picture[None, ..., ::-1].copy(), 1.0
        from vitruve.render.video import read_video

        frames, fps = read_video(path)
        return np.asarray(frames), float(fps)

    def answer(self, value: Any, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        from vitruve.io import save

        images, fps = value
        return {"written": [str(save(self.predict(images, fps), output or place.with_name(f"{place.stem}-markers.npz")))]}

    @torch.inference_mode()
    def evaluate(self, batches: Sequence[MarkerBatch]) -> MarkerScores:
        """Errors over batches with keypoints; see MarkerScores."""
        self.eval()
        device = next(self.parameters()).device
        distances, weights = [], []
        for b in batches:
            if b.keypoints is None or b.visible is None:
                raise ShapeError("evaluate: batches without keypoints")
            found, _ = self.detect(b.images.to(device))
            distances.append((found.float().cpu() - b.keypoints).norm(dim=-1))
            weights.append(b.visible)
        d, w = torch.cat(distances), torch.cat(weights)
        limit = batches[0].images.shape[-2] / 20
        per_marker = (d * w).sum(0) / w.sum(0).clamp_min(1)
        error, within = (float((x * w).sum() / w.sum()) for x in (d, d < limit))
        return MarkerScores(error, 100 * within, dict(zip(self.skeleton.joints, per_marker.tolist())))


# --- angles: errors and limits ---------------------------------------------------------------------------


def compare_angles(trials: Sequence[tuple[Table, Table]], align: bool = True, align_by: Sequence[str] | None = None) -> AngleErrors:
    """Errors in degrees per degree of freedom over (found, reference) tables of coordinates at one frame rate.

    By the benchmark's rules (:func:`vitruve.metrics.angles.angle_errors`): after the best shift in time, unless not `align`;
    the reference's coordinates up to lumbar rotation, left and right averaged.

    Raises OptionError where a table lacks a coordinate or rates differ.
    """
    columns: list[str] = []
    pairs = []
    for found, reference in trials:
        columns = columns or [c for c in reference.columns if c != "time"]
        a, b = found.as_dict(), reference.as_dict()
        lost = [c for c in columns if c not in a or c not in b]
        if lost:
            raise OptionError(f"tables without {', '.join(lost)}; found: {', '.join(found.columns)}")
        steps = [float(np.diff(t["time"]).mean()) for t in (a, b) if len(t["time"]) > 1]
        if len(steps) == 2 and abs(steps[0] - steps[1]) > 1e-3 * steps[1]:
            raise OptionError(f"tables at {1 / steps[0]:g} and {1 / steps[1]:g} frames/s: resample one")
        pairs.append(tuple(torch.from_numpy(np.stack([t[c] for c in columns], 1)) for t in (a, b)))
    if LAST_SCORED not in columns:
        raise OptionError(f"tables without {LAST_SCORED}; found: {', '.join(columns)}")
    by = ("knee_angle_r", "knee_angle_l") if align_by is None else tuple(align_by)
    return angle_errors([(p, g) for p, g in pairs], columns, by, reach=40 if align else 0)


@dataclass(frozen=True)
class Violation:
    """A degree of freedom beyond what the model allows, or faster than a person moves."""

    coordinate: str
    kind: str
    """"range" or "speed"."""
    share: float
    """Of the frames."""
    worst: float
    """The furthest value: degrees (metres), or degrees per second."""
    low: float
    high: float


FASTEST = 1700.0
"""Degrees per second that no lower limb joint or trunk exceeds by much: knees in sprinting reach about 1200 (our choice)."""


def physiological_violations(table: Table, ranges: Mapping[str, Coordinate], tolerance: float = 0.5) -> tuple[Violation, ...]:
    """Coordinates that leave the ranges of a model (by more than `tolerance` degrees) or turn faster than `FASTEST`; empty for a plausible motion."""
    columns = table.as_dict()
    if table.in_degrees is False:
        raise OptionError("physiological_violations: expected a table in degrees")
    dt = float(np.diff(columns["time"]).mean()) if len(table) > 1 else np.nan
    out = []
    for name, c in ranges.items():
        if name not in columns or c.dependent or not c.rotates or name.startswith("pelvis"):
            continue
        x = columns[name]
        beyond = np.maximum(c.low - x, x - c.high)
        if (beyond > tolerance).any():
            out.append(Violation(name, "range", float((beyond > tolerance).mean()), float(x[beyond.argmax()]), c.low, c.high))
        speed = np.abs(np.diff(x)) / dt
        if name.startswith(("hip", "knee", "ankle", "lumbar")) and (speed > FASTEST).any():
            out.append(Violation(name, "speed", float((speed > FASTEST).mean()), float(speed.max()), -FASTEST, FASTEST))
    return tuple(out)
