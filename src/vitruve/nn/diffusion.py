"""Gaussian diffusion: noise schedules of `diffusers`, training targets, and DDPM and DDIM steps whose noise can be given."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vitruve.errors import MissingExtraError, OptionError

Step = int | Int[Tensor, " B"]
"""A time step: one for all samples, or one for each."""

_SCHEDULES = ("cosine", "linear", "scaled_linear")


def schedule_betas(schedule: str, steps: int) -> Float[Tensor, " T"]:
    """The noise that each of `steps` steps adds, by `diffusers`.

    "cosine" (Nichol and Dhariwal, offset 0.008, at most 0.999), "linear" (1e-4 to 0.02 over 1000 steps, scaled to as many as there
    are, which `diffusers` leaves out) or "scaled_linear" (0.00085 to 0.012, linear in the square root).
    """
    try:
        from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
    except ImportError:
        raise MissingExtraError("diffusers", "diffusion") from None
    if schedule == "cosine":
        return DDPMScheduler(steps, beta_schedule="squaredcos_cap_v2").betas
    if schedule == "linear":
        return DDPMScheduler(steps, beta_start=1e-4 * 1000 / steps, beta_end=0.02 * 1000 / steps).betas
    if schedule == "scaled_linear":
        return DDPMScheduler(steps, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear").betas
    raise OptionError(f"diffusion schedule {schedule!r}: expected one of {', '.join(_SCHEDULES)}")


def _like(x: Tensor, values: Tensor) -> Tensor:
    """Values for all samples, or for each, in the type of x and shaped to multiply it."""
    return values.to(x).reshape(-1, *(1,) * (x.ndim - 1))


class GaussianDiffusion(nn.Module):
    """x_t = sqrt(a_t) x_0 + sqrt(1 - a_t) noise, t from 0 to T - 1, and the way back.

    Samples have any shape (B, ...). The network is whatever function gives `prediction` of x_t and t; conditions and guidance are its
    own business. `clamp` bounds the estimate of x_0 at every step. The tables follow the module to a device and are in no state dict.

    >>> import torch
    >>> diffusion = GaussianDiffusion(50, prediction="sample")
    >>> diffusion.sample(lambda x, t: torch.zeros_like(x), torch.randn(2, 3), diffusion.times(5), eta=0.0)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])

    Args:
        steps: T.
        schedule: see :func:`schedule_betas`; or the betas themselves (T).
        prediction: what the network says: "epsilon" (the noise), "sample" (x_0) or "v" (sqrt(a) noise - sqrt(1 - a) x_0).
        clamp: largest absolute value of an estimate of x_0; None for any.

    Source: Ho et al. 2020 (DDPM), Song et al. 2021 (DDIM), Salimans and Ho 2022 (v).
    """

    alpha: Tensor
    beta: Tensor

    def __init__(self, steps: int = 1000, schedule: str | Float[Tensor, " T"] = "cosine", prediction: str = "epsilon", clamp: float | None = None) -> None:
        super().__init__()
        if prediction not in ("epsilon", "sample", "v"):
            raise OptionError(f"diffusion prediction={prediction!r}: expected epsilon, sample or v")
        betas = (schedule_betas(schedule, steps) if isinstance(schedule, str) else schedule).double()
        if len(betas) != steps:
            raise OptionError(f"diffusion: {len(betas)} betas for {steps} steps")
        self.steps, self.prediction, self.clamp = steps, prediction, clamp
        # one more at the end, where index -1 finds it: before the first step there is no noise
        self.register_buffer("alpha", torch.cat([(1 - betas).cumprod(0), torch.ones(1, dtype=torch.float64)]), persistent=False)
        self.register_buffer("beta", betas, persistent=False)

    def q_sample(self, x0: Float[Tensor, " B *S"], t: Step, noise: Float[Tensor, " B *S"]) -> Float[Tensor, " B *S"]:
        """x_0 with the noise of step t."""
        a = self.alpha[t]
        return _like(x0, a.sqrt()) * x0 + _like(x0, (1 - a).sqrt()) * noise

    def target(self, x0: Float[Tensor, " B *S"], t: Step, noise: Float[Tensor, " B *S"]) -> Float[Tensor, " B *S"]:
        """What the network should predict."""
        if self.prediction == "epsilon":
            return noise
        if self.prediction == "sample":
            return x0
        a = self.alpha[t]
        return _like(x0, a.sqrt()) * noise - _like(x0, (1 - a).sqrt()) * x0

    def estimate(self, prediction: Float[Tensor, " B *S"], x: Float[Tensor, " B *S"], t: Step) -> Float[Tensor, " B *S"]:
        """x_0 as the network's answer to x_t implies it, clamped."""
        a = self.alpha[t]
        if self.prediction == "epsilon":
            x0 = _like(x, (1 / a).sqrt()) * x - _like(x, (1 / a - 1).sqrt()) * prediction
        elif self.prediction == "sample":
            x0 = prediction
        else:
            x0 = _like(x, a.sqrt()) * x - _like(x, (1 - a).sqrt()) * prediction
        return x0 if self.clamp is None else x0.clamp(-self.clamp, self.clamp)

    def implied_noise(self, x0: Float[Tensor, " B *S"], x: Float[Tensor, " B *S"], t: Step) -> Float[Tensor, " B *S"]:
        """The noise that lies between x_0 and x_t."""
        a = self.alpha[t]
        return (_like(x, (1 / a).sqrt()) * x - x0) / _like(x, (1 / a - 1).sqrt())

    def posterior(self, x0: Float[Tensor, " B *S"], x: Float[Tensor, " B *S"], t: Step) -> tuple[Float[Tensor, " B *S"], Float[Tensor, "*V"]]:
        """Mean of x_{t-1} given x_0 and x_t, and the logarithm of its variance (at least 1e-20), shaped to broadcast."""
        a, before, b = self.alpha[t], self.alpha[t - 1], self.beta[t]
        mean = _like(x, before.sqrt() * b / (1 - a)) * x0 + _like(x, (1 - b).sqrt() * (1 - before) / (1 - a)) * x
        return mean, _like(x, (b * (1 - before) / (1 - a)).clamp_min(1e-20).log())

    def ddpm_step(self, x0: Float[Tensor, " B *S"], x: Float[Tensor, " B *S"], t: Step, noise: Float[Tensor, " B *S"] | None = None) -> Float[Tensor, " B *S"]:
        """x_{t-1} from x_t and an estimate of x_0: a draw of the posterior (no noise at t = 0), or its mean without `noise`."""
        mean, log_variance = self.posterior(x0, x, t)
        if noise is None:
            return mean
        return mean + _like(x, torch.as_tensor(t) > 0) * (0.5 * log_variance).exp() * noise

    def ddim_step(
        self, x0: Float[Tensor, " B *S"], x: Float[Tensor, " B *S"], t: Step, before: Step, noise: Float[Tensor, " B *S"] | None = None, eta: float = 0.0
    ) -> Float[Tensor, " B *S"]:
        """x at the earlier step `before` (-1: the end, x_0 itself) from x_t and an estimate of x_0.

        The direction is the noise that the (clamped) estimate implies. `eta` 1 is as random as DDPM, 0 not at all.
        """
        now, then = self.alpha[t], self.alpha[before]
        sigma = eta * ((1 - then) / (1 - now) * (1 - now / then)).sqrt()
        out = _like(x, then.sqrt()) * x0 + _like(x, (1 - then - sigma.square()).clamp_min(0).sqrt()) * self.implied_noise(x0, x, t)
        return out if noise is None else out + _like(x, sigma) * noise

    def times(self, count: int | None = None) -> list[int]:
        """`count` of the T steps from T - 1 downwards, as even as integers allow, and -1 for the end; all of them by default."""
        chosen = torch.linspace(-1, self.steps - 1, (count or self.steps) + 1)
        return chosen.int().tolist()[::-1]

    def sample(
        self,
        model: Callable[[Tensor, Tensor], Tensor],
        x: Float[Tensor, " B *S"],
        times: list[int] | None = None,
        eta: float | None = None,
        noise: Iterator[Tensor] | None = None,
        generator: torch.Generator | None = None,
        mean_only: bool = False,
        change: Callable[[Tensor, Tensor], Tensor] | None = None,
    ) -> Float[Tensor, " B *S"]:
        """From noise x to a sample.

        Args:
            model: (x_t, t (B)) to its prediction.
            x: the noise to start from.
            times: the steps, latest first, ending with -1 (see :meth:`times`); needs `eta` where some are left out.
            eta: None for DDPM's steps; a number for DDIM's.
            noise: the draws of the steps in order; drawn by `generator` (on x's device) otherwise.
            mean_only: add no noise on the way.
            change: (estimate of x_0, t) to what stands for it: where known parts are put in.
        """
        times = self.times() if times is None else times
        if eta is None and times != self.times():
            raise OptionError("diffusion: DDPM takes every step; leaving some out needs eta (DDIM)")
        for t, before in zip(times, times[1:]):
            now = torch.full((len(x),), t, device=x.device)
            x0 = self.estimate(model(x, now), x, t)
            x0 = x0 if change is None else change(x0, now)
            if mean_only:
                drawn = None
            elif noise is not None:
                drawn = next(noise)
            else:
                drawn = torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)
            x = self.ddpm_step(x0, x, t, drawn) if eta is None else self.ddim_step(x0, x, t, before, drawn, eta)
        return x
