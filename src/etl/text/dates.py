"""Days, months and what a title block says about time: the public names of `days` and `statements` in one place."""

from etl.text.days import from_serial, is_ambiguous_day_month, parse_date, parse_month
from etl.text.statements import find_period, find_revision, find_signed, period_named

__all__ = [
    "find_period",
    "find_revision",
    "find_signed",
    "from_serial",
    "is_ambiguous_day_month",
    "parse_date",
    "parse_month",
    "period_named",
]
