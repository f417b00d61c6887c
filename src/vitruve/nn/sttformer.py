"""STTFormer: attention between the joints of a few frames at a time, called a tuple (2022)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError

BLOCKS = ((64, 64, 16), (64, 64, 16), (64, 128, 32), (128, 128, 32), (128, 256, 64), (256, 256, 64), (256, 256, 64), (256, 256, 64))
"""(channels in, channels out, width of a query) of the release's blocks."""


def node_positions(nodes: int, channels: int) -> Float[Tensor, "C V"]:
    """Sinusoids of the number of a node, sine on even and cosine on odd channels."""
    rate = torch.exp(torch.arange(0, channels, 2) * (-math.log(10000.0) / channels))
    phase = torch.arange(nodes)[:, None] * rate
    return torch.stack([phase.sin(), phase.cos()], -1).flatten(-2).T


class TupleAttention(nn.Module):
    """Attention among the nodes of a tuple, a map of each node, and a convolution over tuples.

    Similarities are averaged over tuples, pass a tanh and are added to a learned map; values are the input itself.
    """

    position: Tensor

    def __init__(self, c_in: int, c_out: int, query: int, nodes: int, heads: int = 3) -> None:
        super().__init__()
        self.query, self.heads = query, heads
        self.register_buffer("position", node_positions(nodes, c_in)[:, None], persistent=False)
        self.to_qkvs = nn.Conv2d(c_in, 2 * heads * query, 1)
        self.alphas = nn.Parameter(torch.ones(1, heads, 1, 1))
        self.att0s = nn.Parameter(torch.full((1, heads, nodes, nodes), 1 / nodes))
        self.out_nets = nn.Sequential(nn.Conv2d(c_in * heads, c_out, (1, 5), padding=(0, 2)), nn.BatchNorm2d(c_out))
        self.ff_net = nn.Sequential(nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out))
        self.out_nett = nn.Sequential(nn.Conv2d(c_out, c_out, (3, 1), padding=(1, 0)), nn.BatchNorm2d(c_out))
        same = c_in == c_out
        self.ress: nn.Module = nn.Identity() if same else nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out))
        self.rest: nn.Module = nn.Identity() if same else nn.Sequential(nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out))

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        q, k = self.to_qkvs(x + self.position).unflatten(1, (2 * self.heads, self.query)).chunk(2, 1)
        similar = torch.einsum("nhctu,nhctv->nhuv", q, k) / (self.query * x.shape[2])
        attention = torch.tanh(similar) * self.alphas + self.att0s
        gathered = torch.einsum("nctu,nhuv->nhctv", x, attention).flatten(1, 2)
        short = self.ress(x)
        y = F.leaky_relu(self.out_nets(gathered) + short, 0.1)
        y = F.leaky_relu(self.ff_net(y) + short, 0.1)
        return F.leaky_relu(self.out_nett(y) + self.rest(y), 0.1)


class STTFormer(nn.Module):
    """Tuples of frames, blocks of attention, the mean over all, a linear map.

    Args:
        num_classes: size of the answer.
        joints: of one person.
        blocks: see BLOCKS.
        tuple_frames: frames of a tuple.
        heads: of the attention.

    Source: Qiu et al., Spatio-Temporal Tuples Transformer for Skeleton-Based Action Recognition, 2022, and its release, whose state names
    these are but for the positions, which it keeps with the weights.
    """

    def __init__(self, num_classes: int, joints: int, blocks: Sequence[tuple[int, int, int]] = BLOCKS, tuple_frames: int = 6, heads: int = 3) -> None:
        super().__init__()
        if any(c % 2 for c, _, _ in blocks):
            raise OptionError(f"STTFormer blocks={tuple(blocks)}: expected even numbers of channels")
        self.joints, self.tuple_frames = joints, tuple_frames
        width = blocks[0][0]
        self.input_map = nn.Sequential(nn.Conv2d(3, width, 1), nn.BatchNorm2d(width), nn.LeakyReLU(0.1))
        self.blocks = nn.ModuleList(TupleAttention(c_in, c_out, query, joints * tuple_frames, heads) for c_in, c_out, query in blocks)
        self.fc = nn.Linear(blocks[-1][1], num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
        nn.init.xavier_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        b, _, t, v, p = x.shape
        if v != self.joints or t % self.tuple_frames:
            raise ShapeError(f"STTFormer: expected {self.joints} joints and a multiple of {self.tuple_frames} frames, found {tuple(x.shape)}")
        y = self.input_map(x.movedim(-1, 1).flatten(0, 1).reshape(b * p, 3, t // self.tuple_frames, v * self.tuple_frames))
        for block in self.blocks:
            y = block(y)
        return self.fc(y.mean((2, 3)).unflatten(0, (b, p)).mean(1))
