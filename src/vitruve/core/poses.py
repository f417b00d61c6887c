"""Poses: joint positions of people over time, in 2D or 3D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vitruve.core import timeline
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from vitruve.core.camera import Camera


@dataclass(frozen=True, eq=False)
class Poses:
    """Positions of P people over T frames: `positions` (P, T, J, D), D = 2 (pixels) or 3 (metres).

    A missing joint is NaN with confidence 0. 3D positions are in the world (y up) unless a `camera` is
    given, which then says where the 2D points were seen.

    >>> import torch, vitruve as vt
    >>> p = vt.Poses(torch.rand(1, 10, 17, 2) * 500, vt.skeleton("coco17"), fps=25)
    >>> p.duration, p[2:5].positions.shape
    (0.4, torch.Size([1, 3, 17, 2]))
    """

    positions: Float[Tensor, "P T J D"]
    skeleton: Skeleton
    fps: float = 30.0
    confidence: Float[Tensor, "P T J"] = None  # type: ignore[assignment]
    ids: Int[Tensor, " P"] = None  # type: ignore[assignment]
    camera: Camera | None = None
    image_size: tuple[int, int] | None = None
    """(width, height) of the image that 2D points lie in, pixels."""
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        x = self.positions
        if x.ndim != 4 or x.shape[-1] not in (2, 3):
            raise ShapeError(f"positions: expected (people, frames, joints, 2 or 3), found {tuple(x.shape)}")
        if x.shape[2] != len(self.skeleton):
            raise ShapeError(f"positions have {x.shape[2]} joints, skeleton {self.skeleton.name!r} has {len(self.skeleton)}")
        if not x.is_floating_point():
            raise ShapeError(f"positions: expected a floating-point tensor, found {x.dtype}")
        if not self.fps > 0:
            raise OptionError(f"fps: expected a positive number, found {self.fps}")
        known = x.isfinite().all(-1)
        if self.confidence is None:
            put(self, "confidence", known.to(x.dtype))
        elif self.confidence.shape != x.shape[:3]:
            raise ShapeError(f"confidence: expected {tuple(x.shape[:3])}, found {tuple(self.confidence.shape)}")
        else:
            put(self, "confidence", torch.where(known, self.confidence.nan_to_num(0.0).to(x.dtype), 0.0))
        # one convention for what is missing, whatever the file used
        put(self, "positions", torch.where(known[..., None], x, torch.nan))
        if self.ids is None:
            put(self, "ids", torch.arange(len(x)))
        elif self.ids.shape != x.shape[:1]:
            raise ShapeError(f"ids: expected ({len(x)},), found {tuple(self.ids.shape)}")

    @property
    def num_people(self) -> int:
        return self.positions.shape[0]

    @property
    def num_frames(self) -> int:
        return self.positions.shape[1]

    @property
    def dims(self) -> int:
        return self.positions.shape[-1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.num_frames / self.fps

    @property
    def valid(self) -> Bool[Tensor, "P T J"]:
        """Joints that are known."""
        return self.positions.isfinite().all(-1)

    def __len__(self) -> int:
        return self.num_frames

    def __getitem__(self, frames: slice) -> Poses:
        """Frames by slice: poses[10:20]; a step divides the frame rate."""
        timeline.check_slice(frames)
        return replace(self, positions=self.positions[:, frames], confidence=self.confidence[:, frames], fps=self.fps / (frames.step or 1))

    def person(self, index: int) -> Poses:
        """One person, by index, as Poses with P = 1."""
        if not -self.num_people <= index < self.num_people:
            raise OptionError(f"person {index}: there are {self.num_people}")
        index %= self.num_people
        one = slice(index, index + 1)
        return replace(self, positions=self.positions[one], confidence=self.confidence[one], ids=self.ids[one])

    def joint(self, name: str) -> Float[Tensor, "P T D"]:
        """Positions of one joint, by name or landmark."""
        return self.positions[:, :, self.skeleton.index(name)]

    def map_to(self, skeleton: Skeleton) -> Poses:
        """The same people in another joint set; joints it lacks are NaN (see Skeleton.map_to).

        A joint that is never seen stands for nothing: what would come from it is derived from others where possible.
        """
        if skeleton is self.skeleton:
            return self
        seen = self.valid.flatten(0, 1).any(0)
        m = self.skeleton.map_to(skeleton)
        x, c = self.positions, self.confidence
        if seen.any() and not seen.all():
            keep = seen.nonzero().flatten().tolist()
            m = self.skeleton.select(keep).map_to(skeleton)
            x, c = x[:, :, keep], c[:, :, keep]
        return replace(self, positions=m(x), confidence=m.confidence(c), skeleton=skeleton)

    def resample(self, fps: float) -> Poses:
        """Linear interpolation to another frame rate; a joint missing on either side stays missing."""
        at = timeline.resample_times(self.num_frames, self.fps, fps)
        x = timeline.lerp(self.positions.transpose(0, 1), at).transpose(0, 1)
        c = timeline.lerp(self.confidence.transpose(0, 1), at).transpose(0, 1)
        return replace(self, positions=x, confidence=c, fps=fps)

    def fill_gaps(self, max_gap: float = 0.25) -> Poses:
        """Fill runs of missing frames of up to `max_gap` seconds by a monotone cubic (scipy's pchip).

        Gaps at either end stay: there is nothing to lean on. Filled joints get half the confidence of the
        less certain end of the gap.
        """
        x = self.positions.detach().cpu().double().numpy().copy()
        c = self.confidence.detach().cpu().numpy().copy()
        timeline.fill_gaps(x, c, int(max_gap * self.fps))
        return replace(self, positions=torch.from_numpy(x).to(self.positions), confidence=torch.from_numpy(c).to(self.confidence))

    def smooth(self, cutoff: float = 6.0, order: int = 4) -> Poses:
        """Zero-lag low-pass (Butterworth, cut-off in Hz) of each run of known frames."""
        x = self.positions.detach().cpu().double().numpy()
        flat = x.transpose(1, 0, 2, 3).reshape(self.num_frames, -1)
        out = timeline.low_pass(flat, self.fps, cutoff, order).reshape(self.num_frames, *x[:, 0].shape).transpose(1, 0, 2, 3)
        return replace(self, positions=torch.from_numpy(np.ascontiguousarray(out)).to(self.positions))

    def mirror(self) -> Poses:
        """The mirror image: x is negated (in an image: width - 1 - x) and left and right joints swap."""
        swap = list(self.skeleton.swap)
        x = self.positions[:, :, swap].clone()
        if self.dims == 2:
            if self.image_size is None:
                raise OptionError("mirroring 2D poses needs image_size=(width, height)")
            x[..., 0] = self.image_size[0] - 1 - x[..., 0]
        else:
            x[..., 0] = -x[..., 0]
        return replace(self, positions=x, confidence=self.confidence[:, :, swap], camera=None)

    def centred(self, joint: str = "pelvis") -> Poses:
        """Positions relative to one joint of each person and frame."""
        return replace(self, positions=self.positions - self.joint(joint)[:, :, None])

    def canonicalise(self) -> Poses:
        """Person 0 starts at x = z = 0 facing +z with the lowest joint of the clip at y = 0 (3D only)."""
        if self.dims != 3:
            raise OptionError("canonicalise works on 3D poses; these are 2D")
        from vitruve.core.facing import canonical_transform
        from vitruve.core.rotations import rotate

        q, origin = canonical_transform(self.skeleton, self.positions[0])
        return replace(self, positions=rotate(q, self.positions - origin))

    def to(self, *args: Any, **kwargs: Any) -> Poses:
        """Move or convert the tensors, as Tensor.to does."""
        return replace(self, positions=self.positions.to(*args, **kwargs), confidence=self.confidence.to(*args, **kwargs))

    @staticmethod
    def concatenate(parts: Sequence[Poses]) -> Poses:
        """Join clips of the same people in time; rates and skeletons must agree."""
        timeline.check_same(parts)
        if len({p.num_people for p in parts}) > 1:
            raise ShapeError(f"cannot join clips of {sorted({p.num_people for p in parts})} people")
        return replace(parts[0], positions=torch.cat([p.positions for p in parts], 1), confidence=torch.cat([p.confidence for p in parts], 1))

    @staticmethod
    def stack(people: Sequence[Poses]) -> Poses:
        """Put people of the same clip side by side; shorter tracks end in missing frames."""
        timeline.check_same(people)
        length = max(p.num_frames for p in people)

        def pad(x: Tensor, value: float) -> Tensor:
            return torch.cat([x, x.new_full((x.shape[0], length - x.shape[1], *x.shape[2:]), value)], 1)

        ids = torch.cat([p.ids for p in people])
        return replace(
            people[0],
            positions=torch.cat([pad(p.positions, torch.nan) for p in people]),
            confidence=torch.cat([pad(p.confidence, 0.0) for p in people]),
            ids=ids if len(ids.unique()) == len(ids) else torch.arange(len(ids)),
        )
