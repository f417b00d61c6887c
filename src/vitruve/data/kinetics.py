"""Kinetics-skeleton: OpenPose's keypoints of Kinetics-400's clips, one JSON file each, as ST-GCN's authors published them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.tasks.recognition import ActionClip

SIZE = (340, 256)
"""Pixels that all videos were scaled to; files hold shares of them."""
FPS = 30.0
JOINTS = 18


def clips(folder: str | Path, part: str, people: int = 2) -> Iterator[ActionClip]:
    """Labelled clips of "train" or "val": those of kinetics_PART_label.json that have a skeleton, in its order.

    Of each frame the `people` most certain bodies are kept, most certain first, as in the release: a row of the Poses is no
    identity. Positions are pixels of a 340 x 256 picture; joints that were not found are missing.

    Raises OptionError for another part, FormatError naming the file that is not as it should be.
    """
    folder = Path(folder)
    if part not in ("train", "val"):
        raise OptionError(f"part={part!r}: expected train or val")
    listed = folder / f"kinetics_{part}_label.json"
    about = _json(listed)
    for name, entry in about.items():
        if not entry.get("has_skeleton"):
            continue
        poses = read(folder / f"kinetics_{part}" / f"{name}.json", people)
        try:
            label = int(entry["label_index"])
        except (KeyError, TypeError, ValueError):
            raise FormatError(listed, f"{name}: expected label_index, a number") from None
        poses.metadata["class_name"] = str(entry.get("label", f"class_{label}"))
        yield ActionClip(poses, label, name=name)


def read(path: str | Path, people: int = 2) -> Poses:
    """One clip's file. Raises FormatError where it is not as it should be."""
    path = Path(path)
    frames = _json(path).get("data")
    if not isinstance(frames, list) or not frames:
        raise FormatError(path, "expected 'data', a list of frames")
    try:
        length = max(int(f["frame_index"]) for f in frames)
        x = np.full((people, max(length, 1), JOINTS, 2), np.nan, np.float32)
        score = np.zeros((people, max(length, 1), JOINTS), np.float32)
        for frame in frames:
            # frames are counted from 1
            at = int(frame["frame_index"]) - 1
            found = [(np.array(b["pose"], np.float32).reshape(JOINTS, 2), np.array(b["score"], np.float32).reshape(JOINTS)) for b in frame["skeleton"]]
            for row, (place, sure) in enumerate(sorted(found, key=lambda body: -body[1].sum())[:people]):
                x[row, at], score[row, at] = np.where(sure[:, None] > 0, place * SIZE, np.nan), sure
    except (KeyError, TypeError, ValueError, IndexError) as e:
        raise FormatError(path, f"expected frames with frame_index and skeleton, of bodies with pose (36 numbers) and score (18): {e}") from None
    seen = max(int(np.isfinite(x).any((1, 2, 3)).sum()), 1)
    kept = (torch.from_numpy(v[:seen]) for v in (x, score))
    positions, confidence = kept
    return Poses(positions, skeleton("openpose18"), FPS, confidence, image_size=SIZE, name=path.stem)


def kinetics(folder: str | Path) -> list[ActionClip]:
    """All clips, to train on and to test on."""
    return [c for part in ("train", "val") for c in clips(folder, part)]


def halves(folder: str | Path) -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) clips."""
    train, test = (list(clips(folder, part)) for part in ("train", "val"))
    return train, test


def _json(path: Path) -> dict:
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        raise FormatError(path, "no such file") from None
    except (OSError, ValueError) as e:
        raise FormatError(path, f"expected JSON: {e}") from None
    if not isinstance(value, dict):
        raise FormatError(path, f"expected an object, found {type(value).__name__}")
    return value
