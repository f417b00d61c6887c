"""Frames per second of the rasteriser beside what one would use instead: `python benchmarks/rasteriser.py`.

Every contestant sees the same body (Anny, 13,718 vertices, 27,420 faces) with the same camera, in one run,
taking turns in blocks of frames, each on as many threads as torch has (OMP_NUM_THREADS=1 for one core). Ours makes face, barycentric
weights and depth; the others make depth alone. A moving body is a new mesh in every frame: what keeps a
scene or a search tree is measured with it kept ("still") and made anew ("moving"); for the rest there is no
difference. Those that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from vitruve.bodies import body_model
from vitruve.core.camera import Camera
from vitruve.render.raster import rasterise
from vitruve.render.soft import soft_silhouette


def torch_zbuffer(points: torch.Tensor, faces: torch.Tensor, size: int) -> torch.Tensor:
    """Depth by plain torch: every face's box expanded to pixels, edge functions, scatter of the minimum."""
    uv, z = points[:, :2] / points[:, 2:], points[:, 2]
    p = uv[faces]
    low, high = p.amin(1).ceil().clamp_min(0).long(), p.amax(1).floor().clamp_max(size - 1).long()
    extent = (high - low + 1).clamp_min(0)
    count = extent.prod(1)
    face = torch.repeat_interleave(count)
    place = torch.arange(len(face)) - (count.cumsum(0) - count)[face]
    xy = low[face] + torch.stack([place % extent[face, 0], place // extent[face, 0]], -1)
    a, b, c = (p[face, i] - xy for i in range(3))
    w = torch.stack([b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0], c[:, 0] * a[:, 1] - c[:, 1] * a[:, 0], a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]], -1)
    inside = ((w >= 0).all(1) | (w <= 0).all(1)) & (w.sum(1) != 0)
    w, face, xy = w[inside], face[inside], xy[inside]
    depth = w.sum(1) / (w / z[faces[face]]).sum(1)
    return torch.full((size * size,), torch.inf).scatter_reduce(0, xy[:, 1] * size + xy[:, 0], depth, "amin").view(size, size)


def contestants(size: int) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """name -> a function that makes one frame's depth, and name -> why it is left out."""
    body = body_model("anny")
    vertices, faces = body.rest().vertices.float(), body.faces
    vertices = vertices - (vertices.amin(0) + vertices.amax(0)) / 2
    camera = Camera.look_at(torch.tensor([0.6, 0.3, 2.6]), torch.zeros(3), (size, size), focal=1.25 * size)
    runs: dict[str, Callable[[], Any]] = {
        "vitruve": lambda: rasterise(vertices, faces, camera).depth,
        "vitruve, back faces culled": lambda: rasterise(vertices, faces, camera, cull_back=True).depth,
        "vitruve, soft silhouette": lambda: soft_silhouette(vertices, faces, camera),
        "torch z-buffer": lambda: torch_zbuffer((camera.to_camera(vertices) @ camera.intrinsics.mT), faces, size),
    }
    missing: dict[str, str] = {}
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    os.environ["LP_NUM_THREADS"] = str(torch.get_num_threads())  # of Mesa's software renderer, where there is no GPU
    try:
        import pyrender
        import trimesh

        mesh = pyrender.Mesh.from_trimesh(trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False))
        scene = pyrender.Scene()
        pose = np.eye(4)
        # OpenGL looks along -z with y up
        pose[:3, :3] = camera.rotation.T.numpy() @ np.diag([1, -1, -1])
        pose[:3, 3] = camera.position.numpy()
        k = camera.intrinsics.numpy()
        scene.add(pyrender.IntrinsicsCamera(k[0, 0], k[1, 1], k[0, 2] + 0.5, k[1, 2] + 0.5, znear=0.01), pose=pose)
        renderer = pyrender.OffscreenRenderer(size, size)
        node = scene.add(mesh)

        def render() -> torch.Tensor:
            return torch.from_numpy(renderer.render(scene, flags=pyrender.RenderFlags.DEPTH_ONLY).copy())

        def render_anew() -> torch.Tensor:
            nonlocal node
            scene.remove_node(node)
            node = scene.add(pyrender.Mesh.from_trimesh(trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False)))
            return render()

        render()
        runs |= {"pyrender, still": render, "pyrender, moving": render_anew}
    except Exception as e:  # whatever a machine without a display answers with
        missing["pyrender"] = f"{type(e).__name__}: {str(e).splitlines()[0][:100]}"
    try:
        import embreex  # noqa: F401
        import trimesh

        still = trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False)
        x = torch.arange(size, dtype=torch.float32)
        pixels = torch.stack(torch.meshgrid(x, x, indexing="xy"), -1).view(-1, 2)
        origin, d = camera.rays(pixels)
        starts, directions = origin.expand_as(d).numpy().copy(), d.numpy()

        def cast(solid: Any) -> torch.Tensor:
            hits, ray, _ = solid.ray.intersects_location(starts, directions, multiple_hits=False)
            depth = torch.zeros(size * size)
            depth[torch.from_numpy(ray)] = camera.to_camera(torch.from_numpy(hits).float())[:, 2]
            return depth.view(size, size)

        runs["trimesh and embree, still"] = lambda: cast(still)
        runs["trimesh and embree, moving"] = lambda: cast(trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False))
    except ImportError as e:
        missing["trimesh and embree"] = str(e)
    return runs, missing


def main() -> None:
    """Print frames per second, the ratio to ours, and how far the depths differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--block", type=int, default=8, help="frames that one contestant makes in a row")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    runs, missing = contestants(args.size)
    depths = {name: run() for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.repeats):
        for name, run in runs.items():
            for _ in range(args.block):
                start = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - start)
    ours = float(np.median(times["vitruve"]))
    rows = []
    for name, seconds in times.items():
        median, depth, truth = float(np.median(seconds)), depths[name], depths["vitruve"]
        both = (truth > 0) & (depth > 0) & depth.isfinite()
        error = float(((depth - truth).abs() / truth)[both].median()) if "silhouette" not in name else None
        rows.append({"name": name, "ms": 1e3 * median, "fps": 1 / median, "vitruve is faster by": median / ours, "median relative depth difference": error})
    if args.json:
        print(json.dumps({"size": args.size, "threads": torch.get_num_threads(), "rows": rows, "missing": missing}, indent=1))
        return
    print(f"{args.size} x {args.size} px, 27,420 faces, {torch.get_num_threads()} thread(s), median of {args.repeats * args.block} frames")
    for r in rows:
        error = "" if r["median relative depth difference"] is None else f"{r['median relative depth difference']:.1e}"
        print(f"{r['name']:32}{r['ms']:10.2f} ms{r['fps']:10.1f} frames/s{r['vitruve is faster by']:9.1f} x   {error}")
    for name, why in missing.items():
        print(f"{name:32} not measured: {why}")


if __name__ == "__main__":
    main()
