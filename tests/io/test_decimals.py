"""Decimals read by the compiled kernel: exactly the float32 that `float` gives, and nothing but plain decimals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitruve.errors import FormatError
from vitruve.io import bvh, decimals


def read_lines(lines: list[bytes], width: int) -> np.ndarray | None:
    return decimals.read_lines(b"".join(lines), np.cumsum(list(map(len, lines))), width)


numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.6f}"),
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.6g}"),
    st.floats(-1e30, 1e30).map(repr),
    st.floats(-1, 1, width=32).map(lambda x: f"{x:.9e}"),
    st.integers(-(10**17), 10**17).map(str),
    st.sampled_from(["0", "-0", "+1", ".5", "5.", "-.25", "1E3", "00012.50", "1e-44", "3.4028235e38"]),
)


@settings(deadline=None)
@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from([" ", "\t", "  "]), st.sampled_from(["\n", "\r\n", " \n"]))
def test_the_float32_is_that_of_float(table: list[list[str]], space: str, end: str) -> None:
    for row in table:
        found = read_lines([(space.join(row) + end).encode()], 3)
        # what is too near to the middle between two float32, or has too many digits, is left to others
        if found is not None:
            assert found.view(np.int32).tolist() == np.array([[np.float32(float(x)) for x in row]], np.float32).view(np.int32).tolist()
    plain = read_lines([(space.join(f"{float(x) % 1000:.4f}" for x in row) + end).encode() for row in table], 3)
    assert plain is not None and plain.shape == (len(table), 3)


def test_blank_lines_are_no_rows_and_the_last_line_needs_no_end() -> None:
    found = read_lines([b"1 2\n", b"\n", b" \t\r\n", b"3 4"], 2)
    assert found is not None and found.tolist() == [[1, 2], [3, 4]]


def test_a_number_between_two_floats_is_left_to_others() -> None:
    middle = 1 + 2.0**-24
    assert read_lines([f"{middle!r}\n".encode()], 1) is None
    assert read_lines([b"1.0000001\n"], 1) is not None


@pytest.mark.parametrize(
    "line",
    "1|1 2 3|1 x|1 1.2.3|1 1e|1 1e+|1 1-2|1 .|1 -|1 --2|1 e5|1 1e5.|1 1e+-5|1 nan|1 inf|1 1e400|1 1_0|1 2\x0b|1 2\x00|1 é|1 0x1|1 1234567890123456789".split(
        "|"
    ),
)
def test_anything_else_is_left_to_others(line: str) -> None:
    assert read_lines([b"1 2\n", line.encode() + b"\n"], 2) is None


def test_a_file_read_by_the_kernel_is_the_same_and_so_are_its_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\nEnd Site\n{\nOFFSET 0 1 0\n}\n}\n"
    rows = [" ".join(f"{v:.5g}" for v in row) for row in np.random.default_rng(0).normal(0, 40, (50, 6))]
    path = tmp_path / "a.bvh"

    def read(rows: list[str]) -> object:
        path.write_text(f"{head}MOTION\nFrames: 50\nFrame Time: 0.01\n" + "\n".join(rows) + "\n")
        try:
            motion = bvh.read(path, units="m")
        except FormatError as e:
            return str(e)
        return motion.rotations.tolist(), motion.translation.tolist()

    damaged = [rows[:30] + [line] + rows[31:] for line in ("1 2 3 4 5", "1 2 3 4 5 1.2.3", "1 2 3 4 5 1e39", "1 2 3 4 5 nan", "1 2 3 4 5 6 7")]
    careful = [read(r) for r in (rows, rows[:20], *damaged)]
    monkeypatch.setattr(bvh, "_KERNEL_FROM", 0)
    calls: list[int] = []
    fast = decimals.read_lines
    monkeypatch.setattr("vitruve.io.decimals.read_lines", lambda *a: calls.append(len(a[1])) or fast(*a))
    assert [read(r) for r in (rows, rows[:20], *damaged)] == careful
    assert len(calls) == 7 and all(":44:" in str(e) for e in careful[2:])
