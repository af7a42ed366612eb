"""Typed rows as Parquet: one file for each batch and table. A file counts only when the ledger says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from etl.errors import StoreError
from etl.model.forms import Field, TableSpec
from etl.model.stored import Stored
from etl.model.submissions import BLOCK, LINE, PERIOD, READING, SUBMISSION, UNIT
from etl.store.lake_files import one_table, only, read_file, unreadable
from etl.store.places import Item, Place, Result, place_of

if TYPE_CHECKING:
    import pyarrow as pa

#: exact numbers: 18 digits before the comma, 10 after
PRECISION, SCALE = 28, 10

#: rows of one submission follow each other, in the order of the sheet
ORDER = (SUBMISSION, BLOCK, LINE)

#: what somebody finds who opens the folder
NOTICE = "DOC-TRUOC_README.txt"
_NOTICE = """Thư mục này không phải số liệu công bố: có cả dòng đã bị thay thế, đang chờ quyết định và bị trả lại; chỉ sổ cái biết dòng nào
được tính. Dùng thư mục rows của một bản công bố, hoặc lệnh `etl rows --out THU_MUC`.

These rows are not for use: superseded, held and rejected ones lie here too, and only the ledger knows which count.
Take the folder `rows` of a release, or `etl rows --out FOLDER`.
"""

_SYSTEM = (
    (SUBMISSION, "string"),
    (READING, "string"),
    (UNIT, "string"),
    (PERIOD, "string"),
    (BLOCK, "int16"),
    (LINE, "int32"),
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A Parquet file of the lake. `path` is relative to the lake's root, with slashes; size in bytes."""

    table: str
    path: str
    sha256: str
    rows: int
    size: int


class Described(Protocol):
    """A file of the lake as the ledger knows it."""

    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@lru_cache(maxsize=256)
def schema(spec: TableSpec) -> pa.Schema:
    """The columns of a table in the lake: system columns, then each stored field and its `<field>__state`.

    `_line` is the row of the sheet, 0-based. integer → int64; decimal, percent → decimal128(28,10); date, month →
    date32; units, list → list<string>; all else string. Metadata: title_vi, title_en, unit_of_measure (UTF-8).
    """
    import pyarrow as pa

    columns = [pa.field(name, pa.type_for_alias(alias)) for name, alias in _SYSTEM]
    for item in spec.stored:
        told = {"title_vi": item.title_vi, "title_en": item.title_en, "unit_of_measure": item.unit_of_measure or ""}
        columns.append(pa.field(item.id, _arrow_type(item), metadata={k: v.encode() for k, v in told.items()}))
        columns.append(pa.field(f"{item.id}__state", pa.string()))
    return pa.schema(columns)


class Lake:
    """The Parquet files of one place: `<root>/<table>/<batch hash>.parquet`."""

    def __init__(self, root: Path | Place) -> None:
        self.place = place_of(root)

    @property
    def root(self) -> Path:
        return self.place.root

    def write(self, table_id: str, batch_hash: str, rows: pa.Table) -> LakeFile:
        """Write one table of one batch, sorted; the same rows in any order give the same bytes.

        rows: a table that begins with the system columns, as `schema` says. Raises StoreError where the disk refuses.
        """
        name = _known(f"{_name(table_id)}/{_name(batch_hash)}.parquet")
        data = _parquet(rows)
        sha256 = hashlib.sha256(data).hexdigest()
        if self.place.differs(name, sha256) is not None:
            self.place.put(name, data)
        if not self.place.has(NOTICE):
            self.place.put(NOTICE, _NOTICE.encode())
        return LakeFile(table_id, name, sha256, rows.num_rows, len(data))

    def read(
        self, files: Sequence[str], schema: pa.Schema | None = None, readings: Collection[str] | None = None
    ) -> pa.Table:
        """The rows of these files (paths relative to the root), a file after the other.

        schema: the columns wanted; a file that lacks one (it is older than the field) gives nulls. Without it the
        union of the files' columns. readings: only their rows; a file may hold rows of readings that do not count.
        Raises StoreError for a file that is missing or damaged.
        """
        import pyarrow as pa

        tables = [only(read_file(path), readings) for path in self._all_local(files)]
        if schema is None:
            return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})
        return one_table(tables, schema)

    def stored(self, files: Sequence[str], schema: pa.Schema, readings: Collection[str]) -> Stored:
        """The rows that `read` gives, left in their files, whatever their number. Raises StoreError where one is missing."""
        return Stored(tuple(self._all_local(files)), schema, frozenset(readings))

    def remove(self, path: str) -> None:
        """Remove a file that the ledger does not know and that nobody is writing (its batch's lease has run out)."""
        self.place.remove(_known(path))

    def require(self, files: Iterable[LakeFile]) -> None:
        """Raise StoreError where one of these files is not there: another run may have taken it for left behind."""
        for file in files:
            if not self.place.has(_known(file.path)):
                raise StoreError(
                    f"Một lần chạy khác vừa dọn hồ dữ liệu; hãy chạy lại, không mất gì / another run has just tidied the "
                    f"lake; run again, nothing is lost: {file.path}"
                )

    def damage(self, file: Described) -> str | None:
        """What is wrong with a file as the ledger describes it: missing, or not the bytes of then; None where nothing is."""
        return self.place.differs(_known(file.path), file.sha256)

    def mend(self, path: str, data: bytes) -> None:
        """Put a file's own bytes back in its place."""
        self.place.put(_known(path), data)

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return self.place.sweep()

    def paths(self) -> list[str]:
        """Every file of the lake, relative to its root, sorted."""
        return [name for name in self.place.names() if name.endswith(".parquet") and _is_file(name)]

    def orphans(self, known: Collection[str]) -> list[str]:
        """The files that the ledger does not know: left by a batch that was interrupted, or is still under way."""
        return sorted(set(self.paths()) - set(known))

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The results in the order of the items; several at once where each waits for a network."""
        return self.place.each(work, items)

    def local(self, files: Iterable[str]) -> dict[str, Path]:
        """File → where its bytes lie on this machine; what is lost is left out."""
        return self.place.local([_known(file) for file in files])

    def where(self, file: str) -> str:
        """A file as a person looks for it."""
        return self.place.where(_known(file))

    def _all_local(self, files: Sequence[str]) -> list[Path]:
        found = self.local(files)
        for file in files:
            if file not in found:
                raise unreadable(self.where(file), "không có / missing")
        return [found[file] for file in files]


def _is_file(relative: str) -> bool:
    parts = relative.split("/")
    return len(parts) == 2 and all(_NAME.fullmatch(part) for part in parts)


def _known(relative: str) -> str:
    if not _is_file(relative):
        raise StoreError(f"Không phải tệp trong hồ dữ liệu / not a file of the lake: {relative!r}")
    return relative


def _parquet(rows: pa.Table) -> bytes:
    """Bytes that depend on the rows alone: sorted, one chunk, no metadata of whoever made the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ordered = rows.sort_by([(column, "ascending") for column in ORDER]).combine_chunks().replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    pq.write_table(ordered, sink, compression="zstd", use_dictionary=_text_columns(ordered.schema))
    return bytes(sink.getvalue())


def _text_columns(schema: pa.Schema) -> list[str]:
    """Parquet's names of the columns that hold texts: few different ones, many times."""
    import pyarrow as pa

    single = [column.name for column in schema if pa.types.is_string(column.type)]
    return single + [f"{column.name}.list.element" for column in schema if pa.types.is_list(column.type)]


def _arrow_type(item: Field) -> pa.DataType:
    import pyarrow as pa

    if item.type == "integer":
        return pa.int64()
    if item.numeric:
        return pa.decimal128(PRECISION, SCALE)
    if item.type in ("date", "month"):
        return pa.date32()
    return pa.list_(pa.string()) if item.type in ("units", "list") else pa.string()


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise StoreError(f"Tên không dùng làm tên tệp được / cannot be part of a file name: {text!r}")
    return text
