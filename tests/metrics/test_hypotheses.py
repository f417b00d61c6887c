"""Scores of several hypotheses: alignments, summaries, and calibration of samples whose distribution is known."""

from __future__ import annotations

import pytest
import torch

from vitruve import skeleton
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, SkeletonError
from vitruve.metrics import hypotheses as H
from vitruve.metrics.pose import cps_auc, mpjpe, p_mpjpe


def draws(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_one_hypothesis_is_scored_as_a_pose_is():
    found, truth = draws(5, 1, 17, 3), draws(5, 17, 3, seed=1)
    assert torch.allclose(H.hypothesis_distances(found, truth).mean(), mpjpe(found[:, 0], truth))
    assert torch.allclose(H.hypothesis_distances(found, truth, "procrustes").mean(), p_mpjpe(found[:, 0], truth), atol=1e-5)
    curve = H.correct_poses(H.hypothesis_distances(found, truth, "procrustes"), 3.0, 0.1)
    assert float(H.best_cps_auc(curve).mean()) == pytest.approx(float(cps_auc(found[:, 0], truth, 3.0, 0.1)), abs=1e-4)


def test_size_forgets_size_and_place_only():
    truth = draws(2, 17, 3)
    found = torch.stack([3 * truth + 1, 0.1 * truth, truth.flip(-1)], 1)
    errors = H.hypothesis_distances(found, truth, "size").mean(-1)
    assert torch.allclose(errors[:, :2], torch.zeros(2, 2), atol=1e-5) and (errors[:, 2] > 0.1).all()
    # it changes nothing that the best similarity would not
    assert torch.allclose(H.hypothesis_distances(found, truth, "procrustes").mean(-1)[:, :2], torch.zeros(2, 2), atol=1e-4)
    with pytest.raises(OptionError, match="size"):
        H.aligned_hypotheses(found, truth, "both")


def test_summary_and_the_lower_median():
    values = torch.tensor([[4.0, 1.0, 3.0, 2.0]])
    assert {k: float(v) for k, v in H.over_hypotheses(values).items()} == {"best": 1.0, "median": 2.0, "mean": 2.5, "worst": 4.0}


def test_pck_and_correct_poses_count_what_is_strictly_closer():
    distances = torch.tensor([[[0.1, 0.2], [0.15, 0.15], [0.0, 0.001]]])
    assert H.pck_of(distances).tolist() == [[0.5, 0.0, 1.0]]
    correct = H.correct_poses(distances)
    assert correct.shape == (1, 3, 300)
    assert correct.sum(-1).tolist() == [[100.0, 150.0, 299.0]]
    assert H.best_cps_auc(correct).tolist() == [298.5]


def test_symmetry_error_is_the_difference_of_limbs():
    s = skeleton("h36m17")
    pose = draws(17, 3)
    mirrored = torch.where(torch.tensor([j in (p[0] for p in s.pairs) for j in range(17)])[:, None], pose[list(s.swap)] * torch.tensor([-1.0, 1, 1]), pose)
    mirrored[[0, 7, 8, 9, 10], 0] = 0
    assert float(H.symmetry_error(mirrored, s)) == pytest.approx(0, abs=1e-6)
    # a forearm longer by 5 cm, of five pairs
    bone = mirrored[s.index("left_wrist")] - mirrored[s.index("left_elbow")]
    mirrored[s.index("left_wrist")] += 0.05 * bone / bone.norm()
    assert float(H.symmetry_error(mirrored, s)) == pytest.approx(0.01, abs=1e-6)
    with pytest.raises(SkeletonError, match="no left and right"):
        H.symmetry_error(pose[:2], Skeleton("stick", ("a", "b"), (-1, 0)))


def test_calibration_tells_sure_from_honest():
    truth, honest = draws(3000, 4, 3), draws(3000, 60, 4, 3, seed=1)
    errors = {s: H.expected_calibration_error(H.truth_quantiles(s * honest, truth)) for s in (0.3, 1.0, 3.0)}
    assert errors[1.0] < 0.03 and errors[0.3] > 0.2 and errors[3.0] > 0.2


def test_calibration_over_the_joints_that_count():
    truth, honest = draws(2000, 3, 3), draws(2000, 40, 3, 3, seed=1)
    truth[:, 1:], honest[:, :, 1:] = 0, 0
    q = H.truth_quantiles(honest, truth)
    assert H.expected_calibration_error(q, [0]) < 0.04 < H.expected_calibration_error(q)
