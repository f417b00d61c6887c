"""`vitruve run`: any motion to a body, angles, events, exports and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

EXAMPLES = """\
vitruve run walk.bvh
vitruve run recordings/ -o results          a folder, resumable
vitruve run trial.amc squat.trc clip.skeleton
vitruve run sample:walk                     the motion that ships with vitruve
vitruve run nw_ucla.npz --clip 12           one clip of a packed set
vitruve run cam1.json cam2.json --cameras calibration.json
"""


def run(
    inputs: tyro.conf.Positional[tuple[str, ...]],
    /,
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("vitruve-out"),
    cameras: Path | None = None,
    body: str = "anny",
    clip: str | None = None,
    fps: float | None = None,
    image_size: tuple[int, int] | None = None,
    video: bool = True,
    report: bool = True,
    force: bool = False,
) -> None:
    """Take motion files to a fitted body, joint angles, events, exports, a preview and a report.

    Each input gets a folder below OUTPUT with motion.npz and .bvh, body.glb, angles.csv, events.json,
    preview.mp4, report.html and summary.json. What is already there is not done again.

    Args:
        inputs: files or folders; several views of one scene where --cameras is given.
        output: folder to write to.
        cameras: calibration file; the inputs are then 2D keypoint files, one per camera, named like the cameras or in their order.
        body: the body to fit: anny, or smpl, smplh, smplx with VITRUVE_BODIES pointing at the model files.
        clip: name or number of a clip, for files that hold many.
        fps: frame rate, for files that do not tell.
        image_size: width and height in pixels, for 2D keypoints whose file does not say.
        video: write preview.mp4.
        report: write report.html.
        force: do everything again.
    """
    from vitruve.pipeline import Options, run_inputs

    run_inputs(inputs, output, Options(body=body, clip=clip, fps=fps, cameras=cameras, image_size=image_size, video=video, report=report), force=force)
