"""load() and save(): every format of motion, poses and bodies, chosen by suffix and content.

A format is one module with `read(path, **options)` and/or `write(value, path, **options)`: of this folder, or of the package
that knows what its files hold. The table below says which suffixes it takes and how to tell it from others that share them.
"""

from __future__ import annotations

import importlib
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitruve.errors import FormatError, OptionError
from vitruve.io.files import check_place


@dataclass(frozen=True)
class Format:
    """A file format. `sniff(path)` decides between formats that share a suffix, cheaply."""

    name: str
    suffixes: tuple[str, ...]
    description: str
    reads: bool = True
    writes: bool = True
    sniff: Callable[[Path], bool] | None = None
    package: str = "vitruve.io"

    @property
    def module(self) -> Any:
        return importlib.import_module(f"{self.package}.{self.name}")


def _sniffer(name: str) -> Callable[[Path], bool]:
    return lambda path: bool(importlib.import_module(f"vitruve.io.{name}").sniff(path))


FORMATS: tuple[Format, ...] = (
    Format("bvh", (".bvh",), "Biovision hierarchy"),
    Format("asfamc", (".amc", ".asf"), "Acclaim skeleton and motion (the .asf lies beside the .amc, or asf=)"),
    Format("c3d", (".c3d",), "C3D markers"),
    Format("trc", (".trc",), "OpenSim marker trajectories"),
    Format("mot", (".mot", ".sto"), "OpenSim coordinates and storage tables"),
    Format("keypoints", (".json",), "keypoint files of COCO, OpenPose, mmpose, AlphaPose and vitruve; OpenPose folders"),
    Format("ntu", (".skeleton",), "NTU RGB+D skeletons"),
    Format("amass", (".npz",), "AMASS and SMPL parameters", sniff=_sniffer("amass")),
    Format("videopose3d", (".npz",), "VideoPose3D data sets", sniff=_sniffer("videopose3d")),
    Format("mpi_inf_3dhp", (".npz", ".mat"), "MPI-INF-3DHP's annotation (clip=)", writes=False, sniff=_sniffer("mpi_inf_3dhp")),
    Format("packed", (".npz",), "many clips in one file (clip=)", writes=False, sniff=_sniffer("packed")),
    Format("native", (".npz",), "vitruve's own arrays", sniff=_sniffer("native")),
    Format("egohumans", (".npy",), "EgoHumans' people in space, a frame a file or a folder of them", writes=False, sniff=_sniffer("egohumans")),
    Format("humanml3d", (".npy",), "HumanML3D features (263 or 251 numbers a frame) or joints"),
    Format("gltf", (".glb", ".gltf"), "skinned, animated characters", package="vitruve.bodies"),
    Format("csv", (".csv",), "joint positions as a table", reads=True),
    Format("video", (".mp4",), "preview video", reads=False, package="vitruve.render"),
)


_KEYPOINTS = "give the keypoints that a pose estimator finds in it (.json of OpenPose, AlphaPose, mmpose or COCO)"
_ARRAYS = "give SMPL parameters as .npz under AMASS's names, or joint positions as .csv with the columns time, <joint>_x, <joint>_y, <joint>_z"
# what people bring that none of the formats is for, and what to give instead
_INSTEAD = {
    ".mp4 .avi .mov .mkv .webm .gif": f"a video: {_KEYPOINTS}",
    ".png .jpg .jpeg .bmp .tif .tiff .webp": f"a picture: {_KEYPOINTS}",
    ".osim": "an OpenSim model, which does not move: give a trial (.trc, .c3d); `vitruve angles` takes the model as --model",
    ".fbx .blend .dae .usd .usda .usdc .usdz": "a scene: export it as .bvh or .glb",
    ".obj .ply .stl .off": "a mesh without a rig: give a character (.glb) or a motion (.bvh)",
    ".pkl .pickle .joblib .pt .pth": f"a file that runs code when it is opened: {_ARRAYS}",
    ".txt .tsv .dat .h5 .hdf5 .xlsx .parquet": f"a table that does not say what its numbers are: {_ARRAYS}",
    ".zip .tar .gz .xz .7z": "an archive: unpack it",
}

# formats whose files hold many clips, chosen by clip=
CLIPPED = ("packed", "mpi_inf_3dhp", "gltf")


def formats() -> tuple[Format, ...]:
    """The formats there are."""
    return FORMATS


def _choose(path: Path, format: str | None, writing: bool) -> Format:
    able = [f for f in FORMATS if (f.writes if writing else f.reads)]
    if format is not None:
        for f in able:
            if f.name == format:
                return f
        raise OptionError(f"format {format!r}: expected one of {', '.join(f.name for f in able)}")
    suffix = path.suffix.lower()
    fits = [f for f in able if suffix in f.suffixes]
    if not fits:
        instead = None if writing else next((text for suffixes, text in _INSTEAD.items() if suffix in suffixes.split()), None)
        if instead is not None:
            raise FormatError(path, f"cannot read {suffix}, {instead}")
        known = sorted({s for f in able for s in f.suffixes})
        raise FormatError(path, f"cannot {'write' if writing else 'read'} {suffix or 'a file without suffix'}; expected one of {' '.join(known)}")
    if len(fits) == 1:
        return fits[0]
    if writing:
        return next((f for f in fits if f.name == "native"), fits[0])
    for f in fits:
        if f.sniff is None or f.sniff(path):
            return f
    from vitruve.io.native import array_names

    found = ", ".join(array_names(path)[:12])
    raise FormatError(path, f"none of the {suffix} formats fits: {'; '.join(f.description for f in fits)}; found the arrays {found}")


def load(path: str | Path, format: str | None = None, **options: Any) -> Any:
    """Read a motion, poses or a character from a file; a folder gives a dict of its files.

    Args:
        path: a file, a folder of readable files (a progress bar is shown), or a folder of OpenPose, Panoptic or EgoHumans frames.
        format: a format's name, where the suffix and the content should not decide.
        **options: the format's own, such as `fps`, `units`, `asf`, `clip`, `skeleton`.

    Returns:
        Motion for rotations (BVH, AMC, AMASS), Poses for positions and keypoints, Character for glTF.

    Raises:
        FormatError: naming the file and line, what was found and what was expected.

    >>> import vitruve as vt, tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "walk.bvh"
    >>> _ = vt.save(vt.sample("walk"), file)
    >>> vt.load(file).skeleton.joints[0]
    'Hips'
    """
    path = Path(path)
    fps = options.get("fps")
    if fps is not None and not 0 < fps < math.inf:
        raise OptionError(f"{path}: fps: expected a positive number, found {fps}")
    if path.is_dir():
        from vitruve.io.folder import load_folder

        return load_folder(path, format, **options)
    if not path.exists():
        raise FormatError(path, "no such file")
    chosen = _choose(path, format, writing=False)
    taken = inspect.signature(chosen.module.read).parameters
    if unknown := [o for o in options if o not in taken]:
        raise OptionError(f"{path}: the {chosen.name} format has no option {', '.join(unknown)}; it has: {', '.join([*taken][1:]) or 'none'}")
    return chosen.module.read(path, **options)


def check_target(path: str | Path) -> None:
    """Raise FormatError where `save` could not write at all, for callers to ask before they compute: an unknown suffix, or no such folder."""
    _choose(Path(path), None, writing=True)
    check_place(Path(path))


def save(value: Any, path: str | Path, format: str | None = None, **options: Any) -> Path:
    """Write a motion, poses or body in the format of the suffix; the file appears whole or not at all.

    Returns the path. Raises FormatError or OptionError where the format cannot hold the value.
    """
    path = Path(path)
    _choose(path, format, writing=True).module.write(value, path, **options)
    return path


def clip_names(path: str | Path) -> tuple[str, ...]:
    """The names of the clips of a packed file or of MPI-INF-3DHP's, in order; none for other files."""
    path = Path(path)
    if path.suffix.lower() not in (".npz", ".mat") or not path.is_file():
        return ()
    chosen = _choose(path, None, writing=False)
    return tuple(chosen.module.clips(path)) if chosen.name in ("packed", "mpi_inf_3dhp") else ()


def load_clip(source: str | Path, clip: str | int | None = None, **options: Any) -> Any:
    """One motion or track: `load` that also takes "sample:NAME", and a clip of a file that holds many.

    Raises OptionError where the file holds neither a motion nor poses.
    """
    from vitruve.core.motion import Motion
    from vitruve.core.poses import Poses
    from vitruve.io.mot import Table

    if str(source).startswith("sample:"):
        return sample(str(source).removeprefix("sample:"))
    path = Path(source)
    if path.is_dir():
        from vitruve.io.folder import is_frames, readable_files

        files = readable_files(path)
        if not is_frames(files):
            raise OptionError(
                f"{path}: a folder of {len(files)} files; expected one file, or a folder of OpenPose frames (*_keypoints.json), "
                "Panoptic's (body3DScene_*.json) or EgoHumans' (poses3d/*.npy)"
            )
    if clip is not None:
        form = _choose(path, None, writing=False)
        if form.name not in CLIPPED:
            raise OptionError(f"{path}: clip={clip!r}, but a {form.name} file holds a single motion")
        options["clip"] = int(clip) if str(clip).isdigit() else clip
    value = load(path, **options)
    animations = getattr(value, "animations", None)
    if animations:
        if len(animations) > 1:
            raise OptionError(f"{path} holds {len(animations)} clips; choose one with clip=: {', '.join(animations)}")
        return next(iter(animations.values()))
    if isinstance(value, Table):
        raise OptionError(
            f"{path} holds a table ({', '.join(value.columns[:4])}{', ...' if len(value.columns) > 4 else ''}): joint angles of an OpenSim model or "
            "forces, without the skeleton to move; give the recording they were solved from (.trc, .c3d), or a motion (.bvh, .glb, ...)"
        )
    if not isinstance(value, Motion | Poses):
        instead = {"Character": ", which does not move: give a motion (.bvh, ...)", "BodyMotion": ": give the motion without its body (motion.npz)"}
        name = type(value).__name__
        raise OptionError(f"{path} holds a {name}{instead.get(name, '; expected a motion or joint positions')}")
    return value


def sample(name: str = "walk") -> Any:
    """A short recording that ships with the package: "walk" (a Motion), or "walk2d", the same seen by one camera (Poses).

    >>> import vitruve as vt
    >>> vt.sample().num_frames > 100
    True
    """
    from vitruve.io.samples import read_sample

    return read_sample(name)
