"""NTU RGB+D: from the bodies a Kinect tracked to the one or two people who act, and the authors' packed files."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io import ntu
from vitruve.tasks.recognition import ActionClip

SHORTEST = 11
"""Bodies seen in no more frames than this are noise."""
WIDE, WIDE_SHARE = 0.8, 0.69754
"""So is one that is wider than this share of its height in so large a share of its frames."""
FRAMES = 300
"""Length of the packed clips."""
_KINECT = np.array([-1.0, 1.0, -1.0], np.float32)
_SPINE = 1

TRAIN_SUBJECTS_60 = (1, 2, 4, 5, 8, 9, 13, 14, 15, 16, 17, 18, 19, 25, 27, 28, 31, 34, 35, 38)
TRAIN_VIEWS_60 = (2, 3)
TRAIN_SUBJECTS_120 = (
    *TRAIN_SUBJECTS_60,
    45, 46, 47, 49, 50, 52, 53, 54, 55, 56, 57, 58, 59, 70, 74, 78, 80, 81, 82, 83, 84, 85, 86, 89, 91, 92, 93, 94, 95, 97, 98, 100, 103,
)  # fmt: skip
PACKED = {"ntu60:xsub": "NTU60_CS.npz", "ntu60:xview": "NTU60_CV.npz", "ntu120:xsub": "NTU120_CSub.npz", "ntu120:xset": "NTU120_CSet.npz"}
"""The authors' packed files by protocol."""


@dataclass(frozen=True, eq=False)
class Body:
    """One tracked body: `joints` (n, 25, 3) metres in the Kinect's frame at `frames` (n,), places `colour` (n, 25, 2) in the colour image."""

    joints: np.ndarray
    frames: np.ndarray
    colour: np.ndarray

    @property
    def motion(self) -> float:
        """Variance of all joints, summed over the axes."""
        return float(self.joints.reshape(-1, 3).var(0).sum())


def bodies(poses: Poses, official_quirks: bool = False) -> tuple[dict[int, Body], int]:
    """(bodies by id, number of frames) of a raw clip, on a clock that leaves out frames without any body.

    With `official_quirks`, a body that vanishes and comes back goes on where it stopped: later frames move earlier.

    Args:
        poses: as `vitruve.io.ntu.read` gives them.
    """
    x = poses.positions.numpy() * _KINECT
    seen = poses.valid.any(-1).numpy()
    clock = seen.any(0).cumsum() - 1
    colour = np.asarray(poses.metadata.get("colour_xy", np.full((*x.shape[:3], 2), np.nan)))
    out = {}
    for p, name in enumerate(poses.ids.tolist()):
        at = np.flatnonzero(seen[p])
        if len(at):
            frames = clock[at[0]] + np.arange(len(at)) if official_quirks else clock[at]
            out[int(name)] = Body(np.nan_to_num(x[p, at]), frames, colour[p, at])
    return out, int(seen.any(0).sum())


def tracks(found: Iterable[Body], num_frames: int) -> np.ndarray:
    """(frames, 1 or 2, 25, 3) of those who act, zero where missing.

    Of several bodies, too short and too wide ones are dropped, the rest taken in order of motion. A body that is never
    there together with the first actor goes on the first actor's track, else on the second's if it is free, else it is left out.

    Source: the preparation of SGN and CTR-GCN (data/ntu/get_raw_denoised_data.py).
    """
    bodies = list(found)
    kept = _denoise(bodies) if len(bodies) > 1 else [(b, 0.0) for b in bodies]
    if not kept:
        raise OptionError(f"none of {len(bodies)} bodies is seen in more than {SHORTEST} frames")
    out = np.zeros((num_frames, min(len(kept), 2), 25, 3), np.float32)
    # the empty second track counts as one that was at frame 0, as the authors have it
    spans = [(0, 0), (0, 0)]
    for n, (body, _) in enumerate(sorted(kept, key=lambda b: -b[1])):
        first, last = int(body.frames[0]), int(body.frames[-1])
        for track, (start, end) in enumerate(spans):
            if n == 0 or min(end, last) - max(start, first) <= 0:
                out[body.frames, track] = body.joints
                spans[track] = (first, last) if n == 0 else (min(start, first), max(end, last))
                break
    return out


def cut_empty(x: np.ndarray) -> np.ndarray:
    """The frames in which somebody is there."""
    return x[(x != 0).any((1, 2, 3))]


def _denoise(found: list[Body]) -> list[tuple[Body, float]]:
    """(body, motion) of those that are no noise; one that is wide in some frames moves no more than in the others."""
    kept = [b for b in found if len(b.frames) > SHORTEST]
    out: list[tuple[Body, float]] = []
    for n, body in enumerate(kept):
        # the last one standing is kept whatever it looks like
        alone = len(out) + len(kept) - n == 1
        extent = np.ptp(body.joints[..., :2], axis=1)
        good = extent[:, 0] <= WIDE * extent[:, 1]
        if alone or good.all():
            out.append((body, body.motion))
        elif 1 - good.mean() < WIDE_SHARE:
            out.append((body, min(body.motion, replace(body, joints=body.joints[good]).motion)))
    return out


def centre_on_spine(x: np.ndarray) -> np.ndarray:
    """(T, P, 25, 3) relative to the first actor's mid-spine where it is first seen; who is missing stays zero."""
    there = (x != 0).any((2, 3))
    first = int(there[:, 0].argmax())
    return np.where(there[..., None, None], x - x[first, 0, _SPINE], 0).astype(np.float32)


def pack(clips: Sequence[np.ndarray], frames: int = FRAMES) -> np.ndarray:
    """(N, frames, 150) from (T, 1 or 2, 25, 3) clips, zero behind their ends: the rows of the authors' npz."""
    out = np.zeros((len(clips), frames, 2, 25, 3), np.float32)
    for row, clip in zip(out, clips):
        if len(clip) > frames:
            raise OptionError(f"a clip of {len(clip)} frames does not fit into {frames}")
        row[: len(clip), : clip.shape[1]] = clip
    return out.reshape(len(clips), frames, 150)


def kinect_poses(x: np.ndarray, name: str = "", metadata: dict | None = None) -> Poses:
    """Poses in our world from (T, P, 25, 3) in the Kinect's; people that are zero are missing."""
    x = np.where((x != 0).any((2, 3), keepdims=True), x * _KINECT, np.nan)
    return Poses(torch.from_numpy(np.ascontiguousarray(x.swapaxes(0, 1), np.float32)), skeleton("ntu25"), 30.0, name=name, metadata=metadata or {})


def read_folder(folder: str | Path, missing: Iterable[str] = (), official_quirks: bool = False) -> Iterator[ActionClip]:
    """Labelled clips of a folder of raw .skeleton files, in order of their names; those listed as `missing` are left out.

    The label is the action - 1, the view the camera; the setup is in `poses.metadata["setup"]`.

    Raises:
        FormatError: no .skeleton file, a name without SsssCcccPpppRrrrAaaa, or a broken file.
    """
    folder = Path(folder)
    skip = set(missing)
    paths = [p for p in sorted(folder.glob("*.skeleton")) if p.stem not in skip]
    if not paths:
        raise FormatError(folder, "no .skeleton files")
    for path in paths:
        raw = ntu.read(path)
        if "action" not in raw.metadata:
            raise FormatError(path, "expected a name like S001C001P001R001A001.skeleton")
        names = action_names("ntu")
        found, num_frames = bodies(raw, official_quirks)
        facts = {k: raw.metadata[k] for k in ("setup", "camera", "performer", "replication", "action")}
        facts["class_name"] = names[facts["action"] - 1] if facts["action"] <= len(names) else f"A{facts['action']}"
        poses = kinect_poses(cut_empty(tracks(found.values(), num_frames)), path.stem, facts)
        yield ActionClip(poses, facts["action"] - 1, facts["performer"], facts["camera"], path.stem)


def read_npz(path: str | Path, part: str) -> list[ActionClip]:
    """Clips of the authors' packed file (x_train, y_train, x_test, y_test); `part` is "train" or "test".

    Subjects and views are not in that file.
    """
    path = Path(path)
    if part not in ("train", "test"):
        raise OptionError(f"part={part!r}: expected train or test")
    try:
        with np.load(path, allow_pickle=False) as f:
            x, y = f[f"x_{part}"], f[f"y_{part}"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as e:
        raise FormatError(path, f"expected arrays x_{part} and y_{part}: {e}") from None
    if x.ndim != 3 or x.shape[2] != 150 or y.ndim != 2 or len(x) != len(y):
        raise FormatError(path, f"expected (N, T, 150) and (N, classes), found {x.shape} and {y.shape}")
    out, names = [], action_names("ntu")
    for n, (row, label) in enumerate(zip(x, labels(y))):
        clip = row.reshape(len(row), 2, 25, 3)
        people = (clip != 0).any((0, 2, 3))
        clip = cut_empty(clip)[:, people | ~people.any()]
        name = f"{part}_{n}"
        out.append(ActionClip(kinect_poses(clip, name, {"class_name": names[label]}), int(label), name=name))
    return out


def labels(one_hot: np.ndarray) -> np.ndarray:
    """Class indices (N,) of a one-hot table (N, K)."""
    return one_hot.argmax(1)


def cross_subject(clips: Iterable[ActionClip], train_subjects: Iterable[int] = TRAIN_SUBJECTS_60) -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) of NTU RGB+D 60's X-Sub protocol; for NTU RGB+D 120 give its own list of training subjects."""
    chosen, clips = set(train_subjects), list(clips)
    return [c for c in clips if c.subject in chosen], [c for c in clips if c.subject not in chosen]


def cross_view(clips: Iterable[ActionClip]) -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) of NTU RGB+D 60's X-View protocol: cameras 2 and 3, camera 1."""
    clips = list(clips)
    return [c for c in clips if c.view in TRAIN_VIEWS_60], [c for c in clips if c.view not in TRAIN_VIEWS_60]


def cross_setup(clips: Iterable[ActionClip]) -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) of NTU RGB+D 120's X-Set protocol: even setups, odd setups."""
    clips = list(clips)
    return [c for c in clips if c.poses.metadata["setup"] % 2 == 0], [c for c in clips if c.poses.metadata["setup"] % 2]


@cache
def action_names(of: str) -> tuple[str, ...]:
    """The classes of NTU RGB+D 120 ("ntu"; its first 60 are those of NTU RGB+D 60) or of PKU-MMD ("pku_mmd"), shortened to a few words."""
    return tuple(json.loads((Path(__file__).parent / "action_names.json").read_text())[of])


def halves(folder: str | Path, protocol: str) -> tuple[list[ActionClip], list[ActionClip]]:
    """(train, test) clips of "ntu60:xsub", "ntu60:xview", "ntu120:xsub" or "ntu120:xset".

    From the authors' packed file where there is one (see PACKED), else from raw .skeleton files in the folder or in its
    nturgb+d_skeletons, those listed in *missing_skeletons.txt left out.

    Raises OptionError for another protocol, FormatError where there are no files, or broken ones.
    """
    if protocol not in PACKED:
        raise OptionError(f"protocol={protocol!r}: expected one of {', '.join(PACKED)}")
    packed = Path(folder) / PACKED[protocol]
    if packed.is_file():
        return read_npz(packed, "train"), read_npz(packed, "test")
    clips = raw_clips(folder)
    if protocol.startswith("ntu60"):
        clips = [c for c in clips if c.label < 60]
        return cross_view(clips) if protocol.endswith("xview") else cross_subject(clips)
    return cross_setup(clips) if protocol.endswith("xset") else cross_subject(clips, TRAIN_SUBJECTS_120)


def raw_clips(folder: str | Path) -> list[ActionClip]:
    """All clips of the raw .skeleton files in the folder or in its nturgb+d_skeletons, but those listed in *missing_skeletons.txt."""
    folder = Path(folder)
    missing = [name.strip() for path in sorted(folder.glob("*missing_skeletons.txt")) for name in path.read_text().splitlines()]
    inner = folder / "nturgb+d_skeletons"
    return list(read_folder(inner if inner.is_dir() else folder, missing))


def everything(folder: str | Path) -> list[ActionClip]:
    """All clips, of NTU RGB+D 120 where it is there, whether packed or raw."""
    for protocol in ("ntu120:xsub", "ntu60:xsub"):
        if (Path(folder) / PACKED[protocol]).is_file():
            train, test = halves(folder, protocol)
            return train + test
    return raw_clips(folder)
