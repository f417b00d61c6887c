"""CMU-lift in windows of time: keypoints and joints of clips, with the root's path, the camera, and a word for what is done."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.core.skeleton import Skeleton
from vitruve.core.windows import anchored_windows, receptive_windows
from vitruve.data.lifting import CMU_FILES, CMU_SUBJECTS, RIGS, DetectorNoise, cmu_joints, h36m_cameras, whole_batches
from vitruve.errors import OptionError
from vitruve.io.packed import clips
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


def cut(x: Float[Tensor, "T *S"], frames: int, training: bool) -> Float[Tensor, "W F *S"]:
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
