"""The SMI attack: its encoders, a step of their contrast, and the attack itself with given clusters and motion models."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.standards import skeleton
from vitruve.methods.robustness.smi_attack import Config, SMIAttack, follow
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
        return _recurrent(x["x"], state)
    if any(k.startswith("encoder_q.") for k in state):
        return _contrast(config, x, state)
    return _attack(config, x, state) if "centers" in x else _graph(x["x"], state)


def _recurrent(x: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    model = BiGRU(**bigru_sizes(state)).eval()
    load_strictly(model, bigru_names(state))
    with torch.inference_mode():
        return {"hidden": model.features(x), "out": model(x)}


def _encoder(state: dict[str, Tensor]) -> AGCN:
    sizes = ctrgcn_sizes(state)
    graph = skeletons.spatial_graph(skeletons.kinect_parents(skeleton(JOINTS[sizes["joints"]])))
    widths = sizes["widths"]
    model = AGCN(sizes["num_classes"], graph, sizes["people"], sizes["channels"], widths, STRIDES[: len(widths)]).eval()
    load_strictly(model, state)
    return model


def _graph(x: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    model = _encoder(state)
    with torch.inference_mode():
        return {"features": model.features(x), "logits": model(x)}


def _contrast(config: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    model = SMIAttack.from_official(state, momentum=config["m"], temperature=config["T"]).train()
    logits = model.contrast_arrays((x["seq_q"], x["graph_q"]), (x["seq_k"], x["graph_k"]))
    loss = sum(info_nce(v) for v in logits.values())
    head = model.sequence.slow.head
    return {
        "logits_seq": logits["sequence"],
        "logits_graph": logits["graph"],
        "loss": loss.reshape(1),
        "Queue_S1": model.sequence.queue.keys,
        "Queue_S2": model.graph.queue.keys,
        "queue_ptr": model.sequence.queue.pointer,
        "encoder_k_fc_weight": (head[-1] if isinstance(head, torch.nn.Sequential) else head).weight,
    }


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
