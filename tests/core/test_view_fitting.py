"""Kinematic fitting to views: its slopes, bones that keep their length, joints that one view alone sees, and Shelf."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests.core.test_geometry import ring
from tests.core.test_multiview import two_people, views_of

from vitruve.core.camera import Camera
from vitruve.core.multiview import shelf_head, track_people
from vitruve.core.view_fitting import ViewTargets, fit_views, rooted_body
from vitruve.errors import OptionError
from vitruve.metrics.multiview import pcp


def test_slopes_are_autograds_where_depth_is_held():
    rig = Camera.stack(ring(3)).to(torch.float64)
    g = torch.Generator().manual_seed(0)
    points = (0.4 * torch.randn(2, 5, 3, generator=g) + torch.tensor([0.0, 1.0, 0.0])).double()
    uv = torch.stack([rig[v].normalise(rig[v].project(points.flatten(0, 1))) for v in range(3)]).unflatten(1, (2, 5))
    rays = uv + 0.02 * torch.randn(uv.shape, generator=g, dtype=torch.float64)
    target = ViewTargets(rays, torch.ones(3, 2, 5, dtype=torch.float64), rig, huber=1e9)
    _, rows = target.residuals(points, torch.arange(2))

    def angles(x: torch.Tensor) -> torch.Tensor:
        c = torch.einsum("vij,fkj->vfki", rig.rotation, x) + rig.translation[:, None, None]
        z = torch.einsum("vij,fkj->vfki", rig.rotation, points)[..., 2:] + rig.translation[:, None, None, 2:]
        return ((c[..., :2] / c[..., 2:] - rays) * z).permute(1, 2, 0, 3).flatten(2)

    full = torch.autograd.functional.jacobian(angles, points)
    expected = torch.stack([torch.stack([full[f, k, :, f, k] for k in range(5)]) for f in range(2)])
    assert torch.allclose(rows, expected, atol=1e-9)


def test_huber_weighs_what_is_far_off_less():
    rig = Camera.stack(ring(2)).to(torch.float64)
    point = torch.tensor([[[0.1, 1.0, 0.0]]], dtype=torch.float64)
    uv = torch.stack([rig[v].normalise(rig[v].project(point[0])) for v in range(2)])[:, None]
    depth = rig.to_camera(point[0].expand(2, 1, 3))[..., 2]
    target = ViewTargets(uv + 0.4 / depth[..., None, None] * torch.tensor([1.0, 0.0]), torch.ones(2, 1, 1, dtype=torch.float64), rig, huber=0.1)
    # a distance of 0.4 m costs 0.1 * 0.4 in each view
    assert float(target.residuals(point, torch.arange(1))[0].square().sum()) == pytest.approx(2 * 0.04, rel=1e-6)


def test_bones_keep_their_length_and_hidden_joints_stay_with_the_body():
    truth, cameras = two_people(30), ring(4)
    views = views_of(truth, cameras, noise=4.0)
    wrist = truth.skeleton.index("left_wrist")
    # for a while one view alone sees a wrist
    hidden = []
    for v, view in enumerate(views):
        x = view.positions.clone()
        if v:
            x[0, 10:16, wrist] = torch.nan
        hidden.append(replace(view, positions=x))
    people = track_people(hidden, cameras)
    who = int((people.positions - truth.positions[0]).norm(dim=-1).nanmean((1, 2)).argmin())
    assert people.positions[who, 10:16, wrist].isnan().all()
    fitted = fit_views(hidden, cameras, people)
    joints = fitted.poses.positions[who]
    tree = rooted_body()
    off = (joints[:, tree.index("left_wrist")] - truth.positions[0, :, wrist]).norm(dim=-1)
    assert off.max() < 0.12 and off.mean() < 0.05
    arm = (joints[:, tree.index("left_wrist")] - joints[:, tree.index("left_elbow")]).norm(dim=-1)
    assert arm.std() < 1e-4
    raw = (people.positions[who, :, wrist] - people.positions[who, :, truth.skeleton.index("left_elbow")]).norm(dim=-1)
    assert raw[raw.isfinite()].std() > 1e-3
    assert 2 < float(fitted.reprojection.max()) < 9


def test_what_cannot_be_fitted_is_said():
    truth, cameras = two_people(10), ring(3)
    views = views_of(truth, cameras)
    people = track_people(views, cameras)
    with pytest.raises(OptionError, match="track_people"):
        fit_views(views, cameras, replace(people, metadata={}))
    hips = [truth.skeleton.index(f"{side}_hip") for side in ("left", "right")]
    x = people.positions.clone()
    x[:, :, hips] = torch.nan
    with pytest.raises(OptionError, match="pelvis"):
        fit_views(views, cameras, replace(people, positions=x))


@pytest.mark.realdata
def test_shelf_improves_on_triangulation(data):
    from vitruve.io.cameras import read_shelf

    views, _, truth = read_shelf(data / "shelf_multiview/shelf.npz")
    some = slice(0, 60)
    views, truth = [v[some] for v in views], truth[some]
    people = track_people(views)
    raw = pcp(shelf_head(people), truth.positions)
    fitted = pcp(shelf_head(fit_views(views, people=people).poses), truth.positions)
    assert fitted.actors[0] > raw.actors[0] and fitted.actors[0] > 97
