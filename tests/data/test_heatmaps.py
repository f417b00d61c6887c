"""Made heatmaps: where bumps stand, how unsure ones look, and that draws repeat."""

from __future__ import annotations

import pytest
import torch

from vitruve import skeleton
from vitruve.data.heatmaps import _LIMBS, _SWAP, DETECTED, Detector, HeatmapSet, crop_cells, detected_joints, gaussians, heatmaps_from_keypoints
from vitruve.data.lifting import LiftingSet
from vitruve.errors import SkeletonError

S = skeleton("h36m17")


def keypoints(n: int = 4) -> torch.Tensor:
    return 0.3 * torch.randn(n, 17, 2, generator=torch.Generator().manual_seed(0)) + 0.2


def peaks(maps: torch.Tensor) -> torch.Tensor:
    at = maps.flatten(-2).argmax(-1)
    return torch.stack([at % maps.shape[-1], at // maps.shape[-1]], -1).float()


def test_joints_are_in_the_order_of_mpii():
    mpii = skeleton("mpii16")
    for j, name in zip(mpii.joints, DETECTED):
        side = name.split("_")[0]
        if side in ("left", "right"):
            assert j == name.replace("foot", "ankle")
    assert [DETECTED[i] for i in (6, 7, 8, 9)] == ["root", "spine", "thorax", "head"]
    assert [DETECTED[_SWAP[i]] for i in _LIMBS[:2]] == ["left_knee", "left_foot"]
    with pytest.raises(SkeletonError, match="coco17"):
        detected_joints(skeleton("coco17"))


def test_crop_holds_the_joints_with_a_margin_wherever_they_are():
    x = keypoints()
    cells = crop_cells(x)
    side = (cells.amax(1) - cells.amin(1)).amax(-1)
    assert torch.allclose(side, torch.full((4,), 64 / 1.2), atol=1e-3)
    assert torch.allclose((cells.amax(1) + cells.amin(1)) / 2, torch.full((4, 2), 32.0), atol=1e-3)
    assert torch.allclose(cells, crop_cells(3 * x - 1), atol=1e-3)


def test_sure_keypoints_are_bumps_of_height_1_at_their_cell():
    x = keypoints()
    maps = heatmaps_from_keypoints(x, None, S)
    cells = crop_cells(x)[:, detected_joints(S)]
    assert (peaks(maps) - cells).abs().max() <= 0.5 + 1e-3 and maps.amax() <= 1 and maps.flatten(2).amax(-1).min() > 0.9
    small = heatmaps_from_keypoints(x, None, S, 32)
    assert (2 * peaks(small) - cells).abs().max() <= 1 + 1e-3


def test_less_confidence_is_a_wider_and_lower_bump_of_the_same_weight():
    at, sure = torch.full((1, 2), 32.0), torch.tensor([2.0])
    c = torch.ones(4, 17)
    c[:, S.index("left_wrist")] = 0
    maps = heatmaps_from_keypoints(keypoints(), c, S)
    j = DETECTED.index("left_wrist")
    assert maps[:, j].flatten(1).amax(1).max() <= 1 / 9 + 1e-6
    wide = gaussians(at, torch.tensor([6.0]), torch.tensor([1 / 9]))
    assert float(wide.sum()) == pytest.approx(float(gaussians(at, sure, torch.ones(1)).sum()), rel=0.01)
    assert float(maps[:, j].flatten(1).amax(1)[0]) == pytest.approx(float(wide.max()), rel=0.02)


def test_the_detector_is_sure_of_easy_frames_and_unsure_of_some_limbs_of_hard_ones():
    cells = crop_cells(keypoints(400))[:, detected_joints(S)]
    easy, hard = (Detector(share)(cells, torch.Generator().manual_seed(1)) for share in (0.0, 1.0))
    assert (peaks(easy) - cells).abs().max() <= 0.5 + 1e-3
    unsure = (easy - hard).abs().flatten(2).amax(-1) > 1e-6
    count = unsure.sum(1)
    assert count.min() >= 1 and count.max() <= 4 and not unsure[:, [j for j in range(16) if j not in _LIMBS]].any()
    wrong = (peaks(hard) - cells).norm(dim=-1) > 1.5
    assert 0.4 < float(wrong[unsure].float().mean()) < 0.9 and not wrong[~unsure].any()
    # two bumps where left and right may be exchanged, and together they weigh as much as one
    two = unsure & (hard.flatten(2).amax(-1) > 0.3) & ((cells - cells[:, _SWAP]).norm(dim=-1) > 12)
    i, j = two.nonzero()[0].tolist()
    x, y = cells[i, _SWAP[j]].round().long().tolist()
    assert hard[i, j, y, x] > 0.2 and float(hard[i, j].sum()) == pytest.approx(float(easy[i, j].sum()), rel=0.1)


def test_sets_repeat_their_draws_and_training_draws_anew():
    x = keypoints(6)
    views = HeatmapSet(LiftingSet(x, torch.zeros(6, 17, 3), S), Detector(1.0, 16))
    a, b = (views.batches(4, seed) for seed in (0, 0))
    assert [len(v) for v in a] == [4, 2] and all(torch.equal(p.heatmaps, q.heatmaps) for p, q in zip(a, b))
    assert not torch.equal(a[0].heatmaps, views.batches(4, 1)[0].heatmaps)
    split = views.split()
    one, two = (split.collate([split.get(0, torch.Generator().manual_seed(s))]) for s in (1, 2))
    assert one.heatmaps.shape == (1, 1, 16, 16, 16) and not torch.equal(one.heatmaps, two.heatmaps)
