"""SkateFormer's point: four kinds of partition beat one kind as large, at a fraction of the memory of attention over all tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.claims.base import ClaimResult, shown, trained_arms
from vitruve.data import load
from vitruve.data.actions import action_split, class_names, cross_view
from vitruve.methods.recognition.skateformer import Config, SkateFormer, ucla
from vitruve.tasks.method import config_to_json
from vitruve.tasks.recognition import ActionClip, recognition_scores
from vitruve.training import TrainingOptions

ARMS: dict[str, dict[str, Any]] = {
    "four kinds of partition": {},
    "near-near partitions only": {"types": (1, 1, 1, 1)},
    "attention off": {"attention": False},
}
CONFIG = ucla(frames=32, near_frames=4, far_frames=4, depths=(1, 1, 1, 1), channels=(32, 64, 64, 64), heads=8, attention_dropout=0.0, drop_path=0.0)
"""For one core: 32 frames (clips have 39 on average), one block in each stage, a thirteenth of the release's parameters and so without dropout."""
STREAMS = ("bone", "joint_motion", "bone_motion")
"""Beside that of joints, which the arms read."""
FULL, QUICK = 60, 12
"""Epochs."""


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Train each arm on NW-UCLA views 1 and 2 with the same seeds, test once on view 3 with the last weights; then the other streams, and all four together.

    The paper trains 500 epochs of 10 passes in batches of 128; here it is 60 (`quick`: 12) of one pass in batches of 32, by
    the same recipe otherwise. Three seeds take about 90 minutes of one core.
    """
    start = time.perf_counter()
    epochs = QUICK if quick else FULL
    clips = load("nw_ucla", data_root)
    training, test = cross_view(clips)
    names = class_names(clips)
    accuracy: dict[str, list[float]] = {arm: [] for arm in ARMS}
    mean_class: dict[str, list[float]] = {arm: [] for arm in ARMS}
    parameters: dict[str, int] = {}
    options = TrainingOptions(epochs=epochs, batch_size=32, progress=progress)

    def made(**change: Any) -> SkateFormer:
        model = SkateFormer(replace(CONFIG, **change))
        model.classes = names
        return model

    def trained(arms: dict[str, dict[str, Any]], seeds: int) -> Iterator[tuple[str, int, SkateFormer]]:
        makers = {arm: partial(made, **change) for arm, change in arms.items()}
        return trained_arms("skateformer", makers, lambda m: action_split(m, training), seeds, options, folder, quick)

    answers: dict[str, Tensor] = {}
    for arm, seed, model in trained(ARMS, seeds):
        parameters[arm] = sum(p.numel() for p in model.parameters())
        scores = model.evaluate(test)
        accuracy[arm].append(100 * scores.top1)
        mean_class[arm].append(100 * scores.mean_class)
        if not seed and arm == next(iter(ARMS)):
            answers["joint"] = _probabilities(model, test)
    answers |= {stream: _probabilities(model, test) for stream, _, model in trained({s: {"stream": s} for s in STREAMS}, 1)}
    label = torch.tensor([c.label for c in test])
    streams = {stream: 100 * recognition_scores(p, label).top1 for stream, p in answers.items()}
    streams["four streams"] = 100 * recognition_scores(torch.stack(list(answers.values())).sum(0), label).top1
    costs = {name: attention_cost(*size) for name, size in {"NW-UCLA, 64 x 20": (20, 1), "NTU, 64 x 48": (24, 2)}.items()}
    four, *rest = accuracy.values()
    better = [mean(four) > mean(other) and 2 * sum(a > b for a, b in zip(four, other)) > seeds for other in rest]
    lighter = [c["full"]["bytes"] / c["partitions"]["bytes"] for c in costs.values()]
    rows = [["arm", "top-1 (%)", "mean class (%)", "parameters"]]
    rows += [[arm, shown(accuracy[arm]), shown(mean_class[arm]), str(parameters[arm])] for arm in ARMS]
    rows += [[f"{stream} (seed 0)", f"{top1:.2f}", "", ""] for stream, top1 in streams.items()]
    for name, cost in costs.items():
        rows += [[f"{kind}, {name} tokens", f"{c['bytes'] / 2**20:.1f} MiB", f"{c['ms']:.0f} ms", ""] for kind, c in cost.items()]
    return ClaimResult(
        slug="skateformer",
        metric="top-1 accuracy (%) on NW-UCLA view 3",
        arms=accuracy,
        table=rows,
        conclusion=_conclusion(accuracy, lighter, all(better), epochs, streams["four streams"]),
        reproduced=all(better) and min(lighter) > 2,
        data=f"NW-UCLA, {len(training)} training and {len(test)} test clips",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.perf_counter() - start,
        details={
            "epochs": epochs,
            "config": config_to_json(CONFIG),
            "mean_class": mean_class,
            "streams": streams,
            "parameters": parameters,
            "attention_cost": costs,
        },
    )


def _conclusion(accuracy: dict[str, list[float]], lighter: list[float], better: bool, epochs: int, together: float) -> str:
    four, near, off = (mean(v) for v in accuracy.values())
    return (
        f"After {epochs} epochs four kinds of partition are {four - near:+.2f} points from near-near partitions only and "
        f"{four - off:+.2f} from no attention ({'better in both, in most seeds' if better else 'not better in both in most seeds'}). "
        f"Joints, bones and the motion of both, one network each, name {together:.1f} % together (the paper's, 500 epochs of 10 passes: 98.3). "
        f"A training step of one block keeps {lighter[0]:.1f} (1280 tokens) and {lighter[1]:.1f} (3072 tokens) times less than with attention over all tokens."
    )


def _probabilities(model: SkateFormer, clips: Sequence[ActionClip]) -> Float[Tensor, "N K"]:
    return model.predict([c.poses for c in clips]).probabilities


def attention_cost(joints: int, people: int, batch: int = 2, repeats: int = 3) -> dict[str, dict[str, float]]:
    """Bytes kept for the backward pass, and milliseconds, of a training step of one block: partitions, and one window of all tokens."""
    skeleton = "ntu25" if joints == 24 else "kinect20"
    near, far = (8, 12) if joints == 24 else (4, 5)
    base: dict[str, Any] = {"skeleton": skeleton, "people": people, "depths": (1,), "channels": (32,), "heads": 8, "attention_dropout": 0.0, "drop_path": 0.0}
    whole = joints * people
    windows = {
        "partitions": Config(near_joints=near, far_joints=far, **base),
        "full": Config(near_frames=64, far_frames=64, near_joints=whole, far_joints=whole, types=(1, 1, 1, 1), **base),
    }
    out = {}
    for name, c in windows.items():
        model = SkateFormer(c)
        example = model.example_batch(batch, torch.Generator().manual_seed(0))
        times, kept = [], 0.0
        for _ in range(repeats):
            began = time.perf_counter()
            kept = _kept_bytes(model, example)
            times.append(time.perf_counter() - began)
        out[name] = {"bytes": kept, "ms": 1e3 * median(times)}
    return out


def _kept_bytes(model: SkateFormer, batch: Any) -> float:
    """Bytes of the distinct tensors that autograd keeps in a training step, parameters left out."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    seen: dict[int, int] = {}

    def keep(t: Tensor) -> Tensor:
        storage = t.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage.nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t):
        loss = torch.stack(list(model.losses(batch).values())).sum()
    loss.backward()
    return float(sum(seen.values()))
