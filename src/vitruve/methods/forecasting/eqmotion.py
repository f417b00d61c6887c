"""EqMotion: motion forecasts that turn and move with the scene, and who interacts with whom, unasked (CVPR 2023)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from vitruve.core.motion import Motion
from vitruve.core.poses import Poses
from vitruve.errors import FormatError, OptionError
from vitruve.tasks.forecasting import Forecast, ForecastBatch, Forecaster
from vitruve.tasks.method import Card, Figure, Recipe, Schedule, Stage, load_strictly, read_checkpoint


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
    scale: float = 1.0
    """Positions are multiplied by this on the way in, forecasts divided by it: 10 for skeletons in metres (the authors' unit is 100 mm)."""
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
    residual: bool = True
    """A layer's node update is added to the features it reads, as in all of the authors' scripts; else it replaces them."""

    def __post_init__(self) -> None:
        for name, choices in (("agents", ("particles", "joints", "people")), ("supervise", ("all", "first")), ("frame_weights", ("even", "early"))):
            if getattr(self, name) not in choices:
                raise OptionError(f"EqMotion {name}={getattr(self, name)!r}: expected one of {', '.join(choices)}")
        if self.past < 2:
            raise OptionError(f"EqMotion past={self.past}: velocities need at least 2 frames")
        if not self.scale > 0:
            raise OptionError(f"EqMotion scale={self.scale}: expected a positive number")
        if not 0 <= self.silent < self.categories:
            raise OptionError(f"EqMotion silent={self.silent}: expected 0 to {self.categories - 1}, fewer than the categories")


_Config = Config  # what the class below calls by the same name


def scenario(name: str) -> Config:
    """The authors' settings: "particles", "springs", "molecules", "h36m_short", "h36m_long", "pedestrians"."""
    joints: dict[str, Any] = {"agents": "joints", "joint_tokens": 22, "categories": 4, "silent": 2, "scale": 10.0}
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


def _mlp(n_in: int, n_hidden: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(n_in, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_out), nn.SiLU())


class Maps(nn.Module):
    """`count` linear maps side by side, each with weights of its own; faster than one after the other."""

    def __init__(self, count: int, n_in: int, n_out: int, bias: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(n_in)
        self.weight = nn.Parameter(torch.empty(count, n_out, n_in).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(count, n_out).uniform_(-bound, bound)) if bias else None

    def forward(self, x: Float[Tensor, "count *B i"]) -> Float[Tensor, "count *B o"]:
        """Each map on an input of its own."""
        flat = x.reshape(len(x), -1, x.shape[-1])
        out = torch.bmm(flat, self.weight.mT) if self.bias is None else torch.baddbmm(self.bias[:, None], flat, self.weight.mT)
        return out.view(*x.shape[:-1], -1)

    def share(self, x: Float[Tensor, "*B i"]) -> Float[Tensor, "count *B o"]:
        """All maps on the same input."""
        return _share(x, self.weight, self.bias)


def _share(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    out = F.linear(x, weight.flatten(0, 1), None if bias is None else bias.flatten())
    return out.unflatten(-1, weight.shape[:2]).movedim(-2, 0)


def _others(x: Float[Tensor, "*B N N C"]) -> Float[Tensor, "*B N M C"]:
    """Without the pairs of an agent with itself: M = N - 1."""
    n = x.shape[-2]
    # behind the first entry, the diagonal is every (N + 1)th
    return x.flatten(-3, -2)[..., 1:, :].unflatten(-2, (n - 1, n + 1))[..., :-1, :].reshape(*x.shape[:-2], n - 1, x.shape[-1])


def _all_pairs(x: Float[Tensor, "*B N M C"]) -> Float[Tensor, "*B N N C"]:
    """With zeros for the pairs of an agent with itself: what `_others` undoes."""
    n = x.shape[-3]
    return F.pad(F.pad(x.reshape(*x.shape[:-3], n - 1, n, x.shape[-1]), (0, 0, 0, 1)).flatten(-3, -2), (0, 0, 1, 0)).unflatten(-2, (n, n))


class PairMaps(nn.Module):
    """`count` two-layer networks on [h_i, h_j, d_ij] of every pair, or of every pair of two different agents."""

    def __init__(self, count: int, features: int, distances: int, n_hidden: int, n_out: int) -> None:
        super().__init__()
        self.features = features
        self.first = Maps(count, 2 * features + distances, n_hidden)
        self.second = Maps(count, n_hidden, n_out)

    def forward(self, h: Float[Tensor, "B N D"], distance: Float[Tensor, "B N M C"]) -> Float[Tensor, "count B N M O"]:
        """The first layer is split, so that h passes through it N times rather than once for every pair."""
        wi, wj, wd = self.first.weight.split([self.features, self.features, distance.shape[-1]], -1)
        ends = _share(h, wi, self.first.bias)[:, :, :, None] + _share(h, wj)[:, :, None]
        if distance.shape[-2] < h.shape[-2]:
            ends = _others(ends)
        return F.silu(self.second(F.silu(ends.add_(_share(distance, wd)))))


def _blend(weight: Float[Tensor, "*B N N C"], g: Float[Tensor, "*#B N n C"]) -> Float[Tensor, "*B N n C"]:
    """sum_j w_ij (g_i - g_j), without forming the differences."""
    out = weight.sum(-2)[..., None, :] * g
    for j in range(g.shape[-3]):
        out.addcmul_(weight[..., j, None, :], g[..., j : j + 1, :, :], value=-1)
    return out


class _Distances(torch.autograd.Function):
    """d_ij = |g_i - g_j| in each channel; its gradient at zero is zero."""

    @staticmethod
    def forward(ctx: Any, g: Tensor) -> Tensor:
        distance = torch.zeros((), dtype=g.dtype, device=g.device)
        for axis in g.unbind(-2):
            distance = (axis[..., :, None, :] - axis[..., None, :, :]).square_().add_(distance)
        distance.sqrt_()
        ctx.save_for_backward(g, distance)
        return distance

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        g, distance = ctx.saved_tensors
        pull = (grad / distance).masked_fill_(distance == 0, 0)
        return _blend(pull + pull.transpose(-2, -3), g)


class _Aggregate(torch.autograd.Function):
    """sum_j f_ij (g_i - g_j) for stacks of factors f over the same g."""

    @staticmethod
    def forward(ctx: Any, factors: Tensor, g: Tensor) -> Tensor:
        ctx.save_for_backward(factors, g)
        return _blend(factors, g)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        factors, g = ctx.saved_tensors
        to_factors = torch.zeros_like(factors)
        for axis, pull in zip(g.unbind(-2), grad.unbind(-2)):
            to_factors.addcmul_(pull[..., :, None, :], axis[..., :, None, :] - axis[..., None, :, :])
        # the weight of g_i in the sums is sum_j f_ij in its own and -f_ji in the others'
        to_g = factors.sum(-2)[..., None, :] * grad
        for j in range(g.shape[-3]):
            to_g.addcmul_(factors[..., j, :, None, :], grad[..., j : j + 1, :, :], value=-1)
        return to_factors, to_g.sum(0)


def _distances(g: Float[Tensor, "*B N n C"]) -> Float[Tensor, "*B N N C"]:
    return _Distances.apply(g)  # type: ignore[no-untyped-call]


def _centre(x: Float[Tensor, "*B N n C"], weight: Float[Tensor, "*#B N 1 1"]) -> Float[Tensor, "*B 1 n 1"]:
    """Mean over agents and channels; `weight` is 1 / (number of valid agents) for valid agents, else 0."""
    return (x.mean(-1, keepdim=True) * weight).sum(-3, keepdim=True)


class FeatureLayer(nn.Module):
    """A geometric feature-learning layer (section 4.3): attention, aggregation, velocity, non-linearity, node update.

    With `copies`, as many layers side by side that read the same features: the last one of each hypothesis.
    """

    def __init__(self, config: Config, copies: int = 1, last: bool = False) -> None:
        super().__init__()
        d, c = config.hidden, config.channels
        self.config, self.copies = config, copies
        if not last or not config.reasoning:
            self.edge_mlp = PairMaps(copies, d, c, d, d)
        if not last:
            self.node_mlp = nn.Sequential(nn.Linear(2 * d, d), nn.SiLU(), nn.Linear(d, d))
        if config.reasoning:
            self.category_mlp = PairMaps(copies * (config.categories - config.silent), d, c, d, c)
            self.factor_mlp = nn.Sequential(Maps(copies, c, c), nn.SiLU(), Maps(copies, c, c), nn.SiLU())
        else:
            final = Maps(copies, d, c, bias=False)
            for weight in final.weight:
                nn.init.xavier_uniform_(weight, gain=0.001)
            self.coord_mlp = nn.Sequential(Maps(copies, d, d), nn.SiLU(), final)
        self.coord_vel = Maps(copies, c, c, bias=False)
        if config.nonlinearity:
            self.layer_q = Maps(copies, c, c, bias=False)
            self.layer_k = Maps(copies, c, c, bias=False)
        if config.attention:
            self.mlp_q = Maps(copies, d, c)

    def forward(
        self, h: Tensor, g: Tensor, v: Tensor, category: Tensor, pairs: Tensor, weight: Tensor, update: bool = True
    ) -> tuple[Tensor, Float[Tensor, "copies B N n C"]]:
        """(h, G) after the layer; with `update=False` h stays as it is.

        Args:
            h: (B, N, D). g, v: (B, N, n, C).
            category: (B, N, M, K), and pairs (B, N, M, 1), 1 where both agents are valid: of each agent with the M = N - 1 others.
            weight: (B, N, 1, 1), 1 / (number of valid agents) for valid agents, else 0.
        """
        alone = h.shape[-2] == 1
        distance = None if alone else _others(_distances(g))
        edge = self.edge_mlp(h, distance) if distance is not None and (update or not self.config.reasoning) else None
        # pairwise differences are those of the incoming G, so attention must not change them
        out = g[None]
        if self.config.attention:
            out = out + F.silu(self.mlp_q.share(h))[..., None, :] * (g - _centre(g, weight))
        if distance is not None:
            factors = self._factors(h, distance, category, edge) * pairs
            out = out + _Aggregate.apply(_all_pairs(factors), g)  # type: ignore[no-untyped-call]
        out = out + self.coord_vel.share(v)
        if self.config.nonlinearity:
            mean = _centre(out, weight)
            centred = out - mean
            q, k = self.layer_q(centred), self.layer_k(centred)
            product = (q * k).sum(-2, keepdim=True)
            out = q - product.clamp(max=0) / (k.square().sum(-2, keepdim=True) + 1e-4) * k + mean
        if update:
            others = h.new_zeros(h.shape) if edge is None else (pairs * edge[0]).sum(-2)
            node = self.node_mlp(torch.cat([h, others], -1))
            h = h + node if self.config.residual else node
        return h, out

    def _factors(self, h: Tensor, distance: Tensor, category: Tensor, edge: Tensor | None) -> Float[Tensor, "copies B N M C"]:
        """How much of the difference to agent j is added to agent i, per channel."""
        if not self.config.reasoning:
            return self.coord_mlp(edge)
        kinds = self.category_mlp(h, distance).unflatten(0, (self.copies, -1)).unbind(1)
        return self.factor_mlp(torch.stack([kind * category[..., k : k + 1] for k, kind in enumerate(kinds)]).sum(0))


class EqMotion(Forecaster):
    """Geometric channels G (B, N, n, C) that transform with the scene, invariant features h (B, N, D) that do not.

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
    config: _Config

    dct_past: Tensor
    idct_future: Tensor

    def __init__(self, config: _Config | None = None) -> None:
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
            self.coord_mlp = _mlp(2 * c.channels, d, 2 * c.channels)
            self.edge_mlp = PairMaps(1, d, 2 * c.channels, d, d)
            self.node_mlp = _mlp(2 * d, d, d)
            self.category_mlp = PairMaps(1, d, 2 * c.channels, d, c.categories)
        several = c.hypotheses > 1
        self.layers = nn.ModuleList(FeatureLayer(c) for _ in range(c.layers - several))
        if several:
            self.last = FeatureLayer(c, c.hypotheses, last=True)
        self.heads = Maps(c.hypotheses, c.channels, c.future, bias=False)
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
        past, velocity = past * c.scale, velocity * c.scale
        h = self.embed(velocity)
        x, v = past.mT, velocity.mT
        centre = _centre(x, weight)
        g, v = self.start(x - centre, v, weight)
        category = self.infer_interactions(h, torch.cat([g, v], -1), pairs) if c.reasoning else past.new_ones(pairs.shape)
        pairs, kinds = _others(pairs), _others(category)
        for i, layer in enumerate(self.layers):
            h, g = layer(h, g, v, kinds, pairs, weight, update=c.hypotheses > 1 or i + 1 < len(self.layers))
            g = g[0]
        out = g[None] if c.hypotheses == 1 else self.last(h, g, v, kinds, pairs, weight, update=False)[1]
        mean = _centre(out, weight)
        out = self.heads(out - mean) + mean
        if c.dct:
            out = F.linear(out, self.idct_future)
        return Forecast(((out + centre) / c.scale).permute(1, 2, 0, 4, 3), category if c.reasoning else None)

    def start(self, x: Float[Tensor, "B N n T"], v: Float[Tensor, "B N n T"], weight: Tensor) -> tuple[Float[Tensor, "B N n C"], Float[Tensor, "B N n C"]]:
        """Geometric channels of positions about the scene's centre, and of velocities."""
        if self.config.dct:
            x, v = F.linear(x, self.dct_past), F.linear(v, self.dct_past)
        mean = _centre(x, weight)
        return self.coord_trans(x - mean) + mean, self.vel_trans(v)

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
        edge = _others(self.edge_mlp(h, distance)[0] * pairs)
        node = self.node_mlp(torch.cat([h, edge.sum(2)], -1))
        return (self.category_mlp(node, distance)[0] / self.config.temperature).softmax(-1)

    def losses(self, batch: ForecastBatch) -> dict[str, Tensor]:
        """Mean Euclidean distance; with several hypotheses, of the one that is best on average over the future."""
        assert batch.future is not None
        apart = self(batch).positions - batch.future[:, :, None]
        # much faster here than norm(); the clamp makes the gradient at zero zero
        error = apart.square().sum(-1).clamp_min(1e-24).sqrt()
        if self.config.frame_weights == "early":
            error = error * early_weights(error.shape[-1]).to(error)
        best = error.mean(-1).amin(-1)
        if self.config.supervise == "first":
            return {"displacement": best[:, 0].mean()}
        return {"displacement": best[batch.valid].mean()}

    @classmethod
    def tiny_config(cls) -> _Config:
        return Config(past=6, future=4, hidden=16, channels=12, layers=2, hypotheses=3, categories=3, silent=1)

    def open(self, file: str, clip: str | None = None) -> Motion | Poses:
        """A clip; for weights of the CMU benchmark, whose tokens know one body only, a motion as the benchmark has it."""
        from vitruve.data.forecasting import CMU_BODY, benchmark_body

        value = super().open(file, clip)
        return benchmark_body(value) if isinstance(value, Motion) and self.config.joint_tokens == len(CMU_BODY.used) else value

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> _Config:
        kind = {"joints": "h36m_long", "people": "pedestrians"}.get(facts["agents"], facts.get("system", "particles"))
        changes = {"joint_tokens": facts["joints"]} if facts["agents"] == "joints" else {}
        return replace(scenario(kind), past=facts["past"], future=facts["future"], scale=facts.get("scale", 1.0), **changes)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        changed: dict[str, Any] = {"past": 5, "future": 3, "hidden": 8, "channels": 8, "layers": 3, "categories": 4, "silent": 0, "temperature": 0.5}
        changed |= {"hypotheses": 1, "joint_tokens": 4, "scale": 2.0, "supervise": "first", "frame_weights": "early"}
        return {name: {name: value} for name, value in changed.items()} | {
            f"no {name}": {name: False} for name in ("reasoning", "dct", "nonlinearity", "attention", "residual")
        }

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        return ("agents",)

    def example_batch(self, size: int, generator: torch.Generator) -> ForecastBatch:
        c = self.config
        agents = c.joint_tokens or 4
        track = torch.randn(size, agents, c.past + c.future, 3, generator=generator).mul(0.1).cumsum(2)
        return ForecastBatch(track[:, :, : c.past], track[:, :, c.past :])

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> EqMotion:
        """Read the authors' n-body, MD17, Human3.6M or ETH/UCY weights; sizes come from the shapes.

        The category temperature and `residual` cannot be seen in the weights. Skeleton networks read metres (`scale`).
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
                "scale": 10.0 if "agent_embed" in state else 1.0,
            }
        except KeyError as e:
            raise FormatError("checkpoint", f"not an EqMotion checkpoint: no entry {e.args[0]!r}") from None
        model = cls(Config(**{**shape, **config}))
        load_strictly(model, _rename(state, model.config), unused=("unused.",))
        return model.eval()


def _rename(state: Mapping[str, Tensor], config: Config) -> dict[str, Tensor]:
    """The authors' entries as ours: several networks stacked in one; what their forward pass never touches goes under "unused."."""
    kinds = config.categories - config.silent
    stacked: dict[str, dict[tuple[int, int], Tensor]] = {}
    out = {}
    for key, value in state.items():
        place, _, rest = key.partition(".")
        layer = place.startswith("gcl_")
        head = place.startswith("head_")
        if place == "predict_head":
            copy, _, leaf = rest.rpartition(".")
            stacked.setdefault(f"heads.{leaf}", {})[int(copy or 0), 0] = value
            continue
        number = int(place.rpartition("_")[2]) if layer or head else 0
        name, _, leaf = rest.rpartition(".") if layer or head else key.rpartition(".")
        kind = 0
        if (layer or head) and name.startswith("category_mlp."):
            _, index, name = name.split(".")
            kind, name = int(index), f"category_mlp.{name}"
        dead = name.startswith("node_att_mlp") or kind >= kinds
        dead |= (layer or head) and config.reasoning and name.startswith("coord_mlp")
        dead |= head and (name.startswith("node_mlp") or (config.reasoning and name.startswith("edge_mlp")))
        if dead:
            out[f"unused.{key}"] = value
            continue
        where = f"layers.{number}." if layer else "last." if head else ""
        if name.startswith(("edge_mlp.", "category_mlp.")):
            name = name.replace(".0", ".first").replace(".2", ".second")
        elif name == "mlp_q.0":
            name = "mlp_q"
        elif not (layer or head) or name.startswith("node_mlp"):
            out[f"{where}{name}.{leaf}".lstrip(".")] = value
            continue
        stacked.setdefault(f"{where}{name}.{leaf}", {})[number if head else 0, kind] = value
    return out | {name: torch.stack([parts[at] for at in sorted(parts)]) for name, parts in stacked.items()}


def _dct(n: int) -> Float[Tensor, "N N"]:
    """Orthonormal DCT-II matrix; its inverse is its transpose."""
    k, i = torch.arange(n, dtype=torch.float64)[:, None], torch.arange(n, dtype=torch.float64)
    m = math.sqrt(2 / n) * torch.cos(math.pi * (i + 0.5) * k / n)
    m[0] /= math.sqrt(2)
    return m.float()


def early_weights(frames: int) -> Float[Tensor, " F"]:
    """Frame weights of the long-horizon Human3.6M loss: `frames` down to about a fifth of it."""
    return frames / torch.arange(1, 5, 4 / frames)[:frames]
