"""GAP: networks with their global and part features, the plain CTR-GCN, the text tower, text losses and their gradients, prompts."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.named import Named
from tests.parity.reading import cut, in_training, ntu_feeder
from vitruve.core.standards import skeleton
from vitruve.methods.recognition.gap import GAP, GROUPS, _rename, group_joints, prompts, similarities, text_loss
from vitruve.nn import skeletons
from vitruve.nn.text import ClipText
from vitruve.tasks.recognition import recognition_scores


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    if "table" in inputs:
        rows = [prompts([str(f) for f in row], official_quirks=True) for row in inputs["table"]]
        return {"prompts": np.array(rows).T}
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if any(k.endswith("token_embedding.weight") for k in state):
        return _text(spec, x, state)
    if state:
        return _network(spec, x["x"], x.get("label"), state)
    if "score" in x:
        return _scores(x["score"], x["label"])
    if "prediction" in x:
        # targets as a matrix: clips of a class share their row
        label = x["label"] if x["label"].ndim == 1 else x["label"].argmax(1)
        prediction = x["prediction"].requires_grad_()
        loss = text_loss(prediction, label)
        return {"loss": loss, "label_matrix": (label[:, None] == label).float(), "grad": torch.autograd.grad(loss, prediction)[0]}
    if "label" in x:
        return _losses(spec["config"], x)
    return dict.fromkeys(spec["outputs"], ntu_feeder(x, spec["config"]) if "p_interval" in spec["config"] else _ucla(spec["config"], x))


def _scores(score: Tensor, label: Tensor) -> dict[str, object]:
    scores = recognition_scores(score, label)
    confusion = torch.tensor(scores.confusion)
    there = (confusion.sum(0) + confusion.sum(1)) > 0
    each, top = torch.tensor(scores.per_class)[there], torch.tensor([scores.top1, scores.top5])
    return {"top1": top[0], "top5": top[1], "topk": top, "accuracy": top[0], "each_acc": each, "confusion": confusion[there][:, there]}


def _ucla(config: dict, x: dict[str, Tensor]) -> Tensor:
    """NW-UCLA's feeder of a clip (T, 20, 3) turned by `agx`, `agy` degrees, its frames `idx`, as the stream that the path of the data names."""
    clip, frames = x["x"] - x["x"][0, 1], config.get("time_steps", 52)
    about_x, about_y = (skeletons.axis_rotation(axis, math.radians(float(x.get(name, 0)))) for axis, name in enumerate(("agx", "agy")))
    chosen = x["idx"].long() if "idx" in x else skeletons.even_frames(len(clip), frames)
    clip = skeletons.scale_to_box(clip @ (about_x @ about_y).to(clip).T)[chosen]
    path = config.get("data_path", "")
    clip = skeletons.bones(clip, skeletons.kinect_parents(skeleton("kinect20"))) if "bone" in path else clip
    clip = skeletons.frame_differences(clip) if "motion" in path else clip
    return clip.permute(2, 0, 1)[..., None]


def _network(spec: dict, x: Tensor, label: Tensor | None, state: dict[str, Tensor]) -> Named:
    config, module = spec["config"], spec["module"]
    if plain := "logit_scale" not in state:
        # CTR-GCN, or its baseline, alone reads joints as they are; heads that nobody looks at are added
        width = state["fc.weight"].shape[1]
        heads = ("linear_head.ViT-B/32", *(f"part_list.{i}" for i in range(len(GROUPS))))
        more = {f"{h}.{leaf}": torch.zeros(512, *size) for h in heads for leaf, size in (("weight", (width,)), ("bias", ()))}
        state = {**state, **more, "logit_scale": torch.zeros(1, 1 + len(GROUPS))}
    # where a config is silent on k, the constructors' defaults
    model = GAP.from_official(state, k=0 if plain else config.get("k", 1 if "bone" in module or "ucla" in module else 0))
    # which groups a network has its class decides, whatever k
    model.groups = group_joints(model.skeleton, bone="bone" in module)
    train = in_training(spec)
    model.train(train)
    if x.ndim == 3:
        x = x.unflatten(-1, (len(model.skeleton), -1)).permute(0, 3, 1, 2)[..., None]
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.__setitem__(name, out))

    model.backbone.data_bn.register_forward_pre_hook(lambda m, a: seen.__setitem__("vector", a[0]))
    watch("data_bn", model.backbone.data_bn)
    for i, block in enumerate(model.backbone.blocks, 1):
        watch(f"l{i}", block)
        watch(f"l{i}_gcn", block.gcn1)
        watch(f"l{i}_tcn", block.tcn1)
        for k, conv in enumerate(getattr(block.gcn1, "convs", ())):
            watch(f"l{i}_ctrgc{k}", conv)
    with torch.set_grad_enabled(train or label is not None):
        maps = model.backbone.maps(model.vectors(x))
        whole = maps.mean((1, 3, 4))
        out: dict[str, object] = {
            "logits": model.backbone.fc(model.backbone.dropout(whole)),
            "logit_scale": model.logit_scale,
            "A_vector": model.vector,
            **dict(zip(GROUPS, model.parts(maps))),
        }
        if label is not None:
            out["ce"] = out["loss"] = F.cross_entropy(out["logits"], label)  # type: ignore[arg-type]
            out["loss"].backward(retain_graph=True)  # type: ignore[attr-defined]
        answers = {name: head(whole) for name, head in zip(model.config.heads, model.global_heads)}
    out |= {"global": next(iter(answers.values())), "feature": whole}
    for name, answer in answers.items():
        out |= dict.fromkeys([f"global_{name}", f"global_{name.replace('/', '_')}", name, name.replace("/", "_")], answer)
    out |= {name: cut(seen[name], shape, words=spec["calls"]) for name, (shape, _) in spec["outputs"].items() if name in seen}
    ours = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return Named(out, model, {k: ours[_rename(k, model.config.heads)] for k in state})


def _text(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    """CLIP's text tower, also inside TextCLIP or beside its picture tower."""
    key = next(k for k in state if k.endswith("token_embedding.weight"))
    heads = spec["config"].get("transformer_heads", spec["config"].get("heads"))
    tower = ClipText.from_state(state, key.removesuffix("token_embedding.weight"), heads=heads)
    with torch.inference_mode():
        found = tower(next(v for v in x.values() if not v.is_floating_point()).long())
    return {k: v for k, (shape, _) in spec["outputs"].items() for v in (found.embedding, found.tokens) if v.ndim == len(shape)}


def _losses(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    label = x["label"]
    leaves = {k: v.requires_grad_() for k, v in x.items() if v.is_floating_point()}
    out: dict[str, object] = {"label_matrix": (label[:, None] == label).float(), "ce": F.cross_entropy(x["logits"], label)}
    terms = []
    for j in range(sum(k.startswith("feature") for k in x)):
        logits = similarities(x[f"feature{j}"], x[f"text{j}"], x["logit_scale"][:, j].mean())
        # both directions of the release are the same numbers, transposed
        out |= {f"logits_per_skeleton{j}": logits, f"logits_per_text{j}": logits.T}
        out |= {f"kl_skeleton{j}": text_loss(logits, label), f"kl_text{j}": text_loss(logits.T, label)}
        terms.append((out[f"kl_skeleton{j}"] + out[f"kl_text{j}"]) / 2)
    total = out["ce"] + config.get("loss_alpha", config.get("alpha", 0.8)) * torch.stack(terms).mean()
    total.backward()
    return out | {"total": total, **{f"grad_{k}": v.grad for k, v in leaves.items()}}
