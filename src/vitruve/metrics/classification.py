"""Labels of which several may hold: the area under precision and recall, class by class."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.errors import OptionError


def average_precision(scores: Float[Tensor, "N K"], truth: Bool[Tensor, "N K"]) -> Float[Tensor, " K"]:
    """Each class's sum of precision times gained recall over the distinct scores, from high to low; NaN for classes without a positive.

    Raises OptionError where there is nothing to rank. Source: mmaction2 (mean_average_precision), whose numbers scikit-learn's are too.
    """
    if len(scores) == 0:
        raise OptionError("no samples to rank")
    order = scores.argsort(0, descending=True)
    ranked, hit = scores.gather(0, order), truth.gather(0, order)
    found = hit.cumsum(0).double()
    # samples of the same score come in together
    last = torch.ones_like(hit)
    last[:-1] = ranked[1:] != ranked[:-1]
    precision = found / torch.arange(1, len(scores) + 1)[:, None].to(found)
    before = torch.cat([torch.zeros_like(found[:1]), torch.where(last, found, 0).cummax(0).values[:-1]])
    return (torch.where(last, (found - before) * precision, 0).sum(0) / found[-1]).to(scores)


def mean_average_precision(scores: Float[Tensor, "N K"], truth: Bool[Tensor, "N K"]) -> Float[Tensor, ""]:
    """The mean of :func:`average_precision` over classes that have a positive; NaN where none has."""
    return average_precision(scores, truth).nanmean()
