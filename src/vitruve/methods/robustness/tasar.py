"""TASAR: attacks that transfer, from a surrogate whose loss has been made smooth and gradients that know how people move (ICLR 2025)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.nn.attacks import Budget, Case
from vitruve.nn.bayes import gaussian, head_answers, moved_mean
from vitruve.nn.tvar import motion_gradient, motion_influence
from vitruve.nn.victims import HDM05, VICTIMS, Body, Size, Victim, body, read_victim, victim
from vitruve.tasks.method import Card, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.tasks.robustness import Attacker

_UPDATES = 300
"""About how often the second posterior takes in weights."""
_SHARE = 0.2
"""Of the motion gradient in a step."""


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 60 with ST-GCN as the surrogate."""

    surrogate: str = "stgcn"
    """One of `nn.victims.VICTIMS`."""
    skeleton: str = "ntu25"
    """A standard, or "hdm05": the release's 25 joints of HDM05, for its weights."""
    num_classes: int = 60
    people: int = 2
    frames: int = 60
    width: int = 64
    """Channels of the surrogate's first blocks."""
    blocks: tuple[int, int, int] = (4, 3, 3)
    """Its blocks at all, half and a quarter of the frames."""
    tuples: tuple[int, int, int] = (2, 2, 4)
    """Its blocks of each width, for STTFormer."""
    hidden: int = 512
    """Its width, for the MLP."""
    scales: int = 13
    """Distances it sees, for MS-G3D."""
    dropout: float = 0.5
    """For ST-GCN."""
    heads: int = 3
    """Small networks behind the frozen surrogate, sampled from the posterior."""
    samples: int = 20
    """Weights drawn around each head in each step of an attack."""
    scale: float = 1.5
    """Of the spread with which they are drawn."""
    dual: bool = True
    """Draw weights around each head; without, the heads alone (ablation)."""
    radius: float = 0.1
    """Length along the gradient over which the rise of the loss is held down."""
    flatness: float = 1e-3
    """Weight of that rise."""
    motion: bool = True
    """Let gradients run through the model of the motion (ablation)."""
    bandwidth: float | None = None
    """Of that model, in lengths of the clip; None for cross-validation of every series."""
    epsilon: float = 0.01
    """Largest change of a coordinate, in metres."""
    rate: float = 0.01
    steps: int = 200
    targeted: bool = False
    """Labels that an attack is given are what clips shall be named, instead of what they are."""
    official_quirks: bool = False
    """As the release. Gradients of drawn weights are never reset, so that they sum up over the steps; the attack ends when the surrogate is
    fooled by the whole batch; absent people are moved too; the surrogate is the release's (see `nn.victims.victim`); of two streams, the
    second one's head reads the first one's logits."""

    def __post_init__(self) -> None:
        if self.surrogate not in VICTIMS:
            raise OptionError(f"TASAR surrogate={self.surrogate!r}: expected one of {', '.join(VICTIMS)}")
        if self.heads < 1 or self.samples < 1:
            raise OptionError(f"TASAR heads={self.heads}, samples={self.samples}: expected one or more")
        if self.skeleton != "hdm05":
            standard(self.skeleton)
        # both check themselves
        _ = self.size, self.budget

    @property
    def size(self) -> Size:
        return Size(self.width, self.blocks, self.tuples, self.hidden, self.scales, self.dropout)

    @property
    def budget(self) -> Budget:
        return Budget(self.epsilon, self.rate, self.steps, self.targeted, self.official_quirks)

    @property
    def body(self) -> Body:
        return HDM05 if self.skeleton == "hdm05" else body(standard(self.skeleton))


_Config = Config  # what the class below calls by the same name


class TASAR(Attacker):
    """A surrogate, heads behind it, and a Gaussian of weights around each head; `perturb` attacks with all of them.

    Training: the surrogate alone; heads behind it, each another sample of the posterior; heads again, with a penalty that keeps the loss flat,
    while their running means and mean squares are kept.

    >>> import torch
    >>> attacker = TASAR(TASAR.tiny_config()).eval()
    >>> clips = torch.randn(2, 3, 12, 20, 1)
    >>> float((attacker.perturb(clips) - clips).abs().max()) <= attacker.config.epsilon + 1e-6
    True
    """

    card = Card(
        slug="tasar",
        title="TASAR: Transfer-based Attack on Skeletal Action Recognition",
        venue="ICLR 2025",
        task="robustness",
        summary="Changes clips by at most a few millimetres or centimetres so that recognisers that it has never seen misname them. Small networks "
        "behind a frozen surrogate, sampled from their posterior, and weights drawn around each of them smooth the loss that is climbed; gradients "
        "also run through a time-varying autoregressive model of the motion, so that changes follow it.",
        claim="At the same size of change it fools unseen recognisers more often than I-FGSM, MI-FGSM and SMART, and less without the motion "
        "gradient or without drawing weights around the heads.",
        official="yunfengdiao/Skeleton-Robustness-Benchmark",
        code_licence="none given",
        weights_licence="none given",
        figures=(),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                "surrogate",
                epochs=80,
                batch_size=64,
                optimizer="sgd",
                lr=0.1,
                weight_decay=1e-4,
                schedule=Schedule("step", milestones=(10, 40)),
                modules=("surrogate.",),
            ),
            Stage("heads", epochs=5, batch_size=32, optimizer="sgadahmc", lr=2e-3, modules=("heads",)),
            Stage("dual", epochs=5, batch_size=32, optimizer="sgadahmc", lr=2e-3, modules=("heads",)),
        ),
        source="paper, appendix, and the release",
    )
    config: _Config
    mean: Tensor
    square: Tensor
    count: Tensor

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.surrogate: Victim = victim(c.surrogate, c.num_classes, c.body, c.people, c.frames, c.size, c.official_quirks)
        k, streams = c.num_classes, len(self.surrogate.streams)
        # as linear maps begin
        self.heads = nn.Parameter(torch.empty(c.heads, streams, 2 * k * (k + 1)).uniform_(-(k**-0.5), k**-0.5))
        self.register_buffer("mean", self.heads.detach().clone())
        self.register_buffer("square", self.mean.square())
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.stage: Stage | None = None

    # -- training --------------------------------------------------------------------------------

    def start_stage(self, stage: Stage) -> None:
        self.stage = stage

    def train(self, mode: bool = True) -> TASAR:
        super().train(mode)
        if self.stage is not None and self.stage.name != "surrogate":
            # frozen: its normalisation too
            self.surrogate.eval()
        return self

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Of the stage; of all of them where none has begun."""
        assert batch.label is not None
        stage = self.stage.name if self.stage is not None else "all"
        if stage == "surrogate":
            return self.surrogate.losses(batch.joints, batch.label)
        # frozen parameters carry no gradient; where nothing is frozen, heads do not move the surrogate
        answers = self.surrogate.answers(batch.joints)
        read = answers.detach().relu()
        terms = {"cross_entropy": F.cross_entropy(answers.sum(0), batch.label)} if stage == "all" else {}
        terms["heads"] = self.head_losses(read, batch.label, self.heads).sum()
        if stage != "heads":
            terms["flatness"] = self.flatness(read, batch.label)
        return terms

    def head_losses(self, logits: Float[Tensor, "S B K"], label: Int[Tensor, " B"], weights: Float[Tensor, "M S D"]) -> Float[Tensor, "M S"]:
        """Cross-entropy of each head of each stream."""
        scores = head_answers(logits, weights, self.config.official_quirks)
        m, s, b, k = scores.shape
        return F.cross_entropy(scores.reshape(-1, k), label.repeat(m * s), reduction="none").view(m, s, b).mean(-1)

    def flatness(self, logits: Float[Tensor, "S B K"], label: Int[Tensor, " B"]) -> Float[Tensor, ""]:
        """How much each head's loss rises `radius` along its gradient, weighted and summed: its gradient pulls towards flat minima.

        Source: paper, section 4.2; with the loss itself it gives g + (flatness / radius) (g' - g), as Dual_Bayesian has it.
        """
        c = self.config
        here = self.head_losses(logits, label, self.heads)
        (g,) = torch.autograd.grad(here.sum(), self.heads, retain_graph=True)
        ahead = self.heads + c.radius * g / g.norm(dim=-1, keepdim=True).clamp_min(1e-20)
        return c.flatness / c.radius * (self.head_losses(logits, label, ahead) - here).sum()

    def moves(self, batch: RecognitionBatch, epoch: float, step: int) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        """One step; in the last stage the weights it gives are taken into the second posterior, about 300 times in all."""
        yield self, self.losses(batch)
        if self.stage is None or self.stage.name != "dual":
            return
        steps = self.stage.epochs * round(step / epoch) if step else 0
        if step % max(steps // _UPDATES, 1) == 0:
            for m in range(self.config.heads):
                self.take_in(m, int(self.count))
            self.count += 1

    @torch.no_grad()
    def take_in(self, head: int, n: int) -> None:
        """Head's weights into its running mean and mean square, as the value after n others.

        The release counts n on over the heads, so that its first values weigh the less the later the head; here each has its own.
        """
        self.mean[head] = moved_mean(self.mean[head], self.heads[head], n)
        self.square[head] = moved_mean(self.square[head], self.heads[head].square(), n)

    # -- attack ----------------------------------------------------------------------------------

    def logits(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B K"]:
        """The Bayesian prediction: logits of all heads, summed."""
        return head_answers(self.surrogate.answers(joints).relu(), self.heads, self.config.official_quirks).sum((0, 1))

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        return self.logits(batch.joints)

    def respond(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        return {"logits": self(batch).detach(), "changed": self.perturb(batch.joints, batch.label)}

    def drawn(self, noise: Float[Tensor, "M N S D"]) -> Float[Tensor, "MN S D"]:
        """Weights drawn around each head, N of each; the heads themselves where the last stage has not been trained or is left out."""
        if not self.config.dual or not int(self.count):
            return self.heads.detach()
        return gaussian(self.mean[:, None], self.square[:, None], self.config.scale, noise).flatten(0, 1)

    def perturb(
        self,
        joints: Float[Tensor, "B 3 T J P"],
        label: Int[Tensor, " B"] | None = None,
        generator: torch.Generator | None = None,
        influence: tuple[Tensor, Tensor] | None = None,
        noise: Float[Tensor, "I M N S D"] | None = None,
    ) -> Float[Tensor, "B 3 T J P"]:
        """Changed clips, no coordinate by more than epsilon.

        Args:
            joints: clips in metres, centred.
            label: what they are; what the heads name them if not given. With the config's `targeted`, what they shall be named.
            generator: of the weights that are drawn; the same ones each time without.
            influence: of each frame on the next two, in place of the fitted model's (`nn.tvar.motion_influence`).
            noise: of each step, in place of random numbers.

        Source: paper, algorithm 1, and Attackers/TASAR.py.
        """
        c = self.config
        generator = generator or torch.Generator().manual_seed(0)
        if label is None:
            if c.targeted:
                raise OptionError("TASAR targeted=True: say what the clips shall be named")
            with torch.no_grad():
                label = self.logits(joints).argmax(1)
        case = Case(joints, label, c.budget)
        if c.motion and influence is None:
            influence = motion_influence(joints, c.bandwidth)
        carried, total = torch.zeros_like(joints), torch.zeros_like(joints)

        def move(x: Tensor, step: int) -> tuple[Tensor, Tensor]:
            nonlocal carried, total
            x = x.detach().requires_grad_()
            read = self.surrogate.answers(x).relu()
            logits = head_answers(read, self.heads.detach(), c.official_quirks).sum((0, 1))
            shape = (c.heads, c.samples, *self.heads.shape[1:])
            z = torch.randn(shape, generator=generator).to(x) if noise is None else noise[step]
            answers = head_answers(read, self.drawn(z), c.official_quirks).sum(1)
            smooth = torch.stack([case.loss(scores) for scores in answers]).mean()
            if c.motion:
                assert influence is not None
                g = case.gradient(case.loss(logits), x, retain=True)
                carried = carried + g + motion_gradient(g, *influence)
            # the release sums on; that is momentum, which the paper does not speak of
            total = total * float(c.official_quirks) + case.gradient(smooth, x)
            direction = case.unit(total)
            return logits.detach(), (1 - _SHARE) * direction + _SHARE * case.unit(carried) if c.motion else direction

        return case.run(move)

    # -- files and tests -------------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        return cls.Config(**{k: facts[k] for k in ("skeleton", "num_classes", "people")})

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "another surrogate": {"surrogate": "ctrgcn"},
            "another joint set": {"skeleton": "ntu25"},
            "classes": {"num_classes": 5},
            "two people": {"people": 2},
            "longer clips": {"frames": 24},
            "wider": {"width": 16},
            "deeper": {"blocks": (2, 1, 1)},
            "deeper tuples": {"surrogate": "sttformer", "tuples": (2, 1, 1)},
            "wider MLP": {"surrogate": "mlp", "hidden": 64},
            "farther joints": {"surrogate": "msg3d", "scales": 4},
            "dropout": {"dropout": 0.5},
            "more heads": {"heads": 3},
            "radius": {"radius": 0.5},
            "flatness": {"flatness": 0.1},
            "no motion": {"motion": False},
            "bandwidth": {"bandwidth": 0.8},
            "budget": {"epsilon": 0.02},
            "step": {"rate": 0.002},
            "steps": {"steps": 2},
            "towards a name": {"targeted": True},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # fresh weights have no posterior to draw from: tests/methods/test_tasar.py shows these on trained ones
        return ("samples", "scale", "dual")

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(
            skeleton="kinect20", num_classes=4, people=1, frames=12, width=8, blocks=(1, 1, 1), tuples=(1, 1, 1), hidden=32, scales=3, dropout=0.0,
            heads=2, samples=2, steps=3,
        )  # fmt: skip

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        c = self.config
        joints = torch.randn(size, 3, c.frames, len(c.body.tree), c.people, generator=generator)
        label = torch.randint(c.num_classes, (size,), generator=generator)
        return RecognitionBatch(joints, torch.linspace(-1, 1, c.frames).repeat(size, 1), label)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> TASAR:
        """Read the authors' weights: of the surrogate, the heads, and the posteriors around them.

        Args:
            checkpoint: a folder with minValLossModel.pth of the surrogate, N_minValLossAppendedModel.pth and, where there are any,
                Dual_Bayesian/multi_swag_ep_N.pt for N = 0, 1, ...; or what is in them as one mapping, with base., headN., meanN. and sqmeanN.
                before the names.
            config: surrogate and skeleton ("hdm05"), and whatever departs from the defaults.
        """
        state = _read(checkpoint)
        heads = sum(1 for k in state if k.startswith("head") and k.endswith(".0.weight"))
        if not heads or "head0.0.weight" not in state:
            raise FormatError("checkpoint", "no head0.0.weight: not the weights of TASAR")
        model = cls(Config(**{"num_classes": len(state["head0.0.weight"]), "heads": heads, "official_quirks": True, **config}))
        c = model.config
        base = {k.removeprefix("base."): v for k, v in state.items() if k.startswith("base.")}
        load_strictly(model.surrogate, read_victim(c.surrogate, base, c.body, c.frames).state_dict())
        own = {"surrogate." + k: v for k, v in model.surrogate.state_dict().items()}
        known = {"base." + k for k in base}
        for name, group in (("heads", "head"), ("mean", "mean"), ("square", "sqmean")):
            if name != "heads" and f"{group}0.0.weight" not in state:
                group = "head"
            keys = [[f"{group}{m}.{part}" for part in ("0.weight", "0.bias", "1.weight", "1.bias")] for m in range(heads)]
            absent = [k for row in keys for k in row if k not in state]
            if absent:
                raise FormatError("checkpoint", f"missing {', '.join(absent[:8])}")
            known |= {k for row in keys for k in row}
            rows = torch.stack([torch.cat([state[k].flatten() for k in row]) for row in keys])[:, None]
            own[name] = rows.square() if name == "square" and group == "head" else rows
        own["count"] = torch.tensor(int("mean0.0.weight" in state))
        load_strictly(model, {**own, **{k: v for k, v in state.items() if k not in known}})
        return model.eval()


def _read(checkpoint: str | Path | Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The release's files as one mapping."""
    if isinstance(checkpoint, Mapping) or not Path(checkpoint).is_dir():
        return read_checkpoint(checkpoint)
    folder = Path(checkpoint)
    out = {f"base.{k}": v for k, v in read_checkpoint(folder / "minValLossModel.pth").items()}
    n = 0
    while (folder / f"{n}_minValLossAppendedModel.pth").is_file():
        out |= {f"head{n}.{k}": v for k, v in read_checkpoint(folder / f"{n}_minValLossAppendedModel.pth").items()}
        swag = folder / "Dual_Bayesian" / f"multi_swag_ep_{n}.pt"
        if swag.is_file():
            kept = torch.load(swag, map_location="cpu", weights_only=True)
            for name in ("mean", "sqmean"):
                if f"{name}_state_dict" not in kept:
                    raise FormatError(swag, f"expected {name}_state_dict")
                out |= {f"{name}{n}.{k.removeprefix('model.')}": v for k, v in kept[f"{name}_state_dict"].items()}
        n += 1
    return out
