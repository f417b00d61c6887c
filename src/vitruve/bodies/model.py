"""The interface of every body: shape to rest mesh, rotations to posed mesh, mesh to keypoints."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import roma
import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.bodies.lbs import Skinning, skinning_transforms
from vitruve.core.motion import Motion, forward_kinematics
from vitruve.core.naming import FINGERS
from vitruve.core.skeleton import JointMap, Skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


class BodyOutput(NamedTuple):
    """Posed vertices (*B, V, 3) and joints (*B, J, 3), world, metres."""

    vertices: Tensor
    joints: Tensor


class Rest(NamedTuple):
    """Vertices (*B, V, 3) and joints (*B, J, 3) of a shape in the rest pose, metres."""

    vertices: Tensor
    joints: Tensor


Picks = Mapping[str, tuple[Sequence[int], Sequence[float]]]
"""Landmark -> (vertices, weights that sum to 1)."""

_CORRECTIVE_CHUNK = 64


class BodyModel(torch.nn.Module):
    """A skinned mesh whose rest shape is linear in some coefficients, on a tree of joints.

    Rotations are local unit quaternions xyzw about joints in the world-aligned rest frame: identity is the
    rest pose. World: y up, the body faces +z, its left is +x, metres. `translation` is the world position of
    the root joint. Bodies differ in `coefficients` (shape and expression to blend weights) and
    `correctives` (pose-dependent offsets); everything else is here.
    """

    faces: Tensor
    skin_joints: Tensor
    skin_weights: Tensor
    parts: Tensor
    template: Tensor
    joint_template: Tensor
    directions: Tensor
    joint_directions: Tensor
    uv: Tensor | None
    uv_faces: Tensor | None
    _pick: Tensor
    _pick_weight: Tensor

    def __init__(
        self,
        name: str,
        skeleton: Skeleton,
        template: Float[Tensor, "V 3"],
        joint_template: Float[Tensor, "J 3"],
        faces: Int[Tensor, "F 3"],
        skin_joints: Int[Tensor, "V K"],
        skin_weights: Float[Tensor, "V K"],
        *,
        directions: Float[Tensor, "C V 3"] | None = None,
        joint_directions: Float[Tensor, "C J 3"] | None = None,
        shape_names: Sequence[str] = (),
        shape_default: Sequence[float] = (),
        shape_low: Sequence[float] = (),
        shape_high: Sequence[float] = (),
        expression_names: Sequence[str] = (),
        surface: Picks | None = None,
        uv: Float[Tensor, "U 2"] | None = None,
        uv_faces: Int[Tensor, "F 3"] | None = None,
    ) -> None:
        super().__init__()
        if len(skeleton.roots) != 1:
            raise SkeletonError(f"body {name!r}: expected a skeleton with one root, found {len(skeleton.roots)}")
        v, j = len(template), len(skeleton)
        if len(joint_template) != j:
            raise ShapeError(f"body {name!r}: {j} joints but {len(joint_template)} joint positions")
        if len(skin_joints) != v or skin_joints.shape != skin_weights.shape:
            raise ShapeError(f"body {name!r}: skin {tuple(skin_joints.shape)} and {tuple(skin_weights.shape)}; expected ({v}, K) twice")
        for label, index, count in (("face", faces, v), ("skin joint", skin_joints, j)):
            if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < count:
                raise ShapeError(f"body {name!r}: {label} index {int(index.min())}..{int(index.max())}; expected 0 to {count - 1}")
        skin_weights = skin_weights.to(template)
        total = skin_weights.sum(1, keepdim=True)
        if not bool(torch.isfinite(skin_weights).all()) or bool((total <= 0).any()) or bool((skin_weights < 0).any()):
            raise ShapeError(f"body {name!r}: every vertex needs finite skin weights >= 0, not all zero")
        self.name, self.skeleton = name, skeleton
        self.shape_names, self.expression_names = tuple(shape_names), tuple(expression_names)
        self._limits = (tuple(shape_default), tuple(shape_low), tuple(shape_high))

        def put(key: str, value: Tensor | None) -> None:
            self.register_buffer(key, value, persistent=False)

        # the largest weights first
        weights, order = (skin_weights / total).sort(1, descending=True)
        put("faces", faces.long())
        put("skin_joints", skin_joints.long().gather(1, order))
        put("skin_weights", weights)
        put("template", template)
        put("joint_template", joint_template)
        put("directions", (template.new_zeros(0, v, 3) if directions is None else directions).flatten(1))
        put("joint_directions", (template.new_zeros(0, j, 3) if joint_directions is None else joint_directions).flatten(1))
        put("uv", uv)
        put("uv_faces", None if uv_faces is None else uv_faces.long())
        self.skinning = Skinning(self.skin_joints, self.skin_weights, j)

        groups = joint_groups(skeleton)
        self.part_names: tuple[str, ...] = tuple(dict.fromkeys(groups))
        put("parts", torch.tensor([self.part_names.index(g) for g in groups])[self.skin_joints[:, 0]])

        surface = surface or {}
        width = max((len(i) for i, _ in surface.values()), default=1)
        pick = torch.zeros(len(surface), width, dtype=torch.long)
        pick_weight = torch.zeros(len(surface), width, dtype=template.dtype)
        for row, (i, w) in enumerate(surface.values()):
            pick[row, : len(i)], pick_weight[row, : len(i)] = torch.tensor(i), torch.tensor(w, dtype=template.dtype)
        put("_pick", pick)
        put("_pick_weight", pick_weight)
        self.landmarks = Skeleton(
            f"{skeleton.name}+surface",
            skeleton.joints + tuple(f"surface_{n}" for n in surface),
            skeleton.parents + (skeleton.roots[0],) * len(surface),
            skeleton.landmarks + tuple(surface),
        )
        """Joints and the landmarks picked from the surface, in the order of `landmark_points`."""
        self._maps: dict[Skeleton, JointMap] = {}

    @property
    def dtype(self) -> torch.dtype:
        return self.template.dtype

    @property
    def device(self) -> torch.device:
        return self.template.device

    @property
    def num_shape(self) -> int:
        return len(self.shape_names)

    @property
    def num_expression(self) -> int:
        return len(self.expression_names)

    @property
    def num_vertices(self) -> int:
        return len(self.template)

    def _values(self, which: int) -> Tensor:
        return torch.tensor(self._limits[which], dtype=self.dtype, device=self.device)

    def default_shape(self) -> Float[Tensor, " S"]:
        """The average body."""
        return self._values(0)

    def shape_bounds(self) -> tuple[Float[Tensor, " S"], Float[Tensor, " S"]]:
        """(lowest, highest) sensible value of each shape parameter."""
        return self._values(1), self._values(2)

    def coefficients(self, shape: Float[Tensor, "*#B S"], expression: Float[Tensor, "*#B E"]) -> Float[Tensor, "*B C"]:
        """Weights of the rows of `directions`; here shape, then expression."""
        batch = torch.broadcast_shapes(shape.shape[:-1], expression.shape[:-1])
        return torch.cat([shape.expand(*batch, -1), expression.expand(*batch, -1)], -1)

    def correctives(self, rotations: Float[Tensor, "N J 4"]) -> Float[Tensor, "N V 3"] | None:
        """Pose-dependent offsets of the rest vertices; None for a body that has none."""
        return None

    def _coefficients(self, shape: Tensor | None, expression: Tensor | None) -> Tensor:
        s = self.default_shape() if shape is None else shape.to(self.template)
        e = self.template.new_zeros(self.num_expression) if expression is None else expression.to(self.template)
        for label, x, count in (("shape", s, self.num_shape), ("expression", e, self.num_expression)):
            if x.shape[-1] != count:
                raise ShapeError(f"{label} of body {self.name!r}: expected {count} numbers, found {tuple(x.shape)}")
        return self.coefficients(s, e)

    def rest(self, shape: Float[Tensor, "*#B S"] | None = None, expression: Float[Tensor, "*#B E"] | None = None) -> Rest:
        """Vertices and joints of the rest pose; the default shape where `shape` is None."""
        c = self._coefficients(shape, expression)
        return Rest(_blend(self.template, self.directions, c), _blend(self.joint_template, self.joint_directions, c))

    def rest_joints(self, shape: Float[Tensor, "*#B S"] | None = None, expression: Float[Tensor, "*#B E"] | None = None) -> Float[Tensor, "*B J 3"]:
        """Joints of the rest pose alone; much cheaper than :meth:`rest`."""
        return _blend(self.joint_template, self.joint_directions, self._coefficients(shape, expression))

    def offsets(self, shape: Float[Tensor, "*#B S"] | None = None, expression: Float[Tensor, "*#B E"] | None = None) -> Float[Tensor, "*B J 3"]:
        """Rest offset of each joint from its parent; at the root its own rest position."""
        return self._offsets(self.rest_joints(shape, expression))

    def _offsets(self, joints: Tensor) -> Tensor:
        parents = torch.tensor(self.skeleton.parents, device=joints.device)
        return joints - torch.where((parents >= 0)[:, None], joints[..., parents.clamp_min(0), :], torch.zeros_like(joints))

    def forward(
        self,
        rotations: Float[Tensor, "*#B J 4"],
        shape: Float[Tensor, "*#B S"] | None = None,
        translation: Float[Tensor, "*#B 3"] | None = None,
        expression: Float[Tensor, "*#B E"] | None = None,
        offsets: Float[Tensor, "*#B J 3"] | None = None,
    ) -> BodyOutput:
        """Pose the body.

        Args:
            rotations: local unit quaternions xyzw.
            shape: one for all frames (fast) or one per frame; None is the default shape.
            translation: world position of the root joint, metres; None leaves it where it rests.
            expression: facial expression, for bodies that have one.
            offsets: bone offsets per frame, where bones stretch; None takes those of the shape.

        Raises:
            ShapeError: where a size does not fit the body.
        """
        return self.pose(self.rest(shape, expression), rotations, translation, offsets)

    def pose(
        self,
        rest: Rest,
        rotations: Float[Tensor, "*#B J 4"],
        translation: Float[Tensor, "*#B 3"] | None = None,
        offsets: Float[Tensor, "*#B J 3"] | None = None,
    ) -> BodyOutput:
        """Pose a body whose rest mesh is at hand; see :meth:`forward`. Differentiable in every argument."""
        r = rotations.to(self.template)
        if r.shape[-2] != len(self.skeleton):
            raise ShapeError(f"rotations of body {self.name!r}: expected (..., {len(self.skeleton)}, 4), found {tuple(r.shape)}")
        t = rest.joints[..., self.skeleton.roots[0], :] if translation is None else translation.to(self.template)
        batch = torch.broadcast_shapes(r.shape[:-2], t.shape[:-1], rest.joints.shape[:-2])
        r, t = r.expand(*batch, *r.shape[-2:]), t.expand(*batch, 3)
        world = forward_kinematics(self.skeleton, r, t, self._offsets(rest.joints) if offsets is None else offsets.to(self.template))
        transforms = skinning_transforms(roma.unitquat_to_rotmat(world.rotations), world.positions, rest.joints)
        return BodyOutput(self._skin(rest.vertices, transforms, r), world.positions)

    def _skin(self, vertices: Tensor, transforms: Tensor, rotations: Tensor) -> Tensor:
        batch = transforms.shape[:-3]
        if type(self).correctives is BodyModel.correctives or not batch.numel():
            return self.skinning(vertices, transforms)
        parts: list[Tensor] = []
        frames = vertices.expand(*batch, *vertices.shape[-2:]).reshape(-1, *vertices.shape[-2:]).split(_CORRECTIVE_CHUNK)
        t = transforms.reshape(-1, *transforms.shape[-3:]).split(_CORRECTIVE_CHUNK)
        for v, a, r in zip(frames, t, rotations.reshape(-1, *rotations.shape[-2:]).split(_CORRECTIVE_CHUNK)):
            extra = self.correctives(r)
            parts.append(self.skinning(v if extra is None else v + extra, a))
        return torch.cat(parts).reshape(*batch, *vertices.shape[-2:])

    def landmark_points(self, output: BodyOutput) -> Float[Tensor, "*B N 3"]:
        """Joints, then the landmarks picked from the surface (nose, ears, heels, tips ...), as in `landmarks`."""
        picked = (output.vertices[..., self._pick, :] * self._pick_weight[..., None]).sum(-2)
        return torch.cat([output.joints, picked], -2)

    def keypoints(self, output: BodyOutput, standard: Skeleton) -> Float[Tensor, "*B K 3"]:
        """The joints of another set on this body; NaN where the body has nothing that stands for one."""
        if standard not in self._maps:
            self._maps[standard] = self.landmarks.map_to(standard)
        return self._maps[standard](self.landmark_points(output))

    def extra_repr(self) -> str:
        return f"{self.name!r}, {self.num_vertices} vertices, {len(self.skeleton)} joints, {self.num_shape} shape parameters"


def _blend(template: Tensor, directions: Tensor, coefficients: Tensor) -> Tensor:
    flat = torch.addmm(template.flatten(), coefficients.reshape(coefficients.shape[:-1].numel(), len(directions)), directions)
    return flat.reshape(*coefficients.shape[:-1], *template.shape)


def joint_groups(skeleton: Skeleton) -> tuple[str, ...]:
    """The body part each joint moves: head, torso, left_upper_arm, left_forearm, left_hand, left_thigh, left_shin, left_foot ...

    A joint without a landmark moves what its parent moves; "body" where nothing is known.
    """
    limbs = {"shoulder": "upper_arm", "elbow": "forearm", "hip": "thigh", "knee": "shin"}
    limbs |= dict.fromkeys(("wrist", "hand", "hand_tip", *(f"{f}{k}" for f in FINGERS for k in range(1, 5))), "hand")
    limbs |= dict.fromkeys(("ankle", "foot", "heel", "big_toe", "small_toe"), "foot")
    centre = dict.fromkeys(("pelvis", "spine1", "spine2", "spine3", "left_collar", "right_collar"), "torso")
    centre |= dict.fromkeys(("neck", "upper_neck", "head", "head_top", "jaw", "nose"), "head")

    def group(j: int) -> str:
        while j >= 0:
            mark = skeleton.landmarks[j] or ""
            side, _, limb = mark.partition("_")
            if mark in centre:
                return centre[mark]
            if side in ("left", "right") and limb in limbs:
                return f"{side}_{limbs[limb]}"
            j = skeleton.parents[j]
        return "torso" if skeleton.has("pelvis") else "body"

    return tuple(group(j) for j in range(len(skeleton)))


@dataclass(frozen=True, eq=False)
class BodyMotion:
    """A body that moves: `motion` on the model's skeleton with the offsets of its shape, or with bones that stretch.

    `residual` is the mean distance (metres) per frame between the joints that were fitted and the body's.
    """

    model: BodyModel
    motion: Motion
    residual: Float[Tensor, " T"] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        m = self.motion
        if m.skeleton.joints != self.model.skeleton.joints:
            raise SkeletonError(f"body {self.model.name!r} has skeleton {self.model.skeleton.name!r}, the motion {m.skeleton.name!r}: fit or retarget it")
        expected = self.model.offsets(m.shape).detach().to(m.offsets)
        error = (m.offsets - expected).norm(dim=-1)
        error[..., self.model.skeleton.roots[0]] = 0
        if not m.stretches and error.max() > 1e-3:
            joint = self.model.skeleton.joints[int(error.reshape(-1, len(m.skeleton)).amax(0).argmax())]
            raise ShapeError(f"bone offsets differ from those of the body's shape, by {float(error.max()):.3f} m at {joint!r}")
        if self.residual is not None and len(self.residual) != len(m):
            raise ShapeError(f"residual: expected {len(m)} frames, found {len(self.residual)}")

    @property
    def num_frames(self) -> int:
        return len(self.motion)

    @property
    def fps(self) -> float:
        return self.motion.fps

    def forward(self, frames: slice | None = None) -> BodyOutput:
        """Vertices (T, V, 3) and joints (T, J, 3) of some frames, or of all."""
        m = self.motion if frames is None else self.motion[frames]
        return self.model(m.rotations, m.shape, m.translation, offsets=m.offsets if m.stretches else None)

    def vertices(self, frames: slice | None = None) -> Float[Tensor, "T V 3"]:
        """Vertices of some frames, or of all."""
        return self.forward(frames).vertices


def _maker(name: str) -> Callable[..., BodyModel]:
    if name == "anny":
        from vitruve.bodies.anny import Anny

        return Anny.build
    if name == "procedural":
        from vitruve.bodies.procedural import procedural_body

        return procedural_body
    from vitruve.bodies import smpl

    if name not in smpl.MODELS:
        raise OptionError(f"body model {name!r}: expected one of anny, procedural, {', '.join(smpl.MODELS)}")
    return partial(smpl.load_smpl, name)


def body_model(name: str = "anny", path: str | Path | None = None, **options: Any) -> BodyModel:
    """A body by name, built once and then shared; `copy.deepcopy` it before you move or convert it.

    Args:
        name: anny (no licence needed), procedural (no data at all), or from the user's own model files: smpl,
            smplh, smplx, mano_left, mano_right, flame.
        path: a model file, or a folder of them; $VITRUVE_BODIES by default.
        **options: the model's own: anny `local_changes`, `expressions`; SMPL family `gender`, `num_betas`,
            `num_expression`; procedural `vertices`.

    Raises:
        OptionError: for an unknown name or option; FormatError for a file that does not fit.
    """
    if path is None and name not in ("anny", "procedural"):
        path = os.environ.get("VITRUVE_BODIES")
    return _build(name, None if path is None else Path(path), tuple(sorted(options.items())))


@cache
def _build(name: str, path: Path | None, options: tuple[tuple[str, Any], ...]) -> BodyModel:
    maker = _maker(name)
    given: dict[str, Any] = dict(options) | ({} if path is None else {"path": path})
    try:
        inspect.signature(maker).bind(**given)
    except TypeError as e:
        raise OptionError(f"body model {name!r}: {e}") from None
    return maker(**given)
