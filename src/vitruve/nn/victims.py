"""The recognisers that attacks are tried on, by name: clips of joints (B, 3, T, J, P) in, logits out; bones are made inside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.nn import skeletons
from vitruve.nn.agcn import AGCN
from vitruve.nn.bayes import head_answers
from vitruve.nn.ctrgcn import CTRGCN
from vitruve.nn.frhead import FRHead
from vitruve.nn.gcn import normalise_people
from vitruve.nn.msg3d import ManyHopConv, MSG3DStage
from vitruve.nn.stgcn import STGCN, partitioned_graph, tree_distances
from vitruve.nn.sttformer import STTFormer

VICTIMS = ("stgcn", "ctrgcn", "agcn_joint", "agcn_bone", "agcn", "msg3d_joint", "msg3d_bone", "msg3d", "frhead", "sttformer", "mlp")
"""agcn and msg3d sum a stream of joints and one of bones."""


@dataclass(frozen=True)
class Body:
    """The joint set of the clips: its graph, and what its bones are. Each joint's parent, a centre its own."""

    tree: tuple[int, ...]
    """The graph, hung up by its centre."""
    bones: tuple[int, ...]
    """What the bone streams subtract."""
    shifted: bool = False
    """As the release has 2s-AGCN's graph of HDM05: every link one joint too early, and led away from the centre."""

    @property
    def centre(self) -> int:
        return next(j for j, p in enumerate(self.tree) if p == j)

    @cached_property
    def graph(self) -> Float[Tensor, "3 J J"]:
        """[identity, inward, outward] adjacencies."""
        links = [(j, p) for j, p in enumerate(self.tree) if p != j]
        if self.shifted:
            links = [((b - 1) % len(self.tree), (a - 1) % len(self.tree)) for a, b in links]
        return skeletons.linked_graph(links, len(self.tree))

    @cached_property
    def distances(self) -> Int[Tensor, "J J"]:
        """Bones between joints."""
        return tree_distances(self.tree)


NTU = Body(
    (1, 20, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11),
    (0, 0, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 7, 7, 11, 11),
)
_HDM05 = (10, 0, 1, 2, 3, 10, 5, 6, 7, 8, 10, 10, 11, 12, 13, 13, 15, 16, 17, 18, 13, 20, 21, 22, 23)
# links lead away from the pelvis in the release, and ST-GCN's centre is the chest
HDM05 = Body(_HDM05, _HDM05)


def body(skeleton: Skeleton) -> Body:
    """The joint set as the victims read it: hung up between the shoulders where it has a joint there, else by its root."""
    bones = tuple(p if p >= 0 else j for j, p in enumerate(skeleton.parents))
    kinect = skeleton.has("spine_shoulder") or skeleton.has("shoulder_center")
    return Body(skeletons.kinect_parents(skeleton) if kinect else bones, bones)


@dataclass(frozen=True)
class Size:
    """How large the victims are; defaults are the release's."""

    width: int = 64
    """Channels of the first blocks; they double with each halving of the frames."""
    blocks: tuple[int, int, int] = (4, 3, 3)
    """Blocks at all, half and a quarter of the frames."""
    tuples: tuple[int, int, int] = (2, 2, 4)
    """STTFormer's blocks of each width."""
    hidden: int = 512
    """Of the MLP."""
    scales: int = 13
    """Distances that MS-G3D sees; windows see half as many."""
    dropout: float = 0.5
    """Of ST-GCN."""

    def __post_init__(self) -> None:
        if self.width < 8 or self.width % 8:
            raise OptionError(f"victims of width={self.width}: expected a multiple of 8")
        if min(*self.blocks, *self.tuples) < 1:
            raise OptionError(f"victims of blocks={self.blocks}, tuples={self.tuples}: expected three numbers of one or more")

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.width * 2**s for s, n in enumerate(self.blocks) for _ in range(n))

    @property
    def strides(self) -> tuple[int, ...]:
        return tuple(2 if s and not i else 1 for s, n in enumerate(self.blocks) for i in range(n))

    @property
    def tuple_blocks(self) -> tuple[tuple[int, int, int], ...]:
        out = [self.width * 2**s for s, n in enumerate(self.tuples) for _ in range(n)]
        return tuple((c_in, c_out, c_out // 4) for c_in, c_out in zip((self.width, *out), out))


class MSG3D(nn.Module):
    """One stream of MS-G3D as its authors have it: three stages, and graphs that are normalised on both sides.

    Args:
        num_classes: size of the answer.
        distances: bones between joints.
        people: in a clip.
        width: channels of the first stage, which double twice; a multiple of 6.
        scales, window_scales: distances that are told apart, over joints and in windows of frames.

    Source: Liu et al., Disentangling and Unifying Graph Convolutions, CVPR 2020, and its release.
    """

    def __init__(self, num_classes: int, distances: Int[Tensor, "J J"], people: int = 2, width: int = 96, scales: int = 13, window_scales: int = 6) -> None:
        super().__init__()
        self.expected = (3, len(distances), people)
        self.data_bn = nn.BatchNorm1d(people * 3 * len(distances))
        linked = (distances == 1).float()
        widths = (3, width, 2 * width, 4 * width)
        self.stages = nn.Sequential(*(MSG3DStage(widths[i], widths[i + 1], linked, scales, window_scales, 2 if i else 1, first=i == 0) for i in range(3)))
        for m in self.modules():
            if isinstance(m, ManyHopConv):
                near = (m.A > 0).float()
                root = near.sum(-1).rsqrt()
                m.A.copy_(root[:, :, None] * near * root[:, None, :])
        self.fc = nn.Linear(4 * width, num_classes)

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        y = self.stages(normalise_people(self.data_bn, x, self.expected))
        return self.fc(y.mean((2, 3)).unflatten(0, (len(x), -1)).mean(1))

    def read(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The release's weights under our names; its graphs are not among them, and turn the other way."""
        out = {k: v for k, v in self.state_dict().items() if k.endswith(".A")}
        for key, value in state.items():
            place = re.match(r"(gcn3d|sgcn|tcn)([123])\.(.*)", key)
            name = f"stages.{int(place[2]) - 1}.{place[1]}.{place[3]}" if place else key
            if name.endswith(".A_res"):
                name, value = name.removesuffix("A_res") + "PA", value.unflatten(0, (-1, value.shape[1])).mT
            out[name] = value
        return out


class MLP(nn.Module):
    """Three linear maps of all coordinates. `rectified`: no logit is negative, as in the release."""

    def __init__(self, num_classes: int, inputs: int, hidden: int = 512, rectified: bool = False) -> None:
        super().__init__()
        maps = [nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, num_classes)]
        self.mlpstack = nn.Sequential(*maps, *([nn.ReLU()] if rectified else []))

    def forward(self, x: Float[Tensor, " B *S"]) -> Float[Tensor, "B K"]:
        return self.mlpstack(x.flatten(1))


class Victim(nn.Module):
    """One recogniser or two, of joints and of bones, whose logits are summed; `streams` are the networks."""

    def __init__(self, streams: Mapping[str, nn.Module], bones: Sequence[int]) -> None:
        super().__init__()
        self.streams = nn.ModuleDict(streams)
        self.bones = list(bones)

    def answers(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "S B K"]:
        """Logits of each stream."""
        return torch.stack([net(joints if name == "joint" else joints - joints[:, :, :, self.bones]) for name, net in self.streams.items()])

    def forward(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B K"]:
        return self.answers(joints).sum(0)

    def losses(self, joints: Float[Tensor, "B 3 T J P"], label: Int[Tensor, " B"], contrast: bool = False) -> dict[str, Tensor]:
        """Cross-entropy of the logits; with `contrast`, FR-HEAD's own loss too (the benchmark trains it without)."""
        net = self.streams["joint"] if "joint" in self.streams else None
        if contrast and isinstance(net, FRHead) and net.heads:
            logits, refinement = net.refinement(joints, label)
            return {"cross_entropy": nn.functional.cross_entropy(logits, label), "refinement": refinement}
        return {"cross_entropy": nn.functional.cross_entropy(self(joints), label)}


class Headed(nn.Module):
    """A trained recogniser, frozen, and small networks behind it, each a sample of their posterior; logits are averaged over them.

    Args:
        net: changed in place: its parameters want no gradient any more.
        num_classes: size of the answer.
        heads: how many, behind each stream.

    Source: BayesianClassifier.py of TASAR's benchmark, which adds logits up.
    """

    def __init__(self, net: Victim, num_classes: int, heads: int = 3) -> None:
        super().__init__()
        self.net = net.requires_grad_(False)
        bound = num_classes**-0.5
        self.heads = nn.Parameter(torch.empty(heads, len(net.streams), 2 * num_classes * (num_classes + 1)).uniform_(-bound, bound))

    def train(self, mode: bool = True) -> Headed:
        super().train(mode)
        self.net.eval()
        return self

    def head(self, m: int, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B K"]:
        """Logits of one head, summed over streams."""
        return head_answers(self.net.answers(joints).relu(), self.heads[m]).sum(0)

    def forward(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B K"]:
        return head_answers(self.net.answers(joints).relu(), self.heads).mean(0).sum(0)


def victim(name: str, num_classes: int, body: Body, people: int = 2, frames: int = 60, size: Size | None = None, official_quirks: bool = False) -> Victim:
    """A recogniser with fresh weights.

    Args:
        name: one of VICTIMS.
        num_classes: size of the answer.
        body: joint set of the clips.
        people, frames: of the clips.
        size: the release's by default.
        official_quirks: as the release. ST-GCN's graph takes all joints that are further than one bone from the centre for equally far; the
            MLP's logits are rectified; FR-HEAD's heads are made for 64 frames; 2s-AGCN's graph of HDM05 is shifted by one joint.

    Raises:
        OptionError: a name that is not there.
    """
    if name not in VICTIMS:
        raise OptionError(f"victim {name!r}: expected one of {', '.join(VICTIMS)}")
    s = size or Size()
    joints = len(body.tree)
    kind, _, stream = name.partition("_")
    if kind == "agcn" and official_quirks and body.tree == _HDM05:
        body = replace(body, shifted=True)

    def net(kind: str) -> nn.Module:
        if kind == "stgcn":
            # HDM05's graph is measured from the chest
            centre = 12 if body.tree == _HDM05 else body.centre
            graph = partitioned_graph(body.distances, centre, official_quirks=official_quirks)
            return STGCN(graph, blocks=tuple(zip(s.widths, s.strides)), num_classes=num_classes, dropout=s.dropout)
        if kind == "ctrgcn":
            return CTRGCN(num_classes, body.graph, people, widths=s.widths, strides=s.strides)
        if kind == "agcn":
            return AGCN(num_classes, body.graph, people, widths=s.widths, strides=s.strides)
        if kind == "msg3d":
            return MSG3D(num_classes, body.distances, people, s.width * 3 // 2, s.scales, max(s.scales // 2, 1))
        if kind == "frhead":
            return FRHead(num_classes, body.graph, people, 64 if official_quirks else frames, s.widths, s.strides)
        if kind == "sttformer":
            return STTFormer(num_classes, joints, s.tuple_blocks)
        return MLP(num_classes, 3 * frames * joints * people, s.hidden, official_quirks)

    both = name in ("agcn", "msg3d")
    return Victim({n: net(kind) for n in (("joint", "bone") if both else (stream or "joint",))}, body.bones)


def read_victim(name: str, state: Mapping[str, Tensor], body: Body, frames: int = 60) -> Victim:
    """A recogniser with the benchmark's weights; sizes come from their shapes.

    Args:
        name: one of VICTIMS.
        state: minValLossModel.pth of the release; of two streams, one dict with model_joint. and model_bone. before the names.
        body: NTU or HDM05.
        frames: of the clips.

    Raises:
        FormatError: weights of another network, or entries that are missing, left over or of another shape.
    """
    if name not in VICTIMS:
        raise OptionError(f"victim {name!r}: expected one of {', '.join(VICTIMS)}")
    if name in ("agcn", "msg3d"):
        own = {s: {k.removeprefix(f"model_{s}."): v for k, v in state.items() if k.startswith(f"model_{s}.")} for s in ("joint", "bone")}
    else:
        own = {name.partition("_")[2] or "joint": dict(state)}
    kind = name.partition("_")[0]
    if kind == "agcn" and body.tree == _HDM05:
        body = replace(body, shifted=True)
    streams: dict[str, nn.Module] = {}
    for stream, weights in own.items():
        # positions of joints are computed, not learned
        weights = {k: v for k, v in weights.items() if not k.endswith(".pes.pe")}
        try:
            net = _sized(kind, weights, body, frames)
        except (KeyError, IndexError) as e:
            raise FormatError("checkpoint", f"not the weights of {name}: no entry {e.args[0]!r}") from None
        _load(net, net.read(weights) if isinstance(net, MSG3D) else weights, name)
        streams[stream] = net
    return Victim(streams, body.bones).eval()


def _sized(kind: str, state: Mapping[str, Tensor], body: Body, frames: int) -> nn.Module:
    """The network that these weights are of."""
    joints = len(body.tree)
    if kind == "mlp":
        return MLP(len(state["mlpstack.4.bias"]), state["mlpstack.0.weight"].shape[1], len(state["mlpstack.0.bias"]), rectified=True)
    if kind == "sttformer":
        blocks: list[tuple[int, int, int]] = []
        while f"blocks.{len(blocks)}.to_qkvs.bias" in state:
            at = f"blocks.{len(blocks)}"
            heads = state[f"{at}.alphas"].shape[1]
            c_out, wide = state[f"{at}.out_nets.0.weight"].shape[:2]
            blocks.append((wide // heads, c_out, len(state[f"{at}.to_qkvs.bias"]) // (2 * heads)))
        return STTFormer(len(state["fc.bias"]), joints, blocks, state["blocks.0.att0s"].shape[-1] // joints, heads)
    if kind == "stgcn":
        stages: list[int] = []
        while f"st_gcn_networks.{len(stages)}.tcn.0.weight" in state:
            stages.append(len(state[f"st_gcn_networks.{len(stages)}.tcn.0.weight"]))
        return STGCN(torch.zeros_like(state["A"]), blocks=_strided(stages), num_classes=len(state["fcn.bias"]), edge_importance="edge_importance.0" in state)
    people = len(state["data_bn.weight"]) // (3 * joints)
    classes = len(state["fc.bias"])
    if kind == "msg3d":
        scales = len(state["sgcn1.0.A_res"]) // joints
        inner = state["gcn3d1.gcn3d.0.gcn3d.1.A_res"]
        return MSG3D(classes, body.distances, people, len(state["tcn1.branches.0.0.bias"]) * 6, scales, inner.shape[0] // inner.shape[1])
    widths: list[int] = []
    while f"l{len(widths) + 1}.gcn1.bn.weight" in state:
        widths.append(len(state[f"l{len(widths) + 1}.gcn1.bn.weight"]))
    strides = [s for _, s in _strided(widths)]
    if kind == "agcn":
        return AGCN(classes, body.graph, people, widths=widths, strides=strides)
    if kind == "ctrgcn":
        return CTRGCN(classes, body.graph, people, widths=widths, strides=strides)
    if "ren_low.tempor_squeeze.0.bias" not in state:
        return FRHead(classes, body.graph, people, None, widths, strides)
    width = len(state["ren_low.spatio_cl_net.cl_fc.bias"])
    return FRHead(classes, body.graph, people, width // len(state["ren_low.tempor_squeeze.0.bias"]), widths, strides, width)


def _strided(widths: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """(channels, stride) of blocks that halve the frames where channels grow."""
    return tuple((c, 2 if i and c != widths[i - 1] else 1) for i, c in enumerate(widths))


def _load(net: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    own = net.state_dict()
    problems = [f"missing {k}" for k in own if k not in state] + [f"unexpected {k}" for k in state if k not in own]
    problems += [f"{k}: expected {tuple(own[k].shape)}, found {tuple(state[k].shape)}" for k in own if k in state and own[k].shape != state[k].shape]
    if problems:
        raise FormatError("checkpoint", f"{name}: {len(problems)} entries do not fit: " + "; ".join(problems[:8]))
    net.load_state_dict(dict(state))
