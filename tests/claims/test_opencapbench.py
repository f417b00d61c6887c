"""The parts of OpenCapBench's experiment that need no model: errors of arms, and what a regression makes of joints."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vitruve.claims.biomechanics.opencapbench import ARM_ANGLES, _arm_errors, _regressed, _regression
from vitruve.io.mot import Table


def test_errors_of_arms_are_averaged_over_sides_and_trials() -> None:
    columns = ("time", *(f"{a}_{s}" for a in ARM_ANGLES for s in "rl"))
    true = np.zeros((4, len(columns)))
    off = true.copy()
    off[:, columns.index("arm_rot_r")], off[:2, columns.index("arm_rot_l")] = 3.0, 2.0
    found = _arm_errors([(Table(columns, off, True), Table(columns, true, True)), (Table(columns, true, True), Table(columns, true, True))])
    assert found["arm_rot"] == pytest.approx((3 + 2 / np.sqrt(2)) / 4) and found["elbow_flex"] == 0


def test_markers_that_joints_tell_are_regressed_exactly() -> None:
    generator = torch.Generator().manual_seed(0)
    joints = 100 * torch.rand(60, 4, 2, generator=generator)
    markers = torch.stack([joints[:, :2].mean(1), 0.3 * joints[:, 3] + torch.tensor([5.0, -2.0])], 1)
    weights = _regression(joints[:40], markers[:40])
    assert torch.allclose(_regressed(joints[40:], weights), markers[40:], atol=1e-3)
    # what is in no joint is not told
    noise = 10 * torch.randn(60, 1, 2, generator=generator)
    assert (_regressed(joints[40:], _regression(joints[:40], noise[:40])) - noise[40:]).norm(dim=-1).mean() > 5
