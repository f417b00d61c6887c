"""SkeletonMAE: a graph autoencoder of poses with masked body parts, whose encoder then names actions (ICCV 2023)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError
from vitruve.nn import clips as clip_tools
from vitruve.nn import skeletons
from vitruve.nn.gin import GINEncoder, GINLayer, between_people, bone_links, scaled_cosine_error
from vitruve.nn.parts import LIMBS, six_parts
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage
from vitruve.tasks.recognition import ActionRecognizer, Labels, RecognitionBatch


@dataclass(frozen=True)
class Config:
    """What is encoded, masked and reconstructed is the paper's. There is no code of it: sizes and the settings of masking are our choice."""

    num_classes: int = 99
    skeleton: str = "coco17"
    """A standard joint set, or the name of the tree that `joints`, `parents` and `landmarks` describe."""
    joints: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    landmarks: tuple[str | None, ...] = ()
    dims: int = 2
    confidence: bool = False
    """Read each joint's confidence beside its coordinates."""
    people: int = 2
    frames: int = 48
    width: int = 256
    """Channels of the encoder."""
    layers: int = 3
    """GIN layers of the encoder; the decoder has one."""
    masking: str = "parts"
    """ "parts": all joints of some body parts; "joints": as many, drawn from the whole body (the control)."""
    maskable: tuple[str, ...] = LIMBS
    """Parts that may be masked: of head, torso, left_arm, right_arm, left_leg, right_leg."""
    masked: int = 2
    """How many of them are, in each pose."""
    remask: bool = False
    """Masked joints become a second token before the decoder, as in GraphMAE. Where whole limbs are masked, a decoder of one layer then sees
    nothing but tokens at their ends, so that these come out the same for every pose."""
    beta: float = 2.0
    """Power of the cosine error of masked joints."""
    mse_weight: float = 0.0
    """Of the squared error of masked joints: the cosine does not see how far from the origin a joint is."""
    edge_weight: float = 0.1
    """Of the links at masked joints, predicted from the encoder's features; 0 leaves them to the joints."""
    channels: tuple[int, ...] = (64, 128, 256)
    """Of the spatial-temporal blocks."""
    strides: tuple[int, ...] = (1, 2, 2)
    """In time, of the blocks."""
    kernels: tuple[int, ...] = (3, 5, 9)
    """Temporal convolutions side by side; one branch more pools."""
    interaction: bool = True
    """Encode people also together, with links between their same joints."""
    time_embedding: bool = True
    protocol: str = "finetune"
    """What is trained after the autoencoder: "finetune", the spatial-temporal network that its encoder starts; or "linear", one linear
    map of the features of the frozen encoder, averaged over frames and people."""
    test_clips: int = 1
    """Predictions are averaged over so many samplings of a clip's frames."""
    turn: float = 0.0
    """While training, 3D clips are turned about the vertical by up to so many degrees."""
    flip: float = 0.5
    """Probability of a mirror image while training."""
    scale: float = 0.1
    """While training, clips are scaled by 1 - scale to 1 + scale."""
    crop: float = 0.5
    """While training, at least this share of a clip's frames is read."""

    def __post_init__(self) -> None:
        for name, choices in (("masking", ("parts", "joints")), ("protocol", ("finetune", "linear")), ("dims", (2, 3))):
            if getattr(self, name) not in choices:
                raise OptionError(f"SkeletonMAE {name}={getattr(self, name)!r}: expected one of {', '.join(map(str, choices))}")
        parts = six_parts(self.tree)
        absent = [p for p in self.maskable if p not in parts]
        if absent:
            raise OptionError(f"SkeletonMAE maskable: skeleton {self.skeleton!r} has no {', '.join(absent)}; it has {', '.join(parts)}")
        if not 1 <= self.masked <= len(self.maskable) or (self.masked == len(parts)):
            raise OptionError(f"SkeletonMAE masked={self.masked}: expected 1 to {len(self.maskable)} parts, and one that stays visible")
        if not self.channels or len(self.channels) != len(self.strides):
            raise OptionError(f"SkeletonMAE: {len(self.channels)} channels but {len(self.strides)} strides")
        if any(k % 2 == 0 for k in self.kernels) or min(self.channels) <= len(self.kernels):
            raise OptionError(f"SkeletonMAE kernels={self.kernels}: expected odd numbers, fewer than channels")
        if not 0 < self.crop <= 1 or not 0 <= self.scale < 1 or self.test_clips < 1:
            raise OptionError(f"SkeletonMAE crop={self.crop}, scale={self.scale}, test_clips={self.test_clips}: expected (0, 1], [0, 1), 1 or more")

    @property
    def tree(self) -> Skeleton:
        """The joints that are read."""
        return Skeleton(self.skeleton, self.joints, self.parents, self.landmarks) if self.joints else standard(self.skeleton)

    @property
    def inputs(self) -> int:
        """What a joint is read as."""
        return self.dims + self.confidence


_Config = Config  # what the class below calls by the same name


class MaskedAutoencoder(nn.Module):
    """A deep GIN encoder, a shallow GIN decoder. Joints that are masked enter as one learned token."""

    links: Tensor
    parts: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = GINEncoder(config.inputs, config.width, config.layers)
        self.mask_token = nn.Parameter(torch.zeros(config.inputs))
        self.bridge = nn.Linear(config.width, config.width, bias=False)
        if config.remask:
            self.remask_token = nn.Parameter(torch.zeros(config.width))
        self.decoder = GINLayer(config.width, config.dims, hidden=config.width)
        groups = six_parts(config.tree)
        members = torch.zeros(len(config.maskable), len(config.tree))
        for i, part in enumerate(config.maskable):
            members[i, list(groups[part])] = 1.0
        self.register_buffer("links", bone_links(config.tree), persistent=False)
        self.register_buffer("parts", members, persistent=False)

    def draw(self, count: int, generator: torch.Generator | None = None) -> Bool[Tensor, "N J"]:
        """Which joints of so many poses are masked: `masked` parts of each, or as many joints from the whole body as that is on average."""
        size = self.parts.shape if self.config.masking == "parts" else self.links.shape
        places = torch.rand(count, size[0], generator=generator, device=self.links.device).argsort(-1)
        if self.config.masking == "parts":
            return ((places < self.config.masked).float() @ self.parts) > 0
        return places < round(float(self.config.masked * self.parts.sum(1).mean()))

    def forward(self, poses: Float[Tensor, "N J C"], mask: Bool[Tensor, "N J"]) -> tuple[Float[Tensor, "N J D"], Float[Tensor, "N J W"]]:
        """(coordinates of all joints, features of the encoder), from the joints that are not masked."""
        features = self.encoder(torch.where(mask[..., None], self.mask_token.to(poses.dtype), poses), self.links)
        hidden = self.bridge(features)
        if self.config.remask:
            hidden = torch.where(mask[..., None], self.remask_token.to(hidden.dtype), hidden)
        return self.decoder(hidden, self.links), features

    def losses(self, poses: Float[Tensor, "N J C"], mask: Bool[Tensor, "N J"]) -> dict[str, Tensor]:
        """Weighted errors of the joints that are masked and known (one at the origin is not), and of the links at them."""
        c = self.config
        target = poses[..., : c.dims]
        found, features = self(poses, mask)
        known = (target != 0).any(-1)
        scored = mask & known
        count = scored.sum().clamp_min(1)
        terms = {"cosine": (scaled_cosine_error(target, found.float(), c.beta) * scored).sum() / count}
        if c.mse_weight:
            terms["mse"] = c.mse_weight * ((target - found).square().mean(-1) * scored).sum() / count
        if c.edge_weight:
            logits = features @ features.mT * c.width**-0.5
            # pairs of known joints, one of them masked
            pairs = (mask[:, :, None] | mask[:, None, :]) & known[:, :, None] & known[:, None, :]
            pairs = pairs & ~torch.eye(len(self.links), dtype=torch.bool, device=pairs.device)
            errors = F.binary_cross_entropy_with_logits(logits.float(), self.links.expand_as(logits).float(), reduction="none")
            terms["edges"] = c.edge_weight * (errors * pairs).sum() / pairs.sum().clamp_min(1)
        return terms


class MultiScaleTime(nn.Module):
    """Temporal convolutions of several widths and max pooling, each on a share of the channels; a skip; ReLU."""

    def __init__(self, channels: int, kernels: Sequence[int], stride: int) -> None:
        super().__init__()
        count = len(kernels) + 1
        # the pooling branch takes what does not divide
        sizes = [channels // count] * len(kernels) + [channels - channels // count * len(kernels)]

        def enter(size: int) -> list[nn.Module]:
            return [nn.Conv2d(channels, size, 1, bias=False), nn.BatchNorm2d(size), nn.ReLU()]

        self.branches = nn.ModuleList(
            nn.Sequential(*enter(n), nn.Conv2d(n, n, (k, 1), (stride, 1), (k // 2, 0), bias=False), nn.BatchNorm2d(n)) for k, n in zip(kernels, sizes)
        )
        self.branches.append(nn.Sequential(*enter(sizes[-1]), nn.MaxPool2d((3, 1), (stride, 1), (1, 0)), nn.BatchNorm2d(sizes[-1])))
        self.skip = nn.Identity() if stride == 1 else nn.Sequential(nn.Conv2d(channels, channels, 1, (stride, 1), bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Float[Tensor, "N C T J"]) -> Float[Tensor, "N C T2 J"]:
        return F.relu(torch.cat([b(x) for b in self.branches], 1) + self.skip(x))


class STRLBlock(nn.Module):
    """The encoder on each person of each frame, and on all people of a frame together; both mixed into the input; then time."""

    links: Tensor
    together: Tensor

    def __init__(self, config: Config, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.encoder = GINEncoder(c_in, config.width, config.layers)
        self.interaction = config.interaction and config.people > 1
        self.mix = nn.Sequential(nn.Conv2d(config.width * (1 + self.interaction), c_out, 1, bias=False), nn.BatchNorm2d(c_out))
        self.skip = nn.Identity() if c_in == c_out else nn.Sequential(nn.Conv2d(c_in, c_out, 1, bias=False), nn.BatchNorm2d(c_out))
        self.time = MultiScaleTime(c_out, config.kernels, stride)
        links = bone_links(config.tree)
        self.register_buffer("links", links, persistent=False)
        self.register_buffer("together", between_people(links, config.people), persistent=False)

    def forward(self, x: Float[Tensor, "B P T J C"]) -> Float[Tensor, "B P T2 J D"]:
        b, p, t, j, c = x.shape
        encoded = [self.encoder(x.reshape(-1, j, c), self.links).unflatten(0, (b * p, t))]
        if self.interaction:
            joint = self.encoder(x.permute(0, 2, 1, 3, 4).reshape(b * t, p * j, c), self.together)
            encoded.append(joint.reshape(b, t, p, j, -1).transpose(1, 2).flatten(0, 1))
        mixed = self.mix(torch.cat(encoded, -1).permute(0, 3, 1, 2))
        y = self.time(F.relu(mixed + self.skip(x.flatten(0, 1).permute(0, 3, 1, 2))))
        return y.permute(0, 2, 3, 1).unflatten(0, (b, p))


class STRL(nn.Module):
    """Spatial-temporal representation learning: blocks with an encoder each, means over people, frames and joints, a linear map."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        sizes = [config.inputs, *config.channels]
        if config.time_embedding:
            self.time = nn.Parameter(nn.init.trunc_normal_(torch.empty(config.frames, 1, config.inputs), std=0.02))
        self.blocks = nn.ModuleList(STRLBlock(config, a, b, s) for a, b, s in zip(sizes, sizes[1:], config.strides))
        self.head = nn.Linear(sizes[-1], config.num_classes)

    def forward(self, x: Float[Tensor, "B P T J C"]) -> Float[Tensor, "B K"]:
        if hasattr(self, "time"):
            x = x + self.time
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((1, 2, 3)))


class Probe(nn.Module):
    """Features averaged over people and frames, each joint's own, normalised over the batch; a linear map."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        features = len(config.tree) * config.width
        self.norm = nn.BatchNorm1d(features, affine=False)
        self.head = nn.Linear(features, config.num_classes)

    def forward(self, features: Float[Tensor, "B P T J W"]) -> Float[Tensor, "B K"]:
        return self.head(self.norm(features.mean((1, 2)).flatten(1)))


class SkeletonMAE(ActionRecognizer):
    """Skeleton sequence learning: pre-trained without labels, pose by pose; then trained to name actions.

    Its stages are "pretrain" and "finetune"; before either begins, its losses are those of both.

    >>> import torch
    >>> model = SkeletonMAE(Config(num_classes=10, width=32, channels=(32, 64), strides=(1, 2))).eval()
    >>> model(RecognitionBatch(torch.randn(3, 2, 48, 17, 2), torch.linspace(-1, 1, 48).repeat(3, 1))).shape
    torch.Size([3, 10])
    """

    card = Card(
        slug="skeletonmae",
        title="SkeletonMAE: Graph-based Masked Autoencoder for Skeleton Sequence Pre-training",
        venue="ICCV 2023",
        task="recognition",
        summary="Learns an encoder of single poses without labels: whole body parts are masked, and a graph autoencoder reconstructs their joints and "
        "links from what is visible. The encoder then starts a network over people and time that names actions.",
        claim="A network that starts from the encoder trained by masking body parts names actions better than one from random weights, most where labels "
        "are few, and not worse than one whose encoder was trained by masking random joints.",
        official="HongYan1123/SkeletonMAE",
        code_is_public=False,
        code_licence="MIT, but the repository holds no code",
        weights_licence="no weights",
        figures=(
            Figure("NTU RGB+D 60", "top-1 X-Sub / X-View (%)", "92.8 / 96.5", "recalled, not verified"),
            Figure("NTU RGB+D 120", "top-1 X-Sub / X-Set (%)", "84.8 / 85.7", "recalled, not verified"),
            Figure("FineGym", "mean class accuracy (%)", "91.8", "recalled, not verified"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            # 21 clips of 48 frames are about 1024 poses
            Stage("pretrain", epochs=50, batch_size=21, optimizer="adam", lr=1e-3, schedule=Schedule("cosine"), modules=("mae",)),
            Stage(
                "finetune",
                epochs=100,
                batch_size=64,
                optimizer="sgd",
                lr=0.1,
                momentum=0.9,
                weight_decay=5e-4,
                schedule=Schedule("cosine"),
                modules=("classifier",),
            ),
        ),
        source="our choice where the paper's settings are not known: 50 epochs of pre-training are its",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        self.mae = MaskedAutoencoder(self.config)
        self.classifier = Probe(self.config) if self.config.protocol == "linear" else STRL(self.config)
        self.stage: str | None = None
        self._sampling = 0

    @property
    def skeleton(self) -> Skeleton:
        return self.config.tree

    # -- stages ----------------------------------------------------------------------------------

    def start_stage(self, stage: Stage) -> None:
        if stage.name not in ("pretrain", "finetune"):
            raise OptionError(f"skeletonmae: no stage {stage.name!r}; expected pretrain or finetune")
        if (self.stage, stage.name) == ("pretrain", "finetune"):
            self.take_encoder(self)
        self.stage = stage.name

    def take_encoder(self, source: SkeletonMAE) -> None:
        """Start from the encoder of `source`, which may be of another joint set and other classes (transfer).

        It becomes that of the autoencoder and of every block; of the blocks after the first, whose input is wider, all but the embedding.

        Raises OptionError where what a joint is read as, or the encoder's sizes differ.
        """
        for name in ("inputs", "width", "layers"):
            own, other = getattr(self.config, name), getattr(source.config, name)
            if own != other:
                raise OptionError(f"skeletonmae: an encoder of {name}={other} does not fit {name}={own}")
        learned = {k: v.clone() for k, v in source.mae.encoder.state_dict().items()}
        self.mae.encoder.load_state_dict(learned)
        if isinstance(self.classifier, STRL):
            for block in self.classifier.blocks:
                assert isinstance(block, STRLBlock)
                own = block.encoder.state_dict()
                block.encoder.load_state_dict({k: learned[k] if learned[k].shape == v.shape else v for k, v in own.items()})

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Of the stage: the reconstruction's of all poses of the batch, or the cross-entropy."""
        terms: dict[str, Tensor] = {}
        if self.stage != "finetune":
            poses = self._bodies(batch).flatten(0, 2)
            # nobody is where a person is missing
            poses = poses[(poses[..., : self.config.dims] != 0).flatten(1).any(1)]
            terms |= self.mae.losses(poses, self.mae.draw(len(poses)))
        if self.stage != "pretrain":
            terms |= super().losses(batch)
        return terms

    # -- the network -----------------------------------------------------------------------------

    def _bodies(self, batch: RecognitionBatch) -> Float[Tensor, "B P T J C"]:
        c = self.config
        expected = (c.inputs, c.frames, len(c.tree), c.people)
        if batch.joints.shape[1:] != expected:
            raise OptionError(f"skeletonmae reads joints (B, {', '.join(map(str, expected))}), found {tuple(batch.joints.shape)}")
        return batch.joints.permute(0, 4, 2, 3, 1)

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits."""
        x = self._bodies(batch)
        if isinstance(self.classifier, STRL):
            return self.classifier(x)
        return self.classifier(self.features(x))

    @torch.no_grad()
    def features(self, x: Float[Tensor, "B P T J C"]) -> Float[Tensor, "B P T J W"]:
        """Of the pre-trained encoder, as it is: no gradient, and its normalisations are not moved."""
        training = self.mae.encoder.training
        self.mae.encoder.eval()
        out = self.mae.encoder(x.flatten(0, 2), self.mae.links).unflatten(0, x.shape[:3])
        self.mae.encoder.train(training)
        return out

    @torch.no_grad()
    def reconstruct(self, poses: Float[Tensor, "N J C"], mask: Bool[Tensor, "N J"]) -> Float[Tensor, "N J D"]:
        """All joints of poses (as `prepare` normalises them), from those that are not masked."""
        return self.mae(poses, mask)[0]

    # -- from clips to batches -------------------------------------------------------------------

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (C, T, J, P), index (T,)): the known joints of the whole clip reach from -1 to 1; frames are spread uniformly.

        Raises OptionError where no frame has a known joint.
        """
        c = self.config
        x = clip_tools.arranged(poses, c.people, c.dims, c.confidence)
        xyz = x[..., : c.dims]
        dice = None if generator is None else skeletons.Dice(generator)
        if dice is not None and c.dims == 3 and c.turn:
            xyz = xyz @ skeletons.axis_rotation(1, math.radians(dice.uniform(-c.turn, c.turn))).T
        x = torch.cat([clip_tools.boxed(xyz), x[..., c.dims :]], -1)
        start, length, chance = 0, len(x), None
        if dice is not None:
            x[..., : c.dims] *= dice.uniform(1 - c.scale, 1 + c.scale)
            if dice.happens(c.flip):
                x = x[:, :, list(self.skeleton.swap)]
                x[..., 0] *= -1
            length = skeletons.crop_length(len(x), dice.uniform(c.crop, 1.0), c.frames)
            start = int(dice.uniform() * (len(x) - length + 1))
            chance = dice.uniforms(c.frames + 1)
        elif self._sampling:
            chance = torch.rand(c.frames + 1, generator=torch.Generator().manual_seed(self._sampling))
        frames = start + skeletons.uniform_frames(length, c.frames, chance)
        joints = skeletons.resize(clip_tools.filled(x[frames]), c.frames)
        return joints.permute(3, 0, 2, 1), skeletons.frame_positions(skeletons.resize(frames.float(), c.frames), len(x))

    def predict(self, clips: Poses | Motion | Sequence[Poses | Motion], batch_size: int = 64) -> Labels:
        """As of every recogniser; the mean over `test_clips` samplings of each clip's frames."""
        many = [clips] if isinstance(clips, Poses | Motion) else list(clips)
        answers = []
        try:
            for k in range(self.config.test_clips):
                self._sampling = k
                answers.append(super().predict(many, batch_size))
        finally:
            self._sampling = 0
        return replace(answers[0], probabilities=torch.stack([a.probabilities for a in answers]).mean(0))

    # -- configs ---------------------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        s = facts["skeleton"]
        tree = {"skeleton": s.name, "joints": s.joints, "parents": s.parents, "landmarks": s.landmarks}
        return cls.Config(num_classes=facts["num_classes"], people=facts["people"], dims=facts["dims"], **tree)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        limbs = ("left_shoulder", "left_wrist", "right_shoulder", "right_wrist", "left_hip", "left_ankle", "right_hip", "right_ankle")
        own = {"skeleton": "stick", "joints": ("pelvis", *limbs), "parents": (-1, 0, 1, 0, 3, 0, 5, 0, 7), "landmarks": ("pelvis", *limbs)}
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "ntu25"},
            "a skeleton of one's own": own,
            "3D": {"dims": 3},
            "confidence": {"confidence": True},
            "one person": {"people": 1},
            "longer clips": {"frames": 12},
            "wider encoder": {"width": 24},
            "deeper encoder": {"layers": 3},
            "random joints": {"masking": "joints"},
            "other parts": {"maskable": ("head", "torso")},
            "one part": {"masked": 1},
            "second token": {"remask": True},
            "plain cosine": {"beta": 1.0},
            "squared error": {"mse_weight": 1.0},
            "no links": {"edge_weight": 0.0},
            "wider blocks": {"channels": (16, 32)},
            "no stride": {"strides": (1, 1)},
            "fewer kernels": {"kernels": (3,)},
            "no interaction": {"interaction": False},
            "no time": {"time_embedding": False},
            "linear probe": {"protocol": "linear"},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches
        return ("test_clips", "turn", "flip", "scale", "crop")

    @classmethod
    def tiny_config(cls) -> _Config:
        return cls.Config(num_classes=4, frames=8, width=16, layers=2, channels=(16, 16), strides=(1, 2), kernels=(3, 5))

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        c = self.config
        joints = torch.randn(size, c.inputs, c.frames, len(c.tree), c.people, generator=generator)
        label = torch.randint(c.num_classes, (size,), generator=generator)
        return RecognitionBatch(joints, torch.linspace(-1, 1, c.frames).repeat(size, 1), label)
