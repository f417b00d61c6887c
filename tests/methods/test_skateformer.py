"""SkateFormer's way from clips to tokens, its switches, and its arms' sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vitruve import Poses, VitruveError, skeleton
from vitruve.claims.recognition import skateformer as claim
from vitruve.methods.recognition.skateformer import PART_ORDER, Config, Draws, PartitionAttention, SkateFormer, partition, ucla
from vitruve.nn import skeletons as sk

SMALL = {"depths": (1,), "channels": (32,), "heads": 8}


def ntu(**changes) -> SkateFormer:
    return SkateFormer(Config(**SMALL, **changes))


def kinect(**changes) -> SkateFormer:
    return SkateFormer(ucla(**SMALL, **changes))


def people(count: int = 2, frames: int = 100, name: str = "ntu25", seed: int = 0) -> Poses:
    """Bodies that stand 3 m away and sway."""
    g = torch.Generator().manual_seed(seed)
    joints = len(skeleton(name))
    body, sway = torch.randn(count, 1, joints, 3, generator=g) * 0.4, torch.randn(count, frames, joints, 3, generator=g).mul(0.02).cumsum(1)
    return Poses(body + sway + torch.tensor([0.0, 0.0, 3.0]), skeleton(name))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("stream", sk.STREAMS)
@pytest.mark.parametrize(("make", "count", "name"), [(ntu, 2, "ntu25"), (kinect, 1, "kinect20")])
def test_prepare(make, count, name, stream):
    model, poses = make(stream=stream), people(count, name=name)
    joints, index = model.prepare(poses)
    assert joints.shape == (3, 64, len(PART_ORDER[name]), count) and index.shape == (64,)
    assert joints.isfinite().all() and (index.diff() >= 0).all() and index[0] >= -1 and index[-1] < 1
    again, _ = model.prepare(poses)
    assert torch.equal(joints, again)
    one, other, same = (model.prepare(poses, generator(s))[0] for s in (1, 2, 1))
    assert torch.equal(one, same) and not torch.equal(one, other) and one.isfinite().all()


def test_ucla_clips_fill_the_box_whatever_their_size_and_place():
    model, poses = kinect(), people(1, name="kinect20")
    joints, _ = model.prepare(poses)
    moved, _ = model.prepare(replace(poses, positions=2 * poses.positions + 1))
    assert torch.allclose(joints, moved, atol=1e-4)
    assert joints.abs().max() <= 1 + 1e-6


def test_ntu_clips_are_metres_from_the_first_spine_in_the_kinect_s_axes():
    model, poses = ntu(), people(2)
    joints, index = model.prepare(poses)
    frame = round((float(index[10]) + 1) * poses.num_frames / 2)
    place = PART_ORDER["ntu25"].index(3)
    expected = (poses.positions[1, frame, 3] - poses.positions[0, 0, 1]) * torch.tensor([-1.0, 1.0, -1.0])
    assert torch.allclose(joints[:, 10, place, 1], expected, atol=1e-5)


def test_of_three_people_those_who_move_are_kept_and_one_is_not_alone():
    model = ntu()
    still = people(1, seed=1)
    still = replace(still, positions=still.positions[:, :1].expand_as(still.positions))
    both = people(2)
    three, _ = model.prepare(Poses.stack([still, both.person(0), both.person(1)]))
    two, _ = model.prepare(both)
    spread = both.positions.flatten(1, 2).var(1).sum(-1)
    assert torch.allclose(three, two if spread[0] > spread[1] else model.prepare(Poses.stack([both.person(1), both.person(0)]))[0], atol=1e-5)
    alone, _ = model.prepare(both.person(0))
    assert (alone[..., 1] == 0).all() and torch.equal(alone[..., 0], two[..., 0])


def test_missing_frames_are_left_out_and_missing_joints_are_at_the_origin():
    model, poses = ntu(), people(2)
    gap = poses.positions.clone()
    gap[:, 30:40] = torch.nan
    gap[1, :, 9] = torch.nan
    joints, _ = model.prepare(Poses(gap, poses.skeleton))
    assert joints.isfinite().all() and (joints[:, :, PART_ORDER["ntu25"].index(9), 1] == 0).all()
    kept = torch.cat([poses.positions[:, :30], poses.positions[:, 40:]], 1)
    other, _ = model.prepare(Poses(kept, poses.skeleton))
    assert torch.equal(joints[..., 0], other[..., 0])


@pytest.mark.parametrize("poses", [Poses(torch.full((1, 5, 25, 3), torch.nan), skeleton("ntu25")), people(1, 5)[:0]], ids=["unknown", "empty"])
def test_clips_without_a_known_joint_are_refused(poses):
    with pytest.raises(VitruveError, match="no frame has a known joint"):
        ntu().prepare(poses)


def test_2d_is_refused():
    with pytest.raises(VitruveError, match="3D"):
        ntu().prepare(Poses(torch.rand(1, 5, 25, 2), skeleton("ntu25")))


def test_the_mirror_image_is_that_of_the_body():
    model, poses = ntu(), people(2)
    flip = Draws(torch.rand(65), linear=torch.diag(torch.tensor([-1.0, 1.0, 1.0])), flip=True)
    mirrored, _ = model.encode(model.arrange(poses), flip)
    plain, _ = model.encode(model.arrange(poses.mirror()), replace(flip, linear=None, flip=False))
    assert torch.allclose(mirrored, plain, atol=1e-5)


def test_mirroring_negates_x_unless_as_released():
    for quirks in (False, True):
        model = ntu(official_quirks=quirks, intra=1.0)
        draws = [model.draw(sk.Dice(generator(s))) for s in range(40)]
        flipped = [float(torch.linalg.det(d.linear)) < 0 for d in draws if d.flip]
        # shear can turn a frame inside out as well, but not often
        assert len(flipped) > 8 and (sum(flipped) > 0.7 * len(flipped)) != quirks


@pytest.mark.parametrize("frames", [40, 50, 63, 64])
def test_short_clips_are_read_to_their_end_and_no_further(frames):
    poses = people(1, frames)
    joints, index = ntu().prepare(poses)
    assert (joints[..., 0] != 0).flatten(2).any(-1).all() and index[-1] < 1
    released, at = ntu(official_quirks=True).prepare(poses)
    assert float(at[-1]) > float(index[-1])
    assert (released[:, -1, :, 0] == 0).all()


def test_probabilities():
    model = ntu()
    draws = [model.draw(sk.Dice(generator(s)), has_partner=True) for s in range(600)]
    assert 0.4 < sum(d.linear is not None for d in draws) / 600 < 0.6
    assert 0.15 < sum(d.inter for d in draws) / 600 < 0.25
    assert not any(d.inter for d in (model.draw(sk.Dice(generator(s))) for s in range(100)))
    dropped = [d.dropped for d in draws if d.dropped is not None]
    assert 0.15 < len(dropped) / 600 < 0.35
    assert all(16 <= d.any(1).sum() <= 32 and 5 <= d.any(0).sum() <= 15 for d in dropped)
    none = ntu(intra=0.0, inter=0.0)
    d = none.draw(sk.Dice(generator()))
    assert d.linear is None and d.dropped is None and not d.flip and not d.swap_people and not d.inter


def test_a_partner_lends_its_bone_lengths():
    model = ntu(intra=0.0, inter=1.0)
    tree = sk.bone_parents(skeleton("ntu25"), "spine_mid")
    one, partner = people(2, seed=1), people(2, frames=70, seed=2)
    long = replace(partner, positions=partner.positions[:, :1].expand_as(partner.positions))
    joints, _ = model.prepare(one, generator(), long)
    back = torch.zeros(64, 2, 25, 3)
    back[:, :, list(PART_ORDER["ntu25"])] = joints.permute(1, 3, 2, 0)
    arms = [j for j in range(4, 12)]
    lengths = sk.bones(back, tree)[..., arms, :].norm(dim=-1)[:, :, [1, 2, 3, 5, 6, 7]]
    expected = sk.bones(long.positions[:, 0], tree)[..., arms, :].norm(dim=-1)[:, [1, 2, 3, 5, 6, 7]]
    assert torch.allclose(lengths, expected.expand_as(lengths), atol=1e-3)


def test_people_whom_the_partner_lacks_keep_their_shape():
    two, one = people(2, seed=1), people(1, seed=2)
    default, _ = ntu(intra=0.0, inter=1.0).prepare(two, generator(), one)
    released, _ = ntu(intra=0.0, inter=1.0, official_quirks=True).prepare(two, generator(), one)
    assert default[..., 1].std() > 0.2
    assert released[..., 1].abs().max() < 1e-3


def test_predict_reads_other_skeletons_and_says_what_is_missing():
    labels = kinect().predict([people(1, name="msr20"), people(1, name="kinect20")])
    assert labels.probabilities.shape == (2, 10)
    with pytest.raises(VitruveError, match="nothing stands for"):
        kinect().predict(Poses(torch.rand(1, 10, 17, 3), skeleton("coco17")))


@pytest.mark.parametrize("change", [{"feeder": "kinetics"}, {"sampler": "dense"}, {"stream": "angle"}, {"types": (1, 2)}, {"near_joints": 5}])
def test_bad_options(change):
    with pytest.raises(VitruveError, match="SkateFormer"):
        Config(**change)


def test_the_claim_s_arms_are_of_one_size():
    sizes = [sum(p.numel() for p in SkateFormer(replace(claim.CONFIG, **arm)).parameters()) for arm in claim.ARMS.values()]
    assert max(sizes) < 1.03 * min(sizes)


def test_partitions_keep_less_than_attention_over_all_tokens():
    cost = claim.attention_cost(20, 1, batch=1, repeats=1)
    assert cost["full"]["bytes"] > 4 * cost["partitions"]["bytes"]


def test_attention_with_hardly_any_dropout_is_attention():
    c = ucla(**SMALL, attention_dropout=0.0)
    for kind in c.types:
        attention, x = PartitionAttention(c, kind, 4), torch.randn(48, 2, 64, 20, generator=generator())
        windows = partition(x.unflatten(0, (3, -1)), kind, attention.frames, attention.joints)
        assert torch.equal(windows, partition(x.unflatten(0, (3, -1)), kind, attention.frames, attention.joints, channels_last=True))
        plain = attention(x)
        attention.config = replace(c, attention_dropout=1e-9)
        assert torch.allclose(attention(x), plain, atol=1e-6)


def test_dropout_trains_under_autocast():
    model = kinect(attention_dropout=0.5).train()
    batch = model.example_batch(2, generator())
    losses = []
    for enabled in (False, True):
        torch.manual_seed(0)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss = model.losses(batch)["cross_entropy"]
        loss.backward()
        losses.append(float(loss.detach()))
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
