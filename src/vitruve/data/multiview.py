"""Scenes of several calibrated views: Shelf, the layouts of Campus, Shelf and CMU Panoptic, and people simulated before any rig."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.data.lifting import CMU_SUBJECTS, WorldJoints, cmu_joints
from vitruve.errors import FormatError, OptionError
from vitruve.io.cameras import read_cameras, read_shelf
from vitruve.tasks.multiview import Scene

PANOPTIC_VIEWS = ("00_03", "00_06", "00_12", "00_13", "00_23")
"""The five HD cameras that VoxelPose and SelfPose3d use."""

TRAINED_ON = slice(0, 150)
"""Frames of Shelf that methods are trained on (without truth); the others are held out."""

_ARMS_AND_LEGS = tuple(("shoulder", "elbow", "wrist") if part == "arm" else ("hip", "knee", "ankle") for part in ("arm", "leg"))


# -- recorded scenes -----------------------------------------------------------------------------


def shelf(folder: str | Path, skeleton: str = "panoptic15") -> Scene:
    """Shelf's evaluation frames (300 to 600): detections of five views in the joints of `skeleton`, truth in `shelf14`."""
    views, _, truth = read_shelf(Path(folder) / "shelf.npz")
    return Scene.of(views, skeleton, truth, "shelf")


def read_actors(path: str | Path, fps: float = 25.0) -> Poses:
    """Annotated people of Campus or Shelf (actorsGT.mat): 14 joints of `shelf14`, metres, y up; NaN where absent.

    Raises FormatError where the file is not such a one.
    """
    from scipy.io import loadmat

    try:
        cells = loadmat(str(path), squeeze_me=False)["actor3D"]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as e:
        raise FormatError(path, f"expected a MATLAB file with actor3D: {e}") from None
    while cells.dtype == object and cells.size == 1:
        cells = cells.flat[0]
    actors = [np.asarray(c, dtype=object) for c in cells.flat]
    frames = max(a.size for a in actors)
    out = np.full((len(actors), frames, 14, 3), np.nan, np.float32)
    for n, actor in enumerate(actors):
        for t, cell in enumerate(actor.reshape(-1)):
            while isinstance(cell, np.ndarray) and cell.dtype == object and cell.size == 1:
                cell = cell.flat[0]
            if np.shape(cell) == (14, 3):
                out[n, t] = np.asarray(cell, np.float32)
    # z up to y up
    return Poses(torch.from_numpy(out[..., [0, 2, 1]] * np.array([1, 1, -1], np.float32)), standard("shelf14"), fps, name=Path(path).stem)


def read_detections(path: str | Path, cameras: Sequence[Camera], frames: Sequence[int], fps: float = 25.0) -> list[Poses]:
    """2D poses of each view (COCO's 17 joints) from VoxelPose's pred_{campus,shelf}_maskrcnn_hrnet_coco.pkl, or the same as JSON.

    The file maps "{camera}_{frame}" to a list of {"pred": (17, 3)} of x, y, score, original pixels. Pickles are read without
    running code. Raises FormatError for anything else.
    """
    from vitruve.io.restricted import loads

    path = Path(path)
    found = json.loads(path.read_text()) if path.suffix == ".json" else loads(path.read_bytes(), path)
    if not isinstance(found, Mapping):
        raise FormatError(path, f"expected a mapping from camera_frame to poses, found {type(found).__name__}")
    views = []
    for v, camera in enumerate(cameras):
        rows = [[np.asarray(p["pred"], np.float32) for p in found.get(f"{v}_{t}", ())] for t in frames]
        out = np.full((max((len(r) for r in rows), default=0) or 1, len(frames), 17, 3), np.nan, np.float32)
        for t, people in enumerate(rows):
            for p, joints in enumerate(people):
                if joints.shape != (17, 3):
                    raise FormatError(path, f"{v}_{frames[t]}: expected 17 joints of x, y, score, found {joints.shape}")
                out[p, t] = joints
        x = torch.from_numpy(out)
        views.append(Poses(x[..., :2], standard("coco17"), fps, x[..., 2].nan_to_num(0.0).clamp(0, 1), camera=camera, image_size=camera.image_size))
    return views


def panoptic(folder: str | Path, cameras: Sequence[str] = PANOPTIC_VIEWS) -> tuple[dict[str, Camera], Poses]:
    """(cameras by name, people) of a CMU Panoptic sequence: joints of `panoptic15`, metres, y up.

    Joints of confidence up to 0.1 are missing, and so are people whose mid-hip is. Raises FormatError where a file or a camera is missing.
    """
    folder = Path(folder)
    calibration = folder / f"calibration_{folder.name}.json"
    files = sorted((folder / "hdPose3d_stage1_coco19").glob("body3DScene_*.json"))
    if not calibration.is_file() or not files:
        raise FormatError(folder, f"expected {calibration.name} and hdPose3d_stage1_coco19/body3DScene_*.json")
    rig = read_cameras(calibration)
    lost = [c for c in cameras if c not in rig]
    if lost:
        raise FormatError(calibration, f"no camera {', '.join(lost)}")
    frames = [json.loads(f.read_text())["bodies"] for f in files]
    ids = sorted({int(b["id"]) for bodies in frames for b in bodies})
    x = torch.full((len(ids), len(frames), 15, 4), torch.nan)
    for t, bodies in enumerate(frames):
        for b in bodies:
            joints = torch.tensor(b["joints19"]).reshape(-1, 4)[:15]
            joints[joints[:, 3] <= 0.1] = torch.nan
            if joints[2].isfinite().all():
                x[ids.index(int(b["id"])), t] = joints
    # centimetres with y down
    positions = x[..., :3] * 0.01 * torch.tensor([1.0, -1.0, -1.0])
    people = Poses(positions, standard("panoptic15"), 29.97, x[..., 3].nan_to_num(0.0).clamp(0, 1), torch.tensor(ids), name=folder.name)
    return {c: rig[c] for c in cameras}, people


# -- simulated scenes ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ViewNoise:
    """How a 2D detector errs before several cameras. Each person in each view errs by itself."""

    sigma: float = 3.0
    """Pixels, of every joint."""
    missing: float = 0.1
    """Share of joints not found."""
    ghosts: float = 0.05
    """Share of views with a person who is not there: somebody of it at another place."""
    limbs: float = 0.0
    """Share of people in views with a wrong limb: an arm or a leg that is the other side's, or lies elsewhere."""

    def __call__(
        self, pixels: Float[Tensor, "T V P J 2"], skeleton: Skeleton, size: tuple[int, int], generator: torch.Generator
    ) -> tuple[Float[Tensor, "T V Q J 2"], Float[Tensor, "T V Q J"]]:
        """(detections, confidence), with a row more for ghosts; what lies outside the picture is not found."""
        shape = pixels.shape[:-1]

        def share(p: float, *of: int) -> Bool[Tensor, "..."]:
            return torch.rand(of, generator=generator) < p

        x = pixels + self.sigma * torch.randn(pixels.shape, generator=generator)
        if self.limbs:
            x = self._wrong_limbs(x, skeleton, generator)
        confidence = 0.7 + 0.3 * torch.rand(shape, generator=generator)
        x = torch.where(share(self.missing, *shape)[..., None], torch.nan, x)
        frame = x.new_tensor(size)
        shift = (torch.rand(*shape[:2], 1, 1, 2, generator=generator) - 0.5) * frame
        ghost = torch.where(share(self.ghosts, *shape[:2], 1, 1, 1), x[:, :, :1] + shift, torch.nan)
        x, confidence = torch.cat([x, ghost], 2), torch.cat([confidence, 0.6 * confidence[:, :, :1]], 2)
        x = torch.where(((x >= 0) & (x < frame)).all(-1, keepdim=True), x, torch.nan)
        return x, torch.where(x.isfinite().all(-1), confidence, 0.0)

    def _wrong_limbs(self, x: Tensor, skeleton: Skeleton, generator: torch.Generator) -> Tensor:
        limbs = torch.zeros(4, x.shape[3], dtype=torch.bool)
        for i, names in enumerate((side, part) for side in ("left", "right") for part in _ARMS_AND_LEGS):
            limbs[i, [skeleton.index(f"{names[0]}_{joint}") for joint in names[1]]] = True
        people = x.shape[:3]
        wrong = torch.rand(people, generator=generator) < self.limbs
        chosen = limbs[torch.randint(4, people, generator=generator)] & wrong[..., None]
        swapped = torch.rand(people, generator=generator) < 0.5
        known = x.isfinite().all(-1, keepdim=True)
        height = torch.where(known, x, -torch.inf).amax(3) - torch.where(known, x, torch.inf).amin(3)
        away = 0.3 * height.amax(-1).clamp(0, 2000)[..., None, None] * torch.randn(*people, 1, 2, generator=generator)
        # the end of a limb errs most
        errs = torch.where(swapped[..., None, None], x[:, :, :, list(skeleton.swap)], x + away)
        return torch.where(chosen[..., None], errs, x)


def panoptic_joints(joints: WorldJoints) -> WorldJoints:
    """Human3.6M's 17 joints as `panoptic15`: the thorax is the neck, where the head begins stands for the nose."""
    target = standard("panoptic15")
    names = {"neck": "thorax", "nose": "neck_base", "mid_hip": "root"}

    def column(name: str, mark: str | None) -> int:
        s = joints.skeleton
        return s.index(names[name]) if name in names else s.index(mark or name)

    columns = [column(n, m) for n, m in zip(target.joints, target.landmarks)]
    return WorldJoints(joints.positions[:, columns], joints.clip, joints.subjects, target)


def simulate(
    joints: WorldJoints,
    cameras: Camera,
    frames: int,
    seed: int,
    people: tuple[int, int] = (1, 4),
    area: tuple[tuple[float, float], tuple[float, float]] = ((-1.2, 2.0), (-1.5, 1.7)),
    noise: ViewNoise | None = None,
) -> Scene:
    """Moments with people in recorded poses, at random places and turned at random, 0.6 m or more apart, before a rig.

    Args:
        joints: poses, y up, standing on the floor (y = 0).
        cameras: batch shape (V,), with their image size.
        people: fewest and most in a frame.
        area: of the floor, along x and z, metres.
        noise: of the 2D detector; exact detections by default.
    """
    g = torch.Generator().manual_seed(seed)
    if cameras.image_size is None:
        raise OptionError("simulated scenes need the cameras' image size")
    low, high = torch.tensor(area).T
    truth = torch.full((people[1], frames, len(joints.skeleton), 3), torch.nan)
    pelvis = joints.skeleton.index("pelvis")
    for t in range(frames):
        placed: list[Tensor] = []
        for _ in range(int(torch.randint(people[0], people[1] + 1, (1,), generator=g))):
            for _ in range(20):
                place = low + (high - low) * torch.rand(2, generator=g)
                if all((place - other).norm() > 0.6 for other in placed):
                    placed.append(place)
                    break
        for n, place in enumerate(placed):
            x = joints.positions[int(torch.randint(len(joints.positions), (1,), generator=g))]
            angle = 2 * torch.pi * torch.rand((), generator=g)
            c, s = angle.cos(), angle.sin()
            turn = torch.stack([torch.stack([c, torch.zeros(()), s]), torch.tensor([0.0, 1.0, 0.0]), torch.stack([-s, torch.zeros(()), c])])
            x = (x - x[pelvis] * torch.tensor([1.0, 0.0, 1.0])) @ turn.T
            truth[n, t] = x + torch.stack([place[0], torch.zeros(()), place[1]])
    world = truth.transpose(0, 1).flatten(1, 2)
    rig = cameras.to(torch.float32)
    pixels = torch.stack([rig[v].project(world.flatten(0, 1)).view(frames, people[1], -1, 2) for v in range(len(rig.intrinsics))], 1)
    exact = ViewNoise(0.0, 0.0, 0.0)
    points, confidence = (noise or exact)(pixels, joints.skeleton, cameras.image_size, g)
    return Scene(points, confidence, rig, joints.skeleton, Poses(truth, joints.skeleton, 25.0), name=f"simulated {seed}")


def shelf_rig(shelf_folder: str | Path, cmu_folder: str | Path, part: str, frames: int, seed: int, noise: ViewNoise | None = None) -> Scene:
    """CMU's people of one part ("train", "val", "test") before Shelf's five cameras, one to four at a time, with a detector's noise."""
    poses = panoptic_joints(cmu_joints(cmu_folder, "h36m17").of(CMU_SUBJECTS[part]))
    return simulate(poses, shelf(shelf_folder).cameras, frames, seed, noise=noise or ViewNoise())


def measure(scene: Scene) -> dict[str, float]:
    """Views, frames, detections and annotated people of a scene."""
    assert scene.truth is not None
    there = scene.truth.valid.any(-1).sum(1).tolist()
    found = (scene.confidence > 0).any(-1).sum()
    where = scene.truth.positions[scene.truth.valid]
    return {
        "views": scene.points.shape[1],
        "frames": len(scene),
        "detections": int(found),
        **{f"actor{n}": count for n, count in enumerate(there)},
        "lowest": float(where[:, 1].min()),
        "highest": float(where[:, 1].max()),
    }


def every(scene: Scene, step: int, start: int = 0) -> Scene:
    """Every so manieth frame."""
    return replace(scene[start::step], fps=scene.fps / step)
