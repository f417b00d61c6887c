"""Inertial data: the authors' columns, real sets, simulated windows, splits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import vitruve as vt
from vitruve.core.inertial import STANDARD_GRAVITY, Inertial
from vitruve.data import imu, load
from vitruve.errors import FormatError, OptionError
from vitruve.methods.imu.unimts import UniMTS
from vitruve.tasks.imu import ImuSample


def sample(label: int = 0, subject: int = 1, texts: tuple[str, ...] = ("walk",), places: tuple[str, ...] = ("right_wrist",)) -> ImuSample:
    x = torch.randn(2, 40, len(places), 3, generator=torch.Generator().manual_seed(label))
    return ImuSample(Inertial(x[0], x[1], places, 20.0), label, texts, subject)


# -- the authors' layouts ------------------------------------------------------------------------


def test_every_set_reads_its_columns_in_our_units():
    assert len(imu.AUTHORS_SETS) == 18
    x = np.random.default_rng(0).normal(size=(1, 30, 63))
    for name, (fps, devices) in imu.AUTHORS_SETS.items():
        (r,) = imu.authors_recordings(name, x, [0])
        assert r.fps == fps and len(r.places) == len(devices)
        assert r.acceleration.isfinite().all()


def test_units_of_a_few_sets():
    x = np.ones((2, 10, 42))
    (r, _) = imu.authors_recordings("UCIHAR", x, [0, 0])
    assert r.places == ("spine1",) and torch.allclose(r.acceleration, torch.tensor(STANDARD_GRAVITY)) and torch.allclose(r.angular_velocity, torch.tensor(1.0))
    (r, _) = imu.authors_recordings("USCHAD", x, [0, 0])
    assert r.places == ("right_hip",) and torch.allclose(r.angular_velocity, torch.tensor(np.pi / 180, dtype=torch.float32))
    (r, _) = imu.authors_recordings("Wharf", 31.5 * x, [0, 0])
    assert r.acceleration.abs().max() < 1e-4 and r.angular_velocity is None
    wrist, thigh = imu.authors_recordings("UTD-MHAD", x, [20, 21])
    assert (wrist.places, thigh.places) == (("right_wrist",), ("right_hip",))
    (r, _) = imu.authors_recordings("Mhealth", x, [0, 0])
    assert r.angular_velocity[:, 0].isnan().all() and r.angular_velocity[:, 1:].isfinite().all()


def test_too_few_columns_and_unknown_sets_are_named():
    with pytest.raises(FormatError, match="42 columns"):
        imu.authors_recordings("Opp_g", np.ones((1, 10, 9)), [0])
    with pytest.raises(OptionError, match="Opp_g"):
        imu.authors_recordings("Opportunity", np.ones((1, 10, 9)), [0])


def test_a_folder_of_theirs(tmp_path: Path):
    place = tmp_path / "WISDM"
    place.mkdir()
    np.save(place / "X_test.npy", np.ones((3, 50, 6)))
    np.save(place / "y_test.npy", np.array([1, 0, 1]))
    (place / "WISDM.json").write_text(json.dumps({"label_dictionary": {"0": ["walking"], "1": ["brushing", "teeth"]}}))
    samples = imu.authors_set(tmp_path, "WISDM")
    assert [s.label for s in samples] == [1, 0, 1] and samples[0].texts == ("brushing teeth",)
    with pytest.raises(FormatError, match="X_train"):
        imu.authors_set(tmp_path, "WISDM", "train")


def test_uci_har_as_published(tmp_path: Path):
    (tmp_path / "activity_labels.txt").write_text("1 WALKING\n2 WALKING_UPSTAIRS\n")
    for part, n in (("train", 3), ("test", 2)):
        signals = tmp_path / part / "Inertial Signals"
        signals.mkdir(parents=True)
        for k in imu._UCI:
            np.savetxt(signals / f"{k}_{part}.txt", np.full((n, 128), 1.0 if k == "total_acc_z" else 0.0))
        np.savetxt(tmp_path / part / f"y_{part}.txt", np.arange(n) % 2 + 1, fmt="%d")
        np.savetxt(tmp_path / part / f"subject_{part}.txt", np.full(n, 7), fmt="%d")
    samples = imu.uci_har(tmp_path)
    assert len(samples) == 5 and samples[1].texts == ("walking upstairs",) and samples[0].subject == 7
    assert samples[3].recording.metadata["part"] == "test"
    assert samples[0].recording.acceleration[0, 0].tolist() == pytest.approx([0, 0, STANDARD_GRAVITY])
    (tmp_path / "test" / "y_test.txt").write_text("1\n")
    with pytest.raises(FormatError, match="as many windows"):
        imu.uci_har(tmp_path)


# -- simulation and samples ----------------------------------------------------------------------


def test_windows_of_simulated_sensors():
    m = vt.sample("walk")
    long = vt.Motion.concatenate([m, m, m])
    windows = imu.simulated([(long, 3, ("walk",))], seconds=2.0, stride=1.0, stddev=0)
    assert len(windows) > 5 and {len(w.recording) for w in windows} == {40} and windows[0].label == 3
    # the second window begins where half of the first has passed
    assert torch.equal(windows[0].recording.acceleration[20:], windows[1].recording.acceleration[:20])
    (short,) = imu.simulated([(m, 0, ("walk",))], seconds=60.0, stddev=0)
    assert len(short.recording) < 20 * 60


def test_paraphrases_change_the_words_and_keep_the_text():
    said = imu.paraphrased("walk on uneven terrain")
    assert said[0] == "walk on uneven terrain" and "stroll on uneven terrain" in said and len(set(said)) == len(said)


def test_turning_changes_axes_and_keeps_lengths_and_the_angle_between_them():
    s = sample()
    (t,) = imu.turned([s], seed=1)
    a, b = s.recording, t.recording
    assert not torch.allclose(a.acceleration, b.acceleration)
    assert torch.allclose(a.acceleration.norm(dim=-1), b.acceleration.norm(dim=-1), atol=1e-5)
    dots = [(r.acceleration * r.angular_velocity).sum(-1) for r in (a, b)]
    assert torch.allclose(*dots, atol=1e-4)


def test_few_shots_and_halves_and_places():
    many = [sample(i % 3, i) for i in range(30)]
    few = imu.few_shot(many, 4, seed=1)
    assert [sum(s.label == k for s in few) for k in range(3)] == [4, 4, 4]
    assert [s.subject for s in imu.few_shot(many, 4, seed=1)] == [s.subject for s in few] != [s.subject for s in imu.few_shot(many, 4, seed=2)]
    train, test = imu.odd_subjects(many)
    assert {s.subject % 2 for s in train} == {1} and {s.subject % 2 for s in test} == {0} and len(train) + len(test) == 30
    both = sample(places=("pelvis", "head"))
    (head,) = imu.only([both], "head")
    assert torch.equal(head.recording.acceleration[:, 0], both.recording.acceleration[:, 1])
    assert imu.class_texts([sample(1, texts=("run",)), sample(0)]) == ("walk", "run")
    with pytest.raises(OptionError, match="classes"):
        imu.class_texts([sample(1)])


def test_a_split_draws_texts_only_when_it_augments():
    method = UniMTS(UniMTS.tiny_config())
    split = imu.imu_split(method, [sample(texts=("walk", "stroll"))])
    plain = {tuple(split.get(0, None)[1].tolist()) for _ in range(8)}
    drawn = {tuple(split.get(0, torch.Generator().manual_seed(i))[1].tolist()) for i in range(8)}
    assert len(plain) == 1 and len(drawn) == 2
    with pytest.raises(OptionError, match="without any"):
        imu.imu_split(method, [sample(texts=())])
    with pytest.raises(OptionError, match="no recordings"):
        imu.imu_split(method, [])


# -- real data -----------------------------------------------------------------------------------


@pytest.mark.realdata
def test_real_sets_are_whole(data: Path):
    for name, count, classes in (("utd_mhad_imu", 646, 27), ("sp_sw_har", 2420, 5)):
        found = imu.measure(load(name, data))
        assert (found["recordings"], found["classes"], found["missing"]) == (count, classes, 0)
        assert 9.5 < found["median_acceleration"] < 10.6


@pytest.mark.realdata
def test_sitting_is_still_and_walking_is_not(data: Path):
    samples = load("sp_sw_har", data)
    shake = {t: torch.tensor([float(s.recording.acceleration.norm(dim=-1).std()) for s in samples if s.texts == (t,)]).median() for t in ("sitting", "walking")}
    assert shake["walking"] > 5 * shake["sitting"]


@pytest.mark.realdata
def test_no_held_out_cmu_clip_is_trained_on(data: Path):
    described = imu.described_cmu(data)
    train, test = imu.cmu_halves(described)
    name = lambda clips: {m.name for m, _, _ in clips}  # noqa: E731
    assert len(train) + len(test) == len(described) and not name(train) & name(test)
    assert {label for _, label, _ in test} == set(range(len(imu.CMU_CLASSES)))
