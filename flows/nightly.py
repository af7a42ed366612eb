"""The night: take in what arrived, then renew the provincial figures. Also run by `make run`, without `make serve`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from etl.consolidation.reports import period_due, report_named
from etl.errors import EtlError, UsageError
from etl.model.periods import parse_period
from etl.model.reference import Report
from etl.pipeline import Stores
from etl.queries.figures import figures_of, figures_table
from etl.store.ledger import ReleaseRecord
from flows import console, notice, stages, states
from flows.choices import FIRST_REPORT, ReportId
from flows.ingest import taken_in, tell_intake, told_waiting
from flows.publish import released


def _name() -> str:
    return f"nightly {flow_run.parameters.get('period') or 'kỳ đến hạn / the period due'}"


@flow(
    name="nightly",
    flow_run_name=_name,
    persist_result=False,
    on_completion=[notice.tell],
    on_failure=[notice.tell],
    on_crashed=[notice.tell],
)
@states.told
def nightly(period: str = "", report: ReportId = FIRST_REPORT, inbox: str = "") -> State[Any]:
    """Nhận những gì đã gửi đến, rồi làm mới số liệu của tỉnh. / Take in what arrived, then renew the figures.

    Args:
        period: Kỳ: 2021, 2021-Q2 hoặc 2020..2021; để trống thì lấy kỳ đến hạn theo lịch. / Period; empty: the one due by the calendar.
        report: Báo cáo nào trong data/reference/reports. / Which report of data/reference/reports.
        inbox: Thư mục nhận; để trống là data/inbox. / Folder to take in; empty means the inbox.
    """
    stores = stages.open_stores()
    wanted = report_named(stores.reference, report or None)
    asked = parse_period(period or period_due(stores.reference, wanted, stages.now())).code
    intake = taken_in(stores, inbox)
    tell_intake(stores, intake)
    last = _still_true(stores, wanted, asked)
    if last is not None:
        get_run_logger().info(
            "Không có gì mới, bản %d vẫn đúng / nothing new, release %d holds", last.number, last.number
        )
        return states.after_intake(intake, told_waiting(stores, states.everything_open(stores)), _nothing_new(last))
    done, record, new = released(stores, wanted, asked)
    said = states.done(f"Bản công bố {record.number} / release {record.number}") if new else _nothing_new(record)
    waiting = [*states.open_holds(stores), *states.undecided(done.findings)]
    return states.after_intake(intake, told_waiting(stores, waiting), said)


def _nothing_new(record: ReleaseRecord) -> State[Any]:
    return states.nothing_new(
        f"Không có gì mới; bản {record.number} vẫn đúng. / Nothing new; release {record.number} holds."
    )


def _still_true(stores: Stores, report: Report, period: str) -> ReleaseRecord | None:
    """The newest release of this report and period, when since then nothing happened that a figure could rest on."""
    same = [r for r in stores.ledger.releases() if (r.report, r.period, r.state) == (report.id, period, "published")]
    if not same:
        return None
    last, stamp = same[-1], stores.stamp
    if (last.reference_hash, last.suite_hash, last.version) != (stamp.reference_hash, stamp.suite_hash, stamp.version):
        return None
    moved = any(event.kind != "release" for event in stores.ledger.events(after=last.ledger_position))
    return None if moved else last


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
    folder = stores.releases.folder(record.number)
    if record.number <= known:
        print(
            f"\nKhông có gì mới; bản {record.number} vẫn đúng. / Nothing new; release {record.number} holds: {folder}"
        )
        return
    print(f"\nBản công bố {record.number} / release {record.number}:")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        print(f"  {path}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
