"""The list of rules is whole, current and safe to open."""

from __future__ import annotations

import csv
import io

from etl.model.reference import Reference
from etl.queries.rules import rules_page
from etl.report.rules import rules_csv, rules_html, rules_of
from tests.conftest import ROOT


def test_the_page_in_the_docs_is_current(reference: Reference) -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page(reference)


def test_every_rule_and_message_is_listed_once(reference: Reference) -> None:
    suites = [e["meta"]["rule"] for suite in reference.suites.values() for e in suite["expectations"]]
    listed = [rule.id for rule in rules_of(reference)]

    others = [rule.id for rule in reference.across] + [f"C.{check.id}" for check in reference.checks]
    assert sorted(listed) == sorted([*suites, *others, *reference.messages])


def test_the_release_gets_a_table_and_a_page(reference: Reference) -> None:
    rows = list(csv.DictReader(io.StringIO(rules_csv(reference).decode("utf-8-sig"))))

    assert [row["id"] for row in rows] == [rule.id for rule in rules_of(reference)]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]
    page = rules_html(reference).decode("utf-8")
    assert all(rule.id in page for rule in rules_of(reference))
    assert "http" not in page
