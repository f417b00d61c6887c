"""Retargeting: what must not depend on the rig does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.core.figures import random_motion, walk
from tests.core.test_reference import A_POSE, posed, rerested

from vitruve.bodies import BodyMotion, body_model, retarget
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.reference import reference_of
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, SkeletonError


def relative(m: Motion) -> torch.Tensor:
    return rot.multiply(m.fk().rotations, rot.inverse(reference_of(m)))


def difference(a: Motion, b: Motion, *marks: str) -> float:
    """Largest angle (rad) between the world rotations of landmarks, both seen from the T-pose."""
    x = relative(a)[:, [a.skeleton.index(m) for m in marks]]
    y = relative(b)[:, [b.skeleton.index(m) for m in marks]]
    return float(rot.angle(x, y).max())


LIMBS = tuple(f"{s}_{p}" for s in ("left", "right") for p in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))


def test_the_same_rig_gets_the_same_motion() -> None:
    m = random_motion(20)
    for refine in (False, True):
        out = retarget(m, m, refine=refine)
        assert isinstance(out, Motion)
        assert (out.fk().positions - m.fk().positions).norm(dim=-1).max() < 1e-3
        assert rot.angle(out.rotations, m.rotations).max() < 5e-3


def test_rest_pose_and_joint_order_do_not_matter() -> None:
    m = random_motion(15, spread=0.5, dtype=torch.float64)
    other = rerested(m, posed(A_POSE | {"pelvis": ("y", 90.0)}))
    order = torch.randperm(24, generator=torch.Generator().manual_seed(0)).tolist()
    s = other.skeleton
    shuffled = Skeleton("shuffled", tuple(s.joints[j] for j in order), tuple(-1 if s.parents[j] < 0 else order.index(s.parents[j]) for j in order))
    rig = Motion(other.rotations[:, order], other.translation, other.offsets[order], shuffled, other.fps)
    out = retarget(m, rig, refine=False)
    place = [order.index(j) for j in range(24)]
    assert (out.fk().positions[:, place] - m.fk().positions).norm(dim=-1).max() < 0.02
    assert difference(m, out, *LIMBS, "pelvis", "spine1", "spine3", "head") < 0.02


def test_twist_survives() -> None:
    m = random_motion(10, spread=0.0)
    r = m.rotations.clone()
    wrist = m.skeleton.index("left_elbow")
    r[:, wrist] = rot.about("x", torch.linspace(0, 1.5, 10))
    m = Motion(r, m.translation, m.offsets, m.skeleton)
    back = retarget(retarget(m, body_model("procedural")), m)
    assert isinstance(back, Motion)
    assert rot.angle(back.rotations[:, wrist], r[:, wrist]).max() < 0.01


@pytest.mark.parametrize("name", ["h36m17", "ntu25", "smplh52"])
def test_there_and_back_over_another_tree(name: str) -> None:
    """Joint counts of the spine differ: limbs and pelvis come back."""
    from tests.core.figures import t_pose_offsets

    m = random_motion(20, spread=0.3)
    there = retarget(m, skeleton(name), offsets=t_pose_offsets(name), refine=False)
    shared = [mark for mark in LIMBS if there.skeleton.has(mark) and there.skeleton.children[there.skeleton.index(mark)]]
    assert difference(m, there, *shared) < 0.02
    back = retarget(there, m, refine=False)
    assert difference(m, back, *shared) < 0.02
    assert difference(m, back, "pelvis") < 0.02


def test_a_larger_body_walks_farther_and_on_the_floor() -> None:
    m = walk(120)
    giant = m.scaled(1.5)
    out = retarget(m, giant)
    assert isinstance(out, Motion)
    assert out.metadata["retarget"]["scale"] == pytest.approx(1.5, rel=1e-4)
    torch.testing.assert_close(out.fk().positions, giant.fk().positions, atol=5e-3, rtol=0)


def test_refinement_keeps_feet_on_their_path_where_proportions_differ() -> None:
    m = walk(120)
    # longer shins, shorter thighs, higher ankles
    o = m.offsets.clone()
    for side in ("left", "right"):
        o[m.skeleton.index(f"{side}_knee")] *= 0.75
        o[m.skeleton.index(f"{side}_ankle")] *= 1.3
    target = Motion(m.rotations, m.translation, o, m.skeleton, m.fps)

    def stray(refine: bool) -> float:
        """How much the ankle leaves the path of the source's, metres."""
        out = retarget(m, target, refine=refine)
        assert isinstance(out, Motion)
        j = m.skeleton.index("left_ankle")
        away = out.fk().positions[:, j] - out.metadata["retarget"]["scale"] * m.fk().positions[:, j]
        return float(away.std(0).norm())

    assert stray(True) < 0.2 * stray(False)


def test_a_body_is_returned_for_a_body() -> None:
    body = body_model("procedural")
    m = random_motion(10, spread=0.2)
    shape = body.default_shape().clone()
    shape[0] = 1.0
    out = retarget(m, body, shape=shape)
    assert isinstance(out, BodyMotion) and out.motion.shape is not None
    torch.testing.assert_close(out.motion.offsets, body.offsets(shape).detach(), atol=1e-6, rtol=0)
    assert difference(m, out.motion, "left_elbow", "right_knee") < 0.3
    again = retarget(out, body)
    assert isinstance(again, BodyMotion)


def test_unsuitable_rigs() -> None:
    m = random_motion(5)
    with pytest.raises(OptionError, match="offsets="):
        retarget(m, skeleton("smpl24"))  # type: ignore[call-overload]
    hand = random_motion(5, "mano16_left")
    with pytest.raises(SkeletonError):
        retarget(hand, m)


@pytest.mark.realdata
def test_the_same_trial_on_two_rigs_agrees(data: Path) -> None:
    """CMU 03_02 as ASF/AMC and as another company's rig: world rotations of limbs, both seen from the T-pose."""
    from vitruve.io import load

    a = load(data / "cmu_mocap" / "cmu_asfamc_01_02_03.npz", clip="03_02")
    b = load(data / "cmu_mocap" / "cmu_ccrig_s01_s06.npz", clip="03_02")
    n = min(len(a), len(b))
    x, y = relative(a[:n]), relative(b[:n])
    for mark, degrees in (("hip", 5), ("knee", 5), ("shoulder", 5), ("elbow", 5)):
        for side in ("left", "right"):
            e = rot.angle(x[:, a.skeleton.index(f"{side}_{mark}")], y[:, b.skeleton.index(f"{side}_{mark}")])
            assert float(e.mean().rad2deg()) < degrees
