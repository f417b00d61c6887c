"""Gait parameters of a walker built from them, and of real walks."""

from __future__ import annotations

import json
import tarfile

import numpy as np
import pytest
import torch
from tests.analysis.synthetic import SMPL, puppet, standing, t_pose, turned, walker
from tests.analysis.test_events import grounded, jump

import vitruve as vt
from vitruve.analysis import cycles, find_events, gait_parameters
from vitruve.analysis.events import Events
from vitruve.core.contacts import Contacts, detect_contacts
from vitruve.errors import OptionError


@pytest.mark.parametrize("heading", [0, 130])
@pytest.mark.parametrize("step_time,stance,left,right,width", [(0.5, 0.6, 0.7, 0.6, 0.2), (0.6, 0.65, 0.4, 0.5, 0.1), (0.4, 0.5, 0.8, 0.8, 0.05)])
def test_walker_gives_back_what_it_was_built_from(step_time, stance, left, right, width, heading):
    motion, contacts = walker(step_time, stance, left, right, width)
    motion = turned(motion, heading)
    gait = gait_parameters(motion, contacts, find_events(motion, contacts))
    close = lambda x: pytest.approx(x, abs=1e-6)  # noqa: E731
    assert gait.reason is None and gait.strides == 8
    assert gait.cadence == close(60 / step_time)
    assert gait.speed == close((left + right) / (2 * step_time))
    for side, length in (("left", left), ("right", right)):
        assert gait.step_length[side].mean == close(length) and gait.step_length[side].n == 4
        assert gait.stride_length[side].mean == close(left + right)
        assert gait.step_time[side].mean == close(step_time) and gait.stride_time[side].mean == close(2 * step_time)
        assert gait.stance[side].mean == close(100 * stance) and gait.swing[side].mean == close(100 - 100 * stance)
        assert gait.stance[side].sd == close(0)
    assert gait.step_width.mean == close(width)
    assert gait.double_support.mean == close(200 * stance - 100)
    assert gait.symmetry == {"step_length": close(200 * (left - right) / (left + right)), "step_time": close(0), "stance": close(0)}


def test_to_dict_is_json():
    motion, contacts = walker()
    plain = json.loads(json.dumps(gait_parameters(motion, contacts, find_events(motion, contacts)).to_dict()))
    assert plain["step_length"]["left"]["mean"] == pytest.approx(0.7) and plain["step_width"]["n"] == 8


def test_to_rows():
    motion, contacts = walker()
    rows = dict(gait_parameters(motion, contacts, find_events(motion, contacts)).to_rows())
    assert rows["cadence"] == "120 steps/min" and rows["left step length"].startswith("0.7 ±") and rows["step length symmetry"] == "15.4 %"


def test_no_gait_says_why():
    standing_still = puppet(standing(60), 30.0)
    gait = gait_parameters(standing_still, grounded(60), find_events(standing_still, grounded(60)))
    assert gait.cadence is None and gait.step_length is None and "found 0" in gait.reason
    assert gait.to_rows() == [("gait", f"none: {gait.reason}")]
    motion, contacts = walker(strides=5)
    short, flags = motion[:130], Contacts(contacts.joints, contacts.flags[:130], 0.0)
    assert "found 0" in gait_parameters(short, flags, find_events(short, flags)).reason


def test_hops_are_no_gait():
    points, off, _ = jump(0.2)
    hops = np.concatenate([points] * 4)
    flags = torch.cat([grounded(len(points), off).flags] * 4)
    motion, contacts = puppet(hops, 100.0), Contacts(grounded(1).joints, flags, 0.0)
    events = find_events(motion, contacts)
    assert events.counts()["jump"] == 4 and "stride" not in events.counts()
    assert gait_parameters(motion, contacts, events).cadence is None


def test_events_of_another_rate():
    motion, contacts = walker()
    with pytest.raises(OptionError, match="30 frames/s"):
        gait_parameters(motion, contacts, Events((), 30.0))


def test_cycles():
    time = np.linspace(0, 4, 401)
    wave = torch.from_numpy(np.stack([np.sin(2 * np.pi * time), time], -1))
    spans = cycles(wave, [0, 100, 200.0, 300])
    assert spans.shape == (3, 101, 2)
    torch.testing.assert_close(spans[0, :, 0], spans[2, :, 0])
    np.testing.assert_allclose(spans[1, :, 1], np.linspace(1, 2, 101))
    assert cycles(wave[:, 0], [10, 55], n=11).shape == (1, 11)
    assert cycles(wave, [5]).shape == (0, 101, 2)
    with pytest.raises(OptionError, match="ascending"):
        cycles(wave, [100, 50])
    with pytest.raises(OptionError, match="from 0 to 400"):
        cycles(wave, [0, 401])
    with pytest.raises(OptionError, match="at least 2"):
        cycles(wave, [0, 100], n=1)


@pytest.mark.realdata
@pytest.mark.parametrize(
    "file,clip",
    [
        ("cmu_mocap/cmu_asfamc_01_02_03.npz", "02_01"),
        ("cmu_mocap/cmu_8actions_train.npz", "train/walking/walking_2"),
        ("cmu_mocap/cmu_8actions_test.npz", "test/walking_extra/walking_13"),
        ("bandai_namco_motion/motions.npz", "dataset-1_walk_normal_001"),
        ("bandai_namco_motion/motions.npz", "dataset-2_walk_normal_002"),
    ],
)
def test_real_walking_is_plausible(data, file, clip):
    motion = vt.load(data / file, clip=clip)
    contacts = detect_contacts(motion)
    gait = gait_parameters(motion, contacts, find_events(motion, contacts))
    assert 90 < gait.cadence < 130
    assert 0.8 < gait.speed < 1.8
    # two ways to the same speed: strides, and the path of the pelvis
    path = motion.fk().positions[:, motion.skeleton.index("pelvis"), ::2]
    assert gait.speed == pytest.approx((path[1:] - path[:-1]).norm(dim=-1).sum().item() / (motion.duration - 1 / motion.fps), rel=0.1)
    for side in ("left", "right"):
        # textbooks: 60 to 62; strikes come some 20 ms early, see below
        assert 55 < gait.stance[side].mean < 67
        assert 0.4 < gait.step_length[side].mean < 0.9
    assert 15 < gait.double_support.mean < 34
    assert -0.02 < gait.step_width.mean < 0.2
    assert all(abs(x) < 12 for x in gait.symmetry.values())


@pytest.mark.realdata
def test_strikes_and_offs_against_force_plates(data, tmp_path):
    """Markers of OpenSim's subject01 on a treadmill with force plates (Gait2354): events within two frames of the load's edges.

    The belt is added to the path, as if the ground stood still. Strikes come 18 to 30 ms early, for heels are furthest
    ahead just before they land; offs come 7 to 18 ms late.
    """
    folder = "opensim-models/Pipelines/Gait2354_Simbody"
    with tarfile.open(data / "opensim/opensim_models_and_trials.tar.xz") as archive:
        for name in ("subject01_walk1.trc", "subject01_walk1_grf.mot"):
            archive.extract(f"{folder}/{name}", tmp_path, filter="data")
    markers = vt.load(tmp_path / folder / "subject01_walk1.trc")
    # OpenSim walks along x, its z is to the right
    at = {n: markers.joint(n)[0].double().numpy()[:, [2, 1, 0]] * (-1, 1, 1) for n in markers.skeleton.joints}
    low = at["R.Toe.Tip"][:, 1] < np.quantile(at["R.Toe.Tip"][:, 1], 0.3)
    belt = np.median(np.gradient(at["R.Toe.Tip"][:, 2])[low])
    at = {n: x - np.outer(np.arange(len(x)), [0, 0, belt]) for n, x in at.items()}
    pelvis = (at["R.ASIS"] + at["L.ASIS"] + at["V.Sacral"]) / 3
    points = standing(markers.num_frames) - t_pose()[0] + pelvis[:, None]
    flags = []
    for side in ("left", "right"):
        for joint, marker in (("ankle", "Heel"), ("foot", "Toe.Tip")):
            x = at[f"{side[0].upper()}.{marker}"]
            points[:, SMPL.index(f"{side}_{joint}")] = x
            flags.append(np.linalg.norm(np.gradient(x, axis=0), axis=-1) * markers.fps < 0.3)
    motion = puppet(points, markers.fps)
    events = find_events(motion, Contacts(("left_ankle", "left_foot", "right_ankle", "right_foot"), torch.tensor(np.array(flags).T), 0.0))

    plates = vt.load(tmp_path / folder / "subject01_walk1_grf.mot").as_dict()
    for side, prefix in (("right", ""), ("left", "1_")):
        loaded = plates[f"{prefix}ground_force_vy"] > 20
        edges = np.flatnonzero(np.diff(loaded.astype(int))) + 1
        for kind, on in (("foot_strike", True), ("foot_off", False)):
            true = plates["time"][edges[loaded[edges] == on]]
            found = [e.start for e in events.of(kind, side)]
            # the left foot's last strike is too near the end of the clip to be seen to stand
            assert len(found) == (1 if (side, kind) == ("left", "foot_strike") else 2)
            np.testing.assert_allclose(found, true[: len(found)], atol=2 / markers.fps)
