"""SMPL, SMPL+H, SMPL-X, MANO and FLAME from the user's own model files (.npz, or .pkl read without running its code)."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import roma
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.bodies.model import BodyModel, Picks
from vitruve.core.naming import FINGERS
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, ShapeError


class _Family(NamedTuple):
    skeleton: Callable[[], Skeleton]
    files: tuple[str, ...]
    hands: tuple[str, ...] = ()
    """Suffixes of the hands_components and hands_mean arrays, in the order of the joints."""
    expression: bool = False


def _flame_skeleton() -> Skeleton:
    joints = ("neck", "head", "jaw", "left_eye", "right_eye")
    return Skeleton("flame5", joints, (-1, 0, 1, 1, 1), joints)


MODELS: dict[str, _Family] = {
    "smpl": _Family(lambda: skeleton("smpl24"), ("SMPL_{gender}", "smpl/SMPL_{gender}")),
    "smplh": _Family(lambda: skeleton("smplh52"), ("SMPLH_{gender}", "smplh/SMPLH_{gender}", "{gender_lower}/model", "smplh/{gender_lower}/model"), ("l", "r")),
    "smplx": _Family(lambda: skeleton("smplx55"), ("SMPLX_{gender}", "smplx/SMPLX_{gender}"), ("l", "r"), expression=True),
    "mano_left": _Family(lambda: skeleton("mano16_left"), ("MANO_LEFT", "mano/MANO_LEFT"), ("",)),
    "mano_right": _Family(lambda: skeleton("mano16_right"), ("MANO_RIGHT", "mano/MANO_RIGHT"), ("",)),
    "flame": _Family(_flame_skeleton, ("FLAME_{gender}", "flame/FLAME_{gender}"), expression=True),
}

# vertices that stand for landmarks on the published meshes (vertex_ids of the smplx package), by vertex count
_TIPS = [f"{side}_{finger}4" for side in ("left", "right") for finger in FINGERS]
_FACE_FEET = ["nose", "right_eye", "left_eye", "right_ear", "left_ear", *(f"{s}_{p}" for s in ("left", "right") for p in ("big_toe", "small_toe", "heel"))]
_VERTICES: dict[int, dict[str, int]] = {
    6890: dict(zip(_FACE_FEET, (332, 6260, 2800, 4071, 583, 3216, 3226, 3387, 6617, 6624, 6787)))
    | dict(zip(_TIPS, (2746, 2319, 2445, 2556, 2673, 6191, 5782, 5905, 6016, 6133))),
    10475: dict(zip(_FACE_FEET, (9120, 9929, 9448, 616, 6, 5770, 5780, 8846, 8463, 8474, 8635)))
    | dict(zip(_TIPS, (5361, 4933, 5058, 5169, 5286, 8079, 7669, 7794, 7905, 8022))),
    778: dict(zip(FINGERS, (744, 320, 443, 554, 671))),
}
_HAND_DOF = 45


class Smpl(BodyModel):
    """A model of the SMPL family; `shape` are its betas, `expression` its expression coefficients.

    `translation` is where the root joint goes: SMPL's own `transl` is it minus `offsets(shape)[root]`.
    """

    pose_directions: Tensor
    hand_components: Tensor
    hand_mean: Tensor

    def __init__(self, name: str, family: _Family, arrays: dict[str, Tensor], num_betas: int, num_expression: int, surface: Picks) -> None:
        super().__init__(
            name,
            family.skeleton(),
            arrays["template"],
            arrays["joints"],
            arrays["faces"],
            *_sparse(arrays["weights"]),
            directions=arrays["directions"],
            joint_directions=arrays["joint_directions"],
            shape_names=[f"beta{i}" for i in range(num_betas)],
            shape_default=[0.0] * num_betas,
            shape_low=[-5.0] * num_betas,
            shape_high=[5.0] * num_betas,
            expression_names=[f"expression{i}" for i in range(num_expression)],
            surface=surface,
            uv=arrays.get("uv"),
            uv_faces=arrays.get("uv_faces"),
        )
        for key in ("pose_directions", "hand_components", "hand_mean"):
            self.register_buffer(key, arrays[key], persistent=False)

    def correctives(self, rotations: Float[Tensor, "N J 4"]) -> Float[Tensor, "N V 3"]:
        """Pose blend shapes: linear in the rotation matrices of all joints but the root."""
        matrices = roma.unitquat_to_rotmat(rotations[:, 1:]) - torch.eye(3, dtype=rotations.dtype, device=rotations.device)
        return (matrices.flatten(1) @ self.pose_directions).unflatten(1, (-1, 3))

    def rotations(self, pose: Float[Tensor, "*B P"], hand_pca: int = 0, flat_hand_mean: bool = True) -> Float[Tensor, "*B J 4"]:
        """Local quaternions from SMPL pose parameters.

        Args:
            pose: axis-angle of every joint in the model's order (J x 3 numbers); with `hand_pca` the last
                hand_pca numbers per hand are coefficients of the hand's principal components instead.
            flat_hand_mean: True where a zero hand pose means a flat hand (AMASS, BEDLAM); False adds the
                model's mean hand to the axis-angle numbers, smplx's default.

        Raises:
            ShapeError: when P does not fit; OptionError for hand options of a model without hands.
        """
        hands = len(self.hand_mean)
        if not hands and (hand_pca or not flat_hand_mean):
            raise OptionError(f"body {self.name!r} has no hand components: hand_pca and flat_hand_mean do not apply")
        if not 0 <= hand_pca <= _HAND_DOF:
            raise OptionError(f"hand_pca: expected 0 to {_HAND_DOF}, found {hand_pca}")
        per_hand = hand_pca or _HAND_DOF
        body = 3 * len(self.skeleton) - hands * _HAND_DOF
        if pose.shape[-1] != body + hands * per_hand:
            raise ShapeError(f"pose of body {self.name!r}: expected {body + hands * per_hand} numbers, found {tuple(pose.shape)}")
        full = pose.to(self.template)
        if hands:
            hand = full[..., body:].unflatten(-1, (hands, per_hand))
            if hand_pca:
                hand = torch.einsum("...hn,hnd->...hd", hand, self.hand_components[:, :hand_pca])
            if not flat_hand_mean:
                hand = hand + self.hand_mean
            full = torch.cat([full[..., :body], hand.flatten(-2)], -1)
        return roma.rotvec_to_unitquat(full.unflatten(-1, (-1, 3)))


def _sparse(weights: Tensor) -> tuple[Tensor, Tensor]:
    """(V, K) joints and weights, K the most joints that any vertex has."""
    count = int((weights > 0).sum(1).max())
    values, joints = weights.topk(count, 1)
    return joints, values


def load_smpl(
    name: str,
    path: str | Path | None = None,
    gender: str = "neutral",
    num_betas: int = 10,
    num_expression: int = 10,
    dtype: torch.dtype = torch.float32,
) -> Smpl:
    """Read a model file, or find it in a folder by its usual name (SMPLX_NEUTRAL.npz, smplx/SMPLX_NEUTRAL.npz ...).

    Raises:
        OptionError: without a path, or for too many betas; FormatError for a file that is not this model.
    """
    family = MODELS[name]
    if path is None:
        raise OptionError(f"body model {name!r} needs path=, your own copy of its file: it is licensed by its authors and cannot ship with vitruve")
    file = _find(Path(path), name, family, gender)
    read = _read_pkl(file) if file.suffix == ".pkl" else _read_npz(file)

    def array(key: str, *shape: int | None) -> np.ndarray:
        x = read(key)
        if x is None:
            raise FormatError(file, f"no array {key!r}: not a model of kind {name!r}")
        if len(x.shape) != len(shape) or any(want is not None and have != want for have, want in zip(x.shape, shape)):
            raise FormatError(file, f"array {key!r}: expected shape ({', '.join('*' if s is None else str(s) for s in shape)}), found {x.shape}")
        return x

    tree = family.skeleton()
    j = len(tree)
    template = array("v_template", None, 3).astype(np.float64)
    v = len(template)
    parents = array("kintree_table", 2, j)[0].astype(np.int64)
    if tuple(parents[1:].tolist()) != tree.parents[1:]:
        raise FormatError(file, f"kintree_table: not the joint tree of {name!r}")
    directions = array("shapedirs", v, 3, None).astype(np.float64).transpose(2, 0, 1)
    shape_count, expression = len(directions), directions[:0]
    if family.expression:
        # files hold 300 + 100 components, old ones 10 + 10
        shape_count = 300 if len(directions) >= 400 else 10
        expression = directions[shape_count:][:num_expression]
    if not 0 <= num_betas <= min(shape_count, len(directions)):
        raise OptionError(f"num_betas: {file.name} has {min(shape_count, len(directions))}, asked for {num_betas}")
    directions = np.concatenate([directions[:num_betas], expression])
    regressor = array("J_regressor", j, v).astype(np.float64)
    faces = array("f", None, 3).astype(np.int64)
    weights = array("weights", v, j)
    hands = [suffix for suffix in family.hands if read(f"hands_mean{suffix}") is not None]
    arrays: dict[str, Any] = {
        "template": template,
        "joints": regressor @ template,
        "faces": faces,
        "weights": weights,
        "directions": directions,
        "joint_directions": np.einsum("jv,cvd->cjd", regressor, directions, optimize=True),
        "pose_directions": array("posedirs", v, 3, 9 * (j - 1)).reshape(3 * v, -1).T.copy(),
        "hand_components": np.array([array(f"hands_components{s}", _HAND_DOF, _HAND_DOF) for s in hands]).reshape(-1, _HAND_DOF, _HAND_DOF),
        "hand_mean": np.array([array(f"hands_mean{s}", _HAND_DOF) for s in hands]).reshape(-1, _HAND_DOF),
    }
    if read("vt") is not None and read("ft") is not None:
        arrays |= {"uv": array("vt", None, 2), "uv_faces": array("ft", len(faces), 3).astype(np.int64)}
    surface = _surface(name, tree, template, np.asarray(weights), faces, read)
    tensors = {k: torch.from_numpy(np.ascontiguousarray(x)) for k, x in arrays.items()}
    tensors = {k: x.to(dtype) if x.is_floating_point() else x for k, x in tensors.items()}
    return Smpl(name, family, tensors, num_betas, len(expression), surface)


def _surface(name: str, tree: Skeleton, template: np.ndarray, weights: np.ndarray, faces: np.ndarray, read: Callable[[str], np.ndarray | None]) -> Picks:
    """Landmarks on the surface, where the mesh is one of the published ones."""
    known = _VERTICES.get(len(template), {})
    side = name.removeprefix("mano_")
    picks: dict[str, tuple[list[int], list[float]]] = {(f"{side}_{m}4" if m in FINGERS else m): ([i], [1.0]) for m, i in known.items()}
    if "nose" in known:
        own = np.flatnonzero(weights.argmax(1) == tree.index("head"))
        if len(own):
            picks["head_top"] = ([int(own[template[own, 1].argmax()])], [1.0])
        # 51 of the 68 facial landmarks lie at fixed places; the 17 of the jaw line move with the view
        index, corners = read("lmk_faces_idx"), read("lmk_bary_coords")
        if index is not None and corners is not None:
            for k, (face, weight) in enumerate(zip(index.astype(int), corners)):
                picks[f"face_{17 + k}"] = (faces[face].tolist(), weight.tolist())
    return picks


def _find(path: Path, name: str, family: _Family, gender: str) -> Path:
    if not path.exists():
        raise FormatError(path, "no such file or folder")
    if path.is_file():
        if path.suffix not in (".npz", ".pkl"):
            raise FormatError(path, f"expected .npz or .pkl, found {path.suffix or 'no suffix'}")
        return path
    stems = [stem.format(gender=gender.upper(), gender_lower=gender.lower()) for stem in family.files]
    for stem in stems:
        for suffix in (".npz", ".pkl"):
            if (found := path / f"{stem}{suffix}").is_file():
                return found
    raise FormatError(path, f"no model of kind {name!r} in this folder; expected {' or '.join(f'{s}.npz' for s in stems)} (or .pkl)")


def _read_npz(path: Path) -> Callable[[str], np.ndarray | None]:
    try:
        data = np.load(path, allow_pickle=False)
    except (ValueError, OSError) as e:
        raise FormatError(path, f"not an npz file: {e}") from None

    def read(key: str) -> np.ndarray | None:
        if key not in data:
            return None
        try:
            return data[key]
        except ValueError:
            raise FormatError(path, f"array {key!r} holds Python objects, which are not read; give the .pkl instead") from None

    return read


class _Chumpy:
    """Stands in for chumpy's arrays, which old files pickle: only the numbers are kept."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.state = state


class _Unpickler(pickle.Unpickler):
    """Arrays and sparse matrices; anything else in a file is refused."""

    _ALLOWED = {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        *((f"numpy.{core}.multiarray", f) for core in ("core", "_core") for f in ("_reconstruct", "scalar")),
        *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
        *((f"scipy.sparse.{dot}{kind}", f"{kind}_matrix") for dot in ("", "_") for kind in ("csc", "csr", "coo")),
        ("copyreg", "_reconstructor"),
        ("builtins", "object"),
        ("_codecs", "encode"),
        ("collections", "OrderedDict"),
    }
    _RENAMED = {"copy_reg": "copyreg", "__builtin__": "builtins"}

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "chumpy":
            return _Chumpy
        module = self._RENAMED.get(module, module)
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        module = module.replace("numpy.core", "numpy._core").replace("scipy.sparse._", "scipy.sparse.")
        if module.startswith("scipy.sparse."):
            module = "scipy.sparse"
        return super().find_class(module, name)


def _read_pkl(path: Path) -> Callable[[str], np.ndarray | None]:
    try:
        with open(path, "rb") as file:
            data = _Unpickler(file, encoding="latin1").load()
    except (pickle.UnpicklingError, EOFError, UnicodeDecodeError, ValueError, AttributeError, ImportError, IndexError, KeyError) as e:
        raise FormatError(path, f"cannot read this pickle safely: {e}") from None
    if not isinstance(data, dict):
        raise FormatError(path, f"expected a dictionary of arrays, found {type(data).__name__}")

    def read(key: str) -> np.ndarray | None:
        x = data.get(key)
        if isinstance(x, _Chumpy):
            x = x.state.get("x")
            if not isinstance(x, np.ndarray):
                raise FormatError(path, f"array {key!r} is a chumpy expression, not numbers; convert the file to .npz")
        if x is not None and hasattr(x, "toarray"):
            x = x.toarray()
        return None if x is None else np.asarray(x)

    return read
