"""The main job: any input to motion, body, angles, events, exports, preview and report."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.errors import OptionError, VitruveError

if TYPE_CHECKING:
    from vitruve.bodies import BodyMotion
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses

__all__ = ["Options", "Result", "run", "run_inputs", "with_clean_feet"]


@dataclass(frozen=True)
class Options:
    """What `run` should do; the fields are those of `vitruve run --help`."""

    body: str = "anny"
    clip: str | None = None
    fps: float | None = None
    cameras: Path | None = None
    image_size: tuple[int, int] | None = None
    video: bool = True
    report: bool = True


@dataclass(frozen=True)
class Result:
    """Where the outputs of one input are, and the facts in its summary.json."""

    folder: Path
    summary: dict[str, Any]

    @property
    def files(self) -> dict[str, Path]:
        """Output files by name."""
        return {p.name: p for p in sorted(self.folder.rglob("*")) if p.is_file()}


def run(source: str | Path | Motion | Poses | Sequence[str | Path], output: str | Path = "vitruve-out", *, force: bool = False, **options: Any) -> Result:
    """Take one motion to a fitted body, angles, events, exports, a preview and a report.

    Args:
        source: a file, "sample:NAME", a Motion, Poses, or the 2D keypoint files of several views (with cameras=).
        output: folder to write to; the outputs go to a folder below it, named after the source.
        force: do it again even where the outputs are there.
        **options: fields of :class:`Options`.

    Raises:
        VitruveError: where the input cannot be read, or does not hold enough to make a body of.

    >>> import vitruve as vt, tempfile
    >>> result = vt.run("sample:walk", tempfile.mkdtemp(), video=False, report=False)
    >>> sorted(result.files)[:3]
    ['angles.csv', 'body.glb', 'body.npz']
    """
    chosen = Options(**options)
    name = getattr(source, "name", None) if not isinstance(source, str | Path | Sequence) else None
    return _run_one(source, Path(output) / (name or _stem(source)), chosen, force)


def run_inputs(inputs: Sequence[str], output: Path, options: Options, force: bool = False) -> list[Result]:
    """`vitruve run`: many inputs, one after the other; folders are searched. A bad one is told and passed over; raises at the end if there was one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not inputs:
        raise OptionError("nothing to run on: give at least one file, folder or sample:walk")
    jobs: list[Any] = [list(inputs)] if options.cameras else list(_expand(inputs))
    names = _unique_names(jobs)
    results = []
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("run", total=len(jobs))
        for job, name in zip(jobs, names):
            progress.update(task, description=name)
            try:
                result = _run_one(job, output / name, options, force)
            except VitruveError as error:
                if len(jobs) == 1:
                    raise
                print(f"failed {name}: {error}", file=sys.stderr)
            else:
                results.append(result)
                console.print(_line(result), highlight=False, soft_wrap=True)
            progress.advance(task)
    if len(results) < len(jobs):
        raise VitruveError(f"{len(jobs) - len(results)} of {len(jobs)} inputs failed")
    return results


def with_clean_feet(body: BodyMotion) -> BodyMotion:
    """The body with its feet pinned to the ground where they touch it; the residual is of the fit before."""
    from vitruve.core.contacts import clean_feet, detect_contacts

    contacts = detect_contacts(body.motion)
    return replace(body, motion=clean_feet(body.motion, contacts))


def _line(result: Result) -> str:
    s = result.summary
    people = s["people"]
    residuals = [p["fit_residual_mm"] for p in people if p.get("fit_residual_mm") is not None]
    fit = f", fit {sum(residuals) / len(residuals):.1f} mm" if residuals else ""
    state = "already done" if s.get("reused") else f"{s['seconds']:.1f} s"
    where = result.folder / ("report.html" if (result.folder / "report.html").exists() else "summary.json")
    return f"{s['name']}: {s['frames']} frames{fit}, {state} -> {where}"


def _stem(source: Any) -> str:
    if isinstance(source, str) and source.startswith("sample:"):
        return source.removeprefix("sample:")
    if isinstance(source, str | Path):
        return Path(source).stem or Path(source).name
    if isinstance(source, Sequence):
        return Path(source[0]).stem + "-views"
    return "motion"


def _expand(inputs: Iterable[str]) -> Iterator[str]:
    from vitruve.io.folder import is_frames, readable_files

    for item in inputs:
        if item.startswith("sample:") or not Path(item).is_dir():
            yield item
            continue
        files = readable_files(Path(item))
        yield from [item] if is_frames(files) else map(str, files)


def _unique_names(jobs: Sequence[Any]) -> list[str]:
    stems = [_stem(j) for j in jobs]
    names = []
    for job, stem in zip(jobs, stems):
        name = stem if stems.count(stem) == 1 or not isinstance(job, str) else f"{stem}-{Path(job).suffix[1:]}"
        while name in names:
            name += "-2"
        names.append(name)
    return names


def _identity(source: Any, options: Options) -> dict[str, Any]:
    """What a result depends on: the input's content and the options."""
    from vitruve import __version__

    digest = None
    files = [source] if isinstance(source, str | Path) else source if isinstance(source, Sequence) else []
    if files and not str(files[0]).startswith("sample:"):
        sha = hashlib.sha256()
        for file in files:
            path = Path(file)
            for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
                if not part.is_file():
                    raise OptionError(f"{part}: no such file")
                with part.open("rb") as f:
                    sha.update(hashlib.file_digest(f, "sha256").digest())
        digest = sha.hexdigest()
    return {
        "source": [str(f) for f in files] or repr(type(source).__name__),
        "sha256": digest,
        "options": {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()},
        "vitruve": __version__,
    }


def _run_one(source: Any, folder: Path, options: Options, force: bool) -> Result:
    from vitruve.pipeline.stages import read, write_person

    if options.clip is not None:
        folder = folder.with_name(f"{folder.name}-{_safe(options.clip)}")
    identity = _identity(source, options)
    earlier = _earlier(folder)
    if earlier is not None and earlier["input"]["source"] != identity["source"] and isinstance(source, str | Path):
        # the name is taken by another input: its results stay
        folder = folder.with_name(f"{folder.name}-{Path(source).suffix[1:] or 'other'}")
        earlier = _earlier(folder)
    if earlier is not None and not force and earlier["input"] == json.loads(json.dumps(identity)) and identity["sha256"]:
        return Result(folder, {**earlier, "reused": True})
    start = time.perf_counter()
    value, notes = read(source, options)
    with _whole_folder(folder) as partial:
        people = write_person(value, partial, options, notes)
        summary = {
            "name": folder.name,
            "input": identity,
            "frames": value.num_frames,
            "fps": value.fps,
            "duration_s": value.duration,
            "skeleton": value.skeleton.name,
            "people": people,
            "notes": notes,
            "seconds": time.perf_counter() - start,
        }
        (partial / "summary.json").write_text(json.dumps(summary, indent=1))
    return Result(folder, summary)


def _earlier(folder: Path) -> dict[str, Any] | None:
    """The summary of the run that wrote `folder`; OptionError where it holds something else, which is not ours to replace."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    try:
        summary = json.loads((folder / "summary.json").read_text())
        if isinstance(summary["input"]["source"], list | str):
            return dict(summary)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise OptionError(f"{folder}: is there already, and its summary.json is not one of a run: remove it, or choose another --output")


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in str(name)).lstrip(".") or "clip"


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """A folder that takes its name only when everything in it is written."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
