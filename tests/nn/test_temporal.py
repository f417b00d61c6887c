"""What the temporal network sees, and that its strided twin computes the same."""

from __future__ import annotations

import pytest
import torch

from vitruve.core.windows import padded_clip
from vitruve.errors import OptionError, ShapeError
from vitruve.nn.temporal import TemporalModel, averaged_over_flip


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("widths", [(3, 3), (3, 1, 5)])
def test_strided_twin_gives_the_same_frames(causal, widths):
    dilated = TemporalModel(5, 2, 5, widths, causal, channels=8).eval()
    strided = TemporalModel(5, 2, 5, widths, causal, channels=8, strided=True).eval()
    strided.load_state_dict(dilated.state_dict())
    reach = dilated.receptive_field
    x = torch.randn(2, reach, 5, 2)
    assert torch.allclose(dilated(x), strided(x), atol=1e-6)
    # two windows laid end to end are two frames of the strided form
    both = strided(torch.cat([x, x], 1))
    assert both.shape[1] == 2 and torch.allclose(both[:, :1], both[:, 1:], atol=1e-6)


@pytest.mark.parametrize("causal", [False, True])
def test_each_frame_sees_its_receptive_field_and_nothing_else(causal):
    model = TemporalModel(1, 2, 1, (3, 3, 3), causal, channels=16).eval()
    frames, pad = 40, (model.receptive_field - 1) // 2
    clip = torch.randn(frames, 1, 2, requires_grad=True)
    y = model(padded_clip(clip, pad, model.causal_shift)[None])[0]
    assert len(y) == frames
    at = 30
    y[at].sum().backward()
    seen = clip.grad.abs().sum((1, 2)).nonzero()[:, 0]
    assert (int(seen.min()), int(seen.max())) == ((at - 26, at) if causal else (at - 13, frames - 1))


def test_dense_ablation_and_momentum():
    model = TemporalModel(5, 2, 5, (3, 3), channels=8, dense=True)
    assert model.layers_conv[0].kernel_size == (7,)
    assert model(torch.randn(2, 9, 5, 2)).shape == (2, 1, 5, 3)
    model.set_momentum(0.001)
    assert all(m.momentum == 0.001 for m in model.modules() if isinstance(m, torch.nn.BatchNorm1d))


def test_flip_average_is_symmetric():
    model = TemporalModel(3, 2, 3, (3,), channels=8).eval()
    swap = [0, 2, 1]
    x = torch.randn(1, 3, 3, 2)
    y = averaged_over_flip(model, x, swap, swap)
    mirrored = averaged_over_flip(model, x[:, :, swap] * torch.tensor([-1, 1]), swap, swap)
    assert torch.allclose(y, mirrored[:, :, swap] * torch.tensor([-1, 1, 1]), atol=1e-6)


def test_bad_input():
    with pytest.raises(OptionError, match="odd"):
        TemporalModel(widths=(2, 3))
    with pytest.raises(OptionError, match="strided"):
        TemporalModel(dense=True, strided=True)
    with pytest.raises(ShapeError, match="9 frames or more"):
        TemporalModel(5, 2, 5, (3, 3), channels=8)(torch.zeros(1, 8, 5, 2))
