"""PoseResNet: shapes, every depth and deconvolution read back from its weights, and attention between 0 and 1."""

from __future__ import annotations

import pytest
import torch

from vitruve.errors import OptionError
from vitruve.nn.pose_resnet import PoseAttention, PoseResNet, pose_resnet_sizes


@pytest.mark.parametrize(
    "sizes",
    [
        {"joints": 15, "layers": 18, "inputs": 3, "width": 4, "filters": (8, 8, 8), "kernels": (4, 4, 4), "bias": False, "final_kernel": 1},
        {"joints": 7, "layers": 50, "inputs": 5, "width": 4, "filters": (8, 4), "kernels": (3, 2), "bias": True, "final_kernel": 3},
        {"joints": 7, "layers": 34, "inputs": 3, "width": 4, "filters": (8, 4, 4), "kernels": (4, 3, 2), "bias": False, "final_kernel": 1},
    ],
)
def test_sizes_are_read_back(sizes):
    net = PoseResNet(**sizes)
    assert pose_resnet_sizes(net.state_dict()) == sizes
    scale = 32 >> len(sizes["filters"])
    assert net.eval()(torch.rand(1, sizes["inputs"], 64, 96)).shape == (1, sizes["joints"], 64 // scale, 96 // scale)
    assert pose_resnet_sizes(PoseAttention(**sizes).state_dict(), "backbone.") == sizes


def test_attention_lies_between_0_and_1():
    x = 100 * torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    y = PoseAttention(4, 18, width=4, filters=(8, 8, 8)).eval()(x)
    assert 0 < y.min() <= y.max() < 1


def test_what_is_refused():
    with pytest.raises(OptionError, match="layers=20"):
        PoseResNet(15, 20)
    with pytest.raises(OptionError, match="kernels"):
        PoseResNet(15, 18, kernels=(4, 4))
    with pytest.raises(KeyError, match="conv1|layer1"):
        pose_resnet_sizes({"layer1.0.conv1.weight": torch.zeros(4, 4, 3, 3)})
