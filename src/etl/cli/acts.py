"""What changes the store on someone's word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli.app import Json, app, now, open_stores
from etl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from etl.acts.decide import Decided
    from etl.acts.recheck import Moves
    from etl.model.decisions import Decision
    from etl.pipeline import Stores


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
    stores = open_stores()
    done = act(stores, ids, verb, argument, by=by, reason=reason, at=now())
    _renew(stores)
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

    stores = open_stores()
    done = act(stores, decision, by=by, reason=reason, at=now())
    _renew(stores)
    _tell_decided(done.decisions, done.changed)


Form = Annotated[str, typer.Option("--form", help="Mã biểu: nv, nh… / the form")]
Unit = Annotated[str, typer.Option("--unit", help="Mã đơn vị / the unit's code")]
Period = Annotated[str, typer.Option("--period", help="Kỳ: 2021 / the period")]
By = Annotated[str, typer.Option("--by", help="Người quyết định / who decides")]
Reason = Annotated[str, typer.Option("--reason", help="Lý do / why")]


@app.command()
def waive(
    rule: Annotated[str, typer.Argument(help="Mã luật (docs/rules.md) / the rule's id")],
    form: Form,
    unit: Annotated[str | None, typer.Option("--unit", help="Đơn vị; không ghi là mọi đơn vị / default: all")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Kỳ; không ghi là mọi kỳ / default: all")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Bài nhận sau ngày này không được miễn: 2022-03-31 / last day")
    ] = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Miễn một luật cho một đơn vị, một kỳ; phát hiện vẫn được nêu. / Waive a rule; what it finds is still told."""
    from etl.acts.decide import waive as act

    stores, day = open_stores(), None if until is None else _day("--until", until)
    done = act(stores, rule, form=form, unit=unit, period=period, until=day, by=by, reason=reason, at=now())
    tell_ruled(stores, done)


@app.command()
def correct(
    submission: Annotated[str, typer.Argument(help="Mã bài nộp / a submission's id")],
    cell: Annotated[str, typer.Argument(help="Ô: J11, hoặc 'Biểu 01!J11' / the cell")],
    value: Annotated[str, typer.Argument(help="Giá trị đúng, dạng máy: 1234.5; '-' là không có / the right value")],
    before: Annotated[
        str | None, typer.Option("--before", help="Ô đang ghi gì; khác thì không sửa / what the cell says now")
    ] = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Sửa một ô theo lời đơn vị (điện thoại); tệp gốc giữ nguyên. / Correct a cell; the sender's file stays as it is."""
    from etl.acts.decide import correct as act

    sheet, _, place = cell.rpartition("!")
    stores = open_stores()
    done = act(
        stores, submission, sheet.strip("'") or None, place, value, before=before, by=by, reason=reason, at=now()
    )
    tell_ruled(stores, done)


@app.command()
def extend(
    form: Form, unit: Unit, period: Period,
    to: Annotated[str, typer.Option("--to", help="Hạn mới: 2022-02-15 / the new deadline")],
    by: By = "", reason: Reason = "",
) -> None:  # fmt: skip
    """Gia hạn nộp một biểu cho một đơn vị. / Give a unit more time for a form."""
    from etl.acts.decide import extend as act

    stores = open_stores()
    tell_ruled(stores, act(stores, form, unit, period, _day("--to", to), by=by, reason=reason, at=now()))


@app.command()
def nil(form: Form, unit: Unit, period: Period, by: By = "", reason: Reason = "") -> None:
    """Ghi nhận đơn vị báo không phát sinh mà không gửi biểu. / A unit has declared a form nil without a workbook."""
    from etl.acts.decide import declare_nil as act

    stores = open_stores()
    tell_ruled(stores, act(stores, form, unit, period, by=by, reason=reason, at=now()))


def _day(option: str, text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option}: ngày dạng / a day like 2022-03-31, not {text!r}") from error


def tell_ruled(stores: Stores, done: Decided) -> None:
    """Each decision with its number, what it changed; then the outbox says so too."""
    for decision in done.decisions:
        about = decision.finding
        typer.echo(f"Quyết định {decision.id} / decision {decision.id}: {about.message_vi} / {about.message_en}")
    if not done.decisions:
        typer.echo("Đã quyết định như vậy từ trước. / It was decided so before.")
    _tell_changed(done.changed, False) if done.changed else None
    _renew(stores)


def _renew(stores: Stores) -> None:
    """What goes back to the senders says what counts now."""
    from etl.acts.outbox import renew_outbox

    renew_outbox(stores)


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

    stores = open_stores()
    if dry_run:
        _tell_moves(stores, preview(stores, at=now(), by=by or "etl"), as_json)
        return
    changed = act(stores, at=now(), by=by or "etl")
    _renew(stores)
    _tell_changed(changed, as_json)


def _tell_moves(stores: Stores, moves: Moves, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(moves.as_json(), ensure_ascii=False))
        return
    from etl.queries.figures import value_text

    for submission, change in moves.states.items():
        typer.echo(f"{submission}: {change}")
    for move in moves.figures:
        before, after = (move[side] and value_text(move[side]) for side in ("before", "after"))
        one = move["after"] or move["before"]
        part = "".join(f" {axis}={code}" for axis, code in (one["breakdown"] or {}).items())
        typer.echo(f"{one['indicator']} {one['unit']} {one['period']}{part}: {before or '–'} → {after or '–'}")
    if not moves.states and not moves.figures:
        typer.echo("Không có gì thay đổi. / Nothing would change.")


@app.command()
def withdraw(
    submission: Annotated[str, typer.Argument(help="Mã bài nộp / a submission's id")],
    by: By = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Rút một bài nộp; bản trước đó được tính lại. / Take a submission back; the one before it counts again."""
    from etl.acts.withdraw import withdraw as act

    stores = open_stores()
    changed = act(stores, submission, by=by, reason=reason, at=now())
    _renew(stores)
    _tell_changed(changed, as_json)


@app.command()
def reinstate(
    submission: Annotated[str, typer.Argument(help="Mã bài nộp / a submission's id")],
    by: By = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Dùng lại một bài nộp đã rút. / Let a withdrawn submission take part again."""
    from etl.acts.withdraw import reinstate as act

    stores = open_stores()
    changed = act(stores, submission, by=by, reason=reason, at=now())
    _renew(stores)
    _tell_changed(changed, as_json)


def _tell_changed(changed: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dict(changed), ensure_ascii=False))
        return
    for submission, state in changed.items():
        typer.echo(f"{submission}: {state}")
    if not changed:
        typer.echo("Không có gì thay đổi. / Nothing changed.")


@app.command()
def recall(
    release: Annotated[int, typer.Argument(help="Số bản công bố / the release's number")],
    by: By = "",
    reason: Reason = "",
) -> None:
    """Thu hồi một bản công bố sai; không xóa gì. / Mark a release as wrong, with notice; nothing is deleted."""
    from etl.acts.recall import recall as act

    if act(open_stores(), release, by=by, reason=reason, at=now()):
        typer.echo(f"Đã thu hồi bản {release}. / Release {release} is recalled.")
    else:
        typer.echo(f"Bản {release} đã bị thu hồi từ trước. / Release {release} was recalled before.")


reference_app = typer.Typer(help="Dữ liệu tham chiếu. / The reference data.", no_args_is_help=True)
app.add_typer(reference_app, name="reference")


@reference_app.command("export")
def reference_export(
    out: Annotated[Path | None, typer.Option("--out", help="Thư mục để ghi; không ghi là data/learnt / folder")] = None,
) -> None:
    """Ghi những gì đã học từ các quyết định thành CSV để xem lại. / Write what decisions taught, for review."""
    from etl.acts.export_reference import export_reference

    stores = open_stores()
    written = export_reference(stores, out or stores.settings.data / "learnt")
    for path in written:
        typer.echo(str(path))
    if not written:
        typer.echo("Chưa học được gì mới. / Nothing learnt yet.")
