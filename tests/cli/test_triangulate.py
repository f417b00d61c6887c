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


def test_one_of_them_as_markers(files, capsys):
    _, arguments, out = files
    markers = out.with_suffix(".trc")
    assert main([*arguments, "-o", str(markers)]) == 1 and "--person" in capsys.readouterr().err
    assert main([*arguments, "-o", str(markers), "--person", "1"]) == 0
    assert main([*arguments, "-o", str(out)]) == 0
    torch.testing.assert_close(vt.load(markers).positions[0], vt.load(out).positions[1], atol=1e-5, rtol=0, equal_nan=True, check_dtype=False)


def test_what_is_wrong_is_said(files, capsys):
    _, arguments, out = files
    assert main([*arguments[:-1], "-o", str(out)]) == 1
    assert "2 views but 3 cameras" in capsys.readouterr().err
    assert main(["triangulate", arguments[3], "-o", str(out)]) == 1
    assert "--cameras" in capsys.readouterr().err and not out.exists()


def test_people_are_drawn_in_every_view(files, capsys):
    import cv2

    _, arguments, out = files
    folder = out.parent / "pictures"
    assert main([*arguments, "-o", str(out), "--pictures", str(folder)]) == 0
    assert "wrote 12 pictures" in capsys.readouterr().out
    written = sorted(folder.glob("*.png"))
    assert len(written) == 12 and written[0].name == "frame00000.png" and written[-1].name == "frame00019.png"
    # three views and one from above, two by two
    assert cv2.imread(str(written[0])).shape == (2 * 270, 2 * 480, 3)
    assert main([*arguments, "-o", str(out), "--pictures", str(out.parent / "film.gif")]) == 1
    assert ".mp4" in capsys.readouterr().err
