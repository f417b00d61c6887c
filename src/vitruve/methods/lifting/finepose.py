"""FinePOSE: a 3D sequence is denoised while the network reads what is being done, word by word and part by part (CVPR 2024)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.metrics.aggregation import j_agg
from vitruve.metrics.pose import mpjpe
from vitruve.nn.diffusion import GaussianDiffusion
from vitruve.nn.mixste import OFFICIAL_NAMES, MixSTE
from vitruve.nn.text import ClipText, ClipTokenizer, HashTokenizer, Tokenizer, load_text
from vitruve.tasks.lifting import Lifter, LiftingBatch
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint

PARTS = ("A person", "speed", "head", "body", "arm", "leg")
"""The fixed texts of the prompt; what is being done comes second, before "speed"."""
_WORDS = 4
"""Tokens that each text gives to the prompt: the start mark and up to three more."""
_REACH = 1.1
"""Coordinates are kept within this many metres of the root."""
_FRAMES_AT_ONCE = 16384
"""Of all hypotheses together, in a single answer: about half a gigabyte for the paper's network."""


@dataclass(frozen=True)
class Config:
    """Defaults are the paper's on Human3.6M. Where the release departs from it, `official_quirks`."""

    skeleton: str = "h36m17"
    frames: int = 243
    channels: int = 512
    depth: int = 8
    heads: int = 8
    drop_path: float = 0.1
    timesteps: int = 1000
    scale: float = 1.0
    """Of the signal against the noise."""
    proposals: int = 20
    """Hypotheses behind a single answer."""
    sampling_steps: int = 10
    flip: bool = True
    """Average with the mirrored estimate inside every step."""
    aggregate: str = "mean"
    """How hypotheses become one answer: their "mean" (P-Agg), or "reprojection" (J-Agg), which needs the camera and the root's path."""
    text: str = "clip"
    """Reads the words: a frozen "clip", a "small" tower that is trained along and needs no download (our choice), or "none"."""
    clip: str = "openai/clip-vit-base-patch32"
    """Folder or hub name of CLIP's weights and vocabulary, as transformers keeps them."""
    text_width: int = 512
    text_layers: int = 12
    text_heads: int = 8
    vocabulary: int = 49408
    text_length: int = 77
    context: tuple[int, ...] = (3, 8, 6, 6, 6, 10, 10)
    """Learned tokens before the 4 of each text: a person, the action, speed, head, body, arm, leg. Six numbers leave the action out, as the
    release does on MPI-INF-3DHP."""
    part_prompts: bool = True
    """Fine-grained part-aware prompts (FPP); otherwise the words alone."""
    prompt_layers: int = 4
    """Trained layers over CLIP's features."""
    cross_layers: int = 1
    """First layers whose tokens listen to the prompt (FPC)."""
    stylise: bool = True
    """Prompt-driven time step stylisation (PTS): the text joins the time step, and both scale and shift what was heard."""
    drop_text: float = 0.0
    """Share of training windows whose words are withheld, for use without words (our choice; the paper has none)."""
    official_quirks: bool = False
    """The release: prompts get no gradient, window b of a batch listens to the words of others (text r mod B for row r of B x J), and the
    gradient is multiplied by the loss."""

    def __post_init__(self) -> None:
        for name, choices in (("text", ("clip", "small", "none")), ("aggregate", ("mean", "reprojection"))):
            if getattr(self, name) not in choices:
                raise OptionError(f"FinePOSE {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        for name in ("channels", "text_width"):
            if getattr(self, name) % self.heads:
                raise OptionError(f"FinePOSE {name}={getattr(self, name)}: expected a multiple of heads={self.heads}")
        if not 1 <= self.sampling_steps <= self.timesteps or self.proposals < 1:
            raise OptionError(f"FinePOSE sampling_steps={self.sampling_steps}, proposals={self.proposals}: expected 1 to {self.timesteps}, and 1 or more")
        if not 0 <= self.cross_layers <= self.depth:
            raise OptionError(f"FinePOSE cross_layers={self.cross_layers}: expected 0 to depth={self.depth}")
        if len(self.context) not in (len(PARTS), len(PARTS) + 1):
            raise OptionError(f"FinePOSE context={self.context}: expected 7 numbers, or 6 to leave the action out")
        if self.part_prompts and self.prompt_length > self.text_length:
            raise OptionError(f"FinePOSE context={self.context}: a prompt of {self.prompt_length} tokens, text_length={self.text_length}")

    @property
    def prompt_length(self) -> int:
        """Tokens of the whole prompt."""
        return sum(self.context) + _WORDS * len(self.context)

    @property
    def reads_action(self) -> bool:
        """Whether the prompt holds what is being done."""
        return len(self.context) > len(PARTS) or not self.part_prompts


_Config = Config  # what the class below calls by the same name


class Prompt(NamedTuple):
    """The text as the network hears it."""

    tokens: Float[Tensor, "B L W"]
    pooled: Float[Tensor, "B C"]


class PromptEncoder(nn.Module):
    """The prompt bank and what reads it: learned tokens and words, a text tower, trained layers, and a pooled feature."""

    parts: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.text_width
        self.config, small = config, config.text == "small"
        tokenizer = HashTokenizer(config.vocabulary, config.text_length) if small else None
        self.tower = ClipText(width, config.text_layers, config.text_heads, config.vocabulary, config.text_length, None, tokenizer)
        self.tower.requires_grad_(small)
        layer = nn.TransformerEncoderLayer(width, config.heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True)
        self.layers = nn.TransformerEncoder(layer, config.prompt_layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.pool = nn.Linear(width, config.channels)
        if config.part_prompts:
            self.learned = nn.Parameter(0.02 * torch.randn(sum(config.context), width))
            # zeros until a vocabulary is there
            parts = tokenizer(PARTS) if tokenizer else torch.zeros(len(PARTS), config.text_length, dtype=torch.long)
            self.register_buffer("parts", parts)

    @property
    def tokenizer(self) -> Tokenizer:
        """The tower's, or CLIP's from where the config says it lies."""
        if self.tower.tokenizer is None:
            self.tower.tokenizer = ClipTokenizer(self.config.clip, self.config.text_length)
        return self.tower.tokenizer

    def bank(self, text: Int[Tensor, "B L"], parts: Int[Tensor, "B 6 L"]) -> Float[Tensor, "B N W"]:
        """Learned tokens and word embeddings in turn, one pair for each text."""
        texts = parts[:, :, :_WORDS]
        if self.config.reads_action:
            texts = torch.cat([texts[:, :1], text[:, None, :_WORDS], texts[:, 1:]], 1)
        words = self.tower.token_embedding(texts).unbind(1)
        learned = self.learned.expand(len(text), -1, -1).split(self.config.context, 1)
        return torch.cat([half for pair in zip(learned, words) for half in pair], 1)

    def forward(self, text: Int[Tensor, "B L"], parts: Int[Tensor, "B 6 L"] | None = None) -> Prompt:
        """`parts`: ids of PARTS, the encoder's own by default."""
        with torch.no_grad() if self.config.official_quirks else nullcontext():
            if self.config.part_prompts:
                if parts is None:
                    if not self.parts.any():
                        self.parts.copy_(self.tokenizer(PARTS))
                    parts = self.parts.expand(len(text), -1, -1)
                x = self.tower.contextualise(self.bank(text, parts))
            else:
                x = self.tower(text).tokens
        x = self.norm(self.layers(x))
        # where the action text alone ends, as in the release; the last token where there is none
        end = text.argmax(-1) if self.config.reads_action else torch.full((len(x),), x.shape[1] - 1, device=x.device)
        return Prompt(x, self.pool(x[torch.arange(len(x), device=x.device), end]))


class Stylization(nn.Module):
    """Scales and shifts features by a time step (and text) embedding; starts as zero (MotionDiffuse)."""

    def __init__(self, channels: int, conditioned: bool) -> None:
        super().__init__()
        self.embedding = nn.Linear(channels, 2 * channels) if conditioned else None
        self.norm, self.out = nn.LayerNorm(channels), nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Float[Tensor, "B N C"], e: Float[Tensor, "B C"]) -> Float[Tensor, "B N C"]:
        x = self.norm(x)
        if self.embedding is not None:
            scale, shift = self.embedding(F.silu(e))[:, None].chunk(2, -1)
            x = x * (1 + scale) + shift
        return self.out(F.silu(x))


class PromptAttention(nn.Module):
    """Fine-grained prompt-pose communication (FPC): joint tokens attend to the tokens of the prompt."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c, width = config.channels, config.text_width
        self.heads, self.tiled = config.heads, config.official_quirks
        self.norm, self.text_norm = nn.LayerNorm(c), nn.LayerNorm(width)
        self.query, self.key, self.value = nn.Linear(c, c), nn.Linear(width, c), nn.Linear(width, c)
        self.stylization = Stylization(c, config.stylise)

    def forward(self, x: Float[Tensor, "N T J C"], text: Float[Tensor, "B L W"], e: Float[Tensor, "B C"]) -> Float[Tensor, "N T J C"]:
        """N is a multiple of B: the hypotheses of each window lie together."""
        n, t, joints, _ = x.shape
        text = self.text_norm(text)
        rows = x.transpose(1, 2)
        if self.tiled:  # row r of the N x J listens to text r mod B
            text = text.repeat(n * joints // len(text), 1, 1)
        q, k, v = (
            y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for y in (self.query(self.norm(rows)).reshape(len(text), -1, x.shape[-1]), self.key(text), self.value(text))
        )
        heard = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        y = self.stylization(heard.reshape(len(e), -1, x.shape[-1]), e)
        return x + y.reshape(n, joints, t, -1).transpose(1, 2)


def time_embedding(t: Int[Tensor, " B"], channels: int) -> Float[Tensor, "B C"]:
    """Sines, then cosines, of time steps."""
    half = channels // 2
    angles = t[:, None] * torch.exp(torch.arange(half, device=t.device) * (-math.log(10000) / (half - 1)))
    return torch.cat([angles.sin(), angles.cos()], -1)


class FinePOSE(Lifter):
    """Lifts windows by diffusion under part-aware prompts.

    >>> import torch
    >>> model = FinePOSE(FinePOSE.tiny_config()).eval()
    >>> batch = model.example_batch(2, torch.Generator().manual_seed(0))
    >>> model.hypotheses(batch, 3, torch.Generator().manual_seed(0)).shape
    torch.Size([2, 3, 4, 17, 3])
    """

    card = Card(
        slug="finepose",
        title="FinePOSE: Fine-Grained Prompt-Driven 3D Human Pose Estimation via Diffusion Models",
        venue="CVPR 2024",
        task="lifting",
        summary="Lifts 2D keypoint sequences to 3D by denoising random ones, conditioned on the keypoints and on a prompt: learned tokens around "
        "the words for the person, the action, speed, head, body, arm and leg. Several draws of noise give several hypotheses, which are averaged or "
        "chosen from joint by joint by reprojection. The action is a word that the user gives, or none.",
        claim="Part-aware prompts make the denoiser more accurate than the same network without text; and joints chosen from more hypotheses "
        "(J-Best, J-Agg) err less, while the mean hypothesis hardly changes.",
        official="PKU-ICST-MIPL/FinePOSE_CVPR2024",
        code_licence="MIT",
        figures=(
            Figure("Human3.6M, CPN 2D, 20 hypotheses, 10 steps", "MPJPE, J-Best (mm)", "31.9", "paper, not checked"),
            Figure("Human3.6M, CPN 2D, 20 hypotheses, 10 steps", "P-MPJPE, J-Best (mm)", "25.0", "paper, not checked"),
            Figure("EgoHumans", "MPJPE (mm)", "34.3", "abstract"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(Stage(epochs=100, batch_size=4, optimizer="adamw", lr=6e-5, weight_decay=0.1, schedule=Schedule("exponential", factor=0.993)),),
        source="the release: main.py, common/arguments.py",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.diffusion = GaussianDiffusion(c.timesteps, "cosine", "sample", clamp=_REACH * c.scale)
        self.backbone = MixSTE(c.frames, len(self.skeleton), 5, 3, c.channels, c.depth, c.heads, drop_path=c.drop_path)
        self.time = nn.Sequential(nn.Linear(c.channels, 2 * c.channels), nn.GELU(), nn.Linear(2 * c.channels, c.channels))
        self.prompts = PromptEncoder(c) if c.text != "none" else None
        layers = c.cross_layers if c.text != "none" else 0
        self.cross = nn.ModuleList(PromptAttention(c) for _ in range(layers))

    # -- text --------------------------------------------------------------------------------------

    def tokenize(self, actions: Sequence[str]) -> Int[Tensor, "B L"]:
        """Ids of what is being done, by the first word of each ("Walking 1" is "Walking"); "" says nothing."""
        if self.prompts is None:
            return torch.zeros(len(actions), 1, dtype=torch.long)
        return self.prompts.tokenizer([" ".join(a.split()[:1]) for a in actions])

    def load_clip(self, source: str | None = None) -> None:
        """Take the text tower and its vocabulary from a CLIP (the config's by default).

        Raises OptionError where it cannot be read or is of another size.
        """
        assert self.prompts is not None
        tower = load_text(source or self.config.clip)
        if not isinstance(tower, ClipText):
            raise OptionError(f"FinePOSE reads words with a CLIP; {source or self.config.clip!r} is a T5")
        tower.text_projection = None
        load_strictly(self.prompts.tower, tower.state_dict(), source or self.config.clip)
        self.prompts.tower.tokenizer = tower.tokenizer
        if self.config.part_prompts:
            self.prompts.parts.copy_(self.prompts.tokenizer(PARTS))

    def start_stage(self, stage: Stage) -> None:
        """Before training: CLIP's weights, if it is CLIP that reads."""
        if self.config.text == "clip":
            self.load_clip()

    def prompt(self, batch: LiftingBatch) -> Prompt | None:
        """The prompt of each window; without words in the batch, that of no action."""
        if self.prompts is None:
            return None
        text = batch.text if batch.text is not None else self.tokenize([""]).expand(len(batch), -1).to(batch.keypoints.device)
        return self.prompts(text)

    # -- denoising ---------------------------------------------------------------------------------

    def condition(self, t: Int[Tensor, " B"], prompt: Prompt | None) -> Float[Tensor, "B C"]:
        """The time step, with the pooled text."""
        e = self.time(time_embedding(t, self.config.channels))
        return e + prompt.pooled if prompt is not None and self.config.stylise else e

    def forward(
        self, keypoints: Float[Tensor, "B T J 2"], noisy: Float[Tensor, "B H T J 3"], t: Int[Tensor, " B"], prompt: Prompt | None
    ) -> Float[Tensor, "B H T J 3"]:
        """The clean poses behind H noisy ones of each window, all at its time step; metres."""
        if noisy.shape[-2:] != (len(self.skeleton), 3) or keypoints.shape[1] != self.config.frames:
            raise ShapeError(f"FinePOSE reads {self.config.frames} frames of {len(self.skeleton)} joints, found {tuple(keypoints.shape)}")
        h = noisy.shape[1]
        seen = keypoints[:, None].expand(-1, h, -1, -1, -1)
        e = self.condition(t, prompt)
        x = self.backbone.tokens(torch.cat([seen, noisy], -1).flatten(0, 1)) + e.repeat_interleave(h, 0)[:, None, None]

        def listen(layer: int, x: Tensor) -> Tensor:
            return self.cross[layer](x, prompt.tokens, e) if prompt is not None and layer < len(self.cross) else x

        return self.backbone.blocks(x, listen).unflatten(0, (-1, h))

    def estimate(
        self, keypoints: Float[Tensor, "B T J 2"], x: Float[Tensor, "B H T J 3"], t: Int[Tensor, " B"], prompt: Prompt | None
    ) -> Float[Tensor, "B H T J 3"]:
        """The clean poses, scaled and clamped, behind the x_t of the sampler; averaged with the mirrored ones' where the config says so."""
        noisy = x.clamp(-_REACH * self.config.scale, _REACH * self.config.scale) / self.config.scale
        clean = self(keypoints, noisy, t, prompt)
        if self.config.flip:
            mirrored = self(self._mirror(keypoints), self._mirror(noisy), t, prompt)
            clean = (clean + self._mirror(mirrored)) / 2
        return self.diffusion.estimate(clean * self.config.scale, x, 0)

    def _mirror(self, x: Float[Tensor, "*B J D"]) -> Float[Tensor, "*B J D"]:
        flipped = x[..., list(self.skeleton.swap), :]
        return torch.cat([-flipped[..., :1], flipped[..., 1:]], -1)

    def noised(self, target: Float[Tensor, "B T J 3"], t: Int[Tensor, " B"], noise: Float[Tensor, "B T J 3"]) -> Float[Tensor, "B T J 3"]:
        """What the network is given of the truth at step t."""
        scale = self.config.scale
        return self.diffusion.q_sample(target * scale, t, noise).clamp(-_REACH * scale, _REACH * scale) / scale

    def losses(self, batch: LiftingBatch) -> dict[str, Tensor]:
        """MPJPE of the estimate at a random step."""
        assert batch.target is not None
        noise = torch.randn_like(batch.target)
        t = torch.randint(self.config.timesteps, (len(batch),), device=batch.keypoints.device)
        if self.config.drop_text and batch.text is not None:
            withheld = torch.rand(len(batch), 1, device=t.device) < self.config.drop_text
            batch = replace(batch, text=torch.where(withheld, self.tokenize([""]).to(t.device), batch.text))
        return {"mpjpe": self.loss(batch, t, noise)}

    def loss(self, batch: LiftingBatch, t: Int[Tensor, " B"], noise: Float[Tensor, "B T J 3"]) -> Float[Tensor, ""]:
        """MPJPE (metres, the root at zero counted) at given steps and noise."""
        assert batch.target is not None
        found = self(batch.keypoints, self.noised(batch.target, t, noise)[:, None], t, self.prompt(batch))[:, 0]
        error = mpjpe(found, batch.target)
        if self.config.official_quirks:
            scaled = error * error.detach()
            error = scaled + (error - scaled).detach()
        return error

    # -- hypotheses --------------------------------------------------------------------------------

    def trajectory(self, batch: LiftingBatch, draw: Callable[[], Float[Tensor, "B H T J 3"]]) -> Float[Tensor, "K B H T J 3"]:
        """The estimates of every sampling step, metres: DDIM with as much noise as DDPM has. `draw` gives each noise in turn."""
        prompt, x, out = self.prompt(batch), draw(), []
        times = self.diffusion.times(self.config.sampling_steps)
        for now, before in zip(times, times[1:]):
            t = torch.full((len(batch),), now, device=x.device)
            clean = self.estimate(batch.keypoints, x, t, prompt)
            out.append(clean / self.config.scale)
            if before >= 0:
                x = self.diffusion.ddim_step(clean, x, now, before, draw(), eta=1.0)
        return torch.stack(out)

    def hypotheses(self, batch: LiftingBatch, count: int, generator: torch.Generator | None = None) -> Float[Tensor, "B H T J 3"]:
        """`count` answers to each window, the root at zero, metres, each from noise of its own."""
        return self._sample(batch, count, len(batch), generator)

    @torch.no_grad()
    def _sample(self, batch: LiftingBatch, count: int, rows: int, generator: torch.Generator | None) -> Float[Tensor, "B H T J 3"]:
        """`rows` 1: all windows are given the same noise."""
        device, shape = batch.keypoints.device, (count, *batch.keypoints.shape[1:3], 3)
        # numbers are drawn where the generator lives
        at = device if generator is None else generator.device

        def draw() -> Tensor:
            return torch.randn(rows, *shape, generator=generator, device=at).to(device).expand(len(batch), *shape)

        out = self.trajectory(batch, draw)[-1].clone()
        out[..., self.skeleton.roots[0], :] = 0
        return out

    def respond(self, batch: LiftingBatch) -> Float[Tensor, "B T J 3"]:
        """One answer from `proposals` hypotheses. Their noise is always the same, for all windows too: an answer does not depend on chance
        or on its neighbours."""
        count = self.config.proposals
        at_once = max(_FRAMES_AT_ONCE // (count * self.config.frames), 1)
        parts = [batch.select(slice(i, i + at_once)) for i in range(0, len(batch), at_once)]
        found = torch.cat([self._sample(part, count, 1, torch.Generator().manual_seed(0)) for part in parts])
        if self.config.aggregate == "mean":
            return found.mean(1)
        if batch.root is None or batch.camera is None:
            raise OptionError("FinePOSE aggregate='reprojection' needs the camera and the root's path; 'mean' needs neither")
        return j_agg(found, batch.keypoints, batch.root, batch.camera)

    def lift(self, keypoints: Float[Tensor, "B T J 2"]) -> Float[Tensor, "B T J 3"]:
        return self.respond(LiftingBatch(keypoints))

    # -- files -------------------------------------------------------------------------------------

    def read(self, keypoints: Float[Tensor, "B T J 2"], confidence: Float[Tensor, "B T J"], poses: Poses) -> LiftingBatch:
        """With the word that `poses.metadata["action"]` holds, if any."""
        action = str(poses.metadata.get("action") or "")
        return LiftingBatch(keypoints, confidence=confidence, text=self.tokenize([action]).expand(len(keypoints), -1))

    def predict(self, poses: Poses, batch_size: int = 1024, action: str | None = None) -> Poses:
        """Lift a file's keypoints: any number of frames, and each of its people alone (see `Lifter.predict`).

        `action`: a word for what they do; by default what the file says, or nothing.
        """
        if action is not None:
            poses = replace(poses, metadata={**poses.metadata, "action": action})
        return super().predict(poses, batch_size)

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        """The paper's network with a text tower that needs no download."""
        return Config(text="small", text_width=128, text_layers=2, text_heads=4, vocabulary=4096)

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> FinePOSE:
        """The authors' weights ("model_pos" of their checkpoint, CLIP's image tower left out).

        Sizes are read from the shapes. CLIP's vocabulary is not in the file: it is read from `clip` when words come.
        """
        prefix = "pose_estimator."
        state = read_checkpoint(checkpoint)
        unused = ("clip_text.visual.", "clip_text.text_projection", "clip_text.logit_scale")
        state = {k: v.float() for k, v in ((k.removeprefix(prefix), v) for k, v in state.items() if k.startswith(prefix)) if not k.startswith(unused)}
        needed = ("Temporal_pos_embed", "ctx_subject", "clip_text.token_embedding.weight", "clip_text.positional_embedding", "STEblocks.0.attn.qkv.weight")
        absent = [prefix + k for k in needed if k not in state]
        if absent:
            raise FormatError("checkpoint", f"no FinePOSE: {', '.join(absent)} missing")

        def count(start: str) -> int:
            return len({k.removeprefix(start).split(".")[0] for k in state if k.startswith(start)})

        names = [f"ctx_{p}" for p in ("subject", "verb", "speed", "head", "body", "arm", "leg") if f"ctx_{p}" in state]
        vocabulary, width = state["clip_text.token_embedding.weight"].shape
        _, frames, channels = state["Temporal_pos_embed"].shape
        sizes = {
            "frames": frames,
            "channels": channels,
            "depth": count("STEblocks."),
            "text_width": width,
            "text_layers": count("clip_text.transformer.resblocks."),
            "text_heads": max(width // 64, 1),
            "vocabulary": vocabulary,
            "text_length": len(state["clip_text.positional_embedding"]),
            "context": tuple(len(state[n]) for n in names),
            "prompt_layers": count("textTransEncoder.layers."),
            "official_quirks": True,
        }
        model = cls(Config(**{**sizes, **config}))
        assert model.prompts is not None
        renamed = {"prompts.learned": torch.cat([state.pop(n) for n in names]), "prompts.parts": model.prompts.parts}
        for key, value in state.items():
            start = next((theirs for theirs in _OFFICIAL_NAMES if key.startswith(theirs)), "")
            renamed[_OFFICIAL_NAMES.get(start, prefix) + key.removeprefix(start)] = value
        load_strictly(model, renamed)
        return model.eval()

    # -- for the contract tests --------------------------------------------------------------------

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(
            frames=4,
            channels=32,
            depth=2,
            heads=2,
            drop_path=0.0,
            proposals=2,
            sampling_steps=2,
            text="small",
            text_width=16,
            text_layers=1,
            text_heads=2,
            vocabulary=64,
            text_length=36,
            context=(1, 2, 1, 1, 1, 1, 1),
            prompt_layers=1,
        )

    def example_batch(self, size: int, generator: torch.Generator) -> LiftingBatch:
        frames, joints = self.config.frames, len(self.skeleton)
        root = torch.tensor([0.0, 0.0, 4.0]) + 0.2 * torch.randn(size, frames, 3, generator=generator)
        target = 0.3 * torch.randn(size, frames, joints, 3, generator=generator)
        target[..., self.skeleton.roots[0], :] = 0
        seen = target + root[..., None, :]
        camera = torch.tensor([2.3, 2.3, 0, 0, 0, 0, 0, 0, 0]).expand(size, 9)
        words = ["walk", "jump", "sit", "dance"]
        return LiftingBatch(2.3 * seen[..., :2] / seen[..., 2:], target, root, camera, text=self.tokenize([words[i % 4] for i in range(size)]))

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "skeleton": {"skeleton": "h36m16"},
            "frames": {"frames": 5},
            "channels": {"channels": 48},
            "depth": {"depth": 3},
            "heads": {"heads": 4},
            "stochastic depth": {"drop_path": 0.5},
            "time steps": {"timesteps": 50},
            "signal scale": {"scale": 2.0},
            "hypotheses": {"proposals": 3},
            "sampling steps": {"sampling_steps": 3},
            "one-sided": {"flip": False},
            "joint-wise aggregation": {"aggregate": "reprojection"},
            "no text": {"text": "none"},
            "text width": {"text_width": 32},
            "text layers": {"text_layers": 2},
            "text heads": {"text_heads": 4},
            "vocabulary": {"vocabulary": 100},
            "longer text": {"text_length": 40},
            "learned tokens": {"context": (1, 1, 1, 1, 1, 1, 1)},
            "no action": {"context": (1, 1, 1, 1, 1, 1)},
            "words alone": {"part_prompts": False},
            "trained layers": {"prompt_layers": 2},
            "no cross-attention": {"cross_layers": 0},
            "more cross-attention": {"cross_layers": 2},
            "no stylisation": {"stylise": False},
            "withheld words": {"drop_text": 0.9},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # where CLIP's files lie; the release differs in gradients, and in what is heard once the zeros that hearing starts from have moved
        return ("clip", "official_quirks")


_OFFICIAL_NAMES = {
    **{theirs: f"backbone.{ours}" for theirs, ours in OFFICIAL_NAMES.items()},
    "time_mlp.1.": "time.0.",
    "time_mlp.3.": "time.2.",
    "temporal_cross_attn.proj_out.emb_layers.1.": "cross.0.stylization.embedding.",
    "temporal_cross_attn.proj_out.norm.": "cross.0.stylization.norm.",
    "temporal_cross_attn.proj_out.out_layers.2.": "cross.0.stylization.out.",
    "temporal_cross_attn.": "cross.0.",
    "textTransEncoder.layers.": "prompts.layers.layers.",
    "text_ln.": "prompts.norm.",
    "text_proj.0.": "prompts.pool.",
    "clip_text.": "prompts.tower.",
}
"""Starts of the authors' state entries, and ours; the first that fits counts."""
