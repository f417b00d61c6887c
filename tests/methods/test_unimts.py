"""UniMTS: what reaches the network, what chance does to it, invariances of the loss, heads, and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

import vitruve as vt
from vitruve.core.inertial import BODY, Inertial, virtual_sensors
from vitruve.errors import FormatError, OptionError, ShapeError, SkeletonError
from vitruve.io.inertial import write
from vitruve.methods.imu.unimts import Config, UniMTS, network_input, random_rotations, spectra, turn_sensors
from vitruve.tasks.imu import ImuBatch
from vitruve.tasks.method import Stage

TINY = UniMTS.tiny_config()


def built(**changes) -> UniMTS:
    torch.manual_seed(0)
    return UniMTS(replace(TINY, **changes)).eval()


def recording(samples: int = 30, places: tuple[str, ...] = ("right_wrist", "pelvis"), fps: float = 20.0) -> Inertial:
    x = torch.randn(2, samples, len(places), 3, generator=torch.Generator().manual_seed(0))
    return Inertial(x[0], x[1], places, fps)


# -- input ---------------------------------------------------------------------------------------


def test_samples_repeat_from_the_start_and_stand_where_they_are_worn():
    r = recording(30)
    x = built().prepare(r)
    assert x.shape == (3, 40, 22)
    assert torch.equal(x[:, :30, 21], r.acceleration[:, 0].T) and torch.equal(x[:, 30:, 21], r.acceleration[:10, 0].T)
    assert torch.equal(x[:, :30, 0], r.acceleration[:, 1].T)
    assert (x[..., 1:21] == 0).all()


def test_other_rates_are_resampled():
    assert built().prepare(recording(150, fps=100.0)).shape == (3, 40, 22)
    # 30 samples of 1.5 s: the 31st is the first again
    x = built().prepare(recording(150, fps=100.0))
    assert torch.equal(x[:, 30], x[:, 0])


def test_pretraining_hides_places_and_turns_sensors_and_tuning_does_neither():
    r = recording(40, BODY.joints)
    shown = set()
    for seed in range(40):
        x = built().prepare(r, torch.Generator().manual_seed(seed))
        worn = (x != 0).any(0).any(0)
        shown.add(int(worn.sum()))
        assert torch.allclose(x[..., worn].norm(dim=0), r.acceleration[:, worn].norm(dim=-1), atol=1e-4)
        assert not torch.allclose(x[..., worn], r.acceleration[:, worn].permute(2, 0, 1))
    assert shown == {1, 2, 3, 4, 5}
    still = built(rotate=False, worn=(22, 22)).prepare(r, torch.Generator().manual_seed(0))
    assert torch.equal(still, r.acceleration.permute(2, 0, 1))
    assert torch.equal(built(num_classes=2).prepare(r, torch.Generator().manual_seed(0)), still)


def test_rotations_are_rotations_and_spread_evenly():
    m = random_rotations(torch.randn(4000, 4, generator=torch.Generator().manual_seed(0)))
    assert torch.allclose(m @ m.mT, torch.eye(3).expand_as(m), atol=1e-5) and torch.allclose(torch.linalg.det(m), torch.ones(4000), atol=1e-5)
    assert m.mean(0).abs().max() < 0.05


def test_a_sensor_is_turned_as_one_at_all_times():
    x = torch.randn(6, 2, 6)
    y = turn_sensors(x, torch.randn(2, 4))
    for j in range(2):
        acc, gyro = (torch.linalg.lstsq(x[:, j, k : k + 3], y[:, j, k : k + 3]).solution for k in (0, 3))
        assert torch.allclose(acc, gyro, atol=1e-4)


def test_spectra_find_a_frequency():
    t = torch.arange(200) / 20
    found = spectra(torch.sin(2 * torch.pi * 4 * t)[:, None]).unflatten(0, (25, 8))[..., 0]
    # 4 Hz of 20 Hz in 25 bins is the fifth, and its mirror
    assert set(found.mean(1).topk(2).indices.tolist()) == {5, 20}


def test_channels_with_and_without_gyroscope_and_spectra():
    x = torch.randn(200, 22, 6)
    assert torch.equal(network_input(x), x[..., :3].permute(2, 0, 1)) and torch.equal(network_input(x, gyro=True), x.permute(2, 0, 1))
    ours, released = (network_input(x, stft=True, official_quirks=q) for q in (False, True))
    assert torch.equal(ours[:3], x[..., :3].permute(2, 0, 1)) and torch.allclose(ours[3:, :, 7].T, spectra(x[:, 7, :3]))
    # as released, joint 0 carries joint 1's acceleration too, and joints from 11 on only spectra
    assert torch.equal(released[3:, :, 0], x[:, 1, :3].T) and torch.allclose(released[:3, :, 11].T, spectra(x[:, 0, :3]), atol=1e-5)


def test_what_cannot_be_read_is_named():
    bare = Inertial(torch.zeros(30, 1, 3), None, ("pelvis",), 20.0)
    with pytest.raises(OptionError, match="angular velocities"):
        built(gyro=True).prepare(bare)
    with pytest.raises(SkeletonError, match="trunk_pocket"):
        built().prepare(Inertial(torch.zeros(30, 1, 3), None, ("trunk_pocket",), 20.0))
    with pytest.raises(ShapeError, match="22 places"):
        built().encode(torch.zeros(1, 3, 40, 20))


# -- network and losses --------------------------------------------------------------------------


def test_the_loss_is_the_papers_by_hand():
    m = built()
    b = m.example_batch(4, torch.Generator().manual_seed(3))
    imu, text = F.normalize(m.encode(b.signals), dim=-1), F.normalize(m.encode_text(b.tokens), dim=-1)
    logits = imu @ text.T / 0.07 / 0.1
    expected = -(logits.diagonal() - logits.logsumexp(1)).mean()
    assert torch.allclose(m.losses(b)["contrast"], expected, rtol=1e-4)


def test_repeated_texts_may_be_left_out_of_the_negatives():
    m = built(repeats_are_negatives=False)
    b = m.example_batch(4, torch.Generator().manual_seed(3))
    same = ImuBatch(b.signals, b.tokens[:1].expand(4, -1).contiguous(), b.label)
    assert m.losses(same)["contrast"].item() == 0.0
    assert float(built().losses(same)["contrast"]) == pytest.approx(torch.tensor(4.0).log().item(), abs=1e-3)


def test_zero_shot_scores_do_not_depend_on_the_other_labels():
    m = built()
    x = torch.randn(2, 3, 40, 22)
    three = m.scores(x, ["walk", "run", "sit"])
    assert torch.allclose(m.scores(x, ["sit", "walk"]), three[:, [2, 0]], atol=1e-4)


def test_labels_are_needed_and_a_head_knows_its_own():
    r = recording()
    with pytest.raises(OptionError, match="no labels"):
        built().predict(r)
    head = built(num_classes=3)
    with pytest.raises(OptionError, match="own classes"):
        head.predict(r, ["walk", "run", "sit"])
    assert head.predict([r, r]).probabilities.shape == (2, 3)


def test_a_head_starts_from_pretrained_weights_and_a_probe_moves_only_it(tmp_path: Path):
    source = built()
    source.save_pretrained(tmp_path)
    head = built(num_classes=3, pretrained=str(tmp_path), tune="probe")
    with torch.no_grad():
        for p in head.parameters():
            p.add_(1)
    head.start_stage(Stage())
    assert all(torch.equal(a, b) for a, b in zip(head.acc.state_dict().values(), source.acc.state_dict().values()))
    assert head.RECIPE.stages[0].modules == ("fc",) and built(num_classes=3).RECIPE.stages[0].modules == ()
    assert source.RECIPE.stages[0].epochs == 100 and head.RECIPE.stages[0].epochs == 200
    with pytest.raises(FormatError, match="graph network"):
        built(num_classes=3, blocks=((8, 1), (32, 2))).take_encoder(source)


def test_the_default_is_the_papers_size():
    whole = UniMTS(Config(num_classes=6))
    assert sum(p.numel() for p in whole.acc.parameters()) == 5_179_900


@pytest.mark.parametrize(
    "wrong", [{"worn": (0, 5)}, {"worn": (6, 5)}, {"worn": (1, 23)}, {"tune": "half"}, {"temperature": 0.0}, {"stft": True}, {"frames": 0}]
)
def test_impossible_configs_are_refused(wrong):
    with pytest.raises(OptionError, match="UniMTS"):
        replace(TINY, **wrong)


# -- official weights and files ------------------------------------------------------------------


def official_state(model: UniMTS) -> dict[str, torch.Tensor]:
    return {k.removeprefix("text."): v for k, v in model.state_dict().items()}


def test_official_files_of_both_kinds_are_read():
    m = built(blocks=((8, 1), (16, 2)), official_quirks=True)
    again = UniMTS.from_official(official_state(m), text_heads=2, frames=40)
    b = m.example_batch(2, torch.Generator().manual_seed(0))
    assert all(torch.equal(m(b)[k], again(b)[k]) for k in ("imu", "text"))
    tuned = {f"model.{k}": v for k, v in official_state(m).items()} | {"fc.weight": torch.randn(5, 16), "fc.bias": torch.randn(5)}
    head = UniMTS.from_official(tuned, text_heads=2, frames=40)
    assert head.config.num_classes == 5 and torch.allclose(head.scores(b.signals), m.encode(b.signals) @ tuned["fc.weight"].T + tuned["fc.bias"], atol=1e-5)
    assert UniMTS.from_official(tuned, num_classes=None, text_heads=2, frames=40).config.num_classes is None


def test_official_reading_is_strict():
    state = official_state(built())
    state.pop("acc.data_bn.running_var")
    with pytest.raises(FormatError, match="running_var"):
        UniMTS.from_official(state, text_heads=2, frames=40)


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".bvh"])
def test_files_of_sensors_and_of_motion_are_answered(tmp_path: Path, suffix: str):
    path = tmp_path / f"walk{suffix}"
    if suffix == ".bvh":
        vt.save(vt.sample("walk"), path)
    else:
        write(virtual_sensors(vt.sample("walk"), ["right_wrist"], stddev=0), path)
    m = built()
    m.classes = ("walk", "run", "sit")
    m.save_pretrained(tmp_path / "kept")
    again = UniMTS.from_pretrained(tmp_path / "kept")
    answer = again.answer(again.open(str(path)), path, top=2)
    assert answer["label"] in m.classes and len(answer["alternatives"]) == 1 and 0 < answer["confidence"] < 1
