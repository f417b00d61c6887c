"""One answer from several hypotheses."""

from __future__ import annotations

import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.errors import OptionError
from vitruve.metrics import aggregation as agg


def made(h: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    target = torch.randn(3, 4, 5, 3, generator=g)
    return target[:, None] + 0.1 * torch.randn(3, h, 4, 5, 3, generator=g), target


CAMERA = torch.tensor([[2.3, 2.2, 0.02, 0.01, -0.2, 0.24, -0.002, -0.0009, -0.0016]])


def test_errors_stand_in_the_order_they_must():
    hypotheses, target = made()
    e = agg.hypothesis_errors(hypotheses, target)
    assert e["j_best"] < e["p_best"] <= e["single"] and e["p_agg"] < e["single"]
    assert e["single_p2"] < e["single"] and "j_agg" not in e
    pose, window, whole = (float(agg.p_best_error(hypotheses, target, per=per)) for per in ("pose", "window", "set"))
    assert e["j_best"] < pose < window < whole


def test_one_hypothesis_is_all_of_them():
    hypotheses, target = made(1)
    e = agg.hypothesis_errors(hypotheses, target, torch.rand(3, 1, 4, 5))
    assert len({round(v, 6) for k, v in e.items() if not k.endswith("_p2")}) == 1


def test_more_hypotheses_can_only_help_the_oracle():
    hypotheses, target = made(8)
    errors = [float(agg.j_best_error(hypotheses[:, :h], target)) for h in (1, 2, 4, 8)]
    assert errors == sorted(errors, reverse=True) and errors[-1] < errors[0]


def test_the_mean_is_aligned_once_and_others_one_by_one():
    _, target = made()
    turned = torch.stack([2 * target, 0.5 * target], 1)
    assert float(agg.j_best_error(turned, target, "procrustes")) < 1e-5
    assert float(agg.single_error(turned, target)) > 0.1
    assert float(agg.p_agg_error(turned, target, "procrustes")) < 1e-5


def test_reprojection_finds_the_joint_that_is_seen_where_it_was_detected():
    hypotheses, target = made()
    root = torch.tensor([0.1, 0.2, 12.0]).expand(3, 4, 3)
    camera = CAMERA.expand(3, 9)
    seen = agg.project_normalised(target + root[:, :, None], camera)
    which = torch.randint(6, (3, 4, 5), generator=torch.Generator().manual_seed(1))
    true = torch.arange(6).view(1, 6, 1, 1) == which[:, None]
    mixed = torch.where(true[..., None], target[:, None], hypotheses)
    assert torch.allclose(agg.j_agg(mixed, seen, root, camera), target)
    reprojection = agg.reprojection_errors(mixed, seen, root, camera)
    assert float(agg.j_agg_error(mixed, target, reprojection)) < 1e-6
    assert float(agg.j_agg_error(hypotheses, target, agg.reprojection_errors(hypotheses, seen, root, camera))) < float(agg.single_error(hypotheses, target))


def test_projection_is_the_cameras_own():
    camera = Camera.from_screen_vector(CAMERA)
    points = torch.randn(1, 7, 3) * 0.3 + torch.tensor([0.0, 0.0, 3.0])
    assert torch.allclose(agg.project_normalised(points, CAMERA), camera.project(points), atol=1e-6)
    # beyond 45 degrees a ray is brought back
    wide = torch.tensor([[[5.0, 0.0, 1.0]]])
    assert torch.allclose(agg.project_normalised(wide, CAMERA), agg.project_normalised(torch.tensor([[[1.0, 0.0, 1.0]]]), CAMERA))


def test_unknown_choice_is_refused():
    with pytest.raises(OptionError, match="per='joint'"):
        agg.p_best_error(*made(), per="joint")
