"""SemGCN, the body that HopFIR's hop attention is put into: its layers and its network. HopFIR's own code is not public."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.metrics.pose import mpjpe, p_mpjpe
from vitruve.nn.graph import GraphNonLocal, GroupedNonLocal, SemCHGraphConv, SemGCN, SemGraphConv


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, Tensor]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    adjacency = x["adj"] > 0
    if any(k.startswith("gconv_input.") for k in state):
        return _network(spec["config"], x["x"], adjacency, state)
    return _layers(spec["config"], x, adjacency, state)


def _network(config: dict, x: Tensor, adjacency: Tensor, state: dict[str, Tensor]) -> dict[str, Tensor]:
    c_in, c_out = config["coords_dim"]
    dropout = config["p_dropout"] or 0.0
    model = SemGCN(adjacency, config["hid_dim"], config["num_layers"], config["nodes_group"], dropout, c_in, c_out).eval()
    model.load_state_dict(state)
    first = model.gconv_input[0]
    with torch.no_grad():
        after_input = model.gconv_input(x)
        return {
            "y": model(x),
            "in_gconv": first.gconv(x),
            "in_block": first(x),
            "after_input": after_input,
            "after_layer0": model.gconv_layers[0](after_input),
        }


def _layers(config: dict, x: dict[str, Tensor], adjacency: Tensor, state: dict[str, Tensor]) -> dict[str, Tensor]:
    def filled(module: nn.Module, prefix: str) -> nn.Module:
        module.load_state_dict({k.removeprefix(f"{prefix}."): v for k, v in state.items() if k.startswith(f"{prefix}.")})
        return module.eval()

    c_in, c_out = state["sgc.W"].shape[1:]
    sgc = filled(SemGraphConv(c_in, c_out, adjacency), "sgc")
    h = sgc(x["x"])
    h.square().sum().backward()
    out = {"sgc": h.detach(), "grad_e": sgc.e.grad, "grad_W": sgc.W.grad}
    with torch.no_grad():
        h = out["sgc"]
        # pooled convolutions are sequences: their first entry has an index
        pool = {name: 2 if f"{name}.g.0.weight" in state else 1 for name in ("nl", "nl1")}
        out |= {
            "sgc_nobias": filled(SemGraphConv(c_in, c_out, adjacency, bias=False), "sgc_nobias")(x["x"]),
            "ch": filled(SemCHGraphConv(c_in, c_out, adjacency), "ch")(x["x"]),
            "nl": filled(GraphNonLocal(c_out, sub_sample=pool["nl"]), "nl")(h),
            "nl1": filled(GraphNonLocal(c_out, sub_sample=pool["nl1"], normalise="nl1.W.1.weight" in state), "nl1")(h),
            "gnl": filled(GroupedNonLocal(c_out, config["nodes_group"]), "gnl")(h),
            "mpjpe": mpjpe(x["pred"], x["gt"]),
            "p_mpjpe": p_mpjpe(x["pred"], x["gt"]),
            "mse": F.mse_loss(x["pred"], x["gt"]),
        }
    return out
