"""Values as rows of the ledger's tables, and rows as values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from sys import intern
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, case

from etl.model.findings import REJECTED, Finding
from etl.model.submissions import Delivery, Reading
from etl.store.ledger.schema import readings, submissions
from etl.store.ledger.shapes import clean, evidence_to_json, layouts_from_json, layouts_to_json, to_json, totals_to_json
from etl.store.ledger.values import (
    CurrentSubmission,
    DeliveryRecord,
    ReleaseRecord,
    Stamp,
    SubmissionRecord,
    reading_id,
)

T = TypeVar("T")

#: how many values go into one IN (…)
_AT_ONCE = 500

_FINDING = tuple(item.name for item in fields(Finding))
_values_of = attrgetter(*_FINDING)
#: of tens of thousands that are told together most say these alike: one text of each is enough
_ALIKE = ("code", "severity", "message_vi", "message_en", "submission", "form", "unit", "period", "sheet", "scope")
_DELIVERY = tuple(item.name for item in fields(DeliveryRecord))
_SUBMISSION = tuple(item.name for item in fields(SubmissionRecord))
_RELEASE = tuple(item.name for item in fields(ReleaseRecord) if item.name != "by")


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that every database takes in one statement."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def of_keys(keys: Collection[tuple[str, str, str]]) -> Iterator[ColumnElement[bool]]:
    """Conditions under which submissions are of these (form, unit, period), one after the other.

    A form and a period at a time: what SQLite is asked as `(form, unit, period) IN (…)` it answers by looking at every row.
    """
    s = submissions.c
    units: dict[tuple[str, str], list[str]] = {}
    for form, unit, period in sorted(keys):
        units.setdefault((form, period), []).append(unit)
    for (form, period), own in units.items():
        for some in chunks(own):
            yield (s.form == form) & (s.period == period) & s.unit.in_(some)


def delivery_id(delivery: Delivery) -> str:
    """Made of bytes and name: the same file dropped again is the same delivery."""
    return hashlib.sha256(f"{delivery.sha256}\x1f{clean(delivery.name)}".encode()).hexdigest()[:16]


def delivery_row(delivery: Delivery, batch: str, state: str, at: datetime, position: int) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in ("name", "sha256", "sender", "subject", "size", "received_at")}
    return row | {
        "id": delivery_id(delivery),
        "batch": batch,
        "state": state,
        "recorded_at": at,
        "position": position,
    }


def submission_row(reading: Reading, delivery: Delivery, revision: int) -> dict[str, Any]:
    names = ("form", "unit", "period", "stated_revision", "signed", "content", "nil")
    return {name: getattr(reading, name) for name in names} | {
        "id": reading.submission,
        "delivery": delivery_id(delivery),
        "sha256": delivery.sha256,
        "received_at": delivery.received_at,
        "revision": revision,
        "state": "recognised",
        "withdrawn": False,
    }


def reading_row(reading: Reading, batch: str, stamp: Stamp, at: datetime, position: int) -> dict[str, Any]:
    """position: the event from which on the reading is the current one."""
    told = {name: getattr(reading, name) for name in ("stated_revision", "signed", "content", "nil")}
    return told | {
        "id": reading_id(reading.submission, batch),
        "submission": reading.submission,
        "number": 1,
        "current": True,
        "verdict": reading.verdict,
        "batch": batch,
        "reference_hash": stamp.reference_hash,
        "suite_hash": stamp.suite_hash,
        "version": stamp.version,
        "knowledge": stamp.knowledge,
        "created_at": at,
        "sheets": to_json(list(reading.sheets)),
        "layout": layouts_to_json(reading.layouts),
        "evidence": evidence_to_json(reading.evidence),
        "totals": totals_to_json(reading.totals),
        "row_counts": to_json({table: rows.num_rows for table, rows in reading.rows.items()}),
        "position": position,
    }


def finding_row(
    finding: Finding, *, ordinal: int, position: int = 0, reading: str | None = None, delivery: str | None = None
) -> dict[str, Any]:
    """A finding of a reading, or of a delivery that says nothing of a submission; ordinal: its place among them.

    position: the event from which on it is told; one of a reading is told as long as that is in force.
    """
    row: dict[str, Any] = dict(zip(_FINDING, _values_of(finding), strict=True))
    owner = {"reading": reading, "delivery": delivery}
    return row | owner | {"finding_id": finding.id, "ordinal": ordinal, "position": position}


def finding_value(row: Row[Any], file: str) -> Finding:
    """The finding as it is told under one of the names of its file."""
    told = {name: getattr(row, name) for name in _FINDING if name != "file"}
    told |= {name: intern(text) for name in _ALIKE if (text := told[name]) is not None}
    return Finding(**told, file=intern(file))


def verdict_now() -> ColumnElement[str]:
    """A reading's verdict; one that its file no longer gives is refused."""
    return case((readings.c.gone.is_(None), readings.c.verdict), else_=REJECTED).label("verdict")


def delivery_value(row: Row[Any], state: str = "") -> DeliveryRecord:
    """state: where it is asked as it was at another time."""
    return DeliveryRecord(**{name: getattr(row, name) for name in _DELIVERY} | ({"state": state} if state else {}))


def submission_value(row: Row[Any]) -> SubmissionRecord:
    return SubmissionRecord(**{name: getattr(row, name) for name in _SUBMISSION})


def current_value(record: SubmissionRecord, row: Row[Any], lake: dict[str, str]) -> CurrentSubmission:
    """row: its reading. lake: table → path in this reading's batch; one of which it has no rows is left out."""
    counts = json.loads(row.row_counts)
    return CurrentSubmission(
        **{name: getattr(record, name) for name in _SUBMISSION},
        lake={table: lake[table] for table in sorted(counts) if counts[table] and table in lake},
        layouts=layouts_from_json(row.layout),
    )


def release_row(release: ReleaseRecord) -> dict[str, Any]:
    return {name: getattr(release, name) for name in _RELEASE} | {"by_name": release.by}


def release_value(row: Row[Any]) -> ReleaseRecord:
    return ReleaseRecord(**{name: getattr(row, name) for name in _RELEASE}, by=row.by_name)
