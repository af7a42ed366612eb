"""Markdown as the Prefect UI shows it: what came out of somebody's workbook is text there, never a link, a picture or a tag."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Sequence

#: what Markdown gives a meaning; and what would make an address a link by itself
_MARKS = re.compile(r"[\\`*_\[\]|~@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def plain(text: object) -> str:
    """Somebody else's text inside a line: no mark, tag, table bar or address in it means anything."""
    safe = _MARKS.sub(r"\\\g<0>", html.escape(str(text), quote=False))
    return "<br>".join(" ".join(line.split()) for line in safe.splitlines())


def wrapped(text: str, width: int) -> str:
    """The same over several lines of at most so many characters: the UI breaks no line inside a table."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, width, break_long_words=False))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; the text of others goes through `plain` first."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
