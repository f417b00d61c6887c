"""`vitruve predict`: a method's answer to a file."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

if TYPE_CHECKING:
    from vitruve.core.poses import Poses
    from vitruve.tasks.method import Method

EXAMPLES = """\
vitruve predict skateformer clip.bvh --weights runs/skateformer-nw_ucla-0
vitruve predict skateformer nw_ucla.npz --clip 12 --weights runs/skateformer-nw_ucla-0 --json
vitruve predict hopfir keypoints.json --image-size 1920 1080 -o lifted.npz
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
    top: int = 5,
    json: bool = False,
) -> None:
    """Name the action in a file, continue it, or lift its keypoints to 3D, as the method's task is.

    Args:
        method: its short name.
        file: motion or keypoints in any format that vitruve reads, or sample:NAME.
        weights: folder of a trained method, or its name on a hub; those that come with vitruve by default.
        clip: name or number of a clip, for files that hold many.
        output: file to write 3D or future positions to; beside the input by default.
        fps: resample to this frame rate before, where the method expects one.
        image_size: width and height in pixels, for 2D keypoints whose file does not say.
        top: how many alternatives to tell.
        json: for programs.
    """
    from dataclasses import replace

    from vitruve.cli.shared import load_method
    from vitruve.core.motion import Motion
    from vitruve.data.forecasting import CMU_BODY
    from vitruve.io import load_clip
    from vitruve.training.setup import benchmark_body

    model = load_method(method, weights)
    value = load_clip(file, clip=clip)
    if isinstance(value, Motion):
        # networks with a token for each joint know one body only
        poses = benchmark_body(value) if getattr(model.config, "joint_tokens", 0) == len(CMU_BODY.used) else value.poses()
    else:
        poses = value
    if fps is not None:
        poses = poses.resample(fps)
    if image_size is not None:
        poses = replace(poses, image_size=image_size)
    facts = {"file": file, "method": method, **_answer(model, poses, file, output, top)}
    if json:
        print(json_module.dumps(facts))
    elif "label" in facts:
        print(f"{facts['label']}  {100 * facts['confidence']:.1f} %")
        for other in facts["alternatives"]:
            print(f"  {other['label']}  {100 * other['confidence']:.1f} %")
    else:
        print("".join(f"wrote {path}\n" for path in facts["written"]), end="")


def _answer(model: Method, poses: Poses, file: str, output: Path | None, top: int) -> dict[str, Any]:
    """What the model says of the poses, as plain values; positions are written to files."""
    from vitruve.errors import OptionError
    from vitruve.io import save
    from vitruve.tasks.forecasting import Forecaster
    from vitruve.tasks.lifting import Lifter
    from vitruve.tasks.recognition import ActionRecognizer

    if isinstance(model, ActionRecognizer):
        best, *others = ({"label": label, "confidence": p} for label, p in model.predict(poses).top(top)[0])
        return {**best, "alternatives": others}
    stem = Path(file.removeprefix("sample:"))
    if isinstance(model, Lifter):
        return {"written": [str(save(model.predict(poses), output or stem.with_name(f"{stem.stem}-3d.npz")))]}
    if isinstance(model, Forecaster):
        target = output or stem.with_name(f"{stem.stem}-future.npz")
        futures = model.predict(poses)
        paths = [target] if len(futures) == 1 else [target.with_stem(f"{target.stem}-{i}") for i in range(len(futures))]
        return {"written": [str(save(f, p)) for f, p in zip(futures, paths)]}
    raise OptionError(f"{model.card.slug} ({model.card.task}) does not answer to a file")
