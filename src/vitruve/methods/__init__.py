"""The published systems, found by slug and imported only when asked for."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitruve.errors import OptionError

if TYPE_CHECKING:
    from vitruve.tasks.method import Method

# slug: (task, class, title). The module is methods/<task>/<slug>.py, the claim claims/<task>/<slug>.py.
_METHODS: dict[str, tuple[str, str, str]] = {
    "skateformer": ("recognition", "SkateFormer", "SkateFormer: Skeletal-Temporal Transformer for Human Action Recognition (ECCV 2024)"),
    "ens1d": ("recognition", "Ens1D", "Ensemble One-dimensional Convolution Neural Networks for Skeleton-based Action Recognition (IEEE SPL 2018)"),
    "skeletonmae": ("recognition", "SkeletonMAE", "SkeletonMAE: Graph-based Masked Autoencoder for Skeleton Sequence Pre-training (ICCV 2023)"),
    "eqmotion": ("forecasting", "EqMotion", "EqMotion: Equivariant Multi-agent Motion Prediction with Invariant Interaction Reasoning (CVPR 2023)"),
    "gap": ("recognition", "GAP", "GAP: Generative Action Description Prompts for Skeleton-based Action Recognition (ICCV 2023)"),
    "chase": ("recognition", "CHASE", "CHASE: Learning Convex Hull Adaptive Shift for Skeleton-based Multi-Entity Action Recognition (NeurIPS 2024)"),
    "psumnet": ("recognition", "PSUMNet", "PSUMNet: Unified Modality Part Streams are All You Need for Efficient Pose-based Action Recognition (ECCVW 2022)"),
    "halp": ("recognition", "HaLP", "HaLP: Hallucinating Latent Positives for Skeleton-based Self-Supervised Learning of Actions (CVPR 2023)"),
    "brl": ("recognition", "BRL", "Balanced Representation Learning for Long-tailed Skeleton-based Action Recognition (arXiv 2023)"),
    "poseda": (
        "lifting",
        "PoseDA",
        "PoseDA: Global Adaptation meets Local Generalization: Unsupervised Domain Adaptation for 3D Human Pose Estimation (ICCV 2023)",
    ),
    "smi_attack": (
        "robustness",
        "SMIAttack",
        "SMI attack: Hard No-Box Adversarial Attack on Skeleton-Based Human Action Recognition with Skeleton-Motion-Informed Gradient (ICCV 2023)",
    ),
    "hopfir": ("lifting", "HopFIR", "HopFIR: Hop-wise GraphFormer with Intragroup Joint Refinement for 3D Human Pose Estimation (ICCV 2023)"),
    "selfpose3d": ("multiview", "SelfPose3d", "SelfPose3d: Self-Supervised Multi-Person Multi-View 3d Pose Estimation (CVPR 2024)"),
    "diffpose": ("lifting", "DiffPose", "DiffPose: Multi-hypothesis Human Pose Estimation using Diffusion Models (ICCV 2023)"),
    "finepose": ("lifting", "FinePOSE", "FinePOSE: Fine-Grained Prompt-Driven 3D Human Pose Estimation via Diffusion Models (CVPR 2024)"),
    "parsinggait": ("gait", "ParsingGait", "Parsing is All You Need for Accurate Gait Recognition in the Wild (ACM MM 2023)"),
    "unimts": ("imu", "UniMTS", "UniMTS: Unified Pre-training for Motion Time Series (NeurIPS 2024)"),
    "tasar": ("robustness", "TASAR", "TASAR: Transfer-based Attack on Skeletal Action Recognition (ICLR 2025)"),
    "opencapbench": ("biomechanics", "OpenCapBench", "OpenCapBench: A Benchmark to Bridge Pose Estimation and Biomechanics (arXiv 2024)"),
}

_PROOF = Path(__file__).parent / "proof"


@dataclass(frozen=True)
class Entry:
    """A line of the catalogue. `parity`, `claim` and `contract` say which proof has been recorded."""

    slug: str
    task: str
    class_name: str
    title: str

    def load(self) -> type[Method]:
        """The method's class."""
        return getattr(importlib.import_module(f"vitruve.methods.{self.task}.{self.slug}"), self.class_name)

    @property
    def proof(self) -> dict[str, Any]:
        """What has been recorded of this method: {"parity": ..., "contract": ..., "claim": ...}."""
        path = _PROOF / f"{self.slug}.json"
        return json.loads(path.read_text()) if path.is_file() else {}

    def facts(self) -> dict[str, Any]:
        """The entry as plain values, for programs."""
        proof = self.proof
        return {
            "slug": self.slug,
            "task": self.task,
            "title": self.title,
            "implemented": True,
            **{kind: proof.get(kind, {"passed": False})["passed"] for kind in ("parity", "claim", "contract")},
            # None says that there is nothing to compare with
            **({"parity_note": proof["parity"]["summary"]} if proof.get("parity", {"passed": False})["passed"] is None else {}),
        }


@cache
def catalogue() -> dict[str, Entry]:
    """Every method by slug."""
    return {slug: Entry(slug, *entry) for slug, entry in _METHODS.items()}


def method(slug: str) -> type[Method]:
    """A method's class by slug; OptionError lists the slugs there are."""
    if slug not in _METHODS:
        raise OptionError(f"unknown method {slug!r}; expected one of: {', '.join(sorted(_METHODS))}")
    return catalogue()[slug].load()


def shipped(slug: str) -> list[Path]:
    """Folders of a method's weights that come with the package."""
    folder = Path(__file__).parent / catalogue()[slug].task / "weights"
    return sorted(p.parent for p in folder.glob("*/config.json") if json.loads(p.read_text()).get("slug") == slug)


def load_shipped(slug: str) -> Method:
    """A method with the weights that come with the package; its `provenance` says what they were trained on, how, and how well they do.

    Raises OptionError where none come with it, or several.
    """
    cls, folders = method(slug), shipped(slug)
    if len(folders) != 1:
        which = f"several come with vitruve: {', '.join(map(str, folders))}" if folders else "none come with vitruve"
        raise OptionError(f"{slug} needs --weights FOLDER ({which}; `vitruve train {slug}` makes them)")
    model = cls.from_pretrained(folders[0])
    assert isinstance(model, cls)
    model.provenance = json.loads((folders[0] / "PROVENANCE.json").read_text())
    return model


def describe(slug: str) -> str:
    """A method's card, inputs and outputs, proof and how to run it, as text."""
    from textwrap import fill

    cls = method(slug)
    card, entry = cls.card, catalogue()[slug]
    lines = [card.title, f"{card.venue}; task: {card.task}; official code: {card.official or 'none'} ({card.code_licence})", "", fill(card.summary, 100), ""]
    lines += [f"claim: {fill(card.claim, 100)}", ""]
    lines += ["published figures:"] + [f"  {f.dataset}: {f.metric} {f.value} ({f.source})" for f in card.figures]
    lines += ["", "proof:"]
    for kind in ("parity", "contract", "claim"):
        record = entry.proof.get(kind)
        lines.append(f"  {kind}: {record['summary'] if record else 'not recorded'}")
    lines += ["", "run:", f"  vitruve train {slug} --data SET", f"  vitruve predict {slug} FILE", f"  vitruve reproduce {slug} --quick"]
    return "\n".join(lines)
