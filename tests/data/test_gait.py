"""Alignment of frames, the authors' layouts, training samples, and rendered walks."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from vitruve import VitruveError
from vitruve import sample as shipped
from vitruve.bodies import body_model
from vitruve.data import gait
from vitruve.methods.gait.parsinggait import ParsingGait
from vitruve.tasks.gait import PARTS, SIZE, GaitSequence


def figure(height: int = 90, width: int = 30, left: int = 40, top: int = 20) -> np.ndarray:
    """A label map (150, 120): a head over a torso over two legs."""
    image = np.zeros((150, 120), np.uint8)
    image[top : top + height // 6, left : left + width] = 1
    image[top + height // 6 : top + height // 2, left : left + width] = 2
    image[top + height // 2 : top + height, left : left + width // 2] = 7
    image[top + height // 2 : top + height, left + width // 2 : left + width] = 8
    return image


def test_aligned_frames_do_not_depend_on_place_or_size():
    one = gait.align_frames(torch.from_numpy(figure()[None]))
    moved = gait.align_frames(torch.from_numpy(figure(left=80, top=50)[None]))
    larger = gait.align_frames(torch.from_numpy(figure(height=126, width=42, top=10)[None]))
    # but for a column or row of rounding
    assert one.shape == (1, 64, 64) and (one != moved).float().mean() < 0.02 and (one != larger).float().mean() < 0.02
    assert set(one.unique().tolist()) == {0, 1, 2, 7, 8}
    columns = (one[0] > 0).any(0).nonzero()
    assert abs(float(columns.float().mean()) - 31.5) <= 1


def test_frames_that_hold_nobody_are_left_out():
    frames = torch.from_numpy(np.stack([figure(), np.zeros_like(figure()), figure(height=6, width=6)]))
    assert len(gait.align_frames(frames)) == 1
    assert gait.align_frames(frames[1:]).shape == (0, 64, 64)


def test_somebody_at_the_left_border_is_lost_only_in_the_release():
    image = np.zeros((100, 60), np.uint8)
    image[:, 0] = 2
    frames = torch.from_numpy(image[None])
    assert len(gait.align_frames(frames)) == 1 and len(gait.align_frames(frames, official_quirks=True)) == 0


def test_cutting_the_sides():
    labels = torch.arange(64, dtype=torch.uint8).expand(1, 64, 64)
    assert gait.cut_sides(labels)[0, 0].tolist() == list(range(10, 54))
    assert gait.cut_sides(labels.new_full((1, 64, 64), 255)).max() == 1
    assert gait.cut_sides(labels.new_zeros(1, 128, 128)).shape == (1, 128, 88)


@pytest.fixture
def collection(tmp_path):
    """Two training people, two test people, in Gait3D's folders: pickles, and PNG frames for one."""
    frames = gait.align_frames(torch.from_numpy(np.stack([figure(), figure(height=100)]))).numpy()
    for person in ("0000", "0001", "0002", "0003"):
        for view in ("seq0", "seq1"):
            place = tmp_path / "gps" / person / "camid1_videoid2" / view
            place.mkdir(parents=True)
            if person == "0001":
                for i in range(3):
                    Image.fromarray(figure(height=90 + i)).save(place / f"{i}.png")
            else:
                (place / f"{view}.pkl").write_bytes(pickle.dumps(frames))
    partition = {"TRAIN_SET": ["0000", "0001"], "TEST_SET": ["0002", "0003"], "PROBE_SET": ["0002-camid1_videoid2-seq0", "0003-camid1_videoid2-seq1"]}
    (tmp_path / "Gait3D.json").write_text(json.dumps(partition))
    return tmp_path / "gps"


def test_gait3d(collection):
    parts = gait.gait3d(collection)
    assert [s.name for s in parts.probes] == ["0002/camid1_videoid2/seq0", "0003/camid1_videoid2/seq1"]
    assert len(parts.train) == 4 and len(parts.gallery) == 2 and {len(s.frames) for s in parts.train} == {2, 3}
    assert all(s.frames.shape[1:] == SIZE and s.frames.max() == 8 for s in parts.train)


def test_grew(tmp_path):
    frames = gait.align_frames(torch.from_numpy(figure()[None])).numpy()
    for place in ("00001train/00/a", "00001/01/b", "00001/02/c", "probe/03/d"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "x.pkl").write_bytes(pickle.dumps(frames))
    parts = gait.grew(tmp_path)
    assert [[s.name for s in side] for side in (parts.train, parts.probes, parts.gallery)] == [["00001train/00/a"], ["00001/02/c"], ["00001/01/b"]]
    assert parts.protocol == "grew"


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    path = tmp_path / "bad.pkl"
    path.write_bytes(pickle.dumps(print))
    with pytest.raises(VitruveError, match=r"bad\.pkl"):
        gait.read_sequence(path)


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        (np.zeros((4, 4), np.uint8), "T, H, W"),
        (np.zeros((2, 64, 64)), "float64"),
        (np.full((2, 64, 64), 40, np.uint8), "label 40"),
        (np.zeros((2, 90, 90), np.uint8), "no frame"),
    ],
)
def test_bad_frames(tmp_path, frames, said):
    np.savez(tmp_path / "x.npz", frames=frames)
    with pytest.raises(VitruveError, match=said):
        gait.read_sequence(tmp_path / "x.npz")


def test_nothing_to_read(tmp_path):
    for read in (gait.read_sequence, gait.read_folder, gait.gait3d):
        with pytest.raises(VitruveError, match="expected|no such"):
            read(tmp_path)


def test_silhouettes_are_read_as_zero_and_one(tmp_path):
    np.savez(tmp_path / "x.npz", frames=((figure() > 0) * 255).astype(np.uint8)[None])
    assert gait.read_sequence(tmp_path / "x.npz").frames.unique().tolist() == [0, 1]


def test_samples_are_a_few_sequences_of_one_person():
    sequences = [GaitSequence(torch.full((n, *SIZE), k, dtype=torch.uint8), p) for k, (p, n) in enumerate([("b", 9), ("a", 2), ("b", 9), ("b", 9)])]
    model = ParsingGait(ParsingGait.Config(identities=2, frames=4, channels=(4, 4, 4, 4), embedding=4))
    split = gait.identity_split(model, sequences)
    g = torch.Generator().manual_seed(0)
    (one, i), (two, j) = split.get(1, g)
    # two of b's three sequences, in full or drawn; a has one of two frames, taken twice
    assert i == j == 1 and one.shape == two.shape == (4, *SIZE) and one.max() != two.max()
    assert split.collate([split.get(0, g), split.get(1, g)]).identity.tolist() == [0, 0, 1, 1]
    with pytest.raises(VitruveError, match="2 identities"):
        gait.identity_split(model, sequences[:1])


def test_every_part_of_the_body_has_its_label():
    body = body_model("anny")
    labels = gait.part_labels(body)
    assert set(labels.tolist()) == set(range(1, len(PARTS) - 1))
    x = body.template
    assert x[labels == PARTS.index("left_hand"), 0].min() > 0 > x[labels == PARTS.index("right_foot"), 0].max()
    assert x[labels == PARTS.index("head"), 1].mean() > x[labels == PARTS.index("torso"), 1].mean()


def test_a_motion_is_rendered_upright_from_its_side():
    walk = shipped("walk")[:20:4]
    side, front = gait.parse_motion(walk).frames, gait.parse_motion(walk, azimuth=0.0).frames
    assert side.shape[1:] == front.shape[1:] == SIZE and len(side) == 5
    rows = {part: (side == PARTS.index(part)).nonzero()[:, 1].float().mean() for part in ("head", "torso", "left_leg")}
    assert rows["head"] < rows["torso"] < rows["left_leg"]
    # from the left the near arm hides the far one; from the front the walker's left is on the right of the picture
    assert (side == PARTS.index("left_arm")).sum() > 2 * (side == PARTS.index("right_arm")).sum()
    across = [(front == PARTS.index(f"{s}_leg")).nonzero()[:, 2].float().mean() for s in ("left", "right")]
    assert across[0] > across[1]
    turned = walk.transform(torch.tensor([0.0, math.sin(0.5), 0.0, math.cos(0.5)]), torch.zeros(3))
    # where a walk goes in the world changes only what falls into which pixel
    assert (gait.parse_motion(turned).frames != side).sum() < 0.4 * (front != side).sum()


def test_a_query_is_one_against_the_others(collection):
    query = gait.open_query(str(collection), "0002/camid1_videoid2/seq0")
    assert [s.name for s in query.probes] == ["0002/camid1_videoid2/seq0"] and len(query.gallery) == 7
    assert len(gait.open_query(str(collection)).probes) == 8
    assert len(gait.open_query(str(collection / "0001" / "camid1_videoid2" / "seq0")).probes[0].frames) == 3
    with pytest.raises(VitruveError, match="8 sequences"):
        gait.open_query(str(collection), "nobody")


@pytest.mark.realdata
def test_walkers_differ_between_parts(data, monkeypatch, tmp_path):
    monkeypatch.setenv("VITRUVE_CACHE", str(tmp_path))
    monkeypatch.setattr(gait, "PEOPLE", {"train": 1, "test": 1})
    monkeypatch.setattr(gait, "VIEWS", (0, 45))
    monkeypatch.setattr(gait, "body_model", lambda name: _cached_anny)
    _cached_anny = body_model("anny")
    parts = gait.walkers_parts(data / "cmu_mocap")
    assert len(parts.train) == 2 and [s.view for s in parts.gallery] == ["0"] and [s.view for s in parts.probes] == ["45"]
    assert not {s.condition for s in parts.train} & {s.condition for s in parts.probes}
    again = gait.walkers_parts(data / "cmu_mocap")
    assert all(torch.equal(a.frames, b.frames) for a, b in zip(parts.train, again.train))
    with pytest.raises(VitruveError, match="train, test"):
        gait.walkers(data / "cmu_mocap", "val")
