"""Warp, that speaks only when something is wrong; imported where its kernels are, on their first use only."""

from __future__ import annotations

import os
import tempfile

import warp as wp


def start() -> None:
    """Start Warp without its greeting on the standard output, which belongs to the user, and without being told that there is no NVIDIA driver.

    The latter is written by its compiled part, whatever it is asked for; all else that it has to say is kept. Raises OSError where the folder
    that compiled kernels are kept in cannot be made.
    """
    # `quiet` is what older versions call it
    wp.config.quiet = True  # type: ignore[attr-defined]
    wp.config.log_level = getattr(wp, "LOG_WARNING", 30)
    with tempfile.TemporaryFile() as said:
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            wp.init()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            os.write(2, b"".join(line for line in said if b"Could not find or load the NVIDIA CUDA driver" not in line))
