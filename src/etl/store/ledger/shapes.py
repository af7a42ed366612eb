"""Layouts, evidence and typed totals as JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter
from typing import Any

from etl.model.submissions import Block, Evidence, Layout, TypedTotal

_EVIDENCE = tuple(item.name for item in fields(Evidence))
_parts_of = attrgetter(*_EVIDENCE)


def to_json(value: Any) -> str:
    """One text for one value: sorted keys, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def clean(text: str) -> str:
    """Text that every database can keep: NUL is shown as ␀, bytes of a file name that are no text as \\udcXX."""
    if text.isascii():
        return text.replace("\x00", "␀")
    return text.replace("\x00", "␀").encode("utf-8", "backslashreplace").decode("utf-8")


def layouts_to_json(layouts: Mapping[str, Layout]) -> str:
    """Table → layout."""
    return to_json({table: [_block_to_json(block) for block in layout.blocks] for table, layout in layouts.items()})


def layouts_from_json(text: str) -> dict[str, Layout]:
    return {table: Layout(table, tuple(_block(b) for b in blocks)) for table, blocks in json.loads(text).items()}


def evidence_to_json(evidence: Sequence[Evidence]) -> str:
    return to_json([dict(zip(_EVIDENCE, _parts_of(item), strict=True)) for item in evidence])


def evidence_from_json(text: str) -> list[Evidence]:
    return [Evidence(**item) for item in json.loads(text)]


def totals_to_json(totals: Iterable[TypedTotal]) -> str:
    return to_json([asdict(total) for total in totals])


def totals_from_json(text: str) -> list[TypedTotal]:
    return [TypedTotal(**item) for item in json.loads(text)]


def _block_to_json(block: Block) -> dict[str, Any]:
    seldom = {"member": block.member, "given": block.given, "total_at": block.total_at}
    return {
        "sheet": block.sheet,
        "columns": dict(block.columns),
        "header": list(block.header),
        "first": block.first,
        "last": block.last,
    } | {key: value for key, value in seldom.items() if value or value == 0}


def _block(item: dict[str, Any]) -> Block:
    first, last = item["header"]
    member = item.get("member")
    return Block(
        item["sheet"],
        item["columns"],
        (first, last),
        item["first"],
        item["last"],
        (member[0], member[1]) if member else None,
        tuple((field, text) for field, text in item.get("given", ())),
        item.get("total_at"),
    )
