"""2D-to-3D lifting: keypoints of one camera in, root-relative 3D joints in the camera frame out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vitruve.core.poses import Poses
from vitruve.core.progress import tracked
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.core.windows import anchored_windows, join_anchored
from vitruve.errors import OptionError, SkeletonError
from vitruve.tasks.method import Method


def screen_normalise(pixels: Float[Tensor, "*B 2"], image_size: tuple[int, int]) -> Float[Tensor, "*B 2"]:
    """Pixels to x in [-1, 1] and y in [-h/w, h/w] (VideoPose3D's screen coordinates)."""
    w, h = image_size
    return pixels * (2 / w) - pixels.new_tensor([1, h / w])


@dataclass(frozen=True, eq=False)
class LiftingBatch:
    """Windows of T frames of one camera; what only some methods read may be None."""

    keypoints: Float[Tensor, "B T J 2"]
    """Screen-normalised."""
    target: Float[Tensor, "B T J 3"] | None = None
    """Metres in the camera frame, relative to the root joint."""
    root: Float[Tensor, "B T 3"] | None = None
    """The root joint's path in the camera frame, metres: for reprojection."""
    camera: Float[Tensor, "B 9"] | None = None
    """Focal lengths (2) and centre (2) in screen-normalised units, radial (3) and tangential (2) distortion."""
    heatmaps: Float[Tensor, "B T K H W"] | None = None
    """A 2D detector's answer in the person's square crop, of the joints that the method says it reads."""
    text: Int[Tensor, "B L"] | None = None
    """Tokens of what is being done."""
    confidence: Float[Tensor, "B T J"] | None = None
    """Of the keypoints, 0 to 1."""

    def __len__(self) -> int:
        return len(self.keypoints)

    def _map(self, change: Callable[[Tensor], Tensor]) -> LiftingBatch:
        return replace(self, **{f.name: change(v) for f in fields(self) if (v := getattr(self, f.name)) is not None})

    def to(self, device: Any) -> LiftingBatch:
        return self._map(lambda v: v.to(device))

    def select(self, rows: slice) -> LiftingBatch:
        return self._map(lambda v: v[rows])

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, ...]]) -> LiftingBatch:
        """Stack samples: tuples of what the fields hold of one window, in their order, as many as are there."""
        return LiftingBatch(*(torch.stack(column) for column in zip(*samples)))


def _nearest_known(known: Bool[Tensor, " T"]) -> Int[Tensor, " T"]:
    """Of each frame the nearest one that is known: what a window reads where keypoints are missing."""
    frames, at = known.nonzero()[:, 0], torch.arange(len(known))
    after = torch.searchsorted(frames, at).clamp_max(len(frames) - 1)
    before = (after - 1).clamp_min(0)
    return frames[torch.where((frames[after] - at).abs() < (frames[before] - at).abs(), after, before)]


@dataclass(frozen=True)
class LiftingScores:
    """Root-relative errors in millimetres, thresholds as the field has them (150 mm PCK, AUC to 150 mm)."""

    mpjpe: float
    p_mpjpe: float
    n_mpjpe: float
    pck150: float
    auc: float
    mpjve: float
    """Velocity error, mm per frame; NaN for single frames."""
    per_joint: tuple[float, ...]
    frames: int = 0

    @staticmethod
    def of(found: Float[Tensor, "B T J 3"], truth: Float[Tensor, "B T J 3"]) -> LiftingScores:
        """Of windows of joints relative to the root, metres."""
        from vitruve.metrics.pose import auc, mpjpe, mpjve, n_mpjpe, p_mpjpe, pck

        p, g = found.flatten(0, 1), truth.flatten(0, 1)
        return LiftingScores(
            mpjpe=1000 * float(mpjpe(p, g)),
            p_mpjpe=1000 * float(p_mpjpe(p, g)),
            n_mpjpe=1000 * float(n_mpjpe(p, g)),
            pck150=float(pck(p, g, 0.15)),
            auc=float(auc(p, g)),
            mpjve=1000 * float(mpjve(found, truth)) if found.shape[1] > 1 else float("nan"),
            per_joint=tuple((1000 * (p - g).norm(dim=-1).mean(0)).tolist()),
            frames=len(p),
        )


@dataclass(frozen=True)
class HypothesisScores:
    """Root-relative errors of `count` hypotheses for each frame, in millimetres, averaged over frames.

    best, median, mean and worst are MPJPE by which hypothesis is taken; pa_ after Procrustes, sc_ with the size of the truth.
    """

    count: int
    best: float
    median: float
    mean: float
    worst: float
    pa_best: float
    pa_median: float
    pa_mean: float
    pa_worst: float
    sc_best: float
    pck150_best: float
    """Share of joints within 150 mm, without pelvis, spine and nose."""
    cps_auc_best: float
    """Correct poses score after Procrustes without the spine, area from 1 to 300 mm: 299 at best."""
    symmetry: float
    """Mean difference of left and right bones in length."""
    calibration: float
    """Expected calibration error, 0 to 0.5 (see `vitruve.metrics.hypotheses.expected_calibration_error`)."""
    spread: tuple[float, float, float]
    """Standard deviation over the hypotheses along x, y and z, mean over joints."""
    frames: int = 0


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """Several answers to the same keypoints, each as `Lifter.predict` gives one."""

    answers: Sequence[Poses]

    def mean(self) -> Poses:
        """The middle of the answers."""
        return replace(self.answers[0], positions=self._stacked.mean(0))

    def spread(self) -> Float[Tensor, "P T J"]:
        """How far the answers are from their middle, metres: the root of the mean squared distance. NaN where joints are missing."""
        x = self._stacked
        return (x - x.mean(0)).square().sum(-1).mean(0).sqrt()

    def together(self) -> Poses:
        """All answers as people of one file: those of the first person, then the second's."""
        x, confidence = (torch.stack(of, 1).flatten(0, 1) for of in ([a.positions for a in self.answers], [a.confidence for a in self.answers]))
        return replace(self.answers[0], positions=x, confidence=confidence, ids=torch.arange(len(x)))

    @property
    def _stacked(self) -> Float[Tensor, "H P T J 3"]:
        return torch.stack([a.positions for a in self.answers])


class Lifter(Method):
    """A method that gives 2D keypoints their depth. A subclass defines `forward(keypoints (B, T, J, 2)) -> (B, T, J, 3)`.

    `config.skeleton` names the joint set, `config.frames` the frames it reads at once (1 for single-frame methods).
    """

    @property
    def skeleton(self) -> Skeleton:
        """The joint set the method reads and writes."""
        return standard(self.config.skeleton)

    def respond(self, batch: LiftingBatch) -> Float[Tensor, "B T J 3"]:
        return self.lift(batch.keypoints)

    def lift(self, keypoints: Float[Tensor, "B T J 2"]) -> Float[Tensor, "B T J 3"]:
        """3D joints relative to the root, metres, camera frame; with the config's flip averaging."""
        out = self(keypoints)
        if getattr(self.config, "flip_test", False):
            swap = list(self.skeleton.swap)
            mirrored = self(keypoints[..., swap, :] * keypoints.new_tensor([-1, 1]))[..., swap, :] * out.new_tensor([-1, 1, 1])
            out = (out + mirrored) / 2
        root = self.skeleton.roots[0]
        return out - out[..., root : root + 1, :]

    def hypotheses(self, batch: LiftingBatch, count: int, generator: torch.Generator | None = None) -> Float[Tensor, "B H T J 3"]:
        """`count` answers to each window, relative to the root, drawn from what the method holds possible.

        Raises OptionError where the method knows one answer only.
        """
        raise OptionError(f"{self.card.slug} gives one answer, not several")

    def read(self, keypoints: Float[Tensor, "B T J 2"], confidence: Float[Tensor, "B T J"], poses: Poses) -> LiftingBatch:
        """Windows of a file's keypoints as a batch; methods that read more of `poses` add it."""
        return LiftingBatch(keypoints, confidence=confidence)

    @torch.inference_mode()
    def predict(self, poses: Poses, batch_size: int = 1024) -> Poses:
        """Lift 2D keypoints of any skeleton that maps to the method's own, in windows of `config.frames`, `batch_size` frames at once.

        Needs `image_size` (or a camera that has one). Missing joints are filled in time where gaps are short;
        frames still incomplete stay missing. The result is in the camera's frame turned upright (y up, z towards
        the camera), relative to the root, metres.

        Raises OptionError without an image size, SkeletonError where joints cannot be mapped.
        """
        return self._predict(poses, batch_size, lambda batch: self.respond(batch)[:, None])[0]

    @torch.inference_mode()
    def predict_hypotheses(self, poses: Poses, count: int, generator: torch.Generator | None = None, batch_size: int = 1024) -> Hypotheses:
        """`count` answers of a method that knows several (see `hypotheses`), each as `predict` gives one."""
        return Hypotheses(self._predict(poses, max(1, batch_size // count), lambda batch: self.hypotheses(batch, count, generator)))

    def _predict(self, poses: Poses, batch_size: int, respond: Callable[[LiftingBatch], Float[Tensor, "B H T J 3"]]) -> list[Poses]:
        self.eval()
        size = poses.image_size or (poses.camera.image_size if poses.camera is not None else None)
        if poses.dims != 2:
            raise OptionError("lifting takes 2D keypoints; these are 3D already")
        if size is None:
            raise OptionError("lifting needs the size of the image: --image-size WIDTH HEIGHT, or image_size=")
        if min(size) <= 0:
            raise OptionError(f"image_size: expected a width and a height in pixels, found {size[0]} x {size[1]}")
        poses.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
        x = poses.map_to(self.skeleton).fill_gaps()
        unseen = [n for n, known in zip(self.skeleton.joints, x.valid.flatten(0, 1).any(0).tolist()) if not known]
        if unseen:
            raise SkeletonError(f"{self.card.slug} needs joints that no frame shows: {', '.join(unseen)}")
        keypoints = screen_normalise(x.positions, size)
        known = keypoints.isfinite().flatten(2).all(-1)
        device = next(self.parameters()).device
        seen = known.any(1).nonzero()[:, 0].tolist()
        if not seen:
            rarest = self.skeleton.joints[int(x.valid.flatten(0, 1).sum(0).argmin())]
            raise SkeletonError(f"{self.card.slug} needs frames that show all of its joints, and there is none; {rarest} is seen least often")
        at_once = -(-batch_size // self.config.frames)
        found: dict[int, Tensor] = {}
        for p in seen:
            rows = _nearest_known(known[p])
            windows, sure = (anchored_windows(of[p, rows], self.config.frames).split(at_once) for of in (keypoints, x.confidence))
            parts = tracked(list(zip(windows, sure)), f"lifting person {p}")
            lifted = torch.cat([respond(self.read(k, c, poses).to(device)).float().cpu() for k, c in parts])
            found[p] = torch.stack([join_anchored(one, len(rows)) for one in lifted.unbind(1)])
        nothing = torch.full_like(found[seen[0]], torch.nan)
        upright = torch.stack([found.get(p, nothing) for p in range(len(known))], 1) * nothing.new_tensor([1, -1, -1])
        upright = upright.masked_fill(~known[..., None, None], torch.nan)
        return [replace(x, positions=one, camera=None, image_size=None) for one in upright]

    def open(self, file: str, clip: str | None = None) -> Poses:
        value = super().open(file, clip)
        if not isinstance(value, Poses) or value.dims != 2:
            raise OptionError(f"{file}: lifting takes 2D keypoints; this is in space already")
        return value

    def answer(self, value: Poses, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        from vitruve.io import save

        return {"written": [str(save(self.predict(value), output or place.with_name(f"{place.stem}-3d.npz")))]}

    @torch.inference_mode()
    def evaluate(self, batches: Sequence[LiftingBatch]) -> LiftingScores:
        """Errors over batches; see LiftingScores."""
        self.eval()
        device = next(self.parameters()).device
        predicted = torch.cat([self.respond(b.to(device)).float().cpu() for b in batches])
        target = torch.cat([b.target for b in batches if b.target is not None])
        return LiftingScores.of(predicted, target)

    @torch.inference_mode()
    def evaluate_hypotheses(self, batches: Sequence[LiftingBatch], count: int = 200, generator: torch.Generator | None = None) -> HypothesisScores:
        """Scores of `count` hypotheses for each frame; `generator` is on the method's device. See HypothesisScores."""
        from vitruve.metrics import hypotheses as metrics

        self.eval()
        device = next(self.parameters()).device
        marks = [m or "" for m in self.skeleton.landmarks]
        limbs = [j for j, m in enumerate(marks) if not m.startswith(("pelvis", "spine", "nose"))]
        no_spine = [j for j, m in enumerate(marks) if not m.startswith("spine")]
        moving = [j for j in range(len(marks)) if j != self.skeleton.roots[0]]
        rows: dict[str, list[Tensor]] = {}
        for batch in batches:
            assert batch.target is not None
            found = self.hypotheses(batch.to(device), count, generator).float().cpu().transpose(1, 2).flatten(0, 1)
            truth = batch.target.cpu().flatten(0, 1)
            errors = metrics.hypothesis_distances(found, truth)
            after = metrics.hypothesis_distances(found, truth, "procrustes")
            part = {
                **metrics.over_hypotheses(errors.mean(-1)),
                **{f"pa_{k}": v for k, v in metrics.over_hypotheses(after.mean(-1)).items()},
                "sc_best": metrics.hypothesis_distances(found, truth, "size", self.skeleton.roots[0]).mean(-1).amin(-1),
                "pck150_best": metrics.pck_of(errors[..., limbs]).amax(-1),
                "cps_auc_best": metrics.best_cps_auc(metrics.correct_poses(after[..., no_spine])),
                "symmetry": metrics.symmetry_error(found, self.skeleton).mean(-1),
                "quantiles": metrics.truth_quantiles(found, truth),
                "spread": found.std(1).mean(1),
            }
            for name, values in part.items():
                rows.setdefault(name, []).append(values)
        all_rows = {k: torch.cat(v) for k, v in rows.items()}
        quantiles, spread = all_rows.pop("quantiles"), all_rows.pop("spread")
        shares = ("pck150_best", "cps_auc_best")
        return HypothesisScores(
            count=count,
            **{k: float(v.mean()) * (1 if k in shares else 1000) for k, v in all_rows.items()},
            calibration=metrics.expected_calibration_error(quantiles, moving),
            spread=tuple((1000 * spread.mean(0)).tolist()),
            frames=len(quantiles),
        )
