"""SelfPose3d: what it learns from, what it may not read, and that official weights of any stage are read."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.methods.multiview.selfpose3d import Config, SelfPose3d, to_room, to_world
from vitruve.nn.voxel import local_maxima, project
from vitruve.tasks.multiview import MultiviewBatch


def model(**changes) -> SelfPose3d:
    torch.manual_seed(0)
    return SelfPose3d(replace(SelfPose3d.tiny_config(), **changes))


def batch_of(m: SelfPose3d, size: int = 2) -> MultiviewBatch:
    return m.example_batch(size, torch.Generator().manual_seed(1))


def test_rooms_and_worlds_are_the_same_place():
    cameras = batch_of(model()).cameras
    point = torch.tensor([[[0.3, 1.1, -0.4]]]).repeat(2, 1, 1)
    # y up to z up: (x, y, z) is (x, -z, y)
    there = torch.tensor([[[0.3, 0.4, 1.1]]]).repeat(2, 1, 1)
    assert torch.allclose(project(point, cameras), project(there, to_room(cameras)), atol=1e-4)
    assert torch.equal(to_world(to_room(cameras)).rotation, cameras.rotation)


def test_no_truth_is_read_without_supervision():
    m = model()
    batch = batch_of(m)
    assert batch.people is None
    torch.manual_seed(1)
    losses = m.train().losses(batch)
    assert set(losses) == {"synthetic", "rendering", "matched_joints"}
    torch.manual_seed(1)
    with_truth = m.losses(replace(batch, people=torch.zeros(2, 2, 15, 3)))
    assert all(torch.equal(losses[k], with_truth[k]) for k in losses)


def test_stages_train_their_parts_only():
    m = model(attention=True, consistency=True, backbone=18)
    assert [s.name for s in m.RECIPE.stages] == ["backbone", "root", "pose", "joints"] and len(model().RECIPE.stages) == 3
    batch = batch_of(m)
    terms = {"backbone": {"heatmaps"}, "root": {"synthetic", "consistency"}, "pose": {"heatmaps", "rendering", "attention"}}
    terms["joints"] = terms["pose"] | {"matched_joints"}
    for stage in m.RECIPE.stages:
        m.start_stage(stage)
        m.train()
        for name, p in m.named_parameters():
            p.requires_grad_(name.startswith(stage.modules))
        losses = m.losses(batch)
        assert set(losses) == terms[stage.name]
        assert m.root_net.training == (stage.name == "root" or stage.name == "backbone")
        sum(losses.values()).backward()
        reached = {name.split(".")[0] for name, p in m.named_parameters() if p.grad is not None}
        assert reached <= {s.removesuffix(".") for s in stage.modules}, stage.name
        m.zero_grad(set_to_none=True)


def test_a_root_network_finds_points_after_seeing_points():
    """A few steps on synthetic points, and the maxima lie near new ones."""
    m = model(candidates=3, root_sigma=0.6, root_noise=0.0, root_range=((1.0, -1.0), (1.0, -1.0), (0.6, -0.6)))
    batch = batch_of(m, 4)
    cameras, crop = to_room(batch.cameras), batch.look.crop
    optimizer = torch.optim.Adam(m.root_net.parameters(), lr=5e-3)
    ones = torch.ones(4, 1, dtype=torch.bool)
    m.train()

    def draw(g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        roots = m.scatter(torch.rand(4, 1, 2, generator=g), torch.rand(4, 1, generator=g), torch.randn(4, 1, generator=g))
        return roots, m.draw_roots(roots, cameras, crop, torch.zeros(4, 3, 1, 16, 16))

    g = torch.Generator().manual_seed(0)
    for _ in range(40):
        roots, heatmaps = draw(g)
        loss = (m.root_volume(heatmaps, cameras, crop) - m.root_target(roots, ones)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    roots, heatmaps = draw(torch.Generator().manual_seed(9))
    with torch.no_grad():
        places, _ = m.propose(m.root_volume(heatmaps, cameras, crop))
    # voxels are 0.7 m apart
    assert (places[:, 0] - roots[:, 0]).norm(dim=-1).median() < 0.6


def test_the_worst_view_is_left_out():
    m = model(official_quirks=False)
    look = batch_of(m).look
    goal = torch.zeros(2, 3, 2, 15, 2)
    goal[:, :, 0] = 30.0
    look = replace(look, joints=goal, visible=torch.ones(2, 3, 2, 15))
    seen = goal[:, :, :1].clone()
    seen[0, 1] += 20.0
    seen[1, 2, :, :, 0] += 2.0
    found = torch.ones(2, 1, dtype=torch.bool)
    assert float(m.matched_joint_loss(seen, look, found)) == 0
    # the release leaves one view out of the whole batch: the other sample's error stays
    assert float(model(official_quirks=True).matched_joint_loss(seen, look, found)) == pytest.approx(2 / 64 / 2 / 5)
    every = model(hard_attention=False).matched_joint_loss(seen, look, found)
    assert float(every) == pytest.approx((20 / 64 + 1 / 64) / 6)
    # nobody found costs nothing
    assert float(m.matched_joint_loss(seen, look, ~found)) == 0


def test_slopes_are_finite_where_a_person_is_behind_a_camera():
    m = model(space=(12.0, 12.0, 2.0), candidates=4)
    losses = m.train().losses(batch_of(m))
    sum(losses.values()).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in m.parameters())


def test_nobody_found_is_no_error():
    m = model(threshold=1e9)
    batch = batch_of(m)
    located = m.eval()(batch)
    assert not located.found.any() and located.joints.abs().max() == 0
    m.stage = "pose"
    losses = m.train().losses(batch)
    sum(losses.values()).backward()
    assert float(losses["rendering"]) == 0


def test_augmented_copies_show_the_same_people():
    m = model(rotation=40.0, scale=0.3, cutout=False)
    batch = batch_of(m, 4)
    plain, (one, two) = batch.look, batch.copies
    assert not torch.equal(one.crop, two.crop) and not torch.equal(one.crop, plain.crop)
    from vitruve.core.crops import apply_affine, invert_affine

    for copy in (one, two):
        both = (copy.visible * plain.visible).bool()
        back = apply_affine(plain.crop, apply_affine(invert_affine(copy.crop), copy.joints.flatten(1, 3))).view_as(copy.joints)
        same = (back - plain.joints).norm(dim=-1)
        assert both.any() and same[both].max() < 1e-2


def test_hard_labels_drop_what_is_unsure():
    m, hard = model(), model(labels="hard")
    a, b = batch_of(m, 4).look, batch_of(hard, 4).look
    assert b.visible.sum() < a.visible.sum()


def test_colours_change_and_squares_are_blotted_out():
    m = model(backbone=18)
    quiet = model(backbone=18, rand_augment=False, cutout=False, rotation=0.0, scale=0.0)
    plain, still = batch_of(m), batch_of(quiet)
    assert not torch.allclose(plain.copies[0].images, plain.copies[1].images)
    assert plain.look.heatmaps is None and still.copies[0].images.shape == (2, 3, 3, 64, 64)


@pytest.mark.parametrize("part", ["attention", "backbone", "neither"])
def test_official_weights_of_every_stage(part):
    widths = {"widths": (4, 4, 8, 8), "kernel": 3, "resnet_width": 4, "deconv_filters": 8}
    own = SelfPose3d(Config(backbone=0 if part == "neither" else 18, attention=part == "attention", attention_layers=18, **widths))
    official = {}
    for k, v in own.state_dict().items():
        name = k.replace("root_net.", "root_net.v2v_net.").replace("pose_net.", "pose_net.v2v_net.").replace("attention.backbone.", "attn.backbone.")
        official[f"module.{name}"] = v
    read = SelfPose3d.from_official(official)
    assert read.config.backbone == own.config.backbone and read.config.attention == own.config.attention and read.config.official_quirks
    assert all(torch.equal(v, own.state_dict()[k]) for k, v in read.state_dict().items())
    del official["module.root_net.v2v_net.output_layer.bias"]
    with pytest.raises(FormatError, match="output_layer"):
        SelfPose3d.from_official(official)


def test_what_is_refused():
    for changes, match in (
        ({"voxels": (9, 8, 4)}, "multiples of 4"),
        ({"view_size": (100, 64)}, "multiples of 32"),
        ({"supervision": "wishes"}, "supervision"),
        ({"root_channel": False}, "root_channel"),
        ({"threshold": -1.0}, "threshold"),
    ):
        with pytest.raises(OptionError, match=match):
            Config(**changes)
    m = model()
    with pytest.raises(ShapeError, match="two augmented copies"):
        m.losses(replace(batch_of(m), copies=()))
    with pytest.raises(ShapeError, match="heatmaps"):
        m(replace(batch_of(m), look=replace(batch_of(m).look, heatmaps=None)))
    with pytest.raises(ShapeError, match="pictures"):
        model(backbone=18)(batch_of(m))


def test_maxima_of_a_root_volume_are_places_in_the_space():
    m = model()
    volume = torch.zeros(1, 8, 8, 4)
    volume[0, 7, 0, 3] = 1.0
    places, height = m.propose(volume)
    assert torch.allclose(places[0, 0], torch.tensor([2.5, -2.5, 2.0])) and height[0].tolist() == [1.0, 0.0]
    assert local_maxima(volume, 1)[1].tolist() == [[[7, 0, 3]]]
