"""ST-GCN++ and the networks beside it in PYSKL: AAGCN, CTR-GCN and MS-G3D, on any graph, under one description.

Blocks are `nn.gcn`'s and CTR-GCN is `nn.ctrgcn`'s: :func:`read_pyskl` renames PYSKL's weights, which are not written to another arithmetic
but to another orientation of the graph.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.ctrgcn import CTRGraphConv
from vitruve.nn.fused import conv_norm, shortcut, side_by_side, temporal_maximum
from vitruve.nn.gcn import STRIDES, WIDTHS, GraphTemporalBlock, MultiScaleTemporal, SkeletonGCN, TemporalUnit
from vitruve.nn.msg3d import MSG3DStage
from vitruve.nn.skeletons import bone_parents, kinect_parents, linked_graph
from vitruve.nn.stgcn import GraphConvolution, partitioned_graph, tree_distances

KINDS = ("stgcnpp", "aagcn", "ctrgcn", "msg3d")
GRAPHS = ("spatial", "stgcn_spatial", "binary_adj")
ADAPTIVE = ("init", "offset", "importance", "none")
NORMS = ("joint", "person", "none")
SCALES: tuple[tuple[int | str, int], ...] = ((3, 1), (3, 2), (3, 3), (3, 4), ("max", 3), ("point", 1))
"""Temporal branches of ST-GCN++: (kernel, dilation), a maximum over so many frames, and a map of single frames."""


@dataclass(frozen=True)
class Backbone:
    """Which network, and how large. Defaults are ST-GCN++ of BRL; :func:`backbone` has those of the others.

    ST-GCN itself is the kind "stgcnpp" with graph "stgcn_spatial", adaptive "importance", no shortcut of the graph and no scales.
    """

    kind: str = "stgcnpp"
    widths: tuple[int, ...] = WIDTHS
    strides: tuple[int, ...] = STRIDES
    norm: str = "joint"
    """What has statistics of its own before the first block: each "joint" (people share them), each "person"'s joints, or "none"."""
    graph: str = "spatial"
    """See :func:`layout_graph`."""
    hops: int = 1
    adaptive: str = "init"
    """The adjacency of ST-GCN++: learned from the graph on ("init"), the graph plus ("offset") or times ("importance") what is learned, or "none"."""
    graph_first: bool = False
    """ST-GCN++ sums over neighbours before its 1x1 map instead of after it."""
    graph_residual: bool = True
    """A shortcut around ST-GCN++'s graph convolution too."""
    scales: tuple[tuple[int | str, int], ...] = SCALES
    """Temporal branches; none is one convolution over nine frames. CTR-GCN, which has a maximum and a point always, takes kernels of one size."""
    scale_width: float | None = None
    """Share of the channels in each branch; None divides them."""
    attention: bool = True
    """AAGCN's attention over joints, frames and channels."""
    embedding: int = 4
    """AAGCN compares joints of a clip in a so-many-th of the channels."""
    reach: tuple[int, int] = (13, 6)
    """How many hops MS-G3D's graphs in space, and in space and time, reach."""
    dropout: float = 0.0
    """After the temporal convolutions of all blocks but the first."""

    def __post_init__(self) -> None:
        for name, known in (("kind", KINDS), ("graph", GRAPHS), ("adaptive", ADAPTIVE), ("norm", NORMS)):
            if getattr(self, name) not in known:
                raise OptionError(f"backbone {name}={getattr(self, name)!r}: expected one of {', '.join(known)}")
        if not self.widths or len(self.widths) != len(self.strides):
            raise OptionError(f"backbone: {len(self.widths)} widths and {len(self.strides)} strides; expected one or more, and as many")
        if self.kind == "msg3d" and self.graph != "binary_adj":
            raise OptionError(f"backbone msg3d on graph {self.graph!r}: expected binary_adj")
        if self.kind == "ctrgcn" and (len({k for k, _ in self.scales}) != 1 or isinstance(self.scales[0][0], str)):
            raise OptionError(f"backbone ctrgcn with scales={self.scales}: expected (kernel, dilation) of one kernel size")


def backbone(kind: str, **changes: Any) -> Backbone:
    """A network with PYSKL's defaults of its kind."""
    own: dict[str, dict[str, Any]] = {
        "aagcn": {"norm": "person", "scales": ()},
        "ctrgcn": {"norm": "person", "scales": ((5, 1), (5, 2))},
        "msg3d": {"norm": "person", "graph": "binary_adj", "widths": (96, 192, 384), "strides": (1, 2, 2)},
    }
    return Backbone(**{"kind": kind, **own.get(kind, {}), **changes})


# -- graphs --------------------------------------------------------------------------------------

_GRAPH_PARENTS = {
    "coco17": (0, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14),
    "openpose18": (1, 1, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15),
}
_BONE_PARENTS = {
    "coco17": (0, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 0, 0, 11, 12, 13, 14),
    "openpose18": (0, 0, 1, 2, 3, 1, 5, 6, 2, 8, 9, 5, 11, 12, 0, 0, 14, 15),
}
"""PYSKL's trees of keypoints: hips hang from shoulders in its graphs, and from the nose in COCO's bones."""


def _rooted(skeleton: Skeleton) -> tuple[int, ...]:
    """The skeleton's own tree; joints without a parent are their own."""
    return tuple(j if p < 0 else p for j, p in enumerate(skeleton.parents))


def graph_parents(skeleton: Skeleton) -> tuple[int, ...]:
    """The tree of the graph convolutions, its centre its own parent. Kinect's hangs from between the shoulders, finger tips from the hands (PYSKL)."""
    if skeleton.name in ("ntu25", "kinect20"):
        return bone_parents(skeleton, "spine_shoulder" if skeleton.has("spine_shoulder") else "shoulder_center")
    return _GRAPH_PARENTS.get(skeleton.name) or _rooted(skeleton)


def stream_parents(skeleton: Skeleton) -> tuple[int, ...]:
    """The tree of bones. In Kinect's, finger tips hang from the thumbs (PYSKL's JointToBone)."""
    if skeleton.name in ("ntu25", "kinect20"):
        return kinect_parents(skeleton)
    return _BONE_PARENTS.get(skeleton.name) or _rooted(skeleton)


def layout_graph(skeleton: Skeleton, mode: str = "spatial", hops: int = 1) -> Float[Tensor, "K V V"]:
    """Adjacencies as PYSKL makes them; entry (k, v, w) is what joint w takes of joint v.

    "spatial": itself, inward, outward. "stgcn_spatial": ST-GCN's partitions, to `hops` (the release's way of knowing no distance beyond).
    "binary_adj": one, of ones where joints are linked.

    Source: BRL (brl/utils/graph.py).
    """
    parents = graph_parents(skeleton)
    if mode == "spatial":
        return linked_graph([(j, p) for j, p in enumerate(parents) if p != j], len(parents))
    distances = tree_distances(parents)
    if mode == "binary_adj":
        return (distances == 1).float()[None]
    if mode != "stgcn_spatial":
        raise OptionError(f"graph {mode!r}: expected one of {', '.join(GRAPHS)}")
    return partitioned_graph(distances, next(j for j, p in enumerate(parents) if p == j), hops=hops, official_quirks=True)


# -- units ---------------------------------------------------------------------------------------


class LearnedGraphConv(GraphConvolution):
    """ST-GCN++'s graph convolution: partitions' channels summed over neighbours on a graph that is learned, batch norm, a shortcut, ReLU.

    Source: BRL (brl/models/gcns/utils/gcn.py, unit_gcn), as PYSKL.
    """

    def __init__(self, c_in: int, c_out: int, graph: Float[Tensor, "K V V"], adaptive: str = "init", first: bool = False, residual: bool = True) -> None:
        super().__init__(c_in, c_out, len(graph))
        self.adaptive, self.first, self.residual = adaptive, first, residual
        if first:
            self.conv = nn.Conv2d(c_in * len(graph), c_out, 1)
        if adaptive == "init":
            self.A = nn.Parameter(graph.clone())
        else:
            self.register_buffer("A", graph.clone())
        if adaptive in ("offset", "importance"):
            self.PA = nn.Parameter(torch.ones_like(graph) if adaptive == "importance" else torch.empty_like(graph).uniform_(-1e-6, 1e-6))
        self.bn = nn.BatchNorm2d(c_out)
        self.down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if residual and c_in != c_out else nn.Identity()

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:  # type: ignore[override]
        graph: Tensor = self.A
        if self.adaptive == "offset":
            graph = graph + self.PA
        elif self.adaptive == "importance":
            graph = graph * self.PA
        y = self.bn(self.conv(torch.einsum("nctv,kvw->nkctw", x, graph).flatten(1, 2)) if self.first else super().forward(x, graph))
        return F.relu(y + shortcut(self.down, x) if self.residual else y)


class TemporalScales(nn.Module):
    """ST-GCN++'s temporal branches, their 1x1 mixture, and batch norm. The first branch takes the channels that do not divide.

    Source: BRL (brl/models/gcns/utils/tcn.py, mstcn), as PYSKL.
    """

    def __init__(
        self, c_in: int, c_out: int, stride: int = 1, scales: Sequence[tuple[int | str, int]] = SCALES, width: float | None = None, dropout: float = 0.0
    ) -> None:
        super().__init__()
        each = c_out // len(scales) if width is None else int(c_out * width)
        rest = c_out - each * (len(scales) - 1) if width is None else each
        if not each:
            raise OptionError(f"{c_out} channels do not divide among {len(scales)} temporal branches")
        made: list[nn.Module] = []
        for i, (kernel, size) in enumerate(scales):
            c = each if i else rest
            if kernel == "point":
                made.append(nn.Conv2d(c_in, c, 1, stride=(stride, 1)))
                continue
            last: nn.Module
            if isinstance(kernel, int):
                pad = size * (kernel - 1) // 2
                last = nn.Sequential(OrderedDict(conv=nn.Conv2d(c, c, (kernel, 1), (stride, 1), (pad, 0), (size, 1))))
            elif kernel == "max":
                last = nn.MaxPool2d((size, 1), (stride, 1), (size // 2, 0))
            else:
                raise OptionError(f"temporal branch {kernel!r}: expected a kernel size, max or point")
            made.append(nn.Sequential(nn.Conv2d(c_in, c, 1), nn.BatchNorm2d(c), nn.ReLU(), last))
        self.branches = nn.ModuleList(made)
        total = rest + each * (len(scales) - 1)
        self.transform = nn.Sequential(nn.BatchNorm2d(total), nn.ReLU(), nn.Conv2d(total, c_out, 1))
        self.bn = nn.BatchNorm2d(c_out)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        # branches whose first map is a 1x1 convolution of every frame share it
        shared = [branch for branch in self.branches if isinstance(branch, nn.Sequential)]
        entered = side_by_side([(branch[0], branch[1]) for branch in shared], x)  # type: ignore[misc]
        parts = dict(zip(map(id, shared), F.relu(entered).split([branch[0].out_channels for branch in shared], 1)))  # type: ignore[misc]

        def last(branch: nn.Module) -> Tensor:
            if not isinstance(branch, nn.Sequential):
                return branch(x)
            after, y = branch[3], parts[id(branch)]
            return temporal_maximum(y, after) if isinstance(after, nn.MaxPool2d) else after(y)

        norm, _, mix = self.transform
        y = F.relu(norm(torch.cat([last(branch) for branch in self.branches], 1)))
        return self.dropout(conv_norm(mix, self.bn, y))  # type: ignore[arg-type]


class DroppedTemporalUnit(TemporalUnit):
    """A convolution over nine frames, batch norm, dropout."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__(c_in, c_out, 9, stride)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return self.dropout(super().forward(x))


class RectifiedMultiScale(MultiScaleTemporal):
    """CTR-GCN's temporal branches as PYSKL has them: with a ReLU at their end, before the block's own."""

    def __init__(self, c: int, stride: int = 1, kernel: int = 5, dilations: Sequence[int] = (1, 2), dropout: float = 0.0) -> None:
        super().__init__(c, c, kernel, stride, dilations, uneven=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return self.dropout(F.relu(super().forward(x)))


class AttentiveGraphConv(nn.Module):
    """AAGCN's graph convolution: a learned graph plus alpha times the clip's own, then attention over joints, frames and channels.

    Source: BRL (brl/models/gcns/utils/gcn.py, unit_aagcn), after Shi et al., IEEE TIP 2020.
    """

    def __init__(self, c_in: int, c_out: int, graph: Float[Tensor, "K V V"], adaptive: bool = True, attention: bool = True, embedding: int = 4) -> None:
        super().__init__()
        self.adaptive, self.attention = adaptive, attention
        k, joints = len(graph), graph.shape[-1]
        self.conv_d = nn.ModuleList(nn.Conv2d(c_in, c_out, 1) for _ in range(k))
        if adaptive:
            self.A = nn.Parameter(graph.clone())
            self.alpha = nn.Parameter(torch.zeros(1))
            self.conv_a = nn.ModuleList(nn.Conv2d(c_in, c_out // embedding, 1) for _ in range(k))
            self.conv_b = nn.ModuleList(nn.Conv2d(c_in, c_out // embedding, 1) for _ in range(k))
        else:
            self.register_buffer("A", graph.clone())
        if attention:
            self.conv_ta = nn.Conv1d(c_out, 1, 9, padding=4)
            kernel = joints if joints % 2 else joints - 1
            self.conv_sa = nn.Conv1d(c_out, 1, kernel, padding=(kernel - 1) // 2)
            self.fc1c, self.fc2c = nn.Linear(c_out, c_out // 2), nn.Linear(c_out // 2, c_out)
        self.down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if c_in != c_out else nn.Identity()
        self.bn = nn.BatchNorm2d(c_out)
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        for conv in self.conv_d:
            nn.init.normal_(conv.weight, 0, (2.0 / (conv.out_channels * conv.in_channels * len(self.conv_d))) ** 0.5)  # type: ignore[arg-type, operator]
        nn.init.constant_(self.bn.weight, 1e-6)
        if self.attention:
            # all attention begins at a half, whatever the input
            for part in (self.conv_ta, self.fc2c):
                nn.init.zeros_(part.weight)
            nn.init.xavier_normal_(self.conv_sa.weight)
            nn.init.kaiming_normal_(self.fc1c.weight)
            for part in (self.conv_ta, self.conv_sa, self.fc1c, self.fc2c):
                nn.init.zeros_(part.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        y: Tensor | float = 0.0
        for i, d in enumerate(self.conv_d):
            graph = self.A[i]
            if self.adaptive:
                left, right = self.conv_a[i](x).permute(0, 3, 1, 2).flatten(2), self.conv_b[i](x).flatten(1, 2)
                graph = graph + self.alpha * torch.tanh(left @ right / right.shape[1])
            y = y + d((x.flatten(1, 2) @ graph).view_as(x))
        y = F.relu(self.bn(y) + self.down(x))
        if self.attention:
            y = y * (1 + torch.sigmoid(self.conv_sa(y.mean(2)))[:, :, None])
            y = y * (1 + torch.sigmoid(self.conv_ta(y.mean(3)))[..., None])
            y = y * (1 + torch.sigmoid(self.fc2c(F.relu(self.fc1c(y.mean((2, 3))))))[..., None, None])
        return y


# -- the network ---------------------------------------------------------------------------------


class PysklGCN(SkeletonGCN):
    """A network by its description; people are averaged, logits come from the mean features.

    Args:
        description: see :class:`Backbone`.
        num_classes: size of the answer.
        graph: adjacencies, see :func:`layout_graph`.
        people: how many there are in a clip; where statistics are those of joints, any number may come.
        channels: of the coordinates.
        dropout: before the last map.

    Source: PYSKL (Duan et al., ACM MM 2022), as BRL's release has it.
    """

    def __init__(
        self, description: Backbone, num_classes: int, graph: Float[Tensor, "K V V"], people: int = 2, channels: int = 3, dropout: float = 0.0
    ) -> None:
        def block(c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
            return _block(description, graph, c_in, c_out, stride, residual)

        super().__init__(num_classes, graph.shape[-1], people, block, channels, description.widths, description.strides, dropout)
        self.norm = description.norm
        if self.norm != "person":
            self.data_bn = nn.BatchNorm1d(self.joints * channels) if self.norm == "joint" else nn.Identity()  # type: ignore[assignment]
        nn.init.normal_(self.fc.weight, 0, 0.01)
        nn.init.zeros_(self.fc.bias)

    def normalise(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "N C T V"]:
        """Normalised coordinates, people in the batch (N = B P)."""
        if self.norm == "person":
            return super().normalise(x)
        c, v = x.shape[1], x.shape[3]
        if (c, v) != (self.channels, self.joints):
            raise ShapeError(f"expected (B, {self.channels}, T, {self.joints}, P), found {tuple(x.shape)}")
        y = self.data_bn(x.permute(0, 4, 3, 1, 2).flatten(0, 1).flatten(1, 2))
        return y.unflatten(1, (v, c)).permute(0, 2, 3, 1)


def _block(b: Backbone, graph: Float[Tensor, "K V V"], c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
    dropout = b.dropout if residual else 0.0
    if b.kind == "msg3d":
        return MSG3DStage(c_in, c_out, graph[0], *b.reach, stride=stride, first=not residual, dropout=b.dropout)
    gcn: nn.Module
    tcn: nn.Module
    if b.kind == "ctrgcn":
        gcn = CTRGraphConv(c_in, c_out, graph, relation=8 if c_in <= 16 else c_in // 8)
        tcn = RectifiedMultiScale(c_out, stride, int(b.scales[0][0]), [d for _, d in b.scales], dropout)
    else:
        if b.kind == "aagcn":
            gcn = AttentiveGraphConv(c_in, c_out, graph, b.adaptive != "none", b.attention, b.embedding)
        else:
            gcn = LearnedGraphConv(c_in, c_out, graph, b.adaptive, b.graph_first, b.graph_residual)
        tcn = TemporalScales(c_out, c_out, stride, b.scales, b.scale_width, dropout) if b.scales else DroppedTemporalUnit(c_out, c_out, stride, dropout)
    # a net whose coordinates are as wide as its first block begins with what is the second of others
    return GraphTemporalBlock(gcn, tcn, c_in, c_out, stride, residual or c_in == c_out)


# -- PYSKL's weights -----------------------------------------------------------------------------


def read_pyskl(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """PYSKL's backbone.* and cls_head.* under the names, and in the orientation, of :class:`PysklGCN`.

    CTR-GCN's relation of joints is multiplied from the other side there. The difference of embeddings that tanh is taken of changes its sign with
    the order of joints, so swapping both embeddings, turning the sign of the map after tanh, and transposing the learned graph give the same.
    """
    out = {}
    ctr = any(".convs.0.conv4." in k for k in state)
    for key, value in state.items():
        name = key.removeprefix("backbone.").replace("cls_head.fc_cls.", "fc.")
        if name == "A":
            # the graph, which every layer has its own copy of
            continue
        name = re.sub(r"^(sgcn|gcn3d|tcn)(\d)\.", r"l\2.\1.", name)
        if block := re.match(r"(?:gcn|net)\.(\d+)\.(.*)", name):
            rest = re.sub(r"^(gcn|tcn)1?\.", r"\g<1>1.", block[2])
            if ctr and rest == "gcn1.A":
                rest, value = "gcn1.PA", value.mT
            elif conv := re.fullmatch(r"gcn1\.convs\.(\d+)\.conv([124])\.(weight|bias)", rest):
                number = {"1": "2", "2": "1", "4": "4"}[conv[2]]
                rest = f"gcn1.convs.{conv[1]}.conv{number}.{conv[3]}"
                value = -value if number == "4" and conv[3] == "weight" else value
            name = f"l{int(block[1]) + 1}.{rest}"
        out[name] = value
    return out


def described(state: Mapping[str, Tensor], **known: Any) -> tuple[Backbone, dict[str, int]]:
    """The network and its sizes (num_classes, joints, people, channels) from weights that :func:`read_pyskl` gave.

    What weights do not show is taken from `known`: strides (else 2 where channels grow), graph, whether a learned factor of the graph is
    "importance" (the default) or "offset", branches of which kind.

    Raises KeyError naming an entry that is missing.
    """
    sizes = {"num_classes": len(state["fc.bias"])}
    if "l1.sgcn.0.A" in state:
        kind = "msg3d"
        widths = [sum(len(state[f"l{i}.tcn.branches.{k}.1.weight"]) for k in range(6)) for i in (1, 2, 3)]
        scales, spread = len(state["l1.sgcn.0.A"]), len(state["l1.gcn3d.gcn3d.0.gcn3d.1.A"])
        made: dict[str, Any] = {"reach": (scales, spread)}
        sizes |= {"joints": state["l1.sgcn.0.A"].shape[-1], "channels": state["l1.sgcn.0.mlp.layers.0.weight"].shape[1] // scales}
    else:
        widths = []
        while f"l{len(widths) + 1}.gcn1.bn.weight" in state:
            widths.append(len(state[f"l{len(widths) + 1}.gcn1.bn.weight"]))
        if "l1.gcn1.PA" in state and "l1.gcn1.convs.0.conv3.weight" in state:
            kind, graph, entry = "ctrgcn", state["l1.gcn1.PA"], state["l1.gcn1.convs.0.conv3.weight"]
            made = {"scales": _scales(state, kind)}
        else:
            graph = state["l1.gcn1.A"]
            if "l1.gcn1.conv_d.0.weight" in state:
                kind, entry = "aagcn", state["l1.gcn1.conv_d.0.weight"]
                made = {"attention": "l1.gcn1.conv_ta.weight" in state, "adaptive": "init" if "l1.gcn1.alpha" in state else "none"}
                if made["adaptive"] == "init":
                    made["embedding"] = widths[0] // len(state["l1.gcn1.conv_a.0.bias"])
            else:
                kind, entry = "stgcnpp", state["l1.gcn1.conv.weight"]
                first = len(entry) == widths[0] and len(graph) > 1
                made = {"adaptive": "importance" if "l1.gcn1.PA" in state else "init", "graph_first": first}
                made["graph_residual"] = any(".gcn1.down." in k for k in state)
                entry = entry[:, : entry.shape[1] // len(graph)] if first else entry
            made["scales"] = _scales(state, "stgcnpp")
            if made["scales"]:
                each = len(state["l1.tcn1.branches.1.0.bias"])
                made["scale_width"] = None if each == widths[0] // len(made["scales"]) else each / widths[0]
        sizes |= {"joints": graph.shape[-1], "channels": entry.shape[1]}
    normal = len(state["data_bn.weight"]) // (sizes["joints"] * sizes["channels"]) if "data_bn.weight" in state else 0
    sizes["people"] = max(normal, 1)
    made["norm"] = {0: "none", 1: "joint"}.get(normal, "person")
    grown = [1, *(1 + (b > a) for a, b in zip(widths, widths[1:]))]
    return backbone(kind, **{"widths": tuple(widths), "strides": tuple(grown), **made, **known}), sizes


def _scales(state: Mapping[str, Tensor], kind: str) -> tuple[tuple[int | str, int], ...]:
    """The first block's temporal branches, their dilations counted up."""
    found: list[tuple[int | str, int]] = []
    while any(k.startswith(f"l1.tcn1.branches.{len(found)}.") for k in state):
        name = f"l1.tcn1.branches.{len(found)}"
        if f"{name}.3.conv.weight" in state:
            found.append((state[f"{name}.3.conv.weight"].shape[2], len(found) + 1))
        elif kind == "stgcnpp":
            found.append(("max", 3) if f"{name}.0.weight" in state else ("point", 1))
        else:
            break
    return tuple(found)
