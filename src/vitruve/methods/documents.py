"""Proof records, and the pages made from them: `python -m vitruve.methods.documents DOCS` writes methods/<slug>.md, claims.md and tables.md."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from vitruve.errors import FormatError
from vitruve.io.files import atomic
from vitruve.methods import catalogue
from vitruve.tasks.method import Stage, config_to_json

PROOF = Path(__file__).parent / "proof"
TABLES = Path(__file__).parents[3] / "results"
"""Of a checkout."""
KINDS = ("parity", "contract", "claim")

_IN_OUT = {
    "recognition": "Takes a clip of people's joints, of any skeleton that maps to the method's; gives a label with its probability, and the alternatives.",
    "forecasting": "Takes the tracks of people, joints or particles; gives where they will be, once for each hypothesis.",
    "lifting": "Takes 2D keypoints of one camera and the size of its image; gives 3D joints in metres, relative to the root.",
    "imu": "Takes accelerations and angular velocities of sensors worn anywhere on the body, or a motion to simulate them on; gives an activity.",
    "gait": "Takes a sequence of silhouettes or body parts of one walker, or a motion to render them from; gives who of a gallery it is.",
    "multiview": "Takes 2D keypoints of several calibrated views; gives the joints of everybody in the world, in metres.",
    "biomechanics": "Takes markers or keypoints and a musculoskeletal model; gives the angle of every degree of freedom over time.",
    "robustness": "Takes a clip of people's joints; gives one that looks the same and is named wrongly.",
}


def record(slug: str, entries: Mapping[str, Any], folder: str | Path = PROOF) -> Path:
    """Put proof entries ("parity", "contract", "claim") into <slug>.json; the others stay as they are.

    Each entry has at least {"passed": bool, "summary": str}; "passed" is None where the authors have no code to compare with.
    """
    path = Path(folder) / f"{slug}.json"
    before = json.loads(path.read_text()) if path.is_file() else {}
    for kind, entry in entries.items():
        if kind not in KINDS or not {"passed", "summary"} <= set(entry):
            raise FormatError(path, f"entry {kind!r}: expected one of {', '.join(KINDS)} with 'passed' and 'summary'")
    merged = {**before, **entries}
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary:
        temporary.write_text(json.dumps({k: merged[k] for k in KINDS if k in merged}, indent=1) + "\n")
    return path


def proof_of(slug: str, folder: str | Path = PROOF) -> dict[str, Any]:
    """The records of a method; empty where there are none."""
    path = Path(folder) / f"{slug}.json"
    return json.loads(path.read_text()) if path.is_file() else {}


# -- pages -----------------------------------------------------------------------------------------


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of a header row and others."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def method_page(slug: str, folder: str | Path = PROOF) -> str:
    """A method's page: card, inputs and outputs, how to run it, config, recipe, published figures, proof."""
    entry = catalogue()[slug]
    cls = entry.load()
    card, proof = cls.card, proof_of(slug, folder)
    official = f"[{card.official}](https://github.com/{card.official})" if card.official else "none"
    parts = [
        f"# {entry.class_name}",
        f"*{card.title}* ({card.venue}). Task: {card.task}. Official code: {official} ({card.code_licence}; weights: {card.weights_licence}).",
        card.summary,
        "## In and out",
        _IN_OUT.get(card.task, f"As the task says: `vitruve/tasks/{card.task}.py`."),
        "## Run",
        f"```console\nvitruve train {slug} --data SET\nvitruve eval {slug} --data SET --weights FOLDER\n"
        f"vitruve predict {slug} FILE --weights FOLDER\nvitruve reproduce {slug} --quick\n```",
        f"```py\nfrom vitruve.methods.{card.task}.{slug} import {entry.class_name}\n\n"
        f'model = {entry.class_name}.from_pretrained("FOLDER")\nmodel.predict(clip)\n```',
    ]
    if card.figures:
        rows = [["data", "metric", "published", "source"], *([f.dataset, f.metric, f.value, f.source] for f in card.figures)]
        parts += ["## Published figures", table(rows)]
    parts += ["## Proof", table([["kind", "passed", "what was found"], *(_proof_row(k, proof.get(k)) for k in KINDS)])]
    parts += [f"**The point of the paper, as the experiment tests it:** {card.claim}", *_claim(proof.get("claim"))]
    config = config_to_json(cls.Config())
    parts += ["## Config", table([["field", "default"], *([f"`{k}`", f"`{json.dumps(v)}`"] for k, v in config.items())])]
    parts += ["## Recipe", f"Source: {cls.RECIPE.source}.", table([["stage", "settings"], *([s.name, _stage(s)] for s in cls.RECIPE.stages)])]
    return "\n\n".join(parts) + "\n"


def _proof_row(kind: str, entry: Mapping[str, Any] | None) -> list[str]:
    return [kind, _mark(entry), "not recorded" if entry is None else entry["summary"]]


def _mark(entry: Mapping[str, Any] | None) -> str:
    return "-" if entry is None else {True: "yes", False: "**no**", None: "no code"}[entry["passed"]]


def _stage(stage: Stage) -> str:
    """What is set apart from the defaults of a stage."""
    default = Stage()
    schedule = {f.name: getattr(stage.schedule, f.name) for f in fields(stage.schedule)}
    changed = {k: v for k, v in schedule.items() if v != getattr(default.schedule, k)}
    values = {f.name: getattr(stage, f.name) for f in fields(stage) if f.name not in ("name", "schedule")}
    kept = {k: v for k, v in values.items() if k in ("epochs", "batch_size", "optimizer", "lr") or v != getattr(default, k)}
    return ", ".join(f"{k} {v}" for k, v in kept.items()) + (f"; schedule: {', '.join(f'{k} {v}' for k, v in changed.items())}" if changed else "")


def _claim(result: Mapping[str, Any] | None) -> list[str]:
    """Tables and circumstances of a recorded experiment."""
    if result is None:
        return []
    return [table(result["table"]), f"{result['metric']}. Data: {result['data']}. ({_how(result)}.)"]


def _how(result: Mapping[str, Any]) -> str:
    made = result["made_with"]
    machine = made["accelerator"] or f"{made['cores']} cores, {made['system']}"
    commit = f", commit {made['commit'][:12]}" if made["commit"] else ""
    kind = "quick run" if result["quick"] else "full run"
    return f"{kind}, seeds {', '.join(map(str, result['seeds']))}, {result['duration'] / 60:.0f} minutes on {machine}, torch {made['torch']}{commit}"


def claims_page(folder: str | Path = PROOF) -> str:
    """All experiments: which points are reproduced, and the tables."""
    proofs = {slug: proof_of(slug, folder) for slug in catalogue()}
    rows = [["method", "task", *KINDS]]
    for slug, entry in catalogue().items():
        rows.append([f"[{entry.class_name}](methods/{slug}.md)", entry.task, *(_mark(proofs[slug].get(k)) for k in KINDS)])
    parts = [
        "# Claims",
        "Each method carries an experiment on open data that tests its paper's point with two or more arms and several seeds. "
        "What did not come out as in the paper says so. `vitruve reproduce METHOD` runs an experiment anew; a dash means not recorded, "
        '"no code" that the authors have published none to compare with.',
        table(rows),
    ]
    for slug, entry in catalogue().items():
        result = proofs[slug].get("claim")
        if result is not None:
            parts += [f"## {entry.class_name}", entry.load().card.claim, *_claim(result), result["summary"]]
    return "\n\n".join(parts) + "\n"


def tables_page(folder: str | Path = TABLES) -> str:
    """Tables of many systems on one footing, as `vitruve bench` writes them; the full one where there is also a quick one."""
    parts = ["# Tables", "Many systems on one footing, trained and tested alike in one run: `vitruve bench` makes them anew."]
    written = {p.stem: json.loads(p.read_text()) for p in sorted(Path(folder).glob("bench-*.json"))}
    for name, found in written.items():
        if name.removesuffix("-quick") == name or name.removesuffix("-quick") not in written:
            parts += [f"## {found['title']}", found["text"], table(found["rows"]), f"Data: {found['data']}. ({_how(found)}.)"]
    return "\n\n".join(parts) + "\n"


def write(docs: str | Path, folder: str | Path = PROOF) -> list[Path]:
    """Write every page below `docs`; pages of methods that are no longer there are removed."""
    pages = {
        Path("claims.md"): claims_page(folder),
        Path("tables.md"): tables_page(),
        **{Path("methods") / f"{slug}.md": method_page(slug, folder) for slug in catalogue()},
    }
    docs = Path(docs)
    (docs / "methods").mkdir(parents=True, exist_ok=True)
    for stale in (docs / "methods").glob("*.md"):
        if stale.stem not in catalogue():
            stale.unlink()
    for page, text in pages.items():
        with atomic(docs / page) as temporary:
            temporary.write_text(text)
    return [docs / page for page in pages]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pages and say which."""
    parser = argparse.ArgumentParser(prog="python -m vitruve.methods.documents", description=__doc__)
    parser.add_argument("docs", type=Path, help="the documentation's folder")
    for path in write(parser.parse_args(arguments).docs):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
