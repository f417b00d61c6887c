"""What a loaded value holds, in a few facts."""

from __future__ import annotations

from typing import Any

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses


def describe(value: Motion | Poses) -> dict[str, Any]:
    """Kind, size, joints, landmarks found, and the size and place of the body."""
    s = value.skeleton
    facts: dict[str, Any] = {
        "kind": "motion (joint rotations)" if isinstance(value, Motion) else f"poses ({value.dims}D joint positions)",
        "frames": value.num_frames,
        "fps": round(value.fps, 4),
        "seconds": round(value.duration, 3),
        "skeleton": s.name,
        "joints": len(s),
        "landmarks": sum(m is not None for m in s.landmarks),
    }
    if isinstance(value, Poses):
        facts["people"] = value.num_people
        facts["known"] = f"{100 * float(value.valid.float().mean()):.1f} % of joints"
    if isinstance(value, Motion) or value.dims == 3:
        x = (value.poses() if isinstance(value, Motion) else value).positions
        y = x[..., 1][x[..., 1].isfinite()]
        if len(y):
            facts["height range"] = f"{float(y.min()):.2f} to {float(y.max()):.2f} m"
    facts |= {k: v for k, v in value.metadata.items() if isinstance(v, str | int | float)}
    return facts
