"""Multi-view pose estimation: calibrated pictures of one moment in, every person's joints in the world out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core.camera import Camera
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError, ShapeError
from vitruve.tasks.method import Method
from vitruve.tasks.split import Split


@dataclass(frozen=True, eq=False)
class Scene:
    """Synchronised views of people over time: what a 2D detector found in each, perhaps the pictures, perhaps who was there.

    Rows of a view are detections: the same row of two frames, or of two views, need not be the same person.
    """

    points: Float[Tensor, "T V P J 2"]
    """Pixels of the original pictures; NaN where nothing was found."""
    confidence: Float[Tensor, "T V P J"]
    cameras: Camera
    """Batch shape (V,), metres, y up, with their image size."""
    skeleton: Skeleton
    truth: Poses | None = None
    """World positions, in whatever joint set they were annotated."""
    images: Float[Tensor, "T V 3 H W"] | None = None
    """Of the cameras' image size, values in [0, 1]."""
    fps: float = 25.0
    name: str = ""

    def __post_init__(self) -> None:
        t, v, p, j, _ = self.points.shape
        if self.confidence.shape != (t, v, p, j):
            raise ShapeError(f"scene: points {tuple(self.points.shape)}, confidence {tuple(self.confidence.shape)}")
        if self.cameras.intrinsics.shape != (v, 3, 3):
            raise ShapeError(f"scene: {v} views, cameras of batch shape {tuple(self.cameras.intrinsics.shape[:-2])}")
        if self.cameras.image_size is None:
            raise OptionError("scene: the cameras do not say the size of their pictures (all alike): image_size=(width, height)")
        if j != len(self.skeleton):
            raise ShapeError(f"scene: {j} joints, skeleton {self.skeleton.name!r} has {len(self.skeleton)}")
        if self.truth is not None and self.truth.num_frames != t:
            raise ShapeError(f"scene: {t} frames, {self.truth.num_frames} annotated")

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, frames: slice) -> Scene:
        """Some frames."""
        images = None if self.images is None else self.images[frames]
        return replace(
            self, points=self.points[frames], confidence=self.confidence[frames], images=images, truth=None if self.truth is None else self.truth[frames]
        )

    @staticmethod
    def of(views: Sequence[Poses], skeleton: str | Skeleton, truth: Poses | None = None, name: str = "") -> Scene:
        """A scene from 2D poses of each view, which carry their cameras, in the joints of `skeleton`.

        Raises OptionError where a view has no camera, SkeletonError where a joint cannot be mapped.
        """
        target = standard(skeleton) if isinstance(skeleton, str) else skeleton
        cameras = [v.camera for v in views if v.camera is not None]
        if len(cameras) != len(views) or len(views) < 2:
            raise OptionError(f"expected two or more views with cameras, found {len(views)}, of which {len(cameras)} have one")
        sized = [c if c.image_size is not None else replace(c, image_size=v.image_size) for c, v in zip(cameras, views)]
        views[0].skeleton.map_to(target).require(*target.joints)
        mapped = [v.map_to(target) for v in views]
        most = max(v.num_people for v in mapped)

        def rows(x: Tensor, value: float) -> Tensor:
            return torch.cat([x, x.new_full((most - len(x), *x.shape[1:]), value)]).transpose(0, 1).float()

        return Scene(
            torch.stack([rows(v.positions, torch.nan) for v in mapped], 1),
            torch.stack([rows(v.confidence, 0.0) for v in mapped], 1),
            Camera.stack(sized).to(torch.float32),
            target,
            truth,
            fps=views[0].fps,
            name=name,
        )


@dataclass(frozen=True, eq=False)
class Look:
    """What a network is shown of a moment: all views under one affine crop of the pictures, with the pseudo labels there."""

    crop: Float[Tensor, "B 2 3"]
    """Original to network pixels, of all views alike."""
    heatmaps: Float[Tensor, "B V J h w"] | None = None
    """What a 2D detector says; may be made from `images` by the method itself."""
    images: Float[Tensor, "B V C H W"] | None = None
    targets: Float[Tensor, "B V J h w"] | None = None
    """Heatmaps drawn from the (pseudo) 2D poses."""
    joints: Float[Tensor, "B V P J 2"] | None = None
    """(Pseudo) 2D poses, network pixels; zero rows for nobody, at the end."""
    visible: Float[Tensor, "B V P J"] | None = None
    """How far each of them counts, 0 to 1."""

    def map(self, change: Callable[[Tensor], Tensor]) -> Look:
        """The same with every tensor changed."""
        return replace(self, **{f.name: change(v) for f in fields(self) if (v := getattr(self, f.name)) is not None})

    @staticmethod
    def join(looks: Sequence[Look]) -> Look:
        """Looks at several moments as one batch."""
        columns = {f.name: [getattr(x, f.name) for x in looks] for f in fields(Look)}
        return replace(looks[0], **{name: torch.cat(column) for name, column in columns.items() if column[0] is not None})


@dataclass(frozen=True, eq=False)
class MultiviewBatch:
    """Moments: how the views look, how they look augmented (for training), and who was there."""

    cameras: Camera
    """Batch shape (B, V): original pixels, metres, y up."""
    look: Look
    copies: tuple[Look, ...] = ()
    people: Float[Tensor, "B N J 3"] | None = None
    """World positions in the method's joints; NaN for nobody and for joints that are not known. Only supervised methods read it."""

    def __len__(self) -> int:
        return len(self.look.crop)

    def _map(self, change: Callable[[Tensor], Tensor], cameras: Camera) -> MultiviewBatch:
        people = None if self.people is None else change(self.people)
        return MultiviewBatch(cameras, self.look.map(change), tuple(c.map(change) for c in self.copies), people)

    def to(self, device: Any) -> MultiviewBatch:
        return self._map(lambda v: v.to(device), self.cameras.to(device))

    def select(self, rows: slice) -> MultiviewBatch:
        return self._map(lambda v: v[rows], self.cameras[rows])

    @staticmethod
    def collate(samples: Sequence[MultiviewBatch]) -> MultiviewBatch:
        """Samples, which are batches of one, as one batch."""
        return MultiviewBatch(
            Camera.stack([s.cameras[i] for s in samples for i in range(len(s))]),
            Look.join([s.look for s in samples]),
            tuple(Look.join(c) for c in zip(*(s.copies for s in samples))),
            None if samples[0].people is None else torch.cat([s.people for s in samples if s.people is not None]),
        )


@dataclass(frozen=True, eq=False)
class Located:
    """People found: `joints` (B, K, J, 3) world, metres, and where the search for people put each of them."""

    joints: Float[Tensor, "B K J 3"]
    roots: Float[Tensor, "B K 3"]
    score: Float[Tensor, "B K"]
    """0 for a row that is nobody."""

    @property
    def found(self) -> Bool[Tensor, "B K"]:
        return self.score > 0


@dataclass(frozen=True)
class MultiviewScores:
    """Percent and millimetres. PCP is Campus's and Shelf's (`shelf14` truth; NaN for other truth); the rest is Panoptic's protocol.

    Over frames in which somebody is annotated, and the joints that truth and prediction share without being derived.
    """

    pcp: float
    """Mean of the first three actors."""
    pcp_actors: tuple[float, ...]
    mpjpe: float
    """Of people matched within 500 mm."""
    ap50: float
    ap100: float
    ap150: float
    mean_ap: float
    recall500: float
    root_recall500: float
    """Of the roots alone, as the search for people put them."""
    root_error: float
    frames: int = 0


def score_people(
    joints: Float[Tensor, "P F J 3"],
    score: Float[Tensor, "P F"],
    roots: Float[Tensor, "P F 3"],
    skeleton: Skeleton,
    truth: Poses,
    reads_head: Callable[[Poses], Float[Tensor, "P F 14 3"]] | None = None,
) -> MultiviewScores:
    """Scores of people found in each frame (NaN rows are nobody) against annotated ones.

    `reads_head` makes the 14 joints of Shelf from the prediction, for PCP; :func:`vitruve.core.multiview.shelf_head` by default.
    """
    from vitruve.core.multiview import shelf_head
    from vitruve.metrics.multiview import panoptic_ap, pcp

    annotated = truth.valid.any(-1).any(0)
    if not annotated.any():
        raise OptionError("nobody is annotated in any frame")
    joints, score, roots = joints[:, annotated], score[:, annotated], roots[:, annotated]
    goal = replace(truth, positions=truth.positions[:, annotated], confidence=truth.confidence[:, annotated])
    found = Poses(joints, skeleton, truth.fps)
    mapping = skeleton.map_to(goal.skeleton)
    shared = [j for j in range(len(goal.skeleton)) if mapping.mask[j] and j not in mapping.derived]
    panoptic = panoptic_ap(found.map_to(goal.skeleton).positions[:, :, shared], score, goal.positions[:, :, shared])
    true_roots = goal.joint("pelvis") if goal.skeleton.has("pelvis") else (goal.joint("left_hip") + goal.joint("right_hip")) / 2
    at_roots = panoptic_ap(roots[:, :, None], score, true_roots[:, :, None])
    shelf = pcp((reads_head or shelf_head)(found), goal.positions) if goal.skeleton.name == "shelf14" else None
    return MultiviewScores(
        pcp=float("nan") if shelf is None else shelf.average,
        pcp_actors=() if shelf is None else shelf.actors,
        mpjpe=panoptic.mpjpe,
        ap50=panoptic.ap[50],
        ap100=panoptic.ap[100],
        ap150=panoptic.ap[150],
        mean_ap=panoptic.mean_ap,
        recall500=panoptic.recall500,
        root_recall500=at_roots.recall500,
        root_error=at_roots.mpjpe,
        frames=int(annotated.sum()),
    )


def link(joints: Float[Tensor, "T K J 3"], found: Bool[Tensor, "T K"], reach: float = 0.5, max_age: int = 10) -> Float[Tensor, "N T J 3"]:
    """People of single frames as tracks: each goes on as whoever stands nearest (mean over joints, Hungarian), within `reach` metres.

    One who is not seen for `max_age` frames starts anew. Rows are NaN where the person is not there.
    """
    from scipy.optimize import linear_sum_assignment

    tracks: list[dict[int, Tensor]] = []
    for t, (people, there) in enumerate(zip(joints, found)):
        present = people[there]
        live = [track for track in tracks if t - max(track) <= max_age]
        left = set(range(len(present)))
        if live and len(present):
            last = torch.stack([track[max(track)] for track in live])
            cost = (last[:, None] - present).norm(dim=-1).mean(-1)
            for i, j in zip(*linear_sum_assignment(cost.numpy())):
                if cost[i, j] < reach:
                    live[i][t] = present[j]
                    left.discard(int(j))
        tracks += [{t: present[j]} for j in sorted(left)]
    out = joints.new_full((len(tracks), len(joints), *joints.shape[2:]), torch.nan)
    for n, track in enumerate(tracks):
        for t, x in track.items():
            out[n, t] = x
    return out


class MultiviewEstimator(Method):
    """A method that finds people in space. A subclass defines `forward(batch) -> Located`, and `prepare` where `Look` needs more.

    `config.skeleton` names the joint set.
    """

    @property
    def skeleton(self) -> Skeleton:
        """The joint set the method reads and writes."""
        return standard(self.config.skeleton)

    def prepare(self, scene: Scene, frame: int, generator: torch.Generator | None = None) -> MultiviewBatch:
        """One moment of a scene as a batch of one, with augmented copies when a generator is given."""
        raise TypeError(f"{type(self).__name__} does not define prepare()")

    def split(self, scenes: Sequence[Scene]) -> Split:
        """Every frame of some scenes as training samples."""
        index = [(s, t) for s, scene in enumerate(scenes) for t in range(len(scene))]
        return Split(len(index), lambda i, g: self.prepare(scenes[index[i][0]], index[i][1], g), MultiviewBatch.collate)

    @torch.inference_mode()
    def locate(self, scene: Scene, batch_size: int = 8) -> Located:
        """People of every frame of a scene."""
        if scene.skeleton != self.skeleton:
            raise OptionError(f"{self.card.slug} reads {self.skeleton.name!r}, the scene has {scene.skeleton.name!r}: make it with Scene.of")
        self.eval()
        device = next(self.parameters()).device

        def parts() -> Iterator[Located]:
            for start in range(0, len(scene), batch_size):
                rows = range(start, min(start + batch_size, len(scene)))
                yield self(MultiviewBatch.collate([self.prepare(scene, t) for t in rows]).to(device))

        joints, roots, score = zip(*((p.joints.float().cpu(), p.roots.float().cpu(), p.score.float().cpu()) for p in parts()))
        return Located(torch.cat(joints), torch.cat(roots), torch.cat(score))

    def predict(self, views: Sequence[Poses] | Scene, batch_size: int = 8) -> Poses:
        """People in the world, metres, y up, followed over time, from 2D poses of each view, which carry their cameras.

        Raises OptionError where cameras are missing or nobody is found, SkeletonError where joints cannot be mapped.
        """
        scene = views if isinstance(views, Scene) else Scene.of(views, self.skeleton)
        located = self.locate(scene, batch_size)
        tracks = link(located.joints, located.found)
        if not len(tracks):
            raise OptionError(f"{self.card.slug} found nobody in any frame")
        return Poses(tracks, self.skeleton, scene.fps, name=scene.name)

    def evaluate(self, scenes: Sequence[Scene]) -> MultiviewScores:
        """Scores over all annotated frames of some scenes, whose truth shares one joint set; see MultiviewScores."""
        located, truth = [self.locate(s) for s in scenes], [s.truth for s in scenes if s.truth is not None]
        if not truth or len(truth) < len(scenes):
            raise OptionError(f"{len(scenes)} scenes, {len(truth)} of them annotated")
        most = max(t.num_people for t in truth)
        goal = torch.cat([torch.cat([t.positions, t.positions.new_full((most - len(t.positions), *t.positions.shape[1:]), torch.nan)]) for t in truth], 1)
        found = torch.cat([p.found for p in located]).T

        def people(x: Tensor) -> Tensor:
            x = x.transpose(0, 1)
            return torch.where(found.reshape(*found.shape, *[1] * (x.ndim - 2)), x, torch.nan)

        return score_people(
            people(torch.cat([p.joints for p in located])),
            torch.cat([p.score for p in located]).T,
            people(torch.cat([p.roots for p in located])),
            self.skeleton,
            Poses(goal, truth[0].skeleton, truth[0].fps),
        )

    # -- answers to files ------------------------------------------------------------------------

    def open(self, file: str, clip: str | None = None) -> Scene:
        """Views of a scene from a file that holds them with their cameras."""
        from vitruve.io.cameras import is_scene, read_shelf

        if not is_scene(file):
            raise OptionError(f"{file}: expected a file with detections of several calibrated views (.npz with RT, det_view, paf_view)")
        views, _, truth = read_shelf(file)
        return Scene.of(views, self.skeleton, truth, Path(file).stem)

    def answer(self, value: Scene, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        from vitruve.io import save

        return {"written": [str(save(self.predict(value), output or place.with_name(f"{place.stem}-3d.npz")))]}
