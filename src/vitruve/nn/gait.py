"""What gait networks over silhouettes or parsing share: ResNet-9, pooling over strips and frames, heads of separate parts, and their triplet loss."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.metrics.gait import part_distances
from vitruve.nn.fused import channels_last, conv_norm, shortcut


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut, a strided 1x1 map of the input where shapes differ (ResNet-18)."""

    expansion = 1

    def __init__(self, c_in: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(c_in, width, stride)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H2 W2"]:
        y = conv_norm(self.conv2, self.bn2, F.relu(conv_norm(self.conv1, self.bn1, x)))
        return F.relu(y + shortcut(self.downsample, x), inplace=True)


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions, the last four times as wide, with a shortcut (ResNet-50)."""

    expansion = 4

    def __init__(self, c_in: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = _shortcut(c_in, 4 * width, stride)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H2 W2"]:
        y = F.relu(conv_norm(self.conv2, self.bn2, F.relu(conv_norm(self.conv1, self.bn1, x))))
        return F.relu(conv_norm(self.conv3, self.bn3, y) + shortcut(self.downsample, x))


def _shortcut(c_in: int, c_out: int, stride: int) -> nn.Module:
    if c_in == c_out and stride == 1:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))


BLOCKS: dict[str, type[BasicBlock] | type[Bottleneck]] = {"basic": BasicBlock, "bottleneck": Bottleneck}


class ResNet9(nn.Module):
    """Images of one channel to feature maps: a 3x3 convolution, then four stages of residual blocks.

    A stage of 0 blocks passes its input on. `channels_out` is the width of the last stage. Weights start as OpenGait's
    (Xavier for convolutions, normalisations around 1).

    Source: OpenGait, backbones/resnet.py.
    """

    def __init__(
        self,
        channels: Sequence[int] = (64, 128, 256, 512),
        layers: Sequence[int] = (1, 1, 1, 1),
        strides: Sequence[int] = (1, 2, 2, 1),
        maxpool: bool = False,
        block: str = "basic",
        c_in: int = 1,
    ) -> None:
        super().__init__()
        if not len(channels) == len(layers) == len(strides) == 4:
            raise OptionError(f"ResNet9: expected four channels, layers and strides, found {len(channels)}, {len(layers)}, {len(strides)}")
        if block not in BLOCKS:
            raise OptionError(f"ResNet9 block={block!r}: expected one of {', '.join(BLOCKS)}")
        make, width = BLOCKS[block], channels[0]
        self.conv1 = nn.Conv2d(c_in, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if maxpool else nn.Identity()
        stages = []
        for wide, count, stride in zip(channels, layers, strides):
            blocks: list[nn.Module] = []
            for b in range(count):
                blocks.append(make(width, wide, stride if b == 0 else 1))
                width = wide * make.expansion
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.channels_out = width
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.xavier_uniform_(m.weight)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.normal_(m.weight, 1.0, 0.02)

    def forward(self, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H2 W2"]:
        x = self.maxpool(F.relu(channels_last(conv_norm(self.conv1, self.bn1, x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def mean_and_max(x: Float[Tensor, "*B N"]) -> Float[Tensor, "*B"]:
    """Mean plus maximum over the last axis: how gait networks pool a region."""
    return x.mean(-1) + x.amax(-1)


def horizontal_pooling(x: Float[Tensor, "N C H W"], bins: Sequence[int] = (16, 8, 4, 2, 1)) -> Float[Tensor, "N C P"]:
    """Mean plus maximum over horizontal strips, for each number of strips in `bins` (horizontal pyramid pooling).

    Raises ShapeError where the map does not divide into so many strips.
    """
    n, c, h, w = x.shape
    if bad := [b for b in bins if h * w % b]:
        raise ShapeError(f"horizontal pooling: a {h} x {w} map does not divide into {bad[0]} strips")
    return torch.cat([mean_and_max(x.reshape(n, c, b, -1)) for b in bins], -1)


def pool_frames(x: Float[Tensor, " M *S"], lengths: Sequence[int]) -> Float[Tensor, " B *S"]:
    """Maximum over the frames of each sequence; sequences of `lengths` frames lie end to end along the first axis."""
    return torch.stack([s.max(0).values for s in x.split(list(lengths))])


def column_lengths(weight: Float[Tensor, "P C D"]) -> Float[Tensor, "P 1 D"]:
    """What products with `weight` are divided by for columns of unit length: there are far fewer of them than entries of the weight."""
    return torch.linalg.vector_norm(weight, dim=1, keepdim=True).clamp_min(1e-12)


class PartLinear(nn.Module):
    """A linear map of its own, without bias, for each part; `normalise` gives the columns unit length (OpenGait's SeparateFCs)."""

    def __init__(self, parts: int, c_in: int, c_out: int, normalise: bool = False) -> None:
        super().__init__()
        self.normalise = normalise
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(parts, c_in, c_out)))

    def forward(self, x: Float[Tensor, "N C P"]) -> Float[Tensor, "N D P"]:
        y = x.permute(2, 0, 1) @ self.weight
        return (y / column_lengths(self.weight) if self.normalise else y).permute(1, 2, 0)


class PartBNNeck(nn.Module):
    """Batch normalisation, then class logits of each part: cosines where `cosine` (OpenGait's SeparateBNNecks).

    Source: Luo et al., Bag of Tricks for person re-identification, CVPR Workshops 2019.
    """

    def __init__(self, parts: int, channels: int, classes: int, cosine: bool = True) -> None:
        super().__init__()
        self.cosine = cosine
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(parts, channels, classes)))
        self.norm = nn.BatchNorm1d(channels * parts)
        nn.init.normal_(self.norm.weight, 1.0, 0.02)

    def forward(self, x: Float[Tensor, "N C P"]) -> tuple[Float[Tensor, "N C P"], Float[Tensor, "N K P"]]:
        """(normalised embeddings, logits)."""
        y = self.norm(x.flatten(1)).view(x.shape).permute(2, 0, 1)
        y = F.normalize(y, dim=-1) if self.cosine else y
        logits = y @ self.weight
        return y.permute(1, 2, 0), (logits / column_lengths(self.weight) if self.cosine else logits).permute(1, 2, 0)


def symmetric_adjacency(edges: Int[Tensor, "P P"]) -> Float[Tensor, "P P"]:
    """D^-1/2 A D^-1/2 of a 0-1 adjacency (with the loops it has); rows without entries stay zero."""
    degree = (edges == 1).sum(1).double()
    scale = torch.where(degree > 0, degree.rsqrt(), 0.0)
    return (scale[:, None] * edges.double() * scale).float()


class NodeConvolution(nn.Module):
    """A X W + b over a fixed graph, then batch normalisation of each channel of each node (OpenGait's GraphConvolution)."""

    adjacency: Tensor

    def __init__(self, adjacency: Float[Tensor, "P P"], c_in: int, c_out: int) -> None:
        super().__init__()
        bound = c_out**-0.5
        self.weight = nn.Parameter(torch.empty(c_in, c_out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(c_out).uniform_(-bound, bound))
        self.bn = nn.BatchNorm1d(c_out * len(adjacency))
        nn.init.normal_(self.bn.weight, 1.0, 0.02)
        self.register_buffer("adjacency", adjacency.clone(), persistent=False)

    def forward(self, x: Float[Tensor, "N P C"]) -> Float[Tensor, "N P D"]:
        y = self.adjacency @ (x @ self.weight) + self.bias
        return self.bn(y.flatten(1)).view(y.shape)


class NodeGCN(nn.Module):
    """Two graph convolutions, dropout before and ReLU after each (OpenGait's GCN)."""

    def __init__(self, adjacency: Float[Tensor, "P P"], c_in: int, hidden: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.gc1 = NodeConvolution(adjacency, c_in, hidden)
        self.gc2 = NodeConvolution(adjacency, hidden, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "N P C"]) -> Float[Tensor, "N P D"]:
        return F.relu(self.gc2(self.dropout(F.relu(self.gc1(self.dropout(x))))))


def triplet_terms(embeddings: Float[Tensor, "N C P"], identity: Int[Tensor, " N"], margin: float = 0.2, self_pairs: bool = False) -> Float[Tensor, "P T"]:
    """relu(d(anchor, positive) - d(anchor, negative) + margin) of every triplet of a batch, part by part.

    `self_pairs` counts a sample as its own positive too, as OpenGait does; its distance is then the square root of rounding noise.

    Raises ShapeError where no triplet can be made: all of one identity, or (without self pairs) no identity twice.
    """
    d = part_distances(embeddings.float(), embeddings.float())
    same = identity[:, None] == identity
    pairs = same if self_pairs else same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    anchor, positive, negative = (pairs[:, :, None] & ~same[:, None]).nonzero(as_tuple=True)
    if not len(anchor):
        raise ShapeError(f"triplets: identities {identity.tolist()} give none; expected two identities, one of them twice")
    return F.relu(d[:, anchor, positive] - d[:, anchor, negative] + margin)


def mean_of_nonzero(terms: Float[Tensor, "P T"]) -> Float[Tensor, " P"]:
    """Mean over the terms that are not zero; 0 where all are."""
    return terms.sum(-1) / (terms != 0).sum(-1).clamp_min(1)
