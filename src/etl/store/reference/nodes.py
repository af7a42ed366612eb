"""YAML and JSON read with their place kept: each reader returns a usable value and tells what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from etl.store.reference.faults import Faults

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """One mapping of a YAML file. `close` tells the keys that nobody asked for."""

    place: str
    values: Mapping[str, Any]
    faults: Faults
    asked: set[str] = field(default_factory=set)

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place[-1:] != " " else f"{self.place}{key}"

    def tell(self, key: str, vi: str, en: str) -> None:
        self.faults.add(self.at(key), vi, en)

    def _take(self, key: str) -> Any:
        self.asked.add(key)
        return self.values.get(key)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value = self._take(key)
        if value is None:
            if required:
                self.tell(key, "thiếu khoá này.", "this key is missing.")
            return default
        if not isinstance(value, str):
            self.tell(
                key, f'phải là chữ; đặt trong ngoặc kép: "{value}".', f'must be text; put it in quotes: "{value}".'
            )
            return str(value)
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.tell(key, "phải là danh sách chữ: [một, hai].", "must be a list of texts: [one, two].")
            return default
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            self.tell(key, "phải là true hoặc false.", "must be true or false.")
        return value is True

    def whole(self, key: str) -> int:
        value = self._take(key)
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.tell(key, "phải là số nguyên không âm.", "must be a whole number of 0 or more.")
            return 0
        return value

    def day(self, key: str) -> date | None:
        value = self._take(key)
        if value is not None and type(value) is not date:
            self.tell(key, "phải là ngày YYYY-MM-DD.", "must be a date YYYY-MM-DD.")
            return None
        return value

    def mapping(self, key: str) -> Mapping[str, Any]:
        """A mapping as it stands, for what the loader does not read into."""
        value = self._take(key)
        return dict(value) if isinstance(value, dict) else {}

    def node(self, key: str) -> Node:
        """The mapping under a key; an empty one where there is none."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self.tell(key, "phải gồm các cặp khoá: giá trị.", "must be a mapping of keys and values.")
            value = None
        return Node(self.at(key), value or {}, self.faults)

    def nodes(self, key: str) -> list[Node]:
        """The mappings of the list under a key."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.tell(key, "phải là danh sách các mục “- khoá: giá trị”.", "must be a list of mappings “- key: value”.")
            return []
        return [Node(f"{self.at(key)}[{i}]", item, self.faults) for i, item in enumerate(value)]

    def close(self) -> None:
        for key in self.values:
            if key not in self.asked:
                self.tell(
                    str(key), "khoá lạ; xem README.md để biết các khoá.", "unknown key; README.md lists the keys."
                )


def read_yaml(file: str, content: bytes, faults: Faults) -> Node | None:
    """The mapping that a YAML file holds, or None and a fault."""
    try:
        value = yaml.load(content, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file} dòng/line {mark.line + 1}" if mark else file
        faults.add(
            place, f"YAML sai: {getattr(error, 'problem', error)}.", f"no YAML: {getattr(error, 'problem', error)}."
        )
        return None
    if not isinstance(value, dict):
        faults.add(file, "phải gồm các cặp khoá: giá trị.", "must be a mapping of keys and values.")
        return None
    return Node(f"{file} ", value, faults)
