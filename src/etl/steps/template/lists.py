"""The hidden sheet of a template: which template it is, the value lists, and the lasting ids of prefilled rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etl.model.forms import Field
from etl.model.grids import column_letters
from etl.model.periods import Period
from etl.model.reference import Reference
from etl.model.units import Unit

HIDDEN = "_mau"
_FIRST_LIST = 4  # columns A to C hold the stamp and the entities


class Lists:
    """Value lists of a workbook, each written once; `close` hides the sheet."""

    def __init__(
        self, book: Any, stamp: Sequence[tuple[str, str]], reference: Reference, unit: Unit, period: Period
    ) -> None:
        self._book, self._stamp = book, stamp
        self._reference, self._unit, self._period = reference, unit, period
        self._sheet = book.add_worksheet(HIDDEN)
        self._places: dict[str, str] = {}
        self._entities = 0
        for row, (key, value) in enumerate(stamp):
            self._sheet.write_string(row, 0, key)
            self._sheet.write_string(row, 1, value)
            book.define_name(key, f"={HIDDEN}!$B${row + 1}")

    def rule(self, field: Field) -> dict[str, Any] | None:
        """The data validation of a field's cells, where it has a list; names of a vocabulary may be others."""
        words = self._words(field)
        if not words:
            return None
        open_list = field.type == "entity"
        return {
            "validate": "list",
            "source": self._place(f"{field.type}:{field.values or field.vocabulary or field.level}", words),
            "error_type": "warning" if open_list else "stop",
            "error_title": "Giá trị ngoài danh mục",
            "error_message": "Hãy chọn trong danh sách. / Choose from the list.",
        }

    def _words(self, field: Field) -> list[str]:
        reference, day = self._reference, self._period.end
        if field.type == "set":
            return list(dict.fromkeys(value for value, _ in reference.values.get(field.values or "", ())))
        if field.type == "entity":
            return [e.name for e in sorted(reference.entities, key=lambda e: e.order) if e.kind == field.vocabulary]
        if field.type == "unit" and field.level:
            own = [u for u in reference.units.children(self._unit.code, day) if u.level == field.level]
            return [u.name for u in own or reference.units.at_level(field.level, day)]
        return []

    def _place(self, key: str, words: Sequence[str]) -> str:
        if key not in self._places:
            column = _FIRST_LIST + len(self._places)
            for row, word in enumerate(words):
                self._sheet.write_string(row, column, word)
            letters = column_letters(column)
            self._places[key] = f"={HIDDEN}!${letters}$1:${letters}${len(words)}"
        return self._places[key]

    def remember(self, table: str, text: str, entity: str) -> None:
        """Keep the lasting id of what a prefilled row is about, by the row's first text: rows may be moved."""
        row = len(self._stamp) + self._entities
        for column, word in enumerate((table, text, entity)):
            self._sheet.write_string(row, column, word)
        self._entities += 1

    def close(self) -> None:
        """Hide the sheet; it is read again by `stamp_of`."""
        self._sheet.very_hidden()
        self._sheet.protect("")
