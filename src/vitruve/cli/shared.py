"""Options that several verbs share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.errors import FormatError, OptionError

if TYPE_CHECKING:
    from vitruve.tasks.method import Method


def changes(options: Sequence[str]) -> dict[str, Any]:
    """FIELD=VALUE options as values: JSON where they are, else text."""
    out: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not name:
            raise OptionError(f"--set {option!r}: expected FIELD=VALUE")
        try:
            out[name] = json.loads(value)
        except ValueError:
            out[name] = value
    return out


def shipped(slug: str) -> list[Path]:
    """Folders of weights of a method that come with the package."""
    import vitruve.methods as methods

    folder = Path(methods.__file__).parent / methods.catalogue()[slug].task / "weights"
    return sorted(p.parent for p in folder.glob("*/config.json") if json.loads(p.read_text()).get("slug") == slug)


def load_method(slug: str, weights: str | None) -> Method:
    """A trained method: from a folder, a hub, or the package itself.

    Raises OptionError where no weights are given and none, or several, come with the package; FormatError where there are none at the place.
    """
    from vitruve.methods import method

    cls = method(slug)
    if weights is None:
        found = shipped(slug)
        if len(found) != 1:
            which = f"several come with vitruve: {', '.join(map(str, found))}" if found else "none come with vitruve"
            raise OptionError(f"{slug} needs --weights FOLDER ({which}; `vitruve train {slug}` makes them)")
        weights = str(found[0])
    # anything but owner/name is a folder, also where there is none; a name in a folder that is here is not an owner's
    named = weights.count("/") == 1 and not Path(weights).parent.is_dir()
    place = weights if named else str(Path(weights).resolve())
    try:
        return cls.from_pretrained(place)
    except OSError as e:
        raise FormatError(weights, f"no such folder, and it cannot be had from a hub: {str(e).splitlines()[0]}") from None


def in_space(value: Any, dims: int) -> Any:
    """A clip as a method of `dims` coordinates reads it: 2D keypoints are lifted by the lifter that comes with the package, which is said.

    Raises OptionError where they cannot be.
    """
    import sys

    from vitruve.core.poses import Poses
    from vitruve.pipeline.stages import lift

    if dims != 3 or not isinstance(value, Poses) or value.dims != 2:
        return value
    notes: list[str] = []
    lifted = lift(value, notes)
    if lifted is None:
        raise OptionError(notes[0])
    print(f"note: {notes[0]}", file=sys.stderr)
    return lifted
