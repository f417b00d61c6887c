"""MS-G3D: graph convolutions over many hops at once, in space, and in space and a window of time (CVPR 2020)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.nn.gcn import MultiScaleTemporal, TemporalUnit


def hop_graphs(adjacency: Float[Tensor, "V V"], count: int) -> Float[Tensor, "K V V"]:
    """What is exactly 0, 1, ..., count - 1 hops away, and (but for 0) the joint itself; columns sum to 1.

    Source: MS-G3D (k_adjacency with_self, normalize_digraph).
    """
    eye = torch.eye(len(adjacency), dtype=adjacency.dtype)
    reached = [eye]
    for _ in range(1, count):
        reached.append(((reached[-1] @ (adjacency + eye)) > 0).to(adjacency.dtype))
    graphs = torch.stack([eye, *(far - near + eye for near, far in zip(reached, reached[1:]))])[:count]
    return graphs / graphs.sum(1, keepdim=True).clamp_min(1e-9)


class ChannelMap(nn.Module):
    """1x1 map, batch norm and ReLU, in a list as the release keeps them."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out), nn.ReLU()])

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        for layer in self.layers:
            x = layer(x)
        return x


class ManyHopConv(nn.Module):
    """Sums over each number of hops, side by side, then one map; graphs are learned from the fixed ones on."""

    A: Tensor

    def __init__(self, c_in: int, c_out: int, graphs: Float[Tensor, "K V V"]) -> None:
        super().__init__()
        self.register_buffer("A", graphs.clone())
        self.PA = nn.Parameter(torch.empty_like(graphs).uniform_(-1e-6, 1e-6))
        self.mlp = ChannelMap(c_in * len(graphs), c_out)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        return self.mlp(torch.einsum("kvu,nctv->nkctu", self.A + self.PA, x).flatten(1, 2))


class Windows(nn.Module):
    """Frames around each (every `stride`-th) frame as further joints, zeros beyond the ends."""

    def __init__(self, size: int, stride: int, dilation: int = 1) -> None:
        super().__init__()
        self.size = size
        self.unfold = nn.Unfold((size, 1), (dilation, 1), (dilation * (size - 1) // 2, 0), (stride, 1))

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N C T2 W"]:
        n, c, _, v = x.shape
        return self.unfold(x).view(n, c, self.size, -1, v).transpose(2, 3).flatten(3)


class WindowGraphConv(nn.Module):
    """Many hops over joints of all frames of a window, which are linked as if they were one frame; the window is then mapped to its middle."""

    def __init__(self, c_in: int, c_out: int, adjacency: Float[Tensor, "V V"], hops: int, window: int, stride: int, first: bool) -> None:
        super().__init__()
        inner = c_out if first else c_in
        tiled = (adjacency + torch.eye(len(adjacency))).tile(window, window)
        # a ReLU in the release after the map's own changes nothing
        self.gcn3d = nn.Sequential(Windows(window, stride), ManyHopConv(c_in, inner, hop_graphs(tiled, hops)))
        self.window = window
        self.out_conv = nn.Conv3d(inner, c_out, (1, window, 1))
        self.out_bn = nn.BatchNorm2d(c_out)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        y = self.gcn3d(x).unflatten(3, (self.window, -1))
        return self.out_bn(self.out_conv(y).squeeze(3))


class WindowPathways(nn.Module):
    """The sum of windows of several lengths."""

    def __init__(self, c_in: int, c_out: int, adjacency: Float[Tensor, "V V"], hops: int, stride: int, first: bool, windows: Sequence[int] = (3, 5)) -> None:
        super().__init__()
        self.gcn3d = nn.ModuleList(WindowGraphConv(c_in, c_out, adjacency, hops, w, stride, first) for w in windows)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return torch.stack([path(x) for path in self.gcn3d]).sum(0)


class ResidualMultiScale(MultiScaleTemporal):
    """Temporal branches of kernels of 3 with dilations 1 to 4, a shortcut, and a ReLU (or not)."""

    def __init__(self, c_in: int, c_out: int, stride: int = 1, rectified: bool = True, dropout: float = 0.0) -> None:
        super().__init__(c_in, c_out, 3, stride, (1, 2, 3, 4), uneven=True)
        self.residual = TemporalUnit(c_in, c_out, 1, stride) if (c_in, stride) != (c_out, 1) else None
        self.rectified = rectified
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        y = super().forward(x) + (x if self.residual is None else self.residual(x))
        return self.dropout(F.relu(y) if self.rectified else y)


class MSG3DStage(nn.Module):
    """One of three: a pathway of space then time, one of windows of space and time, ReLU of their sum, time once more.

    Args:
        c_in, c_out: channels.
        adjacency: ones where joints are linked.
        hops, window_hops: how many numbers of hops the two pathways tell apart.
        stride: in time.
        first: of the network: channels change in the graph convolutions, later in what follows them.
        dropout: at the end.

    Source: Liu et al., Disentangling and Unifying Graph Convolutions, CVPR 2020; state names as in PYSKL's MSG3D.
    """

    def __init__(
        self, c_in: int, c_out: int, adjacency: Float[Tensor, "V V"], hops: int, window_hops: int, stride: int = 1, first: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        inner = c_out if first else c_in
        self.gcn3d = WindowPathways(c_in, c_out, adjacency, window_hops, stride, first)
        self.sgcn = nn.Sequential(
            ManyHopConv(c_in, inner, hop_graphs(adjacency, hops)),
            ResidualMultiScale(inner, c_out, stride),
            ResidualMultiScale(c_out, c_out, rectified=False),
        )
        self.tcn = ResidualMultiScale(c_out, c_out, dropout=dropout)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return self.tcn(F.relu(self.sgcn(x) + self.gcn3d(x)))
