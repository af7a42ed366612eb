"""The original bytes of every delivery, under their sha256, for good."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from etl.errors import StoreError
from etl.store.durable import SCRATCH, differs, sweep, write_durably

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Archive:
    """Content-addressed files: `<root>/ab/cd/<sha256>`. Nothing in it is ever rewritten or removed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their sha256. Bytes that are kept already are left as they are."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.has(sha256):
            write_durably(self.path(sha256), data, self.root / SCRATCH)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises StoreError where they are missing or damaged."""
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreError(
                f"Kho lưu thiếu tệp gốc, hãy phục hồi từ bản sao lưu / the archive lacks the original bytes, "
                f"restore them from a backup: {path} ({error.strerror})"
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(
                f"Tệp gốc trong kho lưu bị hỏng, hãy phục hồi từ bản sao lưu / the archived bytes are damaged, "
                f"restore them from a backup: {path}"
            )
        return data

    def damage(self, sha256: str) -> str | None:
        """What is wrong with kept bytes: missing, or no longer those of their name; None where nothing is."""
        return differs(self.path(sha256), sha256)

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash stand, or would. Raises StoreError for what is no sha256."""
        if not _SHA256.fullmatch(sha256):
            raise StoreError(f"Không phải mã sha256 / not a sha256: {sha256!r}")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def sweep(self) -> list[Path]:
        """Take away what killed runs left unfinished."""
        return sweep(self.root / SCRATCH)

    def all(self) -> Iterator[str]:
        """The sha256 of everything kept, sorted. What an interrupted write left behind is not counted."""
        for path in sorted(self.root.glob("??/??/*")):
            if _SHA256.fullmatch(path.name):
                yield path.name
