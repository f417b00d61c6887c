"""MP4: a preview of a motion, poses or a body, or frames as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write(value: Any, path: Path, **options: Any) -> None:
    """Film a Motion, Poses or BodyMotion (options of `render.video.preview`), or write RGB frames (`fps`)."""
    from vitruve.render.video import Value, preview, write_video

    several = isinstance(value, (list, tuple)) and value and isinstance(value[0], Value)
    if several or isinstance(value, Value):
        preview(value, path, **options)
    else:
        write_video(value, path, options.pop("fps", 30.0), **options)
