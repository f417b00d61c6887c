"""GAP: networks with their global and part features, text losses and their gradient, prompts."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vitruve.methods.recognition.gap import GAP, GROUPS, prompts, similarities, text_loss


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    if "table" in inputs:
        rows = [prompts([str(f) for f in row], official_quirks=True) for row in inputs["table"]]
        return {"prompts": np.array(rows).T}
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    return _network(spec, x["x"], state) if state else _losses(spec["config"], x)


def _network(spec: dict, x: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    # a CTR-GCN whose adjacency is not adaptive keeps the graph outside its state
    model = GAP.from_official(state, k=config.get("k", 1 if "bone" in spec["module"] or "ucla" in spec["module"] else 0))
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.__setitem__(name, out))

    model.backbone.data_bn.register_forward_pre_hook(lambda m, a: seen.__setitem__("vector", a[0]))
    for i, block in enumerate(model.backbone.blocks, 1):
        watch(f"l{i}", block)
        watch(f"l{i}_gcn", block.gcn1)
        for k, conv in enumerate(block.gcn1.convs):
            watch(f"l{i}_ctrgc{k}", conv)
    with torch.inference_mode():
        maps = model.backbone.maps(model.vectors(x))
        whole = maps.mean((1, 3, 4))
        out: dict[str, object] = {
            "logits": model.backbone.fc(whole),
            "logit_scale": model.logit_scale,
            "global": model.global_heads[0](whole),
            "A_vector": model.vector,
            **dict(zip(GROUPS, model.parts(maps))),
        }
    for name, (shape, _) in spec["outputs"].items():
        if name in seen:
            found = seen[name][: shape[0]]
            out[name] = found[:, :: found.shape[1] // shape[1]]
    return out


def _losses(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    label = x["label"]
    feature = x["feature0"].requires_grad_()
    out: dict[str, object] = {"label_matrix": (label[:, None] == label).float(), "ce": F.cross_entropy(x["logits"], label)}
    terms = []
    for j in range(sum(k.startswith("feature") for k in x)):
        logits = similarities(x[f"feature{j}"], x[f"text{j}"], x["logit_scale"][:, j].mean())
        # both directions of the release are the same numbers, transposed
        out |= {f"logits_per_skeleton{j}": logits, f"logits_per_text{j}": logits.T}
        out |= {f"kl_skeleton{j}": text_loss(logits, label), f"kl_text{j}": text_loss(logits.T, label)}
        terms.append((out[f"kl_skeleton{j}"] + out[f"kl_text{j}"]) / 2)
    total = out["ce"] + config["loss_alpha"] * torch.stack(terms).mean()
    total.backward()
    return out | {"total": total, "grad_feature0": feature.grad}
