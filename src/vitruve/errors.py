"""The errors that users see: each names the file, line, joint, shape or option, what was found and what was expected."""

from __future__ import annotations

from os import PathLike


class VitruveError(ValueError):
    """Base of every error raised on purpose by vitruve."""


class FormatError(VitruveError):
    """A file that does not follow its format.

    >>> print(FormatError("walk.bvh", "expected 96 numbers, found 95", line=134))
    walk.bvh:134: expected 96 numbers, found 95
    """

    def __init__(self, path: str | PathLike[str], message: str, line: int | None = None) -> None:
        self.path, self.line = str(path), line
        super().__init__(f"{path}{'' if line is None else f':{line}'}: {message}")


class ShapeError(VitruveError):
    """An array whose shape, type or content does not fit the others."""


class SkeletonError(VitruveError):
    """A skeleton that is not a forest, or that lacks joints an operation needs."""


class OptionError(VitruveError):
    """An option whose value is not possible, or not possible with this input."""


class MissingExtraError(VitruveError):
    """A feature whose optional dependency is not installed; says which command installs it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this needs the package {package!r}: pip install 'vitruve[{extra}]'")
