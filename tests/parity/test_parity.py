"""Every golden in goldens/, output by output; and that the comparison itself can fail."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.parity import synth
from tests.parity.runner import GOLDENS, check, compare, main


@pytest.mark.parametrize("path", sorted(GOLDENS.glob("*.json")), ids=lambda p: p.stem)
def test_golden(path):
    rows = list(check(path))
    assert rows
    bad = [f"{r.name}: {r.status} (abs {r.absolute:.2e}, rel {r.relative:.2e})" for r in rows if not r.ok]
    assert not bad, "\n".join(bad)


SPEC = {"rtol": 1e-4, "atol": 1e-6, "notes": ""}


@pytest.mark.parametrize(
    ("expected", "found", "spec", "status"),
    [
        ([1.0, 2.0], [1.00005, 2.0], SPEC, "OK"),
        ([1.0, 2.0], [1.001, 2.0], SPEC, "FAIL 1 of 2"),
        ([1e-3, 100.0], [2e-3, 100.0], SPEC, "FAIL 1 of 2"),
        ([1e-3, 100.0], [2e-3, 100.0], {**SPEC, "notes": "Compare each output as max|a-b| / max|a|."}, "OK"),
        ([1e-3, 100.0], [1.5e-3, 100.0], {**SPEC, "tolerance_measured": {"float64_max_rel": 1e-5}}, "OK but for 1 of 2 (see compare)"),
        ([1e-3, 100.0], [3e-3, 100.0], {**SPEC, "tolerance_measured": {"float64_max_rel": 1e-5}}, "FAIL 1 of 2"),
        ([np.nan, 2.0], [np.nan, 2.0], SPEC, "OK"),
        ([np.nan, 2.0], [0.0, 2.0], SPEC, "FAIL not finite in the same places"),
        ([np.inf, 2.0], [-np.inf, 2.0], SPEC, "FAIL not finite in the same places"),
        ([1.0, 2.0], [1.0, np.nan], SPEC, "FAIL not finite in the same places"),
        ([1.0] * 2000, [1.0] * 1999 + [-1.0], {**SPEC, "calls": "signs may flip sign"}, "OK but for 1 of 2000 (see compare)"),
        ([1.0] * 2000, [1.0] * 1997 + [-1.0] * 3, {**SPEC, "calls": "signs may flip sign"}, "FAIL 3 of 2000"),
        (["walk", "run"], ["walk", "run"], SPEC, "OK"),
        (["walk", "run"], ["walk", "runs"], SPEC, "FAIL 1 of 2"),
        ([1.0, 2.0], [[1.0, 2.0]], SPEC, "FAIL shape (1, 2), expected (2,)"),
    ],
)
def test_compare(expected, found, spec, status):
    assert compare("x", np.array(expected), np.array(found), spec).status == status


@pytest.mark.parametrize("case", ["unimts.augment", "psumnet.graph", "brl.graph", "halp.generator", "smi_attack.bigru"])
def test_a_golden_need_not_list_its_arrays_and_may_ask_for_what_nobody_knows(tmp_path, case):
    spec, arrays = json.loads((GOLDENS / f"{case}.json").read_text()), dict(np.load(GOLDENS / f"{case}.npz"))
    listed = ("shapes", "inputs", "outputs", "tolerance_measured")
    (tmp_path / f"{case}.json").write_text(json.dumps({k: v for k, v in spec.items() if k not in listed}))
    unknown = {f"out/{name}": np.zeros(3, np.float32) for name in ("unheard_of", "grad_unheard_of")}
    np.savez(tmp_path / f"{case}.npz", **arrays, **unknown)
    status = {r.name: r for r in check(tmp_path / f"{case}.json")}
    assert {status.pop(k.removeprefix("out/")).status for k in unknown} == {"MISSING"}
    assert status and all(r.ok for r in status.values()), status


def test_unknown_slug_and_missing_output_fail(tmp_path, capsys):
    class Nothing:
        def state_dict(self):
            return {}

    spec = {"slug": "no_such_method", "case": "a", "config": {}, "calls": "", "notes": "", "rtol": 1e-4, "atol": 1e-5}
    synth.save(tmp_path / "no_such_method.a", spec, Nothing(), {}, {"x": np.zeros(2)}, {"y": np.zeros(2)})
    assert main([str(tmp_path / "no_such_method.a.json")]) == 1
    assert "no adapter for slug 'no_such_method'" in capsys.readouterr().out

    spec = {**spec, "slug": "_lifting_protocols"}
    pose = np.random.default_rng(0).normal(size=(1, 3, 17, 3)).astype(np.float32)
    inputs = {"pred": pose, "gt": pose + 0.1, "w": np.ones((1, 3, 1), np.float32)}
    synth.save(tmp_path / "_lifting_protocols.b", spec, Nothing(), {}, inputs, {"mpjpe": np.float32(0.1 * 3**0.5), "unheard_of": np.zeros(1)})
    assert main([str(tmp_path / "_lifting_protocols.b.json")]) == 1
    out = capsys.readouterr().out
    assert "MISSING" in out and "OK" in out
