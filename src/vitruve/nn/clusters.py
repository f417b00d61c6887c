"""Clusters of points on the sphere."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


@torch.no_grad()
def spherical_kmeans(x: Float[Tensor, "N D"], count: int, rounds: int = 100, tolerance: float = 1e-3) -> Float[Tensor, "K D"]:
    """Centres, unit vectors, of clusters of unit vectors by their angles: k-means++ starts, then Lloyd's rounds with means on the sphere.

    The mean of a cluster is found by steps along the mean of its logarithms. A cluster that loses all its points stays where it is;
    of more clusters than points some are the same.
    """
    centres = x[torch.randint(len(x), (1,), device=x.device)]
    while len(centres) < count:
        away = torch.acos((x @ centres.T).amax(1).clamp(-1.0, 1.0)).square()
        # all points are centres already where nothing is away
        centres = torch.cat([centres, x[torch.multinomial(away + 1e-12, 1)]])
    for _ in range(rounds):
        member = F.one_hot((x @ centres.T).argmax(1), count).to(x)
        size = member.sum(0)[:, None]
        moved = F.normalize(torch.where(size > 0, member.T @ x, centres), dim=-1)
        for _ in range(5):
            cosine = (member @ moved * x).sum(-1, keepdim=True).clamp(-1.0, 1.0)
            normal = F.normalize(x - cosine * (member @ moved), dim=-1)
            tangent = member.T @ (normal * torch.acos(cosine)) / size.clamp_min(1)
            length = tangent.norm(dim=-1, keepdim=True)
            moved = F.normalize(moved * length.cos() + F.normalize(tangent, dim=-1) * length.sin(), dim=-1)
        shift = (moved - centres).norm(dim=-1).max()
        centres = moved
        if shift < tolerance:
            break
    return centres
