"""PoseDA: where GPA puts people, what the generator may change, who learns when, and any lifter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitruve.data.domains import AdaptationBatch
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.methods.lifting.poseda import Config, PoseDA, PoseGenerator, feedback_loss, hardness, out_of_range, place, project
from vitruve.nn.bones import unit_bones
from vitruve.tasks.lifting import LiftingBatch
from vitruve.tasks.method import Stage

TINY = PoseDA.tiny_config()


def people(count: int, seed: int, depth: tuple[float, float] = (2.5, 5.0), focal: float = 1.5) -> tuple[torch.Tensor, torch.Tensor]:
    """Flat figures of a human's size in the camera's frame, and their keypoints."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 16, 3, generator=g) * torch.tensor([0.25, 0.5, 0.0])
    z = depth[0] + (depth[1] - depth[0]) * torch.rand(count, 1, generator=g)
    root = torch.cat([0.2 * z * torch.randn(count, 2, generator=g) / focal, z], 1)
    x = x - x[:, :1] + root[:, None]
    return x, focal * x[..., :2] / x[..., 2:]


def camera(count: int, focal: float = 1.5) -> torch.Tensor:
    return torch.tensor([focal, focal] + 7 * [0.0]).repeat(count, 1)


def built(config: Config = TINY, stage: str = "adapt", epochs: int = 10) -> PoseDA:
    torch.manual_seed(0)
    method = PoseDA(config)
    method.start_stage(Stage(stage, epochs=epochs))
    return method.train()


def batch_of(method: PoseDA, size: int = 8) -> AdaptationBatch:
    return method.example_batch(size, torch.Generator().manual_seed(1))


# -- GPA -----------------------------------------------------------------------------------------


def test_flat_people_are_seen_as_large_and_where_the_target_is() -> None:
    pose, _ = people(64, 0)
    _, seen = people(64, 1)
    moved = place(pose, seen, camera(64), depths=(0.1, 100.0))
    shown = project(moved, camera(64))
    assert torch.allclose(shown[:, 0], seen[:, 0], atol=1e-5), "roots meet"

    def size(k: torch.Tensor) -> torch.Tensor:
        return (k.amax(1) - k.amin(1)).mean(-1)

    assert torch.allclose(size(shown), size(seen), rtol=1e-4)
    assert torch.allclose(moved - moved[:, :1], pose - pose[:, :1], atol=1e-5), "the pose itself stays"


def test_a_person_is_put_back_where_it_was() -> None:
    pose, seen = people(16, 2)
    assert torch.allclose(place(pose, seen, camera(16)), pose, atol=1e-4)


def test_depth_is_limited_and_hidden_joints_do_not_count() -> None:
    pose, seen = people(4, 3)
    assert place(pose, 100 * seen, camera(4))[:, 0, 2].tolist() == [1.0] * 4
    assert place(pose, seen / 100, camera(4))[:, 0, 2].tolist() == [10.0] * 4
    # a hidden joint inside the box changes nothing
    inner = (seen[0] - (seen[0].amax(0) + seen[0].amin(0)) / 2).norm(dim=-1)
    inner[0] = torch.inf
    hidden = seen[:1].clone()
    hidden[0, int(inner.argmin())] = torch.nan
    assert torch.equal(place(pose[:1], hidden, camera(1)), place(pose[:1], seen[:1], camera(1)))


def test_every_row_has_its_own_lens_but_in_the_release() -> None:
    pose, seen = people(2, 4)
    lenses = torch.cat([camera(1, 1.0), camera(1, 2.0)])
    ours, release = (place(pose, seen, lenses, depths=None, first_focal=first) for first in (False, True))
    assert torch.equal(ours[0], release[0])
    assert ours[1, 0, 2] == pytest.approx(2 * release[1, 0, 2].item(), rel=1e-5)


def test_weak_perspective_matches_the_card_figures() -> None:
    """Bodies with depth extent: mean depth and box ratio stay near the target's."""
    g = torch.Generator().manual_seed(5)
    target, _ = people(2000, 6)
    target = target + 0.2 * torch.randn(target.shape, generator=g) * torch.tensor([0.0, 0.0, 1.0])
    seen = project(target, camera(2000))
    pose, _ = people(2000, 7)
    moved = place(pose, seen, camera(2000))
    assert moved[:, 0, 2].mean().item() == pytest.approx(target[:, 0, 2].mean().item(), rel=0.05)


# -- LPA -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("skeleton", ["h36m16", "h36m17"])
def test_generator_keeps_what_it_may_not_change(skeleton: str) -> None:
    torch.manual_seed(0)
    config = replace(TINY, skeleton=skeleton, align=False)
    generator = PoseGenerator(config).train()
    with torch.no_grad():
        # a new one changes next to nothing
        for p in (n.w2.weight for n in (generator.bone_angle, generator.bone_length, generator.rotation)):
            p.mul_(100)
    x = torch.randn(32, len(config.tree), 3) + torch.tensor([0.0, 0.0, 5.0])
    made = generator(x)
    unit, length = unit_bones(x, config.tree)
    new_unit, new_length = unit_bones(made.angled, config.tree)
    assert torch.allclose(new_length, length, atol=1e-5), "turning keeps lengths"
    assert torch.allclose(new_unit[:, [6, 7]], unit[:, [6, 7]], atol=1e-5) and made.turns[:, [6, 7]].abs().max() < 1e-6, "the trunk stays"
    assert made.turns.mean() > 1e-3
    unit2, length2 = unit_bones(made.stretched, config.tree)
    assert torch.allclose(unit2, new_unit, atol=1e-4), "stretching keeps directions"
    ratio = (length2 / length)[..., 0] - 1
    assert ratio.abs().max() <= config.length_limit + 1e-5 and ratio[:, 7].abs().max() < 1e-5, "the bone below the thorax keeps its length"
    assert torch.allclose(ratio[:, :3], ratio[:, 3:6], atol=1e-4), "both legs alike"
    turned = made.turned - made.turned[:, :1]
    assert torch.allclose(torch.cdist(turned, turned), torch.cdist(made.stretched, made.stretched), atol=1e-4), "turning the body is rigid"
    assert (made.translation[:, 0, 2] >= 0).all()


def test_a_new_generator_changes_next_to_nothing() -> None:
    torch.manual_seed(0)
    x = torch.randn(32, 16, 3)
    made = PoseGenerator(TINY).train()(x)
    assert 0 < (made.turned - (x - x[:, :1])).abs().mean() < 0.2 and made.turns.mean() < 0.01


def test_parts_of_the_generator_can_be_left_out() -> None:
    torch.manual_seed(0)
    x = torch.randn(8, 16, 3)
    made = PoseGenerator(replace(TINY, angles=False, lengths=False))(x)
    assert torch.equal(made.stretched, x) and made.turns.abs().max() == 0 and made.rotation.abs().max() > 0
    made = PoseGenerator(replace(TINY, rotation=False))(x)
    assert made.rotation.abs().max() == 0 and torch.allclose(made.turned, made.stretched - made.stretched[:, :1])
    with pytest.raises(OptionError, match="one of angles"):
        Config(angles=False, lengths=False, rotation=False)


def test_range_counts_what_is_outside() -> None:
    x = torch.tensor([0.2, 0.3, 0.5])
    assert out_of_range(x, 0.2, 0.15) == pytest.approx(0.09 / 3)


def test_feedback_is_least_at_the_wanted_ratio() -> None:
    plain = torch.ones(4, 3)
    assert feedback_loss(plain, 4 * plain, 17 * plain, done=0.5) == 0
    assert feedback_loss(plain, 9 * plain, 17 * plain, done=0.5) == pytest.approx(2.5)
    # at the end five times is wanted
    assert feedback_loss(plain, 9 * plain, 17 * plain, done=1.0) == pytest.approx(1.6)
    error = torch.zeros(1, 16)
    error[0, 1] = 1.0
    assert hardness(error, TINY.tree)[0].tolist() == [1.25, 0, 0], "a quarter of five times the right hip"


# -- training ------------------------------------------------------------------------------------


def played(method: PoseDA, batch: AdaptationBatch, epoch: float, step: int) -> list[str]:
    """Names of what is minimised, in turn, with a step of each player; and that nobody else moves."""
    names = []
    optimizer = torch.optim.SGD(method.parameters(), lr=0.01)
    for player, terms in method.moves(batch, epoch, step):
        own = {id(p) for p in player.parameters()}
        before = [(p, p.detach().clone()) for p in method.parameters()]
        optimizer.zero_grad()
        sum(terms.values()).backward(inputs=list(player.parameters()))
        optimizer.step()
        assert any(not torch.equal(p, old) for p, old in before if id(p) in own)
        assert all(torch.equal(p, old) for p, old in before if id(p) not in own)
        names.append("+".join(terms))
    return names


def test_who_moves_when() -> None:
    method = built(replace(TINY, warmup=2))
    batch = batch_of(method)
    fool = "fool_3d+fool_2d+angle_range+length_range"
    assert played(method, batch, 0.0, 0) == [fool, "judge_3d", "judge_2d"]
    assert played(method, batch, 1.9, 1) == [fool]
    assert played(method, batch, 2.0, 2) == [fool, "judge_3d", "judge_2d", "generated", "aligned"]
    assert played(built(replace(TINY, generalise=False)), batch, 0.0, 0) == ["aligned"]
    assert played(built(replace(TINY, generalise=False, align=False)), batch, 0.0, 0) == ["source"]
    assert played(built(TINY, "pretrain"), batch, 0.0, 0) == ["source"]
    assert played(built(replace(TINY, align=False, warmup=0)), batch, 0.0, 0)[-1] == "source"
    assert played(built(replace(TINY, feedback=True, warmup=1)), batch, 1.0, 1)[0] == f"{fool}+feedback"


def test_pools_are_training_state() -> None:
    method, again = built(), built()
    batch = batch_of(method)
    played(method, batch, 0.0, 0)
    state = method.training_state()
    assert {k: tuple(v.shape) for k, v in state.items()} == {"d3d": (8, 16, 3), "d2d": (8, 16, 2)}
    again.load_training_state(state)
    assert all(torch.equal(again.training_state()[k], v) for k, v in state.items())
    assert not any(k.startswith("_pools") for k in method.state_dict())
    method.start_stage(Stage("adapt"))
    assert method.training_state() == {}, "a stage begins with empty pools"


def test_pairing_is_drawn_anew_and_far_pairs_are_dropped() -> None:
    method = built(replace(TINY, generalise=False))
    batch = batch_of(method)
    pose = batch.target[:, 0]
    torch.manual_seed(0)
    first, second = method.see(pose, batch)[0], method.see(pose, batch)[0]
    assert not torch.equal(first, second)
    away = replace(batch, other=batch.other + 1.5)
    assert not method.see(pose, away)[1].any()
    assert list(method.moves(away, 0.0, 0)) == [], "nothing is learnt from pairs off the screen"
    left = replace(batch, other=batch.other - 1.5)
    assert not method.see(pose, left)[1].any()
    release = built(replace(TINY, generalise=False, official_quirks=True))
    assert release.see(pose, left)[1].any(), "the release keeps what leaves to the left"


def test_anchors_are_the_targets_keypoints_or_the_sources() -> None:
    batch = batch_of(built())
    scores = []
    for anchor in ("target", "source"):
        method = built(replace(TINY, anchor=anchor))
        torch.manual_seed(3)
        scores.append([terms for _, terms in method.moves(batch, 0.0, 0)])
    assert torch.equal(scores[0][1]["judge_3d"], scores[1][1]["judge_3d"])
    assert not torch.equal(scores[0][2]["judge_2d"], scores[1][2]["judge_2d"])


def test_what_data_lack_is_said() -> None:
    method = built()
    batch = batch_of(method)
    plain = LiftingBatch(batch.keypoints, batch.target)
    with pytest.raises(OptionError, match="cmu_domains"):
        list(method.moves(plain, 0.0, 0))
    with pytest.raises(OptionError, match="no root"):
        list(built(replace(TINY, align=False)).moves(plain, 0.0, 0))
    # with GPA the source's own place is not needed
    assert list(built().moves(replace(batch, root=None, camera=None), 0.0, 0))


# -- lifters -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lifter", ["mlp", "videopose", "semgcn", "stgcn"])
def test_official_lifters_come_back(lifter: str, tmp_path: Path) -> None:
    method = built(replace(TINY, lifter=lifter, stages=2, generalise=False)).eval()
    path = tmp_path / "ckpt.pth.tar"
    torch.save({"epoch": 3, "model_pos": method.lifter.state_dict()}, path)
    again = PoseDA.from_official(path, dropout=0.0)
    x = torch.randn(4, 1, 16, 2)
    assert torch.equal(again(x), method(x)) and again.config.lifter == lifter and again.config.official_quirks
    state = dict(method.lifter.state_dict())
    state.pop(next(k for k in state if k.endswith("bias")))
    with pytest.raises(FormatError, match="missing"):
        PoseDA.from_official(state)


def test_bad_input_and_options_are_refused() -> None:
    with pytest.raises(ShapeError, match="16 joints"):
        built()(torch.zeros(2, 1, 17, 2))
    with pytest.raises(OptionError, match="one frame"):
        Config(frames=9)
    with pytest.raises(OptionError, match="transformer"):
        Config(lifter="transformer")
    with pytest.raises(OptionError, match="depths"):
        Config(depths=(3.0, 1.0))
