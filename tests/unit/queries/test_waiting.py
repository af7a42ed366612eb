"""What waits for a person is not looked for again while nothing happened, and never told as it was before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl.acts.decide import decide, undo
from etl.errors import StoreError
from etl.pipeline import Stores
from etl.queries.findings import findings
from etl.queries.waiting import waiting
from tests.unit.acts.test_decide import BY, again, send, workbook


@pytest.fixture
def asking(stores: Stores, tmp_path: Path) -> Stores:
    """A store with one question."""
    send(stores, tmp_path / "in", "bc.xlsx", workbook("SinHo", "Biểu 02", {"G9": "1.234"}))
    return again(stores)


def test_the_same_without_a_look_at_the_rows(asking: Stores) -> None:
    (first,) = waiting(asking)
    assert first in findings(asking)

    shutil.rmtree(asking.settings.lake.root)
    assert waiting(again(asking)) == [first]
    shutil.rmtree(asking.settings.cache)
    with pytest.raises(StoreError):  # this is how we know that it was not looked at before
        waiting(asking)


def test_what_was_recorded_since_is_heeded(asking: Stores) -> None:
    (hold,) = waiting(asking)
    (decision,) = decide(asking, [hold.id], "accept", None, **BY).decisions
    assert waiting(again(asking)) == []
    undo(again(asking), decision.id, **BY)
    assert waiting(again(asking)) == [hold]


@pytest.mark.parametrize("text", ["", "{}", '{"rests_on": 1, "waiting": [[1, 2]]}', "\0"])
def test_a_note_that_is_broken_is_made_again(asking: Stores, text: str) -> None:
    told = waiting(asking)
    (note,) = asking.settings.cache.iterdir()
    whole = note.read_bytes()
    note.unlink()
    note.write_text(text)
    assert (waiting(asking), note.read_bytes()) == (told, whole)
