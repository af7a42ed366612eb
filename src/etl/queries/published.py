"""Which release is meant: by number, the newest, or the newest at a time; and what is said of a recalled one."""

from __future__ import annotations

from datetime import date, datetime, time

from etl.errors import UsageError
from etl.model.clock import LOCAL_TIME
from etl.pipeline import Stores
from etl.store.ledger import EventRecord, ReleaseRecord


def release_named(stores: Stores, number: int | None, as_of: str | None = None) -> ReleaseRecord:
    """A release by its number; the newest that is not recalled; or the newest that stood at a time.

    as_of: `2022-03-31` (that day's end) or `2022-03-31T17:00`, in the province's time unless it says otherwise.
    Raises UsageError where there is none.
    """
    if number is not None:
        return stores.ledger.release(number)
    moment = moment_of(as_of) if as_of else None
    recalled = {n for n, e in recalls(stores).items() if moment is None or e.at <= moment}
    known = [r for r in stores.ledger.releases() if moment is None or r.created_at <= moment]
    standing = [r for r in known if r.number not in recalled]
    if standing:
        return standing[-1]
    if as_of:
        raise UsageError(f"Đến {as_of} chưa có bản công bố nào / no release stood at {as_of}")
    if known:
        return known[-1]  # all recalled: told so
    raise UsageError("Chưa có bản công bố nào; hãy chạy `etl publish` / there is no release yet: run `etl publish`")


def moment_of(text: str) -> datetime:
    """The moment that a text means. Raises UsageError for what is none."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time.max, LOCAL_TIME)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"Không phải thời điểm / not a moment: {text!r} (2022-03-31, 2022-03-31T17:00)") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)


def recalls(stores: Stores) -> dict[int, EventRecord]:
    """Number → the event that recalled the release."""
    return {int(event.subject): event for event in stores.ledger.events(kinds=("recall",))}


def notice(stores: Stores, number: int) -> str:
    """What is said before the figures of a recalled release; '' of any other."""
    from etl.consolidation.content import recall_notice

    event = recalls(stores).get(number)
    return recall_notice(event) if event else ""


def release_title(record: ReleaseRecord) -> str:
    """Which release it is, when it was made, and how final it is."""
    vi, en = ("chính thức", "official") if record.kind == "official" else ("tạm tính", "provisional")
    made = f"{record.created_at:%d/%m/%Y %H:%M}"
    return f"Bản công bố {record.number} ({vi}), {made} / release {record.number} ({en})"
