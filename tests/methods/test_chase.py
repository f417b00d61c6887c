"""CHASE: the origin stays in the hull, the loss tells samples apart, joint sets, groups, backbones, and reading weights."""

from dataclasses import replace

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.methods.recognition.chase import CHASE, Config, ConvexHullShift, GroupBatch, extremes, mutual, scenario
from vitruve.nn.discrepancy import mmd
from vitruve.nn.entities import by_side, hierarchy, joint_set, links, vectors
from vitruve.tasks.recognition import RecognitionBatch

TINY = CHASE.tiny_config()


def _batch(config: Config, size: int = 3) -> RecognitionBatch:
    return CHASE(config).example_batch(size, torch.Generator().manual_seed(0))


def test_origin_is_a_convex_combination_and_differs_from_clip_to_clip():
    torch.manual_seed(0)
    shift = ConvexHullShift(3, 4, 5, 2, (2, 1, 1))
    with torch.no_grad():
        shift[4].weight.mul_(50)
    x = torch.randn(6, 3, 4, 5, 2)
    weight = shift.coefficients(x)
    assert (weight >= 0).all() and torch.allclose(weight.sum(1), torch.ones(6, 2))
    origin = shift.origins(x)
    low, high = x.flatten(2).aminmax(dim=-1)
    assert (origin.flatten(2) >= low[..., None]).all() and (origin.flatten(2) <= high[..., None]).all()
    assert weight.std(0).max() > 1e-4
    # each half of the frames is moved by its own origin, everything in it alike
    moved = x - shift(x)
    assert torch.allclose(moved[:, :, :2], origin[:, :, :1].expand(-1, -1, 2, 5, 2), atol=1e-6)
    assert torch.allclose(moved[:, :, 2:], origin[:, :, 1:].expand(-1, -1, 2, 5, 2), atol=1e-6)


def test_the_shift_adds_the_paper_s_parameters():
    assert sum(p.numel() for p in ConvexHullShift(3, 64, 25, 2).parameters()) == 26_368


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(OptionError, match="divisors of 4 frames"):
        ConvexHullShift(3, 4, 5, 2, (3, 1, 1))
    with pytest.raises(OptionError, match=r"expected clips of \(4, 5, 2\)"):
        ConvexHullShift(3, 4, 5, 2)(torch.zeros(1, 3, 6, 5, 2))


def test_mmd_is_zero_for_one_sample_and_grows_with_distance():
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 40, 3, generator=generator)
    assert mmd(x, x).abs() < 1e-5
    near, far = mmd(x, y), mmd(x, y + 3)
    assert 0 <= near < 0.2 < far
    # everybody in one place: finite, and so is its gradient
    same = torch.ones(4, 3, requires_grad=True)
    found = mmd(same, torch.ones(4, 3))
    found.backward()
    assert found == 0 and same.grad.isfinite().all()


def test_mmd_s_gradient_reaches_the_shift_through_what_is_learned_only():
    model = CHASE(TINY)
    terms = model.train().losses(_batch(TINY))
    terms["mmd"].backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in model.shift.parameters())
    assert all(p.grad is None for p in model.backbone.parameters())
    assert "mmd" not in CHASE(replace(TINY, mmd_weight=0.0)).losses(_batch(TINY))


def test_extremes_are_each_person_s():
    x = torch.randn(2, 3, 4, 5, 3)
    found = extremes(x, (0, 2))
    assert found.shape == (2, 2, 2, 3)
    assert torch.equal(found[1, :, 0], x[..., 2].amax((2, 3))) and torch.equal(found[0, :, 1], x[..., 0].amin((2, 3)))


def test_mean_as_origin_centres_and_none_leaves():
    batch = _batch(TINY)
    assert CHASE(replace(TINY, shift="mean")).moved(batch.joints).mean((2, 3, 4)).abs().max() < 1e-6
    assert CHASE(replace(TINY, shift="none")).moved(batch.joints) is batch.joints


@pytest.mark.parametrize("backbone", ["ctrgcn", "hdgcn", "infogcn", "stsanet", "istanet", "agcn", "stgcn"])
def test_every_backbone_tells_persons_too(backbone):
    blocks = ((16, 4), (16, 4)) if backbone in ("stsanet", "istanet") else ((16, 1), (16, 2))
    config = replace(TINY, backbone=backbone, blocks=blocks, embedding=16, tuple_frames=2, person_classes=3, people=3)
    model = CHASE(config)
    batch = model.example_batch(2, torch.Generator().manual_seed(0))
    terms = model.train().losses(batch)
    assert {"cross_entropy", "person", "mmd"} <= set(terms) and ("code" in terms) == (backbone == "infogcn")
    assert model.eval().find(batch.joints).person_logits.shape == (2, 3, 3)
    assert isinstance(batch.select(slice(1)), GroupBatch) and batch.select(slice(1)).person_label.shape == (1, 3)
    with pytest.raises(OptionError, match="person_label"):
        model.losses(RecognitionBatch(batch.joints, batch.index, batch.label))


def test_levels_are_the_release_s():
    def numbers(name, centre=None):
        return [sorted(j + 1 for j in level) for level in hierarchy(joint_set(name), centre)]

    assert numbers("ntu25")[-2:] == [[7, 11], [8, 12, 22, 23, 24, 25]]
    assert numbers("ntu25", "spine_shoulder")[-2:] == [[15, 19, 22, 23, 24, 25], [16, 20]]
    assert numbers("ntu25", "spine_mid")[1:3] == [[1, 21], [3, 5, 9, 13, 17]]
    assert numbers("hand21_left")[1] == [2, 6, 10, 14, 18]
    assert numbers("coco17") == [[1], [2, 3], [4, 5], [6, 7], [8, 9, 12, 13], [10, 11, 14, 15], [16, 17]]
    assert numbers("assembly21", "thumb_tip") == [[1], [8], [7], [6, 9], [10, 12, 15, 18], [11, 13, 16, 19], [2, 14, 17, 20], [3, 4, 5]]


def test_vectors_are_from_ancestors_and_in_the_release_not_always():
    x = torch.randn(17, 3)
    assert torch.allclose((vectors(skeleton("coco17")) @ x)[15], x[15] - x[13])
    assert torch.allclose((vectors(skeleton("coco17"), official_quirks=True) @ x)[13], x[13] - x[15])
    assert torch.allclose((vectors(skeleton("ntu25"), 2) @ torch.eye(25))[8].nonzero().flatten(), torch.tensor([1, 8]))


def test_mutual_labels():
    kept, label = mutual(torch.tensor([3, 49, 59, 60, 105, 119]))
    assert kept.tolist() == [1, 2, 4, 5] and label.tolist() == [0, 10, 11, 25]


def test_scenarios_are_the_release_s_and_others_refused():
    volleyball = scenario("volleyball")
    assert (volleyball.num_classes, volleyball.person_classes, volleyball.people, volleyball.dims, volleyball.frames) == (8, 11, 14, 2, 10)
    assert scenario("ntu26", "stsanet").frames % 3 == 0
    alone = scenario("assembly101", "istanet")
    assert (alone.shift, alone.mmd_weight, alone.window, alone.time_kernel, len(alone.blocks)) == ("none", 0.0, (20, 1, 2), 5, 9)
    assert scenario("h2o", "istanet").window == (20, 1, 3) and scenario("volleyball", "istanet").window == (10, 1, 1)
    with pytest.raises(OptionError, match="expected one of ntu26"):
        scenario("kinetics")


def test_a_lone_person_and_wrong_options_are_refused():
    for changes, words in (({"people": 1}, "mmd_weight=0"), ({"backbone": "msg3d"}, "ctrgcn"), ({"shift": "max"}, "learned"), ({"dims": 4}, "2 or 3")):
        with pytest.raises(OptionError, match=words):
            Config(**changes)
    with pytest.raises(OptionError, match="multiple of tuple_frames"):
        Config(backbone="stsanet")


def test_players_by_side_with_the_ball_after_each_half():
    x = torch.tensor([5.0, 1.0, 9.0, 3.0]).expand(2, 3, 17, 4)
    ball, label = torch.full((2, 3), 7.0), torch.tensor([0, 1, 2, 3])
    found, labels = by_side(x, ball, label)
    assert found[0, 0, 0].tolist() == [1, 3, 7, 5, 9, 7] and labels.tolist() == [1, 3, 10, 0, 2, 10]
    found, labels = by_side(x)
    assert found[1, 2, 16].tolist() == [1, 3, 5, 9] and labels is None


def test_clips_in_2d_and_augmentation_that_moves_everybody_alike():
    model = CHASE(replace(TINY, dims=2, skeleton="coco17"))
    x = torch.rand(2, 20, 17, 2)
    plain, _ = model.prepare(Poses(x, skeleton("coco17")))
    assert plain.shape == (2, 8, 17, 2)
    model = CHASE(TINY)
    clip = Poses(torch.rand(2, 20, 15, 3), joint_set("sbu15"))
    a, b = (model.prepare(clip, torch.Generator().manual_seed(s))[0] for s in (0, 1))
    assert not torch.allclose(a, b)
    # turned and moved as one: distances within a frame stay within those of the clip
    still = Poses(clip.positions[:, :1].expand(-1, 20, -1, -1), joint_set("sbu15"))
    turned, whole = model.prepare(still, torch.Generator().manual_seed(3))[0], model.prepare(still)[0]
    assert torch.allclose(torch.pdist(turned[:, 0].flatten(1).T), torch.pdist(whole[:, 0].flatten(1).T), atol=1e-5)
    assert turned[:, 0].allclose(turned[:, 5], atol=1e-6) and not turned.allclose(whole, atol=1e-2)


@pytest.mark.parametrize("backbone", ["ctrgcn", "hdgcn", "infogcn", "stsanet", "istanet"])
def test_weights_come_back_under_the_release_s_names(backbone):
    blocks = ((16, 4), (32, 8)) if backbone in ("stsanet", "istanet") else ((16, 1), (32, 2))
    config = Config(5, "coco17", 2, 3, 6, backbone, blocks, embedding=16, person_classes=2, window=(4, 1, 2), official_quirks=True)
    torch.manual_seed(0)
    model = CHASE(config).eval()
    state = {}
    for key, value in model.state_dict().items():
        name = f"backbone.{key}" if key.startswith("fc_person.") else key
        if backbone in ("hdgcn", "stsanet") and name.endswith(".3.conv.bias") and "branches" in name:
            name, value = name.replace("conv.bias", "bias"), value[None, :, None, None]
        state[name] = value
    if backbone == "hdgcn":
        last = len(model.backbone.l1.gcn1.PA) - 1
        state |= {k.replace(f".conv.{last}.", ".conv_d."): v for k, v in state.items() if f".gcn1.conv.{last}." in k}
    if backbone == "stsanet":
        # the release keeps positions with the weights
        state |= {f"backbone.blocks.{i}.pes.pe": b.position[None].expand(-1, -1, 2, -1) for i, b in enumerate(model.backbone.blocks)}
    options = {}
    if backbone == "istanet":
        options = {"window": (4, 1, 2), "frames": 6, "people": 3}
        state |= {f"backbone.blocks.{i}.pes.pe": b.position[None].expand(-1, -1, 4, 2, -1) for i, b in enumerate(model.backbone.blocks)}
        with pytest.raises(FormatError, match="68 tokens"):
            CHASE.from_official(state)
    again = CHASE.from_official(state, **options)
    assert again.config.backbone == backbone and again.config.blocks == blocks and (again.config.people, again.config.frames) == (3, 6)
    batch = model.example_batch(2, torch.Generator().manual_seed(0))
    assert torch.equal(again(batch), model(batch))
    state.pop("shift.2.weight")
    with pytest.raises(FormatError, match=r"shift\.2\.weight"):
        CHASE.from_official(state, **options)


def test_predicts_and_labels_clips_of_two():
    model = CHASE(TINY)
    clip = Poses(torch.rand(2, 30, 15, 3), joint_set("sbu15"))
    assert model.predict([clip, clip]).probabilities.shape == (2, 4)
    before, after = model.discrepancy(_batch(TINY, 8))
    assert before >= 0 and after >= 0


@pytest.mark.realdata
def test_two_people_of_sbu(data):
    from vitruve.data.actions import sbu

    clip = sbu(data / "sbu_interaction")[0]
    x, _ = CHASE(replace(TINY, num_classes=8)).prepare(clip.poses)
    assert x.shape == (3, 8, 15, 2) and clip.poses.skeleton.joints == joint_set("sbu15").joints
    assert links(joint_set("sbu15"))[0] == (0, 1)
