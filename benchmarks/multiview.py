"""Speed of matching people across views and triangulating them, beside Pose2Sim, on the real Shelf sequence: same detections, same cameras.

python -m benchmarks.multiview [--data ROOT] [--pose2sim PYTHON] [--repeats 3]

PYTHON is the interpreter of an environment that has Pose2Sim (`pip install pose2sim`), which reads and writes files: ours is timed with reading
its one file and writing its result, too. Both in processor time. Without it only ours is timed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

import vitruve as vt
from benchmarks.peers import together
from vitruve.core.multiview import track_people
from vitruve.core.poses import Poses
from vitruve.data import find_root
from vitruve.io import trc
from vitruve.io.cameras import read_shelf

# Pose2Sim's names of OpenPose's 25 keypoints, by their numbers
NAMES = (
    "Nose", "Neck", "RShoulder", "RElbow", "RWrist", "LShoulder", "LElbow", "LWrist", "CHip", "RHip", "RKnee", "RAnkle", "LHip", "LKnee", "LAnkle",
    "REye", "LEye", "REar", "LEar", "LBigToe", "LSmallToe", "LHeel", "RBigToe", "RSmallToe", "RHeel",
)  # fmt: skip
CONFIG = """\
[project]
multi_person = true
frame_rate = 25
frame_range = "all"
exclude_from_batch = []
participant_height = "auto"
participant_mass = [70.0]
[pose]
pose_model = "BODY_25"
[personAssociation]
likelihood_threshold_association = 0.3
[personAssociation.single_person]
likelihood_threshold_association = 0.3
reproj_error_threshold_association = 20
tracked_keypoint = "Neck"
[personAssociation.multi_person]
reconstruction_error_threshold = 0.1
min_affinity = 0.2
[triangulation]
reproj_error_threshold_triangulation = 15
likelihood_threshold_triangulation = 0.3
min_cameras_for_triangulation = 2
predict_displacement = false
match_by = "keypoints"
max_distance_m = 1.0
max_unseen_frames = 100
interp_if_gap_smaller_than = 20
interpolation = "none"
remove_incomplete_frames = false
sections_to_keep = "all"
min_chunk_size = 10
fill_large_gaps_with = "nan"
show_interp_indices = false
make_c3d = false
[logging]
use_custom_logging = false
"""
"""Its demonstration's settings for several people; gaps are left open, as ours leaves them."""

RUN = """\
import time
from Pose2Sim import Pose2Sim
start = time.process_time()
Pose2Sim.personAssociation()
middle = time.process_time()
Pose2Sim.triangulation()
print("SECONDS", middle - start, time.process_time() - middle)
"""


def write_project(folder: Path, views: Sequence[Poses]) -> None:
    """Detections, calibration and settings as Pose2Sim reads them."""
    (folder / "calibration").mkdir()
    (folder / "Config.toml").write_text(CONFIG)
    sections = []
    for number, view in enumerate(views):
        camera = view.camera
        assert camera is not None and camera.image_size is not None
        turn = cv2.Rodrigues(camera.rotation.double().numpy())[0].ravel().tolist()
        size, matrix, place = [float(n) for n in camera.image_size], camera.intrinsics.tolist(), camera.translation.tolist()
        sections.append(
            f'[cam_{number}]\nname = "cam_{number}"\nsize = {size}\nmatrix = {matrix}\ndistortions = [0.0, 0.0, 0.0, 0.0]\n'
            f"rotation = {turn}\ntranslation = {place}\nfisheye = false\n"
        )
        place_of = folder / "pose" / f"cam_{number}_json"
        place_of.mkdir(parents=True)
        rows = torch.cat([view.positions, view.confidence[..., None]], -1).nan_to_num(0.0)
        for t in range(view.num_frames):
            people = [{"person_id": [-1], "pose_keypoints_2d": r.flatten().tolist()} for r in rows[:, t] if r.any()]
            (place_of / f"cam_{number}_{t:012d}.json").write_text(json.dumps({"version": 1.3, "people": people}))
    (folder / "calibration" / "Calib_shelf.toml").write_text("\n".join(sections) + "\n[metadata]\nadjusted = false\nerror = 0.0\n")


def read_result(folder: Path, frames: int) -> torch.Tensor:
    """People (P, T, 25, 3) in our axes, NaN where Pose2Sim gives nothing."""
    files = sorted(p for p in (folder / "pose-3d").glob("*.trc"))
    out = torch.full((len(files), frames, len(NAMES), 3), torch.nan)
    for person, file in enumerate(files):
        found = trc.read(file)
        start = int(file.stem.rsplit("_", 1)[1].split("-")[0])
        for j, name in enumerate(found.skeleton.joints):
            if name in NAMES:
                # it takes the world to have z up and turns it: y, z, x
                x = found.positions[0, :, j][:, [2, 0, 1]]
                out[person, start : start + len(x), NAMES.index(name)] = x.to(out)
    return out


def agreement(ours: torch.Tensor, theirs: torch.Tensor, near: float = 0.5) -> tuple[float, int]:
    """(median millimetres between joints that both found, how many): people are those whose joints are nearest on average, within `near` metres."""
    apart = (theirs[:, None] - ours[None]).norm(dim=-1)
    mean = apart.nanmean(-1).nan_to_num(torch.inf)
    nearest = mean.argmin(1, keepdim=True)
    chosen = apart.gather(1, nearest[..., None].expand(-1, -1, -1, apart.shape[-1]))[:, 0]
    chosen = chosen[(mean.gather(1, nearest)[:, 0] < near)]
    chosen = chosen[chosen.isfinite()]
    return 1e3 * float(chosen.median()), len(chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=None, help="the data collection (with shelf_multiview)")
    parser.add_argument("--pose2sim", type=Path, help="a Python interpreter that has Pose2Sim")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--frames", type=int, default=None, help="the first so many alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    file = find_root(options.data) / "shelf_multiview" / "shelf.npz"

    def read() -> list[Poses]:
        return [v[: options.frames] for v in read_shelf(file)[0]]

    views = read()
    frames = views[0].num_frames
    people = track_people(views)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def with_files() -> None:
            vt.save(track_people(read()), folder / "people.npz")

        ours = together(options.repeats, alone=lambda: track_people(views), with_files=with_files)
        found = int(people.positions.isfinite().all(-1).sum())
        print(f"Shelf, {frames} frames of {len(views)} views, 1 thread, processor time\n")
        print("| | frames/s | people | joints found |\n| --- | --- | --- | --- |")
        print(f"| vitruve | {1e3 * frames / ours['alone']:.1f} | {people.num_people} | {found} |")
        print(f"| vitruve, with grouping detections, reading and writing files | {1e3 * frames / ours['with_files']:.1f} | | |")
        if options.pose2sim is None:
            print("\nPose2Sim: not given (--pose2sim PYTHON)")
            return
        project = folder / "shelf"
        project.mkdir()
        write_project(project, views)
        start = time.perf_counter()
        done = subprocess.run([options.pose2sim.absolute(), "-c", RUN], cwd=project, capture_output=True, text=True)
        line = next((s for s in done.stdout.splitlines() if s.startswith("SECONDS")), None)
        if line is None:
            raise SystemExit(f"Pose2Sim failed after {time.perf_counter() - start:.0f} s:\n{done.stderr[-2000:]}")
        association, triangulation = (float(s) for s in line.split()[1:])
        theirs = read_result(project, frames)
        both = association + triangulation
        print(f"| Pose2Sim, with files | {frames / both:.1f} | {len(theirs)} | {int(theirs.isfinite().all(-1).sum())} |")
        millimetres, count = agreement(people.positions.float(), theirs)
        factor = 1e3 * both / ours["with_files"]
        print(f"\nassociation {association:.1f} s, triangulation {triangulation:.1f} s; ours {factor:.1f} times as fast with files")
        print(f"{count} joints found by both, median distance {millimetres:.1f} mm")


if __name__ == "__main__":
    main()
