"""Speed of lifters beside the authors' code: FinePOSE's denoising and sampling, DiffPose's hypotheses, PoseDA's training step, in one run.

python -m benchmarks.lifting [NAME ...] [--official FOLDER] [--repeats 3]

FOLDER as in `benchmarks.recognition`: checkouts named owner+name. Theirs need `einops`. PoseDA's authors published no training code: its peer is
PoseAug, whose generator, discriminators and lifter it builds on. Without a checkout only ours is timed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import roma
import torch
from tests.parity.adapters.poseda import poseaug_generator
from torch import Tensor, nn

from benchmarks.peers import Row, agree, importing, rows, run_cases, stub, together, training_step, without_gradient
from vitruve.core.standards import skeleton
from vitruve.methods.lifting.diffpose import DiffPose
from vitruve.methods.lifting.finepose import FinePOSE
from vitruve.methods.lifting.poseda import Config as PoseDAConfig
from vitruve.methods.lifting.poseda import PartDiscriminator, PoseDA, PoseGenerator
from vitruve.tasks.lifting import LiftingBatch

REPOSITORIES = {"finepose": "PKU-ICST-MIPL/FinePOSE_CVPR2024", "diffpose": "bastianwandt/DiffPose", "poseda": "jfzhang95/PoseAug"}
WIDTH, WORDS = 512, 77


def finepose(official: Path | None, repeats: int, frames: int = 9, depth: int = 8) -> list[Row]:
    """A pass of the denoiser, and sampling in two steps with mirroring, for 1 and 4 hypotheses; the network as published, on fewer frames."""
    g = torch.Generator().manual_seed(0)
    x = torch.randn(1, frames, 17, 2, generator=g)
    body = skeleton("h36m17")
    settings: dict[str, Any] = {"sampling_steps": 2, "flip": True}
    text, parts = torch.zeros(1, WORDS, dtype=torch.long), torch.zeros(1, 6, WORDS, dtype=torch.long)
    text[:, :3], parts[:, :, :3] = torch.tensor([62, 5, 63]), torch.tensor([62, 7, 63])
    timm = {"timm__models__layers": stub(DropPath=nn.Dropout, to_2tuple=None, trunc_normal_=None)}
    out = []
    with importing(*_path(official), absent=("timm", "timm.data", "timm.models", "timm.models.helpers", "timm.models.registry"), **timm, **_clip(official)):
        ours = FinePOSE(FinePOSE.Config(frames=frames, depth=depth, text="small", text_layers=2, vocabulary=64, **settings)).eval()
        theirs = None
        if official is not None:
            module = importlib.import_module("common.finepose")
            module.torch = _TorchOnCpu()
            args = SimpleNamespace(number_of_frames=frames, test_time_augmentation=True, timestep=1000, scale=1.0, cs=WIDTH, dep=depth)
            left, right = [4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]
            theirs = module.FinePOSE(args, left, right, is_train=False, num_proposals=1, sampling_timesteps=2).eval()
            for p in theirs.parameters():
                if not p.any():
                    nn.init.normal_(p, std=0.02)
            ours = FinePOSE.from_official(theirs.state_dict(), flip=True, sampling_steps=2)
        mirrored = x[:, :, list(body.swap)] * torch.tensor([-1.0, 1.0])
        batch = LiftingBatch(x, text=text)
        if ours.prompts is not None:
            ours.prompts.parts.copy_(parts[0])
        for count in (1, 4):
            noisy, t = torch.randn(1, count, frames, 17, 3, generator=g), torch.tensor([500])

            def single(noisy: Tensor = noisy, t: Tensor = t) -> Tensor:
                return ours(x, noisy, t, ours.prompt(batch))

            def sample(count: int = count) -> Tensor:
                return ours.hypotheses(batch, count)

            passes: dict[str, Callable[[], object]] = {"ours": without_gradient(single)}
            samples: dict[str, Callable[[], object]] = {"ours": sample}
            if theirs is not None:
                theirs.num_proposals = count

                def other(noisy: Tensor = noisy, t: Tensor = t) -> Tensor:
                    return theirs.pose_estimator(x, noisy, t, text, parts)

                with torch.no_grad():
                    agree(f"FinePOSE, {count} hypotheses", single(), other())
                passes["peer"], samples["peer"] = without_gradient(other), lambda: theirs(x, None, text, parts, input_2d_flip=mirrored)
            name = f"FinePOSE, {frames} frames, {count} {'hypothesis' if count == 1 else 'hypotheses'}"
            out.append(rows(f"{name}: a pass of the denoiser", together(repeats, **passes)))
            out.append(rows(f"{name}: 2 steps of DDIM, mirrored", together(repeats, **samples)))
    return out


def _clip(official: Path | None) -> dict[str, Any]:
    """A text tower of CLIP's shape and names with two layers: on both sides it reads the same."""
    if official is None:
        return {}

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attn, self.ln_1, self.ln_2 = nn.MultiheadAttention(WIDTH, 8), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.mlp = nn.ModuleDict({"c_fc": nn.Linear(WIDTH, 4 * WIDTH), "c_proj": nn.Linear(4 * WIDTH, WIDTH)})

        def forward(self, x: Tensor) -> Tensor:
            y = self.ln_1(x)
            mask = torch.full((len(x), len(x)), -torch.inf).triu(1)
            x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
            y = self.mlp["c_fc"](self.ln_2(x))
            return x + self.mlp["c_proj"](y * torch.sigmoid(1.702 * y))

    class Tower(nn.Module):
        dtype = torch.float32

        def __init__(self) -> None:
            super().__init__()
            self.token_embedding, self.ln_final = nn.Embedding(64, WIDTH), nn.LayerNorm(WIDTH)
            self.positional_embedding = nn.Parameter(0.01 * torch.randn(WORDS, WIDTH))
            self.transformer = nn.Module()
            self.transformer.resblocks = nn.Sequential(Block(), Block())
            self.transformer.forward = self.transformer.resblocks.forward  # type: ignore[method-assign]

    return {"clip": stub(load=lambda *args: (Tower(), None))}


class _TorchOnCpu:
    """torch, for a sampler that draws its noise on a GPU."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    @staticmethod
    def randn(*size: Any, device: object = None) -> Tensor:
        return torch.randn(*size)


def diffpose(official: Path | None, repeats: int, batch: int = 8) -> list[Row]:
    """Hypotheses from heatmaps, all 25 steps."""
    maps = torch.rand(batch, 16, 64, 64, generator=torch.Generator().manual_seed(0)).pow(8)
    out = []
    with importing(*_path(official)):
        ours, theirs = DiffPose().eval(), None
        if official is not None:
            embed = importlib.import_module("models.condition_embedding").HeatmapSamplingPoseformer
            condition = embed(
                num_samples=32, condition_dim=128, embedding_dim=64, normalization_method="mean_std", dropout_joint_method="any", dropout_prob=0.1,
                sample_with_replacement=True, sampleable=True, positional_embedding="channel", old_behaviour=False, project_positional_embedding=True,
                without_transformer=False, without_argmax=False, without_posemb_scaling=False,
            )  # fmt: skip
            denoiser = importlib.import_module("models.denoiser").Concat(num_joints=16, cond_dim=2048)
            theirs = importlib.import_module("models.diffusion").GaussianDiffusion(denoiser, condition, timesteps=25, loss_type="l2").eval()
            ours = DiffPose.from_official(theirs.state_dict())
        for count in (1, 20):
            given = LiftingBatch(torch.zeros(batch, 1, 17, 2), heatmaps=maps[:, None])
            tasks: dict[str, Callable[[], object]] = {"ours": without_gradient(lambda count=count, given=given: ours.hypotheses(given, count))}
            if theirs is not None:
                start, cond, t = torch.randn(batch, 48), torch.randn(batch, 2048), torch.full((batch,), 12)
                with torch.no_grad():
                    agree("DiffPose, denoiser", ours.denoise_fn(start, t, cond), theirs.denoise_fn(start, t, cond))
                tasks["peer"] = lambda count=count: theirs.sample(maps, n_hypotheses_to_sample=count)
            out.append(rows(f"DiffPose, {batch} images, {count} {'hypothesis' if count == 1 else 'hypotheses'}", together(repeats, **tasks), batch))
    return out


def poseda(official: Path | None, repeats: int, batch: int = 256) -> list[Row]:
    """Training steps of what PoseDA has of PoseAug: lifter, generator, and the discriminator of poses; ours alone, a whole round of them."""
    g = torch.Generator().manual_seed(0)
    config = PoseDAConfig(official_quirks=True)
    method = PoseDA(config)
    given = method.example_batch(batch, g)
    target = given.target
    assert target is not None
    pose, keypoints = target[:, 0], given.keypoints[:, 0]
    optimizers: dict[int, torch.optim.Optimizer] = {}

    def round_of_moves() -> None:
        for module, terms in method.moves(given, 5.0, 6):
            optimizer = optimizers.setdefault(id(module), torch.optim.SGD(module.parameters(), 1e-6))
            optimizer.zero_grad()
            torch.stack([v.float() for v in terms.values()]).sum().backward()
            optimizer.step()

    out = [rows(f"PoseDA, {batch} poses: a whole round", together(repeats, ours=round_of_moves), batch, "no training code published")]
    unused = ("matplotlib", "matplotlib.pyplot", "mpl_toolkits", "mpl_toolkits.mplot3d", "tensorboardX")
    lifter = PoseDA(PoseDAConfig(official_quirks=True, dropout=0.0)).lifter
    judge, generator = PartDiscriminator(config.tree), PoseGenerator(PoseDAConfig(align=False, official_quirks=True))
    theirs: dict[str, tuple[nn.Module, Callable[[], Tensor]]] = {}
    with importing(*_path(official), absent=unused, torchgeometry=stub(angle_axis_to_rotation_matrix=roma.rotvec_to_rotmat)):
        if official is not None:
            their_lifter = importlib.import_module("models_baseline.mlp.linear_model").LinearModel(32, 45, linear_size=1024, num_stage=2, p_dropout=0.0)
            their_judge = importlib.import_module("models_poseaug.PosDiscriminator").Pos3dDiscriminator(16)
            their_generator = importlib.import_module("models_poseaug.gan_generator").PoseGenerator(SimpleNamespace(blr_tanhlimit=0.2))
            lifter = PoseDA.from_official(their_lifter.state_dict(), dropout=0.0).lifter
            judge.load_state_dict(their_judge.state_dict())
            generator.load_state_dict(poseaug_generator(their_generator.state_dict()))
            theirs["lifter"] = their_lifter, lambda: their_lifter(keypoints.flatten(1)).square().mean()
            theirs["discriminator"] = their_judge, lambda: their_judge(pose).square().mean()
            theirs["generator"] = their_generator, lambda: _seeded(lambda: their_generator(pose)["pose_rt"]).square().mean()
        ours: dict[str, tuple[nn.Module, Callable[[], Tensor]]] = {
            "lifter": (lifter, lambda: lifter(keypoints.flatten(1)).square().mean()),
            "discriminator": (judge, lambda: judge(pose).square().mean()),
            "generator": (generator, lambda: _seeded(lambda: generator(pose, torch.stack([torch.randn(batch, 48) for _ in range(4)])).turned).square().mean()),
        }
        for name, own in ours.items():
            sides = {"ours": own} | ({"peer": theirs[name]} if name in theirs else {})
            for module, _ in sides.values():
                module.train()
            if "peer" in sides:
                agree(f"PoseDA, {name}", own[1]().detach(), sides["peer"][1]().detach())
            times = together(repeats, **{n: training_step(m.parameters(), loss) for n, (m, loss) in sides.items()})
            out.append(rows(f"PoseDA, {batch} poses: step of the {name}", times, batch))
    return out


def _seeded(make: Callable[[], Tensor]) -> Tensor:
    torch.manual_seed(1)
    return make()


def _path(folder: Path | None) -> list[Path]:
    return [] if folder is None else [folder]


CASES: dict[str, Callable[[Path | None, int], list[Row]]] = {"finepose": finepose, "diffpose": diffpose, "poseda": poseda}


def main() -> None:
    run_cases(__doc__ or "", CASES, REPOSITORIES, 3)


if __name__ == "__main__":
    main()
