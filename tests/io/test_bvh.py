"""BVH: the real files of five rigs, against their published arrays and bvhio; units, axes, folding, damage."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.io.test_fuzz import BVH

import vitruve as vt
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.io import bvh
from vitruve.io.units import METRES, body_size, guess_units


def unpack(archive: Path, into: Path, suffix: str) -> list[Path]:
    """Files of one suffix out of a tar.xz."""
    with tarfile.open(archive) as tar:
        members = [m for m in tar.getmembers() if m.isfile() and m.name.endswith(suffix)]
        tar.extractall(into, members, filter="data")
    return sorted(into / m.name for m in members)


@pytest.fixture(scope="session")
def originals(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every real BVH file there is: 26 of CMU in three rigs, 26 of Bandai Namco, 6 of other sources, 5 of AnimatedDrawings."""
    into = tmp_path_factory.mktemp("bvh")
    files = unpack(data / "cmu_mocap/original_files.tar.xz", into / "cmu", ".bvh")
    files += unpack(data / "bandai_namco_motion/bvh_samples.tar.xz", into / "bandai", ".bvh")
    files += unpack(data / "cmu_extra/original_bvh_c3d.tar.xz", into / "extra", ".bvh")
    return files + sorted((data / "character_drawings/bvh").glob("*/*.bvh"))


def named(files: list[Path], part: str) -> list[Path]:
    return [f for f in files if part in str(f)]


def packed(archive: np.lib.npyio.NpzFile, index: int) -> Motion:
    """One clip of a packed archive (see its README)."""
    start, length = archive["start"][index], archive["length"][index]
    q = torch.from_numpy(archive["quat_i16"][start : start + length].astype(np.float32))
    skeleton = Skeleton("packed", tuple(archive["joint_names"].tolist()), tuple(archive["parents"].tolist()))
    offsets = torch.from_numpy(archive["skeleton_offsets"][archive["skeleton"][index]]).float()
    return Motion(rot.normalize(q.roll(-1, -1)), torch.from_numpy(archive["root_pos"][start : start + length]), offsets, skeleton, fps=30)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def reference_positions(text: str) -> tuple[list[str], np.ndarray]:
    """Joint positions in file units by matrices, one joint and frame at a time: a second reader, for the small files here."""
    head, body = text.split("MOTION")
    names, parents, offsets, channels, stack = [], [], [], [], []
    words = head.split()
    i = 1
    while i < len(words):
        if words[i] in ("ROOT", "JOINT", "End"):
            names.append(f"{names[stack[-1]]}_end" if words[i] == "End" else words[i + 1])
            parents.append(stack[-1] if stack else -1)
            channels.append([])
            i += 2
        elif words[i] == "{":
            stack.append(len(names) - 1)
            i += 1
        elif words[i] == "}":
            stack.pop()
            i += 1
        elif words[i] == "OFFSET":
            offsets.append([float(w) for w in words[i + 1 : i + 4]])
            i += 4
        else:
            channels[-1] = words[i + 2 : i + 2 + int(words[i + 1])]
            i += 2 + int(words[i + 1])
    frames = []
    for line in body.strip().splitlines()[2:]:
        values = [float(w) for w in line.split()]
        world, places = [], []
        for j, parent in enumerate(parents):
            m, t = np.eye(3), np.array(offsets[j])
            for channel in channels[j]:
                value, axis = values.pop(0), "XYZ".index(channel[0])
                if channel.endswith("position"):
                    t[axis] = value
                else:
                    c, s = np.cos(np.deg2rad(value)), np.sin(np.deg2rad(value))
                    a, b = (axis + 1) % 3, (axis + 2) % 3
                    turn = np.eye(3)
                    turn[a, a] = turn[b, b] = c
                    turn[a, b], turn[b, a] = -s, s
                    m = m @ turn
            world.append(m if parent < 0 else world[parent] @ m)
            places.append(t if parent < 0 else places[parent] + world[parent] @ t)
        frames.append(places)
    return names, np.array(frames)


def test_small_file(tmp_path: Path) -> None:
    motion = bvh.read(write(tmp_path / "a.bvh", BVH))
    assert motion.skeleton.joints == ("Hips", "Spine", "Head", "Head_end", "LeftUpLeg", "LeftLeg", "LeftFoot", "LeftFoot_end")
    assert motion.skeleton.parents == (-1, 0, 1, 2, 0, 4, 5, 6)
    assert motion.fps == 30.0 and len(motion) == 3 and motion.metadata["units"] == "cm"
    assert motion.skeleton.landmarks[3] == "head_top"
    names, places = reference_positions(BVH)
    assert names == list(motion.skeleton.joints)
    assert motion.stretches  # the spine moves by a millimetre in the last frame
    np.testing.assert_allclose(motion.fk().positions.numpy(), places / 100, atol=2e-6)


@pytest.mark.parametrize("channels", ["Xrotation Yrotation Zrotation", "Zposition Yrotation Xposition Zrotation Yposition Xrotation", "Yrotation", "Yposition"])
def test_any_channels(tmp_path: Path, channels: str) -> None:
    count = len(channels.split())
    text = BVH.replace("CHANNELS 1 Xrotation", f"CHANNELS {count} {channels}")
    head, body = text.split("0.0333333\n")
    rows = [line.split() for line in body.splitlines()]
    rows = [r[:15] + [f"{10 + 7 * k + 5 * i}" for k in range(count)] + r[16:] for i, r in enumerate(rows)]
    text = head + "0.0333333\n" + "\n".join(map(" ".join, rows)) + "\n"
    motion = bvh.read(write(tmp_path / "a.bvh", text), units="cm", up="y")
    np.testing.assert_allclose(motion.fk().positions.numpy(), reference_positions(text)[1] / 100, atol=3e-6)


def test_line_endings_marks_and_braces_on_one_line(tmp_path: Path) -> None:
    expected = bvh.read(write(tmp_path / "a.bvh", BVH)).fk().positions
    for text in (BVH.replace("\n", "\r\n"), "\ufeff" + BVH, BVH.replace("\n  {\n", " {\n").replace("\n{\n", " { "), BVH.replace("  ", "\t") + "\n \n"):
        (tmp_path / "b.bvh").write_bytes(text.encode())
        assert torch.equal(bvh.read(tmp_path / "b.bvh").fk().positions, expected)


def test_units_of_a_person(tmp_path: Path) -> None:
    motion = vt.Motion(rot.identity(2, 22), torch.zeros(2, 3), person_offsets(), vt.skeleton("humanml3d22"), fps=30)
    for name in METRES:
        bvh.write(motion, tmp_path / "a.bvh", units=name)
        again = bvh.read(tmp_path / "a.bvh")
        assert again.metadata["units"] == name
        assert body_size(again.skeleton, again.rest_offsets.numpy()) == pytest.approx(body_size(motion.skeleton, motion.offsets.numpy()), rel=1e-4)
    double = bvh.read(tmp_path / "a.bvh", units=METRES[name] * 2)
    torch.testing.assert_close(double.rest_offsets, again.rest_offsets * 2)
    hand = Skeleton("hand", ("a", "b", "c"), (-1, 0, 1))
    assert guess_units(hand, np.array([[0, 0, 0], [0, 10.0, 0], [0, 8.0, 0]])) == "cm"
    for bad in ("feet", 0.0, float("nan")):
        with pytest.raises(OptionError, match="units"):
            bvh.read(tmp_path / "a.bvh", units=bad)


def person_offsets() -> torch.Tensor:
    """A plain body in the joints of HumanML3D, metres."""
    s = vt.skeleton("humanml3d22")
    offsets = torch.zeros(22, 3)
    lengths = {"hip": (0.09, -0.08), "knee": (0, -0.4), "ankle": (0, -0.42), "foot": (0, -0.06), "collar": (0.07, 0.1), "shoulder": (0.1, 0.02)}
    for j, mark in enumerate(s.landmarks):
        side = -1 if mark.startswith("right") else 1
        part = mark.split("_", 1)[-1]
        if part in lengths:
            offsets[j, 0], offsets[j, 1] = side * lengths[part][0], lengths[part][1]
        elif part in ("elbow", "wrist"):
            offsets[j, 0] = side * 0.26
        elif mark != "pelvis":
            offsets[j, 1] = 0.12
    return offsets


def tree(seed: int, frames: int = 7) -> Motion:
    """A person in random poses, upright over the floor."""
    torch.manual_seed(seed)
    q = rot.normalize(rot.identity(frames, 22) + 0.2 * torch.randn(frames, 22, 4))
    q[:, 0] = rot.identity(frames)
    return Motion(q, torch.tensor([0.0, 0.9, 0.0]) + 0.1 * torch.randn(frames, 3), person_offsets(), vt.skeleton("humanml3d22"), fps=50)


def by_name(motion: Motion, like: Motion) -> torch.Tensor:
    """Positions of the joints of `like`."""
    return motion.fk().positions[:, [motion.skeleton.joints.index(j) for j in like.skeleton.joints]]


@pytest.mark.parametrize("order", ["xyz", "xzy", "yxz", "yzx", "zxy", "zyx"])
def test_round_trip_in_every_order(tmp_path: Path, order: str) -> None:
    motion = tree(1)
    bvh.write(motion, tmp_path / "a.bvh", order=order)
    again = bvh.read(tmp_path / "a.bvh")
    assert again.fps == 50 and set(again.skeleton.joints) == set(motion.skeleton.joints)
    torch.testing.assert_close(by_name(again, motion), motion.fk().positions, atol=1e-5, rtol=0)
    columns = [again.skeleton.joints.index(j) for j in motion.skeleton.joints]
    assert rot.angle(again.rotations[:, columns], motion.rotations).max() < 1e-5


def test_round_trip_at_gimbal_lock(tmp_path: Path) -> None:
    motion = tree(2)
    motion = replace(motion, rotations=rot.about("x", torch.tensor(torch.pi / 2)).expand(7, 22, 4).contiguous())
    bvh.write(motion, tmp_path / "a.bvh", order="zxy")
    torch.testing.assert_close(by_name(bvh.read(tmp_path / "a.bvh", units="cm", up="y"), motion), motion.fk().positions, atol=1e-5, rtol=0)


def test_stretching_bones(tmp_path: Path) -> None:
    motion = tree(3)
    offsets = motion.offsets.repeat(7, 1, 1)
    offsets[:, 4] *= torch.linspace(1, 1.3, 7)[:, None]
    motion = replace(motion, offsets=offsets)
    bvh.write(motion, tmp_path / "a.bvh")
    text = (tmp_path / "a.bvh").read_text()
    assert text.count("CHANNELS 6") == 2  # the root and the one bone
    again = bvh.read(tmp_path / "a.bvh")
    assert again.stretches
    torch.testing.assert_close(by_name(again, motion), motion.fk().positions, atol=1e-5, rtol=0)


def test_end_sites_come_back(tmp_path: Path) -> None:
    motion = bvh.read(write(tmp_path / "a.bvh", BVH))
    bvh.write(motion, tmp_path / "b.bvh")
    text = (tmp_path / "b.bvh").read_text()
    assert text.count("End Site") == 2 and "JOINT Head_end" not in text
    assert bvh.read(tmp_path / "b.bvh").skeleton == motion.skeleton
    turned = motion.rotations.clone()
    turned[:, 3] = rot.about("x", torch.tensor(0.5))
    bvh.write(replace(motion, rotations=turned), tmp_path / "c.bvh")
    again = bvh.read(tmp_path / "c.bvh")
    assert again.skeleton == motion.skeleton and rot.angle(again.rotations, turned).max() < 1e-5


def test_z_up(tmp_path: Path) -> None:
    upright = tree(4)
    turn = rot.about("x", torch.tensor(torch.pi / 2))
    lying = replace(
        upright,
        rotations=rot.multiply(rot.multiply(turn, upright.rotations), rot.inverse(turn)),
        translation=rot.rotate(turn, upright.translation),
        offsets=rot.rotate(turn, upright.offsets),
    )
    bvh.write(lying, tmp_path / "z.bvh")
    again = bvh.read(tmp_path / "z.bvh")
    assert again.metadata["up"] == "z"
    torch.testing.assert_close(by_name(again, upright), upright.fk().positions, atol=1e-5, rtol=0)
    rest = by_name(replace(again, rotations=rot.identity(1, 22), translation=torch.zeros(1, 3)), upright)
    torch.testing.assert_close(rest, replace(upright, rotations=rot.identity(1, 22), translation=torch.zeros(1, 3)).fk().positions, atol=1e-5, rtol=0)
    kept = bvh.read(tmp_path / "z.bvh", up="y")
    torch.testing.assert_close(by_name(kept, upright), lying.fk().positions, atol=1e-5, rtol=0)


LOCATOR = """HIERARCHY
ROOT world
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
""" + BVH.split("HIERARCHY\n")[1].replace("ROOT", "JOINT").replace("MOTION", "}\nMOTION")


def test_locator_is_folded(tmp_path: Path) -> None:
    head, body = LOCATOR.split("0.0333333\n")
    text = head + "0.0333333\n" + "\n".join(f"{5 * i} 1 2 10 20 {30 * i} {line}" for i, line in enumerate(body.splitlines()))
    motion = bvh.read(write(tmp_path / "a.bvh", text), up="y")
    assert motion.metadata["folded"] == ["world"] and motion.skeleton.joints[0] == "Hips" and motion.skeleton.roots == (0,)
    np.testing.assert_allclose(motion.fk().positions.numpy(), reference_positions(text)[1][:, 1:] / 100, atol=3e-6)


def test_root_offset_is_added_where_the_channels_count_from_it(tmp_path: Path) -> None:
    raised = BVH.replace("OFFSET 0.0 0.0 0.0", "OFFSET 0.0 93.0 0.0", 1)
    placed = bvh.read(write(tmp_path / "a.bvh", raised))
    assert "root_offset" not in placed.metadata and placed.translation[0, 1] == pytest.approx(0.93)
    relative = bvh.read(
        write(
            tmp_path / "b.bvh",
            raised.replace(" 93.", " 0.").replace("0.0 0.0 0.0 1.0", "0.0 0.0 0.0 1.0").replace("OFFSET 0.0 0.0 0.0", "OFFSET 0.0 93.0 0.0", 1),
        )
    )
    assert relative.metadata["root_offset"] == "added" and relative.translation[1, 1] == pytest.approx(0.931)


def test_same_names_get_numbers(tmp_path: Path) -> None:
    motion = bvh.read(write(tmp_path / "a.bvh", BVH.replace("JOINT LeftLeg", "JOINT LeftUpLeg").replace("JOINT LeftFoot", "JOINT LeftUpLeg")))
    assert motion.skeleton.joints[4:7] == ("LeftUpLeg", "LeftUpLeg_2", "LeftUpLeg_3")
    assert motion.metadata["renamed"] == {"LeftUpLeg_2": "LeftUpLeg", "LeftUpLeg_3": "LeftUpLeg"}
    assert bvh.unique(["a", "a_2", "a", "a"]) == (("a", "a_2", "a_3", "a_4"), {"a_3": "a", "a_4": "a"})


def test_names_with_spaces(tmp_path: Path) -> None:
    motion = bvh.read(write(tmp_path / "a.bvh", BVH.replace("LeftUpLeg", "Bip01 L Thigh")))
    assert motion.skeleton.joints[4] == "Bip01 L Thigh"
    bvh.write(motion, tmp_path / "b.bvh")
    assert bvh.read(tmp_path / "b.bvh").skeleton == motion.skeleton


@pytest.mark.parametrize(
    ("frame_time", "fps"),
    [("0.0083333", 120.0), (".03333", 30.0), ("0.016667", 60.0), ("0.04", 25.0), ("0.008342", 1 / 0.008342), ("0.0333667", 1 / 0.0333667)],
)
def test_frame_rate(tmp_path: Path, frame_time: str, fps: float) -> None:
    path = write(tmp_path / "a.bvh", BVH.replace("0.0333333", frame_time))
    assert bvh.read(path).fps == pytest.approx(fps, rel=1e-12)
    assert bvh.read(path, fps=12.5).fps == 12.5


DAMAGE = [
    ("", "empty", None),
    ("MOTION\n", "expected HIERARCHY", 1),
    (BVH.replace("ROOT Hips", "JOINT Hips"), "outside the ROOT", 2),
    (BVH.replace("ROOT Hips", "ROOT"), "expected a name", 2),
    (BVH.replace("OFFSET 0.0 20.5 0.0", "OFFSET 0.0 x 0.0"), "OFFSET: expected a number, found 'x'", 8),
    (BVH.replace("OFFSET 0.0 20.5 0.0", "OFFSET 0.0 nan 0.0"), "finite", 8),
    (BVH.replace("OFFSET 0.0 20.5 0.0", "OFFSET 0.0 20.5"), "expected 3 numbers, found 2", 8),
    (BVH.replace("    OFFSET 0.0 20.5 0.0\n", ""), "'Spine' has no OFFSET", 18),
    (BVH.replace("CHANNELS 1 Xrotation", "CHANNELS 7 Xrotation"), "count of 0 to 6", 23),
    (BVH.replace("CHANNELS 1 Xrotation", "CHANNELS 1 Wrotation"), "found 'Wrotation'", 23),
    (BVH.replace("CHANNELS 1 Xrotation", "CHANNELS 2 Xrotation Xrotation"), "one channel twice", 23),
    (BVH.replace("CHANNELS 1 Xrotation", "CHANNELS 2 Xrotation"), "expected 2 names, found 1", 23),
    (BVH.replace("}\nMOTION", "MOTION"), "to close joint 'Hips'", 39),
    (BVH.replace("\nMOTION", "\n}\nMOTION"), "without a joint to close", 40),
    (BVH.replace("JOINT Spine", "BONE Spine"), "found 'BONE'", 6),
    (BVH.replace("JOINT Spine", "ROOT Spine"), "second ROOT", 6),
    (BVH.replace("Frames: 3", "Frames: three"), "expected 'Frames: <count>'", 41),
    (BVH.replace("Frames: 3", "Frames: 0"), "without frames", 41),
    (BVH.replace("Frames: 3", "Frames: -3"), "Frames", 41),
    (BVH.replace("Frames: 3", "Frames: 4"), "expected 4 frames, found 3", 45),
    (BVH.replace("Frames: 3", "Frames: 2"), "expected the end of the file after 2 frames", 45),
    (BVH.replace("Frames: 3", "Frames: 99999999999999999999"), "do not fit", None),
    (BVH.replace("Frame Time: 0.0333333", "Frame Time: 0"), "positive number of seconds", 42),
    (BVH.replace("Frame Time: 0.0333333", "Frame Time: -0.1"), "positive number of seconds", 42),
    (BVH.replace("Frame Time: 0.0333333", "Frame Time: nan"), "finite", 42),
    (BVH.replace("0.5 93.1 -1.0", "0.5 93.1"), "expected 19 numbers, found 18", 44),
    (BVH.replace("0.5 93.1 -1.0", "0.5 93.1 -1.0 9"), "expected 19 numbers, found 20", 44),
    (BVH.replace("0.5 93.1", "0.5 9x3"), "found '9x3'", 44),
    (BVH.replace("0.5 93.1", "0.5 inf"), "finite number, found 'inf'", 44),
    (BVH.replace("0.5 93.1", "0.5 1e99"), "finite number, found '1e99'", 44),
    (BVH.replace("0.5 93.1", "0.5 9\0"), "found", 44),
    (BVH[: BVH.index("MOTION")], "ends before MOTION", 39),
    (BVH[: len(BVH) - 30], "expected 19 numbers", 45),
    ("HIERARCHY\n" + "x" * 3_000_000, "more than 1048576 characters", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line"), DAMAGE, ids=[m for _, m, _ in DAMAGE])
def test_damage_names_the_line(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    path = write(tmp_path / "broken.bvh", text)
    with pytest.raises(FormatError, match="broken.bvh") as caught:
        bvh.read(path)
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_damage_in_bytes(tmp_path: Path) -> None:
    for name, content, message in [
        ("latin.bvh", BVH.replace("Spine", "Épine").encode("latin-1"), "UTF-8"),
        ("binary.bvh", bytes(reversed(range(256))) * 50, "UTF-8"),
        ("zeros.bvh", bytes(5000), "HIERARCHY"),
        ("late.bvh", BVH.replace("93.2", "é").encode("latin-1"), "UTF-8"),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError, match=message):
            bvh.read(tmp_path / name)


def chain_of(joints: int, nested: bool) -> str:
    body = "OFFSET 0 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
    if nested:
        inner = "".join(f"JOINT j{i} {{\n{body}" for i in range(joints)) + "}\n" * joints
    else:
        inner = "".join(f"JOINT j{i} {{\n{body}}}\n" for i in range(joints))
    return f"HIERARCHY\nROOT r {{\n{body}{inner}}}\nMOTION\nFrames: 1\nFrame Time: 0.1\n" + "0 " * 3 * (joints + 1) + "\n"


@pytest.mark.parametrize("nested", [True, False])
def test_too_many_joints_are_refused_at_once(tmp_path: Path, nested: bool) -> None:
    path = write(tmp_path / "huge.bvh", chain_of(1_000_000 if not nested else 100_000, nested))
    with pytest.raises(FormatError, match="more than 10000 joints"):
        bvh.read(path)


def test_deep_but_allowed(tmp_path: Path) -> None:
    motion = bvh.read(write(tmp_path / "deep.bvh", chain_of(2000, nested=True)))
    assert len(motion.skeleton) == 2001
    bvh.write(motion, tmp_path / "again.bvh")


def test_a_small_file_cannot_ask_for_much_memory(tmp_path: Path) -> None:
    joints = "".join(f"JOINT j{i} {{\nOFFSET 0 1 0\n}}\n" for i in range(9000))
    text = f"HIERARCHY\nROOT r {{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n{joints}}}\nMOTION\nFrames: 50000\nFrame Time: 0.1\n" + "0\n" * 50000
    with pytest.raises(FormatError, match="too large when unpacked"):
        bvh.read(write(tmp_path / "bomb.bvh", text))


def test_options_and_values_are_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.bvh", BVH)
    motion = bvh.read(path)
    for options in ({"up": "x"}, {"fps": 0.0}, {"fps": float("nan")}):
        with pytest.raises(OptionError):
            bvh.read(path, **options)
    for options in ({"order": "zz"}, {"order": "xyx"}, {"precision": 40}, {"units": "feet"}):
        with pytest.raises(OptionError):
            bvh.write(motion, tmp_path / "b.bvh", **options)
    bvh.write(SimpleNamespace(motion=motion), tmp_path / "body.bvh")  # what a BodyMotion is to a writer
    assert bvh.read(tmp_path / "body.bvh").skeleton == motion.skeleton
    (tmp_path / "body.bvh").unlink()
    with pytest.raises(OptionError, match="Motion"):
        bvh.write(motion.poses(), tmp_path / "b.bvh")
    with pytest.raises(OptionError, match="too large"):
        bvh.write(replace(motion, translation=motion.translation + 1e30), tmp_path / "b.bvh")
    assert list(tmp_path.iterdir()) == [path]  # nothing half written


def test_numbers_as_text() -> None:
    x = np.array([[0.0, -0.0, 1.5, -1.5], [1234.56789, -0.0000004, 99999.9999996, -7.0]])
    assert bvh._text(x, 6).decode().split("\n")[1:] == ["0.000000 0.000000 1.500000 -1.500000", "1234.567890 0.000000 100000.000000 -7.000000"]
    assert bvh._text(np.array([[0.4, -2.6]]), 0) == b"\n0 -3"
    rng = np.random.default_rng(0)
    y = rng.normal(size=(50, 20)) * 10.0 ** rng.integers(-6, 6, size=(50, 20))
    back = np.array([line.split() for line in bvh._text(y, 9).decode().strip().split("\n")], dtype=float)
    np.testing.assert_allclose(back, y, atol=5.1e-10, rtol=0)


# real files


UNITS = {"bandai": "cm", "bvh_ccrig": "cm", "bvh_daz": "cm", "bvh_cgspeed": "cmu", "InverseKinematics": "cmu", "assimp": "cmu", "extra/mocap": "cm"}


@pytest.mark.realdata
def test_every_original(originals: list[Path], tmp_path: Path) -> None:
    assert len(originals) == 26 + 26 + 6 + 5
    for i, path in enumerate(originals):
        motion = bvh.read(path)
        assert motion.skeleton.has("head", "neck", "left_hip", "right_knee", "left_ankle", "right_wrist", "left_shoulder"), path
        assert not motion.stretches
        assert motion.metadata.get("up") == ("z" if "fair1" in str(path) else None)
        assert all(motion.metadata["units"] == units for part, units in UNITS.items() if part in str(path)), path
        motion = motion[:100]
        height = motion.fk().positions[..., 1]
        standing = float((height.amax(1) - height.amin(1)).median())
        # AnimatedDrawings' fair1 rig fits no unit: it comes out a quarter too tall
        assert 1.1 < standing < (2.6 if "fair1" in str(path) else 2.2), (path, standing)
        if i % 3:
            continue
        bvh.write(motion, tmp_path / "again.bvh")
        again = bvh.read(tmp_path / "again.bvh", units="cm")
        assert again.skeleton == motion.skeleton and again.fps == pytest.approx(motion.fps, rel=1e-6)
        assert (again.fk().positions - motion.fk().positions).abs().max() < 1e-5, path
        assert rot.angle(again.rotations, motion.rotations).max() < 2e-6, path


@pytest.mark.realdata
def test_ccrig_equals_its_published_arrays(originals: list[Path], data: Path) -> None:
    archive = np.load(data / "cmu_mocap/cmu_ccrig_s01_s06.npz")
    names = archive["name"].tolist()
    files = named(originals, "ccrig")
    assert len(files) == 19
    for path in files:
        motion, expected = bvh.read(path), packed(archive, names.index(path.stem[1:]))
        ours, theirs = by_name(motion, expected)[1::2], expected.fk().positions
        n = min(len(ours), len(theirs))
        ours, theirs = ours[:n], theirs[:n]
        if motion.metadata.get("folded") == ["RL_BoneRoot"]:
            # the arrays of these three were made without the turn of their locator: compare within the hips
            ours = rot.rotate(rot.inverse(motion.rotations[1::2, :1][:n]), ours - ours[:, :1])
            theirs = rot.rotate(rot.inverse(expected.rotations[:n, :1]), theirs - theirs[:, :1])
        else:
            assert motion.metadata["root_offset"] == "added"
        assert (ours - theirs).abs().max() < 6e-4, path  # theirs are rounded to 1e-4 of a quaternion


@pytest.mark.realdata
def test_daz_equals_its_published_arrays(originals: list[Path], data: Path) -> None:
    archive = np.load(data / "cmu_mocap/cmu_dance_martial.npz")
    names = archive["name"].tolist()
    files = [p for p in named(originals, "bvh_daz") if p.stem.replace("_", "/") in names]
    assert len(files) == 5
    for path in files:
        expected = packed(archive, names.index(path.stem.replace("_", "/")))
        ours = by_name(bvh.read(path), expected)[1 :: 2 if "salsa" in path.stem else 4]
        assert len(ours) == len(expected)
        assert (ours - expected.fk().positions).abs().max() < 5e-4


@pytest.mark.realdata
def test_bandai_equals_its_published_arrays(originals: list[Path], data: Path) -> None:
    archive = np.load(data / "bandai_namco_motion/motions.npz")
    names, joints = archive["name"].tolist(), archive["joint_names"].tolist()
    skeleton = Skeleton("bandai", tuple(joints), tuple(archive["parents"].tolist()))
    deltas, hips = archive["quat_delta_i16"], archive["hips_pos"]
    files = named(originals, "bandai")
    assert len(files) == 26
    for path in files:
        i = names.index(path.stem)
        start, n = archive["start"][i], archive["length"][i]
        q = np.cumsum(deltas[:, start : start + n].T.reshape(n, 22, 4), axis=0, dtype=np.int16).astype(np.float32)
        offsets = torch.from_numpy(archive["skeleton_offsets"][archive["skeleton"][i]]).float().repeat(n, 1, 1)
        offsets[:, 1] = torch.from_numpy(hips[start : start + n])
        root = torch.from_numpy(archive["root_pos"][start : start + n])
        expected = Motion(rot.normalize(torch.from_numpy(q).roll(-1, -1)), root / 100, offsets / 100, skeleton)
        motion = bvh.read(path)
        assert motion.metadata["folded"] == ["joint_Root"]
        columns = [motion.skeleton.joints.index(j) for j in joints[1:]]
        assert (motion.fk().positions[:, columns] - expected.fk().positions[:, 1:]).abs().max() < 1e-3


@pytest.mark.realdata
def test_positions_equal_bvhio(originals: list[Path], tmp_path: Path) -> None:
    bvhio = pytest.importorskip("bvhio")
    files = [*named(originals, "ccrig")[::3], *named(originals, "bvh_daz")[::2], *named(originals, "bandai")[::4], *named(originals, "extra")[:1]]
    files += [f for f in named(originals, "character_drawings")][:3]
    assert len(files) >= 20
    worst = 0.0
    for path in files:
        lines = path.read_text().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if line.startswith("Frames"))
        few = lines[at + 2 : at + 2 + 60 : 12]
        cut = write(tmp_path / "cut.bvh", "".join([*lines[:at], f"Frames: {len(few)}\n", lines[at + 1], *few]))
        motion = bvh.read(cut, units="m", up="y")
        ours = motion.fk().positions
        root = bvhio.readAsHierarchy(str(cut))
        for t in range(len(few)):
            root.loadPose(t)
            theirs = {joint.Name: np.array(joint.PositionWorld) for joint, _, _ in root.layout()}
            columns = [j for j, name in enumerate(motion.skeleton.joints) if name in theirs]
            expected = np.array([theirs[motion.skeleton.joints[j]] for j in columns])
            got = ours[t, columns].numpy()
            if motion.metadata.get("root_offset") == "added":  # bvhio never adds it
                got = got - (got[0] - expected[0])
            size = 1.7 / (body_size(motion.skeleton, motion.rest_offsets.numpy()))
            worst = max(worst, float(np.abs(got - expected).max()) * size)
    print(f"\nlargest difference to bvhio over {len(files)} files: {worst:.2e} m")
    assert worst < 1e-4
