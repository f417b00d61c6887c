"""The one LightningModule that trains any method."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import lightning as L
import torch
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor

from vitruve.errors import OptionError
from vitruve.tasks.method import Method, Stage
from vitruve.training.sampling import EpochBatches, derived_seed
from vitruve.training.schedules import learning_rate, optimizer


class MethodModule(L.LightningModule):
    """Sums a method's losses, moves its learning rate, keeps the moving average of its weights.

    Nothing here carries hidden state from step to step but weights, optimiser, average and the method's own training
    state: random numbers are seeded anew for every step, so a run that was stopped goes on as if it never had been.
    """

    def __init__(self, method: Method, stage: Stage, sampler: EpochBatches, seed: int) -> None:
        super().__init__()
        self.method, self.stage, self.sampler, self.seed = method, stage, sampler, seed
        self.average: dict[str, Tensor] | None = None
        self.trainable: dict[str, bool] = {}
        self.sharded = False
        # a method whose parts play against each other takes its optimiser steps one by one
        self.automatic_optimization = type(method).moves is Method.moves
        self.step = 0
        """Batches of this stage that were trained on."""

    def configure_model(self) -> None:
        if self.device_mesh is None or self.sharded:
            return
        # the caller's method stays whole; its sharded copy is trained
        from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

        self.method = deepcopy(self.method)
        fully_shard(self.method, mesh=self.device_mesh["data_parallel"])
        register_fsdp_forward_method(self.method, "losses")
        self.sharded = True

    @property
    def trains_others(self) -> bool:
        """Whether the weights to be used are not those in the caller's method: an average of them, or a sharded copy's."""
        return self.sharded or self.average is not None

    def weights(self) -> dict[str, Tensor]:
        """The weights in use, whole on every process: the moving average where there is one."""
        return {k: _whole(v) for k, v in (self.average or self.method.state_dict()).items()}

    def configure_optimizers(self) -> torch.optim.Optimizer:
        chosen = [(n, p) for n, p in self.method.named_parameters() if not self.stage.modules or n.startswith(self.stage.modules)]
        if not chosen:
            raise OptionError(f"stage {self.stage.name!r}: no parameter of {self.method.card.slug} begins with {', '.join(self.stage.modules)}")
        self.trainable = {n: p.requires_grad for n, p in self.method.named_parameters()}
        if self.stage.modules:
            names = {n for n, _ in chosen}
            for name, p in self.method.named_parameters():
                p.requires_grad_(name in names)
        return optimizer(self.stage, [p for _, p in chosen])

    def on_train_start(self) -> None:
        if self.stage.ema is not None and self.average is None:
            self.average = {k: v.detach().clone() for k, v in self.method.state_dict().items()}

    def on_fit_end(self) -> None:
        # what this stage froze may be trained by the next
        for name, p in self.method.named_parameters():
            p.requires_grad_(self.trainable[name])

    def on_train_epoch_start(self) -> None:
        self.sampler.epoch = self.current_epoch
        self._set_rate(float(self.current_epoch))

    def _set_rate(self, epoch: float) -> None:
        rate = learning_rate(self.stage.schedule, self.stage.lr, self.stage.epochs, epoch)
        for group in self.optimizers().param_groups:  # type: ignore[union-attr]
            group["lr"] = rate

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        torch.manual_seed(derived_seed(self.seed, self.stage.name, "step", self.step, self.global_rank))
        if self.stage.schedule.per_step:
            self._set_rate(self.step / len(self.sampler))

    def training_step(self, batch: Any, batch_idx: int) -> Tensor | None:
        total = None
        if self.automatic_optimization:
            total = self._sum(self.method.losses(batch), len(batch))
            self.log("loss", total.detach(), prog_bar=True, on_step=True, on_epoch=True, batch_size=len(batch), sync_dist=True)
        else:
            self._take_moves(batch)
        self.step += 1
        return total

    def _take_moves(self, batch: Any) -> None:
        optimizer = self.optimizers()
        for player, terms in self.method.moves(batch, self.step / len(self.sampler), self.step):
            moved = [p for p in player.parameters() if p.requires_grad]
            optimizer.zero_grad()  # type: ignore[union-attr]
            # other parts get no gradient, and stay where they are
            self.manual_backward(self._sum(terms, len(batch)), inputs=moved)
            if self.stage.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(moved, self.stage.clip_norm)
            optimizer.step()  # type: ignore[union-attr]
        self._move_average()

    def _sum(self, terms: dict[str, Tensor], size: int) -> Tensor:
        self.log_dict({f"loss/{k}": v.detach() for k, v in terms.items()}, on_step=False, on_epoch=True, batch_size=size, sync_dist=True)
        return torch.stack([t for t in terms.values()]).sum()

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        super().optimizer_step(*args, **kwargs)
        # here rather than at the end of the batch: a checkpoint may be written before that
        self._move_average()

    def _move_average(self) -> None:
        if self.average is None or self.stage.ema is None:
            return
        for key, value in self.method.state_dict().items():
            if value.is_floating_point():
                self.average[key].lerp_(value.detach(), 1 - self.stage.ema)
            else:
                self.average[key].copy_(value)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        average = None if self.average is None else {k: _whole(v) for k, v in self.average.items()}
        checkpoint |= {"average": average, "step": self.step, "method": self.method.training_state()}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.average, self.step = checkpoint["average"], checkpoint["step"]
        if self.average is not None:
            self.average = {k: _like(v, self.average[k]) for k, v in self.method.state_dict().items()}
        self.method.load_training_state(checkpoint["method"])
        # the first epoch's batches are asked for before on_train_epoch_start: skip those already trained on
        self.sampler.epoch = checkpoint["epoch"]
        self.sampler.done = self.sampler.epoch, checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]["current"]["processed"]


def _whole(x: Tensor) -> Tensor:
    """A tensor that lies in parts on several processes, put together on each."""
    return x.full_tensor() if isinstance(x, DTensor) else x


def _like(x: Tensor, whole: Tensor) -> Tensor:
    """A whole tensor laid out as x is."""
    return distribute_tensor(whole.to(x.device), x.device_mesh, x.placements) if isinstance(x, DTensor) else whole.to(x.device)


class Checkpoint(L.Callback):
    """Keeps one checkpoint, replaced whole every `every` steps and at the end of each epoch."""

    def __init__(self, path: Path, every: int) -> None:
        self.path, self.every = path, every

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, outputs: Any, batch: Any, batch_idx: int) -> None:
        # the last batch of an epoch is left to on_train_epoch_end: the loops resume cleanly only from there
        if pl_module.step % self.every == 0 and not trainer.is_last_batch:  # type: ignore[operator]
            self._save(trainer)

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._save(trainer)

    def _save(self, trainer: L.Trainer) -> None:
        temporary = self.path.with_suffix(".partial")
        trainer.save_checkpoint(temporary)
        trainer.strategy.barrier()
        if trainer.is_global_zero:
            os.replace(temporary, self.path)
