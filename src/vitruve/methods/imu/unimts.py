"""UniMTS: inertial sensors simulated at every joint of motion capture, aligned with texts, read any worn sensor (NeurIPS 2024)."""

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

from vitruve.core import rotations as rot
from vitruve.core.inertial import BODY, Inertial
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.stgcn import NTU_BLOCKS, STGCN, partitioned_graph, tree_distances
from vitruve.nn.text import ClipText, ClipTokenizer, HashTokenizer
from vitruve.tasks.imu import ImuBatch, ImuRecognizer
from vitruve.tasks.method import Card, Figure, Method, Recipe, Stage, load_strictly, read_checkpoint

_BINS, _HOP = 25, 28
"""Short-time Fourier transform: as many bins as samples of its window, and samples between windows."""
_STFT_FRAMES = 200
"""The length whose transform has as many numbers as samples."""


@dataclass(frozen=True)
class Config:
    """Defaults are the paper's: accelerations of ten seconds at 20 Hz, and CLIP's ViT-B/32 text tower, trained along."""

    num_classes: int | None = None
    """A linear head over so many classes, trained by cross-entropy (few-shot and full-shot); None to align with texts (pre-training, zero-shot)."""
    frames: int = 200
    rate: float = 20.0
    """Samples per second."""
    gyro: bool = False
    """Angular velocities as three more channels."""
    stft: bool = False
    """Magnitudes of the channels' short-time Fourier transform as further channels."""
    blocks: tuple[tuple[int, int], ...] = (*NTU_BLOCKS[:9], (512, 1))
    """(channels, temporal stride) of the graph network; the last is the width of the space shared with texts."""
    edge_importance: bool = True
    data_bn: bool = True
    dropout: float = 0.0
    text_width: int = 512
    text_layers: int = 12
    text_heads: int = 8
    vocabulary: int = 49408
    context: int = 77
    tokenizer: str | None = None
    """Folder or hub name with CLIP's vocabulary; None for words by checksum, which CLIP's own weights do not know."""
    worn: tuple[int, int] = (1, 5)
    """While pre-training a recording is seen at a random number of its places, from the first to the second; the others are zero.
    (22, 22) never hides one."""
    rotate: bool = True
    """While pre-training every sensor is turned by a random rotation, the same for all its samples: the rotation-invariant augmentation."""
    temperature: float = 0.1
    """Divides the logits of the loss once more, beside the learned scale (as in the release)."""
    repeats_are_negatives: bool = True
    """Another recording of a batch with the very same text counts as a negative. False leaves it out of the sum (our choice, for sets of few texts)."""
    pretrained: str | None = None
    """Folder of a pre-trained method whose graph network a head is trained on; None for random weights."""
    tune: str = "full"
    """What a head's training moves: "full" for everything, "probe" for the head alone."""
    official_quirks: bool = False
    """As the release. Bones away from the pelvis fall into one partition of the graph in both directions; with `stft` all magnitudes stand
    behind all other columns before these are dealt out to joints, so that they reach other joints than their own."""

    def __post_init__(self) -> None:
        if self.frames < 1 or not self.rate > 0:
            raise OptionError(f"UniMTS frames={self.frames}, rate={self.rate}: expected a positive length and rate")
        if self.stft and self.frames != _STFT_FRAMES:
            raise OptionError(f"UniMTS stft with frames={self.frames}: its transform has as many numbers as samples only for {_STFT_FRAMES}")
        if not 1 <= self.worn[0] <= self.worn[1] <= len(BODY):
            raise OptionError(f"UniMTS worn={self.worn}: expected a least and a most of 1 to {len(BODY)} places")
        if self.tune not in ("full", "probe"):
            raise OptionError(f"UniMTS tune={self.tune!r}: expected full or probe")
        if not self.temperature > 0:
            raise OptionError(f"UniMTS temperature={self.temperature}: expected a positive number")

    @property
    def channels(self) -> int:
        """Of the network's input."""
        return 3 * (1 + self.gyro) * (1 + self.stft)


_Config = Config  # what the class below calls by the same name

PRETRAINING = Recipe((Stage(name="pretrain", epochs=100, batch_size=64, optimizer="adam", lr=1e-4),), source="authors' scripts")
TUNING = Recipe((Stage(name="tune", epochs=200, batch_size=64, optimizer="adam", lr=1e-4),), source="authors' scripts")
"""The authors keep the weights of the epoch with the lowest training loss; here the last ones are kept."""


def random_rotations(numbers: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 3 3"]:
    """Uniformly distributed rotations from four normal numbers each (w, x, y, z of a quaternion)."""
    q = rot.quaternion_order(rot.normalize(numbers), "wxyz", "xyzw")
    return torch.stack([rot.rotate(q, axis.expand(*q.shape[:-1], 3)) for axis in torch.eye(3, dtype=q.dtype, device=q.device)], -1)


def turn_sensors(signals: Float[Tensor, "*B T J 6"], numbers: Float[Tensor, "*B J 4"]) -> Float[Tensor, "*B T J 6"]:
    """Every sensor's acceleration and angular velocity turned by one random rotation, the same at all times (utils.py)."""
    turned = torch.einsum("...jab,...tjsb->...tjsa", random_rotations(numbers), signals.unflatten(-1, (2, 3)))
    return turned.flatten(-2)


def spectra(columns: Float[Tensor, "T N"]) -> Float[Tensor, "T N"]:
    """|STFT| of columns of 200 samples, its 25 two-sided bins of 8 windows laid end to end: as long, but not in step with them."""
    window = torch.ones(_BINS, dtype=columns.dtype, device=columns.device)
    found = torch.stft(columns.T, n_fft=_BINS, hop_length=_HOP, window=window, onesided=False, center=True, return_complex=True)
    return found.abs().flatten(1).T


def network_input(signals: Float[Tensor, "T J 6"], gyro: bool = False, stft: bool = False, official_quirks: bool = False) -> Float[Tensor, "C T J"]:
    """Channels as the network reads them: accelerations, angular velocities with `gyro`, magnitudes of both with `stft`."""
    joints = signals.shape[1]
    columns = signals[..., : 6 if gyro else 3].flatten(1)
    if not stft:
        return columns.unflatten(1, (joints, -1)).permute(2, 0, 1)
    added = spectra(columns)
    if official_quirks:
        return torch.cat([columns, added], 1).unflatten(1, (joints, -1)).permute(2, 0, 1)
    return torch.cat([columns.unflatten(1, (joints, -1)), added.unflatten(1, (joints, -1))], -1).permute(2, 0, 1)


class UniMTS(ImuRecognizer):
    """A spatio-temporal graph network over the places of sensors, and a text tower that it is aligned with.

    >>> import torch
    >>> model = UniMTS(UniMTS.tiny_config()).eval()
    >>> model.scores(torch.randn(2, 3, 40, 22), ["a person walks", "sitting"]).shape
    torch.Size([2, 2])
    """

    card = Card(
        slug="unimts",
        title="UniMTS: Unified Pre-training for Motion Time Series",
        venue="NeurIPS 2024",
        task="imu",
        summary="Names activities from worn inertial sensors at any place of the body, mounted in any way, among labels given as texts. It never sees "
        "a sensor in pre-training: accelerations are simulated at all joints of motion capture, all but a few are hidden, each is turned at random, "
        "and a spatio-temporal graph network is aligned with the texts. A head on it learns from a few labelled samples.",
        claim="Pre-trained on simulated sensors alone, it names real activities without training on them when sensors were turned at random, and not so "
        "when they were not; and a head on it learns from few samples what the same network from scratch does not.",
        official="xiyuanzh/UniMTS",
        code_licence="none given",
        weights_licence="none given",
        figures=(
            Figure("18 inertial data sets", "zero-shot, over the best baseline (%)", "+340", "abstract"),
            Figure("18 inertial data sets", "few-shot, over the best baseline (%)", "+16.3", "abstract"),
            Figure("18 inertial data sets", "full-shot, over the best baseline (%)", "+9.2", "abstract"),
        ),
    )
    Config = Config
    RECIPE = PRETRAINING
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        graph = partitioned_graph(tree_distances(BODY.parents), BODY.roots[0], official_quirks=c.official_quirks)
        self.acc = STGCN(graph, c.channels, c.blocks, dropout=c.dropout, edge_importance=c.edge_importance, data_bn=c.data_bn)
        width = c.blocks[-1][0]
        self.classes = ()
        if c.num_classes is None:
            tokenizer = HashTokenizer(c.vocabulary, c.context) if c.tokenizer is None else ClipTokenizer(c.tokenizer, c.context)
            self.text = ClipText(c.text_width, c.text_layers, c.text_heads, c.vocabulary, c.context, width, tokenizer)
            self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        else:
            # the stages of an instance with a head are those of tuning
            self.RECIPE = TUNING if c.tune == "full" else Recipe((Stage(**{**vars(TUNING.stages[0]), "modules": ("fc",)}),), TUNING.source)  # type: ignore[misc]
            self.fc = nn.Linear(width, c.num_classes)
            self.classes = tuple(f"class_{i}" for i in range(c.num_classes))

    # -- the network -----------------------------------------------------------------------------

    def encode(self, signals: Float[Tensor, "B C T J"]) -> Float[Tensor, "B D"]:
        """What the graph network makes of sensors."""
        c = self.config
        if signals.shape[1] != c.channels or signals.shape[3] != len(BODY):
            raise ShapeError(f"unimts: expected (batch, {c.channels} channels, samples, {len(BODY)} places), found {tuple(signals.shape)}")
        return self.acc(signals[..., None])

    def encode_text(self, tokens: Int[Tensor, "B L"]) -> Float[Tensor, "B D"]:
        """Texts in the same space."""
        return self.text(tokens).embedding

    def tokenize(self, texts: Sequence[str]) -> Int[Tensor, "B L"]:
        return self.text.tokenize(texts)

    def similarity(self, imu: Float[Tensor, "B D"], text: Float[Tensor, "K D"]) -> Float[Tensor, "B K"]:
        """Scaled cosines."""
        return self.logit_scale.exp() * F.normalize(imu, dim=-1) @ F.normalize(text, dim=-1).T

    def scores(self, signals: Float[Tensor, "B C T J"], labels: Sequence[str] | None = None) -> Float[Tensor, "B K"]:
        features = self.encode(signals)
        if self.config.num_classes is not None:
            if labels is not None and tuple(labels) != self.classes:
                raise OptionError("unimts with a head knows its own classes only; without one (num_classes=None) it compares with any labels")
            return self.fc(features)
        return self.similarity(features, self.encode_text(self.tokenize(list(self.classes if labels is None else labels))))

    def forward(self, batch: ImuBatch) -> dict[str, Tensor]:
        """Logits of the head; without one, unit features of sensors and of texts."""
        features = self.encode(batch.signals)
        if self.config.num_classes is not None:
            return {"logits": self.fc(features)}
        out = {"imu": F.normalize(features, dim=-1)}
        return out if batch.tokens is None else {**out, "text": F.normalize(self.encode_text(batch.tokens), dim=-1)}

    def losses(self, batch: ImuBatch) -> dict[str, Tensor]:
        """Cross-entropy of the head; or of each recording's own text among the batch's."""
        out = self(batch)
        if "logits" in out:
            assert batch.label is not None
            return {"cross_entropy": F.cross_entropy(out["logits"].float(), batch.label)}
        assert batch.tokens is not None
        logits = self.logit_scale.exp() * out["imu"] @ out["text"].T / self.config.temperature
        if not self.config.repeats_are_negatives:
            same = (batch.tokens[:, None] == batch.tokens[None]).all(-1)
            logits = logits.masked_fill(same & ~torch.eye(len(same), dtype=torch.bool, device=same.device), -torch.inf)
        return {"contrast": F.cross_entropy(logits.float(), torch.arange(len(logits), device=logits.device))}

    def start_stage(self, stage: Stage) -> None:
        if self.config.pretrained is not None and self.config.num_classes is not None:
            self.take_encoder(UniMTS.from_pretrained(self.config.pretrained))

    def take_encoder(self, other: Method) -> None:
        """The graph network's weights of another method; FormatError where it is another network."""
        load_strictly(
            self.acc, {k.removeprefix("acc."): v for k, v in other.state_dict().items() if k.startswith("acc.")}, f"{other.card.slug}'s graph network"
        )

    # -- from recordings to input ----------------------------------------------------------------

    def prepare(self, recording: Inertial, generator: torch.Generator | None = None) -> Float[Tensor, "C T J"]:
        """Samples at the config's rate, repeated from the start until there are enough, and cut; zero where nothing is worn.

        While pre-training (a generator, and no head) most places are hidden and each sensor is turned.
        """
        c = self.config
        if c.gyro and recording.angular_velocity is None:
            raise OptionError(f"unimts with gyro: recording {recording.name!r} has no angular velocities")
        joints = self.joints_of(recording)
        read = recording.resample(c.rate).signals.nan_to_num(0.0).float()
        read = read[torch.arange(c.frames) % len(read)]
        if generator is not None and c.num_classes is None:
            shown = int(torch.randint(c.worn[0], c.worn[1] + 1, (), generator=generator))
            hidden = torch.randperm(len(joints), generator=generator)[shown:]
            read[:, hidden] = 0.0
            if c.rotate:
                read = turn_sensors(read, torch.randn(len(joints), 4, generator=generator))
        signals = torch.zeros(c.frames, len(BODY), 6)
        signals[:, joints] = read
        return network_input(signals, c.gyro, c.stft, c.official_quirks)

    # -- configs ---------------------------------------------------------------------------------

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "a head": {"num_classes": 3},
            "longer": {"frames": 60},
            "angular velocities": {"gyro": True},
            "Fourier magnitudes": {"stft": True, "frames": 200},
            "wider": {"blocks": ((8, 1), (32, 2))},
            "fixed edges": {"edge_importance": False},
            "no input normalisation": {"data_bn": False},
            "dropout": {"dropout": 0.5},
            "wider text": {"text_width": 32},
            "deeper text": {"text_layers": 2},
            "more heads": {"text_heads": 4},
            "more words": {"vocabulary": 200},
            "longer texts": {"context": 12},
            "softer": {"temperature": 0.5},
            "repeats left out": {"repeats_are_negatives": False},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how recordings become batches, where weights and words come from, and which weights are trained
        return ("rate", "worn", "rotate", "tokenizer", "pretrained", "tune")

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(frames=40, blocks=((8, 1), (16, 2)), text_width=16, text_layers=1, text_heads=2, vocabulary=100, context=8)

    def example_batch(self, size: int, generator: torch.Generator) -> ImuBatch:
        c = self.config
        signals = torch.zeros(size, c.channels, c.frames, len(BODY))
        signals[..., [9, 21]] = torch.randn(size, c.channels, c.frames, 2, generator=generator)
        words = torch.randint(1, c.vocabulary - 2, (size, c.context - 2), generator=generator)
        # two recordings of the same text
        words[-1] = words[0]
        tokens = F.pad(F.pad(words, (1, 0), value=c.vocabulary - 2), (0, 1), value=c.vocabulary - 1)
        return ImuBatch(signals, tokens, torch.randint(c.num_classes or 2, (size,), generator=generator))

    # -- the authors' weights --------------------------------------------------------------------

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> UniMTS:
        """Read UniMTS.pth, or a fine-tuned file, whose text tower is left out; sizes come from the shapes.

        `text_heads` is a head for every 64 channels unless given; `tokenizer` names CLIP's vocabulary.
        """
        state = {k.removeprefix("model."): v for k, v in read_checkpoint(checkpoint).items()}
        try:
            found = _config_of(state)
        except (KeyError, IndexError):
            raise FormatError("checkpoint", "not a UniMTS checkpoint: expected acc.A and acc.st_gcn_networks") from None
        model = cls(Config(**{**found, "official_quirks": True, **config}))
        # a file holds both a text tower and a head where it was fine-tuned; only one is wanted
        other = ("fc.",) if model.config.num_classes is None else ("text.", "logit_scale")
        load_strictly(model, {k if k.startswith(("acc.", "fc.", "logit_scale")) else f"text.{k}": v for k, v in state.items()}, unused=other)
        return model.eval()


def _config_of(state: Mapping[str, Tensor]) -> dict[str, Any]:
    prefix = "acc.st_gcn_networks"
    numbers = sorted({int(k.split(".")[2]) for k in state if k.startswith(prefix)})
    widths = [len(state[f"{prefix}.{i}.tcn.3.weight"]) for i in numbers]
    # shapes say nothing of strides: the release halves the frames where channels grow to 128 and to 256
    strides = [2 if i and widths[i] > widths[i - 1] and widths[i] <= 256 else 1 for i in numbers]
    channels = state[f"{prefix}.0.gcn.conv.weight"].shape[1]
    found: dict[str, Any] = {
        "blocks": tuple(zip(widths, strides)),
        # six channels are either gyroscopes or magnitudes: the authors' scripts say which
        "gyro": channels in (6, 12),
        "stft": channels == 12,
        "edge_importance": "acc.edge_importance.0" in state,
        "data_bn": "acc.data_bn.weight" in state,
        "num_classes": len(state["fc.bias"]) if "fc.bias" in state else None,
    }
    if "token_embedding.weight" in state:
        vocabulary, width = state["token_embedding.weight"].shape
        layers = {k.split(".")[2] for k in state if k.startswith("transformer.resblocks.")}
        found |= {"vocabulary": vocabulary, "text_width": width, "text_layers": len(layers), "text_heads": max(width // 64, 1)}
        found["context"] = len(state["positional_embedding"])
    if len(state["acc.A"]) != 3 or not numbers:
        raise KeyError("acc.A")
    return found
