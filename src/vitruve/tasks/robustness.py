"""Robustness of recognisers: clips that are named rightly in, clips that look the same and are named wrongly out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.errors import OptionError
from vitruve.nn import feeders, skeletons
from vitruve.tasks.method import Method
from vitruve.tasks.recognition import RecognitionBatch

Classifier = Callable[[Tensor], Tensor]
"""Joints (B, 3, T, J, P) to logits (B, K)."""


@dataclass(frozen=True)
class Deviation:
    """How far changed clips are from the clean ones, in the units of the arrays; means over clips."""

    l2: float
    """Mean distance by which a joint moves."""
    linf: float
    """Largest change of a coordinate."""
    bone: float
    """Mean change of a bone's length, relative to it."""
    acceleration: float
    """Mean distance between second differences of a joint's path."""


def deviation(clean: Float[Tensor, "B 3 T J P"], changed: Float[Tensor, "B 3 T J P"], parents: Sequence[int]) -> Deviation:
    """Measure changed clips against the clean ones; people who are all zero do not count.

    `parents`: each joint's neighbour that its bone comes from, its own for the centre.
    """
    there = (clean != 0).flatten(1, 3).any(1)
    if not there.any():
        raise OptionError("no clip has a person in it")
    a, b = (x.permute(0, 4, 2, 3, 1)[there] for x in (clean, changed))

    def lengths(x: Tensor) -> Tensor:
        bones = skeletons.bones(x, parents).norm(dim=-1)
        return bones[..., [j for j, p in enumerate(parents) if p != j]]

    before = lengths(a)
    return Deviation(
        l2=float((a - b).norm(dim=-1).mean()),
        linf=float((a - b).abs().max()),
        bone=float(((lengths(b) - before).abs() / before.clamp_min(1e-6)).mean()),
        acceleration=float((a.diff(n=2, dim=1) - b.diff(n=2, dim=1)).norm(dim=-1).mean()),
    )


def fooled(victim: Classifier, clean: Tensor, changed: Tensor, label: Int[Tensor, " B"]) -> tuple[Bool[Tensor, " B"], Bool[Tensor, " B"]]:
    """(clips that the victim names rightly, those of them whose changed form it names wrongly)."""
    with torch.no_grad():
        right = victim(clean).argmax(1) == label
        return right, right & (victim(changed).argmax(1) != label)


@dataclass(frozen=True)
class RobustnessScores:
    """Share of rightly named clips that each victim misnames after the attack, and how far the clips were moved."""

    success: Mapping[str, float]
    clips: Mapping[str, int]
    """Rightly named clips, of which that is the share."""
    deviation: Deviation


class Attacker(Method):
    """A method that changes clips so that recognisers misname them.

    A subclass defines `perturb` and `losses` (what it learns before it can attack); `config.skeleton`, `config.people` and
    `config.frames` say what its clips are. Arrays are in metres, centred, and nothing else: `epsilon` is a distance.
    """

    @property
    def skeleton(self) -> Skeleton:
        """The joint set of the clips."""
        return standard(self.config.skeleton)

    def prepare(self, poses: Poses, generator: torch.Generator | None = None) -> tuple[Float[Tensor, "3 T J P"], Float[Tensor, " T"]]:
        """A clip as the attacker and its victims read it: all of it resized to `config.frames`; cropped and turned when a generator is given."""
        return attack_clip(poses, self.skeleton, self.config.people, self.config.frames, generator)

    def perturb(
        self, joints: Float[Tensor, "B 3 T J P"], label: Int[Tensor, " B"] | None = None, generator: torch.Generator | None = None
    ) -> Float[Tensor, "B 3 T J P"]:
        """Changed clips; an attacker without need of labels takes none."""
        raise TypeError(f"{type(self).__name__} does not define perturb()")

    def evaluate(self, batches: Sequence[RecognitionBatch], victims: Mapping[str, Classifier], generator: torch.Generator | None = None) -> RobustnessScores:
        """Attack clips and count whom they fool; a victim is counted on the clips it names rightly."""
        self.eval()
        clean = torch.cat([b.joints for b in batches])
        label = torch.cat([b.label for b in batches if b.label is not None])
        changed = torch.cat([self.perturb(b.joints, b.label, generator) for b in batches])
        counts = {name: tuple(int(m.sum()) for m in fooled(victim, clean, changed, label)) for name, victim in victims.items()}
        return RobustnessScores(
            success={name: wrong / max(right, 1) for name, (right, wrong) in counts.items()},
            clips={name: right for name, (right, _) in counts.items()},
            deviation=deviation(clean, changed, bone_tree(self.skeleton)),
        )

    def answer(self, value: Poses | Motion, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        """The clip, changed, as joints in a file."""
        from vitruve.io import save

        poses = value.poses() if isinstance(value, Motion) else value
        poses.skeleton.map_to(self.skeleton).require(*self.skeleton.joints)
        poses = poses.map_to(self.skeleton)
        joints, _ = self.prepare(poses)
        changed = self.perturb(joints[None].to(next(self.parameters()).device), None, torch.Generator().manual_seed(0))[0].cpu()
        positions = changed.permute(3, 1, 2, 0)[: len(poses.positions)] * feeders.KINECT
        fps = poses.fps * self.config.frames / poses.num_frames
        written = save(
            replace(poses, positions=positions, confidence=torch.ones_like(positions[..., 0]), fps=fps), output or place.with_name(f"{place.stem}-changed.npz")
        )
        return {"written": [str(written)]}


def attack_clip(
    poses: Poses, skeleton: Skeleton, people: int, frames: int, generator: torch.Generator | None = None
) -> tuple[Float[Tensor, "3 T J P"], Float[Tensor, " T"]]:
    """A clip in metres from where its first person's spine is first seen, resized to `frames`; cropped and turned when a generator is given."""
    origin = feeders.origin(skeleton)
    x = feeders.arrange(poses, people, origin)
    x = skeletons.resize(x, frames) if generator is None else feeders.crop_resize(x, frames, skeletons.Dice(generator))
    return feeders.tokens(x)


def bone_tree(skeleton: Skeleton) -> tuple[int, ...]:
    """Each joint's parent, a root its own."""
    return tuple(p if p >= 0 else j for j, p in enumerate(skeleton.parents))
