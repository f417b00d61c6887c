"""Labelled action clips, split as their authors split them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from vitruve.data import load as load_set
from vitruve.training.setup import Setup


def _actions(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import actions

    divisions: dict[str, Callable[..., actions.Halves]] = {
        "nw_ucla": actions.cross_view,
        "msr_action3d": actions.odd_subjects,
        "utd_mhad": actions.odd_subjects,
        "sbu": partial(actions.fold, test=1),
        "jhmdb": partial(actions.official_split, number=1),
    }
    # CTR-GCN and SkateFormer count epochs on NW-UCLA so
    passes = 10 if name == "nw_ucla" else 1
    clips = load_set(name, root)
    training, test = divisions[name](clips)
    classes = actions.class_names(clips)
    facts = {"skeleton": clips[0].poses.skeleton, "num_classes": len(classes), "people": max(len(c.poses.positions) for c in clips)}
    return Setup(name, facts, lambda m: actions.action_split(m, training, passes), lambda m: m.evaluate(test), classes=classes)


SETS = {name: _actions for name in ("nw_ucla", "msr_action3d", "utd_mhad", "sbu", "jhmdb")}
