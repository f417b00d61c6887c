"""What `run` does between reading and the summary: one person's motion to body, angles, events and files."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import OptionError, VitruveError

if TYPE_CHECKING:
    from vitruve.analysis.angles import Angles
    from vitruve.analysis.events import Events
    from vitruve.analysis.gait import Gait
    from vitruve.bodies import BodyMotion
    from vitruve.core.contacts import Contacts
    from vitruve.pipeline import Options
    from vitruve.tasks.recognition import Segment


@dataclass(frozen=True)
class Analysis:
    """All that is known of one person: the source, the fitted body, and what was measured on it."""

    source: Motion | Poses
    motion: Motion
    body: BodyMotion
    contacts: Contacts
    angles: Angles
    events: Events
    gait: Gait
    slide: float | None
    """Median speed of feet in contact after clean-up, m/s."""
    actions: Sequence[Segment] = ()
    """What is done when, as far as the recogniser that comes with the package knows it."""
    spread: Float[Tensor, "T J"] | None = None
    """Of a source lifted from one camera: see `Lifted.spread`."""


def read(source: Any, options: Options) -> tuple[Motion | Poses, list[str]]:
    """(value, notes): the input as one Motion, or Poses of some people; notes say what was done or is impossible."""
    from vitruve.io import clip_names, load_clip
    from vitruve.io.cameras import is_scene, read_shelf, read_views

    notes: list[str] = []
    extra: dict[str, Any] = {"fps": options.fps} if options.fps is not None else {}
    if isinstance(source, Sequence) and not isinstance(source, str | Path):
        if options.cameras is None:
            raise OptionError("several views of one scene need cameras= (a calibration file)")
        return reconstruct(read_views(source, options.cameras, options.fps), notes), notes
    if isinstance(source, Motion | Poses):
        value = source
    else:
        if isinstance(source, str | Path) and is_scene(source):
            return reconstruct(read_shelf(source)[0], notes), notes
        value = load_clip(source, options.clip, **extra)
        names = clip_names(source) if options.clip is None else ()
        if "posture" in value.metadata:
            notes.append(f"the body {value.metadata['posture']}: where it should stand, the file is at fault, and contacts, events and gait say nothing")
        if len(names) > 1:
            notes.append(f"the file holds {len(names)} clips, and this is the first, {names[0]}: --clip chooses another")
    return (value if options.image_size is None else with_image_size(value, options.image_size)), notes


def with_image_size(value: Any, size: tuple[int, int]) -> Poses:
    """2D keypoints with the size of the image they are in. Raises OptionError for anything that is not in pixels."""
    if not isinstance(value, Poses) or value.dims != 2:
        raise OptionError("image_size= or --image-size is for 2D keypoints of one camera; this is something else")
    if "units" in value.metadata:
        raise OptionError(f"{value.name}: image_size= or --image-size is for pixels; these 2D keypoints are in {value.metadata['units']}")
    return replace(value, image_size=size)


def reconstruct(views: Sequence[Poses], notes: list[str]) -> Poses:
    """People in 3D from 2D candidates in calibrated views, associated, triangulated and tracked."""
    from vitruve.core.multiview import track_people

    people = track_people(views).fill_gaps(1.0)
    people = people.smooth(6.0) if people.fps > 12.5 else people
    notes.append(f"{len(views)} calibrated views: {people.num_people} people associated and triangulated")
    return people


def write_person(value: Motion | Poses, folder: Path, options: Options, notes: list[str]) -> list[dict[str, Any]]:
    """Write every output of every person below `folder`; returns a summary of each."""
    lifted = None
    if isinstance(value, Poses) and value.dims == 2:
        lifted = lift(value, notes)
        summary = write_keypoints(value, folder, options if lifted is None else replace(options, video=False, report=False), notes)
        if lifted is None:
            return [summary]
        value = lifted.poses
    people: list[Motion | Poses] = [value] if isinstance(value, Motion) else [value.person(i) for i in range(value.num_people)]
    out: list[dict[str, Any]] = []
    errors: list[VitruveError] = []
    for i, person in enumerate(people):
        place = folder if len(people) == 1 else folder / f"person-{i}"
        place.mkdir(exist_ok=True)
        try:
            found = analyse(person, options.body)
            if lifted is not None:
                found = replace(found, spread=lifted.spread[i])
            out.append(write_analysis(found, place, options, notes))
        except VitruveError as error:
            # one of several people may be seen too little to make a body of; that is told, and the others go on
            errors.append(error)
            notes.append(f"person {i}: no body: {error}")
            out.append({"frames": person.num_frames, "failed": str(error)})
    if len(errors) == len(people):
        raise errors[0]
    return out


def analyse(source: Motion | Poses, body: str = "anny") -> Analysis:
    """Fit a body, clean its feet, and measure angles, contacts, events and gait on it."""
    from vitruve.analysis import find_events, gait_parameters, joint_angles
    from vitruve.bodies import fit
    from vitruve.core.contacts import clean_feet, detect_contacts, slide_speed
    from vitruve.core.ik import poses_to_motion
    from vitruve.core.markers import is_marker_set, joint_centres

    if isinstance(source, Poses) and is_marker_set(source):
        source = joint_centres(source)
    motion = source if isinstance(source, Motion) else poses_to_motion(source)
    found = fit(motion, body)
    contacts = detect_contacts(found.motion)
    found = replace(found, motion=clean_feet(found.motion, contacts))
    events = find_events(found.motion, contacts)
    return Analysis(
        source=source,
        motion=motion,
        body=found,
        contacts=contacts,
        # a recorded rig knows its own rotations; a body fitted to positions alone knows them best
        angles=joint_angles(source if isinstance(source, Motion) else found.motion),
        events=events,
        gait=gait_parameters(found.motion, contacts, events),
        slide=slide_speed(found.motion, contacts),
        actions=recognise(found.motion),
    )


def recognise(motion: Motion) -> list[Segment]:
    """What is done when, by the small recogniser that comes with the package; it knows ten kinds of action, and calls everything one of them."""
    from vitruve.methods import load_shipped
    from vitruve.tasks.recognition import ActionRecognizer

    recogniser = load_shipped("ens1d")
    assert isinstance(recogniser, ActionRecognizer)
    return recogniser.label_over_time(motion)


def write_analysis(found: Analysis, folder: Path, options: Options, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Write one person's files; returns the summary."""
    from vitruve.io import save

    save(found.motion, folder / "motion.npz")
    save(found.motion, folder / "motion.bvh")
    save(found.body, folder / "body.npz")
    save(found.body, folder / "body.glb")
    found.angles.to_csv(folder / "angles.csv")
    found.angles.range_of_motion().to_csv(folder / "range_of_motion.csv")
    events = {
        "events": found.events.to_list(),
        "gait": found.gait.to_dict(),
        "contacts": {name: found.contacts.intervals(name, found.motion.fps) for name in found.contacts.joints},
        "actions": [asdict(s) for s in found.actions],
    }
    (folder / "events.json").write_text(json.dumps(events, indent=1))
    unsure = {}
    if found.spread is not None:
        unsure = {"uncertainty_mm": write_uncertainty(found, folder / "uncertainty.csv")}
    if options.video:
        from vitruve.render.video import preview

        preview(found.body, folder / "preview.mp4", progress=False)
    if options.report:
        from vitruve.render.report import write_report

        write_report(found, folder / "report.html", title=folder.name.strip(".").removesuffix(".partial"), notes=notes)
    residual = found.body.residual
    return {
        "frames": found.motion.num_frames,
        "bone_length_spread_m": bone_length_spread(found.motion),
        "fit_residual_mm": None if residual is None else 1000 * float(residual.mean()),
        "fit": found.body.metadata.get("fit", {}),
        "contact_slide_cm_s": None if found.slide is None else 100 * found.slide,
        "events": found.events.counts(),
        "actions": [asdict(s) for s in found.actions],
        "gait": found.gait.to_dict(),
        **unsure,
    }


def write_uncertainty(found: Analysis, path: Path) -> dict[str, float]:
    """Write how unsure each joint of a lifted source is in every frame, mm; returns the means."""
    assert found.spread is not None
    mm, joints = 1000 * found.spread, found.source.skeleton.joints
    rows = ([f"{frame / found.source.fps:.6g}", *("" if isnan(v) else f"{v:.1f}" for v in row)] for frame, row in enumerate(mm.tolist()))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["time", *(f"{j}_mm" for j in joints)], *rows])
    return dict(zip(joints, mm.nanmean(0).tolist()))


def bone_length_spread(motion: Motion) -> float:
    """Largest change of any bone's length over the motion, metres: 0 unless bones stretch."""
    if not motion.stretches:
        return 0.0
    lengths = motion.offsets.norm(dim=-1)
    return float((lengths.amax(0) - lengths.amin(0)).max())


@dataclass(frozen=True)
class Lifted:
    """People in 3D from 2D keypoints of one camera."""

    poses: Poses
    spread: Float[Tensor, "P T J"]
    """How far other possible answers are from their middle, metres: where it is large, depth is a guess."""


HYPOTHESES = 20


def lift(keypoints: Poses, notes: list[str]) -> Lifted | None:
    """2D keypoints of one camera in 3D by the lifters that come with the package; None, and a note why, where that is not possible.

    One lifter gives the answer, another that knows several says how sure it is.
    """
    from vitruve.methods import load_shipped
    from vitruve.tasks.lifting import Lifter

    lifter, guesser = load_shipped("hopfir"), load_shipped("diffpose")
    assert isinstance(lifter, Lifter) and isinstance(guesser, Lifter)
    try:
        lifted = lifter.predict(keypoints)
        spread = guesser.predict_hypotheses(keypoints, HYPOTHESES, torch.Generator().manual_seed(0)).spread()
        spread = spread[..., [guesser.skeleton.index(j) for j in lifter.skeleton.joints]]
    except VitruveError as error:
        notes.append(
            f"2D keypoints of a single camera hold no depth, and they could not be lifted ({error}): no body, joint angles in 3D or GLB. "
            "Give the views of two or more cameras with --cameras, or 3D keypoints."
        )
        return None
    where = ", ".join(f"{name} {scores['mpjpe']:.0f} mm" for name, scores in lifter.provenance["scores"].items() if "noise" not in name)
    notes.append(
        "Depth was estimated from one camera by a small lifter trained on CMU motion capture (mean joint error in tests: "
        f"{where}). Size is that of an average body, the camera is taken to be level, and the path through space is unknown: the body "
        f"stays in place, so that speeds and steps are not measured. {HYPOTHESES} other answers, drawn by a model that knows several, say how unsure depth is."
    )
    lifted = lifted.fill_gaps(1.0)
    return Lifted(lifted.smooth(6.0) if lifted.fps > 12.5 else lifted, spread)


def write_keypoints(value: Poses, folder: Path, options: Options, notes: list[str]) -> dict[str, Any]:
    """The 2D keypoints themselves: short gaps filled, smoothed."""
    from vitruve.io import save

    clean = value.fill_gaps()
    if clean.fps > 12.5:
        clean = clean.smooth(6.0)
    save(clean, folder / "keypoints.npz")
    save(clean, folder / "keypoints.csv")
    if options.video:
        from vitruve.render.video import preview

        preview(clean, folder / "preview.mp4", progress=False)
    if options.report:
        from vitruve.render.report import write_keypoint_report

        write_keypoint_report(clean, folder / "report.html", notes)
    known = value.valid.float().mean()
    return {"frames": value.num_frames, "known_joints": float(known), "filled_joints": float(clean.valid.float().mean() - known)}
