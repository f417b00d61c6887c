"""CHASE: for clips of several people, hands or objects, a network in front of the network learns where the origin is (NeurIPS 2024)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, hdgcn, infogcn, istanet, skeletons, stsanet
from vitruve.nn.agcn import AGCN
from vitruve.nn.ctrgcn import CTRGCN
from vitruve.nn.discrepancy import mmd
from vitruve.nn.entities import hierarchy, joint_set, links, vectors
from vitruve.nn.gcn import STRIDES, WIDTHS, SkeletonGCN
from vitruve.nn.stgcn import NTU_BLOCKS, STGCN
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionRecognizer, RecognitionBatch

Blocks = tuple[tuple[int, int], ...]

BLOCKS: dict[str, Blocks] = {
    "ctrgcn": tuple(zip(WIDTHS, STRIDES)),
    "hdgcn": tuple(zip(WIDTHS, STRIDES)),
    "infogcn": infogcn.BLOCKS,
    "stsanet": stsanet.BLOCKS,
    "istanet": istanet.BLOCKS,
    "agcn": tuple(zip(WIDTHS, STRIDES)),
    "stgcn": NTU_BLOCKS,
}
"""The backbones, with (channels, temporal stride) of their blocks as published; of STSA-Net and ISTA-Net (channels, width of a query)."""

MUTUAL = (*range(49, 60), *range(105, 120))
"""NTU RGB+D 120's labels of what two people do, in the order of their own labels 0 to 25; the first 11 are NTU RGB+D 60's."""

TURNS = (0.3, math.pi / 4, 0.3)
SHIFT = 0.01
"""Training clips are turned by up to these angles about x, y, z, and moved by up to this length."""


def mutual(label: Int[Tensor, " N"]) -> tuple[Int[Tensor, " M"], Int[Tensor, " M"]]:
    """(which clips of NTU RGB+D are of two people by their label, their labels among the 26)."""
    kept = torch.isin(label, torch.tensor(MUTUAL)).nonzero()[:, 0]
    return kept, torch.searchsorted(torch.tensor(MUTUAL), label[kept])


# -- augmentation --------------------------------------------------------------------------------


def turn_matrix(angles: Sequence[float]) -> Float[Tensor, "3 3"]:
    """The release's rotation by angles about x, then y, then z, each the other way round than a right hand turns."""
    x, y, z = (skeletons.axis_rotation(axis, -angle) for axis, angle in enumerate(angles))
    return z @ y @ x


def shift_vector(draw: Sequence[float], length: float = SHIFT) -> Float[Tensor, " 3"]:
    """A vector of up to `length` from three uniform numbers; as released, the poles are likelier than the equator."""
    around, down = 2 * math.pi * draw[0], math.pi * draw[1]
    return length * draw[2] * torch.tensor([math.sin(down) * math.cos(around), math.sin(down) * math.sin(around), math.cos(down)])


# -- the shift and its loss ----------------------------------------------------------------------


class ConvexHullShift(nn.Sequential):
    """Moves clips to an origin in the convex hull of all their points, whose coefficients it makes from the clip (the paper's CLB and ICHAS).

    Args:
        channels, frames, joints, people: of the clips.
        segments: into how many parts frames, joints and people are divided; each has its own origin, of all points.
        hidden, bottleneck: widths in between.

    Source: CHASE (model/Wrapper/chas.py), whose state names these are.
    """

    def __init__(
        self, channels: int, frames: int, joints: int, people: int, segments: tuple[int, int, int] = (1, 1, 1), hidden: int = 64, bottleneck: int = 8
    ) -> None:
        sizes = (frames, joints, people)
        if any(s < 1 or n % s for n, s in zip(sizes, segments)):
            raise OptionError(f"CHASE segments={segments}: expected divisors of {frames} frames, {joints} joints and {people} people")
        super().__init__(
            nn.Conv3d(channels, hidden, 1),
            nn.AdaptiveAvgPool3d(segments),
            nn.Conv3d(hidden, bottleneck, 1, bias=False),
            nn.ReLU(),
            nn.Conv3d(bottleneck, frames * joints * people, 1, bias=False),
        )
        self.sizes, self.segments = sizes, segments

    def coefficients(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B TVP S"]:
        """How much each point counts for the origin of each segment; they sum to 1."""
        return super().forward(x).flatten(2).softmax(1)

    def origins(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B C T2 V2 P2"]:
        """The origin of each segment."""
        if x.shape[2:] != self.sizes:
            raise OptionError(f"CHASE: expected clips of {self.sizes} frames, joints and people, found {tuple(x.shape[2:])}")
        return (x.flatten(2) @ self.coefficients(x)).unflatten(2, self.segments)

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B C T V P"]:
        origin = self.origins(x)
        for dim, (size, segments) in enumerate(zip(self.sizes, self.segments), 2):
            origin = origin.repeat_interleave(size // segments, dim) if segments > 1 else origin
        return x - origin


def extremes(x: Float[Tensor, "B C T V P"], people: Sequence[int]) -> Float[Tensor, "P2 B 2 C"]:
    """Of each of these people the largest and the smallest of each coordinate."""
    points = x[..., list(people)].flatten(2, 3)
    return torch.stack([points.amax(2), points.amin(2)], 1).permute(3, 0, 1, 2)


# -- config --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 120's two-person actions with CTR-GCN."""

    num_classes: int = 26
    skeleton: str = "ntu25"
    """A standard joint set, "sbu15" or "assembly21"."""
    dims: int = 3
    people: int = 2
    """Or hands, objects, a ball: entities with the same number of joints."""
    frames: int = 64
    backbone: str = "ctrgcn"
    """ "ctrgcn", "hdgcn", "infogcn", "stsanet", "istanet", "agcn" or "stgcn"."""
    blocks: Blocks | None = None
    """(channels, temporal stride) of the backbone's blocks, of STSA-Net and ISTA-Net (channels, width of a query); None for those published."""
    shift: str = "learned"
    """Of the origin: "learned", "mean" (to the mean of all points) or "none" (both ablations)."""
    segments: tuple[int, int, int] = (1, 1, 1)
    """Parts of frames, joints and people with a learned origin each."""
    hidden: int = 64
    bottleneck: int = 8
    """Channels of the network that learns the shift."""
    mmd_weight: float = 0.1
    """Of the loss that makes entities alike; 0 leaves it out (ablation)."""
    person_classes: int | None = None
    """Classes of what each person does, told along with what the group does."""
    label_smoothing: float = 0.0
    dropout: float = 0.0
    """Before the last map."""
    embedding: int = 64
    """Of joints, in InfoGCN, STSA-Net and ISTA-Net."""
    heads: int = 3
    """Of the attention in these three."""
    hops: int = 1
    """InfoGCN's k: vectors are from the k-th ancestor."""
    noise: float = 0.5
    """InfoGCN's: how much of the latent code's log-variance is its spread."""
    code_weights: tuple[float, float] = (0.1, 1e-4)
    """InfoGCN's: of the distance of class means from their priors, and of the mean code's length."""
    prior_gain: float = 3.0
    """Length of these priors, which are orthogonal."""
    tuple_frames: int = 3
    """Frames of STSA-Net's tuples."""
    kernel: int = 5
    """Nodes that STSA-Net's convolution over a tuple sees, or tokens that ISTA-Net's sees."""
    positions: bool = True
    """Whether these two tell nodes or tokens apart when they compare them."""
    attention_dropout: float = 0.0
    """Of their attention maps."""
    window: tuple[int, int, int] = (20, 1, 2)
    """Frames, joints and people of ISTA-Net's tokens."""
    time_kernel: int = 3
    """Frames of a token that ISTA-Net's convolution sees."""
    centre: str | None = None
    """HD-GCN's centre of mass, a joint; None for the root."""
    official_quirks: bool = False
    """As the release: InfoGCN's vectors of some joint sets, see :func:`vectors`."""

    def __post_init__(self) -> None:
        if self.backbone not in BLOCKS:
            raise OptionError(f"CHASE backbone={self.backbone!r}: expected one of {', '.join(BLOCKS)}")
        if self.shift not in ("learned", "mean", "none"):
            raise OptionError(f"CHASE shift={self.shift!r}: expected learned, mean or none")
        if self.dims not in (2, 3):
            raise OptionError(f"CHASE dims={self.dims}: expected 2 or 3")
        if self.people < 2 and self.mmd_weight:
            raise OptionError(f"CHASE people={self.people}: one has nobody to be made like; expected two or more, or mmd_weight=0")
        if self.backbone == "stsanet" and self.frames % self.tuple_frames:
            raise OptionError(f"CHASE frames={self.frames}: expected a multiple of tuple_frames={self.tuple_frames}")


_Config = Config  # what the class below calls by the same name


def scenario(data: str, backbone: str = "ctrgcn") -> Config:
    """The release's settings for "ntu26", "ntu11", "h2o", "assembly101", "collective" or "volleyball", with one of its five backbones.

    Entities of the last two are people, in Volleyball the ball in a place of its own. ISTA-Net, made for several entities, is what the
    paper compares with: without shift and its loss.
    """
    smoothing = 0.1 if backbone in ("infogcn", "stsanet", "istanet") else 0.0
    found = {
        "ntu26": Config(backbone=backbone, frames=60 if backbone == "stsanet" else 64, label_smoothing=smoothing),
        "ntu11": Config(11, backbone=backbone, frames=60 if backbone == "stsanet" else 64, label_smoothing=smoothing),
        "h2o": Config(36, "hand21_left", people=3, frames=120, backbone=backbone, label_smoothing=0.15),
        "assembly101": Config(1380, "assembly21", frames=70 if backbone != "stsanet" else 69, backbone=backbone, label_smoothing=0.1, centre="thumb_tip"),
        "collective": Config(4, "coco17", 2, 6, 10, backbone, person_classes=5, label_smoothing=0.1, tuple_frames=1),
        "volleyball": Config(8, "coco17", 2, 14, 10, backbone, person_classes=11, label_smoothing=0.1, tuple_frames=1),
    }
    if data not in found:
        raise OptionError(f"CHASE data {data!r}: expected one of {', '.join(found)}")
    if backbone != "istanet":
        return found[data]
    alone = replace(found[data], shift="none", mmd_weight=0.0)
    if alone.dims == 2:
        return replace(alone, window=(10, 1, 1))
    alone = replace(alone, frames=120, window=(20, 1, alone.people))
    # the hands of Assembly101 have one block more and a longer kernel
    return replace(alone, time_kernel=5, blocks=(istanet.BLOCKS[0], *istanet.BLOCKS)) if data == "assembly101" else alone


# -- the method ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class GroupBatch(RecognitionBatch):
    """Clips of groups: `label` of the group, `person_label` (B, P) of everybody."""

    person_label: Int[Tensor, "B P"] | None = None

    def to(self, device: Any) -> GroupBatch:
        label, person = (None if v is None else v.to(device) for v in (self.label, self.person_label))
        return GroupBatch(self.joints.to(device), self.index.to(device), label, person)

    def select(self, rows: slice) -> GroupBatch:
        label, person = (None if v is None else v[rows] for v in (self.label, self.person_label))
        return GroupBatch(self.joints[rows], self.index[rows], label, person)


@dataclass(frozen=True, eq=False)
class Found:
    """Of a batch: what the backbone saw, class logits, and where there are such logits of each person and the latent code."""

    shifted: Float[Tensor, "B C T V P"]
    logits: Float[Tensor, "B K"]
    person_logits: Float[Tensor, "B P L"] | None = None
    code: Float[Tensor, "B D"] | None = None


def loss_terms(
    config: Config,
    found: Found,
    label: Int[Tensor, " B"],
    pair: Float[Tensor, "2 B 2 C"] | None = None,
    person_label: Int[Tensor, "B P"] | None = None,
    prior: Float[Tensor, "K D"] | None = None,
) -> dict[str, Tensor]:
    """Weighted terms of the loss: cross-entropy, of persons too, MMD of a pair's extremes, and InfoGCN's of its code."""
    terms = {"cross_entropy": F.cross_entropy(found.logits, label, label_smoothing=config.label_smoothing)}
    if found.person_logits is not None:
        if person_label is None:
            raise OptionError("CHASE with person_classes: expected a GroupBatch with person_label")
        terms["person"] = F.cross_entropy(found.person_logits.flatten(0, 1), person_label.flatten(), label_smoothing=config.label_smoothing)
    if found.code is not None:
        assert prior is not None
        far, length = infogcn.code_loss(found.code, label, prior)
        terms |= {"code": config.code_weights[0] * far, "code_mean": config.code_weights[1] * length}
    if pair is not None:
        terms["mmd"] = config.mmd_weight * mmd(*pair.flatten(1, 2))
    return terms


class CHASE(ActionRecognizer):
    """The shift in front of a backbone.

    >>> import torch
    >>> model = CHASE(Config(frames=16)).eval()
    >>> model(RecognitionBatch(torch.randn(2, 3, 16, 25, 2), torch.linspace(-1, 1, 16).repeat(2, 1))).shape
    torch.Size([2, 26])
    """

    card = Card(
        slug="chase",
        title="CHASE: Learning Convex Hull Adaptive Shift for Skeleton-based Multi-Entity Action Recognition",
        venue="NeurIPS 2024",
        task="recognition",
        summary="Names what several people, hands or objects do together. In front of a network made for single skeletons, a small one moves each clip to an "
        "origin that it learns inside the convex hull of all its points, and a loss makes the entities alike in where they are.",
        claim="A learned shift of the origin with a loss on the discrepancy between entities makes networks for single skeletons better at actions of several.",
        official="Necolizer/CHASE",
        code_licence="MIT",
        weights_licence="MIT",
        figures=(
            Figure("NTU Mutual 26", "parameters added to CTR-GCN", "26 368", "authors' code"),
            Figure("NTU Mutual 26", "CTR-GCN without CHASE, top-1 X-Sub / X-Set (%)", "89.3 / 90.2", "recalled, not verified"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=110,
                batch_size=64,
                optimizer="sgd",
                lr=0.1,
                weight_decay=4e-4,
                schedule=Schedule("step", warmup=5, milestones=(80, 100)),
            ),
        ),
        source="authors' config for NTU Mutual 26, CTR-GCN",
    )
    config: _Config
    prior: Tensor | None

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        joints = len(self.skeleton)
        self.shift = ConvexHullShift(c.dims, c.frames, joints, c.people, c.segments, c.hidden, c.bottleneck) if c.shift == "learned" else None
        self.backbone = _backbone(c, self.skeleton)
        width = (c.blocks or BLOCKS[c.backbone])[-1][0]
        self.fc_person = None
        if c.person_classes is not None:
            self.fc_person = nn.Linear(width, c.person_classes)
            nn.init.normal_(self.fc_person.weight, 0, (2.0 / c.person_classes) ** 0.5)
        self.dropout = nn.Dropout(c.dropout)
        prior = None
        if c.backbone == "infogcn":
            # no weight, and not kept by the release: the same every time
            prior = nn.init.orthogonal_(torch.empty(c.num_classes, width), c.prior_gain, torch.Generator().manual_seed(0))
        self.register_buffer("prior", prior, persistent=False)

    @property
    def skeleton(self) -> Skeleton:
        return joint_set(self.config.skeleton)

    def moved(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B C T V P"]:
        """Clips about the origin that the config says."""
        if self.shift is not None:
            return self.shift(x)
        return x - x.mean((2, 3, 4), keepdim=True) if self.config.shift == "mean" else x

    def find(self, x: Float[Tensor, "B C T V P"]) -> Found:
        """Everything that the losses ask about."""
        x = self.moved(x)
        net = self.backbone
        if isinstance(net, SkeletonGCN):
            people = net.maps(x).mean((3, 4))
        elif isinstance(net, STGCN):
            people = net.features(x).mean((2, 3)).unflatten(0, (x.shape[0], x.shape[-1]))
        else:
            people = net.people(x)  # type: ignore[operator]
        # ISTA-Net's last window may hold the last person twice
        person_logits = None if self.fc_person is None else self.fc_person(people[:, : x.shape[-1]])
        features = people.mean(1)
        if isinstance(net, infogcn.InfoGCN):
            code = net.code(features)
            return Found(x, net.decoder(code), person_logits, code)
        features = self.dropout(features)
        logits = net.fcn(features[..., None, None]).flatten(1) if isinstance(net, STGCN) else net.fc(features)  # type: ignore[operator,misc]
        return Found(x, logits, person_logits)

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits."""
        return self.find(batch.joints).logits

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """See :func:`loss_terms`; the pair of entities whose discrepancy counts is drawn anew each time."""
        assert batch.label is not None
        c = self.config
        found = self.find(batch.joints)
        pair = extremes(found.shifted, sorted(torch.randperm(c.people)[:2].tolist())) if c.mmd_weight else None
        return loss_terms(c, found, batch.label, pair, getattr(batch, "person_label", None), self.prior)

    @torch.inference_mode()
    def discrepancy(self, batch: RecognitionBatch) -> tuple[float, float]:
        """MMD between the extremes of the first two entities before and after the shift."""
        first, second = (float(mmd(*extremes(x, (0, 1)).flatten(1, 2))) for x in (batch.joints, self.moved(batch.joints)))
        return first, second

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (C, T, J, P), index (T,)) of one clip: cropped and resized; moved and turned when a generator is given (2D joints only moved)."""
        c = self.config
        if c.dims == 2:
            poses = replace(poses, positions=F.pad(poses.positions, (0, 1)))
        spine = feeders.origin(self.skeleton)
        x = feeders.arrange(poses, c.people, spine)
        if generator is None:
            x = feeders.crop_resize(x, c.frames)
        else:
            dice = skeletons.Dice(generator)
            x = feeders.crop_resize(x, c.frames, dice, turn=0.0) + shift_vector([dice.uniform() for _ in range(3)])
            if c.dims == 3:
                x = x @ turn_matrix([dice.uniform(-t, t) for t in TURNS]).T
        return feeders.tokens(x[..., : c.dims])

    # -- configs and files -----------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        """NTU's settings for its joints; for others their own joint set and half the frames, as clips are shorter."""
        sizes = {k: facts[k] for k in ("num_classes", "people")}
        if facts["dims"] == 3 and facts["skeleton"].covers(standard("ntu25")):
            return cls.Config(**sizes)
        return cls.Config(skeleton=facts["skeleton"].name, dims=facts["dims"], frames=32, **sizes)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        small = ((16, 1), (16, 2))
        info = {"backbone": "infogcn", "blocks": small, "embedding": 16}
        tuples = {"backbone": "stsanet", "blocks": ((16, 4), (16, 4)), "embedding": 16, "tuple_frames": 2}
        tokens = {"backbone": "istanet", "blocks": ((16, 4), (16, 4)), "embedding": 16, "window": (4, 1, 2)}
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "kinect20"},
            "2D": {"dims": 2},
            "three people": {"people": 3},
            "longer clips": {"frames": 16},
            "HD-GCN": {"backbone": "hdgcn", "blocks": small},
            "HD-GCN about the head": {"backbone": "hdgcn", "blocks": small, "centre": "head"},
            "InfoGCN": info,
            "InfoGCN, vectors of two bones": {**info, "hops": 2},
            "InfoGCN without noise": {**info, "noise": 0.0},
            "InfoGCN, other weights": {**info, "code_weights": (1.0, 0.0)},
            "InfoGCN, nearer priors": {**info, "prior_gain": 1.0},
            "InfoGCN of COCO's body, as released": {**info, "skeleton": "coco17", "official_quirks": True},
            "ISTA-Net": tokens,
            "ISTA-Net, joints in its tokens": {**tokens, "window": (4, 5, 1)},
            "ISTA-Net, longer kernel": {**tokens, "time_kernel": 5},
            "STSA-Net": tuples,
            "STSA-Net, one head": {**tuples, "heads": 1},
            "STSA-Net, wider kernel": {**tuples, "kernel": 7},
            "STSA-Net without positions": {**tuples, "positions": False},
            "STSA-Net, attention dropped": {**tuples, "attention_dropout": 0.5},
            "2s-AGCN": {"backbone": "agcn"},
            "ST-GCN": {"backbone": "stgcn"},
            "deeper": {"blocks": (*small, (16, 1))},
            "mean as origin": {"shift": "mean"},
            "no shift": {"shift": "none"},
            "an origin for each half of the clip": {"segments": (2, 1, 1)},
            "wider": {"hidden": 32},
            "wider bottleneck": {"bottleneck": 4},
            "without MMD": {"mmd_weight": 0.0},
            "persons' labels": {"person_classes": 3},
            "smoothed labels": {"label_smoothing": 0.1},
            "dropout": {"dropout": 0.5},
        }

    @classmethod
    def tiny_config(cls) -> _Config:
        return cls.Config(num_classes=4, skeleton="sbu15", frames=8, blocks=((16, 1), (16, 2)), hidden=16)

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        c = self.config
        joints = torch.randn(size, c.dims, c.frames, len(self.skeleton), c.people, generator=generator)
        label = torch.randint(c.num_classes, (size,), generator=generator)
        person = torch.randint(c.person_classes or 1, (size, c.people), generator=generator)
        return GroupBatch(joints, torch.linspace(-1, 1, c.frames).repeat(size, 1), label, person)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> CHASE:
        """Read the authors' weights, of the whole or of a backbone alone.

        What shapes do not say must be given where it is not the release's for NTU: `segments`, `blocks` (strides), `hops`, `centre`,
        `skeleton` (21 joints are H2O's hand), `tuple_frames`, `people` of STSA-Net alone, and of ISTA-Net `window`, `people`, `frames`.
        """
        state = read_checkpoint(checkpoint)
        shift = {k: v for k, v in state.items() if k.startswith("shift.")}
        inner = {k.removeprefix("backbone."): v for k, v in state.items() if k not in shift}
        try:
            base = _official_config(shift, inner, config)
        except KeyError as e:
            raise FormatError("checkpoint", f"not a CHASE checkpoint, nor one of its backbones: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**base, **config}))
        load_strictly(model, shift | _renamed(inner))
        return model.eval()


def _backbone(c: Config, skeleton: Skeleton) -> nn.Module:
    blocks = c.blocks or BLOCKS[c.backbone]
    widths, strides = zip(*blocks)
    joints = len(skeleton)
    if c.backbone == "hdgcn":
        return hdgcn.HDGCN(c.num_classes, hierarchy(skeleton, c.centre), joints, c.people, c.dims, widths, strides)
    if c.backbone == "infogcn":
        seen = vectors(skeleton, c.hops, c.official_quirks)
        return infogcn.InfoGCN(c.num_classes, seen, c.people, c.dims, blocks, c.embedding, c.heads, c.noise, c.dropout)
    if c.backbone == "stsanet":
        more = (c.embedding, c.tuple_frames, c.heads, c.kernel, c.positions)
        return stsanet.STSANet(c.num_classes, joints, c.dims, blocks, *more, attention_dropout=c.attention_dropout)
    if c.backbone == "istanet":
        kernels, sizes = (c.time_kernel, c.kernel), (c.frames, joints, c.people)
        return istanet.ISTANet(c.num_classes, sizes, c.dims, c.window, blocks, c.embedding, c.heads, kernels, c.positions, c.attention_dropout)
    graph = skeletons.linked_graph(links(skeleton), joints)
    if c.backbone == "stgcn":
        return STGCN(graph, c.dims, blocks, c.num_classes)
    if c.backbone == "agcn":
        return AGCN(c.num_classes, graph, c.people, c.dims, widths, strides)
    # the release compares 2D joints, too, in a width of 8
    return CTRGCN(c.num_classes, graph, c.people, c.dims, widths, strides, relation=8)


_JOINT_SETS = {25: "ntu25", 21: "hand21_left", 20: "kinect20", 17: "coco17", 15: "sbu15"}


def _official_config(shift: Mapping[str, Tensor], inner: Mapping[str, Tensor], given: Mapping[str, Any]) -> dict[str, Any]:
    """Config values from the shapes of the release's weights; KeyError names what is missing."""
    if "blocks.0.M" in inner:
        found = _istanet_sizes(inner, given)
    else:
        found = _stsanet_sizes(shift, inner, given) if "blocks.0.att0s" in inner else _graph_sizes(shift, inner)
    joints = found.pop("joints")
    if "skeleton" not in given and joints not in _JOINT_SETS:
        raise FormatError("checkpoint", f"{joints} joints: say which skeleton they are of")
    found |= {"skeleton": given.get("skeleton") or _JOINT_SETS[joints], "official_quirks": True}
    if joints == 21 and "skeleton" not in given and len(inner.get("l1.gcn1.conv_down.6.0.bias", ())):
        # H2O's hand has fewer levels
        found |= {"skeleton": "assembly21", "centre": "thumb_tip"}
    if "fc_person.weight" in inner:
        found["person_classes"] = len(inner["fc_person.weight"])
    if found["people"] < 2:
        found["mmd_weight"] = 0.0
    if not shift:
        return found | {"shift": "none"}
    return found | {"hidden": len(shift["shift.0.weight"]), "bottleneck": len(shift["shift.2.weight"])}


def _attention_blocks(inner: Mapping[str, Tensor], last: str, heads: int) -> Blocks:
    """(channels, width of a query) of each block of STSA-Net or ISTA-Net; `last` is the map that gives its channels."""
    blocks: list[tuple[int, int]] = []
    while (prefix := f"blocks.{len(blocks)}") + ".to_qkvs.weight" in inner:
        blocks.append((len(inner[f"{prefix}.{last}"]), len(inner[f"{prefix}.to_qkvs.weight"]) // (2 * heads)))
    return tuple(blocks)


def _stsanet_sizes(shift: Mapping[str, Tensor], inner: Mapping[str, Tensor], given: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes of STSA-Net; what its weights leave open is taken from `given` or the length of the shift."""
    nodes, heads = inner["blocks.0.att0s"].shape[-1], inner["blocks.0.alphas"].shape[1]
    known = [len(joint_set(given["skeleton"]))] if "skeleton" in given else list(_JOINT_SETS)
    joints = next((j for j in known if nodes % j == 0), nodes)
    tuple_frames, positions = nodes // joints, "blocks.0.pes.pe" in inner
    frames = inner["blocks.0.pes.pe"].shape[2] * tuple_frames if positions else given.get("frames", 60)
    return {
        "backbone": "stsanet",
        "num_classes": len(inner["fc.bias"]),
        "joints": joints,
        "people": given.get("people") or (len(shift["shift.4.weight"]) // (frames * joints) if shift else 2),
        "frames": frames,
        "dims": inner["input_map.0.weight"].shape[1],
        "embedding": len(inner["input_map.0.weight"]),
        "blocks": _attention_blocks(inner, "ff_net.1.weight", heads),
        "heads": heads,
        "kernel": inner["blocks.0.out_nets.0.weight"].shape[-1],
        "tuple_frames": tuple_frames,
        "positions": positions,
    }


def _istanet_sizes(inner: Mapping[str, Tensor], given: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes of ISTA-Net; clips and windows, which its weights leave open, are the release's for NTU where `given` says nothing else."""
    heads, number = inner["blocks.0.M"].shape[1:3]
    window, frames, people = given.get("window", (20, 1, 2)), given.get("frames", 120), given.get("people", 2)
    known = [len(joint_set(given["skeleton"]))] if "skeleton" in given else list(_JOINT_SETS)
    joints = next((j for j in known if math.prod(istanet.tokens((frames, j, people), window)) == number), None)
    if joints is None:
        raise FormatError("checkpoint", f"ISTA-Net of {number} tokens: none of {known} joints gives so many; say window, frames, people and skeleton")
    return {
        "backbone": "istanet",
        "num_classes": len(inner["fc.bias"]),
        "joints": joints,
        "people": people,
        "frames": frames,
        "window": window,
        "dims": inner["embed.0.weight"].shape[1],
        "embedding": len(inner["embed.0.weight"]),
        "blocks": _attention_blocks(inner, "FFN.0.weight", heads),
        "heads": heads,
        "kernel": inner["blocks.0.proj.0.weight"].shape[-1],
        "time_kernel": inner["blocks.0.TA.0.weight"].shape[2],
        "positions": "blocks.0.pes.pe" in inner,
    }


def _graph_sizes(shift: Mapping[str, Tensor], inner: Mapping[str, Tensor]) -> dict[str, Any]:
    """Sizes of InfoGCN, HD-GCN or CTR-GCN."""
    found: dict[str, Any]
    if "pos_embedding" in inner:
        joints, channels = inner["pos_embedding"].shape[1:]
        found = {"backbone": "infogcn", "embedding": channels, "heads": len(inner["blocks.0.agcn.shared_topology"])}
        found |= {"num_classes": len(inner["decoder.bias"]), "dims": inner["to_joint_embedding.weight"].shape[1]}
        name, first = "blocks.{}.agcn.bn.weight", 0
    else:
        joints = inner["l1.gcn1.PA"].shape[-1]
        hierarchical = "l1.gcn1.conv_down.0.0.weight" in inner
        channels = inner["l1.gcn1.conv_down.0.0.weight" if hierarchical else "l1.gcn1.convs.0.conv3.weight"].shape[1]
        found = {"backbone": "hdgcn" if hierarchical else "ctrgcn", "num_classes": len(inner["fc.bias"]), "dims": channels}
        name, first = "l{}.gcn1.bn.weight", 1
    widths: list[int] = []
    while name.format(first + len(widths)) in inner:
        widths.append(len(inner[name.format(first + len(widths))]))
    # frames are halved where channels grow
    strides = (1, *(2 if b > a else 1 for a, b in zip(widths, widths[1:])))
    people = len(inner["data_bn.weight"]) // (joints * channels)
    found |= {"joints": joints, "people": people, "blocks": tuple(zip(widths, strides))}
    if shift:
        found["frames"] = len(shift["shift.4.weight"]) // (joints * people)
    return found


def _renamed(inner: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The release's entries under our names."""
    out = {}
    # HD-GCN names the convolutions of the last level twice; a checkpoint is loaded in this order
    for key in sorted(inner, key=lambda k: ".gcn1.conv_d." in k):
        value = inner[key]
        head, twice, rest = key.partition(".gcn1.conv_d.")
        if twice:
            key = f"{head}.gcn1.conv.{len(inner[f'{head}.gcn1.PA']) - 1}.{rest}"
        elif "branches" in key and key.endswith(".3.bias"):
            key, value = key.removesuffix("bias") + "conv.bias", value.flatten()
        if not key.endswith(".pes.pe"):
            out[key if key.startswith("fc_person.") else f"backbone.{key}"] = value
    return out
