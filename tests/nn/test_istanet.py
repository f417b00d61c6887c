"""ISTA-Net: windows over the clip, filled where they do not fit, entities apart, sizes that do not fit."""

import pytest
import torch

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.istanet import ISTANet, TokenAttention, partition


def _net(**options) -> ISTANet:
    torch.manual_seed(0)
    return ISTANet(5, (6, 4, 3), window=(4, 1, 2), blocks=((16, 4), (32, 8)), embedding=16, **options).eval()


def test_windows_take_every_nth_frame_and_are_filled_by_the_last():
    x = torch.arange(7.0).view(1, 1, 7, 1, 1).expand(1, 1, 7, 1, 3) + torch.tensor([0.0, 10.0, 20.0])
    found = partition(x, (4, 1, 2))
    assert found.shape == (1, 1, 4, 2, 4)
    # tokens: (frames from 0, entities from 0), (0, 1), (1, 0), (1, 1); the last frame and entity stand twice
    assert found[0, 0, :, 0, 0].tolist() == [0, 2, 4, 6] and found[0, 0, :, 0, 2].tolist() == [1, 3, 5, 6]
    assert found[0, 0, 0, :, 0].tolist() == [0, 20] and found[0, 0, 0, :, 1].tolist() == [10, 20]


def test_entities_have_features_of_their_own():
    net = _net()
    x = torch.randn(2, 3, 6, 4, 3)
    people = net.people(x)
    assert people.shape == (2, 4, 32) and torch.allclose(net(x), net.fc(people.mean(1)))
    # the fourth only fills the last window
    assert not torch.allclose(people[:, 0], people[:, 1])
    with pytest.raises(ShapeError, match=r"\(6, 4, 3\) frames"):
        net(torch.randn(2, 3, 8, 4, 3))


def test_odd_channels_and_even_kernels_are_refused():
    for options in ({"embedding": 15}, {"kernels": (2, 5)}, {"blocks": ()}):
        with pytest.raises(OptionError, match="even channels and odd kernels"):
            ISTANet(5, (6, 4, 3), **options)


def test_positions_tell_tokens_apart_and_dropout_is_for_training():
    torch.manual_seed(0)
    x, order = torch.randn(2, 16, 4, 2, 12), torch.randperm(12)
    for positions in (True, False):
        layer = TokenAttention(16, 16, 4, 12, kernels=(3, 1), positions=positions, dropout=0.5)
        assert not torch.equal(layer.train()(x), layer(x)) and torch.equal(layer.eval()(x), layer(x))
        assert torch.allclose(layer(x[..., order]), layer(x)[..., order], atol=1e-5) != positions
