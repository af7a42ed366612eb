"""The verdict of the night before the night: workbooks and reference data judged, nothing stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from etl.judging import judge
from etl.model.decisions import in_force
from etl.model.findings import Finding
from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.pipeline import isolated
from etl.settings import Settings
from etl.store.inbox import arrived
from etl.store.ledger import Ledger
from etl.store.reference.learnt import learnt


def check_reference(settings: Settings) -> list[str]:
    """Every fault of the reference data and suites at once."""
    from etl.store.reference import faults

    return faults(settings.reference, settings.expectations)


def judged(settings: Settings, reference: Reference, paths: Sequence[Path], at: datetime) -> list[FileReading]:
    """The whole verdict of some workbooks, as if they arrived now, without touching the store; in isolation as at night."""
    items = [(name, hashlib.sha256(data).hexdigest(), data) for name, data in arrived(paths)]
    if not items:
        return []
    read = isolated(settings, reference, "etl.reader:read_given", items)
    return judge(reference, read, {sha256: at for _, sha256, _ in items})


def all_findings(files: Iterable[FileReading]) -> list[Finding]:
    """Findings of the files and of their submissions."""
    return [f for file in files for f in (*file.findings, *(g for r in file.readings for g in r.findings))]


def reference_of(settings: Settings) -> Reference:
    """The reference data with what was decided since, where there is a ledger already; none is made."""
    from etl.store.reference import load_reference

    reference = load_reference(settings.reference, settings.expectations)
    if settings.database_url.startswith("sqlite") and not (settings.data / "ledger.sqlite").exists():
        return reference
    return learnt(reference, in_force(Ledger.open(settings.database_url).decisions()))
