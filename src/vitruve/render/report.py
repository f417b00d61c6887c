"""The report: one self-contained HTML page with the figure in 3D, curves, contacts, events and tables."""

from __future__ import annotations

import base64
import html
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.naming import side_of
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.io.files import atomic

if TYPE_CHECKING:
    from vitruve.analysis.angles import Angles
    from vitruve.analysis.events import Events
    from vitruve.analysis.gait import Gait
    from vitruve.bodies import BodyMotion
    from vitruve.core.contacts import Contacts
    from vitruve.core.motion import Motion

_WEB = Path(__file__).parent / "web"
# playback is thinned to this many frames, curves to this many points: the page stays small however long the motion
MAX_FRAMES = 900
MAX_POINTS = 2000
_MISSING = -32768


@runtime_checkable
class Analysed(Protocol):
    """What is shown of one person; actions are rows of what is done when."""

    @property
    def source(self) -> Motion | Poses: ...
    @property
    def motion(self) -> Motion: ...
    @property
    def body(self) -> BodyMotion: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def angles(self) -> Angles: ...
    @property
    def events(self) -> Events: ...
    @property
    def gait(self) -> Gait: ...
    @property
    def slide(self) -> float | None: ...
    @property
    def actions(self) -> Sequence[Any]: ...
    @property
    def spread(self) -> Float[Tensor, "T J"] | None: ...


def write_report(found: Analysed, path: str | Path, title: str | None = None, notes: Sequence[str] = ()) -> Path:
    """Write the report of one analysed person.

    The page needs no network. Long motions are shown thinned (every nth frame), which the page says.
    """
    motion = found.body.motion
    name = title or found.motion.name or "motion"
    notes = list(notes)
    step = _step(motion.num_frames, MAX_FRAMES)
    if step > 1:
        notes.append(f"Playback shows every {step}th of {motion.num_frames} frames; the files hold all of them.")
    page = {
        **_page(motion[::step].poses(), motion.num_frames, motion.fps),
        **_body(found, step),
        "curves": _curves(found),
        "tracks": _tracks(found, motion.fps),
    }
    residual = found.body.residual
    facts = {
        "frames": f"{motion.num_frames} at {motion.fps:g} frames/s ({motion.duration:.2f} s)",
        "source skeleton": f"{found.motion.skeleton.name}, {len(found.motion.skeleton)} joints",
        "body": found.body.model.name,
        "fit residual": "not known" if residual is None else f"{1000 * float(residual.mean()):.1f} mm mean over joints",
        **({} if found.spread is None else {"unsure by": f"{1000 * float(found.spread.nanmean()):.0f} mm mean over joints, spread of other possible answers"}),
        "foot slide in contact": "no contact found" if found.slide is None else f"{100 * found.slide:.2f} cm/s median",
    }
    rom = found.angles.range_of_motion()
    tables = [
        ("Range of motion", ["angle", "min", "max", "range", "mean"], [[r[0], *(f"{round(v, 1) + 0.0:.1f}°" for v in r[1:])] for r in rom.rows()]),
        ("Gait", ["parameter", "value"], [[k, v] for k, v in found.gait.to_rows()]),
        (
            "Actions (the likeliest of ten that a small network knows)",
            ["action", "start", "end", "confidence"],
            [[s.label, f"{s.start:.2f} s", f"{s.end:.2f} s", f"{100 * s.confidence:.0f} %"] for s in found.actions[:200]],
        ),
        (
            "Events",
            ["event", "side", "start", "end", "value"],
            [[e["type"], e.get("side") or "", f"{e['start']:.2f} s", f"{e['end']:.2f} s", _value(e)] for e in found.events.to_list()[:200]],
        ),
    ]
    return _write(path, name, facts, notes, tables, page)


def write_keypoint_report(poses: Poses, path: str | Path, notes: Sequence[str] = (), title: str | None = None) -> Path:
    """Write the report of keypoints that no body could be made of (2D, or too few joints)."""
    known = 100 * float(poses.valid.float().mean())
    facts = {
        "frames": f"{poses.num_frames} at {poses.fps:g} frames/s ({poses.duration:.2f} s)",
        "people": str(poses.num_people),
        "skeleton": f"{poses.skeleton.name}, {len(poses.skeleton)} joints",
        "known joints": f"{known:.1f} %",
    }
    page = {**_page(poses[:: _step(poses.num_frames, MAX_FRAMES)], poses.num_frames, poses.fps), "glb": None, "glb_duration": 0, "curves": [], "tracks": []}
    return _write(path, title or poses.name or "keypoints", facts, list(notes), [], page)


def _value(event: dict[str, Any]) -> str:
    value = event.get("value")
    return "" if value is None else f"{value:.3g} {event.get('unit', '')}".strip()


def _step(count: int, most: int) -> int:
    return max(1, -(-count // most))


def _sides(skeleton: Skeleton) -> list[str]:
    return [side_of(m or "") or "centre" for m in skeleton.landmarks]


def _page(poses: Poses, frames: int, fps: float) -> dict[str, Any]:
    """Positions of the thinned poses as int16 steps around an origin: exact to a 30,000th of the extent; `frames` and `fps` are the motion's."""
    x = poses.positions.detach().cpu().double()
    flat = poses.dims == 2
    if flat:
        # an image lies upright in the scene: y down becomes y up, the longer side is two units
        size = poses.image_size or (1.0, 1.0)
        extent = max(size) if poses.image_size else float(x[x.isfinite()].abs().max()) if x.isfinite().any() else 1.0
        x = torch.cat([x[..., :1], -x[..., 1:], torch.zeros_like(x[..., :1])], -1) * (2 / extent)
    known = x.isfinite().all(-1, keepdim=True)
    finite = x[known.expand_as(x)].reshape(-1, 3)
    low, high = (finite.amin(0), finite.amax(0)) if len(finite) else (torch.zeros(3).double(), torch.ones(3).double())
    origin = (low + high) / 2
    scale = max(float((high - low).max()) / 2 / 32000, 1e-9)
    steps = torch.where(known, ((x - origin) / scale).round().nan_to_num(0.0), _MISSING)
    return {
        "fps": fps,
        "frames": frames,
        "figure": {
            "shape": list(x.shape[:3]),
            "positions": base64.b64encode(steps.to(torch.int16).numpy().tobytes()).decode(),
            "origin": origin.tolist(),
            "scale": scale,
            "limbs": [list(limb) for limb in poses.skeleton.limbs],
            "sides": _sides(poses.skeleton),
            "flat": flat,
            "thickness": 0.014 if not flat else 0.006,
        },
        "curve_frames": len(range(0, frames, _step(frames, MAX_POINTS))),
    }


def _body(found: Analysed, step: int) -> dict[str, Any]:
    from vitruve.io import save

    thin = replace(found.body, motion=found.body.motion[::step], residual=None)
    with tempfile.TemporaryDirectory() as folder:
        glb = save(thin, Path(folder) / "body.glb").read_bytes()
    return {"glb": base64.b64encode(glb).decode(), "glb_duration": max(thin.motion.num_frames - 1, 1) / thin.motion.fps}


def _curves(found: Analysed) -> list[dict[str, Any]]:
    """One plot per joint and direction, left and right together; of a lifted source, how unsure its joints are."""
    curves = _plots(found.angles.names, found.angles.values, "°")
    if found.spread is not None:
        unsure = _plots(found.source.skeleton.joints, 1000 * found.spread, "")
        curves += [{**plot, "title": f"{plot['title']}, unsure by (mm)"} for plot in unsure if plot["title"] != "root"]
    return curves


def _plots(names: Sequence[str], values: Float[Tensor, "T N"], unit: str) -> list[dict[str, Any]]:
    step = _step(len(values), MAX_POINTS)
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, column in zip(names, values.T):
        side = side_of(name) or next((s for s in ("left", "right") if name.endswith(f"_{s}")), None)
        title = name.replace(f"{side}_", "", 1).removesuffix(f"_{side}").replace("_", " ") if side else name.replace("_", " ")
        groups.setdefault(title, []).append({"name": side or "centre", "side": side or "centre", "values": _numbers(column[::step])})
    return [{"title": title, "unit": unit, "series": series} for title, series in groups.items()]


def _numbers(values: Tensor) -> list[float | None]:
    return [None if not np.isfinite(v) else round(v, 2) for v in values.tolist()]


def _tracks(found: Analysed, fps: float) -> list[dict[str, Any]]:
    out = []
    for joint in found.contacts.joints:
        spans = [[start, end, "contact"] for start, end in found.contacts.intervals(joint, fps)]
        out.append({"name": f"{joint.replace('_', ' ')} down", "side": side_of(joint) or "centre", "spans": spans})
    events = found.events.to_list()
    for kind in dict.fromkeys(e["type"] for e in events):
        spans = [[e["start"], e["end"], kind] for e in events if e["type"] == kind]
        out.append({"name": kind.replace("_", " "), "side": "centre", "spans": spans[:500]})
    return out


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    if not rows:
        return f"<section><h2>{html.escape(title)}</h2><p>none found</p></section>"

    def cell(tag: str, text: Any, column: int) -> str:
        return f"<{tag}{' class=number' if column else ''}>{html.escape(str(text))}</{tag}>"

    header = "".join(cell("th", h, i) for i, h in enumerate(head))
    body = "".join("<tr>" + "".join(cell("td", v, i) for i, v in enumerate(row)) + "</tr>" for row in rows)
    return f"<section><h2>{html.escape(title)}</h2><div class=scroll><table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div></section>"


def _write(
    path: str | Path, title: str, facts: dict[str, str], notes: Sequence[str], tables: Sequence[tuple[str, list[str], list[list[Any]]]], page: dict[str, Any]
) -> Path:
    from vitruve import __version__

    # "</" cannot appear inside a script element
    data = json.dumps(page, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    fact_rows = "".join(f"<tr><td>{html.escape(k)}</td><td>{html.escape(v)}</td></tr>" for k, v in facts.items())
    note = f"<div class=notes>{''.join(f'<p>{html.escape(n)}</p>' for n in notes)}</div>" if notes else ""
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>{html.escape(title)} - vitruve</title><style>{(_WEB / "report.bundle.css").read_text()}</style></head>
<body><header><h1>{html.escape(title)}</h1><p>vitruve motion report</p>{note}</header>
<main><div class="top"><div><div id="stage"></div>
<div class="controls"><button id="play" title="play or pause (space)" aria-label="play or pause">▶</button>
<input type="range" id="time" min="0" value="0" aria-label="time"><span id="clock">0.00 s</span>
<label>speed <select id="speed"><option value="0.25">¼</option><option value="0.5">½</option>
<option value="1" selected>1</option><option value="2">2</option></select></label>
<label><input type="checkbox" id="show-body" disabled> body</label><label><input type="checkbox" id="show-bones" checked> skeleton</label>
<label><input type="checkbox" id="follow" checked> follow</label></div><div id="tracks"></div></div>
<section class="scroll"><table>{fact_rows}</table></section></div>
{"<h2>Joint angles</h2>" if page["curves"] else ""}<div id="curves"></div>
<div class="tables">{"".join(_table(*t) for t in tables)}</div></main>
<footer>made with vitruve {html.escape(__version__)}</footer>
<script type="application/json" id="data">{data}</script><script>{(_WEB / "report.bundle.js").read_text()}</script></body></html>
"""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Path(path)
