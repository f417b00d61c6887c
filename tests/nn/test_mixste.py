"""MixSTE: who looks at whom, and what is put between."""

from __future__ import annotations

import pytest
import torch

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.mixste import DropPath, MixSTE


def built(**changes) -> MixSTE:
    torch.manual_seed(0)
    model = MixSTE(**{"frames": 5, "joints": 6, "channels": 16, "depth": 2, "heads": 4, **changes}).eval()
    torch.nn.init.normal_(model.joint_position)
    torch.nn.init.normal_(model.frame_position)
    return model


def test_spatial_blocks_stay_in_their_frame_and_temporal_ones_with_their_joint():
    model = built()
    x = torch.randn(2, 5, 6, 16)
    y = x.clone()
    y[:, 3] += torch.randn(16)
    changed = (model.spatial(1, x) - model.spatial(1, y)).abs().amax((0, 2, 3)) > 1e-6
    assert changed.tolist() == [False, False, False, True, False]
    y = x.clone()
    y[:, :, 2] += torch.randn(16)
    changed = (model.temporal(1, x) - model.temporal(1, y)).abs().amax((0, 1, 3)) > 1e-6
    assert changed.tolist() == [False, False, True, False, False, False]


def test_without_places_frames_and_joints_are_a_set():
    model = built()
    torch.nn.init.zeros_(model.joint_position)
    torch.nn.init.zeros_(model.frame_position)
    x = torch.randn(1, 5, 6, 2)
    frames, joints = torch.randperm(5), torch.randperm(6)
    assert torch.allclose(model(x)[:, frames][:, :, joints], model(x[:, frames][:, :, joints]), atol=1e-5)
    placed = built()
    assert not torch.allclose(placed(x)[:, frames], placed(x[:, frames]), atol=1e-3)


def test_between_stands_before_every_temporal_block():
    model = built(depth=3)
    x = torch.randn(1, 5, 6, 2)
    layers = []

    def between(layer: int, tokens: torch.Tensor) -> torch.Tensor:
        layers.append(layer)
        return tokens if layer else tokens + torch.randn(16)

    assert torch.allclose(model(x), model.blocks(model.tokens(x), lambda layer, tokens: tokens))
    assert not torch.allclose(model(x), model.blocks(model.tokens(x), between), atol=1e-3)
    assert layers == [0, 1, 2]


def test_drop_path_drops_whole_samples_and_keeps_the_mean():
    torch.manual_seed(0)
    layer = DropPath(0.25)
    y = layer.train()(torch.ones(4000, 3))
    assert torch.allclose(y.unique(), torch.tensor([0, 4 / 3]))
    assert ((y == 0).all(1) | (y > 0).all(1)).all() and abs(float(y.mean()) - 1) < 0.05
    assert torch.equal(layer.eval()(torch.ones(5, 3)), torch.ones(5, 3))


def test_rates_grow_with_depth():
    assert [b.drop_path.rate for b in built(depth=3, drop_path=0.2).spatial_blocks] == pytest.approx([0, 0.1, 0.2])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="5 frames of 6 joints"):
        built()(torch.zeros(1, 4, 6, 2))
    with pytest.raises(OptionError, match="heads=5"):
        built(heads=5)
    with pytest.raises(OptionError, match="depth=0"):
        built(depth=0)
