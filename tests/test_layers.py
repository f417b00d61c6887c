"""Imports point down, those inside functions and those for types too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vitruve

ROOT = Path(vitruve.__file__).parent
LAYERS = "core io metrics bodies analysis render nn tasks data methods training claims pipeline cli".split()


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import of the package in a file."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{a.name}" for a in node.names] if node.module in ("vitruve", "vitruve.methods") else [node.module]
            yield from ((node.lineno, name) for name in names)


def test_imports_point_down():
    folders = {p.name for p in ROOT.iterdir() if (p / "__init__.py").exists()}
    assert folders == set(LAYERS)
    wrong = []
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            for line, name in imported(path):
                parts = name.split(".")
                if parts[0] == "vitruve" and len(parts) > 1 and parts[1] in LAYERS and LAYERS.index(parts[1]) > LAYERS.index(layer):
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_a_method_stands_alone():
    """A file of a method imports no other method's, but for other files of its own package."""
    wrong = []
    for path in sorted((ROOT / "methods").rglob("*.py")):
        where = ("vitruve", *path.relative_to(ROOT).with_suffix("").parts)
        for line, name in imported(path):
            parts = tuple(name.split("."))
            if len(where) > 3 and parts[:2] == where[:2] and len(parts) > 3 and parts[:4] != where[:4]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)
