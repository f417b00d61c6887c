"""Synthetic people with anatomical markers, made on the fly: no download."""

from __future__ import annotations

from pathlib import Path

from vitruve.training.setup import Setup


def _synthetic(name: str, root: str | Path | None) -> Setup:
    from vitruve.data.synthpose import synthetic_pictures

    # our choice: what a laptop makes in some minutes
    counts = {"synthpose": {"train": 4000, "val": 200, "test": 500}, "synthpose_small": {"train": 256, "val": 32, "test": 64}}[name]

    def pictures(method, part):  # type: ignore[no-untyped-def]
        return synthetic_pictures(counts[part], part, size=method.config.input_size)

    def validation(method):  # type: ignore[no-untyped-def]
        return {"error": method.evaluate(pictures(method, "val").batches(method.config.markers)).error}

    return Setup(
        name,
        {"input_size": (96, 128), "backbone": "resnet", "layers": 18, "width": 32, "filters": 64},
        lambda m: pictures(m, "train").split(m.config.markers),
        lambda m: m.evaluate(pictures(m, "test").batches(m.config.markers)),
        validation,
    )


SETS = {"synthpose": _synthetic, "synthpose_small": _synthetic}
