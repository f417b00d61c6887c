"""What it takes to train and score a method on a data set: a fitting config, training samples, and the task's evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.data import find
from vitruve.data import load as load_set
from vitruve.errors import OptionError

if TYPE_CHECKING:
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses
    from vitruve.core.skeleton import Skeleton
    from vitruve.tasks.forecasting import ForecastBatch
    from vitruve.tasks.method import Method
    from vitruve.training import Split


@dataclass(frozen=True, eq=False)
class Setup:
    """A data set made ready for one method."""

    name: str
    facts: Mapping[str, Any]
    """What a config has to know of the data: skeleton, num_classes, people; past, future, agents."""
    split: Callable[[Any], Split]
    """The training samples, as the method reads them."""
    test: Callable[[Any], Any]
    """The task's scores on held-out data."""
    validation: Callable[[Any], dict[str, float]] | None = None
    """Scores to follow while training, on data that are neither trained nor tested on; None where the set has no such part."""
    classes: tuple[str, ...] = ()

    def build(self, cls: type[Method], changes: Mapping[str, Any] | None = None) -> Method:
        """A method with fresh weights, of the config that fits, with `changes` to its fields."""
        from vitruve.tasks.method import config_from_json, config_to_json

        config = config_for(cls, self.facts)
        made = cls(config_from_json(cls.Config, {**config_to_json(config), **changes}, f"{cls.card.slug} config") if changes else config)
        if self.classes:
            made.classes = self.classes  # type: ignore[assignment]
        return made


def names(task: str | None = None) -> tuple[str, ...]:
    """The sets that methods of a task (or any) can be trained on."""
    return tuple(name for name, (of, _) in _SETS.items() if task in (None, of))


def setup(task: str, name: str, root: str | Path | None = None) -> Setup:
    """A data set made ready for methods of a task.

    Args:
        task: the method's task.
        name: one of :func:`names`.
        root: of the data collection, see `vitruve.data.find_root`.

    Raises:
        OptionError: no such set, a set of another task, or data that are not there.
    """
    if name not in names(task):
        raise OptionError(f"{task} on {name!r}: expected one of {', '.join(names(task)) or 'no set (none is known for this task)'}")
    return _SETS[name][1](name, root)


# -- configs ---------------------------------------------------------------------------------------


def config_for(cls: type[Method], facts: Mapping[str, Any]) -> Any:
    """The authors' config for data like these where they have one, else the default with what the data fix."""
    authors = _AUTHORS.get(cls.card.slug)
    if authors is not None:
        return authors(facts)
    known = {f.name for f in fields(cls.Config)}
    return cls.Config(**{k: v for k, v in facts.items() if k in known})


def _skateformer(facts: Mapping[str, Any]) -> Any:
    from vitruve.core.standards import skeleton
    from vitruve.methods.recognition.skateformer import Config, ucla

    sizes = {k: facts[k] for k in ("num_classes", "people")}
    return Config(**sizes) if maps(facts["skeleton"], skeleton("ntu25")) else ucla(**sizes)


def _eqmotion(facts: Mapping[str, Any]) -> Any:
    from dataclasses import replace

    from vitruve.methods.forecasting.eqmotion import scenario

    kind = {"joints": "h36m_long", "people": "pedestrians"}.get(facts["agents"], facts.get("system", "particles"))
    changes = {"joint_tokens": facts["joints"]} if facts["agents"] == "joints" else {}
    return replace(scenario(kind), past=facts["past"], future=facts["future"], scale=facts.get("scale", 1.0), **changes)


# methods whose authors have other settings for other kinds of data
_AUTHORS: dict[str, Callable[[Mapping[str, Any]], Any]] = {"skateformer": _skateformer, "eqmotion": _eqmotion}


def maps(source: Skeleton, target: Skeleton) -> bool:
    """Whether every joint of `target` can be had from `source`."""
    from vitruve.errors import SkeletonError

    try:
        source.map_to(target).require(*target.joints)
    except SkeletonError:
        return False
    return True


# -- recognition -----------------------------------------------------------------------------------


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


# -- forecasting -----------------------------------------------------------------------------------


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


def benchmark_body(motion: Motion, fps: float = 25.0) -> Poses:
    """A CMU motion as `cmu_forecasting` has it: the joints that are forecast, the root held still.

    Raises SkeletonError where the motion lacks a joint of CMU's 38.
    """
    from vitruve.core.poses import Poses
    from vitruve.data.forecasting import CMU_BODY
    from vitruve.errors import SkeletonError
    from vitruve.io import sample

    # the sample is a CMU recording
    if motion.skeleton.joints != (expected := sample("walk").skeleton.joints):
        raise SkeletonError(f"expected CMU's {len(expected)} joints ({', '.join(expected[:4])}, ...), found {', '.join(motion.skeleton.joints[:4])}, ...")
    held = motion.resample(fps)
    held.rotations[:, 0] = held.rotations.new_tensor([0.0, 0.0, 0.0, 1.0])
    held.translation.zero_()
    used = list(CMU_BODY.used)
    return Poses(held.poses().positions[:, :, used], motion.skeleton.select(used, "cmu25"), fps, name=motion.name)


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


# -- lifting ---------------------------------------------------------------------------------------


def _lifting(name: str, root: str | Path | None) -> Setup:
    from vitruve.data import lifting as data

    folder = find("cmu_lift", root)

    def batches(method: Any, part: str, stride: int) -> Any:
        return data.cmu_lift(folder, part, method.config.skeleton, stride).batches()

    return Setup(
        name,
        {"skeleton": "h36m16"},
        lambda m: data.cmu_lift(folder, "train", m.config.skeleton, 4).split(),
        lambda m: m.evaluate(batches(m, "test", 4)),
        lambda m: {"mpjpe": m.evaluate(batches(m, "val", 16)).mpjpe},
    )


_SETS: dict[str, tuple[str, Callable[[str, str | Path | None], Setup]]] = {
    **{name: ("recognition", _actions) for name in ("nw_ucla", "msr_action3d", "utd_mhad", "sbu", "jhmdb")},
    **{f"eth_ucy:{scene}": ("forecasting", _pedestrians) for scene in ("eth", "hotel", "univ", "zara1", "zara2")},
    **{name: ("forecasting", _particles) for name in ("charged", "springs")},
    "cmu_forecasting": ("forecasting", _bodies),
    "sdd": ("forecasting", _drone),
    "cmu_lift": ("lifting", _lifting),
}
