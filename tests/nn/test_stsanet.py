"""STSA-Net: tuples of frames, positions of nodes, sizes that do not fit."""

import pytest
import torch

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.stsanet import SegmentAttention, STSANet


def _net(**options) -> STSANet:
    torch.manual_seed(0)
    return STSANet(5, 4, blocks=((16, 4), (32, 8)), embedding=16, tuple_frames=3, **options)


def test_network_reads_any_number_of_tuples_and_people():
    net = _net().eval()
    assert net(torch.randn(2, 3, 12, 4, 2)).shape == (2, 5) and net.people(torch.randn(2, 3, 6, 4, 3)).shape == (2, 3, 32)
    for shape in ((2, 3, 10, 4, 2), (2, 3, 12, 5, 2)):
        with pytest.raises(ShapeError, match="multiple of 3"):
            net(torch.randn(shape))
    with pytest.raises(OptionError, match="even"):
        STSANet(5, 4, blocks=((16, 4), (15, 4)))


def test_people_share_everything_and_are_averaged():
    net = _net().eval()
    x = torch.randn(1, 3, 12, 4, 2)
    assert torch.allclose(net(x), net(x.flip(-1)), atol=1e-5)
    one, two = (net.people(x[..., p : p + 1]) for p in range(2))
    assert torch.allclose(net.people(x), torch.cat([one, two], 1), atol=1e-5)


def test_positions_tell_nodes_apart_when_they_are_compared():
    torch.manual_seed(0)
    x = torch.randn(2, 16, 4, 12)
    order = torch.randperm(12)
    for positions in (True, False):
        layer = SegmentAttention(16, 16, 4, 12, kernel=1, positions=positions).eval()
        same = torch.allclose(layer(x[..., order]), layer(x)[..., order], atol=1e-5)
        assert same != positions


def test_attention_dropout_is_for_training():
    layer = SegmentAttention(16, 16, 4, 12, dropout=0.5)
    x = torch.randn(2, 16, 4, 12)
    assert torch.equal(layer.eval()(x), layer(x))
