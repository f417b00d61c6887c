"""Gradients and running statistics under the names that goldens give them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor, nn

_STATISTICS = ("running_mean", "running_var")


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", name.lower())


def _entry(name: str, entries: Mapping[str, Tensor]) -> str | None:
    """The entry whose key holds the words of `name` in order (long ones may be cut short): of several one that ends as `name`, a weight, the shortest key."""
    found = []
    for i, key in enumerate(entries):
        rest = iter(_words(key))
        if all(any(word == w or (len(w) > 2 and word.startswith(w)) for word in rest) for w in _words(name)):
            found.append((_words(key)[-1] != _words(name)[-1], not key.endswith("weight"), len(_words(key)), i, key))
    return min(found)[-1] if found else None


class Named(dict[str, object]):
    """Outputs of an adapter, and those that a network holds after its backward pass.

    `grad_NAME` or `g_NAME` is the gradient of the parameter that NAME's words lead to, `running_mean` and `running_var` the
    statistics of the first normalisation (of the one that words before them lead to); `_everyN` at the end strides the last axis.
    `entries` are parameters and buffers by the authors' keys, by default the module's own.
    """

    def __init__(self, found: Mapping[str, object], module: nn.Module, entries: Mapping[str, Tensor] | None = None) -> None:
        super().__init__(found)
        entries = entries or {**dict(module.named_parameters()), **dict(module.named_buffers())}
        self.gradients = {k: v.grad for k, v in entries.items() if v.grad is not None}
        self.statistics = {k: v for k, v in entries.items() if k.endswith(_STATISTICS)}

    def _find(self, name: object) -> Tensor | None:
        match = re.fullmatch(r"(g_|grad_)?(.+?)(?:_every(\d+))?", str(name))
        if not match or not (match[1] or match[2].endswith(_STATISTICS)):
            return None
        group = self.gradients if match[1] else self.statistics
        key = _entry(match[2], group)
        return None if key is None else group[key][..., :: int(match[3] or 1)] if match[3] else group[key]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._find(name) is not None

    def __missing__(self, name: str) -> Tensor:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found
