"""Why a row entered a figure, or did not, in words: Vietnamese first, then English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from etl.consolidation.tracing import Traced
from etl.model.findings import CRITICAL, HELD, HOLD, REJECTED, Finding
from etl.model.periods import parse_period
from etl.model.reference import Reference
from etl.steps.consolidate import tracing
from etl.steps.consolidate.exact import extremes
from etl.steps.consolidate.tracing import Judged, Place
from etl.store.ledger import CONFIRMED, EventRecord, SubmissionRecord

_STATES = {
    "not_available": "chưa có số liệu (…) / not available (…)",
    "not_applicable": "không áp dụng (x) / not applicable (x)",
    "not_reported": "ô trống, chưa báo cáo / blank, not reported",
}


@dataclass
class Reasons:
    """The words for one indicator's rows."""

    traced: Traced
    reference: Reference
    _speaking: dict[tuple[str, str], Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, values in self.traced.values.items():
            if values.get("_speaks") and values.get("_entity"):
                self._speaking[values["_entity"], values["_period"]] = place

    def of(self, judged: Judged) -> str:
        """Why a row was counted, or not."""
        words = {
            tracing.COUNTED: self._counted, tracing.PERIOD: self._period, tracing.REPORTER: self._reporter,
            tracing.COPY: self._copy,
            tracing.CONDITION: self._condition, tracing.SPEAKS: self._speaks, tracing.ELSEWHERE: self._elsewhere,
            tracing.MEMBER: self._member, tracing.NO_VALUE: self._no_value, tracing.SAME_KEY: self._same_key,
        }  # fmt: skip
        return words[judged.why](judged)

    def _counted(self, judged: Judged) -> str:
        return "được tính / counted"

    def _period(self, judged: Judged) -> str:
        used = ", ".join(period.code for period in self.traced.periods)
        return f"kỳ {judged.row.period}; chỉ tiêu này lấy kỳ {used} / another period; this figure takes {used}"

    def _reporter(self, judged: Judged) -> str:
        reporter = self.traced.indicator.reporter or ""
        title = self.unit(reporter.removeprefix("!"), judged.row.period)
        if reporter.startswith("!"):
            return f"báo cáo của {title} không dùng cho chỉ tiêu này / what {title} reports is not used for this figure"
        return (
            f"bản để đối chiếu; số liệu lấy từ báo cáo của {title} / a copy for comparison; the figure is taken from the "
            f"report of {title}"
        )

    def _copy(self, judged: Judged) -> str:
        return (
            "bản đơn vị tự tổng hợp, chỉ để đối chiếu; số liệu cộng từ các đơn vị dưới / the unit's own total, for "
            "comparison only; the figure adds the units below"
        )

    def _condition(self, judged: Judged) -> str:
        condition = self.traced.indicator.condition or ""
        cells = self.traced.cells_of(judged.row.place, tracing.fields_in(condition, self.traced.spec))
        here = ", ".join(f"{cell.field} = {cell.value or '∅'}" for cell in cells)
        return f"không thỏa điều kiện: {condition} (ở đây {here}) / does not meet the condition (here {here})"

    def _speaks(self, judged: Judged) -> str:
        values = self.traced.values[judged.row.place]
        other = self._speaking.get((values["_entity"], values["_period"]))
        where = self.place(other) if other else ""
        return f"cùng đối tượng, lấy theo dòng ở {where} / the same entity, taken from its row at {where}"

    def _elsewhere(self, judged: Judged) -> str:
        if judged.row.unit is None:
            return "không rõ thuộc đơn vị nào / no unit is named"
        title = self.unit(judged.row.unit, judged.row.period)
        return f"tính cho {title} / counted for {title}"

    def _member(self, judged: Judged) -> str:
        here = ", ".join(f"{axis} = {member}" for axis, member in judged.row.members or ())
        return f"thuộc phân tổ khác: {here or '∅'} / of another member: {here or '∅'}"

    def _no_value(self, judged: Judged) -> str:
        for cell in self.traced.cells(judged.row.place):
            if cell.value is None:
                return _STATES.get(cell.state, "không có giá trị / no value")
        return "mẫu số bằng 0 / the denominator is 0"

    def _same_key(self, judged: Judged) -> str:
        where = self.place(judged.same) if judged.same else ""
        return f"đã tính một lần ở {where} / counted once already, at {where}"

    def place(self, place: Place) -> str:
        """File, sheet and cell of a row."""
        cell = self.traced.cells(place)[0]
        return "!".join(part for part in (self.traced.submissions[place[0]].file, cell.sheet, cell.cell) if part)

    def unit(self, code: str, period: str) -> str:
        """A unit's name in a period."""
        found = self.reference.units.get(code, parse_period(period).end)
        return found.title if found else code

    def ends(self, judged: Sequence[Judged]) -> dict[Place, str]:
        """Of a range: which rows give the lowest and the highest value."""
        indicator = self.traced.indicator
        rows = [j.row for j in judged if j.counted and j.row.numerator is not None and j.row.denominator]
        pairs = {r.place: ((r.numerator, r.denominator),) for r in rows}
        alone = {place: extremes(pair, indicator.factor, 10)[0] for place, pair in pairs.items()}  # type: ignore[arg-type]  # rows without either are left out
        known = [value for value in alone.values() if value is not None]
        if indicator.rule != "range" or not known:
            return {}
        words = {min(known): "thấp nhất / the lowest", max(known): "cao nhất / the highest"}
        return {place: words[value] for place, value in alone.items() if value in words}


def not_in_force(
    submission: SubmissionRecord, winner: SubmissionRecord | None, findings: Sequence[Finding],
    events: Mapping[str, EventRecord],
) -> str:  # fmt: skip
    """Why a whole submission does not count. events: submission → its last withdrawal."""
    own = [f for f in findings if f.submission == submission.submission]
    same = next((f for f in own if f.code == CONFIRMED), None)
    if same is not None:
        return f"{same.message_vi} / {same.message_en}"
    if submission.state == "superseded" and winner is not None:
        return (
            f"đã thay bằng {winner.file} (lần {winner.revision}) / superseded by {winner.file} (revision "
            f"{winner.revision})"
        )
    if submission.state == "withdrawn" and (event := events.get(submission.submission)) is not None:
        reason = event.payload["reason"]
        return f"{event.by} đã rút ngày {event.at:%d/%m/%Y}: {reason} / withdrawn by {event.by} on {event.at:%Y-%m-%d}"
    severity = {HELD: HOLD, REJECTED: CRITICAL}.get(submission.state)
    told = next((f for f in own if f.severity == severity), None)
    words = {HELD: ("chờ quyết định", "held"), REJECTED: ("bị trả lại", "rejected")}
    vi, en = words.get(submission.state, (submission.state, submission.state))
    return f"{vi}: {told.message_vi} / {en}: {told.message_en}" if told else f"{vi} / {en}"
