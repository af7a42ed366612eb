"""What moves the data on: receive … accept, and consolidate … report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.cli.app import Json, app, judge_files, now, open_stores, print_json
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.acts.pdf import Pdf
    from etl.pipeline import Stores
    from etl.store.ledger import BatchRecord


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
    no_outbox: Annotated[
        bool,
        typer.Option("--no-outbox", help="Chưa lập phiếu trả lời (etl outbox lập sau) / receipts later, by etl outbox"),
    ] = False,
    as_json: Json = False,
) -> None:
    """Nhận bài nộp: đọc, nhận dạng, kiểm tra, ghi sổ. / Take in submissions: read, recognise, validate, record."""
    from etl.acts.outbox import renew_outbox
    from etl.pipeline import receive, take_in

    stores = open_stores()
    if not paths:
        stores.settings.inbox.mkdir(parents=True, exist_ok=True)
        paths = [stores.settings.inbox]
    if dry_run:
        judge_files(stores.settings, stores.reference, paths, as_json)
    at = now()
    records = [take_in(stores, batch, at) for batch in receive(stores, paths, at)]
    if not no_outbox:
        renew_outbox(stores)
        _answer(stores)
    _tell_taken(stores, records, as_json)


@app.command()
def outbox(
    everything: Annotated[
        bool, typer.Option("--all", help="Lập lại tất cả, không chỉ cái còn thiếu / make all of it again")
    ] = False,
) -> None:
    """Lập phiếu trả lời và bản đánh dấu còn thiếu trong data/outbox. / Write what goes back to senders and is missing."""
    from etl.acts.outbox import fill_outbox, renew_outbox
    from etl.store.outbox import Outbox

    stores = open_stores()
    written = renew_outbox(stores)
    if everything:
        written = fill_outbox(stores, Outbox(stores.settings.outbox), stores.ledger.deliveries())
    typer.echo(f"{written} tệp đã có phiếu trả lời / deliveries answered: {stores.settings.outbox}")
    _answer(stores)


@app.command()
def fetch() -> None:
    """Lấy tệp từ hộp thư ETL_IMAP_URL và từ bucket ETL_INCOMING vào data/inbox. / Fetch from the mailbox and the bucket into the inbox."""
    from etl.acts.collect import INCOMING, collect, incoming_of
    from etl.acts.fetch import fetch as act
    from etl.acts.fetch import mailbox_of
    from etl.settings import Settings, find_root

    settings = Settings.from_environment(os.environ, find_root())
    mailbox, bucket = mailbox_of(os.environ), incoming_of(os.environ)
    if not mailbox and not bucket:
        raise UsageError(f"Chưa đặt ETL_IMAP_URL(_FILE) hay {INCOMING} / neither of them is set")
    for done in (
        act(settings.inbox, mailbox, os.environ) if mailbox else None,
        collect(settings, bucket) if bucket else None,
    ):
        if done is not None:
            typer.echo(done.text())
            for sentence in done.told:
                typer.echo(sentence, err=True)


def _answer(stores: Stores) -> None:
    """Who sent e-mails or objects is answered, where ETL_REPLY, ETL_OUTGOING ask for it; what goes wrong is only told."""
    from etl.acts.collect import incoming_of
    from etl.acts.give_back import give_back, outgoing_of
    from etl.acts.reply import reply
    from etl.errors import EtlError

    told = []
    try:
        told += reply(stores, os.environ, now()).told
    except EtlError as error:
        told.append(str(error))
    try:
        if outgoing := outgoing_of(os.environ):
            give_back(stores, outgoing, incoming_of(os.environ))
    except EtlError as error:
        told.append(str(error))
    for sentence in told:
        typer.echo(sentence, err=True)


def _tell_taken(stores: Stores, records: list[BatchRecord], as_json: bool) -> None:
    from etl.queries.findings import findings_table
    from etl.queries.intake import needs_person, summary

    result = summary(stores, records)
    if as_json:
        print_json(result.as_json())
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
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage",
            help="estimated (ước tính), preliminary (sơ bộ), official (chính thức); chỉ đi tới, không lùi / only forwards",
        ),
    ] = None,
    with_open_holds: Annotated[
        bool,
        typer.Option(
            "--with-open-holds",
            help="Chính thức dù còn việc chờ quyết định; sổ cái ghi lại / official although holds are open; the ledger notes it",
        ),
    ] = False,
    pdf: Annotated[
        bool | None,
        typer.Option("--pdf/--no-pdf", help="PDF bằng LibreOffice; mặc định: bản chính thức / default: if official"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tổng hợp và ra một bản công bố. / Consolidate, then make a numbered release (provisional unless said)."""
    from etl.acts.pdf import as_pdf, libreoffice
    from etl.consolidation.reports import report_named
    from etl.model.periods import parse_period
    from etl.model.releases import Terms
    from etl.pipeline import consolidate
    from etl.queries.figures import figures_of, figures_table
    from etl.releasing import release

    if official and not (by and reason):
        raise UsageError("Bản chính thức cần --by TÊN và --reason LÝ_DO / an official release needs --by and --reason")
    stores = open_stores()
    wanted = report_named(stores.reference, report)
    done = consolidate(stores, wanted, parse_period(period))
    terms = Terms("official" if official else "provisional", by, reason, stage)
    record, new = release(stores, done, now(), terms, open_holds=with_open_holds)
    made = as_pdf(stores, record.number) if pdf or (pdf is None and official and libreoffice()) else None
    if as_json:
        told = {"release": record.number, "new": new, "kind": record.kind, "folder": record.folder}
        typer.echo(json.dumps(told | ({"pdf": str(made.path)} if made else {})))
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
    if made:
        _tell_pdf(made)


@app.command("pdf")
def pdf_of(
    release: Annotated[int, typer.Argument(help="Số bản công bố / the release's number")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Tệp để ghi; không ghi là data/releases/N.pdf / the file to write")
    ] = None,
) -> None:
    """Báo cáo Word của một bản thành PDF, cần LibreOffice. / The Word report of a release as PDF, by LibreOffice."""
    from etl.acts.pdf import as_pdf

    _tell_pdf(as_pdf(open_stores(), release, out))


def _tell_pdf(made: Pdf) -> None:
    typer.echo(f"{made.path} (LibreOffice: {made.program})")
