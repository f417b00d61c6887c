"""Tables of decimal numbers as text, read by a compiled kernel; imported on first use only."""

# ruff: noqa: UP018 - in a kernel int(0) is a variable, a bare 0 a constant
# no `from __future__ import annotations` here, and no type checks: warp reads the annotations of kernels itself
import logging
from functools import cache
from typing import Any, no_type_check

import numpy as np
import warp as wp

from vitruve.core.warp import start

wp.set_module_options({"enable_backward": False})

_MOST_DIGITS, _MOST_EXPONENT = wp.constant(18), wp.constant(60)
_TAB, _NEWLINE, _RETURN, _SPACE, _PLUS, _MINUS, _POINT, _ZERO, _NINE, _E, _SMALL_E = (wp.constant(ord(c)) for c in "\t\n\r +-.09Ee")
# the roundings of a whole number, a power of ten and their quotient are less than this
_LESS, _MORE = wp.constant(wp.float64(1 - 1e-15)), wp.constant(wp.float64(1 + 1e-15))
_POWERS = np.array([float(f"1e{k}") for k in range(_MOST_EXPONENT + 1)])


@wp.kernel
@no_type_check
def _read_lines(
    text: wp.array(dtype=wp.uint8),
    ends: wp.array(dtype=wp.int64),
    powers: wp.array(dtype=wp.float64),
    out: wp.array2d(dtype=wp.float32),
    found: wp.array(dtype=wp.int32),
):
    """Numbers of one line, and how many there are: -1 for a line with anything else, or too many, in it. Lines end in a line feed, where every number stops."""
    line = wp.tid()
    at = wp.int64(0)
    if line > 0:
        at = ends[line - 1]
    end = ends[line]
    one = wp.int64(1)
    count = int(0)
    while at < end and count >= 0:
        c = int(text[at])
        if c == _SPACE or c == _TAB or c == _NEWLINE or c == _RETURN:
            at += one
            continue
        sign = wp.float64(1.0)
        if c == _MINUS:
            sign = wp.float64(-1.0)
        if c == _MINUS or c == _PLUS:
            at += one
        none = int(0)
        whole = wp.int64(none)
        begin = at
        c = int(text[at])
        while c >= _ZERO and c <= _NINE:
            whole = whole * wp.int64(10) + wp.int64(c - _ZERO)
            at += one
            c = int(text[at])
        digits = int(at - begin)
        decimals = int(0)
        if c == _POINT:
            at += one
            begin = at
            c = int(text[at])
            while c >= _ZERO and c <= _NINE:
                whole = whole * wp.int64(10) + wp.int64(c - _ZERO)
                at += one
                c = int(text[at])
            decimals = int(at - begin)
            digits += decimals
        fine = int(1)
        exponent = int(0)
        if c == _E or c == _SMALL_E:
            at += one
            down = int(0)
            c = int(text[at])
            if c == _MINUS:
                down = 1
            if c == _MINUS or c == _PLUS:
                at += one
                c = int(text[at])
            length = int(0)
            while c >= _ZERO and c <= _NINE and length < 4:
                exponent = exponent * 10 + c - _ZERO
                length += 1
                at += one
                c = int(text[at])
            if length == 0:
                fine = 0
            if down == 1:
                exponent = -exponent
        if c != _SPACE and c != _TAB and c != _NEWLINE and c != _RETURN:
            fine = 0
        exponent -= decimals
        if digits == 0 or digits > _MOST_DIGITS or exponent > _MOST_EXPONENT or exponent < -_MOST_EXPONENT or count >= out.shape[1]:
            fine = 0
        if fine == 1:
            value = sign * wp.float64(whole)
            if exponent < 0:
                value = value / powers[-exponent]
            else:
                value = value * powers[exponent]
            # where they matter to the float32, others decide
            low = wp.float32(value * _LESS)
            if low == wp.float32(value * _MORE):
                out[line, count] = low
                count += 1
            else:
                count = -1
        else:
            count = -1
    found[line] = count


@cache
def ready() -> bool:
    """Whether the kernel can be had: not where the folder that compiled kernels are kept in cannot be written."""
    try:
        start()
        wp.load_module(device="cpu")
    except OSError as e:
        logging.getLogger("vitruve").warning("numbers are read the slow way, without a compiled kernel: %s", e)
        return False
    return True


def read_lines(text: bytes, ends: np.ndarray, width: int) -> np.ndarray | None:
    """The numbers (N, width) float32 of the lines of `text`, up to each of `ends`, that are not blank, as `float` and a rounding to float32 would give them.

    None where there is no kernel, where a line holds anything but `width` plain decimals (or one too close to the middle between two float32
    to be sure of it): slower, careful ways then say what it is.
    """
    if not ready():
        return None
    if not text.endswith(b"\n"):
        text, ends = text + b"\n", np.append(ends[:-1], len(text) + 1)
    out, found = np.empty((len(ends), width), np.float32), np.empty(len(ends), np.int32)
    arrays: list[Any] = [wp.array(a, device="cpu", copy=False) for a in (np.frombuffer(text, np.uint8), ends, _POWERS, out, found)]
    wp.launch(_read_lines, len(ends), inputs=arrays, device="cpu")
    if not ((found == width) | (found == 0)).all():
        return None
    return out if (found == width).all() else out[found == width]
