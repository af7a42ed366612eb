"""How far a run has come, as a bar on its page."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

#: a step of the bar in percent: each is a request to the server
_STEP = 5


class Progress:
    """Files read, of all that were found. Nothing is shown where none was."""

    def __init__(self, files: int) -> None:
        self._files, self._read, self._whole, self._shown = files, 0, 0, 0
        made = create_progress_artifact(0.0, key="progress", description=self._told()) if files else None
        self._bar = cast(UUID | None, made)  # no coroutine: no event loop runs here

    def one_read(self) -> None:
        """One more file of this batch was read."""
        self._read += 1
        self._show()

    def batch_done(self, files: int) -> None:
        """A batch is recorded; what was known in it had not to be read."""
        self._whole += files
        self._read = self._whole
        self._show()

    def _show(self) -> None:
        percent = 100 * self._read // self._files
        if self._bar is not None and (percent - self._shown >= _STEP or percent == 100 > self._shown):
            self._shown = percent
            update_progress_artifact(self._bar, float(percent), self._told())

    def _told(self) -> str:
        return f"{self._read}/{self._files} tệp đã đọc / files read"
