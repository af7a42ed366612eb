"""What Great Expectations imports and no rule of ours uses costs no start, and is there for who asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

_ASKED = """
import sys
from etl.steps.validate import warm_up
warm_up()
before = "scipy.stats._stats_py" in sys.modules
from scipy import stats
print(before, stats.entropy([0.5, 0.5], base=2), "scipy.stats._stats_py" in sys.modules)
"""


@pytest.mark.parametrize(("first", "loaded"), [("", False), ("import scipy.stats, scipy.stats._stats_py\n", True)])
def test_statistics_that_no_rule_needs_are_loaded_by_who_needs_them(first: str, loaded: bool) -> None:
    told = subprocess.run(
        [sys.executable, "-c", first + _ASKED], cwd=ROOT / "src", capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == [str(loaded), "1.0", "True"]
