"""Motions to test with, from no data."""

from __future__ import annotations

import torch

from vitruve.core import rotations as rot
from vitruve.core.ik import rest_template
from vitruve.core.motion import Motion
from vitruve.core.standards import skeleton


def t_pose_offsets(name: str = "smpl24") -> torch.Tensor:
    """Offsets of a standard tree that rests in the T-pose, pelvis at standing height."""
    s = skeleton(name)
    where = rest_template(s)
    return torch.stack([where[j] - where[p] if p >= 0 else where[j] for j, p in enumerate(s.parents)])


def random_motion(frames: int = 20, name: str = "smpl24", spread: float = 0.4, seed: int = 0, fps: float = 30.0, dtype: torch.dtype = torch.float32) -> Motion:
    """A wildly but smoothly moving figure."""
    g = torch.Generator().manual_seed(seed)
    s = skeleton(name)
    knots = spread * torch.randn(max(2, frames // 10 + 2), len(s), 3, generator=g, dtype=torch.float64)
    path = 0.5 * torch.randn(len(knots), 3, generator=g, dtype=torch.float64)
    at = torch.linspace(0, len(knots) - 1.001, frames, dtype=torch.float64)
    low, w = at.long(), (at - at.floor())[:, None]
    w = w * w * (3 - 2 * w)
    v = torch.lerp(knots[low], knots[low + 1], w[..., None])
    t = torch.lerp(path[low], path[low + 1], w) + torch.tensor([0, 0.95, 0])
    return Motion(rot.from_rotvec(v).to(dtype), t.to(dtype), t_pose_offsets(name).to(dtype), s, fps)


def walk(frames: int = 120, fps: float = 60.0, slide: float = 0.1) -> Motion:
    """A stiff walk on smpl24: legs swing in opposition, knees bend in swing, and the standing foot slides by a share of the way."""
    s = skeleton("smpl24")
    t = torch.arange(frames, dtype=torch.float64) / fps
    r = rot.identity(frames, len(s), dtype=torch.float64)
    for side, phase in (("left", 0.0), ("right", torch.pi)):
        swing = 2 * torch.pi * t + phase
        hip, knee = -0.35 * torch.sin(swing), 0.9 * torch.cos(swing).clamp_min(0)
        r[:, s.index(f"{side}_hip")] = rot.about("x", hip - 0.4 * knee)
        r[:, s.index(f"{side}_knee")] = rot.about("x", knee)
        r[:, s.index(f"{side}_ankle")] = rot.about("x", -hip - 0.6 * knee)
        r[:, s.index(f"{side}_shoulder")] = rot.about("z", torch.full_like(t, -1.3 if side == "left" else 1.3))
    offsets = t_pose_offsets().double()
    path = torch.zeros(frames, 3, dtype=torch.float64)
    toes = Motion(r, path, offsets, s, fps).fk().positions[:, [s.index("left_foot"), s.index("right_foot")]]
    standing = toes[..., 1].argmin(1)
    path[:, 1] = 0.02 - toes[..., 1].amin(1)
    step = toes[:, :, 2].diff(dim=0).gather(1, standing[1:, None])[:, 0]
    path[1:, 2] = -((1 - slide) * step).cumsum(0)
    return Motion(r.float(), path.float(), offsets.float(), s, fps, name="walk")
