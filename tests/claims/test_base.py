"""How claims are written down; and SkateFormer's experiment from end to end on a handful of clips."""

from __future__ import annotations

import json

import pytest
import torch

from vitruve import Poses, skeleton
from vitruve.claims.base import ClaimResult, mean_spread, shown
from vitruve.claims.recognition import skateformer as claim
from vitruve.tasks.recognition import ActionClip


def test_mean_and_spread():
    assert mean_spread([1.0, 2.0, 3.0]) == (2.0, 1.0)
    assert mean_spread([5.0]) == (5.0, 0.0)
    assert shown([1.0, 2.0, 3.0], 1) == "2.0 +- 1.0 (3)"


def test_result_is_written_whole(tmp_path):
    result = ClaimResult("walker", "error (mm)", {"a": [1.0, 2.0], "b": [4.0, 4.0]}, [["arm", "error"], ["a", "1.5"]], "a is better.", True, "none", [0, 1])
    path = result.write(tmp_path / "results" / "walker.json")
    read = json.loads(path.read_text())
    assert read["summary"]["a"] == {"mean": 1.5, "spread": pytest.approx(0.5**0.5)}
    assert read["reproduced"] is True and read["seeds"] == [0, 1]
    assert read["made_with"]["torch"] == torch.__version__ and {"commit", "cores", "system"} <= set(read["made_with"])
    assert result.text().splitlines() == ["arm  error", "a    1.5", "", "a is better."]


def test_skateformer_s_claim_runs_and_goes_on_where_it_stopped(tmp_path, monkeypatch):
    g = torch.Generator().manual_seed(0)
    shape = torch.randn(2, 1, 1, 20, 3, generator=g)
    clips = [
        ActionClip(
            Poses(shape[i % 2] + 0.1 * torch.randn(1, 25, 20, 3, generator=g), skeleton("kinect20"), metadata={"class_name": f"c{i % 2}"}), i % 2, 1, 1 + i % 3
        )
        for i in range(24)
    ]
    monkeypatch.setattr(claim, "load", lambda name, root: clips)
    monkeypatch.setattr(claim, "QUICK", 1)
    monkeypatch.setattr(claim, "attention_cost", lambda *size: {"partitions": {"bytes": 1.0, "ms": 1.0}, "full": {"bytes": 8.0, "ms": 9.0}})
    first = claim.run(quick=True, seeds=1, folder=tmp_path, progress=False)
    assert set(first.arms) == set(claim.ARMS) and all(0 <= v[0] <= 100 for v in first.arms.values())
    assert first.data == "NW-UCLA, 16 training and 8 test clips" and first.quick
    again = claim.run(quick=True, seeds=1, folder=tmp_path, progress=False)
    assert dict(again.arms) == dict(first.arms)
    json.dumps(first.to_json())
