"""Speed of forward kinematics, rotation conversions, inverse kinematics and fitting, beside a loop and roma alone.

python benchmarks/kinematics.py [--frames 20000] [--body procedural]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import roma
import torch
from scipy.spatial.transform import Rotation

from vitruve.bodies import body_model, fit, retarget
from vitruve.core import ik
from vitruve.core import rotations as rot
from vitruve.core.contacts import clean_feet, detect_contacts
from vitruve.core.motion import Motion, forward_kinematics
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton


def best(f: Callable[[], object], repeats: int = 3) -> float:
    """Shortest of some runs, seconds, after one to warm up."""
    f()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


def loop_fk(s: Skeleton, rotations: np.ndarray, translation: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """One frame and one joint at a time, 3x3 matrices."""
    out = np.zeros((*rotations.shape[:2], 3))
    for t in range(len(rotations)):
        local = Rotation.from_quat(rotations[t]).as_matrix()
        world: list[np.ndarray] = [np.empty(0)] * len(s)
        for j, p in enumerate(s.parents):
            world[j] = local[j] if p < 0 else world[p] @ local[j]
            out[t, j] = translation[t] if p < 0 else out[t, p] + world[p] @ offsets[j]
    return out


def roma_fk(s: Skeleton, rotations: torch.Tensor, translation: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
    """All frames at once, one joint at a time, with roma's products of quaternions."""
    world: list[torch.Tensor] = []
    place: list[torch.Tensor] = []
    for j, p in enumerate(s.parents):
        if p < 0:
            world.append(rotations[:, j])
            place.append(translation)
        else:
            world.append(roma.quat_product(world[p], rotations[:, j]))
            place.append(place[p] + roma.quat_action(world[p], offsets[j].expand(len(rotations), 3), is_normalized=True))
    return torch.stack(place, 1)


def sample(frames: int) -> Motion:
    """A smooth random motion of the procedural body's skeleton."""
    g = torch.Generator().manual_seed(0)
    s = skeleton("smpl24")
    knots = 0.3 * torch.randn(frames // 15 + 2, len(s), 3, generator=g)
    at = torch.linspace(0, len(knots) - 1.001, frames)
    v = torch.lerp(knots[at.long()], knots[at.long() + 1], (at - at.floor())[:, None, None])
    return Motion(rot.from_rotvec(v), torch.zeros(frames, 3), body_model("procedural").offsets().detach(), s, 30.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20000)
    parser.add_argument("--body", default="procedural")
    args = parser.parse_args()
    torch.set_num_threads(1)
    m = sample(args.frames)
    s, n = m.skeleton, args.frames
    few = 200
    arrays = tuple(x[:few].numpy() for x in (m.rotations, m.translation))

    print(f"forward kinematics, {n} frames x {len(s)} joints, float32, one thread, frames/s")
    loop = few / best(lambda: loop_fk(s, *arrays, m.offsets.numpy()), 1)
    plain = n / best(lambda: roma_fk(s, m.rotations, m.translation, m.offsets))
    ours = n / best(lambda: forward_kinematics(s, m.rotations, m.translation, m.offsets))
    moved = (m.rotations, torch.empty(n, len(s), 3))
    copy = n / best(lambda: [x.clone() for x in (moved[0], *moved)])
    for label, rate in (("numpy loop", loop), ("roma, joint by joint", plain), ("vitruve", ours), ("copying what it reads and writes", copy)):
        print(f"  {label:34s}{rate:14,.0f}   {rate / loop:8.1f} x the loop")

    q = m.rotations.flatten(0, 1)
    print(f"rotation conversions, {len(q)} quaternions, million/s (vitruve, roma)")
    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("product", lambda: rot.multiply(q, q), lambda: roma.quat_product(q, q)),
        ("to rotation vector", lambda: rot.to_rotvec(q), lambda: roma.unitquat_to_rotvec(q)),
        ("to Euler zxy", lambda: rot.to_euler("zxy", q), lambda: roma.unitquat_to_euler("zxy", q)),
        ("to 6D", lambda: rot.to_sixd(q, "columns"), lambda: roma.unitquat_to_rotmat(q)[..., :2].mT.flatten(-2)),
    ]
    for label, f, g in pairs:
        print(f"  {label:34s}{len(q) / best(f) / 1e6:10.1f}{len(q) / best(g) / 1e6:10.1f}")

    clip = m[:2000]
    x = clip.fk().positions
    noisy = x + 0.01 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    body = body_model(args.body)
    print("frames/s of 2000 frames")
    jobs: list[tuple[str, Callable[[], object]]] = [
        ("closed-form alignment", lambda: ik.align_chains(s, m.offsets, x)),
        ("inverse kinematics, exact joints", lambda: ik.inverse_kinematics(x, s, m.offsets)),
        ("inverse kinematics, 1 cm noise", lambda: ik.inverse_kinematics(noisy, s, m.offsets)),
        ("inverse kinematics, smooth", lambda: ik.inverse_kinematics(noisy, s, m.offsets, smoothness=1.0)),
        (f"retarget to {args.body}", lambda: retarget(clip, body)),
        (f"fit {args.body}", lambda: fit(clip, body)),
        ("contacts and clean-up", lambda: clean_feet(clip, detect_contacts(clip))),
    ]
    for label, job in jobs:
        print(f"  {label:34s}{len(clip) / best(job, 1):12,.0f}")


if __name__ == "__main__":
    main()
