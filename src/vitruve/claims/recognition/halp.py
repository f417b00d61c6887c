"""HaLP's point: positives that are made in latent space teach the encoder more than as many steps of momentum contrast alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from vitruve.claims.base import ClaimResult, shown
from vitruve.data import load
from vitruve.data.actions import class_names, cross_view
from vitruve.methods.recognition.halp import Config, HaLP
from vitruve.tasks.method import Recipe, Stage, config_to_json
from vitruve.tasks.recognition import ActionClip, RecognitionBatch
from vitruve.tasks.split import Split
from vitruve.training import TrainingOptions, train

BASE: dict[str, Any] = {"num_classes": 10, "skeleton": "kinect20", "people": 1, "momentum": 0.99}
"""A hundredth of the recipe's steps are taken, or fewer: keys that followed as slowly as the paper's would stay where they began."""
ALONE, HALP = "momentum contrast", "with hallucinated positives"
ARMS: dict[str, dict[str, Any]] = {
    ALONE: {"weight": 0.0},
    HALP: {},
    "to the boundary": {"reach": None},
    "not filtered": {"filter": False},
    "towards random directions": {"targets": "random"},
}


@dataclass(frozen=True)
class Size:
    """How large an experiment is."""

    config: Config
    arms: tuple[str, ...]
    pretraining: int
    """Epochs of momentum contrast that all arms begin with,"""
    further: int
    """epochs in which they differ,"""
    probing: int
    """and epochs of the linear map."""


FULL = Size(Config(**BASE, frames=64, hidden=256, queue=1024), tuple(ARMS), pretraining=150, further=150, probing=80)
QUICK = Size(
    Config(**BASE, frames=16, shortest=16, hidden=64, layers=1, queue=256, clustered=128, positives=50), (ALONE, HALP), pretraining=10, further=15, probing=12
)


def arranged_split(model: HaLP, clips: Sequence[ActionClip]) -> Split:
    """As `action_split`, of clips that are brought upright once, not in every epoch."""
    arranged = [model.arrange(c.poses.map_to(model.skeleton)) for c in clips]
    return Split(len(clips), lambda i, generator: (*model.sample(arranged[i], generator), clips[i].label), RecognitionBatch.collate)


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Pre-train on clips of NW-UCLA views 1 and 2 without labels; a linear map and the nearest neighbour name those of view 3.

    All arms of a seed go on from the same encoder, for as many steps. As there are so much fewer than on NTU, rates are five times the
    recipe's, and the linear map's twenty times. `quick` has a small encoder of one layer, few epochs, and the two arms of the claim.
    """
    start = time.perf_counter()
    size = QUICK if quick else FULL
    clips = load("nw_ucla", data_root)
    training, test = cross_view(clips)
    pretrain, halp, linear = (replace(s, lr=factor * s.lr) for s, factor in zip(HaLP.RECIPE.stages, (5, 5, 20)))
    place = Path(folder) / "halp"
    kind = "quick" if quick else "full"

    def trained(model: HaLP, stage: Stage, epochs: int, name: str, seed: int) -> HaLP:
        options = TrainingOptions(seed=seed, epochs=epochs, progress=progress)
        train(model, arranged_split(model, training), place / f"{kind}-{name.replace(' ', '-')}-{seed}", options, Recipe((stage,)))
        return model

    top1: dict[str, list[float]] = {arm: [] for arm in size.arms}
    neighbour: dict[str, list[float]] = {arm: [] for arm in size.arms}
    for seed in range(seeds):
        torch.manual_seed(seed)
        begun = HaLP(size.config)
        begun.classes = class_names(clips)
        trained(begun, pretrain, size.pretraining, "start", seed)
        for arm in size.arms:
            model = HaLP(replace(size.config, **ARMS[arm]))
            model.classes = begun.classes
            model.load_state_dict(begun.state_dict())
            trained(model, halp, size.further, arm, seed)
            neighbour[arm].append(100 * model.nearest_neighbours(training, test).top1)
            trained(model, linear, size.probing, f"{arm} linear", seed)
            top1[arm].append(100 * model.evaluate(test).top1)
    gains = {name: [h - a for h, a in zip(v[HALP], v[ALONE])] for name, v in (("linear map", top1), ("nearest neighbour", neighbour))}
    said = " and ".join(f"{mean(g):+.1f} points with the {name}" for name, g in gains.items())
    return ClaimResult(
        slug="halp",
        metric="top-1 accuracy (%) on NW-UCLA view 3",
        arms={**{f"{a}, linear map": v for a, v in top1.items()}, **{f"{a}, nearest neighbour": v for a, v in neighbour.items()}},
        table=[["pre-training", "linear map", "nearest neighbour"], *([arm, shown(top1[arm], 1), shown(neighbour[arm], 1)] for arm in size.arms)],
        conclusion=f"Hallucinated positives for the last {size.further} of {size.pretraining + size.further} epochs: {said}.",
        reproduced=all(mean(g) > 0 and 2 * sum(x > 0 for x in g) > seeds for g in gains.values()),
        data=f"NW-UCLA, {len(training)} training and {len(test)} test clips",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.perf_counter() - start,
        details={"config": config_to_json(size.config), "epochs": {"start": size.pretraining, "further": size.further, "linear map": size.probing}},
    )
