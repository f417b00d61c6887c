"""Joining motions without a jump."""

from __future__ import annotations

from dataclasses import replace

import torch

from vitruve.core import rotations as rot
from vitruve.core.facing import heading
from vitruve.core.motion import Motion
from vitruve.errors import OptionError


def crossfade(a: Motion, b: Motion, frames: int) -> Motion:
    """`b` moved to continue `a` in place and heading, the last `frames` of `a` fading into its first."""
    if not 0 < frames <= min(len(a), len(b)):
        raise OptionError(f"blend of {frames} frames: expected 1 to {min(len(a), len(b))}, the shorter clip")
    end, start = a[-frames:].fk().positions[0], b[:1].fk().positions[0]
    turn = rot.about("y", heading(a.skeleton, end) - heading(b.skeleton, start))
    root = a.skeleton.roots[0]
    step = end[root] - rot.rotate(turn, start[root])
    step[1] = 0
    b = b.transform(turn, step)
    w = ((torch.arange(frames, dtype=a.rotations.dtype, device=a.rotations.device) + 1) / (frames + 1))[:, None]
    p, q = a.rotations[-frames:], b.rotations[:frames]
    q = torch.where((p * q).sum(-1, keepdim=True) < 0, -q, q)
    return replace(
        a,
        rotations=torch.cat([a.rotations[:-frames], rot.normalize(torch.lerp(p, q, w[..., None])), b.rotations[frames:]]),
        translation=torch.cat([a.translation[:-frames], torch.lerp(a.translation[-frames:], b.translation[:frames], w), b.translation[frames:]]),
        contacts=None,
    )
