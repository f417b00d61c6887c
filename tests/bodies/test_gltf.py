"""glTF: what we write passes Khronos' validator and other readers; what we read equals the specification's arithmetic."""

from __future__ import annotations

import base64
import copy
import json
import random
import shutil
import struct
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import roma
import torch
from scipy.spatial.transform import Rotation, Slerp

import vitruve as vt
from vitruve.bodies import BodyMotion, Character, body_model, gltf
from vitruve.bodies.gltf.document import Document
from vitruve.bodies.gltf.writer import pack_weights, vertex_normals
from vitruve.bodies.lbs import skinning_transforms
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.errors import FormatError, OptionError, ShapeError, VitruveError

BROWSER = Path(__file__).parents[1] / "browser"


def wild(model: Any, frames: int = 20, fps: float = 30.0, seed: int = 0, shape: torch.Tensor | None = None) -> Motion:
    g = torch.Generator().manual_seed(seed)
    t = torch.linspace(0, 6, frames)[:, None, None]
    phase = 6 * torch.rand(len(model.skeleton), 3, generator=g)
    q = roma.rotvec_to_unitquat(torch.sin(t + phase))
    path = torch.cat([torch.sin(t[:, 0]), torch.ones(frames, 1), t[:, 0]], 1)
    return Motion(q, path, model.offsets(shape), model.skeleton, fps, shape=shape, name="wild")


def same(a: Motion, b: Motion, angle: float = 1e-5, place: float = 1e-6) -> None:
    assert a.skeleton == b.skeleton
    assert a.fps == b.fps and len(a) == len(b)
    assert float(rot.angle(a.rotations, b.rotations).max()) < angle
    assert float((a.translation - b.translation).abs().max()) < place
    assert float((a.offsets - b.offsets).abs().max()) < place


def posed(body: Any, motion: Motion) -> np.ndarray:
    world, rest = motion.fk(), body.rest()
    transforms = skinning_transforms(roma.unitquat_to_rotmat(world.rotations), world.positions, rest.joints)
    return body.skinning(rest.vertices, transforms).detach().numpy()


def textured(model: Any) -> Character:
    """The model with a seam: uv differ between the two sides of some vertices."""
    uv_faces = torch.arange(3 * len(model.faces)).reshape(-1, 3)
    uv_faces[: len(uv_faces) // 2] = model.faces[: len(uv_faces) // 2]
    uv = torch.rand(int(uv_faces.max()) + 1, 2, generator=torch.Generator().manual_seed(0))
    rest = model.rest()
    return Character.from_arrays(
        "textured",
        vertices=rest.vertices,
        faces=model.faces,
        skin_joints=model.skin_joints,
        skin_weights=model.skin_weights,
        skeleton=model.skeleton,
        joints=rest.joints,
        uv=uv,
        uv_faces=uv_faces,
        texture=np.arange(8 * 4 * 3, dtype=np.uint8).reshape(8, 4, 3),
        animations={"one": wild(model, seed=1), "two": wild(model, 7, 24.0, seed=2)},
    )


@pytest.fixture(scope="module")
def model() -> Any:
    return body_model("procedural")


def outputs(model: Any, folder: Path) -> list[Path]:
    """One file of every kind that we write."""
    shape = torch.linspace(-1, 1, model.num_shape)
    bounce = replace(wild(model), offsets=model.offsets() * (1 + 0.1 * torch.rand(20, 1, 1)))
    character = textured(model)
    character.animations["bounce"] = bounce
    still = Motion(rot.identity(1, 24), torch.zeros(1, 3), model.offsets(), model.skeleton, 30.0)
    mesh = SimpleNamespace(vertices=model.template, faces=model.faces)
    values: dict[str, tuple[Any, dict[str, Any]]] = {
        "body.glb": (BodyMotion(model, wild(model, shape=shape)), {}),
        "body.gltf": (BodyMotion(model, wild(model)), {"fps": 60.0}),
        "parts.glb": (BodyMotion(model, wild(model)), {"colours": "parts"}),
        "bones.glb": (bounce, {}),
        "still.glb": (still, {}),
        "model.glb": (model, {"influences": 1}),
        "character.glb": (character, {}),
        "mesh.glb": (mesh, {}),
        "people.glb": ([BodyMotion(model, wild(model, seed=s)) for s in range(3)] + [still, mesh], {}),
    }
    for name, (value, options) in values.items():
        gltf.write(value, folder / name, **options)
    return [folder / name for name in values]


def test_khronos_validator_finds_nothing(model: Any, tmp_path: Path) -> None:
    if shutil.which("node") is None or not (BROWSER / "node_modules" / "gltf-validator").is_dir():
        pytest.skip("Khronos' validator is not installed: npm ci --prefix tests/browser")
    files = outputs(model, tmp_path)
    report = subprocess.run(["node", str(BROWSER / "validate.mjs"), *map(str, files)], capture_output=True, text=True, check=True, timeout=60)
    issues = json.loads(report.stdout)
    assert len(issues) == len(files)
    for path, found in issues.items():
        assert (found["numErrors"], found["numWarnings"]) == (0, 0), (path, found["messages"])


def test_other_readers_see_the_same(model: Any, tmp_path: Path) -> None:
    import pygltflib
    import trimesh

    for path in outputs(model, tmp_path):
        scene = trimesh.load(path)
        assert sum(len(g.vertices) for g in scene.geometry.values()) > 0
        assert pygltflib.GLTF2().load(str(path)).asset.generator == f"vitruve {vt.__version__}"
    mesh = next(iter(trimesh.load(tmp_path / "mesh.glb", process=False).geometry.values()))
    assert np.allclose(mesh.vertices, model.template, atol=1e-6)
    assert np.array_equal(mesh.faces, model.faces)
    file = pygltflib.GLTF2().load(str(tmp_path / "body.glb"))
    assert [file.nodes[j].name for j in file.skins[0].joints] == list(model.skeleton.joints)
    assert {c.target.path for c in file.animations[0].channels} == {"rotation", "translation"}
    position = file.accessors[file.meshes[0].primitives[0].attributes.POSITION]
    shape = torch.linspace(-1, 1, model.num_shape)
    assert np.allclose(position.max, model.rest(shape).vertices.numpy().max(0), atol=1e-6)


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
@pytest.mark.parametrize("fps", [24.0, 29.97, 120.0])
def test_motion_comes_back(model: Any, tmp_path: Path, suffix: str, fps: float) -> None:
    motion = wild(model, 300, fps)
    vt.save(motion, tmp_path / f"m{suffix}")
    same(vt.load(tmp_path / f"m{suffix}", clip="wild"), motion)
    whole = vt.load(tmp_path / f"m{suffix}")
    assert list(whole.animations) == ["wild"]
    same(whole.animations["wild"], motion)


def test_motion_that_stretches_comes_back(model: Any, tmp_path: Path) -> None:
    offsets = model.offsets() * (1 + 0.2 * torch.rand(50, 1, 1, generator=torch.Generator().manual_seed(1)))
    offsets[:, 0] = model.offsets()[0]
    motion = replace(wild(model, 50), offsets=offsets)
    rest = replace(motion, offsets=model.offsets())
    gltf.write(motion, tmp_path / "m.glb")
    back = gltf.read(tmp_path / "m.glb", clip=0)
    assert back.stretches
    assert float((back.fk().positions - motion.fk().positions).abs().max()) < 1e-5
    assert float((back.fk().positions - rest.fk().positions).abs().max()) > 0.1


def test_character_comes_back(model: Any, tmp_path: Path) -> None:
    character = textured(model)
    gltf.write(character, tmp_path / "c.glb")
    back = gltf.read(tmp_path / "c.glb")
    assert isinstance(back, Character)
    # the seam is written as more vertices, and closed again
    assert back.num_vertices == character.num_vertices
    assert torch.equal(back.faces, character.faces)
    assert torch.allclose(back.rest().vertices, character.rest().vertices, atol=1e-6)
    assert torch.allclose(back.uv[back.uv_faces], character.uv[character.uv_faces], atol=1e-6)
    assert np.array_equal(back.texture, character.texture)
    for name, motion in character.animations.items():
        same(back.animations[name], motion)
        assert np.abs(posed(back, motion) - posed(character, motion)).max() < 1e-4
    tall = gltf.read(tmp_path / "c.glb", height=1.0)
    assert float(tall.rest().vertices[:, 1].max() - tall.rest().vertices[:, 1].min()) == pytest.approx(1, abs=1e-5)
    scale = 1 / float(np.ptp(character.rest().vertices[:, 1].numpy()))
    assert torch.allclose(tall.animations["one"].translation, character.animations["one"].translation * scale, atol=1e-5)


def test_fps_and_clip_choose(model: Any, tmp_path: Path) -> None:
    character = textured(model)
    gltf.write(character, tmp_path / "c.glb")
    assert gltf.read(tmp_path / "c.glb", clip="two", fps=48).num_frames == 13
    assert gltf.read(tmp_path / "c.glb", clip=1).fps == 24
    with pytest.raises(OptionError, match="one, two"):
        gltf.read(tmp_path / "c.glb", clip="three")
    with pytest.raises(OptionError, match="fps"):
        gltf.read(tmp_path / "c.glb", fps=0)


def test_weights_are_packed() -> None:
    joints = np.array([[3, 1, 3, 0, 2, 4], [0, 1, 2, 3, 4, 5], [7, 7, 7, 7, 7, 7]])
    weights = np.array([[0.2, 0.3, 0.2, 0.1, 0.15, 0.05], [1, 0, 0, 0, 0, 0], [0.1, 0.2, 0.3, 0.2, 0.1, 0.1]])
    j, w = pack_weights(joints, weights)
    assert j.shape == w.shape == (3, 8) and w.dtype == np.float32
    assert j[0, :5].tolist() == [3, 1, 2, 0, 4] and np.allclose(w[0, :5], [0.4, 0.3, 0.15, 0.1, 0.05])
    assert j[1].tolist() == [0] * 8 and w[1, 0] == 1
    assert j[2, 0] == 7 and w[2].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    j, w = pack_weights(joints, weights, 2)
    assert np.allclose(w[0], [4 / 7, 3 / 7, 0, 0]) and np.allclose(w.sum(1), 1, atol=1e-7)


def test_normals_point_outwards(model: Any) -> None:
    sphere_like = model.template[model.skin_joints[:, 0] == model.skeleton.index("head")].numpy()
    v = model.template.numpy().astype(float)
    n = vertex_normals(v, model.faces.numpy())
    assert np.allclose(np.linalg.norm(n, axis=1), 1)
    head = (model.skin_joints[:, 0] == model.skeleton.index("head")).numpy()
    assert ((v[head] - sphere_like.mean(0)) * n[head]).sum(1).mean() > 0


# --- a file made by hand, with what exporters do -------------------------------------------------------------------


class Maker:
    """Builds glTF JSON with one embedded buffer."""

    def __init__(self) -> None:
        self.data = b""
        self.tree: dict[str, Any] = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": []}

    def view(self, array: np.ndarray, **extra: Any) -> int:
        self.data += bytes(-len(self.data) % 4)
        self.tree["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": array.nbytes, **extra})
        self.data += array.tobytes()
        return len(self.tree["bufferViews"]) - 1

    def put(self, array: Any, dtype: str, kind: str, **extra: Any) -> int:
        array = np.asarray(array, dtype)
        code = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}[dtype]
        self.tree["accessors"].append({"bufferView": self.view(array), "componentType": code, "count": len(array), "type": kind, **extra})
        return len(self.tree["accessors"]) - 1

    def done(self) -> dict[str, Any]:
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        return self.tree | {"buffers": [{"byteLength": len(self.data), "uri": uri}]}


KEYS = np.array([0.25, 0.5, 1.0, 1.25])


def odd_file() -> tuple[dict[str, Any], dict[str, Any]]:
    """A rig as no exporter would dare, and its parts: z-up armature of scale 100, posed at rest, two skins, all interpolations."""
    g = np.random.default_rng(0)
    m = Maker()
    turn = Rotation.from_euler("x", -90, degrees=True)
    q = [Rotation.random(random_state=k) for k in range(4)]
    nodes: list[dict[str, Any]] = [
        {"name": "top", "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.5, 0, 0.25, 1], "children": [1, 6]},
        {"name": "armature", "rotation": turn.as_quat().tolist(), "scale": [100, 100, 100], "children": [2]},
        {"name": "hips", "translation": [0, 0, 0.01], "rotation": q[0].as_quat().tolist(), "children": [3]},
        # not a joint of any skin, but between two that are
        {"name": "between", "translation": [0, 0.002, 0], "rotation": q[1].as_quat().tolist(), "children": [4]},
        {"name": "chest", "translation": [0, 0.003, 0.001], "rotation": q[2].as_quat().tolist(), "children": [5]},
        {"name": "hat", "translation": [0, 0.004, 0], "rotation": q[3].as_quat().tolist(), "scale": [0.5, 0.5, 0.5], "mesh": 1},
        {"name": "body", "mesh": 0, "skin": 0, "translation": [9, 9, 9]},
        {"name": "coat", "mesh": 2, "skin": 1},
    ]
    bind_hips = np.eye(4)
    bind_hips[:3, 3] = [0, 0.9, 0]
    bind_chest = np.eye(4)
    bind_chest[:3, :3] = Rotation.from_euler("y", 40, degrees=True).as_matrix()
    bind_chest[:3, 3] = [0, 1.3, 0.1]
    inverse = np.linalg.inv(np.stack([bind_hips, bind_chest]))
    # the second skin's mesh is in centimetres and lists the joints the other way round
    shrink = np.diag([0.01, 0.01, 0.01, 1])
    inverse2 = np.stack([inverse[1] @ shrink, inverse[0] @ shrink])
    v = [g.normal(size=(n, 3)) * 0.2 + [0, 1.1, 0] for n in (12, 5, 6)]
    v[1] *= 0.003
    v[2] *= 100
    sparse = v[0][[2, 7]].astype("f4")
    holes = v[0].copy()
    holes[[2, 7]] = 0
    position = m.put(holes, "f4", "VEC3")
    m.tree["accessors"][position]["sparse"] = {
        "count": 2,
        "indices": {"bufferView": m.view(np.array([2, 7], "u1")), "componentType": 5121},
        "values": {"bufferView": m.view(sparse)},
    }
    w8 = g.integers(1, 255, (12, 1))
    weights8 = np.concatenate([w8, 255 - w8, np.zeros((12, 2))], 1)
    w16 = g.integers(1, 65535, (6, 1))
    weights16 = np.concatenate([w16, 65535 - w16, np.zeros((6, 2))], 1)
    pair = np.tile([0, 1, 0, 0], (12, 1))
    indices8 = np.arange(12)
    strip = [0, 1, 2, 3, 4]
    meshes = [
        {
            "primitives": [
                {
                    "attributes": {
                        "POSITION": position,
                        "JOINTS_0": m.put(pair, "u1", "VEC4"),
                        "WEIGHTS_0": m.put(weights8, "u1", "VEC4", normalized=True),
                    },
                    "indices": m.put(indices8, "u1", "SCALAR"),
                }
            ]
        },
        {"primitives": [{"attributes": {"POSITION": m.put(v[1], "f4", "VEC3")}, "indices": m.put(strip, "u4", "SCALAR"), "mode": 5}]},
        {
            "primitives": [
                {
                    "attributes": {
                        "POSITION": m.put(v[2], "f4", "VEC3"),
                        "JOINTS_0": m.put(pair[:6], "u2", "VEC4"),
                        "WEIGHTS_0": m.put(weights16, "u2", "VEC4", normalized=True),
                    }
                }
            ]
        },
    ]
    linear = Rotation.random(4, random_state=7)
    short = np.round(linear.as_quat() * 32767)
    places = g.normal(size=(4, 3)) * 0.003
    spline = g.normal(size=(12, 3)) * 0.003
    time = m.put(KEYS, "f4", "SCALAR", min=[0.25], max=[1.25])
    samplers = [
        {"input": time, "output": m.put(short, "i2", "VEC4", normalized=True)},
        {"input": time, "output": m.put(places, "f4", "VEC3"), "interpolation": "STEP"},
        {"input": time, "output": m.put(spline, "f4", "VEC3"), "interpolation": "CUBICSPLINE"},
    ]
    targets = [(2, "rotation"), (4, "translation"), (2, "translation")]
    skins = [
        {"joints": [2, 4], "inverseBindMatrices": m.put(inverse.transpose(0, 2, 1), "f4", "MAT4")},
        {"joints": [4, 2], "inverseBindMatrices": m.put(inverse2.transpose(0, 2, 1), "f4", "MAT4")},
    ]
    tree = m.tree | {"nodes": nodes, "meshes": meshes, "skins": skins, "scenes": [{"nodes": [0, 7]}]}
    tree["animations"] = [{"samplers": samplers, "channels": [{"sampler": k, "target": {"node": n, "path": p}} for k, (n, p) in enumerate(targets)]}]
    m.tree = tree
    parts = {"v": v, "inverse": [inverse, inverse2], "weights": [weights8 / 255, weights16 / 65535], "linear": linear, "places": places, "spline": spline}
    return m.done(), parts


def odd_reference(tree: dict[str, Any], parts: dict[str, Any], t: float) -> np.ndarray:
    """The specification's arithmetic for that file at one time, written down for it alone."""

    def matrix(translation: Any = (0, 0, 0), rotation: Any = (0, 0, 0, 1), scale: Any = (1, 1, 1)) -> np.ndarray:
        out = np.eye(4)
        out[:3, :3] = Rotation.from_quat(rotation).as_matrix() * np.asarray(scale)
        out[:3, 3] = translation
        return out

    trs = [{k: n[k] for k in ("translation", "rotation", "scale") if k in n} for n in tree["nodes"]]
    t = float(np.clip(t, KEYS[0], KEYS[-1]))
    trs[2]["rotation"] = Slerp(KEYS, parts["linear"])(t).as_quat()
    trs[4]["translation"] = parts["places"][int(np.searchsorted(KEYS, t, side="right")) - 1]
    k = min(int(np.searchsorted(KEYS, t, side="right")) - 1, 2)
    d = KEYS[k + 1] - KEYS[k]
    u = (t - KEYS[k]) / d
    before, after = parts["spline"][3 * k : 3 * k + 3], parts["spline"][3 * k + 3 : 3 * k + 6]
    trs[2]["translation"] = (
        (2 * u**3 - 3 * u**2 + 1) * before[1] + d * (u**3 - 2 * u**2 + u) * before[2] + (3 * u**2 - 2 * u**3) * after[1] + d * (u**3 - u**2) * after[0]
    )
    local = [matrix(**x) for x in trs]
    local[0][:3, 3] = [0.5, 0, 0.25]
    hips = local[0] @ local[1] @ local[2]
    chest = hips @ local[3] @ local[4]
    hat = chest @ local[5]
    out = []
    # in the order of the tree: the hat hangs on the chest, before the body
    for v, joints, inverse, weights in ((1, (hat,), None, None), (0, (hips, chest), 0, 0), (2, (chest, hips), 1, 1)):
        x = np.concatenate([parts["v"][v], np.ones((len(parts["v"][v]), 1))], 1)
        if inverse is None:
            out.append((x @ hat.T)[:, :3])
        else:
            w = parts["weights"][weights]
            out.append(sum(w[:, k, None] * (x @ (joints[k] @ parts["inverse"][inverse][k]).T)[:, :3] for k in (0, 1)))
    return np.concatenate(out)


def put(tree: dict[str, Any], path: Path) -> Path:
    path.write_text(json.dumps(tree))
    return path


def test_odd_file_moves_by_the_specification(tmp_path: Path) -> None:
    tree, parts = odd_file()
    # the armature's 100 against bind matrices in metres: the reader must find the size at which the file shows the skin
    character = gltf.read(put(tree, tmp_path / "odd.gltf"), fps=20)
    assert character.skeleton.joints == ("hips", "chest", "between")
    assert character.skeleton.parents == (-1, 2, 0)
    assert character.faces.shape == (4 + 3 + 2, 3)
    motion = character.animations["animation0"]
    assert motion.metadata["start"] == 0.25 and motion.num_frames == 21
    for f, found in enumerate(posed(character, motion)):
        expected = odd_reference(tree, parts, 0.25 + f / 20)
        # 16-bit rotations under a scale of 100
        assert np.abs(found - expected).max() < 1e-4 * np.ptp(expected), f


def test_strip_turns_every_other_triangle(tmp_path: Path) -> None:
    m = Maker()
    v = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 2, 0]])
    m.tree |= {"nodes": [{"mesh": 0}, {"mesh": 1}], "scenes": [{"nodes": [0, 1]}]}
    position = m.put(v, "f4", "VEC3")
    m.tree["meshes"] = [{"primitives": [{"attributes": {"POSITION": position}, "mode": mode}]} for mode in (5, 6)]
    character = gltf.read(put(m.done(), tmp_path / "strip.gltf"))
    assert character.faces.tolist() == [[0, 1, 2], [1, 3, 2], [2, 3, 4], [5, 6, 7], [5, 7, 8], [5, 8, 9]]
    assert len(character.skeleton.roots) == 1


def test_colours_become_a_palette(tmp_path: Path) -> None:
    m = Maker()
    m.tree |= {"nodes": [{"mesh": 0}], "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}, {}]}
    position = m.put(np.eye(3), "f4", "VEC3")
    m.tree["meshes"] = [{"primitives": [{"attributes": {"POSITION": position}, "material": k} for k in (0, 1)]}]
    character = gltf.read(put(m.done(), tmp_path / "red.gltf"))
    h, w, _ = character.texture.shape
    at = [character.texture[int(y * h), int(x * w)].tolist() for x, y in character.uv[[0, 3]].tolist()]
    assert at == [[255, 0, 0], [255, 255, 255]]


def test_animation_without_mesh_is_a_motion(tmp_path: Path) -> None:
    m = Maker()
    time = m.put([0, 1], "f4", "SCALAR")
    output = m.put([[0, 0, 0, 1], [0, 1, 0, 0]], "f4", "VEC4")
    m.tree |= {"nodes": [{"name": "a", "children": [1], "translation": [0, 1, 0]}, {"name": "b", "translation": [1, 0, 0]}]}
    channels = [{"sampler": 0, "target": {"node": n, "path": "rotation"}} for n in (0, 1)]
    m.tree["animations"] = [{"name": "spin", "samplers": [{"input": time, "output": output}], "channels": channels}]
    motion = gltf.read(put(m.done(), tmp_path / "spin.gltf"), fps=4)
    assert isinstance(motion, Motion) and motion.name == "spin" and motion.skeleton.joints == ("a", "b")
    assert torch.allclose(motion.fk().positions[2, 1], torch.tensor([0.0, 1.0, -1.0]), atol=1e-6)


# --- files that are wrong, or hostile ------------------------------------------------------------------------------


def test_malformed_files_are_named(model: Any, tmp_path: Path) -> None:
    gltf.write(BodyMotion(model, wild(model, 4)), tmp_path / "good.glb")
    good = (tmp_path / "good.glb").read_bytes()
    bad = tmp_path / "bad.glb"
    for data, said in (
        (b"", "not glTF"),
        (b"glTF", "header"),
        (good[:1000], "the file has"),
        (b"glTF" + struct.pack("<I", 1) + good[8:], "version 1"),
        (good[:12] + struct.pack("<I", 2**31) + good[16:], "past the end"),
        (b'{"asset": {"version": "1.0"}}', "expected 2.0"),
        (b'{"asset": {"version": "2.0"}, "x": NaN}', "NaN"),
        (b"[" * 100000, "not glTF"),
        (b'{"asset": {"version": "2.0"}}', "no mesh"),
        (b'{"asset": {"version": "2.0"}, "extensionsRequired": ["KHR_draco_mesh_compression"]}', "Draco"),
        (b'{"asset": {"version": "2.0"}, "nodes": [{"children": [1]}, {"children": [0]}], "scenes": [{"nodes": [0]}]}', "loop|no mesh"),
        (b'{"asset": {"version": "2.0"}, "nodes": [{"children": [1, 1]}, {}]}', "two parents"),
    ):
        bad.write_bytes(data)
        with pytest.raises(FormatError, match=said) as e:
            gltf.read(bad)
        assert "bad.glb" in str(e.value)
    with pytest.raises(FormatError, match="larger"):
        gltf.read(tmp_path / "good.glb", max_bytes=1000)


def test_only_the_own_folder_is_opened(tmp_path: Path) -> None:
    tree, _ = odd_file()
    data = base64.b64decode(tree["buffers"][0]["uri"].partition(",")[2])
    inside = tmp_path / "inside"
    (inside / "sub folder").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(data)
    (inside / "sub folder" / "ok.bin").write_bytes(data)
    (inside / "link.bin").symlink_to(tmp_path / "secret.bin")

    def read(uri: Any) -> Any:
        tree["buffers"][0]["uri"] = uri
        return gltf.read(put(tree, inside / "a.gltf"))

    assert read("sub%20folder/ok.bin").num_vertices == 23
    for uri in (
        "../secret.bin",
        "%2e%2e/secret.bin",
        str(tmp_path / "secret.bin"),
        "link.bin",
        "file:///etc/passwd",
        "http://127.0.0.1:1/a.bin",
        "//host/a.bin",
    ):
        with pytest.raises(FormatError, match="only files in the folder"):
            read(uri)
    for uri in ("none.bin", ".", "", "a\0b", 7, "data:application/octet-stream,abc", "data:;base64,%%%"):
        with pytest.raises(FormatError):
            read(uri)


def leaves(tree: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything in a JSON tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [pair for key, value in list(items) for pair in [(tree, key), *leaves(value)]]


@pytest.mark.filterwarnings("ignore")
def test_random_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    tree, _ = odd_file()
    chance = random.Random(0)
    junk = [-1, 0, 3, 10**9, 2**70, 1.5, 1e300, True, None, "x", "", [], {}, [0], [[1]], {"a": 1}, [None] * 16, [1e200] * 4, [0] * 16]
    survived = 0
    for _ in range(400):
        broken = copy.deepcopy(tree)
        for _ in range(chance.choice([1, 1, 2, 5])):
            container, key = chance.choice([x for x in leaves(broken) if x[1] != "uri"])
            if chance.random() < 0.2:
                del container[key]
            else:
                container[key] = copy.deepcopy(chance.choice(junk))
        path = put(broken, tmp_path / "broken.gltf")
        try:
            gltf.read(path)
            survived += 1
        except VitruveError:
            pass
    assert survived < 250
    gltf.read(put(tree, tmp_path / "whole.gltf"))


def test_endless_clip_is_refused(tmp_path: Path) -> None:
    m = Maker()
    m.tree["nodes"] = [{"name": "a"}]
    sampler = {"input": m.put([0, 1e9], "f4", "SCALAR"), "output": m.put([[0, 0, 0], [1, 1, 1]], "f4", "VEC3")}
    m.tree["animations"] = [{"samplers": [sampler], "channels": [{"sampler": 0, "target": {"node": 0, "path": "translation"}}]}]
    with pytest.raises(FormatError, match="too long"):
        gltf.read(put(m.done(), tmp_path / "long.gltf"))


def test_writing_refuses(model: Any, tmp_path: Path) -> None:
    broken = SimpleNamespace(vertices=np.full((3, 3), np.nan), faces=np.array([[0, 1, 2]]))
    for value, kind, said in (
        (42, OptionError, "int"),
        ([], OptionError, "empty"),
        (broken, ShapeError, "NaN"),
        (SimpleNamespace(vertices=np.zeros((3, 3)), faces=np.array([[0, 1, 5]])), ShapeError, "faces"),
        (wild(model)[:0], ShapeError, "no frames"),
    ):
        with pytest.raises(kind, match=said):
            gltf.write(value, tmp_path / "bad.glb")
    with pytest.raises(OptionError, match="parts"):
        gltf.write(wild(model), tmp_path / "bad.glb", colours="parts")
    with pytest.raises(OptionError, match="influences"):
        gltf.write(wild(model), tmp_path / "bad.glb", influences=0)
    assert list(tmp_path.iterdir()) == []


def test_memory_is_a_small_multiple(model: Any, tmp_path: Path) -> None:
    import tracemalloc

    motion = wild(model, 20000)
    tracemalloc.start()
    gltf.write(motion, tmp_path / "long.glb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * (tmp_path / "long.glb").stat().st_size


# --- real rigs -----------------------------------------------------------------------------------------------------


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["CesiumMan", "modular_men_Casual", "kaykit_Knight", "m2m_human-male"])
def test_bind_pose_is_that_of_the_packed_rigs(name: str, data: Path, tmp_path: Path) -> None:
    """Another conversion of the same files: joints in the bind pose, and the extent of the mesh."""
    with zipfile.ZipFile(data / "rigs_cc0" / "original_glb.zip") as z:
        z.extract(f"{name}.glb", tmp_path)
    character = gltf.read(tmp_path / f"{name}.glb")
    packed = np.load(data / "rigs_cc0" / "rigs.npz")
    joints = character.rest().joints.numpy()
    names = [str(n) for n in packed[f"{name}.joint_names"]]
    shared = [n for n in names if n in character.skeleton.joints]
    assert len(shared) > 0.9 * len(names)
    ours = joints[[character.skeleton.joints.index(n) for n in shared]]
    theirs = packed[f"{name}.joint_pos"][[names.index(n) for n in shared]]
    assert np.abs(ours - theirs).max() < 1e-4
    v, w = character.rest().vertices.numpy(), packed[f"{name}.vertices"]
    assert np.allclose(v.min(0), w.min(0), atol=1e-3) and np.allclose(v.max(0), w.max(0), atol=1e-3)


@pytest.mark.realdata
def test_real_character_survives_a_round_trip(data: Path, tmp_path: Path) -> None:
    character = gltf.read(data / "rigs" / "RobotExpressive.glb")
    assert len(character.animations) == 14 and character.texture is not None
    assert character.skeleton.has("left_knee", "right_knee", "left_shoulder", "head")
    vt.save(character, tmp_path / "robot.glb")
    back = vt.load(tmp_path / "robot.glb")
    for name, motion in character.animations.items():
        assert np.abs(posed(character, motion) - posed(back, back.animations[name])).max() < 1e-4


@pytest.mark.slow
def test_anny_comes_back(tmp_path: Path) -> None:
    anny = body_model("anny")
    body = BodyMotion(anny, wild(anny, 6))
    gltf.write(body, tmp_path / "anny.glb")
    back = gltf.read(tmp_path / "anny.glb")
    assert back.num_vertices == anny.num_vertices
    assert torch.equal(back.faces, anny.faces)
    assert np.abs(posed(back, back.animations["wild"]) - body.forward().vertices.numpy()).max() < 1e-3
    attributes = Document(tmp_path / "anny.glb").all("meshes")[0]["primitives"][0]["attributes"]
    assert "JOINTS_1" in attributes and "JOINTS_2" not in attributes
