"""Experiments of recognition methods from end to end, on a handful of made-up clips."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from vitruve import Poses, skeleton
from vitruve.claims.recognition import ens1d, skeletonmae
from vitruve.tasks.recognition import ActionClip

pytest.importorskip("lightning")


@pytest.fixture
def clips() -> list[ActionClip]:
    g = torch.Generator().manual_seed(0)
    shape = torch.randn(2, 1, 1, 20, 3, generator=g)

    def clip(i: int) -> ActionClip:
        x = shape[i % 2] + 0.1 * torch.randn(1, 12, 20, 3, generator=g)
        return ActionClip(Poses(x, skeleton("kinect20"), metadata={"class_name": f"c{i % 2}"}), i % 2, 1, 1 + i // 2 % 3)

    return [clip(i) for i in range(36)]


def test_ens1d(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(ens1d, "load", lambda name, root: clips)
    monkeypatch.setattr(ens1d, "QUICK", replace(ens1d.QUICK, num_classes=2, frames=8, widths=(8, 8)))
    monkeypatch.setattr(ens1d, "EPOCHS", {True: 1})
    result = ens1d.run(quick=True, seeds=1, folder=tmp_path, progress=False)
    assert set(result.arms) == {"entirety", "parts", "attention", "difference", ens1d.TOGETHER, ens1d.COPIES}
    assert all(0 <= v[0] <= 100 for v in result.arms.values()) and len({len(row) for row in result.table}) == 1
    assert result.details["choice"].keys() == set(ens1d.SUBNETS) and "copies of" in result.conclusion
    again = ens1d.run(quick=True, seeds=1, folder=tmp_path, progress=False)
    assert again.arms == result.arms


def test_skeletonmae(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(skeletonmae, "load", lambda name, root: clips)
    small = replace(skeletonmae.QUICK.config, num_classes=2, frames=4, width=8, channels=(8,), strides=(1,), kernels=(3,))
    size = replace(skeletonmae.QUICK, config=small, pretraining=1, finetuning={0.5: 1}, probing=1)
    monkeypatch.setattr(skeletonmae, "QUICK", size)
    result = skeletonmae.run(quick=True, seeds=1, folder=tmp_path, progress=False)
    assert len(result.arms) == 3 * 2 and len({len(row) for row in result.table}) == 1
    assert {p.name for p in (tmp_path / "skeletonmae").iterdir()} >= {"quick-pretrain-body-parts-masked-0", "quick-linear-0.5-random-start-0"}
    names = [row[0] for row in result.table]
    assert "mean pose" in names and "means of visible neighbours" in names and names.count(skeletonmae.PARTS) == 2
