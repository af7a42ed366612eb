"""What an official release would say, for the person who approves it: what changes, who is missing, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from etl.model.figures import OFFICIAL
from etl.model.findings import Finding
from etl.model.releases import Move, ReleaseContent, StatusRow, Terms
from etl.pipeline import Stores
from etl.releasing import newest, proposed, with_moves
from etl.store.ledger import ReleaseRecord

if TYPE_CHECKING:
    from etl.consolidation.figures import Consolidated


@dataclass(frozen=True, eq=False)
class Proposal:
    """What would be published. seen: its fingerprint; standing: the release that says the same and is official already.

    holds: what waits for a decision in its scope, as `release` asks about it.
    """

    content: ReleaseContent
    seen: str
    standing: ReleaseRecord | None
    holds: tuple[Finding, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """Figures that the release before told otherwise, those of the report's own unit first."""
        own = self.content.report.unit
        return tuple(sorted(self.content.moved, key=lambda m: (m.unit != own, bool(m.breakdown))))

    @property
    def expected(self) -> tuple[StatusRow, ...]:
        return tuple(row for row in self.content.status if row.role == "expected")

    @property
    def missing(self) -> tuple[StatusRow, ...]:
        """What was expected and does not count: not sent, sent back, or waiting."""
        return tuple(row for row in self.expected if not row.reported)

    @property
    def waivers(self) -> tuple[tuple[str, str], ...]:
        """The waivers that it rests on, each in Vietnamese and in English, with who signed it and why."""
        from etl.report.notes import waivers

        return tuple((f"{rule.vi}: {said.vi}", f"{rule.en}: {said.en}") for rule, said in waivers(self.content))


def proposal(stores: Stores, done: Consolidated, at: datetime) -> Proposal:
    """What an official release of these figures would say; nothing is written. Raises ReleaseRefused as `release` does."""
    from etl.consolidation.content import fingerprint

    content = proposed(stores, done, at, Terms(OFFICIAL))
    seen, last = fingerprint(content), newest(stores, done.report, done.period)
    same = last if last and (last.kind, last.figures_sha256) == (OFFICIAL, seen) else None
    return Proposal(with_moves(stores, content), seen, same, done.waiting)
