"""Keypoints of one camera with the joints in space they are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitruve.data import find
from vitruve.training.setup import Setup


def _lifting(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import lifting as data
    from vitruve.data import lifting_windows as windows
    from vitruve.data.heatmaps import Detector, HeatmapSet

    folder = find("cmu_lift", root)

    def views(method: Any, part: str, stride: int) -> Any:
        """In windows for methods that read several frames, with heatmaps for those that read them."""
        if method.config.frames > 1:
            clips = windows.cmu_windows(folder, part, method.config.frames, method.config.skeleton, 1 if part == "train" else stride)
            return clips.worded(method.tokenize) if hasattr(method, "tokenize") else clips
        made = data.cmu_lift(folder, part, method.config.skeleton, stride)
        size = getattr(method.config, "heatmap_size", None)
        return made if size is None else HeatmapSet(made, Detector(size=size))

    return Setup(
        name,
        {"skeleton": "h36m16"},
        lambda m: views(m, "train", 4).split(),
        lambda m: m.evaluate(views(m, "test", 4).batches()),
        lambda m: {"mpjpe": m.evaluate(views(m, "val", 16).batches()).mpjpe},
    )


def _domains(name: str, root: str | Path | None) -> Setup:
    """A source domain with 3D poses and a target domain without: what adaptation is trained on. Scores are of the target."""
    from vitruve.data import domains, lifting

    folder = find("cmu_lift", root)
    if name == "cmu_domains":
        return Setup(
            name,
            {"skeleton": "h36m16"},
            lambda m: domains.cmu_domains(folder, m.config.skeleton, 4).split(),
            lambda m: m.evaluate(domains.cmu_views(folder, "test", domains.TARGET, m.config.skeleton, 4, seed=2).batches()),
        )
    mpi = find("mpi_inf_3dhp", root)
    return Setup(
        name,
        {"skeleton": "h36m16"},
        lambda m: domains.cmu_to_3dhp(folder, mpi, m.config.skeleton, 4).split(),
        lambda m: m.evaluate(lifting.mpi_inf_3dhp(mpi, m.config.skeleton).batches()),
    )


SETS = {"cmu_domains": _domains, "cmu_to_3dhp": _domains, "cmu_lift": _lifting}
