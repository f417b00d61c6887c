"""Trains the small lifters that come with the package: python -m vitruve.claims.lifting.ship METHOD DATA RUN [--epochs N] [--out FOLDER]."""

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

from vitruve.data.heatmaps import Detector, RandomHeatmaps
from vitruve.data.lifting import CMU_FILES, CMU_SUBJECTS, DetectorNoise, RandomViews, cmu_joints, cmu_lift, mpi_inf_3dhp
from vitruve.io.files import atomic
from vitruve.methods.lifting import diffpose, hopfir
from vitruve.metrics.pose import auc, pck
from vitruve.tasks.lifting import Lifter
from vitruve.tasks.method import Method, Recipe, Schedule, Stage
from vitruve.training import TrainingOptions, train

SINGLE = hopfir.Config(channels=64, blocks=2, layout="last", input="person", loss="l1", hop_skip=False, dropout=0.0, flip_test=True)
SEVERAL = diffpose.Config(
    heatmap_size=32, embedding=24, layers=1, feedforward=96, condition_dim=16, channels=384, dropout=0.0, objective="sample"
)  # fmt: skip
"""To tell the noise, as the paper's, takes many times more steps to learn than to tell the pose."""
STAGES = {
    "hopfir": Stage(epochs=40, batch_size=256, optimizer="adam", lr=2e-3, clip_norm=1.0, schedule=Schedule("cosine", warmup=0.3, per_step=True)),
    "diffpose": Stage(epochs=40, batch_size=256, optimizer="adam", lr=1e-3, ema=0.999, schedule=Schedule("cosine", warmup=0.3, per_step=True)),
}
HYPOTHESES = 20
NOISE = DetectorNoise(sigma=8.0, tails=0.05, dropped=0.01)
SCORED = ("head", "thorax", "shoulder", "elbow", "wrist", "hip", "knee", "foot")
"""The 14 joints that MPI-INF-3DHP scores."""


def measure(lifter: Lifter, root: str | Path, part: str = "test") -> dict[str, dict[str, float]]:
    """Errors on held-out CMU subjects and on MPI-INF-3DHP's subject 5: mm, and shares of 0 to 1; of DiffPose, of several hypotheses too."""
    name, root = lifter.skeleton.name, Path(root)
    held_out = cmu_lift(root / "cmu_mocap", part, name, stride=4)
    sets = {f"cmu-lift {part}": held_out, f"cmu-lift {part}, 5 px noise": held_out.noisy(DetectorNoise(5.0, 0.05, 0.02))}
    out = {}
    for label, views in sets.items():
        scores = lifter.evaluate(views.batches())
        out[label] = {"mpjpe": scores.mpjpe, "p_mpjpe": scores.p_mpjpe, "n_mpjpe": scores.n_mpjpe, "pck150": scores.pck150, "auc": scores.auc}
    scored = [j for j, joint in enumerate(lifter.skeleton.joints) if joint.endswith(SCORED) and joint != "neck_base"]
    for label, universal in (("3dhp TS5, universal", True), ("3dhp TS5, own size", False)):
        views = mpi_inf_3dhp(root / "mpi_inf_3dhp_test_pose", name, universal)
        scores = lifter.evaluate(views.batches())
        with torch.inference_mode():
            found = lifter.lift(views.keypoints[:, None])[:, 0, scored]
        truth = views.target[:, scored]
        out[label] = {
            "mpjpe": scores.mpjpe,
            "p_mpjpe": scores.p_mpjpe,
            "n_mpjpe": scores.n_mpjpe,
            "pck150_14": float(pck(found, truth)),
            "auc_14": float(auc(found, truth)),
        }
    if isinstance(lifter, diffpose.DiffPose):
        several = {f"cmu-lift {part}": held_out.take(8), "3dhp TS5, universal": mpi_inf_3dhp(root / "mpi_inf_3dhp_test_pose", name)}
        for label, views in several.items():
            drawn = lifter.evaluate_hypotheses(views.batches(256), HYPOTHESES, torch.Generator().manual_seed(0))
            out[f"{label}, {HYPOTHESES} hypotheses"] = {k: getattr(drawn, k) for k in ("best", "median", "mean", "pa_best", "calibration")}
    return {label: {k: round(v, 4) for k, v in row.items()} for label, row in out.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on CMU's training subjects before random cameras, score on the others, keep the weights with where they come from."""
    parser = argparse.ArgumentParser(prog="python -m vitruve.claims.lifting.ship", description=__doc__)
    parser.add_argument("method", choices=STAGES)
    parser.add_argument("data", type=Path, help="the data collection (its cmu_mocap folder is trained on)")
    parser.add_argument("run", type=Path, help="folder for checkpoints and logs; called again it goes on where it was stopped")
    parser.add_argument("--epochs", type=int, help="instead of the method's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="methods/lifting/weights/METHOD-cmu of the package by default")
    chosen = parser.parse_args(arguments)

    # of the code that trains, before anything else can change it
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent)
    folder = chosen.data / "cmu_mocap"
    out = chosen.out or Path(__file__).parents[2] / f"methods/lifting/weights/{chosen.method}-cmu"
    torch.manual_seed(chosen.seed)
    lifter: Lifter = hopfir.HopFIR(SINGLE) if chosen.method == "hopfir" else diffpose.DiffPose(SEVERAL)
    views = RandomViews(cmu_joints(folder, lifter.skeleton.name).of(CMU_SUBJECTS["train"]), NOISE)
    samples = views.split() if chosen.method == "hopfir" else RandomHeatmaps(views, Detector(size=SEVERAL.heatmap_size)).split()
    validation = cmu_lift(folder, "val", lifter.skeleton.name, stride=8).batches()

    def evaluate(method: Method) -> dict[str, float]:
        assert isinstance(method, Lifter)
        return {"mpjpe": method.evaluate(validation).mpjpe}

    stage = STAGES[chosen.method]
    stage = replace(stage, epochs=chosen.epochs or stage.epochs)
    started, cpu = time.monotonic(), time.process_time()
    options = TrainingOptions(seed=chosen.seed, accelerator="cpu", progress=False, checkpoint_every=50)
    train(lifter, samples, chosen.run, options, Recipe((stage,), source="our choice"), evaluate)
    took = time.monotonic() - started, time.process_time() - cpu
    lifter.save_pretrained(out)
    # the hub's empty template
    (out / "README.md").unlink(missing_ok=True)
    provenance: dict[str, Any] = {
        "data": {
            "source": "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu); free for use in research and in products, not for resale as data",
            "files": list(CMU_FILES),
            "train subjects": list(CMU_SUBJECTS["train"]),
            "frames": len(views.joints.positions),
            "bodies and cameras": "drawn at random (vitruve.data.lifting.RandomViews)",
        },
        "command": f"python -m vitruve.claims.lifting.ship {chosen.method} DATA RUN --epochs {stage.epochs} --seed {chosen.seed}",
        "seed": chosen.seed,
        "parameters": sum(p.numel() for p in lifter.parameters()),
        "seconds": {"wall": round(took[0]), "cpu": round(took[1])},
        "commit": commit.stdout.strip() or None,
        "torch": torch.__version__,
        "held-out subjects": list(CMU_SUBJECTS["test"]),
        "scores": measure(lifter, chosen.data),
    }
    with atomic(out / "PROVENANCE.json") as path:
        path.write_text(json.dumps(provenance, indent=1) + "\n")
    print(json.dumps(provenance["scores"], indent=1))


if __name__ == "__main__":
    main()
