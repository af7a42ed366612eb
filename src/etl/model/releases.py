"""What a release holds: figures, who reported, what was found, and on what it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from etl.model.claims import Claim
from etl.model.figures import OFFICIAL
from etl.model.findings import Finding
from etl.model.reference import Reference, Report
from etl.model.rows import Rows
from etl.model.series import Figures

MISSING = "missing"
REPORTED = frozenset({"accepted", "accepted_with_warnings"})


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms figures go out. by, reason: who answers for an official release, and why it goes out now.

    stage: estimated, preliminary or official; without one that of the newest release, official where there is none.
    """

    kind: str = "provisional"
    by: str = ""
    reason: str = ""
    stage: str | None = None


PROVISIONAL = Terms()


@dataclass(frozen=True, slots=True)
class StatusRow:
    """What became of one (unit, form, period) of the calendar. state: a submission's state, or `missing`."""

    unit: str
    form: str
    period: str
    role: str
    state: str
    file: str | None = None
    revision: int | None = None
    received_at: datetime | None = None
    late: bool = False
    nil: bool = False
    submission: str | None = None
    deadline: date | None = None

    @property
    def reported(self) -> bool:
        return self.state in REPORTED

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl status --json`."""
        return {
            "unit": self.unit, "form": self.form, "period": self.period, "role": self.role, "state": self.state,
            "file": self.file, "revision": self.revision,
            "received_at": self.received_at.isoformat() if self.received_at else None, "late": self.late,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contribution:
    """One cell behind a figure, or a submission that did not count (then without a cell).

    text: what stands in the sender's cell; None where it was not looked at. value: what was read from it, exact.
    """

    unit: str
    submission: str
    file: str
    sheet: str | None
    cell: str | None
    text: str | None
    value: str | None
    revision: int
    counted: bool
    why: str

    def as_json(self) -> dict[str, Any]:
        """The documented shape of `etl trace --json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Move:
    """One figure that the release before told otherwise; exact texts, None where one of the two has no such number."""

    indicator: str
    unit: str
    period: str
    breakdown: tuple[tuple[str, str], ...]
    before: str | None
    after: str | None


#: indicator, unit, period: a figure that is no part of a breakdown
FigureKey = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class ReleaseContent:
    """Everything that the documents of one release are written from. Reports see this and nothing else.

    Each is itself alone, never equal to another: what is put in order for one document is kept for the next.

    created_at: the ledger's time of the release (Asia/Ho_Chi_Minh). rows: table id → current rows, public columns.
    sources: what stands behind each figure that is no part of a breakdown; of the report's own unit also what did not count.
    claims: what levels say of themselves, beside what was computed.
    previous: the release of this report and period before this one. moved: figures that are not what that one said.
    """

    number: int
    kind: str
    period: str
    created_at: datetime
    report: Report
    reference: Reference
    figures: Figures
    status: tuple[StatusRow, ...]
    findings: tuple[Finding, ...]
    rows: Mapping[str, Rows] = field(default_factory=dict)
    ledger_position: int = 0
    version: str = ""
    by: str = ""
    reason: str = ""
    previous: int | None = None
    stage: str = OFFICIAL
    sources: Mapping[FigureKey, tuple[Contribution, ...]] = field(default_factory=dict)
    moved: tuple[Move, ...] = ()
    claims: tuple[Claim, ...] = ()

    def unit_title(self, code: str) -> str:
        """The name of a unit as it was in the release's last period."""
        from etl.model.periods import parse_period

        day = parse_period(self.period).end
        unit = self.reference.units.get(code, day) or next(
            (u for u in self.reference.units.all if u.code == code), None
        )
        return unit.title if unit else code
