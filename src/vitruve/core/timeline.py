"""What positions and rotations over time have in common: slices, resampling, filters, gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError, ShapeError, SkeletonError

BLOCK = 4096
"""Frames handled at once by steps that look at one frame at a time."""
MAX_FRAMES = 10_000_000
"""More than a day at 100 frames/s: a rate that makes more is a mistake."""


def by_blocks(step: Callable[[slice], tuple[Tensor, ...]], frames: int, size: int | None = None) -> tuple[Tensor, ...]:
    """What `step` gives for each block of `size` frames (BLOCK by default), joined in time.

    For steps that look at one frame at a time: only their results are held for the whole motion, what they need on the way for one block.
    """
    size = size or BLOCK
    out: Sequence[Tensor] = ()
    for start in range(0, max(frames, 1), size):
        part = slice(start, min(start + size, frames))
        found = step(part)
        if frames <= size:
            return found
        out = out or [x.new_empty(frames, *x.shape[1:]) for x in found]
        for whole, x in zip(out, found):
            whole[part] = x
    return tuple(out)


def check_slice(frames: slice) -> None:
    if not isinstance(frames, slice):
        raise OptionError(f"frames are taken by slice, like motion[10:20]; found {frames!r}")
    if frames.step is not None and frames.step <= 0:
        raise OptionError(f"frame step: expected a positive number, found {frames.step}")


def check_same(parts: Sequence[Any]) -> None:
    """Raise unless the clips can be joined: at least one, one skeleton, one frame rate."""
    if not parts:
        raise OptionError("nothing to join: the list of clips is empty")
    for p in parts[1:]:
        if p.skeleton != parts[0].skeleton:
            raise SkeletonError(f"cannot join clips of skeletons {parts[0].skeleton.name!r} and {p.skeleton.name!r}: map or retarget first")
        if abs(p.fps - parts[0].fps) > 1e-6 * parts[0].fps:
            raise OptionError(f"cannot join clips at {parts[0].fps:g} and {p.fps:g} frames/s: resample first")


def resample_times(num_frames: int, fps: float, target_fps: float) -> Float[Tensor, " N"]:
    """Positions, in source frames, of the target frames that lie within the clip (float64)."""
    if not 0 < target_fps < np.inf:
        raise OptionError(f"fps: expected a positive number, found {target_fps}")
    if num_frames * target_fps / fps > MAX_FRAMES:
        raise OptionError(f"fps: {target_fps:g} makes more than {MAX_FRAMES} frames of {num_frames} at {fps:g}")
    count = int(np.floor((num_frames - 1) * target_fps / fps + 1e-6)) + 1 if num_frames else 0
    return (torch.arange(count, dtype=torch.float64) * (fps / target_fps)).clamp(max=max(num_frames - 1, 0))


def bracket(at: Float[Tensor, " N"], num_frames: int) -> tuple[Tensor, Tensor, Tensor]:
    """(lower frame, upper frame, weight of the upper) of each position."""
    low = at.floor().long().clamp(0, max(num_frames - 2, 0))
    return low, (low + 1).clamp(max=num_frames - 1), at - low


def lerp(x: Float[Tensor, " T *S"], at: Float[Tensor, " N"]) -> Float[Tensor, " N *S"]:
    """Linear interpolation along the first axis; exact at whole frames, even beside a NaN."""
    low, high, w = bracket(at, len(x))
    w = w.to(x).reshape(-1, *[1] * (x.ndim - 1))
    mixed = torch.lerp(x[low], x[high], w)
    return torch.where(w == 0, x[low], torch.where(w == 1, x[high], mixed))


def runs(known: np.ndarray) -> list[tuple[int, int]]:
    """[start, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def low_pass(x: np.ndarray, fps: float, cutoff: float, order: int = 4) -> np.ndarray:
    """Zero-lag Butterworth of each column (T, N), run by run between missing values.

    The filter runs forward and backward, each of half `order`. Runs too short for it stay as they are.
    """
    from scipy.signal import butter, sosfiltfilt

    if not 0 < cutoff < fps / 2:
        raise OptionError(f"cut-off {cutoff:g} Hz: expected between 0 and half the frame rate ({fps / 2:g} Hz)")
    if order < 2 or order % 2:
        raise OptionError(f"filter order {order}: expected an even number, half of it runs forward and half backward")
    sos = butter(order // 2, cutoff, fs=fps, output="sos")
    pad = 3 * (order // 2 + 1)
    out = x.copy()
    finite = np.isfinite(x)
    whole = finite.all(0)
    if whole.any() and len(x) > pad:
        out[:, whole] = sosfiltfilt(sos, x[:, whole], axis=0, padlen=pad)
    for column in np.flatnonzero(~whole):
        for start, end in runs(finite[:, column]):
            if end - start > pad:
                out[start:end, column] = sosfiltfilt(sos, x[start:end, column], padlen=pad)
    return out


def fill_gaps(x: np.ndarray, confidence: np.ndarray, max_gap: int) -> None:
    """Fill short interior gaps of positions (P, T, J, D) in place by pchip; see Poses.fill_gaps."""
    from scipy.interpolate import PchipInterpolator

    known = np.isfinite(x).all(-1)
    for p, j in zip(*np.nonzero(~known.all(1) & (known.sum(1) >= 2))):
        here = known[p, :, j]
        curve = None
        for start, end in runs(~here):
            if start == 0 or end == x.shape[1] or end - start > max_gap:
                continue
            if curve is None:
                curve = PchipInterpolator(np.flatnonzero(here), x[p, here, j], axis=0)
            x[p, start:end, j] = curve(np.arange(start, end))
            confidence[p, start:end, j] = 0.5 * min(confidence[p, start - 1, j], confidence[p, end, j])


def concat_same(name: str, parts: Sequence[Tensor | None]) -> Tensor | None:
    """Concatenate an optional per-frame field; all or none must have it."""
    if all(p is None for p in parts):
        return None
    if any(p is None for p in parts):
        raise ShapeError(f"some of the clips have {name}, some do not")
    return torch.cat([p for p in parts if p is not None])
