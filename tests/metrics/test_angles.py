"""Joint-angle errors: shifts are found, sides are averaged, the release's quirks are options."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.metrics.angles import angle_errors, best_shift, shifted

COLUMNS = ("pelvis_tilt", "pelvis_tx", "hip_flexion_r", "knee_angle_r", "hip_flexion_l", "knee_angle_l", "lumbar_rotation", "arm_flex_r")


def recording(frames: int = 200) -> torch.Tensor:
    t = torch.arange(frames).double()[:, None] / 100
    return 20 * torch.sin(2 * torch.pi * t * torch.linspace(0.7, 1.4, len(COLUMNS)).double() + torch.arange(len(COLUMNS)).double())


@pytest.mark.parametrize("shift", [-17, 0, 5, 40])
def test_best_shift(shift):
    x = recording(300)
    target = x[60:220, 3]
    assert best_shift(x[60 + shift : 220 + shift, 3], target) == shift
    assert best_shift(x[60 + shift : 220 + shift, 3], target, official_quirks=True) == (39 if shift == 40 else shift)


def test_shifted_overlaps():
    p, g = torch.arange(10.0)[:, None], torch.arange(12.0)[:, None]
    assert [len(shifted(p, g, s)[0]) for s in (0, 1, 2, 3, -4)] == [10, 10, 10, 9, 6]
    assert [len(shifted(p, g, s, official_quirks=True)[0]) for s in (0, 1, 2, 3, -4)] == [10, 9, 8, 7, 6]
    a, b = shifted(p, g, 2)
    assert torch.equal(a + 2, b)


def test_errors_by_coordinate():
    g = recording()
    p = g.clone()
    p[:, COLUMNS.index("hip_flexion_r")] += 2
    p[:, COLUMNS.index("hip_flexion_l")] -= 4
    p[:, COLUMNS.index("pelvis_tx")] += 100
    p[:, COLUMNS.index("arm_flex_r")] += 100
    out = angle_errors([(p, g), (g, g)], COLUMNS)
    assert set(out.rmse) == {"pelvis_tilt", "hip_flexion", "knee_angle", "lumbar_rotation"}
    assert out.rmse["hip_flexion"] == pytest.approx(1.5) and out.mean == pytest.approx(1.5 / 4)
    assert out.shifts == (0, 0) and out.overlaps == (200, 200)


def test_time_shift_is_reported_and_removed():
    x = recording(260)
    out = angle_errors([(x[8:208], x[:200])], COLUMNS)
    assert out.shifts == (8,) and out.mean == pytest.approx(0, abs=1e-9) and out.rmse_unshifted["knee_angle"] > 1


def test_bad_columns():
    with pytest.raises(VitruveError, match="no column 'knee_angle_l'"):
        angle_errors([(recording()[:, :2], recording()[:, :2])], ("knee_angle_r", "lumbar_rotation"))
