"""Years of kept submissions, made quickly and as the product keeps them: archive, lake, ledger, releases, inbox.

One workbook of each commune is read and judged by the product. A form of a month is then those readings under its own
names: recorded by `Ledger.record_batch` with rows written by `Lake.write`, a batch a night and form, and each month is
released as it ends. The archive's bytes are the workbook's with a remark of the ZIP container, so that each file has bytes
of its own. What goes back to senders was written, as far as the outbox remembers; it does not lie there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.prepare import HERE, write_reference
from bench.product import environment
from bench.units import Commune, communes
from bench.workbooks import workbook

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.model.submissions import FileReading, Reading
    from etl.pipeline import Stores

#: who sends what: 38 communes, 22 forms, every month
UNITS, FORMS = 38, 22
FORM, REPORT, NEW = "nln", "nln", "2026-01"
_READY = ".ready"
#: it is made anew when what makes it has changed
_MAKERS = ("past.py", "workbooks.py", "units.py")


def history(work: Path, size: int, rows: int, released: int) -> Path:
    """The folder of about so many kept submissions: `data`, `reference`, `expectations`, `new`; made where it is not there."""
    months = months_of(size)
    mark = hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in _MAKERS)).hexdigest()[:8]
    folder = work / f"history-{len(months) * UNITS * FORMS}x{rows}-{min(released, len(months))}-{mark}"
    if not (folder / _READY).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _make(folder, months, rows, released)
        (folder / _READY).touch()
    return folder


def months_of(size: int) -> list[str]:
    """As many months up to December 2025 as about `size` submissions need."""
    count = max(1, round(size / (UNITS * FORMS)))
    return [f"{2025 - back // 12}-{12 - back % 12:02}" for back in reversed(range(count))]


def _make(folder: Path, months: Sequence[str], rows: int, released: int) -> None:
    from etl.pipeline import open_stores
    from etl.settings import Settings
    from etl.store.outbox import Outbox

    senders = communes(UNITS)
    _write_reference(folder, senders, [*months, NEW])
    (folder / "new").mkdir()
    for commune in senders:
        made = workbook(commune, NEW, rows)
        (folder / "new" / made.name).write_bytes(made.data)
    stores = open_stores(Settings.from_environment(environment(folder, folder / "data"), folder))
    templates = _read(stores, senders, rows)
    for month in months:
        for form in form_ids():
            _record(stores, templates, form, month)
        if month in months[len(months) - released :]:
            _release(stores, month)
    _release(stores, NEW)  # the month due, of which nothing has come yet
    Outbox(stores.settings.outbox).reached(stores.ledger.position())


def form_ids() -> list[str]:
    """The form of the benchmark, and others like it."""
    return [FORM, *(f"b{number:02}" for number in range(2, FORMS + 1))]


def _write_reference(folder: Path, senders: Sequence[Commune], months: Sequence[str]) -> None:
    place, suites = folder / "reference", folder / "expectations"
    write_reference(place, senders)
    form = (place / "forms" / "nln.yaml").read_text("utf-8").replace("period: quarter", "period: month")
    form = form.replace("from: 2024-01-01", "from: 2000-01-01")
    report = (place / "reports" / "nln.yaml").read_text("utf-8").replace('period: "2025"', f'period: "{NEW}"')
    report = report.replace("[each]", f'["{NEW}"]')  # the report's own period: whichever is asked for
    (place / "reports" / "nln.yaml").write_text(report, "utf-8")
    suite = (HERE / "expectations" / "nln.json").read_text("utf-8")
    suites.mkdir()
    for number, name in enumerate(form_ids(), 1):
        (place / "forms" / f"{name}.yaml").write_text(_like(form, name, number), "utf-8")
        (suites / f"{name}.json").write_text(_like(suite, name, number), "utf-8")
    lines = [f"{name},{month},level:commune,expected,," for month in months for name in form_ids()]
    (place / "calendar.csv").write_text("\n".join(["form,period,unit,role,opens,deadline", *lines, ""]), "utf-8")


def _like(text: str, name: str, number: int) -> str:
    """A form or its suite, called otherwise; the first form stays as it is."""
    if name == FORM:
        return text
    words = {
        "form: nln": f"form: {name}", "table: nln": f"table: {name}", '"name": "nln"': f'"name": "{name}"',
        "05/NLN-X": f"{number + 10}/NLN-X", "Mô hình nông": f"Nội dung {number}, nông", '"rule": "05.': f'"rule": "{number + 10}.',
    }  # fmt: skip
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def _read(stores: Stores, senders: Sequence[Commune], rows: int) -> list[tuple[bytes, FileReading]]:
    """A workbook of each sender with what the product reads and finds in it."""
    from etl.judging import validate
    from etl.reader import read_bytes

    books = [workbook(commune, NEW, rows) for commune in senders]
    shas = [hashlib.sha256(book.data).hexdigest() for book in books]
    found = [
        read_bytes(book.name, sha, book.data, "bench", stores.reference) for book, sha in zip(books, shas, strict=True)
    ]
    return [(book.data, reading) for book, reading in zip(books, validate(stores.reference, found), strict=True)]


def _record(stores: Stores, templates: Sequence[tuple[bytes, FileReading]], form: str, month: str) -> None:
    """One form of one month: 38 files that arrived in one night."""
    from etl.model.submissions import Delivery
    from etl.pipeline import keep_basis
    from etl.store.ledger import FileOutcome, batch_hash

    at = _night(month)
    told = [_arrived(stores, data, f"{month}/{form}/{file.readings[0].unit}.xlsx") for data, file in templates]
    batch = batch_hash((sha for _, sha, _ in told), stores.stamp)
    outcomes, tables = [], []
    for (name, sha, size), (_, file) in zip(told, templates, strict=True):
        reading = _renamed(file.readings[0], form, month, name, sha)
        tables.append(_rows(reading, file.readings[0].rows[FORM], batch))
        outcomes.append(
            FileOutcome(Delivery(name, sha, size, at), replace(file, file=name, sha256=sha, readings=[reading]))
        )
    keep_basis(stores, stores.reference)
    import pyarrow as pa

    lake_file = stores.lake.write(form, batch, pa.concat_tables(tables))
    stores.ledger.record_batch(batch, outcomes, [lake_file], at, stores.stamp)


def _night(month: str) -> datetime:
    from etl.model.periods import parse_period

    return datetime.fromisoformat(f"{parse_period(month).end + timedelta(days=5)}T02:00:00+07:00")


def _arrived(stores: Stores, data: bytes, name: str) -> tuple[str, str, int]:
    """The file in archive and inbox, without the care of a real arrival: a power cut here only costs the history."""
    remark = name.encode()
    own = data[:-2] + len(remark).to_bytes(2, "little") + remark  # the container's last field: a remark
    sha = hashlib.sha256(own).hexdigest()
    for path in (stores.archive.path(sha), stores.settings.inbox / name):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(own)
    os.utime(stores.settings.inbox / name, (1_700_000_000, 1_700_000_000))
    return name, sha, len(own)


def _renamed(of: Reading, form: str, month: str, name: str, sha: str) -> Reading:
    from etl.model.submissions import submission_id

    own = submission_id(form, of.unit, month, sha)
    about: dict[str, Any] = {"file": name, "submission": own, "form": form, "unit": of.unit, "period": month}
    return replace(
        of, submission=own, form=form, period=month, file=name, sha256=sha,
        layouts={form: replace(of.layouts[FORM], table=form)}, rows={form: of.rows[FORM]},
        totals=[replace(total, table=form) for total in of.totals],
        findings=[finding.about(**about) for finding in of.findings],
        content=hashlib.sha256(f"{form} {of.unit} {month} {of.content}".encode()).hexdigest(),
    )  # fmt: skip


def _rows(reading: Reading, rows: pa.Table, batch: str) -> pa.Table:
    """The same rows under the reading's names."""
    import pyarrow as pa

    from etl.store.ledger import reading_id

    names = {
        "_submission": reading.submission, "_reading": reading_id(reading.submission, batch), "_unit": reading.unit,
        "_period": reading.period,
    }  # fmt: skip
    for column, text in names.items():
        at = rows.schema.get_field_index(column)
        rows = rows.set_column(at, rows.schema.field(at), pa.array([text] * rows.num_rows, pa.string()))
    return rows


def _release(stores: Stores, month: str) -> None:
    from etl.consolidation.reports import report_named
    from etl.model.periods import parse_period
    from etl.pipeline import consolidate
    from etl.releasing import release

    done = consolidate(stores, report_named(stores.reference, REPORT), parse_period(month))
    release(stores, done, _night(month))


def arrive(folder: Path) -> list[str]:
    """The new month's workbooks into the inbox; their names there."""
    return list(_put(folder))


def _put(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "new").iterdir()):
        shutil.copyfile(path, folder / "data" / "inbox" / path.name)
        os.utime(folder / "data" / "inbox" / path.name, (1_700_000_000, 1_700_000_000))
        yield path.name


def take_away(folder: Path, names: Sequence[str]) -> None:
    """Out of the inbox again."""
    for name in names:
        (folder / "data" / "inbox" / name).unlink()
