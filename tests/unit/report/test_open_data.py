"""Open data, read back by the libraries that its users have: Frictionless and sdmx1; and the release notes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from etl.model.releases import Move
from etl.report.release_notes import release_notes
from etl.report.sdmx import time_period
from tests.unit.report.sample import SPAN


@pytest.fixture(scope="module")
def folder(files, tmp_path_factory):
    """The release as it lies on a disk."""
    root = tmp_path_factory.mktemp("release")
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def observations(files) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["sdmx/figures.csv"].decode())))


def test_frictionless_finds_no_fault_in_the_package(folder):
    frictionless = pytest.importorskip("frictionless", reason="a development package: make install brings it")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert [error.message for task in report.tasks for error in task.errors] + [e.message for e in report.errors] == []
    assert report.stats["tasks"] > 10


def test_frictionless_finds_a_figure_without_its_indicator(folder, tmp_path):
    frictionless = pytest.importorskip("frictionless", reason="a development package: make install brings it")
    for name in ("datapackage.json", "figures.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = (tmp_path / "figures.csv").read_text("utf-8").replace("\nGT,", "\n,", 1)
    (tmp_path / "figures.csv").write_text(text, "utf-8")
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    table = next(one for one in package["resources"] if one["path"] == "figures.csv") | {
        "hash": "",
        "bytes": len(text.encode()),
    }
    del table["hash"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package | {"resources": [table]}), "utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert {error.type for task in report.tasks for error in task.errors} == {"constraint-error"}


def test_the_package_says_whose_data_it_is_and_on_what_terms(files):
    package = json.loads(files["datapackage.json"])
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["contributors"] == [{"title": "Sở Khoa học và Công nghệ tỉnh Lai Châu", "role": "publisher"}]
    figures = next(one for one in package["resources"] if one["path"] == "figures.csv")
    status = next(field for field in figures["schema"]["fields"] if field["name"] == "status")
    assert status["constraints"]["enum"] == ["published", "provisional", "withheld", "not_reported"]


def test_sdmx_is_read_back_with_its_structure(folder):
    sdmx = pytest.importorskip("sdmx", reason="a development package: make install brings it")
    message = sdmx.read_sdmx(folder / "sdmx" / "structure.xml")
    structure = message.structure["DSD_LAICHAU_ST"]
    assert [d.id for d in structure.dimensions.components] == [
        "INDICATOR",
        "REF_AREA",
        "BREAKDOWN",
        "STATISTIC",
        "TIME_PERIOD",
    ]
    assert str(message.codelist["CL_AREA"]["107"].name.localizations["vi"]) == "Huyện Mường Tè"
    data = sdmx.read_sdmx(folder / "sdmx" / "figures.csv", structure=structure)
    tasks = next(
        one for one in data.data[0].obs
        if [v.value for v in one.dimension.values.values()] == ["NV_T", "12", "_T", "VAL", "2020-01-01/P2Y"]
    )  # fmt: skip
    assert (str(tasks.value), tasks.attached_attribute["OBS_STATUS"].value) == ("46", "A")


def test_every_code_of_the_data_stands_in_its_list(files):
    codes: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(files["codes.csv"].decode())):
        codes.setdefault(row["list"], set()).add(row["code"])
    for column, name in (
        ("INDICATOR", "CL_INDICATOR"), ("REF_AREA", "CL_AREA"), ("BREAKDOWN", "CL_BREAKDOWN"), ("STATISTIC", "CL_STATISTIC"),
        ("OBS_STATUS", "CL_OBS_STATUS"), ("UNIT_MEASURE", "CL_UNIT_MEASURE"), ("STAGE", "CL_STAGE"),
    ):  # fmt: skip
        assert {row[column] for row in observations(files)} <= codes[name]


def test_status_coverage_and_range_go_with_the_observation(files):
    found = {
        (r["INDICATOR"], r["REF_AREA"], r["BREAKDOWN"], r["TIME_PERIOD"], r["STATISTIC"]): r
        for r in observations(files)
    }
    share = found["ISO", "12", "_T", "2020", "VAL"]
    assert (share["OBS_STATUS"], share["COVERAGE_REPORTED"], share["COVERAGE_EXPECTED"], share["COVERAGE_MISSING"]) == (
        "P", "8", "9", "107",
    )  # fmt: skip
    assert (share["NUMERATOR"], share["DENOMINATOR"], share["UNIT_MEASURE"]) == ("105", "111", "PERCENT")
    ends = [found["GT", "12", "_T", "2020-01-01/P2Y", end]["OBS_VALUE"] for end in ("MIN", "MAX")]
    assert ends == ["20", "30"]
    none = found["ISO", "107", "_T", "2020", "VAL"]
    assert (none["OBS_VALUE"], none["OBS_STATUS"]) == ("", "O")


@pytest.mark.parametrize(
    ("code", "said"),
    [("2021", "2021"), ("2021-H1", "2021-S1"), ("2021-Q3", "2021-Q3"), ("2021-06", "2021-06"), ("2022-01-22", "2022-01-22"),
     (SPAN, "2020-01-01/P2Y"), ("2021-Q1..2021-Q2", "2021-01-01/P6M")],
)  # fmt: skip
def test_a_period_is_written_as_sdmx_has_it(code, said):
    assert time_period(code) == said


def test_the_notes_tell_figures_changes_and_gaps_in_both_languages(content):
    moved = (Move("NV.T", "108", SPAN, (), "6", "5"), Move("SP.HA", "12", SPAN, (), "1170.7", "1234.5"))
    vietnamese, english = release_notes(replace(content, moved=moved)).decode().split("\n---\n")
    assert "| Nhãn hiệu được chấp nhận đơn | 80 nhãn hiệu | 2020–2021 | Công bố | 16/16 |" in vietnamese
    assert "| Quy mô | Tỉnh Lai Châu | 2020–2021 | 1.170,7 | 1.234,5 |" in vietnamese
    assert "- Huyện Nậm Nhùn, 01/KHCN-H, năm 2021: Chưa gửi" in vietnamese
    assert "| Area | Tỉnh Lai Châu | 2020–2021 | 1,170.7 | 1,234.5 |" in english


def test_a_text_cannot_become_a_column_or_a_tag(content):
    known = content.reference.indicators
    spoilt = known | {"NV.T": replace(known["NV.T"], title_vi="A|B <b>")}
    reference = replace(content.reference, indicators=spoilt)
    assert "| A\\|B &lt;b> | 46 nhiệm vụ |" in release_notes(replace(content, reference=reference)).decode()
