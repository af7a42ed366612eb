"""Periods that are closed to what arrives late, and what is let in by name."""

from __future__ import annotations

from typing import Annotated

import typer

from etl.cli.acts import By, Reason, tell_ruled
from etl.cli.app import app, now, open_stores

Of = Annotated[str, typer.Argument(help="Kỳ: 2021, 2021-Q1, 2020..2021 / the period")]
OneForm = Annotated[str | None, typer.Option("--form", help="Một biểu; không ghi là mọi biểu / default: all forms")]


@app.command()
def lock(period: Of, form: OneForm = None, by: By = "", reason: Reason = "") -> None:
    """Khoá một kỳ: bài đến sau được giữ, chưa tính. / Lock a period: what arrives later is kept and does not count."""
    from etl.acts.decide import lock as act

    stores = open_stores()
    tell_ruled(stores, act(stores, period, form, by=by, reason=reason, at=now()))


@app.command()
def unlock(
    period: Of,
    form: OneForm = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help="Chỉ cho một đơn vị nộp sau khoá / an exception for one unit only")
    ] = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Mở khoá một kỳ, hoặc cho riêng một đơn vị nộp (--unit). / Take a lock back, or let one unit in (--unit)."""
    from etl.acts.decide import let_in
    from etl.acts.decide import unlock as act

    stores = open_stores()
    if unit is None:
        done = act(stores, period, form, by=by, reason=reason, at=now())
    else:
        done = let_in(stores, period, unit, form, by=by, reason=reason, at=now())
    tell_ruled(stores, done)
