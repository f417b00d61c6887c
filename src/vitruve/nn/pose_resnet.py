"""PoseResNet: a ResNet and three deconvolutions, the simple baseline of heatmap networks; and the same with a sigmoid, as attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError

RESNET_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Residual blocks of each stage, by the number of layers; from 50 on they are bottlenecks."""


class _Block(nn.Module):
    """Basic (two 3x3) or bottleneck (1x1, 3x3, 1x1) residual block; a bottleneck gives four times `width` channels."""

    def __init__(self, inputs: int, width: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        # (kernel, outputs, stride) of each convolution
        convs = [(1, width, 1), (3, width, stride), (1, 4 * width, 1)] if bottleneck else [(3, width, stride), (3, width, 1)]
        self.depth = len(convs)
        channels = inputs
        for i, (kernel, outputs, step) in enumerate(convs, 1):
            self.add_module(f"conv{i}", nn.Conv2d(channels, outputs, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(outputs))
            channels = outputs
        shortcut = stride != 1 or inputs != channels
        self.downsample = nn.Sequential(nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)) if shortcut else None

    def forward(self, x: Tensor) -> Tensor:
        out = x
        for i in range(1, self.depth + 1):
            out = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(out))
            if i < self.depth:
                out = F.relu(out)
        return F.relu(out + (x if self.downsample is None else self.downsample(x)))


class PoseResNet(nn.Module):
    """Pictures (B, inputs, H, W) to heatmaps (B, joints, H/4, W/4), H and W multiples of 32.

    Args:
        joints: of the heatmaps.
        layers: 18, 34, 50, 101 or 152.
        inputs: channels of the picture.
        width: channels of the first convolution (64 in a ResNet).
        filters: channels of the deconvolutions, each doubling the size.
        kernels: of the deconvolutions: 2, 3 or 4.
        bias: of the deconvolutions.
        final_kernel: of the last convolution: 1 or 3.

    Source: Xiao et al. 2018, "Simple baselines for human pose estimation and tracking", whose parameter names it keeps.
    """

    def __init__(
        self,
        joints: int,
        layers: int = 50,
        inputs: int = 3,
        width: int = 64,
        filters: Sequence[int] = (256, 256, 256),
        kernels: Sequence[int] = (4, 4, 4),
        bias: bool = False,
        final_kernel: int = 1,
    ) -> None:
        super().__init__()
        if layers not in RESNET_BLOCKS:
            raise OptionError(f"PoseResNet layers={layers}: expected one of {', '.join(map(str, RESNET_BLOCKS))}")
        if len(filters) != len(kernels) or not set(kernels) <= {2, 3, 4}:
            raise OptionError(f"PoseResNet filters={tuple(filters)}, kernels={tuple(kernels)}: expected as many of each, kernels of 2, 3 or 4")
        self.conv1, self.bn1 = nn.Conv2d(inputs, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        channels, bottleneck = width, layers >= 50
        for stage, blocks in enumerate(RESNET_BLOCKS[layers]):
            made = []
            for b in range(blocks):
                made.append(_Block(channels, width << stage, 2 if stage and not b else 1, bottleneck))
                channels = (width << stage) * (4 if bottleneck else 1)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*made))
        up: list[nn.Module] = []
        for outputs, kernel in zip(filters, kernels):
            up += [
                nn.ConvTranspose2d(channels, outputs, kernel, 2, padding=int(kernel > 2), output_padding=int(kernel == 3), bias=bias),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
            channels = outputs
        self.deconv_layers = nn.Sequential(*up)
        self.final_layer = nn.Conv2d(channels, joints, final_kernel, padding=final_kernel // 2)
        for m in [*self.deconv_layers.modules(), self.final_layer]:
            if isinstance(m, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(m.weight, std=0.001)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)

    def features(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """What the last convolution reads."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.deconv_layers(x)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B J h w"]:
        return self.final_layer(self.features(x))


class PoseAttention(nn.Module):
    """A PoseResNet whose maps lie in (0, 1): how far each pixel of a joint's heatmap is to be believed (SelfPose3d, section 3.4)."""

    def __init__(self, joints: int, layers: int = 18, **sizes: Any) -> None:
        super().__init__()
        self.backbone = PoseResNet(joints, layers, **sizes)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B J h w"]:
        return torch.sigmoid(self.backbone(x))


def pose_resnet_sizes(state: Mapping[str, Tensor], prefix: str = "") -> dict[str, Any]:
    """The constructor's arguments by the shapes of a state; KeyError names an entry that is not there."""

    def count(stage: int) -> int:
        return len({k[len(prefix) :].split(".")[1] for k in state if k.startswith(f"{prefix}layer{stage}.")})

    blocks = tuple(count(s) for s in (1, 2, 3, 4))
    bottleneck = f"{prefix}layer1.0.conv3.weight" in state
    layers = next((n for n, b in RESNET_BLOCKS.items() if b == blocks and (n >= 50) == bottleneck), None)
    if layers is None:
        raise KeyError(f"{prefix}layer1..4 of a ResNet (found {blocks} blocks)")
    ups = [i for i in range(0, 30, 3) if f"{prefix}deconv_layers.{i}.weight" in state]
    first, final = state[f"{prefix}conv1.weight"], state[f"{prefix}final_layer.weight"]
    return {
        "joints": len(final),
        "layers": layers,
        "inputs": first.shape[1],
        "width": len(first),
        "filters": tuple(state[f"{prefix}deconv_layers.{i}.weight"].shape[1] for i in ups),
        "kernels": tuple(state[f"{prefix}deconv_layers.{i}.weight"].shape[2] for i in ups),
        "bias": f"{prefix}deconv_layers.0.bias" in state,
        "final_kernel": final.shape[2],
    }
