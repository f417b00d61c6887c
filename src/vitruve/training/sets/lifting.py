"""Keypoints of one camera with the joints in space they are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitruve.data import find
from vitruve.training.setup import Setup


def _lifting(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import lifting as data

    folder = find("cmu_lift", root)

    def batches(method: Any, part: str, stride: int) -> Any:
        return data.cmu_lift(folder, part, method.config.skeleton, stride).batches()

    return Setup(
        name,
        {"skeleton": "h36m16"},
        lambda m: data.cmu_lift(folder, "train", m.config.skeleton, 4).split(),
        lambda m: m.evaluate(batches(m, "test", 4)),
        lambda m: {"mpjpe": m.evaluate(batches(m, "val", 16)).mpjpe},
    )


SETS = {"cmu_lift": _lifting}
