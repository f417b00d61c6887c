"""Cameras: OpenCV's pinhole with distortion (x right, y down, z forward), any batch shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError, ShapeError

_MIN_DEPTH = 1e-6


def homogeneous(x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B E"]:
    """Coordinates with a 1 appended."""
    return torch.cat([x, torch.ones_like(x[..., :1])], -1)


@dataclass(frozen=True, eq=False)
class Camera:
    """x_cam = rotation @ X + translation; pixels from `intrinsics` after OpenCV's distortion.

    `intrinsics` (*B, 3, 3) pixels, `rotation` (*B, 3, 3), `translation` (*B, 3) metres, `distortion`
    (*B, 4, 5 or 8) in OpenCV's order k1 k2 p1 p2 [k3 [k4 k5 k6]]. (0, 0) is the centre of the top-left pixel.
    `lens="h36m"`: Human3.6M's variant of the tangential term, x (p . x) where OpenCV has 2 x (p . x).

    >>> c = Camera.pinhole(focal=1000.0, image_size=(640, 480))
    >>> c.project(torch.tensor([[0.1, 0.0, 2.0]]))
    tensor([[369.5000, 239.5000]])
    """

    intrinsics: Float[Tensor, "*B 3 3"]
    rotation: Float[Tensor, "*B 3 3"] = None  # type: ignore[assignment]
    translation: Float[Tensor, "*B 3"] = None  # type: ignore[assignment]
    distortion: Float[Tensor, "*B N"] | None = None
    image_size: tuple[int, int] | None = None
    """(width, height), pixels."""
    name: str = ""
    lens: Literal["opencv", "h36m"] = "opencv"

    def __post_init__(self) -> None:
        put = object.__setattr__
        k = self.intrinsics
        if k.shape[-2:] != (3, 3):
            raise ShapeError(f"intrinsics: expected (..., 3, 3), found {tuple(k.shape)}")
        batch = k.shape[:-2]
        if self.rotation is None:
            put(self, "rotation", torch.eye(3, dtype=k.dtype, device=k.device).expand(*batch, 3, 3))
        if self.translation is None:
            put(self, "translation", k.new_zeros(*batch, 3))
        if self.rotation.shape != k.shape:
            raise ShapeError(f"camera rotation: expected {tuple(k.shape)}, found {tuple(self.rotation.shape)}")
        if self.translation.shape != (*batch, 3):
            raise ShapeError(f"camera translation: expected {(*batch, 3)}, found {tuple(self.translation.shape)}")
        d = self.distortion
        if d is not None and (d.shape[:-1] != batch or d.shape[-1] not in (4, 5, 8)):
            raise ShapeError(f"camera distortion: expected {tuple(batch)} + 4, 5 or 8 numbers, found {tuple(d.shape)}")

    @classmethod
    def pinhole(cls, focal: float | tuple[float, float], image_size: tuple[int, int], centre: tuple[float, float] | None = None, **kwargs: Any) -> Camera:
        """A camera at the origin looking along +z; the principal point defaults to the image's middle."""
        fx, fy = focal if isinstance(focal, tuple) else (focal, focal)
        cx, cy = centre or ((image_size[0] - 1) / 2, (image_size[1] - 1) / 2)
        k = torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=torch.float32)
        return cls(k, image_size=image_size, **kwargs)

    @classmethod
    def look_at(
        cls,
        eye: Float[Tensor, "3"],
        target: Float[Tensor, "3"],
        image_size: tuple[int, int],
        focal: float | None = None,
        up: tuple[float, float, float] = (0.0, 1.0, 0.0),
    ) -> Camera:
        """A camera at `eye` (world, metres) looking at `target`, world `up` upwards in the image.

        `focal` (pixels) defaults to a vertical field of view of 40 degrees.
        """
        eye, target = eye.to(torch.float32), target.to(torch.float32)
        forward = torch.nn.functional.normalize(target - eye, dim=0)
        right = torch.linalg.cross(forward, eye.new_tensor(up))
        if right.norm() < 1e-6:
            raise OptionError("look_at: the viewing direction is parallel to `up`")
        right = right / right.norm()
        r = torch.stack([right, torch.linalg.cross(forward, right), forward])
        focal = focal if focal is not None else image_size[1] / 2 / 0.36397
        return replace(cls.pinhole(focal, image_size), rotation=r, translation=-r @ eye)

    @property
    def position(self) -> Float[Tensor, "*B 3"]:
        """Optical centre in the world."""
        return -(self.rotation.mT @ self.translation[..., None])[..., 0]

    @property
    def focal(self) -> Float[Tensor, "*B 2"]:
        return torch.stack([self.intrinsics[..., 0, 0], self.intrinsics[..., 1, 1]], -1)

    @property
    def centre(self) -> Float[Tensor, "*B 2"]:
        return self.intrinsics[..., :2, 2]

    def matrix(self) -> Float[Tensor, "*B 3 4"]:
        """The projection K [R | t] of undistorted pixels."""
        return self.intrinsics @ torch.cat([self.rotation, self.translation[..., None]], -1)

    def to_camera(self, points: Float[Tensor, "*B N 3"]) -> Float[Tensor, "*C N 3"]:
        """World to camera coordinates."""
        return points @ self.rotation.mT + self.translation[..., None, :]

    def to_world(self, points: Float[Tensor, "*B N 3"]) -> Float[Tensor, "*C N 3"]:
        """Camera to world coordinates."""
        return (points - self.translation[..., None, :]) @ self.rotation

    def project(self, points: Float[Tensor, "*B N 3"], behind: str = "nan") -> Float[Tensor, "*C N 2"]:
        """World points to pixels. Points behind the camera become NaN (`behind="clamp"`: depth is clamped instead)."""
        x = self.to_camera(points)
        z = x[..., 2:]
        uv = self._pixels(self.distort(x[..., :2] / z.clamp_min(_MIN_DEPTH)))
        if behind == "clamp":
            return uv
        if behind != "nan":
            raise OptionError(f"behind={behind!r}: expected 'nan' or 'clamp'")
        return torch.where(z > _MIN_DEPTH, uv, torch.nan)

    def _pixels(self, xy: Float[Tensor, "*B N 2"]) -> Float[Tensor, "*C N 2"]:
        return xy @ self.intrinsics[..., :2, :2].mT + self.intrinsics[..., None, :2, 2]

    def _lens(self, xy: Float[Tensor, "*B N 2"]) -> tuple[Tensor, Tensor]:
        """(radial factor, tangential shift) of OpenCV's lens at undistorted normalised coordinates."""
        assert self.distortion is not None
        d = torch.nn.functional.pad(self.distortion, (0, 8 - self.distortion.shape[-1]))[..., None, :]
        k1, k2, p1, p2, k3, k4, k5, k6 = d.split(1, -1)
        r2 = xy.square().sum(-1, keepdim=True)
        radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
        p = torch.cat([p2, p1], -1)
        return radial, p * r2 + (2 if self.lens == "opencv" else 1) * xy * (p * xy).sum(-1, keepdim=True)

    def distort(self, xy: Float[Tensor, "*B N 2"]) -> Float[Tensor, "*C N 2"]:
        """Apply the lens to normalised image coordinates."""
        if self.distortion is None:
            return xy
        radial, tangential = self._lens(xy)
        return xy * radial + tangential

    def normalise(self, pixels: Float[Tensor, "*B N 2"], iterations: int = 20) -> Float[Tensor, "*C N 2"]:
        """Pixels to undistorted normalised coordinates (x/z, y/z), by fixed-point iteration as OpenCV does it (5 rounds there)."""
        k = self.intrinsics
        uv = pixels - k[..., None, :2, 2]
        y = uv[..., 1:] / k[..., 1, 1, None, None]
        x = (uv[..., :1] - k[..., 0, 1, None, None] * y) / k[..., 0, 0, None, None]
        xy = target = torch.cat([x, y], -1)
        if self.distortion is not None:
            for _ in range(iterations):
                radial, tangential = self._lens(xy)
                xy = (target - tangential) / radial
        return xy

    def undistort(self, pixels: Float[Tensor, "*B N 2"], iterations: int = 20) -> Float[Tensor, "*C N 2"]:
        """Pixels where an ideal pinhole with the same intrinsics would see the points."""
        return self._pixels(self.normalise(pixels, iterations))

    def unproject(self, pixels: Float[Tensor, "*B N 2"], depth: Float[Tensor, "*B N"]) -> Float[Tensor, "*C N 3"]:
        """World points seen at `pixels` at camera depth z (metres)."""
        xy = self.normalise(pixels)
        return self.to_world(homogeneous(xy) * depth[..., None])

    def rays(self, pixels: Float[Tensor, "*B N 2"]) -> tuple[Float[Tensor, "*C 3"], Float[Tensor, "*D N 3"]]:
        """(origin, unit directions) of viewing rays in the world."""
        xy = self.normalise(pixels)
        d = homogeneous(xy) @ self.rotation
        return self.position, d / d.norm(dim=-1, keepdim=True)

    def crop(self, x: float, y: float, width: float, height: float, size: tuple[int, int]) -> Camera:
        """The camera of the box (x, y, width, height) resized to `size` = (width, height), pixels."""
        s = self.intrinsics.new_tensor([size[0] / width, size[1] / height])
        k = self.intrinsics.clone()
        k[..., 0, :] *= s[0]
        k[..., 1, :] *= s[1]
        # pixel centres are integers: the box's corner is half a pixel before its first centre
        k[..., 0, 2] += s[0] * (0.5 - x) - 0.5
        k[..., 1, 2] += s[1] * (0.5 - y) - 0.5
        return replace(self, intrinsics=k, image_size=size)

    def screen(self) -> Camera:
        """The camera whose pixels are screen coordinates: x in [-1, 1], y in [-h/w, h/w] (VideoPose3D)."""
        if self.image_size is None:
            raise OptionError("screen coordinates need the camera's image_size")
        w, h = self.image_size
        to_screen = self.intrinsics.new_tensor([[2 / w, 0, -1], [0, 2 / w, -h / w], [0, 0, 1]])
        return replace(self, intrinsics=to_screen @ self.intrinsics)

    def change_world(self, rotation: Float[Tensor, "3 3"], scale: float = 1.0) -> Camera:
        """The same camera in the world X' = scale * rotation @ X: other axes, other unit."""
        return replace(self, rotation=self.rotation @ rotation.to(self.rotation).mT, translation=self.translation * scale)

    def to(self, *args: Any, **kwargs: Any) -> Camera:
        """Move or convert the tensors, as Tensor.to does."""
        d = None if self.distortion is None else self.distortion.to(*args, **kwargs)
        return replace(
            self,
            intrinsics=self.intrinsics.to(*args, **kwargs),
            rotation=self.rotation.to(*args, **kwargs),
            translation=self.translation.to(*args, **kwargs),
            distortion=d,
        )

    def __getitem__(self, index: int | slice | Tensor) -> Camera:
        """One camera (or some) of a batch."""
        d = None if self.distortion is None else self.distortion[index]
        return replace(self, intrinsics=self.intrinsics[index], rotation=self.rotation[index], translation=self.translation[index], distortion=d)

    @staticmethod
    def stack(cameras: list[Camera]) -> Camera:
        """A batch of cameras, distortions padded with zeros where some have none."""
        if not cameras:
            raise OptionError("no cameras to stack")
        sizes, kinds = {c.image_size for c in cameras}, {c.lens for c in cameras if c.distortion is not None}
        if len(kinds) > 1:
            raise OptionError(f"cameras of different lens models do not stack: {', '.join(sorted(kinds))}")
        n = max((c.distortion.shape[-1] for c in cameras if c.distortion is not None), default=0)
        lenses = [torch.zeros(0) if c.distortion is None else c.distortion for c in cameras]
        return Camera(
            torch.stack([c.intrinsics for c in cameras]),
            torch.stack([c.rotation for c in cameras]),
            torch.stack([c.translation for c in cameras]),
            torch.stack([torch.nn.functional.pad(d, (0, n - d.shape[-1])).to(c.intrinsics) for d, c in zip(lenses, cameras)]) if n else None,
            image_size=sizes.pop() if len(sizes) == 1 else None,
            lens=kinds.pop() if kinds else "opencv",
        )

    @staticmethod
    def from_screen_vector(values: Float[Tensor, "*B N"]) -> Camera:
        """A camera at the origin from VideoPose3D's nine numbers: focal lengths (2) and centre (2) in screen coordinates, radial (3) and
        tangential (2) distortion of Human3.6M's lens."""
        if values.shape[-1] != 9:
            raise ShapeError(f"camera: expected 9 numbers, found {values.shape[-1]}")
        fx, fy, cx, cy, k1, k2, k3, p1, p2 = values.unbind(-1)
        zero, one = torch.zeros_like(fx), torch.ones_like(fx)
        intrinsics = torch.stack([fx, zero, cx, zero, fy, cy, zero, zero, one], -1).unflatten(-1, (3, 3))
        # their tangential pair is OpenCV's in reverse
        return Camera(intrinsics, distortion=torch.stack([k1, k2, p2, p1, k3], -1), lens="h36m")

    def screen_vector(self) -> Float[Tensor, "*B 9"]:
        """The nine numbers of :meth:`from_screen_vector`; the place of the camera is left out. OptionError for another lens or without an image size."""
        d = self.distortion
        if d is not None and (self.lens != "h36m" or d.shape[-1] != 5):
            raise OptionError(f"VideoPose3D's camera has Human3.6M's lens of 5 numbers, this one is {self.lens!r} of {d.shape[-1]}")
        screen = self.screen()
        d = screen.intrinsics.new_zeros(*screen.intrinsics.shape[:-2], 5) if d is None else d
        return torch.cat([screen.focal, screen.centre, d[..., [0, 1, 4, 3, 2]]], -1)
