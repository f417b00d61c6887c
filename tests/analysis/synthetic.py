"""Bodies whose angles, steps and jumps are known because they were built from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from vitruve.core.contacts import Contacts
from vitruve.core.motion import Motion, local_rotations
from vitruve.core.standards import skeleton

SMPL = skeleton("smpl24")

# a body in the T-pose, facing +z: left side and midline
_HALF = {
    "pelvis": (0, 0.95, 0), "spine1": (0, 1.05, 0), "spine2": (0, 1.2, 0), "spine3": (0, 1.3, 0), "neck": (0, 1.5, 0), "head": (0, 1.6, 0.03),
    "hip": (0.09, 0.9, 0), "knee": (0.09, 0.5, 0), "ankle": (0.09, 0.09, 0), "foot": (0.09, 0.03, 0.13),
    "collar": (0.06, 1.4, 0), "shoulder": (0.18, 1.4, 0), "elbow": (0.45, 1.4, 0), "wrist": (0.7, 1.4, 0), "hand": (0.78, 1.4, 0),
}  # fmt: skip


def t_pose() -> np.ndarray:
    """(24, 3) joints."""
    out = []
    for name in SMPL.joints:
        side, _, part = name.partition("_")
        point = np.array(_HALF[part if part in _HALF else name], dtype=float)
        out.append(point * (-1, 1, 1) if side == "right" else point)
    return np.stack(out)


def rest_rotations(kind: str) -> Rotation:
    """World rotation, from the T-pose, that each joint has in a rig's rest pose."""
    turn = np.zeros((24, 3))
    for j, name in enumerate(SMPL.joints):
        sign = 1 if name.startswith("left") else -1
        leg = name.endswith(("hip", "knee", "ankle", "foot"))
        arm = name.endswith(("shoulder", "elbow", "wrist", "hand"))
        if kind in ("a-pose", "arms down") and arm:
            turn[j, 2] = -sign * (50 if kind == "a-pose" else 90)
        if kind == "legs spread" and leg:
            turn[j, 2] = sign * 20
    if kind == "along z":
        turn[:, 0] = 90
    if kind == "scrambled":
        # what an exporter that bakes joint orients leaves: axes in any order, so that the rest pose is no body's
        group = Rotation.create_group("O").as_quat()
        return Rotation.from_quat(group[np.random.default_rng(3).integers(0, 24, 24)])
    return Rotation.from_euler("xyz", turn, degrees=True)


RESTS = ("t-pose", "a-pose", "arms down", "legs spread", "along z")


def _cardan(angles: dict, frames: int, order: str, names: tuple[str, str, str], signs: tuple[float, float, float]) -> Rotation:
    values = [s * np.broadcast_to(angles.get(n, 0.0), frames) for n, s in zip(names, signs)]
    return Rotation.from_euler(order, np.stack(values, -1), degrees=True)


def body(angles: dict, rest: str = "t-pose", frames: int = 1, fps: float = 30.0, dtype: torch.dtype = torch.float64) -> Motion:
    """A body of the smpl24 tree whose rig rests in `rest`, with clinical angles (degrees, numbers or (T,)) as named."""
    world: dict[str, Rotation] = {}
    world["pelvis"] = _cardan(angles, frames, "YZX", ("pelvis_rotation", "pelvis_obliquity", "pelvis_tilt"), (1, 1, 1))
    for part in ("spine1", "spine2"):
        world[part] = world["pelvis"]
    world["spine3"] = world["pelvis"] * _cardan(angles, frames, "XZY", ("trunk_flexion", "trunk_bending", "trunk_rotation"), (1, -1, 1))
    world["neck"] = world["spine3"]
    world["head"] = world["neck"] * _cardan(angles, frames, "XZY", ("neck_flexion", "neck_bending", "neck_rotation"), (1, -1, 1))
    for side, s in (("left", -1), ("right", 1)):
        n = lambda *names, side=side: tuple(f"{side}_{x}" for x in names)  # noqa: E731
        world[f"{side}_hip"] = world["pelvis"] * _cardan(angles, frames, "XZY", n("hip_flexion", "hip_adduction", "hip_rotation"), (-1, s, s))
        world[f"{side}_knee"] = world[f"{side}_hip"] * _cardan(angles, frames, "XZY", n("knee_flexion", "knee_adduction", "knee_rotation"), (1, s, s))
        world[f"{side}_ankle"] = world[f"{side}_knee"] * _cardan(
            angles, frames, "XZY", n("ankle_dorsiflexion", "ankle_inversion", "ankle_rotation"), (-1, s, s)
        )
        world[f"{side}_foot"] = world[f"{side}_ankle"]
        world[f"{side}_collar"] = world["spine3"]
        # the arm as ISB has it: plane of elevation, elevation, axial; a positive elevation moves a right arm out for plane 0
        plane = np.broadcast_to(angles.get(f"{side}_shoulder_plane", 0.0), frames)
        raised = np.broadcast_to(angles.get(f"{side}_shoulder_elevation", 0.0), frames)
        axial = np.broadcast_to(angles.get(f"{side}_shoulder_rotation", 0.0), frames)
        swing = Rotation.from_euler("YZY", np.stack([s * plane, -s * raised, -s * plane + s * axial], -1), degrees=True)
        upper = world["spine3"] * swing
        bone = upper * _cardan(angles, frames, "XZ", n("elbow_flexion", "elbow_valgus"), (-1, -s))  # type: ignore[arg-type]
        fore = bone * _cardan(angles, frames, "Y", n("forearm_pronation"), (s,))  # type: ignore[arg-type]
        hand = fore * _cardan(angles, frames, "XZ", n("wrist_deviation", "wrist_flexion"), (1, s))  # type: ignore[arg-type]
        hang = Rotation.from_euler("z", s * 90, degrees=True)
        for part, turn in (("shoulder", upper), ("elbow", fore), ("wrist", hand), ("hand", hand)):
            world[f"{side}_{part}"] = turn * hang
    rests = rest_rotations(rest)
    q = np.stack([(world[name] * rests[j].inv()).as_quat() for j, name in enumerate(SMPL.joints)], 1)
    points = t_pose()
    offsets = np.stack([points[j] if p < 0 else rests[p].apply(points[j] - points[p]) for j, p in enumerate(SMPL.parents)])
    local = local_rotations(SMPL, torch.from_numpy(q))
    return Motion(local.to(dtype), torch.tensor(np.tile(points[0], (frames, 1)), dtype=dtype), torch.tensor(offsets, dtype=dtype), SMPL, fps)


def puppet(points: np.ndarray, fps: float) -> Motion:
    """A motion that passes through any joint positions (T, 24, 3): bones stretch, nothing turns."""
    offsets = np.stack([points[:, j] - (points[:, p] if p >= 0 else 0) for j, p in enumerate(SMPL.parents)], 1)
    rotations = np.zeros((len(points), 24, 4))
    rotations[..., 3] = 1
    return Motion(torch.tensor(rotations), torch.tensor(points[:, 0]), torch.tensor(offsets), SMPL, fps)


def standing(frames: int) -> np.ndarray:
    """(T, 24, 3): the T-pose, held."""
    return np.tile(t_pose(), (frames, 1, 1))


def walker(
    step_time: float = 0.5, stance: float = 0.6, left_step: float = 0.7, right_step: float = 0.6, width: float = 0.2, strides: int = 5, fps: float = 100.0
) -> tuple[Motion, Contacts]:
    """A walk along +z with planted feet: `left_step` metres are gained by each left step, stance is a share of the stride."""
    stride_time, stride = 2 * step_time, left_step + right_step
    frames = round(strides * stride_time * fps) + 1
    time = np.arange(frames) / fps
    points = standing(frames)
    points[:, :, 2] += (stride / stride_time * time)[:, None]
    flags = np.zeros((frames, 2), dtype=bool)
    for k, (side, start, lead) in enumerate((("left", 0.0, 0.0), ("right", step_time, right_step))):
        phase = (time - start) / stride_time
        # frame times are sums of tenths: keep a strike on its frame
        cycle = np.floor(phase + 1e-9)
        part = phase - cycle
        flags[:, k] = part < stance - 1e-9
        planted = lead + cycle * stride
        z = planted + stride * np.clip((part - stance) / (1 - stance), 0, 1)
        x = (1 if side == "left" else -1) * width / 2
        for name in ("ankle", "foot"):
            j = SMPL.index(f"{side}_{name}")
            points[:, j, 0] = x
            points[:, j, 2] = t_pose()[j, 2] + z
            points[:, j, 1] += np.where(flags[:, k], 0, 0.1 * np.sin(np.pi * np.clip((part - stance) / (1 - stance), 0, 1)))
    return puppet(points, fps), Contacts(("left_ankle", "right_ankle"), torch.from_numpy(flags), 0.0)


def turned(motion: Motion, degrees: float) -> Motion:
    """The motion seen from elsewhere: turned about the vertical and moved."""
    q = torch.tensor(Rotation.from_euler("y", degrees, degrees=True).as_quat()).to(motion.rotations)
    if motion.stretches:
        x = motion.fk().positions.numpy() @ Rotation.from_euler("y", degrees, degrees=True).as_matrix().T
        return replace(puppet(x, motion.fps), name=motion.name)
    return motion.transform(q, q.new_tensor([3.0, 0.5, -2.0]))
