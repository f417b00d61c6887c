"""Deterministic weights and golden files for parity tests.

A golden is a pair of files, ``<slug>.<case>.json`` and ``<slug>.<case>.npz``, made by running a
method's official code once:

json: {"slug", "case", "repo", "commit", "module", "config": {...}, "state": {key: [shape, dtype]},
       "calls": "what was called, in words", "rtol", "atol", "notes"}
npz:  ``in/<name>`` inputs, ``out/<name>`` outputs, ``keep/<state key>`` the few state entries whose
      values matter (index tables, adjacency matrices, positional codes); never pickled.

Every other entry of the official state dict was filled by :func:`weight` from its name and shape,
so the file need not carry it. To test an implementation: build the official-shaped state dict with
:func:`state_dict`, give it to ``from_official``, run the inputs, compare the outputs.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np


def _rng(name: str) -> np.random.Generator:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.Philox(seed))


def weight(name: str, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
    """The value of state entry `name`: a function of its name, shape and dtype alone."""
    if not dtype.startswith(("float", "bfloat")):
        return np.zeros(shape, dtype)
    z = _rng(name).standard_normal(shape)
    leaf = name.rsplit(".", 1)[-1]
    if leaf == "running_var":
        value = 0.5 + np.abs(z)
    elif leaf == "running_mean" or leaf.endswith("bias"):
        value = 0.1 * z
    elif len(shape) <= 1 and leaf.endswith(("weight", "gamma", "scale")):
        value = 1.0 + 0.1 * z
    elif len(shape) >= 2:
        fan_in = int(np.prod(shape[1:]))
        value = z / np.sqrt(max(fan_in, 1))
    else:
        value = 0.1 * z
    return np.asarray(value, dtype="float32" if dtype == "bfloat16" else dtype)


def load(path: str | Path) -> tuple[dict, dict, dict, dict]:
    """(spec, inputs, outputs, kept state entries) of the golden at `path` (with or without suffix)."""
    path = Path(path)
    stem = path.with_suffix("") if path.suffix in (".json", ".npz") else path
    spec = json.loads(Path(f"{stem}.json").read_text())
    with np.load(f"{stem}.npz", allow_pickle=False) as f:

        def group(g: str) -> dict[str, np.ndarray]:
            return {k[len(g) + 1 :]: f[k] for k in f.files if k.startswith(g + "/")}

        return spec, group("in"), group("out"), group("keep")


def state_dict(spec: dict, keep: dict[str, np.ndarray]) -> dict:
    """The official state dict (torch tensors) that the golden's outputs were made with."""
    import torch

    return {key: torch.from_numpy(np.array(keep[key] if key in keep else weight(key, tuple(shape), dtype))) for key, (shape, dtype) in spec["state"].items()}


def fill(module, keep: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """Fill a torch module's state in place by :func:`weight`; leave entries named in `keep`
    (exact keys or suffixes) and integer or boolean entries as they are, and return those."""
    import torch

    kept = {}
    with torch.no_grad():
        for key, value in module.state_dict(keep_vars=True).items():
            dtype = str(value.dtype).removeprefix("torch.")
            if not value.is_floating_point() or any(key == k or key.endswith(k) for k in keep):
                kept[key] = value.detach().cpu().numpy().copy()
            else:
                value.copy_(torch.from_numpy(weight(key, tuple(value.shape), dtype)))
    return kept


def save(stem: str | Path, spec: dict, module, kept: dict, inputs: dict, outputs: dict) -> None:
    """Write a golden. `spec` holds the descriptive fields; "state" is added here."""

    def as_np(v: object) -> np.ndarray:
        return v.detach().cpu().numpy() if hasattr(v, "detach") else np.asarray(v)

    state = {k: [list(v.shape), str(v.dtype).removeprefix("torch.")] for k, v in module.state_dict().items()}
    Path(f"{stem}.json").write_text(json.dumps({**spec, "state": state}, indent=1))
    arrays = {f"{g}/{k}": as_np(v) for g, d in (("in", inputs), ("out", outputs), ("keep", kept)) for k, v in d.items()}
    np.savez_compressed(f"{stem}.npz", **arrays)
