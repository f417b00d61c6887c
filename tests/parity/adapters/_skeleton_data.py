"""The data preparation that skeleton networks share: NTU's raw files, actors and packing, feeders, graphs, accuracies.

Draws that the golden's authors replaced by constants are written in its `calls`, in words; they are read from there.
"""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vitruve.core.standards import skeleton
from vitruve.data import ntu
from vitruve.io import ntu as files
from vitruve.nn import skeletons
from vitruve.tasks.recognition import recognition_scores

STREAMS = {"joint": "joint", "bone": "bone", "motion": "joint_motion", "bone_motion": "bone_motion"}
NTU_TREE = skeletons.kinect_parents(skeleton("ntu25"))
UCLA_TREE = skeletons.kinect_parents(skeleton("kinect20"))


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, object]:
    if "text" in inputs:
        return _raw_file(inputs["text"])
    if "num_frames" in inputs:
        return _actors(inputs, spec)
    if not inputs:
        return {"ntu": skeletons.spatial_graph(NTU_TREE), "ucla": skeletons.spatial_graph(UCLA_TREE)}
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if "score" in x:
        found = recognition_scores(x["score"], x["label"])
        return {"top1": np.float32(found.top1), "top5": np.float32(found.top5), "per_class": np.float32(found.per_class)}
    if "clip" in x:
        return _ucla(spec["config"], x)
    if "rot" in x:
        return _ntu(spec, x)
    raise ValueError(f"config {sorted(spec['config'])}, inputs {sorted(inputs)}: nothing known")


def _raw_file(lines: np.ndarray) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "S001C001P001R001A001.skeleton"
        path.write_text("\n".join(lines.tolist()) + "\n")
        found, num_frames = ntu.bodies(files.read(path), official_quirks=True)
    out: dict[str, object] = {"num_frames": num_frames}
    for name, body in found.items():
        out |= {
            f"joints_{name}": body.joints.reshape(-1, 3),
            f"colors_{name}": body.colour,
            f"interval_{name}": body.frames,
            f"motion_{name}": np.float32(body.motion),
        }
    return out


def _actors(inputs: dict[str, np.ndarray], spec: dict) -> dict[str, object]:
    found = []
    while f"joints{len(found)}" in inputs:
        k = len(found)
        joints = inputs[f"joints{k}"]
        frames = np.arange(int(inputs[f"start{k}"]), int(inputs[f"end{k}"]) + 1)
        found.append(ntu.Body(joints, frames, np.zeros((len(joints), 25, 2))))
    denoised = ntu.tracks(found, int(inputs["num_frames"]))
    cut = ntu.cut_empty(denoised)
    translated = ntu.centre_on_spine(cut)
    longer = int(re.search(r"cut length \+ (\d+)", spec["calls"])[1])
    packed = ntu.pack([translated], len(cut) + longer)[0]
    return {k: v.reshape(len(v), -1) for k, v in {"denoised": denoised, "cut": cut, "translated": translated, "packed": packed}.items()}


def _ucla(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    clip = x["clip"] - x["clip"][0, 1]
    angles, frames = [math.radians(a) for a in x["angles"].tolist()], config["time_steps"]
    turn = skeletons.axis_rotation(0, angles[0]) @ skeletons.axis_rotation(1, angles[1]) * float(x["scale"])
    chance = (x["idx"] + 0.5) / len(clip)
    sampled = {
        "test": skeletons.scale_to_box(clip)[skeletons.even_frames(len(clip), frames)],
        "train": skeletons.scale_to_box(clip @ turn.T)[skeletons.repeated_frames(len(clip), chance)],
    }
    return {
        f"{part}_{name}": skeletons.stream(clip, stream, UCLA_TREE).permute(2, 0, 1)[..., None]
        for part, clip in sampled.items()
        for name, stream in STREAMS.items()
    }


def _ntu(spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    calls, shapes, window = spec["calls"], spec.get("outputs", {}), spec["config"]["window_size"]
    clips = [row.reshape(len(row), 2, 25, 3) for row in x["x"]]
    # theirs count the frames that hold something, and read as many from the start
    clips = [c[: int((c.flatten(1).sum(1) != 0).sum())] for c in clips]
    # their rotations turn the other way
    turns = [skeletons.axis_rotation(a, -angle) for a, angle in enumerate(x["rot"].tolist())]
    rotation = turns[2] @ turns[1] @ turns[0]
    test, train = [], []
    margin = (1 - float(re.search(r"p_interval \[([\d.]+)\]", calls)[1])) / 2
    ratio, most = float(re.search(r"p=(\d*\.\d+)", calls)[1]), int(re.search(r"start min\((\d+)", calls)[1])
    for c in clips:
        bias = int(margin * len(c))
        test.append(skeletons.resize(c[bias : len(c) - bias], window))
        length = skeletons.crop_length(len(c), ratio, 64)
        start = min(most, len(c) - length)
        train.append(skeletons.resize(c[start : start + length], window) @ rotation.T)
    made = {f"test_{name}": [skeletons.stream(c, stream, NTU_TREE) for c in test] for name, stream in STREAMS.items()} | {"train_rotated": train}
    out: dict[str, object] = {}
    for name, values in made.items():
        tokens = torch.stack(values).permute(0, 4, 1, 3, 2)
        out[name] = tokens[:, :, :: tokens.shape[2] // shapes[name][0][2]] if name in shapes else tokens
    return out | {"rotation": rotation}
