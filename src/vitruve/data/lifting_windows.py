"""CMU-lift in windows of time: keypoints and joints of clips, with the root's path, the camera, and a word for what is done."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.core.windows import anchored_windows, receptive_windows
from vitruve.data.lifting import CMU_FILES, CMU_SUBJECTS, RIGS, DetectorNoise, cmu_joints, h36m_cameras, whole_batches
from vitruve.errors import OptionError
from vitruve.io.cameras import read_shelf
from vitruve.io.packed import clips, read
from vitruve.tasks.lifting import LiftingBatch, screen_normalise
from vitruve.tasks.split import Split

_WORDS = {
    "walking": "walk",
    "running": "run",
    "jumping": "jump",
    "directing": "direct",
    "washwindow": "wash",
    "indian": "dance",
    "salsa": "dance",
    "martial": "fight",
}
"""One word for what CMU, and those who collected its clips, call in several ways."""


@dataclass(frozen=True, eq=False)
class LiftingWindows:
    """N windows of F frames, each of one camera."""

    keypoints: Float[Tensor, "N F J 2"]
    """Screen-normalised."""
    target: Float[Tensor, "N F J 3"]
    """Metres, camera frame, relative to the root."""
    root: Float[Tensor, "N F 3"]
    """Metres, camera frame."""
    camera: Float[Tensor, "N 9"]
    """See `Camera.screen_vector`."""
    actions: tuple[str, ...]
    """A word for each."""
    skeleton: Skeleton
    text: Int[Tensor, "N L"] | None = None
    """The words as ids, see `worded`."""

    def __len__(self) -> int:
        return len(self.target)

    def pick(self, rows: Tensor) -> LiftingWindows:
        """Some of the windows."""
        text = None if self.text is None else self.text[rows]
        actions = tuple(self.actions[i] for i in rows.tolist())
        return LiftingWindows(self.keypoints[rows], self.target[rows], self.root[rows], self.camera[rows], actions, self.skeleton, text)

    def worded(self, tokenize: Callable[[Sequence[str]], Tensor]) -> LiftingWindows:
        """With the words as a method reads them."""
        return replace(self, text=tokenize(self.actions))

    def of(self, actions: Sequence[str]) -> LiftingWindows:
        """The windows in which one of these is done."""
        return self.pick(torch.tensor([i for i, a in enumerate(self.actions) if a in actions], dtype=torch.long))

    def noisy(self, noise: DetectorNoise, seed: int = 0) -> LiftingWindows:
        """The windows with one draw of noise."""
        return replace(self, keypoints=_disturbed(self.keypoints, noise, torch.Generator().manual_seed(seed)))

    def batch(self, rows: Tensor | slice) -> LiftingBatch:
        """Some of them as a batch."""
        text = None if self.text is None else self.text[rows]
        return LiftingBatch(self.keypoints[rows], self.target[rows], self.root[rows], self.camera[rows], text=text)

    def batches(self, size: int = 64) -> list[LiftingBatch]:
        """Plain batches, in order."""
        return [self.batch(slice(i, i + size)) for i in range(0, len(self), size)]

    def split(self, noise: DetectorNoise | None = None, flip: bool = True) -> Split:
        """For training: noise drawn anew every time; `flip` adds every window's mirror image."""
        count = len(self)

        def batch(rows: Tensor, generator: torch.Generator | None) -> LiftingBatch:
            plain = self.batch(rows % count)
            turned = mirrored(plain, self.skeleton)
            other = rows >= count

            def choose(a: Tensor, b: Tensor) -> Tensor:
                return torch.where(other.view(-1, *(1,) * (a.ndim - 1)), b, a)

            chosen = {n: choose(getattr(plain, n), getattr(turned, n)) for n in ("keypoints", "target", "root", "camera")}
            if generator is not None and noise is not None:
                chosen["keypoints"] = _disturbed(chosen["keypoints"], noise, generator)
            return LiftingBatch(**chosen, text=plain.text)

        return whole_batches(2 * count if flip else count, batch)


def _disturbed(keypoints: Float[Tensor, "N F J 2"], noise: DetectorNoise, generator: torch.Generator | None) -> Float[Tensor, "N F J 2"]:
    return noise(keypoints.flatten(0, 1), generator).view(keypoints.shape)


def mirrored(batch: LiftingBatch, skeleton: Skeleton) -> LiftingBatch:
    """The same seen in a mirror: left is right, x is negative, in the camera its centre and its first tangential distortion too."""
    assert batch.target is not None and batch.root is not None and batch.camera is not None
    swap, signs = list(skeleton.swap), batch.keypoints.new_tensor([-1, 1, 1])
    across = batch.camera.new_ones(9)
    across[[2, 7]] = -1
    return replace(
        batch,
        keypoints=batch.keypoints[..., swap, :] * signs[:2],
        target=batch.target[..., swap, :] * signs,
        root=batch.root * signs,
        camera=batch.camera * across,
    )


def cut(x: Float[Tensor, " T *S"], frames: int, training: bool) -> Float[Tensor, "W F *S"]:
    """Windows as seq2seq lifters take them: to train on, centred on the clip with its ends repeated; to test, the last one moved back."""
    return receptive_windows(x, 0, frames) if training else anchored_windows(x, frames)


@cache
def cmu_actions(folder: str | Path) -> tuple[str, ...]:
    """A word for what is done in every clip of :func:`cmu_joints`: the first of CMU's description, or the name of the clip's folder."""
    with open(Path(folder) / "cmu_index.csv", newline="") as f:
        described = {(int(row["subject"]), int(row["trial"])): row["description"] for row in csv.DictReader(f)}
    out = []
    for name in (name for file in CMU_FILES for name in clips(Path(folder) / f"{file}.npz")):
        *above, last = name.split("/")
        text = above[-1].split("_")[0] if above else described[tuple(int(n) for n in last.split("_"))]  # type: ignore[index]
        word = text.replace("/", " ").replace(",", " ").split()[0]
        out.append(_WORDS.get(word, word))
    return tuple(out)


def cmu_windows(folder: str | Path, part: str = "train", frames: int = 27, skeleton: str = "h36m17", stride: int = 1) -> LiftingWindows:
    """Windows of CMU-lift (see `cmu_lift`), without noise. Windows in which a joint leaves the picture are left out.

    Args:
        folder: of the packed CMU motion.
        part: "train", "val" or "test": other CMU subjects each.
        frames: of a window, 30 a second.
        stride: keep every so manieth window.
    """
    if part not in CMU_SUBJECTS:
        raise OptionError(f"CMU-lift part={part!r}: expected one of {', '.join(CMU_SUBJECTS)}")
    words = cmu_actions(folder)
    joints = cmu_joints(folder, skeleton).of(CMU_SUBJECTS[part])
    cameras, rigs = h36m_cameras(), RIGS[part]
    columns: dict[str, list[Tensor]] = {"keypoints": [], "target": [], "root": [], "camera": []}
    actions: list[str] = []
    for clip in joints.clip.unique().tolist():
        windows = cut(joints.positions[joints.clip == clip], frames, part == "train")
        for camera in (c for name, c in cameras.items() if name.startswith(f"{rigs[clip % len(rigs)]}_")):
            seen, pixels = camera.to_camera(windows), camera.project(windows)
            assert camera.image_size is not None
            inside = ((pixels >= 0) & (pixels < pixels.new_tensor(camera.image_size))).flatten(1).all(-1)
            root = seen[inside][:, :, 0]
            columns["keypoints"].append(screen_normalise(pixels[inside], camera.image_size))
            columns["target"].append(seen[inside] - root[:, :, None])
            columns["root"].append(root)
            columns["camera"].append(camera.screen_vector().expand(len(root), 9))
            actions += [words[clip]] * len(root)
    made = LiftingWindows(**{k: torch.cat(v) for k, v in columns.items()}, actions=tuple(actions), skeleton=joints.skeleton)
    return made if stride == 1 else made.pick(torch.arange(0, len(made), stride))


# -- recorded pairs of 2D and 3D ---------------------------------------------------------------------


def _seen_windows(
    keypoints: Float[Tensor, "N T J 2"], joints: Float[Tensor, "N T J 3"], cameras: Sequence[Camera], frames: int, skeleton: Skeleton
) -> LiftingWindows:
    """Windows of every stretch of at least `frames` frames in which all is known; pixels, metres in the camera's frame, a camera for each row."""
    columns: dict[str, list[Tensor]] = {"keypoints": [], "target": [], "root": [], "camera": []}
    for pixels, points, camera in zip(keypoints, joints, cameras):
        assert camera.image_size is not None
        known = (pixels.isfinite().flatten(1) & points.isfinite().all(-1).repeat_interleave(2, -1)).all(-1)
        ends = torch.diff(known.int(), prepend=torch.zeros(1), append=torch.zeros(1)).nonzero()[:, 0].tolist()
        for first, end in zip(ends[::2], ends[1::2]):
            if end - first < frames:
                continue
            windows = anchored_windows(points[first:end], frames)
            columns["keypoints"].append(screen_normalise(anchored_windows(pixels[first:end], frames), camera.image_size))
            columns["target"].append(windows - windows[:, :, :1])
            columns["root"].append(windows[:, :, 0])
            columns["camera"].append(camera.screen_vector().float().expand(len(windows), 9))
    made = {k: torch.cat(v).float() for k, v in columns.items()}
    return LiftingWindows(**made, actions=("",) * len(made["root"]), skeleton=skeleton)


def mpi_windows(folder: str | Path, frames: int = 27, skeleton: str = "h36m17") -> LiftingWindows:
    """MPI-INF-3DHP's test subject 5 (outdoors): annotated keypoints, and the height-normalised skeleton that the data set is scored on.

    The root's path is scaled as the skeleton is, so that it projects to the same keypoints; the camera is the pinhole fitted to them.
    """
    path = Path(folder) / "TS5.npz"
    target = standard(skeleton)
    seen, own, universal = (read(path, clip=clip).map_to(target).positions[0] for clip in ("2d", "camera", "universal"))  # type: ignore[union-attr]
    own, universal = (x * x.new_tensor([1, -1, -1]) for x in (own, universal))
    sizes = [(x - x[:, :1]).norm(dim=-1).nanmedian() for x in (universal, own)]
    joints = universal - universal[:, :1] + own[:, :1] * (sizes[0] / sizes[1])
    with np.load(path, allow_pickle=False) as f:
        (fx, fy), (cx, cy) = f["focal_fit"].tolist(), f["center_fit"].tolist()
    camera = Camera(torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]), torch.eye(3), torch.zeros(3), image_size=(1920, 1080))
    return _seen_windows(seen[None], joints[None], [camera], frames, target)


_LONGEST_GAP = 0.25
"""Seconds: joints that a detector loses for less are filled in."""
_SAME_PERSON = 0.25
"""Of the longer side of the projected person: a detection that is further off on average is somebody else's."""


def shelf_windows(folder: str | Path, frames: int = 27, skeleton: str = "h36m17") -> LiftingWindows:
    """Shelf as one camera sees it: OpenPose's keypoints of each annotated actor in each of five views, with the annotation in that camera's frame.

    A detection is the actor's whose projection is nearest, and near enough; joints that the annotation lacks are derived by landmarks.
    """
    views, _, truth = read_shelf(Path(folder) / "shelf.npz")
    target = standard(skeleton)
    actors = truth.map_to(target).positions.double()
    keypoints, joints, cameras = [], [], []
    for view in views:
        camera, people = view.camera, view.map_to(target)
        assert camera is not None
        for actor in actors:
            here = camera.project(actor)
            side = (here.amax(1) - here.amin(1)).amax(-1)
            off = (people.positions.double() - here).norm(dim=-1).nanmean(-1).nan_to_num(torch.inf)
            nearest = off.argmin(0)
            own = people.positions[nearest, torch.arange(len(here))]
            own = own.masked_fill(~(off.amin(0) < _SAME_PERSON * side)[:, None, None], torch.nan)
            keypoints.append(Poses(own[None], target, people.fps).fill_gaps(_LONGEST_GAP).positions[0])
            joints.append(camera.to_camera(actor))
            cameras.append(camera)
    return _seen_windows(torch.stack(keypoints), torch.stack(joints), cameras, frames, target)
