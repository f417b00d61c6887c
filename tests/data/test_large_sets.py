"""NTU RGB+D, PKU-MMD and Kinetics-skeleton in their authors' layouts, on files made here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.data import kinetics, ntu, pku_mmd
from vitruve.errors import FormatError, OptionError
from vitruve.io import save
from vitruve.methods import method
from vitruve.training.setup import setup


def _walk(seed: int, frames: int = 14) -> np.ndarray:
    """(T, 25, 3): an upright body that moves a little."""
    rng = np.random.default_rng(seed)
    rest = np.stack([rng.uniform(-0.3, 0.3, 25), np.linspace(-0.9, 0.9, 25), np.full(25, 3.0)], -1)
    return (rest + 0.02 * rng.normal(size=(frames, 1, 3)).cumsum(0)).astype(np.float32)


# -- NTU RGB+D -----------------------------------------------------------------------------------


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Performers 1 and 3 of setups 1 and 2 before cameras 1 and 2, actions 1 and 61."""
    folder = tmp_path / "ntu" / "nturgb+d_skeletons"
    folder.mkdir(parents=True)
    for setup_, performer in ((1, 1), (2, 3)):
        for camera in (1, 2):
            for action in (1, 61):
                poses = Poses(torch.from_numpy(_walk(performer) * np.array([-1, 1, -1], np.float32))[None], skeleton("ntu25"))
                save(poses, folder / f"S{setup_:03d}C{camera:03d}P{performer:03d}R001A{action:03d}.skeleton")
    (tmp_path / "ntu" / "NTU_RGBD_samples_with_missing_skeletons.txt").write_text("S002C001P003R001A001\n")
    return tmp_path / "ntu"


def test_protocols_divide_raw_files(raw: Path) -> None:
    def names(protocol: str) -> tuple[set[str], set[str]]:
        train, test = ntu.halves(raw, protocol)
        return {c.name for c in train}, {c.name for c in test}

    assert names("ntu60:xsub") == ({"S001C001P001R001A001", "S001C002P001R001A001"}, {"S002C002P003R001A001"})
    assert names("ntu60:xview") == ({"S001C002P001R001A001", "S002C002P003R001A001"}, {"S001C001P001R001A001"})
    train, test = names("ntu120:xset")
    assert {n[:4] for n in train} == {"S002"} and {n[:4] for n in test} == {"S001"} and len(train) + len(test) == 7
    assert len(names("ntu120:xsub")[0]) == 4
    clip = next(c for c in ntu.raw_clips(raw) if c.label == 60)
    assert clip.poses.metadata["class_name"] == "put on headphone"
    with pytest.raises(OptionError, match="ntu60:xsub"):
        ntu.halves(raw, "ntu60")


def test_packed_files_come_first(raw: Path) -> None:
    x = ntu.pack([_walk(0)[:, None], _walk(1)[:, None]])
    hot = np.eye(60, dtype=np.float32)[[4, 7]]
    np.savez(raw / "NTU60_CS.npz", x_train=x, y_train=hot, x_test=x[:1], y_test=hot[:1])
    train, test = ntu.halves(raw, "ntu60:xsub")
    assert [c.label for c in train] == [4, 7] and train[0].poses.metadata["class_name"] == "drop" and len(test) == 1
    assert len(ntu.everything(raw)) == 3


# -- PKU-MMD -------------------------------------------------------------------------------------


@pytest.fixture
def pku(tmp_path: Path) -> Path:
    folder = tmp_path / "pku_mmd"
    for part in ("Skeleton", "Label"):
        (folder / part).mkdir(parents=True)
    for seed, name in enumerate(("0002-L", "0003-M")):
        rows = np.zeros((14, 2, 25, 3), np.float32)
        rows[:, 0] = _walk(seed)
        rows[5:, 1] = _walk(seed + 5)[5:]
        np.savetxt(folder / "Skeleton" / f"{name}.txt", rows.reshape(14, 150), "%.6f")
        (folder / "Label" / f"{name}.txt").write_text("8,0,4,2\n51,5,20,1\n")
    (folder / "cross-subject.txt").write_text("Training videos: \n0002-L\n\nValidataion videos: \n0003-M\n")
    return folder


def test_recordings_are_cut_at_their_labels(pku: Path) -> None:
    clips = pku_mmd.pku_mmd(pku)
    assert [(c.label, c.view, c.poses.num_frames) for c in clips] == [(7, 1, 4), (50, 1, 9), (7, 2, 4), (50, 2, 9)]
    assert clips[0].poses.metadata["class_name"] == "drink water" and clips[1].poses.metadata == {"class_name": "writing", "recording": "0002-L", "first": 5}
    # the second person comes later; axes as everywhere: the Kinect's x and z turned round
    assert not clips[0].poses.valid[1].any() and clips[1].poses.valid[1].all()
    np.testing.assert_allclose(clips[0].poses.positions[0, 2].numpy(), _walk(0)[2] * [-1, 1, -1], atol=1e-5)
    train, test = pku_mmd.halves(pku)
    assert {c.poses.metadata["recording"] for c in train} == {"0002-L"} and len(test) == 2


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("Label/0002-L.txt", "8,0,4,2\n52,1,3,2\n", "0002-L.txt:2: action 52"),
        ("Label/0002-L.txt", "8,4,4,2\n", "0002-L.txt:1"),
        ("Label/0002-L.txt", "eight\n", "0002-L.txt:1: expected action,start,end"),
        ("Skeleton/0002-L.txt", "1 2 3\n", "found 3"),
        ("Skeleton/0002-L.txt", "a b\n", "expected rows of 150 numbers"),
        ("cross-subject.txt", "0002-L\n", "Training videos"),
    ],
)
def test_broken_recordings_are_named(pku: Path, file: str, text: str, said: str) -> None:
    (pku / file).write_text(text)
    with pytest.raises(FormatError, match=said):
        pku_mmd.halves(pku)


# -- Kinetics ------------------------------------------------------------------------------------


def _kinetics(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    for part in ("train", "val"):
        about = {}
        (folder / f"kinetics_{part}").mkdir(parents=True)
        for label in range(2):
            name = f"{part}{label}"
            about[name] = {"has_skeleton": True, "label": f"action {label}", "label_index": label}
            bodies = [{"pose": rng.uniform(0.2, 0.8, 36).tolist(), "score": [s] * 18} for s in (0.2, 0.9, 0.5)]
            bodies[1]["score"][3] = 0
            data = [{"frame_index": f, "skeleton": bodies if f == 2 else bodies[:1]} for f in (1, 2, 4)]
            (folder / f"kinetics_{part}" / f"{name}.json").write_text(json.dumps({"data": data, "label": "", "label_index": label}))
        about["nobody"] = {"has_skeleton": False, "label": "action 0", "label_index": 0}
        (folder / f"kinetics_{part}_label.json").write_text(json.dumps(about))
    return folder


def test_most_certain_bodies_of_each_frame_are_kept(tmp_path: Path) -> None:
    folder = _kinetics(tmp_path / "kinetics-skeleton")
    train, test = kinetics.halves(folder)
    assert [c.label for c in train] == [0, 1] and len(test) == 2 and train[1].poses.metadata["class_name"] == "action 1"
    poses = train[0].poses
    assert poses.positions.shape == (2, 4, 18, 2) and poses.image_size == (340, 256) and poses.skeleton is skeleton("openpose18")
    assert poses.confidence[:, 1, 0].tolist() == pytest.approx([0.9, 0.5]) and not poses.valid[0, 1, 3] and not poses.valid[:, 2].any()
    data = json.loads((folder / "kinetics_train" / "train0.json").read_text())["data"]
    assert poses.positions[0, 1, 0].tolist() == pytest.approx([340 * data[1]["skeleton"][1]["pose"][0], 256 * data[1]["skeleton"][1]["pose"][1]], rel=1e-5)
    with pytest.raises(OptionError, match="train or val"):
        list(kinetics.clips(folder, "test"))
    (folder / "kinetics_val" / "val1.json").write_text('{"data": [{"frame_index": 1, "skeleton": [{"pose": [1], "score": [1]}]}]}')
    with pytest.raises(FormatError, match="val1.json"):
        kinetics.halves(folder)


# -- to train on ---------------------------------------------------------------------------------


def test_a_method_of_2d_joints_is_set_up_on_kinetics(tmp_path: Path) -> None:
    _kinetics(tmp_path / "kinetics-skeleton")
    made = setup("recognition", "kinetics", tmp_path)
    model = made.build(method("ens1d"), {"frames": 4})
    assert model.classes == ("action 0", "action 1") and model.dims == 2
    split = made.split(model)
    batch = split.collate([split.get(i, None) for i in range(2)])
    assert batch.joints.shape[:2] == (2, 2) and batch.joints.isfinite().all()


def test_what_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="rose1.ntu.edu.sg"):
        setup("recognition", "ntu60:xsub", tmp_path)
