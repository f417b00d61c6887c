"""MOT and STO: OpenSim's tables over time, of joint coordinates, forces or anything else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.io.files import atomic, read_text

_MAX_COLUMNS = 100_000


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of numbers, `data` (rows, columns) float64 with time in seconds as the first column.

    Values are as the file has them: `in_degrees` says whether its angles are in degrees (None: the file does not say).
    `header` keeps its other lines, "key=value" as pairs and remarks as keys without a value.
    """

    columns: tuple[str, ...]
    data: np.ndarray
    in_degrees: bool | None = None
    name: str = ""
    header: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data.ndim != 2 or self.data.shape[1] != len(self.columns):
            raise ShapeError(f"table: expected (rows, {len(self.columns)}) numbers, found {tuple(self.data.shape)}")

    def __len__(self) -> int:
        return len(self.data)

    def as_dict(self) -> dict[str, np.ndarray]:
        """Each column (rows,) by its name."""
        return {name: self.data[:, i] for i, name in enumerate(self.columns)}

    def radians(self, lengths: tuple[str, ...] = ("_tx", "_ty", "_tz")) -> dict[str, np.ndarray]:
        """Columns by name with angles in radians; time and columns that end in `lengths` are no angles.

        For tables of joint coordinates. Raises OptionError where the file does not say in what its angles are.
        """
        if self.in_degrees is None:
            raise OptionError(f"table {self.name!r} does not say whether its angles are in degrees")
        factor = np.pi / 180 if self.in_degrees else 1.0
        return {n: x if n == "time" or n.endswith(lengths) else x * factor for n, x in self.as_dict().items()}


def read(path: str | Path) -> Table:
    """Read a .mot or .sto, OpenSim's or SIMM's.

    Raises FormatError naming the line where numbers, columns and the header do not agree. A count of rows that differs from the
    header's is only warned of: programs that cut trials leave it as it was.
    """
    path = Path(path)
    lines = read_text(path).split("\n")
    end = next((i for i, line in enumerate(lines) if line.strip().lower() == "endheader"), None)
    if end is None:
        raise FormatError(path, "expected a line 'endheader'", line=len(lines))
    header: dict[str, str] = {}
    name = ""
    for i, line in enumerate(lines[:end]):
        text = line.strip()
        key, sign, value = text.partition("=") if "=" in text else text.partition(" ")
        key, value = key.strip(), value.strip()
        if sign == "=" or key in ("datacolumns", "datarows", "range", "otherdata"):
            header[key] = value
        elif key == "name" and i == 0:
            name = value
        elif i == 0:
            name = text
        elif text:
            header[text] = ""
    counts: dict[str, int] = {}
    for key, value in header.items():
        what = {"ncolumns": "columns", "datacolumns": "columns", "nrows": "rows", "datarows": "rows"}.get(key.lower())
        if what:
            if not re.fullmatch(r"[0-9]{1,12}", value):
                raise FormatError(path, f"{key}: expected a count, found {value[:40]!r}", line=_line_of(lines, key))
            counts[what] = int(value)
    said = next((v.lower() for k, v in header.items() if k.lower() == "indegrees"), None)
    if said not in (None, "yes", "no", "true", "false"):
        raise FormatError(path, f"inDegrees: expected yes or no, found {said[:40]!r}", line=_line_of(lines, "indegrees"))

    rows = [(i, line) for i, line in enumerate(lines[end + 1 :], start=end + 1) if line.strip()]
    if not rows:
        raise FormatError(path, "no columns after endheader", line=end + 1)
    at, labels = rows.pop(0)
    columns = tuple(c.strip() for c in labels.rstrip("\r\n").split("\t") if c.strip()) if "\t" in labels.strip() else tuple(labels.split())
    if len(columns) > _MAX_COLUMNS:
        raise FormatError(path, f"more than {_MAX_COLUMNS} columns", line=at + 1)
    if counts.get("columns", len(columns)) != len(columns):
        raise FormatError(path, f"the header says {counts['columns']} columns, found {len(columns)}", line=at + 1)
    if len(set(columns)) < len(columns):
        twice = next(c for i, c in enumerate(columns) if c in columns[:i])
        raise FormatError(path, f"column {twice!r} appears twice", line=at + 1)
    data = _numbers(path, rows, len(columns))
    if counts.get("rows", len(rows)) != len(rows):
        warnings.warn(f"{path}: the header says {counts['rows']} rows, found {len(rows)}", stacklevel=2)
    return Table(columns, data, None if said is None else said in ("yes", "true"), name, header)


def _line_of(lines: list[str], key: str) -> int:
    return next((i for i, line in enumerate(lines, start=1) if line.strip().lower().startswith(key.lower())), 1)


def _numbers(path: Path, rows: list[tuple[int, str]], width: int) -> np.ndarray:
    if not rows:
        return np.empty((0, width))
    try:
        data = np.loadtxt([line for _, line in rows], dtype=np.float64, comments=None, ndmin=2)
        if data.shape[1] == width:
            return data
        trouble = f"expected {width} numbers, found {data.shape[1]}"
    except ValueError as e:
        trouble = str(e)
    for i, line in rows:
        words = line.split()
        if len(words) != width:
            raise FormatError(path, f"expected {width} numbers, found {len(words)}", line=i + 1)
        for word in words:
            try:
                float(word)
            except ValueError:
                raise FormatError(path, f"expected a number, found {word[:40]!r}", line=i + 1) from None
    raise FormatError(path, trouble, line=rows[0][0] + 1)


def write(value: Any, path: str | Path, *, precision: int = 8) -> None:
    """Write a Table as OpenSim's; its numbers are not changed, `inDegrees` says what they are."""
    if not isinstance(value, Table):
        raise OptionError(f"MOT and STO hold tables: expected vitruve.io.mot.Table, found {type(value).__name__}")
    if any(re.search(r"[\t\r\n]", c) or not c.strip() for c in value.columns):
        raise OptionError("column names must not be blank nor hold tabs or line breaks")
    ours = {"version", "nrows", "ncolumns", "datarows", "datacolumns", "range", "otherdata", "indegrees"}
    kept = [f"{k}={v}" if v else k for k, v in value.header.items() if k.lower() not in ours and k.lower() != "endheader"]
    head = [value.name or "Coordinates", "version=1", f"nRows={len(value.data)}", f"nColumns={len(value.columns)}"]
    if value.in_degrees is not None:
        head.append(f"inDegrees={'yes' if value.in_degrees else 'no'}")
    template = "\t".join([f"%.{precision}f"] * len(value.columns)) + "\n"
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join([*(re.sub(r"[\r\n]+", " ", line) for line in head + kept), "endheader", "\t".join(value.columns)]) + "\n")
        for row in value.data:
            file.write(template % tuple(row))
