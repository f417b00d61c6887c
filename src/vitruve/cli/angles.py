"""`vitruve angles`: joint angles of a recording, by OpenSim or by the library's own analysis."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

EXAMPLES = """\
vitruve angles walk.bvh                                    clinical angles, as a table beside the file
vitruve angles trial.trc --model scaled.osim               OpenSim's inverse kinematics on a scaled model
vitruve angles trial.trc --model generic.osim --static standing.trc -o trial.mot
vitruve angles trial.trc --model scaled.osim --hold subtalar_angle_r mtp_angle_r=2
vitruve angles markers.npz --model LaiUhlrich2022.osim     keypoints in space: markers are put on, the model is scaled
"""


def angles(
    file: tyro.conf.Positional[str],
    /,
    model: Path | None = None,
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None,
    static: Path | None = None,
    setup: Path | None = None,
    scaled: Path | None = None,
    hold: tuple[str, ...] = (),
    clip: str | None = None,
    person: int | None = None,
) -> None:
    """Joint angles of one person over time, in degrees.

    With --model OpenSim solves for the coordinates of that model. Without, the library's own analysis gives clinical (ISB) angles of
    the recording's rig; they have other zeros, signs and names than a model's coordinates.

    Args:
        file: motion, markers or keypoints in space, or sample:NAME.
        model: OpenSim model (.osim). Where it carries half of its markers in the file it is taken as it is, else it is scaled.
        output: .mot or .csv to write; FILE-angles.mot by default.
        static: standing trial to scale the model by, also where it is the model's own markers that were recorded.
        setup: OpenSim's inverse kinematics setup (.xml) with the weights of markers; without one all markers of a model count alike.
        scaled: where to keep the scaled model.
        hold: coordinates of the model that do not move: NAME at its default, or NAME=VALUE (degrees; metres for translations).
        clip: name or number of a clip, for files that hold many.
        person: number of one person, for files of several, from 0.
    """
    import csv

    import vitruve as vt
    from vitruve.cli.shared import of_person
    from vitruve.errors import OptionError
    from vitruve.io import check_target, load_clip, mot
    from vitruve.io.files import atomic

    source = Path(file.removeprefix("sample:"))
    target = output or source.with_name(f"{source.stem}-angles.mot")
    if target.suffix not in (".mot", ".csv"):
        raise OptionError(f"{target}: expected .mot or .csv")
    check_target(target)
    value = of_person(load_clip(file, clip=clip), person)
    if model is None:
        if static is not None or setup is not None or scaled is not None or hold:
            raise OptionError("--static, --setup, --scaled and --hold are for OpenSim: give a --model")
        from vitruve.analysis.angles import joint_angles

        motion = value if isinstance(value, vt.Motion) else vt.fit(value).motion
        table = joint_angles(motion).to_table()
        print("clinical angles of the recording's own rig (no --model): other zeros, signs and names than an OpenSim model's coordinates")
    else:
        from vitruve.analysis.opensim import coordinates, solve_angles
        from vitruve.tasks.biomechanics import physiological_violations

        poses = value.poses() if isinstance(value, vt.Motion) else value
        standing = None if static is None else load_clip(static)
        found = solve_angles(poses, model, static=standing, setup=setup, path=scaled, hold=_held(hold))
        table = found.table
        print(f"markers {1000 * float(found.marker_rms.mean()):.1f} mm from the model's (RMS), at most {1000 * float(found.marker_max.max()):.1f} mm")
        if found.turned:
            print(
                f"turned by {found.turned:.0f} degrees about the vertical so that the person faces the model's front "
                "(forces of the same recording have to be turned with it)"
            )
        if found.unseen:
            print(f"no marker tells {', '.join(found.unseen)}: kept at the model's default")
        for v in physiological_violations(table, coordinates(model)):
            print(f"{v.coordinate}: {v.kind} {v.low:.0f} to {v.high:.0f} left in {100 * v.share:.0f} % of the frames (worst {v.worst:.0f})")
    if target.suffix == ".mot":
        mot.write(table, target)
    else:
        with atomic(target) as temporary, temporary.open("w", newline="") as out:
            csv.writer(out).writerows([table.columns, *([f"{x:.6g}" for x in row] for row in table.data)])
    print(f"wrote {target}")


def _held(hold: tuple[str, ...]) -> dict[str, float | None]:
    """NAME or NAME=VALUE as a mapping; None stands for the model's default."""
    from vitruve.errors import OptionError

    held: dict[str, float | None] = {}
    for given in hold:
        name, equals, value = given.partition("=")
        try:
            held[name] = float(value) if equals else None
        except ValueError:
            raise OptionError(f"--hold {given}: expected NAME or NAME=VALUE, a number of degrees or metres") from None
    return held
