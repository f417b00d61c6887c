"""Folders: every readable file of one, by name."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitruve.core.progress import tracked
from vitruve.errors import FormatError, VitruveError


def readable_files(path: Path, format: str | None = None) -> list[Path]:
    """The files in a folder and its folders that vitruve can read, in order of their names; FormatError if there is none.

    An .asf is the skeleton of the .amc beside it, not a motion of its own.
    """
    from vitruve.io import FORMATS

    suffixes = {s for f in FORMATS if f.reads and format in (None, f.name) for s in f.suffixes}
    everything = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    files = [p for p in everything if p.suffix.lower() in suffixes]
    moving = {p.parent for p in files if p.suffix.lower() == ".amc"}
    files = [p for p in files if not (p.suffix.lower() == ".asf" and p.parent in moving)]
    if not files:
        found = ", ".join(p.name for p in everything[:4]) + (", ..." if len(everything) > 4 else "") or "nothing"
        raise FormatError(path, f"no file that can be read; found {found}; expected one of {' '.join(sorted(suffixes))}")
    return files


def is_frames(files: Sequence[Path]) -> bool:
    """Whether these are the frames of one recording, a file each: OpenPose's, CMU Panoptic's, or EgoHumans'."""
    return all(re.search(r"_keypoints\.json$|/body3DScene_\d+\.json$|poses3d/\d{5}\.npy$", f"/{p.as_posix()}") for p in files)


def load_folder(path: str | Path, format: str | None = None, *, skip_errors: bool = False, **options: Any) -> Any:
    """Load the files of a folder and of those in it that vitruve can read, with a progress bar.

    Args:
        path: the folder. One of OpenPose frames ("*_keypoints.json"), Panoptic's ("body3DScene_*.json") or EgoHumans'
            ("poses3d/*.npy") is one recording, and is read as that.
        format: only files of this format, by its name.
        skip_errors: leave out files that cannot be read, with a warning, instead of raising.
        **options: of the format, the same for every file.

    Returns:
        dict of what `vitruve.load` gives for each file, by its path within the folder; Poses for frames of one recording.

    Raises:
        VitruveError: at the end, listing every file that could not be read.
        FormatError: if there is no file to read.
    """
    from vitruve.io import load

    path = Path(path)
    files = readable_files(path, format)
    if is_frames(files):
        from vitruve.io import egohumans, keypoints

        frames = egohumans if files[0].suffix == ".npy" else keypoints
        if format in (None, frames.__name__.rpartition(".")[2]):
            return frames.read(path, **options)

    values: dict[str, Any] = {}
    errors: list[str] = []
    for file in tracked(files, f"reading {path.name}"):
        try:
            values[file.relative_to(path).as_posix()] = load(file, format, **options)
        except VitruveError as e:
            errors.append(str(e))
    if errors:
        message = f"{path}: {len(errors)} of {len(files)} files cannot be read:\n" + "\n".join(errors)
        if not skip_errors:
            raise VitruveError(message)
        warnings.warn(message, stacklevel=2)
    return values
