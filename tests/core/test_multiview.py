"""Grouping, matching and triangulating people: synthetic crowds with known truth, and Shelf."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.core.test_geometry import ring

from vitruve import Poses, VitruveError, sample, skeleton
from vitruve.core.multiview import Candidates, LimbHypotheses, Matching, group_parts, shelf_head, track_people, triangulate_poses
from vitruve.metrics.multiview import pcp


def two_people(frames: int = 40) -> Poses:
    """A walk, and the same walk turned round and set aside, in COCO's joints."""
    walk = sample("walk").resample(25).poses().map_to(skeleton("coco17"))[:frames]
    x = walk.positions - walk.positions.nanmean((0, 1, 2)) + torch.tensor([0.0, 1.0, 0.0])
    other = x * torch.tensor([-1.0, 1, -1]) + torch.tensor([1.2, 0.0, 0.3])
    return Poses(torch.cat([x, other]), walk.skeleton, 25.0)


def views_of(truth: Poses, cameras, noise: float = 0.0, shuffle: bool = False) -> list[Poses]:
    g = torch.Generator().manual_seed(0)
    out = []
    for c in cameras:
        px = c.project(truth.positions.reshape(-1, 3).double()).reshape(*truth.positions.shape[:3], 2)
        px = px + noise * torch.randn(px.shape, generator=g, dtype=torch.float64)
        if shuffle:
            order = torch.stack([torch.randperm(len(px), generator=g) for _ in range(px.shape[1])], 1)
            px = px.gather(0, order[..., None, None].expand(px.shape))
        out.append(Poses(px, truth.skeleton, truth.fps, camera=c))
    return out


def test_one_person_and_named_cameras():
    truth, cameras = two_people().person(0), ring(4)
    views = views_of(truth, cameras, noise=1.0)
    known = truth.valid
    for out in (
        triangulate_poses(views, cameras),
        triangulate_poses(views),
        triangulate_poses({f"c{i}": v for i, v in enumerate(views)}, {f"c{i}": c for i, c in reversed(list(enumerate(cameras)))}),
    ):
        error = (out.positions - truth.positions).norm(dim=-1)[known]
        assert error.mean() < 0.006 and torch.equal(out.valid, known)
        assert out.metadata["reprojection_error"][known].mean() < 3


def test_people_are_found_and_followed_without_identity():
    truth, cameras = two_people(), ring(4)
    out = track_people(views_of(truth, cameras, noise=2.0, shuffle=True), cameras)
    assert out.num_people == 2
    d = (out.positions[:, None] - truth.positions[None]).norm(dim=-1).nanmean((-1, -2))
    assert sorted(d.argmin(1).tolist()) == [0, 1] and d.min(1).values.max() < 0.01
    assert (out.metadata["views"] >= 0).float().mean() > 0.95


def test_a_person_who_leaves_and_false_detections():
    truth, cameras = two_people(), ring(4)
    x = truth.positions.clone()
    x[1, 25:] = torch.nan
    views = views_of(Poses(x, truth.skeleton, truth.fps), cameras, noise=1.0, shuffle=True)
    # a ghost in one view only is nobody
    ghost = views[2].positions[:1] * 0.3 + 200
    views[2] = Poses(torch.cat([views[2].positions, ghost]), truth.skeleton, truth.fps, camera=cameras[2])
    out = track_people(views, cameras)
    lengths = sorted(out.valid.any(-1).sum(-1).tolist())
    assert lengths == [25, 40]


def test_a_person_is_known_again():
    """Out of sight for a second, one is still the same; seen by two pairs of views that never agree, one is not two; neighbours stay two."""
    truth, cameras = two_people(60), ring(4)
    x = truth.positions.clone()
    x[1, 20:45] = torch.nan
    views = views_of(Poses(x, truth.skeleton, truth.fps), cameras, noise=1.0, shuffle=True)
    out = track_people(views, cameras)
    assert sorted(out.valid.any(-1).sum(-1).tolist()) == [35, 60]
    assert track_people(views, cameras, Matching(gap=0.5)).num_people == 3
    # far from where one vanished, somebody else appears
    x[1, 45:] += torch.tensor([6.0, 0.0, 0.0])
    assert track_people(views_of(Poses(x, truth.skeleton, truth.fps), cameras), cameras).num_people == 3


def test_halves_of_the_views_that_disagree_see_one_person():
    truth, cameras = two_people(40).person(0), ring(4)
    views = views_of(truth, cameras, noise=1.0)
    # the cameras of one side are off by more than views of one person may be
    strict = Matching(epipolar=14.0, reprojection=14.0, temporal=14.0)
    moved = [v if i < 2 else replace(v, positions=v.positions + 16.0) for i, v in enumerate(views)]
    assert track_people(moved, cameras, replace(strict, apart=0.0)).num_people == 2
    out = track_people(moved, cameras, strict)
    assert out.num_people == 1 and (out.metadata["views"] >= 0).all()


def test_views_must_fit():
    truth, cameras = two_people(10), ring(3)
    views = views_of(truth, cameras)
    with pytest.raises(VitruveError, match="3 views, 2 cameras"):
        triangulate_poses(views, cameras[:2])
    with pytest.raises(VitruveError, match="at least two views"):
        track_people(views[:1], cameras[:1])
    with pytest.raises(VitruveError, match="not in step"):
        triangulate_poses([views[0], views[1][:5]], cameras[:2])
    with pytest.raises(VitruveError, match="match them first"):
        triangulate_poses([views[0], views[1].person(0)], cameras[:2])
    with pytest.raises(VitruveError, match="no camera for view 'x'"):
        triangulate_poses({"x": views[0], "y": views[1]}, {"y": cameras[1]})
    with pytest.raises(VitruveError, match="no person was matched"):
        track_people([views[0], Poses(torch.full_like(views[1].positions, torch.nan), truth.skeleton, 25.0)], cameras[:2])


def test_part_affinities_decide_between_candidates():
    """Two people of three joints whose candidates are shuffled; one false limb of low affinity, one of a taken end."""
    limbs = np.array([[0, 1], [1, 2]])
    joint, cand = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    xy = np.arange(12, dtype=np.float32).reshape(6, 2)
    score = np.array([0.9, 0.5, 0.9, 0.5, 0.9, 0.5], np.float32)
    limb, a, b = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 0, 1]), np.array([1, 0, 0, 0, 1, 1])
    affinity = np.array([0.9, 0.8, 0.85, 0.9, 0.7, 0.2])
    z = np.zeros(6, int)
    out, scores = group_parts(Candidates(z, joint, cand, xy, score), LimbHypotheses(z, limb, a, b, affinity), limbs, (1, 3), min_joints=3)
    assert out.shape == (2, 1, 3, 2)
    # joint 0's candidate 0 goes with 1's candidate 1, which goes with 2's candidate 0
    groups = {tuple(int(v) // 2 for v in person[0, :, 0]) for person in out}
    assert groups == {(0, 3, 4), (1, 2, 5)}
    assert scores[0, 0].sum() > scores[1, 0].sum()


@pytest.mark.slow
@pytest.mark.realdata
def test_shelf(data):
    """OpenPose candidates of five views to scored 3D people: VoxelPose, trained, reaches 97.1 on average."""
    from vitruve.io.cameras import read_shelf

    views, cameras, truth = read_shelf(data / "shelf_multiview/shelf.npz")
    assert truth.valid.all(-1).sum(-1).tolist() == [279, 37, 161, 33]
    people = track_people(views, cameras)
    assert people.num_frames == 301
    # four people walk in and out behind shelves, and each keeps one row
    gap = (people.positions.nanmean(2)[:, None] - truth.positions.nanmean(2)[None])[..., [0, 2]].norm(dim=-1)
    assert people.num_people == 4 and sorted(gap.nanmean(-1).nan_to_num(9).argmin(1).tolist()) == [0, 1, 2, 3]
    raw = pcp(shelf_head(people), truth.positions)
    smooth = pcp(shelf_head(people.fill_gaps(1.0).smooth(6.0)), truth.positions)
    assert raw.average > 94 and raw.recall500 == 100
    assert smooth.average > 97 and smooth.actors[0] > 98.5 and smooth.actors[2] > 98
    # y is up: heads over hips over feet
    y = truth.positions[0, 0, :, 1]
    assert y[13] > y[12] > y[2] > y[1] > y[0]


def test_which_view_is_out_of_step_is_said():
    truth, cameras = two_people(10), ring(3)
    views = views_of(truth, cameras, noise=0.0)
    for wrong, said in ((views[2][:7], "7 at"), (replace(views[2], skeleton=skeleton("h36m17")), "h36m17")):
        with pytest.raises(VitruveError, match=said) as error:
            track_people([*views[:2], replace(wrong, name="back")])
        assert "view 2 (back)" in str(error.value)
