"""What a loaded value holds, in a few facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses


def describe_file(path: str | Path, clip: str | None = None) -> dict[str, Any]:
    """The facts of a file's motion or poses (of one clip, where it holds many), and of what is neither: a table, a character, views of a scene."""
    from vitruve.io import clip_names, load, load_clip
    from vitruve.io.cameras import is_scene, read_shelf
    from vitruve.io.inertial import is_inertial
    from vitruve.io.inertial import read as read_inertial
    from vitruve.io.mot import Table

    if is_scene(path):
        views = read_shelf(path)[0]
        return {"kind": f"2D joint positions in {len(views)} calibrated views: for triangulate or run", **_timing(views[0]), "joints": len(views[0].skeleton)}
    if is_inertial(path):
        worn = read_inertial(path)
        kinds = "accelerations" + ("" if worn.angular_velocity is None else " and angular velocities")
        facts = {"kind": f"{kinds} of worn sensors: for predict", "samples": len(worn), "per second": round(worn.fps, 4)}
        return {**facts, "seconds": round(len(worn) / worn.fps, 3), "worn at": ", ".join(worn.places)}
    if clip is not None or not Path(path).is_file():
        return describe(load_clip(path, clip))
    value = load(path)
    if isinstance(value, Table):
        time = value.data[:, 0]
        degrees = {} if value.in_degrees is None else {"angles in": "degrees" if value.in_degrees else "radians"}
        seconds = round(float(time[-1] - time[0]), 3) if len(time) else 0.0
        return {"kind": "table over time", "rows": len(value), "seconds": seconds, **degrees, "columns": ", ".join(value.columns)}
    animations = getattr(value, "animations", None)
    if animations is not None and len(animations) != 1:
        landmarks = sum(m is not None for m in value.skeleton.landmarks)
        facts = {"kind": "character (skinned mesh)", "vertices": value.num_vertices, "joints": len(value.skeleton), "landmarks": landmarks}
        return {**facts, "clips": ", ".join(animations) or "none"}
    names = clip_names(path)
    return {**({"clip": f"{names[0]}, the first of {len(names)} (--clip chooses)"} if len(names) > 1 else {}), **describe(load_clip(path))}


def _timing(value: Motion | Poses) -> dict[str, Any]:
    return {"frames": value.num_frames, "fps": round(value.fps, 4), "seconds": round(value.duration, 3)}


def describe(value: Motion | Poses) -> dict[str, Any]:
    """Kind, size, joints, landmarks found, and the size and place of the body."""
    s = value.skeleton
    facts: dict[str, Any] = {
        "kind": "motion (joint rotations)" if isinstance(value, Motion) else f"poses ({value.dims}D joint positions)",
        **_timing(value),
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
