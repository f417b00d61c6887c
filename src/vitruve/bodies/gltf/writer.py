"""Writing glTF 2.0 with numpy and the standard library."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitruve import __version__
from vitruve.bodies.gltf.figure import Figure, as_array, figures
from vitruve.bodies.gltf.materials import png
from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.errors import OptionError
from vitruve.io.files import atomic

FLOAT, U8, U16, U32 = 5126, 5121, 5123, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
_COMPONENTS = {"float32": FLOAT, "uint8": U8, "uint16": U16, "uint32": U32}
_SKIN_COLOUR = (0.46, 0.52, 0.58)
"""A neutral clay, linear RGB."""
# below these a channel counts as constant, and as the rest pose
_SAME_ROTATION, _SAME_PLACE = 1e-6, 1e-6
# of a vertex's weight: what may be dropped, less than a millimetre on neighbouring joints
_SPARE_WEIGHT = 2e-3


def write(
    value: Any, path: str | Path, *, fps: float | None = None, influences: int | None = None, colours: Any = None, colour: tuple[float, ...] = _SKIN_COLOUR
) -> None:
    """Write a .glb, or a .gltf that holds everything, as a skinned mesh with one node per joint.

    Nodes rest at the joints of the rest pose with no rotation, so that rotations in the file are those of
    the Motion: local, xyzw, about joints in the world-aligned rest frame, y up, metres.

    Args:
        value: BodyMotion; Motion (drawn as a figure of bones); a body model or Character, with its `animations`;
            a mesh with `vertices` and `faces`; or a list of these, such as the people of one scene.
        fps: resample clips to this rate first.
        influences: at most this many joints per vertex (the largest, renormalised); None keeps all that matter.
            Viewers that read only the first four then show the four largest.
        colours: 'parts', or linear RGB (V, 3), as vertex colours.
        colour: linear RGB of the material where there are no vertex colours.

    Raises:
        OptionError: for a value that glTF cannot hold. ShapeError: for arrays that do not fit together.

    Source: Khronos glTF 2.0 specification (ISO/IEC 12113).
    """
    path = Path(path)
    if influences is not None and influences < 1:
        raise OptionError(f"influences={influences}: expected at least 1 joint per vertex")
    if len(colour) != 3:
        raise OptionError(f"colour={colour!r}: expected three numbers, linear RGB from 0 to 1")
    doc = _Document()
    for figure in figures(value, colours):
        _add_figure(doc, figure, fps, influences, tuple(float(c) for c in colour))
    doc.save(path)


@dataclass
class _Document:
    """The JSON of a glTF file, and the arrays of its one buffer, in order."""

    tree: dict[str, Any] = field(
        default_factory=lambda: {"asset": {"version": "2.0", "generator": f"vitruve {__version__}"}, "scene": 0, "scenes": [{"nodes": []}]}
    )
    chunks: list[np.ndarray] = field(default_factory=list)
    size: int = 0

    def add(self, kind: str, **entry: Any) -> int:
        """Append to one of the top-level arrays; entries that are None are left out."""
        self.tree.setdefault(kind, []).append({k: v for k, v in entry.items() if v is not None})
        return len(self.tree[kind]) - 1

    def view(self, *arrays: np.ndarray, target: int | None = None) -> int:
        """A bufferView of arrays, one behind the other, each aligned to 4 bytes."""
        arrays = tuple(np.ascontiguousarray(a, a.dtype.newbyteorder("<")) for a in arrays)
        padded = sum(a.nbytes + -a.nbytes % 4 for a in arrays)
        view = self.add("bufferViews", buffer=0, byteOffset=self.size, byteLength=padded - -arrays[-1].nbytes % 4, target=target)
        self.chunks += arrays
        self.size += padded
        return view

    def accessor(self, array: np.ndarray, kind: str, target: int | None = None, bounds: bool = False, view: int | None = None, offset: int = 0) -> int:
        """An accessor over `array`, in a view of its own or at `offset` in one that exists."""
        flat = array.reshape(len(array), -1)
        return self.add(
            "accessors",
            bufferView=self.view(array, target=target) if view is None else view,
            byteOffset=offset or None,
            componentType=_COMPONENTS[array.dtype.name],
            count=len(array),
            type=kind,
            min=flat.min(0).tolist() if bounds else None,
            max=flat.max(0).tolist() if bounds else None,
        )

    def save(self, path: Path) -> None:
        text = self.tree | {"buffers": [{"byteLength": self.size}]}
        with atomic(path) as temporary, open(temporary, "wb") as file:
            if path.suffix.lower() == ".gltf":
                # base64 runs over groups of three bytes: join, then encode once
                data = b"".join(c.tobytes() + bytes(-c.nbytes % 4) for c in self.chunks)
                text["buffers"][0]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
                file.write(json.dumps(text, allow_nan=False).encode())
                return
            head = json.dumps(text, allow_nan=False, separators=(",", ":")).encode()
            head += b" " * (-len(head) % 4)
            total = 12 + 8 + len(head) + 8 + self.size
            if total >= 2**32:
                raise OptionError(f"{path}: {total} bytes; a .glb holds less than 4 GiB: write fewer frames or people to a file")
            file.write(struct.pack("<4sII", b"glTF", 2, total) + struct.pack("<I4s", len(head), b"JSON") + head)
            file.write(struct.pack("<I4s", self.size, b"BIN\0"))
            for chunk in self.chunks:
                file.write(chunk.data)
                file.write(bytes(-chunk.nbytes % 4))


def _add_figure(doc: _Document, figure: Figure, fps: float | None, influences: int | None, colour: tuple[float, ...]) -> None:
    scene = doc.tree["scenes"][0]["nodes"]
    mesh = _add_mesh(doc, figure, influences, colour)
    if figure.skeleton is None:
        scene.append(doc.add("nodes", name=figure.name, mesh=mesh))
        return
    assert figure.joints is not None
    skeleton, joints = figure.skeleton, figure.joints
    parents = np.array(skeleton.parents)
    offsets = joints - np.where(parents[:, None] < 0, 0, joints[parents])
    first = len(doc.tree.get("nodes", []))
    for j, name in enumerate(skeleton.joints):
        children = [first + c for c in skeleton.children[j]] or None
        doc.add("nodes", name=name, translation=offsets[j].astype(np.float32).tolist(), children=children)
    bind = np.tile(np.eye(4, dtype=np.float32), (len(joints), 1, 1))
    # column-major: the translation is the last row of what is written
    bind[:, 3, :3] = -joints
    nodes = [first + j for j in range(len(joints))]
    root = nodes[skeleton.roots[0]]
    skin = doc.add("skins", name=skeleton.name, joints=nodes, skeleton=root, inverseBindMatrices=doc.accessor(bind, "MAT4"))
    scene += [root, doc.add("nodes", name=figure.name, mesh=mesh, skin=skin)]
    for name, clip in figure.clips.items():
        _add_clip(doc, name, clip if fps is None else clip.resample(fps), nodes, skeleton.roots[0], offsets)


def _add_mesh(doc: _Document, figure: Figure, influences: int | None, colour: tuple[float, ...]) -> int:
    normals = vertex_normals(figure.vertices, figure.faces)
    source, faces, uv = _split_seams(figure)
    attributes = {
        "POSITION": doc.accessor(figure.vertices[source].astype(np.float32), "VEC3", ARRAY_BUFFER, bounds=True),
        "NORMAL": doc.accessor(normals[source].astype(np.float32), "VEC3", ARRAY_BUFFER),
    }
    if uv is not None:
        # glTF counts v from the top of the picture
        attributes["TEXCOORD_0"] = doc.accessor(np.stack([uv[:, 0], 1 - uv[:, 1]], 1).astype(np.float32), "VEC2", ARRAY_BUFFER)
        if len(source) != len(figure.vertices):
            attributes["_VERTEX"] = doc.accessor(source.astype(np.float32), "SCALAR", ARRAY_BUFFER)
    if figure.colours is not None:
        attributes["COLOR_0"] = doc.accessor(figure.colours[source].astype(np.float32), "VEC3", ARRAY_BUFFER)
    if figure.skeleton is not None:
        joints, weights = pack_weights(figure.skin_joints, figure.skin_weights, influences)
        narrow = np.uint8 if len(figure.skeleton) <= 256 else np.uint16
        for k in range(0, joints.shape[1], 4):
            attributes[f"JOINTS_{k // 4}"] = doc.accessor(joints[source, k : k + 4].astype(narrow), "VEC4", ARRAY_BUFFER)
            attributes[f"WEIGHTS_{k // 4}"] = doc.accessor(weights[source, k : k + 4], "VEC4", ARRAY_BUFFER)
    # 65535 restarts a strip, so 16 bits count to 65534
    indices = faces.reshape(-1).astype(np.uint16 if len(source) <= 65535 else np.uint32)
    textured = figure.texture is not None and uv is not None and figure.colours is None
    base = colour if figure.colours is None and not textured else (1.0, 1.0, 1.0)
    surface: dict[str, Any] = {"baseColorFactor": [*base, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.65}
    if textured and figure.texture is not None:
        image = doc.add("images", mimeType="image/png", bufferView=doc.view(np.frombuffer(png(figure.texture), np.uint8)))
        surface["baseColorTexture"] = {"index": doc.add("textures", source=image)}
    material = doc.add("materials", name="body", pbrMetallicRoughness=surface)
    primitive = {"attributes": attributes, "indices": doc.accessor(indices, "SCALAR", ELEMENT_ARRAY_BUFFER), "material": material, "mode": 4}
    return doc.add("meshes", name=figure.name, primitives=[primitive])


def _split_seams(figure: Figure) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """(vertex of each written vertex, faces over written vertices, their uv): a vertex is written once per uv it has."""
    count = len(figure.vertices)
    if figure.uv is None or not len(figure.uv):
        return np.arange(count), figure.faces, None
    uv_faces = figure.faces if figure.uv_faces is None else figure.uv_faces
    unused = np.setdiff1d(np.arange(count), figure.faces)
    vertex = np.concatenate([figure.faces.reshape(-1), unused])
    texel = np.concatenate([uv_faces.reshape(-1), np.zeros_like(unused)])
    corners, index = np.unique(vertex * len(figure.uv) + texel, return_inverse=True)
    return corners // len(figure.uv), index[: figure.faces.size].reshape(-1, 3), figure.uv[corners % len(figure.uv)]


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, faces weighted by area; +y where a vertex has no face."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    corner = faces.reshape(-1)
    total = np.stack([np.bincount(corner, np.repeat(normal[:, i], 3), len(vertices)) for i in range(3)], 1)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-20, total / np.maximum(length, 1e-20), [0.0, 1.0, 0.0])


def pack_weights(joints: Any, weights: Any, influences: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(V, 4n) joints and float32 weights, largest first, each joint once, sums of 1, unused places zero."""
    order = np.argsort(joints, 1, kind="stable")
    j, w = np.take_along_axis(joints, order, 1), np.take_along_axis(weights, order, 1).clip(0).astype(np.float64)
    for k in range(j.shape[1] - 1, 0, -1):
        same = j[:, k] == j[:, k - 1]
        w[:, k - 1] += np.where(same, w[:, k], 0)
        w[:, k] = np.where(same, 0, w[:, k])
    order = np.argsort(-w, 1, kind="stable")
    j, w = np.take_along_axis(j, order, 1), np.take_along_axis(w, order, 1)
    needed = 1 + int((w.cumsum(1) < (1 - _SPARE_WEIGHT) * w.sum(1, keepdims=True)).sum(1).max(initial=0))
    keep = min(needed, j.shape[1] if influences is None else influences)
    j, w = j[:, :keep], w[:, :keep]
    total = w.sum(1, keepdims=True)
    if (total <= 0).any():
        raise OptionError(f"vertex {int((total[:, 0] <= 0).argmax())} has no skin weight")
    w = (w / total).astype(np.float32)
    # what rounding left over goes to the largest: readers check the sum
    w[:, 0] += (1 - w.sum(1, dtype=np.float64)).astype(np.float32)
    j = np.where(w > 0, j, 0)
    pad = ((0, 0), (0, -keep % 4))
    return np.pad(j, pad), np.pad(w, pad)


def _turns(rotations: torch.Tensor) -> np.ndarray:
    """Rotations of one joint as they are written (T, 4), a single one (1, 4) where it never turns."""
    q = as_array(rot.hemisphere(rot.normalize(rotations.detach().to("cpu", torch.float64))), np.float32)
    return q[:1].copy() if np.abs(q - q[:1]).max() <= _SAME_ROTATION else q


def _add_clip(doc: _Document, name: str, clip: Motion, nodes: list[int], root: int, rest: np.ndarray) -> None:
    """One animation: linear samplers of every joint that turns, of the root's path, and of bones that stretch."""
    turns = [_turns(clip.rotations[:, j]) for j in range(len(nodes))]
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    times = doc.accessor((np.arange(len(clip)) / clip.fps).astype(np.float32), "SCALAR", bounds=True)
    start: list[int] = []

    def put(tracks: list[tuple[int, np.ndarray]], path: str, kind: str) -> None:
        if not tracks:
            return
        view = doc.view(*(x for _, x in tracks))
        offset = 0
        for joint, x in tracks:
            output = doc.accessor(x, kind, view=view, offset=offset)
            offset += x.nbytes
            if len(x) == len(clip):
                key = times
            else:
                start[:] = start or [doc.accessor(np.zeros(1, np.float32), "SCALAR", bounds=True)]
                key = start[0]
            samplers.append({"input": key, "output": output, "interpolation": "LINEAR"})
            channels.append({"sampler": len(samplers) - 1, "target": {"node": nodes[joint], "path": path}})

    put([(j, q) for j, q in enumerate(turns) if len(q) > 1 or np.abs(q[0, :3]).max() > _SAME_ROTATION], "rotation", "VEC4")

    offsets = as_array(clip.offsets, np.float64)
    offsets = offsets if offsets.ndim == 3 else offsets[None]
    moved = np.abs(offsets - rest).max((0, 2)) > _SAME_PLACE
    moved[root] = False
    steady = np.ptp(offsets, axis=0).max(1) <= _SAME_PLACE
    path = as_array(clip.translation, np.float32)
    put(
        [(root, path)] + [(int(j), offsets[:1, j].astype(np.float32) if steady[j] else offsets[:, j].astype(np.float32)) for j in np.flatnonzero(moved)],
        "translation",
        "VEC3",
    )
    doc.add("animations", name=name, samplers=samplers, channels=channels, extras={"fps": clip.fps})
