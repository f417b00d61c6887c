"""A recurrent encoder of skeleton sequences: GRUs of two directions that are read at the last frame."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn


class BiGRU(nn.Module):
    """Layers of two GRUs side by side; what they give at the last frame, projected.

    Args:
        inputs: channels of a frame.
        hidden: of each GRU.
        layers: how many; each reads both GRUs of the one before.
        outputs: of the projection.
        mlp: the projection has a hidden layer, with ReLU.
        norm: batch-normalise the channels of the input.
        per_frame: both GRUs run forward in time, as where frames are fed one by one with carried states, the authors' way.
            Otherwise the second runs backward and at the last frame has seen that frame alone.

    Source: CMD and skeleton-contrast (moco/GRU.py), on which HaLP and the SMI attack stand.
    """

    def __init__(
        self, inputs: int, hidden: int = 1024, layers: int = 3, outputs: int = 128, mlp: bool = False, norm: bool = True, per_frame: bool = True
    ) -> None:
        super().__init__()
        self.per_frame = per_frame
        self.norm = nn.BatchNorm1d(inputs) if norm else None
        sizes = [inputs, *[2 * hidden] * (layers - 1)]
        self.first = nn.ModuleList(nn.GRU(n, hidden, batch_first=True) for n in sizes)
        self.second = nn.ModuleList(nn.GRU(n, hidden, batch_first=True) for n in sizes)
        last = nn.Linear(2 * hidden, outputs)
        for p in [*self.first.parameters(), *self.second.parameters(), last.weight]:
            if p.ndim == 2:
                nn.init.xavier_uniform_(p)
        self.head = nn.Sequential(nn.Linear(2 * hidden, 2 * hidden), nn.ReLU(), last) if mlp else last

    def features(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B F"]:
        """Both GRUs of the last layer at the last frame."""
        if self.norm is not None:
            x = self.norm(x.mT).mT
        for first, second in zip(self.first, self.second):
            other = second(x)[0] if self.per_frame else second(x.flip(1))[0].flip(1)
            x = torch.cat([first(x)[0], other], -1)
        return x[:, -1]

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B D"]:
        """The projection of :meth:`features`."""
        return self.head(self.features(x))


def bigru_sizes(state: Mapping[str, Tensor]) -> dict[str, int | bool]:
    """Arguments of the :class:`BiGRU` that the authors' weights are of."""
    return {
        "inputs": state["encoder.gru.weight_ih_l0"].shape[1],
        "hidden": state["encoder.gru.weight_hh_l0"].shape[1],
        "layers": sum(bool(re.fullmatch(r"encoder\.gru\.weight_hh_l\d+", k)) for k in state),
        "outputs": state["fc.2.weight" if "fc.2.weight" in state else "fc.weight"].shape[0],
        "mlp": "fc.2.weight" in state,
        "norm": any(k.startswith("input_norm.") for k in state),
    }


def bigru_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The authors' weights by our names; keys that are not theirs stay as they are."""

    def rename(key: str) -> str:
        if gru := re.fullmatch(r"encoder\.gru\.(\w+)_l(\d+)(_reverse)?", key):
            return f"{'second' if gru[3] else 'first'}.{gru[2]}.{gru[1]}_l0"
        return re.sub(r"^input_norm\.", "norm.", re.sub(r"^fc\.", "head.", key))

    return {rename(k): v for k, v in state.items()}
