"""GAP: texts that teach and are left behind; ancestors, prompts, targets, quirks of the release."""

from dataclasses import replace

import pytest
import torch

from vitruve.core.standards import skeleton
from vitruve.data.descriptions import ActionText, action_texts
from vitruve.errors import FormatError, OptionError
from vitruve.methods.recognition.gap import GAP, GROUPS, Config, ancestors, group_joints, prompts, similarities, text_loss, ucla

TINY = GAP.tiny_config()


def _model(**changes) -> GAP:
    torch.manual_seed(0)
    return GAP(replace(TINY, **changes))


def test_no_text_when_used():
    """The answer neither needs the text encoder nor changes with it."""
    model = _model().eval()
    batch = model.example_batch(3, torch.Generator().manual_seed(0))
    before = model(batch)
    model.text = None
    assert torch.equal(before, model(batch))


def test_the_first_ancestors_make_bones_and_all_of_them_joints():
    ntu = skeleton("ntu25")
    x = torch.randn(25, 3)
    assert torch.equal(ancestors(ntu, 8), torch.eye(25)) and torch.equal(ancestors(ntu, 0), torch.eye(25))
    bones = ancestors(ntu, 1) @ x
    wrist, elbow = ntu.index("left_wrist"), ntu.index("left_elbow")
    assert torch.allclose(bones[wrist], x[wrist] - x[elbow])
    # NW-UCLA as released lists children instead of parents
    assert torch.equal(ancestors(skeleton("kinect20"), 7), torch.eye(20))
    assert not torch.equal(ancestors(skeleton("kinect20"), 6, official_quirks=True), ancestors(skeleton("kinect20"), 6))


def test_prompts():
    fields = ("sit", "head: bows", "hand: rests", "arm: swings", "hip: sinks", "leg: bends", "foot: stays")
    assert prompts(fields)[2] == "sit, hand: rests, arm: swings"
    assert prompts(fields, official_quirks=True)[2] == "sithand: rests,arm: swings"
    assert len(prompts(fields)) == 1 + len(GROUPS)


def test_clips_of_a_class_share_the_target():
    label = torch.tensor([0, 0, 1])
    same = 20 * (label[:, None] == label).float()
    assert text_loss(same, label) < 0.01 < text_loss(20 * torch.eye(3), label)
    a, b = torch.randn(3, 8), torch.randn(3, 8)
    assert torch.allclose(similarities(3 * a, b, torch.tensor(2.0)), similarities(a, 5 * b, torch.tensor(2.0)), atol=1e-5)


def test_texts_follow_the_classes_or_the_user(tmp_path):
    model = _model()
    model.classes = ("sit_down", "throw", "carry", "juggle")
    assert "seat" in " ".join(model.texts[0].parts) and model.texts[3] == ActionText(("juggle",), ())
    own = [ActionText((f"move {i}",), tuple(f"does {i}" for _ in range(6))) for i in range(4)]
    model.describe(own)
    model.save_pretrained(tmp_path)
    assert GAP.from_pretrained(tmp_path).texts == tuple(own)
    with pytest.raises(OptionError, match="3 texts for 4 classes"):
        model.describe(own[:3])
    with pytest.raises(OptionError, match="6 parts"):
        ActionText(("walk",), ("only one",))


def test_every_class_of_the_open_set_is_described():
    texts = action_texts(("pick up with one hand", "carry"))
    assert all(len(t.parts) == 6 for t in texts)


def test_loss_names_and_gradients():
    model = _model()
    model.classes = ("sit down", "throw", "carry", "walk around")
    batch = model.example_batch(6, torch.Generator().manual_seed(0))
    losses = model.losses(batch)
    assert set(losses) == {"cross_entropy", "text"}
    losses["text"].backward()
    assert all(h.weight.grad is not None for h in (*model.part_heads, *model.global_heads))
    assert model.text.token_embedding.weight.grad is not None and model.logit_scale.grad.abs().min() > 0
    frozen = _model(tune_text=False)
    assert not any(p.requires_grad for p in frozen.text.parameters())
    assert set(_model(alpha=0.0).losses(batch)) == {"cross_entropy"}


def test_bodies_of_others_have_groups_too():
    assert group_joints(skeleton("smpl24"))[0] and len(group_joints(skeleton("smpl24"))) == 4
    assert GAP(Config(num_classes=3, skeleton="smpl24", people=1, frames=16, k=1, widths=(16,), strides=(1,), text="none")).groups
    with pytest.raises(OptionError, match="no joints of the hip|no joints of the foot|no joints of the head"):
        group_joints(skeleton("hand21_left"))
    with pytest.raises(OptionError, match="width of the parts"):
        ucla(heads=("ViT-L/14",))


def test_the_baseline_network_comes_back_under_the_release_s_names():
    model = GAP(GAP.Config(num_classes=4, people=1, text="none", backbone="baseline")).eval()
    state = {k.removeprefix("backbone."): v for k, v in model.state_dict().items() if k.startswith("backbone.")} | {"logit_scale": model.logit_scale}
    for name in ("weight", "bias"):
        state[f"linear_head.ViT-B/32.{name}"] = getattr(model.global_heads[0], name)
        state |= {f"part_list.{i}.{name}": getattr(model.part_heads[(0, 1, 3, 2)[i]], name) for i in range(4)}
    again = GAP.from_official(state, frames=16)
    assert again.config.backbone == "baseline"
    batch = model.example_batch(2, torch.Generator().manual_seed(0))
    assert torch.equal(again(batch), model(batch))
    with pytest.raises(OptionError, match="ctrgcn or baseline"):
        GAP.Config(backbone="stgcn")


def test_official_reader_refuses_others():
    with pytest.raises(FormatError, match="no entry"):
        GAP.from_official({"fc.weight": torch.zeros(2, 2)})
