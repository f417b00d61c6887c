"""OpenCapBench: from keypoints to markers to scores."""

from __future__ import annotations

import numpy as np
import roma
import torch
from torch import Tensor

from vitruve.core import timeline
from vitruve.core.camera import Camera
from vitruve.core.crops import box_of_points
from vitruve.core.geometry import dlt
from vitruve.core.standards import skeleton
from vitruve.core.windows import still_window
from vitruve.metrics.angles import angle_errors, shifted

# markers that the release leaves out when it looks for somebody standing still
_RESTLESS = ("r_lelbow", "l_lelbow", "r_melbow", "l_melbow", "r_knee", "l_knee", "r_mknee", "l_mknee", "r_toe", "l_toe")


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    if "kp23" in x:
        return _mapping(spec["config"], x)
    if "columns" in spec["config"]:
        return _metric(spec["config"]["columns"], x)
    if {"kp", "conf", "cutoff"} <= x.keys():
        return _triangulation(x)
    raise ValueError(f"inputs {sorted(x)}: neither mapping, nor metric, nor triangulation")


def _mapping(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    wholebody = skeleton("wholebody133")
    to_openpose = wholebody.select(range(len(config["mmpose23"]))).map_to(skeleton("openpose25"))
    points = torch.cat([to_openpose(x["kp23"]), to_openpose.confidence(x["sc23"])[..., None]], -1)
    people = torch.cat([x["kp52"], x["sc52"][..., None]], -1)

    masked = people.clone()
    masked[1, :10] = 0
    box = box_of_points(torch.where(masked[..., :2] == 0, torch.nan, masked[..., :2]))
    height = box[:, 3] - box[:, 1]
    box = torch.stack([box[:, 0], (box[:, 1] - 0.05 * height).clamp_min(0), box[:, 2] - box[:, 0], 1.05 * height], -1)

    metres = (x["markers3d"].double() / 1000).permute(2, 1, 0)
    turn = roma.rotvec_to_rotmat(torch.tensor([0, 0, torch.pi]).double()) @ roma.rotvec_to_rotmat(torch.tensor([0, torch.pi / 2, 0]).double())
    markers = metres @ turn.T
    calm = [i for i, name in enumerate(config["anatomical52"]) if name not in _RESTLESS]
    first, last = still_window(markers[:, calm], 100.0)
    return {
        "openpose25": points,
        "anatomical156": people.flatten(1),
        "bbox": box,
        "trc_time": torch.arange(len(markers)) / 100,
        "trc_rotated_m": markers,
        "static_range": torch.tensor([first / 100, last / 100]),
    }


def _metric(columns: list[str], x: dict[str, Tensor]) -> dict[str, object]:
    trials = [(x[f"pred{k}"], x[f"gt{k}"]) for k in range(sum(name.startswith("gt") for name in x))]
    scores = angle_errors(trials, columns, official_quirks=True)
    out: dict[str, object] = {"headline": scores.mean}
    for k, (pair, shift, overlap) in enumerate(zip(trials, scores.shifts, scores.overlaps)):
        out[f"shift{k}"] = np.array([shift, overlap, len(shifted(*pair, 0)[0])])
    out |= {f"rmse.{name}": value for name, value in scores.rmse.items()}
    return out | {f"rmse_noshift.{name}": value for name, value in scores.rmse_unshifted.items()}


def _low_pass(keypoints: Tensor, fps: float, cutoff: float) -> Tensor:
    """(markers, frames, 2); a cut-off at or over Nyquist is set just below it."""
    markers, frames, _ = keypoints.shape
    flat = keypoints.double().permute(1, 0, 2).reshape(frames, -1).numpy()
    out = timeline.low_pass(flat, fps, cutoff if cutoff < fps / 2 else 0.99 * fps / 2, order=4)
    return torch.from_numpy(out).reshape(frames, markers, 2).permute(1, 0, 2)


def _triangulation(x: dict[str, Tensor]) -> dict[str, object]:
    rig = Camera(x["K"].double(), x["R"].double(), x["t"].double(), x["dist"][:, 0].double())
    keypoints, conf = x["kp"].double(), x["conf"].double()
    views, markers, frames, _ = keypoints.shape
    # five rounds, as OpenCV
    filtered = torch.stack([_low_pass(k, 60, float(x["cutoff"])) for k in keypoints])
    ideal = rig.undistort(filtered.reshape(views, -1, 2), iterations=5).reshape(keypoints.shape)
    # what was interpolated (NaN) counts a half
    points = dlt(rig.matrix(), ideal, conf.nan_to_num(0.5)).nan_to_num(0.0)
    counted = (conf != 0) & conf.isfinite()
    mean = torch.where(counted, conf, 0.0).sum(0) / counted.sum(0).clamp_min(1)
    mean = torch.where(counted.any(0), mean, 0.5)
    confidence = torch.where((conf != 0).sum(0) >= 2, mean, 0.0)

    # zeros that are not filled stay zeros, and the curve passes through them
    filled, found = points[None].permute(0, 2, 1, 3).numpy().copy(), confidence[None].mT.numpy().copy()
    for m in range(markers):
        for start, end in timeline.runs(found[0, :, m] == 0):
            if start > 0 and end < frames and end - start < 5:
                filled[0, start:end, m] = np.nan
    timeline.fill_gaps(filled, found, max_gap=4)
    splined = torch.from_numpy(filled)[0]

    # to 100 Hz from 60, running on in a straight line past the last frame
    count = len(np.arange(0, np.round(frames / 60 + 1 / 100, 6), 1 / 100))
    resampled = timeline.lerp(splined, torch.arange(count).double() * 0.6)
    return {
        "filtered": filtered,
        "filtered_nyquist": _low_pass(keypoints[0], 60, 30.0),
        "undistorted_frame0": ideal[:, :, 0],
        "points3d": points.permute(2, 0, 1),
        "conf3d": confidence[None],
        "splined": splined.permute(2, 1, 0),
        "resampled_100hz": resampled.permute(2, 1, 0),
    }
