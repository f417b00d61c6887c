"""InfoGCN: attention over joints times a shared topology, and a latent code that is kept narrow (CVPR 2022)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError
from vitruve.nn.gcn import MultiScaleTemporal, TemporalUnit, normalise_people

BLOCKS = ((64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1))
"""(channels, temporal stride) of the release's blocks."""


def ancestor_vectors(links: Sequence[tuple[int, int]], joints: int, hops: int = 1) -> Float[Tensor, "V V"]:
    """The map from joints to vectors from the joint `hops` links up; from the origin where there is none. Links are (child, parent)."""
    upward = torch.zeros(joints, joints)
    children, parents = torch.tensor(links).T
    upward[children, parents] = 1
    return torch.eye(joints) - torch.linalg.matrix_power(upward, hops)


class JointAttention(nn.Module):
    """How much each joint looks at each other, frame by frame, in several heads."""

    def __init__(self, channels: int, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.width = heads, width
        self.ln = nn.LayerNorm(channels)
        self.to_qk = nn.Linear(channels, 2 * heads * width)
        nn.init.normal_(self.to_qk.weight)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N T H V V"]:
        q, k = self.to_qk(self.ln(x.permute(0, 2, 3, 1))).unflatten(-1, (2, self.heads, self.width)).permute(3, 0, 1, 4, 2, 5)
        return (q @ k.mT * self.width**-0.5).softmax(-1)


class AttentiveGraphConv(nn.Module):
    """Sum over heads of x gathered by (attention times a learned topology that all clips share), normalised, with a shortcut."""

    def __init__(self, c_in: int, c_out: int, joints: int, heads: int = 3) -> None:
        super().__init__()
        self.shared_topology = nn.Parameter(torch.eye(joints).repeat(heads, 1, 1))
        self.attn = JointAttention(c_in, max(c_in // 8, 1), heads)
        self.conv_d = nn.ModuleList(nn.Conv2d(c_in, c_out, 1) for _ in range(heads))
        self.down = nn.Sequential(nn.Conv2d(c_in, c_out, 1), nn.BatchNorm2d(c_out)) if c_in != c_out else nn.Identity()
        self.bn = nn.BatchNorm2d(c_out)
        nn.init.constant_(self.bn.weight, 1e-6)
        for conv in self.conv_d:
            nn.init.normal_(conv.weight, 0, (2.0 / (c_out * c_in * heads)) ** 0.5)  # type: ignore[arg-type]
            nn.init.zeros_(conv.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T V"]:
        gathered = torch.einsum("nthvu,nctu->hnctv", self.attn(x) * self.shared_topology, x)
        y = sum(conv(z) for conv, z in zip(self.conv_d, gathered))
        return F.relu(self.bn(y) + self.down(x))


class InfoGCNBlock(nn.Module):
    """ReLU of the rectified temporal(graph(x)) plus a shortcut."""

    def __init__(self, c_in: int, c_out: int, joints: int, stride: int = 1, heads: int = 3) -> None:
        super().__init__()
        self.agcn = AttentiveGraphConv(c_in, c_out, joints, heads)
        self.tcn = MultiScaleTemporal(c_out, c_out, stride=stride)
        self.residual = nn.Identity() if (c_in, stride) == (c_out, 1) else TemporalUnit(c_in, c_out, 1, stride)

    def forward(self, x: Float[Tensor, "N C T V"]) -> Float[Tensor, "N D T2 V"]:
        return F.relu(F.relu(self.tcn(self.agcn(x))) + self.residual(x))


class InfoGCN(nn.Module):
    """Vectors between joints, embedded; blocks; the mean over frames, joints and people; a latent code; a linear map.

    Args:
        num_classes: size of the answer.
        vectors: the map of :func:`ancestor_vectors`.
        people: how many there are in a clip.
        channels: of the coordinates.
        blocks: see BLOCKS.
        embedding: channels of the embedded joints.
        heads: of the attention.
        noise: how much of the code's log-variance is its spread in training.
        dropout: before the code.

    Source: Chi et al., InfoGCN, CVPR 2022, as CHASE's release has it (model/InfoGCN), whose state names these are.
    """

    vectors: Tensor

    def __init__(
        self,
        num_classes: int,
        vectors: Float[Tensor, "V V"],
        people: int = 2,
        channels: int = 3,
        blocks: Sequence[tuple[int, int]] = BLOCKS,
        embedding: int = 64,
        heads: int = 3,
        noise: float = 0.5,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if not blocks:
            raise OptionError("InfoGCN: expected one block or more")
        self.people_count, self.joints, self.channels, self.noise = people, len(vectors), channels, noise
        self.register_buffer("vectors", vectors, persistent=False)
        self.data_bn = nn.BatchNorm1d(people * embedding * self.joints)
        self.to_joint_embedding = nn.Linear(channels, embedding)
        self.pos_embedding = nn.Parameter(torch.randn(1, self.joints, embedding))
        ins = (embedding, *(c for c, _ in blocks))
        self.blocks = nn.ModuleList(InfoGCNBlock(c_in, c_out, self.joints, stride, heads) for c_in, (c_out, stride) in zip(ins, blocks))
        width = blocks[-1][0]
        self.fc, self.fc_mu, self.fc_logvar = (nn.Linear(width, width) for _ in range(3))
        self.decoder = nn.Linear(width, num_classes)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.fc, self.fc_mu, self.fc_logvar):
            nn.init.xavier_uniform_(layer.weight, gain=nn.init.calculate_gain("relu"))
        nn.init.normal_(self.decoder.weight, 0, (2.0 / num_classes) ** 0.5)

    def people(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B P D"]:
        """Mean features of each person."""
        embedded = self.to_joint_embedding(torch.einsum("uv,bctvp->bptuc", self.vectors, x)) + self.pos_embedding
        y = normalise_people(self.data_bn, embedded.permute(0, 4, 2, 3, 1), (embedded.shape[-1], self.joints, self.people_count))
        for block in self.blocks:
            y = block(y)
        return y.mean((2, 3)).unflatten(0, (x.shape[0], x.shape[-1]))

    def code(self, features: Float[Tensor, "B D"]) -> Float[Tensor, "B D"]:
        """The latent code: its mean, and in training a sample about it."""
        hidden = self.dropout(F.relu(self.fc(features)))
        mean = self.fc_mu(hidden)
        if not self.training:
            return mean
        spread = (self.noise * self.fc_logvar(hidden)).exp().clamp(max=100)
        return mean + spread * torch.randn_like(spread)

    def forward(self, x: Float[Tensor, "B C T V P"]) -> Float[Tensor, "B K"]:
        return self.decoder(self.code(self.people(x).mean(1)))


def code_loss(code: Float[Tensor, "B D"], label: Int[Tensor, " B"], prior: Float[Tensor, "K D"]) -> tuple[Tensor, Tensor]:
    """(how far the mean codes of the classes in the batch are from their priors, squared; the length of the mean code)."""
    one = F.one_hot(label, len(prior)).to(code)
    present = one.any(0)
    means = (one.T @ code)[present] / one.sum(0)[present, None]
    return F.mse_loss(means, prior[present]), code.mean(0).norm()
