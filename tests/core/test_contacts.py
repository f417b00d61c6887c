"""Foot contact: detection on known contact, and feet that stand still after clean-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.core.figures import random_motion, walk

from vitruve.core.contacts import Contacts, clean_feet, contact_joints, detect_contacts, slide_speed
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError, ShapeError, SkeletonError


def stepping(fps: float = 60.0, slide: float = 0.1) -> tuple[Poses, torch.Tensor]:
    """A left foot that stands for a second (sliding slowly), steps 0.6 m in half a second, and stands again; the truth (T,)."""
    t = torch.arange(round(2.5 * fps), dtype=torch.float64) / fps
    u = ((t - 1) / 0.5).clamp(0, 1)
    z = 0.6 * u * u * (3 - 2 * u) + slide * t
    y = 0.05 + 0.15 * torch.sin(torch.pi * u)
    s = skeleton("smpl24")
    x = torch.full((1, len(t), 24, 3), torch.nan, dtype=torch.float64)
    x[0, :, s.index("left_ankle")] = torch.stack([torch.zeros_like(t), y + 0.05, z], -1)
    x[0, :, s.index("left_foot")] = torch.stack([torch.zeros_like(t), y, z + 0.12], -1)
    return Poses(x, s, fps), (u <= 0) | (u >= 1)


@pytest.mark.parametrize("fps", [25.0, 60.0, 120.0])
@pytest.mark.parametrize("floor", [0.0, -1.3])
def test_contact_is_found_at_any_frame_rate_and_floor(fps: float, floor: float) -> None:
    poses, truth = stepping(fps)
    poses = replace(poses, positions=poses.positions + torch.tensor([0, floor, 0]))
    found = detect_contacts(poses)
    assert found.joints == ("left_ankle", "left_foot", "right_ankle", "right_foot")
    assert found.floor == pytest.approx(floor + 0.05, abs=0.01)
    for k in (0, 1):
        wrong = (found.flags[:, k] != truth).nonzero().flatten() / fps
        # only at the edges of the step
        assert ((wrong - 1).abs() < 0.13).logical_or((wrong - 1.5).abs() < 0.13).all()
        assert len(found.intervals(found.joints[k], fps)) == 2
    assert not found.flags[:, 2:].any()  # never seen


def test_intervals_are_in_seconds() -> None:
    flags = torch.tensor([1, 1, 0, 0, 1], dtype=torch.bool)[:, None]
    c = Contacts(("left_foot",), flags, 0.0)
    assert c.intervals("left_foot", 10.0) == [(0.0, 0.2), (0.4, 0.5)]
    with pytest.raises(OptionError, match="left_foot"):
        c.intervals("nose", 10.0)


def test_a_shuffling_foot_is_not_one_contact() -> None:
    poses, _ = stepping(slide=0.0)
    x = poses.positions.clone()
    # slow drift of 0.25 m/s along the ground for the whole clip
    x[0, :, :, 1] = 0.05
    x[0, :, :, 2] = 0.25 * torch.arange(x.shape[1])[:, None] / 60
    assert not detect_contacts(replace(poses, positions=x)).flags.any()


def test_clean_up_stops_the_feet_and_keeps_the_bones() -> None:
    m = walk(240)
    contacts = detect_contacts(m)
    assert 0.3 < contacts.flags[:, 1].float().mean() < 0.9
    before = slide_speed(m, contacts)
    cleaned = clean_feet(m, contacts)
    after = slide_speed(cleaned, contacts)
    assert before is not None and after is not None and before > 0.05
    assert after < 0.02
    assert torch.equal(cleaned.offsets, m.offsets)
    assert cleaned.contacts is not None and cleaned.metadata["contact_joints"] == contacts.joints
    # nothing but legs and the place of the body moves, and that a little
    x, y = m.fk().positions, cleaned.fk().positions
    assert (x - y).norm(dim=-1).max() < 0.2 and (x - y).norm(dim=-1).mean() < 0.03
    upper = [m.skeleton.index(j) for j in ("neck", "head", "left_wrist", "right_wrist")]
    pelvis = m.skeleton.index("pelvis")
    torch.testing.assert_close(y[:, upper] - y[:, [pelvis]], x[:, upper] - x[:, [pelvis]], atol=1e-5, rtol=0)
    assert y.diff(n=2, dim=0).norm(dim=-1).max() < 3 * x.diff(n=2, dim=0).norm(dim=-1).max()


def test_clean_up_without_contact_changes_nothing() -> None:
    m = random_motion(20)
    none = Contacts(("left_ankle", "left_foot"), torch.zeros(20, 2, dtype=torch.bool), 0.0)
    out = clean_feet(m, none)
    torch.testing.assert_close(out.fk().positions, m.fk().positions, atol=1e-5, rtol=0)
    assert slide_speed(out, none) is None


@pytest.mark.parametrize("joints", [("left_ankle",), ("left_foot",), ("left_ankle", "left_foot")])
def test_a_reachable_pin_is_met_exactly(joints: tuple[str, ...]) -> None:
    m = random_motion(30, spread=0.15)
    flags = torch.zeros(30, len(joints), dtype=torch.bool)
    flags[10:20] = True
    out = clean_feet(m, Contacts(joints, flags, 0.0), blend=0.1)
    x, y = m.fk().positions, out.fk().positions
    for name in joints:
        j = m.skeleton.index(name)
        spread = y[10:20, j][:, [0, 2]].std(0).max()
        # with both pinned the ankle gives way where the foot's own length does not allow it
        assert spread < (0.01 if len(joints) == 2 and name == "left_ankle" else 1e-3)
        assert x[10:20, j][:, [0, 2]].std(0).max() > 2 * spread
    other, pelvis = m.skeleton.index("left_wrist"), m.skeleton.index("pelvis")
    torch.testing.assert_close(y[:, other] - y[:, pelvis], x[:, other] - x[:, pelvis], atol=1e-5, rtol=0)


def test_unsuitable_input() -> None:
    with pytest.raises(SkeletonError, match="ankles"):
        contact_joints(skeleton("mano16_left"))
    m = random_motion(5)
    with pytest.raises(OptionError, match="one person"):
        detect_contacts(Poses.stack([m.poses(), m.poses()]))
    with pytest.raises(ShapeError, match="5 frames"):
        clean_feet(m, detect_contacts(random_motion(8)))


@pytest.mark.realdata
@pytest.mark.parametrize("clip", ["02_01", "02_03", "03_01", "01_08"])
def test_cmu_feet_stand_after_clean_up(data: Path, clip: str) -> None:
    from vitruve.io import load

    m = load(data / "cmu_mocap" / "cmu_asfamc_01_02_03.npz", clip=clip)
    assert isinstance(m, Motion)
    contacts = detect_contacts(m)
    before, after = slide_speed(m, contacts), slide_speed(clean_feet(m, contacts), contacts)
    assert before is not None and after is not None
    assert after < 0.02 < before


@pytest.mark.realdata
def test_bandai_feet_stand_after_clean_up(data: Path) -> None:
    from vitruve.io import load

    m = load(data / "bandai_namco_motion" / "motions.npz", clip="dataset-1_walk_normal_001")
    contacts = detect_contacts(m)
    after = slide_speed(clean_feet(m, contacts), contacts)
    assert after is not None and after < 0.02
