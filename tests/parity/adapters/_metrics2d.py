"""mmpose's keypoint metrics and pycocotools' AP."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from vitruve.metrics import keypoints as kp
from vitruve.metrics import pose
from vitruve.nn import codecs


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config = spec["config"]
    if {"gt", "dt"} <= x.keys():
        return _ap(x["gt"], x["dt"], config["sigmas"])
    if "kpts" in x:
        return _oks(config, x)
    if {"pred", "mask", "norm"} <= x.keys():
        return _keypoints(config, x)
    if {"output", "target", "mask"} <= x.keys():
        return _map_pck(config, x)
    if {"pred_x", "pred_y", "gt_x", "gt_y", "mask"} <= x.keys():
        return _simcc_pck(config, x)
    raise ValueError(f"inputs {sorted(x)}: neither AP, nor OKS, nor keypoint errors")


def _ap(gt: Tensor, dt: Tensor, sigmas: list[float]) -> dict[str, object]:
    gt, dt = gt.double(), dt.double()
    truth = kp.KeypointTruth(gt[:, 0].long(), gt[:, 6:].unflatten(1, (-1, 3)), gt[:, 1], gt[:, 2:6])
    found = kp.KeypointDetections(dt[:, 0].long(), dt[:, 2:].unflatten(1, (-1, 3))[..., :2].contiguous(), dt[:, 1])
    ap = kp.coco_ap(found, truth, sigmas)
    out: dict[str, object] = {"stats": np.array([ap.ap, ap.ap50, ap.ap75, ap.ap_medium, ap.ap_large, ap.ar, ap.ar50, ap.ar75, ap.ar_medium, ap.ar_large])}
    for image in truth.image.unique().tolist():
        g, d = truth.image == image, (found.image == image).nonzero()[:, 0]
        d = d[found.score[d].argsort(descending=True, stable=True)][:20]
        out[f"oks{image - 1}"] = kp.image_oks(found.keypoints[d], truth.keypoints[g], truth.area[g], truth.boxes[g], torch.tensor(sigmas).double())
    return out


def _oks(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    sigmas = torch.tensor(config["sigmas"]).double()
    poses, area, score = x["kpts"].double(), x["area"].double(), x["score"].double()
    soft = config["soft"]
    return {
        "oks_iou": kp.pose_overlap(poses[0], poses[1:], area[0], area[1:], sigmas),
        "oks_iou_vis": kp.pose_overlap(poses[0], poses[1:], area[0], area[1:], sigmas, config["vis_thr"]),
        "oks_nms": kp.oks_nms(poses, score, area, sigmas, config["oks_thr"]),
        "soft_oks_nms": kp.soft_oks_nms(poses, score, area, sigmas, soft["thr"], soft["max_dets"]),
        "nms": kp.box_nms(x["boxes"].double(), score, config["box_nms_thr"], inclusive=True),
    }


def _pck(config: dict, p: Tensor, g: Tensor, visible: Tensor, norm: Tensor) -> dict[str, object]:
    out: dict[str, object] = {}
    for t in config.get("thresholds", ()):
        result = kp.pck(p, g, visible, t, norm)
        out |= {f"pck{t}": result.joints.nan_to_num(-1), f"pck{t}_avg": result.mean, f"pck{t}_cnt": result.count}
    return out


def _map_pck(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    """PCK of the peaks of heatmaps; theirs divides x by the height and y by the width."""
    height, width = x["output"].shape[-2:]
    norm = x["norm"] if "norm" in x else torch.tensor([height, width]).expand(len(x["output"]), 2)
    (p, _), (g, _) = codecs.heatmap_maximum(x["output"]), codecs.heatmap_maximum(x["target"])
    return _pck(config, p.double(), g.double(), x["mask"].bool(), norm.double())


def _simcc_pck(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    """PCK of the peaks of coordinate classes, divided as those of heatmaps."""
    ratio = config["simcc_split_ratio"]
    size = [int(x[k].shape[-1] / ratio) for k in ("pred_y", "pred_x")]
    norm = x["norm"] if "norm" in x else torch.tensor(size).expand(len(x["mask"]), 2)
    (p, _), (g, _) = codecs.simcc_maximum(x["pred_x"], x["pred_y"]), codecs.simcc_maximum(x["gt_x"], x["gt_y"])
    return _pck(config, p.double() / ratio, g.double() / ratio, x["mask"].bool(), norm.double())


def _keypoints(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    p, g, norm, visible = x["pred"].double(), x["gt"].double(), x["norm"].double(), x["mask"].bool()
    out = _pck(config, p, g, visible, norm)
    out |= {"auc": kp.pck_auc(p, g, visible, float(norm[:, 0].mean())), "nme": kp.nme(p, g, visible, norm), "epe": kp.epe(p, g, visible)}
    if {"p3", "g3"} <= x.keys():
        p3, g3 = x["p3"].double(), x["g3"].double()
        out |= {name: _visible_mpjpe(p3, g3, visible, how) for name, how in (("mpjpe", "none"), ("pmpjpe", "procrustes"), ("smpjpe", "scale"))}
    return out


def _visible_mpjpe(p: Tensor, g: Tensor, visible: Tensor, alignment: str) -> Tensor:
    """Aligned over all joints, averaged over the visible ones."""
    return pose.joint_errors(p, g, alignment=alignment)[visible].mean()  # type: ignore[arg-type]
