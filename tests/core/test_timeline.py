"""What clips have in common."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vitruve.core import timeline
from vitruve.errors import OptionError


@given(st.integers(1, 400), st.floats(1, 240), st.floats(1, 240))
def test_resample_times_stay_inside_and_are_even(frames: int, fps: float, target: float) -> None:
    at = timeline.resample_times(frames, fps, target)
    assert at[0] == 0 and at[-1] <= frames - 1 and len(at) >= 1
    # one more frame would lie beyond the clip
    assert len(at) * fps / target > frames - 1 - 1e-3
    if len(at) > 2:
        np.testing.assert_allclose(at.diff().numpy()[:-1], fps / target, rtol=1e-9)


def test_resample_times_of_nothing() -> None:
    assert len(timeline.resample_times(0, 30, 60)) == 0
    with pytest.raises(OptionError, match="fps"):
        timeline.resample_times(3, 30, 0)


@given(st.lists(st.booleans(), max_size=40))
def test_runs_cover_exactly_what_is_true(flags: list[bool]) -> None:
    known = np.array(flags, dtype=bool)
    found = timeline.runs(known)
    out = np.zeros_like(known)
    for a, b in found:
        assert not out[a:b].any() and (a == 0 or not known[a - 1]) and (b == len(known) or not known[b])
        out[a:b] = True
    assert (out == known).all()


def test_lerp_is_exact_at_frames_beside_a_gap() -> None:
    x = torch.tensor([[0.0], [1.0], [torch.nan], [3.0]])
    out = timeline.lerp(x, torch.tensor([0.0, 0.5, 1.0, 1.5, 3.0], dtype=torch.float64))
    assert out[[0, 1, 2, 4], 0].tolist() == [0.0, 0.5, 1.0, 3.0] and out[3].isnan()


def test_low_pass_keeps_slow_and_removes_fast() -> None:
    t = np.arange(600) / 100
    slow, fast = np.sin(2 * np.pi * t), 0.5 * np.sin(2 * np.pi * 30 * t)
    x = np.stack([slow + fast, slow + fast], 1)
    x[300:310, 1] = np.nan
    out = timeline.low_pass(x, 100, 6)
    assert np.abs(out[50:-50, 0] - slow[50:-50]).max() < 0.02
    assert np.isnan(out[300:310, 1]).all() and np.isfinite(out[:300, 1]).all()
    assert np.array_equal(timeline.low_pass(x[:5], 100, 6), x[:5])
    with pytest.raises(OptionError, match="order"):
        timeline.low_pass(x, 100, 6, order=3)


@pytest.mark.parametrize("frames", [0, 1, 7, 8, 9, 30])
def test_steps_in_blocks_give_what_one_step_gives(frames: int) -> None:
    x = torch.randn(frames, 3, dtype=torch.float64)
    asked: list[int] = []

    def step(part: slice) -> tuple[torch.Tensor, torch.Tensor]:
        asked.append(len(x[part]))
        return 2 * x[part], x[part].sum(-1) > 0

    double, positive = timeline.by_blocks(step, frames, 8)
    assert torch.equal(double, 2 * x) and double.dtype == x.dtype
    assert torch.equal(positive, x.sum(-1) > 0)
    assert sum(asked) == frames and max(asked) <= 8


def test_gradients_pass_through_blocks() -> None:
    x = torch.randn(20, 2, requires_grad=True)
    timeline.by_blocks(lambda part: (x[part].square(),), 20, 8)[0].sum().backward()
    assert x.grad is not None and torch.allclose(x.grad, 2 * x)
