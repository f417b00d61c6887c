"""SynthPose's data: people made of Anny's body with anatomical markers on their skin, in pictures that know where each marker is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn import functional as F

from vitruve.bodies.model import BodyModel, BodyMotion, BodyOutput
from vitruve.core.camera import Camera
from vitruve.core.rotations import from_rotvec, multiply
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError
from vitruve.tasks.biomechanics import MARKERS, SETS, SYNTHPOSE52, MarkerBatch, mirrored
from vitruve.tasks.split import Split

PARTS = {
    "train": 0,
    "val": 1_000_000,
    "test": 2_000_000,
}
"""First seed of each part: people, poses, cameras and light of one part are in no other."""


# --- markers on the body ---------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def marker_vertices(body: BodyModel) -> Int[Tensor, " 35"]:
    """The vertex of each of `MARKERS` on a body at rest, by anatomy: the skin where a ray from a joint leaves the body.

    Hips' spines lie where they are from the hip joint in LaiUhlrich 2022's pelvis, the back's markers at their height between
    hips and shoulders. The left side is the mirror image of the right.
    """
    rest = body.rest()
    x = rest.vertices.detach()
    surface = body.landmark_points(BodyOutput(x, rest.joints.detach()))

    def at(mark: str) -> Tensor:
        return surface[body.landmarks.index(mark)]

    def axis(v: Sequence[float]) -> Tensor:
        return F.normalize(torch.tensor(v, dtype=x.dtype), dim=0)

    def out(start: Tensor, direction: Tensor, radius: float = 0.02, limit: float = 0.12) -> int:
        """The vertex furthest along a ray, of those within `radius` of it (or the nearest) and `limit` from its start."""
        v = x - start
        along = v @ direction
        off = (v - along[:, None] * direction).norm(dim=-1)
        near = (along > 0) & (along < limit)
        ring = near & (off < radius)
        if ring.any():
            return int(torch.where(ring, along - off, -torch.inf).argmax())
        return int(torch.where(near, off, torch.inf).argmin())

    right, up, forward = axis((-1, 0, 0)), axis((0, 1, 0)), axis((0, 0, 1))
    hip, shoulder, elbow, wrist, knee, ankle, foot = (at(f"right_{j}") for j in ("hip", "shoulder", "elbow", "wrist", "knee", "ankle", "foot"))
    # across the arm in the plane of the body, towards the outer side of the elbow
    upper = F.normalize(elbow - shoulder, dim=0)
    lateral = F.normalize(right - (right @ upper) * upper, dim=0)
    fore = F.normalize(wrist - elbow, dim=0)
    thumb = at("right_thumb1") - at("right_pinky1")
    radial = F.normalize(thumb - (thumb @ fore) * fore, dim=0)
    size = float((shoulder - hip)[1]) / 0.5315  # metres between hip and shoulder of LaiUhlrich 2022

    def near(point: Tensor) -> int:
        return int((x - point).norm(dim=-1).argmin())

    def spine(share: float, direction: Tensor) -> int:
        height = hip[1] + share * (shoulder - hip)[1]
        depth = (at("spine1") + at("spine3"))[2] / 2
        return out(torch.stack([x.new_zeros(()), height, depth]), direction, limit=0.3)

    found = {
        "sternum": spine(1.025, forward),
        "rshoulder": out(shoulder, up),
        "r_lelbow": out(elbow, lateral),
        "r_melbow": out(elbow, -lateral),
        "r_lwrist": out(wrist, radial, limit=0.06),
        "r_mwrist": out(wrist, -radial, limit=0.06),
        "r_ASIS": near(hip + size * torch.tensor([-0.051, 0.0885, 0.084])),
        "r_PSIS": near(hip + size * torch.tensor([0.027, 0.1035, -0.098])),
        "r_knee": out(knee, right),
        "r_mknee": out(knee, -right, limit=0.09),
        "r_ankle": out(ankle, right),
        "r_mankle": out(ankle, -right, limit=0.08),
        "r_5meta": out(foot, F.normalize(right + 0.2 * up, dim=0)),
        "r_toe": out(foot, up, 0.01, 0.06),
        "r_big_toe": near(at("right_big_toe")),
        "r_calc": near(at("right_heel")),
        "C7": spine(1.09, -forward),
        "L2": spine(0.37, -forward),
        "T11": spine(0.58, -forward),
        "T6": spine(0.83, -forward),
    }
    mirror = x.new_tensor([-1, 1, 1])
    for name in MARKERS:
        if name not in found:
            found[name] = near(x[found["r" + name[1:]]] * mirror)
    return torch.tensor([found[n] for n in MARKERS])


def body_keypoints(body: BodyModel, output: BodyOutput) -> Float[Tensor, "*B 52 3"]:
    """COCO's joints and the markers of a posed body, in the order of `SYNTHPOSE52`."""
    return torch.cat([body.keypoints(output, standard("coco17")), output.vertices[..., marker_vertices(body), :]], -2)


# --- people, poses, cameras ------------------------------------------------------------------------------


def random_pose(body: BodyModel, generator: torch.Generator) -> Float[Tensor, "J 4"]:
    """Local rotations of somebody walking, squatting, reaching: each joint by its own spread (our choice), the heading uniform."""
    s = body.skeleton
    turns = torch.zeros(len(s), 3)

    def normal(*spread: float) -> Tensor:
        return torch.randn(len(spread), generator=generator) * torch.tensor(spread)

    # thighs of somebody who squats move together
    squat = max(0.0, float(torch.randn((), generator=generator))) * 0.6
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee, ankle, shoulder, elbow, wrist = (s.index(f"{side}_{j}") for j in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"))
        turns[hip] = normal(0.35, 0.2, 0.15) + torch.tensor([-0.2 - squat, 0.0, 0.0])
        turns[knee, 0] = (normal(0.5).abs() + 1.4 * squat)[0]
        turns[ankle] = normal(0.2, 0.1, 0.1) - torch.tensor([0.4 * squat, 0.0, 0.0])
        turns[shoulder] = normal(0.6, 0.4, 0.5) + torch.tensor([0.0, 0.0, -0.5 * sign])
        # about the axis across the upper arm that brings the forearm forward
        bend = normal(0.8).abs()[0]
        turns[elbow] = bend * torch.tensor([-1.0, -sign, 0.0]) / math.sqrt(2)
        turns[wrist] = normal(0.2, 0.2, 0.2)
    for name in ("spine1", "spine2", "spine3", "neck", "head"):
        turns[s.index(name)] = normal(0.12, 0.1, 0.08)
    turns[s.roots[0]] = normal(0.12, 0.0, 0.08) + torch.tensor([0.3 * squat, 0.0, 0.0])
    q = from_rotvec(turns)
    yaw = from_rotvec(torch.tensor([0.0, 2 * math.pi * float(torch.rand((), generator=generator)), 0.0]))
    root = s.roots[0]
    q[root] = multiply(yaw, q[root])
    return q


def random_shape(body: BodyModel, generator: torch.Generator) -> Float[Tensor, " S"]:
    """An adult, uniform in the middle half of each parameter's range."""
    low, high = body.shape_bounds()
    return low + (high - low) * (0.25 + 0.5 * torch.rand(len(low), generator=generator))


def person_camera(points: Float[Tensor, "N 3"], camera: Camera, size: tuple[int, int], padding: float = 1.25) -> Camera:
    """The camera of the box around some points, padded and of the aspect of `size` (width, height)."""
    pixels = camera.project(points)
    low, high = pixels.amin(0), pixels.amax(0)
    middle, extent = (low + high) / 2, (high - low) * padding
    height = max(float(extent[1]), float(extent[0]) * size[1] / size[0])
    width = height * size[0] / size[1]
    return camera.crop(float(middle[0]) - width / 2, float(middle[1]) - height / 2, width, height, size)


def _clothes(body: BodyModel, generator: torch.Generator) -> Float[Tensor, "V 3"]:
    """A colour for each vertex: skin, shirt, trousers, shoes."""
    skin = torch.tensor([0.85, 0.65, 0.52]) * (0.35 + 0.7 * torch.rand(1, generator=generator)).clamp(max=1)
    shirt, trousers, shoes = torch.rand(3, 3, generator=generator).unbind(0)
    short = bool(torch.rand((), generator=generator) < 0.5)
    colours = []
    for part in body.part_names:
        covered = {
            "torso": shirt,
            "upper_arm": shirt,
            "thigh": trousers,
            "foot": shoes,
            "forearm": skin if short else shirt,
            "shin": skin if short else trousers,
        }
        colours.append(next((c for key, c in covered.items() if part.endswith(key)), skin))
    return torch.stack(colours)[body.parts]


def _background(size: tuple[int, int], generator: torch.Generator) -> Float[Tensor, "H W 3"]:
    """Blurred patches of random colours over a random colour."""
    patches = torch.rand(1, 3, 6, 4, generator=generator) - 0.5
    smooth = F.interpolate(patches, size=size[::-1], mode="bilinear", align_corners=False)[0].permute(1, 2, 0)
    return (torch.rand(3, generator=generator) + 0.6 * smooth).clamp(0, 1)


def photograph(
    body: BodyModel, vertices: Float[Tensor, "B V 3"], cameras: Camera, size: tuple[int, int], generator: torch.Generator, noise: float = 0.03
) -> UInt8[Tensor, "B 3 H W"]:
    """Pictures of bodies, each before its own camera, in random clothes, light and surroundings."""
    from vitruve.render.raster import rasterise
    from vitruve.render.shading import Look, colour_map

    fragments = rasterise(vertices, body.faces, cameras, size, cull_back=True)
    out = []
    for i in range(len(vertices)):
        light = torch.rand(3, generator=generator)
        look = Look(ambient=0.3 + 0.3 * float(light[0]), key=0.4 + 0.5 * float(light[1]), fill=0.3 * float(light[2]))
        colour = colour_map(vertices[i], body.faces, fragments[i], cameras[i], _clothes(body, generator), look)
        picture = torch.where(fragments.mask[i, ..., None], colour, _background(size, generator))
        picture = picture + noise * torch.randn(picture.shape, generator=generator)
        out.append((picture.clamp(0, 1) * 255).to(torch.uint8).permute(2, 0, 1))
    return torch.stack(out)


@dataclass(frozen=True, eq=False)
class MarkerPictures:
    """Pictures (N, 3, H, W) of one person each, with the 52 keypoints of `SYNTHPOSE52` in pixels."""

    images: UInt8[Tensor, "N 3 H W"]
    keypoints: Float[Tensor, "N 52 2"]
    visible: Float[Tensor, "N 52"]

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, rows: Tensor, markers: str = "synthpose52", generator: torch.Generator | None = None) -> MarkerBatch:
        """Some rows, with the keypoints of a set; a generator mirrors half of them and varies their light."""
        skeleton = SETS[markers]
        columns = [SYNTHPOSE52.joints.index(j) for j in skeleton.joints]
        images = self.images[rows].float() / 255
        keypoints, visible = self.keypoints[rows][:, columns], self.visible[rows][:, columns]
        if generator is not None:
            flip = torch.rand(len(rows), generator=generator) < 0.5
            swap = list(mirrored(skeleton))
            other = keypoints[:, swap] * keypoints.new_tensor([-1, 1]) + keypoints.new_tensor([images.shape[-1] - 1, 0])
            images = torch.where(flip[:, None, None, None], images.flip(-1), images)
            keypoints = torch.where(flip[:, None, None], other, keypoints)
            visible = torch.where(flip[:, None], visible[:, swap], visible)
            images = (images * (0.8 + 0.4 * torch.rand(len(rows), 3, 1, 1, generator=generator))).clamp(0, 1)
        return MarkerBatch(images, keypoints, visible)

    def split(self, markers: str = "synthpose52") -> Split:
        """For training: mirrored and lit anew every time."""

        def get(i: int, generator: torch.Generator | None) -> tuple[int, int | None]:
            return i, None if generator is None else generator.initial_seed()

        def collate(samples: Sequence[tuple[int, int | None]]) -> MarkerBatch:
            seed = samples[0][1]
            return self.batch(torch.tensor([i for i, _ in samples]), markers, None if seed is None else torch.Generator().manual_seed(seed))

        return Split(len(self), get, collate)

    def batches(self, markers: str = "synthpose52", size: int = 64) -> list[MarkerBatch]:
        """Plain batches in order."""
        return [self.batch(rows, markers) for rows in torch.arange(len(self)).split(size)]


def synthetic_pictures(count: int, part: str = "train", seed: int = 0, size: tuple[int, int] = (96, 128), body: BodyModel | None = None) -> MarkerPictures:
    """Pictures of random people in random poses before random cameras, `size` (width, height) pixels; a function of the arguments alone.

    A keypoint counts as visible where it lies inside the picture, hidden by the body or not, as in SynthPose's labels.
    About 25 ms a picture on one core.
    """
    if part not in PARTS:
        raise OptionError(f"part={part!r}: expected one of {', '.join(PARTS)}")
    from vitruve.bodies.model import body_model

    made = body_model("anny") if body is None else body
    images, keypoints = [], []
    for start in range(0, count, 32):
        # every chunk by a seed of its own: more pictures begin with the same ones
        generator = torch.Generator().manual_seed(PARTS[part] + 10_000 * seed + start)
        n = min(32, count - start)
        shape = random_shape(made, generator)
        poses = torch.stack([random_pose(made, generator) for _ in range(n)])
        with torch.no_grad():
            output = made(poses, shape, torch.zeros(3))
            points = body_keypoints(made, output)
        cameras = []
        for i in range(n):
            u = torch.rand(4, generator=generator)
            distance, pitch = 2.5 + 3 * float(u[0]), math.radians(-5 + 30 * float(u[1]))
            eye = distance * torch.tensor([0.0, math.sin(pitch), math.cos(pitch)])
            camera = Camera.look_at(eye, torch.zeros(3), (1000, 1000))
            near = person_camera(points[i], camera, size, 1.15 + 0.3 * float(u[2]))
            cameras.append(near)
        rig = Camera.stack(cameras)
        images.append(photograph(made, output.vertices, rig, size, generator))
        keypoints.append(rig.project(points))
    x = torch.cat(keypoints)
    inside = ((x >= 0) & (x < x.new_tensor(size))).all(-1)
    return MarkerPictures(torch.cat(images), x, inside.float())


@dataclass(frozen=True, eq=False)
class FilmedMotion:
    """A body that moved before several cameras."""

    pictures: UInt8[Tensor, "V T 3 H W"]
    """Cut out around the person."""
    crops: tuple[Camera, ...]
    """Of each view, the T cameras of the cut-out pictures."""
    points: Float[Tensor, "T 52 3"]
    """World, metres."""
    fps: float


def film(motion: BodyMotion, degrees: Sequence[float] = (-45.0, 45.0), size: tuple[int, int] = (96, 128), seed: int = 0) -> FilmedMotion:
    """A moving body seen by cameras 4 m away at some angles from its front (OpenCap's two iPhones stand at -45 and 45)."""
    body = motion.model
    with torch.no_grad():
        output = motion.forward()
        points = body_keypoints(body, output)
    middle = points.mean((0, 1))
    views, crops = [], []
    for angle in degrees:
        a = math.radians(angle)
        eye = middle + torch.tensor([4 * math.sin(a), 0.4, 4 * math.cos(a)])
        camera = Camera.look_at(eye, middle, (1280, 720))
        rig = Camera.stack([person_camera(p, camera, size) for p in points])
        # one look for the whole clip: the same clothes and room
        state = torch.Generator().manual_seed(seed)
        views.append(torch.cat([photograph(body, output.vertices[t : t + 1], rig[t : t + 1], size, state.manual_seed(seed)) for t in range(len(points))]))
        crops.append(rig)
    return FilmedMotion(torch.stack(views), tuple(crops), points, motion.fps)
