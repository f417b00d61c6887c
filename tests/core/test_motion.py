"""Motion: forward kinematics and the operations on clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from tests.core.figures import random_motion, t_pose_offsets, walk

from vitruve.core import rotations as rot
from vitruve.core.facing import facing, heading
from vitruve.core.motion import Motion, forward_kinematics, local_rotations
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


def slow_fk(m: Motion) -> np.ndarray:
    """Forward kinematics as in a textbook: one frame and one joint at a time."""
    out = np.zeros((len(m), len(m.skeleton), 3))
    for t in range(len(m)):
        world: dict[int, Rotation] = {}

        def visit(j: int, t: int = t, world: dict[int, Rotation] = world) -> None:
            p = m.skeleton.parents[j]
            here = Rotation.from_quat(m.rotations[t, j].numpy())
            if p < 0:
                world[j], out[t, j] = here, m.translation[t].numpy()
            else:
                if p not in world:
                    visit(p)
                offset = (m.offsets[t] if m.stretches else m.offsets)[j].numpy()
                world[j], out[t, j] = world[p] * here, out[t, p] + world[p].apply(offset)

        for j in range(len(m.skeleton)):
            if j not in world:
                visit(j)
    return out


@pytest.mark.parametrize("name", ["smpl24", "smplh52", "h36m17"])
def test_fk_agrees_with_a_loop(name: str) -> None:
    m = random_motion(7, name, spread=2.0, dtype=torch.float64)
    np.testing.assert_allclose(m.fk().positions.numpy(), slow_fk(m), atol=1e-12)


def test_fk_of_any_joint_order() -> None:
    s = Skeleton("odd", ("tip", "middle", "root", "side"), (1, 2, -1, 2))
    g = torch.Generator().manual_seed(0)
    q = rot.normalize(torch.randn(5, 4, 4, generator=g, dtype=torch.float64))
    m = Motion(q, torch.randn(5, 3, generator=g, dtype=torch.float64), torch.randn(4, 3, generator=g, dtype=torch.float64), s)
    np.testing.assert_allclose(m.fk().positions.numpy(), slow_fk(m), atol=1e-12)


def test_fk_of_stretching_bones_and_of_long_clips() -> None:
    m = random_motion(10, dtype=torch.float64)
    stretched = Motion(m.rotations, m.translation, m.offsets * torch.linspace(1, 2, 10, dtype=torch.float64)[:, None, None], m.skeleton)
    np.testing.assert_allclose(stretched.fk().positions.numpy(), slow_fk(stretched), atol=1e-12)
    long = m.rotations.repeat(2000, 1, 1), m.translation.repeat(2000, 1)
    x = forward_kinematics(m.skeleton, *long, m.offsets).positions
    torch.testing.assert_close(x[-10:], m.fk().positions)


def test_fk_batches_and_gradients() -> None:
    m = random_motion(6, dtype=torch.float64)
    s = m.skeleton
    flat = m.fk()
    batched = forward_kinematics(s, m.rotations.unflatten(0, (2, 3)), m.translation.unflatten(0, (2, 3)), m.offsets)
    torch.testing.assert_close(batched.positions.flatten(0, 1), flat.positions)
    torch.testing.assert_close(batched.rotations.flatten(0, 1), flat.rotations)
    one = forward_kinematics(s, m.rotations[0], m.translation[0], m.offsets)
    torch.testing.assert_close(one.positions, flat.positions[0])
    empty = forward_kinematics(s, m.rotations[:0], m.translation[:0], m.offsets)
    assert empty.positions.shape == (0, 24, 3)
    offsets = m.offsets.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda t, o: forward_kinematics(s, m.rotations[:1], t, o).positions, (m.translation[:1].clone().requires_grad_(), offsets))


def test_local_rotations_invert_fk() -> None:
    m = random_motion(9, "smplh52", spread=2.0, dtype=torch.float64)
    back = local_rotations(m.skeleton, m.fk().rotations)
    assert (rot.angle(back, m.rotations) < 1e-7).all()


def test_fk_needs_one_root() -> None:
    s = skeleton("coco17")
    with pytest.raises(SkeletonError, match="roots"):
        forward_kinematics(s, rot.identity(1, 17), torch.zeros(1, 3), torch.zeros(17, 3))


def test_mirror_is_exact() -> None:
    m = random_motion(12, "smplh52", spread=1.0)
    flip = torch.tensor([-1.0, 1.0, 1.0])
    mirrored = m.mirror()
    torch.testing.assert_close(mirrored.fk().positions, m.fk().positions[:, list(m.skeleton.swap)] * flip, atol=1e-6, rtol=0)
    twice = mirrored.mirror()
    assert torch.equal(twice.rotations, m.rotations) and torch.equal(twice.offsets, m.offsets) and torch.equal(twice.translation, m.translation)


def test_canonicalise() -> None:
    m = random_motion(30).transform(rot.about("y", torch.tensor(2.0)), torch.tensor([4.0, -2.0, 7.0]))
    c = m.canonicalise()
    x = c.fk().positions
    assert float(x[..., 1].min()) == pytest.approx(0, abs=1e-5)
    torch.testing.assert_close(x[0, 0, [0, 2]], torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(facing(c.skeleton, x)[0], torch.tensor([0.0, 0, 1]), atol=1e-5, rtol=0)
    before = m.fk().positions
    torch.testing.assert_close(torch.cdist(before[3], before[20]), torch.cdist(x[3], x[20]), atol=1e-4, rtol=0)


def test_transform_moves_every_joint() -> None:
    m = random_motion(5, dtype=torch.float64)
    q, t = rot.normalize(torch.randn(4, dtype=torch.float64)), torch.randn(3, dtype=torch.float64)
    torch.testing.assert_close(m.transform(q, t).fk().positions, rot.rotate(q, m.fk().positions) + t)


@pytest.mark.parametrize("target", [15.0, 30.0, 59.94, 120.0])
def test_resample(target: float) -> None:
    m = walk(61, fps=60)
    r = m.resample(target)
    assert r.fps == target and abs(r.duration - m.duration) < 1 / target + 1 / m.fps
    expected = np.interp(np.arange(len(r)) / target, np.arange(len(m)) / m.fps, m.translation[:, 2])
    np.testing.assert_allclose(r.translation[:, 2], expected, atol=1e-5)
    if target == 120:
        assert (rot.angle(r.rotations[::2], m.rotations[: len(r[::2])]) < 1e-3).all()


def test_resample_takes_the_shortest_arc() -> None:
    q = rot.about("y", torch.tensor([0.0, 0.2]))[:, None]
    s = Skeleton("one", ("root",), (-1,))
    for sign in (1, -1):
        m = Motion(q * torch.tensor([1.0, sign])[:, None, None], torch.zeros(2, 3), torch.zeros(1, 3), s, 1.0)
        angle = rot.angle(m.resample(4.0).rotations[:, 0], rot.identity(5))
        torch.testing.assert_close(angle, torch.tensor([0.0, 0.05, 0.1, 0.15, 0.2]), atol=1e-4, rtol=0)


def test_concatenate_and_slices() -> None:
    m = random_motion(20)
    joined = Motion.concatenate([m[:5], m[5:]])
    assert torch.equal(joined.rotations, m.rotations) and torch.equal(joined.translation, m.translation)
    assert m[::2].fps == 15 and len(m[::2]) == 10
    with pytest.raises(OptionError, match="step"):
        m[::-1]
    with pytest.raises(OptionError, match="resample"):
        Motion.concatenate([m, m.resample(60)])
    with pytest.raises(SkeletonError, match="retarget"):
        Motion.concatenate([m, m.scaled(1.1)])
    with pytest.raises(OptionError, match="empty"):
        Motion.concatenate([])


def test_concatenate_with_blend_has_no_jump() -> None:
    a, b = walk(60), walk(60).transform(rot.about("y", torch.tensor(1.0)), torch.tensor([5.0, 0.0, 5.0]))
    joined = Motion.concatenate([a, b], blend=0.25)
    assert len(joined) == 120 - 15
    step = joined.fk().positions.diff(dim=0).norm(dim=-1)
    own = a.fk().positions.diff(dim=0).norm(dim=-1).max()
    assert step.max() < 1.5 * own
    turn = heading(joined.skeleton, joined.fk().positions)
    assert turn.abs().max() < 0.05  # the second clip goes on in the direction of the first


def test_smooth_removes_noise_and_keeps_the_motion() -> None:
    m = walk(240)
    g = torch.Generator().manual_seed(1)
    shaken = Motion(
        rot.normalize(m.rotations + 0.02 * torch.randn(m.rotations.shape, generator=g)),
        m.translation + 0.01 * torch.randn(m.translation.shape, generator=g),
        m.offsets,
        m.skeleton,
        m.fps,
    )
    out = shaken.smooth(6.0)

    def error(x: Motion) -> float:
        return float((x.translation - m.translation).norm(dim=-1).mean())

    assert error(out) < 0.6 * error(shaken)
    with pytest.raises(OptionError, match="cut-off"):
        m.smooth(40.0)


def test_validation_says_what_is_wrong() -> None:
    s, o = skeleton("smpl24"), t_pose_offsets()
    q, t = rot.identity(3, 24), torch.zeros(3, 3)
    with pytest.raises(ShapeError, match="17, 4"):
        Motion(q, t, o, skeleton("h36m17"))
    with pytest.raises(ShapeError, match="unit"):
        Motion(2 * q, t, o, s)
    with pytest.raises(ShapeError, match="gaps"):
        Motion(q, t * torch.nan, o, s)
    with pytest.raises(OptionError, match="fps"):
        Motion(q, t, o, s, fps=0)
    with pytest.raises(ShapeError, match="type"):
        Motion(q.double(), t, o, s)


def test_positions_of_some_joints_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    m = walk()
    whole = m.fk().positions
    monkeypatch.setattr("vitruve.core.timeline.BLOCK", 7)
    assert torch.equal(m.positions(), whole) and torch.equal(m.poses().positions[0], whole)
    knee = m.skeleton.index("left_knee")
    assert torch.equal(m.positions(["left_knee", 0]), whole[:, [knee, 0]])
    assert torch.equal(m.at(torch.tensor([3, 1])).positions(), whole[[3, 1]])


def test_the_frame_that_is_not_finite_is_named_in_any_block() -> None:
    m = walk()
    rotations = m.rotations.repeat(-(-9000 // len(m)), 1, 1)
    bad = rotations.clone()
    bad[8500, 2, 1] = torch.inf
    path = torch.zeros(len(rotations), 3)
    with pytest.raises(ShapeError, match=r"\[8500, 2, 1\]"):
        Motion(bad, path, m.offsets, m.skeleton)
    bad = rotations.clone()
    bad[8500, 2] *= 1.1
    with pytest.raises(ShapeError, match="unit quaternions"):
        Motion(bad, path, m.offsets, m.skeleton)
