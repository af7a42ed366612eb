"""Calendar lines that go on, and what a calendar that ends makes the doctor say."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from etl.consolidation.reports import period_due, report_named
from etl.model.reference import Expected, Reference
from etl.queries.doctor import doctor
from etl.settings import Settings
from etl.store.reference import faults, load_reference
from etl.store.reference.running import written_out
from tests.conftest import AT, ROOT

HEAD = "form,period,unit,role,opens,deadline\n"


def with_calendar(place: Path, *lines: str, valid: str = "") -> Path:
    """The shipped reference data with another calendar for form kn, which has no end where `valid` is given."""
    shutil.copytree(ROOT / "data" / "reference", place)
    kept = [
        line for line in (place / "calendar.csv").read_text("utf-8-sig").splitlines()[1:] if not line.startswith("kn,")
    ]
    (place / "calendar.csv").write_text(HEAD + "\n".join([*kept, *lines]) + "\n", "utf-8")
    form = (place / "forms" / "kn.yaml").read_text("utf-8")
    own = form.replace("to: 2025-06-30", valid or "to: 2025-06-30").replace(
        "senders: [district]", "senders: [district, commune, SKHCN]"
    )
    (place / "forms" / "kn.yaml").write_text(own, "utf-8")
    return place


def of_kn(reference: Reference) -> list[Expected]:
    return sorted((e for e in reference.calendar if e.form == "kn"), key=lambda e: (e.period, e.unit))


def loaded(place: Path) -> Reference:
    return load_reference(place, ROOT / "expectations")


def test_a_line_goes_on_while_form_and_senders_last_and_its_days_move_on(tmp_path: Path) -> None:
    lines = of_kn(loaded(with_calendar(tmp_path / "r", "kn,2020..,level:district,expected,2021-01-01,2021-02-01")))

    assert [line.period.code for line in lines] == ["2020", "2021", "2022", "2023", "2024"]  # the form ends in 2025
    assert (lines[4].opens, lines[4].deadline) == (date(2025, 1, 1), date(2025, 2, 1))


def test_communes_are_expected_after_2026_and_for_ever(tmp_path: Path) -> None:
    place = with_calendar(
        tmp_path / "r", "kn,2020..,level:district,expected,2021-01-01,2021-02-01",
        "kn,2025..,level:commune,expected,2026-01-01,2026-02-01", "kn,2028..,level:commune,expected,2029-01-01,2029-03-15",
        "kn,2026,level:commune,expected,2027-01-01,2027-02-28", valid="to: 2199-12-31",
    )  # fmt: skip
    reference = loaded(place)
    found = {(line.period.code, line.unit): line.deadline for line in of_kn(reference)}

    assert [p for p, unit in found if unit == "level:district"] == ["2020", "2021", "2022", "2023", "2024"]
    assert [found[year, "level:commune"] for year in ("2025", "2026", "2027", "2028", "2029")] == [
        date(2026, 2, 1), date(2027, 2, 28), date(2028, 2, 1), date(2029, 3, 15), date(2030, 3, 15),
    ]  # fmt: skip
    late = AT.replace(year=2034)
    assert period_due(reference, report_named(reference, None), late) == "2033"
    assert len(next(e for e in of_kn(reference) if e.period.code == "2033").senders(reference.units)) == 38


@pytest.mark.parametrize(
    ("kind", "first", "second", "deadline"),
    [
        ("month", "2026-11..", ["2026-11", "2026-12", "2027-01"], [31, 31, 28]),
        ("quarter", "2026-Q4..", ["2026-Q4", "2027-Q1", "2027-Q2"], [31, 30, 31]),
        ("half", "2026-H2..", ["2026-H2", "2027-H1", "2027-H2"], [31, 31, 31]),
    ],
)
def test_months_quarters_and_halves_go_on_too(
    reference: Reference, kind: str, first: str, second: list[str], deadline: list[int]
) -> None:
    from dataclasses import replace

    from etl.model.periods import parse_period

    form = replace(reference.forms["kn"], period_kind=kind, valid_to=None)
    day = date(2026, 12, 31) if kind == "month" else date(2027, 1, 31)
    line = Expected("kn", parse_period(first.removesuffix("..")), "SKHCN", "expected", None, day)
    found = list(written_out(line, form, reference.units))

    assert [e.period.code for e in found[:3]] == second
    assert [e.deadline.day for e in found[:3] if e.deadline] == deadline
    assert found[-1].period.end == date(2099, 12, 31)


def test_what_cannot_go_on_is_told(tmp_path: Path) -> None:
    place = with_calendar(
        tmp_path / "r", "kn,2020-Q1..,level:district,expected,,", "kn,2021..,level:district,expected,,",
        "kn,2021..,level:district,expected,,", "qt,2023-01-22..,LDLD,expected,,",
    )  # fmt: skip
    told = faults(place, ROOT / "expectations")

    assert [
        part for part in ("is sent by year", "stands twice", "of an event does not go on") if part not in str(told)
    ] == []


def test_the_doctor_says_when_nothing_is_expected_any_more(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ETL_DATA": str(tmp_path / "data")}, ROOT)
    known = {days: _calendar(settings, days) for days in (0, 365 * 3, 365 * 5)}

    assert [check.state for check in known.values()] == ["good", "good", "odd"]
    assert "kn 2021" not in known[0].told
    assert "the last period was 2024" in known[365 * 5].told
    assert "calendar.csv" in known[365 * 5].todo


def _calendar(settings: Settings, days: int):
    found = doctor(settings, AT + timedelta(days=days), "http://127.0.0.1:1/api")
    return next(check for check in found if check.what.startswith("Lịch / calendar"))
