"""Inverse kinematics: the Jacobian, exact recovery, noise, gaps, limits, smoothness, and joints to motion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.core.figures import random_motion, t_pose_offsets, walk

from vitruve.core import ik, solver
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, forward_kinematics
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


def turned(m: Motion, step: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rotations and translation after world-frame increments (3 J + 3 unknowns by axis, then joint)."""
    n = len(m.skeleton)
    world = m.fk().rotations
    parent = torch.stack([world[:, p] if p >= 0 else rot.identity(len(m), dtype=world.dtype) for p in m.skeleton.parents], 1)
    local = rot.rotate(rot.inverse(parent), step[: 3 * n].view(3, n).T)
    return rot.multiply(rot.from_rotvec(local), m.rotations), m.translation + step[3 * n :]


@pytest.mark.parametrize("with_offsets", [False, True])
def test_jacobian_agrees_with_autograd(with_offsets: bool) -> None:
    m = random_motion(3, "smplh52", spread=1.0, dtype=torch.float64)
    m = Motion(rot.normalize(m.rotations), m.translation, m.offsets, m.skeleton)
    g = torch.Generator().manual_seed(0)
    sites = solver.Sites(tuple(range(0, 52, 3)), 0.1 * torch.randn(18, 3, generator=g, dtype=torch.float64) if with_offsets else None)

    def points(step: torch.Tensor) -> torch.Tensor:
        r, t = turned(m, step)
        return sites.positions(m.skeleton, forward_kinematics(m.skeleton, r, t, m.offsets))

    auto = torch.autograd.functional.jacobian(points, torch.zeros(3 * 52 + 3, dtype=torch.float64))
    torch.testing.assert_close(solver.jacobian(m.skeleton, m.fk(), sites), auto, atol=1e-9, rtol=0)


@pytest.mark.parametrize("views", [0, 2])
def test_normal_equations_are_those_of_the_jacobian(views: int) -> None:
    m = random_motion(4, spread=1.0, dtype=torch.float64)
    sites = solver.Sites(tuple(range(24)), torch.full((24, 3), 0.05, dtype=torch.float64))
    pose = m.fk()
    j = solver.jacobian(m.skeleton, pose, sites)
    g = torch.Generator().manual_seed(0)
    levers = solver._levers(pose.positions, sites.positions(m.skeleton, pose), sites.moved_by(m.skeleton).double())
    if views:
        rows = torch.randn(4, 24, 2 * views, 3, generator=g, dtype=torch.float64)
        e = torch.randn(4, 24, 2 * views, generator=g, dtype=torch.float64)
        full = torch.einsum("fkrd,fkdn->fkrn", rows, j).flatten(1, 2)
    else:
        rows = torch.rand(4, 24, generator=g, dtype=torch.float64)
        e = torch.randn(4, 24, 3, generator=g, dtype=torch.float64)
        full = (rows[..., None, None] * j).flatten(1, 2)
    h, gradient = solver._normal_equations(levers, e, rows)
    torch.testing.assert_close(h, full.mT @ full)
    torch.testing.assert_close(gradient, (e.flatten(1)[:, None] @ full)[:, 0])


def test_same_bones_are_met_exactly() -> None:
    m = random_motion(40, spread=0.8)
    x = m.fk().positions
    r, t = ik.align_chains(m.skeleton, m.offsets, x)
    closed = forward_kinematics(m.skeleton, r, t, m.offsets).positions
    assert (closed - x).norm(dim=-1).mean() < 1e-3  # pelvis, chest and limbs in closed form
    out = ik.inverse_kinematics(x, m.skeleton, m.offsets, fps=m.fps)
    assert (out.fk().positions - x).norm(dim=-1).max() < 1e-3
    assert out.fps == m.fps and torch.equal(out.offsets, m.offsets)


def test_frames_are_independent_of_their_neighbours_and_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    m = random_motion(50, spread=0.8)
    x = m.fk().positions + 0.02 * torch.randn(50, 24, 3, generator=torch.Generator().manual_seed(0))
    whole = ik.inverse_kinematics(x, m.skeleton, m.offsets)
    monkeypatch.setattr(solver, "_CHUNK", 7)
    parts = ik.inverse_kinematics(x, m.skeleton, m.offsets)
    torch.testing.assert_close(parts.fk().positions, whole.fk().positions, atol=1e-5, rtol=0)


def test_missing_targets_count_nothing() -> None:
    m = random_motion(30, spread=0.6)
    x = m.fk().positions.clone()
    x[:, m.skeleton.index("left_elbow")] = torch.nan  # never seen: found from shoulder and wrist
    x[10:15, m.skeleton.index("right_knee")] = torch.nan
    x[20] = torch.nan
    out = ik.inverse_kinematics(x, m.skeleton, m.offsets).fk().positions
    known = x.isfinite().all(-1)
    assert (out - x)[known].norm(dim=-1).max() < 3e-3
    assert out.isfinite().all()
    arm = (out[:, m.skeleton.index("left_elbow")] - out[:, m.skeleton.index("left_shoulder")]).norm(dim=-1)
    torch.testing.assert_close(arm, m.offsets[m.skeleton.index("left_elbow")].norm().expand(30), atol=1e-5, rtol=0)


def test_weights_decide_between_conflicting_targets() -> None:
    m = random_motion(5, spread=0.2)
    x = m.fk().positions.clone()
    hand, foot = m.skeleton.index("left_wrist"), m.skeleton.index("left_ankle")
    x[:, hand, 0] += 1.0
    x[:, foot, 0] -= 1.0
    for heavy, light in ((hand, foot), (foot, hand)):
        w = torch.full((24,), 1e-3)
        w[heavy] = 1.0
        away = (ik.inverse_kinematics(x, m.skeleton, m.offsets, weights=w).fk().positions - x).norm(dim=-1).mean(0)
        assert away[heavy] < 0.1 * away[light]


def test_unobserved_twist_stays_with_the_initial_pose() -> None:
    m = random_motion(10, spread=0.6, dtype=torch.float64)
    twisted = m.rotations.clone()
    elbow = m.skeleton.index("left_elbow")
    twisted[:, elbow] = rot.multiply(twisted[:, elbow], rot.about("x", torch.full((10,), 0.7, dtype=torch.float64)))
    start = Motion(twisted, m.translation, m.offsets, m.skeleton)
    arm = [m.skeleton.index(j) for j in ("left_shoulder", "left_elbow", "left_wrist")]
    out = ik.inverse_kinematics(m.fk().positions[:, arm], m.skeleton, m.offsets, joints=arm, initial=start)
    assert rot.angle(out.rotations[:, elbow], twisted[:, elbow]).max() < 0.02


def test_limits_bound_the_joint() -> None:
    m = random_motion(4, spread=0.0)
    x = m.fk().positions.clone()
    s = m.skeleton
    # lift the left ankle to the back, further than the knee may bend
    x[:, s.index("left_ankle")] = x[:, s.index("left_knee")] + torch.tensor([0.0, 0.05, -0.4])
    low, high = torch.full((24, 3), -3.0), torch.full((24, 3), 3.0)
    high[s.index("left_knee"), 0] = 0.5
    leg = [s.index(j) for j in ("pelvis", "left_hip", "right_hip", "left_knee", "left_ankle")]

    def bend(limits: tuple[torch.Tensor, torch.Tensor] | None) -> float:
        out = ik.inverse_kinematics(x[:, leg], s, m.offsets, joints=leg, initial=m, limits=limits, iterations=30)
        return float(rot.to_rotvec(out.rotations[:, s.index("left_knee")])[:, 0].max())

    assert bend(None) > 1.2
    assert bend((low, high)) < 0.75


def test_smoothness_fits_noisy_joints_better_than_frames_alone() -> None:
    m = walk(150, fps=30)
    x = m.fk().positions
    noisy = x + 0.025 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    alone = ik.inverse_kinematics(noisy, m.skeleton, m.offsets, fps=30).fk().positions
    smooth = ik.inverse_kinematics(noisy, m.skeleton, m.offsets, fps=30, smoothness=10.0).fk().positions

    def error(y: torch.Tensor) -> float:
        return float((y - x).norm(dim=-1).mean())

    def acceleration(y: torch.Tensor) -> float:
        return float((y - x).diff(n=2, dim=0).norm(dim=-1).mean())

    assert error(smooth) < 0.6 * error(alone) < 0.6 * error(noisy)
    assert acceleration(smooth) < acceleration(noisy) / 5


def test_smoothness_has_no_seams_between_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    m = walk(90, fps=30)
    x = m.fk().positions + 0.02 * torch.randn(90, 24, 3, generator=torch.Generator().manual_seed(0))
    whole = ik.inverse_kinematics(x, m.skeleton, m.offsets, smoothness=1.0).fk().positions
    monkeypatch.setattr(solver, "_CHUNK", 32)
    parts = ik.inverse_kinematics(x, m.skeleton, m.offsets, smoothness=1.0).fk().positions
    assert (parts - whole).norm(dim=-1).mean() < 2e-3
    jump = parts.diff(n=2, dim=0).norm(dim=-1).mean(1)
    assert jump[30:34].max() < 3 * jump.median()


def test_input_that_does_not_fit() -> None:
    m = random_motion(5)
    x = m.fk().positions
    with pytest.raises(ShapeError, match="24 points for 2 joints"):
        ik.inverse_kinematics(x, m.skeleton, m.offsets, joints=[0, 1])
    with pytest.raises(ShapeError, match="no position"):
        ik.inverse_kinematics(x * torch.nan, m.skeleton, m.offsets)
    with pytest.raises(ShapeError, match="5 frames"):
        ik.inverse_kinematics(x, m.skeleton, m.offsets, initial=m[:3])
    with pytest.raises(OptionError, match="one person"):
        ik.inverse_kinematics(Poses.stack([m.poses(), m.poses()]), m.skeleton, m.offsets)
    with pytest.raises(OptionError, match="2D"):
        ik.poses_to_motion(Poses(x[None, ..., :2], m.skeleton))
    with pytest.raises(SkeletonError, match="share no joint"):
        ik.inverse_kinematics(Poses(torch.zeros(1, 2, 2, 3), Skeleton("markers", ("p", "q"), (-1, -1))), m.skeleton, m.offsets)


@pytest.mark.parametrize("name", ["smpl24", "h36m17", "ntu25", "kinect20", "humanml3d22", "3dhp28", "msr20"])
def test_joints_become_a_motion_with_constant_bones(name: str) -> None:
    truth = random_motion(40, name, spread=0.3)
    out = ik.poses_to_motion(truth.poses())
    assert out.skeleton == truth.skeleton and not out.stretches and out.fps == truth.fps
    assert (out.fk().positions - truth.fk().positions).norm(dim=-1).mean() < 0.004
    lengths = out.offsets.norm(dim=-1)[1:]
    parents = [p for p in out.skeleton.parents if p >= 0]
    children = [j for j, p in enumerate(out.skeleton.parents) if p >= 0]
    x = truth.fk().positions[0]
    torch.testing.assert_close(out.offsets[children].norm(dim=-1), (x[children] - x[parents]).norm(dim=-1), atol=1e-4, rtol=1e-3)
    assert len(lengths) == len(out.skeleton) - 1
    report = out.metadata["from_positions"]
    assert report["missing"] == () and report["residual_mm"] < 4


@pytest.mark.parametrize("name", ["coco17", "wholebody133", "openpose25", "panoptic15"])
def test_joints_without_a_tree_are_mapped(name: str) -> None:
    person = random_motion(30, "smplh52", spread=0.3)
    keypoints = person.poses().map_to(skeleton(name))
    out = ik.poses_to_motion(keypoints)
    assert out.skeleton.landmarks[out.skeleton.roots[0]] == "pelvis"
    assert out.metadata["from_positions"]["skeleton"] == name
    knee = out.fk().positions[:, out.skeleton.index("left_knee")]
    assert (knee - person.fk().positions[:, person.skeleton.index("left_knee")]).norm(dim=-1).mean() < 0.03


def test_gaps_are_filled_and_reported() -> None:
    truth = random_motion(60, spread=0.3)
    x = truth.poses().positions.clone()
    x[0, 20:24, 20] = torch.nan
    x[0, 40:60, 5] = torch.nan
    x[0, :, 23] = torch.nan
    out = ik.poses_to_motion(Poses(x, truth.skeleton))
    report = out.metadata["from_positions"]
    assert report["missing"] == ("right_hand",) and len(out.skeleton) == 23
    assert report["interpolated"] == pytest.approx(24 / (60 * 23), abs=1e-6)
    assert (out.fk().positions[20:24, 20] - truth.fk().positions[20:24, 20]).norm(dim=-1).max() < 0.08


def test_a_person_without_a_pelvis() -> None:
    p = Poses(torch.randn(1, 4, 21, 3), skeleton("hand21_left"))
    with pytest.raises(SkeletonError, match="pelvis"):
        ik.poses_to_motion(p)


def test_interpolation_of_missing_points() -> None:
    x = torch.arange(6.0)[:, None, None].repeat(1, 3, 3)
    x[[0, 2, 3, 5], 0] = torch.nan
    x[:, 1] = torch.nan
    out = ik.interpolate_missing(x)
    torch.testing.assert_close(out[:, 0, 0], torch.tensor([1.0, 1, 2, 3, 4, 4]))
    assert out[:, 1].isnan().all()
    assert torch.equal(out[:, 2], x[:, 2])


def test_rest_template_is_a_person() -> None:
    for name in ("smpl24", "ntu25", "smplh52", "h36m17"):
        o = t_pose_offsets(name)
        s = skeleton(name)
        assert torch.isfinite(o).all() and (o[[j for j, p in enumerate(s.parents) if p >= 0]].norm(dim=-1) < 0.6).all()


@pytest.mark.realdata
def test_humanml3d_joints(data: Path) -> None:
    x = torch.from_numpy(np.load(data / "humanml3d_kitml_text" / "humanml3d_new_joints_012314.npy")).float()
    out = ik.poses_to_motion(Poses(x[None], skeleton("humanml3d22"), 20.0))
    assert out.metadata["from_positions"]["residual_mm"] < 5


def test_bones_of_somebody_who_leaves_are_those_that_were_seen() -> None:
    """A wrong last frame, held for as long as the person is away, says nothing about bones."""
    truth = walk(60)
    poses = truth.poses()
    x = poses.positions.clone()
    wrist = poses.skeleton.index("left_wrist")
    x[0, 19, wrist] += torch.tensor([0.0, 0.5, 0.0], dtype=x.dtype)
    x[0, 20:] = torch.nan
    out = ik.poses_to_motion(Poses(x, poses.skeleton, poses.fps), max_gap=1.0)
    found, true = (m.offsets[m.skeleton.index("left_wrist")].norm() for m in (out, truth))
    assert abs(float(found - true)) < 0.005
    # a bone whose ends are never seen together is as long as what fills the gaps makes it
    x = poses.positions.clone()
    x[0, ::2, wrist], x[0, 1::2, poses.skeleton.index("left_elbow")] = torch.nan, torch.nan
    out = ik.poses_to_motion(Poses(x, poses.skeleton, poses.fps), max_gap=1.0)
    assert abs(float(out.offsets[out.skeleton.index("left_wrist")].norm() - true)) < 0.03
