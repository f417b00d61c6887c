"""Labelled action clips of the open data sets, their official splits, and clips as training samples."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io import packed
from vitruve.tasks.recognition import ActionClip, ActionRecognizer, RecognitionBatch
from vitruve.tasks.robustness import Attacker
from vitruve.tasks.split import Split

Halves = tuple[list[ActionClip], list[ActionClip]]
"""(train, test)."""

UCLA_ACTIONS = (1, 2, 3, 4, 5, 6, 8, 9, 11, 12)
"""Action codes in the file names of NW-UCLA, in order of their labels."""


# -- readers -------------------------------------------------------------------------------------


def _packed(path: Path, label: Callable[[dict], int], subject: str = "", view: str = "") -> list[ActionClip]:
    """All clips of a packed .npz, motions as their joints."""
    file = packed.collection(path)
    clips = []
    for i in range(len(file.names)):
        value = file.read(i)
        poses = value.poses() if isinstance(value, Motion) else value
        m = value.metadata
        clips.append(ActionClip(poses, label(m), int(m[subject]) if subject else -1, int(m[view]) if view else -1, value.name))
    return clips


def _label(metadata: dict[str, Any]) -> int:
    return int(metadata["label"])


def nw_ucla(folder: str | Path) -> list[ActionClip]:
    """NW-UCLA (kinect20, one person): the packed nw_ucla.npz, or the authors' folder of aXX_sXX_eXX_vXX.json files.

    Raises FormatError naming the file that is neither.
    """
    folder = Path(folder)
    if (folder / "nw_ucla.npz").is_file():
        return _packed(folder / "nw_ucla.npz", _label, "subject", "view")
    paths = sorted(folder.glob("a*_s*_e*_v*.json"))
    if not paths:
        raise FormatError(folder, "expected nw_ucla.npz, or files like a01_s01_e00_v01.json")
    return [_ucla_json(p) for p in paths]


def _ucla_json(path: Path) -> ActionClip:
    code = re.fullmatch(r"a(\d+)_s(\d+)_e(\d+)_v(\d+)", path.stem)
    if code is None or int(code[1]) not in UCLA_ACTIONS:
        raise FormatError(path, f"expected a name like a01_s01_e00_v01 with an action of {', '.join(map(str, UCLA_ACTIONS))}")
    try:
        x = np.array(json.loads(path.read_text())["skeletons"], np.float32)
    except (ValueError, KeyError, TypeError) as e:
        raise FormatError(path, f"expected an object with 'skeletons', a list of frames of 20 joints: {e}") from None
    if x.ndim != 3 or x.shape[1:] != (20, 3):
        raise FormatError(path, f"skeletons: expected (frames, 20, 3), found {x.shape}")
    action, subject, trial, view = map(int, code.groups())
    poses = Poses(torch.from_numpy(x[None] * np.array([-1, 1, -1], np.float32)), skeleton("kinect20"), 30.0, name=path.stem, metadata={"trial": trial})
    return ActionClip(poses, UCLA_ACTIONS.index(action), subject, view, path.stem)


def msr_action3d(folder: str | Path, usual: bool = True) -> list[ActionClip]:
    """MSR-Action3D (msr20, one person): the usual 557 sequences, or all 567 (of one of which nothing was tracked)."""
    path = Path(folder) / "msr_action3d.npz"
    clips = _packed(path, _label, "subject")
    return [c for c in clips if c.poses.metadata["used_557"] or not usual]


def utd_mhad(folder: str | Path) -> list[ActionClip]:
    """UTD-MHAD's skeletons (20 joints, one person)."""
    return _packed(Path(folder) / "utd_mhad.npz", _label, "subject")


def sbu(folder: str | Path) -> list[ActionClip]:
    """SBU Kinect Interaction (15 joints, two people); the subject is the one who acts, the fold is in the metadata."""
    return _packed(Path(folder) / "sbu.npz", _label, "active_subject")


def jhmdb(folder: str | Path) -> list[ActionClip]:
    """J-HMDB joints (jhmdb15, 2D, in image sizes from the middle)."""
    return _packed(Path(folder) / "jhmdb.npz", _label)


def bandai(folder: str | Path) -> list[ActionClip]:
    """Bandai-Namco motions by what is done: 26 contents, in alphabetical order within "dataset-1/..." and "dataset-2/..."."""
    path = Path(folder) / "motions.npz"

    def content(m: dict[str, Any]) -> str:
        return f"{m['dataset']}/{m['content']}"

    names: dict[str, int] = {}
    clips = _packed(path, lambda m: names.setdefault(content(m), len(names)))
    order = {names[n]: i for i, n in enumerate(sorted(names))}
    for c in clips:
        c.poses.metadata["class_name"] = content(c.poses.metadata)
    return [ActionClip(c.poses, order[c.label], name=c.name) for c in clips]


def cmu_actions(folder: str | Path, joints: str = "h36m16", seconds: float = 2.0, stride: float = 1.0) -> Halves:
    """CMU motion of known content in windows, as joints of a standard set; every fourth clip of a class is the test's.

    Contents and halves are `data.imu`'s. `folder` is that of the mocap. A clip that is shorter than a window is one window.
    """
    from vitruve.data.imu import CMU_CLASSES, cmu_halves, described_cmu

    target = skeleton(joints)

    def windows(motion: Motion, label: int) -> list[ActionClip]:
        poses = motion.poses().map_to(target)
        poses = Poses(poses.positions, target, poses.fps, name=motion.name, metadata={"class_name": CMU_CLASSES[label]})
        length, step = round(seconds * poses.fps), round(stride * poses.fps)
        starts = range(0, max(poses.num_frames - length, 0) + 1, step)
        return [ActionClip(poses[s : s + length], label, name=f"{motion.name}_{s:05d}") for s in starts]

    made = ([w for motion, label, _ in half if label >= 0 for w in windows(motion, label)] for half in cmu_halves(described_cmu(Path(folder).parent)))
    train, test = made
    return train, test


def class_names(clips: Iterable[ActionClip]) -> tuple[str, ...]:
    """The name of each class, from the clips' metadata; OptionError for a class without clips or names."""
    found = {c.label: c.poses.metadata.get("class_name") for c in clips}
    names = [found.get(k) for k in range(max(found, default=-1) + 1)]
    if not names or None in names:
        raise OptionError("class names are known only where every class has a clip with a class_name")
    return tuple(map(str, names))


# -- official splits -----------------------------------------------------------------------------


def _halves(clips: Iterable[ActionClip], train: Callable[[ActionClip], bool]) -> Halves:
    clips = list(clips)
    return [c for c in clips if train(c)], [c for c in clips if not train(c)]


def cross_view(clips: Iterable[ActionClip]) -> Halves:
    """NW-UCLA: trained on views 1 and 2, tested on view 3."""
    return _halves(clips, lambda c: c.view != 3)


def odd_subjects(clips: Iterable[ActionClip]) -> Halves:
    """MSR-Action3D's and UTD-MHAD's cross-subject test: trained on subjects of odd number, tested on even."""
    return _halves(clips, lambda c: c.subject % 2 == 1)


def fold(clips: Iterable[ActionClip], test: int) -> Halves:
    """SBU's cross-validation: one fold is the test."""
    return _halves(clips, lambda c: c.poses.metadata["fold"] != test)


def official_split(clips: Iterable[ActionClip], number: int) -> Halves:
    """J-HMDB's split 1, 2 or 3."""
    if number not in (1, 2, 3):
        raise OptionError(f"split {number}: expected 1, 2 or 3")
    return _halves(clips, lambda c: c.poses.metadata["split"][number - 1] == 1)


def action_set(clips: Iterable[ActionClip], number: int) -> list[ActionClip]:
    """MSR-Action3D's subset of eight actions, AS1, AS2 or AS3, with labels 0 to 7."""
    sets = {1: (2, 3, 5, 6, 10, 13, 18, 20), 2: (1, 4, 7, 8, 9, 11, 12, 14), 3: (6, 14, 15, 16, 17, 18, 19, 20)}
    if number not in sets:
        raise OptionError(f"action set {number}: expected 1, 2 or 3")
    label = {action - 1: i for i, action in enumerate(sets[number])}
    return [ActionClip(c.poses, label[c.label], c.subject, c.view, c.name) for c in clips if c.label in label]


def few_labels(clips: Sequence[ActionClip], share: float, seed: int) -> list[ActionClip]:
    """A random share of each class's clips, at least one of each, in their order (semi-supervised protocols).

    Raises OptionError for a share that is not in (0, 1].
    """
    if not 0 < share <= 1:
        raise OptionError(f"share of labels {share}: expected more than 0 and at most 1")
    chance = torch.rand(len(clips), generator=torch.Generator().manual_seed(seed))
    same: dict[int, list[int]] = {}
    for i in chance.argsort().tolist():
        same.setdefault(clips[i].label, []).append(i)
    kept = {i for group in same.values() for i in group[: max(round(share * len(group)), 1)]}
    return [c for i, c in enumerate(clips) if i in kept]


# -- training and checks -------------------------------------------------------------------------


def action_split(method: ActionRecognizer | Attacker, clips: Sequence[ActionClip], repeat: int = 1) -> Split:
    """Clips as samples of a method that reads them with `prepare`; each clip counts `repeat` times in an epoch.

    A method whose class says `takes_partner` is given another clip of the same class while training.

    Raises SkeletonError where the clips' joints cannot be mapped to the method's.
    """
    if not clips:
        raise OptionError("no clips to make a split of")
    poses = []
    for c in clips:
        if c.poses.skeleton is not method.skeleton:
            c.poses.skeleton.map_to(method.skeleton).require(*method.skeleton.joints)
        poses.append(c.poses.map_to(method.skeleton))
    same: dict[int, list[int]] = {}
    for i, c in enumerate(clips):
        same.setdefault(c.label, []).append(i)
    takes_partner = getattr(method, "takes_partner", False)

    def get(i: int, generator: torch.Generator | None) -> tuple[torch.Tensor, torch.Tensor, int]:
        i %= len(clips)
        if generator is None or not takes_partner:
            return *method.prepare(poses[i], generator), clips[i].label
        others = same[clips[i].label]
        partner = poses[others[int(torch.randint(len(others), (), generator=generator))]]
        return *method.prepare(poses[i], generator, partner), clips[i].label  # type: ignore[call-arg]

    return Split(len(clips) * repeat, get, RecognitionBatch.collate)


def measure(clips: Sequence[ActionClip]) -> dict[str, float]:
    """Counts and ranges that `vitruve.data.check` compares with what a data set should hold."""
    positions = [c.poses.positions for c in clips]
    return {
        "clips": len(clips),
        "classes": len({c.label for c in clips}),
        "subjects": len({c.subject for c in clips}),
        "people": max(x.shape[0] for x in positions),
        "frames": sum(x.shape[1] for x in positions),
        "shortest": min(x.shape[1] for x in positions),
        "longest": max(x.shape[1] for x in positions),
        "largest_coordinate": max(float(x.abs().nan_to_num(0.0).max()) for x in positions),
        "missing_share": sum(int(x.isnan().any(-1).sum()) for x in positions) / sum(x[..., 0].numel() for x in positions),
    }
