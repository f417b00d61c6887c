"""From markers or keypoints of a person to joint angles in one call: markers put on, the model scaled, the motion solved."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from vitruve.analysis.opensim.kinematics import Kinematics, inverse_kinematics
from vitruve.analysis.opensim.markers import MARKER_SETS, MarkerSet, marker_set_for
from vitruve.analysis.opensim.model import _items, _seen, load_model, model_markers, put_markers
from vitruve.analysis.opensim.scaling import own_measurements, scale_model
from vitruve.core.geometry import procrustes
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError, SkeletonError

_TURN = math.radians(30)
"""Recordings whose subject faces further away from +x are turned: pelvis angles and OpenSim's search start from there."""


def heading(model: str | Path, markers: Poses) -> float:
    """By which angle about the vertical (radians) the markers of a frame have to turn to face as the model does at rest.

    From the body that hangs from the ground (the pelvis), in the frame with most of its markers; from all markers where it
    carries fewer than two. SkeletonError where the recording shares fewer than two with the model.
    """
    made = load_model(model)
    state = made.initSystem()
    made.realizePosition(state)
    rest = {m.getName(): m.getLocationInGround(state).to_numpy().copy() for m in _items(made.getMarkerSet())}
    shared = [n for n in _seen(markers) if n in rest]
    if len(shared) < 2:
        raise SkeletonError(f"{Path(model).name} shares {len(shared)} markers with the recording; a heading takes 2")
    roots = {j.getChildFrame().findBaseFrame().getName() for j in _items(made.getJointSet()) if j.getParentFrame().findBaseFrame().getName() == "ground"}
    on_root = {m.getName() for m in _items(made.getMarkerSet()) if m.getParentFrame().findBaseFrame().getName() in roots}
    # arms and legs swing, the pelvis does not
    used = [n for n in shared if n in on_root]
    used = used if len(used) >= 2 else shared
    columns = [markers.skeleton.joints.index(n) for n in used]
    frame = int(markers.valid[0][:, columns].sum(1).argmax())
    plane = [0, 2]
    x = markers.positions[0, frame, columns].double()[:, plane]
    y = torch.from_numpy(np.stack([rest[n] for n in used]))[:, plane]
    r = procrustes(x, y, scale=False).rotation
    # in the plane of x and z, whose third axis points down
    return float(torch.atan2(r[0, 1], r[0, 0]))


def turn(markers: Poses, angle: float) -> Poses:
    """Points turned about the vertical by an angle (radians)."""
    c, s = math.cos(angle), math.sin(angle)
    r = markers.positions.new_tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return replace(markers, positions=markers.positions @ r.mT)


def _by_landmarks(poses: Poses) -> Poses:
    """The joints of COCO and its feet that these points have by their landmarks; the points themselves where they have none."""
    coco = standard("wholebody133").select(range(23))
    if not any(poses.skeleton.landmarks):
        return poses
    mapped = poses.map_to(coco)
    known = mapped.valid[0].any(0).nonzero().flatten().tolist()
    return replace(mapped, positions=mapped.positions[:, :, known], confidence=mapped.confidence[:, :, known], skeleton=coco.select(known))


def solve_angles(
    markers: Poses,
    model: str | Path,
    marker_set: MarkerSet | None = None,
    static: Poses | None = None,
    scale: bool | None = None,
    setup: str | Path | None = None,
    mass: float | None = None,
    path: str | Path | None = None,
    hold: Mapping[str, float | None] | None = None,
) -> Kinematics:
    """Markers or keypoints of one person in space to joint angles: markers on the model, scaling, inverse kinematics.

    Args:
        markers: (1, T, M, 3) metres, y up. Joints of other names (of a rig, or of another standard) are taken for COCO's by what they are.
        model: a .osim file. Where half of its own markers or more were recorded, it is taken as it is, else the markers of a set are
            put on it.
        marker_set: the set to put on it; the densest that these points have, by default.
        static: a standing trial to scale by; the trial itself by default.
        scale: scale the model first; by default where a marker set was put on it or a standing trial is given.
        setup: an IK setup file with weights for the model's own markers.
        mass: kg.
        path: where to keep the scaled model.
        hold: coordinates that keep a value, see :func:`inverse_kinematics`.

    Raises:
        OptionError: several people, 2D, no marker set fits, or no measurement could be taken.
    """
    if markers.dims != 3 or markers.num_people != 1:
        raise OptionError(f"expected one person in 3D, found {markers.num_people} in {markers.dims}D")
    own = model_markers(model)
    if not set(own) & set(_seen(markers)) and not any(set(s.markers) & set(_seen(markers)) for s in MARKER_SETS.values()):
        markers, static = _by_landmarks(markers), None if static is None else _by_landmarks(static)
    carried = set(own) & set(_seen(markers))
    if marker_set is None and own and len(carried) < 0.5 * len(own) or not own:
        marker_set = marker_set_for(markers) if marker_set is None else marker_set
    scale = marker_set is not None or static is not None if scale is None else scale
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model.osim"
        used = Path(model) if marker_set is None else put_markers(model, marker_set, place)
        weights = None if marker_set is None else {n: m.weight for n, m in marker_set.markers.items()}
        angle = heading(used, markers)
        angle = angle if abs(angle) > _TURN else 0.0
        if scale:
            measurements = marker_set.measurements if marker_set is not None else own_measurements(used)
            standing = static if static is not None else markers
            standing = turn(standing, heading(used, standing))
            used = scale_model(used, standing, place, measurements, weights, mass, place=static is not None).path
        found = inverse_kinematics(used, turn(markers, angle) if angle else markers, weights, setup, hold)
        if path is not None:
            Path(path).write_bytes(Path(used).read_bytes())
    return replace(found, model=Path(path or model), turned=math.degrees(angle))
