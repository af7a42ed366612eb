"""What was taken in of the inbox is not read again, as long as it is the same and the ledger knows it."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from etl.model.clock import LOCAL_TIME
from etl.pipeline import Stores, receive, take_in
from etl.store.ledger import Ledger
from tests.conftest import SAMPLES, store_at

NAME = "BC_KHCN_2021_ThanUyen_Bieu04.csv"


def night(stores: Stores, at: datetime | None = None, *, taken_in: bool = True) -> list[str]:
    """The names that are read. at: when the files have been there for an hour, unless said."""
    at = at or datetime.now(LOCAL_TIME) + timedelta(hours=1)
    batches = receive(stores, [stores.settings.inbox], at)
    for batch in batches if taken_in else ():
        take_in(stores, batch, at)
    return [delivery.name for batch in batches for delivery in batch.deliveries]


def sent(stores: Stores, name: str = NAME, data: bytes | None = None) -> Path:
    place = stores.settings.inbox / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes((SAMPLES / NAME).read_bytes() if data is None else data)
    return place


def test_what_the_ledger_knows_is_read_once_more_and_then_no_more(stores: Stores) -> None:
    sent(stores)
    assert night(stores, taken_in=False) == [NAME]  # the run was killed before anything was recorded
    assert [night(stores) for _ in range(4)] == [[NAME], [NAME], [], []]
    sent(stores, "xã/b.csv", b"new")
    assert [night(stores) for _ in range(3)] == [["xã/b.csv"], ["xã/b.csv"], []]
    assert len(stores.ledger.deliveries()) == 2


def test_what_was_changed_in_place_is_read(stores: Stores) -> None:
    place = sent(stores)
    assert [night(stores) for _ in range(3)] == [[NAME], [NAME], []]
    place.write_bytes(place.read_bytes().replace(b"1", b"2"))  # as long as before
    assert night(stores) == [NAME]
    assert {d.name for d in stores.ledger.deliveries()} == {NAME}
    assert len(stores.ledger.deliveries()) == 2


def test_what_was_changed_just_now_is_not_remembered(stores: Stores) -> None:
    written = datetime.fromtimestamp(sent(stores).stat().st_ctime, LOCAL_TIME)
    assert [night(stores, written + timedelta(seconds=1)) for _ in range(4)] == [[NAME]] * 4


def test_another_name_of_the_same_bytes_is_told(stores: Stores) -> None:
    sent(stores)
    assert [night(stores) for _ in range(3)] == [[NAME], [NAME], []]
    sent(stores, "copy.csv")
    assert night(stores) == ["copy.csv"]
    assert [d.state for d in stores.ledger.deliveries()][-1] == "duplicate"


def test_a_ledger_that_was_put_back_takes_the_file_again(stores: Stores, tmp_path: Path) -> None:
    before = list(stores.ledger.dump())
    sent(stores)
    assert [night(stores) for _ in range(3)] == [[NAME], [NAME], []]
    shutil.copytree(stores.settings.data, tmp_path / "other")
    for path in (tmp_path / "other").glob("ledger.sqlite*"):
        path.unlink()
    Ledger.restore(f"sqlite:///{tmp_path / 'other' / 'ledger.sqlite'}", before)
    other = store_at(tmp_path / "other")
    assert (night(other), len(other.ledger.deliveries())) == ([NAME], 1)


def test_a_broken_note_costs_a_reading(stores: Stores) -> None:
    sent(stores)
    assert [night(stores) for _ in range(3)] == [[NAME], [NAME], []]
    (stores.settings.cache / "inbox.json").write_text('{"rests_on": 1}')
    assert [night(stores) for _ in range(2)] == [[NAME], []]
