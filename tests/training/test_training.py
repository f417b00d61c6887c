"""Training: schedules, the order of samples, averages, and what a kill at any point must not change."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from vitruve.errors import OptionError
from vitruve.methods.forecasting.eqmotion import EqMotion
from vitruve.tasks.forecasting import ForecastBatch
from vitruve.tasks.method import Recipe, Schedule, Stage
from vitruve.training import Split, TrainingOptions, learning_curve, train
from vitruve.training.sampling import EpochBatches, derived_seed
from vitruve.training.schedules import learning_rate

pytest.importorskip("lightning")

SCRIPT = """
import os, sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[3])
from tests.training.test_training import RECIPE, options, samples
from vitruve.methods.forecasting.eqmotion import EqMotion
from vitruve.tasks.forecasting import ForecastBatch
from vitruve.training import Split, train
torch.manual_seed(0)
split, kill, seen = samples(), int(sys.argv[2]), [0]
def get(i, generator):
    seen[0] += 1
    if kill and seen[0] > kill:
        os.kill(os.getpid(), 9)
    return split.get(i, generator)
def evaluate(model):
    return {"loss": float(model.losses(next(iter(split.batches(32))))["displacement"])}
train(EqMotion(EqMotion.tiny_config()), Split(len(split), get, ForecastBatch.collate), sys.argv[1], options(), RECIPE, evaluate)
"""
SCHEDULE = Schedule("cosine", warmup=1, per_step=True)
RECIPE = Recipe(
    (Stage("first", epochs=3, batch_size=8, optimizer="adam", ema=0.9, schedule=SCHEDULE), Stage("second", epochs=2, batch_size=8, modules=("heads",)))
)


def options(**changes: object) -> TrainingOptions:
    return TrainingOptions(**{"progress": False, "checkpoint_every": 2, "accelerator": "cpu", **changes})  # type: ignore[arg-type]


def samples(size: int = 32) -> Split:
    batch = EqMotion(EqMotion.tiny_config()).example_batch(size, torch.Generator().manual_seed(1))

    def get(i: int, generator: torch.Generator | None) -> tuple[torch.Tensor, ...]:
        noise = 0.01 * torch.randn(batch.past[i].shape, generator=generator) if generator else 0.0
        assert batch.future is not None
        return batch.past[i] + noise, batch.future[i], batch.valid[i]

    return Split(size, get, ForecastBatch.collate)


def _run(folder: Path, kill: int = 0) -> int:
    root = str(Path(__file__).parents[2])
    return subprocess.run([sys.executable, "-c", SCRIPT, str(folder), str(kill), root], capture_output=True, timeout=120).returncode


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path) -> None:
    assert _run(tmp_path / "whole") == 0
    expected, curve = load_file(tmp_path / "whole" / "model.safetensors"), learning_curve(tmp_path / "whole", "loss")
    assert len(curve) == 5
    # five random points within the 5 epochs of 4 batches of 8 samples
    for kill in random.Random(7).sample(range(9, 5 * 32), 5):
        folder = tmp_path / f"killed-{kill}"
        assert _run(folder, kill) == -9
        assert _run(folder) == 0
        found = load_file(folder / "model.safetensors")
        assert all(torch.equal(expected[k], found[k]) for k in expected), f"killed at sample {kill}"
        assert learning_curve(folder, "loss") == curve, f"killed at sample {kill}"


def test_trains_freezes_and_logs(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = EqMotion(EqMotion.tiny_config())
    scores: list[float] = []

    def evaluate(m: EqMotion) -> dict[str, float]:
        scores.append(float(m.losses(next(iter(samples().batches(32))))["displacement"]))
        return {"loss": scores[-1]}

    train(model, samples(), tmp_path, options(), RECIPE, evaluate, "-loss")
    assert len(scores) == 5 and scores[2] < scores[0]
    first = load_file(tmp_path / "stage-0-first" / "model.safetensors")
    last = load_file(tmp_path / "model.safetensors")
    moved = {k for k in first if not torch.equal(first[k], last[k])}
    assert moved and all(k.startswith("heads") for k in moved), "the second stage trains its modules only"
    curve = learning_curve(tmp_path, "loss")
    assert [epoch for epoch, _ in curve] == [1, 2, 3, 4, 5] and [value for _, value in curve] == pytest.approx(scores)
    assert list(tmp_path.glob("stage-0-first.run/tensorboard/version_0/events*"))


def test_what_a_stage_freezes_the_next_may_train_and_stages_have_their_own_samples(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = EqMotion(EqMotion.tiny_config())
    recipe = Recipe((Stage("heads", epochs=1, batch_size=4, modules=("heads",)), Stage("all", epochs=1, batch_size=4)))
    train(model, {"heads": samples(8), "all": samples(4)}, tmp_path, options(), recipe)
    first, last = load_file(tmp_path / "stage-0-heads" / "model.safetensors"), load_file(tmp_path / "model.safetensors")
    assert any(not torch.equal(first[k], last[k]) for k in first if not k.startswith("heads"))
    assert all(p.requires_grad for p in model.parameters())
    with pytest.raises(OptionError, match="no samples for the stage all"):
        train(EqMotion(EqMotion.tiny_config()), {"heads": samples(8)}, tmp_path / "other", options(), recipe)


def test_a_folder_belongs_to_one_run(tmp_path: Path) -> None:
    recipe = Recipe((Stage(epochs=1, batch_size=16),))
    train(EqMotion(EqMotion.tiny_config()), samples(), tmp_path, options(), recipe)
    with pytest.raises(OptionError, match="another run.*seed"):
        train(EqMotion(EqMotion.tiny_config()), samples(), tmp_path, options(seed=1), recipe)


def test_stops_early(tmp_path: Path) -> None:
    calls: list[int] = []

    def worse(_: EqMotion) -> dict[str, float]:
        calls.append(len(calls))
        return {"score": -float(len(calls))}

    train(EqMotion(EqMotion.tiny_config()), samples(), tmp_path, options(patience=2), Recipe((Stage(epochs=20, batch_size=16),)), worse, "score")
    assert len(calls) == 3


def test_lightning_says_nothing_of_itself_and_ctrl_c_stays_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("lightning.pytorch")
    said: list[logging.LogRecord] = []
    monkeypatch.setattr(log, "handlers", [handler := logging.Handler()])
    handler.emit = said.append  # type: ignore[method-assign]
    recipe, level = Recipe((Stage("only", epochs=1, batch_size=8),)), log.level
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(EqMotion(EqMotion.tiny_config()), samples(), tmp_path / "whole", options(), recipe)
    assert not said and not [w for w in caught if "lightning" in w.filename] and log.level == level

    def stop(i: int, generator: torch.Generator | None) -> None:
        raise KeyboardInterrupt

    handled = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(EqMotion(EqMotion.tiny_config()), Split(8, stop, ForecastBatch.collate), tmp_path / "stopped", options(), recipe)
    assert log.level == level
    signal.signal(signal.SIGINT, handled)


@pytest.mark.slow
def test_two_processes_share_the_samples_or_the_weights_too(tmp_path: Path) -> None:
    script = (
        "import sys, torch; torch.set_num_threads(1); sys.path.insert(0, sys.argv[3])\n"
        "from tests.training.test_training import options, samples\n"
        "from vitruve.tasks.method import Recipe, Stage\n"
        "from vitruve.methods.forecasting.eqmotion import EqMotion\n"
        "from vitruve.training import train\n"
        "torch.manual_seed(0)\n"
        "seen = []\n"
        "score = lambda m: seen.append(m) or {'size': float(sum(p.abs().sum() for p in m.parameters()))}\n"
        "recipe = Recipe((Stage(epochs=2, batch_size=4, ema=0.9, clip_norm=1.0),))\n"
        "m = EqMotion(EqMotion.tiny_config())\n"
        "assert train(m, samples(), sys.argv[1], options(devices=2, strategy=sys.argv[2]), recipe, score) is m and seen == [m, m]\n"
    )
    path = tmp_path / "two.py"
    path.write_text(script)
    found = []
    for strategy in ("ddp", "fsdp"):
        place = [str(tmp_path / strategy), strategy, str(Path(__file__).parents[2])]
        out = subprocess.run([sys.executable, str(path), *place], capture_output=True, text=True, timeout=240)
        assert out.returncode == 0, out.stderr[-2000:]
        found.append(load_file(tmp_path / strategy / "model.safetensors"))
    torch.manual_seed(0)
    start = EqMotion(EqMotion.tiny_config()).state_dict()
    assert any(not torch.equal(v, start[k]) for k, v in found[0].items())
    torch.testing.assert_close(found[1], found[0], atol=1e-6, rtol=1e-5)


def test_order_is_a_function_of_seed_and_epoch() -> None:
    a = EpochBatches(20, 4, seed=3)
    first = list(a)
    assert list(a) == first and len(first) == len(a) == 5
    a.epoch = 1
    assert list(a) != first
    a.epoch, a.done = 0, (0, 2)
    assert list(a) == first[2:]
    halves = [EpochBatches(20, 4, 3, rank, 2) for rank in (0, 1)]
    seen = [key[1] for half in halves for batch in half for key in batch]
    assert len(seen) == len(set(seen)) == 16


def test_seeds_are_the_same_everywhere() -> None:
    assert derived_seed(0, "order", 1) == derived_seed(0, "order", 1) != derived_seed(0, "order", 2)
    assert 0 <= derived_seed("x") < 2**63


def test_schedules() -> None:
    cosine = Schedule("cosine", warmup=10, warmup_from=0.1, final=0.0)
    assert learning_rate(cosine, 1.0, 110, 0) == pytest.approx(0.1) and learning_rate(cosine, 1.0, 110, 10) == pytest.approx(1.0)
    assert learning_rate(cosine, 1.0, 110, 60) == pytest.approx(0.5) and learning_rate(cosine, 1.0, 110, 110) == pytest.approx(0.0)
    step = Schedule("step", milestones=(5, 8), factor=0.1)
    assert [round(learning_rate(step, 1.0, 10, e), 4) for e in (0, 5, 9)] == [1.0, 0.1, 0.01]
    assert learning_rate(Schedule("exponential", factor=0.5, every=2), 1.0, 10, 5) == pytest.approx(0.25)
    with pytest.raises(OptionError, match="triangular"):
        Schedule("triangular")
