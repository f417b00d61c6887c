"""MixSTE: transformer blocks that look in turn across the joints of a frame and across the frames of a joint."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError


class DropPath(nn.Module):
    """Leaves a residual branch out for whole samples, at a rate, while training (stochastic depth)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Float[Tensor, " B *S"]) -> Float[Tensor, " B *S"]:
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(len(x), *(1,) * (x.ndim - 1), device=x.device) >= self.rate
        return x * kept / (1 - self.rate)


class SelfAttention(nn.Module):
    """Multi-head self-attention over the last but one axis, queries, keys and values from one matrix."""

    def __init__(self, channels: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if channels % heads:
            raise OptionError(f"attention of {channels} channels: expected a multiple of heads={heads}")
        self.heads, self.dropout = heads, dropout
        self.qkv, self.proj = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def forward(self, x: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.dropout if self.training else 0.0)
        return F.dropout(self.proj(y.transpose(1, 2).flatten(2)), self.dropout, self.training)


class Block(nn.Module):
    """Self-attention and an MLP, each after a norm, each with a skip that may leave it out."""

    def __init__(self, channels: int, heads: int, mlp_ratio: float = 2.0, dropout: float = 0.0, drop_path: float = 0.0) -> None:
        super().__init__()
        hidden = int(channels * mlp_ratio)
        self.norm1, self.norm2 = nn.LayerNorm(channels, eps=1e-6), nn.LayerNorm(channels, eps=1e-6)
        self.attn = SelfAttention(channels, heads, dropout)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(channels, hidden), "fc2": nn.Linear(hidden, channels)})
        self.dropout, self.drop_path = nn.Dropout(dropout), DropPath(drop_path)

    def forward(self, x: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        x = x + self.drop_path(self.attn(self.norm1(x)))
        hidden = self.dropout(F.gelu(self.mlp["fc1"](self.norm2(x))))
        return x + self.drop_path(self.dropout(self.mlp["fc2"](hidden)))


Between = Callable[[int, Tensor], Tensor]
"""(layer, tokens (B, T, J, C) after its spatial block) to what its temporal block reads: where conditions are put in."""


class MixSTE(nn.Module):
    """Seq2seq over T frames of J joints: `depth` layers of a spatial and a temporal block, one norm of each kind for all layers.

    `tokens` and `blocks` are the halves of `forward`, for networks that add to the tokens (a time step) or listen to something
    between blocks (text).

    Args:
        c_in, c_out: channels of a joint, in and out.
        drop_path: of the last layer's blocks; rates grow linearly from 0.

    Source: Zhang et al., MixSTE, CVPR 2022; as a denoiser: D3DP, FinePOSE (common/mixste*.py).
    """

    def __init__(
        self,
        frames: int = 243,
        joints: int = 17,
        c_in: int = 2,
        c_out: int = 3,
        channels: int = 512,
        depth: int = 8,
        heads: int = 8,
        mlp_ratio: float = 2.0,
        dropout: float = 0.0,
        drop_path: float = 0.1,
    ) -> None:
        super().__init__()
        if depth < 1 or frames < 1:
            raise OptionError(f"MixSTE depth={depth}, frames={frames}: expected at least 1 of each")
        self.frames, self.joints = frames, joints
        rates = torch.linspace(0, drop_path, depth).tolist()
        self.embed = nn.Linear(c_in, channels)
        self.joint_position = nn.Parameter(torch.zeros(1, joints, channels))
        self.frame_position = nn.Parameter(torch.zeros(1, frames, channels))
        self.spatial_blocks = nn.ModuleList(Block(channels, heads, mlp_ratio, dropout, r) for r in rates)
        self.temporal_blocks = nn.ModuleList(Block(channels, heads, mlp_ratio, dropout, r) for r in rates)
        self.spatial_norm, self.temporal_norm = nn.LayerNorm(channels, eps=1e-6), nn.LayerNorm(channels, eps=1e-6)
        self.head = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, c_out))
        self.dropout = nn.Dropout(dropout)

    def tokens(self, x: Float[Tensor, "B T J D"]) -> Float[Tensor, "B T J C"]:
        """A token for every joint of every frame, with its place in the body."""
        if x.shape[1:3] != (self.frames, self.joints):
            raise ShapeError(f"MixSTE reads {self.frames} frames of {self.joints} joints, found {x.shape[1]} of {x.shape[2]}")
        return self.embed(x) + self.joint_position

    def spatial(self, layer: int, x: Float[Tensor, "B T J C"]) -> Float[Tensor, "B T J C"]:
        """Joints of a frame look at each other."""
        return self.spatial_norm(self.spatial_blocks[layer](x.flatten(0, 1))).view(x.shape)

    def temporal(self, layer: int, x: Float[Tensor, "B T J C"]) -> Float[Tensor, "B T J C"]:
        """Frames of a joint look at each other; the first layer is told their places."""
        y = x.transpose(1, 2).flatten(0, 1)
        y = self.dropout(y + self.frame_position) if layer == 0 else y
        return self.temporal_norm(self.temporal_blocks[layer](y)).unflatten(0, (len(x), -1)).transpose(1, 2)

    def blocks(self, x: Float[Tensor, "B T J C"], between: Between | None = None) -> Float[Tensor, "B T J D"]:
        """All layers and the head."""
        x = self.dropout(x)
        for layer in range(len(self.spatial_blocks)):
            x = self.spatial(layer, x)
            x = self.temporal(layer, x if between is None else between(layer, x))
        return self.head(x)

    def forward(self, x: Float[Tensor, "B T J D"]) -> Float[Tensor, "B T J E"]:
        return self.blocks(self.tokens(x))


OFFICIAL_NAMES = {
    "Spatial_patch_to_embedding.": "embed.",
    "Spatial_pos_embed": "joint_position",
    "Temporal_pos_embed": "frame_position",
    "STEblocks.": "spatial_blocks.",
    "TTEblocks.": "temporal_blocks.",
    "Spatial_norm.": "spatial_norm.",
    "Temporal_norm.": "temporal_norm.",
    "head.": "head.",
}
"""Starts of state entries in the authors' code, and ours."""
