"""PSUMNet: one small network for each part of the body, each seeing all four modalities at once (ECCV workshops 2022)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError
from vitruve.nn import feeders, skeletons
from vitruve.nn.ctrgcn import CTRGCN, ctrgcn_sizes
from vitruve.nn.gcn import STRIDES, WIDTHS
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.recognition import ActionRecognizer, RecognitionBatch

STREAMS = ("body", "hands", "legs")
DEPTHS: dict[str, tuple[int, ...]] = {"body": tuple(range(10)), "hands": (0, 4, 5, 6, 7, 8), "legs": (0, 4, 5, 7)}
"""Which of CTR-GCN's ten blocks each stream keeps."""
MODALITIES = skeletons.STREAMS
"""Joints, bones, and both their velocities, three channels each, in the order the network reads them."""

_FINGERS = ("thumb", "index", "middle", "ring", "pinky")


@dataclass(frozen=True)
class Part:
    """Joints of a part, in order, and its links (child, parent) as positions in that order; bones follow the last link of a child."""

    joints: tuple[int, ...]
    links: tuple[tuple[int, int], ...]

    @property
    def graph(self) -> Float[Tensor, "3 V V"]:
        return skeletons.linked_graph(self.links, len(self.joints))

    @property
    def parents(self) -> tuple[int, ...]:
        """Each joint's neighbour that its bone comes from; its own where it has none."""
        last = dict(self.links)
        return tuple(last.get(j, j) for j in range(len(self.joints)))


def _ntux() -> Skeleton:
    """NTU-X: OpenPose's 25 body joints, then the left and the right hand of 21."""
    body = standard("openpose25")
    names, parents = list(body.joints), list(body.parents)
    for side in ("left", "right"):
        wrist = len(names)
        names.append(f"{side}_hand_root")
        parents.append(body.index(f"{side}_wrist"))
        for finger in _FINGERS:
            for k in range(1, 5):
                names.append(f"{side}_{finger}{k}")
                parents.append(wrist if k == 1 else len(names) - 2)
    return Skeleton("ntux67", tuple(names), tuple(parents))


def _shrec() -> Skeleton:
    """SHREC'17: a hand of wrist, palm and four joints a finger."""
    fingers = [(f"{f}{k}", 1 if k == 1 else 4 * i + k) for i, f in enumerate(_FINGERS) for k in range(1, 5)]
    names, parents = zip(("wrist", -1), ("palm", 0), *fingers)
    return Skeleton("shrec22", names, parents, landmarks=(None,) * 22)


_OWN = {"ntux67": _ntux, "shrec22": _shrec}
"""Joint sets that only this method reads."""


@cache
def joint_set(name: str) -> Skeleton:
    """A standard joint set, or one of NTU-X and SHREC."""
    return _OWN[name]() if name in _OWN else standard(name)


def _links(parents: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((j, p) for j, p in enumerate(parents) if p not in (-1, j))


def _limbs(skeleton: Skeleton, joint: str) -> Part:
    """The two limbs that begin with left and right `joint`, and the joint they part from."""
    left, right = (skeleton.chain(skeleton.index(f"{side}_{joint}")) for side in ("left", "right"))
    shared = [a for a, b in zip(left, right) if a == b]
    if not shared:
        raise OptionError(f"psumnet: in skeleton {skeleton.name!r} nothing joins left and right {joint}")
    root = shared[-1]

    def below(top: int) -> list[int]:
        return [j for j in range(len(skeleton)) if top in skeleton.chain(j)]

    joints = (root, *below(left[len(shared)]), *below(right[len(shared)]))
    place = {j: i for i, j in enumerate(joints)}
    return Part(joints, tuple((place[j], place[skeleton.parents[j]]) for j in joints[1:]))


def part(name: str, stream: str, official_quirks: bool = False) -> Part:
    """The joints and links of a stream, for any joint set with a tree.

    Source: psumnet (graph/, feeders/); for joint sets of others the limbs below the shoulders and the hips.
    """
    skeleton = joint_set(name)
    whole = tuple(range(len(skeleton)))
    if name == "shrec22":
        if official_quirks:
            # links meant from 0 were shifted by one, so that the first wraps around to the last joint
            pairs = [(p, j) for j, p in enumerate(skeleton.parents) if p >= 0]
            return Part(whole, tuple(((a - 1) % 22, (b - 1) % 22) for a, b in pairs))
        return Part(whole, _links(skeleton.parents))
    if name == "ntux67":
        return _ntux_part(skeleton, stream, official_quirks)
    if stream == "body":
        return Part(whole, _links(skeletons.kinect_parents(skeleton) if name in ("ntu25", "kinect20") else skeleton.parents))
    found = _limbs(skeleton, "shoulder" if stream == "hands" else "hip")
    if stream == "legs" and official_quirks and name == "ntu25":
        # the right chain begins at the left foot, and the right foot is linked to nothing
        return Part(found.joints, ((1, 0), (2, 1), (3, 2), (4, 3), (4, 0), (5, 4), (6, 5), (7, 6)))
    return found


def _ntux_part(skeleton: Skeleton, stream: str, official_quirks: bool) -> Part:
    """The release's parts of NTU-X: finger tips with the body, whole hands with the arms, feet with the legs."""
    if stream == "body":
        tips = [base + 4 * k for base in (46, 25) for k in range(6)]
        # nose hangs from the neck, the tips from the roots of their hands, which are doubles of the wrists
        parents = [1, -1, *skeleton.parents[2:25], 3, *[25] * 5, 6, *[31] * 5]
        if official_quirks:
            # the tip of the right index finger hangs from the tip of the thumb
            parents[27] = 26
        return Part((*range(25), *tips), _links(tuple(parents)))
    if stream == "hands":
        joints = (2, 3, 4, 5, 6, 7, *range(46, 67), *range(25, 46))
        place = {j: i for i, j in enumerate(joints)}
        return Part(joints, (*((place[j], place[p]) for j in joints if (p := skeleton.parents[j]) in place), (3, 0)))
    joints = (8, 9, 10, 11, 24, 22, 23, 12, 13, 14, 21, 19, 20)
    # heels hang from the ankles; the toes of the right foot from its ankle, of the left from its heel's neighbour
    return Part(joints, ((1, 0), (2, 1), (3, 2), (4, 3), (5, 3), (6, 5), (7, 0), (8, 7), (9, 8), (10, 9), (11, 9), (12, 11)))


def modalities(x: Float[Tensor, "B 3 T V P"], part: Part) -> Float[Tensor, "B 12 T W P"]:
    """Joints, bones within the part, and both their changes until the next frame, of a part of the body in the frame of the whole."""
    joints = x[:, :, :, list(part.joints)]
    both = torch.cat([joints, joints - joints[:, :, :, list(part.parents)]], 1)
    return torch.cat([both, F.pad(both.diff(dim=2), (0, 0, 0, 0, 0, 1))], 1)


@dataclass(frozen=True)
class Config:
    """Defaults are the release for NTU RGB+D 60, cross-subject."""

    num_classes: int = 60
    skeleton: str = "ntu25"
    """A standard joint set, "ntux67" or "shrec22"."""
    people: int = 2
    frames: int = 64
    streams: tuple[str, ...] = STREAMS
    weights: tuple[float, ...] = (2.0, 1.8, 0.7)
    """Of the streams' logits in the sum. The release chose them on the test set."""
    modalities: tuple[str, ...] = MODALITIES
    """What every stream sees; fewer are the ablation, and one with the body stream only is a stream of the usual kind."""
    global_frame: bool = True
    """Parts keep their place in the whole body; without, each is moved to its own first joint (ablation)."""
    adaptive: bool = True
    """Learned adjacencies; without, the graph's."""
    relation: int | None = None
    """Width in which the first block compares joints; None for an eighth of the input channels, which of 12 is 1 (the release)."""
    widths: tuple[int, ...] = WIDTHS
    """Channels of the ten blocks that streams choose from."""
    dropout: float = 0.0
    feeder: str = "ntu"
    """How a clip becomes an array: "ntu" or "ucla" (see `nn.feeders`), or "pad": from the start, zeros behind the end."""
    official_quirks: bool = False
    """As the release: links of NTU's legs and of SHREC's hand are off by one, and one finger tip of NTU-X hangs from another."""

    def __post_init__(self) -> None:
        if not self.streams or not set(self.streams) <= set(STREAMS) or len(self.weights) != len(self.streams):
            raise OptionError(f"PSUMNet streams={self.streams}, weights={self.weights}: expected some of {', '.join(STREAMS)} and a weight for each")
        if not self.modalities or not set(self.modalities) <= set(MODALITIES):
            raise OptionError(f"PSUMNet modalities={self.modalities}: expected some of {', '.join(MODALITIES)}")
        if self.feeder not in ("ntu", "ucla", "pad"):
            raise OptionError(f"PSUMNet feeder={self.feeder!r}: expected ntu, ucla or pad")
        if len(self.widths) != 10:
            raise OptionError(f"PSUMNet widths={self.widths}: expected ten")
        for stream in self.streams:
            part(self.skeleton, stream)


_Config = Config  # what the class below calls by the same name


class PSUMNet(ActionRecognizer):
    """Part streams of unified modalities; the answer is the weighted sum of their logits.

    >>> import torch
    >>> model = PSUMNet(Config(skeleton="kinect20", people=1, num_classes=10)).eval()
    >>> model(RecognitionBatch(torch.randn(2, 3, 64, 20, 1), torch.linspace(-1, 1, 64).repeat(2, 1))).shape
    torch.Size([2, 10])
    """

    card = Card(
        slug="psumnet",
        title="PSUMNet: Unified Modality Part Streams are All You Need for Efficient Pose-based Action Recognition",
        venue="ECCVW 2022",
        task="recognition",
        summary="Names actions and gestures. Instead of a network for each modality, one for each part of the body (all of it, hands, legs), shallower where "
        "the part is smaller, that sees joints, bones and both their velocities in the frame of the whole body.",
        claim="Three part streams of unified modalities are as accurate as four networks of one modality each, with about half the parameters.",
        official="skelemoa/psumnet",
        code_licence="CC BY-NC 4.0",
        weights_licence="CC BY-NC 4.0",
        figures=(
            Figure("NTU RGB+D 60", "top-1 X-Sub (%)", "92.9"),
            Figure("NTU RGB+D 120", "top-1 X-Sub (%)", "89.4"),
            Figure("NTU60-X / NTU120-X", "top-1 (%)", "94.7 / 89.1", "README"),
            Figure("SHREC'17", "top-1, 14 / 28 gestures (%)", "95.5 / 93.1", "README"),
            Figure("all streams, 60 classes", "parameters", "2.8 M"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage(
                epochs=200,
                batch_size=200,
                optimizer="sgd",
                lr=0.1,
                weight_decay=5e-4,
                # the release halves the rate when the loss of the test set stops falling; these steps are those of its config
                schedule=Schedule("step", warmup=5, milestones=(35, 55)),
            ),
        ),
        source="authors' config",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.parts = {s: part(c.skeleton, s, c.official_quirks) for s in c.streams}
        self.networks = nn.ModuleDict(
            {
                s: CTRGCN(
                    c.num_classes,
                    p.graph,
                    c.people,
                    3 * len(c.modalities),
                    [c.widths[i] for i in DEPTHS[s]],
                    [STRIDES[i] for i in DEPTHS[s]],
                    c.dropout,
                    c.adaptive,
                    c.relation,
                )
                for s, p in self.parts.items()
            }
        )

    @property
    def skeleton(self) -> Skeleton:
        return joint_set(self.config.skeleton)

    def logits(self, batch: RecognitionBatch) -> dict[str, Float[Tensor, "B K"]]:
        """Class logits of each stream."""
        out = {}
        for stream, network in self.networks.items():
            x = batch.joints
            if not self.config.global_frame:
                first = self.parts[stream].joints[0]
                x = x - x[:, :, :, first : first + 1]
            seen = modalities(x, self.parts[stream]).unflatten(1, (len(MODALITIES), 3))
            out[stream] = network(seen[:, [MODALITIES.index(m) for m in self.config.modalities]].flatten(1, 2))
        return out

    def forward(self, batch: RecognitionBatch) -> Float[Tensor, "B K"]:
        """The weighted sum of the streams' logits."""
        found = self.logits(batch)
        return torch.stack([w * found[s] for s, w in zip(self.config.streams, self.config.weights)]).sum(0)

    def losses(self, batch: RecognitionBatch) -> dict[str, Tensor]:
        """Cross-entropy of every stream: they share nothing, so this trains each by itself."""
        assert batch.label is not None
        return {stream: F.cross_entropy(logits, batch.label) for stream, logits in self.logits(batch).items()}

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """(joints (3, T, J, P), index (T,)) of one clip, by the config's feeder, augmented when a generator is given."""
        return feeders.fed(poses, self.skeleton, self.config.people, self.config.frames, self.config.feeder, generator)

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        sizes = {k: facts[k] for k in ("num_classes", "people")}
        if facts["skeleton"].covers(standard("ntu25")):
            return cls.Config(**sizes)
        return cls.Config(skeleton="kinect20", frames=52, feeder="ucla", weights=(1.0, 1.0, 1.0), **sizes)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "classes": {"num_classes": 5},
            "another joint set": {"skeleton": "ntu25"},
            "two people": {"people": 2},
            "longer clips": {"frames": 24},
            "body only": {"streams": ("body",), "weights": (1.0,)},
            "joints only": {"modalities": ("joint",)},
            "parts by themselves": {"global_frame": False},
            "fixed graph": {"adaptive": False},
            "wider relations": {"relation": 4},
            "wider": {"widths": (16,) * 10},
            "dropout": {"dropout": 0.5},
            "as released": {"skeleton": "ntu25", "official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how clips become batches
        return ("feeder",)

    @classmethod
    def tiny_config(cls) -> _Config:
        return cls.Config(num_classes=4, skeleton="kinect20", people=1, frames=16, widths=(8,) * 10)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Any], **config: Any) -> PSUMNet:
        """Read the authors' weights of one stream, or of several as a mapping {"body": checkpoint, ...}.

        Which stream a lone checkpoint is of follows from its depth, the joint set from its joints, unless `streams` and
        `skeleton` are given.
        """
        joints = {25: "ntu25", 13: "ntu25", 9: "ntu25", 37: "ntux67", 48: "ntux67", 22: "shrec22", 20: "kinect20"}
        several = checkpoint if isinstance(checkpoint, Mapping) and set(checkpoint) <= set(STREAMS) else {"": checkpoint}
        states: dict[str, dict[str, Tensor]] = {}
        try:
            for name, given in several.items():
                state = {_rename(k): v for k, v in read_checkpoint(given).items()}
                sizes = ctrgcn_sizes(state, among=tuple(joints))
                given_streams = config.get("streams", ())
                stream = name or (given_streams[0] if len(given_streams) == 1 else {10: "body", 6: "hands", 4: "legs"}[len(sizes["widths"])])
                states[stream] = state
        except KeyError as e:
            raise FormatError("checkpoint", f"not a PSUMNet checkpoint: no entry {e.args[0]!r}") from None
        skeleton = config.get("skeleton") or joints.get(sizes["joints"])
        if skeleton is None:
            raise FormatError("checkpoint", f"{sizes['joints']} joints: say which skeleton they are of")
        if "body" not in states and sizes["joints"] == 13 and len(sizes["widths"]) == 4 and "skeleton" not in config:
            skeleton = "ntux67"
        relation = state["l1.gcn1.convs.0.conv1.weight"].shape[0]
        order = tuple(s for s in STREAMS if s in states)
        base = {
            "num_classes": sizes["num_classes"],
            "skeleton": skeleton,
            "people": sizes["people"],
            "streams": order,
            "weights": (1.0,) * len(order),
            "modalities": MODALITIES[: sizes["channels"] // 3],
            "relation": relation,
            "adaptive": sizes["adaptive"],
            "frames": 180 if skeleton == "shrec22" else 64,
            "feeder": "pad" if skeleton == "shrec22" else "ntu",
            "official_quirks": True,
        }
        model = cls(Config(**{**base, **config}))
        load_strictly(model, {f"networks.{s}.{k}": v for s, state in states.items() for k, v in state.items()})
        return model.eval()


def _rename(key: str) -> str:
    """The release counts blocks in a list from 0."""
    head, _, rest = key.partition(".")
    if head != "layers":
        return key
    number, _, rest = rest.partition(".")
    return f"l{int(number) + 1}.{rest}"
