"""What a glTF file can show: a skinned mesh with its clips, made from a body, a bare motion or a mesh."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from vitruve.core.motion import Motion
from vitruve.core.naming import side_of
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError, ShapeError

# linear RGB: the body's left, its right, and its middle
_SIDE_COLOURS = {"left": (0.05, 0.25, 0.75), "right": (0.80, 0.20, 0.04), None: (0.45, 0.45, 0.45)}


@dataclass
class Figure:
    """Numpy arrays of one skinned mesh; without a skeleton it is a static mesh."""

    name: str
    vertices: np.ndarray
    faces: np.ndarray
    skeleton: Skeleton | None = None
    joints: np.ndarray | None = None
    """(J, 3) rest positions."""
    skin_joints: np.ndarray | None = None
    skin_weights: np.ndarray | None = None
    uv: np.ndarray | None = None
    uv_faces: np.ndarray | None = None
    texture: np.ndarray | None = None
    """(H, W, 3 or 4) uint8 sRGB."""
    colours: np.ndarray | None = None
    """(V, 3) linear RGB."""
    clips: dict[str, Motion] = field(default_factory=dict)


def as_array(x: Any, dtype: type | None = None) -> np.ndarray:
    """A tensor or array as numpy."""
    x = x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    return x if dtype is None else x.astype(dtype)


def figures(value: Any, colours: Any = None) -> Iterator[Figure]:
    """The figures of a BodyMotion, Motion, body model (with its `animations`), mesh, or sequence of these."""
    from vitruve.bodies.model import BodyModel, BodyMotion

    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            raise OptionError("nothing to write: the list is empty")
        for v in value:
            yield from figures(v, colours)
        return
    if isinstance(value, Motion):
        figure = stick_figure(value)
    elif isinstance(value, BodyMotion):
        motion = value.motion
        shape = motion.shape
        if shape is not None and shape.ndim > 1:
            # one mesh: where the shape changes from frame to frame it is the mean, on bones that stretch
            shape = shape.reshape(-1, shape.shape[-1]).mean(0)
        figure = _body(value.model, shape, {motion.name or "motion": motion})
    elif isinstance(value, BodyModel):
        figure = _body(value, None, getattr(value, "animations", {}))
    elif hasattr(value, "vertices") and hasattr(value, "faces"):
        figure = Figure(getattr(value, "name", None) or "mesh", as_array(value.vertices, np.float64), as_array(value.faces, np.int64))
    else:
        raise OptionError(f"glTF cannot hold a {type(value).__name__}; expected a BodyMotion, a Motion, a body model, a mesh, or a list of these")
    if colours is not None:
        figure.colours = _colours(value, figure, colours)
    _check(figure)
    yield figure


def _body(model: Any, shape: Any, clips: dict[str, Motion]) -> Figure:
    from vitruve.bodies.model import BodyModel

    if type(model).correctives is not BodyModel.correctives:
        warnings.warn(f"body {model.name!r}: glTF skins without pose-dependent correctives; bent joints look plainer than in vitruve", stacklevel=2)
    rest = model.rest(shape)
    return Figure(
        model.name,
        as_array(rest.vertices, np.float64).reshape(-1, 3),
        as_array(model.faces, np.int64),
        model.skeleton,
        as_array(rest.joints, np.float64).reshape(-1, 3),
        as_array(model.skin_joints, np.int64),
        as_array(model.skin_weights, np.float64),
        None if model.uv is None else as_array(model.uv, np.float32),
        None if model.uv_faces is None else as_array(model.uv_faces, np.int64),
        getattr(model, "texture", None),
        clips=dict(clips),
    )


def _colours(value: Any, figure: Figure, colours: Any) -> np.ndarray:
    if isinstance(colours, str):
        parts = getattr(getattr(value, "model", value), "parts", None)
        if colours != "parts" or parts is None:
            raise OptionError(f"colours={colours!r}: expected 'parts' (of a body) or an array (V, 3) of linear RGB")
        parts = as_array(parts, np.int64)
        # hues a golden ratio apart: neighbours in the list never look alike
        hue = (np.arange(parts.max() + 1) * 0.618034) % 1
        palette = 0.15 + 0.75 * np.clip(np.abs((hue[:, None] * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
        return palette[parts].astype(np.float32)
    array = as_array(colours, np.float32)
    if array.shape != figure.vertices.shape:
        raise ShapeError(f"colours: expected {figure.vertices.shape} linear RGB, found {array.shape}")
    return array.clip(0, 1)


def _check(figure: Figure) -> None:
    v, f = figure.vertices, figure.faces
    if v.ndim != 2 or v.shape[1] != 3 or not len(v) or not np.isfinite(v).all():
        raise ShapeError(f"vertices: expected finite (V, 3), found {v.shape}{'' if np.isfinite(v).all() else ' with NaN or infinity'}")
    if f.ndim != 2 or f.shape[1] != 3 or not len(f) or f.min() < 0 or f.max() >= len(v):
        raise ShapeError(f"faces: expected (F, 3) indices below {len(v)}, found {f.shape}{f' up to {f.max()}' if f.size else ''}")
    for clip in figure.clips.values():
        assert figure.skeleton is not None
        if clip.skeleton.joints != figure.skeleton.joints:
            raise ShapeError(f"motion {clip.name!r} is of skeleton {clip.skeleton.name!r}, the body of {figure.skeleton.name!r}: retarget first")
        if not len(clip):
            raise ShapeError(f"motion {clip.name!r} has no frames")


def stick_figure(motion: Motion) -> Figure:
    """A body for a motion without one: an octahedron along every bone, a ball at every joint, coloured by side."""
    skeleton = motion.skeleton
    joints = as_array(motion.rest_positions(), np.float64)
    size = max(float(np.ptp(joints, axis=0).max()), 1e-3)
    vertices: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    owner: list[np.ndarray] = []
    count = 0

    def add(v: np.ndarray, f: np.ndarray, joint: int) -> None:
        nonlocal count
        faces.append(f + count)
        vertices.append(v)
        owner.append(np.full(len(v), joint))
        count += len(v)

    ball, ball_faces = _ball()
    for j, parent in enumerate(skeleton.parents):
        add(joints[j] + ball * size * 0.009, ball_faces, j)
        if parent >= 0 and (length := float(np.linalg.norm(joints[j] - joints[parent]))) > 1e-3 * size:
            v = _octahedron(joints[parent], joints[j], min(0.12 * length, 0.02 * size))
            add(v, np.arange(24).reshape(8, 3), parent)
    joint = np.concatenate(owner)
    palette = np.array([_SIDE_COLOURS[side_of(mark) if mark else None] for mark in skeleton.landmarks], np.float32)
    return Figure(
        motion.name or skeleton.name,
        np.concatenate(vertices),
        np.concatenate(faces),
        skeleton,
        joints,
        joint[:, None],
        np.ones((len(joint), 1)),
        colours=palette[joint],
        clips={motion.name or "motion": motion},
    )


def _octahedron(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """(24, 3) corners of eight triangles, each with its own three so that it is shaded flat."""
    along = (b - a) / np.linalg.norm(b - a)
    side = np.cross(along, np.eye(3)[np.abs(along).argmin()])
    side /= np.linalg.norm(side)
    other = np.cross(along, side)
    ring = a + 0.15 * (b - a) + width * np.stack([side, other, -side, -other])
    corners = [[a, ring[(i + 1) % 4], ring[i]] for i in range(4)] + [[b, ring[i], ring[(i + 1) % 4]] for i in range(4)]
    return np.array(corners).reshape(24, 3)


def _ball() -> tuple[np.ndarray, np.ndarray]:
    """Unit icosahedron: (12, 3) vertices, (20, 3) faces outwards."""
    from scipy.spatial import ConvexHull

    g = (1 + 5**0.5) / 2
    corner = np.array([[0, a, b * g] for a in (-1, 1) for b in (-1, 1)])
    v = np.concatenate([np.roll(corner, k, axis=1) for k in range(3)]) / np.hypot(1, g)
    f = ConvexHull(v).simplices.astype(np.int64)
    inward = np.einsum("fi,fi->f", np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]]), v[f[:, 0]]) < 0
    f[inward] = f[inward][:, ::-1]
    return v, f
