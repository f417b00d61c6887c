"""BRL: PYSKL's networks, graphs, clips as arrays, mixing, losses of two stages, and its metrics."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tests.parity.named import Named
from tests.parity.reading import cut, in_training
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.data.longtail import long_tail_counts
from vitruve.methods.recognition.brl import (
    BRL,
    class_betas,
    class_weights,
    clip_losses,
    lower_body,
    mix_weight,
    planar,
    released_mix,
    scaled,
    shared_loss,
    stream,
    test_frames,
    turned,
    upright,
)
from vitruve.metrics.classification import average_precision, mean_average_precision
from vitruve.nn.skeletons import even_frames
from vitruve.nn.stgcnpp import layout_graph, read_pyskl
from vitruve.tasks.recognition import RecognitionBatch, recognition_scores

LAYOUTS = {"nturgb+d": "ntu25", "ntu": "ntu25", "nw_ucla": "kinect20", "coco": "coco17", "openpose": "openpose18"}
LOSSES = {
    "aa": "action_aware",
    "cb": "class_balanced",
    "weighted": "weighted",
    "focal": "focal",
    "ldam": "ldam",
    "balanced_softmax": "balanced_softmax",
    "ce": "cross_entropy",
    "kps": "kps",
    "gumbel": "gumbel",
    "kaa": "action_aware",
    "eql": "equalization",
}
CLASSES = {
    "TwostageAA": "aa",
    "KAA": "kaa",
    "TwostageCB": "cb",
    "TwostageWeighted": "weighted",
    "TwostageFocal": "focal",
    "TwostageLDAM": "ldam",
    "TwostageBalancedSoftmax": "balanced_softmax",
    "TwostageEQL": "eql",
    "CrossEntropy": "ce",
    "KPS": "kps",
    "GumbelCE": "gumbel",
}
"""Losses of the authors by the beginnings of their names."""
FIRST_EPOCH = {"aa": 17, "cb": 18, "weighted": 19, "focal": 18, "balanced_softmax": 0, "ldam": 18, "ce": 0, "kps": 15, "gumbel": 19, "kaa": 128, "eql": 18}
REBALANCED = 19
SECOND_STAGE = {"kps": 16, "gumbel": 20, "kaa": 129}
"""Where it does not begin at that epoch."""


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    module, outputs, config = spec["module"], spec["outputs"], spec["config"]
    if isinstance(config.get("split"), dict):
        config = spec["config"] = {**config, **config["split"]}
    if state:
        return _network(spec, x, state)
    if "graph" in module.lower():
        return {name: _graph(name) for name in outputs if name.startswith(tuple(LAYOUTS))}
    if "loss" in module.lower():
        return _losses(config, x, outputs, f"{spec['calls']} {module}")
    if "mix_up" in module:
        return _mix(module, config, x, spec["calls"])
    if "evaluation" in module:
        return _metrics(x["score"], x["label"], outputs)
    if {"angles", "scale"} & set(x):
        return _augment(x, spec["calls"])
    keypoint = x["keypoint"]
    if "keypoint_score" in x:
        keypoint = torch.cat([keypoint, x["keypoint_score"][..., None]], -1)
    return _preprocess(config, keypoint, outputs, f"{module} {spec['calls']}")


# -- networks ------------------------------------------------------------------------------------


def _network(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    config, outputs = spec["config"], spec["outputs"]
    own = config.get("backbone", config)
    layout = own["graph_cfg"]
    known: dict[str, Any] = {"graph": layout.get("mode", "spatial"), "hops": layout.get("max_hop", 1)}
    if "sgcn1.0.A" not in {k.removeprefix("backbone.") for k in state}:
        down, count = own.get("down_stages", [5, 8]), own.get("num_stages", 10)
        strides = [1 + (i in down) for i in range(2, count + 1)]
        known["strides"] = tuple(strides if own.get("in_channels", 3) == own.get("base_channels", 64) else [1, *strides])
    if own.get("gcn_adaptive") == "offset":
        known["adaptive"] = "offset"
    if not any(k.startswith("backbone.") for k in state):
        # a network by itself: given an answer of one class
        width = max(v.shape[0] for k, v in state.items() if k.endswith(("gcn.bn.weight", "gcn1.bn.weight", "branches.5.1.weight")))
        width = width if "sgcn1.0.A" not in state else sum(state[f"tcn3.branches.{i}.1.weight"].shape[0] for i in range(6))
        state = {**{f"backbone.{k}": v for k, v in state.items()}, "cls_head.fc_cls.weight": torch.zeros(1, width), "cls_head.fc_cls.bias": torch.zeros(1)}
    trained: dict[str, Any] = {"mix": "none"}
    if "split" in config:
        words = f"{spec['module']} {spec['calls']} {config.get('cls_head', '')}"
        kind = (re.search(r"(?:Mix(?:ed)?|GCN(?:Twostage|twostage)?)(AA|CB|KAA|Weighted|Focal|LDAM|BS|EQL|Gumbel|KPS)Head", words) or [0, "AA"])[1].lower()
        trained |= {
            "loss": LOSSES[{"bs": "balanced_softmax"}.get(kind, kind)],
            "counts": _counts({"num_classes": len(state["cls_head.fc_cls.bias"]), **config}),
        }
        if "chosen" in x:
            trained |= {"mix": "plain" if re.search(r"base_?mix", words, re.IGNORECASE) else "rebalanced", "mix_margin": config.get("im_k", 3)}
            trained["mix_alpha"] = config.get("alpha", 0.64)
    model = BRL.from_official(state, known, skeleton=LAYOUTS[layout.get("layout", "coco")], **trained)
    network = model.network
    seen: dict[str, Tensor] = {}

    def watch(names: tuple[str, ...], module: nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.update(dict.fromkeys(names, out)))

    watch(("data_bn",), network.data_bn)
    for i, block in enumerate(network.blocks):
        names = (f"gcn{i}", f"block{i}", f"net{i}", f"layer{i}")
        watch(names, block)
        for part in ("gcn1", "tcn1"):
            if hasattr(block, part):
                watch(tuple(f"{n}_{p}" for n in names for p in (part, part[:-1])), getattr(block, part))
        for k, conv in enumerate(getattr(getattr(block, "gcn1", None), "convs", [])):
            watch(tuple(f"{n}_ctrgc{k}" for n in names), conv)
        for part in ("sgcn", "gcn3d", "tcn"):
            if hasattr(block, part):
                watch((f"{part}{i + 1}",), getattr(block, part))
    keypoint = x["keypoint"][:, 0] if x["keypoint"].ndim == 6 else x["keypoint"]
    joints = keypoint.permute(0, 4, 2, 3, 1)
    if "chosen" in x:
        draws = iter(x["partner"].tolist())
        mixed = model.mixed(joints, x["label"].flatten(), x["chosen"], lambda left: next(draws))
        joints = mixed[0]
        model.mixed = lambda *_: mixed  # type: ignore[method-assign]
    network.train(in_training(spec))
    with torch.set_grad_enabled("label" in x):
        maps = network.maps(joints)
        score = network.fc(maps.mean((1, 3, 4)))
    out: dict[str, object] = {"score": score}
    if "label" in x:
        # of cross-entropy where the epoch is not said; a loss object that is called once has its betas as they are meant
        told = re.search(r"\bepoch (\d+)", spec["calls"])
        model.epoch = min(int(told[1]), REBALANCED) if told and trained else 0
        network.maps = lambda _: maps  # type: ignore[method-assign]
        batch = RecognitionBatch(joints, torch.zeros(len(joints), joints.shape[2]), x["label"].flatten())
        out["loss"] = out["loss_cls"] = model.losses(batch)["classification"]
        out["loss"].backward()  # type: ignore[attr-defined]
        share, other = (float(mixed[2][-1]), mixed[1]) if "chosen" in x else (1.0, x["label"].flatten())
        for k, name in (("top1", "top1_acc"), ("top5", "top5_acc")):
            a, b = (getattr(recognition_scores(score.detach(), of), k) for of in (x["label"].flatten(), other))
            out[name] = torch.tensor(share * a + (1 - share) * b)
    for name, (shape, _) in outputs.items():
        if name == "feature":
            out[name] = cut(maps if len(shape) == 5 else maps.mean((3, 4)) if len(shape) == 3 else maps.mean((1, 3, 4)), shape, 2)
        elif name in seen:
            # of normalised coordinates the channels are all there, of the first rows
            out[name] = cut(seen[name], shape, 2 if name == "data_bn" else 1, spec["calls"])
    return _by_their_names(out, network, state)


def _by_their_names(out: dict[str, object], network: nn.Module, state: dict[str, Tensor]) -> Named:
    """With gradients and statistics by the authors' keys; what turns their entries into ours turns our gradients into theirs."""
    own = dict(zip((k for k in state if k.removeprefix("backbone.") != "A"), read_pyskl(state)))
    ours = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    found = Named(out, network, {theirs: ours[k] for theirs, k in own.items()})
    found.gradients = dict(zip(found.gradients, read_pyskl(found.gradients).values()))
    return found


def _graph(name: str) -> Tensor:
    layout = next(k for k in sorted(LAYOUTS, key=len, reverse=True) if name.startswith(k))
    mode, _, hops = name[len(layout) + 1 :].partition("_hop")
    return layout_graph(skeleton(LAYOUTS[layout]), mode, int(hops or 1))


# -- training ------------------------------------------------------------------------------------


def _counts(config: dict) -> tuple[int, ...]:
    largest, imbalance = {"xset_train": (400, 100), "train": (100, 10)}.get(config["split"], (600, 100))
    return long_tail_counts(config["num_classes"], largest, imbalance)


def _losses(config: dict, x: dict[str, Tensor], outputs: dict, calls: str) -> dict[str, object]:
    counts = tuple(x["counts"].tolist()) if "counts" in x else _counts(config)
    score, label = x["score"].requires_grad_(), x["label"].flatten()
    seeded = re.search(r"manual_seed\((\d+)\)|\bseed (\d+)", calls)
    if seeded:
        torch.manual_seed(int(seeded[1] or seeded[2]))
    given = next((v for k, v in x.items() if k != "score" and v.is_floating_point() and v.shape[-2:] == score.shape), None)
    named = [kind for name, kind in CLASSES.items() if re.search(rf"\b{name}", calls)]

    def weights(kind: str, epoch: int, first: int = 19) -> Tensor:
        """Of a loss object that was called from epoch `first` on: the release's action-aware one flips its betas whenever it weighs,
        and its plain one, once it has made ones, keeps them."""
        second = SECOND_STAGE.get(kind, REBALANCED)
        if epoch < second or (kind == "weighted" and first < second):
            return torch.ones(len(counts))
        return class_weights(LOSSES[kind], counts, flipped=(epoch - max(first, second)) % 2 == 1 and LOSSES[kind] == "action_aware")

    def pair(kind: str, epoch: int, of: Tensor, first: int = 19, draws: Tensor | None = None) -> tuple[Tensor, Tensor]:
        second = epoch >= SECOND_STAGE.get(kind, REBALANCED) or kind == "balanced_softmax" or (kind == "focal" and one_stage)
        return clip_losses(LOSSES[kind], score, of, counts, second, draws), weights(kind, epoch, first)[of]

    # the focal loss without stages
    one_stage = re.search(r"\bFocalLoss", calls) is not None and "TwostageFocal" not in calls
    named += ["focal"] if one_stage else []
    out: dict[str, object] = {"class_counts": torch.tensor(counts), "class_betas": class_betas(torch.tensor(counts, dtype=torch.float64))}
    for name, (shape, _) in outputs.items():
        found = re.fullmatch(r"(?:(\w+?)_)??(weight|loss|grad)(?:_score)?(?:_fresh(\d+))?", name)
        kind = found and (found[1] or (named[0] if len(named) == 1 else None))
        if not found or kind not in LOSSES:
            continue
        told = re.search(rf"\b{kind}_(?:\*|loss|weight)[^;]*?(?:epochs?|at) (\d+)", calls) or re.search(r"\bepochs? (\d+)", "" if found[1] else calls)
        first = int(found[3] or (told[1] if told else FIRST_EPOCH[kind]))
        alone = len(shape) == {"weight": 1, "loss": 0, "grad": 2}[found[2]]
        epochs = range(first, first + (1 if alone else shape[0]))
        one = torch.ones(len(label))
        if found[2] == "weight":
            rows = [weights(kind, e, first) for e in epochs]
        else:
            draws = [given[i] if given is not None and given.ndim == 3 else given for i in range(len(epochs))]
            rows = []
            for e, u in zip(epochs, draws):
                both = pair(kind, e, label, first, u)
                rows.append(shared_loss(one, both, both))
            rows = [torch.autograd.grad(r, score)[0] for r in rows] if found[2] == "grad" else rows
        out[name] = rows[0] if alone else torch.stack(rows)
    if "label_b" in x:
        alpha, other = config.get("alpha", 0.64), x["label_b"]
        kind = (re.search(r"Mix(AA|CB|KAA|Weighted|Focal|LDAM|BS|EQL)Head", calls) or [0, "AA"])[1].lower()
        kind = {"bs": "balanced_softmax"}.get(kind, kind)
        told = re.search(r"Mix\w*Head[^;]*?epoch (\d+)", calls)
        at = int(told[1]) if told else SECOND_STAGE.get(kind, REBALANCED)
        other = other.flatten()
        out["mix_loss"] = shared_loss(torch.tensor([alpha]), pair(kind, at, label, at), pair(kind, at, other, at), official_quirks=True)
        for k in ("top1", "top5"):
            a, b = (getattr(recognition_scores(score.detach(), of), k) for of in (label, other))
            out[f"mix_{k}"] = torch.tensor(alpha * a + (1 - alpha) * b)
    return out


def _mix(module: str, config: dict, x: dict[str, Tensor], calls: str) -> dict[str, object]:
    body = lower_body(skeleton("kinect20" if config["split"] == "train" else "ntu25"))
    size = len(x["keypoint"])
    if "chosen" in x:
        draws = iter(x["partner"].tolist())
        chosen, draw = x["chosen"].tolist(), lambda left: next(draws)
    else:
        dice = random.Random(int(config.get("seed", (re.search(r"\bseed\D{0,3}(\d+)", calls) or [0, 0])[1])))
        chosen, draw = dice.sample(range(size), int(config["ratio"] * size)), dice.choice
    mixed, pairs = released_mix(x["keypoint"].permute(0, 4, 2, 3, 1), chosen, draw, body)
    label = x["label"]
    other = label.clone()
    for i, j in pairs:
        other[i] = label[j]
    alpha: object = torch.tensor(0.0)
    if "base_mix_up" in module:
        alpha = torch.tensor(config["alpha"])
    elif pairs:
        last = pairs[-1][0]
        alpha = mix_weight(label[last], other[last], torch.tensor(_counts(config)), config["alpha"], config["im_k"])[0]
    return {"mixed": mixed.permute(0, 4, 2, 3, 1), "label_a": label, "label_b": other, "alpha": alpha}


def _metrics(score: Tensor, label: Tensor, outputs: dict) -> dict[str, object]:
    if label.shape == score.shape:
        whole = mean_average_precision(score, label.bool())
        return {name: average_precision(score, label.bool()) if shape else whole for name, (shape, _) in outputs.items()}
    scores = recognition_scores(score, label)
    confusion = torch.tensor(scores.confusion)
    # theirs is over classes that occur, in the truth or in the answers
    there = (confusion.sum(0) + confusion.sum(1)) > 0
    per_class = torch.tensor(scores.per_class, dtype=torch.float64)[there]
    confusion = confusion[there][:, there]
    share = confusion.double()
    return {
        "topk": torch.tensor([scores.top1, scores.top5]),
        "mean_class": per_class.mean(),
        "per_class": per_class,
        "confusion": confusion,
        "confusion_true": (share / share.sum(1, keepdim=True)).nan_to_num(),
        "confusion_pred": (share / share.sum(0)).nan_to_num(),
        "confusion_all": share / share.sum(),
    }


# -- clips ---------------------------------------------------------------------------------------


def _augment(x: dict[str, Tensor], calls: str) -> dict[str, object]:
    points = x["keypoint"]
    body = skeleton("ntu25" if points.shape[2] == 25 else "kinect20")
    out: dict[str, object] = {"flip": points[:, :, list(body.swap)]}
    if "angles" in x:
        out["rot"] = turned(points, x["angles"])
    if "scale" in x:
        out["scaled"] = scaled(points, x["scale"], float((re.search(r"RandomScale\((?:scale=)?([\d.]*\d)", calls) or [0, 0.1])[1]))
    return out


def _preprocess(config: dict, keypoint: Tensor, outputs: dict, calls: str) -> dict[str, object]:
    body = skeleton(LAYOUTS[config["dataset"]])
    # plane keypoints without a confidence are subtracted as those in space are
    flat = body.name in ("coco17", "openpose18") and keypoint.shape[-1] == 3
    out: dict[str, object] = {}

    def made(points: Tensor) -> Tensor:
        x = points.transpose(0, 1)
        if "PreNormalize2D" in calls:
            height, width = config.get("img_shape", (1080, 1920))
            score = points[..., 2] if flat else torch.ones(points.shape[:-1])
            x = planar(Poses(points[..., :2], body, confidence=score, image_size=(width, height)), len(points))[..., : points.shape[-1]]
            out.setdefault("normalised", x.transpose(0, 1))
        if body.name == "ntu25":
            x, centre = upright(x, body, turn=config.get("align_spine", True))
            out.setdefault("normalised", x.transpose(0, 1))
            out.setdefault("body_center", centre)
        return x

    def clips(x: Tensor, name: str) -> None:
        people, window = 2, outputs[f"{name}_input"][0][2] if f"{name}_input" in outputs else None
        if body.name == "kinect20":
            out[f"{name}_indices"] = even_frames(len(x), outputs[f"{name}_indices"][0][0])
            return
        total = outputs[f"{name}_indices"][0][0]
        number = int((re.search(r"num_clips (\d+)", calls) or [0, 10])[1])
        frames = test_frames(len(x), window or total // number, number)
        out[f"{name}_indices"] = frames.flatten()
        shown = x[frames[0]].transpose(0, 1)
        out[f"{name}_input"] = torch.nn.functional.pad(shown, (0, 0, 0, 0, 0, 0, 0, people - len(shown)))[None]

    x = made(keypoint)
    if "test_indices" in outputs:
        clips(x, "test")
    if "test_short_indices" in outputs:
        first = int((re.search(r"first (\d+) frames", calls) or [0, 10])[1])
        clips(made(keypoint[:, :first]), "test_short")
    for name, (shape, _) in outputs.items():
        if name.startswith("feature_"):
            whole = stream(x, name.removeprefix("feature_"), body, flat, official_quirks=True).transpose(0, 1)
            out[name] = whole[:, :: -(-whole.shape[1] // shape[1])]
    return out
