"""Ensem-NN: what each subnet sees, how votes are fused, and the way from clips to batches."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from vitruve import Poses, VitruveError, skeleton
from vitruve.claims.recognition import ens1d as claim
from vitruve.data import load
from vitruve.data.actions import class_names, fold
from vitruve.methods.recognition.ens1d import SUBNETS, Config, Ens1D, along_time
from vitruve.tasks.recognition import ActionClip, RecognitionBatch
from vitruve.training.setup import setup

SMALL = {"num_classes": 4, "skeleton": "kinect20", "people": 1, "frames": 16, "widths": (8, 16), "blocks": 1, "reduction": 4}


def model(**changes) -> Ens1D:
    torch.manual_seed(0)
    return Ens1D(Config(**{**SMALL, **changes})).eval()


def clip(people: int = 1, frames: int = 40, seed: int = 0) -> Poses:
    g = torch.Generator().manual_seed(seed)
    rest, sway = torch.randn(people, 1, 20, 3, generator=g) * 0.4, torch.randn(people, frames, 20, 3, generator=g) * 0.05
    return Poses(rest + sway + torch.tensor([1.0, 0.0, 3.0]), skeleton("kinect20"))


def joints(m: Ens1D, size: int = 3, seed: int = 0) -> torch.Tensor:
    return m.example_batch(size, torch.Generator().manual_seed(seed)).joints


def test_the_temporal_stream_takes_joints_in_any_order_the_spatial_one_does_not():
    shuffled = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    for streams, same in (("temporal", True), ("spatial", False)):
        m = model(subnets=("entirety",), streams=streams)
        x = joints(m)
        before = m.members(RecognitionBatch(x, torch.zeros(3, 16)))
        net = m.subnets["entirety"]
        if streams == "temporal":
            # the same joints' weights, at the joints' new places
            stem = net.temporal.stem[0].weight.data
            net.temporal.stem[0].weight.data = stem.unflatten(1, (3, 20))[:, :, shuffled].flatten(1, 2)
        after = m.members(RecognitionBatch(x[:, :, :, shuffled], torch.zeros(3, 16)))
        assert torch.allclose(before, after, atol=1e-5) == same


def test_the_spatial_stream_has_frames_for_channels_and_neighbours_side_by_side():
    m = model(subnets=("entirety",), streams="spatial").subnets["entirety"]
    assert m.spatial.stem[0].in_channels == 3 * 16
    parents = skeleton("kinect20").parents
    assert sum(parents[b] == a for a, b in zip(m.order, m.order[1:])) >= 14


def test_parts_do_not_share_and_do_not_see_each_other():
    m = model(subnets=("parts",)).subnets["parts"]
    assert list(m.trunks) == ["torso", "left_arm", "right_arm", "left_leg", "right_leg"]
    norms = [n for n in m.modules() if isinstance(n, torch.nn.BatchNorm1d)]
    assert len({n.running_mean.data_ptr() for n in norms}) == len(norms)
    seen = {}
    for name, trunk in m.trunks.items():
        trunk.register_forward_hook(lambda _, __, out, name=name: seen.__setitem__(name, out))
    x = torch.randn(2, 3, 16, 20, 1)
    with torch.no_grad():
        m(x)
        before = dict(seen)
        x[:, :, :, 4:8] += 1
        m(x)
    assert {n for n in seen if not torch.equal(seen[n], before[n])} == {"left_arm"}


def test_gates_of_zero_weights_halve_frames_and_channels():
    m = model(subnets=("attention",)).subnets["attention"]
    for gate in (m.frames, *(stage[-1] for stage in m.core.stages)):
        for p in gate.parameters():
            torch.nn.init.zeros_(p)
    x = torch.randn(2, 3, 16, 20, 1)
    flat = along_time(x)
    assert torch.equal(m.frames(flat.mT).mT, 0.5 * flat)
    y = torch.randn(2, 8, 16)
    assert torch.equal(m.core.stages[0](y), 0.5 * m.core.stages[0][0](y))


def test_the_frame_gate_weighs_whole_frames():
    m = model(subnets=("attention",)).subnets["attention"]
    flat = along_time(torch.randn(2, 3, 16, 20, 1))
    factor = m.frames(flat.mT).mT / flat
    assert torch.allclose(factor, factor[:, :1].expand_as(factor), atol=1e-4) and factor.std(-1).min() > 0


def test_a_still_clip_has_no_differences_and_constant_scores():
    m = model(subnets=("difference",), strides=(1, 3))
    net = m.subnets["difference"]
    still = torch.randn(4, 3, 1, 20, 1).expand(-1, -1, 16, -1, -1)
    assert (net.differences(still) == 0).all()
    logits = net(still)
    assert torch.equal(logits, logits[:1].expand_as(logits))
    x = torch.randn(1, 3, 16, 20, 1)
    d = net.differences(x).unflatten(1, (2, 60))
    flat = along_time(x)
    assert torch.equal(d[:, 0, :, 4], flat[..., 5] - flat[..., 4]) and torch.equal(d[:, 1, :, 4], flat[..., 7] - flat[..., 4])
    assert (d[:, 0, :, -1:] == 0).all() and (d[:, 1, :, -3:] == 0).all()


def test_fusion_is_the_mean_of_probabilities():
    m = model()
    batch = m.example_batch(5, torch.Generator().manual_seed(1))
    p = m.members(batch).softmax(-1)
    assert torch.allclose(m(batch).exp(), p.mean(0), atol=1e-6)
    product = replace(m.config, fusion="product")
    m.config = product
    assert torch.allclose(m(batch).exp(), p.log().sum(0).div(len(p)).softmax(-1), atol=1e-5)
    weighted = model(fusion="weighted")
    weighted.fusion_weights.data = torch.tensor([0.0, 1.0, 2.0, -1.0])
    p = weighted.members(batch).softmax(-1)
    assert torch.allclose(weighted(batch).exp(), (p * weighted.fusion_weights.softmax(0)[:, None, None]).sum(0), atol=1e-6)


def test_a_member_s_scale_does_not_outvote_the_others():
    m = model()
    batch = m.example_batch(5, torch.Generator().manual_seed(1))
    m.subnets["entirety"].head.weight.data *= 1000
    p = m.members(batch).softmax(-1)
    assert torch.allclose(m(batch).exp(), p.mean(0), atol=1e-6) and (m(batch).exp() <= 0.25 * p[0] + 0.75 + 1e-6).all()


def test_subnets_train_as_if_alone():
    m = model(fusion="weighted").train()
    batch = m.example_batch(5, torch.Generator().manual_seed(1))
    losses = m.losses(batch)
    assert list(losses) == [*SUBNETS, "fusion"]
    losses["parts"].backward(retain_graph=True)
    assert {n.split(".")[1] for n, p in m.named_parameters() if p.grad is not None and p.grad.any()} == {"parts"}
    m.zero_grad()
    losses["fusion"].backward()
    assert {n for n, p in m.named_parameters() if p.grad is not None} == {"fusion_weights"}


def test_copies_are_networks_of_their_own():
    m = model(subnets=("parts",) * 3)
    assert list(m.subnets) == ["parts", "parts_2", "parts_3"]
    a, b, _ = m.members(m.example_batch(2, torch.Generator().manual_seed(1)))
    assert not torch.allclose(a, b)


@pytest.mark.parametrize("frames", [5, 16, 90])
def test_prepare(frames):
    m, poses = model(), clip(frames=frames)
    x, index = m.prepare(poses)
    assert x.shape == (3, 16, 20, 1) and index.shape == (16,) and (index.diff() >= 0).all() and index[0] >= -1 and index[-1] < 1
    generators = [torch.Generator().manual_seed(s) for s in (1, 2, 1)]
    one, other, same = (m.prepare(poses, g)[0] for g in generators)
    assert torch.equal(one, same) and not torch.allclose(one, other) and one.isfinite().all()


def test_place_and_view_do_not_matter_unless_the_camera_s():
    poses = clip()
    half = math.radians(70)
    turn = torch.tensor([[math.cos(half), 0, math.sin(half)], [0, 1, 0], [-math.sin(half), 0, math.cos(half)]])
    moved = replace(poses, positions=poses.positions @ turn.T + 2)
    assert torch.allclose(model().prepare(poses)[0], model().prepare(moved)[0], atol=1e-4)
    assert not torch.allclose(model(view="camera").prepare(poses)[0], model(view="camera").prepare(moved)[0], atol=1e-2)


def test_a_box_is_filled_whatever_the_size():
    m, poses = model(scaling="box"), clip()
    x = m.prepare(poses)[0]
    assert x.abs().max() <= 1 + 1e-5 and x.abs().max() > 0.8
    assert torch.allclose(x, m.prepare(replace(poses, positions=3 * poses.positions - 1))[0], atol=1e-4)


def test_augmentation_keeps_the_vertical_and_the_bounds():
    m, poses = model(crop=1.0, scale=0.2), clip(frames=16)
    plain = m.prepare(poses)[0]
    factors = []
    for seed in range(40):
        x = m.prepare(poses, torch.Generator().manual_seed(seed))[0]
        # the pelvis is at the origin
        factor = x[1, :, 1:] / plain[1, :, 1:]
        assert torch.allclose(factor, factor.median().expand_as(factor), rtol=1e-3)
        factors.append(float(factor.median()))
        angle = torch.atan2(x[0], x[2]) - torch.atan2(plain[0], plain[2])
        assert torch.atan2(angle.sin(), angle.cos()).abs().nanmedian() < math.radians(30.1)
    assert 0.8 <= min(factors) < 0.9 and 1.1 < max(factors) <= 1.2


def test_two_people_and_nobody():
    m = model(people=2)
    x, _ = m.prepare(clip(1))
    assert (x[..., 1] == 0).all() and x[..., 0].abs().max() > 0
    with pytest.raises(VitruveError, match="no frame has a known joint"):
        m.prepare(Poses(torch.full((1, 5, 20, 3), torch.nan), skeleton("kinect20")))
    with pytest.raises(VitruveError, match="2D joints, expected 3D"):
        m.prepare(Poses(torch.rand(1, 5, 20, 2), skeleton("kinect20")))
    with pytest.raises(VitruveError, match=r"reads joints \(B, 3, 16, 20, 2\)"):
        m(RecognitionBatch(torch.zeros(1, 3, 16, 20, 1), torch.zeros(1, 16)))


@pytest.mark.parametrize(
    "change",
    [{"subnets": ("graph",)}, {"subnets": ()}, {"fusion": "max"}, {"kernel": 4}, {"strides": (16,)}, {"crop": 0.0}, {"pooling": "sum"}, {"scaling": "feet"}],
)
def test_bad_options(change):
    with pytest.raises(VitruveError, match="Ensem-NN"):
        Config(**{**SMALL, **change})


def test_study_scores_each_pairs_and_all():
    m = model()
    labelled = [ActionClip(clip(seed=i), i % 4) for i in range(8)]
    study = m.study(labelled)
    assert len(study["scores"]) == 4 + 6 + 1 and all(s.clips == 8 for s in study["scores"].values())
    assert study["scores"][" + ".join(SUBNETS)] == m.evaluate(labelled)
    alone = model(subnets=("parts",))
    assert study["scores"]["entirety"].top1 == pytest.approx(float((m.member_scores(labelled)[0][0].argmax(-1) == torch.arange(8) % 4).float().mean()))
    assert math.isnan(alone.study(labelled)["q"])


def test_the_claim_s_ensembles_differ_in_config_only():
    for config in (claim.QUICK, claim.FULL):
        sizes = {s: sum(p.numel() for p in Ens1D(replace(config, subnets=(s,))).parameters()) for s in SUBNETS}
        assert set(sizes) == set(SUBNETS) and sum(p.numel() for p in Ens1D(config).parameters()) == sum(sizes.values())


@pytest.mark.realdata
def test_interactions_of_two_people(data):
    clips = load("sbu", data)
    training, _ = fold(clips, 1)
    m = setup("recognition", "sbu", data).build(Ens1D, {"frames": 16, "widths": (8, 16), "blocks": 1})
    assert m.classes == class_names(clips) and m.config.people == 2 and len(m.skeleton) == 15
    labels = m.predict([c.poses for c in training[:3]])
    assert labels.probabilities.shape == (3, 8) and torch.allclose(labels.probabilities.sum(-1), torch.ones(3))
