"""OpenCapBench: from keypoints to markers to scores."""

from __future__ import annotations

import re

import numpy as np
import torch
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.methods.biomechanics.opencapbench import (
    follow,
    lab_to_opensim,
    low_pass,
    nearest_moment,
    person_boxes,
    resample,
    splined,
    still_range,
    triangulate_views,
    undistort_views,
    wholebody_to_openpose,
)
from vitruve.metrics.angles import angle_errors, shifted


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if "kp23" in x:
        return _mapping(spec["config"], x)
    if "columns" in spec["config"]:
        return _metric(spec["config"]["columns"], x)
    if {"kp", "conf", "cutoff"} <= x.keys():
        return _triangulation(spec, x)
    if "people" in x:
        return _following(spec["config"], x["people"].double())
    raise ValueError(f"inputs {sorted(x)}: neither mapping, nor metric, nor triangulation, nor people")


def _mapping(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    people = torch.cat([x["kp52"], x["sc52"][..., None]], -1)
    # what the golden's maker did before it asked for the boxes
    masked = people[..., :2].clone()
    masked[1, :10] = 0
    markers = lab_to_opensim((x["markers3d"].double() / 1000).permute(2, 1, 0))
    return {
        "openpose25": wholebody_to_openpose(x["kp23"], x["sc23"]),
        "anatomical156": people.flatten(1),
        "bbox": person_boxes(masked),
        "trc_time": torch.arange(len(markers)) / 100,
        "trc_rotated_m": markers,
        "static_range": torch.tensor(still_range(markers, config["anatomical52"])),
    }


def _following(config: dict, people: Tensor) -> dict[str, object]:
    people = people.unflatten(-1, (-1, 3))
    moments = [nearest_moment(p, config.get("confThresh", 0.6)) for p in people]
    out: dict[str, object] = {
        "bbox": torch.stack([person_boxes(p[..., :2]) for p in people]),
        "largest_area": np.array([area for area, _ in moments]),
        "largest_index": np.array([frame for _, frame in moments]),
    }
    if "image_size" in config:
        key2d = follow(people, tuple(config["image_size"]))
        out |= {"key2D": key2d[..., :2].transpose(0, 1), "confidence": key2d[..., 2].T}
    return out


def _metric(columns: list[str], x: dict[str, Tensor]) -> dict[str, object]:
    trials = [(x[f"pred{k}"], x[f"gt{k}"]) for k in range(sum(name.startswith("gt") for name in x))]
    scores = angle_errors(trials, columns, official_quirks=True)
    out: dict[str, object] = {"headline": scores.mean}
    for k, (pair, shift, overlap) in enumerate(zip(trials, scores.shifts, scores.overlaps)):
        out[f"shift{k}"] = np.array([shift, overlap, len(shifted(*pair, 0)[0])])
    out |= {f"rmse.{name}": value for name, value in scores.rmse.items()}
    return out | {f"rmse_noshift.{name}": value for name, value in scores.rmse_unshifted.items()}


def _number(spec: dict, x: dict[str, Tensor], names: tuple[str, ...], words: str, default: float) -> float:
    """A setting from the inputs or the config, under one of these names, else as `calls` says it."""
    for given in (x, spec["config"]):
        for name in names:
            if name in given:
                return float(given[name])
    said = re.search(words, spec["calls"])
    return float(said[1]) if said else default


def _triangulation(spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    fps = _number(spec, x, ("fps", "frame_rate", "frameRate", "sampleFreq"), r"px at ([\d.]+) Hz", 60)
    longest = _number(spec, x, ("splineMaxFrames", "spline_max_frames"), r"spline3dPoints\(max (\d+)", 5)
    rig = Camera(x["K"].double(), x["R"].double(), x["t"].double(), x["dist"][:, 0].double())
    keypoints, conf = x["kp"].double(), x["conf"].double()
    filtered = torch.stack([low_pass(k, fps, float(x["cutoff"])) for k in keypoints])
    ideal = undistort_views(filtered, rig)
    points, confidence = triangulate_views(ideal, conf, rig)
    filled = splined(points, confidence, int(longest))
    return {
        "filtered": filtered,
        "filtered_nyquist": low_pass(keypoints[0], fps, fps / 2),
        "undistorted_frame0": ideal[:, :, 0],
        "points3d": points.permute(2, 0, 1),
        "conf3d": confidence[None],
        "splined": filled.permute(2, 0, 1),
        "resampled_100hz": resample(filled, fps, official_quirks=True).permute(2, 0, 1),
    }
