"""Where figures come from, why they moved, and who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from etl.cli.app import Json, app, open_stores, print_all, print_json
from etl.errors import UsageError


@app.command()
def trace(
    indicator: Annotated[str, typer.Argument(help="Chỉ tiêu, vd. NH.V / the indicator")] = "",
    unit: Annotated[str | None, typer.Option("--unit", help="Mã đơn vị / a unit's code; default: the report's")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Kỳ / the period; default: the release's")] = None,
    release: Annotated[int | None, typer.Option("--release", help="Số bản công bố / default: the newest")] = None,
    breakdown: Annotated[
        list[str] | None, typer.Option("--breakdown", help="Phân tổ, vd. loai=tập thể / one member: axis=code")
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", help="TỆP!TRANG!A1: ô này vào những số liệu nào / which figures a cell entered"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Số liệu từ đâu ra, đến từng ô; hoặc ngược lại. / Where a figure comes from, to the cell; or the other way round."""
    if bool(indicator) == bool(cell):
        raise UsageError("etl trace CHỈ_TIÊU, hoặc / or etl trace --cell 'TỆP!TRANG!A1'")
    stores = open_stores()
    if cell:
        from etl.queries.entered import entered, entered_table

        into = entered(stores, cell, release)
        print_json(into.as_json()) if as_json else typer.echo(entered_table(into))
        return
    from etl.queries.trace import trace as trace_of
    from etl.queries.trace import trace_table

    found = trace_of(stores, indicator, unit, period, release, breakdown or ())
    print_json(found.as_json()) if as_json else typer.echo(trace_table(found))


@app.command()
def diff(
    before: Annotated[int, typer.Argument(help="Số bản công bố trước / a release")],
    after: Annotated[int, typer.Argument(help="Số bản công bố sau / another one")],
    as_json: Json = False,
) -> None:
    """Số liệu nào đã thay đổi, do ô nào, vì sao, ai quyết định. / Which figures moved, by which cells, why, by whom."""
    from etl.queries.diff import diff as moved_between
    from etl.queries.diff import diff_table

    moved = moved_between(open_stores(), before, after)
    print_all(one.as_json() for one in moved) if as_json else typer.echo(diff_table(moved))


@app.command()
def log(
    after: Annotated[int, typer.Option("--after", help="Chỉ các mục sau số này / only events after this one")] = 0,
    as_json: Json = False,
) -> None:
    """Nhật ký: ai đã làm gì, khi nào; chỉ ghi thêm, không sửa được. / Who did what: append-only and hash-chained."""
    from etl.queries.log import log_table

    events = open_stores().ledger.events(after)
    print_all(event.as_json() for event in events) if as_json else typer.echo(log_table(events))
