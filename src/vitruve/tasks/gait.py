"""Gait recognition: a walking person's parsing or silhouettes in, an embedding out, and whose of a gallery's it is nearest to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int, Num, Shaped
from torch import Tensor

from vitruve.errors import OptionError, ShapeError
from vitruve.metrics.gait import cross_view_rank1, embedding_distances, identification, numbers, retrieval
from vitruve.tasks.method import Method

PARTS = ("background", "head", "torso", "left_arm", "right_arm", "left_hand", "right_hand", "left_leg", "right_leg", "left_foot", "right_foot", "dress")
"""Labels 0 to 11 of a parsed frame, as Gait3D-Parsing has them."""
SIZE = (64, 44)
"""Height and width of an aligned frame."""
FRAME_LIMIT = 720
"""Frames of a sequence that are read at most (OpenGait's evaluation)."""
PROTOCOLS = ("gait3d", "grew", "cross_view")


@dataclass(frozen=True, eq=False)
class GaitSequence:
    """Aligned frames (T, 64, 44) of one walk: part labels (`PARTS`), or a silhouette of 0 and 1; whose it is, seen how."""

    frames: Shaped[Tensor, "T H W"]
    identity: str = ""
    condition: str = ""
    """Gait3D's camera and video, GREW's or CASIA-B's type (nm-01, bg-02, ...)."""
    view: str = ""
    """Gait3D's sequence, GREW's video, CASIA-B's angle."""

    def __post_init__(self) -> None:
        if self.frames.ndim != 3 or not len(self.frames):
            raise ShapeError(f"gait sequence {self.name!r}: expected frames (T, H, W) with T > 0, found {tuple(self.frames.shape)}")

    @property
    def name(self) -> str:
        """identity/condition/view, as the folders of the data sets."""
        return "/".join(x for x in (self.identity, self.condition, self.view) if x)


@dataclass(frozen=True, eq=False)
class GaitBatch:
    """`frames` (B, T, H, W) of part labels; of each sequence the first `lengths` (B,) count (all where None)."""

    frames: Num[Tensor, "B T H W"]
    lengths: Int[Tensor, " B"] | None = None
    identity: Int[Tensor, " B"] | None = None

    def __len__(self) -> int:
        return len(self.frames)

    def _of(self, change: Callable[[Tensor], Tensor]) -> GaitBatch:
        lengths, identity = (None if x is None else change(x) for x in (self.lengths, self.identity))
        return GaitBatch(change(self.frames), lengths, identity)

    def to(self, device: Any) -> GaitBatch:
        return self._of(lambda x: x.to(device))

    def select(self, rows: slice) -> GaitBatch:
        return self._of(lambda x: x[rows])

    def packed(self) -> tuple[Num[Tensor, "M H W"], list[int]]:
        """The frames that count, sequence after sequence, and how many each has: padding would change maxima."""
        if self.lengths is None:
            return self.frames.flatten(0, 1), [self.frames.shape[1]] * len(self)
        lengths = self.lengths.tolist()
        if not all(0 < n <= self.frames.shape[1] for n in lengths):
            raise ShapeError(f"gait batch: lengths {lengths}; expected 1 to {self.frames.shape[1]}")
        return torch.cat([f[:n] for f, n in zip(self.frames, lengths)]), lengths

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, int]]) -> GaitBatch:
        """Stack (frames (T, H, W), identity) samples, the shorter ones padded at their end."""
        frames = [f for f, _ in samples]
        lengths = torch.tensor([len(f) for f in frames])
        padded = torch.nn.utils.rnn.pad_sequence(frames, batch_first=True)
        return GaitBatch(padded, None if (lengths == padded.shape[1]).all() else lengths, torch.tensor([i for _, i in samples]))

    @staticmethod
    def collate_groups(groups: Sequence[Sequence[tuple[Tensor, int]]]) -> GaitBatch:
        """The same of groups of samples: a few sequences of each of some identities, which triplets need."""
        return GaitBatch.collate([s for g in groups for s in g])


@dataclass(frozen=True, eq=False)
class Matches:
    """Distances (N, M) of N probes to M gallery sequences, and whose those are."""

    distances: Float[Tensor, "N M"]
    identities: tuple[str, ...]

    def nearest(self) -> tuple[Float[Tensor, "N K"], tuple[str, ...]]:
        """Distance to the nearest sequence of each of K identities."""
        known: dict[str, int] = {}
        column = numbers(self.identities, known)
        out = self.distances.new_full((len(self.distances), len(known)), torch.inf)
        return out.scatter_reduce(1, column.expand_as(self.distances), self.distances, "amin"), tuple(known)

    def best(self) -> list[str]:
        """The nearest identity of each probe."""
        return [self.identities[i] for i in self.distances.argmin(1).tolist()]

    def top(self, k: int = 5) -> list[list[tuple[str, float]]]:
        """The k nearest identities of each probe with their share of a softmax of minus the distances (not calibrated)."""
        distances, names = self.nearest()
        share, at = (-distances).softmax(1).topk(min(k, len(names)), 1)
        return [[(names[i], p) for i, p in zip(row, q)] for row, q in zip(at.tolist(), share.tolist())]


@dataclass(frozen=True, eq=False)
class GaitQuery:
    """What a file asks: whose are the probes, among the gallery? Without a gallery, what are their embeddings?"""

    probes: tuple[GaitSequence, ...]
    gallery: tuple[GaitSequence, ...] = ()


@dataclass(frozen=True)
class GaitScores:
    """Retrieval in [0, 1]. `rank1` to `rank20` by the protocol; mAP and mINP are always over the probes that have a match."""

    rank1: float
    rank5: float
    rank10: float
    rank20: float
    map: float
    minp: float
    probes: int
    gallery: int


def gait_scores(
    distances: Float[Tensor, "N M"],
    probes: Sequence[GaitSequence],
    gallery: Sequence[GaitSequence],
    protocol: str = "gait3d",
) -> GaitScores:
    """Scores of a distance matrix.

    "gait3d": the whole gallery, probes without a match left out. "grew": such probes count as missed. "cross_view" (CASIA-B, OU-MVLP):
    ranks and mAP leave out the probe's own identity in the probe's own view; rank 1 is the mean over pairs of different views,
    each searched by itself.
    """
    if protocol not in PROTOCOLS:
        raise OptionError(f"protocol {protocol!r}: expected one of {', '.join(PROTOCOLS)}")
    if not (len(probes) and len(gallery)):
        raise OptionError(f"{len(probes)} probes and {len(gallery)} gallery sequences; expected some of both")
    people: dict[str, int] = {}
    views: dict[str, int] = {}
    probe, known = (numbers([s.identity for s in side], people) for side in (probes, gallery))
    probe_view, known_view = (numbers([s.view for s in side], views) for side in (probes, gallery))
    crossed = protocol == "cross_view"
    ranking = retrieval(distances, probe, known, probe_view if crossed else None, known_view if crossed else None)
    ranks = [ranking.rank(k) for k in (1, 5, 10, 20)]
    if protocol == "grew":
        cmc = identification(distances, probe, known)
        ranks = [float(cmc[min(k, len(cmc)) - 1]) for k in (1, 5, 10, 20)]
    elif crossed:
        table = cross_view_rank1(distances, probe, known, probe_view, known_view)
        off = ~torch.eye(len(table), dtype=torch.bool)
        ranks[0] = float(table[off].nanmean())
    return GaitScores(
        rank1=ranks[0],
        rank5=ranks[1],
        rank10=ranks[2],
        rank20=ranks[3],
        map=float(ranking.average_precision.mean()),
        minp=float(ranking.inverse_negative_penalty.mean()),
        probes=len(probes),
        gallery=len(gallery),
    )


class GaitRecognizer(Method):
    """A method that knows people by their walk. A subclass defines `forward(batch) -> embeddings (B, C, P)` in P parts.

    `config.identities` is the number of people it is trained on, `config.frames` and `config.sequences` how many frames of
    how many sequences of each a training batch holds.
    """

    def check(self, sequence: GaitSequence) -> GaitSequence:
        """The sequence as the network reads it; ShapeError where its frames are of another size than `SIZE`."""
        if sequence.frames.shape[1:] != SIZE:
            raise ShapeError(f"gait sequence {sequence.name!r}: expected frames of {SIZE[0]} x {SIZE[1]}, found {tuple(sequence.frames.shape[1:])}")
        return replace(sequence, frames=sequence.frames[:FRAME_LIMIT])

    @torch.inference_mode()
    def embed(self, sequences: Sequence[GaitSequence], batch_size: int = 4) -> Float[Tensor, "N C P"]:
        """Embeddings of whole sequences, in parts; on the CPU."""
        self.eval()
        device = next(self.parameters()).device
        frames = [(self.check(s).frames, 0) for s in sequences]
        return torch.cat([self(GaitBatch.collate(frames[i : i + batch_size]).to(device)).float().cpu() for i in range(0, len(frames), batch_size)])

    def predict(self, probes: GaitSequence | Sequence[GaitSequence], gallery: Sequence[GaitSequence], metric: str = "euc") -> Matches:
        """How far each probe is from each gallery sequence: the mean over parts of Euclidean distances, or of one minus the cosine."""
        if not len(gallery):
            raise OptionError("the gallery is empty")
        many = [probes] if isinstance(probes, GaitSequence) else list(probes)
        return Matches(embedding_distances(self.embed(many), self.embed(gallery), metric), tuple(s.identity for s in gallery))

    def answer(self, value: GaitQuery, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        if value.gallery:
            best, *others = ({"label": label, "confidence": p} for label, p in self.predict(value.probes, value.gallery).top(top)[0])
            return {**best, "alternatives": others}
        import numpy as np

        from vitruve.io.files import atomic

        path = output or place.with_name(f"{place.stem}-gait.npz")
        with atomic(path) as temporary, open(temporary, "wb") as f:
            np.savez(f, embeddings=self.embed(value.probes).numpy(), names=np.array([s.name for s in value.probes]))
        return {"written": [str(path)]}

    def evaluate(
        self,
        probes: Sequence[GaitSequence],
        gallery: Sequence[GaitSequence],
        protocol: str = "gait3d",
        metric: str = "euc",
    ) -> GaitScores:
        """Retrieval scores of probes in a gallery, see `gait_scores`."""
        return gait_scores(self.predict(probes, gallery, metric).distances, probes, gallery, protocol)
