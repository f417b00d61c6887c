"""The diffusion core against closed forms: Gaussian data, whose optimal denoiser is known, and the schedulers of diffusers."""

from __future__ import annotations

import math

import pytest
import torch

from vitruve.errors import OptionError
from vitruve.nn.diffusion import GaussianDiffusion, schedule_betas

KINDS = ("epsilon", "sample", "v")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def draws(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(seed))


def test_cosine_schedule_is_the_papers():
    t = torch.arange(51, dtype=torch.float64) / 50
    f = torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
    alpha = GaussianDiffusion(50).alpha
    # but for the last, where betas end at 0.999
    assert torch.allclose(alpha[:49], (f / f[0])[1:50], rtol=1e-5)
    assert alpha[50] == 1


def test_linear_schedule_ends_as_noisy_with_any_number_of_steps():
    ends = [float(GaussianDiffusion(steps, "linear").alpha[steps - 1]) for steps in (100, 1000)]
    assert ends[0] == pytest.approx(ends[1], rel=0.5) and ends[1] < 1e-4
    betas = schedule_betas("linear", 1000)
    assert (float(betas[0]), float(betas[-1])) == pytest.approx((1e-4, 0.02))


@pytest.mark.parametrize("kind", KINDS)
def test_the_target_gives_back_x0_for_each_samples_own_step(kind):
    d = GaussianDiffusion(30, prediction=kind)
    x0, noise, t = draws(30, 4, 3), draws(30, 4, 3, seed=1), torch.arange(30)
    x = d.q_sample(x0, t, noise)
    assert torch.allclose(d.estimate(d.target(x0, t, noise), x, t)[:-2], x0[:-2], atol=1e-4)
    assert torch.allclose(d.implied_noise(x0, x, t)[1:], noise[1:], atol=1e-4)
    one = torch.stack([d.q_sample(x0[i : i + 1], i, noise[i : i + 1])[0] for i in range(30)])
    assert torch.equal(one, x)


def test_posterior_is_bayes_rule():
    """Over x_{t-1}: N(sqrt(1 - b) x_{t-1}, b) of x_t times N(sqrt(a) x_0, 1 - a), by precision."""
    d = GaussianDiffusion(20)
    x0, x = draws(1, 5), draws(1, 5, seed=1)
    for t in (1, 7, 19):
        b, before = d.beta[t], d.alpha[t - 1]
        precision = (1 - b) / b + 1 / (1 - before)
        mean = ((1 - b).sqrt() / b * x + before.sqrt() / (1 - before) * x0) / precision
        found, log_variance = d.posterior(x0, x, t)
        assert torch.allclose(found, mean.float(), atol=1e-5)
        assert float(log_variance.exp()) == pytest.approx(float(1 / precision), rel=1e-4)


def optimal(d: GaussianDiffusion, mean: float, std: float):
    """The best prediction where data are N(mean, std^2)."""

    def model(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        a = d.alpha[t].to(x)[:, None]
        x0 = mean + a.sqrt() * std**2 / (a * std**2 + 1 - a) * (x - a.sqrt() * mean)
        return d.target(x0, t, d.implied_noise(x0, x, t))

    return model


@pytest.mark.parametrize(("count", "eta"), [(None, None), (40, 0.0), (200, 1.0)])
def test_the_optimal_denoiser_samples_the_data(count, eta):
    d = GaussianDiffusion(200)
    x = d.sample(optimal(d, 1.5, 0.4), draws(4000, 1), d.times(count), eta, generator=generator(3))
    assert float(x.mean()) == pytest.approx(1.5, abs=0.03) and float(x.std()) == pytest.approx(0.4, abs=0.03)


def test_predictions_of_all_kinds_take_the_same_path():
    ends = []
    for kind in KINDS:
        d = GaussianDiffusion(50, prediction=kind)
        ends.append(d.sample(optimal(d, 1.5, 0.4), draws(8, 1), noise=iter(draws(50, 8, 1, seed=2))))
    assert torch.allclose(ends[0], ends[1], atol=1e-4) and torch.allclose(ends[0], ends[2], atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_steps_are_those_of_diffusers(kind):
    from diffusers import DDIMScheduler, DDPMScheduler

    d = GaussianDiffusion(50, prediction=kind, clamp=0.8)
    options = {
        "num_train_timesteps": 50,
        "beta_schedule": "squaredcos_cap_v2",
        "prediction_type": {"v": "v_prediction"}.get(kind, kind),
        "clip_sample": True,
        "clip_sample_range": 0.8,
    }
    x, prediction, noise = draws(4, 3), draws(4, 3, seed=1), draws(4, 3, seed=2)
    ddpm, ddim = DDPMScheduler(**options), DDIMScheduler(**options)
    ddim.set_timesteps(10)
    for t in (45, 20, 5):
        x0 = d.estimate(prediction, x, t)
        theirs = ddpm.step(prediction, t, x, generator=generator(4)).prev_sample
        assert torch.allclose(d.ddpm_step(x0, x, t, torch.randn(4, 3, generator=generator(4))), theirs, atol=1e-5)
        theirs = ddim.step(prediction, t, x, 0.7, use_clipped_model_output=True, variance_noise=noise).prev_sample
        assert torch.allclose(d.ddim_step(x0, x, t, t - 5, noise, 0.7), theirs, atol=1e-5)


def test_ddim_over_every_step_with_eta_1_is_ddpm():
    d = GaussianDiffusion(20)
    x0, x, noise = draws(3, 2), draws(3, 2, seed=1), draws(3, 2, seed=2)
    for t in (0, 1, 10, 19):
        assert torch.allclose(d.ddim_step(x0, x, t, t - 1, noise, 1.0), d.ddpm_step(x0, x, t, noise), atol=1e-4)


def test_known_parts_can_be_put_in_and_the_mean_taken():
    d = GaussianDiffusion(20)
    model = optimal(d, 1.5, 0.4)
    kept = d.sample(model, draws(5, 2), change=lambda x0, t: torch.cat([torch.full_like(x0[:, :1], 7.0), x0[:, 1:]], 1))
    assert torch.allclose(kept[:, 0], torch.full((5,), 7.0), atol=1e-4) and (kept[:, 1] < 5).all()
    means = [d.sample(model, draws(5, 2), mean_only=True) for _ in range(2)]
    assert torch.equal(*means)


def test_clamp_bounds_every_estimate():
    d = GaussianDiffusion(20, clamp=0.5)
    assert d.sample(optimal(d, 1.5, 0.4), draws(5, 2)).abs().max() <= 0.5 + 1e-6


def test_times_end_before_the_first():
    d = GaussianDiffusion(1000)
    assert d.times(5) == [999, 799, 599, 399, 199, -1]
    assert d.times() == [*range(999, -1, -1), -1]


def test_refuses_what_it_does_not_know():
    with pytest.raises(OptionError, match="epsilon, sample or v"):
        GaussianDiffusion(10, prediction="x")
    with pytest.raises(OptionError, match="cosine, linear"):
        GaussianDiffusion(10, "sinus")
    with pytest.raises(OptionError, match="3 betas"):
        GaussianDiffusion(10, torch.full((3,), 0.1))
    d = GaussianDiffusion(10)
    with pytest.raises(OptionError, match="eta"):
        d.sample(lambda x, t: x, draws(2, 2), d.times(5))
    assert not d.state_dict()
