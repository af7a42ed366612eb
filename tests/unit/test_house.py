"""The rules of the house that no other tool checks: sizes, names, and what is not loaded before it is needed."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ETL = sorted((ROOT / "src" / "etl").rglob("*.py"))
FLOWS = sorted((ROOT / "flows").rglob("*.py"))
PRODUCT = ETL + FLOWS

#: libraries that cost 0.1 to 10 seconds to import, or that only one place may know
HEAVY = {
    *("prefect", "prefect_dask", "dask", "distributed", "great_expectations", "pandas"),
    *("duckdb", "polars", "altair", "vl_convert", "docx", "scipy"),
}


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    """Top-level names of what an import statement brings in; [] for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module.partition(".")[0]]
    return []


def run_at_import(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not inside functions, not for the type checker alone."""
    for node in nodes:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from run_at_import(node.orelse)
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from run_at_import(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from run_at_import(handler.body)


def test_a_file_has_at_most_500_lines():
    long = [(place(p), n) for p in PRODUCT if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500]
    assert long == []


def test_a_function_has_at_most_60_lines():
    long = [
        (place(path, node.lineno), node.name, lines)
        for path in PRODUCT
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and (lines := node.end_lineno - node.lineno + 1) > 60
    ]
    assert long == []


def test_every_module_says_what_it_is_and_every_folder_of_modules_is_a_package():
    silent = [place(path) for path in PRODUCT if not ast.get_docstring(tree_of(path))]
    homeless = sorted({str(p.parent.relative_to(ROOT)) for p in PRODUCT if not (p.parent / "__init__.py").exists()})
    assert (silent, homeless) == ([], [])


def test_no_drawer_is_called_utils():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [place(p) for p in PRODUCT if drawers & set(p.relative_to(ROOT).with_suffix("").parts)] == []


def test_heavy_libraries_are_imported_by_the_function_that_uses_them():
    early = [
        (place(path, node.lineno), name)
        for path in ETL
        for node in run_at_import(tree_of(path).body)
        for name in imported(node)
        if name in HEAVY
    ]
    assert early == []


def test_only_flows_know_prefect():
    # import-linter proves it for what it can import; this finds it in any file
    found = [place(p, n.lineno) for p in ETL for n in ast.walk(tree_of(p)) if "prefect" in imported(n)]
    assert found == []


def test_every_module_has_its_layer():
    # import-linter says nothing about a module that no layer names
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in config["contracts"] if contract["type"] == "layers")
    named = {name for layer in layers for name in re.findall(r"[\w.]+", layer)}
    present = {
        f"etl.{p.stem}" for p in (ROOT / "src" / "etl").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert sorted(present - {"etl.__init__"} - named) == []


@pytest.mark.parametrize("arguments", [["--help"], ["ingest", "--help"]], ids=" ".join)
def test_help_comes_at_once(arguments):
    assert sorted((HEAVY | {"pyarrow", "numpy", "openpyxl"}) & modules_after(arguments)) == []


def test_status_comes_without_heavy_libraries(tmp_path):
    assert sorted(HEAVY & modules_after(["status", "--period", "2021"], ETL_DATA=str(tmp_path))) == []


def modules_after(arguments: list[str], **environment: str) -> set[str]:
    """Top-level modules that `etl ARGUMENTS` has loaded when it is done; it must end with exit status 0."""
    program = (
        "import json, sys\n"
        "from etl.cli import main\n"
        f"sys.argv = ['etl', *{arguments!r}]\n"
        "try:\n    status = main()\n"
        "except SystemExit as stop:\n    status = stop.code\n"
        "print('\\n' + json.dumps({'status': status or 0, 'modules': sorted(sys.modules)}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["status"] == 0, done.stdout + done.stderr
    return {name.partition(".")[0] for name in said["modules"]}


def test_every_dependency_says_what_it_saves_and_is_in_the_lock():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    silent = [
        wanted
        for wanted in project["dependencies"]
        if not any(line.strip().startswith(f'"{wanted}",') and "# " in line for line in lines)
    ]
    locked = locked_versions()
    everything = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    astray = [wanted for wanted in everything if not is_locked(wanted, locked)]
    assert (silent, astray) == ([], [])


def test_the_lock_holds_hashes_and_names_no_index_and_no_path():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-zA-Z0-9])", text)
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r".*(?:://|--index-url|--find-links| @ |\s/\w).*", text) == []


def locked_versions() -> dict[str, set[str]]:
    """Distribution name → its versions in requirements.lock (two, where 3.11 and 3.12 differ)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M
    ):
        found.setdefault(plain(name), set()).add(version)
    return found


def is_locked(wanted: str, locked: dict[str, set[str]]) -> bool:
    name, pinned = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([^,;]+))?.*", wanted).groups()
    versions = locked.get(plain(name), set())
    return bool(versions) and (pinned is None or versions == {pinned})


def plain(name: str) -> str:
    """PyPI takes `_`, `.`, `-` and case for the same."""
    return re.sub(r"[-_.]+", "-", name).lower()
