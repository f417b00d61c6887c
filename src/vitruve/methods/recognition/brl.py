"""BRL: balanced learning from long-tailed skeleton data, on any graph network (arXiv 2308.14024)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core import rotations
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.data.longtail import long_tail_counts, shot_accuracy
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, skeletons
from vitruve.nn.stgcnpp import Backbone, PysklGCN, described, layout_graph, read_pyskl, stream_parents
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionClip, ActionRecognizer, Labels, RecognitionBatch, RecognitionScores

STREAMS = {"j": 2.0, "b": 2.0, "k": 2.0, "jm": 1.0, "bm": 1.0, "km": 1.0}
"""Joints, bones, skips (joints from their grandparents) and their motions; what each counts in the sum of six."""
LONGER = ("l", "n", "lm", "nm")
"""Differences from the third and fourth ancestors, which the release can make too."""
LOSSES = ("action_aware", "cross_entropy", "focal", "class_balanced", "weighted", "ldam", "balanced_softmax", "equalization", "kps", "gumbel")
MIXES = ("rebalanced", "plain", "none")


# -- streams -------------------------------------------------------------------------------------


def ancestors(parents: Sequence[int], hops: int) -> tuple[int, ...]:
    """Each joint's ancestor so many bones towards the centre; itself where there are not so many."""
    out = []
    for j in range(len(parents)):
        k = j
        for _ in range(hops):
            if parents[k] == k:
                k = j
                break
            k = parents[k]
        out.append(k)
    return tuple(out)


def stream(x: Float[Tensor, "T P J 3"], name: str, skeleton: Skeleton, flat: bool = False, official_quirks: bool = False) -> Float[Tensor, "T P J 3"]:
    """One stream of arrays whose channels are x, y, z; of `flat` ones they are x, y and a confidence, which is averaged where others are subtracted.

    Source: BRL (brl/datasets/pipelines/pose_related.py, GenSkeFeat). With quirks, the longer skips of Kinect's 20 joints are its skips.
    """
    if name not in (*STREAMS, *LONGER):
        raise OptionError(f"stream {name!r}: expected one of {', '.join((*STREAMS, *LONGER))}")
    hops = {"b": 1, "k": 2, "l": 3, "n": 4}.get(name[0])
    if hops is not None:
        if official_quirks and skeleton.name == "kinect20":
            hops = min(hops, 2)
        other = x[..., list(ancestors(stream_parents(skeleton), hops)), :]
        x = torch.cat([x[..., :2] - other[..., :2], (x[..., 2:] + other[..., 2:]) / 2], -1) if flat else x - other
    if name.endswith("m"):
        moved = skeletons.frame_differences(x)
        if flat:
            # the last frame, which nothing follows, is zero in all
            moved[:-1, ..., 2] = (x[:-1, ..., 2] + x[1:, ..., 2]) / 2
        x = moved
    return x


def fuse(probabilities: Mapping[str, Float[Tensor, "N K"]], weights: Mapping[str, float] = STREAMS) -> Float[Tensor, "N K"]:
    """The weighted mean of streams' probabilities. Source: BRL (tools/ensemble.py): 1:1 of two, 2:2:1:1 of four, 2:2:2:1:1:1 of six."""
    total = sum(weights[s] for s in probabilities)
    return torch.stack([weights[s] / total * p for s, p in probabilities.items()]).sum(0)


# -- clips ---------------------------------------------------------------------------------------


def planar(poses: Poses, people: int) -> Float[Tensor, "T P J 3"]:
    """x, y and confidence of 2D keypoints, from the middle of the image in halves of its size (of coordinates without an image, as they are)."""
    x = poses.positions.transpose(0, 1).float()
    if poses.image_size is not None:
        half = torch.tensor(poses.image_size) / 2
        x = (x - half) / half
    x = torch.cat([x.nan_to_num(0.0), poses.confidence.transpose(0, 1)[..., None].float()], -1)
    # of too many people those seen best, in their order
    best = poses.confidence.sum((1, 2)).argsort(descending=True, stable=True)[:people].sort().values
    return F.pad(x[:, best], (0, 0, 0, 0, 0, people - len(best)))


def upright(x: Float[Tensor, "T P J 3"], skeleton: Skeleton, turn: bool = True) -> tuple[Float[Tensor, "U P J 3"], Float[Tensor, " 3"]]:
    """Clips in a frame of the body, and the point that became the origin.

    The person seen longest comes first, and only frames with that person stay. The middle of the spine in the first frame becomes the origin;
    the spine is turned to z, then the line of the shoulders, from left to right, to x (neither without `turn`).

    Source: BRL (PreNormalize3D), after 2s-AGCN. The second turn is the shortest one, so it tilts the spine a little again.
    """
    seen = ~(x.abs() <= 1e-8).flatten(2).all(2)
    if x.shape[1] == 2 and seen[:, 1].sum() > seen[:, 0].sum():
        x, seen = x.flip(1), seen.flip(1)
    x = x[seen[:, 0]].double()
    if not len(x):
        raise OptionError("no frame has the main person")
    base, middle = skeleton.index("pelvis"), skeleton.index("spine2")
    known = (x != 0).any(-1, keepdim=True)
    centre = x[0, 0, middle].clone()
    x = (x - centre) * known
    lines = ((base, middle, (0.0, 0.0, 1.0)), (skeleton.index("left_shoulder"), skeleton.index("right_shoulder"), (1.0, 0.0, 0.0)))
    for start, end, axis in lines if turn else ():
        direction = x[0, 0, end] - x[0, 0, start]
        if direction.abs().sum() > 1e-6:
            x = rotations.rotate(rotations.between(direction, torch.tensor(axis, dtype=x.dtype)), x)
    return x.float(), centre.float()


def scaled(x: Float[Tensor, "*S 3"], chance: Float[Tensor, " 3"], amount: float = 0.1) -> Float[Tensor, "*S 3"]:
    """Axes longer or shorter by up to the amount; chance in [-1, 1]."""
    return x * (1 + amount * chance)


def turned(x: Float[Tensor, "*S 3"], radians: Float[Tensor, " 3"]) -> Float[Tensor, "*S 3"]:
    """About x, then y, then z, clockwise."""
    about_x, about_y, about_z = (skeletons.axis_rotation(a, -float(r)) for a, r in enumerate(radians))
    return x @ (about_z @ about_y @ about_x).to(x).T


def frames_of(length: int, window: int, dice: skeletons.Dice) -> Int[Tensor, " W"]:
    """A random frame of each of `window` parts, in order; clips that are too short go round from a random frame on."""
    if length < window:
        return (dice.integer(0, length - 1) + torch.arange(window)) % length
    return skeletons.uniform_frames(length, window, dice.uniforms(window + 1))


def test_frames(length: int, window: int, clips: int, seed: int = 255) -> Int[Tensor, "N W"]:
    """The same, several times over, the same in every run. Source: PYSKL (UniformSampleFrames in test mode), whose numbers these are."""
    dice = np.random.RandomState(seed)
    out = []
    for i in range(clips):
        # one number that decides nothing here: which part of a clip is sampled
        dice.rand()
        if length < window:
            start = i if length < clips else i * length // clips
            out.append(np.arange(start, start + window) % length)
        elif length < 2 * window:
            skip = np.zeros(window + 1, np.int64)
            skip[dice.choice(window + 1, length - window, replace=False)] = 1
            out.append(np.arange(window) + skip.cumsum()[:-1])
        else:
            edges = np.arange(window + 1) * length // window
            out.append(edges[:-1] + dice.randint(np.diff(edges)))
    return torch.from_numpy(np.stack(out))


# -- mixing --------------------------------------------------------------------------------------


def lower_body(skeleton: Skeleton) -> Bool[Tensor, " J"]:
    """Pelvis and legs. Raises OptionError for a skeleton without legs."""
    parts = skeleton.parts
    joints = [*parts.get("left_leg", ()), *parts.get("right_leg", ())]
    if not joints:
        raise OptionError(f"brl: skeleton {skeleton.name!r} has no legs to mix; set mix='none'")
    if skeleton.has("pelvis"):
        joints.append(skeleton.index("pelvis"))
    out = torch.zeros(len(skeleton), dtype=torch.bool)
    out[joints] = True
    return out


def mix_weight(own: Int[Tensor, " B"], other: Int[Tensor, " B"], counts: Int[Tensor, " K"], alpha: float, margin: float) -> Float[Tensor, " B"]:
    """What the own label counts: alpha, or nothing (all) where its class has more than `margin` times (less than a `margin`-th of) the other's clips."""
    n, m = counts[own], counts[other]
    return torch.where(n > margin * m, 0.0, torch.where(m > margin * n, 1.0, alpha))


def mix(x: Float[Tensor, "B C T J P"], chosen: Int[Tensor, " N"], partner: Int[Tensor, " N"], lower: Bool[Tensor, " J"]) -> Float[Tensor, "B C T J P"]:
    """Chosen clips with the lower bodies of their partners."""
    out = x.clone()
    out[chosen] = torch.where(lower[:, None], x[partner], x[chosen])
    return out


def released_mix(
    x: Float[Tensor, "B C T J P"], chosen: Sequence[int], draw: Callable[[list[int]], int], lower: Bool[Tensor, " J"]
) -> tuple[Float[Tensor, "B C T J P"], list[tuple[int, int]]]:
    """Mixing as released, and (clip, partner) of what was mixed.

    Joints of a mixed clip are left in the order upper body, lower body; a mixed clip is taken from the list that is being gone through, so
    that the next one is passed over and nothing is mixed with it.

    Source: BRL (brl/models/recognizers/mixup_recognizergcn.py).
    """
    out = x.clone()
    left = list(range(len(x)))
    done = []
    place = 0
    while place < len(left):
        i = left[place]
        if i in chosen:
            left.remove(i)
            j = draw(left)
            out[i] = torch.cat([out[i][:, :, ~lower], out[j][:, :, lower]], 2)
            done.append((i, j))
        place += 1
    return out, done


# -- losses --------------------------------------------------------------------------------------


def class_betas(counts: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
    """Each class's beta: 0.99 of the rarest to 0.9999 of the most frequent. All 0.99 where classes are alike."""
    low, high = counts.min(), counts.max()
    return 0.99 + 0.0099 * (counts - low) / (high - low).clamp_min(1e-12)


def effective_weights(beta: float | Float[Tensor, " K"], counts: Float[Tensor, " K"]) -> Float[Tensor, " K"]:
    """One over the effective number of clips, (1 - beta^n) / (1 - beta); of mean 1."""
    b = torch.as_tensor(beta, dtype=counts.dtype)
    w = (1 - b) / (1 - b**counts)
    return w * len(counts) / w.sum()


def class_weights(loss: str, counts: Sequence[int], flipped: bool = False) -> Float[Tensor, " K"]:
    """What clips of each class weigh in the second stage.

    Args:
        loss: one of `LOSSES`; those without weights give ones.
        counts: training clips of each class; one at least.
        flipped: as every second epoch of the release, which overwrites each beta by 1 - beta whenever it makes the weights.

    Source: BRL (brl/models/losses/losses.py).
    """
    n = torch.tensor(counts, dtype=torch.float64)
    if loss == "action_aware":
        beta = class_betas(n)
        w = effective_weights(1 - beta if flipped else beta, n)
    elif loss in ("class_balanced", "ldam"):
        w = effective_weights({"class_balanced": 0.999, "ldam": 0.999999}[loss], n)
    elif loss == "weighted":
        w = n.sum() / n
    else:
        w = torch.ones_like(n)
    return w.float()


def clip_losses(
    loss: str,
    scores: Float[Tensor, "B K"],
    label: Int[Tensor, " B"],
    counts: Sequence[int],
    second: bool = True,
    draws: Float[Tensor, "B K"] | None = None,
) -> Float[Tensor, " B"]:
    """Each clip's loss, before class weights.

    Focal (gamma 2), balanced softmax and equalization are cross-entropy in the first stage; LDAM (s 30, margins up to 0.5) is itself in both.
    Equalization is as released: of the frequent two thirds, classes that are not a clip's own are left out but with probability 0.00176, where
    `draws` from [0, 1), made here if not given, reach 0.99824.
    KPS, which scales and shifts frequent and rare classes apart, scales rare clips up in the second stage only.

    Source: BRL (brl/models/losses/losses.py).
    """
    n = torch.tensor(counts, dtype=scores.dtype, device=scores.device)
    if loss == "ldam":
        margin = n**-0.25
        margin = 0.5 * margin / margin.max()
        scores = 30 * (scores - F.one_hot(label, len(n)) * margin)
    elif loss == "kps":
        scale = (50 * n / n.min()).log() / math.log(50)
        # what the most frequent class has the rarest gets, and so on
        turned_round = scale.sort().values[n.argsort(descending=True, stable=True).argsort()]
        scores = scores * scale - F.one_hot(label, len(n)) * turned_round * (0.5 / turned_round.max())
        scores = scores * turned_round.clamp(1, 50)[label, None] if second else scores
    elif second and loss == "gumbel":
        scores = (-(-scores.clamp(-4, 10)).exp()).exp()
    elif second and loss == "balanced_softmax":
        scores = scores + n.log()
    elif second and loss == "equalization":
        rare = n < n[2 * (len(n) // 3)]
        draws = torch.rand_like(scores) if draws is None else draws
        kept = rare | (draws >= 1 - 1.76e-3) | F.one_hot(label, len(n)).bool()
        scores = torch.where(kept, scores, -1e7)
    out = F.cross_entropy(scores, label, reduction="none")
    return (1 - (-out).exp()) ** 2 * out if second and loss == "focal" else out


def shared_loss(weight: Float[Tensor, " B"], own: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor], official_quirks: bool = False) -> Float[Tensor, ""]:
    """The mean over clips, weighted by class, of the losses of two labels.

    Args:
        weight: what the first label counts, of each clip.
        own, other: losses (B,) and class weights (B,) of the first and the second label.
        official_quirks: the weighted means of either are mixed by the last clip's weight, instead of the clips' losses each by its own.
    """
    if official_quirks:
        means = [(losses * weights).sum() / weights.sum() for losses, weights in (own, other)]
        return weight[-1] * means[0] + (1 - weight[-1]) * means[1]
    a, b = weight * own[1], (1 - weight) * other[1]
    return (a * own[0] + b * other[0]).sum() / (a + b).sum()


# -- the method ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 60 cross-subject, long-tailed with an imbalance of 100, joint stream."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    """Any joint set with a pelvis, a spine and shoulders, or 2D keypoints, whose third channel is their confidence."""
    people: int = 2
    frames: int = 64
    stream: str = "j"
    """One of `STREAMS` (or `LONGER`)."""
    network: Backbone = Backbone()
    dropout: float = 0.0
    """Before the last map."""
    counts: tuple[int, ...] | None = None
    """Training clips of each class; None for 600 of the first down to 6 of the last, the exponential profile of NTU60-LT."""
    mix: str = "rebalanced"
    """Lower bodies of other clips: "rebalanced" gives the mixed clip to the rarer class, "plain" shares it always, "none" is without (ablation)."""
    mix_ratio: float = 1 / 16
    """Share of a batch that is mixed."""
    mix_alpha: float | None = None
    """What the clip's own label counts where no class is much rarer; None for its share of the joints (0.64 of NTU's)."""
    mix_margin: float = 3.0
    """How many times more clips make a class much more frequent."""
    loss: str = "action_aware"
    """Of the second stage, one of `LOSSES`; "cross_entropy" is the baseline."""
    rebalance_from: float = 19 / 24
    """Share of the epochs that are trained by plain cross-entropy first (detached schedule); 0 is the loss from the start (ablation)."""
    clips: int = 10
    """Samples of a clip's frames whose probabilities are averaged."""
    feeder: str = "ntu"
    """How a clip becomes an array: "ntu" is the release's, of 3D and 2D; "ucla" that of CTR-GCN (`nn.feeders`), with one sample."""
    many: int = 100
    few: int = 20
    """Classes with more, and with fewer, training clips are scored as many-shot and few-shot."""
    official_quirks: bool = False
    """As released: mixed clips have their joints out of order and those that follow one are passed over, one weight of labels holds for the batch,
    it is 0.64 for all skeletons, weights of the second stage are nearly even every second epoch, and the loss "weighted" never weighs."""

    def __post_init__(self) -> None:
        for name, known in (("stream", (*STREAMS, *LONGER)), ("mix", MIXES), ("loss", LOSSES), ("feeder", ("ntu", "ucla"))):
            if getattr(self, name) not in known:
                raise OptionError(f"BRL {name}={getattr(self, name)!r}: expected one of {', '.join(known)}")
        if self.counts is not None and (len(self.counts) != self.num_classes or min(self.counts) < 1):
            raise OptionError(f"BRL counts={self.counts}: expected a number of clips, at least 1, for each of {self.num_classes} classes")
        if not (0 <= self.mix_ratio <= 1 and 0 <= self.rebalance_from <= 1):
            raise OptionError(f"BRL mix_ratio={self.mix_ratio}, rebalance_from={self.rebalance_from}: expected shares in [0, 1]")
        if self.clips < 1 or self.frames < 1:
            raise OptionError(f"BRL clips={self.clips}, frames={self.frames}: expected at least 1")


_Config = Config  # what the class below calls by the same name


def ucla(**changes: Any) -> Config:
    """The paper's NW-UCLA-LT: 100 clips of the first class down to 10 of the last."""
    base = {"num_classes": 10, "skeleton": "kinect20", "people": 1, "frames": 52, "feeder": "ucla", "counts": long_tail_counts(10, 100, 10), "many": 50}
    return Config(**{**base, **changes})


@dataclass(frozen=True)
class LongTailScores(RecognitionScores):
    """Also the mean accuracy of classes with many, medium and few training clips; NaN where there are none."""

    many: float = math.nan
    medium: float = math.nan
    few: float = math.nan


class BRL(ActionRecognizer):
    """A graph network trained on mixed bodies, first plainly and then with weights of classes; in use it is the network alone.

    >>> import torch
    >>> model = BRL(ucla()).eval()
    >>> model(RecognitionBatch(torch.randn(2, 3, 52, 20, 1), torch.linspace(-1, 1, 52).repeat(2, 1))).shape
    torch.Size([2, 10])
    """

    card = Card(
        slug="brl",
        title="Balanced Representation Learning for Long-tailed Skeleton-based Action Recognition",
        venue="arXiv 2023",
        task="recognition",
        summary="Names actions learned from data in which few classes have most clips. New clips of rare classes are mixed from upper and lower bodies, "
        "class weights act in the last epochs only, and a stream of joints from their grandparents joins those of joints and bones. Works on ST-GCN++, "
        "AAGCN, CTR-GCN and MS-G3D, which are unchanged when used.",
        claim="On long-tailed data, mixing bodies towards rare classes and weighing classes in the last epochs only makes the same network more accurate, "
        "most of all on rare classes; weights from the start do worse.",
        official="firework8/BRL",
        code_licence="MIT",
        weights_licence="MIT",
        figures=(
            Figure("NTU60-LT (imbalance 100)", "top-1 X-Sub / X-View, 6 streams (%)", "81.8 / 85.4", "README"),
            Figure("NTU60-LT (imbalance 100)", "top-1 X-Sub, joint / bone / skip (%)", "76.7 / 76.1 / 77.7", "README"),
            Figure("NTU120-LT (imbalance 100)", "top-1 X-Sub / X-Set, 6 streams (%)", "69.7 / 71.3", "README"),
            Figure("Kinetics-400 (HRNet)", "top-1, 4 streams (%)", "48.6", "README"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        # an epoch of the release passes five times over its list
        stages=(Stage(epochs=24, batch_size=16, optimizer="sgd", lr=0.0125, weight_decay=5e-4, schedule=Schedule("cosine", per_step=True)),),
        source="authors' config",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        graph = layout_graph(self.skeleton, c.network.graph, c.network.hops)
        self.network = PysklGCN(c.network, c.num_classes, graph, c.people, dropout=c.dropout)
        self.counts = c.counts or long_tail_counts(c.num_classes, 600, 100)
        if c.mix != "none":
            self.register_buffer("lower", lower_body(self.skeleton), persistent=False)
        self.epoch, self.epochs = 0, self.RECIPE.stages[0].epochs

    lower: Tensor

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits of batches in the config's stream."""
        return self.network(batch.joints)

    # -- training --------------------------------------------------------------------------------

    def start_stage(self, stage: Stage) -> None:
        self.epochs = stage.epochs

    def moves(self, batch: RecognitionBatch, epoch: float, step: int) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        # one step as any other: what moves is the epoch, which decides on the loss
        self.epoch = int(epoch)
        yield self, self.losses(batch)

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """The classification loss of the epoch, mixed clips counting for both labels by their weights."""
        assert batch.label is not None
        x, other, weight = self.mixed(batch.joints, batch.label)
        scores = self.network(x)
        own, second = (
            (clip_losses(self.config.loss, scores.float(), label, self.counts, self.second_stage), self.clip_weights(label)) for label in (batch.label, other)
        )
        return {"classification": shared_loss(weight, own, second, self.config.official_quirks)}

    @property
    def second_stage(self) -> bool:
        """Whether the epoch is one of those with the config's loss."""
        return self.epoch >= self.config.rebalance_from * self.epochs

    def clip_weights(self, label: Int[Tensor, " B"]) -> Float[Tensor, " B"]:
        """The class weights of clips in this epoch."""
        c = self.config
        if not self.second_stage or (c.official_quirks and c.loss == "weighted" and c.rebalance_from > 0):
            return torch.ones(len(label), device=label.device)
        flipped = c.official_quirks and (self.epoch - math.ceil(c.rebalance_from * self.epochs)) % 2 == 1
        return class_weights(c.loss, self.counts, flipped).to(label.device)[label]

    def mixed(
        self,
        x: Float[Tensor, "B C T J P"],
        label: Int[Tensor, " B"],
        chosen: Int[Tensor, " N"] | None = None,
        draw: Callable[[list[int]], int] | None = None,
    ) -> tuple[Float[Tensor, "B C T J P"], Int[Tensor, " B"], Float[Tensor, " B"]]:
        """Clips of which some are mixed, the second label of each, and what the first counts.

        Which are mixed may be given, and, with quirks, how the partner of each is drawn from those that are left; both are random otherwise.
        """
        c, size = self.config, len(x)
        weight = torch.ones(size, device=x.device)
        number = int(c.mix_ratio * size) if chosen is None else len(chosen)
        if c.mix == "none" or not number or size < 2:
            return x, label, weight
        counts = torch.tensor(self.counts, device=x.device)
        share = 1 - float(self.lower.float().mean())
        alpha = c.mix_alpha if c.mix_alpha is not None else 0.64 if c.official_quirks else share
        chosen = torch.randperm(size)[:number] if chosen is None else chosen
        if c.official_quirks:
            x, pairs = released_mix(x, chosen.tolist(), draw or (lambda left: left[int(torch.randint(len(left), ()))]), self.lower)
            chosen, partner = torch.tensor(pairs).T
        else:
            # any other clip: so many places further on
            partner = (chosen + torch.randint(1, size, (number,))) % size
            x = mix(x, chosen, partner, self.lower)
        other = label.clone()
        other[chosen] = label[partner]
        mixed = mix_weight(label[chosen], other[chosen], counts, alpha, c.mix_margin) if c.mix == "rebalanced" else torch.full((len(chosen),), alpha)
        if c.official_quirks:
            # unmixed clips, whose labels are the same, are indifferent to the weight of the last mixed one
            return x, other, mixed[-1:].to(x).expand(size)
        weight[chosen] = mixed.to(weight)
        return x, other, weight

    # -- clips -----------------------------------------------------------------------------------

    def views(self, poses: Poses, generator: torch.Generator | None = None) -> Float[Tensor, "N 3 T J P"]:
        """The arrays of a clip: one, augmented, with a generator; else those whose probabilities are averaged."""
        c = self.config
        dice = None if generator is None else skeletons.Dice(generator)
        flat = poses.dims == 2
        if c.feeder == "ucla":
            origin = feeders.origin(self.skeleton)
            x = feeders.box_sample(feeders.arrange(poses, c.people, origin), c.frames, dice)
            return stream(x, c.stream, self.skeleton, False, c.official_quirks).permute(3, 0, 2, 1)[None]
        if flat:
            x = planar(poses, c.people)
            if dice is not None and dice.happens(0.5):
                x = x[:, :, list(self.skeleton.swap)] * torch.tensor([-1.0, 1.0, 1.0])
        else:
            x, _ = upright(feeders.arrange(poses, c.people, self.skeleton.index("spine2")), self.skeleton)
            if dice is not None:
                x = scaled(x, 2 * dice.uniforms(3) - 1)
                x = turned(x, 0.6 * dice.uniforms(3) - 0.3)
                # in the frame of the body: sides change places, and the axis across them stays
                x = x[:, :, list(self.skeleton.swap)] if dice.happens(0.5) else x
        frames = test_frames(len(x), c.frames, c.clips) if dice is None else frames_of(len(x), c.frames, dice)[None]
        return stream(x, c.stream, self.skeleton, flat, c.official_quirks)[frames].permute(0, 4, 1, 3, 2)

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (3, T, J, P), index (T,)) of one clip, augmented when a generator is given; the first of several samples without."""
        return self.views(poses, generator)[0], torch.linspace(-1, 1, self.config.frames)

    @torch.inference_mode()
    def predict(self, clips: Poses | Motion | Sequence[Poses | Motion], batch_size: int = 64) -> Labels:
        """Label clips of any skeleton that can be mapped to the method's own; probabilities are the mean of several samples of a clip's frames.

        Raises SkeletonError naming the joints that nothing in the clip stands for.
        """
        self.eval()
        many = [clips] if isinstance(clips, Poses | Motion) else list(clips)
        samples = []
        for clip in many:
            poses = clip.poses() if isinstance(clip, Motion) else clip
            poses.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
            samples.append(self.views(poses.map_to(self.skeleton)))
        place = next(self.parameters()).device
        logits = torch.cat([self.network(x.to(place)).float().cpu() for x in torch.cat(samples).split(batch_size)])
        return Labels(logits.softmax(-1).unflatten(0, (len(many), -1)).mean(1), self.classes)

    @torch.inference_mode()
    def evaluate(self, clips: Iterable[ActionClip], batch_size: int = 64) -> LongTailScores:
        """Accuracy on labelled clips, and that of classes with many, medium and few training clips."""
        scores = super().evaluate(clips, batch_size)
        c = self.config
        group = shot_accuracy(scores.per_class, self.counts, c.many, c.few)
        return LongTailScores(**asdict(scores), many=group["many"], medium=group["medium"], few=group["few"])

    # -- configs and weights ---------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        own = {"num_classes": facts["num_classes"], "people": facts["people"], "counts": facts.get("counts")}
        skeleton: Skeleton = facts["skeleton"]
        if facts.get("dims", 3) == 2:
            return cls.Config(skeleton=skeleton.name, **own)
        if skeleton.covers(standard("ntu25")):
            return cls.Config(**own)
        return ucla(**own)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        tiny = cls.tiny_config().network
        return {
            "classes": {"num_classes": 5, "counts": (9, 9, 9, 9, 9)},
            "another joint set": {"skeleton": "ntu25"},
            "longer clips": {"frames": 24},
            "two people": {"people": 2},
            "another network": {"network": Backbone(widths=tiny.widths, strides=tiny.strides, adaptive="offset")},
            "dropout": {"dropout": 0.5},
            "classes alike": {"counts": (10, 10, 10, 10)},
            "NTU's classes": {"counts": None},
            "no mixing": {"mix": "none"},
            "labels shared always": {"mix": "plain"},
            "more is mixed": {"mix_ratio": 1.0},
            "own label counts more": {"mix": "plain", "mix_alpha": 0.9},
            "no class is much rarer": {"mix_margin": 100.0},
            **{f"loss {name}": {"loss": name} for name in LOSSES if name != "action_aware"},
            "plain first": {"rebalance_from": 0.5},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        return ("stream", "feeder", "clips", "many", "few")

    @classmethod
    def tiny_config(cls) -> _Config:
        network = Backbone(widths=(12, 24), strides=(1, 2))
        return cls.Config(
            num_classes=4, skeleton="kinect20", people=1, frames=18, network=network, counts=(64, 16, 4, 1), mix_ratio=0.34, rebalance_from=0.0, feeder="ucla"
        )

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Any], network: Mapping[str, Any] | None = None, **config: Any) -> BRL:
        """Read the authors' weights of one stream; which network they are of, and its sizes, follow from them.

        Args:
            checkpoint: a .pth of PYSKL, or its entries.
            network: fields of :class:`Backbone` that weights do not show: graph, hops, strides, adaptive "offset".
            config: as the authors' script set them, the stream above all.
        """
        state = read_pyskl(read_checkpoint(checkpoint))
        try:
            network_, sizes = described(state, **(network or {}))
        except KeyError as e:
            raise FormatError("checkpoint", f"not a checkpoint of PYSKL's graph networks: no entry {e.args[0]!r}") from None
        joints = {25: "ntu25", 20: "kinect20", 17: "coco17", 18: "openpose18"}
        skeleton = config.get("skeleton") or joints.get(sizes["joints"])
        if skeleton is None or len(standard(skeleton)) != sizes["joints"]:
            raise FormatError("checkpoint", f"{sizes['joints']} joints: say which skeleton they are of")
        shared = network_.norm != "person"
        own = {"num_classes": sizes["num_classes"], "skeleton": skeleton, "network": network_}
        own["people"] = (1 if skeleton == "kinect20" else 2) if shared else sizes["people"]
        if skeleton == "kinect20":
            own |= {"frames": 52, "feeder": "ucla"}
        model = cls(Config(**{**own, "official_quirks": True, **config}))
        load_strictly(model, {f"network.{k}": v for k, v in state.items()})
        return model.eval()
