"""The SMI attack: clips are moved along a manifold learned without labels, by gradients that know how people move (ICCV 2023)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, skeletons, views
from vitruve.nn.agcn import AGCN
from vitruve.nn.bigru import BiGRU, bigru_names, bigru_sizes
from vitruve.nn.ctrgcn import ctrgcn_sizes
from vitruve.nn.gcn import STRIDES, WIDTHS
from vitruve.nn.moco import Branch, info_nce
from vitruve.nn.tvar import motion_influence
from vitruve.tasks.method import Card, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.tasks.robustness import Attacker

_TINY = 1e-30
"""Where a gradient is zero, nothing moves."""
_COSINE_EPS = 0.1
"""Least length of a vector in the release's cosines."""


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D."""

    skeleton: str = "ntu25"
    people: int = 2
    frames: int = 300
    """Of the clips that are attacked."""
    view_frames: int = 64
    """Of the views that the encoders learn from."""
    crop: float = 0.1
    """Least share of a clip that a view is cut from."""
    hidden: int = 1024
    layers: int = 3
    """Of the recurrent encoder."""
    widths: tuple[int, ...] = WIDTHS
    strides: tuple[int, ...] = STRIDES
    """Of the graph encoder, whose features are the manifold."""
    dim: int = 128
    mlp: bool = False
    """Embeddings have a hidden layer."""
    queue: int = 16384
    momentum: float = 0.999
    temperature: float = 0.07
    clusters: int = 120
    """Of the features of the attacked clips."""
    dropped: int = 10
    """Clusters nearest to a clip that it is not driven to."""
    batch: int = 8
    """Clips that are attacked together; each is driven towards the others, too."""
    epsilon: float = 0.01
    """Largest change of a coordinate, in metres."""
    rate: float = 1e-4
    steps: int = 400
    decay: float = 1.0
    """Of earlier gradients: 0 for I-FGSM, 1 for MI-FGSM."""
    order: int = 2
    """Frames ahead that the motion carries a gradient back from: 2 or 1; 0 is the plain attack (ablation)."""
    bandwidth: float | None = None
    """Of the motion's model, in lengths of the clip; None for cross-validation of every series."""

    def __post_init__(self) -> None:
        if self.order not in (0, 1, 2):
            raise OptionError(f"SMI attack order={self.order}: expected 0, 1 or 2")
        if len(self.widths) != len(self.strides):
            raise OptionError(f"SMI attack: {len(self.widths)} widths but {len(self.strides)} strides")
        if not 0 <= self.dropped < self.clusters or self.batch < 1:
            raise OptionError(
                f"SMI attack clusters={self.clusters}, dropped={self.dropped}, batch={self.batch}: expected fewer dropped, and a batch of 1 or more"
            )


_Config = Config  # what the class below calls by the same name

Influence = tuple[Tensor, Tensor]
"""What a change of each coordinate does to the next frame and to the one after, see `nn.tvar.influence`."""


def informed(
    direct: Float[Tensor, "B C T J P"], gradient: Float[Tensor, "B C T J P"], influence: Influence | None, order: int = 2
) -> Float[Tensor, "B C T J P"]:
    """The skeleton-motion-informed gradient: what reaches a frame directly, and the gradients of one (or two) frames that follow from it."""
    if order == 0 or influence is None:
        return direct
    next_, after = influence
    later = torch.cat([gradient, torch.zeros_like(gradient[:, :, :2])], 2)
    direct = direct + next_ * later[:, :, 1:-1]
    return direct + after * later[:, :, 2:] if order == 2 else direct


def follow(
    loss: Callable[[Tensor], Tensor], clean: Float[Tensor, "B C T J P"], influence: Influence | None, config: Config
) -> tuple[Float[Tensor, "B C T J P"], list[float]]:
    """Steps by the sign of the informed gradient of any loss, and what it was at each: S(2)(M)I-FGSM.

    `loss` maps clips to a sum or mean over them. People who are all zero stay so. The release lets every step's graph hang on
    the ones before, which changes nothing but its memory.
    """
    there = (clean != 0).flatten(1, 3).any(1)[:, None, None, None].to(clean)
    changed, carried, values = clean, torch.zeros_like(clean), []
    with torch.enable_grad():
        for _ in range(config.steps):
            x = changed.detach().requires_grad_()
            value = loss(x)
            values.append(float(value.detach()))
            g = torch.autograd.grad(value, x)[0]
            g = g / g.abs().mean((1, 2, 3, 4), keepdim=True).clamp_min(_TINY)
            carried = informed(g + config.decay * carried, g, influence, config.order)
            step = changed - config.rate * carried.sign()
            changed = clean + (step - clean).clamp(-config.epsilon, config.epsilon) * there
    return changed.detach(), values


def cluster_centres(features: Float[Tensor, "N D"], clusters: int, seed: int = 0) -> Float[Tensor, "K D"]:
    """k-means centres, as many as there are features where these are fewer (scipy's, begun by k-means++)."""
    from scipy.cluster.vq import kmeans2

    if len(features) <= clusters:
        return features.clone()
    centres, _ = kmeans2(features.double().cpu().numpy(), clusters, minit="++", seed=seed)
    return torch.from_numpy(centres).to(features)


class SMIAttack(Attacker):
    """Two encoders, of sequences and of graphs, that learn from each other; the attack drives a clip's graph features away from their place.

    >>> import torch
    >>> model = SMIAttack(SMIAttack.tiny_config()).eval()
    >>> model.perturb(torch.randn(3, 3, 16, 20, 1)).shape
    torch.Size([3, 3, 16, 20, 1])
    """

    card = Card(
        slug="smi_attack",
        title="Hard No-Box Adversarial Attack on Skeleton-Based Human Action Recognition with Skeleton-Motion-Informed Gradient",
        venue="ICCV 2023",
        task="robustness",
        summary="Fools recognisers it has never seen, with neither their training data nor labels. Two encoders learn a manifold of motion from a few clips "
        "by contrast; a clip is driven from its own features towards others', by gradients carried back in time through an autoregressive model of its motion.",
        claim="The motion-informed gradient fools unseen recognisers more often than the plain gradient of the same attack, at no larger change of "
        "acceleration; both fool more than noise of the same size.",
        official="luyg45/HardNoBoxAttack",
        code_licence="none given",
        weights_licence="none released",
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                name="pretrain",
                epochs=451,
                batch_size=64,
                optimizer="sgd",
                lr=0.01,
                nesterov=False,
                weight_decay=1e-4,
                schedule=Schedule("step", milestones=(160, 351)),
            ),
        ),
        source="authors' scripts",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        joints = len(self.skeleton)
        graph = skeletons.spatial_graph(_tree(self.skeleton))
        agcn = AGCN(c.dim, graph, c.people, 3, c.widths, c.strides)
        if c.mlp:
            agcn.fc = nn.Sequential(nn.Linear(c.widths[-1], c.widths[-1]), nn.ReLU(), agcn.fc)  # type: ignore[assignment]
        sequence = BiGRU(3 * joints * c.people, c.hidden, c.layers, c.dim, c.mlp, norm=False)
        self.sequence = Branch(sequence, c.dim, c.queue, c.momentum, c.temperature)
        self.graph = Branch(agcn, c.dim, c.queue, c.momentum, c.temperature)

    # -- the manifold ----------------------------------------------------------------------------

    def features(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B D"]:
        """Unit features of the graph encoder, before its embedding."""
        return F.normalize(self.graph.encoder.features(joints), dim=-1)  # type: ignore[operator]

    def respond(self, batch: RecognitionBatch) -> Float[Tensor, "B D"]:
        return self.features(batch.joints)

    forward = respond

    def contrast(self, first: Float[Tensor, "B 3 T J P"], second: Float[Tensor, "B 3 T J P"]) -> dict[str, Float[Tensor, "B N"]]:
        """Logits of each encoder's queries with the other's keys; both queues take the new keys in.

        Source: moco/builder_inter.py.
        """
        return self.contrast_arrays((flat(first), first), (flat(second), second))

    def contrast_arrays(self, queries: tuple[Tensor, Tensor], keys: tuple[Tensor, Tensor]) -> dict[str, Float[Tensor, "B N"]]:
        """`contrast` of views that are (sequence, graph) arrays already."""
        q, r = self.sequence.query(queries[0]), self.graph.query(queries[1])
        self.sequence.advance()
        self.graph.advance()
        k, l = self.sequence.key(keys[0]), self.graph.key(keys[1])
        logits = {"sequence": self.graph.logits(q, l), "graph": self.sequence.logits(r, k)}
        self.sequence.queue.push(k)
        self.graph.queue.push(l)
        return logits

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """InfoNCE in both directions; the first half of a clip's frames is one view, the second the other."""
        return {name: info_nce(logits) for name, logits in self.contrast(*batch.joints.chunk(2, 2)).items()}

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """A whole clip resized to `frames`; two augmented views of it, one after the other, when a generator is given."""
        c = self.config
        if generator is None:
            return super().prepare(poses)
        x = feeders.arrange(poses, c.people, feeders.origin(self.skeleton))
        dice = skeletons.Dice(generator)
        # a short clip is read whole
        made = [views.spatial(views.crop(x, c.view_frames, dice.uniform(c.crop, 1.0), dice.uniform(), c.view_frames), dice) for _ in range(2)]
        return feeders.tokens(torch.cat(made))

    # -- the attack ------------------------------------------------------------------------------

    def escape(
        self, clean: Float[Tensor, "B D"], centres: Float[Tensor, "K D"], dropped: int | None = None
    ) -> Callable[[Float[Tensor, "B 3 T J P"]], Float[Tensor, ""]]:
        """The loss to go down: how well clips are told from all else by their own clean features.

        A clip's rivals are the other clips' features and all centres but the `dropped` nearest ones.
        """
        n = len(clean)
        near = min(self.config.dropped if dropped is None else dropped, len(centres) - 1)
        far = centres[torch.cdist(clean, centres).argsort(1)[:, near:]]
        # each clip's own features come first; they change places with the first clip's
        order = torch.arange(n).repeat(n, 1)
        order[:, 0] = torch.arange(n)
        order.diagonal()[1:] = 0
        rivals = torch.cat([clean[order], far], 1)

        def loss(joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, ""]:
            similarity = F.cosine_similarity(self.features(joints)[:, None], rivals, dim=-1, eps=_COSINE_EPS)
            return -F.cross_entropy(similarity, torch.zeros(n, dtype=torch.int64, device=similarity.device))

        return loss

    @torch.no_grad()
    def perturb(
        self, joints: Float[Tensor, "B 3 T J P"], label: Int[Tensor, " B"] | None = None, generator: torch.Generator | None = None
    ) -> Float[Tensor, "B 3 T J P"]:
        """Changed clips; neither labels nor chance are needed. Clusters are those of the clips given."""
        c = self.config
        clean = torch.cat([self.features(part) for part in joints.split(c.batch)])
        centres = cluster_centres(clean, c.clusters)
        changed = []
        for x, z in zip(joints.split(c.batch), clean.split(c.batch)):
            influence = motion_influence(x, c.bandwidth) if c.order else None
            changed.append(follow(self.escape(z, centres), x, influence, c)[0])
        return torch.cat(changed)

    # -- files and configs -----------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        skeleton = facts["skeleton"]
        return cls.Config(skeleton=skeleton if isinstance(skeleton, str) else skeleton.name, people=facts["people"])

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "another joint set": {"skeleton": "ntu25"},
            "two people": {"people": 2},
            "longer views": {"view_frames": 16},
            "wider recurrent encoder": {"hidden": 16},
            "deeper recurrent encoder": {"layers": 2},
            "wider graph encoder": {"widths": (16, 16)},
            "no strides": {"strides": (1, 1)},
            "smaller embedding": {"dim": 8},
            "hidden layer": {"mlp": True},
            "shorter queue": {"queue": 16},
            "softer": {"temperature": 0.5},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become views; how keys follow, which a first step does not show; and the attack, which is no answer to a batch
        attack = ("frames", "clusters", "dropped", "batch", "epsilon", "rate", "steps", "decay", "order", "bandwidth")
        return ("crop", "momentum", *attack)

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(skeleton="kinect20", people=1, frames=16, view_frames=8, hidden=8, layers=1, widths=(8, 16), strides=(1, 2), dim=16, queue=32,
                      clusters=4, dropped=1, steps=3, bandwidth=0.5)  # fmt: skip

    def example_batch(self, size: int, generator: torch.Generator) -> RecognitionBatch:
        c = self.config
        # two views of as many clips, the second like the first
        one = torch.randn(size, 3, c.view_frames, len(self.skeleton), c.people, generator=generator)
        joints = torch.cat([one, one + 0.05 * torch.randn(one.shape, generator=generator)], 2)
        return RecognitionBatch(joints, torch.linspace(-1, 1, joints.shape[2]).repeat(size, 1))

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> SMIAttack:
        """Read the authors' pre-trained encoders and queues; sizes come from the shapes."""
        state = read_checkpoint(checkpoint)
        try:
            sizes = _sizes(state)
        except KeyError as e:
            raise FormatError("checkpoint", f"not a checkpoint of the SMI attack: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**sizes, **config}))
        load_strictly(model, _rename(state))
        return model.eval()


def _tree(skeleton: Any) -> tuple[int, ...]:
    """The tree of the graph encoder: CTR-GCN's for Kinect bodies, else the skeleton's own."""
    return skeletons.kinect_parents(skeleton) if skeleton.name in ("ntu25", "kinect20") else tuple(p if p >= 0 else j for j, p in enumerate(skeleton.parents))


def flat(joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B T C"]:
    """Clips as the recurrent encoder reads them: per frame, person by person, joint by joint, coordinates."""
    return joints.permute(0, 2, 4, 3, 1).flatten(2)


_ENCODERS = {"encoder_q": "sequence.encoder", "encoder_k": "sequence.slow", "encoder_r": "graph.encoder", "encoder_l": "graph.slow"}
_QUEUES = {"S1": "sequence", "S2": "graph"}


def _sizes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    sequence = bigru_sizes({k.removeprefix("encoder_q."): v for k, v in state.items() if k.startswith("encoder_q.")})
    # an embedding with a hidden layer ends in the third of its modules
    named = {k.replace("fc.2.", "fc."): v for k, v in state.items()}
    graph = ctrgcn_sizes(named, "encoder_r.")
    return {
        "skeleton": {25: "ntu25", 20: "kinect20"}[graph["joints"]],
        "people": graph["people"],
        "hidden": sequence["hidden"],
        "layers": sequence["layers"],
        "widths": graph["widths"],
        "strides": STRIDES[: len(graph["widths"])],
        "dim": sequence["outputs"],
        "mlp": sequence["mlp"],
        "queue": state["Queue_S1"].shape[1],
    }


def _rename(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The authors' keys to ours."""
    out: dict[str, Tensor] = {}
    for theirs, ours in _ENCODERS.items():
        part = {k.removeprefix(f"{theirs}."): v for k, v in state.items() if k.startswith(f"{theirs}.")}
        out |= {f"{ours}.{k}": v for k, v in (bigru_names(part) if ours.startswith("sequence") else part).items()}
    for number, branch in _QUEUES.items():
        out |= {f"{branch}.queue.keys": state[f"Queue_{number}"], f"{branch}.queue.pointer": state[f"queue_ptr_{number}"]}
    left = [k for k in state if not k.startswith((*_ENCODERS, "Queue_", "queue_ptr_"))]
    return out | {k: state[k] for k in left}
