"""Codecs: what is encoded decodes to where it was, weights say what can be learned, flips flip back."""

from __future__ import annotations

import pytest
import torch

from vitruve import VitruveError
from vitruve.nn import codecs


def points(n: int = 40, size=(192, 256)) -> torch.Tensor:
    """Well inside the picture."""
    u = torch.rand(4, n, 2, generator=torch.Generator().manual_seed(0))
    return 24 + u * (torch.tensor(size) - 48)


VISIBLE = torch.ones(4, 40)


@pytest.mark.parametrize(
    ("codec", "tolerance"),
    [
        (codecs.HeatmapCodec((192, 256), (48, 64)), 2.01),
        (codecs.HeatmapCodec((192, 256), (48, 64), kind="dark"), 0.12),
        (codecs.HeatmapCodec((192, 256), (48, 64), kind="udp"), 0.12),
        (codecs.SimCCCodec((192, 256)), 0.2501),
        (codecs.SimCCCodec((192, 256), (4.9, 5.66), normalise=False, dark=True), 0.2501),
        (codecs.SimCCCodec((192, 256), smoothing="standard", label_smoothing=0.1), 0.2501),
        (codecs.MegviiCodec((192, 256), (48, 64)), 3.01),
    ],
    ids=["msra", "dark", "udp", "simcc", "simcc_dark", "simcc_standard", "megvii"],
)
def test_round_trip(codec, tolerance):
    x = points()
    target = codec.encode(x, VISIBLE)
    back, scores = codec.decode(*target.maps)
    assert (back - x).abs().max() < tolerance
    assert (target.weights == 1).all() and (scores > 0).all()
    # the next decoding is as good from a weaker map
    again, _ = codec.decode(*(0.5 * m for m in target.maps))
    assert (again - x).abs().max() < tolerance * 1.5


@pytest.mark.parametrize("codec", [codecs.OffsetCodec((192, 256), (48, 64)), codecs.RegressionCodec((192, 256))], ids=["offsets", "regression"])
def test_coordinates_themselves_come_back_exactly(codec):
    x = points()
    hidden = VISIBLE.clone()
    hidden[0, 3] = 0
    target = codec.encode(x, hidden)
    back, scores = codec.decode(*target.maps)
    shown = hidden > 0
    torch.testing.assert_close(back[shown], x[shown], atol=1e-3, rtol=0)
    assert torch.equal(target.weights, hidden) and (scores[shown] > 0).all()
    release = codecs.OffsetCodec((192, 256), (48, 64), official_quirks=True)
    moved, _ = release.decode(*codecs.OffsetCodec((192, 256), (48, 64)).encode(x, VISIBLE).maps)
    torch.testing.assert_close(moved, x * torch.tensor([192 / 191, 256 / 255]), atol=1e-3, rtol=0)


def test_visibility_falls_with_the_peak():
    codec = codecs.SimCCCodec((192, 256))
    x, y = codec.encode(points(), VISIBLE).maps
    sure, unsure = (codec.visibility(k * x, k * y, beta=10.0) for k in (1.0, 0.1))
    assert (sure > unsure).all() and (sure <= 1).all()


def test_dark_is_finer_than_a_quarter_pixel():
    x = points()
    error = {}
    for kind in ("msra", "dark", "udp"):
        codec = codecs.HeatmapCodec((192, 256), (48, 64), kind=kind)
        error[kind] = float((codec.decode(*codec.encode(x, VISIBLE).maps)[0] - x).norm(dim=-1).mean())
    assert error["dark"] < 0.1 * error["msra"] and error["udp"] < 0.1 * error["msra"]


@pytest.mark.parametrize("codec", [codecs.HeatmapCodec((192, 256), (48, 64), kind=k) for k in ("msra", "dark", "udp")] + [codecs.SimCCCodec((192, 256))])
def test_weights(codec):
    x = torch.tensor([[[90.0, 90], [90, 90], [-200, 90], [90, 900], [-4, 90]]])
    target = codec.encode(x, torch.tensor([[1.0, 0, 1, 1, 1]]))
    assert target.weights[0].tolist() == [1, 0, 0, 0, 1]
    assert all(m[0, 1:4].abs().sum() == 0 and m[0, 0].max() > 0 for m in target.maps)


def test_integral_codec_and_gradient():
    codec = codecs.IntegralCodec((192, 256), (48, 64), beta=10)
    x = points()
    maps = codecs.HeatmapCodec((192, 256), (48, 64), kind="dark").encode(x, VISIBLE).maps[0].requires_grad_()
    back, scores = codec.decode(maps)
    assert (back - x).abs().mean() < 4 and (scores > 0).all()
    back.sum().backward()
    assert maps.grad.abs().sum() > 0
    target = codec.encode(torch.tensor([[[40.0, 80], [-5, 80]]]), torch.ones(1, 2))
    assert target.maps[0][0, 0].tolist() == [10, 20] and target.weights[0].tolist() == [1, 0]


def test_empty_maps():
    at, value = codecs.heatmap_maximum(torch.zeros(2, 8, 6))
    assert (at == -1).all() and (value == 0).all()
    for kind in ("msra", "dark", "udp"):
        out, scores = codecs.HeatmapCodec((24, 32), (6, 8), kind=kind).decode(torch.zeros(1, 3, 8, 6))
        assert out.isfinite().all() and (scores == 0).all()


def test_flips_undo_themselves():
    swap = [0, 2, 1, 4, 3]
    maps = torch.rand(2, 5, 8, 6)
    flipped = maps.flip(-1)[:, swap]
    assert torch.equal(codecs.flip_heatmaps(flipped, swap), maps)
    shifted = codecs.flip_heatmaps(flipped, swap, shift=True)
    assert torch.equal(shifted[..., 1:], maps[..., :-1]) and torch.equal(shifted[..., 0], maps[..., 0])
    offsets = torch.rand(2, 15, 8, 6)
    assert torch.equal(codecs.flip_offset_maps(codecs.flip_offset_maps(offsets, swap), swap), offsets)
    x, y = torch.rand(2, 5, 12), torch.rand(2, 5, 16)
    fx, fy = codecs.flip_vectors(*codecs.flip_vectors(x, y, swap), swap)
    assert torch.equal(fx, x) and torch.equal(fy, y)


def test_bad_options():
    with pytest.raises((VitruveError, TypeError)):
        codecs.HeatmapCodec((24, 32), (6, 8), kind="megvii")
    with pytest.raises(VitruveError, match=r"heatmaps of \(6, 8\); expected \(8, 6\)"):
        codecs.HeatmapCodec((24, 32), (6, 8)).decode(torch.zeros(1, 3, 6, 8))
    with pytest.raises(VitruveError, match="odd"):
        codecs.blur_heatmaps(torch.rand(1, 8, 8), 10)
