"""InfoGCN: vectors from ancestors, attention, the latent code, and its loss."""

import pytest
import torch

from vitruve.errors import OptionError, ShapeError
from vitruve.nn.infogcn import AttentiveGraphConv, InfoGCN, ancestor_vectors, code_loss

LINKS = ((1, 0), (2, 1), (3, 2))


def _model(**options) -> InfoGCN:
    torch.manual_seed(0)
    return InfoGCN(5, ancestor_vectors(LINKS, 4), blocks=((16, 1), (16, 2)), embedding=16, **options)


def test_vectors_of_several_hops():
    x = torch.tensor([[1.0], [10.0], [100.0], [1000.0]])
    assert (ancestor_vectors(LINKS, 4) @ x).flatten().tolist() == [1, 9, 90, 900]
    assert (ancestor_vectors(LINKS, 4, 2) @ x).flatten().tolist() == [1, 10, 99, 990]
    assert torch.equal(ancestor_vectors(LINKS, 4, 8), torch.eye(4))


def test_attention_sums_to_one_and_the_topology_masks_it():
    torch.manual_seed(0)
    layer = AttentiveGraphConv(16, 16, 4).eval()
    x = torch.randn(2, 16, 3, 4)
    assert torch.allclose(layer.attn(x).sum(-1), torch.ones(2, 3, 3, 4), atol=1e-5)
    torch.nn.init.ones_(layer.bn.weight)
    # a topology that joins each joint with itself: what one joint does changes the others in nothing but how much they count themselves
    with torch.no_grad():
        layer.shared_topology.zero_()
    other = x.clone()
    other[..., 0] += 1
    assert torch.equal(layer(x)[..., 1:], layer(other)[..., 1:])


def test_code_is_sampled_in_training_only():
    model = _model(noise=0.5)
    features = torch.randn(4, 16)
    assert torch.equal(model.eval().code(features), model.code(features))
    assert not torch.equal(model.train().code(features), model.code(features))


def test_network_and_its_errors():
    model = _model(people=2, channels=2).eval()
    assert model(torch.randn(3, 2, 8, 4, 2)).shape == (3, 5) and model.people(torch.randn(3, 2, 8, 4, 2)).shape == (3, 2, 16)
    with pytest.raises(ShapeError):
        model(torch.randn(3, 2, 8, 4, 3))
    with pytest.raises(OptionError, match="one block"):
        InfoGCN(5, ancestor_vectors(LINKS, 4), blocks=())


def test_code_loss_looks_at_classes_that_are_there():
    code, label = torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]]), torch.tensor([0, 0, 2])
    prior = torch.tensor([[2.0, 0.0], [99.0, 99.0], [0.0, 0.0]])
    far, length = code_loss(code, label, prior)
    assert far == 1.0 and torch.allclose(length, torch.tensor([4 / 3, 2 / 3]).norm())
