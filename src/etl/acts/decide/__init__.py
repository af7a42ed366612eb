"""What a person decides: holds that wait for it (holds), and what is ruled unasked (rulings); dated, signed, reversible."""

from etl.acts.decide.applying import Decided
from etl.acts.decide.holds import decide, undo
from etl.acts.decide.rulings import correct, declare_nil, extend, waive

__all__ = ["Decided", "correct", "decide", "declare_nil", "extend", "undo", "waive"]
