"""The benchmark of attacks on recognisers of skeletons: victims x attacks x defences, on open data. After RobustBenchHAR (TASAR, ICLR 2025).

Attacks see the surrogates alone (ENSEMBLE and SVRE three of them, the others the first); victims are counted on the test clips that they
name rightly. All have the same budget.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.claims.base import Table, shown
from vitruve.data import actions
from vitruve.data import load as load_set
from vitruve.io.files import atomic
from vitruve.methods.recognition.skateformer import PART_ORDER, SkateFormer
from vitruve.methods.recognition.skateformer import Config as SkateConfig
from vitruve.methods.robustness.tasar import TASAR, Config
from vitruve.nn import attacks
from vitruve.nn.attacks import Budget, Perception
from vitruve.nn.victims import Body, Headed, Size, Victim, victim
from vitruve.tasks.method import Recipe
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.tasks.robustness import Deviation, deviation, fooled
from vitruve.tasks.split import Split
from vitruve.training import TrainingOptions, train
from vitruve.training.victims import Clips, VictimTraining, arrays, train_victim

DATA = {"nw_ucla": actions.cross_view, "msr_action3d": actions.odd_subjects}
ATTACKS = ("ifgsm", "mifgsm", "smart", "ciasa", "mig", "augment", "ensemble", "svre", "ba", "tasar")
Attack = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Scale:
    """How large the benchmark is."""

    frames: int = 60
    size: Size = Size(32, (2, 2, 2), (1, 1, 2), 256, 8, 0.3)
    steps: int = 1000
    """Of training a victim, in batches of 64."""
    inner: int = 10
    """Steps of a defence's search or sampling."""
    head_epochs: int = 5
    clips: int = 200
    """Test clips that are attacked; every so-manieth of all."""
    budget: Budget = Budget(0.01, 0.002, 100)
    heads: int = 3
    samples: int = 20
    defended: tuple[str, ...] = ("stgcn", "ctrgcn", "agcn")
    victims: tuple[str, ...] = ("stgcn", "ctrgcn", "msg3d", "agcn", "frhead", "sttformer", "skateformer", "mlp")


QUICK = Scale(
    frames=24, size=Size(8, (1, 1, 1), (1, 1, 2), 64, 3, 0.0), steps=400, inner=3, head_epochs=2, clips=116, budget=Budget(0.05, 0.01, 12), heads=2,
    samples=5, defended=("stgcn", "mlp"), victims=("stgcn", "ctrgcn", "msg3d", "agcn_joint", "sttformer", "mlp"),
)  # fmt: skip
"""For two cores: a quarter of an hour for each set and seed. The budget is what it takes to fool such small networks themselves."""


class SkateVictim(nn.Module):
    """SkateFormer as a victim: clips padded with zeros to whole partitions, joints in part order."""

    def __init__(self, num_classes: int, skeleton: str, people: int, frames: int, small: bool) -> None:
        super().__init__()
        depths = (1, 1) if small else (1, 1, 1, 1)
        whole = 8 * 2 ** (len(depths) - 1)
        self.frames = -(-frames // whole) * whole
        parts: dict[str, Any] = {"near_joints": 4, "far_joints": len(PART_ORDER[skeleton]) * people // 4}
        width = 32 if small else 64
        self.net = SkateFormer(
            SkateConfig(
                num_classes=num_classes,
                skeleton=skeleton,
                people=people,
                frames=self.frames,
                depths=depths,
                channels=(width,) * len(depths),
                heads=8,
                attention_dropout=0.0,
                drop_path=0.0,
                **parts,
            )  # fmt: skip
        )
        self.order = list(PART_ORDER[skeleton])

    def forward(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B K"]:
        x = F.pad(joints[:, :, :, self.order], (0, 0, 0, 0, 0, self.frames - joints.shape[2]))
        return self.net(RecognitionBatch(x, (torch.arange(self.frames) * 2 / self.frames - 1).to(x).repeat(len(x), 1)))


@dataclass(frozen=True, eq=False)
class Bench:
    """A data set, made ready: clips, joint set, and where victims are kept."""

    name: str
    training: Clips
    test: Clips
    """Those that are attacked."""
    num_classes: int
    skeleton: str
    body: Body
    spine: tuple[int, ...]
    scale: Scale
    folder: Path
    seed: int = 0

    @property
    def people(self) -> int:
        return self.training.joints.shape[-1]

    @property
    def epochs(self) -> int:
        """Passes over the training clips that make the scale's steps."""
        return max(round(self.scale.steps / max(len(self.training) // VictimTraining.batch_size, 1)), 1)

    def config(self, **changes: Any) -> Config:
        """TASAR's, of this data and scale."""
        s, b = self.scale, self.scale.budget
        size: dict[str, Any] = asdict(s.size)
        return Config(
            skeleton=self.skeleton, num_classes=self.num_classes, people=self.people, frames=s.frames, heads=s.heads, samples=s.samples,
            epsilon=b.epsilon, rate=b.rate, steps=b.steps, **{**size, **changes},
        )  # fmt: skip

    def victim(self, name: str, defence: str = "none") -> nn.Module:
        """A trained recogniser; from the folder where there is one."""
        s = self.scale
        torch.manual_seed(self.seed)
        training = VictimTraining(
            epochs=self.epochs,
            defence=defence,
            epsilon=s.budget.epsilon if defence == "trades" else 0.01,
            inner=s.inner,
            seed=self.seed,
            about={"data": self.name, "frames": s.frames, "size": str(s.size)},
        )
        if name == "skateformer":
            net: nn.Module = SkateVictim(self.num_classes, self.skeleton, self.people, s.frames, s.size.width < 32)
        elif defence == "beat":
            trained = self.victim(name)
            assert isinstance(trained, Victim)
            net = Headed(trained, self.num_classes, s.heads)
            training = replace(training, epochs=s.head_epochs, batch_size=32, lr=2e-3)
        else:
            net = victim(name, self.num_classes, self.body, self.people, s.frames, s.size)
        return train_victim(net, name, self.training, self.body, self.folder / "victims", training)

    def tasar(self, surrogate: str = "stgcn") -> TASAR:
        """The attacker behind the trained surrogate, its heads trained by the paper's two stages."""
        torch.manual_seed(self.seed)
        method = TASAR(self.config(surrogate=surrogate))
        method.surrogate.load_state_dict(self.victim(surrogate).state_dict())
        split = Split(
            len(self.training), lambda i, _: (self.training.joints[i], torch.zeros(self.scale.frames), int(self.training.label[i])), RecognitionBatch.collate
        )
        recipe = Recipe(tuple(replace(stage, epochs=self.scale.head_epochs) for stage in TASAR.RECIPE.stages[1:]), TASAR.RECIPE.source)
        s = self.scale
        place = self.folder / f"tasar-{self.name}-{surrogate}-{s.frames}-{s.size.width}-{self.epochs}-{s.heads}-{self.seed}"
        made = train(method, split, place, TrainingOptions(seed=self.seed, progress=False, accelerator="cpu"), recipe)
        assert isinstance(made, TASAR)
        return made

    def attacks(self, names: Sequence[str]) -> dict[str, Attack]:
        """Attacks by name, each with its surrogates."""
        b, seed = self.scale.budget, self.seed
        surrogate = self.victim("stgcn")
        three = [surrogate, self.victim("ctrgcn"), self.victim("msg3d")] if {"ensemble", "svre"} & set(names) else [surrogate]
        seen = Perception(self.body.bones, self.spine)
        posterior = self.posterior() if "ba" in names else None

        def dice() -> torch.Generator:
            return torch.Generator().manual_seed(seed)

        def draw(x: Tensor, y: Tensor) -> Tensor:
            assert posterior is not None
            return attacks.bayesian(surrogate, posterior, x, y, b, dice())

        all_: dict[str, Attack] = {
            "ifgsm": lambda x, y: attacks.ifgsm(surrogate, x, y, b),
            "mifgsm": lambda x, y: attacks.mifgsm(surrogate, x, y, b),
            "smart": lambda x, y: attacks.smart(surrogate, x, y, b, seen),
            "ciasa": lambda x, y: attacks.ciasa(surrogate, x, y, b, seen, seed=seed),
            "mig": lambda x, y: attacks.mig(surrogate, x, y, b),
            "augment": lambda x, y: attacks.augment(surrogate, x, y, b, dice()),
            "ensemble": lambda x, y: attacks.ensemble(three, x, y, b),
            "svre": lambda x, y: attacks.svre(three, x, y, b, dice()),
            "ba": draw,
        }
        if "tasar" in names:
            method = self.tasar()
            all_["tasar"] = lambda x, y: method.perturb(x, y, dice())
        return {n: all_[n] for n in names}

    def posterior(self) -> Any:
        """BA's: of all weights of a copy of the surrogate that is trained on."""
        net = deepcopy(self.victim("stgcn"))
        generator = torch.Generator().manual_seed(self.seed)

        def batches() -> list[tuple[Tensor, Tensor]]:
            order = torch.randperm(len(self.training), generator=generator).split(32)
            return [(self.training.joints[i], self.training.label[i]) for i in order if len(i) == 32]

        return attacks.finetune_posterior(net, batches, max(self.epochs // 3, 1))


def prepare(name: str, scale: Scale, folder: str | Path, data_root: str | Path | None = None, seed: int = 0) -> Bench:
    """A data set made ready."""
    from vitruve.core.standards import skeleton as standard
    from vitruve.errors import OptionError
    from vitruve.nn.victims import body

    if name not in DATA:
        raise OptionError(f"bench robustness on {name!r}: expected one of {', '.join(DATA)}")
    clips = load_set(name, data_root)
    training, test = DATA[name](clips)
    skeleton = clips[0].poses.skeleton
    people = max(len(c.poses.positions) for c in clips)
    learnt = arrays(training, skeleton, people, scale.frames)
    attacked = arrays(test[:: max(len(test) // scale.clips, 1)][: scale.clips], skeleton, people, scale.frames)
    spine = tuple(i for i, j in enumerate(skeleton.joints) if j in ("spine", "spine_mid", "spine_shoulder", "shoulder_center", "neck", "hip_center"))
    known = standard(skeleton.name)
    return Bench(name, learnt, attacked, len(actions.class_names(clips)), known.name, body(known), spine, scale, Path(folder), seed)


def in_batches(attack: Attack, clips: Clips, size: int = 64) -> Float[Tensor, "N 3 T J P"]:
    """All clips, attacked batch by batch."""
    return torch.cat([attack(clips.joints[i : i + size], clips.label[i : i + size]) for i in range(0, len(clips), size)])


@dataclass(frozen=True)
class Row:
    """One cell of the table."""

    data: str
    seed: int
    attack: str
    victim: str
    defence: str
    success: float
    """Share of its rightly named clips that it misnames after the attack."""
    attacked: int
    """Clips."""
    accuracy: float
    """On the clean ones."""
    deviation: Deviation
    surrogate: bool
    """Whether the attack has seen this very network."""
    seconds: float
    """Of the attack."""


def run(
    data: Sequence[str] = ("nw_ucla",),
    quick: bool = False,
    data_root: str | Path | None = None,
    folder: str | Path = "runs/bench",
    seeds: int = 3,
    names: Sequence[str] = ATTACKS,
    say: Callable[[str], None] = lambda text: None,
) -> list[Row]:
    """Every attack on every victim, with and without defences.

    Args:
        data: sets of DATA.
        quick: tiny networks, few clips and steps: shows that all works, and little else.
        data_root: folder of the data sets.
        folder: keeps what has been trained; a stopped benchmark goes on from it.
        seeds: how many; of weights and draws.
        names: of ATTACKS.
        say: told what is going on.
    """
    scale = QUICK if quick else Scale()
    rows = []
    for seed, name in product(range(seeds), data):
        bench = prepare(name, scale, folder, data_root, seed)
        victims: dict[tuple[str, str], nn.Module] = {}
        for v in scale.victims:
            if v == "skateformer" and bench.skeleton not in PART_ORDER:
                continue
            for defence in ("none", "trades", "beat") if v in scale.defended else ("none",):
                say(f"{name}, seed {seed}: training {v}, defence {defence}")
                victims[v, defence] = bench.victim(v, defence)
        made = bench.attacks(names)
        for attack in names:
            say(f"{name}, seed {seed}: {attack}")
            start = time.perf_counter()
            changed = in_batches(made[attack], bench.test)
            seconds = time.perf_counter() - start
            moved = deviation(bench.test.joints, changed, bench.body.bones)
            whites = ("stgcn", "ctrgcn", "msg3d") if attack in ("ensemble", "svre") else ("stgcn",)
            for (v, defence), net in victims.items():
                right, wrong = fooled(net, bench.test.joints, changed, bench.test.label)
                success, accuracy = float(wrong.sum() / right.sum().clamp_min(1)), float(right.float().mean())
                rows.append(Row(name, seed, attack, v, defence, success, len(bench.test), accuracy, moved, v in whites and defence == "none", seconds))
    return rows


def table(rows: Sequence[Row], quick: bool, duration: float) -> Table:
    """The success of every attack on every victim, and how far it moves the body: means over seeds."""
    scale = QUICK if quick else Scale()
    victims = list(dict.fromkeys((r.victim, r.defence) for r in rows))
    seeds = list(dict.fromkeys(r.seed for r in rows))
    head = [v if d == "none" else f"{v} + {d}" for v, d in victims]
    cells = [["data", "attack", *head, "unseen, mean", "l2 (mm)", "linf (mm)", "bones (%)", "acceleration (mm)"]]
    sizes = []
    for data in dict.fromkeys(r.data for r in rows):
        here = [r for r in rows if r.data == data]
        of = {v: [r for r in here if (r.victim, r.defence) == v] for v in victims}
        errors = [f"{100 * (1 - mean(r.accuracy for r in found)):.0f}" if found else "" for found in of.values()]
        cells.append([data, "(clean, of all clips)", *errors, *[""] * 5])
        sizes.append(f"{data}, {here[0].attacked} test clips")
        for attack in dict.fromkeys(r.attack for r in here):
            line = {v: [r for r in found if r.attack == attack] for v, found in of.items()}
            percent = [f"{100 * mean(r.success for r in found):.0f}{'*' if found[0].surrogate else ''}" if found else "" for found in line.values()]
            every = [r for found in line.values() for r in found]
            unseen = [100 * mean(r.success for r in every if r.seed == seed and not r.surrogate and r.defence == "none") for seed in seeds]
            moved = [f"{1000 * mean(getattr(r.deviation, field) for r in every):.1f}" for field in ("l2", "linf", "acceleration")]
            bones = f"{100 * mean(r.deviation.bone for r in every):.1f}"
            cells.append([data, attack, *percent, shown(unseen, 1), *moved[:2], bones, moved[2]])
    return Table(
        title="Robustness",
        text="Rightly named clips (%) that a victim misnames after an attack, means over seeds. A star: the attack has seen this very network; the mean is "
        f"over the networks without defence that it has not. No joint moves further than {1000 * scale.budget.epsilon:.0f} mm along an axis, "
        f"{scale.budget.steps} steps. BEAT trains heads behind the network without defence, so that what has seen one has seen most of the other."
        + (" A quick run: small networks, few clips." if quick else ""),
        rows=cells,
        data="; ".join(sizes),
        seeds=seeds,
        quick=quick,
        duration=duration,
        details={"scale": asdict(scale), "rows": [asdict(r) for r in rows]},
    )


def picture(rows: Sequence[Row], path: str | Path) -> Path:
    """Success (mean over seeds) of each attack (rows) on each victim (columns), darker for more; a frame where the attack has seen the victim."""
    from PIL import Image, ImageDraw, ImageFont

    cells: dict[tuple[str, str, str, str], list[Row]] = {}
    for r in rows:
        cells.setdefault((r.data, r.victim, r.defence, r.attack), []).append(r)
    columns = list(dict.fromkeys(key[:3] for key in cells))
    lines = list(dict.fromkeys(key[3] for key in cells))
    width, height, left, top = 108, 34, 120, 78
    image = Image.new("RGB", (left + width * len(columns) + 12, top + height * len(lines) + 12), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    for i, column in enumerate(columns):
        for line, text in enumerate((*column[:2], "" if column[2] == "none" else f"+ {column[2]}")):
            draw.text((left + width * (i + 0.5), 10 + 20 * line), text, "#222222", font, anchor="ma")
    for j, attack in enumerate(lines):
        draw.text((left - 10, top + height * (j + 0.5)), attack, "#222222", font, anchor="rm")
    for key, found in cells.items():
        i, j = columns.index(key[:3]), lines.index(key[3])
        box = (left + width * i, top + height * j, left + width * (i + 1) - 2, top + height * (j + 1) - 2)
        success = mean(r.success for r in found)
        shade = tuple(round(255 - success * (255 - c)) for c in (178, 24, 43))
        draw.rectangle(box, fill=shade, outline="#222222" if found[0].surrogate else None, width=2)
        draw.text(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), f"{100 * success:.0f}", "white" if success > 0.6 else "#222222", font, anchor="mm")
    with atomic(path) as temporary:
        image.save(temporary, "PNG")
    return Path(path)
