"""What every published system here is: a card, a config, losses, a prediction, and files it can be kept in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from huggingface_hub import ModelHubMixin
from torch import Tensor, nn

from vitruve.errors import FormatError, OptionError
from vitruve.io.files import atomic


@dataclass(frozen=True)
class Figure:
    """One published number, with where it stands."""

    dataset: str
    metric: str
    value: str
    source: str = "paper"


@dataclass(frozen=True)
class Card:
    """What a method is, for the catalogue and its page."""

    slug: str
    title: str
    venue: str
    task: str
    summary: str
    claim: str
    """The paper's point, as the experiment in claims/ tests it."""
    official: str | None = None
    """owner/name of the authors' repository, where there is one."""
    code_is_public: bool = True
    """Whether the authors have published code of it, which parity could be measured with."""
    code_licence: str = "unknown"
    weights_licence: str = "unknown"
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """A learning rate over training: `warmup` epochs from `warmup_from`, then cosine, steps or decay to the end.

    kind: "constant", "cosine" or "linear" (down to `final`), "step" (times `factor` at each of `milestones`, in epochs) or
    "exponential" (times `factor` every `every` epochs). `per_step` moves the rate each optimiser step instead of
    each epoch. `warmup_inside` counts the warm-up as part of the cosine rather than before it.
    """

    kind: str = "constant"
    warmup: float = 0.0
    warmup_from: float = 0.0
    warmup_inside: bool = False
    final: float = 0.0
    milestones: tuple[float, ...] = ()
    factor: float = 0.1
    every: float = 1.0
    per_step: bool = False

    def __post_init__(self) -> None:
        kinds = ("constant", "cosine", "linear", "step", "exponential")
        if self.kind not in kinds:
            raise OptionError(f"schedule {self.kind!r}: expected one of {', '.join(kinds)}")


@dataclass(frozen=True)
class Stage:
    """One stage of training: which parameters, for how long, with which optimiser."""

    name: str = "train"
    epochs: int = 100
    batch_size: int = 64
    optimizer: str = "adamw"
    lr: float = 1e-3
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    momentum: float = 0.9
    nesterov: bool = True
    """Of "sgd" with momentum."""
    schedule: Schedule = field(default_factory=Schedule)
    clip_norm: float | None = None
    ema: float | None = None
    """Decay of an exponential moving average of the weights, used for evaluation; None for none."""
    modules: tuple[str, ...] = ()
    """Prefixes of the parameters this stage trains; empty for all."""


@dataclass(frozen=True)
class Recipe:
    """The paper's training, in full."""

    stages: tuple[Stage, ...] = (Stage(),)
    source: str = "paper"


class Method(nn.Module, ModelHubMixin):
    """Base of every system. A task (tasks/) adds what goes in and out; the method adds the rest.

    A subclass gives `card`, `Config` (a frozen dataclass whose defaults are the paper's), `RECIPE`,
    `__init__(config)`, `losses(batch)`, and what its task asks for. `example_batch` and `tiny_config` are
    for the contract tests, which hold every method in the catalogue to the same rules.
    """

    card: ClassVar[Card]
    Config: ClassVar[type]
    RECIPE: ClassVar[Recipe] = Recipe()
    config: Any
    provenance: Mapping[str, Any]
    """Of weights that come with the package: data, command, commit, seed and measured scores."""

    def __init__(self, config: Any = None) -> None:
        super().__init__()
        self.config = self.Config() if config is None else config
        if not isinstance(self.config, self.Config):
            raise OptionError(f"{self.card.slug}: expected a {self.Config.__qualname__}, found {type(config).__name__}")

    # -- training --------------------------------------------------------------------------------

    def losses(self, batch: Any) -> dict[str, Tensor]:
        """Weighted, named terms of the training loss; their sum is minimised."""
        raise TypeError(f"{type(self).__name__} does not define losses()")

    def moves(self, batch: Any, epoch: float, step: int) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        """One training step of a method whose parts play against each other: each part in turn, with the terms it minimises.

        An optimiser step on the part's parameters alone is taken at every `yield`, and what comes after sees them moved.
        Methods that define it are trained by it instead of by :meth:`losses` alone, on one device.

        Args:
            batch: as for `losses`.
            epoch: of the stage, with the fraction of it that is done.
            step: of the stage.
        """
        yield self, self.losses(batch)

    def training_state(self) -> dict[str, Tensor]:
        """What training carries from step to step beside weights (a pool, a queue): kept in checkpoints, not in the saved method."""
        return {}

    def load_training_state(self, state: Mapping[str, Tensor]) -> None:
        """Take back what training_state gave."""

    def start_stage(self, stage: Stage) -> None:
        """Called before each stage of the recipe; methods of several stages set themselves up here."""

    @classmethod
    def fit_config(cls, facts: Mapping[str, Any]) -> Any:
        """The config for a data set of these facts: the authors' for such data where they have one, else the default with what the data fix.

        Facts are named by the task: skeleton, num_classes, people; past, future, agents. Those that are fields of the config are taken.
        """
        known = {f.name for f in fields(cls.Config)}
        return cls.Config(**{k: v for k, v in facts.items() if k in known})

    # -- answers to files ------------------------------------------------------------------------

    def open(self, file: str, clip: str | None = None) -> Any:
        """What `answer` takes, read from a file: motion or keypoints, unless a task reads something else."""
        from vitruve.io import load_clip

        return load_clip(file, clip=clip)

    def answer(self, value: Any, place: Path, output: Path | None = None, top: int = 5) -> dict[str, Any]:
        """What the method says of a file's content, as plain values: a label with alternatives, or the files written.

        Args:
            value: from `open`.
            place: the input's path; what is written lies beside it unless `output` says where.
            output: file to write to.
            top: how many alternatives.
        """
        raise OptionError(f"{self.card.slug} ({self.card.task}) does not answer to a file")

    # -- for the contract tests ------------------------------------------------------------------

    def respond(self, batch: Any) -> Any:
        """The method's answer to a batch: what `predict` is built on. A forward pass, unless a task says otherwise."""
        return self(batch)

    @classmethod
    def switches(cls) -> dict[str, dict[str, Any]]:
        """Config changes, by what they show, relative to tiny_config; each must change the method's behaviour."""
        return {}

    @classmethod
    def config_only(cls) -> tuple[str, ...]:
        """Config fields that no switch can show in a batch (names of data, say)."""
        return ()

    @classmethod
    def tiny_config(cls) -> Any:
        """A config small enough to overfit one batch within seconds on a CPU."""
        raise TypeError(f"{cls.__name__} does not define tiny_config()")

    def example_batch(self, size: int, generator: torch.Generator) -> Any:
        """A random batch of the shapes this config takes."""
        raise TypeError(f"{type(self).__name__} does not define example_batch()")

    # -- files -----------------------------------------------------------------------------------

    @classmethod
    def from_official(cls, checkpoint: str | Path | Mapping[str, Tensor], **config: Any) -> Method:
        """A model with the authors' weights, read key by key; config values as the authors' script set them.

        Raises FormatError naming every key that is missing, left over or of another shape.
        """
        raise OptionError(f"{cls.card.slug}: there is no official checkpoint to read")

    def save_pretrained(self, save_directory: str | Path, **kwargs: Any) -> str | None:  # type: ignore[override]
        """Write config.json and model.safetensors to a folder (and to a hub, with push_to_hub=True)."""
        return super().save_pretrained(save_directory, **kwargs)

    def _save_pretrained(self, save_directory: Path) -> None:
        from safetensors.torch import save_file

        described = {"slug": self.card.slug, "config": config_to_json(self.config), **self.extra_state()}
        state = {k: v.contiguous() for k, v in self.state_dict().items()}
        with atomic(save_directory / "model.safetensors") as path:
            save_file(state, path)
        with atomic(save_directory / "config.json") as path:
            path.write_text(json.dumps(described, indent=1))

    def extra_state(self) -> dict[str, Any]:
        """More to keep in config.json than the config: class names, a normaliser, a skeleton."""
        return {}

    def load_extra_state(self, state: Mapping[str, Any]) -> None:
        """Take back what extra_state gave."""

    @classmethod
    def from_pretrained(cls, source: str | Path, **kwargs: Any) -> Method:  # type: ignore[override]
        """A saved method: a folder, or the name of a repository on a hub.

        Raises FormatError for a folder that lacks something or holds another method.
        """
        if Path(source).is_dir() or Path(source).is_absolute() or str(source).startswith("."):
            return cls._from_pretrained(model_id=str(source), **kwargs)
        return super().from_pretrained(source, **kwargs)

    @classmethod
    def _from_pretrained(cls, *, model_id: str, map_location: str = "cpu", **kwargs: Any) -> Method:  # type: ignore[override]
        from safetensors.torch import load_file

        folder = Path(model_id)
        if not (folder.is_dir() or folder.is_absolute() or model_id.startswith(".")):
            from huggingface_hub import snapshot_download

            hub = {k: kwargs[k] for k in ("revision", "cache_dir", "token", "local_files_only") if kwargs.get(k) is not None}
            folder = Path(snapshot_download(model_id, allow_patterns=["config.json", "model.safetensors"], **hub))
        described = read_description(folder)
        if described["slug"] != cls.card.slug:
            raise FormatError(folder / "config.json", f"holds the method {described['slug']!r}, expected {cls.card.slug!r}")
        model = cls(config_from_json(cls.Config, described["config"], folder / "config.json"))
        model.load_extra_state(described)
        load_strictly(model, load_file(folder / "model.safetensors", device=map_location), folder / "model.safetensors")
        return model.eval()


def read_description(folder: str | Path) -> dict[str, Any]:
    """config.json of a saved method."""
    path = Path(folder) / "config.json"
    if not path.is_file():
        raise FormatError(path, "no such file; expected a folder with config.json and model.safetensors")
    try:
        described = json.loads(path.read_text())
    except ValueError as e:
        raise FormatError(path, f"not JSON: {e}") from None
    if not isinstance(described, dict) or "slug" not in described or "config" not in described:
        raise FormatError(path, "expected an object with 'slug' and 'config'")
    return described


def config_to_json(config: Any) -> dict[str, Any]:
    """A config dataclass as plain JSON values."""
    return json.loads(json.dumps(asdict(config)))


def config_from_json(cls: type, values: Mapping[str, Any], path: str | Path = "config") -> Any:
    """A config from JSON: lists become tuples; FormatError for fields that do not exist."""
    known = {f.name: f for f in fields(cls)}
    extra = sorted(set(values) - set(known))
    if extra:
        raise FormatError(path, f"{cls.__qualname__} has no field {', '.join(extra)}; it has {', '.join(known)}")

    def plain(v: Any) -> Any:
        return tuple(plain(x) for x in v) if isinstance(v, list) else v

    made = {}
    for name, value in values.items():
        default = getattr(cls, name, None)
        made[name] = config_from_json(type(default), value, path) if is_dataclass(default) and isinstance(value, Mapping) else plain(value)
    return cls(**made)


def load_strictly(model: nn.Module, state: Mapping[str, Tensor], path: str | Path = "checkpoint", unused: tuple[str, ...] = ()) -> None:
    """Load a state dict whose keys and shapes must all fit; `unused` prefixes may be left over.

    Raises FormatError naming what is missing, left over or of another shape.
    """
    own = model.state_dict()
    left = [k for k in state if k not in own and not k.startswith(unused or ("\0",))]
    problems = [f"missing {k} {tuple(own[k].shape)}" for k in own if k not in state]
    problems += [f"unexpected {k}" for k in left]
    problems += [f"{k}: expected {tuple(own[k].shape)}, found {tuple(state[k].shape)}" for k in own if k in state and own[k].shape != state[k].shape]
    if problems:
        raise FormatError(path, f"{len(problems)} entries do not fit: " + "; ".join(problems[:8]) + ("; ..." if len(problems) > 8 else ""))
    model.load_state_dict({k: v for k, v in state.items() if k in own})


def _random_states() -> list[Any]:
    """What a numpy random state is unpickled with: VideoPose3D and its descendants keep one beside their weights."""
    import numpy as np
    from numpy.random import _mt19937, _pickle

    reconstruct = np.empty(0).__reduce__()[0]
    ours = [_pickle.__randomstate_ctor, _pickle.__bit_generator_ctor, _mt19937.MT19937, np.random.RandomState, np.ndarray, np.dtype, type(np.dtype("uint32"))]
    return [*ours, reconstruct, (reconstruct, "numpy.core.multiarray._reconstruct")]


def read_checkpoint(checkpoint: str | Path | Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state dict in an official checkpoint: .pt/.pth (weights only, no code is run) or .safetensors.

    Unwraps {"state_dict": ...}, {"model": ...} and {"model_pos": ...}, and strips DataParallel's "module." prefix.
    """
    if isinstance(checkpoint, Mapping):
        loaded: Any = checkpoint
    else:
        path = Path(checkpoint)
        if not path.is_file():
            raise FormatError(path, "no such file")
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            loaded = load_file(path)
        else:
            import pickle

            try:
                with torch.serialization.safe_globals(_random_states()):
                    loaded = torch.load(path, map_location="cpu", weights_only=True)
            except (pickle.UnpicklingError, RuntimeError, EOFError) as e:
                raise FormatError(path, f"not a plain checkpoint of tensors: {str(e).splitlines()[0]}") from None
    for key in ("state_dict", "model_state_dict", "model", "model_pos"):
        if isinstance(loaded, Mapping) and key in loaded and isinstance(loaded[key], Mapping):
            loaded = loaded[key]
    if not isinstance(loaded, Mapping) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise FormatError(checkpoint if not isinstance(checkpoint, Mapping) else "checkpoint", "expected a mapping from names to tensors")
    return {k.removeprefix("module."): v for k, v in loaded.items()}
