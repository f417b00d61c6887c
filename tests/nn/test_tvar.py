"""Time-varying autoregressive models recover the dynamics that made a series."""

import pytest
import torch

from vitruve.errors import OptionError, ShapeError
from vitruve.nn import tvar


def _series(phi1, phi2, frames=60, noise=1.0, seed=0):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(frames, generator=g, dtype=torch.float64)
    for t in range(2, frames):
        x[t] = phi1(t / frames) * x[t - 1] + phi2(t / frames) * x[t - 2] + noise * torch.randn((), generator=g)
    return x


def test_an_exact_recursion_is_found():
    # a sum of two exponentials obeys a recursion of order 2 exactly
    t = torch.arange(40, dtype=torch.float64)
    x = 0.9**t + (-0.6) ** t
    coef = tvar.fit(x, 2, 0.5, ridge=1e-12)
    assert coef.shape == (38, 2)
    assert torch.allclose(coef[:20], torch.tensor([0.3, 0.54], dtype=torch.float64), atol=1e-3)


def test_coefficients_that_drift_are_followed():
    x = torch.stack([_series(lambda u: 0.8 - 1.2 * u, lambda u: 0.0, 400, seed=s) for s in range(6)])
    coef = tvar.fit(x, 1, 0.3)[..., 0].mean(0)
    assert coef[40] > 0.4 and coef[-40] < -0.1


def test_series_do_not_touch_each_other_and_cross_validation_is_of_each():
    x = torch.stack([_series(lambda u: 0.5, lambda u: -0.3, seed=s) for s in range(4)]).view(2, 2, 60)
    together = tvar.fit(x, 2)
    assert together.shape == (2, 2, 58, 2)
    assert torch.allclose(together[1, 0], tvar.fit(x[1, 0], 2), atol=1e-9)
    fixed = torch.stack([tvar.fit(x[1, 0], 2, b) for b in tvar.BANDWIDTHS])
    assert (fixed - together[1, 0]).abs().amax((1, 2)).min() < 1e-9


def test_left_out_is_left_out():
    x = _series(lambda u: 0.4, lambda u: 0.2)
    past, target = torch.stack([x[1:-1], x[:-2]], -1), x[2:]
    full, alone = (tvar._solve(past, target, 0.1, 0.0, 10.0, alone=a) for a in (False, True))
    changed = target.clone()
    changed[30] += 5
    assert torch.allclose(tvar._solve(past, changed, 0.1, 0.0, 10.0, alone=True)[30], alone[30])
    assert not torch.allclose(tvar._solve(past, changed, 0.1, 0.0, 10.0, alone=False)[30], full[30])


@pytest.mark.parametrize("x", [torch.zeros(3, 30), torch.full((3, 30), 1.7)], ids=["absent", "still"])
def test_series_that_say_nothing_stay_within_limits(x):
    coef = tvar.fit(x, 2)
    assert coef.isfinite().all() and coef.abs().max() <= tvar.LIMIT
    if not x.any():
        assert not coef.any()


def test_influence_is_the_derivative_of_the_recursion():
    g = torch.Generator().manual_seed(1)
    first, second = torch.randn(9, 1, generator=g), torch.randn(8, 2, generator=g)
    next_, after = tvar.influence(first, second)

    def unroll(start: torch.Tensor, at: int) -> torch.Tensor:
        # x[at] is moved, what follows obeys the model: of order 1 for x[1], of order 2 from x[2] on
        x = [*torch.zeros(at), start]
        for t in range(at + 1, min(at + 3, 10)):
            x.append(first[0, 0] * x[0] if t == 1 else second[t - 2, 0] * x[t - 1] + second[t - 2, 1] * x[t - 2])
        return torch.stack(x)

    for at in range(10):
        moved = torch.autograd.functional.jacobian(lambda s, at=at: unroll(s, at), torch.tensor(1.0))[at + 1 :]
        expected = torch.cat([moved, torch.zeros(2 - len(moved))])
        assert torch.allclose(torch.stack([next_[at], after[at] if at < 8 else after[at] * 0]), expected, atol=1e-6)
    assert next_[-1] == 0 and not after[-2:].any()


def test_influence_repeats_short_series_and_drops_what_is_no_number():
    first, second = torch.rand(3, 5, 1), torch.rand(3, 4, 2)
    second[0, 1, 0] = torch.nan
    next_, after = tvar.influence(first, second, frames=15)
    assert next_.shape == (3, 15) and torch.equal(next_[:, :6], next_[:, 6:12]) and next_.isfinite().all() and after.isfinite().all()


def test_the_motion_gradient_weighs_what_comes_later():
    g = torch.zeros(1, 1, 6, 1, 1)
    g[:, :, 3] = 1
    out = tvar.motion_gradient(g, torch.full_like(g, 2.0), torch.full_like(g, 5.0))
    assert out.flatten().tolist() == [0, 5, 2, 0, 0, 0]


def test_clips_keep_their_shape():
    x = torch.randn(2, 3, 12, 4, 2)
    x[..., 1] = 0
    next_, after = tvar.motion_influence(x, 0.5)
    assert next_.shape == after.shape == x.shape and not next_[..., 1].any() and next_[..., 0].any()


def test_bad_input_is_refused():
    with pytest.raises(OptionError, match="order=3"):
        tvar.fit(torch.rand(20), 3)
    with pytest.raises(OptionError, match="bandwidth"):
        tvar.fit(torch.rand(20), 1, 0.0)
    with pytest.raises(ShapeError, match="6 frames"):
        tvar.fit(torch.rand(5), 2)
    with pytest.raises(ShapeError, match="expected"):
        tvar.influence(torch.rand(5, 1), torch.rand(5, 2))
