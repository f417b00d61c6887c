"""Speed of recognisers, the gait and IMU networks, and attacks, beside the authors' code: inference and a training step (or an attack step), in one run.

python -m benchmarks.recognition [NAME ...] [--official FOLDER] [--repeats 5]

FOLDER holds checkouts of the authors' repositories, each named owner+name (see `REPOSITORIES`). Both sides get the same weights and batch, take
turns on one thread, and must give the same numbers before they are timed. Some repositories need `einops`. Without a checkout only ours is timed.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.peers import Row, agree, bare_package, importing, rows, run_cases, stub, together, training_step, without_gradient
from vitruve.methods.gait.parsinggait import ParsingGait
from vitruve.methods.imu.unimts import UniMTS
from vitruve.methods.recognition import gap as gaps
from vitruve.methods.recognition.brl import BRL
from vitruve.methods.recognition.chase import CHASE
from vitruve.methods.recognition.gap import GAP
from vitruve.methods.recognition.halp import HaLP
from vitruve.methods.recognition.psumnet import PSUMNet
from vitruve.methods.robustness.smi_attack import SMIAttack, follow
from vitruve.methods.robustness.tasar import TASAR
from vitruve.tasks.gait import GaitBatch
from vitruve.tasks.recognition import RecognitionBatch

REPOSITORIES = {
    "gap": "MartinXM/GAP",
    "psumnet": "skelemoa/psumnet",
    "brl": "firework8/BRL",
    "halp": "anshulbshah/HaLP",
    "chase": "Necolizer/CHASE",
    "unimts": "xiyuanzh/UniMTS",
    "parsinggait": "Gait3D/Gait3D-Benchmark",
    "tasar": "yunfengdiao/Skeleton-Robustness-Benchmark",
    "smi_attack": "luyg45/HardNoBoxAttack",
}
NTU: dict[str, Any] = {"num_point": 25, "num_person": 2, "graph_args": {"labeling_mode": "spatial"}}


@dataclass
class Side:
    """A network in training: what it answers, its loss."""

    network: nn.Module
    forward: Callable[[], Tensor]
    loss: Callable[[], Tensor]


def livened(network: nn.Module) -> nn.Module:
    """Weights that hide nothing: fresh ones have zeros, and normalisations that pass a millionth on."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            # small enough that ten blocks do not blow rounding up
            nn.init.uniform_(module.weight, 0.1, 0.5)
            nn.init.normal_(module.running_mean, 0, 0.1)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.5, 1.5)  # type: ignore[arg-type]
    for p in network.parameters():
        if not p.any():
            nn.init.normal_(p, std=0.1)
    return network


def both(name: str, samples: int, repeats: int, ours: Side, theirs: Side | None, checked: bool = True, step: str = "training step") -> list[Row]:
    """Inference and a training step; `checked` where the loss has no chance in it."""
    sides = {"ours": ours} | ({} if theirs is None else {"peer": theirs})
    for side in sides.values():
        side.network.eval()
    if theirs is not None:
        with torch.no_grad():
            agree(f"{name}, inference", ours.forward(), theirs.forward())
    inference = together(repeats, **{n: without_gradient(s.forward) for n, s in sides.items()})
    for side in sides.values():
        side.network.train()
    if theirs is not None and checked:
        agree(f"{name}, loss", ours.loss().detach(), theirs.loss().detach())
    training = together(repeats, **{n: training_step(s.network.parameters(), s.loss) for n, s in sides.items()})
    return [rows(f"{name}: inference", inference), rows(f"{name}: {step}", training, samples)]


def clips(batch: int, channels: int, frames: int, joints: int, people: int, classes: int) -> RecognitionBatch:
    g = torch.Generator().manual_seed(0)
    x = 0.3 * torch.randn(batch, channels, frames, joints, people, generator=g)
    return RecognitionBatch(x, torch.linspace(-1, 1, frames).repeat(batch, 1), torch.randint(classes, (batch,), generator=g))


def labels_of(batch: RecognitionBatch) -> Tensor:
    assert batch.label is not None
    return batch.label


# -- networks ------------------------------------------------------------------------------------


class GivenText(nn.Module):
    """In place of CLIP, which costs both sides the same: a vector for every sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Tensor] = {}

    def tokenize(self, sentences: list[str]) -> list[str]:
        return sentences

    def forward(self, sentences: list[str]) -> SimpleNamespace:
        return SimpleNamespace(embedding=torch.stack([self.known.setdefault(s, torch.randn(512)) for s in sentences]))


def gap(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    data = clips(batch, 3, 64, 25, 2, 60)
    label = labels_of(data)
    with importing(*_path(official), absent=("clip",)):
        ours, theirs = GAP(gaps.Config(text="none", synonyms=False, official_quirks=True)), None
        if official is not None:
            build = importlib.import_module("model.ctrgcn").Model_lst_4part
            network = livened(build(num_class=60, graph="graph.ntu_rgb_d.Graph", k=8, head=["ViT-B/32"], **NTU))
            create_logits = importlib.import_module("tools").create_logits
            kl = importlib.import_module("KLLoss").KLLoss()
            ours = GAP.from_official(network.state_dict(), k=8, synonyms=False)
        ours.text = GivenText()
        if official is not None:
            sentences = [ours._sentences(ours.texts[k]) for k in label.tolist()]
            texts = [ours._embed([s[j] for s in sentences]) for j in range(5)]
            truth = (label[:, None] == label).float()

            def loss() -> Tensor:
                output, features, scale, parts = network(data.joints)
                terms = []
                for j, feature in enumerate([features["ViT-B/32"], *parts]):
                    one, other = create_logits(feature, texts[j], scale[:, j].mean())
                    terms.append((kl(one, truth) + kl(other, truth)) / 2)
                return F.cross_entropy(output, label) + 0.8 * sum(terms) / len(terms)

            theirs = Side(network, lambda: network(data.joints)[0], loss)
        return both(f"GAP (CTR-GCN), {batch} clips", batch, repeats, Side(ours, lambda: ours(data), lambda: sum(ours.losses(data).values())), theirs)  # type: ignore[arg-type,return-value]


def psumnet(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    data = clips(batch, 12, 64, 25, 2, 60)
    label = labels_of(data)
    parts = {"body": 25, "hands": 13, "legs": 9}
    x = {s: data.joints[:, :, :, :joints].contiguous() for s, joints in parts.items()}
    with importing(*_path(official)):
        ours, theirs = PSUMNet(), None
        if official is not None:
            build = importlib.import_module("model.psumnet").Model
            sizes = {**NTU, "graph": "graph.ntu_rgb_d.Graph", "num_class": 60, "in_channels": 12}
            made = nn.ModuleDict({s: livened(build(**{**sizes, "num_point": n}, stream=s.rstrip("s"))) for s, n in parts.items()})
            ours = PSUMNet.from_official({s: made[s].state_dict() for s in parts})
            theirs = _streams(made, x, label)
        return both(f"PSUMNet, three streams, {batch} clips", batch, repeats, _streams(ours.networks, x, label), theirs)


def _streams(networks: nn.ModuleDict, x: dict[str, Tensor], label: Tensor) -> Side:
    def logits() -> Tensor:
        return torch.stack([networks[s](x[s]) for s in x])

    return Side(networks, logits, lambda: torch.stack([F.cross_entropy(v, label) for v in logits()]).sum())


def brl(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    data = clips(batch, 3, 64, 25, 2, 60)
    label = labels_of(data)
    with importing(*_path(official), absent=("mmcv", "mmcv.runner"), **_mmcv(official)):
        ours, theirs = BRL(), None
        if official is not None:
            backbone = importlib.import_module("brl.models.gcns.stgcn").STGCN
            graph = {"layout": "nturgb+d", "mode": "spatial"}
            network = nn.ModuleDict({"backbone": backbone(gcn_adaptive="init", gcn_with_res=True, tcn_type="mstcn", graph_cfg=graph), "cls_head": nn.Module()})
            network["cls_head"].fc_cls = nn.Linear(256, 60)
            livened(network)
            ours = BRL.from_official(network.state_dict())
            # people before frames, coordinates last
            arranged = data.joints.permute(0, 4, 2, 3, 1).contiguous()

            def logits() -> Tensor:
                return network["cls_head"].fc_cls(network["backbone"](arranged).mean((1, 3, 4)))

            theirs = Side(network, logits, lambda: F.cross_entropy(logits(), label))
        side = Side(ours, lambda: ours(data), lambda: F.cross_entropy(ours(data), label))
        return both(f"BRL (ST-GCN++), {batch} clips", batch, repeats, side, theirs)


def _mmcv(official: Path | None) -> dict[str, Any]:
    """What PYSKL's networks take from mmcv, and its packages without all else that these import."""
    if official is None:
        return {}

    class Registry:
        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

        def register_module(self) -> Callable[[type], type]:
            return lambda cls: cls

    layers = stub(build_norm_layer=lambda cfg, width: ("bn", nn.BatchNorm2d(width)), build_activation_layer=lambda cfg: nn.ReLU(), MODELS=None)
    utils = bare_package(official / "brl" / "utils")
    utils.Graph = lambda **k: importlib.import_module("brl.utils.graph").Graph(**k)  # type: ignore[attr-defined]
    utils.cache_checkpoint = None  # type: ignore[attr-defined]
    packages = {"brl": bare_package(official / "brl"), "brl__models": bare_package(official / "brl" / "models"), "brl__utils": utils}
    return {"mmcv__cnn": layers, "mmcv__utils": stub(Registry=Registry, _BatchNorm=nn.modules.batchnorm._BatchNorm), **packages}


def halp(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    """Inference of the encoder, and a step of momentum contrast with hallucinated positives; prototypes are not updated in it."""
    data = clips(batch, 3, 64, 25, 2, 60)
    first, second = data.joints, data.joints.roll(1, 2)
    geometry = ("geomstats.learning", "geomstats.learning.kmeans", "geomstats.geometry", "geomstats.geometry.hypersphere")
    settings: dict[str, Any] = {"queue": 16384, "warmup": 0.0, "every": 10**9}
    with importing(*_path(official), absent=("torchvision", "geomstats", *geometry)):
        ours, theirs = HaLP(HaLP.Config(**settings)), None
        if official is not None:
            build = importlib.import_module("moco.builder_single_modality_halp").MoCo
            options = SimpleNamespace(queue_els_for_prototypes=256, num_prototypes=20, num_closest_to_ignore_positives=20, skip_closest_positives=1,
                                      num_positives=100, lambda_pos="0.8", mu=2.0)  # fmt: skip
            network = build("seq-based", {"en_input_size": 150, "en_hidden_size": 1024, "num_class": 128}, K=16384, mlp=True, args=options)
            network.prototypes.copy_(F.normalize(torch.randn(20, 128), dim=1))
            ours = HaLP.from_official(network.state_dict(), **settings)  # type: ignore[assignment]

            def loss() -> Tensor:
                logits, target, positives = network(first, second, generate_this_step=True)
                return F.cross_entropy(logits, target) + positives

            theirs = Side(network, lambda: network(first, knn_eval=True), loss)
        else:
            ours.prototypes("joint").copy_(F.normalize(torch.randn(20, 128), dim=1))
        ours.clock[1] = 1

        def contrast() -> Tensor:
            return torch.stack(list(ours.contrast(first, second).terms.values())).sum()

        side = Side(ours, lambda: ours.features(data)["joint"], contrast)
        # which positives are made is left to chance
        return both(f"HaLP (BiGRU), {batch} clips", batch, repeats, side, theirs, checked=False, step="step of contrast")


def chase(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    data = clips(batch, 3, 64, 25, 2, 26)
    label = labels_of(data)
    with importing(*_path(official, "NeurIPS24")):
        ours, theirs = CHASE(), None
        if official is not None:
            backbone = importlib.import_module("model.CTRGCN.ctrgcn").Model(num_class=26, graph="model.CTRGCN.graph.ntu_rgb_d.Graph", **NTU)
            network = livened(importlib.import_module("model.Wrapper.chas").CHASWrapper(backbone))
            losses = importlib.import_module("utils.loss")
            total = losses.CE_MBMMD(nn.CrossEntropyLoss(), losses.MMDLoss())
            ours = CHASE.from_official(network.state_dict())
            theirs = Side(network, lambda: network(data.joints), lambda: total(network(data.joints), label))
        side = Side(ours, lambda: ours(data), lambda: torch.stack(list(ours.losses(data).values())).sum())
        return both(f"CHASE on CTR-GCN, {batch} clips", batch, repeats, side, theirs)


def unimts(official: Path | None, repeats: int, batch: int = 2) -> list[Row]:
    """The network with a head, and its tuning."""
    g = torch.Generator().manual_seed(0)
    signals = torch.zeros(batch, 3, 200, 22)
    signals[..., [9, 21]] = torch.randn(batch, 3, 200, 2, generator=g)
    label = torch.randint(7, (batch,), generator=g)
    with importing(*_path(official)):
        ours, theirs = UniMTS(UniMTS.Config(num_classes=7)), None
        if official is not None:
            network = livened(nn.ModuleDict({"acc": importlib.import_module("model").ST_GCN_18(in_channels=3), "fc": nn.Linear(512, 7)}))
            ours = UniMTS.from_official(network.state_dict())

            def logits() -> Tensor:
                return network["fc"](network["acc"](signals[..., None]).flatten(1))

            theirs = Side(network, logits, lambda: F.cross_entropy(logits(), label))
        side = Side(ours, lambda: ours.scores(signals), lambda: F.cross_entropy(ours.scores(signals), label))
        return both(f"UniMTS, {batch} recordings of 10 s", batch, repeats, side, theirs)


def parsinggait(official: Path | None, repeats: int, people: int = 2, frames: int = 4) -> list[Row]:
    """Two sequences of each person; dropout is off, so that both sides do the same."""
    g = torch.Generator().manual_seed(0)
    labels = torch.randint(12, (2 * people, frames, 64, 44), generator=g).float()
    identity = torch.arange(2 * people) // 2
    given = GaitBatch(labels, identity=identity)
    root = None if official is None else official / "opengait"
    with importing(*_path(root), **({} if root is None else _opengait(root))):
        ours, theirs = ParsingGait(ParsingGait.Config(identities=3000, dropout=0.0)), None
        if root is not None:
            network = livened(_authors_gait())
            ours = ParsingGait.from_official(network.state_dict(), dropout=0.0, maxpool=False)
            # one process of one
            importlib.import_module("modeling.losses.base").torch = SimpleNamespace(distributed=SimpleNamespace(get_world_size=lambda: 1))
            triplet = importlib.import_module("modeling.losses.triplet").TripletLoss(0.2)
            entropy = importlib.import_module("modeling.losses.ce").CrossEntropyLoss()

            def answer() -> dict[str, Any]:
                return network(([labels[:, None]], identity, None, None, None))

            def loss() -> Tensor:
                features = answer()["training_feat"]
                return triplet(**features["triplet"])[0].mean() + entropy(**features["softmax"])[0]

            theirs = Side(network, lambda: answer()["inference_feat"]["embeddings"], loss)
        side = Side(ours, lambda: ours(given), lambda: torch.stack(list(ours.losses(given).values())).sum())
        return both(f"ParsingGait, {2 * people} sequences of {frames} frames", 2 * people, repeats, side, theirs)


def _opengait(root: Path) -> dict[str, Any]:
    """ParsingGait without the framework around it, with the residual block and network that it takes from torchvision."""

    class BasicBlock(nn.Module):
        expansion = 1

        def __init__(self, width_in: int, width: int, stride: int = 1, downsample: nn.Module | None = None) -> None:
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
            self.relu, self.downsample = nn.ReLU(inplace=True), downsample

        def forward(self, x: Tensor) -> Tensor:
            y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
            return self.relu(y + (x if self.downsample is None else self.downsample(x)))

    class ResNet(nn.Module):
        def __init__(self, block: type, layers: list[int]) -> None:
            super().__init__()
            self.inplanes, self.relu = 64, nn.ReLU(inplace=True)
            widths = zip((64, 128, 256, 512), layers, (1, 2, 2, 2))
            self.layer1, self.layer2, self.layer3, self.layer4 = (ResNet._make_layer(self, block, w, n, s) for w, n, s in widths)

        def _make_layer(self, block: Any, width: int, blocks: int, stride: int = 1, dilate: bool = False) -> nn.Sequential:
            shortcut = None
            if stride != 1 or self.inplanes != width:
                shortcut = nn.Sequential(nn.Conv2d(self.inplanes, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            made = [block(self.inplanes, width, stride, shortcut), *(block(width, width) for _ in range(blocks - 1))]
            self.inplanes = width
            return nn.Sequential(*made)

    class BaseModel(nn.Module):
        pass

    packages = {f"modeling{p and '__' + p}": bare_package(root / "modeling" / p) for p in ("", "backbones", "models", "losses")}
    tools = stub(clones=None, is_list_or_tuple=lambda x: isinstance(x, list | tuple), Odict=dict, ddp_all_gather=lambda x: x)
    vision = {"torchvision": stub(), "torchvision__models": stub(), "torchvision__models__resnet": stub(BasicBlock=BasicBlock, Bottleneck=None, ResNet=ResNet)}
    return {**packages, **vision, "torchvision__ops": stub(RoIAlign=None), "utils": tools, "modeling__base_model": stub(BaseModel=BaseModel)}


def _authors_gait() -> nn.Module:
    """Their network at the size of their configuration."""
    cls = importlib.import_module("modeling.models.parsinggait").ParsingGait
    resnet = importlib.import_module("modeling.backbones.resnet").ResNet9
    cls.get_backbone = lambda self, c: resnet(**c)
    importlib.import_module("modeling.backbones.gcn").F = SimpleNamespace(relu=F.relu, dropout=lambda x, p, training: x)
    # off a GPU the adjacency is left unset
    pooled = cls.get_gcn_feat
    cls.get_gcn_feat = lambda self, n, x, adjacency, on_gpu, lengths: pooled(self, n, x, adjacency, True, lengths)
    network = cls()
    network.build_network(
        {
            "backbone_cfg": {"block": "BasicBlock", "channels": [64, 128, 256, 512], "layers": [1, 1, 1, 1], "strides": [1, 2, 2, 1], "maxpool": False},
            "SeparateFCs": {"in_channels": 512, "out_channels": 256, "parts_num": 21},
            "SeparateBNNecks": {"class_num": 3000, "in_channels": 256, "parts_num": 21},
            "bin_num": [16],
            "gcn_cfg": {"fine_parts": 11, "coarse_parts": 5, "only_fine_graph": False, "only_coarse_graph": True, "combine_fine_coarse_graph": False},
        }
    )
    return network


def _path(folder: Path | None, *below: str) -> list[Path]:
    return [] if folder is None else [folder.joinpath(*below)]


# -- attacks -------------------------------------------------------------------------------------


def tasar(official: Path | None, repeats: int, frames: int = 12) -> list[Row]:
    """A step of the attack on eight short clips of HDM05's joints: three heads behind ST-GCN, twenty draws of weights around each."""
    # their code attacks eight clips at a time, and takes minutes where these have HDM05's 60 frames
    data = clips(8, 3, frames, 25, 1, 10)
    label = labels_of(data)
    influence = (0.1 * torch.randn(data.joints.shape), 0.1 * torch.randn(data.joints.shape))
    settings: dict[str, Any] = {"surrogate": "stgcn", "skeleton": "hdm05", "people": 1, "frames": frames, "steps": 1}
    timm = ("timm", "timm.scheduler", "timm.models", "timm.models.layers", "torch.utils.tensorboard")
    with importing(*_path(official, "code"), absent=timm), tempfile.TemporaryDirectory() as folder:
        ours = TASAR(TASAR.Config(num_classes=10, **settings)).eval()
        tasks: dict[str, Callable[[], object]] = {}
        if official is not None:
            attacker, state = _authors_tasar(Path(folder), data.joints, label, influence)
            ours = TASAR.from_official(state, **settings)
            adversarial: list[Tensor] = []
            answer = attacker.classifier.modelEval
            attacker.classifier.modelEval = lambda x: adversarial.append(x.detach()) or answer(x)
            tasks["peer"] = attacker.attack
        tasks["ours"] = lambda: ours.perturb(data.joints, label, influence=influence)
        if official is not None:
            attacker.attack()
            agree("TASAR, Bayesian prediction", ours.logits(data.joints).detach(), answer(data.joints).detach())
        # theirs are as slow as sixty networks
        return [rows(f"TASAR, 8 clips of {frames} frames: step of the attack", together(min(repeats, 3), **tasks), 8)]


class _Batches(list[tuple[Tensor, Tensor]]):
    """A loader of batches; their log asks how many clips there are."""

    @property
    def dataset(self) -> list[Tensor]:
        return [label for _, labels in self for label in labels]


def _authors_tasar(folder: Path, joints: Tensor, label: Tensor, influence: tuple[Tensor, Tensor]) -> tuple[Any, dict[str, Tensor]]:
    """(their attacker of one step, its weights by the names that our reader knows), without the data sets and trained files that it opens."""
    import logging

    logging.disable(logging.INFO)
    args = SimpleNamespace(
        retPath=f"{folder}/", dataset="hdm05", classifier="ExtendedBayesian", baseClassifier="STGCN", adTrainer="x", routine="attack", epochs=100,
        attackType="untarget", clippingThreshold=0.01, updateRule="gd", temporal=True, scale=1.5, classNum=10, batchSize=len(label), bayesianModelNum=3,
        trainedAppendedModelFile="", optimiser="Adam", learningRate=0.005, inputDim=3, edge_importance_weighting=True, graph_layout="hdm05",
        graph_strategy="spatial",
        dropout=0.0, trainedModelFile="", bayesianTraining=True, args=None,
    )  # fmt: skip
    loader = SimpleNamespace(dataset=SimpleNamespace(data=np.zeros(joints.shape, np.float32), classNum=10))
    stgcn = importlib.import_module("classifiers.STGCN")
    stgcn.createDataLoader = lambda a: (loader, loader)
    base = stgcn.STGCN(args)
    livened(base.model).eval()
    bayes = importlib.import_module("classifiers.BayesianClassifier").ExtendedBayesianClassifier
    classifier = bayes.__new__(bayes)
    classifier.args, classifier.classifier = SimpleNamespace(**{**vars(args), "epochs": 1}), base
    classifier.createModel()
    classifier.trainloader = _Batches([(joints, label)])
    # training mode there would only move normalisation
    classifier.setEval = lambda: None
    means, squares = copy.deepcopy(classifier.modelList), copy.deepcopy(classifier.modelList)
    for mean, square in zip(means, squares):
        for a, b in zip(mean.model.parameters(), square.model.parameters()):
            b.data = a.data.square() + 1e-4
    classifier.mean_model_list, classifier.sqmean_model_list = means, squares
    module = importlib.import_module("Attackers.TASAR")
    place = folder / "hdm05" / "ExtendedBayesian" / "STGCN" / "x" / "ARmodel"
    place.mkdir(parents=True)
    np.savez(place / "0.npz", AR1=influence[0][..., 0].numpy(), AR2=influence[1][..., 0].numpy())
    attacker = module.TASARAttacker.__new__(module.TASARAttacker)
    attacker.__dict__.update(
        args=args, name="TASAR", attackType="untarget", epochs=100, updateRule="gd", updateClip=0.01, classifier=classifier, retFolder=f"{folder}/out/"
    )
    (folder / "out").mkdir()
    state = {f"base.{k}": v for k, v in base.model.state_dict().items()}
    for group, models in (("head", classifier.modelList), ("mean", means), ("sqmean", squares)):
        for m, model in enumerate(models):
            model.classifier.model.eval()
            state |= {f"{group}{m}.{k}": v for k, v in model.model.state_dict().items()}
    return attacker, state


def smi_attack(official: Path | None, repeats: int, steps: int = 2, frames: int = 16) -> list[Row]:
    """Steps of the attack on eight clips of two people; clusters and the model of motion are given."""
    data = clips(8, 3, frames, 25, 2, 60)
    influence = (0.1 * torch.randn(data.joints.shape), 0.1 * torch.randn(data.joints.shape))
    centres = F.normalize(torch.randn(120, 256), dim=1)
    model = SMIAttack(SMIAttack.Config(queue=8, hidden=8, layers=1, steps=steps)).eval()
    tasks: dict[str, Callable[[], object]] = {}
    with importing(*_path(official), absent=("torchvision", "sklearn", "sklearn.cluster", "feeder", "feeder.augmentations", "dataset")):
        if official is not None:
            network = livened(importlib.import_module("moco.AGCN").Model(num_class=128, num_point=25, num_person=2, graph_args=NTU["graph_args"])).eval()
            model.graph.encoder.load_state_dict(network.state_dict())
            attack = _authors_smi(steps, influence)
            kmeans, loader = SimpleNamespace(cluster_centers_=centres.numpy()), [(data.joints, torch.zeros(8), None)]
            tasks["peer"] = lambda: attack(kmeans, network, loader)

        def ours() -> Tensor:
            with torch.no_grad():
                clean = model.features(data.joints)
            return follow(model.escape(clean, centres), data.joints, influence, model.config)[0]

        tasks["ours"] = ours
        if official is not None:
            moved, theirs = ours() - data.joints, attack(kmeans, network, loader) - data.joints
            # steps go by signs: single gradients near zero may fall either way
            same = float(((moved - theirs).abs() < 1e-5).float().mean())
            if same < 0.999:
                raise ValueError(f"SMI attack: only {same:.4f} of the coordinates move as the authors' do")
        return [rows(f"SMI attack, 8 clips of {frames} frames: step", together(min(repeats, 3), **tasks), 8 * steps)]


def _authors_smi(steps: int, influence: tuple[Tensor, Tensor]) -> Callable[..., Tensor]:
    """Their loop with fewer steps, its motion models given instead of read, its samples not saved."""
    module = importlib.import_module("action_attackbyAR")
    module.preprocessing = SimpleNamespace(normalize=lambda x: x / np.linalg.norm(x, axis=1, keepdims=True))
    given = SimpleNamespace(**{k: getattr(np, k) for k in ("zeros", "expand_dims", "sqrt", "sum", "square", "argsort", "array")})
    given.load = lambda path: {"AR1": influence[0].numpy(), "AR2": influence[1].numpy()}
    given.savez_compressed = lambda *args, **kwargs: None
    module.np = given
    exec(inspect.getsource(module.attackbykmeans).replace("ep = 400", f"ep = {steps}"), module.__dict__)
    return module.attackbykmeans


def of_two_and_eight(case: Callable[..., list[Row]]) -> Callable[[Path | None, int], list[Row]]:
    """A case with two clips, as when a few are named, and with eight, nearer to training."""
    return lambda official, repeats: [row for batch in (2, 8) for row in case(official, repeats, batch)]


CASES: dict[str, Callable[[Path | None, int], list[Row]]] = {
    "gap": of_two_and_eight(gap),
    "psumnet": of_two_and_eight(psumnet),
    "brl": of_two_and_eight(brl),
    "halp": halp,
    "chase": of_two_and_eight(chase),
    "unimts": of_two_and_eight(unimts),
    "parsinggait": parsinggait,
    "tasar": tasar,
    "smi_attack": smi_attack,
}


def main() -> None:
    run_cases(__doc__ or "", CASES, REPOSITORIES, 5)


if __name__ == "__main__":
    main()
