"""STSA-Net: attention between the joints of a few frames at a time, and multi-scale convolutions over such tuples (Neurocomputing 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.gcn import MultiScaleTemporal
from vitruve.nn.sttformer import node_positions

BLOCKS = ((64, 16), (64, 16), (128, 32), (128, 32), (256, 64), (256, 64), (256, 64))
"""(channels, width of a query) of the release's blocks."""


class SegmentAttention(nn.Module):
    """Attention among the nodes of a tuple, a map of each node, and multi-scale convolutions over tuples.

    Similarities are averaged over tuples, pass a tanh and are added to a learned map; values are the input itself.
    """

    def __init__(self, c_in: int, c_out: int, query: int, nodes: int, heads: int = 3, kernel: int = 5, positions: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        self.query, self.heads = query, heads
        self.register_buffer("position", node_positions(nodes, c_in)[:, None] if positions else None, persistent=False)
        self.to_qkvs = nn.Conv2d(c_in, 2 * heads * query, 1)
        self.alphas = nn.Parameter(torch.ones(1, heads, 1, 1))
        self.att0s = nn.Parameter(torch.full((1, heads, nodes, nodes), 1 / nodes))
        self.out_nets = nn.Sequential(nn.Conv2d(c_in * heads, c_out, (1, kernel), padding=(0, kernel // 2)), nn.BatchNorm2d(c_out))
        self.ff_net = nn.Sequential(nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out))
        self.out_nett = nn.Sequential(MultiScaleTemporal(c_out, c_out, dilations=(1, 1)), nn.BatchNorm2d(c_out))
        same = c_in == c_out
        self.ress: nn.Module = nn.Identity() if same else nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out))
        self.rest: nn.Module = nn.Identity() if same else nn.Sequential(nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out))
        self.drop = nn.Dropout(dropout)

    position: Tensor | None

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        placed = x if self.position is None else x + self.position
        q, k = self.to_qkvs(placed).unflatten(1, (2 * self.heads, self.query)).chunk(2, 1)
        similar = torch.einsum("nhctu,nhctv->nhuv", q, k) / (self.query * x.shape[2])
        attention = self.drop(torch.tanh(similar) * self.alphas + self.att0s)
        gathered = torch.einsum("nctu,nhuv->nhctv", x, attention).flatten(1, 2)
        short = self.ress(x)
        y = F.leaky_relu(self.out_nets(gathered) + short, 0.1)
        y = F.leaky_relu(self.ff_net(y) + short, 0.1)
        return F.leaky_relu(self.out_nett(y) + self.rest(y), 0.1)


class STSANet(nn.Module):
    """Tuples of frames, blocks of attention, the mean over all, a linear map.

    Args:
        num_classes: size of the answer.
        joints: of one person.
        channels: of the coordinates.
        blocks: see BLOCKS.
        embedding: channels of the embedded joints.
        tuple_frames: frames of a tuple.
        heads: of the attention.
        kernel: nodes that the convolution over a tuple sees.
        positions: whether nodes are told apart when they are compared.
        dropout: before the last map.
        attention_dropout: of the attention maps.

    Source: Qiu et al., Spatio-temporal segments attention for skeleton-based action recognition, 2023, as CHASE's release has it
    (model/STSANet), whose state names these are, but that it keeps the positions, which follow from the sizes, with the weights and
    biases of temporal convolutions beside them.
    """

    def __init__(
        self,
        num_classes: int,
        joints: int,
        channels: int = 3,
        blocks: Sequence[tuple[int, int]] = BLOCKS,
        embedding: int = 64,
        tuple_frames: int = 3,
        heads: int = 3,
        kernel: int = 5,
        positions: bool = True,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ins = (embedding, *(c for c, _ in blocks))
        if not blocks or any(c % 2 for c in ins):
            raise OptionError(f"STSA-Net blocks={tuple(blocks)}, embedding={embedding}: expected one block or more, of even numbers of channels")
        self.joints, self.tuple_frames = joints, tuple_frames
        self.input_map = nn.Sequential(nn.Conv2d(channels, embedding, 1), nn.BatchNorm2d(embedding), nn.LeakyReLU(0.1))
        self.blocks = nn.ModuleList(
            SegmentAttention(c_in, c_out, query, joints * tuple_frames, heads, kernel, positions, attention_dropout)
            for c_in, (c_out, query) in zip(ins, blocks)
        )
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(blocks[-1][0], num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
        nn.init.xavier_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def people(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B P D"]:
        """Mean features of each person."""
        b, c, t, v, p = x.shape
        if v != self.joints or t % self.tuple_frames:
            raise ShapeError(f"STSA-Net: expected {self.joints} joints and a multiple of {self.tuple_frames} frames, found {tuple(x.shape)}")
        y = self.input_map(x.movedim(-1, 1).reshape(b * p, c, t // self.tuple_frames, v * self.tuple_frames))
        for block in self.blocks:
            y = block(y)
        return y.mean((2, 3)).unflatten(0, (b, p))

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        return self.fc(self.dropout(self.people(x).mean(1)))
