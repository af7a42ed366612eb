"""Is everything in order, and if not, what is to be done? Asked of paths, disk, clock, reference data, ledger, Prefect, last night."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from etl.errors import EtlError
from etl.model.clock import LOCAL_TIME
from etl.queries.conditions import BAD, GOOD, ODD, Check
from etl.queries.doctor_bucket import bucket_checks
from etl.queries.doctor_prefect import prefect_checks
from etl.settings import Settings, find_root

_SIGNS = {GOOD: "✓", ODD: "!", BAD: "✕"}

#: below it a night may not fit; two nights without one are told
_FREE_BYTES, _FREE_LITTLE = 1 << 30, 5 << 30
_SILENT = timedelta(hours=36)
_MOST_NAMED = 5


def doctor(settings: Settings, at: datetime, prefect: str | None = None) -> list[Check]:
    """Every check, in the order in which a person mends them; nothing is changed.

    prefect: the address of Prefect's API, where it is not the one that `make serve` wrote down.
    """
    found: list[Check] = []
    parts: tuple[Callable[[], Iterator[Check]], ...] = (
        lambda: _python(), lambda: _packages(), lambda: _zone(at), lambda: _places(settings), lambda: bucket_checks(settings),
        lambda: _disk(settings.data), lambda: _reference(settings, at), lambda: _ledger(settings, at),
        lambda: prefect_checks(settings, prefect, at),
    )  # fmt: skip
    for part in parts:
        found += part()
    return found


def doctor_text(checks: list[Check]) -> str:
    """A line a check; under it what to do."""
    lines = []
    for check in checks:
        lines.append(f"{_SIGNS[check.state]} {check.what}: {check.told}")
        if check.todo:
            lines.append(f"    → {check.todo}")
    return "\n".join(lines)


def _python() -> Iterator[Check]:
    import etl

    told = f"etl {etl.__version__}, Python {sys.version_info.major}.{sys.version_info.minor}"
    fits = (3, 11) <= sys.version_info[:2] <= (3, 12)
    yield Check(
        "Phiên bản / versions", GOOD if fits else BAD, told,
        "" if fits else "Cài Python 3.11 hoặc 3.12 rồi make install / install Python 3.11 or 3.12, then make install",
    )  # fmt: skip


def _packages() -> Iterator[Check]:
    """Packages that are not as requirements.lock says: somebody has installed into our .venv, or it is an older one."""
    from importlib.metadata import PackageNotFoundError, version

    lock = find_root() / "requirements.lock"
    if not lock.is_file():
        return
    locked: dict[str, set[str]] = {}  # another version for another Python stands in its own line
    for name, wanted in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", lock.read_text("utf-8"), re.MULTILINE):
        locked.setdefault(name, set()).add(wanted)
    wrong = []
    for name, versions in locked.items():
        with suppress(PackageNotFoundError):  # of another system, or not wanted here
            if version(name) not in versions:
                wrong.append(f"{name} {version(name)} (cần / wanted {' | '.join(sorted(versions))})")
    if wrong:
        yield Check("Gói / packages", ODD, ", ".join(wrong[:_MOST_NAMED]), "make install")


def _zone(at: datetime) -> Iterator[Check]:
    offset = at.astimezone(LOCAL_TIME).utcoffset()
    good = offset == timedelta(hours=7)
    yield Check(
        "Giờ / time", GOOD if good else BAD, f"{at.astimezone(LOCAL_TIME):%H:%M %d/%m/%Y}, Asia/Ho_Chi_Minh",
        "" if good else "Dữ liệu múi giờ sai, hãy cài lại tzdata / the time zone data is wrong, install tzdata again",
    )  # fmt: skip


def _places(settings: Settings) -> Iterator[Check]:
    # of an object store these are the folders of its copies
    wanted = [("ETL_DATA", settings.data), ("inbox", settings.inbox), ("archive", settings.archive.root),
              ("lake", settings.lake.root), ("releases", settings.releases.root), ("outbox", settings.outbox)]  # fmt: skip
    wrong = [f"{name} {path}" for name, path in wanted if not _usable(path)]
    yield Check(
        "Thư mục / folders", BAD if wrong else GOOD, ", ".join(wrong) if wrong else str(settings.data),
        "Cấp quyền ghi cho người chạy (chown, chmod u+rwx) / give the user who runs it the right to write" if wrong else "",
    )  # fmt: skip
    open_to_all = [str(path) for _, path in wanted if path.is_dir() and path.stat().st_mode & 0o002]
    if open_to_all:
        yield Check(
            "Quyền / rights", ODD, f"ai cũng ghi được / everybody may write: {', '.join(open_to_all)}", "chmod o-w"
        )


def _usable(path: Path) -> bool:
    """Whether files can be put there: the folder itself, or the nearest one above that is there already."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _disk(data: Path) -> Iterator[Check]:
    place = data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state = BAD if free < _FREE_BYTES else ODD if free < _FREE_LITTLE else GOOD
    todo = "Giải phóng đĩa hoặc chuyển ETL_DATA sang đĩa khác / free some space, or move ETL_DATA"
    yield Check("Đĩa / disk", state, f"còn {free / (1 << 30):.1f} GiB / free", "" if state == GOOD else todo)


def _reference(settings: Settings, at: datetime) -> Iterator[Check]:
    from etl.store.reference import faults

    found = faults(settings.reference, settings.expectations)
    yield Check(
        "Dữ liệu tham chiếu / reference data", BAD if found else GOOD,
        f"{len(found)} lỗi / faults; {found[0]}" if found else str(settings.reference),
        "etl check nêu mọi lỗi, kèm tệp và dòng / names every fault with file and line" if found else "",
    )  # fmt: skip
    if not found:
        yield from _calendar(settings, at)


def _calendar(settings: Settings, at: datetime) -> Iterator[Check]:
    """A calendar that ends is told before somebody wonders why nobody is missing."""
    from etl.store.reference import load_reference

    today = at.astimezone(LOCAL_TIME).date()
    lines = [e for e in load_reference(settings.reference, settings.expectations).calendar if e.role == "expected"]
    due = [e for e in lines if max(e.period.end, e.deadline or e.period.end) >= today]
    if due:
        soonest = min(due, key=lambda e: (e.deadline or e.period.end, e.form))
        day = soonest.deadline or soonest.period.end
        told = f"hạn tới / next deadline: {soonest.form} {soonest.period.code}, {day:%d/%m/%Y}"
    else:
        last = max((e.period for e in lines), default=None)
        told = f"không chờ biểu nào nữa, kỳ cuối / expects nothing any more, the last period was {last.code if last else '–'}"
    yield Check(
        "Lịch / calendar", GOOD if due else ODD, told,
        "" if due else "Thêm dòng vào calendar.csv (2026.. là từ 2026 trở đi), cho biểu còn hiệu lực / "
        "add lines to calendar.csv (2026.. goes on from 2026), for forms that are still valid",
    )  # fmt: skip


def _ledger(settings: Settings, at: datetime) -> Iterator[Check]:
    from etl.store.ledger import Ledger

    what = "Sổ cái / ledger"
    kind = settings.database_url.partition(":")[0]
    if kind.startswith("sqlite") and not (settings.data / "ledger.sqlite").exists():
        yield Check(what, ODD, "chưa có bài nào / nothing was taken in yet", "etl ingest, hoặc / or make run")
        return
    try:
        ledger = Ledger.open(settings.database_url)
        events, waiting = ledger.events(), [f for f in ledger.findings(severity="hold") if f.waits]
        leases = ledger.leases(at)
    except EtlError as error:
        yield Check(
            what, BAD, str(error), "Xem ETL_DATABASE_URL và máy chủ cơ sở dữ liệu / look at the database server"
        )
        return
    broken = ledger.verify_chain()
    yield Check(
        what, BAD if broken else GOOD, broken[0] if broken else f"{kind}, {len(events)} mục / events",
        "etl verify, rồi phục hồi từ bản sao lưu / then restore from a backup" if broken else "",
    )  # fmt: skip
    if leases:
        told = f"{len(leases)} lô đang xử lý / batches under way"
        yield Check("Đang chạy / under way", GOOD, told)
    if waiting:
        todo = "etl findings --severity hold, rồi / then etl decide"
        yield Check("Việc chờ / waiting", ODD, f"{len(waiting)} việc chờ quyết định / holds", todo)
    yield from _last_night(settings, [e.at for e in events if e.kind in ("batch", "release")], at)


def _last_night(settings: Settings, moments: list[datetime], at: datetime) -> Iterator[Check]:
    from etl.store.inbox import is_sent

    inbox = [p for p in settings.inbox.rglob("*") if p.is_file() and is_sent(p.relative_to(settings.inbox).as_posix())]
    last = max(moments, default=None)
    new = [p for p in inbox if last is None or datetime.fromtimestamp(p.stat().st_mtime, LOCAL_TIME) > last]
    stale = any(at - datetime.fromtimestamp(p.stat().st_mtime, LOCAL_TIME) > _SILENT for p in new)
    told = f"lần cuối {last:%H:%M %d/%m/%Y}" if last else "chưa lần nào / never"
    yield Check(
        "Lần nhận hoặc công bố cuối / last intake or release", ODD if stale else GOOD,
        f"{told}; {len(new)} tệp chưa nhận trong hộp / files waiting in the inbox",
        "Xem lịch chạy đêm trong giao diện, hoặc chạy etl ingest / look at the nightly run, or run etl ingest" if stale else "",
    )  # fmt: skip
