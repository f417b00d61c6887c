"""Acclaim files: CMU's originals against their published arrays, BVH and raw markers of the same trial; round trips; damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.io.test_bvh import by_name, packed, tree, unpack
from tests.io.test_fuzz import AMC, ASF

import vitruve as vt
from vitruve.core import rotations as rot
from vitruve.errors import FormatError, OptionError
from vitruve.io import asfamc, bvh, c3d


@pytest.fixture(scope="session")
def originals(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    into = tmp_path_factory.mktemp("amc")
    unpack(data / "cmu_mocap/original_files.tar.xz", into, ".asf")
    return unpack(data / "cmu_mocap/original_files.tar.xz", into, ".amc")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "a.asf").write_text(ASF)
    (tmp_path / "a.amc").write_text(AMC)
    return tmp_path / "a.amc"


def turn(axis: str, degrees: float) -> np.ndarray:
    i = "xyz".index(axis)
    a, b = (i + 1) % 3, (i + 2) % 3
    m = np.eye(3)
    m[a, a] = m[b, b] = np.cos(np.deg2rad(degrees))
    m[b, a] = np.sin(np.deg2rad(degrees))
    m[a, b] = -m[b, a]
    return m


def test_small_file_by_hand(small: Path) -> None:
    motion = asfamc.read(small)
    s = motion.skeleton
    assert set(s.joints) == {"root", "lfemur", "ltibia", "ltibia_end", "lowerback", "lowerback_end"}
    assert motion.fps == 120 and len(motion) == 2
    metre = 0.0254 / 0.45
    # frame 1, with matrices: R = C M C^-1, M = Rz Ry Rx
    root = turn("z", 3) @ turn("y", 2) @ turn("x", 1)
    c = turn("z", 20)
    hip = root @ c @ turn("z", -20) @ turn("y", 1.5) @ turn("x", 10) @ c.T
    knee = hip @ c @ turn("x", 30.5) @ c.T
    start = np.array([1.0, 17.0, -3.0])
    bone = np.array([0.34, -0.94, 0])
    expected = {"root": start, "lfemur": start, "ltibia": start + hip @ bone * 7.6, "ltibia_end": start + hip @ bone * 7.6 + knee @ bone * 7.3}
    expected["lowerback_end"] = start + root @ [0, 10, 0]
    places = motion.fk().positions[0].numpy() / metre
    for joint, place in expected.items():
        np.testing.assert_allclose(places[s.joints.index(joint)], place, atol=1e-4)
    assert motion.metadata["limits"]["ltibia"] == ((-10.0, 170.0),)
    assert motion.metadata["axis"]["lfemur"] == ("xyz", 0.0, 0.0, 20.0)


def test_radians_units_and_rate(small: Path) -> None:
    motion = asfamc.read(small)
    rows = []
    for row in AMC.replace(":DEGREES", ":RADIANS").splitlines():
        key, *values = row.split()
        number = 3 if key == "root" else 0  # lengths stay as they are
        rows.append(" ".join([key, *values[:number], *(repr(float(np.deg2rad(float(v)))) for v in values[number:])]) if values and key[0] not in "#:" else row)
    small.write_text("\n".join(rows))
    torch.testing.assert_close(asfamc.read(small).rotations, motion.rotations, atol=1e-6, rtol=0)
    small.write_text(AMC)
    assert asfamc.read(small, fps=60).fps == 60
    torch.testing.assert_close(asfamc.read(small, units="cm").offsets / 0.01, motion.offsets / (0.0254 / 0.45))


def test_which_asf(small: Path) -> None:
    folder = small.parent
    (folder / "a.asf").rename(folder / "02.asf")
    (folder / "other.ASF").write_text(ASF.replace("lowerback", "spine"))
    small.rename(folder / "02_01.amc")
    assert "lowerback" in asfamc.read(folder / "02_01.amc").skeleton.joints
    assert "spine" in asfamc.read(folder / "02_01.amc", asf=folder / "other.ASF").skeleton.joints
    (folder / "02_01.amc").rename(folder / "walk.amc")
    with pytest.raises(FormatError, match="asf= names it"):
        asfamc.read(folder / "walk.amc")
    (folder / "02.asf").unlink()
    assert "spine" in asfamc.read(folder / "walk.amc").skeleton.joints
    (folder / "other.ASF").unlink()
    with pytest.raises(FormatError, match="found 0 others"):
        asfamc.read(folder / "walk.amc")


def test_asf_alone_is_the_rest_pose(small: Path) -> None:
    motion = vt.load(small.with_suffix(".asf"))
    assert len(motion) == 1 and torch.equal(motion.rotations, rot.identity(1, 6))


def test_round_trip_of_any_motion(tmp_path: Path) -> None:
    motion = tree(5)
    asfamc.write(motion, tmp_path / "a.amc")
    again = asfamc.read(tmp_path / "a.amc", fps=50)
    names = ["root" if j == 0 else n for j, n in enumerate(motion.skeleton.joints)]
    assert set(names) == set(again.skeleton.joints)
    columns = [again.skeleton.joints.index(n) for n in names]
    assert (again.fk().positions[:, columns] - motion.fk().positions).abs().max() < 1e-5
    assert rot.angle(again.rotations[:, columns], motion.rotations).max() < 1e-5
    parents = [again.skeleton.parents[c] for c in columns]
    assert [columns.index(p) if p >= 0 else -1 for p in parents] == list(motion.skeleton.parents)


def test_round_trip_keeps_axes_and_limits(small: Path) -> None:
    motion = asfamc.read(small)
    out = small.with_name("b.amc")
    asfamc.write(motion, out)
    again = asfamc.read(out)
    assert (by_name(again, motion) - motion.fk().positions).abs().max() < 1e-6
    assert again.metadata["axis"]["lfemur"] == motion.metadata["axis"]["lfemur"]
    assert again.metadata["limits"]["lfemur"] == motion.metadata["limits"]["lfemur"]
    asfamc.write(motion, small.with_name("c.asf"))
    assert torch.allclose(asfamc.read(small.with_name("c.asf")).offsets, again.offsets)
    assert not small.with_name("c.amc").exists()


DAMAGE = [
    ("amc", AMC.replace("lfemur 10.0 1.5 -20.0", "lfemur 10.0 1.5"), "lfemur: expected 3 numbers, found 2", 6),
    ("amc", AMC.replace("lfemur 10.0", "lfemur ten"), "expected 3 numbers, found 'ten", 6),
    ("amc", AMC.replace("lfemur 10.0", "lfemur nan"), "finite", 6),
    ("amc", AMC.replace("lfemur 10.0", "femur 10.0"), "no such bone", 6),
    ("amc", AMC.replace("ltibia 30.5", "lowerback 1 2 3"), "does not move", 7),
    ("amc", AMC.replace("\n2\n", "\n5\n"), "expected frame 2, found 5", 8),
    ("amc", AMC.replace("ltibia 30.5\n", ""), "expected one line of 'ltibia', found 0", 7),
    ("amc", AMC[: AMC.index("ltibia 31.5")], "expected one line of 'ltibia', found 0", 10),
    ("amc", AMC[: AMC.index("1\nroot")], "without frames", None),
    ("amc", "", "empty", None),
    ("amc", AMC.replace("\n1\n", "\n"), "expected a frame number", 4),
    ("asf", ASF.replace("length 7.6", "length x"), "length: expected 1 numbers", 18),
    ("asf", ASF.replace("direction 0.34 -0.94 0", "direction 0.34 -0.94", 1), "direction: expected 3 numbers, found 2", 17),
    ("asf", ASF.replace("dof rx ry rz", "dof rx rx"), "degrees of freedom", 20),
    ("asf", ASF.replace("dof rx ry rz", "dof tx ry rz"), "only rotations", 20),
    ("asf", ASF.replace("length 0.45", "length 0"), "positive", 6),
    ("asf", ASF.replace("angle deg", "angle turns"), "expected deg or rad", 7),
    ("asf", ASF.replace("name ltibia", "name lfemur"), "appears twice", None),
    ("asf", ASF.replace("    lfemur ltibia\n", ""), "'ltibia' is not in the hierarchy", None),
    ("asf", ASF.replace("lfemur ltibia", "lfemur lshin"), "no bone 'lshin'", 44),
    ("asf", ASF.replace("lfemur ltibia", "lfemur ltibia lowerback"), "two parents", 44),
    ("asf", ASF.replace("root lfemur", "root").replace("lfemur ltibia", "lfemur ltibia\n    ltibia lfemur"), "do not hang from the root", None),
    ("asf", ASF[: ASF.index(":hierarchy")], "not in the hierarchy", None),
    ("asf", ASF[: ASF.index("     axis 0 0 0 XYZ")], "ends inside a bone", None),
    ("asf", ASF[: ASF.index(":bonedata")], "no bones", None),
]  # fmt: skip


@pytest.mark.parametrize(("which", "text", "message", "line"), DAMAGE, ids=[f"{w}: {m}" for w, _, m, _ in DAMAGE])
def test_damage_names_the_line(small: Path, which: str, text: str, message: str, line: int | None) -> None:
    small.with_suffix(f".{which}").write_text(text)
    with pytest.raises(FormatError, match=rf"a\.{which}") as caught:
        asfamc.read(small)
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.line == line


def test_values_are_checked(small: Path) -> None:
    motion = asfamc.read(small)
    stretching = replace(motion, offsets=motion.offsets.repeat(2, 1, 1) * torch.tensor([1.0, 2.0])[:, None, None])
    with pytest.raises(OptionError, match="stretch"):
        asfamc.write(stretching, small.with_name("b.amc"))
    with pytest.raises(OptionError, match="fps"):
        asfamc.read(small, fps=-1)
    assert sorted(p.name for p in small.parent.iterdir()) == ["a.amc", "a.asf"]


@pytest.mark.realdata
def test_originals_equal_their_published_arrays(originals: list[Path], data: Path, tmp_path: Path) -> None:
    archive = np.load(data / "cmu_mocap/cmu_asfamc_01_02_03.npz")
    names = archive["name"].tolist()
    assert len(originals) == 10
    for path in originals:
        motion = asfamc.read(path)
        s = motion.skeleton
        assert motion.metadata["units"] == "cmu" and s.landmarks[s.joints.index("lfemur")] == "left_hip"
        if path.stem in names:  # 11_01 is not among them
            expected = packed(archive, names.index(path.stem))
            ours = by_name(motion, expected)[::4][: len(expected)]
            assert (ours - expected.fk().positions).abs().max() < 5e-4
        motion = motion[:200]
        asfamc.write(motion, tmp_path / "again.amc")
        again = asfamc.read(tmp_path / "again.amc")
        assert again.skeleton.joints == s.joints or set(again.skeleton.joints) == set(s.joints)
        assert (by_name(again, motion) - motion.fk().positions).abs().max() < 2e-6


@pytest.mark.realdata
def test_one_trial_as_amc_bvh_and_markers(originals: list[Path], data: Path, tmp_path: Path) -> None:
    amc = asfamc.read(next(p for p in originals if p.stem == "02_01"))
    path = next(p for p in unpack(data / "cmu_extra/original_bvh_c3d.tar.xz", tmp_path, "02_01.bvh"))
    rig = bvh.read(path)
    assert len(rig) == len(amc) == 343
    # the BVH's body is 1.063 times as large, on a path as much longer
    scale = (rig.translation.norm() / amc.translation.norm()).item()
    assert scale == pytest.approx(1.0631, abs=1e-3)
    assert (rig.translation / scale - amc.translation).abs().max() < 1e-3
    for joints in (("left_knee", "left_ankle"), ("right_hip", "right_knee"), ("right_elbow", "right_wrist"), ("pelvis", "neck")):
        bones = [m.poses().joint(joints[1])[0] - m.poses().joint(joints[0])[0] for m in (amc, rig)]
        assert (rot.normalize(bones[0]) * rot.normalize(bones[1])).sum(-1).mean() > 0.97, joints
    pytest.importorskip("ezc3d")
    markers = c3d.read(unpack(data / "cmu_extra/original_bvh_c3d.tar.xz", tmp_path, ".c3d")[0])
    assert markers.fps == amc.fps
    waist = torch.stack([markers.joint(f"TakeoMonday:{m}")[0] for m in ("LBWT", "RBWT", "LFWT", "RFWT")]).mean(0)
    # CMU's skeletons are solved in a world turned by a quarter about the vertical
    turned = rot.rotate(rot.about("y", torch.tensor(-torch.pi / 2)), waist)
    assert (turned - amc.translation).norm(dim=-1).max() < 0.03


def test_the_rate_is_kept_in_a_remark(tmp_path: Path) -> None:
    walk = vt.sample("walk")[:5].resample(29.97)
    assert vt.load(vt.save(walk, tmp_path / "walk.amc")).fps == 29.97
    assert asfamc.read(tmp_path / "walk.amc", fps=60).fps == 60
