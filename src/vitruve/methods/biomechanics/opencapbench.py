"""OpenCapBench and SynthPose: pose networks judged by joint angles, and taught anatomical markers on synthetic people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vitruve.core import timeline
from vitruve.core.camera import Camera
from vitruve.core.crops import box_of_points
from vitruve.core.geometry import dlt
from vitruve.core.poses import Poses
from vitruve.core.standards import skeleton as standard
from vitruve.core.windows import still_window
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.codecs import HeatmapCodec, flip_heatmaps
from vitruve.nn.pose_resnet import RESNET_BLOCKS, PoseResNet, pose_resnet_sizes
from vitruve.tasks.biomechanics import SETS, MarkerBatch, MarkerDetector, mirrored
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint

RATE = 100.0
"""Frames a second of markers and angles."""
RESTLESS = ("r_lelbow", "l_lelbow", "r_melbow", "l_melbow", "r_knee", "l_knee", "r_mknee", "l_mknee", "r_toe", "l_toe")
"""Markers that the release leaves out when it looks for somebody standing still."""


@dataclass(frozen=True)
class Config:
    """Defaults are the paper's larger network, ViTPose-H at 256 x 192; its other one, HRNet-W48, is not here."""

    markers: str = "synthpose52"
    """"synthpose52": COCO's joints and 35 anatomical markers; "coco17": the joints alone (the sparse baseline)."""
    backbone: str = "vitpose"
    """"vitpose", or "resnet": a ResNet with three deconvolutions, for small machines."""
    input_size: tuple[int, int] = (192, 256)
    """Width and height of the picture, pixels."""
    hidden: int = 1280
    """ViTPose: channels."""
    depth: int = 32
    heads: int = 16
    mlp_ratio: int = 4
    layers: int = 50
    """ResNet: layers."""
    width: int = 64
    """ResNet: channels of the first convolution; the others follow."""
    filters: int = 256
    """Channels of the deconvolutions."""
    sigma: float = 2.0
    """Of the heatmaps' peaks, heatmap pixels."""
    codec: str = "dark"
    """How heatmaps are made and read: "msra", "dark" or "udp"."""
    pretrained_joints: bool = True
    """The recipe's first stage learns COCO's joints alone, from which the markers are then learned; without, there is nothing to tune."""
    flip_test: bool = True
    """Average with the mirrored answer to the mirrored picture."""
    cutoff: float = 30.0
    """Hz: keypoints are filtered before they are triangulated; cut to just below half the frame rate."""
    min_confidence: float = 0.3
    """Keypoints below it count as not seen."""
    official_quirks: bool = False
    """The release's markers: points that fewer than two views see are zeros, gaps of 5 frames or more and at the ends stay zeros, and
    resampling to 100 Hz runs on past the last frame."""

    def __post_init__(self) -> None:
        for name, choices in (("markers", tuple(SETS)), ("backbone", ("vitpose", "resnet")), ("codec", ("msra", "dark", "udp"))):
            if getattr(self, name) not in choices:
                raise OptionError(f"OpenCapBench {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        step = 32 if self.backbone == "resnet" else 16
        if any(n % step for n in self.input_size):
            raise OptionError(f"OpenCapBench input_size={self.input_size}: expected multiples of {step}")
        if self.hidden % self.heads:
            raise OptionError(f"OpenCapBench hidden={self.hidden}: expected a multiple of heads={self.heads}")
        if self.layers not in RESNET_BLOCKS:
            raise OptionError(f"OpenCapBench layers={self.layers}: expected one of {', '.join(map(str, RESNET_BLOCKS))}")


_Config = Config  # what the class below calls by the same name


class OpenCapBench(MarkerDetector):
    """A heatmap network fine-tuned to a denser set of keypoints, and what OpenCapBench makes of them: markers, then joint angles.

    >>> import torch
    >>> model = OpenCapBench(OpenCapBench.tiny_config()).eval()
    >>> model.detect(torch.rand(1, 3, 64, 64))[0].shape
    torch.Size([1, 17, 2])
    """

    card = Card(
        slug="opencapbench",
        title="OpenCapBench: A Benchmark to Bridge Pose Estimation and Biomechanics",
        venue="arXiv 2024",
        task="biomechanics",
        summary="Judges pose networks by what clinicians read: keypoints of two cameras are triangulated, OpenSim fits a musculoskeletal model "
        "to them, and joint angles are compared with those of marker-based motion capture. SynthPose teaches a pre-trained network a denser "
        "set of keypoints, with 35 anatomical markers, on synthetic people whose skin knows where they are.",
        claim="Joints of COCO are too few for joint angles: with the dense markers of SynthPose the errors are about half as large.",
        official="StanfordMIMI/OpenCapBench",
        code_licence="MIT",
        figures=(Figure("OpenCap", "joint angle errors with SynthPose, relative to COCO keypoints", "about half", "abstract"),),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(
            Stage("joints", epochs=210, batch_size=64, lr=5e-4, schedule=Schedule("step", milestones=(170, 200), warmup=0.5, per_step=True)),
            Stage("markers", epochs=20, batch_size=64, lr=5e-4, schedule=Schedule("step", milestones=(17, 19), warmup=0.5, per_step=True)),
        ),
        source="mmpose's 210-epoch recipe, which the release starts from; its fine-tuning was stopped after 10 to 30 epochs",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        joints = len(SETS[c.markers])
        self.network: nn.Module
        if c.backbone == "resnet":
            self.network = PoseResNet(joints, c.layers, width=c.width, filters=(c.filters,) * 3)
        else:
            self.network = _vitpose(c, joints)
        w, h = c.input_size
        self.codec = HeatmapCodec(c.input_size, (w // 4, h // 4), c.sigma, c.codec)  # type: ignore[arg-type]
        self.only_joints = False

    def start_stage(self, stage: Stage) -> None:
        self.only_joints = stage.name == "joints" and self.config.pretrained_joints

    def forward(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B K h w"]:
        """Heatmaps, a quarter of the pictures' size; RGB from 0 to 1."""
        if tuple(images.shape[-2:]) != self.config.input_size[::-1]:
            raise ShapeError(f"opencapbench reads pictures of {self.config.input_size} (width, height), found {tuple(images.shape[-2:])[::-1]}")
        x = (images - images.new_tensor(_MEAN)[:, None, None]) / images.new_tensor(_STD)[:, None, None]
        return self.network(x).heatmaps if self.config.backbone == "vitpose" else self.network(x)

    def losses(self, batch: MarkerBatch) -> dict[str, Tensor]:
        """Squared error of the heatmaps, over visible keypoints; in the stage "joints" over those of COCO."""
        assert batch.keypoints is not None and batch.visible is not None
        target = self.codec.encode(batch.keypoints, batch.visible)
        maps, (wanted,), weights = self(batch.images), target.maps, target.weights
        if self.only_joints:
            n = len(SETS["coco17"])
            maps, wanted, weights = maps[:, :n], wanted[:, :n], weights[:, :n]
        # scaled by the height of the maps: the sum over a peak, not the mean over a map that is nearly all zeros
        return {"heatmap": ((maps - wanted).square().mean((-1, -2)) * weights).mean() * wanted.shape[-2]}

    def heatmaps(self, images: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B K h w"]:
        """Heatmaps with the config's flip averaging."""
        maps = self(images).float()
        if self.config.flip_test:
            maps = (maps + flip_heatmaps(self(images.flip(-1)).float(), mirrored(self.skeleton), shift=self.config.codec != "udp")) / 2
        return maps

    def detect(self, images: Float[Tensor, "B 3 H W"]) -> tuple[Float[Tensor, "B K 2"], Float[Tensor, "B K"]]:
        return self.codec.decode(self.heatmaps(images))

    def widen(self, markers: str = "synthpose52") -> OpenCapBench:
        """The same network with a head for a denser set: the keypoints it knows keep their weights, new ones start at random."""
        made = OpenCapBench(replace(self.config, markers=markers))
        state, fresh = self.state_dict(), made.state_dict()
        here = {n: i for i, n in enumerate(self.skeleton.joints)}
        rows = [(i, here[n]) for i, n in enumerate(made.skeleton.joints) if n in here]
        for key, value in state.items():
            if fresh[key].shape == value.shape:
                fresh[key] = value
            else:
                for new, old in rows:
                    fresh[key][new] = value[old]
        made.load_state_dict(fresh)
        return made

    # -- to markers --------------------------------------------------------------------------------

    def markers(self, views: Sequence[Poses], cameras: Sequence[Camera]) -> Poses:
        """Markers (1, T, K, 3) at 100 frames a second, metres, in the cameras' world: see :func:`markers_from_views`."""
        return markers_from_views(views, cameras, self.config)

    # -- for the contract tests ---------------------------------------------------------------------

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        return {
            "dense": {"markers": "synthpose52"},
            "ViTPose": {"backbone": "vitpose"},
            "another size": {"input_size": (64, 96)},
            "wider ViTPose": {"backbone": "vitpose", "hidden": 32},
            "deeper ViTPose": {"backbone": "vitpose", "depth": 3},
            "more heads": {"backbone": "vitpose", "heads": 4},
            "wider feed-forward": {"backbone": "vitpose", "mlp_ratio": 4},
            "deeper ResNet": {"layers": 34},
            "wider ResNet": {"width": 16},
            "narrower deconvolutions": {"filters": 16},
            "wider peaks": {"sigma": 3.0},
            "quarter pixels": {"codec": "msra"},
            "unbiased": {"codec": "udp"},
            "no flip test": {"flip_test": False},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # they act between the views (cutoff, min_confidence, official_quirks) and between the recipe's stages
        return ("cutoff", "min_confidence", "official_quirks", "pretrained_joints")

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config("coco17", "resnet", (64, 64), layers=18, width=8, filters=32, hidden=16, depth=2, heads=2, mlp_ratio=2)

    def example_batch(self, size: int, generator: torch.Generator) -> MarkerBatch:
        w, h = self.config.input_size
        joints = len(self.skeleton)
        keypoints = torch.rand(size, joints, 2, generator=generator) * torch.tensor([w - 1.0, h - 1.0])
        images = torch.rand(size, 3, h, w, generator=generator)
        return MarkerBatch(images, keypoints, torch.ones(size, joints))

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> OpenCapBench:
        """Read the released SynthPose weights (transformers' ViTPose, .safetensors), or a PoseResNet's; sizes come from the shapes.

        `config` must give the `heads` of a ViTPose that has not 64 channels a head (12 for base, 16 for huge), and `input_size`
        where it is not 192 x 256.

        Raises FormatError where entries are missing, left over or of another shape.
        """
        state = read_checkpoint(checkpoint)
        where = "checkpoint" if isinstance(checkpoint, Mapping) else str(checkpoint)
        try:
            sizes = _vitpose_sizes(state) if any(k.startswith("backbone.") for k in state) else _resnet_sizes(state)
        except KeyError as e:
            raise FormatError(where, f"neither ViTPose nor PoseResNet: no entry {e.args[0]!r}") from None
        joints = {len(s): name for name, s in SETS.items()}
        if sizes["joints"] not in joints:
            raise FormatError(where, f"{sizes['joints']} keypoints; expected one of {', '.join(map(str, joints))}")
        given = {"markers": joints[sizes.pop("joints")], "codec": "udp" if sizes["backbone"] == "vitpose" else "dark", **sizes, **config}
        model = cls(Config(**given))
        load_strictly(model.network, state, where)
        return model.eval()


_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _vitpose(c: Config, joints: int) -> nn.Module:
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation

    w, h = c.input_size
    backbone = VitPoseBackboneConfig(  # type: ignore[call-arg]
        image_size=[h, w],
        patch_size=[16, 16],
        hidden_size=c.hidden,
        num_hidden_layers=c.depth,
        num_attention_heads=c.heads,
        mlp_ratio=c.mlp_ratio,
        num_experts=1,
        out_indices=[c.depth],
    )
    return VitPoseForPoseEstimation(VitPoseConfig(backbone_config=backbone, num_labels=joints, use_simple_decoder=False))  # type: ignore[call-arg]


def _vitpose_sizes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    hidden = state["backbone.embeddings.position_embeddings"].shape[-1]
    return {
        "backbone": "vitpose",
        "joints": len(state["head.conv.weight"]),
        "hidden": hidden,
        "depth": len({k.split(".")[3] for k in state if k.startswith("backbone.encoder.layer.")}),
        "heads": 16 if hidden == 1280 else max(hidden // 64, 1),
        "mlp_ratio": len(state["backbone.encoder.layer.0.mlp.fc1.bias"]) // hidden,
    }


def _resnet_sizes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    found = pose_resnet_sizes(state)
    return {"backbone": "resnet", "joints": found["joints"], "layers": found["layers"], "width": found["width"], "filters": found["filters"][0]}


# -- the benchmark's steps from keypoints to markers ---------------------------------------------------------


def wholebody_to_openpose(keypoints: Float[Tensor, "F K 2"], scores: Float[Tensor, "F K"]) -> Float[Tensor, "F 25 3"]:
    """The first K joints of COCO-WholeBody as OpenPose's 25, with scores: neck and middle of the hips are means, as sure as the less sure one."""
    mapped = standard("wholebody133").select(range(keypoints.shape[1])).map_to(standard("openpose25"))
    return torch.cat([mapped(keypoints), mapped.confidence(scores)[..., None]], -1)


def person_boxes(keypoints: Float[Tensor, "F K 2"]) -> Float[Tensor, "F 4"]:
    """Boxes (x, y, width, height) of keypoints, raised by 5 % of the height for the head; a coordinate of 0 is missing, as in the release."""
    box = box_of_points(torch.where(keypoints == 0, torch.nan, keypoints))
    height = box[:, 3] - box[:, 1]
    raised = torch.stack([box[:, 0], (box[:, 1] - 0.05 * height).clamp_min(0), box[:, 2] - box[:, 0], 1.05 * height], -1)
    return raised.nan_to_num(0.0)


def nearest_moment(person: Float[Tensor, "F K 3"], least: float = 0.6) -> tuple[float, int]:
    """Area of a person's largest box and its frame, of those whose mean confidence passes `least`; 0 where none does.

    Frames with fewer than ten keypoints above 0.4 do not count, where others have more (benchmarking/tracking.py).
    """
    box, confidence = person_boxes(person[..., :2]), person[..., 2].masked_fill(person[..., 2] == 0, torch.nan)
    area, well = box[:, 2] * box[:, 3], (confidence > 0.4).sum(-1) >= 10
    if well.any():
        area = area * well
    area = area * (confidence.nanmean(-1) > least)
    return float(area.max()), int(area.argmax())


def follow(people: Float[Tensor, "P F K 3"], image_size: tuple[int, int]) -> Float[Tensor, "F K 3"]:
    """The person nearest to the camera, from that moment on and back for as long as their box does not jump; zeros beyond.

    A jump moves a box's corners by more than a fifth of the picture's mean side. Rows are x, y, confidence, 0 where missing; people
    keep their place among the others, as a top-down detector's do (benchmarking/tracking.py).
    """
    areas, frames = zip(*(nearest_moment(p) for p in people))
    who = int(np.argmax(areas))
    if areas[who] == 0:
        return torch.zeros_like(people[0])
    box = person_boxes(people[who, ..., :2])
    corners = torch.cat([box[:, :2], box[:, :2] + box[:, 2:]], -1)
    jumps = corners.diff(dim=0).norm(dim=-1) > 0.2 * sum(image_size) / 2
    # the number of jumps before a frame is the same along the run that holds the moment
    run = torch.cat([jumps.new_zeros(1, dtype=torch.long), jumps.cumsum(0)])
    return people[who] * (run == run[frames[who]])[:, None, None]


def subject(view: Poses) -> Poses:
    """A view of one person: the one of several whom :func:`follow` follows; OptionError where the picture's size is not known."""
    if view.num_people == 1:
        return view
    if view.image_size is None:
        raise OptionError(f"markers: {view.num_people} people in a view without image_size; expected one person, or the picture's size")
    found = follow(torch.cat([view.positions.nan_to_num(0.0), view.confidence[..., None]], -1), view.image_size)
    return Poses(found[None, ..., :2], view.skeleton, view.fps, found[None, ..., 2], name=view.name, image_size=view.image_size)


def lab_to_opensim(markers: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3"]:
    """Points of OpenCap's checkerboard frame in OpenSim's: turned by 90 degrees about y, then by 180 about z."""
    y, z = (torch.tensor(v, dtype=markers.dtype) for v in ((0.0, torch.pi / 2, 0.0), (0.0, 0.0, torch.pi)))
    return markers @ (roma.rotvec_to_rotmat(z) @ roma.rotvec_to_rotmat(y)).mT


def still_range(markers: Float[Tensor, "T K 3"], names: Sequence[str], fps: float = RATE) -> tuple[float, float]:
    """(start, end), seconds, of the time in which somebody stands most still: what a model is scaled by."""
    calm = [i for i, name in enumerate(names) if name not in RESTLESS]
    first, last = still_window(markers[:, calm], fps)
    return first / fps, last / fps


def low_pass(keypoints: Float[Tensor, "K T 2"], fps: float, cutoff: float) -> Float[Tensor, "K T 2"]:
    """Zero-lag Butterworth of order 4 over time; a cut-off at or over half the rate is set just below it."""
    k, t, _ = keypoints.shape
    flat = keypoints.double().permute(1, 0, 2).reshape(t, -1).numpy()
    out = timeline.low_pass(flat, fps, cutoff if cutoff < fps / 2 else 0.99 * fps / 2, order=4)
    return torch.from_numpy(out).reshape(t, k, 2).permute(1, 0, 2)


def fill_views(keypoints: Float[Tensor, "K T 2"], known: Tensor) -> Float[Tensor, "K T 2"]:
    """Unseen keypoints between seen ones, linearly in time, so that the filter does not ring there; beyond them the nearest."""
    out = keypoints.clone().numpy()
    for k, seen in enumerate(known.numpy()):
        at = np.flatnonzero(seen)
        if 0 < len(at) < len(seen):
            for axis in range(2):
                out[k, :, axis] = np.interp(np.arange(len(seen)), at, out[k, at, axis])
    return torch.from_numpy(out)


def undistort_views(keypoints: Float[Tensor, "V K T 2"], rig: Camera) -> Float[Tensor, "V K T 2"]:
    """Pixels without the lens; five rounds, as OpenCV."""
    return rig.undistort(keypoints.flatten(1, 2), iterations=5).reshape(keypoints.shape)


def triangulate_views(
    keypoints: Float[Tensor, "V K T 2"], confidence: Float[Tensor, "V K T"], rig: Camera
) -> tuple[Float[Tensor, "K T 3"], Float[Tensor, "K T"]]:
    """(points, confidence) by the linear transform with confidences as weights, which act squared; undistorted pixels.

    A confidence of NaN (the keypoint was interpolated) counts a half. Where fewer than two are not 0 the point is 0 with confidence 0,
    elsewhere its confidence is the mean of those that are not 0.
    """
    points = dlt(rig.matrix(), keypoints, confidence.nan_to_num(0.5)).nan_to_num(0.0)
    counted = (confidence != 0) & confidence.isfinite()
    mean = torch.where(counted, confidence, 0.0).sum(0) / counted.sum(0).clamp_min(1)
    mean = torch.where(counted.any(0), mean, 0.5)
    return points, torch.where((confidence != 0).sum(0) >= 2, mean, 0.0)


def splined(points: Float[Tensor, "K T 3"], confidence: Float[Tensor, "K T"], longest: int = 5) -> Float[Tensor, "K T 3"]:
    """Gaps (confidence 0) of fewer than `longest` frames within the trial by a monotone cubic; others stay zeros, which the curve passes through."""
    filled, found = points[None].permute(0, 2, 1, 3).double().numpy().copy(), confidence[None].mT.double().numpy().copy()
    for k in range(points.shape[0]):
        for start, end in timeline.runs(found[0, :, k] == 0):
            if start > 0 and end < len(found[0]) and end - start < longest:
                filled[0, start:end, k] = np.nan
    timeline.fill_gaps(filled, found, max_gap=longest - 1)
    return torch.from_numpy(filled)[0].transpose(0, 1)


def resample(points: Float[Tensor, "K T 3"], fps: float, official_quirks: bool = False) -> Float[Tensor, "K N 3"]:
    """Linear interpolation to 100 frames a second. `official_quirks`: up to T / fps seconds, in a straight line past the last frame."""
    t = points.shape[1]
    if official_quirks:
        at = torch.arange(len(np.arange(0, np.round(t / fps + 1 / RATE, 6), 1 / RATE))).double() * (fps / RATE)
    else:
        at = timeline.resample_times(t, fps, RATE)
    return timeline.lerp(points.transpose(0, 1), at).transpose(0, 1)


def markers_from_views(views: Sequence[Poses], cameras: Sequence[Camera], config: Config) -> Poses:
    """Markers (1, T, K, 3) at 100 frames a second, metres, in the cameras' world, from synchronous keypoints of two views or more.

    Filtered in each view, undistorted, triangulated with the keypoints' confidences as weights, gaps of up to a fifth of a second
    filled, resampled. Of several people in a view the nearest is meant (:func:`subject`).

    Raises OptionError where views and cameras do not fit together.
    """
    views = [subject(v) for v in views]
    if len(views) != len(cameras) or len(views) < 2:
        raise OptionError(f"markers: {len(views)} views and {len(cameras)} cameras; expected two or more of each, as many")
    first = views[0]
    if any(v.num_frames != first.num_frames or v.fps != first.fps or v.skeleton != first.skeleton for v in views):
        raise OptionError("markers: views differ in length, rate or keypoints")
    keypoints = torch.stack([v.positions[0].transpose(0, 1) for v in views]).double()
    confidence = torch.stack([v.confidence[0].T for v in views]).double()
    known = keypoints.isfinite().all(-1) & (confidence >= config.min_confidence)
    # a keypoint that one view never sees is left to the others
    filled = torch.stack([fill_views(k, w) for k, w in zip(keypoints, known)]).nan_to_num(0.0)
    filtered = torch.stack([low_pass(k, first.fps, config.cutoff) for k in filled])
    rig = Camera.stack(list(cameras)).to(torch.float64)
    points, sure = triangulate_views(undistort_views(filtered, rig), torch.where(known, confidence, 0.0), rig)
    if config.official_quirks:
        x = resample(splined(points, sure), first.fps, official_quirks=True)
        return Poses(x.transpose(0, 1)[None].float(), first.skeleton, RATE, name=first.name)
    x = torch.where((sure > 0)[..., None], points, torch.nan).transpose(0, 1)[None]
    return Poses(x.float(), first.skeleton, first.fps, sure.T[None].float(), name=first.name).fill_gaps(0.2).resample(RATE)
