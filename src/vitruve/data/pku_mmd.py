"""PKU-MMD: long recordings of one or two Kinect v2 bodies, cut into the actions that their labels mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from vitruve.data.ntu import action_names, kinect_poses
from vitruve.errors import FormatError, OptionError
from vitruve.tasks.recognition import ActionClip

VIEWS = {"L": 1, "M": 2, "R": 3}
"""By the letter in a recording's name."""
SKELETONS = ("Skeleton", "skeleton", "PKU_Skeleton_Renew")
LABELS = ("Label", "label", "Train_Label_PKU_final")
"""Folders as the data set's archives, and those who prepare it, name them."""


def recordings(folder: str | Path, names: Iterable[str] | None = None) -> Iterator[ActionClip]:
    """The labelled actions of some recordings (all by default), in order of their names: `0002-L` is recording 2 from the left.

    The label is the action - 1, the view 1, 2 or 3; people that are absent are missing. The recording and the clip's
    first frame are in `poses.metadata`.

    Raises FormatError naming the file, and the line, that is not as it should be.
    """
    skeletons, labels = (_subfolder(Path(folder), of) for of in (SKELETONS, LABELS))
    chosen = sorted(p.stem for p in labels.glob("*.txt")) if names is None else list(names)
    if not chosen:
        raise FormatError(labels, "no label files like 0002-L.txt")
    classes = action_names("pku_mmd")
    for name in chosen:
        if not re.fullmatch(r"[AB]?\d+-[LMR]", name):
            raise FormatError(labels / f"{name}.txt", "expected a name like 0002-L")
        joints = _joints(skeletons / f"{name}.txt")
        for action, first, last in _marks(labels / f"{name}.txt", len(joints)):
            facts = {"class_name": classes[action - 1], "recording": name, "first": first}
            poses = kinect_poses(joints[first:last], f"{name}-{first}", facts)
            yield ActionClip(poses, action - 1, -1, VIEWS[name[-1]], poses.name)


def split(folder: str | Path, protocol: str) -> tuple[list[str], list[str]]:
    """(train, test) recordings of the data set's own `cross-subject` or `cross-view` list.

    Raises OptionError for another protocol, FormatError where the list is not there or not as it should be.
    """
    if protocol not in ("cross-subject", "cross-view"):
        raise OptionError(f"protocol={protocol!r}: expected cross-subject or cross-view")
    found = sorted(Path(folder).rglob(f"{protocol.replace('-', '[-_]')}*.txt"))
    if not found:
        raise FormatError(Path(folder), f"expected {protocol}.txt")
    # the heading of the second list is misspelt in the release
    parts = re.split(r"Training videos:|Valid\w+ videos:", found[0].read_text())
    if len(parts) != 3:
        raise FormatError(found[0], "expected 'Training videos:' and 'Validataion videos:', each with a list")
    train, test = ([name.strip() for name in part.split(",") if name.strip()] for part in parts[1:])
    return train, test


def pku_mmd(folder: str | Path) -> list[ActionClip]:
    """All actions of all recordings, see :func:`recordings`."""
    return list(recordings(folder))


def halves(folder: str | Path, protocol: str = "cross-subject") -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) actions by one of the data set's protocols, see :func:`split`."""
    train, test = (list(recordings(folder, names)) for names in split(folder, protocol))
    return train, test


def _subfolder(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_dir():
            return folder / name
    raise FormatError(folder, f"expected a folder {' or '.join(names)}")


def _joints(path: Path) -> np.ndarray:
    """(T, 2, 25, 3) metres in the Kinect's frame."""
    try:
        x = np.loadtxt(path, dtype=np.float32, ndmin=2)
    except (OSError, ValueError) as e:
        raise FormatError(path, f"expected rows of 150 numbers: {e}") from None
    if x.shape[1] != 150:
        raise FormatError(path, f"expected rows of 150 numbers (two people of 25 joints), found {x.shape[1]}")
    return x.reshape(len(x), 2, 25, 3)


def _marks(path: Path, frames: int) -> Iterator[tuple[int, int, int]]:
    """(action, first frame, frame behind the last) of every line `action,start,end,confidence`."""
    known = len(action_names("pku_mmd"))
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        cells = line.split(",")
        try:
            action, first, last = (int(c) for c in cells[:3])
        except ValueError:
            raise FormatError(path, f"expected action,start,end,confidence, found {line!r}", line=number) from None
        if not (1 <= action <= known and 0 <= first < last) or first >= frames:
            raise FormatError(path, f"action {action} of frames {first} to {last}: expected one of 1 to {known} within {frames} frames", line=number)
        yield action, first, min(last, frames)
