"""`vitruve triangulate`: 2D keypoints of several calibrated views to people in space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import tyro

EXAMPLES = """\
vitruve triangulate --cameras calib.json left.json right.json back.json
vitruve triangulate --cameras calib.toml view1.json view2.json -o people.npz --method fit
vitruve triangulate shelf.npz                               a file with all views and their cameras
vitruve triangulate shelf.npz --pictures film.mp4           and what was reconstructed, drawn in every view
"""


def triangulate(
    views: tyro.conf.Positional[tuple[Path, ...]],
    /,
    cameras: Path | None = None,
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])] = Path("people.npz"),
    method: Literal["robust", "fit"] = "robust",
    fps: float | None = None,
    person: int | None = None,
    pictures: Path | None = None,
) -> None:
    """Match people across views and time, and write where their joints are in the world (metres, y up).

    Args:
        views: 2D keypoint files, one per camera: named like the cameras (left.json for the camera left), or in the order of the calibration.
        cameras: calibration file; not needed for a single file that holds the views with their cameras.
        output: file to write.
        method: robust triangulates every joint by itself; fit gives each person a skeleton of constant bones, smooth over time.
        fps: frame rate, for files that do not tell.
        person: number of the one who is written, from 0, for formats that hold a single one; all by default.
        pictures: where to draw detections and people in every view, and from above: a film (.mp4), or a folder that gets 12 pictures.
    """
    import vitruve as vt
    from vitruve.cli.shared import of_person
    from vitruve.core.multiview import track_people
    from vitruve.core.view_fitting import fit_views
    from vitruve.errors import OptionError
    from vitruve.io import check_target
    from vitruve.io.cameras import is_scene, read_shelf, read_views

    check_target(output)
    if cameras is None:
        if len(views) != 1 or not is_scene(views[0]):
            raise OptionError("give --cameras FILE (a calibration), or one file that holds several views with their cameras")
        seen = read_shelf(views[0])[0]
    else:
        seen = read_views(views, cameras, fps)
    people = track_people(seen)
    line = f"{people.num_people} people in {people.num_frames} frames of {len(seen)} views"
    if method == "fit":
        fitted = fit_views(seen, people=people)
        people = fitted.poses
        line += f", fitted to {float(fitted.reprojection.mean()):.1f} px"
    print(f"{line}\nwrote {vt.save(of_person(people, person), output)}")
    if pictures is not None:
        from vitruve.render.views import write_pictures

        drawn = write_pictures(people, seen, pictures)
        print(f"wrote {drawn[0]}" if len(drawn) == 1 else f"wrote {len(drawn)} pictures to {pictures}")
