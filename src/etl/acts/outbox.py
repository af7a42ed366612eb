"""What goes back to the sender of a delivery: its receipt, and its workbook marked where something is to be mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from etl.mail.letters import letter_of
from etl.model.findings import INFO, Finding
from etl.model.periods import parse_period
from etl.pipeline import Stores
from etl.reader import annotated
from etl.report.receipt import STATE_WORDS, Receipt, ReceiptLine, receipt_files
from etl.steps.completeness import is_late
from etl.steps.isolate import Died, Workers
from etl.store.ledger import DeliveryRecord, SubmissionRecord
from etl.store.outbox import Outbox, plain_name, stirred, whose

_UNREADABLE = "F.unreadable"


def renew_outbox(stores: Stores) -> int:
    """Write what goes back for everything that the ledger recorded since the last time; how many deliveries.

    Needs no care from whoever calls it: what a killed run left undone is done by the next one.
    """
    outbox = Outbox(stores.settings.outbox)
    done, position = outbox.position(), stores.ledger.position()
    if done == position:
        return 0
    wanted = stirred(stores.ledger, done if done <= position else 0)  # beyond it: another ledger lay here before
    written = fill_outbox(stores, outbox, wanted)
    outbox.reached(position)
    return written


def fill_outbox(stores: Stores, outbox: Outbox, deliveries: Iterable[DeliveryRecord]) -> int:
    """Write what goes back for each delivery; how many were written. Can be repeated: the same files come out."""
    wanted = list(deliveries)
    if not wanted:
        return 0
    told = _Told.of(stores, wanted)
    receipts = [told.receipt(stores, delivery) for delivery in wanted]
    items = [(r.file, stores.archive.get(r.sha256), r.all_findings, _heads(r)) for r in receipts if _to_mend(r)]
    copies: Iterator[tuple[str, bytes] | Died | None] = iter(())
    if items:
        with Workers("etl.reader:annotated", count=stores.settings.workers) as workers:
            copies = iter(list(workers.map(items)))
    for delivery, receipt in zip(wanted, receipts, strict=True):
        copy = next(copies) if _to_mend(receipt) else None
        outbox.write(told.owner(delivery), delivery.id, _files(receipt, None if isinstance(copy, Died) else copy))
    return len(wanted)


def outbox_files(stores: Stores, delivery: DeliveryRecord) -> Mapping[str, bytes]:
    """Receipt and annotated workbook of one delivery, by file name; the workbook is made in this process."""
    receipt = receipt_of(stores, delivery)
    if not _to_mend(receipt):
        return _files(receipt, None)
    data = stores.archive.get(receipt.sha256)
    return _files(receipt, annotated(receipt.file, data, receipt.all_findings, _heads(receipt)))


def owner(stores: Stores, delivery: DeliveryRecord) -> str:
    """The one unit that a delivery is of; a file of several units or of none is nobody's."""
    return _Told.of(stores, [delivery]).owner(delivery)


def receipt_of(stores: Stores, delivery: DeliveryRecord) -> Receipt:
    """What the sender of a delivery is told; of the same bytes under another name the same, under that name."""
    return _Told.of(stores, [delivery]).receipt(stores, delivery)


@dataclass(frozen=True)
class _Told:
    """What the ledger says of some deliveries: submissions by their bytes, findings by file."""

    submissions: Mapping[str, Sequence[SubmissionRecord]]
    findings: Mapping[str, Sequence[Finding]]

    @classmethod
    def of(cls, stores: Stores, deliveries: Iterable[DeliveryRecord]) -> _Told:
        by_bytes: dict[str, list[SubmissionRecord]] = defaultdict(list)
        by_file: dict[str, list[Finding]] = defaultdict(list)
        with stores.ledger.snapshot() as view:
            # other bytes that came under the same name too: what is told of a name is told of all of them
            sha256s = {one.sha256 for one in view.deliveries_of(names={delivery.name for delivery in deliveries})}
            for submission in view.submissions_of(sha256s):
                by_bytes[submission.sha256].append(submission)
            for finding in view.findings_of(sha256s):
                by_file[finding.file].append(finding)
        return cls(by_bytes, by_file)

    def owner(self, delivery: DeliveryRecord) -> str:
        return whose(s.unit for s in self.submissions.get(delivery.sha256, ()))

    def receipt(self, stores: Stores, delivery: DeliveryRecord) -> Receipt:
        own = self.findings.get(delivery.name, ())
        mine = self.submissions.get(delivery.sha256, ())
        lines = [_line(stores, s, [f for f in own if f.submission == s.submission]) for s in mine]
        lines.sort(key=lambda line: (line.period, line.form_number))
        others = tuple(f for f in own if f.submission is None)
        # its letter's folder in our inbox says nothing to a sender
        name = plain_name(delivery.name) if letter_of(delivery.name) else delivery.name
        return Receipt(name, delivery.sha256, delivery.size, delivery.received_at, tuple(lines), others)


def _line(stores: Stores, submission: SubmissionRecord, findings: Sequence[Finding]) -> ReceiptLine:
    reference = stores.reference
    form = reference.forms[submission.form]
    period = parse_period(submission.period)
    unit = reference.units.get(submission.unit, period.end)
    deadline = reference.deadline(submission.form, submission.unit, submission.period)
    return ReceiptLine(
        form.number, form.title_vi, unit.title if unit else submission.unit, submission.period, submission.revision,
        submission.state, submission.nil, deadline, is_late(submission.received_at, deadline), tuple(findings),
    )  # fmt: skip


def _to_mend(receipt: Receipt) -> bool:
    """A workbook goes back where something is to be mended or answered in it, and where it can be opened at all."""
    found = receipt.all_findings
    return any(f.severity != INFO for f in found) and not any(f.code == _UNREADABLE for f in found)


def _heads(receipt: Receipt) -> tuple[str, ...]:
    first = f"{receipt.file} – nhận lúc / received at {receipt.received_at:%H:%M, %d/%m/%Y}"
    return (first, *(
        f"{line.form_number}, {line.unit_title}, {line.period}: {STATE_WORDS.get(line.state, line.state)}"
        for line in receipt.lines
    ))  # fmt: skip


def _files(receipt: Receipt, copy: tuple[str, bytes] | None) -> dict[str, bytes]:
    if copy is None:
        return receipt_files(receipt)
    name = plain_name(copy[0])
    return receipt_files(replace(receipt, copy=name)) | {name: copy[1]}
