"""The local-to-global graph network on one frame of Human3.6M's joints: limbs are pooled to one node each, and given back to their joints.

State entries are named as in the release. Source: Cai et al., Exploiting Spatial-Temporal Relationships for 3D Pose Estimation via Graph
Convolutional Networks, ICCV 2019, as PoseAug uses it (models_baseline/models_st_gcn).
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from vitruve.core.standards import skeleton
from vitruve.nn.graph import hop_distances

_LIMBS = ("left_arm", "right_arm", "left_leg", "right_leg")


def semantic_graph(bones: Bool[Tensor, "J J"], pairs: Bool[Tensor, "J J"], reach: Float[Tensor, " J"]) -> Float[Tensor, "4 J J"]:
    """Adjacencies by kind of neighbour: itself, those farther from the centre, those nearer, the mirrored joint.

    Entry (k, v, w) is what joint w takes of joint v; columns of the sum sum to 1. `reach` is the distance from the centre.
    """
    own = torch.eye(len(bones))
    near = own + bones.float() + pairs.float()
    normal = near / near.sum(0)
    farther = (reach[:, None] > reach).float()
    return normal * torch.stack([own, bones * farther, bones * (1 - farther), pairs.float()])


class GraphBlock(nn.Module):
    """Graph convolution with weights for each kind of neighbour, a map of every joint, and a skip."""

    def __init__(self, c_in: int, c_out: int, dropout: float, skip: bool = True) -> None:
        super().__init__()
        self.gcn = nn.ModuleDict({"conv": nn.Conv2d(c_in, 4 * c_out, 1)})
        self.tcn = nn.Sequential(nn.BatchNorm2d(c_out), nn.ReLU(), nn.Dropout(dropout), nn.Conv2d(c_out, c_out, 1), nn.BatchNorm2d(c_out), nn.Dropout(dropout))
        self.skip = skip
        self.residual = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if skip and c_in != c_out else nn.Identity()

    def forward(self, x: Float[Tensor, "B C 1 J"], graph: Float[Tensor, "4 J J"]) -> Float[Tensor, "B D 1 J"]:
        y = torch.einsum("bkctv,kvw->bctw", self.gcn["conv"](x).unflatten(1, (4, -1)), graph)
        y = self.tcn(y)
        return torch.relu(y + self.residual(x) if self.skip else y)


class EmbeddedNonLocal(nn.Module):
    """Residual attention of one head over joints, unscaled; its last normalisation starts at zero, so a new block changes nothing."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 2
        self.g, self.theta, self.phi = (nn.Conv2d(channels, inner, 1) for _ in range(3))
        self.W = nn.Sequential(nn.Conv2d(inner, channels, 1), nn.BatchNorm2d(channels))
        for p in self.W[1].parameters():
            nn.init.zeros_(p)

    def forward(self, x: Float[Tensor, "B C 1 J"]) -> Float[Tensor, "B C 1 J"]:
        g, theta, phi = (m(x).flatten(2) for m in (self.g, self.theta, self.phi))
        return x + self.W((g @ (theta.mT @ phi).softmax(-1).mT)[:, :, None])


class LocalToGlobal(nn.Module):
    """(B, 16, 2) of h36m16 to (B, 16, 3). `channels` (512) is the width of the pooled limbs; joints have a quarter and a half of it.

    Inside, the nose of h36m17 stands between thorax and head.
    """

    graph: Tensor
    pooled_graph: Tensor

    def __init__(self, channels: int = 512, dropout: float = 0.1) -> None:
        super().__init__()
        narrow, wide = channels // 4, channels // 2
        tree = skeleton("h36m17")
        distances, joints = hop_distances(tree), torch.arange(len(tree))
        pairs = (torch.tensor(tree.swap)[:, None] == joints) & ~torch.eye(len(tree), dtype=torch.bool)
        limbs = [tuple(tree.parts[name]) for name in _LIMBS]
        self.parts = [*limbs, tuple(j for j in range(len(tree)) if not any(j in limb for limb in limbs))]
        between = torch.zeros(5, 5, dtype=torch.bool)
        between[4, :4] = between[:4, 4] = True
        sides = torch.zeros(5, 5, dtype=torch.bool)
        sides[[0, 1, 2, 3], [1, 0, 3, 2]] = True
        self.register_buffer("graph", semantic_graph(distances == 1, pairs, distances[tree.index("spine")].float()), persistent=False)
        self.register_buffer("pooled_graph", semantic_graph(between, sides, torch.tensor([1.0, 1, 1, 1, 0])), persistent=False)
        # the release gives its momentum where eps is expected
        self.data_bn = nn.BatchNorm1d(2 * len(tree), eps=0.1)
        self.st_gcn_networks = nn.ModuleList(
            [GraphBlock(2, narrow, dropout, skip=False), GraphBlock(narrow, narrow, dropout), GraphBlock(narrow, wide, dropout)]
        )
        self.st_gcn_pool = nn.ModuleList([GraphBlock(wide, channels, dropout), GraphBlock(channels, channels, dropout)])
        self.conv4 = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.ReLU(), nn.Dropout(dropout))
        self.conv2 = nn.Sequential(nn.Conv2d(2 * channels, wide, 1), nn.BatchNorm2d(wide), nn.ReLU(), nn.Dropout(dropout))
        self.non_local = EmbeddedNonLocal(channels)
        self.fcn = nn.Sequential(nn.Dropout(dropout), nn.Conv2d(channels, 3, 1))

    def forward(self, x: Float[Tensor, "B 16 2"]) -> Float[Tensor, "B 16 3"]:
        nose = (x[:, 8:9] + x[:, 9:10]) / 2
        x = torch.cat([x[:, :9], nose, x[:, 9:]], 1)
        x = self.data_bn(x.flatten(1)).unflatten(1, (-1, 2)).mT[:, :, None]
        for block in self.st_gcn_networks:
            x = block(x, self.graph)
        limbs = torch.stack([x[..., list(part)].amax(-1) for part in self.parts], -1)
        for block in self.st_gcn_pool:
            limbs = block(limbs, self.pooled_graph)
        body = self.conv4(limbs.amax(-1, keepdim=True)).expand_as(limbs)
        limbs = self.conv2(torch.cat([body, limbs], 1))
        owner = [next(i for i, part in enumerate(self.parts) if j in part) for j in range(x.shape[-1])]
        y = self.fcn(self.non_local(torch.cat([x, limbs[..., owner]], 1)))[:, :, 0].mT
        return torch.cat([y[:, :9], y[:, 10:]], 1)
