"""Discriminators of poses: whether the angles between bones are a human's, and whether keypoints stand where people are seen."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.nn.bones import kcs, kcs_masks, unit_bones
from vitruve.nn.linear_lifter import he_normal


class KCSPath(nn.Module):
    """Whether a matrix of bone angles is a human's: one score."""

    def __init__(self, c_in: int, channels: int = 256, channels_out: int = 100) -> None:
        super().__init__()
        self.kcs_layer_1 = nn.Linear(c_in, channels)
        self.kcs_layer_2, self.kcs_layer_3 = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.layer_last, self.layer_pred = nn.Linear(channels, channels_out), nn.Linear(channels_out, 1)

    def forward(self, psi: Float[Tensor, "B C"]) -> Float[Tensor, "B 1"]:
        first = F.leaky_relu(self.kcs_layer_1(psi))
        second = self.kcs_layer_3(F.leaky_relu(self.kcs_layer_2(first))) + first
        return self.layer_pred(F.leaky_relu(self.layer_last(second)))


class PartDiscriminator(nn.Module):
    """Scores of the limbs and the trunk, from the angles between their bones alone.

    Source: PoseAug (models_poseaug/PosDiscriminator.py), after Wandt and Rosenhahn, RepNet, CVPR 2019.
    """

    masks: Tensor

    def __init__(self, tree: Skeleton, channels: int = 256, channels_out: int = 100) -> None:
        super().__init__()
        self.tree = tree
        self.register_buffer("masks", kcs_masks(tree), persistent=False)
        for i in range(len(self.masks)):
            self.add_module(f"kcs_path_{i + 1}", KCSPath((len(tree) - 1) ** 2, channels, channels_out))
        he_normal(self)

    def forward(self, x: Float[Tensor, "B J 3"]) -> Float[Tensor, "B 5"]:
        unit = unit_bones(x, self.tree)[0]
        return torch.cat([self.get_submodule(f"kcs_path_{i + 1}")(kcs(unit, mask).flatten(1)) for i, mask in enumerate(self.masks)], 1)


class KeypointDiscriminator(nn.Module):
    """A score of keypoints where they stand on the screen. Source: PoseAug (models_poseaug/PosDiscriminator.py)."""

    def __init__(self, joints: int, channels: int = 100) -> None:
        super().__init__()
        self.pose_layer_1 = nn.Linear(2 * joints, channels)
        self.pose_layer_2, self.pose_layer_3, self.pose_layer_4 = (nn.Linear(channels, channels) for _ in range(3))
        self.layer_last, self.layer_pred = nn.Linear(channels, channels), nn.Linear(channels, 1)
        he_normal(self)

    def forward(self, x: Float[Tensor, "B J 2"]) -> Float[Tensor, "B 1"]:
        first = F.leaky_relu(self.pose_layer_1(x.flatten(1)))
        second = F.leaky_relu(self.pose_layer_2(first))
        third = self.pose_layer_4(F.leaky_relu(self.pose_layer_3(second) + first))
        return self.layer_pred(F.leaky_relu(self.layer_last(third)))
