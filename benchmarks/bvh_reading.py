"""Reading BVH beside bvhio and bvhtoolbox: the same files, one process, CPU time of the best of some runs.

    python benchmarks/bvh_reading.py [FILE.bvh ...] [--minutes 5]

Without files, three lengths of random poses of one rig are written. Ours ends in metres and quaternions, like bvhio's `readAsBvh`;
its `readAsHierarchy` ("b.hierarchy") ends in joints that can be posed. bvhtoolbox keeps strings: making one array of them is included.
The skeleton of a rig that was read before is not made again, and numbers are read by the compiled kernel that a process starts after its
first four million: ours is the time for each further file of a data set. "careful" is ours without that kernel, as for a first small file.
The last line is the peak memory of reading a long file, as a multiple of the arrays that come out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from vitruve.core import rotations as rot
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.io import bvh


def synthetic(path: Path, frames: int, joints: int = 31) -> Path:
    """A file of random poses."""
    torch.manual_seed(0)
    parents = (-1, *(max(0, j - 1 - j % 3) for j in range(1, joints)))
    skeleton = Skeleton("synthetic", tuple(f"joint{j}" for j in range(joints)), parents)
    q = rot.normalize(rot.identity(frames, joints) + 0.3 * torch.randn(frames, joints, 4))
    bvh.write(Motion(q, torch.randn(frames, 3), torch.randn(joints, 3) * 0.2, skeleton, fps=120), path)
    return path


def best(run: Callable[[], object], budget: float = 1.0) -> float:
    """CPU seconds of the fastest run, which other work on the machine hardly changes: at least two, more while the budget lasts."""
    times: list[float] = []
    while len(times) < 2 or (sum(times) < budget and len(times) < 20):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


PEAK = """
import re, sys, torch, vitruve.io.bvh as bvh
def status(key): return int(re.search(key + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
bvh.read(sys.argv[2])
open("/proc/self/clear_refs", "w").write("5")  # the peak counts from here
before = status("VmRSS")
m = bvh.read(sys.argv[1], units="m", up="y")
peak = status("VmHWM") - before
arrays = sum(x.numel() * x.element_size() for x in (m.rotations, m.translation, m.offsets)) / 2**20
print(f"{peak:.0f} MB more at the peak for {arrays:.0f} MB of arrays: {peak / arrays:.2f} times")
"""


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=5, help="length of the file of the memory measurement, at 120 frames/s")
    args = parser.parse_args()
    import bvhio

    # bvhtoolbox asks pkg_resources, which newer setuptools lack, for nothing but its own version
    sys.modules.setdefault("pkg_resources", SimpleNamespace(get_distribution=lambda name: SimpleNamespace(version=""), DistributionNotFound=LookupError))  # type: ignore[arg-type]
    import bvhtoolbox

    with tempfile.TemporaryDirectory() as folder:
        files = args.files or [synthetic(Path(folder) / f"synthetic_{n}.bvh", n) for n in (300, 1200, 3600)]
        print(
            f"{'file':32} {'frames':>7} {'joints':>6} {'MB':>6} | {'ours':>9} {'careful':>9} {'bvhio':>9} {'b.hierarchy':>11} {'bvhtoolbox':>10}"
            f" | {'x bvhio':>8} {'x b.hier.':>9} {'x toolbox':>9} | {'write':>9}"
        )
        for path in files:
            bvh._KERNEL_FROM = sys.maxsize
            careful = best(lambda path=path: bvh.read(path))
            bvh._KERNEL_FROM = 0
            motion = bvh.read(path)
            ours = best(lambda path=path: bvh.read(path))
            theirs = best(lambda path=path: bvhio.readAsBvh(str(path)), budget=0)
            hierarchy = best(lambda path=path: bvhio.readAsHierarchy(str(path)), budget=0)
            toolbox = best(lambda path=path: np.array(bvhtoolbox.Bvh(path.read_text()).frames, dtype=np.float64), budget=0)
            writing = best(lambda motion=motion: bvh.write(motion, Path(folder) / "out.bvh"))
            print(
                f"{path.name[-32:]:32} {len(motion):7} {len(motion.skeleton):6} {path.stat().st_size / 1e6:6.1f} | {ours * 1e3:6.1f} ms"
                f" {careful * 1e3:6.1f} ms {theirs * 1e3:6.0f} ms {hierarchy * 1e3:8.0f} ms {toolbox * 1e3:7.0f} ms"
                f" | {theirs / ours:8.1f} {hierarchy / ours:9.1f} {toolbox / ours:9.1f}"
                f" | {writing * 1e3:6.1f} ms"
            )
        long, short = synthetic(Path(folder) / "long.bvh", int(args.minutes * 7200)), synthetic(Path(folder) / "short.bvh", 10)
        print(f"{args.minutes:g} minutes ({long.stat().st_size / 1e6:.0f} MB):", end=" ", flush=True)
        subprocess.run([sys.executable, "-c", PEAK, str(long), str(short)], check=True)


if __name__ == "__main__":
    main()
