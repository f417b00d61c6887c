"""Base colours of a glTF file as one picture."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from vitruve.bodies.gltf.document import Document

_SWATCH = 4
_MAX_PIXELS = 2**26


def paint(document: Document, materials: list[Any], uv: list[np.ndarray | None], counts: list[int]) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(uv (V, 2), picture (H, W, 3 or 4) uint8 sRGB) of blocks of vertices, each of one material.

    One picture that all share stays as it is. Plain colours become swatches of a palette that the uv point
    at. Several pictures, or pictures beside plain colours, do not fit one: the uv stay, without a picture.
    """
    entries = [{} if m is None else document.get("materials", m, "primitive").get("pbrMetallicRoughness", {}) for m in materials]
    textures = [e.get("baseColorTexture") for e in entries]
    images = {_source(document, t) for t in textures if t is not None}
    if not images and any(m is not None for m in materials):
        colours = [tuple(_srgb(e.get("baseColorFactor", [1.0] * 4))) for e in entries]
        palette = list(dict.fromkeys(colours))
        picture = np.repeat(np.repeat(np.array([palette], np.uint8), _SWATCH, 0), _SWATCH, 1)
        at = [((palette.index(c) + 0.5) / len(palette), 0.5) for c in colours]
        return np.concatenate([np.tile(p, (n, 1)) for p, n in zip(at, counts)]), picture
    if all(x is None for x in uv):
        return None, None
    joined = np.concatenate([np.zeros((n, 2)) if x is None else x for x, n in zip(uv, counts)])
    shared = len(images) == 1 and all(t is not None and not t.get("texCoord") for t in textures)
    return joined, _image(document, images.pop()) if shared else None


def _source(document: Document, texture: dict[str, Any]) -> int:
    source = document.get("textures", texture.get("index"), "material").get("source")
    document.get("images", source, "texture")
    return int(source)  # type: ignore[arg-type]


def _srgb(factor: Any) -> list[int]:
    linear = np.asarray(factor, np.float64)[:3].clip(0, 1)
    return [int(c) for c in (np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255).round()]


def _image(document: Document, index: int) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    entry = document.get("images", index, "texture")
    data = document.uri(entry["uri"], "image") if "uri" in entry else document.bytes_of(entry.get("bufferView"), f"image {index}")
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > _MAX_PIXELS:
                document.fail(f"image {index}: {image.width} x {image.height} pixels; the limit is {_MAX_PIXELS}")
            return np.asarray(image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as e:
        document.fail(f"image {index}: {e}")


def png(picture: np.ndarray) -> bytes:
    """A picture (H, W, 3 or 4) uint8 as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()
