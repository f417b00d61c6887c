"""`vitruve convert`: from any format to any other that can hold it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

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
    person: int | None = None,
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
        person: number of one person, for files of several, from 0.
    """
    import vitruve as vt
    from vitruve.cli.shared import of_person
    from vitruve.errors import OptionError
    from vitruve.io import check_target, load_clip

    check_target(target)
    if not (0 <= start < math.inf and (end is None or start < end)):
        raise OptionError(f"--start {start:g} --end {end}: expected seconds from 0 on, the end after the start")
    value: Any = of_person(load_clip(source, clip=clip), person)
    if isinstance(value, vt.Motion) and skeleton:
        value = value.poses()
    if start or end is not None:
        value = value[round(start * value.fps) : round(min(value.duration if end is None else end, value.duration) * value.fps)]
        if not value.num_frames:
            raise OptionError(f"{source}: no frame between {start:g} s and {'its end' if end is None else f'{end:g} s'}")
    if skeleton:
        value = value.map_to(vt.skeleton(skeleton))
    if fps is not None:
        value = value.resample(fps)
    if mirror:
        value = value.mirror()
    print(f"wrote {vt.save(value, target)}")
