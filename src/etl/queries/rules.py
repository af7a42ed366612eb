"""The list of all rules, for whoever asks."""

from __future__ import annotations

from dataclasses import asdict

from etl.model.reference import Reference
from etl.report.rules import rules_markdown, rules_of


def rules_json(reference: Reference) -> list[dict[str, str]]:
    """Every rule with id, severity, meaning, example and where it is judged."""
    return [asdict(rule) for rule in rules_of(reference)]


def rules_page(reference: Reference) -> str:
    """docs/rules.md as it should stand."""
    return rules_markdown(reference)
