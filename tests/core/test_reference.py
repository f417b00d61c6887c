"""The reference pose: rigs that rest differently agree in the T-pose."""

from __future__ import annotations

import pytest
import torch
from tests.core.figures import random_motion, t_pose_offsets, walk

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, forward_kinematics, local_rotations
from vitruve.core.reference import bone_end, is_folded, reference_of, reference_rotations
from vitruve.core.standards import skeleton
from vitruve.errors import SkeletonError


def rerested(motion: Motion, rest_world: torch.Tensor) -> Motion:
    """The same motion by a rig whose rest pose is the given world rotations (J, 4) of the first rig."""
    s = motion.skeleton
    pose = forward_kinematics(s, local_rotations(s, rest_world), motion.offsets[0] * 0, motion.offsets)
    parents = [max(p, 0) for p in s.parents]
    offsets = pose.positions - pose.positions[parents]
    world = rot.multiply(motion.fk().rotations, rot.inverse(rest_world))
    return Motion(local_rotations(s, world), motion.translation, offsets, s, motion.fps)


def relative(motion: Motion, reference: torch.Tensor) -> torch.Tensor:
    return rot.multiply(motion.fk().rotations, rot.inverse(reference))


def posed(changes: dict[str, tuple[str, float]]) -> torch.Tensor:
    """World rotations of smpl24 in a pose given by joint -> (axis, degrees) of the whole limb below."""
    s = skeleton("smpl24")
    world = rot.identity(24, dtype=torch.float64)
    for name, (axis, degrees) in changes.items():
        below = [j for j in range(24) if s.index(name) in s.chain(j)]
        turn = rot.about(axis, torch.tensor(degrees, dtype=torch.float64).deg2rad())  # type: ignore[arg-type]
        world[below] = rot.multiply(turn, world[below])
    return world


A_POSE = {"left_shoulder": ("z", -45.0), "right_shoulder": ("z", 45.0), "left_hip": ("z", 10.0), "right_hip": ("z", -10.0)}


def test_the_t_pose_is_its_own_reference() -> None:
    offsets = t_pose_offsets().double()
    m = Motion(rot.identity(1, 24, dtype=torch.float64), offsets[:1], offsets, skeleton("smpl24"))
    reference = reference_rotations(m.skeleton, m.rest_positions())
    limbs = [j for j in range(24) if bone_end(m.skeleton, j) is not None]
    x = forward_kinematics(m.skeleton, local_rotations(m.skeleton, reference), offsets[0], offsets).positions
    for j in limbs:
        end = bone_end(m.skeleton, j)
        assert end is not None
        side, _, part = str(m.skeleton.landmarks[j]).partition("_")
        d = rot.normalize(x[end] - x[j])
        sign = 1.0 if side == "left" else -1.0
        if part in ("shoulder", "elbow", "wrist"):
            assert d[0] * sign > 0.999
        if part in ("hip", "knee"):
            assert d[1] < -0.999
        if part == "ankle":
            assert d[0].abs() < 1e-6 and d[2] > 0


@pytest.mark.parametrize("rest", [A_POSE, {"pelvis": ("y", 90.0)}, {"pelvis": ("x", -90.0)}, A_POSE | {"pelvis": ("y", 30.0)}])
def test_rotations_relative_to_the_reference_do_not_depend_on_the_rest_pose(rest: dict[str, tuple[str, float]]) -> None:
    m = random_motion(10, dtype=torch.float64)
    other = rerested(m, posed(rest))
    torch.testing.assert_close(other.fk().positions, m.fk().positions, atol=1e-9, rtol=0)
    a = relative(m, reference_rotations(m.skeleton, m.rest_positions()))
    b = relative(other, reference_rotations(other.skeleton, other.rest_positions()))
    assert rot.angle(a, b).max() < 0.02


def test_legs_that_rest_upwards_are_unfolded() -> None:
    m = random_motion(10, dtype=torch.float64)
    other = rerested(m, posed({"left_hip": ("z", 180.0), "right_hip": ("z", 180.0), "left_shoulder": ("z", 90.0), "right_shoulder": ("z", -90.0)}))
    a = relative(m, reference_rotations(m.skeleton, m.rest_positions()))
    b = relative(other, reference_rotations(other.skeleton, other.rest_positions()))
    thighs = [m.skeleton.index(f"{s}_{p}") for s in ("left", "right") for p in ("hip", "knee", "shoulder", "elbow")]
    assert rot.angle(a, b)[:, thighs].max() < 0.05


def test_a_rig_that_rests_along_one_axis_is_read_from_its_motion() -> None:
    m = walk(120).to(torch.float64)
    s = m.skeleton
    # every bone along x at rest, hips to one side and shoulders to another
    x, unit = torch.tensor([1.0, 0, 0]).double(), rot.identity(dtype=torch.float64)
    world = torch.stack([rot.between(m.offsets[c[0]], x) if (c := s.children[j]) else unit for j in range(24)])
    other = rerested(m, world)
    torch.testing.assert_close(other.fk().positions, m.fk().positions, atol=1e-6, rtol=0)
    if not is_folded(s, other.rest_positions()):
        pytest.fail("this rest pose should count as folded")
    a = relative(m, reference_rotations(s, m.rest_positions()))
    b = relative(other, reference_of(other))
    legs = [s.index(f"{side}_{p}") for side in ("left", "right") for p in ("hip", "knee")]
    assert rot.angle(a, b)[:, legs].max() < 0.1
    assert not is_folded(s, m.rest_positions())
    assert torch.equal(reference_of(m), reference_rotations(s, m.rest_positions()))


def test_reference_needs_a_body() -> None:
    s = skeleton("mano16_left")
    with pytest.raises(SkeletonError):
        reference_rotations(s, torch.randn(16, 3))
