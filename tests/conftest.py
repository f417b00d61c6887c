"""Shared fixtures; turns on the shape checks of every signature while tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

os.environ.setdefault("WARP_QUIET", "1")
# two workers on two cores: threads inside each would only get in the way
os.environ.setdefault("OMP_NUM_THREADS", "1")
install_import_hook("vitruve", "tests.check")

ROOT = Path(__file__).parents[1]


def _first(*places: Path | None) -> Path | None:
    return next((p for p in places if p is not None and p.is_dir()), None)


def _env(name: str) -> Path | None:
    return Path(os.environ[name]) if os.environ.get(name) else None


DATA = _first(_env("VITRUVE_DATA"), ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Path:
    """The real data collection; tests that ask for it skip where it is absent."""
    if DATA is None:
        pytest.skip("real data not found: set VITRUVE_DATA to the data collection")
    return DATA
