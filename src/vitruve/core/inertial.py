"""Inertial recordings, and virtual sensors on any motion: what accelerometers and gyroscopes at its joints would read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.reference import reference_of
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError, ShapeError, SkeletonError

GRAVITY = 9.81
"""m/s^2, as IMUSim has it."""
STANDARD_GRAVITY = 9.80665
"""m/s^2 in one g of a sensor's data sheet."""


def _depth_first(source: Skeleton, name: str) -> Skeleton:
    order: list[int] = []

    def walk(j: int) -> None:
        order.append(j)
        for child in source.children[j]:
            walk(child)

    walk(source.roots[0])
    parents = tuple(order.index(source.parents[j]) if source.parents[j] >= 0 else -1 for j in order)
    return Skeleton(name, tuple(source.joints[j] for j in order), parents, tuple(source.landmarks[j] for j in order))


BODY = _depth_first(standard("humanml3d22"), "imu22")
"""Where sensors are worn: HumanML3D's 22 joints, limb by limb (pelvis, left leg, right leg, spine to head, left arm, right arm)."""


@dataclass(frozen=True, eq=False)
class Inertial:
    """T samples of D sensors worn on a body.

    `acceleration` (T, D, 3) in m/s^2 in each sensor's own frame is specific force: a sensor at rest reads gravity, upwards.
    `angular_velocity` (T, D, 3) in rad/s, None where there are no gyroscopes; a single sensor without one has NaN.
    `places` are joints or landmarks of the body ("right_wrist").
    """

    acceleration: Float[Tensor, "T D 3"]
    angular_velocity: Float[Tensor, "T D 3"] | None
    places: tuple[str, ...]
    fps: float
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        a, w = self.acceleration, self.angular_velocity
        if a.ndim != 3 or a.shape[1:] != (len(self.places), 3) or len(a) == 0:
            raise ShapeError(f"acceleration: expected (samples, {len(self.places)} sensors, 3), found {tuple(a.shape)}")
        if w is not None and w.shape != a.shape:
            raise ShapeError(f"angular_velocity: expected {tuple(a.shape)} as the acceleration, found {tuple(w.shape)}")
        if not self.fps > 0:
            raise OptionError(f"fps: expected a positive number, found {self.fps}")
        if len(set(self.places)) < len(self.places):
            raise OptionError(f"places {', '.join(self.places)}: expected different ones")

    def __len__(self) -> int:
        return len(self.acceleration)

    def __getitem__(self, samples: slice) -> Inertial:
        """Samples by slice, without a step."""
        if samples.step not in (None, 1):
            raise OptionError("inertial recordings are cut, not thinned, by a slice: resample instead")
        w = self.angular_velocity
        return replace(self, acceleration=self.acceleration[samples], angular_velocity=None if w is None else w[samples])

    def resample(self, fps: float) -> Inertial:
        """Another rate, by Fourier interpolation: int(samples / rate * fps) samples, as if the recording repeated itself."""
        from scipy.signal import resample

        samples = int(len(self) / self.fps * fps)
        if samples < 1:
            raise OptionError(f"recording {self.name!r} of {len(self) / self.fps:.3f} s has no sample at {fps} per second")

        def run(x: Tensor) -> Tensor:
            return x if fps == self.fps else torch.from_numpy(resample(x.double().numpy(), samples)).to(x)

        w = self.angular_velocity
        return replace(self, acceleration=run(self.acceleration), angular_velocity=None if w is None else run(w), fps=fps)

    @property
    def signals(self) -> Float[Tensor, "T D 6"]:
        """Acceleration and angular velocity side by side; NaN where there is no gyroscope."""
        w = torch.full_like(self.acceleration, torch.nan) if self.angular_velocity is None else self.angular_velocity
        return torch.cat([self.acceleration, w], -1)


@dataclass(frozen=True)
class SensorNoise:
    """What a real sensor adds to the truth. Defaults are IMUSim's Orient3IMU after calibration, which leaves cross-axis gains.

    Source: imusim/platforms (MMA7260Q at 6 g, ADXRS300, a 12-bit converter of 3.3 V); figures worked out from its parts.
    """

    acceleration: float = 0.60
    """Standard deviation, m/s^2."""
    angular_velocity: float = 0.017
    """rad/s."""
    cross_axis: float = 0.017
    """Standard deviation of what each axis takes of another, drawn once per sensor."""
    step: float = 0.040
    """Resolution of the accelerometer, m/s^2."""
    limit: float = 8.25 * STANDARD_GRAVITY
    """Largest acceleration that is read."""

    def __call__(self, signals: Float[Tensor, "T D 6"], generator: torch.Generator | None = None) -> Float[Tensor, "T D 6"]:
        def normal(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, dtype=signals.dtype)

        sensors = signals.shape[1]
        mix = torch.eye(3, dtype=signals.dtype) + self.cross_axis * normal(2, sensors, 3, 3) * (1 - torch.eye(3, dtype=signals.dtype))
        acc, gyro = (torch.einsum("dij,tdj->tdi", m, s) for m, s in zip(mix, signals.split(3, -1)))
        acc = (acc + self.acceleration * normal(*acc.shape)).clamp(-self.limit, self.limit)
        if self.step > 0:
            acc = (acc / self.step).round() * self.step
        return torch.cat([acc, gyro + self.angular_velocity * normal(*gyro.shape)], -1)


def smooth_derivatives(t: np.ndarray, x: np.ndarray, at: np.ndarray, stddev: float = 0.001, order: int = 5) -> np.ndarray:
    """Value, first and second derivative (3, N, C) at times `at` of a spline through samples x (T, C) at times t (T,).

    Each column is smoothed as far as noise of `stddev` explains (0 for a spline through the samples). Samples with a NaN split the
    track; half the order, rounded up, of samples is lost at each end of a part, and parts of no more than `order` samples are left
    out: NaN there.

    Source: IMUSim (maths/splines.py), scipy's splrep with weights 1 / stddev.
    """
    from scipy.interpolate import make_interp_spline, splev, splrep

    out = np.full((3, len(at), x.shape[1]), np.nan)
    known = np.isfinite(x).all(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
    margin = (order + 1) // 2
    for start, end in zip(edges[::2], edges[1::2]):
        if end - start <= max(order, 2 * margin):
            continue
        inside = (at >= t[start + margin]) & (at <= t[end - 1 - margin])
        when, part = t[start:end], x[start:end]
        if stddev == 0:
            spline = make_interp_spline(when, part, k=order)
            out[:, inside] = [spline(at[inside], n) for n in range(3)]
            continue
        for c in range(x.shape[1]):
            fitted = splrep(when, part[:, c], w=np.full(end - start, 1 / stddev), k=order)
            out[:, inside, c] = [splev(at[inside], fitted, n) for n in range(3)]
    return out


def specific_force(acceleration: Float[Tensor, "*B 3"], rotation: Float[Tensor, "*B 4"], up: Sequence[float] = (0.0, 1.0, 0.0)) -> Float[Tensor, "*B 3"]:
    """What an accelerometer reads: R^T (a - g), from the world acceleration and the sensor's rotation in the world."""
    return rot.rotate(rot.inverse(rotation), acceleration + GRAVITY * acceleration.new_tensor(up))


def virtual_sensors(
    motion: Motion | Poses,
    places: Sequence[str] | None = None,
    fps: float = 20.0,
    noise: SensorNoise | None = None,
    generator: torch.Generator | None = None,
    stddev: float = 0.001,
    reference: Float[Tensor, "J 4"] | None = None,
) -> Inertial:
    """The readings of sensors fixed to joints of a body that moves.

    A sensor's axes are those of the world, y up, while the body stands in the T-pose facing +z. Positions and the numbers of the
    rotations are splined apart (see :func:`smooth_derivatives`; IMUSim splines local rotations and follows the chain), and three
    frames are lost at each end. Of positions alone (Poses, one person) rotations are found by inverse kinematics, which leaves twist about bones open.

    Args:
        motion: in metres, y up.
        places: joints or landmarks of the body; by default all of BODY's that the motion has.
        fps: samples per second.
        noise: of the sensors; None for perfect ones.
        generator: of the noise.
        stddev: of the positions (metres) and of the rotations' numbers; 0 is many times faster and keeps all noise of the capture.
        reference: world rotation of each joint in the T-pose, from rest, where it is known of the rig (`vitruve.core.reference.reference_of`).

    Raises:
        SkeletonError: a place that nothing in the motion stands for.
        OptionError: a motion too short for derivatives.
    """
    if isinstance(motion, Poses):
        from vitruve.core.ik import poses_to_motion

        motion = poses_to_motion(motion)
    to_body = motion.skeleton.map_to(BODY)
    wanted = [BODY.joints[j] for j in range(len(BODY)) if to_body.mask[j]] if places is None else list(places)
    rows = [BODY.index(p) for p in wanted]
    if bad := [p for p, j in zip(wanted, rows) if not to_body.mask[j]]:
        raise SkeletonError(f"skeleton {motion.skeleton.name!r}: nothing stands for {', '.join(bad)}, where a sensor is worn")
    weights = to_body.matrix()[rows]
    world = motion.fk()
    # a joint computed from several turns with the one it takes most of
    carrier = weights.argmax(1)
    turned = rot.multiply(world.rotations, rot.inverse(reference_of(motion) if reference is None else reference))[:, carrier]
    position = torch.einsum("dj,tjc->tdc", weights.to(world.positions), world.positions)
    frames, sensors = len(motion), len(rows)
    t = np.arange(frames) / motion.fps
    if frames < 7:
        raise OptionError(f"motion {motion.name!r} of {frames} frames: virtual sensors need 7 or more")
    at = np.arange(t[3], t[-4] + 1e-9, 1 / fps)

    def splined(x: Tensor) -> Tensor:
        return torch.from_numpy(smooth_derivatives(t, x.double().numpy().reshape(frames, -1), np.minimum(at, t[-4]), stddev)).unflatten(-1, (sensors, -1))

    q, dq, _ = splined(rot.hemisphere(turned))
    unit = rot.normalize(q)
    # angular velocity in the sensor's frame: 2 q^-1 q', of the unit quaternion
    spin = rot.multiply(rot.inverse(unit), dq / q.norm(dim=-1, keepdim=True))[..., :3] * 2
    read = torch.cat([specific_force(splined(position)[2], unit), spin], -1)
    if noise is not None:
        read = noise(read, generator)
    acc, gyro = read.float().split(3, -1)
    return Inertial(acc, gyro, tuple(wanted), fps, motion.name, dict(motion.metadata))
