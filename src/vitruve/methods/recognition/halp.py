"""HaLP: contrastive learning of skeleton clips, with positives made in latent space by a closed form (CVPR 2023)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core import rotations
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.nn import clips as clip_tools
from vitruve.nn import skeletons
from vitruve.nn.bigru import BiGRU, bigru_names, bigru_sizes
from vitruve.nn.clusters import spherical_kmeans
from vitruve.nn.feeders import KINECT, tokens
from vitruve.nn.moco import Branch, distillation, info_nce
from vitruve.nn.views import crop, middle, spatial
from vitruve.tasks.method import Card, Figure, Method, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionClip, ActionRecognizer, RecognitionBatch, RecognitionScores, recognition_scores

STREAMS = ("joint", "motion", "bone")


@dataclass(frozen=True)
class Config:
    """Defaults are NTU-60's, of the joints alone; with all of `STREAMS` this is the multi-modal variant."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    """A standard joint set, or the name of the tree that `joints`, `parents` and `landmarks` describe."""
    joints: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()
    landmarks: tuple[str | None, ...] = ()
    dims: int = 3
    people: int = 2
    frames: int = 64
    streams: tuple[str, ...] = ("joint",)
    hidden: int = 1024
    """Of each GRU."""
    layers: int = 3
    per_frame: bool = True
    """Both GRUs run forward in time, as in the release, which feeds frames one by one; otherwise the second runs backward."""
    dim: int = 128
    """Of the embedding that is contrasted."""
    mlp: bool = True
    """The projection has a hidden layer."""
    queue: int = 16384
    momentum: float = 0.999
    temperature: float = 0.07
    weight: float = 2.0
    """Of the positives that are made: mu, 1 for PKU-MMD. 0 is plain momentum contrast."""
    positives: int = 100
    """Made of each clip."""
    prototypes: int = 20
    clustered: int = 256
    """The most recent keys, of which the prototypes are cluster centres."""
    every: int = 10
    """Steps between updates of the prototypes."""
    warmup: float = 2.0
    """No positives are made before so many queues of clips were seen in the stage."""
    skip: int = 1
    """Prototypes nearest to the key that are not stepped to."""
    candidates: int = 20
    """Prototypes next to these, of which targets are drawn."""
    reach: float | None = 0.8
    """Positives lie at 1 - reach to 1 of the way from the key to the boundary of its cluster: lambda. None: 0.01 of the way to the target before it."""
    filter: bool = True
    """Keep positives only whose nearest prototype is the key's: between it and the target there may be a third."""
    targets: str = "prototypes"
    """ "prototypes"; or "random" directions (the control)."""
    distillation: float = 1.0
    """Weight of what each stream learns from the neighbours in the others' queues (CMD)."""
    neighbours: int = 8192
    student_temperature: float = 0.1
    teacher_temperature: float = 0.05
    upright: bool = True
    """3D clips: the spine of the first person is turned to z and the shoulders to x, as in the 2s-AGCN preparation."""
    pose: float = 0.5
    """Probability that a view is sheared as a whole; otherwise some of its joints are corrupted."""
    corrupted: float = 0.6
    """Share of joints."""
    pretrain_crop: float = 0.1
    """Views are at least this share of a clip's frames,"""
    crop: float = 0.5
    """and clips with labels this,"""
    shortest: int = 64
    """and so many frames, where there are as many."""
    official_quirks: bool = False
    """The release's arctan, which steps away from some targets on the far side (see `boundary`), and prototypes that may be more than the keys."""

    def __post_init__(self) -> None:
        if not self.streams or len(set(self.streams)) != len(self.streams) or not set(self.streams) <= set(STREAMS):
            raise OptionError(f"HaLP streams={self.streams}: expected some of {', '.join(STREAMS)}, each once")
        for name, choices in (("targets", ("prototypes", "random")), ("dims", (2, 3))):
            if getattr(self, name) not in choices:
                raise OptionError(f"HaLP {name}={getattr(self, name)!r}: expected one of {', '.join(map(str, choices))}")
        # the release clusters whatever keys there are
        if not (1 <= self.clustered <= self.queue and (1 <= self.prototypes <= self.clustered or self.official_quirks)):
            raise OptionError(f"HaLP: {self.prototypes} prototypes of {self.clustered} keys of a queue of {self.queue}: expected each at most the next")
        if not 0 <= self.skip < self.prototypes or self.candidates < 1 or self.positives < 1:
            raise OptionError(
                f"HaLP skip={self.skip}, candidates={self.candidates}, positives={self.positives}: expected fewer than {self.prototypes}, 1 or more, 1 or more"
            )
        if not (self.reach is None or 0 <= self.reach <= 1):
            raise OptionError(f"HaLP reach={self.reach}: expected 0 to 1, or None")
        if len(self.streams) > 1 and not 1 <= self.neighbours <= self.queue:
            raise OptionError(f"HaLP neighbours={self.neighbours}: expected 1 to the queue's {self.queue}")
        if not 0 < self.pretrain_crop <= 1 or not 0 < self.crop <= 1:
            raise OptionError(f"HaLP pretrain_crop={self.pretrain_crop}, crop={self.crop}: expected more than 0 and at most 1")

    @property
    def tree(self) -> Skeleton:
        """The joints that are read."""
        return Skeleton(self.skeleton, self.joints, self.parents, self.landmarks) if self.joints else standard(self.skeleton)


_Config = Config  # what the class below calls by the same name


# -- positives in latent space -------------------------------------------------------------------


@dataclass(frozen=True)
class Draws:
    """What chance decides of the positives of B clips: columns of the candidates, and how far short of the boundary to stop, in [0, 1)."""

    target: Int[Tensor, "B N"]
    chance: Float[Tensor, "B N"]


@dataclass(frozen=True)
class Positives:
    """`raw` (B, N, D) points on the way from keys to targets; `kept` (B, N) those that stayed in their key's cluster."""

    raw: Float[Tensor, "B N D"]
    target: Float[Tensor, "B N D"]
    kept: Bool[Tensor, "B N"]

    @property
    def points(self) -> Float[Tensor, "B N D"]:
        """Unit vectors."""
        return F.normalize(self.raw, dim=-1)


def candidates(similarity: Float[Tensor, "B P"], skip: int = 1, count: int = 20) -> Int[Tensor, "B C"]:
    """Prototypes that may be stepped to, by rising similarity: those below the `skip` nearest, `count` of them or as many as there are."""
    last = similarity.shape[1] - skip
    return similarity.argsort(-1)[:, max(last - count, 0) : last]


def boundary(
    k: Float[Tensor, "*B D"], nearest: Float[Tensor, "*B D"], target: Float[Tensor, "*B D"], quirks: bool = False
) -> tuple[Float[Tensor, "*B"], Float[Tensor, "*B"]]:
    """(angle from k to `target`, share of it at which the geodesic is as near to `target` as to `nearest`), of unit vectors.

    With a the share and w the angle, sin((1 - a) w) k.(nearest - target) = sin(a w) (1 - nearest.target), so that
    tan(a w) = sin w / (ratio + cos w).

    Source: HaLP (section 3.3; moco/generator.py). With `quirks` the release's arctan, whose quadrant is wrong where ratio + cos w < 0.
    """
    eps = 1e-8
    cosine = (k * target).sum(-1).clamp(-1.0, 1.0)
    angle = torch.acos(cosine)
    ratio = (1 - (nearest * target).sum(-1)) / ((k * (nearest - target)).sum(-1) + eps)
    if quirks:
        return angle, torch.atan(angle.sin() / (ratio + cosine + eps)) / (angle + eps)
    return angle, torch.atan2(angle.sin(), ratio + cosine) / (angle + eps)


def geodesic(k: Float[Tensor, "*B D"], target: Float[Tensor, "*B D"], angle: Float[Tensor, "*B"], share: Float[Tensor, "*B"]) -> Float[Tensor, "*B D"]:
    """The point at `share` of the way from unit vector k to another, `angle` apart, along the great circle."""
    along = (torch.sin((1 - share) * angle)[..., None] * k + torch.sin(share * angle)[..., None] * target) / (angle.sin() + 1e-8)[..., None]
    # no way to go where the two are the same
    return torch.where(angle[..., None] > 1e-4, along, k)


def hallucinate(k: Float[Tensor, "B D"], prototypes: Float[Tensor, "P D"], config: Config, draws: Draws | None = None) -> Positives:
    """Positives of unit keys: a step from each towards prototypes of other clusters, within its own."""
    similarity = k @ prototypes.T
    choices = candidates(similarity, config.skip, config.candidates)
    if draws is None:
        shape = (len(k), config.positives)
        draws = Draws(torch.randint(choices.shape[1], shape, device=k.device), torch.rand(shape, device=k.device))
    target = prototypes[choices.gather(1, draws.target)]
    if config.targets == "random":
        target = F.normalize(torch.randn_like(target), dim=-1)
    nearest = similarity.argmax(1)
    start = k[:, None].expand_as(target)
    angle, limit = boundary(start, prototypes[nearest][:, None].expand_as(target), target, config.official_quirks)
    share = limit - 0.01 if config.reach is None else (1 - config.reach * draws.chance) * limit
    raw = geodesic(start, target, angle, share)
    kept = torch.ones(raw.shape[:2], dtype=torch.bool, device=k.device)
    if config.filter:
        kept = (F.normalize(raw, dim=-1) @ prototypes.T).argmax(-1) == nearest[:, None]
    return Positives(raw, target, kept)


def alignment(q: Float[Tensor, "B D"], positives: Positives, temperature: float = 0.07) -> Float[Tensor, ""]:
    """Minus the mean similarity, over the temperature, of queries with their kept positives: there are no negatives in it."""
    similarity = torch.einsum("bd,bnd->bn", q, positives.points) / temperature
    return -(similarity * positives.kept).sum() / (positives.kept.sum() + 1e-8)


def halp_loss(
    q: Float[Tensor, "B D"], k: Float[Tensor, "B D"], prototypes: Float[Tensor, "P D"], config: Config | None = None, draws: Draws | None = None
) -> Float[Tensor, ""]:
    """The weighted loss of hallucinated positives, to be added to that of any contrastive model of unit queries and keys.

    >>> import torch
    >>> from torch.nn.functional import normalize
    >>> q, k, centres = (normalize(torch.randn(n, 16), dim=-1) for n in (4, 4, 8))
    >>> halp_loss(q, k, centres, Config(prototypes=8)).shape
    torch.Size([])
    """
    config = config or Config()
    with torch.no_grad():
        positives = hallucinate(k, prototypes, config, draws)
    return config.weight * alignment(q, positives, config.temperature)


# -- clips ---------------------------------------------------------------------------------------


def aligned(x: Float[Tensor, "T P J D"], centre: int, turns: Sequence[tuple[int, int, tuple[float, float, float]]] = ()) -> Float[Tensor, "T P J D"]:
    """Clips in a frame that moves with the body and stands upright; what is missing is zero.

    A person who is not there at first is moved to the beginning, and who leaves is repeated from the beginning. Of every frame the `centre`
    joint of the first person is the origin. `turns` are (from, to, axis): lines of the first person's first frame that are turned to axes.

    Source: HaLP (data_gen/preprocess.py), after 2s-AGCN, which centres all frames alike.
    """
    people = []
    for person in x.unbind(1):
        seen = (person != 0).flatten(1).any(1)
        if not seen.any():
            people.append(person)
            continue
        if not seen[0]:
            person, seen = person[seen], seen[seen]
        people.append(person[torch.arange(len(x)) % (int(seen.nonzero()[-1]) + 1)])
    x = torch.stack(people, 1)
    x = (x - x[:, :1, centre : centre + 1]) * (x != 0).any(-1, keepdim=True)
    for start, end, axis in turns:
        direction = x[0, 0, end] - x[0, 0, start]
        if direction.abs().sum() > 1e-6:
            x = rotations.rotate(rotations.between(direction, x.new_tensor(axis)), x)
    return x


def sequence(x: Float[Tensor, "B D T J P"], stream: str, parents: Sequence[int]) -> Float[Tensor, "B T C"]:
    """Clips as the encoder reads them: a vector per frame, by joint, then coordinate, then person; of joints, their motion to the next frame, or bones."""
    x = x.permute(2, 0, 4, 3, 1)
    if stream == "motion":
        x = skeletons.frame_differences(x)
    elif stream == "bone":
        x = skeletons.bones(x, parents)
    return x.permute(1, 0, 3, 4, 2).flatten(2)


# -- the method ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Contrast:
    """One step of pre-training: unit queries and keys, logits and positives by stream, and the weighted terms of the loss."""

    queries: dict[str, Tensor]
    keys: dict[str, Tensor]
    logits: dict[str, Tensor]
    positives: dict[str, Positives]
    terms: dict[str, Tensor]


_BODY = tuple(f"branches.{s}.encoder.{part}" for s in STREAMS for part in ("norm", "first", "second"))
_ENCODER = (*_BODY, *(f"branches.{s}.encoder.head" for s in STREAMS))
_SGD: dict[str, Any] = {"batch_size": 64, "optimizer": "sgd", "momentum": 0.9, "nesterov": False}
_PRETRAIN: dict[str, Any] = {**_SGD, "lr": 0.01, "weight_decay": 1e-4, "modules": _ENCODER}
_LABELLED: dict[str, Any] = {**_SGD, "epochs": 80, "schedule": Schedule("step", milestones=(50, 70))}
FINETUNE = Stage("finetune", **_LABELLED, lr=0.01, weight_decay=1e-4, modules=(*_BODY, "classifiers"))
"""Instead of "linear": the encoders are trained too, for few labels. Its settings are our choice."""


class HaLP(ActionRecognizer):
    """Self-supervised: momentum contrast of two views of a clip, then with hallucinated positives; then a linear map of the frozen encoder names actions.

    Its stages are "pretrain", "halp", and "linear" or "finetune"; before any begins, its losses are those of "halp" and of the labels.
    In the first two a sample is two views, one behind the other in time.

    >>> import torch
    >>> model = HaLP(Config(num_classes=10, hidden=16, queue=256)).eval()
    >>> model(RecognitionBatch(torch.randn(3, 3, 64, 25, 2), torch.linspace(-1, 1, 64).repeat(3, 1))).shape
    torch.Size([3, 10])
    """

    card = Card(
        slug="halp",
        title="HaLP: Hallucinating Latent Positives for Skeleton-based Self-Supervised Learning of Actions",
        venue="CVPR 2023",
        task="recognition",
        summary="Learns an encoder of clips without labels by momentum contrast, with more positives that are made in latent space: from a clip's key along "
        "the great circle towards the centre of another cluster, in closed form only as far as the point still belongs to the key's own.",
        claim="With hallucinated positives, the encoder names actions better, by a linear map and by nearest neighbours, than after as many steps of "
        "momentum contrast alone.",
        official="anshulbshah/HaLP",
        figures=(
            Figure("NTU RGB+D 60 X-Sub", "linear top-1, joint (%)", "79.7", "recalled, not verified"),
            Figure("NTU RGB+D 60 X-View", "linear top-1, joint (%)", "86.8", "recalled, not verified"),
            Figure("NTU RGB+D 120 X-Sub / X-Set", "linear top-1, joint (%)", "71.1 / 72.2", "recalled, not verified"),
            Figure("PKU-MMD II X-Sub", "linear top-1, joint (%)", "43.5", "recalled, not verified"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage("pretrain", epochs=200, **_PRETRAIN),
            Stage("halp", epochs=251, schedule=Schedule("step", milestones=(151,)), **_PRETRAIN),
            Stage("linear", **_LABELLED, lr=0.005, modules=("classifiers",)),
        ),
        source="official scripts for NTU RGB+D 60",
    )
    config: _Config
    clock: Tensor

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        inputs = len(c.tree) * c.dims * c.people

        def branch() -> Branch:
            return Branch(BiGRU(inputs, c.hidden, c.layers, c.dim, c.mlp, per_frame=c.per_frame), c.dim, c.queue, c.momentum, c.temperature)

        self.branches = nn.ModuleDict({s: branch() for s in c.streams})
        self.classifiers = nn.ModuleDict({s: nn.Linear(2 * c.hidden, c.num_classes) for s in c.streams})
        for name, p in self.classifiers.named_parameters():
            nn.init.normal_(p, std=0.01) if name.endswith("weight") else nn.init.zeros_(p)
        for s in c.streams:
            self.register_buffer(f"prototypes_{s}", torch.zeros(c.prototypes, c.dim))
        # clips seen in this stage, and its steps with positives
        self.register_buffer("clock", torch.zeros(2, dtype=torch.int64))
        tree = c.tree
        kinect = tree.has("spine_shoulder") or tree.has("shoulder_center")
        self._parents = skeletons.kinect_parents(tree) if kinect else tuple(p if p >= 0 else j for j, p in enumerate(tree.parents))
        self.stage: str | None = None

    @property
    def skeleton(self) -> Skeleton:
        return self.config.tree

    def branch(self, stream: str) -> Branch:
        """The encoders and the queue of a stream."""
        return cast(Branch, self.branches[stream])

    def encoder(self, stream: str) -> BiGRU:
        """The encoder of a stream."""
        return cast(BiGRU, self.branch(stream).encoder)

    def prototypes(self, stream: str) -> Float[Tensor, "P D"]:
        """Of a stream; zero before the first update."""
        return cast(Tensor, getattr(self, f"prototypes_{stream}"))

    # -- stages ----------------------------------------------------------------------------------

    def start_stage(self, stage: Stage) -> None:
        if stage.name not in ("pretrain", "halp", "linear", "finetune"):
            raise OptionError(f"halp: no stage {stage.name!r}; expected pretrain, halp, linear or finetune")
        self.stage = stage.name
        self.clock.zero_()

    def train(self, mode: bool = True) -> HaLP:
        """In the linear stage, the encoders' normalisations stay as they are."""
        super().train(mode)
        if self.stage == "linear":
            self.branches.eval()
        return self

    def take_encoders(self, source: HaLP) -> None:
        """Start from the encoders of `source`, which may have been trained on another data set with other classes (transfer).

        Raises OptionError where their sizes or joints differ.
        """
        for name in ("streams", "hidden", "layers", "dim", "mlp", "per_frame", "dims", "people", "skeleton", "joints"):
            own, other = getattr(self.config, name), getattr(source.config, name)
            if own != other:
                raise OptionError(f"halp: encoders of {name}={other!r} do not fit {name}={own!r}")
        for s in self.config.streams:
            self.branch(s).encoder.load_state_dict(source.branch(s).encoder.state_dict())
            self.branch(s).slow.load_state_dict(source.branch(s).slow.state_dict())

    # -- losses ----------------------------------------------------------------------------------

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Of the stage: the contrast's, or the cross-entropy. A batch of one view is its own second view."""
        terms: dict[str, Tensor] = {}
        if self.stage not in ("linear", "finetune"):
            views = batch.joints.split(self.config.frames, 2)
            terms |= self.contrast(views[0], views[-1]).terms
        if self.stage not in ("pretrain", "halp"):
            terms |= super().losses(RecognitionBatch(batch.joints[:, :, : self.config.frames], batch.index[:, : self.config.frames], batch.label))
        return terms

    def contrast(self, first: Float[Tensor, "B D T J P"], second: Float[Tensor, "B D T J P"], draws: Mapping[str, Draws] | None = None) -> Contrast:
        """One step on two views of clips; while training, encoders of keys, queues and prototypes move.

        Args:
            first: views whose embeddings learn.
            second: views whose keys are their positives.
            draws: of the hallucinated positives, by stream; random if not given.
        """
        c = self.config
        queries = {s: self.branch(s).query(self._read(first, s)) for s in c.streams}
        if self.training:
            for s in c.streams:
                self.branch(s).advance()
        keys = {s: self.branch(s).key(self._read(second, s)) for s in c.streams}
        with torch.autocast(first.device.type, enabled=False):
            logits = {s: self.branch(s).logits(queries[s], keys[s]) for s in c.streams}
            terms = {"contrast": torch.stack([info_nce(v) for v in logits.values()]).sum()}
            positives = {}
            if c.weight and self._makes_positives():
                for s in c.streams:
                    positives[s] = hallucinate(keys[s], self.prototypes(s), c, (draws or {}).get(s))
                terms["hallucinated"] = c.weight * torch.stack([alignment(queries[s], p, c.temperature) for s, p in positives.items()]).sum()
            if c.distillation and len(c.streams) > 1:
                teachers = {s: self.branch(s).similarities(keys[s]) for s in c.streams}
                pairs = [(logits[a][:, 1:] * c.temperature, teachers[b]) for b, a in permutations(c.streams, 2)]
                errors = [distillation(a, b, c.neighbours, c.student_temperature, c.teacher_temperature) for a, b in pairs]
                terms["distillation"] = c.distillation * torch.stack(errors).sum()
            if self.training:
                for s in c.streams:
                    self.branch(s).queue.push(keys[s])
                self.clock[0] += len(first)
        return Contrast(queries, keys, logits, positives, terms)

    def _read(self, joints: Float[Tensor, "B D T J P"], stream: str) -> Float[Tensor, "B T C"]:
        return sequence(joints, stream, self._parents)

    def _makes_positives(self) -> bool:
        """Whether this step has hallucinated positives; while training, prototypes are updated when it is time."""
        c = self.config
        if self.stage == "pretrain" or int(self.clock[0]) < c.warmup * c.queue:
            return False
        if self.training:
            if int(self.clock[1]) % c.every == 0:
                self.update_prototypes()
            self.clock[1] += 1
        return True

    def update_prototypes(self) -> None:
        """Cluster centres of the keys that were pushed last."""
        for s in self.config.streams:
            self.prototypes(s).copy_(spherical_kmeans(self.branch(s).queue.recent(self.config.clustered).contiguous(), self.config.prototypes))

    # -- inference -------------------------------------------------------------------------------

    def features(self, batch: RecognitionBatch) -> dict[str, Float[Tensor, "B F"]]:
        """Of each stream: what its GRUs give at the last frame."""
        c = self.config
        expected = (c.dims, c.frames, len(c.tree), c.people)
        if batch.joints.shape[1:] != expected:
            raise OptionError(f"halp reads joints (B, {', '.join(map(str, expected))}), found {tuple(batch.joints.shape)}")
        return {s: self.encoder(s).features(self._read(batch.joints, s)) for s in c.streams}

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits: the mean over streams."""
        return torch.stack([self.classifiers[s](f) for s, f in self.features(batch).items()]).mean(0)

    @torch.inference_mode()
    def embed(self, clips: Iterable[Poses], batch_size: int = 64) -> Float[Tensor, "N F"]:
        """Features of clips, the mean over streams, without labels.

        Raises SkeletonError naming the joints that nothing in a clip stands for.
        """
        self.eval()
        device = self.clock.device
        many = list(clips)
        for p in many:
            p.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
        samples = [(*self.prepare(p.map_to(self.skeleton)), 0) for p in many]
        parts = [RecognitionBatch.collate(samples[i : i + batch_size]).to(device) for i in range(0, len(samples), batch_size)]
        return torch.cat([torch.stack(list(self.features(p).values())).mean(0).cpu() for p in parts])

    def nearest_neighbours(self, training: Iterable[ActionClip], test: Iterable[ActionClip], k: int = 1) -> RecognitionScores:
        """Scores of test clips that are called what the k training clips with the nearest features are, by cosine (the paper's k is 1).

        Raises OptionError where there are no k training clips.
        """
        known, asked = list(training), list(test)
        if not 1 <= k <= len(known):
            raise OptionError(f"halp: {k} nearest neighbours of {len(known)} training clips: expected 1 to {len(known)}")
        bank, query = (F.normalize(self.embed(c.poses for c in half), dim=-1) for half in (known, asked))
        labels = torch.tensor([c.label for c in known])
        votes = F.one_hot(labels[(query @ bank.T).topk(k, -1).indices], len(self.classes)).sum(1)
        return recognition_scores(votes.float(), torch.tensor([c.label for c in asked]))

    # -- from clips to batches -------------------------------------------------------------------

    def arrange(self, poses: Poses) -> Float[Tensor, "T P J D"]:
        """Frames with somebody in them, centred and, in 3D, upright where the landmarks for it are there; people who are absent are zero."""
        c, tree = self.config, self.config.tree
        x = clip_tools.filled(clip_tools.arranged(poses, c.people, c.dims))
        centre = next(tree.index(j) for j in ("spine2", "pelvis", tree.joints[0]) if tree.has(j))
        if c.dims == 2:
            return aligned(x, centre)
        turns = (("pelvis", "spine2", (0.0, 0.0, 1.0)), ("left_shoulder", "right_shoulder", (1.0, 0.0, 0.0)))
        known = [(tree.index(a), tree.index(b), axis) for a, b, axis in turns if tree.has(a, b)]
        return aligned(x * KINECT, centre, known if c.upright else ())

    def sample(self, x: Float[Tensor, "T P J D"], generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (D, W, J, P), index (W,)) of what :meth:`arrange` gives, see :meth:`prepare`."""
        c = self.config
        if generator is None:
            return tokens(middle(x, c.frames))
        dice = skeletons.Dice(generator)
        if self.stage not in ("pretrain", "halp"):
            return tokens(crop(x, c.frames, dice.uniform(c.crop, 1.0), dice.uniform(), c.shortest))
        views = []
        for _ in range(2):
            view = crop(x, c.frames, dice.uniform(c.pretrain_crop, 1.0), dice.uniform(), c.shortest)
            views.append(spatial(view, dice, c.pose, c.corrupted))
        return tokens(torch.cat(views))

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (D, W, J, P), index (W,)): the middle of the clip; a crop of it, when a generator is given; while pre-training, two views of W / 2 frames.

        Raises OptionError for coordinates of other dimension, or where no frame has a known joint.
        """
        return self.sample(self.arrange(poses), generator)

    # -- files and configs -----------------------------------------------------------------------

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> Method:
        """A model with the authors' weights: of pre-training (with queues, and with or without prototypes) or of linear evaluation.

        `streams` says which stream a checkpoint of a single one is of; joint if not given. What such a file does not hold (the classifier,
        or keys and projections) stays as at the start.
        """
        state = read_checkpoint(checkpoint)
        endings = {"joint": "", "motion": "_motion", "bone": "_bone"}
        found = tuple(s for s in STREAMS if f"encoder_q{endings[s]}.encoder.gru.weight_hh_l0" in state)
        if not found:
            raise FormatError("checkpoint", "expected keys like encoder_q.encoder.gru.weight_hh_l0")
        streams = config.pop("streams", found)
        if len(found) != len(streams):
            raise OptionError(f"halp: a checkpoint of the streams {', '.join(found)}, asked for {', '.join(streams)}")

        def below(prefix: str) -> dict[str, Tensor]:
            return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}

        first = below(f"encoder_q{endings[found[0]]}.")
        sizes = bigru_sizes({"fc.weight": torch.empty(1, 1), **first})
        known: dict[str, Any] = {"hidden": sizes["hidden"], "layers": sizes["layers"], "official_quirks": True}
        labelled = "queue" not in state
        if labelled:
            known["num_classes"] = sizes["outputs"]
        else:
            dim, length = state["queue"].shape
            known |= {"dim": dim, "mlp": sizes["mlp"], "queue": length, "clustered": min(256, length), "neighbours": min(8192, length)}
        for centres in (v for k, v in state.items() if k.startswith("prototypes")):
            known["prototypes"] = len(centres)
        model = cls(cls.Config(**{**known, **config, "streams": streams}))
        renamed: dict[str, Tensor] = {}
        for old, new in zip(found, streams):
            q, k = (f"encoder_{x}{endings[old]}." for x in "qk")
            learned = {f"branches.{new}.encoder.{name}": v for name, v in bigru_names(below(q)).items()}
            if labelled:
                learned = {name.replace(f"branches.{new}.encoder.head.", f"classifiers.{new}."): v for name, v in learned.items()}
            renamed |= learned | {f"branches.{new}.slow.{name}": v for name, v in bigru_names(below(k)).items()}
            centre = f"prototypes_{old[0]}" if len(found) > 1 else "prototypes"
            names = {f"queue{endings[old]}": f"branches.{new}.queue.keys", f"queue_ptr{endings[old]}": f"branches.{new}.queue.pointer"}
            names[centre] = f"prototypes_{new}"
            renamed |= {names[name]: v for name, v in state.items() if name in names}
            state = {name: v for name, v in state.items() if name not in names and not name.startswith((q, k))}
        # what a file holds in part, it must hold whole; but where actions are named there is no projection
        parts = {_part(name) for name in renamed}
        own = {name: v for name, v in model.state_dict().items() if _part(name) not in parts or (labelled and ".encoder.head." in name)}
        load_strictly(model, {**own, **renamed, **state})
        return model

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        s = facts["skeleton"]
        tree = {"skeleton": s.name, "joints": s.joints, "parents": s.parents, "landmarks": s.landmarks}
        # the sets here are a hundredth of NTU's size: a queue and an encoder to match are our choice
        small: dict[str, Any] = {"hidden": 256, "queue": 1024, "neighbours": 512}
        return cls.Config(num_classes=facts["num_classes"], people=facts["people"], dims=facts["dims"], **tree, **small)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        limbs = ("left_shoulder", "left_wrist", "right_shoulder", "right_wrist", "left_hip", "left_ankle", "right_hip", "right_ankle")
        own = {"skeleton": "stick", "joints": ("pelvis", *limbs), "parents": (-1, 0, 1, 0, 3, 0, 5, 0, 7), "landmarks": ("pelvis", *limbs)}
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "kinect20"},
            "a skeleton of one's own": own,
            "2D": {"dims": 2},
            "one person": {"people": 1},
            "longer clips": {"frames": 8},
            "one stream": {"streams": ("bone",)},
            "wider": {"hidden": 12},
            "deeper": {"layers": 2},
            "backward in time": {"per_frame": False},
            "embedding": {"dim": 12},
            "linear projection": {"mlp": False},
            "longer queue": {"queue": 32},
            "faster keys": {"momentum": 0.5},
            "softer logits": {"temperature": 0.2},
            "no hallucination": {"weight": 0.0},
            "fewer positives": {"positives": 4},
            "fewer prototypes": {"prototypes": 4},
            "fewer clustered": {"clustered": 8},
            "warm-up": {"warmup": 2.0},
            "skip two": {"skip": 2},
            "fewer candidates": {"candidates": 2},
            "to the boundary": {"reach": None},
            "no filter": {"filter": False},
            "random directions": {"targets": "random"},
            "no distillation": {"distillation": 0.0},
            "fewer neighbours": {"neighbours": 4},
            "softer student": {"student_temperature": 0.5},
            "softer teacher": {"teacher_temperature": 0.5},
            "quirks": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches, and what is seen after several steps
        return ("upright", "pose", "corrupted", "pretrain_crop", "crop", "shortest", "every")

    @classmethod
    def tiny_config(cls) -> _Config:
        small: dict[str, Any] = {"hidden": 8, "layers": 1, "dim": 3, "queue": 16, "clustered": 16, "prototypes": 6, "positives": 12, "neighbours": 8}
        return cls.Config(num_classes=4, frames=6, streams=("joint", "bone"), momentum=0.9, warmup=0.0, **small)


def _part(name: str) -> str:
    """What an entry belongs to: an encoder or the queue of a stream, its classifier, its prototypes."""
    return ".".join(name.split(".")[: 3 if name.startswith("branches.") else 2])
