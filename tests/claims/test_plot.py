"""Pictures of results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vitruve.claims.base import ClaimResult
from vitruve.claims.plot import plot


def result(**changes: object) -> ClaimResult:
    fields = {"slug": "x", "metric": "error", "arms": {"ours": [1.0, 1.2], "theirs": [2.0]}, "table": [["arm"]], "conclusion": "", "reproduced": True}
    return ClaimResult(**{**fields, "data": "", "seeds": [0, 1], **changes})  # type: ignore[arg-type]


def test_curves_are_drawn_below_the_arms_one_colour_for_all_seeds_of_a_name(tmp_path: Path) -> None:
    curves = {"a, seed 0": [(1, 3.0), (10, 1.0)], "a, seed 1": [(1, 2.0), (10, 1.5)], "b, seed 0": [(1, 1.0)]}
    plain = np.asarray(Image.open(plot(result(), tmp_path / "plain.png")))
    drawn = np.asarray(Image.open(plot(result(curves=curves, curves_of="error"), tmp_path / "curves.png")))
    assert drawn.shape[0] > plain.shape[0] and np.array_equal(drawn[: len(plain) - 10], plain[:-10])
    line = (drawn[len(plain) :] == (0x48, 0x78, 0xA8)).all(-1)
    # both seeds fall from the left end to the right one
    assert line[:, 300:320].any() and line[:, 830:870].any()
    assert np.nonzero(line[:, 305])[0].mean() < np.nonzero(line[:, 850])[0].mean()


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0]])
def test_a_single_value_has_a_picture(tmp_path: Path, values: list[float]) -> None:
    picture = np.asarray(Image.open(plot(result(arms={"ours": values}), tmp_path / "one.png")))
    assert (picture == (0xC0, 0x30, 0x30)).all(-1).any(), "the mean is drawn"
