"""SkateFormer: attention inside four kinds of joint-and-frame partitions instead of over all of them (ECCV 2024)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, skeletons
from vitruve.nn.window_attention import prefers_tokens_last, window_attention
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionRecognizer, RecognitionBatch

# body parts of equal size, in this order; the partitions cut the joint axis at their borders
PART_ORDER: dict[str, tuple[int, ...]] = {
    # right arm, left arm, right leg, left leg, shoulders and elbows, trunk; the spine at the shoulders (20) is left out
    "ntu25": (6, 7, 21, 22, 10, 11, 23, 24, 12, 13, 14, 15, 16, 17, 18, 19, 4, 8, 5, 9, 1, 2, 0, 3),
    "kinect20": (4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1, 2, 0, 3),
}

_CROP, _TEST_CROP = (0.5, 1.0), 0.95
"""Ratio of a clip's frames that is read: drawn from while training, and in the test."""
_ORIGIN = 1
"""The spine, in both joint sets: its first place is the origin."""


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 60; `ucla()` is the one for NW-UCLA."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    people: int = 2
    frames: int = 64
    depths: tuple[int, ...] = (2, 2, 2, 2)
    channels: tuple[int, ...] = (96, 192, 192, 192)
    heads: int = 32
    """Divided evenly between the four attentions and the graph convolution."""
    kernel: int = 7
    near_frames: int = 8
    """N: consecutive frames of a partition."""
    far_frames: int = 8
    """M: strided frames of a partition."""
    near_joints: int = 8
    """L: consecutive joints of a partition."""
    far_joints: int = 12
    """K: joints of a partition, one of each part and person."""
    types: tuple[int, ...] = (1, 2, 3, 4)
    """Which kind each of the four attentions is: 1 near joints, near frames; 2 far joints, near frames; 3 near joints,
    far frames; 4 far joints, far frames. Repeats are the ablation: (1, 1, 1, 1) is near-near only."""
    attention: bool = True
    """Without, the attention channels pass unchanged (ablation)."""
    relative_bias: bool = True
    frame_index: bool = True
    """Skate-embedding of the frames' true positions; without, a learned table."""
    mlp_ratio: float = 4.0
    attention_dropout: float = 0.5
    head_dropout: float = 0.0
    drop_path: float = 0.2
    label_smoothing: float = 0.1
    stream: str = "joint"
    """What is read: "joint", "bone", "joint_motion" or "bone_motion"."""
    feeder: str = "ntu"
    """How a clip becomes tokens. "ntu": metres; a crop of the clip, its frames spread uniformly; strong augmentation of
    some clips. "ucla": every clip is turned at random, scaled to the box [-1, 1], and its frames drawn with replacement."""
    sampler: str = "uniform"
    """Frames of the "ntu" feeder: "uniform", one of each of `frames` bins; "resize", linear interpolation."""
    intra: float = 0.5
    """Probability of augmenting a clip by itself ("ntu": people, shear, rotation, scale, mirror and drops)."""
    inter: float = 0.2
    """Probability of giving it the bone lengths of another clip of its class instead ("ntu")."""
    each: float = 0.5
    """Probability of each single augmentation."""
    official_quirks: bool = False
    """As the release. Attention is scaled by the number of heads instead of their width; near-joint windows read the
    frame of token n as n modulo frames, although tokens are ordered frame by frame; the mirror image exchanges
    left and right but keeps x; the test crop of a clip that is hardly longer than `frames` starts as if it were shortened,
    so that an empty frame behind the clip is read, as may be behind the partner of bone lengths; a person whom that
    partner lacks shrinks to a point."""

    def __post_init__(self) -> None:
        if self.skeleton not in PART_ORDER:
            raise OptionError(f"SkateFormer skeleton={self.skeleton!r}: expected one of {', '.join(PART_ORDER)}")
        if len(self.types) != 4 or not set(self.types) <= {1, 2, 3, 4}:
            raise OptionError(f"SkateFormer types={self.types}: expected four of 1, 2, 3, 4")
        if self.stream not in ("joint", "bone", "joint_motion", "bone_motion"):
            raise OptionError(f"SkateFormer stream={self.stream!r}: expected joint, bone, joint_motion or bone_motion")
        if self.feeder not in ("ntu", "ucla") or self.sampler not in ("uniform", "resize"):
            raise OptionError(f"SkateFormer feeder={self.feeder!r}, sampler={self.sampler!r}: expected ntu or ucla, and uniform or resize")
        if len(self.depths) != len(self.channels):
            raise OptionError(f"SkateFormer: {len(self.depths)} depths but {len(self.channels)} channels")
        joints = len(PART_ORDER[self.skeleton]) * self.people
        last = self.frames // 2 ** (len(self.depths) - 1)
        for name, size, whole in (
            ("near_frames", self.near_frames, last),
            ("far_frames", self.far_frames, last),
            ("near_joints", self.near_joints, joints),
            ("far_joints", self.far_joints, joints),
        ):
            if whole % size:
                raise OptionError(f"SkateFormer {name}={size} does not divide {whole} ({'frames of the last stage' if 'frames' in name else 'joints'})")
        if self.heads % 8:
            raise OptionError(f"SkateFormer heads={self.heads}: expected a multiple of 8")
        for c in self.channels:
            if c % (8 * max(self.heads // 8, 1)) and c % self.heads:
                raise OptionError(f"SkateFormer channels={self.channels}: expected multiples of heads={self.heads}")


_Config = Config  # what the class below calls by the same name


def ucla(**changes: Any) -> Config:
    """The release for NW-UCLA: 20 joints, one person, a narrower MLP."""
    base: dict[str, Any] = {"num_classes": 10, "skeleton": "kinect20", "people": 1, "near_joints": 4, "far_joints": 5, "mlp_ratio": 1.0, "feeder": "ucla"}
    return Config(**{**base, **changes})


@dataclass(frozen=True, eq=False)
class Draws:
    """What chance decides of one training clip of T frames, W of which are read."""

    frames: Float[Tensor, " N"]
    """Uniform numbers of the frame sampler: W + 1 of them, W for the "ucla" feeder."""
    crop: float = 1.0
    start: float = 0.0
    """Where the crop begins: a uniform number over all places it can."""
    linear: Float[Tensor, "3 3"] | None = None
    """Rotation, shear, scale and mirror as one matrix."""
    swap_people: bool = False
    flip: bool = False
    """Exchange left and right joints."""
    axis: int | None = None
    """The coordinate that is dropped."""
    dropped: Bool[Tensor, "W J"] | None = None
    """Joints that are dropped."""
    inter: bool = False


def partition(x: Float[Tensor, "K C B T V"], kind: int, frames: int, joints: int, channels_last: bool = False) -> Float[Tensor, "K N C W"]:
    """Cut tokens into N windows (those of the first sample first) of W = frames * joints tokens each, of one Skate-type; see Config.types.

    Near means consecutive, far means strided over the whole axis. `channels_last` is how they lie in memory, not the shape.
    """
    k, c, _, t, v = x.shape
    near_joints, near_frames = kind in (1, 3), kind in (1, 2)
    time = (t // frames, frames) if near_frames else (frames, t // frames)
    space = (v // joints, joints) if near_joints else (joints, v // joints)
    cut = x.reshape(k, c, -1, *time, *space)
    # windows first (the axis that is not inside), then frames and joints of the window
    outer_t, inner_t = (3, 4) if near_frames else (4, 3)
    outer_v, inner_v = (5, 6) if near_joints else (6, 5)
    if channels_last:
        return cut.permute(0, 2, outer_t, outer_v, inner_t, inner_v, 1).reshape(k, -1, frames * joints, c).mT
    return cut.permute(0, 2, outer_t, outer_v, 1, inner_t, inner_v).reshape(k, -1, c, frames * joints)


def unpartition(windows: Float[Tensor, "N C W"], kind: int, frames: int, joints: int, shape: tuple[int, int]) -> Float[Tensor, "C B T V"]:
    """The inverse of :func:`partition` for `shape` = (T, V)."""
    t, v = shape
    _, c, _ = windows.shape
    near_joints, near_frames = kind in (1, 3), kind in (1, 2)
    x = windows.reshape(-1, t // frames, v // joints, c, frames, joints)
    order = [3, 0, *((1, 4) if near_frames else (4, 1)), *((2, 5) if near_joints else (5, 2))]
    return x.permute(order).reshape(c, -1, t, v)


class PartitionAttention(nn.Module):
    """Self-attention inside windows of one Skate-type. Its input is already query, key and value; there is no projection."""

    def __init__(self, config: Config, kind: int, heads: int) -> None:
        super().__init__()
        self.config, self.kind, self.heads = config, kind, heads
        self.frames = config.near_frames if kind in (1, 2) else config.far_frames
        self.joints = config.near_joints if kind in (1, 3) else config.far_joints
        if config.relative_bias:
            # near joints share one bias per frame difference; far joints have their own per joint pair
            pair = () if kind in (1, 3) else (self.joints, self.joints)
            self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(torch.empty(2 * self.frames - 1, *pair, heads), std=0.02))
            self.difference: Tensor
            t = torch.arange(self.frames)
            self.register_buffer("difference", t[:, None] - t[None, :] + self.frames - 1, persistent=False)

    def bias(self) -> Float[Tensor, "H W W"]:
        """Relative position bias of every token pair of a window."""
        table = self.relative_position_bias_table[self.difference]
        if self.kind in (1, 3) and self.config.official_quirks:
            return table.repeat(self.joints, self.joints, 1).permute(2, 0, 1)
        if self.kind in (1, 3):
            table = table[:, :, None, None].expand(-1, -1, self.joints, self.joints, -1)
        size = self.frames * self.joints
        return table.permute(4, 0, 2, 1, 3).reshape(self.heads, size, size)

    def forward(self, qkv: Float[Tensor, "C3 B T V"]) -> Float[Tensor, "C B T V"]:
        """Attention output in the layout of the input, a third as many channels."""
        c, _, t, v = qkv.shape
        width = c // 3 // self.heads
        dropout = self.config.attention_dropout if self.training else 0.0
        scale = (self.heads if self.config.official_quirks else width) ** -0.5
        bias = self.bias() if self.config.relative_bias else None
        channels_last = not prefers_tokens_last(qkv, dropout)
        windows = partition(qkv.unflatten(0, (3, -1)), self.kind, self.frames, self.joints, channels_last).unflatten(2, (self.heads, width))
        out = window_attention(windows, bias, scale, dropout)
        return unpartition(out.flatten(1, 2), self.kind, self.frames, self.joints, (t, v))


class Block(nn.Module):
    """Graph convolution, temporal convolution and four partition attentions side by side on split channels; then an MLP."""

    def __init__(self, config: Config, c: int, drop_path: float) -> None:
        super().__init__()
        self.config, self.drop_path = config, drop_path
        joints = len(PART_ORDER[config.skeleton]) * config.people
        groups = config.heads // 4
        self.norm_1 = nn.LayerNorm(c)
        self.mapping = nn.Linear(c, 2 * c)
        self.gconv = nn.Parameter(nn.init.trunc_normal_(torch.empty(groups, joints, joints), std=0.02))
        self.tconv = nn.Conv2d(c // 4, c // 4, (config.kernel, 1), padding=(config.kernel // 2, 0), groups=groups)
        if config.attention:
            self.attention = nn.ModuleList(PartitionAttention(config, kind, config.heads // 8) for kind in config.types)
        self.proj = nn.Linear(c, c)
        self.norm_2 = nn.LayerNorm(c)
        hidden = int(c * config.mlp_ratio)
        self.fc1, self.fc2 = nn.Linear(c, hidden), nn.Linear(hidden, c)

    def forward(self, x: Float[Tensor, "B T V C"]) -> Float[Tensor, "B T V C"]:
        b, t, v, c = x.shape
        # with channels first, what follows turns no axes but those of the partitions
        mapped = torch.addmm(self.mapping.bias[:, None], self.mapping.weight, self.norm_1(x).flatten(0, 2).T).view(-1, b, t, v)
        graph, time, *rest = mapped.split([c // 4, c // 4, *[3 * c // 8] * 4])
        # channel groups share one joint-to-joint matrix
        mixed = torch.bmm(graph.reshape(len(self.gconv), -1, v), self.gconv.mT).view(graph.shape)
        filtered = self.tconv(time.transpose(0, 1)).transpose(0, 1)
        if self.config.attention:
            attended = [attend(part) for attend, part in zip(self.attention, rest)]
        else:
            attended = [part[2 * c // 8 :] for part in rest]
        joined = torch.cat([mixed, filtered, *attended]).flatten(1)
        x = _add_branch(x, self.proj(joined.T).view_as(x), self.drop_path, self.training)
        return _add_branch(x, self.fc2(F.gelu(self.fc1(self.norm_2(x)))), self.drop_path, self.training)


class Downsample(nn.Module):
    """Halve the frames: a strided temporal convolution and batch normalisation."""

    def __init__(self, c_in: int, c_out: int, kernel: int) -> None:
        super().__init__()
        self.reduction = nn.Conv2d(c_in, c_out, (kernel, 1), stride=(2, 1), padding=(kernel // 2, 0))
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x: Float[Tensor, "B T V C"]) -> Float[Tensor, "B T2 V C2"]:
        return self.bn(self.reduction(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)


def _add_branch(x: Tensor, branch: Tensor, drop: float, training: bool) -> Tensor:
    """Add a residual branch, or, while training, with probability `drop` of a sample not (and else scaled up)."""
    if drop == 0 or not training:
        return x + branch
    kept = x.new_empty(len(x), *[1] * (x.ndim - 1)).bernoulli_(1 - drop) / (1 - drop)
    return torch.addcmul(x, branch, kept)


def frame_embedding(index: Float[Tensor, "B T"], width: int) -> Float[Tensor, "B T C"]:
    """Sinusoids of real-valued frame positions, sine on even and cosine on odd channels."""
    rate = torch.exp(torch.arange(0, width, 2, device=index.device, dtype=index.dtype) * (-math.log(10000.0) / width))
    phase = index[..., None] * rate
    return torch.stack([phase.sin(), phase.cos()], -1).flatten(-2)


class SkateFormer(ActionRecognizer):
    """Skeletal-temporal transformer over (frame, joint) tokens; two people share one token set.

    >>> import torch
    >>> model = SkateFormer(ucla()).eval()
    >>> batch = RecognitionBatch(torch.randn(2, 3, 64, 20, 1), torch.linspace(-1, 1, 64).repeat(2, 1))
    >>> model(batch).shape
    torch.Size([2, 10])
    """

    card = Card(
        slug="skateformer",
        title="SkateFormer: Skeletal-Temporal Transformer for Human Action Recognition",
        venue="ECCV 2024",
        task="recognition",
        summary="Names actions and two-person interactions from joints. Tokens (frame, joint) attend only inside partitions of four kinds, "
        "near or far in the body times near or far in time, so that memory stays small and each kind of relation has its own heads.",
        claim="Attention in the four kinds of partition is more accurate than in one kind with as many parameters, at many times less memory "
        "than attention over all tokens.",
        official="KAIST-VICLab/SkateFormer",
        code_licence="MIT (README: research and education only)",
        weights_licence="research and education only",
        figures=(
            Figure("NTU RGB+D 60", "top-1 X-Sub / X-View, 4 streams (%)", "93.5 / 97.8"),
            Figure("NTU RGB+D 120", "top-1 X-Sub / X-Set, 4 streams (%)", "89.8 / 91.4"),
            Figure("NW-UCLA", "top-1, 4 streams (%)", "98.3"),
            Figure("NTU RGB+D 60", "top-1 X-Sub / X-View, joint stream (%)", "92.6 / 97.0"),
        ),
    )
    Config = Config
    takes_partner = True
    """`prepare` can take a second clip of the same class."""
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=500,
                batch_size=128,
                optimizer="adamw",
                lr=1e-3,
                weight_decay=0.1,
                clip_norm=1.0,
                schedule=Schedule("cosine", warmup=25, warmup_from=1e-7, warmup_inside=True, final=1e-5, per_step=True),
            ),
        ),
        source="authors' config",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        width = c.channels[0]
        joints = len(PART_ORDER[c.skeleton]) * c.people
        self.stem = nn.Sequential(nn.Linear(3, 6), nn.GELU(), nn.Linear(6, 9), nn.GELU(), nn.Linear(9, width))
        if c.frame_index:
            self.joint_person_embedding = nn.Parameter(nn.init.trunc_normal_(torch.empty(width, joints), std=0.02))
        else:
            self.joint_person_temporal_embedding = nn.Parameter(nn.init.trunc_normal_(torch.empty(1, width, c.frames, joints), std=0.02))
        drop = torch.linspace(0, c.drop_path, sum(c.depths)).tolist()
        blocks: list[nn.Module] = []
        for stage, (depth, channels) in enumerate(zip(c.depths, c.channels)):
            if stage:
                blocks.append(Downsample(c.channels[stage - 1], channels, c.kernel))
            blocks += [Block(c, channels, drop.pop(0)) for _ in range(depth)]
        self.blocks = nn.ModuleList(blocks)
        self.dropout = nn.Dropout(c.head_dropout)
        self.head = nn.Linear(c.channels[-1], c.num_classes)

    def tokens(self, batch: RecognitionBatch) -> Float[Tensor, "B T V C"]:
        """Embedded tokens of joints in part order; the joint axis runs over the joints of one person, then the next."""
        b, _, t, _, _ = batch.joints.shape
        x = self.stem(batch.joints.permute(0, 2, 4, 3, 1).reshape(b, t, -1, 3))
        if self.config.frame_index:
            return x + frame_embedding(batch.index, x.shape[-1])[:, :, None] * self.joint_person_embedding.T
        return x + self.joint_person_temporal_embedding.permute(0, 2, 3, 1)

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits; joints come in part order (see `prepare`)."""
        expected = (3, self.config.frames, len(PART_ORDER[self.config.skeleton]), self.config.people)
        if batch.joints.shape[1:] != expected:
            raise OptionError(f"skateformer reads joints (B, {', '.join(map(str, expected))}), found {tuple(batch.joints.shape)}")
        x = self.tokens(batch)
        for block in self.blocks:
            x = block(x)
        return self.head(self.dropout(x.mean((1, 2))))

    # -- from clips to tokens --------------------------------------------------------------------

    def prepare(self, poses: Poses, generator: torch.Generator | None = None, partner: Poses | None = None) -> tuple[Tensor, Tensor]:
        """(joints (3, T, J, P) in part order, index (T,)) of one clip of `self.skeleton`, augmented when a generator is given.

        `partner` is another clip of the same class, whose bone lengths it may be given.

        Raises OptionError where no frame has a known joint.
        """
        x = self.arrange(poses)
        draws = None if generator is None else self.draw(skeletons.Dice(generator), partner is not None)
        return self.encode(x, draws, self.arrange(partner) if draws is not None and draws.inter and partner is not None else None)

    def arrange(self, poses: Poses) -> Float[Tensor, "T P J 3"]:
        """See `nn.feeders.arrange`; the origin is where the first person's spine is first seen."""
        return feeders.arrange(poses, self.config.people, _ORIGIN)

    def draw(self, dice: skeletons.Dice, has_partner: bool = False) -> Draws:
        """What chance decides of one clip, with the paper's probabilities."""
        c = self.config
        if c.feeder == "ucla":
            # the authors also scale by 0.5 to 1.5, which scaling to the box undoes
            turn = skeletons.turn_matrix(math.radians(dice.integer(-60, 60)), math.radians(dice.integer(-60, 60)))
            axis = dice.integer(0, 2) if dice.happens(c.each) else None
            return Draws(dice.uniforms(c.frames), linear=turn, axis=axis, dropped=self._drops(dice, 4, 12))
        crop = Draws(dice.uniforms(c.frames + 1), dice.uniform(*_CROP), dice.uniform())
        kind = dice.uniform()
        if kind >= c.intra:
            return replace(crop, inter=has_partner and kind < c.intra + c.inter)
        linear = torch.eye(3)
        swap_people = dice.happens(c.each)
        if dice.happens(c.each):
            linear = skeletons.shear_matrix(dice.uniforms(3, 2) - 0.5)
        if dice.happens(c.each):
            # the release turns the other way, which for angles as often positive as negative is the same
            linear = skeletons.axis_rotation(dice.integer(0, 2), math.radians(dice.uniform(-30, 30))) @ linear
        if dice.happens(c.each):
            linear = (0.8 + 0.4 * dice.uniforms(3, 1)) * linear
        flip = dice.happens(c.each)
        if flip and not c.official_quirks:
            linear = linear * linear.new_tensor([[-1.0], [1.0], [1.0]])
        axis = dice.integer(0, 2) if dice.happens(c.each) else None
        return replace(crop, linear=linear, swap_people=swap_people, flip=flip, axis=axis, dropped=self._drops(dice, 5, 15))

    def _drops(self, dice: skeletons.Dice, least: int, most: int) -> Bool[Tensor, "W J"] | None:
        if not dice.happens(self.config.each):
            return None
        joints = dice.subset(dice.integer(least, most), len(self.skeleton))
        return dice.subset(dice.integer(16, 32), self.config.frames)[:, None] & joints

    def encode(
        self, x: Float[Tensor, "T P J 3"], draws: Draws | None = None, partner: Float[Tensor, "S P J 3"] | None = None
    ) -> tuple[Float[Tensor, "3 W V P"], Float[Tensor, " W"]]:
        """Frames as `arrange` gives them, augmented, sampled, as a stream in part order; and their positions in [-1, 1)."""
        c = self.config
        if draws is not None and draws.linear is not None:
            x = F.linear(x, draws.linear)
        if c.feeder == "ucla":
            x = skeletons.scale_to_box(x)
        x, index = self.sample(x, draws)
        if draws is not None:
            if draws.inter and partner is not None:
                x = self._with_bone_lengths(x, index, partner)
            x = self.augment(x, draws)
        if c.stream != "joint":
            x = skeletons.stream(x, c.stream, _tree(self.skeleton))
        return x.index_select(2, _part_order(c.skeleton)).permute(3, 0, 2, 1), index

    def sample(self, x: Float[Tensor, "T P J 3"], draws: Draws | None = None, valid: int | None = None) -> tuple[Float[Tensor, "W P J 3"], Float[Tensor, " W"]]:
        """The frames that are read, and their positions among the `valid` first ones (all, unless given)."""
        c = self.config
        valid = len(x) if valid is None else valid
        if c.feeder == "ucla":
            frames = skeletons.even_frames(valid, c.frames) if draws is None else skeletons.repeated_frames(valid, draws.frames)
            return x[frames], skeletons.frame_positions(frames.float(), valid)
        margin = int((1 - _TEST_CROP) * valid / 2)
        if draws is not None:
            length = skeletons.crop_length(valid, draws.crop, c.frames)
            start = int(draws.start * (valid - length + 1))
        elif c.sampler == "resize":
            start, length = margin, valid - 2 * margin
        else:
            length = skeletons.crop_length(valid, _TEST_CROP, c.frames)
            start = margin if c.official_quirks else min(margin, valid - length)
        if c.sampler == "resize":
            frames = torch.arange(length)
        else:
            frames = skeletons.uniform_frames(length, c.frames, None if draws is None else draws.frames)
        frames = frames + start
        if int(frames[-1]) >= len(x):
            x = F.pad(x, (0, 0, 0, 0, 0, 0, 0, 1))
        return skeletons.resize(x[frames], c.frames), skeletons.frame_positions(skeletons.resize(frames.float(), c.frames), valid)

    def augment(self, x: Float[Tensor, "W P J 3"], draws: Draws) -> Float[Tensor, "W P J 3"]:
        """What happens to the frames that are read: people and sides exchanged, a coordinate and joints dropped."""
        if draws.swap_people:
            x = x.flip(1)
        if draws.flip:
            x = x[:, :, list(self.skeleton.swap)]
        if draws.axis is not None:
            x = x * torch.tensor([float(a != draws.axis) for a in range(3)])
        if draws.dropped is not None:
            x = x.masked_fill(draws.dropped[:, None, :, None], 0.0)
        return x

    def _with_bone_lengths(self, x: Float[Tensor, "W P J 3"], index: Float[Tensor, " W"], partner: Float[Tensor, "S P J 3"]) -> Float[Tensor, "W P J 3"]:
        """The clip with the bone lengths and the path of `partner`, read at the same positions."""
        at = ((index + 1) * len(partner) / 2).round().long()
        if self.config.official_quirks:
            partner = F.pad(partner, (0, 0, 0, 0, 0, 0, 0, 1))
        reference = partner[at.clamp(max=len(partner) - 1)]
        matched = skeletons.match_bone_lengths(x, reference, _tree(self.skeleton))
        if self.config.official_quirks:
            return matched
        both = (reference != 0).flatten(2).any(-1) & (x != 0).flatten(2).any(-1)
        return torch.where(both[..., None, None], matched, x)

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        sizes = {k: facts[k] for k in ("num_classes", "people")}
        return cls.Config(**sizes) if facts["skeleton"].covers(standard("ntu25")) else ucla(**sizes)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "ntu25", "far_joints": 6},
            "two people": {"people": 2},
            "longer clips": {"frames": 32},
            "deeper": {"depths": (1, 2)},
            "wider": {"channels": (32, 64)},
            "more heads": {"heads": 16},
            "shorter convolutions": {"kernel": 5},
            "near frames": {"near_frames": 4},
            "far frames": {"far_frames": 4},
            "near joints": {"near_joints": 5},
            "far joints": {"far_joints": 4},
            "near-near only": {"types": (1, 1, 1, 1)},
            "no attention": {"attention": False},
            "no relative bias": {"relative_bias": False},
            "no frame positions": {"frame_index": False},
            "wider MLP": {"mlp_ratio": 2.0},
            "attention dropout": {"attention_dropout": 0.5},
            "head dropout": {"head_dropout": 0.5},
            "drop path": {"drop_path": 0.5},
            "label smoothing": {"label_smoothing": 0.1},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches
        return ("stream", "feeder", "sampler", "intra", "inter", "each")

    @classmethod
    def tiny_config(cls) -> _Config:
        return ucla(num_classes=4, frames=16, depths=(1, 1), channels=(32, 32), heads=8, attention_dropout=0.0, drop_path=0.0, label_smoothing=0.0)

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        c = self.config
        joints = torch.randn(size, 3, c.frames, len(PART_ORDER[c.skeleton]), c.people, generator=generator)
        label = torch.randint(c.num_classes, (size,), generator=generator)
        return RecognitionBatch(joints, torch.linspace(-1, 1, c.frames).repeat(size, 1), label)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> SkateFormer:
        """Read the authors' weights; sizes come from the shapes, `skeleton` and `people` from the joint table unless given."""
        state = read_checkpoint(checkpoint)
        try:
            shape = _config_of(state)
        except KeyError as e:
            raise FormatError("checkpoint", f"not a SkateFormer checkpoint: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**shape, "official_quirks": True, **config}))
        load_strictly(model, _rename(state, model.config), unused=("unused.",))
        return model.eval()


@cache
def _part_order(skeleton: str) -> Int[Tensor, " V"]:
    return torch.tensor(PART_ORDER[skeleton])


@cache
def _tree(skeleton: Skeleton) -> tuple[int, ...]:
    """The tree of the bone stream: NTU's hung up by the middle of the spine, NW-UCLA's between the shoulders."""
    return skeletons.bone_parents(skeleton, "spine_mid" if skeleton.has("spine_mid") else "shoulder_center")


def _config_of(state: Mapping[str, Tensor]) -> dict[str, Any]:
    timed = "joint_person_embedding" in state
    joints = state["joint_person_embedding"].shape[1] if timed else state["joint_person_temporal_embedding"].shape[3]
    prefix = "stages.0.blocks.0.transformer"
    tables = [state.get(f"{prefix}.attention.{k}.relative_position_bias_table") for k in range(3)]
    windows: dict[str, Any] = {"relative_bias": False}
    if tables[0] is not None and tables[1] is not None and tables[2] is not None:
        windows = {"near_frames": (len(tables[0]) + 1) // 2, "far_frames": (len(tables[2]) + 1) // 2, "far_joints": tables[1].shape[1]}
    depths: list[int] = []
    while f"stages.{len(depths)}.blocks.0.transformer.gconv" in state:
        s = len(depths)
        depths.append(sum(1 for k in state if k.startswith(f"stages.{s}.blocks.") and k.endswith("transformer.gconv")))
    channels = tuple(len(state[f"stages.{s}.blocks.0.transformer.proj.bias"]) for s in range(len(depths)))
    skeleton = "kinect20" if joints % 20 == 0 else "ntu25"
    return {
        "num_classes": len(state["head.bias"]),
        "skeleton": skeleton,
        "people": joints // len(PART_ORDER[skeleton]),
        "depths": tuple(depths),
        "channels": channels,
        "heads": 4 * len(state[f"{prefix}.gconv"]),
        "kernel": state[f"{prefix}.tconv.weight"].shape[2],
        **windows,
        "near_joints": 8 if skeleton == "ntu25" else 4,
        "mlp_ratio": len(state[f"{prefix}.mlp.fc1.bias"]) / channels[0],
        "frame_index": timed,
        "feeder": "ntu" if skeleton == "ntu25" else "ucla",
    }


def _rename(state: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    """The authors' keys to ours: stages and blocks in one list, 1x1 convolutions as linear maps."""
    place: dict[tuple[int, int], int] = {}
    down: dict[int, int] = {}
    count = 0
    for s, depth in enumerate(config.depths):
        if s:
            down[s] = count
            count += 1
        for b in range(depth):
            place[s, b] = count
            count += 1
    out = {}
    for key, value in state.items():
        parts = key.split(".")
        if parts[0] == "stages":
            s, b = int(parts[1]), int(parts[3])
            rest = ".".join(parts[5:])
            if parts[4] == "downsample":
                new = f"blocks.{down[s]}.{rest}"
            else:
                new = f"blocks.{place[s, b]}.{rest.removeprefix('mlp.')}"
            if rest.endswith("relative_position_index"):
                new = f"unused.{key}"
            out[new] = value
        elif parts[0] == "stem" and value.ndim == 4:
            out[key] = value[:, :, 0, 0]
        else:
            out[key] = value
    return out
