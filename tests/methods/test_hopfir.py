"""HopFIR: the self-checks of its parts, its switches, and any skeleton."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitruve import skeleton
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.methods import load_shipped
from vitruve.methods.lifting.hopfir import Config, HopAttention, HopFIR, JointRefinement, config_for, joint_groups
from vitruve.nn.graph import adjacency, hop_distances, hop_masks
from vitruve.tasks.lifting import LiftingBatch

SMALL = Config(channels=16, blocks=2, dropout=0.0)


def built(config: Config, seed: int = 0) -> HopFIR:
    torch.manual_seed(seed)
    return HopFIR(config).eval()


def hop(groups: torch.Tensor, **changes) -> HopAttention:
    torch.manual_seed(0)
    return HopAttention(8, 16, groups, replace(SMALL, **changes))


def groups_of(name: str, hops: int) -> torch.Tensor:
    return hop_masks(hop_distances(skeleton(name)), hops)


# -- hop attention -------------------------------------------------------------------------------


def test_without_hops_every_joint_is_mapped_by_itself():
    layer = hop(groups_of("h36m16", 0))
    x = torch.randn(3, 16, 8)
    alone = torch.cat([layer_of_one(layer, x[:, j : j + 1]) for j in range(16)], 1)
    assert torch.allclose(layer(x), alone, atol=1e-6)


def layer_of_one(layer: HopAttention, x: torch.Tensor) -> torch.Tensor:
    """K = 0 by hand: one token's attention is its value."""
    feature = x @ layer.hop_weight[0]
    value = torch.nn.functional.linear(feature + layer.hop_embedding[0], layer.qkv.weight[32:], layer.qkv.bias[32:])
    return layer.fuse(feature + value)


def test_permuting_joints_and_their_graph_permutes_the_result():
    groups = groups_of("h36m17", 3)
    order = torch.randperm(17, generator=torch.Generator().manual_seed(1))
    x = torch.randn(2, 17, 8)
    for changes in ({}, {"joint_attention": True}, {"hop_embedding": False}):
        here, there = hop(groups, **changes), hop(groups[:, order][:, :, order], **changes)
        there.load_state_dict(here.state_dict())
        assert torch.allclose(here(x)[:, order], there(x[:, order]), atol=1e-6)


def test_uniform_attention_is_the_mean_of_the_hop_convolutions():
    layer = hop(groups_of("h36m16", 3), hop_embedding=False)
    with torch.no_grad():
        layer.qkv.weight.zero_()
        layer.qkv.bias.zero_()
        layer.qkv.weight[32:] = torch.eye(16)
    h = layer.hop_features(torch.randn(2, 16, 8))
    assert torch.allclose(layer.attend(h), h.mean(2, keepdim=True).expand_as(h), atol=1e-6)


def test_hop_features_are_means_over_the_group():
    groups = groups_of("h36m16", 3)
    layer = hop(groups)
    x = torch.randn(1, 16, 8)
    h = layer.hop_features(x)
    for k in range(4):
        for j in (0, 6, 12):
            assert torch.allclose(h[0, j, k], x[0, groups[k, j]].mean(0) @ layer.hop_weight[k], atol=1e-6)


def test_joints_without_a_group_at_some_distance_leave_it_out():
    line = Skeleton("line", ("a", "b", "c"), (-1, 0, 1))
    groups = hop_masks(hop_distances(line), 5)
    layer = hop(groups)
    h = layer.hop_features(torch.randn(2, 3, 8))
    assert h[:, 1, 2:].eq(0).all() and h[:, :, 3:].eq(0).all()
    z = layer.attend(h)
    assert z.isfinite().all() and z[:, 1, 2:].eq(0).all()
    # empty groups carry no weight: the same features with fewer hops attend alike
    fewer = hop(groups[:3])
    fewer.load_state_dict({k: v[:3] if k in ("hop_weight", "hop_embedding") else v for k, v in layer.state_dict().items() if "fuse" not in k}, strict=False)
    assert torch.allclose(z[:, :, :3], fewer.attend(h[:, :, :3]), atol=1e-6)


def test_modulation_starts_neutral_and_stays_within_the_group():
    groups = groups_of("h36m16", 2)
    plain, modulated = hop(groups), hop(groups, modulation=True)
    modulated.load_state_dict(plain.state_dict(), strict=False)
    x = torch.randn(2, 16, 8)
    assert torch.allclose(plain(x), modulated(x), atol=1e-6)
    with torch.no_grad():
        modulated.modulation.fill_(1.0)
    far = ~groups.any(0)
    reach = torch.autograd.functional.jacobian(lambda v: modulated(v[None])[0], x[0]).abs().sum((1, 3))
    assert reach[far].eq(0).all() and not torch.allclose(plain(x), modulated(x))


@pytest.mark.parametrize(("blocks", "hops"), [(1, 1), (1, 3), (2, 2)])
def test_nothing_travels_further_than_the_hops_of_all_blocks(blocks, hops):
    """Blocks reach hops bones each, the convolutions before and after them one each."""
    config = Config(skeleton="smpl24", channels=8, blocks=blocks, hops=hops, heads=2, refinement=False)
    model = built(config)
    distance = hop_distances(skeleton("smpl24"))
    jacobian = torch.autograd.functional.jacobian(lambda x: model(x[None, None])[0, 0], torch.randn(24, 2)).abs().sum((1, 3))
    reach = blocks * hops + 2
    assert distance.max() > reach or (blocks, hops) == (2, 2)
    assert jacobian[distance > reach].eq(0).all()
    assert (jacobian[distance <= reach] > 0).all()


# -- intragroup refinement -----------------------------------------------------------------------


def test_groups_of_the_human36m_joints():
    s = skeleton("h36m17")
    g = joint_groups(s)
    named = {n: {s.joints[j] for j in range(17) if g.names[g.of[j]] == n} for n in g.names}
    assert named == {
        "torso": {"root", "spine", "thorax", "neck_base", "head"},
        **{f"{side}_leg": {f"{side}_{j}" for j in ("hip", "knee", "foot")} for side in ("left", "right")},
        **{f"{side}_arm": {f"{side}_{j}" for j in ("shoulder", "elbow", "wrist")} for side in ("left", "right")},
    }
    assert g.anchor[s.index("left_wrist")] == s.index("thorax") and g.anchor[s.index("head")] == s.index("root")
    assert {s.joints[j] for j in range(17) if g.peripheral[j]} == {f"{a}_{b}" for a in ("left", "right") for b in ("knee", "foot", "elbow", "wrist")}


def test_groups_without_anatomy_are_the_branches():
    s = Skeleton("beast", ("q0", "q1", "q2", "q3", "q4", "q5"), (-1, 0, 1, 2, 1, 4))
    g = joint_groups(s)
    assert g.of[2] == g.of[3] != g.of[4] == g.of[5]
    assert g.of[0] == g.of[1] and g.anchor[3] == 1


def test_refinement_listens_to_its_limb_its_anchor_and_the_root():
    s = skeleton("h36m16")
    torch.manual_seed(0)
    block = JointRefinement(s, SMALL).eval()
    reach = torch.autograd.functional.jacobian(lambda x: block(x[None])[0], torch.randn(16, 16)).abs().sum((1, 3)) > 0
    heard = {s.joints[j] for j in reach[s.index("left_wrist")].nonzero()[:, 0]}
    assert heard == {"left_shoulder", "left_elbow", "left_wrist", "thorax", "root"}


def test_the_gate_opens_at_the_ends_first():
    s = skeleton("h36m16")
    block = JointRefinement(s, SMALL)
    bias = block.gate_bias[:, 0]
    assert bias[s.index("left_wrist")] == 1 and bias[s.index("left_shoulder")] == -1 and bias[0] == -1


# -- the whole -----------------------------------------------------------------------------------


def test_baseline_with_and_without_hop_attention_and_non_local_blocks():
    x = torch.rand(2, 3, 16, 2)
    base = replace(SMALL, backbone="semgcn")
    kinds = [{"hop_attention": True}, {"hop_attention": False}, {"hop_attention": False, "non_local": True}]
    sizes = []
    for kind in kinds:
        for refinement in (False, True):
            model = built(replace(base, refinement=refinement, **kind))
            assert model(x).shape == (2, 3, 16, 3)
            assert len(model.refinements) == 2 * refinement
            sizes.append(sum(p.numel() for p in model.parameters()))
    assert len(set(sizes)) == len(sizes)


def test_losses_are_the_named_ones_and_fall():
    batch = built(SMALL).example_batch(8, torch.Generator().manual_seed(0))
    assert {k: set(built(replace(SMALL, loss=k)).losses(batch)) for k in ("mse", "l1", "both")} == {"mse": {"mse"}, "l1": {"l1"}, "both": {"mse", "l1"}}
    model = built(HopFIR.tiny_config()).train()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    values = []
    for _ in range(40):
        loss = model.losses(batch)["mse"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < 0.3 * values[0]


def test_person_input_forgets_place_and_size():
    model = built(replace(SMALL, input="person"))
    x = torch.rand(2, 1, 16, 2)
    assert torch.allclose(model(x), model(3 * x + 0.7), atol=1e-5)


def test_any_skeleton_and_back_from_a_file(tmp_path):
    beast = Skeleton("beast", ("q0", "q1", "q2", "q3"), (-1, 0, 1, 1))
    model = built(config_for(beast, channels=16, blocks=1, hops=3))
    model.save_pretrained(tmp_path)
    again = HopFIR.from_pretrained(tmp_path)
    x = torch.rand(2, 1, 4, 2)
    assert again.skeleton == beast
    assert torch.equal(again(x), model(x))
    for name in ("h36m17", "coco17", "smpl24"):
        s = skeleton(name)
        assert built(replace(SMALL, skeleton=name))(torch.rand(1, 1, len(s), 2)).shape == (1, 1, len(s), 3)


def test_predicts_from_other_keypoints_upright_and_root_relative():
    model = built(replace(SMALL, flip_test=True))
    pixels = torch.rand(2, 5, 17, 2) * 400
    pixels[0, 0, 3] = torch.nan
    poses = Poses(pixels, skeleton("coco17"), fps=25, image_size=(640, 480))
    out = model.predict(poses)
    assert out.positions.shape == (2, 5, 16, 3) and out.skeleton.name == "h36m16"
    assert out.positions[:, 1:, 0].abs().max() == 0
    parts = model.predict(poses, batch_size=3)
    assert torch.allclose(out.positions, parts.positions, atol=1e-6, equal_nan=True)
    # mirrored people give mirrored poses
    mirrored = model.predict(poses.mirror())
    assert torch.allclose(mirrored.mirror().positions[:, 1:], out.positions[:, 1:], atol=1e-2)


def test_from_official_reads_semgcn_and_refuses_the_rest():
    official = built(replace(SMALL, backbone="semgcn", hop_attention=False, refinement=False))
    read = HopFIR.from_official({f"module.{k}": v for k, v in official.state_dict().items()})
    x = torch.rand(2, 1, 16, 2)
    assert torch.equal(read(x), official(x)) and read.config.channels == 16 and read.config.blocks == 2
    with pytest.raises(FormatError, match="not a SemGCN"):
        HopFIR.from_official({"a.weight": torch.zeros(1)})
    with pytest.raises(FormatError, match="unexpected extra"):
        HopFIR.from_official({**official.state_dict(), "extra": torch.zeros(1)})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layout": "first"}, "layout"),
        ({"backbone": "gcn"}, "backbone"),
        ({"loss": "huber"}, "loss"),
        ({"input": "world"}, "input"),
        ({"channels": 30}, "multiple of heads"),
        ({"hops": -1}, "hops"),
        ({"frames": 3}, "one frame"),
        ({"hop_attention": False}, "backbone='semgcn'"),
        ({"backbone": "semgcn", "skeleton": "h36m17", "non_local": True}, "16 joints"),
    ],
)
def test_bad_configs(changes, message):
    with pytest.raises(OptionError, match=message):
        Config(**changes)


def test_bad_input():
    with pytest.raises(ShapeError, match="16 joints"):
        built(SMALL)(torch.rand(1, 1, 17, 2))


def test_random_hops_keep_the_convolutions_at_both_ends():
    plain, control = built(SMALL), built(replace(SMALL, random_hops=3))
    assert torch.equal(control.gconv_output.adjacency, adjacency(skeleton("h36m16")))
    a, b = plain.gconv_layers[0].attention.mask, control.gconv_layers[0].attention.mask
    assert torch.equal(a.sum(-1), b.sum(-1)) and not torch.equal(a, b)


def test_dropout_is_for_training():
    model = HopFIR(replace(SMALL, dropout=0.5))
    x = torch.rand(2, 1, 16, 2)
    assert not torch.equal(model.train()(x), model(x))
    assert torch.equal(model.eval()(x), model(x))


def test_batches_of_frames_are_frames():
    model = built(SMALL)
    x = torch.rand(2, 3, 16, 2)
    assert torch.allclose(model(x)[1, 2], model(x[1:, 2:])[0, 0], atol=1e-6)
    assert model.losses(LiftingBatch(x, torch.rand(2, 3, 16, 3)))["mse"].isfinite()


# -- the shipped lifter --------------------------------------------------------------------------


def test_shipped_lifter_is_small_and_says_where_it_comes_from():
    from vitruve.methods.lifting import hopfir

    folder = Path(hopfir.__file__).parent / "weights" / "hopfir-cmu"
    assert sum(p.stat().st_size for p in folder.iterdir()) < 8 * 2**20
    provenance = json.loads((folder / "PROVENANCE.json").read_text())
    assert provenance["parameters"] == sum(p.numel() for p in load_shipped("hopfir").parameters())
    assert provenance["commit"] and provenance["command"].startswith("python -m vitruve.claims.lifting.ship")
    assert not set(provenance["data"]["train subjects"]) & set(provenance["held-out subjects"])


@pytest.mark.realdata
def test_shipped_lifter_scores_what_is_recorded(data):
    from vitruve.data.lifting import mpi_inf_3dhp
    from vitruve.methods.lifting import hopfir

    recorded = json.loads((Path(hopfir.__file__).parent / "weights/hopfir-cmu/PROVENANCE.json").read_text())["scores"]["3dhp TS5, universal"]
    lifter = load_shipped("hopfir")
    scores = lifter.evaluate(mpi_inf_3dhp(data / "mpi_inf_3dhp_test_pose", lifter.skeleton.name).batches())
    assert scores.mpjpe == pytest.approx(recorded["mpjpe"], abs=0.5)
    assert scores.p_mpjpe == pytest.approx(recorded["p_mpjpe"], abs=0.5)
