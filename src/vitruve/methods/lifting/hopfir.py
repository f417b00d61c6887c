"""HopFIR: joints listen to whole groups at each bone distance, and limbs correct their own ends (ICCV 2023)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.graph import H36M16_GROUPS, GraphConv, SemGCN, SemGraphConv, adjacency, hop_distances, hop_masks, shuffle_hops
from vitruve.tasks.lifting import Lifter, LiftingBatch
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint


@dataclass(frozen=True)
class Config:
    """The paper gives no code and its text was not at hand for these: defaults are SemGCN's where it has them, else our choice."""

    skeleton: str = "h36m16"
    """A standard joint set, or the name of the tree that `joints` and `parents` describe (see `config_for`)."""
    joints: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    landmarks: tuple[str | None, ...] = ()
    frames: int = 1
    channels: int = 128
    blocks: int = 4
    """HopFIR blocks, or residual pairs of the SemGCN body."""
    hops: int = 3
    """The furthest hop group; 0 leaves every joint to itself."""
    heads: int = 4
    exact_hops: bool = True
    """Groups at exactly k bones; otherwise at most k."""
    modulation: bool = False
    """A learned weight for every pair of a group, as in Modulated GCN."""
    hop_embedding: bool = True
    """Tell the attention which hop a feature came from."""
    hop_skip: bool = True
    """Every hop keeps its own feature beside what it heard. Without, features of a new network are all but alike after the
    attention, and training is slower."""
    joint_attention: bool = False
    """Attention between the joints of each hop group, beside that between hops."""
    refinement: bool = True
    """Intragroup joint refinement (IJR)."""
    layout: str = "interleaved"
    """IJR after every block, or once after the "last"."""
    backbone: str = "hopfir"
    """"hopfir" blocks, or "semgcn": its residual pairs, with hop attention for their convolutions."""
    hop_attention: bool = True
    """In the SemGCN body: False keeps its own convolutions (the baseline)."""
    non_local: bool = False
    """SemGCN's non-local blocks (16 joints of Human3.6M only)."""
    random_hops: int | None = None
    """A seed: hop groups of the same sizes with members drawn at random (the claim's control)."""
    input: str = "screen"
    """"screen" coordinates as in the paper, or "person": relative to the root, divided by the spread of the joints, which
    forgets where in the picture and how large somebody is."""
    loss: str = "mse"
    """"mse", "l1", or "both" added."""
    dropout: float = 0.1
    flip_test: bool = False
    """Average with the mirrored prediction of the mirrored input."""

    def __post_init__(self) -> None:
        for name, choices in (
            ("layout", ("interleaved", "last")),
            ("backbone", ("hopfir", "semgcn")),
            ("loss", ("mse", "l1", "both")),
            ("input", ("screen", "person")),
        ):
            if getattr(self, name) not in choices:
                raise OptionError(f"HopFIR {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        if self.channels % self.heads:
            raise OptionError(f"HopFIR channels={self.channels}: expected a multiple of heads={self.heads}")
        if self.hops < 0 or self.blocks < 1:
            raise OptionError(f"HopFIR hops={self.hops}, blocks={self.blocks}: expected hops of 0 or more and blocks of 1 or more")
        if self.frames != 1:
            raise OptionError(f"HopFIR frames={self.frames}: it reads one frame at a time")
        if self.backbone == "hopfir" and not self.hop_attention:
            raise OptionError("HopFIR hop_attention=False is for backbone='semgcn'")
        if self.non_local and (self.backbone != "semgcn" or len(self.tree) != 16):
            raise OptionError("HopFIR non_local=True is for backbone='semgcn' and the 16 joints of Human3.6M")

    @property
    def tree(self) -> Skeleton:
        """The joints that are read and written."""
        return Skeleton(self.skeleton, self.joints, self.parents, self.landmarks) if self.joints else standard(self.skeleton)


_Config = Config  # what the class below calls by the same name


def config_for(skeleton: Skeleton, **changes: Any) -> Config:
    """A config for any skeleton, kept with the model.

    >>> config_for(Skeleton("stick", ("root", "tip"), (-1, 0))).tree.joints
    ('root', 'tip')
    """
    return Config(skeleton.name, skeleton.joints, skeleton.parents, skeleton.landmarks, **changes)


@dataclass(frozen=True)
class JointGroups:
    """Limbs and trunk: `of` gives each joint's group, `anchor` the joint that its group hangs from (itself for a root)."""

    names: tuple[str, ...]
    of: tuple[int, ...]
    anchor: tuple[int, ...]
    peripheral: tuple[bool, ...]
    """Joints of a limb beyond its first: knees, ankles, elbows, wrists."""


def joint_groups(skeleton: Skeleton) -> JointGroups:
    """The groups of IJR: legs, arms, and the trunk with the head, by anatomy.

    A joint whose part is unknown belongs to its parent's group; where no anatomy is known at all, each branch of the tree is
    a group.
    """
    parts = {j: name for name, joints in skeleton.parts.items() for j in joints}
    merged = {"head": "torso", "face": "torso", "left_hand": "left_arm", "right_hand": "right_arm"}
    named: dict[int, str] = {}
    top: dict[str, int] = {}
    for j in sorted(range(len(skeleton)), key=lambda j: len(skeleton.chain(j))):
        parent = skeleton.parents[j]
        if j not in parts and parent in parts:
            parts[j] = parts[parent]
        if j in parts:
            named[j] = merged.get(parts[j], parts[j])
        elif parent < 0:
            named[j] = "torso"
        else:
            named[j] = named[parent] if len(skeleton.children[parent]) == 1 else skeleton.joints[j]
        top.setdefault(named[j], j)
    names, joints = tuple(top), range(len(skeleton))
    first = [top[named[j]] for j in joints]
    return JointGroups(
        names,
        tuple(names.index(named[j]) for j in joints),
        tuple(skeleton.parents[t] if skeleton.parents[t] >= 0 else t for t in first),
        tuple(named[j] != "torso" and t != j for j, t in zip(joints, first)),
    )


def _attend(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor | None, heads: int) -> Tensor:
    """Multi-head attention (..., N, C) over the last but one axis; a row that may see nothing gives zeros."""
    q, k, v = (t.unflatten(-1, (heads, -1)).transpose(-2, -3) for t in (q, k, v))
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, torch.finfo(scores.dtype).min)
    weights = scores.softmax(-1)
    if allowed is not None:
        weights = weights * allowed
    return (weights @ v).transpose(-2, -3).flatten(-2)


class HopAttention(nn.Module):
    """A feature of every hop group for every joint, attention among these, and their fusion: what replaces a graph convolution.

    `groups` (K, J, J) says which joints stand in group k of each joint; the mean of a group is mapped by the group's own matrix.
    Joints without a group at some distance leave it out.
    """

    present: Tensor
    mean: Tensor
    mask: Tensor
    within: Tensor

    def __init__(self, c_in: int, c_out: int, groups: Bool[Tensor, "K J J"], config: Config) -> None:
        super().__init__()
        k = len(groups)
        self.heads, self.hop_modulation, self.across_joints = config.heads, config.modulation, config.joint_attention
        self.skip = config.hop_skip
        self.hop_weight = nn.Parameter(torch.stack([nn.init.xavier_uniform_(torch.empty(c_in, c_out)) for _ in range(k)]))
        if config.modulation:
            self.modulation = nn.Parameter(torch.zeros(groups.shape))
        if config.hop_embedding:
            self.hop_embedding = nn.Parameter(0.02 * torch.randn(k, c_out))
        self.qkv = nn.Linear(c_out, 3 * c_out)
        if config.joint_attention:
            self.joint_qkv = nn.Linear(c_out, 3 * c_out)
        self.fuse = nn.Linear(k * c_out, c_out)
        size = groups.sum(-1, keepdim=True)
        self.register_buffer("mask", groups.clone(), persistent=False)
        self.register_buffer("mean", groups / size.clamp_min(1), persistent=False)
        self.register_buffer("present", (size[..., 0] > 0).T.contiguous(), persistent=False)
        # joint attention at hop k reaches every joint that is no further
        self.register_buffer("within", groups.cumsum(0) > 0, persistent=False)

    def hop_features(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J K D"]:
        """The mapped mean of each hop group; zero where a group is empty."""
        a = self.mean + self.modulation * self.mask if self.hop_modulation else self.mean
        k, j, _ = a.shape
        gathered = (a.reshape(k * j, j) @ x).unflatten(1, (k, j))
        return torch.einsum("bkjc,kcd->bjkd", gathered, self.hop_weight)

    def attend(self, h: Float[Tensor, "B J K D"]) -> Float[Tensor, "B J K D"]:
        """Hop features after listening to each other (and, if asked, to those of other joints)."""
        tokens = h + self.hop_embedding if hasattr(self, "hop_embedding") else h
        q, k, v = self.qkv(tokens).chunk(3, -1)
        here = self.present[..., None]
        z = _attend(q, k, v, self.present[:, None, None, :], self.heads) * here
        if self.across_joints:
            q, k, v = (t.transpose(1, 2) for t in self.joint_qkv(tokens).chunk(3, -1))
            z = z + _attend(q, k, v, self.within[:, None], self.heads).transpose(1, 2) * here
        return z

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J D"]:
        h = self.hop_features(x)
        z = h + self.attend(h) if self.skip else self.attend(h)
        return self.fuse(z.flatten(-2))


def _feed_forward(channels: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * channels, channels))


class HopBlock(nn.Module):
    """One hop-wise GraphFormer block: hop attention and a feed-forward network, each with a skip and layer normalisation."""

    def __init__(self, groups: Bool[Tensor, "K J J"], config: Config) -> None:
        super().__init__()
        c = config.channels
        self.attention = HopAttention(c, c, groups, config)
        self.norm1, self.norm2 = nn.LayerNorm(c), nn.LayerNorm(c)
        self.ffn = _feed_forward(c, config.dropout)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J C"]:
        x = self.norm1(x + self.dropout(self.attention(x)))
        return self.norm2(x + self.dropout(self.ffn(x)))


class JointRefinement(nn.Module):
    """Intragroup joint refinement: joints attend within their limb (and to what it hangs from, and the root), by a gate that opens at the ends."""

    member: Tensor
    allowed: Tensor

    def __init__(self, skeleton: Skeleton, config: Config) -> None:
        super().__init__()
        c = config.channels
        groups = joint_groups(skeleton)
        of, joints = torch.tensor(groups.of), torch.arange(len(skeleton))
        member = (of[:, None] == torch.arange(len(groups.names))).float()
        allowed = of[:, None] == of
        allowed[joints, torch.tensor(groups.anchor)] = True
        allowed[:, skeleton.roots[0]] = True
        self.heads = config.heads
        self.register_buffer("member", member, persistent=False)
        self.register_buffer("allowed", allowed, persistent=False)
        self.group_embedding = nn.Parameter(0.02 * torch.randn(len(groups.names), c))
        self.qkv, self.out = nn.Linear(c, 3 * c), nn.Linear(c, c)
        self.gate = nn.Linear(2 * c, 1, bias=False)
        self.gate_bias = nn.Parameter(torch.where(torch.tensor(groups.peripheral), 1.0, -1.0)[:, None])
        self.norm1, self.norm2 = nn.LayerNorm(c), nn.LayerNorm(c)
        self.ffn = _feed_forward(c, config.dropout)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J C"]:
        q, k, v = self.qkv(x + self.member @ self.group_embedding).chunk(3, -1)
        correction = self.out(_attend(q, k, v, self.allowed, self.heads))
        mean = (self.member / self.member.sum(0)).T @ x
        gate = (self.gate(torch.cat([x, self.member @ mean], -1)) + self.gate_bias).sigmoid()
        x = self.norm1(x + self.dropout(gate * correction))
        return self.norm2(x + self.dropout(self.ffn(x)))


class HopFIR(Lifter):
    """Lifts single frames by hop-wise attention over the skeleton and refinement within limbs.

    >>> import torch
    >>> model = HopFIR(Config(channels=32)).eval()
    >>> model(torch.rand(2, 1, 16, 2)).shape
    torch.Size([2, 1, 16, 3])
    """

    card = Card(
        slug="hopfir",
        title="HopFIR: Hop-wise GraphFormer with Intragroup Joint Refinement for 3D Human Pose Estimation",
        venue="ICCV 2023",
        task="lifting",
        summary="Lifts 2D keypoints to 3D frame by frame. Every joint forms one feature for each bone distance and lets these attend to each "
        "other, so that joints far apart that move together are related; limbs then correct their outer joints from within.",
        claim="Attention among hop groups makes SemGCN more accurate at the same number of parameters, which random groups of the same sizes "
        "do not; refinement within limbs adds to it, mostly at wrists and ankles.",
        code_is_public=False,
        figures=(
            Figure("Human3.6M", "MPJPE (mm)", "32.67", "abstract"),
            Figure("Human3.6M", "error of SemGCN with hop attention, relative to without", "-8.9 %", "abstract"),
            Figure("Human3.6M", "error of Modulated GCN with hop attention, relative to without", "-4.5 %", "abstract"),
            Figure("Human3.6M, true 2D", "MPJPE of SemGCN, with non-local blocks (mm)", "42.14, 40.78", "SemGCN's README"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(Stage(epochs=50, batch_size=64, optimizer="adam", lr=1e-3, clip_norm=1.0, schedule=Schedule("exponential", factor=0.96, every=4)),),
        source="SemGCN's (0.96 every 100 000 steps, about 4 epochs of Human3.6M); the paper's own is not known",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c, tree = self.config, self.config.tree
        near = adjacency(tree)
        distances = hop_distances(tree)
        if c.random_hops is not None:
            distances = shuffle_hops(distances, c.random_hops)
        groups = hop_masks(distances, c.hops, c.exact_hops)
        if c.backbone == "semgcn":
            hop = (lambda a, b: HopAttention(a, b, groups, c)) if c.hop_attention else None
            body = SemGCN(near, c.channels, c.blocks, H36M16_GROUPS if c.non_local else None, c.dropout, gconv=hop)
            self.gconv_input, self.gconv_output = body.gconv_input, body.gconv_output
            self.gconv_layers = body.gconv_layers
            step = 2 if c.non_local else 1
        else:
            self.gconv_input = nn.Sequential(GraphConv(SemGraphConv(2, c.channels, near), c.channels, c.dropout))
            self.gconv_layers = nn.Sequential(*(HopBlock(groups, c) for _ in range(c.blocks)))
            self.gconv_output = SemGraphConv(c.channels, 3, near)
            step = 1
        # after which layers of the body a refinement follows
        places = range(step - 1, len(self.gconv_layers), step) if c.layout == "interleaved" else [len(self.gconv_layers) - 1]
        self.refinements = nn.ModuleDict({str(i): JointRefinement(tree, c) for i in places if c.refinement})

    @property
    def skeleton(self) -> Skeleton:
        return self.config.tree

    def forward(self, keypoints: Float[Tensor, "B T J 2"]) -> Float[Tensor, "B T J 3"]:
        """Joints relative to the root, metres, camera frame; every frame by itself."""
        if keypoints.shape[2] != len(self.skeleton):
            raise ShapeError(f"hopfir reads {len(self.skeleton)} joints ({self.skeleton.name}), found {keypoints.shape[2]}")
        x = keypoints.flatten(0, 1)
        if self.config.input == "person":
            root = self.skeleton.roots[0]
            x = x - x[:, root : root + 1]
            x = x / x.square().mean((1, 2), keepdim=True).sqrt().clamp_min(1e-6)
        x = self.gconv_input(x)
        for i, layer in enumerate(self.gconv_layers):
            x = layer(x)
            if str(i) in self.refinements:
                x = self.refinements[str(i)](x)
        return self.gconv_output(x).unflatten(0, keypoints.shape[:2])

    def losses(self, batch: LiftingBatch) -> dict[str, Tensor]:
        """Mean squared (and/or absolute) error in metres."""
        assert batch.target is not None
        out = self(batch.keypoints)
        terms = {}
        if self.config.loss in ("mse", "both"):
            terms["mse"] = F.mse_loss(out, batch.target)
        if self.config.loss in ("l1", "both"):
            terms["l1"] = F.l1_loss(out, batch.target)
        return terms

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        star = Skeleton("star", ("middle", "a", "b"), (-1, 0, 0))
        return {
            "another joint set": {"skeleton": "h36m17"},
            "a tree of one's own": {"skeleton": "star", "joints": star.joints, "parents": star.parents, "landmarks": star.landmarks},
            "wider": {"channels": 64},
            "deeper": {"blocks": 3},
            "fewer hops": {"hops": 2},
            "more heads": {"heads": 8},
            "groups of at most k bones": {"exact_hops": False},
            "modulated groups": {"modulation": True},
            "nameless hops": {"hop_embedding": False},
            "attention alone": {"hop_skip": False},
            "attention between joints": {"joint_attention": True},
            "no refinement": {"refinement": False},
            "refined once": {"layout": "last"},
            "hop attention in SemGCN": {"backbone": "semgcn"},
            "SemGCN": {"backbone": "semgcn", "hop_attention": False, "refinement": False},
            "SemGCN with non-local blocks": {"backbone": "semgcn", "hop_attention": False, "non_local": True},
            "random hops": {"random_hops": 0},
            "person-centred input": {"input": "person"},
            "absolute error": {"loss": "l1"},
            "both errors": {"loss": "both"},
            "dropout": {"dropout": 0.5},
            "flip test": {"flip_test": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # it is 1: single frames
        return ("frames",)

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(channels=32, blocks=2, dropout=0.0)

    def example_batch(self, size: int, generator: torch.Generator) -> LiftingBatch:
        joints = len(self.skeleton)
        target = 0.3 * torch.randn(size, 1, joints, 3, generator=generator)
        target = target - target[:, :, self.skeleton.roots[:1]]
        keypoints = target[..., :2] + 0.1 * torch.randn(size, 1, 1, 2, generator=generator)
        return LiftingBatch(keypoints, target)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> HopFIR:
        """Read SemGCN's weights as the baseline arm; HopFIR's own are not public. Sizes come from the shapes.

        Raises FormatError where entries are missing, left over or of another shape.
        """
        state = read_checkpoint(checkpoint)
        try:
            shape = {
                "channels": state["gconv_output.W"].shape[1],
                "blocks": sum(k.endswith("gconv1.gconv.W") for k in state),
                "non_local": any(".nonlocal." in k for k in state),
            }
        except KeyError as e:
            raise FormatError("checkpoint", f"not a SemGCN checkpoint: no entry {e.args[0]!r}") from None
        given = {"backbone": "semgcn", "hop_attention": False, "refinement": False, "dropout": 0.0, **shape, **config}
        model = cls(Config(**given))
        load_strictly(model, state)
        return model.eval()
