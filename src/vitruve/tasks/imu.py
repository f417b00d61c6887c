"""Activity recognition from worn inertial sensors: recordings in, labels out; by texts never trained on, from a few samples, or from many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.core.inertial import BODY, Inertial, virtual_sensors
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError
from vitruve.tasks.method import Method
from vitruve.tasks.recognition import Labels

WORN = ("pelvis", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
"""Where virtual sensors are put on a motion, as far as it has these joints (our choice)."""


@dataclass(frozen=True, eq=False)
class ImuSample:
    """One labelled or described recording."""

    recording: Inertial
    label: int = -1
    texts: tuple[str, ...] = ()
    """What is done, in other words each; what text supervision draws from."""
    subject: int = -1
    name: str = ""


@dataclass(frozen=True, eq=False)
class ImuBatch:
    """`signals` (B, C, T, J): channels, samples, places of the body, zero where nothing is worn; tokens of what is done, or its class."""

    signals: Float[Tensor, "B C T J"]
    tokens: Int[Tensor, "B L"] | None = None
    label: Int[Tensor, " B"] | None = None

    def __len__(self) -> int:
        return len(self.signals)

    def to(self, device: Any) -> ImuBatch:
        moved = {k: v.to(device) for k in ("signals", "tokens", "label") if (v := getattr(self, k)) is not None}
        return replace(self, **moved)

    def select(self, rows: slice) -> ImuBatch:
        return replace(self, **{k: v[rows] for k in ("signals", "tokens", "label") if (v := getattr(self, k)) is not None})

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, Tensor | None, int]]) -> ImuBatch:
        """Stack (signals (C, T, J), tokens (L,) or None, label) samples."""
        signals, tokens, labels = zip(*samples)
        told = None if tokens[0] is None else torch.stack(tokens)
        return ImuBatch(torch.stack(signals), told, torch.tensor(labels, dtype=torch.int64))


@dataclass(frozen=True)
class ImuScores:
    """Of N recordings, in [0, 1]. Macro means are over the classes that occur among labels or answers."""

    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    recall_at: tuple[float, ...]
    """Share of recordings whose label is among the best 1, 2, ..., 5."""
    mrr: float
    """Mean of 1 / rank of the label."""
    recordings: int = 0


def imu_scores(scores: Float[Tensor, "N K"], label: Int[Tensor, " N"]) -> ImuScores:
    """Accuracy, macro precision, recall and F1 of the best class, and retrieval of the label, from class scores.

    A class of which nothing is found counts 0. Of equal scores the class with the smaller number ranks first.
    """
    if len(scores) == 0:
        raise OptionError("no recordings to score")
    k = scores.shape[1]
    order = scores.sort(dim=1, descending=True, stable=True).indices
    rank = (order == label[:, None]).int().argmax(1) + 1
    found = order[:, 0]
    right = torch.bincount(label[found == label], minlength=k).double()
    said, is_ = (torch.bincount(x, minlength=k).double() for x in (found, label))
    occurs = (said + is_) > 0
    precision, recall = right / said.clamp_min(1), right / is_.clamp_min(1)
    f1 = 2 * right / (said + is_).clamp_min(1)
    return ImuScores(
        accuracy=float((rank == 1).double().mean()),
        macro_precision=float(precision[occurs].mean()),
        macro_recall=float(recall[occurs].mean()),
        macro_f1=float(f1[occurs].mean()),
        recall_at=tuple(float((rank <= n).double().mean()) for n in range(1, 6)),
        mrr=float((1 / rank.double()).mean()),
        recordings=len(label),
    )


class ImuRecognizer(Method):
    """A method that names activities from worn sensors. It says how a recording becomes its input.

    A subclass defines `prepare` and `scores`.
    """

    classes: tuple[str, ...] = ()

    @property
    def skeleton(self) -> Skeleton:
        """The places that sensors can be worn at."""
        return BODY

    def joints_of(self, recording: Inertial) -> list[int]:
        """The place of each sensor in `skeleton`; SkeletonError for one that is not there."""
        try:
            return [self.skeleton.index(p) for p in recording.places]
        except SkeletonError:
            bad = [p for p in recording.places if not self.skeleton.has(p)]
            raise SkeletonError(f"recording {recording.name!r}: sensors are worn at {', '.join(self.skeleton.joints)}; found {', '.join(bad)}") from None

    def prepare(self, recording: Inertial, generator: torch.Generator | None = None) -> Float[Tensor, "C T J"]:
        """A recording as input, augmented when a generator is given."""
        raise TypeError(f"{type(self).__name__} does not define prepare()")

    def scores(self, signals: Float[Tensor, "B C T J"], labels: Sequence[str] | None = None) -> Float[Tensor, "B K"]:
        """Logits of the texts in `labels`, or of the method's own classes."""
        raise TypeError(f"{type(self).__name__} does not define scores()")

    def extra_state(self) -> dict[str, Any]:
        return {"classes": list(self.classes)}

    def load_extra_state(self, state: Any) -> None:
        self.classes = tuple(state["classes"])

    @torch.inference_mode()
    def logits(self, recordings: Sequence[Inertial], labels: Sequence[str] | None = None, batch_size: int = 64) -> Float[Tensor, "N K"]:
        """Scores of every label for every recording."""
        self.eval()
        device = next(self.parameters()).device
        signals = [self.prepare(r) for r in recordings]
        return torch.cat([self.scores(torch.stack(signals[i : i + batch_size]).to(device), labels).float().cpu() for i in range(0, len(signals), batch_size)])

    def predict(self, recordings: Inertial | Motion | Poses | Sequence[Inertial | Motion | Poses], labels: Sequence[str] | None = None) -> Labels:
        """Label recordings; motions are given virtual sensors (WORN).

        Args:
            recordings: one or many.
            labels: texts to choose among, where the method compares with texts; its own classes by default.

        Raises:
            OptionError: no labels to choose among.
            SkeletonError: sensors at places that the method does not know, or a motion that has none of WORN.
        """
        names = tuple(self.classes if labels is None else labels)
        if not names:
            raise OptionError(f"{self.card.slug}: no labels to choose among; give labels=(...), or train it on a set that has classes")
        many = [recordings] if isinstance(recordings, Inertial | Motion | Poses) else list(recordings)
        read = [r if isinstance(r, Inertial) else worn(r) for r in many]
        return Labels(self.logits(read, labels).softmax(-1), names)

    def evaluate(self, samples: Iterable[ImuSample], labels: Sequence[str] | None = None) -> ImuScores:
        """Scores on labelled recordings."""
        samples = list(samples)
        return imu_scores(self.logits([s.recording for s in samples], labels), torch.tensor([s.label for s in samples]))

    def open(self, file: str, clip: str | None = None) -> Inertial | Motion | Poses:
        """An inertial recording (.csv or .npz, see `vitruve.io.inertial`), or a motion to be given virtual sensors."""
        from vitruve.io import inertial, load_clip

        return inertial.read(file) if inertial.is_inertial(file) else load_clip(file, clip=clip)

    def answer(self, value: Inertial | Motion | Poses, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        best, *others = ({"label": label, "confidence": p} for label, p in self.predict(value).top(top)[0])
        return {**best, "alternatives": others}


def worn(motion: Motion | Poses) -> Inertial:
    """What sensors at WORN would read of a motion."""
    known = motion.skeleton.map_to(BODY)
    return virtual_sensors(motion, [p for p in WORN if known.mask[BODY.index(p)]])
