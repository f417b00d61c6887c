"""VideoPose3D's cameras, errors, batches and networks."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tests.parity.named import Named
from vitruve.core.camera import Camera, homogeneous
from vitruve.core.rotations import quaternion_order
from vitruve.core.windows import padded_clip, receptive_windows
from vitruve.metrics import pose
from vitruve.nn.temporal import TemporalModel, averaged_over_flip

# left and right of VideoPose3D's 17 joints
_SWAP = [0, 4, 5, 6, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13]


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, np.ndarray | Tensor]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if "expand_conv.weight" in state:
        return _temporal(spec, x, state)
    if "cameras" in spec["config"]:
        return _cameras(spec["config"]["cameras"], x["world"])
    if {"pred", "gt"} <= x.keys():
        return _errors(x["pred"], x["gt"], x.get("w"))
    if {"p3", "p2", "cam"} <= x.keys():
        return _batches(spec["config"], x["p3"], x["p2"], x["cam"], int(inputs["shift"]))
    raise ValueError(f"inputs {sorted(x)}: neither cameras, nor errors, nor batches, nor a network")


def _cameras(cameras: list[dict], world: Tensor) -> dict[str, Tensor]:
    import roma

    out = {}
    points = world.float().reshape(-1, 3)
    for i, c in enumerate(cameras):
        to_world = roma.unitquat_to_rotmat(quaternion_order(torch.tensor(c["orientation"]), "wxyz", "xyzw"))
        position = torch.tensor(c["translation"]) / 1000
        (fx, fy), (cx, cy) = c["focal_length"], c["center"]
        k, p = c["radial_distortion"], c["tangential_distortion"]
        camera = Camera(
            torch.tensor([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]),
            to_world.T,
            -to_world.T @ position,
            # their tangential pair is OpenCV's in reverse
            torch.tensor([k[0], k[1], p[1], p[0], k[2]]),
            (c["res_w"], c["res_h"]),
            lens="h36m",
        )
        screen = camera.screen()
        seen = camera.to_camera(points)
        # projected in the camera's frame: the world's transform is tested by itself
        eye = Camera(screen.intrinsics, distortion=screen.distortion, lens="h36m")
        # theirs keeps rays within 45 degrees, where the lens model holds
        ray = homogeneous((seen[..., :2] / seen[..., 2:]).clamp(-1, 1))
        proj = eye.project(ray)
        to_pixels = camera.intrinsics @ torch.linalg.inv(screen.intrinsics)
        shape = world.shape[:-1]
        out |= {
            f"intrinsic{i}": torch.cat([screen.focal, screen.centre, torch.tensor(k + p)]),
            f"cam{i}": seen.reshape(world.shape),
            f"proj{i}": proj.reshape(*shape, 2),
            f"lin{i}": Camera(screen.intrinsics).project(ray).reshape(*shape, 2),
            f"px{i}": (proj @ to_pixels[:2, :2].T + to_pixels[:2, 2]).reshape(*shape, 2),
            f"back{i}": camera.to_world(seen).reshape(world.shape),
        }
    return out


def _errors(p: Tensor, g: Tensor, w: Tensor | None) -> dict[str, Tensor]:
    weighted = {} if w is None else {"weighted_mpjpe": pose.weighted_mpjpe(p, g, w)}
    return weighted | {
        "mpjpe": pose.mpjpe(p, g),
        "n_mpjpe": pose.n_mpjpe(p, g),
        "p_mpjpe": pose.p_mpjpe(p, g),
        # over the frames of all sequences laid end to end
        "mpjve": pose.mpjve(p.flatten(0, 1), g.flatten(0, 1)),
    }


def _exchanged(joints: int, left: list[int], right: list[int]) -> list[int]:
    swap = list(range(joints))
    for a, b in zip(left, right):
        swap[a], swap[b] = b, a
    return swap


def _swap(config: dict) -> list[int] | None:
    """Left and right of the joints that a network reads and gives: as the config says, or Human3.6M's; None for an unknown set."""
    joints = config["num_joints_in"]
    if joints != config["num_joints_out"]:
        return None
    if "kps_left" in config:
        return _exchanged(joints, config["kps_left"], config["kps_right"])
    return _SWAP if joints == len(_SWAP) else None


def _mirrored(cam: Tensor) -> Tensor:
    """Focal lengths 2, centre 2, radial 3, tangential 2 of the mirrored screen: the horizontal centre and tangential term turn."""
    return cam * cam.new_tensor([1, 1, -1, 1, 1, 1, 1, -1, 1])


def _batches(config: dict, p3: Tensor, p2: Tensor, cam: Tensor, shift: int) -> dict[str, Tensor]:
    pad, swap = config["pad"], _exchanged(p2.shape[1], config["kps_left"], config["kps_right"])

    def both(x: Tensor) -> Tensor:
        """Clips or windows (N, ..., J, D), then their mirror images."""
        sign = x.new_tensor([-1.0, 1.0, 1.0][: x.shape[-1]])
        return torch.cat([x, x[..., swap, :] * sign])

    out = {
        "un_cam": torch.cat([cam, _mirrored(cam)]),
        "un_3d": both(p3[None]),
        "un_2d": both(padded_clip(p2, pad, shift)[None]),
        "ch_3d": both(receptive_windows(p3, 0, config["chunk_length"])),
        "ch_2d": both(receptive_windows(p2, pad, config["chunk_length"], shift)),
    }
    # the golden keeps the first joints only of the windows
    return {**out, "ch_2d": out["ch_2d"][..., :3, :]}


def _temporal(spec: dict, x: dict[str, Tensor], state: dict[str, Tensor]) -> dict[str, Tensor]:
    c = spec["config"]
    strided = "Optimized1f" in spec["module"]
    model = TemporalModel(
        c["num_joints_in"],
        c["in_features"],
        c["num_joints_out"],
        c["filter_widths"],
        c.get("causal", False),
        c.get("dropout", 0.25),
        c.get("channels", 1024),
        strided=strided,
        dense=c.get("dense", False),
    )
    model.load_state_dict(state)
    if "y" in x:
        target = x["y"].clone()
        target[:, :, 0] = 0
        loss = pose.mpjpe(model.train("eval mode" not in spec.get("notes", ""))(x["x"]), target)
        loss.backward()
        return Named({"loss": loss, "g_conv0_slice": model.layers_conv[0].weight.grad[:8, :8]}, model)
    with torch.no_grad():
        model.eval()
        # the release's total shift of a causal network counts the dilation twice: 1 + 3 * 3 + 9 * 9 for 3, 3, 3
        reach, doubled = 1, 0
        for w in c["filter_widths"]:
            doubled += w // 2 * (reach if strided else reach**2)
            reach *= w
        swap = _swap(c)
        return {
            "y": model(x["x"]),
            **({"y_flip_averaged": averaged_over_flip(model, x["x"], swap, swap)} if swap else {}),
            "expand_every16": model.expand(x["x"])[:, ::16],
            "receptive_field": np.array([model.receptive_field, doubled if c.get("causal") else 0]),
        }
