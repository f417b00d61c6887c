"""SkeletonMAE's point: an encoder that learned to reconstruct masked body parts is a better start than random weights, where labels are few."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from vitruve.claims.base import ClaimResult, shown
from vitruve.data import load
from vitruve.data.actions import action_split, class_names, cross_view, few_labels
from vitruve.methods.recognition.skeletonmae import Config, SkeletonMAE
from vitruve.nn.gin import bone_links
from vitruve.tasks.method import Recipe, config_to_json
from vitruve.tasks.recognition import ActionClip
from vitruve.training import TrainingOptions, train

BASE: dict[str, Any] = {"num_classes": 10, "skeleton": "kinect20", "dims": 3, "people": 1, "mse_weight": 1.0, "turn": 30.0}
SCRATCH, PARTS, JOINTS = "random start", "body parts masked", "random joints masked"
ARMS: dict[str, tuple[dict[str, Any], str] | None] = {
    SCRATCH: None,
    PARTS: ({}, "nw_ucla"),
    JOINTS: ({"masking": "joints"}, "nw_ucla"),
    "body parts masked, links not predicted": ({"edge_weight": 0.0}, "nw_ucla"),
    "body parts masked, in UTD-MHAD": ({}, "utd_mhad"),
}
"""What the autoencoder of each arm is, and the set whose clips it reads; none for random weights."""


@dataclass(frozen=True)
class Size:
    """How large an experiment is."""

    config: Config
    arms: tuple[str, ...]
    pretraining: int
    """Epochs."""
    finetuning: dict[float, int]
    """Epochs, by the share of training labels."""
    probing: int
    """Epochs of the linear probe, which has all shares."""


FULL = Size(Config(**BASE, frames=32, width=64, channels=(64, 128, 128)), tuple(ARMS), pretraining=30, finetuning={0.05: 120, 0.1: 120, 1.0: 30}, probing=30)
QUICK = Size(
    Config(**BASE, frames=16, width=32, channels=(32, 64), strides=(1, 2), kernels=(3, 5)),
    (SCRATCH, PARTS, JOINTS),
    pretraining=6,
    finetuning={0.1: 15},
    probing=15,
)


def run(quick: bool = False, seeds: int = 3, data_root: str | Path | None = None, folder: str | Path = "claims", progress: bool = True) -> ClaimResult:
    """Pre-train on clips of NW-UCLA views 1 and 2 without labels, train with a share of their labels, test once on view 3.

    Every share is trained both ways: all of a network that starts from the encoder, and a linear map of the frozen encoder's
    features. The same labelled clips in all arms of a seed. The recipe's optimisers, in batches of 16 clips. `quick` has
    10 % of the labels, smaller networks, and the three arms of the claim.
    """
    start = time.perf_counter()
    size = QUICK if quick else FULL
    clips = load("nw_ucla", data_root)
    training, test = cross_view(clips)
    unlabelled = {"nw_ucla": training}
    if any(ARMS[a] is not None and ARMS[a][1] == "utd_mhad" for a in size.arms):  # type: ignore[index]
        unlabelled["utd_mhad"] = load("utd_mhad", data_root)
    pretrain, finetune = SkeletonMAE.RECIPE.stages
    place = Path(folder) / "skeletonmae"
    kind = "quick" if quick else "full"

    def trained(model: SkeletonMAE, samples: Sequence[ActionClip], stage: Any, name: str, seed: int, epochs: int) -> SkeletonMAE:
        model.classes = class_names(clips)
        options = TrainingOptions(seed=seed, epochs=epochs, batch_size=16, progress=progress, accelerator="auto")
        train(model, action_split(model, samples), place / f"{kind}-{name.replace(' ', '-').replace(',', '')}-{seed}", options, Recipe((stage,)))
        return model

    def fresh(seed: int, **changes: Any) -> SkeletonMAE:
        torch.manual_seed(seed)
        return SkeletonMAE(replace(size.config, **changes))

    # a quarter of the recipe's batch, a quarter of its rate
    rate = {"pretrain": pretrain, "finetune": replace(finetune, lr=finetune.lr / 4)}
    accuracy: dict[str, dict[str, list[float]]] = {}
    rebuilt: dict[str, dict[str, list[float]]] = {}
    for seed in range(seeds):
        for arm in size.arms:
            kept = None
            if (chosen := ARMS[arm]) is not None:
                change, source = chosen
                kept = trained(fresh(seed, **change), unlabelled[source], rate["pretrain"], f"pretrain {arm}", seed, size.pretraining)
                for name, values in reconstruction_errors(kept, training, test).items():
                    entry = rebuilt.setdefault(name if name != "autoencoder" else arm, {"cosine": [], "distance": []})
                    for k, v in values.items():
                        entry[k].append(v)
            for share, epochs in size.finetuning.items():
                labelled = few_labels(training, share, seed)
                for protocol in ("finetune", "linear"):
                    model = fresh(seed, protocol=protocol)
                    if kept is not None:
                        model.take_encoder(kept)
                    trained(model, labelled, rate["finetune"], f"{protocol} {share:g} {arm}", seed, epochs if protocol == "finetune" else size.probing)
                    setting = f"{protocol}, {100 * share:g} % of labels"
                    accuracy.setdefault(setting, {}).setdefault(arm, []).append(100 * model.evaluate(test).top1)
    few = [s for s in accuracy if s.startswith("finetune") and not s.startswith("finetune, 100 %")]
    gains = {s: [p - r for p, r in zip(accuracy[s][PARTS], accuracy[s][SCRATCH])] for s in accuracy}
    policy = {s: mean(accuracy[s][PARTS]) - mean(accuracy[s][JOINTS]) for s in accuracy}
    started_better = all(mean(gains[s]) > 0 and 2 * sum(g > 0 for g in gains[s]) > seeds for s in few)
    masked_better = mean(policy[s] for s in few) >= 0
    rows = [["arm", *accuracy]]
    rows += [[arm, *(shown(by_arm[arm], 1) for by_arm in accuracy.values())] for arm in size.arms]
    rows += [["masked parts of view 3", "cosine", "distance", *[""] * (len(accuracy) - 2)]]
    rows += [[name, shown(v["cosine"], 3), shown(v["distance"], 3), *[""] * (len(accuracy) - 2)] for name, v in rebuilt.items()]
    said = "; ".join(f"{s}: {mean(gains[s]):+.1f} points from a random start, {policy[s]:+.1f} from masking random joints" for s in accuracy)
    return ClaimResult(
        slug="skeletonmae",
        metric="top-1 accuracy (%) on NW-UCLA view 3; distances in the clip's box, which is 2 wide",
        arms={f"{arm} ({s})": values for s, by_arm in accuracy.items() for arm, values in by_arm.items()},
        table=rows,
        conclusion=f"An encoder that reconstructed masked body parts, {size.pretraining} epochs long: {said}.",
        reproduced=started_better and masked_better,
        data=f"NW-UCLA, {len(training)} training and {len(test)} test clips",
        seeds=list(range(seeds)),
        quick=quick,
        duration=time.perf_counter() - start,
        details={
            "config": config_to_json(size.config),
            "pretraining_epochs": size.pretraining,
            "finetuning_epochs": {str(k): v for k, v in size.finetuning.items()},
            "probing_epochs": size.probing,
            "masked_parts": size.config.masked,
        },
    )


def _poses(model: SkeletonMAE, clips: Sequence[ActionClip]) -> Float[Tensor, "N J 3"]:
    """All frames of clips, as the network reads them."""
    return torch.cat([model.prepare(c.poses.map_to(model.skeleton))[0].permute(3, 1, 2, 0).flatten(0, 1) for c in clips])


def neighbour_means(poses: Float[Tensor, "N J D"], mask: Bool[Tensor, "N J"], links: Float[Tensor, "J J"]) -> Float[Tensor, "N J D"]:
    """Each joint as the mean of the visible joints that the fewest bones part it from."""
    near = torch.eye(len(links))
    visible = (~mask).float()
    out, found = torch.zeros_like(poses), torch.zeros_like(mask)
    while not found.all():
        count = visible @ near
        fresh = (count > 0) & ~found
        means = torch.einsum("jk,njd->nkd", near, poses * visible[..., None]) / count.clamp_min(1)[..., None]
        out = torch.where(fresh[..., None], means, out)
        found |= fresh
        near = ((near @ links + near) > 0).float()
    return out


@torch.inference_mode()
def reconstruction_errors(model: SkeletonMAE, training: Sequence[ActionClip], test: Sequence[ActionClip]) -> dict[str, dict[str, float]]:
    """Cosine and mean distance of masked joints of test poses: the autoencoder, the mean training pose, and the means of visible neighbours.

    The same parts are masked whatever the model was trained with.
    """
    poses = _poses(model, test)
    parts = SkeletonMAE(replace(model.config, masking="parts")).mae
    mask = parts.draw(len(poses), torch.Generator().manual_seed(0))
    guesses = {
        "autoencoder": torch.cat([model.reconstruct(p, m) for p, m in zip(poses.split(4096), mask.split(4096))]),
        "mean pose": _poses(model, training).mean(0).expand_as(poses),
        "means of visible neighbours": neighbour_means(poses, mask, bone_links(model.skeleton)),
    }
    scored = mask & (poses != 0).any(-1)
    return {
        name: {
            "cosine": float(F.cosine_similarity(poses, guess, dim=-1)[scored].mean()),
            "distance": float((poses - guess).norm(dim=-1)[scored].mean()),
        }
        for name, guess in guesses.items()
    }
