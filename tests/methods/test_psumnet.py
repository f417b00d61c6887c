"""PSUMNet: parts of any body, modalities, quirks of the release, and several streams from several checkpoints."""

import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import FormatError, OptionError
from vitruve.methods.recognition.psumnet import Config, PSUMNet, joint_set, modalities, part
from vitruve.tasks.recognition import RecognitionBatch


def test_parts_are_limbs_with_what_they_hang_from():
    names = skeleton("kinect20").joints
    hands, legs = part("kinect20", "hands"), part("kinect20", "legs")
    assert [names[j] for j in hands.joints][:2] == ["shoulder_center", "left_shoulder"] and len(hands.joints) == 9
    assert [names[j] for j in legs.joints][0] == "hip_center" and len(legs.joints) == 9
    assert part("ntu25", "hands").joints == (20, 4, 5, 6, 7, 21, 22, 8, 9, 10, 11, 23, 24)
    # any rig with arms and legs: the limbs are found by their anatomy
    rig = part("smpl24", "hands")
    assert {skeleton("smpl24").joints[j] for j in rig.joints} >= {"left_wrist", "right_hand", "left_collar"}


def test_the_right_foot_is_linked_but_in_the_release():
    assert part("ntu25", "legs").parents[8] == 7 and part("ntu25", "legs", official_quirks=True).parents[8] == 8
    assert part("ntu25", "legs").parents[5] == 0 and part("ntu25", "legs", official_quirks=True).parents[5] == 4
    tips = joint_set("shrec22").joints.index("index4")
    assert part("shrec22", "hands").parents[tips] == tips - 1


def test_modalities_are_in_the_frame_of_the_whole_body():
    x = torch.randn(2, 3, 8, 20, 1)
    of = part("kinect20", "hands")
    out = modalities(x, of)
    assert out.shape == (2, 12, 8, 9, 1)
    assert torch.equal(out[:, :3], x[:, :, :, list(of.joints)])
    moved = modalities(x + 5, of)
    assert torch.allclose(moved[:, 3:], out[:, 3:], atol=1e-5) and torch.allclose(moved[:, :3], out[:, :3] + 5)
    assert (out[:, 6:, -1] == 0).all() and torch.allclose(out[:, 6:9, 0], out[:, :3, 1] - out[:, :3, 0])


def test_streams_share_nothing_and_are_summed_by_weight():
    config = Config(num_classes=4, skeleton="kinect20", people=1, frames=16, widths=(8,) * 10, weights=(1.0, 2.0, 3.0))
    model = PSUMNet(config).eval()
    batch = model.example_batch(3, torch.Generator().manual_seed(0))
    logits = model.logits(batch)
    assert torch.allclose(model(batch), logits["body"] + 2 * logits["hands"] + 3 * logits["legs"], atol=1e-5)
    model.losses(batch)["hands"].backward()
    assert all((p.grad is not None) == name.startswith("networks.hands") for name, p in model.named_parameters())


def test_parameters_are_the_paper_s():
    counted = {s: sum(p.numel() for p in n.parameters()) for s, n in PSUMNet(Config()).networks.items()}
    assert counted == {"body": 1_448_418, "hands": 978_482, "legs": 499_898}


def test_several_checkpoints_make_one_model():
    made = PSUMNet(Config(num_classes=4, widths=(8,) * 10, official_quirks=True))
    checkpoints = {
        s: {f"layers.{int(k[1:].split('.')[0]) - 1}.{k.split('.', 1)[1]}" if k[0] == "l" else k: v for k, v in n.state_dict().items()}
        for s, n in made.networks.items()
    }
    whole = PSUMNet.from_official(checkpoints, widths=(8,) * 10, weights=(2.0, 1.8, 0.7))
    batch = made.example_batch(2, torch.Generator().manual_seed(0))
    assert torch.equal(whole(batch), made.eval()(batch))
    legs = PSUMNet.from_official(checkpoints["legs"], widths=(8,) * 10)
    assert legs.config.streams == ("legs",) and torch.equal(legs(batch), made.logits(batch)["legs"])
    with pytest.raises(FormatError, match="no entry"):
        PSUMNet.from_official({"layers.0.gcn1.bn.weight": torch.zeros(8)})


def test_any_skeleton_that_maps_and_clear_words_else():
    model = PSUMNet(Config(num_classes=4, skeleton="kinect20", people=1, frames=16, widths=(8,) * 10, feeder="ucla"))
    clip = Poses(torch.rand(1, 30, 25, 3), skeleton("ntu25"))
    assert model.predict(clip).probabilities.shape == (1, 4)
    with pytest.raises(OptionError, match="nothing joins"):
        Config(skeleton="coco17")
    with pytest.raises(OptionError, match="a weight for each"):
        Config(streams=("body",))
    batch = RecognitionBatch(torch.zeros(1, 3, 16, 25, 1), torch.zeros(1, 16))
    with pytest.raises(Exception, match="expected"):
        model(RecognitionBatch(batch.joints[:, :, :, :20].expand(-1, -1, -1, -1, 2), batch.index))
