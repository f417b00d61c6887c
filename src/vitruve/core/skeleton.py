"""Skeletons: named joints, their tree, their anatomy, and linear maps between any two of them.

Every joint may stand for a *landmark*, a name from one anatomical vocabulary ("left_knee"). Joint
sets differ in names and order, landmarks do not: that is how COCO reads Human3.6M reads your rig.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vitruve.core.naming import DERIVED, PARTS, guess_landmarks, other_side
from vitruve.errors import SkeletonError


@dataclass(frozen=True)
class Skeleton:
    """A joint set. `parents[j]` is the index of joint j's parent, -1 for a root; any order of joints.

    A set of markers or keypoints without a tree is a forest of roots; `limbs` then says what to draw.

    >>> from vitruve import skeleton
    >>> coco = skeleton("coco17")
    >>> coco.joints[:3], len(coco)
    (('nose', 'left_eye', 'right_eye'), 17)
    >>> h36m = coco.map_to(skeleton("h36m17"))
    >>> [skeleton("h36m17").joints[j] for j in h36m.missing]
    []
    """

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    landmarks: tuple[str | None, ...] = ()
    limbs: tuple[tuple[int, int], ...] = ()
    sigmas: tuple[float, ...] = ()
    """OKS sigma per joint, where the standard defines them."""
    _depth: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "joints", tuple(self.joints))
        put(self, "parents", tuple(int(p) for p in self.parents))
        n = len(self.joints)
        if n == 0:
            raise SkeletonError(f"skeleton {self.name!r} has no joints")
        if len(self.parents) != n:
            raise SkeletonError(f"skeleton {self.name!r}: {n} joints but {len(self.parents)} parents")
        if len(set(self.joints)) != n:
            twice = next(j for i, j in enumerate(self.joints) if j in self.joints[:i])
            raise SkeletonError(f"skeleton {self.name!r}: joint {twice!r} appears twice")
        for j, parent in enumerate(self.parents):
            if not -1 <= parent < n:
                raise SkeletonError(f"skeleton {self.name!r}: parent of {self.joints[j]!r} is {parent}; expected -1 to {n - 1}")
        put(self, "_depth", self._depths())
        if not self.landmarks:
            put(self, "landmarks", guess_landmarks(self.joints, self.parents))
        elif len(self.landmarks) != n:
            raise SkeletonError(f"skeleton {self.name!r}: {n} joints but {len(self.landmarks)} landmarks")
        if not self.limbs:
            put(self, "limbs", tuple((p, j) for j, p in enumerate(self.parents) if p >= 0))

    def __len__(self) -> int:
        return len(self.joints)

    def index(self, joint: str) -> int:
        """Index of a joint by its name, else by the landmark it stands for; SkeletonError if neither."""
        if joint in self.joints:
            return self.joints.index(joint)
        if joint in self.landmarks:
            return self.landmarks.index(joint)
        raise SkeletonError(f"skeleton {self.name!r} has no joint {joint!r}; it has: {', '.join(self.joints[:60])}")

    def has(self, *joints: str) -> bool:
        """Whether every one of these joints (or landmarks) is there."""
        return all(j in self.joints or j in self.landmarks for j in joints)

    def _depths(self) -> tuple[int, ...]:
        depth: list[int] = [-1] * len(self)
        for j in range(len(self)):
            line: list[int] = []
            while j >= 0 and depth[j] < 0:
                if len(line) > len(self):
                    raise SkeletonError(f"skeleton {self.name!r}: {self.joints[j]!r} is its own ancestor")
                line.append(j)
                j = self.parents[j]
            base = depth[j] if j >= 0 else -1
            for k, i in enumerate(reversed(line)):
                depth[i] = base + 1 + k
        return tuple(depth)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        return tuple(j for j, p in enumerate(self.parents) if p < 0)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        out: list[list[int]] = [[] for _ in self.joints]
        for j, p in enumerate(self.parents):
            if p >= 0:
                out[p].append(j)
        return tuple(map(tuple, out))

    @cached_property
    def levels(self) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        """(joints, their parents) at each depth below the roots: what a batched FK walks over."""
        by_depth: dict[int, list[int]] = {}
        for j, d in enumerate(self._depth):
            by_depth.setdefault(d, []).append(j)
        return tuple((tuple(js), tuple(self.parents[j] for j in js)) for d, js in sorted(by_depth.items()) if d > 0)

    @cached_property
    def swap(self) -> tuple[int, ...]:
        """Permutation that exchanges left and right: joint j of a mirrored body is joint swap[j].

        A joint whose landmark is unknown pairs with the joint that bears its name with the sides exchanged.
        """
        by_landmark = {m: j for j, m in enumerate(self.landmarks) if m}
        by_name = {n.lower(): j for j, n in enumerate(self.joints)}
        out = list(range(len(self)))
        for j, (name, mark) in enumerate(zip(self.joints, self.landmarks)):
            partner = by_landmark.get(other_side(mark) or "") if mark else None
            if partner is None:
                partner = by_name.get((other_side(name) or "").lower())
            if partner is not None:
                out[j] = partner
        if any(out[out[j]] != j for j in range(len(out))):
            raise SkeletonError(f"skeleton {self.name!r}: left and right names do not pair up")
        return tuple(out)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(left, right) joint pairs, by joint order."""
        return tuple((j, k) if (self.landmarks[j] or "left").startswith("left") else (k, j) for j, k in enumerate(self.swap) if j < k)

    @cached_property
    def parts(self) -> Mapping[str, tuple[int, ...]]:
        """Joints of each body part: head, torso, left_arm, right_arm, left_leg, right_leg, hands, face."""
        found = {part: tuple(j for j, m in enumerate(self.landmarks) if m and test(m)) for part, test in PARTS.items()}
        return {part: joints for part, joints in found.items() if joints}

    def chain(self, joint: int) -> tuple[int, ...]:
        """Joints from the root down to `joint`, both included."""
        out = [joint]
        while self.parents[out[-1]] >= 0:
            out.append(self.parents[out[-1]])
        return tuple(reversed(out))

    def select(self, joints: Sequence[str | int], name: str | None = None) -> Skeleton:
        """A smaller skeleton of these joints, each hung from its nearest kept ancestor."""
        keep = sorted({j if isinstance(j, int) else self.index(j) for j in joints})
        new = {j: i for i, j in enumerate(keep)}
        parents = []
        for j in keep:
            p = self.parents[j]
            while p >= 0 and p not in new:
                p = self.parents[p]
            parents.append(new.get(p, -1))
        return Skeleton(
            name or self.name,
            tuple(self.joints[j] for j in keep),
            tuple(parents),
            tuple(self.landmarks[j] for j in keep),
            sigmas=tuple(self.sigmas[j] for j in keep) if self.sigmas else (),
        )

    def covers(self, target: Skeleton) -> bool:
        """Whether every joint of `target` can be had from this skeleton's."""
        return not self.map_to(target).missing

    def map_to(self, target: Skeleton) -> JointMap:
        """How to compute the joints of `target` from joints of this skeleton.

        A target joint is *exact* where this skeleton has the same landmark (or, for a landmark that is
        unknown, the same joint name), *derived* where it is a mean of others (mid-hip as the pelvis, a
        third of the trunk as the first spine joint), else *missing*.
        """
        here = {m: j for j, m in reversed(list(enumerate(self.landmarks))) if m}
        names = {n.lower(): j for j, n in enumerate(self.joints)}
        entries: list[tuple[int, int, float]] = []
        derived, missing = [], []
        for i, mark in enumerate(target.landmarks):
            source = {here[mark]: 1.0} if mark in here else None
            if source is None and mark is None:
                same = names.get(target.joints[i].lower())
                source = None if same is None else {same: 1.0}
            if source is None and mark is not None:
                source = _derive(mark, here)
                if source is not None:
                    derived.append(i)
            if source is None:
                missing.append(i)
            else:
                entries += [(i, j, w) for j, w in source.items()]
        return JointMap(self, target, tuple(entries), tuple(derived), tuple(missing))


def _derive(mark: str, here: Mapping[str, int], depth: int = 0) -> dict[int, float] | None:
    """Weights over present joints that stand in for landmark `mark`, by the first rule that applies."""
    for rule in DERIVED.get(mark, ()):
        total: dict[int, float] = {}
        for source, weight in rule.items():
            if source in here:
                found: dict[int, float] | None = {here[source]: 1.0}
            else:
                found = _derive(source, here, depth + 1) if depth < 2 else None
            if found is None:
                break
            for j, w in found.items():
                total[j] = total.get(j, 0.0) + weight * w
        else:
            return total
    return None


@dataclass(frozen=True)
class JointMap:
    """A sparse linear map from the joints of one skeleton to those of another.

    `entries` holds (target joint, source joint, weight); `derived` and `missing` index target joints.
    """

    source: Skeleton
    target: Skeleton
    entries: tuple[tuple[int, int, float], ...]
    derived: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    _cache: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def matrix(self, dtype: torch.dtype = torch.float32, device: torch.device | None = None) -> Float[Tensor, "K J"]:
        """The dense (target joints, source joints) weights; rows of missing joints are zero."""
        key = (dtype, device)
        if key not in self._cache:
            m = torch.zeros(len(self.target), len(self.source), dtype=dtype)
            for i, j, w in self.entries:
                m[i, j] += w
            self._cache[key] = m.to(device)
        return self._cache[key]

    @cached_property
    def mask(self) -> Bool[Tensor, " K"]:
        """True for target joints that the map can compute."""
        m = torch.ones(len(self.target), dtype=torch.bool)
        m[list(self.missing)] = False
        return m

    def __call__(self, positions: Float[Tensor, "*B J D"]) -> Float[Tensor, "*B K D"]:
        """Target positions; NaN for joints that are missing or computed from a missing one."""
        m = self.matrix(positions.dtype, positions.device)
        known = positions.isfinite().all(-1)
        out = m @ positions.nan_to_num(0.0, 0.0, 0.0)
        # a target is known if all weight it draws comes from known joints
        unknown = ((~known).to(m.dtype)[..., None, :] * m.abs()).sum(-1) > 1e-6
        bad = unknown | ~self.mask.to(positions.device)
        return torch.where(bad[..., None], torch.full_like(out, torch.nan), out)

    def confidence(self, confidence: Float[Tensor, "*B J"]) -> Float[Tensor, "*B K"]:
        """Confidence of each target joint: the least of the joints it is computed from, 0 where missing."""
        m = self.matrix(confidence.dtype, confidence.device) != 0
        spread = torch.where(m, confidence[..., None, :], torch.inf)
        return torch.where(self.mask.to(confidence.device), spread.amin(-1), 0.0)

    def require(self, *joints: str) -> None:
        """Raise SkeletonError unless every one of these target joints can be computed."""
        lost = [n for n in joints if self.target.index(n) in self.missing]
        if lost:
            raise SkeletonError(f"skeleton {self.source.name!r} cannot be mapped to {self.target.name!r}: nothing stands for {', '.join(lost)}")

    def describe(self) -> str:
        """One line: how many joints are exact, which are derived and which are missing."""
        exact = len(self.target) - len(self.derived) - len(self.missing)
        text = f"{self.source.name} -> {self.target.name}: {exact} of {len(self.target)} joints exact"
        for word, ids in (("derived", self.derived), ("missing", self.missing)):
            if ids:
                text += f"; {word}: {', '.join(self.target.joints[i] for i in ids)}"
        return text
