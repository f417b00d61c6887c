"""Temporal convolutions over keypoints: VideoPose3D's dilated network, its causal form, and its strided twin for training."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError


class TemporalModel(nn.Module):
    """Valid convolutions over time, each dilated by the receptive field before it: T frames in, T - receptive_field + 1 out.

    `strided` computes the same from the same weights where only one frame in `receptive_field` is wanted: convolutions step
    by their width instead of being dilated (the release's TemporalModelOptimized1f), without the work between. State entries
    are named as in the release.

    Args:
        widths: filter widths, odd; 3, 3, 3, 3, 3 sees 243 frames.
        causal: the output stands for the last frame that is read rather than the middle one.
        dense: ordinary convolutions as wide as the dilated ones (ablation).

    Source: Pavllo et al., 3D human pose estimation in video with temporal convolutions, CVPR 2019.
    """

    def __init__(
        self,
        joints_in: int = 17,
        features: int = 2,
        joints_out: int = 17,
        widths: Sequence[int] = (3, 3, 3),
        causal: bool = False,
        dropout: float = 0.25,
        channels: int = 1024,
        dense: bool = False,
        strided: bool = False,
    ) -> None:
        super().__init__()
        if not widths or any(w % 2 == 0 or w < 1 for w in widths):
            raise OptionError(f"filter widths {tuple(widths)}: expected odd numbers")
        if dense and strided:
            raise OptionError("a dense network has no strided form")
        self.joints_in, self.features, self.widths, self.causal, self.strided = joints_in, features, tuple(widths), causal, strided
        self.dropout = nn.Dropout(dropout)
        self.expand_conv = nn.Conv1d(joints_in * features, channels, widths[0], stride=widths[0] if strided else 1, bias=False)
        self.expand_bn = nn.BatchNorm1d(channels)
        convs: list[nn.Module] = []
        reach = widths[0]
        for w in widths[1:]:
            width, stride, dilation = ((w - 1) * reach + 1, 1, 1) if dense else (w, w, 1) if strided else (w, 1, reach)
            convs += [nn.Conv1d(channels, channels, width, stride, dilation=dilation, bias=False), nn.Conv1d(channels, channels, 1, bias=False)]
            reach *= w
        self.layers_conv = nn.ModuleList(convs)
        self.layers_bn = nn.ModuleList(nn.BatchNorm1d(channels) for _ in convs)
        self.shrink = nn.Conv1d(channels, joints_out * 3, 1)

    @property
    def receptive_field(self) -> int:
        """Frames that one output frame sees."""
        return prod(self.widths)

    @property
    def causal_shift(self) -> int:
        """Frames by which what is read moves into the past so that outputs stand for the frame they are asked for."""
        return (self.receptive_field - 1) // 2 if self.causal else 0

    def set_momentum(self, momentum: float) -> None:
        """Momentum of all batch normalisations; the paper lowers it from 0.1 to 0.001 over training."""
        for bn in (self.expand_bn, *self.layers_bn):
            bn.momentum = momentum  # type: ignore[assignment]

    def expand(self, x: Float[Tensor, "B T J F"]) -> Float[Tensor, "B C T1"]:
        """The first convolution, normalised, after ReLU and dropout."""
        if x.shape[2:] != (self.joints_in, self.features) or x.shape[1] < self.receptive_field:
            raise ShapeError(
                f"temporal network: expected (batch, {self.receptive_field} frames or more, {self.joints_in}, {self.features}), found {tuple(x.shape)}"
            )
        return self.dropout(F.relu(self.expand_bn(self.expand_conv(x.flatten(2).mT))))

    def forward(self, x: Float[Tensor, "B T J F"]) -> Float[Tensor, "B T2 K 3"]:
        y = self.expand(x)
        reach = self.widths[0]
        for i, w in enumerate(self.widths[1:]):
            conv, mix = self.layers_conv[2 * i], self.layers_conv[2 * i + 1]
            if self.strided:
                skip = y[:, :, w - 1 if self.causal else w // 2 :: w]
            else:
                # what a valid convolution leaves: the middle, or in a causal network the end
                cut = (w - 1) * reach
                skip = y[:, :, cut:] if self.causal else y[:, :, cut // 2 : y.shape[-1] - cut // 2]
            y = self.dropout(F.relu(self.layers_bn[2 * i](conv(y))))
            y = skip + self.dropout(F.relu(self.layers_bn[2 * i + 1](mix(y))))
            reach *= w
        return self.shrink(y).mT.unflatten(-1, (-1, 3))


def averaged_over_flip(model: nn.Module, x: Float[Tensor, "B T J 2"], swap_in: Sequence[int], swap_out: Sequence[int]) -> Float[Tensor, "B T2 K 3"]:
    """Mean of the prediction and the mirrored prediction of the mirrored input, screen-normalised."""
    mirrored = model(x[:, :, list(swap_in)] * x.new_tensor([-1, 1]))
    return (model(x) + mirrored[:, :, list(swap_out)] * x.new_tensor([-1, 1, 1])) / 2
