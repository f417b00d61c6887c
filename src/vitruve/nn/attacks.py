"""Attacks on recognisers of skeletons: small changes of clips of joints (B, 3, T, J, P), found by following gradients.

Every attack is a function `(model, clean, label, budget, ...) -> changed` over one loop, :meth:`Case.run`; a model maps joints to logits and
should be in evaluation mode. Source, unless said otherwise: the RobustBenchHAR benchmark of TASAR (ICLR 2025), code/Attackers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.errors import OptionError, ShapeError
from vitruve.nn import skeletons
from vitruve.nn.adversarial import fool_loss, judge_loss
from vitruve.nn.bayes import Posterior

Model = Callable[[Tensor], Tensor]
_TINY = 1e-30
"""Where a gradient is zero, nothing moves."""


@dataclass(frozen=True)
class Budget:
    """How far and how long an attack may go."""

    epsilon: float = 0.01
    """Largest change of a coordinate, in the clips' units."""
    rate: float = 0.01
    """Step, likewise."""
    steps: int = 200
    targeted: bool = False
    """Labels are what clips shall be named, instead of what they are."""
    official_quirks: bool = False
    """As the release: the loop ends when every clip of the batch is fooled, and people who are absent (all zero) are changed too."""

    def __post_init__(self) -> None:
        if not (self.epsilon > 0 and self.rate > 0 and self.steps >= 0):
            raise OptionError(f"epsilon={self.epsilon}, rate={self.rate}, steps={self.steps}: expected positive ones")


class Case:
    """Clips (B, 3, T, J, P) under attack, with their labels (B).

    Raises ShapeError for other shapes.
    """

    def __init__(self, clean: Tensor, label: Tensor, budget: Budget) -> None:
        if clean.ndim != 5 or len(label) != len(clean):
            raise ShapeError(f"expected clips (B, 3, T, J, P) and B labels, found {tuple(clean.shape)} and {tuple(label.shape)}")
        self.clean, self.label, self.budget = clean, label, budget
        there = (clean != 0).flatten(1, 3).any(1)[:, None, None, None].to(clean)
        self.there = torch.ones_like(there) if budget.official_quirks else there
        self.share = self.there.flatten(1).mean(1).view(-1, 1, 1, 1, 1).clamp_min(_TINY)

    def loss(self, logits: Float[Tensor, "B K"]) -> Float[Tensor, ""]:
        """What is minimised, summed over clips."""
        loss = F.cross_entropy(logits, self.label, reduction="sum")
        return loss if self.budget.targeted else -loss

    def fooled(self, logits: Float[Tensor, "B K"]) -> Tensor:
        """Clips that are named as they shall be."""
        same = logits.argmax(1) == self.label
        return same if self.budget.targeted else ~same

    def gradient(self, value: Tensor, x: Tensor, retain: bool = False) -> Float[Tensor, "B 3 T J P"]:
        """Of a sum over clips; zero for people who are not there."""
        return torch.autograd.grad(value, x, retain_graph=retain)[0] * self.there

    def descent(self, model: Model, x: Float[Tensor, "B 3 T J P"]) -> tuple[Float[Tensor, "B K"], Float[Tensor, "B 3 T J P"]]:
        """(logits, gradient of the loss) at x."""
        x = x.detach().requires_grad_()
        logits = model(x)
        return logits.detach(), self.gradient(self.loss(logits), x)

    def unit(self, gradient: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, "B 3 T J P"]:
        """Scaled so that coordinates of those who are there move by 1 on average."""
        return gradient * self.share / gradient.abs().mean((1, 2, 3, 4), keepdim=True).clamp_min(_TINY)

    def run(self, move: Callable[[Tensor, int], tuple[Tensor, Tensor]]) -> Float[Tensor, "B 3 T J P"]:
        """Steps of `move(x, number) -> (logits at x, direction to go against)`, each held to the budget."""
        b = self.budget
        x = self.clean.detach()
        with torch.enable_grad():
            for number in range(b.steps):
                logits, direction = move(x, number)
                if b.official_quirks and self.fooled(logits).all():
                    break
                x = self.clean + (x - b.rate * direction - self.clean).clamp(-b.epsilon, b.epsilon) * self.there
        return x.detach()


def ifgsm(model: Model, clean: Tensor, label: Tensor, budget: Budget, sign: bool = False) -> Tensor:
    """I-FGSM: steps against the gradient, scaled by its mean size (`sign`: its signs alone)."""
    case = Case(clean, label, budget)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        logits, g = case.descent(model, x)
        return logits, g.sign() if sign else case.unit(g)

    return case.run(move)


def mifgsm(model: Model, clean: Tensor, label: Tensor, budget: Budget, decay: float = 1.0) -> Tensor:
    """MI-FGSM: gradients are summed over the steps, earlier ones times `decay` at each."""
    case = Case(clean, label, budget)
    total = torch.zeros_like(clean)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        nonlocal total
        logits, g = case.descent(model, x)
        total = decay * total + g
        return logits, case.unit(total)

    return case.run(move)


@dataclass(frozen=True)
class Perception:
    """How much a change is seen, as SMART measures it. `parents`: each joint's, the centre's its own."""

    parents: tuple[int, ...]
    spine: tuple[int, ...] = ()
    """Joints that count twice."""
    bone: float = 0.7
    """Weight of bone lengths; the rest is shared by joints and their accelerations."""
    acceleration: float = 0.4
    """The latter's part of it."""
    norm: str = "l2"
    """Of the joints: "l2" or "linf" over the clips of a batch."""
    dynamics: bool = True
    """With bones and accelerations; without, joints alone."""

    def __post_init__(self) -> None:
        if self.norm not in ("l2", "linf"):
            raise OptionError(f"perception norm={self.norm!r}: expected l2 or linf")

    def lengths(self, x: Float[Tensor, "B P T J 3"]) -> Float[Tensor, "B P T J"]:
        return (skeletons.bones(x, self.parents) + 1e-8).square().sum(-1).sqrt()

    def loss(self, clean: Float[Tensor, "B 3 T J P"], changed: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, ""]:
        """The mean over clips, summed over people."""
        a, b = (x.permute(0, 4, 2, 3, 1) for x in (clean, changed))
        weight = torch.full((a.shape[3],), 0.02, device=a.device)
        weight[list(self.spine)] = 0.04
        seen = ((a - b).square().sum(-1) * weight).sum(-1)
        joints = seen.sum(2).mean(0).sum() if self.norm == "l2" else seen.amax(0).mean(1).sum()
        if not self.dynamics:
            return joints
        bones = (self.lengths(b) - self.lengths(a)).square().sum((2, 3)).mean(0).sum()
        # 30 frames a second
        moved = (900 * (b.diff(n=2, dim=2) - a.diff(n=2, dim=2))).square().sum((2, 3, 4)).mean(0).sum()
        return self.bone * bones + (1 - self.bone) * ((1 - self.acceleration) * joints + self.acceleration * moved)


def _length(g: Tensor) -> Tensor:
    """Each clip's gradient with length 1."""
    return g / (g.flatten(1).norm(dim=1).view(-1, 1, 1, 1, 1) + 1e-18)


def smart(
    model: Model,
    clean: Tensor,
    label: Tensor,
    budget: Budget,
    perception: Perception,
    share: float = 0.6,
    rule: str = "gd",
    realism: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """SMART: `share` of the classifier's gradient and the rest of the perceptual one's, each of length 1; clips that are fooled rest.

    Args:
        model, clean, label, budget: see above.
        perception: what is kept small beside.
        share: of the classifier.
        rule: "gd", or "adam": the first step of Adam each time, which is nearly the sign (the release's Adam forgets).
        realism: one more term to keep small, of the changed clips.

    Source: Wang et al., Understanding the Robustness of Skeleton-based Action Recognition under Adversarial Attack, CVPR 2021. Steps longer
    than epsilon are set to five times epsilon, as the release does.
    """
    if rule not in ("gd", "adam"):
        raise OptionError(f"SMART rule={rule!r}: expected gd or adam")
    case = Case(clean, label, budget)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        logits, g = case.descent(model, x)
        x = x.detach().requires_grad_()
        seen = perception.loss(clean, x)
        if realism is not None:
            seen = seen + realism(x)
        g = share * _length(g) + (1 - share) * _length(case.gradient(seen, x))
        if rule == "adam":
            root = 0.001**0.5
            g = 0.001 / budget.rate * root * g / (root * g.abs() + 1e-8)
        size = budget.rate * g.flatten(1).norm(dim=1).view(-1, 1, 1, 1, 1)
        g = torch.where(size > budget.epsilon, g * 5 * budget.epsilon / size.clamp_min(_TINY), g)
        return logits, torch.where(case.fooled(logits).view(-1, 1, 1, 1, 1), 0.0, g)

    return case.run(move)


class FrameJudge(nn.Module):
    """Scores a frame by the cosines between all its bones. Source: CIASA (createDiscriminator)."""

    def __init__(self, parents: Sequence[int]) -> None:
        super().__init__()
        self.parents = tuple(parents)
        side = len(parents) - 4
        self.layers = nn.Sequential(nn.Conv2d(1, 32, 3), nn.Conv2d(32, 32, 3), nn.Flatten(), nn.Linear(side * side * 32, 1), nn.ReLU())

    def forward(self, joints: Float[Tensor, "B 3 T J P"]) -> Float[Tensor, " N"]:
        bones = F.normalize(skeletons.bones(joints.permute(0, 4, 2, 3, 1), self.parents), dim=-1, eps=1e-8)
        return self.layers((bones @ bones.mT).flatten(0, 2)[:, None])[:, 0]


def ciasa(model: Model, clean: Tensor, label: Tensor, budget: Budget, perception: Perception, share: float = 0.6, seed: int = 0) -> Tensor:
    """CIASA: SMART, and frames that a network trained along with the attack cannot tell from clean ones.

    `official_quirks` of the budget: as the release, whose realism term gives the clips no gradient, which leaves SMART.

    Source: Liu et al., Adversarial Attack on Skeleton-based Human Action Recognition, TNNLS 2020. Least-squares losses of scores, one step of
    Adam (0.001) of the judge for each of the attack.
    """
    if budget.official_quirks:
        return smart(model, clean, label, budget, perception, share)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        judge = FrameJudge(perception.parents).to(clean.device)
    optimizer = torch.optim.Adam(judge.parameters(), lr=0.001)

    def realism(x: Tensor) -> Tensor:
        optimizer.zero_grad()
        judge_loss(judge(clean), judge(x.detach())).backward()
        optimizer.step()
        return fool_loss(judge(x))

    return smart(model, clean, label, budget, perception, share, realism=realism)


def mig(model: Model, clean: Tensor, label: Tensor, budget: Budget, samples: int = 20, decay: float = 1.0) -> Tensor:
    """MIG: the gradient of the label's probability, summed over clips shrunk to i/samples of their size (integrated gradients), with momentum.

    Source: Ma et al., Transferable Adversarial Attack for Both Vision Transformers and Convolutional Networks via Momentum Integrated
    Gradients, ICCV 2023. A target's logit takes the place of the probability, as in the release.
    """
    case = Case(clean, label, budget)
    total = torch.zeros_like(clean)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        nonlocal total
        with torch.no_grad():
            logits = model(x)
        x = x.detach().requires_grad_()
        g = torch.zeros_like(clean)
        for i in range(1, samples + 1):
            scores = model(x * (i / samples))
            scores = -scores if budget.targeted else scores.softmax(1)
            g = g + case.gradient(scores.gather(1, label[:, None]).sum(), x)
        total = decay * total + g / samples
        return logits, case.unit(total)

    return case.run(move)


def cropped(x: Float[Tensor, "B 3 T J P"], start: int, length: int) -> Float[Tensor, "B 3 T J P"]:
    """Some frames of clips, resized to all of them."""
    b, _, frames, joints, _ = x.shape
    flat = x[:, :, start : start + length].permute(0, 1, 3, 4, 2).flatten(1, 3)
    return F.interpolate(flat, size=frames, mode="linear", align_corners=False).view(b, 3, joints, -1, frames).permute(0, 1, 4, 2, 3)


def corrupted(x: Float[Tensor, "B 3 T J P"], hit: Bool[Tensor, "B N"], turn: Float[Tensor, "B 3 3"], axis: int = 3) -> Float[Tensor, "B 3 T J P"]:
    """What is hit along an axis (joints, 3, or frames, 2) of each clip, by its matrix, as rows."""
    mask = hit.to(x.device)[:, None, None, :, None] if axis == 3 else hit.to(x.device)[:, None, :, None, None]
    return torch.where(mask, torch.einsum("bctjp,bcd->bdtjp", x, turn.to(x)), x)


def sheared(x: Float[Tensor, "B 3 T J P"], off_diagonal: Float[Tensor, "B 3 3"]) -> Float[Tensor, "B 3 T J P"]:
    """Each clip by its matrix, whose diagonal is ones whatever is given there."""
    shear = off_diagonal.clone()
    shear.diagonal(dim1=1, dim2=2).fill_(1.0)
    return torch.einsum("bctjp,bdc->bdtjp", x, shear.to(x))


def augmented(x: Float[Tensor, "B 3 T J P"], dice: skeletons.Dice, official_quirks: bool = False) -> Float[Tensor, "B 3 T J P"]:
    """Clips cropped to 95 % of their time or more and resized; then either 60 % of the joints of each lost or turned, or each sheared.

    With quirks it is 15 of the first 25 frames that are lost or turned: the release numbers joints, and takes frames by these numbers.

    Source: Attackers/utils.py (temporal_cropresize, joint_corruption, pose_augmentation).
    """
    b, _, frames, joints, _ = x.shape
    length = min(max(int(frames * dice.uniform(0.95, 1.0)), frames * 4 // 5), frames)
    x = cropped(x, dice.integer(0, frames - length), length)
    if dice.happens(0.5):
        axis, total = (2, min(25, frames)) if official_quirks else (3, joints)
        # with replacement, as the release draws them
        hit = torch.zeros(b, x.shape[axis], dtype=torch.bool)
        hit[torch.arange(b)[:, None], (dice.uniforms(b, total * 3 // 5) * total).long()] = True
        turn = 2 * dice.uniforms(b, 3, 3) - 1
        turn[dice.uniforms(b) < 0.5] = 0.0
        return corrupted(x, hit, turn, axis)
    return sheared(x, 2 * dice.uniforms(b, 3, 3) - 1)


def augment(model: Model, clean: Tensor, label: Tensor, budget: Budget, generator: torch.Generator) -> Tensor:
    """DIM for skeletons ("Augment"): signs of gradients of clips that are augmented at random before each step.

    `official_quirks` of the budget: the gradient with respect to the augmented clips is taken for that of the clips, and see :func:`augmented`.
    """
    case, dice = Case(clean, label, budget), skeletons.Dice(generator)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            logits = model(x)
        if budget.official_quirks:
            return logits, case.descent(model, augmented(x, dice, True))[1].sign()
        return logits, case.descent(lambda y: model(augmented(y, dice)), x)[1].sign()

    return case.run(move)


def ensemble(models: Sequence[Model], clean: Tensor, label: Tensor, budget: Budget) -> Tensor:
    """ENSEMBLE: signs of the gradient of the summed logits of several recognisers."""
    return ifgsm(lambda x: torch.stack([m(x) for m in models]).sum(0), clean, label, budget, sign=True)


def svre(models: Sequence[Model], clean: Tensor, label: Tensor, budget: Budget, generator: torch.Generator, inner: int = 0, decay: float = 1.0) -> Tensor:
    """SVRE: the ensemble's gradient, made less noisy by inner steps along single recognisers whose deviation from it is taken off.

    Args:
        models, clean, label, budget: see above.
        generator: chooses a recogniser for each inner step.
        inner: how many; 0 for four for each recogniser.
        decay: of the momenta.

    `official_quirks` of the budget: as the release, whose file is ENSEMBLE's.

    Source: Xiong et al., Stochastic Variance Reduced Ensemble Adversarial Attack, CVPR 2022, algorithm 1.
    """
    if budget.official_quirks:
        return ensemble(models, clean, label, budget)
    case = Case(clean, label, budget)
    inner = inner or 4 * len(models)
    total = torch.zeros_like(clean)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        nonlocal total
        single = [case.descent(m, x) for m in models]
        full = torch.stack([g for _, g in single]).mean(0)
        y, carried = x, torch.zeros_like(clean)
        for k in torch.randint(len(models), (inner,), generator=generator).tolist():
            reduced = case.descent(models[k], y)[1] - (single[k][1] - full)
            carried = decay * carried + case.unit(reduced)
            y = clean + (y - budget.rate * carried.sign() - clean).clamp(-budget.epsilon, budget.epsilon) * case.there
        total = decay * total + carried
        return torch.stack([logits for logits, _ in single]).sum(0), total.sign()

    return case.run(move)


def bayesian(
    model: Model, posterior: Posterior, clean: Tensor, label: Tensor, budget: Budget, generator: torch.Generator | None, samples: int = 3, scale: float = 1.5
) -> Tensor:
    """BA: the mean gradient of recognisers whose weights are drawn anew from a posterior at each step.

    Source: Li et al., Making Substitute Models More Bayesian Can Enhance Transferability of Adversarial Examples, ICLR 2023.
    """
    case = Case(clean, label, budget)

    def move(x: Tensor, _: int) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            logits = model(x)
        drawn = [case.descent(posterior.draw(scale, generator), x)[1] for _ in range(samples)]
        return logits, case.unit(torch.stack(drawn).mean(0))

    return case.run(move)


def flat_gradient(net: nn.Module, loss: Callable[[], Tensor], radius: float = 0.1, penalty: float = 1e-3) -> None:
    """Give the parameters the gradient g of the loss, and with it that of a penalty on its size: g + (penalty / radius) (g' - g).

    g' is the gradient where the weights have gone `radius` along g. Calls `loss` twice.

    Source: Zhao et al., Penalizing Gradient Norm for Efficiently Improving Generalization in Deep Learning, ICML 2022, as TASAR has it.
    """
    weights: list[Tensor] = [p for p in net.parameters() if p.requires_grad]
    first = torch.autograd.grad(loss(), weights)
    stride = float(radius / torch.stack([g.norm() for g in first]).norm().clamp_min(_TINY))
    with torch.no_grad():
        torch._foreach_add_(weights, first, alpha=stride)
    second = torch.autograd.grad(loss(), weights)
    with torch.no_grad():
        torch._foreach_add_(weights, first, alpha=-stride)
    for p, g, h in zip(weights, first, second):
        p.grad = g + (penalty / radius) * (h - g)


def finetune_posterior(
    net: nn.Module,
    batches: Callable[[], Sequence[tuple[Tensor, Tensor]]],
    epochs: int = 20,
    lr: float = 5e-3,
    updates: int = 300,
    radius: float = 0.1,
    penalty: float = 1e-3,
) -> Posterior:
    """A posterior of all weights of a trained recogniser, which training goes on with: what BA needs.

    Args:
        net: is trained on, in place.
        batches: the (joints, label) of an epoch.
        epochs, lr: of the training, by SGD with momentum 0.9 and weight decay 5e-4.
        updates: about how often weights are taken in.
        radius, penalty: see `flat_gradient`.

    Source: TASAR (classifiers/STGCN.py, finetune).
    """
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    posterior = Posterior(net)
    step = 0
    net.train()
    for _ in range(epochs):
        epoch = batches()
        every = max(epochs * len(epoch) // updates, 1)
        for joints, label in epoch:
            flat_gradient(net, lambda x=joints, y=label: F.cross_entropy(net(x), y), radius, penalty)  # type: ignore[misc]
            optimizer.step()
            if step % every == 0:
                posterior.update()
            step += 1
    net.eval()
    return posterior
