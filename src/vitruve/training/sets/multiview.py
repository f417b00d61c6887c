"""Several calibrated views of people: Shelf's detections, and people simulated before Shelf's cameras."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.data import find
from vitruve.training.setup import Setup

if TYPE_CHECKING:
    from vitruve.tasks.multiview import Scene

# sizes of VoxelPose's config for Shelf; axes of the floor, then up
_ROOM = {"view_size": (800, 608), "space": (8.0, 8.0, 2.0), "centre": (0.45, -0.32, 0.8), "candidates": 10}


def _shelf(name: str, root: str | Path | None) -> Setup:
    from vitruve.data.multiview import TRAINED_ON, shelf

    folder = find("shelf", root)

    def scene(method: Any) -> Scene:
        return shelf(folder, method.config.skeleton)

    # no truth is read in training, but the halves are kept apart all the same
    return Setup(
        name,
        {"skeleton": "panoptic15", **_ROOM},
        lambda m: m.split([scene(m)[TRAINED_ON]]),
        lambda m: m.evaluate([scene(m)[TRAINED_ON.stop :]]),
    )


def _simulated(name: str, root: str | Path | None) -> Setup:
    from vitruve.data.multiview import shelf_rig

    folders = find("shelf", root), find("cmu_lift", root)
    # scenes of each part: (how many, seed)
    sizes = {"train": (3000, 1), "val": (100, 2), "test": (300, 3)}

    @cache
    def part(which: str) -> Scene:
        return shelf_rig(*folders, which, *sizes[which])

    return Setup(
        name,
        {"skeleton": "panoptic15", **_ROOM},
        lambda m: m.split([part("train")]),
        lambda m: m.evaluate([part("test")]),
        lambda m: {"mpjpe": (scores := m.evaluate([part("val")])).mpjpe, "mean_ap": scores.mean_ap},
    )


SETS = {"shelf": _shelf, "shelf_rig": _simulated}
