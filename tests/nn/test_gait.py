"""Blocks of gait networks."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.nn.gait import (
    NodeGCN,
    PartBNNeck,
    PartLinear,
    ResNet9,
    horizontal_pooling,
    mean_of_nonzero,
    pool_frames,
    symmetric_adjacency,
    triplet_terms,
)


def test_resnet9_has_the_parameters_of_the_release():
    assert sum(p.numel() for p in ResNet9().parameters()) == 4_896_960
    assert ResNet9()(torch.zeros(1, 1, 64, 44)).shape == (1, 512, 16, 11)


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"maxpool": True}, (16, 8, 6)),
        ({"block": "bottleneck"}, (64, 16, 11)),
        ({"layers": (1, 0, 2, 1)}, (16, 32, 22)),
        ({"strides": (1, 1, 1, 1)}, (16, 64, 44)),
    ],
)
def test_resnet9_in_other_forms(options, shape):
    net = ResNet9((4, 4, 8, 16), **options)
    assert net(torch.rand(2, 1, 64, 44)).shape == (2, *shape) and net.channels_out == shape[0]


def test_strips():
    x = torch.arange(8.0).view(1, 1, 4, 2)
    # each strip: mean plus maximum
    assert horizontal_pooling(x, (2, 1)).tolist() == [[[1.5 + 3, 5.5 + 7, 3.5 + 7]]]
    with pytest.raises(VitruveError, match="3 strips"):
        horizontal_pooling(x, (3,))


def test_frames_are_pooled_within_their_sequence():
    x = torch.tensor([[1.0], [5.0], [2.0]])
    assert pool_frames(x, [2, 1]).tolist() == [[5.0], [2.0]]


def test_heads_keep_parts_apart():
    torch.manual_seed(0)
    heads, neck = PartLinear(3, 4, 5), PartBNNeck(3, 5, 6).eval()
    x = torch.randn(2, 4, 3)
    changed = x.clone()
    changed[..., 1] += 1
    a, b = neck(heads(x))[1], neck(heads(changed))[1]
    assert a.shape == (2, 6, 3) and torch.equal(a[..., [0, 2]], b[..., [0, 2]]) and not torch.allclose(a[..., 1], b[..., 1])
    assert a.abs().max() <= 1 + 1e-6 and PartBNNeck(3, 5, 6, cosine=False).eval()(10 * heads(x))[1].abs().max() > 1
    assert torch.allclose(PartLinear(3, 4, 5, normalise=True)(torch.eye(4)[:, :, None].expand(4, 4, 3)).square().sum(0), torch.ones(5, 3))


def test_adjacency_of_a_star():
    a = symmetric_adjacency(torch.tensor([[1, 1, 1], [1, 1, 0], [1, 0, 1]]))
    assert a[0, 0] == pytest.approx(1 / 3) and a[0, 1] == pytest.approx(6**-0.5) and a[1, 2] == 0 and torch.equal(a, a.mT)


def test_nodes_hear_their_neighbours_and_no_others():
    torch.manual_seed(0)
    line = symmetric_adjacency(torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]]))
    gcn = NodeGCN(line, 3, 8).eval()
    x = torch.randn(1, 4, 3)
    changed = x.clone()
    changed[:, 0] += 5
    moved = (gcn(x) - gcn(changed)).abs().sum(-1)[0]
    # two layers reach two steps
    assert moved[:3].min() > 0 and moved[3] == 0


def test_triplets():
    e = torch.tensor([[0.0], [1.0], [1.5], [4.0]])[..., None]
    who = torch.tensor([0, 0, 1, 1])
    # anchors 0 and 1: d(a, p) = 1, negatives at 1.5, 4 and .5, 3; anchors 2 and 3: 2.5, negatives at 1.5, .5 and 4, 3
    terms = triplet_terms(e, who, margin=1.0)
    assert sorted(terms[0].tolist()) == pytest.approx([0, 0, 0, 0.5, 0.5, 1.5, 2.0, 3.0])
    assert mean_of_nonzero(terms).item() == pytest.approx(7.5 / 5)
    with_self = triplet_terms(e, who, margin=1.0, self_pairs=True)
    assert with_self.shape[1] == 16 and with_self.sum() > terms.sum()
    assert mean_of_nonzero(torch.zeros(2, 3)).tolist() == [0, 0]


@pytest.mark.parametrize("who", [[0, 0, 0], [0, 1, 2]])
def test_no_triplets(who):
    with pytest.raises(VitruveError, match="triplets"):
        triplet_terms(torch.randn(3, 4, 2), torch.tensor(who))


def test_triplets_take_identities_of_any_size():
    assert triplet_terms(torch.randn(5, 4, 2), torch.tensor([0, 0, 0, 1, 2])).shape == (2, 6 * 2)
