"""`vitruve run` end to end: frames a second and memory as a motion grows, and the start-up of the command line."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace

FRAMES = (1_000, 10_000, 100_000)
CODE = "import sys; from benchmarks.pipeline import one; one(int(sys.argv[1]))"


def one(frames: int) -> None:
    """Run on a walk repeated to `frames` frames; print seconds, start-up seconds and peak memory (MiB)."""
    import torch

    import vitruve as vt

    torch.set_num_threads(1)
    walk = vt.sample("walk")
    times = -(-frames // len(walk))
    # each repeat goes on where the last one ended
    step = walk.translation[-1] - walk.translation[0]
    step[1] = 0
    path = torch.cat([walk.translation + i * step for i in range(times)])[:frames]
    motion = replace(walk, rotations=walk.rotations.repeat(times, 1, 1)[:frames], translation=path, name="long")
    start = time.perf_counter()
    vt.body_model("anny")
    ready = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = vt.run(motion, folder, video=False)
        size = sum(p.stat().st_size for p in result.files.values()) / 2**20
    done = time.perf_counter()
    print(done - ready, ready - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, nargs="+", default=list(FRAMES))
    args = parser.parse_args()
    print("| frames | seconds | frames/s | peak memory MiB | written MiB |\n| --- | --- | --- | --- | --- |")
    for n in args.frames:
        out = subprocess.run([sys.executable, "-c", CODE, str(n)], capture_output=True, text=True, check=True).stdout.split()
        seconds, _, memory, size = map(float, out[-4:])
        print(f"| {n} | {seconds:.1f} | {n / seconds:.0f} | {memory:.0f} | {size:.1f} |", flush=True)
    starts = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "vitruve", "--help"], capture_output=True, check=True)
        starts.append(time.perf_counter() - start)
    print(f"\n`vitruve --help`: {sorted(starts)[3]:.3f} s (median of 7)")


if __name__ == "__main__":
    main()
