"""What only asks: nothing here changes the store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from etl.cli.app import Json, app, judge_files, now, open_stores, print_all
from etl.errors import UsageError


@app.command()
def status(
    period: Annotated[str, typer.Option("--period", help="Kỳ / the period")],
    by: Annotated[
        str | None, typer.Option("--by", help="Đếm theo unit | form | period / count by unit, form or period")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ai phải gửi, đã nhận, muộn, chờ, bị trả, còn thiếu. / Expected, received, late, held, rejected, missing."""
    from etl.queries.status import status as rows_of
    from etl.queries.status import status_table, tally_table

    stores = open_stores()
    rows = rows_of(stores, period)
    if as_json:
        print_all(row.as_json() for row in rows)
    elif by is not None:
        if by not in ("unit", "form", "period"):
            raise UsageError("--by: unit | form | period")
        typer.echo(tally_table(rows, stores.reference, by))
    else:
        typer.echo(status_table(rows, stores.reference))


@app.command()
def remind(
    period: Annotated[str, typer.Option("--period", help="Kỳ / the period")],
    unit: Annotated[
        str | None, typer.Option("--unit", help="Chỉ đơn vị này và bên dưới / only this unit and those under it")
    ] = None,
    as_json: Json = False,
) -> None:
    """Cần nhắc ai: trước hạn và quá hạn. / Whom to remind, before the deadline and after it."""
    from etl.queries.remind import reminders, reminders_table

    stores = open_stores()
    if unit is not None and not stores.reference.units.known(unit):
        raise UsageError(f"Không có đơn vị “{unit}” / there is no unit {unit!r}")
    found = reminders(stores, period, now(), unit)
    if as_json:
        print_all(one.as_json() for one in found)
    else:
        typer.echo(reminders_table(found) if found else "Không phải nhắc ai. / Nobody is to be reminded.")


@app.command()
def template(
    form: Annotated[str, typer.Argument(help="Mã biểu: nv, nh… / the form")],
    unit: Annotated[str, typer.Option("--unit", help="Mã đơn vị / the unit's code")],
    period: Annotated[str, typer.Option("--period", help="Kỳ: 2022 / the period")],
    out: Annotated[Path, typer.Option("--out", help="Tệp .xlsx để ghi / the file to write")],
    prefill: Annotated[
        bool, typer.Option("--prefill", help="Ghi sẵn các dòng kỳ trước của đơn vị / with the unit's last rows")
    ] = False,
) -> None:
    """Mẫu biểu để một đơn vị điền cho một kỳ. / The workbook that a unit fills for a period."""
    from etl.queries.template import template_of

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"--out: tên tệp phải là .xlsx / the file must be an .xlsx: {out}")
    data, before = template_of(open_stores(), form, unit, period, prefilled=prefill)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"Không ghi được / cannot be written: {out} ({error.strerror})") from error
    said = f" (các dòng kỳ {before} / with the rows of {before})" if before else ""
    typer.echo(f"{out}{said}")
    if prefill and before is None:
        typer.echo("Chưa có bài nào của kỳ trước để ghi sẵn. / There is no earlier submission to prefill from.")


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
    basis: Annotated[
        str | None,
        typer.Option("--basis", help="Theo địa giới của ngày này: 2025-07-01 / for the units of this day"),
    ] = None,
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
    refused: tuple[str, ...] = ()
    if basis is None:
        found = figures_of(stores, release, period, unit, as_of)
    else:
        from etl.queries.bridged import on_basis

        found, refused = on_basis(stores, figures_of(stores, release, period, None, as_of), basis)
        found = [one for one in found if unit is None or one["unit"] == unit]
    for reason in refused:
        typer.echo(reason, err=True)
    if as_json:
        print_all(found)
    else:
        record = release_named(stores, release, as_of)
        typer.echo(f"{release_title(record)}\n{notice(stores, record.number)}")
        shown = unit or next(iter(sorted(r.unit for r in stores.reference.reports.values())), "")
        typer.echo(figures_table(found, stores.reference, shown))


def _answer_drop(as_json: bool) -> None:
    from etl.acts.check_folder import check_folder

    answered = check_folder(open_stores(), now())
    if as_json:
        print_all({"file": one.file, "folder": str(one.folder)} for one in answered)
    for one in () if as_json else answered:
        typer.echo(f"{one.file}: {one.folder}")
    if not answered and not as_json:
        typer.echo("Không có tệp nào mới trong data/check. / No new file in data/check.")
    raise typer.Exit(0)


@app.command()
def rows(
    out: Annotated[Path, typer.Option("--out", help="Thư mục để ghi các tệp Parquet / a folder for the Parquet files")],
) -> None:
    """Các dòng đang được tính, thành Parquet cho người phân tích. / The rows that count now, as Parquet for analysts."""
    from etl.queries.current import current_view
    from etl.store.durable import write_durably

    for name, data in current_view(open_stores()):
        write_durably(out / name, data)
        typer.echo(str(out / name))


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Tệp cần xem trước khi gửi; không ghi thì kiểm tra dữ liệu tham chiếu / workbooks; default: the reference data"
        ),
    ] = None,
    drop: Annotated[
        bool,
        typer.Option(
            "--drop", help="Xét các tệp trong data/check, ghi kết quả vào data/check/ket-qua / the drop folder"
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Kiểm tra dữ liệu tham chiếu, hoặc một biểu trước khi gửi; không lưu gì. / Check reference data or workbooks."""
    if drop:
        _answer_drop(as_json)
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
