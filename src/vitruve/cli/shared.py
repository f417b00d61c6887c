"""Options that several verbs share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.errors import FormatError, OptionError

if TYPE_CHECKING:
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses
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


def load_method(slug: str, weights: str | None) -> Method:
    """A trained method: from a folder, a hub, or the package itself.

    Raises OptionError where no weights are given and none, or several, come with the package; FormatError where there are none at the place.
    """
    from vitruve.methods import load_shipped, method

    if weights is None:
        return load_shipped(slug)
    cls = method(slug)
    # anything but owner/name is a folder, also where there is none; a name in a folder that is here is not an owner's
    named = weights.count("/") == 1 and not Path(weights).parent.is_dir()
    place = weights if named else str(Path(weights).resolve())
    try:
        return cls.from_pretrained(place)
    except OSError as e:
        raise FormatError(weights, f"no such folder, and it cannot be had from a hub: {str(e).splitlines()[0]}") from None


def of_person(value: Motion | Poses, person: int | None) -> Motion | Poses:
    """One of several people; what holds a single one where none is asked for. Raises OptionError for a person who is not there."""
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses

    if person is None:
        return value
    if isinstance(value, Motion):
        raise OptionError(f"--person {person}: the file holds the motion of one person")
    if not isinstance(value, Poses):
        raise OptionError(f"--person {person}: for files of several people; this holds a {type(value).__name__}")
    if person < 0:
        raise OptionError(f"--person {person}: expected 0 to {value.num_people - 1}")
    return value.person(person)


def in_space(value: Any, dims: int) -> Any:
    """A clip as a method of `dims` coordinates reads it: markers become joint centres; 2D keypoints are lifted by the lifter that comes
    with the package, which is said.

    Raises OptionError where they cannot be.
    """
    import sys

    from vitruve.core.markers import is_marker_set, joint_centres
    from vitruve.core.poses import Poses
    from vitruve.pipeline.stages import lift

    if isinstance(value, Poses) and is_marker_set(value):
        return joint_centres(value)
    if dims != 3 or not isinstance(value, Poses) or value.dims != 2:
        return value
    notes: list[str] = []
    lifted = lift(value, notes)
    if lifted is None:
        raise OptionError(notes[0])
    print(f"note: {notes[0]}", file=sys.stderr)
    return lifted.poses
