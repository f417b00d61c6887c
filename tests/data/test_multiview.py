"""Multi-view data: simulated scenes and their detector, the layouts of Campus, Shelf and Panoptic, and Shelf itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tests.core.test_geometry import ring

from vitruve.core.camera import Camera
from vitruve.core.standards import skeleton
from vitruve.data.lifting import WorldJoints
from vitruve.data.multiview import ViewNoise, every, panoptic, read_actors, read_detections, simulate
from vitruve.errors import FormatError


def figures(count: int = 5) -> WorldJoints:
    """Stick figures of `panoptic15`, standing on the floor."""
    s = skeleton("panoptic15")
    g = torch.Generator().manual_seed(0)
    x = torch.rand(count, 15, 3, generator=g) * torch.tensor([0.4, 1.6, 0.3])
    return WorldJoints(x, torch.zeros(count, dtype=torch.int64), ("01",), s)


def test_simulated_people_stand_apart_and_are_seen_where_they_are():
    cameras = Camera.stack(ring(3))
    scene = simulate(figures(), cameras, 30, 0, people=(1, 3))
    assert scene.truth is not None
    roots = scene.truth.positions[:, :, 2, [0, 2]]
    apart = (roots[:, None] - roots[None]).norm(dim=-1)
    assert apart[apart > 0].nan_to_num(9.0).min() > 0.6
    counts = scene.truth.valid.any(-1).sum(0)
    assert counts.min() >= 1 and counts.max() <= 3 and len(set(counts.tolist())) > 1
    # exact detections are projections of the truth
    pixels = cameras[1].to(torch.float32).project(scene.truth.positions.transpose(0, 1).flatten(0, 2)).view(30, 3, 15, 2)
    found = scene.points[:, 1, :3]
    known = found.isfinite().all(-1)
    assert known.float().mean() > 0.3 and torch.allclose(found[known], pixels[known], atol=1e-3)
    again = simulate(figures(), cameras, 30, 0, people=(1, 3))
    assert torch.equal(again.points.nan_to_num(), scene.points.nan_to_num())
    assert not torch.equal(simulate(figures(), cameras, 30, 1, people=(1, 3)).points.nan_to_num(), scene.points.nan_to_num())
    assert len(every(scene, 4)) == 8


def test_detector_noise_does_what_it_says():
    s = skeleton("panoptic15")
    pixels = torch.rand(400, 2, 1, 15, 2, generator=torch.Generator().manual_seed(1)) * 200 + 400
    g = torch.Generator().manual_seed(2)
    x, confidence = ViewNoise(4.0, 0.1, 0.2)(pixels, s, (1000, 1000), g)
    assert x.shape == (400, 2, 2, 15, 2)
    known = x[:, :, :1].isfinite().all(-1)
    assert abs(float(known.float().mean()) - 0.9) < 0.01 and torch.equal(known, confidence[:, :, :1] > 0)
    assert abs(float((x[:, :, :1] - pixels)[known].std()) - 4.0) < 0.1
    # ghosts, seen less clearly
    ghosts = x[:, :, 1].isfinite().all(-1).any(-1)
    assert 0.1 < float(ghosts.float().mean()) < 0.25 and confidence[:, :, 1].max() <= 0.6
    wrong, _ = ViewNoise(0.0, 0.0, 0.0, limbs=0.3)(pixels, s, (1000, 1000), g)
    off = ((wrong[:, :, 0] - pixels[:, :, 0]).norm(dim=-1) > 1).sum(-1)
    share = float((off > 0).float().mean())
    # one limb of three joints, less what is off the picture
    assert 0.25 < share < 0.35 and set(off.tolist()[0]) <= {0, 1, 2, 3}


def test_panoptic_layout(tmp_path):
    folder = tmp_path / "scene"
    (folder / "hdPose3d_stage1_coco19").mkdir(parents=True)
    camera = {"name": "00_03", "K": [[1000, 0, 960], [0, 1000, 540], [0, 0, 1]], "distCoef": [0] * 5, "R": np.eye(3).tolist(), "t": [[0], [0], [300]]}
    (folder / "calibration_scene.json").write_text(json.dumps({"cameras": [{**camera, "resolution": [1920, 1080]}]}))
    joints = np.tile([10.0, -100.0, 20.0, 0.9], (19, 1))
    joints[1, 3] = 0.05
    hipless = joints.copy()
    hipless[2, 3] = 0.0
    bodies = [{"id": 7, "joints19": joints.ravel().tolist()}, {"id": 8, "joints19": hipless.ravel().tolist()}]
    (folder / "hdPose3d_stage1_coco19" / "body3DScene_00000001.json").write_text(json.dumps({"bodies": bodies}))
    cameras, people = panoptic(folder, ("00_03",))
    assert torch.allclose(people.positions[0, 0, 0], torch.tensor([0.1, 1.0, -0.2])) and people.positions[0, 0, 1].isnan().all()
    assert not people.valid[1].any() and people.ids.tolist() == [7, 8]
    # (10, -100, 20) cm at depth 320 cm
    assert torch.allclose(cameras["00_03"].project(people.positions[0, 0, :1].double())[0], torch.tensor([960 + 31.25, 540 - 312.5]).double(), atol=1e-3)
    with pytest.raises(FormatError, match="00_99"):
        panoptic(folder, ("00_99",))
    with pytest.raises(FormatError, match="body3DScene"):
        panoptic(tmp_path)


def test_detections(tmp_path):
    path = tmp_path / "pred.json"
    pose = [[float(j), 2.0 * j, 0.5] for j in range(17)]
    path.write_text(json.dumps({"0_300": [{"pred": pose}, {"pred": pose}], "1_301": [{"pred": pose}]}))
    cameras = ring(2)
    views = read_detections(path, cameras, (300, 301))
    assert [v.num_people for v in views] == [2, 1] and views[0].camera is cameras[0]
    assert torch.equal(views[1].positions[0, 1, 3], torch.tensor([3.0, 6.0])) and not views[1].valid[0, 0].any()
    path.write_text(json.dumps({"0_300": [{"pred": pose[:5]}]}))
    with pytest.raises(FormatError, match="17 joints"):
        read_detections(path, cameras, (300,))
    with pytest.raises(FormatError, match="actor3D"):
        read_actors(path)


@pytest.mark.realdata
def test_stored_samples(data):
    samples = data / "photo_pose_samples"
    campus, shelf14 = read_actors(samples / "campus/actorsGT.mat"), read_actors(samples / "shelf/actorsGT.mat")
    assert campus.positions.shape == (3, 3, 14, 3) and shelf14.positions.shape == (4, 3, 14, 3)
    # heads above feet, feet near the floor
    for people in (campus, shelf14):
        x = people.positions[people.valid.all(-1)]
        assert (x[:, 13, 1] - x[:, 0, 1]).min() > 1.2 and x[:, 0, 1].abs().max() < 0.4
    cameras, people = panoptic(samples / "panoptic_body3d/160906_band1")
    assert len(cameras) == 5 and people.positions.shape == (3, 2, 15, 3)
    x = people.positions[people.valid]
    assert all((c.project(x.double()) > 0).all() for c in cameras.values()) and 0 < x[:, 1].min() and x[:, 1].max() < 2.2


@pytest.mark.realdata
def test_shelf(data):
    from vitruve.data import check

    assert check("shelf", data).ok
