"""Anny behind our interface: Anny's own numbers, our frame, and keypoints where they belong."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.testing import assert_close

import vitruve as vt
from vitruve.bodies import BodyModel, body_model
from vitruve.bodies.anny import LENGTHS, PHENOTYPES, hat_weights
from vitruve.core import rotations as rot
from vitruve.core.motion import forward_kinematics

anny = pytest.importorskip("anny")


@pytest.fixture(scope="module")
def body() -> BodyModel:
    return body_model("anny", local_changes=False)


@pytest.fixture(scope="module")
def theirs():
    return anny.Anny(pose_parameterization="world-orient")


def to_theirs(x: torch.Tensor) -> torch.Tensor:
    """y up, facing +z to Anny's z up, facing -y."""
    return torch.stack([x[..., 0], -x[..., 2], x[..., 1]], -1)


def to_ours(x: torch.Tensor) -> torch.Tensor:
    return torch.stack([x[..., 0], x[..., 2], -x[..., 1]], -1)


def random_shapes(count: int) -> torch.Tensor:
    shapes = torch.rand(count, len(PHENOTYPES), generator=torch.Generator().manual_seed(0))
    shapes[:, 1] = shapes[:, 1] * 4 / 3 - 1 / 3
    return shapes


def test_rest_is_annys(body: BodyModel, theirs) -> None:
    shapes = torch.cat([body.default_shape()[None], random_shapes(5)])
    expected = theirs(phenotype_kwargs=shapes.double())
    rest = body.rest(shapes)
    assert_close(rest.vertices.double(), to_ours(expected["rest_vertices"]), atol=1e-5, rtol=0)
    assert_close(rest.joints.double(), to_ours(expected["rest_bone_poses"][..., :3, 3]), atol=1e-5, rtol=0)


def test_posed_is_annys(body: BodyModel, theirs) -> None:
    g = torch.Generator().manual_seed(1)
    shapes = random_shapes(4)
    rotations = rot.normalize(torch.randn(4, 104, 4, generator=g) * 0.3 + torch.tensor([0, 0, 0, 1.0]))
    translation = torch.randn(4, 3, generator=g)
    out = body(rotations, shapes, translation)

    # Anny wants the world orientation of each bone: our world rotation from rest, in its axes, on its rest orientation
    world = forward_kinematics(body.skeleton, rotations, translation, body.offsets(shapes))
    turn = world.rotations.clone()
    turn[..., :3] = to_theirs(world.rotations[..., :3])
    rest = theirs(phenotype_kwargs=shapes.double())["rest_bone_poses"]
    pose = torch.eye(4, dtype=torch.float64).repeat(4, 104, 1, 1)
    import roma

    pose[..., :3, :3] = roma.unitquat_to_rotmat(turn.double()) @ rest[..., :3, :3]
    pose[:, 0, :3, 3] = to_theirs(translation).double()
    expected = theirs(pose, shapes.double())
    assert_close(out.vertices.double(), to_ours(expected["vertices"]), atol=1e-4, rtol=0)
    assert_close(out.joints.double(), to_ours(expected["bone_poses"][..., :3, 3]), atol=1e-4, rtol=0)


def test_local_changes_are_annys() -> None:
    body = body_model("anny", local_changes=True)
    theirs = anny.Anny(local_changes=list(LENGTHS.values()))
    g = torch.Generator().manual_seed(2)
    shapes = torch.cat([random_shapes(3), torch.rand(3, len(LENGTHS), generator=g) * 2 - 1], 1)
    changes = {label: shapes[:, len(PHENOTYPES) + i].double() for i, label in enumerate(LENGTHS.values())}
    expected = theirs(phenotype_kwargs=shapes[:, : len(PHENOTYPES)].double(), local_changes_kwargs=changes)
    assert_close(body.rest(shapes).vertices.double(), to_ours(expected["rest_vertices"]), atol=1e-5, rtol=0)
    # a longer thigh is a longer thigh, and nothing else of the leg
    longer = body.default_shape()
    longer[body.shape_names.index("thigh_length")] = 1
    shin, thigh = body.skeleton.index("left_ankle"), body.skeleton.index("left_knee")
    usual, changed = body.rest_joints(), body.rest_joints(longer)
    hip = body.skeleton.index("left_hip")
    assert (changed[thigh] - changed[hip]).norm() > 1.1 * (usual[thigh] - usual[hip]).norm()
    assert_close((changed[shin] - changed[thigh]).norm(), (usual[shin] - usual[thigh]).norm(), atol=1e-3, rtol=0)


def test_hat_weights_interpolate() -> None:
    anchors = torch.tensor([-1 / 3, 0, 1 / 3, 2 / 3, 1])
    w = hat_weights(torch.tensor([-1.0, -1 / 3, 0.1, 2 / 3, 0.9, 2.0]), anchors)
    assert_close(w.sum(1), torch.ones(6))
    assert_close(w[0], torch.tensor([1.0, 0, 0, 0, 0]))
    assert_close(w[2], torch.tensor([0, 0.7, 0.3, 0, 0]), atol=1e-6, rtol=0)
    assert_close(w[4], torch.tensor([0, 0, 0, 0.3, 0.7]), atol=1e-6, rtol=0)
    assert_close(w[5], torch.tensor([0, 0, 0, 0, 1.0]))


def test_rest_is_differentiable_in_shape(body: BodyModel) -> None:
    double = copy.deepcopy(body).double()
    shape = torch.tensor([0.3, 0.7, 0.4, 0.6, 0.45, 0.2], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda s: double.rest(s).vertices[::3000], (shape,))
    assert torch.autograd.gradcheck(lambda s: double.offsets(s)[::20], (shape,))
    # at its default, between two kinks of the interpolation, every parameter still moves the body
    shape = body.default_shape().requires_grad_()
    (body.rest(shape).vertices * torch.randn(body.num_vertices, 3, generator=torch.Generator().manual_seed(0))).sum().backward()
    assert shape.grad is not None and shape.grad.isfinite().all() and (shape.grad.abs() > 0).all()


def test_frame_size_and_symmetry(body: BodyModel) -> None:
    rest = body.rest()
    height = float(rest.vertices[:, 1].max() - rest.vertices[:, 1].min())
    assert 1.68 < height < 1.78
    joints = rest.joints
    assert_close(joints[list(body.skeleton.swap)] * torch.tensor([-1.0, 1.0, 1.0]), joints, atol=3e-3, rtol=0)
    s = body.skeleton
    assert joints[s.index("left_wrist"), 0] > 0.3
    assert joints[s.index("left_foot"), 2] > joints[s.index("left_ankle"), 2] + 0.1
    low, high = body.shape_bounds()
    assert (low <= body.default_shape()).all() and (body.default_shape() <= high).all()
    # outward faces: the enclosed volume is that of a person (the cavities of mouth and eyes take little from it)
    a, b, c = rest.vertices[body.faces].unbind(1)
    assert 0.04 < float((a * torch.linalg.cross(b, c)).sum() / 6) < 0.12


def test_parts_cover_the_body(body: BodyModel) -> None:
    assert set(body.part_names) == {
        "head", "torso", *(f"{side}_{p}" for side in ("left", "right") for p in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")),
    }  # fmt: skip
    vertices = body.rest().vertices
    for i, name in enumerate(body.part_names):
        x = vertices[body.parts == i][:, 0].mean()
        assert (x > 0.05) if name.startswith("left") else (x < -0.05) if name.startswith("right") else abs(x) < 0.01
    head = vertices[body.parts == body.part_names.index("head")]
    assert head[:, 1].mean() > vertices[body.parts == body.part_names.index("torso")][:, 1].mean() + 0.3


def test_uv_covers_every_face(body: BodyModel) -> None:
    assert body.uv is not None and body.uv_faces is not None
    assert body.uv_faces.shape == body.faces.shape
    assert 0 <= body.uv.min() and body.uv.max() <= 1 and int(body.uv_faces.max()) < len(body.uv)


@pytest.mark.parametrize("standard", ["coco17", "halpe26", "openpose25", "h36m17", "smpl24", "smplx55", "hand21_left", "hand21_right", "mpii16"])
def test_keypoints_are_complete(body: BodyModel, standard: str) -> None:
    points = body.keypoints(body(rot.identity(2, 104)), vt.skeleton(standard))
    assert points.shape == (2, len(vt.skeleton(standard)), 3)
    assert points.isfinite().all()


def test_keypoints_lie_where_they_should(body: BodyModel) -> None:
    out = body(rot.identity(1, 104))
    whole = vt.skeleton("wholebody133")
    at = dict(zip(whole.joints, body.keypoints(out, whole)[0]))
    missing = {n for n, p in at.items() if not p.isfinite().all()}
    assert missing == {f"face_{i}" for i in range(68)} | {"left_hand_root", "right_hand_root"}
    for name, p in at.items():
        if name.startswith("left_") and name not in missing:
            other = at[name.replace("left", "right")]
            assert p[0] > 0.01 and (p - other * torch.tensor([-1.0, 1.0, 1.0])).norm() < 0.01, name
    floor = float(out.vertices[..., 1].min())
    assert at["nose"][2] > at["left_eye"][2] > at["left_ear"][2]
    assert at["left_big_toe"][2] > at["left_ankle"][2] + 0.15 > at["left_heel"][2] + 0.15
    assert at["left_big_toe"][0] < at["left_small_toe"][0]
    assert all(at[f"left_{p}"][1] < floor + 0.06 for p in ("big_toe", "small_toe", "heel"))
    for finger in ("thumb", "index", "middle", "ring", "pinky"):
        base, last, tip = (at[f"left_{finger}{k}"] for k in (1, 3, 4))
        assert 0.01 < (tip - last).norm() < 0.04 and (tip - base).norm() > (last - base).norm(), finger
    mpii = vt.skeleton("mpii16")
    top = body.keypoints(out, mpii)[0, mpii.index("head_top")]
    assert_close(top[1], out.vertices[..., 1].max())


def test_joints_agree_with_annys_coco_keypoints(body: BodyModel, theirs) -> None:
    from anny.keypoints import KeypointsRegressor

    coco = vt.skeleton("coco17")
    shape = body.default_shape()
    expected = to_ours(KeypointsRegressor.coco(theirs, labels=list(coco.joints))({"vertices": theirs(phenotype_kwargs=shape[None].double())["rest_vertices"]}))
    ours = body.keypoints(body(rot.identity(104)), coco)
    error = (ours - expected[0]).norm(dim=-1)
    assert error.max() < 0.04 and error[coco.index("nose")] < 1e-3


def test_expressions_move_the_face_only() -> None:
    body = body_model("anny", expressions=True, local_changes=False)
    assert body.num_expression == 52
    expression = torch.zeros(52)
    expression[body.expression_names.index("jawOpen")] = 1
    out, rest = body(rot.identity(104), expression=expression), body.rest()
    moved = (out.vertices - rest.vertices).norm(dim=1)
    assert moved.max() > 0.01
    assert {body.part_names[p] for p in body.parts[moved > 1e-3]} == {"head"}
    assert torch.equal(out.joints, body(rot.identity(104)).joints)


def test_skeleton_is_a_standard() -> None:
    assert vt.skeleton("anny") == body_model("anny").skeleton
