"""What becomes of real and hostile workbooks: each through the reading workers, as at night.

`python -m tests.corpus.outcomes FOLDER` prints the table of docs/method/reading.md.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from etl.model.findings import CRITICAL, HELD, REJECTED, Finding
from etl.model.reference import Reference
from etl.model.submissions import FileReading
from etl.pipeline import isolated
from etl.settings import Settings
from etl.store.reference import load_reference

ROOT = Path(__file__).resolve().parents[2]


def workbooks(folder: Path, every: int = 1) -> list[Path]:
    """Each, or each tenth, of a folder's files; its papers aside."""
    papers = {"README.md", "manifest.csv", "truth.json"}
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name not in papers)[::every]


def read_all(paths: Sequence[Path], reference: Reference, data: Path) -> list[FileReading]:
    """One result for each file, in their order. data: a folder for what a run may write."""
    settings = Settings.from_environment({"ETL_DATA": str(data), "ETL_WORKERS": "2"}, ROOT)
    files = [(path.name, path.read_bytes()) for path in paths]
    items = [(name, hashlib.sha256(content).hexdigest(), content) for name, content in files]
    return isolated(settings, reference, "etl.reader:read_given", items)


def outcome(file: FileReading) -> tuple[str, str]:
    """(accepted | held | rejected, the reason): '' where it was accepted.

    A file that cannot be opened has the reason's own name, any other the rule that refuses it.
    """
    if any(reading.verdict not in (HELD, REJECTED) for reading in file.readings):
        return "accepted", ""
    told = [*file.findings, *(f for reading in file.readings for f in reading.findings)]
    grave = [f for f in told if f.severity == CRITICAL]
    if grave:
        return "rejected", reason(grave[0])
    holds = [f for f in told if f.severity == "hold"]
    return ("held", reason(holds[0])) if holds else ("nothing", "")


def reason(finding: Finding) -> str:
    return finding.value or "" if finding.code == "F.unreadable" else finding.code


def table(files: Sequence[FileReading]) -> str:
    """A Markdown table of the outcomes, the most frequent first."""
    counts = Counter(map(outcome, files))
    texts = {outcome(file): _text(file) for file in files}
    lines = ["| kết quả / outcome | lý do / reason | số tệp / files | câu báo / what is told |", "|---|---|---|---|"]
    for (verdict, why), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| {verdict} | `{why}` | {count} | {texts[verdict, why]} |")
    return "\n".join(lines)


def _text(file: FileReading) -> str:
    """The first sentence of what is told, without what only this file has (in brackets)."""
    told = [*file.findings, *(f for reading in file.readings for f in reading.findings)]
    message = next((f.message_en for f in told if f.severity in (CRITICAL, "hold")), "")
    return message.partition(" (")[0].partition("; ")[0].partition(". ")[0].rstrip(".").replace("|", "/")


def main() -> None:
    """Print the table of one folder."""
    reference = load_reference(ROOT / "data" / "reference", ROOT / "expectations")
    with tempfile.TemporaryDirectory() as data:
        print(table(read_all(workbooks(Path(sys.argv[1])), reference, Path(data))))


if __name__ == "__main__":
    main()
