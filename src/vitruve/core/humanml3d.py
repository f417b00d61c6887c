"""HumanML3D's frame features: a body's motion without its place, heading and bone lengths, and back.

The representation of Guo et al., "Generating Diverse and Natural 3D Human Motions from Text" (CVPR 2022), as the
authors' code computes it. A clip of T frames gives T - 1 rows of 12 J - 1 numbers (263 for 22 joints, 251 for
KIT-ML's 21), in this order:

| numbers | content |
| --- | --- |
| 1 | half the yaw change per frame, radians |
| 2 | root velocity x, z in the heading of the next frame, metres per frame |
| 1 | root height |
| 3 (J - 1) | joints relative to the root's ground point, in the heading of the frame; y is absolute |
| 6 (J - 1) | local joint rotations, 6D by columns |
| 3 J | joint velocities in the heading of the frame, metres per frame |
| 4 | ground contact of two left and two right foot joints |

The "heading" quaternion turns the world into the body's frame. The rotations are the authors' own: chains hang from
that same quaternion (not from its inverse), so they are no SMPL rotations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core import rotations as rot
from vitruve.errors import ShapeError

Chains = tuple[tuple[int, ...], ...]
_SMOOTHING = 20.0
"""Standard deviation, in frames, of the Gaussian that steadies the heading."""


@dataclass(frozen=True)
class Layout:
    """What the representation needs to know of a joint set."""

    name: str
    chains: Chains
    """Limbs as paths of joints; the first starts at the root, later ones may branch from an earlier one."""
    raw_offsets: tuple[tuple[int, int, int], ...]
    """The direction of each bone at rest, from its parent."""
    leg: tuple[int, int]
    """The two joints whose bone lengths are compared to scale a body."""
    right_feet: tuple[int, int]
    left_feet: tuple[int, int]
    face: tuple[int, int, int, int]
    """Right hip, left hip, right shoulder, left shoulder."""
    contact_threshold: float
    """Squared displacement per frame below which a foot stands."""
    fps: float = 20.0

    @property
    def num_joints(self) -> int:
        return len(self.raw_offsets)

    @property
    def parents(self) -> tuple[int, ...]:
        out = [-1] * self.num_joints
        for chain in self.chains:
            for parent, joint in zip(chain, chain[1:]):
                out[joint] = parent
        return tuple(out)


T2M = Layout(
    "t2m",
    chains=((0, 2, 5, 8, 11), (0, 1, 4, 7, 10), (0, 3, 6, 9, 12, 15), (9, 14, 17, 19, 21), (9, 13, 16, 18, 20)),
    raw_offsets=(
        (0, 0, 0), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, -1, 0), (0, 1, 0), (0, -1, 0), (0, -1, 0), (0, 1, 0), (0, 0, 1),
        (0, 0, 1), (0, 1, 0), (1, 0, 0), (-1, 0, 0), (0, 0, 1), (0, -1, 0), (0, -1, 0), (0, -1, 0), (0, -1, 0), (0, -1, 0), (0, -1, 0),
    ),
    leg=(5, 8),
    right_feet=(8, 11),
    left_feet=(7, 10),
    face=(2, 1, 17, 16),
    contact_threshold=0.002,
)  # fmt: skip
"""HumanML3D's 22 joints."""

KIT = Layout(
    "kit",
    chains=((0, 11, 12, 13, 14, 15), (0, 16, 17, 18, 19, 20), (0, 1, 2, 3, 4), (3, 5, 6, 7), (3, 8, 9, 10)),
    raw_offsets=(
        (0, 0, 0), (0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 1, 0), (1, 0, 0), (0, -1, 0), (0, -1, 0), (-1, 0, 0), (0, -1, 0), (0, -1, 0),
        (1, 0, 0), (0, -1, 0), (0, -1, 0), (0, 0, 1), (0, 0, 1), (-1, 0, 0), (0, -1, 0), (0, -1, 0), (0, 0, 1), (0, 0, 1),
    ),
    leg=(17, 18),
    right_feet=(14, 15),
    left_feet=(19, 20),
    face=(11, 16, 5, 8),
    contact_threshold=0.05,
    fps=12.5,
)  # fmt: skip
"""KIT-ML's 21 joints, in that data set's own unit."""


def layout_of(num_joints: int) -> Layout:
    """The layout of 22 (HumanML3D) or 21 (KIT-ML) joints; ShapeError for another number."""
    for layout in (T2M, KIT):
        if layout.num_joints == num_joints:
            return layout
    raise ShapeError(f"HumanML3D features are defined for 22 or 21 joints, found {num_joints}")


def feature_slices(size: int) -> dict[str, slice]:
    """Where each group of features lies in a row of `size` numbers; ShapeError unless that is 12 J - 1.

    >>> feature_slices(263)["positions"]
    slice(4, 67, None)
    """
    n, rest = divmod(size + 1, 12)
    if rest or n < 2:
        raise ShapeError(f"HumanML3D features have 12 J - 1 numbers a frame (263 for 22 joints, 251 for 21), found {size}")
    sizes = {"yaw_velocity": 1, "root_velocity": 2, "height": 1, "positions": 3 * (n - 1), "rotations": 6 * (n - 1), "velocities": 3 * n, "contacts": 4}
    out, at = {}, 0
    for name, width in sizes.items():
        out[name] = slice(at, at + width)
        at += width
    return out


def bone_offsets(positions: Float[Tensor, "J 3"], layout: Layout = T2M) -> Float[Tensor, "J 3"]:
    """The rest offsets of a body in the layout's rest pose, its bones as long as in `positions`."""
    parents = torch.tensor(layout.parents, device=positions.device).clamp_min(0)
    lengths = (positions - positions[parents]).norm(dim=-1, keepdim=True)
    return lengths * positions.new_tensor(layout.raw_offsets)


def _forward(across: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3"]:
    """Up cross (right minus left), in the ground plane."""
    return torch.linalg.cross(across.new_tensor([0.0, 1.0, 0.0]).expand_as(across), across)


def _between_single(u: Float[Tensor, "*#B 3"], v: Float[Tensor, "*#B 3"]) -> Tensor:
    """The rotation from u to v in single precision, by the formula that loses digits between nearly opposite directions."""
    a, b = torch.broadcast_tensors(rot.normalize(u).float(), rot.normalize(v).float())
    w = (a.square().sum(-1, keepdim=True) * b.square().sum(-1, keepdim=True)).sqrt() + (a * b).sum(-1, keepdim=True)
    q = torch.cat([torch.linalg.cross(a, b), w], -1)
    return (q / q.norm(dim=-1, keepdim=True)).to(u.dtype)


def _heading(forward: Float[Tensor, "*B 3"], official_quirks: bool = False) -> Float[Tensor, "*B 4"]:
    """The turn about y that takes a direction in the ground plane to +z."""
    if official_quirks:
        return _between_single(forward, forward.new_tensor([0.0, 0.0, 1.0]))
    return rot.about("y", -torch.atan2(forward[..., 0], forward[..., 2]))


def _gaussian(x: Float[Tensor, "T 3"], sigma: float) -> Float[Tensor, "T 3"]:
    """Gaussian filter along time, ends repeated, cut at four sigma."""
    radius = int(4 * sigma + 0.5)
    at = torch.arange(-radius, radius + 1, dtype=x.dtype, device=x.device)
    kernel = torch.exp(-0.5 * (at / sigma) ** 2)
    padded = torch.nn.functional.pad(x.T[:, None], (radius, radius), mode="replicate")
    return torch.nn.functional.conv1d(padded, (kernel / kernel.sum())[None, None])[:, 0].T


def inverse_kinematics(positions: Float[Tensor, "T J 3"], layout: Layout = T2M, smooth: bool = False, official_quirks: bool = False) -> Float[Tensor, "T J 4"]:
    """Quaternions xyzw of the representation: joint 0 holds the heading (world to body), the others local rotations.

    The heading of frame 0 is the identity by definition. `smooth` steadies the heading over time, as the features do.
    A bone that points exactly against its rest direction has no unique rotation: half a turn is taken. `official_quirks` finds
    rotations in single precision as the release does, which is 1e-4 off near half a turn.
    """
    right_hip, left_hip, right_shoulder, left_shoulder = layout.face
    # the authors' function names the two hips the other way round than its caller: hips count left minus right,
    # so that the shoulders, which are wider apart, decide
    across = positions[:, left_hip] - positions[:, right_hip] + positions[:, right_shoulder] - positions[:, left_shoulder]
    forward = _forward(rot.normalize(across))
    if smooth:
        forward = _gaussian(forward, _SMOOTHING)
    heading = _heading(forward, official_quirks)
    between = _between_single if official_quirks else rot.between
    heading = torch.cat([rot.identity(1, dtype=heading.dtype, device=heading.device), heading[1:]])
    out: list[Tensor] = [heading] * layout.num_joints
    for chain in layout.chains:
        world = heading
        for parent, joint in zip(chain, chain[1:]):
            bone = between(positions.new_tensor(layout.raw_offsets[joint]), positions[:, joint] - positions[:, parent])
            out[joint] = rot.multiply(rot.inverse(world), bone)
            world = bone
    return torch.stack(out, 1)


def forward_kinematics(
    rotations: Float[Tensor, "*B J 4"], root: Float[Tensor, "*B 3"], offsets: Float[Tensor, "J 3"], layout: Layout = T2M
) -> Float[Tensor, "*B J 3"]:
    """Joint positions of the rotations of :func:`inverse_kinematics` (every chain starts from joint 0's quaternion)."""
    out: list[Tensor] = [root] * layout.num_joints
    for chain in layout.chains:
        world = rotations[..., 0, :]
        for parent, joint in zip(chain, chain[1:]):
            world = rot.multiply(world, rotations[..., joint, :])
            out[joint] = rot.rotate(world, offsets[joint]) + out[parent]
    return torch.stack(out, -2)


def uniform_skeleton(
    positions: Float[Tensor, "T J 3"], offsets: Float[Tensor, "J 3"], layout: Layout = T2M, official_quirks: bool = False
) -> Float[Tensor, "T J 3"]:
    """The motion on a body with other bones: rotations are kept, the root path is scaled by the length of the legs."""
    leg = list(layout.leg)
    source = bone_offsets(positions[0], layout)
    scale = offsets[leg].abs().amax(-1).sum() / source[leg].abs().amax(-1).sum()
    return forward_kinematics(inverse_kinematics(positions, layout, official_quirks=official_quirks), positions[:, 0] * scale, offsets, layout)


class Encoded(NamedTuple):
    """What :func:`encode_all` finds on its way."""

    features: Tensor
    """(T - 1, 12 J - 1)"""
    positions: Tensor
    """(T, J, 3) on the floor, starting at the origin facing +z."""
    local: Tensor
    """(T, J, 3) in the frame of each frame's heading, above the root's ground point."""


def canonicalise(positions: Float[Tensor, "T J 3"], layout: Layout = T2M, official_quirks: bool = False) -> Float[Tensor, "T J 3"]:
    """On the floor, the root of frame 0 at x = z = 0, frame 0 facing +z."""
    start = positions[0]
    right_hip, left_hip, right_shoulder, left_shoulder = layout.face
    forward = _forward(start[right_hip] - start[left_hip] + start[right_shoulder] - start[left_shoulder])
    origin = torch.stack([start[0, 0], positions[..., 1].min(), start[0, 2]])
    return rot.rotate(_heading(forward, official_quirks), positions - origin)


def encode_all(
    positions: Float[Tensor, "T J 3"],
    offsets: Float[Tensor, "J 3"] | None = None,
    layout: Layout | None = None,
    contact_threshold: float | None = None,
    official_quirks: bool = False,
) -> Encoded:
    """:func:`encode`, with the canonical and the local positions it computes on its way (quirks: :func:`inverse_kinematics`)."""
    layout = layout or layout_of(positions.shape[1])
    if positions.shape[1:] != (layout.num_joints, 3) or len(positions) < 2:
        raise ShapeError(f"positions: expected (2 or more frames, {layout.num_joints}, 3) for layout {layout.name!r}, found {tuple(positions.shape)}")
    if not positions.isfinite().all():
        raise ShapeError("positions: HumanML3D features need every joint of every frame (fill gaps first)")
    dtype, x = positions.dtype, positions.double()
    if offsets is not None:
        x = uniform_skeleton(x, offsets.double(), layout, official_quirks)
    x = canonicalise(x, layout, official_quirks)
    quaternions = inverse_kinematics(x, layout, smooth=True, official_quirks=official_quirks)
    heading = quaternions[:, 0]
    step = x[1:] - x[:-1]
    velocity = rot.rotate(heading[1:], step[:, 0])
    half_yaw = rot.multiply(heading[1:], rot.inverse(heading[:-1]))[:, 1:2].clamp(-1, 1).asin()
    local = rot.rotate(heading[:, None], x - x[:, :1] * x.new_tensor([1.0, 0.0, 1.0]))
    threshold = layout.contact_threshold if contact_threshold is None else contact_threshold
    contact = (step[:, [*layout.left_feet, *layout.right_feet]].square().sum(-1) < threshold).to(x.dtype)
    features = torch.cat(
        [
            half_yaw,
            velocity[:, [0, 2]],
            local[:-1, 0, 1:2],
            local[:-1, 1:].flatten(1),
            rot.to_sixd(quaternions[:-1, 1:], "columns").flatten(1),
            rot.rotate(heading[:-1, None], step).flatten(1),
            contact,
        ],
        -1,
    )
    return Encoded(features.to(dtype), x.to(dtype), local.to(dtype))


def encode(
    positions: Float[Tensor, "T J 3"], offsets: Float[Tensor, "J 3"] | None = None, layout: Layout | None = None, contact_threshold: float | None = None
) -> Float[Tensor, "S D"]:
    """Features (T - 1, 12 J - 1) of joint positions (metres, y up).

    Args:
        positions: 22 joints at 20 frames/s (humanml3d22), or KIT-ML's 21 at 12.5.
        offsets: bones of the body that the motion is first put on (:func:`bone_offsets` of some pose of that
            body); without, the body stays its own.
        layout: the joint set; by default chosen by the number of joints.
        contact_threshold: squared displacement per frame below which a foot stands; the layout's by default.

    Raises:
        ShapeError: for a single frame, another number of joints, or missing joints.
    """
    return encode_all(positions, offsets, layout, contact_threshold).features


def recover_root(features: Float[Tensor, "*B T D"]) -> tuple[Float[Tensor, "*B T 4"], Float[Tensor, "*B T 3"]]:
    """(heading quaternions xyzw, root positions) by summing the velocities up; the first frame is at x = z = 0, heading 0."""
    turn = features[..., 0]
    half = torch.cat([torch.zeros_like(turn[..., :1]), turn[..., :-1]], -1).cumsum(-1)
    zero = torch.zeros_like(half)
    heading = torch.stack([zero, half.sin(), zero, half.cos()], -1)
    velocity = torch.stack([features[..., 1], zero, features[..., 2]], -1)
    velocity = torch.cat([torch.zeros_like(velocity[..., :1, :]), velocity[..., :-1, :]], -2)
    root = rot.rotate(rot.inverse(heading), velocity).cumsum(-2)
    return heading, torch.stack([root[..., 0], features[..., 3], root[..., 2]], -1)


def decode_ric(features: Float[Tensor, "*B T D"]) -> Float[Tensor, "*B T J 3"]:
    """Joint positions from the local positions of the features; differentiable."""
    part = feature_slices(features.shape[-1])["positions"]
    heading, root = recover_root(features)
    local = features[..., part].unflatten(-1, (-1, 3))
    joints = rot.rotate(rot.inverse(heading)[..., None, :], local) + (root * root.new_tensor([1.0, 0.0, 1.0]))[..., None, :]
    return torch.cat([root[..., None, :], joints], -2)


def decode_rot(features: Float[Tensor, "*B T D"], offsets: Float[Tensor, "J 3"], layout: Layout | None = None) -> Float[Tensor, "*B T J 3"]:
    """Joint positions from the 6D rotations of the features, on a body of these bone offsets; differentiable."""
    layout = layout or layout_of(len(offsets))
    heading, root = recover_root(features)
    local = rot.from_sixd(features[..., feature_slices(features.shape[-1])["rotations"]].unflatten(-1, (-1, 6)), "columns")
    return forward_kinematics(torch.cat([heading[..., None, :], local], -2), root, offsets, layout)


@dataclass(frozen=True, eq=False)
class Normalizer:
    """Features to zero mean and, group by group, unit spread.

    HumanML3D's standard deviation is the mean over each of the seven groups of features: official checkpoints
    expect it so.
    """

    mean: Float[Tensor, " D"]
    std: Float[Tensor, " D"]

    @classmethod
    def fit(cls, clips: Sequence[Float[Tensor, "_ D"]]) -> Normalizer:
        """Statistics over all frames of the clips; clips with a NaN are left out."""
        whole = [c for c in clips if not c.isnan().any()]
        if not whole:
            raise ShapeError("no clip without NaN to compute statistics from")
        rows = torch.cat(whole).double()
        std = rows.std(0, correction=0)
        for part in feature_slices(rows.shape[-1]).values():
            std[part] = std[part].mean()
        return cls(rows.mean(0).to(whole[0].dtype), std.to(whole[0].dtype))

    def normalize(self, features: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        return (features - self.mean) / self.std

    def denormalize(self, features: Float[Tensor, "*B D"]) -> Float[Tensor, "*B D"]:
        return features * self.std + self.mean
