"""Motion: an articulated body over time, as local joint rotations and a root path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core import timeline
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


class GlobalPose(NamedTuple):
    """World rotations (*B, J, 4) and positions (*B, J, 3) of every joint."""

    rotations: Tensor
    positions: Tensor


def forward_kinematics(
    skeleton: Skeleton,
    rotations: Float[Tensor, "*B J 4"],
    translation: Float[Tensor, "*B 3"],
    offsets: Float[Tensor, "*#B J 3"],
) -> GlobalPose:
    """World pose of a tree of joints: G_j = G_parent R_j, x_j = x_parent + G_parent o_j, x_root = translation.

    One step per depth of the tree, all joints of a depth and a block of the batch at once. Differentiable.
    """
    if len(skeleton.roots) != 1:
        raise SkeletonError(f"skeleton {skeleton.name!r} has {len(skeleton.roots)} roots; forward kinematics needs one")
    batch, n = rotations.shape[:-2], len(skeleton)
    r = rotations.reshape(-1, n, 4).split(_BLOCK)
    t = translation.expand(*batch, 3).reshape(-1, 3).split(_BLOCK)
    # one set of bones for all stays one set; bones that stretch follow the batch
    o = [offsets.reshape(1, n, 3)] * len(r) if offsets[..., 0, 0].numel() == 1 else offsets.expand(*batch, n, 3).reshape(-1, n, 3).split(_BLOCK)
    parts = [_walk(skeleton, *block) for block in zip(r, t, o)]
    world_r, world_x = parts[0] if len(parts) == 1 else (torch.cat(x) for x in zip(*parts))
    return GlobalPose(world_r.reshape(*batch, n, 4), world_x.reshape(*batch, n, 3))


_BLOCK = 8192
"""Frames handled at once: few enough for the cache, enough to hide the cost of a call."""


def _walk(skeleton: Skeleton, rotations: Tensor, translation: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
    """Forward kinematics of frames (N, J, ...), with frames as the last axis inside: every operation runs over whole rows."""
    local, bones = rotations.permute(2, 1, 0).contiguous(), offsets.permute(2, 1, 0).contiguous()
    root = skeleton.roots[0]
    order = [root]
    level_r, level_x = [local[:, [root]]], [translation.T[:, None]]
    mul = torch.addcmul
    row = {root: 0}
    for joints, parents in skeleton.levels:
        above, js = [row[p] for p in parents], list(joints)
        (a, b, c, d), (x, y, z) = level_r[-1][:, above], level_x[-1][:, above]
        e, f, g, h = local[:, js]
        level_r.append(
            torch.stack(
                [
                    mul(mul(mul(d * e, a, h), b, g), c, f, value=-1),
                    mul(mul(mul(d * f, a, g, value=-1), b, h), c, e),
                    mul(mul(mul(d * g, a, f), b, e, value=-1), c, h),
                    mul(mul(mul(d * h, a, e, value=-1), b, f, value=-1), c, g, value=-1),
                ]
            )
        )
        u, v, w = bones[:, js]
        # x + v + 2 w (q x v) + 2 q x (q x v)
        i, j, k = mul(b * w, c, v, value=-1) * 2, mul(c * u, a, w, value=-1) * 2, mul(a * v, b, u, value=-1) * 2
        level_x.append(
            torch.stack(
                [
                    mul(mul(mul(x + u, d, i), b, k), c, j, value=-1),
                    mul(mul(mul(y + v, d, j), c, i), a, k, value=-1),
                    mul(mul(mul(z + w, d, k), a, j), b, i, value=-1),
                ]
            )
        )
        row = {j: i for i, j in enumerate(js)}
        order += js
    back = [order.index(j) for j in range(len(order))]
    return torch.cat(level_r, 1).permute(2, 1, 0)[:, back].contiguous(), torch.cat(level_x, 1).permute(2, 1, 0)[:, back].contiguous()


def local_rotations(skeleton: Skeleton, world: Float[Tensor, "*B J 4"]) -> Float[Tensor, "*B J 4"]:
    """Local rotations from world rotations: R_j = G_parent^-1 G_j."""
    parents = torch.tensor(skeleton.parents, device=world.device)
    parent = torch.where((parents < 0)[:, None], rot.identity(1, dtype=world.dtype, device=world.device), world[..., parents.clamp_min(0), :])
    return rot.multiply(rot.inverse(parent), world)


def _bounds(x: Tensor) -> tuple[float, ...]:
    """The least and the greatest number, NaN where there is one; nothing of nothing."""
    return tuple(map(float, torch.aminmax(x.detach()))) if x.numel() else ()


@dataclass(frozen=True, eq=False)
class Motion:
    """One body over T frames.

    `rotations` (T, J, 4) are local unit quaternions xyzw, `translation` (T, 3) the world position of the
    root joint in metres, `offsets` (J, 3) each joint's rest position relative to its parent's (the root's
    own is where it rests and plays no part in FK). Bones that stretch have offsets (T, J, 3).

    >>> import torch, vitruve as vt
    >>> from vitruve.core.rotations import identity
    >>> s = vt.skeleton("smpl24")
    >>> m = vt.Motion(identity(5, 24), torch.zeros(5, 3), torch.rand(24, 3), s, fps=30)
    >>> m.poses().positions.shape
    torch.Size([1, 5, 24, 3])
    """

    rotations: Float[Tensor, "T J 4"]
    translation: Float[Tensor, "T 3"]
    offsets: Float[Tensor, "*F J 3"]
    skeleton: Skeleton
    fps: float = 30.0
    shape: Float[Tensor, "..."] | None = None
    """Body shape parameters, when the motion is a body model's."""
    contacts: Bool[Tensor, "T K"] | None = None
    """Ground contact of the joints named in metadata['contact_joints']."""
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        put = object.__setattr__
        r, t, o = self.rotations, self.translation, self.offsets
        n = len(self.skeleton)
        if r.ndim != 3 or r.shape[1:] != (n, 4):
            raise ShapeError(f"rotations: expected (frames, {n}, 4) for skeleton {self.skeleton.name!r}, found {tuple(r.shape)}")
        if t.shape != (len(r), 3):
            raise ShapeError(f"translation: expected ({len(r)}, 3), found {tuple(t.shape)}")
        if o.shape not in ((n, 3), (len(r), n, 3)):
            raise ShapeError(f"offsets: expected ({n}, 3) or ({len(r)}, {n}, 3), found {tuple(o.shape)}")
        if len({r.dtype, t.dtype, o.dtype}) > 1:
            raise ShapeError(f"rotations, translation and offsets differ in type: {r.dtype}, {t.dtype}, {o.dtype}")
        if not self.fps > 0:
            raise OptionError(f"fps: expected a positive number, found {self.fps}")
        for label, x in (("rotations", r), ("translation", t), ("offsets", o)):
            if not all(math.isfinite(bound) for bound in _bounds(x)):
                where = (~x.isfinite()).nonzero()[0].tolist()
                raise ShapeError(f"{label}: not a finite number at index {where}; a motion has no gaps (fill them as Poses first)")
        if not all(abs(bound - 1) < 1e-3 for part in r.split(timeline.BLOCK) for bound in _bounds(part.norm(dim=-1))):
            raise ShapeError("rotations: expected unit quaternions (xyzw)")
        if self.contacts is not None and len(self.contacts) != len(r):
            raise ShapeError(f"contacts: expected {len(r)} frames, found {len(self.contacts)}")
        put(self, "fps", float(self.fps))

    @property
    def num_frames(self) -> int:
        return len(self.rotations)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.num_frames / self.fps

    @property
    def stretches(self) -> bool:
        """Whether bone offsets change over time."""
        return self.offsets.ndim == 3

    @property
    def rest_offsets(self) -> Float[Tensor, "J 3"]:
        """Offsets (J, 3): the median over time where bones stretch."""
        return self.offsets.median(0).values if self.stretches else self.offsets

    def __len__(self) -> int:
        return self.num_frames

    def fk(self) -> GlobalPose:
        """World rotations (T, J, 4) and positions (T, J, 3)."""
        return forward_kinematics(self.skeleton, self.rotations, self.translation, self.offsets)

    def poses(self) -> Poses:
        """Joint positions, by forward kinematics, as Poses of one person."""
        return Poses(self.positions()[None], self.skeleton, self.fps, name=self.name, metadata=self.metadata)

    def positions(self, joints: Sequence[str | int] | None = None) -> Float[Tensor, "T K 3"]:
        """World positions of all joints, or of some by index, name or landmark, in hardly more memory than they take themselves."""
        s = self.skeleton
        kept = list(range(len(s))) if joints is None else [j if isinstance(j, int) else s.index(j) for j in joints]
        return timeline.by_blocks(lambda part: (self[part].fk().positions[:, kept],), len(self))[0]

    def rest_positions(self) -> Float[Tensor, "J 3"]:
        """Joint positions with every rotation the identity, the root at its own rest offset."""
        o = self.rest_offsets
        x = o.clone()
        for joints, parents in self.skeleton.levels:
            x[list(joints)] = x[list(parents)] + o[list(joints)]
        return x

    def at(self, frames: Tensor) -> Motion:
        """Frames by index, at the same frame rate."""
        return self._with(frames)

    def _with(self, frames: slice | Tensor, **changes: Any) -> Motion:
        put: dict[str, Any] = {"rotations": self.rotations[frames], "translation": self.translation[frames]}
        if self.stretches:
            put["offsets"] = self.offsets[frames]
        if self.contacts is not None:
            put["contacts"] = self.contacts[frames]
        return replace(self, **put | changes)

    def __getitem__(self, frames: slice) -> Motion:
        """Frames by slice: motion[10:20]; a step divides the frame rate."""
        timeline.check_slice(frames)
        return self._with(frames, fps=self.fps / (frames.step or 1))

    def resample(self, fps: float) -> Motion:
        """Another frame rate: rotations along the shortest arc, positions linearly, contacts from the nearest frame."""
        at = timeline.resample_times(self.num_frames, self.fps, fps).to(self.translation.device)
        low, high, w = timeline.bracket(at, self.num_frames)
        a, b = self.rotations[low], self.rotations[high]
        b = torch.where((a * b).sum(-1, keepdim=True) < 0, -b, b)
        angle = 2 * torch.asin(((b - a).norm(dim=-1, keepdim=True) / 2).clamp(max=1))
        w = w.to(a).reshape(-1, 1, 1)
        near = angle < 1e-4
        s = torch.where(near, torch.ones_like(angle), angle.sin())
        # slerp, and its limit for neighbours too close to divide by the sine
        wa, wb = torch.where(near, 1 - w, ((1 - w) * angle).sin() / s), torch.where(near, w, (w * angle).sin() / s)
        nearest = torch.where(w.flatten() < 0.5, low, high)
        return self._with(
            nearest,
            rotations=rot.normalize(wa * a + wb * b),
            translation=timeline.lerp(self.translation, at),
            **({"offsets": timeline.lerp(self.offsets, at)} if self.stretches else {}),
            fps=fps,
        )

    def smooth(self, cutoff: float = 6.0, order: int = 4) -> Motion:
        """Zero-lag low-pass (Butterworth, cut-off in Hz) of rotations and root path."""

        def run(x: Tensor) -> Tensor:
            flat = x.detach().cpu().double().reshape(len(x), -1).numpy()
            return torch.from_numpy(timeline.low_pass(flat, self.fps, cutoff, order)).reshape(x.shape).to(x)

        q = run(rot.hemisphere(self.rotations))
        return replace(self, rotations=rot.normalize(q), translation=run(self.translation))

    def mirror(self) -> Motion:
        """The mirror image in x: left and right exchange, FK positions are exactly the reflected, swapped ones."""
        swap = list(self.skeleton.swap)
        flip = self.translation.new_tensor([-1, 1, 1])
        return replace(
            self,
            rotations=self.rotations[:, swap] * self.rotations.new_tensor([1, -1, -1, 1]),
            translation=self.translation * flip,
            offsets=self.offsets[..., swap, :] * flip,
            contacts=None,
        )

    def transform(self, rotation: Float[Tensor, "4"], translation: Float[Tensor, "3"]) -> Motion:
        """Move the whole motion: x -> rotate(rotation, x) + translation."""
        root = self.skeleton.roots[0]
        r = self.rotations.clone()
        r[:, root] = rot.multiply(rotation, r[:, root])
        return replace(self, rotations=r, translation=rot.rotate(rotation, self.translation) + translation)

    def canonicalise(self) -> Motion:
        """Start at x = z = 0 facing +z, with the lowest joint of the clip at y = 0."""
        from vitruve.core.facing import canonical_transform

        q, origin = canonical_transform(self.skeleton, self.fk().positions)
        return self.transform(q, -rot.rotate(q, origin))

    def scaled(self, factor: float) -> Motion:
        """A larger or smaller body on a path scaled alike."""
        return replace(self, translation=self.translation * factor, offsets=self.offsets * factor)

    def to(self, *args: Any, **kwargs: Any) -> Motion:
        """Move or convert the tensors, as Tensor.to does."""
        moved = {k: getattr(self, k).to(*args, **kwargs) for k in ("rotations", "translation", "offsets")}
        return replace(self, **moved, shape=None if self.shape is None else self.shape.to(*args, **kwargs))

    @staticmethod
    def concatenate(parts: Sequence[Motion], blend: float = 0.0) -> Motion:
        """Join clips of one rig in time.

        With `blend` seconds > 0 each later clip is first moved to continue where the former ends (place and
        heading), and the seam is cross-faded over that time; without, frames follow as they are.
        """
        timeline.check_same(parts)
        first = parts[0]
        for p in parts[1:]:
            if p.offsets.shape != first.offsets.shape or not torch.allclose(p.offsets, first.offsets, atol=1e-5):
                if not (p.stretches and first.stretches):
                    raise SkeletonError("cannot join motions whose bone offsets differ: retarget first")
        if blend > 0:
            from vitruve.core.blending import crossfade

            out = first
            for p in parts[1:]:
                out = crossfade(out, p, round(blend * first.fps))
            return out
        return replace(
            first,
            rotations=torch.cat([p.rotations for p in parts]),
            translation=torch.cat([p.translation for p in parts]),
            offsets=torch.cat([p.offsets for p in parts]) if first.stretches else first.offsets,
            contacts=timeline.concat_same("contacts", [p.contacts for p in parts]),
        )

    def numpy(self) -> dict[str, np.ndarray]:
        """The arrays, as numpy."""
        return {k: getattr(self, k).detach().cpu().numpy() for k in ("rotations", "translation", "offsets")}
