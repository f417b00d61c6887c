"""How far two samples are from one distribution."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def gaussian_kernels(points: Float[Tensor, "N D"], kernels: int = 5, factor: float = 2.0) -> Float[Tensor, "N N"]:
    """Sum of Gaussian kernels about the mean squared distance, each bandwidth `factor` times the last. Bandwidths give no gradient."""
    square = (points[:, None] - points).square().sum(-1)
    n = len(points)
    # all points in one place are alike whatever the bandwidth
    bandwidth = (square.detach().sum() / (n * n - n) / factor ** (kernels // 2)).clamp_min(1e-20)
    return sum(torch.exp(-square / (bandwidth * factor**i)) for i in range(kernels))  # type: ignore[return-value]


def mmd(x: Float[Tensor, "N D"], y: Float[Tensor, "M D"], kernels: int = 5, factor: float = 2.0) -> Tensor:
    """Squared maximum mean discrepancy of two samples, under :func:`gaussian_kernels`."""
    k, n = gaussian_kernels(torch.cat([x, y]), kernels, factor), len(x)
    return k[:n, :n].mean() + k[n:, n:].mean() - k[:n, n:].mean() - k[n:, :n].mean()


def linear_mmd(x: Float[Tensor, "N D"], y: Float[Tensor, "M D"]) -> Float[Tensor, ""]:
    """The same under the linear kernel: the squared distance of the means, which tells nothing else apart."""
    return (x.mean(0) - y.mean(0)).square().sum()
