"""From figures to a numbered release: what it would say, whether it may go out, and its folder with all documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import etl
from etl.errors import FiguresMoved, HoldsOpen, ReleaseExists, UsageError
from etl.model.decisions import knowledge_hash
from etl.model.figures import OFFICIAL, STAGES, STAGES_VI
from etl.model.periods import Period
from etl.model.reference import Report
from etl.model.releases import PROVISIONAL, ReleaseContent, Terms
from etl.pipeline import Stores, consolidate, keep_basis
from etl.store.ledger import PUBLISHED, ReleaseRecord

if TYPE_CHECKING:
    from etl.consolidation.figures import Consolidated


def release(
    stores: Stores,
    consolidated: Consolidated,
    at: datetime,
    terms: Terms = PROVISIONAL,
    *,
    open_holds: bool = False,
    seen: str | None = None,
) -> tuple[ReleaseRecord, bool]:
    """Figures → a numbered, immutable folder with its documents. Returns the release and whether it is new.

    The same figures on the same rows as the newest release of this report and period make no new one. Where another run
    was faster, the next number is taken, and what it had seen is seen here too. Raises ReleaseRefused, before anything
    is written, where the figures contradict one another in a way that checks.csv calls critical.

    Raises UsageError where the report and period had reached a later stage: figures do not become less final again.
    open_holds: an official release although questions wait for a person, which the ledger then notes; without it such a
    release raises HoldsOpen.

    seen: the fingerprint of what a person has approved. Raises FiguresMoved where it is not what would go out.
    """
    from etl.consolidation.content import fingerprint

    done = consolidated
    while True:
        content = proposed(stores, done, at, terms)
        number, figures_hash = content.number, fingerprint(content)
        if seen not in (None, figures_hash):
            raise FiguresMoved
        keep_basis(stores, done.reference)
        same = newest(stores, done.report, done.period)
        if same and same.figures_sha256 == figures_hash and same.kind in (terms.kind, OFFICIAL):
            return _placed(stores, same), False
        waiting = _open_holds(done, terms, open_holds)
        record = ReleaseRecord(
            number, content.period, content.report.id, terms.kind, at, str(number), content.reference.hash,
            content.reference.suite_hash, etl.__version__, done.ledger_position, figures_hash, PUBLISHED, terms.by, terms.reason,
        )  # fmt: skip
        content = _with_sources(stores, content, done)
        try:
            _publish(stores, with_moves(stores, content), record, waiting)
        except ReleaseExists:
            done = consolidate(stores, done.report, done.period)
            continue
        write_index(stores)
        return _placed(stores, record), True


def _with_sources(stores: Stores, content: ReleaseContent, done: Consolidated) -> ReleaseContent:
    """The same with what stands behind its figures, from the ledger at the position that they have seen."""
    from etl.consolidation.content import with_sources

    with stores.ledger.snapshot() as now:  # where nothing was recorded since it says the same as its past, and sooner
        same = now.position() == done.ledger_position
        return with_sources(content, done, now if same else stores.ledger.at(done.ledger_position), stores.lake)


def proposed(stores: Stores, done: Consolidated, at: datetime, terms: Terms = PROVISIONAL) -> ReleaseContent:
    """What a release would say now; nothing is written. Errors as for `release`."""
    from etl.consolidation.content import release_content

    number, reached = stores.ledger.next_release_number(), _stage(stores, done, terms.stage)
    return release_content(done, number, at, terms.kind, etl.__version__, terms.by, terms.reason, reached)


def with_moves(stores: Stores, content: ReleaseContent) -> ReleaseContent:
    """The same with what is not as the release before of its report and period said."""
    from etl.consolidation.content import previous_of, with_previous
    from etl.consolidation.moves import FIGURES

    previous = previous_of(stores.ledger.releases(), content.report.id, content.period, content.number)
    if previous is None:
        return content
    with stores.releases.open(previous, FIGURES) as figures:
        return with_previous(content, previous, figures)


def newest(stores: Stores, report: Report, period: Period) -> ReleaseRecord | None:
    """The newest release of a report and period that was not recalled."""
    key = (report.id, period.code, PUBLISHED)
    return next((r for r in reversed(stores.ledger.releases()) if (r.report, r.period, r.state) == key), None)


def _stage(stores: Stores, done: Consolidated, wanted: str | None) -> str:
    from etl.consolidation.content import stages_of

    if wanted is not None and wanted not in STAGES:
        raise UsageError(f"Không có giai đoạn “{wanted}” / no stage {wanted!r}: {', '.join(STAGES)}")
    last = newest(stores, done.report, done.period)
    if last is None:
        return wanted or OFFICIAL
    reached = stages_of(stores.ledger.events(kinds=("release",)))[last.number]
    if wanted is None or STAGES.index(wanted) >= STAGES.index(reached):
        return wanted or reached
    raise UsageError(
        f"Kỳ {done.period.code} đã có số {STAGES_VI[reached]} (bản {last.number}), không quay lại số {STAGES_VI[wanted]} / "
        f"period {done.period.code} has {reached} figures (release {last.number}) and does not go back to {wanted} ones"
    )


def _open_holds(done: Consolidated, terms: Terms, allowed: bool) -> dict[str, list[str]]:
    """What the ledger notes of an official release that goes out while questions wait. Raises HoldsOpen where it may not."""
    if terms.kind != OFFICIAL or not done.waiting:
        return {}
    if not allowed:
        raise HoldsOpen([(f.id, "!".join(p for p in (f.file, f.sheet, f.cell) if p)) for f in done.waiting])
    return {"open_holds": sorted({f.id for f in done.waiting})}


def _publish(
    stores: Stores, content: ReleaseContent, record: ReleaseRecord, waiting: Mapping[str, Sequence[str]]
) -> None:
    """Write all documents where nobody looks; then, in one step, the number is taken and the folder is in its place."""
    from etl.consolidation.content import files_of_release, versions

    made_with = versions()
    with stores.releases.draft() as draft:
        files_of_release(content, made_with, draft)
        basis = {"sums": draft.seal(), "versions": made_with, "knowledge": knowledge_hash(content.reference.decided)}
        basis |= {"stage": content.stage, **waiting}
        stores.ledger.add_release(record, basis, lambda: stores.releases.put(draft, record.number))


def _placed(stores: Stores, record: ReleaseRecord) -> ReleaseRecord:
    """The ledger keeps no place of a machine: the folder is where the stores are."""
    return replace(record, folder=stores.releases.where(record.number))


def write_index(stores: Stores) -> None:
    """Say beside the release folders which releases there are, and which were recalled, by whom and why."""
    from etl.consolidation.content import index_of

    stores.releases.write_index(*index_of(stores.ledger, stores.reference.reports))
