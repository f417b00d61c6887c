"""The node tree of a glTF file: transforms at rest and over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import roma
import torch

from vitruve.bodies.gltf.document import Document


def _compose(t: np.ndarray, q: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Matrices (*B, 4, 4) of translations, quaternions xyzw and scales."""
    batch = np.broadcast_shapes(t.shape[:-1], q.shape[:-1], s.shape[:-1])
    out = np.zeros((*batch, 4, 4))
    out[..., :3, :3] = roma.unitquat_to_rotmat(torch.from_numpy(np.ascontiguousarray(q))).numpy() * s[..., None, :]
    out[..., :3, 3] = t
    out[..., 3, 3] = 1
    return out


def _slerp(a: np.ndarray, b: np.ndarray, u: np.ndarray) -> np.ndarray:
    """From quaternions a to b (N, 4) along the shorter arc, each by its own u (N, 1)."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True).clip(1e-12) for x in (a, b))
    cosine = (a * b).sum(1, keepdims=True)
    b, cosine = np.where(cosine < 0, -b, b), np.abs(cosine).clip(max=1)
    angle = np.arccos(cosine)
    near = angle < 1e-4
    sine = np.where(near, 1, np.sin(angle))
    return np.where(near, 1 - u, np.sin((1 - u) * angle) / sine) * a + np.where(near, u, np.sin(u * angle) / sine) * b


class Scene:
    """The nodes that the default scene shows: their tree and their transforms at rest and over time."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes = nodes = document.all("nodes")
        self.parent = [-1] * len(nodes)
        for i, node in enumerate(nodes):
            for c in node.get("children", []):
                document.get("nodes", c, f"node {i}")
                if self.parent[c] >= 0:
                    document.fail(f"node {c} has two parents, {self.parent[c]} and {i}")
                self.parent[c] = i
        tops = [i for i, p in enumerate(self.parent) if p < 0]
        if document.tree.get("scenes"):
            shown = document.get("scenes", document.tree.get("scene", 0), "scene").get("nodes", [])
            for i in shown:
                document.get("nodes", i, "scene")
            tops = list(dict.fromkeys(shown)) or tops
        self.order: list[int] = []
        """Shown nodes, parents first, as a reader walks down the tree."""
        stack = tops[::-1]
        while stack:
            i = stack.pop()
            self.order.append(i)
            if len(self.order) > len(nodes):
                document.fail("nodes: the tree has a loop")
            stack += list(nodes[i].get("children", []))[::-1]
        self.shown = set(self.order)
        self.local = [self._local(n) for n in nodes]
        self.rest = self._walk(dict(enumerate(self.local)))

    def _walk(self, local: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
        world: dict[int, np.ndarray] = {}
        for i in self.order:
            p = self.parent[i]
            world[i] = world[p] @ local[i] if p in world else local[i]
        return world

    def _trs(self, node: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        number = self.document.numbers
        q = number(node, "rotation", [0.0, 0.0, 0.0, 1.0])
        length = np.linalg.norm(q)
        if not length > 1e-6:
            self.document.fail(f"node {node.get('name')!r}: rotation of length 0")
        return number(node, "translation", [0.0] * 3), q / length, number(node, "scale", [1.0] * 3)

    def _local(self, node: dict[str, Any]) -> np.ndarray:
        if "matrix" in node:
            return self.document.numbers(node, "matrix", [0.0] * 16).reshape(4, 4).T
        return _compose(*self._trs(node))

    def name(self, i: int) -> str:
        return str(self.nodes[i].get("name") or f"node{i}")

    def path_up(self, i: int) -> list[int]:
        """Ancestors of a node, nearest first."""
        out = []
        while (i := self.parent[i]) in self.shown:
            out.append(i)
        return out

    def targets(self, clip: dict[str, Any]) -> dict[tuple[int, str], dict[str, Any]]:
        """(node, path) -> sampler of the channels that move shown nodes."""
        out = {}
        for channel in clip.get("channels", []):
            target = channel["target"]
            node = target.get("node")
            if node is None:
                continue
            self.document.get("nodes", node, "animation")
            samplers = clip.get("samplers", [])
            index = channel.get("sampler")
            if not isinstance(index, int) or not 0 <= index < len(samplers):
                self.document.fail(f"animation {clip.get('name')!r}: sampler {index!r}, but it has {len(samplers)}")
            if node in self.shown:
                out[node, target["path"]] = samplers[index]
        return out

    def keys(self, sampler: dict[str, Any]) -> np.ndarray:
        times = self.document.accessor(sampler.get("input"), ("SCALAR",), "animation")[:, 0].astype(np.float64)
        if not len(times) or (np.diff(times) < 0).any():
            self.document.fail("animation: key times must be there and not fall")
        return times

    def animate(self, clip: dict[str, Any], times: np.ndarray) -> dict[int, np.ndarray]:
        """World matrices (4, 4) or (T, 4, 4) of every shown node at `times`."""
        tracks: dict[int, dict[str, np.ndarray]] = {}
        for (node, path), sampler in self.targets(clip).items():
            if path in ("translation", "rotation", "scale"):
                tracks.setdefault(node, {})[path] = self._sample(sampler, path, times)
        local = dict(enumerate(self.local))
        for node, track in tracks.items():
            if "matrix" in self.nodes[node]:
                self.document.fail(f"node {self.name(node)!r} is animated but placed by a matrix")
            t, q, s = self._trs(self.nodes[node])
            local[node] = _compose(track.get("translation", t), track.get("rotation", q), track.get("scale", s))
        return self._walk(local)

    def _sample(self, sampler: dict[str, Any], path: str, times: np.ndarray) -> np.ndarray:
        """Values (T, 3 or 4) of an animation sampler."""
        kind = "VEC4" if path == "rotation" else "VEC3"
        keys = self.keys(sampler)
        values = self.document.accessor(sampler.get("output"), (kind,), "animation").astype(np.float64)
        mode = sampler.get("interpolation", "LINEAR")
        per_key = 3 if mode == "CUBICSPLINE" else 1
        if len(values) != per_key * len(keys):
            self.document.fail(f"animation: {len(values)} values for {len(keys)} keys ({mode}); expected {per_key * len(keys)}")
        high = np.searchsorted(keys, times, side="right").clip(1, max(len(keys) - 1, 1)).clip(max=len(keys) - 1)
        low = (high - 1).clip(0)
        span = keys[high] - keys[low]
        u = ((times - keys[low]) / np.where(span > 0, span, 1)).clip(0, 1)
        # key times are float32: a sample that falls on a key up to their rounding takes the key itself
        near = 4 * np.spacing(keys[high].astype(np.float32)).astype(np.float64)
        u = np.where(np.abs(times - keys[low]) <= near, 0, np.where((np.abs(times - keys[high]) <= near) & (span > 0), 1, u))[:, None]
        if mode == "CUBICSPLINE":
            enter, value, leave = values.reshape(len(keys), 3, -1).transpose(1, 0, 2)
            d = span[:, None]
            out = (2 * u**3 - 3 * u**2 + 1) * value[low] + (u**3 - 2 * u**2 + u) * d * leave[low]
            out += (3 * u**2 - 2 * u**3) * value[high] + (u**3 - u**2) * d * enter[high]
        elif mode == "STEP":
            out = np.where(u < 1, values[low], values[high])
        elif mode != "LINEAR":
            self.document.fail(f"animation: interpolation {mode!r}; expected LINEAR, STEP or CUBICSPLINE")
        elif path == "rotation":
            out = _slerp(values[low], values[high], u)
        else:
            out = (1 - u) * values[low] + u * values[high]
        if path != "rotation":
            return out
        length = np.linalg.norm(out, axis=1, keepdims=True)
        if (length < 1e-6).any():
            self.document.fail("animation: a rotation of length 0")
        return out / length
