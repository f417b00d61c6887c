"""`vitruve render`: a motion as a video."""

from __future__ import annotations

from pathlib import Path

import tyro

EXAMPLES = """\
vitruve render walk.bvh walk.mp4
vitruve render walk.bvh walk.mp4 --body anny --seconds 5
"""


def render(
    source: tyro.conf.Positional[Path],
    target: tyro.conf.Positional[Path],
    /,
    body: str | None = None,
    clip: str | None = None,
    width: int = 960,
    height: int = 540,
    seconds: float | None = None,
) -> None:
    """Render a motion to an MP4, as a stick figure or with a fitted body.

    Args:
        source: file to show.
        target: .mp4 to write.
        body: fit and show this body instead of the skeleton.
        clip: name or number of a clip, for files that hold many.
        width: pixels.
        height: pixels.
        seconds: stop after this long; the whole motion by default.
    """
    import vitruve as vt
    from vitruve.errors import OptionError
    from vitruve.io import check_target, load_clip
    from vitruve.render.video import preview

    if target.suffix.lower() != ".mp4":
        raise OptionError(f"{target}: expected .mp4")
    check_target(target)
    if width < 16 or height < 16:
        raise OptionError(f"--width {width} --height {height}: expected 16 pixels or more")
    value = load_clip(source, clip=clip)
    preview(vt.fit(value, body) if body else value, target, size=(width, height), max_seconds=seconds)
    print(f"wrote {target}")
