"""Text encoders: CLIP's layout, its tokens, and the tower that needs no download."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.text import ClipText, HashTokenizer, T5Text, load_text, small_text


def test_hash_tokenizer_marks_ends_and_cuts() -> None:
    tokenizer = HashTokenizer(vocabulary=50, context=5)
    ids = tokenizer(["Walk  fast", "walk fast", "a b c d e f", ""])
    assert torch.equal(ids[0], ids[1])
    assert ids[0].tolist()[0] == 48 and ids[0].tolist()[3:] == [49, 0]
    assert ids[2].tolist()[-1] == 49 and (ids[2] != 0).all()
    assert ids[3].tolist() == [48, 49, 0, 0, 0]
    assert ids.argmax(-1).tolist() == [3, 3, 4, 1]
    with pytest.raises(OptionError, match="at least"):
        HashTokenizer(vocabulary=2)


def test_words_differ_and_train() -> None:
    torch.manual_seed(0)
    encoder = small_text(width=32, layers=1, heads=2)
    tokens = encoder.tokenize(["walk", "jump"])
    out = encoder(tokens)
    assert out.tokens.shape == (2, 77, 32) and out.embedding is out.pooled
    assert not torch.allclose(out.pooled[0], out.pooled[1], atol=1e-3)
    out.pooled[0, 0].backward()
    assert encoder.token_embedding.weight.grad[tokens[0, 1]].abs().max() > 0


def test_a_text_is_causal_and_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    encoder = small_text(width=32).eval()
    tokens = encoder.tokenize(["a person walks"])
    long, short = encoder(tokens), encoder(tokens[:, :6])
    assert torch.allclose(long.pooled, short.pooled, atol=1e-5)
    assert torch.allclose(long.tokens[:, :6], short.tokens, atol=1e-5)
    assert long.mask.sum() == 5


def test_tower_from_a_whole_clip() -> None:
    torch.manual_seed(0)
    tower = ClipText(width=24, layers=3, heads=4, vocabulary=40, context=9, projection=10)
    state = {f"clip.{k}": v.half() for k, v in tower.state_dict().items()} | {"clip.visual.proj": torch.zeros(3), "clip.logit_scale": torch.zeros(())}
    again = ClipText.from_state(state, "clip.", heads=4)
    tokens = torch.tensor([[38, 3, 39, 0, 0, 0, 0, 0, 0]])
    assert again(tokens).embedding.shape == (1, 10)
    assert torch.allclose(again(tokens).embedding, tower(tokens).embedding, atol=1e-2)
    del state["clip.ln_final.weight"]
    with pytest.raises(FormatError, match=r"ln_final\.weight"):
        ClipText.from_state(state, "clip.", heads=4)
    with pytest.raises(FormatError, match="no CLIP text tower"):
        ClipText.from_state(state, "model.")
    with pytest.raises(OptionError, match="vocabulary"):
        again.tokenize(["walk"])
    with pytest.raises(ShapeError, match="at most 9"):
        again(torch.ones(1, 10, dtype=torch.long))
    with pytest.raises(OptionError, match="multiple of heads"):
        ClipText(width=10, heads=4)


def _vocabulary(folder: Path) -> None:
    """A BPE of single letters and one merge, in the layout of CLIP's."""
    letters = [*"walkjump", *(c + "</w>" for c in "walkjump")]
    words = [*dict.fromkeys(letters), "wa", "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\nw a\n")


@pytest.mark.parametrize("activation", ["quick_gelu", "gelu"])
def test_clip_of_transformers_gives_the_same(tmp_path: Path, activation: str) -> None:
    transformers = pytest.importorskip("transformers")
    _vocabulary(tmp_path)
    tokenizer = transformers.CLIPTokenizer(vocab=str(tmp_path / "vocab.json"), merges=str(tmp_path / "merges.txt"))
    tokenizer.save_pretrained(tmp_path)
    size = len(tokenizer)
    config = transformers.CLIPTextConfig(
        vocab_size=size, hidden_size=32, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=12,
        projection_dim=16, hidden_act=activation, bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.CLIPTextModelWithProjection(config).eval()
    model.save_pretrained(tmp_path)
    tower = load_text(str(tmp_path))
    assert isinstance(tower, ClipText) and not any(p.requires_grad for p in tower.parameters())
    tokens = tower.tokenize(["walk", "jump jump"])
    assert tokens.shape == (2, 12) and tokens[0, 0] == size - 2 and tokens[0].max() == size - 1 and tokens[0, -1] == 0
    with torch.inference_mode():
        ours, theirs = tower(tokens), model(input_ids=tokens)
    assert torch.allclose(ours.tokens, theirs.last_hidden_state, atol=1e-5)
    assert torch.allclose(ours.embedding, theirs.text_embeds, atol=1e-5)
    assert F.cosine_similarity(*ours.embedding, dim=0) < 0.9999


def test_t5_of_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    words = {"<pad>": 0, "</s>": 1, "<unk>": 2, "walk": 3, "jump": 4}
    raw = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    raw.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="</s>", unk_token="<unk>").save_pretrained(tmp_path)
    config = transformers.T5Config(vocab_size=5, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    transformers.T5EncoderModel(config).save_pretrained(tmp_path)
    encoder = load_text(str(tmp_path))
    assert isinstance(encoder, T5Text) and encoder.width == 16
    with torch.inference_mode():
        both = encoder(encoder.tokenize(["walk jump walk", "jump"]))
        alone = encoder(encoder.tokenize(["jump"]))
    assert both.mask.sum(-1).tolist() == [3, 1]
    assert torch.allclose(both.pooled[1], alone.pooled[0], atol=1e-5)


def test_other_models_are_refused(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    transformers.GPT2Config(n_embd=8, n_layer=1, n_head=1).save_pretrained(tmp_path)
    with pytest.raises(OptionError, match="gpt2"):
        load_text(str(tmp_path))
    with pytest.raises(OptionError, match="neither as a folder"):
        load_text(str(tmp_path / "absent"))
