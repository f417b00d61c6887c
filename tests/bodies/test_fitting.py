"""Fitting: shape and pose come back, residuals are honest, views and gaps work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.core.figures import random_motion, walk

from vitruve.bodies import BodyMotion, body_model, fit
from vitruve.bodies.fitting import fit_shape, segment_lengths
from vitruve.core import rotations as rot
from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError

BODY = body_model("procedural")


def body_motion(frames: int = 30, seed: int = 1) -> BodyMotion:
    """A procedural body of some shape that moves."""
    g = torch.Generator().manual_seed(seed)
    shape = 0.8 * torch.randn(BODY.num_shape, generator=g)
    m = random_motion(frames, spread=0.25, seed=seed)
    return BodyMotion(BODY, Motion(m.rotations, m.translation, BODY.offsets(shape).detach(), m.skeleton, m.fps, shape=shape))


def error(a: BodyMotion, b: BodyMotion) -> float:
    return float((a.motion.fk().positions - b.motion.fk().positions).norm(dim=-1).mean())


def test_a_body_is_found_from_its_own_motion() -> None:
    truth = body_motion()
    found = fit(truth.motion, BODY)
    assert error(found, truth) < 0.005
    assert rot.angle(found.motion.rotations, truth.motion.rotations).mean() < 0.03
    report = found.metadata["fit"]
    assert report["residual_mm"] < 5 and report["residual_without_offsets_mm"] < 8
    assert found.residual is not None and found.residual.shape == (30,)
    for name in ("left_thigh", "left_shin", "right_upper_arm", "right_forearm"):
        measured, fitted = report["segments_mm"][name]
        assert abs(measured - fitted) < 6


def test_shape_is_found_from_lengths_and_stays_in_bounds() -> None:
    truth = body_motion()
    lengths = segment_lengths(BODY.skeleton, truth.motion.fk().positions)
    found = fit_shape(BODY, lengths)
    low, high = BODY.shape_bounds()
    assert (found >= low).all() and (found <= high).all()
    giant = fit_shape(BODY, {k: 3 * v for k, v in lengths.items()})
    assert (giant <= high).all() and (giant >= low).all()
    assert torch.equal(fit_shape(BODY, {}), BODY.default_shape())


def test_a_given_shape_is_kept() -> None:
    truth = body_motion()
    found = fit(truth.motion, BODY, shape=truth.motion.shape, calibrate=False)
    assert torch.equal(found.motion.shape, truth.motion.shape)  # type: ignore[arg-type]
    assert error(found, truth) < 0.002
    with pytest.raises(ShapeError, match="10"):
        fit(truth.motion, BODY, shape=torch.zeros(3))


def test_other_joint_definitions_are_explained_by_offsets_and_reported() -> None:
    truth = body_motion(30)
    # joints 3 cm off the parent's frame from where the body has them
    moved = truth.motion.offsets.clone()
    shifted = [truth.motion.skeleton.index(f"{s}_{p}") for s in ("left", "right") for p in ("wrist", "ankle")]
    pose = truth.motion.fk()
    x = pose.positions.clone()
    for j in shifted:
        x[:, j] += rot.rotate(pose.rotations[:, truth.motion.skeleton.parents[j]], torch.tensor([0.0, 0.02, 0.02]))
    poses = Poses(x[None], truth.motion.skeleton, truth.motion.fps)
    with_offsets = fit(poses, BODY, shape=truth.motion.shape).metadata["fit"]
    without = fit(poses, BODY, shape=truth.motion.shape, calibrate=False).metadata["fit"]
    assert moved.shape == (24, 3)
    assert without["offsets_mm"] == {} and without["residual_mm"] == without["residual_without_offsets_mm"]
    assert with_offsets["residual_mm"] < 0.7 * without["residual_mm"]
    assert with_offsets["residual_without_offsets_mm"] > with_offsets["residual_mm"]
    assert all(torch.tensor(v).norm() <= 80.01 for v in with_offsets["offsets_mm"].values())


def test_positions_with_gaps() -> None:
    truth = body_motion(60)
    x = truth.motion.fk().positions[None].clone()
    x[0, 10:14] = torch.nan
    x[0, 30:40, truth.motion.skeleton.index("left_wrist")] = torch.nan
    found = fit(Poses(x, truth.motion.skeleton, truth.motion.fps), BODY)
    assert found.metadata["fit"]["unseen_frames"] == [10, 11, 12, 13]
    assert found.residual is not None and found.residual.isfinite().all()
    away = (found.motion.fk().positions - truth.motion.fk().positions).norm(dim=-1)
    assert away.mean() < 0.02 and away[10:14].mean() < 0.1


@pytest.mark.parametrize("name", ["coco17", "h36m17", "ntu25"])
def test_other_joint_sets(name: str) -> None:
    truth = body_motion(20)
    poses = Poses(truth.motion.fk().positions[None], truth.motion.skeleton, truth.motion.fps).map_to(skeleton(name))
    found = fit(poses, BODY)
    marks = [f"{s}_{p}" for s in ("left", "right") for p in ("knee", "ankle", "elbow", "wrist")]
    index = [BODY.skeleton.index(m) for m in marks]
    assert (found.motion.fk().positions[:, index] - truth.motion.fk().positions[:, index]).norm(dim=-1).mean() < 0.03


def views(truth: BodyMotion, noise: float = 0.0) -> list[Poses]:
    coco = skeleton("coco17")
    x = truth.motion.poses().map_to(coco)
    centre = x.positions[0].nanmean((0, 1))
    out = []
    g = torch.Generator().manual_seed(0)
    for eye in ([4.0, 0.4, 0.5], [0.3, 0.5, 4.5], [-3.0, 0.3, -3.0]):
        camera = Camera.look_at(centre + torch.tensor(eye), centre, (1000, 1000), focal=1100.0)
        uv = camera.project(x.positions[0].flatten(0, 1)).view(1, -1, 17, 2)
        out.append(Poses(uv + noise * torch.randn(uv.shape, generator=g), coco, x.fps, camera=camera, image_size=(1000, 1000)))
    return out


def test_several_views() -> None:
    truth = body_motion(20)
    index = [BODY.skeleton.index(f"{s}_{p}") for s in ("left", "right") for p in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")]

    def away(found: BodyMotion) -> float:
        return float((found.motion.fk().positions[:, index] - truth.motion.fk().positions[:, index]).norm(dim=-1).mean())

    exact = fit(views(truth), BODY)
    assert away(exact) < 0.02 and exact.metadata["fit"]["reprojection_px"] < 2
    noisy = fit(views(truth, 3.0), BODY)
    assert away(noisy) < 0.035 and noisy.metadata["fit"]["reprojection_px"] < 5


def test_one_view_gives_a_pose_that_reprojects() -> None:
    m = walk(40, fps=30)
    shape = BODY.default_shape()
    truth = BodyMotion(BODY, Motion(m.rotations, m.translation, BODY.offsets(shape).detach(), m.skeleton, m.fps, shape=shape))
    found = fit(views(truth)[0], BODY)
    assert found.metadata["fit"]["reprojection_px"] < 5
    assert "depth" in found.metadata["fit"] and found.residual is None
    away = (found.motion.fk().positions - truth.motion.fk().positions).norm(dim=-1).mean()
    assert away < 0.25


def test_unsuitable_data() -> None:
    truth = body_motion(5)
    flat = views(truth)[0]
    with pytest.raises(OptionError, match="camera"):
        fit(replace(flat, camera=None), BODY)
    with pytest.raises(OptionError, match="empty"):
        fit([], BODY)
    with pytest.raises(OptionError, match="one person"):
        fit(Poses.stack([truth.motion.poses(), truth.motion.poses()]), BODY)
    with pytest.raises(SkeletonError):
        fit(random_motion(5, "mano16_left"), BODY)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("file", "clip"), [("cmu_asfamc_01_02_03.npz", "02_01"), ("cmu_ccrig_s01_s06.npz", "06_02"), ("cmu_8actions_test.npz", 10), ("cmu_dance_martial.npz", 0)]
)
def test_cmu_on_anny(data: Path, file: str, clip: str | int) -> None:
    from vitruve.io import load

    m = load(data / "cmu_mocap" / file, clip=clip)
    report = fit(m[:150], "anny").metadata["fit"]
    assert report["residual_mm"] < 15
    assert report["residual_without_offsets_mm"] < 60
