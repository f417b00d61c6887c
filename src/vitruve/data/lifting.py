"""CMU-lift: CMU motion seen by Human3.6M's cameras, or by random ones; and MPI-INF-3DHP's test subject 5."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.io.cameras import read_cameras
from vitruve.io.files import atomic
from vitruve.io.packed import clips, read
from vitruve.tasks.lifting import LiftingBatch, screen_normalise
from vitruve.tasks.split import Split

CMU_FILES = ("cmu_8actions_train", "cmu_8actions_test", "cmu_asfamc_01_02_03", "cmu_ccrig_s01_s06", "cmu_dance_martial")
"""The packed files."""

CMU_SUBJECTS = {
    "train": ("01", "05", "06", "60", "61", "8actions"),
    "val": ("03", "indian"),
    "test": ("02", "martial"),
}
"""Who is in which part. Files that do not say whom they show count as one subject each."""

_KNOWN = {"train/walking/walking_1": "02"}
"""Clips that do not say whom they show, but are a recording of somebody else's: this one is 02_01, pose by pose."""

RIGS = {"train": ("S1", "S5", "S6", "S7", "S8"), "val": ("S9", "S11"), "test": ("S9", "S11")}

_EXTEND_HEAD = 0.11
"""Metres from a head joint to the top, along neck to head at rest, in rigs whose head has no end."""


@dataclass(frozen=True, eq=False)
class WorldJoints:
    """Joints (N, J, 3) of many clips laid end to end, metres, y up; every clip's path is centred and its lowest joint on the floor.

    Clips whose file shows a body lying from first to last keep their number and have no frames.
    """

    positions: Float[Tensor, "N J 3"]
    clip: Int[Tensor, " N"]
    """Which clip a frame belongs to."""
    subjects: tuple[str, ...]
    """Of each clip."""
    skeleton: Skeleton

    def of(self, subjects: Sequence[str]) -> WorldJoints:
        """The clips of some subjects."""
        rows = torch.tensor([s in subjects for s in self.subjects])[self.clip]
        return WorldJoints(self.positions[rows], self.clip[rows], self.subjects, self.skeleton)


def h36m_joints(motion: Motion) -> Float[Tensor, "T 17 3"]:
    """Human3.6M's 17 joints of a rig, by its landmarks.

    Rigs disagree most about the trunk, so it is made anew from hips and shoulders as Human3.6M and MPI-INF-3DHP have it: the
    root in the middle of the hips, the thorax 8 % of the trunk above the middle of the shoulders, the spine halfway between.
    Joint 9 is where the head begins, joint 10 the end of the head; a head without an end gets one 11 cm further on.
    """
    s = motion.skeleton
    world = motion.fk()

    def at(name: str) -> Tensor:
        return world.positions[:, s.index(name)]

    head = at("head")
    if s.has("head_top"):
        top = at("head_top")
    else:
        from vitruve.core.rotations import rotate

        rest = motion.rest_positions()
        up = F.normalize(rest[s.index("head")] - rest[s.index("neck")], dim=0)
        top = head + rotate(world.rotations[:, s.index("head")], _EXTEND_HEAD * up)
    root = (at("left_hip") + at("right_hip")) / 2
    shoulders = (at("left_shoulder") + at("right_shoulder")) / 2
    thorax = shoulders + 0.08 * (shoulders - root)
    made = {"root": root, "thorax": thorax, "spine": (root + thorax) / 2, "neck_base": head, "head": top}
    target = standard("h36m17")
    return torch.stack([made[j] if j in made else at(m or j) for j, m in zip(target.joints, target.landmarks)], 1)


def _cache_folder() -> Path:
    return Path(os.environ.get("VITRUVE_CACHE") or Path.home() / ".cache" / "vitruve")


def cmu_joints(folder: str | Path, skeleton: str = "h36m16") -> WorldJoints:
    """All clips of the packed CMU motion in `folder` as h36m16 or h36m17 joints; kept in $VITRUVE_CACHE.

    Raises FormatError where a file is not there.
    """
    if skeleton not in ("h36m16", "h36m17"):
        raise OptionError(f"CMU-lift skeleton={skeleton!r}: expected h36m16 or h36m17")
    files = [Path(folder) / f"{name}.npz" for name in CMU_FILES]
    for path in files:
        if not path.is_file():
            raise FormatError(path, "no such file; CMU-lift is made from packed CMU motion")
    # another collection, or another way to make the joints, is another entry
    kept = _cache_folder() / f"cmu-lift-3-{sum(p.stat().st_size for p in files)}.npz"
    if not kept.is_file():
        _write_cmu(files, kept)
    with np.load(kept, allow_pickle=False) as f:
        positions, clip, subjects = torch.from_numpy(f["positions"]), torch.from_numpy(f["clip"]), tuple(f["subjects"].tolist())
    target = standard(skeleton)
    columns = [standard("h36m17").index(j) for j in target.joints]
    return WorldJoints(positions[:, columns], clip, subjects, target)


def _write_cmu(files: Sequence[Path], kept: Path) -> None:
    positions, subjects = [], []
    for path in files:
        for i, name in enumerate(clips(path)):
            motion = read(path, clip=i)
            assert isinstance(motion, Motion)
            x = h36m_joints(motion)
            x = x - torch.stack([x[:, 0, 0].mean(), x[..., 1].min(), x[:, 0, 2].mean()])
            number = motion.metadata["subject"]
            unknown = name.split("/")[0] if "dance" in path.stem else "8actions"
            subjects.append(f"{number:02d}" if number >= 0 else _KNOWN.get(name, unknown))
            positions.append(x[:0] if "posture" in motion.metadata else x)
    kept.parent.mkdir(parents=True, exist_ok=True)
    clip = np.repeat(np.arange(len(positions)), [len(x) for x in positions])
    with atomic(kept) as temporary, open(temporary, "wb") as f:
        np.savez(f, positions=torch.cat(positions).numpy(), clip=clip, subjects=np.array(subjects))


@cache
def h36m_cameras() -> dict[str, Camera]:
    """Human3.6M's four cameras as calibrated for seven subjects, by "S1_54138969"; float32.

    Source: the numbers published with the data set, as mmpose's tests/data/h36m/cameras.pkl has them.
    """
    return {name: camera.to(torch.float32) for name, camera in read_cameras(Path(__file__).parent / "h36m_cameras.json").items()}


@dataclass(frozen=True)
class DetectorNoise:
    """How a 2D detector errs, in pixels of a picture 1000 wide."""

    sigma: float = 0.0
    """Standard deviation of every joint."""
    tails: float = 0.0
    """Share of joints that err five times as much."""
    dropped: float = 0.0
    """Share of joints found somewhere else on the person."""

    def __call__(self, keypoints: Float[Tensor, "B J 2"], generator: torch.Generator | None = None) -> Float[Tensor, "B J 2"]:
        """Screen-normalised keypoints with errors added."""
        if not (self.sigma or self.dropped):
            return keypoints
        shape = keypoints.shape[:2]
        scale = torch.where(torch.rand(shape, generator=generator) < self.tails, 5.0, 1.0)[..., None]
        out = keypoints + (2 * self.sigma / 1000) * scale * torch.randn(keypoints.shape, generator=generator)
        low, high = keypoints.amin(1, keepdim=True), keypoints.amax(1, keepdim=True)
        elsewhere = low + (high - low) * torch.rand(keypoints.shape, generator=generator)
        return torch.where((torch.rand(shape, generator=generator) < self.dropped)[..., None], elsewhere, out)


@dataclass(frozen=True, eq=False)
class LiftingSet:
    """Views of single frames: `keypoints` (N, J, 2) screen-normalised, `target` (N, J, 3) metres, camera frame, relative to the root."""

    keypoints: Float[Tensor, "N J 2"]
    target: Float[Tensor, "N J 3"]
    skeleton: Skeleton

    def __len__(self) -> int:
        return len(self.target)

    def noisy(self, noise: DetectorNoise, seed: int = 0) -> LiftingSet:
        """The set with one draw of noise."""
        return LiftingSet(noise(self.keypoints, torch.Generator().manual_seed(seed)), self.target, self.skeleton)

    def take(self, every: int) -> LiftingSet:
        """Every so manieth view."""
        return LiftingSet(self.keypoints[::every], self.target[::every], self.skeleton)

    def batches(self, size: int = 2048) -> list[LiftingBatch]:
        """Plain batches, in order."""
        return [LiftingBatch(k[:, None], t[:, None]) for k, t in zip(self.keypoints.split(size), self.target.split(size))]

    def split(self, noise: DetectorNoise | None = None, flip: bool = False) -> Split:
        """For training: noise drawn anew every time, `flip` mirrors every other sample."""
        swap = list(self.skeleton.swap)

        def batch(rows: Tensor, generator: torch.Generator | None) -> LiftingBatch:
            k, t = self.keypoints[rows], self.target[rows]
            if generator is not None and noise is not None:
                k = noise(k, generator)
            if generator is not None and flip:
                turned = (torch.rand(len(rows), generator=generator) < 0.5)[:, None, None]
                k = torch.where(turned, k[:, swap] * k.new_tensor([-1, 1]), k)
                t = torch.where(turned, t[:, swap] * t.new_tensor([-1, 1, 1]), t)
            return LiftingBatch(k[:, None], t[:, None])

        return whole_batches(len(self), batch)


def whole_batches(size: int, batch: Callable[[Tensor, torch.Generator | None], LiftingBatch]) -> Split:
    """A Split whose samples are row numbers until a batch is put together: `batch(rows, generator)` then reads them at once."""

    def get(i: int, generator: torch.Generator | None) -> tuple[int, int | None]:
        return i, None if generator is None else generator.initial_seed()

    def collate(samples: Sequence[tuple[int, int | None]]) -> LiftingBatch:
        seed = samples[0][1]
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        return batch(torch.tensor([i for i, _ in samples]), generator)

    return Split(size, get, collate)


def cmu_lift(folder: str | Path, part: str = "train", skeleton: str = "h36m16", stride: int = 1) -> LiftingSet:
    """CMU motion of some subjects before Human3.6M's real cameras, lens distortion included, without noise.

    Every clip stands at the capture centre before the four cameras of one Human3.6M subject: S1, S5 to S8 for training,
    S9 and S11 otherwise. Views in which a joint leaves the picture are left out.

    Args:
        folder: of the packed CMU motion.
        part: "train", "val" or "test": other CMU subjects each (see `CMU_SUBJECTS`).
        stride: keep every so manieth frame (of 30 a second).
    """
    if part not in CMU_SUBJECTS:
        raise OptionError(f"CMU-lift part={part!r}: expected one of {', '.join(CMU_SUBJECTS)}")
    joints = cmu_joints(folder, skeleton).of(CMU_SUBJECTS[part])
    x, clip = joints.positions[::stride], joints.clip[::stride]
    cameras, rigs = h36m_cameras(), RIGS[part]
    keypoints, targets = [], []
    for r, rig in enumerate(rigs):
        here = x[clip % len(rigs) == r]
        for camera in (c for name, c in cameras.items() if name.startswith(f"{rig}_")):
            seen, pixels = camera.to_camera(here), camera.project(here)
            assert camera.image_size is not None
            inside = ((pixels >= 0) & (pixels < pixels.new_tensor(camera.image_size))).all(-1).all(-1)
            keypoints.append(screen_normalise(pixels, camera.image_size)[inside])
            targets.append((seen - seen[:, :1])[inside])
    return LiftingSet(torch.cat(keypoints), torch.cat(targets), joints.skeleton)


# lengths of the bones above h36m17's joints as shares of stature (segments of Drillis and Contini 1966; head and trunk as
# Human3.6M's joints divide them), and how much people differ in each
_SHARES = {
    "hip": 0.070, "knee": 0.245, "foot": 0.246, "spine": 0.136, "thorax": 0.136, "neck_base": 0.070, "head": 0.072,
    "shoulder": 0.095, "elbow": 0.172, "wrist": 0.146,
}  # fmt: skip
_SPREAD = 0.06


def random_bodies(directions: Float[Tensor, "B J 3"], skeleton: Skeleton, generator: torch.Generator | None = None) -> Float[Tensor, "B J 3"]:
    """The same poses on bodies drawn at random: stature 1.72 m give or take 0.1, each bone's share by 6 %, left and right alike.

    `directions` are unit vectors along the bones, from parent to joint (zero at the root); the result is relative to the root.
    """
    kinds = list(_SHARES)
    kind = torch.tensor([0 if p < 0 else kinds.index(j.removeprefix("left_").removeprefix("right_")) for j, p in zip(skeleton.joints, skeleton.parents)])
    shares = torch.tensor(list(_SHARES.values()))
    if len(skeleton) == 16:  # without joint 9 the head hangs from the thorax
        shares = torch.where(torch.arange(len(kinds)) == kinds.index("head"), shares + _SHARES["neck_base"], shares)
    n = len(directions)
    stature = 1.72 + 0.1 * torch.randn(n, 1, generator=generator)
    lengths = (stature * shares * (1 + _SPREAD * torch.randn(n, len(kinds), generator=generator)))[:, kind]
    return _below(skeleton).T @ (directions * lengths[..., None])


@cache
def _below(skeleton: Skeleton) -> Tensor:
    """(J, J): 1 where joint i is joint j or above it, but for roots."""
    out = torch.zeros(len(skeleton), len(skeleton))
    for j in range(len(skeleton)):
        out[list(skeleton.chain(j)[1:]), j] = 1
    return out


@dataclass(frozen=True, eq=False)
class RandomViews:
    """Training views that no calibration limits: any body, seen from anywhere a person is filmed from.

    Yaw is uniform; pitch is 15 +- 15 degrees downwards, roll +- 5; the person stands 2 to 10 m away, up to 25 degrees off the
    axis; the focal length is 1 to 3 half image widths.
    """

    joints: WorldJoints
    noise: DetectorNoise

    def split(self) -> Split:
        """One sample per frame, whose view is new each time."""
        directions = self.directions()
        return whole_batches(len(directions), lambda rows, generator: self.see(directions[rows], generator))

    def directions(self) -> Float[Tensor, "N J 3"]:
        """Unit vectors along the bones of every frame, from parent to joint; zero at the root."""
        x = self.joints.positions
        return F.normalize(x - x[:, [max(p, 0) for p in self.joints.skeleton.parents]], dim=-1)

    def see(self, directions: Float[Tensor, "B J 3"], generator: torch.Generator | None) -> LiftingBatch:
        """New bodies in given poses before new cameras."""
        import roma

        s, n = self.joints.skeleton, len(directions)

        def normal() -> Tensor:
            return torch.randn(n, generator=generator)

        def uniform(low: float, high: float) -> Tensor:
            return low + (high - low) * torch.rand(n, generator=generator)

        x = random_bodies(directions, s, generator)
        mirrored = (uniform(0, 1) < 0.5)[:, None, None]
        x = torch.where(mirrored, x[:, list(s.swap)] * x.new_tensor([-1, 1, 1]), x)
        angles = torch.stack([uniform(0, 2 * torch.pi), torch.deg2rad(15 + 15 * normal()), torch.deg2rad(5 * normal())], -1)
        # the world turns under the camera, tilts towards it, leans; then y points down and z away
        target = x @ roma.euler_to_rotmat("yxz", angles).mT * x.new_tensor([1.0, -1.0, -1.0])
        off = torch.deg2rad(torch.stack([uniform(-25, 25), uniform(-12, 12)], -1)).tan()
        depth = torch.exp(uniform(float(np.log(2.0)), float(np.log(10.0))))[:, None]
        seen = target + torch.cat([off * depth, depth], -1)[:, None]
        keypoints = uniform(1, 3)[:, None, None] * seen[..., :2] / seen[..., 2:].clamp_min(0.3)
        # detectors err in proportion to how large somebody is seen
        size = (keypoints.amax(1) - keypoints.amin(1)).amax(-1)[:, None, None]
        return LiftingBatch((self.noise(keypoints / size, generator) * size)[:, None], target[:, None])


def mpi_inf_3dhp(folder: str | Path, skeleton: str = "h36m16", universal: bool = True) -> LiftingSet:
    """The 276 valid frames of MPI-INF-3DHP's test subject 5, outdoors: 2D annotation and 3D joints in the camera's frame.

    `universal` takes the height-normalised skeleton that the data set is scored on, else the person's own.
    """
    path = Path(folder) / "TS5.npz"
    seen, truth = read(path, clip="2d"), read(path, clip="universal" if universal else "camera")
    target = standard(skeleton)
    keypoints, joints = seen.map_to(target).positions[0], truth.map_to(target).positions[0]  # type: ignore[union-attr]
    valid = keypoints.isfinite().all(-1).all(-1) & joints.isfinite().all(-1).all(-1)
    # from y up and z towards the camera back to the camera's frame
    joints = (joints - joints[:, :1])[valid] * joints.new_tensor([1.0, -1.0, -1.0])
    return LiftingSet(screen_normalise(keypoints[valid], (1920, 1080)), joints, target)


def measure_joints(joints: WorldJoints) -> dict[str, float]:
    """Counts and ranges of :func:`cmu_joints`."""
    x = joints.positions
    stature = (x[..., 1].amax(1) - x[..., 1].amin(1)).quantile(0.95)
    return {"clips": len(joints.subjects), "subjects": len(set(joints.subjects)), "frames": len(x), "lowest": float(x[..., 1].min()), "stature": float(stature)}


def measure_views(views: LiftingSet) -> dict[str, float]:
    """Counts and ranges of a set of views."""
    return {"frames": len(views), "reach": float(views.target.norm(dim=-1).max()), "largest_coordinate": float(views.keypoints.abs().max())}
