"""Bodies: one interface over Anny, the SMPL family, rigged characters and a body made of capsules; fitting and retargeting."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# public name -> module that defines it, loaded on first use
_PUBLIC = {
    "BodyModel": "model",
    "BodyMotion": "model",
    "BodyOutput": "model",
    "Rest": "model",
    "body_model": "model",
    "Character": "character",
    "character_from_packed": "character",
    "fit": "fitting",
    "retarget": "retargeting",
}

__all__ = [
    "BodyModel",
    "BodyMotion",
    "BodyOutput",
    "Character",
    "Rest",
    "body_model",
    "character_from_packed",
    "fit",
    "retarget",
]

if TYPE_CHECKING:
    from vitruve.bodies.character import Character, character_from_packed
    from vitruve.bodies.fitting import fit
    from vitruve.bodies.model import BodyModel, BodyMotion, BodyOutput, Rest, body_model
    from vitruve.bodies.retargeting import retarget


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vitruve.bodies' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"vitruve.bodies.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
