"""Calibrated views side by side: what was detected in each, and the people reconstructed from all of them, projected back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.errors import OptionError, ShapeError
from vitruve.io.files import atomic
from vitruve.render.draw import canvas, draw_poses

GROUND = (222, 225, 230)
SEEN = (60, 64, 74)
"""RGB of the lines of the ground, a metre apart, and of what was detected."""


def draw_views(people: Poses, views: Sequence[Poses], *, width: int = 480) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """Every frame: a tile for each view, and one from above, on plain ground.

    Dark rings are the 2D detections, stick figures with numbers the people, projected.

    Args:
        people: (P, T, J, 3) world positions, metres, y up.
        views: 2D detections with their cameras, as :func:`vitruve.core.multiview.track_people` takes them.
        width: of a tile, pixels.

    Raises:
        OptionError: people in 2D, nobody, a view without a camera or without a size. ShapeError: views of another length.
    """
    if people.dims != 3:
        raise OptionError("draw_views: expected people in 3D")
    known = people.positions[people.valid].double()
    if not len(known):
        raise OptionError("nothing to show: no joint is known in any frame")
    cameras, sizes = [], []
    for i, view in enumerate(views):
        if view.num_frames != people.num_frames:
            raise ShapeError(f"view {i} has {view.num_frames} frames, the people have {people.num_frames}")
        size = view.image_size or (view.camera.image_size if view.camera is not None else None)
        if view.camera is None or size is None:
            raise OptionError(f"view {i} has no camera, or does not say the size of its picture")
        cameras.append(view.camera.to(torch.float64))
        sizes.append(size)
    cameras.append(_above(known, sizes[0]))
    sizes.append(sizes[0])
    scales = [width / w for w, _ in sizes]
    shapes = [(width, round(h * s)) for (_, h), s in zip(sizes, scales)]
    grounds = [_ground(c, known, s, shape) for c, s, shape in zip(cameras, scales, shapes)]
    drawn = [_project(c, people.positions.double()) for c in cameras]
    columns = math.ceil(math.sqrt(len(cameras)))
    height = max(h for _, h in shapes)
    return (
        _tiled(
            [
                _tile(grounds[v], views[v][t : t + 1] if v < len(views) else None, drawn[v][0][:, t], drawn[v][1][:, t], people, t, scales[v])
                for v in range(len(cameras))
            ],
            columns,
            (width, height),
        )
        for t in range(people.num_frames)
    )


def write_pictures(people: Poses, views: Sequence[Poses], path: str | Path, count: int = 12) -> list[Path]:
    """`draw_views` as a film (.mp4), or as `count` pictures, evenly spaced in time, in a folder."""
    path = Path(path)
    if path.suffix == ".mp4":
        from vitruve.render.video import write_video

        return [write_video(draw_views(people, views), path, people.fps)]
    if path.suffix:
        raise OptionError(f"{path}: expected .mp4, or a folder")
    import cv2

    path.mkdir(parents=True, exist_ok=True)
    frames = sorted({round(i) for i in np.linspace(0, people.num_frames - 1, min(count, people.num_frames))})
    out = []
    # cut first: pictures are drawn as they are asked for
    some, few = _at(people, frames), [_at(v, frames) for v in views]
    for t, picture in zip(frames, draw_views(some, few)):
        out.append(path / f"frame{t:05d}.png")
        with atomic(out[-1]) as temporary:
            temporary.write_bytes(cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
    return out


def _at(poses: Poses, frames: list[int]) -> Poses:
    return replace(poses, positions=poses.positions[:, frames], confidence=poses.confidence[:, frames], metadata={})


def _above(points: Float[Tensor, "N 3"], size: tuple[int, int]) -> Camera:
    """A camera that looks down on everybody, steeply, from behind the world's front."""
    low, high = points.amin(0), points.amax(0)
    middle = (low + high) / 2
    reach = float((high - low).norm())
    eye = middle + reach * torch.tensor([0.0, 1.3, 0.6], dtype=torch.float64)
    return Camera.look_at(eye.float(), middle.float(), size, 1.1 * size[1]).to(torch.float64)


def _project(camera: Camera, x: Float[Tensor, "*B 3"]) -> tuple[Float[Tensor, "*B 2"], Float[Tensor, "*B"]]:
    """(pixels, depth); pixels of what is behind the camera are NaN."""
    flat = x.reshape(-1, 3)
    return camera.project(flat).view(*x.shape[:-1], 2), camera.to_camera(flat)[:, 2].view(x.shape[:-1])


def _ground(camera: Camera, points: Float[Tensor, "N 3"], scale: float, shape: tuple[int, int]) -> np.ndarray:
    """A tile with the lines of the ground (y = 0) around everybody."""
    import cv2

    out = canvas(shape)
    low, high = (points.amin(0) - 1).floor(), (points.amax(0) + 1).ceil()
    for axis, across in ((0, 2), (2, 0)):
        along = torch.linspace(float(low[across]), float(high[across]), 60, dtype=torch.float64)
        for at in torch.arange(float(low[axis]), float(high[axis]) + 0.5):
            line = torch.zeros(len(along), 3, dtype=torch.float64)
            line[:, axis], line[:, across] = at, along
            pixels = (_project(camera, line)[0] * scale).numpy()
            for a, b in zip(pixels, pixels[1:]):
                if np.isfinite([a, b]).all() and np.abs([a, b]).max() < 1e4:
                    cv2.line(out, tuple(map(int, a)), tuple(map(int, b)), GROUND, 1, cv2.LINE_AA)
    return out


def _tile(ground: np.ndarray, seen: Poses | None, pixels: Tensor, depth: Tensor, people: Poses, t: int, scale: float) -> np.ndarray:
    import cv2

    tile = draw_poses(
        ground, (pixels * scale).numpy(), people.skeleton, people.confidence[:, t].numpy(), ids=people.ids.numpy(), depth=depth.numpy(), thickness=2.0
    )
    if seen is not None:
        found = seen.positions[:, 0][seen.valid[:, 0]] * scale
        for x, y in found.tolist():
            cv2.circle(tile, (round(x), round(y)), 3, SEEN, 1, cv2.LINE_AA)
    return tile


def _tiled(tiles: list[np.ndarray], columns: int, size: tuple[int, int]) -> UInt8[np.ndarray, "H W 3"]:
    """Tiles in rows; smaller ones and empty places on canvas."""
    empty = canvas(size)
    padded = []
    for tile in tiles + [empty] * (-len(tiles) % columns):
        place = empty.copy()
        place[: tile.shape[0], : tile.shape[1]] = tile
        # a rim keeps neighbours apart
        place[-1], place[:, -1] = SEEN, SEEN
        padded.append(place)
    return np.concatenate([np.concatenate(padded[i : i + columns], 1) for i in range(0, len(padded), columns)])
