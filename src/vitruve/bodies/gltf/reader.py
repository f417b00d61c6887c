"""Reading glTF 2.0: skinned characters and their clips, in the convention of Motion.

A file poses joint j by its node's world matrix G_j and moves a vertex by G_j B_j (B_j the inverse bind
matrix). Let W_j be the world matrix that j has in the bind pose: then R_j, the rotation of G_j W_j^-1, is
the world rotation of a rig whose rest frame is world-aligned, whatever axes and parents the nodes have.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import roma
import torch

from vitruve.bodies.gltf.document import MAX_BYTES, Document
from vitruve.bodies.gltf.materials import paint
from vitruve.bodies.gltf.scene import Scene
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, local_rotations
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import STANDARDS
from vitruve.core.standards import skeleton as standard
from vitruve.errors import FormatError, OptionError

if TYPE_CHECKING:
    from vitruve.bodies.character import Character

_MAX_SAMPLES = 2**27
# of the figure's height: bones that change less than this do not count as stretching
_STILL = 1e-5


def read(
    path: str | Path, *, clip: str | int | None = None, fps: float | None = None, height: float | None = None, max_bytes: int = MAX_BYTES
) -> Character | Motion:
    """Read the character of a .glb or .gltf, with all its clips, or one clip as a Motion.

    The rest pose is the bind pose of the skin, stood up as the root joint stands in the file. Meshes that
    hang on joints without a skin become part of the character with weight 1. Joints that have several roots
    (inverse-kinematics targets) are hung from the nearest joint of the largest tree. Morph targets keep
    their default weights and joints the size they rest at; a clip that animates either warns.

    Args:
        clip: name or number of a clip: return only it, as a Motion. Files without meshes give their first.
        fps: frame rate to sample clips at; by default the rate of their keys, 30 where those are uneven.
        height: make the character this tall (metres) in its rest pose; by default the unit of the file is the metre.
        max_bytes: refuse files larger than this.

    Raises:
        FormatError: for a malformed file. OptionError: for a clip that is not there.
    """
    path = Path(path)
    if fps is not None and not fps > 0:
        raise OptionError(f"fps: expected a positive number, found {fps}")
    if height is not None and not height > 0:
        raise OptionError(f"height: expected a positive number of metres, found {height}")
    document = Document(path, max_bytes)
    try:
        return _read(document, clip, fps, height)
    except (KeyError, IndexError, TypeError, AttributeError, OverflowError, np.linalg.LinAlgError) as e:
        # entries of a wrong kind; whatever is well-formed but wrong has been named before
        raise FormatError(path, f"malformed glTF: {type(e).__name__}: {e}") from e


def _read(document: Document, clip: str | int | None, fps: float | None, height: float | None) -> Character | Motion:
    scene = Scene(document)
    rig = _Rig(scene)
    animations = document.all("animations")
    names = _unique([str(a.get("name") or f"animation{i}") for i, a in enumerate(animations)])
    mesh = None if clip is not None and height is None else _Mesh.merged(rig)
    scale = 1.0
    if height is not None:
        extent = rig.places if mesh is None or not len(mesh.vertices) else mesh.vertices
        tall = float(np.ptp(extent[:, 1]))
        if not tall > 0:
            raise OptionError(f"height={height}: the rest pose in {document.path} has no extent along y")
        scale = height / tall
    if mesh is not None and clip is None and not len(mesh.vertices):
        if not animations:
            document.fail("no triangles and no animation")
        clip = 0
    if clip is not None:
        index = names.index(clip) if isinstance(clip, str) and clip in names else clip
        if not isinstance(index, int) or not 0 <= index < len(names):
            raise OptionError(f"{document.path}: no clip {clip!r}; expected one of: {', '.join(names) or '(there are none)'}")
        return rig.motion(animations[index], names[index], fps, scale)
    assert mesh is not None
    motions = {name: rig.motion(a, name, fps, scale) for name, a in zip(names, animations)}
    return mesh.character(rig, motions, scale)


def _unique(names: Iterable[str]) -> list[str]:
    out: list[str] = []
    taken: set[str] = set()
    for name in names:
        new, k = name, 2
        while new in taken:
            new, k = f"{name}_{k}", k + 1
        taken.add(new)
        out.append(new)
    return out


class _Rig:
    """The joints: which nodes they are, their tree, and where each is in the bind pose."""

    def __init__(self, scene: Scene) -> None:
        self.scene, document = scene, scene.document
        self.skins = self._skins()
        self.nodes = self._choose()
        self.index = {n: j for j, n in enumerate(self.nodes)}
        bind = self._bind()
        self.bind = np.stack([bind[n] for n in self.nodes])
        self.places = self.bind[:, :3, 3]
        parents = self._parents()
        names = tuple(_unique(scene.name(n) for n in self.nodes))
        title = next((str(s["name"]) for s in document.all("skins") if s.get("name")), document.path.stem)
        self.skeleton = Skeleton(title, names, parents)
        if title in STANDARDS and (standard(title).joints, standard(title).parents) == (names, parents):
            self.skeleton = standard(title)
        self.root = self.skeleton.roots[0]

    def _skins(self) -> dict[int, tuple[list[int], np.ndarray]]:
        """skin -> (its joint nodes, inverse bind matrices (J, 4, 4)) of the skins that shown meshes use."""
        document, out = self.scene.document, {}
        for i in self.scene.order:
            s = self.scene.nodes[i].get("skin")
            if s is None or s in out or "mesh" not in self.scene.nodes[i]:
                continue
            entry = document.get("skins", s, f"node {i}")
            joints = entry.get("joints", [])
            for j in joints:
                document.get("nodes", j, f"skin {s}")
                if j not in self.scene.shown:
                    document.fail(f"skin {s}: joint {self.scene.name(j)!r} is not in the scene")
            if not joints or len(set(joints)) != len(joints):
                document.fail(f"skin {s}: expected joints, each once")
            inverse = np.tile(np.eye(4), (len(joints), 1, 1))
            if "inverseBindMatrices" in entry:
                inverse = document.accessor(entry["inverseBindMatrices"], ("MAT4",), f"skin {s}").astype(np.float64)
                if len(inverse) < len(joints):
                    document.fail(f"skin {s}: {len(inverse)} inverse bind matrices for {len(joints)} joints")
                inverse = inverse[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
            out[s] = (joints, inverse)
        return out

    def _choose(self) -> list[int]:
        """Joint nodes: those of the skins, then what lies between them; without skins all that moves or carries a mesh."""
        scene = self.scene
        chosen = list(dict.fromkeys(j for joints, _ in self.skins.values() for j in joints))
        moved = {n for clip in scene.document.all("animations") for n, path in scene.targets(clip) if path != "weights"}
        if self.skins:
            joints = set(chosen)
            # a mesh that hangs on a joint and moves by itself is a joint too
            more = {i for i in moved if i not in joints and joints.intersection(scene.path_up(i))}
        else:
            more = moved | {i for i in scene.order if "mesh" in scene.nodes[i]}
        every = set(chosen) | more
        for i in list(every):
            up = scene.path_up(i)
            # nodes between two joints belong to the tree
            last = max((k for k, a in enumerate(up) if a in every), default=-1)
            more.update(a for a in up[: last + 1] if a not in every)
        chosen += [i for i in scene.order if i in more and i not in set(chosen)]
        if not chosen:
            scene.document.fail("no mesh, skin or animation in the scene")
        return chosen

    def _bind(self) -> dict[int, np.ndarray]:
        """World matrix of each joint node in the bind pose."""
        scene, rest = self.scene, self.scene.rest
        bind: dict[int, np.ndarray] = {}
        for joints, inverse in sorted(self.skins.values(), key=lambda s: -len(s[0])):
            depth = {j: len(scene.path_up(j)) for j in joints}
            known = [j for j in joints if j in bind]
            anchor = min(known or joints, key=lambda j: depth[j])
            # where the skin's own space lies in the world
            place = (bind[anchor] if known else rest[anchor]) @ inverse[joints.index(anchor)]
            for j, m in zip(joints, inverse):
                if j not in bind:
                    bind[j] = place @ np.linalg.inv(m)
        for i in scene.order:
            if i in self.index and i not in bind:
                up = next((a for a in scene.path_up(i) if a in bind), None)
                bind[i] = rest[i] if up is None else bind[up] @ np.linalg.inv(rest[up]) @ rest[i]
        for i, m in bind.items():
            shown, bound = (abs(float(np.linalg.det(x[:3, :3]))) for x in (rest[i], m))
            if not (bound > 1e-30 and shown > 1e-30 and np.isfinite(m).all()):
                scene.document.fail(f"joint {scene.name(i)!r}: its bind or rest matrix has no inverse")
            # a joint that the file shows larger or smaller than it was bound: the rest shape takes its size
            if abs((size := (shown / bound) ** (1 / 3)) - 1) > 1e-3:
                bind[i] = np.concatenate([m[:, :3] * size, m[:, 3:]], 1)
        return bind

    def _parents(self) -> tuple[int, ...]:
        parents = [self.index[next((a for a in self.scene.path_up(n) if a in self.index), n)] for n in self.nodes]
        parents = [-1 if p == j else p for j, p in enumerate(parents)]
        roots = [j for j, p in enumerate(parents) if p < 0]

        def top(j: int) -> int:
            while parents[j] >= 0:
                j = parents[j]
            return j

        tree = np.array([top(j) for j in range(len(parents))])
        main = max(roots, key=lambda r: (int((tree == r).sum()), -r))
        members = np.flatnonzero(tree == main)
        for r in roots:
            if r != main:
                parents[r] = int(members[np.linalg.norm(self.places[members] - self.places[r], axis=1).argmin()])
        return tuple(parents)

    def motion(self, clip: dict[str, Any], name: str, fps: float | None, scale: float) -> Motion:
        """A clip of the file, sampled at `fps`."""
        scene, document = self.scene, self.scene.document
        tracks = scene.targets(clip)
        keys = [scene.keys(s) for s in tracks.values()]
        first, last = min((k[0] for k in keys), default=0.0), max((k[-1] for k in keys), default=0.0)
        extras = clip.get("extras")
        written = extras.get("fps") if isinstance(extras, dict) else None
        if fps is None and isinstance(written, (int, float)) and 0 < written < 1e6:
            fps = float(written)
        fps = fps or _frame_rate(keys)
        count = (last - first) * fps
        if count * len(scene.order) > _MAX_SAMPLES:
            document.fail(f"animation {name!r}: {last - first:g} s at {fps:g} frames/s is too long")
        # half a float32 rounding of the last key must not lose a frame
        times = first + np.arange(int(np.floor(count + 1e-3 + 2 * fps * float(np.spacing(np.float32(last)))) + 1)) / fps
        world = scene.animate(clip, times)
        posed = np.stack([np.broadcast_to(world[n], (len(times), 4, 4)) for n in self.nodes], 1)
        turned, size = _rotation(posed[..., :3, :3] @ np.linalg.inv(self.bind[:, :3, :3]))
        if size > 1e-2:
            warnings.warn(f"{document.path}: animation {name!r} scales or shears joints by up to {size:.0%}; a motion only turns and moves them", stacklevel=2)
        if any(path == "weights" and np.abs(self._weights(n, s)).max(initial=0) > 1e-3 for (n, path), s in tracks.items()):
            warnings.warn(f"{document.path}: animation {name!r} moves morph targets; they keep their default weights", stacklevel=2)
        turned_t, x = torch.from_numpy(turned), torch.from_numpy(np.ascontiguousarray(posed[..., :3, 3]))
        local = rot.hemisphere(local_rotations(self.skeleton, turned_t))
        parents = np.array(self.skeleton.parents)
        up = np.where(parents < 0, np.arange(len(parents)), parents)
        offsets = rot.rotate(rot.inverse(turned_t[:, up]), x - x[:, up]).numpy()
        rest = self.offsets()
        offsets[:, self.root] = rest[self.root]
        tolerance = _STILL * max(float(np.ptp(self.places, axis=0).max()), 1e-6)
        if np.abs(offsets - rest).max() <= tolerance:
            offsets = rest
        elif (steady := np.ptp(offsets, axis=0).max(-1) <= tolerance).all():
            offsets = offsets[0]
        else:
            offsets = np.where(steady[:, None], offsets[:1], offsets)
        return Motion(
            rot.normalize(local).float(),
            x[:, self.root].mul(scale).float(),
            torch.from_numpy(offsets * scale).float(),
            self.skeleton,
            fps,
            name=name,
            metadata={"start": float(first)} if first else {},
        )

    def _weights(self, node: int, sampler: dict[str, Any]) -> np.ndarray:
        """Morph weights of a channel less the default ones."""
        values = self.scene.document.accessor(sampler.get("output"), ("SCALAR",), "animation").astype(np.float64)
        default = _morph_weights(self.scene.document, self.scene.nodes[node])
        return values.reshape(-1, len(default)) - default if len(default) and values.size % len(default) == 0 else values

    def offsets(self) -> np.ndarray:
        """(J, 3) rest offsets, the root's its own place."""
        parents = np.array(self.skeleton.parents)
        return self.places - np.where(parents[:, None] < 0, 0, self.places[parents])


def _rotation(m: np.ndarray) -> tuple[np.ndarray, float]:
    """Quaternions of the rotations nearest to matrices (..., 3, 3), and how far the rest is from no stretch."""
    stretch = np.abs(m.swapaxes(-1, -2) @ m - np.eye(3)).max(initial=0)
    r = torch.from_numpy(m)
    if stretch > 1e-6 or np.linalg.det(m).min(initial=1) < 0:
        r = rot.nearest_rotation(r)
        stretch = np.abs(r.numpy().swapaxes(-1, -2) @ m - np.eye(3)).max(initial=0)
    return roma.rotmat_to_unitquat(r).numpy(), float(stretch)


def _frame_rate(keys: list[np.ndarray]) -> float:
    """The rate at which all keys fall on whole frames, 30 if there is none."""
    times = np.unique(np.concatenate([*keys, np.zeros(0)]))
    steps = np.diff(times)
    steps = steps[steps > 1e-3]
    if not len(steps):
        return 30.0
    fps = 1 / float(np.median(steps))
    fps = round(fps) if abs(fps - round(fps)) < 0.02 * fps and round(fps) else fps
    frames = (times - times[0]) * fps
    # keys are often rounded to a tenth of a millisecond
    return float(fps) if 1 <= fps <= 1000 and np.abs(frames - frames.round()).max() < 0.05 + 2e-4 * fps else 30.0


def _morph_weights(document: Document, node: dict[str, Any]) -> np.ndarray:
    mesh = document.get("meshes", node["mesh"], "node") if "mesh" in node else {}
    return np.asarray(node.get("weights", mesh.get("weights", [])), np.float64).reshape(-1)


@dataclass
class _Mesh:
    """All triangles of the file in the rest pose."""

    vertices: np.ndarray
    faces: np.ndarray
    skin_joints: np.ndarray
    skin_weights: np.ndarray
    uv: np.ndarray | None
    texture: np.ndarray | None
    source: np.ndarray | None
    """Vertex of the original body that each vertex repeats, in files that vitruve wrote."""

    @classmethod
    def merged(cls, rig: _Rig) -> _Mesh:
        scene, document = rig.scene, rig.scene.document
        blocks: list[dict[str, Any]] = []
        left_out = []
        for i in scene.order:
            node = scene.nodes[i]
            if "mesh" not in node:
                continue
            carrier = next((a for a in [i, *scene.path_up(i)] if a in rig.index), None)
            if carrier is None and node.get("skin") is None:
                left_out.append(scene.name(i))
                continue
            mesh = document.get("meshes", node["mesh"], f"node {i}")
            for primitive in mesh.get("primitives", []):
                block = _primitive(document, primitive, _morph_weights(document, node), f"mesh {node['mesh']}")
                if block is not None:
                    _attach(rig, block, i, node.get("skin"), carrier)
                    blocks.append(block)
        if left_out:
            warnings.warn(f"{document.path}: left out meshes that hang on no joint: {', '.join(left_out)}", stacklevel=2)
        if not blocks:
            empty = np.zeros((0, 3))
            return cls(empty, empty.astype(np.int64), empty.astype(np.int64), empty, None, None, None)
        widest = max(b["weights"].shape[1] for b in blocks)
        starts = np.cumsum([0] + [len(b["vertices"]) for b in blocks])
        uv, texture = paint(document, [b["material"] for b in blocks], [b["uv"] for b in blocks], [len(b["vertices"]) for b in blocks])

        def padded(key: str) -> np.ndarray:
            return np.concatenate([np.pad(b[key], ((0, 0), (0, widest - b[key].shape[1]))) for b in blocks])

        return cls(
            np.concatenate([b["vertices"] for b in blocks]),
            np.concatenate([b["faces"] + s for b, s in zip(blocks, starts)]),
            padded("joints"),
            padded("weights"),
            uv,
            texture,
            blocks[0]["source"] if len(blocks) == 1 else None,
        )

    def character(self, rig: _Rig, animations: dict[str, Motion], scale: float) -> Character:
        from vitruve.bodies.character import Character

        faces, keep = self.faces, np.arange(len(self.vertices))
        if self.source is not None:
            # one vertex again where a seam of the texture had doubled it
            original, keep = np.unique(self.source, return_index=True)
            faces = np.searchsorted(original, self.source)[self.faces]
        return Character.from_arrays(
            rig.scene.document.path.stem,
            vertices=torch.from_numpy(self.vertices[keep] * scale).float(),
            faces=torch.from_numpy(faces),
            skin_joints=torch.from_numpy(self.skin_joints[keep]),
            skin_weights=torch.from_numpy(self.skin_weights[keep]).float(),
            skeleton=rig.skeleton,
            joints=torch.from_numpy(rig.places * scale).float(),
            uv=None if self.uv is None else torch.from_numpy(self.uv).float(),
            uv_faces=None if self.uv is None else torch.from_numpy(self.faces),
            texture=self.texture,
            animations=animations,
        )


def _primitive(document: Document, primitive: dict[str, Any], morph: np.ndarray, user: str) -> dict[str, Any] | None:
    """Arrays of one primitive; None where it has no triangles."""
    mode = primitive.get("mode", 4)
    attributes = primitive.get("attributes", {})
    if mode not in (4, 5, 6) or "POSITION" not in attributes:
        return None
    vertices = document.accessor(attributes["POSITION"], ("VEC3",), user).astype(np.float64)
    count = len(vertices)
    if not count:
        return None
    for weight, target in zip(morph, primitive.get("targets", [])):
        if weight and "POSITION" in target:
            delta = document.accessor(target["POSITION"], ("VEC3",), user)
            if len(delta) != count:
                document.fail(f"{user}: a morph target of {len(delta)} vertices; expected {count}")
            vertices = vertices + weight * delta
    index = np.arange(count)
    if "indices" in primitive:
        index = document.accessor(primitive["indices"], ("SCALAR",), user)[:, 0]
        if index.dtype.kind != "u" or (len(index) and index.max() >= count):
            document.fail(f"{user}: an index beyond its {count} vertices")
        index = index.astype(np.int64)
    if mode == 4:
        faces = index[: len(index) // 3 * 3].reshape(-1, 3)
    else:
        i = np.arange(max(len(index) - 2, 0))
        flip = i % 2
        # every other triangle of a strip turns the other way; a fan keeps its first corner
        corners = np.stack([i, i + 1 + flip, i + 2 - flip], 1) if mode == 5 else np.stack([np.zeros_like(i), i + 1, i + 2], 1)
        faces = index[corners]
    if not len(faces):
        return None

    def per_vertex(key: str, kind: str) -> np.ndarray | None:
        if key not in attributes:
            return None
        array = document.accessor(attributes[key], (kind,), user)
        if len(array) != count:
            document.fail(f"{user}: {key} has {len(array)} elements; expected {count}")
        return array

    sets: list[tuple[np.ndarray, np.ndarray]] = []
    while (joints := per_vertex(f"JOINTS_{len(sets)}", "VEC4")) is not None:
        weights = per_vertex(f"WEIGHTS_{len(sets)}", "VEC4")
        if weights is None or joints.dtype.kind != "u":
            document.fail(f"{user}: JOINTS_{len(sets)} without weights, or not whole numbers")
        sets.append((joints.astype(np.int64), weights.astype(np.float64)))
    uv = per_vertex("TEXCOORD_0", "VEC2")
    source = per_vertex("_VERTEX", "SCALAR")
    return {
        "vertices": vertices,
        "faces": faces,
        "joints": np.concatenate([j for j, _ in sets], 1) if sets else None,
        "weights": np.concatenate([w for _, w in sets], 1) if sets else None,
        # glTF counts v from the top of the picture
        "uv": None if uv is None else np.stack([uv[:, 0], 1 - uv[:, 1].astype(np.float64)], 1),
        "material": primitive.get("material"),
        "source": None if source is None else source[:, 0].astype(np.int64),
    }


def _attach(rig: _Rig, block: dict[str, Any], node: int, skin: int | None, carrier: int | None) -> None:
    """Bring a primitive to the rest pose of the rig, its joints counted as the rig's."""
    scene, document = rig.scene, rig.scene.document
    vertices = block["vertices"]
    homogeneous = np.concatenate([vertices, np.ones((len(vertices), 1))], 1)
    if skin is None or block["joints"] is None:
        joint = rig.index[carrier] if carrier is not None else rig.root
        rest = scene.rest
        place = rest[node] if carrier is None else rig.bind[joint] @ np.linalg.inv(rest[carrier]) @ rest[node]
        block["vertices"] = (homogeneous @ place.T)[:, :3]
        block["joints"] = np.full((len(vertices), 1), joint)
        block["weights"] = np.ones((len(vertices), 1))
        return
    nodes, inverse = rig.skins[skin]
    joints, weights = block["joints"], block["weights"].clip(0)
    if (joints[weights > 0] >= len(nodes)).any():
        document.fail(f"skin {skin}: vertices use joint {joints[weights > 0].max()}, but it has {len(nodes)}")
    joints = np.where(weights > 0, joints, 0)
    total = weights.sum(1, keepdims=True)
    weights = np.where(total > 0, weights / np.where(total > 0, total, 1), np.eye(1, weights.shape[1]))
    index = np.array([rig.index[n] for n in nodes])
    # one matrix for all joints if the skin was bound in this rest pose; else the skin itself brings it there
    place = rig.bind[index] @ inverse
    block["vertices"] = sum(weights[:, k, None] * np.einsum("vij,vj->vi", place[joints[:, k]], homogeneous)[:, :3] for k in range(weights.shape[1]))
    block["joints"], block["weights"] = index[joints], weights
