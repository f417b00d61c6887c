"""A body's motion in vitruve's own .npz: the motion, the model's name, and how well it was fitted."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitruve.bodies.model import BodyMotion, body_model
from vitruve.io.native import get_metadata, get_motion, put_metadata, put_motion, tensor


def put(body: BodyMotion) -> dict[str, Any]:
    """The arrays of a body's motion."""
    out = {**put_motion(body.motion), **put_metadata(body.metadata, "body/"), "body/model": body.model.name}
    if body.residual is not None:
        out["body/residual"] = body.residual
    return out


def get(arrays: dict[str, np.ndarray]) -> BodyMotion:
    """What :func:`put` put; the model is built by its name."""
    residual = tensor(arrays["body/residual"]) if "body/residual" in arrays else None
    return BodyMotion(body_model(str(arrays["body/model"])), get_motion(arrays), residual, get_metadata(arrays, "body/"))
