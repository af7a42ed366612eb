"""Working out anew which submissions count, after anything that may change it, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from etl.model.findings import HOLD, INFO, RECOGNITION, Finding
from etl.store.ledger.rows import chunks, finding_row, of_keys, verdict_now
from etl.store.ledger.schema import deliveries, findings, readings, submissions
from etl.store.ledger.standing import Candidate, Standing, standings

CONFIRMED, SAME_RANK = "S10.confirmed", "S10.same-rank"

#: form, unit, period
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A submission as the ledger has it now."""

    candidate: Candidate
    key: Key
    state: str
    reading: str
    file: str


def settle(connection: Connection, keys: Collection[Key]) -> dict[str, str]:
    """Recompute state and S10 findings of every submission of these keys; returns what changed: submission → state."""
    known = {item.candidate.submission: item for item in _known(connection, keys)}
    found, told = judged(known)
    _renew_findings(connection, [item.reading for item in known.values()], told)
    changed = {name: standing.state for name, standing in sorted(found.items()) if known[name].state != standing.state}
    if changed:
        statement = update(submissions).where(submissions.c.id == bindparam("which")).values(state=bindparam("becomes"))
        connection.execute(statement, [{"which": name, "becomes": state} for name, state in changed.items()])
    return changed


def judged(known: Mapping[str, Known]) -> tuple[dict[str, Standing], dict[str, Finding]]:
    """Submissions, whole keys of them → the standing of each, and what is told of it: reading → finding. Pure."""
    rivals: dict[Key, list[Candidate]] = defaultdict(list)
    for item in known.values():
        rivals[item.key].append(item.candidate)
    found: dict[str, Standing] = {}
    for candidates in rivals.values():
        found |= standings(candidates)
    return found, {known[name].reading: finding for name in found if (finding := _told(known, name, found[name]))}


def _known(connection: Connection, keys: Collection[Key]) -> list[Known]:
    s, r = submissions.c, readings.c
    query = (
        select(submissions, r.id.label("reading"), verdict_now(), deliveries.c.name.label("file"))
        .join(readings, (r.submission == s.id) & r.current)
        .join(deliveries, deliveries.c.id == s.delivery)
    )
    found = []
    for own in of_keys(keys):
        for row in connection.execute(query.where(own)):
            candidate = Candidate(
                row.id, row.verdict, row.withdrawn, row.stated_revision, row.received_at, row.signed, row.content
            )
            found.append(Known(candidate, (row.form, row.unit, row.period), row.state, row.reading, row.file))
    return found


def _renew_findings(connection: Connection, among: Collection[str], told: Mapping[str, Finding]) -> None:
    """Replace the findings that rest on a submission's rivals (reading → finding): they come and go with them."""
    stale = []
    kept = set()
    for some in chunks(sorted(among)):
        ours = findings.c.reading.in_(some) & findings.c.code.in_((CONFIRMED, SAME_RANK))
        for row in connection.execute(select(findings).where(ours)):
            wanted = told.get(row.reading)
            if wanted is not None and _says(wanted) == _says(row):
                kept.add(row.reading)
            else:
                stale.append(row.pk)
    for some in chunks(stale):
        connection.execute(delete(findings).where(findings.c.pk.in_(some)))
    new = [finding_row(finding, ordinal=-1, reading=name) for name, finding in told.items() if name not in kept]
    if new:
        connection.execute(findings.insert(), new)


def _says(finding: Finding | Row[Any]) -> tuple[str | None, ...]:
    """The messages name files, and a file's name changes when an earlier delivery of its bytes turns up."""
    return (finding.code, finding.expected, finding.message_vi)


def _told(known: Mapping[str, Known], name: str, standing: Standing) -> Finding | None:
    """What the sender is told about a submission that contests or confirms another one."""
    if standing.contests:
        return _placed(_same_rank(known[name].file, known[standing.contests].file), known[name], standing.contests)
    if standing.confirms:
        return _placed(_confirmed(known[standing.confirms].file), known[name], standing.confirms)
    return None


def _placed(finding: Finding, item: Known, other: str) -> Finding:
    form, unit, period = item.key
    name = item.candidate.submission
    proposal = name if finding.severity == HOLD else None
    return finding.about(
        file=item.file, submission=name, form=form, unit=unit, period=period, expected=other, proposal=proposal
    )


def _same_rank(mine: str, other: str) -> Finding:
    return Finding(
        SAME_RANK,
        HOLD,
        f"Hai tệp cùng lần sửa, cùng lúc nhận, cùng ngày ký nhưng số liệu khác nhau: {mine} và {other}. "
        f"Hiện đang tính {other}; hãy cho biết tệp nào đúng, hoặc nộp lại và ghi rõ lần sửa.",
        f"Two files of the same revision, received at the same moment and signed on the same day, hold different "
        f"values: {mine} and {other}. {other} counts for now; say which is right, or send again with its revision.",
        scope=RECOGNITION,
    )


def _confirmed(other: str) -> Finding:
    return Finding(
        CONFIRMED,
        INFO,
        f"Số liệu giống hệt tệp {other} đang được tính: xác nhận lại, không phải lần sửa mới. Không cần làm gì.",
        f"The values are the same as those of {other}, which counts: confirmed, no new revision. Nothing to do.",
    )
