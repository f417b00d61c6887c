"""Labelled action clips that recognisers are attacked on. Scores are the share of clips that small recognisers, trained along, misname."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitruve.data import load as load_set
from vitruve.errors import OptionError
from vitruve.training.setup import Setup


def _attacked(name: str, root: str | Path | None) -> Setup:
    import torch

    from vitruve.core.standards import skeleton
    from vitruve.data import actions
    from vitruve.nn.victims import Size, body, victim
    from vitruve.tasks.recognition import RecognitionBatch
    from vitruve.training.victims import VictimTraining, arrays, train_victim

    clips = load_set(name, root)
    halves = {"nw_ucla": actions.cross_view, "msr_action3d": actions.odd_subjects}
    training, test = halves[name](clips)
    classes = actions.class_names(clips)
    joints = clips[0].poses.skeleton.name
    people = max(len(c.poses.positions) for c in clips)

    def scores(method: Any) -> Any:
        c = method.config
        if skeleton(c.skeleton) is not skeleton(joints):
            raise OptionError(f"the attacker's clips have the joints {c.skeleton}, those of {name} have {joints}")
        # small, so that a laptop trains them in minutes; kept beside the runs
        size = Size(16, (1, 1, 1), (1, 1, 1), 128, 5, 0.1)
        learnt = arrays(training, method.skeleton, c.people, c.frames)
        # an attack that knows no recogniser has no surrogate
        victims = {"surrogate": method.surrogate} if hasattr(method, "surrogate") else {}
        # STTFormer reads frames by sixes
        for kind in ("ctrgcn", "sttformer" if c.frames % 6 == 0 else "agcn_joint", "mlp"):
            torch.manual_seed(0)
            net = victim(kind, len(classes), body(method.skeleton), c.people, c.frames, size)
            about = {"data": name, "frames": c.frames, "people": c.people, "size": str(size)}
            victims[kind] = train_victim(net, kind, learnt, body(method.skeleton), Path("runs/victims"), VictimTraining(epochs=30, about=about))
        attacked = arrays(test, method.skeleton, c.people, c.frames)
        batches = [RecognitionBatch(attacked.joints[i : i + 32], torch.zeros(len(attacked.joints[i : i + 32]), c.frames), attacked.label[i : i + 32])
                   for i in range(0, len(attacked), 32)]  # fmt: skip
        return method.evaluate(batches, victims)

    facts = {"skeleton": joints, "num_classes": len(classes), "people": people}
    return Setup(name, facts, lambda m: actions.action_split(m, training), scores, classes=classes)


SETS = {name: _attacked for name in ("nw_ucla", "msr_action3d")}
