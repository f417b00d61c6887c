"""Skinning against its definition, and what every body must do."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.testing import assert_close

import vitruve as vt
from vitruve.bodies import BodyModel, BodyMotion, body_model
from vitruve.bodies.lbs import Skinning
from vitruve.core import rotations as rot
from vitruve.errors import OptionError, ShapeError, SkeletonError


def quaternions(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    return rot.normalize(torch.randn(*shape, 4, generator=g, dtype=torch.float64)).to(dtype)


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return body_model("procedural", vertices=600)


def dense_skin(weights: torch.Tensor, vertices: torch.Tensor, transforms: torch.Tensor) -> torch.Tensor:
    blended = torch.einsum("vj,bjik->bvik", weights, transforms)
    return torch.einsum("bvik,bvk->bvi", blended[..., :3], vertices) + blended[..., 3]


@pytest.mark.parametrize("frames", [1, 3, 70])
@pytest.mark.parametrize("shared", [True, False])
def test_skinning_is_the_weighted_sum_of_transforms(frames: int, shared: bool) -> None:
    g = torch.Generator().manual_seed(frames)
    joints = torch.stack([torch.randperm(7, generator=g)[:4] for _ in range(50)])
    weights = torch.rand(50, 4, generator=g).double()
    weights[::3, 2:] = 0
    weights /= weights.sum(1, keepdim=True)
    vertices = torch.randn(*([50, 3] if shared else [frames, 50, 3]), generator=g).double()
    transforms = torch.randn(frames, 7, 3, 4, generator=g).double()
    dense = torch.zeros(50, 7).double().scatter_add_(1, joints, weights)
    expected = dense_skin(dense, vertices.expand(frames, 50, 3), transforms)
    assert_close(Skinning(joints, weights, 7)(vertices, transforms), expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize("shared", [True, False])
def test_skinning_gradients(shared: bool) -> None:
    g = torch.Generator().manual_seed(1)
    weights = torch.rand(6, 2, generator=g).double()
    skin = Skinning(torch.randint(3, (6, 2), generator=g), weights / weights.sum(1, keepdim=True), 3)
    vertices = torch.randn(*([6, 3] if shared else [2, 6, 3]), generator=g, dtype=torch.float64, requires_grad=True)
    transforms = torch.randn(2, 3, 3, 4, generator=g, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(skin, (vertices, transforms))


def test_identity_is_the_rest_pose(body: BodyModel) -> None:
    shape = torch.linspace(-1, 1, body.num_shape)
    rest, out = body.rest(shape), body(rot.identity(5, 24), shape)
    assert out.vertices.shape == (5, 600, 3) and out.joints.shape == (5, 24, 3)
    assert_close(out.vertices, rest.vertices.expand(5, -1, -1), atol=1e-6, rtol=0)
    assert_close(out.joints, rest.joints.expand(5, -1, -1), atol=1e-6, rtol=0)


def test_turning_the_root_turns_the_body_about_it(body: BodyModel) -> None:
    rest = body.rest()
    q = quaternions(seed=3)
    r = rot.identity(24)
    r[0] = q
    where = torch.tensor([1.0, 2.0, 3.0])
    out = body(r, translation=where)
    assert_close(out.vertices, rot.rotate(q, rest.vertices - rest.joints[0]) + where, atol=1e-5, rtol=0)


def test_joints_are_forward_kinematics(body: BodyModel) -> None:
    shape = torch.full((body.num_shape,), 0.7)
    r, t = quaternions(9, 24, seed=4), torch.randn(9, 3)
    motion = vt.Motion(r, t, body.offsets(shape), body.skeleton, fps=30.0, shape=shape)
    assert torch.equal(body(r, shape, t).joints, motion.fk().positions)


def test_frames_do_not_touch_each_other(body: BodyModel) -> None:
    r, t = quaternions(70, 24, seed=5), torch.randn(70, 3)
    shapes = torch.randn(70, body.num_shape)
    whole = body(r, shapes, t)
    for i in (0, 15, 16, 69):
        assert_close(body(r[i], shapes[i], t[i]).vertices, whole.vertices[i], atol=1e-5, rtol=0)
    one = body(r, shapes[3], t)
    assert_close(one.vertices, body(r, shapes[3].expand(70, -1), t).vertices, atol=1e-5, rtol=0)


def test_batch_shapes_broadcast(body: BodyModel) -> None:
    r = quaternions(2, 3, 24, seed=6)
    out = body(r, torch.zeros(2, 1, body.num_shape), torch.zeros(3, 3))
    assert out.vertices.shape == (2, 3, 600, 3)
    assert_close(out.vertices[1, 2], body(r[1, 2], translation=torch.zeros(3)).vertices, atol=1e-5, rtol=0)
    assert body(rot.identity(0, 24)).vertices.shape == (0, 600, 3)


def test_gradients_of_rotations_shape_and_translation() -> None:
    body = copy.deepcopy(body_model("procedural", vertices=28 * 8)).double()
    pick = torch.arange(0, 224, 37)

    def vertices(r: torch.Tensor, s: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return body(rot.normalize(r), s, t).vertices[:, pick]

    r = quaternions(2, 24, seed=7, dtype=torch.float64).requires_grad_()
    s = torch.zeros(body.num_shape, dtype=torch.float64, requires_grad=True)
    t = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(vertices, (r, s, t))


def test_parts_and_weights(body: BodyModel) -> None:
    assert body.parts.shape == (600,) and set(body.parts.tolist()) == set(range(len(body.part_names)))
    assert_close(body.skin_weights.sum(1), torch.ones(600))
    assert (body.skin_weights.diff(dim=1) <= 0).all()


def test_bad_input_says_what_is_wrong(body: BodyModel) -> None:
    with pytest.raises(ShapeError, match=r"expected \(\.\.\., 24, 4\), found \(2, 23, 4\)"):
        body(rot.identity(2, 23))
    with pytest.raises(ShapeError, match="shape of body 'procedural': expected 10 numbers, found"):
        body(rot.identity(2, 24), torch.zeros(9))
    with pytest.raises(OptionError, match="expected one of anny, procedural, smpl"):
        body_model("smal")
    with pytest.raises(OptionError, match="unexpected keyword argument 'size'"):
        body_model("procedural", size=3)


def test_body_motion_checks_its_motion(body: BodyModel) -> None:
    shape = torch.zeros(body.num_shape)
    motion = vt.Motion(rot.identity(4, 24), torch.zeros(4, 3), body.offsets(shape), body.skeleton, fps=20.0, shape=shape)
    moving = BodyMotion(body, motion, residual=torch.zeros(4))
    assert moving.num_frames == 4 and moving.fps == 20
    assert moving.vertices(slice(1, 3)).shape == (2, 600, 3)
    assert torch.equal(moving.forward().joints, motion.fk().positions)
    with pytest.raises(ShapeError, match="bone offsets differ"):
        BodyMotion(body, motion.scaled(1.1))
    with pytest.raises(ShapeError, match="residual: expected 4 frames, found 3"):
        BodyMotion(body, motion, residual=torch.zeros(3))
    other = vt.Motion(rot.identity(4, 22), torch.zeros(4, 3), torch.zeros(22, 3), vt.skeleton("humanml3d22"))
    with pytest.raises(SkeletonError, match="fit or retarget"):
        BodyMotion(body, other)
