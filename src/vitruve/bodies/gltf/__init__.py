"""glTF 2.0: skinned, animated characters in and out (.glb, and .gltf with everything inside)."""

from __future__ import annotations

from vitruve.bodies.gltf.reader import read
from vitruve.bodies.gltf.writer import write

__all__ = ["read", "write"]
