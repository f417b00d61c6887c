"""SemGCN, the body that HopFIR's hop attention is put into: its layers and its network. HopFIR's own code is not public."""

from __future__ import annotations

import re

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.named import Named
from vitruve.core.skeleton import Skeleton
from vitruve.metrics import pose
from vitruve.nn.graph import GraphConv, GraphNonLocal, GroupedNonLocal, ResGraphConv, SemCHGraphConv, SemGCN, SemGraphConv, adjacency
from vitruve.nn.linear_lifter import LinearNet


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config = spec["config"]
    if "linear_stages.0.w1.weight" in state:
        return _linear(spec, x, state)
    neighbours = x["adj"] > 0 if "adj" in x else _neighbours(config["parents"])
    if any(k.startswith("gconv_input.") for k in state):
        return _network(spec, x, neighbours, state)
    out: dict[str, object] = {"adj": neighbours / neighbours.sum(1, keepdim=True)}
    if state:
        out |= _layers(config, x, neighbours, state)
    return out | (_errors(x["pred"], x["gt"]) if {"pred", "gt"} <= x.keys() else {})


def _neighbours(parents: list[int]) -> Tensor:
    return adjacency(Skeleton("golden", tuple(f"joint{j}" for j in range(len(parents))), tuple(parents)))


def _errors(p: Tensor, g: Tensor) -> dict[str, Tensor]:
    return {"mpjpe": pose.mpjpe(p, g), "p_mpjpe": pose.p_mpjpe(p, g), "mse": F.mse_loss(p, g)}


def _trained(model: nn.Module, spec: dict, x: Tensor, target: Tensor) -> Named:
    """One step's forward and backward pass, in training mode (dropout must be 0) unless the golden's notes say otherwise."""
    y = model.train("eval mode" not in spec.get("notes", ""))(x)
    loss = F.mse_loss(y, target)
    loss.backward()
    return Named({"y": y, "pred": y, "loss": loss}, model)


def _linear(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    model = LinearNet(config["input_size"], config["output_size"], config.get("linear_size", 1024), config.get("num_stage", 2), config.get("p_dropout", 0.5))
    model.load_state_dict(state)
    return _trained(model, spec, x["x"], x["target"]) if "target" in x else {"y": model.eval()(x["x"])}


def _network(spec: dict, x: dict[str, Tensor], neighbours: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    c_in, c_out = config.get("coords_dim", (2, 3))
    dropout = config.get("p_dropout") or 0.0
    model = SemGCN(neighbours, config["hid_dim"], config.get("num_layers", 4), config.get("nodes_group"), dropout, c_in, c_out)
    model.load_state_dict(state)
    if "target" in x:
        return _trained(model, spec, x["x"], x["target"])
    first = model.eval().gconv_input[0]
    with torch.no_grad():
        h = after_input = model.gconv_input(x["x"])
        # a layer is a pair of convolutions, with the non-local block behind it a module of its own
        layers = {f"after_layer{i}": (h := layer(h)) for i, layer in enumerate(model.gconv_layers)}
        return {"y": model(x["x"]), "in_gconv": first.gconv(x["x"]), "in_block": first(x["x"]), "after_input": after_input, **layers}


def _layer(description: str, groups: list[list[int]], neighbours: Tensor, state: dict[str, Tensor]) -> nn.Module:
    """The layer that these state entries are of."""
    if "gconv.W" in state:
        c_in, c_out = state["gconv.W"].shape[1:]
        return GraphConv(SemGraphConv(c_in, c_out, neighbours), c_out)
    if "gconv1.gconv.W" in state:
        c_in, c_mid = state["gconv1.gconv.W"].shape[1:]
        pair = SemGraphConv(c_in, c_mid, neighbours), SemGraphConv(c_mid, c_in, neighbours)
        return ResGraphConv(pair, c_mid)
    if "W" in state:
        kind = SemCHGraphConv if len(state["e"]) > 1 else SemGraphConv
        return kind(*state["W"].shape[1:], neighbours, bias="bias" in state)
    if any(k.startswith("nonlocal.") for k in state):
        return GroupedNonLocal(state["nonlocal.theta.weight"].shape[1], groups)
    inner, channels = state["theta.weight"].shape[:2]
    # pooled convolutions are sequences: their first entry has an index
    pool = re.search(r"sub_sample=(\d+)", description)
    return GraphNonLocal(channels, inner, (int(pool[1]) if pool else 2) if "g.0.weight" in state else 1, normalise="W.1.weight" in state)


def _layers(config: dict, x: dict[str, Tensor], neighbours: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    """Convolutions on x, the others on what the first convolution made of it."""
    out: dict[str, object] = {}
    h = x.get("h")
    for name in dict.fromkeys(k.split(".")[0] for k in state):
        own = {k.removeprefix(f"{name}."): v for k, v in state.items() if k.startswith(f"{name}.")}
        layer = _layer(str(config.get(name, "")), config.get("nodes_group", []), neighbours, own).eval()
        layer.load_state_dict(own)
        convolution = isinstance(layer, SemGraphConv | GraphConv)
        y = layer(x["x"] if convolution or h is None else h)
        if type(layer) is SemGraphConv and h is None:
            y.square().sum().backward()
            out |= {"grad_e": layer.e.grad, "grad_W": layer.W.grad}
            h = y.detach()
        out[name] = y.detach()
    return out
