"""From several hypotheses to one answer, and the errors of Human3.6M's multi-hypothesis tables: P-Agg, J-Agg, P-Best, J-Best.

Hypotheses (B, H, T, J, 3) and truth (B, T, J, 3), relative to the root, in any unit. P- and J-Best look at the truth; J-Agg looks
at the 2D keypoints, the camera and the root's true path. P-Agg looks at nothing.

Source: D3DP (Shan et al. 2023); FinePOSE, common/loss.py.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from vitruve.core.camera import Camera, homogeneous
from vitruve.errors import OptionError
from vitruve.metrics.pose import Alignment, joint_errors


def project_normalised(points: Float[Tensor, "B *N 3"], camera: Float[Tensor, "B 9"]) -> Float[Tensor, "B *N 2"]:
    """Points in the camera frame to screen-normalised coordinates, by the nine numbers of `Camera.from_screen_vector`.

    Rays further than 45 degrees from the axis are brought back there, where the lens model holds (VideoPose3D).
    """
    flat = points.flatten(1, -2)
    rays = homogeneous((flat[..., :2] / flat[..., 2:]).clamp(-1, 1))
    return Camera.from_screen_vector(camera).project(rays).reshape(*points.shape[:-1], 2)


def reprojection_errors(
    hypotheses: Float[Tensor, "B H T J 3"], keypoints: Float[Tensor, "B T J 2"], root: Float[Tensor, "B T 3"], camera: Float[Tensor, "B 9"]
) -> Float[Tensor, "B H T J"]:
    """How far each joint of each hypothesis, put where the root is, is seen from where it was detected (screen-normalised)."""
    seen = project_normalised(hypotheses + root[:, None, :, None], camera)
    return (seen - keypoints[:, None]).norm(dim=-1)


def select_joints(hypotheses: Float[Tensor, "B H T J D"], errors: Float[Tensor, "B H T J"]) -> Float[Tensor, "B T J D"]:
    """Of each joint in each frame the hypothesis that errs least."""
    best = errors.argmin(1, keepdim=True)[..., None]
    return hypotheses.gather(1, best.expand(-1, -1, -1, -1, hypotheses.shape[-1]))[:, 0]


def j_agg(
    hypotheses: Float[Tensor, "B H T J 3"], keypoints: Float[Tensor, "B T J 2"], root: Float[Tensor, "B T 3"], camera: Float[Tensor, "B 9"]
) -> Float[Tensor, "B T J 3"]:
    """Joint-wise reprojection-based aggregation (JPMA): the hypothesis of each joint that is seen nearest to its keypoint."""
    return select_joints(hypotheses, reprojection_errors(hypotheses, keypoints, root, camera))


def p_agg_error(hypotheses: Float[Tensor, "B H T J 3"], target: Float[Tensor, "B T J 3"], alignment: Alignment = "none") -> Float[Tensor, ""]:
    """Error of the mean hypothesis; with "procrustes" the mean is aligned, once."""
    return joint_errors(hypotheses.mean(1), target, alignment=alignment).mean()


def _errors(hypotheses: Tensor, target: Tensor, alignment: Alignment) -> Float[Tensor, "B H T J"]:
    return joint_errors(hypotheses, target[:, None].expand_as(hypotheses), alignment=alignment)


def single_error(hypotheses: Float[Tensor, "B H T J 3"], target: Float[Tensor, "B T J 3"], alignment: Alignment = "none") -> Float[Tensor, ""]:
    """Error to expect of one hypothesis."""
    return _errors(hypotheses, target, alignment).mean()


def p_best_error(
    hypotheses: Float[Tensor, "B H T J 3"], target: Float[Tensor, "B T J 3"], alignment: Alignment = "none", per: str = "set"
) -> Float[Tensor, ""]:
    """Error of the best whole hypothesis, chosen once per "set" (all of the batch, as the published tables have it), "window" or "pose"."""
    errors = _errors(hypotheses, target, alignment)
    if per not in ("set", "window", "pose"):
        raise OptionError(f"P-Best per={per!r}: expected set, window or pose")
    means = errors.mean({"set": (0, 2, 3), "window": (2, 3), "pose": (3,)}[per])
    return means.amin(0 if per == "set" else 1).mean()


def j_best_error(hypotheses: Float[Tensor, "B H T J 3"], target: Float[Tensor, "B T J 3"], alignment: Alignment = "none") -> Float[Tensor, ""]:
    """Error if of each joint in each frame the best hypothesis were known; "procrustes" aligns every hypothesis before the choice."""
    return _errors(hypotheses, target, alignment).amin(1).mean()


def j_agg_error(
    hypotheses: Float[Tensor, "B H T J 3"],
    target: Float[Tensor, "B T J 3"],
    reprojection: Float[Tensor, "B H T J"],
    alignment: Alignment = "none",
) -> Float[Tensor, ""]:
    """Error of the joints that :func:`j_agg` chooses, `reprojection` being their :func:`reprojection_errors`; "procrustes" aligns whole
    hypotheses, and the choice stays that of the unaligned ones."""
    return select_joints(_errors(hypotheses, target, alignment)[..., None], reprojection).mean()


def hypothesis_errors(
    hypotheses: Float[Tensor, "B H T J 3"], target: Float[Tensor, "B T J 3"], reprojection: Float[Tensor, "B H T J"] | None = None
) -> dict[str, float]:
    """All of the above by name, in the unit of the positions: `single`, `p_agg`, `p_best`, `j_best`, `j_agg`, and `*_p2` after Procrustes.

    `j_agg` only where `reprojection` is given.
    """
    out: dict[str, float] = {}
    alignments: tuple[tuple[str, Alignment], ...] = (("", "none"), ("_p2", "procrustes"))
    for suffix, alignment in alignments:
        for name, error in (("single", single_error), ("p_agg", p_agg_error), ("p_best", p_best_error), ("j_best", j_best_error)):
            out[name + suffix] = float(error(hypotheses, target, alignment))
        if reprojection is not None:
            out["j_agg" + suffix] = float(j_agg_error(hypotheses, target, reprojection, alignment))
    return out
