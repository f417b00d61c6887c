"""CHASE: the shift, alone and before each backbone, its losses and their gradient, backbones alone, graphs, augmentation."""

from __future__ import annotations

import re
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from tests.parity.named import Named
from tests.parity.reading import cut, in_training, ntu_feeder
from vitruve.methods.recognition.chase import (
    _JOINT_SETS,
    CHASE,
    SHIFT,
    Config,
    ConvexHullShift,
    Found,
    _renamed,
    extremes,
    loss_terms,
    mutual,
    shift_vector,
    turn_matrix,
)
from vitruve.nn import hdgcn, istanet
from vitruve.nn.discrepancy import gaussian_kernels, linear_mmd, mmd
from vitruve.nn.entities import by_side, hierarchy, joint_set, vectors

SETS = {"ntu": "ntu25", "vol": "coco17", "cad": "coco17", "h2o": "hand21_left", "asb": "assembly21", "ucla": "kinect20"}


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if not state:
        if not x:
            return _graphs(spec)
        if "p_interval" in config:
            move = shift_vector(x["draw"].tolist(), config.get("norm", SHIFT)) if "draw" in x else None
            return dict.fromkeys(spec["outputs"], ntu_feeder(x, config, move))
        if "image_size" in config:
            return _group(spec, x)
        if "window_partition" in spec["module"]:
            return dict.fromkeys(spec["outputs"], istanet.partition(x["x"], tuple(config["window_size"])))
        return _augment(config, x) if "x" in x else _losses(spec, x)
    if all(k.startswith("shift.") for k in state):
        return _shift(spec, x["x"], state)
    return _network(spec, x, state)


def _words(spec: dict) -> str:
    return f"{spec['calls']} {spec.get('notes', '')}"


def _pair(spec: dict, people: int) -> tuple[int, int]:
    """The two entities that the golden's permutation begins with, in order."""
    found = re.search(r"entit(?:y|ies) (\d+) and (\d+)", _words(spec)) or re.search(r"\[(\d+), ?(\d+)[\],]", spec.get("notes", ""))
    first, second = (int(found[1]), int(found[2])) if found and people > 2 else (0, 1)
    return min(first, second), max(first, second)


# -- the shift -----------------------------------------------------------------------------------


def _shift(spec: dict, x: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    config = config.get("wrapper", config)
    hidden, bottleneck = len(state["shift.0.weight"]), len(state["shift.2.weight"])
    shift = ConvexHullShift(x.shape[1], *x.shape[2:], tuple(config.get("pooling_seg", (1, 1, 1))), hidden, bottleneck)
    shift.load_state_dict({k.removeprefix("shift."): v for k, v in state.items()})
    moved = shift(x)
    pair = extremes(moved, _pair(spec, x.shape[-1]))
    found = mmd(*pair.flatten(1, 2))
    found.backward(retain_graph=True)
    out = {"shifted": moved, "x1": pair[0], "x2": pair[1], "coefficients": shift.coefficients(x), "mmd": found, "origins": shift.origins(x)}
    out |= {"origin": shift.origins(x).flatten(2).squeeze(2), "shifted_frame0": moved[:, :, 0]}
    gradients = {"grad_first": shift[0].weight.grad, "grad_bias": shift[0].bias.grad, "grad_middle": shift[2].weight.grad, "grad_last": shift[4].weight.grad}
    for name, gradient in gradients.items():
        if name in spec["outputs"]:
            whole = gradient.flatten(1)
            out[name] = gradient if gradient.ndim == 1 else whole[:: len(whole) // spec["outputs"][name][0][0]]
    return out


# -- networks ------------------------------------------------------------------------------------


def _skeleton(config: dict) -> str | None:
    graph = str(config.get("graph", "")).split(".graph.")[-1]
    joints = config.get("num_point", config.get("num_joints"))
    return next((name for prefix, name in SETS.items() if graph.startswith(prefix) and len(joint_set(name)) == joints), None)


def _network(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    config = spec["config"]
    wrapper, backbone = config.get("wrapper", {}), config.get("backbone", config)
    options: dict[str, object] = {}
    if "pooling_seg" in wrapper:
        options["segments"] = tuple(wrapper["pooling_seg"])
    name = _skeleton(backbone)
    if name:
        options["skeleton"] = name
    if "len_parts" in backbone:
        options |= {"tuple_frames": backbone["len_parts"], "people": backbone["num_persons"], "frames": backbone["num_frames"]}
    elif "window_size" in backbone:
        joints = backbone["num_joints"]
        sets = ([name] if name else []) + list(_JOINT_SETS.values())
        options |= {"window": tuple(backbone["window_size"]), "people": backbone["num_persons"], "frames": backbone["num_frames"]}
        options |= {
            "skeleton": next(s for s in sets if len(joint_set(s)) == joints),
            "dropout": backbone.get("dropout", 0),
            "attention_dropout": backbone.get("att_drop", 0),
        }
    elif "config" in backbone:
        options |= {"blocks": tuple((c, s) for _, c, s in backbone["config"]), "hops": backbone.get("k", 1), "noise": backbone.get("noise_ratio", 0.1)}
    if "hierarchy" in str(backbone.get("graph")):
        options["centre"] = joint_set(name or "ntu25").joints[backbone.get("graph_args", {}).get("CoM", 21) - 1]
    model = CHASE.from_official(state, **options)
    train = in_training(spec)
    seen = _watched(model.train(train))
    clip = x["x"]
    with nullcontext() if train else torch.inference_mode():
        found = model.find(clip)
    out: dict[str, object] = {
        "logits": found.logits,
        "group_logits": found.logits,
        "person_logits": found.person_logits,
        "z": found.code,
        "shifted": found.shifted,
    }
    out |= {"shifted_frame0": found.shifted[:, :, 0], "origin": (clip - found.shifted)[:, :, 0, 0, 0], "A_vector": getattr(model.backbone, "vectors", None)}
    if clip.shape[-1] > 1:
        pair = extremes(found.shifted, _pair(spec, clip.shape[-1]))
        out |= {"x1": pair[0], "x2": pair[1], "mmd": mmd(*pair.flatten(1, 2))}
        if "label" in x and (found.code is None or "z_prior" in x):
            smoothing = _number(r"smoothing:? ?(\d*\.?\d+)", spec, 0.0)
            weighted = Config(mmd_weight=_number(r"weights \[[^\]]*, ?(\d*\.?\d+)\]", spec, 0.1), label_smoothing=smoothing)
            out["loss"] = sum(loss_terms(weighted, found, x["label"], pair, x.get("label_person"), x.get("z_prior")).values())
    shapes = {k: v[0] for k, v in spec["outputs"].items()}
    out |= {k: cut(seen[k], shape, words=spec["calls"]) for k, shape in shapes.items() if k in seen}
    if train and isinstance(out.get("loss"), Tensor):
        out["loss"].backward()
        inner = {k.removeprefix("backbone."): v for k, v in state.items() if not k.startswith("shift.")}
        gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
        for name, shape in shapes.items():
            key = name.removeprefix("grad_backbone.").removeprefix("grad_")
            if name.startswith("grad_") and key in inner:
                # levels of HD-GCN are named by how many there are
                ours = [k for k in _renamed({k: v for k, v in inner.items() if k == key or k.endswith(".PA")}) if key.endswith(".PA") or not k.endswith(".PA")]
                key = next(k for k in ours if not key.endswith(".PA") or k.endswith(key))
            if key in gradients:
                out[name] = cut(gradients[key], shape, 0, spec["calls"])
    return Named({k: v for k, v in out.items() if v is not None}, model)


def _watched(model: CHASE) -> dict[str, Tensor]:
    """Fills with what modules give, under the goldens' names, as the model runs."""
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.__setitem__(name, out))

    net = model.backbone
    blocks = net.blocks
    if model.config.backbone in ("ctrgcn", "hdgcn"):
        for i, block in enumerate(blocks, 1):
            for name, module in ((f"l{i}", block), (f"l{i}_gcn", block.gcn1), (f"l{i}_tcn", block.tcn1)):
                watch(name, module)
            for k, conv in enumerate(getattr(block.gcn1, "convs", ())):
                watch(f"l{i}_ctrgc{k}", conv)
            for k, level in enumerate(getattr(block.gcn1, "conv", ())):
                watch(f"l{i}_edgeconv{k}", level[-1])
            if getattr(block.gcn1, "aha", None) is not None:
                watch(f"l{i}_aha", block.gcn1.aha)
        return seen
    blocks[0].register_forward_pre_hook(lambda m, a: seen.__setitem__("embedded", a[0]))
    for i, block in enumerate(blocks):
        watch(f"block{i}", block)
        if model.config.backbone == "infogcn":
            watch(f"block{i}_agcn", block.agcn)
            block.tcn.register_forward_hook(lambda m, a, out, i=i: seen.__setitem__(f"block{i}_tcn", F.relu(out)))
    if model.config.backbone == "infogcn":
        watch("fc", net.fc)
        watch("mu", net.fc_mu)
        # only training asks for it
        net.fc.register_forward_hook(lambda m, a, out: seen.__setitem__("logvar", net.fc_logvar(F.relu(out))))
    return seen


def _graphs(spec: dict) -> dict[str, object]:
    name = next((s for prefix, s in SETS.items() if f"graph.{prefix}" in spec["module"]), "ntu25")
    joints = joint_set(name).joints
    out: dict[str, object] = {}
    for key in spec["outputs"]:
        if com := re.search(r"com_?(\d+)$", key):
            of = next((s for prefix, s in SETS.items() if key.startswith(prefix)), name)
            out[key] = hdgcn.hierarchy_graph(hierarchy(joint_set(of), joint_set(of).joints[int(com[1]) - 1]), len(joint_set(of)))
        elif k := re.search(r"(?:vector|k)_?(\d*)$", key):
            out[key] = vectors(joint_set(name), int(k[1] or 1), official_quirks=True)
        elif key == "A":
            out[key] = hdgcn.hierarchy_graph(hierarchy(joint_set(name), joints[spec["config"].get("CoM", 21) - 1]), len(joints))
    return out


# -- losses and augmentation ---------------------------------------------------------------------


def _number(pattern: str, spec: dict, default: float) -> float:
    found = re.search(pattern, _words(spec), re.IGNORECASE)
    return float(found[1]) if found else default


def _losses(spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    # or rows by themselves
    pair = torch.stack([x["x1"], x["x2"]] if "x1" in x else [x["source"], x["target"]])
    source = pair[0].clone().requires_grad_()
    rows = (source.flatten(0, 1), pair[1].flatten(0, 1)) if source.ndim == 3 else (source, pair[1])
    settings = spec["config"]
    widths = settings.get("kernel_num", 5), settings.get("kernel_mul", 2.0)
    linear = settings.get("kernel_type") == "linear"
    found = linear_mmd(*rows) if linear else mmd(*rows, *widths)
    (gradient,) = torch.autograd.grad(found, source)
    out: dict[str, object] = {
        "mmd": found,
        **dict.fromkeys(("mmd_grad_source", "grad_source"), gradient),
        "mmd_fixed_bandwidth_terms": gaussian_kernels(torch.cat(rows), *widths),
    }
    if "logits" not in x:
        return out

    heat = settings.get("temperature", 1.0)
    weights = settings.get("weights", ())

    def total(name: str) -> Tensor:
        """The loss of a name made of its parts: (ls)ce or infogcn, mbmmd, group."""
        parts = name.split("_")
        pattern = r"LSCE\((\d*\.?\d+)\)" if "infogcn" in parts else r"(?:label )?smoothing:? ?(\d*\.?\d+)"
        smoothing = 0.0 if "ce" in parts else settings.get("smoothing", _number(pattern, spec, 0.1))
        code = x["z"] if "infogcn" in parts else None
        people = x["person_logits"] / heat if "person_logits" in x and "group" in parts else None
        changes = {"mmd_weight": weights[-1]} if "mbmmd" in parts and weights else {}
        if code is not None and weights:
            changes["code_weights"] = tuple(weights[1:3])
        # no loss looks at what the backbone saw
        seen = pair[0][..., None, None].expand(-1, -1, -1, 1, 1 if people is None else people.shape[1])
        answer = Found(seen, x["logits"] / heat, people, code)
        terms = loss_terms(
            Config(label_smoothing=smoothing, **changes), answer, x["label"], pair if "mbmmd" in parts else None, x.get("label_person"), x.get("z_prior")
        )
        return sum(terms.values())

    return out | {name: total(name) for name in spec["outputs"] if {"ce", "lsce", "infogcn"} & set(name.split("_"))}


def _group(spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    """Clips of groups, clipped to the picture; sides only where there are two (Volleyball)."""
    most = torch.tensor(spec["config"]["image_size"]).view(2, 1, 1) - 1
    clip, ball = x["x"].clamp(min=0).minimum(most[..., None]), x.get("ball")
    if "Collective" in spec["module"]:
        return {"data": clip, "person_labels": x.get("person_label")}
    if ball is not None:
        ball = ball.T.clamp(min=0).minimum(most[..., 0])
    data, labels = by_side(clip, ball, x.get("person_label"))
    return {"data": data, "person_labels": labels}


def _augment(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    clip, out = x["x"], {}
    if "rot" in x:
        out["rotated"] = torch.einsum("ij,jtvm->itvm", turn_matrix(x["rot"].tolist()), clip)
    if "draw" in x:
        vector = shift_vector(x["draw"].tolist(), config.get("norm", SHIFT))
        out |= {"shift_vector": vector, "shifted": clip + vector[:, None, None, None]}
    if "label" in x:
        out["kept"], out["mutual_label"] = mutual(x["label"])
    return out
