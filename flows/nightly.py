"""The night: take in what arrived, then renew the provincial figures. Also run by `make run`, without a server."""

from __future__ import annotations

import argparse
import sys

from prefect import flow, get_run_logger

import flows  # noqa: F401  # sets Prefect's switches before Prefect is imported
from etl.pipeline import period_due, report_named
from etl.queries.figures import figures_of, figures_table
from flows import stages
from flows.artifacts import publish_findings, publish_intake
from flows.ingest import taken_in
from flows.publish import released


@flow(name="nightly", flow_run_name="nightly {period}", persist_result=False)
def nightly(period: str = "", report: str = "", inbox: str = "") -> tuple[int | None, bool]:
    """Nhận những gì đã gửi đến, rồi làm mới số liệu của tỉnh. / Take in what arrived, then renew the figures.

    Args:
        period: Kỳ: 2021, 2021-Q2 hoặc 2020..2021; để trống thì lấy kỳ đến hạn theo lịch. / Period; empty: the one due by the calendar.
        report: Tên báo cáo; để trống là báo cáo đầu tiên. / Report; empty means the first.
        inbox: Thư mục nhận; để trống là data/inbox. / Folder to take in; empty means the inbox.
    """
    stores = stages.open_stores()
    intake = taken_in(stores, inbox)
    publish_intake(intake)
    publish_findings(stores, intake.findings)
    wanted = report_named(stores.reference, report or None)
    releases = [r for r in stores.ledger.releases() if r.report == wanted.id]
    if not intake.new and not intake.duplicate and releases:
        get_run_logger().info("Không có gì mới. / Nothing new.")
        return releases[-1].number, False
    record, new = released(stores, period or period_due(stores, wanted, stages.now()), report)
    return record.number, new


def main(arguments: list[str]) -> int:
    """`python -m flows.nightly`: run the flow here and print the figures and where they lie."""
    parser = argparse.ArgumentParser(prog="python -m flows.nightly", description=nightly.__doc__)
    parser.add_argument("--inbox", default="")
    parser.add_argument("--period", default="")
    parser.add_argument("--report", default="")
    options = parser.parse_args(arguments)
    stores = stages.open_stores()
    wanted = report_named(stores.reference, options.report or None)
    number, new = nightly(options.period or wanted.period, wanted.id, options.inbox)
    if number is None:
        return 1
    folder = stores.releases.folder(number)
    print(figures_table(figures_of(stores, number), stores.reference, wanted.unit))
    if new:
        print(f"\nBản công bố {number} / release {number}:")
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            print(f"  {path}")
    else:
        print(f"\nKhông có gì mới; bản {number} vẫn đúng. / Nothing new; release {number} holds: {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
