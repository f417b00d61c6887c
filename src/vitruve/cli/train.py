"""`vitruve train`: a method by its paper's recipe, resumed where it was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

EXAMPLES = """\
vitruve train eqmotion --data charged                     simulated: needs no download
vitruve train skateformer --data nw_ucla --epochs 50
vitruve train hopfir --data cmu_lift --device gpu --precision bf16-mixed
vitruve train skateformer --data nw_ucla --set channels=[32,64,64,64] --set heads=8
vitruve train skateformer --data nw_ucla --device gpu --devices 4 --strategy ddp
"""


def train(
    method: tyro.conf.Positional[str],
    /,
    data: str,
    folder: Path | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    lr: float | None = None,
    seed: int = 0,
    set: Annotated[tuple[str, ...], tyro.conf.arg(metavar="FIELD=VALUE"), tyro.conf.UseAppendAction] = (),
    device: Literal["auto", "cpu", "gpu"] = "auto",
    devices: int = 1,
    strategy: Literal["auto", "ddp", "fsdp"] = "auto",
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true",
    workers: int = 0,
    data_root: Path | None = None,
) -> None:
    """Train a method on a data set by its paper's recipe. Called again with the same options it goes on where it was stopped.

    Args:
        method: its short name, see `vitruve methods`.
        data: a set of its task, see `vitruve data`.
        folder: gets checkpoints, logs and the trained method; runs/METHOD-SET-SEED by default.
        epochs: instead of the recipe's; its learning rate schedule is stretched along.
        batch_size: instead of the recipe's.
        lr: instead of the recipe's.
        seed: of weights, order and augmentation.
        set: another value for a field of the method's config, as JSON; may be given several times.
        device: where to train.
        devices: how many of them.
        strategy: how several devices share the work.
        precision: of the numbers.
        workers: processes that prepare samples.
        data_root: folder of the data sets; VITRUVE_DATA by default.
    """
    import torch

    from vitruve.cli.shared import changes
    from vitruve.errors import OptionError
    from vitruve.methods import method as find
    from vitruve.training import TrainingOptions
    from vitruve.training import train as run
    from vitruve.training.setup import setup

    here = torch.accelerator.device_count()
    if device == "gpu" and devices > here:
        raise OptionError(f"--device gpu --devices {devices}: torch finds {here or 'no GPU'} here")
    cls = find(method)
    ready = setup(cls.card.task, data, data_root)
    torch.manual_seed(seed)
    model = ready.build(cls, changes(set))
    options = TrainingOptions(
        seed=seed,
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        accelerator=device,
        devices=devices,
        strategy=strategy,
        precision=precision,
        workers=workers,
    )
    place = folder or Path("runs") / f"{method}-{data.replace(':', '-')}-{seed}"
    split = ready.split(model)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{cls.card.title}\n{parameters} parameters, {len(split)} samples of {data}, in {place}")
    run(model, split, place, options, evaluate=ready.validation)
    print(f"wrote {place}\nscore it: vitruve eval {method} --data {data} --weights {place}")
