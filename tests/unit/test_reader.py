"""What a reading worker does with one file."""

from __future__ import annotations

import hashlib

import pytest

from etl import reader
from etl.errors import ReferenceDataError
from etl.model.reference import Reference
from tests.conftest import SAMPLES

FILE = SAMPLES / "BC_KHCN_2021_SinHo.xlsx"


def read(reference: Reference) -> reader.FileReading:
    data = FILE.read_bytes()
    return reader.read_bytes(FILE.name, hashlib.sha256(data).hexdigest(), data, "check", reference)


def test_what_nobody_foresaw_in_a_file_is_that_file_s_end_and_told(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise OverflowError("int too big to convert")

    monkeypatch.setattr(reader, "normalise", breaks)
    found = read(reference)

    assert (found.readings, [(f.code, f.severity, f.value) for f in found.findings]) == (
        [],
        [("F.unreadable", "critical", "reader_died")],
    )


def test_faulty_reference_data_still_stop_the_run(reference: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise ReferenceDataError(["forms/sp.yaml: x"])

    monkeypatch.setattr(reader, "normalise", refuses)
    with pytest.raises(ReferenceDataError):
        read(reference)
