"""Runs → prices: what a further workbook costs, against the floor of the same run; and the one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

#: subject → {size → runs}; a run: {"wall", "cpu", "peak", "wrong"?, "inexact"?, "complaint"?}
Runs = Mapping[str, Mapping[int, Sequence[Mapping[str, Any]]]]

FLOOR = "floor"
HEADER = (
    "", "CPU s", "wall s", "CPU ms/+1", "wall ms/+1", "CPU ×floor", "wall ×floor", "peak MiB", "wrong", "inexact",
)  # fmt: skip


def prices(runs: Runs, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """One line a subject: medians of its largest size, and the slope between its two largest, beside the floor's.

    The slope is (cost at n2 - cost at n1) / (n2 - n1), in ms; the floor's is taken between the same two sizes.
    """
    return [_line(subject, runs, title) for subject, title in titles.items() if runs.get(subject)]


def _line(subject: str, runs: Runs, title: str) -> dict[str, Any]:
    own = runs[subject]
    done = sorted(size for size, found in own.items() if found and not any(r.get("complaint") for r in found))
    failed = {size: r["complaint"] for size, found in own.items() for r in found if r.get("complaint")}
    line: dict[str, Any] = {"id": subject, "title": title, "sizes": done, "failed": failed}
    if not done:
        return line
    last = own[done[-1]]
    line |= {"size": done[-1], "peak": max((r.get("peak") or 0) for r in last) or None}
    line |= {key: median(r[key] for r in last) for key in ("cpu", "wall")}
    line |= {key: last[-1][key] for key in ("groups", "wrong", "inexact") if key in last[-1]}
    for key in ("cpu", "wall"):
        slope = _slope(own, done, key)
        floor = _slope(runs.get(FLOOR, {}), done, key)
        line[f"{key}_more"] = slope
        line[f"{key}_ratio"] = slope / floor if slope is not None and floor else None
    return line


def _slope(own: Mapping[int, Sequence[Mapping[str, Any]]], sizes: Sequence[int], key: str) -> float | None:
    """ms for a further workbook between the last two sizes; None where there is one size only."""
    if len(sizes) < 2 or not (own.get(sizes[-1]) and own.get(sizes[-2])):
        return None
    first, last = (median(r[key] for r in own[size]) for size in sizes[-2:])
    return float(1000 * (last - first) / (sizes[-1] - sizes[-2]))


def growth(runs: Runs, subject: str) -> dict[int, dict[str, float]]:
    """size → median seconds and peak of a subject: is it linear, is memory flat?"""
    return {
        size: {key: round(median(r[key] or 0 for r in found), 3) for key in ("cpu", "wall", "peak")}
        for size, found in sorted(runs.get(subject, {}).items())
        if found and not any(r.get("complaint") for r in found)
    }


def render(lines: Sequence[Mapping[str, Any]]) -> str:
    """The table as a terminal shows it; the second block of lines are the product's parts."""
    rows = [HEADER, *(_cells(line) for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADER))]
    shown = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    for line in lines:
        for size, complaint in line["failed"].items():
            shown.append(f"! {line['title']}, {size}: {complaint}")
    return "\n".join(shown)


def _cells(line: Mapping[str, Any]) -> tuple[str, ...]:
    title = f"{line['title']} ({line['size']})" if "size" in line else str(line["title"])
    wrong, inexact = (str(line[key]) if key in line else "" for key in ("wrong", "inexact"))
    return (
        title, _number(line.get("cpu"), 1), _number(line.get("wall"), 1), _number(line.get("cpu_more"), 2),
        _number(line.get("wall_more"), 2), _number(line.get("cpu_ratio"), 2), _number(line.get("wall_ratio"), 2),
        _number(line.get("peak"), 0), wrong, inexact,
    )  # fmt: skip


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
