"""SkateFormer: the network, its partitions, loss and rates, the two feeders and their augmentations.

Draws that the golden's authors replaced by constants are written in its `calls`, in words; they are read from there.
"""

from __future__ import annotations

import math
import re
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from tests.parity.reading import cut, in_training
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.methods.recognition.skateformer import Config, Downsample, Draws, SkateFormer, partition, ucla, unpartition
from vitruve.nn import skeletons
from vitruve.tasks.method import Schedule
from vitruve.tasks.recognition import RecognitionBatch
from vitruve.training.schedules import learning_rate

STREAMS = {"j": "joint", "b": "bone", "jm": "joint_motion", "bm": "bone_motion"}
KINECT = torch.tensor([-1.0, 1.0, -1.0])
NTU_TREE = skeletons.bone_parents(skeleton("ntu25"), "spine_mid")


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config, calls = spec["config"], spec["calls"]
    if "reduction.weight" in state:
        return _merging(spec, x["x"], state)
    if state:
        return _network(spec, x, state)
    if "sizes" in config:
        return _partitions(config, x)
    if "smoothing" in config:
        return _loss(config, x)
    if "clip" in x:
        return _ucla(config, calls, x, spec["outputs"])
    if "window_size" in config:
        return _ntu(config, x, spec["outputs"])
    if "window" in config:
        return _crops(config, calls, x)
    if "ref" in x:
        return _augment(calls, x)
    raise ValueError(f"config {sorted(config)}, inputs {sorted(x)}: nothing known")


def _number(calls: str, pattern: str) -> float:
    found = re.search(pattern, calls)
    assert found, f"{pattern!r} not in: {calls}"
    return float(found[1])


def _numbers(calls: str, pattern: str) -> list[float]:
    found = re.search(pattern, calls)
    assert found, f"{pattern!r} not in: {calls}"
    return [float(v) for v in found[1].split(",")]


def _network(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    config, shapes = spec["config"], {k: v[0] for k, v in spec["outputs"].items()}
    # the constructor's defaults, where a golden is silent
    sizes = {k: tuple(config.get(f"type_{k}_size", (1, 1))) for k in (1, 2, 3, 4)}
    model = SkateFormer.from_official(
        state,
        people=config.get("num_people", 2),
        near_frames=sizes[1][0],
        far_frames=sizes[3][0],
        near_joints=sizes[1][1],
        far_joints=sizes[2][1],
        frames=x["x"].shape[2],
        relative_bias=config.get("rel", True),
        frame_index=config.get("index_t", False),
        # a golden can only be of a run without chance
        attention_dropout=0.0,
        head_dropout=0.0,
        drop_path=0.0,
        **({"heads": config["num_heads"]} if "num_heads" in config else {}),
    )
    train = in_training(spec)
    model.train(train)
    seen: dict[str, Tensor] = {}

    def watch(name: str, module: torch.nn.Module) -> None:
        module.register_forward_hook(lambda m, a, out: seen.update({f"{name}_input": a[0], name: out}))

    at = 0
    for stage, depth in enumerate(model.config.depths):
        for block in range(depth):
            watch(f"stage{stage}_block{block}", model.blocks[at + block])
        watch(f"stage{stage}", model.blocks[at + depth - 1])
        # a merging of frames stands between stages
        at += depth + 1
    for k, attention in enumerate(model.blocks[0].attention):
        watch(f"attention{k}", attention)
    with nullcontext() if train else torch.inference_mode():
        out: dict[str, object] = {"logits": model(RecognitionBatch(x["x"], x["index_t"]))}
    for k, kind in enumerate(model.config.types):
        for end in ("_input", ""):
            windows = partition(seen[f"attention{k}{end}"][None, :, :1], kind, *sizes[kind])
            out[f"stage0_block0_attention{k}{end}"] = windows[0, :4].mT
    found = {name: v.permute(0, 3, 1, 2) for name, v in seen.items() if not name.startswith("attention")}
    found["embedded"] = found["stage0_block0_input"]
    return out | {name: cut(found[name], shape) for name, shape in shapes.items() if name in found}


def _merging(spec: dict, x: Tensor, state: dict[str, Tensor]) -> dict[str, object]:
    """The merging of frames between two stages, alone."""
    c_out, c_in, kernel, _ = state["reduction.weight"].shape
    module = Downsample(c_in, c_out, kernel).train(in_training(spec))
    module.load_state_dict(state)
    return dict.fromkeys(spec["outputs"], module(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))


def _partitions(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    out: dict[str, object] = {}
    t, v = config["T"], config["V"]
    for kind, (frames, joints) in enumerate(config["sizes"], 1):
        out[f"partition{kind}"] = partition(x["x"].transpose(0, 1)[None], kind, frames, joints).reshape(-1, frames, joints)
        windows = x[f"p{kind}"].reshape(-1, 1, frames * joints)
        out[f"reverse{kind}"] = unpartition(windows, kind, frames, joints, (t, v))[0]
    return out


class _Given(SkateFormer):
    """Logits that are given; the loss is the method's own."""

    def forward(self, batch: RecognitionBatch) -> Tensor:
        return self.logits


def _loss(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    logits, labels = x["logits"].requires_grad_(), x["labels"]
    model = _Given(ucla(num_classes=logits.shape[1], label_smoothing=config["smoothing"], depths=(1,), channels=(32,)))
    model.logits = logits
    loss = model.losses(RecognitionBatch(torch.zeros(len(labels), 3, 64, 20, 1), torch.zeros(len(labels), 64), labels))["cross_entropy"]
    loss.backward()
    stage = SkateFormer.RECIPE.stages[0]
    schedule: Schedule = replace(
        stage.schedule, warmup=config["warm_up_epoch"], warmup_from=config["warmup_lr"], warmup_inside=not config["warmup_prefix"], final=config["min_lr"]
    )
    epochs = [step / config["iters_per_epoch"] for step in x["steps"].tolist()]
    rates = [learning_rate(schedule, config["base_lr"], config["num_epoch"], e) for e in epochs]
    return {"loss": loss, "grad": logits.grad, "lr": np.array(rates)}


def _model(**config) -> SkateFormer:
    """A network of one small block: only what comes before it matters."""
    return SkateFormer(Config(depths=(1,), channels=(32,), official_quirks=True, **config))


def _cut(tokens: Tensor, shape: list[int]) -> Tensor:
    """Every n-th frame, as many as the golden holds."""
    return tokens[:, :: tokens.shape[1] // shape[1]]


def _clip(x: Tensor) -> Poses:
    """Poses in our world of (T, J, 3) or (T, P, J, 3) in the Kinect's, people that are zero missing."""
    x = x[:, None] if x.ndim == 3 else x
    x = torch.where((x != 0).flatten(2).any(-1)[..., None, None], x, torch.nan)
    return Poses(x.transpose(0, 1) * KINECT, skeleton("ntu25" if x.shape[2] == 25 else "kinect20"))


def _ucla(config: dict, calls: str, x: dict[str, Tensor], shapes: dict) -> dict[str, object]:
    clip, frames = _clip(x["clip"]), config["time_steps"]
    turn = [math.radians(_number(calls, rf"about {axis} by (-?[\d.]+)")) for axis in "xy"]
    rotation = skeletons.axis_rotation(0, turn[0]) @ skeletons.axis_rotation(1, turn[1])
    train = Draws((x["idx"] + 0.5) / clip.num_frames, linear=rotation)
    gone, last = _numbers(calls, r"joints \{([\d,]+)\}"), re.search(r"in frames (\d+)\.\.(\d+)", calls)
    dropped = torch.zeros(frames, clip.positions.shape[2], dtype=torch.bool)
    dropped[int(last[1]) : int(last[2]) + 1, [int(j) for j in gone]] = True
    draws = {"val": None, "train": train, "train_dropped": replace(train, axis=int(_number(calls, r"axis (\d)")), dropped=dropped)}
    out: dict[str, object] = {}
    for name, (shape, _) in shapes.items():
        kind, _, what = name.replace("index_t", "index").rpartition("_")
        model = _model(**_small(ucla(frames=frames, stream=STREAMS.get(what, "joint"))))
        tokens, index = model.encode(model.arrange(clip), draws[kind])
        out[name] = index if what == "index" else _cut(tokens, shape)
    return out


def _small(config: Config) -> dict:
    """A config's fields without those that `_model` sets."""
    return {k: v for k, v in vars(config).items() if k not in ("depths", "channels", "official_quirks")}


def _ntu(config: dict, x: dict[str, Tensor], shapes: dict) -> dict[str, object]:
    clips = [row.reshape(len(row), 2, 25, 3) for row in x["x"]]
    out: dict[str, object] = {}
    for name, (shape, _) in shapes.items():
        sampler, _, what = name.replace("index_t", "index").rpartition("_")
        model = _model(sampler=sampler, stream=STREAMS.get(what, "joint"), frames=config["window_size"])
        # the golden's clips were not centred before, as the authors' preparation does
        encoded = [model.encode(c[c.flatten(1).any(1)]) for c in clips]
        out[name] = torch.stack([index if what == "index" else _cut(tokens, shape[1:]) for tokens, index in encoded])
    return out


def _crops(config: dict, calls: str, x: dict[str, Tensor]) -> dict[str, object]:
    clip = x["x"].permute(1, 3, 2, 0)
    low, high = config["p_interval"]
    window = config["window"]
    out: dict[str, object] = {}
    for name, text in re.findall(r"(\w+): ((?:\w+, )?valid=.*?)(?=\. \w+: |\. Outputs|$)", calls):
        valid, u = int(_number(text, r"valid=(\d+)")), _number(text, r"u=([\d.]*\d)")
        ratio = low + (high - low) * u
        length = skeletons.crop_length(valid, ratio, config["thres"])
        start = int(_number(text, r"(?:start bias|bias|start) (\d+)"))
        chance = torch.ones(window + 1)
        if "choice" in text:
            chance[x["choice"]] = 0.0
        if "offset" in text:
            sizes = (torch.arange(window + 1) * length // window).diff()
            chance[:window] = (x["offset"] % sizes + 0.5) / sizes
        model = _model(sampler="resize" if "resize" in f"{name} {text}" else "uniform", frames=window)
        draws = Draws(chance, ratio, (start + 0.5) / (valid - length + 1))
        sampled, index = model.sample(clip, draws, valid)
        out[name], out[f"{name}_index"] = sampled.permute(3, 0, 2, 1)[:, :, ::3], index
    return out


def _augment(calls: str, x: dict[str, Tensor]) -> dict[str, object]:
    clip, ref = x["x"].permute(1, 3, 2, 0), x["ref"].permute(1, 3, 2, 0)
    model = _model()
    s1, s2 = (_numbers(calls, rf"{name}=\[([-\d.,]+)\]") for name in ("s1", "s2"))
    spread, factors = _number(calls, r"1\+(\.?\d+)\*"), _numbers(calls, r"1\+\.?\d+\*\[([-\d.,]+)\]")
    angle = math.radians(_number(calls, r"(-?[\d.]+) degrees"))
    first, last = re.search(r"frames (\d+)\.\.(\d+)", calls).groups()
    dropped = torch.zeros(clip.shape[0], clip.shape[2], dtype=torch.bool)
    dropped[int(first) : int(last) + 1, [int(j) for j in _numbers(calls, r"joints \{([\d,]+)\}")]] = True
    linear = {
        "shear": skeletons.shear_matrix(torch.tensor([s1, s2]).T),
        "scale": torch.diag(1 + spread * torch.tensor(factors)),
        # their rotations turn the other way
        **{f"rotate{a}": skeletons.axis_rotation(a, -angle) for a in range(3)},
    }
    drops = {"flip": Draws(torch.zeros(0), flip=True), "drop_joint": Draws(torch.zeros(0), dropped=dropped)}
    drops |= {f"drop_axis{a}": Draws(torch.zeros(0), axis=a) for a in range(3)}
    backwards, index = skeletons.reverse_time(clip, x["index_t"])
    out = {name: clip @ matrix.T for name, matrix in linear.items()}
    out |= {name: model.augment(clip, draws) for name, draws in drops.items()}
    out |= {
        "temporal_flip": backwards,
        "adain": skeletons.match_bone_lengths(clip, ref, NTU_TREE),
        "bone": skeletons.stream(clip, "bone", NTU_TREE),
        "motion": skeletons.stream(clip, "joint_motion", NTU_TREE),
    }
    # they negate the positions and leave them in their places
    return {k: v.permute(3, 0, 2, 1) for k, v in out.items()} | {"temporal_flip_index": index.flip(0)}
