"""Convolutions and batch normalisations computed together, with the same answers in fewer passes over the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def fixed(norm: nn.BatchNorm2d) -> tuple[Float[Tensor, " C"], Float[Tensor, " C"]]:
    """(scale, shift) of each channel that `norm` is where it uses its running statistics."""
    assert norm.running_mean is not None and norm.running_var is not None
    scale = (norm.running_var + norm.eps).rsqrt() * norm.weight
    return scale, norm.bias - norm.running_mean * scale


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """(weight, bias) of the one convolution that `conv` and then `norm` are, where `norm` uses its running statistics."""
    scale, shift = fixed(norm)
    return conv.weight * scale[:, None, None, None], shift if conv.bias is None else torch.addcmul(shift, conv.bias, scale)


def learns(norm: nn.BatchNorm2d) -> bool:
    """Whether batch normalisation uses the statistics of the batch."""
    return norm.training or norm.running_mean is None


def channels_last(x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N C H W"]:
    """x with its channels side by side in memory on a processor, whose convolutions are faster so; elsewhere as it is.

    As it is where gradients are kept, too: with such images and few channels, those of strided 1x1 convolutions crash torch 2.13.
    """
    return x if torch.is_grad_enabled() or x.device.type != "cpu" else x.contiguous(memory_format=torch.channels_last)


def watched(*modules: nn.Module) -> bool:
    """Whether somebody listens to what one of the modules gives, which then has to be called by itself."""
    return any(m._forward_hooks or m._forward_pre_hooks for m in modules)


@cache
def _bilinear(kernel: int, outputs: int) -> tuple[Tensor, Tensor, Tensor]:
    """(B, G, A) with y = A ((B x) * (G w)) for `outputs` sums y_t = sum_j w_j x_(t+j) over a kernel: products of discrete Fourier
    transforms, each complex one as three real ones. There are 23 products for 8 outputs of a kernel of 9, instead of 72."""
    # kept beyond this call, whose mode may forbid gradients for good
    with torch.inference_mode(False):
        size = outputs + kernel - 1
        x: list[Tensor] = []
        w: list[Tensor] = []
        y: list[Tensor] = []
        for f in range(size // 2 + 1):
            angle = 2 * torch.pi * f / size * torch.arange(size, dtype=torch.float64)
            c, s = angle.cos(), angle.sin()
            if f in (0, size / 2):
                x, w, y = [*x, c], [*w, c], [*y, c / 2]
            else:
                x, w, y = [*x, c, -s, c - s], [*w, c, s, c + s], [*y, c + s, s - c, -s]
        return torch.stack(x), torch.stack(w)[:, :kernel], 2 / size * torch.stack(y, 1)[:outputs]


def long_conv(x: Float[Tensor, "N C T V"], weight: Float[Tensor, "D C K 1"], bias: Float[Tensor, " D"] | None) -> Float[Tensor, "N D T V"]:
    """F.conv2d(x, weight, bias, padding=(K // 2, 0)) for an odd K by fewer products (see :func:`_bilinear`): as exact as rounding, and on a
    processor 1.5 times as fast where there are many channels."""
    n, c, t, v = x.shape
    d, k = weight.shape[0], weight.shape[2]
    m = 8 if -t % 8 < -t % 16 else 16
    tiles = -(-t // m)
    into, kernel, out = (matrix.to(x) for matrix in _bilinear(k, m))
    windows = F.pad(x, (0, 0, k // 2, tiles * m + k - 1 - t - k // 2)).unfold(2, m + k - 1, m)
    spectra = (into @ windows.permute(4, 1, 0, 2, 3).reshape(m + k - 1, -1)).view(len(into), c, -1)
    weights = (kernel @ weight.reshape(d * c, k).mT).view(len(into), d, c)
    y = (out @ torch.bmm(weights, spectra).view(len(into), -1)).view(m, d, n, tiles, v)
    y = y.permute(2, 1, 3, 0, 4).reshape(n, d, tiles * m, v)[:, :, :t]
    return y if bias is None else y + bias[:, None, None]


@cache
def _toom(kernel: int = 3, outputs: int = 4) -> tuple[Tensor, Tensor, Tensor]:
    """(B, G, A) as :func:`_bilinear`'s, of values of polynomials: 6 products for 4 outputs of a kernel of 3 instead of 12, in each direction of an image,
    so that both together are 36 instead of 144. Points are few and near 1, where values of float32 lose least (Winograd's convolution)."""
    with torch.inference_mode(False):
        size = kernel + outputs - 1
        values = torch.tensor([0, 1, -1, 0.5, -2], dtype=torch.float64)[:, None] ** torch.arange(size)

        def at(count: int) -> Tensor:
            # the value at infinity is the highest coefficient
            return torch.cat([values[:, :count], torch.eye(count, dtype=torch.float64)[-1:]])

        one = (torch.linalg.inv(at(size)).mT, at(kernel), at(outputs).mT)
        into, weight, out = (torch.kron(m.contiguous(), m.contiguous()) for m in one)
        return into, weight, out


def _square_windows(x: Float[Tensor, "N H W C"]) -> Float[Tensor, "36 _"]:
    """The 6 x 6 entries under every 4 x 4 outputs of a kernel of 3 x 3, zeros beyond the border; whole vectors of channels are copied at a time."""
    h, w = x.shape[1:3]
    padded = F.pad(x, (0, 0, 1, -w % 4 + 1, 1, -h % 4 + 1))
    return padded.unfold(1, 6, 4).unfold(2, 6, 4).permute(4, 5, 0, 1, 2, 3).reshape(36, -1)


class _SquareConv(torch.autograd.Function):
    """:func:`square_conv` channels-last, and its gradients by as few products."""

    @staticmethod
    def forward(ctx: Any, x: Float[Tensor, "N H W C"], weight: Float[Tensor, "D C 3 3"]) -> Float[Tensor, "N H W D"]:  # type: ignore[override]
        ctx.save_for_backward(x, weight)
        n, h, w, c = x.shape
        d = len(weight)
        windows, taps = _square_windows(x), weight.reshape(d * c, 9).mT
        y = x.new_zeros(16, windows.shape[1] // c * d)
        # a few products at a time stay in the cache, and in memory that is there already
        for into, kernel, out in _square_transforms(x):
            y.addmm_(out, torch.bmm((into @ windows).view(6, -1, c), (kernel @ taps).view(6, d, c).mT).flatten(1))
        high, wide = -(-h // 4), -(-w // 4)
        return y.view(4, 4, n, high, wide, d).permute(2, 3, 0, 4, 1, 5).reshape(n, 4 * high, 4 * wide, d)[:, :h, :w]

    @staticmethod
    def backward(ctx: Any, g: Float[Tensor, "N H W D"]) -> tuple[Tensor | None, Tensor | None]:  # type: ignore[override]
        x, weight = ctx.saved_tensors
        d, c = weight.shape[:2]
        # the other way round, the same convolution with the kernel turned
        along = None
        if ctx.needs_input_grad[0]:
            # as convolutions around it expect gradients, see `channels_last`
            along = _SquareConv.apply(g, weight.flip(2, 3).transpose(0, 1)).permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
        if not ctx.needs_input_grad[1]:
            return along, None
        windows = _square_windows(x)
        tiles = F.pad(g, (0, 0, 0, -g.shape[2] % 4, 0, -g.shape[1] % 4)).unfold(1, 4, 4).unfold(2, 4, 4).permute(4, 5, 0, 1, 2, 3).reshape(16, -1)
        taps = sum(
            kernel.T @ torch.bmm((out.T @ tiles).view(6, -1, d).mT, (into @ windows).view(6, -1, c)).flatten(1) for into, kernel, out in _square_transforms(x)
        )
        return along, taps.mT.reshape(weight.shape)  # type: ignore[union-attr]


def _square_transforms(x: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """(B, G, A) of six of the 36 products after the other, for numbers like those of x."""
    into, kernel, out = (matrix.to(x) for matrix in _toom())
    return zip(into.split(6), kernel.split(6), out.split(6, 1))


def square_conv(x: Float[Tensor, "N C H W"], weight: Float[Tensor, "D C 3 3"], bias: Float[Tensor, " D"] | None) -> Float[Tensor, "N D H W"]:
    """F.conv2d(x, weight, bias, padding=1) by a quarter of the products (see :func:`_toom`), within some 3e-6 of the largest entry.

    Without gradients, what it gives is channels-last, and read fastest so.
    """
    y = _SquareConv.apply(x.permute(0, 2, 3, 1), weight)
    y = (y if bias is None else y + bias).permute(0, 3, 1, 2)
    return y.contiguous() if torch.is_grad_enabled() else y


def pointwise(x: Float[Tensor, "N C *S"], weight: Float[Tensor, "D C *_"], bias: Float[Tensor, " D"] | None) -> Float[Tensor, "N D *S"]:
    """A 1x1 convolution as a product for each entry of the batch.

    On a processor torch rearranges the channels of 16 entries and more first, and takes up to four times as long.
    """
    maps = weight.flatten(1).expand(len(x), -1, -1)
    y = torch.bmm(maps, x.flatten(2)) if bias is None else torch.baddbmm(bias[:, None], maps, x.flatten(2))
    return y.unflatten(2, x.shape[2:])


def convolved(conv: nn.Conv2d, x: Float[Tensor, "N C H W"], weight: Tensor, bias: Tensor | None) -> Float[Tensor, "N D H2 W2"]:
    """What `conv` with these weights gives, by :func:`pointwise`, :func:`long_conv` or :func:`square_conv` where that is faster."""
    d, c, k, across = weight.shape
    many = len(x) >= 16 and x.device.type == "cpu" and not x.is_contiguous(memory_format=torch.channels_last)
    if many and k == across == conv.groups == 1 and conv.padding == (0, 0):
        return pointwise(x[:, :, :: conv.stride[0], :: conv.stride[1]], weight, bias)
    plain = conv.stride == (1, 1) and conv.dilation == (1, 1) and conv.groups == 1 and conv.padding == (k // 2, across // 2)
    if plain and min(c, d) >= 128 and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
        if across == 1 and k >= 9 and k % 2 and x.shape[2] >= 16:
            return long_conv(x, weight, bias)
        if across == k == 3 and x.dtype == torch.float32 and x.numel() >= 1000 * c:
            return square_conv(x, weight, bias)
    return F.conv2d(x, weight, bias, conv.stride, conv.padding, conv.dilation, conv.groups)  # type: ignore[arg-type]


def conv_norm(conv: nn.Conv2d, norm: nn.BatchNorm2d, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H2 W2"]:
    """norm(conv(x)); one convolution where normalisation is fixed. It makes its weights anew each time, which costs next to nothing."""
    if watched(conv, norm):
        return norm(conv(x))
    if learns(norm):
        return norm(convolved(conv, x, conv.weight, conv.bias))
    return convolved(conv, x, *folded(conv, norm))


def shortcut(way: nn.Module, x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H2 W2"]:
    """`way`, the identity or a convolution and its normalisation, of x."""
    if not isinstance(way, nn.Sequential):
        return way(x)
    conv, norm = cast(tuple[nn.Conv2d, nn.BatchNorm2d], tuple(way))
    return conv_norm(conv, norm, x)


def side_by_side(pairs: Sequence[tuple[nn.Conv2d, nn.BatchNorm2d]], x: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D H W"]:
    """torch.cat([norm(conv(x)) for conv, norm in pairs], 1) of 1x1 convolutions of one stride, as one convolution and one normalisation.

    Running statistics move as those of separate normalisations do.
    """
    convs, norms = zip(*pairs)
    first = norms[0]
    if watched(*convs, *norms):
        return torch.cat([norm(conv(x)) for conv, norm in pairs], 1)
    if not learns(first):
        made = [folded(conv, norm) for conv, norm in pairs]
        return convolved(convs[0], x, torch.cat([w for w, _ in made]), torch.cat([b for _, b in made]))
    y = convolved(convs[0], x, torch.cat([c.weight for c in convs]), torch.cat([c.bias for c in convs]))
    if first.running_mean is None or first.momentum is None or type(first) is not nn.BatchNorm2d:
        return torch.cat([norm(part) for norm, part in zip(norms, y.split([c.out_channels for c in convs], 1))], 1)
    mean, var = torch.cat([n.running_mean for n in norms]), torch.cat([n.running_var for n in norms])
    y = F.batch_norm(y, mean, var, torch.cat([n.weight for n in norms]), torch.cat([n.bias for n in norms]), True, first.momentum, first.eps)
    sizes = [n.num_features for n in norms]
    for norm, m, v in zip(norms, mean.split(sizes), var.split(sizes)):
        norm.running_mean.copy_(m)
        norm.running_var.copy_(v)
        norm.num_batches_tracked.add_(1)
    return y


def temporal_maximum(x: Float[Tensor, "N C T V"], pool: nn.MaxPool2d) -> Float[Tensor, "N C T2 V"]:
    """pool(x) of three frames around each (padded by one): without gradients by comparing neighbours, which is some twenty times faster."""
    if (torch.is_grad_enabled() and x.requires_grad) or pool.kernel_size != (3, 1) or pool.padding != (1, 0):
        return pool(x)
    stride = pool.stride[0]  # type: ignore[index]
    y = x[:, :, ::stride].clone()
    before, after = x[:, :, stride - 1 :: stride][:, :, : y.shape[2] - 1], x[:, :, 1::stride]
    for part, beside in ((y[:, :, 1:], before), (y[:, :, : after.shape[2]], after)):
        torch.maximum(part, beside, out=part)
    return y
