"""Writing so that nothing is ever half there, and reading text so that errors name the line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vitruve.errors import FormatError


def check_place(path: Path) -> None:
    """Raise FormatError where no file can be written: a folder that does not exist, or the name of one that does."""
    if not path.parent.is_dir():
        raise FormatError(path, f"folder {str(path.parent)!r} does not exist")
    if path.is_dir():
        raise FormatError(path, "is a folder; expected the name of a file to write")


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """A temporary name beside `path`, renamed to it if the block succeeds and removed if it does not.

    The temporary name keeps the suffix, for libraries that choose a format by it.
    """
    path = Path(path)
    check_place(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as e:
        if e.filename != str(temporary):
            raise
        raise FormatError(path, f"cannot be written: {e.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


def read_text(path: str | Path, limit: int | None = None) -> str:
    """A text file as UTF-8; FormatError if it is absent, empty, binary, not UTF-8, or over `limit` bytes."""
    path = Path(path)
    try:
        data = path.read_bytes() if limit is None or path.stat().st_size <= limit else None
    except OSError as e:
        raise FormatError(path, e.strerror or str(e)) from None
    if data is None:
        raise FormatError(path, f"larger than {limit} bytes")
    if not data.strip():
        raise FormatError(path, "the file is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise FormatError(path, "not UTF-8 text", line=data[: e.start].count(b"\n") + 1) from None
    if "\0" in text:
        raise FormatError(path, "binary data where text was expected", line=text[: text.index("\0")].count("\n") + 1)
    return text
