"""A real ledger on a real SQLite file, and the same on a real PostgreSQL server (mark `postgres`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from etl.model.clock import LOCAL_TIME
from etl.model.findings import Finding
from etl.model.submissions import Block, Delivery, Evidence, FileReading, Layout, Reading, TypedTotal
from etl.store.lake import LakeFile
from etl.store.ledger import FileOutcome, Ledger, ReleaseRecord, Stamp, View, batch_hash

NOON = datetime(2022, 1, 15, 12, tzinfo=LOCAL_TIME)
STAMP = Stamp("reference", "suites", "0.1.0")


class Files:
    """Makes what the pipeline hands to the ledger. Times are minutes after noon of one day."""

    noon, stamp = NOON, STAMP

    def at(self, minutes: float) -> datetime:
        return NOON + timedelta(minutes=minutes)

    def delivery(self, name: str, text: str, minutes: float = 0) -> Delivery:
        sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return Delivery(name, sha256, len(text), self.at(minutes), "tam-duong")

    def outcome(
        self,
        name: str,
        text: str = "",
        minutes: float = 0,
        readings: int = 1,
        about: list[Finding] | None = None,
        **told,
    ) -> FileOutcome:
        """A file of `readings` forms (nv, sp, …); text: its bytes; about: findings about the file itself."""
        delivery = self.delivery(name, text or name, minutes)
        found = [self.reading(delivery, form, **told) for form in ("nv", "sp", "nh")[:readings]]
        return FileOutcome(delivery, FileReading(name, delivery.sha256, found, about or []))

    def reading(
        self, delivery: Delivery, form: str = "nv", unit: str = "106", period: str = "2021", content: str = "", **told
    ) -> Reading:
        block = Block("Biểu 01", {"name": 1, "budget": 8}, (6, 8), 10, 12)
        return Reading(
            submission=f"{form}-{unit}-{period}-{delivery.sha256[:8]}",
            form=form,
            unit=unit,
            period=period,
            file=delivery.name,
            sha256=delivery.sha256,
            sheets=("Biểu 01",),
            layouts={form: Layout(form, (block,))},
            rows={form: pa.table({"name": ["a", "b", "c"]})},
            totals=[TypedTotal(form, 0, 13, "budget", "1234.5")],
            evidence=[Evidence("form", "Biểu 01", "A1", "Biểu số: 01/KHCN-H", "01/KHCN-H", 100)],
            content=content or delivery.sha256,
            **told,
        )

    def lake_files(self, batch: str, outcomes: list[FileOutcome]) -> list[LakeFile]:
        tables = sorted({reading.form for outcome in outcomes for reading in outcome.reading.readings})
        return [LakeFile(table, f"{table}/{batch}.parquet", "0" * 64, 3, 1000) for table in tables]

    def batch(self, *outcomes: FileOutcome) -> str:
        return batch_hash((outcome.delivery.sha256 for outcome in outcomes), STAMP)

    def record(self, ledger: Ledger, *outcomes: FileOutcome, minutes: float = 60):
        """Record these files as one batch, with the Parquet files that they would have."""
        batch = self.batch(*outcomes)
        return ledger.record_batch(batch, outcomes, self.lake_files(batch, list(outcomes)), self.at(minutes), STAMP)

    def states(self, ledger: Ledger) -> dict[str, str]:
        """File → state, in a ledger where each file holds one submission."""
        return {submission.file: submission.state for submission in ledger.submissions()}


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/sổ cái/ledger.sqlite"


@pytest.fixture
def ledger(url) -> Iterator[Ledger]:
    """At the end of every test the ledger's past, asked at its last position, must say what its present says.

    Asked about a few the present looks at these alone, the past at everything.
    """
    ledger = Ledger.open(url)
    yield ledger
    if ledger.verify_chain() == []:
        past = ledger.at(ledger.position())
        assert all_of(past) == all_of(ledger)
        assert few_of(past, ledger) == few_of(ledger, ledger)
        came, told = ledger.deliveries(), ledger.findings()
        some = {one.sha256 for one in came[::2]}
        names = {one.name for one in came if one.sha256 in some}
        assert ledger.deliveries_of(sha256s=some) == [one for one in came if one.sha256 in some]
        assert ledger.deliveries_of(ids={one.id for one in came}, names=names) == came
        assert [f for f in ledger.findings_of(some) if f.file in names] == ledger.findings_of(some)
        assert ledger.findings_of({one.sha256 for one in came}) == told


def all_of(view: View) -> tuple[object, ...]:
    """Everything that a consolidation asks of a ledger."""
    return (view.deliveries(), view.submissions(), view.current(), view.current(superseded=True), view.findings())


def few_of(view: View, ledger: Ledger) -> tuple[object, ...]:
    """What a night asks of a ledger about every second of its submissions and files."""
    names, came = [s.submission for s in ledger.submissions()][::2], ledger.deliveries()[::2]
    return (
        view.submissions_named(names), view.submissions_of({one.sha256 for one in came}),
        view.senders({one.name for one in came}), view.names(), view.findings_for(names),
    )  # fmt: skip


@pytest.fixture
def release():
    def make(number: int, **told) -> ReleaseRecord:
        fixed = {"period": "2020..2021", "report": "khcn", "kind": "provisional", "created_at": NOON}
        hashes = {"reference_hash": "reference", "suite_hash": "suites", "figures_sha256": "a" * 64}
        place = {"folder": f"releases/{number}", "version": "0.1.0", "ledger_position": 0}
        return ReleaseRecord(number=number, **(fixed | hashes | place | told))

    return make
