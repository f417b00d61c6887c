"""DiffPose: are heatmaps read as samples better than their maxima, most where joints are ambiguous, and do hypotheses spread there?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from vitruve.claims.base import ClaimResult, mean_spread, shown
from vitruve.data import find_root
from vitruve.data.heatmaps import Detector, HeatmapSet
from vitruve.data.lifting import CMU_SUBJECTS, cmu_lift
from vitruve.methods.lifting.diffpose import Config, DiffPose, concat_baseline
from vitruve.tasks.method import Recipe, Schedule, Stage
from vitruve.training import TrainingOptions, train


def arms(quick: bool) -> dict[str, Config]:
    """The configs compared: candidates, the maximum alone with the same embedding, and candidates laid end to end."""
    body: dict[str, Any] = {"heatmap_size": 64, "channels": 512, "dropout": 0.0}
    embedding: dict[str, Any] = {"embedding": 32, "layers": 2, "feedforward": 128, "condition_dim": 16}
    if quick:
        # to tell the noise takes many more steps to learn than to tell the pose
        body |= {"heatmap_size": 32, "channels": 256, "objective": "sample"}
        embedding = {"embedding": 16, "layers": 1, "feedforward": 64, "condition_dim": 16}
    samples = Config(**body, **embedding)
    return {"samples": samples, "maximum": replace(samples, candidates=1), "end to end": concat_baseline(**body)}


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Train every arm on CMU-lift with heatmaps of which a third of the frames are ambiguous, score 50 hypotheses on other subjects.

    The same test poses are scored twice: with sure heatmaps (easy), and all with one to four ambiguous limbs (hard). Some hours of
    one core for three seeds; `quick` has heatmaps of 32 cells, smaller networks that predict the pose, and far fewer steps.
    """
    started = time.monotonic()
    cmu = find_root(data_root) / "cmu_mocap"
    stride, epochs, batch, lr, views = (16, 4, 128, 2e-3, 192) if quick else (4, 90, 256, 1e-3, 1000)
    count = 50
    size = arms(quick)["samples"].heatmap_size
    training = HeatmapSet(cmu_lift(cmu, "train", "h36m17", stride), Detector(size=size))
    test = cmu_lift(cmu, "test", "h36m17", 4)
    test = test.take(max(1, len(test) // views))
    # the same poses, with no limb ambiguous or in every frame
    parts = {name: HeatmapSet(test, Detector(share, size)).batches(64) for name, share in (("easy", 0.0), ("hard", 1.0))}
    stage = Stage(epochs=epochs, batch_size=batch, optimizer="adam", lr=lr, ema=0.99, schedule=Schedule("cosine", warmup=0.3, per_step=True))
    scores: dict[str, dict[str, list[float]]] = {}
    sizes: dict[str, int] = {}
    for seed in range(seeds):
        for arm, config in arms(quick).items():
            torch.manual_seed(seed)
            method = DiffPose(config)
            sizes[arm] = sum(p.numel() for p in method.parameters())
            place = Path(folder) / "diffpose" / f"{'quick' if quick else 'full'}-{arm.replace(' ', '-')}-{seed}"
            train(method, training.split(), place, TrainingOptions(seed=seed, accelerator="cpu", progress=False), Recipe((stage,)))
            row: dict[str, float] = {}
            for part, batches in parts.items():
                found = method.evaluate_hypotheses(batches, count, torch.Generator().manual_seed(seed))
                row |= {
                    f"{part}: best PA-MPJPE": found.pa_best,
                    f"{part}: best MPJPE": found.best,
                    f"{part}: calibration error": found.calibration,
                    f"{part}: spread": sum(found.spread) / 3,
                }
            for name, value in row.items():
                scores.setdefault(name, {}).setdefault(arm, []).append(value)
            if progress:
                print(f"diffpose seed {seed}, {arm}: " + ", ".join(f"{k} {v:.2f}" for k, v in row.items()), flush=True)

    names = ["best PA-MPJPE", "best MPJPE", "spread", "calibration error"]
    table = [["arm", "parameters", *(f"{n}, {part}" for n in names for part in parts)]]
    for arm, parameters in sizes.items():
        cells = [shown(scores[f"{part}: {n}"][arm], 3 if n == "calibration error" else 1) for n in names for part in parts]
        table.append([arm, str(parameters), *cells])

    def change(part: str, other: str) -> float:
        """Per cent by which samples err less than another arm, on average."""
        errors = scores[f"{part}: best PA-MPJPE"]
        return 100 * (1 - mean_spread(errors["samples"])[0] / mean_spread(errors[other])[0])

    hard = scores["hard: best PA-MPJPE"]
    always = {other: all(a < b for a, b in zip(hard["samples"], hard[other])) for other in ("maximum", "end to end")}
    words = {True: "with every seed", False: "not with every seed"}
    wider = all(a < b for a, b in zip(scores["easy: spread"]["samples"], scores["hard: spread"]["samples"]))
    conclusion = (
        f"Best of {count} after Procrustes, samples against the maximum: {change('easy', 'maximum'):.1f} % less error on easy frames, "
        f"{change('hard', 'maximum'):.1f} % on hard ones (less {words[always['maximum']]}; expected: about nothing, and 10 % or more). Against "
        f"samples end to end: {change('easy', 'end to end'):.1f} % and {change('hard', 'end to end'):.1f} % (less on hard frames "
        f"{words[always['end to end']]}). The hypotheses spread wider on hard frames {words[wider]}."
        + (f" A quick run is {epochs * (len(training) // batch)} steps, after which no arm has converged." if quick else "")
    )
    return ClaimResult(
        slug="diffpose",
        metric=f"PA-MPJPE (mm) of the best of {count} on hard frames of held-out subjects",
        arms=hard,
        table=table,
        conclusion=conclusion,
        reproduced=all(always.values()) and change("hard", "maximum") > change("easy", "maximum") and change("hard", "maximum") >= 10 and wider,
        data=f"CMU-lift with made heatmaps: {len(training)} views of subjects {', '.join(CMU_SUBJECTS['train'])}; "
        f"{len(test)} of {', '.join(CMU_SUBJECTS['test'])}, each easy and hard",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.monotonic() - started,
        details={"epochs": epochs, "batch_size": batch, "lr": stage.lr, "parameters": sizes, "hypotheses": count, "scores": scores},
    )
