"""All that a release holds: figures, who reported, what was found, the public rows, and on what it rests."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from itertools import islice
from typing import TYPE_CHECKING

import etl
from etl.consolidation.contributions import sources
from etl.consolidation.figures import Consolidated
from etl.consolidation.moves import listed, moves
from etl.consolidation.replay import Replay
from etl.errors import ReleaseRefused
from etl.model.decisions import knowledge_hash
from etl.model.figures import OFFICIAL
from etl.model.findings import CRITICAL
from etl.model.out import Out
from etl.model.reference import Report
from etl.model.releases import Move, ReleaseContent
from etl.model.rows import Rows
from etl.model.submissions import LINE, PERIOD, SUBMISSION, UNIT
from etl.model.told import Told
from etl.steps.compare import compare
from etl.store.lake import Lake
from etl.store.ledger import EventRecord, ReleaseRecord, View

if TYPE_CHECKING:
    import pyarrow as pa


def release_content(
    done: Consolidated, number: int, at: datetime, kind: str, version: str, by: str, reason: str, stage: str = OFFICIAL
) -> ReleaseContent:
    """What a release says, but for its sources. Raises ReleaseRefused where its figures contradict one another."""
    disagreements = compare(done.figures, done.reference.checks, done.reference.units)
    refused = [finding for finding in disagreements if finding.severity == CRITICAL]
    if refused:
        raise ReleaseRefused([f.message_vi for f in refused], [f.message_en for f in refused])
    return ReleaseContent(
        number=number,
        kind=kind,
        period=done.period.code,
        created_at=at,
        report=done.report,
        reference=done.reference,
        figures=done.figures.in_stage(stage),
        status=done.status,
        findings=(*done.told, *disagreements),
        claims=done.claims,
        rows=public_rows(done.rows),
        ledger_position=done.ledger_position,
        version=version,
        by=by,
        reason=reason,
        stage=stage,
    )


def with_previous(content: ReleaseContent, previous: int, figures: Iterable[bytes]) -> ReleaseContent:
    """The same with what moved since the release before. figures: the lines of that one's figures.json."""
    new = (figure.as_json() for figure in content.figures)
    moved = tuple(
        Move(indicator, unit, period, members, before, after)
        for (indicator, period, unit, members), before, after in moves(listed(figures), new)
    )
    return replace(content, previous=previous, moved=moved)


def previous_of(records: Iterable[ReleaseRecord], report: str, period: str, number: int) -> int | None:
    """The release of this report and period that came before `number`, recalled or not; None for the first."""
    return max(
        (r.number for r in records if (r.report, r.period) == (report, period) and r.number < number), default=None
    )


def with_sources(content: ReleaseContent, done: Consolidated, view: View, lake: Lake) -> ReleaseContent:
    """The same with what stands behind each figure. view: the ledger at the position that the figures have seen."""
    periods = frozenset(row.period for row in done.status)
    seen = Replay(done.report, done.period, view, lake, done.reference, periods)
    return replace(content, sources=sources(seen, done.figures, {t: rows.num_rows for t, rows in done.rows.items()}))


#: the packages whose versions decide a release's bytes
_WRITERS = ("pyarrow", "duckdb", "xlsxwriter", "python-docx", "jinja2", "vl-convert-python")


def versions() -> dict[str, str]:
    """What a release is made with: this program, Python, and the packages that decide its bytes."""
    found = {"etl": etl.__version__, "python": ".".join(map(str, sys.version_info[:2]))}
    return found | {name: metadata.version(name) for name in _WRITERS}


def files_of_release(content: ReleaseContent, made_with: Mapping[str, str], out: Out) -> None:
    """Write every file of a release: its documents, and `basis.json`, which says what they rest on."""
    from etl.report import documents

    basis = {
        "reference": content.reference.hash,
        "suites": content.reference.suite_hash,
        "knowledge": knowledge_hash(content.reference.decided),
        "ledger_position": content.ledger_position,
        "versions": dict(sorted(made_with.items())),
    }
    documents(content, out)
    out.put("basis.json", _as_json(basis))


def stages_of(events: Iterable[EventRecord]) -> dict[int, str]:
    """Release → the stage of its figures; it stands in the event by which the release came to be."""
    return {int(event.subject): event.payload.get("stage", OFFICIAL) for event in events if event.kind == "release"}


def index_of(view: View, reports: Mapping[str, Report]) -> tuple[bytes, dict[str, bytes], dict[int, bytes]]:
    """`index.json` over all releases, the pages of `index.html` by name, and the notice beside each recalled one's folder."""
    events = view.events(kinds=("release", "recall"))
    recalls = {int(event.subject): event for event in events if event.kind == "recall"}
    stages = stages_of(events)
    lines = []
    for record in view.releases():
        recall = recalls.get(record.number)
        lines.append(
            {
                "number": record.number, "report": record.report, "period": record.period, "kind": record.kind,
                "stage": stages.get(record.number, OFFICIAL),
                "created_at": record.created_at.isoformat(), "state": record.state,
                "recalled_at": recall.at.isoformat() if recall else None,
                "recalled_by": recall.by if recall else None,
                "reason": recall.payload["reason"] if recall else None,
            }
        )  # fmt: skip
    from etl.report.index import Line, index_pages

    reasons = {number: event.payload["reason"] for number, event in recalls.items()}
    listed = [Line(r.number, r.report, r.period, r.kind, r.created_at, reasons.get(r.number)) for r in view.releases()]
    notices = {number: recall_notice(event).encode() for number, event in recalls.items()}
    return _as_json(lines), index_pages(listed, reports), notices


def recall_notice(recall: EventRecord) -> str:
    """What a reader of a recalled release is told."""
    number, reason = recall.subject, recall.payload["reason"]
    return (
        f"BẢN CÔNG BỐ {number} ĐÃ BỊ THU HỒI ngày {recall.at:%d/%m/%Y}, người thu hồi: {recall.by}. Lý do: {reason}\n"
        f"Không dùng các số liệu của bản này.\n\n"
        f"RELEASE {number} WAS RECALLED on {recall.at:%Y-%m-%d} by {recall.by}. Reason: {reason}\n"
        f"Do not use its figures.\n"
    )


def _as_json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def public_rows(rows: Mapping[str, Rows]) -> dict[str, Rows]:
    """Rows as analysts get them: unit, period and place first, without the system's own columns.

    `row` is the row of the sheet as people count it, from 1.
    """
    return {name: table.each(_public) for name, table in rows.items()}


def _public(table: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {
        "unit": table[UNIT],
        "period": table[PERIOD],
        "submission": table[SUBMISSION],
        "row": pc.add(table[LINE], pa.scalar(1, pa.int32())),
    } | {shown: table[own] for own, shown in (("_entity", "entity"), ("_owner", "owner")) if own in table.column_names}
    fields = [pa.field(key, column.type) for key, column in columns.items()]
    for spec in table.schema:
        if not spec.name.startswith("_"):
            columns[spec.name] = table[spec.name]
            fields.append(spec)
    return pa.table(list(columns.values()), schema=pa.schema(fields))


def fingerprint(content: ReleaseContent) -> str:
    """sha256 over figures, status, findings and what counted: two releases with the same one say the same.

    Of one JSON text with its keys in order, which is never held whole.
    """
    figures = (text for one in content.figures.series for text in Told(one).json(keys_in_order=True))
    told: tuple[tuple[str, Iterable[str]], ...] = (
        ('{"figures": ', _listed(figures)),
        (', "findings": ', _listed(_text(f.as_json()) for f in content.findings)),
        (', "reference": ', [_text(content.reference.hash)]),
        (', "status": ', _listed(_text(s.as_json()) for s in content.status)),
        (', "submissions": ', _listed(map(_text, sorted({s.submission or "" for s in content.status})))),
        (', "suites": ', [_text(content.reference.suite_hash)]),
        ("}", ()),
    )
    found = hashlib.sha256()
    for name, texts in told:
        found.update(name.encode())
        for text in texts:
            found.update(text.encode())
    return found.hexdigest()


#: items of a list that are one text at the same time
_AT_ONCE = 1_000

_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _listed(texts: Iterable[str]) -> Iterator[str]:
    """A JSON list, some of its items at a time."""
    rest, between = iter(texts), "["
    while some := list(islice(rest, _AT_ONCE)):
        yield between + ", ".join(some)
        between = ", "
    yield "[]" if between == "[" else "]"
