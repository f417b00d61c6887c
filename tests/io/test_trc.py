"""TRC: OpenSim's and laboratories' marker files; units, gaps, counts, damage, round trip."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.io.test_bvh import tree, unpack
from tests.io.test_fuzz import TRC

import vitruve as vt
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError
from vitruve.io import trc


def write(folder: Path, text: str) -> Path:
    (folder / "a.trc").write_text(text, encoding="utf-8", newline="")
    return folder / "a.trc"


def test_small_file(tmp_path: Path) -> None:
    poses = vt.load(write(tmp_path, TRC))
    assert poses.skeleton.joints == ("R.ASIS", "L.ASIS") and poses.skeleton.parents == (-1, -1) and poses.fps == 100
    torch.testing.assert_close(poses.positions[0, 0], torch.tensor([[0.6172, 1.0553, 0.1708], [0.6396, 1.0443, -0.0889]]))
    assert poses.valid[0].tolist() == [[True, True], [True, False], [True, True]]
    assert poses.metadata == {"units": "mm", "start_time": 0.0}


@pytest.mark.parametrize(("units", "factor"), [("m", 1000), ("cm", 10), ("meters", 1000), ("MM", 1)])
def test_units(tmp_path: Path, units: str, factor: float) -> None:
    poses = trc.read(write(tmp_path, TRC.replace("\tmm\t", f"\t{units}\t")))
    assert poses.positions[0, 0, 0, 1] == pytest.approx(1.0553 * factor)
    assert trc.read(write(tmp_path, TRC.replace("\tmm\t", "\tells\t")), units="mm").positions[0, 0, 0, 1] == pytest.approx(1.0553)


def test_looks_of_the_same_file(tmp_path: Path) -> None:
    expected = trc.read(write(tmp_path, TRC))
    whole = TRC.replace("1056.3\t171.8\t\t\t\n", "1056.3\t171.8\tnan\tnan\tnan\n")
    for text in (TRC.replace("\n", "\r\n"), TRC.replace("Y2\tZ2\n\n", "Y2\tZ2\n"), TRC.replace("\n2\t", "\n2\t ").replace("\t\t\t\n3", "\t\t\t\t\t\n3"), whole):
        again = trc.read(write(tmp_path, text))
        torch.testing.assert_close(again.positions, expected.positions, equal_nan=True)


def test_virtual_markers_are_left_out(tmp_path: Path) -> None:
    text = TRC.replace("L.ASIS\t\t\n", "L.ASIS\t\t\tV_Mid\t\t\n")
    lines = text.split("\n")
    text = "\n".join(line + "\t\t\t" if line[:1] in ("1", "2", "3") and i > 4 else line for i, line in enumerate(lines))
    assert trc.read(write(tmp_path, text)).skeleton.joints == ("R.ASIS", "L.ASIS")
    with pytest.raises(FormatError, match="NumMarkers is 2, found 3"):
        trc.read(write(tmp_path, text.replace("V_Mid", "Mid")))


@pytest.mark.parametrize("units", ["m", "cm", "mm"])
def test_round_trip(tmp_path: Path, units: str) -> None:
    poses = trc.read(write(tmp_path, TRC.replace("0.00\t617", "1.50\t617")))
    vt.save(poses, tmp_path / "b.trc", units=units)
    again = vt.load(tmp_path / "b.trc")
    assert again.skeleton == poses.skeleton and again.fps == poses.fps and again.metadata["start_time"] == 1.5
    torch.testing.assert_close(again.positions, poses.positions, atol=1e-6, rtol=0, equal_nan=True)
    motion = tree(8)
    trc.write(motion, tmp_path / "c.trc")
    torch.testing.assert_close(trc.read(tmp_path / "c.trc").positions, motion.poses().positions, atol=1e-6, rtol=0)


DAMAGE = [
    ("hello\n" * 9, "expected PathFileType", 1),
    (TRC.split("\n")[0], "inside the header", 1),
    (TRC.replace("100\t100\t3", "0\t100\t3"), "DataRate: expected a positive number, found '0'", 3),
    (TRC.replace("100\t100\t3", "100\t100\t-3"), "NumFrames: expected a count", 3),
    (TRC.replace("100\t100\t3", "100\t100\t4"), "NumFrames is 4, found 3", 9),
    (TRC.replace("3\t2\tmm", "3\t5\tmm"), "NumMarkers is 5, found 2", 4),
    (TRC.replace("\tmm\t", "\tfeet\t"), "Units: expected one of", 3),
    (TRC.replace("\tL.ASIS", ""), "NumMarkers is 2, found 1", 4),
    (TRC.replace("618.2\t", ""), "expected 8 columns (frame, time and 3 for each marker), found 7", 8),
    (TRC.replace("618.2", "6l8.2"), "expected a number, found '6l8.2'", 8),
    (TRC.replace("618.2", "inf"), "finite", 8),
    (TRC.replace("2\t0.01", "2\t"), "Time", 8),
    (TRC.replace("3\t2\tmm", "0\t2\tmm").split("1\t0.00")[0], "no frames", None),
    (TRC[:-20], "expected 8 columns", 9),
    ("", "empty", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), DAMAGE, ids=[m for _, m, _ in DAMAGE])
def test_damage_names_the_line(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    with pytest.raises(FormatError, match="a.trc") as caught:
        trc.read(write(tmp_path, text))
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_values_are_checked(tmp_path: Path) -> None:
    for value, message in [
        (3, "Poses"),
        (Poses(torch.zeros(2, 3, 2, 3), trc.markers("ab")), "one person"),
        (Poses(torch.zeros(1, 0, 2, 3), trc.markers("ab")), "frames"),
    ]:
        with pytest.raises(OptionError, match=message):
            trc.write(value, tmp_path / "a.trc")
    with pytest.raises(OptionError, match="units"):
        trc.write(tree(1), tmp_path / "a.trc", units="inch")
    assert not list(tmp_path.iterdir())


@pytest.mark.realdata
def test_every_real_file(data: Path, tmp_path: Path) -> None:
    files = unpack(data / "biomech_trials/trials.tar.xz", tmp_path, ".trc") + unpack(data / "opensim/opensim_models_and_trials.tar.xz", tmp_path, ".trc")
    assert len(files) >= 20
    for path in files:
        poses = trc.read(path)
        assert 0.8 < poses.positions.nan_to_num().abs()[..., 1].max() < 2.6 or path.stem == "leg39_swing"
        assert poses.valid.float().mean() > 0.97
        few = poses[:40]
        trc.write(few, tmp_path / "again.trc")
        again = trc.read(tmp_path / "again.trc")
        assert again.skeleton == poses.skeleton and again.fps == poses.fps
        torch.testing.assert_close(again.positions, few.positions, atol=1e-6, rtol=0, equal_nan=True)
