"""The packed OpenSim models and laboratory trials, unpacked into the cache when they are first asked for."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path

from vitruve.data import find_root
from vitruve.errors import OptionError

ARCHIVES = {"opensim": "opensim_models_and_trials.tar.xz", "biomech_trials": "trials.tar.xz"}
"""Models with their pipelines (opensim-models, opencap-core, pose2sim); trials with their scaled models."""
LAI_UHLRICH = "opencap-core/opensimPipeline/Models/LaiUhlrich2022.osim"


def unpacked(name: str, root: str | Path | None = None) -> Path:
    """The folder with the content of "opensim" or "biomech_trials"; OptionError where the archive is not there."""
    from vitruve.bodies.anny import cache_folder

    if name not in ARCHIVES:
        raise OptionError(f"trials {name!r}: expected one of {', '.join(ARCHIVES)}")
    archive = find_root(root) / name / ARCHIVES[name]
    if not archive.is_file():
        raise OptionError(f"no trials at {archive} (set VITRUVE_DATA)")
    place = cache_folder() / f"{name}-{archive.stat().st_size}"
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            with tarfile.open(archive) as packed:
                packed.extractall(Path(folder) / "content", filter="data")
            (Path(folder) / "content").rename(place)
    return place
