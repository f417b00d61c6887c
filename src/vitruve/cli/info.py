"""`vitruve info`: what a file holds."""

from __future__ import annotations

import json as json_module
from pathlib import Path

import tyro

EXAMPLES = """\
vitruve info walk.bvh
vitruve info *.c3d --json
"""


def info(paths: tyro.conf.Positional[tuple[Path, ...]], /, clip: str | None = None, json: bool = False) -> None:
    """Say what motion files hold: frames, rate, joints, units, what can be mapped to what.

    Args:
        paths: files to read.
        clip: name or number of a clip, for files that hold many.
        json: one JSON object per file, for programs.
    """
    from vitruve.io import load_clip
    from vitruve.pipeline.describe import describe

    for path in paths:
        facts = {"file": str(path), **describe(load_clip(path, clip=clip))}
        if json:
            print(json_module.dumps(facts))
        else:
            print("\n".join(f"{k:>12}  {v}" for k, v in facts.items()))
