"""The night: take in what arrived, then renew the figures of every report. Also run by `make run`, without `make serve`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Failed

from etl.consolidation.reports import period_due, report_named
from etl.errors import EtlError, UsageError
from etl.model.periods import Period, parse_period
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.queries.figures import figures_of, figures_table
from etl.queries.renewal import held, periods_to_renew, still_true
from etl.queries.waiting import waiting
from etl.store.ledger import ReleaseRecord
from flows import console, notice, stages, states
from flows.artifacts import publish_reminders, publish_summary
from flows.choices import EVERY, ReportIds, SpanCode, chosen
from flows.ingest import taken_in, tell_intake, told_waiting
from flows.publish import released
from flows.remind import owing
from flows.tables import Summary


def _name() -> str:
    return f"nightly {flow_run.parameters.get('period') or 'kỳ đến hạn / the period due'}"


@flow(
    name="nightly",
    flow_run_name=_name,
    persist_result=False,
    on_completion=[notice.tell],
    on_failure=[notice.tell],
)
@states.told
def nightly(period: SpanCode = "", report: ReportIds = EVERY, inbox: str = "") -> State[Any]:
    """Nhận những gì đã gửi đến, rồi làm mới số liệu của từng báo cáo. / Take in what arrived, then renew each report's figures.

    Args:
        period: Kỳ, hay nhiều năm; để trống: kỳ đến hạn, và kỳ đã công bố có bài mới. / Empty: the one due and released ones with news.
        report: Mọi báo cáo trong data/reference/reports, hoặc một. / Every report of data/reference/reports, or one.
        inbox: Thư mục nhận; để trống là data/inbox. / Folder to take in; empty means the inbox.
    """
    stores = stages.open_stores()
    at = stages.now()
    wanted = [
        (one, parse_period(period or period_due(stores.reference, one, at))) for one in chosen(stores.reference, report)
    ]  # before anything is taken in: a period that is none stops the night at once
    intake, mail = taken_in(stores, inbox)
    tell_intake(stores, intake, mail)
    night = _Night()
    touched = [(one, each) for one, due in wanted for each in ([due] if period else periods_to_renew(stores, one, due))]
    for one, each in touched:
        _renew(stores, one, each, night, of=_of(one, each, touched))
    still_open = told_waiting(stores, waiting(stores))
    owed = owing(stores, [(one, due.code) for one, due in wanted], at)
    publish_reminders(owed)
    stopped: State[Any] | None = Failed(message="\n".join(night.stopped)) if night.stopped else None
    ended = stopped or states.after_intake(intake, still_open, _said(night))
    publish_summary(
        Summary(ended.name or "", ended.message or "", intake, night.made, len(still_open), len(owed), mail)
    )
    return ended


@dataclass
class _Night:
    """What became of the reports. made: new releases; held: those that are still true; stopped: why there is none."""

    made: list[ReleaseRecord] = field(default_factory=list)
    held: list[ReleaseRecord] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)


def _of(report: Report, period: Period, all_of_them: Sequence[tuple[Report, Period]]) -> str:
    """How the artifacts of one release are told apart from those of the night's others; '' where there is one alone."""
    periods = [each for one, each in all_of_them if one == report]
    several = len(all_of_them) > len(periods)
    return " ".join(part for part in (report.id if several else "", period.code if len(periods) > 1 else "") if part)


def _renew(stores: Stores, report: Report, period: Period, night: _Night, *, of: str) -> None:
    """A release of one report, unless the last one is still true. What stops one report stops no other."""
    last = still_true(stores, report, period)
    if last is not None:
        get_run_logger().info(
            "%s: không có gì mới, bản %d vẫn đúng / nothing new, release %d holds", report.id, last.number, last.number
        )
        night.held.append(last)
        return
    try:
        record, new = released(stores, report, period, of)
    except EtlError as error:
        get_run_logger().error("%s: %s", report.id, error)
        night.stopped.append(f"{of}: {error}" if of else str(error))
        return
    if not new:
        held(stores, report, record)
    (night.made if new else night.held).append(record)


def _said(night: _Night) -> State[Any]:
    """'Bản công bố 5, 6 / releases 5, 6'; nothing new where every report's last release holds."""
    if not night.made:
        held = _numbers(night.held)
        return states.nothing_new(f"Không có gì mới; bản {held} vẫn đúng. / Nothing new; release {held} holds.")
    return states.done(f"Bản công bố {_numbers(night.made)} / release {_numbers(night.made)}")


def _numbers(records: Iterable[ReleaseRecord]) -> str:
    return ", ".join(str(record.number) for record in records)


def main(arguments: list[str]) -> int:
    """`python -m flows.nightly`: run the flow here and print the figures and where they lie; exit status as `etl ingest`."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description=nightly.__doc__)
    parser.add_argument("--inbox", default="")
    parser.add_argument("--period", default="")
    parser.add_argument("--report", default="")
    options = parser.parse_args(arguments)
    try:
        stores = stages.open_stores()
        wanted = report_named(stores.reference, options.report or None)
        period = parse_period(options.period or wanted.period).code
        known = len(stores.ledger.releases())
        with console.server():
            state = nightly(period, wanted.id, options.inbox, return_state=True)
    except EtlError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 3
    if not state.is_completed():
        print(state.message, file=sys.stderr)
        return 3
    _print_figures(stores, wanted, period, known)
    return 1 if state.name == states.NEEDS_PERSON else 0


def _print_figures(stores: Stores, report: Report, period: str, known: int) -> None:
    """The newest release of the report and period, and its files where there were only `known` releases before."""
    record = [r for r in stores.ledger.releases() if (r.report, r.period) == (report.id, period)][-1]
    print(figures_table(figures_of(stores, record.number), stores.reference, report.unit))
    folder = stores.releases.where(record.number)
    if record.number <= known:
        print(
            f"\nKhông có gì mới; bản {record.number} vẫn đúng. / Nothing new; release {record.number} holds: {folder}"
        )
        return
    print(f"\nBản công bố {record.number} / release {record.number}:")
    for name in stores.releases.names(record.number):
        print(f"  {stores.releases.where(record.number, name)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
