"""Inertial data: real recordings of worn sensors, sensors simulated on described motion capture, and recordings as training samples."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.inertial import BODY, STANDARD_GRAVITY, Inertial, SensorNoise, virtual_sensors
from vitruve.core.motion import Motion
from vitruve.core.reference import reference_of
from vitruve.errors import FormatError, OptionError
from vitruve.io import packed
from vitruve.io.native import load_arrays
from vitruve.tasks.imu import ImuBatch, ImuRecognizer, ImuSample
from vitruve.tasks.split import Split

Described = tuple[Motion, int, tuple[str, ...]]
"""A motion, its class (-1 for none) and texts that say what is done."""

_G, _DEGREE = STANDARD_GRAVITY, math.pi / 180

Halves = tuple[list[ImuSample], list[ImuSample]]
"""(train, test)."""


# -- real recordings -----------------------------------------------------------------------------


def utd_mhad(folder: str | Path) -> list[ImuSample]:
    """UTD-MHAD's inertial sensor: 27 actions, on the right wrist (the first 21) or the right thigh (worn at "right_hip")."""
    path = Path(folder) / "utd_mhad.npz"
    if not path.is_file():
        raise FormatError(path, "no such file")
    f = load_arrays(path)
    names = [str(n) for n in f["class_names"]]
    acc = f["acc_i16"] * float(f["acc_scale"]) * _G
    gyro = f["gyro_i16"] * float(f["gyro_scale"]) * _DEGREE
    worn = {"right_wrist": "right_wrist", "right_thigh": "right_hip"}
    out = []
    for i, (start, length) in enumerate(zip(f["imu_start"].tolist(), f["imu_length"].tolist())):
        label, subject, trial = (int(f[k][i]) for k in ("label", "subject", "trial"))
        name = f"a{label + 1:02d}_s{subject:02d}_t{trial:02d}"
        rows = slice(start, start + length)
        recording = _recording(acc[rows], gyro[rows], worn[str(f["imu_place"][i])], float(f["imu_hz"]), name)
        out.append(ImuSample(recording, label, (names[label],), subject, name))
    return out


_SP_SW = {"SEATED": "sitting", "SITTING_DOWN": "sitting down", "STANDING_UP": "standing up", "TURNING": "turning", "WALKING": "walking"}


def sp_sw_har(folder: str | Path, shortest: float = 0.5, longest: float = 10.0) -> list[ImuSample]:
    """Phone and watch of the SP-SW-HAR recordings, cut where the activity changes: stretches of `shortest` to `longest` seconds.

    Which pocket and which wrist is not told: the phone counts as worn at "right_hip", the watch at "left_wrist" (our choice).
    """
    path = Path(folder) / "sp_sw_har.npz"
    if not path.is_file():
        raise FormatError(path, "no such file")
    f = load_arrays(path)
    names = [_SP_SW[str(n)] for n in f["class_names"]]
    acc, gyro = f["acc_i16"] / float(f["acc_scale"]), f["gyro_i16"] / float(f["gyro_scale"])
    labels, fps = f["label"], 100.0
    out = []
    for i, (start, length) in enumerate(zip(f["start"].tolist(), f["length"].tolist())):
        device, subject = str(f["device"][i]), int(f["subject"][i])
        edges = start + np.flatnonzero(np.diff(labels[start : start + length], prepend=-1, append=-1))
        for k, (a, b) in enumerate(zip(edges.tolist(), edges[1:].tolist())):
            if b - a < shortest * fps:
                continue
            rows = slice(a, min(b, a + int(longest * fps)))
            name = f"s{subject:02d}_{int(f['execution'][i]):02d}_{device}_{k:02d}"
            recording = _recording(acc[rows], gyro[rows], {"sp": "right_hip", "sw": "left_wrist"}[device], fps, name)
            label = int(labels[a])
            out.append(ImuSample(recording, label, (names[label],), subject, name))
    return out


def _recording(acc: np.ndarray, gyro: np.ndarray, place: str, fps: float, name: str) -> Inertial:
    """One sensor's."""
    a, w = (torch.from_numpy(x.astype(np.float32))[:, None] for x in (acc, gyro))
    return Inertial(a, w, (place,), fps, name)


def uci_har(folder: str | Path) -> list[ImuSample]:
    """UCI-HAR as its authors publish it (train and test, "Inertial Signals" in text): a phone at the waist, six activities.

    Half of each window overlaps the next. The part a window is of is in the recording's metadata ("part").
    """
    folder = Path(folder)
    names = [line.split()[1].replace("_", " ").lower() for line in _lines(folder / "activity_labels.txt")]
    out = []
    for part in ("train", "test"):
        columns = {k: np.loadtxt(_there(folder / part / "Inertial Signals" / f"{k}_{part}.txt"), ndmin=2) for k in _UCI}
        labels, subjects = (np.loadtxt(_there(folder / part / f"{k}_{part}.txt"), dtype=int, ndmin=1) for k in ("y", "subject"))
        x = np.stack([columns[k] for k in _UCI], -1)
        if not len(x) == len(labels) == len(subjects):
            raise FormatError(folder / part, f"expected as many windows as labels and subjects, found {len(x)}, {len(labels)} and {len(subjects)}")
        for i, recording in enumerate(authors_recordings("UCIHAR", x, labels - 1)):
            name = f"{part}_{i:04d}"
            told = replace(recording, name=name, metadata={"part": part})
            out.append(ImuSample(told, int(labels[i]) - 1, (names[labels[i] - 1],), int(subjects[i]), name))
    return out


_UCI = tuple(f"{kind}_{axis}" for kind in ("body_acc", "body_gyro", "total_acc") for axis in "xyz")


def _there(path: Path) -> Path:
    if not path.is_file():
        raise FormatError(path, "no such file")
    return path


def _lines(path: Path) -> list[str]:
    return [line for line in _there(path).read_text().splitlines() if line.strip()]


# -- the arrays that UniMTS was tested on --------------------------------------------------------


class Device(NamedTuple):
    """Where in an array's columns a sensor stands. `joint` counts in BODY; factors take its units to m/s^2 and rad/s."""

    joint: int
    acc: int
    gyro: int | None = None
    acc_unit: float = 1.0
    gyro_unit: float = 1.0
    acc_zero: float = 0.0
    """Added after the unit."""


def _row(joints: Sequence[int], step: int, gyro: bool = True, acc_unit: float = 1.0, gyro_unit: float = 1.0) -> tuple[Device, ...]:
    """Sensors side by side, `step` columns each, acceleration first."""
    return tuple(Device(j, i * step, i * step + 3 if gyro else None, acc_unit, gyro_unit) for i, j in enumerate(joints))


AUTHORS_SETS: Mapping[str, tuple[float, tuple[Device, ...]]] = {
    "Opp_g": (30, tuple(Device(j, 9 * i, 9 * i + 3, 9.8 / 1000, 1 / 1000) for i, j in enumerate((10, 19, 20, 15, 16)))),
    "UCIHAR": (50, (Device(9, 6, 3, _G),)),
    "MotionSense": (50, (Device(5, 0, 3, _G), Device(1, 0, 3, _G))),
    "w-HAR": (250, _row((7,), 6, acc_unit=_G, gyro_unit=_DEGREE)),
    "Shoaib": (50, _row((1, 5, 21, 20, 0), 6)),
    "har70plus": (50, _row((0, 5), 3, gyro=False, acc_unit=_G)),
    "realworld": (50, _row((14, 16, 13, 3, 1, 15, 9), 6)),
    "TNDA-HAR": (50, _row((20, 2, 21, 3, 11), 6)),
    "PAMAP": (100, (Device(21, 0, 3), Device(11, 18, 21), Device(7, 9, 12))),
    "USCHAD": (100, _row((5,), 6, acc_unit=_G, gyro_unit=_DEGREE)),
    "Mhealth": (50, (Device(11, 0), Device(3, 6, 9, 1.0, _DEGREE), Device(21, 15, 18, 1.0, _DEGREE))),
    "Harth": (50, _row((9, 6), 3, gyro=False, acc_unit=_G)),
    "ut-complex": (50, _row((5, 21), 6)),
    "Wharf": (32, (Device(21, 0, None, 2 * 14.709 / 63, 1.0, -14.709),)),
    "WISDM": (20, _row((21,), 6)),
    "DSADS": (25, tuple(Device(j, 9 * i, 9 * i + 3) for i, j in enumerate((11, 21, 17, 6, 2)))),
    "UTD-MHAD": (50, _row((21,), 6, acc_unit=_G, gyro_unit=_DEGREE)),
    "MMAct": (50, (Device(5, 0, 3), Device(21, 6))),
}
"""Samples per second and sensors of the 18 sets in UniMTS_data (data.py). UTD-MHAD's classes from 21 on wear theirs at joint 5."""


def authors_recordings(name: str, x: np.ndarray, labels: Sequence[int] | np.ndarray) -> list[Inertial]:
    """Windows X (N, T, columns) of one of AUTHORS_SETS as recordings.

    Raises OptionError for a set that is not among them, FormatError for too few columns.
    """
    if name not in AUTHORS_SETS:
        raise OptionError(f"UniMTS's data set {name!r}: expected one of {', '.join(AUTHORS_SETS)}")
    fps, devices = AUTHORS_SETS[name]
    return [placed(w, [d._replace(joint=5) for d in devices] if name == "UTD-MHAD" and y >= 21 else devices, fps, name) for w, y in zip(x, labels)]


def placed(x: np.ndarray, devices: Sequence[Device], fps: float, name: str = "") -> Inertial:
    """One window's columns (T, C) as a recording of these sensors."""
    need = max(max(d.acc, d.gyro or 0) for d in devices) + 3
    if x.ndim != 2 or x.shape[1] < need:
        raise FormatError(name or "window", f"expected (samples, {need} columns or more), found {x.shape}")
    acc = np.stack([x[:, d.acc : d.acc + 3] * d.acc_unit + d.acc_zero for d in devices], 1)
    nothing = np.full((len(x), 3), np.nan)
    gyro = np.stack([nothing if d.gyro is None else x[:, d.gyro : d.gyro + 3] * d.gyro_unit for d in devices], 1)
    a, w = (torch.from_numpy(v.astype(np.float32)) for v in (acc, gyro))
    return Inertial(a, None if w.isnan().all() else w, tuple(BODY.joints[d.joint] for d in devices), fps, name)


def authors_set(folder: str | Path, name: str, split: str = "test") -> list[ImuSample]:
    """One set of UniMTS_data: X_{split}.npy, y_{split}.npy and {name}.json with its label_dictionary, in folder/name."""
    place = Path(folder) / name
    x, y = (np.load(_there(place / f"{k}_{split}.npy"), allow_pickle=False) for k in "Xy")
    words = json.loads(_there(place / f"{name}.json").read_text())["label_dictionary"]
    texts = [" ".join(w) for w in words.values()]
    return [ImuSample(r, int(label), (texts[int(label)],)) for r, label in zip(authors_recordings(name, x, y), y)]


# -- simulated sensors on motion capture ---------------------------------------------------------

CMU_CLASSES = ("walk", "run", "jump", "basketball", "soccer", "climb", "dance", "salsa dance", "indian dance", "martial arts")
"""What CMU motion is called by; clips of other contents have no label and serve training only."""
_CMU_FILES = ("cmu_8actions_train", "cmu_8actions_test", "cmu_dance_martial", "cmu_asfamc_01_02_03", "cmu_ccrig_s01_s06")
_HELD = 4
"""Every so manieth clip of a class is held out."""
_WORDS = {
    "walking": "walk", "walking_extra": "walk", "running": "run", "jumping": "jump", "salsa": "salsa dance", "indian": "indian dance",
    "martial": "martial arts", "playground": "climb", "run/jog": "run", "punch/strike": "punch", "washwindow": "wash window",
}  # fmt: skip
PARAPHRASES: Mapping[str, tuple[str, ...]] = {
    "walk": ("walking", "stroll"), "run": ("running", "jog", "jogging", "sprint"), "jump": ("jumping", "hop"), "turn": ("turning", "turn around"),
    "wave": ("waving", "greet"), "punch": ("punching", "boxing", "strike"), "dance": ("dancing",), "climb": ("climbing", "go up"),
    "sit": ("sitting", "seated"), "bow": ("bowing", "bend over"), "dash": ("sprint", "running fast"), "raise": ("raising", "lift"),
    "dribble": ("dribbling", "bounce a ball"), "shoot": ("shooting", "throw"), "soccer": ("football", "kick a ball"), "kick": ("kicking",),
}  # fmt: skip
"""Other words for what is done, in place of a language model's (our choice, made from the words of the training sets alone)."""


def paraphrased(text: str) -> tuple[str, ...]:
    """A description, said of a person, and with other words for its verbs."""
    found = [text, f"a person is doing: {text}"]
    words = text.split()
    for i, word in enumerate(words):
        found += [" ".join([*words[:i], other, *words[i + 1 :]]) for other in PARAPHRASES.get(word.strip(",.").lower(), ())]
    return tuple(dict.fromkeys(found))


def described_cmu(root: str | Path) -> list[Described]:
    """CMU clips below a data root, each with its class (-1 for none) and texts: the index's description, KIT-ML's caption where there is one.

    Of the trials that two files hold, on two skeletons, the one of the ASF/AMC file is taken.
    """
    root = Path(root)
    index = {(d["subject"], d["trial"]): d["description"] for d in _table(root / "cmu_mocap" / "cmu_index.csv")}
    captions: dict[tuple[str, str], str] = {}
    captioned = root / "humanml3d_kitml_text" / "cmu_captions_kitml.csv"
    if captioned.is_file():
        captions = {(d["subject"], d["trial"]): d["caption"] for d in _table(captioned)}
    out: list[Described] = []
    seen: set[tuple[str, str]] = set()
    for name in _CMU_FILES:
        for motion in _motions(root / "cmu_mocap" / f"{name}.npz"):
            trial = (str(motion.metadata["subject"]), str(motion.metadata["trial"]))
            if trial in seen:
                continue
            known = trial in index
            if known and not name.startswith("cmu_dance"):
                seen.add(trial)
            action = motion.metadata["action"]
            text = _WORDS.get(action, action.replace("_", " ")) if action else index.get(trial, "")
            head = text.split(" - ")[0].split(",")[0]
            head = _WORDS.get(head, head)
            label = next((CMU_CLASSES.index(c) for c in (head, head.split(" ")[0]) if c in CMU_CLASSES), -1)
            detail = text.partition(" - ")[2]
            said = f"{head}, {detail}" if detail and not detail.startswith(head) else detail or _WORDS.get(text, text)
            texts = (*paraphrased(said), *((captions[trial],) if trial in captions else ()))
            out.append((motion, label, texts))
    return out


def described_bandai(folder: str | Path, most: int = 40) -> list[Described]:
    """Bandai-Namco motions with texts of their content and style; at most so many of each content, evenly over its takes. No labels."""
    path = _there(Path(folder) / "motions.npz")
    by_content: dict[str, list[int]] = defaultdict(list)
    for i, content in enumerate(packed.collection(path)["content"].tolist()):
        by_content[content].append(i)
    chosen = [clips[i * len(clips) // min(most, len(clips))] for clips in by_content.values() for i in range(min(most, len(clips)))]
    out = []
    for motion in _motions(path, chosen):
        said = str(motion.metadata["content"]).replace("-", " ").replace("byebye", "wave bye")
        style = str(motion.metadata["style"])
        out.append((motion, -1, (*paraphrased(said), f"{said} {style}" if style != "normal" else said)))
    return out


def _motions(path: Path, clips: Sequence[int] | None = None) -> Iterator[Motion]:
    """Motions of a packed file; all unless chosen."""
    file = packed.collection(_there(path))
    for i in range(len(file.names)) if clips is None else clips:
        motion = file.read(i)
        assert isinstance(motion, Motion)
        yield motion


def simulated(
    described: Iterable[Described],
    seconds: float = 10.0,
    stride: float = 5.0,
    noise: SensorNoise | None = None,
    seed: int = 0,
    stddev: float = 0.001,
    fps: float = 20.0,
) -> list[ImuSample]:
    """Windows of perfect or noisy sensors at every place of the body; clips that are shorter are one window each.

    `stddev` as in `virtual_sensors`: 0 is many times faster.
    """
    out = []
    length, step = int(seconds * fps), int(stride * fps)
    generator = torch.Generator().manual_seed(seed)
    rigs: dict[Any, Tensor] = {}
    for motion, label, texts in described:
        if len(motion) < 10:
            continue
        # the T-pose is the rig's: found once, from the first of its clips
        rig = (motion.skeleton, motion.rest_offsets.numpy().tobytes())
        if rig not in rigs:
            rigs[rig] = reference_of(motion)
        recording = virtual_sensors(motion, None, fps, noise, generator, stddev, rigs[rig])
        for k, start in enumerate(range(0, max(len(recording) - length, 0) + 1, step)):
            name = f"{motion.name}_{k:02d}"
            out.append(ImuSample(recording[start : start + length], label, texts, int(motion.metadata.get("subject", -1)), name))
    return out


def cmu_halves(described: Sequence[Described]) -> tuple[list[Described], list[Described]]:
    """Every fourth clip of each class is held out; clips without a class are trained on."""
    counts: dict[int, int] = defaultdict(int)
    train: list[Described] = []
    test: list[Described] = []
    for clip in described:
        label = clip[1]
        held = label >= 0 and counts[label] % _HELD == _HELD - 1
        counts[label] += 1
        (test if held else train).append(clip)
    return train, test


def simulated_cmu(folder: str | Path) -> list[ImuSample]:
    """All of CMU's windows, by the folder of the mocap, without smoothing: what `vitruve data --check` measures."""
    return simulated(described_cmu(Path(folder).parent), stddev=0)


def _table(path: Path) -> list[dict[str, str]]:
    with open(_there(path), newline="") as f:
        return list(csv.DictReader(f))


# -- splits and samples --------------------------------------------------------------------------


def odd_subjects(samples: Iterable[ImuSample]) -> Halves:
    """Trained on subjects of odd number, tested on even: UTD-MHAD's protocol, and ours for SP-SW-HAR."""
    samples = list(samples)
    return [s for s in samples if s.subject % 2 == 1], [s for s in samples if s.subject % 2 == 0]


def class_texts(samples: Iterable[ImuSample]) -> tuple[str, ...]:
    """The first text of each class; OptionError for a class without samples."""
    found = {s.label: s.texts[0] for s in samples}
    if not found or sorted(found) != list(range(len(found))):
        raise OptionError(f"classes {sorted(found)}: expected 0, 1, ... with samples of each")
    return tuple(found[k] for k in range(len(found)))


def few_shot(samples: Iterable[ImuSample], shots: int, seed: int = 0) -> list[ImuSample]:
    """So many random samples of each class (all where there are fewer)."""
    samples = list(samples)
    order = torch.randperm(len(samples), generator=torch.Generator().manual_seed(seed)).tolist()
    taken: dict[int, int] = defaultdict(int)
    out = []
    for i in order:
        taken[samples[i].label] += 1
        if taken[samples[i].label] <= shots:
            out.append(samples[i])
    return out


def turned(samples: Iterable[ImuSample], seed: int = 0) -> list[ImuSample]:
    """Every sensor mounted in another random way, the same for all its samples."""
    generator = torch.Generator().manual_seed(seed)
    out = []
    for s in samples:
        q = rot.normalize(torch.randn(1, len(s.recording.places), 4, generator=generator))
        w = s.recording.angular_velocity
        told = replace(s.recording, acceleration=rot.rotate(q, s.recording.acceleration), angular_velocity=None if w is None else rot.rotate(q, w))
        out.append(replace(s, recording=told))
    return out


def only(samples: Iterable[ImuSample], *places: str) -> list[ImuSample]:
    """The same recordings with the sensors at these places alone."""
    out = []
    for s in samples:
        r = s.recording
        rows = [r.places.index(p) for p in places]
        w = r.angular_velocity
        out.append(replace(s, recording=replace(r, acceleration=r.acceleration[:, rows], angular_velocity=None if w is None else w[:, rows], places=places)))
    return out


def imu_split(method: ImuRecognizer, samples: Sequence[ImuSample]) -> Split:
    """Recordings as samples of a method that reads them with `prepare`; one that has `tokenize` and no head also gets one of the texts."""
    if not samples:
        raise OptionError("no recordings to make a split of")
    tokens: dict[str, Tensor] = {}
    if hasattr(method, "tokenize") and getattr(method.config, "num_classes", None) is None:
        texts = sorted({t for s in samples for t in s.texts})
        if not all(s.texts for s in samples):
            raise OptionError(f"{method.card.slug} learns from texts; found recordings without any")
        tokens = dict(zip(texts, method.tokenize(texts).cpu()))  # type: ignore[operator]

    def get(i: int, generator: torch.Generator | None) -> tuple[Tensor, Tensor | None, int]:
        s = samples[i]
        signals = method.prepare(s.recording, generator)
        pick = 0 if generator is None or not s.texts else int(torch.randint(len(s.texts), (), generator=generator))
        return signals, tokens[s.texts[pick]] if tokens else None, s.label

    return Split(len(samples), get, ImuBatch.collate)


def measure(samples: Sequence[ImuSample]) -> dict[str, float]:
    """Counts and ranges that `vitruve.data.check` compares with what a data set should hold."""
    sizes = torch.tensor([float(s.recording.acceleration.norm(dim=-1).median()) for s in samples])
    return {
        "recordings": len(samples),
        "classes": len({s.label for s in samples if s.label >= 0}),
        "subjects": len({s.subject for s in samples}),
        "samples": sum(len(s.recording) for s in samples),
        "median_acceleration": float(sizes.median()),
        "missing": float(sum(not bool(s.recording.acceleration.isfinite().all()) for s in samples)),
    }
