"""Kinematic fitting to several calibrated views: one body of constant bones per person, all joints and frames at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.ik import poses_to_motion
from vitruve.core.motion import Motion
from vitruve.core.multiview import _views, track_people
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.solver import Sites, solve
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError

_NEAREST = 0.1
"""Metres before a camera within which nothing is judged."""


@dataclass(frozen=True, eq=False)
class ViewTargets:
    """2D points of K joints in V views, as an observation for :func:`vitruve.core.solver.solve`.

    Residuals are angles times depth, metres beside the line of sight, with a Huber loss: a squared distance up to `huber`, beyond
    it a linear one. The depth is each point's own, or one for each frame, in which a point that moves towards a camera gains nothing.
    """

    rays: Float[Tensor, "V T K 2"]
    """Undistorted normalised image coordinates (x/z, y/z); NaN where not seen."""
    weights: Float[Tensor, "V T K"]
    cameras: Camera
    huber: float
    """Metres, or, where `depth` is given, metres per metre of it."""
    depth: Float[Tensor, " T"] | None = None
    """Metres."""

    def residuals(self, points: Float[Tensor, "F K 3"], frames: Tensor) -> tuple[Tensor, Tensor]:
        c = self.cameras
        x = torch.einsum("vij,fkj->vfki", c.rotation, points) + c.translation[:, None, None]
        z = x[..., 2:].clamp_min(_NEAREST)
        target = self.rays[:, frames]
        seen = target.isfinite().all(-1) & (x[..., 2] > _NEAREST)
        uv = x[..., :2] / z
        scale, reach = (z, 1.0) if self.depth is None else (self.depth[frames, None, None], self.depth[frames, None])
        off = (uv - target.nan_to_num(0.0)) * scale
        far = off.norm(dim=-1)
        w = (torch.where(seen, self.weights[:, frames], 0.0) * (self.huber * reach / far.clamp_min(1e-9)).clamp_max(1.0)).sqrt()
        # d(u, v)/dX: the first two rows of the rotation less (u, v) times the third, over z
        rows = (c.rotation[:, None, None, :2] - uv[..., None] * c.rotation[:, None, None, 2:]) * (scale / z)[..., None]
        residual, slope = w[..., None] * off, w[..., None, None] * rows
        return residual.permute(1, 2, 0, 3).flatten(2), slope.permute(1, 2, 0, 3, 4).flatten(2, 3)


@dataclass(frozen=True, eq=False)
class ViewFit:
    """What a fit gives: a motion per person, and their joints, NaN in frames far from any in which the person is seen."""

    motions: tuple[Motion, ...]
    poses: Poses
    reprojection: Float[Tensor, " P"]
    """Root mean square distance of fitted joints from the detections that were used, pixels."""


def rooted_body() -> Skeleton:
    """Panoptic's 19 joints as a tree that hangs from the pelvis, so that a motion can carry it."""
    flat = standard("panoptic19")
    parents = list(flat.parents)
    neck, pelvis = flat.index("neck"), flat.index("pelvis")
    parents[neck], parents[pelvis] = pelvis, -1
    return Skeleton("panoptic19-rooted", flat.joints, tuple(parents), flat.landmarks)


def fit_views(
    views: Sequence[Poses] | Mapping[str, Poses],
    cameras: Sequence[Camera] | Mapping[str, Camera] | None = None,
    people: Poses | None = None,
    *,
    smoothness: float = 0.02,
    stiffness: float = 1e-3,
    huber: float = 0.05,
    limits: tuple[Float[Tensor, "J 3"], Float[Tensor, "J 3"]] | None = None,
    max_gap: float = 1.0,
    iterations: int = 10,
) -> ViewFit:
    """Fit a skeleton of constant bone lengths to the 2D detections of several views, smooth over time.

    Bone lengths are medians of the triangulated joints, with which the fit starts; then rotations and the root's path are
    refined against the detections themselves, so that a joint one view alone sees, or none, is held by the body and by its own
    motion.

    Args:
        views, cameras: as in :func:`vitruve.core.multiview.track_people`.
        people: its result (with `metadata["views"]`), where it has been made already.
        smoothness: weight of squared second differences, per frame at 30 frames/s.
        stiffness: of joint angles towards where the fit starts.
        huber: distance (metres beside the line of sight) from which detections count less.
        limits: (lower, upper) of the local rotation vectors of :func:`rooted_body`'s joints, radians.
        max_gap: seconds without any detection that the fit bridges.
        iterations: of Gauss-Newton.

    Raises OptionError where no person has a pelvis in any frame.
    Source: the kinematic stage of XNect (Mehta et al. 2020) with the views' reprojection for its two terms of data; weights our choice.
    """
    found, rig = _views(views, cameras)
    tracked = people if people is not None else track_people(views, cameras)
    if "views" not in tracked.metadata:
        raise OptionError("people do not say which detections they are made of: give the result of track_people")
    tree = rooted_body()
    exact = found[0].skeleton.map_to(tree)
    observed = [j for j in range(len(tree)) if exact.mask[j] and j not in exact.derived]
    mapped = [v.map_to(tree) for v in found]
    frame = torch.arange(tracked.num_frames)

    motions, kept, errors, positions = [], [], [], []
    for n in range(tracked.num_people):
        person = replace(tracked.person(n), metadata={}).map_to(tree)
        if not person.valid[0, :, tree.roots[0]].any():
            continue
        start = poses_to_motion(person, max_gap=max_gap)
        joints = [j for j in observed if tree.joints[j] in start.skeleton.joints]
        used: Tensor = tracked.metadata["views"][n]
        rays, weights, pixels = [], [], []
        for v, view in enumerate(mapped):
            row = used[:, v].clamp_min(0)
            xy = torch.where((used[:, v] >= 0)[:, None, None], view.positions[row, frame][:, joints].double(), torch.nan)
            pixels.append(xy)
            rays.append(rig[v].normalise(xy.flatten(0, 1)).view_as(xy))
            weights.append(view.confidence[row, frame][:, joints].double())
        target = ViewTargets(torch.stack(rays), torch.stack(weights), rig, huber)
        sites = Sites(tuple(start.skeleton.index(tree.joints[j]) for j in joints))
        own = None
        if limits is not None:
            columns = [tree.index(j) for j in start.skeleton.joints]
            own = limits[0][columns], limits[1][columns]
        rotations, translation = solve(
            start.skeleton,
            start.offsets,
            start.rotations.double(),
            start.translation.double(),
            sites,
            target,
            stiffness=stiffness,
            limits=own,
            smoothness=smoothness * (tracked.fps / 30) ** 4,
            iterations=iterations,
        )
        motion = replace(start, rotations=rotations.to(start.rotations), translation=translation.to(start.translation), fps=tracked.fps)
        world = motion.fk().positions
        full = world.new_full((len(world), len(tree), 3), torch.nan)
        full[:, [tree.index(j) for j in motion.skeleton.joints]] = world
        seen = (used >= 0).any(1)
        near = _within(seen, round(max_gap * tracked.fps / 2))
        positions.append(torch.where(near[:, None, None], full, torch.nan))
        drawn = torch.stack([rig[v].project(world[:, list(sites.joints)].double().flatten(0, 1)).view_as(x) for v, x in enumerate(pixels)])
        off = (drawn - torch.stack(pixels)).square().sum(-1)
        errors.append(off[off.isfinite()].mean().sqrt())
        motions.append(motion)
        kept.append(n)
    if not motions:
        raise OptionError("nobody can be fitted: no person's pelvis is known in any frame")
    poses = Poses(torch.stack(positions), tree, tracked.fps, ids=tracked.ids[kept], name=tracked.name)
    return ViewFit(tuple(motions), poses, torch.stack(errors).float())


def _within(seen: Tensor, reach: int) -> Tensor:
    """Whether a frame has a True one within `reach` frames."""
    return torch.nn.functional.max_pool1d(seen[None, None].float(), 2 * reach + 1, 1, reach)[0, 0] > 0
