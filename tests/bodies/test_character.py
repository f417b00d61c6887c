"""Rigged characters: arrays in, a body out; the packed rigs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.testing import assert_close

import vitruve as vt
from vitruve.bodies import Character, character_from_packed
from vitruve.core import rotations as rot
from vitruve.errors import FormatError, OptionError, ShapeError


def arm(**changes) -> Character:
    """Two quads on two joints, the second bends."""
    skeleton = vt.Skeleton("arm", ("root", "tip"), (-1, 0))
    vertices = torch.tensor([[0.0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0], [2, 0, 0], [2, 1, 0]])
    faces = torch.tensor([[0, 2, 3], [0, 3, 1], [2, 4, 5], [2, 5, 3]])
    options = {
        "name": "arm", "vertices": vertices, "faces": faces, "skin_joints": torch.tensor([[0, 1]] * 6),
        "skin_weights": torch.tensor([[2.0, 0], [2, 0], [1, 1], [1, 1], [0, 2], [0, 2]]), "skeleton": skeleton,
        "joints": torch.tensor([[0.0, 0, 0], [1, 0, 0]]),
    }  # fmt: skip
    return Character.from_arrays(**(options | changes))


def test_a_character_is_a_body_without_shape() -> None:
    character = arm(texture=np.zeros((4, 4, 3), np.uint8))
    assert character.num_shape == 0 and character.default_shape().shape == (0,)
    assert character.animations == {} and character.texture is not None
    r = rot.identity(2)
    r[1] = rot.about("z", torch.tensor(torch.pi / 2))
    out = character(r)
    # the far end turns about the tip joint, the seam is the mean of both
    assert_close(out.vertices[4], torch.tensor([1.0, 1, 0]), atol=1e-6, rtol=0)
    assert_close(out.vertices[3], torch.tensor([0.5, 0.5, 0]), atol=1e-6, rtol=0)
    assert_close(out.vertices[0], torch.zeros(3))
    assert character.part_names == ("torso",)


def test_parts_of_the_file_win() -> None:
    character = arm(parts=torch.tensor([0, 0, 0, 1, 1, 1]), part_names=("left", "right"))
    assert character.part_names == ("left", "right") and character.parts.tolist() == [0, 0, 0, 1, 1, 1]
    with pytest.raises(ShapeError, match=r"parts 0\.\.1 but 1 part names"):
        arm(parts=torch.tensor([0, 0, 0, 1, 1, 1]), part_names=("one",))


def test_arrays_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"face index 0\.\.6; expected 0 to 5"):
        arm(faces=torch.tensor([[0, 1, 6]]))
    with pytest.raises(ShapeError, match=r"skin joint index 0\.\.2"):
        arm(skin_joints=torch.tensor([[0, 2]] * 6))
    with pytest.raises(ShapeError, match="not all zero"):
        arm(skin_weights=torch.zeros(6, 2))
    with pytest.raises(ShapeError, match="2 joints but 3 joint positions"):
        arm(joints=torch.zeros(3, 3))


def test_a_character_without_a_mesh() -> None:
    empty = torch.zeros(0, 3)
    character = arm(vertices=empty, faces=empty.long(), skin_joints=empty.long(), skin_weights=empty)
    out = character(rot.identity(3, 2))
    assert out.vertices.shape == (3, 0, 3) and out.joints.shape == (3, 2, 3)


@pytest.mark.realdata
def test_packed_rigs_are_bodies(data: Path) -> None:
    path = data / "rigs_cc0" / "rigs.npz"
    names = [str(n) for n in np.load(path)["names"]]
    assert len(names) > 50
    for name in names[::6]:
        character = character_from_packed(path, name)
        rest = character(rot.identity(1, len(character.skeleton)))
        size = float((character.template.amax(0) - character.template.amin(0)).max())
        assert_close(rest.vertices[0], character.template, atol=1e-5 * size, rtol=0)
        assert int(character.parts.max()) < len(character.part_names)
    knight = character_from_packed(path, "kaykit_Knight")
    assert {"head", "left_thigh", "right_forearm"} <= set(knight.part_names)
    at = knight.keypoints(knight(rot.identity(len(knight.skeleton))), vt.skeleton("h36m17"))
    h36m = vt.skeleton("h36m17")
    assert at[h36m.index("left_wrist"), 0] > 0 > at[h36m.index("right_wrist"), 0]
    assert at[h36m.index("left_ankle"), 1] < at[h36m.index("left_hip"), 1] < at[h36m.index("thorax"), 1]


def test_packed_file_errors(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    with pytest.raises(FormatError, match="not a file of packed rigs"):
        character_from_packed(tmp_path / "a.npz", "x")
    np.savez(tmp_path / "b.npz", names=np.array(["one", "two"]))
    with pytest.raises(OptionError, match="no rig 'three'; it has: one, two"):
        character_from_packed(tmp_path / "b.npz", "three")
    with pytest.raises(FormatError, match=r"no array 'one\.joint_names'"):
        character_from_packed(tmp_path / "b.npz", "one")
