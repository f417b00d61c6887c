"""The SMPL family against the smplx package, on model files of random numbers."""

from __future__ import annotations

import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import torch
from torch.testing import assert_close

import vitruve as vt
from vitruve.bodies.smpl import MODELS, Smpl, load_smpl
from vitruve.core import rotations as rot
from vitruve.errors import FormatError, OptionError, ShapeError

smplx = pytest.importorskip("smplx")

SMALL = 60
SMALL_IDS = {key: i for i, key in enumerate(smplx.vertex_ids.vertex_ids["smplh"])}


def arrays(name: str, vertices: int, components: int, seed: int = 0) -> dict[str, np.ndarray]:
    """A model file's arrays: a blob of random numbers on the right tree."""
    g = np.random.default_rng(seed)
    tree = MODELS[name].skeleton()
    j = len(tree)
    weights = g.random((vertices, j)).astype(np.float32) * (g.random((vertices, j)) < 3 / j)
    weights[:, 0] += 0.1
    out = {
        "v_template": g.normal(size=(vertices, 3)),
        "shapedirs": g.normal(size=(vertices, 3, components)).astype(np.float32) * 0.1,
        "posedirs": g.normal(size=(vertices, 3, 9 * (j - 1))).astype(np.float32) * 0.01,
        "J_regressor": g.dirichlet(np.full(vertices, 0.1), j),
        "weights": (weights / weights.sum(1, keepdims=True)).astype(np.float64),
        "kintree_table": np.array([[2**32 - 1, *tree.parents[1:]], range(j)], dtype=np.uint32),
        "f": g.integers(0, vertices, (2 * vertices, 3)).astype(np.uint32),
    }
    out["weights"] /= out["weights"].sum(1, keepdims=True)
    for suffix in MODELS[name].hands:
        out[f"hands_components{suffix}"] = np.linalg.qr(g.normal(size=(45, 45)))[0]
        out[f"hands_mean{suffix}"] = g.normal(size=45) * 0.2
    return out


def write(path: Path, content: dict[str, np.ndarray]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **content)
    else:
        sparse = content | {"J_regressor": scipy.sparse.csc_matrix(content["J_regressor"])}
        path.write_bytes(pickle.dumps(sparse, protocol=2))
    return path


def numbers(*shape: int, seed: int = 1, scale: float = 0.5) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * scale


def apart(ours: Smpl, pose: torch.Tensor, theirs, betas: torch.Tensor, transl: torch.Tensor, expression: torch.Tensor | None = None, **rotations) -> float:
    """The largest difference of vertices and joints, metres."""
    root = ours.offsets(betas, expression)[..., 0, :]
    out = ours(ours.rotations(pose, **rotations), betas, transl + root, expression)
    assert out.vertices.shape == theirs.vertices.shape
    return max(float((out.vertices - theirs.vertices).abs().max()), float((out.joints - theirs.joints[:, : len(ours.skeleton)]).abs().max()))


def test_smpl_equals_smplx(tmp_path: Path) -> None:
    file = write(tmp_path / "SMPL_NEUTRAL.pkl", arrays("smpl", SMALL, 10))
    ours = load_smpl("smpl", tmp_path, dtype=torch.float64)
    theirs = smplx.SMPL(str(file), batch_size=5, dtype=torch.float64, vertex_ids=SMALL_IDS)
    pose, betas, transl = numbers(5, 72), numbers(5, 10, seed=2), numbers(5, 3, seed=3)
    reference = theirs(betas=betas, global_orient=pose[:, :3], body_pose=pose[:, 3:], transl=transl)
    assert apart(ours, pose, reference, betas, transl) < 1e-5
    # one shape for all frames goes another way through the code
    reference = theirs(betas=betas[:1].expand(5, -1), global_orient=pose[:, :3], body_pose=pose[:, 3:], transl=transl)
    assert apart(ours, pose, reference, betas[0], transl) < 1e-5


@pytest.mark.parametrize("pca", [0, 6, 12])
@pytest.mark.parametrize("flat", [True, False])
def test_smplh_equals_smplx(tmp_path: Path, pca: int, flat: bool) -> None:
    file = write(tmp_path / "SMPLH_MALE.npz", arrays("smplh", SMALL, 16))
    ours = load_smpl("smplh", tmp_path, gender="male", dtype=torch.float64)
    theirs = smplx.SMPLH(
        str(file), batch_size=3, dtype=torch.float64, ext="npz", use_pca=pca > 0, num_pca_comps=pca or 6, flat_hand_mean=flat, vertex_ids=SMALL_IDS
    )
    hand = pca or 45
    pose, betas, transl = numbers(3, 66 + 2 * hand), numbers(3, 10, seed=2), numbers(3, 3, seed=3)
    reference = theirs(
        betas=betas,
        global_orient=pose[:, :3],
        body_pose=pose[:, 3:66],
        left_hand_pose=pose[:, 66 : 66 + hand],
        right_hand_pose=pose[:, 66 + hand :],
        transl=transl,
    )
    assert apart(ours, pose, reference, betas, transl, hand_pca=pca, flat_hand_mean=flat) < 1e-5


def test_smplx_equals_smplx(tmp_path: Path) -> None:
    content = arrays("smplx", 10475, 20)
    g = np.random.default_rng(5)
    content |= {"lmk_faces_idx": g.integers(0, len(content["f"]), 51), "lmk_bary_coords": g.dirichlet((1, 1, 1), 51)}
    content |= {"vt": g.random((30, 2)), "ft": g.integers(0, 30, (len(content["f"]), 3))}
    file = write(tmp_path / "SMPLX_NEUTRAL.npz", content)
    ours = load_smpl("smplx", file, dtype=torch.float64)
    pose, betas, transl, expression = numbers(2, 165), numbers(2, 10, seed=2), numbers(2, 3, seed=3), numbers(2, 10, seed=4)
    parts = {
        "global_orient": pose[:, :3], "body_pose": pose[:, 3:66], "jaw_pose": pose[:, 66:69], "leye_pose": pose[:, 69:72], "reye_pose": pose[:, 72:75],
        "left_hand_pose": pose[:, 75:120], "right_hand_pose": pose[:, 120:],
    }  # fmt: skip
    for flat in (True, False):
        theirs = smplx.SMPLX(str(file), batch_size=2, dtype=torch.float64, use_pca=False, flat_hand_mean=flat)
        reference = theirs(betas=betas, transl=transl, expression=expression, **parts)
        assert apart(ours, pose, reference, betas, transl, expression, flat_hand_mean=flat) < 1e-5
    # the picks of the published mesh: tips, feet, nose, ears, and the 51 facial landmarks behind smplx's 55 + 21 joints
    output = ours(ours.rotations(pose, flat_hand_mean=False), betas, transl + ours.offsets(betas, expression)[:, 0], expression)
    whole = vt.skeleton("wholebody133")
    at = dict(zip(whole.joints, ours.keypoints(output, whole).unbind(1)))
    from smplx.joint_names import JOINT_NAMES

    extra = dict(zip(JOINT_NAMES, reference.joints.unbind(1)))
    for mine, name in {"nose": "nose", "right_ear": "right_ear", "left_big_toe": "left_big_toe", "right_heel": "right_heel", "left_ring4": "left_ring"}.items():
        assert_close(at[mine], extra[name], atol=1e-5, rtol=0)
    faces = torch.stack([at[f"face_{i}"] for i in range(17, 68)], 1)
    assert_close(faces, reference.joints[:, 76:127], atol=1e-5, rtol=0)
    assert at["face_0"].isnan().all()
    assert ours.uv is not None and ours.uv_faces is not None and ours.uv_faces.shape == ours.faces.shape


@pytest.mark.parametrize(("pca", "flat"), [(0, True), (0, False), (6, False)])
def test_mano_equals_smplx(tmp_path: Path, pca: int, flat: bool) -> None:
    file = write(tmp_path / "MANO_RIGHT.pkl", arrays("mano_right", 778, 10))
    ours = load_smpl("mano_right", tmp_path, dtype=torch.float64)
    theirs = smplx.MANO(str(file), batch_size=3, dtype=torch.float64, use_pca=pca > 0, num_pca_comps=pca or 45, flat_hand_mean=flat)
    pose, betas, transl = numbers(3, 3 + (pca or 45)), numbers(3, 10, seed=2), numbers(3, 3, seed=3)
    reference = theirs(betas=betas, global_orient=pose[:, :3], hand_pose=pose[:, 3:], transl=transl)
    assert apart(ours, pose, reference, betas, transl, hand_pca=pca, flat_hand_mean=flat) < 1e-5
    points = ours.keypoints(ours(rot.identity(16)), vt.skeleton("hand21_right"))
    assert points.isfinite().all()
    assert_close(points[4], ours.template[744])


def test_flame_equals_smplx(tmp_path: Path) -> None:
    write(tmp_path / "FLAME_NEUTRAL.pkl", arrays("flame", 90, 400))
    embedding = {"lmk_face_idx": np.arange(51), "lmk_b_coords": np.full((51, 3), 1 / 3)}
    (tmp_path / "flame_static_embedding.pkl").write_bytes(pickle.dumps(embedding))
    ours = load_smpl("flame", tmp_path, num_expression=20, dtype=torch.float64)
    theirs = smplx.FLAME(str(tmp_path), batch_size=3, dtype=torch.float64, num_expression_coeffs=20)
    pose, betas, transl, expression = numbers(3, 15), numbers(3, 10, seed=2), numbers(3, 3, seed=3), numbers(3, 20, seed=4)
    reference = theirs(
        betas=betas, global_orient=pose[:, :3], neck_pose=pose[:, 3:6], jaw_pose=pose[:, 6:9], leye_pose=pose[:, 9:12], reye_pose=pose[:, 12:],
        transl=transl, expression=expression,
    )  # fmt: skip
    assert apart(ours, pose, reference, betas, transl, expression) < 1e-5


def test_gradients_reach_rotations_shape_and_translation(tmp_path: Path) -> None:
    ours = load_smpl("smpl", write(tmp_path / "m.npz", arrays("smpl", 30, 10)), num_betas=3, dtype=torch.float64)
    rotations, betas, translation = (x.requires_grad_() for x in (rot.normalize(numbers(2, 24, 4)), numbers(3), numbers(2, 3)))
    assert torch.autograd.gradcheck(lambda r, s, t: ours(rot.normalize(r), s, t).vertices[:, ::7], (rotations, betas, translation))


def test_many_frames_equal_one_at_a_time(tmp_path: Path) -> None:
    ours = load_smpl("smpl", write(tmp_path / "m.npz", arrays("smpl", 30, 10)))
    rotations, betas = rot.normalize(numbers(130, 24, 4)).float(), numbers(10).float()
    whole = ours(rotations, betas).vertices
    for i in (0, 63, 64, 129):
        assert_close(ours(rotations[i], betas).vertices, whole[i], atol=1e-5, rtol=0)


def test_npz_and_pickle_are_one_model(tmp_path: Path) -> None:
    content = arrays("smpl", SMALL, 300)
    a = load_smpl("smpl", write(tmp_path / "a.npz", content), num_betas=30)
    b = load_smpl("smpl", write(tmp_path / "b.pkl", content), num_betas=30)
    assert a.num_shape == 30
    for x, y in zip(a.buffers(), b.buffers()):
        assert torch.equal(x, y)


def test_chumpy_is_read_without_chumpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("chumpy.ch")
    chumpy = type("Ch", (), {"__module__": "chumpy.ch"})
    module.Ch = chumpy  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    monkeypatch.setitem(sys.modules, "chumpy.ch", module)
    content = arrays("smpl", SMALL, 10)
    old = dict(content)
    for key in ("v_template", "shapedirs"):
        old[key] = chumpy()
        old[key].__dict__ = {"x": content[key], "dirty": True}
    file = tmp_path / "old.pkl"
    file.write_bytes(pickle.dumps(old, protocol=2))
    monkeypatch.undo()
    assert "chumpy" not in sys.modules
    new = load_smpl("smpl", write(tmp_path / "new.npz", content))
    for x, y in zip(load_smpl("smpl", file).buffers(), new.buffers()):
        assert torch.equal(x, y)


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("boom",)


def test_a_pickle_cannot_run_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "evil.pkl"
    file.write_bytes(pickle.dumps(arrays("smpl", SMALL, 10) | {"v_template": Bomb()}))
    with pytest.raises(FormatError, match=r"evil\.pkl: cannot read this pickle safely: it asks for (posix|nt)\.mkdir"):
        load_smpl("smpl", file)
    assert not (tmp_path / "boom").exists()


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    content = arrays("smpl", SMALL, 10)
    with pytest.raises(OptionError, match="needs path="):
        vt.body_model("smpl")
    with pytest.raises(FormatError, match="no such file or folder"):
        load_smpl("smpl", tmp_path / "none.npz")
    with pytest.raises(FormatError, match="expected SMPL_FEMALE.npz or smpl/SMPL_FEMALE.npz"):
        load_smpl("smpl", tmp_path, gender="female")
    with pytest.raises(FormatError, match="no array 'weights'"):
        load_smpl("smpl", write(tmp_path / "a.npz", {k: v for k, v in content.items() if k != "weights"}))
    with pytest.raises(FormatError, match=r"array 'kintree_table': expected shape \(2, 52\), found \(2, 24\)"):
        load_smpl("smplh", write(tmp_path / "b.npz", content))
    tree = content["kintree_table"].copy()
    tree[0, 5] = 1
    with pytest.raises(FormatError, match="not the joint tree of 'smpl'"):
        load_smpl("smpl", write(tmp_path / "c.npz", content | {"kintree_table": tree}))
    with pytest.raises(OptionError, match="has 10, asked for 12"):
        load_smpl("smpl", write(tmp_path / "d.npz", content), num_betas=12)
    (tmp_path / "e.npz").write_bytes(b"not a zip")
    with pytest.raises(FormatError, match="not an npz file"):
        load_smpl("smpl", tmp_path / "e.npz")
    (tmp_path / "f.pkl").write_bytes(b"\x80")
    with pytest.raises(FormatError, match="cannot read this pickle"):
        load_smpl("smpl", tmp_path / "f.pkl")
    body = load_smpl("smpl", tmp_path / "d.npz")
    with pytest.raises(ShapeError, match="expected 72 numbers, found"):
        body.rotations(torch.zeros(2, 69))
    with pytest.raises(OptionError, match="no hand components"):
        body.rotations(torch.zeros(2, 72), flat_hand_mean=False)
