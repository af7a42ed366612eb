"""Quantities as districts type them, read exactly; numbers as a report prints them.

Vietnam groups by dots and marks decimals by a comma; Excel set to English does the reverse. Where a text can be read
both ways nothing is guessed: it comes back ambiguous, with both readings.
Source: Law on Accounting 03/2003/QH11, article 12(2); the article of its 2015 successor is to be checked.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from etl.text.marks import INVISIBLE

VALUE, NIL, NOT_AVAILABLE, NOT_APPLICABLE, NOT_REPORTED = (
    "value", "nil", "not_available", "not_applicable", "not_reported",
)  # fmt: skip
STATES = (VALUE, NIL, NOT_AVAILABLE, NOT_APPLICABLE, NOT_REPORTED)

NOT_A_NUMBER, AMBIGUOUS, NUMBER_WITH_TEXT = "not_a_number", "ambiguous", "number_with_text"

_MOST_DIGITS = 30  # what fits decimal128(38) with room for sums; more is no quantity

_NIL = re.compile("[-‐‑‒–—―−]+")
_UNKNOWN = re.compile(r"(?:…|\.\.)[….]*")
_NOT_ASKED = re.compile("[xX×]|/{2,}")
_MINUS = re.compile("[-‐‑–−](?=[0-9.,])")
_IN_BRACKETS = re.compile(r"\(\s*([0-9][0-9., ]*)\)")

_PLAIN = re.compile("[0-9]+")
_SPACE_GROUPS = re.compile("([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?")
_DOT_GROUPS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)|([0-9]{1,3}(?:\.[0-9]{3}){2,})")
_COMMA_GROUPS = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)|([0-9]{1,3}(?:,[0-9]{3}){2,})")
#: one mark and three digits after one to three: 1.234, not 0.234 nor 1234.567
_GROUP_OR_DECIMAL = re.compile("([1-9][0-9]{0,2})([.,])([0-9]{3})")
_DECIMAL = re.compile("([0-9]*)[.,]([0-9]+)")
_NUMERAL = re.compile("(?<![0-9.,])[0-9]+(?:[.,][0-9]+)*(?![0-9])")


#: language → what stands for the marks of Python's ',f' format
_MARKS = {"vi": str.maketrans(",.", ".,"), "en": str.maketrans("", "")}


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a cell says about a quantity.

    value: exact; 0 for a nil; None where there is none or where `fault` leaves it open.
    state: one of STATES. fault: None, or why there is no value although something stands there.
    alternatives: the readings of an ambiguous text, grouped first.
    """

    value: Decimal | None
    state: str
    fault: str | None = None
    alternatives: tuple[Decimal, ...] = ()


def parse_quantity(text: str, *, decimals: int, percent: bool = False) -> Quantity:
    """Read a quantity as Vietnam writes it: '1.234,5' is 1234.5.

    '-' is nil, a true 0; '…' is not available; 'x' is not applicable; blank is not reported.
    decimals: of the column. With 0, '1.234' and '1,234' are both 1234, since a whole number has no decimals. With more,
    '1.234' is ambiguous (1234 or 1.234), while '1,234' is 1.234: in vi-VN the comma is the decimal mark.
    percent: '25%' is read as 25, the number as written, where the column is a percentage; elsewhere it is text.
    What is no number is not_a_number; a number among words, with a range or a sum ('15 ha', '20-30%', '3 + 2') is
    number_with_text: nothing is stripped in silence. Both keep state not_available; the caller keeps the text.
    """
    shown = " ".join(text.translate(INVISIBLE).split()).lstrip("'’")
    state = _state(shown)
    if state is not None:
        return Quantity(Decimal(0) if state == NIL else None, state)
    numeral = shown.removesuffix("%").rstrip() if percent else shown
    negative, digits = _sign(numeral)
    readings = _readings(digits, decimals)
    if not readings:
        return Quantity(None, NOT_AVAILABLE, _fault(shown))
    signed = tuple(-reading if negative and reading else reading for reading in readings)
    if len(signed) > 1:
        return Quantity(None, NOT_AVAILABLE, AMBIGUOUS, signed)
    return Quantity(signed[0], VALUE)


def from_number(cell: int | float) -> Decimal:
    """The number as Excel shows it: a float to 15 significant digits (0.1+0.2 is 0.3), an int whole.

    Raises ValueError for infinity and NaN, which no workbook can hold.
    """
    if isinstance(cell, int):
        return Decimal(int(cell))
    if not math.isfinite(cell):
        raise ValueError(f"not a finite number: {cell!r}")
    shown = Decimal(f"{cell:.15g}")
    return _exact(shown or Decimal(0), 0) if shown == shown.to_integral_value() else shown


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Rounded once, half away from zero, with exactly `decimals` digits after the mark; never '-0'."""
    rounded = _exact(value, decimals)
    return rounded if rounded else abs(rounded)


def format_number(value: Decimal, decimals: int, language: str = "vi") -> str:
    """'1.234,5' (vi) or '1,234.5' (en), rounded half up to `decimals`."""
    return _with_marks(f"{round_half_up(value, decimals):,f}", language)


def format_exact(value: Decimal, language: str = "vi") -> str:
    """All digits and no idle zeros: Decimal('1234.50') is '1.234,5'."""
    whole, mark, fraction = f"{value if value else abs(value):,f}".partition(".")
    fraction = fraction.rstrip("0")
    return _with_marks(f"{whole}{mark if fraction else ''}{fraction}", language)


def _state(shown: str) -> str | None:
    """The state that stands for a missing or nil value; None where the text has to be read as a number."""
    if shown == "":
        return NOT_REPORTED
    for pattern, state in ((_NIL, NIL), (_UNKNOWN, NOT_AVAILABLE), (_NOT_ASKED, NOT_APPLICABLE)):
        if pattern.fullmatch(shown):
            return state
    return None


def _sign(numeral: str) -> tuple[bool, str]:
    """Whether a minus or the accountant's brackets make it negative, and the numeral without them."""
    if found := _IN_BRACKETS.fullmatch(numeral):
        return True, found[1].rstrip()
    if _MINUS.match(numeral):
        return True, numeral[1:]
    return False, numeral.removeprefix("+")


def _readings(digits: str, decimals: int) -> tuple[Decimal, ...]:
    """The numbers that a numeral can mean in a column of so many decimals: none, one, or grouped and decimal."""
    if sum(map(digits.count, "0123456789")) > _MOST_DIGITS:
        return ()
    if _PLAIN.fullmatch(digits):
        return (Decimal(digits),)
    if found := _GROUP_OR_DECIMAL.fullmatch(digits):
        grouped, decimal = Decimal(found[1] + found[3]), Decimal(f"{found[1]}.{found[3]}")
        if decimals == 0:
            return (grouped,)
        return (decimal,) if found[2] == "," else (grouped, decimal)
    for pattern in (_SPACE_GROUPS, _DOT_GROUPS, _COMMA_GROUPS, _DECIMAL):
        if found := pattern.fullmatch(digits):
            return (_number(*found.groups()),)
    return ()


def _number(whole: str | None, fraction: str | None, only_groups: str | None = None) -> Decimal:
    groups = re.sub("[^0-9]", "", whole or only_groups or "0")
    return Decimal(f"{groups}.{fraction}" if fraction else groups)


def _fault(shown: str) -> str:
    """Why a text that is no bare number is none: digits of another script are never taken for ours."""
    if any(unicodedata.category(sign) == "Nd" and not sign.isascii() for sign in shown):
        return NOT_A_NUMBER
    return NUMBER_WITH_TEXT if _NUMERAL.search(shown) and not _is_malformed(shown) else NOT_A_NUMBER


def _is_malformed(shown: str) -> bool:
    """Digits and marks only, as '1.23.4' or '12..5': a broken numeral, not a number with something beside it."""
    return re.fullmatch("[0-9.,]+", shown) is not None


def _exact(value: Decimal, decimals: int) -> Decimal:
    """Quantized half up, in a context wide enough for any value."""
    width = Context(prec=max(value.adjusted(), 0) + abs(decimals) + 2)
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, width)


def _with_marks(english: str, language: str) -> str:
    """The digits of Python's ',f' format with the marks of a language; KeyError for one we do not print."""
    return english.translate(_MARKS[language])
