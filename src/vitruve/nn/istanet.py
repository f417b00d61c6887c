"""ISTA-Net: what several people, hands or objects do together, by attention between windows over frames, joints and entities (IROS 2023)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.sttformer import node_positions

BLOCKS = ((64, 16), (64, 16), (128, 32), (128, 32), (256, 64), (256, 64), (256, 64), (256, 64))
"""(channels, width of a query) of the release's blocks."""

Window = tuple[int, int, int]


def tokens(sizes: Sequence[int], window: Window) -> Window:
    """How many windows cover frames, joints and entities."""
    t, v, p = (math.ceil(size / w) for size, w in zip(sizes, window))
    return t, v, p


def partition(x: Float[Tensor, "B C T V P"], window: Window) -> Float[Tensor, "B C W N U"]:
    """Clips as U tokens of W frames and N joints of entities; the last frame, joint or entity fills what is short of a window.

    As in the release a window takes every n-th frame (joint, entity), where n windows cover the clip.
    """
    short = [-size % w for size, w in zip(x.shape[2:], window)]
    if any(short):
        x = F.pad(x, [pad for s in reversed(short) for pad in (0, s)], mode="replicate")
    for axis in (4, 3, 2):
        x = x.unflatten(axis, (window[axis - 2], -1))
    return x.permute(0, 1, 2, 4, 6, 3, 5, 7).flatten(5).flatten(3, 4)


class TokenAttention(nn.Module):
    """Attention among tokens, a map of each place in them, and a convolution over the frames of a window.

    Similarities are averaged over a window, pass a tanh and are added to a learned map; values are the input itself.
    """

    def __init__(
        self, c_in: int, c_out: int, query: int, tokens: int, heads: int = 3, kernels: tuple[int, int] = (3, 5), positions: bool = True, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.query, self.heads = query, heads
        self.register_buffer("position", node_positions(tokens, c_in)[:, None, None] if positions else None, persistent=False)
        self.to_qkvs = nn.Conv3d(c_in, 2 * heads * query, 1)
        self.alpha = nn.Parameter(torch.ones(1, heads, 1, 1))
        self.M = nn.Parameter(torch.full((1, heads, tokens, tokens), 1 / tokens))
        time, over = kernels

        def conv(c_in: int, kernel: tuple[int, int, int] = (1, 1, 1)) -> nn.Sequential:
            return nn.Sequential(nn.Conv3d(c_in, c_out, kernel, padding=tuple(k // 2 for k in kernel)), nn.BatchNorm3d(c_out))  # type: ignore[arg-type]

        self.proj = conv(c_in * heads, (1, 1, over))
        self.FFN = conv(c_out)
        self.TA = conv(c_out, (time, 1, 1))
        self.residual: nn.Module = nn.Identity() if c_in == c_out else conv(c_in)
        self.residual_TA: nn.Module = nn.Identity() if c_in == c_out else conv(c_out)
        self.drop = nn.Dropout(dropout)

    position: Tensor | None

    def forward(self, x: Float[Tensor, "B C W N U"]) -> Float[Tensor, "B D W N U"]:
        placed = x if self.position is None else x + self.position
        q, k = self.to_qkvs(placed).unflatten(1, (2 * self.heads, self.query)).chunk(2, 1)
        similar = torch.einsum("bhcwnu,bhcwnv->bhuv", q, k) / (self.query * x.shape[2] * x.shape[3])
        attention = self.drop(torch.tanh(similar) * self.alpha + self.M)
        gathered = torch.einsum("bcwnu,bhuv->bhcwnv", x, attention).flatten(1, 2)
        short = self.residual(x)
        y = F.leaky_relu(self.proj(gathered) + short, 0.1)
        y = F.leaky_relu(self.FFN(y) + short, 0.1)
        return F.leaky_relu(self.TA(y) + self.residual_TA(y), 0.1)


class ISTANet(nn.Module):
    """Windows of the clip as tokens, blocks of attention, the mean over all, a linear map.

    Args:
        num_classes: size of the answer.
        sizes: (frames, joints, entities) of the clips.
        channels: of the coordinates.
        window: frames, joints and entities of a token.
        blocks: see BLOCKS.
        embedding: channels of the embedded joints.
        heads: of the attention.
        kernels: frames of a window and tokens that convolutions see; odd.
        positions: whether tokens are told apart when they are compared.
        attention_dropout: of the attention maps.

    Source: Wen et al., Interactive Spatiotemporal Token Attention Network for Skeleton-based General Interactive Action Recognition,
    2023, as CHASE's release has it (model/ISTANet), whose state names these are, but that it keeps the positions, which follow from
    the sizes, with the weights.
    """

    def __init__(
        self,
        num_classes: int,
        sizes: Window,
        channels: int = 3,
        window: Window = (20, 1, 2),
        blocks: Sequence[tuple[int, int]] = BLOCKS,
        embedding: int = 64,
        heads: int = 3,
        kernels: tuple[int, int] = (3, 5),
        positions: bool = True,
        attention_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ins = (embedding, *(c for c, _ in blocks))
        if not blocks or any(c % 2 for c in ins) or not all(k % 2 for k in kernels):
            raise OptionError(f"ISTA-Net blocks={tuple(blocks)}, embedding={embedding}, kernels={kernels}: expected even channels and odd kernels")
        self.sizes, self.window = sizes, window
        number = math.prod(tokens(sizes, window))
        self.embed = nn.Sequential(nn.Conv3d(channels, embedding, 1), nn.BatchNorm3d(embedding), nn.LeakyReLU(0.1))
        self.blocks = nn.ModuleList(
            TokenAttention(c_in, c_out, query, number, heads, kernels, positions, attention_dropout) for c_in, (c_out, query) in zip(ins, blocks)
        )
        self.fc = nn.Linear(blocks[-1][0], num_classes)
        nn.init.xavier_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def people(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B P2 D"]:
        """Mean features of each entity, with those that fill the last window."""
        if x.shape[2:] != self.sizes:
            raise ShapeError(f"ISTA-Net: expected clips of {self.sizes} frames, joints and entities, found {tuple(x.shape[2:])}")
        y = self.embed(partition(x, self.window))
        for block in self.blocks:
            y = block(y)
        y = y.unflatten(4, tokens(self.sizes, self.window)).unflatten(3, self.window[1:])
        return y.mean((2, 3, 5, 6)).flatten(2).transpose(1, 2)

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        return self.fc(self.people(x).mean(1))
