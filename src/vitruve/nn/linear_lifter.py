"""Fully connected networks over whole poses: SimpleBaseline's lifter, and the same body with other activations."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class LinearStage(nn.Module):
    """Two maps, each normalised over the batch, with an activation and dropout."""

    def __init__(self, width: int, dropout: float, negative_slope: float, skip: bool) -> None:
        super().__init__()
        self.w1, self.batch_norm1 = nn.Linear(width, width), nn.BatchNorm1d(width)
        self.w2, self.batch_norm2 = nn.Linear(width, width), nn.BatchNorm1d(width)
        self.dropout, self.negative_slope, self.skip = nn.Dropout(dropout), negative_slope, skip

    def forward(self, x: Float[Tensor, "B C"]) -> Float[Tensor, "B C"]:
        y = self.dropout(F.leaky_relu(self.batch_norm1(self.w1(x)), self.negative_slope))
        y = self.dropout(F.leaky_relu(self.batch_norm2(self.w2(y)), self.negative_slope))
        return x + y if self.skip else y


class LinearNet(nn.Module):
    """A map to `width`, residual stages of two maps, and a map out. State entries are named as in SemGCN's and PoseAug's releases.

    Args:
        negative_slope: of the activation; 0 is a ReLU.
        skip: whether stages are residual (PoseAug's generators are not).

    Source: Martinez et al., A simple yet effective baseline for 3d human pose estimation, ICCV 2017; weights start as
    PoseAug's release has them (He's normal distribution).
    """

    def __init__(self, c_in: int, c_out: int, width: int = 1024, stages: int = 2, dropout: float = 0.5, negative_slope: float = 0.0, skip: bool = True) -> None:
        super().__init__()
        self.w1, self.batch_norm1 = nn.Linear(c_in, width), nn.BatchNorm1d(width)
        self.linear_stages = nn.ModuleList(LinearStage(width, dropout, negative_slope, skip) for _ in range(stages))
        self.w2 = nn.Linear(width, c_out)
        self.dropout, self.negative_slope = nn.Dropout(dropout), negative_slope
        he_normal(self)

    def forward(self, x: Float[Tensor, "B C"]) -> Float[Tensor, "B D"]:
        y = self.dropout(F.leaky_relu(self.batch_norm1(self.w1(x)), self.negative_slope))
        for stage in self.linear_stages:
            y = stage(y)
        return self.w2(y)


class LinearLifter(LinearNet):
    """SimpleBaseline on one frame: all joints but the root come from the network, the root is zero."""

    def __init__(self, joints: int = 16, width: int = 1024, stages: int = 2, dropout: float = 0.5) -> None:
        super().__init__(2 * joints, 3 * (joints - 1), width, stages, dropout)

    def forward(self, x: Float[Tensor, "B J 2"]) -> Float[Tensor, "B J 3"]:
        return with_root(super().forward(x.flatten(1)).unflatten(1, (-1, 3)))


def with_root(x: Float[Tensor, "B K 3"]) -> Float[Tensor, "B J 3"]:
    """Joints behind a first one at zero, the root of networks that leave it out."""
    return F.pad(x, (0, 0, 1, 0))


def he_normal(module: nn.Module) -> None:
    """Draw the weights of every linear map in `module` from He's normal distribution; biases stay as PyTorch has them."""
    for m in module.modules():
        if isinstance(m, nn.Linear):
            nn.init.kaiming_normal_(m.weight)
