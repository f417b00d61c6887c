"""Action data: real sets hold what they should, official splits, NTU's preparation, and clips as training samples."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

import vitruve.data as vd
from vitruve import Poses, VitruveError, skeleton
from vitruve.data import actions, ntu
from vitruve.io import ntu as ntu_files
from vitruve.methods.recognition.skateformer import Config, SkateFormer, ucla
from vitruve.tasks.recognition import ActionClip

SMALL = {"depths": (1,), "channels": (32,), "heads": 8}
RECOGNITION = [name for name, d in vd.DATASETS.items() if d.task == "recognition" and d.counts]


# -- the registry --------------------------------------------------------------------------------


def test_every_entry_can_be_read():
    for name, d in vd.DATASETS.items():
        assert d.name == name and d.terms and d.how_to_get
        for place in (d.reader, d.measure):
            module, _, function = place.partition(":")
            assert callable(getattr(importlib.import_module(module), function))


def test_root(monkeypatch, tmp_path):
    monkeypatch.setenv("VITRUVE_DATA", str(tmp_path / "a"))
    assert vd.find_root() == tmp_path / "a"
    assert vd.find_root(tmp_path / "b") == tmp_path / "b"
    monkeypatch.delenv("VITRUVE_DATA")
    assert vd.find_root() == Path.home() / ".cache" / "vitruve" / "data"


def test_unknown_and_absent_sets(tmp_path):
    with pytest.raises(VitruveError, match="unknown data set 'atlantis'.*nw_ucla"):
        vd.load("atlantis")
    with pytest.raises(VitruveError, match="How to get it: skeletons as JSON"):
        vd.load("nw_ucla", tmp_path)


@pytest.mark.realdata
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n == "bandai" else n for n in RECOGNITION])
def test_real_sets_are_complete(data, name):
    found = vd.check(name, data)
    assert found.ok, found.problems


# -- readers and splits --------------------------------------------------------------------------


@pytest.mark.realdata
def test_nw_ucla(data):
    clips = vd.load("nw_ucla", data)
    train, test = actions.cross_view(clips)
    assert (len(train), len(test)) == (1020, 464)
    assert {c.view for c in train} == {1, 2} and {c.view for c in test} == {3}
    names = actions.class_names(clips)
    assert len(names) == 10 and names[3] == "walk around"
    # heads are above hips, and people face the Kinect's side: z has been turned
    up = torch.stack([c.poses.joint("head").mean((0, 1)) - c.poses.joint("hip_center").mean((0, 1)) for c in clips])
    assert (up[:, 1] > 0.2).float().mean() > 0.95
    assert torch.stack([c.poses.positions[..., 2].mean() for c in clips]).max() < 0


@pytest.mark.realdata
def test_the_authors_folder_is_read_like_the_packed_file(data, tmp_path):
    packed = [c for c in vd.load("nw_ucla", data) if c.subject == 1][:12]
    for c in packed:
        x = c.poses.positions[0] * torch.tensor([-1.0, 1.0, -1.0])
        (tmp_path / f"{c.name}.json").write_text(json.dumps({"file_name": c.name, "skeletons": x.tolist(), "label": c.label}))
    read = {c.name: c for c in actions.nw_ucla(tmp_path)}
    assert len(read) == 12
    for c in packed:
        other = read[c.name]
        assert (other.label, other.subject, other.view) == (c.label, c.subject, c.view)
        assert torch.allclose(other.poses.positions, c.poses.positions, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a07_s01_e00_v01", '{"skeletons": []}', "with an action of 1, 2"),
        ("a01_s01_e00_v01", "{", "a list of frames of 20 joints"),
        ("a01_s01_e00_v01", '{"skeletons": [[1, 2]]}', r"expected \(frames, 20, 3\), found \(1, 2\)"),
    ],
)
def test_broken_json_clips(tmp_path, name, text, message):
    (tmp_path / f"{name}.json").write_text(text)
    with pytest.raises(VitruveError, match=message):
        actions.nw_ucla(tmp_path)


def test_an_empty_folder_is_not_nw_ucla(tmp_path):
    with pytest.raises(VitruveError, match="expected nw_ucla.npz"):
        actions.nw_ucla(tmp_path)


@pytest.mark.realdata
def test_cross_subject_and_action_sets(data):
    clips = vd.load("msr_action3d", data)
    train, test = actions.odd_subjects(clips)
    assert len(train) + len(test) == 557 and {c.subject for c in train} == {1, 3, 5, 7, 9}
    first = actions.action_set(clips, 1)
    assert {c.label for c in first} == set(range(8)) and {c.poses.metadata["class_name"] for c in first if c.label == 0} == {"horizontal arm wave"}
    assert len(actions.msr_action3d(data / "msr_action3d", usual=False)) == 567
    train, test = actions.odd_subjects(vd.load("utd_mhad", data))
    assert {c.subject for c in train} == {1, 3, 5} and {c.subject for c in test} == {2, 4, 6}


@pytest.mark.realdata
def test_folds_and_numbered_splits(data):
    clips = vd.load("sbu", data)
    train, test = actions.fold(clips, 0)
    assert len(train) + len(test) == 228 and {c.poses.metadata["fold"] for c in test} == {0}
    assert not {c.poses.metadata["set_name"] for c in train} & {c.poses.metadata["set_name"] for c in test}
    train, test = actions.official_split(vd.load("jhmdb", data), 1)
    assert (len(train), len(test)) == (433, 176)
    with pytest.raises(VitruveError, match="split 4"):
        actions.official_split([], 4)


# -- NTU RGB+D -----------------------------------------------------------------------------------


def body(frames: int, seed: int, scale: float = 1.0) -> torch.Tensor:
    g = torch.Generator().manual_seed(seed)
    shape = torch.randn(1, 25, 3, generator=g) * torch.tensor([0.1, 0.8, 0.1])
    return shape + scale * torch.randn(frames, 25, 3, generator=g).mul(0.05).cumsum(0) + torch.tensor([0.0, 0.0, -3.0])


def raw(name: str, *spans: tuple[int, int], frames: int = 60, scales: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Poses:
    """One body for each span of frames."""
    x = torch.full((len(spans), frames, 25, 3), torch.nan)
    for p, (start, end) in enumerate(spans):
        x[p, start:end] = body(end - start, p, scales[p])
    return Poses(x, skeleton("ntu25"), ids=torch.arange(len(spans)) + 7000, name=name)


def test_a_folder_of_raw_files(tmp_path):
    for name, spans in {"S001C002P003R001A005": [(0, 40)], "S002C001P004R002A060": [(0, 60), (5, 55)], "S003C001P001R001A001": [(0, 20)]}.items():
        ntu_files.write(raw(name, *spans), tmp_path / f"{name}.skeleton")
    clips = list(ntu.read_folder(tmp_path, missing=["S003C001P001R001A001"]))
    assert [(c.label, c.subject, c.view) for c in clips] == [(4, 3, 2), (59, 4, 1)]
    assert [c.poses.positions.shape[:2] for c in clips] == [(1, 40), (2, 60)]
    assert torch.allclose(clips[0].poses.positions[0], body(40, 0), atol=1e-5)
    assert clips[1].poses.valid[:, 0].all(-1).sum() == 1
    for split, test_names in (
        (ntu.cross_subject, {"S001C002P003R001A005"}),
        (ntu.cross_view, {"S002C001P004R002A060"}),
        (ntu.cross_setup, {"S001C002P003R001A005"}),
    ):
        train, test = split(clips)
        assert {c.name for c in test} == test_names and len(train) + len(test) == 2
    with pytest.raises(VitruveError, match="no .skeleton files"):
        list(ntu.read_folder(tmp_path / "none"))
    ntu_files.write(raw("walk", (0, 20)), tmp_path / "walk.skeleton")
    with pytest.raises(VitruveError, match="expected a name like"):
        list(ntu.read_folder(tmp_path))


def test_a_body_that_comes_back_keeps_its_frames_unless_as_released():
    poses = raw("gap", (0, 60), (0, 60))
    gap = poses.positions.clone()
    gap[1, 20:30] = torch.nan
    gap[:, 50:52] = torch.nan
    poses = Poses(gap, poses.skeleton, ids=poses.ids)
    found, frames = ntu.bodies(poses)
    released, _ = ntu.bodies(poses, official_quirks=True)
    assert frames == 58
    assert found[7001].frames.tolist() == [*range(20), *range(30, 58)]
    assert released[7001].frames.tolist() == list(range(48))
    track = ntu.tracks(found.values(), frames)
    assert track.shape == (58, 2, 25, 3) and Counter((track[20:30] != 0).any((2, 3)).sum(1).tolist()) == {1: 10}


def test_noise_is_dropped_and_later_bodies_continue_the_first():
    poses = raw("many", (0, 30), (30, 60), (10, 18), scales=(1.0, 0.5, 9.0))
    found, frames = ntu.bodies(poses)
    track = ntu.tracks(found.values(), frames)
    # the third is too short; the second is never there with the first: one actor from beginning to end
    assert (track[:, 0] != 0).any((1, 2)).all() and (track[:, 1] == 0).all()
    wide = {k: ntu.Body(b.joints * np.array([20, 1, 1], np.float32) if k == 7001 else b.joints, b.frames, b.colour) for k, b in found.items()}
    assert ntu.tracks(wide.values(), frames).shape[1] == 1
    with pytest.raises(VitruveError, match="none of 2 bodies"):
        ntu.tracks([found[7002], found[7002]], frames)


def test_packed_npz(tmp_path):
    one, two = np.zeros((50, 1, 25, 3), np.float32), np.zeros((80, 2, 25, 3), np.float32)
    one[:, 0], two[:, 0], two[20:, 1] = (body(50, 0).numpy(), body(80, 1).numpy(), body(60, 2).numpy())
    rows = ntu.pack([ntu.centre_on_spine(one), ntu.centre_on_spine(two)])
    assert rows.shape == (2, 300, 150)
    onehot = np.eye(60)[[3, 59]]
    np.savez(tmp_path / "NTU60_CS.npz", x_train=rows, y_train=onehot, x_test=rows[:1], y_test=onehot[:1])
    clips = ntu.read_npz(tmp_path / "NTU60_CS.npz", "train")
    assert [c.label for c in clips] == [3, 59] and [c.poses.positions.shape[:2] for c in clips] == [(1, 50), (2, 80)]
    assert not clips[1].poses.valid[1, :20].any() and clips[1].poses.valid[1, 20:].all()
    # centred here or not, the network reads the same
    model = SkateFormer(Config(**SMALL))
    turned = Poses(torch.from_numpy(two.swapaxes(0, 1) * np.array([-1, 1, -1], np.float32)).clone(), skeleton("ntu25"))
    turned = Poses(torch.where(turned.positions == 0, torch.nan, turned.positions), turned.skeleton)
    assert torch.allclose(model.prepare(clips[1].poses)[0], model.prepare(turned)[0], atol=1e-5)
    with pytest.raises(VitruveError, match="expected train or test"):
        ntu.read_npz(tmp_path / "NTU60_CS.npz", "val")
    np.savez(tmp_path / "other.npz", x=rows)
    with pytest.raises(VitruveError, match="x_test and y_test"):
        ntu.read_npz(tmp_path / "other.npz", "test")
    with pytest.raises(VitruveError, match="400 frames does not fit"):
        ntu.pack([np.zeros((400, 1, 25, 3), np.float32)])


# -- samples -------------------------------------------------------------------------------------


def random_clips(count: int = 9, name: str = "kinect20", people: int = 1) -> list[ActionClip]:
    g = torch.Generator().manual_seed(0)
    return [
        ActionClip(Poses(torch.randn(people, 30 + i, len(skeleton(name)), 3, generator=g), skeleton(name), metadata={"class_name": f"c{i % 3}"}), i % 3, i)
        for i in range(count)
    ]


def test_split_of_samples():
    clips = random_clips()
    split = actions.action_split(SkateFormer(ucla(**SMALL)), clips, repeat=4)
    assert len(split) == 36
    joints, index, label = split.get(13, None)
    assert joints.shape == (3, 64, 20, 1) and label == clips[4].label
    assert torch.equal(joints, split.get(4, None)[0])
    a, b, c = (split.get(4, torch.Generator().manual_seed(s))[0] for s in (0, 0, 1))
    assert torch.equal(a, b) and not torch.equal(a, c)
    batch = next(split.batches(5))
    assert batch.joints.shape == (5, 3, 64, 20, 1) and batch.label.tolist() == [0, 1, 2, 0, 1]
    with pytest.raises(VitruveError, match="no clips"):
        actions.action_split(SkateFormer(ucla(**SMALL)), [])
    with pytest.raises(VitruveError, match="nothing stands for"):
        actions.action_split(SkateFormer(ucla(**SMALL)), random_clips(name="coco17"))


def test_partners_are_of_the_same_class():
    clips = random_clips(name="ntu25", people=2)
    model = SkateFormer(Config(**SMALL, intra=0.0, inter=1.0))
    given = []
    plain = model.prepare
    model.prepare = lambda poses, generator=None, partner=None: given.append((poses, partner)) or plain(poses, generator, partner)
    split = actions.action_split(model, clips)
    for i in range(len(clips)):
        split.get(i, torch.Generator().manual_seed(i))
    label = {id(c.poses): c.label for c in clips}
    assert all(label[id(poses)] == label[id(partner)] for poses, partner in given)
    assert any(poses is not partner for poses, partner in given)


def test_few_labels_are_a_share_of_every_class():
    clips = [ActionClip(Poses(torch.zeros(1, 2, 20, 3), skeleton("kinect20"), name=str(i)), i % 3, name=str(i)) for i in range(63)]
    clips += [ActionClip(clips[0].poses, 3, name="alone")]
    tenth = actions.few_labels(clips, 0.1, seed=0)
    assert Counter(c.label for c in tenth) == {0: 2, 1: 2, 2: 2, 3: 1}
    assert [c.name for c in tenth] == [c.name for c in clips if c in tenth]
    assert [c.name for c in actions.few_labels(clips, 0.1, seed=0)] == [c.name for c in tenth] != [c.name for c in actions.few_labels(clips, 0.1, seed=1)]
    assert actions.few_labels(clips, 1.0, seed=0) == clips
    with pytest.raises(VitruveError, match="share of labels 0"):
        actions.few_labels(clips, 0.0, seed=0)


def test_class_names():
    assert actions.class_names(random_clips()) == ("c0", "c1", "c2")
    with pytest.raises(VitruveError, match="every class"):
        actions.class_names(random_clips()[1:2])
