"""What graph networks over skeletons share: blocks of a graph and a temporal convolution, and the network around ten of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.fused import conv_norm, side_by_side, temporal_maximum

WIDTHS = (64, 64, 64, 64, 128, 128, 128, 256, 256, 256)
STRIDES = (1, 1, 1, 1, 2, 1, 1, 2, 1, 1)
"""Channels and temporal strides of the ten blocks that ST-GCN set and its successors keep."""


class TemporalUnit(nn.Module):
    """A convolution over frames and batch normalisation."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 9, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        pad = (kernel + (kernel - 1) * (dilation - 1) - 1) // 2
        self.conv = nn.Conv2d(c_in, c_out, (kernel, 1), padding=(pad, 0), stride=(stride, 1), dilation=(dilation, 1))
        self.bn = nn.BatchNorm2d(c_out)
        nn.init.kaiming_normal_(self.conv.weight, mode="fan_out")
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return conv_norm(self.conv, self.bn, x)


class MultiScaleTemporal(nn.Module):
    """Temporal branches side by side: dilated convolutions, max pooling, and a plain 1x1 map, which if `uneven` takes what channels do not divide.

    Source: CTR-GCN (model/ctrgcn.py), after MS-G3D.
    """

    def __init__(self, c_in: int, c_out: int, kernel: int = 5, stride: int = 1, dilations: Sequence[int] = (1, 2), uneven: bool = False) -> None:
        super().__init__()
        branches = len(dilations) + 2
        width = c_out // branches
        if not width or (c_out % branches and not uneven):
            raise OptionError(f"{c_out} channels do not divide among {branches} temporal branches")
        rest = c_out - width * (branches - 1)
        self.stride = stride

        def entry() -> list[nn.Module]:
            return [nn.Conv2d(c_in, width, 1), nn.BatchNorm2d(width), nn.ReLU()]

        made = [nn.Sequential(*entry(), TemporalUnit(width, width, kernel, stride, d)) for d in dilations]
        made.append(nn.Sequential(*entry(), nn.MaxPool2d((3, 1), stride=(stride, 1), padding=(1, 0)), nn.BatchNorm2d(width)))
        made.append(nn.Sequential(nn.Conv2d(c_in, rest, 1, stride=(stride, 1)), nn.BatchNorm2d(rest)))
        self.branches = nn.ModuleList(made)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        # 1x1 maps of the same input are one; only that without a kernel after it has the stride already
        entries = [(branch[0], branch[1]) for branch in self.branches]  # type: ignore[index]
        last = entries.pop() if self.stride > 1 else None
        parts = list(side_by_side(entries, x).split([conv.out_channels for conv, _ in entries], 1))
        parts = [F.relu(y) for y in parts[: len(self.branches) - 1]] + (parts[-1:] if last is None else [conv_norm(*last, x)])
        for i, branch in enumerate(self.branches[:-1]):
            after = branch[3]  # type: ignore[index]
            parts[i] = branch[4](temporal_maximum(parts[i], after)) if isinstance(after, nn.MaxPool2d) else after(parts[i])  # type: ignore[index]
        return torch.cat(parts, 1)


class GraphTemporalBlock(nn.Module):
    """ReLU of temporal(graph(x)) plus a shortcut: none, the input itself, or a strided 1x1 map of it."""

    def __init__(self, gcn: nn.Module, tcn: nn.Module, c_in: int, c_out: int, stride: int = 1, residual: bool = True) -> None:
        super().__init__()
        self.gcn1, self.tcn1 = gcn, tcn
        self.shortcut = residual
        self.residual = TemporalUnit(c_in, c_out, 1, stride) if residual and (c_in, stride) != (c_out, 1) else None

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        y = self.tcn1(self.gcn1(x))
        if not self.shortcut:
            return F.relu(y)
        return F.relu(y + (x if self.residual is None else self.residual(x)), inplace=True)


def normalise_people(norm: nn.Module, x: Float[Tensor, "B C T V P"], expected: tuple[int, int, int]) -> Float[Tensor, "N C T V"]:
    """Coordinates normalised by `norm` (over every channel of every joint of every person), people in the batch (N = B P).

    Raises ShapeError where channels, joints and people are not the `expected`.
    """
    b, c, t, v, p = x.shape
    if (c, v, p) != expected:
        raise ShapeError(f"expected (B, {expected[0]}, T, {expected[1]}, {expected[2]}), found {tuple(x.shape)}")
    x = norm(x.permute(0, 4, 3, 1, 2).reshape(b, p * v * c, t))
    return x.view(b, p, v, c, t).permute(0, 1, 3, 4, 2).reshape(b * p, c, t, v)


class SkeletonGCN(nn.Module):
    """Normalised joints of all people, blocks l1, l2, ..., the mean over frames, joints and people, a linear map.

    Args:
        num_classes: size of the answer.
        joints: of one person.
        people: how many there are in a clip.
        block: `block(c_in, c_out, stride, residual)` makes a block; the first has no shortcut.
        channels: of the coordinates.
        widths, strides: of the blocks.
        dropout: before the last map.

    Source: ST-GCN (AAAI 2018) and the networks after it; state names as CTR-GCN's and 2s-AGCN's releases have them.
    """

    def __init__(
        self,
        num_classes: int,
        joints: int,
        people: int,
        block: Callable[[int, int, int, bool], nn.Module],
        channels: int = 3,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if len(widths) != len(strides):
            raise OptionError(f"{len(widths)} widths but {len(strides)} strides")
        self.joints, self.people, self.channels, self.depth = joints, people, channels, len(widths)
        self.data_bn = nn.BatchNorm1d(people * joints * channels)
        for i, (c_in, c_out, stride) in enumerate(zip((channels, *widths), widths, strides)):
            self.add_module(f"l{i + 1}", block(c_in, c_out, stride, i > 0))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(widths[-1], num_classes)
        nn.init.normal_(self.fc.weight, 0, (2.0 / num_classes) ** 0.5)

    @property
    def blocks(self) -> list[nn.Module]:
        """The blocks, in order."""
        return [self.get_submodule(f"l{i + 1}") for i in range(self.depth)]

    def normalise(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "N C T V"]:
        """Batch-normalised coordinates, people in the batch (N = B P)."""
        return normalise_people(self.data_bn, x, (self.channels, self.joints, self.people))

    def maps(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B P D T2 V"]:
        """Features of the last block, for each person, frame and joint."""
        b, p = x.shape[0], x.shape[-1]
        y = self.normalise(x)
        for block in self.blocks:
            y = block(y)
        return y.unflatten(0, (b, p))

    def features(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B D"]:
        """What is classified: the mean of the maps."""
        return self.maps(x).mean((1, 3, 4))

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        return self.fc(self.dropout(self.features(x)))
