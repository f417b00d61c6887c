"""Windows over time."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.core.windows import anchored_windows, join_anchored, padded_clip, receptive_windows, still_window


def test_receptive_windows_repeat_the_ends():
    x = torch.arange(5.0)[:, None]
    assert receptive_windows(x, 2)[..., 0].tolist() == [[0, 0, 0, 1, 2], [0, 0, 1, 2, 3], [0, 1, 2, 3, 4], [1, 2, 3, 4, 4], [2, 3, 4, 4, 4]]
    # a causal network reads no future
    assert receptive_windows(x, 2, shift=2)[..., 0].tolist() == [[0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 2], [0, 0, 1, 2, 3], [0, 1, 2, 3, 4]]
    assert receptive_windows(x, 0, length=2)[..., 0].tolist() == [[0, 1], [2, 3], [4, 4]]
    assert receptive_windows(x, 0, length=4)[..., 0].tolist() == [[0, 0, 1, 2], [3, 4, 4, 4]]
    assert padded_clip(x, 1)[:, 0].tolist() == [0, 0, 1, 2, 3, 4, 4]
    with pytest.raises(VitruveError, match="length 0"):
        receptive_windows(x, 1, 0)


@pytest.mark.parametrize("frames", [1, 3, 4, 7, 8, 9])
def test_anchored_windows_join_to_the_clip(frames: int):
    x = torch.randn(frames, 2)
    windows = anchored_windows(x, 4)
    assert windows.shape == (-(-frames // 4), 4, 2)
    assert torch.equal(join_anchored(windows, frames), x)
    assert torch.equal(windows[-1, -1], x[-1])


def test_anchored_windows_move_the_last_and_repeat_the_end():
    x = torch.arange(5.0)[:, None]
    assert anchored_windows(x, 3)[..., 0].tolist() == [[0, 1, 2], [2, 3, 4]]
    assert anchored_windows(x[:2], 3)[..., 0].tolist() == [[0, 1, 1]]
    with pytest.raises(VitruveError, match="from 0"):
        anchored_windows(x[:0], 3)


def test_still_window():
    x = torch.randn(300, 4, 3) * 0.5
    x[120:230] = x[120] + 0.01 * torch.rand(110, 4, 3)
    x[150, 2] = torch.nan
    assert still_window(x, 100.0) == (120, 220)
    # only a shorter one
    x[200:] = torch.randn(100, 4, 3)
    first, last = still_window(x, 100.0)
    assert first == 120 and 60 <= last - first <= 80
    with pytest.raises(VitruveError, match="nobody stands still"):
        still_window(torch.randn(300, 4, 3), 100.0)
