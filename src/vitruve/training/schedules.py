"""Optimisers and learning rates of a recipe's stage."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from vitruve.errors import OptionError
from vitruve.nn.bayes import SGAdaHMC
from vitruve.tasks.method import Schedule, Stage


def optimizer(stage: Stage, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The stage's optimiser over these parameters."""
    common: dict[str, Any] = {"lr": stage.lr, "weight_decay": stage.weight_decay}
    if stage.optimizer == "adamw":
        return torch.optim.AdamW(parameters, betas=stage.betas, **common)
    if stage.optimizer == "adam":
        return torch.optim.Adam(parameters, betas=stage.betas, **common)
    if stage.optimizer == "amsgrad":
        return torch.optim.Adam(parameters, betas=stage.betas, amsgrad=True, **common)
    if stage.optimizer == "sgd":
        return torch.optim.SGD(parameters, momentum=stage.momentum, nesterov=stage.nesterov and stage.momentum > 0, **common)
    if stage.optimizer == "sgadahmc":
        return SGAdaHMC(parameters, lr=stage.lr)
    raise OptionError(f"optimiser {stage.optimizer!r}: expected adam, adamw, amsgrad, sgd or sgadahmc")


def learning_rate(schedule: Schedule, base: float, epochs: int, epoch: float) -> float:
    """The rate at `epoch` (a fraction where it moves every step), for a stage of `epochs`.

    Warm-up rises linearly from `warmup_from`. With `warmup_inside` the cosine runs over all epochs and the
    warm-up hides its beginning (timm's warmup_prefix=False); otherwise it runs over what is left.
    """
    s = schedule
    if epoch < s.warmup:
        return s.warmup_from + (base - s.warmup_from) * epoch / s.warmup
    if s.kind == "constant":
        return base
    if s.kind == "step":
        return base * s.factor ** sum(epoch >= m for m in s.milestones)
    if s.kind == "exponential":
        return base * s.factor ** ((epoch - s.warmup) // s.every)
    done = epoch / epochs if s.warmup_inside else (epoch - s.warmup) / max(epochs - s.warmup, 1e-9)
    if s.kind == "linear":
        return base + (s.final - base) * min(done, 1.0)
    return s.final + 0.5 * (base - s.final) * (1 + math.cos(math.pi * min(done, 1.0)))
