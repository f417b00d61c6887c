"""The lifting table: lifters trained on the same windows of CMU-lift, for as many steps, scored on subjects and recordings that none has seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.claims.base import Table, shown
from vitruve.data import find_root
from vitruve.data.lifting import CMU_SUBJECTS, DetectorNoise
from vitruve.data.lifting_windows import LiftingWindows, cmu_windows, mpi_windows, shelf_windows
from vitruve.methods.lifting import diffpose, finepose, hopfir
from vitruve.metrics.aggregation import j_agg
from vitruve.metrics.pose import mpjpe
from vitruve.nn.temporal import TemporalModel
from vitruve.tasks.lifting import Lifter, LiftingBatch, LiftingScores
from vitruve.tasks.method import Card, Recipe, Schedule, Stage
from vitruve.training import TrainingOptions, train

NOISE = DetectorNoise(5.0)
HYPOTHESES = 20


class VideoPose3D(Lifter):
    """Temporal convolutions whose ends are padded, so that they answer for every frame of a window."""

    card = Card(
        slug="videopose3d",
        title="3D human pose estimation in video with temporal convolutions and semi-supervised training",
        venue="CVPR 2019",
        task="lifting",
        summary="Dilated convolutions over time read 2D keypoints and answer with joints in space.",
        claim="",
        official="facebookresearch/VideoPose3D",
        code_licence="CC BY-NC 4.0",
    )

    @dataclass(frozen=True)
    class Config:
        skeleton: str = "h36m17"
        frames: int = 27
        widths: tuple[int, ...] = (3, 3, 3)
        channels: int = 1024
        dropout: float = 0.25

    config: Config

    def __init__(self, config: Config | None = None) -> None:
        super().__init__(config)
        c, joints = self.config, len(self.skeleton)
        self.net = TemporalModel(joints, 2, joints, c.widths, dropout=c.dropout, channels=c.channels)

    def forward(self, keypoints: Float[Tensor, "B T J 2"]) -> Float[Tensor, "B T J 3"]:
        pad = (self.net.receptive_field - 1) // 2
        padded = F.pad(keypoints.flatten(2).mT, (pad, pad), mode="replicate").mT.unflatten(-1, keypoints.shape[2:])
        return self.net(padded)

    def losses(self, batch: LiftingBatch) -> dict[str, Tensor]:
        assert batch.target is not None
        return {"mpjpe": mpjpe(self(batch.keypoints), batch.target)}


@dataclass(frozen=True)
class Scale:
    """How large networks are, and how long they learn."""

    steps: int = 20_000
    windows: int = 64
    """Of a batch."""
    test: int = 1000
    """Windows of CMU-lift that are scored."""
    channels: Mapping[str, int] | None = None
    """Of each lifter; the papers' where None."""


QUICK = Scale(1000, 16, 60, {"SemGCN": 76, "HopFIR": 28, "VideoPose3D": 192, "DiffPose": 256, "FinePOSE": 48})


def lifters(frames: int, scale: Scale) -> dict[str, Callable[[], Lifter]]:
    """The lifters compared; without `scale.channels` they are the papers', FinePOSE's text tower apart, which is small and trained along."""
    words = finepose.Config(
        frames=frames, text="small", text_width=128, text_layers=2, text_heads=4, vocabulary=4096, sampling_steps=5, drop_text=0.2, flip=False
    )  # fmt: skip
    hop = hopfir.Config(skeleton="h36m17", dropout=0.0)
    gcn = replace(hop, backbone="semgcn", hop_attention=False, refinement=False)
    many = diffpose.Config()
    video = VideoPose3D.Config(frames=frames)
    if scale.channels is not None:
        of = scale.channels
        small: dict[str, Any] = {"text_width": 32, "text_layers": 1, "text_length": 36, "context": (1, 2, 1, 1, 1, 1, 1), "prompt_layers": 1}
        words = replace(words, channels=of["FinePOSE"], depth=2, heads=4, drop_path=0.0, **small)
        hop = replace(hop, channels=of["HopFIR"], blocks=2, hops=3, input="person", backbone="semgcn")
        gcn = replace(hop, channels=of["SemGCN"], hop_attention=False, refinement=False)
        many = replace(
            many, heatmap_size=32, embedding=16, layers=1, feedforward=64, condition_dim=16, channels=of["DiffPose"], objective="sample", dropout=0.0
        )
        video = replace(video, channels=of["VideoPose3D"], dropout=0.1)
    return {
        "SemGCN": lambda: hopfir.HopFIR(gcn),
        "HopFIR": lambda: hopfir.HopFIR(hop),
        "VideoPose3D": lambda: VideoPose3D(video),
        "DiffPose": lambda: diffpose.DiffPose(many),
        "FinePOSE": lambda: finepose.FinePOSE(words),
    }


def worded(windows: LiftingWindows, lifter: Lifter) -> LiftingWindows:
    """With words for a lifter that reads them."""
    return windows.worded(lifter.tokenize) if isinstance(lifter, finepose.FinePOSE) else windows


@torch.inference_mode()
def score(lifter: Lifter, windows: LiftingWindows, several: bool) -> dict[str, LiftingScores]:
    """Of the single answer; of `several` hypotheses: one alone, their mean, and joints chosen by reprojection (J-Agg)."""
    lifter.eval()
    batches = worded(windows, lifter).batches(16)
    if not several:
        return {"": lifter.evaluate(batches)}
    draws = torch.Generator().manual_seed(0)
    found = torch.cat([lifter.hypotheses(b, HYPOTHESES, draws) for b in batches])
    best = j_agg(found, windows.keypoints, windows.root, windows.camera)
    answers = {", 1 hypothesis": found[:, 0], f", mean of {HYPOTHESES}": found.mean(1), f", J-Agg of {HYPOTHESES}": best}
    return {name: LiftingScores.of(answer, windows.target) for name, answer in answers.items()}


def run(
    quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "runs/bench", say: Callable[[str], None] = lambda text: None
) -> Table:
    """Train every lifter with every seed on windows of 27 frames, and score them all on the same windows.

    Args:
        quick: small networks for minutes; the papers' sizes want a GPU.
        seeds: how many.
        data_root: folder of the data sets.
        folder: keeps what is trained; a stopped table goes on from it.
        say: told what is going on.
    """
    started = time.monotonic()
    scale, frames = (QUICK if quick else Scale()), 27
    root = find_root(data_root)
    training = cmu_windows(root / "cmu_mocap", "train", frames)
    held_out = cmu_windows(root / "cmu_mocap", "test", frames)
    held_out = held_out.pick(torch.linspace(0, len(held_out) - 1, min(scale.test, len(held_out))).long()).noisy(NOISE)
    tests = {
        "CMU-lift": held_out,
        "3DHP TS5": mpi_windows(root / "mpi_inf_3dhp_test_pose", frames),
        "Shelf": shelf_windows(root / "shelf_multiview", frames),
    }
    per_epoch = 2 * len(training) // scale.windows
    if per_epoch > scale.steps:
        training = training.pick(torch.arange(0, len(training), per_epoch // scale.steps))
    per_epoch = -(-2 * len(training) // scale.windows)
    epochs = max(round(scale.steps / per_epoch), 1)
    schedule = Schedule("cosine", warmup=0.1, per_step=True)
    stage = Stage(epochs=epochs, batch_size=scale.windows, optimizer="adamw", lr=2e-3 if quick else 1e-3, clip_norm=1.0, schedule=schedule)
    scores: dict[str, dict[str, list[LiftingScores]]] = {name: {} for name in tests}
    sizes: dict[str, int] = {}
    for seed in range(seeds):
        for name, make in lifters(frames, scale).items():
            say(f"seed {seed}: {name}")
            torch.manual_seed(seed)
            lifter = make()
            sizes[name] = sum(p.numel() for p in lifter.parameters())
            place = Path(folder) / "lifting" / f"{'quick' if quick else 'full'}-{name}-{seed}"
            train(lifter, worded(training, lifter).split(NOISE), place, TrainingOptions(seed=seed, progress=False), Recipe((stage,)))
            lifter.cpu()
            for test, windows in tests.items():
                for kind, found in score(lifter, windows, name in ("DiffPose", "FinePOSE")).items():
                    scores[test].setdefault(f"{name}{kind}", []).append(found)

    def column(found: list[LiftingScores], field: str, factor: float = 1) -> str:
        return shown([factor * getattr(s, field) for s in found], 1)

    rows = [["tested on", "lifter", "MPJPE (mm)", "P-MPJPE", "N-MPJPE", "PCK 150 mm (%)", "AUC (%)", "MPJVE (mm/frame)"]]
    for test, of in scores.items():
        for name, seen in of.items():
            errors = (column(seen, field) for field in ("mpjpe", "p_mpjpe", "n_mpjpe"))
            rows.append([test, name, *errors, column(seen, "pck150", 100), column(seen, "auc", 100), column(seen, "mpjve")])
    return Table(
        title="Lifting",
        text=f"Every lifter is trained on the same windows of {frames} frames of CMU-lift with 5 px of noise, {epochs * per_epoch} steps of "
        f"{scale.windows} windows, and scored with the last weights. Single-frame lifters (SemGCN, HopFIR, DiffPose) read each frame of a window by itself. "
        "3DHP TS5 is annotated keypoints outdoors; Shelf is OpenPose's keypoints of four people in five views, "
        "whose annotation defines hips, neck and head otherwise. "
        "J-Agg uses the camera and where the person is in truth, the others do not." + (" A quick run: small networks, far from converged." if quick else ""),
        rows=rows,
        data=f"CMU-lift: {len(training)} windows of subjects {', '.join(CMU_SUBJECTS['train'])}, {len(held_out)} of {', '.join(CMU_SUBJECTS['test'])}; "
        f"{len(tests['3DHP TS5'])} windows of MPI-INF-3DHP's TS5; {len(tests['Shelf'])} of Shelf",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.monotonic() - started,
        details={"parameters": sizes, "lr": stage.lr, "scores": {t: {n: [asdict(s) for s in v] for n, v in of.items()} for t, of in scores.items()}},
    )
