"""UniMTS: the graph network, the text tower and their contrast with gradients, preprocessing, augmentation, scores, and IMUSim's splines and sensors.

Goldens are told apart by their state, module, inputs and outputs.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import roma
import torch
from torch import Tensor
from torch.nn import functional as F

from tests.parity.reading import in_training
from vitruve.core.inertial import BODY, Inertial, smooth_derivatives, specific_force
from vitruve.data.imu import AUTHORS_SETS, Device, authors_recordings, placed
from vitruve.methods.imu.unimts import Config, UniMTS, network_input, random_rotations, turn_sensors
from vitruve.nn.stgcn import GraphConvolution, STGCNBlock, partitioned_graph, tree_distances
from vitruve.tasks.imu import imu_scores
from vitruve.tasks.method import load_strictly


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    wanted = {k.removeprefix("out/"): v for k, v in spec["shapes"].items() if k.startswith("out/")}
    if "tokens" in x:
        return _contrast(spec, x, state, wanted)
    if any(k.startswith("fc.") for k in state):
        return _classified(spec, x, state, wanted)
    if state and not any("st_gcn_networks." in k for k in state):
        return _block(spec, x, state, wanted)
    if state:
        return _encoder(spec, x, state, wanted)
    if "q" in x:
        return {"R0": random_rotations(x["q"].flatten(0, -2)[0]), "y": _turned(x["x"], x["q"])}
    if "sim" in x or "labels" in x:
        return _metric(x)
    if "X" in x:
        return _preprocess(spec, inputs, wanted)
    if {"imu", "selected"} <= x.keys():
        return _simulated(spec["config"], x["imu"], x["selected"].flatten().tolist())
    if "position_ned" in x or "t" in x:
        return _imusim(spec["config"], inputs)
    if wanted.keys() & {"A"} or "strategy" in spec["config"]:
        c = spec["config"]
        graph = partitioned_graph(tree_distances(BODY.parents), 0, c.get("strategy", "spatial"), c.get("max_hop", 1), c.get("dilation", 1), True)
        return dict.fromkeys(wanted, graph)
    raise ValueError(f"config {sorted(spec['config'])}, inputs {sorted(x)}: nothing known")


def _official(config: dict, state: dict[str, Tensor], **more: object) -> UniMTS:
    """The method of a golden's state, whose graph network may stand alone."""
    args = config.get("args", config)
    changes: dict = dict(more)
    first = next(v for k, v in state.items() if k.endswith("st_gcn_networks.0.gcn.conv.weight"))
    gyro, stft = bool(args.get("gyro", first.shape[1] in (6, 12))), bool(args.get("stft", first.shape[1] == 12))
    changes |= {"gyro": gyro, "stft": stft, "dropout": float(config.get("dropout", 0.0))}
    if "clip_text" in config:
        changes["text_heads"] = config["clip_text"]["transformer_heads"]
    if "temperature" in config:
        changes["temperature"] = config["temperature"]
    return UniMTS.from_official(state, **changes)


def _block(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor], wanted: dict) -> dict[str, object]:
    """A graph convolution or a block of the network by itself, on a graph that is given or the body's own."""
    config, prefix = spec["config"], "gcn." if "gcn.conv.weight" in state else ""
    c_out = len(state["tcn.0.weight"]) if prefix else config["out_channels"]
    width, c_in, *_ = state[f"{prefix}conv.weight"].shape
    module: torch.nn.Module
    if prefix:
        residual = bool(config.get("residual", True))
        module = STGCNBlock(c_in, c_out, width // c_out, state["tcn.2.weight"].shape[2], config.get("stride", 1), residual=residual)
    else:
        module = GraphConvolution(c_in, c_out, width // c_out)
    load_strictly(module, state)
    y = module.train(in_training(spec))(x["x"], x.get("A", partitioned_graph(tree_distances(BODY.parents), 0, official_quirks=True)))
    return dict.fromkeys(wanted, y)


def _encoder(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor], wanted: dict) -> dict[str, object]:
    bare = {k.removeprefix("model.").removeprefix("acc."): v for k, v in state.items()}
    # a head that is not in the golden, so that no text tower is needed
    width = len(bare["st_gcn_networks.9.tcn.3.weight"])
    with_head = {f"acc.{k}": v for k, v in bare.items() if not k.startswith("fc.")}
    with_head |= {"fc.weight": torch.zeros(1, width), "fc.bias": torch.zeros(1)}
    model = _official(spec["config"], with_head)
    model.train(in_training(spec))
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        module.register_forward_hook(lambda _m, _i, out: seen.__setitem__(name, out.detach()))

    watch("data_bn", model.acc.data_bn)
    for i, block in enumerate(model.acc.st_gcn_networks):
        watch(f"block{i}", block)
        watch(f"block{i}_gcn", block.gcn)
        watch(f"block{i}_tcn", block.tcn)
    y = model.acc(x["x"]).detach()
    # the network's own graph is the golden's: what is compared is how it is made
    rebuilt = partitioned_graph(tree_distances(BODY.parents), 0, official_quirks=True)
    out: dict[str, object] = {}
    for name, shape in wanted.items():
        if name == "A":
            out[name] = rebuilt
        elif name.removesuffix("_head") in seen:
            value = seen[name.removesuffix("_head")]
            out[name] = value[tuple(slice(n) for n in shape)]
        elif y.numel() == int(np.prod(shape)):
            out[name] = y.reshape(shape)
    return out


def _contrast(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor], wanted: dict) -> dict[str, object]:
    model = _official(spec["config"], state, num_classes=None)
    model.train(in_training(spec))
    signals, tokens = x["x"][..., 0], x["tokens"]
    imu, text = model.encode(signals), model.encode_text(tokens)
    logits = model.similarity(imu, text)
    loss = F.cross_entropy(logits / model.config.temperature, torch.arange(len(logits)))
    out: dict[str, object] = {
        "logits_per_imu": logits,
        "logits_per_text": logits.T,
        "imu_features": imu,
        "text_features": text,
        "loss": loss.reshape(1),
    }
    if "classifier" in wanted:
        head = _official(spec["config"], state)
        out["classifier"] = head.scores(signals)
    return out | _gradients(model, loss, wanted)


def _classified(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor], wanted: dict) -> dict[str, object]:
    """The fine-tuned network: what its head says, its loss, and the gradients of that."""
    model = _official(spec["config"], state)
    model.train(in_training(spec))
    logits = model.scores(x["x"][..., 0])
    out: dict[str, object] = dict.fromkeys(("logits", "classifier", "out", "y"), logits)
    labels = next((x[k] for k in ("labels", "label", "target") if k in x), None)
    if labels is None:
        return out
    loss = F.cross_entropy(logits, labels.long())
    return out | {"loss": loss.reshape(wanted.get("loss", [1]))} | _gradients(model, loss, wanted)


def _gradients(model: UniMTS, loss: Tensor, wanted: dict) -> dict[str, object]:
    gradients = dict(zip(dict(model.named_parameters()), torch.autograd.grad(loss, list(model.parameters()), allow_unused=True)))
    flat = {re.sub(r"\W", "_", k.removeprefix("text.").removeprefix("acc.")): g for k, g in gradients.items()}
    asked = {name: _gradient(name.removeprefix("grad_"), flat, tuple(shape)) for name, shape in wanted.items() if name.startswith("grad_")}
    return {name: gradient for name, gradient in asked.items() if gradient is not None}


def _gradient(name: str, gradients: dict[str, Tensor | None], shape: tuple[int, ...]) -> Tensor | None:
    """The gradient that a name means: a parameter's, its first rows ("_head"), or one row (a number at the end); None for a name of no parameter."""
    row = re.search(r"_(\d+)$", name)
    for key in (name, f"{name}_weight", name.removesuffix("_head"), f"{name.removesuffix('_head')}_weight"):
        if gradients.get(key) is not None:
            g = gradients[key]
            return g.reshape(shape) if g.numel() == int(np.prod(shape)) else g[tuple(slice(n) for n in shape)]
    stem = name[: row.start()] if row else name
    g = gradients.get(stem, gradients.get(f"{stem}_weight"))
    return g if g is None or row is None else g[int(row[1])]


def _turned(x: Tensor, q: Tensor) -> Tensor:
    return turn_sensors(x.unflatten(-1, (-1, 6)), q).flatten(-2)


def _metric(x: dict[str, Tensor]) -> dict[str, object]:
    s = imu_scores(x["sim"], x["labels"].long())
    return {
        "r_at_1_to_5_mrr": np.array([*s.recall_at, s.mrr]),
        "acc_prec_rec_f1": np.array([s.accuracy, s.macro_precision, s.macro_recall, s.macro_f1]),
    }


def _preprocess(spec: dict, inputs: dict[str, np.ndarray], wanted: dict) -> dict[str, object]:
    config = spec["config"]
    x, labels = inputs["X"], inputs.get("y", np.zeros(len(inputs["X"]), int))
    if chosen := [inputs[k] for k in ("indices", "all_indices", "few_shot_indices") if k in inputs]:
        # k clips of each class, class by class
        x, labels = x[chosen[0].ravel()], labels[chosen[0].ravel()]
    if "joint_list" in config:
        devices = [Device(j, 6 * i, 6 * i + 3) for i, j in enumerate(config["joint_list"])]
        recordings = [placed(w, devices, float(config["original_sampling_rate"])) for w in x]
    else:
        assert config["dataset"] in AUTHORS_SETS
        recordings = authors_recordings(config["dataset"], x, labels)
    # the release has zeros where there is no gyroscope
    recordings = [r if r.angular_velocity is not None else replace(r, angular_velocity=torch.zeros_like(r.acceleration)) for r in recordings]
    frames = config.get("padding_size", 200)
    model = UniMTS(Config(frames=frames, gyro=True, blocks=((4, 1),), num_classes=1))
    both = torch.stack([model.prepare(r) for r in recordings])  # (N, 6, T, J)
    columns = both.permute(0, 2, 3, 1).flatten(2)
    active = (columns != 0).flatten(0, 1).any(0).nonzero().flatten()
    true = torch.tensor([min(len(r.resample(20.0)), frames) for r in recordings])
    masks = (torch.arange(frames) < true[:, None]) * 6 * len(BODY)
    out: dict[str, object] = {"inputs_active": columns[..., active], "active_columns": active, "masks_sum_per_frame": masks, "labels": labels}
    args = config.get("args", {})
    gyro = bool(args.get("gyro", config.get("gyro", 0)))
    for name in wanted:
        if name.endswith(("input_active", "active_joints")) and name not in out:
            made = torch.stack([network_input(s, gyro, name.startswith("stft"), True) for s in both.permute(0, 2, 3, 1)])
            joints = (made != 0).any(2).any(1).any(0).nonzero().flatten()
            out[name] = joints if name.endswith("joints") else made[:, :, ::5][..., joints]
    return out


def _simulated(config: dict, imu: Tensor, shown: list[int]) -> dict[str, object]:
    """A clip of pre-training as the network reads it, all joints and those drawn: the release multiplies by a mask."""
    frames = config.get("padding_size", 200)
    model = UniMTS(Config(frames=frames, gyro=True, blocks=((4, 1),), num_classes=1))

    def columns(joints: list[int]) -> Tensor:
        recording = Inertial(imu[:, joints, :3], imu[:, joints, 3:], tuple(BODY.joints[j] for j in joints), model.config.rate)
        return model.prepare(recording).permute(1, 2, 0).flatten(1)

    mask = torch.zeros(frames, len(BODY), 6)
    mask[:, shown] = 1
    return {"imu": columns(list(range(len(BODY)))), "mask": mask.flatten(1), "input": columns(shown)}


def _imusim(config: dict, inputs: dict[str, np.ndarray]) -> dict[str, object]:
    t, track = inputs["t"].astype(np.float64), inputs["position_ned"].astype(np.float64).T
    made = smooth_derivatives(t, track, t, config["stddev"], config["order"])
    through = smooth_derivatives(t, track, t, 0, config["order"])
    valid = np.isfinite(made).all((0, 2))
    position, velocity, acceleration = (made[n, valid].T for n in range(3))
    out: dict[str, object] = {"valid": valid, "valid_from_to": t[valid][[0, -1]], "position": position, "velocity": velocity, "acceleration": acceleration}
    out["acceleration_interpolating"] = through[2, valid].T
    if "R" in inputs:
        q = roma.rotmat_to_unitquat(torch.from_numpy(inputs["R"].astype(np.float64)))[torch.from_numpy(valid)]
        # north, east, down: up is the negative of the last axis
        out["accelerometer"] = specific_force(torch.from_numpy(acceleration.T.copy()), q, up=(0.0, 0.0, -1.0)).T
    return out
