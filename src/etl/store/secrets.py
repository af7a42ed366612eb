"""Passwords and keys: from a variable, or from a file that only the program may read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from etl.errors import UsageError


def secret(environ: Mapping[str, str], name: str) -> str:
    """A variable, or the first line of the file that NAME_FILE names: a password need not stand in the environment."""
    file = environ.get(f"{name}_FILE", "").strip()
    if not file:
        return environ.get(name, "").strip()
    try:
        return Path(file).read_text("utf-8").partition("\n")[0].strip()
    except OSError as error:
        raise UsageError(f"{name}_FILE: không đọc được {file} / cannot be read ({error.strerror or error})") from error
