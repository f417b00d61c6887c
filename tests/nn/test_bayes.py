"""The sampler descends and is noisy; posteriors hold the mean and spread of the weights they took in."""

import pytest
import torch
from torch import nn

from vitruve.nn.bayes import Posterior, SGAdaHMC, gaussian


@pytest.mark.parametrize("keep", [True, False])
def test_a_bowl_is_descended(keep):
    p = nn.Parameter(torch.tensor([3.0, -2.0]))
    sampler = SGAdaHMC([p], lr=2e-2, keep=keep)
    for _ in range(80):
        p.grad = 2 * p.detach()
        sampler.step()
    # the release's moves never gather speed
    assert p.detach().norm() < (1.0 if keep else 2.5)


@pytest.mark.parametrize("keep", [True, False])
def test_without_a_gradient_weights_stay_finite(keep):
    p = nn.Parameter(torch.ones(4))
    sampler = SGAdaHMC([p], keep=keep)
    for _ in range(50):
        p.grad = torch.zeros(4)
        sampler.step()
    assert p.isfinite().all() and (p - 1).abs().max() < 0.01


def test_released_moves_start_anew():
    p, q = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    for x, keep in ((p, True), (q, False)):
        sampler = SGAdaHMC([x], lr=1e-2, inner=5, keep=keep)
        x.grad = torch.ones(1)
        sampler.step(noise=torch.zeros(5, 1))
    # v = (1e-5 + 1) / 2 after each first move
    assert q.item() == pytest.approx(-5 * 1e-4 / 0.5**0.5, rel=1e-3)
    # kept momentum adds up, the kept mean square grows towards 1
    assert p.item() < q.item()


def test_a_posterior_is_of_what_it_took_in():
    net = nn.Linear(2, 1)
    posterior = Posterior(net)
    seen = torch.tensor([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0]])
    for row in seen:
        with torch.no_grad():
            net.weight.copy_(row[None])
        posterior.update()
    assert torch.allclose(posterior.mean["weight"], seen.mean(0)[None])
    assert torch.allclose(posterior.square["weight"], seen.square().mean(0)[None])
    x = torch.eye(2)
    drawn = torch.stack([posterior.draw(1.0, torch.Generator().manual_seed(s))(x) for s in range(300)])[..., 0] - net.bias.detach()
    assert float(drawn[:, 0].std()) == pytest.approx(float(seen[:, 0].std(correction=0)), rel=0.15)
    assert drawn[:, 1].std() < 1e-3
    assert torch.equal(net.weight, seen[-1:])


def test_equal_weights_have_no_spread():
    mean = torch.rand(3, 5)
    assert torch.allclose(gaussian(mean, mean.square(), 1.5, torch.randn(3, 5)), mean, atol=1e-3)
