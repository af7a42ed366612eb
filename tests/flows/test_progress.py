"""The bar of a run that takes in files."""

from __future__ import annotations

from typing import Any

import pytest

from flows import progress


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """What the server would be told; the server's own part is looked at in test_server."""
    told: list[tuple[float, str]] = []

    def tell(at: float, text: str) -> str:
        told.append((at, text.partition(" ")[0]))
        return "bar"

    monkeypatch.setattr(progress, "create_progress_artifact", lambda at, key, description: tell(at, description))
    monkeypatch.setattr(progress, "update_progress_artifact", lambda bar, at, text: tell(at, text))
    return told


def test_each_file_moves_it_and_known_ones_too(bar: list[tuple[float, str]]) -> None:
    shown = progress.Progress(4)
    for _ in range(2):
        shown.one_read()
    shown.batch_done(3)  # the third was known already
    shown.batch_done(1)

    assert bar == [(0.0, "0/4"), (25.0, "1/4"), (50.0, "2/4"), (75.0, "3/4"), (100.0, "4/4")]


def test_thousands_of_files_are_no_thousands_of_requests(bar: list[tuple[float, str]]) -> None:
    shown = progress.Progress(5000)
    for _ in range(5000):
        shown.one_read()
    assert (len(bar), bar[-1]) == (21, (100.0, "5000/5000"))


def test_where_there_is_no_file_there_is_no_bar(bar: list[Any]) -> None:
    progress.Progress(0)
    assert bar == []
