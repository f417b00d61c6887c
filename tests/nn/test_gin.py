"""GIN layers against a computation by hand; graphs of people; the error of masked graph autoencoders."""

from __future__ import annotations

import pytest
import torch

from vitruve import Skeleton, skeleton
from vitruve.nn.gin import GINEncoder, GINLayer, between_people, bone_links, scaled_cosine_error

CHAIN = Skeleton("chain", ("a", "b", "c"), (-1, 0, 1), (None, None, None))


def test_a_layer_is_the_mlp_of_the_weighted_sum():
    torch.manual_seed(0)
    layer = GINLayer(2, 3, hidden=4).eval()
    torch.nn.init.constant_(layer.eps, 0.3)
    x = torch.randn(5, 3, 2)
    a, b, c = x.unbind(1)
    gathered = [1.3 * a + b, 1.3 * b + a + c, 1.3 * c + b]
    first, norm, _, last = layer.mlp
    by_hand = [
        (((v @ first.weight.T + first.bias) / (1 + norm.eps) ** 0.5 * norm.weight + norm.bias).clamp_min(0)) @ last.weight.T + last.bias for v in gathered
    ]
    assert torch.allclose(layer(x, bone_links(CHAIN)), torch.stack(by_hand, 1), atol=1e-6)


def test_features_reach_as_far_as_there_are_layers():
    torch.manual_seed(0)
    links = bone_links(skeleton("kinect20"))
    encoder = GINEncoder(3, 8, layers=2).eval()
    x = torch.randn(1, 20, 3, requires_grad=True)
    encoder(x, links)[0, 7].sum().backward()
    # hand, wrist, elbow
    assert set((x.grad[0].abs().sum(-1) > 0).nonzero().flatten().tolist()) == {5, 6, 7}


def test_links_of_keypoints_hang_together():
    links = bone_links(skeleton("coco17"))
    assert torch.equal(links, links.T) and links[5, 11] == 1 and links[6, 12] == 1 and links.diagonal().sum() == 0
    assert int(bone_links(skeleton("kinect20")).sum()) == 2 * 19


def test_people_are_linked_at_their_same_joints():
    links = bone_links(CHAIN)
    both = between_people(links, 2)
    assert torch.equal(both[:3, :3], links) and torch.equal(both[3:, 3:], links)
    assert torch.equal(both[:3, 3:], torch.eye(3)) and torch.equal(both, both.T)
    assert torch.equal(between_people(links, 1), links)


@pytest.mark.parametrize("beta", [1.0, 2.0, 3.0])
def test_cosine_error_by_hand(beta):
    target = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    found = torch.tensor([[3.0, 0.0], [1.0, 0.0], [-1.0, -1.0]])
    expected = torch.tensor([0.0, 1.0, 2.0**beta])
    assert torch.allclose(scaled_cosine_error(target, found, beta), expected, atol=1e-5)


def test_cosine_error_s_gradient():
    target = torch.tensor([[1.0, 0.0]])
    found = torch.tensor([[0.6, 0.8]], requires_grad=True)
    scaled_cosine_error(target, found, 2.0).sum().backward()
    # d/dx (1 - x/|x|)^2 = -2 (1 - cos) (t - cos n) / |x|, cos = 0.6
    assert torch.allclose(found.grad, -2 * 0.4 * (target - 0.6 * torch.tensor([[0.6, 0.8]])), atol=1e-5)
    same = torch.tensor([[0.3, 0.4]], requires_grad=True)
    scaled_cosine_error(same.detach().clone(), same, 2.0).sum().backward()
    assert same.grad.isfinite().all()
