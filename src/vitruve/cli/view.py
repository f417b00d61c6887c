"""`vitruve view`: a motion, live in the browser."""

from __future__ import annotations

from pathlib import Path

import tyro

EXAMPLES = """\
vitruve view walk.bvh
vitruve view walk.bvh --body anny        with a fitted body
"""


def view(source: tyro.conf.Positional[Path], /, body: str | None = None, clip: str | None = None, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Show a motion in the browser: play, scrub, orbit. Stop with Ctrl-C.

    Args:
        source: file to show.
        body: fit and show this body instead of the skeleton.
        clip: name or number of a clip, for files that hold many.
        host: address to listen on; only this machine by default.
        port: port to listen on.
    """
    import vitruve as vt
    from vitruve.io import load_clip

    value = load_clip(source, clip=clip)
    vt.view(vt.fit(value, body) if body else value, host=host, port=port)
