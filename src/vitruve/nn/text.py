"""Text encoders behind one interface: CLIP's text tower, T5 where the user has it, and a small trainable tower that needs no download.

Every encoder has `width`, `tokenize(texts) -> (B, L)` and `forward(tokens) -> TextFeatures`:

>>> encoder = small_text(width=32)
>>> encoder(encoder.tokenize(["a person walks", "jump"])).pooled.shape
torch.Size([2, 32])
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from vitruve.errors import FormatError, MissingExtraError, OptionError, ShapeError


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """What an encoder says of B texts of L tokens."""

    tokens: Float[Tensor, "B L C"]
    """One feature for each token, after the last norm."""
    pooled: Float[Tensor, "B C"]
    """One for the text: at its end for CLIP, the mean of its tokens for T5."""
    embedding: Float[Tensor, "B E"]
    """`pooled` in the space shared with images, where the encoder has a projection into one; else `pooled` itself."""
    mask: Bool[Tensor, "B L"]
    """True for tokens of the text, its marks of start and end included."""


Tokenizer = Callable[[Sequence[str]], Tensor]
"""Texts to (B, L) ids: a start mark, the words, an end mark that has the largest id of the row, then zeros."""


@dataclass(frozen=True)
class HashTokenizer:
    """Words to ids by a checksum: any language, no vocabulary file; rare words may share an id.

    The last two ids are the marks of start and end, 0 is padding. A text that is too long is cut, and keeps its end mark.

    >>> HashTokenizer(vocabulary=100, context=5)(["Walk!", ""]).shape
    torch.Size([2, 5])
    """

    vocabulary: int = 4096
    context: int = 77

    def __post_init__(self) -> None:
        if self.vocabulary < 4 or self.context < 3:
            raise OptionError(f"tokenizer of {self.vocabulary} ids and {self.context} places: expected at least 4 and 3")

    def __call__(self, texts: Sequence[str]) -> Int[Tensor, "B L"]:
        words = [re.findall(r"\w+|[^\w\s]", t.lower()) for t in texts]
        return _rows([[1 + zlib.crc32(w.encode()) % (self.vocabulary - 3) for w in row] for row in words], self.vocabulary - 2, self.context)


def _rows(ids: Sequence[Sequence[int]], start: int, context: int) -> Int[Tensor, "B L"]:
    """Ids between marks `start` and `start + 1`, cut or filled with zeros to `context`."""
    out = torch.zeros(len(ids), context, dtype=torch.long)
    for row, words in zip(out, ids):
        marked = [start, *words[: context - 2], start + 1]
        row[: len(marked)] = torch.tensor(marked)
    return out


class ClipTokenizer:
    """CLIP's byte-pair encoding as `clip.tokenize` gives it (zeros after the end mark); a text that is too long is cut.

    `source`: a folder or hub name with CLIP's vocabulary, read through transformers.
    """

    def __init__(self, source: str, context: int = 77) -> None:
        self.context = context
        self.bpe = _pretrained("CLIPTokenizer", source)

    def __call__(self, texts: Sequence[str]) -> Int[Tensor, "B L"]:
        ids = [self.bpe(t, add_special_tokens=False)["input_ids"] for t in texts]
        start, end = self.bpe.bos_token_id, self.bpe.eos_token_id
        if end != start + 1:
            raise OptionError(f"CLIP's tokenizer has its end mark ({end}) right after its start mark ({start})")
        return _rows(ids, start, self.context)


class QuickGELU(nn.Module):
    """x sigmoid(1.702 x), as OpenAI's CLIP has it."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (1.702 * x).sigmoid()


class _Block(nn.Module):
    """Causal self-attention and an MLP, each after a norm; entries named as in OpenAI's CLIP."""

    def __init__(self, width: int, heads: int, activation: nn.Module) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", activation)
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))

    def forward(self, x: Float[Tensor, "B L C"], mask: Tensor) -> Float[Tensor, "B L C"]:
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class ClipText(nn.Module):
    """CLIP's text tower of any size; state entries are named as in OpenAI's release.

    Args:
        projection: width of the space shared with images; None for a tower without one.
        tokenizer: what `tokenize` uses; None where texts come as ids already.
        quick: OpenAI's approximate GELU; False for towers trained with the exact one (LAION's).

    Source: openai/CLIP, clip/model.py.
    """

    def __init__(
        self,
        width: int = 512,
        layers: int = 12,
        heads: int = 8,
        vocabulary: int = 49408,
        context: int = 77,
        projection: int | None = 512,
        tokenizer: Tokenizer | None = None,
        quick: bool = True,
    ) -> None:
        super().__init__()
        if width % heads:
            raise OptionError(f"text tower width={width}: expected a multiple of heads={heads}")
        self.width, self.context, self.tokenizer = width, context, tokenizer
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(context, width))
        self.transformer = nn.Module()
        self.transformer.resblocks = nn.ModuleList(_Block(width, heads, QuickGELU() if quick else nn.GELU()) for _ in range(layers))
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = None if projection is None else nn.Parameter(width**-0.5 * torch.randn(width, projection))
        nn.init.normal_(self.token_embedding.weight, std=0.02)

    @classmethod
    def from_state(
        cls, state: Mapping[str, Tensor], prefix: str = "", heads: int | None = None, tokenizer: Tokenizer | None = None, quick: bool = True
    ) -> ClipText:
        """A tower with the weights that stand under `prefix` in a state dict; other entries (the image tower) are not looked at.

        `heads` defaults to a head for every 64 channels, as in every CLIP that OpenAI released.
        Raises FormatError for a state that is no text tower.
        """
        own = ("token_embedding.", "positional_embedding", "transformer.", "ln_final.", "text_projection")
        found = {k.removeprefix(prefix): v.float() for k, v in state.items() if k.startswith(tuple(prefix + name for name in own))}
        if not {"token_embedding.weight", "positional_embedding"} <= set(found):
            raise FormatError("checkpoint", f"no CLIP text tower: expected {prefix}token_embedding.weight and {prefix}positional_embedding")
        vocabulary, width = found["token_embedding.weight"].shape
        projection = found["text_projection"].shape[1] if "text_projection" in found else None
        layers = len({k.split(".")[2] for k in found if k.startswith("transformer.resblocks.")})
        model = cls(width, layers, heads or max(width // 64, 1), vocabulary, len(found["positional_embedding"]), projection, tokenizer, quick)
        try:
            model.load_state_dict(found)
        except RuntimeError as e:
            raise FormatError("checkpoint", f"no CLIP text tower under {prefix!r}: {' '.join(str(e).split()[6:])}") from None
        return model

    def tokenize(self, texts: Sequence[str]) -> Int[Tensor, "B L"]:
        """Ids of texts; OptionError for a tower without a tokenizer."""
        if self.tokenizer is None:
            raise OptionError("this text tower came without a vocabulary: give it a tokenizer (ClipTokenizer reads CLIP's from a folder or hub)")
        return self.tokenizer(texts).to(self.positional_embedding.device)

    def contextualise(self, x: Float[Tensor, "B L C"]) -> Float[Tensor, "B L C"]:
        """Token embeddings, of words or learned ones, to features: positions added, transformer, norm."""
        length = x.shape[1]
        if length > self.context:
            raise ShapeError(f"text of {length} tokens: expected at most {self.context}")
        x = x + self.positional_embedding[:length].to(x.dtype)
        mask = torch.full((length, length), -torch.inf, device=x.device, dtype=x.dtype).triu(1)
        for block in self.transformer.resblocks:  # type: ignore[union-attr]
            x = block(x, mask)
        return self.ln_final(x)

    def forward(self, tokens: Int[Tensor, "B L"]) -> TextFeatures:
        x = self.contextualise(self.token_embedding(tokens))
        end = tokens.argmax(-1)
        pooled = x[torch.arange(len(x), device=x.device), end]
        mask = torch.arange(tokens.shape[1], device=x.device) <= end[:, None]
        return TextFeatures(x, pooled, pooled if self.text_projection is None else pooled @ self.text_projection.to(pooled.dtype), mask)


def small_text(width: int = 128, layers: int = 2, heads: int = 4, vocabulary: int = 4096, context: int = 77) -> ClipText:
    """A small tower to be trained with the rest of a network: words by checksum, nothing to download, no shared space (our choice)."""
    return ClipText(width, layers, heads, vocabulary, context, None, HashTokenizer(vocabulary, context))


class T5Text(nn.Module):
    """The encoder of a T5, from a folder or hub name, with its tokenizer; `context` tokens at most."""

    def __init__(self, source: str, context: int = 77) -> None:
        super().__init__()
        self.bpe, self.encoder = _pretrained("AutoTokenizer", source), _pretrained("T5EncoderModel", source)
        self.width, self.context = int(self.encoder.config.d_model), context

    def tokenize(self, texts: Sequence[str]) -> Int[Tensor, "B L"]:
        """Ids, padded to the longest text with 0."""
        ids = self.bpe(list(texts), padding=True, truncation=True, max_length=self.context, return_tensors="pt")["input_ids"]
        return ids.to(self.encoder.device)

    def forward(self, tokens: Int[Tensor, "B L"]) -> TextFeatures:
        mask = tokens != self.encoder.config.pad_token_id
        x = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return TextFeatures(x, pooled, pooled, mask)


def load_text(source: str) -> ClipText | T5Text:
    """A pretrained CLIP or T5 as transformers saves it: a folder, or a name on a hub; frozen.

    Raises OptionError for a model of another kind or one that cannot be reached, MissingExtraError without transformers.
    """
    config = _pretrained("AutoConfig", source)
    if config.model_type == "t5":
        return T5Text(source).eval().requires_grad_(False)
    if config.model_type not in ("clip", "clip_text_model"):
        raise OptionError(f"text encoder {source!r} is a {config.model_type!r}: expected a CLIP or a T5")
    model = _pretrained("CLIPTextModelWithProjection", source)
    text = model.config
    tokenizer = ClipTokenizer(source, text.max_position_embeddings)
    tower = ClipText.from_state(_openai_names(model.state_dict()), "", text.num_attention_heads, tokenizer, text.hidden_act == "quick_gelu")
    return tower.eval().requires_grad_(False)


_RENAMED = {
    "embeddings.token_embedding": "token_embedding",
    "embeddings.position_embedding.weight": "positional_embedding",
    "encoder.layers": "transformer.resblocks",
    "final_layer_norm": "ln_final",
    "self_attn": "attn",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
}


def _openai_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """transformers' entries of a CLIP text model under OpenAI's names, query, key and value joined."""
    out: dict[str, Tensor] = {}
    for key, value in state.items():
        if key.endswith("position_ids"):
            continue
        name = key.removeprefix("text_model.")
        for old, new in _RENAMED.items():
            name = name.replace(old, new)
        if name == "text_projection.weight":
            out["text_projection"] = value.T
        elif ".q_proj." in name:
            parts = [state[key.replace("q_proj", p)] for p in ("q_proj", "k_proj", "v_proj")]
            out[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
        elif ".k_proj." not in name and ".v_proj." not in name:
            out[name] = value
    return out


def _pretrained(kind: str, source: str) -> Any:
    """Something that transformers saved."""
    try:
        import transformers
    except ImportError:
        raise MissingExtraError("transformers", "text") from None
    try:
        return getattr(transformers, kind).from_pretrained(source)
    except OSError as e:
        raise OptionError(f"{source!r} can be read neither as a folder nor from a hub: {str(e).splitlines()[0]}") from None
