"""C3D: markers of three laboratories; units, axes, gaps, round trip, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.io.test_bvh import tree, unpack
from tests.io.test_fuzz import COUNT

import vitruve as vt
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, VitruveError
from vitruve.io import c3d
from vitruve.io.trc import markers

ezc3d = pytest.importorskip("ezc3d")


def cloud(frames: int = 20) -> Poses:
    x = torch.randn(1, frames, 3, 3)
    x[0, 4:7, 1] = torch.nan
    return Poses(x, markers(["LASI", "RASI", "LKNE"]), fps=100)


@pytest.mark.parametrize("units", ["m", "cm", "mm"])
def test_round_trip(tmp_path: Path, units: str) -> None:
    poses = cloud()
    vt.save(poses, tmp_path / "a.c3d", units=units)
    again = vt.load(tmp_path / "a.c3d")
    assert again.skeleton == poses.skeleton and again.fps == 100 and again.metadata["units"] == units
    assert torch.equal(again.valid, poses.valid)
    torch.testing.assert_close(again.positions, poses.positions, atol=1e-6, rtol=1e-6, equal_nan=True)


def test_motion_is_written_as_its_joints(tmp_path: Path) -> None:
    motion = tree(6)
    c3d.write(motion, tmp_path / "a.c3d")
    again = c3d.read(tmp_path / "a.c3d")
    torch.testing.assert_close(again.positions, motion.poses().positions, atol=1e-6, rtol=0)
    assert again.skeleton.has("left_knee", "right_wrist", "pelvis", "head")


def raw(path: Path, points: np.ndarray, **point: list) -> Path:
    """A file as ezc3d writes it: `points` (3, N, T)."""
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [50.0]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["parameters"]["POINT"]["LABELS"]["value"] = tuple(f"M{i}" for i in range(points.shape[1]))
    for key, value in point.items():
        file.add_parameter("POINT", key, value)
    file["data"]["points"] = np.concatenate([points, np.ones_like(points[:1])])
    file.write(str(path))
    return path


@pytest.mark.parametrize(
    ("screen", "up"), [("+Z", (0, 0, 1)), ("-Z", (0, 0, -1)), ("+Y", (0, 1, 0)), ("-Y", (0, -1, 0)), ("+X", (1, 0, 0)), ("-X", (-1, 0, 0))]
)
def test_axes_from_the_screen(tmp_path: Path, screen: str, up: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(3, 4, 5)) * 1000
    path = raw(tmp_path / "a.c3d", points, Y_SCREEN=[screen])
    poses = c3d.read(path)
    assert poses.metadata["up"] == screen
    x = torch.from_numpy(points.transpose(2, 1, 0) / 1000).float()
    torch.testing.assert_close(poses.positions[0, ..., 1], x @ torch.tensor(up, dtype=torch.float32), atol=1e-5, rtol=0)
    # a rotation, no mirror: triple products stay
    torch.testing.assert_close(torch.linalg.det(poses.positions[0, :, :3]), torch.linalg.det(x[:, :3]), atol=1e-4, rtol=1e-4)
    assert c3d.read(path, up="y").metadata["up"] == "+Y"


@pytest.mark.parametrize("vertical", [1, 2])
def test_axes_from_a_standing_body(tmp_path: Path, vertical: int) -> None:
    x = tree(7, frames=30).poses().positions[0].numpy().astype(np.float64)
    x[..., 2] += np.linspace(0, 4, 30)[:, None]  # walks along z, floor at 0
    x[..., 1] -= x[..., 1].min()
    if vertical == 2:
        x = np.stack([x[..., 0], -x[..., 2], x[..., 1]], -1)
    poses = c3d.read(raw(tmp_path / "a.c3d", x.transpose(2, 1, 0) * 1000))
    assert poses.metadata["up"] == ("+Y" if vertical == 1 else "+Z")


def test_gaps_names_and_what_is_no_point(tmp_path: Path) -> None:
    points = np.random.default_rng(2).normal(size=(3, 5, 6))
    points[:, 1, 2] = 0
    path = raw(tmp_path / "a.c3d", points, ANGLES=["M4"])
    file = ezc3d.c3d(str(path))
    file["parameters"]["POINT"]["LABELS"]["value"] = ("A", "B", "A", "", "M4")
    file.write(str(path))
    poses = c3d.read(path)
    assert poses.skeleton.joints == ("A", "B", "A_2", "marker_4") and poses.metadata["renamed"] == {"A_2": "A"}
    assert not poses.valid[0, 2, 1] and poses.valid.sum() == 4 * 6 - 1
    assert poses.skeleton.parents == (-1,) * 4


def test_damage(tmp_path: Path) -> None:
    c3d.write(cloud(200), tmp_path / "a.c3d")
    good = (tmp_path / "a.c3d").read_bytes()
    path = tmp_path / "b.c3d"
    for content, message in [
        (b"", "not a C3D"),
        (b"hello" * 200, "not a C3D"),
        (bytes(2000), "not a C3D"),
        (good[:600], "not a C3D|truncated"),
        (good[:-3000], "truncated"),
        (good[:2] + b"\xff\xff" + good[4:], "truncated"),
    ]:
        path.write_bytes(content)
        with pytest.raises(FormatError, match=message):
            c3d.read(path)
    with pytest.raises(FormatError, match="UNITS"):
        c3d.read(raw(path, np.ones((3, 2, 2)), UNITS=["furlong"]))
    assert c3d.read(path, units="mm").metadata["units"] == "mm"


def by_hand(processor: int, real: bool, points: np.ndarray) -> bytes:
    """The bytes of a C3D file as a machine of that processor (84 Intel, 85 DEC, 86 MIPS) writes them; `points` (T, N, 3) mm."""
    order = ">" if processor == 86 else "<"

    def floats(x: np.ndarray) -> bytes:
        if processor != 85:
            return x.astype(f"{order}f4").tobytes()
        return np.ascontiguousarray((x.astype("<f4") * 4).view("<u2").reshape(-1, 2)[:, ::-1]).tobytes()

    def words(*x: int) -> bytes:
        return np.array(x, f"{order}i2").tobytes()

    frames, count = points.shape[:2]
    scale = -0.1 if real else 0.5
    header = bytes([2, 0x50]) + words(count, 0, 1, frames, 0) + floats(np.array([scale])) + words(3, 0) + floats(np.array([50.0]))

    def record(group: int, name: str, body: bytes) -> bytes:
        return bytes([len(name), group % 256]) + name.encode() + words(len(body) + 2) + body

    labels = b"".join(f"M{i}".encode() for i in range(count))
    parameters = bytes([1, 80, 1, processor]) + record(-1, "POINT", b"\0") + record(1, "LABELS", bytes([255, 2, 2, count]) + labels + b"\0")
    parameters += record(1, "UNITS", bytes([255, 1, 2]) + b"mm\0") + record(1, "RATE", bytes([4, 0]) + floats(np.array([50.0])) + b"\0")
    parameters += record(1, "Y_SCREEN", bytes([255, 1, 2]) + b"+Y\0") + bytes(2)
    table = np.concatenate([points if real else np.rint(points / scale), np.zeros((frames, count, 1))], -1)
    data = floats(table.ravel()) if real else table.astype(f"{order}i2").tobytes()
    return header.ljust(512, b"\0") + parameters.ljust(512, b"\0") + data


@pytest.mark.parametrize("processor", [84, 85, 86])
@pytest.mark.parametrize("real", [True, False])
def test_processors_and_kinds_of_numbers(tmp_path: Path, processor: int, real: bool) -> None:
    points = np.random.default_rng(processor).normal(size=(4, 3, 3)) * 800
    (tmp_path / "a.c3d").write_bytes(by_hand(processor, real, points))
    poses = c3d.read(tmp_path / "a.c3d")
    assert poses.skeleton.joints == ("M0", "M1", "M2") and poses.fps == 50 and poses.metadata["up"] == "+Y"
    np.testing.assert_allclose(poses.positions[0].numpy() * 1000, points, atol=1e-3 if real else 0.26)


def test_flipped_bytes(tmp_path: Path) -> None:
    """Damage that ends the process in other readers ends in a value or in our error here."""
    c3d.write(cloud(), tmp_path / "a.c3d")
    good = (tmp_path / "a.c3d").read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(COUNT):
        data = bytearray(good[: len(good) if rng.random() < 0.8 else int(rng.integers(len(good)))])
        for _ in range(int(rng.geometric(0.4))):
            if data:
                data[int(rng.integers(min(len(data), 1600)))] = int(rng.integers(256))
        (tmp_path / "b.c3d").write_bytes(data)
        try:
            c3d.read(tmp_path / "b.c3d")
        except VitruveError:
            refused += 1
    assert refused > COUNT // 20


def test_values_are_checked(tmp_path: Path) -> None:
    poses = cloud()
    with pytest.raises(OptionError, match="one person"):
        c3d.write(Poses.stack([poses, poses]), tmp_path / "a.c3d")
    with pytest.raises(OptionError, match="2D"):
        c3d.write(Poses(poses.positions[..., :2], poses.skeleton), tmp_path / "a.c3d")
    with pytest.raises(OptionError, match="255"):
        c3d.write(Poses(torch.zeros(1, 2, 300, 3), markers([f"m{i}" for i in range(300)])), tmp_path / "a.c3d")
    with pytest.raises(OptionError, match="units"):
        c3d.write(poses, tmp_path / "a.c3d", units="inch")
    with pytest.raises(OptionError, match="up"):
        c3d.read(tmp_path / "a.c3d", up="w")
    assert not list(tmp_path.iterdir())


@pytest.mark.realdata
def test_three_laboratories(data: Path, tmp_path: Path) -> None:
    files = unpack(data / "cmu_extra/original_bvh_c3d.tar.xz", tmp_path, ".c3d") + unpack(data / "biomech_trials/trials.tar.xz", tmp_path, ".c3d")
    expected = {"02_01": (343, 41, 120.0), "Gait": (487, 33, 100.0), "original": (324, 53, 250.0)}
    assert {f.stem for f in files} == set(expected)
    for path in files:
        poses = c3d.read(path)
        frames, count, fps = expected[path.stem]
        assert poses.positions.shape == (1, frames, count, 3) and poses.fps == fps
        assert poses.metadata["up"] == "+Z" and c3d._guess_up(poses.positions[0].double().numpy()) == "+Y"
        theirs = ezc3d.c3d(str(path))["data"]["points"][:3].transpose(2, 1, 0)[..., [0, 2, 1]] * [0.001, 0.001, -0.001]
        same = poses.valid[0].numpy()
        np.testing.assert_allclose(poses.positions[0].numpy()[same], theirs[same], atol=1e-6)
        assert (np.isnan(theirs[~same]) | (theirs[~same] == 0)).all()
        height = poses.positions[..., 1]
        assert -0.1 < height[poses.valid].min() < 0.2 and 1.3 < height[poses.valid].max() < 2.0
        c3d.write(poses, tmp_path / "again.c3d")
        again = c3d.read(tmp_path / "again.c3d")
        assert torch.equal(again.valid, poses.valid) and again.skeleton.joints == poses.skeleton.joints
        torch.testing.assert_close(again.positions, poses.positions, atol=1e-6, rtol=0, equal_nan=True)
