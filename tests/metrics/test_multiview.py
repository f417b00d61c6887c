"""PCP and AP of multi-view poses on hand-made scenes."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve import VitruveError
from vitruve.metrics.multiview import PCP_PARTS, panoptic_ap, pcp


def scene(n: int = 4, frames: int = 6) -> torch.Tensor:
    x = torch.randn(n, frames, 14, 3, generator=torch.Generator().manual_seed(0)) * 0.3
    return x + torch.arange(n)[:, None, None, None] * 3.0


def test_perfect_and_absent():
    g = scene()
    g[3, 2:] = torch.nan
    out = pcp(g, g)
    assert out.actors == (100,) * 4 and out.average == 100 and set(out.groups.values()) == {100} and out.recall500 == 100
    nothing = pcp(g[:0], g)
    assert nothing.actors == (0,) * 4 and nothing.recall500 == 0
    with pytest.raises((VitruveError, TypeError)):
        pcp(g, g[:, :5])


def test_one_frame_without_prediction_and_a_nobody():
    g = scene()
    p = g.clone()
    p[:, 0] = torch.nan
    assert pcp(p, g).average == pytest.approx(500 / 6)
    g[1] = torch.nan
    out = pcp(g.nan_to_num(50), g)
    assert math.isnan(out.actors[1]) and out.actors[0] == 100


def test_parts_are_right_within_half_their_length():
    g = scene(3, 1)
    for part in (0, 9):
        a, b = PCP_PARTS[part]
        start = g[0, 0, 2:4].mean(0) if a < 0 else g[0, 0, a]
        length = (start - g[0, 0, b]).norm()
        for factor, right in ((0.99, True), (1.01, False)):
            p = g.clone()
            # the mean of both ends counts: one end off by the whole length is just right
            p[0, 0, b] += torch.nn.functional.normalize(torch.ones(3), dim=0) * length * factor
            lost = 0 if right else 1
            assert round(30 - sum(pcp(p, g).actors) * 10 / 100) >= lost
            assert (pcp(p, g).groups["torso" if part == 9 else "lower_legs"] == 100) == right
    p = g.clone()
    p[0, 0, 6] = torch.nan
    assert pcp(p, g).actors[0] == 90


def test_prediction_may_serve_twice():
    g = scene(2)
    g[1] = g[0] + 0.01
    assert pcp(g[:1], g).actors[1] == 100


def test_panoptic_ap():
    g = scene(3)
    score = torch.ones(3, 6)
    exact = panoptic_ap(g, score, g)
    assert set(exact.ap.values()) == {100} and exact.mpjpe == pytest.approx(0, abs=1e-3) and exact.recall500 == 100
    off = panoptic_ap(g + torch.tensor([0.06, 0, 0]), score, g)
    assert off.ap[50] == 0 and off.ap[75] == 100 and off.mpjpe == pytest.approx(60, rel=1e-3) and off.mean_ap == pytest.approx(400 / 6)
    # a double of each person, less certain, costs recall nothing and precision nothing before it
    doubles = panoptic_ap(torch.cat([g, g]), torch.cat([score, 0.5 * score]), g)
    assert doubles.ap[25] == pytest.approx(100)
    first = panoptic_ap(torch.cat([g, g + 20]), torch.cat([0.5 * score, score]), g)
    assert first.ap[25] == pytest.approx(50, abs=1)
    missed = panoptic_ap(g[:2], score[:2], g)
    assert missed.recall[25] == pytest.approx(200 / 3) and missed.ap[25] == pytest.approx(200 / 3)
