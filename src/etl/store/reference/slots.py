"""References to figures, as narratives and the forms of higher authorities write them: do they lead to a figure?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from etl.model.figures import Indicator
from etl.model.narratives import FACTS, PERIOD_WORDS, Slot
from etl.model.reference import Report
from etl.model.units import Units


def slot_faults(
    slot: Slot, indicators: Mapping[str, Indicator], units: Units, report: Report | None, facts: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """What is wrong with a reference, in Vietnamese and English. facts: what it may name beside FACTS and indicators."""
    if slot.strange:
        words = " ".join(slot.strange)
        yield f"trong “{slot.name}” không hiểu “{words}”.", f"in “{slot.name}”, “{words}” means nothing."
    if slot.name in (*FACTS, *facts):
        return
    indicator = indicators.get(slot.name)
    if indicator is None:
        known = ", ".join((*FACTS, *facts))
        yield (
            f"không có chỉ tiêu “{slot.name}” (hoặc một trong: {known}).",
            f"there is no indicator “{slot.name}” (nor is it one of: {known}).",
        )
        return
    yield from _part_faults(slot, indicator)
    if slot.unit and not units.known(slot.unit):
        yield f"không có đơn vị “{slot.unit}”.", f"there is no unit “{slot.unit}”."
    if slot.member and slot.member[0] not in dict(indicator.breakdown):
        yield (
            f"chỉ tiêu {slot.name} không phân tổ theo “{slot.member[0]}”.",
            f"indicator {slot.name} has no breakdown “{slot.member[0]}”.",
        )
    if report is not None:
        yield from _report_faults(slot, report)


def _part_faults(slot: Slot, indicator: Indicator) -> Iterator[tuple[str, str]]:
    needs = {
        "names": bool(indicator.names), "count": bool(indicator.names),
        "low": indicator.rule == "range", "high": indicator.rule == "range",
        "numerator": indicator.rule in ("ratio", "weighted_mean"), "denominator": indicator.rule in ("ratio", "weighted_mean"),
    }  # fmt: skip
    if not needs.get(slot.part, True):
        yield (
            f"chỉ tiêu {slot.name} (quy tắc {indicator.rule}) không có “{slot.part}”.",
            f"indicator {slot.name} (rule {indicator.rule}) has no “{slot.part}”.",
        )


def _report_faults(slot: Slot, report: Report) -> Iterator[tuple[str, str]]:
    """A figure that the report does not hold would leave its sentence out for ever."""
    held = {period for item in report.items if slot.name in item.indicators for period in item.periods}
    if not held:
        yield f"báo cáo không có chỉ tiêu {slot.name}.", f"the report does not hold indicator {slot.name}."
    elif slot.period and slot.period not in (*PERIOD_WORDS, *held):
        yield (
            f"báo cáo không có {slot.name} của kỳ {slot.period}.",
            f"the report does not hold {slot.name} for {slot.period}.",
        )
