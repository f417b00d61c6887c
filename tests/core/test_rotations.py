"""Rotations: every order and layout round-trips, and agrees with scipy."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vitruve.core import rotations as rot
from vitruve.errors import OptionError

ORDERS = ["".join(p) for p in permutations("xyz")] + [a + b + a for a, b in permutations("xyz", 2)]


def random_quaternions(*shape: int, seed: int = 0) -> torch.Tensor:
    return rot.normalize(torch.randn(*shape, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)))


def same(p: torch.Tensor, q: torch.Tensor, atol: float = 1e-9) -> bool:
    return bool((rot.angle(p, q) < atol).all())


@pytest.mark.parametrize("order", ORDERS)
def test_euler_orders_agree_with_scipy(order: str) -> None:
    q = random_quaternions(500)
    angles = rot.to_euler(order, q)
    assert same(rot.from_euler(order, angles), q, 1e-7)
    theirs = Rotation.from_euler(order.upper(), angles.numpy())
    np.testing.assert_allclose(theirs.as_matrix(), Rotation.from_quat(q.numpy()).as_matrix(), atol=1e-7)


@pytest.mark.parametrize("order", ORDERS)
def test_euler_at_gimbal_lock_is_still_the_rotation(order: str) -> None:
    middle = (0.0, np.pi) if order[0] == order[2] else (np.pi / 2, -np.pi / 2)
    angles = torch.tensor(list(product((-2.0, 0.3, 1.0), middle, (-1.0, 0.0, 2.5))), dtype=torch.float64)
    q = rot.from_euler(order, angles)
    back = rot.to_euler(order, q)
    assert same(rot.from_euler(order, back), q, 1e-6)
    assert (back[:, 2].abs() < 1e-5).all()


@pytest.mark.parametrize("order", ["x", "zy", "xzx"])
def test_short_euler_orders_compose(order: str) -> None:
    angles = torch.randn(10, len(order), dtype=torch.float64)
    q = rot.identity(10, dtype=torch.float64)
    for i, axis in enumerate(order):
        q = rot.multiply(q, rot.about(axis, angles[:, i]))  # type: ignore[arg-type]
    assert same(rot.from_euler(order, angles), q)


@pytest.mark.parametrize("bad", ["xx", "xyzx", "abc", ""])
def test_bad_euler_order(bad: str) -> None:
    with pytest.raises(OptionError, match="order"):
        rot.from_euler(bad, torch.zeros(3))
    with pytest.raises(OptionError):
        rot.to_euler(bad, rot.identity(1))


@pytest.mark.parametrize("layout", ["columns", "rows", "interleaved"])
def test_sixd_round_trip(layout: str) -> None:
    q = random_quaternions(200)
    assert same(rot.from_sixd(rot.to_sixd(q, layout), layout), q, 1e-7)  # type: ignore[arg-type]
    m = torch.from_numpy(Rotation.from_quat(q.numpy()).as_matrix())
    expected = {"columns": m[:, :, :2].mT.flatten(1), "rows": m[:, :2].flatten(1), "interleaved": m[:, :, :2].flatten(1)}[layout]
    torch.testing.assert_close(rot.to_sixd(q, layout), expected)  # type: ignore[arg-type]


@given(st.lists(st.floats(-100, 100), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_sixd_of_any_numbers_is_a_rotation(numbers: list[float]) -> None:
    x = torch.tensor(numbers, dtype=torch.float64)
    if torch.linalg.cross(x[:3], x[3:]).norm() < 1e-3 * (1 + x.norm() ** 2):
        return
    m = rot.sixd_to_matrix(x, "columns")
    torch.testing.assert_close(m @ m.mT, torch.eye(3, dtype=torch.float64), atol=1e-9, rtol=0)
    assert torch.linalg.det(m) == pytest.approx(1, abs=1e-9)


@given(st.lists(st.floats(-3.1, 3.1), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_rotation_vectors(v: list[float]) -> None:
    x = torch.tensor(v, dtype=torch.float64)
    q = rot.from_rotvec(x)
    assert q.norm() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(np.abs(q.numpy() @ Rotation.from_rotvec(x.numpy()).as_quat()), 1, atol=1e-9)
    if x.norm() < 3.1:
        torch.testing.assert_close(rot.to_rotvec(q), x, atol=1e-9, rtol=0)
    torch.testing.assert_close(rot.to_rotvec(-q), rot.to_rotvec(q), atol=1e-9, rtol=0)


def test_rotation_vectors_have_gradients_at_zero() -> None:
    zero = torch.zeros(3, dtype=torch.float64)
    torch.testing.assert_close(torch.autograd.functional.jacobian(lambda v: rot.to_rotvec(rot.from_rotvec(v)), zero), torch.eye(3, dtype=torch.float64))


def test_slerp_runs_at_constant_speed_along_the_shortest_arc() -> None:
    p, q = random_quaternions(50, seed=1), random_quaternions(50, seed=2)
    whole = rot.angle(p, q)
    for w in (0.0, 0.25, 1.0):
        torch.testing.assert_close(rot.angle(p, rot.slerp(p, q, w)), w * whole, atol=1e-7, rtol=0)
        assert same(rot.slerp(p, -q, w), rot.slerp(p, q, w), 1e-7)


def test_products_agree_with_scipy() -> None:
    p, q = random_quaternions(20, seed=3), random_quaternions(20, seed=4)
    v = torch.randn(20, 3, dtype=torch.float64)
    ours = Rotation.from_quat(rot.multiply(p, q).numpy())
    theirs = Rotation.from_quat(p.numpy()) * Rotation.from_quat(q.numpy())
    assert (ours.inv() * theirs).magnitude().max() < 1e-9
    np.testing.assert_allclose(rot.rotate(q, v).numpy(), Rotation.from_quat(q.numpy()).apply(v.numpy()), atol=1e-12)
    assert same(rot.multiply(q, rot.inverse(q)), rot.identity(20, dtype=torch.float64))


def test_between_is_the_least_rotation_even_for_opposites() -> None:
    u = torch.randn(100, 3, dtype=torch.float64)
    v = torch.cat([torch.randn(50, 3, dtype=torch.float64), -u[50:75], u[75:]])
    q = rot.between(u, v)
    torch.testing.assert_close(rot.normalize(rot.rotate(q, u)), rot.normalize(v), atol=1e-6, rtol=0)
    angle = torch.arccos((rot.normalize(u) * rot.normalize(v)).sum(-1).clamp(-1, 1))
    torch.testing.assert_close(rot.angle(q, rot.identity(100, dtype=torch.float64)), angle, atol=1e-5, rtol=0)


def test_twist_and_swing() -> None:
    q = random_quaternions(100)
    axis = rot.normalize(torch.randn(100, 3, dtype=torch.float64))
    twist = rot.twist(q, axis)
    swing = rot.multiply(q, rot.inverse(twist))
    torch.testing.assert_close(rot.rotate(twist, axis), axis)
    # the swing turns about an axis orthogonal to the twist's
    assert ((swing[:, :3] * axis).sum(-1).abs() < 1e-9).all()


def test_hemisphere_keeps_rotations_and_removes_jumps() -> None:
    q = rot.about("y", torch.linspace(0, 12, 100, dtype=torch.float64))
    flipped = q * torch.where(torch.rand(100, 1) < 0.5, -1.0, 1.0)
    out = rot.hemisphere(flipped)
    assert same(out, q)
    assert ((out[1:] * out[:-1]).sum(-1) > 0).all()


def test_quaternion_order() -> None:
    q = torch.tensor([1.0, 2, 3, 4])
    assert rot.quaternion_order(q, "xyzw", "wxyz").tolist() == [4, 1, 2, 3]
    assert rot.quaternion_order(rot.quaternion_order(q, "xyzw", "wxyz"), "wxyz", "xyzw").tolist() == [1, 2, 3, 4]


def test_nearest_rotation_after_inference():
    """In a process whose first call is made in inference mode, gradients flow all the same."""
    code = """
import torch
from vitruve.core.rotations import nearest_rotation
m = torch.diag(torch.tensor([2.0, 1.0, 3.0])) + 0.1
with torch.inference_mode():
    first = nearest_rotation(m)
m.requires_grad_()
second = nearest_rotation(m)
second[0, 1].backward()
assert torch.equal(first, second) and m.grad.isfinite().all() and m.grad.any()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
