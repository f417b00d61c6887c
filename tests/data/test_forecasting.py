"""Pedestrian windows against a slow reference and the published counts; skeleton windows against the body they come from."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import torch

from vitruve.data import forecasting as f
from vitruve.data import load
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.tasks.forecasting import ForecastBatch


def track(*rows: tuple[int, int, float, float]) -> f.Track:
    table = np.array(rows)
    return f.Track(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:].astype(np.float32))


def crowd(seed: int, people: int = 7, frames: int = 14, first: int = 0) -> f.Track:
    """People who come, go and are missed now and then."""
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(people):
        at = rng.normal(size=2) * 4
        start, stop = sorted(rng.integers(0, frames + 1, 2))
        for t in range(int(start * 0.4), min(frames, stop + 4)):
            at = at + rng.normal(size=2) * 0.4
            if rng.random() > 0.03:
                rows.append((first + t, p, *at))
    rows.sort(key=lambda r: r[0])
    return track(*rows)


def slow_windows(t: f.Track, past: int, future: int, agents: int, radius: float) -> list[tuple[np.ndarray, int]]:
    place = {(int(a), int(b)): xy for a, b, xy in zip(t.frame, t.id, t.xy)}
    out = []
    for now in range(int(t.frame.min()), int(t.frame.max()) + 1):
        span = range(now - past + 1, now + future + 1)
        here = [int(p) for a, p in zip(t.frame, t.id) if a == now and all((s, int(p)) in place for s in span)]
        for ego in here:
            gap = {p: np.linalg.norm(place[now, p] - place[now, ego]) for p in here}
            near = sorted((p for p in here if p != ego and gap[p] < radius), key=lambda p: gap[p])[: agents - 1]
            x = np.zeros((agents, past + future, 2), np.float32)
            for i, p in enumerate([ego, *near]):
                x[i] = [place[s, p] for s in span]
            out.append((x, 1 + len(near)))
    return out


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("agents", "radius"), [(1, 5.0), (3, 3.0), (9, 5.0)])
def test_windows_equal_a_slow_reference(seed, agents, radius):
    t = crowd(seed, first=5)
    expected = slow_windows(t, 3, 4, agents, radius)
    made = f.scene_windows(t, 3, 4, agents, radius)
    assert len(expected) == len(made) > 5
    for i, (x, count) in enumerate(expected):
        assert made.valid[i].tolist() == [True] * count + [False] * (agents - count)
        assert np.array_equal(torch.cat([made.past, made.future], 2)[i].numpy(), x)


def test_quirks_of_the_release():
    near, far = [(t, 1, 0.1 * t, 0.0) for t in range(6)], [(t, 2, 50.0, 0.0) for t in range(6)]
    both = track(*[r for pair in zip(near, far) for r in pair])
    ours, theirs = (f.scene_windows(both, 2, 2, 3, official_quirks=q) for q in (False, True))
    assert ours.valid.sum(1).unique().tolist() == [1]
    assert theirs.valid.sum(1).unique().tolist() == [2]
    assert (theirs.past[0, 1, :, 0] == 50).all() and (ours.past[0, 1] == 0).all()


def test_every_other_frame():
    t = track(*[(k, 1, float(k), 0.0) for k in range(9)])
    w = f.scene_windows(t, 2, 2, step=2)
    assert torch.cat([w.past, w.future], 2)[:, 0, :, 0].tolist() == [[k, k + 2, k + 4, k + 6] for k in range(3)]


def test_nobody_long_enough_gives_no_windows():
    assert len(f.scene_windows(track((0, 1, 0.0, 0.0), (1, 1, 1.0, 0.0)), 2, 2, agents=2)) == 0


def test_a_person_twice_in_a_frame_is_refused():
    with pytest.raises(ShapeError, match="twice in one frame"):
        f.scene_windows(track((0, 1, 0.0, 0.0), (0, 1, 1.0, 0.0)), 1, 1)


LINE = "3.0 7.0 Pedestrian" + " -1.0" * 10 + " 8.5 -1.0 3.25 -1.0"


def test_text_files(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{LINE}\n\n{LINE.replace('3.0 7.0', '4.0 7.0', 1)}\n")
    t = f.read_track(path)
    assert t.frame.tolist() == [3, 4] and t.id.tolist() == [7, 7] and t.xy.tolist() == [[8.5, 3.25]] * 2
    for text, message in ((f"{LINE}\n1 2 3\n", r"a.txt:2: expected 17 columns, found 3"), (LINE.replace("8.5", "east"), "a.txt:1: columns 1, 2, 14 and 16")):
        path.write_text(text)
        with pytest.raises(FormatError, match=message):
            f.read_track(path)
    with pytest.raises(OptionError, match="no validation part"):
        t.part("val")
    with pytest.raises(FormatError, match="expected eth_ucy.npz, or SCENE/biwi_eth_train.txt"):
        f.eth_ucy_tracks(tmp_path)


def test_parts_from_text_files(tmp_path):
    (tmp_path / "x").mkdir()
    for r in f.RECORDINGS:
        for part, start in (("train", 0), ("val", 25)):
            (tmp_path / "x" / f"{r}_{part}.txt").write_text("\n".join(LINE.replace("3.0", f"{start + k}.0", 1) for k in range(25)))
    tracks = f.eth_ucy_tracks(tmp_path)
    assert [len(f.eth_ucy(tracks, "zara1", part)) for part in ("train", "val", "test")] == [7 * 6, 7 * 6, 31]
    assert f.eth_ucy(tracks, "zara1").past.shape == (42, 3, 8, 2)
    for scene, part, message in (("park", "train", "scene 'park'"), ("eth", "dev", "part 'dev'")):
        with pytest.raises(OptionError, match=message):
            f.eth_ucy(tracks, scene, part)


def test_training_samples_are_the_scenes():
    x = torch.arange(24.0).reshape(6, 1, 4, 1)
    batch = ForecastBatch(x[:, :, :3], x[:, :, 3:], torch.arange(6)[:, None] > 1)
    split = f.samples(batch)
    taken = split.collate([split.get(i, None) for i in (4, 0)])
    assert len(split) == 6
    assert torch.equal(taken.past, batch.past[[4, 0]]) and torch.equal(taken.future, batch.future[[4, 0]]) and torch.equal(taken.valid, batch.valid[[4, 0]])
    assert torch.equal(torch.cat([b.past for b in split.batches(4)]), batch.past)


def test_bodies_of_the_benchmarks():
    assert (len(f.H36M_BODY.used), len(f.CMU_BODY.used)) == (22, 25)
    for body in (f.H36M_BODY, f.CMU_BODY):
        copied = {a for a, _ in body.copies}
        assert copied.isdisjoint(body.used) and {b for _, b in body.copies} <= set(body.used)
        truth = torch.randn(2, body.joints, 3, 3)
        forecast = truth[:, list(body.used)] + torch.tensor([0.3, 0.0, 0.4])
        whole = body.complete(forecast, truth)
        rest = [j for j in range(body.joints) if j not in copied and j not in body.used]
        assert torch.equal(whole[:, rest], truth[:, rest])
        for a, b in body.copies:
            assert torch.equal(whole[:, a], whole[:, b])
        truth[:, [a for a, _ in body.copies]] = truth[:, [b for _, b in body.copies]]
        share = (len(body.used) + len(body.copies)) / body.joints
        assert torch.allclose(body.errors(forecast, truth, [1, 3]), torch.tensor(0.5 * share))
    with pytest.raises(ShapeError, match="expected 25 and 38 joints, found 24 and 38"):
        f.CMU_BODY.complete(torch.zeros(1, 24, 2, 3), torch.zeros(1, 38, 2, 3))


def test_errors_of_windows_that_end_early():
    truth = torch.zeros(2, 38, 2, 3)
    truth[1, :, 1] = torch.nan
    forecast = truth[:, list(f.CMU_BODY.used)].nan_to_num() + torch.tensor([1.0, 0.0, 0.0])
    forecast[1] *= 3
    every = 32 / 38
    assert torch.allclose(f.CMU_BODY.errors(forecast, truth, [1, 2]), torch.tensor([2 * every, every]))


# -- real data -------------------------------------------------------------------------------------


@pytest.mark.realdata
def test_eth_ucy_has_the_published_counts(data):
    tracks = load("eth_ucy", data)
    counts = {scene: len(f.eth_ucy(tracks, scene, "test", agents=1)) for scene in f.SCENES}
    # people with 20 consecutive steps, as in AgentFormer's and Trajectron++'s tables
    assert counts == {"eth": 364, "hotel": 1197, "univ": 24334, "zara1": 2356, "zara2": 5910}
    zara = f.eth_ucy(tracks, "zara1", "val")
    assert zara.past.shape[1:] == (3, 8, 2) and zara.valid[:, 0].all()
    assert (zara.past[~zara.valid] == 0).all()
    near = (zara.past[:, 1:, -1] - zara.past[:, :1, -1]).norm(dim=-1)[zara.valid[:, 1:]]
    assert len(near) > 100 and near.max() < 5
    steps = zara.past.diff(dim=2).norm(dim=-1)[zara.valid]
    assert 0.2 < steps.mean() < 0.7  # a walk is about 1.2 m/s, a step 0.4 s


@pytest.mark.realdata
def test_eth_ucy_equals_its_text_files(data, tmp_path):
    tracks = load("eth_ucy", data)
    with zipfile.ZipFile(data / "eth_ucy" / "original_txt_sample.zip") as z:
        for name in ("eth/biwi_eth.txt", "hotel/biwi_hotel.txt"):
            text = f.read_track(z.extract(name, tmp_path))
            packed = tracks[name.split("/")[1].removesuffix(".txt")]
            assert np.array_equal(text.frame, packed.frame) and np.array_equal(text.id, packed.id)
            assert np.abs(text.xy - packed.xy).max() < 1e-5


@pytest.mark.realdata
def test_sdd(data):
    tracks = load("sdd", data)
    parts = {part: f.sdd(tracks, part) for part in f.SDD_PARTS}
    assert {k: len(b) for k, b in parts.items()} == {"train": 8703, "val": 1030, "test": 3489}
    assert {v.rstrip("0123456789").removesuffix("_video") for v in tracks} == {p for places in f.SDD_PARTS.values() for p in places}
    with pytest.raises(OptionError, match="class 'Dog': expected one of Pedestrian"):
        f.sdd_tracks(data / "sdd_trajectories", ("Dog",))


@pytest.mark.realdata
def test_cmu_windows_are_a_body_whose_root_is_held(data):
    clips = load("cmu_forecasting", data)
    assert {a for a, _ in clips["test"]} == set(f.CMU_ACTIONS)
    names = {part: {m.name for _, m in of} for part, of in clips.items()}
    assert names["train"].isdisjoint(names["val"])
    few = [c for c in clips["test"] if c[0] in ("running", "soccer")]
    w = f.cmu_windows(few, least_future=10)
    running = w.of("running")
    assert len(running.batch) == 15 and running.whole[:, :, :10].isfinite().all() and running.whole[:, :, 24].isnan().all()
    assert f.cmu_windows(few).whole.isfinite().all() and "running" not in f.cmu_windows(few).actions
    whole = w.whole
    assert (whole[:, 0].nan_to_num() == 0).all()
    parents = few[0][1].skeleton.parents
    used = list(f.CMU_BODY.used)
    assert torch.equal(whole[:, used].nan_to_num(), w.batch.future.nan_to_num())
    for joint in (4, 9, 22):
        bone = (whole[:, joint] - whole[:, parents[joint]]).norm(dim=-1)
        assert torch.allclose(bone[bone.isfinite()], bone[0, 0], atol=1e-4)
    # what the benchmark copies coincides, and what it leaves out is still
    for a, b in f.CMU_BODY.copies:
        assert torch.allclose(whole[:, a].nan_to_num(), whole[:, b].nan_to_num(), atol=1e-4)
    rest = [j for j in range(38) if j not in f.CMU_BODY.used and j not in {a for a, _ in f.CMU_BODY.copies}]
    assert (whole[:, rest] - whole[:1, rest, :1]).nan_to_num().abs().max() < 1e-5


@pytest.mark.realdata
def test_cmu_is_resampled_in_true_time(data):
    action, motion = next(c for c in load("cmu_forecasting", data)["test"] if c[0] == "soccer")
    slow, fast = (f.cmu_windows([(action, motion)], 2, 2, fps) for fps in (15.0, 30.0))
    # every frame at 15 per second is every second one at 30
    assert torch.allclose(slow.whole[:, :, 0], fast.whole[1::2, :, 1][: len(slow.whole)], atol=2e-3)
    with pytest.raises(OptionError, match="no clip has 100 [+] 100 frames"):
        f.cmu_windows([(action, motion)], 100, 100)
