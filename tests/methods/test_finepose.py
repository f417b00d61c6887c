"""FinePOSE: prompts, what hears them, hypotheses, and files of any length and number of people."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve import skeleton
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.methods.lifting.finepose import PARTS, Config, FinePOSE, Stylization
from vitruve.tasks.lifting import LiftingBatch

TINY = FinePOSE.tiny_config()


def built(heard: bool = True, **changes) -> FinePOSE:
    """With random weights where a new model has zeros."""
    torch.manual_seed(0)
    model = FinePOSE(replace(TINY, **changes)).eval()
    if heard:
        for cross in model.cross:
            torch.nn.init.normal_(cross.stylization.out.weight)
    return model


def example(model: FinePOSE, size: int = 2) -> LiftingBatch:
    return model.example_batch(size, torch.Generator().manual_seed(1))


def denoised(model: FinePOSE, batch: LiftingBatch, h: int = 1) -> torch.Tensor:
    noisy = batch.target[:, None].expand(-1, h, -1, -1, -1)
    return model(batch.keypoints, noisy, torch.full((len(batch),), 3), model.prompt(batch))


def test_the_papers_prompt_fills_clips_context():
    assert Config().prompt_length == Config().text_length == 77
    assert Config(context=(5, 8, 8, 8, 12, 12)).prompt_length == 77


def test_prompt_holds_words_where_they_belong():
    model = built()
    text = model.tokenize(["Walking 1", "jump"])
    assert torch.equal(text[0], model.tokenize(["walking"])[0])
    bank = model.prompts.bank(text, model.prompts.parts.expand(2, -1, -1))
    embed = model.prompts.tower.token_embedding
    assert torch.equal(bank[:, 0], model.prompts.learned[:1].expand(2, -1))
    # one learned token and 4 of "A person", two learned ones, then the action
    assert torch.equal(bank[:, 1:5], embed(model.prompts.parts[0, :4]).expand(2, -1, -1))
    assert torch.equal(bank[:, 7:11], embed(text[:, :4]))
    assert bank.shape[1] == model.config.prompt_length and len(model.prompts.parts) == len(PARTS)


def test_stylisation_starts_silent():
    layer = Stylization(8, True)
    assert layer(torch.randn(2, 3, 8), torch.randn(2, 8)).abs().max() == 0


@pytest.mark.parametrize("h", [1, 3])
def test_a_window_hears_its_own_words_only_and_the_release_does_not(h: int):
    for quirks in (False, True):
        model = built(official_quirks=quirks)
        batch = example(model)
        both = denoised(model, batch, h)
        alone = torch.cat([denoised(model, batch.select(slice(i, i + 1)), h) for i in range(2)])
        assert torch.allclose(both, alone, atol=1e-5) != quirks


@pytest.mark.parametrize("changes", [{}, {"part_prompts": False}, {"stylise": False}, {"cross_layers": 2}])
def test_words_change_the_answer(changes: dict):
    model = built(**changes)
    batch = example(model)
    other = replace(batch, text=model.tokenize(["sit", "sit"]))
    assert not torch.allclose(denoised(model, batch), denoised(model, other), atol=1e-4)


@pytest.mark.parametrize("changes", [{"text": "none"}, {"context": (1, 1, 1, 1, 1, 1)}])
def test_words_change_nothing_where_none_are_read(changes: dict):
    model = built(**changes)
    batch = example(model)
    other = replace(batch, text=model.tokenize(["sit", "sit"]))
    assert torch.equal(denoised(model, batch), denoised(model, other))


def test_prompts_are_learned_but_not_in_the_release():
    for quirks in (False, True):
        model = built(official_quirks=quirks)
        batch = example(model)
        t, noise = torch.tensor([5, 9]), torch.randn_like(batch.target)
        loss = model.loss(batch, t, noise)
        loss.backward()
        assert (model.prompts.learned.grad is None) == quirks
        grad = model.backbone.head[1].bias.grad
        plain = built(official_quirks=quirks)
        plain.config = replace(plain.config, official_quirks=False)
        again = plain.loss(batch, t, noise)
        again.backward()
        assert torch.allclose(loss, again)
        assert torch.allclose(grad, plain.backbone.head[1].bias.grad * (loss.item() if quirks else 1.0), atol=1e-6)


def test_hypotheses_differ_repeat_and_stand_at_the_root():
    model = built()
    batch = example(model)
    found = [model.hypotheses(batch, 3, torch.Generator().manual_seed(s)) for s in (0, 0, 1)]
    assert torch.equal(found[0], found[1]) and not torch.allclose(found[0], found[2])
    assert (found[0][..., 0, :] == 0).all()
    assert found[0].var(1).max() > 0 and found[0].abs().max() <= 1.1
    assert torch.allclose(model.respond(batch), model._sample(batch, 2, 1, torch.Generator().manual_seed(0)).mean(1))


def test_a_perfect_denoiser_samples_the_truth():
    model = built()
    batch = example(model)
    truth = batch.target.clamp(-1.1, 1.1)
    model.estimate = lambda keypoints, x, t, prompt: truth[:, None].expand(x.shape)
    assert torch.allclose(model.hypotheses(batch, 2)[:, 1], truth, atol=1e-5)


def test_mirrored_input_gives_the_mirrored_answer():
    model = built(text="none")
    batch = example(model)
    x = torch.randn(2, 1, 4, 17, 3)
    t = torch.tensor([5, 900])
    here = model.estimate(batch.keypoints, x, t, None)
    there = model.estimate(model._mirror(batch.keypoints), model._mirror(x), t, None)
    assert torch.allclose(model._mirror(there), here, atol=1e-5)


def test_reprojection_needs_the_camera():
    model = built(aggregate="reprojection")
    batch = example(model)
    assert model.respond(batch).shape == batch.target.shape
    with pytest.raises(OptionError, match="needs the camera"):
        model.lift(batch.keypoints)


def clip(people: int, frames: int, **more) -> Poses:
    g = torch.Generator().manual_seed(2)
    return Poses(200 + 600 * torch.rand(people, frames, 17, 2, generator=g), skeleton("h36m17"), image_size=(1000, 1000), **more)


@pytest.mark.parametrize("frames", [2, 4, 11])
def test_files_of_any_length_and_several_people(frames: int):
    model = built()
    poses = clip(3, frames)
    out = model.predict(poses, action="jump")
    assert out.positions.shape == (3, frames, 17, 3) and out.positions.isfinite().all()
    alone = model.predict(Poses(poses.positions[1:2], poses.skeleton, image_size=(1000, 1000)), action="jump")
    assert torch.allclose(alone.positions[0], out.positions[1], atol=1e-5)
    assert not torch.allclose(model.predict(poses).positions, out.positions, atol=1e-4)
    said = model.predict(replace(poses, metadata={"action": "jump"}))
    assert torch.equal(said.positions, out.positions)


def test_the_last_window_ends_with_the_clip():
    model = built()
    poses = clip(1, 6)
    last = replace(poses, positions=poses.positions[:, 2:], confidence=poses.confidence[:, 2:])
    assert torch.allclose(model.predict(poses).positions[:, 2:], model.predict(last).positions, atol=1e-5)


def test_missing_frames_stay_missing():
    x = clip(2, 60).positions
    x[0, :50], x[1, :, 3] = torch.nan, torch.nan
    out = built().predict(Poses(x, skeleton("h36m17"), image_size=(1000, 1000)))
    assert out.positions[0, 50:].isfinite().all() and out.positions[0, :50].isnan().all()
    assert out.positions[1].isnan().all()


def test_clip_takes_its_weights_from_a_folder(tmp_path: Path):
    transformers = pytest.importorskip("transformers")
    words = [*"walkjumpersonedbgh", *(c + "</w>" for c in "walkjumpersonedbgh")]
    vocabulary = {w: i for i, w in enumerate([*dict.fromkeys(words), "<|startoftext|>", "<|endoftext|>"])}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    transformers.CLIPTokenizer(vocab=str(tmp_path / "vocab.json"), merges=str(tmp_path / "merges.txt")).save_pretrained(tmp_path)
    size = len(vocabulary)
    text = transformers.CLIPTextConfig(
        vocab_size=size, hidden_size=16, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=36,
        projection_dim=8, bos_token_id=size - 2, eos_token_id=size - 1, pad_token_id=0,
    )  # fmt: skip
    transformers.CLIPTextModelWithProjection(text).save_pretrained(tmp_path)
    model = built(text="clip", clip=str(tmp_path), vocabulary=size)
    model.start_stage(model.RECIPE.stages[0])
    assert model.prompts.parts[0, 0] == size - 2
    frozen = [p for p in model.prompts.tower.parameters()]
    assert not any(p.requires_grad for p in frozen)
    model.losses(example(model))["mpjpe"].backward()
    assert model.prompts.learned.grad.abs().max() > 0
    model.save_pretrained(tmp_path / "saved")
    again = FinePOSE.from_pretrained(tmp_path / "saved")
    assert torch.equal(again.respond(example(model)), model.eval().respond(example(model)))
    with pytest.raises(FormatError, match="do not fit"):
        built(text="clip", vocabulary=size + 1).load_clip(str(tmp_path))


def official(model: FinePOSE) -> dict[str, torch.Tensor]:
    """The authors' names."""
    from vitruve.methods.lifting.finepose import _OFFICIAL_NAMES

    state = model.state_dict()
    out = {}
    for key, value in state.items():
        for theirs, ours in sorted(_OFFICIAL_NAMES.items(), key=lambda n: -len(n[1])):
            if key.startswith(ours):
                out["module.pose_estimator." + theirs + key.removeprefix(ours)] = value
                break
    parts = state["prompts.learned"].split(model.config.context)
    names = ("subject", "verb", "speed", "head", "body", "arm", "leg")
    return out | {f"module.pose_estimator.ctx_{n}": p for n, p in zip(names, parts)} | {"module.betas": torch.zeros(1000)}


def test_the_authors_checkpoint_with_all_that_lies_beside_the_weights(tmp_path: Path):
    model = built(text="clip", text_width=32)
    state = official(model) | {"module.pose_estimator.clip_text.visual.proj": torch.zeros(2), "module.pose_estimator.clip_text.logit_scale": torch.zeros(())}
    path = tmp_path / "best.bin"
    torch.save({"epoch": 1, "lr": 1e-4, "random_state": np.random.RandomState(1), "optimizer": {}, "model_pos": state}, path)
    found = FinePOSE.from_official(path, heads=2, text_heads=2)
    assert found.config.official_quirks and found.config.context == TINY.context and found.config.depth == 2
    assert all(torch.equal(v, found.state_dict()[k]) for k, v in model.state_dict().items())
    with pytest.raises(FormatError, match="extra"):
        FinePOSE.from_official(state | {"module.pose_estimator.extra": torch.zeros(1)}, heads=2, text_heads=2)
    with pytest.raises(FormatError, match="no FinePOSE"):
        FinePOSE.from_official({"pose_estimator.head.0.bias": torch.zeros(3)})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "t5"}, "expected one of clip"),
        ({"context": (1, 2)}, "7 numbers"),
        ({"context": (3, 8, 6, 6, 6, 10, 11)}, "78 tokens"),
        ({"channels": 100}, "multiple of heads"),
        ({"sampling_steps": 0}, "sampling_steps=0"),
        ({"cross_layers": 9}, "cross_layers=9"),
    ],
)
def test_bad_configs_are_refused(changes: dict, said: str):
    with pytest.raises(OptionError, match=said):
        Config(**changes)


def test_other_windows_are_refused():
    model = built()
    with pytest.raises(ShapeError, match="4 frames"):
        model.lift(torch.zeros(1, 5, 17, 2))
