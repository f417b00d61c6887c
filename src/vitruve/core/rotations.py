"""Rotations: unit quaternions xyzw (roma's order) and the layouts that files and papers use.

Thin over roma: what roma has is called there, not here. Every function works on any batch shape,
float32 or float64, CPU or GPU, and is differentiable.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.errors import OptionError

SixDLayout = Literal["columns", "rows", "interleaved"]
QuaternionOrder = Literal["xyzw", "wxyz"]


def identity(*shape: int, dtype: torch.dtype = torch.float32, device: torch.device | None = None) -> Tensor:
    """Identity quaternions of shape (*shape, 4)."""
    q = torch.zeros(*shape, 4, dtype=dtype, device=device)
    q[..., 3] = 1
    return q


def normalize(v: Float[Tensor, "*B D"], eps: float = 1e-12) -> Float[Tensor, "*B D"]:
    """Vectors of unit length; the zero vector stays zero, with a finite gradient."""
    return v / v.square().sum(-1, keepdim=True).clamp_min(eps * eps).sqrt()


def quaternion_order(q: Float[Tensor, "*B 4"], source: QuaternionOrder, target: QuaternionOrder) -> Float[Tensor, "*B 4"]:
    """Reorder quaternion components; files mostly hold wxyz, vitruve holds xyzw."""
    if source == target:
        return q
    return q.roll(-1 if source == "wxyz" else 1, dims=-1)


def hemisphere(q: Float[Tensor, "T *B 4"]) -> Float[Tensor, "T *B 4"]:
    """Flip signs so that consecutive quaternions along the first axis are neighbours (same rotations)."""
    if len(q) < 2:
        return q
    sign = torch.where((q[1:] * q[:-1]).sum(-1, keepdim=True) < 0, -1.0, 1.0).to(q.dtype)
    return torch.cat([q[:1], q[1:] * sign.cumprod(0)])


def between(u: Float[Tensor, "*#B 3"], v: Float[Tensor, "*#B 3"]) -> Tensor:
    """The shortest rotation that takes direction u to direction v.

    Opposite directions have no unique answer: half a turn about an axis orthogonal to u is returned.
    """
    u, v = torch.broadcast_tensors(u, v)
    u, v = normalize(u), normalize(v)
    # 1 + u.v, without the cancellation that loses it between nearly opposite directions
    w = (u + v).square().sum(-1, keepdim=True) / 2
    q = torch.cat([torch.linalg.cross(u, v), w], -1)
    # cross(u, e) with e the axis u is least aligned with: never degenerate
    e = torch.nn.functional.one_hot(u.abs().argmin(-1), 3).to(u)
    flip = torch.cat([torch.linalg.cross(u, e), torch.zeros_like(w)], -1)
    return normalize(torch.where(w > (100 * torch.finfo(w.dtype).eps) ** 2, q, flip))


def rotate(q: Float[Tensor, "*#B 4"], v: Float[Tensor, "*#B 3"]) -> Tensor:
    """Rotate vectors v by unit quaternions q, broadcasting the batch shapes."""
    # v + 2 u x (u x v + w v): half the work of the two Hamilton products
    u, w = q[..., :3], q[..., 3:]
    u, v = torch.broadcast_tensors(u, v)
    t = 2 * torch.linalg.cross(u, v)
    return v + w * t + torch.linalg.cross(u, t)


def multiply(p: Float[Tensor, "*#B 4"], q: Float[Tensor, "*#B 4"]) -> Tensor:
    """Hamilton product p q (apply q first), broadcasting the batch shapes."""
    px, py, pz, pw = p.unbind(-1)
    qx, qy, qz, qw = q.unbind(-1)
    return torch.stack(
        [
            pw * qx + px * qw + py * qz - pz * qy,
            pw * qy - px * qz + py * qw + pz * qx,
            pw * qz + px * qy - py * qx + pz * qw,
            pw * qw - px * qx - py * qy - pz * qz,
        ],
        -1,
    )


def inverse(q: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 4"]:
    """Inverse of unit quaternions."""
    return q * q.new_tensor([-1, -1, -1, 1])


def to_rotvec(q: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 3"]:
    """Rotation vectors (axis times angle, radians, at most pi) of unit quaternions of either sign."""
    q = torch.where(q[..., 3:] < 0, -q, q)
    s2 = q[..., :3].square().sum(-1, keepdim=True)
    small = s2 < 1e-12
    s = torch.where(small, 1.0, s2).sqrt()
    # angle / sin(angle / 2), and its series where the sine vanishes
    return q[..., :3] * torch.where(small, 2 + s2 / 3, 2 * torch.atan2(s, q[..., 3:]) / s)


def from_rotvec(v: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 4"]:
    """Unit quaternions of rotation vectors (axis times angle, radians)."""
    a2 = v.square().sum(-1, keepdim=True)
    small = a2 < 1e-10
    a = torch.where(small, 1.0, a2).sqrt()
    return torch.cat([v * torch.where(small, 0.5 - a2 / 48, (a / 2).sin() / a), torch.where(small, 1 - a2 / 8, (a / 2).cos())], -1)


def slerp(p: Float[Tensor, "*#B 4"], q: Float[Tensor, "*#B 4"], weight: float | Float[Tensor, "*#B 1"]) -> Tensor:
    """From p (weight 0) to q (weight 1) along the shortest arc, at constant speed."""
    return normalize(multiply(from_rotvec(weight * to_rotvec(multiply(q, inverse(p)))), p))


def angle(p: Float[Tensor, "*#B 4"], q: Float[Tensor, "*#B 4"]) -> Tensor:
    """Geodesic angle between rotations, radians in [0, pi]."""
    d = multiply(inverse(p), q)
    return 2 * torch.atan2(d[..., :3].norm(dim=-1), d[..., 3].abs())


def nearest_rotation(m: Float[Tensor, "*B D D"]) -> Float[Tensor, "*B D D"]:
    """The rotations nearest to matrices, in the Frobenius norm (roma.special_procrustes); differentiable, after a first call in inference mode too."""
    _make_constant(m.device)
    return roma.special_procrustes(m)


@cache
def _make_constant(device: torch.device) -> None:
    """roma keeps a constant from its first call on a device: made in inference mode it could take no part in gradients ever after."""
    with torch.inference_mode(False):
        roma.special_procrustes(torch.eye(3, device=device))


def about(axis: Literal["x", "y", "z"], radians: Float[Tensor, "*B"]) -> Float[Tensor, "*B 4"]:
    """Rotation about a coordinate axis."""
    half = radians / 2
    q = radians.new_zeros(*radians.shape, 4)
    q[..., "xyz".index(axis)] = half.sin()
    q[..., 3] = half.cos()
    return q


def _check_order(order: str) -> str:
    letters = order.lower()
    if not 1 <= len(letters) <= 3 or set(letters) - set("xyz") or any(a == b for a, b in zip(letters, letters[1:])):
        raise OptionError(f"Euler order {order!r}: expected one to three of x, y, z, no two equal in a row, like 'zxy'")
    return letters


def from_euler(order: str, radians: Float[Tensor, "*B N"]) -> Float[Tensor, "*B 4"]:
    """Quaternions from intrinsic Euler angles: order 'zxy' is Rz Rx Ry, as in a BVH channel list."""
    letters = _check_order(order)
    if radians.shape[-1] != len(letters):
        raise OptionError(f"Euler order {order!r} needs {len(letters)} angles, found {radians.shape[-1]}")
    # a plane for each angle and component: every operation runs over whole rows
    half = radians.movedim(-1, 0).contiguous() / 2
    (sine, *sines), (cosine, *cosines) = half.sin(), half.cos()
    q = [torch.zeros_like(sine) for _ in "xyz"] + [cosine]
    q["xyz".index(letters[0])] = sine
    for letter, s, c in zip(letters[1:], sines, cosines):
        i = "xyz".index(letter)
        j, k = (i + 1) % 3, (i + 2) % 3
        q[i], q[j], q[k], q[3] = q[i] * c + q[3] * s, q[j] * c + q[k] * s, q[k] * c - q[j] * s, q[3] * c - q[i] * s
    return torch.stack(q, -1)


def to_euler(order: str, q: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 3"]:
    """Intrinsic Euler angles (radians) of three different axes ('zxy') or a proper order ('zxz').

    At gimbal lock the third angle is zero; the rotation is still exact.
    """
    letters = _check_order(order)
    if len(letters) != 3:
        raise OptionError(f"Euler order {order!r}: three letters are needed to represent any rotation")
    i, j = "xyz".index(letters[0]), "xyz".index(letters[1])
    proper = letters[0] == letters[2]
    k = 3 - i - j
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    # Bernardes & Viollet 2022, "Quaternion to Euler angles conversion", on the reversed (extrinsic) order
    x = q[..., :3]
    w = q[..., 3]
    if proper:
        # intrinsic order i-j-i reads the same backwards
        a, b, c, d = w, x[..., i], x[..., j], x[..., k] * sign
    else:
        # extrinsic axes: third, second, first
        i, k = k, i
        sign = -sign
        a, b, c, d = w - x[..., j], x[..., i] + x[..., k] * sign, x[..., j] + w, x[..., k] * sign - x[..., i]
    second = 2 * torch.atan2(torch.hypot(c, d), torch.hypot(a, b))
    plus, minus = torch.atan2(b, a), torch.atan2(d, c)
    low, high = second.abs() < 1e-6, (second - torch.pi).abs() < 1e-6
    outer_first = torch.where(low, 2 * plus, torch.where(high, -2 * minus, plus - minus))
    outer_third = plus + minus
    # outer_first is the extrinsic first angle (our third): at the lock keep it in the intrinsic first angle
    lock = low | high
    intrinsic_third = torch.where(lock, torch.zeros_like(outer_first), outer_first)
    intrinsic_first = torch.where(low, 2 * plus, torch.where(high, 2 * minus, outer_third))
    if not proper:
        intrinsic_first = sign * intrinsic_first
        second = second - torch.pi / 2
    angles = torch.stack([intrinsic_first, second, intrinsic_third], -1)
    return angles - 2 * torch.pi * torch.round(angles / (2 * torch.pi))


def to_sixd(q: Float[Tensor, "*B 4"], layout: SixDLayout) -> Float[Tensor, "*B 6"]:
    """The 6D representation of Zhou et al. (CVPR 2019) in one of the three layouts in use.

    columns: first column then second (HumanML3D, HMR2); rows: first row then second (pytorch3d);
    interleaved: the first two columns read row by row (VPoser).
    """
    x, y, z, w = (2**0.5 * q).unbind(-1)
    m00, m01, m02 = 1 - y * y - z * z, x * y - z * w, x * z + y * w
    m10, m11, m12 = x * y + z * w, 1 - x * x - z * z, y * z - x * w
    m20, m21 = x * z - y * w, y * z + x * w
    if layout == "columns":
        return torch.stack([m00, m10, m20, m01, m11, m21], -1)
    if layout == "rows":
        return torch.stack([m00, m01, m02, m10, m11, m12], -1)
    if layout == "interleaved":
        return torch.stack([m00, m01, m10, m11, m20, m21], -1)
    raise OptionError(f"6D layout {layout!r}: expected 'columns', 'rows' or 'interleaved'")


def from_sixd(x: Float[Tensor, "*B 6"], layout: SixDLayout) -> Float[Tensor, "*B 4"]:
    """Quaternions from any six numbers, by Gram-Schmidt; see :func:`to_sixd` for the layouts."""
    return roma.rotmat_to_unitquat(sixd_to_matrix(x, layout))


def sixd_to_matrix(x: Float[Tensor, "*B 6"], layout: SixDLayout) -> Float[Tensor, "*B 3 3"]:
    """Rotation matrices from any six numbers, by Gram-Schmidt; see :func:`to_sixd` for the layouts."""
    if layout == "interleaved":
        a, b = x[..., 0::2], x[..., 1::2]
    elif layout in ("columns", "rows"):
        a, b = x[..., :3], x[..., 3:]
    else:
        raise OptionError(f"6D layout {layout!r}: expected 'columns', 'rows' or 'interleaved'")
    first = normalize(a)
    third = normalize(torch.linalg.cross(first, b))
    second = torch.linalg.cross(third, first)
    return torch.stack([first, second, third], -2 if layout == "rows" else -1)


def twist(q: Float[Tensor, "*#B 4"], axis: Float[Tensor, "*#B 3"]) -> Tensor:
    """The part of q that turns about unit `axis`, so that q = swing * twist."""
    along = (q[..., :3] * axis).sum(-1, keepdim=True) * axis
    return normalize(torch.cat(torch.broadcast_tensors(along, q[..., :3])[:1] + (q[..., 3:].expand_as(along[..., :1]),), -1))
