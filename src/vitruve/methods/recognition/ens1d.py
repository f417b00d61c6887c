"""Ensem-NN: four small one-dimensional residual networks that look at a clip in four ways, and vote (IEEE SPL 2018)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError
from vitruve.metrics.diversity import pairwise_disagreement, q_statistic
from vitruve.nn import clips, skeletons
from vitruve.nn.parts import depth_first, five_parts
from vitruve.nn.resnet1d import ChannelGate, ResidualBlock1d, ResNet1d, he_init
from vitruve.tasks.method import Card, Recipe, Schedule, Stage
from vitruve.tasks.recognition import ActionClip, ActionRecognizer, RecognitionBatch, RecognitionScores, recognition_scores

SUBNETS = ("entirety", "parts", "attention", "difference")
_TEST_CROP = 0.95
"""Share of a clip's frames, from its middle, that is read outside training."""


@dataclass(frozen=True)
class Config:
    """The four subnets and their common residual core are the paper's. There is no code of it: all sizes are our choice."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    """A standard joint set, or the name of the tree that `joints`, `parents` and `landmarks` describe."""
    joints: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    landmarks: tuple[str | None, ...] = ()
    dims: int = 3
    people: int = 2
    """Their coordinates are channels, of those who move most first; who is absent is zero."""
    frames: int = 64
    subnets: tuple[str, ...] = SUBNETS
    """Which vote. A kind that is named several times is as many networks (an ensemble of equals is the claim's control)."""
    widths: tuple[int, ...] = (128, 256, 512)
    """Channels of the stages of the residual core; each stage but the first halves the axis."""
    blocks: int = 2
    kernel: int = 3
    pooling: str = "mean"
    """ "mean" or "max" over what is left of the axis."""
    dropout: float = 0.3
    head_dropout: float = 0.5
    streams: str = "both"
    """Of the entirety subnet: "temporal" convolves along frames, "spatial" along joints in the order of the tree, "both" do."""
    channel_gate: bool = True
    """Of the attention subnet: feature channels are weighed after each stage."""
    frame_gate: bool = True
    """Of the attention subnet: frames are weighed at its input."""
    reduction: int = 16
    """Of both gates' hidden layers."""
    strides: tuple[int, ...] = (1,)
    """Of the difference subnet: over how many frames it takes differences; several are channels side by side."""
    fusion: str = "mean"
    """ "mean" of the subnets' probabilities, their "product", or a mean with learned weights, "weighted"."""
    view: str = "front"
    """ "front" turns 3D clips so that the first person faces +z at first, "camera" leaves them. Either way the pelvis is first at the origin."""
    scaling: str = "metres"
    """ "metres" from the first pelvis; or "box": each axis moved and scaled so that the clip reaches from -1 to 1 (as CTR-GCN reads NW-UCLA)."""
    centre: str = "first"
    """Where the origin is: the first person's pelvis at "first", or in "each" frame, so that the path through space is not seen."""
    noise: float = 0.0
    """While training, joints are moved by so many metres (standard deviation): for joints that are estimated."""
    turn: float = 30.0
    """While training, 3D clips are turned about the vertical by up to so many degrees."""
    scale: float = 0.1
    """While training, clips are scaled by 1 - scale to 1 + scale."""
    crop: float = 0.5
    """While training, at least this share of a clip's frames is read."""

    def __post_init__(self) -> None:
        for name, choices in (
            ("pooling", ("mean", "max")),
            ("streams", ("both", "temporal", "spatial")),
            ("fusion", ("mean", "product", "weighted")),
            ("view", ("front", "camera")),
            ("scaling", ("metres", "box")),
            ("dims", (2, 3)),
            ("centre", ("first", "each")),
        ):
            if getattr(self, name) not in choices:
                raise OptionError(f"Ensem-NN {name}={getattr(self, name)!r}: expected one of {', '.join(map(str, choices))}")
        if not self.subnets or not set(self.subnets) <= set(SUBNETS):
            raise OptionError(f"Ensem-NN subnets={self.subnets}: expected some of {', '.join(SUBNETS)}")
        if not self.widths or self.blocks < 1 or self.kernel % 2 == 0:
            raise OptionError(f"Ensem-NN widths={self.widths}, blocks={self.blocks}, kernel={self.kernel}: expected widths, a block or more, and an odd kernel")
        if not self.strides or not all(0 < s < self.frames for s in self.strides):
            raise OptionError(f"Ensem-NN strides={self.strides}: expected one or more between 1 and {self.frames - 1}")
        if not 0 < self.crop <= 1 or not 0 <= self.scale < 1:
            raise OptionError(f"Ensem-NN crop={self.crop}, scale={self.scale}: expected a crop in (0, 1] and a scale in [0, 1)")

    @property
    def tree(self) -> Skeleton:
        """The joints that are read."""
        return Skeleton(self.skeleton, self.joints, self.parents, self.landmarks) if self.joints else standard(self.skeleton)

    @property
    def frame_size(self) -> int:
        """Coordinates of a frame: the channels of a convolution along time."""
        return self.dims * len(self.tree) * self.people


_Config = Config  # what the class below calls by the same name


def _core(config: Config, c_in: int, widths: Sequence[int] | None = None, gate: Callable[[int], nn.Module] | None = None) -> ResNet1d:
    """The paper's Base-Net."""
    return ResNet1d(c_in, widths or config.widths, config.blocks, config.kernel, config.dropout, gate)


class Subnet(nn.Module):
    """What subnets share: pooling over the axis, dropout, a linear classifier."""

    def __init__(self, config: Config, features: int) -> None:
        super().__init__()
        self.pooling = config.pooling
        self.dropout = nn.Dropout(config.head_dropout)
        self.head = nn.Linear(features, config.num_classes)

    def classify(self, *maps: Float[Tensor, "B C _"]) -> Float[Tensor, "B K"]:
        pooled = [m.mean(-1) if self.pooling == "mean" else m.amax(-1) for m in maps]
        return self.head(self.dropout(torch.cat(pooled, -1)))


def along_time(x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B C T"]:
    """All coordinates of a frame as channels."""
    return x.permute(0, 1, 3, 4, 2).flatten(1, 3)


class Entirety(Subnet):
    """The whole body twice: frames in order with joints as channels, and joints in order with frames as channels."""

    def __init__(self, config: Config) -> None:
        both = 1 + (config.streams == "both")
        super().__init__(config, both * config.widths[-1])
        self.order = list(depth_first(config.tree))
        if config.streams != "spatial":
            self.temporal = _core(config, config.frame_size)
        if config.streams != "temporal":
            self.spatial = _core(config, config.dims * config.frames * config.people)

    def forward(self, x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B K"]:
        maps = []
        if hasattr(self, "temporal"):
            maps.append(self.temporal(along_time(x)))
        if hasattr(self, "spatial"):
            maps.append(self.spatial(x[:, :, :, self.order].permute(0, 1, 2, 4, 3).flatten(1, 3)))
        return self.classify(*maps)


class Parts(Subnet):
    """A core of half the width for each body part; their features side by side go through one more temporal stage."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, config.widths[-1])
        half = [max(w // 2, 1) for w in config.widths]
        self.parts = {name: list(joints) for name, joints in five_parts(config.tree).items()}
        self.trunks = nn.ModuleDict({name: _core(config, config.dims * len(joints) * config.people, half) for name, joints in self.parts.items()})
        sizes = [len(self.parts) * half[-1], *[config.widths[-1]] * config.blocks]
        self.fused = nn.Sequential(*(ResidualBlock1d(a, b, config.kernel, dropout=config.dropout) for a, b in zip(sizes, sizes[1:])))
        he_init(self.fused)

    def forward(self, x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B K"]:
        maps = [self.trunks[name](along_time(x[:, :, :, joints])) for name, joints in self.parts.items()]
        return self.classify(self.fused(torch.cat(maps, 1)))


class Attention(Subnet):
    """The temporal core, with weights for the frames it reads and for the feature channels of each stage."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, config.widths[-1])
        if config.frame_gate:
            self.frames = ChannelGate(config.frames, config.reduction)
        gate = (lambda width: ChannelGate(width, config.reduction)) if config.channel_gate else None
        self.core = _core(config, config.frame_size, gate=gate)

    def forward(self, x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B K"]:
        flat = along_time(x)
        if hasattr(self, "frames"):
            # the gate weighs channels: here they are the frames
            flat = self.frames(flat.mT).mT
        return self.classify(self.core(flat))


class Difference(Subnet):
    """The temporal core on what changes from frame to frame."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, config.widths[-1])
        self.strides = config.strides
        self.core = _core(config, len(config.strides) * config.frame_size)

    def differences(self, x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B C T"]:
        """x at t + stride minus x at t; zero for the last frames."""
        flat = along_time(x)
        return torch.cat([F.pad(flat[..., s:] - flat[..., :-s], (0, s)) for s in self.strides], 1)

    def forward(self, x: Float[Tensor, "B D T J P"]) -> Float[Tensor, "B K"]:
        return self.classify(self.core(self.differences(x)))


_KINDS: dict[str, Callable[[Config], Subnet]] = {"entirety": Entirety, "parts": Parts, "attention": Attention, "difference": Difference}


def fuse(log_probabilities: Float[Tensor, "M B K"], weights: Float[Tensor, " M"] | None = None) -> Float[Tensor, "B K"]:
    """Logarithm of the mean of the members' probabilities, weighed by the softmax of `weights`."""
    w = log_probabilities.new_zeros(len(log_probabilities)) if weights is None else weights
    return (log_probabilities + w.log_softmax(0)[:, None, None]).logsumexp(0)


class Ens1D(ActionRecognizer):
    """Four subnets trained apart, their probabilities fused late.

    >>> import torch
    >>> model = Ens1D(Config(num_classes=10, skeleton="kinect20", people=1, widths=(16, 32))).eval()
    >>> batch = RecognitionBatch(torch.randn(2, 3, 64, 20, 1), torch.linspace(-1, 1, 64).repeat(2, 1))
    >>> torch.allclose(model(batch).exp().sum(-1), torch.ones(2))
    True
    """

    card = Card(
        slug="ens1d",
        title="Ensemble One-dimensional Convolution Neural Networks for Skeleton-based Action Recognition",
        venue="IEEE SPL 2018",
        task="recognition",
        summary="Names actions from joints without a graph: a residual one-dimensional convolutional network in four variants (whole body in time and in "
        "space, body parts, attended frames and channels, frame differences), whose probabilities are averaged.",
        claim="Four different subnets together are more accurate than the best of them, and than four copies of the best from different seeds, "
        "because they err more differently.",
        code_is_public=False,
        code_licence="no code",
        weights_licence="no weights",
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=100,
                batch_size=64,
                optimizer="sgd",
                lr=0.1,
                momentum=0.9,
                weight_decay=1e-4,
                schedule=Schedule("step", milestones=(60, 80)),
            ),
        ),
        source="our choice: the paper's settings are not known",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.subnets = nn.ModuleDict()
        for i, kind in enumerate(c.subnets):
            again = c.subnets[:i].count(kind)
            self.subnets[f"{kind}_{again + 1}" if again else kind] = _KINDS[kind](c)
        if c.fusion == "weighted":
            self.fusion_weights = nn.Parameter(torch.zeros(len(self.subnets)))

    @property
    def skeleton(self) -> Skeleton:
        return self.config.tree

    def members(self, batch: RecognitionBatch) -> Float[Tensor, "M B K"]:
        """Logits of each subnet."""
        c = self.config
        expected = (c.dims, c.frames, len(c.tree), c.people)
        if batch.joints.shape[1:] != expected:
            raise OptionError(f"ens1d reads joints (B, {', '.join(map(str, expected))}), found {tuple(batch.joints.shape)}")
        return torch.stack([subnet(batch.joints) for subnet in self.subnets.values()])

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Logarithms of the fused probabilities."""
        return self.fuse(self.members(batch))

    def fuse(self, members: Float[Tensor, "M B K"]) -> Float[Tensor, "B K"]:
        """Logarithms of the fused probabilities, from the subnets' logits."""
        logs = members.float().log_softmax(-1)
        if self.config.fusion == "product":
            return logs.mean(0).log_softmax(-1)
        return fuse(logs, getattr(self, "fusion_weights", None))

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """A cross-entropy for each subnet: they share no parameters, so each trains as if alone. Weights of the fusion train on their detached logits."""
        assert batch.label is not None
        members = self.members(batch)
        terms = {name: F.cross_entropy(logits, batch.label) for name, logits in zip(self.subnets, members)}
        if self.config.fusion == "weighted":
            terms["fusion"] = F.nll_loss(self.fuse(members.detach()), batch.label)
        return terms

    # -- from clips to batches -------------------------------------------------------------------

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (D, T, J, P), index (T,)): centred on the pelvis, turned to the front, the middle (or a random crop) resized to `frames`.

        Raises OptionError where no frame has a known joint.
        """
        c = self.config
        x = clips.centred(clips.arranged(poses, c.people, c.dims), self.skeleton)
        if c.centre == "each":
            # without a pelvis the mean of the joints stands for it
            lead = x[:, :1]
            x = x - (lead[:, :, [self.skeleton.index("pelvis")]] if self.skeleton.has("pelvis") else lead.nanmean(2, keepdim=True))
        if c.view == "front" and c.dims == 3:
            x = clips.turned_to_front(x, self.skeleton)
        dice = None if generator is None else skeletons.Dice(generator)
        if dice is not None and c.dims == 3:
            x = x @ skeletons.axis_rotation(1, math.radians(dice.uniform(-c.turn, c.turn))).T
        if dice is not None and c.noise:
            x = x + c.noise * torch.randn(x.shape, generator=generator)
        x = clips.filled(clips.boxed(x) if c.scaling == "box" else x)
        ratio, start = _TEST_CROP, 0.5
        if dice is not None:
            ratio, start = dice.uniform(c.crop, 1.0), dice.uniform()
            x = x * dice.uniform(1 - c.scale, 1 + c.scale)
        # a short clip is read whole
        length = skeletons.crop_length(len(x), ratio, c.frames)
        first = int(start * (len(x) - length + 1))
        frames = skeletons.resize(torch.arange(first, first + length, dtype=torch.float32), c.frames)
        return skeletons.resize(x[first : first + length], c.frames).permute(3, 0, 2, 1), skeletons.frame_positions(frames, len(x))

    # -- what each subnet adds -------------------------------------------------------------------

    @torch.inference_mode()
    def member_scores(self, labelled: Sequence[ActionClip], batch_size: int = 64) -> tuple[Float[Tensor, "M N K"], Tensor]:
        """(logits of each subnet, labels (N,)) of clips."""
        self.eval()
        device = next(self.parameters()).device
        samples = [(*self.prepare(c.poses.map_to(self.skeleton)), c.label) for c in labelled]
        batches = [RecognitionBatch.collate(samples[i : i + batch_size]) for i in range(0, len(samples), batch_size)]
        return torch.cat([self.members(b.to(device)).float().cpu() for b in batches], 1), torch.tensor([c.label for c in labelled])

    def study(self, labelled: Sequence[ActionClip]) -> dict[str, Any]:
        """Scores of every subnet, every pair and the whole, and how differently the subnets err.

        Returns {"scores": {names joined by " + ": RecognitionScores}, "disagreement": float, "q": float}; the last two are NaN for one subnet.
        """
        members, label = self.member_scores(labelled)
        names, count = list(self.subnets), len(members)
        groups = [(i,) for i in range(count)] + list(combinations(range(count), 2))
        scores: dict[str, RecognitionScores] = {}
        for group in groups:
            scores[" + ".join(names[i] for i in group)] = recognition_scores(fuse(members[list(group)].log_softmax(-1)), label)
        scores[" + ".join(names)] = recognition_scores(self.fuse(members), label)
        several = count > 1
        return {
            "scores": scores,
            "disagreement": pairwise_disagreement(members) if several else math.nan,
            "q": q_statistic(members, label) if several else math.nan,
        }

    # -- configs ---------------------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        s = facts["skeleton"]
        tree = {"skeleton": s.name, "joints": s.joints, "parents": s.parents, "landmarks": s.landmarks}
        return cls.Config(num_classes=facts["num_classes"], people=facts["people"], dims=facts["dims"], **tree)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "ntu25"},
            "a skeleton of one's own": {"skeleton": "stick", "joints": ("pelvis", "head"), "parents": (-1, 0), "landmarks": ("pelvis", "head")},
            "2D": {"dims": 2},
            "two people": {"people": 2},
            "longer clips": {"frames": 24},
            "one subnet": {"subnets": ("attention",)},
            "wider": {"widths": (32, 48)},
            "deeper": {"blocks": 2},
            "wider kernels": {"kernel": 5},
            "max pooling": {"pooling": "max"},
            "dropout": {"dropout": 0.5},
            "head dropout": {"head_dropout": 0.5},
            "temporal stream only": {"streams": "temporal"},
            "no channel gate": {"channel_gate": False},
            "no frame gate": {"frame_gate": False},
            "narrower gates": {"reduction": 4},
            "two differences": {"strides": (1, 2)},
            "product": {"fusion": "product"},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches
        return ("view", "scaling", "centre", "noise", "turn", "scale", "crop")

    @classmethod
    def tiny_config(cls) -> _Config:
        return cls.Config(num_classes=4, skeleton="kinect20", people=1, frames=16, widths=(16, 32), blocks=1, reduction=8, dropout=0.0, head_dropout=0.0)
