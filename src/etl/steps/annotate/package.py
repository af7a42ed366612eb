"""The bytes of an annotated workbook: the same each time, and with the values that its formulas had."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from xml.sax.saxutils import escape

#: what a formula gave when the sender saved: sheet's number (from 1) → cell → value
Values = Mapping[int, Mapping[str, object]]

_FIXED = (1980, 1, 1, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")
_PART = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"([^>]*)>(<f[ >].*?</f>|<f[^>]*/>)<v\s*/?>(?:</v>)?</c>', re.DOTALL)


def packed(data: bytes, values: Values) -> bytes:
    """openpyxl's file with fixed times and stored parts; `values` are put back beside their formulas.

    openpyxl writes formulas without what they gave: a program that does not calculate would show blanks.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(given.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            part = given.read(name)
            if name == "docProps/core.xml":
                part = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", part)
            elif (sheet := _PART.fullmatch(name)) and values.get(int(sheet.group(1))):
                part = _with_values(part, values[int(sheet.group(1))])
            info = zipfile.ZipInfo(name, _FIXED)
            info.external_attr = 0o600 << 16
            archive.writestr(info, part)
    return out.getvalue()


def _with_values(part: bytes, values: Mapping[str, object]) -> bytes:
    def cell(found: re.Match[str]) -> str:
        name, attributes, formula = found.groups()
        typed = _typed(values.get(name))
        if typed is None:
            return found.group(0)
        kind, text = typed
        kept = re.sub(r'\st="[^"]*"', "", attributes)
        return f'<c r="{name}"{kept}{kind}>{formula}<v>{text}</v></c>'

    return _FORMULA.sub(cell, part.decode("utf-8")).encode("utf-8")


def _typed(value: object) -> tuple[str, str] | None:
    """The cell's type attribute and text; None where there was no value."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, (int, float)):
        return "", repr(value)
    if isinstance(value, (datetime, date, time)):
        from openpyxl.utils.datetime import to_excel

        return "", repr(to_excel(value))  # type: ignore[no-untyped-call]  # openpyxl's stubs
    if isinstance(value, str):
        return (' t="e"' if value.startswith("#") else ' t="str"'), escape(value)
    return None
