"""TASAR and its benchmark: the victims, the attacks on ST-GCN, the two Bayesian stages, the models of motion."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.parity.named import Named
from tests.parity.reading import in_training
from vitruve.methods.recognition.skateformer import SkateFormer
from vitruve.methods.robustness.tasar import TASAR, head_answers
from vitruve.nn import attacks
from vitruve.nn.bayes import Posterior, SGAdaHMC, gaussian
from vitruve.nn.tvar import influence
from vitruve.nn.victims import HDM05, NTU, Body, read_victim
from vitruve.tasks.recognition import RecognitionBatch

CLASSIFIERS = {"3layerMLP": "mlp"}


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray], state: dict[str, Tensor]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config = spec["config"]
    outputs = [k.removeprefix("out/") for k in spec["shapes"] if k.startswith("out/")]
    body = HDM05 if config.get("dataset") == "hdm05" else NTU
    if "coef1" in x:
        return aligned(x, {k.removeprefix("out/"): v for k, v in spec["shapes"].items()})
    if "noise" in x and "SGAdaHMC" in config:
        return _dual(config, x, outputs, state)
    if "bayesianModelNum" in config:
        return _tasar(config, x, outputs, state)
    if "attacker" in config:
        return _attack(config, x, f"{spec['calls']} {spec['notes']}", state, body)
    if not state and "x" in x and {"start", "index", "shear"} & x.keys():
        return _augmented(x)
    if not state and {"x", "changed"} <= x.keys():
        return _perceived(config, x, body)
    if "classifier" in config:
        return _victim(spec, x, outputs, state, body)
    raise ValueError(f"config {sorted(config)}, inputs {sorted(x)}: nothing known")


def aligned(x: dict[str, Tensor], shapes: dict) -> dict[str, object]:
    """What AR1 and AR2 are of given coefficients; the first clips and joints are what the golden keeps."""
    first, second = x["coef1"], x["coef2"]
    if second.shape[-1] != 2:
        raise ValueError(f"coef2 {tuple(second.shape)}: expected the two coefficients last")
    frames = shapes["AR1"][2]
    both = influence(first[..., None], second, frames)
    return {name: _cut(v.movedim(-1, 2), shapes[name]) for name, v in zip(("AR1", "AR2"), both)}


def _cut(value: Tensor, shape: list[int]) -> Tensor:
    """The beginning of every axis, as much as the golden has."""
    if value.ndim != len(shape):
        raise ValueError(f"{tuple(value.shape)}: the golden has {shape}")
    return value[tuple(slice(0, n) for n in shape)]


def _victim(spec: dict, x: dict[str, Tensor], outputs: list[str], state: dict[str, Tensor], body: Body) -> Named:
    config, shapes, joints = spec["config"], spec["shapes"], x["x"]
    name = CLASSIFIERS.get(config["classifier"], config["classifier"].lower())
    seen: dict[str, Tensor] = {}
    net: nn.Module
    call: Callable[[], Tensor]
    if name == "skateformer":
        net, call = _skateformer(state, joints)
    else:
        victim = read_victim(name, state, body, joints.shape[2])
        net = next(iter(victim.streams.values())) if len(victim.streams) == 1 else victim
        # the golden's MLP reads (N, T, 3 J), which is no clip of ours
        call = (lambda: net(joints)) if joints.ndim == 3 else (lambda: victim(joints))
    net.train(in_training(spec))
    modules = dict(net.named_modules())
    for output in outputs:
        if _inner_name(output) in modules:
            modules[_inner_name(output)].register_forward_hook(lambda m, a, y, output=output: seen.update({output: y}))
    label = x.get("labels", x.get("label"))
    with torch.set_grad_enabled(label is not None):
        logits = call()
    found: dict[str, object] = {"logits": logits} | {k: _cut(v, shapes[f"out/{k}"]) for k, v in seen.items()}
    if label is not None:
        found["loss"] = F.cross_entropy(logits, label)
        found["loss"].backward()  # type: ignore[attr-defined]
    ours = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    result = Named(found, net, {k: ours[_inner_name(k)] for k in state if _inner_name(k) in ours})
    for k in state:
        # MS-G3D's learned graphs: theirs stand one under the other, and the other way round
        graphs = ours.get(_inner_name(k).removesuffix("A_res") + "PA") if k.endswith("A_res") else None
        if graphs is not None and graphs.grad is not None:
            result.gradients[k] = graphs.grad.mT.flatten(0, 1)
    return result


def _inner_name(name: str) -> str:
    """Our name of a module of the release's."""
    if name.startswith("block") and name[5:].isdigit():
        name = f"st_gcn_networks.{name[5:]}"
    if place := re.match(r"(gcn3d|sgcn|tcn)([123])(.*)", name):
        name = f"stages.{int(place[2]) - 1}.{place[1]}{place[3]}"
    return name


def _skateformer(state: dict[str, Tensor], joints: Tensor) -> tuple[nn.Module, Callable[[], Tensor]]:
    """Clips come padded to 64 frames and in part order."""
    # partitions of near joints are not in the weights: four joints in the benchmark's release
    model = SkateFormer.from_official(state, skeleton="ntu25", people=joints.shape[-1], near_joints=4)
    frames = joints.shape[2]
    index = (2 * torch.arange(frames) / frames - 1).repeat(len(joints), 1)
    return model, lambda: model(RecognitionBatch(joints, index))


# -- attacks -------------------------------------------------------------------------------------

SURROGATES = {
    "stgcn": ("st_gcn_networks.0.gcn.conv.weight", "A"),
    "sttformer": ("input_map.0.weight",),
    "mlp": ("mlpstack.0.weight",),
    "msg3d_joint": ("sgcn1.0.A_res",),
    "frhead": ("ren_low.spatio_squeeze.0.weight",),
    "agcn_joint": ("l1.gcn1.conv_d.0.weight",),
    "ctrgcn": ("l1.gcn1.convs.0.conv1.weight",),
}
"""Entries that tell a classifier's weights."""


def _surrogate(config: dict, state: dict[str, Tensor], named: str) -> str:
    """The classifier that is attacked: as the golden names it, else as its weights show."""
    if config.get(named):
        return CLASSIFIERS.get(config[named], config[named].lower())
    return next(name for name, entries in SURROGATES.items() if all(e in state for e in entries))


def _members(config: dict, state: dict[str, Tensor]) -> list[tuple[str, dict[str, Tensor]]]:
    """The recognisers under attack and their weights: one, or those of an ensemble, each under a prefix of its own, in order."""
    names = (config.get("classifier") or "").split(",")
    if len(names) == 1:
        return [(_surrogate(config, state, "classifier"), state)]
    depth = next(d for d in (1, 2, 3) if len({tuple(k.split(".")[:d]) for k in state}) == len(names))
    parts: dict[str, dict[str, Tensor]] = {}
    for key, value in state.items():
        words = key.split(".")
        parts.setdefault(".".join(words[:depth]), {})[".".join(words[depth:])] = value
    return [(_surrogate({"classifier": name}, part, "classifier"), part) for name, part in zip(names, parts.values())]


def _budget(config: dict) -> attacks.Budget:
    return attacks.Budget(config["clippingThreshold"], 0.01, config["steps"], config["attackType"] == "target", official_quirks=True)


class _Watched:
    """A model, and the best share of clips it was fooled on, in per cent, while it read whole batches."""

    def __init__(self, model: Callable[[Tensor], Tensor], case: attacks.Case) -> None:
        self.model, self.case, self.rate = model, case, -np.inf

    def __call__(self, joints: Tensor) -> Tensor:
        logits = self.model(joints)
        if len(logits) == len(self.case.label):
            self.rate = max(self.rate, 100 * float(self.case.fooled(logits).float().mean()))
        return logits


def _perception(config: dict, body: Body) -> attacks.Perception:
    norm, _, rest = config["perpLoss"].partition("_")
    return attacks.Perception(
        body.bones,
        # the release weighs the spine of HDM05, whatever the joints are
        spine=(10, 11, 12, 13, 14),
        bone=config["boneLenWeight"],
        acceleration=config["reconWeight"],
        norm="linf" if norm == "lInf" else "l2",
        dynamics=rest == "acc-bone",
    )


def _results(case: attacks.Case, changed: Tensor, logits: Tensor, rate: float) -> dict[str, object]:
    return {"delta_x100": 100 * (changed - case.clean), "adversarial_labels": logits.argmax(1), "fool_rate": np.array([rate])}


def _augmented(x: dict[str, Tensor]) -> dict[str, object]:
    """The three changes of Augment, each of the clips given, by the draws given."""
    clips, out = x["x"], dict[str, object]()
    if "start" in x:
        out["cropped"] = attacks.cropped(clips, int(x["start"]), int(x["length"]))
    if "index" in x:
        out["corrupted"] = _corrupted(clips, x["flip"], x["index"], x["corruption"])
    if "shear" in x:
        out["sheared"] = attacks.sheared(clips, x["shear"])
    return out


def _corrupted(clips: Tensor, flip: Tensor, index: Tensor, turn: Tensor) -> Tensor:
    hit = torch.zeros(len(clips), clips.shape[2], dtype=torch.bool)
    hit[torch.arange(len(clips))[:, None], index.long()] = True
    return attacks.corrupted(clips, hit, torch.where(flip[:, None, None] < 0.5, 0.0, turn), axis=2)


def _perceived(config: dict, x: dict[str, Tensor], body: Body) -> dict[str, object]:
    """SMART's perceptual loss and its gradient."""
    changed = x["changed"].requires_grad_()
    loss = _perception(config, body).loss(x["x"], changed)
    return {"loss": loss, "perceptual_loss": loss, "grad": torch.autograd.grad(loss, changed)[0], "bone_lengths": _lengths(x["x"], body, config)}


def _lengths(clips: Tensor, body: Body, config: dict) -> Tensor:
    return _perception(config, body).lengths(clips.permute(0, 4, 2, 3, 1)).permute(0, 2, 3, 1)


class _Draws:
    """What Augment draws at a step: given, step after step, or drawn after the golden's seed in the authors' order."""

    def __init__(self, x: dict[str, Tensor], seed: int | None) -> None:
        self.x, self.step, self.dice = x, 0, random.Random(seed)
        if seed is not None:
            torch.manual_seed(seed)

    def __call__(self, clips: Tensor, dice: object = None, official_quirks: bool = True) -> Tensor:
        b, frames = len(clips), clips.shape[2]
        given = {k: v[self.step] for k, v in self.x.items() if k in ("scale", "start", "choice", "flip", "index", "corruption", "shear")}
        self.step += 1
        share = float(given["scale"]) if given else torch.rand(1).item()
        length = min(max(int(frames * (1 - 0.05 * share)), frames * 4 // 5), frames)
        start = int(given["start"]) if given else int(torch.randint(0, frames - length + 1, (1,)))
        clips = attacks.cropped(clips, start, length)
        if (float(given["choice"]) if given else self.dice.random()) >= 0.5:
            return attacks.sheared(clips, given["shear"] if given else 2 * torch.rand(b, 3, 3) - 1)
        flip = given["flip"] if given else torch.rand(b)
        index = given["index"] if given else torch.randint(0, 25, (b, 15))
        turn = given["corruption"] if given else torch.stack([2 * torch.rand(3, 3) - 1 if f >= 0.5 else torch.zeros(3, 3) for f in flip])
        return _corrupted(clips, flip, index, turn)


def _posterior(config: dict, state: dict[str, Tensor], body: Body, frames: int, x: dict[str, Tensor], seed: int | None) -> tuple[nn.Module, Posterior]:
    """The recogniser and its posterior, from entries of three models under a prefix each: it, the means, the mean squares."""
    parts: dict[str, dict[str, Tensor]] = {}
    for key, value in state.items():
        first, _, rest = key.partition(".")
        kind = "square" if first.startswith("sq") else "mean" if first.startswith("mean") else "base"
        parts.setdefault(kind, {})[rest] = value
    name = _surrogate(config, parts["mean"], "classifier")
    net, mean, square = (read_victim(name, parts[k], body, frames).double() for k in ("base", "mean", "square"))
    posterior = Posterior(mean)
    posterior.square = {k: v.detach() for k, v in square.named_parameters()}
    if seed is not None:
        torch.manual_seed(seed)
    if "noise" in x:
        # all weights of a draw, one after the other
        rows = iter(x["noise"].flatten(0, 1))

        def draw(scale: float, generator: torch.Generator | None = None) -> Callable[[Tensor], Tensor]:
            row, weights = next(rows), {}
            for k, m in posterior.mean.items():
                noise, row = row[: m.numel()], row[m.numel() :]
                weights[k] = gaussian(m.flatten(), posterior.square[k].flatten(), scale, noise).view_as(m)
            return lambda y: torch.func.functional_call(mean, weights, (y,))

        posterior.draw = draw  # type: ignore[method-assign]
    return net, posterior


def _attack(config: dict, x: dict[str, Tensor], words: str, state: dict[str, Tensor], body: Body) -> dict[str, object]:
    told = re.search(r"\bseed\D{0,2}(\d+)", words)
    seed = int(told[1]) if told else None
    bayesian = config["attacker"].startswith("B")
    # in double precision: where rounding turns a ReLU over, gradients jump, and the golden's own rounding is enough of that
    frames = x["x"].shape[2]
    posterior = None
    if bayesian and config["classifier"] not in ("MSG3D", "AGCN"):
        net, posterior = _posterior(config, state, body, frames, x, seed)
        victims = [net]
    else:
        victims = [read_victim(name, part, body, frames).double() for name, part in _members(config, state)]

    def victim(joints: Tensor) -> Tensor:
        return torch.stack([v(joints) for v in victims]).sum(0)

    clean, label, budget = x["x"].double(), x.get("targets", x["labels"]), _budget(config)
    case = attacks.Case(clean, label, budget)
    model = _Watched(victim, case)
    name = config["attacker"].removesuffix("Attacker").upper()
    if name == "FGSM":
        changed = attacks.ifgsm(model, clean, label, budget)
    elif name == "MI-FGSM":
        changed = attacks.mifgsm(model, clean, label, budget, decay=0.1)
    elif name in ("SMART", "CIASA"):
        # the realism term of the release's CIASA has no gradient
        changed = attacks.smart(model, clean, label, budget, _perception(config, body), config["classWeight"], {"Adam": "adam"}.get(config["updateRule"], "gd"))
    elif name == "MIG":
        changed = attacks.mig(model, clean, label, budget)
    elif name == "AUGMENT":
        draws, ours = _Draws(x, seed), attacks.augmented
        attacks.augmented = draws
        try:
            changed = attacks.augment(model, clean, label, budget, torch.Generator())
        finally:
            attacks.augmented = ours
    elif posterior is not None:
        changed = attacks.bayesian(model, posterior, clean, label, budget, None, config["n_models"], config["scale"])
    elif bayesian:
        # of two streams the release draws recognisers and asks the one that is attacked
        changed = attacks.ifgsm(model, clean, label, budget)
    elif name in ("ENSEMBLE", "SVRE"):
        changed = attacks.ensemble([model], clean, label, budget)
    else:
        raise ValueError(f"attacker {name!r}: nothing known")
    rate = model.rate
    with torch.no_grad():
        return _results(case, changed, victim(changed), rate)


def _method(config: dict, x: dict[str, Tensor], state: dict[str, Tensor], **more: object) -> TASAR:
    base = {k.removeprefix("base."): v for k, v in state.items() if k.startswith("base.")}
    hdm05 = config.get("dataset", "hdm05") == "hdm05"
    return TASAR.from_official(
        state,
        surrogate=_surrogate(config, base, "baseClassifier"),
        skeleton="hdm05" if hdm05 else "ntu25",
        people=x["x"].shape[-1],
        frames=x["x"].shape[2],
        **more,
    )


def _tasar(config: dict, x: dict[str, Tensor], outputs: list[str], state: dict[str, Tensor]) -> dict[str, object]:
    steps, samples = config["steps"], config.get("weight_samples_per_head", 20)
    targeted = config.get("attackType") == "target"
    more = {"samples": samples, "scale": config["scale"], "epsilon": config["clippingThreshold"], "steps": steps, "motion": bool(config["temporal"])}
    model = _method(config, x, state, targeted=targeted, **more)
    model.double()
    x = {k: v.double() if v.is_floating_point() else v for k, v in x.items()}
    label = x["targets"] if targeted else x["labels"]
    case = attacks.Case(x["x"], label, model.config.budget)
    both = tuple(v if v.ndim == 5 else v[..., None] for v in (x["AR1"], x["AR2"])) if "AR1" in x else None
    rates = []
    kept, model_logits = case.fooled, model.logits

    def watched(self: attacks.Case, logits: Tensor) -> Tensor:
        fooled = kept(logits)
        rates.append(100 * float(fooled.float().mean()))
        return fooled

    original = attacks.Case.fooled
    attacks.Case.fooled = watched  # type: ignore[method-assign]
    try:
        changed = model.perturb(x["x"], label, influence=both, noise=x["noise"][:, :, :, None])
    finally:
        attacks.Case.fooled = original  # type: ignore[method-assign]
    with torch.no_grad():
        out = _results(case, changed, model_logits(changed), max(rates))
        if "head_logits" in outputs:
            read = model.surrogate.answers(x["x"]).relu()
            out["head_logits"] = head_answers(read, model.heads)[:, 0]
    return out


def _dual(config: dict, x: dict[str, Tensor], outputs: list[str], state: dict[str, Tensor]) -> dict[str, object]:
    """The second stage: heads do not touch each other, so all move at once; only the release's count of weights taken in runs from head to head."""
    model = _method(config, x, state, radius=config["perturbation_radius"], flatness=config["lam"])
    c = config["SGAdaHMC"]
    sampler = SGAdaHMC([model.heads], c["lr"], c["L"], c["T"], c["tao"], c["C"], keep=False)
    noise = x["noise"] if x["noise"].ndim == 5 else x["noise"][None]
    batches = list(zip(x["x"].split(config["batchSize"]), x["labels"].split(config["batchSize"])))
    epochs, start = config["epochs"], config["swa_start"]
    every = (epochs - start) * len(batches) // config["swa_n"]
    taken = [[e + 1 > start and ((e - start) * len(batches) + b) % every == 0 for b in range(len(batches))] for e in range(epochs)]
    heads = len(model.heads)
    for e in range(epochs):
        before = heads * sum(map(sum, taken[:e]))
        for b, (joints, label) in enumerate(batches):
            read = model.surrogate.answers(joints).detach().relu()
            loss = model.head_losses(read, label, model.heads).sum() + model.flatness(read, label)
            (model.heads.grad,) = torch.autograd.grad(loss, [model.heads])
            sampler.step(noise=noise[e, :, b].transpose(0, 1)[:, :, None])
            for m in range(heads):
                if taken[e][b]:
                    model.take_in(m, before + m * sum(taken[e]) + sum(taken[e][:b]))
    rows = {"head": model.heads.detach(), "mean": model.mean, "sqmean": model.square}
    out: dict[str, object] = {}
    k = config["classNum"]
    for name, value in rows.items():
        for m, row in enumerate(value[:, 0]):
            parts = row.split([k * k, k, k * k, k])
            out |= {f"{name}{m}.{p}": v.view(k, k) if p.endswith("weight") else v for p, v in zip(("0.weight", "0.bias", "1.weight", "1.bias"), parts)}
    return out
