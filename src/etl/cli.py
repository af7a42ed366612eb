"""`etl …`: the stages, acts and queries on the command line, without Prefect.

Exit status: 0 done · 1 done, and something needs a person (rejected, held) · 2 bad usage · 3 could not run.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.errors import EtlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from etl.model.decisions import Decision
    from etl.model.reference import Reference
    from etl.pipeline import Stores
    from etl.settings import Settings
    from etl.store.ledger import BatchRecord

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Biểu mẫu của các đơn vị vào, số liệu của tỉnh ra. / Workbooks of reporting units in, the province's figures out.",
)

Json = Annotated[bool, typer.Option("--json", help="In JSON cho máy đọc / machine-readable output")]


def main() -> None:
    """Run the command line; errors that stop a run are one plain message and exit status 2 or 3."""
    try:
        app()
    except UsageError as error:
        _stop(str(error), 2)
    except EtlError as error:
        _stop(str(error), 3)


def _stop(message: str, status: int) -> None:
    typer.echo(message, err=True)
    sys.exit(status)


def _stores() -> Stores:
    from etl.pipeline import open_stores
    from etl.settings import Settings, find_root

    return open_stores(Settings.from_environment(os.environ, find_root()))


def _now() -> datetime:
    from datetime import datetime

    from etl.model.clock import LOCAL_TIME

    return datetime.now(LOCAL_TIME)


def _print_json(values: Iterable[object]) -> None:
    typer.echo(json.dumps(list(values), ensure_ascii=False, indent=1))


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Tệp hoặc thư mục; không ghi thì lấy hộp nhận data/inbox / files or folders; default: the inbox"
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không lưu gì / judge, store nothing")
    ] = False,
    as_json: Json = False,
) -> None:
    """Nhận bài nộp: đọc, nhận dạng, kiểm tra, ghi sổ. / Take in submissions: read, recognise, validate, record."""
    from etl.pipeline import receive, take_in

    stores = _stores()
    if not paths:
        stores.settings.inbox.mkdir(parents=True, exist_ok=True)
        paths = [stores.settings.inbox]
    if dry_run:
        _check_files(stores.settings, stores.reference, paths, as_json)
    at = _now()
    records = [take_in(stores, batch, at) for batch in receive(stores, paths, at)]
    _tell_taken(stores, records, as_json)


def _tell_taken(stores: Stores, records: list[BatchRecord], as_json: bool) -> None:
    from etl.queries.findings import findings_table
    from etl.queries.intake import needs_person, summary

    result = summary(stores, records)
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
    else:
        typer.echo(result.text())
        grave = [f for f in result.findings if f.severity in ("critical", "hold")]
        if grave:
            typer.echo("\n" + findings_table(grave))
    raise typer.Exit(1 if needs_person(result) else 0)


@app.command()
def publish(
    period: Annotated[str, typer.Option("--period", help="Kỳ: 2021, 2021-Q1, 2020..2021 / the period")],
    report: Annotated[
        str | None, typer.Option("--report", help="Báo cáo trong data/reference/reports / which report")
    ] = None,
    official: Annotated[bool, typer.Option("--official", help="Bản chính thức / an official release")] = False,
    by: Annotated[str, typer.Option("--by", help="Người duyệt / who approves")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do / why")] = "",
    as_json: Json = False,
) -> None:
    """Tổng hợp và ra một bản công bố. / Consolidate, then make a numbered release (provisional unless said)."""
    from etl.model.periods import parse_period
    from etl.pipeline import consolidate, release, report_named
    from etl.queries.figures import figures_of, figures_table

    if official and not (by and reason):
        raise UsageError("Bản chính thức cần --by TÊN và --reason LÝ_DO / an official release needs --by and --reason")
    stores = _stores()
    wanted = report_named(stores.reference, report)
    done = consolidate(stores, wanted, parse_period(period))
    record, new = release(stores, done, _now(), kind="official" if official else "provisional", by=by, reason=reason)
    if as_json:
        typer.echo(json.dumps({"release": record.number, "new": new, "kind": record.kind, "folder": record.folder}))
        return
    typer.echo(figures_table(figures_of(stores, record.number), stores.reference, wanted.unit))
    if new:
        typer.echo(
            f"\nBản công bố {record.number} ({'chính thức' if official else 'tạm tính'}) / release {record.number}: {record.folder}"
        )
    else:
        typer.echo(
            f"\nKhông có gì mới; bản {record.number} vẫn đúng / nothing new, release {record.number} holds: {record.folder}"
        )


@app.command()
def status(
    period: Annotated[str, typer.Option("--period", help="Kỳ / the period")], as_json: Json = False,
) -> None:  # fmt: skip
    """Ai phải gửi, đã nhận, muộn, chờ, bị trả, còn thiếu. / Expected, received, late, held, rejected, missing."""
    from etl.queries.status import status as rows_of
    from etl.queries.status import status_table

    stores = _stores()
    rows = rows_of(stores, period)
    if as_json:
        _print_json(row.as_json() for row in rows)
    else:
        typer.echo(status_table(rows, stores.reference))


@app.command()
def findings(
    submission: Annotated[str | None, typer.Option("--submission", help="Mã bài nộp / a submission's id")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="critical | hold | warning | info")] = None,
    file: Annotated[str | None, typer.Option("--file", help="Tên tệp / a file's name")] = None,
    as_json: Json = False,
) -> None:
    """Những gì đã phát hiện, theo từng ô. / What was found, at its cells."""
    from etl.model.findings import SEVERITIES
    from etl.queries.findings import findings as found_by
    from etl.queries.findings import findings_table

    if severity is not None and severity not in SEVERITIES:
        raise UsageError(f"--severity: {' | '.join(SEVERITIES)}")
    found = found_by(_stores(), submission, severity, file)
    if as_json:
        _print_json(f.as_json() for f in found)
    else:
        typer.echo(findings_table(found))


@app.command()
def figures(
    release: Annotated[
        int | None, typer.Option("--release", help="Số bản công bố; không ghi là bản mới nhất / default: the newest")
    ] = None,
    period: Annotated[str | None, typer.Option("--period", help="Kỳ / the period")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Mã đơn vị / a unit's code")] = None,
    as_json: Json = False,
) -> None:
    """Số liệu của một bản công bố. / The figures of a release."""
    from etl.queries.figures import figures_of, figures_table

    stores = _stores()
    found = figures_of(stores, release, period, unit)
    if as_json:
        _print_json(found)
    else:
        shown = unit or next(iter(sorted(r.unit for r in stores.reference.reports.values())), "")
        typer.echo(figures_table(found, stores.reference, shown))


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Tệp cần xem trước khi gửi; không ghi thì kiểm tra dữ liệu tham chiếu / workbooks; default: the reference data"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra dữ liệu tham chiếu, hoặc một biểu trước khi gửi; không lưu gì. / Check reference data or workbooks."""
    from etl.queries.check import check_reference
    from etl.settings import Settings, find_root

    settings = Settings.from_environment(os.environ, find_root())
    if files:
        from etl.store.reference import load_reference

        _check_files(settings, load_reference(settings.reference, settings.expectations), files, as_json)
    faults = check_reference(settings)
    for fault in faults:
        typer.echo(fault, err=not as_json)
    if not faults and not as_json:
        typer.echo("Dữ liệu tham chiếu đúng. / The reference data is sound.")
    raise typer.Exit(3 if faults else 0)


def _check_files(settings: Settings, reference: Reference, files: list[Path], as_json: bool) -> None:
    from etl.queries.check import check_files
    from etl.queries.findings import findings_table

    found = check_files(settings, reference, files)
    if as_json:
        _print_json(f.as_json() for f in found)
    else:
        typer.echo(findings_table(found) if found else "Không có phát hiện nào. / Nothing found.")
    raise typer.Exit(1 if any(f.severity in ("critical", "hold") for f in found) else 0)


@app.command()
def decide(
    holds: Annotated[
        list[str],
        typer.Argument(
            help="Mã việc chờ (etl findings --severity hold), rồi accept | reject | correct GIÁ_TRỊ | map ĐÍCH / hold ids, then the verb"
        ),
    ],
    by: Annotated[str, typer.Option("--by", help="Người quyết định / who decides")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do / why")] = "",
    as_json: Json = False,
) -> None:
    """Quyết định các việc đang chờ. / Decide holds: accept, reject, correct VALUE, map TARGET; one or many alike."""
    from etl.acts.decide import decide as act

    ids, verb, argument = _verb_of(holds)
    done = act(_stores(), ids, verb, argument, by=by, reason=reason, at=_now())
    if as_json:
        typer.echo(
            json.dumps({"decisions": [d.id for d in done.decisions], "changed": dict(done.changed)}, ensure_ascii=False)
        )
    else:
        _tell_decided(done.decisions, done.changed)


@app.command()
def undo(
    decision: Annotated[int, typer.Argument(help="Số quyết định / the decision's number")],
    by: Annotated[str, typer.Option("--by", help="Người rút quyết định / who takes it back")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do / why")] = "",
) -> None:
    """Rút lại một quyết định; việc trở lại trạng thái chờ. / Take a decision back; the case is open again."""
    from etl.acts.decide import undo as act

    done = act(_stores(), decision, by=by, reason=reason, at=_now())
    _tell_decided(done.decisions, done.changed)


def _verb_of(words: list[str]) -> tuple[list[str], str, str | None]:
    """`HOLD… accept`, `HOLD… correct VALUE`: the ids, the verb, its argument."""
    for verb, more in (("accept", 0), ("reject", 0), ("correct", 1), ("map", 1)):
        if len(words) > more + 1 and words[-1 - more] == verb:
            return words[: -1 - more], verb, words[-1] if more else None
    raise UsageError("etl decide MÃ… (accept | reject | correct GIÁ_TRỊ | map ĐÍCH) --by TÊN --reason LÝ_DO")


def _tell_decided(decisions: Iterable[Decision], changed: Mapping[str, str]) -> None:
    for decision in decisions:
        typer.echo(
            f"Quyết định {decision.id} / decision {decision.id}: {decision.finding.code} {decision.verb} {decision.argument or ''}".rstrip()
        )
    for submission, state in changed.items():
        typer.echo(f"  {submission}: {state}")


@app.command()
def recheck(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ cho xem sẽ thay đổi gì / only show what would move")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Người yêu cầu / who asks")] = "",
    as_json: Json = False,
) -> None:
    """Kiểm tra lại các bài đã nhận theo luật hiện nay. / Judge kept submissions again under today's rules."""
    from etl.acts.recheck import preview
    from etl.acts.recheck import recheck as act

    stores = _stores()
    changed = preview(stores) if dry_run else act(stores, at=_now(), by=by or "etl")
    if as_json:
        typer.echo(json.dumps(dict(changed), ensure_ascii=False))
    elif not changed:
        typer.echo(
            "Không có gì thay đổi. / Nothing would change." if dry_run else "Không có gì thay đổi. / Nothing changed."
        )
    for submission, state in {} if as_json else changed.items():
        typer.echo(f"{submission}: {state}")


if __name__ == "__main__":
    main()
