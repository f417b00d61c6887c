"""The contract of multi-view methods: scenes, tracks of people found frame by frame, and how they are scored."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.core.test_geometry import ring
from tests.core.test_multiview import two_people, views_of

from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError
from vitruve.tasks.multiview import Scene, link, score_people


def scene() -> Scene:
    truth = two_people(12).map_to(skeleton("panoptic15"))
    return Scene.of([replace(v, camera=c) for v, c in zip(views_of(truth, ring(3)), ring(3))], "panoptic15", truth)


def test_scenes_hold_what_the_views_hold():
    s = scene()
    assert s.points.shape == (12, 3, 2, 15, 2) and len(s) == 12 and len(s[3:5]) == 2 and s[3:5].truth.num_frames == 2
    assert torch.equal(s.points.isfinite().all(-1), s.confidence > 0)


def test_scenes_refuse_what_does_not_fit():
    s = scene()
    views = views_of(two_people(4), ring(3))
    with pytest.raises(OptionError, match="two or more views"):
        Scene.of(views[:1], "panoptic15")
    with pytest.raises(OptionError, match="with cameras"):
        Scene.of([replace(v, camera=None) for v in views], "panoptic15")
    with pytest.raises(SkeletonError):
        Scene.of(views, "ntu25")
    with pytest.raises(ShapeError, match="12 frames"):
        replace(s, truth=s.truth[:3])
    with pytest.raises(OptionError, match="image_size"):
        replace(s, cameras=replace(s.cameras, image_size=None))


def test_link_keeps_people_apart_and_survives_a_change_of_order():
    t = torch.arange(20.0)
    one = torch.stack([0.05 * t, torch.zeros(20), torch.zeros(20)], -1)
    two = one + torch.tensor([0.0, 0.0, 1.0])
    joints = torch.stack([one, two], 1)[:, :, None].repeat(1, 1, 3, 1)
    joints[::2] = joints[::2].flip(1)
    found = torch.ones(20, 2, dtype=torch.bool)
    found[5:8, 0] = False
    tracks = link(joints, found)
    assert tracks.shape == (2, 20, 3, 3)
    # each keeps its own z, and has three frames less between them
    z = tracks[..., 2].nanmean((1, 2)).sort().values
    assert torch.allclose(z, torch.tensor([0.0, 1.0])) and int(tracks.isfinite().all(-1).all(-1).sum()) == 37
    # one who jumps too far is somebody else
    alone = one[:, None, None].repeat(1, 1, 3, 1)
    alone[10:] += 2
    assert len(link(alone, found[:, 1:])) == 2


def test_scores_of_the_truth_and_of_less():
    truth = two_people(10).map_to(skeleton("panoptic15"))
    x = truth.positions.nan_to_num(0.0)
    truth = replace(truth, positions=x, confidence=torch.ones(x.shape[:3]))
    roots, score = x[:, :, 2], torch.ones(x.shape[:2])
    perfect = score_people(x, score, roots, truth.skeleton, truth)
    assert perfect.mpjpe < 1e-3 and perfect.mean_ap > 99.9 and perfect.recall500 == 100 == perfect.root_recall500 and perfect.frames == 10
    # one of two people is missing, the other 6 cm off
    off = score_people(x[:1] + torch.tensor([0.06, 0.0, 0.0]), score[:1], roots[:1], truth.skeleton, truth)
    assert abs(off.mpjpe - 60) < 0.1 and off.ap50 == 0 and abs(off.ap100 - 50) < 0.1 and off.recall500 == 50
    # frames without anybody are not scored: what is found there is no false alarm
    empty = replace(truth, positions=torch.cat([truth.positions[:, :5], torch.full_like(truth.positions[:, 5:], torch.nan)], 1))
    assert score_people(x, score, roots, truth.skeleton, empty).mean_ap > 99.9
    with pytest.raises(OptionError, match="nobody"):
        score_people(x, score, roots, truth.skeleton, replace(truth, positions=torch.full_like(x, torch.nan)))
