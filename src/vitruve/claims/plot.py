"""The result of an experiment as a picture: a dot for each seed, a line for the mean; below, curves of training where it kept them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vitruve.claims.base import ClaimResult, mean_spread
from vitruve.io.files import atomic

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

_INK, _DOT, _MEAN, _GRID = "#222222", "#4878a8", "#c03030", "#dddddd"
_COLOURS = ("#4878a8", "#c03030", "#5a9a4a", "#b07a20", "#7a56a8", "#3a9a9a", "#a04878", "#666666")
_WIDTH, _ROW, _LEFT, _RIGHT, _CURVES = 900, 44, 300, 110, 320


def plot(result: ClaimResult, path: str | Path) -> Path:
    """Write a PNG: one row for each arm, its mean and spread in figures at the right; below them the curves of training, if any."""
    from PIL import Image, ImageDraw, ImageFont

    low, high = _range([v for seeds in result.arms.values() for v in seeds])
    height = 96 + _ROW * len(result.arms)
    image = Image.new("RGB", (_WIDTH, height + (_CURVES if result.curves else 0)), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(15)

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    draw.text((16, 14), f"{result.slug}: {result.metric}{' (quick run)' if result.quick else ''}", _INK, font)
    for tick in _ticks(low, high):
        draw.line([(x(tick), 44), (x(tick), height - 40)], _GRID)
        draw.text((x(tick), height - 32), f"{tick:.4g}", _INK, font, anchor="ma")
    for row, (arm, seeds) in enumerate(result.arms.items()):
        y = 66 + _ROW * row
        mean, spread = mean_spread(seeds)
        draw.text((_LEFT - 16, y), arm, _INK, font, anchor="rm")
        draw.line([(x(mean), y - 14), (x(mean), y + 14)], _MEAN, 3)
        for value in seeds:
            draw.ellipse([x(value) - 5, y - 5, x(value) + 5, y + 5], outline=_DOT, width=2)
        draw.text((_WIDTH - _RIGHT + 10, y), f"{mean:.4g}" + f" ±{spread:.2g}" * (len(seeds) > 1), _INK, font, anchor="lm")
    if result.curves:
        _draw_curves(draw, font, result, height)
    with atomic(path) as temporary:
        image.save(temporary, "PNG")
    return Path(path)


def _draw_curves(draw: ImageDraw, font: FreeTypeFont | ImageFont, result: ClaimResult, top: int) -> None:
    """A line for each training, epochs to the right; names at the left in its colour."""
    first, last = _range([e for points in result.curves.values() for e, _ in points], 0.0)
    low, high = _range([v for points in result.curves.values() for _, v in points])
    bottom = top + _CURVES - 44

    def place(epoch: float, value: float) -> tuple[float, float]:
        return _LEFT + (epoch - first) / (last - first) * (_WIDTH - _LEFT - 40), bottom - (value - low) / (high - low) * (_CURVES - 88)

    draw.text((16, top), result.curves_of, _INK, font)
    for tick in _ticks(low, high):
        draw.line([place(first, tick), place(last, tick)], _GRID)
        draw.text((_LEFT - 8, place(first, tick)[1]), f"{tick:.3g}", _INK, font, anchor="rm")
    for epoch in (first, last):
        draw.text((place(epoch, low)[0], bottom + 8), f"epoch {epoch:.0f}", _INK, font, anchor="ma")
    names = list(dict.fromkeys(name.rpartition(", seed ")[0] or name for name in result.curves))
    for row, name in enumerate(names):
        colour = _COLOURS[row % len(_COLOURS)]
        draw.text((16, top + 32 + 20 * row), name, colour, font)
        for points in (p for n, p in result.curves.items() if (n.rpartition(", seed ")[0] or n) == name):
            draw.line([place(*p) for p in points], colour, 2)


def _range(values: Sequence[float], margin: float = 0.1) -> tuple[float, float]:
    """From the least to the largest, with a margin; never empty."""
    low, high = min(values), max(values)
    room = margin * (high - low) or (0.1 * abs(high) or 1.0) * (high == low)
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Three, inside the range."""
    return [low + (high - low) * t for t in (1 / 24, 1 / 2, 23 / 24)]
