"""Action recognition: a clip of people's joints in, a label with its alternatives out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from vitruve.core import timeline
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError
from vitruve.tasks.method import Method


@dataclass(frozen=True, eq=False)
class ActionClip:
    """One labelled clip: 2D or 3D positions of its people, and whom and where it is of."""

    poses: Poses
    label: int
    subject: int = -1
    view: int = -1
    name: str = ""


@dataclass(frozen=True, eq=False)
class RecognitionBatch:
    """`joints` (B, C, T, J, P): coordinates, frames, joints, people; `index` (B, T): frame positions in [-1, 1]."""

    joints: Float[Tensor, "B C T J P"]
    index: Float[Tensor, "B T"]
    label: Int[Tensor, " B"] | None = None

    def __len__(self) -> int:
        return len(self.joints)

    def to(self, device: Any) -> RecognitionBatch:
        return RecognitionBatch(self.joints.to(device), self.index.to(device), None if self.label is None else self.label.to(device))

    def select(self, rows: slice) -> RecognitionBatch:
        return RecognitionBatch(self.joints[rows], self.index[rows], None if self.label is None else self.label[rows])

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, Tensor, int]]) -> RecognitionBatch:
        """Stack (joints (C, T, J, P), index (T,), label) samples."""
        return RecognitionBatch(
            torch.stack([s[0] for s in samples]), torch.stack([s[1] for s in samples]), torch.tensor([s[2] for s in samples], dtype=torch.int64)
        )


@dataclass(frozen=True, eq=False)
class Labels:
    """Class probabilities (N, K) of N clips."""

    probabilities: Float[Tensor, "N K"]
    classes: tuple[str, ...]

    def best(self) -> list[str]:
        """The most likely class of each clip."""
        return [self.classes[i] for i in self.probabilities.argmax(-1).tolist()]

    def top(self, k: int = 5) -> list[list[tuple[str, float]]]:
        """The k most likely classes of each clip, with their probabilities."""
        p, i = self.probabilities.topk(min(k, len(self.classes)), -1)
        return [[(self.classes[c], q) for c, q in zip(row, prob)] for row, prob in zip(i.tolist(), p.tolist())]


@dataclass(frozen=True)
class Segment:
    """A stretch of a recording, in seconds, with what is done in it and how sure that is."""

    start: float
    end: float
    label: str
    confidence: float


@dataclass(frozen=True)
class RecognitionScores:
    """Accuracies in [0, 1]; `confusion[i][j]` counts clips of class i called j."""

    top1: float
    top5: float
    mean_class: float
    per_class: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...] = field(repr=False)
    clips: int = 0


def recognition_scores(scores: Float[Tensor, "N K"], label: Int[Tensor, " N"]) -> RecognitionScores:
    """Top-1, top-5, mean per-class accuracy and confusion from class scores."""
    if len(scores) == 0:
        raise OptionError("no clips to score")
    k = scores.shape[1]
    rank = (scores > scores.gather(1, label[:, None])).sum(1)
    confusion = torch.zeros(k, k, dtype=torch.int64)
    confusion.index_put_((label, scores.argmax(1)), torch.ones_like(label), accumulate=True)
    count = confusion.sum(1)
    per_class = confusion.diagonal() / count.clamp_min(1)
    return RecognitionScores(
        top1=float((rank == 0).float().mean()),
        top5=float((rank < 5).float().mean()),
        mean_class=float(per_class[count > 0].mean()),
        per_class=tuple(per_class.tolist()),
        confusion=tuple(map(tuple, confusion.tolist())),
        clips=len(label),
    )


class ActionRecognizer(Method):
    """A method that names actions. It says which skeleton it reads, and how a clip becomes its input.

    A subclass defines `forward(batch) -> logits (B, K)` and `prepare`.
    """

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        self.classes: tuple[str, ...] = tuple(f"class_{i}" for i in range(self.config.num_classes))

    @property
    def skeleton(self) -> Skeleton:
        """The joint set the method reads."""
        return standard(self.config.skeleton)

    @property
    def dims(self) -> int:
        """Coordinates of the joints it reads."""
        return getattr(self.config, "dims", 3)

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (C, T, J, P), index (T,)) of one clip, augmented when a generator is given."""
        raise TypeError(f"{type(self).__name__} does not define prepare()")

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Cross-entropy with the config's label smoothing."""
        assert batch.label is not None
        return {"cross_entropy": F.cross_entropy(self(batch), batch.label, label_smoothing=getattr(self.config, "label_smoothing", 0.0))}

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        """Random joints and labels, for the contract tests."""
        c = self.config
        joints = torch.randn(size, self.dims, c.frames, len(self.skeleton), c.people, generator=generator)
        label = torch.randint(c.num_classes, (size,), generator=generator)
        return RecognitionBatch(joints, torch.linspace(-1, 1, c.frames).repeat(size, 1), label)

    def extra_state(self) -> dict[str, Any]:
        return {"classes": list(self.classes)}

    def load_extra_state(self, state: Any) -> None:
        self.classes = tuple(state["classes"])

    @torch.inference_mode()
    def predict(self, clips: Poses | Motion | Sequence[Poses | Motion], batch_size: int = 64) -> Labels:
        """Label clips of any skeleton that can be mapped to the method's own.

        Raises SkeletonError naming the joints that nothing in the clip stands for.
        """
        self.eval()
        many = [clips] if isinstance(clips, Poses | Motion) else list(clips)
        prepared = []
        for clip in many:
            poses = clip.poses() if isinstance(clip, Motion) else clip
            poses.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
            prepared.append((*self.prepare(poses.map_to(self.skeleton)), 0))
        logits = [
            self(RecognitionBatch.collate(prepared[i : i + batch_size]).to(next(self.parameters()).device)).float().cpu()
            for i in range(0, len(prepared), batch_size)
        ]
        return Labels(torch.cat(logits).softmax(-1), self.classes)

    def label_over_time(self, clip: Poses | Motion, window: float = 2.0, step: float = 0.5, batch_size: int = 64) -> list[Segment]:
        """What is done when in a long recording: windows of `window` seconds every `step`, equal neighbours merged.

        A moment's label is that of the mean probability of the windows it lies in. A recording shorter than a window is one segment.

        Raises OptionError for a window or step that is not positive; SkeletonError as :meth:`predict`.
        """
        if not (window > 0 and step > 0):
            raise OptionError(f"window={window}, step={step} seconds: expected positive numbers")
        if isinstance(clip, Motion):
            clip.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
            blocks = range(0, max(len(clip), 1), timeline.BLOCK)
            poses = Poses.concatenate([clip[s : s + timeline.BLOCK].poses().map_to(self.skeleton) for s in blocks])
        else:
            poses = clip
        length, stride = (min(max(round(s * poses.fps), 1), poses.num_frames) for s in (window, step))
        starts = list(range(0, poses.num_frames - length + 1, stride))
        if starts[-1] + length < poses.num_frames:
            starts.append(poses.num_frames - length)
        seen = [s for s in starts if poses.positions[:, s : s + length].isfinite().all(-1).any()]
        if not seen:
            raise OptionError(f"clip {poses.name!r}: no frame has a known joint")
        total = torch.zeros(poses.num_frames, len(self.classes))
        count = torch.zeros(poses.num_frames, 1)
        for i in range(0, len(seen), batch_size):
            batch = seen[i : i + batch_size]
            for s, p in zip(batch, self.predict([poses[s : s + length] for s in batch], batch_size).probabilities):
                total[s : s + length] += p
                count[s : s + length] += 1
        mean = total / count.clamp_min(1)
        best = torch.where(count[:, 0] > 0, mean.argmax(-1), -1)
        edges = [0, *((best[1:] != best[:-1]).nonzero()[:, 0] + 1).tolist(), poses.num_frames]
        return [
            Segment(a / poses.fps, b / poses.fps, self.classes[int(best[a])], float(mean[a:b, int(best[a])].mean()))
            for a, b in zip(edges, edges[1:])
            if best[a] >= 0
        ]

    def answer(self, value: Poses | Motion, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        best, *others = ({"label": label, "confidence": p} for label, p in self.predict(value).top(top)[0])
        return {**best, "alternatives": others}

    @torch.inference_mode()
    def evaluate(self, clips: Iterable[ActionClip], batch_size: int = 64) -> RecognitionScores:
        """Accuracy on labelled clips."""
        clips = list(clips)
        labels = self.predict([c.poses for c in clips], batch_size)
        return recognition_scores(labels.probabilities, torch.tensor([c.label for c in clips]))
