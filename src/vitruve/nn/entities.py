"""Joint sets of people, hands and objects that act together, with the graphs, levels and vectors that CHASE's release gives them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.skeleton import Skeleton
from vitruve.core.standards import skeleton as standard
from vitruve.nn import hdgcn, infogcn, skeletons

Links = tuple[tuple[int, int], ...]

# (child, parent), and links across, where the release has others than the bones of the standard joint sets
_BODY: Links = tuple(
    zip(
        (15, 13, 16, 14, 11, 5, 6, 5, 5, 6, 7, 8, 1, 0, 0, 1, 2, 3, 4),
        (13, 11, 14, 12, 12, 11, 12, 6, 7, 8, 9, 10, 2, 1, 2, 3, 4, 5, 6),
    )
)
_HAND: Links = tuple(
    zip(
        (17, 18, 19, 4, 14, 15, 16, 3, 11, 12, 13, 2, 8, 9, 10, 1, 6, 7, 0, 8, 11, 14, 17),
        (5, 17, 18, 19, 5, 14, 15, 16, 5, 11, 12, 13, 5, 8, 9, 10, 5, 6, 7, 6, 8, 11, 14),
    )
)


@cache
def joint_set(name: str) -> Skeleton:
    """A standard joint set, "sbu15": the body of SBU Kinect Interaction, or "assembly21": the hand of Assembly101, tips first."""
    if name == "sbu15":
        limbs = [f"{side}_{joint}" for limb in (("shoulder", "elbow", "hand"), ("hip", "knee", "foot")) for side in ("left", "right") for joint in limb]
        return Skeleton(name, ("head", "neck", "torso", *limbs), (1, 2, -1, 1, 3, 4, 1, 6, 7, 2, 9, 10, 2, 12, 13))
    if name != "assembly21":
        return standard(name)
    fingers = ("thumb", "index", "middle", "ring", "pinky")
    joints = [*(f"{f}_tip" for f in fingers), "wrist", "thumb1", "thumb2", *(f"{f}{k}" for f in fingers[1:] for k in (1, 2, 3)), "palm"]
    bones = dict(reversed(_HAND))
    return Skeleton(name, tuple(joints), tuple(bones.get(j, -1) for j in range(21)), landmarks=(None,) * 21)


def _tree(parents: Sequence[int]) -> Links:
    return tuple((j, p) for j, p in enumerate(parents) if p not in (-1, j))


def links(skeleton: Skeleton) -> Links:
    """What graph convolutions take for bones: CTR-GCN's of a Kinect body, the release's of COCO's body and Assembly101's hand, else the tree."""
    own = {"coco17": _BODY, "assembly21": _HAND}
    if skeleton.name in own:
        return own[skeleton.name]
    return _tree(skeletons.kinect_parents(skeleton) if skeleton.name in ("ntu25", "kinect20") else skeleton.parents)


def hierarchy(skeleton: Skeleton, centre: str | None = None) -> hdgcn.Levels:
    """HD-GCN's levels of a joint set about its centre of mass; None for the root."""
    at = skeleton.roots[0] if centre is None else skeleton.index(centre)
    if skeleton.name in ("coco17", "assembly21"):
        # the palm of the hand, its last joint, is linked to nothing
        return hdgcn.levels(links(skeleton), len(skeleton) - (skeleton.name == "assembly21"), at)
    parents = list(skeleton.parents)
    if skeleton.name == "ntu25" and skeleton.joints[at] == "spine_base":
        # about this centre the release counts tips and thumbs as far as the hand
        for side in ("left", "right"):
            for tip in ("hand_tip", "thumb"):
                parents[skeleton.index(f"{side}_{tip}")] = skeleton.index(f"{side}_wrist")
    return hdgcn.levels(_tree(parents), len(skeleton), at)


def vectors(skeleton: Skeleton, hops: int = 1, official_quirks: bool = False) -> Float[Tensor, "J J"]:
    """InfoGCN's map from joints to vectors from their ancestors.

    With `official_quirks`, COCO's body and Kinect's 20 joints have every parent minus the sum of its children, and Assembly101's
    fingers hang from each other, too.
    """
    if official_quirks and skeleton.name in ("coco17", "kinect20"):
        return infogcn.ancestor_vectors([(p, j) for j, p in links(skeleton)], len(skeleton), hops)
    if official_quirks and skeleton.name == "assembly21":
        return infogcn.ancestor_vectors(_HAND, 21, hops)
    parents = list(skeleton.parents)
    if skeleton.name == "ntu25":
        parents = list(skeletons.bone_parents(skeleton, "spine_mid"))
        for side in ("left", "right"):
            parents[skeleton.index(f"{side}_hand_tip")] = skeleton.index(f"{side}_thumb")
    elif skeleton.name == "coco17":
        # hung up by the nose
        parents = [-1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14]
    return infogcn.ancestor_vectors(_tree(parents), len(skeleton), hops)


def by_side(
    x: Float[Tensor, "C T V P"], ball: Float[Tensor, "C T"] | None = None, label: Int[Tensor, " P"] | None = None, ball_label: int = 10
) -> tuple[Float[Tensor, "C T V P2"], Int[Tensor, " P2"] | None]:
    """Players as the release gives Volleyball: those of the left half by their mean x, then those of the right, the ball (at every joint) after each.

    Labels of what each does go along; the ball has its own.
    """
    order = x[0].flatten(0, 1).mean(0).argsort(stable=True)
    half = len(order) // 2
    parts, labels = [x[..., o] for o in (order[:half], order[half:])], None
    if label is not None:
        labels = [label[order[:half]], label[order[half:]]]
    if ball is not None:
        spread = ball[:, :, None, None].expand(-1, -1, x.shape[2], 1)
        parts = [torch.cat([p, spread], -1) for p in parts]
        labels = labels and [F.pad(one, (0, 1), value=ball_label) for one in labels]
    return torch.cat(parts, -1), None if labels is None else torch.cat(labels)
