"""EqMotion's networks, losses, errors, pedestrian windows and particle simulators."""

from __future__ import annotations

import re

import numpy as np
import roma
import torch
from torch import Tensor

from tests.parity.named import Named
from vitruve.core import rotations
from vitruve.core.motion import forward_kinematics
from vitruve.core.skeleton import Skeleton
from vitruve.data import forecasting, nbody
from vitruve.methods.forecasting.eqmotion import EqMotion, _rename
from vitruve.tasks.forecasting import ForecastBatch, displacement_errors


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, np.ndarray | Tensor]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if state and "num_valid" in x:
        return _pedestrians(spec["config"], x, state)
    if state and "traj" in x:
        return _network(spec, x["traj"], state)
    if "rows" in x:
        return _windows(spec["config"], inputs["rows"])
    if "expmap" in x:
        return _exponential_maps(x, f"{spec['module']} {spec['calls']}")
    if "seed" in x:
        return _simulation(spec, int(inputs["seed"]))
    if "gt96" in x:
        return _skeleton_errors(spec["config"], x)
    if {"pred", "gt"} <= x.keys():
        return _pedestrian_errors(spec["config"], x) if "num_valid" in x else _particle_errors(x)
    raise ValueError(f"inputs {sorted(x)}: neither a network's, nor errors', nor a simulator's")


def _network(spec: dict, traj: Tensor, state: dict[str, Tensor]) -> Named:
    weighted = spec["config"].get("weighted_loss", re.search(r"\bweighted\b", spec["calls"]) is not None)
    temperature = 0.5 if "reason" in spec["module"].split("(")[0] else 1.0
    model = EqMotion.from_official(
        state, scale=1.0, temperature=temperature, frame_weights="early" if weighted else "even", residual=spec["config"].get("recurrent", False)
    )
    past = model.config.past
    seen: dict[str, Tensor] = {}
    for name in ("embedding", "embed_MLP"):
        if hasattr(model, name):
            getattr(model, name).register_forward_hook(lambda module, args, out, name=name: seen.setdefault(name, out))
    starts: list[tuple[Tensor, ...]] = []
    start = model.start

    def watched(x: Tensor, v: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        out = start(x, v, weight)
        mean = (model.dct_past @ x.mT).mT.mean((1, 3), keepdim=True)
        starts.append((out[0] - mean, out[1]))
        return out

    model.start = watched  # type: ignore[method-assign]
    layers: dict[str, Tensor] = {}
    for i, layer in enumerate(model.layers):

        def hook(module: torch.nn.Module, args: tuple, kwargs: dict, out: tuple[Tensor, Tensor], i: int = i) -> None:
            h, g = out
            if not kwargs["update"]:
                # the last layer's features serve nothing and are left out of the forward pass
                h = module.forward(*args)[0]
            layers.update({f"layer{i}_h": h, f"layer{i}_G": g[0].mT})

        layer.register_forward_hook(hook, with_kwargs=True)
    batch = ForecastBatch(traj[:, :, :past], traj[:, :, past:])
    forecast = model(batch)
    loss = model.losses(batch)["displacement"]
    loss.backward()
    assert batch.future is not None
    error = (forecast.best - batch.future).norm(dim=-1)
    out = {
        "prediction": forecast.best,
        "category": forecast.interactions,
        "loss": loss.reshape(1),
        "ade": error.mean().reshape(1),
        "fde": error[..., -1].mean().reshape(1),
        "error_per_frame": error.mean((0, 1)),
        **seen,
        "coord_trans": starts[0][0],
        "vel_trans": starts[0][1],
        **layers,
    }
    return Named(out, model, _their_gradients(model, state))


def _their_gradients(model: EqMotion, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The authors' entries with the gradients of the parameters that ours are stacked of."""
    theirs = {k: v.clone().requires_grad_() for k, v in state.items()}
    ours = _rename(theirs, model.config)
    torch.autograd.backward([ours[k] for k, p in model.named_parameters() if p.grad is not None], [p.grad for p in model.parameters() if p.grad is not None])
    return theirs


def _pedestrians(config: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    every = bool(config.get("supervise_all"))
    model = EqMotion.from_official(state, residual=config.get("recurrent", False), supervise="all" if every else "first")
    past, future = x["traj"].split([model.config.past, model.config.future], 2) if "traj" in x else (x["x"], x.get("gt"))
    valid = torch.arange(past.shape[1]) < x["num_valid"][:, None]
    batch = ForecastBatch(past, future, valid)
    forecast = model.continue_tracks(past, x["vel"], valid) if "vel" in x else model(batch)
    out = {"y": forecast.positions, "prediction": forecast.positions, "category": forecast.interactions}
    if future is not None:
        # their mean over all agents counts the padded ones, without error
        loss = model.losses(batch)["displacement"] * (valid.float().mean() if every else 1)
        loss.backward()
        out["loss"] = loss.reshape(1)
    return Named(out, model, _their_gradients(model, state))


def _windows(config: dict, rows: np.ndarray) -> dict[str, Tensor]:
    track = forecasting.Track(rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64), rows[:, 2:4])
    batch = forecasting.scene_windows(
        track,
        config["past"],
        config["future"],
        agents=config["total_num"],
        radius=config.get("neighbour_radius", 5.0),
        step=config.get("frame_skip", 1),
        official_quirks=True,
    )
    data = torch.cat([batch.past, batch.future], 2)
    return {"data": data, "num": batch.valid.sum(1), "data_test": data, "num_test": batch.valid.sum(1)}


def _exponential_maps(x: dict[str, Tensor], words: str) -> dict[str, Tensor]:
    """Exponential maps (N, 3), or of a frame's joints (N, 3 + 3 J), as rotations, and the joints of a given tree."""
    vectors = x["expmap"].double()
    vectors = vectors if vectors.shape[-1] == 3 else vectors[..., 3:].unflatten(-1, (-1, 3))
    q = rotations.from_rotvec(vectors)
    turns = roma.unitquat_to_rotmat(q)
    quaternion = rotations.quaternion_order(q * q[..., 3:].sign(), "xyzw", "wxyz")
    out = {"rotmat": turns, "expmap2rotmat": turns, "quat": quaternion, "rotmat2quat": quaternion}
    out["euler"] = out["rotmat2euler"] = -rotations.to_euler("xyz", q)
    out["expmap_back"] = out["rotmat2expmap"] = rotations.to_rotvec(q * q[..., 3:].sign())
    if "offset" in x and "parent" in x:
        offset, parents = x["offset"].double().reshape(-1, 3), tuple(x["parent"].tolist())
        tree = Skeleton("expmap", tuple(f"joint{j}" for j in range(len(parents))), parents)
        # turned as rows; in the release's function for tensors the root turns nothing
        q = torch.cat([rotations.identity(*q.shape[:-2], 1, dtype=q.dtype), q[..., 1:, :]], -2) if "torch" in words else q
        out["xyz"] = forward_kinematics(tree, rotations.inverse(q), offset[0].expand(*q.shape[:-2], 3), offset).positions
    return out


def _simulation(spec: dict, seed: int) -> dict[str, np.ndarray]:
    config = spec["config"]
    kind = "springs" if "spring" in spec["module"].lower() else "charged"
    run = nbody.simulate(kind, 1, config.get("numpy_seed", seed), config["n_balls"], config["T"], config["sample_freq"])
    out = {"loc": run.positions[0].mT, "vel": run.velocities[0].mT, "edges": run.couplings[0]}
    return out if run.charges is None else {**out, "charges": run.charges[0][:, None]}


def _particle_errors(x: dict[str, Tensor]) -> dict[str, Tensor]:
    scores = displacement_errors(x["pred"][:, :, None], x["gt"], torch.ones(x["pred"].shape[:2], dtype=torch.bool), range(1, x["gt"].shape[2] + 1))
    out = {"fde_ade": torch.tensor([scores.fde, scores.ade]), "error_per_frame": torch.tensor([e for _, e in scores.horizons])}
    if "category" in x:
        mismatch = 1 - nbody.edge_accuracy(x["category"], x["edges"])
        out["accuracy_raw_and_reported"] = torch.tensor([mismatch, max(mismatch, 1 - mismatch)])
    return out


def _pedestrian_errors(config: dict, x: dict[str, Tensor]) -> dict[str, Tensor]:
    ego = torch.zeros(x["pred"].shape[:2], dtype=torch.bool)
    ego[:, 0] = True
    scores = displacement_errors(x["pred"], x["gt"], ego)
    scale = config.get("test_scale", 1)
    return {"fde_ade": torch.tensor([scores.fde, scores.ade]) * scale, "train_loss_ego": torch.tensor([scores.ade])}


def _skeleton_errors(config: dict, x: dict[str, Tensor]) -> dict[str, Tensor]:
    truth = x["gt96"].unflatten(-1, (-1, 3)).transpose(1, 2)
    body = forecasting.BenchmarkBody(truth.shape[1], tuple(x["dim_used"][::3].div(3, rounding_mode="floor").tolist()), forecasting.H36M_BODY.copies)
    return {"mpjpe": body.errors(x["pred"], truth, [f + 1 for f in config["eval_frames"]]) * config["scale"]}
