"""Joint angles against a reference: the time shift that aligns two recordings, and RMSE per coordinate (OpenCapBench)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError, ShapeError

# coordinates that OpenCapBench does not score: positions, couplers, toes, and everything above the trunk
UNSCORED = ("pelvis_tx", "pelvis_ty", "pelvis_tz", "knee_angle_r_beta", "knee_angle_l_beta", "mtp_angle_r", "mtp_angle_l")
LAST_SCORED = "lumbar_rotation"


def shifted(prediction: Float[Tensor, "T C"], target: Float[Tensor, "S C"], shift: int, official_quirks: bool = False) -> tuple[Tensor, Tensor]:
    """The frames in which both exist when the prediction starts `shift` frames later (earlier if negative).

    `official_quirks`: frames moved past the prediction's own end are lost (a shift of a table keeps its length).
    """
    start, end = max(0, shift), min(len(target), len(prediction) + shift)
    if official_quirks:
        end = min(end, len(prediction))
    return prediction[start - shift : end - shift], target[start:end]


def best_shift(prediction: Float[Tensor, " T"], target: Float[Tensor, " S"], reach: int = 40, official_quirks: bool = False) -> int:
    """The shift in frames, -reach to reach, of least mean absolute difference over the overlap; the first of equals.

    `official_quirks`: the release's search stops at reach - 1.
    """
    best, at = float("inf"), 0
    for shift in range(-reach, reach + (0 if official_quirks else 1)):
        p, g = shifted(prediction[:, None], target[:, None], shift, official_quirks)
        if len(p) and (error := float((p - g).abs().mean())) < best:
            best, at = error, shift
    return at


@dataclass(frozen=True)
class AngleErrors:
    """Root mean square errors in the unit of the input, left and right averaged under the name without side."""

    rmse: dict[str, float]
    rmse_unshifted: dict[str, float]
    mean: float
    """Mean over the coordinates of `rmse`: the benchmark's headline."""
    shifts: tuple[int, ...]
    """Frames by which each trial's prediction is moved."""
    overlaps: tuple[int, ...]
    """Frames compared in each trial after the shift."""


def angle_errors(
    trials: Sequence[tuple[Float[Tensor, "_ C"], Float[Tensor, "_ C"]]],
    columns: Sequence[str],
    align_by: Sequence[str] = ("knee_angle_r", "knee_angle_l"),
    reach: int = 40,
    official_quirks: bool = False,
) -> AngleErrors:
    """RMSE per coordinate over (prediction, reference) trials at one frame rate, after aligning each trial in time.

    The shift of a trial is the mean of the best shifts of the `align_by` coordinates, rounded. Errors are averaged over
    trials, then over left and right. Only coordinates up to lumbar_rotation count, without pelvis positions, knee couplers
    and toes.

    `official_quirks`: the mean shift is truncated towards zero, the search is one frame short, frames moved past the
    prediction's own end are lost, values are rounded to three decimals before they are averaged.

    Source: OpenCapBench (Gozlan et al. 2024).
    """
    names = list(columns)
    lost = [n for n in (*align_by, LAST_SCORED) if n not in names]
    if lost:
        raise OptionError(f"angle_errors: no column {lost[0]!r}; columns: {', '.join(names)}")
    if not trials:
        raise OptionError("angle_errors: no trials")
    scored = [i for i, n in enumerate(names[: names.index(LAST_SCORED) + 1]) if n not in UNSCORED]
    shifts: list[int] = []
    overlaps: list[int] = []
    moved: list[Tensor] = []
    still: list[Tensor] = []
    for prediction, target in trials:
        if prediction.shape[1] != len(names) or target.shape[1] != len(names):
            raise ShapeError(f"angle_errors: {len(names)} columns, trials of {prediction.shape[1]} and {target.shape[1]}")
        p, g = prediction.double(), target.double()
        found = [best_shift(p[:, names.index(n)], g[:, names.index(n)], reach, official_quirks) for n in align_by]
        mean = sum(found) / len(found)
        shifts.append(int(mean) if official_quirks else round(mean))
        for out, shift in ((moved, shifts[-1]), (still, 0)):
            a, b = shifted(p[:, scored], g[:, scored], shift, official_quirks)
            out.append((a - b).square().mean(0).sqrt())
        overlaps.append(len(shifted(p, g, shifts[-1], official_quirks)[0]))

    def by_name(errors: list[Tensor]) -> dict[str, float]:
        values = dict(zip([names[i] for i in scored], torch.stack(errors).mean(0).tolist()))
        out: dict[str, float] = {}
        for name, value in values.items():
            if name.endswith("_l") and f"{name[:-2]}_r" in values:
                continue
            if name.endswith("_r") and f"{name[:-2]}_l" in values:
                name, value = name[:-2], (value + values[f"{name[:-2]}_l"]) / 2
            out[name] = round(value, 3) if official_quirks else value
        return out

    rmse = by_name(moved)
    return AngleErrors(rmse, by_name(still), sum(rmse.values()) / len(rmse), tuple(shifts), tuple(overlaps))
