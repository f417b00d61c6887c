"""FinePOSE: denoiser, prompts, sampling and training step; errors of hypotheses; windows of clips.

Outputs are strided as `calls` says: NAME_everyN is every N-th channel of NAME.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from tests.parity.named import Named
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.core.windows import receptive_windows
from vitruve.data.lifting_windows import cut, mirrored
from vitruve.methods.lifting.finepose import _OFFICIAL_NAMES, FinePOSE, Prompt
from vitruve.metrics import aggregation as agg
from vitruve.metrics import pose
from vitruve.tasks.lifting import LiftingBatch, screen_normalise


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config, calls = spec["config"], spec["calls"]
    if state:
        model = _model(spec, state)
        found = _train(model, spec, x) if config.get("is_train", "x_3d" in x) else _denoise(model, spec, x)
        found.update({f"{n}_every{k}": found[n][..., :: int(k)] for n, k in re.findall(r"(\w+)_every(\d+)", calls) if n in found})
        return found
    if {"pred", "target"} <= x.keys():
        return _errors(x) if x["pred"].ndim > x["target"].ndim else _plain_errors(x["pred"], x["target"])
    if "kp_px" in x:
        return _windows(config, calls, x)
    raise ValueError(f"inputs {sorted(x)}: nothing known")


def _model(spec: dict, state: dict[str, Tensor]) -> FinePOSE:
    config = spec["config"]
    return FinePOSE.from_official(
        state,
        timesteps=config.get("timestep", 1000),
        scale=config.get("scale", 1.0),
        flip=config.get("test_time_augmentation", True),
        sampling_steps=config.get("sampling_timesteps", 1),
        skeleton=_body(config).name,
    )


def _prompt(model: FinePOSE, x: dict[str, Tensor]) -> Prompt:
    # on MPI-INF-3DHP no action is read
    text = x["text"] if "text" in x else torch.zeros(len(x["x_2d"]), x["pre_text"].shape[-1], dtype=torch.long)
    return model.prompts(text, x["pre_text"])


class _Given(FinePOSE):
    """The prompt's fixed texts are the golden's."""

    def prompt(self, batch: LiftingBatch) -> Prompt:
        return _prompt(self, self.given)


def _denoise(model: FinePOSE, spec: dict, x: dict[str, Tensor]) -> dict[str, Tensor]:
    model.__class__, model.given = _Given, x
    batch = LiftingBatch(x["x_2d"])
    b, scale = len(x["x_t"]), model.config.scale
    step = re.search(r"\bt=(\d+)", spec["calls"])
    t = x["t"] if "t" in x else torch.full((b,), int(step[1]))
    out: dict[str, Tensor] = {}
    with torch.inference_mode():
        prompt = model.prompt(batch)
        e = model.condition(t, prompt)
        out |= {"xf_proj": prompt.pooled, "xf_out": prompt.tokens, "emb_row0": e[0], "time_mlp": model.condition(t, None)}
        noisy = x["x_t"].clamp(-1.1 * scale, 1.1 * scale) / scale
        seen = _watch(model)
        out["pred"] = model(batch.keypoints, noisy, t, prompt)
        out |= {"ste0": _rows(seen["spatial0"]), "cross_attn": _rows(seen["cross"]), "tte0": _rows(seen["temporal0"])}
        out["st_rest"] = seen[f"temporal{model.config.depth - 1}"]
        clean = model.estimate(batch.keypoints, x["x_t"], t, prompt)
        flip = "flip_" if model.config.flip else ""
        out |= {f"{flip}x_start": clean, f"{flip}pred_noise": model.diffusion.implied_noise(clean, x["x_t"], t)}
        if "noise_init" in x:
            draws: Iterator[Tensor] = iter([x["noise_init"], *x["noise_step"]])
            # theirs stay scaled, and are millimetres on MPI-INF-3DHP
            unit = scale * (1000 if "3dhp" in spec["module"] else 1)
            out["ddim_flip" if flip else "ddim"] = model.trajectory(batch, lambda: next(draws)).transpose(0, 1) * unit
    return out


def _watch(model: FinePOSE) -> dict[str, Tensor]:
    """Filled by the next calls: what each half of a layer gave last."""
    seen: dict[str, Tensor] = {}

    def keep(name: str, call):
        def kept(layer: int, x: Tensor) -> Tensor:
            seen[f"{name}{layer}"] = y = call(layer, x)
            return y

        return kept

    for name in ("spatial", "temporal"):
        setattr(model.backbone, name, keep(name, getattr(model.backbone, name)))
    model.cross[0].register_forward_hook(lambda m, a, y: seen.update(cross=y))
    return seen


def _rows(x: Tensor) -> Tensor:
    """Theirs: a row for each joint."""
    return x.transpose(1, 2).flatten(0, 1)


def _train(model: FinePOSE, spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    model.__class__, model.given = _Given, x
    # on MPI-INF-3DHP they count in millimetres
    unit = 1000 if "3dhp" in spec["module"] else 1
    target = x["x_3d"].clone() / unit
    target[:, :, model.skeleton.roots[0]] = 0
    batch = LiftingBatch(x["x_2d"], target)
    noisy = model.noised(target, x["t"], x["noise"])
    with torch.inference_mode():
        pred = model(batch.keypoints, noisy[:, None], x["t"], model.prompt(batch))[:, 0]
    loss = model.loss(batch, x["t"], x["noise"])
    loss.backward()
    none = torch.full((len(model.config.context),), int(model.prompts.learned.grad is None))
    out = {"x_t": noisy, "pred": pred, "loss": unit * loss, "ctx_grads_are_none": none}
    return Named({**out, "grad_crossattn_out_bias": model.cross[0].stylization.out.bias.grad * unit**2}, model, _by_their_names(model, unit**2))


def _by_their_names(model: FinePOSE, scale: int) -> dict[str, Tensor]:
    """Parameters by the authors' keys, their gradients times `scale`."""
    theirs = {ours: name for name, ours in _OFFICIAL_NAMES.items()}
    out = {}
    for key, parameter in model.named_parameters():
        if parameter.grad is not None:
            parameter.grad *= scale
        start = max((s for s in theirs if key.startswith(s)), key=len, default="")
        out[theirs.get(start, "") + key.removeprefix(start)] = parameter
    return out


def _errors(x: dict[str, Tensor]) -> dict[str, Tensor]:
    pred, target = x["pred"].transpose(0, 1), x["target"]
    if "valid_frame" in x:
        # on MPI-INF-3DHP frames without a person in sight do not count
        valid = x["valid_frame"].reshape(target.shape[:2]).bool()
        pred, target = pred.transpose(2, 3)[:, valid][:, None].transpose(2, 3), target[valid][None]
    out: dict[str, list[Tensor]] = {}
    camera, root = (x["cam"].expand(len(target), 9), x["traj"][:, :, 0]) if "cam" in x else (None, None)
    for step in pred:  # (b, h, f, j, 3)
        reprojection = None
        if camera is not None:
            reprojection = agg.reprojection_errors(step, x["x_2d"], root, camera)
            out.setdefault("reproj", []).append(agg.project_normalised(step + root[:, None, :, None], camera))
        for name, value in agg.hypothesis_errors(step, target, reprojection).items():
            out.setdefault(name, []).append(torch.tensor(value))
    found = {name: torch.stack(values) for name, values in out.items()}
    return found | ({"reproj": found["reproj"].transpose(0, 1)} if "reproj" in found else {})


def _plain_errors(p: Tensor, g: Tensor) -> dict[str, Tensor]:
    velocity = pose.mpjpe(p.diff(dim=1), g.diff(dim=1))
    out = {
        "mpjpe": pose.mpjpe(p, g),
        "joint_errors": 1000 * pose.joint_errors(p, g).flatten(0, -2).mean(0),
        "p_mpjpe": pose.p_mpjpe(p, g),
        "mean_velocity_error": velocity,
        "mean_velocity_error_train": velocity,
    }
    return out | ({"n_mpjpe": pose.n_mpjpe(p, g)} if p.ndim == 4 else {})


def _windows(config: dict, calls: str, x: dict[str, Tensor]) -> dict[str, Tensor]:
    width, height = (int(config[side] if side in config else re.search(rf"\b{side}=(\d+)", calls)[1]) for side in "wh")
    frames = config["receptive_field"]
    kp = screen_normalise(x["kp_px"], (width, height))
    out = {"kp_norm": kp, "kp_back": (kp + kp.new_tensor([1, height / width])) * width / 2, "win_2d": cut(kp, frames, False)}
    # a window around every frame
    out["win_pf_2d"] = receptive_windows(kp, frames // 2)
    if "x_3d" in x:
        body = _body(config)
        chunks = [cut(of, frames, True) for of in (kp, x["x_3d"])]
        camera = x.get("cam", x["x_3d"].new_zeros(1, 9)).expand(len(chunks[0]), 9)
        plain = LiftingBatch(*chunks, chunks[1][:, :, body.roots[0]], camera)
        both = [plain, mirrored(plain, body)]
        out["win_3d"] = cut(x["x_3d"], frames, False)
        for name, field in (("chunk_2d", "keypoints"), ("chunk_3d", "target"), ("chunk_cam", "camera")):
            out[name] = torch.cat([getattr(b, field) for b in both])
    if "valid_frame" in x:
        out["win_valid"] = cut(x["valid_frame"].reshape(-1, 1), frames, False)
    short = re.search(r"first (\d+) frames", calls)
    return out | ({"short_2d": cut(kp[: int(short[1])], frames, False)} if short else {})


def _body(config: dict) -> Skeleton:
    """Human3.6M's joints, or those of MPI-INF-3DHP, by which of them are left."""
    left = sorted(config.get("joints_left", config.get("kps_left", [4, 5, 6, 11, 12, 13])))
    for body in (skeleton("h36m17"), skeleton("3dhp17")):
        if left == [j for j, name in enumerate(body.joints) if name.startswith("left_")]:
            return body
    raise ValueError(f"joints {left} on the left: another joint set")
