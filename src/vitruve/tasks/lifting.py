"""2D-to-3D lifting: keypoints of one camera in, root-relative 3D joints in the camera frame out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
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
    heatmaps: Float[Tensor, "B T J H W"] | None = None
    """A 2D detector's answer in the person's square crop."""
    text: Int[Tensor, "B L"] | None = None
    """Tokens of what is being done."""

    def __len__(self) -> int:
        return len(self.keypoints)

    def _map(self, change: Callable[[Tensor], Tensor]) -> LiftingBatch:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return LiftingBatch(**{k: None if v is None else change(v) for k, v in values.items()})

    def to(self, device: Any) -> LiftingBatch:
        return self._map(lambda v: v.to(device))

    def select(self, rows: slice) -> LiftingBatch:
        return self._map(lambda v: v[rows])

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, ...]]) -> LiftingBatch:
        """Stack samples: tuples of what the fields hold of one window, in their order, as many as are there."""
        return LiftingBatch(*(torch.stack(column) for column in zip(*samples)))


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

    @torch.inference_mode()
    def predict(self, poses: Poses, batch_size: int = 1024) -> Poses:
        """Lift 2D keypoints of any skeleton that maps to the method's own.

        Needs `image_size` (or a camera that has one). Missing joints are filled in time where gaps are short;
        frames still incomplete stay missing. The result is in the camera's frame turned upright (y up, z towards
        the camera), relative to the root, metres.

        Raises OptionError without an image size, SkeletonError where joints cannot be mapped.
        """
        self.eval()
        size = poses.image_size or (poses.camera.image_size if poses.camera is not None else None)
        if poses.dims != 2:
            raise OptionError("lifting takes 2D keypoints; these are 3D already")
        if size is None:
            raise OptionError("lifting needs the size of the image: image_size=(width, height)")
        poses.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
        x = poses.map_to(self.skeleton).fill_gaps()
        unseen = [n for n, known in zip(self.skeleton.joints, x.valid.flatten(0, 1).any(0).tolist()) if not known]
        if unseen:
            raise SkeletonError(f"{self.card.slug} needs joints that no frame shows: {', '.join(unseen)}")
        keypoints = screen_normalise(x.positions, size)
        flat = keypoints.flatten(0, 1)[:, None]
        known = flat.isfinite().all(-1).all(-1)[:, 0]
        device = next(self.parameters()).device
        out = torch.full((*flat.shape[:-1], 3), torch.nan)
        rows = known.nonzero()[:, 0]
        for part in rows.split(batch_size):
            out[part] = self.lift(flat[part].to(device)).float().cpu()
        upright = out[:, 0].unflatten(0, keypoints.shape[:2]) * out.new_tensor([1, -1, -1])
        return replace(x, positions=upright, camera=None, image_size=None)

    def answer(self, value: Poses, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        from vitruve.io import save

        return {"written": [str(save(self.predict(value), output or place.with_name(f"{place.stem}-3d.npz")))]}

    @torch.inference_mode()
    def evaluate(self, batches: Sequence[LiftingBatch]) -> LiftingScores:
        """Errors over batches; see LiftingScores."""
        from vitruve.metrics.pose import auc, mpjpe, mpjve, n_mpjpe, p_mpjpe, pck

        self.eval()
        device = next(self.parameters()).device
        predicted = torch.cat([self.lift(b.keypoints.to(device)).float().cpu() for b in batches])
        target = torch.cat([b.target for b in batches if b.target is not None])
        p, g = predicted.flatten(0, 1), target.flatten(0, 1)
        return LiftingScores(
            mpjpe=1000 * float(mpjpe(p, g)),
            p_mpjpe=1000 * float(p_mpjpe(p, g)),
            n_mpjpe=1000 * float(n_mpjpe(p, g)),
            pck150=float(pck(p, g, 0.15)),
            auc=float(auc(p, g)),
            mpjve=1000 * float(mpjve(predicted, target)) if predicted.shape[1] > 1 else float("nan"),
            per_joint=tuple((1000 * (p - g).norm(dim=-1).mean(0)).tolist()),
            frames=len(p),
        )
