"""Characters: rigged meshes of one shape, with texture and animations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from vitruve.bodies.model import BodyModel
from vitruve.core.motion import Motion
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, ShapeError


class Character(BodyModel):
    """A rigged mesh: a body with no shape parameters.

    `texture` is the base colour image (H, W, 3 or 4) uint8, `animations` are motions on its skeleton.
    """

    texture: np.ndarray | None = None
    animations: dict[str, Motion]

    @classmethod
    def from_arrays(
        cls,
        name: str,
        vertices: Float[Tensor, "V 3"],
        faces: Int[Tensor, "F 3"],
        skin_joints: Int[Tensor, "V K"],
        skin_weights: Float[Tensor, "V K"],
        skeleton: Skeleton,
        joints: Float[Tensor, "J 3"],
        *,
        uv: Float[Tensor, "U 2"] | None = None,
        uv_faces: Int[Tensor, "F 3"] | None = None,
        parts: Int[Tensor, " V"] | None = None,
        part_names: tuple[str, ...] = (),
        texture: np.ndarray | None = None,
        animations: Mapping[str, Motion] | None = None,
    ) -> Character:
        """A character from its rest mesh and joints, metres, in the world-aligned rest frame.

        `parts` and `part_names` label the vertices (sub-meshes of a file, say); by default the body parts.
        Raises ShapeError or SkeletonError where the arrays do not fit each other.
        """
        character = cls(name, skeleton, vertices, joints, faces, skin_joints, skin_weights, uv=uv, uv_faces=uv_faces)
        if parts is not None:
            if parts.numel() and not 0 <= int(parts.min()) <= int(parts.max()) < len(part_names):
                raise ShapeError(f"character {name!r}: parts {int(parts.min())}..{int(parts.max())} but {len(part_names)} part names")
            character.parts, character.part_names = parts.long(), part_names
        character.texture, character.animations = texture, dict(animations or {})
        return character


def character_from_packed(path: str | Path, name: str) -> Character:
    """A character from an npz that packs many rigs (arrays "NAME.vertices", "NAME.skin_joint" ...), in the units it was authored in.

    Raises:
        FormatError: for a file that packs no rigs; OptionError for a name it does not hold.
    """
    path = Path(path)
    try:
        data = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as e:
        raise FormatError(path, f"not an npz file: {e}") from None
    if "names" not in data:
        raise FormatError(path, "no array 'names': not a file of packed rigs")
    names = [str(n) for n in data["names"]]
    if name not in names:
        raise OptionError(f"{path.name} has no rig {name!r}; it has: {', '.join(names)}")

    def array(key: str) -> np.ndarray:
        if f"{name}.{key}" not in data:
            raise FormatError(path, f"no array '{name}.{key}'")
        return data[f"{name}.{key}"]

    skeleton = Skeleton(name, tuple(str(j) for j in array("joint_names")), tuple(array("parents").tolist()))
    return Character.from_arrays(
        name,
        torch.from_numpy(array("vertices").astype(np.float32)),
        torch.from_numpy(array("faces").astype(np.int64)),
        torch.from_numpy(array("skin_joint").astype(np.int64)),
        torch.from_numpy(array("skin_weight_u8").astype(np.float32)),
        skeleton,
        torch.from_numpy(array("joint_pos").astype(np.float32)),
    )
