"""SelfPose3d: people in space from several views, learnt without any 3D truth (CVPR 2024)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.camera import Camera
from vitruve.core.crops import crop_matrix, to_aspect
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.pictures import cutout, recolour, warp_affine
from vitruve.nn.pose_resnet import RESNET_BLOCKS, PoseAttention, PoseResNet, pose_resnet_sizes
from vitruve.nn.skeletons import Dice
from vitruve.nn.voxel import (
    V2VNet,
    axis_ticks,
    draw_heatmaps,
    gaussian_volume,
    local_maxima,
    project,
    render_heatmaps,
    soft_argmax_3d,
    through_crop,
    unproject,
    v2v_sizes,
    voxel_grid,
)
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.multiview import Located, Look, MultiviewBatch, MultiviewEstimator, Scene

_REACH = 0.5
"""Metres from a true root within which a candidate is that person, where supervised (VoxelPose)."""

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's pixels."""

_GREY = (125 / 255, 122 / 255, 113 / 255)


@dataclass(frozen=True)
class Config:
    """Lengths in metres; volumes have the axes of the floor (x, y) and up. Defaults are the paper's for CMU Panoptic."""

    skeleton: str = "panoptic15"
    view_size: tuple[int, int] = (960, 512)
    """(width, height) of the picture the networks see; heatmaps are a quarter of it."""
    backbone: int = 50
    """Layers of the PoseResNet; 0: no pictures, heatmaps are drawn from given 2D detections."""
    attention: bool = True
    """Soft adaptive supervision attention: the heatmap loss of each view, joint and pixel is weighed by a second network's maps."""
    attention_layers: int = 18
    resnet_width: int = 64
    """First channels of both PoseResNets."""
    deconv_filters: int = 256
    joint_loss: bool = True
    """The L1 loss on matched 2D joints, in the last stage."""
    hard_attention: bool = True
    """It leaves out the view in which a sample errs most."""
    cross_copies: bool = True
    """Poses from one augmented copy are judged in the other; False judges one copy by itself."""
    consistency: bool = True
    """Root volumes of the augmented copies are pulled to that of the plain one."""
    supervision: str = "views"
    """"views" without 3D truth (the paper), or "space": true roots and joints, as VoxelPose is trained (for comparison)."""
    root_channel: bool = True
    """The search for people reads the root's heatmaps only; otherwise all joints' (where supervised)."""
    space: tuple[float, float, float] = (8.0, 8.0, 2.0)
    centre: tuple[float, float, float] = (0.0, -0.5, 0.8)
    voxels: tuple[int, int, int] = (80, 80, 20)
    person_space: tuple[float, float, float] = (2.0, 2.0, 2.0)
    person_voxels: tuple[int, int, int] = (64, 64, 64)
    candidates: int = 10
    threshold: float = 0.3
    """Height of the root volume above which a maximum is a person."""
    widths: tuple[int, int, int, int] = (16, 32, 64, 128)
    """Channels of the volume networks: first convolution, and at each resolution."""
    kernel: int = 7
    """Of their first convolution."""
    beta: float = 100.0
    """Of the soft-argmax."""
    sigma: float = 3.0
    """Of heatmap Gaussians, heatmap pixels."""
    root_sigma: float = 0.2
    root_range: tuple[tuple[float, float], tuple[float, float], tuple[float, float]] = ((2.5, -2.0), (1.5, -1.5), (0.25, -0.3))
    """Where synthetic roots lie: added to the lower and upper end of the space on each axis."""
    root_noise: float = 0.02
    """Of their heatmaps."""
    root_weight: float = 100.0
    consistency_weight: float = 1.0
    attention_weight: float = 0.1
    joint_weight: float = 0.01
    labels: str = "soft"
    """Pseudo 2D poses: "soft" keeps all joints, "hard" drops those scored below 0.05 and poses of fewer than 3 joints."""
    rotation: float = 45.0
    """Largest turn of an augmented copy, degrees."""
    scale: float = 0.35
    """Largest change of its scale."""
    rand_augment: bool = True
    """Up to two changes of colour on each augmented picture."""
    cutout: bool = True
    """2 to 15 squares of 20 to 40 pixels are blotted out of each augmented picture, or of its heatmaps where there are no pictures."""
    min_views: int = 1
    """Copies are drawn anew until every person's root is seen in at least so many views."""
    official_quirks: bool = False
    """As released: what lies behind a camera is projected too, heatmaps of 2D poses have their peak at a whole pixel (cut off, so
    half a pixel to the left and up of where poses are drawn), and hard attention leaves out one view of the whole batch."""

    def __post_init__(self) -> None:
        for name, choices in (
            ("supervision", ("views", "space")),
            ("labels", ("soft", "hard")),
            ("backbone", (0, *RESNET_BLOCKS)),
            ("attention_layers", tuple(RESNET_BLOCKS)),
        ):
            if getattr(self, name) not in choices:
                raise OptionError(f"SelfPose3d {name}={getattr(self, name)!r}: expected one of {', '.join(map(str, choices))}")
        if any(n % 4 for n in (*self.voxels, *self.person_voxels)):
            raise OptionError(f"SelfPose3d voxels={self.voxels}, person_voxels={self.person_voxels}: expected multiples of 4")
        if not self.root_channel and self.supervision == "views":
            raise OptionError("SelfPose3d root_channel=False needs supervision='space': synthetic points have one channel")
        multiple = 32 if self.backbone or self.attention else 4
        if any(n % multiple for n in self.view_size):
            raise OptionError(f"SelfPose3d view_size={self.view_size}: expected multiples of {multiple}")
        if self.threshold < 0 or self.candidates < 2:
            raise OptionError(f"SelfPose3d threshold={self.threshold}, candidates={self.candidates}: expected 0 or more, and 2 or more")

    @property
    def heatmap_size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.view_size[0] // 4, self.view_size[1] // 4


_Config = Config  # what the class below calls by the same name

_POSE = ("backbone.", "pose_net.", "attention.")
_STAGES = (
    Stage("backbone", 20, 4, "adam", 1e-4, schedule=Schedule("step", milestones=(10, 15)), modules=("backbone.",)),
    Stage("root", 3, 1, "adam", 1e-4, schedule=Schedule("step", milestones=(2,)), modules=("root_net.",)),
    # one stage of eight epochs in the paper, whose rate falls as the joint loss sets in, after five
    Stage("pose", 5, 1, "adam", 1e-4, modules=_POSE),
    Stage("joints", 3, 1, "adam", 1e-5, schedule=Schedule("step", milestones=(2,)), modules=_POSE),
)


class SelfPose3d(MultiviewEstimator):
    """Heatmaps of all views into a volume, in which people are found; then a finer volume for each person's joints.

    Training has no 3D truth. The search for people learns from random points in space, drawn into the views. The joints
    learn from being drawn into the views of another augmented copy, where they must meet the 2D poses of a detector; a second
    network, and leaving out the worst view, let them disregard where those are wrong.
    """

    card = Card(
        slug="selfpose3d",
        title="SelfPose3d: Self-Supervised Multi-Person Multi-View 3d Pose Estimation",
        venue="CVPR 2024",
        task="multiview",
        summary="Finds people in calibrated views by volumes of their heatmaps, trained without 2D or 3D truth: synthetic root points, "
        "differentiable rendering into other augmented views, and adaptive attention against wrong pseudo labels.",
        claim="A root network that has seen random points only finds people nearly as well as one trained on true positions; with "
        "noisy pseudo 2D poses, adaptive supervision attention lowers the joint error of cross-view supervision.",
        official="CAMMA-public/SelfPose3d",
        code_licence="CC BY-NC-SA 4.0",
        weights_licence="CC BY-NC-SA 4.0",
        figures=(
            Figure("CMU Panoptic", "AP25 / AP50 / AP100 / AP150", "55.1 / 96.4 / 98.5 / 99.0", "paper, from memory of its table"),
            Figure("CMU Panoptic", "MPJPE (mm)", "24.5", "paper, from memory of its table"),
        ),
    )
    Config = Config
    RECIPE = Recipe(_STAGES, source="authors' configs: backbone_pseudo_hrnet_soft_9videos, cam5_rootnet, cam5_posenet")
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        joints = len(self.skeleton)
        sizes: dict[str, Any] = {"width": c.resnet_width, "filters": (c.deconv_filters,) * 3}
        self.backbone: nn.Module | None = PoseResNet(joints, c.backbone, **sizes) if c.backbone else None
        self.attention: nn.Module | None = PoseAttention(joints, c.attention_layers, inputs=3 if c.backbone else joints, **sizes) if c.attention else None
        self.root_net = V2VNet(1 if c.root_channel else joints, 1, c.widths, c.kernel)
        self.pose_net = V2VNet(joints, joints, c.widths, c.kernel)
        if not c.backbone:
            self.RECIPE = replace(type(self).RECIPE, stages=_STAGES[1:])  # type: ignore[misc]
        self.root = self.skeleton.roots[0] if self.skeleton.landmarks[self.skeleton.roots[0]] == "pelvis" else self.skeleton.index("pelvis")
        self.stage: str | None = None

    # -- the networks ----------------------------------------------------------------------------

    def heatmaps(self, look: Look) -> Float[Tensor, "B V J h w"]:
        """The backbone's answer to the pictures, or the given heatmaps."""
        if self.backbone is not None:
            if look.images is None:
                raise ShapeError(f"selfpose3d with backbone={self.config.backbone} needs pictures; backbone=0 reads heatmaps")
            return self.backbone(look.images.flatten(0, 1)).unflatten(0, look.images.shape[:2])
        if look.heatmaps is None:
            raise ShapeError("selfpose3d with backbone=0 needs heatmaps")
        return look.heatmaps

    def attend(self, look: Look) -> Float[Tensor, "B V J h w"]:
        """How far each pixel of the pseudo labels' heatmaps is to be believed; from heatmaps where there are no pictures (our choice)."""
        assert self.attention is not None
        seen = look.images
        if seen is None:
            assert look.heatmaps is not None
            seen = F.interpolate(look.heatmaps.flatten(0, 1), scale_factor=4.0, mode="bilinear").unflatten(0, look.heatmaps.shape[:2])
        return self.attention(seen.flatten(0, 1)).unflatten(0, seen.shape[:2])

    def _volume(
        self, heatmaps: Tensor, cameras: Camera, crop: Tensor, size: tuple[float, float, float], bins: tuple[int, int, int], centre: Float[Tensor, "B 3"]
    ) -> tuple[Float[Tensor, "B C X Y Z"], Float[Tensor, "B N 3"]]:
        grid = voxel_grid(size, bins, centre)
        return unproject(heatmaps, cameras, crop, grid, self.config.view_size, behind=self.config.official_quirks).unflatten(-1, bins), grid

    def root_volume(self, heatmaps: Float[Tensor, "B V J h w"], cameras: Camera, crop: Float[Tensor, "B 2 3"]) -> Float[Tensor, "B X Y Z"]:
        """Where people's roots are; cameras in the room's axes."""
        c = self.config
        if c.root_channel and heatmaps.shape[2] > 1:
            heatmaps = heatmaps[:, :, self.root : self.root + 1]
        centre = heatmaps.new_tensor(c.centre).expand(len(heatmaps), 3)
        return self.root_net(self._volume(heatmaps, cameras, crop, c.space, c.voxels, centre)[0])[:, 0]

    def propose(self, volume: Float[Tensor, "B X Y Z"]) -> tuple[Float[Tensor, "B K 3"], Float[Tensor, "B K"]]:
        """(places, heights) of the highest maxima of a root volume, room axes."""
        c = self.config
        height, at = local_maxima(volume.detach().float(), c.candidates)
        size = height.new_tensor(c.space)
        return at / (height.new_tensor(c.voxels) - 1) * size + height.new_tensor(c.centre) - size / 2, height

    def poses(
        self, heatmaps: Float[Tensor, "B V J h w"], cameras: Camera, crop: Float[Tensor, "B 2 3"], roots: Float[Tensor, "B K 3"], found: Bool[Tensor, "B K"]
    ) -> Float[Tensor, "B K J 3"]:
        """Joints of each candidate that is somebody, room axes; zeros for the others."""
        c = self.config
        out = []
        for k in range(roots.shape[1]):
            rows = found[:, k].nonzero()[:, 0]
            joints = roots.new_zeros(len(heatmaps), heatmaps.shape[2], 3)
            if len(rows):
                volume, grid = self._volume(heatmaps[rows], cameras[rows], crop[rows], c.person_space, c.person_voxels, roots[rows, k])
                joints = joints.index_put((rows,), soft_argmax_3d(self.pose_net(volume).flatten(2), grid, c.beta))
            out.append(joints)
        return torch.stack(out, 1)

    def forward(self, batch: MultiviewBatch) -> Located:
        heatmaps, cameras = self.heatmaps(batch.look), to_room(batch.cameras)
        roots, height = self.propose(self.root_volume(heatmaps, cameras, batch.look.crop))
        found = height > self.config.threshold
        joints = self.poses(heatmaps, cameras, batch.look.crop, roots, found)
        there = found[..., None].to(roots)
        return Located(_world(joints), there * _world(roots), torch.where(found, height, 0.0))

    # -- training --------------------------------------------------------------------------------

    def start_stage(self, stage: Stage) -> None:
        self.stage = stage.name

    def train(self, mode: bool = True) -> SelfPose3d:
        super().train(mode)
        if mode and self.stage is not None:
            # what a stage does not train stays as it is, its batch statistics too
            resting = {"backbone": (), "root": (self.backbone, self.pose_net, self.attention)}.get(self.stage, (self.root_net,))
            for module in resting:
                if module is not None:
                    module.eval()
        return self

    def losses(self, batch: MultiviewBatch) -> dict[str, Tensor]:
        """Terms of the stage: "backbone" 2D heatmaps, "root" the search for people, "pose" and "joints" the joints; all of them without a stage."""
        if len(batch.copies) != 2:
            raise ShapeError(f"selfpose3d trains on two augmented copies of every sample, found {len(batch.copies)}")
        looks, cameras = (*batch.copies, batch.look), to_room(batch.cameras)
        resting = self.stage == "root"
        with torch.set_grad_enabled(torch.is_grad_enabled() and not resting):
            heatmaps = [self.heatmaps(x) for x in looks]
        terms: dict[str, Tensor] = {}
        if self.backbone is not None and not resting:
            terms["heatmaps"] = torch.stack([F.mse_loss(h, _needed(x.targets, "targets")) for h, x in zip(heatmaps, looks)]).mean()
        if self.stage == "backbone":
            return terms
        if self.stage in (None, "root"):
            terms |= self.root_losses(heatmaps, cameras, looks, batch.people)
        if self.stage == "root":
            return terms
        with torch.no_grad():
            roots, height = self.propose(self.root_volume(heatmaps[2], cameras, looks[2].crop))
        return terms | self.pose_losses(heatmaps, cameras, looks, roots, height > self.config.threshold, batch.people)

    def root_losses(self, heatmaps: list[Tensor], cameras: Camera, looks: tuple[Look, ...], people: Tensor | None) -> dict[str, Tensor]:
        """Section 3.2: synthetic points in every copy, and copies that agree; or true roots."""
        c = self.config
        if c.supervision == "space":
            roots = _room(_needed(people, "people")[:, :, self.root])
            known = roots.isfinite().all(-1)
            target = self.root_target(roots.nan_to_num(0.0), known)
            volumes = [self.root_volume(h, cameras, x.crop) for h, x in zip(heatmaps[:2], looks)]
            return {"roots": c.root_weight * torch.stack([F.mse_loss(v, target) for v in volumes]).sum()}
        synthetic, volumes = [], []
        for x, look in zip(heatmaps, looks):
            floor, height, jitter, noise = (n.to(x) for n in self.draws(len(x), x.shape[1]))
            if c.consistency:
                volumes.append(self.root_volume(x, cameras, look.crop))
            roots = self.scatter(floor, height, jitter)
            found = self.root_volume(self.draw_roots(roots, cameras, look.crop, noise), cameras, look.crop)
            synthetic.append(F.mse_loss(found, self.root_target(roots, torch.ones_like(roots[..., 0], dtype=torch.bool))))
        terms = {"synthetic": c.root_weight * torch.stack(synthetic).sum()}
        if c.consistency:
            one, two, plain = volumes
            terms["consistency"] = c.consistency_weight * (F.mse_loss(one, plain.detach()) + F.mse_loss(two, plain.detach()))
        return terms

    def draws(self, size: int, views: int) -> tuple[Float[Tensor, "B P 2"], Float[Tensor, "B 1"], Float[Tensor, "B P"], Float[Tensor, "B V 1 h w"]]:
        """What synthetic roots, 1 to `candidates` - 1 of each sample, are made from by :meth:`scatter`, and the noise of :meth:`draw_roots`."""
        count, (w, h) = int(torch.randint(1, self.config.candidates, (1,))), self.config.heatmap_size
        return torch.rand(size, count, 2), torch.rand(size, 1), torch.randn(size, count), torch.randn(size, views, 1, h, w)

    def scatter(self, floor: Float[Tensor, "B P 2"], height: Float[Tensor, "B 1"], jitter: Float[Tensor, "B P"]) -> Float[Tensor, "B P 3"]:
        """Synthetic roots from uniform numbers (place, and one height for all of a sample) and normal ones (5 cm about it), room axes."""
        c = self.config
        low = [m - s / 2 + r[0] for m, s, r in zip(c.centre, c.space, c.root_range)]
        high = [m + s / 2 + r[1] for m, s, r in zip(c.centre, c.space, c.root_range)]
        xy = floor.new_tensor(low[:2]) + floor * (floor.new_tensor(high[:2]) - floor.new_tensor(low[:2]))
        return torch.cat([xy, (low[2] + height * (high[2] - low[2]) + 0.05 * jitter)[..., None]], -1)

    def root_target(self, roots: Float[Tensor, "B P 3"], present: Bool[Tensor, "B P"]) -> Float[Tensor, "B X Y Z"]:
        """The volume that is to be found for these roots, room axes."""
        c = self.config
        ticks = [t + m for t, m in zip(axis_ticks(c.space, c.voxels), c.centre)]
        return gaussian_volume(roots, ticks, c.root_sigma, present)

    def draw_roots(self, roots: Float[Tensor, "B P 3"], cameras: Camera, crop: Float[Tensor, "B 2 3"], noise: Float[Tensor, "B V 1 h w"]) -> Tensor:
        """Heatmaps (B, V, 1, h, w) of synthetic roots, with noise."""
        seen = self.into_views(roots[:, :, None], cameras, crop)
        return (render_heatmaps(seen / 4, self.config.heatmap_size, self.config.sigma) + self.config.root_noise * noise).clamp(0.0, 1.0)

    def into_views(self, joints: Float[Tensor, "B P J 3"], cameras: Camera, crop: Float[Tensor, "B 2 3"]) -> Float[Tensor, "B V P J 2"]:
        """Joints in space as network pixels of every view; NaN behind a camera."""
        pixels = project(joints.flatten(1, 2), cameras, behind=self.config.official_quirks)
        return through_crop(crop, pixels).unflatten(2, joints.shape[1:3])

    def pose_losses(
        self, heatmaps: list[Tensor], cameras: Camera, looks: tuple[Look, ...], roots: Tensor, found: Tensor, people: Tensor | None
    ) -> dict[str, Tensor]:
        """Sections 3.3 and 3.4: joints found in one copy, judged in the other; or the true joints."""
        c = self.config
        # where nobody is found the loss still hangs on the network, with no slope
        nothing = 0.0 * self.pose_net.output_layer.bias.sum()  # type: ignore[union-attr]
        joints = [self.poses(heatmaps[i], cameras, looks[i].crop, roots, found) + nothing for i in range(2 if c.cross_copies else 1)]
        if c.supervision == "space":
            return {"joints": torch.stack([self.true_joint_loss(x, roots, found, people) for x in joints]).sum()}
        judged = [1, 0] if c.cross_copies else [0]
        seen = [self.into_views(x, cameras, looks[i].crop) for x, i in zip(joints, judged)]
        rendered = [render_heatmaps(x / 4, c.heatmap_size, c.sigma, found) for x in seen]
        errors = [(_needed(looks[i].targets, "targets") - r).square() for i, r in zip(judged, rendered)]
        terms: dict[str, Tensor] = {}
        if self.attention is not None and c.cross_copies:
            attention = [self.attend(looks[i]) for i in judged]
            terms["attention"] = c.attention_weight * torch.stack([(1 - a).square().mean() for a in attention]).sum()
            errors = [e * a for e, a in zip(errors, attention)]
        there = found.any().to(errors[0])
        terms = {"rendering": there * torch.stack([e.mean() for e in errors]).sum(), **{k: there * v for k, v in terms.items()}}
        if c.joint_loss and c.cross_copies and self.stage in (None, "joints"):
            matched = [self.matched_joint_loss(x, looks[i], found) for x, i in zip(seen, judged)]
            terms["matched_joints"] = c.joint_weight * there * torch.stack(matched).sum()
        return terms

    def matched_joint_loss(self, seen: Float[Tensor, "B V P J 2"], look: Look, found: Bool[Tensor, "B P"]) -> Tensor:
        """L1 distance of drawn joints to the pseudo 2D poses they match best, shares of the picture, without each sample's worst view."""
        from scipy.optimize import linear_sum_assignment

        c = self.config
        goal, visible = _needed(look.joints, "joints"), _needed(look.visible, "visible")
        size = seen.new_tensor(c.view_size)
        shown = seen.isfinite().flatten(-2).all(-1)
        at = torch.where(shown[..., None, None], seen, 0.0)
        cost = ((at[:, :, None] - goal[:, :, :, None]) / size).abs() * visible[:, :, :, None, :, None]
        cost = cost.flatten(-2).mean(-1)
        somebody = (goal.flatten(-2).sum(-1) != 0).sum(-1).tolist()
        losses = []
        for b in range(len(seen)):
            columns = found[b].nonzero()[:, 0]
            for v in range(seen.shape[1]):
                pairs, usable = cost[b, v, : somebody[b][v]][:, columns], shown[b, v, columns]
                row, column = linear_sum_assignment(torch.where(usable, pairs, 1e3).detach().float().cpu().numpy())
                losses.append((pairs * usable)[row, column].sum())
        loss = torch.stack(losses).unflatten(0, seen.shape[:2])
        if not c.hard_attention:
            return loss.mean()
        if c.official_quirks:
            return (loss.sum() - loss.max()) / (loss.numel() - 1)
        return (loss.sum() - loss.amax(1).sum()) / (len(loss) * (loss.shape[1] - 1))

    def true_joint_loss(self, joints: Float[Tensor, "B K J 3"], roots: Float[Tensor, "B K 3"], found: Bool[Tensor, "B K"], people: Tensor | None) -> Tensor:
        """Mean distance along the axes (metres) of candidates near a true root to that person's known joints (VoxelPose)."""
        truth = _room(_needed(people, "people"))
        near = (roots[:, :, None] - truth[:, None, :, self.root]).norm(dim=-1).nan_to_num(torch.inf)
        least, who = near.min(-1)
        goal = truth.gather(1, who[..., None, None].expand(-1, -1, *truth.shape[2:]))
        counts = (found & (least < _REACH))[..., None, None] & goal.isfinite()
        return (torch.where(counts, (joints - goal.nan_to_num(0.0)).abs(), 0.0)).sum() / counts.sum().clamp_min(1)

    # -- from scenes to samples ------------------------------------------------------------------

    def prepare(self, scene: Scene, frame: int, generator: torch.Generator | None = None) -> MultiviewBatch:
        """One moment: plain, and with a generator also two augmented copies, the same in all views."""
        c = self.config
        points, scores = scene.points[frame], scene.confidence[frame]
        if c.labels == "hard":
            scores = torch.where(scores < 0.05, 0.0, scores)
            scores = scores * ((scores > 0).sum(-1, keepdim=True) >= 3)
        points = torch.where((scores > 0)[..., None], points, torch.nan)
        assert scene.cameras.image_size is not None
        image = torch.tensor(scene.cameras.image_size, dtype=torch.float32)
        size = to_aspect(image, c.view_size[0] / c.view_size[1])
        plain = crop_matrix(image / 2, size, c.view_size)
        copies: list[Tensor] = []
        dice = Dice(generator) if generator is not None else None
        if dice is not None:
            for _ in range(10):
                copies = [self._augmented_crop(image, size, dice) for _ in range(2)]
                if all(self._all_seen(points, crop) for crop in copies):
                    break
        images = None if scene.images is None or not c.backbone else scene.images[frame]
        return MultiviewBatch(
            Camera.stack([scene.cameras]),
            self._look(points, scores, images, plain),
            tuple(self._look(points, scores, images, crop, dice) for crop in copies),
            self._people(scene, frame)[None] if c.supervision == "space" else None,
        )

    def _augmented_crop(self, image: Float[Tensor, " 2"], size: Float[Tensor, " 2"], dice: Dice) -> Float[Tensor, "2 3"]:
        """The box grows by up to `scale` (people look smaller) or shrinks by up to half of it, and every other one is turned."""
        c = self.config
        by = dice.uniform(min(0.1, c.scale), c.scale)
        by = by if dice.happens(0.5) else -by / 2
        turn = math.radians(dice.uniform(-c.rotation, c.rotation)) if dice.happens(0.5) else 0.0
        return crop_matrix(image / 2, size * (1 + by), c.view_size, turn)

    def _all_seen(self, points: Float[Tensor, "V P J 2"], crop: Float[Tensor, "2 3"]) -> bool:
        """Whether the views that show most roots show as many as people were found in any view."""
        roots = through_crop(crop[None], points[None, :, :, self.root])[0]
        inside = ((roots >= 0) & (roots < roots.new_tensor(self.config.view_size))).all(-1).sum(-1)
        people = points.isfinite().all(-1).any(-1).sum(-1).max()
        best = inside.sort(descending=True).values[: self.config.min_views]
        return int(best.float().mean()) == int(people)

    def _look(self, points: Tensor, scores: Tensor, images: Tensor | None, crop: Float[Tensor, "2 3"], dice: Dice | None = None) -> Look:
        c = self.config
        at = through_crop(crop[None], points[None])[0]
        size = at.new_tensor(c.view_size)
        visible = ((at >= 0) & (at < size)).all(-1).to(at)
        # the release keeps as many people as there are candidates; nobody's row is zero, and such rows come last
        somebody = visible.any(-1)
        order = somebody.to(torch.int8).argsort(dim=1, descending=True, stable=True)[:, : c.candidates]
        at, visible, peak = (x.gather(1, order.reshape(*order.shape, *[1] * (x.ndim - 2)).expand(-1, -1, *x.shape[2:])) for x in (at, visible, scores))
        pad = c.candidates - order.shape[1]
        at, visible, peak = F.pad(at.nan_to_num(0.0), (0, 0, 0, 0, 0, pad)), F.pad(visible, (0, 0, 0, pad)), F.pad(peak, (0, 0, 0, pad))
        at = torch.where(visible.any(-1)[..., None, None], at, 0.0)
        targets = draw_heatmaps(at / 4, c.heatmap_size, c.sigma, visible, c.official_quirks)
        heatmaps = draw_heatmaps(at / 4, c.heatmap_size, c.sigma, visible * peak.clamp(0.0, 1.0), c.official_quirks)
        shown = None
        if images is not None:
            shown = warp_affine(images, crop, c.view_size)
            if dice is not None and c.rand_augment:
                shown = torch.stack([recolour(x, dice) for x in shown])
            if dice is not None and c.cutout:
                shown = cutout(shown, dice, 1.0, shown.new_tensor(_GREY)[:, None, None])
            shown = (shown - shown.new_tensor(_MEAN)[:, None, None]) / shown.new_tensor(_STD)[:, None, None]
        elif dice is not None and c.cutout:
            heatmaps = cutout(heatmaps, dice, 1 / 4, 0.0)
        one = Look(crop[None], None, None if shown is None else shown[None], targets[None], at[None], visible[None])
        return one if shown is not None else replace(one, heatmaps=heatmaps[None])

    def _people(self, scene: Scene, frame: int) -> Float[Tensor, "N J 3"]:
        if scene.truth is None:
            raise OptionError("supervision='space' needs scenes with truth")
        people = scene.truth.map_to(self.skeleton).positions[:, frame][: self.config.candidates]
        return F.pad(people, (0, 0, 0, 0, 0, self.config.candidates - len(people)), value=torch.nan)

    # -- for the contract tests and checkpoints --------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        known = {k: facts[k] for k in ("skeleton", "view_size", "space", "centre", "candidates", "root_range") if k in facts}
        return cls.Config(**known, backbone=50 if facts.get("images") else 0)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "other joints": {"skeleton": "panoptic19"},
            "larger pictures": {"view_size": (96, 64)},
            "pictures": {"backbone": 18},
            "attention": {"attention": True},
            "deeper attention": {"attention": True, "attention_layers": 34},
            "wider ResNets": {"attention": True, "resnet_width": 8},
            "wider deconvolutions": {"attention": True, "deconv_filters": 8},
            "attention weight": {"attention": True, "attention_weight": 1.0},
            "no joint loss": {"joint_loss": False},
            "no hard attention": {"hard_attention": False},
            "one copy": {"cross_copies": False},
            "consistency": {"consistency": True},
            "consistency weight": {"consistency": True, "consistency_weight": 2.0},
            "true positions": {"supervision": "space"},
            "all channels find roots": {"root_channel": False, "supervision": "space"},
            "larger space": {"space": (6.0, 5.0, 2.0)},
            "space elsewhere": {"centre": (0.2, 0.0, 1.0)},
            "finer space": {"voxels": (8, 8, 8)},
            "larger people": {"person_space": (2.5, 2.0, 2.0)},
            "finer people": {"person_voxels": (8, 8, 12)},
            "more people": {"candidates": 4},
            "surer": {"threshold": 100.0},
            "wider": {"widths": (4, 8, 8, 16)},
            "larger kernel": {"kernel": 7},
            "softer": {"beta": 10.0},
            "wider heatmaps": {"sigma": 2.0},
            "wider roots": {"root_sigma": 0.4},
            "roots elsewhere": {"root_range": ((1.0, 0.0), (0.0, 0.0), (0.0, 0.0))},
            "cleaner roots": {"root_noise": 0.0},
            "root weight": {"root_weight": 1.0},
            "joint weight": {"joint_weight": 0.1},
            "hard labels": {"labels": "hard"},
            "no turn": {"rotation": 0.0},
            "no change of scale": {"scale": 0.0},
            "no cutout": {"cutout": False},
            "as released": {"official_quirks": True},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # how pictures become batches, and what copies are drawn anew
        return ("rand_augment", "min_views")

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(
            view_size=(64, 64),
            backbone=0,
            attention=False,
            consistency=False,
            resnet_width=4,
            deconv_filters=4,
            space=(5.0, 5.0, 2.0),
            centre=(0.0, 0.0, 1.0),
            voxels=(8, 8, 4),
            person_voxels=(8, 8, 8),
            candidates=2,
            threshold=0.0,
            widths=(4, 4, 8, 8),
            kernel=3,
            sigma=1.0,
            root_sigma=0.5,
            root_range=((0.5, -0.5), (0.5, -0.5), (0.3, -0.3)),
        )

    def example_batch(self, size: int, generator: torch.Generator) -> MultiviewBatch:
        """Two people drawn at random amid three cameras, seen as a detector might."""
        from vitruve.core.poses import Poses

        eyes = [torch.tensor([3.5 * math.cos(a), 1.6, 3.5 * math.sin(a)]) for a in (0.3, 2.4, 4.5)]
        cameras = Camera.stack([Camera.look_at(e, torch.tensor([0.0, 0.9, 0.0]), (128, 128), focal=90.0) for e in eyes])
        joints = len(self.skeleton)
        where = torch.tensor([[-0.8, 0.9, 0.0], [0.9, 0.9, 0.3]]) + 0.3 * torch.randn(size, 2, 3, generator=generator)
        people = where[:, :, None] + 0.25 * torch.randn(size, 2, joints, 3, generator=generator)
        pixels = project(people.flatten(1, 2), Camera.stack([cameras] * size)).unflatten(2, (2, joints))
        scores = torch.rand(pixels.shape[:-1], generator=generator).pow(4)
        images = torch.rand(size, 3, 3, 128, 128, generator=generator) if self.config.backbone else None
        scene = Scene(pixels, scores, cameras, self.skeleton, Poses(people.transpose(0, 1), self.skeleton), images)
        return MultiviewBatch.collate([self.prepare(scene, t, generator) for t in range(size)])

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> SelfPose3d:
        """Read the authors' weights of any stage that has both volume networks; sizes come from the shapes, what they do not say is the default."""
        state = read_checkpoint(checkpoint)
        try:
            sizes = _config_of(state)
        except KeyError as e:
            raise FormatError("checkpoint", f"not a SelfPose3d checkpoint: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**sizes, "official_quirks": True, **config}))
        load_strictly(model, rename(state))
        return model.eval()


def rename(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The authors' keys to ours."""
    return {k.replace("v2v_net.", "", 1).replace("attn.", "attention.", 1) if not k.startswith("backbone.") else k: v for k, v in state.items()}


def _config_of(state: Mapping[str, Tensor]) -> dict[str, Any]:
    widths, kernel = v2v_sizes(state, "pose_net.v2v_net.")
    joints = len(state["pose_net.v2v_net.output_layer.weight"])
    found: dict[str, Any] = {"widths": widths, "kernel": kernel}
    found["root_channel"] = state["root_net.v2v_net.front_layers.0.block.0.weight"].shape[1] == 1
    names = {15: "panoptic15", 17: "coco17", 19: "panoptic19"}
    if joints in names:
        found["skeleton"] = names[joints]
    for part, prefix in (("backbone", "backbone."), ("attention_layers", "attn.backbone.")):
        there = any(k.startswith(prefix) for k in state)
        if there:
            sizes = pose_resnet_sizes(state, prefix)
            found |= {part: sizes["layers"], "resnet_width": sizes["width"], "deconv_filters": sizes["filters"][0]}
        elif part == "backbone":
            found["backbone"] = 0
        else:
            found["attention"] = False
    return found


def _needed(value: Tensor | None, name: str) -> Tensor:
    if value is None:
        raise ShapeError(f"selfpose3d: the batch has no {name}")
    return value


# volumes have the room's axes: x and y along the floor, z up. No product of matrices, which autocast would round.
def _room(x: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3"]:
    """Our world's axes (y up) to the room's."""
    return x[..., [0, 2, 1]] * x.new_tensor([1.0, -1.0, 1.0])


def _world(x: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3"]:
    """The room's axes to our world's."""
    return x[..., [0, 2, 1]] * x.new_tensor([1.0, 1.0, -1.0])


def to_room(cameras: Camera) -> Camera:
    """Cameras of the room, whose z points up, from those of our world."""
    return replace(cameras, rotation=_room(cameras.rotation))


def to_world(cameras: Camera) -> Camera:
    """Cameras of our world from those of the room, whose z points up."""
    return replace(cameras, rotation=_world(cameras.rotation))
