"""FinePOSE: do the words make the denoiser more accurate, and do more hypotheses?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import torch

from vitruve.claims.base import ClaimResult, mean_spread, shown
from vitruve.data import find_root
from vitruve.data.lifting import CMU_SUBJECTS, DetectorNoise
from vitruve.data.lifting_windows import LiftingWindows, cmu_windows
from vitruve.methods.lifting.finepose import Config, FinePOSE
from vitruve.metrics.aggregation import hypothesis_errors, reprojection_errors
from vitruve.tasks.method import Recipe, Schedule, Stage
from vitruve.training import TrainingOptions, train

NOISE = DetectorNoise(5.0)
COUNTS = (1, 5, 20)
"""Hypotheses; arms are compared at 5, the trend is of all three."""

_FULL = Config(frames=27, channels=128, depth=4, flip=False, sampling_steps=5, text="small", text_width=128, text_layers=2, text_heads=4, vocabulary=4096)
_QUICK = replace(
    _FULL, frames=9, channels=32, depth=2, heads=4, text_width=32, text_layers=1, text_length=36, context=(1, 2, 1, 1, 1, 1, 1), prompt_layers=1, drop_path=0.0
)


def arms(base: Config) -> dict[str, Config]:
    """The network with its prompts, and the same one without text."""
    return {"prompts": base, "no text": replace(base, text="none")}


def held_out(folder: Path, base: Config, words: set[str], each: int) -> dict[str, LiftingWindows]:
    """Noisy windows of subjects nobody trained on, evenly spaced, `each` of every action whose word training had."""
    out: dict[str, LiftingWindows] = {}
    parts = [cmu_windows(folder, part, base.frames) for part in ("val", "test")]
    for word in sorted(words & {a for part in parts for a in part.actions}):
        found = [part.of([word]) for part in parts]
        whole = max(found, key=len)
        rows = torch.linspace(0, len(whole) - 1, min(each, len(whole))).long()
        out[word] = whole.pick(rows).noisy(NOISE)
    return out


def measure(method: FinePOSE, test: dict[str, LiftingWindows], count: int, wrong: bool = False) -> dict[int, dict[str, float]]:
    """Errors in mm by number of hypotheses, the unweighted mean over actions; `wrong` gives every window the next action's word."""
    method.eval()
    words = list(test)
    counts = [h for h in COUNTS if h <= count]
    sums = {h: dict.fromkeys(("p_agg", "j_agg", "j_best", "p_best", "single", "p_agg_p2", "j_best_p2"), 0.0) for h in counts}
    for i, word in enumerate(words):
        said = words[(i + 1) % len(words)] if wrong else word
        windows = replace(test[word], actions=(said,) * len(test[word])).worded(method.tokenize)
        batch = windows.batch(slice(None))
        found = method.hypotheses(batch, count, torch.Generator().manual_seed(i))
        reprojection = reprojection_errors(found, windows.keypoints, windows.root, windows.camera)
        for h in counts:
            errors = hypothesis_errors(found[:, :h], windows.target, reprojection[:, :h])
            for name in sums[h]:
                sums[h][name] += 1000 * errors[name] / len(words)
    return sums


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Train the network with and without text on CMU-lift (27 frames; 5 px of noise) and score both on subjects nobody trained on.

    The text tower is a small one that is trained along, as CLIP's weights need a download. `quick` is a smaller network on 9 frames, of
    a minute for each arm and seed on one core; in full it takes hours there.
    """
    started = time.monotonic()
    cmu = find_root(data_root) / "cmu_mocap"
    base, steps, each = (_QUICK, 350, 40) if quick else (_FULL, 6000, 200)
    training = cmu_windows(cmu, "train", base.frames)
    test = held_out(cmu, base, set(training.actions), each)
    batch_size = 32
    per_epoch = -(-2 * len(training) // batch_size)
    if quick:
        every = max(2 * len(training) // (steps * batch_size), 1)
        training = training.pick(torch.arange(0, len(training), every))
        per_epoch = -(-2 * len(training) // batch_size)
    epochs = max(round(steps / per_epoch), 1)
    stage = Stage(epochs=epochs, batch_size=batch_size, lr=2e-3, weight_decay=0.01, clip_norm=1.0, schedule=Schedule("cosine", warmup=0.05, per_step=True))
    scores: dict[str, list[dict[int, dict[str, float]]]] = {}
    sizes: dict[str, int] = {}
    for seed in range(seeds):
        for arm, config in arms(base).items():
            torch.manual_seed(seed)
            method = FinePOSE(config)
            sizes[arm] = sum(p.numel() for p in method.parameters())
            place = Path(folder) / "finepose" / f"{'quick' if quick else 'full'}-{arm.replace(' ', '-')}-{seed}"
            train(method, training.worded(method.tokenize).split(NOISE), place, TrainingOptions(seed=seed, progress=False), Recipe((stage,)))
            method.cpu()
            found = {arm: measure(method, test, max(COUNTS) if arm == "prompts" else 5)}
            if arm == "prompts":
                found["wrong words"] = measure(method, test, 5, wrong=True)
            for name, row in found.items():
                scores.setdefault(name, []).append(row)
                if progress:
                    print(f"finepose seed {seed}, {name}: " + ", ".join(f"{k} {v:.2f}" for k, v in row[5].items()), flush=True)

    def of(arm: str, metric: str, h: int = 5) -> list[float]:
        return [row[h][metric] for row in scores[arm]]

    shown_metrics = ("p_agg", "j_agg", "j_best", "single", "p_agg_p2")
    table = [["arm", "hypotheses", "P-Agg (mm)", "J-Agg", "J-Best (oracle)", "single", "P-Agg, P-MPJPE"]]
    rows = [(arm, 5) for arm in scores] + [("prompts", h) for h in COUNTS if h != 5]
    table += [[arm, str(h), *(shown(of(arm, m, h)) for m in shown_metrics)] for arm, h in rows]

    def change(arm: str, other: str, metric: str) -> float:
        """Per cent by which `arm` errs more than `other`, on average."""
        return 100 * (mean_spread(of(arm, metric))[0] / mean_spread(of(other, metric))[0] - 1)

    helped = all(a < b for a, b in zip(of("prompts", "p_agg"), of("no text", "p_agg")))
    heeded = mean_spread(of("wrong words", "p_agg"))[0] >= mean_spread(of("prompts", "p_agg"))[0]
    falls = {m: all(row[1][m] > row[5][m] > row[20][m] for row in scores["prompts"]) for m in ("j_best", "j_agg")}
    means = {m: [mean_spread(of("prompts", m, h))[0] for h in COUNTS] for m in ("p_agg", "j_agg", "j_best")}
    words = {True: "lower with every seed", False: "not lower with every seed"}
    conclusion = (
        f"Prompts change the error of the mean of 5 hypotheses by {change('prompts', 'no text', 'p_agg'):+.1f} % ({words[helped]}), of the best "
        f"joints by {change('prompts', 'no text', 'j_best'):+.1f} %; wrong words change it by {change('wrong words', 'prompts', 'p_agg'):+.1f} %. "
        + "From 1 to 5 to 20 hypotheses: "
        + "; ".join(f"{m.replace('_', '-')} {', '.join(f'{v:.1f}' for v in means[m])}" for m in means)
        + f" (J-Best {'falls' if falls['j_best'] else 'does not fall'}, J-Agg {'falls' if falls['j_agg'] else 'does not fall'} with every seed)."
        + (f" A quick run is {epochs * per_epoch} steps, after which no arm has converged." if quick else "")
    )
    return ClaimResult(
        slug="finepose",
        metric="MPJPE (mm) of the mean of 5 hypotheses, mean over actions, on held-out subjects",
        arms={arm: of(arm, "p_agg") for arm in scores},
        table=table,
        conclusion=conclusion,
        reproduced=helped and heeded and all(falls.values()),
        data=f"CMU-lift windows of {base.frames} frames, 5 px noise: {len(training)} of subjects {', '.join(CMU_SUBJECTS['train'])}; of "
        f"{', '.join(CMU_SUBJECTS['val'] + CMU_SUBJECTS['test'])} " + ", ".join(f"{len(w)} {name}" for name, w in test.items()),
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.monotonic() - started,
        details={
            "steps": epochs * per_epoch,
            "batch_size": batch_size,
            "lr": stage.lr,
            "parameters": sizes,
            "sampling steps": base.sampling_steps,
            "scores": scores,
        },
    )
