"""Speed of SkateFormer beside the authors' code: inference, a training step, and preparing training clips, in one run.

python benchmarks/skateformer.py [--official CHECKOUT] [--data ROOT] [--batch 8] [--repeats 7]

Without a checkout of KAIST-VICLab/SkateFormer only ours is timed; without the data (NW-UCLA) clips are random.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import random
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.peers import Row, agree, rows, table, together, training_step, without_gradient
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.data import load
from vitruve.data.actions import UCLA_ACTIONS, action_split
from vitruve.methods.recognition.skateformer import Config, SkateFormer, ucla
from vitruve.tasks.recognition import ActionClip

SIZES = {
    "NTU, 60 classes": {"num_classes": 60, "num_people": 2, "num_points": 24, "type_1_size": (8, 8), "type_2_size": (8, 12), "mlp_ratio": 4.0},
    "NW-UCLA, 10 classes": {"num_classes": 10, "num_people": 1, "num_points": 20, "type_1_size": (8, 4), "type_2_size": (8, 5), "mlp_ratio": 1.0},
}


def layers() -> types.ModuleType:
    """The seven names that the authors' model takes from timm, where timm is not installed."""

    class DropPath(nn.Module):
        def __init__(self, p: float) -> None:
            super().__init__()
            self.p = p

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if not self.training:
                return x
            return x * torch.empty(len(x), *[1] * (x.ndim - 1)).bernoulli_(1 - self.p) / (1 - self.p)

    class Mlp(nn.Module):
        def __init__(self, in_features: int, hidden_features: int, act_layer: Any = nn.GELU, drop: float = 0.0) -> None:
            super().__init__()
            self.fc1, self.act, self.fc2 = nn.Linear(in_features, hidden_features), act_layer(), nn.Linear(hidden_features, in_features)
            self.drop = nn.Dropout(drop)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.drop(self.fc2(self.drop(self.act(self.fc1(x)))))

    out = types.ModuleType("timm.models.layers")
    unused: dict[str, Any] = {name: None for name in ("drop_path", "create_act_layer", "get_norm_act_layer", "create_conv2d")}
    out.__dict__.update(unused, DropPath=DropPath, Mlp=Mlp, trunc_normal_=nn.init.trunc_normal_)
    return out


def use_checkout(checkout: Path) -> None:
    """Put the authors' code on the path, and in place of timm and numpy.int, which it needs, what it needs of them."""
    if importlib.util.find_spec("timm") is None:
        sys.modules |= {"timm": types.ModuleType("timm"), "timm.models": types.ModuleType("timm.models"), "timm.models.layers": layers()}
    if not hasattr(np, "int"):
        np.int = int  # type: ignore[attr-defined]
    sys.path.insert(0, str(checkout))


def networks(official: bool, batch: int, repeats: int) -> list[Row]:
    out: list[Row] = []
    for name, size in SIZES.items():
        ours = SkateFormer(Config(num_classes=60, official_quirks=True) if size["num_people"] == 2 else ucla(official_quirks=True))
        theirs = None
        if official:
            build = importlib.import_module("model.SkateFormer").SkateFormer_
            sizes = {"type_3_size": size["type_1_size"], "type_4_size": size["type_2_size"]}
            theirs = build(**size, **sizes, kernel_size=7, num_heads=32, attn_drop=0.5, head_drop=0.0, rel=True, drop_path=0.2, index_t=True).eval()
            ours = SkateFormer.from_official(theirs.state_dict())
        example = ours.eval().example_batch(batch, torch.Generator().manual_seed(0))
        x, index, label = example.joints, example.index, example.label
        assert label is not None
        tasks: dict[str, Callable[[], Any]] = {"ours": without_gradient(lambda m=ours, e=example: m(e))}
        if theirs is not None:
            with torch.inference_mode():
                agree(f"{name}, logits", ours(example), theirs(x, index))
            tasks["peer"] = without_gradient(lambda m=theirs, x=x, i=index: m(x, i))
        out.append(rows(f"{name}: inference", together(repeats, **tasks)))
        steps = {"ours": training_step(ours.train().parameters(), lambda m=ours, e=example: m.losses(e)["cross_entropy"])}
        if theirs is not None:
            loss = lambda m=theirs, x=x, i=index, y=label: F.cross_entropy(m(x, i), y, label_smoothing=0.1)  # noqa: E731
            steps["peer"] = training_step(theirs.train().parameters(), loss)
        out.append(rows(f"{name}: training step", together(repeats, **steps)))
    return out


def clips_to_prepare(data: Path | None) -> list[ActionClip]:
    if data is not None:
        return [c for c in load("nw_ucla", data) if c.view != 3]
    g = torch.Generator().manual_seed(0)
    codes = [(a, s, e, v) for a in range(10) for s in range(1, 11) for e in range(4) for v in (1, 2)]
    make = [
        (Poses(torch.randn(1, 39, 20, 3, generator=g), skeleton("kinect20")), a, s, v, f"a{UCLA_ACTIONS[a]:02d}_s{s:02d}_e{e:02d}_v{v:02d}")
        for a, s, e, v in codes
    ]
    return [ActionClip(*fields) for fields in make]


def feeders(official: bool, clips: list[ActionClip], repeats: int) -> dict[str, float]:
    """Milliseconds a training clip (NW-UCLA's feeder), over the same clips."""
    count = len(clips)
    split = action_split(SkateFormer(ucla(depths=(1,), channels=(32,))), clips)
    generator = torch.Generator().manual_seed(0)
    tasks: dict[str, Callable[[], Any]] = {"ours": lambda: [split.get(i, generator) for i in range(count)]}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        if official:
            module = importlib.import_module("feeders.feeder_ucla")
            place = Path(folder) / "data" / "NW-UCLA" / "all_sqe"
            place.mkdir(parents=True)
            made = module.Feeder.__new__(module.Feeder)
            for c in clips:
                x = c.poses.positions[0] * torch.tensor([-1.0, 1.0, -1.0])
                (place / f"{c.name}.json").write_text(json.dumps({"skeletons": x.tolist()}))
            here = os.getcwd()
            stack.callback(os.chdir, here)
            os.chdir(folder)
            # its list of files is in the constructor; the clips here are all it may read
            module.open, known = _only(place), {c.name for c in clips}
            made.__init__(data_path="", label_path="train", data_type="j", repeat=1, p=0.5, partition=True)  # type: ignore[misc]
            chosen = [i for i, d in enumerate(made.data_dict) if d["file_name"] in known]
            random.seed(0)
            tasks["peer"] = lambda: [made[i] for i in chosen]
            # their list lacks some of the random clips
            listed = {made.data_dict[i]["file_name"] for i in chosen}
            mine = [i for i, c in enumerate(clips) if c.name in listed]
            tasks["ours"] = lambda: [split.get(i, generator) for i in mine]
            count = len(mine)
        return {name: t / count for name, t in together(repeats, **tasks).items()}


def _only(place: Path) -> Callable[..., Any]:
    """`open` that gives one frame of zeros for files that are not there."""

    def opened(name: str, mode: str = "r") -> Any:
        path = place / Path(name).name
        if not path.exists():
            path = place / "none.json"
            path.write_text(json.dumps({"skeletons": np.zeros((1, 20, 3)).tolist()}))
        return open(path, mode)

    return opened


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--official", type=Path, help="a checkout of KAIST-VICLab/SkateFormer")
    parser.add_argument("--data", type=Path, help="the data collection (with nw_ucla)")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    official = None if options.official is None else options.official.resolve()
    if official is not None:
        use_checkout(official)
    torch.manual_seed(0)
    results = networks(official is not None, options.batch, options.repeats)
    times = feeders(official is not None, clips_to_prepare(options.data), max(options.repeats // 2, 1))
    print(f"batch {options.batch}\n\n{table([*results, rows('training clip, NW-UCLA', times)])}")


if __name__ == "__main__":
    main()
