"""Gait recognition: distances between embeddings in parts, and retrieval scores by the protocols of Gait3D, GREW and CASIA-B."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor
from torch.nn import functional as F

from vitruve.errors import OptionError


@dataclass(frozen=True, eq=False)
class Ranking:
    """Retrieval of V probes that have a match in the gallery; the other probes count nowhere."""

    cmc: Float[Tensor, " R"]
    """Share of probes with a match among the first 1, 2, ... R."""
    average_precision: Float[Tensor, " V"]
    inverse_negative_penalty: Float[Tensor, " V"]
    """Number of matches over the rank of the last of them (Ye et al., 2021)."""

    def rank(self, k: int) -> float:
        """Rank-k accuracy in [0, 1]; of a gallery smaller than k, that of its last rank."""
        return float(self.cmc[min(k, len(self.cmc)) - 1])


def part_distances(x: Float[Tensor, "N C P"], y: Float[Tensor, "M C P"]) -> Float[Tensor, "P N M"]:
    """Euclidean distance of every pair, part by part."""
    x, y = x.permute(2, 0, 1).contiguous(), y.permute(2, 0, 1).contiguous()
    squared = x.square().sum(-1)[:, :, None] + y.square().sum(-1)[:, None] - 2 * x @ y.mT
    return F.relu(squared).sqrt()


def embedding_distances(x: Float[Tensor, "N C P"], y: Float[Tensor, "M C P"], metric: str = "euc") -> Float[Tensor, "N M"]:
    """Mean over parts of the Euclidean distance, or of one minus the cosine; OpenGait's evaluation."""
    if metric == "cos":
        return 1 - torch.einsum("ncp,mcp->nm", F.normalize(x, dim=1), F.normalize(y, dim=1)) / x.shape[2]
    if metric != "euc":
        raise OptionError(f"metric {metric!r}: expected euc or cos")
    # part by part: all parts at once would not fit for galleries of thousands
    total = x.new_zeros(len(x), len(y))
    for p in range(x.shape[2]):
        total += part_distances(x[..., p : p + 1], y[..., p : p + 1])[0]
    return total / x.shape[2]


def retrieval(
    distances: Float[Tensor, "N M"],
    probe: Int[Tensor, " N"],
    gallery: Int[Tensor, " M"],
    probe_view: Int[Tensor, " N"] | None = None,
    gallery_view: Int[Tensor, " M"] | None = None,
    max_rank: int = 50,
) -> Ranking:
    """CMC, average precision and inverse negative penalty from a distance matrix.

    Args:
        distances: of every probe to every gallery sequence.
        probe: identities.
        gallery: identities.
        probe_view: with `gallery_view`, leaves out of each probe's gallery its own identity seen in its own view.
        gallery_view: views (cameras) of the gallery.
        max_rank: length of the CMC, or the gallery's size where that is less.

    Raises:
        OptionError: no probe has its identity in the gallery.

    Source: `evaluate_rank` and `evaluate_many` of Gait3D's benchmark.
    """
    order = distances.argsort(dim=1, stable=True)
    matches = gallery[order] == probe[:, None]
    kept = torch.ones_like(matches)
    if probe_view is not None and gallery_view is not None:
        kept = ~(matches & (gallery_view[order] == probe_view[:, None]))
        matches = matches & kept
    valid = matches.any(1)
    if not valid.any():
        raise OptionError("no probe has its identity in the gallery")
    matches, kept = matches[valid], kept[valid]
    place = kept.cumsum(1)
    found = matches.cumsum(1)
    count = found[:, -1]
    precision = (found / place.clamp_min(1) * matches).sum(1) / count
    hardest = torch.where(matches, place, 0).amax(1)
    ranks = torch.arange(1, min(max_rank, distances.shape[1]) + 1)
    first = torch.where(matches, place, distances.shape[1] + 1).amin(1)
    return Ranking((first[:, None] <= ranks).float().mean(0), precision, count / hardest)


def identification(distances: Float[Tensor, "N M"], probe: Int[Tensor, " N"], gallery: Int[Tensor, " M"], ranks: int = 20) -> Float[Tensor, " R"]:
    """Rank-1, 2, ... accuracy over all probes, those without a match counted as missed; the protocol of GREW's local test and of HID."""
    nearest = gallery[distances.argsort(dim=1, stable=True)[:, :ranks]]
    return (nearest == probe[:, None]).cummax(1).values.float().mean(0)


def cross_view_rank1(
    distances: Float[Tensor, "N M"],
    probe: Int[Tensor, " N"],
    gallery: Int[Tensor, " M"],
    probe_view: Int[Tensor, " N"],
    gallery_view: Int[Tensor, " M"],
) -> Float[Tensor, "V V"]:
    """Rank-1 of each probe view (row) in each gallery view (column), NaN where a view holds nothing; CASIA-B's protocol leaves out the diagonal.

    Views are those of both sides in ascending order.
    """
    views = torch.cat([probe_view, gallery_view]).unique()
    out = distances.new_full((len(views), len(views)), torch.nan)
    for i, v in enumerate(views):
        rows = probe_view == v
        for j, w in enumerate(views):
            columns = gallery_view == w
            if rows.any() and columns.any():
                nearest = gallery[columns][distances[rows][:, columns].argmin(1)]
                out[i, j] = (nearest == probe[rows]).float().mean()
    return out


def numbers(labels: Shaped[Tensor, " N"] | list[str] | tuple[str, ...], known: dict[str, int]) -> Int[Tensor, " N"]:
    """Names as numbers, by a dictionary that grows."""
    return torch.tensor([known.setdefault(str(x), len(known)) for x in labels], dtype=torch.int64)
