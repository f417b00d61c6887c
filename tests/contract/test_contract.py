"""The rules every method in the catalogue keeps. Generated over the catalogue: a new method is tested by being listed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from vitruve.errors import VitruveError
from vitruve.methods import catalogue, describe, method
from vitruve.tasks.method import Card, Method, config_from_json, config_to_json

SLUGS = sorted(catalogue())


def _outputs(value: Any) -> list[torch.Tensor]:
    """Every tensor in a method's output."""
    if isinstance(value, torch.Tensor):
        return [value]
    if dataclasses.is_dataclass(value):
        return [t for f in dataclasses.fields(value) for t in _outputs(getattr(value, f.name))]
    if isinstance(value, dict):
        return [t for v in value.values() for t in _outputs(v)]
    if isinstance(value, tuple | list):
        return [t for v in value for t in _outputs(v)]
    return []


def _call(model: Method, batch: Any) -> list[torch.Tensor]:
    return _outputs(model.respond(batch))


@pytest.fixture(params=SLUGS)
def slug(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def model(slug: str) -> Method:
    torch.manual_seed(0)
    cls = method(slug)
    return cls(cls.tiny_config())


@pytest.fixture
def batch(model: Method) -> Any:
    return model.example_batch(6, torch.Generator().manual_seed(1))


def test_card_and_catalogue_agree(slug: str) -> None:
    card, entry = method(slug).card, catalogue()[slug]
    assert isinstance(card, Card) and (card.slug, card.task) == (slug, entry.task)
    assert card.summary and card.claim and card.venue in entry.title
    assert card.title in describe(slug)


def test_forward_and_backward_are_finite(model: Method, batch: Any) -> None:
    losses = model.train().losses(batch)
    assert losses and all(v.ndim == 0 and v.isfinite() for v in losses.values())
    sum(losses.values()).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert gradients and all(g.isfinite().all() for g in gradients)
    assert sum(bool(g.abs().max() > 0) for g in gradients) > len(gradients) / 2
    assert all(t.isfinite().all() for t in _call(model.eval(), batch))


def test_overfits_one_batch(model: Method, batch: Any) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    history = []
    for _ in range(80):
        optimizer.zero_grad()
        loss = sum(model.losses(batch).values())
        loss.backward()
        optimizer.step()
        history.append(float(loss.detach()))
    assert history[-1] < 0.5 * history[0], f"{history[0]:.4f} -> {history[-1]:.4f}"


def test_saved_and_loaded_is_the_same_bit_for_bit(model: Method, batch: Any, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    assert {"config.json", "model.safetensors"} <= {p.name for p in tmp_path.iterdir()}
    again = type(model).from_pretrained(tmp_path)
    assert again.config == model.config
    for a, b in zip(_call(model.eval(), batch), _call(again.eval(), batch)):
        assert torch.equal(a, b)


def test_loading_refuses_what_does_not_fit(model: Method, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    config = tmp_path / "config.json"
    described = json.loads(config.read_text())
    config.write_text(json.dumps({**described, "config": {**described["config"], "wings": 2}}))
    with pytest.raises(VitruveError, match="wings"):
        type(model).from_pretrained(tmp_path)
    config.write_text(json.dumps({**described, "slug": "another"}))
    with pytest.raises(VitruveError, match="another"):
        type(model).from_pretrained(tmp_path)
    with pytest.raises(VitruveError, match="no such file"):
        type(model).from_pretrained(tmp_path / "absent")


def test_output_does_not_depend_on_the_batch(model: Method, batch: Any) -> None:
    model.eval()
    whole = _call(model, batch)
    parts = [_call(model, batch.select(slice(i, i + 1))) for i in range(len(batch))]
    for i, tensor in enumerate(whole):
        assert torch.allclose(tensor, torch.cat([p[i] for p in parts]), atol=1e-4, rtol=1e-4)


def test_output_repeats(model: Method, batch: Any) -> None:
    model.eval()
    for a, b in zip(_call(model, batch), _call(model, batch)):
        assert torch.equal(a, b)


def test_bf16_autocast(model: Method, batch: Any) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        losses = model.train().losses(batch)
    assert all(v.isfinite() for v in losses.values())


def test_every_switch_changes_something(model: Method, batch: Any) -> None:
    """A config field either changes the output, the loss, or the parameters; `config_only` fields say why they need not."""
    cls = type(model)

    def fingerprint(config: Any) -> list[torch.Tensor]:
        torch.manual_seed(0)
        m = cls(config)
        example = m.example_batch(3, torch.Generator().manual_seed(2))
        torch.manual_seed(0)
        losses = list(m.train().losses(example).values())
        return [*_call(m.eval(), example), *losses, *(p for p in m.parameters())]

    base = fingerprint(model.config)
    for name, changes in cls.switches().items():
        other = fingerprint(dataclasses.replace(model.config, **changes))
        same = len(base) == len(other) and all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(base, other))
        assert not same, f"{name}: {changes} changes nothing"
    named = {f for changes in cls.switches().values() for f in changes}
    fields = {f.name for f in dataclasses.fields(model.config)}
    assert fields - named - set(cls.config_only()) == set(), "fields without a switch test"


def test_bad_config_is_refused(slug: str) -> None:
    cls = method(slug)
    with pytest.raises(VitruveError, match="no field"):
        config_from_json(cls.Config, {"wings": 2})
    assert config_from_json(cls.Config, config_to_json(cls.Config())) == cls.Config()


def test_official_reader_is_strict(slug: str) -> None:
    with pytest.raises(VitruveError):
        method(slug).from_official({"nonsense": torch.zeros(2)})
