"""FR-HEAD: CTR-GCN with heads that pull features of ambiguous classes apart while it is trained (CVPR 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.ctrgcn import CTRGCN
from vitruve.nn.gcn import STRIDES, WIDTHS

LEVELS = ("low", "mid", "high", "fin")
"""Features that are refined: of the first block, of the first at half and at a quarter of the frames, of the last."""
WEIGHTS = (0.1, 0.2, 0.5, 1.0)


class Prototypes(nn.Module):
    """A contrast of features with a running prototype of each class, harder where samples of two classes are taken for each other.

    Scores are cosines with the prototypes of what was named rightly. Those of a sample with its own class are lowered the less sure it is:
    for features that are unlike the missed samples of the class, and for those that are like the samples wrongly put into it.

    Source: Zhou et al., Learning Discriminative Representations for Skeleton Based Action Recognition, CVPR 2023, section 3.2, and its release
    (version V0, RenovateNet). Prototypes are a memory of training and are not kept with the weights.
    """

    prototypes: Tensor

    def __init__(self, c_in: int, num_classes: int, width: int = 256, penalty: float = 0.125, temperature: float = 0.125, momentum: float = 0.9) -> None:
        super().__init__()
        self.penalty, self.temperature, self.momentum = penalty, temperature, momentum
        self.cl_fc = nn.Linear(c_in, width)
        self.register_buffer("prototypes", torch.randn(num_classes, width), persistent=False)

    def forward(self, features: Float[Tensor, "B C"], label: Int[Tensor, " B"], logits: Float[Tensor, "B K"]) -> Float[Tensor, ""]:
        f = self.cl_fc(features)
        k = logits.shape[1]
        truth, guess = F.one_hot(label, k).to(f), F.one_hot(logits.argmax(1), k).to(f)
        right = truth * guess
        missed, wrong = truth - right, guess - right
        count = right.sum(0)[:, None]
        keep = torch.where(count > 0, self.momentum, 1.0)
        memory = self.prototypes * keep + (1 - keep) * (right.T @ f) / count.clamp_min(1)
        if self.training:
            self.prototypes = memory.detach()
        unit = F.normalize(f, dim=1)
        score = unit @ F.normalize(memory, dim=1).T
        unsure = (1 - logits.softmax(1)) * truth * self.penalty

        def towards(group: Tensor) -> Tensor:
            return unit @ F.normalize(group.T @ f / group.sum(0)[:, None].clamp_min(1), dim=1).T

        from_missed = score + (towards(missed) - 1) * unsure * (missed.sum(0) > 0)
        from_wrong = score - (towards(wrong) + 1) * unsure * (wrong.sum(0) > 0)
        return F.cross_entropy(from_missed / self.temperature, label) + F.cross_entropy(from_wrong / self.temperature, label)


class RefinementHead(nn.Module):
    """Prototypes of what is left of a feature map without its frames, and without its joints.

    Args:
        c_in: channels of the map.
        frames, joints: of the map.
        num_classes: of the answer.
        width: of the refined features; divided among joints, and among frames.
    """

    def __init__(self, c_in: int, frames: int, joints: int, num_classes: int, width: int = 256) -> None:
        super().__init__()
        if width < max(frames, joints):
            raise OptionError(f"FR-HEAD width={width}: expected at least as many as {frames} frames and {joints} joints")
        self.expected = (frames, joints)
        self.spatio_cl_net = Prototypes(width // joints * joints, num_classes, width)
        self.tempor_cl_net = Prototypes(width // frames * frames, num_classes, width)
        self.spatio_squeeze = nn.Sequential(nn.Conv2d(c_in, width // joints, 1), nn.BatchNorm2d(width // joints), nn.ReLU())
        self.tempor_squeeze = nn.Sequential(nn.Conv2d(c_in, width // frames, 1), nn.BatchNorm2d(width // frames), nn.ReLU())

    def forward(self, maps: Float[Tensor, "B P C T V"], label: Int[Tensor, " B"], logits: Float[Tensor, "B K"]) -> Float[Tensor, ""]:
        """The loss of a batch; logits only say who is taken for whom."""
        if maps.shape[3:] != self.expected:
            raise ShapeError(f"FR-HEAD: expected maps of {self.expected[0]} frames and {self.expected[1]} joints, found {tuple(maps.shape[3:])}")
        mean = maps.mean(1)
        spatial = self.spatio_squeeze(mean.mean(2, keepdim=True)).flatten(1)
        temporal = self.tempor_squeeze(mean.mean(3, keepdim=True)).flatten(1)
        return self.spatio_cl_net(spatial, label, logits) + self.tempor_cl_net(temporal, label, logits)


class FRHead(CTRGCN):
    """CTR-GCN with four refinement heads; what it answers is CTR-GCN's.

    Args:
        frames: of a clip, None for no heads.
        width: of the refined features.
        others: see :class:`CTRGCN`.

    Source: see :class:`Prototypes`. State names are the release's.
    """

    def __init__(
        self,
        num_classes: int,
        graph: Float[Tensor, "S V V"],
        people: int = 2,
        frames: int | None = 64,
        widths: Sequence[int] = WIDTHS,
        strides: Sequence[int] = STRIDES,
        width: int = 256,
    ) -> None:
        super().__init__(num_classes, graph, people, widths=widths, strides=strides)
        halvings = [i for i, s in enumerate(strides) if s == 2]
        if len(halvings) != 2:
            raise OptionError(f"FR-HEAD strides={tuple(strides)}: expected two that halve the frames")
        self.refined = (0, *halvings, len(widths) - 1)
        self.heads = frames is not None
        if frames is not None:
            for level, block, at in zip(LEVELS, self.refined, (frames, -(-frames // 2), -(-frames // 4), -(-frames // 4))):
                self.add_module(f"ren_{level}", RefinementHead(widths[block], at, graph.shape[-1], num_classes, width))

    def refinement(self, x: Float[Tensor, "B C T V P"], label: Int[Tensor, " B"]) -> tuple[Float[Tensor, "B K"], Float[Tensor, ""]]:
        """(logits, the heads' weighted loss) of a batch."""
        b, p = x.shape[0], x.shape[-1]
        y = self.normalise(x)
        maps = []
        for block in self.blocks:
            y = block(y)
            maps.append(y)
        logits = self.fc(self.dropout(y.unflatten(0, (b, p)).mean((1, 3, 4))))
        seen = logits.detach()
        terms = [w * self.get_submodule(f"ren_{n}")(maps[i].unflatten(0, (b, p)), label, seen) for w, n, i in zip(WEIGHTS, LEVELS, self.refined)]
        return logits, torch.stack(terms).sum()
