"""From clips of people to the arrays that skeleton networks read: who and when, then the crops and turns of the usual feeders.

Frames first, then people, joints, coordinates: (T, P, J, 3), in the axes of the Kinect (x to its left, y up, z away).
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.core.poses import Poses
from vitruve.core.skeleton import Skeleton
from vitruve.errors import OptionError
from vitruve.nn import skeletons

KINECT = torch.tensor([-1.0, 1.0, -1.0])
"""From our world to the frame of the Kinect that a person faces: half a turn about y."""


def origin(skeleton: Skeleton) -> int:
    """The joint whose first place is a clip's origin: the middle of the spine, or the root where there is none."""
    return skeleton.index("spine2") if skeleton.has("spine2") else skeleton.roots[0]


def arrange(poses: Poses, people: int, origin: int) -> Float[Tensor, "T P J 3"]:
    """Frames in which somebody is seen, in the Kinect's axes, from where joint `origin` of the first person is first seen.

    Joints and people that are missing are at the origin. Of too many people those who move most are kept.

    Raises OptionError for 2D joints, and where no frame has a known joint.
    """
    if poses.dims != 3:
        raise OptionError(f"clip {poses.name!r}: expected 3D joints, found 2D")
    x = poses.positions.transpose(0, 1).float()
    if x.shape[1] > people:
        moved = torch.stack([p[p.isfinite().all(-1)].var(0, correction=0).sum().nan_to_num(0.0) for p in x.unbind(1)])
        x = x[:, moved.argsort(descending=True, stable=True)[:people]]
    if math.isfinite(x.sum()):
        # nothing is missing: the usual case, and the cheap one
        x = (x - x[:1, :1, origin : origin + 1]) * KINECT
    else:
        known = x.isfinite().all(-1)
        frames = known.flatten(1).any(1)
        x, known = x[frames], known[frames]
        # the first person who is seen at all, in the first frame with the joint
        seen = known[:, :, origin].T.nonzero()
        person, first = seen[0].tolist() if len(seen) else (0, 0)
        centre = x[first, person, origin].nan_to_num(0.0) if len(x) else 0.0
        x = torch.where(known[..., None], (x - centre) * KINECT, 0.0)
    if not len(x):
        raise OptionError(f"clip {poses.name!r}: no frame has a known joint")
    return F.pad(x, (0, 0, 0, 0, 0, people - x.shape[1])) if x.shape[1] < people else x


def crop_resize(x: Float[Tensor, "T P J 3"], frames: int, dice: skeletons.Dice | None = None, turn: float = 0.3) -> Float[Tensor, "W P J 3"]:
    """CTR-GCN's feeder for NTU: a crop of half to all of the clip (the middle 95 % without `dice`) resized to `frames`, turned by up to `turn` radians an axis.

    Source: CTR-GCN (feeders/feeder_ntu.py, tools.valid_crop_resize, random_rot).
    """
    if dice is None:
        margin = int(0.05 * len(x) / 2)
        return skeletons.resize(x[margin : len(x) - margin], frames)
    length = skeletons.crop_length(len(x), dice.uniform(0.5, 1.0), frames)
    start = dice.integer(0, len(x) - length)
    # their rotations turn the other way, which for angles as often positive as negative is the same
    x_turn, y_turn, z_turn = (skeletons.axis_rotation(a, dice.uniform(-turn, turn)) for a in range(3))
    return skeletons.resize(x[start : start + length], frames) @ (z_turn @ y_turn @ x_turn).T


def box_sample(x: Float[Tensor, "T P J 3"], frames: int, dice: skeletons.Dice | None = None) -> Float[Tensor, "W P J 3"]:
    """CTR-GCN's feeder for NW-UCLA: turned by up to 60 degrees about x and y, scaled to the box [-1, 1], frames drawn with replacement.

    Without `dice`: not turned, frames evenly spaced. Scaling by 0.5 to 1.5, which the box undoes, is left out.

    Source: CTR-GCN (feeders/feeder_ucla.py).
    """
    if dice is None:
        return skeletons.scale_to_box(x)[skeletons.even_frames(len(x), frames)]
    turn = skeletons.turn_matrix(math.radians(dice.integer(-60, 60)), math.radians(dice.integer(-60, 60)))
    return skeletons.scale_to_box(F.linear(x, turn))[skeletons.repeated_frames(len(x), dice.uniforms(frames))]


def padded(x: Float[Tensor, "T P J 3"], frames: int, dice: skeletons.Dice | None = None) -> Float[Tensor, "W P J 3"]:
    """The first frames, zeros after a shorter clip; nothing is left to chance."""
    return F.pad(x[:frames], (0, 0, 0, 0, 0, 0, 0, max(frames - len(x), 0)))


FEEDERS = {"ntu": crop_resize, "ucla": box_sample, "pad": padded}
"""The feeders by the data set they were made for: `feed(x, frames, dice)`."""


def tokens(x: Float[Tensor, "W P J C"]) -> tuple[Float[Tensor, "C W J P"], Float[Tensor, " W"]]:
    """Arrays as `RecognitionBatch` has them: joints, and frame positions spread over [-1, 1]."""
    return x.permute(3, 0, 2, 1), torch.linspace(-1, 1, len(x))


def fed(
    poses: Poses, skeleton: Skeleton, people: int, frames: int, feeder: str, generator: torch.Generator | None
) -> tuple[Float[Tensor, "3 W J P"], Float[Tensor, " W"]]:
    """A clip of `skeleton` as one of FEEDERS gives it to a network, augmented when a generator is given."""
    x = arrange(poses, people, origin(skeleton))
    return tokens(FEEDERS[feeder](x, frames, None if generator is None else skeletons.Dice(generator)))
