"""DiffPose: many 3D poses for one image, by a diffusion model that reads samples of the 2D detector's heatmaps (ICCV 2023)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.data.heatmaps import DETECTED, heatmaps_from_keypoints
from vitruve.errors import FormatError, OptionError, ShapeError
from vitruve.nn.diffusion import GaussianDiffusion
from vitruve.tasks.lifting import Lifter, LiftingBatch
from vitruve.tasks.method import Card, Figure, Recipe, Stage, load_strictly, read_checkpoint

JOINTS = len(DETECTED)
_ROOTLESS = ("h36m17", "h36m16")
"""Joint sets whose root is the middle of the hips, and is left out of the diffusion."""


@dataclass(frozen=True)
class Config:
    skeleton: str = "h36m17"
    """The joints in space. The root of Human3.6M's is put back between the hips; of other sets (the release has smpl24 for 3DPW)
    every joint is diffused. Heatmaps are always of the 16 joints of MPII (`vitruve.data.heatmaps.DETECTED`)."""
    frames: int = 1
    heatmap_size: int = 64
    condition: str = "embedding"
    """"embedding" (the paper's), or what the denoiser reads as it is: "candidates" laid end to end, or the "pose" of the maxima."""
    candidates: int = 32
    """Samples of each heatmap, its maximum among them."""
    argmax: bool = True
    """The maximum is the first candidate; otherwise all are drawn."""
    replacement: bool = True
    fresh: bool = True
    """Draw anew for every hypothesis; otherwise all share one draw."""
    temperature: float = 1.0
    """Power of the heatmaps before they are drawn from."""
    threshold: float = 0.0
    """Values below have no chance."""
    full_heatmap: bool = False
    """Every cell is a candidate."""
    likelihood: bool = True
    """Candidates count by the heatmap's value (in "candidates": the value stands beside the position)."""
    ordered: bool = False
    """The likeliest candidates first ("candidates" only: a sum knows no order)."""
    positions: str = "channel"
    """Embedding of a coordinate: "channel" (overlapping bumps), "sin", or "linear" (learned, of both)."""
    normalisation: str = "image"
    """Coordinates in the crop, -1 to 1 ("image"; always so for "channel") or half of it ("image_half"), or relative to the mean and
    spread of the drawn pose ("mean_std", "mean_std_per_candidate")."""
    embedding: int = 64
    """Of a coordinate; joints have twice as much."""
    projection: bool = True
    transformer: bool = True
    layers: int = 4
    heads: int = 4
    feedforward: int = 512
    dropout: float = 0.1
    joint_dropout: str = "any"
    """Forget the position of a joint while training: of "any", of "uncertain" ones (spread of `uncertain_spread` or more), or "none"."""
    joint_dropout_rate: float = 0.1
    uncertain_spread: float = 1.0
    merge: str = "joined"
    """Joints side by side before the last layer, or "summed" after it."""
    condition_dim: int = 128
    """Of the condition, for each of the 16 joints."""
    channels: int = 1024
    """Of the denoiser."""
    steps: int = 25
    schedule: str = "cosine"
    """Or "linear"."""
    objective: str = "epsilon"
    """What the denoiser says: the noise, or the pose ("sample")."""
    loss: str = "l2"
    """Or "l1"."""
    p2_gamma: float = 0.0
    """Weight of a step in the loss: (p2_k + signal to noise)^-gamma."""
    p2_k: float = 1.0
    pose_scale: float = 10.0
    """Of metres, inside the diffusion."""
    noise_scale: float = 1.0
    official_quirks: bool = False
    """Where every cell is a candidate, the release exchanges x and y and lays the cells from -1 to 1; where candidates are normalised
    as a pose, it takes their mean and spread over all hypotheses, so that each depends on how many there are."""

    def __post_init__(self) -> None:
        for name, choices in (
            ("condition", ("embedding", "candidates", "pose")),
            ("positions", ("channel", "sin", "linear")),
            ("normalisation", ("image", "image_half", "mean_std", "mean_std_per_candidate")),
            ("joint_dropout", ("any", "uncertain", "none")),
            ("merge", ("joined", "summed")),
            ("schedule", ("cosine", "linear")),
            ("objective", ("epsilon", "sample")),
            ("loss", ("l2", "l1")),
        ):
            if getattr(self, name) not in choices:
                raise OptionError(f"DiffPose {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        if self.frames != 1:
            raise OptionError(f"DiffPose frames={self.frames}: it reads one frame at a time")
        if self.threshold < 0 or self.temperature <= 0:
            raise OptionError(f"DiffPose threshold={self.threshold}, temperature={self.temperature}: expected 0 or more, and more than 0")
        if self.candidates < 1 or self.steps < 1:
            raise OptionError(f"DiffPose candidates={self.candidates}, steps={self.steps}: expected 1 or more of each")
        if 2 * self.embedding % self.heads:
            raise OptionError(f"DiffPose embedding={self.embedding}: twice that must be a multiple of heads={self.heads}")
        if self.full_heatmap and (self.condition != "embedding" or self.positions == "linear"):
            raise OptionError("DiffPose full_heatmap=True is for condition='embedding' and positions='channel' or 'sin'")

    @property
    def drawn(self) -> int:
        """Candidates that are drawn for each hypothesis."""
        return self.candidates - self.argmax

    @property
    def condition_size(self) -> int:
        """Numbers that the denoiser reads of the image."""
        if self.condition == "embedding":
            return JOINTS * self.condition_dim
        return JOINTS * (2 if self.condition == "pose" else self.candidates * (2 + self.likelihood))


_Config = Config  # what the class below calls by the same name


def concat_baseline(**changes: Any) -> Config:
    """The paper's baseline without an embedding: ordered candidates, normalised as a pose, go straight to the denoiser."""
    baseline: dict[str, Any] = {"condition": "candidates", "likelihood": False, "ordered": True, "normalisation": "mean_std", "fresh": False}
    return Config(**{**baseline, **changes})


def encode(positions: Float[Tensor, "*B J 3"], rootless: bool) -> Float[Tensor, "*B D"]:
    """Joints in the camera frame as the diffusion has them: without the root, about their mean, y up and z to the camera; all x, all y, all z."""
    x = positions[..., 1:, :] if rootless else positions
    x = (x - x.mean(-2, keepdim=True)) * x.new_tensor([1, -1, -1])
    return x.mT.flatten(-2)


def decode(flat: Float[Tensor, "*B D"], rootless: bool) -> Float[Tensor, "*B J 3"]:
    """The other way, relative to the root; Human3.6M's lies between the hips."""
    x = flat.unflatten(-1, (3, -1)).mT * flat.new_tensor([1, -1, -1])
    if rootless:
        x = torch.cat([(x[..., :1, :] + x[..., 3:4, :]) / 2, x], -2)
    return x - x[..., :1, :]


def normalised_pose(pose: Float[Tensor, "*B J 2"]) -> Float[Tensor, "*B D"]:
    """A 2D pose about its mean, y up, of unit spread: all x, all y."""
    x = (pose - pose.mean(-2, keepdim=True)) * pose.new_tensor([1, -1])
    x = x.mT.flatten(-2)
    return x / x.std(-1, correction=0, keepdim=True)


# -- the condition -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where joints may be: cells and the heatmap's values there, N poses of P candidates. The first `sure` are maxima."""

    cells: Int[Tensor, "N P K"]
    """y * width + x."""
    values: Float[Tensor, "N P K"]
    sure: int
    together: int = 1
    """Poses in a row over whose drawn candidates statistics are taken."""

    def positions(self, size: int, normalisation: str) -> Float[Tensor, "N P K 2"]:
        """Coordinates x, y; maxima and drawn ones are normalised apart."""
        xy = torch.stack([self.cells % size, self.cells // size], -1).to(self.values)
        if normalisation == "image":
            return 2 * xy / size - 1
        if normalisation == "image_half":
            return xy / size - 0.5
        over = (1, 2, 3) if normalisation == "mean_std" else (3,)
        groups = (xy[:, None, : self.sure], xy[:, self.sure :].unflatten(0, (-1, self.together)))
        parts = [part - part.mean(over, keepdim=True) for part in groups if part.shape[2]]
        return torch.cat([(part / part.std((*over, 4), keepdim=True)).flatten(0, 1) for part in parts], 1)


def _chances(heatmaps: Float[Tensor, "*B"], config: Config) -> Float[Tensor, "*B"]:
    """What cells are drawn by: unlikely ones never, the others by a power of their value."""
    kept = torch.where(heatmaps < config.threshold, 0.0, heatmaps)
    return kept if config.temperature == 1 else kept**config.temperature


def draw_cells(
    heatmaps: Float[Tensor, "B K H W"], count: int, config: Config, generator: torch.Generator | None = None, shared: bool = False
) -> Int[Tensor, "B K count"]:
    """Cells drawn by the heatmaps' values, with or without replacement; `shared` chances are the same for every image of the batch.

    A map without a positive value may be anywhere.
    """
    weights = _chances(heatmaps.flatten(2), config)
    weights = weights.masked_fill(weights.amax(-1, keepdim=True) == 0, 1.0)
    rows = (1 if shared else len(weights), weights.shape[1])
    if not config.replacement:
        # the largest of log weight + Gumbel noise are a draw without replacement
        chance = torch.rand(*rows, weights.shape[2], generator=generator, device=weights.device)
        return (weights.log() - (-chance.log()).log()).topk(count, -1).indices
    total = weights.cumsum(-1)
    chance = torch.rand(*rows, count, generator=generator, device=weights.device).clamp_max(1 - 1e-6)
    return torch.searchsorted(total, (chance * total[..., -1:]).contiguous(), right=True)


def candidates_of(heatmaps: Float[Tensor, "B K H W"], cells: Int[Tensor, "B K D"], hypotheses: int, config: Config) -> Candidates:
    """The maximum of each map and the cells drawn from it, shared out among the hypotheses in their order (N = B * hypotheses)."""
    flat = heatmaps.flatten(2)
    drawn = cells.unflatten(-1, (hypotheses, -1)).permute(0, 2, 3, 1).flatten(0, 1)
    values = _chances(flat.gather(-1, cells), config).unflatten(-1, (hypotheses, -1)).permute(0, 2, 3, 1).flatten(0, 1)
    if config.ordered:
        order = values.argsort(1, descending=True)
        drawn, values = drawn.gather(1, order), values.gather(1, order)
    together = hypotheses if config.official_quirks else 1
    if not config.argmax:
        return Candidates(drawn, values, 0, together)
    top, at = (v[:, None].repeat_interleave(hypotheses, 0) for v in flat.max(-1))
    return Candidates(torch.cat([at, drawn], 1), torch.cat([top, values], 1), 1, together)


class ChannelEmbedding(nn.Module):
    """A number in [-1, 1] as the heights of `channels` overlapping bumps."""

    centers: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("centers", torch.linspace(-1, 1, channels), persistent=False)

    def forward(self, x: Float[Tensor, "*B"]) -> Float[Tensor, "*B C"]:
        angle = (x[..., None] - self.centers) * (math.pi / 8 * len(self.centers))
        return torch.where(angle.abs() > math.pi / 2, 0.0, angle.cos().square())


class SineEmbedding(nn.Module):
    """Sines, then cosines, of `channels` / 2 frequencies from 1 to 1/10000."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pairs = channels // 2

    def forward(self, x: Float[Tensor, "*B"]) -> Float[Tensor, "*B C"]:
        rates = torch.exp(torch.arange(self.pairs, device=x.device) * (-math.log(10000) / (self.pairs - 1)))
        return torch.cat([(x[..., None] * rates).sin(), (x[..., None] * rates).cos()], -1)


class HeatmapEmbedding(nn.Module):
    """The paper's condition: candidates are embedded, weighted and summed for each joint, and joints attend to each other."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        c, width = config, 2 * config.embedding
        self.config = config
        if c.positions == "linear":
            sizes = (2, 512, 1024, 512, width)
            layers = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.LeakyReLU())]
            self.pos_encoder: nn.Module = nn.Sequential(*layers[:-1])
        else:
            self.pos_encoder = (ChannelEmbedding if c.positions == "channel" else SineEmbedding)(c.embedding)
        self.pos_proj = nn.Linear(width, width) if c.projection else None
        self.joint_embedding = nn.Embedding(JOINTS, width)
        if c.transformer:
            layer = nn.TransformerEncoderLayer(width, c.heads, c.feedforward, c.dropout, batch_first=True)
            self.transformer = nn.TransformerEncoder(layer, c.layers, enable_nested_tensor=False)
        self.pos_out = nn.Linear(width * (JOINTS if c.merge == "joined" else 1), JOINTS * c.condition_dim)

    def pooled(self, candidates: Candidates) -> Float[Tensor, "N K C"]:
        """The weighted sum of the candidates' embeddings, x beside y."""
        c = self.config
        weights = candidates.values if c.likelihood else torch.ones_like(candidates.values)
        if c.positions != "channel":
            p = candidates.positions(c.heatmap_size, c.normalisation)
            embedded = self.pos_encoder(p) if c.positions == "linear" else self.pos_encoder(p).flatten(-2)
            return (weights[..., None] * embedded).sum(1)
        # candidates stand on cells: their embeddings are rows of a table
        table = self.pos_encoder(2 * torch.arange(c.heatmap_size, device=weights.device) / c.heatmap_size - 1)
        n, _, k = candidates.cells.shape
        cells, weights = (v.transpose(1, 2).flatten(0, 1) for v in (candidates.cells, weights))
        lines = (cells % c.heatmap_size, cells // c.heatmap_size)
        return torch.cat([F.embedding_bag(line, table, per_sample_weights=weights, mode="sum") for line in lines], -1).unflatten(0, (n, k))

    def pooled_maps(self, heatmaps: Float[Tensor, "N K H W"]) -> Float[Tensor, "N K C"]:
        """The same with every cell as a candidate."""
        c = self.config
        values = heatmaps.clamp_min(0) if c.likelihood else torch.ones_like(heatmaps)
        at = torch.arange(c.heatmap_size, device=values.device)
        table = self.pos_encoder(2 * at / (c.heatmap_size - 1) - 1 if c.official_quirks else 2 * at / c.heatmap_size - 1)
        x, y = values.sum(-2) @ table, values.sum(-1) @ table
        return torch.cat([y, x] if c.official_quirks else [x, y], -1)

    def tokens(self, pooled: Float[Tensor, "N K C"], count: int, certain: Tensor | None = None) -> Float[Tensor, "N K C"]:
        """What the joints' attention reads. `certain` joints are not dropped; projecting the sum of `count` candidates is summing projections."""
        c = self.config
        if self.training and c.joint_dropout != "none":
            kept = torch.rand(pooled.shape[:2], device=pooled.device) > c.joint_dropout_rate
            pooled = pooled * (kept if certain is None else kept | certain)[..., None]
        if self.pos_proj is not None:
            pooled = F.linear(pooled, self.pos_proj.weight) + count * self.pos_proj.bias
        return pooled + self.joint_embedding.weight

    def merged(self, tokens: Float[Tensor, "N K C"]) -> Float[Tensor, "N D"]:
        """The condition vector, of tokens after attention."""
        return self.pos_out(tokens.flatten(1)) if self.config.merge == "joined" else self.pos_out(tokens).sum(1)

    def forward(self, pooled: Float[Tensor, "N K C"], count: int, certain: Tensor | None = None) -> Float[Tensor, "N D"]:
        tokens = self.tokens(pooled, count, certain)
        return self.merged(self.transformer(tokens) if self.config.transformer else tokens)


# -- the denoiser --------------------------------------------------------------------------------


class ResidualBlock(nn.Module):
    """Two linear layers beside a skip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.l1, self.l2 = nn.Linear(channels, channels), nn.Linear(channels, channels)

    def forward(self, x: Float[Tensor, "N C"]) -> Float[Tensor, "N C"]:
        return x + F.leaky_relu(self.l2(F.leaky_relu(self.l1(x))))


class Denoiser(nn.Module):
    """Noisy pose, number of the step and condition, side by side, to what the objective asks for."""

    def __init__(self, pose_size: int, condition_size: int, channels: int) -> None:
        super().__init__()
        self.upscale = nn.Linear(pose_size + 1 + condition_size, channels)
        self.res_pose1, self.res_pose2 = ResidualBlock(channels), ResidualBlock(channels)
        self.pose = nn.Linear(channels, pose_size)

    def forward(self, x: Float[Tensor, "N D"], t: Int[Tensor, " N"], condition: Float[Tensor, "N F"]) -> Float[Tensor, "N D"]:
        h = self.upscale(torch.cat([x, t[:, None].to(x), condition], -1))
        return self.pose(self.res_pose2(self.res_pose1(h)))


class DiffPose(Lifter):
    """Draws 3D poses that agree with a detector's heatmaps; ambiguous joints stay ambiguous.

    >>> import torch
    >>> from vitruve.methods.lifting.diffpose import DiffPose
    >>> model = DiffPose(DiffPose.tiny_config()).eval()
    >>> batch = model.example_batch(2, torch.Generator().manual_seed(0))
    >>> model.hypotheses(batch, 5).shape
    torch.Size([2, 5, 1, 17, 3])
    """

    card = Card(
        slug="diffpose",
        title="DiffPose: Multi-hypothesis Human Pose Estimation using Diffusion Models",
        venue="ICCV 2023",
        task="lifting",
        summary="Draws many 3D poses for one image from a small conditional diffusion model. Its condition is not where the 2D detector finds each "
        "joint, but a set of samples from the detector's heatmaps, embedded by a transformer, so that joints which could be in two places can be in "
        "two places in 3D.",
        claim="Reading the heatmap as samples is better than reading its maximum, most on frames with ambiguous joints, and better than laying the "
        "samples end to end; the hypotheses spread where the image is ambiguous.",
        official="bastianwandt/DiffPose",
        code_licence="MIT",
        weights_licence="MIT repository; weights on an outside drive",
        figures=(
            Figure("Human3.6M", "best PA-MPJPE of 200 over five seeds (mm)", "30.53, 30.62, 30.75, 30.96, 31.03", "README"),
            Figure("Human3.6M, ambiguous frames", "best PA-MPJPE of 200 over five seeds (mm)", "46.1 to 47.1", "README"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(Stage(epochs=115, batch_size=64, optimizer="adam", lr=1e-4),),
        source="release: 700 000 steps on every fourth frame of Human3.6M; its loader makes batches of 32 whatever the config says",
    )
    config: _Config

    def __init__(self, config: _Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        self.rootless = c.skeleton in _ROOTLESS
        self.pose_size = 3 * (len(self.skeleton) - self.rootless)
        if c.condition == "embedding":
            self.condition_emb = HeatmapEmbedding(c)
        self.denoise_fn = Denoiser(self.pose_size, c.condition_size, c.channels)
        self.diffusion = GaussianDiffusion(c.steps, c.schedule, c.objective, clamp=3 * c.pose_scale)

    # -- the condition ---------------------------------------------------------------------------

    def condition(
        self,
        heatmaps: Float[Tensor, "B K H W"],
        count: int = 1,
        cells: Int[Tensor, "B K D"] | None = None,
        generator: torch.Generator | None = None,
        shared: bool = False,
    ) -> Float[Tensor, "B count F"]:
        """What the denoiser reads of each image, for `count` hypotheses.

        Args:
            heatmaps: of the 16 joints of MPII, as the detector answers (may be negative).
            count: hypotheses.
            cells: what was drawn of each heatmap, hypothesis by hypothesis; drawn by `generator` otherwise.
            generator: on the heatmaps' device.
            shared: the same chances for every image.

        Raises ShapeError where heatmaps have another shape.
        """
        c = self.config
        expected = (JOINTS, c.heatmap_size, c.heatmap_size)
        if heatmaps.shape[1:] != expected:
            raise ShapeError(f"diffpose reads heatmaps (B, {', '.join(map(str, expected))}), found {tuple(heatmaps.shape)}")
        own = count if c.fresh else 1
        if c.condition == "pose":
            at = heatmaps.flatten(2).argmax(-1)
            made = normalised_pose(torch.stack([at % c.heatmap_size, at // c.heatmap_size], -1).to(heatmaps))
            return made[:, None].expand(-1, count, -1)
        if c.full_heatmap:
            made = self.condition_emb(self.condition_emb.pooled_maps(heatmaps), c.heatmap_size**2)
            return made[:, None].expand(-1, count, -1)
        if cells is None:
            cells = draw_cells(heatmaps, c.drawn * own, c, generator, shared)
        candidates = candidates_of(heatmaps, cells, own, c)
        if c.condition == "candidates":
            read = candidates.positions(c.heatmap_size, c.normalisation)
            read = torch.cat([read, candidates.values[..., None]], -1) if c.likelihood else read
            made = read.flatten(1)
        else:
            certain = None
            if c.joint_dropout == "uncertain":
                where = "image" if c.positions == "channel" else c.normalisation
                certain = candidates.positions(c.heatmap_size, where).std((1, 3)) < c.uncertain_spread
            made = self.condition_emb(self.condition_emb.pooled(candidates), c.candidates, certain)
        return made.unflatten(0, (-1, own)).expand(-1, count, -1)

    def heatmaps(self, batch: LiftingBatch) -> Float[Tensor, "N 16 H W"]:
        """Of every frame, the batch's own or those of its keypoints and their confidence."""
        if batch.heatmaps is not None:
            return batch.heatmaps.flatten(0, 1)
        confidence = None if batch.confidence is None else batch.confidence.flatten(0, 1)
        return heatmaps_from_keypoints(batch.keypoints.flatten(0, 1), confidence, self.skeleton, self.config.heatmap_size)

    # -- training --------------------------------------------------------------------------------

    def losses(self, batch: LiftingBatch) -> dict[str, Tensor]:
        """How far the denoiser is from the noise (or the pose) at one random step for each frame."""
        assert batch.target is not None
        condition = self.condition(self.heatmaps(batch))[:, 0]
        x0 = self.config.pose_scale * encode(batch.target.flatten(0, 1), self.rootless)
        t = torch.randint(self.config.steps, (len(x0),), device=x0.device)
        return {self.config.loss: self.diffusion_loss(x0, t, self.config.noise_scale * torch.randn_like(x0), condition)}

    def diffusion_loss(self, x0: Float[Tensor, "N D"], t: Int[Tensor, " N"], noise: Float[Tensor, "N D"], condition: Float[Tensor, "N F"]) -> Float[Tensor, ""]:
        """The loss with its draws given; x0 as the diffusion has it."""
        c = self.config
        found = self.denoise_fn(self.diffusion.q_sample(x0, t, noise), t, condition)
        error = (F.mse_loss if c.loss == "l2" else F.l1_loss)(found, self.diffusion.target(x0, t, noise), reduction="none").mean(1)
        a = self.diffusion.alpha[t]
        return (error * (c.p2_k + a / (1 - a)).pow(-c.p2_gamma).to(error)).mean()

    # -- inference -------------------------------------------------------------------------------

    def denoise(
        self,
        condition: Float[Tensor, "N F"],
        start: Float[Tensor, "N D"],
        noise: Iterator[Tensor] | None = None,
        generator: torch.Generator | None = None,
        mean_only: bool = False,
    ) -> Float[Tensor, "N D"]:
        """From noise to poses in metres, as the diffusion lays them out: every step by the posterior, the pose clamped to 3 m."""
        c = self.config
        if noise is None and not mean_only:
            noise = (c.noise_scale * torch.randn(start.shape, generator=generator, device=start.device) for _ in range(c.steps))
        made = self.diffusion.sample(lambda x, t: self.denoise_fn(x, t, condition).to(x), start, noise=noise, mean_only=mean_only)
        return made / c.pose_scale

    def hypotheses(self, batch: LiftingBatch, count: int, generator: torch.Generator | None = None) -> Float[Tensor, "B H T J 3"]:
        """`count` poses for each frame, each of a draw of candidates and of noise of its own; 200 in the paper.

        Keypoints without heatmaps are turned into heatmaps first (`vitruve.data.heatmaps.heatmaps_from_keypoints`): a bump for each
        joint, the wider the less its confidence.
        """
        parts = []
        for maps in self.heatmaps(batch).split(max(1, 8192 // count)):
            condition = self.condition(maps, count, generator=generator).flatten(0, 1)
            start = torch.randn(len(condition), self.pose_size, generator=generator, device=maps.device)
            parts.append(decode(self.denoise(condition, self.config.noise_scale * start, generator=generator), self.rootless).unflatten(0, (-1, count)))
        return torch.cat(parts).unflatten(0, batch.keypoints.shape[:2]).transpose(1, 2)

    def respond(self, batch: LiftingBatch) -> Float[Tensor, "B T J 3"]:
        """One answer: the denoiser's mean at every step, no noise added (the release's z0).

        It starts from noise, and from candidates, that are the same for every frame of any batch.
        """
        maps = self.heatmaps(batch)
        generator = torch.Generator(maps.device).manual_seed(0)
        start = self.config.noise_scale * torch.randn(1, self.pose_size, generator=generator, device=maps.device)
        condition = self.condition(maps, generator=generator, shared=True)[:, 0]
        made = self.denoise(condition, start.expand(len(maps), -1), mean_only=True)
        return decode(made, self.rootless).unflatten(0, batch.keypoints.shape[:2])

    def forward(self, keypoints: Float[Tensor, "B T J 2"]) -> Float[Tensor, "B T J 3"]:
        """The one answer of sure keypoints, see :meth:`respond`."""
        if keypoints.shape[2] != len(self.skeleton):
            raise ShapeError(f"diffpose reads {len(self.skeleton)} joints ({self.skeleton.name}), found {keypoints.shape[2]}")
        return self.respond(LiftingBatch(keypoints))

    # -- for the contract tests ------------------------------------------------------------------

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        """The paper's: sets of Human3.6M's joints come with the 17 that it needs."""
        return Config()

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        whole = {"full_heatmap": True}
        return {
            "another joint set": {"skeleton": "h36m16"},
            "smaller heatmaps": {"heatmap_size": 16},
            "candidates end to end": {"condition": "candidates"},
            "in their order": {"condition": "candidates", "ordered": True},
            "about the mean": {"condition": "candidates", "normalisation": "mean_std"},
            "the pose of the maxima": {"condition": "pose"},
            "fewer candidates": {"candidates": 4},
            "drawn ones only": {"argmax": False},
            "no cell twice": {"replacement": False},
            "sharper": {"temperature": 3.0},
            "unlikely ones left out": {"threshold": 0.5},
            "whole heatmaps": whole,
            "whole heatmaps as released": {**whole, "official_quirks": True},
            "no likelihood": {"likelihood": False},
            "sines": {"positions": "sin"},
            "learned positions": {"positions": "linear"},
            "finer embedding": {"embedding": 32},
            "no projection": {"projection": False},
            "no transformer": {"transformer": False},
            "deeper": {"layers": 2},
            "more heads": {"heads": 4},
            "wider layers": {"feedforward": 64},
            "dropout": {"dropout": 0.5},
            "joints forgotten": {"joint_dropout": "any", "joint_dropout_rate": 0.5},
            "uncertain joints forgotten": {"joint_dropout": "uncertain", "joint_dropout_rate": 0.5, "uncertain_spread": 0.1},
            "summed joints": {"merge": "summed"},
            "longer condition": {"condition_dim": 16},
            "wider denoiser": {"channels": 64},
            "more steps": {"steps": 50},
            "linear schedule": {"schedule": "linear"},
            "predicts the noise": {"objective": "epsilon"},
            "absolute error": {"loss": "l1"},
            "p2 weights": {"p2_gamma": 1.0, "p2_k": 2.0},
            "another scale": {"pose_scale": 1.0},
            "less noise": {"noise_scale": 0.5},
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        # frames is 1: single frames; fresh is between the hypotheses of one image
        return ("frames", "fresh")

    @classmethod
    def tiny_config(cls) -> _Config:
        # the pose can be learned by heart, fresh noise in 80 steps hardly
        small: dict[str, Any] = {"heatmap_size": 32, "candidates": 8, "embedding": 16, "layers": 1, "heads": 2, "feedforward": 32, "condition_dim": 8}
        return Config(**small, channels=128, dropout=0.0, joint_dropout="none", objective="sample")

    def example_batch(self, size: int, generator: torch.Generator) -> LiftingBatch:
        joints = len(self.skeleton)
        target = 0.3 * torch.randn(size, 1, joints, 3, generator=generator)
        target = target - target[:, :, self.skeleton.roots[:1]]
        keypoints = target[..., :2]
        confidence = torch.rand(size, joints, generator=generator)
        maps = heatmaps_from_keypoints(keypoints[:, 0], confidence, self.skeleton, self.config.heatmap_size)
        return LiftingBatch(keypoints, target, heatmaps=maps[:, None])

    # -- the authors' weights --------------------------------------------------------------------

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> DiffPose:
        """The authors' weights (`model-*.pt`, or the state under its "ema"). Sizes come from shapes; what shapes do not say is the paper's.

        Without weights of an embedding it is the baseline whose denoiser reads candidates.
        Raises FormatError where entries are missing, left over or of another shape.
        """
        state = read_checkpoint(checkpoint)
        if any(k.startswith("ema_model.") for k in state):
            state = {k.removeprefix("ema_model."): v for k, v in state.items() if k.startswith("ema_model.")}
        try:
            given = {**_sizes(state), "official_quirks": True, **config}
        except KeyError as e:
            raise FormatError("checkpoint", f"not a DiffPose checkpoint: no entry {e.args[0]!r}") from None
        model = cls(Config(**given))
        load_strictly(model, state, unused=_UNUSED)
        return model.eval()


_UNUSED = (
    "denoise_fn.res_pose1.bn", "denoise_fn.res_pose2.bn", "condition_emb.conf_out.", "condition_emb.pos_encoder.centers",
    "betas", "alphas_cumprod", "sqrt_", "log_one_minus_alphas_cumprod", "posterior_", "p2_loss_weight",
)  # fmt: skip
"""Entries of the release that no output depends on, and its tables."""


def _sizes(state: Mapping[str, Tensor]) -> dict[str, Any]:
    """What the shapes of the authors' weights say."""
    channels, joints = state["denoise_fn.upscale.weight"].shape[0], len(state["denoise_fn.pose.bias"]) // 3
    sizes: dict[str, Any] = {"channels": channels, "skeleton": {16: "h36m17", 15: "h36m16", 24: "smpl24"}.get(joints, "h36m17")}
    if "betas" in state:
        sizes["steps"] = len(state["betas"])
    if not any(k.startswith("condition_emb.") for k in state):
        candidates = (state["denoise_fn.upscale.weight"].shape[1] - 3 * joints - 1) // (2 * JOINTS)
        return {**vars(concat_baseline(candidates=candidates)), **sizes}
    width, out = state["condition_emb.joint_embedding.weight"].shape[1], state["condition_emb.pos_out.weight"].shape
    layers = sum(k.endswith("self_attn.in_proj_weight") for k in state)
    return sizes | {
        "embedding": width // 2,
        "condition_dim": out[0] // JOINTS,
        "merge": "summed" if out[1] == width else "joined",
        "projection": "condition_emb.pos_proj.weight" in state,
        "transformer": layers > 0,
        "layers": layers or 4,
        "positions": "linear" if "condition_emb.pos_encoder.0.weight" in state else "channel" if "condition_emb.pos_encoder.centers" in state else "sin",
    }
