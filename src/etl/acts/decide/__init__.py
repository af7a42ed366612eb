"""What a person decides: holds that wait for it (holds), what is ruled unasked (rulings), periods that are closed (locks)."""

from etl.acts.decide.applying import Decided
from etl.acts.decide.holds import decide, undo
from etl.acts.decide.locks import let_in, lock, locks, unlock
from etl.acts.decide.rulings import correct, declare_nil, extend, waive

__all__ = [
    "Decided", "correct", "decide", "declare_nil", "extend", "let_in", "lock", "locks", "undo", "unlock", "waive",
]  # fmt: skip
