"""Labelled action clips, split as their authors split them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vitruve.data import load as load_set
from vitruve.training.setup import Setup

if TYPE_CHECKING:
    from vitruve.tasks.recognition import ActionClip


def _setup(name: str, training: Sequence[ActionClip], test: Sequence[ActionClip], classes: tuple[str, ...], passes: int = 1) -> Setup:
    from vitruve.data import actions, longtail

    poses = training[0].poses
    people = max(len(c.poses.positions) for part in (training, test) for c in part)
    facts = {"skeleton": poses.skeleton, "dims": poses.dims, "num_classes": len(classes), "people": people}
    facts["counts"] = longtail.class_counts(training, len(classes))
    return Setup(name, facts, lambda m: actions.action_split(m, training, passes), lambda m: m.evaluate(test), classes=classes)


def _actions(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import actions, longtail

    divisions: dict[str, Callable[..., actions.Halves]] = {
        "nw_ucla": actions.cross_view,
        "msr_action3d": actions.odd_subjects,
        "utd_mhad": actions.odd_subjects,
        "sbu": partial(actions.fold, test=1),
        "jhmdb": partial(actions.official_split, number=1),
    }
    whole = name.removesuffix("_lt")
    # CTR-GCN and SkateFormer count epochs on NW-UCLA so; BRL on long tails
    passes = {"nw_ucla": 10, "nw_ucla_lt": 5}.get(name, 1)
    clips = load_set(whole, root)
    training, test = divisions[whole](clips)
    if name != whole:
        # the paper's: 100 clips of the first action down to 10 of the last
        training = longtail.long_tail(training, 100, 10)
    return _setup(name, training, test, actions.class_names(clips), passes)


def _divided(name: str, root: str | Path | None) -> Setup:
    """Sets that their authors give to those who ask, in files or lists that divide them."""
    from vitruve.data import actions, find, kinetics, ntu, pku_mmd

    kind, _, protocol = name.partition(":")
    if kind == "kinetics":
        training, test = kinetics.halves(find("kinetics", root))
    elif kind == "pku_mmd":
        training, test = pku_mmd.halves(find("pku_mmd", root), {"xsub": "cross-subject", "xview": "cross-view"}[protocol])
    else:
        training, test = ntu.halves(find("ntu", root), name)
    return _setup(name, training, test, actions.class_names([*training, *test]))


SETS = {name: _actions for name in ("nw_ucla", "nw_ucla_lt", "msr_action3d", "utd_mhad", "sbu", "jhmdb")} | {
    name: _divided for name in ("ntu60:xsub", "ntu60:xview", "ntu120:xsub", "ntu120:xset", "pku_mmd:xsub", "pku_mmd:xview", "kinetics")
}
