"""What stops a run.

A fault in somebody's data is a `Finding` (see `etl.model.findings`), never an exception.
An exception here means that the run itself cannot go on:

    EtlError
    ├── ReferenceDataError   the reference data or a suite is wrong: every fault, with file, place and mend
    ├── StoreError           archive, ledger, lake or releases cannot be used
    │   └── ReleaseExists    a release is immutable and was about to be written twice
    ├── MailError            the mailbox or the mail server does not answer, or refuses
    ├── FiguresMoved         what was approved is not what would be published now
    ├── ReleaseRefused       the figures contradict one another, so they do not go out: each, with its numbers
    ├── HoldsOpen            an official release is wanted while questions about its submissions wait for a person
    ├── WorkbookUnreadable   the bytes are no workbook that we can open (the pipeline turns it into a finding)
    └── UsageError           the caller asked for what does not exist (an unknown period, unit, indicator)

All take plain arguments, so they survive a process pool.
"""

from __future__ import annotations


class EtlError(Exception):
    """Root of everything that stops a run; `str()` is fit to show to a person."""


class ReferenceDataError(EtlError):
    """The reference data cannot be used; carries every fault found, each naming file, place and mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(
            ["Dữ liệu tham chiếu có lỗi / the reference data is faulty:", *(f"- {f}" for f in self.faults)]
        )


class StoreError(EtlError):
    """Archive, ledger, lake or releases cannot be read or written."""


class ReleaseExists(StoreError):
    """A release folder is written once; this number is taken."""

    def __init__(self, number: int, folder: str) -> None:
        super().__init__(number, folder)
        self.number, self.folder = number, folder

    def __str__(self) -> str:
        return f"Bản công bố {self.number} đã có, không ghi đè / release {self.number} exists and is immutable: {self.folder}"


class MailError(EtlError):
    """The mailbox or the mail server does not answer, or refuses; what lies there waits for the next time."""


class FiguresMoved(EtlError):
    """What somebody has seen and approved is not what would be published now; nothing was published."""

    def __str__(self) -> str:
        return "Số liệu đã đổi sau khi được xem: không công bố. / The figures moved after they were seen: nothing was published."


class ReleaseRefused(EtlError):
    """Figures of a release contradict one another (checks.csv); carries a sentence for each, in each language."""

    def __init__(self, sentences_vi: list[str], sentences_en: list[str]) -> None:
        super().__init__(sentences_vi, sentences_en)
        self.sentences_vi, self.sentences_en = sentences_vi, sentences_en

    def __str__(self) -> str:
        return "\n".join(
            [
                "Không công bố: các số liệu trái nhau. Hãy sửa nguồn số liệu (etl trace) hoặc phép kiểm tra trong checks.csv.",
                *(f"- {sentence}" for sentence in self.sentences_vi),
                "No release: the figures contradict one another. Mend their sources (etl trace) or the check in checks.csv.",
                *(f"- {sentence}" for sentence in self.sentences_en),
            ]
        )


class HoldsOpen(EtlError):
    """Questions wait for a person in what an official release would rest on; carries the holds' ids and places."""

    #: named in the message; all of them are in `etl findings --severity hold`
    _MOST = 10

    def __init__(self, holds: list[tuple[str, str]]) -> None:
        super().__init__(holds)
        self.holds = holds

    def __str__(self) -> str:
        count, more = len(self.holds), len(self.holds) - self._MOST
        named = [f"- {hold}  {place}" for hold, place in self.holds[: self._MOST]]
        return "\n".join(
            [
                f"Chưa ra bản chính thức: còn {count} việc chờ quyết định trong phạm vi báo cáo này; xem bằng etl findings "
                "--severity hold, quyết định bằng etl decide, hoặc người duyệt nói rõ bằng --with-open-holds.",
                f"No official release: {count} holds in the scope of this report wait for a decision; see them with etl findings "
                "--severity hold, decide them with etl decide, or the approver says so with --with-open-holds.",
                *named,
                *([f"… và {more} việc nữa / and {more} more"] if more > 0 else []),
            ]
        )


class WorkbookUnreadable(EtlError):
    """The bytes are no workbook that we can open.

    code: the stable name of the reason (`damaged`, `password`, `too_large`, …), the rule id of the finding made of it.
    """

    def __init__(self, file_name: str, code: str, reason_vi: str, reason_en: str) -> None:
        super().__init__(file_name, code, reason_vi, reason_en)
        self.file_name, self.code, self.reason_vi, self.reason_en = file_name, code, reason_vi, reason_en

    def __str__(self) -> str:
        return f"{self.file_name}: {self.reason_vi} / {self.reason_en}"


class UsageError(EtlError):
    """The caller named a period, unit, indicator, release or hold that does not exist."""
