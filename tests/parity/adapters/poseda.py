"""PoseDA's position alignment, and PoseAug's bones, generator, discriminators, losses and lifters, which it builds on."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import roma
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.named import Named
from vitruve import skeleton
from vitruve.core.camera import Camera
from vitruve.methods.lifting import poseda
from vitruve.methods.lifting.poseda import Config, PoseDA, PoseGenerator
from vitruve.metrics import pose
from vitruve.nn import bones
from vitruve.nn.adversarial import fool_loss, judge_loss
from vitruve.nn.pose_judges import KCSPath, KeypointDiscriminator, PartDiscriminator
from vitruve.tasks.lifting import screen_normalise

TREE = skeleton("h36m16")
# the release's names of KCS parts, in the order of ours: its legs are the other ones
_KCS = ("kcs_lh", "kcs_rh", "kcs_ll", "kcs_rl", "kcs_hb")
_EPOCH = re.compile(r"epoch (\d+) of (\d+)")


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, np.ndarray | Tensor]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    train = "TRAIN mode" in spec.get("notes", "") or "train mode" in spec.get("notes", "")
    with torch.no_grad():
        if "perm" in x:
            return _place(x)
        if any(k.startswith("noise") for k in x):
            return _generate(spec["config"], x, state, train)
        out: dict[str, np.ndarray | Tensor] = {}
        if "ba_diff" in x:
            out |= _ranges(spec["config"], x)
        if "x_ba" in x and "x" in x:
            p, g = (x[k] - x[k][:, :1] for k in ("x_ba", "x"))
            out |= _scores(p, g)
        if found := _pair(x):
            out |= _scores(*found, x.get("w"))
        if "px" in x or {"R", "t"} <= x.keys():
            out |= _cameras(spec, x)
        if "x" in x and x["x"].shape[1:] == (len(TREE), 3):
            out |= _bones(x)
        if any("kcs_layer_1" in k or "pose_layer_1" in k for k in state):
            judged = _discriminate(x, state)
            judged.update(out | judged)
            return judged
        elif state:
            found = _lift(spec["config"], spec["calls"], x, state, train)
            found.update(out | found)
            return found
        return out


def _part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}


# -- GPA -----------------------------------------------------------------------------------------


def _place(x: dict[str, Tensor]) -> dict[str, Tensor]:
    camera = x["camera"]
    placed = poseda.place(x["source_3d"], x["target_2d"][x["perm"]], camera, depths=None, first_focal=True)
    projected = camera[:, None, :2] * placed[..., :2] / placed[..., 2:] + camera[:, None, 2:4]
    return {"placed": placed, "root": placed[:, 0], "projected": projected}


# -- bones ---------------------------------------------------------------------------------------


def _bones(x: dict[str, Tensor]) -> dict[str, Tensor]:
    bone = bones.bone_vectors(x["x"], TREE)
    unit, length = bones.unit_bones(x["x"], TREE)
    # the release's bones point from the joint to its parent
    out = {"bone": -bone, "unit": -unit, "length": length, "rebuilt": bones.from_bones(bone, TREE)}
    out |= {name: bones.kcs(unit, mask) for name, mask in zip(_KCS, bones.kcs_masks(TREE))}
    if "blr" in x:
        ratio = x["blr"].reshape(len(unit), -1)[:, list(bones.shared_lengths(TREE)), None]
        out["bl_aug"] = bones.from_bones(unit * length * (1 + ratio), TREE, x["x"][:, 0])
    if "templates" in x:
        # lengths of other people
        out["swapped"] = out["random_bl_aug"] = bones.from_bones(unit * x["templates"][x["idx"].long(), :, None], TREE, x["x"][:, 0])
    if "cam" in x:
        linear = x["cam"].clone()
        linear[:, 4:] = 0
        out["proj"] = out["project_to_2d"] = poseda.project(x["x"], x["cam"])
        out["proj_linear"] = out["project_to_2d_linear"] = poseda.project(x["x"], linear)
    return out


def _cameras(spec: dict, x: dict[str, Tensor]) -> dict[str, Tensor]:
    """Screen coordinates of pixels, and points in the frame of a camera that stands at `t`, turned by the quaternion `R` (w first)."""
    out = {}
    if {"R", "t"} <= x.keys():
        turn = roma.unitquat_to_rotmat(x["R"].roll(-1, -1))
        rig = Camera(torch.eye(3), turn.T, -turn.T @ x["t"])
        shape = x["x"].shape
        out["x_cam"] = out["world_to_camera"] = rig.to_camera(x["x"].flatten(0, -2)).reshape(shape)
        out["x_world"] = out["camera_to_world"] = rig.to_world(x["x"].flatten(0, -2)).reshape(shape)
    if "px" in x:
        found = [spec["config"].get(side) or re.search(rf"\b{side}=(\d+)", spec["calls"])[1] for side in "wh"]  # type: ignore[index]
        width, height = (int(v) for v in found)
        out["norm"] = screen_normalise(x["px"], (width, height))
        out["back"] = (out["norm"] + out["norm"].new_tensor([1, height / width])) * width / 2
    return out


# -- the generator -------------------------------------------------------------------------------


def poseaug_generator(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Keys of PoseAug's PoseGenerator as ours: BAprocess, BLprocess and RTprocess, the latter two with suffixes inside."""
    out = {}
    for key, value in state.items():
        process, rest = key.split(".", 1)
        layer = rest.split(".")[0]
        if process == "BAprocess":
            out[f"bone_angle.{rest}"] = value
            continue
        name = {"BL": "bone_length", "R": "rotation", "T": "translation"}[layer.rsplit("_", 1)[1]]
        plain = layer.rsplit("_", 1)[0]
        plain = "batch_norm1" if plain == "batch_norm" else plain
        out[f"{name}.{plain}{rest[len(layer) :]}"] = value
    return out


@torch.enable_grad()
def _generate(config: dict, x: dict[str, Tensor], state: dict[str, Tensor], train: bool) -> Named:
    # a process alone has no prefix
    if not any("process." in k for k in state):
        process = "BA" if "w1.weight" in state else "BL" if "w1_BL.weight" in state else "RT"
        state = {f"{process}process.{k}": v for k, v in state.items()}
    renamed = poseaug_generator(state)
    names = {id(v): k for k, v in state.items()}
    theirs = {k: names[id(v)] for k, v in renamed.items()}
    width = next(v for k, v in renamed.items() if k.endswith(".w1.weight")).shape[0]
    given = {k.removeprefix("noise").strip("_"): v for k, v in x.items() if k.startswith("noise")}
    some = next(iter(given.values()))
    made = Config(
        align=False,
        angles="bone_angle.w1.weight" in renamed,
        lengths="bone_length.w1.weight" in renamed,
        rotation="rotation.w1.weight" in renamed,
        noise=some.shape[1],
        width=width,
        depth=len({k.split(".")[2] for k in renamed if ".linear_stages." in k}),
        length_limit=config.get("blr_tanhlimit", 0.2),
        official_quirks=True,
    )
    generator = PoseGenerator(made).train(train)
    generator.load_state_dict(renamed)
    # in the order of the release's draws; a process alone may name its noise otherwise
    noise = torch.stack([given.get(name, some) for name in ("ba", "bl", "r", "t")])
    out = generator(x["x"], noise)
    if "augx" in x:  # a later process of the release changes what an earlier one has made
        out = _continued(generator, x["x"], x["augx"], noise, out)
    ranges = _ranges(config, {"ba_diff": out.turns, "blr": out.ratios})
    if ranges["diff_loss"].requires_grad:
        ranges["diff_loss"].backward()
    found = {
        **ranges,
        "pose_ba": out.angled,
        "ba_diff": out.turns,
        "pose_bl": out.stretched,
        "blr": out.ratios,
        "pose_rt": out.turned,
        "rt_r": out.rotation,
        "rt_t": out.translation,
    }
    return Named(found, generator, {theirs[k]: p for k, p in (*generator.named_parameters(), *generator.named_buffers()) if k in theirs})


def _continued(generator: PoseGenerator, x: Tensor, before: Tensor, noise: Tensor, out: poseda.Generated) -> poseda.Generated:
    """One process on poses `before` it, which its network does not read."""
    import roma

    unit, length = bones.unit_bones(before, TREE)
    ratio = out.ratios[:, generator.group, None]
    turned = (before - before[:, :1]) @ roma.rotvec_to_rotmat(out.rotation).mT + out.translation
    return replace(out, stretched=bones.from_bones(unit * length * (1 + ratio), TREE, before[:, 0]), turned=turned)


# -- discriminators ------------------------------------------------------------------------------


def _filled(module: nn.Module, state: dict[str, Tensor]) -> nn.Module:
    module.load_state_dict(state)
    return module.eval()


@torch.enable_grad()
def _discriminate(x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    out: dict[str, Tensor] = {}
    judges = nn.ModuleDict()
    d3d = _part(state, "d3d.") or {k: v for k, v in state.items() if k.startswith("kcs_path_")}
    if d3d:
        channels, last = d3d["kcs_path_1.kcs_layer_1.weight"].shape[0], d3d["kcs_path_1.layer_last.weight"].shape[0]
        judge = judges["d3d"] = _filled(PartDiscriminator(TREE, channels, last), d3d)
        real = judge(x["x"])
        out["d3d"] = real
        if "fake" in x:
            fake = judge(x["fake"])
            out |= {"g_adv3d": fool_loss(fake, real), "d_loss3d": judge_loss(real, fake)}
    d2d = _part(state, "d2d.") or {k: v for k, v in state.items() if k.startswith(("pose_layer_", "layer_")) and "pose_layer_1.weight" in state}
    if d2d:
        width, c_in = d2d["pose_layer_1.weight"].shape
        judge2 = judges["d2d"] = _filled(KeypointDiscriminator(c_in // 2, width), d2d)
        seen = x["x2d"] if "x2d" in x else x["x"]
        out["d2d"] = judge2(seen)
        if "fake2d" in x or "fake_2d" in x:
            fake = judge2(x.get("fake2d", x.get("fake_2d")))
            out |= {"g_adv2d": fool_loss(fake, out["d2d"]), "d_loss2d": judge_loss(out["d2d"], fake)}
    if "kcs_layer_1.weight" in state:
        channels, c_in = state["kcs_layer_1.weight"].shape
        out["y"] = _filled(KCSPath(c_in, channels, state["layer_last.weight"].shape[0]), state)(x["x"].reshape(len(x["x"]), -1))
    if losses := [v for k, v in out.items() if k.startswith("d_loss")]:
        torch.stack(losses).sum().backward()
    return Named(out, judges)


# -- lifters and losses --------------------------------------------------------------------------


def _lift(config: dict, calls: str, x: dict[str, Tensor], state: dict[str, Tensor], train: bool) -> Named:
    dropout = config.get("lifter", config).get("p_dropout") or 0.0
    method = PoseDA.from_official(state, dropout=dropout).train(train)

    def lifted(keypoints: Tensor) -> Tensor:
        return method.lift_frames(keypoints.reshape(len(keypoints), -1, 2))

    seen = x["x2d"] if "x2d" in x else x["x"]
    with torch.enable_grad():
        y = lifted(seen)
        out = {"y": y, "lifted": y}
        if not train:
            flipped = PoseDA.from_official(state, flip_test=True)
            with torch.no_grad():
                out["y_flip"] = flipped.lift(seen.reshape(len(seen), 1, -1, 2))[:, 0]
        if "target" in x:
            out["loss"] = F.mse_loss(y, x["target"] - x["target"][:, :1])
            out["loss"].backward()
    if {"x", "x_ba", "x_rt", "x2d", "x2d_ba", "x2d_rt"} <= x.keys():
        pairs = (("x", "x2d"), ("x_ba", "x2d_ba"), ("x_rt", "x2d_rt"))
        errors = [poseda.hardness((lifted(x[k]) - (x[p] - x[p][:, :1])).norm(dim=-1), TREE) for p, k in pairs]
        epoch, epochs = _EPOCH.search(calls).groups()  # type: ignore[union-attr]
        out["feedback"] = out["feedback_loss"] = poseda.feedback_loss(*errors, int(epoch) / int(epochs), _wanted(config))
    return Named(out, method.lifter)


def _wanted(config: dict) -> tuple[poseda.Hardness, poseda.Hardness]:
    """The wanted ratios of errors, from the release's options where the golden gives them."""
    names = (("hardratio_%s_s", "start"), ("hardratio_%s", "end"), ("hardratio_std_%s", "width"), ("gloss_factorfeedback_%s", "weight"))
    found = ({ours: config[theirs % side] for theirs, ours in names if theirs % side in config} for side in ("ba", "rt"))
    ba, rt = (replace(default, **given) for default, given in zip(poseda.HARDER, found))
    return ba, rt


_PAIRS = (("pred", "target"), ("pred", "gt"), ("predicted", "target"), ("prediction", "target"))


def _pair(x: dict[str, Tensor]) -> tuple[Tensor, Tensor] | None:
    """Joints found and true, metres, where the golden gives both and no network."""
    return next(((x[p], x[g]) for p, g in _PAIRS if p in x and g in x), None)


def _ranges(config: dict, x: dict[str, Tensor]) -> dict[str, Tensor]:
    angle = poseda.out_of_range(x["ba_diff"].mean(-1), config.get("ba_range_m", 0.205), config.get("ba_range_w", 0.165))
    length = poseda.out_of_range(x["blr"], 0.0, config.get("blr_limit", 0.1))
    return {"range_ba": angle, "range_bl": length, "diff_loss": angle + length}


def _scores(p: Tensor, g: Tensor, weights: Tensor | None = None) -> dict[str, Tensor]:
    return {
        "mpjpe": pose.mpjpe(p, g),
        "mpjpe_byjoint": pose.joint_errors(p, g).mean(0),
        "p_mpjpe": pose.p_mpjpe(p, g),
        "n_mpjpe": pose.n_mpjpe(p, g),
        "mean_velocity_error": pose.mpjve(p, g),
        "pck": 100 * pose.pck(p, g),
        "auc": 100 * pose.auc(p, g),
        **({} if weights is None else {"weighted_mpjpe": pose.weighted_mpjpe(p, g, weights)}),
    }
