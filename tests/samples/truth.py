"""What truth.json of a sample set says, as (indicator, unit, period, breakdown) → expected figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

Key = tuple[str, str, str, str]
SPAN, PROVINCE = "2020..2021", "12"
_LEVELS = ("nhà nước", "tỉnh", "cơ sở")
_KINDS = {"CN": "chứng nhận", "TT": "tập thể", "thường": "thông thường"}


def load(path: Path) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return truth


def number(value: Any) -> Any:
    """Numbers as exact text, as the figures' JSON writes them."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_key(figures: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    return {
        (f["indicator"], f["unit"], f["period"], ";".join(f"{a}={c}" for a, c in (f["breakdown"] or {}).items())): f
        for f in figures
    }


def province(truth: Mapping[str, Any]) -> Iterator[tuple[Key, str, Any]]:
    """(key, JSON member, expected value) of every provincial figure."""
    p = truth["province"]
    for name in ("NV.T", "NV.N", "NV.P", "NH.D", "NH.V", "NH.C", "SP", "KN"):
        yield (name, PROVINCE, SPAN, ""), "value", number(p[name])
    for year, count in p["NV.year"].items():
        yield ("NV.T", PROVINCE, year, ""), "value", number(count)
    for year, stock in p["NH.stock"].items():
        for name, word in (("NH.D", "accepted"), ("NH.V", "granted"), ("NH.C", "certification")):
            yield (name, PROVINCE, year, ""), "value", number(stock[word])
    yield ("GT", PROVINCE, SPAN, ""), "low", number(p["GT"][0])
    yield ("GT", PROVINCE, SPAN, ""), "high", number(p["GT"][1])
    yield ("GT.M", PROVINCE, SPAN, ""), "value", number(p["GT.marks"])
    yield ("QT", PROVINCE, "2022-01-22", ""), "value", number(p["QT"][0])
    yield ("QT.N", PROVINCE, "2022-01-22", ""), "value", number(p["QT"][1])
    yield ("NV.KD", PROVINCE, SPAN, ""), "value", number(p["NV.money_approved"])
    for year, money in p["NV.money_in_period"].items():
        yield ("NV.KP", PROVINCE, year, ""), "value", number(money)
    for year, iso in p["ISO"].items():
        full = iso["reporters"] == 9
        yield ("ISO", PROVINCE, year, ""), "numerator", number(iso["applied"])
        yield ("ISO", PROVINCE, year, ""), "denominator", number(iso["total"])
        yield ("ISO", PROVINCE, year, ""), "value", number(iso["percent"]) if full else None
        yield ("ISO", PROVINCE, year, ""), "status", "published" if full else "withheld"
        for level, (applied, total) in p["ISO.level"][year].items():
            yield ("ISO", PROVINCE, year, f"cap={level}"), "numerator", number(applied)
            yield ("ISO", PROVINCE, year, f"cap={level}"), "denominator", number(total)


def lists(truth: Mapping[str, Any]) -> Iterator[tuple[Key, str, Any]]:
    """Names in the report's order, products and themes with their districts."""
    known = truth["lists"]
    yield ("NH.C", PROVINCE, SPAN, ""), "names", [m["name"] for m in known["certification_marks"]]
    yield ("SP", PROVINCE, SPAN, ""), "names", [m["name"] for m in known["products"]]
    for product in known["products"]:
        breakdown = f"san_pham={product['name']}"
        yield ("SP.MH", PROVINCE, SPAN, breakdown), "value", number(product["models"])
        yield ("SP.HA", PROVINCE, SPAN, breakdown), "value", number(product["ha"])
    for proposal in known["proposals"]:
        count = number(len(proposal["districts"]))
        yield ("KN.H", PROVINCE, SPAN, f"linh_vuc={proposal['theme']}"), "value", count


def reporters(truth: Mapping[str, Any]) -> Iterator[tuple[Key, str, Any]]:
    """Every figure of by_reporter that can be read from the files."""
    for unit, own in truth["by_reporter"].items():
        if unit in ("SKHCN", "LDLD"):
            continue
        for level, count in zip(_LEVELS, own["tasks_listed_any_year"], strict=False):
            yield ("NV.L", unit, SPAN, f"cap={level}"), "value", _or_none(count)
        for year in map(str, truth["years"]):
            yield from _year(unit, year, own[year])


def _or_none(count: Any) -> Any:
    """A breakdown member without rows is no figure."""
    return number(count) if count else "absent"


def _year(unit: str, year: str, own: Mapping[str, Any]) -> Iterator[tuple[Key, str, Any]]:
    for level, count in zip(_LEVELS, own["01"]["listed"], strict=True):
        yield ("NV.L", unit, year, f"cap={level}"), "value", _or_none(count)
    yield ("NV.KP", unit, year, ""), "value", number(own["01"]["money_in_period"])
    for product, row in (own["02"] or {}).items():
        for name, word in (("SP.MH", "models"), ("SP.HA", "ha"), ("SP.TM", "new_ha"), ("SP.HO", "households")):
            yield (name, unit, year, f"san_pham={product}"), "value", number(row[word])
    words = {"NOP": "filed", "CN": "accepted", "CNK": "accepted_in_period", "VB": "granted", "VBK": "granted_in_period"}
    for name, word in words.items():
        yield (f"NH.KH.{name}", unit, year, ""), "value", number(own["03"]["as_reported"][word])
    for name, word in (("NH.D", "accepted"), ("NH.V", "granted")):
        at_owner = own["03"]["at_owner"][word]
        yield (name, unit, year, ""), "value", number(at_owner["total"])
        for short, kind in _KINDS.items():
            yield (name, unit, year, f"loai={kind}"), "value", _or_none(at_owner[short])
    yield from _iso(unit, year, own["05"])
    themes = sorted({theme for theme, to in own["06"] if theme.startswith("KN") and to == "Bộ KH&CN"})
    for theme in themes:
        yield ("KN.H", unit, year, f"linh_vuc={theme}"), "value", "1"
    yield ("KN", unit, year, ""), "value", number(len(themes))
    if own["07"] is not None:
        yield ("QT", unit, "2022-01-22", ""), "value", number(own["07"])


def _iso(unit: str, year: str, rows: Mapping[str, Any] | None) -> Iterator[tuple[Key, str, Any]]:
    if rows is None:
        yield ("ISO", unit, year, ""), "status", "not_reported"
        return
    yield ("ISO", unit, year, ""), "denominator", number(rows["01"][0])
    yield ("ISO", unit, year, ""), "numerator", number(rows["01"][1])
    for code in ("02", "03"):
        for name, at in (("ISO.TS", 0), ("ISO.AD", 1), ("ISO.CB", 2), ("ISO.PB", 3)):
            yield (name, unit, year, f"dong={code}"), "value", number(rows[code][at])


def differences(figures: list[dict[str, Any]], expected: Iterator[tuple[Key, str, Any]]) -> list[str]:
    """Every expected value that the figures do not give."""
    known = by_key(figures)
    found = []
    for key, member, value in expected:
        figure = known.get(key)
        got = "absent" if figure is None else figure[member]
        if got != value:
            found.append(f"{key} {member}: {got!r}, not {value!r}")
    return found
