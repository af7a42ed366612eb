"""What happened between two releases: which event brought, displaced or changed a submission, and who decided it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.consolidation.replay import Replay
from etl.model.decisions import Decision
from etl.model.figures import Indicator
from etl.model.findings import PAIR
from etl.model.periods import Period
from etl.model.reference import Reference
from etl.steps.completeness import is_late
from etl.steps.consolidate.selection import units_above
from etl.store.ledger import CurrentSubmission, EventRecord, Ledger, SubmissionRecord


@dataclass(frozen=True, slots=True)
class Cause:
    """One cell, or one submission, that moved a figure. before, after: values of the cell, or states."""

    submission: str | None
    file: str | None
    sheet: str | None
    cell: str | None
    before: str | None
    after: str | None
    reason: str
    by: str | None

    def as_json(self) -> dict[str, Any]:
        """The documented shape."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Why:
    """The submission to blame, the reason, and who decided it."""

    submission: str
    reason: str
    by: str | None


@dataclass
class Happenings:
    """The events and decisions after one position and up to another.

    came: submission → the batch that brought it. turned: submission → the last event that changed its state.
    read: submission → the last recheck of it. changed: names of what differs in the reference data.
    """

    came: Mapping[str, EventRecord]
    turned: Mapping[str, EventRecord]
    read: Mapping[str, EventRecord]
    decisions: Sequence[Decision]
    other_reference: bool
    reference_now: Reference

    @classmethod
    def between(cls, ledger: Ledger, old: Replay, new: Replay) -> Happenings:
        """What happened after one release's view and up to another's; asked backwards, the same events."""
        first, last = sorted((old.view.position(), new.view.position()))
        events = [e for e in ledger.events(first) if e.position <= last]
        known = len(ledger.decisions(first))
        return cls(
            {name: e for e in events if e.kind == "batch" for name in e.payload["readings"]},
            {name: e for e in events for name in e.payload.get("states", {})},
            {name: e for e in events if e.kind == "recheck" for name in e.payload.get("readings", {})},
            ledger.decisions(last)[known:],
            (old.reference.hash, old.reference.suite_hash) != (new.reference.hash, new.reference.suite_hash),
            new.reference,
        )

    def why(self, before: CurrentSubmission | None, after: CurrentSubmission | None, names: Sequence[str]) -> Why:
        """Why a row is not what it was. names: what the row is about, for pairs."""
        one = after or before
        assert one is not None  # a row stands in one of the two
        if before is None or after is None or before.submission != after.submission:
            return self._displaced(before, after, one)
        if before.reading != after.reading:
            return self._read_again(one)
        for decision in reversed(self.decisions):
            finding = decision.finding
            if finding.scope == PAIR and finding.unit == one.unit and finding.value in names:
                return Why(one.submission, *_decided(decision))
        if self.other_reference:
            return Why(one.submission, self.reference().reason, None)
        reason = "dòng khác của cùng đối tượng đã thay đổi / another row of the same entity changed"
        return Why(one.submission, reason, None)

    def _displaced(
        self, before: CurrentSubmission | None, after: CurrentSubmission | None, one: CurrentSubmission
    ) -> Why:
        for side in (after, before):
            if side is not None and (event := self.came.get(side.submission)) is not None:
                return Why(side.submission, self._arrived(side, before), event.by)
        for side in (after, before):
            if side is not None and (event := self.turned.get(side.submission)) is not None:
                return self._turned(side, event)
        if one.submission in self.read:
            return self._read_again(one)
        reason = "bản khác của cùng bài đang được tính / another revision of it counts"
        return Why(one.submission, reason, None)

    def _arrived(self, one: SubmissionRecord, before: SubmissionRecord | None) -> str:
        late = is_late(one.received_at, self.reference_now.deadline(one.form, one.unit, one.period))
        vi, en = (", nộp muộn", ", late") if late else ("", "")
        if before is not None or one.revision > 1:
            return f"bản sửa (lần {one.revision}){vi} / a correction (revision {one.revision}){en}"
        return f"mới nhận{vi} / newly received{en}"

    def _turned(self, one: SubmissionRecord, event: EventRecord) -> Why:
        words = {"withdraw": "rút lại / withdrawn", "reinstate": "dùng lại / reinstated"}
        if event.kind in words:
            return Why(one.submission, f"{words[event.kind]}: {event.payload['reason']}", event.by)
        if event.kind == "recheck":
            return self._read_again(one)
        return Why(one.submission, self._arrived(one, None), event.by)

    def _read_again(self, one: SubmissionRecord) -> Why:
        for decision in reversed(self.decisions):
            if decision.finding.submission == one.submission or decision.finding.file == one.file:
                return Why(one.submission, *_decided(decision))
        event = self.read.get(one.submission)
        for decision in reversed(self.decisions):
            if event is not None and decision.by == event.by:
                return Why(one.submission, *_decided(decision))
        reason = "đọc lại theo luật mới / read again under changed rules"
        return Why(one.submission, reason, event.by if event else None)

    def of_coverage(
        self,
        old: Replay,
        new: Replay,
        indicator: Indicator,
        periods: Sequence[Period],
        unit: str,
        told: Collection[str],
    ) -> Iterator[Cause]:
        """Submissions that count in one of the releases only, where they concern the figure. told: those named already."""
        codes = [period.code for period in periods]
        sides = [{(s.unit, s.period): s for s in view.view.current(indicator.form, codes)} for view in (old, new)]
        states = [{s.submission: s.state for s in view.view.submissions(indicator.form, codes)} for view in (old, new)]
        for key in sorted(sides[0].keys() | sides[1].keys()):
            before, after = (side.get(key) for side in sides)
            one = after or before
            known = {s.submission for s in (before, after) if s is not None}
            same = before is not None and after is not None and before.submission == after.submission
            if one is None or same or known & set(told):
                continue
            inside = unit in units_above(one.unit, max(periods).end, new.reference.units)
            if inside or indicator.rule == "authoritative":
                was, now = (side.get(one.submission, "missing") for side in states)
                why = self.why(before, after, ())
                yield Cause(one.submission, one.file, None, None, was, now, why.reason, why.by)

    def in_general(self) -> Iterator[Cause]:
        """What concerns no submission in particular: decisions on pairs, other reference data."""
        for decision in self.decisions:
            if decision.finding.scope == PAIR:
                finding, (reason, by) = decision.finding, _decided(decision)
                yield Cause(
                    finding.submission, finding.file, finding.sheet, finding.cell, finding.value,
                    _answer(decision), reason, by,
                )  # fmt: skip
        if self.other_reference:
            yield self.reference()

    def reference(self) -> Cause:
        """The reference data of the two releases differ."""
        reason = "dữ liệu tham chiếu đã thay đổi / the reference data changed"
        return Cause(None, None, None, None, None, None, reason, None)


def _answer(decision: Decision) -> str | None:
    return None if decision.verb == "undo" else decision.answer


def _decided(decision: Decision) -> tuple[str, str | None]:
    answer = _answer(decision)
    what = f"{decision.verb} → {answer}" if answer else decision.verb
    return f"quyết định / decision {decision.id} ({what}): {decision.reason}", decision.by
