"""A finding with its place filled in is the same value as one made whole."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from etl.model.findings import Finding
from etl.model.reference import Message

BLANK = Finding("N.blank", "info", "Ô trống.", "Blank.", sheet="Biểu 1")


def test_a_place_is_filled_in() -> None:
    placed = BLANK.about(sheet="Biểu 2", cell="C7")

    assert placed == replace(BLANK, sheet="Biểu 2", cell="C7") == pickle.loads(pickle.dumps(placed))
    assert (placed.id, hash(placed)) == (replace(placed).id, hash(replace(placed)))
    assert BLANK.cell is None
    with pytest.raises(FrozenInstanceError):
        placed.cell = "C8"


def test_what_no_finding_has_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        BLANK.about(colour="red")


def test_a_message_tells_its_words_and_its_place() -> None:
    message = Message("V.odd", "warning", "cell", "Ô ghi {value}, chờ {expected}.", "Says {value}.")

    told = message.finding(value="x", cell="B2", column="Số hộ", expected=None)

    assert told == Finding(
        "V.odd", "warning", "Ô ghi x, chờ .", "Says x.", cell="B2", value="x", expected=None, scope="cell"
    )
