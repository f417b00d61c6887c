"""Pedestrian tracks (ETH/UCY, Stanford drone) and skeletons (CMU) as windows of past and future."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, ShapeError, SkeletonError
from vitruve.io import packed
from vitruve.io.files import read_text
from vitruve.io.native import load_arrays
from vitruve.tasks.forecasting import ForecastBatch
from vitruve.tasks.split import Split


def samples(batch: ForecastBatch) -> Split:
    """Scenes already in memory as training samples; batches are cut out of the whole tensors."""
    return Split(len(batch), _index, partial(_rows, batch))


def _index(i: int, generator: torch.Generator | None) -> int:
    return i


def _rows(batch: ForecastBatch, rows: Sequence[int]) -> ForecastBatch:
    at = torch.as_tensor(rows)
    return ForecastBatch(batch.past[at], None if batch.future is None else batch.future[at], batch.valid[at])


# -- pedestrians -----------------------------------------------------------------------------------

RECORDINGS = ("biwi_eth", "biwi_hotel", "crowds_zara01", "crowds_zara02", "crowds_zara03", "students001", "students003", "uni_examples")
"""Of ETH/UCY, in the order of the authors' training lists."""

SCENES: dict[str, tuple[str, ...]] = {
    "eth": ("biwi_eth",),
    "hotel": ("biwi_hotel",),
    "univ": ("students001", "students003"),
    "zara1": ("crowds_zara01",),
    "zara2": ("crowds_zara02",),
}
"""The recordings each scene of the leave-one-out protocol tests on; it trains on all others."""

OFFICIAL_AGENTS = {"eth": 1, "hotel": 1, "univ": 2, "zara1": 3, "zara2": 1}
"""People per sample, the ego person included, in EqMotion's release."""


@dataclass(frozen=True, eq=False)
class Track:
    """Rows of one recording, in file order: step, person and place. Steps from `val_from` on are its validation part."""

    frame: np.ndarray
    id: np.ndarray
    xy: np.ndarray
    val_from: int | None = None

    def part(self, name: str) -> Track:
        """The "train" or "val" part, or "all" rows."""
        if name == "all":
            return self
        if self.val_from is None:
            raise OptionError(f"part {name!r}: this recording has no validation part")
        rows = self.frame < self.val_from if name == "train" else self.frame >= self.val_from
        return Track(self.frame[rows], self.id[rows], self.xy[rows])


def read_track(path: str | Path) -> Track:
    """A text file of 17 columns: frame, person, class, ten unused, x, unused, y, unused (AgentFormer's form of ETH/UCY).

    Raises FormatError naming the line that has another number of columns or no number where one belongs.
    """
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if len(words) != 17:
            raise FormatError(path, f"expected 17 columns, found {len(words)}", number)
        try:
            rows.append([float(words[c]) for c in (0, 1, 13, 15)])
        except ValueError:
            raise FormatError(path, "columns 1, 2, 14 and 16 (frame, person, x, y): expected numbers", number) from None
    table = np.array(rows)
    return Track(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:].astype(np.float32))


def eth_ucy_tracks(folder: str | Path) -> dict[str, Track]:
    """The eight recordings by name, metres at 2.5 Hz: the packed eth_ucy.npz, or the authors' folder of text files.

    Raises FormatError naming what is missing.
    """
    folder = Path(folder)
    path = folder / "eth_ucy.npz"
    if path.is_file():
        f = load_arrays(path)
        missing = [r for r in RECORDINGS if f"{r}_xy" not in f]
        if missing:
            raise FormatError(path, f"no recording {', '.join(missing)}")
        return {r: Track(f[f"{r}_frame"].astype(np.int64), f[f"{r}_id"], f[f"{r}_xy"], int(f[f"{r}_val_from_frame"])) for r in RECORDINGS}
    tracks = {}
    for r in RECORDINGS:
        parts = [next(iter(sorted(folder.glob(f"*/{r}_{part}.txt"))), None) for part in ("train", "val")]
        if parts[0] is None or parts[1] is None:
            raise FormatError(folder, f"expected eth_ucy.npz, or SCENE/{r}_train.txt and SCENE/{r}_val.txt")
        train, val = (read_track(p) for p in parts if p is not None)
        frame, person, xy = (np.concatenate([getattr(train, k), getattr(val, k)]) for k in ("frame", "id", "xy"))
        tracks[r] = Track(frame, person, xy, int(val.frame.min()))
    return tracks


def scene_windows(
    track: Track, past: int = 8, future: int = 12, agents: int = 1, radius: float = 5.0, step: int = 1, official_quirks: bool = False
) -> ForecastBatch:
    """One sample per person and window in which the person is present throughout.

    The person comes first, then the nearest others (present throughout, within `radius` at the last observed step) up
    to `agents` in all; what is left is zero and not valid. `step` is the distance between used frames.

    With `official_quirks` as EqMotion's release: in a window with fewer people than `agents` all of them are kept, in
    file order, however far.
    """
    people, row_person = np.unique(track.id, return_inverse=True)
    step_of_row = track.frame - track.frame.min() if len(track.frame) else track.frame
    order = np.full((len(people), step_of_row.max(initial=-1) + 1), -1)
    order[row_person, step_of_row] = np.arange(len(step_of_row))
    if (order >= 0).sum() != len(step_of_row):
        raise ShapeError("a person is twice in one frame of the track")
    made: list[tuple[np.ndarray, np.ndarray]] = []
    for now in range((past - 1) * step, order.shape[1] - future * step):
        rows = order[:, now - (past - 1) * step : now + future * step + 1 : step]
        here = np.flatnonzero((rows >= 0).all(1))
        if len(here) == 0:
            continue
        here = here[np.argsort(order[here, now])]
        made.append(_neighbourhoods(track.xy[rows[here]], past, agents, radius, official_quirks))
    if not made:
        return ForecastBatch(torch.zeros(0, agents, past, 2), torch.zeros(0, agents, future, 2), torch.zeros(0, agents, dtype=torch.bool))
    x, valid = (torch.from_numpy(np.concatenate(p)) for p in zip(*made))
    return ForecastBatch(x[:, :, :past].contiguous(), x[:, :, past:].contiguous(), valid)


def _neighbourhoods(x: np.ndarray, past: int, agents: int, radius: float, official_quirks: bool) -> tuple[np.ndarray, np.ndarray]:
    """(n, agents, T, 2) and (n, agents) from all n tracks (n, T, 2) of a window."""
    n = len(x)
    now = x[:, past - 1]
    distance = np.linalg.norm(now[:, None] - now[None], axis=-1)
    np.fill_diagonal(distance, -1)
    if official_quirks and n < agents:
        nearest = np.argsort(np.where(np.eye(n, dtype=bool), -1, 0), axis=1, kind="stable")
        count = np.full(n, n)
    else:
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :agents]
        count = (distance < radius).sum(1)
    valid = np.arange(agents) < count[:, None]
    out = np.zeros((n, agents, *x.shape[1:]), np.float32)
    out[:, : nearest.shape[1]] = x[nearest]
    return out * valid[:, :, None, None], valid


def eth_ucy(
    tracks: Mapping[str, Track],
    scene: str,
    part: str = "train",
    agents: int | None = None,
    past: int = 8,
    future: int = 12,
    radius: float = 5.0,
    official_quirks: bool = False,
) -> ForecastBatch:
    """Leave-one-out windows, metres: "test" is the scene's own recordings whole, "train" and "val" are parts of all others.

    Args:
        tracks: of :func:`eth_ucy_tracks`.
        agents: people per sample; EqMotion's number for the scene by default.
    """
    if scene not in SCENES:
        raise OptionError(f"scene {scene!r}: expected one of {', '.join(SCENES)}")
    if part not in ("train", "val", "test"):
        raise OptionError(f"part {part!r}: expected train, val or test")
    names = SCENES[scene] if part == "test" else [r for r in RECORDINGS if r not in SCENES[scene]]
    agents = OFFICIAL_AGENTS[scene] if agents is None else agents
    rows = [tracks[r].part("all" if part == "test" else part) for r in names]
    return _join([scene_windows(t, past, future, agents, radius, official_quirks=official_quirks) for t in rows])


def _join(batches: Sequence[ForecastBatch]) -> ForecastBatch:
    futures = [b.future for b in batches if b.future is not None]
    return ForecastBatch(torch.cat([b.past for b in batches]), torch.cat(futures), torch.cat([b.valid for b in batches]))


SDD_PARTS = {"train": ("gates", "nexus"), "val": ("deathCircle", "little"), "test": ("hyang", "quad")}
"""Places of the Stanford drone data set by part: our choice, since most recordings of the usual split are not in this copy."""


def sdd_tracks(folder: str | Path, classes: Sequence[str] = ("Pedestrian",)) -> dict[str, Track]:
    """Box centres of the given classes by video, in pixels at 2.5 Hz (Stanford drone data set, sdd.npz)."""
    path = Path(folder) / "sdd.npz"
    if not path.is_file():
        raise FormatError(path, "no such file")
    f = load_arrays(path)
    known = f["class_names"].tolist()
    unknown = [c for c in classes if c not in known]
    if unknown:
        raise OptionError(f"class {unknown[0]!r}: expected one of {', '.join(known)}")
    tracks = {}
    for video in sorted(k.removesuffix("_box") for k in f if k.endswith("_box")):
        rows = np.isin(f[f"{video}_occluded_generated_class"][:, 2], [known.index(c) for c in classes])
        box = f[f"{video}_box"][rows].astype(np.float32)
        tracks[video] = Track(f[f"{video}_frame"][rows].astype(np.int64), f[f"{video}_id"][rows], (box[:, :2] + box[:, 2:]) / 2)
    return tracks


def sdd(tracks: Mapping[str, Track], part: str = "train", agents: int = 1, past: int = 8, future: int = 12, radius: float = math.inf) -> ForecastBatch:
    """Windows in pixels (there is no metric scale) of the places of `part`, see SDD_PARTS."""
    if part not in SDD_PARTS:
        raise OptionError(f"part {part!r}: expected one of {', '.join(SDD_PARTS)}")
    return _join([scene_windows(t, past, future, agents, radius) for name, t in tracks.items() if name.startswith(SDD_PARTS[part])])


def measure_tracks(tracks: Mapping[str, Track]) -> dict[str, float]:
    """Counts and ranges of recordings."""
    places = np.concatenate([t.xy for t in tracks.values()])
    return {
        "recordings": len(tracks),
        "rows": len(places),
        "people": sum(len(np.unique(t.id)) for t in tracks.values()),
        "largest_coordinate": float(np.abs(places).max()),
    }


# -- skeletons -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BenchmarkBody:
    """How the usual skeleton benchmarks score a body: joints forecast, joints that take another's forecast, the rest taken as known."""

    joints: int
    used: tuple[int, ...]
    copies: tuple[tuple[int, int], ...]
    """(joint, the joint whose forecast it takes)."""

    def complete(self, forecast: Float[Tensor, "B U F 3"], truth: Float[Tensor, "B J F 3"]) -> Float[Tensor, "B J F 3"]:
        """All joints: forecast, copied, or from the truth."""
        if truth.shape[1] != self.joints or forecast.shape[1] != len(self.used):
            found = f"{forecast.shape[1]} and {truth.shape[1]}"
            raise ShapeError(f"forecast and truth: expected {len(self.used)} and {self.joints} joints, found {found}")
        out = truth.clone()
        out[:, list(self.used)] = forecast
        to, source = zip(*self.copies)
        out[:, list(to)] = out[:, list(source)]
        return out

    def errors(self, forecast: Float[Tensor, "B U F 3"], truth: Float[Tensor, "B J F 3"], horizons: Sequence[int]) -> Float[Tensor, " H"]:
        """Mean error over all joints at each horizon (1 = next frame), of the windows whose truth reaches it (NaN beyond)."""
        error = (self.complete(forecast, truth) - truth).norm(dim=-1).mean(1)
        return error[:, [h - 1 for h in horizons]].nanmean(0)


H36M_BODY = BenchmarkBody(
    32,
    (2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19, 21, 22, 25, 26, 27, 29, 30),
    ((16, 13), (20, 19), (23, 22), (24, 13), (28, 27), (31, 30)),
)
CMU_BODY = BenchmarkBody(
    38,
    (3, 4, 5, 6, 9, 10, 11, 12, 14, 15, 17, 18, 19, 21, 22, 23, 25, 26, 28, 30, 31, 32, 34, 35, 37),
    ((16, 15), (20, 15), (29, 15), (24, 23), (27, 23), (33, 32), (36, 32)),
)
"""The copied joints coincide with those they copy; the hips and their neighbours stand still once the root is held."""

CMU_ACTIONS = ("walking", "running", "jumping", "soccer", "basketball")
"""The actions of the CMU benchmark whose files are complete in the packed collection."""

CMU_VAL_EVERY = 5
"""Each fifth training clip of an action is kept for validation: our choice, the benchmark has no validation part."""


@dataclass(frozen=True, eq=False)
class SkeletonWindows:
    """`batch` has the joints that are forecast; `whole` the future of all joints; NaN where a clip ends early."""

    batch: ForecastBatch
    whole: Float[Tensor, "B J F 3"]
    actions: tuple[str, ...]

    def of(self, action: str) -> SkeletonWindows:
        """The windows of one action."""
        rows = [i for i, a in enumerate(self.actions) if a == action]
        return SkeletonWindows(_rows(self.batch, rows), self.whole[rows], (action,) * len(rows))


Clips = list[tuple[str, Motion]]
"""(action, motion)."""


def cmu_forecasting(folder: str | Path) -> dict[str, Clips]:
    """The clips of the CMU forecasting benchmark's complete actions, by part ("train", "val", "test"); 30 frames/s.

    Reads the packed cmu_8actions_train.npz and cmu_8actions_test.npz.
    """
    return {part: _cmu_clips(folder, part) for part in ("train", "val", "test")}


def _cmu_clips(folder: str | Path, part: str) -> Clips:
    path = Path(folder) / f"cmu_8actions_{'test' if part == 'test' else 'train'}.npz"
    if not path.is_file():
        raise FormatError(path, "no such file")
    file = packed.collection(path)
    seen: dict[str, int] = {}
    out: Clips = []
    for i, action in enumerate(file["action"].tolist()):
        seen[action] = seen.get(action, 0) + 1
        held_out = seen[action] % CMU_VAL_EVERY == 0
        if action not in CMU_ACTIONS or (part != "test" and held_out != (part == "val")):
            continue
        motion = file.read(i)
        assert isinstance(motion, Motion)
        out.append((action, motion))
    return out


def cmu_windows(clips: Clips, past: int = 10, future: int = 25, fps: float = 25.0, stride: int = 1, least_future: int | None = None) -> SkeletonWindows:
    """Windows of joint positions in metres, the root held still (no translation, no rotation), as the benchmark does.

    Frames are resampled to true 25 per second (rotations by slerp), so that frames 2, 4, 8, 10, 14 and 25 ahead are
    80 to 1000 ms; the benchmark's own files call every second frame of 120 Hz "25 frames/s". Every window is used, in
    steps of `stride`, rather than eight drawn per clip. A window needs `least_future` future frames (all by default);
    the rest is NaN.
    """
    least = future if least_future is None else least_future
    x, actions = [], []
    for action, motion in clips:
        held = motion.resample(fps)
        held.rotations[:, 0] = held.rotations.new_tensor([0.0, 0.0, 0.0, 1.0])
        held.translation.zero_()
        joints = held.poses().positions[0].transpose(0, 1)
        spare = joints.new_full((joints.shape[0], future - least, 3), math.nan)
        joints = torch.cat([joints, spare], 1)
        if joints.shape[1] < past + future:
            continue
        windows = joints.unfold(1, past + future, stride).permute(1, 0, 3, 2)
        x.append(windows)
        actions += [action] * len(windows)
    if not x:
        raise OptionError(f"no clip has {past} + {least} frames at {fps:g} frames/s")
    every = torch.cat(x)
    used = every[:, list(CMU_BODY.used)]
    return SkeletonWindows(ForecastBatch(used[:, :, :past].contiguous(), used[:, :, past:].contiguous()), every[:, :, past:].contiguous(), tuple(actions))


def measure_clips(clips: Mapping[str, Clips]) -> dict[str, float]:
    """Counts of the benchmark's clips."""
    counts: dict[str, float] = {f"{part}_clips": len(of) for part, of in clips.items()}
    return {**counts, "frames": sum(m.num_frames for of in clips.values() for _, m in of)}


def benchmark_body(motion: Motion, fps: float = 25.0) -> Poses:
    """A CMU motion as `cmu_forecasting` has it: the joints that are forecast, the root held still.

    Raises SkeletonError where the motion lacks a joint of CMU's 38.
    """
    from vitruve.io import sample

    # the sample is a CMU recording
    if motion.skeleton.joints != (expected := sample("walk").skeleton.joints):
        raise SkeletonError(f"expected CMU's {len(expected)} joints ({', '.join(expected[:4])}, ...), found {', '.join(motion.skeleton.joints[:4])}, ...")
    held = motion.resample(fps)
    held.rotations[:, 0] = held.rotations.new_tensor([0.0, 0.0, 0.0, 1.0])
    held.translation.zero_()
    used = list(CMU_BODY.used)
    return Poses(held.poses().positions[:, :, used], motion.skeleton.select(used, "cmu25"), fps, name=motion.name)
