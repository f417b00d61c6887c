"""Forecasting: where agents (people, joints, particles) were in, where they will be out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import OptionError
from vitruve.tasks.method import Method


@dataclass(frozen=True, eq=False)
class ForecastBatch:
    """`past` (B, M, T_past, D) and `future` (B, M, T_future, D) of M agents; `valid` (B, M), valid agents first."""

    past: Float[Tensor, "B M T D"]
    future: Float[Tensor, "B M F D"] | None = None
    valid: Bool[Tensor, "B M"] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.valid is None:
            object.__setattr__(self, "valid", torch.ones(self.past.shape[:2], dtype=torch.bool, device=self.past.device))

    def __len__(self) -> int:
        return len(self.past)

    def to(self, device: Any) -> ForecastBatch:
        return ForecastBatch(self.past.to(device), None if self.future is None else self.future.to(device), self.valid.to(device))

    def select(self, rows: slice) -> ForecastBatch:
        return ForecastBatch(self.past[rows], None if self.future is None else self.future[rows], self.valid[rows])

    @staticmethod
    def collate(samples: Sequence[tuple[Tensor, Tensor, Tensor]]) -> ForecastBatch:
        """Stack (past, future, valid) samples."""
        return ForecastBatch(*(torch.stack([s[i] for s in samples]) for i in range(3)))


@dataclass(frozen=True, eq=False)
class Forecast:
    """`positions` (B, M, H, T_future, D): H hypotheses per agent; `interactions` (B, M, M, K) where a method infers them."""

    positions: Float[Tensor, "B M H F D"]
    interactions: Float[Tensor, "B M M K"] | None = None

    @property
    def best(self) -> Float[Tensor, "B M F D"]:
        """The first hypothesis."""
        return self.positions[:, :, 0]


@dataclass(frozen=True)
class ForecastScores:
    """Displacement errors in the data's unit. With H > 1 hypotheses, the best of them, chosen separately for each metric."""

    ade: float
    fde: float
    horizons: tuple[tuple[int, float], ...] = ()
    """(frame ahead, mean error at it), of the best hypothesis by ADE."""
    hypotheses: int = 1
    scenes: int = 0


def displacement_errors(
    positions: Float[Tensor, "B M H F D"], future: Float[Tensor, "B M F D"], valid: Bool[Tensor, "B M"], horizons: Sequence[int] = ()
) -> ForecastScores:
    """minADE and minFDE over hypotheses, averaged over valid agents; errors at `horizons` (1 = next frame)."""
    error = (positions - future[:, :, None]).norm(dim=-1)[valid]
    if len(error) == 0:
        raise OptionError("no agents to score")
    mean = error.mean(-1)
    best = error.gather(1, mean.argmin(1)[:, None, None].expand(-1, 1, error.shape[-1]))[:, 0]
    bad = [h for h in horizons if not 1 <= h <= error.shape[-1]]
    if bad:
        raise OptionError(f"horizon {bad[0]}: expected 1 to {error.shape[-1]} frames ahead")
    return ForecastScores(
        ade=float(mean.min(1).values.mean()),
        fde=float(error[..., -1].min(1).values.mean()),
        horizons=tuple((h, float(best[:, h - 1].mean())) for h in horizons),
        hypotheses=error.shape[1],
        scenes=len(future),
    )


class Forecaster(Method):
    """A method that continues tracks. A subclass defines `forward(batch) -> Forecast`.

    `config.past` and `config.future` are frame counts; `config.agents` says what an agent is: "people"
    (one joint each, the ground plane), "joints" (of one body) or "particles".
    """

    @torch.inference_mode()
    def forecast(self, past: Float[Tensor, "B M T D"], valid: Bool[Tensor, "B M"] | None = None) -> Forecast:
        """Continue tracks given as tensors."""
        self.eval()
        batch = ForecastBatch(past, valid=valid) if valid is not None else ForecastBatch(past)
        return self(batch.to(next(self.parameters()).device))

    @torch.inference_mode()
    def predict(self, poses: Poses) -> list[Poses]:
        """The future of a clip, one Poses per hypothesis; the last `config.past` frames are read.

        Agents are the joints of each person ("joints"), or people as points ("people").
        """
        past = self.config.past
        if poses.num_frames < past:
            raise OptionError(f"{self.card.slug} reads {past} frames, the clip has {poses.num_frames}")
        x = poses.positions[:, -past:]
        if not torch.isfinite(x).all():
            raise OptionError("the observed frames have missing joints: fill them first (Poses.fill_gaps)")
        if self.config.agents == "joints":
            out = self.forecast(x.transpose(1, 2)).positions.permute(2, 0, 3, 1, 4)
        else:
            if x.shape[2] != 1:
                raise OptionError(f"{self.card.slug} reads people as points: expected 1 joint, found {x.shape[2]} (use Poses of one joint)")
            out = self.forecast(x[:, :, 0][None]).positions[0].permute(1, 0, 2, 3)[:, :, :, None]
        return [Poses(h.cpu(), poses.skeleton, poses.fps, ids=poses.ids, name=f"{poses.name} forecast") for h in out]

    def answer(self, value: Poses | Motion, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        from vitruve.io import save

        target = output or place.with_name(f"{place.stem}-future.npz")
        futures = self.predict(value.poses() if isinstance(value, Motion) else value)
        paths = [target] if len(futures) == 1 else [target.with_stem(f"{target.stem}-{i}") for i in range(len(futures))]
        return {"written": [str(save(f, p)) for f, p in zip(futures, paths)]}

    @torch.inference_mode()
    def evaluate(self, batches: Sequence[ForecastBatch], horizons: Sequence[int] = ()) -> ForecastScores:
        """Best-of-H displacement errors over batches."""
        self.eval()
        device = next(self.parameters()).device
        made = [self(b.to(device)).positions.cpu() for b in batches]
        agents = max(p.shape[1] for p in made)
        if any(p.shape[1] != agents for p in made):
            raise OptionError("batches of differing agent counts cannot be scored together")
        future = torch.cat([b.future for b in batches if b.future is not None])
        return displacement_errors(torch.cat(made), future, torch.cat([b.valid for b in batches]), horizons)
