"""EqMotion: motion forecasts that turn and move with the scene, and who interacts with whom, unasked (CVPR 2023)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state
from torch.nn import functional as F

from vitruve.errors import FormatError, OptionError
from vitruve.methods.base import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint
from vitruve.tasks.forecasting import Forecast, ForecastBatch, Forecaster


@dataclass(frozen=True)
class Config:
    """Defaults are the paper's charged-particle system; `scenario()` gives the others."""

    past: int = 20
    """Observed frames."""
    future: int = 20
    """Forecast frames."""
    agents: str = "particles"
    """What an agent is: "particles", "joints" (of one body) or "people"."""
    hidden: int = 64
    """Width of the invariant features."""
    channels: int = 64
    """Geometric channels: vectors carried per agent."""
    layers: int = 4
    categories: int = 2
    """Kinds of interaction, the silent ones included."""
    silent: int = 0
    """Of these, the last ones that mean "no interaction": 2 for joints and people."""
    temperature: float = 1.0
    """Of the category softmax; 0.5 in the paper's reasoning experiment."""
    hypotheses: int = 1
    """Forecasts per agent; 20 for people. Each has its own last layer and head."""
    joint_tokens: int = 0
    """Learned identity per agent, where agents are always the same ones: 22 for Human3.6M joints, else 0."""
    supervise: str = "all"
    """"all" agents, or "first": only the ego agent, as the authors train on ETH/UCY."""
    frame_weights: str = "even"
    """"even", or "early": the first frames weigh up to five times more (long-horizon Human3.6M)."""
    reasoning: bool = True
    """Inter-agent aggregation by inferred categories; without, by the edge features alone (ablation)."""
    dct: bool = True
    """Work on the cosine transform of time (ablation)."""
    nonlinearity: bool = True
    """The equivariant non-linearity (ablation)."""
    attention: bool = True
    """Inner-agent attention (ablation)."""

    def __post_init__(self) -> None:
        for name, choices in (("agents", ("particles", "joints", "people")), ("supervise", ("all", "first")), ("frame_weights", ("even", "early"))):
            if getattr(self, name) not in choices:
                raise OptionError(f"EqMotion {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        if self.past < 2:
            raise OptionError(f"EqMotion past={self.past}: velocities need at least 2 frames")
        if not 0 <= self.silent < self.categories:
            raise OptionError(f"EqMotion silent={self.silent}: expected 0 to {self.categories - 1}, fewer than the categories")


def scenario(name: str) -> Config:
    """The authors' settings: "particles", "springs", "molecules", "h36m_short", "h36m_long", "pedestrians"."""
    joints: dict[str, Any] = {"agents": "joints", "joint_tokens": 22, "categories": 4, "silent": 2}
    known = {
        "particles": Config(),
        "springs": Config(temperature=0.5),
        "molecules": Config(past=10, future=10, channels=32),
        "h36m_short": Config(past=10, future=10, channels=72, **joints),
        "h36m_long": Config(past=25, future=25, channels=96, frame_weights="early", **joints),
        "pedestrians": Config(past=8, future=12, agents="people", categories=4, silent=2, hypotheses=20, supervise="first"),
    }
    if name not in known:
        raise OptionError(f"EqMotion scenario {name!r}: expected one of {', '.join(known)}")
    return known[name]


def _mlp(n_in: int, n_hidden: int, n_out: int, last: bool = True) -> nn.Sequential:
    return nn.Sequential(nn.Linear(n_in, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_out), *([nn.SiLU()] if last else []))


def _pairwise(mlp: nn.Sequential, h: Float[Tensor, "*B N D"], distance: Float[Tensor, "*B N N C"]) -> Float[Tensor, "*B N N O"]:
    """`mlp` on [h_i, h_j, d_ij] of every pair. Its first layer is split, so h passes through it N times rather than N^2."""
    first = mlp[0]
    d = h.shape[-1]
    wi, wj, wd = first.weight.split([d, d, distance.shape[-1]], -1)
    z = F.linear(distance, wd, first.bias) + F.linear(h, wi)[..., :, None, :] + F.linear(h, wj)[..., None, :, :]
    return mlp[1:](z)


def _distances(g: Float[Tensor, "*B N C n"]) -> Float[Tensor, "*B N N C"]:
    """Distance of each pair of agents in each channel; its gradient at zero is zero."""
    return torch.linalg.vector_norm(g[..., :, None, :, :] - g[..., None, :, :, :], dim=-1)


def _centre(x: Float[Tensor, "*B N C n"], weight: Float[Tensor, "*#B N 1 1"]) -> Float[Tensor, "*B 1 1 n"]:
    """Mean over agents and channels; `weight` is 1 / (number of valid agents) for valid agents, else 0."""
    return (x.mean(-2, keepdim=True) * weight).sum(-3, keepdim=True)


def _mix(linear: nn.Linear, x: Float[Tensor, "*B C n"]) -> Float[Tensor, "*B O n"]:
    """A bias-free linear map of channels: what leaves vectors equivariant."""
    return linear.weight @ x


class FeatureLayer(nn.Module):
    """One geometric feature-learning layer (section 4.3): attention, aggregation, velocity, non-linearity, node update."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        d, c = config.hidden, config.channels
        self.config = config
        pair = 2 * d + c
        self.edge_mlp = _mlp(pair, d, d)
        if config.reasoning:
            self.category_mlp = nn.ModuleList(_mlp(pair, d, c) for _ in range(config.categories - config.silent))
            self.factor_mlp = _mlp(c, c, c)
        else:
            self.coord_mlp = nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, c, bias=False))
            nn.init.xavier_uniform_(self.coord_mlp[2].weight, gain=0.001)
        self.coord_vel = nn.Linear(c, c, bias=False)
        self.node_mlp = _mlp(2 * d, d, d, last=False)
        if config.nonlinearity:
            self.layer_q = nn.Linear(c, c, bias=False)
            self.layer_k = nn.Linear(c, c, bias=False)
        if config.attention:
            self.mlp_q = nn.Sequential(nn.Linear(d, c), nn.SiLU())

    def forward(self, h: Tensor, g: Tensor, v: Tensor, category: Tensor, pairs: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """(h, G) after the layer; see :meth:`EqMotion.forward` for the shapes."""
        distance = _distances(g)
        edge = _pairwise(self.edge_mlp, h, distance)
        others = pairs * (1 - torch.eye(h.shape[-2], dtype=h.dtype, device=h.device))[..., None]
        return h + self.node_mlp(torch.cat([h, (others * edge).sum(-2)], -1)), self.geometry(h, g, v, category, pairs, weight, distance, edge)

    def geometry(
        self, h: Tensor, g: Tensor, v: Tensor, category: Tensor, pairs: Tensor, weight: Tensor, distance: Tensor, edge: Tensor | None = None
    ) -> Tensor:
        """G after the layer: all that a last layer is for."""
        # pairwise differences are those of the incoming G, so attention must not change them
        source = g
        if self.config.attention:
            g = g + self.mlp_q(h)[..., None] * (g - _centre(g, weight))
        if self.config.reasoning:
            factors = self.factor_mlp(sum(category[..., k : k + 1] * _pairwise(mlp, h, distance) for k, mlp in enumerate(self.category_mlp)))
        else:
            assert edge is not None
            factors = self.coord_mlp(edge)
        factors = factors * pairs
        # sum_j f_ij (G_i - G_j) without forming the differences
        g = g + factors.sum(-2)[..., None] * source - torch.einsum("...ijc,...jcn->...icn", factors, source)
        g = g + _mix(self.coord_vel, v)
        if self.config.nonlinearity:
            mean = _centre(g, weight)
            q, k = _mix(self.layer_q, g - mean), _mix(self.layer_k, g - mean)
            product = (q * k).sum(-1, keepdim=True)
            g = q - product.clamp(max=0) / (k.square().sum(-1, keepdim=True) + 1e-4) * k + mean
        return g


class EqMotion(Forecaster):
    """Geometric channels G (B, N, C, n) that transform with the scene, invariant features h (B, N, D) that do not.

    >>> import torch
    >>> model = EqMotion(scenario("particles"))
    >>> model.forecast(torch.randn(2, 5, 20, 3)).positions.shape
    torch.Size([2, 5, 1, 20, 3])
    """

    card = Card(
        slug="eqmotion",
        title="EqMotion: Equivariant Multi-agent Motion Prediction with Invariant Interaction Reasoning",
        venue="CVPR 2023",
        task="forecasting",
        summary="Forecasts people, joints or particles so that a rotated, reflected or shifted scene gives the rotated, reflected or shifted "
        "forecast, by construction, and infers without labels which kind of interaction joins each pair of agents.",
        claim="Equivariance buys accuracy from few samples and makes errors independent of the scene's orientation: lower ADE than a "
        "non-equivariant network of the same size on charged particles, and the same ADE on the rotated test set.",
        official="MediaBrain-SJTU/EqMotion",
        code_licence="MIT",
        weights_licence="MIT",
        figures=(
            Figure("ETH/UCY", "minADE20/minFDE20 eth, hotel, univ, zara1, zara2 (m)", "0.40/0.61 0.12/0.18 0.23/0.43 0.18/0.32 0.13/0.23", "authors' README"),
            Figure("Human3.6M", "MPJPE at 80/160/320/400 ms (mm)", "9.1/20.1/43.7/55.0", "authors' README"),
            Figure("Human3.6M", "MPJPE at 560/1000 ms (mm)", "73.4/106.9", "authors' README"),
        ),
    )
    Config = Config
    RECIPE = Recipe(
        stages=(Stage(epochs=200, batch_size=100, optimizer="adam", lr=5e-4, weight_decay=1e-12, schedule=Schedule("constant")),),
        source="authors' scripts (n-body); ETH/UCY: 60 epochs at 1e-3 (hotel 5e-4); Human3.6M: 80 epochs",
    )
    config: Config

    def __init__(self, config: Config | None = None) -> None:
        super().__init__(config)
        c = self.config
        d = c.hidden
        self.embedding = nn.Linear(c.past, d // 2)
        self.embedding2 = nn.Linear(c.past, d // 2)
        self.coord_trans = nn.Linear(c.past, c.channels, bias=False)
        self.vel_trans = nn.Linear(c.past, c.channels, bias=False)
        if c.joint_tokens:
            self.agent_embed = nn.Parameter(torch.randn(1, c.joint_tokens, d))
            self.embed_MLP = _mlp(2 * d, d, d)
        if c.reasoning:
            pair = 2 * d + 2 * c.channels
            self.coord_mlp = _mlp(2 * c.channels, d, 2 * c.channels)
            self.edge_mlp = _mlp(pair, d, d)
            self.node_mlp = _mlp(2 * d, d, d)
            self.category_mlp = _mlp(pair, d, c.categories)
        shared = c.layers if c.hypotheses == 1 else c.layers - 1
        self.layers = nn.ModuleList(FeatureLayer(c) for _ in range(shared))
        self.last = nn.ModuleList(FeatureLayer(c) for _ in range(c.hypotheses if c.hypotheses > 1 else 0))
        self.heads = nn.ModuleList(nn.Linear(c.channels, c.future, bias=False) for _ in range(c.hypotheses))
        self.register_buffer("dct_past", _dct(c.past), persistent=False)
        self.register_buffer("idct_future", _dct(c.future).T.contiguous(), persistent=False)

    def forward(self, batch: ForecastBatch) -> Forecast:
        """Forecast every agent of every scene; padded agents (valid = False) are ignored by the others."""
        if batch.past.shape[2] != self.config.past:
            raise OptionError(f"eqmotion reads {self.config.past} frames, found {batch.past.shape[2]}")
        velocity = batch.past.diff(dim=2)
        velocity = torch.cat([velocity[:, :, :1], velocity], 2)
        return self.continue_tracks(batch.past, velocity, batch.valid)

    def continue_tracks(self, past: Float[Tensor, "B N T n"], velocity: Float[Tensor, "B N T n"], valid: Bool[Tensor, "B N"]) -> Forecast:
        """Forecast from positions and their velocities (per frame)."""
        c = self.config
        pairs = (valid[:, :, None] & valid[:, None, :])[..., None].to(past.dtype)
        weight = (valid / valid.sum(1, keepdim=True).clamp_min(1)).to(past.dtype)[..., None, None]
        h = self.embed(velocity)
        centre = _centre(past, weight)
        x, v = past - centre, velocity
        if c.dct:
            x, v = self.dct_past @ x, self.dct_past @ v
        mean = _centre(x, weight)
        g = _mix(self.coord_trans, x - mean) + mean
        v = _mix(self.vel_trans, v)
        category = self.infer_interactions(h, torch.cat([g, v], -2), pairs) if c.reasoning else past.new_ones(*pairs.shape[:3], 1)
        for layer in self.layers:
            h, g = layer(h, g, v, category, pairs, weight)
        if c.hypotheses == 1:
            out = self._read(g, self.heads[0].weight, weight)[:, :, None]
        else:
            out = self._hypotheses(h, g, v, category, pairs, weight)
        if c.dct:
            out = self.idct_future @ out
        return Forecast(out + centre[:, :, None], category if c.reasoning else None)

    def _read(self, g: Tensor, head: Tensor, weight: Tensor) -> Tensor:
        mean = _centre(g, weight)
        return head @ (g - mean) + mean

    def _hypotheses(self, h: Tensor, g: Tensor, v: Tensor, category: Tensor, pairs: Tensor, weight: Tensor) -> Tensor:
        """(B, N, H, F, n): all last layers at once, their weights stacked."""
        parameters, _ = stack_module_state(list(self.last))  # type: ignore[arg-type]
        heads = torch.stack([head.weight for head in self.heads])  # type: ignore[misc]
        distance = _distances(g)
        first = self.last[0]

        def one(p: dict[str, Tensor], head: Tensor) -> Tensor:
            call = _Geometry(first)
            edge = None if self.config.reasoning else _pairwise(first.edge_mlp, h, distance)  # type: ignore[arg-type,union-attr]
            out = functional_call(call, {f"layer.{k}": w for k, w in p.items()}, (h, g, v, category, pairs, weight, distance, edge))
            return self._read(out, head, weight)

        return torch.vmap(one, out_dims=2)(parameters, heads)

    def embed(self, velocity: Float[Tensor, "B N T n"]) -> Float[Tensor, "B N D"]:
        """Invariant features: speeds, and the angles by which velocity turns."""
        speed = velocity.norm(dim=-1)
        before = torch.cat([velocity[:, :, :1], velocity[:, :, :-1]], 2)
        cosine = (before * velocity).sum(-1) / ((before.norm(dim=-1) + 1e-6) * (speed + 1e-6))
        h = torch.cat([self.embedding(speed), self.embedding2(cosine.clamp(-1, 1).acos())], -1)
        if self.config.joint_tokens:
            if h.shape[1] != self.config.joint_tokens:
                raise OptionError(f"eqmotion was built for {self.config.joint_tokens} joints, found {h.shape[1]}")
            h = self.embed_MLP(torch.cat([h, self.agent_embed.expand(len(h), -1, -1)], -1))
        return h

    def infer_interactions(self, h: Tensor, z: Tensor, pairs: Tensor) -> Float[Tensor, "B N N K"]:
        """Category probabilities of each ordered pair (section 4.4), from invariants only."""
        distance = self.coord_mlp(_distances(z))
        others = pairs * (1 - torch.eye(h.shape[1], dtype=h.dtype, device=h.device))[..., None]
        edge = _pairwise(self.edge_mlp, h, distance)
        node = self.node_mlp(torch.cat([h, (others * edge).sum(2)], -1))
        return (_pairwise(self.category_mlp, node, distance) / self.config.temperature).softmax(-1)

    def losses(self, batch: ForecastBatch) -> dict[str, Tensor]:
        """Mean Euclidean distance; with several hypotheses, of the one that is best on average over the future."""
        assert batch.future is not None
        error = (self(batch).positions - batch.future[:, :, None]).norm(dim=-1)
        if self.config.frame_weights == "early":
            error = error * early_weights(error.shape[-1]).to(error)
        best = error.mean(-1).amin(-1)
        if self.config.supervise == "first":
            return {"displacement": best[:, 0].mean()}
        return {"displacement": best[batch.valid].mean()}

    @classmethod
    def tiny_config(cls) -> Config:
        return Config(past=6, future=4, hidden=16, channels=12, layers=2, hypotheses=3, categories=3, silent=1)

    def example_batch(self, size: int, generator: torch.Generator) -> ForecastBatch:
        c = self.config
        agents = c.joint_tokens or 4
        track = torch.randn(size, agents, c.past + c.future, 3, generator=generator).mul(0.1).cumsum(2)
        return ForecastBatch(track[:, :, : c.past], track[:, :, c.past :])

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> EqMotion:
        """Read the authors' n-body, MD17, Human3.6M or ETH/UCY weights; sizes come from the shapes.

        The category temperature cannot be seen in the weights: 1 unless given.
        """
        state = read_checkpoint(checkpoint)
        try:
            heads = sum(1 for k in state if k.startswith("predict_head."))
            single = "predict_head.weight" in state
            used = sum(1 for k in state if k.startswith("gcl_0.category_mlp.") and k.endswith(".0.weight"))
            categories = len(state["category_mlp.2.bias"])
            shape = {
                "past": state["coord_trans.weight"].shape[1],
                "future": state["predict_head.weight" if single else "predict_head.0.weight"].shape[0],
                "hidden": 2 * len(state["embedding.bias"]),
                "channels": len(state["coord_trans.weight"]),
                "layers": len({k.split(".")[0] for k in state if k.startswith("gcl_")}) + (0 if single else 1),
                "categories": categories,
                # the pedestrian release builds an MLP for each category and leaves the last two out of the sum
                "silent": categories - used if single else 2,
                "hypotheses": 1 if single else heads,
                "joint_tokens": state["agent_embed"].shape[1] if "agent_embed" in state else 0,
                "agents": "people" if not single else "joints" if "agent_embed" in state else "particles",
                "supervise": "all" if single else "first",
            }
        except KeyError as e:
            raise FormatError("checkpoint", f"not an EqMotion checkpoint: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**shape, **config}))
        load_strictly(model, _rename(state, model.config), unused=("unused.",))
        return model.eval()


class _Geometry(nn.Module):
    """Calls a layer's `geometry` where functional_call needs a module's forward."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, *args: Any) -> Tensor:
        return self.layer.geometry(*args)  # type: ignore[operator]


def _rename(state: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    """The authors' keys to ours; entries their forward pass never touches go under "unused."."""
    out = {}
    for key, value in state.items():
        place, _, rest = key.partition(".")
        if place.startswith("gcl_"):
            new = f"layers.{place[4:]}.{rest}"
        elif place.startswith("head_"):
            new = f"last.{place[5:]}.{rest}"
        elif place == "predict_head":
            new = f"heads.{rest}" if config.hypotheses > 1 else f"heads.0.{rest}"
        else:
            new = key
        inside = new.startswith(("layers.", "last."))
        dead = inside and (".node_att_mlp." in new or (config.reasoning and ".coord_mlp." in new))
        silent = inside and ".category_mlp." in new and int(new.split(".category_mlp.")[1].split(".")[0]) >= config.categories - config.silent
        out[f"unused.{key}" if dead or silent else new] = value
    return out


def _dct(n: int) -> Float[Tensor, "N N"]:
    """Orthonormal DCT-II matrix; its inverse is its transpose."""
    k, i = torch.arange(n, dtype=torch.float64)[:, None], torch.arange(n, dtype=torch.float64)
    m = math.sqrt(2 / n) * torch.cos(math.pi * (i + 0.5) * k / n)
    m[0] /= math.sqrt(2)
    return m.float()


def early_weights(frames: int) -> Float[Tensor, " F"]:
    """Frame weights of the long-horizon Human3.6M loss: `frames` down to about a fifth of it."""
    return frames / torch.arange(1, 5, 4 / frames)[:frames]
