"""The Word report of a release as PDF, by LibreOffice where this machine has it: for the eye, beside the release, not of it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from etl.errors import StoreError
from etl.pipeline import Stores
from etl.store.durable import write_durably

#: the program's names, as distributions call it
_PROGRAMS = ("soffice", "libreoffice")
_MOST_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Pdf:
    """Where it lies, and what made it. The release's own folder stays as it is: PDF has no promised bytes."""

    path: Path
    program: str


def libreoffice() -> str | None:
    """The path of LibreOffice on this machine; None where there is none."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def as_pdf(stores: Stores, number: int, out: Path | None = None) -> Pdf:
    """Write `<releases>/<number>.pdf`, or `out`.

    Raises UsageError for an unknown release, StoreError where there is no LibreOffice or it makes no PDF of the report.
    """
    record, program = stores.ledger.release(number), libreoffice()
    if program is None:
        raise StoreError(
            "Máy này không có LibreOffice; hãy mở tệp .docx bằng Word rồi lưu thành PDF / "
            "there is no LibreOffice here; open the .docx in Word and save it as PDF"
        )
    data = _converted(program, stores.releases.read(number, f"{record.report}.docx"), number)
    if out is None:
        return Pdf(stores.releases.beside(f"{number}.pdf", data), program)
    write_durably(out, data)
    return Pdf(out, program)


def _converted(program: str, docx: bytes, number: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="etl-pdf-") as place:
        folder = Path(place)
        (folder / "report.docx").write_bytes(docx)
        # a profile of its own: a LibreOffice that someone has open would take the job and do nothing
        command = [
            program, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to", "pdf", "--outdir", place, str(folder / "report.docx"),
        ]  # fmt: skip
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_MOST_SECONDS)
            return (folder / "report.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise StoreError(
                f"LibreOffice không lập được PDF của bản {number} / LibreOffice made no PDF of release {number}: {error}"
            ) from error
