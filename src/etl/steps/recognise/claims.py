"""What each sheet claims to be, and what becomes of the claims of one workbook together."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import lru_cache

from etl.errors import UsageError
from etl.model.decisions import case_of
from etl.model.findings import Finding
from etl.model.grids import a1
from etl.model.periods import Period, parse_period
from etl.model.reference import Reference
from etl.model.submissions import Evidence, Layout, Recognised
from etl.model.units import Unit
from etl.steps.recognise.claim import Claim
from etl.steps.recognise.parts import split
from etl.steps.recognise.sources import fill_in, name_fields
from etl.steps.recognise.titles import signed_below
from etl.steps.recognise.units import UnitMatch, named_in, near, resolve, resolve_all
from etl.steps.recognise.wordings import wordings_of
from etl.text.dates import find_revision
from etl.text.names import squeeze

#: sources that are no cell of the sheet
NAMES = frozenset({"sheet", "file"})
#: sources by which several periods may stand in one workbook
BESIDE = frozenset({"sheet", "row", "heading"})


def settle(file_name: str, claims: list[Claim], reference: Reference, findings: list[Finding]) -> list[Recognised]:
    """Turn claims into submissions: same form, unit and period on two sheets are one; other years' sheets stay out."""
    for claim in claims:
        fill_in(claim.title, claim.form, reference, claim.sheet.name, file_name)
        name_fields(claim, file_name, reference)
    claims = [part for claim in claims for part in split(claim, reference)]
    main = _main_period(claims)
    found: dict[tuple[str, str, str], Recognised] = {}
    taken: list[tuple[tuple[str, str, str], Claim]] = []
    for claim in claims:
        period = _period(claim, reference, findings)
        if period is None:
            continue
        unit = _unit(claim, file_name, period, reference, findings)
        if unit is None:
            continue
        notes = _period_notes(claim, period, main, reference)
        if notes is None:
            findings.append(_hidden_other_period(claim, reference))
            continue
        key = (claim.form.id, unit.code, period.code)
        submission = found.get(key) or Recognised(*key)
        if key in found:
            again = _again(claim, [c for c in taken if c[0] == key])
            if again == "copy":
                findings.append(reference.messages["N.sheet-twice"].finding(sheet=claim.place, value=claim.sheet.name))
                continue
            if again == "other":
                notes = [
                    *notes,
                    reference.messages["S10.twice"].finding(
                        sheet=claim.place, value=claim.sheet.name, proposal="reject"
                    ),
                ]
        taken.append((key, claim))
        found[key] = submission
        submission.findings += notes
        _add(submission, claim, unit, file_name, period, reference)
    return list(found.values())


def _again(claim: Claim, before: list[tuple[tuple[str, str, str], Claim]]) -> str:
    """A second sheet of the same form, unit and period: a copy, another version, or (no row in common) its next part."""
    known = {row for _, other in before for row in _row_texts(other)}
    mine = _row_texts(claim)
    if mine <= known:
        return "copy"
    named = {(table, other.tables.given.get(table)) for _, other in before for table in other.tables.headers}
    fixed = any(
        claim.form.table(table).kind == "matrix" and (table, claim.tables.given.get(table)) in named
        for table in claim.tables.headers
    )
    return "other" if fixed or mine & known else "part"


def _row_texts(claim: Claim) -> set[tuple[str, ...]]:
    """Each row of the claim's tables as its cells read, running numbers aside."""
    found: set[tuple[str, ...]] = set()
    for name, header in claim.tables.headers.items():
        spec = claim.form.table(name)
        columns = sorted(m.column for m in header.matches.values() if spec[m.field].type != "ordinal")
        columns += sorted(header.members)
        given = [text for _, text in claim.tables.given.get(name, ())]
        for line in claim.tables.extents[name].lines:
            found.add((name, *given, *(str(claim.sheet.grid.at(line.row, column)).strip() for column in columns)))
    return found


def _main_period(claims: list[Claim]) -> str | None:
    """The period of most visible sheets (events aside): another one beside it is last year's sheet left in."""
    counts = Counter(c.title.period for c in claims if c.title.period and c.form.period_kind != "event")
    visible = Counter(
        c.title.period for c in claims if c.title.period and c.form.period_kind != "event" and c.sheet.grid.visible
    )
    best = (visible or counts).most_common(1)
    return best[0][0] if best else None


def _period(claim: Claim, reference: Reference, findings: list[Finding]) -> Period | None:
    title, messages = claim.title, reference.messages
    if title.period is None:
        at = title.period_at
        about = {"cell": at.cell, "value": at.text} if at else {}
        findings.append(messages["S3.no-period"].finding(form=claim.form.id, sheet=claim.place, **about))
        return None
    try:
        period = parse_period(title.period)
    except UsageError:
        findings.append(messages["S3.no-period"].finding(form=claim.form.id, sheet=claim.place, value=title.period))
        return None
    return period


def _unit(claim: Claim, file_name: str, period: Period, reference: Reference, findings: list[Finding]) -> Unit | None:
    title, form = claim.title, claim.form
    text = squeeze(title.unit_at.text) if title.unit_at else ""
    match = resolve(reference, text, period.end, form.senders) if text else None
    if match is not None:
        return match.unit
    cell = title.unit_at.cell if title.unit_at else None
    about = {"form": form.id, "sheet": claim.place, "cell": cell, "value": text or None, "period": period.code}
    if several := resolve_all(reference, text, period.end, form.senders):
        return _chosen_unit(several, about | {"file": file_name}, reference, findings)
    other = resolve(reference, text, period.end, ()) if text else None
    if other is not None:
        code = "S2.not-allowed"
    elif text and (close := near(reference, text, period.end, form.senders)):
        names = ", ".join(unit.title for unit in close)
        findings.append(reference.messages["S2.near-unit"].finding(**about, expected=names, proposal=close[0].code))
        return None
    else:
        code = "S2.unknown-unit" if text else "S2.no-unit"
    known = ", ".join(
        u.title for u in reference.units.on(period.end) if u.level in form.senders or u.code in form.senders
    )
    findings.append(
        reference.messages[code].finding(**about, expected=known if len(known) < 400 else known[:400] + " …")
    )
    return None


def _chosen_unit(
    several: tuple[UnitMatch, ...], about: dict[str, str | None], reference: Reference, findings: list[Finding]
) -> Unit | None:
    """The one of several units of the name that a person said this file is of; until then it waits."""
    names = " / ".join(f"{match.unit.title} ({match.unit.code})" for match in several)
    told = reference.messages["S2.several-units"].finding(**about, expected=names, proposal=several[0].unit.code)
    decision = reference.decided.get(case_of(told))
    chosen = next((m.unit for m in several if decision is not None and m.unit.code == decision.answer), None)
    if chosen is None:
        findings.append(told)
    return chosen


def _period_notes(claim: Claim, period: Period, main: str | None, reference: Reference) -> list[Finding] | None:
    """Findings about the period; None for a hidden sheet of another period, which is no submission at all."""
    asked = _asked(reference, claim.form.id)
    about = {
        "sheet": claim.place, "cell": claim.title.period_at.cell if claim.title.period_at else None,
        "value": period.code, "expected": main or "",
    }  # fmt: skip
    alone = claim.form.period_kind == "event" or not BESIDE.isdisjoint(
        claim.form.period_from
    )  # a sheet, a row or a column a period is as it should be
    other = main is not None and not alone and period.code != main
    if other and not claim.sheet.grid.visible:
        return None
    if other:
        return [reference.messages["S3.other-sheet"].finding(**about, proposal="reject")]
    if period.code not in asked:
        near = sorted(asked, key=lambda code: (abs(parse_period(code).start - period.start), code))[:6]
        expected = ", ".join(sorted(near))
        return [reference.messages["S3.not-asked"].finding(**{**about, "expected": expected})]
    return []


@lru_cache(maxsize=256)
def _asked(reference: Reference, form: str) -> frozenset[str]:
    """The periods for which the calendar expects the form."""
    return frozenset(e.period.code for e in reference.calendar if e.form == form)


def _hidden_other_period(claim: Claim, reference: Reference) -> Finding:
    at = claim.title.period_at
    return reference.messages["S3.hidden-sheet"].finding(
        form=claim.form.id, sheet=claim.place, cell=at.cell if at else None, value=claim.title.period
    )


def _add(
    submission: Recognised, claim: Claim, unit: Unit, file_name: str, period: Period, reference: Reference
) -> None:
    """Put one sheet's part into the submission: blocks, lines, evidence, findings."""
    first_part = not submission.sheets
    submission.sheets.append(claim.sheet.name)
    for table in claim.tables.headers:
        _add_table(submission, claim, table)
    submission.nil = submission.nil or any(e.nil_at is not None for e in claim.tables.extents.values())
    if (signed := signed_below(claim.sheet, claim.tables.end, claim.rows[1])) is not None:
        submission.signed = max(submission.signed or date.min, signed[0])
        if signed[0] < period.end:
            about = {"sheet": claim.place, "cell": signed[1].cell, "value": f"{signed[0]:%d/%m/%Y}"}
            submission.findings.append(
                reference.messages["S11.signed"].finding(**about, expected=f"{period.end:%d/%m/%Y}")
            )
    submission.stated_revision = max(submission.stated_revision, claim.title.revision, find_revision(file_name))
    submission.evidence += _evidence(claim, unit, period) + claim.tables.evidence
    findings = claim.tables.findings + claim.notes + _doubts_elsewhere(claim, reference)
    if first_part:
        findings = findings + _name_notes(claim, unit, file_name, period, reference)
    submission.findings += findings + _measures(submission, claim, reference)


def _add_table(submission: Recognised, claim: Claim, table: str) -> None:
    extent = claim.tables.extents[table]
    layout = submission.layouts.get(table)
    known = layout.blocks if layout else ()
    added = claim.tables.blocks(claim.sheet.name, claim.form.table(table))
    submission.layouts[table] = Layout(table, (*known, *added))
    for kept, lines in ((submission.lines, extent.lines), (submission.totals, extent.totals)):
        for number in range(len(known), len(known) + len(added)):
            of_block = [ln._replace(block=number) for ln in lines] if number else lines  # which are the first block's
            kept.setdefault(table, []).extend(of_block)


def _doubts_elsewhere(claim: Claim, reference: Reference) -> list[Finding]:
    """Two readers disagree outside the rows that were found: a heading, a total, or a row that one of them lost."""
    grid, (first, end) = claim.sheet.grid, claim.rows
    if not grid.doubts:
        return []
    lines = {line.row for extent in claim.tables.extents.values() for line in extent.lines}
    found = [
        at for at in sorted(grid.doubts)
        if at[0] >= first and (at[0] < end or end >= claim.sheet.end) and at[0] not in lines
    ]  # fmt: skip
    if not found:
        return []
    mine, other = str(grid.at(*found[0])), grid.doubts[found[0]][1]
    return [
        reference.messages["R.two-readers"].finding(
            sheet=claim.place, cell=a1(*found[0]), value=f"{mine or '∅'} / {other}", count=len(found), proposal="reject"
        )
    ]


def _evidence(claim: Claim, unit: Unit, period: Period) -> list[Evidence]:
    marker, title, sheet = claim.marker, claim.title, claim.sheet.name
    found = [Evidence("form", sheet, marker.place.cell, marker.place.text, marker.matched, marker.score)]
    if title.unit_at is not None:
        score = title.unit.score if title.unit else 90
        place = None if title.sources.get("unit") in NAMES else title.unit_at.cell
        found.append(Evidence("unit", sheet, place, title.unit_at.text, unit.title, score))
    if title.period_at is not None:
        place = None if title.sources.get("period") in NAMES else title.period_at.cell
        found.append(Evidence("period", sheet, place, title.period_at.text, period.code, 100))
    if title.revision_at is not None:
        found.append(
            Evidence("revision", sheet, title.revision_at.cell, title.revision_at.text, str(title.revision), 100)
        )
    return found


def _name_notes(claim: Claim, unit: Unit, file_name: str, period: Period, reference: Reference) -> list[Finding]:
    """The file's name against the content, and an unusual spelling of the unit's name."""
    found: list[Finding] = []
    at = claim.title.unit_at
    about = {"sheet": claim.place, "cell": at.cell if at else None, "value": at.text if at else None}
    named = named_in(reference, file_name, period.end, claim.form.senders)
    if named and unit.code not in {u.code for u in named} and claim.title.sources.get("unit") not in ("row", "heading"):
        other = ", ".join(u.title for u in named)
        found.append(
            reference.messages["S2.file-name"].finding(**about, expected=other, name=file_name, unit_title=unit.title)
        )
    usual = {unit.name, unit.title, *unit.aliases, f"UBND {unit.type} {unit.name}"}
    if at is not None and at.text not in usual and "unit" not in claim.title.sources:
        found.append(reference.messages["N.unit-variant"].finding(**about, expected=f"{unit.code} {unit.title}"))
    return found


def _measures(submission: Recognised, claim: Claim, reference: Reference) -> list[Finding]:
    """The declared unit of measure: known or refused; another one of the same dimension converts, and is told."""
    wordings = wordings_of(reference)
    found: list[Finding] = []
    for place in claim.title.measures:
        _, colon, rest = place.text.partition(":")
        text = (rest if colon else place.text).strip().strip("().")
        if not text:
            continue
        about = {"sheet": claim.place, "cell": place.cell, "value": squeeze(place.text)}
        parts = (
            [text] if wordings.measure(text) else [p.strip() for p in text.replace(";", ",").split(",") if p.strip()]
        )
        unknown = [part for part in parts if wordings.measure(part) is None]
        if unknown:
            expected = claim.form.unit_of_measure or ""
            found.append(reference.messages["U.unknown-measure"].finding(**about, expected=expected))
        elif len(parts) == 1:
            found += _convert(submission, claim, parts[0], about, reference)
    return found


def _convert(
    submission: Recognised, claim: Claim, text: str, about: dict[str, str | None], reference: Reference
) -> list[Finding]:
    declared = wordings_of(reference).measure(text)
    told = False
    for table in claim.tables.headers:
        for spec in claim.form.table(table).fields:
            own = wordings_of(reference).measure(spec.unit_of_measure) if spec.unit_of_measure else None
            if own and declared and own.dimension == declared.dimension and own.factor != declared.factor:
                submission.factors[spec.id] = (Decimal(declared.factor) / Decimal(own.factor), declared.name)
                told = True
    if not told:
        return []
    expected = claim.form.unit_of_measure or ""
    return [reference.messages["U.converted"].finding(**about, expected=expected)]
