"""CMU-lift in windows: mirror images, words, and clips before cameras."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from vitruve import skeleton
from vitruve.data.lifting import DetectorNoise
from vitruve.data.lifting_windows import LiftingWindows, cmu_actions, cmu_windows, cut, mirrored
from vitruve.errors import OptionError
from vitruve.metrics.aggregation import project_normalised
from vitruve.nn.text import HashTokenizer

BODY = skeleton("h36m17")
CAMERA = torch.tensor([2.3, 2.2, 0.02, 0.01, -0.2, 0.24, -0.002, -0.0009, -0.0016])


def windows(n: int = 4, frames: int = 3) -> LiftingWindows:
    g = torch.Generator().manual_seed(0)
    target = 0.3 * torch.randn(n, frames, 17, 3, generator=g)
    target = target - target[:, :, :1]
    root = torch.tensor([0.1, 0.2, 4.0]) + 0.1 * torch.randn(n, frames, 3, generator=g)
    camera = CAMERA.expand(n, 9)
    keypoints = project_normalised(target + root[:, :, None], camera)
    return LiftingWindows(keypoints, target, root, camera, ("walk", "jump", "walk", "sit")[:n], BODY)


def test_a_mirror_image_is_seen_by_the_mirrored_camera():
    plain = windows().batch(slice(None))
    turned = mirrored(plain, BODY)
    seen = project_normalised(turned.target + turned.root[:, :, None], turned.camera)
    assert torch.allclose(seen, turned.keypoints, atol=1e-6)
    again = mirrored(turned, BODY)
    assert all(torch.equal(getattr(again, n), getattr(plain, n)) for n in ("keypoints", "target", "root", "camera"))
    left, right = BODY.index("left_knee"), BODY.index("right_knee")
    assert torch.equal(turned.target[:, :, left, 1:], plain.target[:, :, right, 1:])


def test_words_follow_their_windows():
    w = windows()
    tokenize = HashTokenizer(64, 5)
    said = w.worded(tokenize)
    assert torch.equal(said.of(["walk"]).text, tokenize(["walk", "walk"]))
    assert len(w.of(["fly"])) == 0 and w.of(["sit"]).actions == ("sit",)
    assert said.batches(3)[1].text.tolist() == tokenize(["sit"]).tolist() and w.batches(3)[0].text is None


def test_training_doubles_by_mirror_images_and_draws_noise_anew():
    w = windows().worded(HashTokenizer(64, 5))
    split = w.split(DetectorNoise(5.0))
    assert len(split) == 8
    batch = split.collate([split.get(i, None) for i in range(8)])
    turned = mirrored(w.batch(slice(None)), BODY)
    assert torch.equal(batch.keypoints[:4], w.keypoints) and torch.equal(batch.target[4:], turned.target)
    assert torch.equal(batch.text[4:], w.text)
    noisy = [split.collate([split.get(0, torch.Generator().manual_seed(s))]).keypoints for s in (1, 1, 2)]
    assert torch.equal(noisy[0], noisy[1]) and not torch.equal(noisy[0], noisy[2])
    assert 0 < (noisy[0] - w.keypoints[:1]).std() < 0.03
    assert not torch.equal(w.noisy(DetectorNoise(5.0)).keypoints, w.keypoints)


def test_cuts():
    x = torch.arange(5.0)[:, None]
    assert cut(x, 3, True)[..., 0].tolist() == [[0, 1, 2], [3, 4, 4]]
    assert cut(x, 3, False)[..., 0].tolist() == [[0, 1, 2], [2, 3, 4]]


@pytest.mark.realdata
def test_cmu_windows(data: Path):
    folder = data / "cmu_mocap"
    words = cmu_actions(folder)
    assert len(words) == 201 and {"walk", "run", "jump", "dance", "fight"} <= set(words)
    w = cmu_windows(folder, "test", 27)
    assert len(w) == len(w.actions) > 1000 and (w.target[:, :, 0] == 0).all()
    assert w.keypoints.abs().max() <= 1.01 and (w.root[..., 2] > 1).all()
    assert torch.allclose(project_normalised(w.target + w.root[:, :, None], w.camera), w.keypoints, atol=1e-5)
    with pytest.raises(OptionError, match="part='all'"):
        cmu_windows(folder, "all")
