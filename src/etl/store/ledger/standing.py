"""Which submission of a form, unit and period counts. Pure: the order of arrival in the ledger plays no part.

Only submissions with an accepted verdict that nobody withdrew take part; the others keep their own state. They are
ranked by the revision that the sender states, then by the earliest delivery of their bytes, then by the signed date:

- the highest rank counts, the others are superseded (and come back when it is withdrawn);
- values that are the same as those that count already are no new revision: they *confirm*, and the older file counts;
- two at the highest rank with other values: the first by id goes on counting, the other is *contested* and held until
  one of the two is withdrawn or a later revision arrives. Neither displaces the other without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from etl.model.findings import ACCEPTED, ACCEPTED_WITH_WARNINGS, HELD

SUPERSEDED, WITHDRAWN = "superseded", "withdrawn"
COUNTING = (ACCEPTED, ACCEPTED_WITH_WARNINGS)

Rank = tuple[int, datetime, date]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A submission with what decides whether it counts. content: '' where it is unknown, then it equals no other."""

    submission: str
    verdict: str
    withdrawn: bool
    stated_revision: int
    received_at: datetime
    signed: date | None
    content: str

    @property
    def rank(self) -> Rank:
        return (self.stated_revision, self.received_at, self.signed or date.min)

    def same_as(self, other: Candidate) -> bool:
        return bool(self.content) and self.content == other.content


@dataclass(frozen=True, slots=True)
class Standing:
    """What a submission's state is, and the submission that it confirms or contests, if it does."""

    state: str
    confirms: str | None = None
    contests: str | None = None


def standings(candidates: Iterable[Candidate]) -> dict[str, Standing]:
    """The standing of every submission of one form, unit and period."""
    found: dict[str, Standing] = {}
    counting: list[Candidate] = []
    for candidate in candidates:
        if candidate.withdrawn or candidate.verdict not in COUNTING:
            found[candidate.submission] = Standing(WITHDRAWN if candidate.withdrawn else candidate.verdict)
        else:
            counting.append(candidate)
    return found | _ranked(sorted(counting, key=lambda c: (c.rank, c.submission)))


def _ranked(ordered: list[Candidate]) -> dict[str, Standing]:
    winner: Candidate | None = None
    found: dict[str, Standing] = {}
    for _, group in groupby(ordered, key=lambda c: c.rank):
        lead, *others = group
        if winner is not None and lead.same_as(winner):
            found = {submission: _settled(standing) for submission, standing in found.items()}
            found[lead.submission] = Standing(SUPERSEDED, confirms=winner.submission)
        else:
            winner = lead
            found = {submission: Standing(SUPERSEDED) for submission in found}
        for other in others:
            if other.same_as(lead):
                found[other.submission] = Standing(SUPERSEDED, confirms=winner.submission)
            else:
                found[other.submission] = Standing(HELD, contests=winner.submission)
        found[winner.submission] = Standing(winner.verdict)
    return found


def _settled(standing: Standing) -> Standing:
    """A contest ends when a higher rank arrives; a confirmation stays one while its winner wins."""
    return Standing(SUPERSEDED) if standing.contests else standing
