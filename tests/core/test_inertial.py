"""Inertial recordings and virtual sensors: physics that is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.core import rotations as rot
from vitruve.core.inertial import BODY, GRAVITY, Inertial, SensorNoise, smooth_derivatives, specific_force, virtual_sensors
from vitruve.core.motion import Motion
from vitruve.core.reference import T_POSE
from vitruve.errors import OptionError, ShapeError, SkeletonError


def t_pose(frames: int = 60, fps: float = 60.0) -> Motion:
    """A body in the T-pose, facing +z."""
    s = BODY
    place = torch.tensor([T_POSE[j] for j in s.joints])
    offsets = torch.stack([place[j] - place[p] if p >= 0 else place[j] for j, p in enumerate(s.parents)])
    return Motion(rot.identity(frames, len(s)), place[:1].repeat(frames, 1), offsets, s, fps)


def test_the_body_is_walked_limb_by_limb():
    assert (
        BODY.joints[:5] == ("pelvis", "left_hip", "left_knee", "left_ankle", "left_foot")
        and BODY.joints[17] == "left_wrist"
        and BODY.joints[21] == "right_wrist"
    )
    assert all(p < j for j, p in enumerate(BODY.parents))


def test_a_body_at_rest_reads_gravity_upwards_everywhere():
    r = virtual_sensors(t_pose())
    assert r.places == BODY.joints and r.fps == 20
    assert torch.allclose(r.acceleration.norm(dim=-1), torch.tensor(GRAVITY), atol=1e-4)
    # the trunk of the reference pose leans by four degrees, its legs do not
    assert (r.acceleration[..., 1] > 0.99 * GRAVITY).all()
    assert torch.allclose(r.acceleration[:, 1:9], torch.tensor([0.0, GRAVITY, 0.0]), atol=1e-4)
    assert r.angular_velocity.abs().max() < 1e-4


def test_free_fall_reads_nothing():
    m = t_pose()
    t = torch.arange(60) / 60
    fall = Motion(m.rotations, m.translation - torch.stack([0 * t, GRAVITY * t**2 / 2, 0 * t], -1), m.offsets, m.skeleton, 60)
    assert virtual_sensors(fall, ["pelvis", "head"], stddev=0).acceleration.abs().max() < 0.02


@pytest.mark.parametrize("stddev", [0.0, 1e-6])
def test_spinning_gives_centripetal_acceleration_and_a_constant_rate(stddev):
    m, rate = t_pose(120), 3.0
    turn = rot.about("y", torch.arange(120) / 60 * rate)
    r = m.rotations.clone()
    r[:, 0] = turn
    read = virtual_sensors(Motion(r, m.translation, m.offsets, m.skeleton, 60), ["left_wrist"], stddev=stddev)
    assert torch.allclose(read.angular_velocity.norm(dim=-1), torch.tensor(rate), atol=0.01)
    # the left wrist is at (0.72, ., -0.02) from the axis, and turns with the body
    assert torch.allclose(read.acceleration[:, 0, 0], torch.tensor(-(rate**2) * 0.72), atol=0.05)
    whole = math.hypot(rate**2 * 0.72, GRAVITY, rate**2 * 0.02)
    assert torch.allclose(read.acceleration.norm(dim=-1), torch.tensor(whole), atol=0.05)


def test_readings_do_not_depend_on_where_one_faces():
    m = vt.sample("walk")
    turned = m.transform(rot.about("y", torch.tensor(1.0)), torch.tensor([3.0, 0.0, -2.0]))
    a, b = (virtual_sensors(x, ["right_wrist", "pelvis"], stddev=0) for x in (m, turned))
    assert torch.allclose(a.acceleration, b.acceleration, atol=0.02) and torch.allclose(a.angular_velocity, b.angular_velocity, atol=0.02)


def test_walking_shakes_the_ankle_more_than_the_pelvis():
    r = virtual_sensors(vt.sample("walk"), ["pelvis", "left_ankle"])
    pelvis, ankle = r.acceleration.norm(dim=-1).std(0)
    assert ankle > 1.5 * pelvis
    assert abs(float(r.acceleration[:, 0].norm(dim=-1).mean()) - GRAVITY) < 1


def test_positions_alone_will_do():
    m = vt.sample("walk")
    a, b = (virtual_sensors(x, ["pelvis", "left_knee"], stddev=0) for x in (m, m.poses()))
    # what hangs on rotations differs, how hard one is shaken does not
    assert torch.allclose(a.acceleration.norm(dim=-1), b.acceleration.norm(dim=-1), atol=1.0)


def test_places_that_are_not_there_are_named():
    headless = vt.sample("walk").poses().map_to(vt.skeleton("panoptic15"))
    with pytest.raises(SkeletonError, match="foot"):
        virtual_sensors(headless, ["left_foot"])
    with pytest.raises(SkeletonError, match="tail"):
        virtual_sensors(t_pose(), ["tail"])
    with pytest.raises(OptionError, match="5 frames"):
        virtual_sensors(t_pose(5))


def test_specific_force_in_a_tilted_sensor():
    q = rot.about("x", torch.tensor(math.pi / 2))
    # its y axis looks along the world's z, so it is its z axis that looks down
    assert torch.allclose(specific_force(torch.zeros(3), q), torch.tensor([0.0, 0.0, -GRAVITY]), atol=1e-5)


def test_derivatives_of_a_parabola_and_what_is_lost():
    t = np.arange(30) / 30
    x = np.stack([t**2, 3 * t], 1)
    value, first, second = smooth_derivatives(t, x, t, stddev=0)
    assert np.isnan(value[:3]).all() and np.isnan(value[-3:]).all() and np.isfinite(value[3:-3]).all()
    assert np.allclose(second[3:-3], [2, 0], atol=1e-6) and np.allclose(first[3:-3, 1], 3)
    # cubic splines lose two
    assert np.isfinite(smooth_derivatives(t, x, t, 0, order=3)[0]).all(1).sum() == 26


def test_gaps_split_a_track_and_short_parts_are_left_out():
    t = np.arange(40) / 20
    x = np.sin(t)[:, None]
    x[[12, 36]] = np.nan
    known = np.isfinite(smooth_derivatives(t, x, t, 0)[0][:, 0])
    assert known[3:9].all() and not known[9:16].any() and known[16:33].all() and not known[33:].any()


def test_smoothing_takes_noise_away():
    rng = np.random.default_rng(0)
    t = np.arange(200) / 30
    noisy = (np.sin(t) + rng.normal(0, 0.001, 200))[:, None]
    error = [np.nanstd(smooth_derivatives(t, noisy, t, s)[2][:, 0] + np.sin(t)) for s in (0.0, 0.001)]
    assert error[1] < 0.2 * error[0]


def test_noise_is_as_large_as_it_says_and_repeats_under_a_seed():
    still = torch.zeros(4000, 2, 6)
    still[..., 1] = GRAVITY

    def read(**change) -> torch.Tensor:
        return SensorNoise(**change)(still, torch.Generator().manual_seed(0))

    noisy = read()
    assert torch.equal(noisy, read())
    assert abs(float(noisy[..., 2].std()) - 0.6) < 0.03 and abs(float(noisy[..., 4].std()) - 0.017) < 0.001
    assert torch.allclose(noisy[..., 0], (noisy[..., 0] / 0.04).round() * 0.04, atol=1e-5)
    assert float(read(limit=5.0)[..., 1].max()) <= 5.0
    assert float(read(acceleration=0.0, step=0.0, cross_axis=0.1)[0, 0, 0].abs()) > 0.05


def test_resampling_keeps_a_sine_and_counts_down():
    t = torch.arange(100) / 50
    wave = torch.sin(2 * math.pi * 2 * t)[:, None, None].repeat(1, 1, 3)
    r = Inertial(wave, None, ("pelvis",), 50.0).resample(20.0)
    assert len(r) == 40 and r.angular_velocity is None
    assert torch.allclose(r.acceleration[:, 0, 0], torch.sin(2 * math.pi * 2 * torch.arange(40) / 20), atol=1e-4)
    assert len(Inertial(torch.zeros(128, 1, 3), None, ("pelvis",), 50.0).resample(20.0)) == 51


def test_recordings_are_validated():
    with pytest.raises(ShapeError, match="2 sensors"):
        Inertial(torch.zeros(5, 1, 3), None, ("pelvis", "head"), 20)
    with pytest.raises(OptionError, match="fps"):
        Inertial(torch.zeros(5, 1, 3), None, ("pelvis",), 0)
    with pytest.raises(OptionError, match="different"):
        Inertial(torch.zeros(5, 2, 3), None, ("pelvis", "pelvis"), 20)
    r = Inertial(torch.zeros(5, 1, 3), None, ("pelvis",), 20)
    assert r.signals.shape == (5, 1, 6) and r.signals[..., 3:].isnan().all() and len(r[1:3]) == 2
    with pytest.raises(OptionError, match="resample"):
        r[::2]
