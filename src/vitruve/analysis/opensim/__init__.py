"""Markers or keypoints to joint angles with OpenSim: marker sets, scaling by marker pairs, inverse kinematics.

Needs the `opensim` package (extra "biomech"); it is imported when first used. Models are .osim files by path. OpenSim's axes:
x forward, y up, z to the right.
"""

from vitruve.analysis.opensim.kinematics import Kinematics, forward_kinematics, inverse_kinematics
from vitruve.analysis.opensim.markers import MARKER_SETS, Marker, MarkerSet, Measurement, marker_set, marker_set_for
from vitruve.analysis.opensim.model import Coordinate, coordinates, load_model, model_markers, put_markers
from vitruve.analysis.opensim.scaling import MAX_SPREAD, ScaledModel, own_measurements, scale_model
from vitruve.analysis.opensim.solve import heading, solve_angles, turn

__all__ = [
    "MARKER_SETS",
    "MAX_SPREAD",
    "Coordinate",
    "Kinematics",
    "Marker",
    "MarkerSet",
    "Measurement",
    "ScaledModel",
    "coordinates",
    "forward_kinematics",
    "heading",
    "inverse_kinematics",
    "load_model",
    "marker_set",
    "marker_set_for",
    "model_markers",
    "own_measurements",
    "put_markers",
    "scale_model",
    "solve_angles",
    "turn",
]
