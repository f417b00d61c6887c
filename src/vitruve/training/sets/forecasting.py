"""Tracks of people, particles and joints, with what is forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.data import find
from vitruve.data import load as load_set
from vitruve.training.setup import Setup

if TYPE_CHECKING:
    from vitruve.tasks.forecasting import ForecastBatch


def _pedestrians(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import forecasting as data

    scene = name.partition(":")[2]
    tracks = data.eth_ucy_tracks(find("eth_ucy", root))
    facts = {"agents": "people", "past": 8, "future": 12}
    return _forecasting(name, facts, lambda part: data.eth_ucy(tracks, scene, part), _ego)


def _drone(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import forecasting as data

    tracks = data.sdd_tracks(find("sdd", root))
    # pixels: the networks expect numbers about as large as metres
    facts = {"agents": "people", "past": 8, "future": 12, "scale": 0.02}
    return _forecasting(name, facts, lambda part: data.sdd(tracks, part), _ego)


def _particles(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import nbody

    # sizes of the n-body benchmark (EGNN, EqMotion); seeds are our choice
    sizes = {"train": (3000, 1), "val": (2000, 2), "test": (2000, 3)}
    facts = {"agents": "particles", "system": {"charged": "particles"}.get(name, name), "past": 20, "future": 20}
    return _forecasting(name, facts, lambda part: nbody.simulate(name, *sizes[part], samples=40).batch(20, 20), _everybody)


def _bodies(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import forecasting as data

    clips = load_set(name, root)
    # 25 frames a second; the authors' unit for skeletons is 100 mm
    facts = {"agents": "joints", "joints": len(data.CMU_BODY.used), "past": 10, "future": 25, "scale": 10.0}
    # 80, 160, 320, 400, 560 and 1000 ms
    score = partial(_everybody, horizons=(2, 4, 8, 10, 14, 25))
    return _forecasting(name, facts, lambda part: data.cmu_windows(clips[part]).batch, score)


def _forecasting(name: str, facts: Mapping[str, Any], part: Callable[[str], ForecastBatch], score: Callable[[Any, ForecastBatch], Any]) -> Setup:
    from vitruve.data.forecasting import samples

    kept: list[ForecastBatch] = []

    def validation(method: Any) -> dict[str, float]:
        if not kept:
            kept.append(part("val"))
        scores = score(method, kept[0])
        return {"ade": scores.ade, "fde": scores.fde}

    return Setup(name, facts, lambda m: samples(part("train")), lambda m: score(m, part("test")), validation)


def _chunks(batch: ForecastBatch, size: int = 256) -> list[ForecastBatch]:
    return [batch.select(slice(i, i + size)) for i in range(0, len(batch), size)]


def _everybody(method: Any, batch: ForecastBatch, horizons: Sequence[int] = ()) -> Any:
    return method.evaluate(_chunks(batch), horizons)


def _ego(method: Any, batch: ForecastBatch) -> Any:
    """Only the first person of each scene is scored: the others are the first of scenes of their own."""
    import torch

    from vitruve.tasks.forecasting import displacement_errors

    assert batch.future is not None
    found = torch.cat([method.forecast(b.past, b.valid).positions[:, :1].cpu() for b in _chunks(batch)])
    return displacement_errors(found, batch.future[:, :1], batch.valid[:, :1])


SETS = {
    **{f"eth_ucy:{scene}": _pedestrians for scene in ("eth", "hotel", "univ", "zara1", "zara2")},
    **{name: _particles for name in ("charged", "springs")},
    "cmu_forecasting": _bodies,
    "sdd": _drone,
}
