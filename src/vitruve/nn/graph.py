"""Graphs of joints: hop distances on a skeleton, semantic graph convolutions, non-local blocks, and the SemGCN network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError


def hop_distances(skeleton: Skeleton) -> Int[Tensor, "J J"]:
    """Number of bones between each pair of joints, -1 where nothing joins them.

    Bones are the tree's; a set of keypoints without one tree also has its limbs.
    """
    edges = [(j, p) for j, p in enumerate(skeleton.parents) if p >= 0]
    if len(skeleton.roots) > 1:
        edges += list(skeleton.limbs)
    near = torch.eye(len(skeleton), dtype=torch.bool)
    for a, b in edges:
        near[a, b] = near[b, a] = True
    out = torch.where(torch.eye(len(skeleton), dtype=torch.bool), 0, -1)
    reached, hops = torch.eye(len(skeleton), dtype=torch.bool), 0
    while True:
        further = (reached.float() @ near.float()) > 0
        if torch.equal(further, reached):
            return out
        hops += 1
        out[further & ~reached] = hops
        reached = further


def hop_masks(distances: Int[Tensor, "J J"], hops: int, exact: bool = True) -> Bool[Tensor, "K J J"]:
    """Groups of joints at 0, 1, ..., `hops` bones: at exactly so many, or at most so many. K = hops + 1."""
    if hops < 0:
        raise OptionError(f"hops={hops}: expected 0 or more")
    k = torch.arange(hops + 1)[:, None, None]
    return (distances == k) if exact else (distances >= 0) & (distances <= k)


def shuffle_hops(distances: Int[Tensor, "J J"], seed: int) -> Int[Tensor, "J J"]:
    """Distances with the other joints of every row in random order: groups keep their sizes and lose their meaning (a control)."""
    n = len(distances)
    generator = torch.Generator().manual_seed(seed)
    out = distances.clone()
    for i in range(n):
        others = [j for j in range(n) if j != i]
        out[i, others] = distances[i, others][torch.randperm(n - 1, generator=generator)]
    return out


def adjacency(skeleton: Skeleton) -> Bool[Tensor, "J J"]:
    """Joints that a bone joins, and every joint with itself."""
    d = hop_distances(skeleton)
    return (d == 0) | (d == 1)


class SemGraphConv(nn.Module):
    """Semantic graph convolution: neighbours weighed by a row softmax of learned edge logits, the joint itself mapped by its own matrix.

    `per_channel` gives every output channel its own logits (SemCHGraphConv). State: W (2, in, out), e (1 or out, edges) in the
    row-major order of `adjacency`'s true entries, bias (out).

    Source: Zhao et al., Semantic Graph Convolutional Networks, CVPR 2019, and its release.
    """

    adjacency: Tensor
    eye: Tensor

    def __init__(self, c_in: int, c_out: int, adjacency: Bool[Tensor, "J J"], bias: bool = True, per_channel: bool = False) -> None:
        super().__init__()
        if not adjacency.diagonal().all():
            raise ShapeError("graph convolution: every joint must be its own neighbour (the diagonal of the adjacency is true)")
        self.W = nn.Parameter(nn.init.xavier_uniform_(torch.empty(2, c_in, c_out), gain=1.414))
        self.e = nn.Parameter(torch.ones(c_out if per_channel else 1, int(adjacency.sum())))
        self.bias = nn.Parameter(torch.empty(c_out).uniform_(-(c_out**-0.5), c_out**-0.5)) if bias else None
        self.register_buffer("adjacency", adjacency.clone(), persistent=False)
        self.register_buffer("eye", torch.eye(len(adjacency)), persistent=False)

    def weights(self) -> Float[Tensor, "H J J"]:
        """The softmaxed edge weights, H = 1 or one per output channel."""
        logits = self.e.new_full((len(self.e), *self.adjacency.shape), -torch.inf)
        return logits.masked_scatter(self.adjacency, self.e).softmax(-1)

    def forward(self, x: Float[Tensor, "*B J C"]) -> Float[Tensor, "*B J D"]:
        h0, h1 = x @ self.W[0], x @ self.W[1]
        a = self.weights()
        own, others = a.diagonal(dim1=-2, dim2=-1).mT, a * (1 - self.eye)
        mixed = others[0] @ h1 if len(a) == 1 else torch.einsum("cij,...jc->...ic", others, h1)
        out = own * h0 + mixed
        return out if self.bias is None else out + self.bias


class SemCHGraphConv(SemGraphConv):
    """Semantic graph convolution with edge weights of every output channel's own."""

    def __init__(self, c_in: int, c_out: int, adjacency: Bool[Tensor, "J J"], bias: bool = True) -> None:
        super().__init__(c_in, c_out, adjacency, bias, per_channel=True)


class GraphNonLocal(nn.Module):
    """Residual non-local block over joints: pair weights ReLU(w . [theta_i, phi_j]) / N, without a softmax.

    `sub_sample` > 1 max-pools so many consecutive joints of phi and g. The last normalisation (or, without one, the last map)
    starts at zero, so a new block changes nothing.

    Source: SemGCN's release; Wang et al., Non-local Neural Networks, CVPR 2018 ("concatenation").
    """

    def __init__(self, channels: int, inner: int | None = None, sub_sample: int = 1, normalise: bool = True) -> None:
        super().__init__()
        inner = inner or max(channels // 2, 1)

        def pooled(conv: nn.Conv1d) -> nn.Module:
            return nn.Sequential(conv, nn.MaxPool1d(sub_sample)) if sub_sample > 1 else conv

        self.g = pooled(nn.Conv1d(channels, inner, 1))
        self.theta = nn.Conv1d(channels, inner, 1)
        self.phi = pooled(nn.Conv1d(channels, inner, 1))
        self.concat_project = nn.Sequential(nn.Conv2d(2 * inner, 1, 1, bias=False), nn.ReLU())
        out = nn.Conv1d(inner, channels, 1)
        last: nn.Module = nn.BatchNorm1d(channels) if normalise else out
        self.W = nn.Sequential(out, last) if normalise else out
        for p in last.parameters():
            nn.init.zeros_(p)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J C"]:
        c = x.mT
        g, theta, phi = self.g(c), self.theta(c), self.phi(c)
        # the map of a concatenated pair is the sum of the maps of its halves
        w1, w2 = cast(nn.Conv2d, self.concat_project[0]).weight[0, :, 0, 0].chunk(2)
        pairs = F.relu((theta.mT @ w1)[:, :, None] + (phi.mT @ w2)[:, None, :]) / phi.shape[-1]
        return x + self.W(g @ pairs.mT).mT


class GroupedNonLocal(nn.Module):
    """A non-local block that sees joints group by group, so that pooling takes the most of each group."""

    order: Tensor
    back: Tensor

    def __init__(self, channels: int, groups: Sequence[Sequence[int]]) -> None:
        super().__init__()
        sizes = {len(g) for g in groups}
        order = torch.tensor([j for g in groups for j in g])
        if len(sizes) != 1 or sorted(order.tolist()) != list(range(len(order))):
            raise OptionError(f"groups of joints: expected every joint once, in groups of one size; found sizes {sorted(len(g) for g in groups)}")
        # "nonlocal" is a word of the language, and the name of the release's state entries
        self.add_module("nonlocal", GraphNonLocal(channels, sub_sample=sizes.pop()))
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("back", order.argsort(), persistent=False)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J C"]:
        return self.get_submodule("nonlocal")(x[:, self.order])[:, self.back]


class GraphConv(nn.Module):
    """A convolution over joints, batch normalisation of its channels, ReLU and dropout."""

    def __init__(self, gconv: nn.Module, channels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.gconv = gconv
        self.bn = nn.BatchNorm1d(channels)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J D"]:
        return self.dropout(F.relu(self.bn(self.gconv(x).mT).mT))


class ResGraphConv(nn.Module):
    """Two graph convolutions and a skip."""

    def __init__(self, gconvs: tuple[nn.Module, nn.Module], channels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.gconv1 = GraphConv(gconvs[0], channels, dropout)
        self.gconv2 = GraphConv(gconvs[1], channels, dropout)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J C"]:
        return x + self.gconv2(self.gconv1(x))


H36M16_GROUPS = ((2, 3), (5, 6), (1, 4), (0, 7), (8, 9), (14, 15), (11, 12), (10, 13))
"""SemGCN's pairs of Human3.6M joints for its non-local blocks."""


class SemGCN(nn.Module):
    """SemGCN: a graph convolution in, residual pairs, one out; with `groups` a non-local block after the first and after each pair.

    `gconv(c_in, c_out)` makes the convolutions of the residual pairs, if these are not semantic ones. State entries are named
    as in the release.

    Source: Zhao et al., CVPR 2019.
    """

    def __init__(
        self,
        adjacency: Bool[Tensor, "J J"],
        channels: int = 128,
        layers: int = 4,
        groups: Sequence[Sequence[int]] | None = None,
        dropout: float = 0.0,
        c_in: int = 2,
        c_out: int = 3,
        gconv: Callable[[int, int], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        make = gconv or (lambda a, b: SemGraphConv(a, b, adjacency))
        non_local = (lambda: [GroupedNonLocal(channels, groups)]) if groups else list
        self.gconv_input = nn.Sequential(GraphConv(SemGraphConv(c_in, channels, adjacency), channels, dropout), *non_local())
        body: list[nn.Module] = []
        for _ in range(layers):
            body += [ResGraphConv((make(channels, channels), make(channels, channels)), channels, dropout), *non_local()]
        self.gconv_layers = nn.Sequential(*body)
        self.gconv_output = SemGraphConv(channels, c_out, adjacency)

    def forward(self, x: Float[Tensor, "B J C"]) -> Float[Tensor, "B J D"]:
        return self.gconv_output(self.gconv_layers(self.gconv_input(x)))
