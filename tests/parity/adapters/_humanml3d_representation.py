"""HumanML3D's representation: features, recovery, quaternion helpers and statistics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import roma
import torch
from torch import Tensor

from vitruve.core import humanml3d, rotations


def _xyzw(q: Tensor) -> Tensor:
    return rotations.quaternion_order(q, "wxyz", "xyzw")


def _wxyz(q: Tensor) -> Tensor:
    return rotations.quaternion_order(q, "xyzw", "wxyz")


def _layout(config: dict[str, Any]) -> humanml3d.Layout:
    return humanml3d.Layout(
        config.get("skeleton", "golden"),
        tuple(map(tuple, config["kinematic_chain"])),
        tuple(map(tuple, config["raw_offsets"])),
        tuple(config["l_idx"]),
        tuple(config["fid_r"]),
        tuple(config["fid_l"]),
        tuple(config["face_joint_indx"]),
        config["feet_thre"],
    )


def _representation(config: dict[str, Any], x: dict[str, Tensor]) -> dict[str, Tensor]:
    layout = _layout(config)
    positions = x["positions"]
    out = {
        "src_offsets": humanml3d.bone_offsets(positions[0], layout),
        "ik_quat": _wxyz(humanml3d.inverse_kinematics(positions, layout)),
        "ik_quat_smooth": _wxyz(humanml3d.inverse_kinematics(positions, layout, smooth=True)),
    }
    offsets = x.get("target_offsets")
    if offsets is not None:
        out["uniform"] = humanml3d.uniform_skeleton(positions, offsets, layout)
    features, out["global_positions"], out["local_positions"] = humanml3d.encode_all(positions, offsets, layout)
    out["features"], out["l_velocity"] = features, features[:, 1:3]
    out["from_ric"] = humanml3d.decode_ric(features)
    heading, out["root_pos"] = humanml3d.recover_root(features)
    out["root_quat"] = _wxyz(heading)
    if offsets is not None:
        out["from_rot"] = humanml3d.decode_rot(features, offsets, layout)
    if "other_features" in x:
        out["other_from_ric"] = humanml3d.decode_ric(x["other_features"])
    return out


def _quaternions(x: dict[str, Tensor]) -> dict[str, Tensor]:
    q, r, v, t = _xyzw(x["q"]), _xyzw(x["r"]), x["v"], x["t"]
    identity = rotations.identity(*q.shape[:-1])
    out = {
        "qinv": _wxyz(rotations.inverse(q)),
        "qmul": _wxyz(rotations.multiply(q, r)),
        "qrot": rotations.rotate(q, v),
        "qbetween": _wxyz(rotations.between(v, x["w"])),
        # the authors' power and interpolation take the arc that the signs say, short or long
        "qpow": _wxyz(roma.unitquat_slerp(identity, q, t, shortest_arc=False)),
        "qslerp": _wxyz(roma.unitquat_slerp(q, r, t, shortest_arc=False)),
        "matrix": roma.unitquat_to_rotmat(q),
        "cont6d": rotations.to_sixd(q, "columns"),
        "cont6d_random_to_matrix": rotations.sixd_to_matrix(x["c6"], "columns"),
        "qfix": _wxyz(rotations.hemisphere(_xyzw(x["seq"]))),
        "expmap": _wxyz(roma.rotvec_to_unitquat(x["e"])),
    }
    for order in ("xyz", "yzx", "zxy", "xzy", "yxz", "zyx"):
        out[f"qeuler_{order}"] = rotations.to_euler(order, q) * (180 / math.pi)
        by_axis = x["e"] * (57 * math.pi / 180)
        sign = -1 if order in ("xyz", "yzx", "zxy") else 1
        out[f"euler2quat_{order}"] = sign * _wxyz(rotations.from_euler(order, by_axis[:, ["xyz".index(axis) for axis in order]]))
    return out


def run(spec: dict[str, Any], inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every output of a golden of this topic that its inputs allow; quaternions in the files are wxyz."""
    x = {k: torch.from_numpy(np.array(v)) for k, v in inputs.items()}
    out: dict[str, Tensor] = {}
    if "positions" in x:
        out |= _representation(spec["config"], x)
    if "q" in x:
        out |= _quaternions(x)
    clips = [x[k] for k in sorted((k for k in x if k.startswith("clip")), key=lambda k: int(k.removeprefix("clip") or 0))]
    if clips:
        statistics = humanml3d.Normalizer.fit(clips)
        out |= {"mean": statistics.mean, "std": statistics.std}
    return {k: v.numpy() for k, v in out.items()}
