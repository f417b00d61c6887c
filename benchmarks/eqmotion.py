"""Speed of EqMotion beside the authors' code: inference, a training step, and simulating particles, in one run.

python -m benchmarks.eqmotion [--official CHECKOUT] [--repeats 5]

Both get the same weights and batches. Without a checkout of MediaBrain-SJTU/EqMotion only ours is timed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.peers import agree, rows, table, together, training_step, without_gradient
from vitruve.data import nbody
from vitruve.methods.forecasting.eqmotion import Config, EqMotion, scenario
from vitruve.tasks.forecasting import ForecastBatch

PEDESTRIANS = scenario("pedestrians")
CASES: dict[str, tuple[str, Config, int, int, int]] = {
    "n-body": ("n_body_system", scenario("particles"), 100, 5, 3),
    "Human3.6M, 10 to 10 frames": ("h36m", replace(scenario("h36m_short"), scale=1.0), 16, 22, 3),
    "ETH/UCY, one person": ("eth_ucy", PEDESTRIANS, 100, 1, 2),
    "ETH/UCY, three people (zara1)": ("eth_ucy", replace(PEDESTRIANS, channels=128), 100, 3, 2),
}
"""The authors' package, our config, scenes in a batch, agents, dimensions."""


def authors_model(package: str, c: Config) -> torch.nn.Module:
    """Their network of this config, freshly made."""
    sizes: dict[str, Any] = {"in_node_nf": c.past, "in_edge_nf": 2, "hidden_nf": c.hidden, "in_channel": c.past, "hid_channel": c.channels}
    sizes |= {"out_channel": c.future, "n_layers": c.layers, "recurrent": True}
    if c.joint_tokens:
        sizes |= {"add_agent_token": True, "n_agent": c.joint_tokens, "category_num": c.categories}
    return importlib.import_module(f"{package}.model_t").EqMotion(**sizes)


def network(official: bool, case: tuple[str, Config, int, int, int], repeats: int) -> tuple[dict[str, float], dict[str, float]]:
    """(inference, training step) in milliseconds."""
    package, config, scenes, agents, dims = case
    track = torch.randn(scenes, agents, config.past + config.future, dims).mul(0.1).cumsum(2)
    batch = ForecastBatch(track[:, :, : config.past], track[:, :, config.past :])
    assert batch.future is not None
    future = batch.future
    ours = EqMotion(config)
    runs: dict[str, tuple[torch.nn.Module, Callable[[], torch.Tensor], Callable[[], torch.Tensor]]] = {}
    if official:
        theirs = authors_model(package, config)
        ours = EqMotion.from_official(theirs.state_dict(), scale=1.0)
        velocity = batch.past.diff(dim=2)
        velocity = torch.cat([velocity[:, :, :1], velocity], 2)
        more = (torch.full((scenes,), agents, dtype=torch.int),) if package == "eth_ucy" else ()

        def answer() -> torch.Tensor:
            out = theirs(velocity.square().sum(-1).sqrt(), batch.past, velocity, *more)[0]
            return out if out.ndim == 5 else out[:, :, None]

        def their_loss() -> torch.Tensor:
            error = (answer() - future[:, :, None]).norm(dim=-1).mean(-1).amin(2)
            return error[:, 0].mean() if config.supervise == "first" else error.mean()

        runs["peer"] = theirs, answer, their_loss
    runs["ours"] = ours, lambda: ours(batch).positions, lambda: ours.losses(batch)["displacement"]
    if official:
        with torch.no_grad():
            for kind in (1, 2):
                agree(f"{package}, {('forecast', 'loss')[kind - 1]}", runs["ours"][kind](), runs["peer"][kind]())

    return (
        together(repeats, **{name: without_gradient(forward) for name, (_, forward, _) in runs.items()}),
        together(repeats, **{name: training_step(model.parameters(), loss) for name, (model, _, loss) in runs.items()}),
    )


def simulator(official: bool, count: int = 256, steps: int = 2000) -> dict[str, float]:
    """Milliseconds a charged five-particle simulation; ours steps `count` of them at once."""
    tasks: dict[str, Callable[[], object]] = {"ours": lambda: nbody.simulate("charged", count, 0, steps=steps, every=200)}
    few = 2
    if official:
        # it imports what it draws its pictures with; nothing is drawn here
        sys.modules.setdefault("matplotlib", type(sys)("matplotlib"))
        sys.modules.setdefault("matplotlib.pyplot", type(sys)("matplotlib.pyplot"))
        module = importlib.import_module("n_body_system.dataset.synthetic_sim")
        with contextlib.redirect_stdout(io.StringIO()):
            simulation = module.ChargedParticlesSim(n_balls=5)
        tasks["peer"] = lambda: [_quietly(simulation.sample_trajectory, steps) for _ in range(few)]
    made = together(1, **tasks)
    return {name: t / (count if name == "ours" else few) for name, t in made.items()}


def _quietly(sample: Callable[..., object], steps: int) -> object:
    with np.errstate(all="ignore"):
        return sample(T=steps, sample_freq=200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--official", type=Path, help="a checkout of MediaBrain-SJTU/EqMotion")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    official = options.official is not None
    if official:
        sys.path.insert(0, str(options.official.resolve()))
        if not torch.cuda.is_available():
            # their skeleton network moves two tables it never reads to a GPU
            torch.Tensor.cuda = lambda self, *args, **kwargs: self  # type: ignore[method-assign,assignment,misc]
    torch.manual_seed(0)
    results: dict[str, dict[str, float]] = {}
    for name, case in CASES.items():
        results[f"{name}: forecast"], results[f"{name}: training step"] = network(official, case, options.repeats)
    results["charged particles: one simulation of 2000 steps"] = simulator(official)
    print(table([rows(name, times) for name, times in results.items()]))


if __name__ == "__main__":
    main()
