"""ParsingGait: people known by sequences of parsed bodies, seen in strips of the whole and in a graph of its parts (ACM MM 2023)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Num
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import FormatError, OptionError
from vitruve.nn.gait import (
    BLOCKS,
    NodeGCN,
    PartBNNeck,
    PartLinear,
    ResNet9,
    horizontal_pooling,
    mean_of_nonzero,
    pool_frames,
    symmetric_adjacency,
    triplet_terms,
)
from vitruve.tasks.gait import PARTS, SIZE, GaitBatch, GaitQuery, GaitRecognizer
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint

# nodes of a graph: the labels that each holds, and the others that each is joined to (from 0)
GRAPHS: dict[str, tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]] = {
    # every label by itself, joined where bodies and clothes touch
    "fine": (
        tuple((label,) for label in range(1, len(PARTS))),
        ((1, 10), (0, 2, 3, 6, 7), (1, 4, 10), (1, 5, 10), (2,), (3,), (1, 8, 10), (1, 9, 10), (6,), (7,), (0, 2, 3, 6, 7)),
    ),
    # head, torso and dress; left arm; right arm; left leg; right leg
    "coarse": (((1, 2, 11), (3, 5), (4, 6), (7, 9), (8, 10)), ((1, 2, 3, 4), (0,), (0,), (0,), (0,))),
}
_WHICH = {"none": (), "fine": ("fine",), "coarse": ("coarse",), "both": ("fine", "coarse")}


@dataclass(frozen=True)
class Config:
    """Defaults are the paper's, as released for Gait3D-Parsing."""

    identities: int = 3000
    """People in the training set: classes of the cross-entropy."""
    input: str = "parsing"
    """What is read of a parsed frame: "parsing", its labels as numbers 0 to 11, or "silhouette", what is not background (ablation)."""
    channels: tuple[int, ...] = (64, 128, 256, 512)
    layers: tuple[int, ...] = (1, 1, 1, 1)
    strides: tuple[int, ...] = (1, 2, 2, 1)
    maxpool: bool = False
    block: str = "basic"
    bins: tuple[int, ...] = (16,)
    """Horizontal strips of the global head; () leaves the head out (ablation)."""
    graph: str = "coarse"
    """Nodes of the part head: 5 "coarse" parts, 11 "fine" ones, "both", or "none" (ablation: no part head)."""
    attention: float = 0.75
    """Where the learned weight of a part's own pixels starts; the others get one minus it. 0.5 sees no parts, 1 nothing else."""
    dropout: float = 0.5
    """Before each graph convolution."""
    embedding: int = 256
    """Channels of each part's embedding."""
    unit_maps: bool = False
    """Columns of the parts' linear maps have unit length."""
    cosine: bool = True
    """Class logits are cosines; otherwise plain products."""
    margin: float = 0.2
    triplet_weight: float = 1.0
    class_weight: float = 1.0
    scale: float = 16.0
    """Of the logits in the cross-entropy."""
    label_smoothing: float = 0.1
    sequences: int = 2
    """Of each identity in a training batch."""
    frames: int = 30
    """Of each training sequence, in no order."""
    official_quirks: bool = False
    """As the release: a sample is also its own positive, at a distance that is the square root of rounding noise."""

    def __post_init__(self) -> None:
        if self.input not in ("parsing", "silhouette"):
            raise OptionError(f"ParsingGait input={self.input!r}: expected parsing or silhouette")
        if self.graph not in _WHICH:
            raise OptionError(f"ParsingGait graph={self.graph!r}: expected one of {', '.join(_WHICH)}")
        if self.block not in BLOCKS:
            raise OptionError(f"ParsingGait block={self.block!r}: expected one of {', '.join(BLOCKS)}")
        if self.input == "silhouette" and self.graph != "none":
            raise OptionError(f"ParsingGait graph={self.graph!r}: a silhouette has no parts; expected graph='none'")
        if not self.bins and self.graph == "none":
            raise OptionError("ParsingGait: no strips (bins) and no graph leave nothing to embed")
        if self.sequences < 2:
            raise OptionError(f"ParsingGait sequences={self.sequences}: triplets need 2 of each identity or more")


_Config = Config  # what the class below calls by the same name


class PartGraph(nn.Module):
    """Frame features and label maps to a vector of each body part, that hears its neighbours."""

    nodes: Tensor

    def __init__(self, kind: str, channels: int, attention: float, dropout: float) -> None:
        super().__init__()
        labels, joined = GRAPHS[kind]
        nodes = torch.zeros(len(labels), len(PARTS), dtype=torch.bool)
        edges = torch.eye(len(labels), dtype=torch.long)
        for i, (own, others) in enumerate(zip(labels, joined)):
            nodes[i, list(own)] = True
            edges[i, list(others)] = 1
        self.register_buffer("nodes", nodes, persistent=False)
        self.attention = nn.Parameter(torch.full((len(labels),), attention))
        self.gcn = NodeGCN(symmetric_adjacency(edges), channels, channels, dropout)

    def pool(self, x: Float[Tensor, "M C H W"], labels: Num[Tensor, "M H W"]) -> Float[Tensor, "M P C"]:
        """Mean plus maximum of the features, weighted by a where the node's part is and 1 - a elsewhere: attenuated, not cut out."""
        a, inside = self.attention[:, None, None], self.nodes[:, labels.long()].flatten(2)
        weight = torch.where(inside, a, 1 - a)
        flat = x.flatten(2)
        mean = (flat @ weight.permute(1, 2, 0) / flat.shape[2]).mT
        # node by node: the weighted maps of all nodes at once are as many times larger than the features
        if not torch.is_grad_enabled():
            return mean + torch.stack([(flat * w[:, None]).amax(-1) for w in weight], 1)
        with torch.no_grad():
            largest = torch.stack([(flat * w[:, None]).argmax(-1) for w in weight], 1)
        # gradients flow to the largest entries alone, through what picks them
        return mean + flat.gather(2, largest.mT).mT * weight.transpose(0, 1).gather(2, largest)

    def forward(self, x: Float[Tensor, "M C H W"], labels: Num[Tensor, "M H W"]) -> Float[Tensor, "M P C"]:
        return self.gcn(self.pool(x, labels))


class ParsingGait(GaitRecognizer):
    """Parsed frames (B, T, 64, 44) to embeddings (B, C, P): first the strips of the global head, then the nodes of the part head."""

    card = Card(
        slug="parsinggait",
        title="Parsing is All You Need for Accurate Gait Recognition in the Wild",
        venue="ACM MM 2023",
        task="gait",
        summary="Gait is recognised from sequences of body parsing instead of silhouettes. A ResNet-9 reads every frame; a global head pools frames "
        "and horizontal strips; a part head weighs the features by body part with a learned leak, lets the parts talk over a small graph, and pools "
        "frames. Every strip and part has its own embedding, trained by triplets and cross-entropy.",
        claim="Parsing sequences identify people better than silhouettes of the same frames with the same backbone and global head, and the graph of "
        "body parts adds to them.",
        official="Gait3D/Gait3D-Benchmark",
        figures=(
            Figure("Gait3D-Parsing", "rank-1 (%)", "76.2", "repository"),
            Figure("Gait3D-Parsing", "rank-5 (%)", "89.1", "repository"),
            Figure("Gait3D-Parsing", "mAP (%)", "68.2", "repository"),
            Figure("Gait3D-Parsing", "mINP (%)", "41.3", "repository"),
            Figure("Gait3D-Parsing", "rank-1 of GaitBase (%)", "71.2", "repository"),
        ),
    )
    Config = Config
    # an epoch goes over all identities once: 93 batches of 32 of the 3000; the paper's 120 000 steps, rates down at 40, 80 and 100 thousand
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=1290,
                batch_size=32,
                optimizer="sgd",
                lr=0.1,
                nesterov=False,
                weight_decay=5e-4,
                schedule=Schedule("step", milestones=(430, 860, 1075), factor=0.1),
            ),
        ),
        source="official configs/parsinggait/parsinggait_gait3d_parsing.yaml (mixed precision there; batch_size counts identities)",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.backbone = ResNet9(c.channels, c.layers, c.strides, c.maxpool, c.block)
        width = self.backbone.channels_out
        self.graphs = nn.ModuleDict({kind: PartGraph(kind, width, c.attention, c.dropout) for kind in _WHICH[c.graph]})
        parts = sum(c.bins) + sum(len(GRAPHS[kind][0]) for kind in self.graphs)
        self.heads = PartLinear(parts, width, c.embedding, c.unit_maps)
        self.neck = PartBNNeck(parts, c.embedding, c.identities, c.cosine)

    def forward(self, batch: GaitBatch) -> Float[Tensor, "B C P"]:
        """Embeddings of each strip and node, before normalisation: what triplets are made of and people are searched by."""
        labels, lengths = batch.packed()
        seen = (labels > 0) if self.config.input == "silhouette" else labels
        x = self.backbone(seen[:, None].to(self.heads.weight.dtype))
        parts = []
        if self.config.bins:
            parts.append(horizontal_pooling(pool_frames(x, lengths), self.config.bins))
        if self.graphs:
            small = F.interpolate(labels[:, None].float(), x.shape[-2:], mode="nearest")[:, 0]
            parts += [pool_frames(graph(x, small), lengths).mT for graph in self.graphs.values()]
        return self.heads(torch.cat(parts, -1))

    def losses(self, batch: GaitBatch) -> dict[str, Tensor]:
        """Triplets of all samples of the batch, and cross-entropy of the logits; both are means over the parts."""
        c = self.config
        if batch.identity is None:
            raise OptionError("parsinggait: a training batch needs identities")
        embeddings = self(batch)
        logits = self.neck(embeddings)[1].float()
        terms = triplet_terms(embeddings, batch.identity, c.margin, self_pairs=c.official_quirks)
        targets = batch.identity[:, None].expand(-1, logits.shape[2])
        return {
            "triplet": c.triplet_weight * mean_of_nonzero(terms).mean(),
            "cross_entropy": c.class_weight * F.cross_entropy(c.scale * logits, targets, label_smoothing=c.label_smoothing),
        }

    def open(self, file: str, clip: str | None = None) -> GaitQuery:
        from vitruve.data.gait import open_query

        return open_query(file, clip)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "identities": {"identities": 7},
            "silhouettes, which have no parts": {"input": "silhouette", "graph": "none"},
            "no part head": {"graph": "none"},
            "fine parts": {"graph": "fine"},
            "both graphs": {"graph": "both"},
            "no global head": {"bins": ()},
            "pyramid of strips": {"bins": (4, 2, 1)},
            "wider": {"channels": (8, 8, 16, 16)},
            "deeper": {"layers": (1, 1, 2, 1)},
            "less strided": {"strides": (2, 2, 1, 1)},
            "max pooling": {"maxpool": True, "bins": (2,)},
            "bottlenecks": {"block": "bottleneck"},
            "parts unweighted": {"attention": 0.5},
            "dropout": {"dropout": 0.5},
            "embedding": {"embedding": 8},
            "unit maps": {"unit_maps": True},
            "plain logits": {"cosine": False},
            "margin": {"margin": 0.5},
            "no triplets": {"triplet_weight": 0.0},
            "no cross-entropy": {"class_weight": 0.0},
            "scale": {"scale": 4.0},
            "label smoothing": {"label_smoothing": 0.1},
            "frames": {"frames": 4},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how sequences become batches
        return ("sequences",)

    @classmethod
    def tiny_config(cls) -> _Config:
        small: dict[str, Any] = {"channels": (4, 8, 8, 16), "strides": (2, 2, 2, 1), "bins": (4,), "embedding": 16, "frames": 3}
        # the margin is wide enough for a sample's own distance, zero, to matter
        return _Config(identities=4, dropout=0.0, margin=2.0, label_smoothing=0.0, **small)

    def example_batch(self, size: int, generator: torch.Generator) -> GaitBatch:
        c = self.config
        frames = torch.randint(len(PARTS), (size, c.frames, *SIZE), generator=generator).float()
        return GaitBatch(frames, identity=torch.arange(size) // 2 % c.identities)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> ParsingGait:
        """Read the authors' weights. Sizes come from the shapes; `strides`, `maxpool` and `bins` (else one number of strips) are as given."""
        state = read_checkpoint(checkpoint)
        try:
            made = Config(**{**_sizes(state, config.get("bins")), "official_quirks": True, **config})
        except KeyError as e:
            raise FormatError("checkpoint", f"not a ParsingGait checkpoint: no entry {e.args[0]!r}") from None
        model = cls(made)
        load_strictly(model, _rename(state))
        return model.eval()


def _sizes(state: Mapping[str, Tensor], bins: Sequence[int] | None) -> dict[str, Any]:
    """Config fields that the shapes of the authors' weights say."""
    prefix = "Backbone.forward_block"
    channels, layers = [], []
    width = len(state[f"{prefix}.conv1.conv.weight"])
    for stage in range(1, 5):
        blocks = {k.split(".")[3] for k in state if k.startswith(f"{prefix}.layer{stage}.")}
        width = len(state[f"{prefix}.layer{stage}.0.conv1.weight"]) if blocks else width
        channels.append(width)
        layers.append(len(blocks))
    kinds = [kind for kind in GRAPHS if f"gammas_{kind}" in state]
    parts, _, embedding = state["FCs.fc_bin"].shape
    nodes = sum(len(state[f"gammas_{kind}"]) for kind in kinds)
    return {
        "identities": state["BNNecks.fc_bin"].shape[2],
        "channels": tuple(channels),
        "layers": tuple(layers),
        "block": "bottleneck" if any(k.endswith("conv3.weight") for k in state) else "basic",
        "bins": tuple(bins) if bins is not None else (parts - nodes,),
        "graph": "both" if len(kinds) == 2 else (kinds or ["none"])[0],
        "embedding": embedding,
    }


def _rename(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The authors' keys to ours; normalisations of single parts (`parallel_BN1d` off) to the one of all, whose channels stand part by part."""
    out = {}
    for key, value in state.items():
        if single := re.fullmatch(r"(BNNecks\.bn1d\.)0\.(\w+)", key):
            parts = state["BNNecks.fc_bin"].shape[0]
            out[f"neck.norm.{single[2]}"] = torch.stack([state[f"{single[1]}{i}.{single[2]}"] for i in range(parts)], -1).flatten() if value.ndim else value
        if re.match(r"BNNecks\.bn1d\.\d", key):
            continue
        first, _, rest = key.partition(".")
        if first == "Backbone":
            key = f"backbone.{rest.removeprefix('forward_block.').replace('conv1.conv.', 'conv1.')}"
        elif first == "FCs":
            key = "heads.weight" if rest == "fc_bin" else key
        elif first == "BNNecks":
            key = "neck.weight" if rest == "fc_bin" else f"neck.{rest.replace('bn1d.', 'norm.')}"
        elif first.startswith("gammas_"):
            key = f"graphs.{first.removeprefix('gammas_')}.attention"
        elif first.startswith("gcn_"):
            key = f"graphs.{first.removeprefix('gcn_')}.gcn.{rest}"
        out[key] = value
    return out
