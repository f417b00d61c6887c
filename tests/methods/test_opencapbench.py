"""OpenCapBench: markers from views, denser heads, official weights; SynthPose's labels; angles against their limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.io.mot import Table
from vitruve.methods.biomechanics.opencapbench import Config, OpenCapBench, follow, low_pass, markers_from_views, person_boxes, resample, splined
from vitruve.tasks.biomechanics import MARKERS, SETS, SYNTHPOSE52, compare_angles, mirrored, physiological_violations
from vitruve.tasks.method import Stage

TINY = OpenCapBench.tiny_config()


def rig() -> list[Camera]:
    return [Camera.look_at(torch.tensor([4 * math.sin(a), 1.3, 4 * math.cos(a)]), torch.tensor([0.0, 1.0, 0.0]), (1280, 720)) for a in (-0.8, 0.8)]


def moving(frames: int = 60) -> Poses:
    t = torch.arange(frames) / 60
    x = torch.rand(52, 3, generator=torch.Generator().manual_seed(0)) * torch.tensor([0.6, 1.8, 0.6])
    drift = torch.stack([0.1 * torch.sin(3 * t), 0.05 * torch.cos(2 * t), 0.0 * t], -1)
    return Poses((x + drift[:, None])[None], SYNTHPOSE52, 60.0)


def seen(points: Poses) -> list[Poses]:
    return [Poses(c.project(points.positions[0])[None], points.skeleton, points.fps) for c in rig()]


def test_markers_come_back_from_two_views() -> None:
    true = moving()
    found = markers_from_views(seen(true), rig(), Config())
    assert found.fps == 100
    inner = slice(20, 80)
    assert (found.positions[0, inner] - true.resample(100).positions[0, inner]).norm(dim=-1).max() < 2e-3


def test_gaps_are_filled_or_stay() -> None:
    true, views = moving(), seen(moving())
    x = views[0].positions.clone()
    x[0, 20:24, 3] = torch.nan
    x[0, 20:50, 4] = torch.nan
    views[0] = Poses(x, views[0].skeleton, views[0].fps)
    found = markers_from_views(views, rig(), Config())
    known = found.valid[0]
    assert known[:, 3].all() and not known[:, 4].all() and known[:, 5].all()
    assert (found.positions[0, 36, 3] - true.resample(100).positions[0, 36, 3]).norm() < 5e-3
    quirky = markers_from_views(views, rig(), Config(official_quirks=True))
    assert len(quirky) == 101 and quirky.positions[0, 60, 4].abs().max() == 0


def test_unsure_keypoints_do_not_count() -> None:
    views = seen(moving())
    sure = views[0].confidence.clone()
    sure[0, :, 7] = 0.2
    views[0] = replace(views[0], confidence=sure)
    assert not markers_from_views(views, rig(), Config()).valid[0, :, 7].any()
    assert markers_from_views(views, rig(), Config(min_confidence=0.1)).valid[0, :, 7].all()


def test_of_several_people_the_nearest_is_followed() -> None:
    views, alone = seen(moving()), markers_from_views(seen(moving()), rig(), Config())
    # somebody half as large, before or after the subject among the people of the view
    others = [0.5 * v.positions + 20 for v in views]
    crowds = [torch.cat([views[0].positions, others[0]]), torch.cat([others[1], views[1].positions])]
    with pytest.raises(OptionError, match="2 people in a view without image_size"):
        markers_from_views([Poses(x, SYNTHPOSE52, 60.0) for x in crowds], rig(), Config())
    crowded = [Poses(x, SYNTHPOSE52, 60.0, image_size=(1280, 720)) for x in crowds]
    assert torch.equal(markers_from_views(crowded, rig(), Config()).positions, alone.positions)


def test_who_jumps_is_no_longer_followed() -> None:
    people = torch.rand(2, 12, 52, 3, generator=torch.Generator().manual_seed(0)).clamp_min(0.01)
    people[..., 2] = 0.9
    people[0, :, :, :2] = 300 + 100 * people[0, :1, :, :2]
    people[0, 8:, :, 0] += 400
    people[0, 2, :, :2] *= 1.05
    found = follow(people, (1280, 720))
    assert torch.equal(found[:8], people[0, :8]) and not found[8:].any()
    assert not follow(people * torch.tensor([1, 1, 0.5]), (1280, 720)).any()


def test_views_that_do_not_fit_are_refused() -> None:
    views = seen(moving())
    with pytest.raises(OptionError, match="1 views and 2 cameras"):
        markers_from_views(views[:1], rig(), Config())
    with pytest.raises(OptionError, match="differ"):
        markers_from_views([views[0], views[1][:30]], rig(), Config())


def test_low_pass_keeps_what_is_slow() -> None:
    t = torch.arange(120) / 60
    slow, fast = torch.sin(2 * math.pi * 1 * t), torch.sin(2 * math.pi * 25 * t)
    x = torch.stack([slow + fast, slow], -1)[None]
    out = low_pass(x, 60, 6.0)[0]
    assert (out[20:100, 0] - slow[20:100]).abs().max() < 0.02 and (out[20:100, 1] - slow[20:100]).abs().max() < 0.01


def test_long_gaps_are_not_splined() -> None:
    x = torch.arange(20.0)[None, :, None].repeat(1, 1, 3).double() + 1
    sure = torch.ones(1, 20)
    for start, end in ((4, 8), (10, 15)):
        sure[0, start:end] = 0
        x[0, start:end] = 0
    out = splined(x, sure)
    assert out[0, 4:8].gt(0).all() and out[0, 10:15].eq(0).all()
    assert len(resample(x, 60)[0]) == 32 and len(resample(x, 60, official_quirks=True)[0]) == 35


def test_boxes_are_raised_for_the_head_and_ignore_zeros() -> None:
    x = torch.tensor([[[100.0, 200.0], [200.0, 400.0], [0.0, 0.0]], [[0.0, 0.0]] * 3])
    assert person_boxes(x)[0].tolist() == pytest.approx([100, 190, 100, 210])
    assert person_boxes(x)[1].tolist() == [0, 0, 0, 0]


def test_widened_head_keeps_what_it_knew() -> None:
    torch.manual_seed(0)
    sparse = OpenCapBench(TINY).eval()
    dense = sparse.widen().eval()
    x = torch.rand(2, 3, 64, 64)
    assert torch.allclose(dense(x)[:, :17], sparse(x), atol=1e-6) and dense(x).shape[1] == 52


def test_first_stage_learns_the_joints_alone() -> None:
    torch.manual_seed(0)
    model = OpenCapBench(replace(TINY, markers="synthpose52"))
    batch = model.example_batch(2, torch.Generator().manual_seed(0))
    model.start_stage(Stage("joints"))
    sum(model.losses(batch).values()).backward()
    head = model.network.final_layer.weight.grad
    assert head[:17].abs().sum() > 0 and head[17:].abs().sum() == 0
    model.start_stage(Stage("markers"))
    sum(model.losses(batch).values()).backward()
    assert model.network.final_layer.weight.grad[17:].abs().sum() > 0


def test_official_vitpose_is_read_strictly() -> None:
    torch.manual_seed(0)
    config = replace(TINY, markers="synthpose52", backbone="vitpose", codec="udp")
    model = OpenCapBench(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.uniform_(-0.05, 0.05)
    state = dict(model.network.state_dict())
    again = OpenCapBench.from_official(state, input_size=(64, 64), heads=2, filters=32)
    x = torch.rand(1, 3, 64, 64)
    assert torch.equal(again(x), model(x)) and again.config.depth == 2
    state.pop("head.conv.bias")
    with pytest.raises(FormatError, match="head.conv.bias"):
        OpenCapBench.from_official(state, input_size=(64, 64), heads=2, filters=32)


def test_pictures_of_another_size_are_refused() -> None:
    with pytest.raises(ShapeError, match="64"):
        OpenCapBench(TINY)(torch.rand(1, 3, 96, 64))
    with pytest.raises(OptionError, match="multiples of 32"):
        Config(backbone="resnet", input_size=(100, 96))


def test_left_and_right_markers_swap() -> None:
    swap = mirrored(SYNTHPOSE52)
    names = SYNTHPOSE52.joints
    assert all(swap[swap[i]] == i for i in range(52))
    pairs = {names[i]: names[j] for i, j in enumerate(swap)}
    assert pairs["r_ASIS"] == "l_ASIS" and pairs["rshoulder"] == "lshoulder" and pairs["left_knee"] == "right_knee" and pairs["C7"] == "C7"
    assert len(MARKERS) == 35 and mirrored(SETS["coco17"]) == SETS["coco17"].swap


def table(columns: dict[str, np.ndarray]) -> Table:
    return Table(tuple(columns), np.column_stack(list(columns.values())), in_degrees=True)


def test_angle_errors_are_per_degree_of_freedom() -> None:
    t = np.arange(100) / 100
    true = {"time": t, "knee_angle_r": 40 + 20 * np.sin(6 * t), "knee_angle_l": 40 - 20 * np.sin(6 * t), "hip_rotation_r": 0 * t, "lumbar_rotation": 5 * t}
    found = {**true, "hip_rotation_r": true["hip_rotation_r"] + 3.0}
    scores = compare_angles([(table(found), table(true))], align=False)
    assert scores.rmse["hip_rotation_r"] == pytest.approx(3) and scores.rmse["knee_angle"] == pytest.approx(0)
    with pytest.raises(OptionError, match="hip_rotation_r"):
        compare_angles([(table({k: v for k, v in found.items() if k != "hip_rotation_r"}), table(true))])


def test_limits_of_a_body_are_checked() -> None:
    coordinate = pytest.importorskip("vitruve.analysis.opensim").Coordinate
    t = np.arange(50) / 100
    ranges = {n: coordinate(0.0, 140.0, True, False, False) for n in ("knee_angle_r", "knee_angle_l", "ankle_angle_r")}
    columns = {"time": t, "knee_angle_r": 20 + 0 * t, "knee_angle_l": -8 + 0 * t, "ankle_angle_r": 10 + 0 * t}
    columns["ankle_angle_r"][25:] = 60.0
    found = {v.coordinate: v for v in physiological_violations(table(columns), ranges)}
    assert set(found) == {"knee_angle_l", "ankle_angle_r"}
    assert found["knee_angle_l"].kind == "range" and found["knee_angle_l"].share == 1 and found["ankle_angle_r"].kind == "speed"
