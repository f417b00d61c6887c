"""Video in and out, and previews: a motion, poses or a body as a short film."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vitruve.bodies.model import BodyMotion
from vitruve.core.camera import Camera
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.progress import tracked
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, ShapeError, SkeletonError
from vitruve.io.files import atomic
from vitruve.render.draw import canvas, draw_poses, joint_colours, limb_colours, sides
from vitruve.render.shading import Look, ground_map, picture

TINTS = ((0.80, 0.78, 0.75), (0.57, 0.69, 0.83), (0.89, 0.70, 0.54))
"""Of a body: the middle, the left, the right."""
_CHUNK = 16  # frames whose vertices are computed together


@dataclass(frozen=True)
class VideoInfo:
    """What a video file says about itself: upright `size` (width, height), and `frames` as counted or estimated."""

    size: tuple[int, int]
    fps: float
    frames: int
    seconds: float


def write_video(frames: Iterable[Any], path: str | Path, fps: float, *, crf: int = 20, metadata: dict[str, str] | None = None) -> Path:
    """Write RGB frames (H, W, 3) uint8, arrays or tensors, as H.264 in yuv420p; the file appears whole or not at all.

    An odd width or height is made even by repeating the last column or row.

    Raises:
        OptionError: no frames, or a rate that is not positive.
        ShapeError: naming the first frame that is no RGB image, or whose size differs from the first's.
    """
    import av

    if not fps > 0:
        raise OptionError(f"fps: expected a positive number, found {fps}")
    path, first = Path(path), None
    with atomic(path) as temporary:
        with av.open(str(temporary), "w", options={"movflags": "faststart"}) as container:
            container.metadata.update(metadata or {})
            stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(10000), options={"crf": str(crf), "preset": "veryfast"})
            stream.pix_fmt = "yuv420p"
            for i, frame in enumerate(frames):
                image = frame.cpu().numpy() if isinstance(frame, Tensor) else np.asarray(frame)
                if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
                    raise ShapeError(f"frame {i}: expected (height, width, 3) uint8, found {image.shape} {image.dtype}")
                if first is None:
                    first = image.shape
                    stream.height, stream.width = first[0] + first[0] % 2, first[1] + first[1] % 2
                if image.shape != first:
                    raise ShapeError(f"frame {i}: expected {first[1]} x {first[0]} as the first, found {image.shape[1]} x {image.shape[0]}")
                image = np.pad(image, ((0, first[0] % 2), (0, first[1] % 2), (0, 0)), mode="edge")
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")))
            if first is None:
                raise OptionError(f"{path}: no frames to write")
            container.mux(stream.encode(None))
    return path


def read_video(path: str | Path) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """The frames of a video, one by one, RGB and upright (a phone's rotation is applied).

    Raises FormatError, at once, where the file is absent or holds no video, and later where it is damaged.
    """
    video_info(path)
    return _frames(Path(path))


def _frames(path: Path) -> Iterator[np.ndarray]:
    import av

    done = 0
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90))
                done += 1
    except av.FFmpegError as e:
        raise FormatError(path, f"cannot decode after {done} frames: {e.strerror}") from None


def video_info(path: str | Path) -> VideoInfo:
    """Size, rate and length of a video file; FormatError where it is none."""
    import av

    path = Path(path)
    if not path.is_file():
        raise FormatError(path, "no such file")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise FormatError(path, "expected a video, found none in the file")
            stream = container.streams.video[0]
            fps = float(stream.average_rate or stream.guessed_rate or 0)
            if fps <= 0:
                raise FormatError(path, "the video has no frame rate")
            length = stream.duration * stream.time_base if stream.duration and stream.time_base else (container.duration or 0) / av.time_base
            frame = next(container.decode(stream), None)
            if frame is None:
                raise FormatError(path, "the video has no frames")
            size = (frame.height, frame.width) if frame.rotation % 180 else (frame.width, frame.height)
            return VideoInfo(size, fps, stream.frames or round(float(length) * fps), float(length))
    except av.FFmpegError as e:
        raise FormatError(path, f"not a video: {e.strerror}") from None


@dataclass(frozen=True)
class Preview:
    """A film that was written; `note` says what of the motion it shows, where that is not all of it."""

    path: Path
    frames: int
    fps: float
    size: tuple[int, int]
    note: str = ""

    @property
    def seconds(self) -> float:
        return self.frames / self.fps


Value = Motion | Poses | BodyMotion


def write(value: Any, path: Path, **options: Any) -> None:
    """Film a Motion, Poses or BodyMotion or several of them (options of :func:`preview`), or write RGB frames (`fps`)."""
    if isinstance(value[0] if isinstance(value, list | tuple) and value else value, Value):
        preview(value, path, **options)
    else:
        write_video(value, path, options.pop("fps", 30.0), **options)


def preview(
    value: Value | Sequence[Value],
    path: str | Path,
    *,
    size: tuple[int, int] = (960, 540),
    camera: Camera | None = None,
    max_seconds: float | None = 10.0,
    fps: float = 30.0,
    view: float = 35.0,
    look: Look | None = None,
    progress: bool | None = None,
) -> Preview:
    """Film a body, a motion or poses as an MP4.

    A body is shaded on a ground with lines every metre; a motion or 3D poses are rods between the joints,
    left blue and right orange; 2D poses are drawn as they lie in the image. Several values stand side by side.

    Args:
        size: (width, height) of the film, pixels.
        camera: fixed, with the intrinsics of one panel; by default one that keeps the whole motion in view:
            it stands still while the path is short and goes along with the body where it is long.
        max_seconds: show no more than this from the beginning; None for everything.
        fps: at most; the film takes every n-th frame of the first value.
        view: where the camera stands, degrees to the body's left of straight ahead.
        progress: show a bar; by default on a terminal.

    Raises:
        OptionError: nothing to show.
    """
    values = list(value) if isinstance(value, Sequence) else [value]
    if not values or any(v.num_frames == 0 for v in values):
        raise OptionError("nothing to show: there are no frames")
    if max_seconds is not None and not max_seconds > 0:
        raise OptionError(f"max_seconds: expected a positive number, found {max_seconds}")
    if not fps > 0:
        raise OptionError(f"fps: expected a positive number, found {fps}")
    step = max(1, round(values[0].fps / fps))
    rate = values[0].fps / step
    whole = max(v.num_frames / v.fps for v in values)
    shown = [_at_rate(v, rate, step, max_seconds) for v in values]
    count = max(v.num_frames for v in shown)
    notes = []
    if max_seconds is not None and whole > max_seconds + 0.5 / rate:
        notes.append(f"the first {count / rate:.1f} of {whole:.1f} s")
    if step > 1:
        notes.append(f"every {step}th frame" if step > 3 else f"every {('second', 'third')[step - 2]} frame")
    note = ", ".join(notes)

    edges = [round(size[0] * i / len(shown)) for i in range(len(shown) + 1)]
    panels = [_panel(v, (b - a, size[1]), camera, view, look or Look()) for v, a, b in zip(shown, edges, edges[1:])]

    def frames() -> Iterator[np.ndarray]:
        for i in tracked(range(count), "filming", progress):
            # a shorter motion waits at its end
            yield np.concatenate([panel(min(i, v.num_frames - 1)) for panel, v in zip(panels, shown)], 1)

    write_video(frames(), path, rate, metadata={"comment": note} if note else None)
    return Preview(Path(path), count, rate, size, note)


def _at_rate(value: Value, rate: float, step: int, max_seconds: float | None) -> Value:
    """The beginning of a value at `rate`: every `step`-th frame where that is the rate, else resampled."""
    if isinstance(value, BodyMotion):
        motion = _at_rate(value.motion, rate, step, max_seconds)
        assert isinstance(motion, Motion)
        return replace(value, motion=motion, residual=None)
    keep = value.num_frames if max_seconds is None else max(1, min(value.num_frames, round(max_seconds * value.fps)))
    if abs(value.fps / step - rate) < 1e-6 * rate:
        return value[0:keep:step]
    return value[0:keep].resample(rate) if keep > 1 else value[0:keep]


def _panel(value: Value, size: tuple[int, int], camera: Camera | None, view: float, look: Look) -> Callable[[int], np.ndarray]:
    """A function from frame number to picture."""
    if isinstance(value, Poses) and value.dims == 2:
        return _flat_panel(value, size)
    poses = value.motion.poses() if isinstance(value, BodyMotion) else value.poses() if isinstance(value, Motion) else value
    points = poses.positions.detach().cpu().float()
    if not points.isfinite().any():
        raise OptionError("nothing to show: no joint is known in any frame")
    mesh = _Skin(value) if isinstance(value, BodyMotion) else _Rods(points, poses.skeleton)
    ground = _ground(mesh, poses.num_frames)
    middle = _middle(points)
    cameras = [camera.to("cpu")] * poses.num_frames if camera is not None else follow(points, poses.skeleton, poses.fps, size, view)
    reach = max(look.fog, 1.6 * float((cameras[0].position - middle[0]).norm()))
    look = replace(look, fog=reach)
    still = cameras[0] is cameras[-1]

    def backdrop(i: int) -> tuple[Tensor, Tensor]:
        x, _, z = (middle.mean(0) if still else middle[i]).tolist()
        return ground_map(cameras[i], size, ground, (x, z), look)

    fixed = backdrop(0) if still else None

    def frame(i: int) -> np.ndarray:
        behind = fixed if fixed is not None else backdrop(i)
        return picture(mesh(i), mesh.faces, cameras[i], size, colours=mesh.colours, ground=ground, background=behind, look=look)

    return frame


def _flat_panel(poses: Poses, size: tuple[int, int]) -> Callable[[int], np.ndarray]:
    """2D poses on a canvas, their image (or else all they reach) fitted into it."""
    points = poses.positions.detach().cpu().double()
    known = points[points.isfinite().all(-1)]
    if not len(known):
        raise OptionError("nothing to show: no joint is known in any frame")
    low, high = (torch.zeros(2), torch.tensor(poses.image_size)) if poses.image_size else (known.amin(0) - 20, known.amax(0) + 20)
    room = torch.tensor(size, dtype=torch.float64)
    scale = float((room / (high - low)).min())
    points = (points - (low + high) / 2) * scale + room / 2
    ids = poses.ids.numpy() if poses.num_people > 1 else None
    confidence = poses.confidence.detach().cpu()
    return lambda i: draw_poses(canvas(size), points[:, i].numpy(), poses.skeleton, confidence[:, i].numpy(), ids=ids, thickness=size[1] / 130)


def _middle(points: Float[Tensor, "P T J 3"]) -> Float[Tensor, "T 3"]:
    """Mean of the known joints of every frame; where there are none, between those of the frames around it."""
    mean = points.movedim(0, 1).flatten(1, 2).nanmean(1).numpy()
    time, known = np.arange(len(mean)), np.isfinite(mean).all(-1)
    return torch.from_numpy(np.stack([np.interp(time, time[known], x[known]) for x in mean.T], -1)).float()


def follow(points: Float[Tensor, "P T J 3"], skeleton: Skeleton, fps: float, size: tuple[int, int], view: float = 35.0) -> list[Camera]:
    """A camera for every frame, that sees all joints of all frames, `view` degrees to the left of straight ahead.

    It is one camera, standing still, unless the people would be little more than half as large for that
    as they are to one that goes along with them.
    """
    from scipy.ndimage import gaussian_filter1d

    from vitruve.core.facing import facing

    path = torch.from_numpy(gaussian_filter1d(_middle(points).double().numpy(), 0.5 * fps, axis=0, mode="nearest")).float()
    try:
        ahead = facing(skeleton, points).reshape(-1, 3).nanmean(0)
    except SkeletonError:
        # no left and right to tell the front by
        ahead = torch.tensor([0.0, 0.0, 1.0])
    ahead = torch.where(ahead.isfinite(), ahead, 0.0)
    around = float(torch.atan2(ahead[0], ahead[2])) + np.deg2rad(view)
    up = np.deg2rad(13.0)
    back = torch.tensor([np.sin(around) * np.cos(up), np.sin(up), np.cos(around) * np.cos(up)], dtype=torch.float32)
    focal = 1.7 * min(size[1], size[0] * 0.75)

    seen = points.movedim(0, 1).flatten(1, 2)
    rotation = Camera.look_at(back, torch.zeros(3), size, focal).rotation
    limit = torch.tensor([size[0], size[1]]) * 0.43 / focal

    def distance(target: Tensor) -> float:
        # flesh reaches beyond the joints
        x = (seen - target) @ rotation.T
        need = (x[..., :2].abs() + 0.12) / limit - x[..., 2:]
        return float(need[need.isfinite()].max())

    all_of_it = seen.reshape(-1, 3)[seen.reshape(-1, 3).isfinite().all(-1)]
    middle = (all_of_it.amin(0) + all_of_it.amax(0)) / 2
    path[:, 1] = middle[1]
    standing, walking = distance(middle), distance(path[:, None])
    if standing <= 1.8 * walking:
        return [Camera.look_at(middle + standing * back, middle, size, focal)] * len(path)
    return [Camera.look_at(p + walking * back, p, size, focal) for p in path]


class _Skin:
    """The vertices of a body, frame by frame, computed some frames at a time."""

    def __init__(self, body: BodyMotion) -> None:
        self.body = body
        model = body.model
        tints = torch.tensor(TINTS)[list(sides(model.skeleton))]
        weights, joints = model.skin_weights.cpu().float(), model.skin_joints.cpu()
        self.faces = model.faces.cpu()
        self.colours = (weights[..., None] * tints[joints]).sum(1)
        self._start, self._some = -1, torch.empty(0)

    def __call__(self, i: int) -> Float[Tensor, "V 3"]:
        start = i - i % _CHUNK
        if start != self._start:
            with torch.no_grad():
                self._some = self.body.forward(slice(start, start + _CHUNK)).vertices.cpu().float()
            self._start = start
        return self._some[i - start]


class _Rods:
    """Rods along limbs and balls at joints, as one mesh."""

    # along the rod, then outwards along it and across it in radii: two half spheres and what is between them
    RINGS = torch.tensor([[0, -1, 0], [0, -0.71, 0.71], [0, 0, 1], [1, 0, 1], [1, 0.71, 0.71], [1, 1, 0]])
    SEGMENTS = 12

    def __init__(self, points: Float[Tensor, "P T J 3"], skeleton: Skeleton) -> None:
        self.points = points
        limbs = torch.tensor(skeleton.limbs, dtype=torch.long).reshape(-1, 2)
        spread = points.movedim(-2, 0)
        extent = (spread.nan_to_num(-torch.inf).amax(0) - spread.nan_to_num(torch.inf).amin(0)).norm(dim=-1)
        scale = float(extent[extent.isfinite()].median()) / 1.8
        length = (points[..., limbs[:, 0], :] - points[..., limbs[:, 1], :]).norm(dim=-1).flatten(0, 1).nanmedian(0).values.nan_to_num(0.0)
        radius = (0.2 * length).clamp(0.006 * scale, 0.022 * scale)
        ball = torch.full((len(skeleton),), 0.008 * scale if len(limbs) else 0.02 * scale)
        for end in limbs.T:
            ball = ball.scatter_reduce(0, end, 1.3 * radius, "amax")
        self.limbs = torch.cat([limbs, torch.arange(len(skeleton))[:, None].expand(-1, 2)])
        self.radius = torch.cat([radius, ball])

        k, rings = self.SEGMENTS, len(self.RINGS)
        i, j = torch.meshgrid(torch.arange(rings - 1), torch.arange(k), indexing="ij")
        a, b, c, d = i * k + j, i * k + (j + 1) % k, (i + 1) * k + j, (i + 1) * k + (j + 1) % k
        one = torch.stack([torch.stack([a, b, c], -1), torch.stack([b, d, c], -1)]).reshape(-1, 3)
        number = len(points) * len(self.limbs)
        self.faces = (one + torch.arange(number)[:, None, None] * rings * k).reshape(-1, 3)
        dark = torch.from_numpy(joint_colours(skeleton)).float() * 0.62
        colours = torch.cat([torch.from_numpy(limb_colours(skeleton)).float(), dark]) / 255
        self.colours = colours.repeat(len(points), 1).repeat_interleave(rings * k, 0)

    def __call__(self, i: int) -> Float[Tensor, "V 3"]:
        x = self.points[:, i]
        a, b = x[:, self.limbs[:, 0]], x[:, self.limbs[:, 1]]
        axis = torch.nn.functional.normalize(b - a, dim=-1)
        axis = torch.where(axis.norm(dim=-1, keepdim=True) > 0.5, axis, axis.new_tensor([0, 1, 0]))
        # a direction that no axis is along
        least = torch.nn.functional.one_hot(axis.abs().argmin(-1), 3).to(axis)
        u = torch.nn.functional.normalize(torch.linalg.cross(axis, least), dim=-1)
        v = torch.linalg.cross(axis, u)
        turn = torch.arange(self.SEGMENTS) * (2 * torch.pi / self.SEGMENTS)
        round_ = turn.cos()[:, None] * u[:, :, None, None] + turn.sin()[:, None] * v[:, :, None, None]
        t, out, across = (self.RINGS[:, k, None, None] for k in range(3))
        r = self.radius[:, None, None, None]
        a, b, axis = (y[:, :, None, None] for y in (a, b, axis))
        return (a + t * (b - a) + r * (out * axis + across * round_)).reshape(-1, 3)


def _ground(mesh: _Skin | _Rods, frames: int) -> float:
    """The height that the lowest point of a film stands on: 0 where that is about right."""
    low = min(float(y[y.isfinite()].min()) for i in range(0, frames, max(1, frames // 24)) if (y := mesh(i)[:, 1]).isfinite().any())
    return 0.0 if abs(low) < 0.1 else low
