"""Poses: gaps, mapping, resampling, filters."""

from __future__ import annotations

import pytest
import torch
from tests.core.figures import random_motion

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


def track(frames: int = 30, people: int = 1) -> Poses:
    x = torch.cat([random_motion(frames, seed=i).poses().positions for i in range(people)])
    return Poses(x, skeleton("smpl24"), 30.0)


def with_gap(p: Poses, start: int, end: int, joint: int = 5) -> Poses:
    x = p.positions.clone()
    x[:, start:end, joint] = torch.nan
    return Poses(x, p.skeleton, p.fps)


def test_missing_is_nan_with_no_confidence() -> None:
    x = track().positions.clone()
    x[0, 3, 4, 1] = torch.nan
    x[0, 4, 4] = torch.inf
    p = Poses(x, skeleton("smpl24"), confidence=torch.ones(1, 30, 24))
    assert p.positions[0, 3, 4].isnan().all() and p.positions[0, 4, 4].isnan().all()
    assert p.confidence[0, 3:5, 4].tolist() == [0, 0]
    assert int((~p.valid).sum()) == 2


def test_gaps_are_filled_only_inside_and_only_if_short() -> None:
    truth = track(60)
    p = with_gap(with_gap(with_gap(truth, 10, 14), 0, 3, joint=6), 30, 50, joint=7)
    filled = p.fill_gaps(0.2)
    assert filled.valid[0, 10:14, 5].all()
    assert (filled.positions[0, 10:14, 5] - truth.positions[0, 10:14, 5]).norm(dim=-1).max() < 0.05
    assert (filled.confidence[0, 10:14, 5] == 0.5).all()
    assert not filled.valid[0, :3, 6].any() and not filled.valid[0, 30:50, 7].any()
    kept = p.valid
    assert torch.equal(filled.positions[kept], p.positions[kept])


def test_resample_does_not_spread_gaps() -> None:
    p = with_gap(track(), 10, 11)
    up = p.resample(60)
    assert up.num_frames == 59
    assert torch.equal(up.positions[:, ::2].nan_to_num(), p.positions.nan_to_num())
    assert (~up.valid[0, :, 5]).nonzero().flatten().tolist() == [19, 20, 21]
    torch.testing.assert_close(up.positions[0, 1], (p.positions[0, 0] + p.positions[0, 1]) / 2)


def test_smooth_works_around_gaps() -> None:
    p = with_gap(track(120), 50, 60)
    out = p.smooth(6.0)
    assert torch.equal(out.valid, p.valid)
    rough = Poses(p.positions + 0.02 * torch.randn(p.positions.shape, generator=torch.Generator().manual_seed(0)), p.skeleton, p.fps)
    error = (rough.smooth(9.0).positions - p.positions).norm(dim=-1).nanmean()
    assert error < 0.9 * (rough.positions - p.positions).norm(dim=-1).nanmean()


def test_mirror() -> None:
    p = track()
    twice = p.mirror().mirror()
    assert torch.equal(twice.positions, p.positions)
    torch.testing.assert_close(p.mirror().joint("left_knee"), p.joint("right_knee") * torch.tensor([-1.0, 1, 1]))
    flat = Poses(p.positions[..., :2], p.skeleton, image_size=(640, 480))
    torch.testing.assert_close(flat.mirror().joint("left_knee")[..., 0], 639 - flat.joint("right_knee")[..., 0])
    with pytest.raises(OptionError, match="image_size"):
        Poses(p.positions[..., :2], p.skeleton).mirror()


def test_canonicalise_and_centre() -> None:
    p = track()
    c = p.canonicalise()
    assert float(c.positions[..., 1].min()) == pytest.approx(0, abs=1e-5)
    assert c.joint("pelvis")[0, 0, [0, 2]].abs().max() < 1e-5
    assert p.centred().joint("pelvis").abs().max() == 0
    with pytest.raises(OptionError, match="3D"):
        Poses(p.positions[..., :2], p.skeleton).canonicalise()


def test_canonicalise_with_gaps() -> None:
    p = with_gap(track(), 0, 5)
    c = p.canonicalise()
    assert torch.equal(c.valid, p.valid)
    nothing = Poses(torch.full((1, 3, 24, 3), torch.nan), p.skeleton)
    with pytest.raises(SkeletonError, match="facing"):
        nothing.canonicalise()


def test_people_join_and_stack() -> None:
    a, b = track(20), track(30)
    both = Poses.stack([a, b])
    assert both.positions.shape[:2] == (2, 30) and not both.valid[0, 20:].any() and both.ids.tolist() == [0, 1]
    assert torch.equal(both.person(1).positions, b.positions)
    assert Poses.concatenate([a, b]).num_frames == 50
    with pytest.raises(OptionError, match="person 2"):
        both.person(2)
    with pytest.raises(ShapeError, match="people"):
        Poses.concatenate([a, both])


def test_map_to_says_what_is_lost() -> None:
    p = track()
    coco = p.map_to(skeleton("coco17"))
    torch.testing.assert_close(coco.joint("left_knee"), p.joint("left_knee"))
    h36m = with_gap(p, 2, 4, joint=p.skeleton.index("left_knee")).map_to(skeleton("h36m17"))
    assert not h36m.valid[0, 2:4, h36m.skeleton.index("left_knee")].any()


def test_validation() -> None:
    with pytest.raises(ShapeError, match="2 or 3"):
        Poses(torch.zeros(1, 2, 24, 4), skeleton("smpl24"))
    with pytest.raises(ShapeError, match="24"):
        Poses(torch.zeros(1, 2, 17, 3), skeleton("smpl24"))
    with pytest.raises(OptionError, match="fps"):
        Poses(torch.zeros(1, 2, 24, 3), skeleton("smpl24"), fps=-1)
