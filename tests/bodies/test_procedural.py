"""The capsule body: any number of vertices, outward and closed, symmetric, linear in shape."""

from __future__ import annotations

import pytest
import torch
import trimesh
from torch.testing import assert_close

import vitruve as vt
from vitruve.bodies import body_model
from vitruve.core import rotations as rot
from vitruve.errors import OptionError


@pytest.mark.parametrize("vertices", [224, 999, 6890])
def test_any_number_of_vertices_closed_and_outward(vertices: int) -> None:
    body = body_model("procedural", vertices=vertices)
    mesh = trimesh.Trimesh(body.template.numpy(), body.faces.numpy(), process=False)
    assert body.num_vertices == vertices and len(body.faces.unique()) == vertices
    assert mesh.is_watertight
    assert all(part.volume > 0 for part in mesh.split())


def test_too_few_vertices() -> None:
    with pytest.raises(OptionError, match="at least 224 vertices, found 100"):
        body_model("procedural", vertices=100)


def test_standing_symmetric_and_facing_forward() -> None:
    body = body_model("procedural")
    joints = body.rest().joints
    swap = list(body.skeleton.swap)
    assert_close(joints[swap] * torch.tensor([-1.0, 1.0, 1.0]), joints)
    at = {name: joints[i] for i, name in enumerate(body.skeleton.joints)}
    assert at["left_knee"][0] > 0.05 and at["left_foot"][2] > at["left_ankle"][2] + 0.1
    low, high = body.template[:, 1].aminmax()
    assert abs(low) < 0.02 and 1.7 < high < 1.9


def test_shape_is_linear_and_height_scales() -> None:
    body = body_model("procedural")
    shape = torch.zeros(10)
    shape[body.shape_names.index("height")] = 1
    for tall, usual in zip(body.rest(shape), body.rest()):
        assert_close(tall, 1.04 * usual, atol=1e-6, rtol=0)
    shape = torch.randn(10, generator=torch.Generator().manual_seed(0))
    moved = body.rest(shape).vertices - body.template
    assert_close(body.rest(2 * shape).vertices - body.template, 2 * moved, atol=1e-5, rtol=0)
    longer = torch.zeros(10)
    longer[body.shape_names.index("legs")] = 1
    knee = body.skeleton.index("left_knee")
    assert_close(body.offsets(longer)[knee], 1.05 * body.offsets()[knee])


def test_bending_the_elbow_moves_the_forearm_only() -> None:
    body = body_model("procedural")
    r = rot.identity(24)
    r[body.skeleton.index("left_elbow")] = rot.about("y", torch.tensor(-1.0))
    moved = (body(r).vertices - body.rest().vertices).norm(dim=1)
    names = [body.part_names[p] for p in body.parts]
    assert {n for n, m in zip(names, moved) if m > 0.01} == {"left_upper_arm", "left_forearm", "left_hand"}
    assert max(m for n, m in zip(names, moved) if n == "left_hand") > 0.2


def test_keypoints_of_the_capsule_body() -> None:
    body = body_model("procedural")
    h36m = body.keypoints(body(rot.identity(1, 24)), vt.skeleton("h36m17"))[0]
    joints = dict(zip(vt.skeleton("h36m17").joints, h36m))
    assert h36m.isfinite().all()
    assert joints["head"][1] > joints["neck_base"][1] > joints["thorax"][1] > joints["root"][1]
    assert body.keypoints(body(rot.identity(1, 24)), vt.skeleton("hand21_left"))[0, 1:].isnan().all()
