"""Python's collector looks through all that lives whenever many objects are made; a hundred thousand figures are no garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Nothing is looked for inside: for work that makes many objects that stay, and no rings of them.

    What is used no more is freed at once all the same: only rings wait.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
