"""GAP: a skeleton network taught by texts on what each part of the body does, which it no longer needs when used (ICCV 2023)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.data.descriptions import PARTS, ActionText, action_texts
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, skeletons
from vitruve.nn.agcn import LearnedGCN
from vitruve.nn.ctrgcn import CTRGCN, ctrgcn_sizes
from vitruve.nn.gcn import STRIDES, WIDTHS, SkeletonGCN
from vitruve.nn.text import ClipText, HashTokenizer, load_text
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionRecognizer, RecognitionBatch

GROUPS = ("head", "hand", "hip", "foot")
"""Parts of the body with a text loss of their own, after the global one."""

TEXT_WIDTHS = {"ViT-B/32": 512, "ViT-B/16": 512, "ViT-L/14": 768, "ViT-L/14@336px": 768, "RN50x16": 768, "RN50x64": 1024}
"""Widths of the texts that global heads of the release are compared with; parts are always compared in 512."""
_PART_WIDTH = 512

GROUP_JOINTS: dict[tuple[str, bool], tuple[tuple[int, ...], ...]] = {
    # (joint set, of the bone stream): joints of head, hand, hip, foot
    ("ntu25", False): ((2, 3, 20), (*range(4, 12), 21, 22, 23, 24), (0, 1, 2, 12, 16), tuple(range(12, 20))),
    ("ntu25", True): ((2, 3), (*range(4, 12), 20, 22, 23, 24), (0, 1, 12, 16), tuple(range(12, 20))),
    ("kinect20", False): ((2, 3), tuple(range(4, 12)), (0, 1, 12, 16), tuple(range(12, 20))),
    ("kinect20", True): ((2,), tuple(range(3, 11)), (0, 1, 11, 15), tuple(range(11, 19))),
}
"""As released: of NTU's bone stream the left finger tip gives way to the spine, of NW-UCLA's all joints are one too low."""


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 60, joint stream."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    """Any joint set with a head, arms, hips and legs."""
    people: int = 2
    frames: int = 64
    k: int = 8
    """Joints minus their k-th ancestors: 1 for bones, as many as the tree is deep (or 0) for joints."""
    backbone: str = "ctrgcn"
    """ "ctrgcn", or "baseline": the network that CTR-GCN is measured against, whose adjacencies are the same for all channels and clips."""
    widths: tuple[int, ...] = WIDTHS
    strides: tuple[int, ...] = STRIDES
    adaptive: bool = True
    """Learned adjacencies; without, the graph's."""
    dropout: float = 0.0
    heads: tuple[str, ...] = ("ViT-B/32",)
    """CLIP models whose texts the whole body is compared with; training compares with the first."""
    text: str = "small"
    """The text encoder: "small", a tower that needs no download; "none", for use; else a CLIP of `heads`' width, from a folder or hub."""
    tune_text: bool = True
    """The text encoder learns too."""
    synonyms: bool = True
    """The whole body is compared with a random name of its class; without, with the usual one."""
    groups: tuple[str, ...] = GROUPS
    """Parts with texts; none leaves the name alone (ablation)."""
    alpha: float = 0.8
    """Weight of the mean text loss; 0 is the plain network."""
    sharpness: float = 10.0
    """Of the target: softmax(sharpness * same class)."""
    feeder: str = "ntu"
    """How a clip becomes an array, see `nn.feeders`."""
    official_quirks: bool = False
    """As released: the scale of the similarities is the logarithm it should be the exponential of; names are glued to the hands' texts;
    the matrix of ancestors of NW-UCLA holds children; groups of the bone stream are those of `GROUP_JOINTS`."""

    def __post_init__(self) -> None:
        if self.backbone not in ("ctrgcn", "baseline"):
            raise OptionError(f"GAP backbone={self.backbone!r}: expected ctrgcn or baseline")
        if not self.heads or not set(self.heads) <= set(TEXT_WIDTHS):
            raise OptionError(f"GAP heads={self.heads}: expected some of {', '.join(TEXT_WIDTHS)}")
        if not set(self.groups) <= set(GROUPS):
            raise OptionError(f"GAP groups={self.groups}: expected some of {', '.join(GROUPS)}")
        if self.feeder not in feeders.FEEDERS:
            raise OptionError(f"GAP feeder={self.feeder!r}: expected {' or '.join(feeders.FEEDERS)}")
        if self.text != "none" and TEXT_WIDTHS[self.heads[0]] != _PART_WIDTH:
            raise OptionError(f"GAP heads={self.heads}: texts to train with need the width of the parts, {_PART_WIDTH}")


_Config = Config  # what the class below calls by the same name


def ucla(**changes: Any) -> Config:
    """The release for NW-UCLA. Its joint stream is the joints themselves, where the release takes a sixth power of a wrong matrix."""
    return Config(**{"num_classes": 10, "skeleton": "kinect20", "people": 1, "frames": 52, "k": 0, "feeder": "ucla", "alpha": 1.0, **changes})


def ancestors(skeleton: Skeleton, k: int, official_quirks: bool = False) -> Float[Tensor, "J J"]:
    """I - P^k, where row j of P marks the parent of joint j: what the network makes of joints before anything else.

    NTU's tree is hung up by the middle of the spine, finger tips by thumbs; others as CTR-GCN hangs them, or by their root.
    """
    if skeleton.name == "ntu25":
        parents = list(skeletons.bone_parents(skeleton, "spine_mid"))
        for side in ("left", "right"):
            parents[skeleton.index(f"{side}_hand_tip")] = skeleton.index(f"{side}_thumb")
    else:
        parents = [p if p >= 0 else j for j, p in enumerate(_graph_parents(skeleton))]
    tree = torch.zeros(len(skeleton), len(skeleton))
    for j, p in enumerate(parents):
        if p != j:
            tree[j, p] = 1
    if official_quirks and skeleton.name == "kinect20":
        tree = tree.T
    return torch.eye(len(skeleton)) - (torch.linalg.matrix_power(tree, k) if k else torch.zeros(()))


def _graph_parents(skeleton: Skeleton) -> tuple[int, ...]:
    """The tree of the graph convolutions: CTR-GCN's for Kinect bodies, else the skeleton's own."""
    return skeletons.kinect_parents(skeleton) if skeleton.name in ("ntu25", "kinect20") else tuple(p if p >= 0 else j for j, p in enumerate(skeleton.parents))


def group_joints(skeleton: Skeleton, bone: bool = False) -> tuple[tuple[int, ...], ...]:
    """Joints of head, hand, hip and foot; OptionError where a skeleton lacks one of them."""
    if (skeleton.name, bone) in GROUP_JOINTS:
        return GROUP_JOINTS[skeleton.name, bone]
    parts = skeleton.parts
    hands, feet = (tuple(sorted({j for p in names for j in parts.get(p, ())})) for names in (("left_arm", "right_arm", "hands"), ("left_leg", "right_leg")))
    hips = tuple(skeleton.index(n) for n in ("pelvis", "spine2", "left_hip", "right_hip") if skeleton.has(n))
    found = (tuple(parts.get("head", ())), hands, hips, feet)
    for name, joints in zip(GROUPS, found):
        if not joints:
            raise OptionError(f"gap: skeleton {skeleton.name!r} has no joints of the {name}")
    return found


def prompts(fields: Sequence[str], official_quirks: bool = False) -> tuple[str, ...]:
    """The five texts of a class from its name and the texts of head, hand, arm, hip, leg and foot: whole, head, hand, hip, foot.

    Source: Text_Prompt.py, where no comma is followed by a space and none follows the name before the hand's text.
    """
    name, head, hand, arm, hip, leg, foot = fields
    comma, glue = (",", "") if official_quirks else (", ", ", ")
    return (name, f"{name}{comma}{head}", f"{name}{glue}{hand}{comma}{arm}", f"{name}{comma}{hip}", f"{name}{comma}{leg}{comma}{foot}")


def text_loss(logits: Float[Tensor, "B B"], label: Int[Tensor, " B"], sharpness: float = 10.0) -> Tensor:
    """Mean divergence of a row's softmax from the clips of its class, which share the row's target. Source: KLLoss.py."""
    target = (sharpness * (label[:, None] == label).to(logits.dtype)).softmax(1)
    return F.kl_div(logits.log_softmax(1), target, reduction="sum") / len(label)


def similarities(feature: Float[Tensor, "B C"], text: Float[Tensor, "B C"], scale: Tensor) -> Float[Tensor, "B B"]:
    """Scaled cosines of clips (rows) and texts (columns)."""
    return scale * F.normalize(feature, dim=-1) @ F.normalize(text, dim=-1).T


class GAP(ActionRecognizer):
    """CTR-GCN, trained to also place the whole clip and four parts of its body near texts that describe them.

    >>> import torch
    >>> model = GAP(ucla(text="none")).eval()
    >>> model(RecognitionBatch(torch.randn(2, 3, 52, 20, 1), torch.linspace(-1, 1, 52).repeat(2, 1))).shape
    torch.Size([2, 10])
    """

    card = Card(
        slug="gap",
        title="Generative Action Description Prompts for Skeleton-based Action Recognition",
        venue="ICCV 2023",
        task="recognition",
        summary="Names actions. While it is trained, the features of the whole body and of head, hands, hips and feet are compared with texts that say what "
        "each of them does in an action; the text encoder is left behind afterwards, so that nothing is added when the network is used.",
        claim="Text losses on the body's parts make the same network more accurate, at no cost when it is used; with texts of other classes they do not.",
        official="MartinXM/GAP",
        code_licence="Apache-2.0 (on CTR-GCN, CC BY-NC 4.0)",
        weights_licence="none released",
        figures=(
            Figure("NTU RGB+D 60", "top-1 X-Sub / X-View, 4 streams (%)", "92.9 / 97.0"),
            Figure("NTU RGB+D 120", "top-1 X-Sub / X-Set, 4 streams (%)", "89.9 / 91.1"),
            Figure("NW-UCLA", "top-1, 4 streams (%)", "97.2"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=110,
                batch_size=200,
                optimizer="sgd",
                lr=0.1,
                weight_decay=5e-4,
                schedule=Schedule("step", warmup=5, milestones=(90, 100)),
            ),
        ),
        source="authors' config",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        if c.backbone == "baseline":
            self.backbone: SkeletonGCN = LearnedGCN(c.num_classes, len(self.skeleton), c.people, 3, c.widths, c.strides, c.dropout, c.adaptive)
        else:
            graph = skeletons.spatial_graph(_graph_parents(self.skeleton))
            self.backbone = CTRGCN(c.num_classes, graph, c.people, 3, c.widths, c.strides, c.dropout, c.adaptive)
        self.logit_scale = nn.Parameter(torch.full((1, 1 + len(GROUPS)), math.log(1 / 0.07)))
        # the names have dots and slashes, which module names must not: counted instead
        self.global_heads = nn.ModuleList(nn.Linear(c.widths[-1], TEXT_WIDTHS[name]) for name in c.heads)
        self.part_heads = nn.ModuleList(nn.Linear(c.widths[-1], _PART_WIDTH) for _ in GROUPS)
        for head in self.global_heads:
            nn.init.kaiming_normal_(head.weight, mode="fan_out")  # type: ignore[arg-type]
        self.register_buffer("vector", ancestors(self.skeleton, c.k, c.official_quirks), persistent=False)
        # the groups of the bone stream differ only by what the release got wrong
        self.groups = group_joints(self.skeleton, bone=c.official_quirks and c.k == 1)
        self.text = self._text_encoder()

    vector: Tensor

    def _text_encoder(self) -> nn.Module | None:
        c = self.config
        if c.text == "none":
            return None
        if c.text == "small":
            return ClipText(128, 2, 4, 4096, 77, TEXT_WIDTHS[c.heads[0]], HashTokenizer(4096, 77)).requires_grad_(c.tune_text)
        return load_text(c.text).requires_grad_(c.tune_text)

    # -- skeletons -------------------------------------------------------------------------------

    def vectors(self, x: Float[Tensor, "B 3 T V P"]) -> Float[Tensor, "B 3 T V P"]:
        """Joints minus their k-th ancestors."""
        return torch.einsum("uv,bctvp->bctup", self.vector, x)

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """Class logits; no text is looked at."""
        return self.backbone(self.vectors(batch.joints))

    def parts(self, maps: Float[Tensor, "B P D T V"]) -> list[Float[Tensor, "B 512"]]:
        """Features of head, hand, hip and foot."""
        return [head(maps[..., list(joints)].mean((1, 3, 4))) for head, joints in zip(self.part_heads, self.groups)]

    # -- texts -----------------------------------------------------------------------------------

    @property
    def texts(self) -> tuple[ActionText, ...]:
        """What is said of each class: `describe`'s texts, else those of `data.descriptions` by the classes' names."""
        return getattr(self, "_texts", None) or action_texts(self.classes)

    def describe(self, texts: Sequence[ActionText]) -> None:
        """Train with these texts, one for each class. Raises OptionError for another number of them."""
        if len(texts) != self.config.num_classes:
            raise OptionError(f"{len(texts)} texts for {self.config.num_classes} classes")
        self._texts = tuple(texts)

    def _sentences(self, text: ActionText) -> tuple[str, ...]:
        """The five texts of a class; a class nothing is known of is its name five times."""
        fields = text.fields if text.parts else (text.names[0], *(f"{part}: {text.names[0]}" for part in PARTS))
        return prompts(fields, self.config.official_quirks)

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Cross-entropy, and alpha times the mean text loss of the whole and of the parts, both directions averaged."""
        assert batch.label is not None
        c = self.config
        maps = self.backbone.maps(self.vectors(batch.joints))
        whole = maps.mean((1, 3, 4))
        out = {"cross_entropy": F.cross_entropy(self.backbone.fc(self.backbone.dropout(whole)), batch.label)}
        if self.text is None or not c.alpha:
            return out
        features = [self.global_heads[0](whole), *self.parts(maps)]
        chosen = [0, *(1 + GROUPS.index(g) for g in c.groups)]
        # each text once, though many clips share it
        present, row = batch.label.unique(return_inverse=True)
        scales = self.logit_scale[0] if c.official_quirks else self.logit_scale[0].exp()
        loss = out["cross_entropy"].new_zeros(())
        for i in chosen:
            if i == 0 and c.synonyms:
                names = [self.texts[k].names for k in batch.label.tolist()]
                text = self._embed([n[int(torch.randint(len(n), ()))] for n in names])
            else:
                text = self._embed([self._sentences(self.texts[k])[i] for k in present.tolist()])[row]
            logits = similarities(features[i], text, scales[i])
            loss = loss + (text_loss(logits, batch.label, c.sharpness) + text_loss(logits.T, batch.label, c.sharpness)) / 2
        return {**out, "text": c.alpha * loss / len(chosen)}

    def _embed(self, sentences: Sequence[str]) -> Float[Tensor, "B C"]:
        assert self.text is not None
        return self.text(self.text.tokenize(sentences)).embedding  # type: ignore[operator]

    # -- clips -----------------------------------------------------------------------------------

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (3, T, J, P), index (T,)) of one clip, by the config's feeder, augmented when a generator is given."""
        return feeders.fed(poses, self.skeleton, self.config.people, self.config.frames, self.config.feeder, generator)

    def extra_state(self) -> dict[str, Any]:
        own = getattr(self, "_texts", None)
        return {**super().extra_state(), **({"texts": [[list(t.names), list(t.parts)] for t in own]} if own else {})}

    def load_extra_state(self, state: Any) -> None:
        super().load_extra_state(state)
        if "texts" in state:
            self.describe([ActionText(tuple(names), tuple(parts)) for names, parts in state["texts"]])

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        sizes = {k: facts[k] for k in ("num_classes", "people")}
        return cls.Config(**sizes) if facts["skeleton"].covers(standard("ntu25")) else ucla(**sizes)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "ntu25"},
            "two people": {"people": 2},
            "longer clips": {"frames": 24},
            "bones": {"k": 1},
            "wider": {"widths": (16, 32)},
            "no strides": {"strides": (1, 1)},
            "fixed graph": {"adaptive": False},
            "baseline network": {"backbone": "baseline"},
            "dropout": {"dropout": 0.5},
            "a wider text": {"heads": ("ViT-L/14",), "text": "none"},
            "no text": {"text": "none"},
            "whole body only": {"groups": ()},
            "weight of texts": {"alpha": 0.1},
            "soft target": {"sharpness": 1.0},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches; whether the text tower learns, which no first step shows; synonyms, of which numbered classes have none
        return ("feeder", "tune_text", "synonyms")

    @classmethod
    def tiny_config(cls) -> _Config:
        return ucla(num_classes=4, frames=16, k=0, widths=(16, 16), strides=(1, 2))

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> GAP:
        """Read the authors' weights, in which there is no text encoder; sizes come from the shapes, `k` and `skeleton` from the caller where they differ."""
        state = read_checkpoint(checkpoint)
        heads = tuple(dict.fromkeys(k.removeprefix("linear_head.").rsplit(".", 1)[0] for k in state if k.startswith("linear_head.")))
        try:
            skeletons_of = {25: "ntu25", 20: "kinect20"}
            sizes = ctrgcn_sizes(state, among=tuple(skeletons_of))
            joints = skeletons_of[sizes["joints"]]
        except KeyError as e:
            raise FormatError("checkpoint", f"not a GAP checkpoint: no entry {e.args[0]!r}") from None
        fixed = {k: sizes[k] for k in ("num_classes", "people", "widths", "adaptive")}
        backbone = "baseline" if "l1.gcn1.conv_d.0.weight" in state else "ctrgcn"
        base = {**fixed, "backbone": backbone, "skeleton": joints, "heads": heads, "text": "none", "official_quirks": True}
        if joints == "kinect20":
            base |= {"frames": 52, "k": 6, "feeder": "ucla", "alpha": 1.0}
        model = cls(Config(**{**base, **config}))
        load_strictly(model, {_rename(k, heads): v for k, v in state.items()})
        return model.eval()


def _rename(key: str, heads: tuple[str, ...]) -> str:
    """The authors' keys to ours."""
    if key.startswith("linear_head."):
        name, leaf = key.removeprefix("linear_head.").rsplit(".", 1)
        return f"global_heads.{heads.index(name)}.{leaf}"
    if key.startswith("part_list."):
        # theirs are made in the order head, hand, foot, hip
        number, leaf = key.removeprefix("part_list.").split(".")
        return f"part_heads.{(0, 1, 3, 2)[int(number)]}.{leaf}"
    return key if key == "logit_scale" else f"backbone.{key}"
