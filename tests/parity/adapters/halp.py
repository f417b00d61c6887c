"""HaLP: the encoder, positives in latent space, steps of momentum contrast with one stream or three, augmentations, and the preparation of clips.

Draws that the golden's authors replaced by constants are written in its `calls`, in words; they are read from there.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vitruve.methods.recognition import halp
from vitruve.methods.recognition.halp import Config, Draws, HaLP
from vitruve.nn import skeletons, views
from vitruve.nn.bigru import BiGRU, bigru_names, bigru_sizes

JOINTS = {25: "ntu25", 20: "kinect20"}
SHORT = {"joint": "j", "motion": "m", "bone": "b"}


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    outputs = {k: v[0] for k, v in spec["outputs"].items()}
    if any(k.startswith("encoder.gru.") for k in state):
        return _encoder(x["x"], state, outputs)
    if any(k.startswith("encoder_q.") for k in state):
        return _contrast(spec["config"], spec["calls"], x, state, outputs)
    if "prototypes" in x:
        return _generator(spec["config"], x)
    if "data" in x:
        return {"out": prepared(spec["config"], x["data"])}
    return augmented(spec["calls"], x, outputs)


def _encoder(x: Tensor, state: dict[str, Tensor], outputs: dict[str, list[int]]) -> dict[str, object]:
    model = BiGRU(**bigru_sizes(state)).eval()
    model.load_state_dict(bigru_names(state))
    with torch.inference_mode():
        out: dict[str, object] = {"feature": model.features(x), "embedding": model(x)}
        if model.norm is not None:
            out["normed"] = model.norm(x.mT).mT[: outputs.get("normed", [len(x)])[0]]
        model.per_frame = False
        out["full_sequence_last"] = model.features(x)
    return out


def _settings(args: dict[str, Any], prototypes: int) -> dict[str, Any]:
    """Config fields of the authors' options of the positives."""
    reach = float(args.get("lambda_pos", 0.8))
    return {
        "prototypes": prototypes,
        "skip": args.get("skip_closest_positives", 1),
        "candidates": args.get("num_closest_to_ignore_positives", 20),
        "positives": args.get("num_positives", 100),
        "reach": None if reach == 1000 else reach,
        "official_quirks": True,
    }


def _generator(args: dict[str, Any], x: dict[str, Tensor]) -> dict[str, object]:
    k, prototypes = x["k"], x["prototypes"]
    settings = {**_settings(args, len(prototypes)), "clustered": max(256, len(prototypes))}
    draws = Draws(x["target"], x.get("u", torch.zeros(x["target"].shape)))
    similarity = k @ prototypes.T
    out: dict[str, object] = {
        "candidates": halp.candidates(similarity, settings["skip"], settings["candidates"]),
        "nearest": similarity.argmax(1),
    }
    for name, reach in {"": settings["reach"], "near_": settings["reach"], "boundary_": None}.items():
        made = halp.hallucinate(k, prototypes, Config(**{**settings, "reach": reach}), draws)
        out |= {f"{name}positive": made.points, f"{name}unnormalised": made.raw, f"{name}kept_mask": made.kept, "target_prototype": made.target}
    return out


def _contrast(config: dict[str, Any], calls: str, x: dict[str, Tensor], state: dict[str, Tensor], outputs: dict[str, list[int]]) -> dict[str, object]:
    args = config.get("args", config)
    several = "encoder_q_motion.encoder.gru.weight_hh_l0" in state
    view = x["im_q"] if "im_q" in x else x["x"]
    chosen: dict[str, Any] = {"frames": view.shape[2], "people": view.shape[4], "skeleton": JOINTS[view.shape[3]]}
    if not several:
        chosen["streams"] = (config.get("modality_to_use", config.get("view", "joint")),)
    if "queue" not in state:
        return _classified(HaLP.from_official(state, **chosen).eval(), view, outputs)
    prototypes = next((len(v) for k, v in state.items() if k.startswith("prototypes")), 20)
    size = state["queue"].shape[1]
    generated = any(k.startswith("target") for k in x)
    settings = {**_settings(args, prototypes), "clustered": min(args.get("queue_els_for_prototypes", 256), size)}
    model = HaLP.from_official(
        state,
        **chosen,
        **settings,
        queue=size,
        momentum=config.get("m", 0.999),
        temperature=config.get("T", 0.07),
        weight=args.get("pn1_weight" if several else "mu", 1.0) if generated else 0.0,
        distillation=config.get("cmd_weight", 1.0),
        neighbours=min(config.get("topk", 1024), size),
        student_temperature=config.get("student_T", 0.1),
        teacher_temperature=config.get("teacher_T", 0.05),
        warmup=0.0,
    )
    if "im_k" not in x:
        return _classified(model.eval(), view, outputs)
    # the prototypes are given
    model.clock[1] = 1
    # the authors' network moves its key encoder and queue in both modes; only its normalisation knows them
    model.train()
    for m in model.modules():
        if isinstance(m, torch.nn.BatchNorm1d):
            m.train("m.eval()" not in calls)
    draws = {}
    for s in model.config.streams if generated else ():
        ending = f"_{SHORT[s]}" if several else ""
        draws[s] = Draws(x[f"target{ending}"], x[f"u{ending}"] if f"u{ending}" in x else torch.zeros(x[f"target{ending}"].shape))
    step = model.contrast(x["im_q"], x["im_k"], draws)
    zero = torch.zeros(1)
    out: dict[str, object] = {
        "loss_pn": step.terms.get("hallucinated", zero),
        "loss_cmd": step.terms.get("distillation", zero),
        "loss_total": sum(step.terms.values()),
    }
    for s in model.config.streams:
        branch = model.branch(s)
        last = branch.slow.head[0] if model.config.mlp else branch.slow.head
        entries: dict[str, Tensor] = {
            "query": step.queries[s],
            "key": step.keys[s],
            "similarity": step.keys[s] @ model.prototypes(s).T,
            "logits": step.logits[s],
            "queue_after": branch.queue.keys,
            "queue_ptr_after": branch.queue.pointer,
            "momentum_fc0": last.weight,
            "momentum_fc": last.weight,
        }
        if s in step.positives:
            entries |= {"positives": step.positives[s].points, "kept_mask": step.positives[s].kept.int()}
        for ending in (f"_{s}", f"_{SHORT[s]}", *([""] if s == model.config.streams[0] else [])):
            out |= {name + ending: value for name, value in entries.items()}
            out |= {f"{name.removesuffix('_after')}{ending}_after": value for name, value in entries.items() if name.endswith("_after")}
    return {name: _cut(torch.as_tensor(out[name]), shape) for name, shape in outputs.items() if name in out}


def _cut(value: Tensor, shape: list[int]) -> Tensor:
    """The first entries, as many as the golden holds; a number in the shape it has there."""
    if value.numel() == 1:
        return value.reshape(shape)
    return value[tuple(slice(n) for n in shape)]


def _classified(model: HaLP, view: Tensor, outputs: dict[str, list[int]]) -> dict[str, object]:
    """What single streams, and all of them together, say of clips; whether features or logits, by their number."""
    parents = skeletons.kinect_parents(model.skeleton)
    out: dict[str, object] = {}
    with torch.inference_mode():
        streams = {s: halp.sequence(view, s, parents) for s in model.config.streams}
        features = {s: model.encoder(s).features(v) for s, v in streams.items()}
        made = [features, {s: model.classifiers[s](f) for s, f in features.items()}, {s: model.encoder(s)(v) for s, v in streams.items()}]
    for name, shape in outputs.items():
        by_stream = next((m for m in made if list(m.values())[0].shape[1] == shape[-1]), None)
        if by_stream is None:
            continue
        asked = [s for s in by_stream if re.search(rf"(^|_){s}(_|$)", name)]
        whole = not asked or "all" in name.split("_")
        out[name] = torch.stack(list(by_stream.values())).mean(0) if whole else by_stream[asked[0]]
    return out


def prepared(config: dict[str, Any], data: Tensor) -> Tensor:
    """Clips as the older generator makes them: repeated to the end, centred frame by frame, spine and shoulders turned to the axes."""
    bottom, top = config.get("zaxis", (0, 1))
    first, second = config.get("xaxis", (8, 4))
    turns = ((bottom, top, (0.0, 0.0, 1.0)), (second, first, (1.0, 0.0, 0.0)))
    return torch.stack([halp.aligned(clip.permute(1, 3, 2, 0), 1, turns).permute(3, 0, 2, 1) for clip in data])


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, f"{pattern!r} not in: {text}"
    return float(found[1])


def augmented(calls: str, x: dict[str, Tensor], outputs: dict[str, list[int]]) -> dict[str, object]:
    clip = x["x"].permute(1, 3, 2, 0)
    valid = int(_number(calls, r"(\d+) valid frames"))
    out: dict[str, Tensor] = {}
    if "joints" in x:
        mask = torch.zeros(clip.shape[2], dtype=torch.bool)
        mask[x["joints"]] = True
        out |= {"corrupt_zero": views.corrupt(clip, mask), "corrupt_matrix": views.corrupt(clip, mask, x["u"][:9].reshape(3, 3))}
    if "u" in x:
        out["pose"] = clip @ skeletons.shear_matrix(x["u"][:6].reshape(3, 2)).T
    size = int(_number(calls, r"temporal_cropresize\([^)]*?(\d+)\)")) if "temporal_cropresize(" in calls else 64
    for name in outputs:
        # the clause of this output, up to the next one's
        clause = re.search(rf"\b{name}: (.*?)(?=; \w+: |\. \w+: |$)", calls)
        if name in out or clause is None:
            continue
        low, *high = (float(v) for v in re.findall(r"[\d.]+", re.search(r"\[([\d., ]+)\]", clause[1])[1]))
        if not high:
            out[name] = views.middle(clip[:valid], size, low)
            continue
        ratio = low + (high[0] - low) * _number(clause[1], r"scale draw ([\d.]*\d)")
        start = _number(clause[1], r"start (\d+)")
        room = valid - skeletons.crop_length(valid, ratio, 64) + 1
        out[name] = views.crop(clip[:valid], size, ratio, (start + 0.5) / room)
    result: dict[str, object] = {}
    for name, value in out.items():
        if name in outputs:
            every = math.ceil(len(value) / outputs[name][1])
            result[name] = value[::every].permute(3, 0, 2, 1)
    return result
