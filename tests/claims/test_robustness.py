"""The benchmark of attacks: runs on made-up clips, keeps what it trains, writes its table."""

import json
from dataclasses import replace
from statistics import mean, stdev

import pytest
import torch

from vitruve.claims.robustness import bench as robustness
from vitruve.claims.robustness import tasar as claim
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton
from vitruve.errors import OptionError
from vitruve.nn.attacks import Budget
from vitruve.tasks.recognition import ActionClip

SMALL = replace(
    robustness.QUICK, frames=12, steps=30, inner=3, clips=6, budget=Budget(0.05, 0.02, 2), victims=("stgcn", "mlp"), defended=("mlp",)
)  # fmt: skip


def _clip(seed, label, view):
    g = torch.Generator().manual_seed(seed)
    rest = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    up = torch.linspace(0, 2 * label, 20)[:, None, None] * torch.tensor([0.0, 1.0, 0.0])
    x = rest + up + 0.02 * torch.randn(20, 20, 3, generator=g)
    return ActionClip(Poses(x[None], skeleton("kinect20"), 30.0, metadata={"class_name": ("stay", "rise")[label]}), label, 0, view)


@pytest.fixture
def clips(monkeypatch):
    made = [_clip(i, i % 2, 1 + i % 3) for i in range(36)]
    monkeypatch.setattr(robustness, "load_set", lambda *_: made)
    monkeypatch.setattr(robustness, "QUICK", SMALL)
    return made


def test_every_cell_is_filled_and_training_is_kept(clips, tmp_path):
    names = ("ifgsm", "ba", "tasar")
    rows = robustness.run(["nw_ucla"], True, None, tmp_path, 2, names)
    # mlp also with two defences, each with two seeds
    assert len(rows) == len(names) * 4 * 2
    assert {r.defence for r in rows if r.victim == "mlp"} == {"none", "trades", "beat"}
    assert all(0 <= r.success <= 1 for r in rows)
    assert {r.attack: 0 < r.deviation.linf <= 0.05 + 1e-6 for r in rows} == dict.fromkeys(names, True)
    assert {r.victim for r in rows if r.surrogate} == {"stgcn"}
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "victims").iterdir()}
    again = robustness.run(["nw_ucla"], True, None, tmp_path, 2, names)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "victims").iterdir()} == files
    assert [(r.success, r.deviation) for r in rows] == [(r.success, r.deviation) for r in again]
    table = robustness.table(rows, True, 1.0)
    written = json.loads(table.write(tmp_path / "out" / "table.json").read_text())
    assert len(written["details"]["rows"]) == len(rows) and written["quick"] and "6 test clips" in written["data"]
    head, clean, *lines = written["rows"]
    assert [line[1] for line in lines] == list(names) and all(len(line) == len(head) for line in (clean, *lines))
    assert written["seeds"] == [0, 1]
    unseen = [100 * r.success for r in rows if r.attack == "ba" and r.victim == "mlp" and r.defence == "none"]
    assert lines[1][head.index("unseen, mean")] == f"{mean(unseen):.1f} +- {stdev(unseen):.1f} (2)"
    assert lines[1][head.index("mlp")] == f"{mean(unseen):.0f}"
    assert robustness.picture(rows, tmp_path / "out" / "table.png").stat().st_size > 1000


def test_unknown_data_are_refused(tmp_path):
    with pytest.raises(OptionError, match="expected one of nw_ucla"):
        robustness.run(["kinetics"], True, None, tmp_path)


def test_the_claim_runs_on_made_up_clips(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(claim, "QUICK", replace(SMALL, victims=("mlp",)))
    result = claim.run(True, 2, None, tmp_path, progress=False)
    assert set(result.arms) == {"ifgsm", "mifgsm", "smart", "TASAR", "TASAR without motion", "TASAR without dual"}
    assert all(len(v) == 2 for v in result.arms.values()) and "unseen" in result.conclusion
    assert len(result.table) == 8


def test_skateformer_reads_padded_clips():
    torch.manual_seed(0)
    net = robustness.SkateVictim(3, "kinect20", 1, 12, small=True).eval()
    x = torch.randn(2, 3, 12, 20, 1)
    assert net(x).shape == (2, 3) and not torch.equal(net(x), net(x.flip(2)))
