"""Gait sequences: Gait3D's and GREW's pickles, folders of PNG frames, motions rendered to parsing, and simulated walkers."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped, UInt8
from torch import Tensor

from vitruve.bodies import BodyModel, BodyMotion, body_model
from vitruve.core.camera import Camera
from vitruve.core.facing import heading
from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError
from vitruve.io import load_clip, packed, restricted
from vitruve.io.files import atomic
from vitruve.io.native import load_arrays
from vitruve.render.raster import face_labels, label_map, rasterise, vertex_normals
from vitruve.tasks.gait import PARTS, SIZE, GaitBatch, GaitQuery, GaitRecognizer, GaitSequence
from vitruve.tasks.split import Split

# -- frames --------------------------------------------------------------------------------------

_LEAST = 10_000
"""Sum of a silhouette of 0 and 255 up to which a frame counts as empty."""


def align_frames(frames: UInt8[Tensor, "T H W"], size: int = 64, silhouettes: bool = False, official_quirks: bool = False) -> UInt8[Tensor, "S size size"]:
    """Frames as high as the person, who stands in the middle; those that hold nobody are left out.

    Args:
        frames: label maps (0 is background), or grey silhouettes.
        size: height and width of the result.
        silhouettes: grey levels, resized by bicubic interpolation; labels are never blended.
        official_quirks: also leave out frames whose person's middle is in the first column.

    Source: Gait3D's pretreatment_gps.py.
    """
    import cv2

    out = []
    for image in frames.numpy():
        grey = image if silhouettes else (image > 0).astype(np.uint8) * 255
        if grey.sum(dtype=np.int64) <= _LEAST:
            continue
        rows = np.flatnonzero(grey.sum(1, dtype=np.int64))
        cut = slice(int(rows[0]), int(rows[-1]) + 1)
        image, grey = image[cut], grey[cut]
        width = int(size * (image.shape[1] / image.shape[0]))
        if width == 0:
            continue
        how = cv2.INTER_CUBIC if silhouettes else cv2.INTER_NEAREST
        image, grey = (cv2.resize(x, (width, size), interpolation=how) for x in (image, grey))
        mass = grey.sum(0, dtype=np.int64).cumsum()
        middle = int(np.argmax(mass > mass[-1] / 2))
        if official_quirks and middle == 0:
            continue
        # half the size of background on both sides: the window then lies inside, wherever the middle is
        out.append(np.pad(image, ((0, 0), (size // 2, size // 2)))[:, middle : middle + 2 * (size // 2)])
    return torch.from_numpy(np.stack(out)) if out else frames.new_zeros(0, size, size)


def cut_sides(frames: Shaped[Tensor, "T H W"]) -> Float[Tensor, "T H V"]:
    """Without the ten outer columns on both sides (twenty of 128, and so on); grey levels up to 255 become 0 to 1, labels stay."""
    margin = frames.shape[-1] // 64 * 10
    x = frames[..., margin : frames.shape[-1] - margin].float()
    return x / 255 if x.numel() and x.max() == 255 else x


def _sequence(frames: np.ndarray | Tensor, path: str | Path, identity: str = "", condition: str = "", view: str = "") -> GaitSequence:
    """Stored frames of any size as a sequence; aligned ones (64 x 64 or 64 x 44) are only cut."""
    x = torch.as_tensor(frames)
    if x.ndim != 3 or not len(x) or x.dtype != torch.uint8:
        raise FormatError(path, f"expected uint8 frames (T, H, W), found {str(x.dtype).removeprefix('torch.')} {tuple(x.shape)}")
    if x.shape[1:] != SIZE:
        if x.shape[1:] != (64, 64):
            x = align_frames(x)
            if not len(x):
                raise FormatError(path, "no frame shows a person")
        x = cut_sides(x)
    elif x.max() == 255:
        x = x / 255
    if x.max() >= len(PARTS):
        raise FormatError(path, f"found the label {x.max():g}; expected parts 0 to {len(PARTS) - 1}, or silhouettes of 0 and 255")
    # grey levels between background and person, which resizing made, are one or the other
    return GaitSequence(x.round().to(torch.uint8), identity, condition, view)


# -- readers -------------------------------------------------------------------------------------


def read_sequence(path: str | Path, identity: str = "", condition: str = "", view: str = "") -> GaitSequence:
    """One sequence: a pickle or .npy of frames, an .npz with `frames`, or a folder of such a pickle or of PNG frames.

    Raises FormatError naming what is neither, or holds no frames of labels.
    """
    path = Path(path)
    names = (identity, condition, view)
    if path.is_dir():
        pickles, images = sorted(path.glob("*.pkl")), sorted(path.glob("*.png"))
        if pickles:
            return read_sequence(pickles[0], *names)
        if not images:
            raise FormatError(path, "expected a pickle of frames, or PNG frames")
        return _sequence(_read_images(images), path, *names)
    if not path.is_file():
        raise FormatError(path, "no such file")
    if path.suffix == ".pkl":
        return _sequence(_array(restricted.loads(path.read_bytes(), path), path), path, *names)
    f = load_arrays(path)
    if "frames" not in f:
        raise FormatError(path, f"expected an .npz with frames (T, H, W); found {', '.join(f)}")
    return _sequence(f["frames"], path, *names)


def _array(value: object, path: Path) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:
        raise FormatError(path, "frames of differing sizes") from None


def _read_images(paths: Sequence[Path]) -> np.ndarray:
    """Label maps as they are stored: grey levels, or the numbers of a palette."""
    from PIL import Image

    frames = []
    for path in paths:
        with Image.open(path) as image:
            frames.append(np.asarray(image if image.mode in ("L", "P") else image.convert("L")))
    if len({f.shape for f in frames}) > 1:
        raise FormatError(paths[0].parent, f"PNG frames of differing sizes: {sorted({f.shape for f in frames})}")
    return np.stack(frames)


def read_folder(folder: str | Path, identities: Sequence[str] | None = None) -> list[GaitSequence]:
    """Every sequence of a folder ID/CONDITION/VIEW/ of pickles or PNG frames (Gait3D, GREW, CASIA-B as OpenGait keeps them).

    All frames are held in memory: 9 GB for the whole of Gait3D.

    Raises FormatError where there is none.
    """
    folder = Path(folder)
    wanted = None if identities is None else set(identities)
    places = [p for p in sorted(folder.glob("*/*/*")) if p.is_dir() and (wanted is None or p.parts[-3] in wanted)]
    if not places:
        raise FormatError(folder, "expected folders ID/CONDITION/VIEW of pickles or PNG frames")
    return [read_sequence(p, *p.parts[-3:]) for p in places]


@dataclass(frozen=True, eq=False)
class GaitParts:
    """A data set as its protocol divides it."""

    train: list[GaitSequence]
    probes: list[GaitSequence]
    gallery: list[GaitSequence]
    protocol: str = "gait3d"


def gait3d(folder: str | Path, partition: str | Path | None = None) -> GaitParts:
    """Gait3D-Parsing, or its silhouettes: training people, and of the test people one probe each; all else is gallery.

    Args:
        folder: of ID/camidX_videoidY/seqZ/*.pkl.
        partition: the authors' Gait3D.json (TRAIN_SET, TEST_SET, PROBE_SET); that in `folder`, or beside it, by default.
    """
    folder = Path(folder)
    path = Path(partition) if partition else next((p for p in (folder / "Gait3D.json", folder.parent / "Gait3D.json") if p.is_file()), folder / "Gait3D.json")
    if not path.is_file():
        raise FormatError(path, "no such file; it comes with the authors' code (datasets/Gait3D)")
    try:
        parts = json.loads(path.read_text())
        train, test, probes = (parts[k] for k in ("TRAIN_SET", "TEST_SET", "PROBE_SET"))
    except (ValueError, KeyError) as e:
        raise FormatError(path, f"expected an object with TRAIN_SET, TEST_SET and PROBE_SET: {e}") from None
    tested = read_folder(folder, test)
    asked = set(probes)
    chosen = [s.name.replace("/", "-") in asked for s in tested]
    return GaitParts(read_folder(folder, train), [s for s, c in zip(tested, chosen) if c], [s for s, c in zip(tested, chosen) if not c])


def grew(folder: str | Path) -> GaitParts:
    """GREW as OpenGait rearranges it: people named ...train; of the others, sequence 02 looks for 01 (the authors' local test)."""
    names = sorted(p.name for p in Path(folder).iterdir() if p.is_dir() and p.name != "probe")
    tested = read_folder(folder, [n for n in names if not n.endswith("train")])
    by = {kind: [s for s in tested if s.condition == kind] for kind in ("01", "02")}
    return GaitParts(read_folder(folder, [n for n in names if n.endswith("train")]), by["02"], by["01"], "grew")


# -- training samples ----------------------------------------------------------------------------


def identity_split(method: GaitRecognizer, sequences: Sequence[GaitSequence]) -> Split:
    """A sample is one person: `config.sequences` of their sequences, `config.frames` frames of each, both drawn without replacement where they suffice.

    A batch of P such samples is the P x K batch that triplets need. Without a generator the first ones are taken.

    Raises OptionError where the method is not of as many identities.
    """
    people = sorted({s.identity for s in sequences})
    if len(people) != method.config.identities:
        raise OptionError(f"{method.card.slug} has {method.config.identities} identities; the training set has {len(people)}")
    own: dict[str, list[GaitSequence]] = {p: [] for p in people}
    for s in sequences:
        own[s.identity].append(s)
    count, length = method.config.sequences, method.config.frames

    def get(i: int, generator: torch.Generator | None) -> list[tuple[Tensor, int]]:
        out = []
        for s in _draw(len(own[people[i]]), count, generator):
            frames = method.check(own[people[i]][s]).frames
            out.append((frames[_draw(len(frames), length, generator)].float(), i))
        return out

    return Split(len(people), get, GaitBatch.collate_groups)


def _draw(size: int, count: int, generator: torch.Generator | None) -> list[int]:
    """`count` of `size` places, in random order; with repeats only where there are too few."""
    if generator is None:
        return [i % size for i in range(count)]
    if size < count:
        return torch.randint(size, (count,), generator=generator).tolist()
    return torch.randperm(size, generator=generator)[:count].tolist()


# -- rendered bodies -----------------------------------------------------------------------------

_IMAGE = 160
"""Height and width of a rendered frame, pixels, before it is aligned."""
_DISTANCE, _EYE, _LOOK = 6.0, 1.6, 0.95
"""Metres from the camera to the walker, and heights of the camera and of the point it looks at."""
_DRESS = PARTS.index("dress")
_PART_OF = {"upper_arm": "arm", "forearm": "arm", "hand": "hand", "thigh": "leg", "shin": "leg", "foot": "foot"}


def part_labels(body: BodyModel) -> Int[Tensor, " V"]:
    """The label (`PARTS`) of every vertex of a body."""

    def label(part: str) -> int:
        side, _, limb = part.partition("_")
        return PARTS.index(f"{side}_{_PART_OF[limb]}" if limb in _PART_OF else part if part in PARTS else "torso")

    return torch.tensor([label(p) for p in body.part_names])[body.parts]


def parse_views(
    vertices: Float[Tensor, "T V 3"], faces: Int[Tensor, "F 3"], labels: Int[Tensor, " F"], yaw: Float[Tensor, ""] | float, azimuth: float
) -> UInt8[Tensor, "T H W"]:
    """Label maps of a body seen by a camera that goes along with it, `azimuth` radians from its front (pi/2: from its left).

    `yaw` is where the walk goes, radians about +y from +z.
    """
    middle = (vertices.amin(1) + vertices.amax(1)) / 2
    still = vertices - (middle * torch.tensor([1.0, 0.0, 1.0]))[:, None]
    still = still - torch.tensor([0.0, 1.0, 0.0]) * still[..., 1].amin()
    angle = float(yaw) + azimuth
    eye = torch.tensor([_DISTANCE * math.sin(angle), _EYE, _DISTANCE * math.cos(angle)])
    camera = Camera.look_at(eye, torch.tensor([0.0, _LOOK, 0.0]), (_IMAGE, _IMAGE))
    return label_map(labels, rasterise(still, faces, camera, cull_back=True), 0).to(torch.uint8)


def walk_yaw(motion: Motion) -> float:
    """Where a walk goes, radians about +y from +z: along its path, or where the body faces if it stays within half a metre."""
    path = motion.translation[-1] - motion.translation[0]
    if float(path[[0, 2]].norm()) > 0.5:
        return float(torch.atan2(path[0], path[2]))
    turns = heading(motion.skeleton, motion.fk().positions)
    return float(torch.atan2(turns.sin().mean(), turns.cos().mean()))


def parse_motion(value: Motion | Poses, azimuth: float = math.pi / 2) -> GaitSequence:
    """A motion as a parsed walk: performed by the default body, rendered from `azimuth` radians off its front, aligned.

    Raises OptionError where the body is in no frame's picture.
    """
    from vitruve.bodies.fitting import fit
    from vitruve.bodies.retargeting import retarget

    body = body_model("anny")
    moved = retarget(value, body) if isinstance(value, Motion) else fit(value, body)
    assert isinstance(moved, BodyMotion)
    maps = parse_views(moved.vertices(), body.faces, face_labels(part_labels(body), body.faces), walk_yaw(moved.motion), azimuth)
    frames = align_frames(maps)
    if not len(frames):
        raise OptionError(f"motion {value.name!r}: the body is never in the picture")
    return GaitSequence(cut_sides(frames).to(torch.uint8), identity=value.name)


def open_query(file: str, clip: str | None = None) -> GaitQuery:
    """What `vitruve predict` asks of a gait method.

    A folder ID/CONDITION/VIEW of sequences: with `clip` (a name ID/CONDITION/VIEW, or a number) whose that one is among the others;
    without, the embeddings of all. A folder of PNG frames, a pickle, or an .npz with `frames`: its embedding. Anything else is read as a
    motion, rendered from the left.
    """
    path = Path(file)
    if path.is_dir() and any(path.glob("*/*/*/")):
        sequences = read_folder(path)
        if clip is None:
            return GaitQuery(tuple(sequences))
        names = [s.name for s in sequences]
        if not (clip in names or clip.isdigit() and int(clip) < len(names)):
            raise OptionError(f"clip {clip!r}: expected one of {len(names)} sequences, such as {names[0]}, or a number below {len(names)}")
        at = names.index(clip) if clip in names else int(clip)
        return GaitQuery((sequences[at],), tuple(s for i, s in enumerate(sequences) if i != at))
    if path.is_dir() or path.suffix == ".pkl" or path.suffix == ".npz" and _holds_frames(path):
        return GaitQuery((read_sequence(path, path.stem),))
    return GaitQuery((parse_motion(load_clip(file, clip=clip)),))


def _holds_frames(path: Path) -> bool:
    from vitruve.io.native import array_names

    return path.is_file() and "frames" in array_names(path)


# -- simulated walkers ---------------------------------------------------------------------------

VIEWS = tuple(range(0, 360, 45))
"""Azimuths of the cameras, degrees from the walker's front to its left."""
GALLERY_VIEWS = (0, 90)
"""Test sequences seen from here are the gallery; the others are probes, so that no probe is seen as the gallery is."""
PEOPLE = {"train": 64, "test": 40}
_FRAMES, _EVERY = 24, 2
_VERSION = 1
_PEOPLE_LOW = {"gender": 0.0, "age": 0.6, "muscle": 0.2, "weight": 0.2, "height": 0.1, "proportions": 0.2}
_PEOPLE_HIGH = {"gender": 1.0, "age": 0.95, "muscle": 0.8, "weight": 0.85, "height": 0.8, "proportions": 0.8}
_LENGTHS = 0.6
"""Bone lengths are drawn from minus this to this, in Anny's units."""


def walkers(folder: str | Path, part: str) -> list[GaitSequence]:
    """Simulated people, each a body of random shape with one recorded walk of CMU's, parsed from eight sides; kept in $VITRUVE_CACHE.

    Every sequence has clothes of its own (how far they stand off the body, a dress or coat on some), a place in the walk, a camera a
    few degrees off the named view, labels that are wrong along borders, and on some something in the way. Training and test people
    differ in body and in recording; whose recordings CMU's eight actions are is not known, so that a walker of both may be the same.
    Rendering takes about a minute and a half of one core.

    Args:
        folder: of the packed CMU motion.
        part: "train" (64 people) or "test" (40).
    """
    if part not in PEOPLE:
        raise OptionError(f"walkers part={part!r}: expected one of {', '.join(PEOPLE)}")
    from vitruve.bodies.anny import cache_folder

    source = Path(folder) / f"cmu_8actions_{part}.npz"
    if not source.is_file():
        raise FormatError(source, "no such file; walkers are made from packed CMU motion")
    kept = cache_folder() / f"gait-walkers-{_VERSION}-{part}-{source.stat().st_size}.npz"
    if not kept.is_file():
        made = _render_walkers(source, part)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with atomic(kept) as temporary, open(temporary, "wb") as f:
            lengths = np.array([len(s.frames) for s in made])
            names = np.array([(s.identity, s.condition, s.view) for s in made])
            np.savez_compressed(f, frames=torch.cat([s.frames for s in made]).numpy(), lengths=lengths, names=names)
    with np.load(kept, allow_pickle=False) as f:
        frames = torch.from_numpy(f["frames"]).split(f["lengths"].tolist())
        return [GaitSequence(x, *name) for x, name in zip(frames, f["names"].tolist())]


def walkers_parts(folder: str | Path) -> GaitParts:
    """Simulated walkers: training people, and test people whose other views look for those of `GALLERY_VIEWS`."""
    test = walkers(folder, "test")
    known = {str(v) for v in GALLERY_VIEWS}
    return GaitParts(walkers(folder, "train"), [s for s in test if s.view not in known], [s for s in test if s.view in known])


def _render_walkers(source: Path, part: str) -> list[GaitSequence]:
    from vitruve.bodies.retargeting import retarget

    body = body_model("anny")
    walks = [i for i, name in enumerate(packed.clips(source)) if "/walking" in name]
    generator = torch.Generator().manual_seed({"train": 1, "test": 2}[part])
    low, high = (torch.tensor([side.get(n, end) for n in body.shape_names]) for side, end in ((_PEOPLE_LOW, -_LENGTHS), (_PEOPLE_HIGH, _LENGTHS)))
    out = []
    for person in range(PEOPLE[part]):
        shape = low + (high - low) * torch.rand(len(low), generator=generator)
        motion = packed.read(source, clip=walks[person % len(walks)])
        assert isinstance(motion, Motion)
        moved = retarget(motion, body, shape=shape, refine=False).motion
        for view in VIEWS:
            frames = _render_walk(body, moved, shape, view, generator)
            out.append(GaitSequence(frames, f"{part}{person:03d}", motion.name.replace("/", "-"), str(view)))
    return out


def _render_walk(body: BodyModel, motion: Motion, shape: Tensor, view: int, generator: torch.Generator) -> UInt8[Tensor, "T 64 44"]:
    """One walk past one camera, in clothes."""

    def uniform(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    span = min(_FRAMES * _EVERY, len(motion))
    start = int(uniform(0, len(motion) - span + 1))
    motion = motion[start : start + span : _EVERY]
    rest = body.rest(shape)
    labels = part_labels(body)
    # clothes: arms, legs and trunk each stand off the body by their own distance
    away = torch.zeros(len(PARTS))
    for parts in (("torso",), ("left_arm", "right_arm"), ("left_leg", "right_leg")):
        away[[PARTS.index(p) for p in parts]] = uniform(0.0, 0.025)
    if uniform(0, 1) < 0.3:
        y = rest.vertices[:, 1]
        hips, knees = (float(rest.joints[body.skeleton.index(f"left_{j}"), 1]) for j in ("hip", "knee"))
        trunk = (labels == PARTS.index("torso")) | (labels == PARTS.index("left_leg")) | (labels == PARTS.index("right_leg"))
        labels = labels.masked_fill(trunk & (y < hips + 0.12) & (y > hips + uniform(0.3, 0.9) * (knees - hips)), _DRESS)
        away[_DRESS] = uniform(0.01, 0.04)
    dressed = rest.vertices + away[labels][:, None] * vertex_normals(rest.vertices, body.faces)
    vertices = body.pose(rest._replace(vertices=dressed), motion.rotations, motion.translation).vertices
    azimuth = math.radians(view + uniform(-8, 8))
    maps = parse_views(vertices, body.faces, face_labels(labels, body.faces), walk_yaw(motion), azimuth)
    maps = _blur_borders(maps, generator)
    if uniform(0, 1) < 0.3:
        # something in the way, for some of the time
        left, top, first = int(uniform(40, 110)), int(uniform(30, 110)), int(uniform(0, len(maps) - 6))
        maps[first : first + 6, top : top + int(uniform(10, 30)), left : left + int(uniform(10, 30))] = 0
    return cut_sides(align_frames(maps)).to(torch.uint8)


def _blur_borders(maps: UInt8[Tensor, "T H W"], generator: torch.Generator) -> UInt8[Tensor, "T H W"]:
    """Every pixel takes the label found up to two pixels away: parsers are wrong where parts meet."""
    t, h, w = maps.shape
    # one step for a block of 4 x 4 pixels, so that errors are blobs rather than dust
    step = torch.randint(-2, 3, (2, t, -(-h // 4), -(-w // 4)), generator=generator).repeat_interleave(4, 2).repeat_interleave(4, 3)[..., :h, :w]
    y = (torch.arange(h)[:, None] + step[0]).clamp(0, h - 1)
    x = (torch.arange(w) + step[1]).clamp(0, w - 1)
    return maps[torch.arange(t)[:, None, None], y, x]
