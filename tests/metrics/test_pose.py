"""Pose errors against hand-made cases and their definitions."""

from __future__ import annotations

import math

import pytest
import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vitruve import VitruveError
from vitruve.metrics import pose


def poses(seed: int = 0, n: int = 6, j: int = 17) -> torch.Tensor:
    return torch.randn(n, j, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_mpjpe_is_the_mean_distance():
    g = poses()
    assert pose.mpjpe(g + torch.tensor([3.0, 4.0, 0.0]), g) == pytest.approx(5)
    assert pose.mpjpe(g + 1, g, root=0) == pytest.approx(0, abs=1e-12)
    # several roots: the middle of the hips
    p = g.clone()
    p[:, 1] += 1
    p[:, 4] -= 1
    assert pose.joint_errors(p, g, root=[1, 4])[:, 0] == pytest.approx(0)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), scale=st.floats(0.1, 10))
def test_alignments_remove_what_they_say(seed, scale):
    g = poses(seed)
    r = roma.random_rotmat(1, dtype=torch.float64)
    assert pose.p_mpjpe(scale * g @ r.mT + 2, g) < 1e-9
    assert pose.n_mpjpe(scale * g, g) < 1e-9
    noisy = g + 0.1 * poses(seed + 1)
    assert pose.p_mpjpe(noisy, g) <= pose.mpjpe(noisy, g) + 0.02


def test_a_mirror_image_is_not_aligned():
    g = poses()
    assert pose.p_mpjpe(g * torch.tensor([-1.0, 1, 1]), g) > 0.3


def test_missing_truth_does_not_count_and_missing_prediction_does():
    g, p = poses(), poses() + torch.tensor([0.0, 0, 2])
    g[0, 3] = torch.nan
    assert pose.mpjpe(p, g) == pytest.approx(2) and pose.p_mpjpe(p, g) < 1e-9
    p[1, 1] = torch.nan
    assert pose.mpjpe(p, g).isnan()
    with pytest.raises(VitruveError, match="no known joint"):
        pose.mpjpe(p, torch.full_like(p, torch.nan))


def test_velocity_and_acceleration():
    t = torch.arange(10.0)[:, None, None]
    zero = torch.zeros(10, 2, 3)
    constant, square = zero + torch.tensor([2.0, 0, 0]) * t, zero + torch.tensor([0, 0.5, 0]) * t**2
    assert pose.mpjve(constant, zero) == pytest.approx(2)
    assert pose.acceleration_error(constant, zero) == pytest.approx(0)
    assert pose.acceleration_error(square, zero) == pytest.approx(1)
    assert pose.acceleration_error(square, zero, fps=30) == pytest.approx(900)


def test_pck_auc_cps():
    g = torch.zeros(4, 5, 3)
    p = g.clone()
    p[:, 0, 0] = torch.tensor([0.0, 0.1, 0.15, 0.2])
    assert pose.pck(p, g) == pytest.approx((4 * 4 + 2) / 20)
    # exact joints are within 30 of 31 thresholds: none is within zero
    assert pose.auc(g, g) == pytest.approx(30 / 31)
    assert pose.auc(p, g) < pose.auc(g, g)
    x = poses()
    assert pose.cps_auc(x, x) == pytest.approx(299)
    worst = pose.joint_errors(x + 0.05 * poses(1), x, alignment="procrustes").amax(-1)
    expected = torch.tensor([float((worst < t / 1000).double().mean()) for t in range(1, 301)])
    assert pose.cps_auc(x + 0.05 * poses(1), x) == pytest.approx(float(expected[:-1].sum() + expected[1:].sum()) / 2, abs=1e-6)


def test_vertices_and_angles():
    v = poses(j=40)
    root = v[:, 0]
    assert pose.pve(v + 1, v, root + 1, root) == pytest.approx(0, abs=1e-12)
    assert pose.pve(v + torch.tensor([1.0, 0, 0]), v) == pytest.approx(1)
    assert pose.pve(2 * v + 1, v, alignment="procrustes") < 1e-9
    with pytest.raises(VitruveError, match="both roots"):
        pose.pve(v, v, root)
    q = roma.rotvec_to_unitquat(torch.tensor([[0.0, 0.3, 0], [0, 0, -0.5]]))
    assert pose.mpjae(q, roma.rotvec_to_unitquat(torch.zeros(2, 3))) == pytest.approx(0.4, abs=1e-5)
    assert pose.mpjae(-q, q) == pytest.approx(0, abs=1e-3)


def test_actions_count_the_same():
    mean, each = pose.action_average({"walking": [1.0] * 1000, "sitting": torch.tensor([3.0])})
    assert mean == 2 and each == {"walking": 1.0, "sitting": 3.0}


def test_many_hypotheses():
    g = poses()
    far = torch.stack([g + 1, g + 2, g + 3])
    assert pose.best_of_n(far, g) == pytest.approx(math.sqrt(3))
    mixed = torch.stack([g.clone(), g.clone()])
    mixed[0, :, 0] += 10
    mixed[1, :, 1] += 5
    assert pose.best_of_n(mixed, g, level="joint") == pytest.approx(0)
    assert pose.best_of_n(mixed, g) == pytest.approx(5 * math.sqrt(3) / 17)
    assert pose.aggregate_of_n(torch.stack([g - 1, g + 1]), g) == pytest.approx(0, abs=1e-12)
    assert pose.aggregate_of_n(far, g, "median") == pytest.approx(2 * math.sqrt(3))
