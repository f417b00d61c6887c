"""EqMotion's symmetries, its masks and hypotheses, and that each of its parts does something."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vitruve.errors import FormatError, OptionError
from vitruve.methods.forecasting.eqmotion import Config, EqMotion, FeatureLayer, early_weights, scenario
from vitruve.tasks.forecasting import ForecastBatch

SMALL = Config(past=6, future=4, hidden=16, channels=12, layers=3, categories=3, silent=1)
SEVERAL = replace(SMALL, hypotheses=4)


def model(config: Config, seed: int = 0) -> EqMotion:
    torch.manual_seed(seed)
    return EqMotion(config).eval()


def tracks(b: int = 3, n: int = 5, t: int = 6, d: int = 3, seed: int = 1) -> torch.Tensor:
    return torch.randn(b, n, t, d, generator=torch.Generator().manual_seed(seed)).mul(0.3).cumsum(2)


def orthogonal(d: int, seed: int, reflect: bool) -> torch.Tensor:
    q = torch.linalg.qr(torch.randn(d, d, generator=torch.Generator().manual_seed(seed)))[0]
    if (q.det() < 0) != reflect:
        q[:, 0] *= -1
    assert q.det().sign() == (-1 if reflect else 1)
    return q


@pytest.mark.parametrize("config", [SMALL, SEVERAL, replace(SMALL, reasoning=False), replace(SEVERAL, reasoning=False, dct=False)])
@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("reflect", [False, True])
def test_forecasts_turn_with_the_scene_and_interactions_do_not(config, d, reflect):
    m, x = model(config), tracks(d=d)
    q, shift = orthogonal(d, 7, reflect), torch.arange(1.0, d + 1)
    plain, turned = m.forecast(x), m.forecast(x @ q.T + shift)
    scale = plain.positions.abs().max()
    assert (turned.positions - (plain.positions @ q.T + shift)).abs().max() < 1e-4 * scale
    assert plain.positions.std() > 0.1
    if config.reasoning:
        assert (turned.interactions - plain.interactions).abs().max() < 1e-5
        assert plain.interactions.std() > 1e-3


def test_agents_in_another_order_give_forecasts_in_that_order():
    m, x, order = model(SEVERAL), tracks(), torch.tensor([3, 0, 4, 1, 2])
    plain, permuted = m.forecast(x), m.forecast(x[:, order])
    assert torch.allclose(permuted.positions, plain.positions[:, order], atol=1e-4)
    assert torch.allclose(permuted.interactions, plain.interactions[:, order][:, :, order], atol=1e-5)


@pytest.mark.parametrize("config", [SMALL, SEVERAL, replace(SMALL, reasoning=False)])
def test_padding_does_not_matter(config):
    m, x = model(config), tracks(n=5)
    padded = torch.cat([x[:, :3], torch.full_like(x[:, :2], 17.0)], 1)
    valid = torch.tensor([[True, True, True, False, False]] * 3)
    alone, inside = m.forecast(x[:, :3]), m.forecast(padded, valid)
    assert torch.allclose(inside.positions[:, :3], alone.positions, atol=1e-4)
    # and the others do matter where they are there
    assert (m.forecast(x).positions[:, :3] - alone.positions).abs().max() > 1e-2


def test_an_agent_alone_is_the_same_padded_or_not():
    m, x = model(SEVERAL), tracks(n=2)
    valid = torch.tensor([[True, False]] * 3)
    assert torch.allclose(m.forecast(x[:, :1]).positions, m.forecast(x, valid).positions[:, :1], atol=1e-4)


@pytest.mark.parametrize("reasoning", [True, False])
@pytest.mark.parametrize("n", [1, 4])
def test_hypotheses_side_by_side_equal_one_after_the_other(reasoning, n):
    config = replace(SEVERAL, reasoning=reasoning)
    m = model(config)
    x = tracks(n=n)
    together = m.forecast(x).positions
    kinds = config.categories - config.silent
    for k in range(config.hypotheses):
        one = EqMotion(replace(config, hypotheses=1))
        state = {key: value for key, value in m.state_dict().items() if not key.startswith(("last.", "heads."))}
        final = f"layers.{config.layers - 1}"
        for key, value in m.last.state_dict().items():
            count = kinds if key.startswith("category_mlp") else 1
            state[f"{final}.{key}"] = value[k * count : (k + 1) * count]
        state["heads.weight"] = m.heads.weight[k : k + 1]
        missing = one.load_state_dict(state, strict=False)
        assert not missing.unexpected_keys
        assert all(key.startswith((f"{final}.node_mlp", f"{final}.edge_mlp")) for key in missing.missing_keys)
        assert torch.allclose(one.forecast(x).positions[:, :, 0], together[:, :, k], atol=1e-4)


@pytest.mark.parametrize("switch", [{"reasoning": False}, {"dct": False}, {"nonlinearity": False}, {"attention": False}, {"scale": 3.0}])
def test_each_switch_changes_the_forecast(switch):
    whole, other = model(SMALL), EqMotion(replace(SMALL, **switch))
    shared = whole.state_dict()
    other.load_state_dict({k: v for k, v in shared.items() if k in other.state_dict()}, strict=False)
    if "reasoning" in switch:
        with torch.no_grad():
            for layer in other.layers:
                layer.coord_mlp[2].weight.mul_(1000)
    x = tracks()
    assert (whole.forecast(x).positions - other.eval().forecast(x).positions).abs().max() > 1e-3


def test_temperature_sharpens_the_categories():
    warm, x = model(SMALL), tracks()
    cold = EqMotion(replace(SMALL, temperature=0.1)).eval()
    cold.load_state_dict(warm.state_dict())
    assert cold.forecast(x).interactions.max() > warm.forecast(x).interactions.max() + 0.05


def test_joint_tokens_break_the_symmetry_of_agents():
    m = model(replace(SMALL, agents="joints", joint_tokens=5))
    x = tracks()
    order = torch.tensor([1, 0, 2, 3, 4])
    assert (m.forecast(x[:, order]).positions - m.forecast(x).positions[:, order]).abs().max() > 1e-3
    with pytest.raises(OptionError, match="built for 5 joints, found 4"):
        m.forecast(x[:, :4])


def test_scale_is_a_change_of_unit():
    m = model(SMALL)
    decimetres = EqMotion(replace(SMALL, scale=10.0)).eval()
    decimetres.load_state_dict(m.state_dict())
    x = tracks()
    assert torch.allclose(decimetres.forecast(x / 10).positions, m.forecast(x).positions / 10, atol=1e-5)


@pytest.mark.parametrize("name", ["_Distances", "_Aggregate"])
def test_hand_written_gradients(name):
    from vitruve.methods.forecasting import eqmotion

    g = torch.randn(2, 3, 2, 4, dtype=torch.float64, requires_grad=True)
    f = torch.randn(5, 2, 3, 3, 4, dtype=torch.float64, requires_grad=True)
    inputs = (g,) if name == "_Distances" else (f, g)
    # the distance of an agent to itself has no derivative for finite differences to find, but is always zero
    off = 1 - torch.eye(3, dtype=torch.float64)[..., None]
    apply = getattr(eqmotion, name).apply
    torch.autograd.gradcheck((lambda x: apply(x) * off) if name == "_Distances" else apply, inputs)
    with torch.no_grad():
        apart = g[:, :, None] - g[:, None]
        expected = apart.norm(dim=-2) if name == "_Distances" else (f[:, :, :, :, None] * apart).sum(3)
        assert torch.allclose(apply(*inputs), expected)


def test_distance_has_no_gradient_at_zero():
    from vitruve.methods.forecasting.eqmotion import _distances

    g = torch.ones(1, 3, 2, 4, requires_grad=True)
    _distances(g).sum().backward()
    assert torch.equal(g.grad, torch.zeros_like(g))


def test_losses():
    x = tracks(t=10)
    batch = ForecastBatch(x[:, :, :6], x[:, :, 6:], torch.tensor([[True] * 5, [True] * 3 + [False] * 2, [True] * 5]))
    m = model(SEVERAL)
    with torch.no_grad():
        error = (m(batch).positions - batch.future[:, :, None]).norm(dim=-1)
        best = error.mean(-1).min(2).values
        every = torch.cat([best[0], best[1, :3], best[2]]).mean()
        assert torch.allclose(m.losses(batch)["displacement"], every)
        first = EqMotion(replace(SEVERAL, supervise="first"))
        first.load_state_dict(m.state_dict())
        assert torch.allclose(first.losses(batch)["displacement"], best[:, 0].mean())
        early = EqMotion(replace(SEVERAL, frame_weights="early"))
        early.load_state_dict(m.state_dict())
        weighted = (error * early_weights(4)).mean(-1).min(2).values
        assert torch.allclose(early.losses(batch)["displacement"], torch.cat([weighted[0], weighted[1, :3], weighted[2]]).mean())
    assert early_weights(25)[0] == 25 and 5.1 < early_weights(25)[-1] < 5.3 and len(early_weights(25)) == 25


def test_a_perfect_forecast_has_a_finite_gradient():
    m, x = model(SMALL).train(), tracks()
    future = m(ForecastBatch(x)).best.detach()
    m.losses(ForecastBatch(x, future))["displacement"].backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in m.parameters())


def test_sizes_of_the_papers_settings():
    def count(name: str, **changes: int) -> int:
        return sum(p.numel() for p in EqMotion(replace(scenario(name), **changes)).parameters())

    # the authors' 468,166 less what never gets a gradient: coord_mlp and node_att_mlp of each layer
    layer = (64 * 64 + 64 + 64 * 64) + (64 * 64 + 64 + 64 + 1)
    assert count("particles") == 468_166 - 4 * layer
    assert EqMotion(scenario("pedestrians")).last.copies == 20
    with pytest.raises(OptionError, match="expected one of particles"):
        scenario("birds")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agents": "cars"}, "agents='cars'"),
        ({"past": 1}, "at least 2 frames"),
        ({"silent": 3}, "silent=3"),
        ({"scale": 0.0}, "scale=0"),
        ({"supervise": "last"}, "supervise='last'"),
    ],
)
def test_bad_options_are_named(change, message):
    with pytest.raises(OptionError, match=message):
        replace(SMALL, **change)


def test_files_that_are_not_eqmotions_are_refused(tmp_path):
    with pytest.raises(FormatError, match="not an EqMotion checkpoint: no entry"):
        EqMotion.from_official({"weight": torch.zeros(2)})
    with pytest.raises(OptionError, match="reads 6 frames, found 5"):
        model(SMALL).forecast(tracks(t=5))


def test_saved_and_read_back(tmp_path):
    m = model(SEVERAL)
    m.save_pretrained(tmp_path)
    again = EqMotion.from_pretrained(tmp_path)
    assert again.config == SEVERAL
    assert torch.equal(again.forecast(tracks()).positions, m.forecast(tracks()).positions)


def test_it_learns_circles():
    """Balls on circles, seen at one orientation, are forecast at another."""
    t = torch.arange(10) * 0.3
    phase = torch.linspace(0, 6, 32)[:, None] + torch.tensor([0.0, 2.0])
    angle = phase[..., None] + t
    x = torch.stack([angle.cos(), angle.sin(), torch.zeros_like(angle)], -1)
    batch = ForecastBatch(x[:, :, :6], x[:, :, 6:])
    m = model(SMALL).train()
    optimizer = torch.optim.Adam(m.parameters(), 5e-3)
    for _ in range(150):
        optimizer.zero_grad()
        loss = m.losses(batch)["displacement"]
        loss.backward()
        optimizer.step()
    q = orthogonal(3, 3, False)
    still = (x[:, :, 5:6] - x[:, :, 6:]).norm(dim=-1).mean()
    turned = m.eval().evaluate([ForecastBatch(x[:, :, :6] @ q.T, x[:, :, 6:] @ q.T)])
    assert turned.ade < 0.05 * still


def test_layers_keep_h_unless_asked():
    layer = FeatureLayer(SMALL)
    h, g = torch.randn(2, 3, 16), torch.randn(2, 3, 3, 12)
    rest = (g, torch.full((2, 3, 2, 3), 1 / 3), torch.ones(2, 3, 2, 1), torch.full((2, 3, 1, 1), 1 / 3))
    kept, a = layer(h, g, *rest, update=False)
    changed, b = layer(h, g, *rest)
    assert torch.equal(kept, h) and not torch.equal(changed, h) and torch.equal(a, b)


# -- the claim's parts -----------------------------------------------------------------------------


def test_the_plain_network_has_as_many_parameters_and_no_symmetry():
    from vitruve.claims.forecasting.eqmotion import PlainConfig, PlainGNN, matched, parameters

    wanted = parameters(EqMotion(SMALL))
    torch.manual_seed(0)
    plain = PlainGNN(matched(PlainConfig(past=6, future=4), wanted)).eval()
    assert abs(parameters(plain) / wanted - 1) < 0.1
    x, q = tracks(), orthogonal(3, 7, False)
    assert (plain.forecast(x @ q.T).best - plain.forecast(x).best @ q.T).abs().max() > 1e-2
    assert torch.allclose(plain.forecast(x + 5).best, plain.forecast(x).best + 5, atol=1e-4)


def test_constant_velocity_and_rotations():
    from vitruve.claims.forecasting.eqmotion import constant_velocity, random_rotations, turned, turning_samples

    x = tracks(d=2)
    step = x[:, :, -1] - x[:, :, -2]
    steady = constant_velocity(x, 3)
    assert steady.shape == (3, 5, 1, 3, 2) and torch.allclose(steady[:, :, 0, 2], x[:, :, -1] + 3 * step)
    many = constant_velocity(x, 3, 0.4, 500)
    legs = many[:, :, :, 0] - x[:, :, None, -1]
    assert torch.allclose(legs.norm(dim=-1), step.norm(dim=-1)[..., None].expand(-1, -1, 500), atol=1e-5)
    cosine = (legs * step[:, :, None]).sum(-1) / step.square().sum(-1)[..., None]
    assert abs(cosine.clamp(-1, 1).acos().square().mean().sqrt() - 0.4) < 0.02

    r = random_rotations(50, 0)
    assert torch.allclose(r @ r.mT, torch.eye(3, dtype=r.dtype).expand(50, 3, 3)) and torch.allclose(torch.linalg.det(r), torch.ones(50, dtype=r.dtype))
    assert r.mean(0).abs().max() < 0.3
    whole = tracks(b=50, t=10)
    batch = ForecastBatch(whole[:, :, :6], whole[:, :, 6:])
    moved = turned(batch, r)
    assert torch.allclose(moved.future[7], batch.future[7] @ r[7].float().T, atol=1e-5)
    split = turning_samples(batch)
    plain = split.collate([split.get(i, None) for i in (4, 2)])
    assert torch.allclose(plain.past, batch.past[[4, 2]], atol=1e-6)
    twice = [split.collate([split.get(4, torch.Generator().manual_seed(s))]).past[0] for s in (0, 1)]
    assert (twice[0] - twice[1]).abs().max() > 0.1
    assert all(torch.allclose(t.norm(dim=-1), batch.past[4].norm(dim=-1), atol=1e-5) for t in twice)


@pytest.mark.parametrize("part", ["particles", "springs"])
def test_simulated_parts_of_the_claim_run(part, tmp_path, monkeypatch):
    from vitruve.claims.forecasting import eqmotion as claim

    monkeypatch.setitem(claim.QUICK, part, claim.Size(epochs=1, batch=8, channels=8, training=16, test=6))
    result = claim.run(quick=True, seeds=2, folder=tmp_path, progress=False, part=part)
    assert all(len(row) == 5 for row in result.table) and len(result.table) >= 4
    assert len(result.arms["EqMotion"]) == 2 and result.details[part]["size"]["training"] == 16
    if part == "particles":
        assert torch.allclose(torch.tensor(result.details[part]["rotated ADE"]["EqMotion"]), torch.tensor(result.arms["EqMotion"]), rtol=1e-3)
    # what was trained is kept: the same again without training
    again = claim.run(quick=True, seeds=2, folder=tmp_path, progress=False, part=part)
    assert again.arms == result.arms
    result.write(tmp_path / "result.json")
    with pytest.raises(OptionError, match="part 'weather': expected some of particles"):
        claim.run(part="weather")
