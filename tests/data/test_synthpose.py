"""SynthPose's data: markers where anatomy has them, labels where the pictures show them."""

from __future__ import annotations

import pytest
import torch

from vitruve.bodies.model import body_model
from vitruve.data.synthpose import marker_vertices, synthetic_pictures
from vitruve.errors import OptionError
from vitruve.tasks.biomechanics import MARKERS, SYNTHPOSE52


def test_markers_lie_where_anatomy_has_them() -> None:
    body = body_model("anny")
    x = dict(zip(MARKERS, body.rest().vertices[marker_vertices(body)]))
    rest = body.rest_joints()
    knee = rest[body.skeleton.index("right_knee")]
    assert x["r_knee"][0] < knee[0] < x["r_mknee"][0] and abs(float(x["r_knee"][1] - knee[1])) < 0.04
    assert x["C7"][1] > x["T6"][1] > x["T11"][1] > x["L2"][1] > x["r_PSIS"][1]
    assert all(x[n][2] < x["sternum"][2] for n in ("C7", "T6", "T11", "L2")) and x["r_ASIS"][2] > x["r_PSIS"][2]
    assert x["r_big_toe"][2] > x["r_toe"][2] > x["r_calc"][2] and x["r_5meta"][0] < x["r_toe"][0]
    mirror = torch.tensor([-1.0, 1.0, 1.0])
    assert all((x["l" + n[1:]] - x[n] * mirror).norm() < 5e-3 for n in MARKERS if n.startswith("r"))


def test_pictures_are_a_function_of_their_seed_and_know_their_markers() -> None:
    a, b = synthetic_pictures(3), synthetic_pictures(3)
    assert torch.equal(a.images, b.images) and torch.equal(a.keypoints, b.keypoints)
    assert not torch.equal(a.images, synthetic_pictures(3, "test").images)
    assert a.keypoints.shape == (3, 52, 2) and a.visible.mean() > 0.9
    # a mirrored picture has mirrored labels: the right knee is where the left one was
    rows = torch.arange(3)
    flipped = [a.batch(rows, generator=torch.Generator().manual_seed(s)) for s in range(6)]
    right, left = SYNTHPOSE52.joints.index("r_knee"), SYNTHPOSE52.joints.index("l_knee")
    moved = [f.keypoints[i, right, 0] for f in flipped for i in range(3) if not torch.allclose(f.keypoints[i], a.keypoints[i])]
    ends = [95 - a.keypoints[i, left, 0] for i in range(3)]
    assert moved and all(min(abs(float(m - e)) for e in ends) < 1e-3 for m in moved)
    assert a.batch(rows, "coco17").keypoints.shape == (3, 17, 2)
    with pytest.raises(OptionError, match="part"):
        synthetic_pictures(1, "all")
