"""HD-GCN: graph convolutions over the levels of a body as seen from its centre of mass, fused by attention (ICCV 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError
from vitruve.nn.gcn import STRIDES, WIDTHS, GraphTemporalBlock, MultiScaleTemporal, SkeletonGCN

Levels = tuple[tuple[int, ...], ...]


def levels(links: Sequence[tuple[int, int]], joints: int, centre: int) -> Levels:
    """Joints by how many links they are from the centre.

    Raises OptionError for a centre that is no joint, and where links do not reach every joint.
    """
    if not 0 <= centre < joints:
        raise OptionError(f"centre={centre}: expected a joint of 0 to {joints - 1}")
    near: list[set[int]] = [set() for _ in range(joints)]
    for a, b in links:
        near[a].add(b)
        near[b].add(a)
    found: list[tuple[int, ...]] = [(centre,)]
    seen = {centre}
    while ring := sorted({b for a in found[-1] for b in near[a]} - seen):
        found.append(tuple(ring))
        seen.update(ring)
    if len(seen) < joints or joints < 2:
        raise OptionError(f"links reach {len(seen)} of {joints} joints from joint {centre}: expected all, and two or more")
    return tuple(found)


def hierarchy_graph(of: Levels, joints: int) -> Float[Tensor, "L 3 V V"]:
    """For each two neighbouring levels [their joints themselves, every joint of the one from every joint of the other, and back].

    Columns sum to 1 or 0; entry (j, i) is the link from i to j. A joint that is on no level has no links.
    """
    out = torch.zeros(len(of) - 1, 3, joints, joints)
    for layer, upper, lower in zip(out, of, of[1:]):
        both = torch.tensor(upper + lower)
        layer[0, both, both] = 1
        layer[1, torch.tensor(lower)[:, None], torch.tensor(upper)] = 1 / len(lower)
        layer[2, torch.tensor(upper)[:, None], torch.tensor(lower)] = 1 / len(upper)
    return out


class EdgeConv(nn.Module):
    """A map of each node's differences to its nearest nodes in feature space, and of itself; the largest answer counts."""

    def __init__(self, channels: int, neighbours: int) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.conv = nn.Sequential(nn.Conv2d(2 * channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.LeakyReLU(0.2))
        nn.init.kaiming_normal_(self.conv[0].weight, mode="fan_out")  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "N C V"]) -> Float[Tensor, "N C V"]:
        square = (x**2).sum(1, keepdim=True)
        nearest = (2 * (x.mT @ x) - square - square.mT).topk(min(self.neighbours, x.shape[2]), -1).indices
        around = x.gather(2, nearest.flatten(1)[:, None].expand(-1, x.shape[1], -1)).unflatten(2, nearest.shape[1:])
        own = x[..., None].expand_as(around)
        return self.conv(torch.cat([around - own, own], 1)).amax(-1)


class LevelAttention(nn.Module):
    """Weights of the pairs of levels, channel by channel, from the means of the joints that belong to each."""

    def __init__(self, channels: int, of: Levels) -> None:
        super().__init__()
        width = channels // 4
        self.members = [list(upper + lower) for upper, lower in zip(of, of[1:])]
        self.conv_down = nn.Sequential(nn.Conv2d(channels, width, 1), nn.BatchNorm2d(width), nn.ReLU())
        self.edge_conv = EdgeConv(width, 3)
        self.aggregate = nn.Conv1d(width, channels, 1)

    def forward(self, x: Float[Tensor, "N C L T V"]) -> Float[Tensor, "N C T V"]:
        low = self.conv_down(x.amax(3))
        sampled = torch.stack([low[:, :, i, joints].mean(-1) for i, joints in enumerate(self.members)], 2)
        weight = torch.sigmoid(self.aggregate(self.edge_conv(sampled)))
        return torch.einsum("ncltv,ncl->nctv", x, weight)


class HierarchyConv(nn.Module):
    """At each pair of levels three learned graph convolutions and an edge convolution, side by side; pairs fused, normalised, with a shortcut.

    `attention`: pairs are weighed, not just summed.
    """

    def __init__(self, c_in: int, c_out: int, of: Levels, joints: int, attention: bool = True) -> None:
        super().__init__()
        if c_out % 16:
            raise OptionError(f"HD-GCN: {c_out} channels: expected a multiple of 16")
        width = c_out // 4
        self.PA = nn.Parameter(hierarchy_graph(of, joints))
        self.conv_down = nn.ModuleList(nn.Sequential(nn.Conv2d(c_in, width, 1), nn.BatchNorm2d(width), nn.ReLU()) for _ in self.PA)
        self.conv = nn.ModuleList(
            nn.ModuleList([*(nn.Sequential(nn.Conv2d(width, width, 1), nn.BatchNorm2d(width)) for _ in range(3)), EdgeConv(width, 5)]) for _ in self.PA
        )
        self.aha = LevelAttention(c_out, of) if attention else None
        self.down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if c_in != c_out else nn.Identity()
        self.bn = nn.BatchNorm2d(c_out)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
        nn.init.constant_(self.bn.weight, 1e-6)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        pairs = []
        for graphs, down, convs in zip(self.PA, self.conv_down, self.conv):
            assert isinstance(convs, nn.ModuleList)
            low = down(x)
            # the last of the convolutions is that over edges, and no graph stands beside it
            parts = [conv(low @ a.mT) for conv, a in zip(convs, graphs)]
            pairs.append(torch.cat([*parts, convs[-1](low.mean(2))[:, :, None].expand_as(low)], 1))
        y = sum(pairs) if self.aha is None else self.aha(torch.stack(pairs, 2))
        return F.relu(self.bn(y) + self.down(x))


class HDGCN(SkeletonGCN):
    """The network: ten blocks of a hierarchical graph convolution and a multi-scale temporal one; the first sums its levels.

    Args:
        of: joints by their distance from the centre of mass, see :func:`levels`.
        joints: of one person; more than are on levels, where some are linked to nothing.
        attention: of the levels, in all blocks but the first.
        others: see :class:`SkeletonGCN`.

    Source: Lee et al., Hierarchically Decomposed Graph Convolutional Networks, ICCV 2023, as CHASE's release has it (model/HDGCN).
    State names are its own, but that it names the convolutions of the last level twice (conv_d), and keeps biases of temporal
    convolutions beside them.
    """

    def __init__(
        self,
        num_classes: int,
        of: Levels,
        joints: int,
        people: int = 2,
        channels: int = 3,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
        dropout: float = 0.0,
        attention: bool = True,
    ) -> None:
        def block(c_in: int, c_out: int, stride: int, residual: bool) -> nn.Module:
            gcn = HierarchyConv(c_in, c_out, of, joints, attention and residual)
            return GraphTemporalBlock(gcn, MultiScaleTemporal(c_out, c_out, stride=stride), c_in, c_out, stride, residual)

        super().__init__(num_classes, joints, people, block, channels, widths, strides, dropout)
