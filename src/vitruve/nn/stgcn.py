"""ST-GCN: graph convolutions over joints and convolutions over time in turn, on any skeleton's graph. State entries are named as in the release."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.fused import conv_norm, convolved, shortcut, watched
from vitruve.nn.graph import hop_distances

STRATEGIES = ("uniform", "distance", "spatial")

NTU_BLOCKS = ((64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1))
"""(channels, temporal stride) of the ten blocks of the paper."""


def tree_distances(parents: Sequence[int]) -> Int[Tensor, "J J"]:
    """Bones between each pair of joints of a tree; the root's parent is -1 or itself."""
    joints = tuple(f"joint_{j}" for j in range(len(parents)))
    return hop_distances(Skeleton("tree", joints, tuple(-1 if p == j else p for j, p in enumerate(parents)), landmarks=(None,) * len(parents)))


def partitioned_graph(
    distances: Int[Tensor, "J J"], centre: int, strategy: str = "spatial", hops: int = 1, dilation: int = 1, official_quirks: bool = False
) -> Float[Tensor, "K J J"]:
    """Adjacencies of the partitions of each joint's neighbourhood; entry (k, v, w) is what joint w takes of joint v.

    "uniform" has one partition; "distance" one for each number of hops; "spatial" the joint itself, and for each number of hops
    the neighbours that are as far from the centre as it or farther, and those that are nearer. Columns of their sum sum to 1.

    Args:
        distances: bones between joints, -1 where nothing joins them (`hop_distances`, `tree_distances`).
        centre: the joint that "spatial" measures from.
        hops: how far neighbours may be.
        dilation: only every so many hops.
        official_quirks: the release knows distances to the centre only up to `hops` and takes all beyond for equal, so that bones there
            fall into the first of the two partitions in both directions.

    Source: Yan et al., Spatial Temporal Graph Convolutional Networks, AAAI 2018, section 3.3, and its release (net/utils/graph.py).
    """
    if strategy not in STRATEGIES:
        raise OptionError(f"graph strategy {strategy!r}: expected one of {', '.join(STRATEGIES)}")
    if not 0 <= centre < len(distances):
        raise OptionError(f"centre={centre}: expected a joint of 0 to {len(distances) - 1}")
    if hops < 0 or dilation < 1:
        raise OptionError(f"hops={hops}, dilation={dilation}: expected hops >= 0 and dilation >= 1")
    near = torch.stack([distances == h for h in range(0, hops + 1, dilation)])
    whole = near.any(0).float()
    normal = whole / whole.sum(0, keepdim=True).clamp_min(1)
    if strategy == "uniform":
        return normal[None]
    if strategy == "distance":
        return normal * near
    reach = distances[:, centre].float()
    reach[(reach < 0) | (reach > (hops if official_quirks else torch.inf))] = torch.inf
    nearer = reach[:, None] < reach[None, :]
    return torch.stack([normal * near[0], *(normal * ring * side for ring in near[1:] for side in (~nearer, nearer))])


class GraphConvolution(nn.Module):
    """A 1x1 convolution to each partition's channels, summed over neighbours."""

    def __init__(self, c_in: int, c_out: int, partitions: int) -> None:
        super().__init__()
        self.partitions = partitions
        self.conv = nn.Conv2d(c_in, c_out * partitions, 1)

    def forward(self, x: Float[Tensor, "N C T J"], graph: Float[Tensor, "K J J"]) -> Float[Tensor, "N D T J"]:
        c_in, k = x.shape[1], self.partitions
        weight, bias, each = self.conv.weight, self.conv.bias, graph[:, None].expand(-1, len(x), -1, -1)
        assert bias is not None
        if self.conv.out_channels <= c_in * k:
            first, *others = convolved(self.conv, x, weight, bias).unflatten(1, (k, -1)).flatten(2, 3).unbind(1)
            y = torch.bmm(first, each[0])
            for part, a in zip(others, each[1:]):
                # sums over partitions are made where products are
                y.baddbmm_(part, a.to(part.dtype))
            return y.unflatten(1, (-1, x.shape[2]))
        # both maps are linear: where channels grow, fewer are summed over neighbours if that comes first
        mixed = torch.stack([torch.bmm(x.flatten(1, 2), a) for a in each], 1).unflatten(2, (c_in, -1)).flatten(1, 2)
        weight = weight.reshape(k, -1, c_in).transpose(0, 1).reshape(-1, k * c_in, 1, 1)
        return convolved(self.conv, mixed, weight, None) + (bias.reshape(k, -1).T @ graph.sum(1))[:, None]


class STGCNBlock(nn.Module):
    """A graph convolution, then batch norm, ReLU, a convolution over time, batch norm, dropout; a skip; ReLU."""

    def __init__(self, c_in: int, c_out: int, partitions: int, kernel: int = 9, stride: int = 1, dropout: float = 0.0, residual: bool = True) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise OptionError(f"ST-GCN kernel={kernel}: expected an odd number of frames")
        self.gcn = GraphConvolution(c_in, c_out, partitions)
        self.tcn = nn.Sequential(
            nn.BatchNorm2d(c_out),
            nn.ReLU(),
            nn.Conv2d(c_out, c_out, (kernel, 1), (stride, 1), (kernel // 2, 0)),
            nn.BatchNorm2d(c_out),
            nn.Dropout(dropout),
        )
        self.residual: nn.Module | None = None
        if residual and (c_in, stride) == (c_out, 1):
            self.residual = nn.Identity()
        elif residual:
            self.residual = nn.Sequential(nn.Conv2d(c_in, c_out, 1, (stride, 1)), nn.BatchNorm2d(c_out))

    def forward(self, x: Float[Tensor, "N C T J"], graph: Float[Tensor, "K J J"]) -> Float[Tensor, "N D T2 J"]:
        y = self.gcn(x, graph)
        if watched(self.tcn):
            y = self.tcn(y)
        else:
            first, activation, conv, norm, dropout = self.tcn
            y = dropout(conv_norm(conv, norm, activation(first(y))))  # type: ignore[arg-type]
        return F.relu(y if self.residual is None else y + shortcut(self.residual, x))


class STGCN(nn.Module):
    """Clips (B, C, T, J, P) to pooled features (B, D), or to logits (B, K) with `num_classes`.

    People are read one by one and averaged. State entries: A, data_bn, st_gcn_networks.N.{gcn.conv,tcn,residual}, edge_importance.N, fcn.

    Args:
        graph: from `partitioned_graph`.
        c_in: channels of the input.
        blocks: (channels, temporal stride) of each.
        num_classes: None for features.
        kernel: frames of the temporal convolutions.
        dropout: in all blocks but the first.
        edge_importance: learned factors of the graph's entries in each block.
        data_bn: batch normalisation of every joint's every channel first.

    Source: Yan et al., AAAI 2018, and its release (net/st_gcn.py).
    """

    A: Tensor

    def __init__(
        self,
        graph: Float[Tensor, "K J J"],
        c_in: int = 3,
        blocks: Sequence[tuple[int, int]] = NTU_BLOCKS,
        num_classes: int | None = None,
        kernel: int = 9,
        dropout: float = 0.0,
        edge_importance: bool = True,
        data_bn: bool = True,
    ) -> None:
        super().__init__()
        if not blocks:
            raise OptionError("ST-GCN: expected one block or more")
        self.register_buffer("A", graph.clone())
        self.data_bn = nn.BatchNorm1d(c_in * graph.shape[1]) if data_bn else nn.Identity()
        widths = [c_in, *(c for c, _ in blocks)]
        self.st_gcn_networks = nn.ModuleList(
            STGCNBlock(widths[i], c, len(graph), kernel, stride, dropout if i else 0.0, residual=i > 0) for i, (c, stride) in enumerate(blocks)
        )
        self.edge_importance = nn.ParameterList([nn.Parameter(torch.ones_like(graph)) for _ in blocks] if edge_importance else [])
        self.fcn = None if num_classes is None else nn.Conv2d(widths[-1], num_classes, 1)

    def normalise(self, x: Float[Tensor, "B C T J P"]) -> Float[Tensor, "BP C T J"]:
        """One row for each person, every joint's every channel normalised."""
        c, joints = x.shape[1], self.A.shape[1]
        if x.shape[3] != joints:
            raise ShapeError(f"ST-GCN: expected (batch, channels, frames, {joints} joints, people), found {tuple(x.shape)}")
        flat = x.permute(0, 4, 3, 1, 2).flatten(0, 1).flatten(1, 2)
        return self.data_bn(flat).unflatten(1, (joints, c)).permute(0, 2, 3, 1)

    def features(self, x: Float[Tensor, "B C T J P"]) -> Float[Tensor, "BP D T2 J"]:
        """What the last block gives for each person, frame and joint."""
        y = self.normalise(x)
        for i, block in enumerate(self.st_gcn_networks):
            y = block(y, self.A * self.edge_importance[i] if len(self.edge_importance) else self.A)
        return y

    def forward(self, x: Float[Tensor, "B C T J P"]) -> Float[Tensor, "B D"]:
        pooled = self.features(x).mean((2, 3)).unflatten(0, (len(x), x.shape[4])).mean(1)
        return pooled if self.fcn is None else self.fcn(pooled[..., None, None]).flatten(1)
