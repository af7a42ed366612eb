"""What exists is written down, and what is written down exists."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import yaml

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "data" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data" / "samples").glob("*.md")])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def guide() -> str:
    """All that a user is given to read: README.md and docs/."""
    return "\n".join(text_of(path) for path in PAGES)


def commands(command: Any, path: str) -> Iterator[str]:
    """`etl status`, `etl reference export`, …: every command that a user can give."""
    for name, child in sorted(getattr(command, "commands", {}).items()):
        if child.hidden:
            continue
        if not getattr(child, "commands", None):
            yield f"{path} {name}"
        yield from commands(child, f"{path} {name}")


def test_every_command_is_in_the_guide_and_every_one_in_the_readme_exists():
    from etl import cli

    app = next(thing for thing in vars(cli).values() if isinstance(thing, typer.Typer))
    existing = set(commands(typer.main.get_command(app), "etl"))
    unwritten = [name for name in sorted(existing) if not re.search(rf"{name}(?![\w-])", guide())]
    given = [re.match(r"(?:\.venv/bin/)?(etl [a-z][a-z -]*)", code) for code in code_in(text_of(ROOT / "README.md"))]
    unknown = sorted({g[1].strip() for g in given if g and not any(g[1].startswith(name) for name in existing)})
    assert (unwritten, unknown) == ([], [])


def code_in(text: str) -> list[str]:
    """What stands in backticks, and every line of a fenced block."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.M | re.S)
    return [line.strip() for block in fenced for line in block.splitlines()] + re.findall(r"`([^`]+)`", rest)


def test_every_make_target_is_in_the_guide_and_every_one_in_the_guide_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.M))
    given = [found[1] for code in code_in(guide()) if (found := re.match(r"make ((?:[a-z-]+ ?)+)", code))]
    named = {target for line in given for target in line.split()}
    assert (sorted(targets - named), sorted(named - targets)) == ([], [])


def test_every_environment_variable_of_ours_is_in_the_readme():
    code = "\n".join(text_of(p) for p in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]))
    variables = set(re.findall(r"""["'](ETL_[A-Z_]+)["']""", code))
    assert sorted(v for v in variables if f"`{v}`" not in text_of(ROOT / "README.md")) == []


def test_every_link_between_our_pages_leads_somewhere():
    broken = [
        (str(page.relative_to(ROOT)), target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(page))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_page_and_every_decision_is_in_the_index():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(index))}
    unlinked = [str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md") if p != index and p not in linked]
    numbers = [path.name[:4] for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert (unlinked, numbers) == ([], [f"{n:04}" for n in range(1, len(numbers) + 1)])


def test_the_page_on_speed_shows_the_last_benchmark():
    from bench.__main__ import shown

    last = json.loads(text_of(ROOT / "bench" / "latest.json"))
    assert f"```text\n{shown(last)}\n```" in text_of(ROOT / "docs" / "method" / "speed.md")


def test_every_column_and_key_of_the_reference_data_is_explained():
    explained = set(re.findall(r"[\w.-]+", " ".join(code_in(text_of(REFERENCE / "README.md")))))
    columns = {(path.name, column) for path in sorted(REFERENCE.rglob("*.csv")) for column in header(path)}
    keys = {
        (path.name, key) for path in sorted(REFERENCE.rglob("*.yaml")) for key in keys_of(yaml.safe_load(text_of(path)))
    }
    assert sorted((file, name) for file, name in columns | keys if name not in explained) == []


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)
