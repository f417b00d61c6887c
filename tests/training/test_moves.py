"""Methods whose parts move in turn: each step moves one part, and a kill at any point changes nothing."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from vitruve.errors import OptionError
from vitruve.methods.lifting.poseda import PoseDA
from vitruve.tasks.lifting import LiftingBatch
from vitruve.tasks.method import Recipe, Schedule, Stage
from vitruve.training import Split, TrainingOptions, train
from vitruve.training.schedules import learning_rate

pytest.importorskip("lightning")

SCRIPT = """
import os, sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[3])
from tests.training.test_moves import RECIPE, built, options, samples
from vitruve.training import Split, train
split, kill, seen = samples(), int(sys.argv[2]), [0]
def get(i, generator):
    seen[0] += 1
    if kill and seen[0] > kill:
        os.kill(os.getpid(), 9)
    return split.get(i, generator)
train(built(), Split(len(split), get, split.collate), sys.argv[1], options(), RECIPE)
"""
RECIPE = Recipe(
    (
        Stage("pretrain", epochs=1, batch_size=8, optimizer="adam", clip_norm=1.0),
        Stage("adapt", epochs=3, batch_size=8, optimizer="adam", clip_norm=1.0, ema=0.9, schedule=Schedule("linear", per_step=True)),
    )
)


def options(**changes: object) -> TrainingOptions:
    return TrainingOptions(**{"progress": False, "checkpoint_every": 2, "accelerator": "cpu", **changes})  # type: ignore[arg-type]


def built() -> PoseDA:
    """A pool so small that it matters what is in it; every step is another one of the generator's and discriminators' rhythm."""
    torch.manual_seed(0)
    return PoseDA(replace(PoseDA.tiny_config(), pool=12, warmup=1))


def samples(size: int = 40) -> Split:
    batch = built().example_batch(size, torch.Generator().manual_seed(1))

    def collate(rows: list[tuple[int, float]]) -> LiftingBatch:
        picked = torch.tensor([i for i, _ in rows])
        noise = torch.tensor([n for _, n in rows])[:, None, None, None]
        return replace(batch._map(lambda v: v[picked]), keypoints=batch.keypoints[picked] + noise)

    def get(i: int, generator: torch.Generator | None) -> tuple[int, float]:
        return i, 0.0 if generator is None else 0.01 * torch.randn((), generator=generator).item()

    return Split(size, get, collate)


def _run(folder: Path, kill: int = 0) -> int:
    root = str(Path(__file__).parents[2])
    return subprocess.run([sys.executable, "-c", SCRIPT, str(folder), str(kill), root], capture_output=True, timeout=180).returncode


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path) -> None:
    assert _run(tmp_path / "whole") == 0
    expected = load_file(tmp_path / "whole" / "model.safetensors")
    # random points within 1 + 3 epochs of 5 batches of 8 samples
    for kill in random.Random(3).sample(range(45, 4 * 40), 2):
        folder = tmp_path / f"killed-{kill}"
        assert _run(folder, kill) == -9
        assert _run(folder) == 0
        found = load_file(folder / "model.safetensors")
        assert all(torch.equal(expected[k], found[k]) for k in expected), f"killed at sample {kill}"


def test_each_stage_moves_its_players(tmp_path: Path) -> None:
    method = built()
    before = {k: v.clone() for k, v in method.state_dict().items()}
    recipe = Recipe((RECIPE.stages[0], replace(RECIPE.stages[1], epochs=1, ema=None)))
    train(method, samples(), tmp_path, options(), recipe)
    first, last = load_file(tmp_path / "stage-0-pretrain" / "model.safetensors"), load_file(tmp_path / "model.safetensors")

    def moved(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> set[str]:
        return {k.split(".")[0] for k in a if not torch.equal(a[k], b[k])}

    assert moved(before, first) == {"lifter"}
    assert moved(first, last) == {"generator", "d3d", "d2d"}, "in its first epoch, the warm-up, the lifter waits"


def test_one_device_alone(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="one device; found devices=2"):
        train(built(), samples(), tmp_path, options(devices=2, strategy="ddp"), RECIPE)


def test_linear_schedule() -> None:
    linear = Schedule("linear", final=0.2)
    assert [round(learning_rate(linear, 1.0, 10, e), 4) for e in (0, 5, 10, 12)] == [1.0, 0.6, 0.2, 0.2]
