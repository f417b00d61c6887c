"""Examples run: the doctests of the package and the Python blocks of the documentation."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import vitruve

ROOT = Path(__file__).parents[1]
MODULES = sorted(m.name for m in pkgutil.walk_packages(vitruve.__path__, "vitruve.") if not m.name.endswith("__main__"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_python_blocks(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text()
    scope: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    for block in blocks:
        exec(compile(block, str(page), "exec"), scope)
    assert len(blocks) == text.count("```python"), "a block is not closed"


def test_public_names_have_examples() -> None:
    for name in vitruve.__all__:
        value = getattr(vitruve, name)
        assert name == "__version__" or value.__doc__, f"{name} has no docstring"


def test_pages_of_the_site_exist() -> None:
    nav = (ROOT / "mkdocs.yml").read_text()
    for page in re.findall(r": ([\w/-]+\.md)", nav):
        assert (ROOT / "docs" / page).is_file(), page
