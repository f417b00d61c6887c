"""CTR-GCN: graph convolutions whose topology is refined for every channel (ICCV 2021)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.nn.fused import convolved, fixed, folded, learns, shortcut, watched
from vitruve.nn.gcn import STRIDES, WIDTHS, GraphTemporalBlock, MultiScaleTemporal, SkeletonGCN


class ChannelTopology(nn.Module):
    """One graph convolution: the shared adjacency plus alpha times a learned relation of joint pairs, channel by channel.

    `relation` is the width in which pairs are compared: 8 for coordinates (of up to three vectors), else an eighth of the channels.
    """

    def __init__(self, c_in: int, c_out: int, relation: int | None = None) -> None:
        super().__init__()
        relation = relation or (8 if c_in in (3, 6, 9) else max(c_in // 8, 1))
        self.conv1, self.conv2 = nn.Conv2d(c_in, relation, 1), nn.Conv2d(c_in, relation, 1)
        self.conv3, self.conv4 = nn.Conv2d(c_in, c_out, 1), nn.Conv2d(relation, c_out, 1)
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            nn.init.kaiming_normal_(conv.weight, mode="fan_out")
            nn.init.zeros_(conv.bias)  # type: ignore[arg-type]

    def topology(self, mean: Float[Tensor, "N C 1 V"], adjacency: Float[Tensor, "V V"], alpha: Tensor) -> Float[Tensor, "N D V V"]:
        """What joint w (columns) takes of joint v, channel by channel, from the mean over frames.

        The mean and a 1x1 map may change places: the mean first is T times less work.
        """
        to, of = (convolved(conv, mean, conv.weight, conv.bias) for conv in (self.conv1, self.conv2))
        pairs = torch.tanh(to - of.mT).flatten(2)
        assert self.conv4.bias is not None
        # the shared adjacency and the bias are two more entries of the sum over the relation's channels
        shared = torch.stack([adjacency.mT.flatten(), torch.ones_like(adjacency).flatten()])
        weight = self.conv4.weight.flatten(1)
        weight = torch.cat([weight * alpha, torch.ones_like(weight[:, :1]), self.conv4.bias[:, None] * alpha], 1)
        made = torch.cat([pairs, shared.expand(len(pairs), -1, -1)], 1)
        return torch.bmm(weight.expand(len(pairs), -1, -1), made).unflatten(2, adjacency.shape)

    def forward(self, x: Float[Tensor, "N C T V"], adjacency: Float[Tensor, "V V"], alpha: Tensor) -> Float[Tensor, "N D T V"]:
        return self.conv3(x) @ self.topology(x.mean(2, keepdim=True), adjacency, alpha)


class CTRGraphConv(nn.Module):
    """Channel-wise topologies of the graph's subsets, summed, normalised, with a shortcut.

    `adaptive`: the adjacencies are learned, from the graph on; else they stay the graph.
    """

    def __init__(self, c_in: int, c_out: int, graph: Float[Tensor, "S V V"], adaptive: bool = True, relation: int | None = None) -> None:
        super().__init__()
        if adaptive:
            self.PA = nn.Parameter(graph.clone())
        else:
            self.register_buffer("PA", graph.clone(), persistent=False)
        self.alpha = nn.Parameter(torch.zeros(1))
        self.convs = nn.ModuleList(ChannelTopology(c_in, c_out, relation) for _ in graph)
        self.down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if c_in != c_out else nn.Identity()
        self.bn = nn.BatchNorm2d(c_out)
        nn.init.constant_(self.bn.weight, 1e-6)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        if watched(self.bn, *self.convs):
            return F.relu(self.bn(sum(conv(x, a, self.alpha) for conv, a in zip(self.convs, self.PA))) + self.down(x))
        mean = x.mean(2, keepdim=True)
        maps = [cast(nn.Conv2d, conv.conv3) for conv in self.convs]
        # one map, each channel's subsets side by side
        weight, bias = torch.stack([m.weight for m in maps], 1), torch.stack([cast(Tensor, m.bias) for m in maps], 1)
        scale, base = (None, None) if learns(self.bn) else self._folded(x)
        if scale is not None:
            weight, bias = weight * scale[:, None, None, None, None], bias * scale[:, None]
        mapped = convolved(maps[0], x, weight.flatten(0, 1), bias.flatten()).unflatten(1, (-1, len(maps)))
        y = None if base is None else base.flatten(0, 1).to(mapped.dtype)
        for conv, own, a in zip(self.convs, mapped.unbind(2), self.PA):
            topology = conv.topology(mean, a, self.alpha)  # type: ignore[operator]
            # sums over subsets are made where products are
            y = own.flatten(0, 1) @ topology.flatten(0, 1) if y is None else y.baddbmm_(own.flatten(0, 1), topology.flatten(0, 1))
        assert y is not None
        y = y.unflatten(0, (len(x), -1))
        return F.relu(y if scale is not None else self.bn(y) + shortcut(self.down, x), inplace=True)

    def _folded(self, x: Float[Tensor, "N C T V"]) -> tuple[Float[Tensor, " D"], Float[Tensor, "N D T V"]]:
        """Where normalisation is fixed: its scale, and the shortcut with its shift, to which subsets are added."""
        scale, shift = fixed(self.bn)
        if isinstance(self.down, nn.Identity):
            return scale, x + shift[:, None, None]
        weight, bias = folded(*self.down)  # type: ignore[misc]
        return scale, convolved(self.down[0], x, weight, bias + shift)  # type: ignore[arg-type]


class CTRGCN(SkeletonGCN):
    """The network: ten blocks of a channel-wise graph convolution and a multi-scale temporal one.

    Args:
        graph: adjacencies of the subsets, see `nn.skeletons.spatial_graph`.
        adaptive: see :class:`CTRGraphConv`.
        relation: of the first block, see :class:`ChannelTopology`.
        others: see :class:`SkeletonGCN`.

    Source: Chen et al., Channel-wise Topology Refinement Graph Convolution, ICCV 2021, and its release.
    """

    def __init__(
        self,
        num_classes: int,
        graph: Float[Tensor, "S V V"],
        people: int = 2,
        channels: int = 3,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
        dropout: float = 0.0,
        adaptive: bool = True,
        relation: int | None = None,
    ) -> None:
        def block(c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
            # the first block, which has no shortcut, may compare coordinates in a width of its own
            gcn = CTRGraphConv(c_in, c_out, graph, adaptive, None if residual else relation)
            return GraphTemporalBlock(gcn, MultiScaleTemporal(c_out, c_out, stride=stride), c_in, c_out, stride, residual)

        super().__init__(num_classes, graph.shape[-1], people, block, channels, widths, strides, dropout)


def ctrgcn_sizes(state: Mapping[str, Tensor], prefix: str = "", among: Sequence[int] = ()) -> dict[str, Any]:
    """num_classes, joints, people, channels, widths and adaptive of a CTR-GCN (or AGCN) from its weights; KeyError names what is missing.

    Where no graph was learned, joints are the first of `among` that leave one person or two.
    """
    widths: list[int] = []
    while f"{prefix}l{len(widths) + 1}.gcn1.bn.weight" in state:
        widths.append(len(state[f"{prefix}l{len(widths) + 1}.gcn1.bn.weight"]))
    first = state[f"{prefix}l1.gcn1.convs.0.conv3.weight" if f"{prefix}l1.gcn1.convs.0.conv3.weight" in state else f"{prefix}l1.gcn1.conv_d.0.weight"]
    channels = first.shape[1]
    columns = len(state[f"{prefix}data_bn.weight"]) // channels
    learned = f"{prefix}l1.gcn1.PA"
    counts = [state[learned].shape[-1]] if learned in state else [j for j in among if columns in (j, 2 * j)]
    if not counts:
        raise KeyError(learned)
    sizes = {"joints": counts[0], "people": columns // counts[0], "channels": channels, "widths": tuple(widths), "adaptive": learned in state}
    return {"num_classes": len(state[f"{prefix}fc.bias"]), **sizes}
