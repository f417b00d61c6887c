"""The SMI attack: the informed gradient is the chain rule through the motion; the budget, absent people, and what the loss does."""

from dataclasses import replace

import pytest
import torch

from vitruve.errors import OptionError
from vitruve.methods.robustness.smi_attack import Config, SMIAttack, cluster_centres, flat, follow, informed
from vitruve.nn.tvar import motion_influence

TINY = SMIAttack.tiny_config()


def _model(**changes) -> SMIAttack:
    torch.manual_seed(0)
    return SMIAttack(replace(TINY, **changes)).eval()


def test_informed_gradient_is_autograd_through_two_steps_of_the_motion():
    """x[t + 1] moves by a[t] and x[t + 2] by b[t] for each unit that x[t] moves."""
    g = torch.Generator().manual_seed(0)
    weight, a, b = (torch.randn(1, 3, 6, 2, 1, generator=g) for _ in range(3))
    a[:, :, -1:] = 0
    b[:, :, -2:] = 0
    moved = torch.zeros(1, 3, 6, 2, 1, requires_grad=True)
    follows = (
        moved + torch.cat([torch.zeros_like(a[:, :, :1]), (a * moved)[:, :, :-1]], 2) + torch.cat([torch.zeros_like(b[:, :, :2]), (b * moved)[:, :, :-2]], 2)
    )
    (follows * weight).sum().backward()
    assert torch.allclose(informed(weight, weight, (a, b), 2), moved.grad, atol=1e-5)
    assert torch.equal(informed(weight, weight, (a, b), 0), weight)
    assert not torch.allclose(informed(weight, weight, (a, b), 1), moved.grad, atol=1e-2)


def test_budget_is_kept_and_the_absent_stay_absent():
    model = _model(people=2, epsilon=0.02, rate=0.015, steps=4)
    x = torch.randn(3, 3, 16, 20, 2)
    x[1, ..., 1] = 0
    changed = model.perturb(x)
    assert float((changed - x).abs().max()) == pytest.approx(0.02, rel=1e-3)
    assert (changed[1, ..., 1] == 0).all() and (changed[0] != x[0]).any()
    assert torch.equal(changed, model.perturb(x))


def test_the_loss_falls_and_clips_leave_their_place():
    model = _model(epsilon=0.3, rate=0.05, steps=12)
    x = torch.randn(6, 3, 16, 20, 1)
    with torch.no_grad():
        clean = model.features(x)
    centres = cluster_centres(clean, 4)
    changed, values = follow(model.escape(clean, centres), x, motion_influence(x, 0.5), model.config)
    assert values[-1] < values[0]
    assert ((model.features(changed) * clean).sum(1) < 0.9999).all()


def test_nearest_clusters_are_no_rivals():
    model = _model()
    clean = torch.nn.functional.normalize(torch.randn(2, 16), dim=1)
    centres = torch.cat([clean, -clean])
    seen = {}
    model.features = lambda joints: clean  # the clips are where they were
    for dropped in (0, 1):
        seen[dropped] = float(model.escape(clean, centres, dropped)(torch.zeros(2, 3, 16, 20, 1)))
    # without the centre that is the clip itself it is told from the rest more surely
    assert seen[1] > seen[0]


def test_clusters_are_k_means():
    x = torch.cat([torch.randn(20, 2) * 0.01 + c for c in torch.tensor([[0.0, 0.0], [5.0, 5.0], [0.0, 9.0]])])
    centres = cluster_centres(x, 3)
    assert torch.allclose(centres[centres[:, 0].add(centres[:, 1]).argsort()], torch.tensor([[0.0, 0.0], [0.0, 9.0], [5.0, 5.0]]), atol=0.1)
    assert len(cluster_centres(x[:2], 3)) == 2


def test_views_and_sequence_layout():
    from vitruve.core.poses import Poses
    from vitruve.core.standards import skeleton

    model = _model()
    clip = Poses(torch.rand(1, 40, 20, 3), skeleton("kinect20"))
    whole, _ = model.prepare(clip)
    two, index = model.prepare(clip, torch.Generator().manual_seed(0))
    assert whole.shape == (3, 16, 20, 1) and two.shape == (3, 16, 20, 1) and len(index) == 16
    assert not torch.allclose(two[:, :8], two[:, 8:])
    x = torch.randn(2, 3, 5, 20, 2)
    assert torch.equal(flat(x)[1, 2, 60 + 3 * 7 : 60 + 3 * 8], x[1, :, 2, 7, 1])


def test_bad_config_is_told():
    with pytest.raises(OptionError, match="expected 0, 1 or 2"):
        Config(order=3)
    with pytest.raises(OptionError, match="fewer dropped"):
        Config(clusters=5, dropped=5)
