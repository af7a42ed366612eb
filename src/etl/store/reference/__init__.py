"""Read the reference data and the suites into one value, and tell everything that is wrong with them at once.

    files → bytes (hash) → units → forms → words → calendar → indicators → reports → narratives → suites → Reference

What a statistician knows is data: nothing here knows a form, a unit or an indicator by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etl.errors import ReferenceDataError
from etl.model.reference import Reference
from etl.store.reference.across import read_across
from etl.store.reference.calendar import read_calendar
from etl.store.reference.checks import check_forms
from etl.store.reference.faults import Faults
from etl.store.reference.files import digest, files_of
from etl.store.reference.forms import read_forms
from etl.store.reference.higher_forms import check_templates, read_higher_forms
from etl.store.reference.indicators import read_indicators
from etl.store.reference.letters import read_letters
from etl.store.reference.maps import read_maps
from etl.store.reference.narratives import read_narratives
from etl.store.reference.release_checks import read_checks
from etl.store.reference.reports import read_reports
from etl.store.reference.suites import read_suites, rule_ids
from etl.store.reference.units import read_units
from etl.store.reference.words import read_entities, read_headings, read_measures, read_messages, read_values

__all__ = ["faults", "load_reference"]


def load_reference(reference: Path, expectations: Path) -> Reference:
    """Everything under the two folders, checked.

    Raises ReferenceDataError with every fault: file, line or key, what is wrong and how to mend it.
    """
    found = Faults()
    loaded = _load(_files(reference, found), _files(expectations, found), found)
    if found.found:
        raise ReferenceDataError(found.found)
    return loaded


def faults(reference: Path, expectations: Path) -> list[str]:
    """Every fault of the reference data; none for a sound set.

    Beyond what `load_reference` tells: the YAML against its JSON Schemas, keys that stand twice, each piece of SQL tried
    on empty tables, and the templates of higher authorities' forms opened. Takes a second.
    """
    from etl.store.reference.thorough import check_sql, check_yaml

    found = Faults()
    files = _files(reference, found)
    loaded = _load(files, _files(expectations, found), found)
    check_yaml(files, reference / "schemas", found)
    check_sql(loaded, found)
    check_templates(loaded, found)
    return found.found


def _load(files: Mapping[str, bytes], suites: Mapping[str, bytes], found: Faults) -> Reference:
    units = read_units(files, found)
    forms = read_forms(files, found)
    values = read_values(files, found)
    measures = read_measures(files, found)
    entities = read_entities(files, found)
    check_forms(forms, units, values, measures, entities, found)
    calendar = read_calendar(files, forms, units, found)
    indicators = read_indicators(files, forms, units, measures, found)
    tables = {table.id: table for form in forms.values() for table in form.tables}
    loaded_suites = read_suites(suites, tables, found)
    reports = read_reports(files, indicators, calendar, units, found)
    return Reference(
        units=units, forms=forms, headings=read_headings(files, forms, found), values=values, measures=measures,
        calendar=calendar, indicators=indicators, entities=entities,
        reports=reports, narratives=read_narratives(files, reports, indicators, entities, units, found),
        letters=read_letters(files, reports, found),
        higher_forms=read_higher_forms(files, reports, indicators, units, found),
        maps=read_maps(files, units, found), messages=read_messages(files, found),
        suites=loaded_suites, checks=read_checks(files, indicators, found),
        across=read_across(files, tables, indicators, rule_ids(loaded_suites), found), hash=digest(files), suite_hash=digest(suites),
    )  # fmt: skip


def _files(folder: Path, found: Faults) -> dict[str, bytes]:
    """Relative path → bytes of every file of the data, in order."""
    if not folder.is_dir():
        found.add(folder.name, "không có thư mục này.", "there is no such folder.")
        return {}
    files = files_of(folder)
    for name in files:
        if name.endswith(".yml"):
            found.add(name, "đổi tên tệp thành .yaml.", "rename the file to .yaml.")
    return files
