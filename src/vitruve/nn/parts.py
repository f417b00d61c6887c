"""Body parts of any skeleton, and its joints in an order that keeps neighbours together."""

from __future__ import annotations

from vitruve.core.skeleton import Skeleton

LIMBS = ("left_arm", "right_arm", "left_leg", "right_leg")

_MERGED = {"face": "head", "left_hand": "left_arm", "right_hand": "right_arm"}


def _nearest_parts(skeleton: Skeleton) -> list[str]:
    """Each joint's part by anatomy: head, torso or a limb; a joint of unknown anatomy belongs to its parent's, a root to the torso."""
    known = {j: _MERGED.get(part, part) for part, joints in skeleton.parts.items() for j in joints}
    for j in depth_first(skeleton):
        known.setdefault(j, known.get(skeleton.parents[j], "torso"))
    return [known[j] for j in range(len(skeleton))]


def _grouped(names: list[str], order: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    groups = {part: tuple(j for j, name in enumerate(names) if name == part) for part in order}
    return {part: joints for part, joints in groups.items() if joints}


def five_parts(skeleton: Skeleton) -> dict[str, tuple[int, ...]]:
    """Trunk with the head, two arms, two legs: every joint in one of them; parts without joints are left out."""
    return _grouped(["torso" if p == "head" else p for p in _nearest_parts(skeleton)], ("torso", *LIMBS))


def six_parts(skeleton: Skeleton) -> dict[str, tuple[int, ...]]:
    """Head (with the neck), torso (with shoulders and hips), arms from the elbow and legs from the knee (SkeletonMAE).

    Every joint is in one of them; parts without joints are left out.
    """
    names = _nearest_parts(skeleton)
    for j, mark in enumerate(skeleton.landmarks):
        if mark == "neck":
            names[j] = "head"
        elif mark is not None and mark.endswith(("_shoulder", "_hip", "_collar")):
            names[j] = "torso"
    return _grouped(names, ("head", "torso", *LIMBS))


def depth_first(skeleton: Skeleton) -> tuple[int, ...]:
    """Joints in pre-order: each limb from its root to its end, so that most neighbours in the order are joined by a bone."""
    out: list[int] = []
    stack = list(reversed(skeleton.roots))
    while stack:
        j = stack.pop()
        out.append(j)
        stack += reversed(skeleton.children[j])
    return tuple(out)
