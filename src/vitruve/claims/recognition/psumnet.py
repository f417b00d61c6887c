"""PSUMNet's point: three part streams of unified modalities do as well as four networks of one modality, with half the parameters."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from statistics import mean

import torch
from torch import Tensor

from vitruve.claims.base import ClaimResult, shown, trained_arms
from vitruve.data import load
from vitruve.data.actions import action_split, cross_view
from vitruve.methods.recognition.psumnet import MODALITIES, Config, PSUMNet
from vitruve.tasks.method import Recipe, Schedule, Stage, config_to_json
from vitruve.tasks.recognition import recognition_scores
from vitruve.training import TrainingOptions

FULL, QUICK = 30, 8
"""Epochs."""
MARGIN = 1.0
"""Points by which the parts may fall behind and still count as doing as well."""


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Train every network on NW-UCLA views 1 and 2 with the same seeds, test once on view 3 with the last weights.

    Networks have an eighth of the release's channels (`quick`) or a quarter, and read 16 or 32 frames; the recipe is CTR-GCN's
    for this set (the paper has none), streams weigh the same. A control moves every part to its own first joint.
    """
    start = time.perf_counter()
    epochs = QUICK if quick else FULL
    width = 8 if quick else 16
    base = Config(
        skeleton="kinect20",
        num_classes=10,
        people=1,
        frames=16 if quick else 32,
        weights=(1.0, 1.0, 1.0),
        feeder="ucla",
        widths=(width,) * 4 + (2 * width,) * 3 + (4 * width,) * 3,
    )
    single = replace(base, streams=("body",), weights=(1.0,))
    configs = {
        "parts": base,
        "parts by themselves": replace(base, global_frame=False),
        **{m: replace(single, modalities=(m,)) for m in MODALITIES},
    }
    training, test = cross_view(load("nw_ucla", data_root))
    labels = torch.tensor([c.label for c in test])
    recipe = Recipe((Stage(batch_size=32, optimizer="sgd", lr=0.1, weight_decay=1e-4, epochs=65, schedule=Schedule("step", warmup=5, milestones=(50,))),))
    options = TrainingOptions(epochs=epochs, progress=progress)
    arms = {arm: (lambda c=config: PSUMNet(c)) for arm, config in configs.items()}
    scores: dict[tuple[str, int], Tensor] = {}
    size = {}
    for arm, seed, model in trained_arms("psumnet", arms, lambda m: action_split(m, training), seeds, options, folder, quick, recipe):
        # summed logarithms rank as summed logits do
        scores[arm, seed] = model.predict([c.poses for c in test]).probabilities.log()
        size[arm] = sum(p.numel() for p in model.parameters())

    def accuracy(*of: str) -> list[float]:
        return [100 * recognition_scores(sum(scores[arm, s] for arm in of), labels).top1 for s in range(seeds)]  # type: ignore[arg-type]

    parts, alone, usual = accuracy("parts"), accuracy("parts by themselves"), accuracy(*MODALITIES)
    four = sum(size[m] for m in MODALITIES)
    rows = [["arm", "top-1 (%)", "parameters"]]
    rows += [["three part streams, all modalities", shown(parts), str(size["parts"])]]
    rows += [["the same, parts moved to their own joint", shown(alone), str(size["parts by themselves"])]]
    rows += [["four networks of one modality, summed", shown(usual), str(four)]]
    rows += [[f"  {m} alone", shown(accuracy(m)), str(size[m])] for m in MODALITIES]
    gap = mean(parts) - mean(usual)
    return ClaimResult(
        slug="psumnet",
        metric="top-1 accuracy (%) on NW-UCLA view 3",
        arms={"three part streams": parts, "parts by themselves": alone, "four networks of one modality": usual},
        table=rows,
        conclusion=f"After {epochs} epochs three part streams are {gap:+.2f} points from four networks of one modality, with {size['parts'] / four:.0%} "
        f"of their parameters; moving parts to their own first joint changes {mean(alone) - mean(parts):+.2f} points.",
        reproduced=gap > -MARGIN and size["parts"] < 0.6 * four,
        data=f"NW-UCLA, {len(training)} training and {len(test)} test clips",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.perf_counter() - start,
        details={"epochs": epochs, "config": config_to_json(base), "recipe": "CTR-GCN's for NW-UCLA, batches of 32"},
    )
