"""NTU RGB+D's text files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.parity.synth import load as load_golden

from vitruve.core.facing import heading
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError
from vitruve.io import load, save
from vitruve.io.ntu import read


def _body(body_id: int, x: np.ndarray, state: int = 2) -> list[str]:
    rows = [" ".join(f"{v:.6f}" for v in [*p, 100, 200, 960, 540, 0, 0, 0, 1]) + f" {state}" for p in x]
    return [f"{body_id} 0 1 1 1 1 0 -0.1 0.2 2", "25", *rows]


def _file(path, frames):
    lines = [str(len(frames))]
    for bodies in frames:
        lines.append(str(len(bodies)))
        for b in bodies:
            lines += b
    path.write_text("\n".join(lines) + "\n")
    return path


def test_bodies_keep_their_own_frames(tmp_path):
    x = np.random.default_rng(0).normal(size=(4, 25, 3))
    big = 72057594037944340
    p = load(_file(tmp_path / "S001C002P003R004A005.skeleton", [[_body(big, x[0])], [], [_body(5, x[1], 1), _body(big, x[2])], [_body(5, x[3], 0)]]))
    assert p.positions.shape == (2, 4, 25, 3) and p.ids.tolist() == [big, 5] and p.fps == 30
    assert p.valid[:, :, 0].tolist() == [[True, False, True, False], [False, False, True, True]]
    np.testing.assert_allclose(p.positions[0, 2].numpy(), x[2] * [-1, 1, -1], atol=1e-6)
    assert p.confidence[1, 2:, 0].tolist() == [0.5, 0.0]
    assert {k: p.metadata[k] for k in ("setup", "camera", "performer", "replication", "action")} == {
        "setup": 1, "camera": 2, "performer": 3, "replication": 4, "action": 5,
    }  # fmt: skip
    assert p.metadata["colour_xy"][0, 0, 0].tolist() == [960, 540]


def test_facing_the_camera_faces_z(tmp_path):
    """In the Kinect's frame a person who faces it has the left hand at -x; in ours at +x."""
    x = np.zeros((25, 3))
    x[:, 2] = 3
    x[4, 0], x[8, 0], x[12, 0], x[16, 0] = -0.2, 0.2, -0.1, 0.1
    file = _file(tmp_path / "a.skeleton", [[_body(1, x)]])
    p = load(file)
    assert abs(float(heading(p.skeleton, p.positions[0])[0])) < 1e-6 and p.positions[0, 0, 4, 0] > 0 > p.positions[0, 0, 4, 2]
    np.testing.assert_array_equal(read(file, world=False).positions[0, 0].numpy(), x.astype(np.float32))


@pytest.mark.parametrize("world", [True, False])
def test_round_trip_is_exact(tmp_path, world):
    g = torch.Generator().manual_seed(0)
    x = torch.randn(2, 6, 25, 3, generator=g)
    c = torch.randint(0, 3, (2, 6, 25), generator=g) / 2
    x[1, 2] = torch.nan
    x[0, 3, 7] = torch.nan
    x[:, 4] = torch.nan
    p = Poses(x, skeleton("ntu25"), 30.0, c, torch.tensor([4, 9]), metadata={"colour_xy": np.arange(600.0, dtype=np.float32).reshape(2, 6, 25, 2)})
    q = load(save(p, tmp_path / "p.skeleton", world=world), world=world)
    assert torch.equal(q.positions.nan_to_num(-99), p.positions.nan_to_num(-99)) and torch.equal(q.confidence, p.confidence) and torch.equal(q.ids, p.ids)
    known = p.valid.any(-1)
    np.testing.assert_array_equal(q.metadata["colour_xy"][known.numpy()], p.metadata["colour_xy"][known.numpy()])


def test_other_joint_sets_are_mapped(tmp_path):
    p = Poses(torch.rand(1, 2, 24, 3), skeleton("smpl24"))
    q = load(save(p, tmp_path / "p.skeleton"))
    torch.testing.assert_close(q.joint("left_knee"), p.joint("left_knee"), rtol=0, atol=0)
    assert q.joint("left_hand_tip").isnan().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: "", "empty"),
        (lambda t: "x" + t, "s:1: expected the number of frames"),
        (lambda t: t.replace("\n25\n", "\n24\n"), "s:4: expected 25 joints, found 24"),
        (lambda t: "\n".join(t.splitlines()[:-3]), "the file ends where a joint"),
        (lambda t: t.replace("0.500000", "0.5a"), "s:5: expected a joint"),
        (lambda t: "1\n0\n", "nobody"),
        (lambda t: "1\n7777\n", "s:2: expected the number of bodies"),
        (lambda t: "99999999999\n0\n", "s:1"),
        (lambda t: t.replace("72 0 1", "1e9 0 1"), "body's id"),
    ],
)
def test_errors_name_the_line(tmp_path, change, message):
    text = _file(tmp_path / "a.s", [[_body(72, np.full((25, 3), 0.5))]]).read_text()
    file = tmp_path / "b.s"
    file.write_text(change(text))
    with pytest.raises(FormatError, match=message):
        read(file)


def test_authors_parser_finds_the_same_joints(tmp_path):
    """The made-up file that the authors' code was run on: every body has the joints it found."""
    from pathlib import Path

    golden = Path(__file__).parent / "goldens" / "_skeleton_data.ntu_raw_file.json"
    _, inputs, outputs, _ = load_golden(golden)
    file = tmp_path / "a.skeleton"
    file.write_text("\n".join(s.rstrip("\n") for s in inputs["text"].tolist()))
    p = read(file, world=False)
    for row, body in enumerate(p.ids.tolist()):
        joints = p.positions[row][p.valid[row].all(-1)].reshape(-1, 3).numpy()
        np.testing.assert_allclose(joints, outputs[f"joints_{body}"], atol=1e-6)
        colours = p.metadata["colour_xy"][row][p.valid[row].all(-1).numpy()]
        np.testing.assert_allclose(colours, outputs[f"colors_{body}"], atol=1e-3)
    # the authors drop empty frames and count on; here every frame keeps its place
    assert p.num_frames == int(outputs["num_frames"]) + 1
    body = p.ids.tolist().index(7205)
    assert p.valid[body].all(-1).nonzero().flatten().tolist() == [0, 1, 3, 5]
