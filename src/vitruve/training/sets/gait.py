"""Walking people as parsing sequences: simulated walkers, and Gait3D and GREW where the user has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vitruve.data import find, find_root
from vitruve.errors import OptionError
from vitruve.training.setup import Setup

if TYPE_CHECKING:
    from vitruve.data.gait import GaitParts


def _simulated(name: str, root: str | Path | None) -> Setup:
    from vitruve.data.gait import walkers_parts

    return _gait(name, walkers_parts(find("cmu_lift", root)))


def _collected(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import gait

    folder = find_root(root) / name
    if not folder.is_dir():
        raise OptionError(
            f"{name} is not at {folder} (set VITRUVE_DATA, or put it there). It is given to researchers on request; prepare it as OpenGait does: "
            "a pickle of frames in each folder ID/CONDITION/VIEW"
        )
    readers: dict[str, Callable[[Path], GaitParts]] = {"gait3d": gait.gait3d, "grew": gait.grew}
    return _gait(name, readers[name](folder))


def _gait(name: str, parts: GaitParts) -> Setup:
    from vitruve.data.gait import identity_split

    facts = {"identities": len({s.identity for s in parts.train})}
    return Setup(name, facts, lambda m: identity_split(m, parts.train), lambda m: m.evaluate(parts.probes, parts.gallery, parts.protocol))


SETS = {"gait_walkers": _simulated, "gait3d": _collected, "grew": _collected}
