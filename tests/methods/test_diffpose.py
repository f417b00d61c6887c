"""DiffPose: what is drawn of a heatmap, its embeddings, the layout of poses, and hypotheses that follow the image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitruve import skeleton
from vitruve.core.poses import Poses
from vitruve.data.heatmaps import DETECTED, Detector, HeatmapSet, gaussians, heatmaps_from_keypoints
from vitruve.data.lifting import LiftingSet
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.methods.lifting.diffpose import (
    Candidates,
    ChannelEmbedding,
    Config,
    DiffPose,
    HeatmapEmbedding,
    candidates_of,
    concat_baseline,
    decode,
    draw_cells,
    encode,
)
from vitruve.tasks.lifting import LiftingBatch

TINY = replace(DiffPose.tiny_config(), objective="epsilon")
S = skeleton("h36m17")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(config: Config = TINY, seed: int = 0) -> DiffPose:
    torch.manual_seed(seed)
    return DiffPose(config).eval()


def maps(n: int = 2, size: int = 32) -> torch.Tensor:
    return heatmaps_from_keypoints(torch.randn(n, 17, 2, generator=generator(5)), torch.rand(n, 17, generator=generator(6)), S, size)


# -- candidates ----------------------------------------------------------------------------------


def test_cells_are_drawn_as_often_as_the_heatmap_says():
    h = torch.zeros(1, 1, 4, 4)
    h[0, 0, 1, 2], h[0, 0, 3, 0], h[0, 0, 0, 0] = 0.6, 0.2, -5.0
    cells = draw_cells(h, 8000, TINY, generator())
    share = torch.bincount(cells.flatten(), minlength=16) / 8000
    assert float(share[6]) == pytest.approx(0.75, abs=0.02) and float(share[12]) == pytest.approx(0.25, abs=0.02)
    sharp = draw_cells(h, 8000, replace(TINY, temperature=2.0), generator())
    assert float((sharp == 6).float().mean()) == pytest.approx(0.9, abs=0.02)
    assert (draw_cells(h, 100, replace(TINY, threshold=0.3), generator()) == 6).all()


def test_without_replacement_no_cell_comes_twice_and_likely_ones_come_first():
    h = torch.rand(1, 1, 4, 4, generator=generator()) + 0.1
    config = replace(TINY, replacement=False)
    draws = torch.cat([draw_cells(h, 5, config, generator(s)) for s in range(1000)])[:, 0]
    assert all(len(set(row.tolist())) == 5 for row in draws[:200])
    share = torch.bincount(draws[:, 0], minlength=16) / 1000
    assert torch.allclose(share, (h / h.sum()).flatten(), atol=0.04)


def test_a_map_without_anything_may_be_anywhere():
    cells = draw_cells(torch.zeros(1, 1, 4, 4), 4000, TINY, generator())
    assert (torch.bincount(cells.flatten(), minlength=16) > 150).all()


def test_shared_chances_make_the_draw_of_an_image_its_own():
    h = maps(3)
    whole = draw_cells(h, 6, TINY, generator(), shared=True)
    assert torch.equal(whole[1:2], draw_cells(h[1:2], 6, TINY, generator(), shared=True))


def test_the_maximum_comes_first_and_hypotheses_follow_each_other():
    h = maps(2)
    cells = draw_cells(h, 14, TINY, generator())
    found = candidates_of(h, cells, 2, TINY)
    assert found.cells.shape == (4, 8, 16)
    assert torch.equal(found.cells[2, 0], h[1].flatten(1).argmax(-1)) and torch.equal(found.cells[3, 1:], cells[1, :, 7:].T)
    assert torch.equal(found.values, h.flatten(2).repeat_interleave(2, 0).transpose(1, 2).gather(1, found.cells))
    ordered = candidates_of(h, cells, 2, replace(TINY, ordered=True)).values[:, 1:]
    assert (ordered.diff(dim=1) <= 0).all()


def test_normalised_candidates_have_no_place_and_unit_spread():
    found = candidates_of(maps(), draw_cells(maps(), 7, TINY, generator()), 1, TINY)
    image = found.positions(32, "image")
    assert image.min() >= -1 and image.max() < 1 and torch.allclose(found.positions(32, "image_half"), image / 2)
    for kind, over in (("mean_std", (1, 2)), ("mean_std_per_candidate", (2,))):
        x = found.positions(32, kind)[:, 1:]
        assert x.mean(over).abs().max() < 1e-5 and torch.allclose(x.std((*over, 3)), torch.ones(()), atol=1e-5)


def test_a_hypothesis_depends_on_how_many_there_are_only_as_released():
    h = maps()
    cells = draw_cells(h, 14, TINY, generator())
    for quirks in (False, True):
        config = replace(TINY, official_quirks=quirks)
        two, one = candidates_of(h, cells, 2, config), candidates_of(h, cells[..., :7], 1, config)
        assert torch.allclose(two.positions(32, "mean_std")[::2], one.positions(32, "mean_std"), atol=1e-5) != quirks


# -- the embedding -------------------------------------------------------------------------------


def test_channels_overlap_so_that_each_number_is_told_from_others():
    e = ChannelEmbedding(64)(torch.linspace(-1, 1, 200))
    assert ((e > 0).sum(-1) >= 2).all() and ((e > 0).sum(-1) <= 5).all()
    centre = ChannelEmbedding(64).centers[10]
    assert float(ChannelEmbedding(64)(centre)[10]) == pytest.approx(1)


@pytest.mark.parametrize("likelihood", [True, False])
def test_the_table_of_cells_gives_the_sum_of_embeddings(likelihood):
    embedding = HeatmapEmbedding(replace(TINY, likelihood=likelihood))
    found = candidates_of(maps(), draw_cells(maps(), 7, TINY, generator()), 1, TINY)
    e = embedding.pos_encoder(found.positions(32, "image")).flatten(-2)
    weights = found.values if likelihood else torch.ones_like(found.values)
    assert torch.allclose(embedding.pooled(found), (weights[..., None] * e).sum(1), atol=1e-5)
    projected = embedding.pos_proj(weights[..., None] * e).sum(1) + embedding.joint_embedding.weight
    assert torch.allclose(embedding.tokens(embedding.pooled(found), 8), projected, atol=1e-4)


def test_every_cell_as_a_candidate_is_what_many_draws_tend_to():
    h = maps(1)
    embedding = HeatmapEmbedding(replace(TINY, full_heatmap=True))
    every = torch.arange(32 * 32)[None, :, None].expand(1, -1, 16)
    found = Candidates(every, h.flatten(2).transpose(1, 2), 0)
    assert torch.allclose(embedding.pooled_maps(h), HeatmapEmbedding(TINY).pooled(found), atol=1e-4)
    swapped = HeatmapEmbedding(replace(TINY, full_heatmap=True, official_quirks=True)).pooled_maps(h)
    assert not torch.allclose(swapped, embedding.pooled_maps(h), atol=1e-2)


def test_joints_are_forgotten_while_training_only_and_sure_ones_not():
    torch.manual_seed(0)
    embedding = HeatmapEmbedding(replace(TINY, joint_dropout="uncertain", joint_dropout_rate=1.0))
    pooled, certain = torch.rand(2, 16, 32), torch.zeros(2, 16, dtype=torch.bool)
    certain[:, :4] = True
    kept = embedding.eval().tokens(pooled, 8, certain)
    dropped = embedding.train().tokens(pooled, 8, certain)
    assert torch.equal(kept[:, :4], dropped[:, :4]) and torch.allclose(dropped[:, 4:], embedding.tokens(0 * pooled, 8, certain)[:, 4:])


# -- poses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["h36m17", "h36m16", "smpl24"])
def test_poses_come_back_from_the_layout_of_the_diffusion(name):
    s = skeleton(name)
    x = torch.randn(3, len(s), 3, generator=generator())
    rootless = name != "smpl24"
    if rootless:
        x[:, 0] = (x[:, 1] + x[:, 4]) / 2
    flat = encode(x, rootless)
    assert flat.shape == (3, 3 * (len(s) - rootless)) and flat.unflatten(-1, (3, -1)).mean(-1).abs().max() < 1e-6
    assert torch.allclose(decode(flat, rootless), x - x[:, :1], atol=1e-5)
    up = x.clone()
    up[:, -1, 1] -= 1  # y points down in a camera, up in the diffusion
    assert (encode(up, rootless).unflatten(-1, (3, -1))[:, 1, -1] > flat.unflatten(-1, (3, -1))[:, 1, -1]).all()


def test_hypotheses_differ_repeat_and_are_root_relative():
    model = built()
    batch = model.example_batch(3, generator())
    a, b, c = (model.hypotheses(batch, 4, generator(s)) for s in (1, 1, 2))
    assert a.shape == (3, 4, 1, 17, 3) and torch.equal(a, b) and not torch.allclose(a, c)
    assert (a[..., 0, :] == 0).all() and a.std(1).max() > 1e-3
    assert torch.allclose(a[..., 1, :] + a[..., 4, :], torch.zeros(()), atol=1e-5)


def test_one_draw_for_all_hypotheses_or_one_for_each():
    h = maps(2)
    for fresh in (True, False):
        condition = built(replace(TINY, fresh=fresh)).condition(h, 3, generator=generator())
        assert condition.shape == (2, 3, 128) and bool(torch.equal(condition[:, 0], condition[:, 1])) != fresh


def test_hypotheses_learn_both_of_two_answers():
    """One joint's heatmap has two bumps, and the joint is at either: the hypotheses should be at both, about as often."""
    size = 16
    config = replace(TINY, heatmap_size=size, candidates=4, channels=64, transformer=False, objective="sample")
    cells = torch.full((32, 16, 2), size / 2.0)
    h = gaussians(cells, torch.ones(32, 16), torch.ones(32, 16), size)
    wrist = DETECTED.index("left_wrist")
    for x in (3.0, 12.0):
        h[:, wrist] += 0.5 * gaussians(torch.tensor([x, 8.0]), torch.tensor(1.0), torch.tensor(1.0), size)
    target = torch.zeros(32, 1, 17, 3)
    target[::2, 0, S.index("left_wrist"), 0], target[1::2, 0, S.index("left_wrist"), 0] = -0.3, 0.3
    batch = LiftingBatch(torch.zeros(32, 1, 17, 2), target, heatmaps=h[:, None])
    model = built(config).train()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(400):
        loss = model.losses(batch)["l2"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        x = model.hypotheses(batch.select(slice(0, 1)), 400, generator())[0, :, 0, S.index("left_wrist"), 0]
    assert 0.25 < float((x > 0).float().mean()) < 0.75
    assert float((x.abs() - 0.3).abs().median()) < 0.08


def test_scores_of_hypotheses():
    model = built()
    batches = [model.example_batch(4, generator(s)) for s in (0, 1)]
    scores = model.evaluate_hypotheses(batches, 6, generator())
    assert (scores.count, scores.frames) == (6, 8)
    assert scores.best <= scores.median <= scores.worst and scores.best <= scores.mean <= scores.worst and scores.pa_best <= scores.best
    assert 0 <= scores.calibration <= 0.5 and all(s > 0 for s in scores.spread)
    again = model.hypotheses(batches[0], 6, generator())[:, :, 0]
    errors = 1000 * (again - batches[0].target).norm(dim=-1).mean(-1)
    alone = model.evaluate_hypotheses(batches[:1], 6, generator())
    assert alone.best == pytest.approx(float(errors.amin(1).mean()), rel=1e-4)


def test_keypoints_of_a_file_are_lifted_and_confidence_counts():
    model = built()
    x = 200 + 100 * torch.randn(1, 3, 17, 2, generator=generator())
    c = torch.ones(1, 3, 17)
    sure = model.predict(Poses(x, S, confidence=c, image_size=(640, 480)))
    assert sure.positions.shape == (1, 3, 17, 3) and (sure.positions[:, :, 0] == 0).all()
    unsure = model.predict(Poses(x, S, confidence=c.index_fill(2, torch.tensor([13]), 0.1), image_size=(640, 480)))
    assert not torch.allclose(sure.positions, unsure.positions)
    several = model.predict_hypotheses(Poses(x, S, confidence=c, image_size=(640, 480)), 3, generator())
    first, second, third = (a.positions for a in several.answers)
    assert first.shape == sure.positions.shape and not torch.allclose(first, second)
    assert torch.allclose(several.mean().positions, (first + second + third) / 3, atol=1e-6)
    apart = torch.stack([first, second, third]).std(0, correction=0).square().sum(-1).sqrt()
    assert torch.allclose(several.spread(), apart, atol=1e-6) and (apart[:, :, 0] == 0).all() and (apart[:, :, 1:] > 0).all()
    assert torch.equal(several.together().positions[1:2], second)
    # where and how large somebody is in the picture does not matter
    moved = model.predict(Poses(0.5 * x + 30, S, confidence=c, image_size=(640, 480)))
    assert torch.allclose(sure.positions, moved.positions, atol=1e-2)


def test_refuses_what_it_cannot_do():
    whole = {"full_heatmap": True, "positions": "linear"}
    for bad in ({"condition": "image"}, {"positions": "polar"}, {"frames": 3}, {"candidates": 0}, whole, {"threshold": -1.0}):
        with pytest.raises(OptionError, match="DiffPose"):
            Config(**bad)
    with pytest.raises(ShapeError, match="16, 32, 32"):
        built().condition(torch.zeros(1, 17, 32, 32))
    with pytest.raises(ShapeError, match="17 joints"):
        built()(torch.zeros(1, 1, 16, 2))
    with pytest.raises(FormatError, match="no entry"):
        DiffPose.from_official({"x": torch.zeros(1)})


# -- official weights ----------------------------------------------------------------------------


def official(model: DiffPose) -> dict[str, torch.Tensor]:
    """The state as the release has it, with the entries that nothing reads."""
    extra = {"betas": model.diffusion.beta.float(), "denoise_fn.res_pose1.bn1.weight": torch.ones(8), "condition_emb.conf_out.weight": torch.ones(1, 8)}
    if model.config.positions == "channel":
        extra["condition_emb.pos_encoder.centers"] = torch.linspace(-1, 1, model.config.embedding)
    return {**model.state_dict(), **extra}


def test_sizes_are_read_from_official_weights_also_averaged_ones():
    config = Config(embedding=16, layers=2, condition_dim=8, channels=64, steps=10, official_quirks=True)
    model = built(config)
    state = official(model)
    averaged = {f"ema_model.{k}": v for k, v in state.items()} | {"online_model.x": torch.zeros(1), "step": torch.zeros(1)}
    for given in ({"model": state}["model"], averaged):
        again = DiffPose.from_official(given)
        assert again.config == config
        h = maps(1, 64)
        assert torch.equal(again.condition(h, 2, generator=generator()), model.condition(h, 2, generator=generator()))


def test_variants_are_told_by_their_weights():
    for config in (
        Config(embedding=16, transformer=False, projection=False, merge="summed", positions="sin", normalisation="mean_std", condition_dim=4, channels=32),
        Config(embedding=16, positions="linear", skeleton="smpl24", condition_dim=4, channels=32, layers=1),
        concat_baseline(candidates=8, channels=32),
    ):
        model = built(replace(config, official_quirks=True))
        found = DiffPose.from_official(model.state_dict(), normalisation=config.normalisation).config
        assert replace(found, layers=config.layers) == model.config


@pytest.mark.realdata
def test_a_few_steps_on_cmu_learn_something(data: Path):
    from vitruve.methods import method
    from vitruve.training.setup import setup

    ready = setup("lifting", "cmu_lift", data)
    small = {"embedding": 16, "layers": 1, "feedforward": 32, "condition_dim": 8, "channels": 128, "heatmap_size": 16}
    model = ready.build(method("diffpose"), small)
    split = ready.split(model)
    assert model.config.skeleton == "h36m17" and len(split) > 10000
    batch = split.collate([split.get(i, generator(1)) for i in range(0, 6400, 100)])
    assert batch.heatmaps.shape == (64, 1, 16, 16, 16) and batch.target.shape == (64, 1, 17, 3)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    before = model.losses(batch)["l2"].item()
    for _ in range(40):
        optimizer.zero_grad()
        loss = model.losses(batch)["l2"]
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.7 * before


def test_hard_frames_spread_the_condition():
    """Draws for an unsure joint differ more than for a sure one."""
    x = 0.3 * torch.randn(8, 17, 2, generator=generator())
    views = LiftingSet(x, torch.zeros(8, 17, 3), S)
    model = built()
    spreads = []
    for share in (0.0, 1.0):
        batch = HeatmapSet(views, Detector(share, 32)).batches()[0]
        cells = draw_cells(model.heatmaps(batch), 31, TINY, generator())
        at = torch.stack([cells % 32, cells // 32], -1).float()
        spreads.append(float(at.std(2).mean()))
    assert spreads[1] > 1.2 * spreads[0]
