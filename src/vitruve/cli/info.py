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
    """Say what motion files hold: frames, rate, joints, units; of many clips also their names.

    Args:
        paths: files to read.
        clip: name or number of a clip, for files that hold many.
        json: one JSON object per file, for programs.
    """
    import sys

    from vitruve.errors import OptionError, VitruveError
    from vitruve.pipeline.describe import describe_file

    if not paths:
        raise OptionError("nothing to tell about: give at least one file")
    failed = 0
    for path in paths:
        try:
            facts = {"file": str(path), **describe_file(path, clip)}
        except VitruveError as error:
            if len(paths) == 1:
                raise
            # the other files are told all the same
            print(f"failed {error}", file=sys.stderr)
            failed += 1
            continue
        if json:
            print(json_module.dumps(facts))
        else:
            print("\n".join(f"{k:>12}  {v}" for k, v in facts.items()))
    if failed:
        raise VitruveError(f"{failed} of {len(paths)} files cannot be read")
