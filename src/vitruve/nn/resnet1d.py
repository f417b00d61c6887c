"""Residual one-dimensional convolutions along any axis of a sequence, and gates over their channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class ResidualBlock1d(nn.Module):
    """Convolution, normalisation, ReLU, dropout, convolution, normalisation; a skip (1x1 where shapes change); ReLU."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 3, stride: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(c_in, c_out, kernel, stride, padding=kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm1d(c_out)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = nn.Conv1d(c_out, c_out, kernel, padding=kernel // 2, bias=False)
        self.bn2 = nn.BatchNorm1d(c_out)
        same = c_in == c_out and stride == 1
        self.skip: nn.Module = nn.Identity() if same else nn.Sequential(nn.Conv1d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm1d(c_out))

    def forward(self, x: Float[Tensor, "B C L"]) -> Float[Tensor, "B D M"]:
        y = self.dropout(F.relu(self.bn1(self.conv1(x))))
        return F.relu(self.bn2(self.conv2(y)) + self.skip(x))


class ChannelGate(nn.Module):
    """Each channel times a factor between 0 and 1, from the means of all channels by two linear maps (squeeze and excitation).

    Source: Hu et al., Squeeze-and-Excitation Networks, CVPR 2018.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        hidden = max(channels // reduction, 1)
        self.fc1, self.fc2 = nn.Linear(channels, hidden), nn.Linear(hidden, channels)

    def factors(self, x: Float[Tensor, "B C L"]) -> Float[Tensor, "B C"]:
        return self.fc2(F.relu(self.fc1(x.mean(-1)))).sigmoid()

    def forward(self, x: Float[Tensor, "B C L"]) -> Float[Tensor, "B C L"]:
        return x * self.factors(x)[..., None]


class ResNet1d(nn.Module):
    """A convolution, then stages of residual blocks; each stage but the first halves the axis.

    Args:
        c_in: channels of the input.
        widths: channels of the stages; the first is also the stem's.
        blocks: residual blocks of each stage.
        kernel: width of all convolutions, odd.
        dropout: inside the blocks.
        gate: makes what a stage's output goes through, from its channels.
    """

    def __init__(
        self,
        c_in: int,
        widths: Sequence[int] = (128, 256, 512),
        blocks: int = 2,
        kernel: int = 3,
        dropout: float = 0.0,
        gate: Callable[[int], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(c_in, widths[0], kernel, padding=kernel // 2, bias=False), nn.BatchNorm1d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        before = widths[0]
        for s, width in enumerate(widths):
            stage = [ResidualBlock1d(before if b == 0 else width, width, kernel, 2 if s and b == 0 else 1, dropout) for b in range(blocks)]
            self.stages.append(nn.Sequential(*stage, *([gate(width)] if gate else [])))
            before = width
        he_init(self)

    def forward(self, x: Float[Tensor, "B C L"]) -> Float[Tensor, "B D M"]:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return x


def he_init(module: nn.Module) -> None:
    """Convolutions for ReLU after them (He et al., ICCV 2015)."""
    for m in module.modules():
        if isinstance(m, nn.Conv1d):
            nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
