"""A body made of capsules on SMPL's tree: no data, any number of vertices, the same interface as the others."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from vitruve.bodies.model import BodyModel
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError

# offset from the parent (metres, T-pose) and radius of the capsule from the parent to the joint; left side and centre
_JOINTS: dict[str, tuple[tuple[float, float, float], float]] = {
    "pelvis": ((0.0, 0.97, 0.0), 0.0),
    "left_hip": ((0.09, -0.07, 0.0), 0.09),
    "left_knee": ((0.0, -0.40, 0.0), 0.075),
    "left_ankle": ((0.0, -0.42, -0.01), 0.05),
    "left_foot": ((0.0, -0.05, 0.14), 0.035),
    "spine1": ((0.0, 0.11, 0.0), 0.13),
    "spine2": ((0.0, 0.13, 0.0), 0.13),
    "spine3": ((0.0, 0.06, 0.0), 0.14),
    "neck": ((0.0, 0.21, -0.01), 0.09),
    "head": ((0.0, 0.09, 0.02), 0.06),
    "left_collar": ((0.07, 0.13, -0.01), 0.07),
    "left_shoulder": ((0.11, 0.03, 0.0), 0.06),
    "left_elbow": ((0.26, 0.0, 0.0), 0.045),
    "left_wrist": ((0.25, 0.0, 0.0), 0.035),
    "left_hand": ((0.08, 0.0, 0.0), 0.03),
}
# end pieces beyond the last joints
_ENDS = {"head": ((0.0, 0.16, 0.02), 0.09), "left_hand": ((0.09, 0.0, 0.0), 0.03), "left_foot": ((0.0, -0.01, 0.07), 0.035)}

# shape parameter -> (joints whose offset grows, capsules that get thicker), relative change per unit
_SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...], float]] = {
    "height": (("*",), ("*",), 0.04),
    "girth": ((), ("*",), 0.10),
    "legs": (("knee", "ankle"), (), 0.05),
    "arms": (("elbow", "wrist"), (), 0.05),
    "torso": (("spine1", "spine2", "spine3", "neck"), (), 0.05),
    "shoulders": (("collar", "shoulder"), (), 0.08),
    "hips": (("hip",), (), 0.10),
    "belly": ((), ("spine1", "spine2"), 0.12),
    "chest": ((), ("spine3", "neck"), 0.08),
    "head": (("head", "head_end"), ("head", "head_end"), 0.06),
}
_BLEND = 0.2
"""Share of a bone over which it bends with its neighbour."""


def procedural_body(vertices: int = 2000) -> BodyModel:
    """The body with exactly `vertices` vertices (at least 224), joints smpl24, ten shape parameters of unit spread."""
    tree = skeleton("smpl24")
    sided = {name.replace("left", side): (name, side) for name in (*_JOINTS, *(f"{n}_end" for n in _ENDS)) for side in ("left", "right")}
    sizes = _JOINTS | {f"{n}_end": size for n, size in _ENDS.items()}
    # points: the joints, then the ends of hands, feet and head
    points = list(tree.joints) + [n for n in sided if n.endswith("_end")]
    parent = [*tree.parents, *(tree.joints.index(n.removesuffix("_end")) for n in points[len(tree) :])]
    mirror = {"left": torch.ones(3), "right": torch.tensor([-1.0, 1.0, 1.0])}
    offsets = torch.stack([torch.tensor(sizes[sided[p][0]][0]) * mirror[sided[p][1]] for p in points])
    radii = torch.tensor([sizes[sided[p][0]][1] for p in points])

    def chosen(names: tuple[str, ...]) -> Tensor:
        return torch.tensor([float("*" in names or p in names or p.partition("_")[2] in names) for p in points])

    stretch = torch.stack([change * chosen(longer) for longer, _, change in _SHAPES.values()])
    thicken = torch.stack([change * chosen(thicker) for _, thicker, change in _SHAPES.values()])

    def positions(o: Tensor) -> Tensor:
        out: list[Tensor] = []
        for i in range(len(points)):
            out.append(o[..., i, :] if parent[i] < 0 else out[parent[i]] + o[..., i, :])
        return torch.stack(out, -2)

    # parents come before children in smpl24, ends after all
    place = positions(offsets)
    moves = positions(stretch[..., None] * offsets)

    bones = [i for i in range(len(points)) if parent[i] >= 0]
    if vertices < 8 * len(bones):
        raise OptionError(f"procedural body: expected at least {8 * len(bones)} vertices, found {vertices}")
    share = [vertices // len(bones) + (k < vertices % len(bones)) for k in range(len(bones))]
    template, directions, faces, joints, weights = [], [], [], [], []
    start = 0
    for bone, count in zip(bones, share):
        a = parent[bone]
        along, out, f = _capsule(place[bone] - place[a], float(radii[bone]), count)
        template.append(torch.lerp(place[a], place[bone], along[:, None]) + out)
        inner = along.clamp(0, 1)[:, None]
        directions.append(torch.lerp(moves[:, a, None], moves[:, bone, None], inner) + thicken[:, bone, None, None] * out)
        faces.append(f + start)
        start += count
        j, w = _bone_weights(tree, a, bone if bone < len(tree) else a, along)
        joints.append(j)
        weights.append(w)
    mesh = torch.cat(template)
    return BodyModel(
        "procedural",
        tree,
        mesh,
        place[: len(tree)],
        torch.cat(faces),
        torch.cat(joints),
        torch.cat(weights),
        directions=torch.cat(directions, 1),
        joint_directions=moves[:, : len(tree)],
        shape_names=tuple(_SHAPES),
        shape_default=(0.0,) * len(_SHAPES),
        shape_low=(-3.0,) * len(_SHAPES),
        shape_high=(3.0,) * len(_SHAPES),
        surface={"head_top": ([int(mesh[:, 1].argmax())], [1.0])},
    )


def _bone_weights(tree: Skeleton, joint: int, end: int, along: Tensor) -> tuple[Tensor, Tensor]:
    """A bone follows the joint it starts at; near its ends half as much its neighbour's."""
    before = tree.parents[joint] if tree.parents[joint] >= 0 else joint
    to_start = (0.5 - along / _BLEND).clamp(0, 0.5)
    to_end = (0.5 - (1 - along) / _BLEND).clamp(0, 0.5)
    other = torch.where(to_start > 0, before, end)
    share = to_start + to_end
    return torch.stack([torch.full_like(other, joint), other], 1), torch.stack([1 - share, share], 1)


def _capsule(axis: Tensor, radius: float, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """(place along the bone (N,), offset from the bone (N, 3), faces (F, 3), outward) of a capsule of exactly N vertices."""
    length = axis.norm()
    up = axis / length
    side = torch.linalg.cross(up, torch.eye(3)[up.abs().argmin()])
    side = side / side.norm()
    front = torch.linalg.cross(up, side)
    segments = max(3, round((count / 2) ** 0.5))
    rings = max(2, (count - 2) // segments)
    spare = count - 2 - rings * segments
    turn = torch.arange(segments) * (2 * torch.pi / segments)
    circle = torch.cos(turn)[:, None] * side + torch.sin(turn)[:, None] * front
    # rings run over the lower cap, the shaft and the upper cap: s is the arc from pole to pole
    cap = radius * torch.pi / 2
    s = (torch.arange(1, rings + 1) / (rings + 1)) * (2 * cap + length)
    low, high = ((cap - s) / radius).clamp(min=0), ((s - cap - length) / radius).clamp(min=0)
    along = (s - cap).clamp(min=0).clamp(max=float(length)) / length
    out = torch.cos(low + high)[:, None, None] * radius * circle + (radius * (torch.sin(high) - torch.sin(low)))[:, None, None] * up
    t = torch.cat([along.repeat_interleave(segments), torch.tensor([0.0, 1.0])])
    offset = torch.cat([out.reshape(-1, 3), -radius * up[None], radius * up[None]])
    grid = torch.arange(rings * segments).reshape(rings, segments)
    right = partial(torch.roll, shifts=-1, dims=-1)
    a, b, c, d = grid[:-1], right(grid[:-1]), right(grid[1:]), grid[1:]
    bottom, top = torch.full((segments,), rings * segments), torch.full((segments,), rings * segments + 1)
    faces = torch.cat(
        [
            torch.stack([a, b, c], -1).reshape(-1, 3),
            torch.stack([a, c, d], -1).reshape(-1, 3),
            torch.stack([bottom, right(grid[0]), grid[0]], -1),
            torch.stack([top, grid[-1], right(grid[-1])], -1),
        ]
    )
    # what the rings leave over goes into the middle of the first triangles
    split, rest = faces[:spare], faces[spare:]
    new = len(t) + torch.arange(spare)
    fan = torch.cat([torch.stack([split[:, i], split[:, (i + 1) % 3], new], -1) for i in range(3)])
    return torch.cat([t, t[split].mean(1)]), torch.cat([offset, offset[split].mean(1)]), torch.cat([rest, fan])
