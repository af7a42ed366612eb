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

    from etl.model.decisions import Decision


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
    done = act(open_stores(), ids, verb, argument, by=by, reason=reason, at=now())
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

    done = act(open_stores(), decision, by=by, reason=reason, at=now())
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

    stores = open_stores()
    changed = preview(stores) if dry_run else act(stores, at=now(), by=by or "etl")
    if as_json:
        typer.echo(json.dumps(dict(changed), ensure_ascii=False))
    elif not changed:
        typer.echo(
            "Không có gì thay đổi. / Nothing would change." if dry_run else "Không có gì thay đổi. / Nothing changed."
        )
    for submission, state in {} if as_json else changed.items():
        typer.echo(f"{submission}: {state}")


By = Annotated[str, typer.Option("--by", help="Người quyết định / who decides")]
Reason = Annotated[str, typer.Option("--reason", help="Lý do / why")]


@app.command()
def withdraw(
    submission: Annotated[str, typer.Argument(help="Mã bài nộp / a submission's id")],
    by: By = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Rút một bài nộp; bản trước đó được tính lại. / Take a submission back; the one before it counts again."""
    from etl.acts.withdraw import withdraw as act

    _tell_changed(act(open_stores(), submission, by=by, reason=reason, at=now()), as_json)


@app.command()
def reinstate(
    submission: Annotated[str, typer.Argument(help="Mã bài nộp / a submission's id")],
    by: By = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Dùng lại một bài nộp đã rút. / Let a withdrawn submission take part again."""
    from etl.acts.withdraw import reinstate as act

    _tell_changed(act(open_stores(), submission, by=by, reason=reason, at=now()), as_json)


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
