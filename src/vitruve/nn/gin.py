"""Graph isomorphism networks on small graphs, and the error of masked graph autoencoders."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.nn.graph import hop_distances


def bone_links(skeleton: Skeleton) -> Float[Tensor, "J J"]:
    """1 where a bone joins two joints, both ways; a set of keypoints without one tree has its limbs, and its shoulders hang on its hips."""
    links = (hop_distances(skeleton) == 1).float()
    if len(skeleton.roots) > 1:
        for side in ("left", "right"):
            if skeleton.has(f"{side}_shoulder", f"{side}_hip"):
                a, b = skeleton.index(f"{side}_shoulder"), skeleton.index(f"{side}_hip")
                links[a, b] = links[b, a] = 1.0
    return links


def between_people(links: Float[Tensor, "J J"], people: int) -> Float[Tensor, "K K"]:
    """The graph of several people, J joints each: everybody's own links, and links between the same joints of any two."""
    one = torch.eye(people)
    return torch.kron(one, links) + torch.kron(1 - one, torch.eye(len(links)))


class GINLayer(nn.Module):
    """MLP((1 + eps) x + the sum over neighbours); the MLP is linear, batch normalisation, ReLU, linear; eps is learned, from 0.

    Source: Xu et al., How Powerful are Graph Neural Networks?, ICLR 2019.
    """

    def __init__(self, c_in: int, c_out: int, hidden: int | None = None) -> None:
        super().__init__()
        hidden = hidden or c_out
        self.eps = nn.Parameter(torch.zeros(()))
        self.mlp = nn.Sequential(nn.Linear(c_in, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, c_out))

    def forward(self, x: Float[Tensor, "N J C"], links: Float[Tensor, "J J"]) -> Float[Tensor, "N J D"]:
        gathered = (1 + self.eps) * x + links.to(x.dtype) @ x
        return self.mlp(gathered.flatten(0, 1)).unflatten(0, x.shape[:2])


class GINEncoder(nn.Module):
    """A linear embedding, then GIN layers, each with batch normalisation, PReLU and a skip."""

    def __init__(self, c_in: int, width: int, layers: int) -> None:
        super().__init__()
        self.embed = nn.Linear(c_in, width)
        self.layers = nn.ModuleList(GINLayer(width, width) for _ in range(layers))
        self.norms = nn.ModuleList(nn.Sequential(nn.BatchNorm1d(width), nn.PReLU()) for _ in range(layers))

    def forward(self, x: Float[Tensor, "N J C"], links: Float[Tensor, "J J"]) -> Float[Tensor, "N J D"]:
        x = self.embed(x)
        for layer, norm in zip(self.layers, self.norms):
            x = x + norm(layer(x, links).flatten(0, 1)).unflatten(0, x.shape[:2])
        return x


def scaled_cosine_error(target: Float[Tensor, "*B D"], found: Float[Tensor, "*B D"], beta: float = 2.0) -> Float[Tensor, "*B"]:
    """(1 - cosine) ** beta: easy nodes weigh less the larger beta is (Hou et al., GraphMAE, KDD 2022)."""
    # rounding can take the cosine above 1
    return (1 - F.cosine_similarity(target, found, dim=-1)).clamp_min(0.0) ** beta
