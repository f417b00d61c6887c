"""`vitruve predict`: a method's answer to a file."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

import tyro

EXAMPLES = """\
vitruve predict ens1d sample:walk
vitruve predict ens1d match.bvh --window 2             what is done when
vitruve predict skateformer clip.bvh --weights runs/skateformer-nw_ucla-0
vitruve predict skateformer nw_ucla.npz --clip 12 --weights runs/skateformer-nw_ucla-0 --json
vitruve predict hopfir keypoints.json --image-size 1920 1080 -o lifted.npz
vitruve predict finepose keypoints.json --image-size 1920 1080 --action walk --weights runs/finepose-cmu_lift-0
vitruve predict eqmotion sample:walk --weights runs/eqmotion-cmu_forecasting-0
"""


def predict(
    method: tyro.conf.Positional[str],
    file: tyro.conf.Positional[str],
    /,
    weights: str | None = None,
    clip: str | None = None,
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None,
    fps: float | None = None,
    image_size: tuple[int, int] | None = None,
    action: str | None = None,
    window: float | None = None,
    person: int | None = None,
    top: int = 5,
    json: bool = False,
) -> None:
    """A method's answer to a file: the name of the action, the continuation, joints in 3D, as its task is.

    Args:
        method: its short name.
        file: motion or keypoints in any format that vitruve reads, or sample:NAME.
        weights: folder of a trained method, or its name on a hub; those that come with vitruve by default.
        clip: name or number of a clip, for files that hold many.
        output: file to write 3D or future positions to; beside the input by default.
        fps: resample to this frame rate before, where the method expects one.
        image_size: width and height in pixels, for 2D keypoints whose file does not say.
        action: a word for what is being done, for methods that read it (lifting with text).
        window: seconds; names what is done when in a long recording, by windows of this length every quarter of it.
        person: number of one person, for files of several, from 0; by default all are read as acting together.
        top: how many alternatives to tell.
        json: for programs.
    """
    from dataclasses import replace

    from vitruve.cli.shared import in_space, load_method, of_person
    from vitruve.errors import OptionError
    from vitruve.pipeline.stages import with_image_size
    from vitruve.tasks.recognition import ActionRecognizer

    if top < 1:
        raise OptionError(f"--top {top}: expected 1 or more")
    model = load_method(method, weights)
    value = of_person(model.open(file, clip), person)
    if fps is not None:
        value = value.resample(fps)
    if image_size is not None:
        value = with_image_size(value, image_size)
    if action is not None:
        value = replace(value, metadata={**value.metadata, "action": action})
    if isinstance(model, ActionRecognizer):
        value = in_space(value, model.dims)
    if window is not None:
        _over_time(model, value, file, method, window, json)
        return
    facts = {"file": file, "method": method, **model.answer(value, Path(file.removeprefix("sample:")), output, top)}
    if json:
        print(json_module.dumps(facts))
    elif "label" in facts:
        print(f"{facts['label']}  {100 * facts['confidence']:.1f} %")
        for other in facts["alternatives"]:
            print(f"  {other['label']}  {100 * other['confidence']:.1f} %")
    else:
        print("".join(f"wrote {path}\n" for path in facts["written"]), end="")


def _over_time(model: Any, value: Any, file: str, method: str, window: float, json: bool) -> None:
    """Print what is done when."""
    from dataclasses import asdict

    from vitruve.errors import OptionError
    from vitruve.tasks.recognition import ActionRecognizer

    if not isinstance(model, ActionRecognizer):
        raise OptionError(f"--window: {method} does not name actions")
    segments = model.label_over_time(value, window, window / 4)
    if json:
        print(json_module.dumps({"file": file, "method": method, "segments": [asdict(s) for s in segments]}))
        return
    for s in segments:
        print(f"{s.start:8.2f} - {s.end:.2f} s  {s.label}  {100 * s.confidence:.1f} %")
