"""The verdict of the night before the night: workbooks and reference data judged, nothing stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from etl.model.findings import Finding
from etl.model.reference import Reference
from etl.pipeline import isolated, validate
from etl.settings import Settings
from etl.store.inbox import arrived


def check_reference(settings: Settings) -> list[str]:
    """Every fault of the reference data and suites at once."""
    from etl.store.reference import faults

    return faults(settings.reference, settings.expectations)


def check_files(settings: Settings, reference: Reference, paths: Sequence[Path]) -> list[Finding]:
    """The whole verdict of some workbooks, without touching the store; read in isolation as at night."""
    items = [(name, hashlib.sha256(data).hexdigest(), data) for name, data in arrived(paths)]
    files = validate(reference, isolated(settings, reference, "etl.reader:read_given", items)) if items else []
    return [f for file in files for f in (*file.findings, *(g for r in file.readings for g in r.findings))]
