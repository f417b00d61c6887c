"""The lifting table: every lifter in every test set, on real windows with hardly any training."""

from dataclasses import replace

import pytest
import torch

from vitruve.claims.lifting import bench as lifting
from vitruve.core.standards import skeleton
from vitruve.data.lifting_windows import mpi_windows, shelf_windows
from vitruve.metrics.aggregation import project_normalised
from vitruve.tasks.lifting import LiftingBatch


def test_video_lifter_answers_for_every_frame_and_looks_around():
    torch.manual_seed(0)
    net = lifting.VideoPose3D(lifting.VideoPose3D.Config(frames=9, widths=(3, 3), channels=16)).eval()
    x = torch.randn(2, 9, 17, 2)
    out = net(x)
    assert out.shape == (2, 9, 17, 3)
    changed = x.clone()
    changed[:, 8] += 1
    moved = (net(changed) - out).abs().amax((0, 2, 3)) > 0
    # a frame sees four on either side
    assert moved.tolist() == [False] * 4 + [True] * 5
    assert net.losses(LiftingBatch(x, torch.zeros(2, 9, 17, 3)))["mpjpe"] > 0


@pytest.mark.realdata
def test_recorded_windows_hold_the_same_people_in_2d_and_3d(data):
    for windows, pixels in ((mpi_windows(data / "mpi_inf_3dhp_test_pose", 9), 1.0), (shelf_windows(data / "shelf_multiview", 9), 20.0)):
        assert windows.skeleton is skeleton("h36m17") and len(windows) > 20
        assert (windows.target[:, :, 0] == 0).all() and windows.target.isfinite().all()
        there = project_normalised((windows.target + windows.root[:, :, None]).flatten(1, 2), windows.camera).view(windows.keypoints.shape)
        assert float((there - windows.keypoints).norm(dim=-1).mean()) * 500 < pixels


@pytest.mark.realdata
def test_every_lifter_stands_in_the_table(data, tmp_path, monkeypatch):
    monkeypatch.setattr(lifting, "QUICK", replace(lifting.QUICK, steps=1, test=2))
    monkeypatch.setattr(lifting, "HYPOTHESES", 2)
    small = lifting.lifters
    monkeypatch.setattr(lifting, "lifters", lambda frames, scale: {k: v for k, v in small(frames, scale).items() if k in ("HopFIR", "VideoPose3D", "DiffPose")})
    table = lifting.run(True, 1, data, tmp_path)
    rows = [(row[0], row[1]) for row in table.rows[1:]]
    several = [f"DiffPose, {kind}" for kind in ("1 hypothesis", "mean of 2", "J-Agg of 2")]
    assert rows == [(test, name) for test in ("CMU-lift", "3DHP TS5", "Shelf") for name in ("HopFIR", "VideoPose3D", *several)]
    assert set(table.details["parameters"]) == {"HopFIR", "VideoPose3D", "DiffPose"}
