"""No cell's text becomes SQL: hostile texts go all the way, are kept as they were written, and change nothing else."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.errors import UsageError
from etl.judging import arrivals_of, judge
from etl.model.submissions import FileReading
from etl.pipeline import Batch, Stores, accept, receive
from etl.queries.findings import findings
from etl.queries.trace import trace
from etl.reader import read_bytes
from etl.store.lake import schema
from etl.text.names import squeeze
from tests.conftest import AT, SAMPLES, store_at
from tests.samples.conftest import publish

pytestmark = pytest.mark.slow  # each example is a night with its release

#: rows of tasks on the sheet, and the columns whose text nobody looks up anywhere
ROWS, COLUMNS = (11, 12, 14, 15, 16, 17, 18), {"ten": 1, "chu_tri": 5}

#: what ends a text, a statement or a line in one of the languages on the way, and what a name may not hold there
ATTACKS = (
    "'); DROP TABLE submissions; --", '"; DELETE FROM nv; SELECT "', "' OR '1'='1", "x'; ATTACH 'x.db' AS y; --", "$$; COPY nv TO 'x'; $$",
    "' UNION SELECT * FROM sqlite_master --", "\\'; DROP TABLE nv; --", "E'\\x27; DROP TABLE nv'", "{}; %s %(x)s ? :x $1 :name",
    "read_csv('/etc/passwd')", "’); DROP TABLE nv;--", "＇; DROP TABLE nv; --", "\u202e'--;", "*/ DROP TABLE nv /*",
)  # fmt: skip
#: behind a word, so that a cell is never a number, a mark or blank; letters, marks, digits and signs of any language
texts = st.builds(
    "Nhiệm vụ {} {}".format, st.sampled_from(ATTACKS),
    st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S")), max_size=20),
)  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@settings(
    max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(st.lists(texts, min_size=14, max_size=14), st.sampled_from(ATTACKS))
def test_no_text_of_a_cell_becomes_sql(written: list[str], name: str) -> None:
    given_texts = iter(written)
    rows = {row: {column: next(given_texts) for column in COLUMNS} for row in ROWS}
    file = f"BC_KHCN_2021_SinHo {name.replace('/', '_').replace(chr(0), '_')}.csv"
    with TemporaryDirectory() as folder:
        stores = store_at(Path(folder) / "data")
        before = tables(stores)
        (Path(folder) / file).write_bytes(sheet(rows))
        taken(stores, Path(folder) / file)
        record, _ = publish(stores, period="2021")

        (submission,) = stores.ledger.submissions("nv")
        assert (submission.unit, submission.period, submission.file) == ("108", "2021", file)
        assert kept(stores) == [{column: squeeze(text) for column, text in row.items()} for row in rows.values()]
        behind = trace(stores, "NV.T", unit="108", period="2021", release=record.number)
        assert (int(behind.figure["value"]), len(behind.contributions)) == (len(ROWS), len(ROWS))
        for text in (written[0], name):
            assert findings(stores, submission=text) == findings(stores, file=text) == []
            with pytest.raises(UsageError):
                trace(stores, text, unit=text, breakdown=[f"{text}={text}"])
        assert tables(stores) == before
        assert stores.ledger.verify_chain() == []


def test_a_text_that_ends_early_is_refused_and_leaves_everything_as_it_was(stores: Stores, tmp_path: Path) -> None:
    """NUL: no text of any language has it, and some programs stop reading there."""
    before = tables(stores)
    (tmp_path / "BC_KHCN_2021_SinHo.csv").write_bytes(sheet({11: {"ten": "a\0'); DROP TABLE submissions; --"}}))
    taken(stores, tmp_path / "BC_KHCN_2021_SinHo.csv")
    assert [f.code for f in stores.ledger.findings()] == ["F.unreadable"]
    assert tables(stores) == before


def sheet(rows: dict[int, dict[str, str]]) -> bytes:
    """Sìn Hồ's form of tasks as CSV, with these texts."""
    values = [list(row) for row in openpyxl.load_workbook(SAMPLES / "BC_KHCN_2021_SinHo.xlsx")["Biểu 01"].values]
    for row, texts_of_row in rows.items():
        for column, text in texts_of_row.items():
            values[row - 1][COLUMNS[column]] = text
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_shown(value) for value in row] for row in values)
    return out.getvalue().encode("utf-8-sig")


def _shown(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return f"{value:%m/%Y}"
    return "" if isinstance(value, str) and value.startswith("=") else value


def taken(stores: Stores, path: Path) -> None:
    """The stages of an intake in this process."""
    for batch in receive(stores, [path], AT):
        files = judge(stores.reference, list(_read(stores, batch)), arrivals_of(batch.deliveries))
        accept(stores, batch, files, AT)


def _read(stores: Stores, batch: Batch) -> Iterator[FileReading]:
    for one in batch.deliveries:
        yield read_bytes(one.name, one.sha256, stores.archive.get(one.sha256), batch.name[:12], stores.reference)


def kept(stores: Stores) -> list[dict[str, str]]:
    """What the lake holds of the columns, in the order of the sheet; its files have the columns of the form and no other."""
    table = stores.reference.forms["nv"].tables[0]
    files = [one.path for one in stores.ledger.lake_files()]
    assert files == stores.lake.paths()
    rows = stores.lake.read(files)
    assert rows.schema.names == schema(table).names
    return [{column: row[column] for column in COLUMNS} for row in rows.sort_by("_line").to_pylist()]


def tables(stores: Stores) -> list[tuple[str, str]]:
    """Everything that the ledger's database is made of."""
    with closing(sqlite3.connect(stores.settings.data / "ledger.sqlite")) as ledger:
        return [tuple(row) for row in ledger.execute("SELECT name, sql FROM sqlite_master ORDER BY name")]
