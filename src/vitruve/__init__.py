"""Human motion in one language: load, fit, analyse, convert, look.

>>> import vitruve as vt
>>> motion = vt.sample("walk")
>>> motion.skeleton.has("left_knee", "right_knee")
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# public name -> module that defines it, loaded on first use
_PUBLIC = {
    "Skeleton": "vitruve.core.skeleton",
    "Poses": "vitruve.core.poses",
    "Motion": "vitruve.core.motion",
    "Camera": "vitruve.core.camera",
    "skeleton": "vitruve.core.standards",
    "BodyModel": "vitruve.bodies",
    "BodyMotion": "vitruve.bodies",
    "body_model": "vitruve.bodies",
    "fit": "vitruve.bodies",
    "retarget": "vitruve.bodies",
    "load": "vitruve.io",
    "save": "vitruve.io",
    "sample": "vitruve.io",
    "run": "vitruve.pipeline",
    "view": "vitruve.render",
    "VitruveError": "vitruve.errors",
}

__all__ = [*_PUBLIC, "__version__"]

if TYPE_CHECKING:
    from vitruve.bodies import BodyModel, BodyMotion, body_model, fit, retarget
    from vitruve.core.camera import Camera
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses
    from vitruve.core.skeleton import Skeleton
    from vitruve.core.standards import skeleton
    from vitruve.errors import VitruveError
    from vitruve.io import load, sample, save
    from vitruve.pipeline import run
    from vitruve.render import view


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vitruve' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
