"""What only asks: nothing here changes the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from etl.cli.app import Json, app, judge_files, open_stores, print_all
from etl.errors import UsageError


@app.command()
def status(
    period: Annotated[str, typer.Option("--period", help="Kỳ / the period")], as_json: Json = False,
) -> None:  # fmt: skip
    """Ai phải gửi, đã nhận, muộn, chờ, bị trả, còn thiếu. / Expected, received, late, held, rejected, missing."""
    from etl.queries.status import status as rows_of
    from etl.queries.status import status_table

    stores = open_stores()
    rows = rows_of(stores, period)
    if as_json:
        print_all(row.as_json() for row in rows)
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
    found = found_by(open_stores(), submission, severity, file)
    if as_json:
        print_all(f.as_json() for f in found)
    else:
        typer.echo(findings_table(found))


@app.command()
def figures(
    release: Annotated[
        int | None, typer.Option("--release", help="Số bản công bố; không ghi là bản mới nhất / default: the newest")
    ] = None,
    period: Annotated[str | None, typer.Option("--period", help="Kỳ / the period")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Mã đơn vị / a unit's code")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Bản mới nhất tại thời điểm này / the newest at a time: 2022-03-31T17:00"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Số liệu của một bản công bố. / The figures of a release."""
    from etl.queries.figures import figures_of, figures_table
    from etl.queries.published import notice, release_named, release_title

    stores = open_stores()
    found = figures_of(stores, release, period, unit, as_of)
    if as_json:
        print_all(found)
    else:
        record = release_named(stores, release, as_of)
        typer.echo(f"{release_title(record)}\n{notice(stores, record.number)}")
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
    from etl.queries.check import check_reference, reference_of
    from etl.settings import Settings, find_root

    settings = Settings.from_environment(os.environ, find_root())
    if files:
        judge_files(settings, reference_of(settings), files, as_json)
    faults = check_reference(settings)
    for fault in faults:
        typer.echo(fault, err=not as_json)
    if not faults and not as_json:
        typer.echo("Dữ liệu tham chiếu đúng. / The reference data is sound.")
    raise typer.Exit(3 if faults else 0)
