"""SelfPose3d: volume networks and PoseResNets, projection, search for people, pose network, losses, targets and metrics."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tests.parity.named import Named
from tests.parity.reading import in_training
from vitruve.core.camera import Camera
from vitruve.core.crops import apply_affine, crop_matrix
from vitruve.core.multiview import shelf_head
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.methods.multiview.selfpose3d import Config, SelfPose3d, to_room, to_world
from vitruve.metrics.multiview import panoptic_ap, pcp
from vitruve.nn.pictures import recoloured
from vitruve.nn.pose_resnet import PoseAttention, PoseResNet, pose_resnet_sizes
from vitruve.nn.voxel import V2VNet, draw_heatmaps, gaussian_volume, local_maxima, project, soft_argmax_3d, unproject, v2v_sizes, voxel_grid
from vitruve.tasks.method import load_strictly
from vitruve.tasks.multiview import Look, MultiviewBatch

MM = 1000.0


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, Any]:
    x = {k: v if v.dtype.kind in "US" else torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if {"gt", "pred", "roots"} <= x.keys():
        return metric(x, spec["config"])
    if {"gt", "pred"} <= x.keys() and x["gt"].shape[-2] == 14:
        return parts(x)
    if "operations" in x:
        return pictures(x)
    if "joints_3d" in x and "score" in x:
        return targets(x, spec["config"])
    if "views1" in x:
        return losses(x, spec, state)
    if any(k.startswith("backbone.layer1.") for k in state) or any(k.startswith("layer1.") for k in state):
        return resnet(spec, x, state)
    if any(k.startswith("front_layers.") for k in state):
        return v2v(spec, x, state)
    if any(k.startswith("v2v_net.") for k in state):
        return rootnet(spec, x, state) if "grid_center" not in x else posenet(x, spec["config"], state)
    # cameras are of single precision, as the networks are
    return geometry({k: v.float() if v.is_floating_point() else v for k, v in x.items()}, spec["config"])


# -- single networks -----------------------------------------------------------------------------


def resnet(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    attention = any(k.startswith("backbone.") for k in state)
    sizes = pose_resnet_sizes(state, "backbone." if attention else "")
    net = PoseAttention(**sizes) if attention else PoseResNet(**sizes)
    load_strictly(net, state)
    net.train(in_training(spec))
    body = net.backbone if attention else net
    seen: list[Tensor] = []
    body.final_layer.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    return judged({"y": net(x["x"]), "features": seen[0]}, x, net)


def v2v(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    widths, kernel = v2v_sizes(state)
    net = V2VNet(state["front_layers.0.block.0.weight"].shape[1], len(state["output_layer.weight"]), widths, kernel)
    load_strictly(net, state)
    net.train(in_training(spec))
    front = net.front_layers(x["x"])
    body = net.encoder_decoder(front)
    return judged({"y": net.output_layer(body), "front_ch0": front[:, 0], "encdec_ch0": body[:, 0]}, x, net)


def judged(out: dict[str, Tensor], x: dict[str, Tensor], net: nn.Module) -> Named:
    """With the mean squared error and its gradients where a target is given."""
    if "target" in x:
        out["loss"] = (out["y"] - x["target"]).square().mean()
        out["loss"].backward()
    return Named(out, net)


# -- geometry ------------------------------------------------------------------------------------


def cameras_of(x: dict[str, Tensor]) -> Camera:
    """The official cameras (mm, z up, x_cam = R (X - T)) as ours, batch shape (1, V)."""
    k = torch.zeros(len(x["cam_R"]), 3, 3)
    k[:, 0, 0], k[:, 1, 1] = x["cam_f"][:, 0, 0], x["cam_f"][:, 1, 0]
    k[:, :2, 2], k[:, 2, 2] = x["cam_c"][..., 0], 1
    radial, tangential = x["cam_k"][..., 0], x["cam_p"][..., 0]
    lens = torch.cat([radial[:, :2], tangential, radial[:, 2:]], -1)
    r, t = x["cam_R"].float(), x["cam_T"][..., 0].double() / MM
    translation = -(r.double() @ t[..., None])[..., 0].float()
    size = tuple((2 * x["center"][0]).long().tolist())
    room = Camera(k[None], r[None], translation[None], lens[None], size)
    # to our world, from which the method goes back
    return to_world(room)


def crop_of(x: dict[str, Tensor], copy: int, width: int) -> Tensor:
    """(1, 2, 3) network pixels of a copy; a mirrored picture is an affine map too."""
    if f"trans{copy}" in x:
        crop = x[f"trans{copy}"].float()
    else:
        crop = crop_matrix(x["center"][0].float(), 200 * x[f"scale{copy}"].float(), (width, 0), float(x[f"rot{copy}"]) * torch.pi / 180)
    if f"hflip{copy}" in x and bool(x[f"hflip{copy}"]):
        crop = torch.stack([torch.tensor([0.0, 0.0, width]) - crop[0], crop[1]])
    return crop[None]


def metres(values: Any) -> tuple[float, ...]:
    return tuple(v / MM for v in values)


def config_of(given: dict, **more: Any) -> Config:
    """The authors' settings in our names."""
    net, people, person = given["NETWORK"], given["MULTI_PERSON"], given["PICT_STRUCT"]
    values: dict[str, Any] = {
        "view_size": tuple(net["IMAGE_SIZE"]),
        "space": metres(people["SPACE_SIZE"]),
        "centre": metres(people["SPACE_CENTER"]),
        "voxels": tuple(people["INITIAL_CUBE_SIZE"]),
        "person_space": metres(person["GRID_SIZE"]),
        "person_voxels": tuple(person["CUBE_SIZE"]),
        "candidates": people["MAX_PEOPLE_NUM"],
        "threshold": people["THRESHOLD"],
        "beta": net["BETA"],
        "root_channel": net.get("ROOTNET_ROOTHM", True),
        "root_range": tuple(metres(r) for r in net.get("ROOTNET_SYN_RANGE", [[2500.0, -2000.0], [1500.0, -1500.0], [250.0, -300.0]])),
        "root_weight": net.get("WEIGHT_ROOT_SYN", 100.0),
        "consistency_weight": net.get("WEIGHT_ROOT_REG", 1.0),
        "consistency": net.get("ROOT_CONSISTENCY_LOSS", True),
        "cross_copies": not net.get("SINGLE_AUG_TRAINING_POSENET", False),
        "attention": False,
        "attention_weight": given.get("ATTN_WEIGHT", 0.1),
        "joint_loss": given.get("USE_L1", True),
        "joint_weight": given.get("L1_WEIGHT", 0.01),
        "hard_attention": given.get("L1_ATTN", True),
        "backbone": 0,
        "official_quirks": True,
    }
    return Config(**{**values, **more})


def method_of(given: dict, state: dict[str, Tensor], parts: dict[str, str]) -> SelfPose3d:
    """The method with the volume networks that are there (name to prefix), of any number of joints."""
    model = SelfPose3d(config_of(given, **_root_channel(state, parts)))
    for name, prefix in parts.items():
        widths, kernel = v2v_sizes(state, prefix)
        net = V2VNet(state[f"{prefix}front_layers.0.block.0.weight"].shape[1], len(state[f"{prefix}output_layer.weight"]), widths, kernel)
        load_strictly(net, {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
        setattr(model, name, net)
    model.eval()
    index = given["DATASET"].get("ROOTIDX", 2)
    model.root = index if isinstance(index, int) else model.root
    return model


def _root_channel(state: dict[str, Tensor], parts: dict[str, str]) -> dict[str, bool]:
    return {"root_channel": state[f"{parts['root_net']}front_layers.0.block.0.weight"].shape[1] == 1} if "root_net" in parts else {}


def centres(places: Tensor, heights: Tensor, threshold: float) -> Tensor:
    """Candidates as the authors list them: mm, 0 for somebody and -1 for nobody, score."""
    return torch.cat([MM * places, (heights > threshold).float()[..., None] - 1, heights[..., None]], -1)


def geometry(x: dict[str, Tensor], given: dict) -> dict[str, Tensor]:
    config = config_of(given)
    rig, size = to_room(cameras_of(x)), config.view_size
    heatmaps = x["heatmaps"].transpose(0, 1)
    points = x["points"] / MM
    out = {"xy_view0": project(points[None], rig, behind=True)[0, 0]}
    for copy in (1, 2, 3):
        if f"rot{copy}" not in x:
            continue
        crop, plain = crop_of(x, copy, size[0]), x.get(f"trans{copy}")
        for v in range(len(x["cam_R"])):
            if plain is not None:
                out[f"xy_view{v}"] = project(points[None], rig, behind=True)[0, v]
                out[f"xy_batch_view{v}_copy{copy}"] = apply_affine(plain.float(), project(points[None], rig, behind=True)[0, v])
        centre = torch.tensor(config.centre)[None]
        grid = voxel_grid(config.space, config.voxels, centre)
        cubes = unproject(heatmaps, rig, crop, grid, size, behind=True).unflatten(-1, config.voxels)
        out[f"cubes_copy{copy}"] = cubes[:, [0, 5, 10]]
        if copy == 3:
            out["nms_values"], out["nms_index"] = local_maxima(cubes[:, given["DATASET"].get("ROOTIDX", 2)], 5)
            out["grid_corners"] = MM * grid[0, [0, 1, 8, 127, -1]]
            person = voxel_grid(config.person_space, config.person_voxels, torch.tensor([[0.3, -0.2, 0.9]]))
            cube = unproject(heatmaps, rig, crop, person, size, behind=True)
            out["person_cube"] = cube[:, :2].unflatten(-1, config.person_voxels)
            out["person_grid_some"] = MM * person[0, ::257]
            out["softargmax"] = MM * soft_argmax_3d(cube, person, config.beta)
    return out


# -- the parts of the system ---------------------------------------------------------------------


def rootnet(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> Named:
    model = method_of(spec["config"], state, {"root_net": "v2v_net."})
    assert model.root_net is not None
    model.root_net.train(in_training(spec))
    rig, heatmaps = to_room(cameras_of(x)), x["heatmaps"].transpose(0, 1)
    out: dict[str, Tensor] = {}
    with torch.no_grad():
        for copy in (1, 2, 3):
            cubes = model.root_volume(heatmaps, rig, crop_of(x, copy, model.config.view_size[0]))
            out[f"root_cubes_copy{copy}"] = cubes
            out[f"grid_centers_copy{copy}"] = centres(*model.propose(cubes), model.config.threshold)
    if "uniform" in x:
        n, u, plain = int(x["n_roots"]), x["uniform"].float(), x["trans1"].float()[None]
        roots = model.scatter(torch.stack([u[:n], u[n : 2 * n]], -1)[None], u[2 * n :][None], x["z_noise"][None])
        drawn = model.draw_roots(roots, rig, plain, x["hm_noise"][None])
        target = model.root_target(roots, torch.ones(1, n, dtype=torch.bool))
        found = model.root_volume(drawn, rig, plain)
        out |= {"synth_heatmaps": drawn.transpose(0, 1), "synth_target": target, "synth_root_cubes": found, "synth_mse": (found - target).square().mean()}
        out["synth_mse"].backward()
    return Named(out, nn.ModuleDict({"v2v_net": model.root_net}))


def posenet(x: dict[str, Tensor], given: dict, state: dict[str, Tensor]) -> dict[str, Tensor]:
    model = method_of(given, state, {"pose_net": "v2v_net."})
    rig, heatmaps, centre = to_room(cameras_of(x)), x["heatmaps"].transpose(0, 1), x["grid_center"].float()
    out: dict[str, Tensor] = {}
    with torch.no_grad():
        for copy in (1, 2, 3):
            crop = crop_of(x, copy, model.config.view_size[0])
            out[f"pred_copy{copy}"] = MM * model.poses(heatmaps, rig, crop, centre[:, None, :3] / MM, centre[:, None, 3] >= 0)[:, 0]
        crop = crop_of(x, 3, model.config.view_size[0])
        cube, _ = model._volume(heatmaps, rig, crop, model.config.person_space, model.config.person_voxels, centre[:, :3] / MM)
        volume = model.pose_net(cube)
        return out | {f"volume_joint{j}": volume[:, j] for j in range(volume.shape[1])}


def _stand_in(state: dict[str, Tensor], prefix: str) -> nn.Module | None:
    """The small network that a golden puts in the place of a PoseResNet: a convolution with its own size as stride, and a sigmoid."""
    if f"{prefix}0.weight" not in state:
        return None
    weight = state[f"{prefix}0.weight"]
    net = nn.Sequential(nn.Conv2d(weight.shape[1], len(weight), weight.shape[2], stride=weight.shape[2]), nn.Sigmoid())
    load_strictly(net, {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
    return net


def _draws(x: dict[str, Tensor], copy: int, views: int, size: tuple[int, int]) -> tuple[Tensor, ...]:
    """Numbers of synthetic roots that a golden gives for a copy, or, where it only seeds, drawn in the authors' order."""
    if f"n_roots{copy}" in x or "n_roots" in x:
        n, u, z, noise = (x.get(f"{k}{copy}", x.get(k)) for k in ("n_roots", "uniform", "z_noise", "hm_noise"))
        assert n is not None and u is not None and z is not None and noise is not None
        if n.ndim:
            n, u, z, noise = n[copy - 1], u[copy - 1], z[copy - 1], noise[copy - 1]
        k = int(n)
        return torch.stack([u[:k], u[k : 2 * k]], -1)[None], u[None, 2 * k : 2 * k + 1], z[None, :k], noise.reshape(1, views, 1, *size[::-1])
    k = int(torch.randint(1, int(x["most"]), (1,)))
    floor = torch.cat([torch.rand(1, k, 1), torch.rand(1, k, 1)], -1)
    height, jitter = torch.rand(1, 1), torch.randn(1, k, 1)[..., 0]
    return floor, height, jitter, torch.stack([torch.randn(1, *size[::-1]) for _ in range(views)])[None]


def losses(x: dict[str, Tensor], spec: dict, state: dict[str, Tensor]) -> dict[str, Any]:
    given = spec["config"]
    parts = {"pose_net": "pose_net.v2v_net.", "root_net": "root_net.v2v_net."}
    model = method_of(given, state, {name: prefix for name, prefix in parts.items() if any(k.startswith(prefix) for k in state)})
    model.backbone, attention = _stand_in(state, "backbone."), _stand_in(state, "attn.")
    model.attention = attention if given.get("WITH_ATTN", True) else None
    if model.backbone is None and any(k.startswith("backbone.") for k in state):
        sizes = pose_resnet_sizes(state, "backbone.")
        model.backbone = PoseResNet(**sizes)
        load_strictly(model.backbone, {k.removeprefix("backbone."): v for k, v in state.items() if k.startswith("backbone.")})
        if given.get("WITH_ATTN", True):
            model.attention = PoseAttention(**pose_resnet_sizes(state, "attn.backbone."))
            load_strictly(model.attention, {k.removeprefix("attn."): v for k, v in state.items() if k.startswith("attn.")})
    rig = cameras_of(x)

    def look(copy: int) -> Look:
        visible = x.get(f"joints_vis{copy}", x.get("joints_vis"))

        def one(name: str) -> Tensor | None:
            value = x.get(f"{name}{copy}")
            return None if value is None else value.transpose(0, 1)

        joints = x.get(f"joints{copy}")
        return Look(
            crop_of({k: v for k, v in x.items() if not k.startswith("hflip")}, copy, model.config.view_size[0]),
            None,
            one("views"),
            one("target"),
            None if joints is None else joints.float()[None],
            None if visible is None else visible[..., 0].float()[None],
        )

    looks = (look(1), look(2), look(3))
    said = re.search(r"epoch\s*=\s*(\d+)", spec["calls"])
    epoch = int(said.group(1)) if said else 0
    options = given["NETWORK"]
    model.stage = "joints" if epoch >= given["TRAIN"].get("L1_EPOCH", 5) else "pose"
    if options.get("TRAIN_ONLY_2D"):
        model.stage = "backbone"
    elif options.get("TRAIN_ONLY_ROOTNET"):
        model.stage = "root"
    elif not options.get("FREEZE_ROOTNET", True) and not options.get("USE_GT"):
        model.stage = None
    model.train(in_training(spec))
    # of the release it is the config that says which parts rest, whatever is trained
    if in_training(spec) and model.backbone is not None:
        model.backbone.train(options.get("TRAIN_BACKBONE", True))
    copies, x["most"] = iter((1, 2, 3)), torch.tensor(model.config.candidates)
    model.draws = lambda size, views: _draws(x, next(copies), views, model.config.heatmap_size)  # type: ignore[method-assign]
    seed = re.search(r"manual_seed\((\d+)\)", spec["calls"])
    if seed:
        torch.manual_seed(int(seed[1]))
    if given["NETWORK"].get("USE_GT") and "roots_3d" in x:
        places = x["roots_3d"].float().reshape(1, -1, 3) / MM
        heights = (torch.arange(places.shape[1]) < int(x["num_person"])).float()[None]
        model.propose = lambda volume: (places, heights)  # type: ignore[method-assign]
    batch = MultiviewBatch(rig, looks[2], looks[:2])
    terms = model.losses(batch)
    if model.stage == "root" and model.backbone is not None:
        # theirs has it beside, whatever is trained
        model.stage = "backbone"
        terms |= model.losses(batch)
        model.stage = "root"
    names = {
        "synthetic": "loss_root_syn",
        "consistency": "loss_root_reg",
        "heatmaps": "loss_2d",
        "rendering": "loss_pose3d_ssv",
        "attention": "loss_attn_ssv",
        "matched_joints": "loss_pose3d_l1_ssv",
    }
    out: dict[str, Any] = {names[k]: v for k, v in terms.items()}
    sum(terms.values()).backward()
    weights = {
        "attn_bias": model.attention and model.attention[0].bias if isinstance(model.attention, nn.Sequential) else None,
        "backbone_bias": model.backbone[0].bias if isinstance(model.backbone, nn.Sequential) else None,
        "pose_out_bias": model.pose_net.output_layer.bias,
        "pose_front_bias": model.pose_net.front_layers[0].block[1].bias,
        "root_out_bias": model.root_net.output_layer.bias,
        "root_front_bias": model.root_net.front_layers[0].block[1].bias,
    }
    out |= {f"g_{k}": torch.zeros_like(v) if v.grad is None else v.grad for k, v in weights.items() if v is not None}
    if model.stage == "backbone":
        return out
    with torch.no_grad():
        room = to_room(rig)
        heatmaps = [model.heatmaps(v) for v in looks]
        places, heights = model.propose(model.root_volume(heatmaps[2], room, looks[2].crop))
        found = heights > model.config.threshold
        out["grid_centers"] = centres(places, heights, model.config.threshold)
        if model.stage == "root":
            return out
        for copy in (1, 2):
            joints = model.poses(heatmaps[copy - 1], room, looks[copy - 1].crop, places, found)
            flags = out["grid_centers"][:, :, None, 3:].expand(-1, -1, joints.shape[2], -1)
            out[f"pred{copy}"] = torch.cat([MM * joints, flags], -1)
            if not model.config.cross_copies:
                # the release returns what it has
                out["pred2"] = out["pred1"]
                break
            other = looks[2 - copy]
            seen = model.into_views(joints, room, other.crop)
            # candidates that are somebody come first
            out[f"kps_2d_{copy}{3 - copy}"] = seen[0][:, : int(found.sum())]
            out[f"l1_{copy}{3 - copy}"] = model.matched_joint_loss(seen, other, found) if other.joints is not None else torch.tensor(0.0)
    return Named(out, model, _of_theirs(model))


def _of_theirs(model: SelfPose3d) -> dict[str, Tensor]:
    """Parameters and buffers by the authors' keys."""
    own = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {re.sub(r"^attention\.", "attn.", re.sub(r"^(root|pose)_net\.", r"\1_net.v2v_net.", k)): v for k, v in own.items()}


def pictures(x: dict[str, Any]) -> dict[str, Any]:
    """Changes of colour one after the other on pictures (N, H, W, 3): their names, levels and signs."""
    image = x["image"].permute(0, 3, 1, 2).float() / 255
    made = []
    for i, names in enumerate(x["operations"]):
        one = image[i % len(image)]
        for name, level, sign in zip(names, x["levels"][i].tolist(), x["signs"][i].tolist()):
            one = recoloured(one, str(name).lower(), level, sign > 0)
        made.append((255 * one).round().byte().permute(1, 2, 0))
    return {"changed": torch.stack(made)}


# -- targets and metrics -------------------------------------------------------------------------


def targets(x: dict[str, Tensor], given: dict) -> dict[str, Tensor]:
    size, sigma, root = tuple(given["heatmap_size"]), float(given["sigma"]), given["root_id"]
    at = x["joints"].double() / (torch.tensor(given["image_size"]) / torch.tensor(size)).double()
    visible = x["vis"][..., 0].double()
    drawn = draw_heatmaps(at, size, sigma, visible, whole_pixels=True)
    scored = draw_heatmaps(at, size, sigma, x["score"].double(), whole_pixels=True)
    ticks = [torch.linspace(-s / 2, s / 2, n, dtype=torch.float64) + c for s, n, c in zip(given["space_size"], given["cube"], given["space_center"])]
    roots = x["joints_3d"][:, root if isinstance(root, list) else [root]].double().mean(1)[None]
    return {
        "target": drawn[:6],
        "weight": (visible > 0).any(0).float()[:, None],
        "root_target": drawn[root][None] if isinstance(root, int) else drawn[root].amax(0)[None],
        "input_heatmap_scored": scored[:6],
        "target_3d": gaussian_volume(roots, ticks, 200.0, torch.ones(1, roots.shape[1], dtype=torch.bool))[0],
    }


def metric(x: dict[str, Tensor], given: dict) -> dict[str, Any]:
    frames, most = x["gt"].shape[:2]
    present = torch.arange(most) < x["n_gt"][:, None]
    truth = torch.where(present[..., None, None] & (x["gt_vis"] > 0), x["gt"].double() / MM, torch.nan).transpose(0, 1)
    # frames without anybody are left out together with what is found in them
    scored = present.any(1)
    out: dict[str, Any] = {}

    def scores(joints: Tensor, flag: Tensor, score: Tensor, goal: Tensor, suffix: str) -> None:
        shown = torch.where((flag >= 0)[..., None, None], joints.double() / MM, torch.nan).transpose(0, 1)
        found = panoptic_ap(shown[:, scored], score.double().T[:, scored], goal[:, scored], tuple(given["thresholds"]))
        out[f"ap{suffix}"] = np.array(list(found.ap.values())) / 100
        out[f"rec{suffix}"] = np.array(list(found.recall.values())) / 100
        out[f"mpjpe{suffix}"], out[f"recall500{suffix}"] = np.array(found.mpjpe), np.array(found.recall500 / 100)

    scores(x["pred"][..., :3], x["pred"][:, :, 0, 3], x["pred"][:, :, 0, 4], truth, "")
    scores(x["roots"][:, :, None, :3], x["roots"][..., 3], x["roots"][..., 4], truth[:, :, 2:3], "_root")
    return out


# ends of limbs in COCO's order from Panoptic's; where COCO has ears, Panoptic's nose
_COCO = [1, 1, 1, 1, 1, 3, 9, 4, 10, 5, 11, 6, 12, 7, 13, 8, 14]


def parts(x: dict[str, Tensor]) -> dict[str, Any]:
    """Campus' and Shelf's score: people (A, F, 14, 3) in mm, NaN where absent, against poses (F, P, J, 3 and more) of its own joints, COCO's
    or Panoptic's; a fourth coordinate below zero is nobody."""
    found = x["pred"][..., :3].double() / MM
    if x["pred"].shape[-1] > 3:
        found = torch.where(x["pred"][:, :, :1, 3:4] >= 0, found, torch.nan)
    found = found.transpose(0, 1)
    if found.shape[2] != 14:
        # their z is up
        coco = (found if found.shape[2] == 17 else found[:, :, _COCO])[..., [0, 2, 1]]
        found = shelf_head(Poses(coco, skeleton("coco17")))[..., [0, 2, 1]]
    score = pcp(found, x["gt"].double() / MM)
    return {
        "actor_pcp": np.array(score.actors) / 100,
        "avg_pcp": np.array(score.average / 100),
        **dict.fromkeys(("recall", "recall500"), np.array(score.recall500 / 100)),
        "converted": MM * found.transpose(0, 1),
    }
