"""What takes longer to see than a run should wait for: schemas, doubled keys, SQL. Only `etl check` asks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from etl.model.across import SYSTEM as ACROSS
from etl.model.across import AcrossRule
from etl.model.forms import Field, TableSpec
from etl.model.reference import Reference
from etl.store.reference.faults import Faults
from etl.store.reference.indicators import SYSTEM
from etl.store.reference.narratives import SUFFIX as NARRATIVE

if TYPE_CHECKING:
    import duckdb

_SCHEMAS = {
    "forms": "form.schema.json", "reports": "report.schema.json", "across": "across.schema.json",
    NARRATIVE: "narrative.schema.json",
}  # fmt: skip


def check_yaml(files: Mapping[str, bytes], schemas: Path, faults: Faults) -> None:
    """Every YAML file against its JSON Schema, and no key twice (YAML itself keeps the last in silence)."""
    from jsonschema import Draft202012Validator

    validators = {}
    for folder, name in _SCHEMAS.items():
        if (schemas / name).is_file():
            validators[folder] = Draft202012Validator(json.loads((schemas / name).read_bytes()))
        else:
            faults.add(f"schemas/{name}", "thiếu tệp này.", "this file is missing.")
    for file in sorted(files):
        if not file.endswith(".yaml"):
            continue
        try:
            node = yaml.compose(files[file], Loader=yaml.SafeLoader)
            value = yaml.safe_load(files[file])
        except yaml.YAMLError:
            continue  # told when the file was loaded
        _check_doubled(file, node, faults)
        validator = validators.get(NARRATIVE if file.endswith(NARRATIVE) else file.split("/")[0])
        for error in validator.iter_errors(_plain(value)) if validator else ():
            place = f"{file} dòng/line {_line(node, error.absolute_path)} {error.json_path}"
            faults.add(place, f"sai lược đồ: {error.message}.", f"against the schema: {error.message}.")


def _line(node: yaml.Node | None, path: Iterable[str | int]) -> int:
    """The line of a file on which what stands at a path begins."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
    return node.start_mark.line + 1 if node else 1


def _plain(value: Any) -> Any:
    """YAML's dates as texts, as JSON Schema knows them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _check_doubled(file: str, node: yaml.Node | None, faults: Faults) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                place = f"{file} dòng/line {key.start_mark.line + 1}"
                faults.add(place, f"khoá “{key.value}” lặp lại.", f"key “{key.value}” stands twice.")
            seen.add(key.value)
            _check_doubled(file, value, faults)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_doubled(file, item, faults)


def check_sql(reference: Reference, faults: Faults) -> None:
    """Try each derivation, indicator and rule over others on empty tables: DuckDB names what does not exist."""
    import duckdb

    connection = duckdb.connect()
    try:
        _create_units(connection)
        made = _create_tables(connection, reference, ("_unit_level",))
        for table in reference.tables:
            for derived in table.derive if table.id in made else ():
                place = f"forms/{table.form}.yaml table {table.id} derive {derived.column}"
                _try(connection, f'SELECT ({derived.sql}) FROM "{table.id}" r', place, faults)
        made = _create_tables(connection, reference, SYSTEM)
        for indicator in reference.indicators.values():
            for name, expression in _expressions(indicator) if indicator.table in made else ():
                place = f"indicators.csv {indicator.id} {name}"
                _try(connection, f'SELECT ({expression}) FROM "{indicator.table}"', place, faults)
    finally:
        connection.close()
    _check_across(reference, faults)


def _check_across(reference: Reference, faults: Faults) -> None:
    """Each rule over other units and periods sees its own table and those that its file names, and no other."""
    import duckdb

    rules: dict[frozenset[str], list[AcrossRule]] = {}
    for rule in reference.across:
        rules.setdefault(frozenset((rule.table, *rule.also)), []).append(rule)
    for seen, group in rules.items():
        with duckdb.connect() as connection:
            _create_units(connection)
            connection.execute("CREATE TABLE sent (form VARCHAR, unit VARCHAR, period VARCHAR)")
            if seen <= _create_tables(connection, reference, ACROSS, seen):
                for rule in group:
                    _try(connection, rule.query, f"across/{rule.table}.yaml {rule.id}", faults)


def _create_tables(
    connection: duckdb.DuckDBPyConnection, reference: Reference, system: Collection[str], only: Collection[str] = ()
) -> set[str]:
    """Empty tables as they stand in the lake; one whose names cannot be has been told already and is left out."""
    import duckdb

    made = set()
    for table in reference.tables:
        if only and table.id not in only:
            continue
        with suppress(duckdb.Error):
            connection.execute(f'CREATE OR REPLACE TABLE "{table.id}" ({_columns(table, system)})')
            made.add(table.id)
    return made


def _create_units(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE units (code VARCHAR, name VARCHAR, type VARCHAR, level VARCHAR, parent VARCHAR, "
        "valid_from DATE, valid_to DATE)"
    )


def _columns(table: TableSpec, system: Collection[str]) -> str:
    """Column definitions of a table as it stands in the lake, with system columns."""
    kinds = {"_start": "DATE", "_end": "DATE", "_block": "INTEGER", "_line": "INTEGER"}
    kinds |= dict.fromkeys(("_speaks", "_sent_before", "_sent_after"), "BOOLEAN")
    names = dict.fromkeys(("_submission", "_unit", "_period", "_start", "_end", "_block", "_line", *sorted(system)))
    columns = [f'"{name}" {kinds.get(name, "VARCHAR")}' for name in names]
    for field in table.stored:
        columns += [f'"{field.id}" {_type(field)}', f'"{field.id}__state" VARCHAR']
    return ", ".join(columns)


def _type(field: Field) -> str:
    if field.type == "integer":
        return "BIGINT"
    if field.numeric:
        return "DECIMAL(28,10)"
    if field.type in ("date", "month"):
        return "DATE"
    return "VARCHAR[]" if field.type in ("units", "list") else "VARCHAR"


def _expressions(indicator: Any) -> list[tuple[str, str]]:
    named = [
        (name, getattr(indicator, name))
        for name in ("measure", "numerator", "denominator", "condition", "key", "unit", "names")
    ]
    named += [("breakdown", expression) for _, expression in indicator.breakdown]
    return [(name, expression) for name, expression in named if expression]


def _try(connection: duckdb.DuckDBPyConnection, query: str, place: str, faults: Faults) -> None:
    import duckdb

    try:
        connection.execute(query)
    except duckdb.Error as error:
        reason = str(error).split("\n")[0]
        faults.add(place, f"SQL sai: {reason}.", f"bad SQL: {reason}.")
