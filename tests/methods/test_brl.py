"""BRL: mixed bodies and their labels, the two stages, weights of classes, streams, clips, and scores by shots."""

import math

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError, SkeletonError
from vitruve.methods.recognition import brl
from vitruve.methods.recognition.brl import BRL, Config, LongTailScores, ucla
from vitruve.nn.stgcnpp import Backbone
from vitruve.tasks.recognition import ActionClip, RecognitionBatch

SMALL = Backbone(widths=(12, 24), strides=(1, 2))
KINECT, NTU = skeleton("kinect20"), skeleton("ntu25")


def small(**changes) -> BRL:
    torch.manual_seed(0)
    return BRL(ucla(**{"network": SMALL, "frames": 16, **changes}))


def test_lower_bodies_are_pelvis_and_legs():
    for body in (KINECT, NTU):
        assert brl.lower_body(body).nonzero().flatten().tolist() == [0, *range(12, 20)]
    assert brl.lower_body(skeleton("coco17")).nonzero().flatten().tolist() == list(range(11, 17))
    with pytest.raises(OptionError, match="no legs"):
        brl.lower_body(skeleton("hand21_left"))


def test_a_mixed_clip_keeps_every_joint_in_its_place():
    x = torch.arange(4.0)[:, None, None, None, None].expand(4, 3, 5, 20, 1).clone()
    lower = brl.lower_body(KINECT)
    out = brl.mix(x, torch.tensor([1, 3]), torch.tensor([3, 0]), lower)
    assert (out[1][..., lower, :] == 3).all() and (out[1][..., ~lower, :] == 1).all()
    assert (out[3][..., lower, :] == 0).all() and torch.equal(out[[0, 2]], x[[0, 2]])
    # the release leaves the upper body in the first places, and passes over what follows a mixed clip
    released, pairs = brl.released_mix(x, [0, 1, 3], lambda left: left[-1], lower)
    assert pairs == [(0, 3), (3, 2)] and (released[0][..., :11, :] == 0).all() and (released[0][..., 11:, :] == 3).all()
    assert torch.equal(released[1], x[1])


def test_mixed_clips_belong_to_the_rarer_class():
    counts = torch.tensor([90, 30, 29, 10])
    own, other = torch.tensor([0, 0, 2, 3, 3]), torch.tensor([1, 2, 0, 3, 0])
    assert torch.allclose(brl.mix_weight(own, other, counts, 0.6, 3.0), torch.tensor([0.6, 0.0, 1.0, 0.6, 1.0]))


def test_every_mixed_clip_has_a_weight_of_its_own():
    model = small(mix_ratio=0.5, loss="cross_entropy")
    batch = model.example_batch(8, torch.Generator().manual_seed(0))
    torch.manual_seed(1)
    x, other, weight = model.mixed(batch.joints, batch.label)
    changed = (x != batch.joints).flatten(1).any(1)
    assert changed.sum() == 4 and (weight[~changed] == 1).all() and torch.equal(other[~changed], batch.label[~changed])
    assert all(any(w == pytest.approx(v) for v in (0.0, 0.55, 1.0)) for w in weight[changed].tolist())
    assert small(mix_ratio=0.1).mixed(batch.joints, batch.label)[0] is batch.joints


def test_shared_loss_is_the_plain_one_where_labels_agree():
    losses, weights = torch.rand(6), torch.rand(6)
    expected = (losses * weights).sum() / weights.sum()
    for quirks in (False, True):
        assert torch.allclose(brl.shared_loss(torch.rand(6), (losses, weights), (losses, weights), quirks), expected)


def test_rare_classes_weigh_more_and_weights_are_one_on_average():
    counts = ucla().counts
    for loss in ("action_aware", "class_balanced", "ldam", "weighted"):
        w = brl.class_weights(loss, counts)
        assert (w.diff() > 0).all()
        assert loss == "weighted" or w.mean() == pytest.approx(1, abs=1e-5)
    even = brl.class_weights("action_aware", counts, flipped=True)
    assert even.std() < 0.01
    assert torch.allclose(brl.class_weights("action_aware", (7, 7, 7)), torch.ones(3))


def test_weights_act_in_the_last_epochs_only():
    model, early, quirky = small(), small(rebalance_from=0.0), small(official_quirks=True)
    label = torch.arange(10)
    w = brl.class_weights("action_aware", model.counts)
    for epoch in range(24):
        for m in (model, early, quirky):
            m.epoch = epoch
        assert torch.allclose(model.clip_weights(label), w if epoch >= 19 else torch.ones(10))
        assert torch.allclose(early.clip_weights(label), w)
        assert (quirky.clip_weights(label).std() > 0.1) == (epoch in (19, 21, 23))


def test_training_tells_the_method_its_epoch():
    model = small(mix="none", rebalance_from=0.5)
    model.start_stage(model.RECIPE.stages[0])
    batch = model.example_batch(6, torch.Generator().manual_seed(0))
    seen = []
    for epoch in (0.0, 11.9, 12.0):
        ((part, terms),) = model.moves(batch, epoch, 0)
        seen.append(float(terms["classification"].detach()))
        assert part is model
    plain = small(mix="none", loss="cross_entropy").train()
    assert seen[0] == seen[1] == pytest.approx(float(plain.losses(batch)["classification"]), rel=1e-4) and seen[2] != seen[0]


def test_losses_of_one_clip():
    counts = (100, 50, 10)
    scores, label = torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([2])
    plain = brl.clip_losses("cross_entropy", scores, label, counts)
    assert torch.equal(brl.clip_losses("focal", scores, label, counts, second=False), plain)
    assert brl.clip_losses("focal", scores, label, counts) < plain
    assert torch.allclose(
        brl.clip_losses("balanced_softmax", scores, label, counts),
        -(torch.tensor(counts) * scores.exp() / (torch.tensor(counts) * scores.exp()).sum())[0, 2:].log(),
    )
    # a margin of half for the rarest class, all times 30
    assert torch.allclose(brl.clip_losses("ldam", scores, label, counts), torch.tensor([30 * 2.5]), atol=1e-3)
    # scales log(50 n / n_min) / log 50, the rarest class shifted and (second stage) scaled as the most frequent is
    top = 1 + math.log(10) / math.log(50)
    shifted = torch.tensor([[2.0 * top, 1 + math.log(5) / math.log(50), -0.5]])
    for second, times in ((False, 1.0), (True, top)):
        expected = torch.nn.functional.cross_entropy(shifted * times, label, reduction="none")
        assert torch.allclose(brl.clip_losses("kps", scores, label, counts, second), expected)
    # in whatever order classes come
    assert torch.allclose(brl.clip_losses("kps", scores.flip(1), 2 - label, counts[::-1]), brl.clip_losses("kps", scores, label, counts))
    expected = torch.nn.functional.cross_entropy((-(-scores).exp()).exp(), label, reduction="none")
    assert torch.allclose(brl.clip_losses("gumbel", scores, label, counts), expected)
    torch.manual_seed(0)
    # frequent classes that are not the clip's own are left out
    assert brl.clip_losses("equalization", scores, label, counts) < 0.7


def test_skips_are_to_grandparents():
    x = torch.randn(4, 1, 20, 3)
    skip = brl.stream(x, "k", KINECT)
    assert torch.equal(skip[:, :, 6], x[:, :, 6] - x[:, :, 4]) and (skip[:, :, 4] == 0).all() and torch.equal(skip[:, :, 13], x[:, :, 13] - x[:, :, 0])
    assert torch.equal(brl.stream(x, "km", KINECT)[0], skip[1] - skip[0])
    flat = brl.stream(torch.rand(4, 1, 17, 3), "b", skeleton("coco17"), flat=True)
    assert (flat[..., 2] >= 0).all()
    with pytest.raises(OptionError, match="stream"):
        brl.stream(x, "z", KINECT)


def test_upright_bodies():
    x = torch.randn(12, 2, 25, 3)
    x[:3, 0] = 0
    x[-5:, 1] = 0
    out, centre = brl.upright(x, NTU)
    assert out.shape == (9, 2, 25, 3) and torch.equal(centre, x[3, 0, 1])
    shoulders = out[0, 0, 8] - out[0, 0, 4]
    assert shoulders[0] > 0 and shoulders[1:].abs().max() < 1e-5
    assert torch.allclose((out[0, 0, 5] - out[0, 0, 6]).norm(), (x[3, 0, 5] - x[3, 0, 6]).norm(), atol=1e-5)
    # the person seen longer comes first
    x[:8, 0] = 0
    assert brl.upright(x, NTU)[0].shape[0] == 7
    with pytest.raises(OptionError, match="main person"):
        brl.upright(torch.zeros(3, 1, 25, 3), NTU)


def test_several_samples_of_a_clip_are_averaged():
    clip = Poses(torch.randn(1, 40, 25, 3), NTU, metadata={})
    torch.manual_seed(0)
    model = BRL(Config(num_classes=4, people=1, frames=16, network=SMALL, clips=3)).eval()
    views = model.views(clip)
    assert views.shape == (3, 3, 16, 25, 1) and torch.equal(views, model.views(clip)) and not torch.equal(views[0], views[1])
    each = model.network(views).softmax(-1)
    assert torch.allclose(model.predict([clip, clip], 4).probabilities[1], each.mean(0), atol=1e-6)
    assert torch.equal(model.prepare(clip)[0], views[0])
    g = torch.Generator()
    assert torch.equal(model.views(clip, g.manual_seed(3)), model.views(clip, g.manual_seed(3)))
    short = model.views(Poses(torch.randn(1, 5, 25, 3), NTU), g)
    assert short.shape == (1, 3, 16, 25, 1)


def test_keypoints_of_images_are_read_with_their_confidence():
    clip = Poses(torch.rand(3, 20, 17, 2) * 100, skeleton("coco17"), confidence=torch.rand(3, 20, 17), image_size=(100, 100))
    model = BRL(Config(num_classes=4, skeleton="coco17", frames=8, clips=1, network=SMALL))
    x = model.views(clip)
    assert x.shape == (1, 3, 8, 17, 2) and x[:, :2].abs().max() <= 1 and (x[:, 2] >= 0).all()
    assert model.predict(clip).probabilities.shape == (1, 4)


def test_streams_are_fused_by_weight():
    p = {"j": torch.tensor([[1.0, 0.0]]), "jm": torch.tensor([[0.0, 1.0]])}
    assert torch.allclose(brl.fuse(p), torch.tensor([[2 / 3, 1 / 3]]))


def test_scores_by_shots():
    model = small()
    clips = [ActionClip(Poses(torch.randn(1, 9, 20, 3), KINECT), k) for k in range(10)]
    scores = model.evaluate(clips)
    assert isinstance(scores, LongTailScores)
    assert scores.many == pytest.approx(sum(scores.per_class[:3]) / 3) and scores.few == pytest.approx(sum(scores.per_class[7:]) / 3)
    assert math.isnan(small(many=100).evaluate(clips).many)


def test_released_weights(tmp_path):
    model = small()
    state = {k.replace("network.", "backbone."): v for k, v in model.state_dict().items()}
    state = {k.replace(".l1.", ".gcn.0.").replace(".l2.", ".gcn.1.").replace("gcn1.", "gcn.").replace("tcn1.", "tcn."): v for k, v in state.items()}
    state = {k.replace("backbone.fc.", "cls_head.fc_cls."): v for k, v in state.items()}
    torch.save({"meta": {"epoch": 24}, "state_dict": state}, tmp_path / "best.pth")
    read = BRL.from_official(tmp_path / "best.pth", stream="b")
    batch = model.example_batch(2, torch.Generator().manual_seed(0))
    assert torch.equal(read(batch), model.eval()(batch)) and read.config.stream == "b" and read.config.feeder == "ucla" and read.config.official_quirks
    with pytest.raises(FormatError, match="no entry"):
        BRL.from_official({"cls_head.fc_cls.bias": torch.zeros(2)})
    with pytest.raises(FormatError, match="unexpected network.extra"):
        BRL.from_official({**state, "extra": torch.zeros(2)})
    with pytest.raises(FormatError, match="which skeleton"):
        BRL.from_official(state, skeleton="ntu25")


def test_what_cannot_be_is_said():
    with pytest.raises(OptionError, match="for each of 10 classes"):
        ucla(counts=(1, 2, 3))
    with pytest.raises(OptionError, match="loss='best'"):
        Config(loss="best")
    with pytest.raises(OptionError, match="shares"):
        Config(mix_ratio=2.0)
    with pytest.raises(SkeletonError):
        small().predict(Poses(torch.rand(1, 5, 21, 3), skeleton("hand21_left")))
    with pytest.raises(Exception, match="expected"):
        small()(RecognitionBatch(torch.zeros(1, 3, 16, 25, 1), torch.zeros(1, 16)))


@pytest.mark.realdata
def test_nw_ucla_long_tailed(data):
    from vitruve.training.setup import setup

    ready = setup("recognition", "nw_ucla_lt", data)
    assert ready.facts["counts"] == (100, 77, 59, 46, 35, 27, 21, 16, 12, 10)
    model = ready.build(BRL, {"network": {"widths": [12], "strides": [1]}})
    assert model.counts == ready.facts["counts"] and len(ready.split(model)) == 5 * 403
    assert ready.split(model).get(7, torch.Generator())[0].shape == (3, 52, 20, 1)
