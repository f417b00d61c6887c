"""`train`: a method's stages in order, with checkpoints, logs, early stop and a progress bar."""

from __future__ import annotations

import csv
import json
import logging
import math
import os
import re
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader

from vitruve.errors import MissingExtraError, OptionError
from vitruve.io.files import atomic
from vitruve.tasks.method import Method, Recipe, Stage, config_to_json
from vitruve.tasks.split import Split
from vitruve.training.sampling import Augmented, EpochBatches, derived_seed

if TYPE_CHECKING:
    from vitruve.training.module import MethodModule


@dataclass(frozen=True)
class TrainingOptions:
    """How to train, beside what the recipe says."""

    seed: int = 0
    epochs: int | None = None
    """Instead of each stage's own; its schedule is stretched along."""
    batch_size: int | None = None
    lr: float | None = None
    accelerator: str = "auto"
    devices: int = 1
    strategy: str = "auto"
    """Over several devices: "ddp", or "fsdp", which spreads weights, gradients and the optimiser's state over them."""
    precision: str = "32-true"
    """"bf16-mixed" or "16-mixed" for mixed precision."""
    workers: int = 0
    checkpoint_every: int = 200
    """Steps between checkpoints."""
    evaluate_every: int = 1
    """Epochs between evaluations, where there is something to evaluate."""
    patience: int | None = None
    """Stop after this many evaluations without a better score."""
    progress: bool = True

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("devices", 1), ("workers", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise OptionError(f"{name}={value}: expected {least} or more")
        if self.lr is not None and not 0 < self.lr < math.inf:
            raise OptionError(f"lr={self.lr}: expected a positive number")


def train(
    method: Method,
    split: Split | Mapping[str, Split],
    folder: str | Path,
    options: TrainingOptions | None = None,
    recipe: Recipe | None = None,
    evaluate: Callable[[Method], dict[str, float]] | None = None,
    monitor: str | None = None,
) -> Method:
    """Train by the recipe; called again on the same folder it goes on where it was stopped, to the same weights.

    Args:
        method: trained in place; its weights at the start belong to the caller (seed before building it).
        split: the training samples; of each stage by its name, where stages see different ones.
        folder: gets checkpoints, logs (CSV and TensorBoard), and the trained method at the end.
        options: seed, device, precision, and overrides of the recipe.
        recipe: instead of the method's own.
        evaluate: scores by name, on validation data; logged each `evaluate_every` epochs.
        monitor: the score to stop early by (higher is better; "-name" for lower).

    Returns:
        The method with its final weights (the moving average where the stage keeps one).
    """
    try:
        import lightning  # noqa: F401
    except ImportError:
        raise MissingExtraError("lightning", "train") from None
    options = options or TrainingOptions()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stages = [_override(s, options) for s in (recipe or method.RECIPE).stages]
    samples = {s.name: split for s in stages} if isinstance(split, Split) else dict(split)
    absent = [s.name for s in stages if s.name not in samples]
    if absent:
        raise OptionError(f"no samples for the stage {', '.join(absent)}; there are some for {', '.join(samples)}")
    _check_same_run(folder, method, stages, options)
    for number, stage in enumerate(stages):
        done = folder / f"stage-{number}-{stage.name}"
        method.start_stage(stage)
        if (done / "model.safetensors").is_file():
            method.load_state_dict(type(method).from_pretrained(done).state_dict())
        else:
            _run_stage(method, stage, samples[stage.name], folder / f"stage-{number}-{stage.name}.run", options, evaluate, monitor)
            method.save_pretrained(done)
    method.save_pretrained(folder)
    return method.eval()


def _override(stage: Stage, options: TrainingOptions) -> Stage:
    changes: dict[str, Any] = {}
    if options.epochs is not None and options.epochs != stage.epochs:
        ratio = options.epochs / stage.epochs
        s = stage.schedule
        changes["schedule"] = replace(s, warmup=s.warmup * ratio, milestones=tuple(m * ratio for m in s.milestones))
        changes["epochs"] = options.epochs
    if options.batch_size is not None:
        changes["batch_size"] = options.batch_size
    if options.lr is not None:
        changes["lr"] = options.lr
    return replace(stage, **changes)


def _check_same_run(folder: Path, method: Method, stages: list[Stage], options: TrainingOptions) -> None:
    """A folder belongs to one run: resuming it with other settings would give neither result."""
    run = {
        "slug": method.card.slug,
        "config": config_to_json(method.config),
        "stages": json.loads(json.dumps([asdict(s) for s in stages])),
        "seed": options.seed,
    }
    path = folder / "run.json"
    if path.is_file():
        before = json.loads(path.read_text())
        differing = [k for k in run if run[k] != before.get(k)]
        if differing:
            raise OptionError(f"{folder} holds another run ({', '.join(differing)} differ): choose another folder, or remove it")
        return
    with atomic(path) as temporary:
        temporary.write_text(json.dumps(run, indent=1))


def learning_curve(folder: str | Path, score: str) -> list[tuple[int, float]]:
    """(Epochs done over all stages, score) at each evaluation of a training that has `folder`; `score` is a name that `evaluate` gave."""

    def number(path: Path) -> int:
        return int(re.findall(r"\d+", path.name)[0])

    found: dict[int, float] = {}
    done = 0
    for stage in sorted(Path(folder).glob("stage-*.run"), key=number):
        epoch = 0
        # one log of each start; a resumed one repeats what came after the last checkpoint
        for log in sorted(stage.glob("csv/version_*/metrics.csv"), key=lambda path: number(path.parent)):
            with log.open(newline="") as file:
                for row in csv.DictReader(file):
                    epoch = int(row["epoch"]) + 1
                    if row.get(f"val/{score}"):
                        found[done + epoch] = float(row[f"val/{score}"])
        done += epoch
    return sorted(found.items())


@contextmanager
def _quiet_lightning() -> Iterator[None]:
    """Without what Lightning tells of itself, of devices that are not there, and of choices that are ours; its other warnings stay."""
    log = logging.getLogger("lightning.pytorch")
    level = log.level
    log.setLevel(max(level, logging.WARNING))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not have many workers.*")
            warnings.filterwarnings("ignore", message=".*resumed the training from a checkpoint that ended before the epoch ended.*")
            # what a stage freezes is in that mode on purpose
            warnings.filterwarnings("ignore", message=r".*module\(s\) in eval mode at the start of training.*")
            warnings.filterwarnings("ignore", message=r".*isinstance\(treespec, LeafSpec\).*")
            yield
    finally:
        log.setLevel(level)


@_quiet_lightning()
def _run_stage(
    method: Method,
    stage: Stage,
    split: Split,
    folder: Path,
    options: TrainingOptions,
    evaluate: Callable[[Method], dict[str, float]] | None,
    monitor: str | None,
) -> None:
    import lightning as L
    from lightning.pytorch.callbacks import Callback
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
    from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy
    from lightning.pytorch.utilities.exceptions import SIGTERMException

    from vitruve.training.module import Checkpoint, MethodModule

    world = options.devices if options.strategy != "auto" else 1
    sampler = EpochBatches(len(split), stage.batch_size, derived_seed(options.seed, stage.name), int(os.environ.get("LOCAL_RANK", "0")), world)
    if len(sampler) == 0:
        raise OptionError(f"{len(split)} samples are too few for {world} processes")
    module = MethodModule(method, stage, sampler, options.seed)
    if world > 1 and not module.automatic_optimization:
        raise OptionError(f"{method.card.slug} moves its parts in turn, on one device; found devices={world}")
    loader = DataLoader(
        Augmented(split, derived_seed(options.seed, stage.name)),
        batch_sampler=sampler,
        collate_fn=split.collate,
        num_workers=options.workers,
        persistent_workers=options.workers > 0,
    )
    checkpoint = folder / "last.ckpt"

    class Evaluation(Callback):
        best, waited = -float("inf"), 0

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            last = trainer.current_epoch + 1 == stage.epochs
            if evaluate is None or not (last or (trainer.current_epoch + 1) % options.evaluate_every == 0):
                return
            with _weights_to_score(method, module):
                scores = evaluate(method)
            method.train()
            named = {f"val/{k}": v for k, v in scores.items()}
            pl_module.log_dict(named, prog_bar=True, logger=False, sync_dist=True)
            # on disk before the checkpoint of this epoch is, so that a run that goes on from there lacks no score
            for logger in trainer.loggers:
                logger.log_metrics({"epoch": trainer.current_epoch, **named}, trainer.global_step)
                logger.save()
            if monitor is None or options.patience is None:
                return
            score = -scores[monitor[1:]] if monitor.startswith("-") else scores[monitor]
            self.best, self.waited = (score, 0) if score > self.best else (self.best, self.waited + 1)
            trainer.should_stop = trainer.should_stop or self.waited >= options.patience

        def state_dict(self) -> dict[str, Any]:
            return {"best": self.best, "waited": self.waited}

        def load_state_dict(self, state_dict: dict[str, Any]) -> None:
            self.best, self.waited = state_dict["best"], state_dict["waited"]

    strategy: Any = options.strategy
    if strategy == "ddp":
        # a stage need not use every parameter
        strategy = DDPStrategy(find_unused_parameters=True)
    elif strategy == "fsdp":
        strategy = ModelParallelStrategy(options.devices, 1, save_distributed_checkpoint=False)
    trainer = L.Trainer(
        max_epochs=stage.epochs,
        accelerator=options.accelerator,
        devices=options.devices,
        strategy=strategy,
        precision=options.precision,  # type: ignore[arg-type]
        gradient_clip_val=stage.clip_norm if module.automatic_optimization else None,
        logger=[CSVLogger(folder, name="csv"), TensorBoardLogger(folder, name="tensorboard", version=0)],
        callbacks=[Evaluation(), Checkpoint(checkpoint, options.checkpoint_every)],
        enable_progress_bar=options.progress,
        enable_model_summary=False,
        enable_checkpointing=False,
        log_every_n_steps=min(10, len(sampler)),
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
    )
    resume = checkpoint if checkpoint.is_file() else None
    method.train()
    try:
        trainer.fit(module, loader, ckpt_path=resume, weights_only=False if resume else None)
    except SIGTERMException:
        raise SystemExit(128 + signal.SIGTERM) from None
    except SystemExit:
        # what Lightning makes of Ctrl-C
        raise KeyboardInterrupt from None
    if module.trains_others:
        method.load_state_dict(module.weights())
        method.load_training_state(module.method.training_state())


class _weights_to_score:
    """The method with the weights to be scored, for the length of a with block: the moving average, or those of its sharded copy."""

    def __init__(self, method: Method, module: MethodModule) -> None:
        self.method, self.module = method, module

    def __enter__(self) -> None:
        if self.module.trains_others:
            self.kept = {k: v.clone() for k, v in self.method.state_dict().items()}
            self.method.load_state_dict(self.module.weights())

    def __exit__(self, *_: object) -> None:
        if self.module.trains_others:
            self.method.load_state_dict(self.kept)
