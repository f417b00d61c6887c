"""PSUMNet: the network of each stream, graphs, and the arrays of each part with all modalities."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from tests.parity.named import Named
from tests.parity.reading import crop_resize, cut, in_training
from vitruve.methods.recognition.psumnet import PSUMNet, _rename, joint_set, modalities, part
from vitruve.nn import feeders

PLURAL = {"body": "body", "hand": "hands", "leg": "legs"}
SETS = {"ntu": "ntu25", "ntux": "ntux67", "shrec": "shrec22"}


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    config = spec["config"]
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if state:
        return _network(spec, x["x"], x.get("label"), state)
    if not x:
        pairs = {f"{data}_{stream}": (data, stream) for data in SETS for stream in PLURAL}
        return {name: part(SETS[data], PLURAL[stream], official_quirks=True).graph for name, (data, stream) in pairs.items() if name in spec["outputs"]}
    return _parts(config, x, spec["outputs"])


def _network(spec: dict, x: Tensor, label: Tensor | None, state: dict[str, Tensor]) -> Named:
    config = spec["config"]
    graph = config["graph"].split(".")[1]
    skeleton = {"ntu_rgb_d": "ntu25", "ntu_x_rgb_d": "ntux67", "shrec": "shrec22"}[graph]
    stream = PLURAL[config.get("stream", "body")]
    model = PSUMNet.from_official(state, skeleton=skeleton, streams=(stream,))
    train = in_training(spec)
    network = model.networks[stream].train(train)
    if x.ndim == 3:
        x = x.unflatten(-1, (network.joints, -1)).permute(0, 3, 1, 2)[..., None]
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.__setitem__(name, out))

    for i, block in enumerate(network.blocks):
        watch(f"layer{i}", block)
        watch(f"layer{i}_gcn", block.gcn1)
        watch(f"layer{i}_trm", block.tcn1)
        for k, conv in enumerate(block.gcn1.convs):
            watch(f"layer{i}_samg{k}", conv)
    watch("last", network.blocks[-1])
    watch("data_bn", network.data_bn)
    with torch.set_grad_enabled(train or label is not None):
        out: dict[str, object] = {"logits": (logits := network(x))}
    if label is not None:
        out["loss"] = F.cross_entropy(logits, label)
        out["loss"].backward()  # type: ignore[attr-defined]
    out |= {name: cut(seen[name], shape, words=spec["calls"]) for name, (shape, _) in spec["outputs"].items() if name in seen}
    ours = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    return Named(out, network, {k: ours[_rename(k)] for k in state})


def _parts(config: dict, x: dict[str, Tensor], outputs: dict) -> dict[str, object]:
    clip = x["x"].permute(1, 3, 2, 0)
    clip = clip[clip.flatten(1).any(1)]
    skeleton = next(name for name in SETS.values() if len(joint_set(name)) == clip.shape[2])
    out: dict[str, object] = {}
    for name, (shape, _) in outputs.items():
        if skeleton == "shrec22":
            frames = torch.nn.functional.pad(clip, (0, 0, 0, 0, 0, 0, 0, 180 - len(clip)))
        else:
            frames = crop_resize(clip, config, x)
        joints, _ = feeders.tokens(frames)
        stream = PLURAL.get(name, "hands" if skeleton == "shrec22" else name)
        if stream not in PLURAL.values() or len(shape) != 4:
            continue
        made = modalities(joints[None], part(skeleton, stream, official_quirks=True))[0]
        out[name] = made[:, :: made.shape[1] // shape[1]]
    return out
