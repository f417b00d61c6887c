"""2s-AGCN: graph convolutions with a learned adjacency and one that each clip gives itself (CVPR 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.nn.fused import shortcut
from vitruve.nn.gcn import STRIDES, WIDTHS, GraphTemporalBlock, SkeletonGCN, TemporalUnit


def _maps(c_in: int, c_out: int, subsets: int) -> tuple[nn.ModuleList, nn.Module, nn.BatchNorm2d]:
    """(map of each subset, shortcut, normalisation of their sum) as a block starts with them: it hardly adds to its shortcut."""
    convs = [nn.Conv2d(c_in, c_out, 1) for _ in range(subsets)]
    down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if c_in != c_out else nn.Identity()
    norm = nn.BatchNorm2d(c_out)
    nn.init.constant_(norm.weight, 1e-6)
    for conv in convs:
        nn.init.normal_(conv.weight, 0, (2.0 / (c_out * c_in * subsets)) ** 0.5)
        assert conv.bias is not None
        nn.init.zeros_(conv.bias)
    return nn.ModuleList(convs), down, norm


class AdaptiveGraphConv(nn.Module):
    """Sum over the graph's subsets of x times (graph + learned + softmax of embedded similarities of joints)."""

    graph: Tensor

    def __init__(self, c_in: int, c_out: int, graph: Float[Tensor, "S V V"]) -> None:
        super().__init__()
        self.register_buffer("graph", graph.clone(), persistent=False)
        self.PA = nn.Parameter(torch.full_like(graph, 1e-6))
        self.conv_a = nn.ModuleList(nn.Conv2d(c_in, c_out // 4, 1) for _ in graph)
        self.conv_b = nn.ModuleList(nn.Conv2d(c_in, c_out // 4, 1) for _ in graph)
        self.conv_d, self.down, self.bn = _maps(c_in, c_out, len(graph))

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        adjacency = self.graph + self.PA
        # the embeddings of all subsets are one map, and so is the sum of what they gather
        embeddings = cast(list[nn.Conv2d], [*self.conv_a, *self.conv_b])
        weight = torch.cat([conv.weight for conv in embeddings])
        bias = torch.cat([cast(Tensor, conv.bias) for conv in embeddings])
        made = F.conv2d(x, weight, bias).chunk(len(embeddings), 1)
        flat, gathered = x.flatten(1, 2), []
        for a, b, fixed in zip(made, made[len(adjacency) :], adjacency):
            left, right = a.permute(0, 3, 1, 2).flatten(2), b.flatten(1, 2)
            own = (left @ right / right.shape[1]).softmax(-2)
            gathered.append((flat @ (own + fixed)).view_as(x))
        maps = cast(list[nn.Conv2d], list(self.conv_d))
        weight, bias = torch.cat([conv.weight for conv in maps], 1), torch.stack([cast(Tensor, conv.bias) for conv in maps]).sum(0)
        y = self.bn(F.conv2d(torch.cat(gathered, 1), weight, bias))
        return F.relu(y + shortcut(self.down, x))


class AGCN(SkeletonGCN):
    """One stream of 2s-AGCN: ten blocks of an adaptive graph convolution and one over nine frames.

    Args:
        graph: adjacencies of the subsets, see `nn.skeletons.spatial_graph`.
        others: see :class:`SkeletonGCN`.

    Source: Shi et al., Two-Stream Adaptive Graph Convolutional Networks, CVPR 2019, and its release.
    """

    def __init__(
        self,
        num_classes: int,
        graph: Float[Tensor, "S V V"],
        people: int = 2,
        channels: int = 3,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
    ) -> None:
        def block(c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
            return GraphTemporalBlock(AdaptiveGraphConv(c_in, c_out, graph), TemporalUnit(c_out, c_out, 9, stride), c_in, c_out, stride, residual)

        super().__init__(num_classes, graph.shape[-1], people, block, channels, widths, strides)


class LearnedGraphConv(nn.Module):
    """Sum over subsets of x times an adjacency that is all learned, each column of it scaled to length 1; shared by channels and clips.

    `adaptive`: without, the adjacencies stay what they are.
    """

    def __init__(self, c_in: int, c_out: int, graph: Float[Tensor, "S V V"], adaptive: bool = True) -> None:
        super().__init__()
        self.adaptive = adaptive
        if adaptive:
            self.PA = nn.Parameter(graph.clone())
        else:
            self.register_buffer("PA", graph.clone(), persistent=False)
        self.conv_d, self.down, self.bn = _maps(c_in, c_out, len(graph))

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        adjacency = self.PA / (self.PA.norm(dim=1, keepdim=True) + 1e-4) if self.adaptive else self.PA
        y: Tensor | float = 0.0
        for conv, a in zip(self.conv_d, adjacency):
            y = y + conv(x @ a)
        return F.relu(self.bn(y) + self.down(x))


class LearnedGCN(SkeletonGCN):
    """What CTR-GCN is measured against: three learned adjacencies that start as the identity, and convolutions over five frames.

    Source: CTR-GCN's release (model/baseline.py).
    """

    def __init__(
        self,
        num_classes: int,
        joints: int,
        people: int = 2,
        channels: int = 3,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
        dropout: float = 0.0,
        adaptive: bool = True,
    ) -> None:
        graph = torch.eye(joints).repeat(3, 1, 1)

        def block(c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
            return GraphTemporalBlock(LearnedGraphConv(c_in, c_out, graph, adaptive), TemporalUnit(c_out, c_out, 5, stride), c_in, c_out, stride, residual)

        super().__init__(num_classes, joints, people, block, channels, widths, strides, dropout)
