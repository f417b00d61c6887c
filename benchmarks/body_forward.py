"""Speed of posing bodies: ours beside anny and smplx, same shapes and poses, in one run.

python benchmarks/body_forward.py [--frames 64] [--repeats 9]
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("WARP_QUIET", "1")

import numpy as np
import roma
import torch

from vitruve.bodies import body_model
from vitruve.bodies.smpl import MODELS, load_smpl
from vitruve.core.rotations import normalize


def together(repeats: int, **tasks: Callable[[], object]) -> dict[str, float]:
    """Median milliseconds of each task, the tasks taking turns."""
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - start)
    return {name: 1e3 * float(np.median(t)) for name, t in times.items()}


def with_gradient(forward: Callable[..., torch.Tensor], *inputs: torch.Tensor) -> Callable[[], None]:
    def run() -> None:
        with torch.enable_grad():
            leaves = [x.detach().requires_grad_() for x in inputs]
            forward(*leaves).square().sum().backward()

    return run


def anny_pair(frames: int, repeats: int) -> dict[str, dict[str, float]]:
    import anny

    ours, theirs = body_model("anny", local_changes=False), anny.Anny(pose_parameterization="local-ref").float()
    shape = ours.default_shape()
    rotations = normalize(torch.randn(frames, 104, 4) * 0.2 + torch.tensor([0, 0, 0, 1.0]))
    pose = torch.eye(4).repeat(frames, 104, 1, 1)
    pose[..., :3, :3] = roma.unitquat_to_rotmat(rotations)
    shapes = shape.expand(frames, -1).contiguous()
    return {
        "anny, one shape": together(repeats, ours=lambda: ours(rotations, shape), peer=lambda: theirs(pose, shape[None])),
        "anny, a shape per frame": together(repeats, ours=lambda: ours(rotations, shapes), peer=lambda: theirs(pose, shapes)),
        "anny, one shape, gradient": together(
            repeats,
            ours=with_gradient(lambda r, s: ours(r, s).vertices, rotations, shape),
            peer=with_gradient(lambda p, s: theirs(p, s[None])["vertices"], pose, shape),
        ),
    }


def smpl_file(folder: Path, name: str, vertices: int, components: int) -> Path:
    """A model file of the published size, random numbers, four joints per vertex."""
    g = np.random.default_rng(0)
    tree = MODELS[name].skeleton()
    j = len(tree)
    weights = np.zeros((vertices, j), np.float32)
    np.put_along_axis(weights, g.random((vertices, j)).argsort(1)[:, :4], g.dirichlet((1, 1, 1, 1), vertices).astype(np.float32), 1)
    content = {
        "v_template": g.normal(size=(vertices, 3)),
        "shapedirs": g.normal(size=(vertices, 3, components)).astype(np.float32),
        "posedirs": g.normal(size=(vertices, 3, 9 * (j - 1))).astype(np.float32) * 0.01,
        "J_regressor": g.dirichlet(np.full(vertices, 0.1), j),
        "weights": weights,
        "kintree_table": np.array([[2**32 - 1, *tree.parents[1:]], range(j)], dtype=np.uint32),
        "f": g.integers(0, vertices, (2 * vertices, 3)).astype(np.uint32),
        "lmk_faces_idx": np.arange(51),
        "lmk_bary_coords": np.full((51, 3), 1 / 3),
    }
    for suffix in MODELS[name].hands:
        content |= {f"hands_components{suffix}": np.eye(45), f"hands_mean{suffix}": np.zeros(45)}
    if name == "smpl":  # smplx reads this one from a pickle only
        path = folder / "smpl.pkl"
        path.write_bytes(pickle.dumps(content))
    else:
        path = folder / f"{name}.npz"
        np.savez(path, **content)
    return path


def smpl_pair(name: str, frames: int, repeats: int, folder: Path) -> dict[str, dict[str, float]]:
    import smplx

    if name == "smplx":
        file = smpl_file(folder, name, 10475, 20)
        theirs = smplx.SMPLX(str(file), batch_size=frames, use_pca=False, flat_hand_mean=True)
    elif name == "smpl":
        file = smpl_file(folder, name, 6890, 10)
        theirs = smplx.SMPL(str(file), batch_size=frames)
    else:
        file = smpl_file(folder, name, 6890, 10)
        theirs = smplx.SMPLH(str(file), batch_size=frames, use_pca=False, flat_hand_mean=True, ext="npz")
    ours = load_smpl(name, file)
    j = len(ours.skeleton)
    pose = torch.randn(frames, 3 * j) * 0.3
    betas, transl = torch.randn(frames, 10), torch.randn(frames, 3)
    split = {"global_orient": 3, "body_pose": 69 if name == "smpl" else 63} | ({"jaw_pose": 3, "leye_pose": 3, "reye_pose": 3} if name == "smplx" else {})
    split |= {} if name == "smpl" else {"left_hand_pose": 45, "right_hand_pose": 45}

    def peer(p: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return theirs(betas=b, transl=transl, **dict(zip(split, p.split(list(split.values()), 1)))).vertices

    def mine(p: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ours(ours.rotations(p), b, transl + ours.offsets(b)[..., 0, :]).vertices

    error = float((mine(pose, betas) - peer(pose, betas)).abs().max())
    assert error < 1e-3, f"{name}: ours and smplx differ by {error} m"
    return {
        f"{name}, a shape per frame": together(repeats, ours=lambda: mine(pose, betas), peer=lambda: peer(pose, betas)),
        f"{name}, one shape": together(repeats, ours=lambda: mine(pose, betas[0]), peer=lambda: peer(pose, betas[:1].expand(frames, -1))),
        f"{name}, a shape per frame, gradient": together(repeats, ours=with_gradient(mine, pose, betas), peer=with_gradient(peer, pose, betas)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    torch.manual_seed(0)
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        results = anny_pair(options.frames, options.repeats)
        for name in ("smpl", "smplh", "smplx"):
            results |= smpl_pair(name, options.frames, options.repeats, Path(folder))
    print(f"{options.frames} frames, {torch.get_num_threads()} thread(s), milliseconds (median of {options.repeats})")
    print(f"{'':40} {'ours':>8} {'peer':>8} {'ours/peer':>10}")
    for name, t in results.items():
        print(f"{name:40} {t['ours']:8.1f} {t['peer']:8.1f} {t['ours'] / t['peer']:10.2f}")
    print(json.dumps({name: t | {"ratio": t["ours"] / t["peer"]} for name, t in results.items()}))


if __name__ == "__main__":
    main()
