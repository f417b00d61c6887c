"""The main job: what it writes, what it refuses, and that nothing is half there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.errors import OptionError, VitruveError
from vitruve.pipeline import Options, run_inputs
from vitruve.pipeline.stages import analyse

QUICK = Options(body="procedural", video=False, report=False)


def test_outputs_open_and_agree(tmp_path: Path) -> None:
    result = vt.run("sample:walk", tmp_path, body="procedural", video=False)
    names = {"angles.csv", "body.glb", "body.npz", "events.json", "motion.bvh", "motion.npz", "range_of_motion.csv", "report.html", "summary.json"}
    assert set(result.files) == names
    source = vt.sample("walk")
    again = vt.load(result.files["motion.npz"])
    assert torch.equal(again.rotations, source.rotations) and torch.equal(again.translation, source.translation)
    bvh = vt.load(result.files["motion.bvh"])
    assert np.allclose(bvh.fk().positions, source.fk().positions, atol=1e-4)
    body = vt.load(result.files["body.npz"])
    assert body.num_frames == source.num_frames
    events = json.loads(result.files["events.json"].read_text())
    assert {e["type"] for e in events["events"]} >= {"foot_strike", "foot_off"}
    person = result.summary["people"][0]
    assert person["fit_residual_mm"] < 60 and person["contact_slide_cm_s"] < 2 and person["bone_length_spread_m"] == 0


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    file = vt.save(vt.sample("walk")[:60], tmp_path / "walk.bvh")
    first = run_inputs([str(file)], tmp_path / "out", QUICK)[0]
    stamp = (first.folder / "summary.json").stat().st_mtime_ns
    assert run_inputs([str(file)], tmp_path / "out", QUICK)[0].summary["reused"]
    assert (first.folder / "summary.json").stat().st_mtime_ns == stamp
    vt.save(vt.sample("walk")[:50], file)
    assert run_inputs([str(file)], tmp_path / "out", QUICK)[0].summary["frames"] == 50


def test_another_input_of_the_same_name_keeps_its_own_folder(tmp_path: Path) -> None:
    walk = vt.sample("walk")[:40]
    a, b = vt.save(walk, tmp_path / "walk.bvh"), vt.save(walk, tmp_path / "walk.npz")
    folders = [run_inputs([str(f)], tmp_path / "out", QUICK)[0].folder.name for f in (a, b)]
    assert folders == ["walk", "walk-npz"]


def test_goes_on_after_a_bad_file_and_says_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vt.save(vt.sample("walk")[:40], tmp_path / "good.bvh")
    (tmp_path / "bad.bvh").write_text("HIERARCHY\nROOT hips\n{\n")
    with pytest.raises(VitruveError, match="^1 of 2 inputs failed$"):
        run_inputs([str(tmp_path)], tmp_path / "out", QUICK)
    assert re.fullmatch(r"failed bad: \S+bad.bvh:3: .+\n", capsys.readouterr().err)
    assert (tmp_path / "out" / "good" / "summary.json").is_file()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["good"]


def _one_view(frames: int, **about: object) -> vt.Poses:
    walk = vt.sample("walk")[:frames].poses().map_to(vt.skeleton("halpe26"))
    camera = vt.Camera.look_at(walk.positions[0, 0, 19] + torch.tensor([3.0, 0.2, 4.0]), walk.positions[0, 0, 19], (1280, 960))
    return vt.Poses(camera.project(walk.positions[0])[None], walk.skeleton, walk.fps, **about)  # type: ignore[arg-type]


def test_one_camera_is_lifted_and_says_what_is_not_known(tmp_path: Path) -> None:
    vt.save(_one_view(40, image_size=(1280, 960)), tmp_path / "view.json")
    result = vt.run(tmp_path / "view.json", tmp_path / "out", body="procedural", video=False, report=False)
    assert {"keypoints.csv", "angles.csv", "body.glb", "summary.json"} <= set(result.files)
    assert any("one camera" in note and "stays in place" in note for note in result.summary["notes"])
    # how unsure each joint is, frame by frame
    head, *rows = (line.split(",") for line in result.files["uncertainty.csv"].read_text().splitlines())
    assert head[:2] == ["time", "root_mm"] and len(rows) == 40 and float(rows[1][0]) == pytest.approx(1 / 30, abs=1e-4)
    unsure = result.summary["people"][0]["uncertainty_mm"]
    column = [float(row[head.index("left_wrist_mm")]) for row in rows]
    assert unsure["root"] == 0 < unsure["left_wrist"] == pytest.approx(sum(column) / len(column), abs=0.1)


def test_one_camera_without_image_size_says_what_is_impossible(tmp_path: Path) -> None:
    vt.save(_one_view(30), tmp_path / "view.npz")
    result = vt.run(tmp_path / "view.npz", tmp_path / "out", video=False, report=False)
    assert set(result.files) == {"keypoints.npz", "keypoints.csv", "summary.json"}
    assert any("no depth" in note and "image_size" in note for note in result.summary["notes"])


def test_views_with_cameras_become_a_body(tmp_path: Path) -> None:
    from vitruve.io.cameras import write_cameras

    walk = vt.sample("walk")[:40].poses()
    middle = walk.positions[0, 20, 0]
    eyes = [torch.tensor([4.0, 0.8, 0.0]), torch.tensor([-3.0, 1.0, 3.0]), torch.tensor([0.0, 1.2, -4.5])]
    cameras = {f"cam{i}": vt.Camera.look_at(middle + e, middle, (1280, 720)) for i, e in enumerate(eyes)}
    points = walk.map_to(vt.skeleton("halpe26"))
    files = []
    for name, camera in cameras.items():
        seen = vt.Poses(camera.project(points.positions[0])[None], points.skeleton, points.fps, image_size=(1280, 720))
        files.append(str(vt.save(seen, tmp_path / f"{name}.json")))
    write_cameras(cameras, tmp_path / "calibration.json")
    result = run_inputs(files, tmp_path / "out", Options(body="procedural", video=False, report=False, cameras=tmp_path / "calibration.json"))[0]
    assert result.summary["people"][0]["frames"] == 40
    with pytest.raises(OptionError, match="2 views but 3 cameras"):
        vt.run(files[:2], tmp_path / "out2", cameras=tmp_path / "calibration.json")


def test_nothing_to_run_on() -> None:
    with pytest.raises(OptionError, match="nothing to run on"):
        run_inputs([], Path("out"), QUICK)


@pytest.mark.parametrize("kind", ["rotations", "positions"])
def test_an_analysis_in_blocks_of_frames_is_that_of_the_whole(kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    walk = vt.sample("walk")
    source = walk if kind == "rotations" else walk.poses().map_to(vt.skeleton("smpl24"))
    whole = analyse(source, "procedural")
    monkeypatch.setattr("vitruve.core.timeline.BLOCK", 64)
    parts = analyse(source, "procedural")
    same = {"rtol": 1e-6, "atol": 1e-6}
    torch.testing.assert_close(parts.motion.rotations, whole.motion.rotations, **same)
    torch.testing.assert_close(parts.body.motion.rotations, whole.body.motion.rotations, **same)
    torch.testing.assert_close(parts.body.motion.translation, whole.body.motion.translation, **same)
    torch.testing.assert_close(parts.body.residual, whole.body.residual, **same)
    torch.testing.assert_close(parts.angles.values, whole.angles.values, rtol=1e-5, atol=1e-4, equal_nan=True)
    assert torch.equal(parts.contacts.flags, whole.contacts.flags)
    assert parts.events.counts() == whole.events.counts() and parts.gait.strides == whole.gait.strides
    assert [s.label for s in parts.actions] == [s.label for s in whole.actions]
    whole.angles.to_csv(tmp_path / "whole.csv")
    rows = (tmp_path / "whole.csv").read_text().splitlines()
    assert len(rows) == 1 + len(walk) and rows[0].startswith("time,")


@pytest.mark.parametrize("summary", [None, "broken", "{}", '{"input": 1}'])
def test_a_folder_of_something_else_is_left_alone(summary: str | None, tmp_path: Path) -> None:
    mine = tmp_path / "walk" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    if summary is not None:
        (mine.parent / "summary.json").write_text(summary)
    for force in (False, True):
        with pytest.raises(OptionError, match="not one of a run"):
            vt.run("sample:walk", tmp_path, force=force, body="procedural", video=False, report=False)
    assert mine.read_text() == "mine"


def test_the_size_of_the_image_can_be_told(tmp_path: Path) -> None:
    flat = vt.sample("walk2d")[:30]
    bare = vt.save(vt.Poses(flat.positions, flat.skeleton, flat.fps), tmp_path / "flat.json")
    options = {"body": "procedural", "video": False, "report": False}
    assert "fit_residual_mm" in vt.run(bare, tmp_path / "out", image_size=(1280, 720), **options).summary["people"][0]
    with pytest.raises(OptionError, match="2D keypoints"):
        vt.run("sample:walk", tmp_path / "out", image_size=(1280, 720), **options)


def test_views_take_a_frame_rate(tmp_path: Path) -> None:
    from vitruve.io.cameras import write_cameras
    from vitruve.pipeline.stages import read

    flat = vt.sample("walk2d")[:20]
    camera = vt.Camera.look_at(torch.tensor([4.0, 1.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), (1280, 720))
    write_cameras({"a": camera, "b": camera}, tmp_path / "c.json")
    table = tmp_path / "flat.npz"
    vt.save(flat, table)
    with pytest.raises(OptionError, match="native format has no option fps"):
        # arrays of vitruve's own say their rate: telling another is refused, which shows that it arrives
        read([table, table], Options(cameras=tmp_path / "c.json", fps=50.0))
