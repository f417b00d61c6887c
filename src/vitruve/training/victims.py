"""Recognisers to attack, trained once and kept: with a defence or without."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError
from vitruve.io.files import atomic
from vitruve.nn.bayes import SGAdaHMC
from vitruve.nn.defences import BEAT, trades
from vitruve.nn.victims import Body, Headed
from vitruve.tasks.recognition import ActionClip
from vitruve.tasks.robustness import attack_clip
from vitruve.training.sampling import derived_seed

DEFENCES = ("none", "trades", "beat")


@dataclass(frozen=True, eq=False)
class Clips:
    """Clips as attackers and victims read them: joints in metres, centred, all of one length."""

    joints: Float[Tensor, "N 3 T J P"]
    label: Int[Tensor, " N"]

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: Any) -> Clips:
        return Clips(self.joints[rows], self.label[rows])


def arrays(clips: Sequence[ActionClip], skeleton: Skeleton, people: int, frames: int) -> Clips:
    """Labelled clips, whole, resized to `frames`; see `tasks.robustness.attack_clip`."""
    joints = [attack_clip(c.poses.map_to(skeleton), skeleton, people, frames)[0] for c in clips]
    return Clips(torch.stack(joints), torch.tensor([c.label for c in clips]))


@dataclass(frozen=True)
class VictimTraining:
    """AdamW with a rate that falls to zero along a cosine (our choice: one recipe for all, that small data sets train with).

    The heads of "beat" are sampled at a steady rate, as the benchmark of TASAR has it.
    """

    epochs: int = 60
    batch_size: int = 64
    lr: float = 5e-3
    weight_decay: float = 1e-2
    defence: str = "none"
    epsilon: float = 0.01
    """Of TRADES."""
    inner: int = 10
    """Steps of a defence's search or sampling."""
    seed: int = 0
    about: dict[str, Any] = field(default_factory=dict)
    """What else tells this training from others: data, sizes."""

    def __post_init__(self) -> None:
        if self.defence not in DEFENCES:
            raise OptionError(f"defence {self.defence!r}: expected one of {', '.join(DEFENCES)}")


def _losses(net: nn.Module, body: Body, training: VictimTraining) -> Callable[[Tensor, Tensor], list[Tensor]]:
    """The terms that a defence minimises."""
    if isinstance(net, Headed):
        # each with clips of its own
        defences = [(BEAT(body.bones, training.inner), partial(net.head, m)) for m in range(len(net.heads))]
        return lambda joints, label: [v for beat, head in defences for v in beat.losses(head, joints, label).values()]
    if training.defence == "trades":
        rate = 2.5 * training.epsilon / training.inner
        return lambda joints, label: list(trades(net, joints, label, training.epsilon, training.inner, rate).values())
    return lambda joints, label: [F.cross_entropy(net(joints), label)]


def train_victim(net: nn.Module, name: str, clips: Clips, body: Body, folder: str | Path, training: VictimTraining) -> nn.Module:
    """Train a recogniser and keep it in the folder, or take it from there if it has been trained with the same settings.

    Args:
        net: of fresh weights; maps joints to logits. For "beat" a trained recogniser with fresh heads behind it.
        name: of the file.
        clips: to learn from.
        body: joint set, for the defence that looks at bones.
        folder: gets NAME-DEFENCE-SETTINGS.safetensors.
        training: settings.

    Raises OptionError where "beat" is to train something else than heads.
    """
    if (training.defence == "beat") != isinstance(net, Headed):
        raise OptionError(f"defence {training.defence!r} of a {type(net).__name__}: 'beat' trains the heads of a Headed, the others whole networks")
    key = derived_seed(json.dumps({**asdict(training), "clips": len(clips)}, sort_keys=True, default=str))
    path = Path(folder) / f"{name}-{training.defence}-{key:016x}.safetensors"
    if path.is_file():
        net.load_state_dict(load_file(path))
        return net.eval()
    generator = torch.Generator().manual_seed(training.seed)
    size = min(training.batch_size, len(clips))
    steps = training.epochs * (len(clips) // size)
    if isinstance(net, Headed):
        optimizer: torch.optim.Optimizer = SGAdaHMC([net.heads], training.lr)
        schedule = None
    else:
        optimizer = torch.optim.AdamW(net.parameters(), lr=training.lr, weight_decay=training.weight_decay)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps, 1))
    losses = _losses(net, body, training)
    net.train()
    with torch.random.fork_rng([]):
        torch.manual_seed(training.seed)
        for _ in range(training.epochs):
            order = torch.randperm(len(clips), generator=generator)
            for i in range(0, len(clips) - size + 1, size):
                batch = clips[order[i : i + size]]
                optimizer.zero_grad()
                torch.stack(losses(batch.joints, batch.label)).sum().backward()
                optimizer.step()
                if schedule is not None:
                    schedule.step()
    net.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        save_file(net.state_dict(), temporary)
    return net
