"""Two domains: what cameras and people they have, that the target gives no poses, and what is drawn when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitruve import skeleton
from vitruve.data import domains
from vitruve.data.domains import SOURCE, TARGET, AdaptationBatch, Domain, DomainPair, other_people, see, spread_gap
from vitruve.data.lifting import WorldJoints
from vitruve.errors import OptionError
from vitruve.nn.bones import unit_bones


def standing(clips: int = 40, frames: int = 5) -> WorldJoints:
    """One figure with a head above and feet below, in many clips."""
    tree = skeleton("h36m16")
    x = torch.zeros(16, 3)
    for j, p in enumerate(tree.parents):
        if p >= 0:
            side = 0.1 if "left" in tree.joints[j] else -0.1 if "right" in tree.joints[j] else 0.0
            down = any(leg in tree.joints[j] for leg in ("hip", "knee", "foot"))
            x[j] = x[p] + torch.tensor([side, -0.3 if down else 0.2, 0.0])
    n = clips * frames
    return WorldJoints(x.expand(n, 16, 3).clone(), torch.arange(clips).repeat_interleave(frames), tuple("01" for _ in range(clips)), tree)


@pytest.mark.parametrize("domain", [SOURCE, TARGET])
def test_views_are_what_the_domain_says(domain: Domain) -> None:
    views = see(standing(), replace(domain, noise=type(domain.noise)()))
    depth = views.root[:, 2]
    assert len(views) > 100 and domain.distance[0] <= depth.min() and depth.max() <= domain.distance[1]
    seen = views.target + views.root[:, None]
    assert torch.allclose(views.keypoints, domain.focal * seen[..., :2] / seen[..., 2:], atol=1e-5)
    assert views.keypoints.abs().max() <= 1 and views.target[:, 0].abs().max() == 0
    assert torch.allclose(views.camera[:, :2], torch.tensor(domain.focal))
    # y points down: the head is above the feet in the picture
    assert (views.keypoints[:, 9, 1] < views.keypoints[:, [3, 6], 1].amin(1)).all()
    # pitch: how far the trunk leans out of the picture plane
    lean = torch.rad2deg(torch.atan2(views.target[:, 8, 2], -views.target[:, 8, 1]).abs())
    assert 0.8 * domain.pitch[1] < lean.max() < domain.pitch[1] + 0.01


def test_people_differ_by_clip_and_keep_their_poses() -> None:
    joints = standing()
    g = torch.Generator().manual_seed(0)
    made = other_people(joints, replace(TARGET, stature=(0.9, 0.05), proportions=0.05), g)
    unit, length = unit_bones(made, joints.skeleton)
    before, was = unit_bones(joints.positions, joints.skeleton)
    assert torch.allclose(unit, before, atol=1e-4)
    ratio = (length / was)[..., 0].unflatten(0, (40, 5))
    assert (ratio.std(1) < 1e-5).all(), "one body to a clip"
    assert ratio[:, 0].mean().item() == pytest.approx(0.9, abs=0.03) and ratio[:, 0].std() > 0.03
    assert torch.allclose(ratio[..., :3], ratio[..., 3:6], atol=1e-5), "left and right alike"
    same = other_people(joints, replace(TARGET, stature=(1.0, 0.0), proportions=0.0), g)
    assert torch.allclose(same, joints.positions - joints.positions[:, :1], atol=1e-5)


def test_batches_pair_anybody_with_anybody() -> None:
    source, target = see(standing(), SOURCE), see(standing(), TARGET, seed=1)
    pair = DomainPair(source, target.keypoints, target.camera)
    split = pair.split()
    assert len(split) == len(source)

    def batch(seed: int | None) -> AdaptationBatch:
        g = None if seed is None else torch.Generator().manual_seed(seed)
        return split.collate([split.get(i, g) for i in (3, 1, 2)])

    first = batch(0)
    assert torch.equal(first.target[:, 0], source.target[[3, 1, 2]]) and torch.equal(first.root[:, 0], source.root[[3, 1, 2]])
    assert torch.equal(batch(0).other, first.other) and not torch.equal(batch(1).other, first.other)
    assert torch.equal(batch(None).other[:, 0], target.keypoints[:3])
    known = (target.keypoints[:, None] == first.other[:, 0]).flatten(2).all(-1)
    assert known.any(0).all(), "the other keypoints are the target's"
    half = first.select(slice(0, 2))
    assert isinstance(half, AdaptationBatch) and len(half) == 2 and half.other_camera.shape == (2, 9)


def test_distance_of_distributions() -> None:
    x = torch.linspace(0, 1, 1001)
    assert spread_gap(x, x.flip(0)) == 0
    assert spread_gap(x, x + 0.25) == pytest.approx(0.25, abs=1e-6)


@pytest.mark.realdata
def test_nobody_is_tested_who_was_seen(data: Path) -> None:
    parts = domains.SUBJECTS
    assert len({s for p in parts.values() for s in p}) == sum(map(len, parts.values()))
    pair = domains.cmu_domains(data / "cmu_mocap", stride=64)
    assert len(pair.source) > 500 and len(pair.keypoints) > 100
    test = domains.cmu_views(data / "cmu_mocap", "test", TARGET, stride=64)
    assert len(test) > 80
    with pytest.raises(OptionError, match="val"):
        domains.cmu_views(data / "cmu_mocap", "val", TARGET)


@pytest.mark.realdata
def test_3dhp_gives_keypoints_alone(data: Path) -> None:
    pair = domains.cmu_to_3dhp(data / "cmu_mocap", data / "mpi_inf_3dhp_test_pose", stride=128)
    assert pair.keypoints.shape == (276, 16, 2) and not hasattr(pair, "target")
    batch = pair.split().collate([pair.split().get(0, None)])
    assert batch.root is None and batch.camera is None and batch.other is not None
