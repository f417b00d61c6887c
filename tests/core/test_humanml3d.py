"""HumanML3D's features: the authors' sample, round trips and invariances."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vitruve.core import humanml3d
from vitruve.core.humanml3d import KIT, T2M, Layout, Normalizer
from vitruve.core.rotations import about, rotate
from vitruve.core.standards import skeleton
from vitruve.errors import ShapeError


def _clip(layout: Layout = T2M, frames: int = 60, seed: int = 0) -> torch.Tensor:
    """A body whose limbs swing while it walks a curve."""
    g = torch.Generator().manual_seed(seed)
    offsets = torch.tensor(layout.raw_offsets, dtype=torch.float64) * (0.1 + 0.3 * torch.rand(layout.num_joints, 1, generator=g, dtype=torch.float64))
    time = torch.linspace(0, 3, frames, dtype=torch.float64)[:, None, None]
    swing = 0.4 * torch.sin(2 * time + 6 * torch.rand(1, layout.num_joints, 3, generator=g, dtype=torch.float64))
    q = torch.nn.functional.normalize(torch.cat([swing, torch.ones(frames, layout.num_joints, 1, dtype=torch.float64)], -1), dim=-1)
    q[:, 0] = about("y", 0.5 * time[:, 0, 0])
    t = time[:, 0, 0]
    return humanml3d.forward_kinematics(q, torch.stack([0.6 * t.sin(), 0.9 + 0.02 * (9 * t).sin(), 0.8 * t], -1), offsets, layout)


def test_layouts_agree_with_the_joint_sets():
    assert T2M.parents == skeleton("humanml3d22").parents
    assert KIT.parents == skeleton("kit21").parents
    for layout, name in ((T2M, "humanml3d22"), (KIT, "kit21")):
        joints = skeleton(name).joints
        assert [joints[j] for j in layout.face] == ["right_hip", "left_hip", "right_shoulder", "left_shoulder"]
        assert all(joints[j].startswith("left") for j in layout.left_feet) and all(joints[j].startswith("right") for j in layout.right_feet)


@pytest.mark.parametrize("layout", [T2M, KIT], ids=lambda v: v.name)
def test_shapes_and_round_trip(layout):
    x = _clip(layout)
    encoded = humanml3d.encode_all(x, layout=layout)
    assert encoded.features.shape == (59, 12 * layout.num_joints - 1)
    back = humanml3d.decode_ric(encoded.features)
    # the root's path is summed up from rounded numbers only when they are rounded: here everything is double
    torch.testing.assert_close(back, encoded.positions[:-1], atol=1e-9, rtol=0)


def test_slices_cover_the_features():
    for size in (263, 251, 623):
        parts = list(humanml3d.feature_slices(size).values())
        assert parts[0].start == 0 and parts[-1].stop == size and all(a.stop == b.start for a, b in zip(parts, parts[1:]))
    with pytest.raises(ShapeError, match="263"):
        humanml3d.feature_slices(264)


def test_rotations_and_positions_agree():
    """On a body of the target's bones, positions decoded from rotations are those decoded from positions."""
    target = humanml3d.bone_offsets(_clip(seed=5)[0])
    features = humanml3d.encode(_clip(seed=1), target)
    torch.testing.assert_close(humanml3d.decode_rot(features, target), humanml3d.decode_ric(features), atol=1e-8, rtol=0)


def test_inverse_then_forward_kinematics():
    x = _clip(seed=2)
    for smooth in (False, True):
        q = humanml3d.inverse_kinematics(x, smooth=smooth)
        torch.testing.assert_close(q.norm(dim=-1), torch.ones_like(q[..., 0]))
        torch.testing.assert_close(humanml3d.forward_kinematics(q, x[:, 0], humanml3d.bone_offsets(x[0])), x, atol=1e-9, rtol=0)


def test_uniform_skeleton_has_the_bones_asked_for():
    x = _clip(seed=3)
    target = 1.3 * humanml3d.bone_offsets(_clip(seed=4)[0])
    out = humanml3d.uniform_skeleton(x, target)
    for frame in (0, 30, 59):
        torch.testing.assert_close(humanml3d.bone_offsets(out[frame]), target, atol=1e-9, rtol=0)


def test_features_know_neither_place_nor_heading():
    x = _clip(seed=6)
    moved = rotate(about("y", torch.tensor(2.0, dtype=torch.float64)), x) + torch.tensor([3.0, 0.5, -2.0], dtype=torch.float64)
    torch.testing.assert_close(humanml3d.encode(moved), humanml3d.encode(x), atol=1e-8, rtol=0)


def test_contacts_and_standing_still():
    x = _clip(seed=7)[:1].repeat(5, 1, 1)
    f = humanml3d.encode(x)
    # frame 0 has the heading 0 by definition, whatever the body's is
    assert (f[:, -4:] == 1).all() and f[1:, :3].abs().max() < 1e-12
    x[:, 7] += torch.arange(5)[:, None] * 0.05
    assert humanml3d.encode(x)[:, -4:].mean(0).tolist() == [0, 1, 1, 1]


def test_yaw_is_half_the_turn():
    """A body turning by 0.1 rad a frame has 0.05 in its first feature, away from the smoothed ends."""
    x = _clip(seed=8)[:1].repeat(200, 1, 1)
    turned = rotate(about("y", 0.1 * torch.arange(200, dtype=torch.float64))[:, None], x)
    torch.testing.assert_close(humanml3d.encode(turned)[90:110, 0].abs(), torch.full((20,), 0.05, dtype=torch.float64), atol=1e-6, rtol=0)


def test_decoding_is_batched_and_differentiable():
    f = torch.stack([humanml3d.encode(_clip(seed=s)) for s in (1, 2)]).requires_grad_()
    both = humanml3d.decode_ric(f)
    torch.testing.assert_close(both[1], humanml3d.decode_ric(f[1]))
    humanml3d.decode_rot(f, humanml3d.bone_offsets(_clip()[0])).sum().backward()
    assert f.grad is not None and f.grad.isfinite().all() and f.grad.abs().sum() > 0


def test_normalizer():
    clips = [torch.randn(20, 263) * torch.linspace(1, 2, 263), torch.randn(30, 263)]
    stats = Normalizer.fit([*clips, torch.full((5, 263), torch.nan)])
    rows = torch.cat(clips)
    torch.testing.assert_close(stats.mean, rows.mean(0))
    for part in humanml3d.feature_slices(263).values():
        assert len(stats.std[part].unique()) == 1
        torch.testing.assert_close(stats.std[part][0], rows.std(0, correction=0)[part].mean())
    torch.testing.assert_close(stats.denormalize(stats.normalize(rows)), rows)
    with pytest.raises(ShapeError, match="NaN"):
        Normalizer.fit([torch.full((5, 263), torch.nan)])


def test_bad_positions():
    with pytest.raises(ShapeError, match="22 or 21"):
        humanml3d.encode(torch.rand(5, 17, 3))
    with pytest.raises(ShapeError, match="2 or more"):
        humanml3d.encode(torch.rand(1, 22, 3))
    x = torch.rand(5, 22, 3)
    x[2, 3] = torch.nan
    with pytest.raises(ShapeError, match="every joint"):
        humanml3d.encode(x)


@pytest.mark.realdata
def test_the_authors_sample(data):
    """Joints and features as released: decoding is exact, encoding is up to the last frame, which the release dropped."""
    folder = data / "humanml3d_kitml_text"
    joints = torch.from_numpy(np.load(folder / "humanml3d_new_joints_012314.npy"))
    features = torch.from_numpy(np.load(folder / "humanml3d_new_joint_vecs_012314.npy"))
    assert (humanml3d.decode_ric(features) - joints).abs().max() < 5e-7
    assert (humanml3d.decode_rot(features, humanml3d.bone_offsets(joints[0])) - joints).abs().max() < 5e-6
    # the smoothing of the heading reaches 80 frames: before that the missing last frame cannot be felt
    ours = humanml3d.encode(joints)
    assert (ours - features[:-1])[: len(ours) - 80].abs().max() < 2e-5
    assert (ours - features[:-1])[:, -4:].abs().max() == 0 and (ours - features[:-1]).abs().max() < 0.02


@pytest.mark.realdata
def test_the_released_spread_is_that_of_groups(data):
    std = torch.from_numpy(np.load(data / "humanml3d_kitml_text/humanml3d_Std.npy"))
    groups = [float(std[part].unique().squeeze()) for part in humanml3d.feature_slices(263).values()]
    assert groups == pytest.approx([0.01283, 0.01693, 0.15377, 0.12224, 0.29969, 0.01947, 0.35593], abs=1e-5)
