"""Windows over time: what networks with a receptive field read, and stretches in which nothing moves."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError


def receptive_windows(x: Float[Tensor, " T *S"], pad: int, length: int = 1, shift: int = 0) -> Float[Tensor, "N W *S"]:
    """Windows of `length` target frames with `pad` frames more on both sides, the clip's ends repeated: W = length + 2 pad.

    Targets are consecutive and cover the clip with its middle in the middle (the first and last may reach beyond it).
    `shift` moves what is read into the past: `shift = pad` is a causal network. With pad = 0 these are the targets' own frames.

    Source: VideoPose3D (Pavllo et al. 2019).
    """
    if length < 1 or pad < 0:
        raise OptionError(f"windows: length {length} and pad {pad}; expected at least 1 and 0")
    count = -(-len(x) // length)
    first = torch.arange(count) * length - (count * length - len(x)) // 2
    at = first[:, None] + torch.arange(-pad, length + pad) - shift
    return x[at.clamp(0, len(x) - 1)]


def anchored_windows(x: Float[Tensor, " T *S"], length: int) -> Float[Tensor, "W L *S"]:
    """Consecutive windows, the last one moved back to end with the clip; a clip shorter than one has its last frame repeated.

    Source: seq2seq lifters at test time (MixSTE, D3DP, FinePOSE main.py).
    """
    if length < 1 or not len(x):
        raise OptionError(f"windows of {length} frames from {len(x)}: expected at least 1 of each")
    first = (torch.arange(-(-len(x) // length)) * length).clamp_max(max(len(x) - length, 0))
    return x[(first[:, None] + torch.arange(length)).clamp_max(len(x) - 1)]


def join_anchored(windows: Float[Tensor, "W L *S"], frames: int) -> Float[Tensor, " T *S"]:
    """The clip of `frames` frames that :func:`anchored_windows` cut; frames that two windows hold are the last one's."""
    count, length = windows.shape[:2]
    if frames < length:
        return windows[0, :frames]
    return torch.cat([windows[:-1].flatten(0, 1)[: frames - length], windows[-1]])


def padded_clip(x: Float[Tensor, " T *S"], pad: int, shift: int = 0) -> Float[Tensor, " N *S"]:
    """A whole clip as a network without padding of its own reads it: T + 2 pad frames, the ends repeated."""
    at = torch.arange(-pad - shift, len(x) + pad - shift)
    return x[at.clamp(0, len(x) - 1)]


def still_window(positions: Float[Tensor, "T J 3"], fps: float, within: float = 0.05, longest: float = 1.0, shortest: float = 0.1) -> tuple[int, int]:
    """(first, last) frame of the first stretch in which no coordinate ranges over `within` metres or more.

    Tries stretches of `longest` seconds, then ever 0.1 s shorter ones down to `shortest`. Joints that are missing
    throughout a stretch are not asked. Raises OptionError where there is none.

    Source: OpenCap's search for the static phase to scale a model by.
    """
    flat = positions.flatten(1).T
    frames = int(longest * fps + 1)
    while frames > 1 and round((frames - 1) / fps, 2) >= shortest:
        if frames <= len(positions):
            parts = flat.unfold(-1, frames, 1)
            span = parts.nan_to_num(-torch.inf).amax(-1) - parts.nan_to_num(torch.inf).amin(-1)
            still = (span < within).all(0).nonzero()
            if len(still):
                return int(still[0]), int(still[0]) + frames - 1
        frames -= max(int(0.1 * fps), 1)
    raise OptionError(f"nobody stands still within {within:g} m for {shortest:g} s or more")
