"""ParsingGait: the network and its blocks, the two losses, distances and rankings, the preparation of frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.reading import in_training
from vitruve.data.gait import align_frames, cut_sides
from vitruve.methods.gait.parsinggait import GRAPHS, ParsingGait, PartGraph, _rename
from vitruve.metrics.gait import embedding_distances, part_distances, retrieval
from vitruve.nn.gait import (
    NodeGCN,
    PartBNNeck,
    PartLinear,
    ResNet9,
    horizontal_pooling,
    mean_of_nonzero,
    pool_frames,
    symmetric_adjacency,
    triplet_terms,
)
from vitruve.tasks.gait import GaitBatch
from vitruve.tasks.method import load_strictly

LENGTHS = ("seqL", "seq_l", "seql", "lengths")


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, Any]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config = spec["config"]
    if state and ("model_cfg" in config or any(k.startswith("Backbone") for k in state)):
        return _network(spec, x, state)
    if state:
        return _blocks(spec, x, state)
    if "probe" in x:
        return _ranking(config, x)
    if "embeddings" in x or "logits" in x:
        return _losses(config, x)
    if "frames" in x:
        return _frames(config, x)
    if not x or set(x) <= {"adj", "adj_npy", "adjacency"}:
        return _graphs(x)
    if "x" in x:
        return _pooled(x, config, [k.removeprefix("out/") for k in spec["shapes"] if k.startswith("out/")])
    raise ValueError(f"config {sorted(config)}, inputs {sorted(x)}: nothing known")


def _lengths(x: dict[str, Tensor]) -> list[int] | None:
    found = next((x[k] for k in LENGTHS if k in x), None)
    return None if found is None else found.flatten().tolist()


def _batch(x: dict[str, Tensor]) -> GaitBatch:
    """Their (N, 1, S, H, W), or all sequences end to end in one row with lengths, as ours."""
    gps = x.get("gps", x.get("pars", x.get("x")))
    gps = gps.unsqueeze(1) if gps.ndim == 4 else gps
    lengths = _lengths(x)
    if lengths is None:
        return GaitBatch(gps[:, 0].float())
    assert len(gps) == 1, "packed sequences lie in one row"
    return GaitBatch.collate([(s, 0) for s in gps[0, 0, : sum(lengths)].float().split(lengths)])


def _options(model_cfg: dict) -> dict[str, Any]:
    """What the shapes of the weights cannot say."""
    backbone = model_cfg.get("backbone_cfg", {})
    options: dict[str, Any] = {"strides": tuple(backbone.get("strides", (1, 2, 2, 1))), "maxpool": backbone.get("maxpool", True)}
    if model_cfg.get("bin_num") is not None:
        options["bins"] = tuple(model_cfg["bin_num"])
    options["unit_maps"] = model_cfg.get("SeparateFCs", {}).get("norm", False)
    options["cosine"] = model_cfg.get("SeparateBNNecks", {}).get("norm", True)
    return options


def _network(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, Any]:
    model = ParsingGait.from_official(state, **_options(spec["config"].get("model_cfg", spec["config"])))
    if in_training(spec):
        # a golden can only be of a run without chance
        model = model.train()
        for m in model.modules():
            if isinstance(m, nn.Dropout):
                m.p = 0.0
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.update({name: out}))

    net = model.backbone
    for name in ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4"):
        watch(f"res_{name}", getattr(net, name))
    out: dict[str, Any] = {}
    for kind, graph in model.graphs.items():
        assert isinstance(graph, PartGraph)
        watch(f"gcn_{kind}", graph.gcn)
        watch(f"gcn_{kind}.gc1", graph.gcn.gc1)
        watch(f"gcn_{kind}.gc2", graph.gcn.gc2)
        graph.gcn.register_forward_pre_hook(lambda m, a, kind=kind: seen.update({f"nodes_{kind}": a[0]}))
        out[f"adjacency_{kind}"] = graph.gcn.gc1.adjacency
    batch = _batch(x)
    embeddings = model(batch)
    features, logits = model.neck(embeddings)
    shapes = {k.removeprefix("out/"): v for k, v in spec.get("shapes", {}).items()} | {k: v[0] for k, v in spec.get("outputs", {}).items()}
    # of the backbone, frame 0 of sample 0, and of wide maps as many channels as the golden holds
    for name in [k for k in seen if k.startswith("res_")]:
        shape = shapes.get(name, seen[name].shape)
        seen[name] = seen[name][: shape[0], : shape[1]]
    out |= {**seen, "embeddings": embeddings, "embed_2": features, "logits": logits}
    if "labels" in x:
        out |= _losses(spec["config"], {"embeddings": embeddings, "logits": logits, "labels": x["labels"]}, leaves=False)
        out["total"].sum().backward()
        parameters = dict(model.named_parameters())
        ours = {key: next(iter(_rename({key: v}))) for key, v in state.items()}
        out |= {f"grad_{key}": parameters[name].grad for key, name in ours.items() if name in parameters}
    return out


def _losses(config: dict, x: dict[str, Tensor], leaves: bool = True) -> dict[str, Any]:
    """Terms of both losses, their total, and the gradients of it where the inputs are leaves."""
    labels = x["labels"]
    asked = {k: x[k].requires_grad_() for k in ("embeddings", "logits") if k in x and leaves}
    terms: list[Tensor] = []
    out: dict[str, Any] = {}
    if "embeddings" in x:
        e = x["embeddings"].float()
        t = triplet_terms(e, labels, config.get("margin", 0.2), self_pairs=True)
        per_part = mean_of_nonzero(t)
        out |= {"triplet_loss_per_part": per_part, "triplet_hard": t.amax(-1), "triplet_num": (t != 0).sum(-1).float()}
        out["triplet_mean_dist"] = part_distances(e, e).mean((1, 2))
        terms.append(per_part.mean())
    if "logits" in x:
        logits = x["logits"].float()
        smoothing = config.get("eps", 0.1) if config.get("label_smooth", True) else 0.0
        ce = F.cross_entropy(config.get("scale", 16) * logits, labels[:, None].expand(-1, logits.shape[2]), label_smoothing=smoothing)
        out |= {"ce_loss": ce[None], "ce_accuracy": (logits.argmax(1) == labels[:, None]).float().mean()[None]}
        terms.append(ce)
    total = torch.stack(terms).sum()
    out["total"] = total[None]
    if asked:
        total.backward()
        out |= {f"grad_{k}": v.grad for k, v in asked.items()}
    return out


def _ranking(config: dict, x: dict[str, Tensor]) -> dict[str, Any]:
    euclidean, cosine = (embedding_distances(x["probe"], x["gallery"], metric) for metric in ("euc", "cos"))
    used = cosine if config.get("metric") == "cos" else euclidean
    views = [x.get(f"{side}_{name}") for name in ("views", "cams", "camids") for side in ("probe", "gallery")]
    given = [v for v in views if v is not None] or [None, None]
    r = retrieval(used, x["probe_labels"], x["gallery_labels"], *given, max_rank=config.get("max_rank", 50))
    ap, inp = r.average_precision, r.inverse_negative_penalty
    five = [r.rank(1), r.rank(5), r.rank(10), float(ap.mean()), float(inp.mean())]
    means = {"mAP": ap.mean(), "mINP": inp.mean()}
    return {"dist_euc": euclidean, "dist_cos": cosine, "cmc": r.cmc, "AP": ap, "INP": inp, "rank1_5_10_mAP_mINP": 100 * np.array(five), **means}


def _frames(config: dict, x: dict[str, Tensor]) -> dict[str, Any]:
    size, parsing = config.get("img_size", 64), config.get("parsing", True)
    if config.get("dataset") == "GREW":
        aligned = x["frames"]
    else:
        aligned = align_frames(x["frames"], size, silhouettes=not parsing, official_quirks=True)
    out: dict[str, Any] = {"frames": aligned, "cut": cut_sides(aligned)}
    silhouette = align_frames((x["frames"][:1] > 0).to(torch.uint8) * 255, size, official_quirks=True)
    return out | {"cut_of_255": cut_sides(silhouette)}


def _graphs(x: dict[str, Tensor]) -> dict[str, Any]:
    made = {f"adjacency_{kind}": PartGraph(kind, 1, 0.75, 0.0).gcn.gc1.adjacency for kind in GRAPHS}
    for edges in x.values():
        made["L_Matrix"] = symmetric_adjacency(edges)
    return made


def _pooled(x: dict[str, Tensor], config: dict, outputs: list[str]) -> dict[str, Any]:
    """Strips of a map, or the maximum over frames of sequences that lie end to end."""
    lengths = _lengths(x)
    if lengths is None:
        pooled = horizontal_pooling(x["x"], tuple(config.get("bin_num") or (16, 8, 4, 2, 1)))
    else:
        pooled = pool_frames(x["x"][0].transpose(0, 1), lengths)
    return dict.fromkeys(outputs, pooled)


def _blocks(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, Any]:
    """A module of OpenGait by itself: the backbone, the graph, the parts' maps, the neck."""
    config, train = spec["config"], in_training(spec)
    entry = next(iter(x.values()))
    out: Any
    if "conv1.conv.weight" in state:
        named = {k.replace("conv1.conv.", "conv1."): v for k, v in state.items()}
        block = "bottleneck" if config.get("block") == "Bottleneck" else "basic"
        options = [config.get(k, v) for k, v in (("channels", (32, 64, 128, 256)), ("layers", (1, 2, 2, 1)), ("strides", (1, 2, 2, 1)), ("maxpool", True))]
        net = ResNet9(*options, block, named["conv1.weight"].shape[1]).train(train)
        load_strictly(net, named)
        out = net(entry)
        return {"out": out, "output": out}
    if any("gc1" in k for k in state):
        adjacency = x.get("adj", x.get("adjacency"))
        edges = adjacency[0] if adjacency.ndim == 3 else adjacency
        gcn = NodeGCN(edges, *state[next(k for k in state if k.endswith("gc1.weight"))].shape, dropout=0.0).train(train)
        gcn.load_state_dict({k[k.index("gc") :]: v for k, v in state.items()})
        seen: dict[str, Tensor] = {}
        gcn.gc1.register_forward_hook(lambda m, a, y: seen.update({"gc1": y}))
        out = gcn(entry)
        return {**seen, "out": out, "output": out}
    prefix = next(k for k in state if k.endswith("fc_bin")).removesuffix("fc_bin")
    bare = {k.removeprefix(prefix): v for k, v in state.items()}
    size = bare["fc_bin"].shape
    if any("bn1d" in k for k in state):
        neck = PartBNNeck(*size, cosine=config.get("norm", True)).train(train)
        load_strictly(neck, {k.removeprefix("neck."): v for k, v in _rename({f"BNNecks.{k}": v for k, v in bare.items()}).items()})
        features, logits = neck(entry)
        return {"feature": features, "features": features, "logits": logits}
    maps = PartLinear(*size, normalise=config.get("norm", False))
    load_strictly(maps, {"weight": bare["fc_bin"]})
    out = maps(entry)
    return {"out": out, "output": out}
