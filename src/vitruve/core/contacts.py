"""Foot contact: when a foot stands on the ground, and making it stand still while it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion, local_rotations
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.timeline import by_blocks, runs
from vitruve.errors import OptionError, ShapeError, SkeletonError

_REAR = ("ankle", "heel")
_FRONT = ("foot", "big_toe")
# speeds in m/s and heights in metres over the joint's own height when it stands: contact begins inside the first, lasts inside the second
_SPEED, _HOLD_SPEED = 0.3, 0.5
_HEIGHT, _HOLD_HEIGHT = 0.04, 0.07
_EXTENT = 0.1
"""A contact that wanders farther than this (m) on the ground is a shuffle: only its stillest parts count."""
_WINDOW = 0.025
"""Half of the time (s) over which speed is measured."""
_SHORTEST = 0.07
"""Contacts and gaps shorter than this (s) are noise."""
_LIFT = 0.02
"""How far (m) an ankle may rise or sink so that heel and toe both stay where they stand."""
_BLEND = 0.15
"""Time (s) over which a correction fades in before a contact and out after it."""


@dataclass(frozen=True, eq=False)
class Contacts:
    """Which foot joints touch the ground: `flags` (T, K) of the landmarks `joints`; `floor` is the height (m) of the lowest of them at rest."""

    joints: tuple[str, ...]
    flags: Bool[Tensor, "T K"]
    floor: float

    def __post_init__(self) -> None:
        if self.flags.ndim != 2 or self.flags.shape[1] != len(self.joints):
            raise ShapeError(f"contact flags: expected (frames, {len(self.joints)}), found {tuple(self.flags.shape)}")

    def intervals(self, joint: str, fps: float) -> list[tuple[float, float]]:
        """(start, end) in seconds of each contact of one joint; `end` is when the first frame without contact begins."""
        if joint not in self.joints:
            raise OptionError(f"no contact joint {joint!r}; there are: {', '.join(self.joints)}")
        return [(a / fps, b / fps) for a, b in runs(self.flags[:, self.joints.index(joint)].numpy())]


def contact_joints(skeleton: Skeleton) -> tuple[str, ...]:
    """The landmarks that can tell contact: an ankle or heel, and a toe, of each side."""
    found = [next((f"{side}_{m}" for m in marks if skeleton.has(f"{side}_{m}")), None) for side in ("left", "right") for marks in (_REAR, _FRONT)]
    if not any(found):
        raise SkeletonError(f"skeleton {skeleton.name!r} has no ankles, heels or toes: contact is unknown")
    return tuple(m for m in found if m)


def detect_contacts(source: Motion | Poses) -> Contacts:
    """Contact of ankles (or heels) and toes with level ground, from their height and speed, with hysteresis.

    A joint's standing height is a low quantile of its heights while it moves slowly, so an unknown floor and joints above
    the sole do not matter; steps and slopes higher than a few centimetres do. Speed is measured over 50 ms
    at any frame rate. Frames in which a joint is missing have no contact.

    Raises:
        SkeletonError: no foot joint. OptionError: 2D, or several people.
    """
    joints = contact_joints(source.skeleton)
    if isinstance(source, Poses):
        if source.dims != 3 or source.num_people != 1:
            raise OptionError(f"contacts need one person in 3D, found {source.num_people} in {source.dims}D")
        positions = source.positions[0, :, [source.skeleton.index(j) for j in joints]]
    else:
        positions = source.positions(joints)
    x = positions.detach().cpu().double().numpy()
    speed = _speed(x, source.fps)
    flags = np.zeros(x.shape[:2], dtype=bool)
    rest = np.full(len(joints), np.nan)
    for k in range(len(joints)):
        known = np.isfinite(speed[:, k])
        if not known.any():
            continue
        slow = known & (speed[:, k] < _SPEED)
        rest[k] = np.quantile(x[slow if slow.sum() >= 3 else known, k, 1], 0.1)
        height = x[:, k, 1] - rest[k]
        begins = known & (speed[:, k] < _SPEED) & (height < _HEIGHT)
        lasts = known & (speed[:, k] < _HOLD_SPEED) & (height < _HOLD_HEIGHT)
        shortest = round(_SHORTEST * source.fps)
        flags[:, k] = _hysteresis(begins, lasts, shortest)
        for a, b in runs(flags[:, k]):
            if np.ptp(x[a:b, k][:, [0, 2]], axis=0).max() > _EXTENT:
                still = begins[a:b] & (speed[a:b, k] < _SPEED / 2)
                flags[a:b, k] = _hysteresis(still, still, shortest)
    lowest = np.nanmin(rest) if np.isfinite(rest).any() else 0.0
    return Contacts(joints, torch.from_numpy(flags), float(lowest))


def _speed(x: np.ndarray, fps: float) -> np.ndarray:
    """Speed (T, K) in m/s of points (T, K, 3), by central differences over a time that does not depend on the frame rate."""
    n, half = len(x), max(1, round(_WINDOW * fps))
    frame = np.arange(n)
    low, high = np.maximum(frame - half, 0), np.minimum(frame + half, n - 1)
    return np.linalg.norm(x[high] - x[low], axis=-1) * (fps / np.maximum(high - low, 1))[:, None]


def _hysteresis(begins: np.ndarray, lasts: np.ndarray, shortest: int) -> np.ndarray:
    """Runs of `lasts` in which some frame `begins`, without short gaps and short runs."""
    out = np.zeros_like(lasts)
    for a, b in runs(lasts):
        out[a:b] = begins[a:b].any()
    for a, b in runs(~out):
        if b - a < shortest and a > 0 and b < len(out) and lasts[a:b].any():
            out[a:b] = True
    for a, b in runs(out):
        if b - a < shortest:
            out[a:b] = False
    return out


def slide_speed(motion: Motion, contacts: Contacts) -> float | None:
    """Median horizontal speed (m/s) of the joints in contact, from one frame to the next; None where nothing touches."""
    x = motion.positions(contacts.joints)
    both = contacts.flags[1:] & contacts.flags[:-1]
    speed = (x[1:] - x[:-1])[..., [0, 2]].norm(dim=-1)[both.to(x.device)] * motion.fps
    return float(speed.median()) if len(speed) else None


def clean_feet(motion: Motion, contacts: Contacts, blend: float = _BLEND) -> Motion:
    """Hold every foot in contact where it stands, by moving the leg's joints; bones keep their lengths.

    Each contact is pinned to its mean place on the ground; heights stay, but for an ankle's where heel and toe both stand (2 cm at most). The
    correction fades over `blend` seconds before and after. Leg by leg: hip and knee turn so that the ankle reaches its place, in the plane the leg bends in;
    the foot keeps its direction, or turns about the ankle to hold the toes. Where a leg is too short the whole
    body comes a little closer.

    Source: after Kovar, Schreiner & Gleicher, "Footskate Cleanup for Motion Capture Editing" (SCA 2002), without stretching.
    """
    if len(contacts.flags) != len(motion):
        raise ShapeError(f"contacts: expected {len(motion)} frames, found {len(contacts.flags)}")
    frames = max(1, round(blend * motion.fps))
    legs = [leg for side in ("left", "right") if (leg := _leg(motion.skeleton, contacts, side)) is not None]
    used = sorted({motion.skeleton.roots[0], *(j for leg in legs for j in (leg.hip, leg.knee, leg.ankle, leg.heel, leg.toe) if j is not None)})
    places = by_blocks(lambda part: (motion[part].to(torch.float64).fk().positions[:, used],), len(motion))[0]
    x = dict(zip(used, places.unbind(1)))
    targets = [_pinned(leg, x, contacts.flags, frames) for leg in legs]
    move = _approach(x, legs, [t for t, _ in targets], frames)

    def bent(part: slice) -> tuple[Tensor]:
        world, positions = motion[part].to(torch.float64).fk()
        for leg, (target, toe_target) in zip(legs, targets):
            _bend(world, positions, leg, target[part] - move[part], None if toe_target is None else toe_target[part] - move[part])
        return (rot.normalize(local_rotations(motion.skeleton, world)).to(motion.rotations),)

    return replace(
        motion,
        rotations=by_blocks(bent, len(motion))[0],
        translation=(x[motion.skeleton.roots[0]] + move).to(motion.translation),
        contacts=contacts.flags,
        metadata=motion.metadata | {"contact_joints": contacts.joints},
    )


@dataclass(frozen=True)
class _Leg:
    hip: int
    knee: int
    ankle: int
    toe: int | None
    heel: int
    rear: int | None
    front: int | None
    """Columns of the contact flags."""
    thigh: tuple[int, ...]
    shin: tuple[int, ...]
    foot: tuple[int, ...]
    """Joints that turn with each segment."""


def _leg(skeleton: Skeleton, contacts: Contacts, side: str) -> _Leg | None:
    if not skeleton.has(f"{side}_hip", f"{side}_knee", f"{side}_ankle"):
        return None
    hip, knee, ankle = (skeleton.index(f"{side}_{p}") for p in ("hip", "knee", "ankle"))
    below = {j: skeleton.chain(j) for j in range(len(skeleton))}
    rear = next((k for k, m in enumerate(contacts.joints) if m in (f"{side}_ankle", f"{side}_heel")), None)
    front = next((k for k, m in enumerate(contacts.joints) if m in (f"{side}_foot", f"{side}_big_toe")), None)
    return _Leg(
        hip,
        knee,
        ankle,
        None if front is None else skeleton.index(contacts.joints[front]),
        ankle if rear is None else skeleton.index(contacts.joints[rear]),
        rear,
        front,
        tuple(j for j, line in below.items() if hip in line and knee not in line),
        tuple(j for j, line in below.items() if knee in line and ankle not in line),
        tuple(j for j, line in below.items() if ankle in line),
    )


def _pinned(leg: _Leg, x: dict[int, Tensor], flags: Tensor, frames: int) -> tuple[Tensor, Tensor | None]:
    """Where (T, 3) the ankle and the toe have to be; x: places (T, 3) of joints."""
    ankle, flat = x[leg.ankle], x[leg.ankle].new_tensor([1, 0, 1])
    rear = (torch.zeros_like(ankle[:, :1]), torch.zeros_like(ankle)) if leg.rear is None else _correction(flags[:, leg.rear], x[leg.heel] * flat, frames)
    if leg.toe is None or leg.front is None:
        return ankle + rear[0] * rear[1], None
    toe, stands = x[leg.toe], flags[:, leg.front]
    weight, away = _correction(stands, toe * flat, frames)
    shift = rear[0] * rear[1] + (1 - rear[0]) * weight * away
    ankle_target, toe_target = ankle + shift, toe + weight * away + (1 - weight) * shift
    heel_stands = torch.zeros_like(stands) if leg.rear is None else flags[:, leg.rear]
    length = (toe - ankle).norm(dim=-1, keepdim=True)
    return _at_foot_length(ankle_target, toe_target, length, heel_stands, stands, weight, frames), toe_target


def _correction(flags: Tensor, x: Tensor, frames: int) -> tuple[Tensor, Tensor]:
    """(weight (T, 1), shift (T, 3)) that hold x at its mean during each contact and fade outside."""
    away = torch.zeros_like(x)
    for a, b in runs(flags.numpy()):
        away[a:b] = x[a:b].mean(0) - x[a:b]
    return _faded(flags, away, frames)


def _faded(flags: Tensor, values: Tensor, frames: int) -> tuple[Tensor, Tensor]:
    """(weight (T, 1), values (T, D)): those given where flagged, and on both sides the nearest of them with a weight that fades over `frames`."""
    total = values.new_zeros(len(values), 1)
    out = torch.zeros_like(values)
    ease = torch.linspace(1, 0, frames + 2, dtype=values.dtype)[1:-1, None]
    ease = ease * ease * (3 - 2 * ease)
    for a, b in runs(flags.numpy()):
        total[a:b] += 1
        out[a:b] += values[a:b]
        before, after = min(frames, a), min(frames, len(values) - b)
        for part, w, d in ((slice(a - before, a), ease[:before].flip(0), values[a]), (slice(b, b + after), ease[:after], values[b - 1])):
            free = ~flags[part, None]
            total[part] += w * free
            out[part] += w * free * d
    return total.clamp(max=1), out / total.clamp_min(1e-9)


def _at_foot_length(ankle: Tensor, toe: Tensor, length: Tensor, rear: Tensor, front: Tensor, weight: Tensor, frames: int) -> Tensor:
    """The ankle (T, 3) as far from the toe as the foot is long, with the `weight` (T, 1) that the toe's place has.

    Where both stand (flags `rear` and `front`) the ankle rises or sinks, by up to _LIFT, to keep its place on the ground too. What that
    leaves, and what the toe alone asks for, it gives way on the ground.
    """
    away, height = (ankle - toe)[:, [0, 2]], (ankle - toe)[:, 1:2]
    wanted = (length.square() - away.square().sum(-1, keepdim=True)).clamp_min(0).sqrt() * height.sign()
    share, lift = _faded(rear & front, (wanted - height).clamp(-_LIFT, _LIFT), frames)
    ankle = ankle + torch.nn.functional.pad(share * lift, (1, 1))
    height = (ankle - toe)[:, 1:2].clamp(-length, length)
    flat = rot.normalize(away) * (length.square() - height.square()).sqrt()
    there = toe + torch.stack([flat[:, 0], height[:, 0], flat[:, 1]], -1)
    return torch.lerp(ankle, there, weight * ~(rear & ~front)[:, None])


def _approach(x: dict[int, Tensor], legs: list[_Leg], targets: list[Tensor], frames: int) -> Tensor:
    """How far (T, 3) the body must move so that every ankle target is within the leg's reach, smoothed over time; x: places (T, 3) of joints."""
    move = torch.zeros_like(next(iter(x.values())))
    for _ in range(3):
        need = torch.zeros_like(move)
        for leg, target in zip(legs, targets):
            hip, knee, ankle = (x[j] for j in (leg.hip, leg.knee, leg.ankle))
            # a leg stretched farther than it was is what needs help
            reach = torch.maximum(0.995 * ((knee - hip).norm(dim=-1) + (ankle - knee).norm(dim=-1)), (ankle - hip).norm(dim=-1))
            arm = target - hip - move
            far = arm.norm(dim=-1)
            need += arm / far.clamp_min(1e-9)[:, None] * (far - reach).clamp_min(0)[:, None]
        if not (need.norm(dim=-1) > 1e-4).any():
            break
        # the widest need in reach of the window, then its mean: smooth, and nowhere less than needed
        size = 2 * frames + 1
        columns = need.mT[None]
        pool = torch.nn.functional.max_pool1d
        wide = pool(columns.clamp_min(0), size, 1, frames) - pool((-columns).clamp_min(0), size, 1, frames)
        padded = torch.nn.functional.pad(wide, (frames, frames), mode="replicate") if len(move) > 1 else wide.expand(1, 3, size)
        move = move + torch.nn.functional.avg_pool1d(padded, size, 1)[0].mT
    return move


def _bend(world: Tensor, positions: Tensor, leg: _Leg, target: Tensor, toe_target: Tensor | None) -> None:
    """Turn the joints of a leg, in place, so that the ankle comes to `target` and the toe to `toe_target`."""
    hip, knee, ankle = (positions[:, j] for j in (leg.hip, leg.knee, leg.ankle))
    thigh, shin = knee - hip, ankle - knee
    a, b = thigh.norm(dim=-1, keepdim=True), shin.norm(dim=-1, keepdim=True)
    swing = rot.between(ankle - hip, target - hip)
    u = rot.normalize(target - hip)
    far = (target - hip).norm(dim=-1, keepdim=True)
    far = torch.minimum(torch.maximum(far, (a - b).abs() + 1e-6), a + b - 1e-9)
    side = rot.rotate(swing, thigh)
    side = side - (side * u).sum(-1, keepdim=True) * u
    # a straight leg bends to where the shin's front points: the knee goes forward
    forward = rot.rotate(world[:, leg.ankle], world.new_tensor([0.0, 0.0, 1.0]))
    forward = forward - (forward * u).sum(-1, keepdim=True) * u
    side = rot.normalize(side + 1e-4 * rot.normalize(forward))
    along = (a.square() + far.square() - b.square()) / (2 * far)
    new_thigh = along * u + (a.square() - along.square()).clamp_min(0).sqrt() * side
    new_shin = far * u - new_thigh
    # a leg that is where it should be stays exactly as it is
    still = (target - ankle).norm(dim=-1, keepdim=True) < 1e-7
    unit = rot.identity(1, dtype=world.dtype, device=world.device)
    turn_thigh = torch.where(still, unit, rot.multiply(rot.between(rot.rotate(swing, thigh), new_thigh), swing))
    turn_shin = torch.where(still, unit, rot.multiply(rot.between(rot.rotate(swing, shin), new_shin), swing))
    world[:, list(leg.thigh)] = rot.multiply(turn_thigh[:, None], world[:, list(leg.thigh)])
    world[:, list(leg.shin)] = rot.multiply(turn_shin[:, None], world[:, list(leg.shin)])
    if leg.toe is not None and toe_target is not None:
        place = torch.where(still, ankle, hip + new_thigh + new_shin)
        turn = rot.between(positions[:, leg.toe] - ankle, toe_target - place)
        world[:, list(leg.foot)] = rot.multiply(turn[:, None], world[:, list(leg.foot)])
