"""datapackage.json: what the data files of a release are, as Frictionless reads it: types, keys, titles, sources, licence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from etl.model.claims import VERDICTS
from etl.model.figures import NOT_REPORTED, PROVISIONAL, PUBLISHED, WITHHELD
from etl.model.findings import SEVERITIES
from etl.model.out import Written
from etl.model.releases import ReleaseContent
from etl.report import dictionary, words
from etl.report.dictionary import Column

NAME = "datapackage.json"

#: types of the dictionary → types of a table schema
_TYPES: Mapping[str, str] = {
    "text": "string", "integer": "integer", "decimal": "number", "date": "date", "time": "datetime",
    "true or false": "boolean", "list of texts": "string",
}  # fmt: skip
_TABLES: Mapping[str, tuple[Column, ...]] = {
    "figures.csv": dictionary.FIGURES, "findings.csv": dictionary.FINDINGS, "status.csv": dictionary.STATUS,
    "claims.csv": dictionary.CLAIMS, "trace.csv": dictionary.TRACE, "codes.csv": dictionary.CODES, "sdmx/figures.csv": dictionary.SDMX,
}  # fmt: skip
_REQUIRED: Mapping[str, frozenset[str]] = {
    "figures.csv": frozenset((
        "indicator", "unit", "period", "unit_of_measure", "status", "stage", "coverage_reported", "coverage_expected", "release",
    )),
    "findings.csv": frozenset(("id", "code", "severity", "message_vi", "message_en")),
    "status.csv": frozenset(("unit", "form", "period", "role", "state", "late")),
    "trace.csv": frozenset(("indicator", "unit", "period", "source_unit", "submission", "file", "revision", "counted")),
    "claims.csv": frozenset(("indicator", "unit", "period", "verdict", "submission", "file", "release")),
    "codes.csv": frozenset(("list", "code", "title_vi", "title_en")),
    "sdmx/figures.csv": frozenset(("STRUCTURE", "STRUCTURE_ID", "ACTION", "INDICATOR", "REF_AREA", "TIME_PERIOD", "OBS_STATUS")),
}  # fmt: skip
_ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("figures.csv", "status"): (PUBLISHED, PROVISIONAL, WITHHELD, NOT_REPORTED),
    ("figures.csv", "stage"): tuple(words.STAGES),
    ("findings.csv", "severity"): SEVERITIES,
    ("claims.csv", "verdict"): VERDICTS,
    ("status.csv", "role"): tuple(words.ROLES),
    ("status.csv", "state"): tuple(words.STATES),
}  # fmt: skip
_KEYS: Mapping[str, list[str]] = {
    "status.csv": ["unit", "form", "period"], "codes.csv": ["list", "code"], "claims.csv": ["indicator", "unit", "period"],
}  # fmt: skip
_MEDIA: Mapping[str, str] = {
    "csv": "text/csv", "json": "application/json", "xml": "application/vnd.sdmx.structure+xml", "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def package(content: ReleaseContent, files: Mapping[str, Written]) -> dict[str, Any]:
    """The descriptor; files: those of the release, of which the data are told."""
    given = content.report.options.get("open_data")
    told: Mapping[str, Any] = given if isinstance(given, dict) else {}
    descriptor: dict[str, Any] = {
        "profile": "data-package",
        "name": f"{content.report.id}-{content.number}",
        "id": f"{content.report.id}/{content.period}/{content.number}",
        "title": content.report.title_vi,
        "description": f"{content.report.title_en}. {words.KINDS[content.kind].en} no. {content.number}.",
        "version": f"{content.number}.0.0",
        "created": content.created_at.isoformat(),
        "keywords": list(told.get("keywords", ())),
        "sources": [dict(one) for one in told.get("sources", ())],
        "licenses": [dict(one) for one in told.get("licenses", ())],
        "contributors": [dict(one) for one in told.get("contributors", ())],
        "resources": list(_resources(files)),
    }
    return {key: value for key, value in descriptor.items() if value}


def _resources(files: Mapping[str, Written]) -> Iterator[dict[str, Any]]:
    """Tables with their schema first, then the other data files with size and hash."""
    for name in sorted(files, key=lambda n: (n not in _TABLES, n)):
        ending = name.rpartition(".")[2]
        if ending not in _MEDIA or name == NAME:
            continue
        resource = {
            "name": name.lower().replace("/", "-").replace(".", "-").replace("_", "-"), "path": name, "format": ending,
            "mediatype": _MEDIA[ending], "bytes": files[name].size, "hash": f"sha256:{files[name].sha256}",
        }  # fmt: skip
        yield resource | (_table(name) if name in _TABLES else {"type": "file"})


def _table(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(name, column) for column in _TABLES[name]], "missingValues": [""]}
    if name in _KEYS:
        schema["primaryKey"] = _KEYS[name]
    return {
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _field(name: str, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.name in _REQUIRED[name]:
        constraints["required"] = True
    if allowed := _ALLOWED.get((name, column.name)):
        constraints["enum"] = list(allowed)
    field: dict[str, Any] = {
        "name": column.name, "type": _TYPES[column.type], "title": column.title.vi, "description": column.title.en,
    }  # fmt: skip
    if column.type == "time":
        field["format"] = "any"
    return field | ({"constraints": constraints} if constraints else {})
