"""DiffPose: conditions, denoiser, diffusion, loss with gradients, sampling, metrics and preparation; all draws are given.

Constructor arguments are read from `config`, by the names of the release's; outputs are computed where the inputs allow.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.parity.named import Named
from vitruve.core.standards import skeleton
from vitruve.methods.lifting.diffpose import _UNUSED, JOINTS, Candidates, Config, Denoiser, DiffPose, candidates_of, decode, encode, normalised_pose
from vitruve.metrics import hypotheses as H
from vitruve.metrics.pose import joint_errors

METRIC_JOINTS = [1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16]
NO_SPINE = [j for j in range(17) if j != 7]
MPII_TO_H36M = [3, 2, 1, 4, 5, 6, 0, 7, 8, 10, 16, 15, 14, 11, 12, 13]


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if "pred" in x:
        return _metrics(x)
    if "mpii" in x or ("poses_3d" in x and "heatmap" not in x):
        return _preparation(x)
    if not state:
        return _concatenated(spec["config"], x)
    return _network(spec, x, state)


# -- config --------------------------------------------------------------------------------------

_NORMALISATION = {"mean_std_per_sample": "mean_std_per_candidate", "none": "image"}


def _condition(given: dict[str, Any]) -> dict[str, Any]:
    """HeatmapSamplingPoseformer's arguments, its own defaults where they are not given, as our fields."""
    method = given.get("dropout_joint_method")
    normalisation = given.get("normalization_method", "mean_std")
    return {
        "candidates": given.get("num_samples", 16),
        "condition_dim": given.get("condition_dim", 32),
        "embedding": given.get("embedding_dim", 64),
        "normalisation": _NORMALISATION.get(normalisation, normalisation),
        "joint_dropout": method if method in ("any", "uncertain") else "none",
        "joint_dropout_rate": given.get("dropout_prob", 0.01),
        "uncertain_spread": given.get("uncertain_thresh", 1.0),
        "replacement": given.get("sample_with_replacement", True),
        "positions": given.get("positional_embedding", "sin"),
        "merge": "summed" if given.get("old_behaviour", True) else "joined",
        "projection": given.get("project_positional_embedding", False),
        "transformer": not given.get("without_transformer", False),
        "argmax": not given.get("without_argmax", False),
        "likelihood": not given.get("without_posemb_scaling", False),
        "full_heatmap": given.get("use_full_heatmap", False),
    }


def _candidates(given: dict[str, Any]) -> dict[str, Any]:
    """HeatmapSamplingCat's arguments as our fields."""
    normalisation = given.get("normalization_method", "mean_std")
    return {
        "condition": "candidates",
        "candidates": given.get("num_samples", 16),
        "ordered": given.get("sort_samples", True),
        "likelihood": given.get("concat_likelihood", False),
        "normalisation": _NORMALISATION.get(normalisation, normalisation),
        "fresh": False,
        "threshold": max(given.get("min_threshold", -1), 0),
        "temperature": given.get("temperature_scaling", 1.0),
    }


def _diffusion(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "steps": given.get("timesteps", 25),
        "loss": given.get("loss_type", "l2"),
        "objective": "sample" if given.get("objective", "pred_noise") == "pred_x0" else "epsilon",
        "schedule": given.get("beta_schedule", "cosine"),
        "p2_gamma": given.get("p2_loss_weight_gamma", 0.0),
        "p2_k": given.get("p2_loss_weight_k", 1),
        "pose_scale": given.get("scaling_3d_pose", 10.0),
        "noise_scale": given.get("noise_scale", 1.0),
    }


def _parts(config: dict[str, Any]) -> tuple[dict, dict]:
    """(arguments of the condition, of the diffusion): nested, or laid flat."""
    condition = next((config[k] for k in ("condition", "condition_emb", "embedding") if isinstance(config.get(k), dict)), config)
    return condition, config["diffusion"] if isinstance(config.get("diffusion"), dict) else config


# -- networks ------------------------------------------------------------------------------------


def _model(spec: dict, state: dict[str, Tensor]) -> DiffPose:
    """The release's module, whole or in part: what a part lacks is made and never used."""
    condition, diffusion = _parts(spec["config"])
    whole = dict(state)
    if not any(k.startswith(("denoise_fn.", "condition_emb.")) for k in state):
        whole = {f"condition_emb.{k}": v for k, v in state.items()}
    embedded = any(k.startswith("condition_emb.") for k in whole)
    fields = _diffusion(diffusion)
    if embedded:
        fields |= _condition(condition)
    elif "num_samples" in condition or "Cat" in spec["module"]:
        fields |= _candidates(condition)
    if "denoise_fn.upscale.weight" in whole:
        return DiffPose.from_official(whole, **_fitting(whole, fields))
    config = Config(**{**fields, "skeleton": "h36m17", "channels": 8, "official_quirks": True})
    model = DiffPose(config).eval()
    own = {k: v for k, v in whole.items() if not k.startswith(_UNUSED)}
    missing, left = model.load_state_dict(own, strict=False)
    assert not left and all(k.startswith("denoise_fn.") for k in missing), (missing, left)
    return model


def _fitting(state: dict[str, Tensor], fields: dict[str, Any]) -> dict[str, Any]:
    """A denoiser by itself says how much it reads, not of what: any condition of that size will do."""
    if any(k.startswith("condition_emb.") for k in state) or "condition" in fields:
        return fields
    joints = len(state["denoise_fn.pose.bias"]) // 3
    reads = state["denoise_fn.upscale.weight"].shape[1] - 3 * joints - 1
    return fields | ({"condition": "pose"} if reads == 2 * JOINTS else {"condition": "candidates", "candidates": reads // (2 * JOINTS), "likelihood": False})


def _cells(x: dict[str, Tensor], images: int, drawn: int) -> Tensor | None:
    """What was drawn of each image; where nothing is drawn, what the golden holds was never read."""
    if "cells" not in x:
        return None
    cells = x["cells"].reshape(images, JOINTS, -1) if x["cells"].numel() else x["cells"].new_zeros(images, JOINTS, 0)
    return cells if drawn else cells[..., :0]


def _denoiser(x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    """The denoiser alone, whatever it reads."""
    (channels, reads), pose = state["upscale.weight"].shape, len(state["pose.bias"])
    model = Denoiser(pose, reads - pose - 1, channels).eval()
    model.load_state_dict({k: v for k, v in state.items() if ".bn" not in k})
    noisy, condition = (next(x[k] for k in names if k in x) for names in (("x_t", "x", "noisy"), ("c", "cond", "condition")))
    return dict.fromkeys(("eps", "y", "out"), model(noisy, x["t"], condition))


def _network(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, object]:
    if "upscale.weight" in state:
        return _denoiser(x, state)
    model = _model(spec, state)
    c = model.config
    out: dict[str, object] = {}
    hypotheses = int(x["n_hypo"]) if "n_hypo" in x else 1
    given = x.get("cond", x.get("c"))
    if "heatmap" in x:
        maps = x["heatmap"]
        cells = _cells(x, len(maps), c.drawn)
        if cells is None:
            cells = torch.zeros(len(maps), JOINTS, 0, dtype=torch.long)
        if c.condition == "embedding" and not c.full_heatmap:
            found = candidates_of(maps, cells, hypotheses, c)
            out |= _embedded(model, found)
        elif c.full_heatmap:
            tokens = model.condition_emb.tokens(model.condition_emb.pooled_maps(maps), c.heatmap_size**2)
            out |= _attended(model, tokens.repeat_interleave(hypotheses, 0))
        # the concatenated candidates are drawn once for all hypotheses
        own = 1 if c.condition == "candidates" else hypotheses
        cond = model.condition(maps, own, cells)
        out["cond"] = out["out"] = out["y"] = cond
        given = cond.repeat_interleave(hypotheses // own, 1).flatten(0, 1)
    if "posx" in x and c.condition == "embedding" and c.positions != "linear":
        out["posenc_of_x"] = model.condition_emb.pos_encoder(x["posx"])
    if given is not None and given.ndim == 3:
        given = given.flatten(0, 1)
    elif given is not None and "heatmap" not in x:
        given = given.repeat_interleave(hypotheses, 0)
    if "t" in x:
        out |= _steps(model, x, given, spec)
    if "init" in x and given is not None:
        with torch.inference_mode():
            if "heatmap" in x:
                alone = model.condition(maps, 1, cells[..., : c.drawn])[:, 0]
                out["sample_mean_only"] = model.denoise(alone, c.noise_scale * x["init"][: len(alone)], mean_only=True)
                # draws are the hypothesis's own only where the release is told so
                given = given if _parts(spec["config"])[0].get("sampleable", False) else alone.repeat_interleave(hypotheses, 0)
            if "steps" in x:
                n = len(given)
                out["sample"] = model.denoise(given, c.noise_scale * x["init"][:n], iter(c.noise_scale * x["steps"][:, :n]))
    # the names of the parts are the release's
    return Named(out, model)


def _embedded(model: DiffPose, found: Candidates) -> dict[str, object]:
    embedding, c = model.condition_emb, model.config
    where = "image" if c.positions == "channel" else c.normalisation
    tokens = embedding.tokens(embedding.pooled(found), c.candidates)
    return {
        "samples": found.positions(c.heatmap_size, where).flatten(2),
        "probs": found.values,
        **_attended(model, tokens),
    }


def _attended(model: DiffPose, tokens: Tensor) -> dict[str, object]:
    return {"tf_in": tokens, "tf_out": model.condition_emb.transformer(tokens) if model.config.transformer else tokens}


def _steps(model: DiffPose, x: dict[str, Tensor], condition: Tensor, spec: dict) -> dict[str, object]:
    """One step, there and back, and the loss with whichever gradients are asked for."""
    c, d, t = model.config, model.diffusion, x["t"]
    if "x0" not in x:
        noisy = x.get("x_t", x.get("x"))
        return {"eps": model.denoise_fn(noisy, t, condition), "y": model.denoise_fn(noisy, t, condition)}
    x0, noise = c.pose_scale * x["x0"], x["noise"]
    loss = model.diffusion_loss(x0, t, noise, condition)
    out: dict[str, object] = {"loss": loss}
    if re.search(r"\bg_|gradient", spec["calls"]):
        loss.backward()
        out["g_upscale_t_column"] = model.denoise_fn.upscale.weight.grad[:, model.pose_size]
    with torch.no_grad():
        noisy = d.q_sample(x0, t, noise)
        found = model.denoise_fn(noisy, t, condition)
        mean, log_variance = d.posterior(d.estimate(found, noisy, t), noisy, t)
        clamp, d.clamp = d.clamp, None
        out |= {"x_t": noisy, "eps": found, "x0_hat": d.estimate(found, noisy, t), "post_mean": mean, "post_logvar": log_variance.flatten()}
        d.clamp = clamp
        if "noise2" in x:
            out["p_sample"] = d.ddpm_step(d.estimate(found, noisy, t), noisy, t, c.noise_scale * x["noise2"])
    return out


# -- without weights -----------------------------------------------------------------------------


def _arguments(text: str) -> dict[str, Any]:
    """ "num_samples=32, sort_samples=True, mean_std" to arguments."""
    out: dict[str, Any] = {}
    for part in (p.strip() for p in text.split(",")):
        key, _, value = part.partition("=")
        if not value:
            out["normalization_method"] = key
        else:
            out[key] = value == "True" if value in ("True", "False") else float(value) if "." in value else int(value) if value.lstrip("-").isdigit() else value
    return out


def _concatenated(config: dict[str, Any], x: dict[str, Tensor]) -> dict[str, object]:
    """HeatmapSamplingCat of several configs, or of one."""
    several = {k: _arguments(v) if isinstance(v, str) else v for k, v in config.items() if isinstance(v, str | dict)}
    several = {k: v for k, v in several.items() if "num_samples" in v or "normalization_method" in v} or {"y": config}
    out: dict[str, object] = {}
    maps = x["heatmap"]
    hypotheses = int(x["n_hypo"]) if "n_hypo" in x else 1
    for name, given in several.items():
        c = Config(**_candidates(given), heatmap_size=maps.shape[-1], channels=8)
        cells = x["cells"].reshape(len(maps), hypotheses, JOINTS, -1).transpose(1, 2)[..., : c.drawn].flatten(2)
        found = candidates_of(maps, cells, hypotheses, c)
        read = found.positions(c.heatmap_size, c.normalisation)
        read = torch.cat([read, found.values[..., None]], -1) if c.likelihood else read
        out[name] = read.flatten(1).unflatten(0, (len(maps), hypotheses))
    return out


def _metrics(x: dict[str, Tensor]) -> dict[str, object]:
    """All in mm, joints on the last axis of the golden; one pose of each is one hypothesis."""
    alone = x["pred"].ndim == 3
    truth, found = x["gt"].mT, (x["pred"][:, None] if alone else x["pred"]).mT
    errors, sized = H.hypothesis_distances(found, truth), H.hypothesis_distances(found, truth, "size")
    aligned = H.aligned_hypotheses(found, truth)
    after = joint_errors(aligned, truth[:, None].expand(found.shape))
    curve = H.correct_poses(after[..., NO_SPINE], 300.0, 1.0)
    each: dict[str, Tensor] = {
        "p1": errors.mean(-1),
        "p1_sc": sized.mean(-1),
        "p2": after.mean(-1),
        "pa_pose": aligned.mT,
        "pck_p1": H.pck_of(errors[..., METRIC_JOINTS], 150.0),
        "pck_p1_sc": H.pck_of(sized[..., METRIC_JOINTS], 150.0),
        "cps_curve": curve,
        # compute_3DPCK_list counts whole poses as well, but does not align them
        "cp": H.correct_poses(errors[..., NO_SPINE], 180.0, 180.0)[..., 0],
        "err_3dpe": after.mean(-1),
        "pck_list": H.correct_poses(errors[..., NO_SPINE], 300.0, 1.0),
        **({"sym": H.symmetry_error(found, skeleton("h36m17"))} if found.shape[-2] == 17 else {}),
    }
    if alone:
        return {name: value[:, 0] for name, value in each.items()}
    over = {f"{name}_{which}": value for name in ("p1", "p1_sc", "p2") for which, value in H.over_hypotheses(each[name]).items()}
    # of the first, the first two, ... hypotheses the best, summed over poses
    over |= {f"total_err_best_{name}": each[name].cummin(1).values.sum(0) for name in ("p1", "p2")}
    quantiles = H.truth_quantiles(found, truth)
    spread = {"hypo_std": found.std(1).mT} if found.shape[1] > 1 else {}
    return {**each, **over, **spread, "cps_best_auc": H.best_cps_auc(curve), "ece_quantile": quantiles, "ece_metric": quantiles.mean(0).median()}


def _preparation(x: dict[str, Tensor]) -> dict[str, object]:
    """The golden's poses lack the root, and are in mm; its camera's y and z point as ours do."""
    out: dict[str, object] = {}
    if "poses_3d" in x:
        made = encode(x["poses_3d"].mT / 1000, False)
        rootless = x["poses_3d"].shape[-1] == JOINTS
        centred = decode(made, rootless).mT * torch.tensor([[1.0], [-1.0], [-1.0]])
        flat = made.unflatten(-1, (3, -1))
        # decode stands on the root, and the release's step before it does not
        root = (flat[..., :1] + flat[..., 3:4]) / 2 if rootless else flat[..., :1]
        out |= {"poses_3d_norm": made, "root_reinserted": (centred + root).flatten(1), "root_centred_mm": 1000 * centred.flatten(1)}
    if "poses_2d" in x:
        out["poses_2d_norm"] = normalised_pose(x["poses_2d"].mT)
    if "mpii" in x:
        pose = x["mpii"].new_zeros(len(x["mpii"]), 17, 3)
        pose[:, MPII_TO_H36M, :2] = x["mpii"]
        pose[:, 9] = (pose[:, 8] + pose[:, 10]) / 2
        out["mpii_to_h36m"] = (pose - pose[:, :1])[:, 1:].flatten(1)
    return out
