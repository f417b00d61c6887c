"""`vitruve triangulate`: files of views to a file of people, both ways."""

from __future__ import annotations

import pytest
import torch
from tests.core.test_geometry import ring
from tests.core.test_multiview import two_people, views_of

import vitruve as vt
from vitruve.cli import main
from vitruve.io.cameras import write_cameras


@pytest.fixture
def files(tmp_path):
    truth, cameras = two_people(20), ring(3)
    write_cameras({f"c{i}": c for i, c in enumerate(cameras)}, tmp_path / "calib.json")
    paths = [str(vt.save(v, tmp_path / f"view{i}.npz")) for i, v in enumerate(views_of(truth, cameras, noise=1.0))]
    return truth, ["triangulate", "--cameras", str(tmp_path / "calib.json"), *paths], tmp_path / "out.npz"


@pytest.mark.parametrize("method", ["robust", "fit"])
def test_people_are_where_they_were(files, method, capsys):
    truth, arguments, out = files
    assert main([*arguments, "-o", str(out), "--method", method]) == 0
    assert "2 people in 20 frames of 3 views" in capsys.readouterr().out
    found = vt.load(out).map_to(truth.skeleton)
    off = (found.positions[:, None] - truth.positions[None]).norm(dim=-1)
    best = torch.where(off.isfinite(), off, torch.nan).nanmean((-1, -2)).min(1).values
    assert best.max() < 0.03


def test_what_is_wrong_is_said(files, capsys):
    _, arguments, out = files
    assert main([*arguments[:-1], "-o", str(out)]) == 1
    assert "2 views but 3 cameras" in capsys.readouterr().err
    assert main(["triangulate", arguments[3], "-o", str(out)]) == 1
    assert "--cameras" in capsys.readouterr().err and not out.exists()
