"""`vitruve lift`: 2D keypoints of one camera to joints in space, with other possible answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

EXAMPLES = """\
vitruve lift sample:walk2d
vitruve lift keypoints.json --image-size 1920 1080 --hypotheses 20
vitruve lift keypoints.json --image-size 1920 1080 --method finepose --hypotheses 20 --action walk --weights runs/finepose-cmu_lift-0
"""


def lift(
    file: tyro.conf.Positional[str],
    /,
    method: str | None = None,
    hypotheses: int = 1,
    weights: str | None = None,
    clip: str | None = None,
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None,
    image_size: tuple[int, int] | None = None,
    action: str | None = None,
    seed: int = 0,
) -> None:
    """Give 2D keypoints their depth: joints relative to the root, metres, y up.

    Several hypotheses go to a file of their own beside the answer, as people of one file; the answer is their middle, and how far they
    are from it is told joint by joint.

    Args:
        file: 2D keypoints in any format that vitruve reads, or sample:NAME.
        method: a lifting method's short name; by default one that comes with vitruve: hopfir, or diffpose for several hypotheses.
        hypotheses: how many answers to draw.
        weights: folder of a trained method, or its name on a hub; those that come with vitruve by default.
        clip: name or number of a clip, for files that hold many.
        output: file to write; beside the input by default.
        image_size: width and height in pixels, for files that do not say.
        action: a word for what is being done, for methods that read it.
        seed: of what is drawn.
    """
    from dataclasses import replace

    import torch

    import vitruve as vt
    from vitruve.cli.shared import load_method
    from vitruve.errors import OptionError
    from vitruve.io import check_target
    from vitruve.pipeline.stages import with_image_size
    from vitruve.tasks.lifting import Lifter

    if hypotheses < 1:
        raise OptionError(f"--hypotheses {hypotheses}: expected 1 or more")
    place = Path(file.removeprefix("sample:"))
    output = output or place.with_name(f"{place.stem}-3d.npz")
    check_target(output)
    lifter = load_method(method or ("hopfir" if hypotheses == 1 else "diffpose"), weights)
    if not isinstance(lifter, Lifter):
        raise OptionError(f"--method {method}: a method of {lifter.card.task}; expected one of lifting")
    keypoints = lifter.open(file, clip)
    if image_size is not None:
        keypoints = with_image_size(keypoints, image_size)
    if action is not None:
        keypoints = replace(keypoints, metadata={**keypoints.metadata, "action": action})
    if hypotheses == 1:
        print(f"wrote {vt.save(lifter.predict(keypoints), output)}")
        return
    found = lifter.predict_hypotheses(keypoints, hypotheses, torch.Generator().manual_seed(seed))
    print(f"wrote {vt.save(found.mean(), output)}")
    print(f"wrote {vt.save(found.together(), output.with_name(f'{output.stem}-hypotheses{output.suffix}'))}")
    print(f"spread of {hypotheses} hypotheses (mm):")
    for joint, mm in zip(lifter.skeleton.joints, (1000 * found.spread().flatten(0, 1).nanmean(0)).tolist()):
        print(f"  {joint:16s} {mm:5.0f}")
