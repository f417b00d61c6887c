"""Convolutions and batch normalisations computed together, with the same answers in fewer passes over the data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import cast

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


def convolved(conv: nn.Conv2d, x: Float[Tensor, "N C H W"], weight: Tensor, bias: Tensor | None) -> Float[Tensor, "N D H2 W2"]:
    """What `conv` with these weights gives, by :func:`long_conv` where that is faster."""
    d, c, k, across = weight.shape
    plain = conv.stride == (1, 1) and conv.dilation == (1, 1) and conv.groups == 1 and conv.padding == (k // 2, 0)
    if plain and across == 1 and k >= 9 and k % 2 and min(c, d) >= 128 and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
        return long_conv(x, weight, bias)
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
        return F.conv2d(x, torch.cat([w for w, _ in made]), torch.cat([b for _, b in made]), convs[0].stride)
    y = F.conv2d(x, torch.cat([c.weight for c in convs]), torch.cat([c.bias for c in convs]), convs[0].stride)
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
