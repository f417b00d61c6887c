"""Trains the small recogniser that comes with the package: python -m vitruve.claims.recognition.ship DATA RUN [--epochs N] [--out FOLDER]."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from vitruve.core.poses import Poses
from vitruve.data.actions import action_split, class_names, cmu_actions
from vitruve.data.lifting import DetectorNoise, h36m_cameras
from vitruve.io.files import atomic
from vitruve.methods import load_shipped
from vitruve.methods.recognition.ens1d import Config, Ens1D
from vitruve.tasks.lifting import Lifter
from vitruve.tasks.method import Recipe, Schedule, Stage
from vitruve.tasks.recognition import ActionClip, RecognitionScores
from vitruve.training import TrainingOptions, train

CONFIG = Config(
    num_classes=10,
    skeleton="h36m16",
    people=1,
    frames=32,
    widths=(32, 48, 64),
    blocks=1,
    subnets=("entirety", "difference"),
    strides=(1, 4),
    centre="each",
    noise=0.03,
    turn=180.0,
    dropout=0.2,
)
"""Joints around the pelvis, moved by 3 cm while training: a lifter's joints are such, and know no path."""
LENGTHS = (1.0, 2.0, 4.0)
"""Seconds of the windows that are trained on."""


def lifted(clips: Sequence[ActionClip]) -> list[ActionClip]:
    """The clips as the package's lifter sees them: before one of Human3.6M's cameras, with a detector's noise of 5 pixels."""
    lifter = load_shipped("hopfir")
    assert isinstance(lifter, Lifter)
    cameras = [c for name, c in sorted(h36m_cameras().items()) if name.startswith(("S9_", "S11_"))]
    generator = torch.Generator().manual_seed(0)
    # keypoints divided by the width instead of half of it: half the sigma
    noise = DetectorNoise(sigma=2.5, tails=0.05)
    out = []
    for i, clip in enumerate(clips):
        x = clip.poses.positions[0]
        # every clip stands at the capture centre, its lowest joint on the floor
        low = torch.stack([x[..., 0].mean(), x[..., 1].min(), x[..., 2].mean()])
        camera = cameras[i % len(cameras)]
        assert camera.image_size is not None
        wide = camera.image_size[0]
        pixels = noise(camera.project(x - low) / wide, generator) * wide
        seen = Poses(pixels[None], clip.poses.skeleton, clip.poses.fps, image_size=camera.image_size)
        out.append(replace(clip, poses=lifter.predict(seen)))
    return out


def measure(model: Ens1D, test: Sequence[ActionClip]) -> dict[str, dict[str, Any]]:
    """Accuracies on held-out clips, as recorded and as lifted from one camera."""

    def plain(scores: RecognitionScores) -> dict[str, Any]:
        per_class = {name: round(v, 3) for name, v in zip(model.classes, scores.per_class)}
        return {"top1": round(scores.top1, 4), "mean_class": round(scores.mean_class, 4), "windows": scores.clips, "per_class": per_class}

    return {"cmu held out": plain(model.evaluate(test)), "cmu held out, lifted from one camera": plain(model.evaluate(lifted(test[::8])))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on three of four CMU clips, score on the others, keep the weights with where they come from."""
    parser = argparse.ArgumentParser(prog="python -m vitruve.claims.recognition.ship", description=__doc__)
    parser.add_argument("data", type=Path, help="the data collection (its cmu_mocap folder is trained on)")
    parser.add_argument("run", type=Path, help="folder for checkpoints and logs; called again it goes on where it was stopped")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "methods/recognition/weights/ens1d-cmu")
    chosen = parser.parse_args(arguments)

    # of the code that trains, before anything else can change it
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent)
    _, test = cmu_actions(chosen.data / "cmu_mocap", CONFIG.skeleton, stride=0.5)
    # users' clips are of any length
    training = [w for seconds in LENGTHS for w in cmu_actions(chosen.data / "cmu_mocap", CONFIG.skeleton, seconds, stride=0.5)[0]]
    schedule = Schedule("cosine", warmup=1, per_step=True)
    recipe = Recipe((Stage(epochs=chosen.epochs, batch_size=64, optimizer="adamw", lr=2e-3, weight_decay=0.02, schedule=schedule),), source="our choice")
    torch.manual_seed(chosen.seed)
    model = Ens1D(CONFIG)
    model.classes = class_names([*training, *test])
    started, cpu = time.monotonic(), time.process_time()
    options = TrainingOptions(seed=chosen.seed, accelerator="cpu", progress=False)
    train(model, action_split(model, balanced(training)), chosen.run, options, recipe)
    took = time.monotonic() - started, time.process_time() - cpu
    model.save_pretrained(chosen.out)
    # the hub's empty template
    (chosen.out / "README.md").unlink(missing_ok=True)
    provenance: dict[str, Any] = {
        "data": {
            "source": "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu); free for use in research and in products, not for resale as data",
            "files": f"those of vitruve.data.imu.described_cmu, windows of {', '.join(map(str, LENGTHS))} seconds (tested on 2), every half second",
            "train windows": len(training),
            "held out": "every fourth clip of each class; the same person may be in both halves",
        },
        "command": f"python -m vitruve.claims.recognition.ship DATA RUN --epochs {chosen.epochs} --seed {chosen.seed}",
        "seed": chosen.seed,
        "parameters": sum(p.numel() for p in model.parameters()),
        "seconds": {"wall": round(took[0]), "cpu": round(took[1])},
        "commit": commit.stdout.strip() or None,
        "torch": torch.__version__,
        "scores": measure(model, test),
    }
    with atomic(chosen.out / "PROVENANCE.json") as path:
        path.write_text(json.dumps(provenance, indent=1) + "\n")
    print(json.dumps(provenance["scores"], indent=1))


def balanced(clips: Sequence[ActionClip], many: int = 240) -> list[ActionClip]:
    """So many windows of every class, evenly over its clips; some more than once where there are fewer."""
    by_class: dict[int, list[ActionClip]] = {}
    for clip in clips:
        by_class.setdefault(clip.label, []).append(clip)
    return [c[i * len(c) // many] for c in by_class.values() for i in range(many)]


if __name__ == "__main__":
    main()
