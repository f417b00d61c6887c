"""What adapters read from a golden's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from torch import Tensor

from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.nn import skeletons


def in_training(spec: dict) -> bool:
    """Whether the authors' network ran in training mode, as the golden's `mode` says, or else its `calls` and `notes`."""
    if "mode" in spec:
        return str(spec["mode"]).startswith("train")
    words = f"{spec.get('calls', '')} {spec.get('notes', '')}"
    return re.search(r"\.train\(\)|\btrain(ing)? mode\b", words, re.IGNORECASE) is not None and ".eval()" not in words


def stride(length: int, size: int, words: str = "") -> int:
    """The step that leaves `size` of `length` entries: one that the golden's words name (`::8`), else the likeliest; 1 where none does."""
    fits = [s for s in range(1, length + 1) if -(-length // s) == size]
    named = (int(s) for s in re.findall(r"::(\d+)", words))
    return next((s for s in (*named, length // max(size, 1)) if s in fits), fits[0] if fits else 1)


def cut(found: Tensor, shape: Iterable[int], leading: int = 1, words: str = "") -> Tensor:
    """The first entries along the `leading` axes, and as many as `shape` says, evenly spaced, along the others."""
    for axis, size in enumerate(shape):
        step = 1 if axis < leading else stride(found.shape[axis], size, words)
        found = found.movedim(axis, 0)[::step][:size].movedim(0, axis)
    return found


def ntu_feeder(x: Mapping[str, Tensor], config: dict, move: Tensor | None = None, skeleton: Skeleton | None = None) -> Tensor:
    """CTR-GCN's feeder with what later ones add, clips as `x["x"]` (C, T, V, M) and their draws beside it: see :func:`crop_resize`.

    The crop is moved by `move` and turned; people change places as `x["perm"]` says; then its bones (`bone`) and differences in time (`vel`).
    """
    clip = x["x"].permute(1, 3, 2, 0)
    valid = int((clip.flatten(1).sum(1) != 0).sum())
    draws = {k: v for k, v in x.items() if k != "rot"}
    out = crop_resize(clip[:valid], config, draws)
    out = out if move is None else out + move
    if "rot" in x:
        out = turned(out, x["rot"])
    if "perm" in x:
        out = out[:, x["perm"].long()]
    if config.get("bone"):
        out = skeletons.bones(out, skeletons.kinect_parents(skeleton or standard("ntu25")))
    out = skeletons.frame_differences(out) if config.get("vel") else out
    return out.permute(3, 0, 2, 1)


def turned(x: Tensor, angles: Tensor) -> Tensor:
    """Points turned by the authors' rotations about x, y, z, which turn the other way than a right hand."""
    about_x, about_y, about_z = (skeletons.axis_rotation(a, -angle) for a, angle in enumerate(angles.flatten().tolist()))
    return x @ (about_z @ about_y @ about_x).to(x.dtype).T


def crop_resize(clip: Tensor, config: dict, draws: Mapping[str, Tensor]) -> Tensor:
    """CTR-GCN's crop of a clip's frames by `p_interval`, resized to `window_size`; of an interval the draws must be given.

    `draws`: a share `u` of the interval or the ratio `p` itself, the first frame `bias`, and angles `rot` of a turn that follows.
    """
    interval, window, valid = config.get("p_interval", [0.95]), config["window_size"], len(clip)
    if len(interval) == 1:
        start = int((1 - interval[0]) * valid / 2)
        length = valid - 2 * start
    else:
        low, high = interval
        ratio = float(draws["p"]) if "p" in draws else low + (high - low) * float(draws["u"])
        start, length = int(draws["bias"]), skeletons.crop_length(valid, ratio, 64)
    out = skeletons.resize(clip[start : start + length], window)
    return turned(out, draws["rot"]) if "rot" in draws else out
