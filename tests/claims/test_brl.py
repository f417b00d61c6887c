"""The experiment of BRL from end to end but for the training, on a handful of made-up clips."""

from __future__ import annotations

from dataclasses import replace

import torch

from vitruve import Poses, skeleton
from vitruve.claims.recognition import brl
from vitruve.nn.stgcnpp import Backbone
from vitruve.tasks.recognition import ActionClip


def test_arms_differ_in_config_only_and_the_rare_classes_are_the_order_s(monkeypatch):
    g = torch.Generator().manual_seed(0)
    # 120 training clips of each class, so that all are thinned
    clips = [ActionClip(Poses(torch.randn(1, 3, 20, 3, generator=g), skeleton("kinect20")), i % 10, 1, 3 if i < 20 else 1) for i in range(1220)]
    monkeypatch.setattr(brl, "load", lambda name, root: clips)
    monkeypatch.setattr(brl, "FULL", replace(brl.FULL, network=Backbone(widths=(6,), strides=(2,)), frames=4))
    configs = {}

    def untrained(slug, arms, split, seeds, options, folder, quick, recipe):
        for arm, make in arms.items():
            model = make()
            configs[arm] = model.config
            assert len(split(model)) == 5 * sum(model.counts) and recipe.stages[0].epochs == 24
            yield arm, 0, model

    monkeypatch.setattr(brl, "trained_arms", untrained)
    result = brl.run(seeds=1, progress=False)
    assert len(result.table) == 1 + 7 and len({len(row) for row in result.table}) == 1
    assert len(result.arms) == 2 * 7 and all(0 <= v[0] <= 100 for v in result.arms.values())
    ours, plain, shuffled = configs["BRL"], configs["cross-entropy"], configs["BRL, classes ranked at random"]
    assert replace(plain, mix=ours.mix, loss=ours.loss) == ours
    assert shuffled.counts != ours.counts and sorted(shuffled.counts) == sorted(ours.counts)
    assert "rarest" in result.conclusion
