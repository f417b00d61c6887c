"""HumanML3D's representation: features, recovery, quaternion helpers and statistics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import roma
import torch
from torch import Tensor

from vitruve.core import humanml3d, rotations
from vitruve.core.standards import skeleton


def _xyzw(q: Tensor) -> Tensor:
    return rotations.quaternion_order(q, "wxyz", "xyzw")


def _wxyz(q: Tensor) -> Tensor:
    return rotations.quaternion_order(q, "xyzw", "wxyz")


def _layout(config: dict[str, Any], joints: int) -> humanml3d.Layout:
    if "kinematic_chain" not in config:
        return humanml3d.layout_of(joints)
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


def _representation(layout: humanml3d.Layout, x: dict[str, Tensor]) -> dict[str, Tensor]:
    positions = x["positions"]
    out = {
        "src_offsets": humanml3d.bone_offsets(positions[0], layout),
        "ik_quat": _wxyz(humanml3d.inverse_kinematics(positions, layout, official_quirks=True)),
        "ik_quat_smooth": _wxyz(humanml3d.inverse_kinematics(positions, layout, smooth=True, official_quirks=True)),
    }
    offsets = x.get("target_offsets")
    if offsets is not None:
        out["uniform"] = humanml3d.uniform_skeleton(positions, offsets, layout, official_quirks=True)
    features, out["global_positions"], out["local_positions"] = humanml3d.encode_all(positions, offsets, layout, official_quirks=True)
    out["features"], out["l_velocity"] = features, features[:, 1:3]
    if "other_features" in x:
        out["other_from_ric"] = humanml3d.decode_ric(x["other_features"])
    return out | _recovered(features, offsets, layout)


def _recovered(features: Tensor, offsets: Tensor | None, layout: humanml3d.Layout) -> dict[str, Tensor]:
    heading, root = humanml3d.recover_root(features)
    out = {"from_ric": humanml3d.decode_ric(features), "root_quat": _wxyz(heading), "root_pos": root}
    return out if offsets is None else out | {"from_rot": humanml3d.decode_rot(features, offsets, layout)}


def _forward(layout: humanml3d.Layout, x: dict[str, Tensor]) -> dict[str, Tensor]:
    """Kinematics from quaternions, from 6D rotations, and without the root's rotation (`do_root_R=False`)."""
    out = {}
    given = {"": _xyzw(x["quat"])} if "quat" in x else {}
    given |= {"_cont6d": rotations.from_sixd(x["cont6d"], "columns")} if "cont6d" in x else {}
    for suffix, q in given.items():
        upright = torch.cat([rotations.identity(*q.shape[:-2], 1), q[..., 1:, :]], -2)
        out[f"fk{suffix}"] = humanml3d.forward_kinematics(q, x["root"], x["target_offsets"], layout)
        out[f"fk{suffix}_noroot"] = humanml3d.forward_kinematics(upright, x["root"], x["target_offsets"], layout)
    return out


# SMPL-H's finger joints as the release pairs them: not finger by finger
_LEFT_HAND = (*range(22, 25), *range(34, 37), *range(25, 28), *range(31, 34), *range(28, 31))
_RIGHT_HAND = (*range(43, 49), *range(40, 43), *range(37, 40), *range(49, 52))


def _mirrored(positions: Tensor) -> Tensor:
    """The release mirrors x and swaps the 22 joints of the body, and those of the hands where there are any."""
    swap = [*skeleton("humanml3d22").swap, *range(22, positions.shape[-2])]
    if len(swap) > 24:
        for left, right in zip(_LEFT_HAND, _RIGHT_HAND):
            swap[left], swap[right] = right, left
    return positions[..., swap, :] * positions.new_tensor([-1, 1, 1])


def _quaternions(x: dict[str, Tensor]) -> dict[str, Tensor]:
    q, r, v, t = _xyzw(x["q"]), _xyzw(x["r"]), x["v"], x["t"]
    identity = rotations.identity(*q.shape[:-1])
    out = {
        "qnormalize": rotations.normalize(x["q"]),
        "lerp": v + x["t"].reshape(-1, *[1] * v.ndim) * (x["w"] - v),
        "matrix_to_quat": _from_matrix(roma.unitquat_to_rotmat(q)),
        "cont6d_to_quat": _from_matrix(rotations.sixd_to_matrix(x["c6"], "columns")),
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
        sign = -1 if order in ("xyz", "yzx", "zxy") else 1
        for name, by_axis in (("euler2quat", x["e"] * (57 * math.pi / 180)), ("euler_to_quaternion", x["e"])):
            out[f"{name}_{order}"] = sign * _wxyz(rotations.from_euler(order, by_axis[:, ["xyz".index(axis) for axis in order]]))
    return out


def _from_matrix(matrix: Tensor) -> Tensor:
    """Quaternions wxyz; of both signs the one whose component that Shepperd's method divides by is positive."""
    q = _wxyz(roma.rotmat_to_unitquat(matrix))
    a, b, c = matrix.diagonal(dim1=-2, dim2=-1).unbind(-1)
    pivot = torch.where(c < 0, torch.where(a > b, 1, 2), torch.where(a < -b, 3, 0))
    return q * q.gather(-1, pivot[..., None]).sign()


def run(spec: dict[str, Any], inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every output of a golden of this topic that its inputs allow; quaternions in the files are wxyz."""
    x = {k: torch.from_numpy(np.array(v)) for k, v in inputs.items()}
    out: dict[str, Tensor] = {}
    config = spec["config"]
    if "positions" in x:
        positions = x["positions"]
        if positions.shape[1] >= 22:
            out["swapped"] = _mirrored(positions)
        if "kinematic_chain" in config or positions.shape[1] in (21, 22):
            out |= _representation(_layout(config, positions.shape[1]), x)
    if "quat" in x or "cont6d" in x:
        out |= _forward(_layout(config, len(x["target_offsets"])), x)
    features = x.get("features", x.get("data"))
    if features is not None:
        out |= _recovered(features, x.get("target_offsets"), _layout(config, (features.shape[-1] + 1) // 12))
    if "q" in x:
        out |= _quaternions(x)
    clips = [x[k] for k in sorted((k for k in x if k.startswith("clip")), key=lambda k: int(k.removeprefix("clip") or 0))]
    if clips:
        statistics = humanml3d.Normalizer.fit(clips)
        out |= {"mean": statistics.mean, "std": statistics.std}
    return {k: v.numpy() for k, v in out.items()}
