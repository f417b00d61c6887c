"""Worn inertial sensors: real recordings with classes, and sensors simulated on described motion capture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitruve.data import find
from vitruve.data import load as load_set
from vitruve.training.setup import Setup


def _labelled(name: str, root: str | Path | None) -> Setup:
    """Classes to be learned from the odd subjects (UCI-HAR: from its training part) and scored on the others."""
    from vitruve.data import imu

    samples = load_set(name, root)
    if name == "uci_har":
        parts = {p: [s for s in samples if s.recording.metadata["part"] == p] for p in ("train", "test")}
        training, test = parts["train"], parts["test"]
    else:
        training, test = imu.odd_subjects(samples)
    classes = imu.class_texts(samples)
    return Setup(name, {"num_classes": len(classes)}, lambda m: imu.imu_split(m, training), lambda m: m.evaluate(test), classes=classes)


def _described(name: str, root: str | Path | None) -> Setup:
    """Texts to be aligned with; scored by naming held-out clips, of which two wrists and a hip are worn, among CMU's classes."""
    from vitruve.core.inertial import SensorNoise
    from vitruve.data import imu

    training, held = imu.cmu_halves(imu.described_cmu(find(name, root).parent))
    noise = SensorNoise()

    def test(method: Any) -> Any:
        samples = imu.simulated(held, noise=noise, seed=1, stddev=0)
        return method.evaluate(imu.only(samples, "left_wrist", "right_wrist", "right_hip"))

    return Setup(name, {}, lambda m: imu.imu_split(m, imu.simulated(training, noise=noise, stddev=0)), test, classes=imu.CMU_CLASSES)


SETS = {**{name: _labelled for name in ("utd_mhad_imu", "sp_sw_har", "uci_har")}, "cmu_imu": _described}
