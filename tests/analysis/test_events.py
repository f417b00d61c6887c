"""Events of motions that were built to have them, and of real jumps, turns and walks."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from tests.analysis.synthetic import SMPL, puppet, standing, turned, walker

import vitruve as vt
from vitruve.analysis import find_events
from vitruve.analysis.events import foot_contact
from vitruve.core.contacts import Contacts, detect_contacts
from vitruve.errors import FormatError, ShapeError, SkeletonError

FEET = ("left_ankle", "left_foot", "right_ankle", "right_foot")


def grounded(frames: int, off: slice | None = None) -> Contacts:
    flags = torch.ones(frames, 4, dtype=torch.bool)
    if off is not None:
        flags[off] = False
    return Contacts(FEET, flags, 0.0)


def test_walk():
    motion, contacts = walker(step_time=0.5, stance=0.6, fps=100.0)
    events = find_events(motion, contacts)
    assert [e.start for e in events.of("foot_strike", "left")] == pytest.approx([1, 2, 3, 4, 5])
    assert [e.start for e in events.of("foot_strike", "right")] == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5])
    assert [e.start for e in events.of("foot_off", "left")] == pytest.approx([0.6, 1.6, 2.6, 3.6, 4.6])
    assert [(e.start, e.end) for e in events.of("stride", "right")] == [(0.5, 1.5), (1.5, 2.5), (2.5, 3.5), (3.5, 4.5)]
    assert [e.value for e in events.of("step", "left")] == pytest.approx([0.7] * 4)
    assert [e.value for e in events.of("step", "right")] == pytest.approx([0.6] * 4)
    assert all(e.details["width"] == pytest.approx(0.2) for e in events.of("step"))
    assert not events.of("jump") and not events.of("turn") and not events.of("still")
    assert [e.start for e in events] == sorted(e.start for e in events)


def test_walk_seen_from_elsewhere():
    motion, contacts = walker()
    for a, b in zip(find_events(motion, contacts), find_events(turned(motion, 77), contacts)):
        assert (a.type, a.frame, a.side) == (b.type, b.frame, b.side)
        assert a.value == (None if b.value is None else pytest.approx(b.value))
        assert a.details == pytest.approx(b.details)


def test_flicker_is_no_event():
    motion, contacts = walker(fps=100.0)
    flags = contacts.flags.clone()
    flags[30:33, 0] = False
    flags[80:84, 0] = True
    noisy = Contacts(contacts.joints, flags, 0.0)
    assert torch.equal(foot_contact(motion, noisy)["left"], contacts.flags[:, 0])
    assert find_events(motion, noisy) == find_events(motion, contacts)


def jump(height: float, fps: float = 100.0) -> tuple[np.ndarray, slice, float]:
    """Standing, a free flight of the whole body, standing again: positions, flight, flight time."""
    flight = np.sqrt(8 * height / 9.81)
    n = round(flight * fps)
    points = standing(100 + n)
    time = np.arange(n) / fps
    points[50 : 50 + n, :, 1] += (9.81 / 2 * time * (n / fps - time))[:, None]
    return points, slice(50, 50 + n), n / fps


@pytest.mark.parametrize("height", [0.08, 0.3, 0.6])
def test_jump_height(height):
    points, off, flight = jump(height)
    (found,) = find_events(puppet(points, 100.0), grounded(len(points), off)).of("jump")
    assert (found.start, found.end) == (0.5, 0.5 + flight)
    assert found.value == pytest.approx(height, abs=0.01) and found.unit == "m"
    assert found.details["height_by_pelvis"] == pytest.approx(height, abs=0.01)
    assert found.details["flight_time"] == pytest.approx(flight)


def test_no_jump_without_free_fall():
    # lifted by hands: feet off, the pelvis rises evenly and comes down evenly
    points = standing(200)
    points[50:150, :, 1] += (0.3 * np.minimum(np.arange(100), np.arange(100)[::-1]) / 50)[:, None]
    assert not find_events(puppet(points, 100.0), grounded(200, slice(50, 150))).of("jump")
    # a running step: in the air, but hardly up
    points, off, _ = jump(0.03)
    assert not find_events(puppet(points, 100.0), grounded(len(points), off)).of("jump")


@pytest.mark.parametrize("degrees,side", [(90, "left"), (-180, "right"), (450, "left")])
def test_turn(degrees, side):
    fps, frames = 50.0, 300
    yaw = np.deg2rad(degrees) * np.clip((np.arange(frames) - 100) / 100, 0, 1)
    turn = Rotation.from_rotvec(np.outer(yaw, [0, 1, 0])).as_matrix()
    points = np.einsum("tij,tkj->tki", turn, standing(frames))
    (found,) = find_events(puppet(points, fps), grounded(frames)).of("turn")
    assert found.side == side and found.unit == "rad"
    assert found.value == pytest.approx(np.deg2rad(degrees), rel=0.03)
    assert found.start == pytest.approx(2, abs=0.4) and found.end == pytest.approx(4, abs=0.4)


def test_small_turns_are_not_events():
    frames = 300
    yaw = np.deg2rad(15) * np.sin(np.arange(frames) / 10)
    points = np.einsum("tij,tkj->tki", Rotation.from_rotvec(np.outer(yaw, [0, 1, 0])).as_matrix(), standing(frames))
    assert not find_events(puppet(points, 50.0), grounded(frames)).of("turn")


def test_stillness():
    fps, frames = 50.0, 250
    points = standing(frames)
    wave = SMPL.index("left_wrist")
    points[100:150, wave, 1] += 0.1 * np.sin(np.arange(50) * 2 * np.pi / 25)
    events = find_events(puppet(points, fps), grounded(frames)).of("still")
    assert len(events) == 2
    assert events[0].start == 0 and events[0].end == pytest.approx(2, abs=0.15)
    assert events[1].start == pytest.approx(3, abs=0.15) and events[1].end == 5


def test_to_json(tmp_path):
    motion, contacts = walker()
    events = find_events(motion, contacts)
    events.to_json(tmp_path / "events.json")
    rows = json.loads((tmp_path / "events.json").read_text())
    assert rows == events.to_list() and len(rows) == len(events)
    assert {"type", "start", "end", "frame", "side", "value", "unit"} <= set(rows[0])
    assert events.counts() == {"foot_strike": 10, "foot_off": 10, "stride": 8, "step": 8}
    with pytest.raises(FormatError):
        events.to_json(tmp_path / "nowhere" / "events.json")


def test_bad_contacts():
    motion, contacts = walker()
    with pytest.raises(ShapeError, match="expected 501 frames, found 10"):
        find_events(motion, Contacts(contacts.joints, contacts.flags[:10], 0.0))
    with pytest.raises(SkeletonError, match="'head' is of neither foot"):
        find_events(motion, Contacts(("head", "left_foot"), contacts.flags, 0.0))


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_short_clips(frames):
    assert len(find_events(puppet(standing(frames), 30.0), grounded(frames))) == 0


@pytest.mark.realdata
def test_real_jump(data):
    motion = vt.load(data / "cmu_mocap/cmu_8actions_train.npz", clip="train/jumping/jumping_1")
    (found,) = find_events(motion, detect_contacts(motion)).of("jump")
    assert 0.2 < found.value < 0.6
    assert found.details["height_by_pelvis"] == pytest.approx(found.value, abs=0.1)


@pytest.mark.realdata
@pytest.mark.parametrize("side", ["left", "right"])
def test_real_turn(data, side):
    motion = vt.load(data / "bandai_namco_motion/motions.npz", clip=f"dataset-2_walk-turn-{side}_normal_010")
    (found,) = find_events(motion, detect_contacts(motion)).of("turn")
    assert found.side == side and 60 < np.rad2deg(abs(found.value)) < 200


@pytest.mark.realdata
@pytest.mark.parametrize("clip", ["dataset-1_walk_normal_001", "dataset-2_walk_normal_002"])
def test_straight_walk_is_no_turn_and_no_jump(data, clip):
    motion = vt.load(data / "bandai_namco_motion/motions.npz", clip=clip)
    counts = find_events(motion, detect_contacts(motion)).counts()
    assert "turn" not in counts and "jump" not in counts and counts["step"] >= 8
