"""The drop folder: who puts a workbook into data/check/ finds its verdict beside it, and nothing was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from etl.judging import judge
from etl.model.findings import INFO, SEVERITIES, Finding
from etl.model.submissions import FileReading
from etl.pipeline import Stores, isolated
from etl.report.receipt import STATE_WORDS
from etl.report.rules import SEVERITY_WORDS
from etl.steps.isolate import Died, Workers
from etl.store.durable import make_folder, write_durably
from etl.store.inbox import arrived
from etl.store.outbox import plain_name

RESULTS = "ket-qua"
_TEXT = "ket-qua.txt"


@dataclass(frozen=True, slots=True)
class Answered:
    """One workbook that was looked at, and where its verdict lies."""

    file: str
    folder: Path
    findings: tuple[Finding, ...]


def check_folder(stores: Stores, at: datetime) -> list[Answered]:
    """Judge every workbook in data/check/ that has no verdict yet, or another one under today's rules; store nothing.

    The verdict lies in data/check/ket-qua/<name>/: a text, and the workbook with its cells marked where something is to
    be mended. Raises StoreError where it cannot be written.
    """
    root = stores.settings.data / "check"
    make_folder(root)
    sent = [(name, data, _mark(stores, data)) for name, data in arrived([root]) if not name.startswith(f"{RESULTS}/")]
    fresh = [one for one in sent if _known(_folder(root, one[0])) != one[2]]
    items = [(name, hashlib.sha256(data).hexdigest(), data) for name, data, _ in fresh]
    if not items:
        return []
    read = isolated(stores.settings, stores.reference, "etl.reader:read_given", items)
    files = judge(stores.reference, read, {sha256: at for _, sha256, _ in items})
    answered = []
    for (name, _, mark), file, copy in zip(fresh, files, _copies(stores, fresh, files), strict=True):
        folder, found = _folder(root, name), _findings(file)
        if copy is not None:
            write_durably(folder / plain_name(copy[0]), copy[1])
        write_durably(folder / _TEXT, f"{_verdict(stores, name, file, at)}\n{mark}\n".encode())
        answered.append(Answered(name, folder, tuple(found)))
    return answered


def _folder(root: Path, name: str) -> Path:
    return root / RESULTS / plain_name(name)


def _mark(stores: Stores, data: bytes) -> str:
    """Names the bytes and what they were judged by."""
    stamp = stores.stamp
    parts = (hashlib.sha256(data).hexdigest(), stamp.reference_hash, stamp.suite_hash, stamp.version, stamp.knowledge)
    return f"[{hashlib.sha256('|'.join(parts).encode()).hexdigest()}]"


def _known(folder: Path) -> str:
    """The mark of the verdict that lies there; '' without one."""
    try:
        return (folder / _TEXT).read_text("utf-8").rstrip().rpartition("\n")[2]
    except FileNotFoundError:
        return ""


def _findings(file: FileReading) -> list[Finding]:
    return [*file.findings, *(f for reading in file.readings for f in reading.findings)]


def _copies(
    stores: Stores, fresh: list[tuple[str, bytes, str]], files: list[FileReading]
) -> Iterator[tuple[str, bytes] | None]:
    """The marked workbook of each file in which something is to be mended; the bytes are a stranger's: in workers."""
    wanted = [any(f.severity != INFO for f in _findings(file)) and bool(file.readings) for file in files]
    items = [
        (name, data, tuple(_findings(file)), (f"{name} – chưa gửi / not sent",))
        for (name, data, _), file, marked in zip(fresh, files, wanted, strict=True) if marked
    ]  # fmt: skip
    made: Iterator[object] = iter(())
    if items:
        with Workers("etl.reader:annotated", count=stores.settings.workers) as workers:
            made = iter(list(workers.map(items)))
    for marked in wanted:
        copy = next(made) if marked else None
        yield None if copy is None or isinstance(copy, Died) else copy  # type: ignore[misc]  # what `annotated` gives


def _verdict(stores: Stores, name: str, file: FileReading, at: datetime) -> str:
    lines = [
        "KẾT QUẢ KIỂM TRA – TỆP NÀY CHƯA ĐƯỢC GỬI / CHECKED – THIS FILE WAS NOT SENT", "",
        f"Tệp / file: {name}", f"Kiểm tra lúc / checked at: {at:%H:%M, %d/%m/%Y}", "",
    ]  # fmt: skip
    for reading in file.readings:
        form = stores.reference.forms[reading.form]
        lines.append(f"Biểu {form.number}, {reading.unit}, {reading.period}: {STATE_WORDS[reading.verdict]}")
    found = sorted(_findings(file), key=lambda f: (SEVERITIES.index(f.severity), f.sheet or "", f.cell or ""))
    lines += ["", "Không có phát hiện nào. / Nothing was found."] if not found else [""]
    for f in found:
        place = "!".join(part for part in (f.sheet, f.cell) if part)
        lines.append(f"– {SEVERITY_WORDS[f.severity]} {place}: {f.message_vi} / {f.message_en}")
    return "\n".join(lines) + "\n"
