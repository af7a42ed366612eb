"""The report and its sign-off sheet as Word documents: the office's own template, filled with the text and figures of a release."""

from __future__ import annotations

from etl.report.letter.form import blank_letter
from etl.report.letter.report import letter
from etl.report.letter.signing import sign_off

__all__ = ["blank_letter", "letter", "sign_off"]
