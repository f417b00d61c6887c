"""The command line: one file per verb, nothing heavy imported before the verb runs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

VERBS = (
    "run",
    "convert",
    "triangulate",
    "lift",
    "info",
    "view",
    "fit",
    "render",
    "angles",
    "methods",
    "data",
    "train",
    "eval",
    "predict",
    "reproduce",
    "bench",
)


def _module(verb: str) -> Any:
    return importlib.import_module(f"vitruve.cli.{verb}")


def _verbs() -> dict[str, Callable[..., Any]]:
    return {verb: getattr(_module(verb), verb) for verb in VERBS}


def _summaries() -> dict[str, Callable[..., Any]]:
    """Verbs without their options, for the list of them: tyro asks a type checker, slow to import, about functions but not about classes."""
    return {name: type(name, (), {"__doc__": verb.__doc__}) for name, verb in _verbs().items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 bad input, 2 wrong usage, 130 interrupted."""
    import tyro

    from vitruve import __version__
    from vitruve.errors import VitruveError

    args = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if args == ["--version"]:
        print(f"vitruve {__version__}")
        return 0
    try:
        tyro.extras.subcommand_cli_from_dict(
            _summaries() if args in (["--help"], ["-h"]) else _verbs(),
            prog="vitruve",
            description="Human motion in one language: load, fit, analyse, convert, look; published methods to train and use. "
            "Each verb has its own --help, with examples.",
            args=args,
        )
    except SystemExit as stop:
        if not stop.code and args[0] in VERBS and {"-h", "--help"} & {*args}:
            print("examples:")
            print("".join(f"  {line}\n" for line in _module(args[0]).EXAMPLES.splitlines()))
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except VitruveError as error:
        print(f"vitruve: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader of our output (head, less) has gone: not an error of ours
        sys.stderr.close()
        return 0
    except OSError as error:
        # a folder that may not be written to, a full disk, a file that may not be read
        print(f"vitruve: {error.filename or 'input or output'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("vitruve: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
