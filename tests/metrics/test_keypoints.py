"""2D metrics: OKS and AP against pycocotools, NMS and the PCK family against hand-made cases."""

from __future__ import annotations

import contextlib
import io
import json
import math

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from vitruve import VitruveError, skeleton
from vitruve.metrics import keypoints as kp

SIGMAS = skeleton("coco17").sigmas


def evaluate(annotations: list[dict], detections: list[dict]) -> list[float]:
    """pycocotools' ten numbers."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "images": [{"id": i} for i in sorted({a["image_id"] for a in annotations} | {d["image_id"] for d in detections})],
            "categories": [{"id": 1, "name": "person"}],
            "annotations": annotations,
            "info": {},
        }
        truth.createIndex()
        e = COCOeval(truth, truth.loadRes(detections), "keypoints")
        e.evaluate()
        e.accumulate()
        e.summarize()
    return e.stats.tolist()


def ours(annotations: list[dict], detections: list[dict]) -> list[float]:
    truth = kp.KeypointTruth(
        torch.tensor([a["image_id"] for a in annotations]),
        torch.tensor([a["keypoints"] for a in annotations]).double().unflatten(1, (-1, 3)),
        torch.tensor([a["area"] for a in annotations]).double(),
        torch.tensor([a["bbox"] for a in annotations]).double(),
        torch.tensor([bool(a["iscrowd"]) for a in annotations]),
    )
    found = kp.KeypointDetections(
        torch.tensor([d["image_id"] for d in detections]),
        torch.tensor([d["keypoints"] for d in detections]).double().unflatten(1, (-1, 3))[..., :2].contiguous(),
        torch.tensor([d["score"] for d in detections]).double(),
    )
    a = kp.coco_ap(found, truth, SIGMAS)
    return [a.ap, a.ap50, a.ap75, a.ap_medium, a.ap_large, a.ar, a.ar50, a.ar75, a.ar_medium, a.ar_large]


@pytest.mark.parametrize("seed", range(8))
def test_ap_is_pycocotools(seed):
    """Crowds, people without labels, small ones, missed ones, ghosts, more than twenty detections, tied scores."""
    r = np.random.default_rng(seed)
    annotations, detections = [], []
    for image in range(12):
        for _ in range(r.integers(0, 5)):
            size = float(np.exp(r.uniform(2.5, 5.5)))
            x, y = r.uniform(0, 400, 2)
            points = np.stack([r.uniform(x, x + size, 17), r.uniform(y, y + 2 * size, 17), r.integers(0, 3, 17)], 1)
            if r.random() < 0.15:
                points[:, 2] = 0
            points[points[:, 2] == 0] = 0
            annotations.append(
                {
                    "id": len(annotations) + 1, "image_id": image, "category_id": 1, "iscrowd": int(r.random() < 0.1), "area": 0.6 * 2 * size * size,
                    "bbox": [x, y, size, 2 * size], "keypoints": points.reshape(-1).tolist(), "num_keypoints": int((points[:, 2] > 0).sum()),
                }
            )  # fmt: skip
            for _ in range(r.choice([0, 1, 1, 2])):
                p = points.copy()
                p[:, :2] += r.normal(0, size * r.choice([0.01, 0.05, 0.15]), (17, 2))
                p[:, 2] = 1
                detections.append({"image_id": image, "category_id": 1, "keypoints": p.reshape(-1).tolist(), "score": float(np.round(r.random(), 1))})
        if image == 3:
            for _ in range(25):
                p = np.concatenate([r.uniform(0, 400, (17, 2)), np.ones((17, 1))], 1)
                detections.append({"image_id": image, "category_id": 1, "keypoints": p.reshape(-1).tolist(), "score": float(r.random())})
    assert np.allclose(ours(annotations, detections), evaluate(annotations, detections), atol=1e-12)


def real_annotations(data):
    found = json.loads((data / "photo_pose_samples/coco/test_coco.json").read_text())["annotations"]
    return [a for a in found if "keypoints" in a]


@pytest.mark.realdata
def test_ap_on_real_annotations(data):
    annotations = [a for a in real_annotations(data) if a["num_keypoints"]]
    r = np.random.default_rng(0)
    same, noisy = [], []
    for a in annotations:
        p = np.array(a["keypoints"], float).reshape(-1, 3)
        base = {"image_id": a["image_id"], "category_id": 1}
        same.append({**base, "keypoints": p.reshape(-1).tolist(), "score": 1.0})
        p[:, :2] += r.normal(0, 0.06 * math.sqrt(a["area"]), p[:, :2].shape)
        noisy.append({**base, "keypoints": p.reshape(-1).tolist(), "score": float(r.random())})
    assert ours(annotations, same)[0] == pytest.approx(1)
    assert np.allclose(ours(annotations, noisy), evaluate(annotations, noisy), atol=1e-12)
    assert 0.1 < ours(annotations, noisy)[0] < 0.9


def people(n: int = 5, seed: int = 0) -> torch.Tensor:
    return torch.rand(n, 17, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 200


def test_oks_of_a_shift_by_k_sigma():
    x, k, area = people(), torch.tensor(SIGMAS).double(), torch.full((5,), 5000.0).double()
    assert torch.allclose(kp.oks(x, x, area, k), torch.ones(5).double())
    shift = (2 * k * 5000**0.5)[:, None] * torch.tensor([0.6, 0.8]).double()
    assert torch.allclose(kp.oks(x, x + shift, area, k), torch.full((5,), math.exp(-0.5)).double())
    counts = torch.zeros(5, 17, dtype=torch.bool)
    assert kp.oks(x, x, area, k, counts).tolist() == [0] * 5
    counts[:, 3] = True
    far = x + 1000
    far[:, 3] = x[:, 3]
    assert kp.oks(x, far, area, k, counts).tolist() == [1] * 5


def test_nms_drops_doubles():
    k = torch.tensor(SIGMAS).double()
    x = torch.cat([people(2), people(2) + 0.5])
    poses = torch.cat([x, torch.ones(4, 17, 1).double()], -1)
    scores, areas = torch.tensor([0.9, 0.6, 0.7, 0.8]).double(), torch.full((4,), 20000.0).double()
    assert kp.oks_nms(poses, scores, areas, k).tolist() == [0, 3]
    assert kp.soft_oks_nms(poses, scores, areas, k, max_poses=2).tolist() == [0, 3]
    assert kp.soft_oks_nms(poses, scores, areas, k).tolist() == [0, 3, 2, 1]
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]])
    assert kp.box_iou(boxes[0], boxes[1]) == pytest.approx(81 / 119) and kp.box_iou(boxes[0], boxes[2]) == 0
    assert kp.box_nms(boxes, torch.tensor([0.5, 0.9, 0.1])).tolist() == [1, 2]
    assert len(kp.box_nms(boxes[:0], torch.zeros(0))) == 0


def test_crowdpose_splits_by_index():
    k = skeleton("crowdpose14").sigmas
    x = torch.rand(3, 14, 2) * 100
    truth = kp.KeypointTruth(torch.arange(3), torch.cat([x, torch.full((3, 14, 1), 2.0)], -1), torch.zeros(3), torch.tensor([[0.0, 0, 100, 100]] * 3))
    x[2] += 500
    ap = kp.crowdpose_ap(kp.KeypointDetections(torch.arange(3), x, torch.ones(3)), truth, k, {0: 0.0, 1: 0.5, 2: 0.9})
    assert (ap.easy, ap.medium, ap.hard) == pytest.approx((1, 1, 0)) and 0.5 < ap.all.ap < 0.8


def test_shapes_are_checked():
    truth = kp.KeypointTruth(torch.zeros(1).long(), torch.zeros(1, 14, 3), torch.ones(1), torch.ones(1, 4))
    with pytest.raises(VitruveError, match="14 annotated ones, 17 sigmas"):
        kp.coco_ap(kp.KeypointDetections(torch.zeros(1).long(), torch.zeros(1, 17, 2), torch.ones(1)), truth, SIGMAS)


def test_pck_family():
    g = torch.zeros(2, 3, 2)
    p = g + torch.tensor([3.0, 4.0])
    visible = torch.tensor([[True, True, False], [True, False, False]])
    norm = torch.tensor([[100.0, 100], [50, 50]])
    result = kp.pck(p, g, visible, 0.06, norm)
    assert result.joints[:2].tolist() == [0.5, 1] and result.joints[2].isnan() and result.mean == 0.75 and result.count == 2
    assert kp.epe(p, g, visible) == pytest.approx(5)
    assert kp.nme(p, g, visible, norm) == pytest.approx((0.05 + 0.05 + 0.1) / 3)
    # 5 px of 100: right from the second threshold, 0.05 excluded
    assert kp.pck_auc(p, g, visible, 100.0) == pytest.approx(18 / 20)


def test_pckh():
    g = torch.rand(4, 16, 2) * 100
    head = torch.tensor([[0.0, 0, 30, 40]]).repeat(4, 1)
    visible = torch.ones(4, 16, dtype=torch.bool)
    # 0.6 * 50 / 2 = 15 px
    p = g.clone()
    p[:, [6, 7]] += 500
    p[:2, [10, 15]] += torch.tensor([15.1, 0])
    p[2:, [10, 15]] += torch.tensor([14.9, 0])
    out = kp.pckh(p, g, visible, head)
    assert out["wrist"] == 0.5 and out["knee"] == 1 and out["mean"] == pytest.approx(13 / 14)
