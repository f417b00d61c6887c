"""Seeing: rasterised maps, soft silhouettes, drawing, video, and the viewer in the browser."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# public name -> module that defines it, loaded on first use
_PUBLIC = {
    "Fragments": "raster",
    "rasterise": "raster",
    "interpolate": "raster",
    "soft_silhouette": "soft",
    "differentiable": "soft",
    "picture": "shading",
    "draw_poses": "draw",
    "draw_frames": "draw",
    "preview": "video",
    "read_video": "video",
    "write_video": "video",
    "view": "viewer",
}

__all__ = [
    "Fragments",
    "differentiable",
    "draw_frames",
    "draw_poses",
    "interpolate",
    "picture",
    "preview",
    "rasterise",
    "read_video",
    "soft_silhouette",
    "view",
    "write_video",
]

if TYPE_CHECKING:
    from vitruve.render.draw import draw_frames, draw_poses
    from vitruve.render.raster import Fragments, interpolate, rasterise
    from vitruve.render.shading import picture
    from vitruve.render.soft import differentiable, soft_silhouette
    from vitruve.render.video import preview, read_video, write_video
    from vitruve.render.viewer import view


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vitruve.render' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"vitruve.render.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
