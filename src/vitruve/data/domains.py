"""Two domains of one task: CMU motion before other cameras, of other people, of which the second shows its 2D keypoints alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import roma
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.data.lifting import DetectorNoise, LiftingSet, WorldJoints, cmu_joints, cmu_lift, mpi_inf_3dhp, whole_batches
from vitruve.errors import OptionError
from vitruve.nn.bones import from_bones, shared_lengths, unit_bones
from vitruve.tasks.lifting import LiftingBatch
from vitruve.tasks.split import Split

SUBJECTS = {"source": ("01", "60", "61", "8actions"), "target": ("03", "05", "06", "indian"), "test": ("02", "martial")}
"""CMU subjects: source people are trained on with their 3D poses, target people give 2D, test people stand before the target's cameras.
The eight actions do not say whom they show, and may hold some of the target's people, but none of the test's."""


@dataclass(frozen=True, eq=False)
class AdaptationBatch(LiftingBatch):
    """Windows of a source domain, and as many keypoints of a target domain that belong to nothing in them."""

    other: Float[Tensor, "B T J 2"] | None = None
    """Keypoints of the target domain, screen-normalised."""
    other_camera: Float[Tensor, "B 9"] | None = None
    """Their cameras, as in `camera`."""


@dataclass(frozen=True)
class Domain:
    """Where cameras stand, and who stands before them. Ranges are uniform."""

    distance: tuple[float, float]
    """Metres along the axis to the root."""
    focal: float
    """In half image widths."""
    pitch: tuple[float, float]
    """Degrees; positive looks down."""
    off_axis: tuple[float, float]
    """The root stands at most so far from the middle of the picture, in x and y."""
    stature: tuple[float, float] = (1.0, 0.0)
    """Factor to the recorded size, and how much people differ in it."""
    proportions: float = 0.0
    """How much people differ in each bone, as a share of its length."""
    noise: DetectorNoise = DetectorNoise()


SOURCE = Domain(distance=(4.0, 6.0), focal=2.29, pitch=(-5.0, 5.0), off_axis=(0.2, 0.05), stature=(1.0, 0.03), proportions=0.03)
"""Human3.6M's lens at eye height in a laboratory, whose people keep to the middle."""
TARGET = Domain(distance=(2.0, 4.0), focal=1.5, pitch=(-25.0, 25.0), off_axis=(0.5, 0.3), stature=(0.95, 0.06), proportions=0.06, noise=DetectorNoise(2.0))
"""MPI-INF-3DHP's lens, close, from below and above; people anywhere in the picture and of other sizes, and a detector's errors."""


@dataclass(frozen=True, eq=False)
class DomainViews(LiftingSet):
    """Views with the person's place and the camera."""

    root: Float[Tensor, "N 3"]
    """Metres, camera frame."""
    camera: Float[Tensor, "N 9"]


def other_people(joints: WorldJoints, domain: Domain, generator: torch.Generator) -> Float[Tensor, "N J 3"]:
    """The same poses, relative to the root, on a body of the domain's drawn for each clip."""
    groups = torch.tensor(shared_lengths(joints.skeleton))
    clips = len(joints.subjects)
    mean, spread = domain.stature
    size = mean * (1 + spread * torch.randn(clips, 1, generator=generator))
    shape = 1 + domain.proportions * torch.randn(clips, int(groups.max()) + 1, generator=generator)
    unit, length = unit_bones(joints.positions, joints.skeleton)
    return from_bones(unit * length * (size * shape)[joints.clip][:, groups, None], joints.skeleton)


def see(joints: WorldJoints, domain: Domain, seed: int = 0) -> DomainViews:
    """Every frame before a camera of its own from the domain; views in which a joint leaves the (square) picture are left out.

    Yaw is uniform over the circle.
    """
    generator = torch.Generator().manual_seed(seed)
    n = len(joints.positions)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    pose = other_people(joints, domain, generator)
    angles = torch.stack([uniform(0, 2 * torch.pi), torch.deg2rad(uniform(*domain.pitch))], -1)
    # the world turns under the camera, then tilts towards it; then y points down and z away
    target = pose @ roma.euler_to_rotmat("yx", angles).mT * pose.new_tensor([1.0, -1.0, -1.0])
    depth = uniform(*domain.distance)
    off = torch.stack([uniform(-s, s) for s in domain.off_axis], -1)
    root = depth[:, None] * F.pad(off / domain.focal, (0, 1), value=1.0)
    seen = target + root[:, None]
    keypoints = domain.focal * seen[..., :2] / seen[..., 2:]
    inside = ((keypoints.abs() <= 1) & (seen[..., 2:] > 0.3)).flatten(1).all(1)
    camera = torch.tensor([domain.focal, domain.focal] + 7 * [0.0]).expand(n, 9)
    return DomainViews(domain.noise(keypoints, generator)[inside], target[inside], joints.skeleton, root[inside], camera[inside])


@dataclass(frozen=True, eq=False)
class DomainPair:
    """A source domain with 3D poses, and keypoints of a target domain with their cameras."""

    source: LiftingSet
    keypoints: Float[Tensor, "M J 2"]
    camera: Float[Tensor, "M 9"]

    def split(self) -> Split:
        """Source views, each batch with keypoints of the target drawn at random (the first ones where nothing is random)."""

        def batch(rows: Tensor, generator: torch.Generator | None) -> AdaptationBatch:
            s = self.source
            many = len(self.keypoints)
            other = torch.arange(len(rows)) % many if generator is None else torch.randint(many, (len(rows),), generator=generator)
            made = AdaptationBatch(s.keypoints[rows][:, None], s.target[rows][:, None], other=self.keypoints[other][:, None], other_camera=self.camera[other])
            return replace(made, root=s.root[rows][:, None], camera=s.camera[rows]) if isinstance(s, DomainViews) else made

        return whole_batches(len(self.source), batch)


def cmu_views(folder: str | Path, part: str, domain: Domain, skeleton: str = "h36m16", stride: int = 1, seed: int = 0) -> DomainViews:
    """CMU people of a part ("source", "target" or "test") before cameras of a domain, every `stride`-th frame (of 30 a second)."""
    if part not in SUBJECTS:
        raise OptionError(f"CMU domains part={part!r}: expected one of {', '.join(SUBJECTS)}")
    joints = cmu_joints(folder, skeleton).of(SUBJECTS[part])
    return see(WorldJoints(joints.positions[::stride], joints.clip[::stride], joints.subjects, joints.skeleton), domain, seed)


def cmu_target(folder: str | Path, skeleton: str = "h36m16", stride: int = 1) -> DomainViews:
    """The target domain's people; they have a quarter of the source's frames, so they keep four times as many of them."""
    return cmu_views(folder, "target", TARGET, skeleton, max(stride // 4, 1), seed=1)


def cmu_domains(folder: str | Path, skeleton: str = "h36m16", stride: int = 1) -> DomainPair:
    """CMU people of the source domain, and keypoints of others of the target domain."""
    target = cmu_target(folder, skeleton, stride)
    return DomainPair(cmu_views(folder, "source", SOURCE, skeleton, stride), target.keypoints, target.camera)


def cmu_to_3dhp(cmu: str | Path, mpi: str | Path, skeleton: str = "h36m16", stride: int = 1, focal: float = 1.5) -> DomainPair:
    """CMU-lift, and the keypoints of MPI-INF-3DHP's test subject 5, without its 3D poses.

    The target's lens is not measured from them but assumed: 1.5 half widths, centred, as PoseDA's README has it.
    """
    target = mpi_inf_3dhp(mpi, skeleton)
    camera = torch.tensor([focal, focal] + 7 * [0.0]).expand(len(target), 9)
    return DomainPair(cmu_lift(cmu, "train", skeleton, stride), target.keypoints, camera)


def spread_gap(a: Sequence[float] | Float[Tensor, " N"], b: Sequence[float] | Float[Tensor, " M"]) -> float:
    """Wasserstein distance of two samples of numbers: how far one has to be moved to be distributed as the other."""
    share = torch.linspace(0, 1, 201, dtype=torch.float64)
    qa, qb = (torch.quantile(torch.as_tensor(x, dtype=torch.float64), share) for x in (a, b))
    return float((qa - qb).abs().mean())
