"""The SMI attack: its encoders, a step of their contrast, views and preparation of clips, models of motion, and the attack with given clusters."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.adapters.halp import augmented, prepared
from tests.parity.adapters.tasar import aligned
from tests.parity.named import Named
from tests.parity.reading import cut, in_training
from vitruve.core.standards import skeleton
from vitruve.methods.robustness.smi_attack import Config, SMIAttack, _rename, follow
from vitruve.nn import skeletons
from vitruve.nn.agcn import AGCN
from vitruve.nn.bigru import BiGRU, bigru_names, bigru_sizes
from vitruve.nn.ctrgcn import ctrgcn_sizes
from vitruve.nn.gcn import STRIDES
from vitruve.nn.moco import info_nce
from vitruve.tasks.method import load_strictly

JOINTS = {25: "ntu25", 20: "kinect20"}


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if any(k.startswith("encoder.gru.") for k in state):
        return _recurrent(x, state, in_training(spec))
    if any(k.startswith("encoder_q.") for k in state):
        return _contrast(config, x, state, in_training(spec))
    shapes = {k.removeprefix("out/"): v for k, v in spec["shapes"].items() if k.startswith("out/")}
    if "coef1" in x:
        return aligned(x, shapes)
    if "data" in x:
        return dict.fromkeys(shapes, prepared(config, x["data"]))
    if not state:
        return augmented(spec["calls"], x, shapes)
    return _attack(config, x, state) if "centers" in x else _graph(x, state, in_training(spec), shapes)


def _recurrent(x: dict[str, Tensor], state: dict[str, Tensor], train: bool) -> Named:
    model = BiGRU(**bigru_sizes(state)).train(train)
    names = bigru_names(state)
    load_strictly(model, names)
    out = {"hidden": model.features(x["x"]), "out": model(x["x"])}
    return _learnt(out, out["out"], x, model, dict(zip(state, names)))


def _learnt(out: dict[str, object], logits: Tensor, x: dict[str, Tensor], model: nn.Module, names: dict[str, str]) -> Named:
    """With the cross-entropy of given labels and its gradients, by the authors' names of entries."""
    label = x.get("labels", x.get("label"))
    if label is not None:
        out["loss"] = F.cross_entropy(logits, label)
        out["loss"].backward()  # type: ignore[attr-defined]
    ours = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return Named(out, model, {theirs: ours[k] for theirs, k in names.items()})


def _encoder(state: dict[str, Tensor]) -> AGCN:
    sizes = ctrgcn_sizes(state)
    graph = skeletons.spatial_graph(skeletons.kinect_parents(skeleton(JOINTS[sizes["joints"]])))
    widths = sizes["widths"]
    model = AGCN(sizes["num_classes"], graph, sizes["people"], sizes["channels"], widths, STRIDES[: len(widths)]).eval()
    load_strictly(model, state)
    return model


def _graph(x: dict[str, Tensor], state: dict[str, Tensor], train: bool, shapes: dict[str, list[int]]) -> Named:
    model = _encoder(state).train(train)
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.__setitem__(name, out))

    watch("data_bn", model.data_bn)
    for i, block in enumerate(model.blocks, 1):
        for ending, module in (("", block), ("_gcn", block.gcn1), ("_tcn", block.tcn1)):
            watch(f"l{i}{ending}", module)
    with torch.set_grad_enabled(train or "label" in x or "labels" in x):
        features = model.features(x["x"])
        logits = model.fc(features)
    out: dict[str, object] = {"features": features, "logits": logits}
    out |= {name: cut(seen[name], shape) for name, shape in shapes.items() if name in seen}
    return _learnt(out, logits, x, model, {k: k for k in state})


def _contrast(config: dict, x: dict[str, Tensor], state: dict[str, Tensor], train: bool) -> Named:
    model = SMIAttack.from_official(state, momentum=config["m"], temperature=config["T"]).train(train)
    logits = model.contrast_arrays((x["seq_q"], x["graph_q"]), (x["seq_k"], x["graph_k"]))
    loss = sum(info_nce(v) for v in logits.values())
    heads = {"k": model.sequence.slow.head, "l": model.graph.slow.fc}
    last = {f"encoder_{k}_fc_weight": (h[-1] if isinstance(h, nn.Sequential) else h).weight for k, h in heads.items()}
    out = last | {
        "logits_seq": logits["sequence"],
        "logits_graph": logits["graph"],
        "loss": loss.reshape(1),
        "Queue_S1": model.sequence.queue.keys,
        "Queue_S2": model.graph.queue.keys,
        "queue_ptr": model.sequence.queue.pointer,
        "queue_ptr_S1": model.sequence.queue.pointer,
        "queue_ptr_S2": model.graph.queue.pointer,
    }
    loss.backward()
    ours = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    names = {id(v): k for k, v in _rename(state).items()}
    return Named(out, model, {theirs: ours[names[id(v)]] for theirs, v in state.items()})


def _attack(config: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    encoder = _encoder(state)
    people, joints = x["x"].shape[-1], x["x"].shape[-2]
    order = 2 if "AR2" in x else 1 if "AR1" in x else 0
    settings = Config(
        skeleton=JOINTS[joints],
        people=people,
        hidden=8,
        layers=1,
        queue=8,
        dim=encoder.fc.out_features,
        clusters=len(x["centers"]),
        dropped=config["dropped_nearest_centres"],
        epsilon=config["eps"],
        rate=config["step"],
        steps=config["iterations"],
        decay=float(config.get("momentum", 1.0)),
        order=order,
    )
    model = SMIAttack(settings).eval()
    model.graph.encoder = encoder
    with torch.no_grad():
        clean = encoder.features(x["x"])
    zero = torch.zeros_like(x["x"])
    influence = (x.get("AR1", zero), x.get("AR2", zero))
    changed, values = follow(model.escape(F.normalize(clean, dim=-1), x["centers"]), x["x"], influence, settings)
    return {"features": clean, "loss_first_last": np.float32([values[0], values[-1]]), "delta_x1e4": 1e4 * (changed - x["x"])}
