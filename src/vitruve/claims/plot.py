"""The result of an experiment as a picture: a dot for each seed, a line for the mean."""

from __future__ import annotations

from pathlib import Path

from vitruve.claims.base import ClaimResult, mean_spread
from vitruve.io.files import atomic

_INK, _DOT, _MEAN, _GRID = "#222222", "#4878a8", "#c03030", "#dddddd"
_WIDTH, _ROW, _LEFT, _RIGHT = 900, 44, 300, 110


def plot(result: ClaimResult, path: str | Path) -> Path:
    """Write a PNG: one row for each arm, its mean and spread in figures at the right."""
    from PIL import Image, ImageDraw, ImageFont

    values = [v for seeds in result.arms.values() for v in seeds]
    low, high = min(values), max(values)
    margin = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
    low, high = low - margin, high + margin
    height = 96 + _ROW * len(result.arms)
    image = Image.new("RGB", (_WIDTH, height), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(15)

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    draw.text((16, 14), f"{result.slug}: {result.metric}{' (quick run)' if result.quick else ''}", _INK, font)
    for tick in (low + margin * t for t in (0.5, (high - low) / margin / 2, (high - low) / margin - 0.5)):
        draw.line([(x(tick), 44), (x(tick), height - 40)], _GRID)
        draw.text((x(tick), height - 32), f"{tick:.4g}", _INK, font, anchor="ma")
    for row, (arm, seeds) in enumerate(result.arms.items()):
        y = 66 + _ROW * row
        mean, spread = mean_spread(seeds)
        draw.text((_LEFT - 16, y), arm, _INK, font, anchor="rm")
        draw.line([(x(mean), y - 14), (x(mean), y + 14)], _MEAN, 3)
        for value in seeds:
            draw.ellipse([x(value) - 5, y - 5, x(value) + 5, y + 5], outline=_DOT, width=2)
        draw.text((_WIDTH - _RIGHT + 10, y), f"{mean:.4g} ±{spread:.2g}", _INK, font, anchor="lm")
    with atomic(path) as temporary:
        image.save(temporary, "PNG")
    return Path(path)
