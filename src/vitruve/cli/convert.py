"""`vitruve convert`: from any format to any other that can hold it."""

from __future__ import annotations

from pathlib import Path

import tyro

EXAMPLES = """\
vitruve convert walk.bvh walk.glb
vitruve convert 02_01.amc 02_01.bvh --fps 30
vitruve convert walk.bvh walk.csv --skeleton h36m17     joint positions of a standard set
vitruve convert openpose_frames/ track.npz
"""


def convert(
    source: tyro.conf.Positional[Path],
    target: tyro.conf.Positional[Path],
    /,
    fps: float | None = None,
    skeleton: str | None = None,
    clip: str | None = None,
    start: float = 0.0,
    end: float | None = None,
    mirror: bool = False,
) -> None:
    """Convert a motion or keypoint file to another format, by suffix.

    Args:
        source: file (or OpenPose folder) to read.
        target: file to write; its suffix is the format.
        fps: resample to this frame rate.
        skeleton: map joint positions to a standard joint set.
        clip: name or number of a clip, for files that hold many.
        start: first second to keep.
        end: last second to keep.
        mirror: exchange left and right.
    """
    import vitruve as vt
    from vitruve.io import load_clip

    value = load_clip(source, clip=clip)
    if isinstance(value, vt.Motion) and skeleton:
        value = value.poses()
    if start or end is not None:
        value = value[round(start * value.fps) : None if end is None else round(end * value.fps)]
    if skeleton:
        value = value.map_to(vt.skeleton(skeleton))
    if fps is not None:
        value = value.resample(fps)
    if mirror:
        value = value.mirror()
    print(f"wrote {vt.save(value, target)}")
