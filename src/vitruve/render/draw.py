"""Stick figures on images: left blue, right orange, the middle grey, faint where unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8

from vitruve.core.naming import other_side, side_of
from vitruve.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from vitruve.core.camera import Camera
    from vitruve.core.poses import Poses
    from vitruve.core.skeleton import Skeleton

LEFT, RIGHT, CENTRE = (30, 122, 200), (236, 125, 26), (122, 126, 138)
"""RGB of the sides; blue and orange stay apart under every common colour blindness."""
CANVAS = (246, 247, 249)
HALO = (28, 30, 36)
_SUBPIXEL = 4  # bits of fraction that OpenCV draws with


def sides(skeleton: Skeleton) -> tuple[int, ...]:
    """1, -1 or 0 for each joint: left, right, or the middle; by landmark, else by name."""
    out = []
    for name, mark in zip(skeleton.joints, skeleton.landmarks):
        side = side_of(mark) if mark else None
        partner = other_side(name) if mark is None else None
        if partner is not None:
            # the first letter in which the names of the two sides differ is an l or an r
            side = "left" if next(a for a, b in zip(name, partner) if a != b) in "lL" else "right"
        out.append({"left": 1, "right": -1, None: 0}[side])
    return tuple(out)


def joint_colours(skeleton: Skeleton) -> UInt8[np.ndarray, "J 3"]:
    """RGB of each joint."""
    return np.array([CENTRE, LEFT, RIGHT], np.uint8)[list(sides(skeleton))]


def limb_colours(skeleton: Skeleton) -> UInt8[np.ndarray, "L 3"]:
    """RGB of each of `skeleton.limbs`: the side that one of its ends is on, unless the other is across."""
    s = sides(skeleton)
    return np.array([CENTRE, LEFT, RIGHT], np.uint8)[[int(np.sign(s[a] + s[b])) for a, b in skeleton.limbs]].reshape(-1, 3)


def canvas(size: tuple[int, int]) -> UInt8[np.ndarray, "H W 3"]:
    """An empty image of (width, height)."""
    return np.full((size[1], size[0], 3), CANVAS, np.uint8)


def draw_poses(
    image: UInt8[np.ndarray, "H W 3"],
    points: Float[Any, "P J 2"],
    skeleton: Skeleton,
    confidence: Float[Any, "P J"] | None = None,
    *,
    ids: Int[Any, " P"] | None = None,
    depth: Float[Any, "P J"] | None = None,
    thickness: float | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """Draw people on a copy of an RGB image.

    Args:
        image: RGB; see `canvas` for an empty one.
        points: pixels, (0, 0) the centre of the top-left one; NaN joints and their limbs are left out.
        confidence: 0 (invisible) to 1 (opaque).
        ids: numbers to write above the heads.
        depth: distance from the camera; nearer limbs are drawn over farther ones.
        thickness: of limbs, pixels; a 160th of the image's height by default.
    """
    import cv2

    points = np.asarray(points, np.float64)
    if points.shape[1] != len(skeleton):
        raise ShapeError(f"points have {points.shape[1]} joints, skeleton {skeleton.name!r} has {len(skeleton)}")
    opacity = np.ones(points.shape[:2]) if confidence is None else np.clip(np.nan_to_num(np.asarray(confidence, np.float64)), 0, 1)
    # far outside of the image is as good as missing, and beyond what OpenCV can count
    known = np.isfinite(points).all(-1) & (np.abs(points) < 1e5).all(-1) & (opacity > 0.02)
    out = np.ascontiguousarray(image).copy()
    width = thickness or max(1.5, image.shape[0] / 160)
    limbs, joints = limb_colours(skeleton), joint_colours(skeleton)

    strokes: list[tuple[float, int, int, int, float, tuple[int, ...]]] = []
    for p in range(len(points)):
        z = np.zeros(len(skeleton)) if depth is None else np.nan_to_num(np.asarray(depth)[p])
        for (a, b), colour in zip(skeleton.limbs, limbs):
            if known[p, a] and known[p, b]:
                strokes.append((-(z[a] + z[b]) / 2, p, a, b, min(opacity[p, a], opacity[p, b]), tuple(map(int, colour))))
        strokes += [(-z[j] + 1e-3, p, j, j, opacity[p, j], tuple(map(int, joints[j]))) for j in range(len(skeleton)) if known[p, j]]
    strokes.sort(key=lambda s: s[0])

    height, width_of_image = out.shape[:2]
    places = points.tolist()

    def stroke(p: int, a: int, b: int, alpha: float, colour: tuple[int, ...], w: float) -> None:
        (xa, ya), (xb, yb) = places[p][a], places[p][b]
        pad = int(w) + 3
        x0, y0 = max(math.floor(min(xa, xb)) - pad, 0), max(math.floor(min(ya, yb)) - pad, 0)
        x1, y1 = math.ceil(max(xa, xb)) + pad + 1, math.ceil(max(ya, yb)) + pad + 1
        if x1 <= x0 or y1 <= y0 or x0 >= width_of_image or y0 >= height:
            return
        part = out[y0:y1, x0:x1]
        # what is opaque needs no copy to be mixed with
        fresh = part if alpha > 0.995 else part.copy()
        first = round((xa - x0) * 2**_SUBPIXEL), round((ya - y0) * 2**_SUBPIXEL)
        if a == b:
            cv2.circle(fresh, first, round(w / 2 * 2**_SUBPIXEL), colour, -1, cv2.LINE_AA, _SUBPIXEL)
        else:
            last = round((xb - x0) * 2**_SUBPIXEL), round((yb - y0) * 2**_SUBPIXEL)
            cv2.line(fresh, first, last, colour, max(1, round(w)), cv2.LINE_AA, _SUBPIXEL)
        if fresh is not part:
            cv2.addWeighted(fresh, alpha, part, 1 - alpha, 0, dst=part)

    for _, p, a, b, alpha, _ in strokes:
        stroke(p, a, b, 0.45 * alpha, HALO, (1.6 if a == b else 1.0) * width + 2)
    for _, p, a, b, alpha, colour in strokes:
        stroke(p, a, b, alpha, colour, (1.6 if a == b else 1.0) * width)
    if ids is not None:
        for p, number in enumerate(np.asarray(ids)):
            if known[p].any():
                x, y = points[p, known[p]].mean(0)[0], points[p, known[p]].min(0)[1]
                at = (int(np.clip(x, 0, image.shape[1] - 1)), int(np.clip(y - 2 * width, 12, image.shape[0] - 1)))
                scale = max(0.45, image.shape[0] / 1000)
                for colour, w in ((HALO, 4), ((255, 255, 255), 1)):
                    cv2.putText(out, str(int(number)), at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, w, cv2.LINE_AA)
    return out


def draw_frames(
    poses: Poses,
    images: Iterable[np.ndarray] | None = None,
    *,
    camera: Camera | None = None,
    size: tuple[int, int] | None = None,
    show_ids: bool | None = None,
    thickness: float | None = None,
) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """Every frame of `poses` drawn on `images`, or on an empty canvas.

    Args:
        images: RGB frames to draw on, one per frame of the poses (the shorter of the two ends the video).
        camera: sees 3D poses; their own by default.
        size: (width, height) of the canvas; by default the poses' image size or the camera's.
        show_ids: whether to write the people's ids; by default where there is more than one person.

    Raises:
        OptionError: 3D poses without a camera, or no image, no size and no image size.
    """
    points, depth = poses.positions, None
    if poses.dims == 3:
        camera = camera or poses.camera
        if camera is None:
            raise OptionError("3D poses need a camera to be drawn with")
        camera = camera.to(points)
        flat = points.reshape(-1, 3)
        depth = camera.to_camera(flat)[:, 2].view(points.shape[:-1])
        points = camera.project(flat).view(*points.shape[:-1], 2)
    size = size or poses.image_size or (camera.image_size if camera is not None else None)
    if images is None and size is None:
        raise OptionError("nothing says how large the picture is: give images or size=(width, height)")
    ids = poses.ids.numpy() if (poses.num_people > 1 if show_ids is None else show_ids) else None
    pictures = images if images is not None else (canvas(size) for _ in range(poses.num_frames))  # type: ignore[arg-type]
    for t, picture in zip(range(poses.num_frames), pictures):
        z = None if depth is None else depth[:, t].cpu().numpy()
        picture = picture.numpy() if isinstance(picture, torch.Tensor) else picture
        yield draw_poses(picture, points[:, t].cpu().numpy(), poses.skeleton, poses.confidence[:, t].cpu().numpy(), ids=ids, depth=z, thickness=thickness)
