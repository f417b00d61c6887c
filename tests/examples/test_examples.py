"""The examples run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("report_of_a_walk.py", ["sample:walk", "{folder}"], "report:"),
        ("retarget_to_a_body.py", ["{folder}"], "tall.glb"),
        ("joint_sets.py", [], "h36m17 -> coco17"),
    ],
)
def test_example(name: str, arguments: list[str], says: str, tmp_path: Path) -> None:
    args = [a.format(folder=tmp_path) for a in arguments]
    out = subprocess.run([sys.executable, str(EXAMPLES / name), *args], capture_output=True, text=True, timeout=300, check=True).stdout
    assert says in out
    assert not args or any(tmp_path.rglob("*.glb"))


def test_every_example_is_run() -> None:
    assert {p.name for p in EXAMPLES.glob("*.py")} == {"report_of_a_walk.py", "retarget_to_a_body.py", "joint_sets.py"}
