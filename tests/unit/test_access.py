"""Nobody but those at the machine comes in without the password, however the settings are put."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from etl.access import Access, access
from etl.errors import UsageError


def header(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_without_settings_only_this_machine_is_served_and_asked_nothing() -> None:
    assert access({}) == Access("127.0.0.1", "")
    assert access({}).admits(None)


@pytest.mark.parametrize("host", ["192.168.1.10", "may-chu.laichau.gov.vn", "0.0.0.0", "::", "fe80::1"])
def test_other_machines_need_a_password(host: str) -> None:
    with pytest.raises(UsageError):
        access({"ETL_UI_HOST": host})


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_every_address_at_once_is_refused_even_with_a_password(host: str) -> None:
    with pytest.raises(UsageError, match=r"192\.168"):
        access({"ETL_UI_HOST": host, "ETL_UI_PASSWORD": "mat-khau-du-dai"})


def test_the_password_of_a_file_lets_in_who_knows_it(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("mat-khau-du-dai\n", "utf-8")
    known = access({"ETL_UI_HOST": "192.168.1.10", "ETL_UI_PASSWORD_FILE": str(tmp_path / "password")})

    assert known.admits(header("etl:mat-khau-du-dai"))
    assert [known.admits(wrong) for wrong in (None, "", header("etl:"), header("etl:mat-khau-du-daj"), "Bearer x")] == [
        False
    ] * 5


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ETL_UI_PASSWORD": "ngan"}, "ít nhất 12"),
        ({"ETL_UI_PASSWORD": "mật khẩu rất dài"}, "không dấu"),
        ({"ETL_UI_PASSWORD": "mat-khau-du-dai", "ETL_UI_USER": "a:b"}, "dấu “:”"),
        ({"ETL_UI_PASSWORD_FILE": "/không/có"}, "không đọc được"),
    ],
)
def test_settings_that_protect_nothing_are_told(settings: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        access(settings)
